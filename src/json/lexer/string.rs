use super::{Lexer, LexerError, Reason, Result, scan};
use std::borrow::Cow;

impl<'de> Lexer<'de> {
    /// Reads a string, starting at its opening quote. The string is borrowed from the input unless
    /// it has escape sequences.
    #[inline]
    pub(crate) fn read_string(&mut self) -> Result<JsonString<'de, '_>> {
        match self.read_string_without_escapes() {
            Ok(string) => Ok(JsonString::Borrowed(string)),
            Err(start) => self.unescape_rest(start).map(JsonString::Unescaped),
        }
    }

    /// Reads a string, starting at its opening quote, without unescaping it.
    #[allow(
        clippy::inline_always,
        reason = "called for each name and string, and faster when inlined"
    )]
    #[inline(always)]
    pub(crate) fn read_raw_string(&mut self) -> Result<RawString<'de>> {
        let start = self.offset + 1;
        if let Ok(raw) = self.read_string_without_escapes() {
            return Ok(RawString { raw, escapes: Escapes::None });
        }
        let escapes = self.skip_rest_of_string()?;
        let raw = self.json.get(start..self.offset - 1).unwrap_or_default();
        Ok(RawString { raw, escapes })
    }

    /// Reads a string, starting at its opening quote, if it has no escape sequences. Otherwise,
    /// returns the part of the string before the first escape sequence or invalid character as the
    /// error.
    #[inline]
    fn read_string_without_escapes(&mut self) -> std::result::Result<&'de str, &'de str> {
        let start = self.offset + 1;
        self.offset = start;
        self.skip_to_special();
        let string = self.slice_from(start);
        if self.eat(b'"') { Ok(string) } else { Err(string) }
    }

    /// Reads and unescapes the rest of a string after `prefix`, the part that has already been read.
    /// Returns the whole string.
    #[inline(never)]
    fn unescape_rest(&mut self, prefix: &str) -> Result<&str> {
        self.unescaped.clear();
        // Most strings fit in this capacity, so the buffer rarely grows.
        self.unescaped.reserve(128);
        self.unescaped.push_str(prefix);
        loop {
            let mut start = self.offset;
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(&self.unescaped);
                }
                Some(b'\\') => {
                    if let Some(b'"' | b'\\' | b'/') = self.peek_escaped_byte() {
                        // The escaped character is copied below, with the characters after it.
                        start += 1;
                        self.offset += 2;
                    } else {
                        let character = self.read_escape_sequence()?;
                        self.unescaped.push(character);
                        // In non-Latin text, escape sequences are often consecutive.
                        if self.peek() == Some(b'\\') {
                            continue;
                        }
                        start = self.offset;
                    }
                }
                Some(_) => return Err(self.error(Reason::ControlCharacter)),
                None => return Err(self.error(Reason::End)),
            }
            self.skip_to_special();
            self.unescaped.push_str(self.slice_from(start));
        }
    }

    /// Skips a string, starting at its opening quote.
    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.offset += 1;
        self.skip_rest_of_string().map(drop)
    }

    #[inline(never)]
    fn skip_rest_of_string(&mut self) -> Result<Escapes> {
        let mut escapes = Escapes::None;
        loop {
            // In non-Latin text, escape sequences are often consecutive.
            if self.peek() != Some(b'\\') {
                self.skip_to_special();
            }
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(escapes);
                }
                Some(b'\\') => {
                    if self.peek_escaped_byte().and_then(unescape_short).is_some() {
                        self.offset += 2;
                        escapes = escapes.max(Escapes::Short);
                    } else {
                        self.read_escape_sequence()?;
                        escapes = Escapes::Any;
                    }
                }
                Some(_) => return Err(self.error(Reason::ControlCharacter)),
                None => return Err(self.error(Reason::End)),
            }
        }
    }

    /// Skips to the next quote, backslash or control character.
    #[inline]
    fn skip_to_special(&mut self) {
        let rest = self.json.as_bytes().get(self.offset..).unwrap_or_default();
        self.offset += scan::special_byte_position(rest);
    }

    /// Copies the next bytes to `chunk`, and returns how many of them come before the next quote,
    /// backslash or control character. The caller must ignore the others. If the first character is
    /// escaped, it is copied even if it is a quote or a backslash.
    #[inline]
    fn copy_to_special(
        &mut self,
        chunk: &mut [u8; UNESCAPE_CHUNK_BYTES],
        first_is_escaped: bool,
    ) -> usize {
        let rest = self.json.as_bytes().get(self.offset..).unwrap_or_default();
        *chunk = rest.first_chunk().copied().unwrap_or_else(|| pad_with_zeros(rest));
        let mut searched = *chunk;
        if first_is_escaped {
            // Any character that does not end the search.
            searched[0] = b'a';
        }
        let length = scan::special_byte_position(&searched);
        self.offset += length;
        length
    }

    /// Returns the byte after the current one, which must be a backslash.
    #[inline]
    fn peek_escaped_byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.offset + 1).copied()
    }

    /// Reads an escape sequence, starting at its backslash.
    #[inline]
    fn read_escape_sequence(&mut self) -> Result<char> {
        match self.eat_unicode_escape() {
            Some(character) => Ok(character),
            None => self.read_other_escape_sequence(),
        }
    }

    /// Reads a `\u` sequence that represents a character on its own, if it is next.
    #[inline]
    fn eat_unicode_escape(&mut self) -> Option<char> {
        let rest = self.json.as_bytes().get(self.offset..)?;
        let (prefix, rest) = rest.split_first_chunk()?;
        let character = char::from_u32(parse_hex4(*rest.first_chunk()?)?)?;
        if prefix != b"\\u" {
            return None;
        }
        self.offset += 6;
        Some(character)
    }

    #[inline(never)]
    fn read_other_escape_sequence(&mut self) -> Result<char> {
        let start = self.offset;
        let escaped = self.peek_escaped_byte();
        if escaped == Some(b'u') {
            self.offset += 2;
            return self.read_surrogate_pair(start);
        }
        if let Some(character) = escaped.and_then(unescape_short) {
            self.offset += 2;
            return Ok(character);
        }
        if escaped.is_some() {
            return Err(self.error(Reason::Escape));
        }
        self.offset += 1;
        Err(self.error(Reason::End))
    }

    /// Reads the rest of the `\u` sequence that begins at `start` and does not represent a
    /// character on its own, and the next sequence.
    fn read_surrogate_pair(&mut self, start: usize) -> Result<char> {
        let unpaired = LexerError { offset: start, reason: Reason::Surrogate };
        let high = self.read_hex4(start)?;
        if high > 0xDBFF || !(self.eat(b'\\') && self.eat(b'u')) {
            return Err(unpaired);
        }
        let low = self.read_hex4(start)?;
        if !(0xDC00..=0xDFFF).contains(&low) {
            return Err(unpaired);
        }
        let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        char::from_u32(scalar).ok_or(unpaired)
    }

    /// Reads the four hexadecimal digits of the `\u` sequence that begins at `start`.
    fn read_hex4(&mut self, start: usize) -> Result<u32> {
        let rest = self.json.as_bytes().get(self.offset..).unwrap_or_default();
        match rest.first_chunk() {
            Some(digits) => {
                let unit = parse_hex4(*digits);
                self.offset += digits.len();
                unit.ok_or(LexerError { offset: start, reason: Reason::Escape })
            }
            None if rest.iter().all(u8::is_ascii_hexdigit) => {
                Err(LexerError { offset: self.json.len(), reason: Reason::End })
            }
            None => Err(LexerError { offset: start, reason: Reason::Escape }),
        }
    }
}

