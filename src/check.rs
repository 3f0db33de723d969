//! A verdict without a value: the tables as data, held against a text in one pass.

use crate::{
    Choice, Cursor, Error, Field, Format, Integer, JsonType, Object, Policy, Rule, Schema, Shape,
    Table, Text, ViolationKind,
    json::{self, Escapes, Lexer, Literal, RawString, Read},
    law::{self, Known},
    validate::{Report, Scope},
};
use std::{borrow::Cow, collections::BTreeSet};

/// Judges a JSON text as [`from_json`](crate::from_json) does, and makes no value of it.
///
/// This is for whoever passes the text on, or has no use for what it says. Saying yes allocates
/// nothing, unless the text spells with escape sequences what a rule between rows asks for, or has
/// more unknown members in one object than payloads have.
///
/// # Errors
/// As `from_json`: the same violations, in the same order.
///
/// ```
/// use miniprogram_protocol::{check_json, dictionary::Amount};
///
/// assert!(check_json::<Amount>(br#"{"currency": "USD", "value": 10000}"#).is_ok());
///
/// let error = check_json::<Amount>(br#"{"currency": "USD", "value": -1}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/value must be at least 0");
/// ```
pub fn check_json<T: Table>(json: &[u8]) -> Result<(), Error> {
    check(json, T::SCHEMA, &Policy::dictionary())
}

/// Judges a JSON text as [`check_json`] does, by a policy of your own.
///
/// # Errors
/// As [`from_json_with`](crate::from_json_with).
///
/// ```
/// use miniprogram_protocol::{Policy, check_json_with, dictionary::Order};
///
/// let policy = Policy::dictionary().max_violations(1);
/// let error = check_json_with::<Order>(b"{}", &policy).unwrap_err();
/// assert_eq!(error.violations().len(), 2);
/// assert_eq!(error.violations()[1].code(), "tooMany");
/// ```
pub fn check_json_with<T: Table>(json: &[u8], policy: &Policy) -> Result<(), Error> {
    check(json, T::SCHEMA, policy)
}

pub(crate) fn check(json: &[u8], schema: &Schema, policy: &Policy) -> Result<(), Error> {
    let json = json::utf8(json)?;
    let mut report = Report::default();
    let mut judge = Judge { lexer: Lexer::new(json), unescaped: None };
    let at = &mut Cursor::new(policy, Scope::Everything, &mut report);
    let read = judge.document(schema, at);
    read.map_err(|fault| fault.in_text(json))?;
    Ok(report.verdict()?)
}

/// How many bytes a text may have that is unescaped without allocation: 4096 characters, as many as
/// a row with a format allows, of 4 bytes each.
const UNESCAPED: usize = 16_384;

struct Judge<'de> {
    lexer: Lexer<'de>,
    /// Where texts are unescaped, once there is one.
    unescaped: Option<[u8; UNESCAPED]>,
}

/// What the rules between rows may know of a value.
#[derive(Debug)]
enum Fact<'de> {
    Absent,
    Given,
    Text(Cow<'de, str>),
    Boolean(bool),
}

impl Fact<'_> {
    fn known(&self) -> Known<'_> {
        match self {
            Self::Absent => Known::Absent,
            Self::Given => Known::Given,
            Self::Text(text) => Known::Text(text),
            Self::Boolean(boolean) => Known::Boolean(*boolean),
        }
    }
}

impl<'de> Judge<'de> {
    fn document(&mut self, schema: &Schema, at: &mut Cursor<'_>) -> Read<()> {
        let fact = match self.lexer.value_start()? {
            b'{' => self.object(schema, Object::ANY, at)?,
            _ => self.other(JsonType::Object, at)?,
        };
        if let Fact::Absent = fact {
            refuse(JsonType::Object, JsonType::Null, at);
        }
        self.lexer.end()
    }

