use crate::endpoint::EndpointMetadata;

/// The text of which a signature is made: of a request, and of the response to it.
///
/// ```text
/// POST <path>
/// <client id>.<time>.<body>
/// ```
///
/// - `path` is that of the request, also for its response: all that follows the domain name, with
///   a tenant's prefix and with a query.
/// - `client_id` and `time` are the headers of the message itself, as they are sent.
/// - `body` is the body of the message itself, byte for byte.
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
