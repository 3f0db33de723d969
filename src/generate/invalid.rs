use super::{
    RawDocument,
    mutation::{RandomSource, value_of_wrong_type},
    sites::InjectionSites,
    valid::valid_document_with,
    value::any_json,
};
use crate::{
    policy::Policy,
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

/// Generates invalid JSON documents for a type, each with 1 to 20 violations.
///
/// All kinds of violations occur: wrong types, missing and duplicate fields, strings, integers and
/// arrays beyond their limits, and violations of cross-field rules. All violation codes that can
/// occur in the type are about equally frequent.
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

/// Generates JSON documents for a type that are invalid under a policy, as
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

/// Generates invalid JSON documents for a schema, as [`invalid`] does for types.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(invalid in generate::invalid_document(schema))| {
///     let json = invalid.document.to_json();
///     let error = schema.check_json_with(&json, &Policy::strict()).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document(
    schema: &'static Schema,
) -> impl Strategy<Value = InvalidDocument> + Clone + use<> {
    invalid_document_with(schema, &STRICT_POLICY)
}

/// Generates JSON documents for a schema that are invalid under a policy. The documents may also
/// contain deviations that the policy allows, which are not violations.
///
/// A document has 1 to 20 violations, or fewer if the schema has few fields.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, UnknownFieldPolicy, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
/// proptest!(|(invalid in generate::invalid_document_with(schema, &policy))| {
///     let error = schema.check_json_with(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> impl Strategy<Value = InvalidDocument> + Clone + use<> {
    /// The maximum nesting depth of the objects and arrays in a schema.
    const MAX_SCHEMA_DEPTH: u8 = 8;
    let any_value = any_json(policy.depth_limit().saturating_sub(MAX_SCHEMA_DEPTH));
    inject_violations(valid_document_with(schema, policy).boxed(), schema, policy, any_value)
}

/// Injects violations into valid documents. `added` generates the values of added fields.
pub(super) fn inject_violations(
    documents: BoxedStrategy<RawDocument>,
    schema: &'static Schema,
    policy: &Policy,
    added: BoxedStrategy<Value>,
) -> BoxedStrategy<InvalidDocument> {
    let policy = policy.clone();
    (documents.clone(), documents, any::<usize>(), added, vec(any::<usize>(), 128))
        .prop_map(move |(first, second, count, added, numbers)| {
            let find = |document| DocumentWithSites::new(schema, &policy, document);
            // Some codes require fields that are rarely generated, so two documents are generated,
            // and the one in which more distinct codes can be injected is used.
            let (first, second) = (find(first), find(second));
            let injection = if first.count_codes() < second.count_codes() { second } else { first };
            injection.inject(count, &added, &mut RandomSource::new(numbers))
        })
        .boxed()
}

/// A valid document, and the sites where violations can be injected.
struct DocumentWithSites {
    document: RawDocument,
    sites: InjectionSites,
}

impl DocumentWithSites {
    fn new(schema: &'static Schema, policy: &Policy, document: RawDocument) -> Self {
        Self { sites: InjectionSites::find(schema, policy, &document), document }
    }

    /// Returns the number of different codes that can be injected.
    fn count_codes(&self) -> usize {
        self.sites.count_codes()
    }

    /// Injects 1 to 20 violations, at most one per value, so that no violation hides another.
    fn inject(mut self, count: usize, added: &Value, random: &mut RandomSource) -> InvalidDocument {
        #[expect(clippy::disallowed_methods, reason = "the limits are constants")]
        let max = self.sites.count_values().clamp(1, 20);
        let count = 1 + count % max;
        // The limit is about twice the average number of violations per code.
        let max_per_code = 1 + 2 * count / self.count_codes().max(1);
        let mut violations: Vec<ExpectedViolation> = Vec::new();
        while violations.len() < count {
            let site = self.sites.take_random(&violations, max_per_code, random);
            let Some(site) = site else { break };
            let missing = count - violations.len();
            let injected = site.inject(&mut self.document, added, missing, random);
            // The mutation has no effect if the string that it generates is valid under the policy.
            if !injected.is_empty() {
                violations.extend(injected);
                self.sites.remove_overlapping(&site);
            }
        }
        if violations.is_empty() {
            self.document = value_of_wrong_type(JsonType::Object, random).into();
            violations.push(ExpectedViolation { path: String::new(), code: "type" });
        }
        violations.sort();
        InvalidDocument { document: self.document, violations }
    }
}
