//! Tests the implementations of `Arbitrary`, which generate valid and invalid values.
#![cfg(feature = "arbitrary")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

mod common;

use arbitrary::{Arbitrary, Unstructured};
use miniprogram_protocol::{
    CurrencyCode, Datetime, JsonText, Mcc, OneOrMany, ProtocolType, RegionCode, UnixMillis,
    UnknownFields, Valid,
    dictionary::{ContactType, InboxContent, InboxFooter, MessageChannel, MessageContent, User},
    endpoint::MerchantSyncRequest,
    from_json,
};
use std::fmt::Debug;

/// Returns pseudo-random bytes for a seed.
fn pseudo_random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[7]
    };
    (0..length).map(|_| next()).collect()
}

/// Generates 2,000 values, each from up to 500 pseudo-random bytes.
fn arbitrary_values<T: for<'a> Arbitrary<'a>>() -> impl Iterator<Item = T> {
    let inputs =
        (0..2000).map(|seed| pseudo_random_bytes(seed, usize::try_from(seed / 4).unwrap()));
    inputs.map(|bytes| Unstructured::new(&bytes).arbitrary().unwrap())
}

/// The types whose values cannot violate any constraint.
const UNCONSTRAINED: [&str; 9] = [
    "AssetDetail",
    "Category",
    "InquireOperatorInfoRequest",
    "Operator",
    "OperatorRole",
    "CardDetail",
    "ContentTemplate",
    "TemplateParameters",
    "PaymentFactor",
];

#[test]
fn generates_valid_and_invalid_values() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        let valid = arbitrary_values::<T>().filter(|value| value.validate().is_ok()).count();
        let is_unconstrained = UNCONSTRAINED.contains(&T::SCHEMA.name);
        let expected = if is_unconstrained { 2000..2001 } else { 900..1990 };
        assert!(expected.contains(&valid), "{}: {valid} of 2000", T::SCHEMA.name);
    }
    common::for_each_type!(check);
}

#[test]
fn generates_only_valid_wrapped_values() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        assert!(arbitrary_values::<Valid<T>>().take(1000).all(|value| value.validate().is_ok()));
    }
    common::for_each_type!(check);
}

#[test]
fn round_trips_generated_values() {
    fn check<T: ProtocolType + PartialEq + Debug + for<'a> Arbitrary<'a>>() {
        for value in arbitrary_values::<T>().take(200) {
            let json = serde_json::to_vec(&value).unwrap();
            assert_eq!(serde_json::from_slice::<T>(&json).unwrap(), value);
            assert_eq!(from_json::<T>(&json).is_ok(), value.validate().is_ok());
        }
    }
    common::for_each_type!(check);
}

#[test]
fn generates_small_valid_values_from_empty_input() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        let value: T = Unstructured::new(&[]).arbitrary().unwrap();
        assert!(value.validate().is_ok());
        let required = T::SCHEMA.fields.iter().filter(|field| field.required).count();
        let present = serde_json::to_value(&value).unwrap().as_object().unwrap().len();
        // Each cross-field rule may require one more field.
        let rules = T::SCHEMA.cross_field_rules.len();
        assert!((required..=required + rules).contains(&present), "{}", T::SCHEMA.name);
    }
    common::for_each_type!(check);
}

#[test]
fn limits_size_of_values() {
    let lengths = (0..=255).map(|byte| {
        let bytes = vec![byte; 100_000];
        let user: User = Unstructured::new(&bytes).arbitrary().unwrap();
        serde_json::to_vec(&user).unwrap().len()
    });
    assert!(lengths.max().unwrap() < 1_000_000);
}

#[test]
fn omits_required_fields_of_optional_type() {
    assert!(arbitrary_values::<MerchantSyncRequest>().any(|request| request.platform_id.is_none()));
}

#[test]
fn generates_unknown_fields_of_all_kinds() {
    let all: Vec<_> = arbitrary_values::<UnknownFields>().collect();
    let values = || all.iter().flat_map(|fields| fields.iter().map(|(_, value)| value.as_str()));
    for start in ["null", "true", "\"", "{", "[", "-"] {
        assert!(values().any(|value| value.starts_with(start)), "{start}");
    }
    assert!(values().any(|value| value.contains('e') && value.contains('.') && value.len() > 40));
}

#[test]
fn generates_strings_with_and_without_formats() {
    fn check<T: for<'a> Arbitrary<'a>>(is_valid: impl Fn(&T) -> bool) {
        let valid = arbitrary_values::<T>().filter(is_valid).count();
        assert!((1000..1999).contains(&valid), "{valid} of 2000");
    }
    check::<Datetime>(|string| string.to_chrono().is_ok());
    check::<CurrencyCode>(|string| string.currency().is_ok());
    check::<RegionCode>(|string| string.country().is_ok());
    check::<Mcc>(|string| string.code().is_ok());
    check::<UnixMillis>(|string| string.millis().is_ok());
    check::<MessageContent>(|string| JsonText::parse(string.as_str()).is_ok());
    check::<MessageChannel>(MessageChannel::is_known);
    check::<ContactType>(ContactType::is_known);
}

#[test]
fn generates_single_values_and_arrays() {
    let footers = || arbitrary_values::<OneOrMany<InboxFooter>>();
    assert!(footers().any(|footer| matches!(footer, OneOrMany::One(_))));
    assert!(footers().any(|footer| matches!(footer, OneOrMany::Many(_))));
    let contents = arbitrary_values::<InboxContent>().filter_map(|content| content.footer);
    let mut is_one: Vec<_> = contents.map(|footer| matches!(footer, OneOrMany::One(_))).collect();
    is_one.sort_unstable();
    is_one.dedup();
    assert_eq!(is_one, [false, true]);
}

#[test]
fn generates_numbers_with_many_digits() {
    assert!(
        arbitrary_values::<JsonText>()
            .any(|json| json.as_str().len() > 30 && json.as_str().contains('e'))
    );
}

#[test]
fn hints_at_least_one_byte_per_field() {
    for (hint, min) in [
        (CurrencyCode::size_hint(0).0, 1),
        (User::size_hint(0).0, User::SCHEMA.fields.len()),
        (Valid::<User>::size_hint(0).0, User::SCHEMA.fields.len()),
    ] {
        assert!(hint >= min, "{hint}");
    }
}
