//! JSON Schemas of this crate's types, for embedding in the schemas that other crates generate.

use super::json_schema::{Definition, Keywords, Refer, of_value_type};
use crate::{
    read::FieldValue,
    schema::{StringType, ValueType},
    validate::STRICT,
};

/// Returns the definition of a type, or `None` if the schema of the type is written inline.
pub(super) fn definition<T: FieldValue>() -> Option<Definition> {
    match T::VALUE_TYPE {
        ValueType::Object(schema, _) => Some(Definition::Object(schema)),
        ValueType::String(StringType { format: Some(format), .. }) if format.codes().is_some() => {
            Some(Definition::Codes(format))
        }
        _ => None,
    }
}

/// Returns the name of the definition of a type, or the name of the type if it has none.
pub(crate) fn schema_name<T: FieldValue>(type_name: &'static str) -> &'static str {
    definition::<T>().map_or(type_name, Definition::name)
}

/// Returns the JSON Schema of a type.
pub(super) fn keywords<T: FieldValue>(refer: Refer<'_>) -> Keywords {
    match definition::<T>() {
        Some(definition) => definition.keywords(&STRICT, refer),
        None => of_value_type(T::VALUE_TYPE, &STRICT, refer),
    }
}
