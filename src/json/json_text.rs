//! A JSON value kept as text.

use super::{Lexer, LexerError, Number, SyntaxError, scan::special_byte_position};
use serde::{
    Serialize, Serializer,
    ser::{self, Error as _, SerializeMap, SerializeSeq},
};
use serde_json::value::RawValue;
use std::{
    cell::{RefCell, RefMut},
    fmt,
};

/// A JSON value, kept as JSON text in a normal form: compact, and with one spelling for each number
/// and escape sequence. Numbers keep their exact values, and objects keep the order of their
/// members, including duplicates.
///
/// A number is written in its shortest form as an `f64`, such as `12.5` for `12.50`, unless an
/// `f64` would round it; in that case, its digits are kept. If this crate has parsed the JSON, its
/// normal form is the same whether or not another package enables the feature `arbitrary_precision`
/// of `serde_json`.
///
/// `Debug` hides the value. The value can be serialized to any `serde` format: JSON preserves the
/// value exactly, whereas other formats round numbers that fit neither in a 64-bit integer nor in
/// an `f64`.
///
/// ```
/// use miniprogram_protocol::JsonText;
///
/// let json = JsonText::parse("{\"points\": 12.50}").unwrap();
/// assert_eq!(json.as_str(), "{\"points\":12.5}");
/// assert_eq!(json.to_value().unwrap()["points"], 12.5);
/// assert_eq!(json, JsonText::try_from(serde_json::json!({"points": 12.5})).unwrap());
/// assert!(JsonText::parse("{points}").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// Parses JSON.
    ///
    /// # Errors
    /// Returns a syntax error if `json` is not valid JSON, or is nested deeper than 128 levels.
    pub fn parse(json: &str) -> Result<Self, SyntaxError> {
        Self::normalize(json).map_err(|error| error.into_syntax_error(json))
    }

    /// Parses and normalizes JSON, without computing the line and column of an error.
    pub(super) fn normalize(json: &str) -> Result<Self, LexerError> {
        let mut lexer = Lexer::new(json);
        let value = lexer.read_raw_value()?;
        lexer.expect_end()?;
        Ok(Self::from_valid(value))
    }

    /// Normalizes valid JSON.
    pub(crate) fn from_valid(json: &str) -> Self {
        if is_trivially_normalized(json) {
            return Self(json.into());
        }
        // Serializing valid JSON never fails, so the fallback is never used.
        let normalized = serde_json::to_string(&NextValue::new(&RefCell::new(Lexer::new(json))));
        Self(normalized.unwrap_or_else(|_| json.to_owned()).into())
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Converts to a `serde_json` value. Numbers that do not fit in 64 bits are rounded to the
    /// nearest `f64`. If an object has duplicate members, the last one is used.
    ///
    /// # Errors
    /// Returns an error if `serde_json` cannot parse the text, which is not known to happen.
    pub fn to_value(&self) -> serde_json::Result<serde_json::Value> {
        let lexer = RefCell::new(Lexer::new(&self.0));
        serde_json::to_value(NextValue { lexer: &lexer, keep_every_digit: false })
    }
}

impl TryFrom<serde_json::Value> for JsonText {
    type Error = SyntaxError;

    /// Converts a `serde_json` value. Returns an error if it is nested deeper than 128 levels.
    fn try_from(value: serde_json::Value) -> Result<Self, SyntaxError> {
        Self::parse(&value.to_string())
    }
}

impl From<JsonText> for String {
    fn from(json: JsonText) -> Self {
        json.0.into()
    }
}

impl AsRef<str> for JsonText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for JsonText {
    type Err = SyntaxError;

    fn from_str(json: &str) -> Result<Self, SyntaxError> {
        Self::parse(json)
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
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NextValue::new(&RefCell::new(Lexer::new(&self.0))).serialize(serializer)
    }
}

/// A wrapper whose serialization reads the next value from the lexer.
struct NextValue<'a, 'de> {
    lexer: &'a RefCell<Lexer<'de>>,
    /// True if numbers that an `f64` would round are passed to the serializer as raw JSON.
    keep_every_digit: bool,
}

impl<'a, 'de> NextValue<'a, 'de> {
    const fn new(lexer: &'a RefCell<Lexer<'de>>) -> Self {
        Self { lexer, keep_every_digit: true }
    }
}

impl Serialize for NextValue<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lexer = self.borrow_lexer()?;
        match lexer.peek_value_start().map_err(S::Error::custom)? {
            b'{' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut members = serializer.serialize_map(None)?;
                let mut first = true;
                while let Some(name) = self.read_next_name(&mut first)? {
                    members.serialize_entry(&name, self)?;
                }
                members.end()
            }
            b'[' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut elements = serializer.serialize_seq(None)?;
                let mut first = true;
                while self
                    .borrow_lexer()?
                    .advance_to_element(&mut first)
                    .map_err(S::Error::custom)?
                {
                    elements.serialize_element(self)?;
                }
                elements.end()
            }
            b'"' => {
                let string = lexer.read_string().map_err(S::Error::custom)?.into_cow();
                serializer.serialize_str(&string)
            }
            b'-' | b'0'..=b'9' => {
                let start = lexer.offset();
                let number = lexer.read_number().map_err(S::Error::custom)?;
                serialize_number(lexer.slice_from(start), number, self.keep_every_digit, serializer)
            }
            _ => match lexer.read_raw_value().map_err(S::Error::custom)? {
                "true" => serializer.serialize_bool(true),
                "false" => serializer.serialize_bool(false),
                _ => serializer.serialize_unit(),
            },
        }
    }
}

