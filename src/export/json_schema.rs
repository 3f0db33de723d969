//! JSON Schema, draft 2020-12 (feature `json-schema`).
//!
//! A document says of a JSON text what [`from_json`](crate::from_json) says of it, by the rows
//! themselves, but for what JSON Schema has no words for (below); that of a policy
//! ([`document_with`], [`bundle_with`]) says what [`from_json_with`](crate::from_json_with) says.
//!
//! What a policy lets pass is valid in its schema as any other value: a deviation has no mark.
//! Documents that `schemars` and `utoipa` make of the types, and OpenAPI of the calls, say
//! what the dictionary says, for a type knows no policy.
//!
//! The `examples` of a row are the known values of its open list, or else the document's example,
//! unless that breaks its own row.
//!
//! ```
//! use miniprogram_protocol::{ProtocolType, dictionary::Order, export::json_schema};
//!
//! let document = json_schema::document(Order::SCHEMA);
//! let row = &document["$defs"]["Order"]["properties"]["orderDescription"];
//! assert_eq!(row["maxLength"], 256);
//! ```
//!
#![doc = include_str!("../../schema/README.md")]

use crate::{
    policy::{Pattern, Policy, UnknownFieldPolicy},
    schema::{
        Constant, Constraints, CrossFieldRule, Deviation, EnumSchema, Field, Format,
        IntegerConstraints, Schema, StringConstraints, TypedConstraints as _, ValueType,
        outer_and_inner,
    },
    validate::STRICT,
};
use serde_json::{Map, Value, json};

/// The draft that the documents follow.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a table, with the tables inside it as `$defs`.
#[must_use]
pub fn document(schema: &'static Schema) -> Value {
    document_with(schema, &STRICT)
}

/// The schema of a table as a policy has it, with the tables inside it as `$defs`.
///
/// ```
/// use miniprogram_protocol::{Deviation, Policy, ProtocolType, dictionary::Amount, export::json_schema};
///
/// let policy = Policy::strict().allow(Deviation::AmountAsString);
/// let document = json_schema::document_with(Amount::SCHEMA, &policy);
/// let row = &document["$defs"]["Amount"]["properties"]["value"];
/// assert_eq!(row["type"], serde_json::json!(["integer", "string"]));
/// ```
#[must_use]
pub fn document_with(schema: &'static Schema, policy: &Policy) -> Value {
    let mut document = Keywords::default();
    document.set("$schema", DRAFT);
    document.set("title", schema.name);
    document.set("$ref", format!("{DEFINITIONS}{}", schema.name));
    document.set("$defs", definitions([schema], DEFINITIONS, policy));
    document.into()
}

/// The schemas of all tables, as `$defs`.
#[must_use]
pub fn bundle() -> Value {
    bundle_with(&STRICT)
}

/// The schemas of all tables as a policy has them, as `$defs`.
///
/// ```
/// use miniprogram_protocol::{Policy, UnknownFieldPolicy, export::json_schema};
///
/// let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
/// let bundle = json_schema::bundle_with(&policy);
/// assert_eq!(bundle["$defs"]["Order"]["additionalProperties"], false);
/// ```
#[must_use]
pub fn bundle_with(policy: &Policy) -> Value {
    let mut bundle = Keywords::default();
    bundle.set("$schema", DRAFT);
    bundle.set("title", "The tables of the Mini Program Platform");
    bundle.set("$defs", definitions(Schema::ALL.iter().copied(), DEFINITIONS, policy));
    bundle.into()
}

/// Where the definitions of a document stand.
const DEFINITIONS: &str = "#/$defs/";

