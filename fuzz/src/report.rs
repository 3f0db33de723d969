//! What is said of a fault: well-formed, bounded, and nothing of the payload but names in pointers.

use crate::{Fuzzed, judge};
use miniprogram_protocol::{Error, Policy, SyntaxError, Violation, from_json_with};
use serde_json::Value;
use std::error::Error as _;

/// Demands what holds of any error.
pub fn demand_form(error: &Error, limit: usize) {
    let violations = error.violations();
    match error.syntax() {
        Some(syntax) => {
            assert!(violations.is_empty(), "a syntax error with violations");
            demand_message(syntax.message());
            assert!(syntax.line() >= 1 && syntax.column() >= 1);
        }
        None => {
            assert!(!violations.is_empty(), "an error of nothing");
            let cut = violations.iter().position(|at| at.code() == "tooMany");
            match cut {
                Some(at) => {
                    assert_eq!((at, violations.len()), (limit, limit + 1), "the mark of the cut");
                    assert_eq!(violations[at].path(), "");
                }
                None => assert!(violations.len() <= limit, "{} violations", violations.len()),
            }
        }
    }
    for violation in violations {
        demand_message(&violation.kind().to_string());
        demand_pointer(violation.path());
        demand_line(&violation.to_string());
    }
}

fn demand_message(message: &str) {
    assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~')), "message {message:?}");
    assert!((1..=256).contains(&message.len()), "{} bytes: {message}", message.len());
}

fn demand_pointer(path: &str) {
    assert!(path.is_empty() || path.starts_with('/'), "pointer {path:?}");
    let mut escapes = path.split('~').skip(1);
    assert!(escapes.all(|escape| escape.starts_with(['0', '1'])), "pointer {path:?}");
}

/// A line for people: nothing in it moves the cursor, hides or turns what follows.
fn demand_line(line: &str) {
    for character in line.chars() {
        let hidden = matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}' | '\u{e000}'..='\u{f8ff}'
        );
        assert!(!character.is_control() && !hidden, "{character:?} in {line:?}");
    }
}

/// The first byte is the limit of violations; the others are a text.
pub fn check<T: Fuzzed>(data: &[u8]) {
    let Some((limit, json)) = data.split_first() else { return };
    let limit = usize::from(*limit) % 70;
    let policy = Policy::strict().max_violations(limit);
    let error = match from_json_with::<T>(json, &policy) {
        Ok(value) => {
            // What can be shown of a value can be shown of any.
            let _ = format!("{value:?} {value:#?}");
            return;
        }
        Err(error) => error,
    };
    demand_form(&error, limit);
    let display = error.to_string();
    for shown in [format!("{error:?}"), format!("{error:#?}")] {
        shown.lines().for_each(demand_line);
    }
    // The message of the cause must not be said twice by whoever walks the chain.
    assert!(error.source().is_none_or(|source| source.to_string() != display), "source");
    if let Some(syntax) = error.syntax() {
        demand_line(&display);
        demand_place(syntax, json);
        let report = serde_json::to_value(&error).unwrap();
        assert_eq!(report.as_array().unwrap().len(), 1);
        assert_eq!((&report[0]["path"], &report[0]["code"]), (&"".into(), &"syntax".into()));
        assert_eq!(report[0]["message"], syntax.message());
        let place = &report[0]["params"];
        assert_eq!(
            (&place["line"], &place["column"]),
            (&syntax.line().into(), &syntax.column().into())
        );
        return;
    }
    let lines: Vec<_> = display.split('\n').collect();
    assert_eq!(lines.len(), error.violations().len(), "a line a violation");
    let document = judge::value(json);
    let duplicates = error.violations().iter().any(|at| at.code() == "duplicate");
    for (violation, line) in error.violations().iter().zip(lines) {
        assert_eq!(violation.to_string(), line);
        if let (Some(document), false) = (&document, duplicates) {
            demand_resolves(violation, document, error.violations().len() > limit);
        }
    }
    let whole = serde_json::to_value(&error).unwrap();
    let violations = error.into_violations().unwrap();
    assert_eq!(violations.is_truncated(), violations.len() > limit);
    assert_eq!(violations.to_string(), display);
    // The report as JSON holds the same.
    let report = serde_json::to_vec(&violations).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report, whole);
    let report = report.as_array().unwrap();
    assert_eq!(report.len(), violations.len());
    for (written, violation) in report.iter().zip(&violations) {
        let written = written.as_object().unwrap();
        assert_eq!(written["path"], violation.path());
        assert_eq!(written["code"], violation.code());
        assert_eq!(written["message"], violation.kind().to_string());
        assert_eq!(written.len(), 4);
        demand_params(violation, &written["params"]);
    }
}

/// The parameters are numbers and words; a length, and its limit, are on the wrong sides.
fn demand_params(violation: &Violation, params: &Value) {
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
        other => panic!("an unknown code: {other}"),
    };
    let mut found: Vec<_> = params.keys().map(String::as_str).collect();
    let mut names = names.to_vec();
    found.sort_unstable();
    names.sort_unstable();
    assert_eq!(found, names, "{}", violation.code());
}

/// The place of a syntax error is in the text, or right behind it.
fn demand_place(error: &SyntaxError, text: &[u8]) {
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    let line = lines[error.line() - 1];
    let begins = line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    assert!(error.column() <= begins + 1, "column {} of {}", error.column(), begins);
    match error.message() {
        "unexpected end of input" => {
            assert_eq!((error.line(), error.column()), (lines.len(), begins + 1), "the end");
        }
        "invalid UTF-8" => assert!(std::str::from_utf8(text).is_err()),
        _ => {
            assert!(error.column() <= begins || error.line() < lines.len(), "{error} is at the end")
        }
    }
}

/// The pointer leads to the value at fault, or to where it should stand. No name stands twice.
fn demand_resolves(violation: &Violation, document: &Value, is_truncated: bool) {
    let path = violation.path();
    match violation.code() {
        // The name may have been cut, and others may stand twice below the cut.
        "duplicate" | "tooMany" => {}
        _ if is_truncated => {}
        "required" | "dependentRequired" => {
            let (parent, name) = path.rsplit_once('/').unwrap();
            let parent = document.pointer(parent).and_then(Value::as_object).expect("no parent");
            assert!(parent.get(name).is_none_or(Value::is_null), "{path} is there");
        }
        code => {
            let value = document.pointer(path).unwrap_or_else(|| panic!("no {path}"));
            let fits = match code {
                "enum" | "const" | "minLength" | "maxLength" | "format" | "forbiddenCharacter" => {
                    value.is_string()
                }
                "minimum" | "maximum" => value.is_number(),
                "maxItems" => value.is_array(),
                "anyOf" => value.is_object(),
                _ => true,
            };
            assert!(fits, "{path} is no value for {code}");
        }
    }
}
