//! JSON (RFC 8259) as the crate reads it: one pass over the text, the same strictness everywhere.
//!
//! Members that no row names, and values that are passed over, are held to the same rules as
//! those that are kept; and a value can be taken as the text that it stands as. `serde_json`
//! offers neither.

use super::{
    error::{Reason, SyntaxError},
    scan,
};
use std::borrow::Cow;

/// How deep arrays and objects may be nested, whatever the policy.
pub(crate) const MAX_DEPTH: u8 = 128;

/// The name of the newtype struct by which `serde_json` is asked for a value as its text: it gives a
/// map of one member of this name, whose value is the text. A deserializer that does not know the
/// name gives the value itself.
pub(crate) const AS_RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The whole text as UTF-8.
pub(crate) fn utf8(text: &[u8]) -> std::result::Result<&str, SyntaxError> {
    std::str::from_utf8(text)
        .map_err(|error| SyntaxError::new(text, error.valid_up_to(), Reason::Utf8))
}

/// A fault, at a byte of the text.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct LexerError {
    offset: usize,
    reason: Reason,
}

impl LexerError {
    pub(crate) fn into_syntax_error(self, text: &str) -> SyntaxError {
        SyntaxError::new(text.as_bytes(), self.offset, self.reason)
    }
}

/// A place in a JSON text, from which values are read.
#[derive(Debug)]
pub struct Lexer<'de> {
    text: &'de str,
    offset: usize,
    /// How much deeper arrays and objects may be nested.
    levels: u8,
    /// Where a string with escape sequences is unescaped.
    unescaped: String,
}

pub(crate) type Result<T> = std::result::Result<T, LexerError>;

impl<'de> Lexer<'de> {
    pub(crate) const fn new(text: &'de str) -> Self {
        Self::with_max_depth(text, MAX_DEPTH)
    }

    /// Begins a text whose arrays and objects may be nested `levels` deep.
    pub(crate) const fn with_max_depth(text: &'de str, levels: u8) -> Self {
        Self { text, offset: 0, levels, unescaped: String::new() }
    }

