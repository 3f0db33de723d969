//! JSON Schema, draft 2020-12 (feature `json-schema`).
//!
//! A schema accepts the same JSON as [`from_json`](crate::from_json), apart from the differences
//! listed below. The schema for a policy ([`document_with`], [`bundle_with`]) accepts the same JSON
//! as [`from_json_with`](crate::from_json_with).
//!
//! The schema for a policy accepts the deviations that the policy allows, and does not mark them as
//! deviations. The schemas that `schemars` and `utoipa` generate always follow the specification
//! strictly, because a Rust type has no policy.
//!
//! Each object type, enum and list of codes is a definition with its name. If several of an
//! application's types have the same name, a number is appended to the names of all but the first,
//! as in `Coupon2`. The `examples` of an open enum are its known values. The `examples` of a field
//! contain the specification's example, provided that the example satisfies the constraints on the
//! field.
//!
//! A [`Value`] sorts properties by name; [`format_document`](super::format_document) writes them in
//! the order of the specification.
//!
//! ```
//! use miniprogram_protocol::{ProtocolType, dictionary::Order, export::json_schema};
//!
//! let document = json_schema::document(Order::SCHEMA);
//! let field = &document["$defs"]["Order"]["properties"]["orderDescription"];
//! assert_eq!(field["maxLength"], 256);
//! ```
//!
#![doc = include_str!("../../schema/README.md")]

use super::patterns::{pattern_excluding, pattern_for_integers};
pub use super::structure::structure;
use crate::{
    policy::{EffectiveField, Pattern, Policy, UnknownFieldPolicy},
    schema::{
        ArrayType, Constant, CrossFieldRule, Deviation, EnumSchema, Field, Format,
        IntegerConstraints, Schema, StringType, ValueType,
        format::date_time::{COMPACT_DATE_TIME_PATTERN, DATE_PATTERN},
        split_outer_and_inner,
    },
    validate::{EffectiveString, STRICT_POLICY},
};
use serde_json::{Map, Value, json};
use std::iter;

/// The URI that identifies the draft of JSON Schema.
const DRAFT_URI: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the JSON Schema of a type. The `$defs` define the type and the types that it contains.
#[must_use]
pub fn document(schema: &'static Schema) -> Value {
    document_with(schema, &STRICT_POLICY)
}

/// Returns the JSON Schema of a type under a policy. Its `$defs` define the type and the types that
/// it contains.
///
/// ```
/// use miniprogram_protocol::{
///     Deviation, Policy, ProtocolType, dictionary::Amount, export::json_schema,
/// };
///
/// let policy = Policy::strict().allow(Deviation::AmountAsString);
/// let document = json_schema::document_with(Amount::SCHEMA, &policy);
/// let field = &document["$defs"]["Amount"]["properties"]["value"];
/// assert_eq!(field["type"], serde_json::json!(["integer", "string"]));
/// ```
#[must_use]
pub fn document_with(schema: &'static Schema, policy: &Policy) -> Value {
    let mut document = Keywords::default();
    document.set("$schema", DRAFT_URI);
    document.set("$ref", format!("{DEFINITIONS_PREFIX}{}", schema.name));
    document.set("$defs", definitions([schema], DEFINITIONS_PREFIX, policy));
    document.into()
}

/// Returns a JSON Schema that defines all types in its `$defs`. The root schema accepts any value.
#[must_use]
pub fn bundle() -> Value {
    bundle_with(&STRICT_POLICY)
}

/// Returns a JSON Schema that defines all types under a policy in its `$defs`. The root accepts
/// every value.
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
    bundle.set("$schema", DRAFT_URI);
    bundle.set("title", "Types of the Mini Program Platform");
    bundle.set("$defs", definitions(Schema::ALL.iter().copied(), DEFINITIONS_PREFIX, policy));
    bundle.into()
}

/// The prefix of references to definitions.
const DEFINITIONS_PREFIX: &str = "#/$defs/";

