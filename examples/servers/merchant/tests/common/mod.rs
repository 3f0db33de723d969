//! Code shared by the tests: the server as a separate process, and a client in the role of the
//! platform.

#![allow(dead_code, reason = "each test binary uses only part of this module")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    dictionary::{self, ResultStatus},
    endpoint::{Endpoint as _, NotifyCardRegistration, NotifyCardRegistrationResponse},
    http::{Headers, KeyRing, Signer, SigningKey, Verifier, VerifyingKey},
};
use redb::{ReadableDatabase as _, ReadableTableMetadata as _, TableDefinition};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant, SystemTime},
};

pub(crate) const PROGRAM_PATH: &str = env!("CARGO_BIN_EXE_merchant-server");
pub(crate) const ENDPOINT_PATH: &str = NotifyCardRegistration::METADATA.path;

/// A running server process, which is killed on drop.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<String>>,
    log_reader: Option<thread::JoinHandle<()>>,
}

/// The exit status and log of a server that exited before it listened.
#[derive(Debug)]
pub(crate) struct StartError {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

impl Server {
    pub(crate) fn start(data: &Path, args: &[&str]) -> Self {
        Self::spawn(Command::new(PROGRAM_PATH), data, args)
    }

    /// Starts a server that cannot write files beyond `max_length` bytes, which simulates a full
    /// disk.
    pub(crate) fn start_with_file_limit(data: &Path, max_length: u64) -> Self {
        let mut shell = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", max_length / 1024);
        shell.args(["-c", &script, PROGRAM_PATH]);
        Self::spawn(shell, data, &[])
    }

    /// Starts a server whose log goes to `stderr` and is not read.
    pub(crate) fn start_without_log_reader(
        data: &Path,
        address: SocketAddr,
        args: &[&str],
        stderr: impl Into<Stdio>,
    ) -> Self {
        let mut program = Command::new(PROGRAM_PATH);
        program.args(["--listen", &address.to_string(), "--data"]).arg(data).args(args);
        let process = program.stderr(stderr).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "the server is not listening");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, address, log: Arc::default(), log_reader: None }
    }

    /// Closes the read end of the pipe that receives the log.
    pub(crate) fn close_log(&mut self) {
        drop(self.process.stderr.take());
    }

    /// Stops a server that was started by `start_without_log_reader`.
    pub(crate) fn stop_without_log_reader(mut self) {
        self.send_signal("TERM");
        assert!(self.process.wait().unwrap().success());
    }

    /// Returns the address that follows `prefix` in the log.
    pub(crate) fn logged_address(&self, prefix: &str) -> SocketAddr {
        let log = self.log.lock().unwrap();
        let (_, rest) = log.split_once(prefix).unwrap();
        rest.lines().next().unwrap().parse().unwrap()
    }

    pub(crate) fn try_start(data: &Path, args: &[&str]) -> Result<Self, StartError> {
        Self::try_spawn(Command::new(PROGRAM_PATH), data, args)
    }

    fn spawn(program: Command, data: &Path, args: &[&str]) -> Self {
        Self::try_spawn(program, data, args).unwrap_or_else(|exit| panic!("{exit:?}"))
    }

    fn try_spawn(mut program: Command, data: &Path, args: &[&str]) -> Result<Self, StartError> {
        program.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).args(args);
        let mut process = program.stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let shared_log = Arc::clone(&log);
        let log_reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening address=") {
                    sender.send(address.parse().unwrap()).unwrap();
                }
                let mut log = shared_log.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let Ok(address) = address.recv_timeout(Duration::from_secs(60)) else {
            let _ = process.kill();
            let code = process.wait().unwrap().code();
            log_reader.join().unwrap();
            let log = log.lock().unwrap().clone();
            return Err(StartError { code, log });
        };
        Ok(Self { process, address, log, log_reader: Some(log_reader) })
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the server and returns its log.
    pub(crate) fn stop(mut self) -> String {
        self.send_signal("TERM");
        assert!(self.process.wait().unwrap().success());
        self.log_reader.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        assert!(log.contains("stopped"), "{log}");
        log
    }

    /// Sends a signal such as `TERM` to the process.
    pub(crate) fn send_signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the path of a data directory for a test. An existing directory is removed.
pub(crate) fn new_data_dir(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merchant-{name}"));
    let _ = fs::remove_dir_all(&path);
    path
}

/// Returns the number of rounds from an environment variable, or the default if it is not set.
pub(crate) fn rounds_from_env(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |rounds| rounds.parse().unwrap())
}

/// Returns the number of cards in the database of a stopped server.
pub(crate) fn count_cards(data: &Path) -> u64 {
    let database = redb::Database::open(data.join("cards.redb")).unwrap();
    let table = TableDefinition::<&str, &[u8]>::new("cards");
    database.begin_read().unwrap().open_table(table).unwrap().len().unwrap()
}