    /// Judges the value that comes. `is_asked`: the rules between rows ask for its text.
    fn value(
        &mut self,
        shape: &Shape,
        rule: Rule,
        is_asked: bool,
        at: &mut Cursor<'_>,
    ) -> Read<Fact<'de>> {
        match (self.lexer.value_start()?, shape) {
            (b'"', Shape::Text(format)) => self.text(*format, None, rule, is_asked, at),
            (b'"', Shape::Choice(choice)) => self.text(None, Some(choice), rule, is_asked, at),
            (b'{', Shape::Object(schema) | Shape::OneOrMany(Shape::Object(schema))) => {
                let of_the_row = if let Rule::Object(object) = rule { object } else { Object::ANY };
                self.object(schema, of_the_row, at)
            }
            (b'[', Shape::List(element) | Shape::OneOrMany(element)) => {
                self.elements(element, rule, at)
            }
            (b'-' | b'0'..=b'9', Shape::Integer) => {
                let rule = if let Rule::Integer(rule) = rule { rule } else { Integer::ANY };
                rule.check_number(self.lexer.number()?, at);
                Ok(Fact::Given)
            }
            (b't' | b'f', Shape::Boolean) => {
                let is_true = matches!(self.lexer.literal()?, Literal::Boolean(true));
                Ok(Fact::Boolean(is_true))
            }
            _ => self.other(expected(shape), at),
        }
    }

    /// Passes over the value that stands here, which is null or of another type.
    fn other(&mut self, expected: JsonType, at: &mut Cursor<'_>) -> Read<Fact<'de>> {
        let found = match self.lexer.value_start()? {
            b'"' => JsonType::String,
            b'{' => JsonType::Object,
            b'[' => JsonType::Array,
            _ => match self.lexer.literal()? {
                Literal::Null => return Ok(Fact::Absent),
                Literal::Boolean(_) => JsonType::Boolean,
                Literal::Number(_) => JsonType::Number,
            },
        };
        if !matches!(found, JsonType::Boolean | JsonType::Number) {
            self.lexer.skip()?;
        }
        refuse(expected, found, at);
        Ok(Fact::Given)
    }

    fn text(
        &mut self,
        format: Option<Format>,
        choice: Option<&'static Choice>,
        rule: Rule,
        is_asked: bool,
        at: &mut Cursor<'_>,
    ) -> Read<Fact<'de>> {
        let string = self.lexer.raw_string()?;
        let rule = if let Rule::Text(rule) = rule { rule } else { Text::ANY };
        let is_free = format.is_none() && choice.is_none();
        let is_sure = string.escapes < Escapes::Any && rule.surely_allows(string.raw);
        if !(is_free && is_sure) {
            let text = self.unescape(string);
            // One fault, one report: a text of the wrong length is not judged further.
            if rule.check(&text, at) {
                if let Some(format) = format.filter(|format| !format.matches(&text)) {
                    at.violate(ViolationKind::Format { format });
                }
                if let Some(Choice { values, .. }) =
                    choice.filter(|choice| !choice.open && !choice.values.contains(&&*text))
                {
                    at.violate(ViolationKind::Enum { values });
                }
            }
        }
        Ok(if is_asked { Fact::Text(string.into_text()) } else { Fact::Given })
    }

    /// The text that a string stands for.
    fn unescape(&mut self, string: RawString<'de>) -> Cow<'_, str> {
        if string.escapes == Escapes::None {
            return Cow::Borrowed(string.raw);
        }
        let buffer = self.unescaped.get_or_insert([0; UNESCAPED]);
        let mut length = 0;
        for character in string.characters() {
            let end = length + character.len_utf8();
            let Some(place) = buffer.get_mut(length..end) else {
                return string.into_text();
            };
            character.encode_utf8(place);
            length = end;
        }
        // What was written are characters.
        let text = buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok());
        Cow::Borrowed(text.unwrap_or_default())
    }

    fn elements(&mut self, element: &Shape, rule: Rule, at: &mut Cursor<'_>) -> Read<Fact<'de>> {
        let (max_items, each) = match rule {
            Rule::List { max_items, each } => (max_items, each.map_or(Rule::None, Rule::Text)),
            _ => (None, Rule::None),
        };
        self.lexer.enter()?;
        let (mut length, mut first) = (0_usize, true);
        while self.lexer.has_element(&mut first)? {
            let at = &mut at.element(length);
            if let Fact::Absent = self.value(element, each, false, at)? {
                refuse(expected(element), JsonType::Null, at);
            }
            length += 1;
        }
        let items = length as u64;
        if let Some(max_items) = max_items.map(u64::from).filter(|most| items > *most) {
            at.violate(ViolationKind::MaxItems { max_items, items });
        }
        Ok(Fact::Given)
    }

    fn object(
        &mut self,
        schema: &Schema,
        of_the_row: Object,
        at: &mut Cursor<'_>,
    ) -> Read<Fact<'de>> {
        let laws = || schema.laws.iter().chain(of_the_row.laws());
        let has_laws = laws().next().is_some();
        let mut rows = Rows::new(schema.fields);
        let mut unknown: Option<Names<'de>> = None;
        self.lexer.enter()?;
        let mut first = true;
        while self.lexer.has_member(&mut first)? {
            let name = self.lexer.raw_string()?.into_text();
            self.lexer.colon()?;
            let Some((index, field)) = rows.find(&name) else {
                if !unknown.get_or_insert_default().insert(name.clone()) {
                    at.member(&name).violate(ViolationKind::Duplicate);
                }
                self.lexer.skip()?;
                continue;
            };
            let at = &mut at.member(field.name);
            if rows.is_seen(index) {
                at.violate(ViolationKind::Duplicate);
                self.lexer.skip()?;
                continue;
            }
            let told = of_the_row.told() == Some(field.name);
            let is_asked = told || has_laws && laws().any(|law| law.asks_text_of(field.name));
            let fact = self.value(&field.shape, field.rule, is_asked, at)?;
            rows.see(index, fact, is_asked || has_laws && matches!(field.rule, Rule::Object(_)));
        }
        if has_laws {
            law::check(schema, of_the_row.laws(), |name, _| rows.known(name), at);
        }
        rows.report_missing(at);
        Ok(of_the_row.told().map_or(Fact::Given, |told| rows.take(told)))
    }
}

