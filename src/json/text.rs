//! A JSON value kept as its text.

use super::{Lexer, LexerError, Number, SyntaxError};
use serde::{
    Serialize, Serializer,
    ser::{self, Error as _, SerializeMap, SerializeSeq},
};
use serde_json::value::RawValue;
use std::{
    cell::{RefCell, RefMut},
    fmt,
};

/// A JSON value as its text, in a normal form: without blanks, numbers and escape sequences written
/// in one way. Numbers keep their value, whatever it is, and objects the order of their members,
/// also of those that stand twice.
///
/// `Debug` shows nothing of it. It writes through any `serde` format, and is read back as it is by
/// those of JSON. In other formats a number that neither 64 bits nor an `f64` holds is rounded.
///
/// ```
/// use miniprogram_protocol::JsonText;
///
/// let text = JsonText::parse("{\"points\": 12.50}").unwrap();
/// assert_eq!(text.as_str(), "{\"points\":12.5}");
/// assert_eq!(text.to_value().unwrap()["points"], 12.5);
/// assert_eq!(text, JsonText::try_from(serde_json::json!({"points": 12.5})).unwrap());
/// assert!(JsonText::parse("{points}").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// The JSON value that `text` is.
    ///
    /// # Errors
    /// Where and why the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::normal(text).map_err(|error| error.into_syntax_error(text))
    }

    /// The normal form of `json`.
    pub(super) fn normal(json: &str) -> Result<Self, LexerError> {
        let mut lexer = Lexer::new(json);
        let value = lexer.skip()?;
        lexer.end()?;
        Ok(Self::of(value))
    }

    /// The normal form of `value`, which is a JSON value.
    pub(crate) fn of(value: &str) -> Self {
        // What was just read can be written; were it not so, it would stay as it is.
        let normal = serde_json::to_string(&Node::new(&RefCell::new(Lexer::new(value))));
        Self(normal.unwrap_or_else(|_| value.to_owned()).into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value. Numbers that 64 bits do not hold become the nearest `f64`, and of members of one
    /// name the last one counts.
    ///
    /// # Errors
    /// `serde_json` may refuse a value for reasons of its own, though it has no known ones.
    pub fn to_value(&self) -> serde_json::Result<serde_json::Value> {
        let lexer = RefCell::new(Lexer::new(&self.0));
        serde_json::to_value(Node { lexer: &lexer, every_digit: false })
    }
}

impl TryFrom<serde_json::Value> for JsonText {
    type Error = SyntaxError;

    /// Refuses a value that is nested deeper than 128.
    fn try_from(value: serde_json::Value) -> Result<Self, SyntaxError> {
        Self::parse(&value.to_string())
    }
}

impl std::str::FromStr for JsonText {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Node::new(&RefCell::new(Lexer::new(&self.0))).serialize(to)
    }
}

/// The value that comes next in a JSON text.
struct Node<'a, 'de> {
    lexer: &'a RefCell<Lexer<'de>>,
    /// Whether the serializer takes numbers as texts, so that they keep every digit.
    every_digit: bool,
}

impl<'a, 'de> Node<'a, 'de> {
    const fn new(lexer: &'a RefCell<Lexer<'de>>) -> Self {
        Self { lexer, every_digit: true }
    }
}

impl Serialize for Node<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut lexer = self.lexer()?;
        match lexer.value_start().map_err(S::Error::custom)? {
            b'{' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut members = to.serialize_map(None)?;
                let mut first = true;
                while let Some(name) = self.next_name(&mut first)? {
                    members.serialize_entry(&name, self)?;
                }
                members.end()
            }
            b'[' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut elements = to.serialize_seq(None)?;
                let mut first = true;
                while self.lexer()?.has_element(&mut first).map_err(S::Error::custom)? {
                    elements.serialize_element(self)?;
                }
                elements.end()
            }
            b'"' => {
                let text = lexer.string().map_err(S::Error::custom)?.into_cow();
                to.serialize_str(&text)
            }
            b'-' | b'0'..=b'9' => {
                let literal = lexer.skip().map_err(S::Error::custom)?;
                let number = Lexer::new(literal).number().map_err(S::Error::custom)?;
                // Only JSON has a place for any number.
                let any = self.every_digit && to.is_human_readable();
                match (number, any) {
                    (Number::Unsigned(number), _) => to.serialize_u64(number),
                    (Number::Negative(number), _) => to.serialize_i64(number),
                    (Number::Float(number), false) => to.serialize_f64(number),
                    (Number::Float(number), true) if is_exact(literal, number) => {
                        to.serialize_f64(number)
                    }
                    (Number::Beyond { .. }, false) => {
                        to.serialize_f64(literal.parse().map_err(S::Error::custom)?)
                    }
                    (Number::Float(_) | Number::Beyond { .. }, true) => {
                        let literal = RawValue::from_string(literal.to_owned());
                        literal.map_err(S::Error::custom)?.serialize(to)
                    }
                }
            }
            _ => match lexer.skip().map_err(S::Error::custom)? {
                "true" => to.serialize_bool(true),
                "false" => to.serialize_bool(false),
                _ => to.serialize_unit(),
            },
        }
    }
}

impl<'de> Node<'_, 'de> {
    /// Borrows the lexer: an error if a serializer serializes the value again while it handles it.
    fn lexer<E: ser::Error>(&self) -> Result<RefMut<'_, Lexer<'de>>, E> {
        self.lexer.try_borrow_mut().map_err(E::custom)
    }

    fn next_name<E: ser::Error>(&self, first: &mut bool) -> Result<Option<String>, E> {
        let mut lexer = self.lexer()?;
        if !lexer.has_member(first).map_err(E::custom)? {
            return Ok(None);
        }
        let name = lexer.string().map_err(E::custom)?.into_cow().into_owned();
        lexer.colon().map_err(E::custom)?;
        Ok(Some(name))
    }
}

/// Whether `number` is written as a number equal to `literal`: a decimal of at most 15 digits
/// comes back from an `f64` unchanged, unless it is near an end of its range.
fn is_exact(literal: &str, number: f64) -> bool {
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    let digits = || mantissa.bytes().filter(u8::is_ascii_digit);
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    let significant = digits().count().saturating_sub(leading + trailing);
    significant == 0 || significant <= 15 && (1e-290..1e290).contains(&number.abs())
}
