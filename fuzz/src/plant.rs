//! Documents of a table, with planted faults.

use crate::formats::{CURRENCIES, REGIONS, follows};
use arbitrary::Unstructured;
use miniprogram_protocol::{
    Format, Schema,
    schema::{Constant, Field, CrossFieldRule, Constraints, ValueType, Text},
};
use std::collections::HashSet;
use std::fmt::Write as _;

/// A document, and the pointers and codes that must be found.
#[derive(Debug)]
pub struct Planted {
    pub json: String,
    pub expected: Vec<(String, String)>,
}

/// A character of most texts, and of no error.
pub const FILLER: char = 'ℵ';

/// A document of `schema`. The first byte says how many faults it has.
#[must_use]
pub fn document(schema: &'static Schema, bytes: &[u8]) -> Planted {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let faults = [0, 40, 12, 3][usize::from(first % 4)];
    let mut gardener =
        Gardener { bytes: Unstructured::new(rest), faults, expected: Vec::new(), room: 400 };
    let json = if gardener.faulty() && gardener.one_in(8) {
        gardener.expect("", "type");
        gardener.other_than(&[Kind::Object])
    } else {
        gardener.object(schema, &[], "")
    };
    let mut text = String::new();
    gardener.blank(&mut text);
    gardener.write(&json, &mut text);
    gardener.blank(&mut text);
    Planted { json: text, expected: gardener.expected }
}

#[derive(Clone, Debug)]
enum Json {
    /// A number or a literal, as it is written.
    Bare(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    Number,
    Text,
    Array,
    Object,
}

/// What the rules between rows may know.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Absent,
    Text(String),
    Boolean(bool),
    Object(Vec<(&'static str, Known)>),
    Given,
}

impl Known {
    /// What is known of a member of an object.
    fn inner(&self, name: &str) -> &Self {
        let Self::Object(members) = self else { return &Self::Absent };
        members.iter().find(|(known, _)| *known == name).map_or(&Self::Absent, |(_, known)| known)
    }
}

struct Gardener<'a> {
    bytes: Unstructured<'a>,
    /// One in so many is a fault; none if 0.
    faults: u8,
    expected: Vec<(String, String)>,
    /// How many values may still be made.
    room: usize,
}

const ODD: [char; 24] = [
    'a',
    'Z',
    '0',
    ' ',
    '"',
    '\\',
    '/',
    '~',
    '\u{0}',
    '\n',
    '\t',
    '\u{1f}',
    '\u{7f}',
    '\u{85}',
    'é',
    '\u{301}',
    '\u{2028}',
    '\u{202e}',
    '\u{feff}',
    '\u{d7ff}',
    '\u{ffff}',
    '＠',
    '😀',
    '\u{10ffff}',
];

impl Gardener<'_> {
    /// 0 when there are no bytes left.
    fn byte(&mut self) -> u8 {
        self.bytes.arbitrary().unwrap_or(0)
    }

    /// Not when there are no bytes left.
    fn one_in(&mut self, count: u8) -> bool {
        self.byte() % count == count - 1
    }

