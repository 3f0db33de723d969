//! Compares the metadata of the endpoints with the specification.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    dictionary::ResultCode,
    endpoint::{EndpointMetadata, Family},
};
use std::collections::BTreeSet;

/// The endpoints, transcribed from the specification and from other public editions.
const ENDPOINTS_TSV: &str = include_str!("data/calls.tsv");

const TSV_HEADER: &str = "call\tpath\talias\tcaller\tcallee\trequest\tresponse\tidempotency_key\t\
                          result_codes\tfamily\treplaced_by";

fn code_with_status(code: &ResultCode) -> String {
    format!("{code}:{}", code.status().unwrap())
}

#[test]
fn matches_endpoints_of_specification() {
    let mut lines = ENDPOINTS_TSV.lines();
    assert_eq!(lines.next(), Some(TSV_HEADER));
    let endpoints = EndpointMetadata::ALL.iter().map(|endpoint| {
        let codes: Vec<_> = endpoint.result_codes.iter().map(code_with_status).collect();
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
            &endpoint.family.to_string(),
            endpoint.replaced_by.unwrap_or_default(),
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

#[test]
fn replaces_deprecated_endpoints_by_others() {
    for endpoint in EndpointMetadata::ALL {
        let Some(replacement) = endpoint.replaced_by else { continue };
        assert_eq!(EndpointMetadata::by_name(replacement).unwrap().replaced_by, None);
    }
}

#[test]
fn lists_endpoints_by_family() {
    assert!(EndpointMetadata::ALL.iter().all(|endpoint| Family::ALL.contains(&endpoint.family)));
    assert!(Family::ALL.is_sorted());
}

#[test]
fn endpoint_paths_are_unique() {
    let paths = || {
        let endpoints = EndpointMetadata::ALL.iter();
        endpoints.flat_map(|endpoint| [endpoint.path].into_iter().chain(endpoint.aliases.to_vec()))
    };
    assert_eq!(paths().collect::<BTreeSet<_>>().len(), paths().count());
}

/// Only the documents of the specification contain samples.
#[test]
fn contains_samples_of_specification() {
    let counts = EndpointMetadata::ALL.iter().map(|endpoint| {
        (endpoint.name, endpoint.request_examples.len(), endpoint.response_examples.len())
    });
    let counts: Vec<_> =
        counts.filter(|(_, requests, responses)| requests + responses > 0).collect();
    assert_eq!(counts, [("merchantSync", 1, 2), ("notifyCardRegistration", 1, 1)]);
}

#[test]
fn readme_lists_all_endpoints() {
    let rows = EndpointMetadata::ALL.iter().map(|endpoint| {
        let EndpointMetadata { name, path, caller, callee, .. } = endpoint;
        let (source, confidence) = (endpoint.source(), endpoint.confidence());
        format!("| `{name}` | {caller} → {callee} | `{path}` | {source} | {confidence} |\n")
    });
    let readme = include_str!("../README.md");
    assert!(readme.contains(&rows.collect::<String>()));
}
