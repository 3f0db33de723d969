//! A reference implementation of JSON, based on `serde_json`. The implementation accounts for two
//! known differences (`tests/validation/json.rs`): the library reads 128 levels of arrays and
//! objects instead of 127, and it correctly rounds numbers close to the largest `f64`.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};
use std::{collections::HashMap, fmt};

/// Properties of a JSON text that are determined without parsing it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextProperties {
    /// The nesting depth of brackets.
    pub depth: usize,
    /// `true` if a number rounds to the largest or the smallest finite `f64`.
    pub rounds_to_f64_max: bool,
    /// `true` if an integer is outside the range of an `f64`.
    pub exceeds_f64: bool,
    /// `true` if an integer is outside the range of an `i64`.
    pub exceeds_i64: bool,
}

/// Calls `visit` with the position and the token of each number outside strings, and returns the
/// nesting depth of brackets.
fn visit_numbers(text: &[u8], mut visit: impl FnMut(usize, &str)) -> usize {
    let (mut depth, mut max_depth, mut position) = (0_usize, 0, 0);
    while let Some(&byte) = text.get(position) {
        match byte {
            b'"' => {
                position += 1;
                while let Some(&byte) = text.get(position) {
                    match byte {
                        b'"' => break,
                        b'\\' => position += 2,
                        _ => position += 1,
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                max_depth = max_depth.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = &text[position..];
                let is_part =
                    |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                let token = std::str::from_utf8(&rest[..length]).unwrap();
                if is_number(token) {
                    visit(position, token);
                }
                position += length;
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    max_depth
}

/// Returns `true` if a token is a number according to the grammar of RFC 8259.
fn is_number(token: &str) -> bool {
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && exponent.is_none_or(|exponent| {
            are_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        })
}

fn is_integer(token: &str) -> bool {
    !token.contains(['.', 'e', 'E'])
}

fn rounds_to_f64_max(token: &str) -> bool {
    token.parse::<f64>().is_ok_and(|number| number.abs() == f64::MAX)
}

/// Returns the properties of a JSON text.
#[must_use]
pub fn scan(text: &[u8]) -> TextProperties {
    let mut scan = TextProperties::default();
    let depth = visit_numbers(text, |_, token| {
        scan.rounds_to_f64_max |= rounds_to_f64_max(token);
        scan.exceeds_f64 |= is_integer(token) && token.parse::<f64>().is_ok_and(f64::is_infinite);
        scan.exceeds_i64 |= is_integer(token) && token.parse::<i64>().is_err();
    });
    TextProperties { depth, ..scan }
}

/// Returns `true` if the text is valid JSON according to `serde_json`, adjusted for the known
/// differences.
#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    // serde_json rejects some numbers that round to the largest f64, so these numbers are replaced.
    let mut replaced = Vec::new();
    let mut end = 0;
    let mut in_range = true;
    let depth = visit_numbers(text, |position, token| {
        // serde_json rounds some numbers that are out of range to the largest f64.
        in_range &= token.parse::<f64>().is_ok_and(f64::is_finite);
        if rounds_to_f64_max(token) {
            replaced.extend_from_slice(&text[end..position]);
            replaced.push(b'1');
            end = position + token.len();
        }
    });
    replaced.extend_from_slice(&text[end..]);
    depth <= 128 && in_range && parse(&replaced).is_some()
}

/// Parses a JSON text with `serde_json`, without limiting the depth.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let PlainValue(value) = PlainValue::deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// A `Value` with its own `Deserialize` implementation, because that of `serde_json` gives the
/// member `$serde_json::private::RawValue` a special meaning.
struct PlainValue(Value);

impl<'de> Deserialize<'de> for PlainValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainValueVisitor)
    }
}

struct PlainValueVisitor;

impl<'de> Visitor<'de> for PlainValueVisitor {
    type Value = PlainValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<PlainValue, E> {
        Ok(PlainValue(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<PlainValue, E> {
        Ok(PlainValue(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<PlainValue, E> {
        Ok(PlainValue(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<PlainValue, E> {
        Ok(PlainValue(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<PlainValue, E> {
        Ok(PlainValue(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<PlainValue, E> {
        Ok(PlainValue(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<PlainValue, A::Error> {
        let mut elements = Vec::new();
        while let Some(PlainValue(element)) = seq.next_element()? {
            elements.push(element);
        }
        Ok(PlainValue(elements.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PlainValue, A::Error> {
        let mut members = Map::new();
        while let Some((name, PlainValue(value))) = map.next_entry::<String, _>()? {
            members.insert(name, value);
        }
        Ok(PlainValue(members.into()))
    }
}

/// Returns `true` if two values are equal, except for the last bits of floats. An integer beyond 64
/// bits may be a float in one of the values.
#[must_use]
pub fn is_nearly_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || (a.is_f64() || b.is_f64()) && is_close(a.as_f64().unwrap(), b.as_f64().unwrap())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_nearly_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_nearly_equal(a, b)))
        }
        _ => a == b,
    }
}

/// Returns `true` if two floats differ by at most 4 units in the last place, which is tolerated
/// because `serde_json` rounds more than once.
fn is_close(a: f64, b: f64) -> bool {
    a.is_sign_negative() == b.is_sign_negative() && a.to_bits().abs_diff(b.to_bits()) <= 4
}

/// Checks that `parsed` contains the same digits and members as `source`, in the same order, and
/// that `view`, if present, has the same value.
pub fn check_lossless(source: &str, parsed: &str, view: Option<&Value>) {
    let source = source.trim_matches([' ', '\n', '\r', '\t']);
    match source.as_bytes()[0] {
        b'{' => {
            let (source, parsed) = (parse_members(source), parse_members(parsed));
            assert_eq!(source.len(), parsed.len(), "members");
            let view = view.map(|view| view.as_object().expect("an object"));
            let last: HashMap<&str, usize> =
                source.iter().enumerate().map(|(index, (name, _))| (&**name, index)).collect();
            assert!(view.is_none_or(|view| view.len() == last.len()), "members of the view");
            for (index, ((name, a), (parsed_name, b))) in source.iter().zip(&parsed).enumerate() {
                assert_eq!(name, parsed_name, "names");
                // A `Value` contains the last of several duplicate members.
                let view = view.filter(|_| last[&**name] == index).map(|view| &view[&**name]);
                check_lossless(a.get(), b.get(), view);
            }
        }
        b'[' => {
            let (source, parsed) = (parse_elements(source), parse_elements(parsed));
            assert_eq!(source.len(), parsed.len(), "elements");
            let view = view.map(|view| view.as_array().expect("an array"));
            assert!(view.is_none_or(|view| view.len() == source.len()), "elements of the view");
            for (index, (a, b)) in source.iter().zip(&parsed).enumerate() {
                check_lossless(a.get(), b.get(), view.map(|view| &view[index]));
            }
        }
        b'"' => {
            let string: String = serde_json::from_str(source).unwrap();
            assert_eq!(string, serde_json::from_str::<String>(parsed).unwrap(), "string");
            assert!(view.is_none_or(|view| view.as_str() == Some(&string)), "string of the view");
        }
        b'-' | b'0'..=b'9' => {
            assert_eq!(
                to_decimal_parts(source),
                to_decimal_parts(parsed),
                "{source} became {parsed}"
            );
            if let Some(view) = view {
                check_number(source, view);
            }
        }
        _ => {
            assert_eq!(source, parsed, "literal");
            assert!(view.is_none_or(|view| *view == parse_literal(source)), "literal of the view");
        }
    }
}

fn parse_literal(source: &str) -> Value {
    match source {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::Null,
    }
}

fn check_number(literal: &str, parsed: &Value) {
    let number = parsed.as_number().expect("a number");
    if is_integer(literal) && literal != "-0" {
        if let Ok(integer) = literal.parse::<u64>() {
            return assert_eq!(number.as_u64(), Some(integer), "{literal}");
        }
        // `-00`, which would also parse as zero, is not valid JSON.
        if let Ok(integer) = literal.parse::<i64>() {
            return assert_eq!(number.as_i64(), Some(integer), "{literal}");
        }
    }
    assert!(number.is_f64(), "{literal} became the integer {number}");
    let (exact, float) = (literal.parse::<f64>().unwrap(), number.as_f64().unwrap());
    assert_eq!(exact.to_bits(), float.to_bits(), "{literal} became {float:?} instead of {exact:?}");
}

/// Splits a number into its sign (`true` if negative), its digits without leading and trailing
/// zeros, and the exponent of its last digit.
fn to_decimal_parts(number: &str) -> (bool, String, Option<i128>) {
    let (is_negative, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, number),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{integer}{fraction}");
    let digits = digits.trim_start_matches('0');
    let short = digits.trim_end_matches('0');
    if short.is_empty() {
        return (is_negative, String::new(), None);
    }
    // An exponent that does not fit in an `i128` makes the number overflow or round to zero, so its
    // exact value does not matter.
    let exponent = exponent
        .parse::<i128>()
        .ok()
        .map(|exponent| exponent - fraction.len() as i128 + (digits.len() - short.len()) as i128);
    (is_negative, short.to_owned(), exponent)
}

fn parse_elements(array: &str) -> Vec<Box<RawValue>> {
    serde_json::from_str(array).unwrap()
}

/// Parses an object and returns all of its members, including duplicates.
fn parse_members(object: &str) -> Vec<(String, Box<RawValue>)> {
    serde_json::from_str::<Members>(object).unwrap().0
}

/// The members of an object, including duplicates.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
