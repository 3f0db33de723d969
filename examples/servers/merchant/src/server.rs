//! The HTTP handlers, which verify requests, pass them on to the library, and sign the responses.

use crate::{cards::CardStore, metrics::Metrics, openapi};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
    routing::get,
};
use governor::DefaultDirectRateLimiter;
use http_body_util::BodyExt as _;
use miniprogram_protocol::{
    Violation, ViolationKind,
    dictionary::{self, ResultCode},
    endpoint::{Endpoint as _, EndpointMetadata, Handler, NotifyCardRegistration, Reply},
    http::{Headers, SignatureError, Signer, Verifier},
};
use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::time;
use tracing::{error, info, warn};

/// The maximum length of a body. Valid requests are much shorter than this limit.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;

/// The maximum number of violations in one log line.
const MAX_LOGGED_VIOLATIONS: usize = 8;

/// The state that all requests share.
pub(crate) struct AppState {
    pub(crate) cards: CardStore,
    /// If `None`, signatures are not verified. For development only.
    pub(crate) verifier: Option<Verifier>,
    pub(crate) signer: Signer,
    /// The prefix of the endpoint's path.
    pub(crate) path_prefix: String,
    /// The timeout of each of two steps: receiving the body, and handling the request.
    pub(crate) timeout: Duration,
    /// Limits the signed error responses to unauthenticated requests, because computing a signature
    /// is expensive.
    pub(crate) signed_error_limiter: DefaultDirectRateLimiter,
    pub(crate) metrics: Arc<Metrics>,
}

impl AppState {
    pub(crate) fn router(self) -> Router {
        let document = openapi::document(&self.path_prefix).to_string();
        Router::new()
            .route("/healthz", get(report_health))
            .route("/openapi.json", get(async || json_response(StatusCode::OK, document)))
            // One handler serves all other paths and methods, because errors are protocol responses
            // too.
            .fallback(respond)
            .with_state(Arc::new(self))
    }

    /// Returns the HTTP status and the reply to a request. If the body could not be read, `body` is
    /// the error result for the reply.
    async fn dispatch(
        self: &Arc<Self>,
        path: &str,
        head: &Parts,
        body: Result<Vec<u8>, dictionary::Result>,
    ) -> (StatusCode, Reply) {
        let endpoint = EndpointMetadata::match_path(path, &self.path_prefix);
        if endpoint.is_none_or(|endpoint| endpoint.name != NotifyCardRegistration::METADATA.name) {
            return (StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi));
        }
        if head.method != Method::POST {
            let result = dictionary::Result::from(ResultCode::InvalidApi);
            let result = result.result_message("the method must be POST");
            return (StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(result));
        }
        let authenticated =
            body.and_then(|body| Ok((self.authenticate(path, &head.headers, &body)?, body)));
        match authenticated {
            Ok((client_id, body)) => (StatusCode::OK, self.handle(client_id, body).await),
            Err(result) if self.signed_error_limiter.check().is_ok() => {
                (StatusCode::OK, Reply::from_result(result))
            }
            Err(result) => (StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result)),
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
                .result_message("the body must not have a Content-Encoding"));
        }
        let headers = Headers::from_request(headers).map_err(SignatureError::from)?;
        let Some(verifier) = &self.verifier else {
            return Ok(headers.client_id.unwrap_or_default());
        };
        Ok(verifier.verify_request(path, &headers, body, SystemTime::now())?.client_id)
    }

    /// Passes an authenticated request to the library, and returns the reply.
    async fn handle(self: &Arc<Self>, client_id: String, body: Vec<u8>) -> Reply {
        let state = Arc::clone(self);
        // A separate task finishes even if the caller disconnects or the timeout expires.
        let task = tokio::spawn(async move {
            let registration = state.cards.registration();
            let handler = async |request| registration.create_card(&request);
            let now = SystemTime::now();
            Handler::<NotifyCardRegistration>::new()
                .idempotent(&registration, &client_id, now)
                .handle_async(&body, handler)
                .await
        });
        match time::timeout(self.timeout, task).await {
            Ok(Ok(Ok(reply))) => reply,
            // The database failed or the handler panicked, and the cause has been logged.
            Ok(Ok(Err(_)) | Err(_)) => Reply::from_result(ResultCode::UnknownException),
            Err(_) => Reply::from_result(
                dictionary::Result::from(ResultCode::UnknownException)
                    .result_message("the request is still being handled"),
            ),
        }
    }

    /// Creates the HTTP response, which is signed only if its HTTP status is 200.
    fn create_response(&self, path: &str, status: StatusCode, reply: Reply) -> Response {
        let headers = if status == StatusCode::OK {
            let (endpoint, now) = (NotifyCardRegistration::METADATA, SystemTime::now());
            let prefix = &self.path_prefix;
            let signed = self.signer.sign_response(endpoint, prefix, path, &reply.body, now);
            signed.unwrap_or_else(|error| {
                error!(%error, "cannot sign the response");
                Headers::default()
            })
        } else {
            Headers::default()
        };
        let mut response = Response::new(Body::from(reply.body));
        *response.status_mut() = status;
        match headers.response_map() {
            Ok(headers) => *response.headers_mut() = headers,
            Err(error) => error!(%error, "cannot set the headers of the response"),
        }
        response
    }
}

/// Responds to requests to all paths that do not have their own handler.
async fn respond(State(state): State<Arc<AppState>>, request: Request) -> Response {
    let start = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let body = match time::timeout(state.timeout, read_body(body)).await {
        Ok(body) => body,
        Err(_) => Err(dictionary::Result::from(ResultCode::UnknownException)
            .result_message("the body was not received in time")),
    };
    let body_was_read = body.is_ok();
    let (status, reply) = state.dispatch(path, &head, body).await;
    log_reply(&state, path, status, &reply, start.elapsed());

    let mut response = state.create_response(path, status, reply);
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

/// Logs one line and records metrics, without any values or field names from the request.
fn log_reply(state: &AppState, path: &str, status: StatusCode, reply: &Reply, duration: Duration) {
    let endpoint = EndpointMetadata::match_path(path, &state.path_prefix);
    let endpoint = endpoint.map(|endpoint| endpoint.name);
    let Reply { result, request_error, response_violations, .. } = reply;
    let code = result.result_code.as_ref().map_or("", ResultCode::as_str);
    let violations = request_error.as_ref().map_or(&[][..], |error| error.violations());
    info!(
        endpoint,
        http_status = status.as_u16(),
        result_status = %result.result_status,
        result_code = code,
        // The message for a rejected request is omitted, because it may contain field names from
        // the request.
        result_message = result.result_message.as_ref().filter(|_| violations.is_empty()),
        violations = (!violations.is_empty()).then(|| summarize(violations)),
        duration_ms = duration.as_millis(),
        "replied"
    );
    if let Some(violations) = response_violations {
        warn!(violations = summarize(violations), "invalid response");
    }
    state.metrics.record_reply(endpoint, code, status, duration);
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
        // Up to 16 times the maximum length is read and discarded, because a caller that is still
        // sending may not read the response.
    }
    if length <= MAX_BODY_BYTES {
        return Ok(bytes);
    }
    Err(dictionary::Result::from(ResultCode::ParamIllegal)
        .result_message(format!("the body must be at most {MAX_BODY_BYTES} bytes")))
}

/// Reports whether the database works.
async fn report_health(State(state): State<Arc<AppState>>) -> Response {
    if state.cards.is_healthy() {
        json_response(StatusCode::OK, r#"{"status":"ok"}"#)
    } else {
        json_response(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"the database failed"}"#)
    }
}

/// Returns a response with a JSON body.
fn json_response(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
