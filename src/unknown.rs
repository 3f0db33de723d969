//! Members that no row names: kept, and written back.

use crate::{
    SyntaxError,
    error::Reason,
    json::{self, Fault, Lexer, MAX_DEPTH, Number},
};
use serde::{
    Serialize, Serializer,
    de::{
        self, Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
    },
    ser::{self, Error as _, SerializeMap, SerializeSeq},
};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    cell::{RefCell, RefMut},
    collections::BTreeMap,
    fmt, io,
};

/// The members of an object that no row of its table names, in the order of their names.
///
/// A newer platform may send them; they are accepted, kept, and written back behind the rows.
/// `Debug` shows how many there are and nothing else, for they may hold personal data.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json};
///
/// let json = br#"{"currency":"USD","value":5,"future":{"rate":12345678901234567890.125}}"#;
/// let amount = from_json::<Amount>(json).unwrap();
/// assert_eq!(amount.unknown_members.get("future").unwrap().as_str(), r#"{"rate":12345678901234567890.125}"#);
/// assert_eq!(serde_json::to_vec(&amount).unwrap(), json);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownMembers(
    /// Every table has the field, and hardly any has such members: a map is there only if it is not
    /// empty, so that tables are small.
    #[allow(clippy::box_collection, reason = "a table is copied more often than this is followed")]
    Option<Box<Map>>,
);

type Map = BTreeMap<Box<str>, JsonText>;

static EMPTY: Map = Map::new();

impl UnknownMembers {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    fn map(&self) -> &Map {
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    /// The value of the member `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&JsonText> {
        self.map().get(name)
    }

    /// Sets a member, and gives its earlier value. The name of a row is a violation `duplicate`: set
    /// the row.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: JsonText) -> Option<JsonText> {
        self.0.get_or_insert_default().insert(name.into(), value)
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<JsonText> {
        let value = self.0.as_mut()?.remove(name);
        self.0.take_if(|map| map.is_empty());
        value
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Names and values, in the order of the names.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &JsonText)> {
        self.map().iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there is a member `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.map().contains_key(name)
    }
}

impl<N: Into<Box<str>>> FromIterator<(N, JsonText)> for UnknownMembers {
    fn from_iter<I: IntoIterator<Item = (N, JsonText)>>(members: I) -> Self {
        let map: Map = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl fmt::Debug for UnknownMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} hidden>", self.len())
    }
}

/// A JSON value as its text, in a normal form: without blanks, numbers and escape sequences written
/// in one way. Numbers keep their value, whatever it is, and objects the order of their members,
/// also of those that stand twice.
///
/// `Debug` shows nothing of it. It writes through any `serde` format, and is read back as it is by
/// those of JSON. In other formats a number that neither 64 bits nor an `f64` holds is rounded.
///
/// ```
/// use miniprogram_protocol::JsonText;
///
/// let text = JsonText::parse("{\"points\": 12.50}").unwrap();
/// assert_eq!(text.as_str(), "{\"points\":12.5}");
/// assert_eq!(text.to_value().unwrap()["points"], 12.5);
/// assert_eq!(text, JsonText::try_from(serde_json::json!({"points": 12.5})).unwrap());
/// assert!(JsonText::parse("{points}").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// The JSON value that `text` is.
    ///
    /// # Errors
    /// Where and why the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::normal(text).map_err(|fault| fault.in_text(text))
    }

    /// The normal form of `json`.
    fn normal(json: &str) -> Result<Self, Fault> {
        let mut lexer = Lexer::new(json);
        let value = lexer.skip()?;
        lexer.end()?;
        Ok(Self::of(value))
    }

    /// The normal form of `value`, which is a JSON value.
    pub(crate) fn of(value: &str) -> Self {
        // What was just read can be written; were it not so, it would stay as it is.
        let normal = serde_json::to_string(&Node::new(&RefCell::new(Lexer::new(value))));
        Self(normal.unwrap_or_else(|_| value.to_owned()).into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value. Numbers that 64 bits do not hold become the nearest `f64`, and of members of one
    /// name the last one counts.
    ///
    /// # Errors
    /// `serde_json` may refuse a value for reasons of its own, though it has no known ones.
    pub fn to_value(&self) -> serde_json::Result<serde_json::Value> {
        let lexer = RefCell::new(Lexer::new(&self.0));
        serde_json::to_value(Node { lexer: &lexer, every_digit: false })
    }
}

impl TryFrom<serde_json::Value> for JsonText {
    type Error = SyntaxError;

    /// Refuses a value that is nested deeper than 128.
    fn try_from(value: serde_json::Value) -> Result<Self, SyntaxError> {
        Self::parse(&value.to_string())
    }
}

impl std::str::FromStr for JsonText {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Node::new(&RefCell::new(Lexer::new(&self.0))).serialize(to)
    }
}

/// The value that comes next in a JSON text.
struct Node<'a, 'de> {
    lexer: &'a RefCell<Lexer<'de>>,
    /// Whether the serializer takes numbers as texts, so that they keep every digit.
    every_digit: bool,
}

impl<'a, 'de> Node<'a, 'de> {
    const fn new(lexer: &'a RefCell<Lexer<'de>>) -> Self {
        Self { lexer, every_digit: true }
    }
}

impl Serialize for Node<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut lexer = self.lexer()?;
        match lexer.value_start().map_err(S::Error::custom)? {
            b'{' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut members = to.serialize_map(None)?;
                let mut first = true;
                while let Some(name) = self.next_name(&mut first)? {
                    members.serialize_entry(&name, self)?;
                }
                members.end()
            }
            b'[' => {
                lexer.enter().map_err(S::Error::custom)?;
                drop(lexer);
                let mut elements = to.serialize_seq(None)?;
                let mut first = true;
                while self.lexer()?.has_element(&mut first).map_err(S::Error::custom)? {
                    elements.serialize_element(self)?;
                }
                elements.end()
            }
            b'"' => {
                let text = lexer.string().map_err(S::Error::custom)?.into_cow();
                to.serialize_str(&text)
            }
            b'-' | b'0'..=b'9' => {
                let literal = lexer.skip().map_err(S::Error::custom)?;
                let number = Lexer::new(literal).number().map_err(S::Error::custom)?;
                // Only JSON has a place for any number.
                let any = self.every_digit && to.is_human_readable();
                match (number, any) {
                    (Number::Unsigned(number), _) => to.serialize_u64(number),
                    (Number::Negative(number), _) => to.serialize_i64(number),
                    (Number::Float(number), false) => to.serialize_f64(number),
                    (Number::Float(number), true) if is_exact(literal, number) => {
                        to.serialize_f64(number)
                    }
                    (Number::Beyond { .. }, false) => {
                        to.serialize_f64(literal.parse().map_err(S::Error::custom)?)
                    }
                    (Number::Float(_) | Number::Beyond { .. }, true) => {
                        let literal = RawValue::from_string(literal.to_owned());
                        literal.map_err(S::Error::custom)?.serialize(to)
                    }
                }
            }
            _ => match lexer.skip().map_err(S::Error::custom)? {
                "true" => to.serialize_bool(true),
                "false" => to.serialize_bool(false),
                _ => to.serialize_unit(),
            },
        }
    }
}

