//! Documents made from the schema data, each with exactly what it breaks: every row of every table
//! at its limits and just beyond.
//!
//! Each is a valid value of the table, with one member changed.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use crate::common;
use miniprogram_protocol::{
    Format, Schema,
    schema::{Constraints, Field, StringConstraints, ValueType},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Gives the macro `$to` every behaviour: a sentence, the function that makes its documents, and
/// the number of rows (or tables) that they are about.
macro_rules! behaviours {
    ($to:ident) => {
        $to! {
            the_smallest_and_the_complete_value_are_valid: valid_values, 27;

            a_text_at_its_limit_is_valid_and_one_over_is_max_length: text_limits, 87;
            a_text_of_its_format_is_valid_at_the_limit_and_too_long_beyond: formatted_text_limits, 5;
            a_text_below_its_minimum_is_min_length_alone: text_minimums, 2;
            an_empty_text_is_present: empty_texts, 120;
            each_forbidden_character_is_reported_wherever_it_stands: forbidden_characters, 34;
            too_long_and_forbidden_are_both_reported: too_long_and_forbidden, 34;
            no_other_character_is_forbidden: other_characters, 34;
            a_row_that_forbids_no_character_takes_any: any_characters, 62;

            absent_and_null_are_the_same_and_reported_where_required: missing_rows, 152;
            a_row_is_known_by_its_exact_name_alone: misspelt_rows, 152;
            all_missing_rows_are_reported_at_once: empty_objects, 27;
            every_other_json_type_is_type_alone: wrong_types, 152;
            all_wrong_types_are_reported_at_once: wrong_everywhere, 27;
            a_document_that_is_no_object_is_type_at_the_root: wrong_documents, 27;
            what_is_wrong_in_a_nested_table_is_reported_under_its_path: nested_faults, 26;

            every_valid_value_is_valid: listed_values, 15;
            a_near_miss_is_enum_in_a_closed_list_and_nothing_in_an_open_one: near_misses, 15;
            both_booleans_are_valid: booleans, 2;
            an_integer_is_valid_from_end_to_end_of_its_range_and_not_beyond: integer_limits, 3;
            a_number_that_is_no_integer_literal_is_type: other_numbers, 3;

            an_array_at_its_limit_is_valid_and_one_over_is_max_items: array_limits, 4;
            an_array_without_limit_takes_many: long_arrays, 5;
            an_empty_array_is_valid: empty_arrays, 9;
            an_element_at_its_limit_is_valid_and_one_over_is_max_length: element_limits, 1;
            every_wrong_element_is_reported: wrong_elements, 9;
            wrong_elements_are_reported_beside_max_items: wrong_elements_of_long_arrays, 4;

            a_text_that_follows_its_format_is_valid: good_formats, 12;
            a_text_that_does_not_follow_its_format_is_format_alone: bad_formats, 12;

            a_member_that_stands_twice_is_a_duplicate_and_the_first_counts: duplicates, 152;
            an_unknown_member_is_valid: unknown_fields, 27;
            an_unknown_member_that_stands_twice_is_a_duplicate: unknown_duplicates, 27;

            coordinates_are_given_together: coordinates, 2;
            retry_is_given_when_success_is_false: retries, 1;
            a_successful_call_has_the_results_of_its_messages: send_results, 1;
            the_name_of_a_user_has_a_part: user_names, 1;
            other_names_need_no_part: other_names, 2;
            a_mobile_phone_number_follows_e164: phone_numbers, 1;
            contacts_of_other_types_are_free: other_contacts, 1;
            a_listed_result_code_has_the_status_of_its_table: result_codes, 1;
            other_results_have_any_status: other_results, 3;
        }
    };
}
pub(crate) use behaviours;

/// A document, and what it breaks.
pub(crate) struct Case {
    pub(crate) table: &'static str,
    /// The row that it is about; empty if it is about the whole table.
    pub(crate) row: &'static str,
    /// What makes it special.
    pub(crate) about: String,
    pub(crate) json: String,
    /// Sorted pairs of pointer and code.
    pub(crate) expected: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn new(
        table: &'static str,
        row: &'static str,
        about: &str,
        json: String,
        expected: &[(&str, &str)],
    ) -> Self {
        let mut expected: Vec<_> =
            expected.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect();
        expected.sort();
        Self { table, row, about: about.to_owned(), json, expected }
    }
}

/// What stands around the row that a document is about.
#[derive(Clone, Copy)]
pub(crate) enum Base {
    /// Every member of the table.
    Complete,
    /// The members without which the table is not valid. The row itself is complete.
    #[allow(dead_code, reason = "the conformance suite's alone")]
    Small,
}

impl Base {
    /// A valid value of the table, in which no law binds the text of a row.
    fn of_table(self, schema: &Schema) -> Map<String, Value> {
        let value = match self {
            Self::Complete => common::complete(schema),
            Self::Small => common::smallest(schema),
        };
        let Value::Object(mut base) = value else { panic!("{}", schema.name) };
        if schema.name == "ContactInfo" {
            base["contactType"] = json!("EMAIL");
        }
        base
    }

    /// The same with the row, and with what a law asks for beside it.
    fn of_row(self, row: Row) -> Map<String, Value> {
        let (schema, name) = (row.schema, row.field.name);
        let (complete, mut base) = (Self::Complete.of_table(schema), self.of_table(schema));
        let partner = match (schema.name, name) {
            ("Address", "longitude") => Some("latitude"), // L1
            ("Address", "latitude") => Some("longitude"),
            ("MessageSendResult", "success") => Some("retry"), // L2
            _ => None,
        };
        for given in [Some(name), partner].into_iter().flatten() {
            base.insert(given.to_owned(), complete[given].clone());
        }
        base
    }
}

/// A JSON object of these members, which may repeat.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", quoted(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The JSON text of a string.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The same, with its first character as an escape sequence.
fn escaped(text: &str) -> String {
    let (first, rest) = (text.chars().next().unwrap(), &quoted(text)[2..]);
    format!("\"\\u{:04X}{rest}", u32::from(first))
}

/// A row, of which documents are made.
#[derive(Clone, Copy)]
struct Row {
    schema: &'static Schema,
    field: &'static Field,
    base: Base,
}

fn rows(base: Base) -> impl Iterator<Item = Row> {
    let of_table = move |schema: &&'static Schema| {
        let schema = *schema;
        schema.fields.iter().map(move |field| Row { schema, field, base })
    };
    Schema::ALL.iter().flat_map(of_table)
}

fn named(base: Base, table: &str, row: &str) -> Row {
    let schema = Schema::by_name(table).unwrap();
    Row { schema, field: schema.field(row).unwrap(), base }
}

