//! Violations, each with a pointer to the invalid value and the violated constraint, but never the
//! value itself.

use super::{
    CustomViolation,
    deserialized::DeserializedConstraint,
    params::{ParamValue, Params},
    pointer,
};
use crate::schema::{Constant, Edition, Format, JsonType};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// The violated constraint, with the limits and lengths that explain the violation.
///
/// [`code`](Self::code) is a stable name for use in programs, and `Display` describes the violation
/// in one sentence. The code and the message contain nothing from the payload except lengths,
/// counts, JSON types and forbidden characters.
///
/// ```
/// use miniprogram_protocol::ViolationKind;
///
/// let kind = ViolationKind::MaxLength { max_length: 32, length: 40 };
/// assert_eq!(kind.code(), "maxLength");
/// assert_eq!(kind.to_string(), "must be at most 32 characters (got 40)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
        /// The known values, in the order in which the specification first lists them.
        values: &'static [&'static str],
    },
    /// The string is not one of the values that the policy lists. The code is `enum`, as for
    /// [`Enum`](Self::Enum).
    PolicyEnum,
    /// The string is not one of the values that the policy's [`Edition`] lists. The code is `enum`, as
    /// for [`Enum`](Self::Enum).
    EditionEnum {
        /// The edition.
        edition: Edition,
        /// The only valid values.
        values: &'static [&'static str],
    },
    /// The string does not match the policy's pattern.
    Pattern,
    /// A custom constraint of an application, which determines the code.
    Custom(CustomViolation),
    /// The value differs from the one that another field determines.
    Const {
        /// The only valid value.
        value: &'static str,
    },
    /// The string in a response differs from that in the request. The code is `const`, as for
    /// [`Const`](Self::Const).
    EqualToRequest {
        /// The field of the request, or `outer/inner` for a nested field.
        field: &'static str,
    },
    /// The string in a response matches no object in the request, or matches the same object as
    /// another string in the response. The code is `enum`, as for [`Enum`](Self::Enum).
    OneOfRequest {
        /// The array in the request whose objects contain a string with the same name.
        array: &'static str,
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
    /// The array has too few elements.
    MinItems {
        /// The minimum number of elements.
        min_items: u64,
        /// The number of elements.
        items: u64,
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
        /// The value of the other field. `None` if the mere presence of the other field makes this
        /// field required.
        value: Option<&'static Constant>,
    },
    /// At least one of several fields is required, but none is present.
    AnyOf {
        /// The fields.
        fields: &'static [&'static str],
    },
    /// The field is a duplicate; only its first occurrence is used.
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
    /// A constraint that no other variant represents. Only violations that are read from JSON have
    /// this kind: those with the code `syntax`, with a code of a later version or of a custom
    /// constraint, or with data that is not part of the specification, such as the values of
    /// another enum. [`Violation::code`], [`Violation::message`] and [`Violation::params`] return
    /// what the JSON contains.
    Other,
}

impl ViolationKind {
    /// Returns the stable name of the constraint: a JSON Schema keyword, if there is one. For
    /// [`Other`](Self::Other), use [`Violation::code`], which returns the code in the JSON.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type { .. } => "type",
            Self::Enum { .. }
            | Self::PolicyEnum
            | Self::EditionEnum { .. }
            | Self::OneOfRequest { .. } => "enum",
            Self::Pattern => "pattern",
            Self::Custom(violation) => violation.code(),
            Self::Const { .. } | Self::EqualToRequest { .. } => "const",
            Self::MinLength { .. } => "minLength",
            Self::MaxLength { .. } => "maxLength",
            Self::Minimum { .. } => "minimum",
            Self::Maximum { .. } => "maximum",
            Self::MinItems { .. } => "minItems",
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
            Self::Other => "other",
        }
    }
}

/// A number with a noun, such as "1 element" or "2 elements".
pub(crate) struct Quantity(pub(crate) u64, pub(crate) &'static str);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, noun) = self;
        write!(f, "{number} {noun}{}", if *number == 1 { "" } else { "s" })
    }
}

impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Required => f.write_str("is required"),
            Self::Type { expected, found } => write_wrong_type(expected, found, f),
            Self::Enum { values } => write!(f, "must be one of {}", CommaSeparated(values)),
            Self::PolicyEnum => f.write_str("must be one of the policy's values"),
            Self::EditionEnum { edition, values } => {
                write!(f, "must be one of {} in edition {edition}", CommaSeparated(values))
            }
            Self::Pattern => f.write_str("must match the policy's pattern"),
            Self::Custom(ref violation) => f.write_str(violation.message()),
            Self::Const { value } => write!(f, "must be {value}"),
            Self::EqualToRequest { field } => write!(f, "must equal /request/{field}"),
            Self::OneOfRequest { array } => {
                write!(f, "must match an element of /request/{array} that no other result matches")
            }
            Self::MinLength { min_length, length } => {
                write!(f, "must be at least {} (got {length})", Quantity(min_length, "character"))
            }
            Self::MaxLength { max_length, length } => {
                write!(f, "must be at most {} (got {length})", Quantity(max_length, "character"))
            }
            Self::Minimum { minimum } => write!(f, "must be at least {minimum}"),
            Self::Maximum { maximum } => write!(f, "must be at most {maximum}"),
            Self::MinItems { min_items, items } => {
                write!(f, "must have at least {} (got {items})", Quantity(min_items, "element"))
            }
            Self::MaxItems { max_items, items } => {
                write!(f, "must have at most {} (got {items})", Quantity(max_items, "element"))
            }
            Self::Format { format } => write!(f, "must be {}", format.description()),
            Self::ForbiddenCharacter { character } => write_forbidden_character(character, f),
            Self::DependentRequired { by, value } => match value {
                Some(value) => write!(f, "is required when {by} is {value}"),
                None => write!(f, "is required when {by} is present"),
            },
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
                write!(f, "must be at most {} (got {bytes})", Quantity(max_bytes, "byte"))
            }
            Self::Truncated { max_violations } => {
                write!(f, "has more violations; only the first {max_violations} are reported")
            }
            Self::Other => f.write_str("violates an unknown constraint"),
        }
    }
}

fn write_wrong_type(
    expected: JsonType,
    found: JsonType,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if (expected, found) == (JsonType::Integer, JsonType::Number) {
        f.write_str("must be an integer without a fraction or exponent")
    } else {
        write!(f, "must be {}, not {}", expected.with_article(), found.with_article())
    }
}

fn write_forbidden_character(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("must not contain the character ")?;
    if character.is_ascii_graphic() {
        write!(f, "{character}")
    } else {
        write!(f, "U+{:04X}", u32::from(character))
    }
}

/// Formats values as a comma-separated list, such as "S, F, U".
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

/// A violated constraint and a pointer to the value that violates it.
///
/// A violation never contains the value, so it can be logged and sent to the peer. A violation
/// serializes as `{"path": …, "code": …, "message": …, "params": {…}}`.
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
///
/// # Reading violations from JSON
///
/// A client can deserialize the violations that a server reports. The result equals the original
/// violation and serializes to the same JSON. Members other than `path`, `code`, `message` and
/// `params` are dropped. Violations with a constraint that this version does not know are kept as
/// well, with the kind [`ViolationKind::Other`].
///
/// `params` may be absent. `path` must be a JSON Pointer, and the JSON of a violation must be at
/// most 64 KiB. The text that a server sends can contain any characters: `Display` escapes control
/// characters, but [`code`](Self::code), [`message`](Self::message) and [`params`](Self::params) do
/// not.
///
/// ```
/// use miniprogram_protocol::{Violation, ViolationKind};
///
/// let violation = serde_json::from_str::<Violation>(
///     r#"{"path":"/value","code":"minimum","message":"must be at least 0","params":{"minimum":0}}"#,
/// )?;
/// assert_eq!(*violation.kind(), ViolationKind::Minimum { minimum: 0 });
///
/// let violation = serde_json::from_str::<Violation>(
///     r#"{"path":"/value","code":"multipleOf","message":"must be a multiple of 100"}"#,
/// )?;
/// assert_eq!(*violation.kind(), ViolationKind::Other);
/// assert_eq!(violation.code(), "multipleOf");
/// assert_eq!(violation.to_string(), "/value must be a multiple of 100");
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    path: Box<str>,
    constraint: Constraint,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Constraint {
    /// The kind determines the code, the message and the parameters.
    Kind(ViolationKind),
    Deserialized(Box<DeserializedConstraint>),
}

impl fmt::Debug for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::Deserialized(constraint) => constraint.fmt(f),
        }
    }
}

impl Violation {
    pub(crate) fn new(path: impl Into<Box<str>>, kind: ViolationKind) -> Self {
        Self { path: path.into(), constraint: Constraint::Kind(kind) }
    }

    pub(super) fn from_deserialized(path: Box<str>, constraint: DeserializedConstraint) -> Self {
        Self { path, constraint: Constraint::Deserialized(Box::new(constraint)) }
    }

