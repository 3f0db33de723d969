use crate::schema::{Constant, outer_and_inner};
use serde_json::Value;
use std::fmt;

/// A JSON document that can be put wrong: its members keep their order, and may stand twice.
///
/// `Display` is its text.
///
/// ```
/// use miniprogram_protocol::generate::RawDocument;
///
/// let member = |value: i64| ("value".to_owned(), RawDocument::Value(value.into()));
/// assert_eq!(RawDocument::Object(vec![member(1), member(2)]).to_string(), r#"{"value":1,"value":2}"#);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RawDocument {
    /// Any value, as it stands.
    Value(Value),
    /// An array.
    Array(Vec<RawDocument>),
    /// An object.
    Object(Vec<(String, RawDocument)>),
}

impl RawDocument {
    /// The text, as bytes of UTF-8: what a server under test is sent.
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

    /// Whether it is what a rule between rows looks for.
    pub(super) fn is(&self, constant: Constant) -> bool {
        *self == Self::Value(constant.into())
    }

    /// The first member of that name.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The first member of that name; `outer/inner` is a member of a member.
    pub(super) fn member_at(&self, path: &str) -> Option<&Self> {
        match outer_and_inner(path) {
            (member, None) => self.member(member),
            (outer, Some(inner)) => self.member(outer)?.member(inner),
        }
    }

    /// The place that steps lead to: names of members, indices of elements.
    pub(super) fn at(&mut self, steps: &[PathSegment]) -> Option<&mut Self> {
        let Some((step, rest)) = steps.split_first() else { return Some(self) };
        let next = match (self, step) {
            (Self::Object(members), PathSegment::Member(name)) => {
                members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            (Self::Array(elements), PathSegment::Element(index)) => elements.get_mut(*index),
            _ => None,
        };
        next?.at(rest)
    }

    /// Changes the members of the object that steps lead to.
    pub(super) fn change_members(
        &mut self,
        steps: &[PathSegment],
        change: impl FnOnce(&mut Vec<(String, Self)>),
    ) {
        if let Some(Self::Object(members)) = self.at(steps) {
            change(members);
        }
    }
}

/// A step into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathSegment {
    Member(&'static str),
    Element(usize),
}

impl fmt::Display for PathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => write!(f, "/{name}"),
            Self::Element(index) => write!(f, "/{index}"),
        }
    }
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
            Self::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    let name = Value::from(name.as_str());
                    write!(f, "{}{name}:{value}", if index == 0 { "{" } else { "," })?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}
