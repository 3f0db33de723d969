//! Values of any deserializer as JSON text.

use super::{AS_RAW_VALUE, JsonText, Lexer, MAX_DEPTH, Reason};
use serde::{
    Serialize,
    de::{
        self, Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
    },
};
use std::{borrow::Cow, fmt, io};

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        JsonTextSeed { depth: 0 }.deserialize(from)
    }
}

/// Reads a value to keep that stands inside so many depth: with them it is written.
pub(crate) struct JsonTextSeed {
    pub(crate) depth: u8,
}

impl<'de> DeserializeSeed<'de> for JsonTextSeed {
    type Value = JsonText;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<JsonText, D::Error> {
        let mut json = Vec::new();
        let transcriber = Transcoder { depth: self.depth, ..Transcoder::new(&mut json) };
        from.deserialize_newtype_struct(AS_RAW_VALUE, transcriber)?;
        JsonText::normal(std::str::from_utf8(&json).map_err(D::Error::custom)?)
            .map_err(D::Error::custom)
    }
}

/// A value that is passed over, held to the same rules as one that is kept.
pub(crate) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(AS_RAW_VALUE, Transcoder::new(&mut io::sink()))?;
        Ok(Self)
    }
}

/// Writes the value that a deserializer holds as JSON.
struct Transcoder<'a, W> {
    json: &'a mut W,
    /// What stands before the value.
    separator: &'static [u8],
    depth: u8,
    /// Whether the deserializer was asked for the text.
    requests_raw: bool,
}

impl<'a, W: io::Write> Transcoder<'a, W> {
    const fn new(json: &'a mut W) -> Self {
        Self { json, separator: b"", depth: 0, requests_raw: true }
    }

    /// A value inside this one.
    fn inner(&mut self, separator: &'static [u8]) -> Transcoder<'_, W> {
        Transcoder { json: self.json, separator, depth: self.depth + 1, requests_raw: false }
    }

    fn open<E: de::Error>(&mut self, bracket: &[u8]) -> Result<(), E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(Reason::Depth));
        }
        self.raw(bracket)
    }

    fn raw<E: de::Error>(&mut self, json: &[u8]) -> Result<(), E> {
        self.json.write_all(json).map_err(E::custom)
    }

    /// Takes a text that `serde_json` has but skimmed.
    fn text<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        let mut lexer = Lexer::new(text);
        let value = lexer.skip().and_then(|value| lexer.end().map(|()| value));
        self.raw(value.map_err(|error| E::custom(error.into_syntax_error(text)))?.as_bytes())
    }

    fn value<E: de::Error>(self, value: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self.json, &value).map_err(E::custom)
    }
}

impl<'de, W: io::Write> DeserializeSeed<'de> for Transcoder<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.raw(self.separator)?;
        from.deserialize_any(self)
    }
}

impl<'de, W: io::Write> Visitor<'de> for Transcoder<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.requests_raw = false;
        from.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.requests_raw = false;
        from.deserialize_any(self)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.value(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.value(())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.value(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.value(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.value(value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<(), E> {
        self.value(value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<(), E> {
        self.value(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        if value.is_finite() { self.value(value) } else { Err(E::custom(Reason::NumberRange)) }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.value(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        self.open(b"[")?;
        let mut separator: &[u8] = b"";
        while elements.next_element_seed(self.inner(separator))?.is_some() {
            separator = b",";
        }
        self.raw(b"]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut name = if self.requests_raw {
            match FirstKey::read(&mut members)? {
                FirstKey::Text => return self.text(&members.next_value::<Name<'de>>()?.0),
                FirstKey::Name(name) => name,
            }
        } else {
            members.next_key::<Name<'de>>()?
        };
        self.open(b"{")?;
        let mut separator: &[u8] = b"";
        while let Some(Name(known)) = name {
            self.raw(separator)?;
            self.inner(b"").value(&known)?;
            members.next_value_seed(self.inner(b":"))?;
            separator = b",";
            name = members.next_key()?;
        }
        self.raw(b"}")
    }
}

/// The name of a member or another text, borrowed from the input where it can be.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(NameVisitor)
    }
}

/// The beginning of a map from a deserializer that was asked for a JSON text.
pub(crate) enum FirstKey<'de> {
    /// The map of `serde_json` that stands for the text: the text is its only value.
    Text,
    /// A map like any other, with the name of its first member.
    Name(Option<Name<'de>>),
}

impl<'de> FirstKey<'de> {
    /// Reads the first name of a map. A member can have the same name as the text, so that the name
    /// alone does not tell them apart.
    pub(crate) fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        // `serde_json` gives no length for the map that stands for the text.
        if map.size_hint().is_some() {
            return map.next_key().map(Self::Name);
        }
        let name = map.next_key::<OptionalName<'de>>()?.map(|OptionalName(name)| name);
        let stands_for_text =
            matches!(name, Some(Name(Cow::Borrowed(name))) if name == AS_RAW_VALUE);
        Ok(if stands_for_text { Self::Text } else { Self::Name(name) })
    }
}

/// A name that is read as an optional one: borrowed only if the deserializer gives a string anyway,
/// as that of the name before a text does. All others of JSON give some name, which is owned.
struct OptionalName<'de>(Name<'de>);

impl<'de> Deserialize<'de> for OptionalName<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_option(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl NameVisitor {
    /// Names that are no texts, which JSON does not have: they are not repeated in the error.
    fn refuse<T, E: de::Error>() -> Result<T, E> {
        Err(E::custom(Reason::Name))
    }
}

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Name<'de>, D::Error> {
        let Name(name) = Name::deserialize(from)?;
        Ok(Name(Cow::Owned(name.into_owned())))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Name<'de>, E> {
        Self::refuse()
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<Name<'de>, E> {
        Self::refuse()
    }
}
