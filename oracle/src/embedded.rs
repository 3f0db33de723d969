//! Schemas that `schemars` and `utoipa` generate for the types of this crate.

use crate::validator;
use jsonschema::{Draft, Validator};
use miniprogram_protocol::{
    ProtocolType, Schema, Valid,
    dictionary::{self, Amount, Order},
    endpoint,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{error::Error, fmt};
use utoipa::{OpenApi, ToSchema};

/// A struct that an application could define.
#[derive(JsonSchema, ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Refund {
    amount: Amount,
    #[schema(value_type = Option<Order>)]
    order: Option<Valid<Order>>,
    history: Vec<Order>,
}

#[derive(OpenApi)]
#[openapi(components(schemas(Refund)))]
struct Api;

/// A schema that contains a type of this crate.
pub struct EmbeddedSchema {
    name: &'static str,
    validator: Validator,
    /// The function that wraps a value of the type in a document for the schema.
    wrap: fn(&Value) -> Value,
}

impl EmbeddedSchema {
    /// Returns `true` if a value of the type is valid.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(&(self.wrap)(value))
    }
}

impl fmt::Display for EmbeddedSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Generated schemas, each with the name of its generator and its JSON Schema draft.
type GeneratedSchemas = Vec<(&'static str, Draft, Value)>;

/// Returns all generated schemas that contain the type of `schema`.
pub fn schemas(schema: &Schema) -> Result<Vec<EmbeddedSchema>, Box<dyn Error>> {
    let position = Schema::ALL.iter().position(|each| each.name == schema.name);
    let generate = GENERATORS[position.ok_or("unknown schema")?];
    let mut all = compile(generate(), Clone::clone)?;
    match schema.name {
        "Amount" => all
            .extend(compile(refund_schemas(), |amount| json!({"amount": amount, "history": []}))?),
        "Order" => all.extend(compile(refund_schemas(), |order| {
            let amount = json!({"currency": "USD", "value": 1});
            json!({"amount": amount, "order": order, "history": [order]})
        })?),
        _ => {}
    }
    Ok(all)
}

fn compile(
    schemas: GeneratedSchemas,
    wrap: fn(&Value) -> Value,
) -> Result<Vec<EmbeddedSchema>, Box<dyn Error>> {
    let compiled = schemas.into_iter().map(|(name, draft, schema)| {
        Ok(EmbeddedSchema { name, validator: validator(&schema, draft)?, wrap })
    });
    compiled.collect()
}

/// Returns the generated schemas of a struct that contains types of this crate.
fn refund_schemas() -> GeneratedSchemas {
    let mut generated = schemars_schemas::<Refund>();
    let mut api = json!(Api::openapi());
    generated.push((
        "utoipa",
        Draft::Draft202012,
        component_schema("Refund", api["components"].take()),
    ));
    generated
}

/// Returns the schemas for a type.
fn generate<T: ProtocolType + JsonSchema + ToSchema>() -> GeneratedSchemas {
    let mut generated = schemars_schemas::<T>();
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    let schemas: Map<_, _> =
        schemas.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let components = json!({"schemas": schemas});
    generated.push(("utoipa", Draft::Draft202012, component_schema(&T::name(), components)));
    generated
}

/// Returns a schema that refers to a component.
fn component_schema(name: &str, components: Value) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}"), "components": components})
}

/// Returns the schemas that `schemars` generates for a type.
fn schemars_schemas<T: JsonSchema>() -> GeneratedSchemas {
    let generate =
        |settings: SchemaSettings| settings.into_generator().into_root_schema_for::<T>().to_value();
    let draft2020_12 = SchemaSettings::draft2020_12;
    let inlined = draft2020_12().with(|settings| settings.inline_subschemas = true);
    vec![
        ("schemars", Draft::Draft202012, generate(draft2020_12())),
        ("schemars, inlined", Draft::Draft202012, generate(inlined)),
        ("schemars, draft 7", Draft::Draft7, generate(SchemaSettings::draft07())),
    ]
}

