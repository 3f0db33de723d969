//! Utilities for tests: the differences between two values, and a wrapper whose `Debug` output
//! shows the value in full.

use crate::report::push_escaped;
use serde::{
    Deserialize, Serialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, fmt};

/// Returns the JSON Pointers to the parts in which two values differ when they are serialized as
/// JSON. The pointers are in alphabetical order within each object. Returns an empty vector if the
/// values are equal.
///
/// Use this function in tests: a failed assertion about two values that differ only in a hidden field
/// shows them as if they were equal. The pointers can contain the names of unknown fields, but
/// contain no values. The order of fields is ignored.
///
/// ```
/// use miniprogram_protocol::{diff, dictionary::Buyer};
///
/// let buyer = Buyer::new("B-1").buyer_email("ada@example.com");
/// let other = Buyer::new("B-1").buyer_email("bob@example.com").buyer_phone_no("+6512345678");
/// assert_eq!(diff(&buyer, &other), ["/buyerEmail", "/buyerPhoneNo"]);
/// ```
///
/// If a value cannot be serialized as JSON, the only pointer is `""`, which points to the whole value.
pub fn diff<T: Serialize + ?Sized>(first: &T, second: &T) -> Vec<String> {
    let to_json = |value: &T| serde_json::value::to_raw_value(value);
    let mut found = Vec::new();
    match (to_json(first), to_json(second)) {
        (Ok(first), Ok(second)) => add_differences("", &first, &second, &mut found),
        _ => found.push(String::new()),
    }
    found
}

/// Adds the pointers to the differences between two JSON values at `path` to `found`.
fn add_differences(path: &str, first: &RawValue, second: &RawValue, found: &mut Vec<String>) {
    if first.get() == second.get() {
        return;
    }
    if let (Some(Members(first)), Some(Members(second))) = (parse(first), parse(second)) {
        let added = second.keys().filter(|name| !first.contains_key(*name));
        let mut names: Vec<_> = first.keys().chain(added).collect();
        names.sort();
        for name in names {
            let mut path = format!("{path}/");
            name.chars().for_each(|character| push_escaped(&mut path, character));
            add_member_differences(&path, first.get(name), second.get(name), found);
        }
    } else if let (Some(first), Some(second)) = (parse(first), parse(second)) {
        let (first, second): (Vec<&RawValue>, Vec<&RawValue>) = (first, second);
        for index in 0..first.len().max(second.len()) {
            let path = format!("{path}/{index}");
            match (first.get(index), second.get(index)) {
                (Some(first), Some(second)) => add_differences(&path, first, second, found),
                _ => found.push(path),
            }
        }
    } else {
        found.push(path.to_owned());
    }
}

/// Compares all members with the same name, because an object may contain duplicates.
fn add_member_differences(
    path: &str,
    first: Option<&Vec<&RawValue>>,
    second: Option<&Vec<&RawValue>>,
    found: &mut Vec<String>,
) {
    match (first, second) {
        (Some(first), Some(second)) if first.len() == second.len() => {
            for (first, second) in first.iter().zip(second) {
                add_differences(path, first, second, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn parse<'de, T: Deserialize<'de>>(json: &'de RawValue) -> Option<T> {
    serde_json::from_str(json.get()).ok()
}

/// The members of a JSON object by name. A duplicate member has several values.
struct Members<'de>(BTreeMap<String, Vec<&'de RawValue>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = BTreeMap::<String, Vec<&RawValue>>::new();
                while let Some((name, value)) = map.next_entry()? {
                    members.entry(name).or_default().push(value);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// A wrapper whose `Debug` implementation shows the value in full, as JSON, including personal data
/// and secrets.
///
/// Use this wrapper only in tests, never in logs. With it, `assert_eq!` shows the fields that differ,
/// and property tests show the values for which they fail.
///
/// ```
/// use miniprogram_protocol::{Revealed, dictionary::Buyer};
///
/// let buyer = Buyer::new("B-1").buyer_email("ada@example.com");
/// assert!(format!("{buyer:?}").contains("<hidden>"));
/// assert_eq!(
///     format!("{:?}", Revealed(&buyer)),
///     r#"{"referenceBuyerId":"B-1","buyerEmail":"ada@example.com"}"#
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "the wrapped value is the only field")]
pub struct Revealed<T>(pub T);

impl<T: Serialize> fmt::Debug for Revealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = if f.alternate() {
            serde_json::to_string_pretty(&self.0)
        } else {
            serde_json::to_string(&self.0)
        };
        f.write_str(&json.map_err(|_| fmt::Error)?)
    }
}
