//! The benchmarked operations of this crate and of other crates.

use crate::{
    alternatives::plain,
    payload::{
        BenchmarkedType, Order, Payload, Result, User, hostile_payloads, message_payloads,
        order_payload, order_variants, result_payload, user_payload,
    },
};
use miniprogram_protocol::{
    Policy, ProtocolType, Valid, Validate, check_json, dictionary, from_json,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

/// The kind of work that an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Parses bytes, without validation.
    Parse,
    /// Validates a value.
    Validate,
    /// Parses and validates bytes.
    ParseAndValidate,
    /// Serializes a value.
    Serialize,
}

/// An operation that can be measured.
pub struct Operation {
    /// The kind of work.
    pub group: Group,
    /// The name in the reports.
    pub name: &'static str,
    work: Box<dyn FnMut(u64)>,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Operation {
    fn new<T>(group: Group, name: &'static str, mut work: impl FnMut() -> T + 'static) -> Self {
        let work = Box::new(move |times| {
            for _ in 0..times {
                black_box(work());
            }
        });
        Self { group, name, work }
    }

    /// Runs the operation `times` times.
    pub fn run(&mut self, times: u64) {
        (self.work)(times);
    }

    /// Runs the operation `times` times, and returns the duration.
    pub fn time(&mut self, times: u64) -> Duration {
        let start = Instant::now();
        self.run(times);
        start.elapsed()
    }
}

/// A function that returns the operations on a payload.
type OperationsFn = fn(&Payload) -> Vec<Operation>;

/// Returns the valid payloads followed by the invalid ones. Each is paired with two functions,
/// which return the operations of this crate and of the other crates.
#[must_use]
pub fn payloads() -> Vec<(Payload, OperationsFn, OperationsFn)> {
    let mut all: Vec<(Payload, OperationsFn, OperationsFn)> = Vec::new();
    for invalid in [false, true] {
        all.push((
            result_payload(invalid),
            operations_of_this_crate::<Result>,
            operations_of_other_crates::<Result>,
        ));
        all.push((
            user_payload(invalid),
            operations_of_this_crate::<User>,
            operations_of_other_crates::<User>,
        ));
        all.push((
            order_payload("Order 10", 10, invalid),
            operations_of_this_crate::<Order>,
            operations_of_other_crates::<Order>,
        ));
        all.push((
            order_payload("Order 1,000", 1000, invalid),
            operations_of_this_crate::<Order>,
            operations_of_other_crates::<Order>,
        ));
    }
    all
}

/// Returns valid messages, variants of a valid order, and hostile payloads, each with a function
/// that returns the operations of this crate that parse and validate. The last payload is an
/// invalid order, and its operation locates the violations.
#[must_use]
pub fn special_payloads() -> Vec<(Payload, OperationsFn)> {
    let orders = order_variants().into_iter().chain(hostile_payloads());
    let messages = message_payloads().into_iter();
    messages
        .map(|payload| {
            (payload, own_parse_and_validate_operations::<dictionary::Message> as OperationsFn)
        })
        .chain(
            orders.map(|payload| {
                (payload, own_parse_and_validate_operations::<dictionary::Order> as _)
            }),
        )
        .chain([(order_payload("Order 1,000", 1000, true), locate_operations as _)])
        .collect()
}

/// Returns three series of payloads of growing size: with more goods, more unknown fields, and more
/// nesting levels. Each payload is paired with a function that returns the operations of this crate
/// that parse and validate.
#[must_use]
pub fn growing_payloads() -> [Vec<(Payload, OperationsFn)>; 3] {
    let unknown_fields = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"f{number}\":0")).collect();
        Payload {
            name: "unknown fields",
            json: format!("{{{}}}", members.join(",")),
            violations: 0,
        }
    };
    let levels = |count: usize| {
        let (opening, closing) = ("[".repeat(count), "]".repeat(count));
        let json = format!("{{\"x\":{opening}{closing}}}");
        Payload { name: "nesting levels", json, violations: 0 }
    };
    [
        [1, 10, 1_000, 100_000].map(|goods| order_payload("goods", goods, false)).to_vec(),
        [1, 10, 100, 1_000, 10_000].map(unknown_fields).to_vec(),
        [1, 16, 127].map(levels).to_vec(),
    ]
    .map(|payloads| {
        let operations = own_parse_and_validate_operations::<dictionary::Order> as OperationsFn;
        payloads.into_iter().map(|payload| (payload, operations)).collect()
    })
}

