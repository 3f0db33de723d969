//! Checks that values round-trip through JSON and `MessagePack`, including unknown fields and
//! unknown enum values.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    JsonText, ProtocolType, Valid,
    dictionary::{Address, Amount, Message, MessageChannel, Order},
    from_json,
    schema::{Field, Schema, StringType, ValueType},
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value, json};

/// Generates any JSON value, including floats and characters from all Unicode planes.
fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("serde_json does not read it exactly", |float| is_read_exactly(*float))
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

/// Returns `true` if `serde_json` reads the float exactly, because `serde_json` sometimes rounds
/// the last bit incorrectly.
fn is_read_exactly(float: f64) -> bool {
    serde_json::from_str(&json!(float).to_string()).is_ok_and(|read: Value| read == json!(float))
}

/// Generates any value that the type can represent, valid or not.
fn any_value_of_type(value_type: ValueType) -> BoxedStrategy<Value> {
    match value_type {
        ValueType::String(StringType { enum_schema: Some(schema), .. }) => prop_oneof![
            proptest::sample::select(schema.values).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
        .boxed(),
        ValueType::String(_) => any::<String>().prop_map(Value::from).boxed(),
        ValueType::Integer(_) => any::<i64>().prop_map(Value::from).boxed(),
        ValueType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        ValueType::Array(array) | ValueType::OneOrMany(array) => {
            vec(any_value_of_type(array.items.value_type()), 0..3).prop_map(Value::from).boxed()
        }
        ValueType::Object(schema, _) => any_object_of_schema(schema),
        other => panic!("no values for the type {other}"),
    }
}

/// Generates any object with known and unknown fields.
fn any_object_of_schema(schema: &'static Schema) -> BoxedStrategy<Value> {
    let fields: Vec<_> = schema.fields.iter().map(any_member_of_field).collect();
    let unknown = vec(("[a-z]{1,8}|\\PC{0,8}", any_json()), 0..3);
    (fields, unknown)
        .prop_map(|(fields, unknown)| {
            let mut members: Map<_, _> = fields.into_iter().flatten().collect();
            for (name, value) in unknown {
                members.entry(name).or_insert(value);
            }
            Value::Object(members)
        })
        .boxed()
}

/// Generates a member with an arbitrary value for a field. If the field is optional, the member may
/// be absent.
fn any_member_of_field(field: &'static Field) -> BoxedStrategy<Option<(String, Value)>> {
    let value =
        any_value_of_type(field.value_type).prop_map(|value| (field.name.to_owned(), value));
    if field.required { value.prop_map(Some).boxed() } else { option::of(value).boxed() }
}

fn assert_round_trip<T: ProtocolType + PartialEq>() {
    let config =
        ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(value in any_object_of_schema(T::SCHEMA))| {
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
fn round_trips_all_representable_values() {
    common::for_each_type!(assert_round_trip);
}

#[test]
fn writes_fields_in_specified_order() {
    fn check<T: ProtocolType + PartialEq + std::fmt::Debug>() {
        let mut value = common::complete_value(T::SCHEMA);
        value["zz"] = json!({"a": 1});
        value["aa"] = json!([null]);
        let read = from_json::<T>(value.to_string().as_bytes()).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
        let fields = T::SCHEMA.fields.iter().map(|field| field.name);
        assert_eq!(names_in_order(&written), fields.chain(["aa", "zz"]).collect::<Vec<_>>());
        assert_eq!(serde_json::from_str::<Valid<T>>(&written).unwrap(), read);
    }
    common::for_each_type!(check);
}

/// Returns the member names of an object in order.
fn names_in_order(json: &str) -> Vec<String> {
    struct NamesVisitor;
    impl<'de> serde::de::Visitor<'de> for NamesVisitor {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Vec<String>, A::Error> {
            let mut names = Vec::new();
            while let Some((name, _)) = map.next_entry::<_, serde::de::IgnoredAny>()? {
                names.push(name);
            }
            Ok(names)
        }
    }
    serde::Deserializer::deserialize_map(
        &mut serde_json::Deserializer::from_str(json),
        NamesVisitor,
    )
    .unwrap()
}

#[test]
fn omits_absent_and_null_fields() {
    let address = from_json::<Address>(br#"{"region":"JP","city":null,"label":""}"#).unwrap();
    assert_eq!(address.city, None);
    assert_eq!(serde_json::to_string(&address).unwrap(), r#"{"region":"JP","label":""}"#);
}

#[test]
fn keeps_unknown_fields_that_are_null() {
    let amount = from_json::<Amount>(br#"{"currency":"USD","value":1,"future":null}"#).unwrap();
    let written = serde_json::to_string(&amount).unwrap();
    assert_eq!(written, r#"{"currency":"USD","value":1,"future":null}"#);
}

#[test]
fn keeps_digits_and_order_of_unknown_fields() {
    let json = r#"{"currency":"USD","value":1,"x":{"b":123456789012345678901234567890,"a":0.1234567890123456789,"b":-0.0,"c":1e-310}}"#;
    let amount = from_json::<Amount>(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&amount).unwrap(), json);
}

#[test]
fn normalizes_numbers_of_up_to_15_digits() {
    for (number, written) in [
        ("0", "0"),
        ("-0", "-0.0"),
        ("0.00e5", "0.0"),
        ("-0.0e-400", "-0.0"),
        ("1.50", "1.5"),
        ("15e-1", "1.5"),
        ("1E2", "100.0"),
        ("0.000123456789012345", "0.000123456789012345"),
        // These numbers have 15 digits without leading and trailing zeros.
        ("1.23456789012345e0", "1.23456789012345"),
        ("0.0012345678901234500e0", "0.00123456789012345"),
        ("1234567890123450000000000.0", "1.23456789012345e+24"),
        ("1.234567890123456e0", "1.234567890123456e0"),
        ("0.001234567890123456000e0", "0.001234567890123456000e0"),
        ("1.2345678901234560", "1.2345678901234560"),
        ("1.00000000000000010", "1.00000000000000010"),
        // Near the limits of its range, an `f64` preserves fewer digits.
        ("1.0e289", "1e+289"),
        ("-1.0e289", "-1e+289"),
        ("1.0e290", "1.0e290"),
        ("1.0e-290", "1e-290"),
        ("1.0e-291", "1.0e-291"),
        ("-1.0e-291", "-1.0e-291"),
        // Integers of any size are preserved.
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
fn preserves_unknown_enum_values() {
    for value in ["", "sms", " SMS", "SMS ", "電報"] {
        let json = json!({"messageId": "", "customerId": "", "messageChannel": value, "messageContent": "", "extendInfo": ""});
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        assert!(!message.message_channel.is_known());
        assert_eq!(message.message_channel.as_str(), value);
        assert_eq!(serde_json::to_value(&message).unwrap(), json);
    }
}

#[test]
fn preserves_strings_that_violate_their_format() {
    for time in ["2019-11-27T12:01:01.1200+00:00", "2019-11-27T12:01:01-00:00", "yesterday", ""] {
        let json = json!({"referenceOrderId": "", "orderDescription": "", "orderAmount": {"currency": "usd", "value": -1}, "orderCreateTime": time, "merchant": {"referenceMerchantId": "", "merchantName": ""}});
        let order: Order = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&order).unwrap(), json);
    }
}

#[test]
fn deserializes_standalone_strings_and_enums() {
    let code: miniprogram_protocol::CurrencyCode = serde_json::from_str("\"usd\"").unwrap();
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"usd\"");
    let channel: MessageChannel = serde_json::from_str("\"FAX\"").unwrap();
    assert_eq!(serde_json::to_string(&channel).unwrap(), "\"FAX\"");
    let error = serde_json::from_str::<MessageChannel>("7").unwrap_err();
    assert_eq!(error.to_string(), "the value must be a string, not a number");
}

#[test]
fn round_trips_every_type_through_messagepack() {
    fn check<T: ProtocolType + PartialEq + std::fmt::Debug>() {
        let mut value = common::complete_value(T::SCHEMA);
        value["future"] = json!({"nested": [null, true, -1, 1.5, "text", {}]});
        let read = from_json::<T>(value.to_string().as_bytes()).unwrap();
        let written = rmp_serde::to_vec(&read).unwrap();
        assert_eq!(rmp_serde::from_slice::<Valid<T>>(&written).unwrap(), read);
        assert_eq!(rmp_serde::from_slice::<T>(&written).unwrap(), *read);
    }
    common::for_each_type!(check);
}

#[test]
fn rejects_formats_that_are_not_self_describing() {
    fn check<T: ProtocolType>() {
        for value in [common::minimal_value(T::SCHEMA), common::complete_value(T::SCHEMA)] {
            let value: T = serde_json::from_value(value).unwrap();
            assert_eq!(
                postcard::to_allocvec(&value),
                Err(postcard::Error::SerializeSeqLengthUnknown),
                "{}",
                T::SCHEMA.name
            );
        }
    }
    common::for_each_type!(check);
}

#[test]
fn reports_every_violation_through_messagepack() {
    let mut value = common::complete_value(Order::SCHEMA);
    value["orderAmount"]["currency"] = json!("usd");
    value["buyer"] = json!([1]);
    let written = rmp_serde::to_vec(&value).unwrap();
    let error = rmp_serde::from_slice::<Valid<Order>>(&written).unwrap_err().to_string();
    assert!(
        error.contains("/orderAmount/currency must be a current ISO 4217 currency code"),
        "{error}"
    );
    assert!(error.contains("/buyer must be an object, not an array"), "{error}");
}

#[test]
fn keeps_every_digit_of_numbers() {
    let json = r#"{"currency":"USD","value":1,"x":[12345678901234567890.125,1e-310]}"#;
    let from_str: Valid<Amount> = serde_json::from_str(json).unwrap();
    let from_reader: Valid<Amount> = serde_json::from_reader(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&from_str).unwrap(), json);
    assert_eq!(serde_json::to_string(&from_reader).unwrap(), json);
    let json = "[12345678901234567890.125,1e-310]";
    assert_eq!(serde_json::from_str::<JsonText>(json).unwrap().as_str(), json);
    assert_eq!(serde_json::from_reader::<_, JsonText>(json.as_bytes()).unwrap().as_str(), json);
}

#[test]
fn rounds_numbers_to_f64_through_messagepack() {
    let json = br#"{"currency":"USD","value":1,"x":12345678901234567890.125}"#;
    let amount = from_json::<Amount>(json).unwrap();
    let written = rmp_serde::to_vec(&amount).unwrap();
    let read: Valid<Amount> = rmp_serde::from_slice(&written).unwrap();
    assert_eq!(read.unknown_fields.get("x").unwrap().as_str(), "1.2345678901234567e+19");
}

#[test]
fn reads_deserializers_that_ignore_newtypes() {
    use serde::de::{IntoDeserializer, value::MapDeserializer};
    // This deserializer always calls `visit_map`, regardless of the requested type.
    let members = [("currency", "USD"), ("x", "y")];
    let deserializer = MapDeserializer::<_, serde::de::value::Error>::new(members.into_iter());
    let error = <Amount as serde::Deserialize>::deserialize(deserializer).unwrap_err();
    assert_eq!(error.to_string(), "/value is required");
    let deserializer = "text".into_deserializer();
    let error: serde::de::value::Error =
        <Amount as serde::Deserialize>::deserialize(deserializer).unwrap_err();
    assert_eq!(error.to_string(), "the value must be an object, not a string");
}
