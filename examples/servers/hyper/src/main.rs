//! A merchant's server with hyper that implements `notifyCardRegistration`.
//!
//! The functions appear in the order in which a request passes through them. `../README.md`
//! explains how to start the server.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use miniprogram_protocol::{
    Valid, Violation, ViolationKind,
    dictionary::{self, ResultCode},
    endpoint::{
        Endpoint, EndpointMetadata, Handler, NotifyCardRegistration, NotifyCardRegistrationRequest,
        NotifyCardRegistrationResponse, Reply,
    },
    http::{Headers, KeyRing, SignatureError, Signer, SigningKey, Verifier, VerifyingKey},
    idempotency::MemoryStore,
};
use socket2::SockRef;
use std::{
    convert::Infallible,
    env, fs, future, io,
    io::Write,
    num::NonZeroU32,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, SystemTime},
};
use tokio::{fs::OpenOptions, io::AsyncWriteExt, net::TcpListener, sync::Semaphore, time};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};
use zeroize::Zeroizing;

type Error = Box<dyn std::error::Error>;

/// The time after which stored replies and reservations expire.
const REPLY_TIME_TO_LIVE: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum length of a body. Valid requests are much shorter than this limit.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The maximum number of open connections. Further connections wait until an open connection is
/// closed.
const MAX_CONNECTIONS: u32 = 512;

/// The age at which a connection is closed after its current request. The limit also stops callers
/// that send or receive one byte at a time.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(60);

/// The size of the send buffer of a connection. A small buffer limits how many requests are handled
/// for a caller that does not read the responses.
const SEND_BUFFER_BYTES: usize = 16 * 1024;

/// The maximum number of signed error responses per second to unauthenticated requests. The limit
/// exists because computing a signature is expensive.
const MAX_SIGNED_ERRORS_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).unwrap();

/// The state that all requests share.
struct AppState {
    path_prefix: String,
    verifier: Verifier,
    signer: Signer,
    store: MemoryStore,
    signed_error_limiter: DefaultDirectRateLimiter,
    /// The timeout of each step: receiving the headers, receiving the body, handling the request,
    /// and writing the response.
    timeout: Duration,
    /// The path of a file that the example uses instead of a database.
    cards: PathBuf,
}

impl AppState {
    fn from_env() -> Result<Self, Error> {
        let platform_key = VerifyingKey::parse(&fs::read_to_string(env_var("PLATFORM_KEY")?)?)?;
        // Dropping the string overwrites it in memory.
        let own_key = Zeroizing::new(fs::read_to_string(env_var("PRIVATE_KEY")?)?);
        let own_key = SigningKey::parse(&own_key)?;
        let keys = KeyRing::new().with_key(env_var("PLATFORM_ID")?, 1, platform_key);
        Ok(Self {
            path_prefix: env::var("PATH_PREFIX").unwrap_or_default(),
            verifier: Verifier::new(keys),
            signer: Signer::new(env_var("CLIENT_ID")?, own_key),
            store: MemoryStore::new(100_000, REPLY_TIME_TO_LIVE)
                .reservation_timeout(REPLY_TIME_TO_LIVE),
            signed_error_limiter: RateLimiter::direct(Quota::per_second(
                MAX_SIGNED_ERRORS_PER_SECOND,
            )),
            timeout: Duration::from_secs(
                env_var("TIMEOUT").map_or(Ok(10), |seconds| seconds.parse())?,
            ),
            cards: env_var("CARDS")?.into(),
        })
    }
}

fn env_var(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // A separate thread writes the log, and drops lines if writing fails or takes too long.
    let (log, log_guard) = tracing_appender::non_blocking(io::stderr());
    tracing_subscriber::fmt().with_writer(log).with_ansi(false).init();
    let state = Arc::new(AppState::from_env()?);
    let listener = TcpListener::bind(env_var("LISTEN")?).await?;
    let _ = writeln!(io::stdout(), "listening on {}", listener.local_addr()?);
    serve(listener, &state).await;

    // Dropping the guard flushes the last lines of the log. The timeout prevents a log that nobody
    // reads from blocking the exit.
    let (done_sender, done) = mpsc::channel();
    thread::spawn(move || {
        drop(log_guard);
        done_sender.send(())
    });
    let _ = done.recv_timeout(Duration::from_secs(2));
    Ok(())
}

