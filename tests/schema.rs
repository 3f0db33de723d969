//! Checks the exported JSON Schemas and the exported OpenAPI document.
#![cfg(feature = "openapi")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Deviation, Edition, FieldLimits, ForbiddenCharacters, Policy, ProtocolType, Schema,
    UnknownFieldPolicy,
    dictionary::{Amount, DeployAppInfo, InboxContent, Merchant, Order, User},
    endpoint::{EndpointMetadata, MerchantSyncRequest},
    export::{format_document, json_schema, openapi, typescript},
    schema::EnumSchema,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Returns the exported documents by file name.
fn exported() -> BTreeMap<String, Value> {
    let documents = Schema::ALL.iter().map(|schema| (schema.name, json_schema::document(schema)));
    let documents = documents.chain([
        ("all", json_schema::bundle()),
        ("openapi", openapi::document(EndpointMetadata::ALL)),
        ("types", json_schema::structure(Schema::ALL)),
    ]);
    documents.map(|(name, document)| (format!("{name}.json"), document)).collect()
}

const TYPESCRIPT_FILE: &str = "miniprogram-protocol.d.ts";

/// If the environment variable `UPDATE` is set, the test first writes the files.
#[test]
fn committed_files_are_up_to_date() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let exported = exported();
    if std::env::var_os("UPDATE").is_some() {
        for (file, document) in &exported {
            fs::write(directory.join(file), format_document(document) + "\n").unwrap();
        }
    }
    for (file, document) in &exported {
        let committed = fs::read_to_string(directory.join(file)).unwrap_or_default();
        assert_eq!(
            committed,
            format_document(document) + "\n",
            "{file} is out of date: run this test with UPDATE=1"
        );
    }
    let committed = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let others = ["README.md", "tools", TYPESCRIPT_FILE];
    let committed = committed.filter(|file| others.iter().all(|other| file != other)).count();
    assert_eq!(committed, exported.len(), "unexpected file in schema/");
}

/// If the environment variable `UPDATE` is set, the test first writes the file.
#[test]
fn committed_typescript_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(TYPESCRIPT_FILE);
    let declarations = typescript::declarations(Schema::ALL);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &declarations).unwrap();
    }
    let committed = fs::read_to_string(file).unwrap_or_default();
    assert!(committed == declarations, "run this test with UPDATE=1");
}

#[test]
fn accepts_footer_object_array_or_null() {
    let document = json_schema::document(InboxContent::SCHEMA);
    let footer = &document["$defs"]["InboxContent"]["properties"]["footer"];
    let one = serde_json::json!({"$ref": "#/$defs/InboxFooter"});
    let alternatives = serde_json::json!([one, {"type": "array", "items": one}, {"type": "null"}]);
    assert_eq!(footer["anyOf"], alternatives);
    assert!(footer.get("type").is_none());
}

/// Exports a schema under a policy, and returns the value at a pointer in its definition.
fn exported_value(schema: &'static Schema, policy: &Policy, pointer: &str) -> Value {
    let document = json_schema::document_with(schema, policy);
    let pointer = format!("/$defs/{}{pointer}", schema.name);
    document.pointer(&pointer).cloned().unwrap_or(Value::Null)
}

