//! Deserialization with errors that state what was expected and what was found instead.

use crate::{
    json::{Lexer, Number},
    policy::similar::most_similar,
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// Text from the file, formatted for a message: quoted, truncated, and with control characters
/// escaped.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(64) {
            match character {
                '"' | '\'' | '\\' => write!(f, "{character}")?,
                other => write!(f, "{}", other.escape_debug())?,
            }
        }
        f.write_str(if characters.next().is_some() { "…`" } else { "`" })
    }
}

/// Returns a suggestion such as "; did you mean `maxBytes`?", or an empty string if no name is
/// similar.
pub(super) fn suggestion(name: &str, names: impl IntoIterator<Item = &'static str>) -> String {
    let similar = most_similar(name, names);
    similar.map_or_else(String::new, |similar| format!("; did you mean `{similar}`?"))
}

/// Returns the element of `names` that equals `name`, or an error message that consists of `error`,
/// the name and a suggestion.
pub(super) fn parse_known_name(
    name: &str,
    names: impl Iterator<Item = &'static str> + Clone,
    error: impl fmt::Display,
) -> Result<&'static str, String> {
    let found = names.clone().find(|known| *known == name);
    found.ok_or_else(|| format!("{error} {}{}", Quoted(name), suggestion(name, names)))
}

/// Adds a key to those already seen, and returns an error if it is a duplicate. Only JSON needs
/// this check, because the TOML parser rejects duplicates.
pub(super) fn insert_unique<K: Copy + PartialEq>(
    key: K,
    name: &str,
    seen: &mut Vec<K>,
) -> Result<K, String> {
    if seen.contains(&key) {
        return Err(format!("duplicate key {}", Quoted(name)));
    }
    seen.push(key);
    Ok(key)
}

/// A seed that reads a string, such as a key, and converts it with a function.
pub(super) struct KeySeed<F>(F);

impl<'de, T, F: FnOnce(&str) -> Result<T, String>> DeserializeSeed<'de> for KeySeed<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for KeySeed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<T, E> {
        (self.0)(key).map_err(E::custom)
    }
}

/// A requirement for a value. The method for each type of value rejects the value by default.
pub(super) trait Expectation<'de>: Sized {
    type Value;

    /// Returns the requirement as a sentence, such as "maxBytes must be an integer".
    fn requirement(&self) -> String;

    /// Returns the error for a value that does not satisfy the requirement.
    fn reject<E: serde::de::Error>(self, found: impl fmt::Display) -> Result<Self::Value, E> {
        Err(E::custom(format_args!("{}, not {found}", self.requirement())))
    }

    fn read_boolean<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        self.reject("a boolean")
    }

    fn read_integer<E: serde::de::Error>(self, _: i128) -> Result<Self::Value, E> {
        self.reject("a number")
    }

    fn read_string<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        self.reject("a string")
    }

    fn read_array<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.reject("an array")
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        match table.next_key_seed(KeySeed(|name: &str| Ok(ReservedKey::from_key(name))))? {
            Some(Some(ReservedKey::Number)) => {
                match table.next_value_seed(KeySeed(|digits: &str| Ok(parse_integer(digits))))? {
                    Some(integer) => self.read_integer(integer),
                    None => self.reject("this number"),
                }
            }
            Some(Some(ReservedKey::DateTime)) => self.reject("a date-time"),
            _ => self.reject("a table"),
        }
    }

    /// Reads the next key of a table, and converts it with the function `convert`.
    fn read_key<A: MapAccess<'de>, K>(
        &self,
        table: &mut A,
        convert: impl FnOnce(&str) -> Result<K, String>,
    ) -> Result<Option<K>, A::Error> {
        table.next_key_seed(KeySeed(|name: &str| match ReservedKey::from_key(name) {
            Some(ReservedKey::Number) => Err(format!("{}, not a number", self.requirement())),
            Some(ReservedKey::DateTime) => Err(format!("{}, not a date-time", self.requirement())),
            None => convert(name),
        }))
    }
}

/// Parses a JSON number. Returns `None` if it is not an integer that fits in 64 bits.
fn parse_integer(json: &str) -> Option<i128> {
    let mut lexer = Lexer::new(json);
    let number = lexer.read_number().ok().filter(|_| lexer.remaining() == 0)?;
    match number {
        Number::Unsigned(integer) => Some(integer.into()),
        Number::Negative(integer) => Some(integer.into()),
        Number::BigInteger { .. } | Number::Float(_) => None,
    }
}

/// The type of a value that a deserializer represents as a table with a single, reserved key.
#[derive(Clone, Copy, Debug)]
enum ReservedKey {
    /// A number from `serde_json` with the feature `arbitrary_precision`.
    Number,
    /// A date-time from `toml`.
    DateTime,
}

impl ReservedKey {
    /// Returns the type of value that a key identifies, or `None` if the key is not reserved.
    fn from_key(name: &str) -> Option<Self> {
        match name {
            "$serde_json::private::Number" => Some(Self::Number),
            "$__toml_private_datetime" => Some(Self::DateTime),
            _ => None,
        }
    }
}

/// A seed that deserializes a value that satisfies a requirement.
pub(super) struct ExpectingSeed<T>(pub(super) T);

