//! Items that the macros of this crate use in their expansions, and that the `mpp` command uses. They
//! are not part of the public API.

pub use super::{
    Hidden, StructField, UnknownFieldsReader,
    read_fields::{
        ReadFields, check_rules_after_read, exposed_value, read_object, validate_object,
    },
    string::StringRepr,
};
pub use crate::{
    json::{Lexer, Result as JsonResult},
    policy::{
        EffectiveFields, Presence,
        similar::{count_typos, most_similar},
    },
    read::{FieldLookup, FieldValue, Member, ObjectReader, ParsedField},
    schema::{
        constraints::NoConstraints,
        parts::{EnumParts, FieldParts, SchemaParts, enum_schema, field, schema},
    },
    validate::Operand,
};
pub use serde;

use super::{UnknownFields, UnknownValue, UnknownValueError};
#[cfg(feature = "cli")]
use crate::{
    policy::{ForbiddenCharacters, Policy},
    report::Span,
    schema::{Field, Schema, ValueType},
};
use crate::{
    read,
    report::ViolationKind,
    schema::{EnumSchema, Format, FormatError, StringConstraints, StringType, parts::SubschemaFn},
    validate::{Scope, ValidationContext},
};

/// Reads a value from any deserializer, and checks only its structure.
///
/// # Errors
/// Returns an error that lists all violations.
pub fn deserialize_field_value<'de, T: FieldValue, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    read::deserialize(deserializer, Scope::Structure)
}

/// Returns the function that adds the JSON Schema of `T` to a generator.
#[cfg(feature = "schemars")]
#[must_use]
pub const fn subschema<T: schemars::JsonSchema>() -> SubschemaFn {
    |generator| generator.subschema_for::<T>()
}

/// Returns nothing, because the feature `schemars` is off.
#[cfg(not(feature = "schemars"))]
#[allow(clippy::must_use_candidate, reason = "it returns nothing")]
pub const fn subschema<T>() -> SubschemaFn {}

/// Returns the type of a string with a format or an enum.
#[must_use]
pub const fn string_type(
    format: Option<Format>,
    enum_schema: Option<&'static EnumSchema>,
) -> StringType {
    let constraints = StringConstraints::UNCONSTRAINED;
    StringType { format, enum_schema, constraints }
}

/// Returns true if a quick check shows that `string` satisfies the constraints.
#[inline]
#[must_use]
pub fn accepts_string_fast(constraints: StringConstraints, string: &str) -> bool {
    constraints.accepts_fast(string)
}

/// Reports the violations of a string. `type_violation` checks the string against the format or the
/// known values of its type, and returns the violation, if any.
pub fn validate_string(
    constraints: StringConstraints,
    string: &str,
    type_violation: &dyn Fn() -> Option<ViolationKind>,
    cx: &mut ValidationContext<'_>,
) {
    constraints.validate(string, type_violation, cx);
}

/// Returns the presence of the field at `index` in a schema under a policy, or `None` if there is no such
/// field.
#[cfg(feature = "cli")]
#[must_use]
pub fn field_presence(policy: &Policy, schema: &Schema, index: usize) -> Option<Presence> {
    let specified = Presence::from_field(schema.fields.get(index)?);
    Some(policy.effective_fields(schema).presence(index, specified))
}

/// A field of a schema under a policy, with its type and whether it is required.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FieldUnderPolicy {
    /// The field of the specification, or one that the edition adds.
    pub field: &'static Field,
    /// The type with its constraints.
    pub value_type: ValueType,
    /// True if the field is required.
    pub required: bool,
}

/// Returns a span with the given values.
#[cfg(feature = "cli")]
#[must_use]
pub const fn span(offset: usize, length: usize, line: usize, column: usize) -> Span {
    Span { offset, length, line, column }
}

/// Returns the fields of a schema under a policy.
#[cfg(feature = "cli")]
pub fn fields_under_policy(
    policy: &Policy,
    schema: &Schema,
) -> impl Iterator<Item = FieldUnderPolicy> {
    policy.fields(schema).map(|effective| FieldUnderPolicy {
        field: effective.field,
        value_type: effective.value_type,
        required: effective.required,
    })
}

/// The limits on a string that [`StringConstraints`] cannot represent.
#[cfg(feature = "cli")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyStringLimits<'a> {
    /// The only valid values.
    pub values: Option<&'a [String]>,
    /// The characters that the string must not contain.
    pub forbidden_characters: Option<&'a ForbiddenCharacters>,
    /// True if the string must match a pattern.
    pub has_pattern: bool,
}

/// Returns the limits that a policy adds to the constraints on a string.
#[cfg(feature = "cli")]
#[must_use]
pub fn policy_string_limits(
    policy: &Policy,
    constraints: StringConstraints,
) -> Option<PolicyStringLimits<'_>> {
    let limits = policy.string_limits(constraints)?;
    Some(PolicyStringLimits {
        values: limits.values.as_deref(),
        forbidden_characters: limits.forbidden_characters.as_ref(),
        has_pattern: limits.pattern.is_some(),
    })
}

/// Reports the required fields that the edition adds and that are missing.
#[inline]
pub fn check_missing_edition_fields(
    unknown_fields: &UnknownFields,
    fields: EffectiveFields<'_>,
    cx: &mut ValidationContext<'_>,
) {
    unknown_fields.check_missing(fields, cx);
}

/// Returns an unknown value of an enum.
#[must_use]
pub fn unknown_value(string: impl Into<Box<str>>) -> UnknownValue {
    UnknownValue::new(string)
}

/// Returns the error for an unknown value of an enum with the given known values.
#[must_use]
pub const fn unknown_value_error(values: &'static [&'static str]) -> UnknownValueError {
    UnknownValueError::new(values)
}

/// Returns the error for a string that does not match the format.
#[must_use]
pub const fn format_error(format: Format) -> FormatError {
    FormatError::new(format)
}
