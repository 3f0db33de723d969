//! Documents that are values within a larger JSON text, and their places in the file.

use miniprogram_protocol::{Policy, Schema, Span};

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The offset in bytes.
    pub(crate) offset: u64,
    /// The line, starting at 1.
    pub(crate) line: u64,
    /// The column, starting at 1, in characters (Unicode scalar values).
    pub(crate) column: u64,
}

impl Position {
    /// The first byte of a file.
    pub(crate) const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// Returns the position after a text that begins at this position.
    pub(crate) fn after(self, text: &[u8]) -> Self {
        let offset = self.offset.saturating_add(text.len() as u64);
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        let last = memchr::memrchr(b'\n', text).map_or(0, |index| index + 1);
        let characters = count_characters(text.get(last..).unwrap_or_default());
        let column = if lines == 0 { self.column } else { 1 };
        let (line, column) = (self.line.saturating_add(lines), column.saturating_add(characters));
        Self { offset, line, column }
    }

    /// Returns the place of the given length at this position.
    pub(crate) fn span(self, length: usize) -> Option<Span> {
        // Other crates cannot create a `Span`, so this changes the place of a syntax error.
        let error = Schema::ALL.first()?.check_json(b"", &Policy::strict()).err()?;
        let mut span = error.locate(b"").first().copied().flatten()?;
        (span.offset, span.length) = (to_usize(self.offset), length);
        (span.line, span.column) = (to_usize(self.line), to_usize(self.column));
        Some(span)
    }
}

/// Returns the number of characters in UTF-8 text, which may be malformed.
pub(crate) fn count_characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count() as u64
}

/// A document that is an element of an array, or a value in an envelope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// The document. If it is the content of a string, this is the text without escape sequences.
    pub(crate) json: &'a [u8],
    /// The string whose content is the document, with its quotes and escape sequences.
    pub(crate) string: Option<&'a [u8]>,
    /// The text of the envelope before the document, or an empty text.
    pub(crate) before: &'a [u8],
    /// The position of the envelope or the element.
    pub(crate) start: Position,
    /// The line number that identifies the envelope or the element.
    pub(crate) line: u64,
    /// The index of the element in its array.
    pub(crate) index: Option<u64>,
}

impl<'a> Part<'a> {
    /// Creates a document at a position.
    pub(crate) const fn at(start: Position, json: &'a [u8], index: Option<u64>) -> Self {
        Self { json, string: None, before: b"", start, line: start.line, index }
    }

    /// Returns the text in the file at a place in the file.
    pub(crate) fn source_at(&self, span: Span) -> Option<&'a [u8]> {
        let text = self.string.unwrap_or(self.json);
        text.get(self.offset_in_source(span)?..)?.get(..span.length)
    }

    /// Returns the offset of a place in the file from the beginning of the value.
    fn offset_in_source(&self, span: Span) -> Option<usize> {
        let start = usize::try_from(self.start.offset).ok()?.checked_add(self.before.len())?;
        span.offset.checked_sub(start)
    }

    /// Returns the offset in the document of a place in the file.
    pub(crate) fn offset_of(&self, span: Span) -> Option<usize> {
        let offset = self.offset_in_source(span)?;
        Some(match self.string {
            Some(string) => unescaped_offset(string, offset),
            None => offset,
        })
    }

    /// Returns the part of the document at a place in the file.
    pub(crate) fn text_at(&self, span: Span) -> Option<&'a [u8]> {
        let mut end = span;
        end.offset = span.range().end;
        self.json.get(self.offset_of(span)?..self.offset_of(end)?)
    }

    /// Returns the place of one character at an offset in the document.
    pub(crate) fn span_at(&self, offset: usize) -> Option<Span> {
        let mut spans = [Position::START.after(self.json.get(..offset)?).span(1)];
        self.move_to_file(&mut spans);
        spans.first().copied().flatten()
    }

    /// Converts places in the document to places in the file.
    pub(crate) fn move_to_file(&self, spans: &mut [Option<Span>]) {
        let start = self.start.after(self.before);
        if let Some(string) = self.string {
            escape_spans(string, spans);
        }
        for span in spans.iter_mut().flatten() {
            if span.line == 1 {
                span.column = span.column.saturating_add(to_usize(start.column - 1));
            }
            span.line = span.line.saturating_add(to_usize(start.line - 1));
            span.offset = span.offset.saturating_add(to_usize(start.offset));
        }
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A character of a string in JSON.
#[derive(Clone, Copy, Debug)]
struct Character {
    /// The length of the character or its escape sequence, in bytes.
    escaped: usize,
    /// The length of the character in bytes.
    unescaped: usize,
}

/// Returns the characters of a valid JSON string with quotes.
fn characters(string: &[u8]) -> impl Iterator<Item = Character> + '_ {
    let content = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    let mut rest = content;
    std::iter::from_fn(move || {
        let character = first_character(rest)?;
        rest = rest.get(character.escaped..).unwrap_or_default();
        Some(character)
    })
}