impl<'de> Node<'_, 'de> {
    /// Borrows the lexer: an error if a serializer serializes the value again while it handles it.
    fn lexer<E: ser::Error>(&self) -> Result<RefMut<'_, Lexer<'de>>, E> {
        self.lexer.try_borrow_mut().map_err(E::custom)
    }

    fn next_name<E: ser::Error>(&self, first: &mut bool) -> Result<Option<String>, E> {
        let mut lexer = self.lexer()?;
        if !lexer.has_member(first).map_err(E::custom)? {
            return Ok(None);
        }
        let name = lexer.string().map_err(E::custom)?.into_cow().into_owned();
        lexer.colon().map_err(E::custom)?;
        Ok(Some(name))
    }
}

/// Whether `number` is written as a number equal to `literal`: a decimal of at most 15 digits
/// comes back from an `f64` unchanged, unless it is near an end of its range.
fn is_exact(literal: &str, number: f64) -> bool {
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    let digits = || mantissa.bytes().filter(u8::is_ascii_digit);
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    let significant = digits().count().saturating_sub(leading + trailing);
    significant == 0 || significant <= 15 && (1e-290..1e290).contains(&number.abs())
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Kept { levels: 0 }.deserialize(from)
    }
}

/// Reads a value to keep that stands inside so many levels: with them it is written.
pub(crate) struct Kept {
    pub(crate) levels: u8,
}

impl<'de> DeserializeSeed<'de> for Kept {
    type Value = JsonText;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<JsonText, D::Error> {
        let mut json = Vec::new();
        let transcriber = Transcriber { depth: self.levels, ..Transcriber::new(&mut json) };
        from.deserialize_newtype_struct(json::AS_RAW_VALUE, transcriber)?;
        JsonText::normal(std::str::from_utf8(&json).map_err(D::Error::custom)?)
            .map_err(D::Error::custom)
    }
}

/// A value that is passed over, held to the same rules as one that is kept.
pub(crate) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(json::AS_RAW_VALUE, Transcriber::new(&mut io::sink()))?;
        Ok(Self)
    }
}

/// Writes the value that a deserializer holds as JSON.
struct Transcriber<'a, W> {
    json: &'a mut W,
    /// What stands before the value.
    separator: &'static [u8],
    depth: u8,
    /// Whether the deserializer was asked for the text.
    asks_for_text: bool,
}

impl<'a, W: io::Write> Transcriber<'a, W> {
    const fn new(json: &'a mut W) -> Self {
        Self { json, separator: b"", depth: 0, asks_for_text: true }
    }

    /// A value inside this one.
    fn inner(&mut self, separator: &'static [u8]) -> Transcriber<'_, W> {
        Transcriber { json: self.json, separator, depth: self.depth + 1, asks_for_text: false }
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
        self.raw(value.map_err(|fault| E::custom(fault.in_text(text)))?.as_bytes())
    }

    fn value<E: de::Error>(self, value: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self.json, &value).map_err(E::custom)
    }
}

impl<'de, W: io::Write> DeserializeSeed<'de> for Transcriber<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.raw(self.separator)?;
        from.deserialize_any(self)
    }
}

impl<'de, W: io::Write> Visitor<'de> for Transcriber<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.asks_for_text = false;
        from.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(mut self, from: D) -> Result<(), D::Error> {
        self.asks_for_text = false;
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
        let mut name = if self.asks_for_text {
            match First::read(&mut members)? {
                First::Text => return self.text(&members.next_value::<Name<'de>>()?.0),
                First::Name(name) => name,
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
pub(crate) enum First<'de> {
    /// The map of `serde_json` that stands for the text: the text is its only value.
    Text,
    /// A map like any other, with the name of its first member.
    Name(Option<Name<'de>>),
}

impl<'de> First<'de> {
    /// Reads the first name of a map. A member can have the same name as the text, so that the name
    /// alone does not tell them apart.
    pub(crate) fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        // `serde_json` gives no length for the map that stands for the text.
        if map.size_hint().is_some() {
            return map.next_key().map(Self::Name);
        }
        let name = map.next_key::<OptionalName<'de>>()?.map(|OptionalName(name)| name);
        let stands_for_text =
            matches!(name, Some(Name(Cow::Borrowed(name))) if name == json::AS_RAW_VALUE);
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
