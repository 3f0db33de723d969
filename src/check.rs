//! A verdict without a value: the tables as data, held against a text in one pass.

use crate::{
    Choice, Cursor, Deviation, Error, Field, Integer, JsonType, Object, Policy, Rule, Schema,
    Shape, Table, Text, Violation, ViolationKind,
    json::{self, Escapes, Lexer, RawString, Read},
    law::{self, Known},
    policy, read,
    rule::{self, RowRule as _},
    source::{self, Member, Rows},
    validate::{DICTIONARY, Report, Scope, Step},
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
    check_reporting(json, T::SCHEMA, &DICTIONARY, &mut Report::default())
}

/// Judges a JSON text as [`check_json`] does, by a policy of your own. What it gives is what the
/// policy let pass, as [`validate_with`](crate::Validate::validate_with) does.
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
pub fn check_json_with<T: Table>(json: &[u8], policy: &Policy) -> Result<Vec<Violation>, Error> {
    check(json, T::SCHEMA, policy)
}

/// Judges a JSON text, and gives what the policy let pass.
pub(crate) fn check(
    json: &[u8],
    schema: &Schema,
    policy: &Policy,
) -> Result<Vec<Violation>, Error> {
    let mut report = Report::default();
    check_reporting(json, schema, policy, &mut report)?;
    Ok(report.into_tolerated())
}

fn check_reporting(
    json: &[u8],
    schema: &Schema,
    policy: &Policy,
    report: &mut Report,
) -> Result<(), Error> {
    read::check_bytes(json, policy)?;
    let json = json::utf8(json)?;
    let lexer = Lexer::with_levels(json, policy.depth_limit());
    let mut judge = Judge { lexer, unescaped: None, last: Fact::Given };
    let at = &mut Cursor::new(policy, Scope::Everything, report);
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
    /// What the value that was read last is.
    last: Fact<'de>,
}

/// What the rules between rows may know of a value that is given.
#[derive(Clone, Copy, Debug)]
enum Fact<'de> {
    Given,
    Text(RawString<'de>),
    Boolean(bool),
}

impl<'de> Judge<'de> {
    fn document(&mut self, schema: &Schema, at: &mut Cursor<'_>) -> Read<()> {
        let is_given = match self.lexer.value_start()? {
            b'{' => self.object(schema, Object::ANY, at)?,
            _ => self.other(JsonType::Object, at, Step::Here)?,
        };
        if !is_given {
            refuse(JsonType::Object, JsonType::Null, at);
        }
        self.lexer.end()
    }

    /// Judges the value that comes, one `step` from `at`. Whether it is given, and not null.
    #[inline]
    fn value(
        &mut self,
        shape: &'static Shape,
        rule: &Rule,
        at: &mut Cursor<'_>,
        step: Step<'_>,
    ) -> Read<bool> {
        // Most values are texts.
        if let (b'"', Shape::Text(_) | Shape::Choice(_)) = (self.lexer.value_start()?, shape) {
            let string = self.lexer.raw_string()?;
            let rule = if let Rule::Text(rule) = rule { rule } else { &Text::ANY };
            if !surely_allows(shape, rule, string) {
                self.text(string, shape, *rule, &mut at.step(step));
            }
            self.last = Fact::Text(string);
            return Ok(true);
        }
        self.no_text(shape, rule, at, step)
    }

    #[inline(never)]
    fn no_text(
        &mut self,
        shape: &'static Shape,
        rule: &Rule,
        at: &mut Cursor<'_>,
        step: Step<'_>,
    ) -> Read<bool> {
        match (self.lexer.value_start()?, shape) {
            (b'{', Shape::Object(schema) | Shape::OneOrMany(Shape::Object(schema))) => {
                let of_the_row =
                    if let Rule::Object(object) = rule { *object } else { Object::ANY };
                self.object(schema, of_the_row, &mut at.step(step))
            }
            (b'[', Shape::List(element) | Shape::OneOrMany(element)) => {
                self.elements(element, rule, &mut at.step(step))
            }
            (b'-' | b'0'..=b'9', Shape::Integer) => {
                let rule = match rule {
                    Rule::Integer(rule) => *rule,
                    _ => Integer::ANY,
                };
                let number = self.lexer.number()?;
                if rule.plainly(number).is_none() {
                    rule.check_number(number, &mut at.step(step));
                }
                self.last = Fact::Given;
                Ok(true)
            }
            (b'"', Shape::Integer) => self.text_for_integer(rule, &mut at.step(step)),
            (b't' | b'f', Shape::Boolean) => {
                let is_true = self.lexer.literal()? == Some(true);
                self.last = Fact::Boolean(is_true);
                Ok(true)
            }
            _ => self.other(expected(shape), at, step),
        }
    }

