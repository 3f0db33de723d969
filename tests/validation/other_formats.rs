//! Tests deserializers of formats other than JSON: nesting depth, types that JSON does not have,
//! and reserved names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use crate::json::{OUT_OF_RANGE, TOO_DEEP};
use miniprogram_protocol::{
    CurrencyCode, JsonText, ProtocolType,
    dictionary::{Amount, Buyer},
    from_json,
};
use serde::{
    de::{
        Deserialize, Deserializer, IntoDeserializer, Visitor,
        value::{
            BorrowedBytesDeserializer, BytesDeserializer, Error as ValueError, F64Deserializer,
            MapDeserializer, U64Deserializer,
        },
    },
    forward_to_deserialize_any,
};
use serde_json::{Value, json};

fn nested_value(levels: usize) -> Value {
    (1..levels).fold(json!([]), |value, _| json!([value]))
}

#[test]
fn limits_depth_of_other_deserializers() {
    assert!(JsonText::deserialize(&nested_value(128)).is_ok());
    assert!(JsonText::deserialize(&nested_value(129)).unwrap_err().to_string().contains(TOO_DEEP));
    // The nested array is in an unknown field, in a field of another type, or in a duplicate field.
    let deep = || nested_value(1_000);
    let member = |name, value: Value| (name, value);
    for members in [
        vec![member("currency", json!("USD")), member("value", json!(1)), member("x", deep())],
        vec![member("currency", deep()), member("value", json!(1))],
        vec![member("value", json!(1)), member("value", deep())],
        vec![member("x", json!(1)), member("x", deep())],
    ] {
        let members = MapDeserializer::<_, serde_json::Error>::new(members.into_iter());
        assert!(Amount::deserialize(members).unwrap_err().to_string().contains(TOO_DEEP));
    }
}

#[test]
fn limits_depth_of_skipped_messagepack() {
    for (levels, found) in [(126, "must be a string, not an array"), (200, TOO_DEEP)] {
        let packed = rmp_serde::to_vec(&json!({"currency": nested_value(levels)})).unwrap();
        let error = rmp_serde::from_slice::<Amount>(&packed).unwrap_err().to_string();
        assert!(error.contains(found), "{levels} levels: {error}");
    }
}

/// Returns whether the type can be deserialized from the value encoded as `MessagePack`. If it can,
/// asserts that the result round-trips through JSON.
fn reads_messagepack<T: ProtocolType + PartialEq>(value: &Value) -> bool {
    let packed = rmp_serde::to_vec(value).unwrap();
    let Ok(read) = rmp_serde::from_slice::<T>(&packed) else { return false };
    let written = serde_json::to_vec(&read).unwrap();
    assert!(*from_json::<T>(&written).unwrap() == read);
    true
}

#[test]
fn rejects_depths_that_json_cannot_represent() {
    // The object that contains the unknown field counts as one level.
    let amount = |value: Value| json!({"currency": "USD", "value": 1, "unknown": value});
    let buyer = |value: Value| json!({"referenceBuyerId": "1", "buyerName": {"fullName": "1", "unknown": value}});
    for (levels, expected) in [(127, true), (128, false)] {
        assert_eq!(
            reads_messagepack::<Amount>(&amount(nested_value(levels))),
            expected,
            "{levels}"
        );
        assert_eq!(
            reads_messagepack::<Buyer>(&buyer(nested_value(levels - 1))),
            expected,
            "{levels}"
        );
    }
}

