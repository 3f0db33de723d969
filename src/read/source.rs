//! Readers of arrays and objects, with an implementation that reads from the lexer.

use super::{FieldValue, ParsedField};
use crate::{
    json::{self, Escapes, JsonString, JsonText, Lexer, LexerError},
    policy::cold_path,
    schema::Field,
    validate::ValidationContext,
};
use std::borrow::Cow;

/// A reader of the members of an object. The caller reads the name of a member, and then reads or
/// skips its value.
pub trait ObjectReader<'de> {
    /// The error that is returned if reading fails.
    type Error;

    /// Reads the name of the next member. Returns `None` at the end of the object.
    fn next(&mut self, lookup: &mut FieldLookup) -> Result<Option<Member<'de>>, Self::Error>;

    /// Reads the value of the field `name` of the object whose context is `cx`.
    ///
    /// The caller must have read the name of the field.
    fn read_value<T: FieldValue>(
        &mut self,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, Self::Error>;

    /// Reads a value of any type as JSON text. `depth` is the number of arrays and objects that
    /// contain the value.
    fn read_json_text(&mut self, depth: u8) -> Result<JsonText, Self::Error>;

    /// Skips the value.
    fn skip_value(&mut self) -> Result<(), Self::Error>;
}

/// A reader of the elements of an array.
pub trait ArrayReader<'de> {
    /// The error that is returned if reading fails.
    type Error;

    /// Reads the next element. Returns `Missing` at the end of the array.
    fn next<T: FieldValue>(
        &mut self,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, Self::Error>;

    /// Skips the next element. Returns false at the end of the array.
    fn skip_element(&mut self) -> Result<bool, Self::Error>;

    /// Estimates the number of remaining elements, given that `read` elements have been read.
    fn estimate_remaining_elements(&self, read: usize) -> usize {
        read
    }
}

/// The name of a member, looked up in a schema.
#[derive(Debug)]
pub enum Member<'de> {
    /// The name of a field of the schema, with the index of the field.
    Field(usize, &'static Field),
    /// A name that is not in the schema.
    Unknown(Cow<'de, str>),
}

/// A lookup of the fields of a schema by name.
#[derive(Clone, Copy, Debug)]
pub struct FieldLookup {
    fields: &'static [Field],
    /// The index of the field that comes next if the members are in schema order.
    next: usize,
}

impl FieldLookup {
    /// Creates a lookup that expects the first field next.
    pub const fn new(fields: &'static [Field]) -> Self {
        Self { fields, next: 0 }
    }

    /// Consumes the quoted name of the expected field and a colon, if these are exactly the next
    /// characters of the input.
    #[inline]
    fn eat_expected_name<'de>(&mut self, lexer: &mut Lexer<'de>) -> Option<Member<'de>> {
        let index = self.next;
        let field = self.fields.get(index).filter(|field| lexer.eat_str(field.json_prefix))?;
        self.next += 1;
        Some(Member::Field(index, field))
    }

    /// Consumes the quoted name of any field and a colon, if these are exactly the next characters
    /// of the input.
    #[inline]
    fn eat_name<'de>(&mut self, lexer: &mut Lexer<'de>) -> Option<Member<'de>> {
        self.find_field(|field| lexer.eat_name(field.json_prefix))
    }

    /// Returns the field with the given name, or the name itself if the schema has no such field.
    pub(super) fn look_up<'de>(&mut self, name: Cow<'de, str>) -> Member<'de> {
        self.find_field(|field| name == field.name).unwrap_or(Member::Unknown(name))
    }

    fn find_field<'de>(&mut self, mut is_match: impl FnMut(&Field) -> bool) -> Option<Member<'de>> {
        let mut fields = self.fields.iter().enumerate();
        let (index, field) = fields.find(|(_, field)| is_match(field))?;
        self.next = index + 1;
        Some(Member::Field(index, field))
    }
}

/// Reads a member's name, starting at its opening quote, and the colon after it.
#[inline]
fn read_name<'de>(lexer: &mut Lexer<'de>, lookup: &mut FieldLookup) -> json::Result<Member<'de>> {
    // Most senders write fields in schema order and without whitespace.
    match lookup.eat_expected_name(lexer) {
        Some(field) => Ok(field),
        None => read_any_name(lexer, lookup),
    }
}

