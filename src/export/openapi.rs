//! OpenAPI 3.1 (feature `openapi`).
//!
//! The calls with their paths, headers, requests, responses, result codes and samples. The schemas
//! are those of [`json_schema`](super::json_schema), so that what stands there of what they cannot
//! say is true here, too. What a `resultCode` means is a table in the description of the response,
//! and data in its `x-result-codes`.
//!
//! The samples are the documents': the one of `/v2/platform/miniprogram/sync` omits what the document
//! requires, so that it does not follow its schema.
//!
//! ```
//! use miniprogram_protocol::{endpoint::EndpointMetadata, export::openapi};
//!
//! let document = openapi::document(EndpointMetadata::ALL);
//! let operation = &document["paths"]["/v2/pds/memberships/notifyCardRegistration"]["post"];
//! assert_eq!(operation["operationId"], "notifyCardRegistration");
//! ```

use super::json_schema::definitions;
use crate::{
    dictionary::ResultCode,
    endpoint::{EndpointMetadata, Example},
    http::{CLIENT_ID, REQUEST_TIME, RESPONSE_TIME, SIGNATURE},
    schema::Schema,
    validate::STRICT,
};
use serde_json::{Map, Value, json};
use std::iter;

/// The description of calls: of [`EndpointMetadata::ALL`], or of those that a server answers.
#[must_use]
pub fn document(calls: &[&'static EndpointMetadata]) -> Value {
    let mut paths = Map::new();
    for call in calls {
        paths.insert(call.path.to_owned(), json!({"post": operation(call)}));
        for alias in call.aliases {
            let mut operation = operation(call);
            // An ID must be the only one of its name.
            operation.remove("operationId");
            let description = format!("Another path of `{}`.", call.path);
            paths.insert(
                (*alias).to_owned(),
                json!({"description": description, "post": operation}),
            );
        }
    }
    let tables = calls.iter().flat_map(|call| [call.request, call.response]);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Calls of the Mini Program Platform",
            "description": "Made from the platform's public documents by miniprogram-protocol.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{
            "url": "https://{domainName}{prefix}",
            "description": "Each tenant of the platform has its own domain name, and may have a prefix of all paths.",
            "variables": {
                "domainName": {"default": "example.com"},
                "prefix": {"default": "", "description": "For example `/api/open`."},
            },
        }],
        "paths": paths,
        "components": {
            "schemas": definitions(tables, SCHEMAS, &STRICT),
            "parameters": parameters(),
            "headers": response_headers(),
        },
    })
}

/// Where the schemas stand.
const SCHEMAS: &str = "#/components/schemas/";

fn operation(call: &EndpointMetadata) -> Map<String, Value> {
    let parties = format!("The {} calls, and the {} answers.", call.caller, call.callee);
    let repeated = call.idempotency_key.map(|key| {
        format!("It may be repeated: requests of the same `{key}` must get the same answer.")
    });
    let description: Vec<_> = [call.description(), parties].into_iter().chain(repeated).collect();
    let headers = HEADERS.iter().map(|header| {
        let place = format!("#/components/parameters/{}", header.of_request);
        json!({"$ref": place})
    });
    let response_headers = HEADERS.iter().map(|header| {
        let place = format!("#/components/headers/{}", header.of_response);
        (header.of_response.to_owned(), json!({"$ref": place}))
    });
    let mut operation = Map::new();
    let mut set = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    set("operationId", call.name.into());
    set("description", description.join("\n\n").into());
    set("tags", json!([call.callee.to_string()]));
    set("parameters", headers.collect());
    set(
        "requestBody",
        json!({"required": true, "content": content(call.request, call.request_examples)}),
    );
    set(
        "responses",
        json!({"200": {
            "description": result_codes(call),
            "x-result-codes": call.result_codes.iter().map(result_code).collect::<Vec<_>>(),
            "headers": response_headers.collect::<Map<_, _>>(),
            "content": content(call.response, call.response_examples),
        }}),
    );
    operation
}

/// The result codes of a call, as a Markdown table.
fn result_codes(call: &EndpointMetadata) -> String {
    let heading = "How the call went, also when it failed. There may be other codes.\n\n\
                   | resultCode | resultStatus | resultMessage |\n|---|---|---|";
    let rows = call.result_codes.iter().map(|code| {
        let status = code.status().map(|status| format!("`{status}`")).unwrap_or_default();
        format!("| `{code}` | {status} | {} |", code.message().unwrap_or_default())
    });
    iter::once(heading.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn result_code(code: &ResultCode) -> Value {
    json!({
        "resultCode": code.as_str(),
        "resultStatus": code.status().map(|status| status.as_str().to_owned()),
        "resultMessage": code.message(),
    })
}

/// A JSON body.
fn content(schema: &Schema, samples: &[Example]) -> Value {
    let examples = samples.iter().enumerate().map(|(index, sample)| {
        // The samples are JSON; if one were not, its text would show it.
        let value: Value = serde_json::from_str(sample.json).unwrap_or_else(|_| sample.json.into());
        (format!("sample{}", index + 1), json!({"summary": sample.title, "value": value}))
    });
    let examples: Map<_, _> = examples.collect();
    let mut body = Map::new();
    body.insert("schema".to_owned(), json!({"$ref": format!("{SCHEMAS}{}", schema.name)}));
    if !examples.is_empty() {
        body.insert("examples".to_owned(), examples.into());
    }
    json!({"application/json": body})
}

/// A header that a request and its response have.
struct Header {
    of_request: &'static str,
    of_response: &'static str,
    about: &'static str,
    example_of_request: &'static str,
    example_of_response: &'static str,
}

const HEADERS: &[Header] = &[
    Header {
        of_request: CLIENT_ID,
        of_response: CLIENT_ID,
        about: "The ID of who signed, which the platform gave.",
        example_of_request: "TEST_5X00000000000000",
        example_of_response: "TEST_5X00000000000000",
    },
    Header {
        of_request: REQUEST_TIME,
        of_response: RESPONSE_TIME,
        about: "When it was sent: a date and time of ISO 8601 with offset, or milliseconds since 1970.",
        example_of_request: "2019-04-04T12:08:56.253+05:30",
        example_of_response: "2019-04-04T14:08:56.253+05:30",
    },
    Header {
        of_request: SIGNATURE,
        of_response: SIGNATURE,
        about: "The signature: algorithm, version of the key, and the signature itself, in Base64 and then URL-encoded.",
        example_of_request: "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D",
        example_of_response: "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D",
    },
];

impl Header {
    /// What parameters and headers have in common.
    fn described(&self, example: &str) -> Map<String, Value> {
        let mut described = Map::new();
        described.insert("required".to_owned(), true.into());
        described.insert("description".to_owned(), self.about.into());
        described.insert("schema".to_owned(), json!({"type": "string"}));
        described.insert("example".to_owned(), example.into());
        described
    }
}

fn parameters() -> Map<String, Value> {
    let parameters = HEADERS.iter().map(|header| {
        let mut parameter = header.described(header.example_of_request);
        parameter.insert("name".to_owned(), header.of_request.into());
        parameter.insert("in".to_owned(), "header".into());
        (header.of_request.to_owned(), parameter.into())
    });
    parameters.collect()
}

fn response_headers() -> Map<String, Value> {
    let headers = HEADERS.iter().map(|header| {
        let described = header.described(header.example_of_response);
        (header.of_response.to_owned(), described.into())
    });
    headers.collect()
}
