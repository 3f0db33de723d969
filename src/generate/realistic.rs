//! Documents that resemble real payloads.

use super::{
    RawDocument,
    calculation::calculate_amounts,
    invalid::{InvalidDocument, inject_violations},
    invalid_string::{StringRequirements, StringSite},
    mutation::RandomSource,
    samples::{determining_field, sample},
    valid::{read_valid, valid_document_with},
};
use crate::{
    dictionary::ResultCode,
    policy::{EffectiveField, Policy},
    read::ProtocolType,
    schema::{CrossFieldRule, Field, Format, IntegerConstraints, Schema, StringType, ValueType},
    validate::{EffectiveString, STRICT_POLICY},
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    sample::select,
};
use serde_json::{Value, json};

/// Generates valid values of a type that resemble real payloads, with human-readable names,
/// addresses, amounts, dates and IDs.
///
/// The values are variations of the specification's examples and known values of enums, and consist
/// of printable ASCII characters. The values in a document are consistent with each other, for
/// example a city and its region, or the amounts of an order and its goods. To find bugs, use
/// [`valid()`](super::valid()), which also generates unusual values.
///
/// ```
/// use miniprogram_protocol::{Validate, dictionary::Order, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(order in generate::realistic::<Order>())| {
///     prop_assert!(order.order_description.is_ascii());
///     prop_assert!(order.validate().is_ok());
/// });
/// ```
pub fn realistic<T: ProtocolType + std::fmt::Debug>() -> impl Strategy<Value = T> {
    realistic_with(&STRICT_POLICY)
}

/// Generates realistic values of a type that are valid under a policy, as
/// [`realistic_document_with`] does.
///
/// ```
/// use miniprogram_protocol::{FieldLimits, Policy, Validate, dictionary::UserName, generate};
/// use proptest::prelude::*;
///
/// let limits = FieldLimits::new().max_length(8);
/// let policy = Policy::strict().limit_field::<UserName>("fullName", limits).unwrap();
/// proptest!(|(name in generate::realistic_with::<UserName>(&policy))| {
///     prop_assert!(name.validate_with(&policy).is_ok());
/// });
/// ```
pub fn realistic_with<T: ProtocolType + std::fmt::Debug>(
    policy: &Policy,
) -> impl Strategy<Value = T> + use<T> {
    read_valid(realistic_document_with(T::SCHEMA, policy).boxed(), policy)
}

/// Generates realistic JSON documents for a schema, as [`realistic`] does for types.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(document in generate::realistic_document(schema))| {
///     prop_assert!(document.to_string().is_ascii());
///     prop_assert!(schema.check_json_with(&document.to_json(), &Policy::strict()).is_ok());
/// });
/// ```
pub fn realistic_document(
    schema: &'static Schema,
) -> impl Strategy<Value = RawDocument> + Clone + use<> {
    realistic_document_with(schema, &STRICT_POLICY)
}

/// Generates realistic JSON documents for a schema that are valid under a policy.
///
/// If the policy excludes all realistic values of a field, the field has a value that
/// [`valid_document_with`](super::valid_document_with()) generates, and the limitations of that
/// function apply.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let (schema, policy) = (Schema::by_name("User").unwrap(), Policy::lenient());
/// proptest!(|(document in generate::realistic_document_with(schema, &policy))| {
///     prop_assert!(schema.check_json_with(&document.to_json(), &policy).is_ok());
/// });
/// ```
pub fn realistic_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> impl Strategy<Value = RawDocument> + Clone + use<> {
    /// The number of attempts to satisfy the cross-field rules under the policy.
    const MAX_ATTEMPTS: usize = 4;
    let documents = valid_document_with(schema, policy);
    let policy = policy.clone();
    (documents, vec(any::<usize>(), 128))
        .prop_map(move |(document, numbers)| {
            let mut random = RandomSource::new(numbers);
            let mut attempts = (0..MAX_ATTEMPTS).map(|_| {
                let sample_index = random.next_below(1_000_000);
                let mut replacer =
                    RealisticReplacer { policy: &policy, random: &mut random, sample_index };
                replacer.object(schema, &[], &document, sample_index)
            });
            let is_valid =
                |one: &RawDocument| schema.check_json_with(&one.to_json(), &policy).is_ok();
            attempts.find(is_valid).unwrap_or(document)
        })
        .boxed()
}

