//! Compares the metadata of the endpoints with the specification.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{dictionary::ResultCode, endpoint::EndpointMetadata};

/// The endpoints, transcribed from the specification and, where it is silent, from
/// `SPEC-INTERPRETATION.md`.
const ENDPOINTS_TSV: &str = include_str!("data/calls.tsv");

const TSV_HEADER: &str =
    "call\tpath\talias\tcaller\tcallee\trequest\tresponse\tidempotency_key\tresult_codes";

#[test]
fn matches_endpoints_of_specification() {
    let mut lines = ENDPOINTS_TSV.lines();
    assert_eq!(lines.next(), Some(TSV_HEADER));
    let endpoints = EndpointMetadata::ALL.iter().map(|endpoint| {
        let codes: Vec<_> = endpoint.result_codes.iter().map(ResultCode::as_str).collect();
        [
            endpoint.name,
            endpoint.path,
            &endpoint.aliases.join("|"),
            &endpoint.caller.to_string(),
            &endpoint.callee.to_string(),
            endpoint.request.name,
            endpoint.response.name,
            endpoint.idempotency_key.unwrap_or_default(),
            &codes.join("|"),
        ]
        .join("\t")
    });
    assert_eq!(endpoints.collect::<Vec<_>>(), lines.collect::<Vec<_>>());
}

#[test]
fn uses_required_strings_as_idempotency_keys() {
    for endpoint in EndpointMetadata::ALL {
        let Some(key) = endpoint.idempotency_key else { continue };
        let field = endpoint.request.field(key).unwrap();
        assert!(field.required, "{key}");
        assert_eq!(field.value_type.to_string(), "String");
    }
}

/// The specification contains no samples for `platformMessageSend`.
#[test]
fn contains_samples_of_specification() {
    let counts: Vec<_> = EndpointMetadata::ALL
        .iter()
        .map(|endpoint| {
            (endpoint.name, endpoint.request_examples.len(), endpoint.response_examples.len())
        })
        .collect();
    assert_eq!(
        counts,
        [("merchantSync", 1, 2), ("notifyCardRegistration", 1, 1), ("platformMessageSend", 0, 0)]
    );
}
