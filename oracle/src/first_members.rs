//! Parsing of documents with duplicate members.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Parses a document and keeps only the first of several members with the same name.
pub fn parse_first_members(json: &str) -> serde_json::Result<Value> {
    serde_json::from_str(json).map(|First(value)| value)
}

/// A value whose objects contain the first of several members with the same name.
struct First(Value);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstVisitor)
    }
}

struct FirstVisitor;

impl<'de> Visitor<'de> for FirstVisitor {
    type Value = First;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<First, E> {
        Ok(First(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<First, E> {
        Ok(First(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<First, E> {
        Ok(First(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<First, E> {
        Ok(First(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<First, E> {
        Ok(First(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<First, E> {
        Ok(First(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<First, A::Error> {
        let mut elements = Vec::new();
        while let Some(First(element)) = seq.next_element()? {
            elements.push(element);
        }
        Ok(First(Value::Array(elements)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<First, A::Error> {
        let mut members = Map::new();
        while let Some((name, First(value))) = map.next_entry::<String, _>()? {
            members.entry(name).or_insert(value);
        }
        Ok(First(Value::Object(members)))
    }
}
