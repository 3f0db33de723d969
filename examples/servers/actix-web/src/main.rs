//! A super app's server with actix-web that implements `merchantSync` and `platformMessageSend`.
//!
//! A super app is an app, such as a wallet, that runs mini programs. The functions appear in the
//! order in which a request passes through them. `../README.md` explains how to start the server.

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::{StatusCode, header},
    rt, web,
};
use futures_util::StreamExt;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use miniprogram_protocol::{
    Policy, Valid, Violation, ViolationKind,
    dictionary::{self, Message, MessageSendResult, MessageSendResultRequired, ResultCode},
    endpoint::{
        Endpoint, EndpointMetadata, Handler, MerchantSync, MerchantSyncRequest,
        MerchantSyncResponse, PlatformMessageSend, PlatformMessageSendRequest,
        PlatformMessageSendResponse, Reply,
    },
    http::{
        Headers, KeyRing, ReplayCache, SignatureError, Signer, SigningKey, Verifier, VerifyingKey,
    },
};
use socket2::{SockRef, Socket};
use std::{
    any::Any,
    env,
    fs::{self, OpenOptions},
    io::{self, Write},
    net::Shutdown,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use tracing::info;
use zeroize::Zeroizing;

type Error = Box<dyn std::error::Error>;

/// The maximum length of a body. Valid requests are much shorter than this limit.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The maximum number of open connections per worker. Further connections wait until an open
/// connection is closed. Each connection takes two file descriptors, and a process can usually open
/// 1,024.
const MAX_CONNECTIONS_PER_WORKER: usize = 240;

/// The number of worker threads.
const WORKERS: usize = 2;

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
    replay_cache: ReplayCache,
    signer: Signer,
    signed_error_limiter: DefaultDirectRateLimiter,
    /// The policy that requests and responses are validated against.
    policy: Policy,
    /// The timeout of each step: receiving the headers, receiving the body, handling the request,
    /// and writing the response.
    timeout: Duration,
    /// The path of a file that the example uses instead of a database.
    records: PathBuf,
}

impl AppState {
    fn from_env() -> Result<Self, Error> {
        let platform_key = VerifyingKey::parse(&fs::read_to_string(env_var("PLATFORM_KEY")?)?)?;
        // Dropping the string overwrites it in memory.
        let own_key = Zeroizing::new(fs::read_to_string(env_var("PRIVATE_KEY")?)?);
        let own_key = SigningKey::parse(&own_key)?;
        let keys = KeyRing::new().with_key(env_var("PLATFORM_ID")?, 1, platform_key);
        let verifier = Verifier::new(keys);
        Ok(Self {
            path_prefix: env::var("PATH_PREFIX").unwrap_or_default(),
            replay_cache: verifier.replay_cache(1_000_000),
            verifier,
            signer: Signer::new(env_var("CLIENT_ID")?, own_key),
            signed_error_limiter: RateLimiter::direct(Quota::per_second(
                MAX_SIGNED_ERRORS_PER_SECOND,
            )),
            // An unreadable policy is an error, because silently using the strict policy would be
            // wrong.
            policy: env::var_os("POLICY")
                .map_or_else(|| Ok(Policy::strict()), |path| read_policy(path.as_ref()))?,
            timeout: Duration::from_secs(
                env_var("TIMEOUT").map_or(Ok(10), |seconds| seconds.parse())?,
            ),
            records: env_var("RECORDS")?.into(),
        })
    }
}

/// Reads a policy file. Error messages contain its path and, for an invalid policy, the line and
/// column.
fn read_policy(path: &Path) -> Result<Policy, Error> {
    let shown = path.display();
    let toml = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    Policy::from_toml(&toml).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("{shown}:{line}:{column}: {}", error.message()).into()
    })
}