#[test]
fn accepts_allowed_deviations() {
    let (strict, lenient) = (Policy::strict(), Policy::lenient());
    let required = |policy| exported_value(MerchantSyncRequest::SCHEMA, policy, "/required");
    assert!(required(&strict).to_string().contains("platformId"));
    assert!(!required(&lenient).to_string().contains("platformId"));
    let platform =
        exported_value(MerchantSyncRequest::SCHEMA, &lenient, "/properties/platformId/type");
    assert_eq!(platform, json!(["string", "null"]));
    let amount = exported_value(Amount::SCHEMA, &lenient, "/properties/value/type");
    assert_eq!(amount, json!(["integer", "string"]));
    let gender = |policy: &Policy, keyword: &str| {
        json_schema::document_with(User::SCHEMA, policy)["$defs"]["Gender"][keyword].clone()
    };
    assert_eq!(gender(&strict, "enum"), json!(["F", "M"]));
    assert_eq!(gender(&lenient, "enum"), Value::Null);
    assert_eq!(gender(&lenient, "examples"), json!(["F", "M"]));
    let formats = |policy: &Policy| {
        let any_of = exported_value(User::SCHEMA, policy, "/properties/birthDate/anyOf");
        let formats = any_of.as_array().unwrap().iter().filter_map(|each| each["format"].as_str());
        formats.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let set = |formats: &[&str]| formats.iter().copied().map(str::to_owned).collect();
    assert_eq!(formats(&lenient), set(&["date-time", "unix-millis", "date"]));
    let allowed = |deviation| formats(&strict.clone().allow(deviation));
    assert_eq!(allowed(Deviation::UnixMillis), set(&["date-time", "unix-millis"]));
    assert_eq!(allowed(Deviation::DateOnly), set(&["date-time", "date"]));
}

#[test]
fn exports_field_limits() {
    let new = FieldLimits::new;
    let brackets = ForbiddenCharacters::new("<>");
    let policy = Policy::strict()
        .forbidden_characters(&brackets)
        .limit_field::<Order>("orderDescription", new().min_length(1).max_length(128))
        .and_then(|policy| policy.limit_field::<Order>("goods", new().max_items(5)))
        .and_then(|policy| {
            policy.limit_field::<Order>("referenceOrderId", FieldLimits::unconstrained())
        })
        .and_then(|policy| {
            policy.limit_field::<Amount>("value", new().minimum(20_000).maximum(30_000))
        })
        .and_then(|policy| policy.limit_field::<Amount>("currency", new().values(["EUR"])))
        .unwrap();
    let order = |pointer| exported_value(Order::SCHEMA, &policy, pointer);
    assert_eq!(order("/properties/orderDescription/minLength"), 1);
    assert_eq!(order("/properties/orderDescription/maxLength"), 128);
    assert_eq!(order("/properties/goods/maxItems"), 5);
    assert_eq!(order("/properties/referenceOrderId/maxLength"), Value::Null);
    assert_eq!(order("/properties/extendInfo/pattern"), "^[^<>]*$");
    let amount = |pointer| exported_value(Amount::SCHEMA, &policy, pointer);
    assert_eq!(amount("/properties/value/minimum"), 20_000);
    assert_eq!(amount("/properties/value/maximum"), 30_000);
    assert_eq!(amount("/properties/currency/enum"), json!(["EUR"]));
    let no_nine = new().forbidden_characters(ForbiddenCharacters::new("9"));
    let policy = policy.limit_field::<Merchant>("merchantMCC", no_nine).unwrap();
    let code = |keyword| {
        exported_value(Merchant::SCHEMA, &policy, &format!("/properties/merchantMCC/{keyword}"))
    };
    assert_eq!(code("pattern"), "^[0-9]{4}$");
    assert_eq!(code("allOf"), json!([{"pattern": "^[^9]*$"}]));
    let amount = |pointer| exported_value(Amount::SCHEMA, &policy, pointer);
    // The examples of the specification are invalid under this policy, so they are omitted.
    assert_eq!(amount("/properties/value/examples"), Value::Null);
    assert_eq!(amount("/properties/currency/examples"), Value::Null);
}

#[test]
fn rejects_unknown_fields_if_configured() {
    let additional = |policy| exported_value(Amount::SCHEMA, &policy, "/additionalProperties");
    assert_eq!(additional(Policy::strict()), Value::Null);
    assert_eq!(
        additional(Policy::strict().unknown_fields(UnknownFieldPolicy::Ignore)),
        Value::Null
    );
    assert_eq!(additional(Policy::strict().unknown_fields(UnknownFieldPolicy::Reject)), false);
    assert_eq!(additional(Policy::strict().max_unknown_fields(0)), false);
}

#[test]
fn applies_item_limit_of_policy_to_arrays() {
    let items = |policy| {
        exported_value(DeployAppInfo::SCHEMA, &policy, "/properties/searchKeywords/maxItems")
    };
    assert_eq!(items(Policy::strict()), 50);
    assert_eq!(items(Policy::strict().max_items(7)), 7);
    assert_eq!(items(Policy::strict().max_items(70)), 50);
    let bundle = json_schema::bundle_with(&Policy::strict().max_items(7));
    assert_eq!(bundle["$defs"]["Order"]["properties"]["goods"]["maxItems"], 7);
}

/// Tools for drafts before 2019-09 ignore the siblings of a `$ref`.
#[test]
fn references_have_no_siblings() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => {
                let is_root = members.contains_key("$schema");
                assert!(is_root || !members.contains_key("$ref") || members.len() == 1, "{value}");
                members.values().for_each(check);
            }
            Value::Array(elements) => elements.iter().for_each(check),
            _ => {}
        }
    }
    for policy in [Policy::strict(), Policy::lenient()] {
        check(&json_schema::bundle_with(&policy));
    }
    check(&json_schema::structure(Schema::ALL));
}