impl Row {
    /// A valid value of the table, with the row.
    fn base(self) -> Map<String, Value> {
        self.base.of_row(self)
    }

    /// The document in which the row's member has this value, or does not stand, or stands again.
    fn document(self, values: &[&str]) -> String {
        let base = self.base();
        let base: Vec<_> = base.iter().map(|(name, value)| (name, value.to_string())).collect();
        object(base.iter().flat_map(|(name, value)| {
            let own = *name == self.field.name;
            let values = if own { values.to_vec() } else { vec![value.as_str()] };
            values.into_iter().map(|value| (name.as_str(), value))
        }))
    }

    /// The JSON text of the row's value in a valid document.
    fn valid(self) -> String {
        self.base()[self.field.name].to_string()
    }

    /// A document that breaks rules at the row (`""`) or within it (`"/0"`), and what it breaks.
    fn case(self, values: &[&str], expected: &[(&str, &str)]) -> Case {
        let json = self.document(values);
        self.case_of(&values.join(" and then "), json, expected)
    }

    fn case_of(self, about: &str, json: String, expected: &[(&str, &str)]) -> Case {
        let expected: Vec<_> = expected
            .iter()
            .map(|(below, code)| (format!("/{}{below}", self.field.name), *code))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(path, code)| (path.as_str(), *code)).collect();
        Case::new(self.schema.name, self.field.name, about, json, &expected)
    }

    /// The document in which the row is `text`, and the codes that are reported of it.
    fn text_case(self, text: &str, codes: &[&str]) -> Case {
        let expected: Vec<_> = codes.iter().map(|code| ("", *code)).collect();
        self.case(&[&quoted(text)], &expected)
    }

    /// Whether a text may come: any text, one of a list, or one of a format.
    fn is_text(self) -> bool {
        matches!(self.field.value_type, ValueType::String(_) | ValueType::Enum(_))
    }

    fn format(self) -> Option<Format> {
        if let ValueType::String(format) = self.field.value_type { format } else { None }
    }

    fn text_rule(self) -> StringConstraints {
        if let Constraints::String(text) = self.field.constraints {
            text
        } else {
            StringConstraints::UNCONSTRAINED
        }
    }

    fn max_length(self) -> Option<usize> {
        self.text_rule().max_length.map(|length| length as usize)
    }

    fn is_plain(self) -> bool {
        !self.text_rule().forbidden_characters().is_empty()
    }

    fn max_items(self) -> Option<usize> {
        let Constraints::Array { max_items, .. } = self.field.constraints else { return None };
        max_items.map(|items| items as usize)
    }

    /// What is reported of a text of the right length that is no valid value and of no format.
    fn codes_of_letters(self) -> &'static [&'static str] {
        match self.field.value_type {
            ValueType::String(Some(_)) => &["format"],
            ValueType::Enum(choice) if !choice.open => &["enum"],
            _ => &[],
        }
    }

    /// What is reported of `text`, if its characters are allowed: the length, or else `other`.
    fn codes_of_text(self, text: &str, other: &'static [&'static str]) -> &'static [&'static str] {
        let (rule, length) = (self.text_rule(), text.chars().count() as u64);
        if rule.min_length.is_some_and(|min| length < u64::from(min)) {
            &["minLength"]
        } else if rule.max_length.is_some_and(|max| length > u64::from(max)) {
            &["maxLength"]
        } else {
            other
        }
    }

    /// What is reported when the row's member is not there, and all others are.
    fn code_of_missing(self) -> &'static [(&'static str, &'static str)] {
        match (self.schema.name, self.field.name) {
            // L1. No other law asks for anything: success is true, and names have other parts.
            ("Address", "longitude" | "latitude") => &[("", "dependentRequired")],
            _ if self.field.required => &[("", "required")],
            _ => &[],
        }
    }
}

/// Characters of one, three and four bytes.
const LETTERS: [char; 3] = ['a', 'あ', '𝄞'];

fn repeated(letter: char, times: usize) -> String {
    std::iter::repeat_n(letter, times).collect()
}

pub(crate) fn valid_values(base: Base) -> Vec<Case> {
    let cases = Schema::ALL.iter().flat_map(|schema| {
        let values =
            [common::smallest(schema), common::complete(schema), base.of_table(schema).into()];
        values.map(|value| Case::new(schema.name, "", "a valid value", value.to_string(), &[]))
    });
    cases.collect()
}

// Texts.

pub(crate) fn text_limits(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        let Some(max) = row.max_length() else { continue };
        for letter in LETTERS {
            cases.push(row.text_case(&repeated(letter, max), row.codes_of_letters()));
            cases.push(row.text_case(&repeated(letter, max + 1), &["maxLength"]));
            cases.push(row.text_case(&repeated(letter, 10 * max), &["maxLength"]));
        }
    }
    cases
}

