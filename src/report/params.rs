//! The parameters of violations: the limits and lengths that explain them, each with its name.

use super::ViolationKind;
use crate::json::JsonText;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;

/// The value of a parameter of a violation; see [`Violation::params`](crate::Violation::params).
///
/// ```
/// use miniprogram_protocol::{ParamValue, Validate, Violation, dictionary::Amount};
///
/// /// Describes a violation in German.
/// fn describe(violation: &Violation) -> String {
///     match (violation.code(), violation.params().next()) {
///         ("required", _) => "ist erforderlich".to_owned(),
///         ("minimum", Some((_, ParamValue::Integer(minimum)))) => format!("mindestens {minimum}"),
///         _ => violation.message().into_owned(),
///     }
/// }
///
/// let violations = Amount::new("USD", -1).validate().unwrap_err();
/// assert_eq!(describe(&violations[0]), "mindestens 0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParamValue<'a> {
    /// An integer, such as a limit or a length: from `i64::MIN` to `u64::MAX`.
    Integer(i128),
    /// A string, such as the name of a format.
    String(Cow<'a, str>),
    /// A list of strings, such as the known values of an enum.
    List(Vec<Cow<'a, str>>),
    /// Any other JSON value. Only violations that are read from JSON have such parameters.
    Json(Cow<'a, JsonText>),
}

impl ParamValue<'_> {
    /// Returns a copy that borrows from this value.
    pub(super) fn borrowed(&self) -> ParamValue<'_> {
        match self {
            Self::Integer(integer) => ParamValue::Integer(*integer),
            Self::String(string) => ParamValue::String(Cow::Borrowed(string)),
            Self::List(strings) => {
                ParamValue::List(strings.iter().map(|string| Cow::Borrowed(&**string)).collect())
            }
            Self::Json(json) => ParamValue::Json(Cow::Borrowed(json)),
        }
    }
}

impl Serialize for ParamValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Not every format supports 128-bit integers.
            Self::Integer(integer) => match (u64::try_from(*integer), i64::try_from(*integer)) {
                (Ok(integer), _) => serializer.serialize_u64(integer),
                (_, Ok(integer)) => serializer.serialize_i64(integer),
                _ => serializer.serialize_i128(*integer),
            },
            Self::String(string) => serializer.serialize_str(string),
            Self::List(strings) => serializer.collect_seq(strings),
            Self::Json(json) => json.serialize(serializer),
        }
    }
}

/// Pairs of names and values, serialized as an object.
pub(super) struct Params<'a>(pub(super) Vec<(&'a str, ParamValue<'a>)>);

impl Serialize for Params<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The length is omitted so that formats that are not self-describing return an error here,
        // because they could not deserialize the violation.
        let mut params = serializer.serialize_map(None)?;
        for (name, value) in &self.0 {
            params.serialize_entry(name, value)?;
        }
        params.end()
    }
}

impl ViolationKind {
    /// Returns the names and values of the parameters. The name of a limit is its keyword, such as
    /// `maxLength`.
    pub(super) fn params(&self) -> Vec<(&'static str, ParamValue<'static>)> {
        let count = |count: u64| ParamValue::Integer(count.into());
        let counts = |limit_name, limit, count_name, actual| {
            vec![(limit_name, count(limit)), (count_name, count(actual))]
        };
        let integer = |integer: i64| ParamValue::Integer(integer.into());
        let string = |string: &'static str| ParamValue::String(string.into());
        let request_path = |name| ParamValue::String(format!("/request/{name}").into());
        let list = |strings: &[&'static str]| {
            ParamValue::List(strings.iter().copied().map(Cow::Borrowed).collect())
        };
        match *self {
            Self::Required
            | Self::Duplicate
            | Self::PolicyEnum
            | Self::Pattern
            | Self::AdditionalProperties
            | Self::Other => vec![],
            Self::Custom(ref violation) => {
                violation.params().map(|(name, value)| (name, integer(value))).collect()
            }
            Self::MaxProperties { max_properties, properties } => {
                counts("maxProperties", max_properties, "properties", properties)
            }
            Self::MaxBytes { max_bytes, bytes } => counts("maxBytes", max_bytes, "bytes", bytes),
            Self::Type { expected, found } => {
                vec![("expected", string(expected.name())), ("found", string(found.name()))]
            }
            Self::Enum { values } => vec![("values", list(values))],
            Self::EditionEnum { edition, values } => {
                vec![("values", list(values)), ("edition", string(edition.name()))]
            }
            Self::Const { value } => vec![("value", string(value))],
            Self::EqualToRequest { field } => vec![("equalTo", request_path(field))],
            Self::OneOfRequest { array } => vec![("array", request_path(array))],
            Self::MinLength { min_length, length } => {
                counts("minLength", min_length, "length", length)
            }
            Self::MaxLength { max_length, length } => {
                counts("maxLength", max_length, "length", length)
            }
            Self::Minimum { minimum } => vec![("minimum", integer(minimum))],
            Self::Maximum { maximum } => vec![("maximum", integer(maximum))],
            Self::MinItems { min_items, items } => counts("minItems", min_items, "items", items),
            Self::MaxItems { max_items, items } => counts("maxItems", max_items, "items", items),
            Self::Format { format } => vec![("format", string(format.name()))],
            Self::ForbiddenCharacter { character } => {
                vec![("character", ParamValue::String(character.to_string().into()))]
            }
            Self::DependentRequired { by, .. } => vec![("by", string(by))],
            Self::AnyOf { fields } => vec![("members", list(fields))],
            Self::Truncated { max_violations } => vec![("maxViolations", count(max_violations))],
        }
    }
}
