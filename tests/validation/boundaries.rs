//! Checks that every reader reports the exact violations of every field of every type, at each limit
//! and just beyond it.
//!
//! `common/cases.rs` builds the documents from the schemas. `tests/specification.rs` compares the
//! schemas with the specification.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

#[path = "../common/cases.rs"]
mod cases;

use crate::common::{self, sorted_paths_and_codes};
use cases::{BaseObject, Case, TOO_LARGE_INTEGERS, TOO_SMALL_INTEGERS, behaviors};
use miniprogram_protocol::{Edition, ProtocolType, Schema, Valid, schema::FieldChange};
use std::{collections::BTreeSet, fmt::Write as _};

/// Defines a test for each behavior, with the number of fields (or types) that its documents cover.
macro_rules! define_tests {
    ($( $behavior:ident: $cases:ident, $fields:literal; )+) => {
        $( #[test] fn $behavior() { assert_cases(&cases::$cases(BaseObject::Complete), $fields); } )+

        /// Returns the documents of all behaviors.
        fn all_cases() -> Vec<Case> {
            [$(cases::$cases(BaseObject::Complete)),+].into_iter().flatten().collect()
        }
    };
}

behaviors!(define_tests);

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
fn assert_cases(cases: &[Case], fields: usize) {
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

// The tests below deserialize the same documents.

/// The results of deserializing a document as a Rust type.
struct TypedResults {
    /// The violations of the value, if `Deserialize` of the type succeeds.
    value: Option<Vec<(String, String)>>,
    /// `true` if deserializing `Valid` of the type succeeds.
    is_valid: bool,
}

fn read_typed<T: ProtocolType>(json: &[u8]) -> TypedResults {
    let value = serde_json::from_slice::<T>(json).ok();
    let value = value.map(|value| {
        value.validate().map_or_else(|found| sorted_paths_and_codes(&found), |()| vec![])
    });
    TypedResults { value, is_valid: serde_json::from_slice::<Valid<T>>(json).is_ok() }
}

/// The name of a type, and the function that reads it.
type Reader = (&'static str, fn(&[u8]) -> TypedResults);

fn reader_of<T: ProtocolType>() -> Reader {
    (T::SCHEMA.name, read_typed::<T>)
}

fn all_readers() -> [Reader; Schema::ALL.len()] {
    common::for_each_type!(reader_of)
}

impl Case {
    fn typed_results(&self) -> TypedResults {
        let (_, read) = all_readers().into_iter().find(|(name, _)| *name == self.schema).unwrap();
        read(self.json.as_bytes())
    }
}

#[test]
fn covers_all_types_with_for_each_type() {
    let names = Schema::ALL.iter().map(|schema| schema.name);
    assert!(names.eq(all_readers().map(|(name, _)| name)));
}

#[test]
fn deserializes_only_valid_documents_as_valid() {
    assert_no_failures(&all_cases(), |case| {
        (case.typed_results().is_valid != case.expected.is_empty())
            .then(|| "`Valid` deserializes differently".to_owned())
    });
}

#[test]
fn reports_same_violations_for_deserialized_values() {
    let cases = all_cases();
    assert_no_failures(&cases, |case| {
        let found = case.typed_results().value?;
        (found != case.expected).then(|| format!("the value has {found:?}"))
    });
    // The test is meaningful only if enough invalid documents can be deserialized.
    let is_tested =
        |case: &&Case| !case.expected.is_empty() && case.typed_results().value.is_some();
    let fields: BTreeSet<_> =
        cases.iter().filter(is_tested).map(|case| (case.schema, case.field)).collect();
    assert_eq!(fields.len(), 290, "fields with invalid values: {fields:?}");
}

/// Returns `true` if a field of the document is optional in an edition, and its Rust type is
/// therefore an `Option`.
fn is_optional_in_an_edition(case: &Case, path: &str) -> bool {
    let mut differences = Edition::ALL.iter().flat_map(|edition| edition.differences());
    differences.any(|difference| {
        difference.schema == case.schema
            && path.strip_prefix('/') == Some(difference.field)
            && matches!(difference.change, FieldChange::Optional | FieldChange::Absent)
    })
}

/// Returns `true` if the type can represent the values of the document: all strings, all 64-bit
/// integers, and an absent `platformId`, although that field is required (C2).
fn is_representable(case: &Case) -> bool {
    case.expected.iter().all(|(path, code)| match code.as_str() {
        "type" | "duplicate" => false,
        "required" => path == "/platformId" || is_optional_in_an_edition(case, path),
        _ => !TOO_LARGE_INTEGERS
            .iter()
            .chain(&TOO_SMALL_INTEGERS)
            .any(|number| case.about == *number),
    })
}

#[test]
fn rejects_only_unrepresentable_values_when_deserializing() {
    assert_no_failures(&all_cases(), |case| {
        let is_read = case.typed_results().value.is_some();
        (is_read != is_representable(case)).then(|| format!("deserialized: {is_read}"))
    });
}
