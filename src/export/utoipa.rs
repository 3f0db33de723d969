//! [`utoipa::ToSchema`] of the types (feature `utoipa`), for `OpenAPI` documents of your own.
//!
//! A struct that holds tables gets in its document what [`json_schema`](super::json_schema) says of
//! them, word by word: `OpenAPI` 3.1 has the same draft. Each type is a component; a table and a list
//! of codes have the names of their definitions there. [`Valid`] is what it holds.
//!
//! In what is derived, a `Valid<Order>` needs `#[schema(value_type = Order)]`: the derive takes generic
//! types for ones that it derived itself.
//!
//! Keywords that `utoipa` has no fields for, such as `if`, are written as they are.
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

use super::{
    embed::{name, of_type},
    json_schema::{Keywords, definitions},
};
use crate::{
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model,
    read::FieldValue,
    schema::ValueType,
    validate::{STRICT, Valid},
};
use serde_json::{Map, Value};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        extensions::Extensions,
        schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, RefBuilder, SchemaType},
    },
};

/// Where the components of a document stand.
const COMPONENTS: &str = "#/components/schemas/";

/// The schema of a type.
fn schema<T: FieldValue>() -> RefOr<Schema> {
    let keywords = of_type::<T>(&mut |definition| {
        Keywords::default().with("$ref", format!("{COMPONENTS}{}", definition.name()))
    });
    of_keywords(keywords.0)
}

/// Adds what the schema of a type refers to, unless it is there.
fn schemas<T: FieldValue>(to: &mut Vec<(String, RefOr<Schema>)>) {
    let ValueType::Object(table) = T::VALUE_TYPE else { return };
    for (name, schema) in definitions([table], COMPONENTS, &STRICT) {
        if name != table.name && to.iter().all(|(known, _)| *known != name) {
            to.push((name, of_value(schema)));
        }
    }
}

fn of_value(schema: Value) -> RefOr<Schema> {
    of_keywords(if let Value::Object(keywords) = schema { keywords } else { Map::new() })
}

/// A schema of JSON Schema as one of `utoipa`: with its fields where tools look for them, and other
/// keywords as extensions, which are written as they are.
fn of_keywords(mut keywords: Map<String, Value>) -> RefOr<Schema> {
    let is_reference = keywords.keys().all(|keyword| keyword == "$ref" || keyword == "description");
    let description = text(keywords.remove("description"));
    match text(keywords.remove("$ref")) {
        Some(place) if is_reference => {
            return RefBuilder::new().ref_location(place).description(description).build().into();
        }
        Some(place) => {
            keywords.insert("$ref".to_owned(), place.into());
        }
        None => {}
    }
    if let Some(items) = keywords.remove("items") {
        let array = ArrayBuilder::new().items(of_value(items)).description(description);
        return array.schema_type(types(&mut keywords)).extensions(rest(keywords)).into();
    }
    if let Some(Value::Array(schemas)) = keywords.remove("anyOf") {
        let any_of = AnyOfBuilder::new().description(description).extensions(rest(keywords));
        return schemas.into_iter().map(of_value).fold(any_of, AnyOfBuilder::item).into();
    }
    let mut object = ObjectBuilder::new()
        .schema_type(types(&mut keywords))
        .title(text(keywords.remove("title")))
        .description(description);
    if let Some(Value::Object(properties)) = keywords.remove("properties") {
        for (name, schema) in properties {
            object = object.property(name, of_value(schema));
        }
    }
    for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten() {
        object = object.required(name.as_str().unwrap_or_default());
    }
    // `utoipa` does not write an empty list, which says the same as none.
    keywords.retain(|keyword, value| keyword != "required" || *value == Value::Array(Vec::new()));
    object.extensions(rest(keywords)).into()
}

fn text(value: Option<Value>) -> Option<String> {
    if let Some(Value::String(text)) = value { Some(text) } else { None }
}

fn types(keywords: &mut Map<String, Value>) -> SchemaType {
    let types = keywords.remove("type").and_then(|types| serde_json::from_value(types).ok());
    types.unwrap_or(SchemaType::AnyValue)
}

fn rest(keywords: Map<String, Value>) -> Option<Extensions> {
    if keywords.is_empty() { None } else { Some(keywords.into_iter().collect()) }
}

macro_rules! implement {
    ($($module:ident::$Name:ident,)+) => { $(
        impl PartialSchema for $module::$Name {
            fn schema() -> RefOr<Schema> {
                schema::<Self>()
            }
        }

        /// Generates the schema as [`export::utoipa`](crate::export::utoipa) describes.
        impl ToSchema for $module::$Name {
            fn name() -> Cow<'static, str> {
                name::<Self>(stringify!($Name)).into()
            }

            fn schemas(to: &mut Vec<(String, RefOr<Schema>)>) {
                schemas::<Self>(to);
            }
        }
    )+ };
}
for_each_type!(implement);

impl<T: PartialSchema> PartialSchema for Valid<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

/// As that of the value.
impl<T: ToSchema> ToSchema for Valid<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(to: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(to);
    }
}

impl PartialSchema for JsonText {
    fn schema() -> RefOr<Schema> {
        Value::schema()
    }
}

/// Any JSON value.
impl ToSchema for JsonText {}
