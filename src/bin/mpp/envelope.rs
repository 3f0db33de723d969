//! Envelopes: JSON texts in which a document is the value at a JSON Pointer (RFC 6901).

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::{fmt, str::FromStr};

/// The maximum number of reference tokens in a pointer. Resolving each of them takes a pass over the
/// envelope.
const MAX_REFERENCE_TOKENS: usize = 32;

/// A JSON Pointer to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    text: String,
    names: Vec<String>,
}

impl FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(names) = text.strip_prefix('/') else {
            return Err("a JSON Pointer must begin with `/`, as in `/payload`".to_owned());
        };
        let names = names.split('/').map(unescape).collect::<Option<Vec<_>>>();
        let names = names.ok_or(
            "invalid escape sequence in the JSON Pointer: expected `~0` for `~` or `~1` for `/`",
        )?;
        if names.len() > MAX_REFERENCE_TOKENS {
            return Err(format!(
                "the JSON Pointer has more than {MAX_REFERENCE_TOKENS} reference tokens"
            ));
        }
        Ok(Self { text: text.to_owned(), names })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// Decodes the escape sequences in a reference token. Returns `None` if one of them is invalid.
fn unescape(name: &str) -> Option<String> {
    let mut parts = name.split('~');
    let mut unescaped = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (character, rest) = match part.strip_prefix('0') {
            Some(rest) => ('~', rest),
            None => ('/', part.strip_prefix('1')?),
        };
        unescaped.push(character);
        unescaped.push_str(rest);
    }
    Some(unescaped)
}

/// The reason why an envelope contains no document. `offset` is the offset of the innermost
/// existing value on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupError {
    Malformed,
    Missing {
        offset: usize,
    },
    /// Several members have the same name, and parsers may disagree about which of them to use.
    Duplicate {
        offset: usize,
    },
}

impl Pointer {
    /// Returns the pointer to a member of the envelope. The name must not contain `~` or `/`, which
    /// would need escape sequences.
    pub(crate) fn from_member_name(name: &str) -> Self {
        Self { text: format!("/{name}"), names: vec![name.to_owned()] }
    }

    /// Returns the JSON text of the value that the pointer identifies, and its offset in the
    /// envelope. The whole envelope must be valid JSON.
    pub(crate) fn find<'a>(&self, envelope: &'a [u8]) -> Result<(usize, &'a str), LookupError> {
        let envelope = std::str::from_utf8(envelope).map_err(|_| LookupError::Malformed)?;
        let json = envelope.trim_start_matches([' ', '\t', '\n', '\r']);
        let (mut offset, mut json) = (envelope.len() - json.len(), json);
        for name in &self.names {
            let ChildMatches { value, count } =
                find_child(json, name).map_err(|_| LookupError::Malformed)?;
            let value = value.ok_or(LookupError::Missing { offset })?.get();
            if count > 1 {
                return Err(LookupError::Duplicate { offset });
            }
            // The value is a slice of the text, so the difference between their addresses is its offset.
            offset += value.as_ptr().addr().saturating_sub(json.as_ptr().addr());
            json = value;
        }
        Ok((offset, json))
    }
}

/// The first value with a name, and the number of values with the name.
#[derive(Default)]
struct ChildMatches<'a> {
    value: Option<&'a RawValue>,
    count: usize,
}

/// Finds a member of an object or an element of an array. Other values have neither.
fn find_child<'a>(json: &'a str, name: &str) -> serde_json::Result<ChildMatches<'a>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let found = match json.as_bytes().first() {
        Some(b'{') => deserializer.deserialize_map(ChildVisitor(name))?,
        Some(b'[') => deserializer.deserialize_seq(ChildVisitor(name))?,
        _ => {
            deserializer.deserialize_ignored_any(IgnoredAny)?;
            ChildMatches::default()
        }
    };
    deserializer.end()?;
    Ok(found)
}

/// A visitor that finds the member or element that a reference token identifies.
struct ChildVisitor<'n>(&'n str);