#[inline(never)]
fn read_any_name<'de>(
    lexer: &mut Lexer<'de>,
    lookup: &mut FieldLookup,
) -> json::Result<Member<'de>> {
    if let Some(field) = lookup.eat_name(lexer) {
        return Ok(field);
    }
    let name = lexer.read_string()?.into_cow();
    // `eat_name` finds the names of fields unless they have escape sequences or whitespace before
    // the colon.
    if matches!(name, Cow::Borrowed(_)) && lexer.eat(b':') {
        return Ok(Member::Unknown(name));
    }
    lexer.expect_colon()?;
    Ok(lookup.look_up(name))
}

/// Reads a member's name as [`read_name`] does, but does not unescape it, because that would
/// allocate. The name of an unknown field is returned in its raw form.
#[inline]
pub(super) fn read_raw_name<'de>(
    lexer: &mut Lexer<'de>,
    lookup: &mut FieldLookup,
) -> json::Result<Member<'de>> {
    match lookup.eat_expected_name(lexer) {
        Some(field) => Ok(field),
        None => read_any_raw_name(lexer, lookup),
    }
}

#[inline(never)]
fn read_any_raw_name<'de>(
    lexer: &mut Lexer<'de>,
    lookup: &mut FieldLookup,
) -> json::Result<Member<'de>> {
    if let Some(field) = lookup.eat_name(lexer) {
        return Ok(field);
    }
    let name = lexer.read_raw_string()?;
    let unknown = Member::Unknown(Cow::Borrowed(name.raw));
    // `eat_name` finds the names of fields unless they have escape sequences or whitespace before
    // the colon.
    if name.escapes == Escapes::None && lexer.eat(b':') {
        return Ok(unknown);
    }
    lexer.expect_colon()?;
    Ok(lookup.find_field(|field| name.is_equal_to(field.name)).unwrap_or(unknown))
}

/// Reads the value of the field `name` of the object whose context is `cx`.
fn read_field<T: FieldValue>(
    lexer: &mut Lexer<'_>,
    name: &str,
    constraints: T::Constraints,
    cx: &mut ValidationContext<'_>,
) -> json::Result<ParsedField<T>> {
    if lexer.peek_value_start()? != b'"' {
        return read_value(lexer, constraints, &mut cx.field(name));
    }
    let (JsonString::Borrowed(string) | JsonString::Unescaped(string)) = lexer.read_string()?;
    let Some(value) = T::from_string(Cow::Borrowed(string)) else {
        return Ok(T::read_string(Cow::Borrowed(string), constraints, &mut cx.field(name)));
    };
    if cx.checks_constraints() {
        value.validate_field(name, constraints, cx);
    }
    Ok(ParsedField::Value(value))
}

/// Reads the next value.
pub(super) fn read_value<T: FieldValue>(
    lexer: &mut Lexer<'_>,
    constraints: T::Constraints,
    cx: &mut ValidationContext<'_>,
) -> json::Result<ParsedField<T>> {
    match lexer.peek_value_start()? {
        b'"' => {
            let (JsonString::Borrowed(string) | JsonString::Unescaped(string)) =
                lexer.read_string()?;
            Ok(T::read_string(Cow::Borrowed(string), constraints, cx))
        }
        b'{' => read_and_check_object(lexer, constraints, cx),
        b'[' => T::read_array(LexerReader::enter(lexer)?, constraints, cx),
        b'-' | b'0'..=b'9' => Ok(T::read_number(lexer.read_number()?, constraints, cx)),
        _ => Ok(match lexer.read_literal()? {
            None => ParsedField::Null,
            Some(boolean) => T::read_boolean(boolean, cx),
        }),
    }
}

/// Reads an object, and runs the policy's custom checks on its value.
#[inline]
pub(crate) fn read_and_check_object<T: FieldValue>(
    lexer: &mut Lexer<'_>,
    constraints: T::Constraints,
    cx: &mut ValidationContext<'_>,
) -> json::Result<ParsedField<T>> {
    // Checking the value copies it, so it is not checked without overrides. The object is entered
    // inside `read_json_object`, which also avoids a copy.
    if !cx.policy().has_overrides() {
        return T::read_json_object(lexer, constraints, cx);
    }
    cold_path(|| {
        let parsed = T::read_json_object(lexer, constraints, cx)?;
        if let ParsedField::Value(value) = &parsed {
            cx.run_custom_checks(value);
        }
        Ok(parsed)
    })
}

