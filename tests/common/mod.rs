//! Helpers for integration tests, which build valid values from the schemas and collect the
//! violations of documents.
#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "each test binary uses some of these helpers; tests may panic"
)]

use miniprogram_protocol::{
    Format, Policy, Schema, Violation,
    schema::{Constant, CrossFieldRule, Field, ValueType},
};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Returns a valid value with only the required fields.
pub(crate) fn minimal_value(schema: &Schema) -> Value {
    build_object(schema, |field| field.required, minimal_value)
}

/// Returns a valid value with every field, at every depth.
pub(crate) fn complete_value(schema: &Schema) -> Value {
    build_object(schema, |_| true, complete_value)
}

/// Builds an object with the selected fields, and its nested objects with `nested`.
fn build_object(
    schema: &Schema,
    is_present: fn(&Field) -> bool,
    nested: fn(&Schema) -> Value,
) -> Value {
    let fields = schema.fields.iter().filter(|field| is_present(field));
    let members = fields.map(|field| (field.name.to_owned(), field_value(schema, field, nested)));
    let mut object = members.collect::<Map<_, _>>();
    for rule in schema.cross_field_rules {
        satisfy_rule(schema, rule, &mut object, nested);
    }
    object.into()
}

/// Changes an object that violates a cross-field rule because fields are absent. The status of a
/// response is changed to `F`, and the absent fields are added to other objects.
fn satisfy_rule(
    schema: &Schema,
    rule: &CrossFieldRule,
    object: &mut Map<String, Value>,
    nested: fn(&Schema) -> Value,
) {
    let missing: &[&str] = match rule {
        CrossFieldRule::AtLeastOneOf(fields) => fields,
        CrossFieldRule::RequiredIf { field, when, is } => {
            let is_required = value_at(object, when) == Some(&constant(*is));
            if !is_required || object.contains_key(*field) {
                return;
            }
            if *when == "result/resultStatus" {
                object["result"]["resultStatus"] = json!("F");
                return;
            }
            &[field]
        }
        _ => return,
    };
    for name in missing {
        let field = schema.field(name).unwrap();
        object.insert((*name).to_owned(), field_value(schema, field, nested));
    }
}

/// Returns the value of a field, or of a field inside a field (`outer/inner`).
pub(crate) fn value_at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('/') {
        Some((outer, inner)) => object.get(outer)?.get(inner),
        None => object.get(path),
    }
}

/// Returns a valid value of the field, in the format that a cross-field rule requires, if any.
fn field_value(schema: &Schema, field: &Field, nested: fn(&Schema) -> Value) -> Value {
    let required_format = schema.cross_field_rules.iter().find_map(|rule| match *rule {
        CrossFieldRule::FormatIf { field: name, format, .. } if name == field.name => Some(format),
        _ => None,
    });
    match required_format {
        Some(format) => json!(example_of(format)),
        None => type_value(field.value_type, nested),
    }
}

/// Returns a valid value of the type.
fn type_value(value_type: ValueType, nested: fn(&Schema) -> Value) -> Value {
    match value_type {
        ValueType::String(string) => json!(match (string.format, string.enum_schema) {
            (Some(format), _) => example_of(format),
            // The first value of each enum satisfies every cross-field rule.
            (None, Some(schema)) => schema.values[0],
            (None, None) => "text",
        }),
        ValueType::Integer(_) => json!(1),
        ValueType::Boolean => json!(true),
        ValueType::Array(array) | ValueType::OneOrMany(array) => {
            json!([type_value(array.items.value_type(), nested)])
        }
        ValueType::Object(schema, _) => nested(schema),
        other => panic!("no value for the type {other}"),
    }
}

/// Returns a string that has the format.
pub(crate) fn example_of(format: Format) -> &'static str {
    match format {
        Format::DateTime => "2019-11-27T12:01:01+08:30",
        Format::Iso4217 => "USD",
        Format::Iso3166Alpha2 => "JP",
        Format::Iso18245 => "5661",
        Format::UnixMillis => "1653969581000",
        Format::JsonObject => r#"{"content":"text"}"#,
        Format::E164 => "+6512345678",
        other => panic!("no example for the format {other}"),
    }
}

