//! What is done with a payload, by us and by others.

use crate::payload::{Order, Payload, Result, Subject, User, order, result, user};
use miniprogram_protocol::{Policy, Validate, check_json, from_json};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

/// What a number of a table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// From bytes to a value that nobody judged.
    Parse,
    /// From a value to a verdict.
    Validate,
    /// From bytes to a verdict.
    Verdict,
    /// From a value to bytes.
    Write,
}

/// Something that can be measured.
pub struct Operation {
    /// What it belongs to.
    pub group: Group,
    /// What it is called.
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

    /// Does it `times` times.
    pub fn run(&mut self, times: u64) {
        (self.work)(times);
    }

    /// Does it `times` times, and says how long that took.
    pub fn time(&mut self, times: u64) -> Duration {
        let start = Instant::now();
        self.run(times);
        start.elapsed()
    }
}

/// Makes the operations for the payloads of a table.
type Make = fn(&Payload) -> Vec<Operation>;

/// Every payload, valid and with faults.
#[must_use]
pub fn payloads() -> Vec<(Payload, Make, Make)> {
    let mut all: Vec<(Payload, Make, Make)> = Vec::new();
    for faulty in [false, true] {
        all.push((result(faulty), ours::<Result>, peers::<Result>));
        all.push((user(faulty), ours::<User>, peers::<User>));
        all.push((order("Order 10", 10, faulty), ours::<Order>, peers::<Order>));
        all.push((order("Order 1,000", 1000, faulty), ours::<Order>, peers::<Order>));
    }
    all
}

