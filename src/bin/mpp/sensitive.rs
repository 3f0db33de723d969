//! The values in a document that a report must not show.

use miniprogram_protocol::{Schema, schema::Field};
use std::ops::Range;

/// The maximum nesting depth that the library accepts. Everything that is nested more deeply is
/// hidden.
const MAX_NESTING_DEPTH: usize = 128;

/// Returns the ranges of the values that a report must not show, in ascending order: the strings,
/// numbers, `true` and `false` in sensitive fields and in unknown fields. The ranges of strings do not
/// include the quotation marks. Without a schema, all fields are unknown.
///
/// The document may be malformed. Values whose field cannot be determined with certainty are
/// hidden.
pub(crate) fn hidden_values(schema: Option<&'static Schema>, json: &[u8]) -> Vec<Range<usize>> {
    let value = ValueContext { schema, is_hidden: schema.is_none() };
    let mut scanner = Scanner {
        json,
        position: 0,
        containers: Vec::new(),
        value,
        expects_name: false,
        hidden: Vec::new(),
    };
    while let Some(byte) = json.get(scanner.position) {
        scanner.read_token(*byte);
    }
    scanner.hidden
}

/// The context of the next value: its expected schema, and whether it is hidden.
#[derive(Clone, Copy)]
struct ValueContext {
    /// The schema of the value if an object or an array of objects is expected.
    schema: Option<&'static Schema>,
    is_hidden: bool,
}

impl ValueContext {
    const HIDDEN: Self = Self { schema: None, is_hidden: true };

    fn for_field(field: Option<&Field>) -> Self {
        match field {
            Some(field) if !field.sensitive => {
                Self { schema: field.value_type.object_schema(), is_hidden: false }
            }
            _ => Self::HIDDEN,
        }
    }

    /// Returns whether a scalar is hidden. A scalar in place of an object may contain a value of one
    /// of the object's fields.
    const fn hides_scalar(self) -> bool {
        self.is_hidden || self.schema.is_some()
    }
}

/// An object or array that contains the current position.
enum Container {
    /// An object with its schema, if that is known.
    Object(Option<&'static Schema>),
    /// An array with the context of its elements.
    Array(ValueContext),
}

struct Scanner<'a> {
    json: &'a [u8],
    position: usize,
    containers: Vec<Container>,
    value: ValueContext,
    /// True directly after the beginning of an object, and after a comma in an object.
    expects_name: bool,
    hidden: Vec<Range<usize>>,
}

