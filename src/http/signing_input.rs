use crate::endpoint::EndpointMetadata;

/// Returns the bytes that are signed for a request or a response:
///
/// ```text
/// POST <path and query>
/// <client ID>.<time>.<body>
/// ```
///
/// - `path_and_query` is the path of the request, even when a response is signed: everything after
///   the host, including a tenant's prefix and the query.
/// - `client_id` and `time` are the values of the headers, exactly as they are sent.
/// - `body` is the body, exactly as it is sent.
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
pub fn signing_input(path_and_query: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let method = EndpointMetadata::METHOD;
    let head = [method, " ", path_and_query, "\n", client_id, ".", time, "."].concat();
    [head.as_bytes(), body].concat()
}
