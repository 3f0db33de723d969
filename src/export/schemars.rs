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
//! let amount = json_schema::document(Schema::by_name("Amount").unwrap());
//! assert_eq!(document.pointer("/$defs/Amount"), amount.pointer("/$defs/Amount"));
//! ```

use super::{
    embed::{definition, name, of_type},
    json_schema::{Definition, Keywords},
};
use crate::{
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model::{self, CurrencyCode, RegionCode},
    read::FieldValue,
    schema::Format,
    validate::{STRICT, Valid},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// The schema of the type.
fn schema<T: FieldValue>(generator: &mut SchemaGenerator) -> Schema {
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
            return definition.keywords(&STRICT, &mut refer);
        }
    };
    Keywords(schema.as_object().cloned().unwrap_or_default())
}

macro_rules! implement {
    ($($module:ident::$Name:ident,)+) => { $(
        /// Generates the schema as [`export::schemars`](crate::export::schemars) describes.
        impl JsonSchema for $module::$Name {
            fn inline_schema() -> bool {
                definition::<Self>().is_none()
            }

            fn schema_name() -> Cow<'static, str> {
                name::<Self>(stringify!($Name)).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(env!("CARGO_CRATE_NAME"), "::", stringify!($module), "::", stringify!($Name))
                    .into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                schema::<Self>(generator)
            }
        }
    )+ };
}
for_each_type!(implement);

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
