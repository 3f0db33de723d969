//! Compares the JSON parser with `serde_json`. Both parsers must accept the same inputs and return
//! the same values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    ExtendInfo, Format, JsonText, Policy, Schema, dictionary::Amount, from_json,
};
use miniprogram_protocol_fuzz::reference;

/// Returns `true` if the library accepts `json` as well-formed JSON when it reads the type `name`.
fn is_json(name: &str, json: &[u8]) -> bool {
    let result = Schema::by_name(name).unwrap().check_json_with(json, &Policy::strict());
    result.err().is_none_or(|error| error.syntax().is_none())
}

/// The text before and after the value of an unknown field.
const UNKNOWN_FIELD_CONTEXT: [&[u8]; 2] = [br#"{"currency":"USD","value":1,"x":"#, b"}"];

/// Type names, each with the JSON before and after a value that the reader skips: a member of a
/// value of the wrong type, a duplicate member, an array element, or a member of a nested object.
const SKIPPED_VALUE_CONTEXTS: [(&str, &[u8], &[u8]); 4] = [
    ("Amount", br#"{"currency":{"a":"#, br#"},"value":1}"#),
    ("Amount", br#"{"value":1,"value":"#, b"}"),
    ("User", br#"{"contactInfos":[{},"#, b"]}"),
    ("Order", br#"{"merchant":{"merchantAddress":"#, b"}}"),
];

fuzz_target!(|data: &[u8]| {
    // An integer beyond the range of an `f64` is valid JSON only in an integer field (J10 and J17
    // in SPEC-INTERPRETATION.md).
    if reference::scan(data).exceeds_f64 {
        return;
    }
    let is_valid = reference::is_json(data);
    assert_eq!(is_json("Amount", data), is_valid, "top level");
    let (name, before, after) = SKIPPED_VALUE_CONTEXTS[data.len() % SKIPPED_VALUE_CONTEXTS.len()];
    let inside = [before, data, after].concat();
    assert_eq!(is_json(name, &inside), reference::is_json(&inside), "{name}");
    let [before, after] = UNKNOWN_FIELD_CONTEXT;
    let inside = [before, data, after].concat();
    assert_eq!(is_json("Amount", &inside), reference::is_json(&inside), "unknown field");

    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = JsonText::parse(text);
    assert_eq!(parsed.is_ok(), is_valid, "JsonText");
    let is_object = text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
    assert_eq!(Format::JsonObject.matches(text), is_valid && is_object, "format");
    let Ok(parsed) = parsed else { return };
    let view = parsed.to_value();
    assert!(
        view.is_ok() || reference::scan(data).rounds_to_f64_max,
        "to_value: {}",
        view.unwrap_err()
    );
    assert_eq!(ExtendInfo::from(text).parse_json().as_ref(), Ok(&parsed), "ExtendInfo");
    reference::check_lossless(text, parsed.as_str(), view.as_ref().ok());
    if let (Ok(view), Some(theirs)) = (&view, reference::parse(data)) {
        assert!(reference::is_nearly_equal(view, &theirs), "expected {theirs}, found {view}");
    }
    assert_eq!(JsonText::parse(parsed.as_str()).as_ref(), Ok(&parsed), "parsed again");
    // The JSON is one level deeper if it is the value of a field.
    if reference::scan(data).depth == 128 {
        return;
    }
    let amount = from_json::<Amount>(&inside).unwrap();
    assert_eq!(amount.unknown_fields.get("x"), Some(&parsed), "unknown field");
    let serialized = serde_json::to_string(&amount).unwrap();
    assert_eq!(serialized, format!(r#"{{"currency":"USD","value":1,"x":{parsed}}}"#));
});