    /// Returns the JSON Pointer (RFC 6901) to the invalid value or the missing field. The pointer
    /// is empty for the whole document.
    ///
    /// A name taken from the payload, such as that of an unknown field, is truncated to 64
    /// characters. The path can contain any character, so escape it before displaying it, as
    /// `Display` does.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the violated constraint.
    #[must_use]
    pub fn kind(&self) -> &ViolationKind {
        match &self.constraint {
            Constraint::Kind(kind) => kind,
            Constraint::Deserialized(constraint) => &constraint.kind,
        }
    }

    /// Returns the stable name of the constraint, as [`ViolationKind::code`] does, or the code in
    /// the JSON that the violation was read from.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.constraint {
            Constraint::Kind(kind) => kind.code(),
            Constraint::Deserialized(constraint) => &constraint.code,
        }
    }

    /// Returns the message: one sentence, without the path.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let violations = Amount::new("USD", -1).validate().unwrap_err();
    /// assert_eq!(violations[0].message(), "must be at least 0");
    /// ```
    #[must_use]
    pub fn message(&self) -> Cow<'_, str> {
        match &self.constraint {
            Constraint::Kind(kind) => kind.to_string().into(),
            Constraint::Deserialized(constraint) => Cow::Borrowed(&constraint.message),
        }
    }

    /// Returns the names and values of the parameters: the limits and lengths that explain the
    /// violation, in the order in which they are serialized. Together with the code, they suffice
    /// to translate the message.
    ///
    /// ```
    /// use miniprogram_protocol::{ParamValue, Validate, dictionary::MerchantStore};
    ///
    /// let violations = MerchantStore::new("M".repeat(65)).validate().unwrap_err();
    /// let params: Vec<_> = violations[0].params().collect();
    /// assert_eq!(
    ///     params,
    ///     [("maxLength", ParamValue::Integer(64)), ("length", ParamValue::Integer(65))]
    /// );
    /// ```
    #[must_use]
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, ParamValue<'_>)> {
        self.collect_params().into_iter()
    }

    fn collect_params(&self) -> Vec<(&str, ParamValue<'_>)> {
        match &self.constraint {
            Constraint::Kind(kind) => kind.params(),
            Constraint::Deserialized(constraint) => {
                let params = constraint.params.iter();
                params.map(|(name, value)| (&**name, value.borrowed())).collect()
            }
        }
    }

    /// Returns the violation with a prefix prepended to its path, as [`Violations::prefixed`] does.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let violations = Amount::new("USD", -1).validate().unwrap_err();
    /// assert_eq!(violations[0].clone().prefixed("/lines/3").path(), "/lines/3/value");
    /// ```
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        self.with_prefix(&pointer::to_valid_pointer(prefix))
    }

    fn with_prefix(self, pointer: &str) -> Self {
        Self { path: format!("{pointer}{}", self.path).into(), ..self }
    }
}

/// Writes text from a payload or a peer, and escapes control characters.
fn write_escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => write!(f, "{character}")?,
            other => write!(f, "{}", other.escape_debug())?,
        }
    }
    Ok(())
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str("the value")?;
        }
        write_escaped(&self.path, f)?;
        f.write_str(" ")?;
        match &self.constraint {
            Constraint::Kind(kind) => kind.fmt(f),
            Constraint::Deserialized(constraint) => write_escaped(&constraint.message, f),
        }
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut violation = serializer.serialize_struct("Violation", 4)?;
        violation.serialize_field("path", self.path())?;
        violation.serialize_field("code", self.code())?;
        violation.serialize_field("message", &self.message())?;
        violation.serialize_field("params", &Params(self.collect_params()))?;
        violation.end()
    }
}

/// A non-empty list of the violations in a value.
///
/// A report contains at most as many violations as the policy allows, 64 by default. If there are
/// more, a final violation with the code `tooMany` and an empty path marks the report as truncated.
///
/// Violations in JSON are reported in document order, with missing fields at the end of their
/// object. [`validate`](crate::Validate::validate) reports violations in schema order.
///
/// ```
/// use miniprogram_protocol::{Validate, dictionary::Amount};
///
/// let violations = Amount::new("usd", -1).validate().unwrap_err();
/// assert_eq!(violations.len(), 2);
/// assert_eq!(
///     violations.to_string(),
///     "/currency must be a current ISO 4217 currency code\n/value must be at least 0"
/// );
/// ```
///
/// A client can deserialize a report from the JSON of `Violations` or of [`Error`](crate::Error),
/// as [`Violation`] describes. Reading keeps the first 10,000 violations; if there are more, the
/// result [is truncated](Self::is_truncated). An empty array is an error.
///
/// ```
/// use miniprogram_protocol::{Violations, dictionary::Amount, from_json};
///
/// let error = from_json::<Amount>(br#"{"currency": "usd"}"#).unwrap_err();
/// let body = serde_json::to_vec(&error).unwrap(); // written by the server
/// let violations = serde_json::from_slice::<Violations>(&body).unwrap(); // read by the client
/// assert_eq!(*violations, *error.violations());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", ViolationLines(&.0.violations))]
pub struct Violations(Box<ViolationsInner>);

