//! Generation of documents with injected violations.

use crate::formats::{CURRENCY_CODES, REGION_CODES, matches};
use arbitrary::Unstructured;
use miniprogram_protocol::{
    Format, Schema,
    schema::{
        ArrayType, Constant, CrossFieldRule, Field, IntegerConstraints, ItemType,
        StringConstraints, StringType, ValueType,
    },
};
use std::collections::HashSet;
use std::fmt::Write as _;

/// A document with the pointers and codes of the violations that must be reported.
#[derive(Debug)]
pub struct InjectedDocument {
    pub json: String,
    pub expected: Vec<(String, String)>,
}

/// The character that most strings consist of. No error may contain it.
pub const FILLER_CHARACTER: char = 'ℵ';

/// Generates a document for `schema`. The first byte selects how often violations are injected.
#[must_use]
pub fn generate_document(schema: &'static Schema, bytes: &[u8]) -> InjectedDocument {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let interval = [0, 40, 12, 3][usize::from(first % 4)];
    let mut generator = Generator {
        bytes: Unstructured::new(rest),
        interval,
        expected: Vec::new(),
        remaining: 400,
    };
    let value = if generator.should_inject() && generator.one_in(8) {
        generator.expect_violation("", "type");
        generator.generate_value_of_other_kind(&[JsonKind::Object])
    } else {
        generator.generate_object(schema, &[], "")
    };
    let mut json = String::new();
    generator.write_whitespace(&mut json);
    generator.write(&value, &mut json);
    generator.write_whitespace(&mut json);
    InjectedDocument { json, expected: generator.expected }
}