/// Returns the JSON Schemas of the given types and of all types that they refer to, keyed by name.
/// References start with `prefix`.
pub(super) fn definitions(
    schemas: impl IntoIterator<Item = &'static Schema>,
    prefix: &str,
    policy: &Policy,
) -> Map<String, Value> {
    let schemas = schemas.into_iter().map(Definition::Object);
    let mut known = NamedDefinitions::new(schemas, |definition| definition.name().to_owned());
    let mut definitions = Map::new();
    let mut next = 0;
    while let Some((definition, name)) = known.get(next) {
        let name = name.to_owned();
        next += 1;
        let keywords = definition.keywords(policy, &mut |other| known.refer(other, prefix));
        definitions.insert(name, keywords.into());
    }
    definitions
}

/// Definitions with unique names.
///
/// An application may declare several types with the same name, or an enum with a name that the
/// specification also uses. If several definitions have the same name, a number is appended to the
/// names of all but the first.
pub(super) struct NamedDefinitions {
    definitions: Vec<(Definition, String)>,
    name: fn(Definition) -> String,
}

impl NamedDefinitions {
    /// Names definitions. `name` returns the name of a definition without the numeric suffix.
    pub(super) fn new(
        definitions: impl IntoIterator<Item = Definition>,
        name: fn(Definition) -> String,
    ) -> Self {
        let mut named = Self { definitions: Vec::new(), name };
        for definition in definitions {
            named.add(definition);
        }
        named
    }

    /// Returns a definition and its name. Indices are in the order in which definitions were added.
    fn get(&self, index: usize) -> Option<(Definition, &str)> {
        self.definitions.get(index).map(|(definition, name)| (*definition, name.as_str()))
    }

    /// Returns the name of a definition, or an empty string if the definition is missing.
    pub(super) fn name_of(&self, definition: Definition) -> &str {
        let named = self.definitions.iter().find(|(known, _)| *known == definition);
        named.map_or("", |(_, name)| name)
    }

    /// Adds a definition if it is missing.
    fn add(&mut self, definition: Definition) {
        if self.definitions.iter().any(|(known, _)| *known == definition) {
            return;
        }
        let first = (self.name)(definition);
        let numbered = (2_u64..).map(|number| format!("{first}{number}"));
        let is_free = |name: &String| self.definitions.iter().all(|(_, known)| known != name);
        let name = iter::once(first.clone()).chain(numbered).find(is_free).unwrap_or_default();
        self.definitions.push((definition, name));
    }

    /// Returns a `$ref` to a definition, which is added if it is missing.
    pub(super) fn refer(&mut self, definition: Definition, prefix: &str) -> Keywords {
        self.add(definition);
        Keywords::default().with("$ref", format!("{prefix}{}", self.name_of(definition)))
    }
}

/// A schema to which other schemas can refer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    Object(&'static Schema),
    Enum(&'static EnumSchema),
    /// A format that is a list of codes.
    Codes(Format),
}

/// A function that returns either a `$ref` to a definition, or the keywords of the definition.
pub(super) type ReferenceFn<'a> = &'a mut dyn FnMut(Definition) -> Keywords;

