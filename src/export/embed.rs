//! What the schemas of types have in common, in whosever document they stand.

use super::json_schema::{Definition, Keywords, Refer, of_shape, pattern};
use crate::{read::FieldValue, schema::ValueType, validate::STRICT};

/// What the schema of a type is, if it is referred to and not written in place.
pub(super) fn definition<T: FieldValue>() -> Option<Definition> {
    match T::VALUE_TYPE {
        ValueType::Object(schema) => Some(Definition::Table(schema)),
        ValueType::String(Some(format)) if pattern(format).is_none() => {
            Some(Definition::Codes(format))
        }
        _ => None,
    }
}

/// The name of the schema of a type: that of the definition, or that of the type.
pub(crate) fn name<T: FieldValue>(name: &'static str) -> &'static str {
    definition::<T>().map_or(name, Definition::name)
}

/// The schema of a type.
pub(super) fn of_type<T: FieldValue>(refer: Refer<'_>) -> Keywords {
    match definition::<T>() {
        Some(definition) => definition.keywords(&STRICT, refer),
        None => of_shape(&T::VALUE_TYPE, &STRICT, refer),
    }
}