/// Texts of the format that are as long, if there are any.
fn formatted(format: Format, length: usize) -> Vec<String> {
    match format {
        Format::JsonObject => LETTERS
            .iter()
            .map(|letter| json!({"a": repeated(*letter, length - r#"{"a":""}"#.len())}).to_string())
            .collect(),
        Format::DateTime => {
            let digits = length - "2019-11-27T12:01:01.+08:30".len();
            vec![format!("2019-11-27T12:01:01.{}+08:30", repeated('7', digits))]
        }
        Format::Iso4217 | Format::Iso3166Alpha2 => {
            let text = common::text(format);
            if text.len() == length { vec![text.to_owned()] } else { Vec::new() }
        }
        // No merchant category code is as long as its rows allow.
        _ => Vec::new(),
    }
}

pub(crate) fn formatted_text_limits(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        let (Some(format), Some(max)) = (row.format(), row.max_length()) else { continue };
        let at_limit = formatted(format, max);
        let beyond = formatted(format, max + 1);
        cases.extend(at_limit.iter().map(|text| row.text_case(text, &[])));
        cases.extend(beyond.iter().map(|text| row.text_case(text, &["maxLength"])));
    }
    cases
}

pub(crate) fn text_minimums(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        let Some(min) = row.text_rule().min_length else { continue };
        for letter in LETTERS {
            let at_limit = repeated(letter, min as usize);
            cases.push(row.text_case(&at_limit, row.codes_of_letters()));
            let below = repeated(letter, min as usize - 1);
            cases.push(row.text_case(&below, &["minLength"]));
        }
    }
    cases
}

pub(crate) fn empty_texts(base: Base) -> Vec<Case> {
    let rows = rows(base).filter(|row| row.is_text());
    rows.map(|row| row.text_case("", row.codes_of_text("", row.codes_of_letters()))).collect()
}

/// Texts of `a` and one `character`, as long as the row allows, with the character at each place
/// that may matter: the ends, the middle, and where 64 bytes end.
fn with_character(character: char, length: usize) -> impl Iterator<Item = String> {
    let places = [0, 1, length / 2, 62, 63, 64, 65, 127, 128, length - 2, length - 1];
    places.into_iter().filter(move |place| *place < length).map(move |place| {
        repeated('a', place) + &String::from(character) + &repeated('a', length - place - 1)
    })
}

pub(crate) fn forbidden_characters(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base).filter(|row| row.is_plain()) {
        let code = &["forbiddenCharacter"];
        for character in ['@', '#', '?'] {
            cases.push(row.text_case(&character.to_string(), code));
            cases.push(row.text_case(&format!("あ{character}𝄞"), code));
            let texts = with_character(character, row.max_length().unwrap());
            cases.extend(texts.map(|text| row.text_case(&text, code)));
        }
        // One text, one report: the first of them is named.
        cases.push(row.text_case("a@b#c?d@", code));
        // However it is written.
        cases.push(row.case(&[r#""a\u0040b""#], &[("", "forbiddenCharacter")]));
    }
    cases
}

pub(crate) fn too_long_and_forbidden(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base).filter(|row| row.is_plain()) {
        for character in ['@', '#', '?'] {
            let texts = with_character(character, row.max_length().unwrap() + 1);
            let codes = &["forbiddenCharacter", "maxLength"];
            cases.extend(texts.map(|text| row.text_case(&text, codes)));
        }
    }
    cases
}

pub(crate) fn other_characters(base: Base) -> Vec<Case> {
    let ascii = (0..128_u8).map(char::from);
    let ascii: Vec<_> = ascii.filter(|character| !['@', '#', '?'].contains(character)).collect();
    let mut cases = Vec::new();
    for row in rows(base).filter(|row| row.is_plain()) {
        // Look-alikes: full width, small forms, a question mark of another script; and escapes.
        for text in ["＠", "＃", "？", "a＠b＃c？", "﹫﹟﹖", "؟", "%40%23%3F", ""] {
            cases.push(row.text_case(text, &[]));
        }
        for text in ascii.chunks(row.max_length().unwrap()) {
            cases.push(row.text_case(&text.iter().collect::<String>(), &[]));
        }
    }
    cases
}

pub(crate) fn any_characters(base: Base) -> Vec<Case> {
    let rows = rows(base).filter(|row| row.is_text() && !row.is_plain());
    let rows = rows.filter(|row| row.codes_of_letters().is_empty());
    let texts = ["@", "#", "?", "a@b#c?", "\0\u{7f}\n\"", "\\/", "\u{feff}", "\u{10ffff}"];
    rows.flat_map(|row| texts.map(|text| row.text_case(text, &[]))).collect()
}

// What is there, and of which type.

pub(crate) fn missing_rows(base: Base) -> Vec<Case> {
    let cases = rows(base).flat_map(|row| {
        let expected = row.code_of_missing();
        [row.case(&[], expected), row.case(&["null"], expected)]
    });
    cases.collect()
}

/// The member under a name that only resembles the row's is an unknown member.
pub(crate) fn misspelt_rows(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        let name = row.field.name;
        let snake: String = name
            .chars()
            .map(|letter| match letter {
                upper if upper.is_ascii_uppercase() => format!("_{}", upper.to_ascii_lowercase()),
                other => other.to_string(),
            })
            .collect();
        let names = [
            name.to_ascii_uppercase(),
            name.to_ascii_lowercase(),
            name[..1].to_ascii_uppercase() + &name[1..],
            snake,
            format!("{name} "),
            format!(" {name}"),
            format!("/{name}"),
            format!("{name}\0"),
            name[..name.len() - 1].to_owned(),
        ];
        for misspelt in names.iter().filter(|misspelt| row.schema.field(misspelt).is_none()) {
            let json = with_member(&row.document(&[]), &quoted(misspelt), &row.valid());
            cases.push(row.case_of(misspelt, json, row.code_of_missing()));
        }
    }
    cases
}

/// The object `json` with one more member at its end.
fn with_member(json: &str, name: &str, value: &str) -> String {
    let members = json.strip_suffix('}').unwrap();
    let comma = if members == "{" { "" } else { "," };
    format!("{members}{comma}{name}:{value}}}")
}

pub(crate) fn empty_objects(_: Base) -> Vec<Case> {
    let cases = Schema::ALL.iter().map(|schema| {
        let required = schema.fields.iter().filter(|field| field.required);
        let paths: Vec<_> = required.map(|field| format!("/{}", field.name)).collect();
        let expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "required")).collect();
        Case::new(schema.name, "", "{}", "{}".to_owned(), &expected)
    });
    cases.collect()
}