impl Definition {
    /// Returns the given types and the types that they contain: first the objects, then the enums,
    /// then the lists of codes.
    pub(super) fn reachable(schemas: &[&'static Schema]) -> Vec<Self> {
        let mut known: Vec<_> = schemas.iter().copied().map(Self::Object).collect();
        let mut next = 0;
        while let Some(definition) = known.get(next).copied() {
            next += 1;
            let Self::Object(schema) = definition else { continue };
            for found in
                schema.fields.iter().filter_map(|field| Self::from_value_type(field.value_type))
            {
                if !known.contains(&found) {
                    known.push(found);
                }
            }
        }
        known.sort_by_key(|definition| match definition {
            Self::Object(_) => 0,
            Self::Enum(_) => 1,
            Self::Codes(_) => 2,
        });
        known
    }

    /// Returns the definition of a value, or of the elements if the value is an array. Returns
    /// `None` if the schema of the value is written inline.
    pub(super) fn from_value_type(value_type: ValueType) -> Option<Self> {
        if let Some(schema) = value_type.object_schema() {
            return Some(Self::Object(schema));
        }
        let string = value_type.string_type()?;
        string.enum_schema.map(Self::Enum).or(string.code_list_format().map(Self::Codes))
    }

    /// Returns the definition that lists all valid values of a string, if there is one: a closed enum
    /// or a list of codes.
    pub(super) fn from_closed_enum_or_codes(string: StringType) -> Option<Self> {
        string.closed_enum().map(Self::Enum).or(string.code_list_format().map(Self::Codes))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Object(schema) => schema.name,
            Self::Enum(schema) => schema.name,
            Self::Codes(format) => format.name(),
        }
    }

    /// Returns the keywords of the definition.
    pub(super) fn keywords(self, policy: &Policy, refer: ReferenceFn<'_>) -> Keywords {
        match self {
            Self::Object(schema) => object_keywords(schema, policy, refer),
            Self::Enum(schema) => enum_keywords(schema, policy),
            Self::Codes(format) => Keywords::of_type("string")
                .with("description", format!("Must be {}.", format.description()))
                .with("enum", format.codes().unwrap_or_default()),
        }
    }
}

/// The keywords of a JSON Schema.
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

    fn contains(&self, keyword: &str) -> bool {
        self.0.contains_key(keyword)
    }

    /// Adds one or more subschemas that must also be satisfied.
    fn add_all_of(&mut self, schemas: impl IntoIterator<Item = Value>) {
        let all_of = self.0.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all_of) = all_of {
            all_of.extend(schemas);
        }
    }

    /// Moves a `$ref` with siblings into an `allOf`, because many tools ignore either the `$ref` or
    /// its siblings.
    fn with_ref_in_all_of(self) -> Self {
        if !self.contains("$ref") || self.0.len() == 1 {
            return self;
        }
        let mut keywords = Self::default();
        for (keyword, value) in self.0 {
            match (keyword.as_str(), value) {
                ("$ref", reference) => keywords.add_all_of([json!({"$ref": reference})]),
                ("allOf", Value::Array(schemas)) => keywords.add_all_of(schemas),
                (_, value) => keywords.set(&keyword, value),
            }
        }
        keywords
    }
}

impl From<Keywords> for Value {
    fn from(keywords: Keywords) -> Self {
        Self::Object(keywords.0)
    }
}

fn enum_keywords(schema: &EnumSchema, policy: &Policy) -> Keywords {
    let is_open = schema.open || policy.allows(Deviation::UnknownEnumValue);
    Keywords::of_type("string")
        .with("description", schema.description())
        .with(if is_open { "examples" } else { "enum" }, schema.values)
}

fn object_keywords(schema: &Schema, policy: &Policy, refer: ReferenceFn<'_>) -> Keywords {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for effective in policy.fields(schema) {
        let name = effective.field.name;
        properties.insert(name.to_owned(), field_keywords(effective, policy, refer).into());
        required.extend(effective.required.then_some(name));
    }
    let mut object = Keywords::of_type("object")
        .with("description", schema.description())
        .with("properties", properties)
        .with("required", required);
    if let Some(confidence) = schema.confidence {
        object.set("x-source", schema.source.to_string());
        object.set("x-confidence", confidence.name());
    }
    if rejects_unknown_fields(policy) {
        object.set("additionalProperties", false);
    }
    add_cross_field_rules(&mut object, schema.cross_field_rules, policy, refer);
    object
}

fn rejects_unknown_fields(policy: &Policy) -> bool {
    match policy.unknown_field_policy() {
        UnknownFieldPolicy::Keep => policy.unknown_fields_limit() == 0,
        UnknownFieldPolicy::Ignore => false,
        UnknownFieldPolicy::Reject => true,
    }
}

