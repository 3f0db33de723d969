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
        reason = "called for each name and string; it is faster inlined"
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

    /// Reads a string, starting at its opening quote. At an escape sequence or an invalid
    /// character, returns the part of the string before it as the error.
    #[inline]
    fn read_string_without_escapes(&mut self) -> std::result::Result<&'de str, &'de str> {
        let start = self.offset + 1;
        self.offset = start;
        self.skip_unescaped();
        let string = self.slice_from(start);
        if self.eat(b'"') { Ok(string) } else { Err(string) }
    }

    /// Reads and unescapes the rest of a string after `start`, the part that has already been read.
    /// Returns the whole string.
    #[inline(never)]
    fn unescape_rest(&mut self, start: &str) -> Result<&str> {
        self.unescaped.clear();
        // Most strings fit in this capacity, so the buffer rarely grows.
        self.unescaped.reserve(128);
        self.unescaped.push_str(start);
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
                        start = self.offset;
                    }
                }
                Some(_) => return Err(self.error(Reason::ControlCharacter)),
                None => return Err(self.error(Reason::End)),
            }
            self.skip_unescaped();
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
            self.skip_unescaped();
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
    fn skip_unescaped(&mut self) {
        let rest = self.json.as_bytes().get(self.offset..).unwrap_or_default();
        self.offset += scan::position(rest, is_special);
    }

    /// Returns the byte after the current one, which must be a backslash.
    #[inline]
    fn peek_escaped_byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.offset + 1).copied()
    }

    /// Reads an escape sequence, starting at its backslash.
    fn read_escape_sequence(&mut self) -> Result<char> {
        let start = self.offset;
        let escaped = self.peek_escaped_byte();
        if let Some(character) = escaped.and_then(unescape_short) {
            self.offset += 2;
            return Ok(character);
        }
        match escaped {
            Some(b'u') => {
                self.offset += 2;
                self.read_unicode_escape(start)
            }
            Some(_) => Err(LexerError { offset: start, reason: Reason::Escape }),
            None => {
                self.offset += 1;
                Err(self.error(Reason::End))
            }
        }
    }

    /// Reads the hexadecimal digits of the `\u` sequence that begins at `start`. After a high
    /// surrogate, also reads the `\u` sequence of the low surrogate.
    fn read_unicode_escape(&mut self, start: usize) -> Result<char> {
        let unpaired = LexerError { offset: start, reason: Reason::Surrogate };
        let unit = self.read_hex4(start)?;
        let scalar = match unit {
            0xD800..=0xDBFF => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(unpaired);
                }
                let low = self.read_hex4(start)?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(unpaired);
                }
                0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            }
            other => other,
        };
        char::from_u32(scalar).ok_or(unpaired)
    }

    /// Reads the four hexadecimal digits of the `\u` sequence that begins at `start`.
    fn read_hex4(&mut self, start: usize) -> Result<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else {
                return Err(self.error(Reason::End));
            };
            #[expect(clippy::disallowed_methods, reason = "the radix is a constant")]
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(LexerError { offset: start, reason: Reason::Escape });
            };
            unit = unit * 16 + digit;
            self.offset += 1;
        }
        Ok(unit)
    }
}

/// Returns whether a byte ends a run of unescaped characters: a quote, a backslash or a control
/// character.
#[allow(clippy::needless_bitwise_bool, reason = "branches would prevent vectorization")]
const fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

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
    use super::Lexer;
    use std::borrow::Cow;

    #[test]
    fn borrows_strings_without_escapes() {
        let string = |json| Lexer::new(json).read_raw_string().unwrap().unescape();
        assert!(matches!(string(r#""shoes""#), Cow::Borrowed("shoes")));
        let unescaped = string(r#""sh\u006fes""#);
        assert_eq!(unescaped, "shoes");
        assert!(matches!(unescaped, Cow::Owned(_)));
    }
}
