//! [`schemars::JsonSchema`] of the types (feature `schemars`), for documents of your own.
//!
//! A struct that holds tables gets in its schema what [`json_schema`](super::json_schema) says of
//! them, word by word. What is a definition there is one here, of the same name: a table, a list of
//! codes. Other types are written in place. [`Valid`] is what it holds. The generator decides where
//! definitions stand, how names that conflict are told apart, and which draft is written.
//!
//! ```
//! use miniprogram_protocol::{Schema, Valid, dictionary::{Amount, Order}, export::json_schema};
//! use schemars::{JsonSchema, schema_for};
//!
//! #[derive(JsonSchema)]
//! struct Refund {
//!     amount: Amount,
//!     order: Option<Valid<Order>>,
//! }
//!
//! let document = schema_for!(Refund);
//! assert_eq!(document.pointer("/properties/amount/$ref").unwrap(), "#/$defs/Amount");
//! let amount = json_schema::document(Schema::named("Amount").unwrap());
//! assert_eq!(document.pointer("/$defs/Amount"), amount.pointer("/$defs/Amount"));
//! ```

use super::{
    embed::{definition, of_type},
    json_schema::{Definition, Keywords},
};
use crate::{CurrencyCode, Format, JsonText, RegionCode, Valid, read::Value, validate::DICTIONARY};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// Whether the schema of the type is written in place.
pub(crate) fn is_inline<T: Value>() -> bool {
    definition::<T>().is_none()
}

/// The schema of the type.
pub(crate) fn schema<T: Value>(generator: &mut SchemaGenerator) -> Schema {
    of_type::<T>(&mut |definition| refer(definition, generator)).0.into()
}

/// A reference to a definition, as the generator refers to it: its keywords, if it inlines.
fn refer(definition: Definition, generator: &mut SchemaGenerator) -> Keywords {
    let schema = match definition {
        Definition::Table(schema) => (schema.subschema)(generator),
        Definition::Codes(Format::Iso4217) => generator.subschema_for::<CurrencyCode>(),
        Definition::Codes(Format::Iso3166Alpha2) => generator.subschema_for::<RegionCode>(),
        // A list of codes that no type stands for is written in place.
        Definition::Codes(_) => {
            let mut refer = |definition| refer(definition, generator);
            return definition.keywords(&DICTIONARY, &mut refer);
        }
    };
    Keywords(schema.as_object().cloned().unwrap_or_default())
}

/// Implements `JsonSchema` of a type that a row can have.
macro_rules! json_schema {
    ($Name:ident) => {
        /// As [`export::schemars`]($crate::export::schemars) says.
        impl schemars::JsonSchema for $Name {
            fn inline_schema() -> bool {
                $crate::export::schemars::is_inline::<Self>()
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $crate::export::embed::name::<Self>(stringify!($Name)).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($Name)).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::export::schemars::schema::<Self>(generator)
            }
        }
    };
}
pub(crate) use json_schema;

/// As that of the value.
impl<T: JsonSchema> JsonSchema for Valid<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Any JSON value.
impl JsonSchema for JsonText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "JsonText".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::JsonText").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