/// JSON values, by type. Null and large numbers have their own behaviours.
const SAMPLES: [(&str, &[&str]); 6] = [
    ("boolean", &["true", "false"]),
    ("integer", &["0", "7", "-7", "9223372036854775807", "-9223372036854775808"]),
    ("number", &["1.5", "-0.5", "1e2", "1.0", "-0", "123456789012345678901234567890.5"]),
    ("string", &[r#""""#, r#""text""#, r#""true""#, r#""7""#, r#""null""#, r#""{}""#]),
    ("array", &["[]", "[null]", r#"["text"]"#, "[[7]]", r#"[{"a":[{}]}]"#]),
    ("object", &["{}", r#"{"a":null}"#, r#"{"a":{"b":[7]}}"#, r#"{"a":1,"a":2}"#]),
];

fn json_type(value_type: &ValueType) -> &'static str {
    match value_type {
        ValueType::String(_) | ValueType::Enum(_) => "string",
        ValueType::Integer => "integer",
        ValueType::Boolean => "boolean",
        ValueType::Array(_) => "array",
        ValueType::Object(_) => "object",
        other => panic!("a shape without a type: {other}"),
    }
}

/// Values of every other type than that of `shape`, beyond 64 bits too.
fn wrong_values(value_type: &ValueType) -> Vec<&'static str> {
    let right = json_type(value_type);
    let others = SAMPLES.iter().filter(|(name, _)| *name != right);
    let mut values: Vec<_> = others.flat_map(|(_, values)| values.iter().copied()).collect();
    if right != "integer" {
        values.extend(["9223372036854775808", "18446744073709551616", "-9223372036854775809"]);
    }
    values
}

/// One value of another type than that of `shape`.
fn wrong_value(value_type: &ValueType) -> &'static str {
    if json_type(value_type) == "object" { "[]" } else { "{}" }
}

pub(crate) fn wrong_types(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        let wrong = wrong_values(&row.field.value_type);
        cases.extend(wrong.iter().map(|value| row.case(&[value], &[("", "type")])));
        let (valid, right) = (row.valid(), json_type(&row.field.value_type));
        if right != "array" {
            cases.push(row.case(&[&format!("[{valid}]")], &[("", "type")]));
        }
        if right != "object" {
            cases.push(row.case(&[&format!(r#"{{"0":{valid}}}"#)], &[("", "type")]));
        }
        if let ValueType::Object(schema) = row.field.value_type {
            cases.push(row.case(&[&sequence(schema)], &[("", "type")]));
        }
    }
    cases
}

/// A struct the way `serde`'s derive would take it, too: its values without names (J16).
fn sequence(schema: &Schema) -> String {
    let base = Base::Complete.of_table(schema);
    Value::Array(schema.fields.iter().map(|field| base[field.name].clone()).collect()).to_string()
}

/// An object of the table whose every member has a wrong type, and the pointers to them.
fn wrong_object(schema: &Schema) -> (String, Vec<String>) {
    let json =
        object(schema.fields.iter().map(|field| (field.name, wrong_value(&field.value_type))));
    (json, schema.fields.iter().map(|field| format!("/{}", field.name)).collect())
}

pub(crate) fn wrong_everywhere(_: Base) -> Vec<Case> {
    let cases = Schema::ALL.iter().map(|schema| {
        let (json, paths) = wrong_object(schema);
        let expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "type")).collect();
        Case::new(schema.name, "", "all of a wrong type", json, &expected)
    });
    cases.collect()
}

pub(crate) fn wrong_documents(_: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let complete = common::complete(schema).to_string();
        let mut documents = wrong_values(&ValueType::Object(schema));
        let (array, sequence) = (format!("[{complete}]"), sequence(schema));
        documents.extend(["null", &array, &sequence]);
        cases.extend(documents.into_iter().map(|document| {
            Case::new(schema.name, "", document, document.to_owned(), &[("", "type")])
        }));
    }
    cases
}

pub(crate) fn nested_faults(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(base) {
        match row.field.value_type {
            ValueType::Object(schema) => {
                let (json, paths) = wrong_object(schema);
                let expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "type")).collect();
                cases.push(row.case(&[&json], &expected));
            }
            ValueType::Array(ValueType::Object(schema)) => {
                let (json, paths) = wrong_object(schema);
                let json = format!("[{},{json},null,{json}]", common::complete(schema));
                let mut all = vec!["/2".to_owned()];
                all.extend(
                    paths.iter().flat_map(|path| ["/1", "/3"].map(|at| at.to_owned() + path)),
                );
                let expected: Vec<_> = all.iter().map(|path| (path.as_str(), "type")).collect();
                cases.push(row.case(&[&json], &expected));
            }
            _ => {}
        }
    }
    cases
}

// Lists of valid values, booleans and integers.

fn choices(base: Base) -> impl Iterator<Item = (Row, &'static [&'static str])> {
    rows(base).filter_map(|row| match row.field.value_type {
        ValueType::Enum(choice) => Some((row, choice.values)),
        _ => None,
    })
}

pub(crate) fn listed_values(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, values) in choices(base) {
        for value in values {
            cases.push(row.text_case(value, &[]));
            cases.push(row.case(&[&escaped(value)], &[]));
        }
    }
    cases
}

pub(crate) fn near_misses(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, values) in choices(base) {
        let mut misses: BTreeSet<String> = BTreeSet::new();
        misses.extend(["", " ", "null", "UNKNOWN", "*", "あ", "𝄞"].map(str::to_owned));
        for value in values {
            misses.extend([value.to_lowercase(), value.to_uppercase()]);
            misses.extend([format!(" {value}"), format!("{value} "), format!("{value}\n")]);
            misses.extend([format!("{value}\0"), format!("{value}s"), value.replace('_', "-")]);
            misses.extend([value[1..].to_owned(), value[..value.len() - 1].to_owned()]);
            misses.insert(value.replace(['A', 'E', 'S', 'o'], "\u{391}"));
        }
        for miss in misses.iter().filter(|miss| !values.contains(&miss.as_str())) {
            cases.push(row.text_case(miss, row.codes_of_letters()));
        }
    }
    cases
}

pub(crate) fn booleans(base: Base) -> Vec<Case> {
    let rows = rows(base).filter(|row| json_type(&row.field.value_type) == "boolean");
    rows.flat_map(|row| ["true", "false"].map(|value| row.case(&[value], &[]))).collect()
}

fn integers(base: Base) -> impl Iterator<Item = (Row, i64, i64)> {
    rows(base).filter_map(|row| match row.field.constraints {
        Constraints::Integer(range) => Some((row, range.minimum, range.maximum)),
        _ => None,
    })
}

/// Integers that no `i64` holds, but perhaps a wrapped or rounded one.
pub(crate) const TOO_GREAT: [&str; 5] = [
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551617",
    "340282366920938463463374607431768211457000000000",
];
pub(crate) const TOO_SMALL: [&str; 4] = [
    "-9223372036854775809",
    "-18446744073709551615",
    "-18446744073709551616",
    "-340282366920938463463374607431768211457000000000",
];

pub(crate) fn integer_limits(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, minimum, maximum) in integers(base) {
        let mut case = |value: i128| {
            let code: &[_] = match value {
                _ if value < minimum.into() => &[("", "minimum")],
                _ if value > maximum.into() => &[("", "maximum")],
                _ => &[],
            };
            cases.push(row.case(&[&value.to_string()], code));
        };
        for end in [minimum, maximum, 0, i64::MIN, i64::MAX, i32::MAX.into(), u32::MAX.into()] {
            (-1..=1).for_each(|step| case(i128::from(end) + step));
        }
        cases.extend(TOO_GREAT.map(|value| row.case(&[value], &[("", "maximum")])));
        cases.extend(TOO_SMALL.map(|value| row.case(&[value], &[("", "minimum")])));
    }
    cases
}

pub(crate) fn other_numbers(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, minimum, _) in integers(base) {
        let literals = ["1.0", "1e2", "1E2", "1e+2", "10e-1", "-0", "-0.0", "0.0", "1.5", "1e300"];
        cases.extend(literals.map(|value| row.case(&[value], &[("", "type")])));
        let others = ["true", r#""1""#, r#""10000""#, r#"" 1""#, r#""""#, "[1]", r#"{"value":1}"#];
        cases.extend(others.map(|value| row.case(&[value], &[("", "type")])));
        cases.push(row.text_case(&minimum.to_string(), &["type"]));
    }
    cases
}

// Arrays.

fn arrays(base: Base) -> impl Iterator<Item = (Row, &'static ValueType)> {
    rows(base).filter_map(|row| match row.field.value_type {
        ValueType::Array(element) => Some((row, element)),
        _ => None,
    })
}

