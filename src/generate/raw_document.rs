use crate::schema::{Constant, split_outer_and_inner};
use serde_json::Value;
use std::fmt;

/// A JSON document that preserves the order of fields and can contain duplicate fields.
///
/// `Display` formats the document as compact JSON.
///
/// ```
/// use miniprogram_protocol::generate::RawDocument;
///
/// let field = |value: i64| ("value".to_owned(), RawDocument::Value(value.into()));
/// let duplicate = RawDocument::Object(vec![field(1), field(2)]);
/// assert_eq!(duplicate.to_string(), r#"{"value":1,"value":2}"#);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RawDocument {
    /// Any JSON value.
    Value(Value),
    /// An array.
    Array(Vec<RawDocument>),
    /// An object, as name-value pairs.
    Object(Vec<(String, RawDocument)>),
}

impl RawDocument {
    /// Returns the document as JSON, for example for use as the body of a request to a server under
    /// test.
    ///
    /// ```
    /// use miniprogram_protocol::{ProtocolType, check_json, dictionary::Buyer, generate};
    /// use proptest::prelude::*;
    ///
    /// proptest!(|(document in generate::valid_document(Buyer::SCHEMA))| {
    ///     let body: Vec<u8> = document.to_json();
    ///     prop_assert!(check_json::<Buyer>(&body).is_ok());
    /// });
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Self::Value(Value::Null)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Value(value) => value.as_str(),
            _ => None,
        }
    }

    pub(super) fn equals(&self, constant: Constant) -> bool {
        *self == Self::Value(constant.to_json())
    }

    /// Returns the value of the first field with the given name.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Returns whether a field is present and not null.
    pub(super) fn has_field(&self, field: &str) -> bool {
        self.field(field).is_some_and(|value| !value.is_null())
    }

    /// Returns whether the field at a path has the given value. The path is a field name, or
    /// `outer/inner` for a nested field.
    pub(super) fn has_value(&self, path: &str, value: Constant) -> bool {
        let found = match split_outer_and_inner(path) {
            (field, None) => self.field(field),
            (outer, Some(inner)) => self.field(outer).and_then(|outer| outer.field(inner)),
        };
        found.is_some_and(|found| found.equals(value))
    }

    /// Returns the value at a path, if any.
    pub(super) fn value_at_mut(&mut self, path: &[PathSegment]) -> Option<&mut Self> {
        let Some((segment, rest)) = path.split_first() else { return Some(self) };
        let child = match (self, segment) {
            (Self::Object(fields), PathSegment::Field(name)) => {
                fields.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            (Self::Array(elements), PathSegment::Index(index)) => elements.get_mut(*index),
            _ => None,
        };
        child?.value_at_mut(rest)
    }

    /// Edits the fields of the object at a path, if any.
    pub(super) fn edit_fields(
        &mut self,
        path: &[PathSegment],
        edit: impl FnOnce(&mut Vec<(String, Self)>),
    ) {
        if let Some(Self::Object(fields)) = self.value_at_mut(path) {
            edit(fields);
        }
    }
}

/// A segment of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathSegment {
    Field(&'static str),
    Index(usize),
}

/// Formats a path as a JSON Pointer.
pub(super) fn to_pointer(path: &[PathSegment]) -> String {
    let segments = path.iter().map(|segment| match segment {
        PathSegment::Field(name) => format!("/{name}"),
        PathSegment::Index(index) => format!("/{index}"),
    });
    segments.collect()
}

impl From<Value> for RawDocument {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl fmt::Display for RawDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "[" } else { "," })?;
                }
                f.write_str(if elements.is_empty() { "[]" } else { "]" })
            }
            Self::Object(fields) => {
                for (index, (name, value)) in fields.iter().enumerate() {
                    let name = Value::from(name.as_str());
                    write!(f, "{}{name}:{value}", if index == 0 { "{" } else { "," })?;
                }
                f.write_str(if fields.is_empty() { "{}" } else { "}" })
            }
        }
    }
}
