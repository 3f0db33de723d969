//! Implementations of [`utoipa::ToSchema`] for the protocol types, for use in your own `OpenAPI`
//! documents (feature `utoipa`).
//!
//! The document of a struct that contains types of this crate includes exactly the schemas that
//! [`json_schema`](super::json_schema) exports, because `OpenAPI` 3.1 uses the same draft. Each
//! type is a component. Objects, enums and lists of codes have the names of their definitions in
//! `json_schema`. A [`Valid<T>`](Valid) has the schema of `T`.
//!
//! With `#[derive(ToSchema)]`, a field of type `Valid<Order>` needs
//! `#[schema(value_type = Order)]`, because the derive macro assumes that every generic type
//! derives `ToSchema`. The macro rejects this attribute in a tuple variant of an enum, so a variant
//! with a `Valid<Order>` needs a named field.
//!
//! Keywords for which `utoipa` has no fields, such as `if`, are written unchanged as extensions.
//!
//! ```
//! use miniprogram_protocol::{Valid, dictionary::{Amount, Order}};
//! use utoipa::{OpenApi, ToSchema};
//!
//! #[derive(ToSchema)]
//! struct Refund {
//!     amount: Amount,
//!     #[schema(value_type = Option<Order>)]
//!     order: Option<Valid<Order>>,
//! }
//!
//! #[derive(OpenApi)]
//! #[openapi(components(schemas(Refund)))]
//! struct Api;
//!
//! let document = serde_json::to_value(Api::openapi()).unwrap();
//! let components = &document["components"]["schemas"];
//! assert_eq!(components["Refund"]["properties"]["amount"]["$ref"], "#/components/schemas/Amount");
//! assert_eq!(components["Order"]["properties"]["orderDescription"]["maxLength"], 256);
//! assert!(components["Goods"].is_object());
//! ```

#[doc(hidden)]
pub use super::embed::schema_name;
use super::{
    embed::{definition, keywords},
    json_schema::{NamedDefinitions, definitions},
};
use crate::{
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model,
    read::FieldValue,
    schema::ValueType,
    validate::{STRICT_POLICY, Valid},
};
use serde_json::{Map, Value};
use std::borrow::Cow;
#[doc(hidden)]
pub use utoipa;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        extensions::Extensions,
        schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, RefBuilder, SchemaType},
    },
};

/// A schema or a reference to one.
#[doc(hidden)]
pub type RefOrSchema = RefOr<Schema>;

/// The prefix of references to components.
const COMPONENTS_PREFIX: &str = "#/components/schemas/";

/// Returns the schema of a type.
#[doc(hidden)]
#[must_use]
pub fn schema<T: FieldValue>() -> RefOr<Schema> {
    // The definitions have the same names as in `add_schemas`.
    let mut known =
        NamedDefinitions::new(definition::<T>(), |definition| definition.name().to_owned());
    from_keywords(keywords::<T>(&mut |other| known.refer(other, COMPONENTS_PREFIX)).0)
}

/// Adds the schemas that the schema of a type refers to, except those that are already present.
#[doc(hidden)]
pub fn add_schemas<T: FieldValue>(components: &mut Vec<(String, RefOr<Schema>)>) {
    let ValueType::Object(own, _) = T::VALUE_TYPE else { return };
    for (name, schema) in definitions([own], COMPONENTS_PREFIX, &STRICT_POLICY) {
        if name != own.name && components.iter().all(|(known, _)| *known != name) {
            components.push((name, from_value(schema)));
        }
    }
}

fn from_value(schema: Value) -> RefOr<Schema> {
    from_keywords(if let Value::Object(keywords) = schema { keywords } else { Map::new() })
}