fn env_var(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

#[actix_web::main]
async fn main() -> Result<(), Error> {
    // A separate thread writes the log, and drops lines if writing fails or takes too long.
    let (log, log_guard) = tracing_appender::non_blocking(io::stderr());
    tracing_subscriber::fmt().with_writer(log).with_ansi(false).init();
    let state = web::Data::new(AppState::from_env()?);
    let timeout = state.timeout;
    // One handler serves all paths and methods, because errors are protocol responses too.
    let app = move || App::new().app_data(state.clone()).default_service(web::to(respond));
    let server = HttpServer::new(app)
        .workers(WORKERS)
        .max_connections(MAX_CONNECTIONS_PER_WORKER)
        .client_request_timeout(timeout)
        .keep_alive(timeout)
        .on_connect(move |stream, data| {
            data.insert(limit_connection(stream, timeout));
        })
        .shutdown_timeout(2 * timeout.as_secs())
        .bind(env_var("LISTEN")?)?;
    for address in server.addrs() {
        let _ = writeln!(io::stdout(), "listening on {address}");
    }
    // The server stops after SIGTERM, once the requests in progress are finished.
    let result = server.run().await;

    // Dropping the guard flushes the last lines of the log. The timeout prevents a log that nobody
    // reads from blocking the exit.
    let (done_sender, done) = mpsc::channel();
    thread::spawn(move || {
        drop(log_guard);
        done_sender.send(())
    });
    let _ = done.recv_timeout(Duration::from_secs(2));
    Ok(result?)
}

/// A limit on the duration of a connection, which is dropped together with the connection.
struct ConnectionLimit {
    opened_at: Instant,
    socket: Arc<Socket>,
    age_limit: rt::task::JoinHandle<()>,
    is_closing: AtomicBool,
}

impl ConnectionLimit {
    /// Closes the connection of an unauthenticated caller after it has had time to read the
    /// response. actix-web would otherwise wait for the rest of the body, and handle the requests
    /// that the caller has already sent, even if the caller does not read the responses.
    fn close_soon(&self) {
        if self.is_closing.swap(true, Ordering::Relaxed) {
            return;
        }
        let socket = Arc::clone(&self.socket);
        rt::spawn(async move {
            rt::time::sleep(Duration::from_secs(1)).await;
            let _ = socket.shutdown(Shutdown::Both);
        });
    }
}

impl Drop for ConnectionLimit {
    fn drop(&mut self) {
        self.age_limit.abort();
    }
}

/// Sets the send buffer size and the write timeout of a new connection, and starts the task that
/// closes it.
fn limit_connection(stream: &dyn Any, timeout: Duration) -> Option<ConnectionLimit> {
    let socket = SockRef::from(stream.downcast_ref::<rt::net::TcpStream>()?);
    socket.set_send_buffer_size(SEND_BUFFER_BYTES).ok()?;
    // actix-web has no write timeout, so the operating system must provide it.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(timeout)).ok()?;
    let socket = Arc::new(socket.try_clone().ok()?);
    let task_socket = Arc::clone(&socket);
    let age_limit = rt::spawn(async move {
        rt::time::sleep(MAX_CONNECTION_AGE + 4 * timeout).await;
        let _ = task_socket.shutdown(Shutdown::Both);
    });
    let is_closing = AtomicBool::new(false);
    Some(ConnectionLimit { opened_at: Instant::now(), socket, age_limit, is_closing })
}

/// Responds to a request. Only responses with HTTP status 200 are signed.
async fn respond(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let body = match rt::time::timeout(state.timeout, read_body(body)).await {
        Ok(body) => body,
        Err(_) => Err(ResultCode::UnknownException.into()),
    };
    let Outcome { status, reply, is_authenticated } = dispatch(&state, path, &request, body).await;
    log_reply(status, &reply);
    let headers = match EndpointMetadata::match_path(path, &state.path_prefix) {
        Some(endpoint) if status == StatusCode::OK => {
            // If signing fails, the response is sent without a signature.
            let (prefix, now) = (&state.path_prefix, SystemTime::now());
            let signed = state.signer.sign_response(endpoint, path, prefix, &reply.body, now);
            signed.unwrap_or_default()
        }
        _ => Headers::default(),
    };
    let mut response = HttpResponse::build(status);
    for header in headers.for_response() {
        response.insert_header(header);
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.insert_header((header::ALLOW, EndpointMetadata::METHOD));
    }
    let limit = request.conn_data::<Option<ConnectionLimit>>().and_then(Option::as_ref);
    let is_old = limit.is_some_and(|limit| limit.opened_at.elapsed() > MAX_CONNECTION_AGE);
    if !is_authenticated || is_old {
        response.force_close();
    }
    if let Some(limit) = limit.filter(|_| !is_authenticated) {
        limit.close_soon();
    }
    response.body(reply.body)
}

/// The outcome of a request.
struct Outcome {
    status: StatusCode,
    reply: Reply,
    /// True if the request was verified. The reply may still be an error.
    is_authenticated: bool,
}

impl Outcome {
    const fn unauthenticated(status: StatusCode, reply: Reply) -> Self {
        Self { status, reply, is_authenticated: false }
    }
}

/// Authenticates and handles a request. If the body could not be read, `body` is the error result
/// for the reply.
async fn dispatch(
    state: &web::Data<AppState>,
    path: &str,
    request: &HttpRequest,
    body: Result<Vec<u8>, dictionary::Result>,
) -> Outcome {
    let endpoint = EndpointMetadata::match_path(path, &state.path_prefix);
    let invalid_api = || Reply::from_result(ResultCode::InvalidApi);
    let implemented = [MerchantSync::METADATA.name, PlatformMessageSend::METADATA.name];
    let Some(endpoint) = endpoint.filter(|endpoint| implemented.contains(&endpoint.name)) else {
        return Outcome::unauthenticated(StatusCode::NOT_FOUND, invalid_api());
    };
    if *request.method() != EndpointMetadata::METHOD {
        return Outcome::unauthenticated(StatusCode::METHOD_NOT_ALLOWED, invalid_api());
    }
    match body.and_then(|body| authenticate(state, path, request, &body).map(|()| body)) {
        Ok(body) => {
            let reply = handle(state, endpoint, body).await;
            Outcome { status: StatusCode::OK, reply, is_authenticated: true }
        }
        Err(result) => {
            let is_allowed = state.signed_error_limiter.check().is_ok();
            let status = if is_allowed { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
            Outcome::unauthenticated(status, Reply::from_result(result))
        }
    }
}

/// Verifies the signature of a request and rejects replayed requests.
fn authenticate(
    state: &AppState,
    path: &str,
    request: &HttpRequest,
    body: &[u8],
) -> Result<(), dictionary::Result> {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING);
    if encodings.any(|encoding| encoding != "identity") {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(result.result_message("the request must not have a Content-Encoding header"));
    }
    let now = SystemTime::now();
    let headers = Headers::from_request(request.headers()).map_err(SignatureError::from)?;
    let verified = state.verifier.verify_request(path, &headers, body, now)?;
    // Neither endpoint has an idempotency key, so a replayed request would otherwise be handled
    // again.
    Ok(state.replay_cache.check(&verified, now)?)
}

/// Passes an authenticated request to the handler of its endpoint, and returns the reply.
async fn handle(
    state: &web::Data<AppState>,
    endpoint: &'static EndpointMetadata,
    body: Vec<u8>,
) -> Reply {
    // The handlers write to the disk, so they run on the thread pool for blocking work.
    let task_state = state.clone();
    let task = web::block(move || match endpoint.name {
        name if name == MerchantSync::METADATA.name => Handler::<MerchantSync>::new()
            .policy(&task_state.policy)
            .handle(&body, |request| task_state.sync_merchant(&request)),
        _ => Handler::<PlatformMessageSend>::new()
            .policy(&task_state.policy)
            .handle(&body, |request| Ok::<_, ResultCode>(task_state.send_messages(&request))),
    });
    match rt::time::timeout(state.timeout, task).await {
        Ok(Ok(reply)) => reply,
        // The handler panicked, or the timeout expired.
        Ok(Err(_)) | Err(_) => Reply::from_result(ResultCode::UnknownException),
    }
}

/// Logs one line, without any values or field names from the request.
fn log_reply(status: StatusCode, reply: &Reply) {
    let code = reply.result.result_code.as_ref().map_or("", ResultCode::as_str);
    let rejected = reply.request_error.as_ref().map_or(&[][..], |error| error.violations());
    let invalid_response = reply.response_violations.as_deref().unwrap_or_default();
    info!(
        "{} {code}, rejected: {}, tolerated: {}, invalid response: {}",
        status.as_u16(),
        summarize(rejected),
        summarize(&reply.tolerated),
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
async fn read_body(mut body: web::Payload) -> Result<Vec<u8>, dictionary::Result> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(data) = body.next().await {
        let data = data.map_err(|_| ResultCode::UnknownException)?;
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

/// The super app's implementation of the endpoints.
impl AppState {
    fn sync_merchant(
        &self,
        request: &Valid<MerchantSyncRequest>,
    ) -> Result<MerchantSyncResponse, ResultCode> {
        let record = format!("{:?} of {:?}", request.app_id, request.merchant_id);
        self.append_record(&record).map_err(|_| ResultCode::UnknownException)?;
        Ok(ResultCode::Success.into())
    }

    fn send_messages(
        &self,
        request: &Valid<PlatformMessageSendRequest>,
    ) -> PlatformMessageSendResponse {
        let send_message = |message: &Message| {
            let record = format!("{:?} to {:?}", message.message_id, message.customer_id);
            let is_sent = self.append_record(&record).is_ok();
            let result = MessageSendResult::new(MessageSendResultRequired {
                message_id: message.message_id.clone(),
                success: is_sent,
            });
            if is_sent { result } else { result.retry(true) }
        };
        let results: Vec<_> = request.messages.iter().map(send_message).collect();
        PlatformMessageSendResponse::new(ResultCode::Success).message_send_results(results)
    }

    /// Appends a line to the records file.
    fn append_record(&self, record: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.records)?;
        writeln!(file, "{record}")
    }
}
