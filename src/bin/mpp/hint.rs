//! Hints on how to correct a violation. A hint contains known names and values, and the names of
//! unknown fields, but no values from the document.

use super::report::{Document, EscapedStr};
use miniprogram_protocol::{
    __private::{count_typos, most_similar},
    ParamValue, Schema, Violation,
    schema::{Field, Format, StringType, ValueType},
};
use serde::de::IgnoredAny;
use std::{collections::BTreeMap, ops::Range};

/// The maximum length of an object that is read again for a hint, in bytes.
const MAX_OBJECT_LENGTH: usize = 1 << 20;

/// A source of hints for the violations in one document.
pub(crate) struct Hints<'a> {
    document: Document<'a>,
    schema: &'static Schema,
    /// The offset and the field names of the object that was read last.
    object: Option<(usize, Vec<String>)>,
}

impl<'a> Hints<'a> {
    pub(crate) const fn new(document: Document<'a>, schema: &'static Schema) -> Self {
        Self { document, schema, object: None }
    }

    /// Returns a hint for a violation at a range of the document, if any.
    pub(crate) fn hint(&mut self, violation: &Violation, range: Range<usize>) -> Option<String> {
        let offset = range.start;
        let text = std::str::from_utf8(self.document.content()?.get(range)?).ok()?;
        match violation.code() {
            "required" | "dependentRequired" => {
                self.hint_for_missing_field(violation.path(), offset)
            }
            "type" => self.hint_for_type(violation, text).map(str::to_owned),
            "enum" => hint_for_enum(violation, text),
            "format" => hint_for_format(violation, text).map(str::to_owned),
            _ => None,
        }
    }

    /// Returns a hint for a value of the wrong JSON type.
    fn hint_for_type(&self, violation: &Violation, text: &str) -> Option<&'static str> {
        let (expected, found) =
            (string_param(violation, "expected")?, string_param(violation, "found")?);
        let path = violation.path();
        match (&*expected, &*found) {
            ("integer", "string") if text.trim_matches('"').parse::<i64>().is_ok() => {
                Some("remove the quotation marks")
            }
            ("string", "number" | "boolean") => {
                let string = find_field_at(self.schema, path).and_then(expected_string);
                hint_for_unquoted(string.unwrap_or_default(), text)
            }
            ("string", "object" | "array") => {
                let string = find_field_at(self.schema, path).and_then(expected_string);
                hint_for_unserialized(string.unwrap_or_default(), text)
            }
            ("array", "object") => Some("put the object in brackets"),
            ("object", "array") if is_array_of_documents(self.document, path, text) => {
                Some("use --each if each element is a document")
            }
            ("boolean", "string") if matches!(text, "\"true\"" | "\"false\"") => {
                Some("remove the quotation marks")
            }
            _ => None,
        }
    }

    /// Returns a hint if the object at `offset` has an unknown field whose name is similar to that of
    /// the missing field.
    fn hint_for_missing_field(&mut self, path: &str, offset: usize) -> Option<String> {
        let (parent, missing) = path.rsplit_once('/')?;
        let schema = find_schema_at(self.schema, parent)?;
        let is_similar =
            |name: &&String| schema.field(name).is_none() && count_typos(name, missing).is_some();
        let unknown = self.field_names_at(offset)?.iter().find(is_similar)?;
        Some(format!("did you mean `{missing}` instead of `{}`?", EscapedStr(unknown)))
    }

    /// Returns the names of the fields of the object at an offset.
    fn field_names_at(&mut self, offset: usize) -> Option<&[String]> {
        if self.object.as_ref().is_none_or(|(known, _)| *known != offset) {
            let json = self.document.content()?.get(offset..)?;
            let json = json.get(..MAX_OBJECT_LENGTH).unwrap_or(json);
            let mut values = serde_json::Deserializer::from_slice(json).into_iter();
            #[allow(
                clippy::zero_sized_map_values,
                reason = "serde cannot deserialize a set from a JSON object"
            )]
            let object: Option<BTreeMap<String, IgnoredAny>> = values.next().and_then(Result::ok);
            self.object = Some((offset, object.unwrap_or_default().into_keys().collect()));
        }
        self.object.as_ref().map(|(_, names)| names.as_slice())
    }
}