/// Serves requests until the shutdown signal, and then finishes the requests that are in progress.
async fn serve(listener: TcpListener, state: &Arc<AppState>) {
    // Receiving the headers, receiving the body, handling the request, and writing the response
    // have one timeout each.
    let max_request_time = 4 * state.timeout;
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let shutdown = CancellationToken::new();
    let mut shutdown_signal = pin!(shutdown_signal());
    loop {
        let accepted = async {
            let accepted = listener.accept().await;
            (accepted, Arc::clone(&permits).acquire_owned().await)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown_signal => break,
        };
        let Ok((stream, _)) = accepted else {
            // The process may have reached the limit on open files.
            time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES);
        let mut stream = TimeoutStream::new(stream);
        // The write timeout closes the connection of a caller that does not read its responses.
        stream.set_write_timeout(Some(state.timeout));
        let task_state = Arc::clone(state);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(state.timeout)
            .serve_connection(
                TokioIo::new(Box::pin(stream)),
                service_fn(move |request| respond(Arc::clone(&task_state), request)),
            );
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let result = tokio::select! {
                result = &mut connection => Ok(result),
                _ = time::timeout(MAX_CONNECTION_AGE, shutdown.cancelled()) => {
                    connection.as_mut().graceful_shutdown();
                    time::timeout(max_request_time, connection).await
                }
            };
            match result {
                Ok(Ok(())) => {}
                Ok(Err(error)) => debug!("connection failed: {error}"),
                Err(_) => debug!("connection timed out"),
            }
            drop(permit);
        });
    }
    drop(listener);
    shutdown.cancel();
    let _ = time::timeout(max_request_time, permits.acquire_many(MAX_CONNECTIONS)).await;
}

/// Waits for SIGTERM or Ctrl-C.
async fn shutdown_signal() {
    #[cfg(unix)]
    let sigterm = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let sigterm = future::pending::<()>();
    tokio::select! { _ = sigterm => {}, _ = tokio::signal::ctrl_c() => {} }
}

/// Responds to a request. Only responses with HTTP status 200 are signed.
async fn respond(
    state: Arc<AppState>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str()).to_owned();
    let (head, body) = request.into_parts();
    let body = match time::timeout(state.timeout, read_body(body)).await {
        Ok(body) => body,
        Err(_) => Err(ResultCode::UnknownException.into()),
    };
    let body_was_read = body.is_ok();
    let (status, reply) = dispatch(&state, &path, &head, body).await;
    log_reply(status, &reply);
    let headers = if status == StatusCode::OK {
        // If signing fails, the response is sent without a signature.
        let (endpoint, now) = (NotifyCardRegistration::METADATA, SystemTime::now());
        let prefix = &state.path_prefix;
        let signed = state.signer.sign_response(endpoint, &path, prefix, &reply.body, now);
        signed.unwrap_or_default()
    } else {
        Headers::default()
    };
    let mut response = Response::new(Full::from(reply.body));
    *response.status_mut() = status;
    let headers_map = response.headers_mut();
    *headers_map = headers.response_header_map().unwrap_or_default();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers_map.insert(header::ALLOW, HeaderValue::from_static(EndpointMetadata::METHOD));
    }
    if !body_was_read {
        headers_map.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Returns the HTTP status and the reply to a request. If the body could not be read, `body` is the
/// error result for the reply.
async fn dispatch(
    state: &Arc<AppState>,
    path: &str,
    head: &Parts,
    body: Result<Vec<u8>, dictionary::Result>,
) -> (StatusCode, Reply) {
    let endpoint = EndpointMetadata::match_path(path, &state.path_prefix);
    if endpoint.is_none_or(|endpoint| endpoint.name != NotifyCardRegistration::METADATA.name) {
        return (StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi));
    }
    if head.method != EndpointMetadata::METHOD {
        return (StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(ResultCode::InvalidApi));
    }
    let authenticated =
        body.and_then(|body| Ok((authenticate(state, path, &head.headers, &body)?, body)));
    match authenticated {
        Ok((client_id, body)) => (StatusCode::OK, handle(state, client_id, body).await),
        Err(result) if state.signed_error_limiter.check().is_ok() => {
            (StatusCode::OK, Reply::from_result(result))
        }
        Err(result) => (StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result)),
    }
}