    /// Refuses anything but blanks after the value.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.peek_token() {
            None => Ok(()),
            Some(_) => Err(self.error(Reason::Trailing)),
        }
    }

    #[cold]
    fn error(&self, reason: Reason) -> LexerError {
        LexerError { offset: self.offset, reason }
    }

    /// The fault that something else stands here, or nothing.
    #[cold]
    fn unexpected(&self, reason: Reason) -> LexerError {
        self.error(if self.peek().is_none() { Reason::End } else { reason })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    #[inline]
    fn peek_token(&mut self) -> Option<u8> {
        match self.peek() {
            Some(0..=b' ') => {
                self.skip_whitespace();
                self.peek()
            }
            other => other,
        }
    }

    #[inline(never)]
    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.offset += 1;
        }
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.offset += usize::from(there);
        there
    }

    /// The text from `start` to here. Both stand beside an ASCII character.
    fn since(&self, start: usize) -> &'de str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    /// How many bytes of the text are left.
    pub(crate) const fn remaining(&self) -> usize {
        self.text.len() - self.offset
    }

    /// The first byte of the value that comes.
    #[inline]
    pub(crate) fn value_start(&mut self) -> Result<u8> {
        match self.peek_token() {
            Some(start) => Ok(start),
            None => Err(self.error(Reason::End)),
        }
    }

    /// Reads `true`, `false` or `null`, which is none.
    #[inline(never)]
    pub(crate) fn literal(&mut self) -> Result<Option<bool>> {
        match self.peek() {
            Some(b't') => self.word("true").map(|()| Some(true)),
            Some(b'f') => self.word("false").map(|()| Some(false)),
            Some(b'n') => self.word("null").map(|()| None),
            _ => Err(self.not_a_value()),
        }
    }

    fn word(&mut self, literal: &'static str) -> Result<()> {
        for byte in literal.bytes() {
            if !self.eat(byte) {
                return Err(self.unexpected(Reason::Value));
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Result<()> {
        if self.levels == 0 {
            return Err(self.error(Reason::Depth));
        }
        self.levels -= 1;
        self.offset += 1;
        Ok(())
    }

    #[inline]
    fn leave(&mut self) {
        self.levels += 1;
        self.offset += 1;
    }

    /// Whether an element of the array that was entered comes; its end is passed.
    #[inline]
    pub(crate) fn has_element(&mut self, first: &mut bool) -> Result<bool> {
        let is_first = std::mem::replace(first, false);
        match self.peek_token() {
            Some(b']') => {
                self.leave();
                Ok(false)
            }
            Some(b',') if !is_first => {
                self.offset += 1;
                // What must come now is a value, so that a closing bracket is a fault.
                Ok(true)
            }
            _ if is_first => Ok(true),
            _ => Err(self.unexpected(Reason::CommaOrBracket)),
        }
    }

    /// Whether a member of the object that was entered comes; its end is passed.
    #[inline]
    pub(crate) fn has_member(&mut self, first: &mut bool) -> Result<bool> {
        let is_first = std::mem::replace(first, false);
        let mut next = self.peek_token();
        match next {
            Some(b',') if !is_first => {
                self.offset += 1;
                next = self.peek_token();
            }
            Some(b'}') => {
                self.leave();
                return Ok(false);
            }
            _ if is_first => {}
            _ => return Err(self.unexpected(Reason::CommaOrBrace)),
        }
        if next == Some(b'"') { Ok(true) } else { Err(self.unexpected(Reason::Name)) }
    }

    #[inline]
    pub(crate) fn colon(&mut self) -> Result<()> {
        if self.peek_token() == Some(b':') {
            self.offset += 1;
            Ok(())
        } else {
            Err(self.unexpected(Reason::Colon))
        }
    }

    /// Passes over these characters, if they stand here.
    #[inline]
    pub(crate) fn eat_str(&mut self, characters: &str) -> bool {
        let end = self.offset + characters.len();
        let found = self.text.as_bytes().get(self.offset..end);
        let stands_here = found == Some(characters.as_bytes());
        if stands_here {
            self.offset = end;
        }
        stands_here
    }

    /// Reads a string, whose opening quote stands here. It is borrowed unless it has escapes.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<JsonString<'de, '_>> {
        match self.plain_string() {
            Ok(text) => Ok(JsonString::Borrowed(text)),
            Err(beginning) => self.read_escaped(beginning).map(JsonString::Unescaped),
        }
    }

    /// Reads a string, whose opening quote stands here, as it stands between its quotes.
    #[allow(clippy::inline_always, reason = "it is called for values and for names: measured")]
    #[inline(always)]
    pub(crate) fn raw_string(&mut self) -> Result<RawString<'de>> {
        let start = self.offset + 1;
        if let Ok(raw) = self.plain_string() {
            return Ok(RawString { raw, escapes: Escapes::None });
        }
        let escapes = self.rest_of_string()?;
        let raw = self.text.get(start..self.offset - 1).unwrap_or_default();
        Ok(RawString { raw, escapes })
    }

    /// Reads a string, whose opening quote stands here, up to the closing one, or up to the first
    /// character that does not stand for itself.
    #[inline]
    fn plain_string(&mut self) -> std::result::Result<&'de str, &'de str> {
        let start = self.offset + 1;
        self.offset = start;
        self.plain_characters();
        let text = self.since(start);
        if self.eat(b'"') { Ok(text) } else { Err(text) }
    }

    /// Unescapes a string, of which the `beginning` has been read.
    #[inline(never)]
    fn read_escaped(&mut self, beginning: &str) -> Result<&str> {
        self.unescaped.clear();
        // Enough for most, so that it does not grow piece by piece.
        self.unescaped.reserve(128);
        self.unescaped.push_str(beginning);
        loop {
            let mut start = self.offset;
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(&self.unescaped);
                }
                Some(b'\\') => {
                    if let Some(b'"' | b'\\' | b'/') = self.escaped() {
                        // It stands for itself, and is copied with what follows.
                        start += 1;
                        self.offset += 2;
                    } else {
                        let character = self.escape()?;
                        self.unescaped.push(character);
                        start = self.offset;
                    }
                }
                Some(_) => return Err(self.error(Reason::ControlCharacter)),
                None => return Err(self.error(Reason::End)),
            }
            self.plain_characters();
            self.unescaped.push_str(self.since(start));
        }
    }

    /// Passes over a string, whose opening quote stands here.
    fn skip_string(&mut self) -> Result<()> {
        self.offset += 1;
        self.rest_of_string().map(drop)
    }

    /// Passes over what remains of a string.
    #[inline(never)]
    fn rest_of_string(&mut self) -> Result<Escapes> {
        let mut escapes = Escapes::None;
        loop {
            self.plain_characters();
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(escapes);
                }
                Some(b'\\') => {
                    if self.escaped().and_then(short_escape).is_some() {
                        self.offset += 2;
                        escapes = escapes.max(Escapes::Short);
                    } else {
                        self.escape()?;
                        escapes = Escapes::Any;
                    }
                }
                Some(_) => return Err(self.error(Reason::ControlCharacter)),
                None => return Err(self.error(Reason::End)),
            }
        }
    }

    /// Passes over characters that stand for themselves.
    #[inline]
    fn plain_characters(&mut self) {
        let rest = self.text.as_bytes().get(self.offset..).unwrap_or_default();
        self.offset += scan::position(rest, is_special);
    }

    /// The byte after the backslash that stands here.
    #[inline]
    fn escaped(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset + 1).copied()
    }

    /// Reads an escape sequence, whose backslash stands here.
    fn escape(&mut self) -> Result<char> {
        let start = self.offset;
        let escaped = self.escaped();
        if let Some(character) = escaped.and_then(short_escape) {
            self.offset += 2;
            return Ok(character);
        }
        match escaped {
            Some(b'u') => {
                self.offset += 2;
                self.unicode_escape(start)
            }
            Some(_) => Err(LexerError { offset: start, reason: Reason::Escape }),
            None => {
                self.offset += 1;
                Err(self.error(Reason::End))
            }
        }
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char> {
        let half = LexerError { offset: start, reason: Reason::Surrogate };
        let unit = self.hex4(start)?;
        let scalar = match unit {
            0xD800..=0xDBFF => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(half);
                }
                let low = self.hex4(start)?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(half);
                }
                0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            }
            other => other,
        };
        char::from_u32(scalar).ok_or(half)
    }

    fn hex4(&mut self, start: usize) -> Result<u32> {
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

    /// Passes over digits; at least one must stand here. Their value, if 64 bits hold it.
    #[inline]
    fn digits(&mut self) -> Result<Option<u64>> {
        let start = self.offset;
        let (mut value, mut length) = (0_u64, 0);
        for byte in self.text.as_bytes().get(start..).unwrap_or_default() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            length += 1;
        }
        self.offset = start + length;
        match length {
            0 => Err(self.unexpected(Reason::Number)),
            // So many digits do not wrap.
            1..=19 => Ok(Some(value)),
            _ => Ok(self.since(start).parse().ok()),
        }
    }

    /// Reads a number, whose first character stands here.
    pub(crate) fn number(&mut self) -> Result<Number> {
        let start = self.offset;
        let negative = self.eat(b'-');
        let (first, is_zero) = (self.offset, self.peek() == Some(b'0'));
        let magnitude = self.digits()?;
        if is_zero && self.offset > first + 1 {
            return Err(LexerError { offset: first + 1, reason: Reason::Number });
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self.fraction(start);
        }
        Ok(Number::of_integer(negative, magnitude))
    }

    /// Reads what follows the integer part of the number that begins at `start`.
    #[inline(never)]
    fn fraction(&mut self, start: usize) -> Result<Number> {
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        match self.since(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Number::Float(number)),
            _ => Err(LexerError { offset: start, reason: Reason::NumberRange }),
        }
    }

    /// Passes over the value that comes, and gives the text that it stands as.
    pub(crate) fn skip(&mut self) -> Result<&'de str> {
        let first = self.value_start()?;
        let start = self.offset;
        match first {
            b'"' => self.skip_string()?,
            b'{' => {
                self.enter()?;
                let mut first = true;
                while self.has_member(&mut first)? {
                    self.skip_string()?;
                    self.colon()?;
                    self.skip()?;
                }
            }
            b'[' => {
                self.enter()?;
                let mut first = true;
                while self.has_element(&mut first)? {
                    self.skip()?;
                }
            }
            b'-' | b'0'..=b'9' => {
                let beyond = matches!(self.number()?, Number::Beyond { .. });
                if beyond && !self.since(start).parse().is_ok_and(f64::is_finite) {
                    return Err(LexerError { offset: start, reason: Reason::NumberRange });
                }
            }
            _ => drop(self.literal()?),
        }
        Ok(self.since(start))
    }

    fn not_a_value(&self) -> LexerError {
        let mark = self.offset == 0 && self.text.starts_with('\u{feff}');
        self.error(if mark { Reason::ByteOrderMark } else { Reason::Value })
    }
}

