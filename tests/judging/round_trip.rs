//! What is read is written back, unknown members and unlisted values included.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use crate::common;
use miniprogram_protocol::{
    JsonText, ProtocolType, Valid,
    dictionary::{Address, Amount, Message, MessageChannel, Order},
    from_json,
    schema::{Field, Schema, ValueType},
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value, json};

/// Any JSON value, numbers beyond 64 bits and all planes of Unicode included.
fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("not read exactly by serde_json itself", |float| is_exact(*float))
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// `serde_json` may be off by the last bit of a float.
fn is_exact(float: f64) -> bool {
    serde_json::from_str(&json!(float).to_string()).is_ok_and(|read: Value| read == json!(float))
}

/// Any value that the type can hold, whether it keeps the rules or not.
fn any_of_shape(value_type: &ValueType) -> BoxedStrategy<Value> {
    match *value_type {
        ValueType::String(_) => any::<String>().prop_map(Value::from).boxed(),
        ValueType::Enum(choice) => prop_oneof![
            proptest::sample::select(choice.values).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
        .boxed(),
        ValueType::Integer => any::<i64>().prop_map(Value::from).boxed(),
        ValueType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        ValueType::Array(element) | ValueType::OneOrMany(element) => {
            vec(any_of_shape(element), 0..3).prop_map(Value::from).boxed()
        }
        ValueType::Object(schema) => any_of_schema(schema),
        ref other => panic!("a shape without values: {other}"),
    }
}

fn any_of_schema(schema: &'static Schema) -> BoxedStrategy<Value> {
    let rows: Vec<_> = schema.fields.iter().map(any_of_field).collect();
    let unknown = vec(("[a-z]{1,8}|\\PC{0,8}", any_json()), 0..3);
    (rows, unknown)
        .prop_map(|(rows, unknown)| {
            let mut members: Map<_, _> = rows.into_iter().flatten().collect();
            for (name, value) in unknown {
                members.entry(name).or_insert(value);
            }
            Value::Object(members)
        })
        .boxed()
}

fn any_of_field(field: &'static Field) -> BoxedStrategy<Option<(String, Value)>> {
    let value = any_of_shape(&field.value_type).prop_map(|value| (field.name.to_owned(), value));
    if field.required { value.prop_map(Some).boxed() } else { option::of(value).boxed() }
}

fn is_written_back_as_it_was_read<T: ProtocolType + PartialEq>() {
    let config =
        ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(value in any_of_schema(T::SCHEMA))| {
        let read: T = serde_json::from_str(&value.to_string()).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
        prop_assert_eq!(&serde_json::to_value(&read).unwrap(), &value);
        let again: T = serde_json::from_str(&written).unwrap();
        prop_assert!(again == read);
        let from_value: T = serde_json::from_value(value).unwrap();
        prop_assert!(from_value == read);
    });
}

#[test]
fn whatever_a_table_can_hold_is_written_back_as_it_was_read() {
    common::each_table!(is_written_back_as_it_was_read);
}

#[test]
fn a_valid_value_with_every_member_is_written_in_the_order_of_its_table() {
    fn check<T: ProtocolType + PartialEq + std::fmt::Debug>() {
        let mut value = common::complete(T::SCHEMA);
        value["zz"] = json!({"a": 1});
        value["aa"] = json!([null]);
        let read = from_json::<T>(value.to_string().as_bytes()).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
        let rows = T::SCHEMA.fields.iter().map(|field| field.name);
        assert_eq!(names_in_order(&written), rows.chain(["aa", "zz"]).collect::<Vec<_>>());
        assert_eq!(serde_json::from_str::<Valid<T>>(&written).unwrap(), read);
    }
    common::each_table!(check);
}

/// The names of an object's members, in the order of the text.
fn names_in_order(json: &str) -> Vec<String> {
    struct Names;
    impl<'de> serde::de::Visitor<'de> for Names {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut members: A,
        ) -> Result<Vec<String>, A::Error> {
            let mut names = Vec::new();
            while let Some((name, _)) = members.next_entry::<_, serde::de::IgnoredAny>()? {
                names.push(name);
            }
            Ok(names)
        }
    }
    serde::Deserializer::deserialize_map(&mut serde_json::Deserializer::from_str(json), Names)
        .unwrap()
}