/// An array of `length` valid elements.
fn array_of(row: Row, length: usize) -> String {
    let element = &row.base()[row.field.name][0];
    Value::Array(vec![element.clone(); length]).to_string()
}

pub(crate) fn array_limits(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, _) in arrays(base) {
        let Some(max) = row.max_items() else { continue };
        for length in [1, max - 1, max] {
            cases.push(row.case(&[&array_of(row, length)], &[]));
        }
        for length in [max + 1, 10 * max] {
            cases.push(row.case(&[&array_of(row, length)], &[("", "maxItems")]));
        }
    }
    cases
}

pub(crate) fn long_arrays(base: Base) -> Vec<Case> {
    let rows = arrays(base).map(|(row, _)| row).filter(|row| row.max_items().is_none());
    rows.map(|row| row.case(&[&array_of(row, 200)], &[])).collect()
}

pub(crate) fn empty_arrays(base: Base) -> Vec<Case> {
    arrays(base).map(|(row, _)| row.case(&["[]"], &[])).collect()
}

pub(crate) fn element_limits(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, _) in arrays(base) {
        let Constraints::Array { max_items: Some(items), items: Some(each) } =
            row.field.constraints
        else {
            continue;
        };
        let max = each.max_length.unwrap() as usize;
        for letter in LETTERS {
            let at_limit = quoted(&repeated(letter, max));
            let beyond = quoted(&repeated(letter, max + 1));
            let none = format!("[{at_limit},\"\",\"@#?\",{at_limit}]");
            cases.push(row.case(&[&none], &[]));
            let some = format!("[{beyond},{at_limit},{beyond}]");
            cases.push(row.case(&[&some], &[("/0", "maxLength"), ("/2", "maxLength")]));
            cases.push(every_element(row, &beyond, items as usize, "maxLength"));
            cases.push(every_element(row, &beyond, items as usize + 1, "maxLength"));
        }
    }
    cases
}

/// An array of `length` elements, each of which is reported as `code`.
fn every_element(row: Row, element: &str, length: usize, code: &str) -> Case {
    let paths: Vec<_> = (0..length).map(|index| format!("/{index}")).collect();
    let mut expected: Vec<_> = paths.iter().map(|path| (path.as_str(), code)).collect();
    if row.max_items().is_some_and(|max| length > max) {
        expected.push(("", "maxItems"));
    }
    let json = format!("[{}]", vec![element; length].join(","));
    row.case(&[&json], &expected)
}

pub(crate) fn wrong_elements(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, element) in arrays(base) {
        let right = row.base()[row.field.name][0].to_string();
        for wrong in wrong_values(element).into_iter().chain(["null"]) {
            cases.push(row.case(&[&format!("[{wrong}]")], &[("/0", "type")]));
            cases.push(row.case(&[&format!("[{right},{wrong},{right}]")], &[("/1", "type")]));
            cases.push(every_element(row, wrong, 10, "type"));
        }
    }
    cases
}

pub(crate) fn wrong_elements_of_long_arrays(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, element) in arrays(base) {
        let Some(max) = row.max_items() else { continue };
        for wrong in wrong_values(element).into_iter().chain(["null"]) {
            cases.push(every_element(row, wrong, max + 1, "type"));
        }
    }
    cases
}

// Formats.

fn formats(base: Base) -> impl Iterator<Item = (Row, Format)> {
    rows(base).filter_map(|row| row.format().map(|format| (row, format)))
}

/// `depth` objects, one in the other.
fn nested_objects(depth: usize) -> String {
    r#"{"a":"#.repeat(depth - 1) + "{}" + &"}".repeat(depth - 1)
}

/// Texts that follow the format, by the rulings; `formats.rs` has more of them, without rows.
fn good_texts(format: Format) -> Vec<String> {
    let texts = match format {
        Format::DateTime => DATE_TIMES,
        Format::Iso4217 => CURRENCIES,
        Format::Iso3166Alpha2 => REGIONS,
        Format::Iso18245 => CATEGORY_CODES,
        Format::UnixMillis => MILLIS,
        Format::JsonObject => JSON_OBJECTS,
        other => panic!("a format without texts: {other}"),
    };
    let deep = (format == Format::JsonObject).then(|| nested_objects(128));
    texts.iter().map(|text| (*text).to_owned()).chain(deep).collect()
}

fn bad_texts(format: Format) -> Vec<String> {
    let texts = match format {
        Format::DateTime => NO_DATE_TIMES,
        Format::Iso4217 => NO_CURRENCIES,
        Format::Iso3166Alpha2 => NO_REGIONS,
        Format::Iso18245 => NO_CATEGORY_CODES,
        Format::UnixMillis => NO_MILLIS,
        Format::JsonObject => NO_JSON_OBJECTS,
        other => panic!("a format without texts: {other}"),
    };
    let deep = (format == Format::JsonObject).then(|| nested_objects(129));
    texts.iter().map(|text| (*text).to_owned()).chain(deep).collect()
}

