//! The conformance suite: `tests/conformance/*.json`, vectors for validators in any language.
//!
//! The file has these sections:
//!
//! - "Building the cases": the cases in `common/cases.rs` and `tests/cases`, malformed and
//!   well-formed JSON, and nesting. Add a new case to the function or table for its behavior.
//! - "Selecting cases" limits the size of the suite.
//! - "Turning cases into vectors" adds the descriptions and the expected violations.
//! - "Reading and writing the files": `UPDATE=1 cargo test --test conformance` writes all files.
//! - "Checking the coverage of the vectors" compares the vectors with `data/dictionary.tsv`.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may panic, and print the size of the suite"
)]

#[path = "common/cases.rs"]
mod cases;
mod common;

use cases::{BaseObject, Case, behaviors};
use miniprogram_protocol::{Policy, Schema};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Once,
};

/// Sorted `(pointer, code)` pairs.
type Pairs = Vec<(String, String)>;

/// A document of the suite with its expected violations.
struct TestVector {
    /// The field that the vector covers; empty if it covers the whole type.
    field: String,
    about: String,
    /// `true` if a validator must read the JSON text, rather than a parsed value, to find the same
    /// violations.
    needs_text: bool,
    json: String,
    violations: Pairs,
}

/// The vectors of one type.
struct TestSuite {
    schema: &'static Schema,
    vectors: Vec<TestVector>,
}

fn package_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn vector_file(schema: &Schema) -> PathBuf {
    package_root().join("tests/conformance").join(format!("{}.json", schema.name))
}

// Building the cases.

/// The name of a behavior, and the cases that test it.
type Behavior = (String, Vec<Case>);

macro_rules! behaviors_with_cases {
    ($( $behavior:ident: $cases:ident, $fields:literal; )+) => {
        vec![$((stringify!($behavior).replace('_', " "), cases::$cases(BaseObject::Minimal))),+]
    };
}

fn all_behaviors() -> Vec<Behavior> {
    let mut all: Vec<Behavior> = behaviors!(behaviors_with_cases);
    all.push(("rejects malformed JSON with one violation".to_owned(), malformed_json_cases()));
    all.push(("reads well-formed JSON at every position".to_owned(), well_formed_json_cases()));
    all.push(("limits nesting to 128 levels".to_owned(), nesting_cases()));
    all.push(("handwritten case".to_owned(), read_case_files()));
    all
}