fn add_cross_field_rules(
    object: &mut Keywords,
    rules: &[CrossFieldRule],
    policy: &Policy,
    refer: ReferenceFn<'_>,
) {
    for rule in rules {
        object.add_all_of(cross_field_rule_schemas(rule, policy, refer));
    }
}

fn field_keywords(effective: EffectiveField, policy: &Policy, refer: ReferenceFn<'_>) -> Keywords {
    let EffectiveField { field, value_type: field_type, required } = effective;
    let mut keywords = type_keywords(field_type, policy, refer);
    if !required {
        keywords = allow_null(keywords);
    }
    keywords.set("description", field.description());
    let example = field.example().and_then(|json| serde_json::from_str::<Value>(json).ok());
    let example = example.filter(|example| is_valid_example(example, field, field_type, policy));
    // The examples of an open enum are its known values.
    let has_known_values = field_type.enum_schema().is_some_and(|schema| schema.open);
    if let Some(example) = example.filter(|_| !has_known_values) {
        keywords.0.entry("examples").or_insert(Value::Array(vec![example]));
    }
    if field.sensitive {
        keywords.set("x-sensitive", true);
    }
    keywords.with_ref_in_all_of()
}

/// Returns whether the specification's example of a field is also valid under the policy.
fn is_valid_example(
    example: &Value,
    field: &Field,
    field_type: ValueType,
    policy: &Policy,
) -> bool {
    if field_type == field.value_type {
        return true;
    }
    match (example, field_type) {
        (Value::String(string), ValueType::String(string_type)) => {
            EffectiveString::new(string_type, policy).accepts(string)
        }
        (
            Value::Number(number),
            ValueType::Integer(IntegerConstraints { minimum, maximum, .. }),
        ) => number.as_i64().is_some_and(|number| (minimum..=maximum).contains(&number)),
        _ => true,
    }
}

/// Returns the keywords for a type.
pub(super) fn type_keywords(
    value_type: ValueType,
    policy: &Policy,
    refer: ReferenceFn<'_>,
) -> Keywords {
    match value_type {
        ValueType::String(string_type) => string_keywords(string_type, policy, refer),
        ValueType::Integer(constraints) => integer_keywords(constraints, policy),
        ValueType::Boolean => Keywords::of_type("boolean"),
        ValueType::Array(ArrayType { items, max_items, .. }) => {
            array_keywords(type_keywords(items.value_type(), policy, refer), max_items, policy)
        }
        ValueType::OneOrMany(ArrayType { items, max_items, .. }) => {
            let item = type_keywords(items.value_type(), policy, refer);
            let item = item.with_ref_in_all_of();
            let many = array_keywords(item.clone(), max_items, policy);
            Keywords::default().with("anyOf", vec![Value::from(item), many.into()])
        }
        ValueType::Object(schema, constraints) => {
            let mut object = refer(Definition::Object(schema));
            if !constraints.cross_field_rules.is_empty() {
                object.set("type", "object");
                add_cross_field_rules(&mut object, constraints.cross_field_rules, policy, refer);
            }
            object
        }
    }
}

fn array_keywords(items: Keywords, max_items: Option<u32>, policy: &Policy) -> Keywords {
    let items = items.with_ref_in_all_of();
    let mut array = Keywords::of_type("array").with("items", items);
    // The default of `Policy::max_items` is omitted, because the specification does not define it.
    let max_read = policy.items_limit();
    let max_read = (max_read != STRICT_POLICY.items_limit()).then_some(max_read as u64);
    let max_items = max_items.map(u64::from).into_iter().chain(max_read).min();
    array.0.extend(max_items.map(|max_items| ("maxItems".to_owned(), max_items.into())));
    array
}

