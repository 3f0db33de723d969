//! No value of the payload comes out of errors, reports and `Debug`; and what does come out can be
//! logged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod common;

use common::each_table;
use miniprogram_protocol::{
    Error, ExtendInfo, InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, JsonText,
    MessageContent, PhoneNumber, Policy, ProtocolType, PushContent, Schema, SmsContent, Valid,
    Violation, Violations,
    dictionary::{Amount, Order, User},
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

/// What stands in values alone: no word, name or format of the crate holds it, in any case.
const CANARY: &str = "QZXJ";

/// The same for numbers. It is beyond every limit of a row.
const NUMBER: i64 = 7_346_281_905;

fn assert_silent(output: &str, origin: &dyn Debug) {
    let leaks = output.to_uppercase().contains(CANARY) || output.contains(&NUMBER.to_string());
    assert!(!leaks, "{output:.2000}\nfrom {origin:.2000?}");
}

fn assert_all_silent(outputs: &[String], origin: &dyn Debug) {
    for output in outputs {
        assert_silent(output, origin);
    }
}

/// Values that hold the canary, each faulty in another way for one row or another.
fn canaries() -> Vec<Value> {
    vec![
        json!(CANARY),
        json!(CANARY.repeat(1_100)),
        json!(format!("{CANARY}@{CANARY}#{CANARY}?{CANARY}")),
        json!(format!("{CANARY}\n\u{1b}[31m\u{0}\u{7f}\u{85}\u{202e}{CANARY}")),
        json!(format!("2019-11-27T12:01:01+08:30{CANARY}")),
        json!(format!("+6512345678{CANARY}")),
        json!(format!("{{\"content\":\"{CANARY}\"")),
        json!(NUMBER.to_string()),
        json!(NUMBER),
        json!(-NUMBER),
        serde_json::from_str(&format!("{NUMBER}.{NUMBER}")).unwrap(),
        serde_json::from_str(&format!("{NUMBER}{NUMBER}{NUMBER}")).unwrap(),
        json!({ CANARY: CANARY }),
        json!({ CANARY: { CANARY: [CANARY, NUMBER] }, "extendInfo": CANARY, "region": NUMBER }),
        json!([CANARY]),
        json!([CANARY, NUMBER, { CANARY: CANARY }, [CANARY], null]),
        json!(vec![CANARY; 60]),
        json!(vec![json!({ CANARY: CANARY }); 60]),
    ]
}

/// `value` with `canary` in place of every text at any depth.
fn with_every_text(value: &Value, canary: &str) -> Value {
    match value {
        Value::String(_) => json!(canary),
        Value::Array(elements) => {
            elements.iter().map(|element| with_every_text(element, canary)).collect()
        }
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| (name.clone(), with_every_text(value, canary));
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn with(value: &Value, name: &str, member: Value) -> Value {
    let mut value = value.clone();
    value[name] = member;
    value
}

fn without(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove(name);
    value
}

/// Documents of a table that hold canaries: each in each row in turn, and in all rows at once.
fn documents(schema: &Schema) -> Vec<Vec<u8>> {
    let complete = common::complete(schema);
    let mut documents = Vec::new();
    for canary in canaries() {
        for field in schema.fields {
            documents.push(with(&complete, field.name, canary.clone()));
        }
        let rows = schema.fields.iter().map(|field| (field.name.to_owned(), canary.clone()));
        documents.push(Value::Object(rows.collect::<Map<_, _>>()));
        if let Some(text) = canary.as_str() {
            documents.push(with_every_text(&complete, text));
        }
        documents.push(canary);
    }
    let mut documents: Vec<_> = documents.iter().map(|value| value.to_string().into()).collect();
    documents.extend(with_duplicates(&complete));
    documents
}

/// The value with each of its members twice, the second time with a canary; and with a canary in
/// an unknown member that stands twice.
fn with_duplicates(value: &Value) -> Vec<Vec<u8>> {
    let members = value.as_object().unwrap();
    let mut twice = String::from("{");
    for (name, member) in members {
        let name = json!(name).to_string();
        twice.extend([&name, ":", &member.to_string(), ",", &name, ":\"", CANARY, "\","]);
    }
    let known = twice.trim_end_matches(',').to_owned() + "}";
    let mut documents = vec![known.into_bytes()];
    for canary in canaries() {
        let unknown = format!("{twice}\"newer\":{canary},\"newer\":{canary}}}");
        documents.push(unknown.into_bytes());
    }
    documents
}

/// What an error and its sources say.
fn said_by(error: &(dyn StdError + 'static)) -> Vec<String> {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.flat_map(|error| [error.to_string(), format!("{error:?}")]).collect()
}

fn said_by_report(violations: &Violations) -> Vec<String> {
    let mut said = said_by(violations);
    said.push(serde_json::to_string(violations).unwrap());
    for violation in violations {
        let kind = violation.kind();
        said.extend([violation.to_string(), format!("{violation:?}"), violation.path().to_owned()]);
        said.extend([kind.to_string(), format!("{kind:?}"), violation.code().to_owned()]);
        said.push(serde_json::to_string(violation).unwrap());
    }
    said
}

fn said_by_error(error: Error) -> Vec<String> {
    let mut said = said_by(&error);
    match error.into_violations() {
        Ok(violations) => said.extend(said_by_report(&violations)),
        Err(syntax) => {
            said.extend(said_by(&syntax));
            said.push(syntax.message().to_owned());
        }
    }
    said
}

/// Everything that is said about a document, whichever way it is read.
fn said_about<T: ProtocolType + Debug>(json: &[u8]) -> Vec<String> {
    let unlimited = Policy::strict().max_violations(usize::MAX);
    let mut said = Vec::new();
    said.extend(from_json::<T>(json).err().map(said_by_error));
    said.extend(from_json_with::<T>(json, &unlimited).err().map(said_by_error));
    said.extend(T::SCHEMA.check_json(json, &unlimited).err().map(said_by_error));
    said.extend(serde_json::from_slice::<Valid<T>>(json).err().map(|error| said_by(&error)));
    match serde_json::from_slice::<T>(json) {
        Err(error) => said.push(said_by(&error)),
        Ok(value) => {
            let report = value.validate_with(&unlimited).err();
            said.extend(report.map(|violations| said_by_report(&violations)));
            said.extend(Valid::new(value).err().map(|violations| said_by_report(&violations)));
        }
    }
    if let Ok(value) = serde_json::from_slice::<Value>(json) {
        said.extend(T::deserialize(&value).err().map(|error| said_by(&error)));
        said.extend(serde_json::from_value::<Valid<T>>(value).err().map(|error| said_by(&error)));
    }
    said.concat()
}

/// Asserts it of one table, and gives the number of outputs.
fn assert_silent_about_faults<T: ProtocolType + Debug>() -> usize {
    let mut outputs = 0;
    for json in documents(T::SCHEMA) {
        for output in said_about::<T>(&json) {
            assert_silent(&output, &String::from_utf8_lossy(&json));
            outputs += 1;
        }
    }
    outputs
}

#[test]
fn the_macro_of_the_tables_lists_all_of_them() {
    fn name<T: ProtocolType>() -> &'static str {
        T::SCHEMA.name
    }
    let names: Vec<_> = Schema::ALL.iter().map(|schema| schema.name).collect();
    assert_eq!(each_table!(name)[..], names);
}

#[test]
fn no_value_is_in_what_is_said_about_faulty_documents_of_any_table() {
    for outputs in each_table!(assert_silent_about_faults) {
        assert!(outputs > 500, "{outputs} outputs are too few to tell anything");
    }
}

#[test]
fn no_value_is_in_what_is_said_about_malformed_documents() {
    fn assert_silent_when_cut<T: ProtocolType + Debug>() {
        let json = with_every_text(&common::complete(T::SCHEMA), CANARY).to_string();
        for place in (0..json.len()).step_by(7) {
            for fault in ["", "x", "\u{0}", "\\", "\""] {
                let json = json[..place].to_owned() + fault;
                let said = said_about::<T>(json.as_bytes());
                assert!(!said.is_empty(), "{json}");
                assert_all_silent(&said, &json);
            }
        }
    }
    each_table!(assert_silent_when_cut);
}

#[test]
fn no_value_is_in_the_errors_of_other_deserializers() {
    fn assert_silent_from_others<T: ProtocolType + Debug>() {
        let text = StrDeserializer::<ValueError>::new(CANARY);
        assert_silent(&T::deserialize(text).unwrap_err().to_string(), &"a text");
        let bytes = BytesDeserializer::<ValueError>::new(CANARY.as_bytes());
        assert_silent(&T::deserialize(bytes).unwrap_err().to_string(), &"bytes");
    }
    each_table!(assert_silent_from_others);
}

#[test]
fn no_value_is_in_the_errors_of_typed_views() {
    let content = MessageContent::from(format!("{{\"title\":{{\"{CANARY}\":1}},\"content\":[]}}"));
    let error = content.push().unwrap_err();
    assert_eq!(error.violations().len(), 2);
    assert_all_silent(&said_by_error(error), &content.as_str());
    let content = MessageContent::from(CANARY);
    for error in [content.push().err(), content.sms().err(), content.inbox().err()] {
        let said = said_by_error(error.unwrap());
        assert_all_silent(&said, &CANARY);
    }
    for said in [
        said_by(&PhoneNumber::parse(CANARY).unwrap_err()),
        said_by(&Amount::new(CANARY, 1).currency.currency().unwrap_err()),
        said_by(&JsonText::parse(CANARY).unwrap_err()),
        said_by(&ExtendInfo::from(CANARY).to_json().unwrap_err()),
    ] {
        assert_all_silent(&said, &CANARY);
    }
}

#[test]
fn no_value_is_in_the_errors_of_views_as_json() {
    // A name that `serde_json` keeps to itself, and expects a text under.
    for value in [json!(NUMBER), json!(CANARY), json!([CANARY])] {
        let json = format!("{{\"$serde_json::private::RawValue\":{value}}}");
        for text in [JsonText::parse(&json), ExtendInfo::from(json.as_str()).to_json()] {
            if let Err(error) = text.unwrap().to_value() {
                assert_all_silent(&said_by(&error), &json);
            }
        }
    }
}

/// The name of a row in Rust.
fn field_name(wire: &str) -> String {
    let mut name = String::new();
    let mut last_is_capital = false;
    for character in wire.chars() {
        // A run of capitals is one word: `merchantMCC`.
        if character.is_uppercase() && !last_is_capital {
            name.push('_');
        }
        last_is_capital = character.is_uppercase();
        name.extend(character.to_lowercase());
    }
    name
}

fn read<T: ProtocolType>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

/// Both forms of `Debug`, of the value and of its validated form.
fn debug<T: ProtocolType + Debug>(value: &Value) -> String {
    let value: T = read(value);
    format!("{value:?}\n{value:#?}")
}

/// How many rows are hidden and how many are shown.
fn assert_debug_hides_sensitive_rows<T: ProtocolType + Debug>() -> (usize, usize) {
    let complete = common::complete(T::SCHEMA);
    let (mut hidden, mut shown) = (0, 0);
    for field in T::SCHEMA.fields {
        let name = field_name(field.name);
        let row = with_every_text(&complete[field.name], CANARY);
        let value = with(&complete, field.name, row);
        let debug_of_it = debug::<T>(&value);
        let holds = |text: &str| debug_of_it.contains(&format!("{name}: {text}"));
        if field.sensitive {
            assert_silent(&debug_of_it, &(T::SCHEMA.name, field.name));
            assert!(holds("<hidden>") || holds("Some(<hidden>)"), "{name} in {debug_of_it}");
            hidden += 1;
        } else if matches!(field.value_type, ValueType::String(_) | ValueType::Enum(_)) {
            assert!(debug_of_it.contains(CANARY), "{name} in {debug_of_it}");
            shown += 1;
        }
        if !field.required {
            let absent = debug::<T>(&without(&complete, field.name));
            assert!(absent.contains(&format!("{name}: None")), "{name} in {absent}");
        }
    }
    (hidden, shown)
}

#[test]
fn debug_shows_of_sensitive_rows_that_they_are_given_and_no_more() {
    let counts = each_table!(assert_debug_hides_sensitive_rows);
    let hidden: usize = counts.iter().map(|(hidden, _)| hidden).sum();
    let shown: usize = counts.iter().map(|(_, shown)| shown).sum();
    assert!(hidden > 40 && shown > 40, "{hidden} hidden, {shown} shown");
}

#[test]
fn debug_of_message_contents_hides_their_sensitive_rows() {
    assert_eq!(assert_debug_hides_sensitive_rows::<PushContent>(), (3, 0));
    assert_eq!(assert_debug_hides_sensitive_rows::<SmsContent>(), (1, 0));
    assert_eq!(assert_debug_hides_sensitive_rows::<InboxContent>(), (0, 0));
    assert_eq!(assert_debug_hides_sensitive_rows::<InboxHeader>(), (0, 2));
    assert_eq!(assert_debug_hides_sensitive_rows::<InboxBody>(), (2, 0));
    assert_eq!(assert_debug_hides_sensitive_rows::<InboxFooter>(), (1, 0));
    assert_eq!(assert_debug_hides_sensitive_rows::<InboxTarget>(), (1, 0));
    let content = MessageContent::from(format!("{{\"en\":{{\"title\":\"{CANARY}\"}}}}"));
    assert_silent(&format!("{:?}", content.push().unwrap()), &content.as_str());
}

#[test]
fn debug_of_unknown_members_shows_how_many_there_are_and_no_more() {
    fn assert_hidden<T: ProtocolType + Debug>() {
        let mut value = common::smallest(T::SCHEMA);
        assert!(debug::<T>(&value).contains("unknown_fields: <0 hidden>"));
        for (index, canary) in canaries().into_iter().enumerate() {
            value[format!("{CANARY}{index}")] = canary;
        }
        let debug = debug::<T>(&value);
        assert_silent(&debug, &T::SCHEMA.name);
        assert!(debug.contains(&format!("unknown_fields: <{} hidden>", canaries().len())));
        let valid = from_json::<T>(value.to_string().as_bytes()).unwrap();
        assert_silent(&format!("{valid:?}"), &T::SCHEMA.name);
    }
    each_table!(assert_hidden);
}

#[test]
fn debug_of_texts_that_are_sensitive_wherever_they_stand_shows_nothing() {
    let digits = NUMBER.to_string();
    let phone = format!("+{digits}");
    let outputs = [
        format!("{:?}", ExtendInfo::from(CANARY)),
        format!("{:?}", MessageContent::from(CANARY)),
        format!("{:?}", JsonText::try_from(json!([CANARY, NUMBER])).unwrap()),
        format!("{:?}", PhoneNumber::parse(&phone).unwrap()),
    ];
    for output in outputs {
        assert!(output.contains("<hidden>"), "{output}");
        assert_silent(&output, &"a text of its own");
    }
}

/// Documents of a table that break every kind of rule that it has.
fn broad_faults(schema: &Schema) -> Vec<Vec<u8>> {
    let complete = common::complete(schema);
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
    let mut documents = documents(schema);
    for field in schema.fields {
        documents.push(without(&complete, field.name).to_string().into());
        for value in &wrong {
            documents.push(with(&complete, field.name, value.clone()).to_string().into());
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

/// The codes that were found.
fn assert_messages_are_plain<T: ProtocolType>() -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    for violation in broad_faults(T::SCHEMA).iter().flat_map(|json| violations_of::<T>(json)) {
        assert_plain(&violation);
        assert_silent(&violation.to_string(), violation.kind());
        codes.insert(violation.code());
    }
    codes
}

/// A message is printable ASCII, of at most 256 bytes, and so is the whole unless the payload chose
/// a name in it.
fn assert_plain(violation: &Violation) {
    let message = violation.kind().to_string();
    assert!(is_printable(&message) && message.len() <= 256, "{message:?}");
    assert!(!message.is_empty() && !message.ends_with('.') && message.trim() == message);
    assert!(is_printable(violation.path()), "{violation}");
    assert!(is_printable(&violation.to_string()), "{violation}");
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[test]
fn messages_are_short_and_printable_ascii_whatever_was_broken() {
    let codes: BTreeSet<_> = each_table!(assert_messages_are_plain).into_iter().flatten().collect();
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

/// Names that the payload may choose.
fn names() -> Vec<String> {
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

/// The violations of a document in which the unknown member `name` stands twice.
fn twice(name: &str) -> Error {
    let name = json!(name);
    let json = format!("{{\"currency\":\"USD\",{name}:1,\"value\":1,{name}:\"{CANARY}\"}}");
    from_json::<Amount>(json.as_bytes()).unwrap_err()
}

/// RFC 6901, the other way round.
fn unescaped(pointer: &str) -> String {
    pointer.strip_prefix('/').unwrap().replace("~1", "/").replace("~0", "~")
}

/// Whether a character may act on the terminal or log that it is written to, or hide in it.
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn assert_only_the_path_names(name: &str) {
    let error = twice(name);
    let [violation] = error.violations() else { panic!("{name:?}: {error}") };
    let cut: String = name.chars().take(64).collect();
    assert_eq!(unescaped(violation.path()), cut);
    assert_eq!(
        violation.kind().to_string(),
        "is a duplicate field; only its first occurrence is used"
    );
    for shown in [violation.to_string(), error.to_string(), format!("{violation:?} {error:?}")] {
        assert!(!shown.contains(is_active), "{shown:?}");
        assert!(shown.len() < 1_500, "{} bytes: {shown:?}", shown.len());
        assert_silent(&shown, &name);
    }
    assert_eq!(error.to_string().lines().count(), 1);
    assert!(error.to_string().ends_with(&violation.kind().to_string()));
}

#[test]
fn a_name_that_the_payload_chose_stands_in_the_path_alone_cut_and_escaped() {
    for name in names() {
        assert_only_the_path_names(&name);
    }
}

#[test]
fn display_escapes_control_characters_and_what_turns_the_direction() {
    let shown = twice("a\nb\u{1b}c\u{7f}d\u{85}e\u{202e}f").to_string();
    let expected = "/a\\nb\\u{1b}c\\u{7f}d\\u{85}e\\u{202e}f is a duplicate field; only its first \
                    occurrence is used";
    assert_eq!(shown, expected);
}

#[test]
fn a_name_that_the_payload_chose_once_is_nowhere() {
    let json = format!("{{\"{CANARY}\":1,\"currency\":{{\"{CANARY}\":2}},\"value\":-1}}");
    for output in said_about::<Amount>(json.as_bytes()) {
        assert_silent(&output, &json);
    }
}

/// The Big List of Naughty Strings, if it is there.
fn naughty_strings() -> Vec<String> {
    let Some(path) = common::test_data("naughty-strings/blns.json") else { return Vec::new() };
    let strings: Vec<_> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(strings.len() >= 500, "the list is not whole: {} strings", strings.len());
    strings
}

#[test]
fn naughty_strings_as_values_are_in_no_message() {
    fn assert_plain_about_them<T: ProtocolType>() {
        let complete = common::complete(T::SCHEMA);
        for naughty in naughty_strings() {
            let json = with_every_text(&complete, &naughty).to_string();
            for violation in violations_of::<T>(json.as_bytes()) {
                assert_plain(&violation);
                // Shorter ones may be words of a message.
                assert!(naughty.len() < 12 || !violation.to_string().contains(&naughty));
            }
        }
    }
    each_table!(assert_plain_about_them);
}

#[test]
fn naughty_strings_as_names_stand_in_the_path_alone() {
    for naughty in naughty_strings() {
        assert_only_the_path_names(&naughty);
    }
}

#[test]
fn naughty_strings_as_documents_are_refused_without_a_word_of_them() {
    for naughty in naughty_strings() {
        let error = from_json::<Order>(naughty.as_bytes()).unwrap_err();
        for output in said_by_error(error) {
            assert!(output.len() < 512 && is_printable(&output), "{output:?}");
            assert!(naughty.len() < 12 || !output.contains(&naughty), "{output:?}");
        }
    }
}

#[test]
fn what_is_said_about_5_megabytes_is_less_than_a_kilobyte() {
    let text = CANARY.repeat(5_000_000 / CANARY.len());
    let documents = [
        // A value: too long, of the wrong type, in an unknown member, passed over, malformed.
        format!("{{\"currency\":\"{text}\",\"value\":1}}"),
        format!("{{\"currency\":\"USD\",\"value\":\"{text}\"}}"),
        format!("{{\"currency\":\"USD\",\"x\":\"{text}\",\"value\":-1}}"),
        format!("{{\"currency\":\"USD\",\"value\":1,\"value\":[\"{text}\"]}}"),
        format!("{{\"currency\":\"USD\",\"value\":{}}}", "7".repeat(5_000_000)),
        format!("{{\"currency\":\"{text}"),
        format!("{{\"currency\":\"{text}\u{0}\"}}"),
        format!("\"{text}\""),
        text.clone(),
        // A name: unknown, and where it is passed over.
        format!("{{\"currency\":\"USD\",\"{text}\":1,\"value\":-1}}"),
        format!("{{\"currency\":\"USD\",\"value\":{{\"{text}\":1,\"{text}\":2}}}}"),
    ];
    for json in documents {
        let said = said_by_error(from_json::<Amount>(json.as_bytes()).unwrap_err());
        assert_short(&said);
        assert_all_silent(&said, &"5 megabytes");
        assert_short(&said_by(&serde_json::from_str::<Valid<Amount>>(&json).unwrap_err()));
    }
}

#[test]
fn what_is_said_about_a_name_of_5_megabytes_is_less_than_a_kilobyte() {
    for character in ["a", "\n", "\u{10ffff}"] {
        let name = character.repeat(5_000_000 / character.len());
        let error = twice(&name);
        assert_eq!(error.violations().len(), 1);
        assert_short(&said_by_error(error));
    }
}

fn assert_short(said: &[String]) {
    for output in said {
        assert!(output.len() < 1_024, "{} bytes: {output:.2000}", output.len());
    }
}

#[test]
fn reports_of_real_requests_can_be_sent_to_the_peer() {
    let json =
        br#"{"userId":"2160220042","gender":"female","userName":{},"birthDate":"1815-12-10"}"#;
    let error = from_json::<User>(json).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/gender must be one of F, M\n\
         /userName must have at least one of fullName, firstName, middleName, lastName\n\
         /birthDate must be a date-time with offset such as 2019-11-27T12:01:01+08:30"
    );
    let json = br#"{"registrationFields":[{"fieldCode":"PASSWORD","fieldValue":5}]}"#;
    let error = from_json::<NotifyCardRegistrationRequest>(json).unwrap_err();
    assert_eq!(
        error.violations()[0].to_string(),
        "/registrationFields/0/fieldValue must be a string, not a number"
    );
}

/// A value that some deserializer gives in place of the name of a member.
#[derive(Clone, Copy, Debug)]
enum NoName {
    Boolean,
    Signed(i64),
    Long(i128),
    Unsigned(u64),
    LongUnsigned(u128),
    Float(f64),
    Bytes(&'static [u8]),
}

impl IntoDeserializer<'_, ValueError> for NoName {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for NoName {
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
fn a_name_that_is_no_text_is_refused_without_repeating_it() {
    for name in [
        NoName::Boolean,
        NoName::Signed(NUMBER),
        NoName::Long(NUMBER.into()),
        NoName::Unsigned(NUMBER.unsigned_abs()),
        NoName::LongUnsigned(NUMBER.unsigned_abs().into()),
        NoName::Float(7_346_281_905.0),
        NoName::Bytes(CANARY.as_bytes()),
    ] {
        let members = MapDeserializer::new([(name, 1_u8)].into_iter());
        let error = Amount::deserialize(members).unwrap_err();
        assert_eq!(error.to_string(), "expected a field name in double quotes", "{name:?}");
    }
}
