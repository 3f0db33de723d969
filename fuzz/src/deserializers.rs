//! Reads types from MessagePack and from `serde_json::Value` instead of JSON.

use crate::{FuzzedType, reference};
use miniprogram_protocol::{JsonText, Valid, from_json};
use serde::Deserialize;
use serde_json::Value;

/// Reads a `T` and a `Valid<T>` from MessagePack, and checks that the results agree and round-trip
/// through JSON.
pub fn check_message_pack<T: FuzzedType>(bytes: &[u8]) {
    let deserialized = rmp_serde::from_slice::<T>(bytes);
    let valid = rmp_serde::from_slice::<Valid<T>>(bytes);
    match &deserialized {
        Ok(value) => {
            let result = value.validate();
            assert_eq!(result.is_ok(), valid.is_ok(), "Deserialize of Valid: {result:?}");
            let json = serde_json::to_vec(value).unwrap();
            let again = serde_json::from_slice::<T>(&json);
            assert_eq!(again.ok().as_ref(), Some(value), "round trip through JSON");
            match from_json::<T>(&json) {
                Ok(read) => assert_eq!(&*read, value, "from_json"),
                Err(error) => assert!(result.is_err(), "rejected only by from_json: {error}"),
            }
        }
        Err(_) => assert!(valid.is_err(), "accepted only by Deserialize of Valid"),
    }
    if let Ok(json) = rmp_serde::from_slice::<JsonText>(bytes) {
        assert!(
            reference::is_json(json.as_str().as_bytes()),
            "JsonText contains invalid JSON: {json}"
        );
        assert_eq!(JsonText::parse(json.as_str()).as_ref(), Ok(&json), "parsed again");
    }
}

/// Reads a `T` from a `Value` and from JSON, and checks that the results are equal and round-trip
/// through MessagePack.
pub fn check_values<T: FuzzedType>(json: &[u8]) {
    if reference::scan(json).depth >= 128 {
        return;
    }
    let Some(value): Option<Value> = reference::parse(json) else { return };
    let json = value.to_string();
    let from_text = from_json::<T>(json.as_bytes());
    for from_value in
        [serde_json::from_value::<Valid<T>>(value.clone()), Deserialize::deserialize(&value)]
    {
        match (&from_text, from_value) {
            (Ok(text), Ok(value)) => assert_eq!(text, &value, "from a Value"),
            (Err(text), Err(value)) => assert_eq!(text.to_string(), value.to_string(), "{json}"),
            (Ok(_), Err(error)) => panic!("rejected only from a Value: {error}"),
            (Err(error), Ok(_)) => panic!("rejected only from JSON: {error}"),
        }
    }
    let again = JsonText::try_from(value.clone()).unwrap().to_value().unwrap();
    assert_eq!(again, value, "round trip through JsonText");
    if let Ok(value) = from_text {
        for packed in [rmp_serde::to_vec(&value).unwrap(), rmp_serde::to_vec_named(&value).unwrap()]
        {
            let again =
                rmp_serde::from_slice::<Valid<T>>(&packed).expect("the MessagePack is valid");
            let (a, b) = (serde_json::to_value(&value), serde_json::to_value(&again));
            let is_equal = reference::is_nearly_equal(&a.unwrap(), &b.unwrap());
            assert!(is_equal, "round trip through MessagePack");
        }
    }
}