/// The content of [`Violations`], which is boxed so that a `Result<(), Violations>` is
/// pointer-sized.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ViolationsInner {
    violations: Vec<Violation>,
    tolerated: Vec<Violation>,
}

/// Formats violations, one per line.
struct ViolationLines<'a>(&'a [Violation]);

impl fmt::Display for ViolationLines<'_> {
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
    /// Wraps a list of violations, which must not be empty.
    pub(crate) fn new(found: Vec<Violation>) -> Self {
        debug_assert!(!found.is_empty(), "the list of violations must not be empty");
        Self(Box::new(ViolationsInner { violations: found, tolerated: Vec::new() }))
    }

    /// Returns the violations and the tolerated deviations.
    pub(crate) fn into_parts(self) -> (Vec<Violation>, Vec<Violation>) {
        let ViolationsInner { violations, tolerated } = *self.0;
        (violations, tolerated)
    }

    pub(crate) fn with_tolerated(mut self, tolerated: Vec<Violation>) -> Self {
        self.0.tolerated = tolerated;
        self
    }

    /// Returns the deviations that the policy tolerates in the same value, as violations; see
    /// [`Deviation`](crate::Deviation). The tolerated deviations are not part of the serialized
    /// report.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, dictionary::Amount, from_json_with};
    ///
    /// let json = br#"{"currency": "usd", "value": "4990"}"#;
    /// let error = from_json_with::<Amount>(json, &Policy::lenient()).unwrap_err();
    /// assert_eq!(error.violations()[0].path(), "/currency");
    /// assert_eq!(error.tolerated()[0].to_string(), "/value must be an integer, not a string");
    /// ```
    #[must_use]
    pub fn tolerated(&self) -> &[Violation] {
        &self.0.tolerated
    }

    /// Returns whether the report is truncated, in which case there may be more violations.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        let mut kinds = self.iter().map(Violation::kind);
        kinds.any(|kind| matches!(kind, ViolationKind::Truncated { .. }))
    }

    /// Returns a report with the given violations, or `None` if there are none.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, Violations, dictionary::Amount};
    ///
    /// let amounts = [Amount::new("USD", -1), Amount::new("USD", 1), Amount::new("usd", 1)];
    /// let found = amounts.iter().enumerate().filter_map(|(index, amount)| {
    ///     Some(amount.validate().err()?.prefixed(&index.to_string()))
    /// });
    /// let violations = Violations::from_vec(found.flatten().collect()).unwrap();
    /// assert_eq!(violations[1].path(), "/2/currency");
    /// assert!(Violations::from_vec(vec![]).is_none());
    /// ```
    #[must_use]
    pub fn from_vec(violations: Vec<Violation>) -> Option<Self> {
        (!violations.is_empty()).then(|| Self::new(violations))
    }

    /// Moves the violations and the tolerated deviations of another report to the end of this one.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let mut violations = Amount::new("USD", -1).validate().unwrap_err().prefixed("/price");
    /// violations.append(Amount::new("usd", 1).validate().unwrap_err().prefixed("/tax"));
    /// assert_eq!(violations.len(), 2);
    /// ```
    pub fn append(&mut self, mut other: Self) {
        self.0.violations.append(&mut other.0.violations);
        self.0.tolerated.append(&mut other.0.tolerated);
    }

    /// Returns the violations with a prefix before each path, for a value that is part of a larger
    /// document.
    ///
    /// `prefix` is a JSON Pointer, in which `~` and `/` in a name are escaped as `~0` and `~1`. A
    /// missing leading slash is added, and a `~` that does not begin an escape sequence is escaped,
    /// so the result is always a valid pointer. An empty prefix changes nothing.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let violations = Amount::new("USD", -1).validate().unwrap_err().prefixed("/lines/3");
    /// assert_eq!(violations.to_string(), "/lines/3/value must be at least 0");
    /// ```
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        let prefix = pointer::to_valid_pointer(prefix);
        let (violations, tolerated) = self.into_parts();
        let with_prefix = |violations: Vec<Violation>| {
            violations.into_iter().map(|violation| violation.with_prefix(&prefix)).collect()
        };
        let (violations, tolerated) = (with_prefix(violations), with_prefix(tolerated));
        Self(Box::new(ViolationsInner { violations, tolerated }))
    }

    /// Groups the violations by path, for example to show them next to the fields of a form. The
    /// violations of each path remain in order.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let violations = Amount::new("usd", -1).validate().unwrap_err();
    /// let by_path = violations.by_path();
    /// assert_eq!(by_path["/value"][0].message(), "must be at least 0");
    /// assert_eq!(by_path.into_keys().collect::<Vec<_>>(), ["/currency", "/value"]);
    /// ```
    #[must_use]
    pub fn by_path(&self) -> BTreeMap<&str, Vec<&Violation>> {
        let mut by_path = BTreeMap::<_, Vec<_>>::new();
        for violation in self {
            by_path.entry(violation.path()).or_default().push(violation);
        }
        by_path
    }
}

