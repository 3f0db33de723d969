//! The calls are what the documents say.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use miniprogram_protocol::{dictionary::ResultCode, endpoint::EndpointMetadata};

/// Transcribed from the documents, and from the rulings where those are silent.
const CALLS: &str = include_str!("data/calls.tsv");

const HEADING: &str =
    "call\tpath\talias\tcaller\tcallee\trequest\tresponse\tidempotency_key\tresult_codes";

#[test]
fn the_calls_are_those_of_the_documents() {
    let mut lines = CALLS.lines();
    assert_eq!(lines.next(), Some(HEADING));
    let calls = EndpointMetadata::ALL.iter().map(|call| {
        let codes: Vec<_> = call.result_codes.iter().map(ResultCode::as_str).collect();
        [
            call.name,
            call.path,
            &call.aliases.join("|"),
            &call.caller.to_string(),
            &call.callee.to_string(),
            call.request.name,
            call.response.name,
            call.idempotency_key.unwrap_or_default(),
            &codes.join("|"),
        ]
        .join("\t")
    });
    assert_eq!(calls.collect::<Vec<_>>(), lines.collect::<Vec<_>>());
}

#[test]
fn the_idempotency_key_is_a_required_text_of_the_request() {
    for call in EndpointMetadata::ALL {
        let Some(key) = call.idempotency_key else { continue };
        let field = call.request.field(key).unwrap();
        assert!(field.required, "{key}");
        assert_eq!(field.value_type.to_string(), "String");
    }
}

/// Those that the documents print, and that are in `examples/payloads/documents/`.
#[test]
fn every_call_has_the_samples_of_its_document() {
    let counts: Vec<_> = EndpointMetadata::ALL
        .iter()
        .map(|call| (call.name, call.request_examples.len(), call.response_examples.len()))
        .collect();
    assert_eq!(
        counts,
        [("merchantSync", 1, 2), ("notifyCardRegistration", 1, 1), ("platformMessageSend", 0, 0)]
    );
}
