//! Test documents for every field, at each limit and just beyond it, each with the exact
//! violations that must be reported.
//!
//! - The `behaviors` macro at the top lists every behavior with the function that builds its
//!   documents and the number of fields (or types) that they cover. To add a behavior, add a line
//!   there.
//! - The functions follow in the same order: strings, presence and types, enums and numbers,
//!   arrays, formats, duplicates and unknown fields, cross-field rules. To add a case, add a `push`
//!   to one of them.
//! - `Target` builds the documents for one field, and `BaseObject` selects their other fields.
//!
//! `tests/validation/boundaries.rs` and `tests/conformance.rs` turn the list into tests and vectors.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    Format, Schema,
    schema::{ArrayType, CrossFieldRule, Field, ItemType, StringConstraints, ValueType},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Passes all behaviors to the macro `$callback`, each with its name, the function that builds its
/// documents, and the number of fields (or types) that the documents cover.
macro_rules! behaviors {
    ($callback:ident) => {
        $callback! {
            accepts_minimal_and_complete_values: valid_value_cases, 90;

            limits_the_length_of_strings: string_length_cases, 195;
            limits_the_length_of_formatted_strings: formatted_string_length_cases, 5;
            rejects_strings_below_the_minimum_length: minimum_string_length_cases, 2;
            treats_empty_strings_as_present: empty_string_cases, 327;
            rejects_forbidden_characters_at_every_position: forbidden_character_cases, 51;
            reports_length_and_forbidden_character: too_long_and_forbidden_string_cases, 51;
            forbids_no_other_characters: other_character_cases, 51;
            accepts_any_character_in_other_fields: any_character_cases, 230;

            treats_null_as_absent: missing_field_cases, 436;
            matches_field_names_exactly: misspelled_field_cases, 436;
            reports_all_missing_fields: empty_object_cases, 90;
            rejects_every_other_json_type: wrong_type_cases, 436;
            reports_all_fields_of_wrong_type: all_fields_wrong_cases, 90;
            rejects_documents_that_are_not_objects: wrong_document_cases, 90;
            reports_nested_violations_with_full_path: nested_violation_cases, 87;

            accepts_every_enum_value: enum_value_cases, 39;
            rejects_similar_values_of_closed_enums: similar_enum_value_cases, 39;
            accepts_both_booleans: boolean_cases, 14;
            limits_the_range_of_integers: integer_limit_cases, 5;
            rejects_numbers_that_are_not_integers: non_integer_cases, 5;

            limits_the_length_of_arrays: array_length_cases, 10;
            accepts_long_arrays_without_a_limit: long_array_cases, 9;
            accepts_empty_arrays: empty_array_cases, 19;
            limits_the_length_of_elements: element_length_cases, 1;
            reports_every_element_of_wrong_type: wrong_element_cases, 19;
            reports_wrong_elements_of_too_long_arrays: wrong_element_of_long_array_cases, 10;

            accepts_strings_of_the_format: valid_format_cases, 32;
            rejects_strings_not_of_the_format: invalid_format_cases, 32;

            uses_the_first_of_duplicate_fields: duplicate_field_cases, 436;
            accepts_unknown_fields: unknown_field_cases, 90;
            rejects_duplicate_unknown_fields: duplicate_unknown_field_cases, 90;

            requires_both_coordinates_or_neither: coordinate_cases, 2;
            requires_retry_when_success_is_false: retry_cases, 1;
            requires_fields_of_successful_responses: successful_response_cases, 14;
            requires_at_least_one_of_two_fields: alternative_field_cases, 9;
            requires_the_credential_of_the_grant_type: credential_cases, 1;
            requires_a_part_of_user_names: user_name_cases, 1;
            requires_no_part_of_other_names: other_name_cases, 2;
            requires_e164_for_mobile_phone_numbers: phone_number_cases, 1;
            accepts_any_string_for_other_contacts: other_contact_cases, 1;
            requires_the_status_of_known_result_codes: result_code_cases, 28;
            accepts_any_status_in_other_results: other_result_cases, 3;
        }
    };
}
pub(crate) use behaviors;

/// A document with its expected violations.
pub(crate) struct Case {
    /// The name of the schema.
    pub(crate) schema: &'static str,
    /// The name of the field that the case covers; empty if it covers the whole type.
    pub(crate) field: &'static str,
    /// A description of the value or error that the case covers.
    pub(crate) about: String,
    pub(crate) json: String,
    /// The violations as sorted `(pointer, code)` pairs.
    pub(crate) expected: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn new(
        schema: &'static str,
        field: &'static str,
        about: &str,
        json: String,
        expected: &[(&str, &str)],
    ) -> Self {
        let mut expected: Vec<_> =
            expected.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect();
        expected.sort();
        Self { schema, field, about: about.to_owned(), json, expected }
    }
}

/// The valid object on which a document is based.
#[derive(Clone, Copy)]
pub(crate) enum BaseObject {
    /// An object with all fields of the schema.
    Complete,
    /// An object with only the required fields, and with all nested fields of the target field.
    #[allow(dead_code, reason = "only the conformance suite uses it")]
    Minimal,
}

impl BaseObject {
    /// Returns a valid object in which no cross-field rule constrains a string.
    fn object(self, schema: &Schema) -> Map<String, Value> {
        let value = match self {
            Self::Complete => common::complete_value(schema),
            Self::Minimal => common::minimal_value(schema),
        };
        let Value::Object(mut object) = value else { panic!("{}", schema.name) };
        if schema.name == "ContactInfo" {
            object["contactType"] = json!("EMAIL");
        }
        object
    }

    /// Returns the same object as [`Self::object`], with the target field and every field that a
    /// cross-field rule requires together with it.
    fn object_with(self, target: Target) -> Map<String, Value> {
        let (schema, name) = (target.schema, target.field.name);
        let (complete, mut object) = (Self::Complete.object(schema), self.object(schema));
        let partners = schema.cross_field_rules.iter().flat_map(|rule| match rule {
            CrossFieldRule::AllOrNone(fields) if fields.contains(&name) => fields,
            CrossFieldRule::RequiredIf { field, when, .. }
                if when.split('/').next() == Some(name) =>
            {
                std::slice::from_ref(field)
            }
            _ => &[],
        });
        for present in partners.chain([&name]) {
            object.insert((*present).to_owned(), complete[*present].clone());
        }
        object
    }
}

/// Formats a JSON object, which may contain duplicate names.
fn format_object<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", quote(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// Quotes and escapes a string as JSON.
fn quote(string: &str) -> String {
    Value::from(string).to_string()
}

/// Quotes a string as [`quote`] does, but writes the first character as a `\u` escape sequence.
fn quote_with_escape(string: &str) -> String {
    let (first, rest) = (string.chars().next().unwrap(), &quote(string)[2..]);
    format!("\"\\u{:04X}{rest}", u32::from(first))
}

/// The field for which documents are built.
#[derive(Clone, Copy)]
struct Target {
    schema: &'static Schema,
    field: &'static Field,
    base: BaseObject,
}

