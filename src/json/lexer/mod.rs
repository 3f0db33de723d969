//! A lexer for JSON (RFC 8259) that reads the input in one pass.
//!
//! Unlike `serde_json`, the lexer checks skipped values as strictly as values that are kept. The
//! lexer can also return the slice of the input that contains a value.

mod number;
mod string;

pub(crate) use number::Number;
pub(crate) use string::{Escapes, JsonString, RawString, UNESCAPE_CHUNK_BYTES};

use super::{
    error::{Reason, SyntaxError},
    scan,
};

/// The maximum nesting depth of arrays and objects, which no policy can exceed.
pub(crate) const MAX_DEPTH: u8 = 128;

/// Converts the bytes of JSON to a string. Returns a syntax error at the first byte that is not
/// valid UTF-8.
pub(crate) fn parse_utf8(json: &[u8]) -> std::result::Result<&str, SyntaxError> {
    simdutf8::compat::from_utf8(json)
        .map_err(|error| SyntaxError::new(json, error.valid_up_to(), Reason::Utf8))
}

/// A syntax error with its byte offset. The line and column are computed only when the error is
/// converted to a [`SyntaxError`].
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct LexerError {
    offset: usize,
    reason: Reason,
}

impl LexerError {
    pub(crate) fn into_syntax_error(self, json: &str) -> SyntaxError {
        SyntaxError::new(json.as_bytes(), self.offset, self.reason)
    }
}

/// A lexer, which consists of the JSON to read and the position of the next byte.
#[derive(Debug)]
pub struct Lexer<'de> {
    json: &'de str,
    offset: usize,
    /// The number of arrays and objects that can still be nested at this position.
    remaining_depth: u8,
    /// True if skipped numbers may be out of range.
    accepts_any_number: bool,
    /// The buffer for strings with escape sequences.
    unescaped: String,
}

/// The result of reading JSON.
pub type Result<T> = std::result::Result<T, LexerError>;

impl<'de> Lexer<'de> {
    pub(crate) const fn new(json: &'de str) -> Self {
        Self::with_max_depth(json, MAX_DEPTH)
    }

    /// Returns a lexer that accepts at most `max_depth` nesting levels.
    pub(crate) const fn with_max_depth(json: &'de str, max_depth: u8) -> Self {
        Self {
            json,
            offset: 0,
            remaining_depth: max_depth,
            accepts_any_number: false,
            unescaped: String::new(),
        }
    }

    /// Makes the lexer skip numbers even if they are out of range, for JSON that has already been
    /// validated: where another type is expected, such a number is a violation, not a syntax error.
    pub(crate) const fn accept_any_number(mut self) -> Self {
        self.accepts_any_number = true;
        self
    }

    /// Returns an error if the rest of the input contains anything but whitespace.
    pub(crate) fn expect_end(&mut self) -> Result<()> {
        match self.peek_non_whitespace() {
            None => Ok(()),
            Some(_) => Err(self.error(Reason::Trailing)),
        }
    }

    #[cold]
    fn error(&self, reason: Reason) -> LexerError {
        LexerError { offset: self.offset, reason }
    }