/// A reader of an array or object that takes its input from a lexer.
#[derive(Debug)]
pub(crate) struct LexerReader<'a, 'de> {
    lexer: &'a mut Lexer<'de>,
    /// True if no element or member has been read yet.
    first: bool,
    /// The number of bytes of input that remained at the start of the array or object.
    remaining_at_start: usize,
}

impl<'a, 'de> LexerReader<'a, 'de> {
    /// Enters the array or object at the position of the lexer.
    #[inline]
    pub(crate) fn enter(lexer: &'a mut Lexer<'de>) -> json::Result<Self> {
        lexer.enter()?;
        let remaining_at_start = lexer.remaining();
        Ok(Self { lexer, first: true, remaining_at_start })
    }
}

impl<'de> ObjectReader<'de> for LexerReader<'_, 'de> {
    type Error = LexerError;

    #[allow(clippy::inline_always, reason = "called once per member; faster when inlined")]
    #[inline(always)]
    fn next(&mut self, lookup: &mut FieldLookup) -> json::Result<Option<Member<'de>>> {
        if self.lexer.advance_to_member(&mut self.first)? {
            read_name(self.lexer, lookup).map(Some)
        } else {
            Ok(None)
        }
    }

    #[inline]
    fn read_value<T: FieldValue>(
        &mut self,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<ParsedField<T>> {
        read_field(self.lexer, name, constraints, cx)
    }

    fn read_json_text(&mut self, _: u8) -> json::Result<JsonText> {
        self.lexer.read_raw_value().map(JsonText::from_valid)
    }

    fn skip_value(&mut self) -> json::Result<()> {
        self.lexer.skip_value()
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
            read_value(self.lexer, constraints, cx)
        } else {
            Ok(ParsedField::Missing)
        }
    }

    fn skip_element(&mut self) -> json::Result<bool> {
        let has_element = self.lexer.advance_to_element(&mut self.first)?;
        if has_element {
            self.lexer.skip_value()?;
        }
        Ok(has_element)
    }

    /// Estimates the number of remaining elements from the average length of the previous elements.
    fn estimate_remaining_elements(&self, read: usize) -> usize {
        let remaining = self.lexer.remaining();
        let length = self.remaining_at_start.saturating_sub(remaining) / read.max(1);
        remaining / length.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{ArrayReader as _, FieldLookup, LexerReader, Member, read_name};
    use crate::{Schema, json::Lexer};

    /// Fields out of schema order are also found, but more slowly.
    #[test]
    fn expects_fields_in_schema_order() {
        let mut lookup = FieldLookup::new(Schema::by_name("Amount").unwrap().fields);
        for (json, index) in [
            (r#""currency":"#, Some(0)),
            (r#""value":"#, Some(1)),
            (r#""currency":"#, None),
            (r#""value":"#, None),
        ] {
            let expected = match lookup.eat_expected_name(&mut Lexer::new(json)) {
                Some(Member::Field(index, _)) => Some(index),
                _ => None,
            };
            assert_eq!(expected, index, "{json}");
        }
        // After a field that is out of order, the lookup expects the next field of the schema.
        assert!(matches!(
            read_name(&mut Lexer::new(r#""currency" :"#), &mut lookup),
            Ok(Member::Field(0, _))
        ));
        let next = lookup.eat_expected_name(&mut Lexer::new(r#""value":"#));
        assert!(matches!(next, Some(Member::Field(1, _))));
    }

    #[test]
    fn estimates_elements_from_remaining_bytes() {
        let mut lexer = Lexer::new("[1000,2000,3000,4000,5000]");
        let mut elements = LexerReader::enter(&mut lexer).unwrap();
        assert_eq!([(); 2].map(|()| elements.skip_element().unwrap()), [true, true]);
        assert_eq!(elements.estimate_remaining_elements(2), 4);
    }
}
