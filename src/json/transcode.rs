//! Conversion of the input of any deserializer to JSON text.

use super::{JsonText, Lexer, MAX_DEPTH, Reason};
use serde::{
    Serialize,
    de::{
        self, Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
    },
};
use std::{borrow::Cow, fmt, io};

/// The name of the newtype struct that requests a value as raw JSON from `serde_json`, which then
/// returns a map with a single entry: this name, and the JSON as a string. Other deserializers
/// ignore the name and return the value itself.
pub(crate) const RAW_VALUE_TOKEN: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonTextSeed { depth: 0 }.deserialize(deserializer)
    }
}

/// A seed that reads any value and keeps it as JSON text.
pub(crate) struct JsonTextSeed {
    /// The number of arrays and objects that contain the value, which count toward the nesting
    /// limit.
    pub(crate) depth: u8,
}

impl<'de> DeserializeSeed<'de> for JsonTextSeed {
    type Value = JsonText;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonText, D::Error> {
        let mut json = Vec::new();
        let transcoder = Transcoder { depth: self.depth, ..Transcoder::new(&mut json) };
        deserializer.deserialize_newtype_struct(RAW_VALUE_TOKEN, transcoder)?;
        JsonText::normalize(std::str::from_utf8(&json).map_err(D::Error::custom)?)
            .map_err(D::Error::custom)
    }
}

/// A value that was read and discarded, after it was checked as strictly as a value that is kept.
pub(crate) struct SkippedValue;

impl<'de> Deserialize<'de> for SkippedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_newtype_struct(RAW_VALUE_TOKEN, Transcoder::new(&mut io::sink()))?;
        Ok(Self)
    }
}

/// A visitor that writes the value it visits as JSON.
struct Transcoder<'a, W> {
    json: &'a mut W,
    /// The comma or colon to write before the value, or an empty slice.
    separator: &'static [u8],
    /// The number of arrays and objects that contain the value.
    depth: u8,
    /// True if raw JSON was requested from the deserializer.
    requests_raw: bool,
}

impl<'a, W: io::Write> Transcoder<'a, W> {
    const fn new(json: &'a mut W) -> Self {
        Self { json, separator: b"", depth: 0, requests_raw: true }
    }

    /// Returns a transcoder for an element or member of this value.
    fn for_nested_value(&mut self, separator: &'static [u8]) -> Transcoder<'_, W> {
        Transcoder { json: self.json, separator, depth: self.depth + 1, requests_raw: false }
    }

    /// Writes the opening bracket or brace of an array or object.
    fn write_opening_bracket<E: de::Error>(&mut self, bracket: &[u8]) -> Result<(), E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(Reason::Depth));
        }
        self.write(bracket)
    }

    fn write<E: de::Error>(&mut self, json: &[u8]) -> Result<(), E> {
        self.json.write_all(json).map_err(E::custom)
    }

    /// Validates raw JSON and writes it. The validation is necessary because `serde_json` accepts
    /// some input that this crate rejects.
    fn write_raw_value<E: de::Error>(&mut self, json: &str) -> Result<(), E> {
        let mut lexer = Lexer::new(json);
        let value = lexer.read_raw_value().and_then(|value| lexer.expect_end().map(|()| value));
        self.write(value.map_err(|error| E::custom(error.into_syntax_error(json)))?.as_bytes())
    }

    fn write_value<E: de::Error>(self, value: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self.json, &value).map_err(E::custom)
    }
}

impl<'de, W: io::Write> DeserializeSeed<'de> for Transcoder<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.write(self.separator)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: io::Write> Visitor<'de> for Transcoder<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        mut self,
        deserializer: D,
    ) -> Result<(), D::Error> {
        self.requests_raw = false;
        deserializer.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.requests_raw = false;
        deserializer.deserialize_any(self)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.write_value(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.write_value(())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        if value.is_finite() {
            self.write_value(value)
        } else {
            Err(E::custom(Reason::NumberRange))
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.write_value(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.write_opening_bracket(b"[")?;
        let mut separator: &[u8] = b"";
        while seq.next_element_seed(self.for_nested_value(separator))?.is_some() {
            separator = b",";
        }
        self.write(b"]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut name = if self.requests_raw {
            match FirstKey::read(&mut map)? {
                FirstKey::RawValue => {
                    return self.write_raw_value(&map.next_value::<MemberName<'de>>()?.0);
                }
                FirstKey::Name(name) => name,
            }
        } else {
            map.next_key::<MemberName<'de>>()?
        };
        self.write_opening_bracket(b"{")?;
        let mut separator: &[u8] = b"";
        while let Some(MemberName(known)) = name {
            self.write(separator)?;
            self.for_nested_value(b"").write_value(&known)?;
            map.next_value_seed(self.for_nested_value(b":"))?;
            separator = b",";
            name = map.next_key()?;
        }
        self.write(b"}")
    }
}

/// A string, such as the name of a member, borrowed from the input if possible.
pub(crate) struct MemberName<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The first key of a map returned by a deserializer from which raw JSON was requested.
pub(crate) enum FirstKey<'de> {
    /// The map represents raw JSON from `serde_json`: its only value is the JSON as a string.
    RawValue,
    /// The map is an ordinary object. Contains the name of the first member, or `None` if the
    /// object is empty.
    Name(Option<MemberName<'de>>),
}

impl<'de> FirstKey<'de> {
    /// Reads the first key of a map. Comparing the key with [`RAW_VALUE_TOKEN`] does not suffice to
    /// recognize raw JSON, because an ordinary member can also have that name.
    pub(crate) fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        // A map that represents raw JSON has no size hint.
        if map.size_hint().is_some() {
            return map.next_key().map(Self::Name);
        }
        let name = map.next_key::<OptionalName<'de>>()?.map(|OptionalName(name)| name);
        let is_raw_value =
            matches!(name, Some(MemberName(Cow::Borrowed(name))) if name == RAW_VALUE_TOKEN);
        Ok(if is_raw_value { Self::RawValue } else { Self::Name(name) })
    }
}

/// A name that is deserialized as an option, which distinguishes the map that represents a
/// `RawValue` from ordinary JSON: `serde_json` passes a borrowed string to the visitor in the first
/// case, and calls `visit_some` in the second.
struct OptionalName<'de>(MemberName<'de>);

impl<'de> Deserialize<'de> for OptionalName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl NameVisitor {
    /// Rejects a key that is not a string. The error does not contain the key.
    fn reject<T, E: de::Error>() -> Result<T, E> {
        Err(E::custom(Reason::Name))
    }
}

impl<'de> Visitor<'de> for NameVisitor {
    type Value = MemberName<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_some<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<MemberName<'de>, D::Error> {
        let MemberName(name) = MemberName::deserialize(deserializer)?;
        Ok(MemberName(Cow::Owned(name.into_owned())))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<MemberName<'de>, E> {
        Ok(MemberName(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<MemberName<'de>, E> {
        Ok(MemberName(Cow::Owned(name.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<MemberName<'de>, E> {
        Self::reject()
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<MemberName<'de>, E> {
        Self::reject()
    }
}