/// Returns a target for every field of every schema.
fn targets(base: BaseObject) -> impl Iterator<Item = Target> {
    let schema_targets = move |schema: &&'static Schema| {
        let schema = *schema;
        schema.fields.iter().map(move |field| Target { schema, field, base })
    };
    Schema::ALL.iter().flat_map(schema_targets)
}

fn target(base: BaseObject, schema: &str, field: &str) -> Target {
    let schema = Schema::by_name(schema).unwrap();
    Target { schema, field: schema.field(field).unwrap(), base }
}

impl Target {
    /// Returns a valid object with the field.
    fn base_object(self) -> Map<String, Value> {
        self.base.object_with(self)
    }

    /// Formats a document in which the field occurs once for each value: zero, one or several times.
    fn document(self, values: &[&str]) -> String {
        let base = self.base_object();
        let base: Vec<_> = base.iter().map(|(name, value)| (name, value.to_string())).collect();
        format_object(base.iter().flat_map(|(name, value)| {
            let is_target = *name == self.field.name;
            let values = if is_target { values.to_vec() } else { vec![value.as_str()] };
            values.into_iter().map(|value| (name.as_str(), value))
        }))
    }

    /// Returns a valid value of the field as JSON.
    fn valid_json(self) -> String {
        self.base_object()[self.field.name].to_string()
    }

    /// Returns a case in which the field occurs once for each value. The expected paths are
    /// relative to the field: `""` or `"/0"`.
    fn case(self, values: &[&str], expected: &[(&str, &str)]) -> Case {
        let json = self.document(values);
        self.case_with_json(&values.join(" and then "), json, expected)
    }

    /// Returns a case for a document. The expected paths are relative to the field.
    fn case_with_json(self, about: &str, json: String, expected: &[(&str, &str)]) -> Case {
        let expected: Vec<_> = expected
            .iter()
            .map(|(below, code)| (format!("/{}{below}", self.field.name), *code))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(path, code)| (path.as_str(), *code)).collect();
        Case::new(self.schema.name, self.field.name, about, json, &expected)
    }

    /// Returns a case in which the field has the given string as its value, and a violation with
    /// each of the codes.
    fn string_case(self, string: &str, codes: &[&str]) -> Case {
        let expected: Vec<_> = codes.iter().map(|code| ("", *code)).collect();
        self.case(&[&quote(string)], &expected)
    }

    /// Returns `true` if the field is a string, with or without a format or an enum.
    fn is_string(self) -> bool {
        matches!(self.field.value_type, ValueType::String(_))
    }

    fn format(self) -> Option<Format> {
        if let ValueType::String(string) = self.field.value_type { string.format } else { None }
    }

    fn string_constraints(self) -> StringConstraints {
        if let ValueType::String(string) = self.field.value_type {
            string.constraints
        } else {
            StringConstraints::UNCONSTRAINED
        }
    }

    fn max_length(self) -> Option<usize> {
        self.string_constraints().max_length.map(|length| length as usize)
    }

    fn forbids_characters(self) -> bool {
        !self.string_constraints().forbidden_characters().is_empty()
    }

    fn max_items(self) -> Option<usize> {
        let ValueType::Array(array) = self.field.value_type else { return None };
        array.max_items.map(|items| items as usize)
    }

    /// Returns the violation codes for a string of valid length that neither has the field's format
    /// nor is one of its enum values.
    fn codes_for_other_string(self) -> &'static [&'static str] {
        let ValueType::String(string) = self.field.value_type else { return &[] };
        match (string.format, string.enum_schema) {
            (Some(_), _) => &["format"],
            (None, Some(schema)) if !schema.open => &["enum"],
            _ => &[],
        }
    }

    /// Returns the violation codes for a string without forbidden characters: the code of the
    /// violated length limit, or `other` if the length is valid.
    fn codes_for_string(
        self,
        string: &str,
        other: &'static [&'static str],
    ) -> &'static [&'static str] {
        let (constraints, length) = (self.string_constraints(), string.chars().count() as u64);
        if length < u64::from(constraints.min_length) {
            &["minLength"]
        } else if constraints.max_length.is_some_and(|max| length > u64::from(max)) {
            &["maxLength"]
        } else {
            other
        }
    }

    /// Returns the violations that are reported if only this field is missing.
    fn violations_if_missing(self) -> &'static [(&'static str, &'static str)] {
        let base = self.base_object();
        // An `AtLeastOneOf` rule does not require the field, because its alternatives are present.
        let is_required_by = |rule: &CrossFieldRule| match rule {
            CrossFieldRule::AllOrNone(fields) => fields.contains(&self.field.name),
            CrossFieldRule::RequiredIf { field, when, is } => {
                *field == self.field.name
                    && common::value_at(&base, when) == Some(&common::constant(*is))
            }
            _ => false,
        };
        if self.field.required {
            &[("", "required")]
        } else if self.schema.cross_field_rules.iter().any(is_required_by) {
            &[("", "dependentRequired")]
        } else {
            &[]
        }
    }
}

/// Characters whose UTF-8 encodings have one, three and four bytes.
const SAMPLE_CHARACTERS: [char; 3] = ['a', 'あ', '𝄞'];

fn repeat_character(letter: char, times: usize) -> String {
    std::iter::repeat_n(letter, times).collect()
}

pub(crate) fn valid_value_cases(base: BaseObject) -> Vec<Case> {
    let cases = Schema::ALL.iter().flat_map(|schema| {
        let values = [
            common::minimal_value(schema),
            common::complete_value(schema),
            base.object(schema).into(),
        ];
        values.map(|value| Case::new(schema.name, "", "a valid value", value.to_string(), &[]))
    });
    cases.collect()
}

// Cases of string constraints.

pub(crate) fn string_length_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        let Some(max) = target.max_length() else { continue };
        for letter in SAMPLE_CHARACTERS {
            cases.push(
                target.string_case(&repeat_character(letter, max), target.codes_for_other_string()),
            );
            cases.push(target.string_case(&repeat_character(letter, max + 1), &["maxLength"]));
            cases.push(target.string_case(&repeat_character(letter, 10 * max), &["maxLength"]));
        }
    }
    cases
}

/// Returns strings of the given length that match the format, if any.
fn strings_of_length(format: Format, length: usize) -> Vec<String> {
    match format {
        Format::JsonObject => SAMPLE_CHARACTERS
            .iter()
            .map(|letter| {
                json!({"a": repeat_character(*letter, length - r#"{"a":""}"#.len())}).to_string()
            })
            .collect(),
        Format::DateTime => {
            let digits = length - "2019-11-27T12:01:01.+08:30".len();
            vec![format!("2019-11-27T12:01:01.{}+08:30", repeat_character('7', digits))]
        }
        Format::Iso4217 | Format::Iso3166Alpha2 => {
            let string = common::example_of(format);
            if string.len() == length { vec![string.to_owned()] } else { Vec::new() }
        }
        // Merchant category codes have four digits, so they do not reach the maximum length of the
        // field.
        _ => Vec::new(),
    }
}

pub(crate) fn formatted_string_length_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        let (Some(format), Some(max)) = (target.format(), target.max_length()) else { continue };
        let at_limit = strings_of_length(format, max);
        let beyond = strings_of_length(format, max + 1);
        cases.extend(at_limit.iter().map(|string| target.string_case(string, &[])));
        cases.extend(beyond.iter().map(|string| target.string_case(string, &["maxLength"])));
    }
    cases
}

pub(crate) fn minimum_string_length_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        let min = target.string_constraints().min_length;
        if min == 0 {
            continue;
        }
        for letter in SAMPLE_CHARACTERS {
            let at_limit = repeat_character(letter, min as usize);
            cases.push(target.string_case(&at_limit, target.codes_for_other_string()));
            let below = repeat_character(letter, min as usize - 1);
            cases.push(target.string_case(&below, &["minLength"]));
        }
    }
    cases
}

