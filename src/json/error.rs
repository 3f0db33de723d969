//! JSON syntax errors, with their line and column.

use super::scan::count_matching_bytes;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::fmt;

/// Returns the line and column of a byte offset, both starting at 1. Columns are counted in
/// characters.
pub(crate) fn line_and_column(input: &[u8], offset: usize) -> (usize, usize) {
    advance_position(1, 1, input.get(..offset).unwrap_or(input))
}

/// Returns the line and column of the position after `text`, which begins at `line` and `column`.
pub(crate) fn advance_position(line: usize, column: usize, text: &[u8]) -> (usize, usize) {
    // UTF-8 continuation bytes do not start a character.
    let characters = |text| count_matching_bytes(text, |byte| byte & 0b1100_0000 != 0b1000_0000);
    let line_feeds = count_matching_bytes(text, |byte| byte == b'\n');
    if line_feeds == 0 {
        return (line, column + characters(text));
    }
    let last_line = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    (line + line_feeds, 1 + characters(last_line))
}

/// A syntax error in JSON (RFC 8259), or a number that is out of range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SyntaxError {
    offset: usize,
    line: usize,
    column: usize,
    reason: Reason,
}

impl SyntaxError {
    /// Creates the error at byte `offset` of `input`, which must be valid UTF-8 up to that offset.
    pub(crate) fn new(input: &[u8], offset: usize, reason: Reason) -> Self {
        let (line, column) = line_and_column(input, offset);
        Self { offset, line, column, reason }
    }

    /// Returns the byte offset of the error: that of the first character that cannot be read, or the
    /// length of the input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the line of the error, starting at 1. Lines end with a line feed.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the column of the error, starting at 1, in characters (Unicode scalar values).
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Returns the reason for the error, without the line and column.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.reason.message()
    }
}

/// The alternate form (`{:#}`) omits the line and column.
impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, reason, .. } = self;
        match (reason, f.alternate()) {
            // RFC 8259 allows such a number, but also allows parsers to limit the range.
            (Reason::NumberRange, false) => write!(f, "{reason} at line {line} column {column}"),
            (Reason::NumberRange, true) => write!(f, "{reason}"),
            (_, false) => write!(f, "malformed JSON at line {line} column {column}: {reason}"),
            (_, true) => write!(f, "malformed JSON: {reason}"),
        }
    }
}

impl SyntaxError {
    /// Returns a serializable form of the error that includes the path of the document.
    pub(crate) const fn with_path<'a>(&'a self, path: &'a str) -> impl Serialize + 'a {
        SyntaxErrorAt { error: self, path }
    }
}

impl Serialize for SyntaxError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_path("").serialize(serializer)
    }
}

/// A syntax error in the document at a path.
struct SyntaxErrorAt<'a> {
    error: &'a SyntaxError,
    path: &'a str,
}

impl Serialize for SyntaxErrorAt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Params<'a>(&'a SyntaxError);

        impl Serialize for Params<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut params = serializer.serialize_map(Some(2))?;
                params.serialize_entry("line", &self.0.line)?;
                params.serialize_entry("column", &self.0.column)?;
                params.end()
            }
        }

        let mut violation = serializer.serialize_struct("SyntaxError", 4)?;
        violation.serialize_field("path", self.path)?;
        violation.serialize_field("code", "syntax")?;
        violation.serialize_field("message", self.error.message())?;
        violation.serialize_field("params", &Params(self.error))?;
        violation.end()
    }
}

/// The reason for a syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// The enum is pointer-sized because measurements show that results that contain it are then faster
// to copy.
#[repr(usize)]
pub(crate) enum Reason {
    ByteOrderMark,
    Utf8,
    End,
    Value,
    Name,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Number,
    NumberRange,
    Escape,
    Surrogate,
    ControlCharacter,
    Depth,
    Trailing,
}

impl Reason {
    const fn message(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "unexpected byte order mark",
            Self::Utf8 => "invalid UTF-8",
            Self::End => "unexpected end of input",
            Self::Value => "expected a value",
            Self::Name => "expected a field name in double quotes",
            Self::Colon => "expected a colon",
            Self::CommaOrBrace => "expected a comma or a closing brace",
            Self::CommaOrBracket => "expected a comma or a closing bracket",
            Self::Number => "malformed number",
            Self::NumberRange => "number out of range",
            Self::Escape => "malformed escape sequence",
            Self::Surrogate => "unpaired surrogate in an escape sequence",
            Self::ControlCharacter => "unescaped control character in a string",
            Self::Depth => "arrays and objects are nested too deeply",
            Self::Trailing => "trailing characters after the value",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}
