//! Documents of others that hold our types: they say what we export, word by word.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod common;

use miniprogram_protocol::{
    CurrencyCode, Datetime, JsonText, ProtocolType, RegionCode, Schema, Valid,
    dictionary::{Amount, MessageChannel, Order, User},
    export::json_schema,
};
use schemars::{SchemaGenerator, generate::SchemaSettings, schema_for};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A struct of a user.
#[derive(schemars::JsonSchema, utoipa::ToSchema)]
#[allow(dead_code, reason = "it has a schema, and no value")]
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

/// An `OpenAPI` document of a user.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Refund)))]
struct Api;

/// What we export of a table and of those inside it.
fn exported(schema: &'static Schema) -> Map<String, Value> {
    let document = json_schema::document(schema);
    document.get("$defs").and_then(Value::as_object).unwrap().clone()
}

/// The same with references into components.
fn exported_components(schema: &'static Schema) -> Map<String, Value> {
    let definitions = Value::Object(exported(schema)).to_string();
    serde_json::from_str(&definitions.replace("\"#/$defs/", "\"#/components/schemas/")).unwrap()
}

/// The places that a document refers to.
fn references(document: &Value) -> BTreeSet<String> {
    match document {
        Value::Object(members) => {
            let own = members.get("$ref").map(|place| place.as_str().unwrap().to_owned());
            members.values().flat_map(references).chain(own).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

fn assert_all_resolve(document: &Value) {
    for place in references(document) {
        let pointer = place.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "nothing is at {place}");
    }
}

mod with_schemars {
    use super::*;
    use schemars::JsonSchema;

    #[test]
    fn a_table_is_what_we_export() {
        fn check<T: ProtocolType + JsonSchema>() {
            let mut document = schema_for!(T).to_value();
            let members = document.as_object_mut().unwrap();
            members.remove("$schema");
            let mut definitions = match members.remove("$defs") {
                Some(Value::Object(definitions)) => definitions,
                _ => Map::new(),
            };
            definitions.insert(T::SCHEMA.name.to_owned(), document);
            assert_eq!(definitions, exported(T::SCHEMA), "{}", T::SCHEMA.name);
            assert_eq!(T::schema_name(), T::SCHEMA.name);
        }
        common::each_table!(check);
    }

    #[test]
    fn a_struct_of_a_user_has_our_definitions() {
        let document = schema_for!(Refund).to_value();
        assert_eq!(document["$defs"], Value::Object(exported(Order::SCHEMA)));
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
                "channel": {"type": "string", "enum": MessageChannel::VALUES},
                "raw": true,
            })
        );
    }

    #[test]
    fn inlined_rows_may_be_null_and_keep_the_rules_between_them() {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
        });
        let document = settings.into_generator().into_root_schema_for::<User>().to_value();
        assert_eq!(references(&document), BTreeSet::new());
        assert_eq!(document.get("$defs"), None);

        let name = &document["properties"]["userName"];
        assert_eq!(name["type"], json!(["object", "null"]));
        assert_eq!(name["description"], User::SCHEMA.field("userName").unwrap().description());
        assert_eq!(name["properties"]["fullName"]["maxLength"], 128);
        assert_eq!(name["allOf"][0]["anyOf"].as_array().unwrap().len(), 4);

        let nationality = &document["properties"]["nationality"];
        assert_eq!(nationality["type"], json!(["string", "null"]));
        assert_eq!(nationality["enum"].as_array().unwrap().len(), 250);
        assert_eq!(nationality["maxLength"], 2);

        // The table's own rule, inside an array.
        let address = &document["properties"]["userAddresses"]["items"];
        assert_eq!(address["allOf"], exported(User::SCHEMA)["Address"]["allOf"]);
    }

    #[test]
    fn a_name_that_conflicts_is_told_apart() {
        /// An amount of theirs.
        struct Theirs;

        impl JsonSchema for Theirs {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Amount".into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "number"})
            }
        }

        let document = schema_for!((Theirs, Order)).to_value();
        assert_eq!(document["prefixItems"][0]["$ref"], "#/$defs/Amount");
        assert_eq!(document["$defs"]["Amount"]["type"], "number");
        let ours = &document["$defs"]["Order"]["properties"]["orderAmount"]["$ref"];
        assert_eq!(ours, "#/$defs/Amount2");
        assert_eq!(document["$defs"]["Amount2"], exported(Amount::SCHEMA)["Amount"]);
    }

    #[test]
    fn the_generator_decides_where_definitions_stand() {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        let document = settings.into_generator().into_root_schema_for::<Refund>().to_value();
        let components = Value::Object(exported_components(Order::SCHEMA));
        assert_eq!(document["components"]["schemas"], components);
        assert_all_resolve(&document);
    }

    #[test]
    fn types_are_told_apart_by_their_paths() {
        assert_eq!(Order::schema_id(), "miniprogram_protocol::dictionary::Order");
        assert_eq!(Valid::<Order>::schema_id(), Order::schema_id());
    }
}

