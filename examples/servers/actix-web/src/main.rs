//! A super app's server with actix-web: it answers `merchantSync` and `platformMessageSend`.
//!
//! The functions stand in the order in which a request goes through them. `../README.md` says how
//! to start it.

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::{StatusCode, header},
    rt, web,
};
use futures_util::StreamExt;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use miniprogram_protocol::{
    Policy, Valid, Violation, ViolationKind,
    dictionary::{self, Message, MessageSendResult, ResultCode},
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
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant, SystemTime},
};
use tracing::info;

type Error = Box<dyn std::error::Error>;

/// The longest body that is read. No valid request comes near it.
const MOST_BYTES: usize = 1024 * 1024;

/// The maximum number of connections of one worker. More wait until one ends.
const CONNECTIONS: usize = 128;

const WORKERS: usize = 2;

/// A connection that is older is closed after its current request. The limit also ends callers that
/// read or write one byte at a time.
const CONNECTION_AGE: Duration = Duration::from_secs(60);

/// How many refusals a second are signed, of requests whose sender is not known: a signature is
/// expensive.
const SIGNED_REFUSALS: NonZeroU32 = NonZeroU32::new(50).unwrap();

struct SuperApp {
    path_prefix: String,
    verifier: Verifier,
    replays: ReplayCache,
    signer: Signer,
    signed_refusals: DefaultDirectRateLimiter,
    /// How requests and responses are judged.
    policy: Policy,
    /// How long a request may take to come, and to be handled.
    patience: Duration,
    /// Stands for your database.
    records: PathBuf,
}

impl SuperApp {
    fn from_environment() -> Result<Self, Error> {
        let platform_key = VerifyingKey::parse(&fs::read_to_string(variable("PLATFORM_KEY")?)?)?;
        let own_key = SigningKey::parse(&fs::read_to_string(variable("PRIVATE_KEY")?)?)?;
        let keys = KeyRing::new().with(variable("PLATFORM_ID")?, 1, platform_key);
        let verifier = Verifier::new(keys);
        Ok(Self {
            path_prefix: env::var("PATH_PREFIX").unwrap_or_default(),
            replays: verifier.replay_cache(1_000_000),
            verifier,
            signer: Signer::new(variable("CLIENT_ID")?, own_key),
            signed_refusals: RateLimiter::direct(Quota::per_second(SIGNED_REFUSALS)),
            // A setting that cannot be read is a fault: it must not be taken for none.
            policy: env::var_os("POLICY")
                .map_or_else(|| Ok(Policy::strict()), |file| policy(file.as_ref()))?,
            patience: Duration::from_secs(
                variable("PATIENCE").map_or(Ok(10), |text| text.parse())?,
            ),
            records: variable("RECORDS")?.into(),
        })
    }
}

/// The policy of a tenant's file, or where the file is wrong, and why.
fn policy(file: &Path) -> Result<Policy, Error> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    Policy::from_toml(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("{shown}:{line}:{column}: {}", error.message()).into()
    })
}

