//! From requests of HTTP to responses: what comes in is bytes, and what goes out is signed.

use crate::{cards::Cards, document, metrics::Metrics};
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
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use miniprogram_protocol::{
    Violation, ViolationKind,
    dictionary::{self, ResultCode},
    endpoint::{Endpoint as _, EndpointMetadata, Handler, NotifyCardRegistration, Reply},
    http::{Headers, SignatureError, Signer, Verifier},
};
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

/// The longest body that is read. A request that keeps all limits is far shorter.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;

/// The maximum number of connections. More wait until one ends.
pub(crate) const CONNECTIONS: u32 = 512;

/// A connection that is older is closed after its current request. The limit also ends callers
/// that read or write one byte at a time.
const CONNECTION_AGE: Duration = Duration::from_secs(60);

/// The maximum number of violations in one line of the log.
const LOGGED_VIOLATIONS: usize = 8;

/// What answers.
pub(crate) struct Server {
    pub(crate) cards: Cards,
    /// None verifies nothing: for development alone.
    pub(crate) verifier: Option<Verifier>,
    pub(crate) signer: Signer,
    /// What stands before the paths of the calls.
    pub(crate) path_prefix: String,
    /// How long is waited for headers, for the body, and for the answer.
    pub(crate) patience: Duration,
    /// Limits how many refusals of unknown callers are signed, for a signature is expensive.
    pub(crate) signed_refusals: DefaultDirectRateLimiter,
    pub(crate) metrics: Arc<Metrics>,
}

impl Server {
    pub(crate) fn router(self) -> Router {
        let document = document::of(&self.path_prefix).to_string();
        Router::new()
            .route("/healthz", get(health))
            .route("/openapi.json", get(async || json(StatusCode::OK, document)))
            // Whatever is asked for, the caller is told in the words of the protocol.
            .fallback(call)
            .with_state(Arc::new(self))
    }

    /// The HTTP status and the answer. A body that was not read is its own answer.
    async fn answer(
        self: &Arc<Self>,
        path: &str,
        head: &Parts,
        body: Result<Vec<u8>, dictionary::Result>,
    ) -> (StatusCode, Reply) {
        let call = EndpointMetadata::match_path(path, &self.path_prefix);
        if call.is_none_or(|call| call.name != NotifyCardRegistration::METADATA.name) {
            return (StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi));
        }
        if head.method != Method::POST {
            let result = dictionary::Result::from(ResultCode::InvalidApi);
            let result = result.result_message("The method of every call is POST.");
            return (StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(result));
        }
        let verified = body.and_then(|body| Ok((self.client(path, &head.headers, &body)?, body)));
        match verified {
            Ok((client_id, body)) => (StatusCode::OK, self.register(client_id, body).await),
            Err(result) if self.signed_refusals.check().is_ok() => {
                (StatusCode::OK, Reply::from_result(result))
            }
            Err(result) => (StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result)),
        }
    }

    /// Who sent this, by the signature.
    fn client(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<String, dictionary::Result> {
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        if encodings.any(|encoding| encoding != "identity") {
            return Err(dictionary::Result::from(ResultCode::ParamIllegal)
                .result_message("The body must not have a Content-Encoding."));
        }
        let headers = Headers::of_request(headers).map_err(SignatureError::from)?;
        let Some(verifier) = &self.verifier else {
            return Ok(headers.client_id.unwrap_or_default());
        };
        Ok(verifier.verify_request(path, &headers, body, SystemTime::now())?.client_id)
    }

    async fn register(self: &Arc<Self>, client_id: String, body: Vec<u8>) -> Reply {
        let server = Arc::clone(self);
        // In a task of its own, it comes to its end even if the caller hangs up.
        let task = tokio::spawn(async move {
            let registration = server.cards.registration();
            let card = async |request| registration.make_card(&request);
            let now = SystemTime::now();
            Handler::<NotifyCardRegistration>::new()
                .idempotent(&registration, &client_id, now)
                .handle_async(&body, card)
                .await
        });
        match time::timeout(self.patience, task).await {
            Ok(Ok(Ok(answer))) => answer,
            // The database failed, or there is a mistake in this program: the log has it.
            Ok(Ok(Err(_)) | Err(_)) => Reply::from_result(ResultCode::UnknownException),
            Err(_) => unknown("The request is still being handled."),
        }
    }

    /// The response of HTTP. One of status 200 is signed, and no other.
    fn response(&self, path: &str, status: StatusCode, answer: Reply) -> Response {
        let headers = if status == StatusCode::OK {
            let (endpoint, now) = (NotifyCardRegistration::METADATA, SystemTime::now());
            let prefix = &self.path_prefix;
            let signed = self.signer.sign_response(endpoint, prefix, path, &answer.body, now);
            signed.unwrap_or_else(|error| {
                error!(%error, "an answer is not signed");
                Headers::default()
            })
        } else {
            Headers::default()
        };
        let mut response = Response::new(Body::from(answer.body));
        *response.status_mut() = status;
        match headers.response_map() {
            Ok(headers) => *response.headers_mut() = headers,
            Err(error) => error!(%error, "an answer is sent without headers"),
        }
        response
    }
}

