//! The text of exported documents, with properties in the order of the specification.

use crate::schema::Schema;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

/// Formats a document of [`json_schema`](super::json_schema) or `openapi` as indented JSON, as in
/// the files in `schema/`.
///
/// The properties of the specification's types are in the order of the specification, whereas
/// [`Value`] sorts them by name. Other names are sorted.
///
/// ```
/// use miniprogram_protocol::{
///     ProtocolType, dictionary::Amount, export::{format_document, json_schema},
/// };
///
/// let text = format_document(&json_schema::document(Amount::SCHEMA));
/// let position = |name| text.find(name).unwrap();
/// assert!(position("\"currency\": {") < position("\"value\": {"));
/// ```
#[must_use]
pub fn format_document(document: &Value) -> String {
    // Serializing JSON values to a string never fails.
    serde_json::to_string_pretty(&Ordered { value: document, place: Place::Other })
        .unwrap_or_default()
}

/// A part of a document, which is serialized in order.
struct Ordered<'a> {
    value: &'a Value,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    /// The object that contains the definitions by name.
    Definitions,
    Definition(&'static Schema),
    Properties(&'static Schema),
    Other,
}

impl Place {
    fn child(self, name: &str) -> Self {
        match (self, name) {
            (Self::Definitions, _) => Schema::by_name(name).map_or(Self::Other, Self::Definition),
            (Self::Definition(schema), "properties") => Self::Properties(schema),
            (Self::Other, "$defs" | "definitions" | "schemas") => Self::Definitions,
            _ => Self::Other,
        }
    }
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| {
                    let position = match self.place {
                        Place::Properties(schema) => {
                            schema.fields.iter().position(|field| field.name == **name)
                        }
                        _ => None,
                    };
                    (position, *name)
                });
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name, Ordered { value, place: self.place.child(name) }));
                serializer.collect_map(members)
            }
            Value::Array(elements) => serializer
                .collect_seq(elements.iter().map(|value| Ordered { value, place: Place::Other })),
            value => value.serialize(serializer),
        }
    }
}
