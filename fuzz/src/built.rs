//! Values that were built and not read.

use crate::{Fuzzed, into_result::pairs};
use arbitrary::Unstructured;
use miniprogram_protocol::{ProtocolType, Valid, Validate, dictionary::Address, from_json};

/// Builds a valid `T`, and a `T`.
pub fn check<T: Fuzzed>(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let valid: Valid<T> = bytes.arbitrary().expect("no valid value");
    assert_eq!(valid.validate(), Ok(()), "Valid is not valid");
    let json = serde_json::to_vec(&valid).unwrap();
    assert_eq!(from_json::<T>(&json).as_ref(), Ok(&valid), "a valid value, read again");

    let value: T = bytes.arbitrary().expect("no value");
    let json = serde_json::to_vec(&value).unwrap();
    let again = serde_json::from_slice::<T>(&json);
    assert_eq!(again.as_ref().ok(), Some(&value), "read again: {again:?}");
    let built = value.validate().map_err(|found| pairs(&found));
    let read = from_json::<T>(&json).map(drop).map_err(|error| pairs(error.violations()));
    if built.as_ref().err().is_none_or(|found| found.len() <= 64) {
        assert_eq!(built, read, "built, and read");
    } else {
        assert!(read.is_err(), "read as valid");
    }
    check_names(&mut bytes);
}

/// Builds an address of which unknown members may have the names of rows.
fn check_names(bytes: &mut Unstructured<'_>) {
    let mut address: Address = bytes.arbitrary().expect("no address");
    address.unknown_fields = bytes.arbitrary().expect("no members");
    if bytes.arbitrary().unwrap_or_default() {
        let row = bytes.choose(Address::SCHEMA.fields).unwrap();
        address.unknown_fields.insert(row.name, bytes.arbitrary().expect("no JSON"));
    }
    let rows = Address::SCHEMA.fields.iter().map(|row| row.name);
    let named: Vec<_> = rows.filter(|name| address.unknown_fields.contains(name)).collect();
    let found = address.validate().map_or_else(|found| pairs(&found), |()| Vec::new());
    let duplicates = found.iter().filter(|(_, code)| code == "duplicate");
    assert_eq!(duplicates.count(), named.len(), "{found:?}, not {named:?}");
    for name in &named {
        assert!(found.contains(&(format!("/{name}"), "duplicate".to_owned())), "{name}");
    }
    if named.is_empty() {
        let json = serde_json::to_vec(&address).unwrap();
        assert_eq!(serde_json::from_slice::<Address>(&json).unwrap(), address, "read again");
    }
}
