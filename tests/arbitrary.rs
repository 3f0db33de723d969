//! Values made of bytes: plausible ones, both valid and invalid, of every type.
#![cfg(feature = "arbitrary")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod common;

use arbitrary::{Arbitrary, Unstructured};
use miniprogram_protocol::{
    CurrencyCode, Datetime, InboxContent, InboxFooter, JsonText, Mcc, MessageContent, OneOrMany,
    ProtocolType, RegionCode, UnixMillis, UnknownFields, Valid,
    dictionary::{ContactType, MessageChannel, User},
    endpoint::MerchantSyncRequest,
    from_json,
};
use std::fmt::Debug;

/// A text of pseudo-random bytes a seed.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[7]
    };
    (0..length).map(|_| next()).collect()
}

/// Values of 2,000 texts of up to 500 bytes.
fn values<T: for<'a> Arbitrary<'a>>() -> impl Iterator<Item = T> {
    let texts = (0..2000).map(|seed| bytes(seed, usize::try_from(seed / 4).unwrap()));
    texts.map(|bytes| Unstructured::new(&bytes).arbitrary().unwrap())
}

#[test]
fn of_every_table_there_are_valid_and_invalid_values() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        let valid = values::<T>().filter(|value| value.validate().is_ok()).count();
        // Of a category nothing but the shape is asked.
        let expected = if T::SCHEMA.name == "Category" { 2000..2001 } else { 900..1950 };
        assert!(expected.contains(&valid), "{}: {valid} of 2000", T::SCHEMA.name);
    }
    common::each_table!(check);
}

#[test]
fn valid_values_are_always_made() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        assert!(values::<Valid<T>>().take(1000).all(|value| value.validate().is_ok()));
    }
    common::each_table!(check);
}

#[test]
fn values_are_written_and_read_again() {
    fn check<T: ProtocolType + PartialEq + Debug + for<'a> Arbitrary<'a>>() {
        for value in values::<T>().take(200) {
            let json = serde_json::to_vec(&value).unwrap();
            assert_eq!(serde_json::from_slice::<T>(&json).unwrap(), value);
            assert_eq!(from_json::<T>(&json).is_ok(), value.validate().is_ok());
        }
    }
    common::each_table!(check);
}

#[test]
fn without_bytes_a_value_is_small_and_valid() {
    fn check<T: ProtocolType + for<'a> Arbitrary<'a>>() {
        let value: T = Unstructured::new(&[]).arbitrary().unwrap();
        assert!(value.validate().is_ok());
        let required = T::SCHEMA.fields.iter().filter(|row| row.required).count();
        let given = serde_json::to_value(&value).unwrap().as_object().unwrap().len();
        // A rule between rows may ask for one more.
        assert!((required..=required + 1).contains(&given), "{}", T::SCHEMA.name);
    }
    common::each_table!(check);
}

#[test]
fn a_value_is_not_endless() {
    let lengths = (0..=255).map(|byte| {
        let bytes = vec![byte; 100_000];
        let user: User = Unstructured::new(&bytes).arbitrary().unwrap();
        serde_json::to_vec(&user).unwrap().len()
    });
    assert!(lengths.max().unwrap() < 1_000_000);
}

#[test]
fn a_required_row_is_absent_where_the_type_can_hold_that() {
    assert!(values::<MerchantSyncRequest>().any(|request| request.platform_id.is_none()));
}

#[test]
fn unknown_members_have_names_and_values_of_all_kinds() {
    let members: Vec<_> = values::<UnknownFields>().collect();
    let texts = || members.iter().flat_map(|members| members.iter().map(|(_, text)| text.as_str()));
    for kind in ["null", "true", "\"", "{", "[", "-"] {
        assert!(texts().any(|text| text.starts_with(kind)), "{kind}");
    }
    assert!(texts().any(|text| text.contains('e') && text.contains('.') && text.len() > 40));
}

#[test]
fn texts_follow_their_format_or_not() {
    fn check<T: for<'a> Arbitrary<'a>>(is_right: impl Fn(&T) -> bool) {
        let right = values::<T>().filter(is_right).count();
        assert!((1000..1999).contains(&right), "{right} of 2000");
    }
    check::<Datetime>(|text| text.to_chrono().is_ok());
    check::<CurrencyCode>(|text| text.currency().is_ok());
    check::<RegionCode>(|text| text.country().is_ok());
    check::<Mcc>(|text| text.code().is_ok());
    check::<UnixMillis>(|text| text.millis().is_ok());
    check::<MessageContent>(|text| JsonText::parse(text).is_ok());
    check::<MessageChannel>(MessageChannel::is_known);
    check::<ContactType>(ContactType::is_known);
}

#[test]
fn one_value_and_arrays_of_them_occur_and_so_do_numbers_of_many_digits() {
    let footers = || values::<OneOrMany<InboxFooter>>();
    assert!(footers().any(|footer| matches!(footer, OneOrMany::One(_))));
    assert!(footers().any(|footer| matches!(footer, OneOrMany::Many(_))));
    let contents = values::<InboxContent>().filter_map(|content| content.footer);
    let mut one_or_many: Vec<_> =
        contents.map(|footer| matches!(footer, OneOrMany::One(_))).collect();
    one_or_many.sort_unstable();
    one_or_many.dedup();
    assert_eq!(one_or_many, [false, true]);
    assert!(
        values::<JsonText>().any(|text| text.as_str().len() > 30 && text.as_str().contains('e'))
    );
}

#[test]
fn a_value_asks_for_a_byte_at_the_least_and_a_table_for_one_a_row() {
    for (least, at_least) in [
        (CurrencyCode::size_hint(0).0, 1),
        (User::size_hint(0).0, User::SCHEMA.fields.len()),
        (Valid::<User>::size_hint(0).0, User::SCHEMA.fields.len()),
    ] {
        assert!(least >= at_least, "{least}");
    }
}
