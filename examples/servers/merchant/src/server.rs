//! From requests of HTTP to responses: what comes in is bytes, and what goes out is signed.

use crate::{cards::Cards, document};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
    routing::get,
};
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use miniprogram_protocol::{
    dictionary::{self, ResultCode},
    endpoint::{Answer, Call, Endpoint as _, NotifyCardRegistration},
    http::{Headers, SignatureError, Signer, Verifier},
};
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tracing::{debug, error, info, warn};

/// The longest body that is read. A request that keeps all limits is far shorter.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;

/// How many connections there are at the most. More wait until one ends.
const CONNECTIONS: usize = 512;

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

    /// The steps from the bytes of a request to the answer.
    async fn answer(self: &Arc<Self>, path: &str, head: &Parts, body: Body) -> Answer {
        let body = match time::timeout(self.patience, read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(result)) => return Answer::of(result),
            Err(_) => return unknown("The body did not come in time."),
        };
        let client_id = match self.client(path, &head.headers, &body) {
            Ok(client_id) => client_id,
            Err(error) => return Answer::of(error),
        };
        match Call::at(path, &self.path_prefix) {
            Some(call) if call.name == NotifyCardRegistration::CALL.name => {
                self.register(client_id, body).await
            }
            _ => Answer::of(ResultCode::InvalidApi),
        }
    }

    /// Who sent this, by the signature.
    fn client(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<String, SignatureError> {
        let headers = Headers::of_request(headers)?;
        let Some(verifier) = &self.verifier else {
            return Ok(headers.client_id.unwrap_or_default());
        };
        Ok(verifier.verify_request(path, &headers, body, SystemTime::now())?.client_id)
    }

    async fn register(self: &Arc<Self>, client_id: String, body: Vec<u8>) -> Answer {
        let server = Arc::clone(self);
        // In a task of its own, it comes to its end even if the caller hangs up.
        let task = tokio::spawn(async move {
            let registration = server.cards.registration();
            let card = async |request| registration.make_card(&request);
            let now = SystemTime::now();
            NotifyCardRegistration::answer_once(&registration, &client_id, &body, now, card).await
        });
        match time::timeout(self.patience, task).await {
            Ok(Ok(Ok(answer))) => answer,
            // The database failed, or there is a mistake in this program: the log has it.
            Ok(Ok(Err(_)) | Err(_)) => Answer::of(ResultCode::UnknownException),
            Err(_) => unknown("The request is still being handled."),
        }
    }

    /// The response of HTTP, signed.
    fn response(&self, path: &str, answer: Answer) -> Response {
        let headers = self.signer.sign(path, &answer.body, SystemTime::now());
        let headers = headers.unwrap_or_else(|error| {
            error!(%error, "an answer is not signed");
            Headers::default()
        });
        let mut response = Response::new(Body::from(answer.body));
        match headers.response_map() {
            Ok(headers) => *response.headers_mut() = headers,
            Err(error) => error!(%error, "an answer is sent without headers"),
        }
        response
    }
}

/// Answers a call, and whatever takes itself for one.
async fn call(State(server): State<Arc<Server>>, request: Request) -> Response {
    let begin = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let is_call = head.method == Method::POST;
    let answer = if is_call {
        server.answer(path, &head, body).await
    } else {
        Answer::of(
            dictionary::Result::from(ResultCode::InvalidApi)
                .result_message("The method of every call is POST."),
        )
    };
    // Of what came, nothing is logged but the name of the call: neither path nor ID nor body. A
    // message of a result is ours, and has no value of the request.
    let result = &answer.result;
    info!(
        call = Call::at(path, &server.path_prefix).map(|call| call.name),
        status = %result.result_status,
        code = result.result_code.as_ref().map(ResultCode::as_str),
        result_message = result.result_message,
        milliseconds = begin.elapsed().as_millis(),
        "answered"
    );
    if let Some(broken) = &answer.broken {
        warn!(%broken, "the answer breaks rules");
    }
    let mut response = server.response(path, answer);
    if !is_call {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(Call::METHOD));
    }
    response
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
        // A body that is somewhat too long is read to its end, for a caller that is still sending
        // may not see an answer.
    }
    if length <= BODY_LIMIT {
        return Ok(bytes);
    }
    Err(dictionary::Result::from(ResultCode::ParamIllegal)
        .result_message(format!("The body is longer than {BODY_LIMIT} bytes.")))
}

/// It is not known what became of the request: the caller repeats it.
fn unknown(message: &str) -> Answer {
    Answer::of(dictionary::Result::from(ResultCode::UnknownException).result_message(message))
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
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            () = &mut stop => break,
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
        let service = TowerToHyperService::new(router.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!(%error, "a connection failed");
            }
            drop(place);
        });
    }
    drop(listener);
    // Headers, body and answer.
    if time::timeout(3 * patience, connections.shutdown()).await.is_err() {
        warn!("some connections did not end");
    }
}