/// Malformed JSON, grouped by kind of error. The first example of each kind is tested with every
/// type.
const MALFORMED_JSON: [(&str, &[&str]); 13] = [
    ("unexpected end", &["[1,", "", " ", "[", "{", "{\"a\"", "{\"a\":", "\"", "\"a\\", "-", "1e"]),
    (
        "not a value",
        &[
            "NaN",
            "Infinity",
            "-Infinity",
            "undefined",
            "True",
            "nulx",
            "'a'",
            "/* */ 1",
            "// \n1",
            "#1",
            "\u{a0}1",
            "\u{c}1",
            "[,]",
        ],
    ),
    ("malformed number", &["01", "-01", "+1", ".5", "1.", "1.e5", "1eE5", "--1", "0x10", "1_000"]),
    ("number out of range", &["1e400", "-1e400", "1.8e308", "[0,1e99999999999999999999]"]),
    (
        "malformed escape sequence",
        &[r#""\x41""#, r#""\a""#, r#""\'""#, r#""\u004g""#, r#""\u{41}""#],
    ),
    (
        "unpaired surrogate",
        &[
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\u0041""#,
            r#"{"\ud83d":1}"#,
        ],
    ),
    ("unescaped control character", &["\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1f}\"", "{\"\u{1}\":1}"]),
    ("not a member name", &["{a:1}", "{,}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1,}"]),
    ("missing colon", &["{\"a\" 1}", "{\"a\"}", "{\"a\",1}", "{\"a\"=1}"]),
    ("missing comma in an object", &["{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":1]"]),
    ("missing comma in an array", &["[1 2]", "[1}", "[1:2]", "[\"a\":1]"]),
    ("extra comma", &["[1,]", "[1,,2]", "{\"a\":1,,\"b\":2}"]),
    ("trailing characters", &["{}{}", "{}x", "1 2", "null,", "{}]", "{}\u{feff}"]),
];

/// Well-formed JSON that some parsers and writers handle incorrectly.
const WELL_FORMED_JSON: [&str; 22] = [
    " \t\r\n1\n",
    "{\r\n\t }",
    "[ ]",
    "-0",
    "-0.0",
    "0e0",
    "1E+5",
    "1e308",
    "1.7976931348623157e308",
    "5e-324",
    "1e-400",
    "0e99999999999999999999",
    "18446744073709551616",
    "123456789012345678901234567890",
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0000\u001f\uFFFF\uFDD0""#,
    r#""\ud83d\ude00\uD800\uDC00\uDBFF\uDFFF""#,
    "\"\u{7f}\u{80}\u{85}\u{2028}\u{202e}\u{feff}\u{ffff}\u{10ffff}\"",
    r#"{"":{"":[]}}"#,
    r#"{"a":1,"a":2,"\u0061":3}"#,
    r#"{"__proto__":{"constructor":null}}"#,
    r#"[null,true,1,"1",{},[[]]]"#,
];

const SYNTAX_VIOLATION: &[(&str, &str)] = &[("", "syntax")];

/// Formats a valid amount with an unknown field.
fn amount_with_unknown_field(value: &str) -> String {
    format!(r#"{{"currency":"USD","value":1,"unknown":{value}}}"#)
}

fn malformed_json_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, texts) in MALFORMED_JSON {
        for text in texts {
            let case = |about: &str, json| Case::new("Amount", "", about, json, SYNTAX_VIOLATION);
            cases.push(case(&format!("{kind}: {text}"), (*text).to_owned()));
            let about = format!("{kind}, in an unknown field: {text}");
            cases.push(case(&about, amount_with_unknown_field(text)));
            // Only the syntax error is reported, not the wrong type or the missing field.
            let about = format!("{kind}, in a known field: {text}");
            cases.push(case(&about, format!(r#"{{"value":{text}}}"#)));
        }
        cases.extend(
            Schema::ALL.iter().map(|schema| case_with_malformed_field(schema, kind, texts[0])),
        );
    }
    let marked = format!("\u{feff}{}", amount_with_unknown_field("1"));
    cases.push(Case::new("Amount", "", "byte order mark", marked, SYNTAX_VIOLATION));
    cases
}

/// Returns a case with a document that would be valid without the malformed JSON in its unknown
/// field.
fn case_with_malformed_field(schema: &'static Schema, kind: &str, text: &str) -> Case {
    let json = common::minimal_value(schema).to_string();
    let members = json.strip_prefix('{').unwrap();
    let comma = if members == "}" { "" } else { "," };
    let json = format!(r#"{{"unknown":{text}{comma}{members}"#);
    Case::new(
        schema.name,
        "",
        &format!("{kind}, in an unknown field: {text}"),
        json,
        SYNTAX_VIOLATION,
    )
}

fn well_formed_json_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for text in WELL_FORMED_JSON {
        let about = format!("in an unknown field: {text}");
        cases.push(Case::new("Amount", "", &about, amount_with_unknown_field(text), &[]));
        let json = format!(r#"{{"currency":[{text}],"value":1}}"#);
        let wrong = [("/currency", "type")];
        cases.push(Case::new("Amount", "currency", &format!("in an array: {text}"), json, &wrong));
    }
    let spaced = " \t\r\n{ \"value\"\n:\t1 ,\r\"currency\" : \"USD\" } \n";
    cases.push(Case::new("Amount", "", "whitespace", spaced.to_owned(), &[]));
    cases
}

fn nesting_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (opening, closing) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"":"#, "}]")] {
        let levels_per_opening = opening.matches(['[', '{']).count();
        for levels in [128, 129, 130, 1000] {
            // The amount itself is one level. The innermost number does not count as a level.
            let inner = (levels - 1) / levels_per_opening;
            let rest = (levels - 1) % levels_per_opening;
            let value = "[".repeat(rest) + &opening.repeat(inner) + "1";
            let value = value + &closing.repeat(inner) + &"]".repeat(rest);
            let about = format!("{levels} levels of {opening}");
            let (unknown, known) = if levels > 128 {
                (SYNTAX_VIOLATION, SYNTAX_VIOLATION)
            } else {
                (&[][..], TYPE_VIOLATION)
            };
            cases.push(Case::new("Amount", "", &about, amount_with_unknown_field(&value), unknown));
            let json = format!(r#"{{"currency":"USD","value":{value}}}"#);
            cases.push(Case::new("Amount", "value", &about, json, known));
        }
    }
    cases
}

const TYPE_VIOLATION: &[(&str, &str)] = &[("/value", "type")];

/// Reads the cases in `tests/cases`.
fn read_case_files() -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let Ok(directory) = fs::read_dir(package_root().join("tests/cases").join(schema.name))
        else {
            continue;
        };
        let files = directory.map(|entry| entry.unwrap().path());
        let documents: BTreeSet<_> =
            files.filter(|file| file.extension().is_some_and(|name| name == "json")).collect();
        cases.extend(documents.iter().map(|file| read_case_file(schema, file)));
    }
    cases
}

