//! Checks that errors are well-formed and short, and that they contain nothing from the payload
//! except field names in pointers.

use crate::{FuzzedType, reference};
use miniprogram_protocol::{Error, Policy, SyntaxError, Violation, Violations, from_json_with};
use serde_json::Value;
use std::error::Error as _;

/// Checks the properties that every error must have.
pub fn check_error(error: &Error, limit: usize) {
    let violations = error.violations();
    match error.syntax() {
        Some(syntax) => {
            assert!(violations.is_empty(), "a syntax error has violations");
            check_message(syntax.message());
            assert!(syntax.line() >= 1 && syntax.column() >= 1);
        }
        None => {
            assert!(!violations.is_empty(), "the error has neither violations nor a syntax error");
            match violations.iter().position(|violation| violation.code() == "tooMany") {
                Some(index) => {
                    assert_eq!((index, violations.len()), (limit, limit + 1), "truncation marker");
                    assert_eq!(violations[index].path(), "");
                }
                None => assert!(violations.len() <= limit, "{} violations", violations.len()),
            }
        }
    }
    for violation in violations {
        check_message(&violation.kind().to_string());
        check_pointer(violation.path());
        check_line(&violation.to_string());
    }
}

fn check_message(message: &str) {
    assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~')), "message {message:?}");
    assert!((1..=256).contains(&message.len()), "{} bytes: {message}", message.len());
}

fn check_pointer(path: &str) {
    assert!(path.is_empty() || path.starts_with('/'), "pointer {path:?}");
    let mut escapes = path.split('~').skip(1);
    assert!(escapes.all(|escape| escape.starts_with(['0', '1'])), "pointer {path:?}");
}

/// Checks that a line contains no character that is invisible, moves the cursor, or changes the
/// text direction.
fn check_line(line: &str) {
    for character in line.chars() {
        let is_hidden = matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}' | '\u{e000}'..='\u{f8ff}'
        );
        assert!(!character.is_control() && !is_hidden, "{character:?} in {line:?}");
    }
}

/// Reads a document and checks the error. The first byte selects the maximum number of violations.
pub fn check<T: FuzzedType>(data: &[u8]) {
    let Some((limit, json)) = data.split_first() else { return };
    let limit = usize::from(*limit) % 70;
    let policy = Policy::strict().max_violations(limit);
    let error = match from_json_with::<T>(json, &policy) {
        Ok(value) => {
            // `Debug` must not panic.
            let _ = format!("{value:?} {value:#?}");
            return;
        }
        Err(error) => error,
    };
    check_error(&error, limit);
    let display = error.to_string();
    for shown in [format!("{error:?}"), format!("{error:#?}")] {
        shown.lines().for_each(check_line);
    }
    // If a caller prints the chain of sources, each message must be printed only once.
    assert!(error.source().is_none_or(|source| source.to_string() != display), "source");
    match error.syntax() {
        Some(syntax) => check_syntax_error(&error, syntax, json),
        None => check_violations(error, limit, json),
    }
}

fn check_syntax_error(error: &Error, syntax: &SyntaxError, json: &[u8]) {
    check_line(&error.to_string());
    check_position(syntax, json);
    let report = serde_json::to_value(error).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 1);
    assert_eq!((&report[0]["path"], &report[0]["code"]), (&"".into(), &"syntax".into()));
    assert_eq!(report[0]["message"], syntax.message());
    let params = &report[0]["params"];
    assert_eq!(
        (&params["line"], &params["column"]),
        (&syntax.line().into(), &syntax.column().into())
    );
}

/// Checks an error that contains violations instead of a syntax error.
fn check_violations(error: Error, limit: usize, json: &[u8]) {
    let display = error.to_string();
    let lines: Vec<_> = display.split('\n').collect();
    assert_eq!(lines.len(), error.violations().len(), "one line per violation");
    let document = reference::parse(json);
    let has_duplicates = error.violations().iter().any(|violation| violation.code() == "duplicate");
    for (violation, line) in error.violations().iter().zip(lines) {
        assert_eq!(violation.to_string(), line);
        if let (Some(document), false) = (&document, has_duplicates) {
            check_target(violation, document, error.violations().len() > limit);
        }
    }
    let serialized_error = serde_json::to_value(&error).unwrap();
    let violations = error.into_violations().unwrap();
    assert_eq!(violations.is_truncated(), violations.len() > limit);
    assert_eq!(violations.to_string(), display);
    let report = serde_json::to_vec(&violations).unwrap();
    assert_eq!(serde_json::from_slice::<Violations>(&report).unwrap(), violations);
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report, serialized_error);
    check_report(&violations, &report);
}