fn own_parse_and_validate_operations<T: ProtocolType + 'static>(
    payload: &Payload,
) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    vec![
        Operation::new(Group::ParseAndValidate, "ours: from_json", move || {
            from_json::<T>(black_box(json))
        }),
        Operation::new(Group::ParseAndValidate, "ours: check_json", move || {
            check_json::<T>(black_box(json))
        }),
    ]
}

/// Returns the operation that locates the violations of an invalid order.
fn locate_operations(payload: &Payload) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    let error = check_json::<dictionary::Order>(json).err();
    vec![Operation::new(Group::ParseAndValidate, "ours: Error::locate", move || {
        error.as_ref().map(|error| error.locate(black_box(json)))
    })]
}

/// Returns the payloads for which `ratios` compares instruction counts, each with a function that
/// returns all operations.
#[must_use]
pub fn ratio_payloads() -> Vec<(Payload, OperationsFn)> {
    let mut all: Vec<(Payload, OperationsFn)> = vec![
        (result_payload(false), ratio_operations::<dictionary::Result, plain::Result>),
        (user_payload(false), ratio_operations::<dictionary::User, plain::User>),
    ];
    let usual = [order_payload("Order 10", 10, false), order_payload("Order 1,000", 1000, false)];
    for payload in usual.into_iter().chain(order_variants()) {
        all.push((payload, ratio_operations::<dictionary::Order, plain::Order>));
    }
    for payload in message_payloads() {
        all.push((payload, ratio_operations::<dictionary::Message, plain::Message>));
    }
    for payload in hostile_payloads() {
        all.push((payload, own_parse_and_validate_operations::<dictionary::Order>));
    }
    all
}

/// Returns the operations on a type of this crate and on the equivalent struct of `String`s.
fn ratio_operations<T, P>(payload: &Payload) -> Vec<Operation>
where
    T: ProtocolType + 'static,
    P: DeserializeOwned + garde::Validate<Context = ()> + 'static,
{
    let json: &'static [u8] = leak(payload);
    let (ours, plain) = (parse::<T>(json), parse::<P>(json));
    let mut operations = own_parse_and_validate_operations::<T>(payload);
    operations.extend([
        Operation::new(Group::Parse, "baseline: serde_json, IgnoredAny", move || {
            serde_json::from_slice::<IgnoredAny>(black_box(json))
        }),
        Operation::new(Group::Parse, "serde_json, structs of String", move || {
            serde_json::from_slice::<P>(black_box(json))
        }),
        Operation::new(Group::Parse, "sonic-rs, structs of String", move || {
            sonic_rs::from_slice::<P>(black_box(json))
        }),
        Operation::new(Group::Parse, "simd-json, structs of String", move || {
            // simd-json overwrites its input, so it reads a copy.
            simd_json::serde::from_slice::<P>(&mut black_box(json).to_vec())
        }),
        Operation::new(Group::ParseAndValidate, "serde_json + garde", move || {
            let value = serde_json::from_slice::<P>(black_box(json)).ok();
            let result = value.as_ref().map(garde::Validate::validate);
            (value, result)
        }),
        Operation::new(Group::ParseAndValidate, "sonic-rs + garde", move || {
            let value = sonic_rs::from_slice::<P>(black_box(json)).ok();
            let result = value.as_ref().map(garde::Validate::validate);
            (value, result)
        }),
        Operation::new(Group::ParseAndValidate, "ours: Valid, serde_json::from_slice", move || {
            serde_json::from_slice::<Valid<T>>(black_box(json))
        }),
        Operation::new(Group::Validate, "garde", move || {
            garde::Validate::validate(black_box(&plain))
        }),
        Operation::new(Group::Validate, "ours: validate()", move || black_box(&ours).validate()),
    ]);
    operations
}