    /// Judges a text that stands here in the place of an integer.
    #[cold]
    fn text_for_integer(&mut self, rule: &Rule, at: &mut Cursor<'_>) -> Read<bool> {
        let rule = Integer::of(*rule).unwrap_or(Integer::ANY);
        let text = Lexer::new(self.lexer.skip()?).string()?.into_cow();
        rule.check_text(&text, at);
        self.last = Fact::Given;
        Ok(true)
    }

    /// Passes over the value that stands here, which is null or of another type.
    fn other(&mut self, expected: JsonType, at: &mut Cursor<'_>, step: Step<'_>) -> Read<bool> {
        let found = match self.lexer.value_start()? {
            // Of the wrong type it is, however large: only what is kept must be in range.
            b'-' | b'0'..=b'9' => self.lexer.number().map(|_| JsonType::Number)?,
            b'"' => self.lexer.skip().map(|_| JsonType::String)?,
            b'{' => self.lexer.skip().map(|_| JsonType::Object)?,
            b'[' => self.lexer.skip().map(|_| JsonType::Array)?,
            _ => match self.lexer.literal()? {
                Some(_) => JsonType::Boolean,
                None => return Ok(false),
            },
        };
        refuse(expected, found, &mut at.step(step));
        self.last = Fact::Given;
        Ok(true)
    }

    /// Judges a text that is not plainly valid.
    #[inline(never)]
    fn text(&mut self, string: RawString<'de>, shape: &Shape, rule: Text, at: &mut Cursor<'_>) {
        let text = self.unescape(string);
        let fault = || match *shape {
            Shape::Text(Some(format)) => {
                (!format.matches(&text)).then_some(ViolationKind::Format { format })
            }
            Shape::Choice(Choice { values, open: false, .. }) => {
                (!values.contains(&&*text)).then_some(ViolationKind::Enum { values })
            }
            _ => None,
        };
        rule.judge(&text, fault, at);
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
            #[expect(clippy::disallowed_methods, reason = "the place is as long as the character")]
            character.encode_utf8(place);
            length = end;
        }
        // What was written are characters.
        let text = buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok());
        Cow::Borrowed(text.unwrap_or_default())
    }

    fn elements(
        &mut self,
        element: &'static Shape,
        rule: &Rule,
        at: &mut Cursor<'_>,
    ) -> Read<bool> {
        let (max_items, each) = match rule {
            Rule::List { max_items, each } => (*max_items, each.map_or(Rule::None, Rule::Text)),
            _ => (None, Rule::None),
        };
        self.lexer.enter()?;
        let (mut length, mut first) = (0_usize, true);
        let most = at.policy().items_limit();
        while self.lexer.has_element(&mut first)? {
            let step = Step::Element(length);
            if length >= most {
                self.lexer.skip()?;
            } else if !self.value(element, &each, at, step)? {
                refuse(expected(element), JsonType::Null, &mut at.step(step));
            }
            length += 1;
        }
        rule::check_items(max_items, length, most, at);
        self.last = Fact::Given;
        Ok(true)
    }

    fn object(&mut self, schema: &Schema, of_the_row: Object, at: &mut Cursor<'_>) -> Read<bool> {
        match at.policy().rules_of(schema) {
            None => self.members(schema, of_the_row, |_, field| &field.rule, at),
            Some(rules) => {
                let rule = |index, field: &'static Field| rules.get(index).unwrap_or(&field.rule);
                policy::rarely(|| self.members(schema, of_the_row, rule, at))
            }
        }
    }

    /// Judges the members of an object by the rule that each of its rows has.
    #[inline]
    fn members<'r>(
        &mut self,
        schema: &Schema,
        of_the_row: Object,
        rule: impl Fn(usize, &'static Field) -> &'r Rule,
        at: &mut Cursor<'_>,
    ) -> Read<bool> {
        let mut seen = Seen::new(schema, of_the_row);
        let mut rows = Rows::new(schema.fields_with_bits());
        let mut unknown: Option<Names<'de>> = None;
        self.lexer.enter()?;
        let mut first = true;
        while self.lexer.has_member(&mut first)? {
            match source::raw_name(&mut self.lexer, &mut rows)? {
                Member::Row(index, field) => {
                    let step = Step::Member(field.name);
                    if seen.is_seen(index) {
                        at.step(step).violate(ViolationKind::Duplicate);
                        self.lexer.skip()?;
                    } else {
                        let is_given = self.value(&field.shape, rule(index, field), at, step)?;
                        seen.see(index, field, is_given.then_some(self.last));
                    }
                }
                Member::Unknown(name) => {
                    // All raw names are borrowed.
                    if let Cow::Borrowed(raw) = name {
                        unknown.get_or_insert_default().add(RawString::of(raw), at);
                    }
                    self.lexer.skip()?;
                }
            }
        }
        if let Some(unknown) = unknown {
            read::check_properties(unknown.count, at);
        }
        if seen.has_laws {
            let texts = seen.texts();
            law::check(schema, of_the_row.laws(), |name, _| seen.known(name, &texts), at);
        }
        if seen.given & schema.required != schema.required {
            seen.report_missing(at);
        }
        let told = of_the_row.told().and_then(|told| seen.fact(told));
        self.last = told.unwrap_or(Fact::Given);
        Ok(true)
    }
}

