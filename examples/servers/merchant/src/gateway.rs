//! The HTTP layer of a server: verifies requests, passes them on to a [`Service`], signs the
//! responses, and logs them.

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts, uri::PathAndQuery},
    response::Response,
};
use governor::DefaultDirectRateLimiter;
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use miniprogram_protocol::{
    Violation, ViolationKind,
    dictionary::{self, ResultCode},
    endpoint::{EndpointMetadata, Reply},
    http::{Headers, SignatureError, Signer, Verifier},
};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};
use tokio::time;
use tracing::{error, info, warn};

/// The maximum length of a body. Valid requests are much shorter than this limit.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// The maximum number of violations in one log line.
const MAX_LOGGED_VIOLATIONS: usize = 8;

/// The endpoints that a server implements.
pub trait Service: Send + Sync + Sized + 'static {
    /// Returns `true` if the server implements the endpoint.
    fn implements(&self, endpoint: &EndpointMetadata) -> bool;

    /// Handles an authenticated request to one of the implemented endpoints.
    ///
    /// The future runs in its own task, which finishes even if the caller disconnects or the timeout
    /// expires.
    fn handle(
        self: Arc<Self>,
        endpoint: &'static EndpointMetadata,
        client_id: String,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Reply, HandlerError>> + Send;

    /// Records a reply in the metrics of the server. By default, does nothing.
    fn record_reply(
        &self,
        _endpoint: Option<&str>,
        _code: &str,
        _status: StatusCode,
        _duration: Duration,
    ) {
    }
}

/// The reason why a [`Service`] returns no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerError {
    /// The service failed, and has logged the cause. The caller gets `UNKNOWN_EXCEPTION`.
    Failed,
    /// The connection must be closed without a response. Simulators inject this error.
    Disconnect,
}

/// The HTTP layer in front of a [`Service`].
pub struct Gateway<S> {
    /// The implementation of the endpoints.
    pub service: Arc<S>,
    /// If `None`, signatures are not verified. For development only.
    pub verifier: Option<Verifier>,
    /// The signer of the responses.
    pub signer: Signer,
    /// The prefix of the paths of the endpoints.
    pub path_prefix: String,
    /// The timeout of each of two steps: receiving the body, and handling the request.
    pub timeout: Duration,
    /// Limits the signed error responses to unauthenticated requests, because computing a signature
    /// is expensive.
    pub signed_error_limiter: DefaultDirectRateLimiter,
}

impl<S: Service> Gateway<S> {
    /// Returns a router with one handler for all paths and methods, because errors are protocol
    /// responses too. Routes that are added to it take precedence.
    pub fn router(self) -> Router {
        Router::new().fallback(respond::<S>).with_state(Arc::new(self))
    }