impl<'de> NextValue<'_, 'de> {
    /// Borrows the lexer. Returns an error if the lexer is already borrowed, which happens only if
    /// the serializer is re-entrant.
    fn borrow_lexer<E: ser::Error>(&self) -> Result<RefMut<'_, Lexer<'de>>, E> {
        self.lexer.try_borrow_mut().map_err(E::custom)
    }

    fn read_next_name<E: ser::Error>(&self, first: &mut bool) -> Result<Option<String>, E> {
        let mut lexer = self.borrow_lexer()?;
        if !lexer.advance_to_member(first).map_err(E::custom)? {
            return Ok(None);
        }
        let name = lexer.read_string().map_err(E::custom)?.into_cow().into_owned();
        lexer.expect_colon().map_err(E::custom)?;
        Ok(Some(name))
    }
}

/// Returns true if a quick check shows that valid JSON is already normalized: it has no whitespace
/// and no escape sequences, and [`normalized_number_length`] recognizes all numbers.
fn is_trivially_normalized(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let length = match byte {
            b'"' => {
                let length = special_byte_position(after);
                if after.get(length) != Some(&b'"') {
                    return false;
                }
                length + 2
            }
            b'-' | b'0'..=b'9' => match normalized_number_length(rest) {
                Some(length) => length,
                None => return false,
            },
            b' ' | b'\t' | b'\n' | b'\r' => return false,
            _ => 1,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

/// Returns the length of the number at the start of valid JSON if a quick check shows that it is
/// normalized: it has at most 15 digits, which survive the conversion to an `f64` and back, no
/// exponent, and no zero at the end of a fraction.
fn normalized_number_length(json: &[u8]) -> Option<usize> {
    const MAX_DIGITS: usize = 15;
    let count_digits = |start| {
        let digits = json.iter().skip(start).take(MAX_DIGITS + 1);
        digits.take_while(|byte| byte.is_ascii_digit()).count()
    };
    let start = usize::from(json.first() == Some(&b'-'));
    let mut digits = count_digits(start);
    let mut end = start + digits;
    if json.get(end) == Some(&b'.') {
        let decimals = count_digits(end + 1);
        digits += decimals;
        end += 1 + decimals;
        if json.get(end - 1) == Some(&b'0') {
            return None;
        }
    }
    // `end` also counts the sign and the decimal point.
    let is_decimal_or_negative = end > digits;
    // Negative zero is a float, and small numbers are written with an exponent.
    let has_leading_zero = is_decimal_or_negative && json.get(start) == Some(&b'0');
    let has_exponent = matches!(json.get(end), Some(b'e' | b'E'));
    (digits <= MAX_DIGITS && !has_leading_zero && !has_exponent).then_some(end)
}

/// Serializes `number`, which was parsed from `literal`.
fn serialize_number<S: Serializer>(
    literal: &str,
    number: Number,
    keep_every_digit: bool,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    // Binary formats cannot represent raw JSON.
    let accepts_raw = keep_every_digit && serializer.is_human_readable();
    match (number, accepts_raw) {
        (Number::Unsigned(number), _) => serializer.serialize_u64(number),
        (Number::Negative(number), _) => serializer.serialize_i64(number),
        (Number::Float(number), false) => serializer.serialize_f64(number),
        (Number::Float(number), true) if is_exact(literal, number) => {
            serializer.serialize_f64(number)
        }
        (Number::BigInteger { .. }, false) => {
            serializer.serialize_f64(literal.parse().map_err(S::Error::custom)?)
        }
        (Number::Float(_) | Number::BigInteger { .. }, true) => {
            let literal = RawValue::from_string(literal.to_owned());
            literal.map_err(S::Error::custom)?.serialize(serializer)
        }
    }
}

/// Returns whether formatting `number`, which was parsed from `literal`, preserves the value of the
/// literal. A decimal number of at most 15 significant digits survives the round trip through an
/// `f64`, except near the ends of the range.
fn is_exact(literal: &str, number: f64) -> bool {
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    let digits = || mantissa.bytes().filter(u8::is_ascii_digit);
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    let significant = digits().count().saturating_sub(leading + trailing);
    significant == 0 || significant <= 15 && (1e-290..1e290).contains(&number.abs())
}

#[cfg(test)]
mod tests {
    use super::{JsonText, is_trivially_normalized};

    #[test]
    fn recognizes_the_normal_form() {
        for (json, is_clear) in [
            (r#"{"a":[1,"x y",{}],"é":null,"b":true}"#, true),
            ("0", true),
            ("123456789012345", true),
            ("1234567890123456", false),
            ("-1", true),
            ("-123456789012345", true),
            ("-0", false),
            ("1.5", true),
            ("[-12345678.9012345,10.01]", true),
            ("12345678.90123456", false),
            ("1.50", false),
            ("1.0", false),
            ("0.5", false),
            ("-0.00001", false),
            ("1.5e3", false),
            ("1e3", false),
            ("[ 1]", false),
            ("{}\n", false),
            (r#"["\u0061"]"#, false),
        ] {
            assert_eq!(is_trivially_normalized(json), is_clear, "{json}");
            assert!(!is_clear || JsonText::parse(&format!(" {json}")).unwrap().as_str() == json);
        }
    }
}
