use super::UnknownFields;
use crate::{
    policy::{EffectiveFields, cold_path},
    read::{ObjectReader, ParsedField, ProtocolType},
    schema::ObjectConstraints,
    validate::{Operand, ValidationContext, check_cross_field_rules, known_value},
};

/// A type whose fields can be read and validated. `protocol_type!` implements the trait, and the
/// functions in this file use it.
pub trait ReadFields: ProtocolType {
    /// Reads the fields of the object whose context is `cx`.
    fn read_fields<'de, R: ObjectReader<'de>>(
        reader: R,
        constraints: ObjectConstraints,
        fields: EffectiveFields<'_>,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error>;

    /// Validates each field of the object whose context is `cx`.
    fn validate_fields(&self, fields: EffectiveFields<'_>, cx: &mut ValidationContext<'_>);

    /// Returns the operand that cross-field rules read: the field `name` or, if `inner` is not
    /// empty, the field `inner` inside it.
    fn field_operand(&self, name: &str, inner: &str) -> Operand<&str>;

    /// Returns the unknown fields.
    fn unknown_fields(&self) -> &UnknownFields;
}

/// Reads an object from a reader, without running custom checks.
#[inline]
pub fn read_object<'de, T: ReadFields, R: ObjectReader<'de>>(
    reader: R,
    constraints: ObjectConstraints,
    cx: &mut ValidationContext<'_>,
) -> Result<ParsedField<T>, R::Error> {
    T::read_fields(reader, constraints, cx.policy().effective_fields(T::SCHEMA), cx)
}

/// Checks the cross-field rules after all fields have been read.
#[inline]
pub fn check_rules_after_read<'a, T: ReadFields>(
    constraints: ObjectConstraints,
    operand: impl Fn(&str, &str) -> Operand<&'a str>,
    cx: &mut ValidationContext<'_>,
) {
    if cx.checks_constraints() {
        check_cross_field_rules(T::SCHEMA, constraints.cross_field_rules, operand, cx);
    }
}

/// Returns the value of the field that the object exposes to cross-field rules, if it is a known
/// value of an enum.
#[inline]
pub fn exposed_value<'a, T: ReadFields>(
    constraints: ObjectConstraints,
    operand: impl FnOnce(&str) -> Operand<&'a str>,
) -> Option<&'static str> {
    let name = constraints.exposed_field?;
    known_value(T::SCHEMA.field(name)?.value_type, operand(name))
}

/// Validates the object whose context is `cx`, and runs the policy's custom checks on it.
#[inline]
pub fn validate_object<T: ReadFields>(
    value: &T,
    constraints: ObjectConstraints,
    cx: &mut ValidationContext<'_>,
) {
    // Most policies have no overrides.
    if !cx.policy().has_overrides() {
        return validate_unchanged_members(value, constraints, cx);
    }
    cold_path(|| {
        let fields = cx.policy().effective_fields(T::SCHEMA);
        if fields.is_unchanged() {
            validate_unchanged_members(value, constraints, cx);
        } else {
            validate_members(value, constraints, fields, cx);
        }
        cx.run_custom_checks(value);
    });
}

/// Validates an object against the specification. No field is looked up, which is faster.
#[inline(never)]
fn validate_unchanged_members<T: ReadFields>(
    value: &T,
    constraints: ObjectConstraints,
    cx: &mut ValidationContext<'_>,
) {
    validate_members(value, constraints, EffectiveFields::UNCHANGED, cx);
}

/// Validates the fields, the cross-field rules and the unknown fields of an object.
#[allow(clippy::inline_always, reason = "lets the compiler treat the fields as constants")]
#[inline(always)]
fn validate_members<T: ReadFields>(
    value: &T,
    constraints: ObjectConstraints,
    fields: EffectiveFields<'_>,
    cx: &mut ValidationContext<'_>,
) {
    value.validate_fields(fields, cx);
    let operand = |name: &str, inner: &str| value.field_operand(name, inner);
    check_cross_field_rules(T::SCHEMA, constraints.cross_field_rules, operand, cx);
    let has_field = |name: &str| value.field_operand(name, "") != Operand::Absent;
    value.unknown_fields().validate(T::SCHEMA, fields, has_field, cx);
}
