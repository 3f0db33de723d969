//! What the values of a file must be: reading that says what was expected in place of what came.

use super::limits::nearest;
use crate::json::{Lexer, Number};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// A part of somebody else's text, in a message.
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

/// "; did you mean `maxBytes`?"
pub(super) fn suggestion(name: &str, names: impl IntoIterator<Item = &'static str>) -> String {
    nearest(name, names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// The one of `names` that is `name`.
pub(super) fn known(
    name: &str,
    names: impl Iterator<Item = &'static str> + Clone,
    fault: impl fmt::Display,
) -> Result<&'static str, String> {
    let found = names.clone().find(|known| *known == name);
    found.ok_or_else(|| format!("{fault} {}{}", Quoted(name), suggestion(name, names)))
}

/// That a key stands once. (TOML has its own word for it.)
pub(super) fn once<K: Copy + PartialEq>(
    key: K,
    name: &str,
    seen: &mut Vec<K>,
) -> Result<K, String> {
    if seen.contains(&key) {
        return Err(format!("the key {} stands twice", Quoted(name)));
    }
    seen.push(key);
    Ok(key)
}

/// A key, and what it stands for.
pub(super) struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> Result<T, String>> DeserializeSeed<'de> for Key<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for Key<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<T, E> {
        (self.0)(key).map_err(E::custom)
    }
}

/// What a value must be. What it is not says so.
pub(super) trait Expected<'de>: Sized {
    type Value;

    /// What is said of a value that is something else: "maxBytes must be an integer".
    fn rule(&self) -> String;

    fn mistake<E: serde::de::Error>(self, found: impl fmt::Display) -> Result<Self::Value, E> {
        Err(E::custom(format_args!("{}, not {found}", self.rule())))
    }

    fn boolean<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        self.mistake("a boolean")
    }

    fn integer<E: serde::de::Error>(self, _: i128) -> Result<Self::Value, E> {
        self.mistake("a number")
    }

    fn text<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        self.mistake("a text")
    }

    fn array<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.mistake("an array")
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        match table.next_key_seed(Key(|name: &str| Ok(Disguised::named(name))))? {
            Some(Some(Disguised::Number)) => {
                match table.next_value_seed(Key(|digits: &str| Ok(integer(digits))))? {
                    Some(integer) => self.integer(integer),
                    None => self.mistake("such a number"),
                }
            }
            Some(Some(Disguised::DateTime)) => self.mistake("a date-time"),
            _ => self.mistake("a table"),
        }
    }

    /// The next key of a table. `key` says what a name stands for, or why it stands for nothing.
    fn key<A: MapAccess<'de>, K>(
        &self,
        table: &mut A,
        key: impl FnOnce(&str) -> Result<K, String>,
    ) -> Result<Option<K>, A::Error> {
        table.next_key_seed(Key(|name: &str| match Disguised::named(name) {
            Some(Disguised::Number) => Err(format!("{}, not a number", self.rule())),
            Some(Disguised::DateTime) => Err(format!("{}, not a date-time", self.rule())),
            None => key(name),
        }))
    }
}

/// The integer that a JSON number is, if 64 bits hold it.
fn integer(json: &str) -> Option<i128> {
    let mut lexer = Lexer::new(json);
    let number = lexer.number().ok().filter(|_| lexer.rest() == 0)?;
    match number {
        Number::Unsigned(integer) => Some(integer.into()),
        Number::Negative(integer) => Some(integer.into()),
        Number::Beyond { .. } | Number::Float(_) => None,
    }
}

/// What parsers give as a table, though it is none.
#[derive(Clone, Copy, Debug)]
enum Disguised {
    /// Of `serde_json`, with its feature `arbitrary_precision`.
    Number,
    /// Of toml.
    DateTime,
}

impl Disguised {
    fn named(name: &str) -> Option<Self> {
        match name {
            "$serde_json::private::Number" => Some(Self::Number),
            "$__toml_private_datetime" => Some(Self::DateTime),
            _ => None,
        }
    }
}

/// Reads a value that must be as expected.
pub(super) struct Expect<T>(pub(super) T);

