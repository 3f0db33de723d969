//! Every row of every table at its limits and just beyond: exactly what is reported, and the same
//! by every way to read.
//!
//! A behaviour of `common/cases.rs` makes its documents from the schema data: a valid value of the
//! table, with one member changed. That the schema data is right is `specification.rs`'s to show.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

#[path = "../common/cases.rs"]
mod cases;

use crate::common::{self, pairs};
use cases::{Base, Case, TOO_GREAT, TOO_SMALL, behaviours};
use miniprogram_protocol::{ProtocolType, Schema, Valid};
use std::{collections::BTreeSet, fmt::Write as _};

/// Each behaviour is a test: its documents, and the number of rows (or tables) that they are about.
macro_rules! tests {
    ($( $behaviour:ident: $cases:ident, $rows:literal; )+) => {
        $( #[test] fn $behaviour() { judge(&cases::$cases(Base::Complete), $rows); } )+

        /// The documents of all behaviours.
        fn all_cases() -> Vec<Case> {
            [$(cases::$cases(Base::Complete)),+].into_iter().flatten().collect()
        }
    };
}

behaviours!(tests);

// What is asked of the documents.

impl Case {
    fn schema(&self) -> &'static Schema {
        Schema::by_name(self.table).unwrap()
    }

    fn reported(&self) -> Vec<(String, String)> {
        common::violations_of_text(self.schema(), self.json.as_bytes())
    }

    /// What it is, for a message.
    fn title(&self) -> String {
        format!("{} {}: {:.80}", self.table, self.row, self.about)
    }
}

/// Asks for exactly what each document is expected to break, and that they are about `rows` rows.
fn judge(cases: &[Case], rows: usize) {
    let about: BTreeSet<_> = cases.iter().map(|case| (case.table, case.row)).collect();
    assert_eq!(about.len(), rows, "another number of fields: {about:?}");
    demand(cases, |case| {
        let reported = case.reported();
        (reported != case.expected)
            .then(|| format!("reported {reported:?}, not {:?}", case.expected))
    });
}

/// Shows every document in which `fault` finds something: not just the first.
fn demand(cases: &[Case], fault: impl Fn(&Case) -> Option<String>) {
    let mut faults = String::new();
    let mut count = 0;
    for case in cases {
        if let Some(fault) = fault(case) {
            count += 1;
            if count <= 40 {
                writeln!(faults, "{}: {fault}", case.title()).unwrap();
            }
        }
    }
    assert!(count == 0, "{count} of {} documents:\n{faults}", cases.len());
}

// The other ways to read, of all these documents.

/// What the ways to read that need the Rust type say of a document.
struct Typed {
    /// What validation says of the value that plain `Deserialize` gives, if it gives one.
    plain: Option<Vec<(String, String)>>,
    /// Whether `Valid` can be read.
    valid: bool,
}

fn typed<T: ProtocolType>(json: &[u8]) -> Typed {
    let plain = serde_json::from_slice::<T>(json).ok();
    let plain = plain.map(|value| value.validate().map_or_else(|found| pairs(&found), |()| vec![]));
    Typed { plain, valid: serde_json::from_slice::<Valid<T>>(json).is_ok() }
}

/// A table's name, and the ways to read a value of its type.
type Reader = (&'static str, fn(&[u8]) -> Typed);

fn reader<T: ProtocolType>() -> Reader {
    (T::SCHEMA.name, typed::<T>)
}

fn readers() -> [Reader; 27] {
    common::each_table!(reader)
}

impl Case {
    fn typed(&self) -> Typed {
        let (_, typed) = readers().into_iter().find(|(name, _)| *name == self.table).unwrap();
        typed(self.json.as_bytes())
    }
}

#[test]
fn every_table_is_read_by_its_type() {
    let names = Schema::ALL.iter().map(|schema| schema.name);
    assert!(names.eq(readers().map(|(name, _)| name)));
}

#[test]
fn valid_is_read_from_exactly_what_breaks_no_rule() {
    demand(&all_cases(), |case| {
        (case.typed().valid != case.expected.is_empty()).then(|| "Valid disagrees".to_owned())
    });
}

#[test]
fn validation_of_a_value_says_what_its_document_was_told() {
    let cases = all_cases();
    demand(&cases, |case| {
        let plain = case.typed().plain?;
        (plain != case.expected).then(|| format!("a value reports {plain:?}"))
    });
    // So that this cannot pass by documents that are valid, or that no type holds.
    let told = |case: &&Case| !case.expected.is_empty() && case.typed().plain.is_some();
    let told: BTreeSet<_> = cases.iter().filter(told).map(|case| (case.table, case.row)).collect();
    assert_eq!(told.len(), 114, "rows of which values can break rules: {told:?}");
}

/// A type holds every text and every number of 64 bits, whatever is wrong with it. `platformId`
/// is required, but its type holds its absence (C2).
fn can_be_held(case: &Case) -> bool {
    case.expected.iter().all(|(path, code)| match code.as_str() {
        "type" | "duplicate" => false,
        "required" => path == "/platformId",
        _ => !TOO_GREAT.iter().chain(&TOO_SMALL).any(|number| case.about == *number),
    })
}

#[test]
fn plain_deserialize_refuses_exactly_what_the_type_cannot_hold() {
    demand(&all_cases(), |case| {
        let held = case.typed().plain.is_some();
        (held != can_be_held(case)).then(|| format!("held: {held}"))
    });
}
