//! Our reader, with `serde_json::Value` as the judge of what is JSON, and of what it means.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    ExtendInfo, Format, JsonText, Policy, Schema, dictionary::Amount, from_json,
};
use miniprogram_protocol_fuzz::judge;

fn is_read(table: &str, json: &[u8]) -> bool {
    let into_result = Schema::by_name(table).unwrap().check_json(json, &Policy::strict());
    into_result.err().is_none_or(|error| error.syntax().is_none())
}

const UNKNOWN: [&[u8]; 2] = [br#"{"currency":"USD","value":1,"x":"#, b"}"];

/// Places where a text is passed over: of a wrong type, of a duplicate, and as an element.
const PLACES: [(&str, &[u8], &[u8]); 4] = [
    ("Amount", br#"{"currency":{"a":"#, br#"},"value":1}"#),
    ("Amount", br#"{"value":1,"value":"#, b"}"),
    ("User", br#"{"contactInfos":[{},"#, b"]}"),
    ("Order", br#"{"merchant":{"merchantAddress":"#, b"}}"),
];

fuzz_target!(|data: &[u8]| {
    // Where it is kept or passed over it is no JSON (J17), in a row of integers it is (J10).
    if judge::scan(data).huge {
        return;
    }
    let is_json = judge::is_json(data);
    assert_eq!(is_read("Amount", data), is_json, "at the top");
    let (place, _) = PLACES.split_first().unwrap();
    let (table, before, after) =
        data.len().checked_rem(PLACES.len()).map_or(*place, |index| PLACES[index]);
    let inside = [before, data, after].concat();
    assert_eq!(is_read(table, &inside), judge::is_json(&inside), "{table}");
    let [before, after] = UNKNOWN;
    let inside = [before, data, after].concat();
    assert_eq!(is_read("Amount", &inside), judge::is_json(&inside), "in an unknown member");

    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = JsonText::parse(text);
    assert_eq!(parsed.is_ok(), is_json, "JsonText");
    let begins = text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
    assert_eq!(Format::JsonObject.matches(text), is_json && begins, "the format");
    let Ok(parsed) = parsed else { return };
    let view = parsed.to_value();
    assert!(view.is_ok() || judge::scan(data).greatest, "to_value: {}", view.unwrap_err());
    assert_eq!(ExtendInfo::from(text).to_json().as_ref(), Ok(&parsed), "ExtendInfo");
    judge::demand_same(text, parsed.as_str(), view.as_ref().ok());
    if let (Ok(view), Some(theirs)) = (&view, judge::value(data)) {
        assert!(judge::alike(view, &theirs), "{view} is not {theirs}");
    }
    assert_eq!(JsonText::parse(parsed.as_str()).as_ref(), Ok(&parsed), "parsed again");
    // The member is one level deeper.
    if judge::scan(data).depth == 128 {
        return;
    }
    let amount = from_json::<Amount>(&inside).unwrap();
    assert_eq!(amount.unknown_fields.get("x"), Some(&parsed), "kept");
    let written = serde_json::to_string(&amount).unwrap();
    assert_eq!(written, format!(r#"{{"currency":"USD","value":1,"x":{parsed}}}"#));
});