/// Returns the violations of a JSON document as sorted `(pointer, code)` pairs, or its syntax
/// error.
pub(crate) fn violations_of_json(schema: &Schema, json: &[u8]) -> Vec<(String, String)> {
    violations_with_policy(schema, json, &Policy::strict())
}

/// Returns the violations of a JSON document under a policy, in the form of [`violations_of_json`].
pub(crate) fn violations_with_policy(
    schema: &Schema,
    json: &[u8],
    policy: &Policy,
) -> Vec<(String, String)> {
    let Err(error) = schema.check_json_with(json, policy) else { return Vec::new() };
    if let Some(syntax) = error.syntax() {
        return vec![(String::new(), format!("syntax: {syntax}"))];
    }
    sorted_paths_and_codes(error.violations())
}

/// Returns a constant as JSON.
pub(crate) fn constant(constant: Constant) -> Value {
    match constant {
        Constant::String(string) => string.into(),
        Constant::Boolean(boolean) => boolean.into(),
        other => panic!("unknown constant: {other:?}"),
    }
}

/// Converts violations to sorted `(pointer, code)` pairs.
pub(crate) fn sorted_paths_and_codes(violations: &[Violation]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = violations
        .iter()
        .map(|violation| (violation.path().to_owned(), violation.code().to_owned()))
        .collect();
    pairs.sort();
    pairs
}

/// Reads `(pointer, code)` pairs from a file with one tab-separated pair per line, and sorts them.
pub(crate) fn read_pairs(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let pairs = text.lines().map(|line| line.split_once('\t').unwrap());
    let mut pairs: Vec<_> = pairs.map(|(path, code)| (path.into(), code.into())).collect();
    pairs.sort();
    pairs
}

/// Returns the violations of a value as sorted `(pointer, code)` pairs.
pub(crate) fn violations(schema: &Schema, value: &Value) -> Vec<(String, String)> {
    violations_of_json(schema, value.to_string().as_bytes())
}

/// Returns the path of external test data, or `None` if the data does not exist. The environment
/// variable `MPP_TEST_DATA` sets the directory, which is next to the repository by default.
pub(crate) fn test_data(path: &str) -> Option<PathBuf> {
    let next_to_repository = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path =
        std::env::var_os("MPP_TEST_DATA").map_or_else(next_to_repository, PathBuf::from).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} not found", path.display());
    None
}

