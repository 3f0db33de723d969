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
//! What is sensitive has the keyword `x-sensitive`. The `examples` of a row are the known values of
//! its open list, or else the document's example.
//!
//! ```
//! use miniprogram_protocol::{Table, dictionary::Order, export::json_schema};
//!
//! let document = json_schema::document(Order::SCHEMA);
//! let row = &document["$defs"]["Order"]["properties"]["orderDescription"];
//! assert_eq!(row["maxLength"], 256);
//! ```

use crate::{Choice, Field, Format, Integer, Law, Rule, Schema, Shape, Text, schema::Constant};
use serde_json::{Map, Value, json};

/// The draft that the documents follow.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a table, with the tables inside it as `$defs`.
#[must_use]
pub fn document(schema: &'static Schema) -> Value {
    let mut document = Keywords::default();
    document.set("$schema", DRAFT);
    document.set("title", schema.name);
    document.set("$ref", format!("{DEFINITIONS}{}", schema.name));
    document.set("$defs", definitions([schema], DEFINITIONS));
    document.into()
}

/// The schemas of all tables, as `$defs`.
#[must_use]
pub fn bundle() -> Value {
    let mut bundle = Keywords::default();
    bundle.set("$schema", DRAFT);
    bundle.set("title", "The tables of the Mini Program Platform");
    bundle.set("$defs", definitions(Schema::ALL.iter().copied(), DEFINITIONS));
    bundle.into()
}

/// Where the definitions of a document stand.
const DEFINITIONS: &str = "#/$defs/";

/// The schemas of tables and of all that they refer to, by name. `place` is what a reference has
/// before the name.
pub(super) fn definitions(
    tables: impl IntoIterator<Item = &'static Schema>,
    place: &str,
) -> Map<String, Value> {
    let mut to_do: Vec<_> = tables.into_iter().map(Definition::Table).collect();
    let mut done = Map::new();
    while let Some(definition) = to_do.pop() {
        if !done.contains_key(definition.name()) {
            let mut refer = |definition: Definition| {
                to_do.push(definition);
                Keywords::default().with("$ref", format!("{place}{}", definition.name()))
            };
            let keywords = definition.keywords(&mut refer);
            done.insert(definition.name().to_owned(), keywords.into());
        }
    }
    done
}

/// What schemas refer to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Definition {
    Table(&'static Schema),
    /// A format that is a list of codes.
    Codes(Format),
}

/// How a schema refers to a definition: a `$ref`, or the keywords of the definition itself.
pub(super) type Refer<'a> = &'a mut dyn FnMut(Definition) -> Keywords;

impl Definition {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Table(schema) => schema.name,
            Self::Codes(format) => format.name(),
        }
    }

    /// The schema of the definition.
    pub(super) fn keywords(self, refer: Refer<'_>) -> Keywords {
        match self {
            Self::Table(schema) => object(schema, refer),
            Self::Codes(format) => Keywords::of_type("string")
                .with("description", format!("What is {}.", format.description()))
                .with("enum", format.codes().unwrap_or_default()),
        }
    }
}

/// The keywords of a schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Keywords(pub(super) Map<String, Value>);

impl Keywords {
    fn of_type(name: &str) -> Self {
        Self::default().with("type", name)
    }

