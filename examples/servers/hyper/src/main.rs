//! A merchant's server with hyper: it answers `notifyCardRegistration`.
//!
//! The functions stand in the order in which a request goes through them. `../README.md` says how
//! to start it.

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

type Error = Box<dyn std::error::Error>;

/// How long answers are kept, and the longest time that making a card takes.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest body that is read. No valid request comes near it.
const MOST_BYTES: usize = 1024 * 1024;

/// The maximum number of connections. More wait until one ends.
const CONNECTIONS: u32 = 512;

/// A connection that is older is closed after its current request. The limit also ends callers
/// that read or write one byte at a time.
const CONNECTION_AGE: Duration = Duration::from_secs(60);

/// How many refusals a second are signed, of requests whose sender is not known: a signature is
/// expensive.
const SIGNED_REFUSALS: NonZeroU32 = NonZeroU32::new(50).unwrap();

struct App {
    path_prefix: String,
    verifier: Verifier,
    signer: Signer,
    store: MemoryStore,
    signed_refusals: DefaultDirectRateLimiter,
    /// How long a request may take to come, and a card to be made.
    patience: Duration,
    /// Stands for your database.
    cards: PathBuf,
}

impl App {
    fn from_environment() -> Result<Self, Error> {
        let platform_key = VerifyingKey::parse(&fs::read_to_string(variable("PLATFORM_KEY")?)?)?;
        let own_key = SigningKey::parse(&fs::read_to_string(variable("PRIVATE_KEY")?)?)?;
        let keys = KeyRing::new().with(variable("PLATFORM_ID")?, 1, platform_key);
        Ok(Self {
            path_prefix: env::var("PATH_PREFIX").unwrap_or_default(),
            verifier: Verifier::new(keys),
            signer: Signer::new(variable("CLIENT_ID")?, own_key),
            store: MemoryStore::new(100_000, DAY).reservation_timeout(DAY),
            signed_refusals: RateLimiter::direct(Quota::per_second(SIGNED_REFUSALS)),
            patience: Duration::from_secs(
                variable("PATIENCE").map_or(Ok(10), |text| text.parse())?,
            ),
            cards: variable("CARDS")?.into(),
        })
    }
}

fn variable(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // A thread writes the log. If that fails or takes too long, lines are dropped.
    let (log, log_thread) = tracing_appender::non_blocking(io::stderr());
    tracing_subscriber::fmt().with_writer(log).with_ansi(false).init();
    let app = Arc::new(App::from_environment()?);
    let listener = TcpListener::bind(variable("LISTEN")?).await?;
    let _ = writeln!(io::stdout(), "listening on {}", listener.local_addr()?);
    serve(listener, &app).await;

    // Waits until the last lines are written, but not for a log that nobody reads.
    let (ended, is_ended) = mpsc::channel();
    thread::spawn(move || {
        drop(log_thread);
        ended.send(())
    });
    let _ = is_ended.recv_timeout(Duration::from_secs(2));
    Ok(())
}

/// Serves until the signal to terminate, and then answers what has begun.
async fn serve(listener: TcpListener, app: &Arc<App>) {
    // Headers, body, answer, and its way to the caller.
    let longest_request = 4 * app.patience;
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let stop = CancellationToken::new();
    let mut told_to_stop = pin!(told_to_stop());
    loop {
        let accepted = async {
            let accepted = listener.accept().await;
            (accepted, Arc::clone(&places).acquire_owned().await)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut told_to_stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // There may be too many open files.
            time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let mut stream = TimeoutStream::new(stream);
        // A caller that does not read is not waited for.
        stream.set_write_timeout(Some(app.patience));
        let task = Arc::clone(app);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(app.patience)
            .serve_connection(
                TokioIo::new(Box::pin(stream)),
                service_fn(move |request| respond(Arc::clone(&task), request)),
            );
        let stop = stop.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => Ok(ended),
                _ = time::timeout(CONNECTION_AGE, stop.cancelled()) => {
                    connection.as_mut().graceful_shutdown();
                    time::timeout(longest_request, connection).await
                }
            };
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => debug!("a connection failed: {error}"),
                Err(_) => debug!("a connection took too long"),
            }
            drop(place);
        });
    }
    drop(listener);
    stop.cancel();
    let _ = time::timeout(longest_request, places.acquire_many(CONNECTIONS)).await;
}

/// Waits for the signal to terminate, or for Ctrl-C.
async fn told_to_stop() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = future::pending::<()>();
    tokio::select! { _ = terminated => {}, _ = tokio::signal::ctrl_c() => {} }
}

