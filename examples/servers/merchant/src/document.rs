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
    let call = NotifyCardRegistration::CALL;
    let mut document = openapi::document(&[call]);
    let mut operation = document["paths"][call.path]["post"].take();
    let codes = operation["responses"]["200"]["description"].as_str().unwrap_or_default();
    operation["responses"]["200"]["description"] = format!(
        "{codes}\n| `REPEAT_REQ_INCONSISTENT` | `F` | Another request has the same ID. |\n\n\
         A signature that is not right is answered with `ACCESS_DENIED`; a path that is no call, \
         with `INVALID_API`; a body that is longer than {BODY_LIMIT} bytes, no JSON, or not valid, \
         with `PARAM_ILLEGAL`; a body that does not come in time, with `UNKNOWN_EXCEPTION`."
    )
    .into();
    let mut other_method = operation["responses"]["200"].clone();
    other_method["description"] = "The method is not POST: `INVALID_API`.".into();
    other_method["headers"]["Allow"] = json!({"schema": {"const": "POST"}, "required": true});
    operation["responses"]["405"] = other_method;
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