/// Verifies the signature of a request and returns the ID of the client that signed it.
fn authenticate(
    state: &AppState,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, dictionary::Result> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.any(|encoding| encoding != "identity") {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(result.result_message("the request must not have a Content-Encoding header"));
    }
    Headers::from_request(headers)
        .map_err(SignatureError::from)
        .and_then(|headers| state.verifier.verify_request(path, &headers, body, SystemTime::now()))
        .map(|verified| verified.client_id)
        .map_err(Into::into)
}

/// Passes an authenticated request to the library, and returns the reply.
async fn handle(state: &Arc<AppState>, client_id: String, body: Vec<u8>) -> Reply {
    // The request is handled in a separate task, which finishes even if the caller disconnects or
    // the timeout expires, so that a retried request gets the reply.
    let task_state = Arc::clone(state);
    let task = tokio::spawn(async move {
        let handler = |request| create_card(&task_state.cards, request);
        let now = SystemTime::now();
        Handler::<NotifyCardRegistration>::new()
            .idempotent(&task_state.store, &client_id, now)
            .handle_async(&body, handler)
            .await
    });
    match time::timeout(state.timeout, task).await {
        Ok(Ok(Ok(reply))) => reply,
        // The store is full, the handler panicked, or the timeout expired.
        Ok(Ok(Err(_)) | Err(_)) | Err(_) => Reply::from_result(ResultCode::UnknownException),
    }
}

/// Logs one line, without any values or field names from the request.
fn log_reply(status: StatusCode, reply: &Reply) {
    let code = reply.result.result_code.as_ref().map_or("", ResultCode::as_str);
    let rejected = reply.request_error.as_ref().map_or(&[][..], |error| error.violations());
    let invalid_response = reply.response_violations.as_deref().unwrap_or_default();
    info!(
        "{} {code}, rejected: {}, invalid response: {}",
        status.as_u16(),
        summarize(rejected),
        summarize(invalid_response)
    );
}

/// Formats the number of violations and up to eight of them.
fn summarize(violations: &[Violation]) -> String {
    let first = violations.iter().take(8).map(|violation| match violation.kind() {
        // The path of this violation may contain a field name from the request.
        ViolationKind::Duplicate | ViolationKind::AdditionalProperties => {
            violation.code().to_owned()
        }
        _ => violation.to_string(),
    });
    format!("{} [{}]", violations.len(), first.collect::<Vec<_>>().join("; "))
}

/// Reads a body. If the body is too long, up to four times the maximum length is read and
/// discarded, because a caller that is still sending may not read the response.
async fn read_body(mut body: Incoming) -> Result<Vec<u8>, dictionary::Result> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ResultCode::UnknownException)?;
        let data = frame.into_data().unwrap_or_default();
        length += data.len();
        if length <= MAX_BODY_BYTES {
            bytes.extend_from_slice(&data);
        } else if length > 4 * MAX_BODY_BYTES {
            break;
        }
    }
    if length > MAX_BODY_BYTES {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        let message = format!("the body must be at most {MAX_BODY_BYTES} bytes");
        return Err(result.result_message(message));
    }
    Ok(bytes)
}

/// Creates a membership card. A retried request does not call the function again.
async fn create_card(
    cards: &Path,
    request: Valid<NotifyCardRegistrationRequest>,
) -> Result<NotifyCardRegistrationResponse, ResultCode> {
    let card = format!("{:?} {:?}\n", request.request_id, request.customer_id);
    let file = OpenOptions::new().create(true).append(true).open(cards).await;
    let mut file = file.map_err(|_| ResultCode::UnknownException)?;
    file.write_all(card.as_bytes()).await.map_err(|_| ResultCode::UnknownException)?;
    file.flush().await.map_err(|_| ResultCode::UnknownException)?;
    Ok(ResultCode::Success.into())
}
