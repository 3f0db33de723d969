//! Documents that are part of a larger JSON text, and their locations in the file.

use miniprogram_protocol::{__private::span, Span};

/// A position in a file.
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

    /// Returns the location of `length` bytes at this position.
    pub(crate) fn span(self, length: usize) -> Span {
        span(to_usize(self.offset), length, to_usize(self.line), to_usize(self.column))
    }
}

/// Returns the number of characters in UTF-8 text, which may be malformed.
pub(crate) fn count_characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count() as u64
}

/// A document that is an element of an array, or a value in an envelope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonPart<'a> {
    /// The document. If it is the content of a string, this is the unescaped text.
    pub(crate) json: &'a [u8],
    /// The string whose content is the document, with its quotes and escape sequences.
    pub(crate) string: Option<&'a [u8]>,
    /// The text of the envelope before the document, which may be empty.
    pub(crate) before: &'a [u8],
    /// The position of the envelope or the element.
    pub(crate) start: Position,
    /// The line number that identifies the envelope or the element.
    pub(crate) line: u64,
    /// The index of the element in its array.
    pub(crate) index: Option<u64>,
}

impl<'a> JsonPart<'a> {
    /// Creates a document at a position.
    pub(crate) const fn new(start: Position, json: &'a [u8], index: Option<u64>) -> Self {
        Self { json, string: None, before: b"", start, line: start.line, index }
    }