/// Answers a request to any path that is not one of the others.
async fn call(State(server): State<Arc<Server>>, request: Request) -> Response {
    let begin = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let body = match time::timeout(server.patience, read(body)).await {
        Ok(body) => body,
        Err(_) => Err(dictionary::Result::from(ResultCode::UnknownException)
            .result_message("The body did not come in time.")),
    };
    let is_read = body.is_ok();
    let (status, answer) = server.answer(path, &head, body).await;
    log(&server, path, status, &answer, begin.elapsed());

    let mut response = server.response(path, status, answer);
    let headers = response.headers_mut();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static(EndpointMetadata::METHOD));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if !is_read {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Writes one line, and counts the request. Neither has anything that the caller chose.
fn log(server: &Server, path: &str, status: StatusCode, answer: &Reply, took: Duration) {
    let call = EndpointMetadata::match_path(path, &server.path_prefix).map(|call| call.name);
    let Reply { result, refused, broken, .. } = answer;
    let code = result.result_code.as_ref().map_or("", ResultCode::as_str);
    let violations = refused.as_ref().map_or(&[][..], |error| error.violations());
    info!(
        call,
        http = status.as_u16(),
        status = %result.result_status,
        code,
        // The message has the violations, too, but with names that the caller chose.
        result_message = result.result_message.as_ref().filter(|_| violations.is_empty()),
        violations = (!violations.is_empty()).then(|| loggable(violations)),
        milliseconds = took.as_millis(),
        "answered"
    );
    if let Some(broken) = broken {
        warn!(violations = loggable(broken), "the answer breaks rules");
    }
    server.metrics.answered(call, code, status, took);
}

/// The number of violations, and the first of them.
fn loggable(violations: &[Violation]) -> String {
    let first = violations.iter().take(LOGGED_VIOLATIONS).map(|violation| match violation.kind() {
        // The name at the end of such a path may be one that the caller chose.
        ViolationKind::Duplicate | ViolationKind::AdditionalProperties => {
            violation.code().to_owned()
        }
        _ => violation.to_string(),
    });
    format!("{}: {}", violations.len(), first.collect::<Vec<_>>().join("; "))
}

/// The body, or what is answered if it does not come or is too long.
async fn read(mut body: Body) -> Result<Vec<u8>, dictionary::Result> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            dictionary::Result::from(ResultCode::UnknownException)
                .result_message("The body is not whole.")
        })?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length <= BODY_LIMIT {
            bytes.extend_from_slice(data);
        } else if length > 16 * BODY_LIMIT {
            break;
        }
        // A body that is somewhat too long is read to its end, but not kept: a caller that is still
        // sending may not see an answer.
    }
    if length <= BODY_LIMIT {
        return Ok(bytes);
    }
    Err(dictionary::Result::from(ResultCode::ParamIllegal)
        .result_message(format!("The body is longer than {BODY_LIMIT} bytes.")))
}

/// It is not known what became of the request: the caller repeats it.
fn unknown(message: &str) -> Reply {
    Reply::from_result(
        dictionary::Result::from(ResultCode::UnknownException).result_message(message),
    )
}

async fn health(State(server): State<Arc<Server>>) -> Response {
    if server.cards.is_well() {
        json(StatusCode::OK, r#"{"status":"ok"}"#)
    } else {
        json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"the database failed"}"#)
    }
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

/// Serves until it is told to stop, and then answers what it has begun to read.
///
/// Every connection takes one of the places.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    places: Arc<Semaphore>,
    stop: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    loop {
        let accepted = async {
            let accepted = listener.accept().await;
            (accepted, Arc::clone(&places).acquire_owned().await)
        };
        let (stream, place) = tokio::select! {
            () = stop.cancelled() => break,
            (accepted, place) = accepted => match accepted {
                Ok((stream, _)) => (stream, place),
                Err(error) => {
                    // Too many open files, for example.
                    warn!(%error, "a connection was not accepted");
                    time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        // A caller that does not read is not waited for.
        stream.set_write_timeout(Some(patience));
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let stop = stop.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => Ok(ended),
                _ = time::timeout(CONNECTION_AGE, stop.cancelled()) => {
                    connection.as_mut().graceful_shutdown();
                    time::timeout(longest_request(patience), connection).await
                }
            };
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => debug!(%error, "a connection failed"),
                Err(_) => debug!("a connection took too long"),
            }
            drop(place);
        });
    }
    drop(listener);
    let all_ended = places.acquire_many(CONNECTIONS);
    if time::timeout(longest_request(patience), all_ended).await.is_err() {
        warn!("some connections did not end");
    }
}

/// Headers, body, answer, and its way to the caller.
fn longest_request(patience: Duration) -> Duration {
    4 * patience
}
