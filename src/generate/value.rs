//! Generation of values of any type. Objects and strings are generated in separate modules.

use super::{
    RawDocument,
    object::object,
    string::{string, string_without_format},
};
use crate::{
    policy::Policy,
    schema::{ArrayType, Deviation, IntegerConstraints, StringType, ValueType},
    validate::{EffectiveString, STRICT_POLICY},
};
use proptest::{
    bool::weighted,
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
};
use serde_json::Value;

/// The maximum number of elements in a generated array.
const MAX_ITEMS: u64 = 1_024;

/// Generates valid values of a type, with at most `max_depth` levels of arrays and objects.
pub(super) fn value(
    value_type: ValueType,
    policy: &Policy,
    max_depth: u8,
) -> BoxedStrategy<RawDocument> {
    match value_type {
        ValueType::String(string_type) => string(&EffectiveString::new(string_type, policy))
            .prop_map(|string| Value::from(string).into())
            .boxed(),
        ValueType::Integer(constraints) => integer(constraints, policy),
        ValueType::Boolean => any::<bool>().prop_map(|value| Value::from(value).into()).boxed(),
        ValueType::Array(array_type) | ValueType::OneOrMany(array_type) => {
            array(array_type, policy, max_depth)
        }
        ValueType::Object(schema, constraints) => {
            object(schema, constraints.cross_field_rules, policy, max_depth)
        }
    }
}

/// Returns whether the type has a value with at most `max_depth` levels of arrays and objects.
pub(super) fn fits_depth(value_type: ValueType, max_depth: u8, policy: &Policy) -> bool {
    match value_type {
        ValueType::String(_) | ValueType::Integer(_) | ValueType::Boolean => true,
        // An empty array is valid, so the depth of the elements does not matter.
        ValueType::Array(_) | ValueType::OneOrMany(_) => max_depth > 0,
        ValueType::Object(schema, _) => max_depth.checked_sub(1).is_some_and(|max_depth| {
            let mut required = policy.fields(schema).filter(|known| known.required);
            required.all(|known| fits_depth(known.value_type, max_depth, policy))
        }),
    }
}

fn integer(constraints: IntegerConstraints, policy: &Policy) -> BoxedStrategy<RawDocument> {
    let (min, max) = (constraints.minimum, constraints.maximum);
    let integer = prop_oneof![3 => min..=max, 1 => Just(min), 1 => Just(max)];
    if !allows_integer_as_string(constraints, policy) {
        return integer.prop_map(|integer| Value::from(integer).into()).boxed();
    }
    let to_json = |(integer, is_string): (i64, bool)| {
        let value = if is_string { integer.to_string().into() } else { Value::from(integer) };
        value.into()
    };
    (integer, weighted(0.25)).prop_map(to_json).boxed()
}

/// Returns whether a policy allows the integer to be written as a string.
pub(super) fn allows_integer_as_string(constraints: IntegerConstraints, policy: &Policy) -> bool {
    constraints.string_allowed && policy.allows(Deviation::AmountAsString)
}

/// Returns the maximum number of elements in an array, or `None` if the maximum exceeds
/// [`MAX_ITEMS`].
pub(super) fn max_items(max_items: Option<u32>, policy: &Policy) -> Option<u64> {
    let max_items = max_items.map_or(u64::MAX, u64::from).min(policy.items_limit() as u64);
    (max_items <= MAX_ITEMS).then_some(max_items)
}

fn array(array_type: ArrayType, policy: &Policy, max_depth: u8) -> BoxedStrategy<RawDocument> {
    let max_depth = max_depth.saturating_sub(1);
    let item_type = array_type.items.value_type();
    if !fits_depth(item_type, max_depth, policy) {
        return Just(RawDocument::Array(Vec::new())).boxed();
    }
    let element = value(item_type, policy, max_depth);
    let max_length = max_items(array_type.max_items, policy);
    let max_length = max_length.and_then(|max| usize::try_from(max).ok());
    let max_length = max_length.unwrap_or(4);
    let few = vec(element, 0..=max_length.min(4));
    // To reach the maximum length, the elements are repeated.
    let fill = move |(elements, fill): (Vec<RawDocument>, bool)| {
        let length = if fill && !elements.is_empty() { max_length } else { elements.len() };
        RawDocument::Array(elements.iter().cycle().take(length).cloned().collect())
    };
    (few, weighted(0.1)).prop_map(fill).boxed()
}

/// Generates any JSON value with at most 3 levels of arrays and objects, or at most `max_depth` if
/// that is smaller.
pub(super) fn any_json(max_depth: u8) -> BoxedStrategy<Value> {
    let any_string = EffectiveString::new(StringType::ANY, &STRICT_POLICY);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        string_without_format(&any_string).prop_map(Value::from),
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
