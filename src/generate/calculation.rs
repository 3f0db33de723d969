//! Amounts in realistic documents that result from other numbers in the same object.

use super::{RawDocument, raw_document::PathSegment};
use crate::{
    policy::Policy,
    schema::{Schema, ValueType, split_outer_and_inner},
};
use serde_json::Value;

/// The path of a number, the operation that results in it, and the paths of the operands.
///
/// Paths start at the object that contains all of these fields. In the path of an operand, an array
/// means each of its elements.
type Calculation = (&'static str, fn(i64, i64) -> Option<i64>, &'static [&'static str]);

const CALCULATIONS: &[Calculation] = &[
    ("goodsPaymentAmount/value", i64::checked_mul, &["goodsUnitAmount/value", "goodsQuantity"]),
    ("orderAmount/value", i64::checked_add, &["goods/goodsPaymentAmount/value"]),
];

/// Replaces the numbers in an object that result from others. The objects inside it must already
/// have been adjusted.
///
/// A number is left unchanged if an operand is absent or if the result would be invalid.
pub(super) fn calculate(object: &mut RawDocument, schema: &'static Schema, policy: &Policy) {
    for (path, operation, operands) in CALCULATIONS {
        let result = result(object, *operation, operands);
        let result = result.filter(|number| accepts(schema, path, *number, policy));
        let path: Vec<_> = path.split('/').map(PathSegment::Field).collect();
        if let (Some(number), Some(value)) = (result, object.at_mut(&path)) {
            *value = Value::from(number).into();
        }
    }
}

/// Returns the result of an operation, unless there are no operands, one is absent, or the result
/// overflows.
fn result(
    object: &RawDocument,
    operation: fn(i64, i64) -> Option<i64>,
    operands: &[&str],
) -> Option<i64> {
    let numbers = operands.iter().map(|path| integers(object, Some(path)));
    let numbers = numbers.collect::<Option<Vec<_>>>()?.concat();
    let (first, others) = numbers.split_first()?;
    others.iter().try_fold(*first, |result, number| operation(result, *number))
}

/// Returns the integers at a path, unless one is absent.
fn integers(found: &RawDocument, path: Option<&str>) -> Option<Vec<i64>> {
    match (found, path) {
        (RawDocument::Array(elements), _) => {
            let elements = elements.iter().map(|element| integers(element, path));
            Some(elements.collect::<Option<Vec<_>>>()?.concat())
        }
        (object, Some(path)) => {
            let (outer, inner) = split_outer_and_inner(path);
            integers(object.field(outer)?, inner)
        }
        (RawDocument::Value(Value::Number(number)), None) => Some(vec![number.as_i64()?]),
        // The policy may allow amounts as strings.
        (value, None) => Some(vec![value.as_str()?.parse().ok()?]),
    }
}

/// Returns whether an integer is valid at a path.
fn accepts(schema: &Schema, path: &str, number: i64, policy: &Policy) -> bool {
    let (outer, inner) = split_outer_and_inner(path);
    match (policy.field_type(schema, outer), inner) {
        (Some(ValueType::Object(schema, _)), Some(inner)) => accepts(schema, inner, number, policy),
        (Some(ValueType::Integer(constraints)), None) => {
            (constraints.minimum..=constraints.maximum).contains(&number)
        }
        _ => false,
    }
}