/// A value of a format other than JSON.
#[derive(Clone, Copy, Debug)]
enum OtherValue {
    String(&'static str),
    None,
    Some(&'static str),
    Signed(i128),
    Unsigned(u128),
}

impl IntoDeserializer<'_, ValueError> for OtherValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for OtherValue {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Self::String(string) => visitor.visit_str(string),
            Self::None => visitor.visit_none(),
            Self::Some(string) => visitor.visit_some(string.into_deserializer()),
            Self::Signed(number) => visitor.visit_i128(number),
            Self::Unsigned(number) => visitor.visit_u128(number),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[test]
fn reads_fields_from_other_deserializers() {
    use OtherValue::{Signed, String, Unsigned};
    let max = u128::from(i64::MAX.unsigned_abs());
    for (currency, value, expected) in [
        (OtherValue::Some("USD"), Signed(7), Ok(7)),
        (String("USD"), Unsigned(8), Ok(8)),
        (String("USD"), Signed(i64::MIN.into()), Ok(i64::MIN)),
        (String("USD"), Signed(i64::MAX.into()), Ok(i64::MAX)),
        (String("USD"), Unsigned(max), Ok(i64::MAX)),
        (OtherValue::None, Signed(7), Err("/currency is required")),
        (String("USD"), OtherValue::None, Err("/value is required")),
        (Signed(7), Signed(7), Err("/currency must be a string, not a number")),
        (Unsigned(7), Signed(7), Err("/currency must be a string, not a number")),
        (String("USD"), OtherValue::Some("7"), Err("/value must be an integer, not a string")),
        (
            String("USD"),
            Signed(i128::from(i64::MIN) - 1),
            Err("/value must be at least -9223372036854775808"),
        ),
        (
            String("USD"),
            Signed(i128::from(i64::MAX) + 1),
            Err("/value must be at most 9223372036854775807"),
        ),
        (String("USD"), Unsigned(max + 1), Err("/value must be at most 9223372036854775807")),
    ] {
        let members = [("currency", currency), ("value", value)];
        let read = Amount::deserialize(MapDeserializer::new(members.into_iter()));
        let read =
            read.map(|amount| amount.value.get()).map_err(|error: ValueError| error.to_string());
        assert_eq!(read, expected.map_err(str::to_owned), "{members:?}");
    }
}

#[test]
fn reads_json_text_from_other_deserializers() {
    for (value, json) in [
        (OtherValue::None, "null"),
        (OtherValue::Some("text"), "\"text\""),
        (OtherValue::Signed(i128::MIN), "-170141183460469231731687303715884105728"),
        (OtherValue::Unsigned(u128::MAX), "340282366920938463463374607431768211455"),
    ] {
        assert_eq!(JsonText::deserialize(value).unwrap().as_str(), json);
    }
    let unsigned = U64Deserializer::<ValueError>::new(7);
    assert_eq!(JsonText::deserialize(unsigned).unwrap().as_str(), "7");
}

#[test]
fn rejects_numbers_that_json_cannot_represent() {
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let error = JsonText::deserialize(F64Deserializer::<ValueError>::new(number)).unwrap_err();
        assert!(error.to_string().contains(OUT_OF_RANGE));
    }
    let number = JsonText::deserialize(F64Deserializer::<ValueError>::new(1.5)).unwrap();
    assert_eq!(number.as_str(), "1.5");
}

#[test]
fn rejects_types_that_json_cannot_represent() {
    let bytes = || BytesDeserializer::<ValueError>::new(b"1");
    let borrowed = BorrowedBytesDeserializer::new(b"1");
    for (error, expected) in [
        (JsonText::deserialize(bytes()).unwrap_err(), "byte array, expected a JSON value"),
        (JsonText::deserialize(borrowed).unwrap_err(), "byte array, expected a JSON value"),
        (CurrencyCode::deserialize(bytes()).unwrap_err(), "byte array, expected string"),
        (Amount::deserialize(bytes()).unwrap_err(), "byte array, expected object"),
        (
            Amount::deserialize(MapDeserializer::new([((), 1_u8)].into_iter())).unwrap_err(),
            "unit value, expected a field name",
        ),
    ] {
        assert_eq!(error.to_string(), format!("invalid type: {expected}"));
    }
}

#[test]
fn never_reads_json_from_reserved_names() {
    let amount = r#"{"currency":"USD","value":1}"#;
    let json = json!({"$serde_json::private::RawValue": amount}).to_string();
    let missing = "/currency is required\n/value is required";
    assert_eq!(from_json::<Amount>(json.as_bytes()).unwrap_err().to_string(), missing);
    let through_serde_json = serde_json::from_str::<Amount>(&json).unwrap_err();
    assert_eq!(through_serde_json.to_string(), missing);
    let packed = rmp_serde::to_vec(&json!({"$serde_json::private::RawValue": amount})).unwrap();
    let through_messagepack = rmp_serde::from_slice::<Amount>(&packed).unwrap_err();
    assert_eq!(through_messagepack.to_string(), missing);
    // Reserved names in unknown fields are not special, either.
    let value =
        json!({"currency": "USD", "value": 1, "x": {"$serde_json::private::RawValue": "1"}});
    let packed = rmp_serde::to_vec(&value).unwrap();
    let read = rmp_serde::from_slice::<Amount>(&packed).unwrap();
    let kept = read.unknown_fields.get("x").unwrap();
    assert_eq!(kept.as_str(), r#"{"$serde_json::private::RawValue":"1"}"#);
}

#[test]
fn never_reads_ordinary_maps_as_json_text() {
    use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer};
    use serde::{Deserialize, Deserializer, de};

    /// A type that reads the start of a map and then forwards the map to another type, as an
    /// untagged enum does.
    struct Forwarded<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Forwarded<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor<T>(std::marker::PhantomData<T>);

            impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
                type Value = Forwarded<T>;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a map")
                }