const DATE_TIMES: &[&str] = &[
    "2019-11-27T12:01:01+08:30",
    "2022-06-01T12:01:01+08:00",
    "2019-11-27T12:01:01Z",
    "2019-11-27T12:01:01-08:30",
    "2019-11-27T00:00:00+00:00",
    "2019-11-27T00:00:00-00:00",
    "2019-11-27T23:59:59+23:59",
    "2019-11-27T23:59:59-23:59",
    "2019-11-27T12:01:01.0Z",
    "2019-11-27T12:01:01.123Z",
    "2019-11-27T12:01:01.123456789Z",
    "2019-11-27T12:01:01.123456789012Z",
    "2019-11-27T12:01:01.12345678901234567890Z",
    "2019-01-31T12:01:01Z",
    "2019-04-30T12:01:01Z",
    "2019-12-31T12:01:01Z",
    "2019-02-28T12:01:01Z",
    "2020-02-29T12:01:01Z",
    "2000-02-29T12:01:01Z",
    "0000-02-29T00:00:00Z",
    "9999-12-31T23:59:59Z",
    // Leap seconds, which are at 23:59:60 UTC.
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5Z",
    "2016-12-31T23:59:60+00:00",
    "2017-01-01T08:59:60+09:00",
    "2017-01-01T05:29:60+05:30",
    "2016-12-31T15:59:60-08:00",
    "2017-01-01T23:58:60+23:59",
    "2016-12-31T00:00:60-23:59",
];
const NO_DATE_TIMES: &[&str] = &[
    "",
    "text",
    "2019-11-27",
    "12:01:01Z",
    "1574825461000",
    "2019-11-27T12:01:01",
    "2019-11-27T12:01Z",
    "2019-11-27T12Z",
    "2019-11-27 12:01:01+08:30",
    "2019-11-27t12:01:01+08:30",
    "2019-11-27T12:01:01z",
    "2019-11-27T12:01:01ZZ",
    "2019-11-27T12:01:01Z+08:30",
    "20191127T120101Z",
    "2019-W48-3T12:01:01Z",
    "2019-331T12:01:01Z",
    "19-11-27T12:01:01Z",
    "02019-11-27T12:01:01Z",
    "+2019-11-27T12:01:01Z",
    "-2019-11-27T12:01:01Z",
    "2019-1-27T12:01:01Z",
    "2019-11-7T12:01:01Z",
    "2019/11/27T12:01:01Z",
    "27-11-2019T12:01:01Z",
    // Offsets.
    "2019-11-27T12:01:01+0830",
    "2019-11-27T12:01:01+08",
    "2019-11-27T12:01:01+8:30",
    "2019-11-27T12:01:01+08:3",
    "2019-11-27T12:01:01+08:300",
    "2019-11-27T12:01:01+24:00",
    "2019-11-27T12:01:01+08:60",
    "2019-11-27T12:01:01 +08:30",
    "2019-11-27T12:01:01\u{2212}08:30",
    "2019-11-27T12:01:01UTC",
    // Dates that no calendar has.
    "2019-00-27T12:01:01Z",
    "2019-13-27T12:01:01Z",
    "2019-11-00T12:01:01Z",
    "2019-11-31T12:01:01Z",
    "2019-12-32T12:01:01Z",
    "2019-02-29T12:01:01Z",
    "2020-02-30T12:01:01Z",
    "1900-02-29T12:01:01Z",
    "2100-02-29T12:01:01Z",
    // Times that no day has.
    "2019-11-27T24:00:00Z",
    "2019-11-27T12:60:01Z",
    "2019-11-27T12:01:61Z",
    "2019-11-27T12:01:60Z",
    "2019-11-27T23:58:60Z",
    "2016-12-31T23:59:60+08:00",
    "2017-01-01T08:59:60+08:00",
    "2016-12-31T23:59:61Z",
    // Fractions.
    "2019-11-27T12:01:01.Z",
    "2019-11-27T12:01:01.+08:30",
    "2019-11-27T12:01:01,5Z",
    "2019-11-27T12:01:01.5.5Z",
    "2019-11-27T12:01.5Z",
    "2019-11-27T12:01:01.-5Z",
    // What surrounds it, and digits of other scripts.
    " 2019-11-27T12:01:01Z",
    "2019-11-27T12:01:01Z ",
    "2019-11-27T12:01:01Z\n",
    "2019-11-27T12:01:01Z\0",
    "２０１９-11-27T12:01:01Z",
    "٢٠١٩-11-27T12:01:01Z",
];

const CURRENCIES: &[&str] = &["USD", "EUR", "JPY", "KWD", "VES", "VED", "XCG", "ZWG", "SLE", "XXX"];
const NO_CURRENCIES: &[&str] = &[
    "",
    "usd",
    "Usd",
    "US",
    "US ",
    " US",
    "840",
    "$",
    "€€€",
    "BGN",
    "CUC",
    "HRK",
    "SLL",
    "ZWL",
    "DEM",
    "AAA",
    "USDT",
    "USD ",
];

const REGIONS: &[&str] = &["JP", "US", "GB", "HK", "TW", "AQ", "SS", "CW"];
const NO_REGIONS: &[&str] = &[
    "", "jp", "Jp", "J", "J ", " J", "81", "日本", "UK", "EU", "XK", "AA", "ZZ", "AN", "SU", "JPN",
    "JP ",
];

const CATEGORY_CODES: &[&str] = &["5661", "0000", "0763", "9999", "0742"];
const NO_CATEGORY_CODES: &[&str] = &[
    "", "566", "56611", "shoe", "566a", " 566", "566 ", "5661 ", "+566", "-566", "56.1", "5e10",
    "٥٦٦١", "0005661",
];

const MILLIS: &[&str] = &[
    "1653969581000",
    "0",
    "1",
    "9223372036854775807",
    "0001653969581000",
    "0000000000000000000000000000001",
];
const NO_MILLIS: &[&str] = &[
    "",
    " ",
    "-1",
    "+1",
    "-0",
    "1.0",
    "1e3",
    "0x10",
    "1_000",
    "1,000",
    " 1653969581000",
    "1653969581000 ",
    "1653969581000\n",
    "1653969581000L",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "１６５３９６９５８１０００",
    "١٦٥٣",
    "2019-11-27T12:01:01Z",
];

const JSON_OBJECTS: &[&str] = &[
    "{}",
    r#"{"content":"text"}"#,
    r#"{"en-US":{"title":"text"},"fr-FR":{"title":"texte"}}"#,
    " \t\r\n{ \"a\" : [ 1 , -2.5e+7 , true , null , {} ] } \n",
    r#"{"a":1,"a":2,"":"\u00e9\ud834\udd1e\n"}"#,
    r#"{"a":"@#?"}"#,
    r#"{"a":123456789012345678901234567890}"#,
];
const NO_JSON_OBJECTS: &[&str] = &[
    "",
    " ",
    "text",
    "7",
    "true",
    "null",
    r#""text""#,
    "[]",
    "[{}]",
    "{",
    "}",
    "{}}",
    "{}{}",
    "{},",
    "{} text",
    "\u{feff}{}",
    "\u{a0}{}",
    "{a:1}",
    "{'a':1}",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1,}"#,
    r#"{,"a":1}"#,
    r#"{"a":1 "b":2}"#,
    r#"{"a":01}"#,
    r#"{"a":+1}"#,
    r#"{"a":.5}"#,
    r#"{"a":NaN}"#,
    r#"{"a":True}"#,
    r#"{"a":[1,]}"#,
    r#"{"a":[1}"#,
    r#"{"a":"text}"#,
    r#"{"a":"\x"}"#,
    r#"{"a":"\ud834"}"#,
    r#"{"a":"\udd1e"}"#,
    "{\"a\":\"\n\"}",
    "{/**/}",
    "{}//",
];

pub(crate) fn good_formats(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, format) in formats(base) {
        for text in good_texts(format) {
            cases.push(row.text_case(&text, row.codes_of_text(&text, &[])));
        }
    }
    cases
}

pub(crate) fn bad_formats(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, format) in formats(base) {
        for text in bad_texts(format) {
            // A text of the wrong length has one fault, not two (V4).
            cases.push(row.text_case(&text, row.codes_of_text(&text, &["format"])));
        }
    }
    cases
}

// Duplicates and unknown members.

