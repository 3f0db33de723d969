//! Calculation of amounts in realistic documents, such as the total of an order.

use super::{RawDocument, raw_document::PathSegment};
use crate::{
    policy::Policy,
    schema::{Schema, ValueType, split_outer_and_inner},
};
use serde_json::Value;

/// The calculation of a number: the path of the result, the operation, and the paths of the
/// operands.
///
/// Paths are relative to the object that contains all of these fields. An array in the path of an
/// operand represents all of its elements.
type Calculation = (&'static str, fn(i64, i64) -> Option<i64>, &'static [&'static str]);

const CALCULATIONS: &[Calculation] = &[
    ("goodsPaymentAmount/value", i64::checked_mul, &["goodsUnitAmount/value", "goodsQuantity"]),
    ("orderAmount/value", i64::checked_add, &["goods/goodsPaymentAmount/value"]),
];

/// Recalculates every number in an object that depends on other numbers in the object. Nested
/// objects must already have been processed.
///
/// A number is left unchanged if an operand is absent or if the result would be invalid.
pub(super) fn calculate_amounts(
    object: &mut RawDocument,
    schema: &'static Schema,
    policy: &Policy,
) {
    for (path, operation, operands) in CALCULATIONS {
        let result = compute(object, *operation, operands);
        let result = result.filter(|number| is_valid_at(schema, path, *number, policy));
        let path: Vec<_> = path.split('/').map(PathSegment::Field).collect();
        if let (Some(number), Some(value)) = (result, object.value_at_mut(&path)) {
            *value = Value::from(number).into();
        }
    }
}

/// Returns the result of an operation, or `None` if there are no operands, one is absent, or the
/// result overflows.
fn compute(
    object: &RawDocument,
    operation: fn(i64, i64) -> Option<i64>,
    operands: &[&str],
) -> Option<i64> {
    let numbers = operands.iter().map(|path| integers_at(object, Some(path)));
    let numbers = numbers.collect::<Option<Vec<_>>>()?.concat();
    let (first, others) = numbers.split_first()?;
    others.iter().try_fold(*first, |result, number| operation(result, *number))
}

/// Returns the integers at a path, or `None` if any of them is absent.
fn integers_at(found: &RawDocument, path: Option<&str>) -> Option<Vec<i64>> {
    match (found, path) {
        (RawDocument::Array(elements), _) => {
            let elements = elements.iter().map(|element| integers_at(element, path));
            Some(elements.collect::<Option<Vec<_>>>()?.concat())
        }
        (object, Some(path)) => {
            let (outer, inner) = split_outer_and_inner(path);
            integers_at(object.field(outer)?, inner)
        }
        (RawDocument::Value(Value::Number(number)), None) => Some(vec![number.as_i64()?]),
        // The policy may allow amounts as strings.
        (value, None) => Some(vec![value.as_str()?.parse().ok()?]),
    }
}

/// Returns whether an integer is valid at a path.
fn is_valid_at(schema: &Schema, path: &str, number: i64, policy: &Policy) -> bool {
    let (outer, inner) = split_outer_and_inner(path);
    match (policy.field_type(schema, outer), inner) {
        (Some(ValueType::Object(schema, _)), Some(inner)) => {
            is_valid_at(schema, inner, number, policy)
        }
        (Some(ValueType::Integer(constraints)), None) => {
            (constraints.minimum..=constraints.maximum).contains(&number)
        }
        _ => false,
    }
}