/// What is ours.
#[must_use]
pub fn ours<S: Subject>(payload: &Payload) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    let (judged, written) = (read::<S::Ours>(json), read::<S::Ours>(json));
    vec![
        Operation::new(Group::Parse, "ours: serde_json::from_slice", move || {
            serde_json::from_slice::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::Validate, "ours: validate()", move || black_box(&judged).validate()),
        Operation::new(Group::Verdict, "ours: from_json", move || {
            from_json::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::Verdict, "ours: check_json", move || {
            check_json::<S::Ours>(black_box(json))
        }),
        Operation::new(Group::Write, "ours: serde_json::to_vec", move || {
            serde_json::to_vec(black_box(&written))
        }),
    ]
}

/// What others offer.
#[must_use]
pub fn peers<S: Subject>(payload: &Payload) -> Vec<Operation> {
    let json: &'static [u8] = leak(payload);
    let (of_garde, of_validator, written) =
        (read::<S::Plain>(json), read::<S::Plain>(json), read::<S::Plain>(json));
    let of_serde_valid = read::<S::Strict>(json);
    let (judged, value) = (read::<Value>(json), read::<Value>(json));
    let (of_value, of_bytes) = (validator(S::SCHEMA), validator(S::SCHEMA));
    vec![
        Operation::new(Group::Parse, "floor: serde_json, IgnoredAny", move || {
            serde_json::from_slice::<IgnoredAny>(black_box(json))
        }),
        Operation::new(Group::Parse, "serde_json, Strings", move || {
            serde_json::from_slice::<S::Plain>(black_box(json))
        }),
        Operation::new(Group::Parse, "serde_json::Value", move || {
            serde_json::from_slice::<Value>(black_box(json))
        }),
        Operation::new(Group::Validate, "garde", move || {
            garde::Validate::validate(black_box(&of_garde))
        }),
        Operation::new(Group::Validate, "validator", move || {
            validator::Validate::validate(black_box(&of_validator))
        }),
        Operation::new(Group::Validate, "serde_valid", move || {
            serde_valid::Validate::validate(black_box(&of_serde_valid))
        }),
        Operation::new(Group::Validate, "jsonschema", move || {
            of_value.iter_errors(black_box(&judged)).count()
        }),
        Operation::new(Group::Verdict, "serde_json + garde", move || {
            let value = read::<S::Plain>(black_box(json));
            let into_result = garde::Validate::validate(&value);
            (value, into_result)
        }),
        Operation::new(Group::Verdict, "serde_json + validator", move || {
            let value = read::<S::Plain>(black_box(json));
            let into_result = validator::Validate::validate(&value);
            (value, into_result)
        }),
        Operation::new(Group::Verdict, "serde_json + serde_valid", move || {
            let value = read::<S::Strict>(black_box(json));
            let into_result = serde_valid::Validate::validate(&value);
            (value, into_result)
        }),
        Operation::new(Group::Verdict, "serde_json::Value + jsonschema", move || {
            let value = read::<Value>(black_box(json));
            let errors = of_bytes.iter_errors(&value).count();
            (value, errors)
        }),
        Operation::new(Group::Write, "serde_json, Strings", move || {
            serde_json::to_vec(black_box(&written))
        }),
        Operation::new(Group::Write, "serde_json::Value", move || {
            serde_json::to_vec(black_box(&value))
        }),
    ]
}

/// How many faults each one finds in a payload that all of them can parse, without a limit.
#[must_use]
pub fn faults<S: Subject>(payload: &Payload) -> [(&'static str, usize); 6] {
    let json = payload.text.as_bytes();
    let plain: S::Plain = read(json);
    let strict: S::Strict = read(json);
    let policy = Policy::strict().max_violations(usize::MAX);
    let ours = |into_result: std::result::Result<(), miniprogram_protocol::Error>| {
        into_result.err().map_or(0, |error| error.violations().len())
    };
    [
        (
            "from_json",
            ours(miniprogram_protocol::from_json_with::<S::Ours>(json, &policy).map(drop)),
        ),
        (
            "check_json",
            ours(miniprogram_protocol::check_json_with::<S::Ours>(json, &policy).map(drop)),
        ),
        (
            "garde",
            garde::Validate::validate(&plain).err().map_or(0, |report| report.iter().count()),
        ),
        ("validator", of_validator(&plain)),
        ("serde_valid", of_serde_valid(&strict)),
        ("jsonschema", validator(S::SCHEMA).iter_errors(&read(json)).count()),
    ]
}

fn of_validator(value: &impl validator::Validate) -> usize {
    fn count(errors: &validator::ValidationErrors) -> usize {
        use validator::ValidationErrorsKind::{Field, List, Struct};
        let of_kind = |kind: &validator::ValidationErrorsKind| match kind {
            Field(errors) => errors.len(),
            List(elements) => elements.values().map(|errors| count(errors)).sum(),
            Struct(errors) => count(errors),
        };
        errors.errors().values().map(of_kind).sum()
    }
    value.validate().err().map_or(0, |errors| count(&errors))
}

fn of_serde_valid(value: &impl serde_valid::Validate) -> usize {
    fn count(errors: &serde_valid::validation::Errors) -> usize {
        use serde_valid::validation::Errors::{Array, NewType, Object};
        let each = |errors: &[serde_valid::validation::Error]| -> usize {
            errors.iter().map(of_one).sum()
        };
        match errors {
            Array(array) => each(&array.errors) + array.items.values().map(count).sum::<usize>(),
            Object(object) => {
                each(&object.errors) + object.properties.values().map(count).sum::<usize>()
            }
            NewType(errors) => each(errors),
        }
    }
    fn of_one(error: &serde_valid::validation::Error) -> usize {
        use serde_valid::validation::Error::{Items, Properties};
        match error {
            Items(array) => count(&serde_valid::validation::Errors::Array(array.clone())),
            Properties(object) => count(&serde_valid::validation::Errors::Object(object.clone())),
            _ => 1,
        }
    }
    value.validate().err().map_or(0, |errors| count(&errors))
}

fn leak(payload: &Payload) -> &'static [u8] {
    payload.text.clone().into_bytes().leak()
}

/// The value of a payload, whose faults are none of types.
fn read<T: serde::de::DeserializeOwned>(json: &[u8]) -> T {
    serde_json::from_slice(json).expect("the payload has the right types")
}

fn validator(schema: &str) -> jsonschema::Validator {
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("the schema is one")
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::payload::{Order, Payload, Result, Subject, User, order, result, user};

    fn all_find<S: Subject>(payload: &Payload) {
        for (who, found) in faults::<S>(payload) {
            assert_eq!(found, payload.faults, "{who} on {}", payload.name);
        }
    }

    #[test]
    fn all_find_the_same_faults() {
        for faulty in [false, true] {
            all_find::<Result>(&result(faulty));
            all_find::<User>(&user(faulty));
            all_find::<Order>(&order("Order 10", 10, faulty));
            all_find::<Order>(&order("Order 1,000", 1000, faulty));
        }
    }
}
