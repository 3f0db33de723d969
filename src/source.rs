//! Where values come from: a JSON text, by the crate's own reader, or any deserializer.

use crate::{
    Cursor, Field, JsonText,
    json::{self, Lexer, Number, Read, Text},
    read::{Slot, Value},
    unknown::{First, Kept, Name, Skipped},
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// The members of an object, one after the other: its name, and then what is done with its value.
pub trait Members<'de> {
    /// Why nothing more can be read.
    type Error;

    /// Takes the name of the member that comes.
    fn next(&mut self, rows: &mut Rows) -> Result<Option<Member<'de>>, Self::Error>;

    /// Reads the value as that of the row `name` of the object at `at`.
    fn value<T: Value>(
        &mut self,
        name: &str,
        rule: T::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<T>, Self::Error>;

    /// Keeps the value, whatever it is. It stands inside so many `levels` of arrays and objects.
    fn keep(&mut self, levels: u8) -> Result<JsonText, Self::Error>;

    /// Passes over the value.
    fn skip(&mut self) -> Result<(), Self::Error>;
}

/// The elements of an array, one after the other.
pub trait Elements<'de> {
    /// Why nothing more can be read.
    type Error;

    /// Reads the element that comes. It is missing if none does.
    fn next<T: Value>(
        &mut self,
        rule: T::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<T>, Self::Error>;

    /// Passes over the element that comes, if one does.
    fn skip(&mut self) -> Result<bool, Self::Error>;

    /// How many more elements come after `read` ones, by a guess.
    fn expected(&self, read: usize) -> usize {
        read
    }
}

/// What a member is by its name.
#[derive(Debug)]
pub enum Member<'de> {
    /// A row of the table, and its index.
    Row(usize, &'static Field),
    /// None of them.
    Unknown(Cow<'de, str>),
}

/// The rows of a table, among which names are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    fields: &'static [Field],
    /// The row that comes next if the members stand in the order of the table.
    next: usize,
}

impl Rows {
    /// The rows `fields`, of which the first one is expected.
    pub const fn new(fields: &'static [Field]) -> Self {
        Self { fields, next: 0 }
    }

    /// The row that comes next, if the text goes on with its name.
    #[inline]
    fn expect<'de>(&mut self, lexer: &mut Lexer<'de>) -> Option<Member<'de>> {
        let index = self.next;
        let field = self.fields.get(index).filter(|field| lexer.take_exactly(field.beginning))?;
        self.next += 1;
        Some(Member::Row(index, field))
    }

    /// The row of that name, or the name.
    fn member<'de>(&mut self, name: Cow<'de, str>) -> Member<'de> {
        self.find(|known| name == known).unwrap_or(Member::Unknown(name))
    }

    fn find<'de>(&mut self, is: impl Fn(&str) -> bool) -> Option<Member<'de>> {
        let mut rows = self.fields.iter().enumerate();
        let (index, field) = rows.find(|(_, field)| is(field.name))?;
        self.next = index + 1;
        Some(Member::Row(index, field))
    }
}

/// Takes the name of a member, whose opening quote stands here, and the colon.
#[inline]
pub(crate) fn name<'de>(lexer: &mut Lexer<'de>, rows: &mut Rows) -> Read<Member<'de>> {
    // Most writers keep the order of the table, and write no blanks.
    match rows.expect(lexer) {
        Some(row) => Ok(row),
        None => any_name(lexer, rows),
    }
}

#[inline(never)]
fn any_name<'de>(lexer: &mut Lexer<'de>, rows: &mut Rows) -> Read<Member<'de>> {
    let name = lexer.string()?.into_cow();
    lexer.colon()?;
    Ok(rows.member(name))
}

/// Takes the name of a member as [`name`] does, but does not unescape it, which would allocate: the
/// name of an unknown member is as it stands between its quotes.
#[inline]
pub(crate) fn raw_name<'de>(lexer: &mut Lexer<'de>, rows: &mut Rows) -> Read<Member<'de>> {
    match rows.expect(lexer) {
        Some(row) => Ok(row),
        None => any_raw_name(lexer, rows),
    }
}

#[inline(never)]
fn any_raw_name<'de>(lexer: &mut Lexer<'de>, rows: &mut Rows) -> Read<Member<'de>> {
    let name = lexer.raw_string()?;
    lexer.colon()?;
    let row = rows.find(|known| name.is(known));
    Ok(row.unwrap_or(Member::Unknown(Cow::Borrowed(name.raw))))
}

/// Reads the value of the member `name` of the object at `at`, which comes in a JSON text.
pub(crate) fn member<T: Value>(
    lexer: &mut Lexer<'_>,
    name: &str,
    rule: T::Rule,
    at: &mut Cursor<'_>,
) -> Read<Slot<T>> {
    if lexer.value_start()? != b'"' {
        return value(lexer, rule, &mut at.member(name));
    }
    let (Text::Borrowed(text) | Text::Unescaped(text)) = lexer.string()?;
    let Some(value) = T::of_text(Cow::Borrowed(text)) else {
        return Ok(T::from_text(Cow::Borrowed(text), rule, &mut at.member(name)));
    };
    if at.judges() {
        value.judge_member(name, rule, at);
    }
    Ok(Slot::Value(value))
}

