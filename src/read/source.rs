//! Sources of values: a lexer or any deserializer.

use super::{FieldValue, ParsedField};
use crate::{
    json::{self, JsonString, JsonText, Lexer, LexerError},
    schema::Field,
    validate::ValidationContext,
};
use std::borrow::Cow;

/// A reader of the members of an object. For each member, first the name is read, and then the
/// value is read, kept or skipped.
pub trait ObjectReader<'de> {
    /// The error that stops the reader.
    type Error;

    /// Reads the name of the next member.
    fn next(&mut self, lookup: &mut FieldLookup) -> Result<Option<Member<'de>>, Self::Error>;

    /// Reads the value, which belongs to the field `name` of the object at `cx`.
    fn value<T: FieldValue>(
        &mut self,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, Self::Error>;

    /// Reads any value and keeps it as JSON. `depth` is the number of arrays and objects that
    /// contain it.
    fn keep(&mut self, depth: u8) -> Result<JsonText, Self::Error>;

    /// Skips the value.
    fn skip(&mut self) -> Result<(), Self::Error>;
}

/// A reader of the elements of an array.
pub trait ArrayReader<'de> {
    /// The error that stops the reader.
    type Error;

    /// Reads the next element, or returns `Missing` at the end of the array.
    fn next<T: FieldValue>(
        &mut self,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, Self::Error>;

    /// Skips the next element, and returns whether there was one.
    fn skip(&mut self) -> Result<bool, Self::Error>;

    /// Estimates the number of further elements after `read` elements.
    fn expected(&self, read: usize) -> usize {
        read
    }
}

/// The name of a member.
#[derive(Debug)]
pub enum Member<'de> {
    /// A field of the schema, with its index.
    Field(usize, &'static Field),
    /// An unknown name.
    Unknown(Cow<'de, str>),
}

/// The fields of a schema, for lookup by name.
#[derive(Clone, Copy, Debug)]
pub struct FieldLookup {
    fields: &'static [Field],
    /// The index of the next field, if the members are in the order of the schema.
    next: usize,
}

impl FieldLookup {
    /// Returns a lookup that expects the first field.
    pub const fn new(fields: &'static [Field]) -> Self {
        Self { fields, next: 0 }
    }

    /// Returns the next field, if the input continues with its quoted name and a colon.
    #[inline]
    fn expect<'de>(&mut self, lexer: &mut Lexer<'de>) -> Option<Member<'de>> {
        let index = self.next;
        let field = self.fields.get(index).filter(|field| lexer.eat_str(field.json_prefix))?;
        self.next += 1;
        Some(Member::Field(index, field))
    }

    /// Returns the field with the given name, or the unknown name.
    pub(super) fn member<'de>(&mut self, name: Cow<'de, str>) -> Member<'de> {
        self.find(|known| name == known).unwrap_or(Member::Unknown(name))
    }

    fn find<'de>(&mut self, is_match: impl Fn(&str) -> bool) -> Option<Member<'de>> {
        let mut fields = self.fields.iter().enumerate();
        let (index, field) = fields.find(|(_, field)| is_match(field.name))?;
        self.next = index + 1;
        Some(Member::Field(index, field))
    }
}

/// Reads a member's name, starting at its opening quote, and the colon after it.
#[inline]
fn name<'de>(lexer: &mut Lexer<'de>, lookup: &mut FieldLookup) -> json::Result<Member<'de>> {
    // Most serializers follow the order of the schema and write no whitespace.
    match lookup.expect(lexer) {
        Some(field) => Ok(field),
        None => any_name(lexer, lookup),
    }
}

#[inline(never)]
fn any_name<'de>(lexer: &mut Lexer<'de>, lookup: &mut FieldLookup) -> json::Result<Member<'de>> {
    let name = lexer.string()?.into_cow();
    lexer.colon()?;
    Ok(lookup.member(name))
}

/// Reads a member's name as [`name`] does, but without unescaping it, which would allocate. An
/// unknown name is returned exactly as it appears between its quotes.
#[inline]
pub(super) fn raw_name<'de>(
    lexer: &mut Lexer<'de>,
    lookup: &mut FieldLookup,
) -> json::Result<Member<'de>> {
    match lookup.expect(lexer) {
        Some(field) => Ok(field),
        None => any_raw_name(lexer, lookup),
    }
}

#[inline(never)]
fn any_raw_name<'de>(
    lexer: &mut Lexer<'de>,
    lookup: &mut FieldLookup,
) -> json::Result<Member<'de>> {
    let name = lexer.raw_string()?;
    lexer.colon()?;
    let field = lookup.find(|known| name.is_equal_to(known));
    Ok(field.unwrap_or(Member::Unknown(Cow::Borrowed(name.raw))))
}

