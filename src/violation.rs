//! What a value broke: where, which rule, by how much; never the value itself.

use crate::Format;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::fmt;

/// The kinds of JSON value, by the names that JSON Schema gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number without fraction and exponent.
    Integer,
    /// Any number.
    Number,
    /// A text.
    String,
    /// A list of elements.
    Array,
    /// A set of members.
    Object,
}

impl JsonType {
    /// The name in JSON Schema: `"string"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// The name with its article, for a sentence: "a string".
    const fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// Which rule was broken, with the limits and lengths that explain it.
///
/// [`code`](Self::code) names the rule for programs, `Display` says it in one sentence for people.
/// Neither holds anything of the payload but lengths and JSON types.
///
/// ```
/// use miniprogram_protocol::ViolationKind;
///
/// let kind = ViolationKind::MaxLength { max_length: 32, length: 40 };
/// assert_eq!(kind.code(), "maxLength");
/// assert_eq!(kind.to_string(), "has more characters (40) than the 32 that are allowed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A required member is absent or null.
    Required,
    /// The value has another JSON type than its row.
    Type {
        /// The type that the row has.
        expected: JsonType,
        /// The type that came.
        found: JsonType,
    },
    /// The text is none of the valid values of a closed list.
    Enum {
        /// The valid values, in the order of the table that lists them first.
        values: &'static [&'static str],
    },
    /// The text is none of the values that the policy lists for its row. Its code is `enum`, too.
    EnumOfPolicy,
    /// The text does not match the pattern that the policy has for its row.
    Pattern,
    /// The value contradicts another one, which leaves it a single valid value.
    Const {
        /// That value.
        value: &'static str,
    },
    /// The text is too short.
    MinLength {
        /// The least number of characters (Unicode scalar values).
        min_length: u64,
        /// The number of characters that came.
        length: u64,
    },
    /// The text is too long.
    MaxLength {
        /// The greatest number of characters (Unicode scalar values).
        max_length: u64,
        /// The number of characters that came.
        length: u64,
    },
    /// The integer is too small.
    Minimum {
        /// The least value.
        minimum: i64,
    },
    /// The integer is too great.
    Maximum {
        /// The greatest value.
        maximum: i64,
    },
    /// The array is too long.
    MaxItems {
        /// The greatest number of elements.
        max_items: u64,
        /// The number of elements that came.
        items: u64,
    },
    /// The text does not follow its format.
    Format {
        /// The format.
        format: Format,
    },
    /// The text holds a character that its row does not allow.
    ForbiddenCharacter {
        /// The first such character: one of [`FORBIDDEN_CHARACTERS`](crate::schema::FORBIDDEN_CHARACTERS),
        /// unless the policy forbids others.
        character: char,
    },
    /// The member is needed because of another one.
    DependentRequired {
        /// The member that makes it needed.
        by: &'static str,
    },
    /// None of several members is there, of which at least one is needed.
    AnyOf {
        /// Those members.
        members: &'static [&'static str],
    },
    /// The member stands more than once in its object. The first one counts.
    Duplicate,
    /// No row names the member, and the policy reports such members.
    AdditionalProperties,
    /// The object has more members that no row names than the policy lets the reader keep.
    MaxProperties {
        /// The greatest number of such members.
        max_properties: u64,
        /// The number of such members that came.
        properties: u64,
    },
    /// The text is longer than the policy lets the reader read.
    MaxBytes {
        /// The greatest number of bytes.
        max_bytes: u64,
        /// The number of bytes that came.
        bytes: u64,
    },
    /// The report was cut: there may be more violations than it holds.
    TooMany {
        /// The number of violations that the policy allows in a report.
        max_violations: u64,
    },
}

impl ViolationKind {
    /// The stable name of the rule: a keyword of JSON Schema where it has one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type { .. } => "type",
            Self::Enum { .. } | Self::EnumOfPolicy => "enum",
            Self::Pattern => "pattern",
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
            Self::TooMany { .. } => "tooMany",
        }
    }
}

impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Required => f.write_str("is required"),
            Self::Type { expected: JsonType::Integer, found: JsonType::Number } => {
                f.write_str("must be an integer, without fraction and exponent")
            }
            Self::Type { expected, found } => {
                write!(f, "must be {}, not {}", expected.noun(), found.noun())
            }
            Self::Enum { values } => write!(f, "must be one of {}", Listed(values)),
            Self::EnumOfPolicy => f.write_str("must be one of the values that the policy lists"),
            Self::Pattern => f.write_str("must match the pattern that the policy has for its row"),
            Self::Const { value } => write!(f, "must be {value}"),
            Self::MinLength { min_length, length } => {
                write!(f, "has fewer characters ({length}) than the {min_length} that are required")
            }
            Self::MaxLength { max_length, length } => {
                write!(f, "has more characters ({length}) than the {max_length} that are allowed")
            }
            Self::Minimum { minimum } => write!(f, "must be at least {minimum}"),
            Self::Maximum { maximum } => write!(f, "must be at most {maximum}"),
            Self::MaxItems { max_items, items } => {
                write!(f, "has more elements ({items}) than the {max_items} that are allowed")
            }
            Self::Format { format } => write!(f, "must be {}", format.description()),
            Self::ForbiddenCharacter { character } => {
                f.write_str("must not contain the character ")?;
                if character.is_ascii_graphic() {
                    write!(f, "{character}")
                } else {
                    write!(f, "U+{:04X}", u32::from(character))
                }
            }
            Self::DependentRequired { by } => write!(f, "is required because of {by}"),
            Self::AnyOf { members } => write!(f, "must have at least one of {}", Listed(members)),
            Self::Duplicate => f.write_str("stands more than once, only the first one counts"),
            Self::AdditionalProperties => f.write_str("is a member that no row names"),
            Self::MaxProperties { max_properties, properties } => write!(
                f,
                "has more members that no row names ({properties}) than the {max_properties} that \
                 are read"
            ),
            Self::MaxBytes { max_bytes, bytes } => {
                write!(f, "has more bytes ({bytes}) than the {max_bytes} that are read")
            }
            Self::TooMany { max_violations } => {
                write!(f, "has more violations than the {max_violations} that are reported")
            }
        }
    }
}

/// "S, F, U".
struct Listed(&'static [&'static str]);

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            f.write_str(value)?;
        }
        Ok(())
    }
}

/// Writes the parameters as an object: the limit under the name of its keyword.
struct Params<'a>(&'a ViolationKind);

impl Serialize for Params<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut params = to.serialize_map(None)?;
        match *self.0 {
            ViolationKind::Required
            | ViolationKind::Duplicate
            | ViolationKind::EnumOfPolicy
            | ViolationKind::Pattern
            | ViolationKind::AdditionalProperties => {}
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
            ViolationKind::DependentRequired { by } => params.serialize_entry("by", by)?,
            ViolationKind::AnyOf { members } => params.serialize_entry("members", members)?,
            ViolationKind::TooMany { max_violations } => {
                params.serialize_entry("maxViolations", &max_violations)?;
            }
        }
        params.end()
    }
}

/// One broken rule: where, and which.
///
/// It never holds the value, so it can be logged and sent to the peer. A violation serializes as
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

    /// Where: the JSON Pointer (RFC 6901), in wire names, to the member at fault; for a missing
    /// member, to where it should stand. Empty for the whole document.
    ///
    /// A name that the payload chose (of an unknown member that stands twice) is cut at 64
    /// characters, and may hold any character: escape it, as `Display` does, before it is shown.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Which rule.
    #[must_use]
    pub const fn kind(&self) -> &ViolationKind {
        &self.kind
    }

    /// The stable name of the rule: [`ViolationKind::code`].
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
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut violation = to.serialize_struct("Violation", 4)?;
        violation.serialize_field("path", self.path())?;
        violation.serialize_field("code", self.code())?;
        violation.serialize_field("message", &format_args!("{}", self.kind))?;
        violation.serialize_field("params", &Params(&self.kind))?;
        violation.end()
    }
}

/// All rules that a value broke: never none.
///
/// There are at most as many as the policy allows (64 unless it says otherwise), and then one more
/// of code `tooMany` whose path is empty: the mark that the report was cut.
///
/// From bytes they come in the order of the document, with what is missing at the end of its
/// object; from [`validate`](crate::Validate::validate) in the order of the dictionary.
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
    /// `found` must not be empty.
    pub(crate) fn new(found: Vec<Violation>) -> Self {
        debug_assert!(!found.is_empty(), "violations without a violation");
        Self(found.into())
    }

    /// Whether the report was cut, so that there may be more violations than it holds.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        matches!(self.0.last(), Some(Violation { kind: ViolationKind::TooMany { .. }, .. }))
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
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self)
    }
}
