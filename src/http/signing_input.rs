use crate::endpoint::EndpointMetadata;

/// Returns the bytes that are signed for a request or a response:
///
/// ```text
/// POST <path>
/// <client id>.<time>.<body>
/// ```
///
/// - `path` is the path of the request, even when a response is signed: everything after the domain
///   name, including a tenant's prefix and the query.
/// - `client_id` and `time` are the headers of the signed message, exactly as they are sent.
/// - `body` is the body of the signed message, byte for byte.
///
/// ```
/// use miniprogram_protocol::http::signing_input;
///
/// assert_eq!(
///     signing_input("/v2/pds/merchant/sync", "C-1", "2024-01-10T12:12:12+01:00", b"{}"),
///     b"POST /v2/pds/merchant/sync\nC-1.2024-01-10T12:12:12+01:00.{}"
/// );
/// ```
#[must_use]
pub fn signing_input(path: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let head = [EndpointMetadata::METHOD, " ", path, "\n", client_id, ".", time, "."].concat();
    [head.as_bytes(), body].concat()
}
