//! Checks that errors, reports and `Debug` output never expose payload values, and are safe to log.
//!
//! `CANARY` and `CANARY_NUMBER` occur only in payloads. `outputs_for` collects every output about
//! a document; add new kinds of output there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod common;

use common::for_each_type;
use miniprogram_protocol::{
    Error, ExtendInfo, JsonText, PhoneNumber, Policy, ProtocolType, Schema, Valid, Violation,
    Violations,
    dictionary::{
        Amount, InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, MessageContent,
        Order, PushContent, SmsContent, User,
    },
    endpoint::NotifyCardRegistrationRequest,
    from_json, from_json_with,
    schema::ValueType,
};
use serde::{
    de::{
        Deserialize, Deserializer, IntoDeserializer, Visitor,
        value::{BytesDeserializer, Error as ValueError, MapDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, error::Error as StdError, fmt::Debug};

/// A string that occurs only in values. No word, name or format in the crate contains it, in upper
/// or lower case.
const CANARY: &str = "QZXJ";

/// A number that occurs only in values, and exceeds the limits on all fields.
const CANARY_NUMBER: i64 = 7_346_281_905;

fn assert_no_leak(output: &str, origin: &dyn Debug) {
    let leaks =
        output.to_uppercase().contains(CANARY) || output.contains(&CANARY_NUMBER.to_string());
    assert!(!leaks, "{output:.2000}\nfrom {origin:.2000?}");
}

fn assert_no_leaks(outputs: &[String], origin: &dyn Debug) {
    for output in outputs {
        assert_no_leak(output, origin);
    }
}

/// Returns values that contain the canary, each of which is invalid in some field.
fn canary_values() -> Vec<Value> {
    vec![
        json!(CANARY),
        json!(CANARY.repeat(1_100)),
        json!(format!("{CANARY}@{CANARY}#{CANARY}?{CANARY}")),
        json!(format!("{CANARY}\n\u{1b}[31m\u{0}\u{7f}\u{85}\u{202e}{CANARY}")),
        json!(format!("2019-11-27T12:01:01+08:30{CANARY}")),
        json!(format!("+6512345678{CANARY}")),
        json!(format!("{{\"content\":\"{CANARY}\"")),
        json!(CANARY_NUMBER.to_string()),
        json!(CANARY_NUMBER),
        json!(-CANARY_NUMBER),
        serde_json::from_str(&format!("{CANARY_NUMBER}.{CANARY_NUMBER}")).unwrap(),
        serde_json::from_str(&format!("{CANARY_NUMBER}{CANARY_NUMBER}{CANARY_NUMBER}")).unwrap(),
        json!({ CANARY: CANARY }),
        json!({ CANARY: { CANARY: [CANARY, CANARY_NUMBER] }, "extendInfo": CANARY, "region": CANARY_NUMBER }),
        json!([CANARY]),
        json!([CANARY, CANARY_NUMBER, { CANARY: CANARY }, [CANARY], null]),
        json!(vec![CANARY; 60]),
        json!(vec![json!({ CANARY: CANARY }); 60]),
    ]
}

/// Replaces every string, at any depth, with the canary.
fn replace_strings(value: &Value, canary: &str) -> Value {
    match value {
        Value::String(_) => json!(canary),
        Value::Array(elements) => {
            elements.iter().map(|element| replace_strings(element, canary)).collect()
        }
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| (name.clone(), replace_strings(value, canary));
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn replace_member(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[name] = value;
    object
}

fn remove_member(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(name);
    object
}

/// Returns documents of a type in which one field or all fields contain a canary.
fn documents_with_canaries(schema: &Schema) -> Vec<Vec<u8>> {
    let complete = common::complete_value(schema);
    let mut documents = Vec::new();
    for canary in canary_values() {
        for field in schema.fields {
            documents.push(replace_member(&complete, field.name, canary.clone()));
        }
        let fields = schema.fields.iter().map(|field| (field.name.to_owned(), canary.clone()));
        documents.push(Value::Object(fields.collect::<Map<_, _>>()));
        if let Some(string) = canary.as_str() {
            documents.push(replace_strings(&complete, string));
        }
        documents.push(canary);
    }
    let mut documents: Vec<_> = documents.iter().map(|value| value.to_string().into()).collect();
    documents.extend(documents_with_duplicates(&complete));
    documents
}

/// Returns documents in which every field, including an unknown one, has a duplicate that contains
/// a canary.
fn documents_with_duplicates(value: &Value) -> Vec<Vec<u8>> {
    let members = value.as_object().unwrap();
    let mut duplicated = String::from("{");
    for (name, member) in members {
        let name = json!(name).to_string();
        duplicated.extend([&name, ":", &member.to_string(), ",", &name, ":\"", CANARY, "\","]);
    }
    let known = duplicated.trim_end_matches(',').to_owned() + "}";
    let mut documents = vec![known.into_bytes()];
    for canary in canary_values() {
        let unknown = format!("{duplicated}\"newer\":{canary},\"newer\":{canary}}}");
        documents.push(unknown.into_bytes());
    }
    documents
}

/// Returns the text of an error and its sources, as formatted by `Display` and `Debug`.
fn error_outputs(error: &(dyn StdError + 'static)) -> Vec<String> {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.flat_map(|error| [error.to_string(), format!("{error:?}")]).collect()
}

/// Returns all printable output of a report: messages, paths, codes and JSON.
fn report_outputs(violations: &Violations) -> Vec<String> {
    let mut outputs = error_outputs(violations);
    outputs.push(serde_json::to_string(violations).unwrap());
    for violation in violations {
        let kind = violation.kind();
        outputs.extend([
            violation.to_string(),
            format!("{violation:?}"),
            violation.path().to_owned(),
        ]);
        outputs.extend([kind.to_string(), format!("{kind:?}"), violation.code().to_owned()]);
        outputs.push(serde_json::to_string(violation).unwrap());
    }
    outputs
}

/// Returns all printable output of an error of this crate.
fn all_error_outputs(error: Error) -> Vec<String> {
    let mut outputs = error_outputs(&error);
    match error.into_violations() {
        Ok(violations) => outputs.extend(report_outputs(&violations)),
        Err(syntax) => {
            outputs.extend(error_outputs(&syntax));
            outputs.push(syntax.message().to_owned());
        }
    }
    outputs
}

/// Returns all output that each way of reading produces for a document.
fn outputs_for<T: ProtocolType + Debug>(json: &[u8]) -> Vec<String> {
    let unlimited = Policy::strict().max_violations(usize::MAX);
    let mut outputs = Vec::new();
    outputs.extend(from_json::<T>(json).err().map(all_error_outputs));
    outputs.extend(from_json_with::<T>(json, &unlimited).err().map(all_error_outputs));
    outputs.extend(T::SCHEMA.check_json_with(json, &unlimited).err().map(all_error_outputs));
    outputs
        .extend(serde_json::from_slice::<Valid<T>>(json).err().map(|error| error_outputs(&error)));
    match serde_json::from_slice::<T>(json) {
        Err(error) => outputs.push(error_outputs(&error)),
        Ok(value) => {
            let report = value.validate_with(&unlimited).err();
            outputs.extend(report.map(|violations| report_outputs(&violations)));
            if let Err(error) = Valid::new(value) {
                outputs.push(vec![error.to_string(), format!("{error:?}")]);
                outputs.push(report_outputs(&error.violations));
            }
        }
    }
    if let Ok(value) = serde_json::from_slice::<Value>(json) {
        outputs.extend(T::deserialize(&value).err().map(|error| error_outputs(&error)));
        outputs.extend(
            serde_json::from_value::<Valid<T>>(value).err().map(|error| error_outputs(&error)),
        );
    }
    outputs.concat()
}

/// Asserts that the outputs about invalid documents of a type do not contain their values. Returns
/// the number of outputs.
fn check_outputs_of_invalid_documents<T: ProtocolType + Debug>() -> usize {
    let mut outputs = 0;
    for json in documents_with_canaries(T::SCHEMA) {
        for output in outputs_for::<T>(&json) {
            assert_no_leak(&output, &String::from_utf8_lossy(&json));
            outputs += 1;
        }
    }
    outputs
}

#[test]
fn leaks_no_values_of_invalid_documents() {
    for outputs in for_each_type!(check_outputs_of_invalid_documents) {
        assert!(outputs > 500, "only {outputs} outputs");
    }
}

#[test]
fn leaks_no_values_of_malformed_documents() {
    fn assert_no_leaks_from_truncated_documents<T: ProtocolType + Debug>() {
        let json = replace_strings(&common::complete_value(T::SCHEMA), CANARY).to_string();
        for end in (0..json.len()).step_by(7) {
            for ending in ["", "x", "\u{0}", "\\", "\""] {
                let json = json[..end].to_owned() + ending;
                let outputs = outputs_for::<T>(json.as_bytes());
                assert!(!outputs.is_empty(), "{json}");
                assert_no_leaks(&outputs, &json);
            }
        }
    }
    for_each_type!(assert_no_leaks_from_truncated_documents);
}

#[test]
fn leaks_no_values_through_other_deserializers() {
    fn assert_no_leaks_from_other_deserializers<T: ProtocolType + Debug>() {
        let string = StrDeserializer::<ValueError>::new(CANARY);
        assert_no_leak(&T::deserialize(string).unwrap_err().to_string(), &"a string");
        let bytes = BytesDeserializer::<ValueError>::new(CANARY.as_bytes());
        assert_no_leak(&T::deserialize(bytes).unwrap_err().to_string(), &"bytes");
    }
    for_each_type!(assert_no_leaks_from_other_deserializers);
}

#[test]
fn leaks_no_values_through_typed_views() {
    let content = MessageContent::from(format!("{{\"title\":{{\"{CANARY}\":1}},\"content\":[]}}"));
    let error = content.parse_push().unwrap_err();
    assert_eq!(error.violations().len(), 2);
    assert_no_leaks(&all_error_outputs(error), &content.as_str());
    let content = MessageContent::from(CANARY);
    for error in
        [content.parse_push().err(), content.parse_sms().err(), content.parse_inbox().err()]
    {
        let outputs = all_error_outputs(error.unwrap());
        assert_no_leaks(&outputs, &CANARY);
    }
    for outputs in [
        error_outputs(&PhoneNumber::parse(CANARY).unwrap_err()),
        error_outputs(&Amount::new(CANARY, 1).currency.currency().unwrap_err()),
        error_outputs(&JsonText::parse(CANARY).unwrap_err()),
        error_outputs(&ExtendInfo::from(CANARY).parse_json().unwrap_err()),
    ] {
        assert_no_leaks(&outputs, &CANARY);
    }
}

#[test]
fn leaks_no_values_in_json_conversions() {
    // `serde_json` reserves this name and expects a string as its value.
    for value in [json!(CANARY_NUMBER), json!(CANARY), json!([CANARY])] {
        let json = format!("{{\"$serde_json::private::RawValue\":{value}}}");
        for text in [JsonText::parse(&json), ExtendInfo::from(json.as_str()).parse_json()] {
            if let Err(error) = text.unwrap().to_value() {
                assert_no_leaks(&error_outputs(&error), &json);
            }
        }
    }
}

/// Converts a field name from JSON to Rust.
fn rust_name(json_name: &str) -> String {
    let mut name = String::new();
    let mut last_is_capital = false;
    for character in json_name.chars() {
        // Consecutive capital letters form one word, as in `merchantMCC`.
        if character.is_uppercase() && !last_is_capital {
            name.push('_');
        }
        last_is_capital = character.is_uppercase();
        name.extend(character.to_lowercase());
    }
    name
}

fn from_value<T: ProtocolType>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

/// Formats a value with `{:?}` and `{:#?}`.
fn debug_output<T: ProtocolType + Debug>(value: &Value) -> String {
    let value: T = from_value(value);
    format!("{value:?}\n{value:#?}")
}

/// Checks that the `Debug` output hides exactly the sensitive fields. Returns the numbers of hidden
/// and shown fields.
fn count_hidden_and_shown_fields<T: ProtocolType + Debug>() -> (usize, usize) {
    let complete = common::complete_value(T::SCHEMA);
    let (mut hidden, mut shown) = (0, 0);
    for field in T::SCHEMA.fields {
        let name = rust_name(field.name);
        let canary = replace_strings(&complete[field.name], CANARY);
        let value = replace_member(&complete, field.name, canary);
        let debug = debug_output::<T>(&value);
        let has = |shown: &str| debug.contains(&format!("{name}: {shown}"));
        if field.sensitive {
            assert_no_leak(&debug, &(T::SCHEMA.name, field.name));
            assert!(has("<hidden>") || has("Some(<hidden>)"), "{name} in {debug}");
            hidden += 1;
        } else if matches!(field.value_type, ValueType::String(_)) {
            assert!(debug.contains(CANARY), "{name} in {debug}");
            shown += 1;
        }
        if !field.required {
            let absent = debug_output::<T>(&remove_member(&complete, field.name));
            assert!(absent.contains(&format!("{name}: None")), "{name} in {absent}");
        }
    }
    (hidden, shown)
}

#[test]
fn hides_sensitive_fields_in_debug_output() {
    let counts = for_each_type!(count_hidden_and_shown_fields);
    let hidden: usize = counts.iter().map(|(hidden, _)| hidden).sum();
    let shown: usize = counts.iter().map(|(_, shown)| shown).sum();
    assert!(hidden > 40 && shown > 40, "{hidden} hidden, {shown} shown");
}

#[test]
fn hides_message_content_in_debug_output() {
    assert_eq!(count_hidden_and_shown_fields::<PushContent>(), (3, 0));
    assert_eq!(count_hidden_and_shown_fields::<SmsContent>(), (1, 0));
    assert_eq!(count_hidden_and_shown_fields::<InboxContent>(), (0, 0));
    assert_eq!(count_hidden_and_shown_fields::<InboxHeader>(), (0, 2));
    assert_eq!(count_hidden_and_shown_fields::<InboxBody>(), (2, 0));
    assert_eq!(count_hidden_and_shown_fields::<InboxFooter>(), (1, 0));
    assert_eq!(count_hidden_and_shown_fields::<InboxTarget>(), (1, 0));
    let content = MessageContent::from(format!("{{\"en\":{{\"title\":\"{CANARY}\"}}}}"));
    assert_no_leak(&format!("{:?}", content.parse_push().unwrap()), &content.as_str());
}

#[test]
fn shows_unknown_field_count_in_debug_output() {
    fn assert_hidden<T: ProtocolType + Debug>() {
        let mut value = common::minimal_value(T::SCHEMA);
        assert!(debug_output::<T>(&value).contains("unknown_fields: <0 hidden>"));
        for (index, canary) in canary_values().into_iter().enumerate() {
            value[format!("{CANARY}{index}")] = canary;
        }
        let debug = debug_output::<T>(&value);
        assert_no_leak(&debug, &T::SCHEMA.name);
        assert!(debug.contains(&format!("unknown_fields: <{} hidden>", canary_values().len())));
        let valid = from_json::<T>(value.to_string().as_bytes()).unwrap();
        assert_no_leak(&format!("{valid:?}"), &T::SCHEMA.name);
    }
    for_each_type!(assert_hidden);
}

#[test]
fn hides_sensitive_strings_in_debug_output() {
    let digits = CANARY_NUMBER.to_string();
    let phone = format!("+{digits}");
    let outputs = [
        format!("{:?}", ExtendInfo::from(CANARY)),
        format!("{:?}", MessageContent::from(CANARY)),
        format!("{:?}", JsonText::try_from(json!([CANARY, CANARY_NUMBER])).unwrap()),
        format!("{:?}", PhoneNumber::parse(&phone).unwrap()),
    ];
    for output in outputs {
        assert!(output.contains("<hidden>"), "{output}");
        assert_no_leak(&output, &"a single value");
    }
}

/// Returns documents of a type that violate every kind of constraint.
fn invalid_documents(schema: &Schema) -> Vec<Vec<u8>> {
    let complete = common::complete_value(schema);
    let wrong = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("@"),
        json!("a#b?"),
        json!("x".repeat(5_000)),
        json!("MOBILE_PHONE"),
        json!("ACCESS_DENIED"),
        json!([]),
        json!([1]),
        json!(vec![1; 60]),
        json!({}),
        json!({"resultStatus": "S", "resultCode": "ACCESS_DENIED"}),
        json!([{}]),
    ];
    let mut documents = documents_with_canaries(schema);
    for field in schema.fields {
        documents.push(remove_member(&complete, field.name).to_string().into());
        for value in &wrong {
            documents.push(replace_member(&complete, field.name, value.clone()).to_string().into());
        }
    }
    if schema.name == "MessageSendResult" {
        documents.push(br#"{"messageId":"1","success":false}"#.to_vec());
    }
    documents
}

fn violations_of<T: ProtocolType>(json: &[u8]) -> Vec<Violation> {
    let policy = Policy::strict().max_violations(20);
    from_json_with::<T>(json, &policy)
        .err()
        .map(|error| error.violations().to_vec())
        .unwrap_or_default()
}

/// Checks that the messages about invalid documents of a type are printable. Returns the codes of
/// the violations.
fn check_messages_are_printable<T: ProtocolType>() -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    for violation in invalid_documents(T::SCHEMA).iter().flat_map(|json| violations_of::<T>(json)) {
        assert_printable(&violation);
        assert_no_leak(&violation.to_string(), violation.kind());
        codes.insert(violation.kind().code());
    }
    codes
}

/// Asserts that the message is printable ASCII of at most 256 bytes, and that the path is
/// printable.
fn assert_printable(violation: &Violation) {
    let message = violation.kind().to_string();
    assert!(is_printable(&message) && message.len() <= 256, "{message:?}");
    assert!(!message.is_empty() && !message.ends_with('.') && message.trim() == message);
    assert!(is_printable(violation.path()), "{violation}");
    assert!(is_printable(&violation.to_string()), "{violation}");
}

fn is_printable(string: &str) -> bool {
    string.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[test]
fn uses_short_printable_ascii_messages() {
    let codes: BTreeSet<_> =
        for_each_type!(check_messages_are_printable).into_iter().flatten().collect();
    let all = [
        "anyOf",
        "const",
        "dependentRequired",
        "duplicate",
        "enum",
        "forbiddenCharacter",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "required",
        "tooMany",
        "type",
    ];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), all);
}

/// Returns unusual names of unknown fields.
fn unusual_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "",
        " ",
        "newer",
        "~",
        "/",
        "~1",
        "a/b~c",
        "..",
        "\n",
        "\r\n",
        "\t",
        "\u{0}",
        "\u{1b}[2J",
        "\u{7f}",
        "\u{85}",
        "\u{202e}",
        "\u{2028}",
        "\u{2066}",
        "\u{feff}",
        "\u{200b}",
        "\"",
        "\\",
        "é",
        "円",
        "😀",
        "e\u{301}",
        "\u{e000}",
        "\u{10ffff}",
        "%s%n",
        "${jndi:ldap://a}",
        "<b>",
        "'; DROP TABLE",
        "violation\n/value is required",
    ]
    .map(str::to_owned)
    .into();
    let long = names.iter().filter(|name| !name.is_empty()).map(|name| name.repeat(200));
    names.extend(long.collect::<Vec<_>>());
    names
}

/// Returns the error for a document with a duplicate unknown field.
fn duplicate_error(name: &str) -> Error {
    let name = json!(name);
    let json = format!("{{\"currency\":\"USD\",{name}:1,\"value\":1,{name}:\"{CANARY}\"}}");
    from_json::<Amount>(json.as_bytes()).unwrap_err()
}

/// Returns the name to which a pointer with one segment refers (RFC 6901).
fn unescape_pointer(pointer: &str) -> String {
    pointer.strip_prefix('/').unwrap().replace("~1", "/").replace("~0", "~")
}

/// Returns `true` if a character can control a terminal or log, or is invisible.
fn is_unsafe_to_log(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn assert_name_only_in_path(name: &str) {
    let error = duplicate_error(name);
    let [violation] = error.violations() else { panic!("{name:?}: {error}") };
    let truncated: String = name.chars().take(64).collect();
    assert_eq!(unescape_pointer(violation.path()), truncated);
    assert_eq!(
        violation.kind().to_string(),
        "is a duplicate field; only its first occurrence is used"
    );
    for shown in [violation.to_string(), error.to_string(), format!("{violation:?} {error:?}")] {
        assert!(!shown.contains(is_unsafe_to_log), "{shown:?}");
        assert!(shown.len() < 1_500, "{} bytes: {shown:?}", shown.len());
        assert_no_leak(&shown, &name);
    }
    assert_eq!(error.to_string().lines().count(), 1);
    assert!(error.to_string().ends_with(&violation.kind().to_string()));
}

#[test]
fn shows_unknown_names_only_in_paths() {
    for name in unusual_names() {
        assert_name_only_in_path(&name);
    }
}

#[test]
fn escapes_control_and_bidi_characters() {
    let shown = duplicate_error("a\nb\u{1b}c\u{7f}d\u{85}e\u{202e}f").to_string();
    let expected = "/a\\nb\\u{1b}c\\u{7f}d\\u{85}e\\u{202e}f is a duplicate field; only its first \
                    occurrence is used";
    assert_eq!(shown, expected);
}

#[test]
fn never_shows_valid_unknown_names() {
    let json = format!("{{\"{CANARY}\":1,\"currency\":{{\"{CANARY}\":2}},\"value\":-1}}");
    for output in outputs_for::<Amount>(json.as_bytes()) {
        assert_no_leak(&output, &json);
    }
}

/// Returns the strings of the Big List of Naughty Strings, if the file exists.
fn naughty_strings() -> Vec<String> {
    let Some(path) = common::test_data("naughty-strings/blns.json") else { return Vec::new() };
    let strings: Vec<_> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(strings.len() >= 500, "incomplete list: {} strings", strings.len());
    strings
}

#[test]
fn omits_naughty_values_from_messages() {
    fn assert_printable_messages<T: ProtocolType>() {
        let complete = common::complete_value(T::SCHEMA);
        for naughty in naughty_strings() {
            let json = replace_strings(&complete, &naughty).to_string();
            for violation in violations_of::<T>(json.as_bytes()) {
                assert_printable(&violation);
                // A shorter string may occur in a message by chance.
                assert!(naughty.len() < 12 || !violation.to_string().contains(&naughty));
            }
        }
    }
    for_each_type!(assert_printable_messages);
}

#[test]
fn shows_naughty_names_only_in_paths() {
    for naughty in naughty_strings() {
        assert_name_only_in_path(&naughty);
    }
}

#[test]
fn omits_naughty_documents_from_errors() {
    for naughty in naughty_strings() {
        let error = from_json::<Order>(naughty.as_bytes()).unwrap_err();
        for output in all_error_outputs(error) {
            assert!(output.len() < 512 && is_printable(&output), "{output:?}");
            assert!(naughty.len() < 12 || !output.contains(&naughty), "{output:?}");
        }
    }
}

#[test]
fn prints_short_output_for_long_documents() {
    let long = CANARY.repeat(5_000_000 / CANARY.len());
    let documents = [
        // These documents contain a long value that is invalid, unknown, skipped or malformed.
        format!("{{\"currency\":\"{long}\",\"value\":1}}"),
        format!("{{\"currency\":\"USD\",\"value\":\"{long}\"}}"),
        format!("{{\"currency\":\"USD\",\"x\":\"{long}\",\"value\":-1}}"),
        format!("{{\"currency\":\"USD\",\"value\":1,\"value\":[\"{long}\"]}}"),
        format!("{{\"currency\":\"USD\",\"value\":{}}}", "7".repeat(5_000_000)),
        format!("{{\"currency\":\"{long}"),
        format!("{{\"currency\":\"{long}\u{0}\"}}"),
        format!("\"{long}\""),
        long.clone(),
        // These documents contain a long name of an unknown field or of a member of a skipped
        // value.
        format!("{{\"currency\":\"USD\",\"{long}\":1,\"value\":-1}}"),
        format!("{{\"currency\":\"USD\",\"value\":{{\"{long}\":1,\"{long}\":2}}}}"),
    ];
    for json in documents {
        let outputs = all_error_outputs(from_json::<Amount>(json.as_bytes()).unwrap_err());
        assert_outputs_are_short(&outputs);
        assert_no_leaks(&outputs, &"5 megabytes");
        assert_outputs_are_short(&error_outputs(
            &serde_json::from_str::<Valid<Amount>>(&json).unwrap_err(),
        ));
    }
}

#[test]
fn prints_short_output_for_long_names() {
    for character in ["a", "\n", "\u{10ffff}"] {
        let name = character.repeat(5_000_000 / character.len());
        let error = duplicate_error(&name);
        assert_eq!(error.violations().len(), 1);
        assert_outputs_are_short(&all_error_outputs(error));
    }
}

fn assert_outputs_are_short(outputs: &[String]) {
    for output in outputs {
        assert!(output.len() < 1_024, "{} bytes: {output:.2000}", output.len());
    }
}

#[test]
fn omits_request_values_from_reports() {
    let json =
        br#"{"userId":"2160220042","gender":"female","userName":{},"birthDate":"1815-12-10"}"#;
    let error = from_json::<User>(json).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/gender must be one of F, M\n\
         /userName must have at least one of fullName, firstName, middleName, lastName\n\
         /birthDate must be a date-time with an offset, such as 2019-11-27T12:01:01+08:30"
    );
    let json = br#"{"registrationFields":[{"fieldCode":"PASSWORD","fieldValue":5}]}"#;
    let error = from_json::<NotifyCardRegistrationRequest>(json).unwrap_err();
    assert_eq!(
        error.violations()[0].to_string(),
        "/registrationFields/0/fieldValue must be a string, not a number"
    );
}

/// A field name that is not a string, which deserializers of formats other than JSON may return.
#[derive(Clone, Copy, Debug)]
enum NonStringName {
    Boolean,
    Signed(i64),
    Long(i128),
    Unsigned(u64),
    LongUnsigned(u128),
    Float(f64),
    Bytes(&'static [u8]),
}

impl IntoDeserializer<'_, ValueError> for NonStringName {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for NonStringName {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Self::Boolean => visitor.visit_bool(true),
            Self::Signed(number) => visitor.visit_i64(number),
            Self::Long(number) => visitor.visit_i128(number),
            Self::Unsigned(number) => visitor.visit_u64(number),
            Self::LongUnsigned(number) => visitor.visit_u128(number),
            Self::Float(number) => visitor.visit_f64(number),
            Self::Bytes(bytes) => visitor.visit_bytes(bytes),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[test]
fn rejects_names_that_are_not_strings() {
    for name in [
        NonStringName::Boolean,
        NonStringName::Signed(CANARY_NUMBER),
        NonStringName::Long(CANARY_NUMBER.into()),
        NonStringName::Unsigned(CANARY_NUMBER.unsigned_abs()),
        NonStringName::LongUnsigned(CANARY_NUMBER.unsigned_abs().into()),
        NonStringName::Float(7_346_281_905.0),
        NonStringName::Bytes(CANARY.as_bytes()),
    ] {
        let members = MapDeserializer::new([(name, 1_u8)].into_iter());
        let error = Amount::deserialize(members).unwrap_err();
        assert_eq!(error.to_string(), "expected a field name in double quotes", "{name:?}");
    }
}