/// Converts a JSON Schema. Keywords for which `utoipa` has fields are stored in those fields, where
/// tools look for them. The other keywords become extensions, which `utoipa` writes unchanged.
fn from_keywords(mut keywords: Map<String, Value>) -> RefOr<Schema> {
    let is_reference = keywords.keys().all(|keyword| keyword == "$ref" || keyword == "description");
    let description = string(keywords.remove("description"));
    match string(keywords.remove("$ref")) {
        Some(location) if is_reference => {
            let reference = RefBuilder::new().ref_location(location).description(description);
            return reference.build().into();
        }
        Some(location) => {
            keywords.insert("$ref".to_owned(), location.into());
        }
        None => {}
    }
    if let Some(items) = keywords.remove("items") {
        let array = ArrayBuilder::new().items(from_value(items)).description(description);
        return array.schema_type(take_type(&mut keywords)).extensions(extensions(keywords)).into();
    }
    if !keywords.contains_key("type") && !keywords.contains_key("anyOf") {
        if let Some(Value::Array(schemas)) = keywords.remove("allOf") {
            let all_of =
                AllOfBuilder::new().description(description).extensions(extensions(keywords));
            return schemas.into_iter().map(from_value).fold(all_of, AllOfBuilder::item).into();
        }
    }
    if let Some(Value::Array(schemas)) = keywords.remove("anyOf") {
        let any_of = AnyOfBuilder::new().description(description).extensions(extensions(keywords));
        return schemas.into_iter().map(from_value).fold(any_of, AnyOfBuilder::item).into();
    }
    let mut object =
        ObjectBuilder::new().schema_type(take_type(&mut keywords)).description(description);
    if let Some(Value::Object(properties)) = keywords.remove("properties") {
        for (name, schema) in properties {
            object = object.property(name, from_value(schema));
        }
    }
    for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten() {
        object = object.required(name.as_str().unwrap_or_default());
    }
    // `utoipa` omits an empty `required` list, so an empty list is written as an extension.
    keywords.retain(|keyword, value| keyword != "required" || *value == Value::Array(Vec::new()));
    object.extensions(extensions(keywords)).into()
}

fn string(value: Option<Value>) -> Option<String> {
    if let Some(Value::String(string)) = value { Some(string) } else { None }
}

fn take_type(keywords: &mut Map<String, Value>) -> SchemaType {
    let types = keywords.remove("type").and_then(|types| serde_json::from_value(types).ok());
    types.unwrap_or(SchemaType::AnyValue)
}

fn extensions(keywords: Map<String, Value>) -> Option<Extensions> {
    if keywords.is_empty() { None } else { Some(keywords.into_iter().collect()) }
}

/// Implements `ToSchema` for a type, with its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_to_schema {
    ($Type:ty, $name:expr) => {
        impl $crate::export::utoipa::utoipa::PartialSchema for $Type {
            fn schema() -> $crate::export::utoipa::RefOrSchema {
                $crate::export::utoipa::schema::<Self>()
            }
        }

        /// Generates the schema as described in
        /// [`export::utoipa`](miniprogram_protocol::export::utoipa).
        impl $crate::export::utoipa::utoipa::ToSchema for $Type {
            fn name() -> std::borrow::Cow<'static, str> {
                $crate::export::utoipa::schema_name::<Self>($name).into()
            }

            fn schemas(components: &mut Vec<(String, $crate::export::utoipa::RefOrSchema)>) {
                $crate::export::utoipa::add_schemas::<Self>(components);
            }
        }
    };
}

macro_rules! impl_to_schema {
    ($($module:ident::$Name:ident,)+) => { $(
        $crate::__impl_to_schema!($module::$Name, stringify!($Name));
    )+ };
}
for_each_type!(impl_to_schema);

impl<T: PartialSchema> PartialSchema for Valid<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

/// Generates the schema of `T`.
impl<T: ToSchema> ToSchema for Valid<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(components: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(components);
    }
}

impl PartialSchema for JsonText {
    fn schema() -> RefOr<Schema> {
        Value::schema()
    }
}

/// Generates a schema that accepts any JSON value.
impl ToSchema for JsonText {}
