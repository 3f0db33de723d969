//! Evaluation of cross-field rules.

use super::ValidationContext;
use crate::{
    report::ViolationKind,
    schema::{Constant, CrossFieldRule, Format, Schema, ValueType, split_outer_and_inner},
};

/// An operand of a cross-field rule: the part of a field that rules can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand<S> {
    /// Absent or null.
    Absent,
    /// A string.
    String(S),
    /// A boolean.
    Boolean(bool),
    /// Present, with a value that no rule reads.
    Present,
}

impl Operand<&str> {
    fn equals(self, constant: &Constant) -> bool {
        match constant {
            Constant::String(string) => self == Operand::String(string),
            Constant::Boolean(boolean) => self == Operand::Boolean(*boolean),
        }
    }
}

impl CrossFieldRule {
    /// Checks the rule on an object with the context `cx` and the schema `schema`, and reports
    /// violations.
    fn check<'a>(
        &'static self,
        schema: &Schema,
        operand_at: &dyn Fn(&str, &str) -> Operand<&'a str>,
        cx: &mut ValidationContext<'_>,
    ) {
        let operand = |field: &str| operand_at(field, "");
        let is_present = |field: &str| operand(field) != Operand::Absent;
        match self {
            Self::AllOrNone(fields) => {
                if let Some(by) = fields.iter().copied().find(|field| is_present(field)) {
                    for field in fields.iter().copied().filter(|field| !is_present(field)) {
                        cx.field(field)
                            .report(ViolationKind::DependentRequired { by, value: None });
                    }
                }
            }
            Self::RequiredIf { field, when, is } => {
                let (outer, inner) = split_outer_and_inner(when);
                if operand_at(outer, inner.unwrap_or("")).equals(is) && !is_present(field) {
                    cx.field(field)
                        .report(ViolationKind::DependentRequired { by: when, value: Some(is) });
                }
            }
            Self::AtLeastOneOf(fields) => {
                if !fields.iter().any(|field| is_present(field)) {
                    cx.report(ViolationKind::AnyOf { fields });
                }
            }
            Self::FormatIf { field, format, when, is } => {
                if operand(when) == Operand::String(is) {
                    check_format(schema, field, operand(field), *format, cx);
                }
            }
            Self::ValueByKey { field, key, values } => {
                if let (Operand::String(key), Operand::String(found)) =
                    (operand(key), operand(field))
                {
                    if let Some((known, value)) = values.iter().find(|(known, _)| *known == key) {
                        if *value != found && cx.policy().enforces_value_by_key(known) {
                            cx.field(field).report(ViolationKind::Const { value });
                        }
                    }
                }
            }
        }
    }
}

/// Reports a string that does not have the required format, unless its length is invalid, which has
/// already been reported.
fn check_format(
    schema: &Schema,
    field: &'static str,
    operand: Operand<&str>,
    format: Format,
    cx: &mut ValidationContext<'_>,
) {
    let Operand::String(string) = operand else { return };
    let has_valid_length = match cx.policy().field_type(schema, field) {
        Some(ValueType::String(string_type)) => string_type.constraints.accepts_length(string),
        _ => true,
    };
    if has_valid_length && !format.matches(string) {
        cx.field(field).report(ViolationKind::Format { format });
    }
}

/// Returns the operand as a `'static` string if it is a known value of an enum.
pub(crate) fn known_value(value_type: ValueType, operand: Operand<&str>) -> Option<&'static str> {
    let (Some(schema), Operand::String(string)) = (value_type.enum_schema(), operand) else {
        return None;
    };
    schema.values.iter().copied().find(|known| *known == string)
}

/// Checks an object against the rules of its schema and those added by the field that contains the
/// object.
///
/// `operand_at(field, "")` returns the operand for a field, and `operand_at(field, inner)` the
/// operand for the field `inner` of an object field.
pub(crate) fn check_cross_field_rules<'a>(
    schema: &Schema,
    field_rules: &'static [CrossFieldRule],
    operand_at: impl Fn(&str, &str) -> Operand<&'a str>,
    cx: &mut ValidationContext<'_>,
) {
    for rule in schema.cross_field_rules.iter().chain(field_rules) {
        rule.check(schema, &operand_at, cx);
    }
}
