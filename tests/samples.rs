//! The specification's samples and the example payloads.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use miniprogram_protocol::Schema;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

type Pairs = Vec<(String, String)>;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/payloads").join(name)
}

/// Returns the files with the given extension in a directory, by name.
fn files(directory_name: &str, extension: &str) -> BTreeMap<String, PathBuf> {
    let files = fs::read_dir(directory(directory_name)).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|found| found == extension))
        .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), file))
        .collect()
}

/// Returns the schema for a file whose name begins with a type name in snake case. If several type
/// names match, the longest is used.
fn schema_of(file: &str) -> &'static Schema {
    let matches = |schema: &&&Schema| {
        let mut snake = String::new();
        for letter in schema.name.chars() {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        }
        file.starts_with(&snake)
    };
    Schema::ALL.iter().filter(matches).max_by_key(|schema| schema.name.len()).unwrap()
}

fn violations(file: &Path) -> Pairs {
    let name = file.file_name().unwrap().to_str().unwrap();
    common::violations_of_json(schema_of(name), &fs::read(file).unwrap())
}

#[test]
fn specification_samples_have_only_expected_violations() {
    let mut expected = BTreeMap::<String, Pairs>::new();
    for line in fs::read_to_string(directory("documents/expected_failures.txt")).unwrap().lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, path, code, interpretation] = columns[..] else { panic!("{line}") };
        assert!(!interpretation.is_empty(), "missing interpretation: {line}");
        expected.entry(file.to_owned()).or_default().push((path.to_owned(), code.to_owned()));
    }
    let samples = files("documents", "json");
    assert!(samples.len() >= 11, "only {} samples found", samples.len());
    for (name, file) in &samples {
        assert_eq!(violations(file), expected.remove(name).unwrap_or_default(), "{name}");
    }
    assert_eq!(expected, BTreeMap::new(), "expected violations of missing files");
}

#[test]
fn valid_payloads_are_valid() {
    let payloads = files("valid", "json");
    assert!(payloads.len() >= 15, "only {} payloads found", payloads.len());
    for (name, file) in payloads {
        assert_eq!(violations(&file), [], "{name}");
    }
}

#[test]
fn valid_order_lines_are_valid() {
    let orders = fs::read_to_string(directory("valid/orders.ndjson")).unwrap();
    assert_eq!(orders.lines().count(), 10);
    for line in orders.lines() {
        assert_eq!(common::violations_of_json(schema_of("order"), line.as_bytes()), []);
    }
}

#[test]
fn invalid_payloads_have_the_listed_violations() {
    let mut payloads = files("invalid", "json");
    assert!(payloads.remove("malformed.json").is_some());
    assert!(payloads.len() >= 6, "only {} payloads found", payloads.len());
    for (name, file) in payloads {
        let expected = common::read_pairs(&file.with_extension("violations.tsv"));
        assert_eq!(violations(&file), expected, "{name}");
    }
}

#[test]
fn malformed_payload_has_a_syntax_error() {
    let malformed = fs::read(directory("invalid/malformed.json")).unwrap();
    let error =
        miniprogram_protocol::from_json::<miniprogram_protocol::dictionary::Order>(&malformed);
    assert!(error.unwrap_err().syntax().is_some());
}