/// Reads the value that comes in a JSON text.
pub(crate) fn value<T: Value>(
    lexer: &mut Lexer<'_>,
    rule: T::Rule,
    at: &mut Cursor<'_>,
) -> Read<Slot<T>> {
    match lexer.value_start()? {
        b'"' => {
            let (Text::Borrowed(text) | Text::Unescaped(text)) = lexer.string()?;
            Ok(T::from_text(Cow::Borrowed(text), rule, at))
        }
        // What these two return is not looked into: that would copy it.
        b'{' => T::from_object(lexer, rule, at),
        b'[' => T::from_elements(InText::enter(lexer)?, rule, at),
        b'-' | b'0'..=b'9' => Ok(T::from_number(lexer.number()?, rule, at)),
        _ => Ok(match lexer.literal()? {
            None => Slot::Null,
            Some(boolean) => T::from_boolean(boolean, at),
        }),
    }
}

/// What stands between the brackets or braces that were entered in a JSON text.
#[derive(Debug)]
pub(crate) struct InText<'a, 'de> {
    lexer: &'a mut Lexer<'de>,
    first: bool,
    /// How much of the text was left at the start.
    rest: usize,
}

impl<'a, 'de> InText<'a, 'de> {
    pub(crate) fn enter(lexer: &'a mut Lexer<'de>) -> Read<Self> {
        lexer.enter()?;
        let rest = lexer.rest();
        Ok(Self { lexer, first: true, rest })
    }
}

impl<'de> Members<'de> for InText<'_, 'de> {
    type Error = json::Fault;

    #[allow(clippy::inline_always, reason = "it runs once a member: measured")]
    #[inline(always)]
    fn next(&mut self, rows: &mut Rows) -> Read<Option<Member<'de>>> {
        if self.lexer.has_member(&mut self.first)? {
            name(self.lexer, rows).map(Some)
        } else {
            Ok(None)
        }
    }

    #[inline]
    fn value<T: Value>(&mut self, name: &str, rule: T::Rule, at: &mut Cursor<'_>) -> Read<Slot<T>> {
        member(self.lexer, name, rule, at)
    }

    fn keep(&mut self, _: u8) -> Read<JsonText> {
        self.lexer.skip().map(JsonText::of)
    }

    fn skip(&mut self) -> Read<()> {
        self.lexer.skip().map(drop)
    }
}

impl<'de> Elements<'de> for InText<'_, 'de> {
    type Error = json::Fault;

    fn next<T: Value>(&mut self, rule: T::Rule, at: &mut Cursor<'_>) -> Read<Slot<T>> {
        if self.lexer.has_element(&mut self.first)? {
            value(self.lexer, rule, at)
        } else {
            Ok(Slot::Missing)
        }
    }

    fn skip(&mut self) -> Read<bool> {
        let comes = self.lexer.has_element(&mut self.first)?;
        if comes {
            self.lexer.skip()?;
        }
        Ok(comes)
    }

    /// As many as there is text for, if they are as long as those that came.
    fn expected(&self, read: usize) -> usize {
        let rest = self.lexer.rest();
        let each = self.rest.saturating_sub(rest) / read.max(1);
        rest / each.max(1)
    }
}

/// Reads the value of a deserializer. If that has the text, as `serde_json` does, the crate's own
/// reader judges what is JSON, and nothing is lost between the two.
pub(crate) fn deserialize<'de, T: Value, D: Deserializer<'de>>(
    from: D,
    rule: T::Rule,
    at: &mut Cursor<'_>,
) -> Result<Slot<T>, D::Error> {
    let reader = Reader { rule, at, asks_for_text: true, value: PhantomData };
    from.deserialize_newtype_struct(json::AS_RAW_VALUE, reader)
}

/// The members or elements that a deserializer has.
struct Foreign<'de, A> {
    /// The first name, if it was already taken.
    first: Option<Name<'de>>,
    from: A,
}

impl<'de, A: MapAccess<'de>> Members<'de> for Foreign<'de, A> {
    type Error = A::Error;

    fn next(&mut self, rows: &mut Rows) -> Result<Option<Member<'de>>, A::Error> {
        let name = match self.first.take() {
            None => self.from.next_key::<Name<'de>>()?,
            first => first,
        };
        Ok(name.map(|Name(name)| rows.member(name)))
    }

    fn value<T: Value>(
        &mut self,
        name: &str,
        rule: T::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<T>, A::Error> {
        self.from.next_value_seed(Reader::new(rule, &mut at.member(name)))
    }

    fn keep(&mut self, levels: u8) -> Result<JsonText, A::Error> {
        self.from.next_value_seed(Kept { levels })
    }

    fn skip(&mut self) -> Result<(), A::Error> {
        self.from.next_value::<Skipped>().map(drop)
    }
}

