//! Writes the report of the `mpp` command with the lines of the document.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "only the report is used")]
#[path = "../../src/bin/mpp/main.rs"]
mod mpp;

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, Schema};
use mpp::{
    format::{OutputFormat, Style},
    report::{Document, Failure, Report},
    sensitive::hidden_values,
};
use serde_json::Value;

/// Collects the scalar values of the sensitive and unknown fields of an object.
fn collect_hidden_values(schema: Option<&Schema>, value: &Value, hidden: &mut Vec<Value>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        let field = schema.and_then(|schema| schema.field(name)).filter(|field| !field.sensitive);
        let schema = field.and_then(|field| field.value_type.object_schema());
        let mut values = vec![value];
        while let Some(value) = values.pop() {
            match value {
                Value::Array(elements) => values.extend(elements),
                Value::Object(_) => collect_hidden_values(schema, value, hidden),
                Value::Null => {}
                scalar if field.is_none() && scalar != "" => hidden.push(scalar.clone()),
                _ => {}
            }
        }
    }
}

/// Checks that `hidden_values` finds every value that a second implementation hides.
fn check_hidden_values(schema: &'static Schema, json: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(json) else { return };
    let mut expected = Vec::new();
    collect_hidden_values(Some(schema), &value, &mut expected);
    let mut found = Vec::new();
    for range in hidden_values(Some(schema), json) {
        // Adjacent hidden elements of an array form one range.
        let is_quote = |index: usize| usize::from(json.get(index) == Some(&b'"'));
        let start = range.start - is_quote(range.start.wrapping_sub(1));
        let elements = [b"[", &json[start..range.end + is_quote(range.end)], b"]"].concat();
        found.extend(serde_json::from_slice::<Vec<Value>>(&elements).unwrap_or_default());
    }
    for value in expected {
        assert!(found.contains(&value), "a value is not hidden");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&[selection, width], json)) = data.split_first_chunk() else { return };
    let Some(schema) = Schema::ALL.get(usize::from(selection.wrapping_sub(b'@'))) else { return };
    check_hidden_values(schema, json);

    let outcome = schema.check_json_with(json, &Policy::lenient()).map_err(Failure::Invalid);
    let document = Document::Whole(json);
    let report = Report {
        source: "a.json",
        document,
        schema,
        is_type_known: true,
        content_schema: Some(schema),
        prefix: "",
        outcome: &outcome,
    };
    let style = Style {
        shows_source: true,
        shows_sensitive: width.is_multiple_of(2),
        is_colored: false,
        width: usize::from(width),
    };
    let mut output = Vec::new();
    OutputFormat::Human.write(&report, style, &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    assert!(!output.contains(|it: char| it.is_control() && it != '\n'), "a control character");
});