impl<'de, T: Expected<'de>> DeserializeSeed<'de> for Expect<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Expected<'de>> Visitor<'de> for Expect<T> {
    type Value = T::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that {}", self.0.rule())
    }

    fn visit_bool<E: serde::de::Error>(self, boolean: bool) -> Result<T::Value, E> {
        self.0.boolean(boolean)
    }

    fn visit_i64<E: serde::de::Error>(self, integer: i64) -> Result<T::Value, E> {
        self.0.integer(integer.into())
    }

    fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<T::Value, E> {
        self.0.integer(integer.into())
    }

    fn visit_i128<E: serde::de::Error>(self, integer: i128) -> Result<T::Value, E> {
        self.0.integer(integer)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<T::Value, E> {
        self.0.mistake("such a number")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T::Value, E> {
        self.0.text(text)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T::Value, E> {
        self.0.mistake("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<T::Value, A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<T::Value, A::Error> {
        self.0.table(table)
    }
}

/// An integer from the least to the greatest that a limit may have.
pub(super) struct Integer<T> {
    pub(super) key: &'static str,
    pub(super) range: (T, T),
}

impl<T: fmt::Display + Copy + PartialOrd + TryFrom<i128>> Expected<'_> for Integer<T> {
    type Value = T;

    fn rule(&self) -> String {
        let (least, greatest) = self.range;
        format!("{} must be an integer from {least} to {greatest}", self.key)
    }

    fn integer<E: serde::de::Error>(self, integer: i128) -> Result<T, E> {
        let (least, greatest) = self.range;
        let in_range = T::try_from(integer).ok().filter(|it| least <= *it && *it <= greatest);
        in_range.map_or_else(|| self.mistake(integer), Ok)
    }
}

/// `true` or `false`.
pub(super) struct Boolean(pub(super) &'static str);

impl Expected<'_> for Boolean {
    type Value = bool;

    fn rule(&self) -> String {
        format!("{} must be true or false", self.0)
    }

    fn boolean<E: serde::de::Error>(self, boolean: bool) -> Result<bool, E> {
        Ok(boolean)
    }
}

/// One of a few names.
pub(super) struct OneOf<T: 'static> {
    pub(super) key: &'static str,
    pub(super) names: &'static [(&'static str, T)],
}

impl<T: Copy> Expected<'_> for OneOf<T> {
    type Value = T;

    fn rule(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|(name, _)| *name).collect();
        format!("{} must be one of {}", self.key, names.join(", "))
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        let found = self.names.iter().find(|(name, _)| *name == text);
        found.map_or_else(|| self.mistake(Quoted(text)), |(_, meant)| Ok(*meant))
    }
}

/// A text.
pub(super) struct Text<F> {
    pub(super) key: &'static str,
    pub(super) read: F,
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Expected<'_> for Text<F> {
    type Value = T;

    fn rule(&self) -> String {
        format!("{} must be a text", self.key)
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

/// An array of texts.
pub(super) struct Texts<F> {
    key: &'static str,
    /// What the elements are, in the plural.
    elements: &'static str,
    pub(super) may_be_empty: bool,
    read: F,
}

/// An element of [`Texts`].
struct Element<F> {
    key: &'static str,
    elements: &'static str,
    read: F,
}

pub(super) fn texts<T, F: FnMut(&str) -> Result<T, String>>(
    key: &'static str,
    elements: &'static str,
    read: F,
) -> Expect<Texts<F>> {
    Expect(Texts { key, elements, may_be_empty: true, read })
}

impl<'de, T, F: FnMut(&str) -> Result<T, String>> Expected<'de> for Texts<F> {
    type Value = Vec<T>;

    fn rule(&self) -> String {
        format!("{} must be an array of {}", self.key, self.elements)
    }

    fn array<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<Vec<T>, A::Error> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let (key, elements) = (self.key, self.elements);
        loop {
            let read = |text: &str| {
                if seen.insert(text.to_owned()) {
                    (self.read)(text)
                } else {
                    Err(format!("{} stands twice in {key}", Quoted(text)))
                }
            };
            match array.next_element_seed(Expect(Element { key, elements, read }))? {
                Some(element) => all.push(element),
                None if all.is_empty() && !self.may_be_empty => {
                    return Err(A::Error::custom(format_args!("{key} must not be empty")));
                }
                None => return Ok(all),
            }
        }
    }
}

impl<T, F: FnOnce(&str) -> Result<T, String>> Expected<'_> for Element<F> {
    type Value = T;

    fn rule(&self) -> String {
        format!("{} must be an array of {}", self.key, self.elements)
    }

    fn mistake<E: serde::de::Error>(self, found: impl fmt::Display) -> Result<T, E> {
        Err(E::custom(format_args!("{}, and not have {found}", self.rule())))
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}