#[test]
fn absent_and_null_members_are_left_out() {
    let address = from_json::<Address>(br#"{"region":"JP","city":null,"label":""}"#).unwrap();
    assert_eq!(address.city, None);
    assert_eq!(serde_json::to_string(&address).unwrap(), r#"{"region":"JP","label":""}"#);
}

#[test]
fn an_unknown_member_that_is_null_is_kept() {
    let amount = from_json::<Amount>(br#"{"currency":"USD","value":1,"future":null}"#).unwrap();
    let written = serde_json::to_string(&amount).unwrap();
    assert_eq!(written, r#"{"currency":"USD","value":1,"future":null}"#);
}

#[test]
fn unknown_members_keep_every_digit_every_duplicate_and_their_order() {
    let json = r#"{"currency":"USD","value":1,"x":{"b":123456789012345678901234567890,"a":0.1234567890123456789,"b":-0.0,"c":1e-310}}"#;
    let amount = from_json::<Amount>(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&amount).unwrap(), json);
}

#[test]
fn numbers_that_15_digits_hold_are_written_in_one_way_and_others_as_they_came() {
    for (number, written) in [
        ("0", "0"),
        ("-0", "-0.0"),
        ("0.00e5", "0.0"),
        ("-0.0e-400", "-0.0"),
        ("1.50", "1.5"),
        ("15e-1", "1.5"),
        ("1E2", "100.0"),
        ("0.000123456789012345", "0.000123456789012345"),
        // 15 digits, not counting zeros before and behind them.
        ("1.23456789012345e0", "1.23456789012345"),
        ("0.0012345678901234500e0", "0.00123456789012345"),
        ("1234567890123450000000000.0", "1.23456789012345e+24"),
        ("1.234567890123456e0", "1.234567890123456e0"),
        ("0.001234567890123456000e0", "0.001234567890123456000e0"),
        ("1.2345678901234560", "1.2345678901234560"),
        ("1.00000000000000010", "1.00000000000000010"),
        // Near the ends of the range of an f64 fewer digits come back.
        ("1.0e289", "1e+289"),
        ("-1.0e289", "-1e+289"),
        ("1.0e290", "1.0e290"),
        ("1.0e-290", "1e-290"),
        ("1.0e-291", "1.0e-291"),
        ("-1.0e-291", "-1.0e-291"),
        // Integers of 64 bits, and beyond.
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("100000000000000000000000", "100000000000000000000000"),
    ] {
        let text = JsonText::parse(number).unwrap();
        assert_eq!(text.as_str(), written, "{number}");
        assert_eq!(JsonText::parse(written).unwrap(), text, "{number}");
    }
}

#[test]
fn unlisted_values_are_written_back_as_they_came() {
    for text in ["", "sms", " SMS", "SMS ", "電報"] {
        let json = json!({"messageId": "", "customerId": "", "messageChannel": text, "messageContent": "", "extendInfo": ""});
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        assert!(!message.message_channel.is_known());
        assert_eq!(message.message_channel.as_str(), text);
        assert_eq!(serde_json::to_value(&message).unwrap(), json);
    }
}

#[test]
fn odd_texts_of_formats_are_written_back_as_they_came() {
    for text in ["2019-11-27T12:01:01.1200+00:00", "2019-11-27T12:01:01-00:00", "yesterday", ""] {
        let json = json!({"referenceOrderId": "", "orderDescription": "", "orderAmount": {"currency": "usd", "value": -1}, "orderCreateTime": text, "merchant": {"referenceMerchantId": "", "merchantName": ""}});
        let order: Order = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&order).unwrap(), json);
    }
}

#[test]
fn texts_and_lists_can_stand_in_a_struct_of_ones_own() {
    let code: miniprogram_protocol::CurrencyCode = serde_json::from_str("\"usd\"").unwrap();
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"usd\"");
    let channel: MessageChannel = serde_json::from_str("\"FAX\"").unwrap();
    assert_eq!(serde_json::to_string(&channel).unwrap(), "\"FAX\"");
    let error = serde_json::from_str::<MessageChannel>("7").unwrap_err();
    assert_eq!(error.to_string(), "the value must be a string, not a number");
}