/// Returns the benchmarked operations of `miniprogram-protocol`.
#[must_use]
pub fn operations_of_this_crate<S: BenchmarkedType>(payload: &Payload) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    let (validated, serialized) = (parse::<S::Ours>(json), parse::<S::Ours>(json));
    vec![
        Operation::new(Group::Parse, "ours: serde_json::from_slice", move || {
            serde_json::from_slice::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::Validate, "ours: validate()", move || {
            black_box(&validated).validate()
        }),
        Operation::new(Group::ParseAndValidate, "ours: from_json", move || {
            from_json::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::ParseAndValidate, "ours: check_json", move || {
            check_json::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::Serialize, "ours: serde_json::to_vec", move || {
            serde_json::to_vec(black_box(&serialized))
        }),
    ]
}

/// Returns the operations of the other crates.
#[must_use]
pub fn operations_of_other_crates<S: BenchmarkedType>(payload: &Payload) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    let mut operations = parse_operations::<S>(json);
    operations.extend(validate_operations::<S>(json));
    operations.extend(parse_and_validate_operations::<S>(json));
    operations.extend(serialize_operations::<S>(json));
    operations
}

/// Returns the operations of the other crates that only parse.
fn parse_operations<S: BenchmarkedType>(json: &'static [u8]) -> Vec<Operation> {
    vec![
        Operation::new(Group::Parse, "baseline: serde_json, IgnoredAny", move || {
            serde_json::from_slice::<IgnoredAny>(black_box(json))
        }),
        Operation::new(Group::Parse, "serde_json, structs of String", move || {
            serde_json::from_slice::<S::Plain>(black_box(json))
        }),
        Operation::new(Group::Parse, "serde_json::Value", move || {
            serde_json::from_slice::<Value>(black_box(json))
        }),
    ]
}

/// Returns the operations of the other crates that only validate.
fn validate_operations<S: BenchmarkedType>(json: &'static [u8]) -> Vec<Operation> {
    let (for_garde, for_validator) = (parse::<S::Plain>(json), parse::<S::Plain>(json));
    let for_serde_valid = parse::<S::SerdeValid>(json);
    let value = parse::<Value>(json);
    let validator = build_validator(S::SCHEMA);
    vec![
        Operation::new(Group::Validate, "garde", move || {
            garde::Validate::validate(black_box(&for_garde))
        }),
        Operation::new(Group::Validate, "validator", move || {
            validator::Validate::validate(black_box(&for_validator))
        }),
        Operation::new(Group::Validate, "serde_valid", move || {
            serde_valid::Validate::validate(black_box(&for_serde_valid))
        }),
        Operation::new(Group::Validate, "jsonschema", move || {
            validator.iter_errors(black_box(&value)).count()
        }),
    ]
}

/// Returns the operations of the other crates that parse and validate.
fn parse_and_validate_operations<S: BenchmarkedType>(json: &'static [u8]) -> Vec<Operation> {
    let validator = build_validator(S::SCHEMA);
    vec![
        Operation::new(Group::ParseAndValidate, "serde_json + garde", move || {
            let value = parse::<S::Plain>(black_box(json));
            let result = garde::Validate::validate(&value);
            (value, result)
        }),
        Operation::new(Group::ParseAndValidate, "serde_json + validator", move || {
            let value = parse::<S::Plain>(black_box(json));
            let result = validator::Validate::validate(&value);
            (value, result)
        }),
        Operation::new(Group::ParseAndValidate, "serde_json + serde_valid", move || {
            let value = parse::<S::SerdeValid>(black_box(json));
            let result = serde_valid::Validate::validate(&value);
            (value, result)
        }),
        Operation::new(Group::ParseAndValidate, "serde_json::Value + jsonschema", move || {
            let value = parse::<Value>(black_box(json));
            let errors = validator.iter_errors(&value).count();
            (value, errors)
        }),
    ]
}

/// Returns the operations of the other crates that serialize.
fn serialize_operations<S: BenchmarkedType>(json: &'static [u8]) -> Vec<Operation> {
    let plain = parse::<S::Plain>(json);
    let value = parse::<Value>(json);
    vec![
        Operation::new(Group::Serialize, "serde_json, structs of String", move || {
            serde_json::to_vec(black_box(&plain))
        }),
        Operation::new(Group::Serialize, "serde_json::Value", move || {
            serde_json::to_vec(black_box(&value))
        }),
    ]
}

/// Returns the number of violations that each crate finds, without truncating reports.
#[must_use]
pub fn violation_counts<S: BenchmarkedType>(payload: &Payload) -> [(&'static str, usize); 6] {
    let json = payload.json.as_bytes();
    let plain: S::Plain = parse(json);
    let for_serde_valid: S::SerdeValid = parse(json);
    let policy = Policy::strict().max_violations(usize::MAX);
    let operations_of_this_crate =
        |result: std::result::Result<(), miniprogram_protocol::Error>| {
            result.err().map_or(0, |error| error.violations().len())
        };
    [
        (
            "from_json",
            operations_of_this_crate(
                miniprogram_protocol::from_json_with::<S::Ours>(json, &policy).map(drop),
            ),
        ),
        (
            "check_json",
            operations_of_this_crate(
                miniprogram_protocol::check_json_with::<S::Ours>(json, &policy).map(drop),
            ),
        ),
        (
            "garde",
            garde::Validate::validate(&plain).err().map_or(0, |report| report.iter().count()),
        ),
        ("validator", count_validator_violations(&plain)),
        ("serde_valid", count_serde_valid_violations(&for_serde_valid)),
        ("jsonschema", build_validator(S::SCHEMA).iter_errors(&parse(json)).count()),
    ]
}

fn count_validator_violations(value: &impl validator::Validate) -> usize {
    fn count(errors: &validator::ValidationErrors) -> usize {
        use validator::ValidationErrorsKind::{Field, List, Struct};
        let count_kind = |kind: &validator::ValidationErrorsKind| match kind {
            Field(errors) => errors.len(),
            List(elements) => elements.values().map(|errors| count(errors)).sum(),
            Struct(errors) => count(errors),
        };
        errors.errors().values().map(count_kind).sum()
    }
    value.validate().err().map_or(0, |errors| count(&errors))
}

fn count_serde_valid_violations(value: &impl serde_valid::Validate) -> usize {
    fn count(errors: &serde_valid::validation::Errors) -> usize {
        use serde_valid::validation::Errors::{Array, NewType, Object};
        let each = |errors: &[serde_valid::validation::Error]| -> usize {
            errors.iter().map(count_one).sum()
        };
        match errors {
            Array(array) => each(&array.errors) + array.items.values().map(count).sum::<usize>(),
            Object(object) => {
                each(&object.errors) + object.properties.values().map(count).sum::<usize>()
            }
            NewType(errors) => each(errors),
        }
    }
    fn count_one(error: &serde_valid::validation::Error) -> usize {
        use serde_valid::validation::Error::{Items, Properties};
        match error {
            Items(array) => count(&serde_valid::validation::Errors::Array(array.clone())),
            Properties(object) => count(&serde_valid::validation::Errors::Object(object.clone())),
            _ => 1,
        }
    }
    value.validate().err().map_or(0, |errors| count(&errors))
}

/// Leaks a copy of the payload, because operations borrow it for `'static`.
fn leak(payload: &Payload) -> &'static [u8] {
    payload.json.clone().into_bytes().leak()
}

/// Parses a payload. Parsing an invalid payload also succeeds, because its values have the expected
/// JSON types.
fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> T {
    serde_json::from_slice(json).expect("the payload has the types of the struct")
}

fn build_validator(schema: &str) -> jsonschema::Validator {
    let schema = serde_json::from_str(schema).expect("the schema is valid JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("the schema is valid")
}

#[cfg(test)]
mod tests {
    use super::{check_json, dictionary, parse, violation_counts};
    use crate::{
        alternatives::plain,
        payload::{
            BenchmarkedType, Order, Payload, Result, User, message_payloads, order_payload,
            order_variants, result_payload, user_payload,
        },
    };

    fn assert_violation_counts<S: BenchmarkedType>(payload: &Payload) {
        for (name, count) in violation_counts::<S>(payload) {
            assert_eq!(count, payload.violations, "{name}: {}", payload.name);
        }
    }

    #[test]
    fn order_variants_and_messages_are_valid() {
        for payload in order_variants() {
            assert!(
                check_json::<dictionary::Order>(payload.json.as_bytes()).is_ok(),
                "{}",
                payload.name
            );
        }
        for payload in message_payloads() {
            assert!(
                check_json::<dictionary::Message>(payload.json.as_bytes()).is_ok(),
                "{}",
                payload.name
            );
            let plain: plain::Message = parse(payload.json.as_bytes());
            assert!(garde::Validate::validate(&plain).is_ok(), "{}", payload.name);
        }
    }

    #[test]
    fn finds_same_violations_with_all_crates() {
        for invalid in [false, true] {
            assert_violation_counts::<Result>(&result_payload(invalid));
            assert_violation_counts::<User>(&user_payload(invalid));
            assert_violation_counts::<Order>(&order_payload("Order 10", 10, invalid));
            assert_violation_counts::<Order>(&order_payload("Order 1,000", 1000, invalid));
        }
    }
}