/// A JSON value to be written. An object may contain duplicate members.
#[derive(Clone, Debug)]
enum Json {
    /// A number or a literal, as JSON.
    Scalar(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The kind of a JSON value other than null. Only integers have the kind `Integer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonKind {
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// The part of a field's value that cross-field rules read.
#[derive(Clone, Debug, PartialEq)]
enum RuleOperand {
    Absent,
    String(String),
    Boolean(bool),
    Object(Vec<(&'static str, RuleOperand)>),
    /// The field is present, but no rule reads its value.
    Present,
}

impl RuleOperand {
    fn equals(&self, constant: Constant) -> bool {
        match constant {
            Constant::Boolean(boolean) => *self == Self::Boolean(boolean),
            Constant::String(string) => matches!(self, Self::String(found) if found == string),
            other => panic!("unsupported constant: {other:?}"),
        }
    }

    /// Returns the value of a field of an object.
    fn field(&self, name: &str) -> &Self {
        let Self::Object(fields) = self else { return &Self::Absent };
        fields.iter().find(|(known, _)| *known == name).map_or(&Self::Absent, |(_, value)| value)
    }
}

/// Generates a document and records the violations that must be reported for it.
struct Generator<'a> {
    bytes: Unstructured<'a>,
    /// The average number of decisions per injected violation, or 0 to inject none.
    interval: u8,
    expected: Vec<(String, String)>,
    /// The number of values that may still be generated.
    remaining: usize,
}

/// Characters with a special meaning in JSON, JSON pointers or terminals, and some others.
const UNUSUAL_CHARACTERS: [char; 24] = [
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

impl Generator<'_> {
    /// Returns the next byte, or 0 if the input is exhausted.
    fn next_byte(&mut self) -> u8 {
        self.bytes.arbitrary().unwrap_or(0)
    }

    /// Returns `true` with a probability of 1 in `count`, and `false` if the input is exhausted.
    fn one_in(&mut self, count: u8) -> bool {
        self.next_byte() % count == count - 1
    }

    /// Returns a number below `count`.
    fn pick_below(&mut self, count: usize) -> usize {
        let needs_two_bytes = count > 256;
        let number = usize::from(self.next_byte());
        (if needs_two_bytes { number << 8 | usize::from(self.next_byte()) } else { number }) % count
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.pick_below(choices.len())].clone()
    }

    /// Decides randomly whether to inject a violation.
    fn should_inject(&mut self) -> bool {
        self.interval > 0 && self.one_in(self.interval)
    }

    /// Adds an expected violation.
    fn expect_violation(&mut self, path: &str, code: &str) {
        self.expected.push((path.to_owned(), code.to_owned()));
    }

    /// Generates an object for `schema`. The cross-field rules in `rules_of_parent` also apply to
    /// it.
    fn generate_object(
        &mut self,
        schema: &'static Schema,
        rules_of_parent: &[CrossFieldRule],
        path: &str,
    ) -> Json {
        self.generate_object_and_operand(schema, rules_of_parent, path).0
    }

    fn generate_object_and_operand(
        &mut self,
        schema: &'static Schema,
        rules_of_parent: &[CrossFieldRule],
        path: &str,
    ) -> (Json, RuleOperand) {
        let mut members = Vec::new();
        let mut operands: Vec<(&'static Field, RuleOperand)> = Vec::new();
        for field in schema.fields {
            let field_path = format!("{path}/{}", field.name);
            let operand = self.generate_member(field, &field_path, &mut members);
            operands.push((field, operand));
        }
        let mut names = HashSet::new();
        for _ in 0..self.pick(&[0, 0, 0, 1, 3]) {
            let name = self.generate_name();
            if schema.field(&name).is_none() && names.insert(name.clone()) {
                let value = self.generate_arbitrary_json(3);
                members.push((name, value));
            }
        }
        if self.one_in(2) {
            for last in (1..members.len()).rev() {
                let other = self.pick_below(last + 1);
                members.swap(last, other);
            }
        }
        while !members.is_empty() && self.should_inject() {
            let (name, _) = self.pick(&members);
            self.expect_violation(&format!("{path}/{}", escape_pointer_token(&name)), "duplicate");
            let value = self.generate_arbitrary_json(2);
            members.push((name, value));
        }
        for rule in schema.cross_field_rules.iter().chain(rules_of_parent) {
            self.expect_rule_violations(rule, &operands, path);
        }
        let operands = operands.into_iter().map(|(field, operand)| (field.name, operand)).collect();
        (Json::Object(members), RuleOperand::Object(operands))
    }

    /// Adds a member for a field to `members`, or omits it. Returns the value of the field.
    fn generate_member(
        &mut self,
        field: &'static Field,
        path: &str,
        members: &mut Vec<(String, Json)>,
    ) -> RuleOperand {
        let mut push = |value| members.push((field.name.to_owned(), value));
        let null = || Json::Scalar("null".to_owned());
        if field.required {
            if self.should_inject() && self.one_in(3) {
                self.expect_violation(path, "required");
                if self.one_in(2) {
                    push(null());
                }
                return RuleOperand::Absent;
            }
        } else if self.remaining == 0 || !self.one_in(2) {
            if self.one_in(5) {
                push(null());
            }
            return RuleOperand::Absent;
        }
        // A single object instead of an array is valid (J15 in SPEC-INTERPRETATION.md).
        if let (ValueType::OneOrMany(ArrayType { items: ItemType::Object(schema), .. }), true) =
            (field.value_type, self.one_in(2))
        {
            let object = self.generate_object(schema, &[], path);
            push(object);
            return RuleOperand::Present;
        }
        let (value, operand) = self.generate_value(field.value_type, path);
        push(value);
        operand
    }

    fn generate_value(&mut self, value_type: ValueType, path: &str) -> (Json, RuleOperand) {
        self.remaining = self.remaining.saturating_sub(1);
        let violates = self.should_inject();
        if violates && self.one_in(3) {
            self.expect_violation(path, "type");
            let valid_kinds: &[JsonKind] = match value_type {
                ValueType::String(_) => &[JsonKind::String],
                ValueType::Integer(_) => &[JsonKind::Integer],
                ValueType::Boolean => &[JsonKind::Boolean],
                ValueType::OneOrMany(_) => &[JsonKind::Array, JsonKind::Object],
                ValueType::Array(_) => &[JsonKind::Array],
                ValueType::Object(..) => &[JsonKind::Object],
                other => panic!("unsupported value type: {other:?}"),
            };
            return (self.generate_value_of_other_kind(valid_kinds), RuleOperand::Present);
        }
        match value_type {
            ValueType::String(string_type) => {
                let string = self.generate_string(string_type, violates, path);
                (Json::String(string.clone()), RuleOperand::String(string))
            }
            ValueType::Integer(constraints) => (
                Json::Scalar(self.generate_integer(constraints, violates, path)),
                RuleOperand::Present,
            ),
            ValueType::Boolean => {
                let boolean = self.one_in(2);
                (Json::Scalar(boolean.to_string()), RuleOperand::Boolean(boolean))
            }
            ValueType::Array(array_type) | ValueType::OneOrMany(array_type) => {
                (self.generate_array(array_type, violates, path), RuleOperand::Present)
            }
            ValueType::Object(schema, constraints) => {
                self.generate_object_and_operand(schema, constraints.cross_field_rules, path)
            }
            other => panic!("unsupported value type: {other:?}"),
        }
    }

    fn generate_array(&mut self, array_type: ArrayType, violates: bool, path: &str) -> Json {
        let mut length = self.pick_below(4);
        if let Some(max) = array_type.max_items.map(|max| max as usize) {
            if violates {
                length = max + 1 + self.pick_below(2);
                self.expect_violation(path, "maxItems");
            } else if self.one_in(8) {
                length = max;
            }
        }
        let elements = (0..length).map(|index| {
            let path = format!("{path}/{index}");
            if self.should_inject() && self.one_in(4) {
                self.expect_violation(&path, "type");
                return Json::Scalar("null".to_owned());
            }
            self.generate_value(array_type.items.value_type(), &path).0
        });
        Json::Array(elements.collect())
    }

    fn generate_integer(
        &mut self,
        constraints: IntegerConstraints,
        violates: bool,
        path: &str,
    ) -> String {
        let (minimum, maximum) = (constraints.minimum, constraints.maximum);
        if violates {
            let too_large = [
                i128::from(i64::MAX) + 1,
                i128::from(u64::MAX),
                i128::from(u64::MAX) + 1,
                i128::MAX,
            ];
            if self.one_in(2) {
                self.expect_violation(path, "minimum");
                let too_small = [i128::from(minimum) - 1, i128::from(i64::MIN) - 1, i128::MIN];
                return self.pick(&too_small).to_string();
            }
            self.expect_violation(path, "maximum");
            return if self.one_in(2) {
                (i128::from(maximum) + 1).to_string()
            } else {
                self.pick(&too_large).to_string()
            };
        }
        let any = self.bytes.arbitrary::<i64>().unwrap_or(0).clamp(minimum, maximum);
        let number = self.pick(&[any, minimum, maximum, 7.clamp(minimum, maximum)]);
        number.to_string()
    }

    fn generate_string(&mut self, string_type: StringType, violates: bool, path: &str) -> String {
        if violates && let Some(string) = self.generate_invalid_string(string_type, path) {
            return string;
        }
        let constraints = string_type.constraints;
        let (min, max) = length_range(constraints);
        let forbidden = constraints.forbidden_characters();
        if let Some(format) = string_type.format {
            let string = self.generate_formatted_string(format);
            return if string.chars().count() <= max {
                string
            } else {
                short_string_of_format(format)
            };
        }
        if let Some(schema) = string_type.enum_schema {
            if !schema.open || self.one_in(2) {
                return self.pick(schema.values).to_owned();
            }
            let length = self.choose_length(max);
            return self.generate_characters(length, forbidden);
        }
        // A cross-field rule validates phone numbers, so some must be valid.
        if max >= 20 && forbidden.is_empty() && self.one_in(4) {
            return self.generate_formatted_string(Format::E164);
        }
        let length = self.choose_length(max).max(min);
        self.generate_characters(length, forbidden)
    }

    /// Generates a string that violates one of the constraints, or returns `None` if there are no
    /// constraints.
    fn generate_invalid_string(&mut self, string_type: StringType, path: &str) -> Option<String> {
        let codes = possible_string_codes(string_type);
        if codes.is_empty() {
            return None;
        }
        let constraints = string_type.constraints;
        let (min, max) = length_range(constraints);
        let forbidden = constraints.forbidden_characters();
        let code = self.pick(&codes);
        self.expect_violation(path, code);
        let string = match (code, string_type.format, string_type.enum_schema) {
            ("maxLength", ..) => self.generate_too_long_string(max, forbidden, path),
            ("minLength", ..) => self.generate_characters(min - 1, forbidden),
            // No field that forbids characters has a format or an enum.
            ("forbiddenCharacter", ..) => {
                let length = 1 + self.choose_length(max - 1);
                let string = self.generate_characters(length, forbidden);
                self.insert_forbidden(&string, forbidden)
            }
            ("format", Some(format), _) => {
                let string = self.generate_malformed_string(format);
                let length = string.chars().count();
                if (min..=max).contains(&length) && !matches(format, &string) {
                    string
                } else {
                    "!".repeat(min.max(1))
                }
            }
            ("enum", _, Some(schema)) => self.generate_unknown_enum_value(schema.values),
            other => panic!("unsupported violation: {other:?}"),
        };
        Some(string)
    }

    /// Generates a string of more than `max` characters, which may contain forbidden ones.
    fn generate_too_long_string(&mut self, max: usize, forbidden: &[char], path: &str) -> String {
        let length = self.pick_below(3) + max + 1;
        let string = self.generate_characters(length, forbidden);
        if !forbidden.is_empty() && self.one_in(4) {
            self.expect_violation(path, "forbiddenCharacter");
            self.insert_forbidden(&string, forbidden)
        } else {
            string
        }
    }

    /// Generates a string that is not a known value of the enum, but may resemble one.
    fn generate_unknown_enum_value(&mut self, known_values: &[&str]) -> String {
        let length = self.pick_below(12);
        let similar = self.pick(known_values);
        let string = match self.pick_below(4) {
            0 => similar.to_lowercase(),
            1 => format!("{similar} "),
            2 => similar[..similar.len() - 1].to_owned(),
            _ => self.generate_characters(length, &[]),
        };
        if known_values.contains(&&*string) { format!(" {string}") } else { string }
    }

    /// Chooses a length, which is usually short and sometimes the maximum.
    fn choose_length(&mut self, max: usize) -> usize {
        match self.next_byte() % 32 {
            // Long strings are rare, because they slow down the fuzzer.
            31 if max < 300 || max < 5_000 && self.one_in(16) => max,
            30 if max < 300 => max - 1,
            length => usize::from(length % 8).min(max),
        }
    }

    /// Generates a string of `length` characters, none of which is in `except`.
    fn generate_characters(&mut self, length: usize, except: &[char]) -> String {
        let mut string = String::new();
        for index in 0..length {
            let is_unusual = index < 6 && self.one_in(3);
            let character = if !is_unusual {
                FILLER_CHARACTER
            } else if self.one_in(4) {
                let number = self.bytes.arbitrary::<u32>().unwrap_or(0) % 0x11_0000;
                char::from_u32(number).unwrap_or('@')
            } else {
                self.pick(&UNUSUAL_CHARACTERS)
            };
            string.push(if except.contains(&character) { FILLER_CHARACTER } else { character });
        }
        string
    }

    /// Replaces some characters with forbidden ones.
    fn insert_forbidden(&mut self, string: &str, forbidden: &[char]) -> String {
        let mut characters: Vec<_> = string.chars().collect();
        for _ in 0..=self.pick_below(2) {
            let index = self.pick_below(characters.len());
            characters[index] = self.pick(forbidden);
        }
        characters.into_iter().collect()
    }

    /// Generates a string that matches the format.
    fn generate_formatted_string(&mut self, format: Format) -> String {
        let string = match format {
            Format::DateTime => {
                let (year, month, day) =
                    (self.pick_below(10_000), self.pick_below(12) + 1, self.pick_below(28) + 1);
                let (hour, minute, second) =
                    (self.pick_below(24), self.pick_below(60), self.pick_below(60));
                let digits = self.pick_below(13);
                let fraction = if digits == 0 { String::new() } else { format!(".{:0digits$}", 7) };
                let offset = match self.pick_below(4) {
                    0 => "Z".to_owned(),
                    1 => format!("-{:02}:{:02}", self.pick_below(24), self.pick_below(60)),
                    _ => format!("+{:02}:{:02}", self.pick_below(24), self.pick_below(60)),
                };
                format!(
                    "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}"
                )
            }
            Format::Iso4217 => self.pick(&CURRENCY_CODES).to_owned(),
            Format::Iso3166Alpha2 => self.pick(&REGION_CODES).to_owned(),
            Format::Iso18245 => format!("{:04}", self.pick_below(10_000)),
            Format::UnixMillis => {
                let zeros = "0".repeat(self.pick_below(4));
                let number = self.bytes.arbitrary::<u64>().unwrap_or(0);
                format!("{zeros}{}", number >> (1 + number % 60))
            }
            Format::JsonObject => {
                let members = (0..self.pick_below(4))
                    .map(|_| (self.generate_name(), self.generate_arbitrary_json(3)))
                    .collect();
                let mut json = String::new();
                self.write_whitespace(&mut json);
                self.write(&Json::Object(members), &mut json);
                if self.one_in(64) {
                    let length = json.chars().count();
                    json.push_str(&" ".repeat(4096_usize.saturating_sub(length)));
                }
                json
            }
            Format::E164 => {
                let digits = self.pick_below(14) + 1;
                let rest: String =
                    (0..digits).map(|_| char::from(b'0' + self.next_byte() % 10)).collect();
                format!("+{}{rest}", self.pick_below(9) + 1)
            }
            other => panic!("unsupported format: {other}"),
        };
        assert!(matches(format, &string), "the second implementation rejects {string:?}");
        string
    }

    /// Generates a string that usually resembles the format, but may not match it.
    fn generate_malformed_string(&mut self, format: Format) -> String {
        if self.one_in(4) {
            let length = self.pick_below(8);
            return self.generate_characters(length, &[]);
        }
        let mut characters: Vec<char> = self.generate_formatted_string(format).chars().collect();
        let index = self.pick_below(characters.len());
        match self.pick_below(3) {
            0 => drop(characters.remove(index)),
            1 => characters.insert(index, '0'),
            _ => characters[index] = self.pick(&UNUSUAL_CHARACTERS),
        }
        characters.into_iter().collect()
    }

    /// Adds the violations of a cross-field rule to the expected violations.
    fn expect_rule_violations(
        &mut self,
        rule: &CrossFieldRule,
        operands: &[(&'static Field, RuleOperand)],
        path: &str,
    ) {
        let entry = |name: &str| operands.iter().find(|(field, _)| field.name == name).unwrap();
        let value = |name: &str| &entry(name).1;
        let is_absent = |name: &str| *value(name) == RuleOperand::Absent;
        match *rule {
            CrossFieldRule::AllOrNone(fields) => {
                if fields.iter().any(|field| !is_absent(field)) {
                    for field in fields.iter().filter(|field| is_absent(field)) {
                        self.expect_violation(&format!("{path}/{field}"), "dependentRequired");
                    }
                }
            }
            CrossFieldRule::RequiredIf { field, when, is } => {
                let condition = match when.split_once('/') {
                    None => value(when),
                    Some((outer, inner)) => value(outer).field(inner),
                };
                if condition.equals(is) && is_absent(field) {
                    self.expect_violation(&format!("{path}/{field}"), "dependentRequired");
                }
            }
            CrossFieldRule::AtLeastOneOf(fields) => {
                if fields.iter().all(|field| is_absent(field)) {
                    self.expect_violation(path, "anyOf");
                }
            }
            CrossFieldRule::FormatIf { field, format, when, is } => {
                if let (RuleOperand::String(key), RuleOperand::String(string)) =
                    (value(when), value(field))
                    && key == is
                    && has_valid_length(entry(field).0.value_type, string)
                    && !matches(format, string)
                {
                    self.expect_violation(&format!("{path}/{field}"), "format");
                }
            }
            CrossFieldRule::ValueByKey { field, key, values } => {
                if let (RuleOperand::String(key), RuleOperand::String(string)) =
                    (value(key), value(field))
                    && values.iter().any(|(known, value)| known == key && value != string)
                {
                    self.expect_violation(&format!("{path}/{field}"), "const");
                }
            }
            other => panic!("unsupported cross-field rule: {other:?}"),
        }
    }

    /// Generates a value that is not null and whose kind is not in `kinds`.
    fn generate_value_of_other_kind(&mut self, kinds: &[JsonKind]) -> Json {
        let all = [
            JsonKind::Boolean,
            JsonKind::Integer,
            JsonKind::Number,
            JsonKind::String,
            JsonKind::Array,
            JsonKind::Object,
        ];
        let others: Vec<_> = all.into_iter().filter(|kind| !kinds.contains(kind)).collect();
        let kind = self.pick(&others);
        self.generate_value_of_kind(kind, 3)
    }

    fn generate_arbitrary_json(&mut self, depth: u8) -> Json {
        match self.pick(&[
            None,
            Some(JsonKind::Boolean),
            Some(JsonKind::Integer),
            Some(JsonKind::Number),
            Some(JsonKind::String),
            Some(JsonKind::Array),
            Some(JsonKind::Object),
        ]) {
            None => Json::Scalar("null".to_owned()),
            Some(kind) => self.generate_value_of_kind(kind, depth),
        }
    }

    fn generate_value_of_kind(&mut self, kind: JsonKind, depth: u8) -> Json {
        let length = if depth == 0 || self.remaining == 0 { 0 } else { self.pick_below(4) };
        self.remaining = self.remaining.saturating_sub(length);
        match kind {
            JsonKind::Boolean => Json::Scalar(self.one_in(2).to_string()),
            JsonKind::Integer => Json::Scalar(match self.pick_below(3) {
                0 => self.next_byte().to_string(),
                1 => self.bytes.arbitrary::<i64>().unwrap_or(0).to_string(),
                _ => self.bytes.arbitrary::<i128>().unwrap_or(0).to_string(),
            }),
            // Numbers in these notations are not integers (J10 in SPEC-INTERPRETATION.md).
            JsonKind::Number => Json::Scalar(
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
            JsonKind::String => {
                let length = self.pick_below(6);
                Json::String(self.generate_characters(length, &[]))
            }
            JsonKind::Array => {
                Json::Array((0..length).map(|_| self.generate_arbitrary_json(depth - 1)).collect())
            }
            JsonKind::Object => Json::Object(
                (0..length)
                    .map(|_| (self.generate_name(), self.generate_arbitrary_json(depth - 1)))
                    .collect(),
            ),
        }
    }

    /// Generates a member name, which is occasionally long. Names do not contain
    /// [`FILLER_CHARACTER`], because the pointers in errors contain names.
    fn generate_name(&mut self) -> String {
        let length = if self.one_in(12) { 60 + self.pick_below(8) } else { self.pick_below(4) };
        let text = self.generate_characters(length, &[]);
        text.chars()
            .map(|character| if character == FILLER_CHARACTER { 'n' } else { character })
            .collect()
    }

    fn write_whitespace(&mut self, output: &mut String) {
        if self.one_in(16) {
            output.push_str(self.pick(&["\n", " ", "\t", "\r\n  "]));
        }
    }

    fn write(&mut self, json: &Json, output: &mut String) {
        match json {
            Json::Scalar(json) => output.push_str(json),
            Json::String(string) => self.write_string(string, output),
            Json::Array(elements) => {
                output.push('[');
                for (index, element) in elements.iter().enumerate() {
                    output.push_str(if index > 0 { "," } else { "" });
                    self.write_whitespace(output);
                    self.write(element, output);
                }
                self.write_whitespace(output);
                output.push(']');
            }
            Json::Object(members) => {
                output.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    output.push_str(if index > 0 { "," } else { "" });
                    self.write_whitespace(output);
                    self.write_string(name, output);
                    self.write_whitespace(output);
                    output.push(':');
                    self.write_whitespace(output);
                    self.write(value, output);
                }
                self.write_whitespace(output);
                output.push('}');
            }
        }
    }

    fn write_string(&mut self, string: &str, output: &mut String) {
        let escapes = self.one_in(8);
        output.push('"');
        for character in string.chars() {
            match character {
                '"' => output.push_str("\\\""),
                '\\' => output.push_str("\\\\"),
                '\0'..='\u{1f}' => {
                    let _ = write!(output, "\\u{:04x}", u32::from(character));
                }
                other if escapes => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        let _ = write!(output, "\\u{unit:04X}");
                    }
                }
                other => output.push(other),
            }
        }
        output.push('"');
    }
}

/// Returns a name as a JSON Pointer reference token, truncated to 64 characters.
fn escape_pointer_token(name: &str) -> String {
    let truncated: String = name.chars().take(64).collect();
    truncated.replace('~', "~0").replace('/', "~1")
}

/// Returns the minimum and maximum length.
fn length_range(constraints: StringConstraints) -> (usize, usize) {
    let max = constraints.max_length.map_or(usize::MAX, |max| max as usize);
    (constraints.min_length as usize, max)
}

fn has_valid_length(value_type: ValueType, string: &str) -> bool {
    let ValueType::String(string_type) = value_type else { return true };
    let (min, max) = length_range(string_type.constraints);
    (min..=max).contains(&string.chars().count())
}

/// Returns the codes of the violations that a string of the type can have.
fn possible_string_codes(string_type: StringType) -> Vec<&'static str> {
    let constraints = string_type.constraints;
    let (min, max) = length_range(constraints);
    let mut codes = Vec::new();
    if max < 5_000 {
        codes.push("maxLength");
    }
    if min > 0 {
        codes.push("minLength");
    }
    if !constraints.forbidden_characters().is_empty() {
        codes.extend(["forbiddenCharacter"; 2]);
    }
    match (string_type.format, string_type.enum_schema) {
        (Some(_), _) => codes.push("format"),
        (None, Some(schema)) if !schema.open => codes.push("enum"),
        _ => {}
    }
    codes
}

/// Returns a short string that matches the format.
fn short_string_of_format(format: Format) -> String {
    match format {
        Format::DateTime => "2020-02-29T23:59:60Z",
        Format::JsonObject => "{}",
        other => panic!("unsupported format: {other}"),
    }
    .to_owned()
}
