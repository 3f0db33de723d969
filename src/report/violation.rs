//! Violations: the pointer to the invalid value and the violated constraint, never the value
//! itself.

use super::CustomViolation;
use crate::schema::{Constant, Format, JsonType};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::fmt;

/// The violated constraint, with the limits and lengths that explain the violation.
///
/// [`code`](Self::code) names the constraint for programs, and `Display` describes the violation in
/// one sentence. Neither contains anything from the payload except lengths, counts, JSON types and
/// forbidden characters.
///
/// ```
/// use miniprogram_protocol::ViolationKind;
///
/// let kind = ViolationKind::MaxLength { max_length: 32, length: 40 };
/// assert_eq!(kind.code(), "maxLength");
/// assert_eq!(kind.to_string(), "must be at most 32 characters (got 40)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A required field is absent or null.
    Required,
    /// The value has the wrong JSON type.
    Type {
        /// The type of the field.
        expected: JsonType,
        /// The type of the value.
        found: JsonType,
    },
    /// The string is not a known value of a closed enum.
    Enum {
        /// The known values, in the order of the first table that lists them.
        values: &'static [&'static str],
    },
    /// The string is not one of the values that the policy lists. The code is also `enum`.
    EnumOfPolicy,
    /// The string does not match the policy's pattern.
    Pattern,
    /// A constraint of an application's own. The code is that of the constraint.
    Custom(CustomViolation),
    /// The value differs from the one that another field determines.
    Const {
        /// The only valid value.
        value: &'static str,
    },
    /// The string is too short.
    MinLength {
        /// The minimum length in characters (Unicode scalar values).
        min_length: u64,
        /// The length of the string.
        length: u64,
    },
    /// The string is too long.
    MaxLength {
        /// The maximum length in characters (Unicode scalar values).
        max_length: u64,
        /// The length of the string.
        length: u64,
    },
    /// The integer is too small.
    Minimum {
        /// The minimum value.
        minimum: i64,
    },
    /// The integer is too large.
    Maximum {
        /// The maximum value.
        maximum: i64,
    },
    /// The array has too many elements.
    MaxItems {
        /// The maximum number of elements.
        max_items: u64,
        /// The number of elements.
        items: u64,
    },
    /// The string does not have the required format.
    Format {
        /// The format.
        format: Format,
    },
    /// The string contains a forbidden character.
    ForbiddenCharacter {
        /// The first forbidden character: one of
        /// [`FORBIDDEN_CHARACTERS`](crate::schema::FORBIDDEN_CHARACTERS), unless the policy forbids
        /// others.
        character: char,
    },
    /// The field is required because of another field.
    DependentRequired {
        /// The other field.
        by: &'static str,
        /// The value of the other field that makes this one required; `None` if its presence does.
        value: Option<&'static Constant>,
    },
    /// None of several fields is present, although at least one is required.
    AnyOf {
        /// The fields.
        fields: &'static [&'static str],
    },
    /// The field is a duplicate. Its first occurrence is used.
    Duplicate,
    /// The field is unknown, and the policy rejects unknown fields.
    AdditionalProperties,
    /// The object has too many unknown fields.
    MaxProperties {
        /// The maximum number of unknown fields.
        max_properties: u64,
        /// The number of unknown fields.
        properties: u64,
    },
    /// The input is too long.
    MaxBytes {
        /// The maximum number of bytes.
        max_bytes: u64,
        /// The number of bytes.
        bytes: u64,
    },
    /// The report is truncated: there may be more violations.
    Truncated {
        /// The maximum number of violations in a report.
        max_violations: u64,
    },
}

impl ViolationKind {
    /// Returns the stable name of the constraint: a JSON Schema keyword, if there is one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type { .. } => "type",
            Self::Enum { .. } | Self::EnumOfPolicy => "enum",
            Self::Pattern => "pattern",
            Self::Custom(violation) => violation.code(),
            Self::Const { .. } => "const",
            Self::MinLength { .. } => "minLength",
            Self::MaxLength { .. } => "maxLength",
            Self::Minimum { .. } => "minimum",
            Self::Maximum { .. } => "maximum",
            Self::MaxItems { .. } => "maxItems",
            Self::Format { .. } => "format",
            Self::ForbiddenCharacter { .. } => "forbiddenCharacter",
            Self::DependentRequired { .. } => "dependentRequired",
            Self::AnyOf { .. } => "anyOf",
            Self::Duplicate => "duplicate",
            Self::AdditionalProperties => "additionalProperties",
            Self::MaxProperties { .. } => "maxProperties",
            Self::MaxBytes { .. } => "maxBytes",
            Self::Truncated { .. } => "tooMany",
        }
    }
}

impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Required => f.write_str("is required"),
            Self::Type { expected: JsonType::Integer, found: JsonType::Number } => {
                f.write_str("must be an integer without a fraction or exponent")
            }
            Self::Type { expected, found } => {
                write!(f, "must be {}, not {}", expected.noun(), found.noun())
            }
            Self::Enum { values } => write!(f, "must be one of {}", CommaSeparated(values)),
            Self::EnumOfPolicy => f.write_str("must be one of the policy's values"),
            Self::Pattern => f.write_str("must match the policy's pattern"),
            Self::Custom(violation) => f.write_str(violation.message()),
            Self::Const { value } => write!(f, "must be {value}"),
            Self::MinLength { min_length, length } => {
                write!(f, "must be at least {min_length} characters (got {length})")
            }
            Self::MaxLength { max_length, length } => {
                write!(f, "must be at most {max_length} characters (got {length})")
            }
            Self::Minimum { minimum } => write!(f, "must be at least {minimum}"),
            Self::Maximum { maximum } => write!(f, "must be at most {maximum}"),
            Self::MaxItems { max_items, items } => {
                write!(f, "must have at most {max_items} elements (got {items})")
            }
            Self::Format { format } => write!(f, "must be {}", format.description()),
            Self::ForbiddenCharacter { character } if character.is_ascii_graphic() => {
                write!(f, "must not contain the character {character}")
            }
            Self::ForbiddenCharacter { character } => {
                write!(f, "must not contain the character U+{:04X}", u32::from(character))
            }
            Self::DependentRequired { by, value: None } => {
                write!(f, "is required when {by} is present")
            }
            Self::DependentRequired { by, value: Some(value) } => {
                write!(f, "is required when {by} is {value}")
            }
            Self::AnyOf { fields } => {
                write!(f, "must have at least one of {}", CommaSeparated(fields))
            }
            Self::Duplicate => {
                f.write_str("is a duplicate field; only its first occurrence is used")
            }
            Self::AdditionalProperties => f.write_str("is not a known field"),
            Self::MaxProperties { max_properties, properties } => {
                write!(f, "has {properties} unknown fields (maximum {max_properties})")
            }
            Self::MaxBytes { max_bytes, bytes } => {
                write!(f, "must have at most {max_bytes} bytes (got {bytes})")
            }
            Self::Truncated { max_violations } => {
                write!(f, "has more violations than the reported {max_violations}")
            }
        }
    }
}

/// Formats values as "S, F, U".
struct CommaSeparated(&'static [&'static str]);

impl fmt::Display for CommaSeparated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            f.write_str(value)?;
        }
        Ok(())
    }
}

/// Serializes the parameters as an object: each limit under its keyword.
struct Params<'a>(&'a ViolationKind);

impl Serialize for Params<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut params = serializer.serialize_map(None)?;
        match *self.0 {
            ViolationKind::Required
            | ViolationKind::Duplicate
            | ViolationKind::EnumOfPolicy
            | ViolationKind::Pattern
            | ViolationKind::AdditionalProperties => {}
            ViolationKind::Custom(violation) => {
                for (name, value) in violation.params() {
                    params.serialize_entry(name, &value)?;
                }
            }
            ViolationKind::MaxProperties { max_properties, properties } => {
                params.serialize_entry("maxProperties", &max_properties)?;
                params.serialize_entry("properties", &properties)?;
            }
            ViolationKind::MaxBytes { max_bytes, bytes } => {
                params.serialize_entry("maxBytes", &max_bytes)?;
                params.serialize_entry("bytes", &bytes)?;
            }
            ViolationKind::Type { expected, found } => {
                params.serialize_entry("expected", expected.name())?;
                params.serialize_entry("found", found.name())?;
            }
            ViolationKind::Enum { values } => params.serialize_entry("values", values)?,
            ViolationKind::Const { value } => params.serialize_entry("value", value)?,
            ViolationKind::MinLength { min_length, length } => {
                params.serialize_entry("minLength", &min_length)?;
                params.serialize_entry("length", &length)?;
            }
            ViolationKind::MaxLength { max_length, length } => {
                params.serialize_entry("maxLength", &max_length)?;
                params.serialize_entry("length", &length)?;
            }
            ViolationKind::Minimum { minimum } => params.serialize_entry("minimum", &minimum)?,
            ViolationKind::Maximum { maximum } => params.serialize_entry("maximum", &maximum)?,
            ViolationKind::MaxItems { max_items, items } => {
                params.serialize_entry("maxItems", &max_items)?;
                params.serialize_entry("items", &items)?;
            }
            ViolationKind::Format { format } => params.serialize_entry("format", format.name())?,
            ViolationKind::ForbiddenCharacter { character } => {
                params.serialize_entry("character", &character)?;
            }
            ViolationKind::DependentRequired { by, .. } => params.serialize_entry("by", by)?,
            ViolationKind::AnyOf { fields } => params.serialize_entry("members", fields)?,
            ViolationKind::Truncated { max_violations } => {
                params.serialize_entry("maxViolations", &max_violations)?;
            }
        }
        params.end()
    }
}