impl<'de, A: SeqAccess<'de>> Elements<'de> for Foreign<'de, A> {
    type Error = A::Error;

    fn next<T: Value>(&mut self, rule: T::Rule, at: &mut Cursor<'_>) -> Result<Slot<T>, A::Error> {
        let slot = self.from.next_element_seed(Reader::new(rule, at))?;
        Ok(slot.unwrap_or(Slot::Missing))
    }

    fn skip(&mut self) -> Result<bool, A::Error> {
        Ok(self.from.next_element::<Skipped>()?.is_some())
    }
}

/// Reads a `T` under `rule`, at `at`.
struct Reader<'a, 'b, T: Value> {
    rule: T::Rule,
    at: &'a mut Cursor<'b>,
    /// Whether the deserializer was asked for the text.
    asks_for_text: bool,
    value: PhantomData<T>,
}

impl<'a, 'b, T: Value> Reader<'a, 'b, T> {
    fn new(rule: T::Rule, at: &'a mut Cursor<'b>) -> Self {
        Self { rule, at, asks_for_text: false, value: PhantomData }
    }

    fn number(self, number: Number) -> Slot<T> {
        T::from_number(number, self.rule, self.at)
    }
}

impl<'de, T: Value> DeserializeSeed<'de> for Reader<'_, '_, T> {
    type Value = Slot<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Value> Visitor<'de> for Reader<'_, '_, T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::TYPE.name())
    }

    fn visit_unit<E>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_none<E>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(Self { asks_for_text: false, ..self })
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Slot<T>, E> {
        Ok(T::from_boolean(boolean, self.at))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Slot<T>, E> {
        Ok(self.number(Number::from(i128::from(integer))))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Slot<T>, E> {
        Ok(self.number(Number::Unsigned(integer)))
    }

    fn visit_i128<E>(self, integer: i128) -> Result<Slot<T>, E> {
        Ok(self.number(Number::from(integer)))
    }

    fn visit_u128<E>(self, integer: u128) -> Result<Slot<T>, E> {
        let beyond = Number::Beyond { negative: false };
        Ok(self.number(u64::try_from(integer).map_or(beyond, Number::Unsigned)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Slot<T>, E> {
        Ok(self.number(Number::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Slot<T>, E> {
        Ok(T::from_text(Cow::Borrowed(text), self.rule, self.at))
    }

    fn visit_string<E>(self, text: String) -> Result<Slot<T>, E> {
        Ok(T::from_text(Cow::Owned(text), self.rule, self.at))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Slot<T>, A::Error> {
        T::from_elements(Foreign { first: None, from }, self.rule, self.at)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Slot<T>, A::Error> {
        let first = if self.asks_for_text { First::read(&mut from)? } else { First::Name(None) };
        if let First::Name(first) = first {
            return T::from_members(Foreign { first, from }, self.rule, self.at);
        }
        let Name(json) = from.next_value()?;
        let mut lexer = Lexer::new(&json);
        let slot = value(&mut lexer, self.rule, self.at);
        slot.and_then(|slot| lexer.end().map(|()| slot))
            .map_err(|fault| A::Error::custom(fault.in_text(&json)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Elements as _, Foreign, InText, Member, Rows, name};
    use crate::{Table as _, dictionary::Amount, json::Lexer};
    use serde::de::value::{Error, SeqDeserializer};

    /// Those of all others are compared with it.
    #[test]
    fn the_name_of_the_next_row_is_expected() {
        let mut rows = Rows::new(Amount::SCHEMA.fields);
        for (text, index) in [
            (r#""currency":"#, Some(0)),
            (r#""value":"#, Some(1)),
            (r#""currency":"#, None),
            (r#""value":"#, None),
        ] {
            let expected = match rows.expect(&mut Lexer::new(text)) {
                Some(Member::Row(index, _)) => Some(index),
                _ => None,
            };
            assert_eq!(expected, index, "{text}");
        }
        // After a row that was not expected, the one below it is.
        assert!(matches!(
            name(&mut Lexer::new(r#""currency" :"#), &mut rows),
            Ok(Member::Row(0, _))
        ));
        assert!(matches!(rows.expect(&mut Lexer::new(r#""value":"#)), Some(Member::Row(1, _))));
    }

    #[test]
    fn as_many_more_elements_are_expected_as_there_is_text_for() {
        let mut lexer = Lexer::new("[1000,2000,3000,4000,5000]");
        let mut elements = InText::enter(&mut lexer).unwrap();
        assert!(elements.skip().unwrap() && elements.skip().unwrap());
        assert_eq!(elements.expected(2), 4);
        let from = SeqDeserializer::<_, Error>::new(std::iter::empty::<u8>());
        assert_eq!(Foreign { first: None, from }.expected(2), 2);
    }
}
