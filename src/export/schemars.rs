//! Implementations of [`schemars::JsonSchema`] for the protocol types, for use in your own schemas
//! (feature `schemars`).
//!
//! The schema of a struct that contains types of this crate includes exactly the schemas that
//! [`json_schema`](super::json_schema) exports. Definitions (objects, enums and lists of codes) have the
//! same names, and other types are written inline. A [`Valid<T>`](Valid) has the schema of `T`. The
//! schema generator determines where definitions are placed, how conflicting names are resolved, and
//! which draft is used.
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

#[doc(hidden)]
pub use super::embed::schema_name;
use super::{
    embed::{definition, keywords},
    json_schema::{Definition, Keywords},
};
use crate::{
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model::{self, CurrencyCode, RegionCode},
    read::FieldValue,
    schema::Format,
    validate::{STRICT_POLICY, Valid},
};
#[doc(hidden)]
pub use schemars;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// Returns the schema of a type.
#[doc(hidden)]
pub fn schema<T: FieldValue>(generator: &mut SchemaGenerator) -> Schema {
    keywords::<T>(&mut |definition| refer(definition, generator)).0.into()
}

/// Returns a reference to a definition, or its keywords if the generator inlines definitions.
fn refer(definition: Definition, generator: &mut SchemaGenerator) -> Keywords {
    let schema = match definition {
        Definition::Object(schema) => (schema.subschema)(generator),
        Definition::Enum(schema) => (schema.subschema)(generator),
        Definition::Codes(Format::Iso4217) => generator.subschema_for::<CurrencyCode>(),
        Definition::Codes(Format::Iso3166Alpha2) => generator.subschema_for::<RegionCode>(),
        // A list of codes that no Rust type represents is written inline.
        Definition::Codes(_) => {
            let mut refer = |definition| refer(definition, generator);
            return definition.keywords(&STRICT_POLICY, &mut refer);
        }
    };
    Keywords(schema.as_object().cloned().unwrap_or_default())
}

/// Returns whether the schema of a type is written inline.
#[doc(hidden)]
#[must_use]
pub fn is_inline<T: FieldValue>() -> bool {
    definition::<T>().is_none()
}

/// Implements `JsonSchema` for a type, with its name and a unique ID.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_json_schema {
    ($Type:ty, $name:expr, $id:expr) => {
        /// Generates the schema as described in
        /// [`export::schemars`](miniprogram_protocol::export::schemars).
        impl $crate::export::schemars::schemars::JsonSchema for $Type {
            fn inline_schema() -> bool {
                $crate::export::schemars::is_inline::<Self>()
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $crate::export::schemars::schema_name::<Self>($name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                $id.into()
            }

            fn json_schema(
                generator: &mut $crate::export::schemars::schemars::SchemaGenerator,
            ) -> $crate::export::schemars::schemars::Schema {
                $crate::export::schemars::schema::<Self>(generator)
            }
        }
    };
}

macro_rules! impl_json_schema {
    ($($module:ident::$Name:ident,)+) => { $(
        $crate::__impl_json_schema!(
            $module::$Name,
            stringify!($Name),
            concat!("miniprogram_protocol::", stringify!($module), "::", stringify!($Name))
        );
    )+ };
}
for_each_type!(impl_json_schema);

/// Generates the schema of `T`.
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

/// Generates a schema that accepts any JSON value.
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
