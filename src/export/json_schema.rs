//! JSON Schema, draft 2020-12 (feature `json-schema`).
//!
//! A document says of a JSON text what [`from_json`](crate::from_json) says of it, by the rows
//! themselves, but for what JSON Schema has no words for. There the schema is wider, and accepts:
//!
//! - a number such as `1.0` or `1e2` as an integer, for JSON Schema knows no literals;
//! - members that stand twice, for JSON Schema sees the last one;
//! - in `messageContent`, any text that begins and ends with a brace;
//! - with a validator that does not assert `format`: days that a month does not have, and a second
//!   60 that is not 23:59:60 UTC. Those that do, differ in what they take for a date-time.
//!
//! What is sensitive has the keyword `x-sensitive`. The known values of an open list are its
//! `examples`.
//!
//! ```
//! use miniprogram_protocol::{Table, dictionary::Order, export::json_schema};
//!
//! let document = json_schema::document(Order::SCHEMA);
//! let row = &document["$defs"]["Order"]["properties"]["orderDescription"];
//! assert_eq!(row["maxLength"], 256);
//! ```

use crate::{Choice, Field, Format, Integer, Law, Rule, Schema, Shape, Text};
use serde_json::{Map, Value, json};

/// The draft that the documents follow.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a table, with the tables inside it as `$defs`.
#[must_use]
pub fn document(schema: &Schema) -> Value {
    let mut definitions = Map::new();
    define(schema, &mut definitions);
    json!({
        "$schema": DRAFT,
        "title": schema.name,
        "$ref": reference(schema.name),
        "$defs": definitions,
    })
}

/// The schemas of all tables, as `$defs`.
#[must_use]
pub fn bundle() -> Value {
    let mut definitions = Map::new();
    for schema in Schema::ALL {
        define(schema, &mut definitions);
    }
    json!({
        "$schema": DRAFT,
        "title": "The tables of the Mini Program Platform",
        "$defs": definitions,
    })
}

fn reference(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// Defines a table and whatever it refers to.
fn define(schema: &Schema, definitions: &mut Map<String, Value>) {
    if definitions.contains_key(schema.name) {
        return;
    }
    definitions.insert(schema.name.to_owned(), object(schema).into());
    for field in schema.fields {
        define_shape(&field.shape, definitions);
    }
}

fn define_shape(shape: &Shape, definitions: &mut Map<String, Value>) {
    match shape {
        Shape::Object(schema) => define(schema, definitions),
        Shape::List(element) => define_shape(element, definitions),
        Shape::Text(Some(format)) => {
            if let Some(codes) = format.codes() {
                let description = format!("What is {}.", format.description());
                let definition = json!({"description": description, "enum": codes});
                definitions.entry(format.name()).or_insert(definition);
            }
        }
        _ => {}
    }
}

/// The keywords of a schema.
#[derive(Clone, Debug)]
struct Keywords(Map<String, Value>);

impl Keywords {
    fn of_type(name: &str) -> Self {
        Self(Map::new()).with("type", name)
    }

    fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.set(keyword, value);
        self
    }

    fn set(&mut self, keyword: &str, value: impl Into<Value>) {
        self.0.insert(keyword.to_owned(), value.into());
    }

    fn take(&mut self, keyword: &str) -> Option<Value> {
        self.0.remove(keyword)
    }
}

impl From<Keywords> for Value {
    fn from(keywords: Keywords) -> Self {
        Self::Object(keywords.0)
    }
}

fn object(schema: &Schema) -> Keywords {
    let required = schema.fields.iter().filter(|field| field.required).map(|field| field.name);
    let rows = schema.fields.iter().map(|field| (field.name.to_owned(), row(field).into()));
    let mut object = Keywords::of_type("object")
        .with("title", schema.name)
        .with("description", schema.description())
        .with("properties", rows.collect::<Map<_, _>>())
        .with("required", required.collect::<Vec<_>>());
    add_laws(&mut object, schema.laws);
    object
}

/// Adds the rules between members.
fn add_laws(object: &mut Keywords, laws: &[Law]) {
    if !laws.is_empty() {
        object.set("allOf", laws.iter().flat_map(law).collect::<Vec<_>>());
    }
}

fn row(field: &Field) -> Keywords {
    let mut row = match (&field.shape, field.rule) {
        (Shape::List(element), Rule::List { max_items, each }) => {
            let mut items = of_shape(element);
            add_text_rule(&mut items, each.unwrap_or(Text::ANY));
            let mut row = Keywords::of_type("array").with("items", items);
            row.0.extend(max_items.map(|most| ("maxItems".to_owned(), most.into())));
            row
        }
        (shape, _) => of_shape(shape),
    };
    match field.rule {
        Rule::Text(text) => add_text_rule(&mut row, text),
        Rule::Integer(integer) => add_integer_rule(&mut row, integer),
        Rule::Object(object) => add_laws(&mut row, object.laws()),
        Rule::List { .. } | Rule::None => {}
    }
    if !field.required {
        allow_null(&mut row);
    }
    row.set("description", field.description());
    if field.sensitive {
        row.set("x-sensitive", true);
    }
    row
}