/// Functions that generate the schemas for each type, in the order of `Schema::ALL`.
const GENERATORS: [fn() -> GeneratedSchemas; Schema::ALL.len()] = [
    generate::<dictionary::Message>,
    generate::<dictionary::Result>,
    generate::<dictionary::MessageSendResult>,
    generate::<dictionary::Amount>,
    generate::<dictionary::Order>,
    generate::<dictionary::Merchant>,
    generate::<dictionary::MerchantStore>,
    generate::<dictionary::Goods>,
    generate::<dictionary::Shipping>,
    generate::<dictionary::Buyer>,
    generate::<dictionary::Env>,
    generate::<dictionary::UserName>,
    generate::<dictionary::Address>,
    generate::<dictionary::PaymentMethod>,
    generate::<dictionary::DeviceInfo>,
    generate::<dictionary::DeployAppInfo>,
    generate::<dictionary::Category>,
    generate::<dictionary::User>,
    generate::<dictionary::LoginIdInfo>,
    generate::<dictionary::ContactInfo>,
    generate::<endpoint::MerchantSyncRequest>,
    generate::<endpoint::MerchantSyncResponse>,
    generate::<endpoint::NotifyCardRegistrationRequest>,
    generate::<endpoint::NotifyCardRegistrationResponse>,
    generate::<endpoint::CardField>,
    generate::<endpoint::PlatformMessageSendRequest>,
    generate::<endpoint::PlatformMessageSendResponse>,
    generate::<endpoint::OperatorSyncRequest>,
    generate::<endpoint::OperatorSyncResponse>,
    generate::<endpoint::InquireOperatorInfoRequest>,
    generate::<endpoint::InquireOperatorInfoResponse>,
    generate::<endpoint::Operator>,
    generate::<endpoint::OperatorRole>,
    generate::<endpoint::IssueCardRequest>,
    generate::<endpoint::IssueCardResponse>,
    generate::<endpoint::UpdateCardDetailRequest>,
    generate::<endpoint::UpdateCardDetailResponse>,
    generate::<endpoint::InquireCardDetailRequest>,
    generate::<endpoint::InquireCardDetailResponse>,
    generate::<endpoint::CardDetail>,
    generate::<endpoint::InquireMemberAssetsRequest>,
    generate::<endpoint::InquireMemberAssetsResponse>,
    generate::<endpoint::AssetDetail>,
    generate::<endpoint::BenefitSyncRequest>,
    generate::<endpoint::BenefitSyncResponse>,
    generate::<endpoint::BenefitUsedSyncRequest>,
    generate::<endpoint::BenefitUsedSyncResponse>,
    generate::<endpoint::MessageSendRequest>,
    generate::<endpoint::MessageSendResponse>,
    generate::<endpoint::ContentTemplate>,
    generate::<endpoint::TemplateParameters>,
    generate::<endpoint::SendInboxRequest>,
    generate::<endpoint::SendInboxResponse>,
    generate::<endpoint::QrcodeCreateRequest>,
    generate::<endpoint::QrcodeCreateResponse>,
    generate::<endpoint::DecorateUploadRequest>,
    generate::<endpoint::DecorateUploadResponse>,
    generate::<endpoint::AppInfoListQueryRequest>,
    generate::<endpoint::AppInfoListQueryResponse>,
    generate::<endpoint::PrepareRequest>,
    generate::<endpoint::PrepareResponse>,
    generate::<endpoint::ApplyTokenRequest>,
    generate::<endpoint::ApplyTokenResponse>,
    generate::<endpoint::CancelTokenRequest>,
    generate::<endpoint::CancelTokenResponse>,
    generate::<endpoint::InquiryUserInfoRequest>,
    generate::<endpoint::InquiryUserInfoResponse>,
    generate::<endpoint::PayRequest>,
    generate::<endpoint::PayResponse>,
    generate::<endpoint::PaymentFactor>,
    generate::<endpoint::RedirectActionForm>,
    generate::<endpoint::InquiryPaymentRequest>,
    generate::<endpoint::InquiryPaymentResponse>,
    generate::<endpoint::Transaction>,
    generate::<endpoint::NotifyPaymentRequest>,
    generate::<endpoint::NotifyPaymentResponse>,
    generate::<endpoint::CaptureRequest>,
    generate::<endpoint::CaptureResponse>,
    generate::<endpoint::CancelRequest>,
    generate::<endpoint::CancelResponse>,
    generate::<endpoint::VoidRequest>,
    generate::<endpoint::VoidResponse>,
    generate::<endpoint::NotifyVoidRequest>,
    generate::<endpoint::NotifyVoidResponse>,
    generate::<endpoint::RefundRequest>,
    generate::<endpoint::RefundResponse>,
    generate::<endpoint::InquiryRefundRequest>,
    generate::<endpoint::InquiryRefundResponse>,
    generate::<endpoint::TransactionNotifyRequest>,
    generate::<endpoint::TransactionNotifyResponse>,
];
