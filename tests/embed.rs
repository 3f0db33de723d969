//! Checks that schemas derived by `schemars` and `utoipa` for user types contain exactly the
//! schemas that this crate exports.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

mod common;

use miniprogram_protocol::{
    CurrencyCode, Datetime, JsonText, ProtocolType, RegionCode, Schema, Valid,
    dictionary::{Amount, MessageChannel, Order, User},
    export::json_schema,
};
use schemars::{SchemaGenerator, generate::SchemaSettings, schema_for};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A user type that contains types from this crate.
#[derive(schemars::JsonSchema, utoipa::ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Refund {
    amount: Amount,
    #[schema(value_type = Option<Order>)]
    order: Option<Valid<Order>>,
    history: Vec<Order>,
    currency: CurrencyCode,
    region: Option<RegionCode>,
    channel: MessageChannel,
    at: Option<Datetime>,
    raw: JsonText,
}

/// A user type that flattens a protocol type.
#[derive(serde::Serialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Payment {
    id: String,
    #[serde(flatten)]
    amount: Amount,
}

#[test]
fn flattened_types_do_not_rename_outer_schemas() {
    let schema = schema_for!(Payment);
    assert_eq!(schema.get("title"), Some(&json!("Payment")));
    assert!(schema.pointer("/properties/currency").is_some());
}

/// The `OpenAPI` document of a user's application.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Refund)))]
struct Api;

/// Returns the exported definitions of a schema and its nested schemas.
fn exported_definitions(schema: &'static Schema) -> Map<String, Value> {
    let document = json_schema::document(schema);
    document.get("$defs").and_then(Value::as_object).unwrap().clone()
}

/// Returns the exported definitions, with references to `#/components/schemas/`.
fn exported_components(schema: &'static Schema) -> Map<String, Value> {
    let definitions = Value::Object(exported_definitions(schema)).to_string();
    serde_json::from_str(&definitions.replace("\"#/$defs/", "\"#/components/schemas/")).unwrap()
}

fn message_channel() -> Value {
    json!({
        "type": "string",
        "description": "The channel of a notification.",
        "enum": MessageChannel::VALUES,
    })
}

/// Returns the values of all `$ref` members in a document.
fn find_references(document: &Value) -> BTreeSet<String> {
    match document {
        Value::Object(members) => {
            let own = members.get("$ref").map(|reference| reference.as_str().unwrap().to_owned());
            members.values().flat_map(find_references).chain(own).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(find_references).collect(),
        _ => BTreeSet::new(),
    }
}

fn assert_references_resolve(document: &Value) {
    for reference in find_references(document) {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} does not exist");
    }
}

mod with_schemars {
    use super::*;
    use schemars::JsonSchema;

    #[test]
    fn generates_exported_schemas() {
        fn check<T: ProtocolType + JsonSchema>() {
            let mut document = schema_for!(T).to_value();
            let members = document.as_object_mut().unwrap();
            members.remove("$schema");
            // The generator sets the title of the root schema.
            assert_eq!(members.remove("title"), Some(json!(T::SCHEMA.name)));
            let mut definitions = match members.remove("$defs") {
                Some(Value::Object(definitions)) => definitions,
                _ => Map::new(),
            };
            definitions.insert(T::SCHEMA.name.to_owned(), document);
            assert_eq!(definitions, exported_definitions(T::SCHEMA), "{}", T::SCHEMA.name);
            assert_eq!(T::schema_name(), T::SCHEMA.name);
        }
        common::for_each_type!(check);
    }

    #[test]
    fn embeds_exported_definitions_in_user_types() {
        let document = schema_for!(Refund).to_value();
        let mut definitions = document["$defs"].as_object().unwrap().clone();
        assert_eq!(definitions.remove("MessageChannel"), Some(message_channel()));
        assert_eq!(definitions, exported_definitions(Order::SCHEMA));
        let at = &document["properties"]["at"];
        assert_eq!(at["type"], json!(["string", "null"]));
        assert_eq!(at["format"], "date-time");
        let mut others = document["properties"].clone();
        others.as_object_mut().unwrap().remove("at");
        assert_eq!(
            others,
            json!({
                "amount": {"$ref": "#/$defs/Amount"},
                "order": {"anyOf": [{"$ref": "#/$defs/Order"}, {"type": "null"}]},
                "history": {"type": "array", "items": {"$ref": "#/$defs/Order"}},
                "currency": {"$ref": "#/$defs/iso4217"},
                "region": {"anyOf": [{"$ref": "#/$defs/iso3166-1-alpha-2"}, {"type": "null"}]},
                "channel": {"$ref": "#/$defs/MessageChannel"},
                "raw": true,
            })
        );
    }