fn refuse(expected: JsonType, found: JsonType, at: &mut Cursor<'_>) {
    at.violate(ViolationKind::Type { expected, found });
}

const fn expected(shape: &Shape) -> JsonType {
    match shape {
        Shape::Text(_) | Shape::Choice(_) => JsonType::String,
        Shape::Integer => JsonType::Integer,
        Shape::Boolean => JsonType::Boolean,
        Shape::List(_) | Shape::OneOrMany(_) => JsonType::Array,
        Shape::Object(_) => JsonType::Object,
    }
}

/// How many facts are held of an object: more than the rules of any ask for.
const FACTS: usize = 4;

/// How many names of unknown members of an object are held without allocation.
const FEW: usize = 16;

/// What the rules between rows ask for, by the index of the row.
type Facts<'de> = [Option<(usize, Fact<'de>)>; FACTS];

/// The rows of an object, and what was seen of them.
struct Rows<'de> {
    fields: &'static [Field],
    /// The row that comes next if the members stand in the order of the table.
    next: usize,
    /// The rows whose members came, a bit each; and those of them that are not null.
    seen: u32,
    given: u32,
    /// What the rules between rows ask for.
    facts: Facts<'de>,
}

impl<'de> Rows<'de> {
    const fn new(fields: &'static [Field]) -> Self {
        Self { fields, next: 0, seen: 0, given: 0, facts: [const { None }; FACTS] }
    }

    fn find(&mut self, name: &str) -> Option<(usize, &'static Field)> {
        let fields = self.fields;
        let (before, after) = fields.split_at_checked(self.next)?;
        let index = match after.iter().position(|field| field.name == name) {
            Some(index) => self.next + index,
            None => before.iter().position(|field| field.name == name)?,
        };
        self.next = index + 1;
        Some((index, fields.get(index)?))
    }

    const fn is_seen(&self, index: usize) -> bool {
        self.seen & (1 << index) != 0
    }

    fn see(&mut self, index: usize, fact: Fact<'de>, is_asked: bool) {
        self.seen |= 1 << index;
        if matches!(fact, Fact::Absent) {
            return;
        }
        self.given |= 1 << index;
        if is_asked {
            if let Some(place) = self.facts.iter_mut().find(|place| place.is_none()) {
                *place = Some((index, fact));
            }
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    fn fact(&self, index: usize) -> Option<&Fact<'de>> {
        self.facts.iter().flatten().find(|(known, _)| *known == index).map(|(_, fact)| fact)
    }

    /// What is known of a member; of an object, what it told.
    fn known(&self, name: &str) -> Known<'_> {
        let Some(index) = self.index(name).filter(|index| self.given & (1 << index) != 0) else {
            return Known::Absent;
        };
        // Of an object the fact is what it told of its member; given it is in any case.
        self.fact(index).map_or(Known::Given, Fact::known)
    }

    fn take(&mut self, name: &str) -> Fact<'de> {
        let index = self.index(name);
        let place = self.facts.iter_mut().flatten().find(|(known, _)| Some(*known) == index);
        place.map_or(Fact::Given, |(_, fact)| std::mem::replace(fact, Fact::Given))
    }

    fn report_missing(&self, at: &mut Cursor<'_>) {
        for (index, field) in self.fields.iter().enumerate() {
            if field.required && self.given & (1 << index) == 0 {
                at.member(field.name).violate(ViolationKind::Required);
            }
        }
    }
}

/// The names of unknown members of one object.
#[derive(Default)]
struct Names<'de> {
    few: [&'de str; FEW],
    count: usize,
    /// What does not fit, and names with escape sequences.
    many: BTreeSet<Cow<'de, str>>,
}

impl<'de> Names<'de> {
    /// Adds a name, if it is new.
    fn insert(&mut self, name: Cow<'de, str>) -> bool {
        let mut few = self.few.iter().take(self.count);
        if few.any(|known| *known == name) || self.many.contains(&name) {
            return false;
        }
        match (name, self.few.get_mut(self.count)) {
            (Cow::Borrowed(name), Some(place)) => {
                *place = name;
                self.count += 1;
                true
            }
            (name, _) => self.many.insert(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Object, Rule, Shape};
    use crate::Schema;

    #[test]
    fn no_object_has_more_facts_than_there_is_room_for() {
        let of_rows =
            Schema::ALL.iter().flat_map(|schema| schema.fields).filter_map(|field| {
                match (field.shape, field.rule) {
                    (Shape::Object(schema), Rule::Object(object)) => Some((schema, object)),
                    _ => None,
                }
            });
        for (schema, of_the_row) in Schema::ALL.iter().map(|it| (*it, Object::ANY)).chain(of_rows) {
            let laws = || schema.laws.iter().chain(of_the_row.laws());
            let facts = schema.fields.iter().filter(|field| {
                laws().any(|law| law.asks_text_of(field.name))
                    || of_the_row.told() == Some(field.name)
                    || laws().next().is_some() && matches!(field.rule, Rule::Object(_))
            });
            assert!(facts.count() <= FACTS, "{}", schema.name);
            assert!(schema.fields.len() <= 32, "{}", schema.name);
        }
    }
}