    fn below(&mut self, count: usize) -> usize {
        let wide = count > 256;
        let number = usize::from(self.byte());
        (if wide { number << 8 | usize::from(self.byte()) } else { number }) % count
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn faulty(&mut self) -> bool {
        self.faults > 0 && self.one_in(self.faults)
    }

    fn expect(&mut self, path: &str, code: &str) {
        self.expected.push((path.to_owned(), code.to_owned()));
    }

    /// An object of `schema` in a row whose laws are `field_constraints`.
    fn object(&mut self, schema: &'static Schema, field_constraints: &[CrossFieldRule], path: &str) -> Json {
        self.known_object(schema, field_constraints, path).0
    }

    /// The same, with what is known of its members.
    fn known_object(
        &mut self,
        schema: &'static Schema,
        field_constraints: &[CrossFieldRule],
        path: &str,
    ) -> (Json, Known) {
        let mut members = Vec::new();
        let mut known: Vec<(&'static Field, Known)> = Vec::new();
        for field in schema.fields {
            let at = format!("{path}/{}", field.name);
            let state = self.member(field, &at, &mut members);
            known.push((field, state));
        }
        let mut names = HashSet::new();
        for _ in 0..self.pick(&[0, 0, 0, 1, 3]) {
            let name = self.name();
            if schema.field(&name).is_none() && names.insert(name.clone()) {
                let value = self.any(3);
                members.push((name, value));
            }
        }
        if self.one_in(2) {
            for last in (1..members.len()).rev() {
                let other = self.below(last + 1);
                members.swap(last, other);
            }
        }
        while !members.is_empty() && self.faulty() {
            let (name, _) = self.pick(&members);
            self.expect(&format!("{path}/{}", escaped(&name)), "duplicate");
            let value = self.any(2);
            members.push((name, value));
        }
        for cross_field_rule in schema.cross_field_rules.iter().chain(field_constraints) {
            self.cross_field_rule(cross_field_rule, &known, path);
        }
        let known = known.into_iter().map(|(field, known)| (field.name, known)).collect();
        (Json::Object(members), Known::Object(known))
    }

    fn member(
        &mut self,
        field: &'static Field,
        at: &str,
        members: &mut Vec<(String, Json)>,
    ) -> Known {
        let mut push = |value| members.push((field.name.to_owned(), value));
        let null = || Json::Bare("null".to_owned());
        if field.required {
            if self.faulty() && self.one_in(3) {
                self.expect(at, "required");
                if self.one_in(2) {
                    push(null());
                }
                return Known::Absent;
            }
        } else if self.room == 0 || !self.one_in(2) {
            if self.one_in(5) {
                push(null());
            }
            return Known::Absent;
        }
        // Peers send one object in place of the list (J15).
        if let (ValueType::OneOrMany(ValueType::Object(element)), true) = (&field.value_type, self.one_in(2)) {
            let object = self.object(element, &[], at);
            push(object);
            return Known::Given;
        }
        let (value, known) = self.value(&field.value_type, field.constraints, at);
        push(value);
        known
    }

    fn value(&mut self, value_type: &ValueType, rule: Rule, at: &str) -> (Json, Known) {
        self.room = self.room.saturating_sub(1);
        let fault = self.faulty();
        if fault && self.one_in(3) {
            self.expect(at, "type");
            let right: &[Kind] = match value_type {
                ValueType::String(_) | ValueType::Enum(_) => &[Kind::Text],
                ValueType::Integer => &[Kind::Integer],
                ValueType::Boolean => &[Kind::Boolean],
                ValueType::OneOrMany(_) => &[Kind::Array, Kind::Object],
                ValueType::Array(_) => &[Kind::Array],
                ValueType::Object(_) => &[Kind::Object],
                other => panic!("a new shape: {other:?}"),
            };
            return (self.other_than(right), Known::Given);
        }
        match value_type {
            ValueType::String(_) | ValueType::Enum(_) => {
                let rule = match rule {
                    Constraints::String(rule) => rule,
                    Constraints::None => Text::ANY,
                    other => panic!("of a text: {other:?}"),
                };
                let text = self.text(value_type, rule, fault, at);
                (Json::Text(text.clone()), Known::Text(text))
            }
            ValueType::Integer => (Json::Bare(self.integer(rule, fault, at)), Known::Given),
            ValueType::Boolean => {
                let boolean = self.one_in(2);
                (Json::Bare(boolean.to_string()), Known::Boolean(boolean))
            }
            ValueType::Array(element) | ValueType::OneOrMany(element) => {
                (self.list(element, rule, fault, at), Known::Given)
            }
            ValueType::Object(schema) => {
                let cross_field_rules: &[CrossFieldRule] = match rule {
                    Constraints::Object(rule) => rule.cross_field_rules,
                    _ => &[],
                };
                self.known_object(schema, cross_field_rules, at)
            }
            other => panic!("a new shape: {other:?}"),
        }
    }

    fn list(&mut self, element: &ValueType, rule: Rule, fault: bool, at: &str) -> Json {
        let (max, each) = match rule {
            Constraints::Array { max_items, items } => (max_items, each),
            _ => (None, None),
        };
        let mut length = self.below(4);
        if let Some(max) = max.map(|max| max as usize) {
            if fault {
                length = max + 1 + self.below(2);
                self.expect(at, "maxItems");
            } else if self.one_in(8) {
                length = max;
            }
        }
        let each = each.map_or(Constraints::None, Constraints::String);
        let elements = (0..length).map(|index| {
            let at = format!("{at}/{index}");
            if self.faulty() && self.one_in(4) {
                self.expect(&at, "type");
                return Json::Bare("null".to_owned());
            }
            self.value(element, each, &at).0
        });
        Json::Array(elements.collect())
    }

    fn integer(&mut self, rule: Rule, fault: bool, at: &str) -> String {
        let (minimum, maximum) = match rule {
            Constraints::Integer(rule) => (rule.minimum, rule.maximum),
            _ => (i64::MIN, i64::MAX),
        };
        if fault {
            let wide = [
                i128::from(i64::MAX) + 1,
                i128::from(u64::MAX),
                i128::from(u64::MAX) + 1,
                i128::MAX,
            ];
            if self.one_in(2) {
                self.expect(at, "minimum");
                let below = [i128::from(minimum) - 1, i128::from(i64::MIN) - 1, i128::MIN];
                return self.pick(&below).to_string();
            }
            self.expect(at, "maximum");
            return if self.one_in(2) {
                (i128::from(maximum) + 1).to_string()
            } else {
                self.pick(&wide).to_string()
            };
        }
        let any = self.bytes.arbitrary::<i64>().unwrap_or(0).clamp(minimum, maximum);
        let number = self.pick(&[any, minimum, maximum, 7.clamp(minimum, maximum)]);
        number.to_string()
    }

    fn text(&mut self, value_type: &ValueType, rule: Text, fault: bool, at: &str) -> String {
        let (min, max) = (rule.min_length.unwrap_or(0) as usize, rule.max_length);
        let max = max.map_or(usize::MAX, |max| max as usize);
        let forbidden = rule.forbidden_characters();
        let format = match value_type {
            ValueType::String(format) => *format,
            _ => None,
        };
        let closed = match value_type {
            ValueType::Enum(choice) if !choice.open => Some(choice),
            _ => None,
        };
        if fault {
            let mut kinds = Vec::new();
            if max < 5_000 {
                kinds.push("maxLength");
            }
            if min > 0 {
                kinds.push("minLength");
            }
            if !forbidden.is_empty() {
                kinds.extend(["forbiddenCharacter"; 2]);
            }
            if format.is_some() {
                kinds.push("format");
            }
            if closed.is_some() {
                kinds.push("enum");
            }
            if !kinds.is_empty() {
                let code = self.pick(&kinds);
                self.expect(at, code);
                return match code {
                    "maxLength" => {
                        let longer = self.below(3) + max + 1;
                        let text = self.free(longer, forbidden);
                        if !forbidden.is_empty() && self.one_in(4) {
                            self.expect(at, "forbiddenCharacter");
                            self.spoiled(text, forbidden)
                        } else {
                            text
                        }
                    }
                    "minLength" => self.free(min - 1, forbidden),
                    // No plain row has a format or a list.
                    "forbiddenCharacter" => {
                        let length = 1 + self.length(max - 1);
                        let text = self.free(length, forbidden);
                        self.spoiled(text, forbidden)
                    }
                    "format" => {
                        let format = format.unwrap();
                        let bad = self.malformed(format);
                        let length = bad.chars().count();
                        if (min..=max).contains(&length) && !follows(format, &bad) {
                            bad
                        } else {
                            "!".repeat(min.max(1))
                        }
                    }
                    "enum" => {
                        let choice = closed.unwrap();
                        let length = self.below(12);
                        let near = self.pick(choice.values);
                        let bad = match self.below(4) {
                            0 => near.to_lowercase(),
                            1 => format!("{near} "),
                            2 => near[..near.len() - 1].to_owned(),
                            _ => self.free(length, &[]),
                        };
                        if choice.values.contains(&&*bad) { format!(" {bad}") } else { bad }
                    }
                    other => panic!("{other}"),
                };
            }
        }
        if let Some(format) = format {
            let text = self.formatted(format);
            return if text.chars().count() <= max { text } else { self.shortest(format) };
        }
        if let ValueType::Enum(choice) = value_type {
            if !choice.open || self.one_in(2) {
                return self.pick(choice.values).to_owned();
            }
            let length = self.length(max);
            return self.free(length, forbidden);
        }
        // What the rule between rows on phone numbers has to judge.
        if max >= 20 && forbidden.is_empty() && self.one_in(4) {
            return self.formatted(Format::E164);
        }
        let length = self.length(max).max(min);
        self.free(length, forbidden)
    }

    /// Mostly short, sometimes the limit itself.
    fn length(&mut self, max: usize) -> usize {
        match self.byte() % 32 {
            // Long texts are slow: few of them.
            31 if max < 300 || max < 5_000 && self.one_in(16) => max,
            30 if max < 300 => max - 1,
            length => usize::from(length % 8).min(max),
        }
    }

    /// So many characters, of which none is of `except`.
    fn free(&mut self, length: usize, except: &[char]) -> String {
        let mut text = String::new();
        for index in 0..length {
            let odd = index < 6 && self.one_in(3);
            let character = if !odd {
                FILLER
            } else if self.one_in(4) {
                let number = self.bytes.arbitrary::<u32>().unwrap_or(0) % 0x11_0000;
                char::from_u32(number).unwrap_or('@')
            } else {
                self.pick(&ODD)
            };
            text.push(if except.contains(&character) { FILLER } else { character });
        }
        text
    }

    /// `text`, with forbidden characters in place of some.
    fn spoiled(&mut self, text: String, forbidden: &[char]) -> String {
        let mut characters: Vec<_> = text.chars().collect();
        for _ in 0..=self.below(2) {
            let at = self.below(characters.len());
            characters[at] = self.pick(forbidden);
        }
        characters.into_iter().collect()
    }

    fn formatted(&mut self, format: Format) -> String {
        let text = match format {
            Format::DateTime => {
                let byte = |at: &mut Self, count| at.below(count);
                let (year, month, day) =
                    (byte(self, 10_000), byte(self, 12) + 1, byte(self, 28) + 1);
                let (hour, minute, second) = (byte(self, 24), byte(self, 60), byte(self, 60));
                let digits = self.below(13);
                let fraction = if digits == 0 { String::new() } else { format!(".{:0digits$}", 7) };
                let offset = match self.below(4) {
                    0 => "Z".to_owned(),
                    1 => format!("-{:02}:{:02}", byte(self, 24), byte(self, 60)),
                    _ => format!("+{:02}:{:02}", byte(self, 24), byte(self, 60)),
                };
                format!(
                    "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}"
                )
            }
            Format::Iso4217 => self.pick(&CURRENCIES).to_owned(),
            Format::Iso3166Alpha2 => self.pick(&REGIONS).to_owned(),
            Format::Iso18245 => format!("{:04}", self.below(10_000)),
            Format::UnixMillis => {
                let zeros = "0".repeat(self.below(4));
                let number = self.bytes.arbitrary::<u64>().unwrap_or(0);
                format!("{zeros}{}", number >> (1 + number % 60))
            }
            Format::JsonObject => {
                let members = (0..self.below(4)).map(|_| (self.name(), self.any(3))).collect();
                let mut text = String::new();
                self.blank(&mut text);
                self.write(&Json::Object(members), &mut text);
                if self.one_in(64) {
                    let length = text.chars().count();
                    text.push_str(&" ".repeat(4096_usize.saturating_sub(length)));
                }
                text
            }
            Format::E164 => {
                let digits = self.below(14) + 1;
                let rest: String =
                    (0..digits).map(|_| char::from(b'0' + self.byte() % 10)).collect();
                format!("+{}{rest}", self.below(9) + 1)
            }
            other => panic!("no text for {other}"),
        };
        assert!(follows(format, &text), "the judge refuses {text:?}");
        text
    }

    fn shortest(&self, format: Format) -> String {
        match format {
            Format::DateTime => "2020-02-29T23:59:60Z",
            Format::JsonObject => "{}",
            other => panic!("a long text of {other}"),
        }
        .to_owned()
    }

    /// Something that is mostly near the format.
    fn malformed(&mut self, format: Format) -> String {
        if self.one_in(4) {
            let length = self.below(8);
            return self.free(length, &[]);
        }
        let mut text: Vec<char> = self.formatted(format).chars().collect();
        let at = self.below(text.len());
        match self.below(3) {
            0 => drop(text.remove(at)),
            1 => text.insert(at, '0'),
            _ => text[at] = self.pick(&ODD),
        }
        text.into_iter().collect()
    }

    fn cross_field_rule(&mut self, cross_field_rule: &CrossFieldRule, known: &[(&'static Field, Known)], path: &str) {
        let of = |name: &str| &known.iter().find(|(field, _)| field.name == name).unwrap().1;
        let rule = |name: &str| known.iter().find(|(field, _)| field.name == name).unwrap().0.rule;
        let mut found = Vec::new();
        match *cross_field_rule {
            CrossFieldRule::AllOrNone(members) => {
                if members.iter().any(|member| *of(member) != Known::Absent) {
                    for member in members.iter().filter(|member| *of(member) == Known::Absent) {
                        found.push((format!("{path}/{member}"), "dependentRequired"));
                    }
                }
            }
            CrossFieldRule::RequiredIf { field: member, when, is } => {
                let found_there = match when.split_once('/') {
                    None => of(when),
                    Some((outer, inner)) => of(outer).inner(inner),
                };
                let holds = match is {
                    Constant::Boolean(boolean) => *found_there == Known::Boolean(boolean),
                    Constant::String(text) => {
                        matches!(found_there, Known::Text(found) if found == text)
                    }
                    other => panic!("a new constant: {other:?}"),
                };
                if holds && *of(member) == Known::Absent {
                    found.push((format!("{path}/{member}"), "dependentRequired"));
                }
            }
            CrossFieldRule::AtLeastOneOf(members) => {
                if members.iter().all(|member| *of(member) == Known::Absent) {
                    found.push((path.to_owned(), "anyOf"));
                }
            }
            CrossFieldRule::FormatIf { field: member, format, when, is } => {
                if let (Known::Text(key), Known::Text(text)) = (of(when), of(member)) {
                    let fits = match rule(member) {
                        Constraints::String(rule) => {
                            let length = text.chars().count() as u32;
                            length >= rule.min_length.unwrap_or(0)
                                && length <= rule.max_length.unwrap_or(u32::MAX)
                        }
                        _ => true,
                    };
                    if key == is && fits && !follows(format, text) {
                        found.push((format!("{path}/{member}"), "format"));
                    }
                }
            }
            CrossFieldRule::ValueByKey { field: member, key: when, values: table } => {
                if let (Known::Text(key), Known::Text(text)) = (of(when), of(member))
                    && table.iter().any(|(listed, value)| listed == key && value != text)
                {
                    found.push((format!("{path}/{member}"), "const"));
                }
            }
            other => panic!("a new law: {other:?}"),
        }
        for (path, code) in found {
            self.expect(&path, code);
        }
    }

    /// A value of any type but these; not null.
    fn other_than(&mut self, right: &[Kind]) -> Json {
        let all =
            [Kind::Boolean, Kind::Integer, Kind::Number, Kind::Text, Kind::Array, Kind::Object];
        let others: Vec<_> = all.into_iter().filter(|kind| !right.contains(kind)).collect();
        let kind = self.pick(&others);
        self.of_kind(kind, 3)
    }

    fn any(&mut self, depth: u8) -> Json {
        use Kind::{Array, Boolean, Integer, Number, Object, Text};
        match self.pick(&[
            None,
            Some(Boolean),
            Some(Integer),
            Some(Number),
            Some(Text),
            Some(Array),
            Some(Object),
        ]) {
            None => Json::Bare("null".to_owned()),
            Some(kind) => self.of_kind(kind, depth),
        }
    }

    fn of_kind(&mut self, kind: Kind, depth: u8) -> Json {
        let length = if depth == 0 || self.room == 0 { 0 } else { self.below(4) };
        self.room = self.room.saturating_sub(length);
        match kind {
            Kind::Boolean => Json::Bare(self.one_in(2).to_string()),
            Kind::Integer => Json::Bare(match self.below(3) {
                0 => self.byte().to_string(),
                1 => self.bytes.arbitrary::<i64>().unwrap_or(0).to_string(),
                _ => self.bytes.arbitrary::<i128>().unwrap_or(0).to_string(),
            }),
            // What is a number, and no integer (J10).
            Kind::Number => Json::Bare(
                self.pick(&[
                    "1.0",
                    "1e2",
                    "-0",
                    "0.0",
                    "1E-400",
                    "-1.5e+3",
                    "1.7976931348623157e308",
                    "0.12345678901234567890",
                ])
                .to_owned(),
            ),
            Kind::Text => {
                let length = self.below(6);
                Json::Text(self.free(length, &[]))
            }
            Kind::Array => Json::Array((0..length).map(|_| self.any(depth - 1)).collect()),
            Kind::Object => {
                Json::Object((0..length).map(|_| (self.name(), self.any(depth - 1))).collect())
            }
        }
    }

    /// The name of a member, and rarely a long one. No filler: a pointer may hold it.
    fn name(&mut self) -> String {
        let length = if self.one_in(12) { 60 + self.below(8) } else { self.below(4) };
        let text = self.free(length, &[]);
        text.chars().map(|character| if character == FILLER { 'n' } else { character }).collect()
    }

    fn blank(&mut self, to: &mut String) {
        if self.one_in(16) {
            to.push_str(self.pick(&["\n", " ", "\t", "\r\n  "]));
        }
    }

    fn write(&mut self, json: &Json, to: &mut String) {
        match json {
            Json::Bare(bare) => to.push_str(bare),
            Json::Text(text) => self.write_text(text, to),
            Json::Array(elements) => {
                to.push('[');
                for (index, element) in elements.iter().enumerate() {
                    to.push_str(if index > 0 { "," } else { "" });
                    self.blank(to);
                    self.write(element, to);
                }
                self.blank(to);
                to.push(']');
            }
            Json::Object(members) => {
                to.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    to.push_str(if index > 0 { "," } else { "" });
                    self.blank(to);
                    self.write_text(name, to);
                    self.blank(to);
                    to.push(':');
                    self.blank(to);
                    self.write(value, to);
                }
                self.blank(to);
                to.push('}');
            }
        }
    }

    fn write_text(&mut self, text: &str, to: &mut String) {
        let escapes = self.one_in(8);
        to.push('"');
        for character in text.chars() {
            match character {
                '"' => to.push_str("\\\""),
                '\\' => to.push_str("\\\\"),
                '\0'..='\u{1f}' => {
                    let _ = write!(to, "\\u{:04x}", u32::from(character));
                }
                other if escapes => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        let _ = write!(to, "\\u{unit:04X}");
                    }
                }
                other => to.push(other),
            }
        }
        to.push('"');
    }
}

/// A name as a part of a pointer: 64 characters of it.
fn escaped(name: &str) -> String {
    let short: String = name.chars().take(64).collect();
    short.replace('~', "~0").replace('/', "~1")
}