pub(crate) fn empty_string_cases(base: BaseObject) -> Vec<Case> {
    let targets = targets(base).filter(|target| target.is_string());
    targets
        .map(|target| {
            target.string_case("", target.codes_for_string("", target.codes_for_other_string()))
        })
        .collect()
}

/// Returns strings of the letter `a` with `character` in one position: at either end, in the
/// middle, or around a multiple of 64 bytes.
fn strings_with_character(character: char, length: usize) -> impl Iterator<Item = String> {
    let positions = [0, 1, length / 2, 62, 63, 64, 65, 127, 128, length - 2, length - 1];
    positions.into_iter().filter(move |position| *position < length).map(move |position| {
        repeat_character('a', position)
            + &String::from(character)
            + &repeat_character('a', length - position - 1)
    })
}

pub(crate) fn forbidden_character_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base).filter(|target| target.forbids_characters()) {
        let code = &["forbiddenCharacter"];
        for character in ['@', '#', '?'] {
            cases.push(target.string_case(&character.to_string(), code));
            cases.push(target.string_case(&format!("あ{character}𝄞"), code));
            let strings = strings_with_character(character, target.max_length().unwrap());
            cases.extend(strings.map(|string| target.string_case(&string, code)));
        }
        // Only the first forbidden character is reported.
        cases.push(target.string_case("a@b#c?d@", code));
        // An escape sequence does not hide a forbidden character.
        cases.push(target.case(&[r#""a\u0040b""#], &[("", "forbiddenCharacter")]));
    }
    cases
}

pub(crate) fn too_long_and_forbidden_string_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base).filter(|target| target.forbids_characters()) {
        for character in ['@', '#', '?'] {
            let strings = strings_with_character(character, target.max_length().unwrap() + 1);
            let codes = &["forbiddenCharacter", "maxLength"];
            cases.extend(strings.map(|string| target.string_case(&string, codes)));
        }
    }
    cases
}

pub(crate) fn other_character_cases(base: BaseObject) -> Vec<Case> {
    let ascii = (0..128_u8).map(char::from);
    let ascii: Vec<_> = ascii.filter(|character| !['@', '#', '?'].contains(character)).collect();
    let mut cases = Vec::new();
    for target in targets(base).filter(|target| target.forbids_characters()) {
        // Characters that resemble forbidden ones (full width, small forms, other scripts) are
        // allowed, as is percent encoding.
        for string in ["＠", "＃", "？", "a＠b＃c？", "﹫﹟﹖", "؟", "%40%23%3F", ""] {
            cases.push(target.string_case(string, &[]));
        }
        for string in ascii.chunks(target.max_length().unwrap()) {
            cases.push(target.string_case(&string.iter().collect::<String>(), &[]));
        }
    }
    cases
}

pub(crate) fn any_character_cases(base: BaseObject) -> Vec<Case> {
    let targets = targets(base).filter(|target| target.is_string() && !target.forbids_characters());
    let targets = targets.filter(|target| target.codes_for_other_string().is_empty());
    let strings = ["@", "#", "?", "a@b#c?", "\0\u{7f}\n\"", "\\/", "\u{feff}", "\u{10ffff}"];
    targets.flat_map(|target| strings.map(|string| target.string_case(string, &[]))).collect()
}

// Test cases for field presence and JSON types.

pub(crate) fn missing_field_cases(base: BaseObject) -> Vec<Case> {
    let cases = targets(base).flat_map(|target| {
        let expected = target.violations_if_missing();
        [target.case(&[], expected), target.case(&["null"], expected)]
    });
    cases.collect()
}

/// Returns cases in which the name of the field is misspelled, so the field is unknown.
pub(crate) fn misspelled_field_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        let name = target.field.name;
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
        for misspelled in
            names.iter().filter(|misspelled| target.schema.field(misspelled).is_none())
        {
            let json =
                append_member(&target.document(&[]), &quote(misspelled), &target.valid_json());
            cases.push(target.case_with_json(misspelled, json, target.violations_if_missing()));
        }
    }
    cases
}

/// Appends a member to a JSON object.
fn append_member(json: &str, name: &str, value: &str) -> String {
    let members = json.strip_suffix('}').unwrap();
    let comma = if members == "{" { "" } else { "," };
    format!("{members}{comma}{name}:{value}}}")
}

pub(crate) fn empty_object_cases(_: BaseObject) -> Vec<Case> {
    let cases = Schema::ALL.iter().map(|schema| {
        let required = schema.fields.iter().filter(|field| field.required);
        let paths: Vec<_> = required.map(|field| format!("/{}", field.name)).collect();
        let mut expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "required")).collect();
        let rules = schema.cross_field_rules.iter();
        expected.extend(rules.filter_map(|rule| match rule {
            CrossFieldRule::AtLeastOneOf(_) => Some(("", "anyOf")),
            _ => None,
        }));
        Case::new(schema.name, "", "{}", "{}".to_owned(), &expected)
    });
    cases.collect()
}