pub(crate) fn duplicates(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    let duplicate = ("", "duplicate");
    for row in rows(base) {
        let (valid, wrong) = (&*row.valid(), wrong_value(&row.field.value_type));
        cases.push(row.case(&[valid, valid], &[duplicate]));
        cases.push(row.case(&[valid, valid, valid], &[duplicate, duplicate]));
        for second in [wrong, "null", "7", r#""@""#, r#"{"a":1,"a":[2]}"#] {
            cases.push(row.case(&[valid, second], &[duplicate]));
        }
        cases.push(row.case(&[wrong, valid], &[("", "type"), duplicate]));
        let mut missing = row.code_of_missing().to_vec();
        missing.push(duplicate);
        cases.push(row.case(&["null", valid], &missing));

        // Not beside the first one, and written in another way.
        for name in [quoted(row.field.name), escaped(row.field.name)] {
            let json = with_member(&row.document(&[valid]), &name, wrong);
            cases.push(row.case_of("at the end", json, &[duplicate]));
        }
    }
    cases
}

pub(crate) fn unknown_fields(base: Base) -> Vec<Case> {
    let names = ["unknown", "", " ", "unknown_members", "__proto__", "@#?", "あ", "a/b~c\n\0"];
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let base = Value::from(base.of_table(schema)).to_string();
        let values = SAMPLES.iter().flat_map(|(_, values)| values.iter().copied());
        for value in values.chain(["null", "18446744073709551616"]) {
            let json = with_member(&base, r#""unknown""#, value);
            cases.push(Case::new(schema.name, "", value, json, &[]));
        }
        for name in names {
            let json = with_member(&base, &quoted(name), "[7]");
            cases.push(Case::new(schema.name, "", name, json, &[]));
        }
    }
    cases
}

pub(crate) fn unknown_duplicates(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let base = Value::from(base.of_table(schema)).to_string();
        for (name, path) in [("unknown", "/unknown"), ("", "/"), ("a/b~c", "/a~1b~0c")] {
            let once = with_member(&base, &quoted(name), "null");
            let json = with_member(&once, &quoted(name), "7");
            cases.push(Case::new(schema.name, "", name, json, &[(path, "duplicate")]));
        }
    }
    cases
}

// Rules between rows: L1 to L5.

/// The table's valid value with members changed (or, by `""`, taken out), and what it breaks.
fn law_case(row: Row, changes: &[(&str, &str)], expected: &[(&str, &str)]) -> Case {
    let mut base = row.base();
    base.retain(|name, _| !changes.iter().any(|(changed, _)| changed == name));
    let mut json = Value::from(base).to_string();
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
        json = with_member(&json, &quoted(name), value);
    }
    Case::new(row.schema.name, row.field.name, &format!("{changes:?}"), json, expected)
}