fn read_case_file(schema: &'static Schema, file: &Path) -> Case {
    let json = fs::read_to_string(file).unwrap();
    let expected = fs::read_to_string(file.with_extension("tsv")).unwrap();
    let expected: Vec<_> = expected.lines().map(|line| line.split_once('\t').unwrap()).collect();
    let about = file.file_stem().unwrap().to_str().unwrap().replace('_', " ");
    Case::new(schema.name, "", &about, json, &expected)
}

// Selecting cases.

/// The maximum size of a document in bytes. Without this limit, the suite would be three times as
/// large.
const MAX_BYTES: usize = 13_000;
/// The size in bytes above which a document counts as long.
const LONG_BYTES: usize = 1_000;
/// The maximum number of long documents for one field and behavior.
const MAX_LONG_DOCUMENTS: usize = 9;

/// Returns the maximum number of documents for one field and behavior. Only behaviors with many
/// similar documents have a limit.
fn max_cases(behavior: &str) -> usize {
    match behavior {
        "rejects every other json type" => 12,
        "matches field names exactly" => 4,
        "rejects forbidden characters at every position" => 20,
        "reports length and forbidden character" => 9,
        "reports every element of wrong type" => 27,
        _ => usize::MAX,
    }
}

/// Keeps at most `max` of the cases for which `is_counted` returns true, evenly spaced, and all
/// other cases.
fn limit_cases(cases: Vec<Case>, max: usize, is_counted: fn(&Case) -> bool) -> Vec<Case> {
    let all = cases.iter().filter(|case| is_counted(case)).count();
    if all <= max {
        return cases;
    }
    let mut index = 0;
    let mut is_kept = |case: &Case| {
        let counted = is_counted(case);
        let kept = index * max % all < max;
        index += usize::from(counted);
        !counted || kept
    };
    cases.into_iter().filter(|case| is_kept(case)).collect()
}

/// Selects which cases of one field and behavior the suite contains.
fn select_cases(behavior: &str, cases: Vec<Case>) -> Vec<Case> {
    let cases = limit_cases(cases, max_cases(behavior), |_| true);
    limit_cases(cases, MAX_LONG_DOCUMENTS, |case| case.json.len() > LONG_BYTES)
}

/// Groups the cases by schema and field.
fn group_by_field(cases: Vec<Case>) -> BTreeMap<(&'static str, &'static str), Vec<Case>> {
    let mut fields: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for case in cases.into_iter().filter(|case| case.json.len() <= MAX_BYTES) {
        fields.entry((case.schema, case.field)).or_default().push(case);
    }
    fields
}

// Turning cases into vectors.