/// JSON values by type, without null and large numbers.
const VALUES_BY_TYPE: [(&str, &[&str]); 6] = [
    ("boolean", &["true", "false"]),
    ("integer", &["0", "7", "-7", "9223372036854775807", "-9223372036854775808"]),
    ("number", &["1.5", "-0.5", "1e2", "1.0", "-0", "123456789012345678901234567890.5"]),
    ("string", &[r#""""#, r#""text""#, r#""true""#, r#""7""#, r#""null""#, r#""{}""#]),
    ("array", &["[]", "[null]", r#"["text"]"#, "[[7]]", r#"[{"a":[{}]}]"#]),
    ("object", &["{}", r#"{"a":null}"#, r#"{"a":{"b":[7]}}"#, r#"{"a":1,"a":2}"#]),
];

fn json_type(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::String(_) => "string",
        ValueType::Integer(_) => "integer",
        ValueType::Boolean => "boolean",
        ValueType::Array(_) => "array",
        ValueType::Object(..) => "object",
        other => panic!("unexpected type {other}"),
    }
}

/// Returns JSON values of every other type, including integers of more than 64 bits.
fn wrong_values(expected: &str) -> Vec<&'static str> {
    let others = VALUES_BY_TYPE.iter().filter(|(name, _)| *name != expected);
    let mut values: Vec<_> = others.flat_map(|(_, values)| values.iter().copied()).collect();
    if expected != "integer" {
        values.extend(["9223372036854775808", "18446744073709551616", "-9223372036854775809"]);
    }
    values
}

/// Returns a JSON value of another type.
fn wrong_value(value_type: ValueType) -> &'static str {
    if json_type(value_type) == "object" { "[]" } else { "{}" }
}

pub(crate) fn wrong_type_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        let (valid, expected) = (target.valid_json(), json_type(target.field.value_type));
        let wrong = wrong_values(expected);
        cases.extend(wrong.iter().map(|value| target.case(&[value], &[("", "type")])));
        if expected != "array" {
            cases.push(target.case(&[&format!("[{valid}]")], &[("", "type")]));
        }
        if expected != "object" {
            cases.push(target.case(&[&format!(r#"{{"0":{valid}}}"#)], &[("", "type")]));
        }
        if let ValueType::Object(schema, _) = target.field.value_type {
            cases.push(target.case(&[&field_values_as_array(schema)], &[("", "type")]));
        }
    }
    cases
}

/// Formats the values of the fields as an array, which a derived `Deserialize` implementation would
/// accept (J16 in SPEC-INTERPRETATION.md).
fn field_values_as_array(schema: &Schema) -> String {
    let base = BaseObject::Complete.object(schema);
    Value::Array(schema.fields.iter().map(|field| base[field.name].clone()).collect()).to_string()
}

/// Returns a JSON object in which every field has the wrong type, and the paths of the fields.
fn object_of_wrong_types(schema: &Schema) -> (String, Vec<String>) {
    let json = format_object(
        schema.fields.iter().map(|field| (field.name, wrong_value(field.value_type))),
    );
    (json, schema.fields.iter().map(|field| format!("/{}", field.name)).collect())
}

pub(crate) fn all_fields_wrong_cases(_: BaseObject) -> Vec<Case> {
    let cases = Schema::ALL.iter().map(|schema| {
        let (json, paths) = object_of_wrong_types(schema);
        let expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "type")).collect();
        Case::new(schema.name, "", "every field of a wrong type", json, &expected)
    });
    cases.collect()
}

pub(crate) fn wrong_document_cases(_: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let complete = common::complete_value(schema).to_string();
        let mut documents = wrong_values("object");
        let (array, sequence) = (format!("[{complete}]"), field_values_as_array(schema));
        documents.extend(["null", &array, &sequence]);
        cases.extend(documents.into_iter().map(|document| {
            Case::new(schema.name, "", document, document.to_owned(), &[("", "type")])
        }));
    }
    cases
}

pub(crate) fn nested_violation_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for target in targets(base) {
        match target.field.value_type {
            ValueType::Object(schema, _) => {
                let (json, paths) = object_of_wrong_types(schema);
                let expected: Vec<_> = paths.iter().map(|path| (path.as_str(), "type")).collect();
                cases.push(target.case(&[&json], &expected));
            }
            ValueType::Array(ArrayType { items: ItemType::Object(schema), .. }) => {
                let (json, paths) = object_of_wrong_types(schema);
                let json = format!("[{},null,{json}]", common::complete_value(schema));
                let mut all = vec!["/1".to_owned()];
                all.extend(paths.iter().map(|path| format!("/2{path}")));
                let expected: Vec<_> = all.iter().map(|path| (path.as_str(), "type")).collect();
                cases.push(target.case(&[&json], &expected));
            }
            _ => {}
        }
    }
    cases
}

// Cases of enums, booleans and integers.

fn enum_targets(base: BaseObject) -> impl Iterator<Item = (Target, &'static [&'static str])> {
    targets(base).filter_map(|target| match target.field.value_type {
        ValueType::String(string) => Some((target, string.enum_schema?.values)),
        _ => None,
    })
}

pub(crate) fn enum_value_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, values) in enum_targets(base) {
        for value in values {
            cases.push(target.string_case(value, &[]));
            cases.push(target.case(&[&quote_with_escape(value)], &[]));
        }
    }
    cases
}

pub(crate) fn similar_enum_value_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, values) in enum_targets(base) {
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
            cases.push(target.string_case(miss, target.codes_for_other_string()));
        }
    }
    cases
}

pub(crate) fn boolean_cases(base: BaseObject) -> Vec<Case> {
    let targets = targets(base).filter(|target| json_type(target.field.value_type) == "boolean");
    targets.flat_map(|target| ["true", "false"].map(|value| target.case(&[value], &[]))).collect()
}

fn integer_targets(base: BaseObject) -> impl Iterator<Item = (Target, i64, i64)> {
    targets(base).filter_map(|target| match target.field.value_type {
        ValueType::Integer(range) => Some((target, range.minimum, range.maximum)),
        _ => None,
    })
}

/// Integers above `i64::MAX`, some of which would be valid if they were wrapped or rounded.
pub(crate) const TOO_LARGE_INTEGERS: [&str; 5] = [
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551617",
    "340282366920938463463374607431768211457000000000",
];
/// Integers below `i64::MIN`.
pub(crate) const TOO_SMALL_INTEGERS: [&str; 4] = [
    "-9223372036854775809",
    "-18446744073709551615",
    "-18446744073709551616",
    "-340282366920938463463374607431768211457000000000",
];

pub(crate) fn integer_limit_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, minimum, maximum) in integer_targets(base) {
        let mut case = |value: i128| {
            let code: &[_] = match value {
                _ if value < minimum.into() => &[("", "minimum")],
                _ if value > maximum.into() => &[("", "maximum")],
                _ => &[],
            };
            cases.push(target.case(&[&value.to_string()], code));
        };
        for end in [minimum, maximum, 0, i64::MIN, i64::MAX, i32::MAX.into(), u32::MAX.into()] {
            (-1..=1).for_each(|step| case(i128::from(end) + step));
        }
        cases.extend(TOO_LARGE_INTEGERS.map(|value| target.case(&[value], &[("", "maximum")])));
        cases.extend(TOO_SMALL_INTEGERS.map(|value| target.case(&[value], &[("", "minimum")])));
    }
    cases
}

pub(crate) fn non_integer_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, minimum, _) in integer_targets(base) {
        let literals = ["1.0", "1e2", "1E2", "1e+2", "10e-1", "-0", "-0.0", "0.0", "1.5", "1e300"];
        cases.extend(literals.map(|value| target.case(&[value], &[("", "type")])));
        let others = ["true", r#""1""#, r#""10000""#, r#"" 1""#, r#""""#, "[1]", r#"{"value":1}"#];
        cases.extend(others.map(|value| target.case(&[value], &[("", "type")])));
        cases.push(target.string_case(&minimum.to_string(), &["type"]));
    }
    cases
}

// Cases of arrays.

fn array_targets(base: BaseObject) -> impl Iterator<Item = (Target, ItemType)> {
    targets(base).filter_map(|target| match target.field.value_type {
        ValueType::Array(array) => Some((target, array.items)),
        _ => None,
    })
}

/// Formats an array of `length` valid elements.
fn array_of(target: Target, length: usize) -> String {
    let element = &target.base_object()[target.field.name][0];
    Value::Array(vec![element.clone(); length]).to_string()
}