#[test]
fn omits_limits_that_a_definition_implies() {
    let currency = exported_value(Amount::SCHEMA, &Policy::strict(), "/properties/currency");
    assert_eq!(currency["allOf"], json!([{"$ref": "#/$defs/iso4217"}]));
    assert_eq!(currency.get("maxLength"), None);
    let policy = Policy::strict()
        .limit_field::<Amount>("currency", FieldLimits::new().values(["EUR"]).max_length(3))
        .unwrap();
    let currency = exported_value(Amount::SCHEMA, &policy, "/properties/currency");
    assert_eq!((&currency["enum"], &currency["maxLength"]), (&json!(["EUR"]), &json!(3)));
}

/// The definitions of objects, enums and lists of codes share one namespace.
#[test]
fn definitions_have_distinct_names() {
    let enums: BTreeSet<_> = EnumSchema::all().map(|schema| schema.name).collect();
    assert!(Schema::ALL.iter().all(|schema| !enums.contains(schema.name)));
    let declarations = typescript::declarations(Schema::ALL);
    let names: Vec<_> = declarations
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split([' ', '<']).nth(1))
        .collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
}

#[test]
fn lists_invalid_examples_separately() {
    let document = openapi::document(EndpointMetadata::ALL);
    let operation = &document["paths"]["/v2/platform/miniprogram/sync"]["post"];
    let body = &operation["requestBody"]["content"]["application/json"];
    assert_eq!(body.get("examples"), None);
    let violation = &body["x-invalid-examples"]["example1"]["x-violations"][0];
    assert_eq!(
        (&violation["path"], &violation["code"]),
        (&json!("/platformId"), &json!("required"))
    );
}

#[test]
fn operations_have_distinct_ids() {
    let document = openapi::document(EndpointMetadata::ALL);
    let paths = document["paths"].as_object().unwrap();
    let ids: BTreeSet<_> =
        paths.values().map(|path| path["post"]["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), paths.len());
    assert!(ids.contains("merchantSyncAlias"), "{ids:?}");
}

/// Code generators for other languages change or reject values whose schema has a `format`.
#[test]
fn structure_accepts_open_enums_and_date_times_as_strings() {
    let structure = json_schema::structure(&[Order::SCHEMA, User::SCHEMA]);
    let field = |pointer| structure.pointer(pointer).cloned().unwrap_or_default();
    let time = field("/definitions/Order/properties/orderCreateTime");
    assert_eq!((&time["type"], time.get("format")), (&json!(["string", "null"]), None));
    let gender = field("/definitions/User/properties/gender/anyOf");
    assert_eq!(gender, json!([{"$ref": "#/definitions/Gender"}, {"type": "null"}]));
    assert_eq!(field("/definitions/Gender/enum"), json!(["F", "M"]));
}

#[test]
fn declares_typescript_types() {
    let module = typescript::declarations(&[Order::SCHEMA, User::SCHEMA]);
    for line in [
        "export interface Order {",
        "  orderAmount: Amount;",
        "  goods?: Goods[] | null;",
        "  orderCreateTime?: Datetime | null;",
        "  [field: string]: unknown;",
        "export type OsType = \"IOS\" | \"ANDROID\";",
        "  Order: Order;",
    ] {
        assert!(module.lines().any(|each| each == line), "{line}");
    }
    let position = |name| module.find(name).unwrap();
    assert!(position("  referenceOrderId:") < position("  orderDescription:"));
    assert!(position("  orderDescription:") < position("  orderAmount:"));
}

/// E30: in version 1, no rule constrains the status of `REQUEST_TRAFFIC_EXCEED_LIMIT`.
#[test]
fn omits_rules_of_codes_with_another_status() {
    let schema = Schema::by_name("PayResponse").unwrap();
    for edition in [Edition::V2, Edition::V1] {
        let policy = Policy::strict().edition(edition);
        let document = json_schema::document_with(schema, &policy);
        let rules = document.pointer("/$defs/PayResponse/properties/result").unwrap().to_string();
        let is_default = edition == Edition::default();
        assert_eq!(rules.contains("REQUEST_TRAFFIC_EXCEED_LIMIT"), is_default, "{rules}");
    }
}