                fn visit_map<A: de::MapAccess<'de>>(
                    self,
                    map: A,
                ) -> Result<Forwarded<T>, A::Error> {
                    T::deserialize(MapAccessDeserializer::new(map)).map(Forwarded)
                }
            }
            deserializer.deserialize_map(Visitor(std::marker::PhantomData))
        }
    }

    const RESERVED_NAME: &str = "$serde_json::private::RawValue";
    let amount = r#"{"currency":"USD","value":1}"#;
    let missing = "/currency is required\n/value is required";
    let kept = r#"{"$serde_json::private::RawValue":"1"}"#;

    let map = || MapDeserializer::<_, Error>::new([(RESERVED_NAME, amount)].into_iter());
    assert_eq!(Amount::deserialize(map()).unwrap_err().to_string(), missing);
    let map = || MapDeserializer::<_, Error>::new([(RESERVED_NAME, "1")].into_iter());
    assert_eq!(JsonText::deserialize(map()).unwrap().as_str(), kept);

    let json = json!({RESERVED_NAME: amount});
    for error in [
        serde_json::from_str::<Forwarded<Amount>>(&json.to_string()).err().unwrap(),
        serde_json::from_value::<Forwarded<Amount>>(json.clone()).err().unwrap(),
        serde_json::from_value::<Amount>(json.clone()).err().unwrap(),
    ] {
        assert!(error.to_string().starts_with(missing), "{error}");
    }
    let packed = rmp_serde::to_vec(&json).unwrap();
    let error = rmp_serde::from_slice::<Forwarded<Amount>>(&packed).err().unwrap();
    assert_eq!(error.to_string(), missing);
    let Forwarded(text) = serde_json::from_str::<Forwarded<JsonText>>(kept).unwrap();
    assert_eq!(text.as_str(), kept);

    // In other formats, a map key need not be a string. The error message does not contain the
    // name.
    let error = rmp_serde::from_slice::<Forwarded<Amount>>(&[0x81, 0x07, 0x01]).err().unwrap();
    assert_eq!(error.to_string(), "expected a field name in double quotes");
    let map = MapDeserializer::<_, Error>::new((0..9).filter(|key| *key > 7).map(|key| (key, key)));
    let error = Amount::deserialize(map).unwrap_err();
    assert_eq!(error.to_string(), "expected a field name in double quotes");
}
