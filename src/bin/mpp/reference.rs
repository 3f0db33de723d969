//! `mpp types --format json`: the types, enums, endpoints, editions and violation codes as one JSON
//! document.

use super::{
    codes::{
        Explanation, Interpretation, ScopedRule, can_have_code, codes_of_rule, exchange_rules,
    },
    explain::limit_keywords,
    show::{describe_cross_field_rules, describe_value_type_with},
};
use miniprogram_protocol::{
    __private::{FieldUnderPolicy, fields_under_policy},
    Edition, Format, Policy,
    endpoint::EndpointMetadata,
    schema::{EnumSchema, Schema, ValueType},
};
use serde_json::{Value, json};

/// Returns all definitions in the default edition and, for every other edition, those that differ.
pub(crate) fn document() -> Value {
    let default = Policy::strict();
    let types: Vec<_> = Schema::ALL.iter().map(|schema| describe_type(schema, &default)).collect();
    let endpoints = EndpointMetadata::ALL.iter();
    let endpoints: Vec<_> = endpoints.map(|each| describe_endpoint(each, &default)).collect();
    let editions: Vec<_> =
        Edition::ALL.iter().map(|edition| describe_edition(*edition, &types, &endpoints)).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "types": types,
        "enums": EnumSchema::all().map(describe_enum).collect::<Vec<_>>(),
        "endpoints": endpoints,
        "editions": editions,
        "codes": Explanation::all().map(describe_code).collect::<Vec<_>>(),
        "interpretations": Interpretation::all().map(describe_interpretation).collect::<Vec<_>>(),
    })
}

fn describe_edition(edition: Edition, types: &[Value], endpoints: &[Value]) -> Value {
    let policy = Policy::strict().edition(edition);
    let own_types = Schema::ALL.iter().map(|schema| describe_type(schema, &policy));
    let own_types: Vec<_> = own_types.filter(|each| !types.contains(each)).collect();
    let own_endpoints = EndpointMetadata::ALL.iter().map(|each| describe_endpoint(each, &policy));
    let own_endpoints: Vec<_> = own_endpoints.filter(|each| !endpoints.contains(each)).collect();
    json!({
        "name": edition.name(),
        "description": edition.description(),
        "types": own_types,
        "endpoints": own_endpoints,
    })
}

fn describe_type(schema: &'static Schema, policy: &Policy) -> Value {
    let fields = fields_under_policy(policy, schema);
    json!({
        "name": schema.name,
        "description": schema.description(),
        "source": schema.source.to_string(),
        "confidence": schema.confidence.map(|confidence| confidence.to_string()),
        "family": schema.family().map(|family| family.to_string()),
        "fields": fields.map(|field| describe_field(schema, field, policy)).collect::<Vec<_>>(),
        "rules": describe_cross_field_rules(schema),
    })
}

fn describe_field(
    schema: &'static Schema,
    FieldUnderPolicy { field, value_type, required, .. }: FieldUnderPolicy,
    policy: &Policy,
) -> Value {
    let rules: Vec<_> = ScopedRule::all().filter(|rule| rule.mentions(schema, field)).collect();
    let rules_of_exchange = exchange_rules(schema);
    let rules_of_exchange = rules_of_exchange.filter(|rule| !codes_of_rule(rule, field).is_empty());
    let codes = Explanation::all().map(|explanation| explanation.code).filter(|code| match *code {
        // The edition can make a field required or optional.
        "required" => required,
        code => can_have_code(schema, field, code),
    });
    json!({
        "name": field.name,
        "type": value_type.to_string(),
        "object": value_type.object_schema().map(|schema| schema.name),
        "enum": value_type.enum_schema().map(|schema| schema.name),
        "format": format_of(value_type).map(describe_format),
        "required": required,
        "sensitive": field.sensitive,
        "constraints": describe_value_type_with(value_type, policy),
        "description": field.description(),
        "example": field.example(),
        "rules": rules.into_iter().map(ScopedRule::describe).collect::<Vec<_>>(),
        "exchangeRules": rules_of_exchange.map(ToString::to_string).collect::<Vec<_>>(),
        "codes": codes.collect::<Vec<_>>(),
        "deviations": field.deviations().map(|each| each.to_string()).collect::<Vec<_>>(),
        "limits": limit_keywords(schema, field),
    })
}

fn format_of(value_type: ValueType) -> Option<Format> {
    value_type.string_type().and_then(|string| string.format)
}

fn describe_format(format: Format) -> Value {
    json!({"name": format.to_string(), "description": format.description()})
}

fn describe_enum(schema: &'static EnumSchema) -> Value {
    let values = schema
        .value_descriptions()
        .map(|(value, description)| json!({"value": value, "description": description}));
    let owners = Schema::ALL.iter().flat_map(|owner| {
        let fields = owner.fields.iter();
        let fields = fields.filter(|field| field.value_type.enum_schema() == Some(schema));
        fields.map(|field| json!({"type": owner.name, "field": field.name}))
    });
    json!({
        "name": schema.name,
        "description": schema.description(),
        "open": schema.open,
        "values": values.collect::<Vec<_>>(),
        "usedBy": owners.collect::<Vec<_>>(),
    })
}

fn describe_endpoint(endpoint: &EndpointMetadata, policy: &Policy) -> Value {
    let edition = policy.current_edition();
    let paths: Vec<_> = edition.paths(endpoint).collect();
    let path = paths.first().map(String::as_str).unwrap_or_default();
    let result_codes = endpoint.result_codes.iter().map(|code| {
        json!({
            "code": code.as_str(),
            "status": edition.status(code, path),
            "message": code.message(),
        })
    });
    json!({
        "name": endpoint.name,
        "description": endpoint.description(),
        "family": endpoint.family.to_string(),
        "source": endpoint.source().to_string(),
        "confidence": endpoint.request.confidence.map(|confidence| confidence.to_string()),
        "replacedBy": endpoint.replaced_by,
        "method": EndpointMetadata::METHOD,
        "paths": paths,
        "caller": endpoint.caller.to_string(),
        "callee": endpoint.callee.to_string(),
        "request": endpoint.request.name,
        "response": endpoint.response.name,
        "idempotencyKey": endpoint.idempotency_key,
        "rules": endpoint.exchange_rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "resultCodes": result_codes.collect::<Vec<_>>(),
    })
}

fn describe_code(explanation: Explanation) -> Value {
    let is_at = |schema: &&&Schema| {
        ScopedRule::all().any(|rule| rule.can_occur_at_root(schema, explanation.code))
    };
    let documents = Schema::ALL.iter().filter(is_at).map(|schema| schema.name);
    json!({
        "code": explanation.code,
        "description": explanation.description(),
        "text": explanation.text(),
        "documents": documents.collect::<Vec<_>>(),
    })
}

fn describe_interpretation((number, entry): (&str, Interpretation)) -> Value {
    json!({"number": number, "question": entry.question, "behavior": entry.behavior})
}
