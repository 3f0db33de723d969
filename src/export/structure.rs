//! A JSON Schema for code generators, which describes only the structure of the types.

use super::{
    json_schema::{Definition, Keywords, NamedDefinitions, allow_null},
    typescript::name_definitions,
};
use crate::schema::{ArrayType, EnumSchema, Field, Schema, ValueType};
use serde_json::{Map, Value, json};

/// Returns a JSON Schema (draft 7) for code generators, which defines the given types, such as
/// [`Schema::ALL`], and the types that they contain.
///
/// The schema describes only the structure: names, JSON types, required fields and closed enums. It
/// accepts every valid document, and many invalid ones, so it does not replace the schemas of
/// [`bundle`](super::json_schema::bundle). Date-times and open enums are strings without a format,
/// so that generated code neither changes nor rejects them.
///
/// ```
/// use miniprogram_protocol::{Schema, export::json_schema};
///
/// let document = json_schema::structure(Schema::ALL);
/// let status = &document["definitions"]["UserStatus"];
/// assert_eq!(status["type"], "string");
/// let created = &document["definitions"]["Order"]["properties"]["orderCreateTime"];
/// assert!(created.get("format").is_none());
/// ```
#[must_use]
pub fn structure(schemas: &[&'static Schema]) -> Value {
    let definitions = Definition::reachable(schemas);
    let names = &name_definitions(&definitions);
    let definitions = definitions.into_iter().filter_map(|definition| {
        let structure = match definition {
            Definition::Object(schema) => object_structure(schema, names),
            Definition::Enum(schema) if schema.open => return None,
            Definition::Enum(schema) => enum_structure(&schema.description(), schema.values),
            Definition::Codes(format) => {
                let about = format!("Must be {}.", format.description());
                enum_structure(&about, format.codes().unwrap_or_default())
            }
        };
        Some((names.name_of(definition).to_owned(), structure))
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "MiniProgramTypes",
        "description": "The structure of the types of the Mini Program Platform, for code generators.",
        "definitions": definitions.collect::<Map<_, _>>(),
    })
}

fn enum_structure(description: &str, values: &[&str]) -> Value {
    json!({"type": "string", "description": description, "enum": values})
}

fn object_structure(schema: &Schema, names: &NamedDefinitions) -> Value {
    let properties =
        schema.fields.iter().map(|field| (field.name.to_owned(), field_structure(field, names)));
    let required = schema.fields.iter().filter(|field| field.required).map(|field| field.name);
    // `additionalProperties: true` means the same as `{}`, but causes some generators to drop the
    // additional fields.
    json!({
        "type": "object",
        "description": schema.description(),
        "properties": properties.collect::<Map<_, _>>(),
        "required": required.collect::<Vec<_>>(),
        "additionalProperties": {},
    })
}

fn field_structure(field: &Field, names: &NamedDefinitions) -> Value {
    let mut structure = value_type_structure(field.value_type, names);
    if !field.required {
        structure = allow_null(Keywords(structure)).0;
    }
    // No description is added next to a `$ref`, because draft 7 ignores the siblings of a `$ref`.
    if !structure.contains_key("$ref") {
        let mut about = field.description();
        if let Some(schema) = field.value_type.enum_schema().filter(|schema| schema.open) {
            about = format!("{about} {}", describe_known_values(schema));
        }
        structure.insert("description".to_owned(), about.into());
    }
    Value::Object(structure)
}

fn describe_known_values(schema: &EnumSchema) -> String {
    format!("Known values: {}. Other values are also valid.", schema.values.join(", "))
}

fn value_type_structure(value_type: ValueType, names: &NamedDefinitions) -> Map<String, Value> {
    let item =
        |items: ArrayType| Value::Object(value_type_structure(items.items.value_type(), names));
    members(match value_type {
        ValueType::String(string) => match Definition::from_closed_enum_or_codes(string) {
            Some(definition) => reference(names.name_of(definition)),
            None => json!({"type": "string"}),
        },
        ValueType::Integer(_) => json!({"type": "integer", "format": "int64"}),
        ValueType::Boolean => json!({"type": "boolean"}),
        ValueType::Array(array) => json!({"type": "array", "items": item(array)}),
        ValueType::OneOrMany(array) => {
            json!({"anyOf": [item(array), {"type": "array", "items": item(array)}]})
        }
        ValueType::Object(schema, _) => reference(names.name_of(Definition::Object(schema))),
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}