fn variable(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

#[actix_web::main]
async fn main() -> Result<(), Error> {
    // A thread writes the log. If that fails or takes too long, lines are dropped.
    let (log, log_thread) = tracing_appender::non_blocking(io::stderr());
    tracing_subscriber::fmt().with_writer(log).with_ansi(false).init();
    let super_app = web::Data::new(SuperApp::from_environment()?);
    let patience = super_app.patience;
    // Every path and every method comes to the same place.
    let app = move || App::new().app_data(super_app.clone()).default_service(web::to(respond));
    let server = HttpServer::new(app)
        .workers(WORKERS)
        .max_connections(CONNECTIONS)
        .client_request_timeout(patience)
        .keep_alive(patience)
        .on_connect(move |stream, data| {
            data.insert(limit(stream, patience));
        })
        .shutdown_timeout(2 * patience.as_secs())
        .bind(variable("LISTEN")?)?;
    for address in server.addrs() {
        let _ = writeln!(io::stdout(), "listening on {address}");
    }
    // At the signal to terminate it answers what has come, and ends.
    let ended = server.run().await;

    // Waits until the last lines are written, but not for a log that nobody reads.
    let (log_ended, is_log_ended) = mpsc::channel();
    thread::spawn(move || {
        drop(log_thread);
        log_ended.send(())
    });
    let _ = is_log_ended.recv_timeout(Duration::from_secs(2));
    Ok(ended?)
}

/// Closes a connection that its caller does not read from, or that is too old. It goes with the
/// connection.
struct Limit {
    opened: Instant,
    stream: Arc<Socket>,
    age: rt::task::JoinHandle<()>,
}

impl Limit {
    /// Closes the connection when its caller had time to read the response: actix-web would wait for
    /// the rest of the body.
    fn close_soon(&self) {
        let stream = Arc::clone(&self.stream);
        rt::spawn(async move {
            rt::time::sleep(Duration::from_secs(1)).await;
            let _ = stream.shutdown(Shutdown::Both);
        });
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        self.age.abort();
    }
}

fn limit(stream: &dyn Any, patience: Duration) -> Option<Limit> {
    let stream = SockRef::from(stream.downcast_ref::<rt::net::TcpStream>()?);
    // actix-web has no timeout for writing, but Linux has one.
    #[cfg(target_os = "linux")]
    stream.set_tcp_user_timeout(Some(patience)).ok()?;
    let stream = Arc::new(stream.try_clone().ok()?);
    let old = Arc::clone(&stream);
    let age = rt::spawn(async move {
        rt::time::sleep(CONNECTION_AGE + 4 * patience).await;
        let _ = old.shutdown(Shutdown::Both);
    });
    Some(Limit { opened: Instant::now(), stream, age })
}

/// Answers any request. An answer of HTTP status 200 is signed, and no other.
async fn respond(
    app: web::Data<SuperApp>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let body = match rt::time::timeout(app.patience, read(body)).await {
        Ok(body) => body,
        Err(_) => Err(ResultCode::UnknownException.into()),
    };
    let is_read = body.is_ok();
    let (status, answer) = answer(&app, path, &request, body).await;
    log(status, &answer);
    let headers = match EndpointMetadata::match_path(path, &app.path_prefix) {
        Some(endpoint) if status == StatusCode::OK => {
            // If no signature can be made, the answer goes without one.
            let (prefix, now) = (&app.path_prefix, SystemTime::now());
            let signed = app.signer.sign_response(endpoint, prefix, path, &answer.body, now);
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
    let limit = request.conn_data::<Option<Limit>>().and_then(Option::as_ref);
    if !is_read || limit.is_some_and(|limit| limit.opened.elapsed() > CONNECTION_AGE) {
        response.force_close();
    }
    if let Some(limit) = limit.filter(|_| !is_read) {
        limit.close_soon();
    }
    response.body(answer.body)
}

/// The HTTP status and the answer to a request.
async fn answer(
    app: &web::Data<SuperApp>,
    path: &str,
    request: &HttpRequest,
    body: Result<Vec<u8>, dictionary::Result>,
) -> (StatusCode, Reply) {
    let own = [MerchantSync::METADATA, PlatformMessageSend::METADATA];
    let call = EndpointMetadata::match_path(path, &app.path_prefix);
    let Some(call) = call.filter(|call| own.iter().any(|own| own.name == call.name)) else {
        return (StatusCode::NOT_FOUND, Reply::from_result(ResultCode::InvalidApi));
    };
    if *request.method() != EndpointMetadata::METHOD {
        return (StatusCode::METHOD_NOT_ALLOWED, Reply::from_result(ResultCode::InvalidApi));
    }
    match body.and_then(|body| verify(app, path, request, &body).map(|()| body)) {
        Ok(body) => (StatusCode::OK, handle(app, call, body).await),
        Err(result) if app.signed_refusals.check().is_ok() => {
            (StatusCode::OK, Reply::from_result(result))
        }
        Err(result) => (StatusCode::TOO_MANY_REQUESTS, Reply::from_result(result)),
    }
}

/// Whether the platform signed the request; `Err` is what is wrong.
fn verify(
    app: &SuperApp,
    path: &str,
    request: &HttpRequest,
    body: &[u8],
) -> Result<(), dictionary::Result> {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING);
    if encodings.any(|encoding| encoding != "identity") {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(result.result_message("the body must not have a Content-Encoding"));
    }
    let now = SystemTime::now();
    let headers = Headers::of_request(request.headers()).map_err(SignatureError::from)?;
    let verified = app.verifier.verify_request(path, &headers, body, now)?;
    // Neither endpoint has an idempotency key, so a copy would be handled again.
    Ok(app.replays.check(&verified, now)?)
}

async fn handle(
    app: &web::Data<SuperApp>,
    call: &'static EndpointMetadata,
    body: Vec<u8>,
) -> Reply {
    // In a thread of its own, for the handlers wait for the disk.
    let task = app.clone();
    let handling = web::block(move || match call.name {
        name if name == MerchantSync::METADATA.name => Handler::<MerchantSync>::new()
            .policy(&task.policy)
            .handle(&body, |request| task.sync(&request)),
        _ => Handler::<PlatformMessageSend>::new()
            .policy(&task.policy)
            .handle(&body, |request| Ok::<_, ResultCode>(task.send(&request))),
    });
    match rt::time::timeout(app.patience, handling).await {
        Ok(Ok(answer)) => answer,
        // The handler panicked, or it takes too long.
        Ok(Err(_)) | Err(_) => Reply::from_result(ResultCode::UnknownException),
    }
}

/// Writes one line, without anything that the caller chose.
fn log(status: StatusCode, answer: &Reply) {
    let code = answer.result.result_code.as_ref().map_or("", ResultCode::as_str);
    let refused = answer.request_error.as_ref().map_or(&[][..], |error| error.violations());
    let broken = answer.response_violations.as_deref().unwrap_or_default();
    info!(
        "{} {code}, refused: {}, tolerated: {}, broken: {}",
        status.as_u16(),
        loggable(refused),
        loggable(&answer.tolerated),
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
async fn read(mut body: web::Payload) -> Result<Vec<u8>, dictionary::Result> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(data) = body.next().await {
        let data = data.map_err(|_| ResultCode::UnknownException)?;
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

/// What the super app does.
impl SuperApp {
    fn sync(
        &self,
        request: &Valid<MerchantSyncRequest>,
    ) -> Result<MerchantSyncResponse, ResultCode> {
        let record = format!("{:?} of {:?}", request.app_id, request.merchant_id);
        self.record(&record).map_err(|_| ResultCode::UnknownException)?;
        Ok(ResultCode::Success.into())
    }

    fn send(&self, request: &Valid<PlatformMessageSendRequest>) -> PlatformMessageSendResponse {
        // A notification that cannot be taken now may come again.
        let send = |message: &Message| {
            let record = format!("{:?} to {:?}", message.message_id, message.customer_id);
            let is_taken = self.record(&record).is_ok();
            let result = MessageSendResult::new(message.message_id.clone(), is_taken);
            if is_taken { result } else { result.retry(true) }
        };
        let results: Vec<_> = request.messages.iter().map(send).collect();
        PlatformMessageSendResponse::new(ResultCode::Success).message_send_results(results)
    }

    fn record(&self, record: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.records)?;
        writeln!(file, "{record}")
    }
}