/// Generates realistic JSON documents for a schema, and injects violations as
/// [`invalid_document`](super::invalid_document()) does.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Buyer").unwrap();
/// proptest!(|(invalid in generate::realistic_invalid_document(schema))| {
///     let json = invalid.document.to_json();
///     let error = schema.check_json_with(&json, &Policy::strict()).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn realistic_invalid_document(
    schema: &'static Schema,
) -> impl Strategy<Value = InvalidDocument> + Clone + use<> {
    realistic_invalid_document_with(schema, &STRICT_POLICY)
}

/// Generates realistic JSON documents for a schema, and injects violations of a policy as
/// [`invalid_document_with`](super::invalid_document_with()) does.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let (schema, policy) = (Schema::by_name("Buyer").unwrap(), Policy::strict());
/// proptest!(|(invalid in generate::realistic_invalid_document_with(schema, &policy))| {
///     let error = schema.check_json_with(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn realistic_invalid_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> impl Strategy<Value = InvalidDocument> + Clone + use<> {
    let added = select(vec![json!("again"), json!(1), json!(false), Value::Null]);
    inject_violations(
        realistic_document_with(schema, policy).boxed(),
        schema,
        policy,
        added.boxed(),
    )
}

/// A converter that replaces the values in a valid document with realistic ones.
struct RealisticReplacer<'a> {
    policy: &'a Policy,
    random: &'a mut RandomSource,
    /// The index of the sample values for the whole document. Array elements have their own
    /// indices.
    sample_index: usize,
}

