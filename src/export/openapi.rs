//! OpenAPI 3.1 (feature `openapi`).
//!
//! The document describes the endpoints: paths, headers, requests, responses, result codes and
//! examples. The schemas are those of [`json_schema`](super::json_schema), with the same
//! differences from [`from_json`](crate::from_json). The result codes appear twice in each response:
//! as a table in its description, and as data in its `x-result-codes`.
//!
//! The examples are those of the specification. Tools check `examples` against the schema, so an
//! example that violates it is listed under `x-invalid-examples` instead, with its violations. For
//! instance, the example request for `/v2/platform/miniprogram/sync` lacks the required field
//! `platformId`.
//!
//! ```
//! use miniprogram_protocol::{endpoint::EndpointMetadata, export::openapi};
//!
//! let document = openapi::document(EndpointMetadata::ALL);
//! let operation = &document["paths"]["/v2/pds/memberships/notifyCardRegistration"]["post"];
//! assert_eq!(operation["operationId"], "notifyCardRegistration");
//! assert_eq!(operation["security"][0]["signature"], serde_json::json!([]));
//! ```

use super::{json_schema::definitions, typescript::capitalize};
use crate::{
    dictionary::ResultCode,
    endpoint::{EndpointMetadata, Example, Family},
    http::{CLIENT_ID, REQUEST_TIME, RESPONSE_TIME, SIGNATURE},
    policy::Policy,
    schema::{Edition, Schema},
    validate::STRICT_POLICY,
};
use serde_json::{Map, Value, json};
use std::iter;