    #[test]
    fn keeps_null_and_constraints_when_inlining() {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
        });
        let document = settings.into_generator().into_root_schema_for::<User>().to_value();
        assert_eq!(find_references(&document), BTreeSet::new());
        assert_eq!(document.get("$defs"), None);

        let name = &document["properties"]["userName"];
        assert_eq!(name["type"], json!(["object", "null"]));
        assert_eq!(name["description"], User::SCHEMA.field("userName").unwrap().description());
        assert_eq!(name["properties"]["fullName"]["maxLength"], 128);
        assert_eq!(name["allOf"][0]["anyOf"].as_array().unwrap().len(), 4);

        let nationality = &document["properties"]["nationality"];
        assert_eq!(nationality["type"], json!(["string", "null"]));
        assert_eq!(nationality["enum"].as_array().unwrap().len(), 250);
        assert_eq!(nationality.get("maxLength"), None);

        // The inlined schema of the elements still contains the cross-field rule.
        let address = &document["properties"]["userAddresses"]["items"];
        assert_eq!(address["allOf"], exported_definitions(User::SCHEMA)["Address"]["allOf"]);
    }

    #[test]
    fn renames_conflicting_definitions() {
        /// A user type with the same name as a type in this crate.
        struct UserAmount;

        impl JsonSchema for UserAmount {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Amount".into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "number"})
            }
        }

        let document = schema_for!((UserAmount, Order)).to_value();
        assert_eq!(document["prefixItems"][0]["$ref"], "#/$defs/Amount");
        assert_eq!(document["$defs"]["Amount"]["type"], "number");
        let protocol_amount =
            &document["$defs"]["Order"]["properties"]["orderAmount"]["allOf"][0]["$ref"];
        assert_eq!(protocol_amount, "#/$defs/Amount2");
        assert_eq!(document["$defs"]["Amount2"], exported_definitions(Amount::SCHEMA)["Amount"]);
    }

    #[test]
    fn follows_configured_definitions_path() {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        let document = settings.into_generator().into_root_schema_for::<Refund>().to_value();
        let mut components = exported_components(Order::SCHEMA);
        components.insert("MessageChannel".to_owned(), message_channel());
        assert_eq!(document["components"]["schemas"], Value::Object(components));
        assert_references_resolve(&document);
    }

    #[test]
    fn uses_type_paths_as_schema_ids() {
        assert_eq!(Order::schema_id(), "miniprogram_protocol::dictionary::Order");
        assert_eq!(Valid::<Order>::schema_id(), Order::schema_id());
    }
}

mod with_utoipa {
    use super::*;
    use utoipa::{
        OpenApi, PartialSchema, ToSchema,
        openapi::{RefOr, schema::Schema as OpenApiSchema},
    };

    /// Converts schemas to JSON by name. Panics if two schemas have the same name.
    fn json_by_name(schemas: Vec<(String, RefOr<OpenApiSchema>)>) -> Map<String, Value> {
        let count = schemas.len();
        let components = schemas.into_iter().map(|(name, schema)| (name, json!(schema)));
        let components: Map<_, _> = components.collect();
        assert_eq!(components.len(), count, "duplicate component");
        components
    }

    #[test]
    fn generates_exported_schemas() {
        fn check<T: ProtocolType + ToSchema>() {
            let mut all = vec![(T::name().into_owned(), T::schema())];
            T::schemas(&mut all);
            assert_eq!(json_by_name(all), exported_components(T::SCHEMA), "{}", T::SCHEMA.name);
        }
        common::for_each_type!(check);
    }

    #[test]
    fn does_not_add_duplicate_components() {
        let mut all = vec![("Order".to_owned(), Order::schema())];
        Order::schemas(&mut all);
        let count = all.len();
        Order::schemas(&mut all);
        assert_eq!(all.len(), count);
    }

    use shop::Shop;

    mod shop {
        miniprogram_protocol::protocol_type! {
            /// A discount.
            pub struct Coupon {
                /// A code.
                code: String as "code", required;
            }
        }
        miniprogram_protocol::protocol_type! {
            /// A shop.
            pub struct Shop {
                /// A coupon.
                coupon: Coupon as "coupon", required;
            }
        }
    }
    miniprogram_protocol::protocol_type! {
        /// A different type with the same name.
        pub struct Coupon {
            /// The shop, whose coupons have the other type.
            shop: Shop as "shop", required;
        }
    }

    #[test]
    fn components_with_equal_names_are_distinct() {
        let mut all = vec![(Coupon::name().into_owned(), Coupon::schema())];
        Coupon::schemas(&mut all);
        let components = Value::Object(json_by_name(all));
        assert_eq!(components["Coupon"]["required"], json!(["shop"]));
        let coupon = &components["Shop"]["properties"]["coupon"]["allOf"][0]["$ref"];
        assert_eq!(coupon, "#/components/schemas/Coupon2");
        assert_eq!(components["Coupon2"]["required"], json!(["code"]));
        assert_references_resolve(&json!({"components": {"schemas": components}}));
    }

    #[test]
    fn sets_fields_of_utoipa_schemas() {
        let RefOr::T(OpenApiSchema::Object(user)) = User::schema() else {
            panic!("expected an object")
        };
        assert_eq!(user.required, ["userId"]);
        assert_eq!(user.properties.len(), User::SCHEMA.fields.len());
        let RefOr::T(OpenApiSchema::Array(_)) = &user.properties["contactInfos"] else {
            panic!("expected an array")
        };
        let RefOr::T(OpenApiSchema::AnyOf(name)) = &user.properties["userName"] else {
            panic!("expected `anyOf`")
        };
        let RefOr::Ref(name) = &name.items[0] else { panic!("expected a reference") };
        assert_eq!(name.ref_location, "#/components/schemas/UserName");
        let RefOr::T(OpenApiSchema::Object(order)) = Order::schema() else {
            panic!("expected an object")
        };
        let RefOr::T(OpenApiSchema::AllOf(amount)) = &order.properties["orderAmount"] else {
            panic!("expected `allOf`")
        };
        assert!(matches!(amount.items[..], [RefOr::Ref(_)]));
    }

    #[test]
    fn embeds_exported_components_in_user_types() {
        let document = json!(Api::openapi());
        assert_references_resolve(&document);
        let components = &document["components"]["schemas"];
        for (name, schema) in exported_components(Order::SCHEMA) {
            assert_eq!(components[&name], schema, "{name}");
        }
        assert_eq!(components["MessageChannel"], message_channel());
        assert_eq!(components["JsonText"], json!({}));
        let order = &components["Refund"]["properties"]["order"]["oneOf"];
        assert_eq!(order[1]["$ref"], "#/components/schemas/Order");
    }
}