fn string_keywords(string_type: StringType, policy: &Policy, refer: ReferenceFn<'_>) -> Keywords {
    let constraints = string_type.constraints;
    let effective = EffectiveString::new(string_type, policy);
    let mut string = match (string_type.enum_schema, string_type.format) {
        (Some(schema), _) if effective.limits.values.is_none() => refer(Definition::Enum(schema)),
        (None, Some(format)) => format_or_deviation_keywords(format, &effective, refer),
        _ => Keywords::of_type("string"),
    };
    let values = effective.known_values().or_else(|| string_type.format?.codes());
    if values.is_some_and(|values| values.iter().all(|value| effective.accepts(value))) {
        // The other constraints are redundant, because every value in the definition satisfies
        // them.
        return string;
    }
    if let Some(values) = effective.limits.values.as_deref() {
        string.set("enum", values);
    }
    if constraints.min_length > 0 {
        string.set("minLength", constraints.min_length);
    }
    if let Some(max_length) = constraints.max_length {
        string.set("maxLength", max_length);
    }
    let forbidden = match policy.string_limits(constraints) {
        None => pattern_excluding(constraints.forbidden_characters().iter().copied()),
        Some(limits) => {
            limits.forbidden_characters.as_ref().and_then(|set| pattern_excluding(set.iter()))
        }
    };
    let own = effective.limits.pattern.as_ref().map(ecma_pattern);
    for pattern in forbidden.into_iter().chain(own) {
        if string.contains("pattern") {
            string.add_all_of([json!({"pattern": pattern})]);
        } else {
            string.set("pattern", pattern);
        }
    }
    if string.contains("$ref") && string.0.len() > 1 {
        // Some validators require a `type` next to each keyword that applies only to strings.
        string.set("type", "string");
    }
    string
}

/// Returns the keywords for a format and for the allowed deviations from it.
fn format_or_deviation_keywords(
    format: Format,
    effective: &EffectiveString,
    refer: ReferenceFn<'_>,
) -> Keywords {
    let for_format = |format: Format| json!({"format": format.name(), "pattern": format.pattern()});
    let deviations = [
        (Deviation::UnixMillis, for_format(Format::UnixMillis)),
        (Deviation::DateOnly, json!({"format": "date", "pattern": DATE_PATTERN})),
        (Deviation::CompactOffset, json!({"pattern": COMPACT_DATE_TIME_PATTERN})),
    ];
    let mut alternatives = vec![for_format(format)];
    for (deviation, keywords) in deviations {
        if effective.accepts_deviation(deviation) {
            alternatives.push(keywords);
        }
    }
    if alternatives.len() == 1 {
        return format_keywords(format, refer);
    }
    Keywords::of_type("string").with("anyOf", alternatives)
}

fn format_keywords(format: Format, refer: ReferenceFn<'_>) -> Keywords {
    if format.codes().is_some() {
        return refer(Definition::Codes(format));
    }
    let mut string = Keywords::of_type("string").with("format", format.name());
    if let Some(pattern) = format.pattern() {
        string.set("pattern", pattern);
    }
    if format == Format::JsonObject {
        string.set("contentMediaType", "application/json");
        string.set("contentSchema", json!({"type": "object"}));
    }
    string
}

/// Returns the pattern of a policy in ECMA-262 syntax.
fn ecma_pattern(pattern: &Pattern) -> String {
    #[cfg(feature = "pattern")]
    return pattern.to_ecma();
    #[cfg(not(feature = "pattern"))]
    match *pattern {}
}

fn integer_keywords(constraints: IntegerConstraints, policy: &Policy) -> Keywords {
    let (minimum, maximum) = (constraints.minimum, constraints.maximum);
    let mut integer =
        Keywords::of_type("integer").with("minimum", minimum).with("maximum", maximum);
    if constraints.string_allowed && policy.allows(Deviation::AmountAsString) {
        integer.set("type", json!(["integer", "string"]));
        integer.set("pattern", pattern_for_integers(minimum, maximum));
    }
    integer
}

