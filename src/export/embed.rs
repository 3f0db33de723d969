//! JSON Schemas of this crate's types, for embedding in schemas that other crates generate.

use super::json_schema::{Definition, Keywords, ReferenceFn, type_keywords};
use crate::{read::FieldValue, schema::ValueType, validate::STRICT_POLICY};

/// Returns the definition for a type, or `None` if the schema of the type is written inline.
pub(super) fn definition<T: FieldValue>() -> Option<Definition> {
    match T::VALUE_TYPE {
        ValueType::Array(_) | ValueType::OneOrMany(_) => None,
        value_type => Definition::from_value_type(value_type),
    }
}

/// Returns the name of the definition for a type, or `type_name` if the type has no definition.
#[must_use]
pub fn schema_name<T: FieldValue>(type_name: &'static str) -> &'static str {
    definition::<T>().map_or(type_name, Definition::name)
}

/// Returns the JSON Schema of a type.
pub(super) fn keywords<T: FieldValue>(refer: ReferenceFn<'_>) -> Keywords {
    match definition::<T>() {
        Some(definition) => definition.keywords(&STRICT_POLICY, refer),
        None => type_keywords(T::VALUE_TYPE, &STRICT_POLICY, refer),
    }
}
