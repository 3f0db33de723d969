//! The OpenAPI document of this server.

#![allow(clippy::indexing_slicing, reason = "a member of a JSON value that is not there is made")]

use crate::server::BODY_LIMIT;
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyCardRegistration},
    export::openapi,
};
use serde_json::{Value, json};

/// The document of the call, and what this server adds to it.
pub(crate) fn of(path_prefix: &str) -> Value {
    let call = NotifyCardRegistration::METADATA;
    let mut document = openapi::document(&[call]);
    let mut operation = document["paths"][call.path]["post"].take();
    let codes = operation["responses"]["200"]["description"].as_str().unwrap_or_default();
    operation["responses"]["200"]["description"] = format!(
        "{codes}\n| `REPEAT_REQ_INCONSISTENT` | `F` | Another request has the same ID. |\n\n\
         A signature that is not right is answered with `ACCESS_DENIED`; a body that is longer \
         than {BODY_LIMIT} bytes, no JSON, not valid, or compressed, with `PARAM_ILLEGAL`; a body \
         that does not come in time, with `UNKNOWN_EXCEPTION`."
    )
    .into();
    let unsigned = |description: &str, header: &str, value: &str| {
        let mut response = operation["responses"]["200"].clone();
        response["description"] = description.into();
        response["headers"] = json!({header: {"schema": {"const": value}, "required": true}});
        response
    };
    let other_method = unsigned("The method is not POST: `INVALID_API`.", "Allow", "POST");
    let too_many = "Too many requests of unknown senders: the response is not signed.";
    let too_many = unsigned(too_many, "Retry-After", "1");
    operation["responses"]["405"] = other_method;
    operation["responses"]["429"] = too_many;
    operation["responses"]["400"] = json!({"description": "This is no HTTP."});
    operation["responses"]["431"] = json!({"description": "The headers are too long."});
    document["info"]["title"] = "Merchant server".into();
    document["servers"] = json!([{"url": "/"}]);
    document["paths"] = json!({
        format!("{path_prefix}{}", call.path): {"post": operation},
        "/healthz": {"get": {
            "operationId": "health",
            "description": "Whether the server is well.",
            "responses": {
                "200": status("It is."),
                "503": status("The database failed: the server is to be started again."),
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

fn status(description: &str) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {"status": {"type": "string"}},
        "required": ["status"],
    });
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}