pub(crate) fn array_length_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, _) in array_targets(base) {
        let Some(max) = target.max_items() else { continue };
        for length in [1, max - 1, max] {
            cases.push(target.case(&[&array_of(target, length)], &[]));
        }
        for length in [max + 1, 10 * max] {
            cases.push(target.case(&[&array_of(target, length)], &[("", "maxItems")]));
        }
    }
    cases
}

pub(crate) fn long_array_cases(base: BaseObject) -> Vec<Case> {
    let targets =
        array_targets(base).map(|(target, _)| target).filter(|target| target.max_items().is_none());
    targets.map(|target| target.case(&[&array_of(target, 200)], &[])).collect()
}

pub(crate) fn empty_array_cases(base: BaseObject) -> Vec<Case> {
    array_targets(base).map(|(target, _)| target.case(&["[]"], &[])).collect()
}

pub(crate) fn element_length_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, item_type) in array_targets(base) {
        let (Some(items), ItemType::String(item)) = (target.max_items(), item_type) else {
            continue;
        };
        let Some(max) = item.constraints.max_length else { continue };
        let max = max as usize;
        for letter in SAMPLE_CHARACTERS {
            let at_limit = quote(&repeat_character(letter, max));
            let beyond = quote(&repeat_character(letter, max + 1));
            let none = format!("[{at_limit},\"\",\"@#?\",{at_limit}]");
            cases.push(target.case(&[&none], &[]));
            let some = format!("[{beyond},{at_limit},{beyond}]");
            cases.push(target.case(&[&some], &[("/0", "maxLength"), ("/2", "maxLength")]));
            cases.push(case_with_invalid_elements(target, &beyond, items, "maxLength"));
            cases.push(case_with_invalid_elements(target, &beyond, items + 1, "maxLength"));
        }
    }
    cases
}

/// Returns a case with an array of `length` equal elements, each of which has a `code` violation.
fn case_with_invalid_elements(target: Target, element: &str, length: usize, code: &str) -> Case {
    let paths: Vec<_> = (0..length).map(|index| format!("/{index}")).collect();
    let mut expected: Vec<_> = paths.iter().map(|path| (path.as_str(), code)).collect();
    if target.max_items().is_some_and(|max| length > max) {
        expected.push(("", "maxItems"));
    }
    let json = format!("[{}]", vec![element; length].join(","));
    target.case(&[&json], &expected)
}

pub(crate) fn wrong_element_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, item_type) in array_targets(base) {
        let valid = target.base_object()[target.field.name][0].to_string();
        for wrong in wrong_values(json_type(item_type.value_type())).into_iter().chain(["null"]) {
            cases.push(target.case(&[&format!("[{wrong}]")], &[("/0", "type")]));
            cases.push(target.case(&[&format!("[{valid},{wrong},{valid}]")], &[("/1", "type")]));
            cases.push(case_with_invalid_elements(target, wrong, 10, "type"));
        }
    }
    cases
}

pub(crate) fn wrong_element_of_long_array_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, item_type) in array_targets(base) {
        let Some(max) = target.max_items() else { continue };
        for wrong in wrong_values(json_type(item_type.value_type())).into_iter().chain(["null"]) {
            cases.push(case_with_invalid_elements(target, wrong, max + 1, "type"));
        }
    }
    cases
}

// Cases of string formats.

fn format_targets(base: BaseObject) -> impl Iterator<Item = (Target, Format)> {
    targets(base).filter_map(|target| target.format().map(|format| (target, format)))
}

/// Formats an object that contains `depth` levels of objects, including itself.
fn nested_objects(depth: usize) -> String {
    r#"{"a":"#.repeat(depth - 1) + "{}" + &"}".repeat(depth - 1)
}

/// Returns strings that have the format. `tests/validation/formats.rs` tests more strings.
fn valid_strings(format: Format) -> Vec<String> {
    let strings = match format {
        Format::DateTime => VALID_DATE_TIMES,
        Format::Iso4217 => VALID_CURRENCIES,
        Format::Iso3166Alpha2 => VALID_REGIONS,
        Format::Iso18245 => VALID_CATEGORY_CODES,
        Format::UnixMillis => VALID_UNIX_MILLIS,
        Format::JsonObject => VALID_JSON_OBJECTS,
        other => panic!("no strings for the format {other}"),
    };
    let deep = (format == Format::JsonObject).then(|| nested_objects(128));
    strings.iter().map(|string| (*string).to_owned()).chain(deep).collect()
}

fn invalid_strings(format: Format) -> Vec<String> {
    let strings = match format {
        Format::DateTime => INVALID_DATE_TIMES,
        Format::Iso4217 => INVALID_CURRENCIES,
        Format::Iso3166Alpha2 => INVALID_REGIONS,
        Format::Iso18245 => INVALID_CATEGORY_CODES,
        Format::UnixMillis => INVALID_UNIX_MILLIS,
        Format::JsonObject => INVALID_JSON_OBJECTS,
        other => panic!("no strings for the format {other}"),
    };
    let deep = (format == Format::JsonObject).then(|| nested_objects(129));
    strings.iter().map(|string| (*string).to_owned()).chain(deep).collect()
}

const VALID_DATE_TIMES: &[&str] = &[
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
    // Leap seconds occur at 23:59:60 UTC.
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5Z",
    "2016-12-31T23:59:60+00:00",
    "2017-01-01T08:59:60+09:00",
    "2017-01-01T05:29:60+05:30",
    "2016-12-31T15:59:60-08:00",
    "2017-01-01T23:58:60+23:59",
    "2016-12-31T00:00:60-23:59",
];
const INVALID_DATE_TIMES: &[&str] = &[
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
    // Invalid offsets.
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
    // These dates do not exist.
    "2019-00-27T12:01:01Z",
    "2019-13-27T12:01:01Z",
    "2019-11-00T12:01:01Z",
    "2019-11-31T12:01:01Z",
    "2019-12-32T12:01:01Z",
    "2019-02-29T12:01:01Z",
    "2020-02-30T12:01:01Z",
    "1900-02-29T12:01:01Z",
    "2100-02-29T12:01:01Z",
    // These times do not exist.
    "2019-11-27T24:00:00Z",
    "2019-11-27T12:60:01Z",
    "2019-11-27T12:01:61Z",
    "2019-11-27T12:01:60Z",
    "2019-11-27T23:58:60Z",
    "2016-12-31T23:59:60+08:00",
    "2017-01-01T08:59:60+08:00",
    "2016-12-31T23:59:61Z",
    // Malformed fractions.
    "2019-11-27T12:01:01.Z",
    "2019-11-27T12:01:01.+08:30",
    "2019-11-27T12:01:01,5Z",
    "2019-11-27T12:01:01.5.5Z",
    "2019-11-27T12:01.5Z",
    "2019-11-27T12:01:01.-5Z",
    // Valid times with leading or trailing characters, or with digits of other scripts.
    " 2019-11-27T12:01:01Z",
    "2019-11-27T12:01:01Z ",
    "2019-11-27T12:01:01Z\n",
    "2019-11-27T12:01:01Z\0",
    "２０１９-11-27T12:01:01Z",
    "٢٠١٩-11-27T12:01:01Z",
];