/// The schemas of tables and of all that they refer to, by name. `place` is what a reference has
/// before the name.
pub(super) fn definitions(
    tables: impl IntoIterator<Item = &'static Schema>,
    place: &str,
    policy: &Policy,
) -> Map<String, Value> {
    let mut to_do: Vec<_> = tables.into_iter().map(Definition::Table).collect();
    let mut done = Map::new();
    while let Some(definition) = to_do.pop() {
        if !done.contains_key(definition.name()) {
            let mut refer = |definition: Definition| {
                to_do.push(definition);
                Keywords::default().with("$ref", format!("{place}{}", definition.name()))
            };
            let keywords = definition.keywords(policy, &mut refer);
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
    pub(super) fn keywords(self, policy: &Policy, refer: Refer<'_>) -> Keywords {
        match self {
            Self::Table(schema) => object(schema, policy, refer),
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

    /// Adds schemas that must hold, too; one at the least.
    fn also(&mut self, schemas: impl IntoIterator<Item = Value>) {
        let mut all_of = match self.take("allOf") {
            Some(Value::Array(all_of)) => all_of,
            _ => Vec::new(),
        };
        all_of.extend(schemas);
        self.set("allOf", all_of);
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

fn object(schema: &Schema, policy: &Policy, refer: Refer<'_>) -> Keywords {
    let mut properties = Map::new();
    for (field, rule) in policy.fields(schema) {
        properties.insert(field.name.to_owned(), row(field, rule, policy, refer).into());
    }
    let required = schema.fields.iter().filter(|field| policy.requires(field));
    let mut object = Keywords::of_type("object")
        .with("title", schema.name)
        .with("description", schema.description())
        .with("properties", properties)
        .with("required", required.map(|field| field.name).collect::<Vec<_>>());
    if has_rows_alone(policy) {
        object.set("additionalProperties", false);
    }
    add_laws(&mut object, schema.cross_field_rules, refer);
    object
}

/// Whether no member is valid that no row names.
fn has_rows_alone(policy: &Policy) -> bool {
    match policy.unknown_field_policy() {
        UnknownFieldPolicy::Keep => policy.unknown_fields_limit() == 0,
        UnknownFieldPolicy::Ignore => false,
        UnknownFieldPolicy::Reject => true,
    }
}

/// Adds the rules between members.
fn add_laws(object: &mut Keywords, cross_field_rules: &[CrossFieldRule], refer: Refer<'_>) {
    for rule in cross_field_rules {
        object.also(cross_field_rule(rule, refer));
    }
}

fn row(field: &Field, rule: Constraints, policy: &Policy, refer: Refer<'_>) -> Keywords {
    let mut row = match (field.value_type, rule) {
        (ValueType::String(_) | ValueType::Enum(_), rule) => {
            let rule = StringConstraints::of(rule).unwrap_or(StringConstraints::UNCONSTRAINED);
            of_text(field.value_type, rule, policy, refer)
        }
        (ValueType::Integer, rule) => of_integer(
            IntegerConstraints::of(rule).unwrap_or(IntegerConstraints::UNCONSTRAINED),
            policy,
        ),
        (ValueType::Array(element), Constraints::Array { max_items, items }) => {
            let items = match items {
                Some(items) => of_text(*element, items, policy, refer),
                None => of_shape(element, policy, refer),
            };
            array(items, max_items, policy)
        }
        (value_type, _) => of_shape(&value_type, policy, refer),
    };
    if let Constraints::Object(object) = rule {
        add_laws(&mut row, object.cross_field_rules, refer);
    }
    if !policy.requires(field) {
        allow_null(&mut row);
    }
    row.set("description", field.description());
    let example = field.example().and_then(|json| serde_json::from_str::<Value>(json).ok());
    if let Some(example) = example.filter(|example| is_example(example, field, rule, policy)) {
        row.0.entry("examples").or_insert(Value::Array(vec![example]));
    }
    if field.sensitive {
        row.set("x-sensitive", true);
    }
    row
}

/// Whether the document's example is one by the policy, too.
fn is_example(example: &Value, field: &Field, rule: Constraints, policy: &Policy) -> bool {
    if rule == field.constraints {
        return true;
    }
    match (example, rule) {
        (Value::String(text), Constraints::String(rule)) => {
            policy.string(field.value_type, rule).accepts(text)
        }
        (Value::Number(number), Constraints::Integer(rule)) => {
            let integer = number.as_i64();
            integer.is_some_and(|number| (rule.minimum..=rule.maximum).contains(&number))
        }
        _ => true,
    }
}

/// The schema of any value of a shape.
pub(super) fn of_shape(value_type: &ValueType, policy: &Policy, refer: Refer<'_>) -> Keywords {
    match value_type {
        ValueType::String(_) | ValueType::Enum(_) => {
            of_text(*value_type, StringConstraints::UNCONSTRAINED, policy, refer)
        }
        ValueType::Integer => of_integer(IntegerConstraints::UNCONSTRAINED, policy),
        ValueType::Boolean => Keywords::of_type("boolean"),
        ValueType::Array(element) => array(of_shape(element, policy, refer), None, policy),
        ValueType::OneOrMany(element) => {
            let element = of_shape(element, policy, refer);
            let many = array(element.clone(), None, policy);
            Keywords::default().with("anyOf", vec![Value::from(element), many.into()])
        }
        ValueType::Object(schema) => refer(Definition::Table(schema)),
    }
}

fn array(items: Keywords, max_items: Option<u32>, policy: &Policy) -> Keywords {
    let mut array = Keywords::of_type("array").with("items", items);
    // What is read at the most by default is no rule of a row.
    let read_at_most = policy.items_limit();
    let read_at_most = (read_at_most != STRICT.items_limit()).then_some(read_at_most as u64);
    let max_items = max_items.map(u64::from).into_iter().chain(read_at_most).min();
    array.0.extend(max_items.map(|most| ("maxItems".to_owned(), most.into())));
    array
}

/// The schema of the texts of a shape that keep a rule.
fn of_text(
    value_type: ValueType,
    rule: StringConstraints,
    policy: &Policy,
    refer: Refer<'_>,
) -> Keywords {
    let asked = policy.string(value_type, rule);
    let mut text = match (value_type, asked.format()) {
        (ValueType::Enum(EnumSchema { values, .. }), _) => {
            let listed = if asked.known_values().is_some() { "enum" } else { "examples" };
            Keywords::of_type("string").with(listed, *values)
        }
        (_, None) => Keywords::of_type("string"),
        (_, Some(format)) if asked.accepts_date_only() || asked.accepts_unix_millis() => {
            let date =
                asked.accepts_date_only().then(|| json!({"format": "date", "pattern": DATE}));
            let millis = asked.accepts_unix_millis().then_some(Format::UnixMillis);
            let formats = [Some(format), millis]
                .into_iter()
                .flatten()
                .map(|format| json!({"format": format.name(), "pattern": pattern(format)}));
            let any_of: Vec<_> = formats.chain(date).collect();
            Keywords::of_type("string").with("anyOf", any_of)
        }
        (_, Some(format)) => of_format(format, refer),
    };
    if let Some(values) = asked.limits.values.as_deref() {
        text.take("examples");
        text.set("enum", values);
    }
    if let Some(least) = rule.min_length {
        text.set("minLength", least);
    }
    if let Some(most) = rule.max_length {
        text.set("maxLength", most);
    }
    let forbidden = match policy.string_limits(rule) {
        None => without(rule.forbidden_characters().iter().copied()),
        Some(limits) => limits.forbidden_characters.as_ref().and_then(|set| without(set.iter())),
    };
    let own = asked.limits.pattern.as_ref().map(to_ecma);
    for pattern in forbidden.into_iter().chain(own) {
        if text.0.contains_key("pattern") {
            text.also([json!({"pattern": pattern})]);
        } else {
            text.set("pattern", pattern);
        }
    }
    text
}

/// The pattern of a policy as JSON Schema has it.
fn to_ecma(pattern: &Pattern) -> String {
    #[cfg(feature = "pattern")]
    return pattern.to_ecma();
    #[cfg(not(feature = "pattern"))]
    match *pattern {}
}

/// The pattern of texts without these characters, if there are any.
fn without(characters: impl Iterator<Item = char>) -> Option<String> {
    let mut runs = Vec::<(char, char)>::new();
    for character in characters {
        match runs.last_mut() {
            Some((_, last)) if u32::from(*last) + 1 == u32::from(character) => *last = character,
            _ => runs.push((character, character)),
        }
    }
    let class: String = runs
        .iter()
        .map(|(first, last)| match u32::from(*last) - u32::from(*first) {
            0 => in_class(*first),
            // Two neighbours need no dash between them.
            1 => in_class(*first) + &in_class(*last),
            _ => format!("{}-{}", in_class(*first), in_class(*last)),
        })
        .collect();
    (!runs.is_empty()).then(|| format!("^[^{class}]*$"))
}

/// A character in a class of characters, in a way that all dialects of patterns know.
fn in_class(character: char) -> String {
    match character {
        '\\' | '[' | ']' | '^' | '-' => format!("\\{character}"),
        // These are operators in some dialects, if they stand twice.
        '&' | '~' | '|' => format!("\\x{:02x}", u32::from(character)),
        _ if character.is_control() => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    }
}

fn of_integer(rule: IntegerConstraints, policy: &Policy) -> Keywords {
    let (minimum, maximum) = (rule.minimum, rule.maximum);
    let mut integer =
        Keywords::of_type("integer").with("minimum", minimum).with("maximum", maximum);
    if rule.string_allowed && policy.allows(Deviation::AmountAsString) {
        integer.set("type", json!(["integer", "string"]));
        integer.set("pattern", decimal_within(minimum, maximum));
    }
    integer
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

/// A date without time.
const DATE: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

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

/// The decimals from `least` to `most` as integers are written: without plus sign and leading zeros.
fn decimal_within(least: i64, most: i64) -> String {
    let mut alternatives = Vec::new();
    if least < 0 {
        let nearest_to_zero = if most < 0 { most.unsigned_abs() } else { 1 };
        let magnitudes = magnitudes(nearest_to_zero, least.unsigned_abs());
        alternatives.push(format!("-({})", magnitudes.join("|")));
    }
    if least <= 0 && most >= 0 {
        alternatives.push("0".to_owned());
    }
    if let (true, Ok(least), Ok(most)) = (most > 0, u64::try_from(least.max(1)), most.try_into()) {
        alternatives.extend(magnitudes(least, most));
    }
    format!("^({})$", alternatives.join("|"))
}

/// Patterns of the decimals from `least`, which is not 0, to `most`, without leading zeros: each is
/// for a block of numbers that differ in their last digits alone.
fn magnitudes(least: u64, most: u64) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut from = Some(least).filter(|from| *from <= most);
    while let Some(first) = from {
        // The greatest power of ten at which the block begins and does not go beyond the end.
        let (mut block, mut zeros) = (1_u64, 0_usize);
        while let Some(next) = block.checked_mul(10) {
            let fits = first.checked_add(next - 1).is_some_and(|last| last <= most);
            if first % next != 0 || !fits {
                break;
            }
            (block, zeros) = (next, zeros + 1);
        }
        // As many blocks as differ in one digit.
        let digit = first / block % 10;
        let more = ((most - first + 1) / block - 1).min(9 - digit);
        let same = first / block / 10;
        let same = if same == 0 { String::new() } else { same.to_string() };
        let one = if more == 0 { digit.to_string() } else { format!("[{digit}-{}]", digit + more) };
        let any = match zeros {
            0 => String::new(),
            1 => "[0-9]".to_owned(),
            _ => format!("[0-9]{{{zeros}}}"),
        };
        patterns.push(format!("{same}{one}{any}"));
        let end = first - 1 + (more + 1) * block;
        from = end.checked_add(1).filter(|next| *next <= most);
    }
    patterns
}

/// An optional row may be null, which is as good as absent.
fn allow_null(row: &mut Keywords) {
    if let Some(Value::Array(mut values)) = row.take("enum") {
        values.push(Value::Null);
        row.set("enum", values);
    }
    let no_value = json!({"type": "null"});
    if let Some(reference) = row.take("$ref") {
        row.set("anyOf", json!([{"$ref": reference}, no_value]));
        return;
    }
    match (row.take("type"), row.take("anyOf")) {
        (Some(value_type), alternatives) => {
            let mut shapes =
                if let Value::Array(shapes) = value_type { shapes } else { vec![value_type] };
            shapes.push("null".into());
            row.set("type", shapes);
            // Those of a text say nothing of null.
            row.0.extend(alternatives.map(|any_of| ("anyOf".to_owned(), any_of)));
        }
        (None, Some(Value::Array(mut alternatives))) => {
            alternatives.push(no_value);
            row.set("anyOf", alternatives);
        }
        (None, _) => {}
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
    let value = [value.into()];
    match outer_and_inner(path) {
        (member, None) => is(member, &value),
        (outer, Some(inner)) => {
            json!({"required": [outer], "properties": {outer: is(inner, &value)}})
        }
    }
}

/// A rule between members, as schemas that must all hold.
fn cross_field_rule(cross_field_rule: &CrossFieldRule, refer: Refer<'_>) -> Vec<Value> {
    match *cross_field_rule {
        CrossFieldRule::AllOrNone(members) => {
            let all: Vec<_> = members.iter().map(|member| given(member)).collect();
            let any = json!({"anyOf": all});
            vec![json!({"if": any, "then": {"allOf": all}})]
        }
        CrossFieldRule::RequiredIf { field: member, when, is: value } => {
            vec![json!({"if": is_at(when, value), "then": given(member)})]
        }
        CrossFieldRule::AtLeastOneOf(members) => {
            let each: Vec<_> = members.iter().map(|member| given(member)).collect();
            vec![json!({"anyOf": each})]
        }
        CrossFieldRule::FormatIf { field: member, format, when, is: value } => {
            let then = json!({"properties": {member: Value::from(of_format(format, refer))}});
            vec![json!({"if": is(when, &[value.into()]), "then": then})]
        }
        CrossFieldRule::ValueByKey { field: member, key: when, values: table } => {
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

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn forbidden_characters_are_a_class_that_all_dialects_read() {
        for (characters, pattern) in [
            ("", None),
            ("@#?", Some("^[^@#?]*$")),
            ("abcxy", Some("^[^a-cxy]*$")),
            ("^-[]\\", Some(r"^[^\^\-\[\]\\]*$")),
            ("&~|", Some(r"^[^\x26\x7e\x7c]*$")),
            ("\0\u{1}\u{2}\u{7f}＃🐈", Some(r"^[^\u0000-\u0002\u007f＃🐈]*$")),
        ] {
            assert_eq!(without(characters.chars()).as_deref(), pattern);
        }
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn the_decimals_of_a_range_are_those_in_it_in_their_one_spelling() {
        let pattern = |least, most| {
            let pattern = super::decimal_within(least, most);
            crate::policy::Pattern::new(&pattern).map_err(|error| error.to_string())
        };
        for (least, most) in
            [(0, 0), (0, 9), (1, 10), (0, 107), (-12, 99), (-250, -7), (89, 1_001), (-1, 1)]
        {
            let pattern = pattern(least, most);
            let matches = |text: &str| pattern.as_ref().is_ok_and(|it| it.matches(text));
            for number in -1_200..1_200_i64 {
                let is_inside = (least..=most).contains(&number);
                assert_eq!(matches(&number.to_string()), is_inside, "{number}: {least} to {most}");
            }
            for text in ["", "-", "-0", "+1", "00", "01", "-01", "1.0", " 1"] {
                assert!(!matches(text), "{text:?}: {least} to {most}");
            }
        }
        let all = pattern(i64::MIN, i64::MAX);
        for (text, is_inside) in [
            ("9223372036854775807", true),
            ("9223372036854775808", false),
            ("-9223372036854775808", true),
            ("-9223372036854775809", false),
        ] {
            assert_eq!(all.as_ref().is_ok_and(|it| it.matches(text)), is_inside, "{text}");
        }
    }
}