/// Whether a byte does not stand for itself in a string.
#[allow(clippy::needless_bitwise_bool, reason = "jumps cannot be made for many bytes at once")]
const fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The character that a backslash and this byte stand for.
const fn short_escape(escaped: u8) -> Option<char> {
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

/// A string: as it stands, or unescaped.
#[derive(Debug)]
pub(crate) enum JsonString<'de, 'lexer> {
    Borrowed(&'de str),
    Unescaped(&'lexer str),
}

impl<'de> JsonString<'de, '_> {
    pub(crate) fn into_cow(self) -> Cow<'de, str> {
        match self {
            Self::Borrowed(text) => Cow::Borrowed(text),
            Self::Unescaped(text) => Cow::Owned(text.to_owned()),
        }
    }
}

/// A string as it stands between its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawString<'de> {
    pub(crate) raw: &'de str,
    pub(crate) escapes: Escapes,
}

/// What escape sequences a string has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Escapes {
    None,
    /// Those of two characters.
    Short,
    Any,
}

impl<'de> RawString<'de> {
    /// The string that stands so between its quotes.
    pub(crate) fn of(raw: &'de str) -> Self {
        let escapes = if raw.contains('\\') { Escapes::Any } else { Escapes::None };
        Self { raw, escapes }
    }

    /// The characters that it stands for.
    pub(crate) fn characters(self) -> impl Iterator<Item = char> {
        let mut lexer = Lexer::new(self.raw);
        std::iter::from_fn(move || {
            if lexer.peek()? == b'\\' {
                return lexer.escape().ok();
            }
            let character = lexer.text.get(lexer.offset..)?.chars().next()?;
            lexer.offset += character.len_utf8();
            Some(character)
        })
    }

