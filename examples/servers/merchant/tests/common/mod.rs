//! The real server in a process of its own, and a caller that signs and verifies.

#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may stop")]

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

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_merchant-server");
pub(crate) const PATH: &str = NotifyCardRegistration::METADATA.path;

/// A server that runs until this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<thread::JoinHandle<()>>,
}

/// The end of a server that did not start to listen.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

impl Server {
    pub(crate) fn start(data: &Path, flags: &[&str]) -> Self {
        Self::run(Command::new(PROGRAM), data, flags)
    }

    /// Starts one that can write no file that is longer than that, as if the disk were full.
    pub(crate) fn start_limited(data: &Path, length: u64) -> Self {
        let mut shell = Command::new("bash");
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", length / 1024);
        shell.args(["-c", &limit, PROGRAM]);
        Self::run(shell, data, &[])
    }

    /// Starts one at this address, of whose log nothing is read but by the caller.
    pub(crate) fn start_unwatched(
        data: &Path,
        address: SocketAddr,
        flags: &[&str],
        stderr: impl Into<Stdio>,
    ) -> Self {
        let mut program = Command::new(PROGRAM);
        program.args(["--listen", &address.to_string(), "--data"]).arg(data).args(flags);
        let process = program.stderr(stderr).spawn().unwrap();
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, address, log: Arc::default(), reader: None }
    }

    /// The end of its log, which is open until this is called.
    pub(crate) fn close_log(&mut self) {
        drop(self.process.stderr.take());
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop_unwatched(mut self) {
        self.signal("TERM");
        assert!(self.process.wait().unwrap().success());
    }

    /// The address in the log's line that has this text before it.
    pub(crate) fn logged_address(&self, before: &str) -> SocketAddr {
        let log = self.log.lock().unwrap();
        let (_, after) = log.split_once(before).unwrap();
        after.lines().next().unwrap().parse().unwrap()
    }

    fn run(program: Command, data: &Path, flags: &[&str]) -> Self {
        Self::try_run(program, data, flags).unwrap_or_else(|exit| panic!("{exit:?}"))
    }

    pub(crate) fn try_start(data: &Path, flags: &[&str]) -> Result<Self, Exit> {
        Self::try_run(Command::new(PROGRAM), data, flags)
    }

    fn try_run(mut program: Command, data: &Path, flags: &[&str]) -> Result<Self, Exit> {
        program.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).args(flags);
        let mut process = program.stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let kept = Arc::clone(&log);
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening address=") {
                    sender.send(address.parse().unwrap()).unwrap();
                }
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let Ok(address) = address.recv_timeout(Duration::from_secs(60)) else {
            let _ = process.kill();
            let code = process.wait().unwrap().code();
            reader.join().unwrap();
            let log = log.lock().unwrap().clone();
            return Err(Exit { code, log });
        };
        Ok(Self { process, address, log, reader: Some(reader) })
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks it to stop, and returns its log.
    pub(crate) fn stop(mut self) -> String {
        self.signal("TERM");
        assert!(self.process.wait().unwrap().success());
        self.reader.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        assert!(log.contains("stopped"), "{log}");
        log
    }

    pub(crate) fn signal(&self, name: &str) {
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

/// An empty folder for the test of that name.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merchant-{name}"));
    let _ = fs::remove_dir_all(&path);
    path
}

/// The number in an environment variable, or a smaller one for everyday runs.
pub(crate) fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |count| count.parse().unwrap())
}

/// How many cards are in the database of a server that does not run.
pub(crate) fn cards(data: &Path) -> u64 {
    let database = redb::Database::open(data.join("cards.redb")).unwrap();
    let table = TableDefinition::<&str, &[u8]>::new("cards");
    database.begin_read().unwrap().open_table(table).unwrap().len().unwrap()
}

/// The platform, as far as the server sees it.
pub(crate) struct Platform {
    agent: ureq::Agent,
    signer: Signer,
    verifier: Verifier,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Platform {
    /// With the keys that the server made.
    pub(crate) fn new(data: &Path) -> Self {
        Self::signing_with(data, "platform.private.pem", "PLATFORM")
    }

    pub(crate) fn signing_with(data: &Path, key: &str, client_id: &str) -> Self {
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
            verifier: Verifier::new(KeyRing::new().with("MERCHANT", 1, merchant)),
        }
    }

