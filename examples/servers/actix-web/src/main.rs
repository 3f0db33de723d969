//! A super app's server with actix-web: it answers `merchantSync` and `platformMessageSend`.
//!
//! The functions stand in the order in which a request goes through them. `../README.md` says how
//! to start it.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use futures_util::StreamExt;
use miniprogram_protocol::{
    Policy, Valid,
    dictionary::{self, Message, MessageSendResult, ResultCode},
    endpoint::{
        Answer, Call, Endpoint, MerchantSync, MerchantSyncRequest, MerchantSyncResponse,
        PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse,
    },
    http::{Headers, KeyRing, SignatureError, Signer, SigningKey, Verifier, VerifyingKey},
};
use std::{
    env,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

type Error = Box<dyn std::error::Error>;

/// The longest body that is read. No valid request comes near it.
const MOST_BYTES: usize = 1024 * 1024;

struct SuperApp {
    path_prefix: String,
    verifier: Verifier,
    signer: Signer,
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
        Ok(Self {
            path_prefix: env::var("PATH_PREFIX").unwrap_or_default(),
            verifier: Verifier::new(keys),
            signer: Signer::new(variable("CLIENT_ID")?, own_key),
            // A setting that cannot be read is a fault: it must not be taken for none.
            policy: env::var_os("POLICY")
                .map_or_else(|| Ok(Policy::dictionary()), |file| policy(file.as_ref()))?,
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
    let super_app = web::Data::new(SuperApp::from_environment()?);
    let patience = super_app.patience;
    // Every path and every method comes to the same place.
    let app = move || App::new().app_data(super_app.clone()).default_service(web::to(respond));
    let server = HttpServer::new(app)
        .client_request_timeout(patience)
        .shutdown_timeout(2 * patience.as_secs())
        .bind(variable("LISTEN")?)?;
    for address in server.addrs() {
        println!("listening on {address}");
    }
    // At the signal to terminate it answers what has come, and ends.
    Ok(server.run().await?)
}

/// Whatever comes is answered with HTTP status 200 and a signature.
async fn respond(
    app: web::Data<SuperApp>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let (Ok(answer) | Err(answer)) = answer(&app, path, &request, body).await;
    // None of these tells a value of the request.
    let code = answer.result.result_code.as_ref().map_or("", ResultCode::as_str);
    let Answer { refused, tolerated, broken, .. } = &answer;
    eprintln!("{code}, refused: {refused:?}, tolerated: {tolerated:?}, broken: {broken:?}");
    // If no signature can be made, the answer goes without one.
    let headers = app.signer.sign(path, &answer.body, SystemTime::now()).unwrap_or_default();
    let mut response = HttpResponse::Ok();
    for header in headers.for_response() {
        response.insert_header(header);
    }
    response.body(answer.body)
}

/// The answer to a request; `Err` is the answer to one that does not come to its handler.
async fn answer(
    app: &web::Data<SuperApp>,
    path: &str,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Answer, Answer> {
    let body = match rt::time::timeout(app.patience, read(body)).await {
        Ok(read) => read?,
        Err(_) => return Err(Answer::of(ResultCode::UnknownException)),
    };
    if *request.method() != Call::METHOD {
        return Err(Answer::of(ResultCode::InvalidApi));
    }
    Headers::of_request(request.headers())
        .map_err(SignatureError::from)
        .and_then(|headers| app.verifier.verify_request(path, &headers, &body, SystemTime::now()))
        .map_err(Answer::of)?;
    let call = Call::at(path, &app.path_prefix).ok_or(Answer::of(ResultCode::InvalidApi))?;
    // In a thread of its own, for the handlers wait for the disk.
    let task = app.clone();
    let handling = web::block(move || match call.name {
        name if name == MerchantSync::CALL.name => {
            Some(MerchantSync::answer_with(&body, &task.policy, |request| task.sync(&request)))
        }
        name if name == PlatformMessageSend::CALL.name => {
            Some(PlatformMessageSend::answer_with(&body, &task.policy, |request| {
                Ok::<_, ResultCode>(task.send(&request))
            }))
        }
        _ => None,
    });
    match rt::time::timeout(app.patience, handling).await {
        Ok(Ok(answer)) => answer.ok_or(Answer::of(ResultCode::InvalidApi)),
        // The handler panicked, or it takes too long.
        Ok(Err(_)) | Err(_) => Err(Answer::of(ResultCode::UnknownException)),
    }
}

/// The bytes of a body. One that is too long is read to its end, but not kept: a caller that is
/// still sending reads no answer.
async fn read(mut body: web::Payload) -> Result<Vec<u8>, Answer> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(data) = body.next().await {
        let data = data.map_err(|_| Answer::of(ResultCode::UnknownException))?;
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