/// Returns the schema of the object at a path.
fn find_schema_at(schema: &'static Schema, path: &str) -> Option<&'static Schema> {
    let mut schema = schema;
    let mut is_array = false;
    for segment in path.split('/').skip(1) {
        if is_array && segment.parse::<usize>().is_ok() {
            is_array = false;
            continue;
        }
        let value_type = schema.field(segment)?.value_type;
        is_array = matches!(value_type, ValueType::Array(_) | ValueType::OneOrMany(_));
        schema = value_type.object_schema()?;
    }
    Some(schema)
}

/// Returns the field at a path, or the field whose array contains the element at the path.
fn find_field_at(schema: &'static Schema, path: &str) -> Option<&'static Field> {
    let (parent, name) = path.rsplit_once('/')?;
    let field = find_schema_at(schema, parent).and_then(|schema| schema.field(name));
    field.or_else(|| {
        let is_index = name.parse::<usize>().is_ok();
        find_field_at(schema, parent).filter(|_| is_index)
    })
}

/// The format and the known values of a string, if it has any.
#[derive(Clone, Copy, Debug, Default)]
struct ExpectedString {
    format: Option<Format>,
    values: Option<&'static [&'static str]>,
}

fn expected_string(field: &'static Field) -> Option<ExpectedString> {
    let StringType { format, enum_schema, .. } = field.value_type.string_type()?;
    Some(ExpectedString { format, values: enum_schema.map(|schema| schema.values) })
}

/// Returns a hint for a number or a boolean in place of a string.
fn hint_for_unquoted(expected: ExpectedString, text: &str) -> Option<&'static str> {
    let ExpectedString { format, values } = expected;
    let is_valid = format.is_none_or(|format| format.matches(text))
        && values.is_none_or(|values| values.contains(&text));
    if is_valid {
        return Some("put the value in quotation marks");
    }
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match format? {
        Format::DateTime if is_digits => Some(DATE_TIME_AS_NUMBER_HINT),
        Format::Iso18245 if is_digits && text.len() < 4 => {
            Some("write the code as a string of four digits, including leading zeros")
        }
        _ => None,
    }
}

/// Returns a hint for an object or an array in place of a string.
fn hint_for_unserialized(expected: ExpectedString, text: &str) -> Option<&'static str> {
    let is_valid = expected.format.is_none_or(|format| format.matches(text));
    (is_valid && expected.values.is_none())
        .then_some("write the value as a string that contains its JSON text")
}

/// Returns whether a file contains an array of objects instead of a single document.
fn is_array_of_documents(document: Document<'_>, path: &str, text: &str) -> bool {
    let first = text.strip_prefix('[').and_then(|rest| rest.trim_start().chars().next());
    matches!(document, Document::Whole(_)) && path.is_empty() && first == Some('{')
}

/// Returns a parameter of a violation if it is a string.
fn string_param(violation: &Violation, name: &str) -> Option<String> {
    violation.params().find_map(|(found, value)| match value {
        ParamValue::String(string) if found == name => Some(string.into_owned()),
        _ => None,
    })
}

/// Returns a hint for a string that is similar to a known value.
fn hint_for_enum(violation: &Violation, text: &str) -> Option<String> {
    let string: String = serde_json::from_str(text).ok()?;
    let (_, values) = violation.params().find(|(name, _)| *name == "values")?;
    let ParamValue::List(values) = values else { return None };
    let trimmed = string.trim();
    let known = most_similar(trimmed, values.iter().map(|value| &**value))?;
    Some(format!("did you mean `{known}`?"))
}

/// Returns a hint for a string that does not match the format of its field.
fn hint_for_format(violation: &Violation, text: &str) -> Option<&'static str> {
    let string: String = serde_json::from_str(text).ok()?;
    let format = string_param(violation, "format")?;
    match &*format {
        "date-time" => hint_for_date_time(&string),
        "iso4217" | "iso3166-1-alpha-2" if string.chars().any(|it| it.is_ascii_lowercase()) => {
            Some("write the code in upper case")
        }
        "iso18245" if string.len() < 4 && string.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("write the code with four digits, including leading zeros")
        }
        "e164" if string.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("add a plus sign and the country code")
        }
        _ => None,
    }
}

const DATE_TIME_AS_NUMBER_HINT: &str = "write a date and time instead of a number";

/// Returns a hint for a date-time with a missing or malformed part.
fn hint_for_date_time(string: &str) -> Option<&'static str> {
    let pattern: String =
        string.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    let (date, rest) = pattern.split_at_checked(10)?;
    if date != "0000-00-00" {
        let is_number = string.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then_some(DATE_TIME_AS_NUMBER_HINT);
    }
    let (time, offset) = match rest.get(1..).and_then(|rest| rest.split_at_checked(8)) {
        Some((time, offset)) => (time, offset.trim_start_matches(['.', '0'])),
        None if rest.is_empty() => {
            return Some("add the time and an offset, such as T00:00:00+08:00");
        }
        None if rest == "T00:00" => {
            return Some("add the seconds and an offset, such as :00+08:00");
        }
        None => return None,
    };
    match offset {
        _ if time != "00:00:00" => None,
        "" => Some("add an offset, such as +08:00 or Z"),
        "+0000" | "-0000" => Some("write the offset with a colon, such as +08:00"),
        _ if rest.starts_with(' ') => Some("write T between the date and the time"),
        _ => None,
    }
}