/// Reads the value of the field `name` of the object at `cx`.
fn field<T: FieldValue>(
    lexer: &mut Lexer<'_>,
    name: &str,
    constraints: T::Constraints,
    cx: &mut ValidationContext<'_>,
) -> json::Result<ParsedField<T>> {
    if lexer.value_start()? != b'"' {
        return value(lexer, constraints, &mut cx.field(name));
    }
    let (JsonString::Borrowed(string) | JsonString::Unescaped(string)) = lexer.string()?;
    let Some(value) = T::from_string(Cow::Borrowed(string)) else {
        return Ok(T::read_string(Cow::Borrowed(string), constraints, &mut cx.field(name)));
    };
    if cx.checks_constraints() {
        value.validate_field(name, constraints, cx);
    }
    Ok(ParsedField::Value(value))
}

/// Reads the next value.
pub(super) fn value<T: FieldValue>(
    lexer: &mut Lexer<'_>,
    constraints: T::Constraints,
    cx: &mut ValidationContext<'_>,
) -> json::Result<ParsedField<T>> {
    match lexer.value_start()? {
        b'"' => {
            let (JsonString::Borrowed(string) | JsonString::Unescaped(string)) = lexer.string()?;
            Ok(T::read_string(Cow::Borrowed(string), constraints, cx))
        }
        // `read_json_object` enters the object itself, which saves a copy of the value.
        b'{' => T::read_json_object(lexer, constraints, cx),
        b'[' => T::read_array(LexerReader::enter(lexer)?, constraints, cx),
        b'-' | b'0'..=b'9' => Ok(T::read_number(lexer.number()?, constraints, cx)),
        _ => Ok(match lexer.literal()? {
            None => ParsedField::Null,
            Some(boolean) => T::read_boolean(boolean, cx),
        }),
    }
}

/// A reader of an array or object that takes its input from a lexer.
#[derive(Debug)]
pub(crate) struct LexerReader<'a, 'de> {
    lexer: &'a mut Lexer<'de>,
    first: bool,
    /// The number of bytes that remained at the start.
    remaining: usize,
}

impl<'a, 'de> LexerReader<'a, 'de> {
    pub(crate) fn enter(lexer: &'a mut Lexer<'de>) -> json::Result<Self> {
        lexer.enter()?;
        let remaining = lexer.remaining();
        Ok(Self { lexer, first: true, remaining })
    }
}

impl<'de> ObjectReader<'de> for LexerReader<'_, 'de> {
    type Error = LexerError;

    #[allow(clippy::inline_always, reason = "it runs once per member: measured")]
    #[inline(always)]
    fn next(&mut self, lookup: &mut FieldLookup) -> json::Result<Option<Member<'de>>> {
        if self.lexer.advance_to_member(&mut self.first)? {
            name(self.lexer, lookup).map(Some)
        } else {
            Ok(None)
        }
    }

    #[inline]
    fn value<T: FieldValue>(
        &mut self,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<ParsedField<T>> {
        field(self.lexer, name, constraints, cx)
    }

    fn keep(&mut self, _: u8) -> json::Result<JsonText> {
        self.lexer.skip().map(JsonText::from_valid)
    }

    fn skip(&mut self) -> json::Result<()> {
        self.lexer.skip().map(drop)
    }
}

impl<'de> ArrayReader<'de> for LexerReader<'_, 'de> {
    type Error = LexerError;

    fn next<T: FieldValue>(
        &mut self,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<ParsedField<T>> {
        if self.lexer.advance_to_element(&mut self.first)? {
            value(self.lexer, constraints, cx)
        } else {
            Ok(ParsedField::Missing)
        }
    }

    fn skip(&mut self) -> json::Result<bool> {
        let has_element = self.lexer.advance_to_element(&mut self.first)?;
        if has_element {
            self.lexer.skip()?;
        }
        Ok(has_element)
    }

    /// Estimates the number of further elements from the average length of the previous ones.
    fn expected(&self, read: usize) -> usize {
        let remaining = self.lexer.remaining();
        let length = self.remaining.saturating_sub(remaining) / read.max(1);
        remaining / length.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{ArrayReader as _, FieldLookup, LexerReader, Member, name};
    use crate::{Schema, json::Lexer};

    /// An unexpected name is compared with every field.
    #[test]
    fn expects_fields_in_schema_order() {
        let mut lookup = FieldLookup::new(Schema::by_name("Amount").unwrap().fields);
        for (json, index) in [
            (r#""currency":"#, Some(0)),
            (r#""value":"#, Some(1)),
            (r#""currency":"#, None),
            (r#""value":"#, None),
        ] {
            let expected = match lookup.expect(&mut Lexer::new(json)) {
                Some(Member::Field(index, _)) => Some(index),
                _ => None,
            };
            assert_eq!(expected, index, "{json}");
        }
        // After a field that is out of order, the one after it in the schema is expected.
        assert!(matches!(
            name(&mut Lexer::new(r#""currency" :"#), &mut lookup),
            Ok(Member::Field(0, _))
        ));
        let next = lookup.expect(&mut Lexer::new(r#""value":"#));
        assert!(matches!(next, Some(Member::Field(1, _))));
    }

    #[test]
    fn estimates_elements_from_remaining_bytes() {
        let mut lexer = Lexer::new("[1000,2000,3000,4000,5000]");
        let mut elements = LexerReader::enter(&mut lexer).unwrap();
        assert!(elements.skip().unwrap() && elements.skip().unwrap());
        assert_eq!(elements.expected(2), 4);
    }
}