    /// Returns the text of the file at a location in the file.
    pub(crate) fn source_at(&self, span: Span) -> Option<&'a [u8]> {
        let text = self.string.unwrap_or(self.json);
        text.get(self.offset_in_source(span)?..)?.get(..span.length)
    }

    /// Returns the offset of a location in the file, counted from the beginning of the value.
    fn offset_in_source(&self, span: Span) -> Option<usize> {
        let start = usize::try_from(self.start.offset).ok()?.checked_add(self.before.len())?;
        span.offset.checked_sub(start)
    }

    /// Converts a location in the file to an offset in the document.
    pub(crate) fn offset_of(&self, span: Span) -> Option<usize> {
        let offset = self.offset_in_source(span)?;
        Some(match self.string {
            Some(string) => to_unescaped_offset(string, offset),
            None => offset,
        })
    }

    /// Returns the text of the document at a location in the file.
    pub(crate) fn bytes_at(&self, span: Span) -> Option<&'a [u8]> {
        let mut end = span;
        end.offset = span.range().end;
        self.json.get(self.offset_of(span)?..self.offset_of(end)?)
    }

    /// Returns the location in the file of the character at an offset in the document.
    pub(crate) fn span_at(&self, offset: usize) -> Option<Span> {
        let mut spans = [Some(Position::START.after(self.json.get(..offset)?).span(1))];
        self.convert_to_file_spans(&mut spans);
        spans.first().copied().flatten()
    }

    /// Converts locations in the document to locations in the file.
    pub(crate) fn convert_to_file_spans(&self, spans: &mut [Option<Span>]) {
        let start = self.start.after(self.before);
        if let Some(string) = self.string {
            convert_to_string_spans(string, spans);
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

pub(crate) fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The lengths of a character of a JSON string, with and without escaping.
#[derive(Clone, Copy, Debug)]
struct CharacterLengths {
    /// The length of the character or its escape sequence, in bytes.
    escaped: usize,
    /// The length of the character in bytes.
    unescaped: usize,
}

/// Returns the lengths of the characters in a valid JSON string. `string` includes the quotes.
fn character_lengths(string: &[u8]) -> impl Iterator<Item = CharacterLengths> + '_ {
    let content = string.get(1..string.len().saturating_sub(1)).unwrap_or_default();
    let mut rest = content;
    std::iter::from_fn(move || {
        let character = first_character_lengths(rest)?;
        rest = rest.get(character.escaped..).unwrap_or_default();
        Some(character)
    })
}

fn first_character_lengths(text: &[u8]) -> Option<CharacterLengths> {
    let (escaped, unescaped) = match text {
        [] => return None,
        [b'\\', b'u', rest @ ..] => match parse_code_unit(rest) {
            // In a valid string, the low surrogate of the pair follows.
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
    Some(CharacterLengths { escaped, unescaped })
}

/// Parses the four hexadecimal digits at the beginning of `text`.
fn parse_code_unit(text: &[u8]) -> u32 {
    text.iter().take(4).fold(0, |number, digit| {
        let digit = match digit {
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => digit.wrapping_sub(b'0') & 0xF,
        };
        number * 16 + u32::from(digit)
    })
}

/// Converts an offset in a JSON string to an offset in its unescaped content.
fn to_unescaped_offset(string: &[u8], offset: usize) -> usize {
    let (mut escaped, mut unescaped) = (1, 0);
    for character in character_lengths(string) {
        if escaped >= offset {
            break;
        }
        escaped += character.escaped;
        unescaped += character.unescaped;
    }
    unescaped
}

/// A cursor in the content of a JSON string, which is on a single line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringCursor<'a> {
    /// The string with its quotes and escape sequences.
    string: &'a [u8],
    /// The position of the string in the file.
    start: Position,
    /// The offset in the string.
    escaped: usize,
    /// The offset in the content.
    unescaped: usize,
    /// The number of characters between the beginning of the string and the cursor.
    characters: usize,
}

impl<'a> StringCursor<'a> {
    /// Creates a cursor at the beginning of the content of a string.
    pub(crate) const fn new(string: &'a [u8], start: Position) -> Self {
        // The opening quote is the first byte and character.
        Self { string, start, escaped: 1, unescaped: 0, characters: 1 }
    }

    /// Moves forward to an offset in the content.
    fn advance_to(&mut self, offset: usize) {
        let content_end = self.string.len().saturating_sub(1);
        while self.unescaped < offset {
            let rest = self.string.get(self.escaped..content_end).unwrap_or_default();
            let Some(character) = first_character_lengths(rest) else { break };
            let is_escape = rest.first() == Some(&b'\\');
            self.characters += if is_escape { character.escaped } else { 1 };
            self.escaped += character.escaped;
            self.unescaped += character.unescaped;
        }
    }

    /// Returns the position of the cursor in the file.
    const fn position(&self) -> Position {
        let Position { offset, line, column } = self.start;
        let offset = offset.saturating_add(self.escaped as u64);
        Position { offset, line, column: column.saturating_add(self.characters as u64) }
    }
}

/// The origin of an array's text: a part of the file, or the content of a JSON string in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ArrayOrigin<'a> {
    InFile,
    InString(StringCursor<'a>),
}

impl<'a> ArrayOrigin<'a> {
    /// Creates a document from an element. `position` is the position in the file or, if the array is
    /// in a JSON string, in the decoded string. Positions must be in ascending order, so that each
    /// string is decoded only once.
    pub(crate) fn create_part<'b>(
        &mut self,
        position: Position,
        json: &'b [u8],
        index: u64,
    ) -> JsonPart<'b>
    where
        'a: 'b,
    {
        let Self::InString(cursor) = self else {
            return JsonPart::new(position, json, Some(index));
        };
        cursor.advance_to(to_usize(position.offset));
        let mut end = *cursor;
        end.advance_to(end.unescaped.saturating_add(json.len()));
        // `JsonPart` ignores the first and the last byte of a string, because they are usually
        // quotes. Here, they are the bytes before and after the element.
        let (first, last) = (cursor.escaped - 1, end.escaped);
        let Position { offset, line, column } = cursor.position();
        let start = Position { offset: offset - 1, line, column: column - 1 };
        let string = cursor.string.get(first..=last);
        JsonPart { string, ..JsonPart::new(start, json, Some(index)) }
    }

    /// Returns the location of a part of the array in the file.
    pub(crate) fn locate(&mut self, position: Position, length: usize) -> Span {
        let Self::InString(cursor) = self else { return position.span(length) };
        cursor.advance_to(to_usize(position.offset));
        let mut end = *cursor;
        end.advance_to(end.unescaped.saturating_add(length));
        cursor.position().span(end.escaped - cursor.escaped)
    }
}

/// Converts locations in the content of a string to locations in the string, which is on a single
/// line.
fn convert_to_string_spans(string: &[u8], spans: &mut [Option<Span>]) {
    // All locations are converted in one pass over the string, in ascending order.
    let ends = spans.iter().flatten().flat_map(|span| [span.offset, span.range().end]);
    let mut offsets: Vec<_> = ends.collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut cursor = StringCursor::new(string, Position::START);
    let positions = offsets.iter().map(|offset| {
        cursor.advance_to(*offset);
        (cursor.escaped, to_usize(cursor.position().column))
    });
    let positions: Vec<_> = positions.collect();
    let position_of = |offset| {
        let index = offsets.binary_search(&offset).unwrap_or_default();
        positions.get(index).copied().unwrap_or((1, 2))
    };
    for span in spans.iter_mut().flatten() {
        let ((start, column), (end, _)) = (position_of(span.offset), position_of(span.range().end));
        (span.offset, span.length, span.line, span.column) = (start, end - start, 1, column);
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonPart, Position, character_lengths};
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
    fn measures_escape_sequences_like_serde_json() {
        for string in [
            r#""""#,
            r#""a\"b\\\/\n""#,
            r#""\u0041\u00e9\u20ac\uD83D\uDC08 é€🐈""#,
            r#""\uFFFF\u007f\u0080\u07ff\u0800""#,
        ] {
            let text: String = serde_json::from_str(string).unwrap();
            let lengths: Vec<_> =
                character_lengths(string.as_bytes()).map(|it| it.unescaped).collect();
            let expected: Vec<_> = text.chars().map(char::len_utf8).collect();
            assert_eq!(lengths, expected, "{string}");
            let escaped: usize = character_lengths(string.as_bytes()).map(|it| it.escaped).sum();
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
        let part = JsonPart { json, string: Some(string), before, start, line: 10, index: None };
        let error = Schema::by_name("Amount").unwrap().check_json_with(json, &Policy::strict());
        let mut spans = error.unwrap_err().locate(json);
        part.convert_to_file_spans(&mut spans);
        let texts = spans.into_iter().flatten().map(|span| {
            assert_eq!(span.line, 11);
            let text = |bytes| String::from_utf8(Vec::from(bytes)).unwrap();
            let (source, json) = (part.source_at(span).unwrap(), part.bytes_at(span).unwrap());
            (text(source), text(json), span.column)
        });
        texts.collect()
    }

    #[test]
    fn finds_locations_in_escaped_strings() {
        let text = |source: &str, json: &str, column| (source.into(), json.into(), column);
        assert_eq!(
            texts_at_violations(r#""{\"currency\":\"\u20acé\\u0041\",\n\"value\":\u002d1}""#),
            [text(r#"\"\u20acé\\u0041\""#, r#""€é\u0041""#, 16), text(r"\u002d1", "-1", 47),]
        );
        assert_eq!(texts_at_violations(r#""{\"value\": ""#), [text("", "", 14)]);
    }
}
