//! Formats that are not JSON, and `serde_json::Value`, as deserializers.

use crate::{Fuzzed, judge};
use miniprogram_protocol::{JsonText, Valid, from_json};
use serde::Deserialize;
use serde_json::Value;

/// Reads MessagePack.
pub fn message_pack<T: Fuzzed>(bytes: &[u8]) {
    let held = rmp_serde::from_slice::<T>(bytes);
    let valid = rmp_serde::from_slice::<Valid<T>>(bytes);
    match &held {
        Ok(held) => {
            let judged = held.validate();
            assert_eq!(judged.is_ok(), valid.is_ok(), "Valid: {judged:?}");
            // What was held has a JSON text, which reads as the same.
            let json = serde_json::to_vec(held).unwrap();
            let again = serde_json::from_slice::<T>(&json);
            assert_eq!(again.ok().as_ref(), Some(held), "as JSON");
            match from_json::<T>(&json) {
                Ok(read) => assert_eq!(&*read, held, "by way of JSON"),
                Err(error) => assert!(judged.is_err(), "by way of JSON: {error}"),
            }
        }
        Err(_) => assert!(valid.is_err(), "Valid holds more"),
    }
    if let Ok(text) = rmp_serde::from_slice::<JsonText>(bytes) {
        assert!(judge::is_json(text.as_str().as_bytes()), "kept what is no JSON: {text}");
        assert_eq!(JsonText::parse(text.as_str()).as_ref(), Ok(&text), "parsed again");
    }
}

/// Reads a `Value`, and writes MessagePack.
pub fn values<T: Fuzzed>(json: &[u8]) {
    if judge::scan(json).depth >= 128 {
        return;
    }
    let Some(value): Option<Value> = judge::value(json) else { return };
    let text = value.to_string();
    let ours = from_json::<T>(text.as_bytes());
    for theirs in
        [serde_json::from_value::<Valid<T>>(value.clone()), Deserialize::deserialize(&value)]
    {
        match (&ours, theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, &theirs, "of a Value"),
            (Err(ours), Err(theirs)) => assert_eq!(ours.to_string(), theirs.to_string(), "{text}"),
            (Ok(_), Err(theirs)) => panic!("only the Value is refused: {theirs}"),
            (Err(ours), Ok(_)) => panic!("only the text is refused: {ours}"),
        }
    }
    let view = JsonText::try_from(value.clone()).unwrap().to_value().unwrap();
    assert_eq!(view, value, "the view");
    if let Ok(ours) = ours {
        for packed in [rmp_serde::to_vec(&ours).unwrap(), rmp_serde::to_vec_named(&ours).unwrap()] {
            let again = rmp_serde::from_slice::<Valid<T>>(&packed).expect("MessagePack is refused");
            let (a, b) = (serde_json::to_value(&ours), serde_json::to_value(&again));
            assert!(judge::alike(&a.unwrap(), &b.unwrap()), "by way of MessagePack");
        }
    }
}