    /// Whether it stands for `text`.
    pub(crate) fn is(self, text: &str) -> bool {
        match self.escapes {
            Escapes::None => self.raw == text,
            _ => self.characters().eq(text.chars()),
        }
    }

    /// The text that it stands for.
    pub(crate) fn unescape(self) -> Cow<'de, str> {
        match self.escapes {
            Escapes::None => Cow::Borrowed(self.raw),
            _ => Cow::Owned(self.characters().collect()),
        }
    }
}

/// A number, in the smallest of these that holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Unsigned(u64),
    Negative(i64),
    /// An integer beyond 64 bits, of which only the sign is kept.
    Beyond {
        negative: bool,
    },
    Float(f64),
}

impl Number {
    /// The integer of a magnitude, which is none if 64 bits do not hold it.
    fn of_integer(negative: bool, magnitude: Option<u64>) -> Self {
        match magnitude {
            Some(magnitude) if !negative => Self::Unsigned(magnitude),
            // Minus zero is no integer: it would lose its sign.
            Some(0) => Self::Float(-0.0),
            Some(magnitude) => Self::from(-i128::from(magnitude)),
            None => Self::Beyond { negative },
        }
    }
}

impl From<i128> for Number {
    fn from(integer: i128) -> Self {
        match (u64::try_from(integer), i64::try_from(integer)) {
            (Ok(integer), _) => Self::Unsigned(integer),
            (_, Ok(integer)) => Self::Negative(integer),
            _ => Self::Beyond { negative: integer.is_negative() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lexer, Number};
    use std::borrow::Cow;

    #[test]
    fn a_string_without_escape_sequences_is_not_copied() {
        let text = |json| Lexer::new(json).raw_string().unwrap().unescape();
        assert!(matches!(text(r#""shoes""#), Cow::Borrowed("shoes")));
        assert!(matches!(text(r#""sh\u006fes""#), Cow::Owned(text) if text == "shoes"));
    }

    #[test]
    fn only_the_very_characters_are_passed_over() {
        let mut lexer = Lexer::new(r#""a":"ab":"#);
        assert!(!lexer.eat_str(r#""b":"#));
        assert!(lexer.eat_str(r#""a":"#));
        assert!(!lexer.eat_str(r#""a":"#));
        assert!(lexer.eat_str(r#""ab":"#));
        assert!(!lexer.eat_str(":"));
        assert!(lexer.end().is_ok());
    }

    #[test]
    fn an_integer_is_the_smallest_number_that_holds_it() {
        for (integer, number) in [
            (0, Number::Unsigned(0)),
            (i128::from(u64::MAX), Number::Unsigned(u64::MAX)),
            (i128::from(u64::MAX) + 1, Number::Beyond { negative: false }),
            (-1, Number::Negative(-1)),
            (i128::from(i64::MIN), Number::Negative(i64::MIN)),
            (i128::from(i64::MIN) - 1, Number::Beyond { negative: true }),
        ] {
            assert_eq!(Number::from(integer), number, "{integer}");
        }
    }
}
