//! Looks up endpoints by path and prefix. The lookup must not panic, and only the paths in the
//! specification may match.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{endpoint::EndpointMetadata, http::signing_input};

/// The paths in the specification, each with the name of its endpoint.
const PATH_ENDPOINT_PAIRS: [(&str, &str); 4] = [
    ("/v2/platform/miniprogram/sync", "merchantSync"),
    ("/v2/pds/merchant/sync", "merchantSync"),
    ("/v2/pds/memberships/notifyCardRegistration", "notifyCardRegistration"),
    ("/v2/platform/message/send", "platformMessageSend"),
];

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(4, '\n');
    let mut part = || parts.next().unwrap_or_default();
    let (path, prefix, client, body) = (part(), part(), part(), part());
    let without_query = path.split('?').next().unwrap_or_default();
    let expected = PATH_ENDPOINT_PAIRS.iter().find(|(known, _)| {
        without_query.len() == prefix.len() + known.len()
            && without_query.starts_with(prefix)
            && without_query.ends_with(known)
    });
    let found = EndpointMetadata::match_path(path, prefix);
    assert_eq!(
        found.map(|endpoint| endpoint.name),
        expected.map(|(_, name)| *name),
        "{path:?} {prefix:?}"
    );

    let input = signing_input(path, client, prefix, body.as_bytes());
    let expected = format!("POST {path}\n{client}.{prefix}.{body}");
    assert_eq!(input, expected.as_bytes());
});
