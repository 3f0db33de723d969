//! A merchant's server with hyper: it answers `notifyCardRegistration`.
//!
//! The functions stand in the order in which a request goes through them. `../README.md` says how
//! to start it.

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use miniprogram_protocol::{
    Valid,
    dictionary::{self, ResultCode},
    endpoint::{
        Answer, Call, Endpoint, NotifyCardRegistration, NotifyCardRegistrationRequest,
        NotifyCardRegistrationResponse,
    },
    http::{Headers, KeyRing, SignatureError, Signer, SigningKey, Verifier, VerifyingKey},
    idempotency::MemoryStore,
};
use std::{
    convert::Infallible,
    env, fs, future,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{fs::OpenOptions, io::AsyncWriteExt, net::TcpListener, time};

type Error = Box<dyn std::error::Error>;

/// The longest body that is read. No valid request comes near it.
const MOST_BYTES: usize = 1024 * 1024;

struct App {
    path_prefix: String,
    verifier: Verifier,
    signer: Signer,
    store: MemoryStore,
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
            store: MemoryStore::new(100_000, Duration::from_secs(24 * 60 * 60)),
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
    let app = Arc::new(App::from_environment()?);
    let listener = TcpListener::bind(variable("LISTEN")?).await?;
    println!("listening on {}", listener.local_addr()?);

    let connections = GracefulShutdown::new();
    let mut stop = pin!(told_to_stop());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // There may be too many open files.
            time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (app, patience) = (Arc::clone(&app), app.patience);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| respond(Arc::clone(&app), request)),
            );
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("connection: {error}");
            }
        });
    }
    drop(listener);
    // What has come is answered: it is read, and then handled.
    let _ = time::timeout(2 * app.patience, connections.shutdown()).await;
    Ok(())
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

/// Whatever comes is answered with HTTP status 200 and a signature.
async fn respond(
    app: Arc<App>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str()).to_owned();
    let (Ok(answer) | Err(answer)) = answer(&app, &path, request).await;
    // None of these tells a value of the request.
    let code = answer.result.result_code.as_ref().map_or("", ResultCode::as_str);
    eprintln!("{code}, refused: {:?}, broken: {:?}", answer.refused, answer.broken);
    // If no signature can be made, the answer goes without one.
    let headers = app.signer.sign(&path, &answer.body, SystemTime::now()).unwrap_or_default();
    let mut response = Response::new(Full::from(answer.body));
    *response.headers_mut() = headers.response_map().unwrap_or_default();
    Ok(response)
}

/// The answer to a request; `Err` is the answer to one that does not come to its handler.
async fn answer(app: &Arc<App>, path: &str, request: Request<Incoming>) -> Result<Answer, Answer> {
    let (head, body) = request.into_parts();
    let body = match time::timeout(app.patience, read(body)).await {
        Ok(read) => read?,
        Err(_) => return Err(Answer::of(ResultCode::UnknownException)),
    };
    if head.method != Call::METHOD {
        return Err(Answer::of(ResultCode::InvalidApi));
    }
    let verified = Headers::of_request(&head.headers)
        .map_err(SignatureError::from)
        .and_then(|headers| app.verifier.verify_request(path, &headers, &body, SystemTime::now()))
        .map_err(Answer::of)?;
    let call = Call::at(path, &app.path_prefix).ok_or(Answer::of(ResultCode::InvalidApi))?;
    if call.name != NotifyCardRegistration::CALL.name {
        return Err(Answer::of(ResultCode::InvalidApi));
    }
    // In a task of its own, which goes on when the caller is gone or this server gave up: a
    // repeated request gets the answer.
    let task = Arc::clone(app);
    let handling = tokio::spawn(async move {
        let (client_id, now) = (&verified.client_id, SystemTime::now());
        let handler = |request| make_card(&task.cards, request);
        NotifyCardRegistration::answer_once(&task.store, client_id, &body, now, handler).await
    });
    match time::timeout(app.patience, handling).await {
        Ok(Ok(Ok(answer))) => Ok(answer),
        // The store is full, or the handler panicked, or it takes too long.
        Ok(Ok(Err(_)) | Err(_)) | Err(_) => Err(Answer::of(ResultCode::UnknownException)),
    }
}

/// The bytes of a body. One that is too long is read to its end, but not kept: a caller that is
/// still sending reads no answer.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Answer> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Answer::of(ResultCode::UnknownException))?;
        let data = frame.into_data().unwrap_or_default();
        length += data.len();
        if length <= MOST_BYTES {
            bytes.extend_from_slice(&data);
        }
    }
    if length > MOST_BYTES {
        let result = dictionary::Result::from(ResultCode::ParamIllegal);
        return Err(Answer::of(result.result_message("the body is too long")));
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