/// A client in the role of the platform, which signs requests and verifies responses.
pub(crate) struct Platform {
    agent: ureq::Agent,
    signer: Signer,
    verifier: Verifier,
}

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Platform {
    /// Creates a client with the keys that the server generated.
    pub(crate) fn new(data: &Path) -> Self {
        Self::with_key(data, "platform.private.pem", "PLATFORM")
    }

    pub(crate) fn with_key(data: &Path, key: &str, client_id: &str) -> Self {
        let read = |name: &str| fs::read_to_string(data.join(name)).unwrap();
        let key = SigningKey::parse(&read(key)).unwrap();
        let merchant = VerifyingKey::parse(&read("merchant.public.pem")).unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            agent: agent.into(),
            signer: Signer::new(client_id, key),
            verifier: Verifier::new(KeyRing::new().with_key("MERCHANT", 1, merchant)),
        }
    }

    /// Returns the headers of a request that is signed at the given time.
    pub(crate) fn headers(
        &self,
        path: &str,
        body: &[u8],
        time: SystemTime,
    ) -> Vec<(String, String)> {
        let headers = self.signer.sign_request(path, body, time).unwrap();
        headers.for_request().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Returns the request line and the headers of a signed request.
    pub(crate) fn head(&self, path: &str, body: &[u8]) -> String {
        let headers = self.headers(path, body, SystemTime::now());
        let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!(
            "POST {path} HTTP/1.1\r\nHost: merchant\r\nContent-Length: {}\r\n{}\r\n",
            body.len(),
            lines.collect::<String>()
        )
    }

    /// Sends a signed request.
    pub(crate) fn post(&self, server: &Server, path: &str, body: &[u8]) -> Response {
        let headers = self.headers(path, body, SystemTime::now());
        self.post_with_headers(server, path, &headers, body)
    }

    pub(crate) fn post_with_headers(
        &self,
        server: &Server,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Response {
        self.try_post(server, path, headers, body).unwrap()
    }

    pub(crate) fn try_post(
        &self,
        server: &Server,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Response, ureq::Error> {
        let request = self.agent.post(server.url(path));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name.as_str(), value.as_str()));
        let response = Response::from_response(request.send(body)?)?;
        if response.status == 200 {
            self.verify(path, &response);
        } else {
            assert!(!response.headers.contains_key("signature"));
        }
        Ok(response)
    }

    pub(crate) fn get(&self, server: &Server, path: &str) -> Response {
        Response::from_response(self.agent.get(server.url(path)).call().unwrap()).unwrap()
    }

    /// Checks the signature and the content type of a response with the HTTP status 200.
    pub(crate) fn verify(&self, path: &str, response: &Response) {
        assert_eq!(response.headers["content-type"], "application/json; charset=UTF-8");
        let headers = Headers::from_response(&response.headers).unwrap();
        let now = SystemTime::now();
        let verified = self.verifier.verify_response(path, &headers, &response.body, now);
        assert_eq!(verified.unwrap().unwrap().client_id, "MERCHANT");
    }
}

impl Response {
    fn from_response(mut response: ureq::http::Response<ureq::Body>) -> Result<Self, ureq::Error> {
        Ok(Self {
            status: response.status().as_u16(),
            body: response.body_mut().read_to_vec()?,
            headers: response.into_parts().0.headers,
        })
    }

    /// Returns the result in the body, which must be a valid response.
    pub(crate) fn result(&self) -> dictionary::Result {
        miniprogram_protocol::from_json::<NotifyCardRegistrationResponse>(&self.body)
            .unwrap()
            .into_inner()
            .result
    }

    /// Asserts that the response has the HTTP status 200 and the given result.
    #[track_caller]
    pub(crate) fn assert_result(&self, status: &str, code: &str, message: &str) {
        let result = self.result();
        assert_eq!(self.status, 200);
        assert_eq!(result.result_status.as_str(), status);
        assert_eq!(result.result_code.unwrap().as_str(), code);
        assert_eq!(result.result_message.unwrap(), message);
    }

    /// Asserts that the response has the given HTTP status and the result code `INVALID_API`.
    #[track_caller]
    pub(crate) fn assert_invalid_api(&self, status: u16) {
        assert_eq!(self.status, status);
        assert_eq!(self.result().result_code.unwrap().as_str(), "INVALID_API");
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status == 200 && self.result().result_status == ResultStatus::Success
    }
}

/// Returns a valid request with the given ID.
pub(crate) fn request_with_id(id: &str) -> Value {
    json!({
        "appId": "2102010113769000",
        "customerBelongsTo": "TNG",
        "requestId": id,
        "customerId": "1236450862137570000",
        "registrationFields": [{"fieldCode": "USER_NAME", "fieldValue": "Ada Lovelace"}],
    })
}

pub(crate) fn to_json_bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// Runs an operation and returns its result. Panics if the operation takes `max` or longer.
pub(crate) fn run_within<T>(max: Duration, operation: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = operation();
    assert!(start.elapsed() < max, "took {:?}", start.elapsed());
    result
}

/// Waits until a condition is true, for at most 30 seconds.
#[track_caller]
pub(crate) fn wait_until(description: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "timed out waiting until {description}");
        thread::sleep(Duration::from_millis(20));
    }
}