fn generated_suites() -> Vec<TestSuite> {
    let mut suites: BTreeMap<&str, Vec<TestVector>> = BTreeMap::new();
    for (behavior, cases) in all_behaviors() {
        for ((schema, _), cases) in group_by_field(cases) {
            let vectors = suites.entry(schema).or_default();
            vectors.extend(
                select_cases(&behavior, cases)
                    .into_iter()
                    .map(|case| case_to_vector(&behavior, case)),
            );
        }
    }
    let suite = |schema: &&'static Schema| {
        let mut vectors = suites.remove(schema.name).unwrap();
        // Group the vectors by field, and remove duplicates.
        let index = |name: &str| schema.fields.iter().position(|field| field.name == name);
        vectors.sort_by_key(|vector| index(&vector.field));
        let mut seen = BTreeSet::new();
        vectors.retain(|vector| seen.insert((vector.field.clone(), vector.json.clone())));
        TestSuite { schema, vectors }
    };
    Schema::ALL.iter().map(suite).collect()
}

fn case_to_vector(behavior: &str, case: Case) -> TestVector {
    let schema = Schema::by_name(case.schema).unwrap();
    TestVector {
        field: case.field.to_owned(),
        about: format!("{behavior}: {}", summarize(&case.about)),
        needs_text: needs_text(schema, &case.json, &case.expected),
        json: case.json,
        violations: case.expected,
    }
}

/// Shortens a string: replaces long runs of a character with a count, as in `a×257`, and truncates
/// the result.
fn summarize(string: &str) -> String {
    let characters: Vec<_> = string.chars().collect();
    let mut summary = String::new();
    for run in characters.chunk_by(|one, other| one == other) {
        match run.len() {
            16.. => write!(summary, "{}×{}", run[0], run.len()).unwrap(),
            _ => summary.extend(run),
        }
    }
    match summary.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &summary[..end]),
        None => summary,
    }
}

/// Returns `true` if the violations change after a round trip through a parser like JavaScript's,
/// which keeps the last of several duplicates and represents numbers as doubles.
fn needs_text(schema: &Schema, json: &str, expected: &Pairs) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return true };
    let doubles = format_with_doubles(&value);
    // A double cannot distinguish `i64::MAX` from `i64::MAX + 1`, so a value just above the limit
    // appears to be valid.
    let clamped = doubles.replace(":9223372036854775808", ":9223372036854775807");
    [doubles, clamped].iter().any(|json| reported_violations(schema, json) != *expected)
}