const VALID_CURRENCIES: &[&str] =
    &["USD", "EUR", "JPY", "KWD", "VES", "VED", "XCG", "ZWG", "SLE", "XXX"];
const INVALID_CURRENCIES: &[&str] = &[
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

const VALID_REGIONS: &[&str] = &["JP", "US", "GB", "HK", "TW", "AQ", "SS", "CW"];
const INVALID_REGIONS: &[&str] = &[
    "", "jp", "Jp", "J", "J ", " J", "81", "日本", "UK", "EU", "XK", "AA", "ZZ", "AN", "SU", "JPN",
    "JP ",
];

const VALID_CATEGORY_CODES: &[&str] = &["5661", "0000", "0763", "9999", "0742"];
const INVALID_CATEGORY_CODES: &[&str] = &[
    "", "566", "56611", "shoe", "566a", " 566", "566 ", "5661 ", "+566", "-566", "56.1", "5e10",
    "٥٦٦١", "0005661",
];

const VALID_UNIX_MILLIS: &[&str] = &[
    "1653969581000",
    "0",
    "1",
    "9223372036854775807",
    "0001653969581000",
    "0000000000000000000000000000001",
];
const INVALID_UNIX_MILLIS: &[&str] = &[
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

const VALID_JSON_OBJECTS: &[&str] = &[
    "{}",
    r#"{"content":"text"}"#,
    r#"{"en-US":{"title":"text"},"fr-FR":{"title":"texte"}}"#,
    " \t\r\n{ \"a\" : [ 1 , -2.5e+7 , true , null , {} ] } \n",
    r#"{"a":1,"a":2,"":"\u00e9\ud834\udd1e\n"}"#,
    r#"{"a":"@#?"}"#,
    r#"{"a":123456789012345678901234567890}"#,
];
const INVALID_JSON_OBJECTS: &[&str] = &[
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

pub(crate) fn valid_format_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, format) in format_targets(base) {
        for string in valid_strings(format) {
            cases.push(target.string_case(&string, target.codes_for_string(&string, &[])));
        }
    }
    cases
}

pub(crate) fn invalid_format_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (target, format) in format_targets(base) {
        for string in invalid_strings(format) {
            // A string of invalid length has no additional `format` violation (V4).
            cases.push(target.string_case(&string, target.codes_for_string(&string, &["format"])));
        }
    }
    cases
}

// Cases of duplicate and unknown fields.

pub(crate) fn duplicate_field_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    let duplicate = ("", "duplicate");
    for target in targets(base) {
        let (valid, wrong) = (&*target.valid_json(), wrong_value(target.field.value_type));
        cases.push(target.case(&[valid, valid], &[duplicate]));
        cases.push(target.case(&[valid, valid, valid], &[duplicate, duplicate]));
        for second in [wrong, "null", "7", r#""@""#, r#"{"a":1,"a":[2]}"#] {
            cases.push(target.case(&[valid, second], &[duplicate]));
        }
        cases.push(target.case(&[wrong, valid], &[("", "type"), duplicate]));
        let mut missing = target.violations_if_missing().to_vec();
        missing.push(duplicate);
        cases.push(target.case(&["null", valid], &missing));

        // The duplicate is the last field, whose name contains an escape sequence in one of the
        // cases.
        for name in [quote(target.field.name), quote_with_escape(target.field.name)] {
            let json = append_member(&target.document(&[valid]), &name, wrong);
            cases.push(target.case_with_json("at the end", json, &[duplicate]));
        }
    }
    cases
}

pub(crate) fn unknown_field_cases(base: BaseObject) -> Vec<Case> {
    let names = ["unknown", "", " ", "unknown_fields", "__proto__", "@#?", "あ", "a/b~c\n\0"];
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let base = Value::from(base.object(schema)).to_string();
        let values = VALUES_BY_TYPE.iter().flat_map(|(_, values)| values.iter().copied());
        for value in values.chain(["null", "18446744073709551616"]) {
            let json = append_member(&base, r#""unknown""#, value);
            cases.push(Case::new(schema.name, "", value, json, &[]));
        }
        for name in names {
            let json = append_member(&base, &quote(name), "[7]");
            cases.push(Case::new(schema.name, "", name, json, &[]));
        }
    }
    cases
}

pub(crate) fn duplicate_unknown_field_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        let base = Value::from(base.object(schema)).to_string();
        for (name, path) in [("unknown", "/unknown"), ("", "/"), ("a/b~c", "/a~1b~0c")] {
            let once = append_member(&base, &quote(name), "null");
            let json = append_member(&once, &quote(name), "7");
            cases.push(Case::new(schema.name, "", name, json, &[(path, "duplicate")]));
        }
    }
    cases
}

// Cases of cross-field rules: interpretations L1 to L9.

/// Returns a case with a valid object, to which changes are applied: pairs of a field name and its
/// new JSON value. The value `""` removes the field.
fn case_with_changes(target: Target, changes: &[(&str, &str)], expected: &[(&str, &str)]) -> Case {
    let mut base = target.base_object();
    base.retain(|name, _| !changes.iter().any(|(changed, _)| changed == name));
    let mut json = Value::from(base).to_string();
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
        json = append_member(&json, &quote(name), value);
    }
    Case::new(target.schema.name, target.field.name, &format!("{changes:?}"), json, expected)
}