fn first_character(text: &[u8]) -> Option<Character> {
    let (escaped, unescaped) = match text {
        [] => return None,
        [b'\\', b'u', rest @ ..] => match code_unit(rest) {
            // A valid string has the second half of the pair next.
            0xD800..=0xDBFF => (12, 4),
            0..=0x7F => (6, 1),
            0x80..=0x7FF => (6, 2),
            _ => (6, 3),
        },
        [b'\\', ..] => (2, 1),
        [first, ..] => {
            let length = (first.leading_ones() as usize).max(1);
            (length, length)
        }
    };
    Some(Character { escaped, unescaped })
}

/// Returns the number that the four hexadecimal digits at the beginning of a text stand for.
fn code_unit(text: &[u8]) -> u32 {
    text.iter().take(4).fold(0, |number, digit| {
        let digit = match digit {
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => digit.wrapping_sub(b'0') & 0xF,
        };
        number * 16 + u32::from(digit)
    })
}

/// Returns the offset in the content of a string without escape sequences.
fn unescaped_offset(string: &[u8], offset: usize) -> usize {
    let (mut escaped, mut unescaped) = (1, 0);
    for character in characters(string) {
        if escaped >= offset {
            break;
        }
        escaped += character.escaped;
        unescaped += character.unescaped;
    }
    unescaped
}

/// Converts places in the content of a string to places in the string, which is on a single line.
fn escape_spans(string: &[u8], spans: &mut [Option<Span>]) {
    // All places are converted in one pass over the string, in ascending order.
    let ends = spans.iter().flatten().flat_map(|span| [span.offset, span.range().end]);
    let mut offsets: Vec<_> = ends.collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut places = Vec::with_capacity(offsets.len());
    let mut characters = characters(string);
    // The opening quote is the first byte and character.
    let (mut escaped, mut unescaped, mut column) = (1, 0, 2);
    for offset in &offsets {
        while unescaped < *offset {
            let Some(character) = characters.next() else { break };
            let is_escape = string.get(escaped) == Some(&b'\\');
            column += if is_escape { character.escaped } else { 1 };
            escaped += character.escaped;
            unescaped += character.unescaped;
        }
        places.push((escaped, column));
    }
    let place = |offset| {
        let index = offsets.binary_search(&offset).unwrap_or_default();
        places.get(index).copied().unwrap_or((1, 2))
    };
    for span in spans.iter_mut().flatten() {
        let ((start, column), (end, _)) = (place(span.offset), place(span.range().end));
        (span.offset, span.length, span.line, span.column) = (start, end - start, 1, column);
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Position, characters};
    use miniprogram_protocol::{Policy, Schema};

    #[test]
    fn positions_count_lines_and_characters() {
        for (text, offset, line, column) in
            [("", 7, 3, 5), ("é🐈", 13, 3, 7), ("a\nbcd", 12, 4, 4), ("\r\n\n", 10, 5, 1)]
        {
            let start = Position { offset: 7, line: 3, column: 5 };
            assert_eq!(start.after(text.as_bytes()), Position { offset, line, column });
        }
    }

    #[test]
    fn measures_escape_sequences_as_serde_json_reads_them() {
        for string in [
            r#""""#,
            r#""a\"b\\\/\n""#,
            r#""\u0041\u00e9\u20ac\uD83D\uDC08 é€🐈""#,
            r#""\uFFFF\u007f\u0080\u07ff\u0800""#,
        ] {
            let text: String = serde_json::from_str(string).unwrap();
            let lengths: Vec<_> = characters(string.as_bytes()).map(|it| it.unescaped).collect();
            let expected: Vec<_> = text.chars().map(char::len_utf8).collect();
            assert_eq!(lengths, expected, "{string}");
            let escaped: usize = characters(string.as_bytes()).map(|it| it.escaped).sum();
            assert_eq!(escaped + 2, string.len());
        }
    }

    /// Returns the text at each violation of an amount in a string, and the columns.
    fn texts_at_violations(string: &str) -> Vec<(String, String, usize)> {
        let json: String = serde_json::from_str(string).unwrap();
        let before = "{\"é\":\n".as_bytes();
        let start = Position { offset: 100, line: 10, column: 3 };
        let string = string.as_bytes();
        let json = json.as_bytes();
        let part = Part { json, string: Some(string), before, start, line: 10, index: None };
        let error = Schema::by_name("Amount").unwrap().check_json(json, &Policy::strict());
        let mut spans = error.unwrap_err().locate(json);
        part.move_to_file(&mut spans);
        let texts = spans.into_iter().flatten().map(|span| {
            assert_eq!(span.line, 11);
            let text = |bytes| String::from_utf8(Vec::from(bytes)).unwrap();
            let (source, json) = (part.source_at(span).unwrap(), part.text_at(span).unwrap());
            (text(source), text(json), span.column)
        });
        texts.collect()
    }

    #[test]
    fn finds_places_in_escaped_strings() {
        let text = |source: &str, json: &str, column| (source.into(), json.into(), column);
        assert_eq!(
            texts_at_violations(r#""{\"currency\":\"\u20acé\\u0041\",\n\"value\":\u002d1}""#),
            [text(r#"\"\u20acé\\u0041\""#, r#""€é\u0041""#, 16), text(r"\u002d1", "-1", 47),]
        );
        assert_eq!(texts_at_violations(r#""{\"value\": ""#), [text("", "", 14)]);
    }
}