/// Deserializes a report from arbitrary bytes, and checks that it round-trips.
pub fn check_report_round_trip(json: &[u8]) {
    let Ok(violations) = serde_json::from_slice::<Violations>(json) else { return };
    let written = serde_json::to_vec(&violations).unwrap();
    let read = serde_json::from_slice::<Violations>(&written).unwrap();
    assert_eq!(read, violations);
    assert_eq!(serde_json::to_vec(&read).unwrap(), written);
    assert_eq!(violations.to_string().lines().count(), violations.len(), "one line per violation");
    let paths: usize = violations.by_path().values().map(Vec::len).sum();
    assert_eq!(paths, violations.len());
}

/// Checks that the serialized report contains the same data as the violations.
fn check_report(violations: &Violations, report: &Value) {
    let report = report.as_array().unwrap();
    assert_eq!(report.len(), violations.len());
    for (serialized, violation) in report.iter().zip(violations) {
        let serialized = serialized.as_object().unwrap();
        assert_eq!(serialized["path"], violation.path());
        assert_eq!(serialized["code"], violation.code());
        assert_eq!(serialized["message"], violation.kind().to_string());
        assert_eq!(serialized.len(), 4);
        check_params(violation, &serialized["params"]);
    }
}

/// Checks the names of the parameters, and that a reported length violates its limit.
fn check_params(violation: &Violation, params: &Value) {
    let params = params.as_object().unwrap();
    let number = |name: &str| params[name].as_u64().unwrap();
    let names: &[&str] = match violation.code() {
        "required" | "duplicate" => &[],
        "type" => {
            assert_ne!(params["expected"], params["found"]);
            &["expected", "found"]
        }
        "enum" => &["values"],
        "const" => &["value"],
        "minLength" => {
            assert!(number("length") < number("minLength"));
            &["minLength", "length"]
        }
        "maxLength" => {
            assert!(number("length") > number("maxLength"));
            &["maxLength", "length"]
        }
        "minimum" => &["minimum"],
        "maximum" => &["maximum"],
        "maxItems" => {
            assert!(number("items") > number("maxItems"));
            &["maxItems", "items"]
        }
        "format" => &["format"],
        "forbiddenCharacter" => &["character"],
        "dependentRequired" => &["by"],
        "anyOf" => &["members"],
        "tooMany" => &["maxViolations"],
        other => panic!("unknown code: {other}"),
    };
    let mut found: Vec<_> = params.keys().map(String::as_str).collect();
    let mut names = names.to_vec();
    found.sort_unstable();
    names.sort_unstable();
    assert_eq!(found, names, "{}", violation.code());
}

/// Checks that the position of a syntax error is inside the text or directly after it.
fn check_position(error: &SyntaxError, text: &[u8]) {
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    let line = lines[error.line() - 1];
    let characters = line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    assert!(error.column() <= characters + 1, "column {} of {}", error.column(), characters);
    match error.message() {
        "unexpected end of input" => {
            assert_eq!(
                (error.line(), error.column()),
                (lines.len(), characters + 1),
                "end of input"
            );
        }
        "invalid UTF-8" => assert!(std::str::from_utf8(text).is_err()),
        _ => {
            assert!(
                error.column() <= characters || error.line() < lines.len(),
                "{error}: the position is after the end"
            )
        }
    }
}

/// Checks that the pointer leads to the invalid value or to the missing field of a document without
/// duplicate names.
fn check_target(violation: &Violation, document: &Value, is_truncated: bool) {
    let path = violation.path();
    match violation.code() {
        // The name may be truncated, and a truncated report may hide duplicates.
        "duplicate" | "tooMany" => {}
        _ if is_truncated => {}
        "required" | "dependentRequired" => {
            let (parent, name) = path.rsplit_once('/').unwrap();
            let parent = document
                .pointer(parent)
                .and_then(Value::as_object)
                .expect("the parent is an object");
            assert!(parent.get(name).is_none_or(Value::is_null), "{path} is present");
        }
        code => {
            let value = document.pointer(path).unwrap_or_else(|| panic!("{path} does not exist"));
            let has_type = match code {
                "enum" | "const" | "minLength" | "maxLength" | "format" | "forbiddenCharacter" => {
                    value.is_string()
                }
                "minimum" | "maximum" => value.is_number(),
                "maxItems" => value.is_array(),
                "anyOf" => value.is_object(),
                _ => true,
            };
            assert!(has_type, "{path} has the wrong type for {code}");
        }
    }
}
