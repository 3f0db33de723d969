//! Parses documents with duplicate members.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Parses a document, and drops all but the first of several members with the same name.
pub fn parse_keeping_first_duplicates(json: &str) -> serde_json::Result<Value> {
    serde_json::from_str(json).map(|FirstMembers(value)| value)
}

/// A value in which only the first of several members with the same name is kept.
struct FirstMembers(Value);

impl<'de> Deserialize<'de> for FirstMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstMembersVisitor)
    }
}

struct FirstMembersVisitor;

impl<'de> Visitor<'de> for FirstMembersVisitor {
    type Value = FirstMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<FirstMembers, E> {
        Ok(FirstMembers(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<FirstMembers, E> {
        Ok(FirstMembers(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<FirstMembers, E> {
        Ok(FirstMembers(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<FirstMembers, E> {
        Ok(FirstMembers(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<FirstMembers, E> {
        Ok(FirstMembers(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<FirstMembers, E> {
        Ok(FirstMembers(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FirstMembers, A::Error> {
        let mut elements = Vec::new();
        while let Some(FirstMembers(element)) = seq.next_element()? {
            elements.push(element);
        }
        Ok(FirstMembers(Value::Array(elements)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstMembers, A::Error> {
        let mut members = Map::new();
        while let Some((name, FirstMembers(value))) = map.next_entry::<String, _>()? {
            members.entry(name).or_insert(value);
        }
        Ok(FirstMembers(Value::Object(members)))
    }
}
