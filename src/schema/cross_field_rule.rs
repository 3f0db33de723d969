//! Cross-field rules, which constrain several fields of an object.

use super::{Field, Format};
use std::fmt;

/// A rule about several fields of one object. Fields are identified by their JSON names.
///
/// A rule is checked even if other fields of the object are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrossFieldRule {
    /// Either all or none of these fields are present. Otherwise, each missing field is a
    /// `dependentRequired` violation.
    AllOrNone(&'static [&'static str]),
    /// If the field `when` has the value `is`, `field` is required, and its absence is a
    /// `dependentRequired` violation.
    RequiredIf {
        /// The required field.
        field: &'static str,
        /// The field whose value makes `field` required, or `outer/inner` for a nested field.
        when: &'static str,
        /// The value of `when` that makes `field` required.
        is: Constant,
    },
    /// At least one of these fields is present. Otherwise, the object has an `anyOf` violation.
    AtLeastOneOf(&'static [&'static str]),
    /// If the field `when` is the string `is`, the string in `field` must match `format`.
    /// Otherwise, `field` has a `format` violation, unless its length is already invalid.
    FormatIf {
        /// The field that must match the format.
        field: &'static str,
        /// The format.
        format: Format,
        /// The field whose value requires the format.
        when: &'static str,
        /// The value of `when` that requires the format.
        is: &'static str,
    },
    /// If the string in the field `key` is one of the keys in `values`, the string in `field` must
    /// be the value for that key. Otherwise, `field` has a `const` violation.
    ValueByKey {
        /// The field whose value is determined by the key.
        field: &'static str,
        /// The field that contains the key.
        key: &'static str,
        /// The key-value pairs.
        values: &'static [(&'static str, &'static str)],
    },
}

/// A constant that a [`CrossFieldRule`] compares with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Constant {
    /// A string.
    String(&'static str),
    /// A boolean.
    Boolean(bool),
}

impl Constant {
    /// Returns the constant as a `serde_json` value.
    #[cfg(any(feature = "arbitrary", feature = "json-schema", feature = "proptest"))]
    pub(crate) fn to_json(self) -> serde_json::Value {
        match self {
            Self::String(string) => string.into(),
            Self::Boolean(boolean) => boolean.into(),
        }
    }

    /// Returns the string, or `"true"` or `"false"` for a boolean.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String(string) => string,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
        }
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Writes the rule as a clause without a period.
///
/// ```
/// use miniprogram_protocol::schema::CrossFieldRule;
///
/// let rule = CrossFieldRule::AllOrNone(&["longitude", "latitude"]);
/// assert_eq!(rule.to_string(), "longitude and latitude must be present together or not at all");
/// ```
impl fmt::Display for CrossFieldRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AllOrNone(fields) => {
                write!(f, "{} must be present together or not at all", join(fields, "and"))
            }
            Self::RequiredIf { field, when, is } => {
                write!(f, "{field} is required if {when} is {is}")
            }
            Self::AtLeastOneOf(fields) => {
                write!(f, "at least one of {} must be present", join(fields, "and"))
            }
            Self::FormatIf { field, format, when, is } => {
                write!(f, "{field} must match the format {format} if {when} is {is}")
            }
            Self::ValueByKey { field, key, values } => {
                write!(f, "{field} must be ")?;
                for (index, (value, keys)) in group_by_value(values).iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{value} if {key} is {}", join(keys, "or"))?;
                }
                Ok(())
            }
        }
    }
}

/// Groups the keys by value, in the order in which the values first occur.
fn group_by_value<'a>(pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, value) in pairs {
        match groups.iter_mut().find(|(known, _)| known == value) {
            Some((_, keys)) => keys.push(key),
            None => groups.push((value, vec![key])),
        }
    }
    groups
}

/// Joins names with commas and a conjunction, as in "a, b and c".
fn join(names: &[&str], conjunction: &str) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => {
            format!("{} {conjunction} {last}", first.join(", "))
        }
        _ => names.concat(),
    }
}

impl CrossFieldRule {
    /// Returns the names of the fields that the rule refers to. The name of a nested field has the
    /// form `outer/inner`.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (some, pair) = self.names();
        some.iter().copied().chain(pair.into_iter().flat_map(|(field, other)| [field, other]))
    }

    /// Returns the names of the fields that the rule refers to, either as a list or as a pair.
    const fn names(&self) -> (&'static [&'static str], Option<(&'static str, &'static str)>) {
        match *self {
            Self::AllOrNone(fields) | Self::AtLeastOneOf(fields) => (fields, None),
            Self::RequiredIf { field, when: other, .. }
            | Self::FormatIf { field, when: other, .. }
            | Self::ValueByKey { field, key: other, .. } => (&[], Some((field, other))),
        }
    }

    /// Returns whether the rule reads the value of the field, not only its presence.
    const fn reads_value_of(&self, name: &str) -> bool {
        match *self {
            Self::AllOrNone(_) | Self::AtLeastOneOf(_) => false,
            Self::RequiredIf { when, .. } => is_equal(when, name),
            Self::FormatIf { field, when: other, .. }
            | Self::ValueByKey { field, key: other, .. } => {
                is_equal(field, name) || is_equal(other, name)
            }
        }
    }
}

/// Returns whether any of the rules reads the value of the field.
pub(crate) const fn reads_value_of(mut rules: &[CrossFieldRule], field: &str) -> bool {
    while let Some((rule, rest)) = rules.split_first() {
        if rule.reads_value_of(field) {
            return true;
        }
        rules = rest;
    }
    false
}

