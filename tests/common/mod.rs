//! Values made from the schema data, and what is asked of them.
#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "each test binary uses a part; tests stop at the first surprise"
)]

use miniprogram_protocol::{
    Format, Policy, Schema, Violation,
    schema::{CrossFieldRule, Field, ValueType},
};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A valid value with the required members alone.
pub(crate) fn smallest(schema: &Schema) -> Value {
    object(schema, |field| field.required, smallest)
}

/// A valid value with every member given, at every depth.
pub(crate) fn complete(schema: &Schema) -> Value {
    object(schema, |_| true, complete)
}

fn object(schema: &Schema, is_given: fn(&Field) -> bool, nested: fn(&Schema) -> Value) -> Value {
    let members = schema.fields.iter().filter(|field| is_given(field));
    let members = members.map(|field| (field.name.to_owned(), value(schema, field, nested)));
    let mut object: Value = members.collect::<Map<_, _>>().into();
    if schema.name == "PlatformMessageSendResponse" {
        // Of a success more is asked (L6).
        object["result"]["resultStatus"] = json!("F");
    }
    object
}

fn value(schema: &Schema, field: &Field, nested: fn(&Schema) -> Value) -> Value {
    let required_format =
        schema.cross_field_rules.iter().find_map(|cross_field_rule| match *cross_field_rule {
            CrossFieldRule::FormatIf { field: member, format, .. } if member == field.name => {
                Some(format)
            }
            _ => None,
        });
    match required_format {
        Some(format) => json!(text(format)),
        None => of_shape(&field.value_type, nested),
    }
}

fn of_shape(value_type: &ValueType, nested: fn(&Schema) -> Value) -> Value {
    match value_type {
        ValueType::String(Some(format)) => json!(text(*format)),
        ValueType::String(None) => json!("text"),
        // With the first of the valid values every rule between rows is kept.
        ValueType::Enum(choice) => json!(choice.values[0]),
        ValueType::Integer => json!(1),
        ValueType::Boolean => json!(true),
        ValueType::Array(element) | ValueType::OneOrMany(element) => {
            json!([of_shape(element, nested)])
        }
        ValueType::Object(schema) => nested(schema),
        other => panic!("a shape without a value: {other}"),
    }
}

/// A text of that format.
pub(crate) fn text(format: Format) -> &'static str {
    match format {
        Format::DateTime => "2019-11-27T12:01:01+08:30",
        Format::Iso4217 => "USD",
        Format::Iso3166Alpha2 => "JP",
        Format::Iso18245 => "5661",
        Format::UnixMillis => "1653969581000",
        Format::JsonObject => r#"{"content":"text"}"#,
        Format::E164 => "+6512345678",
        other => panic!("a format without a text: {other}"),
    }
}

/// The violations of a JSON text, as sorted pairs of pointer and code; or the syntax error.
pub(crate) fn violations_of_text(schema: &Schema, json: &[u8]) -> Vec<(String, String)> {
    violations_by(schema, json, &Policy::strict())
}

/// The violations of a JSON text by a policy, as [`violations_of_text`] gives them.
pub(crate) fn violations_by(
    schema: &Schema,
    json: &[u8],
    policy: &Policy,
) -> Vec<(String, String)> {
    let Err(error) = schema.check_json(json, policy) else { return Vec::new() };
    if let Some(syntax) = error.syntax() {
        return vec![(String::new(), format!("syntax: {syntax}"))];
    }
    pairs(error.violations())
}

/// Violations as sorted pairs of pointer and code.
pub(crate) fn pairs(violations: &[Violation]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = violations
        .iter()
        .map(|violation| (violation.path().to_owned(), violation.code().to_owned()))
        .collect();
    pairs.sort();
    pairs
}

/// The sorted pairs of pointer and code that a file lists, a line each.
pub(crate) fn pairs_in(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let pairs = text.lines().map(|line| line.split_once('\t').unwrap());
    let mut pairs: Vec<_> = pairs.map(|(path, code)| (path.into(), code.into())).collect();
    pairs.sort();
    pairs
}

/// The violations of a value, as sorted pairs of pointer and code.
pub(crate) fn violations(schema: &Schema, value: &Value) -> Vec<(String, String)> {
    violations_of_text(schema, value.to_string().as_bytes())
}

/// A folder or file of test data from elsewhere, which not every machine has: below the folder that
/// the environment variable `MPP_TEST_DATA` names, or beside the repository.
pub(crate) fn test_data(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path = std::env::var_os("MPP_TEST_DATA").map_or_else(beside, PathBuf::from).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("passed over: there is no {}", path.display());
    None
}

/// Calls a function that is generic over the tables once a table, and gives the 25 results in the
/// order of `Schema::ALL`.
#[allow(unused_macros, reason = "each test binary uses a part")]
macro_rules! each_table {
    ($call:ident) => {{
        use miniprogram_protocol::{dictionary, endpoint};
        [
            $call::<dictionary::Message>(),
            $call::<dictionary::Result>(),
            $call::<dictionary::MessageSendResult>(),
            $call::<dictionary::Amount>(),
            $call::<dictionary::Order>(),
            $call::<dictionary::Merchant>(),
            $call::<dictionary::MerchantStore>(),
            $call::<dictionary::Goods>(),
            $call::<dictionary::Shipping>(),
            $call::<dictionary::Buyer>(),
            $call::<dictionary::Env>(),
            $call::<dictionary::UserName>(),
            $call::<dictionary::Address>(),
            $call::<dictionary::PaymentMethod>(),
            $call::<dictionary::DeviceInfo>(),
            $call::<dictionary::DeployAppInfo>(),
            $call::<dictionary::Category>(),
            $call::<dictionary::User>(),
            $call::<dictionary::LoginIdInfo>(),
            $call::<dictionary::ContactInfo>(),
            $call::<endpoint::MerchantSyncRequest>(),
            $call::<endpoint::MerchantSyncResponse>(),
            $call::<endpoint::NotifyCardRegistrationRequest>(),
            $call::<endpoint::NotifyCardRegistrationResponse>(),
            $call::<endpoint::CardField>(),
            $call::<endpoint::PlatformMessageSendRequest>(),
            $call::<endpoint::PlatformMessageSendResponse>(),
        ]
    }};
}
#[allow(unused_imports, reason = "each test binary uses a part")]
pub(crate) use each_table;