/// Formats a value as JSON, with its numbers converted to doubles.
fn format_with_doubles(value: &Value) -> String {
    match value {
        Value::Number(number) => format_double(number.as_f64().unwrap()),
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(format_with_doubles).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(members) => {
            let member = |(name, value)| {
                format!("{}:{}", Value::from(String::clone(name)), format_with_doubles(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

fn format_double(number: f64) -> String {
    let whole = number.fract() == 0.0 && number.abs() < 1e21;
    // Adding zero turns -0.0 into 0.0.
    if whole { format!("{:.0}", number + 0.0) } else { format!("{number:e}") }
}

// Reading and writing the files.

/// Quotes and escapes a string as JSON, with escape sequences for all invisible characters.
fn quote(string: &str) -> String {
    let mut quoted = String::new();
    for character in Value::from(string).to_string().chars() {
        match character {
            '\u{7f}'..='\u{a0}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{10fff0}'..='\u{10ffff}' => {
                for half in character.encode_utf16(&mut [0; 2]) {
                    write!(quoted, "\\u{half:04x}").unwrap();
                }
            }
            visible => quoted.push(visible),
        }
    }
    quoted
}

impl TestVector {
    fn to_json(&self) -> String {
        let violation = |(path, code): &(String, String)| {
            format!(r#"{{"path":{},"code":{}}}"#, quote(path), quote(code))
        };
        format!(
            r#"{{"field":{},"about":{},{}"json":{},"violations":[{}]}}"#,
            quote(&self.field),
            quote(&self.about),
            if self.needs_text { r#""needs":["text"],"# } else { "" },
            quote(&self.json),
            self.violations.iter().map(violation).collect::<Vec<_>>().join(",")
        )
    }

    fn from_json(value: &Value) -> Self {
        let string = |value: &Value| value.as_str().unwrap().to_owned();
        let violations = value["violations"].as_array().unwrap().iter();
        Self {
            field: string(&value["field"]),
            about: string(&value["about"]),
            needs_text: value.get("needs").is_some(),
            json: string(&value["json"]),
            violations: violations.map(|v| (string(&v["path"]), string(&v["code"]))).collect(),
        }
    }
}

impl TestSuite {
    /// Returns the content of the file, with one vector per line.
    fn to_json(&self) -> String {
        let lines: Vec<_> = self.vectors.iter().map(TestVector::to_json).collect();
        format!("{{\"type\":\"{}\",\"vectors\":[\n{}\n]}}\n", self.schema.name, lines.join(",\n"))
    }

    fn from_file(file: &Path) -> Self {
        let suite: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let schema = Schema::by_name(suite["type"].as_str().unwrap()).unwrap();
        let vectors =
            suite["vectors"].as_array().unwrap().iter().map(TestVector::from_json).collect();
        Self { schema, vectors }
    }
}

/// Writes the files if the environment variable `UPDATE` is set, before any test reads them.
fn update_files() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("UPDATE").is_some() {
            for suite in generated_suites() {
                fs::write(vector_file(suite.schema), suite.to_json()).unwrap();
            }
        }
    });
}

fn committed_suites() -> Vec<TestSuite> {
    update_files();
    let files = fs::read_dir(package_root().join("tests/conformance")).unwrap();
    let files: BTreeSet<_> = files.map(|entry| entry.unwrap().path()).collect();
    let suites = files.iter().filter(|file| !file.ends_with("README.md"));
    suites.map(|file| TestSuite::from_file(file)).collect()
}

/// Returns the violations that this crate reports for a document.
fn reported_violations(schema: &Schema, json: &str) -> Pairs {
    let Err(error) = schema.check_json_with(json.as_bytes(), &Policy::strict()) else {
        return Pairs::new();
    };
    match error.syntax() {
        Some(_) => vec![(String::new(), "syntax".to_owned())],
        None => common::sorted_paths_and_codes(error.violations()),
    }
}

#[test]
fn keeps_committed_vectors_up_to_date() {
    update_files();
    for suite in generated_suites() {
        let committed = fs::read_to_string(vector_file(suite.schema)).unwrap_or_default();
        let name = suite.schema.name;
        // `assert_eq!` would print megabytes of JSON.
        assert!(committed == suite.to_json(), "{name}.json is out of date: run with UPDATE=1");
    }
    assert_eq!(committed_suites().len(), Schema::ALL.len(), "unexpected file in tests/conformance");
}

#[test]
fn reports_violations_of_every_vector() {
    let mut failures = String::new();
    let mut count = 0;
    for suite in committed_suites() {
        for vector in &suite.vectors {
            let reported = reported_violations(suite.schema, &vector.json);
            if reported != vector.violations {
                count += 1;
                let TestVector { field, about, violations, .. } = vector;
                let title = format!("{} {field}: {about}", suite.schema.name);
                writeln!(failures, "{title}: expected {violations:?}, found {reported:?}").unwrap();
            }
        }
    }
    assert_eq!(count, 0, "failed vectors:\n{failures:.8000}");
}

#[test]
fn sorts_violations_of_vectors() {
    for vector in committed_suites().iter().flat_map(|suite| &suite.vectors) {
        assert!(vector.violations.is_sorted(), "{}", vector.about);
    }
}

#[test]
fn marks_vectors_that_need_text() {
    let suites = committed_suites();
    let vectors: Vec<_> = suites.iter().flat_map(|suite| &suite.vectors).collect();
    for vector in &vectors {
        let mut codes = vector.violations.iter().map(|(_, code)| code.as_str());
        if codes.any(|code| code == "syntax" || code == "duplicate") {
            assert!(vector.needs_text, "{}", vector.about);
        }
    }
    let marked = vectors.iter().filter(|vector| vector.needs_text).count();
    assert!(marked * 3 < vectors.len(), "{marked} of {} vectors need text", vectors.len());
}

#[test]
fn contains_enough_vectors_within_size_limit() {
    let (mut vectors, mut rejected, mut text, mut bytes) = (0, 0, 0, 0);
    for TestSuite { schema, vectors: suite_vectors } in committed_suites() {
        let size = fs::metadata(vector_file(schema)).unwrap().len();
        println!("{:>6} vectors, {size:>7} bytes: {}", suite_vectors.len(), schema.name);
        vectors += suite_vectors.len();
        rejected += suite_vectors.iter().filter(|vector| !vector.violations.is_empty()).count();
        text += suite_vectors.iter().filter(|vector| vector.needs_text).count();
        bytes += size;
    }
    println!("{vectors:>6} vectors, {bytes:>7} bytes, {rejected} rejected, {text} that need text");
    assert!(vectors >= 1_500 && bytes < 16_000_000);
}

// Checking the coverage of the vectors.

const DICTIONARY_TSV: &str = include_str!("data/dictionary.tsv");
const CROSS_FIELD_RULES_TSV: &str = include_str!("data/cross_field_rules.tsv");

/// A line of `dictionary.tsv`: the non-empty cells by column name.
type SpecifiedField = BTreeMap<&'static str, &'static str>;

fn specified_fields() -> Vec<SpecifiedField> {
    let mut lines = DICTIONARY_TSV.lines();
    let columns: Vec<_> = lines.next().unwrap().split('\t').collect();
    let field = |line: &'static str| {
        let cells = columns.iter().copied().zip(line.split('\t'));
        cells.filter(|(_, cell)| !cell.is_empty()).collect()
    };
    lines.map(field).collect()
}

/// The value and the violations of the field that a vector covers.
struct FieldResult {
    /// The JSON of the value, if the field is present.
    value: Option<String>,
    /// The codes reported for the field itself.
    codes: BTreeSet<String>,
    /// The codes reported for the elements of its array.
    element_codes: BTreeSet<String>,
}

impl FieldResult {
    /// Returns the value and the violations of the field, or `None` if the document is malformed.
    fn from_vector(vector: &TestVector) -> Option<Self> {
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&vector.json).ok()?;
        let value = members.get(&vector.field).map(|value| value.get().to_owned());
        let own = format!("/{}", vector.field);
        let (mut codes, mut element_codes) = (BTreeSet::new(), BTreeSet::new());
        for (path, code) in &vector.violations {
            match path.strip_prefix(&own) {
                Some("") => _ = codes.insert(code.clone()),
                Some(element) if element[1..].parse::<usize>().is_ok() => {
                    element_codes.insert(code.clone());
                }
                _ => {}
            }
        }
        Some(Self { value, codes, element_codes })
    }

    fn satisfies(&self, code: &str) -> bool {
        !self.codes.contains(code)
    }

    fn violates_only(&self, code: &str) -> bool {
        self.codes.len() == 1 && self.codes.contains(code)
    }

    fn is_accepted(&self) -> bool {
        self.codes.is_empty() && self.element_codes.is_empty()
    }

    fn string(&self) -> Option<String> {
        serde_json::from_str(self.value.as_deref()?).ok()
    }

    /// Returns `true` if the value is a string of the given number of characters, each encoded in
    /// `bytes` bytes.
    fn is_string_with(&self, characters: usize, bytes: usize) -> bool {
        self.string().is_some_and(|string| {
            string.chars().count() == characters && string.chars().all(|c| c.len_utf8() == bytes)
        })
    }

    fn elements(&self) -> Option<Vec<Value>> {
        serde_json::from_str(self.value.as_deref()?).ok()
    }

    /// Returns `true` if the value is an array that contains a string of the given number of
    /// characters.
    fn has_element_with_length(&self, characters: usize) -> bool {
        let has_length = |element: &Value| {
            element.as_str().is_some_and(|string| string.chars().count() == characters)
        };
        self.elements().is_some_and(|elements| elements.iter().any(has_length))
    }

    fn json_type(&self) -> &'static str {
        match self.value.as_deref().map(|value| value.as_bytes()[0]) {
            None => "absent",
            Some(b'"') => "string",
            Some(b'[') => "array",
            Some(b'{') => "object",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            _ => "number",
        }
    }
}

/// Compares the vectors of a field with the constraints of the specification.
struct FieldCoverage<'a> {
    specified: &'a SpecifiedField,
    results: Vec<FieldResult>,
    /// The number of constraints that the field can violate.
    constraints: usize,
    /// Descriptions of the required vectors that do not exist.
    missing: Vec<String>,
}

impl FieldCoverage<'_> {
    fn cell(&self, column: &str) -> Option<&'static str> {
        self.specified.get(column).copied()
    }

    fn number(&self, column: &str) -> Option<usize> {
        self.cell(column).map(|cell| cell.parse().unwrap())
    }

    /// Records a vector as missing if no vector of the field matches.
    fn require(&mut self, description: &str, matches: impl Fn(&FieldResult) -> bool) {
        if !self.results.iter().any(matches) {
            let (table, field) = (self.specified["table"], self.specified["field"]);
            self.missing.push(format!("{table} {field}: {description}"));
        }
    }

    /// Requires a vector that violates the constraint and one that satisfies it.
    fn require_both(
        &mut self,
        code: &str,
        violates: impl Fn(&FieldResult) -> bool,
        satisfies: impl Fn(&FieldResult) -> bool,
    ) {
        self.constraints += 1;
        self.require(&format!("violated {code}"), |seen| violates(seen) && !seen.satisfies(code));
        self.require(&format!("satisfied {code}"), |seen| satisfies(seen) && seen.satisfies(code));
    }

    fn check(&mut self) {
        self.check_types();
        self.check_presence();
        self.require_both("duplicate", |_| true, |seen| seen.value.is_some());
        self.check_lengths();
        self.check_characters();
        self.check_values();
        self.check_ranges();
        self.check_arrays();
        self.check_formats();
    }

    fn check_types(&mut self) {
        let own = match self.cell("type").unwrap() {
            "String" | "Datetime" => "string",
            "Integer" => "number",
            "Boolean" => "boolean",
            array if array.starts_with("Array") => "array",
            _ => "object",
        };
        for other in ["string", "number", "boolean", "array", "object"] {
            if other != own {
                let is_other =
                    |seen: &FieldResult| seen.json_type() == other && seen.violates_only("type");
                self.require(&format!("type of {other}"), is_other);
            }
        }
        self.require_both("type", |_| true, |seen| seen.json_type() == own && seen.is_accepted());
    }

    fn check_presence(&mut self) {
        let codes: &[&str] = match (self.specified["field"], self.specified["required"]) {
            (_, "yes") => &["required"],
            ("longitude" | "latitude", _) => &["dependentRequired"],
            _ => &[],
        };
        for state in ["absent", "null"] {
            self.require(state, |seen| seen.json_type() == state && seen.codes.iter().eq(codes));
        }
        for code in codes {
            self.require_both(code, |_| true, |seen| seen.value.is_some() && seen.is_accepted());
        }
    }

    fn check_lengths(&mut self) {
        for bytes in [1, 3] {
            if let Some(max) = self.number("max_length") {
                let violates = |seen: &FieldResult| seen.is_string_with(max + 1, bytes);
                self.require_both("maxLength", violates, |seen| seen.is_string_with(max, bytes));
            }
            if let Some(min) = self.number("min_length") {
                let violates = |seen: &FieldResult| seen.is_string_with(min - 1, bytes);
                self.require_both("minLength", violates, |seen| seen.is_string_with(min, bytes));
            }
        }
        // For long fields, strings of four-byte characters would exceed the size limit of the
        // suite.
        if let Some(max) = self.number("max_length").filter(|max| *max <= 2048) {
            let violates = |seen: &FieldResult| seen.is_string_with(max + 1, 4);
            self.require_both("maxLength", violates, |seen| seen.is_string_with(max, 4));
        }
    }

    fn check_characters(&mut self) {
        if self.cell("characters") == Some("no_special_characters") {
            for (forbidden, similar) in [('@', '＠'), ('#', '＃'), ('?', '？')] {
                let contains_only = |seen: &FieldResult, this: char| {
                    let others = ['@', '#', '?'].into_iter().filter(|other| *other != this);
                    let string = seen.string().unwrap_or_default();
                    string.contains(this) && !string.contains(others.collect::<Vec<_>>().as_slice())
                };
                let violates = |seen: &FieldResult| contains_only(seen, forbidden);
                self.require_both("forbiddenCharacter", violates, |seen| {
                    contains_only(seen, similar)
                });
            }
        }
    }

    fn check_values(&mut self) {
        let Some(values) = self.cell("values") else { return };
        let listed: Vec<_> = values.split('|').filter(|value| *value != "*").collect();
        for value in &listed {
            let is_value =
                |seen: &FieldResult| seen.string().as_deref() == Some(*value) && seen.is_accepted();
            self.require(&format!("the value {value}"), is_value);
        }
        let is_other =
            |seen: &FieldResult| seen.string().is_some_and(|string| !listed.contains(&&*string));
        if values.ends_with('*') {
            self.require("an unknown value", |seen| is_other(seen) && seen.is_accepted());
        } else {
            self.require_both("enum", is_other, FieldResult::is_accepted);
        }
    }

    fn check_ranges(&mut self) {
        if self.cell("type") != Some("Integer") {
            return;
        }
        // Without a specified limit, the range of 64-bit integers applies (V10).
        let limit =
            |cell: Option<&str>, default: i64| cell.map_or(default, |cell| cell.parse().unwrap());
        let minimum = i128::from(limit(self.cell("minimum"), i64::MIN));
        let maximum = i128::from(limit(self.cell("maximum"), i64::MAX));
        let is = |seen: &FieldResult, value: i128| seen.value == Some(value.to_string());
        self.require_both("minimum", |seen| is(seen, minimum - 1), |seen| is(seen, minimum));
        self.require_both("maximum", |seen| is(seen, maximum + 1), |seen| is(seen, maximum));
    }

    fn check_arrays(&mut self) {
        if let Some(max) = self.number("max_items") {
            let has =
                |seen: &FieldResult, length| seen.elements().is_some_and(|all| all.len() == length);
            self.require_both("maxItems", |seen| has(seen, max + 1), |seen| has(seen, max));
        }
        if let Some(max) = self.number("element_max_length") {
            self.constraints += 1;
            self.require("an element that is too long", |seen| {
                seen.has_element_with_length(max + 1) && seen.element_codes.contains("maxLength")
            });
            self.require("the longest element", |seen| {
                seen.has_element_with_length(max) && seen.is_accepted()
            });
        }
    }

    fn check_formats(&mut self) {
        if self.cell("format").is_some() {
            let is_present =
                |seen: &FieldResult| seen.string().is_some_and(|string| !string.is_empty());
            let is_valid = |seen: &FieldResult| is_present(seen) && seen.is_accepted();
            self.require_both(
                "format",
                |seen| is_present(seen) && seen.violates_only("format"),
                is_valid,
            );
        }
    }
}