/// Returns whether any of the rules refers to a field that is not in `fields`.
pub(crate) const fn refers_to_unknown_field(
    mut rules: &[CrossFieldRule],
    fields: &[Field],
) -> bool {
    while let Some((rule, rest)) = rules.split_first() {
        let (mut names, pair) = rule.names();
        while let Some((name, others)) = names.split_first() {
            if !is_field(name, fields) {
                return true;
            }
            names = others;
        }
        if let Some((field, other)) = pair {
            if !is_field(field, fields) || !is_field(other, fields) {
                return true;
            }
        }
        rules = rest;
    }
    false
}

/// Returns whether `path` is the name of a field, or has the form `outer/inner`, where `outer` is
/// the name of a field.
const fn is_field(path: &str, mut fields: &[Field]) -> bool {
    while let Some((field, rest)) = fields.split_first() {
        let name = field.name.as_bytes();
        if let Some((outer, inner)) = path.as_bytes().split_at_checked(name.len()) {
            if is_equal_bytes(outer, name) && matches!(inner, [] | [b'/', ..]) {
                return true;
            }
        }
        fields = rest;
    }
    false
}

/// Compares strings in a `const fn`, where `==` is not available.
pub(crate) const fn is_equal(left: &str, right: &str) -> bool {
    is_equal_bytes(left.as_bytes(), right.as_bytes())
}

const fn is_equal_bytes(mut left: &[u8], mut right: &[u8]) -> bool {
    while let (Some((first, left_rest)), Some((second, right_rest))) =
        (left.split_first(), right.split_first())
    {
        if *first != *second {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// Splits a path such as `outer/inner` into the name of a field and, if present, that of a field
/// inside it.
pub(crate) fn split_outer_and_inner(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(outer, inner)| (outer, Some(inner)))
}

/// A requirement that a [`CrossFieldRule`] imposes on an object, depending on the object's fields.
#[cfg(any(feature = "arbitrary", feature = "proptest"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// All of these fields are present.
    AllOf(&'static [&'static str]),
    /// At least one of these fields is present.
    AtLeastOneOf(&'static [&'static str]),
    /// The string `field` has a certain format, because the field `when` has the value `is`.
    Format { field: &'static str, format: Format, when: &'static str, is: &'static str },
    /// The string `field` has a certain value, because the field `when` has the value `is`.
    Value { field: &'static str, value: &'static str, when: &'static str, is: &'static str },
}

#[cfg(any(feature = "arbitrary", feature = "proptest"))]
impl CrossFieldRule {
    /// Returns the requirement that the rule imposes on an object, if any.
    ///
    /// `is_present` returns whether a field is present and not null. `has_value` returns whether a
    /// field, or a nested field (`outer/inner`), has a given value.
    pub(crate) fn requirement(
        &'static self,
        is_present: impl Fn(&str) -> bool,
        has_value: impl Fn(&str, Constant) -> bool,
    ) -> Option<Requirement> {
        match self {
            Self::AllOrNone(fields) => {
                fields.iter().any(|field| is_present(field)).then_some(Requirement::AllOf(fields))
            }
            Self::RequiredIf { field, when, is } => {
                let fields = std::slice::from_ref(field);
                has_value(when, *is).then_some(Requirement::AllOf(fields))
            }
            Self::AtLeastOneOf(fields) => Some(Requirement::AtLeastOneOf(fields)),
            Self::FormatIf { field, format, when, is } => {
                let requirement = Requirement::Format { field, format: *format, when, is };
                has_value(when, Constant::String(is)).then_some(requirement)
            }
            Self::ValueByKey { field, key, values } => {
                let mut entries = values.iter();
                let entry = entries.find(|(known, _)| has_value(key, Constant::String(known)));
                entry.map(|(is, value)| Requirement::Value { field, value, when: key, is })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Constant, CrossFieldRule, is_equal, refers_to_unknown_field};
    use crate::schema::{Format, Schema};

    #[test]
    fn compares_strings_in_full() {
        for (left, right) in [("", ""), ("a", ""), ("a", "ab"), ("ab", "ab"), ("ab", "ac")] {
            assert_eq!(is_equal(left, right), left == right, "{left} {right}");
            assert_eq!(is_equal(right, left), left == right, "{left} {right}");
        }
    }

    #[test]
    fn finds_rules_about_unknown_fields() {
        let fields = Schema::by_name("Env").unwrap().fields;
        let required_if =
            |field, when| CrossFieldRule::RequiredIf { field, when, is: Constant::Boolean(true) };
        let format_if =
            |field, when| CrossFieldRule::FormatIf { field, format: Format::E164, when, is: "" };
        for (rule, is_unknown) in [
            (CrossFieldRule::AllOrNone(&["osType", "clientIp"]), false),
            (CrossFieldRule::AllOrNone(&["osType", "clientIP"]), true),
            (CrossFieldRule::AtLeastOneOf(&["osTyp"]), true),
            (required_if("osType", "clientIp/inner"), false),
            (required_if("osType", "clientIpp"), true),
            (required_if("os", "clientIp"), true),
            (format_if("clientIp", "osType"), false),
            (format_if("clientIp", ""), true),
        ] {
            assert_eq!(refers_to_unknown_field(&[rule], fields), is_unknown, "{rule:?}");
        }
        assert!(!refers_to_unknown_field(&[], fields));
    }

    #[test]
    fn displays_and_exports_constants() {
        for (constant, shown, json) in [
            (Constant::String("S"), "S", serde_json::json!("S")),
            (Constant::Boolean(true), "true", serde_json::json!(true)),
        ] {
            assert_eq!(constant.to_string(), shown);
            #[cfg(any(feature = "arbitrary", feature = "json-schema", feature = "proptest"))]
            assert_eq!(constant.to_json(), json);
        }
    }
}