/// Answers any request. An answer of HTTP status 200 is signed, and no other.
async fn respond(
    app: Arc<App>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str()).to_owned();
    let (head, body) = request.into_parts();
    let body = match time::timeout(app.patience, read(body)).await {
        Ok(body) => body,
        Err(_) => Err(ResultCode::UnknownException.into()),
    };
    let is_read = body.is_ok();
    let (status, answer) = answer(&app, &path, &head, body).await;
    log(status, &answer);
    let headers = if status == StatusCode::OK {
        // If no signature can be made, the answer goes without one.
        let (endpoint, now) = (NotifyCardRegistration::METADATA, SystemTime::now());
        let signed = app.signer.sign_response(endpoint, &app.path_prefix, &path, &answer.body, now);
        signed.unwrap_or_default()
    } else {
        Headers::default()
    };
    let mut response = Response::new(Full::from(answer.body));
    *response.status_mut() = status;
    let headers_map = response.headers_mut();
    *headers_map = headers.response_map().unwrap_or_default();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers_map.insert(header::ALLOW, HeaderValue::from_static(EndpointMetadata::METHOD));
    }
    if !is_read {
        headers_map.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// The HTTP status and the answer to a request.
async fn answer(
    app: &Arc<App>,
    path: &str,
    head: &Parts,
    body: Result<Vec<u8>, dictionary::Result>,
) -> (StatusCode, Reply) {
    let call = EndpointMetadata::match_path(path, &app.path_prefix);
    if call.is_none_or(|call| call.name != NotifyCardRegistration::METADATA.name) {
        return (StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi));
    }
    if head.method != EndpointMetadata::METHOD {
        return (StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(ResultCode::InvalidApi));
    }
    let verified = body.and_then(|body| Ok((client(app, path, &head.headers, &body)?, body)));
    match verified {
        Ok((client_id, body)) => (StatusCode::OK, handle(app, client_id, body).await),
        Err(result) if app.signed_refusals.check().is_ok() => {
            (StatusCode::OK, Reply::from_result(result))
        }
        Err(result) => (StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result)),
    }
}

/// The ID of the client that signed the request.
fn client(
    app: &App,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, dictionary::Result> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.any(|encoding| encoding != "identity") {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(result.result_message("the body must not have a Content-Encoding"));
    }
    Headers::of_request(headers)
        .map_err(SignatureError::from)
        .and_then(|headers| app.verifier.verify_request(path, &headers, body, SystemTime::now()))
        .map(|verified| verified.client_id)
        .map_err(Into::into)
}

async fn handle(app: &Arc<App>, client_id: String, body: Vec<u8>) -> Reply {
    // In a task of its own, which goes on when the caller is gone or this server gave up: a
    // repeated request gets the answer.
    let task = Arc::clone(app);
    let handling = tokio::spawn(async move {
        let handler = |request| make_card(&task.cards, request);
        let now = SystemTime::now();
        Handler::<NotifyCardRegistration>::new()
            .idempotent(&task.store, &client_id, now)
            .handle_async(&body, handler)
            .await
    });
    match time::timeout(app.patience, handling).await {
        Ok(Ok(Ok(answer))) => answer,
        // The store is full, or the handler panicked, or it takes too long.
        Ok(Ok(Err(_)) | Err(_)) | Err(_) => Reply::from_result(ResultCode::UnknownException),
    }
}

/// Writes one line, without anything that the caller chose.
fn log(status: StatusCode, answer: &Reply) {
    let code = answer.result.result_code.as_ref().map_or("", ResultCode::as_str);
    let refused = answer.request_error.as_ref().map_or(&[][..], |error| error.violations());
    let broken = answer.response_violations.as_deref().unwrap_or_default();
    info!(
        "{} {code}, refused: {}, broken: {}",
        status.as_u16(),
        loggable(refused),
        loggable(broken)
    );
}

/// The number of violations, and the first of them.
fn loggable(violations: &[Violation]) -> String {
    let first = violations.iter().take(8).map(|violation| match violation.kind() {
        // The name at the end of such a path may be one that the caller chose.
        ViolationKind::Duplicate | ViolationKind::AdditionalProperties => {
            violation.code().to_owned()
        }
        _ => violation.to_string(),
    });
    format!("{} [{}]", violations.len(), first.collect::<Vec<_>>().join("; "))
}

/// The bytes of a body. What is somewhat too long is read to its end, but not kept: a caller that
/// is still sending may not see an answer.
async fn read(mut body: Incoming) -> Result<Vec<u8>, dictionary::Result> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ResultCode::UnknownException)?;
        let data = frame.into_data().unwrap_or_default();
        length += data.len();
        if length <= MOST_BYTES {
            bytes.extend_from_slice(&data);
        } else if length > 4 * MOST_BYTES {
            break;
        }
    }
    if length > MOST_BYTES {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(result.result_message("the body is too long"));
    }
    Ok(bytes)
}

/// What the merchant does: it comes here once for each request, however often that is repeated.
async fn make_card(
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
