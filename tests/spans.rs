//! Checks the spans of violations in JSON texts with random whitespace and escape sequences. The
//! printer that writes a text records the span of every name and value.

#![cfg(feature = "proptest")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Policy, Schema, Span, UnknownFieldPolicy, Violation, Violations,
    generate::{self, RawDocument},
    locate,
};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

/// Returns the number of violations to locate, which the environment variable `VIOLATIONS` sets.
fn violations_to_locate() -> usize {
    std::env::var("VIOLATIONS").map_or(4_000, |number| number.parse().unwrap())
}

/// The spans of the members or elements, by path. Several members have the same path if their names
/// are duplicates.
type RecordedSpans = BTreeMap<String, Vec<MemberSpans>>;

#[derive(Clone, Debug, Default)]
struct MemberSpans {
    /// The name with its quotes, or an empty range for an array element.
    name: Range<usize>,
    value: Range<usize>,
}

/// A printer that chooses whitespace and escape sequences at random.
struct Printer<'a> {
    random: &'a mut dyn FnMut(usize) -> usize,
    text: String,
    spans: RecordedSpans,
}

impl Printer<'_> {
    fn choose<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        choices[(self.random)(choices.len())]
    }

    fn print_whitespace(&mut self) {
        let whitespace = self.choose(&["", "", "", " ", "\n", "\r\n", "\t", "\n    ", " \r "]);
        self.text.push_str(whitespace);
    }

    fn print_string(&mut self, string: &str) {
        self.text.push('"');
        for character in string.chars() {
            let must_escape = character < ' ' || character == '"' || character == '\\';
            if must_escape || (self.random)(16) == 0 {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(self.text, "\\u{unit:04x}").unwrap();
                }
            } else {
                self.text.push(character);
            }
        }
        self.text.push('"');
    }

    /// Prints a value, and records the spans of the value and everything inside it.
    fn print_value(&mut self, path: &str, name: Range<usize>, value: &RawDocument) {
        let start = self.text.len();
        match value {
            RawDocument::Object(members) => {
                self.text.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    self.print_separator(index);
                    let name_start = self.text.len();
                    self.print_string(name);
                    let name_range = name_start..self.text.len();
                    self.print_whitespace();
                    self.text.push(':');
                    self.print_whitespace();
                    let segment: String = name.chars().take(64).collect();
                    let segment = segment.replace('~', "~0").replace('/', "~1");
                    self.print_value(&format!("{path}/{segment}"), name_range, value);
                    self.print_whitespace();
                }
                self.text.push('}');
            }
            RawDocument::Array(elements) => {
                self.text.push('[');
                for (index, value) in elements.iter().enumerate() {
                    self.print_separator(index);
                    self.print_value(&format!("{path}/{index}"), 0..0, value);
                    self.print_whitespace();
                }
                self.text.push(']');
            }
            RawDocument::Value(serde_json::Value::String(string)) => self.print_string(string),
            RawDocument::Value(value) => self.text.push_str(&value.to_string()),
            other => panic!("unknown kind of document: {other:?}"),
        }
        let value = start..self.text.len();
        self.spans.entry(path.to_owned()).or_default().push(MemberSpans { name, value });
    }

    fn print_separator(&mut self, index: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.print_whitespace();
    }
}

/// Returns the expected span of a violation, which is the `nth` violation with the same path and
/// code.
fn expected_span(violation: &Violation, nth: usize, spans: &RecordedSpans) -> Option<Range<usize>> {
    let path = violation.path();
    // The spans are sorted here, because the span of a value is recorded after the spans inside it.
    let at = |path: &str| {
        let mut found = spans[path].clone();
        found.sort_by_key(|spans| spans.value.start);
        found
    };
    let first_byte = |path: &str| {
        let start = at(path)[0].value.start;
        start..start + 1
    };
    match violation.code() {
        "tooMany" => None,
        "required" | "dependentRequired" => Some(first_byte(path.rsplit_once('/').unwrap().0)),
        "anyOf" => Some(first_byte(path)),
        "additionalProperties" => Some(at(path)[nth].name.clone()),
        "duplicate" => Some(at(path)[nth + 1].name.clone()),
        _ => Some(at(path)[0].value.clone()),
    }
}

/// Asserts that a span has the given range and the correct line and column.
fn assert_span(span: Option<Span>, range: Option<Range<usize>>, text: &str, about: &Violation) {
    let range = range.unwrap();
    let span = span.unwrap_or_else(|| panic!("{about} has no span in {text}"));
    let before = &text[..range.start];
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    let column = before[line_start..].chars().count() + 1;
    let line = before.matches('\n').count() + 1;
    assert_eq!(span.range(), range, "{about} in {text}");
    assert_eq!((span.line, span.column), (line, column), "{about} in {text}");
}