impl<'de> Visitor<'de> for ChildVisitor<'_> {
    type Value = ChildMatches<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChildMatches<'de>, A::Error> {
        let mut found = ChildMatches::default();
        while let Some(has_name) = map.next_key_seed(NameMatchSeed(self.0))? {
            if has_name {
                let value = map.next_value()?;
                found.value.get_or_insert(value);
                found.count += 1;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<ChildMatches<'de>, A::Error> {
        let index = parse_index(self.0);
        let mut found = ChildMatches::default();
        for current in 0_u64.. {
            if index == Some(current) {
                let Some(value) = elements.next_element()? else { break };
                (found.value, found.count) = (Some(value), 1);
            } else if elements.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// Parses a reference token as an array index, which has no leading zeros.
fn parse_index(name: &str) -> Option<u64> {
    let is_canonical = name == "0" || !name.starts_with(['0', '+']);
    name.parse().ok().filter(|_| is_canonical)
}

/// A seed that compares the name of a member with the expected name.
struct NameMatchSeed<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for NameMatchSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        // Names with unpaired surrogates are valid JSON, but can be deserialized only as bytes.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for NameMatchSeed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<bool, E> {
        Ok(name == self.0.as_bytes())
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// Returns the decoded content of a JSON string, or `None` if it contains unpaired surrogates.
pub(crate) fn string_content(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::{LookupError, Pointer};
    use proptest::prelude::*;
    use serde_json::Value;

    fn find<'a>(pointer: &str, envelope: &'a str) -> Result<(usize, &'a str), LookupError> {
        pointer.parse::<Pointer>().unwrap().find(envelope.as_bytes())
    }

    #[test]
    fn rejects_invalid_pointers() {
        let long = "/a".repeat(33);
        for pointer in ["", "payload", "/a~", "/a~2", "~1", &long] {
            assert!(pointer.parse::<Pointer>().is_err(), "{pointer}");
        }
    }

    #[test]
    fn finds_values_with_their_offsets() {
        for (pointer, envelope, offset, value) in [
            ("/payload", r#" {"payload" : {"a":1} }"#, 14, r#"{"a":1}"#),
            ("/a/1/b", r#"{"x":"a","a":[0,{"c":[],"b":null}]}"#, 28, "null"),
            ("/a~1~0b", r#"{"\u0061\/~b":"x"}"#, 14, r#""x""#),
            ("/", r#"{"":1}"#, 4, "1"),
            ("/0", r#"{"0":2}"#, 5, "2"),
        ] {
            assert_eq!(find(pointer, envelope), Ok((offset, value)), "{pointer}");
            assert!(envelope[offset..].starts_with(value));
        }
    }

    #[test]
    fn rejects_missing_and_duplicate_values() {
        let missing = |offset| Err(LookupError::Missing { offset });
        for (pointer, envelope, expected) in [
            ("/a", " {}", missing(1)),
            ("/a/b", r#"{"a":{"c":1}}"#, missing(5)),
            ("/a/b", r#"{"a":"b"}"#, missing(5)),
            ("/a", "1", missing(0)),
            ("/1", "[0]", missing(0)),
            ("/-", "[0]", missing(0)),
            ("/00", "[0]", missing(0)),
            ("/+0", "[0]", missing(0)),
            ("/18446744073709551616", "[0]", missing(0)),
            ("/a", r#"{"a":1,"a":1}"#, Err(LookupError::Duplicate { offset: 0 })),
            ("/a/b", r#"{"a":{"b":1,"\u0062":2}}"#, Err(LookupError::Duplicate { offset: 5 })),
        ] {
            assert_eq!(find(pointer, envelope), expected, "{pointer} {envelope}");
        }
    }

    #[test]
    fn rejects_malformed_envelopes() {
        for envelope in
            ["", " ", "{", r#"{"a":1"#, r#"{"a":1}x"#, r#"{"a":1,}"#, "[1,]", "\u{FEFF}{}", "tru"]
        {
            assert_eq!(find("/a", envelope), Err(LookupError::Malformed), "{envelope}");
        }
        let pointer: Pointer = "/a".parse().unwrap();
        assert_eq!(pointer.find(b"{\"b\":\"\xff\",\"a\":1}"), Err(LookupError::Malformed));
    }

    #[test]
    fn accepts_deep_nesting_and_unpaired_surrogates() {
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        let envelope = [r#"{"\ud800":"\udfff","x":"#, &deep, r#","a":"#, &deep, "}"].concat();
        assert_eq!(find("/a", &envelope).unwrap().1, deep);
    }

    /// Generates JSON texts with few distinct names. Some of the texts are malformed.
    fn envelopes() -> impl Strategy<Value = String> {
        let tokens = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"a\"",
            "\"b\"",
            "\"\\u0061\"",
            "1",
            "null",
            " ",
            "{}",
            "{\"a\":",
            "[1,",
            "\"a\":{\"b\":[1,{\"a\":2}]}",
        ]);
        prop::collection::vec(tokens, 0..12).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn finds_same_values_as_serde_json(
            envelope in envelopes(),
            names in prop::collection::vec(prop::sample::select(vec!["a", "b", "0", "1"]), 1..4),
        ) {
            let pointer = names.iter().fold(String::new(), |pointer, name| pointer + "/" + name);
            let found = find(&pointer, &envelope);
            match serde_json::from_str::<Value>(&envelope) {
                Err(_) => prop_assert_eq!(found, Err(LookupError::Malformed)),
                Ok(value) => match found {
                    Ok((offset, json)) => {
                        prop_assert!(envelope[offset..].starts_with(json));
                        let json: Value = serde_json::from_str(json).unwrap();
                        prop_assert_eq!(Some(&json), value.pointer(&pointer));
                    }
                    Err(LookupError::Missing { .. }) => {
                        // `serde_json` keeps the last of several members with the same name.
                        let is_duplicate = envelope.matches('a').count() > 1
                            || envelope.matches('b').count() > 1;
                        prop_assert!(value.pointer(&pointer).is_none() || is_duplicate);
                    }
                    Err(LookupError::Duplicate { .. }) => {}
                    Err(LookupError::Malformed) => prop_assert!(false, "{envelope}"),
                },
            }
        }
    }
}