#[test]
fn covers_every_constraint_of_every_field() {
    let suites = committed_suites();
    let (mut fields, mut constraints, mut missing) = (0, 0, Vec::new());
    for specified in &specified_fields() {
        let suite = suites.iter().find(|suite| suite.schema.name == specified["table"]).unwrap();
        let about = suite.vectors.iter().filter(|vector| vector.field == specified["field"]);
        let results = about.filter_map(FieldResult::from_vector).collect();
        let mut coverage =
            FieldCoverage { specified, results, constraints: 0, missing: Vec::new() };
        coverage.check();
        fields += 1;
        constraints += coverage.constraints;
        missing.extend(coverage.missing);
    }
    println!("{fields} fields, {constraints} constraints");
    assert!(missing.is_empty(), "no vectors for:\n{}", missing.join("\n"));
    assert_eq!(fields, 152);
}

#[test]
fn covers_every_cross_field_rule() {
    let suites = committed_suites();
    for line in CROSS_FIELD_RULES_TSV.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let (table, code, fields) = (cells[0], cells[1], cells[2]);
        let suite = suites.iter().find(|suite| suite.schema.name == table).unwrap();
        let fields: BTreeSet<_> =
            fields.split('|').filter_map(|name| name.split('/').next()).collect();
        let about = |vector: &&TestVector| fields.contains(&*vector.field);
        let vectors: Vec<_> = suite.vectors.iter().filter(about).collect();
        let (invalid, valid): (Vec<_>, Vec<_>) = vectors
            .into_iter()
            .partition(|vector| vector.violations.iter().any(|violation| violation.1 == code));
        assert!(!invalid.is_empty(), "{line}");
        assert!(valid.iter().any(|vector| vector.violations.is_empty()), "{line}");
    }
}
