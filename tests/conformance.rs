//! The conformance suite: `tests/conformance/*.json`, vectors that any language can run. They are
//! written here, run here as others would run them, and held against the documents' tables.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise, and tell how much they have looked at"
)]

#[path = "common/cases.rs"]
mod cases;
mod common;

use cases::{Base, Case, behaviours};
use miniprogram_protocol::{Policy, Schema};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Once,
};

/// Sorted pairs of pointer and code.
type Pairs = Vec<(String, String)>;

/// A document of the suite, as its file has it.
struct Vector {
    /// The row that it is about; empty if it is about the whole type.
    row: String,
    about: String,
    /// Whether its verdict is lost on those who see parsed values alone.
    needs_text: bool,
    json: String,
    violations: Pairs,
}

/// The vectors of one type.
struct Suite {
    schema: &'static Schema,
    vectors: Vec<Vector>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(schema: &Schema) -> PathBuf {
    root().join("tests/conformance").join(format!("{}.json", schema.name))
}

// What the suite is made of.

/// Documents, and the sentence that they illustrate.
type Behaviour = (String, Vec<Case>);

macro_rules! list {
    ($( $behaviour:ident: $cases:ident, $rows:literal; )+) => {
        vec![$((stringify!($behaviour).replace('_', " "), cases::$cases(Base::Small))),+]
    };
}

fn all_behaviours() -> Vec<Behaviour> {
    let mut all: Vec<Behaviour> = behaviours!(list);
    all.push(("what is no JSON is syntax and nothing else".to_owned(), malformed()));
    all.push(("what is JSON is read wherever it stands".to_owned(), well_formed()));
    all.push(("arrays and objects are nested 128 levels deep and no deeper".to_owned(), depths()));
    all.push(("a case written by hand".to_owned(), cases_by_hand()));
    all
}

/// Texts that are no JSON, by the kind of their fault. Of each kind the first one is put into
/// every type.
const MALFORMED: [(&str, &[&str]); 13] = [
    ("an early end", &["[1,", "", " ", "[", "{", "{\"a\"", "{\"a\":", "\"", "\"a\\", "-", "1e"]),
    (
        "no value",
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
    (
        "a malformed number",
        &["01", "-01", "+1", ".5", "1.", "1.e5", "1eE5", "--1", "0x10", "1_000"],
    ),
    ("a number out of range", &["1e400", "-1e400", "1.8e308", "[0,1e99999999999999999999]"]),
    ("a malformed escape", &[r#""\x41""#, r#""\a""#, r#""\'""#, r#""\u004g""#, r#""\u{41}""#]),
    (
        "half of a surrogate pair",
        &[
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\u0041""#,
            r#"{"\ud83d":1}"#,
        ],
    ),
    ("a control character", &["\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1f}\"", "{\"\u{1}\":1}"]),
    ("no member name", &["{a:1}", "{,}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1,}"]),
    ("no colon", &["{\"a\" 1}", "{\"a\"}", "{\"a\",1}", "{\"a\"=1}"]),
    ("no comma in an object", &["{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":1]"]),
    ("no comma in an array", &["[1 2]", "[1}", "[1:2]", "[\"a\":1]"]),
    ("a comma too many", &["[1,]", "[1,,2]", "{\"a\":1,,\"b\":2}"]),
    ("something after the value", &["{}{}", "{}x", "1 2", "null,", "{}]", "{}\u{feff}"]),
];

/// Texts that are JSON, though some readers or writers of JSON stumble over them.
const WELL_FORMED: [&str; 22] = [
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

const SYNTAX: &[(&str, &str)] = &[("", "syntax")];

/// A valid amount with an unknown member.
fn amount_with(value: &str) -> String {
    format!(r#"{{"currency":"USD","value":1,"unknown":{value}}}"#)
}

fn malformed() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, texts) in MALFORMED {
        for text in texts {
            let case = |about: &str, json| Case::new("Amount", "", about, json, SYNTAX);
            cases.push(case(&format!("{kind}: {text}"), (*text).to_owned()));
            let about = format!("{kind}, in an unknown member: {text}");
            cases.push(case(&about, amount_with(text)));
            // Neither the wrong type of the value nor what is missing is told of.
            let about = format!("{kind}, at a row: {text}");
            cases.push(case(&about, format!(r#"{{"value":{text}}}"#)));
        }
        cases.extend(Schema::ALL.iter().map(|schema| malformed_member(schema, kind, texts[0])));
    }
    let marked = format!("\u{feff}{}", amount_with("1"));
    cases.push(Case::new("Amount", "", "a byte order mark", marked, SYNTAX));
    cases
}

/// A valid value of the type, but for what its unknown member is.
fn malformed_member(schema: &'static Schema, kind: &str, text: &str) -> Case {
    let json = common::smallest(schema).to_string();
    let members = json.strip_prefix('{').unwrap();
    let comma = if members == "}" { "" } else { "," };
    let json = format!(r#"{{"unknown":{text}{comma}{members}"#);
    Case::new(schema.name, "", &format!("{kind}, in an unknown member: {text}"), json, SYNTAX)
}

fn well_formed() -> Vec<Case> {
    let mut cases = Vec::new();
    for text in WELL_FORMED {
        let about = format!("in an unknown member: {text}");
        cases.push(Case::new("Amount", "", &about, amount_with(text), &[]));
        let json = format!(r#"{{"currency":[{text}],"value":1}}"#);
        let wrong = [("/currency", "type")];
        cases.push(Case::new("Amount", "currency", &format!("in an array: {text}"), json, &wrong));
    }
    let spaced = " \t\r\n{ \"value\"\n:\t1 ,\r\"currency\" : \"USD\" } \n";
    cases.push(Case::new("Amount", "", "blanks", spaced.to_owned(), &[]));
    cases
}

fn depths() -> Vec<Case> {
    let mut cases = Vec::new();
    for (opening, closing) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"":"#, "}]")] {
        let levels_of_one = opening.matches(['[', '{']).count();
        for levels in [128, 129, 130, 1000] {
            // One level is the amount's own. The innermost value is no level.
            let inner = (levels - 1) / levels_of_one;
            let rest = (levels - 1) % levels_of_one;
            let value = "[".repeat(rest) + &opening.repeat(inner) + "1";
            let value = value + &closing.repeat(inner) + &"]".repeat(rest);
            let about = format!("{levels} levels of {opening}");
            let (unknown, row) = if levels > 128 { (SYNTAX, SYNTAX) } else { (&[][..], WRONG) };
            cases.push(Case::new("Amount", "", &about, amount_with(&value), unknown));
            let json = format!(r#"{{"currency":"USD","value":{value}}}"#);
            cases.push(Case::new("Amount", "value", &about, json, row));
        }
    }
    cases
}

const WRONG: &[(&str, &str)] = &[("/value", "type")];

/// The documents of `tests/cases`.
fn cases_by_hand() -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let Ok(folder) = fs::read_dir(root().join("tests/cases").join(schema.name)) else {
            continue;
        };
        let files = folder.map(|entry| entry.unwrap().path());
        let documents: BTreeSet<_> =
            files.filter(|file| file.extension().is_some_and(|name| name == "json")).collect();
        cases.extend(documents.iter().map(|file| case_by_hand(schema, file)));
    }
    cases
}

fn case_by_hand(schema: &'static Schema, file: &Path) -> Case {
    let json = fs::read_to_string(file).unwrap();
    let expected = fs::read_to_string(file.with_extension("tsv")).unwrap();
    let expected: Vec<_> = expected.lines().map(|line| line.split_once('\t').unwrap()).collect();
    let about = file.file_stem().unwrap().to_str().unwrap().replace('_', " ");
    Case::new(schema.name, "", &about, json, &expected)
}

// What of it is committed.

/// Documents of more bytes are left out: with them the suite would be thrice as large.
const LONGEST: usize = 13_000;
/// Of documents of more bytes, only a few are kept of each row and behaviour.
const LONG: usize = 1_000;
const LONG_ONES: usize = 9;

/// How many documents of a behaviour are kept of each row. All, but where many show the same.
fn most(behaviour: &str) -> usize {
    match behaviour {
        "every other json type is type alone" => 12,
        "a row is known by its exact name alone" => 4,
        "each forbidden character is reported wherever it stands" => 20,
        "too long and forbidden are both reported" => 9,
        "every wrong element is reported" => 27,
        _ => usize::MAX,
    }
}

/// Of those that are counted `most` are kept, evenly spread from the first one; and all others.
fn thinned(cases: Vec<Case>, most: usize, is_counted: fn(&Case) -> bool) -> Vec<Case> {
    let all = cases.iter().filter(|case| is_counted(case)).count();
    if all <= most {
        return cases;
    }
    let mut index = 0;
    let mut is_kept = |case: &Case| {
        let counted = is_counted(case);
        let kept = index * most % all < most;
        index += usize::from(counted);
        !counted || kept
    };
    cases.into_iter().filter(|case| is_kept(case)).collect()
}

/// What is committed of the documents that show one behaviour in one row.
fn chosen(behaviour: &str, cases: Vec<Case>) -> Vec<Case> {
    let cases = thinned(cases, most(behaviour), |_| true);
    thinned(cases, LONG_ONES, |case| case.json.len() > LONG)
}

/// The cases by table and row.
fn by_row(cases: Vec<Case>) -> BTreeMap<(&'static str, &'static str), Vec<Case>> {
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for case in cases.into_iter().filter(|case| case.json.len() <= LONGEST) {
        rows.entry((case.table, case.row)).or_default().push(case);
    }
    rows
}

fn generated() -> Vec<Suite> {
    let mut suites: BTreeMap<&str, Vec<Vector>> = BTreeMap::new();
    for (behaviour, cases) in all_behaviours() {
        for ((table, _), cases) in by_row(cases) {
            let vectors = suites.entry(table).or_default();
            vectors
                .extend(chosen(&behaviour, cases).into_iter().map(|case| vector(&behaviour, case)));
        }
    }
    let suite = |schema: &&'static Schema| {
        let mut vectors = suites.remove(schema.name).unwrap();
        // What is said of one row stands together, and nothing is said twice.
        let row = |name: &str| schema.fields.iter().position(|field| field.name == name);
        vectors.sort_by_key(|vector| row(&vector.row));
        let mut seen = BTreeSet::new();
        vectors.retain(|vector| seen.insert((vector.row.clone(), vector.json.clone())));
        Suite { schema, vectors }
    };
    Schema::ALL.iter().map(suite).collect()
}

fn vector(behaviour: &str, case: Case) -> Vector {
    let schema = Schema::by_name(case.table).unwrap();
    Vector {
        row: case.row.to_owned(),
        about: format!("{behaviour}: {}", summary(&case.about)),
        needs_text: needs_text(schema, &case.json, &case.expected),
        json: case.json,
        violations: case.expected,
    }
}

/// A text, in which a character that stands many times in a row is counted: `a×257`.
fn summary(text: &str) -> String {
    let characters: Vec<_> = text.chars().collect();
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

/// Whether the verdict may be another one of what a reader leaves of the document that takes the last
/// of duplicates and a double for each number, as that of JavaScript does.
fn needs_text(schema: &Schema, json: &str, expected: &Pairs) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return true };
    let doubles = in_doubles(&value);
    // The greatest integer, as a limit, becomes this double, too: then what is above it is within.
    let within = doubles.replace(":9223372036854775808", ":9223372036854775807");
    [doubles, within].iter().any(|json| reported(schema, json) != *expected)
}

/// The JSON text of a value whose numbers have become doubles.
fn in_doubles(value: &Value) -> String {
    match value {
        Value::Number(number) => double(number.as_f64().unwrap()),
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(in_doubles).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(members) => {
            let member = |(name, value)| {
                format!("{}:{}", Value::from(String::clone(name)), in_doubles(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

fn double(number: f64) -> String {
    let whole = number.fract() == 0.0 && number.abs() < 1e21;
    // Minus zero plus zero is zero.
    if whole { format!("{:.0}", number + 0.0) } else { format!("{number:e}") }
}

// How it is written and read.

/// The JSON text of a string, in which only what can be seen stands for itself.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for character in Value::from(text).to_string().chars() {
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

impl Vector {
    fn line(&self) -> String {
        let violation = |(path, code): &(String, String)| {
            format!(r#"{{"path":{},"code":{}}}"#, quoted(path), quoted(code))
        };
        format!(
            r#"{{"row":{},"about":{},{}"json":{},"violations":[{}]}}"#,
            quoted(&self.row),
            quoted(&self.about),
            if self.needs_text { r#""needs":["text"],"# } else { "" },
            quoted(&self.json),
            self.violations.iter().map(violation).collect::<Vec<_>>().join(",")
        )
    }

    fn read(value: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let violations = value["violations"].as_array().unwrap().iter();
        Self {
            row: text(&value["row"]),
            about: text(&value["about"]),
            needs_text: value.get("needs").is_some(),
            json: text(&value["json"]),
            violations: violations.map(|v| (text(&v["path"]), text(&v["code"]))).collect(),
        }
    }
}

impl Suite {
    /// The file: one vector a line.
    fn text(&self) -> String {
        let lines: Vec<_> = self.vectors.iter().map(Vector::line).collect();
        format!("{{\"type\":\"{}\",\"vectors\":[\n{}\n]}}\n", self.schema.name, lines.join(",\n"))
    }

    fn read(file: &Path) -> Self {
        let suite: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let schema = Schema::by_name(suite["type"].as_str().unwrap()).unwrap();
        let vectors = suite["vectors"].as_array().unwrap().iter().map(Vector::read).collect();
        Self { schema, vectors }
    }
}

/// With `UPDATE=1` in the environment the files are written, before any test reads them.
fn update() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("UPDATE").is_some() {
            for suite in generated() {
                fs::write(file(suite.schema), suite.text()).unwrap();
            }
        }
    });
}

fn committed() -> Vec<Suite> {
    update();
    let files = fs::read_dir(root().join("tests/conformance")).unwrap();
    let files: BTreeSet<_> = files.map(|entry| entry.unwrap().path()).collect();
    let suites = files.iter().filter(|file| !file.ends_with("README.md"));
    suites.map(|file| Suite::read(file)).collect()
}

/// What this crate says of a document.
fn reported(schema: &Schema, json: &str) -> Pairs {
    let Err(error) = schema.check_json(json.as_bytes(), &Policy::strict()) else {
        return Pairs::new();
    };
    match error.syntax() {
        Some(_) => vec![(String::new(), "syntax".to_owned())],
        None => common::pairs(error.violations()),
    }
}

#[test]
fn the_committed_vectors_are_fresh() {
    update();
    for suite in generated() {
        let committed = fs::read_to_string(file(suite.schema)).unwrap_or_default();
        let name = suite.schema.name;
        // Not `assert_eq`, which would print megabytes.
        assert!(committed == suite.text(), "{name}.json is stale: UPDATE=1 writes it anew");
    }
    assert_eq!(committed().len(), Schema::ALL.len(), "a file of no type is committed");
}

#[test]
fn every_committed_vector_holds() {
    let mut faults = String::new();
    let mut count = 0;
    for suite in committed() {
        for vector in &suite.vectors {
            let reported = reported(suite.schema, &vector.json);
            if reported != vector.violations {
                count += 1;
                let Vector { row, about, violations, .. } = vector;
                let title = format!("{} {row}: {about}", suite.schema.name);
                writeln!(faults, "{title}: reported {reported:?}, not {violations:?}").unwrap();
            }
        }
    }
    assert_eq!(count, 0, "vectors that fail:\n{faults:.8000}");
}

#[test]
fn the_violations_of_a_vector_are_sorted() {
    for vector in committed().iter().flat_map(|suite| &suite.vectors) {
        assert!(vector.violations.is_sorted(), "{}", vector.about);
    }
}

#[test]
fn what_needs_text_is_marked_and_little_else() {
    let suites = committed();
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
fn there_are_at_least_1500_vectors_and_less_than_6_megabytes() {
    let (mut vectors, mut rejected, mut text, mut bytes) = (0, 0, 0, 0);
    for Suite { schema, vectors: of_type } in committed() {
        let size = fs::metadata(file(schema)).unwrap().len();
        println!("{:>6} vectors, {size:>7} bytes: {}", of_type.len(), schema.name);
        vectors += of_type.len();
        rejected += of_type.iter().filter(|vector| !vector.violations.is_empty()).count();
        text += of_type.iter().filter(|vector| vector.needs_text).count();
        bytes += size;
    }
    println!("{vectors:>6} vectors, {bytes:>7} bytes, {rejected} rejected, {text} that need text");
    assert!(vectors >= 1_500 && bytes < 6_000_000);
}

// Whether they cover the documents' tables.

const DICTIONARY: &str = include_str!("data/dictionary.tsv");
const CROSS_FIELD_RULES: &str = include_str!("data/laws.tsv");

/// A line of `dictionary.tsv`: its cells by the names of the columns, the empty ones left out.
type Documented = BTreeMap<&'static str, &'static str>;

fn documented() -> Vec<Documented> {
    let mut lines = DICTIONARY.lines();
    let columns: Vec<_> = lines.next().unwrap().split('\t').collect();
    let row = |line: &'static str| {
        let cells = columns.iter().copied().zip(line.split('\t'));
        cells.filter(|(_, cell)| !cell.is_empty()).collect()
    };
    lines.map(row).collect()
}

/// What a vector shows of the row that it is about.
struct Seen {
    /// The text of the row's value, if the member stands.
    value: Option<String>,
    /// The codes at the row, and those at the elements of its value.
    codes: BTreeSet<String>,
    of_elements: BTreeSet<String>,
}

impl Seen {
    /// Nothing of a malformed document.
    fn of(vector: &Vector) -> Option<Self> {
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&vector.json).ok()?;
        let value = members.get(&vector.row).map(|value| value.get().to_owned());
        let own = format!("/{}", vector.row);
        let (mut codes, mut of_elements) = (BTreeSet::new(), BTreeSet::new());
        for (path, code) in &vector.violations {
            match path.strip_prefix(&own) {
                Some("") => _ = codes.insert(code.clone()),
                Some(element) if element[1..].parse::<usize>().is_ok() => {
                    of_elements.insert(code.clone());
                }
                _ => {}
            }
        }
        Some(Self { value, codes, of_elements })
    }

    fn keeps(&self, code: &str) -> bool {
        !self.codes.contains(code)
    }

    /// Whether nothing else is wrong.
    fn breaks_only(&self, code: &str) -> bool {
        self.codes.len() == 1 && self.codes.contains(code)
    }

    fn is_accepted(&self) -> bool {
        self.codes.is_empty() && self.of_elements.is_empty()
    }

    fn text(&self) -> Option<String> {
        serde_json::from_str(self.value.as_deref()?).ok()
    }

    /// Whether it is a text of so many characters of so many bytes each.
    fn is_text_of(&self, characters: usize, bytes: usize) -> bool {
        self.text().is_some_and(|text| {
            text.chars().count() == characters && text.chars().all(|c| c.len_utf8() == bytes)
        })
    }

    fn elements(&self) -> Option<Vec<Value>> {
        serde_json::from_str(self.value.as_deref()?).ok()
    }

    /// Whether it is an array that has a text of so many characters.
    fn has_element_of(&self, characters: usize) -> bool {
        let is_long = |element: &Value| {
            element.as_str().is_some_and(|text| text.chars().count() == characters)
        };
        self.elements().is_some_and(|elements| elements.iter().any(is_long))
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

/// The vectors about a row of the documents, and what of its rules they do not show.
struct Row<'a> {
    documented: &'a Documented,
    seen: Vec<Seen>,
    /// The rules that the row can break.
    rules: usize,
    missing: Vec<String>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> Option<&'static str> {
        self.documented.get(column).copied()
    }

    fn number(&self, column: &str) -> Option<usize> {
        self.cell(column).map(|cell| cell.parse().unwrap())
    }

    fn demand(&mut self, what: &str, is_shown: impl Fn(&Seen) -> bool) {
        if !self.seen.iter().any(is_shown) {
            let (table, field) = (self.documented["table"], self.documented["field"]);
            self.missing.push(format!("{table} {field}: {what}"));
        }
    }

    /// Asks for a vector that breaks the rule and one that keeps it.
    fn rule(&mut self, code: &str, breaks: impl Fn(&Seen) -> bool, keeps: impl Fn(&Seen) -> bool) {
        self.rules += 1;
        self.demand(&format!("broken {code}"), |seen| breaks(seen) && !seen.keeps(code));
        self.demand(&format!("kept {code}"), |seen| keeps(seen) && seen.keeps(code));
    }

    fn every_rule(&mut self) {
        self.types();
        self.presence();
        self.rule("duplicate", |_| true, |seen| seen.value.is_some());
        self.lengths();
        self.characters();
        self.values();
        self.ranges();
        self.arrays();
        self.formats();
    }

    fn types(&mut self) {
        let own = match self.cell("type").unwrap() {
            "String" | "Datetime" => "string",
            "Integer" => "number",
            "Boolean" => "boolean",
            array if array.starts_with("Array") => "array",
            _ => "object",
        };
        for other in ["string", "number", "boolean", "array", "object"] {
            if other != own {
                let is_other = |seen: &Seen| seen.json_type() == other && seen.breaks_only("type");
                self.demand(&format!("type of {other}"), is_other);
            }
        }
        self.rule("type", |_| true, |seen| seen.json_type() == own && seen.is_accepted());
    }

    fn presence(&mut self) {
        let codes: &[&str] = match (self.documented["field"], self.documented["required"]) {
            (_, "yes") => &["required"],
            ("longitude" | "latitude", _) => &["dependentRequired"],
            _ => &[],
        };
        for how in ["absent", "null"] {
            self.demand(how, |seen| seen.json_type() == how && seen.codes.iter().eq(codes));
        }
        for code in codes {
            self.rule(code, |_| true, |seen| seen.value.is_some() && seen.is_accepted());
        }
    }

    fn lengths(&mut self) {
        for bytes in [1, 3] {
            if let Some(max) = self.number("max_length") {
                let broken = |seen: &Seen| seen.is_text_of(max + 1, bytes);
                self.rule("maxLength", broken, |seen| seen.is_text_of(max, bytes));
            }
            if let Some(min) = self.number("min_length") {
                let broken = |seen: &Seen| seen.is_text_of(min - 1, bytes);
                self.rule("minLength", broken, |seen| seen.is_text_of(min, bytes));
            }
        }
        // In four bytes the longest texts are too long for the suite.
        if let Some(max) = self.number("max_length").filter(|max| *max <= 2048) {
            let broken = |seen: &Seen| seen.is_text_of(max + 1, 4);
            self.rule("maxLength", broken, |seen| seen.is_text_of(max, 4));
        }
    }

    fn characters(&mut self) {
        if self.cell("characters") == Some("plain") {
            for (forbidden, alike) in [('@', '＠'), ('#', '＃'), ('?', '？')] {
                let holds = |seen: &Seen, this: char| {
                    let others = ['@', '#', '?'].into_iter().filter(|other| *other != this);
                    let text = seen.text().unwrap_or_default();
                    text.contains(this) && !text.contains(others.collect::<Vec<_>>().as_slice())
                };
                let broken = |seen: &Seen| holds(seen, forbidden);
                self.rule("forbiddenCharacter", broken, |seen| holds(seen, alike));
            }
        }
    }

    fn values(&mut self) {
        let Some(values) = self.cell("values") else { return };
        let listed: Vec<_> = values.split('|').filter(|value| *value != "*").collect();
        for value in &listed {
            let is_it = |seen: &Seen| seen.text().as_deref() == Some(*value) && seen.is_accepted();
            self.demand(&format!("the value {value}"), is_it);
        }
        let is_other = |seen: &Seen| seen.text().is_some_and(|text| !listed.contains(&&*text));
        if values.ends_with('*') {
            self.demand("an unlisted value", |seen| is_other(seen) && seen.is_accepted());
        } else {
            self.rule("enum", is_other, Seen::is_accepted);
        }
    }

    fn ranges(&mut self) {
        if self.cell("type") != Some("Integer") {
            return;
        }
        // By V10 an end that is not stated is that of 64 bits.
        let end = |cell: Option<&str>, other: i64| cell.map_or(other, |cell| cell.parse().unwrap());
        let minimum = i128::from(end(self.cell("minimum"), i64::MIN));
        let maximum = i128::from(end(self.cell("maximum"), i64::MAX));
        let is = |seen: &Seen, value: i128| seen.value == Some(value.to_string());
        self.rule("minimum", |seen| is(seen, minimum - 1), |seen| is(seen, minimum));
        self.rule("maximum", |seen| is(seen, maximum + 1), |seen| is(seen, maximum));
    }

    fn arrays(&mut self) {
        if let Some(max) = self.number("max_items") {
            let has = |seen: &Seen, length| seen.elements().is_some_and(|all| all.len() == length);
            self.rule("maxItems", |seen| has(seen, max + 1), |seen| has(seen, max));
        }
        if let Some(max) = self.number("element_max_length") {
            self.rules += 1;
            self.demand("an element too long", |seen| {
                seen.has_element_of(max + 1) && seen.of_elements.contains("maxLength")
            });
            self.demand("the longest element", |seen| {
                seen.has_element_of(max) && seen.is_accepted()
            });
        }
    }

    fn formats(&mut self) {
        if self.cell("format").is_some() {
            let is_given = |seen: &Seen| seen.text().is_some_and(|text| !text.is_empty());
            let is_right = |seen: &Seen| is_given(seen) && seen.is_accepted();
            self.rule("format", |seen| is_given(seen) && seen.breaks_only("format"), is_right);
        }
    }
}

#[test]
fn every_rule_of_every_row_is_broken_and_kept_at_its_boundary() {
    let suites = committed();
    let (mut rows, mut rules, mut missing) = (0, 0, Vec::new());
    for documented in &documented() {
        let suite = suites.iter().find(|suite| suite.schema.name == documented["table"]).unwrap();
        let about = suite.vectors.iter().filter(|vector| vector.row == documented["field"]);
        let seen = about.filter_map(Seen::of).collect();
        let mut row = Row { documented, seen, rules: 0, missing: Vec::new() };
        row.every_rule();
        rows += 1;
        rules += row.rules;
        missing.extend(row.missing);
    }
    println!("{rows} rows, {rules} rules");
    assert!(missing.is_empty(), "no vector shows:\n{}", missing.join("\n"));
    assert_eq!(rows, 152);
}

#[test]
fn every_rule_between_fields_is_broken_and_kept() {
    let suites = committed();
    for line in CROSS_FIELD_RULES.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let (table, code, members) = (cells[0], cells[1], cells[2]);
        let suite = suites.iter().find(|suite| suite.schema.name == table).unwrap();
        let rows: BTreeSet<_> =
            members.split('|').filter_map(|name| name.split('/').next()).collect();
        let about = |vector: &&Vector| rows.contains(&*vector.row);
        let vectors: Vec<_> = suite.vectors.iter().filter(about).collect();
        let (broken, kept): (Vec<_>, Vec<_>) = vectors
            .into_iter()
            .partition(|vector| vector.violations.iter().any(|violation| violation.1 == code));
        assert!(!broken.is_empty(), "{line}");
        assert!(kept.iter().any(|vector| vector.violations.is_empty()), "{line}");
    }
}
