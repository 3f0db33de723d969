//! Validates the samples in the specification and the example payloads.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use miniprogram_protocol::Schema;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Sorted `(pointer, code)` pairs.
type Pairs = Vec<(String, String)>;

fn payload_directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/payloads").join(name)
}

/// Returns the paths of the files in a directory that have the given extension, by file name.
fn find_files(directory_name: &str, extension: &str) -> BTreeMap<String, PathBuf> {
    let files =
        fs::read_dir(payload_directory(directory_name)).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|found| found == extension))
        .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), file))
        .collect()
}

/// Returns the schema of the type whose name, in snake case, is the longest prefix of a file name.
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

fn file_violations(file: &Path) -> Pairs {
    let name = file.file_name().unwrap().to_str().unwrap();
    common::violations_of_json(schema_of(name), &fs::read(file).unwrap())
}

#[test]
fn reports_only_expected_violations_of_samples() {
    let mut expected = BTreeMap::<String, Pairs>::new();
    for line in
        fs::read_to_string(payload_directory("documents/expected_failures.txt")).unwrap().lines()
    {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, path, code, interpretation] = columns[..] else { panic!("{line}") };
        assert!(!interpretation.is_empty(), "missing interpretation: {line}");
        expected.entry(file.to_owned()).or_default().push((path.to_owned(), code.to_owned()));
    }
    let samples = find_files("documents", "json");
    assert!(samples.len() >= 11, "only {} samples found", samples.len());
    for (name, file) in &samples {
        assert_eq!(file_violations(file), expected.remove(name).unwrap_or_default(), "{name}");
    }
    assert_eq!(expected, BTreeMap::new(), "expected violations of missing files");
}

#[test]
fn accepts_valid_payloads() {
    let payloads = find_files("valid", "json");
    assert!(payloads.len() >= 15, "only {} payloads found", payloads.len());
    for (name, file) in payloads {
        assert_eq!(file_violations(&file), [], "{name}");
    }
}

#[test]
fn accepts_order_lines() {
    let orders = fs::read_to_string(payload_directory("valid/orders.ndjson")).unwrap();
    assert_eq!(orders.lines().count(), 10);
    for line in orders.lines() {
        assert_eq!(common::violations_of_json(schema_of("order"), line.as_bytes()), []);
    }
}

#[test]
fn reports_listed_violations_of_invalid_payloads() {
    let mut payloads = find_files("invalid", "json");
    assert!(payloads.remove("malformed.json").is_some());
    assert!(payloads.len() >= 6, "only {} payloads found", payloads.len());
    for (name, file) in payloads {
        let expected = common::read_pairs(&file.with_extension("violations.tsv"));
        assert_eq!(file_violations(&file), expected, "{name}");
    }
}

#[test]
fn reports_syntax_error_of_malformed_payload() {
    let malformed = fs::read(payload_directory("invalid/malformed.json")).unwrap();
    let error =
        miniprogram_protocol::from_json::<miniprogram_protocol::dictionary::Order>(&malformed);
    assert!(error.unwrap_err().syntax().is_some());
}