/// Whether it is plain to see that a string is a valid text: short escape sequences stand for no
/// character that is forbidden.
#[inline]
fn surely_allows(shape: &Shape, rule: &Text, string: RawString<'_>) -> bool {
    let is_itself = string.escapes == Escapes::None;
    let is_listed = match shape {
        Shape::Text(Some(format)) => is_itself && format.matches(string.raw),
        Shape::Choice(choice) => choice.open || is_itself && choice.values.contains(&string.raw),
        _ => true,
    };
    is_listed && string.escapes < Escapes::Any && rule.surely_allows(string.raw)
}

#[cold]
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

/// How many facts are held of an object: no table of which anything is asked has more rows.
const FACTS: usize = 4;

/// How many names of unknown members of an object are held without allocation.
const FEW: usize = 16;

/// What was seen of the rows of an object.
struct Seen<'a, 'de> {
    schema: &'a Schema,
    of_the_row: Object,
    has_laws: bool,
    /// Whether the row that the object stands in may ask what a row of it is.
    is_asked_by_row: bool,
    /// The rows whose members came, a bit each; and those of them that are not null.
    came: u32,
    given: u32,
    /// What the rules between rows ask for, by the index of the row, once there is something.
    facts: Option<[(usize, Fact<'de>); FACTS]>,
    count: usize,
}

impl<'a, 'de> Seen<'a, 'de> {
    #[inline]
    fn new(schema: &'a Schema, of_the_row: Object) -> Self {
        let has_laws = !(schema.laws.is_empty() && of_the_row.laws().is_empty());
        let is_asked_by_row = of_the_row != Object::ANY;
        let (came, given, facts, count) = (0, 0, None, 0);
        Self { schema, of_the_row, has_laws, is_asked_by_row, came, given, facts, count }
    }

    #[inline]
    const fn is_seen(&self, index: usize) -> bool {
        self.came & (1 << index) != 0
    }

    #[allow(clippy::inline_always, reason = "it runs once a member: measured")]
    #[inline(always)]
    fn see(&mut self, index: usize, field: &Field, fact: Option<Fact<'de>>) {
        self.came |= 1 << index;
        let Some(fact) = fact else { return };
        self.given |= 1 << index;
        if self.is_asked(index, field) {
            self.note(index, fact);
        }
    }

    /// Whether any rule asks what a row is, and not only whether it is given.
    #[inline]
    fn is_asked(&self, index: usize, field: &Field) -> bool {
        self.schema.asked & (1 << index) != 0
            || self.is_asked_by_row && self.of_the_row.asks(field.name)
    }

    /// Notes what a row is.
    #[inline]
    fn note(&mut self, index: usize, fact: Fact<'de>) {
        let facts = self.facts.get_or_insert([(0, Fact::Given); FACTS]);
        if let Some(place) = facts.get_mut(self.count) {
            *place = (index, fact);
            self.count += 1;
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.schema.fields_with_bits().iter().position(|field| field.name == name)
    }

    /// What is known of a row; of an object, what it told.
    fn fact(&self, name: &str) -> Option<Fact<'de>> {
        let index = self.index(name)?;
        let mut facts = self.facts.iter().flatten().take(self.count);
        facts.find(|(known, _)| *known == index).map(|(_, fact)| *fact)
    }

    /// The texts of the facts, at their places.
    #[inline]
    fn texts(&self) -> [Cow<'de, str>; FACTS] {
        let text = |(_, fact)| match fact {
            Fact::Text(string) => RawString::into_text(string),
            _ => Cow::Borrowed(""),
        };
        self.facts.map_or([const { Cow::Borrowed("") }; FACTS], |facts| facts.map(text))
    }

    #[inline]
    fn known<'t>(&self, name: &str, texts: &'t [Cow<'de, str>; FACTS]) -> Known<'t> {
        let Some(index) = self.index(name).filter(|index| self.given & (1 << index) != 0) else {
            return Known::Absent;
        };
        let mut facts = self.facts.iter().flatten().zip(texts).take(self.count);
        match facts.find(|((known, _), _)| *known == index) {
            Some(((_, Fact::Text(_)), text)) => Known::Text(text),
            Some(((_, Fact::Boolean(boolean)), _)) => Known::Boolean(*boolean),
            // Given it is in any case.
            _ => Known::Given,
        }
    }

    #[cold]
    fn report_missing(&self, at: &mut Cursor<'_>) {
        for (index, field) in self.schema.fields_with_bits().iter().enumerate() {
            if !field.required || self.given & (1 << index) != 0 {
                continue;
            }
            let mut at = at.member(field.name);
            if field.required_by_policy {
                at.violate_or_tolerate(Deviation::PlatformIdAbsent, ViolationKind::Required);
            } else {
                at.violate(ViolationKind::Required);
            }
        }
    }
}

/// The names of unknown members of one object.
#[derive(Default)]
struct Names<'de> {
    /// How many there are, and how many of them are among the few.
    count: usize,
    held: usize,
    /// As they stand between their quotes.
    few: [&'de str; FEW],
    /// Whether one of the few has escape sequences.
    has_escapes: bool,
    /// What does not fit.
    many: BTreeSet<Cow<'de, str>>,
}

impl<'de> Names<'de> {
    /// Judges a member of that name, of which the first one counts.
    #[inline(never)]
    fn add(&mut self, name: RawString<'de>, at: &mut Cursor<'_>) {
        let is_known = || self.is_known(name);
        let mut count = self.count;
        let admits = read::admits(|| name.into_text(), &mut count, is_known, at);
        self.count = count;
        if !admits {
            return;
        }
        if let Some(place) = self.few.get_mut(self.held) {
            *place = name.raw;
            self.held += 1;
            self.has_escapes |= name.escapes != Escapes::None;
        } else {
            self.many.insert(name.into_text());
        }
    }

    fn is_known(&self, name: RawString<'de>) -> bool {
        let mut few = self.few.iter().take(self.held);
        let is_among_few = if self.has_escapes || name.escapes != Escapes::None {
            let of_few = |raw| RawString { raw, escapes: Escapes::Any };
            few.any(|known| of_few(known).characters().eq(name.characters()))
        } else {
            few.any(|known| *known == name.raw)
        };
        is_among_few || !self.many.is_empty() && self.many.contains(&name.into_text())
    }
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Object, Rule, Seen, Shape, surely_allows};
    use crate::{
        Field, Format, Schema, Table as _, Text,
        dictionary::{Amount, ContactInfo, Env, Result},
        json::Lexer,
    };

    /// What is noted is copied; what is not asked need not be.
    #[test]
    fn only_rows_that_are_asked_for_are_noted() {
        for (schema, of_the_row, names) in [
            (Amount::SCHEMA, Object::ANY, &[][..]),
            (ContactInfo::SCHEMA, Object::ANY, &["contactType", "contactNo"]),
            (Result::SCHEMA, Object::ANY, &[]),
            (Result::SCHEMA, Object::ANY.telling("resultStatus"), &["resultStatus"]),
        ] {
            let seen = Seen::new(schema, of_the_row);
            let rows = schema.fields.iter().enumerate();
            let rows = rows.filter(|(index, field)| seen.is_asked(*index, field));
            assert_eq!(rows.map(|(_, field)| field.name).collect::<Vec<_>>(), names);
        }
    }

    /// Where a value stands is written down before it is judged in full.
    #[test]
    fn most_valid_texts_are_seen_at_a_glance() {
        let os_type = Env::SCHEMA.field("osType").unwrap().shape;
        let result_code = Result::SCHEMA.field("resultCode").unwrap().shape;
        for (shape, json, at_a_glance) in [
            (Shape::Text(None), r#""shoes""#, true),
            (Shape::Text(None), r#""\"shoes\"""#, true),
            (Shape::Text(None), r#""\u0073hoes""#, false),
            (Shape::Text(Some(Format::Iso18245)), r#""0742""#, true),
            (Shape::Text(Some(Format::Iso18245)), r#""\u0030742""#, false),
            (os_type, r#""IOS""#, true),
            (os_type, r#""\u0049OS""#, false),
            (os_type, r#""SYMBIAN""#, false),
            (result_code, r#""SUCCESS""#, true),
            (result_code, r#""\"NEW\"""#, true),
        ] {
            let string = Lexer::new(json).raw_string().unwrap();
            assert_eq!(surely_allows(&shape, &Text::max(64), string), at_a_glance, "{json}");
        }
    }

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
            let is_asked = |(index, field): &(usize, &Field)| {
                schema.asked & (1 << index) != 0 || of_the_row.asks(field.name)
            };
            // Nor has it more rows at all, so that it would do to note each one.
            if schema.fields.iter().enumerate().any(|row| is_asked(&row)) {
                assert!(schema.fields.len() <= FACTS, "{}", schema.name);
            }
            assert!(schema.fields.len() <= 32, "{}", schema.name);
        }
    }
}
