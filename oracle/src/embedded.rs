//! Our tables in documents of others, by `schemars` and `utoipa`.

use crate::validator;
use jsonschema::{Draft, Validator};
use miniprogram_protocol::{
    Schema, ProtocolType, Valid,
    dictionary::{self, Amount, Order},
    endpoint,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{error::Error, fmt};
use utoipa::{OpenApi, ToSchema};

/// A struct of a user.
#[derive(JsonSchema, ToSchema)]
#[allow(dead_code, reason = "it has a schema, and no value")]
struct Refund {
    amount: Amount,
    #[schema(value_type = Option<Order>)]
    order: Option<Valid<Order>>,
    history: Vec<Order>,
}

#[derive(OpenApi)]
#[openapi(components(schemas(Refund)))]
struct Api;

/// A document in which a table stands.
pub struct Embedded {
    name: &'static str,
    validator: Validator,
    /// The value that the document judges, of a value of the table.
    around: fn(&Value) -> Value,
}

impl Embedded {
    pub fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(&(self.around)(value))
    }
}

impl fmt::Display for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

type Documents = Vec<(&'static str, Draft, Value)>;

/// The documents that hold the table.
pub fn of(schema: &Schema) -> Result<Vec<Embedded>, Box<dyn Error>> {
    let position = Schema::ALL.iter().position(|each| each.name == schema.name);
    let documents = TABLES[position.ok_or("a table that is none of all")?];
    let mut all = made(documents(), Clone::clone)?;
    match schema.name {
        "Amount" => all.extend(made(refund(), |amount| json!({"amount": amount, "history": []}))?),
        "Order" => all.extend(made(refund(), |order| {
            let amount = json!({"currency": "USD", "value": 1});
            json!({"amount": amount, "order": order, "history": [order]})
        })?),
        _ => {}
    }
    Ok(all)
}

fn made(
    documents: Documents,
    around: fn(&Value) -> Value,
) -> Result<Vec<Embedded>, Box<dyn Error>> {
    let made = documents.into_iter().map(|(name, draft, document)| {
        Ok(Embedded { name, validator: validator(&document, draft)?, around })
    });
    made.collect()
}

fn refund() -> Documents {
    let mut documents = by_schemars::<Refund>();
    let mut api = json!(Api::openapi());
    documents.push(("utoipa", Draft::Draft202012, component("Refund", api["components"].take())));
    documents
}

fn documents<T: ProtocolType + JsonSchema + ToSchema>() -> Documents {
    let mut documents = by_schemars::<T>();
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    let schemas: Map<_, _> =
        schemas.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let components = json!({"schemas": schemas});
    documents.push(("utoipa", Draft::Draft202012, component(&T::name(), components)));
    documents
}

fn component(name: &str, components: Value) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}"), "components": components})
}

fn by_schemars<T: JsonSchema>() -> Documents {
    let document =
        |settings: SchemaSettings| settings.into_generator().into_root_schema_for::<T>().to_value();
    let draft2020_12 = SchemaSettings::draft2020_12;
    let inlined = draft2020_12().with(|settings| settings.inline_subschemas = true);
    vec![
        ("schemars", Draft::Draft202012, document(draft2020_12())),
        ("schemars, inlined", Draft::Draft202012, document(inlined)),
        ("schemars, draft 7", Draft::Draft7, document(SchemaSettings::draft07())),
    ]
}

/// In the order of `Schema::ALL`.
const TABLES: [fn() -> Documents; 27] = [
    documents::<dictionary::Message>,
    documents::<dictionary::Result>,
    documents::<dictionary::MessageSendResult>,
    documents::<dictionary::Amount>,
    documents::<dictionary::Order>,
    documents::<dictionary::Merchant>,
    documents::<dictionary::MerchantStore>,
    documents::<dictionary::Goods>,
    documents::<dictionary::Shipping>,
    documents::<dictionary::Buyer>,
    documents::<dictionary::Env>,
    documents::<dictionary::UserName>,
    documents::<dictionary::Address>,
    documents::<dictionary::PaymentMethod>,
    documents::<dictionary::DeviceInfo>,
    documents::<dictionary::DeployAppInfo>,
    documents::<dictionary::Category>,
    documents::<dictionary::User>,
    documents::<dictionary::LoginIdInfo>,
    documents::<dictionary::ContactInfo>,
    documents::<endpoint::MerchantSyncRequest>,
    documents::<endpoint::MerchantSyncResponse>,
    documents::<endpoint::NotifyCardRegistrationRequest>,
    documents::<endpoint::NotifyCardRegistrationResponse>,
    documents::<endpoint::CardField>,
    documents::<endpoint::PlatformMessageSendRequest>,
    documents::<endpoint::PlatformMessageSendResponse>,
];
