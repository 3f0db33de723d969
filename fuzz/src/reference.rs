//! `serde_json` as a reference for JSON, with two known differences (`tests/validation/json.rs`):
//! the library reads 128 levels of arrays and objects instead of 127, and it rounds numbers next to
//! the largest `f64` correctly.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};
use std::{collections::HashMap, fmt};

/// Properties of a JSON text that are found without a parser.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// The nesting depth of brackets.
    pub depth: usize,
    /// Whether a number rounds to the largest `f64`, or its negative.
    pub rounds_to_f64_max: bool,
    /// Whether an integer is outside the range of an `f64`.
    pub exceeds_f64: bool,
    /// Whether an integer is outside the range of an `i64`.
    pub exceeds_i64: bool,
}

/// Visits each number outside of strings, with its position, and returns the nesting depth of
/// brackets.
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

/// Implements the grammar of numbers in RFC 8259.
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
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

fn is_integer(token: &str) -> bool {
    !token.contains(['.', 'e', 'E'])
}

fn rounds_to_f64_max(token: &str) -> bool {
    token.parse::<f64>().is_ok_and(|number| number.abs() == f64::MAX)
}

/// Returns the properties of a JSON text.
#[must_use]
pub fn scan(text: &[u8]) -> Scan {
    let mut scan = Scan::default();
    let depth = visit_numbers(text, |_, token| {
        scan.rounds_to_f64_max |= rounds_to_f64_max(token);
        scan.exceeds_f64 |= is_integer(token) && token.parse::<f64>().is_ok_and(f64::is_infinite);
        scan.exceeds_i64 |= is_integer(token) && token.parse::<i64>().is_err();
    });
    Scan { depth, ..scan }
}

/// Returns whether the text is valid JSON for `serde_json`, except for the known differences.
#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    // serde_json rejects some of the numbers that round to the largest f64, so they are replaced.
    let mut replaced = Vec::new();
    let mut end = 0;
    let mut in_range = true;
    let depth = visit_numbers(text, |position, token| {
        // serde_json rounds some numbers outside the range to the largest f64.
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

/// Parses a JSON text with `serde_json`, without a limit of the depth.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Value> {
    let mut from = serde_json::Deserializer::from_slice(text);
    from.disable_recursion_limit();
    let Plain(value) = Plain::deserialize(&mut from).ok()?;
    from.end().ok()?;
    Some(value)
}

/// A `Value` with a separate `Deserialize`, because that of `serde_json` treats the member
/// `$serde_json::private::RawValue` specially.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Plain, A::Error> {
        let mut elements = Vec::new();
        while let Some(Plain(element)) = from.next_element()? {
            elements.push(element);
        }
        Ok(Plain(elements.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Plain, A::Error> {
        let mut members = Map::new();
        while let Some((name, Plain(value))) = from.next_entry::<String, _>()? {
            members.insert(name, value);
        }
        Ok(Plain(members.into()))
    }
}

/// Returns whether two values are equal, except for the last bits of an `f64`. An integer beyond 64
/// bits may be an `f64` in one of them.
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

/// Returns whether two floats are equal except for some units in the last place, because
/// `serde_json` rounds more than once.
fn is_close(a: f64, b: f64) -> bool {
    a.is_sign_negative() == b.is_sign_negative() && a.to_bits().abs_diff(b.to_bits()) <= 4
}

/// Checks that `parsed` contains all digits and all members of `source`, in the same order, and
/// that `view` has the same value.
pub fn check_lossless(source: &str, parsed: &str, view: Option<&Value>) {
    let source = source.trim_matches([' ', '\n', '\r', '\t']);
    match source.as_bytes()[0] {
        b'{' => {
            let (source, parsed) = (members(source), members(parsed));
            assert_eq!(source.len(), parsed.len(), "members");
            let view = view.map(|view| view.as_object().expect("an object"));
            let last: HashMap<&str, usize> =
                source.iter().enumerate().map(|(index, (name, _))| (&**name, index)).collect();
            assert!(view.is_none_or(|view| view.len() == last.len()), "members of the view");
            for (index, ((name, a), (parsed_name, b))) in source.iter().zip(&parsed).enumerate() {
                assert_eq!(name, parsed_name, "names");
                // A `Value` contains the last of several members with the same name.
                let view = view.filter(|_| last[&**name] == index).map(|view| &view[&**name]);
                check_lossless(a.get(), b.get(), view);
            }
        }
        b'[' => {
            let (source, parsed) = (elements(source), elements(parsed));
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
            assert_eq!(decimal(source), decimal(parsed), "{source} became {parsed}");
            if let Some(view) = view {
                check_number(source, view);
            }
        }
        _ => {
            assert_eq!(source, parsed, "literal");
            assert!(view.is_none_or(|view| *view == literal(source)), "literal of the view");
        }
    }
}

fn literal(source: &str) -> Value {
    match source {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::Null,
    }
}

fn check_number(source: &str, view: &Value) {
    let number = view.as_number().expect("a number");
    if is_integer(source) && source != "-0" {
        if let Ok(integer) = source.parse::<u64>() {
            return assert_eq!(number.as_u64(), Some(integer), "{source}");
        }
        // The source is valid JSON, so it is not "-00".
        if let Ok(integer) = source.parse::<i64>() {
            return assert_eq!(number.as_i64(), Some(integer), "{source}");
        }
    }
    assert!(number.is_f64(), "{source} became the integer {number}");
    let (exact, float) = (source.parse::<f64>().unwrap(), number.as_f64().unwrap());
    assert_eq!(exact.to_bits(), float.to_bits(), "{source} became {float:?} instead of {exact:?}");
}

/// Returns the sign, the digits without leading and trailing zeros, and the exponent of the last
/// digit.
fn decimal(number: &str) -> (bool, String, Option<i128>) {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, number),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{integer}{fraction}");
    let digits = digits.trim_start_matches('0');
    let short = digits.trim_end_matches('0');
    if short.is_empty() {
        return (negative, String::new(), None);
    }
    // A number whose exponent exceeds 128 bits is zero or out of range, so the exponent is ignored.
    let exponent = exponent
        .parse::<i128>()
        .ok()
        .map(|exponent| exponent - fraction.len() as i128 + (digits.len() - short.len()) as i128);
    (negative, short.to_owned(), exponent)
}

fn elements(array: &str) -> Vec<Box<RawValue>> {
    serde_json::from_str(array).unwrap()
}

/// Returns the members, some of which may have the same name.
fn members(object: &str) -> Vec<(String, Box<RawValue>)> {
    serde_json::from_str::<Members>(object).unwrap().0
}

struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
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
        from.deserialize_map(All)
    }
}