mod with_utoipa {
    use super::*;
    use utoipa::{
        OpenApi, PartialSchema, ToSchema,
        openapi::{RefOr, schema::Schema as Written},
    };

    fn components(of: Vec<(String, RefOr<Written>)>) -> Map<String, Value> {
        let count = of.len();
        let components = of.into_iter().map(|(name, schema)| (name, json!(schema)));
        let components: Map<_, _> = components.collect();
        assert_eq!(components.len(), count, "a component is there twice");
        components
    }

    #[test]
    fn a_table_is_what_we_export() {
        fn check<T: ProtocolType + ToSchema>() {
            let mut all = vec![(T::name().into_owned(), T::schema())];
            T::schemas(&mut all);
            assert_eq!(components(all), exported_components(T::SCHEMA), "{}", T::SCHEMA.name);
        }
        common::each_table!(check);
    }

    #[test]
    fn components_that_are_there_are_not_added_again() {
        let mut all = vec![("Order".to_owned(), Order::schema())];
        Order::schemas(&mut all);
        let once = all.len();
        Order::schemas(&mut all);
        assert_eq!(all.len(), once);
    }

    #[test]
    fn fields_are_where_tools_look_for_them() {
        let RefOr::T(Written::Object(user)) = User::schema() else { panic!("no object") };
        assert_eq!(user.title.as_deref(), Some("User"));
        assert_eq!(user.required, ["userId"]);
        assert_eq!(user.properties.len(), User::SCHEMA.fields.len());
        let RefOr::T(Written::Array(_)) = &user.properties["contactInfos"] else {
            panic!("no array")
        };
        let RefOr::T(Written::AnyOf(name)) = &user.properties["userName"] else {
            panic!("no choice of schemas")
        };
        let RefOr::Ref(name) = &name.items[0] else { panic!("no reference") };
        assert_eq!(name.ref_location, "#/components/schemas/UserName");
        let RefOr::T(Written::Object(order)) = Order::schema() else { panic!("no object") };
        let RefOr::Ref(_) = &order.properties["orderAmount"] else { panic!("no reference") };
    }

    #[test]
    fn a_struct_of_a_user_has_our_components() {
        let document = json!(Api::openapi());
        assert_all_resolve(&document);
        let components = &document["components"]["schemas"];
        for (name, schema) in exported_components(Order::SCHEMA) {
            assert_eq!(components[&name], schema, "{name}");
        }
        let channel = json!({"type": "string", "enum": MessageChannel::VALUES});
        assert_eq!(components["MessageChannel"], channel);
        assert_eq!(components["JsonText"], json!({}));
        let order = &components["Refund"]["properties"]["order"]["oneOf"];
        assert_eq!(order[1]["$ref"], "#/components/schemas/Order");
    }
}