    /// The headers of a request of that time.
    pub(crate) fn headers(
        &self,
        path: &str,
        body: &[u8],
        time: SystemTime,
    ) -> Vec<(String, String)> {
        let headers = self.signer.sign_request(path, body, time).unwrap();
        headers.for_request().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// All that stands before the body of a request.
    pub(crate) fn head(&self, path: &str, body: &[u8]) -> String {
        let headers = self.headers(path, body, SystemTime::now());
        let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!(
            "POST {path} HTTP/1.1\r\nHost: merchant\r\nContent-Length: {}\r\n{}\r\n",
            body.len(),
            lines.collect::<String>()
        )
    }

    /// Sends what it signed.
    pub(crate) fn post(&self, server: &Server, path: &str, body: &[u8]) -> Reply {
        let headers = self.headers(path, body, SystemTime::now());
        self.post_as(server, path, &headers, body)
    }

    pub(crate) fn post_as(
        &self,
        server: &Server,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Reply {
        self.try_post(server, path, headers, body).unwrap()
    }

    pub(crate) fn try_post(
        &self,
        server: &Server,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let request = self.agent.post(server.url(path));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name.as_str(), value.as_str()));
        let reply = Reply::of(request.send(body)?)?;
        if reply.status == 200 {
            self.verify(path, &reply);
        } else {
            assert!(!reply.headers.contains_key("signature"));
        }
        Ok(reply)
    }

    pub(crate) fn get(&self, server: &Server, path: &str) -> Reply {
        Reply::of(self.agent.get(server.url(path)).call().unwrap()).unwrap()
    }

    /// An answer of status 200 is signed by the merchant, and has the type of the protocol.
    pub(crate) fn verify(&self, path: &str, reply: &Reply) {
        assert_eq!(reply.headers["content-type"], "application/json; charset=UTF-8");
        let headers = Headers::of_response(&reply.headers).unwrap();
        let now = SystemTime::now();
        let verified = self.verifier.verify_response(path, &headers, &reply.body, now);
        assert_eq!(verified.unwrap().unwrap().client_id, "MERCHANT");
    }
}

impl Reply {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Result<Self, ureq::Error> {
        Ok(Self {
            status: response.status().as_u16(),
            body: response.body_mut().read_to_vec()?,
            headers: response.into_parts().0.headers,
        })
    }

    pub(crate) fn result(&self) -> dictionary::Result {
        miniprogram_protocol::from_json::<NotifyCardRegistrationResponse>(&self.body)
            .unwrap()
            .into_inner()
            .result
    }

    /// Asserts what is answered, with HTTP status 200.
    #[track_caller]
    pub(crate) fn says(&self, status: &str, code: &str, message: &str) {
        let result = self.result();
        assert_eq!(self.status, 200);
        assert_eq!(result.result_status.as_str(), status);
        assert_eq!(result.result_code.unwrap().as_str(), code);
        assert_eq!(result.result_message.unwrap(), message);
    }

    /// Asserts that the API is invalid, with that HTTP status.
    #[track_caller]
    pub(crate) fn is_invalid_api(&self, status: u16) {
        assert_eq!(self.status, status);
        assert_eq!(self.result().result_code.unwrap().as_str(), "INVALID_API");
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status == 200 && self.result().result_status == ResultStatus::Success
    }
}

/// A valid request of that ID.
pub(crate) fn request(id: &str) -> Value {
    json!({
        "appId": "2102010113769000",
        "customerBelongsTo": "TNG",
        "requestId": id,
        "customerId": "1236450862137570000",
        "registrationFields": [{"fieldCode": "USER_NAME", "fieldValue": "Ada Lovelace"}],
    })
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// Asserts that nothing takes longer than that.
pub(crate) fn within<T>(most: Duration, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    assert!(begin.elapsed() < most, "it took {:?}", begin.elapsed());
    done
}

/// Asserts that a condition comes true within 30 seconds.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(30), "it never came true that {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
