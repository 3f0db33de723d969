use super::{RawDocument, object::object, value::fits_depth};
use crate::{
    policy::Policy,
    read::{ProtocolType, from_json_with},
    schema::{ItemType, Schema},
    validate::STRICT_POLICY,
};
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use serde_json::Value;

/// Generates valid values of a type.
///
/// The values include unknown values of open enums, unknown fields, characters from all Unicode
/// planes, absent optional fields, fields in any order, and strings, integers and arrays exactly at
/// their limits.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(amount in generate::valid::<Amount>())| {
///     let json = serde_json::to_vec(&amount).unwrap();
///     prop_assert_eq!(from_json::<Amount>(&json).unwrap().into_inner(), amount);
/// });
/// ```
pub fn valid<T: ProtocolType + std::fmt::Debug>() -> impl Strategy<Value = T> {
    valid_with(&STRICT_POLICY)
}

/// Generates values of a type that are valid under a policy, as [`valid`] does. Some values contain
/// deviations that the policy allows.
///
/// ```
/// use miniprogram_protocol::{Policy, Validate, dictionary::User, generate};
/// use proptest::prelude::*;
///
/// let policy = Policy::lenient();
/// proptest!(|(user in generate::valid_with::<User>(&policy))| {
///     prop_assert!(user.validate_with(&policy).is_ok());
/// });
/// ```
pub fn valid_with<T: ProtocolType + std::fmt::Debug>(
    policy: &Policy,
) -> impl Strategy<Value = T> + use<T> {
    read_valid(valid_document_with(T::SCHEMA, policy).boxed(), policy)
}

/// Deserializes generated documents into values of a type.
pub(super) fn read_valid<T: ProtocolType + std::fmt::Debug>(
    documents: BoxedStrategy<RawDocument>,
    policy: &Policy,
) -> impl Strategy<Value = T> + use<T> {
    let policy = policy.clone();
    documents.prop_filter_map("every document is valid", move |document| {
        from_json_with::<T>(&document.to_json(), &policy).ok().map(|(value, _)| value.into_inner())
    })
}

/// Generates valid JSON documents for a schema, as [`valid`] does for types. Optional fields in a
/// document may also be null.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(document in generate::valid_document(schema))| {
///     prop_assert!(schema.check_json_with(&document.to_json(), &Policy::strict()).is_ok());
/// });
/// ```
pub fn valid_document(
    schema: &'static Schema,
) -> impl Strategy<Value = RawDocument> + Clone + use<> {
    valid_document_with(schema, &STRICT_POLICY)
}

/// Generates JSON documents for a schema that are valid under a policy, as [`valid_document`] does.
/// Some documents contain deviations that the policy allows.
///
/// ```
/// use miniprogram_protocol::{Policy, FieldLimits, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// let policy = Policy::strict()
///     .limit_field_of(schema, "region", FieldLimits::new().values(["SG", "MY"]))
///     .unwrap();
/// proptest!(|(document in generate::valid_document_with(schema, &policy))| {
///     prop_assert!(schema.check_json_with(&document.to_json(), &policy).is_ok());
/// });
/// ```
///
/// If the required fields are nested deeper than the policy allows, no document is valid, and every
/// attempt is rejected. If valid documents are rare, generation can take a long time. To make
/// generation give up sooner, lower
/// [`max_local_rejects`](proptest::test_runner::Config::max_local_rejects).
pub fn valid_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> impl Strategy<Value = RawDocument> + Clone + use<> {
    let max_depth = policy.depth_limit();
    if !fits_depth(ItemType::Object(schema).value_type(), max_depth, policy) {
        let none = Just(RawDocument::Value(Value::Null));
        return none
            .prop_filter("the required fields fit within the maximum depth", |_| false)
            .boxed();
    }
    let documents = object(schema, &[], policy, max_depth);
    if *policy == STRICT_POLICY {
        return documents;
    }
    // A document may still be invalid, because a policy can contradict a cross-field rule or limit
    // the size of documents.
    let policy = policy.clone();
    let is_valid =
        move |document: &RawDocument| schema.check_json_with(&document.to_json(), &policy).is_ok();
    documents.prop_filter("the document is valid under the policy", is_valid).boxed()
}
