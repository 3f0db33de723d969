//! Validates the documents in `tests/cases`, each of which has a list of its exact violations.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::Schema;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn reports_exactly_listed_violations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases = 0;
    for directory in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(schema) = Schema::by_name(directory.file_name().unwrap().to_str().unwrap()) else {
            assert!(directory.ends_with("README.md"), "unknown type: {}", directory.display());
            continue;
        };
        for file in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "json") {
                let violations = common::violations_of_json(schema, &fs::read(&file).unwrap());
                let expected = common::read_pairs(&file.with_extension("tsv"));
                assert_eq!(violations, expected, "{}", file.display());
                cases += 1;
            }
        }
    }
    assert!(cases >= 30, "only {cases} cases found");
}

#[test]
fn contains_order_with_all_violation_kinds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/Order");
    let violations = common::read_pairs(&root.join("all_kinds_at_all_depths.tsv"));
    let kinds: BTreeSet<_> = violations.iter().map(|(_, code)| code.as_str()).collect();
    let depths: BTreeSet<_> =
        violations.iter().map(|(path, _)| path.matches('/').count()).collect();
    assert!(violations.len() >= 15);
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [
            "dependentRequired",
            "duplicate",
            "enum",
            "forbiddenCharacter",
            "format",
            "maxLength",
            "maximum",
            "minLength",
            "minimum",
            "required",
            "type",
        ]
    );
    // The longest pointers into an order have four segments: /goods/0/goodsPaymentAmount/value.
    assert_eq!(depths.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
}
