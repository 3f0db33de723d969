//! `serde_json` as the judge of what is JSON, with the two known differences (`tests/judging/json.rs`):
//! 128 levels of arrays and objects are read here, and 127 there; and it rounds otherwise next to
//! the greatest `f64`.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};
use std::{collections::HashMap, fmt};

/// What is known of a text without a parser.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// How deep brackets are nested.
    pub depth: usize,
    /// Whether a number rounds to the greatest `f64`, or its negative.
    pub greatest: bool,
    /// Whether there is an integer beyond the range of an `f64`.
    pub huge: bool,
    /// Whether there is an integer beyond 64 bits with sign.
    pub beyond: bool,
}

/// Looks at brackets and numbers outside of strings, and gives each number to `number`, with its
/// place.
fn tokens(text: &[u8], mut number: impl FnMut(usize, &str)) -> usize {
    let (mut depth, mut deepest, mut at) = (0_usize, 0, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(&byte) = text.get(at) {
                    match byte {
                        b'"' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = &text[at..];
                let is_part =
                    |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                let token = std::str::from_utf8(&rest[..length]).unwrap();
                if is_number(token) {
                    number(at, token);
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    deepest
}

/// The grammar of RFC 8259, written once more.
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

fn is_greatest(token: &str) -> bool {
    token.parse::<f64>().is_ok_and(|number| number.abs() == f64::MAX)
}

#[must_use]
pub fn scan(text: &[u8]) -> Scan {
    let mut scan = Scan::default();
    let depth = tokens(text, |_, token| {
        scan.greatest |= is_greatest(token);
        scan.huge |= is_integer(token) && token.parse::<f64>().is_ok_and(f64::is_infinite);
        scan.beyond |= is_integer(token) && token.parse::<i64>().is_err();
    });
    Scan { depth, ..scan }
}

/// Whether the text is JSON by `serde_json`, but for the known differences.
#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    // Every number that rounds to the greatest f64 gives way to one that serde_json takes.
    let mut replaced = Vec::new();
    let mut end = 0;
    let mut in_range = true;
    let depth = tokens(text, |at, token| {
        // Some of them serde_json takes for the greatest f64.
        in_range &= token.parse::<f64>().is_ok_and(f64::is_finite);
        if is_greatest(token) {
            replaced.extend_from_slice(&text[end..at]);
            replaced.push(b'1');
            end = at + token.len();
        }
    });
    replaced.extend_from_slice(&text[end..]);
    depth <= 128 && in_range && value(&replaced).is_some()
}

/// The value, without a limit of depth.
#[must_use]
pub fn value(text: &[u8]) -> Option<Value> {
    let mut from = serde_json::Deserializer::from_slice(text);
    from.disable_recursion_limit();
    let Plain(value) = Plain::deserialize(&mut from).ok()?;
    from.end().ok()?;
    Some(value)
}

/// A `Value` whose own `Deserialize` is not used, for that gives `$serde_json::private::RawValue`
/// a meaning.
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
        f.write_str("a value")
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

/// Whether the two are equal, but for the last bits of an `f64`, and integers beyond 64 bits.
#[must_use]
pub fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && close(a.as_f64().unwrap(), b.as_f64().unwrap())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        _ => a == b,
    }
}

/// `serde_json` rounds more than once: it is some units in the last place off.
fn close(a: f64, b: f64) -> bool {
    a.is_sign_negative() == b.is_sign_negative() && a.to_bits().abs_diff(b.to_bits()) <= 4
}

/// Demands that `kept` is the value that `source` is: every digit, every member, in its order; and
/// that `view` is that value, too.
pub fn demand_same(source: &str, kept: &str, view: Option<&Value>) {
    let source = source.trim_matches([' ', '\n', '\r', '\t']);
    match source.as_bytes()[0] {
        b'{' => {
            let (source, kept) = (members(source), members(kept));
            assert_eq!(source.len(), kept.len(), "members");
            let view = view.map(|view| view.as_object().expect("an object"));
            let last: HashMap<&str, usize> =
                source.iter().enumerate().map(|(index, (name, _))| (&**name, index)).collect();
            assert!(view.is_none_or(|view| view.len() == last.len()), "members of the view");
            for (index, ((name, a), (kept_name, b))) in source.iter().zip(&kept).enumerate() {
                assert_eq!(name, kept_name, "names");
                // Of members of one name the last one counts.
                let view = view.filter(|_| last[&**name] == index).map(|view| &view[&**name]);
                demand_same(a.get(), b.get(), view);
            }
        }
        b'[' => {
            let (source, kept) = (elements(source), elements(kept));
            assert_eq!(source.len(), kept.len(), "elements");
            let view = view.map(|view| view.as_array().expect("an array"));
            assert!(view.is_none_or(|view| view.len() == source.len()), "elements of the view");
            for (index, (a, b)) in source.iter().zip(&kept).enumerate() {
                demand_same(a.get(), b.get(), view.map(|view| &view[index]));
            }
        }
        b'"' => {
            let text: String = serde_json::from_str(source).unwrap();
            assert_eq!(text, serde_json::from_str::<String>(kept).unwrap(), "text");
            assert!(view.is_none_or(|view| view.as_str() == Some(&text)), "text of the view");
        }
        b'-' | b'0'..=b'9' => {
            assert_eq!(decimal(source), decimal(kept), "{source} was kept as {kept}");
            if let Some(view) = view {
                demand_number(source, view);
            }
        }
        _ => {
            assert_eq!(source, kept, "literal");
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

fn demand_number(source: &str, view: &Value) {
    let number = view.as_number().expect("a number");
    if is_integer(source) && source != "-0" {
        if let Ok(integer) = source.parse::<u64>() {
            return assert_eq!(number.as_u64(), Some(integer), "{source}");
        }
        // "-00" is no JSON.
        if let Ok(integer) = source.parse::<i64>() {
            return assert_eq!(number.as_i64(), Some(integer), "{source}");
        }
    }
    assert!(number.is_f64(), "{source} became the integer {number}");
    let (exact, float) = (source.parse::<f64>().unwrap(), number.as_f64().unwrap());
    assert_eq!(exact.to_bits(), float.to_bits(), "{source} became {float:?} and not {exact:?}");
}

/// Sign, digits without zeros at either end, and the exponent of the last digit.
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
    // An exponent beyond 128 bits is left out: such a number is zero, or out of range.
    let exponent = exponent
        .parse::<i128>()
        .ok()
        .map(|exponent| exponent - fraction.len() as i128 + (digits.len() - short.len()) as i128);
    (negative, short.to_owned(), exponent)
}

fn elements(array: &str) -> Vec<Box<RawValue>> {
    serde_json::from_str(array).unwrap()
}

/// The members, of which several may have one name.
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