/// Parses four hexadecimal digits.
#[inline]
fn parse_hex4(digits: [u8; 4]) -> Option<u32> {
    let value =
        |digit| u32::from(HEX_VALUES.get(usize::from(digit)).copied().unwrap_or(NOT_A_DIGIT));
    let [a, b, c, d] = digits.map(value);
    // Combining the values detects invalid digits with a single comparison.
    ((a | b | c | d) <= 0xf).then_some(a << 12 | b << 8 | c << 4 | d)
}

/// The value in [`HEX_VALUES`] of a byte that is not a hexadecimal digit.
const NOT_A_DIGIT: u8 = u8::MAX;

/// The value of each byte as a hexadecimal digit.
#[expect(clippy::indexing_slicing, reason = "a panic would be a compile error")]
const HEX_VALUES: [u8; 256] = {
    let mut values = [NOT_A_DIGIT; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        values[b"0123456789abcdef"[digit as usize] as usize] = digit;
        values[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

/// Returns the character that a two-character escape sequence represents, given its second byte.
const fn unescape_short(escaped: u8) -> Option<char> {
    Some(match escaped {
        b'"' | b'\\' | b'/' => escaped as char,
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// The number of bytes that are copied at once when a string is unescaped. Copying too many bytes
/// and ignoring some of them is faster than copying an exact number.
pub(crate) const UNESCAPE_CHUNK_BYTES: usize = 8;

#[cold]
fn pad_with_zeros(bytes: &[u8]) -> [u8; UNESCAPE_CHUNK_BYTES] {
    let mut chunk = [0; UNESCAPE_CHUNK_BYTES];
    for (to, from) in chunk.iter_mut().zip(bytes) {
        *to = *from;
    }
    chunk
}

/// An unescaped string.
#[derive(Debug)]
pub(crate) enum JsonString<'de, 'lexer> {
    /// A slice of the input.
    Borrowed(&'de str),
    /// A string in the lexer's buffer.
    Unescaped(&'lexer str),
}

impl<'de> JsonString<'de, '_> {
    pub(crate) fn into_cow(self) -> Cow<'de, str> {
        match self {
            Self::Borrowed(string) => Cow::Borrowed(string),
            Self::Unescaped(string) => Cow::Owned(string.to_owned()),
        }
    }
}

/// The content between the quotes of a string, not yet unescaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawString<'de> {
    pub(crate) raw: &'de str,
    pub(crate) escapes: Escapes,
}

/// The kinds of escape sequences in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Escapes {
    /// No escape sequences.
    None,
    /// Only two-character sequences, such as `\n`.
    Short,
    /// Any escape sequences, possibly including `\u` sequences.
    Any,
}

impl<'de> RawString<'de> {
    /// Wraps the content between the quotes of a valid string.
    pub(crate) fn from_raw(raw: &'de str) -> Self {
        let escapes = if raw.contains('\\') { Escapes::Any } else { Escapes::None };
        Self { raw, escapes }
    }

    /// Returns an iterator over the unescaped characters.
    pub(crate) fn chars(self) -> impl Iterator<Item = char> {
        let mut lexer = Lexer::new(self.raw);
        std::iter::from_fn(move || {
            if lexer.peek()? == b'\\' {
                return lexer.read_escape_sequence().ok();
            }
            let character = lexer.json.get(lexer.offset..)?.chars().next()?;
            lexer.offset += character.len_utf8();
            Some(character)
        })
    }

    /// Returns whether the unescaped string equals `string`.
    pub(crate) fn is_equal_to(self, string: &str) -> bool {
        match self.escapes {
            Escapes::None => self.raw == string,
            _ => self.chars().eq(string.chars()),
        }
    }

    /// Writes the unescaped string to `buffer`, and returns it. Succeeds if the buffer has at least
    /// [`UNESCAPE_CHUNK_BYTES`] bytes more than the string.
    pub(crate) fn unescape_into(self, buffer: &mut [u8]) -> Option<&str> {
        let mut lexer = Lexer::new(self.raw);
        let mut length = 0;
        while let Some(byte) = lexer.peek() {
            let free = buffer.get_mut(length..)?.first_chunk_mut()?;
            let copied = match (byte, lexer.peek_escaped_byte()) {
                (b'\\', Some(b'"' | b'\\' | b'/')) => {
                    lexer.offset += 1;
                    lexer.copy_to_special(free, true)
                }
                #[expect(clippy::disallowed_methods, reason = "any character fits")]
                (b'\\', _) => lexer.read_escape_sequence().ok()?.encode_utf8(free).len(),
                _ => lexer.copy_to_special(free, false),
            };
            if copied == 0 {
                return None;
            }
            length += copied;
        }
        // The buffer contains only complete characters, so the conversion succeeds.
        std::str::from_utf8(buffer.get(..length)?).ok()
    }

    /// Returns the unescaped string.
    pub(crate) fn unescape(self) -> Cow<'de, str> {
        match self.escapes {
            Escapes::None => Cow::Borrowed(self.raw),
            _ => Cow::Owned(self.chars().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Escapes, Lexer, RawString, UNESCAPE_CHUNK_BYTES};
    use std::borrow::Cow;

    #[test]
    fn borrows_strings_without_escapes() {
        let string = |json| Lexer::new(json).read_raw_string().unwrap().unescape();
        assert!(matches!(string(r#""shoes""#), Cow::Borrowed("shoes")));
        let unescaped = string(r#""sh\u006fes""#);
        assert_eq!(unescaped, "shoes");
        assert!(matches!(unescaped, Cow::Owned(_)));
    }

    fn unescape_into(string: RawString<'_>, capacity: usize) -> Option<String> {
        string.unescape_into(&mut vec![0; capacity]).map(str::to_owned)
    }

    /// The lexer examines 8 bytes at once, so the test places each escape sequence at every
    /// position.
    #[test]
    fn unescapes_at_every_position() {
        for length in 0..40 {
            for filler in ["a", "é", "中", "🐈"] {
                for part in ["", r"\n", r#"\""#, r"\\", r"\/\/", r"\u4f18\u8d28", r"\ud83d\ude00x"]
                {
                    let text = filler.repeat(length);
                    let json = format!("\"{text}{part}{text}\",\"");
                    let end = json.len() - 2;
                    let expected: String = serde_json::from_str(&json[..end]).unwrap();
                    let mut lexer = Lexer::new(&json);
                    assert_eq!(lexer.read_string().unwrap().into_cow(), expected);
                    assert_eq!(lexer.offset(), end);
                    let raw = Lexer::new(&json).read_raw_string().unwrap();
                    assert_eq!(
                        (raw.unescape(), raw.escapes == Escapes::None),
                        (Cow::Borrowed(expected.as_str()), part.is_empty())
                    );
                    let size = expected.len() + UNESCAPE_CHUNK_BYTES;
                    assert_eq!(unescape_into(raw, size).as_deref(), Some(expected.as_str()));
                    let too_small = expected.len().saturating_sub(1);
                    assert_eq!(unescape_into(raw, too_small).is_none(), !expected.is_empty());
                    assert_eq!(Lexer::new(&json).read_raw_value().unwrap(), &json[..end]);
                }
            }
        }
    }

    #[test]
    fn rejects_invalid_strings_at_every_position() {
        for length in 0..40 {
            for part in ["", "\n", "\u{1f}", r"\", r"\a", r"\u12", r"\u12g4", r"\ud83d", r"\udc00x"]
            {
                for end in ["", "\""] {
                    let json = format!("\"{}{part}{end}", "a".repeat(length));
                    if serde_json::from_str::<String>(&json).is_ok() {
                        continue;
                    }
                    let error = Lexer::new(&json).skip_value().unwrap_err();
                    for other in [
                        Lexer::new(&json).read_string().map(drop).unwrap_err(),
                        Lexer::new(&json).read_raw_string().map(drop).unwrap_err(),
                    ] {
                        assert_eq!(other.into_syntax_error(&json), error.into_syntax_error(&json));
                    }
                }
            }
        }
    }
}
