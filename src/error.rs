//! Why a text could not be read as a valid value.

use crate::{Violation, Violations};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::fmt;

/// Why a text could not be read as a valid value: it is no JSON, or it breaks rules.
///
/// One word long. It holds no value of the text. It serializes as an array of violations; a syntax
/// error is one of code `syntax`, an empty path, and `line` and `column` for parameters.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json};
///
/// let error = from_json::<Amount>(b"{\"currency\": USD}").unwrap_err();
/// let syntax = error.syntax().unwrap();
/// assert_eq!((syntax.line(), syntax.column()), (1, 14));
/// assert_eq!(error.to_string(), "malformed JSON at line 1 column 14: a value is expected");
///
/// let error = from_json::<Amount>(b"{\"currency\": \"USD\"}").unwrap_err();
/// assert_eq!(error.violations()[0].path(), "/value");
/// assert_eq!(error.to_string(), "/value is required");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum ErrorKind {
    #[error(transparent)]
    Syntax(SyntaxError),
    #[error(transparent)]
    Violations(Violations),
}

impl Error {
    /// Where and why the text is no JSON, if that is what is wrong.
    #[must_use]
    pub fn syntax(&self) -> Option<&SyntaxError> {
        match &*self.0 {
            ErrorKind::Syntax(syntax) => Some(syntax),
            ErrorKind::Violations(_) => None,
        }
    }

    /// The rules that the value broke; none if the text is no JSON.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match &*self.0 {
            ErrorKind::Syntax(_) => &[],
            ErrorKind::Violations(violations) => violations,
        }
    }

    /// The rules that the value broke, to keep; `Err` gives a syntax error back.
    ///
    /// # Errors
    /// Where and why the text is no JSON.
    pub fn into_violations(self) -> Result<Violations, SyntaxError> {
        match *self.0 {
            ErrorKind::Syntax(syntax) => Err(syntax),
            ErrorKind::Violations(violations) => Ok(violations),
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &*self.0 {
            ErrorKind::Syntax(syntax) => [syntax].serialize(to),
            ErrorKind::Violations(violations) => violations.serialize(to),
        }
    }
}

impl From<SyntaxError> for Error {
    fn from(syntax: SyntaxError) -> Self {
        Self(Box::new(ErrorKind::Syntax(syntax)))
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self(Box::new(ErrorKind::Violations(violations)))
    }
}

/// The line and the column of byte `offset` of a text, both from 1, the column in characters.
pub(crate) fn line_and_column(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    // Continuation bytes of UTF-8 begin no character.
    let begins = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    let column = lines.next().unwrap_or_default().iter().filter(begins).count() + 1;
    (lines.count() + 1, column)
}

/// Where and why a text is no JSON (RFC 8259).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed JSON at line {line} column {column}: {reason}")]
pub struct SyntaxError {
    line: usize,
    column: usize,
    reason: Reason,
}

impl SyntaxError {
    /// The error at byte `offset` of `text`, whose first `offset` bytes are UTF-8.
    pub(crate) fn new(text: &[u8], offset: usize, reason: Reason) -> Self {
        let (line, column) = line_and_column(text, offset);
        Self { line, column, reason }
    }

    /// The line of the fault, from 1. Lines end with a line feed.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault, from 1, in characters (Unicode scalar values).
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, in one sentence.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.reason.message()
    }
}

impl Serialize for SyntaxError {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        struct Params<'a>(&'a SyntaxError);

        impl Serialize for Params<'_> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut params = to.serialize_map(Some(2))?;
                params.serialize_entry("line", &self.0.line)?;
                params.serialize_entry("column", &self.0.column)?;
                params.end()
            }
        }

        let mut violation = to.serialize_struct("SyntaxError", 4)?;
        violation.serialize_field("path", "")?;
        violation.serialize_field("code", "syntax")?;
        violation.serialize_field("message", self.message())?;
        violation.serialize_field("params", &Params(self))?;
        violation.end()
    }
}

/// What is wrong with a text that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// As wide as a word: a value is returned in the place of a fault, and must not be moved by bytes.
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
            Self::ByteOrderMark => "a byte order mark must not precede the value",
            Self::Utf8 => "the text is not UTF-8",
            Self::End => "the text ends too early",
            Self::Value => "a value is expected",
            Self::Name => "a member name in double quotes is expected",
            Self::Colon => "a colon is expected",
            Self::CommaOrBrace => "a comma or a closing brace is expected",
            Self::CommaOrBracket => "a comma or a closing bracket is expected",
            Self::Number => "the number is malformed",
            Self::NumberRange => "the number is out of range",
            Self::Escape => "the escape sequence is malformed",
            Self::Surrogate => "the escape sequence is half of a surrogate pair",
            Self::ControlCharacter => "a control character in a string must be escaped",
            Self::Depth => "arrays and objects are nested too deep",
            Self::Trailing => "nothing may follow the value",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}