/// Returns the OpenAPI document for the given endpoints, such as [`EndpointMetadata::ALL`] or the
/// endpoints that a server handles.
///
/// Each path of an endpoint has an operation. The `operationId` is the name of the endpoint,
/// followed by `Alias` if the path is an alias, because an `operationId` must be unique.
#[must_use]
pub fn document(endpoints: &[&'static EndpointMetadata]) -> Value {
    document_with(endpoints, &STRICT_POLICY)
}

/// Returns the OpenAPI document for the given endpoints under a policy: with the paths of its
/// [`Edition`], and the same schemas as [`json_schema::document_with`](super::json_schema::document_with).
///
/// ```
/// use miniprogram_protocol::{Edition, Policy, endpoint::EndpointMetadata, export::openapi};
///
/// let policy = Policy::strict().edition(Edition::V1);
/// let document = openapi::document_with(EndpointMetadata::ALL, &policy);
/// assert_eq!(document["paths"]["/v1/payments/pay"]["post"]["operationId"], "pay");
/// let request = &document["components"]["schemas"]["PayRequest"];
/// assert_eq!(request["properties"]["extendInfo"]["maxLength"], 2048);
/// ```
#[must_use]
pub fn document_with(endpoints: &[&'static EndpointMetadata], policy: &Policy) -> Value {
    let schemas = endpoints.iter().flat_map(|endpoint| [endpoint.request, endpoint.response]);
    let has_endpoint =
        |family: &&Family| endpoints.iter().any(|endpoint| endpoint.family == **family);
    let tags = Family::ALL.iter().filter(has_endpoint);
    let tags = tags
        .map(|family| json!({"name": family.to_string(), "description": describe_family(*family)}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Endpoints of the Mini Program Platform",
            "description": description(policy.current_edition()),
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{
            "url": "https://{domainName}{prefix}",
            "description": "Each tenant (a super app that uses the platform) has its own domain name, and may add a prefix to all paths, for example `/api/open`.",
            // Swagger's JSON Schema for OpenAPI 3.1 does not allow descriptions of server
            // variables.
            "variables": {"domainName": {"default": "example.com"}, "prefix": {"default": ""}},
        }],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths(endpoints, policy),
        "components": {
            "schemas": definitions(schemas, SCHEMAS_PREFIX, policy),
            "parameters": parameters(),
            "headers": response_headers(),
            "securitySchemes": {SIGNATURE_SCHEME: {
                "type": "apiKey",
                "in": "header",
                "name": SIGNATURE,
                "description": "A signature of the method, the path, the headers and the body. It must be computed for each request.",
            }},
        },
    })
}

/// The name of the security scheme.
const SIGNATURE_SCHEME: &str = "signature";

fn paths(endpoints: &[&'static EndpointMetadata], policy: &Policy) -> Map<String, Value> {
    let mut paths = Map::new();
    for endpoint in endpoints {
        let mut main: Option<String> = None;
        for (index, path) in policy.current_edition().paths(endpoint).enumerate() {
            let mut operation = operation(endpoint, policy, &path);
            let item = match &main {
                None => json!({"post": operation}),
                Some(main) => {
                    let number = if index == 1 { String::new() } else { index.to_string() };
                    let id = format!("{}Alias{number}", endpoint.name);
                    operation.insert("operationId".to_owned(), id.into());
                    let description = format!("An alias for `{main}`.");
                    json!({"description": description, "post": operation})
                }
            };
            main.get_or_insert_with(|| path.clone());
            paths.insert(path, item);
        }
    }
    paths
}

const fn describe_family(family: Family) -> &'static str {
    match family {
        Family::Merchants => "Merchants and their operators.",
        Family::Memberships => "Membership cards.",
        Family::Benefits => "Benefits, for example coupons.",
        Family::Messages => "Messages to users.",
        Family::MiniPrograms => "Mini programs.",
        Family::Authorizations => "Authorizations of merchants by users.",
        Family::Users => "Data about users.",
        Family::Payments => "Payments and refunds.",
    }
}

/// The prefix of references to schemas.
const SCHEMAS_PREFIX: &str = "#/components/schemas/";

fn description(edition: Edition) -> String {
    let generated = "Generated by miniprogram-protocol from the platform's public specification.";
    match edition {
        Edition::V2 => generated.to_owned(),
        other => format!("{generated} Edition: `{other}`."),
    }
}

fn operation(endpoint: &EndpointMetadata, policy: &Policy, path: &str) -> Map<String, Value> {
    let edition = policy.current_edition();
    let roles = format!("The {} calls the {}.", endpoint.caller, endpoint.callee);
    let idempotency = endpoint.idempotency_key.map(|key| {
        format!("It is idempotent: requests with the same `{key}` must get the same response.")
    });
    let pairs = endpoint.exchange_rules.iter().map(ToString::to_string);
    let about = endpoint.description();
    let summary = summarize(&about);
    let description: Vec<_> = [about, roles].into_iter().chain(idempotency).chain(pairs).collect();
    let headers = HEADERS.iter().map(|header| {
        let location = format!("#/components/parameters/{}", header.request_name);
        json!({"$ref": location})
    });
    let response_headers = HEADERS.iter().map(|header| {
        let location = format!("#/components/headers/{}", header.response_name);
        (header.response_name.to_owned(), json!({"$ref": location}))
    });
    let result_codes: Vec<_> =
        endpoint.result_codes.iter().map(|code| result_code_to_json(code, edition, path)).collect();
    let mut operation = Map::new();
    let mut set = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    set("operationId", endpoint.name.into());
    set("summary", summary.into());
    set("description", description.join("\n\n").into());
    set("tags", json!([endpoint.family.to_string()]));
    if endpoint.replaced_by.is_some() {
        set("deprecated", true.into());
    }
    set("x-source", endpoint.source().to_string().into());
    set("x-confidence", endpoint.confidence().name().into());
    set("security", json!([{SIGNATURE_SCHEME: []}]));
    set("parameters", headers.collect());
    set(
        "requestBody",
        json!({
            "required": true,
            "content": content(endpoint.request, endpoint.request_examples, policy),
        }),
    );
    set(
        "responses",
        json!({"200": {
            "description": result_table(endpoint, edition, path),
            "x-result-codes": result_codes,
            "headers": response_headers.collect::<Map<_, _>>(),
            "content": content(endpoint.response, endpoint.response_examples, policy),
        }}),
    );
    operation
}

/// Returns the first sentence of a description, such as `Creates a payment`.
fn summarize(about: &str) -> String {
    let sentence = about.split_once(". ").map_or(about, |(first, _)| first);
    let action = sentence.split_once("endpoint that ").map_or(sentence, |(_, action)| action);
    capitalize(action.trim_end_matches('.'))
}

/// Returns the result codes of an endpoint as a Markdown table.
fn result_table(endpoint: &EndpointMetadata, edition: Edition, path: &str) -> String {
    let heading = "The result of the request, even if it failed. Other result codes are possible.\n\n\
                   | resultCode | resultStatus | resultMessage |\n|---|---|---|";
    let rows = endpoint.result_codes.iter().map(|code| {
        let status = edition.status(code, path);
        let status = status.map(|status| format!("`{status}`")).unwrap_or_default();
        format!("| `{code}` | {status} | {} |", code.message().unwrap_or_default())
    });
    iter::once(heading.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn result_code_to_json(code: &ResultCode, edition: Edition, path: &str) -> Value {
    json!({
        "resultCode": code.as_str(),
        "resultStatus": edition.status(code, path),
        "resultMessage": code.message(),
    })
}

/// Returns the OpenAPI `content` of a JSON body.
fn content(schema: &Schema, examples: &[Example], policy: &Policy) -> Value {
    let (mut valid, mut invalid) = (Map::new(), Map::new());
    for (index, example) in examples.iter().enumerate() {
        let name = format!("example{}", index + 1);
        // An example that is not valid JSON would be included as a string.
        let value = serde_json::from_str(example.json);
        let value: Value = value.unwrap_or_else(|_| example.json.into());
        let summary = example.title;
        match schema.check_json_with(example.json.as_bytes(), policy) {
            Ok(_) => valid.insert(name, json!({"summary": summary, "value": value})),
            Err(error) => {
                let violations = json!(error);
                invalid.insert(
                    name,
                    json!({"summary": summary, "value": value, "x-violations": violations}),
                )
            }
        };
    }
    let mut body = Map::new();
    body.insert("schema".to_owned(), json!({"$ref": format!("{SCHEMAS_PREFIX}{}", schema.name)}));
    for (keyword, examples) in [("examples", valid), ("x-invalid-examples", invalid)] {
        if !examples.is_empty() {
            body.insert(keyword.to_owned(), examples.into());
        }
    }
    json!({"application/json": body})
}

/// A header, whose name may differ between requests and responses.
struct Header {
    request_name: &'static str,
    response_name: &'static str,
    description: &'static str,
    request_example: &'static str,
    response_example: &'static str,
}

const HEADERS: &[Header] = &[
    Header {
        request_name: CLIENT_ID,
        response_name: CLIENT_ID,
        description: "The ID of the signer, assigned by the platform.",
        request_example: "TEST_5X00000000000000",
        response_example: "TEST_5X00000000000000",
    },
    Header {
        request_name: REQUEST_TIME,
        response_name: RESPONSE_TIME,
        description: "When the message was sent: an ISO 8601 date-time with a UTC offset, or the number of milliseconds since 1970-01-01T00:00:00Z.",
        request_example: "2019-04-04T12:08:56.253+05:30",
        response_example: "2019-04-04T14:08:56.253+05:30",
    },
    Header {
        request_name: SIGNATURE,
        response_name: SIGNATURE,
        description: "The algorithm, the key version, and the signature, which is Base64- and URL-encoded.",
        request_example: "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D",
        response_example: "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D",
    },
];

impl Header {
    /// Returns the keywords that OpenAPI parameters and headers have in common.
    fn keywords(&self, example: &str) -> Map<String, Value> {
        let mut keywords = Map::new();
        keywords.insert("required".to_owned(), true.into());
        keywords.insert("description".to_owned(), self.description.into());
        keywords.insert("schema".to_owned(), json!({"type": "string"}));
        keywords.insert("example".to_owned(), example.into());
        keywords
    }
}

fn parameters() -> Map<String, Value> {
    let parameters = HEADERS.iter().map(|header| {
        let mut parameter = header.keywords(header.request_example);
        parameter.insert("name".to_owned(), header.request_name.into());
        parameter.insert("in".to_owned(), "header".into());
        (header.request_name.to_owned(), parameter.into())
    });
    parameters.collect()
}

fn response_headers() -> Map<String, Value> {
    let headers = HEADERS.iter().map(|header| {
        let keywords = header.keywords(header.response_example);
        (header.response_name.to_owned(), keywords.into())
    });
    headers.collect()
}