impl<'de, T: Expectation<'de>> DeserializeSeed<'de> for ExpectingSeed<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Expectation<'de>> Visitor<'de> for ExpectingSeed<T> {
    type Value = T::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that {}", self.0.requirement())
    }

    fn visit_bool<E: serde::de::Error>(self, boolean: bool) -> Result<T::Value, E> {
        self.0.read_boolean(boolean)
    }

    fn visit_i64<E: serde::de::Error>(self, integer: i64) -> Result<T::Value, E> {
        self.0.read_integer(integer.into())
    }

    fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<T::Value, E> {
        self.0.read_integer(integer.into())
    }

    fn visit_i128<E: serde::de::Error>(self, integer: i128) -> Result<T::Value, E> {
        self.0.read_integer(integer)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<T::Value, E> {
        self.0.reject("this number")
    }

    fn visit_str<E: serde::de::Error>(self, string: &str) -> Result<T::Value, E> {
        self.0.read_string(string)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T::Value, E> {
        self.0.reject("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T::Value, A::Error> {
        self.0.read_array(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T::Value, A::Error> {
        self.0.read_table(map)
    }
}

/// An integer in an inclusive range.
pub(super) struct IntegerExpectation<T> {
    pub(super) key: &'static str,
    pub(super) range: (T, T),
}

impl<T: fmt::Display + Copy + PartialOrd + TryFrom<i128>> Expectation<'_>
    for IntegerExpectation<T>
{
    type Value = T;

    fn requirement(&self) -> String {
        let (min, max) = self.range;
        format!("{} must be an integer from {min} to {max}", self.key)
    }

    fn read_integer<E: serde::de::Error>(self, integer: i128) -> Result<T, E> {
        let (min, max) = self.range;
        let in_range = T::try_from(integer).ok().filter(|value| min <= *value && *value <= max);
        in_range.map_or_else(|| self.reject(integer), Ok)
    }
}

/// A boolean. Contains its key.
pub(super) struct BooleanExpectation(pub(super) &'static str);

impl Expectation<'_> for BooleanExpectation {
    type Value = bool;

    fn requirement(&self) -> String {
        format!("{} must be true or false", self.0)
    }

    fn read_boolean<E: serde::de::Error>(self, boolean: bool) -> Result<bool, E> {
        Ok(boolean)
    }
}

/// One of several names, each of which represents a value.
pub(super) struct OneOfExpectation<T: 'static> {
    pub(super) key: &'static str,
    pub(super) names: &'static [(&'static str, T)],
}

impl<T: Copy> Expectation<'_> for OneOfExpectation<T> {
    type Value = T;

    fn requirement(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|(name, _)| *name).collect();
        format!("{} must be one of {}", self.key, names.join(", "))
    }

    fn read_string<E: serde::de::Error>(self, string: &str) -> Result<T, E> {
        let found = self.names.iter().find(|(name, _)| *name == string);
        found.map_or_else(|| self.reject(Quoted(string)), |(_, value)| Ok(*value))
    }
}

/// A string that is converted with a function.
pub(super) struct StringExpectation<F> {
    pub(super) key: &'static str,
    pub(super) read: F,
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Expectation<'_> for StringExpectation<F> {
    type Value = T;

    fn requirement(&self) -> String {
        format!("{} must be a string", self.key)
    }

    fn read_string<E: serde::de::Error>(self, string: &str) -> Result<T, E> {
        (self.read)(string).map_err(E::custom)
    }
}

/// An array of strings without duplicates.
pub(super) struct StringArrayExpectation<F> {
    key: &'static str,
    /// The description of the elements in the plural, for messages.
    elements: &'static str,
    pub(super) may_be_empty: bool,
    read: F,
}

/// An element of [`StringArrayExpectation`].
struct ElementExpectation<F> {
    key: &'static str,
    elements: &'static str,
    read: F,
}

/// Returns a seed for an array of strings, each of which is converted with `read`.
pub(super) fn string_array_seed<T, F: FnMut(&str) -> Result<T, String>>(
    key: &'static str,
    elements: &'static str,
    read: F,
) -> ExpectingSeed<StringArrayExpectation<F>> {
    ExpectingSeed(StringArrayExpectation { key, elements, may_be_empty: true, read })
}

impl<'de, T, F: FnMut(&str) -> Result<T, String>> Expectation<'de> for StringArrayExpectation<F> {
    type Value = Vec<T>;

    fn requirement(&self) -> String {
        format!("{} must be an array of {}", self.key, self.elements)
    }

    fn read_array<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<Vec<T>, A::Error> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let (key, elements) = (self.key, self.elements);
        loop {
            let read = |string: &str| {
                if seen.insert(string.to_owned()) {
                    (self.read)(string)
                } else {
                    Err(format!("duplicate {} in {key}", Quoted(string)))
                }
            };
            match array.next_element_seed(ExpectingSeed(ElementExpectation {
                key,
                elements,
                read,
            }))? {
                Some(element) => all.push(element),
                None if all.is_empty() && !self.may_be_empty => {
                    return Err(A::Error::custom(format_args!("{key} must not be empty")));
                }
                None => return Ok(all),
            }
        }
    }
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Expectation<'_> for ElementExpectation<F> {
    type Value = T;

    fn requirement(&self) -> String {
        format!("{} must be an array of {}", self.key, self.elements)
    }

    fn reject<E: serde::de::Error>(self, found: impl fmt::Display) -> Result<T, E> {
        Err(E::custom(format_args!("{}, but found {found}", self.requirement())))
    }

    fn read_string<E: serde::de::Error>(self, string: &str) -> Result<T, E> {
        (self.read)(string).map_err(E::custom)
    }
}
