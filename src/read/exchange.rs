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
    /// Wraps a text that has been validated. Returns `None` if it is longer than the policy allows, in
    /// which case it has not been parsed.
    pub(crate) fn new(json: &'de [u8], policy: &Policy) -> Option<Self> {
        let json = json::parse_utf8(json).ok().filter(|json| json.len() <= policy.bytes_limit())?;
        Some(Self { json, max_depth: policy.depth_limit() })
    }

    /// Parses a text of the application itself, whose size a policy does not limit. Returns `None` if
    /// it is not valid JSON.
    pub(crate) fn parse(json: &'de [u8]) -> Option<Self> {
        let text = Self { json: json::parse_utf8(json).ok()?, max_depth: MAX_DEPTH };
        let mut lexer = text.lexer(text.json);
        lexer.skip_value().and_then(|_| lexer.expect_end()).ok()?;
        Some(text)
    }

    /// Wraps the text of a serialized value, whose size and depth the policy does not limit.
    pub(crate) const fn from_serialized(json: &'de str) -> Self {
        Self { json, max_depth: u8::MAX }
    }

    fn lexer(self, json: &'de str) -> Lexer<'de> {
        Lexer::with_max_depth(json, self.max_depth).accepting_any_number()
    }

    /// Returns the first member of an object with the given name, unless it is null. Returns `None`
    /// if there is no such member, or if the JSON is not an object.
    fn member(self, object: &'de str, name: &str) -> Option<&'de str> {
        let mut lexer = self.lexer(object);
        if lexer.peek_value().ok()? != b'{' {
            return None;
        }
        lexer.enter().ok()?;
        let mut first = true;
        while lexer.advance_to_member(&mut first).ok()? {
            let is_match = lexer.read_raw_string().ok()?.is_equal_to(name);
            lexer.expect_colon().ok()?;
            let value = lexer.skip_value().ok()?;
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
        match lexer.peek_value().ok()? {
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

    fn keys(&self, name: &str, key: &str) -> Option<Vec<Option<Cow<'_, str>>>> {
        let mut lexer = self.lexer(self.member(self.json, name)?);
        if lexer.peek_value().ok()? != b'[' {
            return None;
        }
        lexer.enter().ok()?;
        let (mut keys, mut first) = (Vec::new(), true);
        while lexer.advance_to_element(&mut first).ok()? {
            keys.push(self.string_in(lexer.skip_value().ok()?, key));
        }
        Some(keys)
    }
}
