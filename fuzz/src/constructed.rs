//! Checks the validation of values that are constructed instead of parsed.

use crate::{FuzzedType, consistency::sorted_paths_and_codes};
use arbitrary::Unstructured;
use miniprogram_protocol::{ProtocolType, Valid, Validate, dictionary::Address, from_json};

/// Constructs a valid `T` and an arbitrary `T`, and checks both.
pub fn check<T: FuzzedType>(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let valid: Valid<T> = bytes.arbitrary().expect("a valid value can be constructed");
    assert_eq!(valid.validate(), Ok(()), "Valid contains an invalid value");
    let json = serde_json::to_vec(&valid).unwrap();
    assert_eq!(from_json::<T>(&json).as_ref(), Ok(&valid), "round trip of a valid value");

    let value: T = bytes.arbitrary().expect("a value can be constructed");
    let json = serde_json::to_vec(&value).unwrap();
    let again = serde_json::from_slice::<T>(&json);
    assert_eq!(again.as_ref().ok(), Some(&value), "round trip: {again:?}");
    let validated = value.validate().map_err(|violations| sorted_paths_and_codes(&violations));
    let read =
        from_json::<T>(&json).map(drop).map_err(|error| sorted_paths_and_codes(error.violations()));
    if validated.as_ref().err().is_none_or(|violations| violations.len() <= 64) {
        assert_eq!(validated, read, "validate and from_json");
    } else {
        assert!(read.is_err(), "from_json accepts an invalid value");
    }
    check_duplicates(&mut bytes);
}

/// Constructs an address with unknown fields, and checks that those with the name of a known field
/// are reported as duplicates.
fn check_duplicates(bytes: &mut Unstructured<'_>) {
    let mut address: Address = bytes.arbitrary().expect("an address can be constructed");
    address.unknown_fields = bytes.arbitrary().expect("unknown fields can be constructed");
    if bytes.arbitrary().unwrap_or_default() {
        let field = bytes.choose(Address::SCHEMA.fields).unwrap();
        let value = bytes.arbitrary().expect("JSON can be constructed");
        address.unknown_fields.insert(field.name, value);
    }
    let names = Address::SCHEMA.fields.iter().map(|field| field.name);
    let expected: Vec<_> = names.filter(|name| address.unknown_fields.contains_key(name)).collect();
    let found = match address.validate() {
        Ok(()) => Vec::new(),
        Err(violations) => sorted_paths_and_codes(&violations),
    };
    let duplicates = found.iter().filter(|(_, code)| code == "duplicate");
    assert_eq!(duplicates.count(), expected.len(), "{found:?}, expected {expected:?}");
    for name in &expected {
        assert!(found.contains(&(format!("/{name}"), "duplicate".to_owned())), "{name}");
    }
    if expected.is_empty() {
        let json = serde_json::to_vec(&address).unwrap();
        assert_eq!(serde_json::from_slice::<Address>(&json).unwrap(), address, "round trip");
    }
}