fn of_shape(shape: &Shape) -> Keywords {
    match shape {
        Shape::Text(None) => Keywords::of_type("string"),
        Shape::Text(Some(format)) => of_format(*format),
        Shape::Choice(Choice { values, open, .. }) => {
            let listed = if *open { "examples" } else { "enum" };
            Keywords::of_type("string").with(listed, *values)
        }
        Shape::Integer => {
            let mut integer = Keywords::of_type("integer");
            add_integer_rule(&mut integer, Integer::ANY);
            integer
        }
        Shape::Boolean => Keywords::of_type("boolean"),
        Shape::List(element) => Keywords::of_type("array").with("items", of_shape(element)),
        Shape::Object(schema) => Keywords(Map::new()).with("$ref", reference(schema.name)),
    }
}

fn of_format(format: Format) -> Keywords {
    let text = Keywords::of_type("string");
    let Some(pattern) = pattern(format) else {
        return text.with("$ref", reference(format.name()));
    };
    let mut text = text.with("format", format.name()).with("pattern", pattern);
    if format == Format::JsonObject {
        text.set("contentMediaType", "application/json");
        text.set("contentSchema", json!({"type": "object"}));
    }
    text
}

/// What a text of a format looks like, unless it is one of a list of codes.
fn pattern(format: Format) -> Option<String> {
    let pattern = match format {
        Format::DateTime => concat!(
            "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
            "T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?",
            "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
        ),
        Format::Iso18245 => "^[0-9]{4}$",
        Format::UnixMillis => return Some(decimal_up_to(i64::MAX)),
        Format::JsonObject => "^[ \\t\\n\\r]*\\{[\\s\\S]*\\}[ \\t\\n\\r]*$",
        Format::E164 => "^\\+[1-9][0-9]{1,14}$",
        Format::Iso4217 | Format::Iso3166Alpha2 => return None,
    };
    Some(pattern.to_owned())
}

/// The decimals from 0 to `most`, leading zeros allowed.
fn decimal_up_to(most: i64) -> String {
    let most = most.to_string();
    let mut alternatives = vec![format!("[0-9]{{1,{}}}", most.len() - 1), most.clone()];
    for (index, digit) in most.char_indices() {
        // As many digits as `most` has, and the first one that differs is smaller.
        let (same, after) = (most.get(..index).unwrap_or_default(), most.len() - index - 1);
        let least = if index == 0 { '1' } else { '0' };
        if digit > least {
            let smaller = char::from_u32(u32::from(digit) - 1).unwrap_or(least);
            alternatives.push(format!("{same}[{least}-{smaller}][0-9]{{{after}}}"));
        }
    }
    format!("^0*({})$", alternatives.join("|"))
}

fn add_text_rule(row: &mut Keywords, text: Text) {
    if let Some(least) = text.min_length() {
        row.set("minLength", least);
    }
    if let Some(most) = text.max_length() {
        row.set("maxLength", most);
    }
    if !text.forbidden_characters().is_empty() {
        let characters: String = text.forbidden_characters().iter().collect();
        let pattern = format!("^[^{characters}]*$");
        if row.0.contains_key("pattern") {
            row.set("allOf", json!([{"pattern": pattern}]));
        } else {
            row.set("pattern", pattern);
        }
    }
}

fn add_integer_rule(row: &mut Keywords, integer: Integer) {
    row.set("minimum", integer.minimum());
    row.set("maximum", integer.maximum());
}

/// An optional row may be null, which is as good as absent.
fn allow_null(row: &mut Keywords) {
    let shape = row.take("type");
    if let Some(reference) = row.take("$ref") {
        row.set("anyOf", json!([{"$ref": reference}, {"type": "null"}]));
        return;
    }
    row.set("type", json!([shape, "null"]));
    if let Some(Value::Array(mut values)) = row.take("enum") {
        values.push(Value::Null);
        row.set("enum", values);
    }
}

/// That a member is given: it is there, and is not null.
fn given(member: &str) -> Value {
    json!({"required": [member], "properties": {member: {"not": {"type": "null"}}}})
}

/// That a member is given and has one of these values.
fn is(member: &str, values: &[Value]) -> Value {
    json!({"required": [member], "properties": {member: {"enum": values}}})
}

/// A rule between members, as schemas that must all hold.
fn law(law: &Law) -> Vec<Value> {
    match *law {
        Law::Together(members) => {
            let all: Vec<_> = members.iter().map(|member| given(member)).collect();
            let any = json!({"anyOf": all});
            vec![json!({"if": any, "then": {"allOf": all}})]
        }
        Law::RequiredWhen { member, when, is: value } => {
            vec![json!({"if": is(when, &[value.into()]), "then": given(member)})]
        }
        Law::AnyOf(members) => {
            let each: Vec<_> = members.iter().map(|member| given(member)).collect();
            vec![json!({"anyOf": each})]
        }
        Law::FormatWhen { member, format, when, is: value } => {
            let then = json!({"properties": {member: Value::from(of_format(format))}});
            vec![json!({"if": is(when, &[value.into()]), "then": then})]
        }
        Law::Lookup { member, when, table } => {
            let mut keys_of_values = Vec::<(&str, Vec<Value>)>::new();
            for (key, value) in table {
                match keys_of_values.iter_mut().find(|(known, _)| known == value) {
                    Some((_, keys)) => keys.push((*key).into()),
                    None => keys_of_values.push((value, vec![(*key).into()])),
                }
            }
            let rules = keys_of_values.into_iter().map(|(value, keys)| {
                json!({"if": is(when, &keys), "then": {"properties": {member: {"const": value}}}})
            });
            rules.collect()
        }
    }
}
