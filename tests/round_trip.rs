//! What is read is written back, unknown members and unlisted values included.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

mod common;

use miniprogram_protocol::{
    Field, Schema, Shape, Table, Valid,
    dictionary::{
        Address, Amount, Buyer, Category, ContactInfo, DeployAppInfo, DeviceInfo, Env, Goods,
        LoginIdInfo, Merchant, MerchantStore, Message, MessageChannel, MessageSendResult, Order,
        PaymentMethod, Result, Shipping, User, UserName,
    },
    endpoint::{
        CardField, MerchantSyncRequest, MerchantSyncResponse, NotifyCardRegistrationRequest,
        NotifyCardRegistrationResponse,
    },
    from_json,
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
fn any_of_shape(shape: &Shape) -> BoxedStrategy<Value> {
    match *shape {
        Shape::Text(_) => any::<String>().prop_map(Value::from).boxed(),
        Shape::Choice(choice) => prop_oneof![
            proptest::sample::select(choice.values).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
        .boxed(),
        Shape::Integer => any::<i64>().prop_map(Value::from).boxed(),
        Shape::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Shape::List(element) => vec(any_of_shape(element), 0..3).prop_map(Value::from).boxed(),
        Shape::Object(schema) => any_of_schema(schema),
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
    let value = any_of_shape(&field.shape).prop_map(|value| (field.name.to_owned(), value));
    if field.required { value.prop_map(Some).boxed() } else { option::of(value).boxed() }
}

fn is_written_back_as_it_was_read<T: Table + PartialEq>(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
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

macro_rules! every_table {
    ($($Table:ty),+ $(,)?) => {
        #[test]
        fn whatever_a_table_can_hold_is_written_back_as_it_was_read() {
            let mut tables = Vec::new();
            $(
                is_written_back_as_it_was_read::<$Table>(64);
                tables.push(<$Table>::SCHEMA.name);
            )+
            assert_eq!(tables.len(), Schema::ALL.len());
        }

        #[test]
        fn a_valid_value_with_every_member_is_written_in_the_order_of_its_table() {
            $( {
                let schema = <$Table>::SCHEMA;
                let mut value = common::complete(schema);
                value["zz"] = json!({"a": 1});
                value["aa"] = json!([null]);
                let read = from_json::<$Table>(value.to_string().as_bytes()).unwrap();
                let written = serde_json::to_string(&read).unwrap();
                assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
                let names: Vec<_> = schema.fields.iter().map(|field| field.name).chain(["aa", "zz"]).collect();
                assert_eq!(names_in_order(&written), names);
                let again: Valid<$Table> = serde_json::from_str(&written).unwrap();
                assert!(again == read);
            } )+
        }
    };
}

every_table! {
    Message, Result, MessageSendResult, Amount, Order, Merchant, MerchantStore, Goods, Shipping, Buyer,
    Env, UserName, Address, PaymentMethod, DeviceInfo, DeployAppInfo, Category, User, LoginIdInfo,
    ContactInfo, MerchantSyncRequest, MerchantSyncResponse, NotifyCardRegistrationRequest,
    NotifyCardRegistrationResponse, CardField,
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
        ) -> std::result::Result<Vec<String>, A::Error> {
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
fn unlisted_values_are_written_back_as_they_came() {
    for text in ["", "sms", " SMS", "SMS ", "電報"] {
        let json = json!({"messageId": "", "customerId": "", "messageChannel": text, "messageContent": "", "extendInfo": ""});
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        assert!(!message.message_channel.is_listed());
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
