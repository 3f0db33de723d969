//! The OpenAPI document of this server.

#![allow(
    clippy::indexing_slicing,
    reason = "assigning to a missing member of a JSON object creates it"
)]

use merchant_server::gateway::MAX_BODY_BYTES;
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyCardRegistration},
    export::openapi,
};
use serde_json::{Value, json};

/// Returns the document, which consists of the library's description of the endpoint and the
/// additions for this server.
pub(crate) fn document(path_prefix: &str) -> Value {
    let endpoint = NotifyCardRegistration::METADATA;
    let mut document = openapi::document(&[endpoint]);
    let mut operation = document["paths"][endpoint.path]["post"].take();
    let codes = operation["responses"]["200"]["description"].as_str().unwrap_or_default();
    operation["responses"]["200"]["description"] = format!(
        "{codes}\n| `REPEAT_REQ_INCONSISTENT` | `F` | Another request has the same ID. |\n\n\
         `ACCESS_DENIED`: the signature or a header is invalid. `PARAM_ILLEGAL`: the body is \
         longer than {MAX_BODY_BYTES} bytes, not JSON, invalid or compressed. `UNKNOWN_EXCEPTION`: \
         the body was not received in time, or the server failed."
    )
    .into();
    // The security requirement is removed, because clients that read it expect status 401 for an
    // invalid signature.
    if let Some(operation) = operation.as_object_mut() {
        operation.remove("security");
    }
    let unsigned_response = |description: &str, header: &str, value: &str| {
        let mut response = operation["responses"]["200"].clone();
        response["description"] = description.into();
        response["headers"] = json!({header: {"schema": {"const": value}, "required": true}});
        response
    };
    let method_not_allowed =
        unsigned_response("The method is not POST: `INVALID_API`.", "Allow", "POST");
    let too_many_requests = unsigned_response(
        "Too many unauthenticated requests. The response is not signed.",
        "Retry-After",
        "1",
    );
    operation["responses"]["405"] = method_not_allowed;
    operation["responses"]["429"] = too_many_requests;
    operation["responses"]["400"] = json!({"description": "The request is not valid HTTP."});
    operation["responses"]["431"] = json!({"description": "The headers are too long."});
    document["info"]["title"] = "Merchant server".into();
    document["servers"] = json!([{"url": "/"}]);
    document["paths"] = json!({
        format!("{path_prefix}{}", endpoint.path): {"post": operation},
        "/healthz": {"get": {
            "operationId": "health",
            "description": "The health of the server.",
            "responses": {
                "200": status_response("The server is healthy."),
                "503": status_response("The database is unavailable. The server is trying to recover it."),
            },
        }},
        "/openapi.json": {"get": {
            "operationId": "document",
            "description": "This document.",
            "responses": {"200": {
                "description": "OpenAPI 3.1.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }},
        }},
    });
    document
}

fn status_response(description: &str) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {"status": {"type": "string"}},
        "required": ["status"],
    });
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}