    /// Returns an error for the next byte, or for the end of the input if there is none.
    #[cold]
    fn unexpected_byte_error(&self, reason: Reason) -> LexerError {
        self.error(if self.peek().is_none() { Reason::End } else { reason })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.offset).copied()
    }

    /// Skips whitespace, and returns the next byte without consuming it.
    #[inline]
    fn peek_non_whitespace(&mut self) -> Option<u8> {
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

    /// Consumes the next byte and returns true if it is `byte`; otherwise, returns false.
    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.offset += usize::from(is_next);
        is_next
    }

    /// Consumes `string` and returns true if the input continues with it; otherwise, returns false.
    #[inline]
    pub(crate) fn eat_str(&mut self, string: &str) -> bool {
        let end = self.offset + string.len();
        let found = self.json.as_bytes().get(self.offset..end);
        let is_next = found == Some(string.as_bytes());
        if is_next {
            self.offset = end;
        }
        is_next
    }

    /// Consumes a name and returns true if it is next. `json` is the quoted name and a colon.
    #[inline]
    pub(crate) fn eat_name(&mut self, json: &str) -> bool {
        // Most names have another length, so most comparisons end here.
        let last = (self.offset + json.len()).wrapping_sub(1);
        self.json.as_bytes().get(last) == Some(&b':') && self.eat_str(json)
    }

    /// Returns the input from `start` to the current offset, which must both be character
    /// boundaries.
    #[inline]
    pub(crate) fn slice_from(&self, start: usize) -> &'de str {
        self.json.get(start..self.offset).unwrap_or_default()
    }

    /// Returns the offset of the next byte.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the number of remaining bytes.
    pub(crate) const fn remaining(&self) -> usize {
        self.json.len() - self.offset
    }

    /// Skips whitespace, and returns the first byte of the next value without consuming it.
    #[inline]
    pub(crate) fn peek_value_start(&mut self) -> Result<u8> {
        match self.peek_non_whitespace() {
            Some(start) => Ok(start),
            None => Err(self.error(Reason::End)),
        }
    }

    /// Reads `true`, `false` or `null`, and returns `None` for `null`.
    #[inline(never)]
    pub(crate) fn read_literal(&mut self) -> Result<Option<bool>> {
        match self.peek() {
            Some(b't') => self.expect_keyword("true").map(|()| Some(true)),
            Some(b'f') => self.expect_keyword("false").map(|()| Some(false)),
            Some(b'n') => self.expect_keyword("null").map(|()| None),
            _ => Err(self.expected_value_error()),
        }
    }

    fn expect_keyword(&mut self, keyword: &'static str) -> Result<()> {
        for byte in keyword.bytes() {
            if !self.eat(byte) {
                return Err(self.unexpected_byte_error(Reason::Value));
            }
        }
        Ok(())
    }

    /// Enters an array or object by consuming its opening bracket or brace.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<()> {
        if self.remaining_depth == 0 {
            return Err(self.error(Reason::Depth));
        }
        self.remaining_depth -= 1;
        self.offset += 1;
        Ok(())
    }

    /// Leaves an array or object by consuming its closing bracket or brace.
    #[inline]
    fn leave(&mut self) {
        self.remaining_depth += 1;
        self.offset += 1;
    }

    /// Advances to the next element of the current array and returns true. At the end of the array,
    /// leaves it and returns false.
    #[inline]
    pub(crate) fn advance_to_element(&mut self, first: &mut bool) -> Result<bool> {
        let is_first = std::mem::replace(first, false);
        match self.peek_non_whitespace() {
            Some(b']') => {
                self.leave();
                Ok(false)
            }
            Some(b',') if !is_first => {
                self.offset += 1;
                // A trailing comma is not detected here, but when the caller reads the next value.
                Ok(true)
            }
            _ if is_first => Ok(true),
            _ => Err(self.unexpected_byte_error(Reason::CommaOrBracket)),
        }
    }

    /// Advances to the name of the next member of the current object and returns true. At the end
    /// of the object, leaves it and returns false.
    #[inline]
    pub(crate) fn advance_to_member(&mut self, first: &mut bool) -> Result<bool> {
        let is_first = std::mem::replace(first, false);
        let mut next = self.peek_non_whitespace();
        match next {
            Some(b',') if !is_first => {
                self.offset += 1;
                next = self.peek_non_whitespace();
            }
            Some(b'}') => {
                self.leave();
                return Ok(false);
            }
            _ if is_first => {}
            _ => return Err(self.unexpected_byte_error(Reason::CommaOrBrace)),
        }
        if next == Some(b'"') { Ok(true) } else { Err(self.unexpected_byte_error(Reason::Name)) }
    }

    /// Consumes the colon between the name and the value of a member.
    #[inline]
    pub(crate) fn expect_colon(&mut self) -> Result<()> {
        if self.peek_non_whitespace() == Some(b':') {
            self.offset += 1;
            Ok(())
        } else {
            Err(self.unexpected_byte_error(Reason::Colon))
        }
    }

    /// Skips the next value, and returns the slice of the input that contains it.
    pub(crate) fn read_raw_value(&mut self) -> Result<&'de str> {
        self.peek_value_start()?;
        let start = self.offset;
        self.skip_value()?;
        Ok(self.slice_from(start))
    }

    /// Skips the next value.
    pub(crate) fn skip_value(&mut self) -> Result<()> {
        // A bit stack of the enclosing arrays and objects. The lowest bit represents the innermost
        // container: 1 for an object, 0 for an array. A loop is faster than recursion.
        let (mut containers, mut depth) = (0_u128, 0_u8);
        let mut first = false;
        loop {
            match self.peek_value_start()? {
                bracket @ (b'{' | b'[') => {
                    self.enter()?;
                    containers = containers << 1 | u128::from(bracket == b'{');
                    depth += 1;
                    first = true;
                }
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => self.skip_number()?,
                _ => drop(self.read_literal()?),
            }
            while depth > 0 && !self.advance_to_next(containers & 1 != 0, &mut first)? {
                containers >>= 1;
                depth -= 1;
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Advances to the next value of the current object or array and returns true. At the end,
    /// leaves it and returns false.
    #[inline]
    fn advance_to_next(&mut self, is_object: bool, first: &mut bool) -> Result<bool> {
        if !is_object {
            return self.advance_to_element(first);
        }
        let has_member = self.advance_to_member(first)?;
        if has_member {
            self.skip_string()?;
            self.expect_colon()?;
        }
        Ok(has_member)
    }

    /// Returns the error for input that does not start a value.
    fn expected_value_error(&self) -> LexerError {
        let has_byte_order_mark = self.offset == 0 && self.json.starts_with('\u{feff}');
        self.error(if has_byte_order_mark { Reason::ByteOrderMark } else { Reason::Value })
    }
}

#[cfg(test)]
mod tests {
    use super::Lexer;

    #[test]
    fn eats_only_the_exact_string() {
        let mut lexer = Lexer::new(r#""a":"ab":"#);
        assert!(!lexer.eat_str(r#""b":"#));
        assert!(lexer.eat_str(r#""a":"#));
        assert!(!lexer.eat_str(r#""a":"#));
        assert!(lexer.eat_str(r#""ab":"#));
        assert!(!lexer.eat_str(":"));
        assert!(lexer.expect_end().is_ok());
    }
}
