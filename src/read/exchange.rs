//! The operands of exchange rules, read from JSON text that has been validated.

use crate::{
    json::{self, Lexer, MAX_DEPTH},
    policy::Policy,
    validate::ExchangeOperands,
};
use std::borrow::Cow;

/// The JSON text of a request or a response.
#[derive(Clone, Copy)]
pub(crate) struct ExchangeText<'de> {
    json: &'de str,
    max_depth: u8,
}

impl<'de> ExchangeText<'de> {
    /// Wraps JSON text that has been validated. Returns `None` if the text is longer than the
    /// policy allows, because such text has not been parsed.
    pub(crate) fn new(json: &'de [u8], policy: &Policy) -> Option<Self> {
        let json = json::parse_utf8(json).ok().filter(|json| json.len() <= policy.bytes_limit())?;
        Some(Self { json, max_depth: policy.depth_limit() })
    }

    /// Parses JSON text from the application itself, so the policy does not limit its size. Returns
    /// `None` if the text is not valid JSON.
    pub(crate) fn parse(json: &'de [u8]) -> Option<Self> {
        let text = Self { json: json::parse_utf8(json).ok()?, max_depth: MAX_DEPTH };
        let mut lexer = text.lexer(text.json);
        lexer.skip_value().and_then(|()| lexer.expect_end()).ok()?;
        Some(text)
    }

    /// Wraps the JSON text of a serialized value. The policy does not limit its size or depth.
    pub(crate) const fn from_serialized(json: &'de str) -> Self {
        Self { json, max_depth: u8::MAX }
    }

    fn lexer(self, json: &'de str) -> Lexer<'de> {
        Lexer::with_max_depth(json, self.max_depth).accept_any_number()
    }

    /// Returns the value of an object's first member with the given name. Returns `None` if there
    /// is no such member, if its value is null, or if the JSON is not an object.
    fn member(self, object: &'de str, name: &str) -> Option<&'de str> {
        let mut lexer = self.lexer(object);
        if lexer.peek_value_start().ok()? != b'{' {
            return None;
        }
        lexer.enter().ok()?;
        let mut first = true;
        while lexer.advance_to_member(&mut first).ok()? {
            let is_match = lexer.read_raw_string().ok()?.is_equal_to(name);
            lexer.expect_colon().ok()?;
            let value = lexer.read_raw_value().ok()?;
            if is_match {
                return Some(value).filter(|value| *value != "null");
            }
        }
        None
    }

    /// Returns the string at a path in an object, as [`ExchangeOperands::string`] does.
    fn string_in(self, object: &'de str, path: &str) -> Option<Cow<'de, str>> {
        let mut json = object;
        for name in path.split('/') {
            json = self.member(json, name)?;
        }
        let mut lexer = self.lexer(json);
        match lexer.peek_value_start().ok()? {
            b'"' => Some(lexer.read_string().ok()?.into_cow()),
            _ => None,
        }
    }
}

impl ExchangeOperands for ExchangeText<'_> {
    fn has_field(&self, name: &str) -> bool {
        self.member(self.json, name).is_some()
    }

    fn string(&self, path: &str) -> Option<Cow<'_, str>> {
        self.string_in(self.json, path)
    }

    fn element_strings(&self, name: &str, key: &str) -> Option<Vec<Option<Cow<'_, str>>>> {
        let mut lexer = self.lexer(self.member(self.json, name)?);
        if lexer.peek_value_start().ok()? != b'[' {
            return None;
        }
        lexer.enter().ok()?;
        let (mut keys, mut first) = (Vec::new(), true);
        while lexer.advance_to_element(&mut first).ok()? {
            keys.push(self.string_in(lexer.read_raw_value().ok()?, key));
        }
        Some(keys)
    }
}