#[test]
fn every_table_is_written_and_read_by_a_format_that_is_not_json() {
    fn check<T: ProtocolType + PartialEq + std::fmt::Debug>() {
        let mut value = common::complete(T::SCHEMA);
        value["future"] = json!({"nested": [null, true, -1, 1.5, "text", {}]});
        let read = from_json::<T>(value.to_string().as_bytes()).unwrap();
        let written = rmp_serde::to_vec(&read).unwrap();
        assert_eq!(rmp_serde::from_slice::<Valid<T>>(&written).unwrap(), read);
        assert_eq!(rmp_serde::from_slice::<T>(&written).unwrap(), *read);
    }
    common::each_table!(check);
}

#[test]
fn a_format_that_is_not_json_reports_every_violation_too() {
    let mut value = common::complete(Order::SCHEMA);
    value["orderAmount"]["currency"] = json!("usd");
    value["buyer"] = json!([1]);
    let written = rmp_serde::to_vec(&value).unwrap();
    let error = rmp_serde::from_slice::<Valid<Order>>(&written).unwrap_err().to_string();
    assert!(error.contains("/orderAmount/currency must be a current currency code"), "{error}");
    assert!(error.contains("/buyer must be an object, not an array"), "{error}");
}

#[test]
fn numbers_keep_every_digit_through_serde_json() {
    let json = r#"{"currency":"USD","value":1,"x":[12345678901234567890.125,1e-310]}"#;
    let from_str: Valid<Amount> = serde_json::from_str(json).unwrap();
    let from_reader: Valid<Amount> = serde_json::from_reader(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&from_str).unwrap(), json);
    assert_eq!(serde_json::to_string(&from_reader).unwrap(), json);
    let text = "[12345678901234567890.125,1e-310]";
    assert_eq!(serde_json::from_str::<JsonText>(text).unwrap().as_str(), text);
    assert_eq!(serde_json::from_reader::<_, JsonText>(text.as_bytes()).unwrap().as_str(), text);
}

#[test]
fn a_format_without_a_place_for_a_number_gets_the_nearest_one() {
    let json = br#"{"currency":"USD","value":1,"x":12345678901234567890.125}"#;
    let amount = from_json::<Amount>(json).unwrap();
    let written = rmp_serde::to_vec(&amount).unwrap();
    let read: Valid<Amount> = rmp_serde::from_slice(&written).unwrap();
    assert_eq!(read.unknown_fields.get("x").unwrap().as_str(), "1.2345678901234567e+19");
}

#[test]
fn an_unknown_member_with_the_name_of_a_row_is_a_duplicate() {
    let mut amount = Amount::new("USD", 5);
    amount.unknown_fields.insert("value", "6".parse().unwrap());
    let violations = miniprogram_protocol::Validate::validate(&amount).unwrap_err();
    assert_eq!((violations[0].path(), violations[0].code()), ("/value", "duplicate"));
}

#[test]
fn deserializers_that_know_no_newtypes_are_read_alike() {
    use serde::de::{IntoDeserializer, value::MapDeserializer};
    // A deserializer that gives a map for whatever it is asked for.
    let members = [("currency", "USD"), ("x", "y")];
    let from = MapDeserializer::<_, serde::de::value::Error>::new(members.into_iter());
    let error = <Amount as serde::Deserialize>::deserialize(from).unwrap_err();
    assert_eq!(error.to_string(), "/value is required");
    let from = "text".into_deserializer();
    let error: serde::de::value::Error =
        <Amount as serde::Deserialize>::deserialize(from).unwrap_err();
    assert_eq!(error.to_string(), "the value must be an object, not a string");
}
