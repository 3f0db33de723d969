//! Every field of every type, at its limits and just beyond: every reader reports the exact
//! violations.
//!
//! `common/cases.rs` builds the documents from the schemas. `tests/specification.rs` compares the
//! schemas with the specification.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

#[path = "../common/cases.rs"]
mod cases;

use crate::common::{self, pairs};
use cases::{Base, Case, TOO_LARGE_INTEGERS, TOO_SMALL_INTEGERS, behaviors};
use miniprogram_protocol::{ProtocolType, Schema, Valid};
use std::{collections::BTreeSet, fmt::Write as _};

/// Defines a test for each behavior, with the number of fields (or types) that its documents cover.
macro_rules! tests {
    ($( $behavior:ident: $cases:ident, $fields:literal; )+) => {
        $( #[test] fn $behavior() { check(&cases::$cases(Base::Complete), $fields); } )+

        /// Returns the documents of all behaviors.
        fn all_cases() -> Vec<Case> {
            [$(cases::$cases(Base::Complete)),+].into_iter().flatten().collect()
        }
    };
}

behaviors!(tests);

impl Case {
    fn schema(&self) -> &'static Schema {
        Schema::by_name(self.schema).unwrap()
    }

    fn reported(&self) -> Vec<(String, String)> {
        common::violations_of_json(self.schema(), self.json.as_bytes())
    }

    fn title(&self) -> String {
        format!("{} {}: {:.80}", self.schema, self.field, self.about)
    }
}

/// Asserts that exactly the expected violations are reported for each document, and that the
/// documents cover `fields` fields.
fn check(cases: &[Case], fields: usize) {
    let about: BTreeSet<_> = cases.iter().map(|case| (case.schema, case.field)).collect();
    assert_eq!(about.len(), fields, "unexpected number of fields: {about:?}");
    assert_no_failures(cases, |case| {
        let reported = case.reported();
        (reported != case.expected)
            .then(|| format!("expected {:?}, found {reported:?}", case.expected))
    });
}

/// Asserts that `failure` returns `None` for every case. Prints the first 40 failures.
fn assert_no_failures(cases: &[Case], failure: impl Fn(&Case) -> Option<String>) {
    let mut failures = String::new();
    let mut count = 0;
    for case in cases {
        if let Some(failure) = failure(case) {
            count += 1;
            if count <= 40 {
                writeln!(failures, "{}: {failure}", case.title()).unwrap();
            }
        }
    }
    assert!(count == 0, "{count} of {} documents:\n{failures}", cases.len());
}

// The other readers, tested with all documents.

/// The results of the readers that need the Rust type.
struct TypedResults {
    /// The violations of the value, if `Deserialize` of the type succeeds.
    value: Option<Vec<(String, String)>>,
    /// Whether `Deserialize` of `Valid` succeeds.
    valid: bool,
}

fn read_typed<T: ProtocolType>(json: &[u8]) -> TypedResults {
    let value = serde_json::from_slice::<T>(json).ok();
    let value = value.map(|value| value.validate().map_or_else(|found| pairs(&found), |()| vec![]));
    TypedResults { value, valid: serde_json::from_slice::<Valid<T>>(json).is_ok() }
}

/// The name of a type with its readers.
type Reader = (&'static str, fn(&[u8]) -> TypedResults);

fn reader<T: ProtocolType>() -> Reader {
    (T::SCHEMA.name, read_typed::<T>)
}

fn readers() -> [Reader; 27] {
    common::for_each_type!(reader)
}

impl Case {
    fn typed_results(&self) -> TypedResults {
        let (_, read) = readers().into_iter().find(|(name, _)| *name == self.schema).unwrap();
        read(self.json.as_bytes())
    }
}

#[test]
fn for_each_type_covers_all_types() {
    let names = Schema::ALL.iter().map(|schema| schema.name);
    assert!(names.eq(readers().map(|(name, _)| name)));
}

#[test]
fn valid_deserializes_only_valid_documents() {
    assert_no_failures(&all_cases(), |case| {
        (case.typed_results().valid != case.expected.is_empty())
            .then(|| "`Valid` deserializes differently".to_owned())
    });
}

#[test]
fn values_have_the_violations_of_their_document() {
    let cases = all_cases();
    assert_no_failures(&cases, |case| {
        let found = case.typed_results().value?;
        (found != case.expected).then(|| format!("the value has {found:?}"))
    });
    // Make sure that enough documents are invalid and can be deserialized.
    let is_tested =
        |case: &&Case| !case.expected.is_empty() && case.typed_results().value.is_some();
    let fields: BTreeSet<_> =
        cases.iter().filter(is_tested).map(|case| (case.schema, case.field)).collect();
    assert_eq!(fields.len(), 114, "fields with invalid values: {fields:?}");
}

/// Returns whether the type can represent the values. It can represent all strings, all 64-bit
/// integers, and an absent `platformId`, although that field is required (C2).
fn is_representable(case: &Case) -> bool {
    case.expected.iter().all(|(path, code)| match code.as_str() {
        "type" | "duplicate" => false,
        "required" => path == "/platformId",
        _ => !TOO_LARGE_INTEGERS
            .iter()
            .chain(&TOO_SMALL_INTEGERS)
            .any(|number| case.about == *number),
    })
}

#[test]
fn deserialize_rejects_only_unrepresentable_values() {
    assert_no_failures(&all_cases(), |case| {
        let is_read = case.typed_results().value.is_some();
        (is_read != is_representable(case)).then(|| format!("deserialized: {is_read}"))
    });
}