impl RealisticReplacer<'_> {
    /// Returns a realistic object with all required fields and the known fields of `document`,
    /// except nulls and empty arrays. `sample_index` selects sample values that belong together.
    /// Total amounts are calculated.
    fn object(
        &mut self,
        schema: &'static Schema,
        field_rules: &'static [CrossFieldRule],
        document: &RawDocument,
        sample_index: usize,
    ) -> RawDocument {
        let rules: Vec<_> = schema.cross_field_rules.iter().chain(field_rules).collect();
        let policy = self.policy;
        let mut object = RawDocument::Object(Vec::new());
        for effective in policy.fields(schema) {
            let EffectiveField { field, value_type: field_type, required: is_required } = effective;
            let found = document.field(field.name).filter(|found| !found.is_null());
            let value = match (field_type, found) {
                (ValueType::String(string_type), found) if found.is_some() || is_required => {
                    let requirements = rules.iter().filter_map(|rule| {
                        rule.requirement(
                            |name| object.has_field(name),
                            |path, is| object.has_value(path, is),
                        )
                    });
                    let required = StringRequirements::new(field.name, requirements);
                    self.field_string(field, string_type, required, &object, found, sample_index)
                }
                (_, Some(found)) => self.value(field, field_type, found, sample_index),
                _ => None,
            };
            let is_required =
                is_required || rules.iter().any(|rule| rule.fields().any(|one| one == field.name));
            let value = value.filter(|value| is_required || *value != RawDocument::Array(vec![]));
            if let (Some(value), RawDocument::Object(fields)) = (value, &mut object) {
                fields.push((field.name.to_owned(), value));
            }
        }
        calculate_amounts(&mut object, schema, policy);
        object
    }

    /// Returns the realistic replacement for a value that is not a string field.
    fn value(
        &mut self,
        field: &Field,
        value_type: ValueType,
        found: &RawDocument,
        sample_index: usize,
    ) -> Option<RawDocument> {
        /// The maximum number of elements in an array.
        const MAX_ITEMS: usize = 3;
        match (value_type, found) {
            (ValueType::String(string_type), found) => {
                let (required, none) =
                    (StringRequirements::default(), RawDocument::Object(Vec::new()));
                self.field_string(field, string_type, required, &none, Some(found), sample_index)
            }
            (ValueType::Integer(constraints), found) => Some(
                self.integer(field, constraints, sample_index).unwrap_or_else(|| found.clone()),
            ),
            (ValueType::Object(schema, constraints), found) => {
                Some(self.object(schema, constraints.cross_field_rules, found, sample_index))
            }
            (
                ValueType::Array(array_type) | ValueType::OneOrMany(array_type),
                RawDocument::Array(elements),
            ) => {
                let items = array_type.items.value_type();
                let elements = elements.iter().take(MAX_ITEMS).zip(sample_index..);
                let elements: Vec<_> = elements
                    .filter_map(|(element, sample_index)| {
                        self.value(field, items, element, sample_index)
                    })
                    .collect();
                Some(RawDocument::Array(elements))
            }
            (_, found) => Some(found.clone()),
        }
    }

    /// Returns a realistic integer: 5 % to 500 % of the field's example, a sample, or a small
    /// number.
    fn integer(
        &mut self,
        field: &Field,
        constraints: IntegerConstraints,
        sample_index: usize,
    ) -> Option<RawDocument> {
        let number = i64::try_from(self.random.next_below(100)).ok()? + 1;
        let example = field.example().and_then(|example| example.parse::<i64>().ok());
        let varied = example.and_then(|example| example.checked_mul(number)).map(|all| all / 20);
        let sample = sample(field.name, sample_index).map(|sample| self.fill_template(sample));
        let sample = sample.and_then(|sample| sample.parse().ok());
        let integer = varied.or(sample).unwrap_or(number);
        let is_valid = (constraints.minimum..=constraints.maximum).contains(&integer);
        is_valid.then(|| Value::from(integer).into())
    }

    /// Returns a realistic string for a field: a value of its enum, the first valid sample, or the
    /// original string. Returns `None` if the field is optional and no value of its enum is valid.
    fn field_string(
        &mut self,
        field: &Field,
        string_type: StringType,
        required: StringRequirements,
        siblings: &RawDocument,
        found: Option<&RawDocument>,
        sample_index: usize,
    ) -> Option<RawDocument> {
        let effective = EffectiveString::new(string_type, self.policy);
        let string = found.and_then(RawDocument::as_str).unwrap_or_default().to_owned();
        let site = StringSite { effective, required, string };
        let fits =
            |value: &str| site.violation_codes(value).is_empty() && matches_status(siblings, value);
        let realistic = if let Some(mut values) = listed_values(&site.effective) {
            values.retain(|value| fits(value));
            // All amounts in a document have the same currency.
            let is_currency = site.effective.format() == Some(Format::Iso4217);
            if !is_currency && values.contains(&&*site.string) {
                return found.cloned();
            }
            if values.is_empty() && !field.required {
                return None;
            }
            let index =
                if is_currency { self.sample_index } else { self.random.next_below(values.len()) };
            values.get(index % values.len().max(1)).map(|&value| value.to_owned())
        } else {
            let samples = self.samples(field, &site.effective, siblings, sample_index);
            samples.into_iter().find(|sample| fits(sample))
        };
        realistic.map(|string| Value::from(string).into()).or_else(|| found.cloned())
    }

    /// Returns the samples for a field, the most specific ones first, followed by the same samples
    /// truncated to the maximum length.
    fn samples(
        &mut self,
        field: &Field,
        effective: &EffectiveString,
        siblings: &RawDocument,
        sample_index: usize,
    ) -> Vec<String> {
        // All amounts in a document have the same currency.
        let sample_index = if effective.format() == Some(Format::Iso4217) {
            self.sample_index
        } else {
            sample_index
        };
        let key = determining_field(field.name).and_then(|key| siblings.field(key)?.as_str());
        let message = key.and_then(|key| ResultCode::from(key).message());
        let example = field.example().and_then(|json| serde_json::from_str::<String>(json).ok());
        let example = example.map(|example| vary_example(&example, sample_index));
        let templates = [
            message.or_else(|| sample(key?, sample_index)).map(str::to_owned),
            // An example that is a JSON object takes precedence over the samples for the field's
            // name, because it is specific to the field.
            example.clone().filter(|example| example.starts_with('{')),
            sample(field.name, sample_index).map(str::to_owned),
            example,
            effective
                .format()
                .and_then(|format| sample(format.name(), sample_index))
                .map(str::to_owned),
            Some(template_from_name(field.name)),
        ];
        let mut samples: Vec<_> =
            templates.into_iter().flatten().map(|template| self.fill_template(&template)).collect();
        if field.name.starts_with("mask") {
            samples = samples.iter().map(|sample| mask(sample)).collect();
        }
        let max_length = effective.constraints().max_length.unwrap_or(u32::MAX) as usize;
        let truncated: Vec<String> =
            samples.iter().map(|sample| sample.chars().take(max_length).collect()).collect();
        [samples, truncated].concat()
    }

    /// Replaces each `%` with a random digit.
    fn fill_template(&mut self, template: &str) -> String {
        let mut digit = || self.random.pick(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        template.chars().map(|one| if one == '%' { digit() } else { one }).collect()
    }
}