/// A violated constraint, with the pointer to the value.
///
/// It never contains the value, so it can be logged and sent to the peer. It serializes as
/// `{"path": …, "code": …, "message": …, "params": {…}}`.
///
/// ```
/// use miniprogram_protocol::{Validate, dictionary::Amount};
///
/// let violations = Amount::new("USD", -1).validate().unwrap_err();
/// assert_eq!(violations[0].path(), "/value");
/// assert_eq!(violations[0].code(), "minimum");
/// assert_eq!(violations[0].to_string(), "/value must be at least 0");
/// assert_eq!(
///     serde_json::to_string(&violations[0]).unwrap(),
///     r#"{"path":"/value","code":"minimum","message":"must be at least 0","params":{"minimum":0}}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    path: Box<str>,
    kind: ViolationKind,
}

impl Violation {
    pub(crate) fn new(path: impl Into<Box<str>>, kind: ViolationKind) -> Self {
        Self { path: path.into(), kind }
    }

    /// Returns the JSON Pointer (RFC 6901) to the invalid value or the missing field. It is empty
    /// for the whole document.
    ///
    /// A name taken from the payload, such as that of an unknown field, is truncated to 64
    /// characters. It can contain any character, so escape the path before displaying it, as
    /// `Display` does.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the violated constraint.
    #[must_use]
    pub const fn kind(&self) -> &ViolationKind {
        &self.kind
    }

    /// Returns the stable name of the constraint, as [`ViolationKind::code`] does.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str("the value")?;
        }
        for character in self.path.chars() {
            match character {
                '"' | '\'' | '\\' => write!(f, "{character}")?,
                other => write!(f, "{}", other.escape_debug())?,
            }
        }
        write!(f, " {}", self.kind)
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut violation = serializer.serialize_struct("Violation", 4)?;
        violation.serialize_field("path", self.path())?;
        violation.serialize_field("code", self.code())?;
        violation.serialize_field("message", &format_args!("{}", self.kind))?;
        violation.serialize_field("params", &Params(&self.kind))?;
        violation.end()
    }
}

/// The violations in a value, of which there is at least one.
///
/// A report contains up to as many violations as the policy allows, 64 by default. If there are
/// more, a final violation with the code `tooMany` and an empty path marks the report as truncated.
///
/// Violations in JSON are in document order, with missing fields at the end of their object. Those
/// from [`validate`](crate::Validate::validate) are in schema order.
///
/// ```
/// use miniprogram_protocol::{Validate, dictionary::Amount};
///
/// let violations = Amount::new("usd", -1).validate().unwrap_err();
/// assert_eq!(violations.len(), 2);
/// assert_eq!(
///     violations.to_string(),
///     "/currency must be a current currency code of ISO 4217\n/value must be at least 0"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Lines(.0))]
pub struct Violations(Box<[Violation]>);

struct Lines<'a>(&'a [Violation]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl Violations {
    /// Wraps violations, of which there must be at least one.
    pub(crate) fn new(found: Vec<Violation>) -> Self {
        debug_assert!(!found.is_empty(), "violations without a violation");
        Self(found.into())
    }

    /// Returns whether the report is truncated, in which case there may be more violations.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(self.0.last(), Some(Violation { kind: ViolationKind::Truncated { .. }, .. }))
    }
}

impl std::ops::Deref for Violations {
    type Target = [Violation];

    fn deref(&self) -> &[Violation] {
        &self.0
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