impl Extend<Violation> for Violations {
    fn extend<I: IntoIterator<Item = Violation>>(&mut self, violations: I) {
        self.0.violations.extend(violations);
    }
}

impl std::ops::Deref for Violations {
    type Target = [Violation];

    fn deref(&self) -> &[Violation] {
        &self.0.violations
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.violations.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.violations.iter()
    }
}

impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Edition, Format, JsonType, ViolationKind};
    use std::iter::successors;

    /// Returns the kind that is declared after `kind`. [`ViolationKind::Custom`] is skipped,
    /// because the application determines its code. Add every new kind to this function.
    fn next_kind(kind: &ViolationKind) -> Option<ViolationKind> {
        use ViolationKind as Kind;
        Some(match kind {
            Kind::Required => Kind::Type { expected: JsonType::Null, found: JsonType::Null },
            Kind::Type { .. } => Kind::Enum { values: &[] },
            Kind::Enum { .. } => Kind::PolicyEnum,
            Kind::PolicyEnum => Kind::EditionEnum { edition: Edition::V2, values: &[] },
            Kind::EditionEnum { .. } => Kind::Pattern,
            Kind::Pattern | Kind::Custom(_) => Kind::Const { value: "" },
            Kind::Const { .. } => Kind::EqualToRequest { field: "" },
            Kind::EqualToRequest { .. } => Kind::OneOfRequest { array: "" },
            Kind::OneOfRequest { .. } => Kind::MinLength { min_length: 0, length: 0 },
            Kind::MinLength { .. } => Kind::MaxLength { max_length: 0, length: 0 },
            Kind::MaxLength { .. } => Kind::Minimum { minimum: 0 },
            Kind::Minimum { .. } => Kind::Maximum { maximum: 0 },
            Kind::Maximum { .. } => Kind::MinItems { min_items: 0, items: 0 },
            Kind::MinItems { .. } => Kind::MaxItems { max_items: 0, items: 0 },
            Kind::MaxItems { .. } => Kind::Format { format: Format::DateTime },
            Kind::Format { .. } => Kind::ForbiddenCharacter { character: '@' },
            Kind::ForbiddenCharacter { .. } => Kind::DependentRequired { by: "", value: None },
            Kind::DependentRequired { .. } => Kind::AnyOf { fields: &[] },
            Kind::AnyOf { .. } => Kind::Duplicate,
            Kind::Duplicate => Kind::AdditionalProperties,
            Kind::AdditionalProperties => Kind::MaxProperties { max_properties: 0, properties: 0 },
            Kind::MaxProperties { .. } => Kind::MaxBytes { max_bytes: 0, bytes: 0 },
            Kind::MaxBytes { .. } => Kind::Truncated { max_violations: 0 },
            Kind::Truncated { .. } => Kind::Other,
            Kind::Other => return None,
        })
    }

    #[test]
    fn every_code_is_explained() {
        let kinds = successors(Some(ViolationKind::Required), next_kind);
        let mut codes: Vec<_> = kinds.map(|kind| kind.code()).chain(["syntax"]).collect();
        codes.sort_unstable();
        codes.dedup();
        let explanations = include_str!("../../VIOLATION-CODES.md").lines();
        let mut explained: Vec<_> =
            explanations.filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
        explained.sort_unstable();
        assert_eq!(codes, explained);
    }
}