/// Returns the values that the policy lists. By default, returns the known values of the enum.
fn listed_values(effective: &EffectiveString) -> Option<Vec<&str>> {
    let policy_values = effective.limits.values.as_deref();
    let policy_values = policy_values.map(|values| values.iter().map(String::as_str).collect());
    policy_values.or_else(|| Some(effective.string_type.enum_schema?.values.to_vec()))
}

/// Returns whether a result code is consistent with the status in the same object.
fn matches_status(siblings: &RawDocument, code: &str) -> bool {
    let status = siblings.field("resultStatus").and_then(RawDocument::as_str);
    let expected = ResultCode::from(code).status();
    status.zip(expected).is_none_or(|(status, expected)| status == expected.as_str())
}

/// Returns a template that varies an example: masked characters become `%`, and long numbers are
/// increased. The increase depends only on the index, so times keep their order.
fn vary_example(example: &str, sample_index: usize) -> String {
    let mask = if example.contains("xxx") { ['*', 'x'] } else { ['*', '*'] };
    let mut runs: Vec<String> = Vec::new();
    for one in example.replace(mask, "%").chars() {
        match runs.last_mut() {
            Some(run)
                if run.ends_with(|last: char| last.is_ascii_digit()) == one.is_ascii_digit() =>
            {
                run.push(one);
            }
            _ => runs.push(one.into()),
        }
    }
    runs.iter().map(|run| increase(run, sample_index).unwrap_or_else(|| run.clone())).collect()
}

/// Increases a number of at least 8 digits without changing its first three digits.
fn increase(number: &str, sample_index: usize) -> Option<String> {
    /// The difference between the increases for two successive indices.
    const INCREASE_PER_INDEX: usize = 61_001;
    let (prefix, rest) = number.split_at_checked(3).filter(|_| number.len() >= 8)?;
    let end = 10_u128.checked_pow(u32::try_from(rest.len()).ok()?)?;
    let increase = u128::try_from(sample_index.checked_mul(INCREASE_PER_INDEX)?).ok()?;
    let sum = (rest.parse::<u128>().ok()? + increase).checked_rem(end)?;
    Some(format!("{prefix}{sum:0length$}", length = rest.len()))
}

/// Returns a template that is derived from the name of a field: an ID such as `ORDER-%%%%%%%%`, or
/// the words of the name.
fn template_from_name(field: &str) -> String {
    let mut words = String::new();
    for one in field.chars() {
        if one.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(one.to_ascii_lowercase());
    }
    match words.strip_suffix(" id").and_then(|words| words.rsplit(' ').next()) {
        Some(word) => format!("{}-%%%%%%%%", word.to_uppercase()),
        None => format!("{words} %%"),
    }
}

/// Masks all but the first three and the last two characters.
fn mask(string: &str) -> String {
    let hidden = 3..string.chars().count().saturating_sub(2);
    let characters = string.chars().enumerate();
    characters.map(|(index, one)| if hidden.contains(&index) { '*' } else { one }).collect()
}