pub(crate) fn coordinate_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (one, other) in [("longitude", "latitude"), ("latitude", "longitude")] {
        let (target, path) = (target(base, "Address", one), format!("/{one}"));
        for missing in ["", "null"] {
            let expected = [(path.as_str(), "dependentRequired")];
            cases.push(case_with_changes(target, &[(one, missing)], &expected));
            // A field of the wrong type counts as present.
            let violations =
                [(path.as_str(), "dependentRequired"), (&*format!("/{other}"), "type")];
            cases.push(case_with_changes(target, &[(one, missing), (other, "7")], &violations));
            cases.push(case_with_changes(target, &[(one, missing), (other, r#""""#)], &expected));
            cases.push(case_with_changes(target, &[(one, missing), (other, "")], &[]));
            cases.push(case_with_changes(target, &[(one, missing), (other, "null")], &[]));
        }
        cases.push(case_with_changes(target, &[(one, r#""""#)], &[]));
        cases.push(case_with_changes(target, &[(one, "7")], &[(path.as_str(), "type")]));
    }
    cases
}

pub(crate) fn retry_cases(base: BaseObject) -> Vec<Case> {
    let target = target(base, "MessageSendResult", "retry");
    let mut cases = Vec::new();
    for missing in ["", "null"] {
        let expected = [("/retry", "dependentRequired")];
        cases.push(case_with_changes(
            target,
            &[("success", "false"), ("retry", missing)],
            &expected,
        ));
        cases.push(case_with_changes(target, &[("success", "true"), ("retry", missing)], &[]));
        let absent = [("/success", "required")];
        cases.push(case_with_changes(target, &[("success", ""), ("retry", missing)], &absent));
        let wrong = [("/success", "type")];
        cases.push(case_with_changes(
            target,
            &[("success", r#""false""#), ("retry", missing)],
            &wrong,
        ));
    }
    for retry in ["true", "false"] {
        cases.push(case_with_changes(target, &[("success", "false"), ("retry", retry)], &[]));
    }
    let wrong = [("/retry", "type")];
    cases.push(case_with_changes(target, &[("success", "false"), ("retry", "0")], &wrong));
    cases
}

/// The fields that are required if a result has the status `S`, each with its schema: interpretations
/// L6 and L8.
const FIELDS_OF_SUCCESSFUL_RESPONSES: [(&str, &str); 14] = [
    ("PlatformMessageSendResponse", "messageSendResults"),
    ("ApplyTokenResponse", "accessToken"),
    ("ApplyTokenResponse", "accessTokenExpiryTime"),
    ("ApplyTokenResponse", "refreshToken"),
    ("ApplyTokenResponse", "refreshTokenExpiryTime"),
    ("ApplyTokenResponse", "customerId"),
    ("RefundResponse", "refundId"),
    ("InquireOperatorInfoResponse", "operator"),
    ("InquiryUserInfoResponse", "userInfo"),
    ("QrcodeCreateResponse", "appQrCode"),
    ("QrcodeCreateResponse", "appQrCodePicValue"),
    ("QrcodeCreateResponse", "appQrCodeResultPicType"),
    ("IssueCardResponse", "cardNo"),
    ("InquireMemberAssetsResponse", "assetDetails"),
];

pub(crate) fn successful_response_cases(base: BaseObject) -> Vec<Case> {
    FIELDS_OF_SUCCESSFUL_RESPONSES
        .into_iter()
        .flat_map(|(schema, field)| field_of_response_cases(base, schema, field))
        .collect()
}

fn field_of_response_cases(base: BaseObject, schema: &str, field: &str) -> Vec<Case> {
    let mut target = target(base, schema, field);
    // The other fields of a successful response are present.
    target.base = BaseObject::Complete;
    let path = format!("/{field}");
    let mut cases = Vec::new();
    for missing in ["", "null"] {
        let with = |result: &str, expected: &[(&str, &str)]| {
            case_with_changes(target, &[("result", result), (field, missing)], expected)
        };
        let required = (path.as_str(), "dependentRequired");
        for status in RESULT_STATUSES {
            let expected: &[_] = if status == "S" { &[required] } else { &[] };
            cases.push(with(&format_object([("resultStatus", &*quote(status))]), expected));
        }
        // The rule reads the status even if the result has other violations.
        let invalid = [("resultStatus", r#""S""#), ("resultCode", "7")];
        cases.push(with(&format_object(invalid), &[("/result/resultCode", "type"), required]));
        cases.push(with(r#"{"resultStatus":"s"}"#, &[("/result/resultStatus", "enum")]));
        cases.push(with("{}", &[("/result/resultStatus", "required")]));
        cases.push(with("7", &[("/result", "type")]));
        cases.push(with("", &[("/result", "required")]));
    }
    let success = ("result", r#"{"resultStatus":"S"}"#);
    cases.push(case_with_changes(target, &[success, (field, &target.valid_json())], &[]));
    let wrong = wrong_value(target.field.value_type);
    cases.push(case_with_changes(target, &[success, (field, wrong)], &[(&path, "type")]));
    cases
}

/// The fields of which at least one is required, each with its schema: interpretation L7.
const ALTERNATIVE_FIELDS: [(&str, [&str; 2]); 4] = [
    ("CancelRequest", ["paymentId", "paymentRequestId"]),
    ("InquiryRefundRequest", ["refundId", "refundRequestId"]),
    ("InquiryPaymentRequest", ["paymentId", "paymentRequestId"]),
    ("RedirectActionForm", ["redirectUrl", "redirectionUrl"]),
];

pub(crate) fn alternative_field_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for (schema, [one, other]) in ALTERNATIVE_FIELDS {
        for (one, other) in [(one, other), (other, one)] {
            let (target, path) = (target(base, schema, one), format!("/{one}"));
            for missing in ["", "null"] {
                let any_of = [("", "anyOf")];
                cases.push(case_with_changes(target, &[(one, missing), (other, "")], &any_of));
                cases.push(case_with_changes(target, &[(one, missing), (other, "null")], &any_of));
                cases.push(case_with_changes(target, &[(one, r#""""#), (other, missing)], &[]));
                // A field of the wrong type counts as present.
                let wrong = [(path.as_str(), "type")];
                cases.push(case_with_changes(target, &[(one, "7"), (other, missing)], &wrong));
            }
            cases.push(case_with_changes(target, &[(one, r#""1""#), (other, r#""2""#)], &[]));
        }
    }
    let form = target(base, "PayResponse", "redirectActionForm");
    let forms = ["{}", r#"{"redirectUrl":null}"#, r#"{"method":"GET","redirectURL":"text"}"#];
    cases.extend(forms.map(|value| form.case(&[value], &[("", "anyOf")])));
    cases
}

/// Each grant type, with the field that it requires: interpretation L9.
const CREDENTIALS: [(&str, &str); 2] =
    [("AUTHORIZATION_CODE", "authCode"), ("REFRESH_TOKEN", "refreshToken")];

pub(crate) fn credential_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    let target = target(base, "ApplyTokenRequest", "grantType");
    for (grant_type, own) in CREDENTIALS {
        for (_, missing) in CREDENTIALS {
            let path = format!("/{missing}");
            let expected: &[_] =
                if own == missing { &[(path.as_str(), "dependentRequired")] } else { &[] };
            for absent in ["", "null"] {
                let changes = [("grantType", &*quote(grant_type)), (missing, absent)];
                cases.push(case_with_changes(target, &changes, expected));
            }
        }
    }
    for (grant_type, code) in [("", "required"), (r#""PASSWORD""#, "enum"), ("7", "type")] {
        let changes = [("grantType", grant_type), ("authCode", ""), ("refreshToken", "")];
        cases.push(case_with_changes(target, &changes, &[("/grantType", code)]));
    }
    cases
}

const NAME_PARTS: [&str; 4] = ["fullName", "firstName", "middleName", "lastName"];

pub(crate) fn user_name_cases(base: BaseObject) -> Vec<Case> {
    let target = target(base, "User", "userName");
    let any_of = [("", "anyOf")];
    let mut cases = vec![
        target.case(&["{}"], &any_of),
        target.case(&[r#"{"fullName":null}"#], &any_of),
        target.case(&[&format_object(NAME_PARTS.map(|part| (part, "null")))], &any_of),
        target.case(&[r#"{"nickName":"text","FullName":"text"}"#], &any_of),
        // `userName` itself is optional.
        target.case(&["null"], &[]),
        target.case(&[], &[]),
    ];
    for part in NAME_PARTS {
        let path = format!("/{part}");
        cases.push(target.case(&[&format_object([(part, r#""text""#)])], &[]));
        cases.push(target.case(&[&format_object([(part, r#""""#)])], &[]));
        cases.push(target.case(&[&format_object([(part, "7")])], &[(&path, "type")]));
        let long = quote(&repeat_character('a', 129));
        cases.push(target.case(&[&format_object([(part, &*long)])], &[(&path, "maxLength")]));
    }
    cases
}

pub(crate) fn other_name_cases(base: BaseObject) -> Vec<Case> {
    let targets = [target(base, "Buyer", "buyerName"), target(base, "Shipping", "shippingName")];
    let values = ["{}", r#"{"fullName":null}"#, r#"{"nickName":"text"}"#];
    targets.into_iter().flat_map(|target| values.map(|value| target.case(&[value], &[]))).collect()
}

const VALID_PHONE_NUMBERS: [&str; 4] = ["+6512345678", "+12", "+123456789012345", "+99"];
const INVALID_PHONE_NUMBERS: [&str; 20] = [
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

pub(crate) fn phone_number_cases(base: BaseObject) -> Vec<Case> {
    let target = target(base, "ContactInfo", "contactNo");
    let case = |number: &str, expected: &[(&str, &str)]| {
        let changes = [("contactType", r#""MOBILE_PHONE""#), ("contactNo", &quote(number))];
        case_with_changes(target, &changes, expected)
    };
    let mut cases = Vec::new();
    cases.extend(VALID_PHONE_NUMBERS.map(|number| case(number, &[])));
    cases.extend(INVALID_PHONE_NUMBERS.map(|number| case(number, &[("/contactNo", "format")])));
    for letter in SAMPLE_CHARACTERS {
        cases.push(case(&repeat_character(letter, 64), &[("/contactNo", "format")]));
        cases.push(case(&repeat_character(letter, 65), &[("/contactNo", "maxLength")]));
    }
    let mobile = ("contactType", r#""MOBILE_PHONE""#);
    cases.push(case_with_changes(target, &[mobile, ("contactNo", "7")], &[("/contactNo", "type")]));
    cases.push(case_with_changes(
        target,
        &[mobile, ("contactNo", "")],
        &[("/contactNo", "required")],
    ));
    cases
}

pub(crate) fn other_contact_cases(base: BaseObject) -> Vec<Case> {
    let target = target(base, "ContactInfo", "contactNo");
    let mut cases = Vec::new();
    for kind in ["EMAIL", "TELEPHONE", "PIGEON", "mobile_phone", "MOBILE_PHONE ", ""] {
        for number in INVALID_PHONE_NUMBERS.into_iter().chain(VALID_PHONE_NUMBERS) {
            let changes = [("contactType", &*quote(kind)), ("contactNo", &*quote(number))];
            cases.push(case_with_changes(target, &changes, &[]));
        }
    }
    let number = ("contactNo", r#""text""#);
    cases.push(case_with_changes(
        target,
        &[("contactType", ""), number],
        &[("/contactType", "required")],
    ));
    cases.push(case_with_changes(
        target,
        &[("contactType", "7"), number],
        &[("/contactType", "type")],
    ));
    cases
}

/// The endpoints, transcribed from the specification and from other editions.
const ENDPOINTS_TSV: &str = include_str!("../data/calls.tsv");

/// The endpoints whose responses have no rule about the status of a result code.
const WITHOUT_STATUS_RULE: [&str; 2] = ["notifyCardRegistration", "platformMessageSend"];

/// Returns the response types whose result codes determine the status, each with its pairs of code
/// and status (L5 in SPEC-INTERPRETATION.md).
fn responses_with_result_codes()
-> impl Iterator<Item = (&'static str, Vec<(&'static str, &'static str)>)> {
    let lines = ENDPOINTS_TSV.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let lines = lines.filter(|cells| !WITHOUT_STATUS_RULE.contains(&cells[0]));
    lines.map(|cells| {
        let codes = cells[8].split('|').map(|code| code.split_once(':').unwrap());
        (cells[6], codes.collect())
    })
}

const RESULT_STATUSES: [&str; 4] = ["S", "F", "U", "A"];

/// Formats a `Result`.
fn format_result(code: &str, status: &str) -> String {
    format_object([("resultCode", &*quote(code)), ("resultStatus", &*quote(status))])
}

pub(crate) fn result_code_cases(base: BaseObject) -> Vec<Case> {
    let responses = responses_with_result_codes();
    responses
        .flat_map(|(schema, codes)| result_cases(target(base, schema, "result"), &codes))
        .collect()
}

fn result_cases(target: Target, codes: &[(&str, &str)]) -> Vec<Case> {
    let mut cases = Vec::new();
    for &(code, expected_status) in codes {
        for status in RESULT_STATUSES {
            let expected: &[_] =
                if status == expected_status { &[] } else { &[("/resultStatus", "const")] };
            cases.push(target.case(&[&format_result(code, status)], expected));
        }
        // An unknown status violates two rules: the closed enum and the cross-field rule.
        let both = [("/resultStatus", "const"), ("/resultStatus", "enum")];
        cases.push(target.case(&[&format_result(code, "s")], &both));
        let code = quote(code);
        let absent = format_object([("resultCode", &*code)]);
        cases.push(target.case(&[&absent], &[("/resultStatus", "required")]));
        let wrong = format_object([("resultCode", &*code), ("resultStatus", "7")]);
        cases.push(target.case(&[&wrong], &[("/resultStatus", "type")]));
    }
    for status in RESULT_STATUSES {
        for code in ["", "OUT_OF_SHOES", "success", "SUCCESS "] {
            cases.push(target.case(&[&format_result(code, status)], &[]));
        }
        let status_alone = [("resultStatus", &*quote(status)), ("resultCode", "null")];
        cases.push(target.case(&[&format_object(status_alone)], &[]));
        // The cross-field rule reads the first of two duplicate codes.
        let codes = [("resultCode", r#""SUCCESS""#), ("resultCode", r#""PROCESS_FAIL""#)];
        let twice = format_object([("resultStatus", &*quote(status))].into_iter().chain(codes));
        let (duplicate, constant) = (("/resultCode", "duplicate"), ("/resultStatus", "const"));
        let expected = if status == "S" { vec![duplicate] } else { vec![duplicate, constant] };
        cases.push(target.case(&[&twice], &expected));
        let wrong = format_object([("resultStatus", &*quote(status)), ("resultCode", "7")]);
        cases.push(target.case(&[&wrong], &[("/resultCode", "type")]));
    }
    cases
}

/// Returns cases to which the rule on result codes does not apply: the results of other endpoints,
/// and a `Result` that is not part of a response.
pub(crate) fn other_result_cases(base: BaseObject) -> Vec<Case> {
    let mut cases = Vec::new();
    for code in ["SUCCESS", "PROCESS_FAIL", "UNKNOWN_EXCEPTION", "ACCEPT"] {
        for status in RESULT_STATUSES {
            let response = target(base, "NotifyCardRegistrationResponse", "result");
            cases.push(response.case(&[&format_result(code, status)], &[]));
            for field in ["resultStatus", "resultCode"] {
                let target = target(base, "Result", field);
                let changes = [("resultCode", &*quote(code)), ("resultStatus", &*quote(status))];
                cases.push(case_with_changes(target, &changes, &[]));
            }
        }
    }
    cases
}