/// Makes the schema of a field accept null, which is equivalent to an absent field.
pub(super) fn allow_null(field: Keywords) -> Keywords {
    let null_type = json!({"type": "null"});
    let has_type = field.contains("type");
    let mut nullable = Keywords::default();
    for (keyword, value) in field.0 {
        let value = match (keyword.as_str(), value) {
            ("$ref", reference) => {
                nullable.set("anyOf", json!([{"$ref": reference}, null_type]));
                continue;
            }
            ("type", value_type @ Value::String(_)) => json!([value_type, "null"]),
            ("type", Value::Array(types)) => array_with(types, "null".into()),
            ("enum", Value::Array(values)) => array_with(values, Value::Null),
            // Next to a `type`, the alternatives contain only formats and patterns, which ignore
            // null because they apply only to strings.
            ("anyOf", Value::Array(alternatives)) if !has_type => {
                array_with(alternatives, null_type.clone())
            }
            (_, value) => value,
        };
        nullable.set(&keyword, value);
    }
    nullable
}

fn array_with(mut values: Vec<Value>, last: Value) -> Value {
    values.push(last);
    values.into()
}

/// Returns a schema that requires a field to be present and not null.
fn require_present(field: &str) -> Value {
    json!({"required": [field], "properties": {field: {"not": {"type": "null"}}}})
}

/// Returns a schema that requires a field to be present and to have one of the values.
fn require_value(field: &str, values: &[Value]) -> Value {
    json!({"required": [field], "properties": {field: {"enum": values}}})
}

/// Returns a schema that requires the field at a path to have the value. The path is a field name,
/// or `outer/inner` for a nested field.
fn require_value_at(path: &str, value: Constant) -> Value {
    let value = [value.to_json()];
    match split_outer_and_inner(path) {
        (field, None) => require_value(field, &value),
        (outer, Some(inner)) => {
            let mut object = Keywords::of_type("object");
            if let Value::Object(keywords) = require_value(inner, &value) {
                object.0.extend(keywords);
            }
            json!({"required": [outer], "properties": {outer: Value::from(object)}})
        }
    }
}

/// Returns the schemas that express a cross-field rule. A valid object satisfies all of them.
fn cross_field_rule_schemas(
    rule: &CrossFieldRule,
    policy: &Policy,
    refer: ReferenceFn<'_>,
) -> Vec<Value> {
    match *rule {
        CrossFieldRule::AllOrNone(fields) => {
            let all: Vec<_> = fields.iter().map(|field| require_present(field)).collect();
            let any = json!({"anyOf": all});
            vec![json!({"if": any, "then": {"allOf": all}})]
        }
        CrossFieldRule::RequiredIf { field, when, is } => {
            vec![json!({"if": require_value_at(when, is), "then": require_present(field)})]
        }
        CrossFieldRule::AtLeastOneOf(fields) => {
            let each: Vec<_> = fields.iter().map(|field| require_present(field)).collect();
            vec![json!({"anyOf": each})]
        }
        CrossFieldRule::FormatIf { field, format, when, is } => {
            let then = json!({"properties": {field: Value::from(format_keywords(format, refer))}});
            vec![json!({"if": require_value(when, &[is.into()]), "then": then})]
        }
        CrossFieldRule::ValueByKey { field, key, values } => {
            let mut keys_by_value = Vec::<(&str, Vec<Value>)>::new();
            for (key, value) in values {
                if !policy.enforces_value_by_key(key) {
                    continue;
                }
                match keys_by_value.iter_mut().find(|(known, _)| known == value) {
                    Some((_, keys)) => keys.push((*key).into()),
                    None => keys_by_value.push((value, vec![(*key).into()])),
                }
            }
            let schemas = keys_by_value.into_iter().map(|(value, keys)| {
                let then = json!({"properties": {field: {"const": value}}});
                json!({"if": require_value(key, &keys), "then": then})
            });
            schemas.collect()
        }
    }
}