#[test]
fn returns_only_spans_within_other_texts() {
    let amount = Schema::by_name("Amount").unwrap();
    let error = amount.check_json_with(br#"{"currency":"usd","value":-1}"#, &Policy::strict());
    let violations = error.unwrap_err().into_violations().unwrap();
    for text in ["", "[", "{\"currency\":", "\u{1f600}", "null", "[[[[", "{\"currency\":1}x"] {
        for span in locate(&violations, text.as_bytes()).into_iter().flatten() {
            assert!(text.get(span.range()).is_some(), "{text}: {span:?}");
        }
    }
    assert_eq!(locate(&violations, b"\xff"), [None, None]);
}

#[test]
fn locates_deserialized_violations() {
    let json = br#"{"currency":"usd","value":-1}"#;
    let amount = Schema::by_name("Amount").unwrap();
    let error = amount.check_json_with(json, &Policy::strict()).unwrap_err();
    let body = serde_json::to_string(&error).unwrap();
    let received: Violations = serde_json::from_str(&body).unwrap();
    assert_eq!(locate(&received, json), error.locate(json));
    // A malicious peer can send very deep paths.
    let deep = format!(r#"[{{"path":"{}","code":"enum","message":""}}]"#, "/a".repeat(20_000));
    let received: Violations = serde_json::from_str(&deep).unwrap();
    assert_eq!(locate(&received, json)[0].unwrap().range(), 0..1);
}

#[test]
fn locates_syntax_errors() {
    let amount = Schema::by_name("Amount").unwrap();
    for (text, offset, length) in [
        (&b"{\n  'currency'"[..], 4, 1),
        ("{\"value\": \u{e9}}".as_bytes(), 10, 2),
        (b"{", 1, 0),
        (b"{\"a\":\"\xe2\x82", 6, 2),
        (b"", 0, 0),
    ] {
        let error = amount.check_json_with(text, &Policy::strict()).unwrap_err();
        let syntax = error.syntax().unwrap();
        let span = error.locate(text)[0].unwrap();
        assert_eq!((span.offset, span.length), (offset, length), "{text:?}");
        assert_eq!((span.line, span.column), (syntax.line(), syntax.column()));
    }
}

#[test]
fn locates_unknown_and_duplicate_names() {
    let amount = Schema::by_name("Amount").unwrap();
    let reject = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
    // A path contains only the first 64 characters of each name.
    let [first, second] = ["1", "2"].map(|end| format!("{}{end}", "n".repeat(64)));
    let json =
        format!(r#"{{"currency":"USD","value":1,"{first}":1,"{second}":2,"{first}":3,"value":4}}"#);
    let error = amount.check_json_with(json.as_bytes(), &reject).unwrap_err();
    let spans = error.locate(json.as_bytes()).into_iter().map(|span| span.unwrap().offset);
    let offset = |name: &str| json.find(name).unwrap() - 1;
    let duplicate = |name: &str| json.rfind(name).unwrap() - 1;
    let expected = [offset(&first), offset(&second), duplicate(&first), duplicate("value")];
    assert_eq!(spans.collect::<Vec<_>>(), expected);
}

#[test]
fn locates_violations_around_numbers_out_of_range() {
    let number = "9".repeat(400);
    let order = Schema::by_name("Order").unwrap();
    let json = format!(
        r#"{{"merchant":{{"merchantName":{number}}},"orderAmount":{{"currency":"USD","value":"5"}},"goods":{number}}}"#
    );
    let error = order.check_json_with(json.as_bytes(), &Policy::lenient()).unwrap_err();
    assert!(error.locate(json.as_bytes()).iter().all(Option::is_some), "{error}");
    assert!(locate(error.tolerated(), json.as_bytes())[0].is_some());
    let error = order.check_json_with(number.as_bytes(), &Policy::strict()).unwrap_err();
    assert_eq!(error.locate(number.as_bytes())[0].unwrap().range(), 0..400);
}

#[test]
fn serializes_spans() {
    let amount = Schema::by_name("Amount").unwrap();
    let json = b"\n{\"currency\": \"usd\", \"value\": 1}";
    let error = amount.check_json_with(json, &Policy::strict()).unwrap_err();
    let expected = serde_json::json!([{"offset": 14, "length": 5, "line": 2, "column": 14}]);
    assert_eq!(serde_json::to_value(error.locate(json)).unwrap(), expected);
}

#[test]
fn locates_every_injected_violation() {
    let mut runner = TestRunner::new(Config::default());
    let policy = Policy::lenient();
    let numbers = proptest::collection::vec(any::<u32>(), 64);
    let mut located = 0;
    while located < violations_to_locate() {
        for schema in Schema::ALL {
            let documents = generate::invalid_document_with(schema, &policy);
            let (document, numbers) =
                (documents, &numbers).new_tree(&mut runner).unwrap().current();
            let mut numbers = numbers.into_iter().cycle().enumerate();
            let mut random = |below: usize| {
                let (index, number) = numbers.next().unwrap();
                (number as usize).wrapping_add(index / 64 * 7) % below
            };
            let mut printer =
                Printer { random: &mut random, text: String::new(), spans: RecordedSpans::new() };
            printer.print_whitespace();
            printer.print_value("", 0..0, &document.document);
            printer.print_whitespace();
            let Printer { text, spans: recorded_spans, .. } = printer;

            let error = schema.check_json_with(text.as_bytes(), &policy).unwrap_err();
            assert_eq!(error.violations().len(), document.violations.len(), "{text}");
            let mut seen = BTreeMap::new();
            for violations in [error.violations(), error.tolerated()] {
                let spans = locate(violations, text.as_bytes());
                for (violation, span) in violations.iter().zip(spans) {
                    let nth = seen.entry((violation.path(), violation.code())).or_insert(0);
                    assert_span(
                        span,
                        expected_span(violation, *nth, &recorded_spans),
                        &text,
                        violation,
                    );
                    *nth += 1;
                    located += 1;
                }
            }
        }
    }
}