    /// Returns the HTTP status and the reply to a request, or `None` if the connection must be
    /// closed. If the body could not be read, `body` is the error result for the reply.
    async fn dispatch(
        &self,
        path: &str,
        head: &Parts,
        body: Result<Vec<u8>, dictionary::Result>,
    ) -> Option<(StatusCode, Reply)> {
        let endpoint = EndpointMetadata::match_path(path, &self.path_prefix)
            .filter(|endpoint| self.service.implements(endpoint));
        let Some(endpoint) = endpoint else {
            return Some((StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi)));
        };
        if head.method != Method::POST {
            let result = dictionary::Result::from(ResultCode::InvalidApi);
            let result = result.result_message("the method must be POST");
            return Some((StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(result)));
        }
        let authenticated =
            body.and_then(|body| Ok((self.authenticate(path, &head.headers, &body)?, body)));
        match authenticated {
            Ok((client_id, body)) => {
                Some((StatusCode::OK, self.handle(endpoint, client_id, body).await?))
            }
            Err(result) if self.signed_error_limiter.check().is_ok() => {
                Some((StatusCode::OK, Reply::from_result(result)))
            }
            Err(result) => Some((StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result))),
        }
    }

    /// Verifies the signature of a request and returns the ID of the client that signed it.
    fn authenticate(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<String, dictionary::Result> {
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        if encodings.any(|encoding| encoding != "identity") {
            return Err(dictionary::Result::from(ResultCode::ParamIllegal)
                .result_message("the request must not have a Content-Encoding header"));
        }
        let headers = Headers::from_request(headers).map_err(SignatureError::from)?;
        let Some(verifier) = &self.verifier else {
            return Ok(headers.client_id.unwrap_or_default());
        };
        Ok(verifier.verify_request(path, &headers, body, SystemTime::now())?.client_id)
    }

    /// Passes an authenticated request to the service, and returns the reply, or `None` if the
    /// connection must be closed.
    async fn handle(
        &self,
        endpoint: &'static EndpointMetadata,
        client_id: String,
        body: Vec<u8>,
    ) -> Option<Reply> {
        let task = tokio::spawn(Arc::clone(&self.service).handle(endpoint, client_id, body));
        match time::timeout(self.timeout, task).await {
            Ok(Ok(Ok(reply))) => Some(reply),
            Ok(Ok(Err(HandlerError::Disconnect))) => None,
            // The service failed or panicked, and the cause has been logged.
            Ok(Ok(Err(HandlerError::Failed)) | Err(_)) => {
                Some(Reply::from_result(ResultCode::UnknownException))
            }
            Err(_) => Some(Reply::from_result(
                dictionary::Result::from(ResultCode::UnknownException)
                    .result_message("the request is still being handled"),
            )),
        }
    }

    /// Creates the HTTP response, which is signed only if its HTTP status is 200.
    fn create_response(&self, path: &str, status: StatusCode, reply: Reply) -> Response {
        let endpoint = EndpointMetadata::match_path(path, &self.path_prefix);
        let headers = match endpoint.filter(|_| status == StatusCode::OK) {
            Some(endpoint) => {
                let (prefix, now) = (&self.path_prefix, SystemTime::now());
                let signed = self.signer.sign_response(endpoint, path, prefix, &reply.body, now);
                signed.unwrap_or_else(|error| {
                    error!(%error, "cannot sign the response");
                    Headers::default()
                })
            }
            None => Headers::default(),
        };
        let mut response = Response::new(Body::from(reply.body));
        *response.status_mut() = status;
        match headers.response_header_map() {
            Ok(headers) => *response.headers_mut() = headers,
            Err(error) => error!(%error, "cannot set the headers of the response"),
        }
        response
    }

    /// Logs one line and records metrics, without any values or field names from the request.
    fn log_reply(&self, path: &str, status: StatusCode, reply: &Reply, duration: Duration) {
        let endpoint = EndpointMetadata::match_path(path, &self.path_prefix);
        let endpoint = endpoint.map(|endpoint| endpoint.name);
        let Reply { result, request_error, response_violations, .. } = reply;
        let code = result.result_code.as_ref().map_or("", ResultCode::as_str);
        let violations = request_error.as_ref().map_or(&[][..], |error| error.violations());
        info!(
            endpoint,
            http_status = status.as_u16(),
            result_status = %result.result_status,
            result_code = code,
            // The message for a rejected request is omitted, because it may contain field names
            // from the request.
            result_message = result.result_message.as_ref().filter(|_| violations.is_empty()),
            violations = (!violations.is_empty()).then(|| summarize(violations)),
            duration_ms = duration.as_millis(),
            "replied"
        );
        if let Some(violations) = response_violations {
            warn!(violations = summarize(violations), "invalid response");
        }
        self.service.record_reply(endpoint, code, status, duration);
    }
}

/// Responds to a request.
async fn respond<S: Service>(State(gateway): State<Arc<Gateway<S>>>, request: Request) -> Response {
    let start = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let body = match time::timeout(gateway.timeout, read_body(body)).await {
        Ok(body) => body,
        Err(_) => Err(dictionary::Result::from(ResultCode::UnknownException)
            .result_message("the body was not received in time")),
    };
    let body_was_read = body.is_ok();
    let Some((status, reply)) = gateway.dispatch(path, &head, body).await else {
        return Response::new(Body::new(AbortedBody));
    };
    gateway.log_reply(path, status, &reply, start.elapsed());

    let mut response = gateway.create_response(path, status, reply);
    let headers = response.headers_mut();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static(EndpointMetadata::METHOD));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if !body_was_read {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body that always returns an error, so that the connection is closed.
struct AbortedBody;

impl HttpBody for AbortedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

/// Formats the number of violations and the first few of them.
fn summarize(violations: &[Violation]) -> String {
    let first = violations.iter().take(MAX_LOGGED_VIOLATIONS);
    let first = first.map(|violation| match violation.kind() {
        // The path of this violation may contain a field name from the request.
        ViolationKind::Duplicate | ViolationKind::AdditionalProperties => {
            violation.code().to_owned()
        }
        _ => violation.to_string(),
    });
    format!("{}: {}", violations.len(), first.collect::<Vec<_>>().join("; "))
}

/// Reads a body, or returns the error result for the reply if the body is incomplete or too long.
async fn read_body(mut body: Body) -> Result<Vec<u8>, dictionary::Result> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            dictionary::Result::from(ResultCode::UnknownException)
                .result_message("the body is incomplete")
        })?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length <= MAX_BODY_BYTES {
            bytes.extend_from_slice(data);
        } else if length > 16 * MAX_BODY_BYTES {
            break;
        }
        // Up to 16 times the maximum length is read and discarded, because a client that is still
        // sending may not read the response.
    }
    if length <= MAX_BODY_BYTES {
        return Ok(bytes);
    }
    Err(dictionary::Result::from(ResultCode::ParamIllegal)
        .result_message(format!("the body must be at most {MAX_BODY_BYTES} bytes")))
}