    pub(super) fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.set(keyword, value);
        self
    }

    pub(super) fn set(&mut self, keyword: &str, value: impl Into<Value>) {
        self.0.insert(keyword.to_owned(), value.into());
    }

    /// Adds schemas that must hold, too.
    fn also(&mut self, schemas: impl IntoIterator<Item = Value>) {
        let mut all_of = match self.take("allOf") {
            Some(Value::Array(all_of)) => all_of,
            _ => Vec::new(),
        };
        all_of.extend(schemas);
        if !all_of.is_empty() {
            self.set("allOf", all_of);
        }
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

fn object(schema: &Schema, refer: Refer<'_>) -> Keywords {
    let mut properties = Map::new();
    for field in schema.fields {
        properties.insert(field.name.to_owned(), row(field, refer).into());
    }
    let required = schema.fields.iter().filter(|field| field.required).map(|field| field.name);
    let mut object = Keywords::of_type("object")
        .with("title", schema.name)
        .with("description", schema.description())
        .with("properties", properties)
        .with("required", required.collect::<Vec<_>>());
    add_laws(&mut object, schema.laws, refer);
    object
}

/// Adds the rules between members.
fn add_laws(object: &mut Keywords, laws: &[Law], refer: Refer<'_>) {
    for each in laws {
        object.also(law(each, refer));
    }
}

fn row(field: &Field, refer: Refer<'_>) -> Keywords {
    let mut row = match (&field.shape, field.rule) {
        (Shape::List(element), Rule::List { max_items, each }) => {
            let mut items = of_shape(element, refer);
            add_text_rule(&mut items, each.unwrap_or(Text::ANY));
            let mut row = Keywords::of_type("array").with("items", items);
            row.0.extend(max_items.map(|most| ("maxItems".to_owned(), most.into())));
            row
        }
        (shape, _) => of_shape(shape, refer),
    };
    match field.rule {
        Rule::Text(text) => add_text_rule(&mut row, text),
        Rule::Integer(integer) => add_integer_rule(&mut row, integer),
        Rule::Object(object) => add_laws(&mut row, object.laws(), refer),
        Rule::List { .. } | Rule::None => {}
    }
    if !field.required {
        allow_null(&mut row);
    }
    row.set("description", field.description());
    if let Some(example) = field.example().and_then(|json| serde_json::from_str(json).ok()) {
        row.0.entry("examples").or_insert(Value::Array(vec![example]));
    }
    if field.sensitive {
        row.set("x-sensitive", true);
    }
    row
}

/// The schema of any value of a shape.
pub(super) fn of_shape(shape: &Shape, refer: Refer<'_>) -> Keywords {
    match shape {
        Shape::Text(None) => Keywords::of_type("string"),
        Shape::Text(Some(format)) => of_format(*format, refer),
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
        Shape::List(element) => Keywords::of_type("array").with("items", of_shape(element, refer)),
        Shape::OneOrMany(element) => {
            let element = Value::from(of_shape(element, refer));
            let many = json!({"type": "array", "items": element});
            Keywords::default().with("anyOf", json!([element, many]))
        }
        Shape::Object(schema) => refer(Definition::Table(schema)),
    }
}

fn of_format(format: Format, refer: Refer<'_>) -> Keywords {
    let Some(pattern) = pattern(format) else {
        return refer(Definition::Codes(format));
    };
    let mut text =
        Keywords::of_type("string").with("format", format.name()).with("pattern", pattern);
    if format == Format::JsonObject {
        text.set("contentMediaType", "application/json");
        text.set("contentSchema", json!({"type": "object"}));
    }
    text
}

/// What a text of a format looks like, unless it is one of a list of codes.
pub(super) fn pattern(format: Format) -> Option<String> {
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
            row.also([json!({"pattern": pattern})]);
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
    if let Some(Value::Array(mut alternatives)) = row.take("anyOf") {
        alternatives.push(json!({"type": "null"}));
        row.set("anyOf", alternatives);
        return;
    }
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

/// That a member, or `outer/inner` a member of a member, is given and has this value.
fn is_at(path: &str, value: Constant) -> Value {
    match path.split_once('/') {
        None => is(path, &[value.into()]),
        Some((outer, inner)) => {
            json!({"required": [outer], "properties": {outer: is(inner, &[value.into()])}})
        }
    }
}

/// A rule between members, as schemas that must all hold.
fn law(law: &Law, refer: Refer<'_>) -> Vec<Value> {
    match *law {
        Law::Together(members) => {
            let all: Vec<_> = members.iter().map(|member| given(member)).collect();
            let any = json!({"anyOf": all});
            vec![json!({"if": any, "then": {"allOf": all}})]
        }
        Law::RequiredWhen { member, when, is: value } => {
            vec![json!({"if": is_at(when, value), "then": given(member)})]
        }
        Law::AnyOf(members) => {
            let each: Vec<_> = members.iter().map(|member| given(member)).collect();
            vec![json!({"anyOf": each})]
        }
        Law::FormatWhen { member, format, when, is: value } => {
            let then = json!({"properties": {member: Value::from(of_format(format, refer))}});
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