/// Calls a generic function for each type, and returns the results in the order of
/// `Schema::ALL`.
#[allow(unused_macros, reason = "some test binaries do not use it")]
macro_rules! for_each_type {
    ($function:ident) => {{
        use miniprogram_protocol::{dictionary, endpoint};
        [
            $function::<dictionary::Message>(),
            $function::<dictionary::Result>(),
            $function::<dictionary::MessageSendResult>(),
            $function::<dictionary::Amount>(),
            $function::<dictionary::Order>(),
            $function::<dictionary::Merchant>(),
            $function::<dictionary::MerchantStore>(),
            $function::<dictionary::Goods>(),
            $function::<dictionary::Shipping>(),
            $function::<dictionary::Buyer>(),
            $function::<dictionary::Env>(),
            $function::<dictionary::UserName>(),
            $function::<dictionary::Address>(),
            $function::<dictionary::PaymentMethod>(),
            $function::<dictionary::DeviceInfo>(),
            $function::<dictionary::DeployAppInfo>(),
            $function::<dictionary::Category>(),
            $function::<dictionary::User>(),
            $function::<dictionary::LoginIdInfo>(),
            $function::<dictionary::ContactInfo>(),
            $function::<endpoint::MerchantSyncRequest>(),
            $function::<endpoint::MerchantSyncResponse>(),
            $function::<endpoint::NotifyCardRegistrationRequest>(),
            $function::<endpoint::NotifyCardRegistrationResponse>(),
            $function::<endpoint::CardField>(),
            $function::<endpoint::PlatformMessageSendRequest>(),
            $function::<endpoint::PlatformMessageSendResponse>(),
            $function::<endpoint::OperatorSyncRequest>(),
            $function::<endpoint::OperatorSyncResponse>(),
            $function::<endpoint::InquireOperatorInfoRequest>(),
            $function::<endpoint::InquireOperatorInfoResponse>(),
            $function::<endpoint::Operator>(),
            $function::<endpoint::OperatorRole>(),
            $function::<endpoint::IssueCardRequest>(),
            $function::<endpoint::IssueCardResponse>(),
            $function::<endpoint::UpdateCardDetailRequest>(),
            $function::<endpoint::UpdateCardDetailResponse>(),
            $function::<endpoint::InquireCardDetailRequest>(),
            $function::<endpoint::InquireCardDetailResponse>(),
            $function::<endpoint::CardDetail>(),
            $function::<endpoint::InquireMemberAssetsRequest>(),
            $function::<endpoint::InquireMemberAssetsResponse>(),
            $function::<endpoint::AssetDetail>(),
            $function::<endpoint::BenefitSyncRequest>(),
            $function::<endpoint::BenefitSyncResponse>(),
            $function::<endpoint::BenefitUsedSyncRequest>(),
            $function::<endpoint::BenefitUsedSyncResponse>(),
            $function::<endpoint::MessageSendRequest>(),
            $function::<endpoint::MessageSendResponse>(),
            $function::<endpoint::ContentTemplate>(),
            $function::<endpoint::TemplateParameters>(),
            $function::<endpoint::SendInboxRequest>(),
            $function::<endpoint::SendInboxResponse>(),
            $function::<endpoint::QrcodeCreateRequest>(),
            $function::<endpoint::QrcodeCreateResponse>(),
            $function::<endpoint::DecorateUploadRequest>(),
            $function::<endpoint::DecorateUploadResponse>(),
            $function::<endpoint::AppInfoListQueryRequest>(),
            $function::<endpoint::AppInfoListQueryResponse>(),
            $function::<endpoint::PrepareRequest>(),
            $function::<endpoint::PrepareResponse>(),
            $function::<endpoint::ApplyTokenRequest>(),
            $function::<endpoint::ApplyTokenResponse>(),
            $function::<endpoint::CancelTokenRequest>(),
            $function::<endpoint::CancelTokenResponse>(),
            $function::<endpoint::InquiryUserInfoRequest>(),
            $function::<endpoint::InquiryUserInfoResponse>(),
            $function::<endpoint::PayRequest>(),
            $function::<endpoint::PayResponse>(),
            $function::<endpoint::PaymentFactor>(),
            $function::<endpoint::RedirectActionForm>(),
            $function::<endpoint::InquiryPaymentRequest>(),
            $function::<endpoint::InquiryPaymentResponse>(),
            $function::<endpoint::Transaction>(),
            $function::<endpoint::NotifyPaymentRequest>(),
            $function::<endpoint::NotifyPaymentResponse>(),
            $function::<endpoint::CaptureRequest>(),
            $function::<endpoint::CaptureResponse>(),
            $function::<endpoint::CancelRequest>(),
            $function::<endpoint::CancelResponse>(),
            $function::<endpoint::VoidRequest>(),
            $function::<endpoint::VoidResponse>(),
            $function::<endpoint::NotifyVoidRequest>(),
            $function::<endpoint::NotifyVoidResponse>(),
            $function::<endpoint::RefundRequest>(),
            $function::<endpoint::RefundResponse>(),
            $function::<endpoint::InquiryRefundRequest>(),
            $function::<endpoint::InquiryRefundResponse>(),
            $function::<endpoint::TransactionNotifyRequest>(),
            $function::<endpoint::TransactionNotifyResponse>(),
        ]
    }};
}
#[allow(unused_imports, reason = "some test binaries do not use it")]
pub(crate) use for_each_type;
