//! Values of all types, except the fields of objects and the contents of strings.

use super::{
    RawDocument,
    object::object,
    string::{string, without_format},
};
use crate::{
    policy::Policy,
    schema::{
        Constraints, CrossFieldRule, Deviation, IntegerConstraints, ObjectConstraints,
        StringConstraints, TypedConstraints as _, ValueType,
    },
    validate::{EffectiveString, STRICT},
};
use proptest::{
    bool::weighted,
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
};
use serde_json::Value;

/// The maximum number of elements of a generated array.
const MAX_ITEMS: u64 = 1_024;

/// Generates values of a type that satisfy their constraints.
pub(super) fn value(
    value_type: ValueType,
    constraints: Constraints,
    policy: &Policy,
    max_depth: u8,
) -> BoxedStrategy<RawDocument> {
    match value_type {
        ValueType::String(_) | ValueType::Enum(_) => string_value(value_type, constraints, policy),
        ValueType::Integer => integer(integer_constraints(constraints), policy),
        ValueType::Boolean => any::<bool>().prop_map(|value| Value::from(value).into()).boxed(),
        ValueType::Array(element) | ValueType::OneOrMany(element) => {
            array(*element, constraints, policy, max_depth)
        }
        ValueType::Object(schema) => object(schema, field_rules(constraints), policy, max_depth),
    }
}

/// Returns the constraints on a string of this type under a policy.
pub(super) fn effective_string(
    value_type: ValueType,
    constraints: Constraints,
    policy: &Policy,
) -> EffectiveString {
    let constraints = StringConstraints::of(constraints);
    policy.string(value_type, constraints.unwrap_or(StringConstraints::UNCONSTRAINED))
}

pub(super) fn integer_constraints(constraints: Constraints) -> IntegerConstraints {
    IntegerConstraints::of(constraints).unwrap_or(IntegerConstraints::UNCONSTRAINED)
}

/// Returns the maximum number of elements, and the constraints on each of them.
pub(super) fn array_constraints(constraints: Constraints) -> (Option<u32>, Constraints) {
    match constraints {
        Constraints::Array { max_items, items } => {
            (max_items, items.map_or(Constraints::None, Constraints::String))
        }
        _ => (None, Constraints::None),
    }
}

/// Returns the cross-field rules that a field adds to those of its object type.
pub(super) fn field_rules(constraints: Constraints) -> &'static [CrossFieldRule] {
    ObjectConstraints::of(constraints).map_or(&[], |object| object.cross_field_rules)
}

/// Returns whether the type has a value with at most `max_depth` levels of arrays and objects.
pub(super) fn fits_depth(value_type: &ValueType, max_depth: u8, policy: &Policy) -> bool {
    match value_type {
        ValueType::String(_) | ValueType::Enum(_) | ValueType::Integer | ValueType::Boolean => true,
        // An empty array is valid.
        ValueType::Array(_) | ValueType::OneOrMany(_) => max_depth > 0,
        ValueType::Object(schema) => max_depth.checked_sub(1).is_some_and(|max_depth| {
            let mut required = schema.fields.iter().filter(|field| policy.requires(field));
            required.all(|field| fits_depth(&field.value_type, max_depth, policy))
        }),
    }
}

fn string_value(
    value_type: ValueType,
    constraints: Constraints,
    policy: &Policy,
) -> BoxedStrategy<RawDocument> {
    let strings = string(value_type, &effective_string(value_type, constraints, policy));
    strings.prop_map(|string| Value::from(string).into()).boxed()
}

fn integer(constraints: IntegerConstraints, policy: &Policy) -> BoxedStrategy<RawDocument> {
    let (min, max) = (constraints.minimum, constraints.maximum);
    let integer = prop_oneof![3 => min..=max, 1 => Just(min), 1 => Just(max)];
    if !allows_string(constraints, policy) {
        return integer.prop_map(|integer| Value::from(integer).into()).boxed();
    }
    let to_json = |(integer, is_string): (i64, bool)| {
        let value = if is_string { integer.to_string().into() } else { Value::from(integer) };
        value.into()
    };
    (integer, weighted(0.25)).prop_map(to_json).boxed()
}

/// Returns whether a policy allows the integer to be written as a string.
pub(super) fn allows_string(constraints: IntegerConstraints, policy: &Policy) -> bool {
    constraints.string_allowed && policy.allows(Deviation::AmountAsString)
}

/// Returns the maximum number of elements of an array, or `None` if the maximum is too large for a
/// generated array.
pub(super) fn max_items(max_items: Option<u32>, policy: &Policy) -> Option<u64> {
    let max_items = max_items.map_or(u64::MAX, u64::from).min(policy.items_limit() as u64);
    (max_items <= MAX_ITEMS).then_some(max_items)
}

fn array(
    element: ValueType,
    constraints: Constraints,
    policy: &Policy,
    max_depth: u8,
) -> BoxedStrategy<RawDocument> {
    let max_depth = max_depth.saturating_sub(1);
    if !fits_depth(&element, max_depth, policy) {
        return Just(RawDocument::Array(Vec::new())).boxed();
    }
    let (max_length, items) = array_constraints(constraints);
    let element = match element {
        ValueType::Object(schema) => object(schema, &[], policy, max_depth),
        ValueType::String(_) | ValueType::Enum(_) => string_value(element, items, policy),
        // No array in the specification has other elements.
        _ => Just(RawDocument::Value(Value::Null)).boxed(),
    };
    let max_length = max_items(max_length, policy).and_then(|max| usize::try_from(max).ok());
    let max_length = max_length.unwrap_or(4);
    let few = vec(element, 0..=max_length.min(4));
    // An array of maximum length repeats a few elements.
    let fill = move |(elements, fill): (Vec<RawDocument>, bool)| {
        let length = if fill && !elements.is_empty() { max_length } else { elements.len() };
        RawDocument::Array(elements.iter().cycle().take(length).cloned().collect())
    };
    (few, weighted(0.1)).prop_map(fill).boxed()
}

/// Generates any JSON value with at most 3 levels of arrays and objects, or `max_depth` if that is
/// less.
pub(super) fn any_json(max_depth: u8) -> BoxedStrategy<Value> {
    let any_string = effective_string(ValueType::String(None), Constraints::None, &STRICT);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        without_format(&any_string).prop_map(Value::from),
    ];
    let containers = |inner: BoxedStrategy<Value>| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{0,4}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    };
    leaf.prop_recursive(max_depth.min(3).into(), 12, 4, containers).boxed()
}
