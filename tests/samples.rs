//! The documents' own samples, and the payloads that the README shows.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod common;

use miniprogram_protocol::Schema;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

type Pairs = Vec<(String, String)>;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/payloads").join(name)
}

/// The files of that extension, by name.
fn files(name: &str, extension: &str) -> BTreeMap<String, PathBuf> {
    let files = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|found| found == extension))
        .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), file))
        .collect()
}

/// The type of a file, whose name begins with the type's: the longest one that does.
fn schema_of(file: &str) -> &'static Schema {
    let begins = |schema: &&&Schema| {
        let mut snake = String::new();
        for letter in schema.name.chars() {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        }
        file.starts_with(&snake)
    };
    Schema::ALL.iter().filter(begins).max_by_key(|schema| schema.name.len()).unwrap()
}

fn violations(file: &Path) -> Pairs {
    let name = file.file_name().unwrap().to_str().unwrap();
    common::violations_of_text(schema_of(name), &fs::read(file).unwrap())
}

#[test]
fn the_documents_own_samples_pass_or_fail_as_a_ruling_says() {
    let mut expected = BTreeMap::<String, Pairs>::new();
    for line in fs::read_to_string(folder("documents/expected_failures.txt")).unwrap().lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, path, code, ruling] = columns[..] else { panic!("{line}") };
        assert!(!ruling.is_empty(), "an expected failure without a ruling: {line}");
        expected.entry(file.to_owned()).or_default().push((path.to_owned(), code.to_owned()));
    }
    let samples = files("documents", "json");
    assert!(samples.len() >= 11, "only {} samples were found", samples.len());
    for (name, file) in &samples {
        assert_eq!(violations(file), expected.remove(name).unwrap_or_default(), "{name}");
    }
    assert_eq!(expected, BTreeMap::new(), "expected failures of files that are not there");
}

#[test]
fn the_valid_payloads_are_valid() {
    let payloads = files("valid", "json");
    assert!(payloads.len() >= 15, "only {} payloads were found", payloads.len());
    for (name, file) in payloads {
        assert_eq!(violations(&file), [], "{name}");
    }
}

#[test]
fn every_line_of_the_valid_orders_is_valid() {
    let orders = fs::read_to_string(folder("valid/orders.ndjson")).unwrap();
    assert_eq!(orders.lines().count(), 10);
    for line in orders.lines() {
        assert_eq!(common::violations_of_text(schema_of("order"), line.as_bytes()), []);
    }
}

#[test]
fn the_broken_payloads_have_exactly_the_violations_that_stand_beside_them() {
    let mut payloads = files("broken", "json");
    assert!(payloads.remove("malformed.json").is_some());
    assert!(payloads.len() >= 6, "only {} payloads were found", payloads.len());
    for (name, file) in payloads {
        let expected = common::pairs_in(&file.with_extension("violations.tsv"));
        assert_eq!(violations(&file), expected, "{name}");
    }
}

#[test]
fn the_malformed_payload_is_no_json() {
    let malformed = fs::read(folder("broken/malformed.json")).unwrap();
    let error =
        miniprogram_protocol::from_json::<miniprogram_protocol::dictionary::Order>(&malformed);
    assert!(error.unwrap_err().syntax().is_some());
}
