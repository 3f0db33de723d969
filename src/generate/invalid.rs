use super::{
    RawDocument,
    mutation::{Random, wrong_type},
    sites::find_sites,
    valid::valid_document_with,
    value::any_json,
};
use crate::{
    policy::{Policy, UnknownFieldPolicy},
    read::ProtocolType,
    schema::{JsonType, Schema},
    validate::STRICT_POLICY,
};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Strategy, any},
};
use serde_json::Value;
use std::fmt;

/// A violation that must be reported. `Display` formats it as the pointer and the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ExpectedViolation {
    /// The JSON Pointer, as returned by [`Violation::path`](crate::Violation::path).
    pub path: String,
    /// The code, as returned by [`Violation::code`](crate::Violation::code).
    pub code: &'static str,
}

impl fmt::Display for ExpectedViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.code)
    }
}

/// A document that contains injected violations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InvalidDocument {
    /// The document.
    pub document: RawDocument,
    /// The exact list of violations that must be reported, sorted by path and code.
    pub violations: Vec<ExpectedViolation>,
}

/// Generates invalid JSON documents of a type, each with 1 to 20 violations.
///
/// The violations include wrong types, missing and duplicate fields, strings, integers and arrays
/// that exceed their limits, and violations of cross-field rules.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, from_json, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(invalid in generate::invalid::<Order>())| {
///     let error = from_json::<Order>(&invalid.document.to_json()).unwrap_err();
///     let mut found: Vec<_> = error
///         .violations()
///         .iter()
///         .map(|violation| (violation.path(), violation.code()))
///         .collect();
///     found.sort_unstable();
///     let expected: Vec<_> = invalid
///         .violations
///         .iter()
///         .map(|violation| (&*violation.path, violation.code))
///         .collect();
///     prop_assert_eq!(found, expected);
/// });
/// ```
pub fn invalid<T: ProtocolType>() -> impl Strategy<Value = InvalidDocument> {
    invalid_with::<T>(&STRICT_POLICY)
}

/// Generates JSON documents of a type that are invalid under a policy, as
/// [`invalid_document_with`] does.
///
/// ```
/// use miniprogram_protocol::{Policy, dictionary::Order, from_json_with, generate};
/// use proptest::prelude::*;
///
/// let policy = Policy::lenient();
/// proptest!(|(invalid in generate::invalid_with::<Order>(&policy))| {
///     let error = from_json_with::<Order>(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_with<T: ProtocolType>(
    policy: &Policy,
) -> impl Strategy<Value = InvalidDocument> + use<T> {
    invalid_document_with(T::SCHEMA, policy)
}

/// Generates invalid JSON documents of a schema, as [`invalid`] does for types.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(invalid in generate::invalid_document(schema))| {
///     let json = invalid.document.to_json();
///     let error = schema.check_json(&json, &Policy::strict()).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document(schema: &'static Schema) -> BoxedStrategy<InvalidDocument> {
    invalid_document_with(schema, &STRICT_POLICY)
}

/// Generates JSON documents of a schema that are invalid under a policy. They may also contain
/// deviations that the policy allows, which are not violations.
///
/// A document has 1 to 20 violations. The maximum may be lower if the schema has few fields and the
/// policy ignores unknown fields.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, UnknownFieldPolicy, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
/// proptest!(|(invalid in generate::invalid_document_with(schema, &policy))| {
///     let error = schema.check_json(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> BoxedStrategy<InvalidDocument> {
    /// The maximum number of arrays and objects that contain an injected value. No schema has more
    /// levels of nesting.
    const MAX_SCHEMA_DEPTH: u8 = 8;
    let documents = valid_document_with(schema, policy);
    let any_value = any_json(policy.depth_limit().saturating_sub(MAX_SCHEMA_DEPTH));
    let policy = policy.clone();
    (documents, 1..=20_usize, any_value, vec(any::<usize>(), 64))
        .prop_map(move |(document, count, any_value, numbers)| {
            inject(schema, &policy, document, count, &any_value, &mut Random::new(numbers))
        })
        .boxed()
}

/// Injects up to `count` violations into a valid document. The violations are independent: none of
/// them hides or changes another.
fn inject(
    schema: &'static Schema,
    policy: &Policy,
    mut document: RawDocument,
    count: usize,
    any_value: &Value,
    random: &mut Random,
) -> InvalidDocument {
    let mut sites = find_sites(schema, policy, &document);
    let mut violations: Vec<ExpectedViolation> = Vec::new();
    let mut affected: Vec<String> = Vec::new();
    while violations.len() < count && !sites.is_empty() {
        #[expect(clippy::disallowed_methods, reason = "the index is below the length")]
        let site = sites.swap_remove(random.below(sites.len()));
        if !affected.iter().any(|path| site.affected.iter().any(|other| paths_overlap(path, other)))
        {
            let injected = site.inject(&mut document, any_value, count - violations.len(), random);
            // Nothing is injected if the generated string happens to be valid under the policy.
            if !injected.is_empty() {
                violations.extend(injected);
                affected.extend(site.affected);
            }
        }
    }
    let missing = count - violations.len();
    violations.extend(inject_unknown_fields(schema, policy, &mut document, missing, any_value));
    if violations.is_empty() {
        document = wrong_type(JsonType::Object, random).into();
        violations.push(ExpectedViolation { path: String::new(), code: "type" });
    }
    violations.sort();
    InvalidDocument { document, violations }
}

/// Adds up to `count` invalid unknown fields. They are needed if the schema has too few fields for
/// all violations.
fn inject_unknown_fields(
    schema: &Schema,
    policy: &Policy,
    document: &mut RawDocument,
    count: usize,
    any_value: &Value,
) -> Vec<ExpectedViolation> {
    let capacity =
        policy.unknown_fields_limit().saturating_sub(count_unknown_fields(schema, document));
    let mut violations = Vec::new();
    for number in 0..capacity.min(count) {
        let name = format!("unknown{number}");
        let field = (name.clone(), any_value.clone().into());
        let (fields, code) = match policy.unknown_field_policy() {
            UnknownFieldPolicy::Keep => {
                let duplicate = (name.clone(), Value::Null.into());
                (vec![field, duplicate], "duplicate")
            }
            UnknownFieldPolicy::Reject => (vec![field], "additionalProperties"),
            UnknownFieldPolicy::Ignore => break,
        };
        document.edit_fields(&[], |all| all.extend(fields));
        violations.push(ExpectedViolation { path: format!("/{name}"), code });
    }
    violations
}

/// Returns the number of unknown fields in a document.
fn count_unknown_fields(schema: &Schema, document: &RawDocument) -> usize {
    let RawDocument::Object(fields) = document else { return 0 };
    fields.iter().filter(|(name, _)| schema.field(name).is_none()).count()
}

/// Returns whether two pointers are equal, or one points to a value inside the value of the other.
fn paths_overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
