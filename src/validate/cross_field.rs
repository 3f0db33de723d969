//! Cross-field rules: when they apply, and what is reported.

use super::ValidationContext;
use crate::{
    report::ViolationKind,
    schema::{Constant, CrossFieldRule, Format, Schema, ValueType, outer_and_inner},
};

/// An operand of a cross-field rule: what rules can read of a field.
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
    /// Reports how the fields of the object at `cx`, whose schema is `schema`, violate the rule.
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
                let (outer, inner) = outer_and_inner(when);
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
                    let entry = values.iter().find(|(known, _)| *known == key);
                    if let Some((_, value)) = entry.filter(|(_, value)| *value != found) {
                        cx.field(field).report(ViolationKind::Const { value });
                    }
                }
            }
        }
    }
}

/// Reports a string without the required format, unless its length is already reported as invalid.
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

/// Returns the operand as a string that outlives it, if it is a known value of an enum.
pub(crate) fn known_value(value_type: ValueType, operand: Operand<&str>) -> Option<&'static str> {
    let (Some(schema), Operand::String(string)) = (value_type.enum_schema(), operand) else {
        return None;
    };
    schema.values.iter().copied().find(|known| *known == string)
}

/// Checks the rules of a schema, and those added by the field that contains the object.
///
/// `operand` returns the operand for a field, or for a field inside it if the second name is not
/// empty.
pub(crate) fn check_cross_field_rules<'a>(
    schema: &Schema,
    field_rules: &'static [CrossFieldRule],
    operand: impl Fn(&str, &str) -> Operand<&'a str>,
    cx: &mut ValidationContext<'_>,
) {
    for rule in schema.cross_field_rules.iter().chain(field_rules) {
        rule.check(schema, &operand, cx);
    }
}