impl Scanner<'_> {
    fn read_token(&mut self, first: u8) {
        let start = self.position;
        match first {
            b'{' | b'[' => self.enter_container(first),
            b'}' | b']' => self.leave_container(first),
            b',' => {
                self.position += 1;
                (self.value, self.expects_name) = match self.containers.last() {
                    Some(Container::Array(elements)) => (*elements, false),
                    Some(Container::Object(_)) => (ValueContext::HIDDEN, true),
                    None => (ValueContext::HIDDEN, false),
                };
            }
            b':' | b' ' | b'\t' | b'\n' | b'\r' => self.position += 1,
            b'"' => self.read_string(),
            _ => {
                let is_end = |byte: &u8| b"{}[],:\" \t\r\n".contains(byte);
                let length = self.rest().iter().position(is_end).unwrap_or(self.rest().len());
                self.read_scalar(start..start + length, start + length);
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.json.get(self.position..).unwrap_or_default()
    }

    fn enter_container(&mut self, bracket: u8) {
        if self.containers.len() >= MAX_NESTING_DEPTH {
            return self.hide_rest();
        }
        self.containers.push(match bracket {
            b'{' => Container::Object(self.value.schema),
            _ => Container::Array(self.value),
        });
        self.expects_name = bracket == b'{';
        if self.expects_name {
            self.value = ValueContext::HIDDEN;
        }
        self.position += 1;
    }

    fn leave_container(&mut self, bracket: u8) {
        match (self.containers.pop(), bracket) {
            (Some(Container::Object(_)), b'}') | (Some(Container::Array(_)), b']') => {
                self.finish_value(self.position + 1);
            }
            // After a mismatched bracket, the field of a value cannot be determined.
            _ => self.hide_rest(),
        }
    }

    /// Hides everything from the position onward.
    fn hide_rest(&mut self) {
        self.hidden.push(self.position..self.json.len());
        self.position = self.json.len();
    }

    fn read_string(&mut self) {
        let start = self.position + 1;
        let (content_end, end) = content_and_string_end(self.json, start);
        let content = self.json.get(start..content_end).unwrap_or_default();
        match self.containers.last() {
            Some(Container::Object(schema))
                if self.expects_name && is_member_name(self.json, end) =>
            {
                let name = unescape(content);
                let field = schema.zip(name).and_then(|(schema, name)| schema.field(&name));
                self.value = ValueContext::for_field(field);
                self.expects_name = false;
                self.position = end;
            }
            _ => self.read_scalar(start..content_end, end),
        }
    }

    fn read_scalar(&mut self, range: Range<usize>, end: usize) {
        let is_null = self.json.get(range.clone()) == Some(b"null");
        if self.value.hides_scalar() && !is_null && !range.is_empty() {
            self.hide(range);
        }
        self.finish_value(end);
    }

    /// Hides a range. Adjacent elements of an array are merged into one range to save memory.
    fn hide(&mut self, range: Range<usize>) {
        if let Some(last) = self.hidden.last_mut() {
            let between = self.json.get(last.end..range.start).unwrap_or_default();
            if between.len() <= 4 && between.iter().all(|byte| b"\", ".contains(byte)) {
                last.end = range.end;
                return;
            }
        }
        self.hidden.push(range);
    }

    /// Moves to the end of a value. The next value is hidden unless a name or a comma precedes it.
    fn finish_value(&mut self, end: usize) {
        self.value = ValueContext::HIDDEN;
        self.expects_name = false;
        self.position = end;
    }
}

/// Returns the end of the content of a string, and the end of the string. A string without a
/// closing quotation mark ends at the end of its line.
fn content_and_string_end(json: &[u8], start: usize) -> (usize, usize) {
    let mut position = start;
    loop {
        match json.get(position) {
            Some(b'"') => return (position, position + 1),
            Some(b'\\') if json.get(position + 1).is_some_and(|byte| *byte != b'\n') => {
                position += 2;
            }
            None | Some(b'\n') => return (position, position),
            Some(_) => position += 1,
        }
    }
}

/// Returns whether the string that ends at `end` is the name of a field.
fn is_member_name(json: &[u8], end: usize) -> bool {
    let rest = json.get(end..).unwrap_or_default();
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

/// Returns the decoded content of a JSON string, or `None` if the string is malformed.
fn unescape(content: &[u8]) -> Option<String> {
    let quoted = [b"\"", content, b"\""].concat();
    serde_json::from_slice(&quoted).ok()
}

#[cfg(test)]
mod tests {
    use super::hidden_values;
    use miniprogram_protocol::{Policy, Schema, generate};
    use proptest::{
        strategy::{Strategy as _, ValueTree as _},
        test_runner::TestRunner,
    };
    use serde_json::Value;

    fn hidden<'a>(schema: &str, json: &'a str) -> Vec<&'a str> {
        let schema = Schema::by_name(schema).unwrap();
        let ranges = hidden_values(Some(schema), json.as_bytes());
        ranges.into_iter().map(|range| &json[range]).collect()
    }

    #[test]
    fn hides_sensitive_and_unknown_values() {
        let json = r#"{"osType": "IOS", "clientIp": "10.0.0.1", "x": [1, {"y": true}],
            "merchant\u0049d": "M"}"#;
        assert_eq!(hidden("Env", json), ["10.0.0.1", "1", "true", "M"]);
        let json = r#"{"buyer": {"buyerName": {"fullName": "A \" B"}}, "orderDescription": "D"}"#;
        assert_eq!(hidden("Order", json), [r#"A \" B"#]);
    }

    #[test]
    fn hides_values_in_arrays() {
        let json = r#"{"goods": [{"goodsName": "N", "other": 1}, {"other": 2}], "z": [[3]]}"#;
        assert_eq!(hidden("Order", json), ["1", "2", "3"]);
    }

    #[test]
    fn hides_scalars_in_place_of_objects() {
        assert_eq!(hidden("Order", r#"{"buyer": "Jane", "goods": [5]}"#), ["Jane", "5"]);
        assert_eq!(hidden("Order", r#""Jane""#), ["Jane"]);
    }

    #[test]
    fn hides_values_of_uncertain_fields() {
        for json in [
            r#"{"osType": "IOS" "Jane"}"#,
            r#"{"osType": "IOS" Jane}"#,
            r#"{"osType" "Jane"}"#,
            r#"{"osType: "Jane"#,
            r#"{"osType": {"osType": "Jane"}}"#,
            r#"{"osType": "IOS"}"Jane""#,
            r#"{"osType": "IOS", Jane}"#,
            r#"{"osType": "IOS", "clientIp": "Jane": 1}"#,
            r#"{"clientIp" "Jane": 1}"#,
            r#"{"x": {], "osType": "Jane"}"#,
            r#"{"x": [}, "osType": "Jane"}"#,
            r#"], {"osType": "Jane"}"#,
        ] {
            assert!(hidden("Env", json).iter().any(|value| value.contains("Jane")), "{json}");
        }
        let json = br#"{"value": "Jane"}"#;
        assert_eq!(hidden_values(None, json).first(), Some(&(11..15)));
        let deep = format!("{}Jane", "[".repeat(1000));
        assert!(hidden("Env", &deep).concat().ends_with("Jane"));
    }

    /// Appends the values that must be hidden in an object to `values`.
    fn collect_hidden_values(schema: Option<&Schema>, object: &Value, values: &mut Vec<Value>) {
        for (name, value) in object.as_object().unwrap() {
            let field = schema.and_then(|schema| schema.field(name));
            let is_hidden = field.is_none_or(|field| field.sensitive);
            let schema = field.filter(|_| !is_hidden).and_then(|it| it.value_type.object_schema());
            let mut values_of = vec![value];
            while let Some(value) = values_of.pop() {
                match value {
                    Value::Array(elements) => values_of.extend(elements),
                    Value::Object(_) => collect_hidden_values(schema, value, values),
                    Value::Null => {}
                    _ if is_hidden => values.push(value.clone()),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn finds_the_hidden_values_of_generated_documents() {
        let mut runner = TestRunner::deterministic();
        let mut count = 0;
        for schema in Schema::ALL {
            let documents = generate::valid_document_with(schema, &Policy::lenient());
            for _ in 0..20 {
                let json = documents.new_tree(&mut runner).unwrap().current().to_json();
                let mut expected = Vec::new();
                collect_hidden_values(
                    Some(schema),
                    &serde_json::from_slice(&json).unwrap(),
                    &mut expected,
                );
                expected.retain(|value| value != "");
                let mut found = Vec::new();
                for range in hidden_values(Some(schema), &json) {
                    // Adjacent elements of an array are merged into one range.
                    let is_quote = |index: usize| usize::from(json[index] == b'"');
                    let start = range.start - is_quote(range.start - 1);
                    let end = range.end + is_quote(range.end);
                    let elements = [b"[", &json[start..end], b"]"];
                    let elements = serde_json::from_slice::<Vec<Value>>(&elements.concat());
                    found.extend(elements.unwrap());
                }
                found.retain(|value| value != "" && !value.is_null());
                found.sort_by_key(Value::to_string);
                expected.sort_by_key(Value::to_string);
                assert_eq!(found, expected, "{}", String::from_utf8_lossy(&json));
                count += found.len();
            }
        }
        assert!(count > 1000, "{count}");
    }

    #[test]
    fn does_not_panic_on_malformed_documents() {
        for json in ["", "\"", "\"\\", "{\"", "]", "}}", ":", ",", "{\"a\\", "\"\\\n\""] {
            hidden("Env", json);
        }
    }
}