pub(crate) fn coordinates(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (one, other) in [("longitude", "latitude"), ("latitude", "longitude")] {
        let (row, path) = (named(base, "Address", one), format!("/{one}"));
        for missing in ["", "null"] {
            let expected = [(path.as_str(), "dependentRequired")];
            cases.push(law_case(row, &[(one, missing)], &expected));
            // A value that is there is there, whatever is wrong with it.
            let faulty = [(path.as_str(), "dependentRequired"), (&*format!("/{other}"), "type")];
            cases.push(law_case(row, &[(one, missing), (other, "7")], &faulty));
            cases.push(law_case(row, &[(one, missing), (other, r#""""#)], &expected));
            cases.push(law_case(row, &[(one, missing), (other, "")], &[]));
            cases.push(law_case(row, &[(one, missing), (other, "null")], &[]));
        }
        cases.push(law_case(row, &[(one, r#""""#)], &[]));
        cases.push(law_case(row, &[(one, "7")], &[(path.as_str(), "type")]));
    }
    cases
}

pub(crate) fn retries(base: Base) -> Vec<Case> {
    let row = named(base, "MessageSendResult", "retry");
    let mut cases = Vec::new();
    for missing in ["", "null"] {
        let expected = [("/retry", "dependentRequired")];
        cases.push(law_case(row, &[("success", "false"), ("retry", missing)], &expected));
        cases.push(law_case(row, &[("success", "true"), ("retry", missing)], &[]));
        let absent = [("/success", "required")];
        cases.push(law_case(row, &[("success", ""), ("retry", missing)], &absent));
        let wrong = [("/success", "type")];
        cases.push(law_case(row, &[("success", r#""false""#), ("retry", missing)], &wrong));
    }
    for retry in ["true", "false"] {
        cases.push(law_case(row, &[("success", "false"), ("retry", retry)], &[]));
    }
    let wrong = [("/retry", "type")];
    cases.push(law_case(row, &[("success", "false"), ("retry", "0")], &wrong));
    cases
}

pub(crate) fn send_results(base: Base) -> Vec<Case> {
    let row = named(base, "PlatformMessageSendResponse", "messageSendResults");
    let mut cases = Vec::new();
    for missing in ["", "null"] {
        let with = |result: &str, expected: &[(&str, &str)]| {
            law_case(row, &[("result", result), ("messageSendResults", missing)], expected)
        };
        let required = ("/messageSendResults", "dependentRequired");
        for status in STATUSES {
            let expected: &[_] = if status == "S" { &[required] } else { &[] };
            cases.push(with(&object([("resultStatus", &*quoted(status))]), expected));
        }
        // A success is one, whatever else is wrong with the result.
        let faulty = [("resultStatus", r#""S""#), ("resultCode", "7")];
        cases.push(with(&object(faulty), &[("/result/resultCode", "type"), required]));
        cases.push(with(r#"{"resultStatus":"s"}"#, &[("/result/resultStatus", "enum")]));
        cases.push(with("{}", &[("/result/resultStatus", "required")]));
        cases.push(with("7", &[("/result", "type")]));
        cases.push(with("", &[("/result", "required")]));
    }
    let success = ("result", r#"{"resultStatus":"S"}"#);
    cases.push(law_case(row, &[success, ("messageSendResults", "[]")], &[]));
    let wrong = [("/messageSendResults", "type")];
    cases.push(law_case(row, &[success, ("messageSendResults", "{}")], &wrong));
    cases
}

const NAME_PARTS: [&str; 4] = ["fullName", "firstName", "middleName", "lastName"];

pub(crate) fn user_names(base: Base) -> Vec<Case> {
    let row = named(base, "User", "userName");
    let any_of = [("", "anyOf")];
    let mut cases = vec![
        row.case(&["{}"], &any_of),
        row.case(&[r#"{"fullName":null}"#], &any_of),
        row.case(&[&object(NAME_PARTS.map(|part| (part, "null")))], &any_of),
        row.case(&[r#"{"nickName":"text","FullName":"text"}"#], &any_of),
        // No name at all is another matter.
        row.case(&["null"], &[]),
        row.case(&[], &[]),
    ];
    for part in NAME_PARTS {
        let path = format!("/{part}");
        cases.push(row.case(&[&object([(part, r#""text""#)])], &[]));
        cases.push(row.case(&[&object([(part, r#""""#)])], &[]));
        cases.push(row.case(&[&object([(part, "7")])], &[(&path, "type")]));
        let long = quoted(&repeated('a', 129));
        cases.push(row.case(&[&object([(part, &*long)])], &[(&path, "maxLength")]));
    }
    cases
}

pub(crate) fn other_names(base: Base) -> Vec<Case> {
    let rows = [named(base, "Buyer", "buyerName"), named(base, "Shipping", "shippingName")];
    let values = ["{}", r#"{"fullName":null}"#, r#"{"nickName":"text"}"#];
    rows.into_iter().flat_map(|row| values.map(|value| row.case(&[value], &[]))).collect()
}

const PHONE_NUMBERS: [&str; 4] = ["+6512345678", "+12", "+123456789012345", "+99"];
const NO_PHONE_NUMBERS: [&str; 20] = [
    "",
    "+",
    "+1",
    "12",
    "6512345678",
    "006512345678",
    "+0",
    "+06512345678",
    "+1234567890123456",
    "+65 12345678",
    "+65-12345678",
    "+65(1)2345678",
    " +6512345678",
    "+6512345678 ",
    "+6512345678\n",
    "++6512345678",
    "+6512345678+",
    "+65１２３４",
    "＋6512345678",
    "text@example.com",
];

pub(crate) fn phone_numbers(base: Base) -> Vec<Case> {
    let row = named(base, "ContactInfo", "contactNo");
    let case = |number: &str, expected: &[(&str, &str)]| {
        let changes = [("contactType", r#""MOBILE_PHONE""#), ("contactNo", &quoted(number))];
        law_case(row, &changes, expected)
    };
    let mut cases = Vec::new();
    cases.extend(PHONE_NUMBERS.map(|number| case(number, &[])));
    cases.extend(NO_PHONE_NUMBERS.map(|number| case(number, &[("/contactNo", "format")])));
    for letter in LETTERS {
        cases.push(case(&repeated(letter, 64), &[("/contactNo", "format")]));
        cases.push(case(&repeated(letter, 65), &[("/contactNo", "maxLength")]));
    }
    let mobile = ("contactType", r#""MOBILE_PHONE""#);
    cases.push(law_case(row, &[mobile, ("contactNo", "7")], &[("/contactNo", "type")]));
    cases.push(law_case(row, &[mobile, ("contactNo", "")], &[("/contactNo", "required")]));
    cases
}

pub(crate) fn other_contacts(base: Base) -> Vec<Case> {
    let row = named(base, "ContactInfo", "contactNo");
    let mut cases = Vec::new();
    for kind in ["EMAIL", "TELEPHONE", "PIGEON", "mobile_phone", "MOBILE_PHONE ", ""] {
        for number in NO_PHONE_NUMBERS.into_iter().chain(PHONE_NUMBERS) {
            let changes = [("contactType", &*quoted(kind)), ("contactNo", &*quoted(number))];
            cases.push(law_case(row, &changes, &[]));
        }
    }
    let number = ("contactNo", r#""text""#);
    cases.push(law_case(row, &[("contactType", ""), number], &[("/contactType", "required")]));
    cases.push(law_case(row, &[("contactType", "7"), number], &[("/contactType", "type")]));
    cases
}

/// The table of the call that synchronizes a mini program.
const RESULT_CODES: [(&str, &str); 7] = [
    ("SUCCESS", "S"),
    ("PROCESS_FAIL", "F"),
    ("PARAM_ILLEGAL", "F"),
    ("INVALID_API", "F"),
    ("ACCESS_DENIED", "F"),
    ("REQUEST_TRAFFIC_EXCEED_LIMIT", "F"),
    ("UNKNOWN_EXCEPTION", "U"),
];
const STATUSES: [&str; 4] = ["S", "F", "U", "A"];

/// The JSON text of a result.
fn result(code: &str, status: &str) -> String {
    object([("resultCode", &*quoted(code)), ("resultStatus", &*quoted(status))])
}

pub(crate) fn result_codes(base: Base) -> Vec<Case> {
    let row = named(base, "MerchantSyncResponse", "result");
    let mut cases = Vec::new();
    for (code, right) in RESULT_CODES {
        for status in STATUSES {
            let expected: &[_] = if status == right { &[] } else { &[("/resultStatus", "const")] };
            cases.push(row.case(&[&result(code, status)], expected));
        }
        // An unlisted status breaks two rules: that of its row, and that between the rows.
        let both = [("/resultStatus", "const"), ("/resultStatus", "enum")];
        cases.push(row.case(&[&result(code, "s")], &both));
        let code = quoted(code);
        let absent = object([("resultCode", &*code)]);
        cases.push(row.case(&[&absent], &[("/resultStatus", "required")]));
        let wrong = object([("resultCode", &*code), ("resultStatus", "7")]);
        cases.push(row.case(&[&wrong], &[("/resultStatus", "type")]));
    }
    for status in STATUSES {
        for code in ["", "USER_NOT_SUBSCRIBED", "success", "SUCCESS "] {
            cases.push(row.case(&[&result(code, status)], &[]));
        }
        let status_alone = [("resultStatus", &*quoted(status)), ("resultCode", "null")];
        cases.push(row.case(&[&object(status_alone)], &[]));
        // Of two codes the first one counts, for this rule too.
        let codes = [("resultCode", r#""SUCCESS""#), ("resultCode", r#""PROCESS_FAIL""#)];
        let twice = object([("resultStatus", &*quoted(status))].into_iter().chain(codes));
        let (duplicate, constant) = (("/resultCode", "duplicate"), ("/resultStatus", "const"));
        let expected = if status == "S" { vec![duplicate] } else { vec![duplicate, constant] };
        cases.push(row.case(&[&twice], &expected));
        let wrong = object([("resultStatus", &*quoted(status)), ("resultCode", "7")]);
        cases.push(row.case(&[&wrong], &[("/resultCode", "type")]));
    }
    cases
}

/// The table is that of one call: neither the other call nor the dictionary's `Result` has it.
pub(crate) fn other_results(base: Base) -> Vec<Case> {
    let mut cases = Vec::new();
    for (code, _) in RESULT_CODES {
        for status in STATUSES {
            let response = named(base, "NotifyCardRegistrationResponse", "result");
            cases.push(response.case(&[&result(code, status)], &[]));
            for row in ["resultStatus", "resultCode"] {
                let row = named(base, "Result", row);
                let changes = [("resultCode", &*quoted(code)), ("resultStatus", &*quoted(status))];
                cases.push(law_case(row, &changes, &[]));
            }
        }
    }
    cases
}
