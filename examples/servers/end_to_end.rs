//! What the tests of both servers need: to start one, to call it, and what must be answered to
//! whatever is wrong with a request.

use miniprogram_protocol::http::{Headers, KeyRing, Signer, SigningKey, Verifier, VerifyingKey};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

/// No answer takes longer, unless it is waited for in vain.
const SOON: Duration = Duration::from_secs(10);

/// What both servers put before the paths.
pub const PREFIX: &str = "/api/open";

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

fn key(name: &str) -> String {
    format!("{ROOT}/tests/data/keys/{name}.pem")
}

/// A payload of `examples/payloads`.
pub fn payload(file: &str) -> Vec<u8> {
    fs::read(format!("{ROOT}/examples/payloads/{file}")).unwrap()
}

/// A server that runs until this is dropped.
pub struct Server {
    process: Child,
    address: String,
    log: PathBuf,
    agent: ureq::Agent,
}

impl Server {
    /// Starts the server. Its name is that of the test; `settings` are those that differ from test
    /// to test, as where it keeps what it does.
    pub fn start(program: &str, name: &str, settings: &[(&str, &str)]) -> Self {
        Self::try_start(program, name, settings).unwrap_or_else(|log| panic!("{log}"))
    }

    /// Starts the server as `start` does; `Err` is what one that ends at its start has written.
    pub fn try_start(program: &str, name: &str, settings: &[(&str, &str)]) -> Result<Self, String> {
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.log"));
        Self::try_start_logging_to(fs::File::create(&log).unwrap(), program, log, settings)
    }

    /// Starts the server as `start` does, with another file for its log.
    fn try_start_logging_to(
        stderr: impl Into<Stdio>,
        program: &str,
        log: PathBuf,
        settings: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut process = Command::new(program)
            .env("LISTEN", "127.0.0.1:0")
            .env("PATH_PREFIX", PREFIX)
            .env("PATIENCE", "2")
            .env("PLATFORM_ID", "P-1")
            .env("PLATFORM_KEY", key("first.public"))
            .env("CLIENT_ID", "C-1")
            .env("PRIVATE_KEY", key("second.private"))
            // Whoever runs the tests may have it set.
            .env_remove("POLICY")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            assert!(!process.wait().unwrap().success(), "it ends at its start as if all were well");
            return Err(fs::read_to_string(&log).unwrap());
        }
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(SOON))
            .build();
        Ok(Self { process, address, log, agent: config.into() })
    }

    /// Stops the server, and returns its log.
    pub fn stop_and_log(self) -> String {
        let log = self.log.clone();
        self.stop();
        fs::read_to_string(log).unwrap()
    }

    /// The response to a call of the platform.
    pub fn call(&self, path: &str, body: &[u8]) -> Value {
        self.send(&Message::new(path, body))
    }

    /// The response to a message: it has HTTP status 200, and is signed.
    pub fn send(&self, message: &Message) -> Value {
        let (head, body) = self.exchange(message);
        assert_eq!(head.status, 200);
        verified(message.path, &head.headers, &body)
    }

    /// The response to a message, of another HTTP status: it is not signed.
    pub fn send_in_vain(&self, message: &Message) -> (u16, Value) {
        let (head, body) = self.exchange(message);
        assert_ne!(head.status, 200);
        assert!(!head.headers.contains_key("signature"));
        assert_eq!(head.headers["content-type"], "application/json; charset=UTF-8");
        (head.status.as_u16(), serde_json::from_slice(&body).unwrap())
    }

    fn exchange(&self, message: &Message) -> (ureq::http::response::Parts, Vec<u8>) {
        let mut request = ureq::http::Request::builder()
            .method(message.method)
            .uri(format!("http://{}{}", self.address, message.path));
        for (name, value) in message.headers() {
            request = request.header(name, value);
        }
        let request = request.body(message.body.clone()).unwrap();
        let mut response = self.agent.run(request).unwrap();
        let body = response.body_mut().read_to_vec().unwrap();
        (response.into_parts().0, body)
    }

    /// Sends the signal to terminate.
    fn terminate(&self) {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    }

    /// Waits until the server has ended.
    fn ends(&mut self) {
        let deadline = Instant::now() + SOON;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(status.success(), "{status}");
    }

    fn stop(mut self) {
        self.terminate();
        self.ends();
    }

    /// A connection, over which the beginning of a text has been sent.
    fn begin(&self, text: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(text).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The response of the server, which must have signed it.
fn verified<N, V>(path: &str, headers: impl IntoIterator<Item = (N, V)>, body: &[u8]) -> Value
where
    N: AsRef<str>,
    V: AsRef<[u8]>,
{
    let key = VerifyingKey::parse(&fs::read_to_string(key("second.public")).unwrap()).unwrap();
    let verifier = Verifier::new(KeyRing::new().with("C-1", 1, key));
    let headers = Headers::of_response(headers).unwrap();
    assert!(headers.content_type.is_some());
    verifier.verify_response(path, &headers, body, SystemTime::now()).unwrap();
    serde_json::from_slice(body).unwrap()
}

/// A message to the server.
#[derive(Clone)]
pub struct Message<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub body: Vec<u8>,
    client_id: &'a str,
    key: &'a str,
    sent: SystemTime,
    /// The body that is signed.
    signed: Vec<u8>,
    /// Changes the headers when all is signed.
    change: fn(&mut Vec<(&'static str, String)>),
}

impl<'a> Message<'a> {
    /// A message as the platform sends it.
    pub fn new(path: &'a str, body: &[u8]) -> Self {
        Self {
            method: "POST",
            path,
            body: body.to_vec(),
            signed: body.to_vec(),
            client_id: "P-1",
            key: "first",
            sent: SystemTime::now(),
            change: |_| {},
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let key = fs::read_to_string(key(&format!("{}.private", self.key))).unwrap();
        let signer = Signer::new(self.client_id, SigningKey::parse(&key).unwrap());
        let headers = signer.sign_request(self.path, &self.signed, self.sent).unwrap();
        let mut headers = headers.for_request().collect();
        (self.change)(&mut headers);
        headers
    }

    /// The text of the message, and where its body begins.
    fn text(&self) -> (Vec<u8>, usize) {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.path);
        for (name, value) in self.headers() {
            text.extend([name, ": ", &value, "\r\n"]);
        }
        let length = self.body.len().to_string();
        text.extend(["Content-Length: ", &length, "\r\nConnection: close\r\n\r\n"]);
        let begins = text.len();
        ([text.as_bytes(), &self.body].concat(), begins)
    }
}

/// The response that comes over a connection.
fn read(stream: &TcpStream, path: &str) -> Value {
    let (mut stream, mut head) = (BufReader::new(stream), String::new());
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "no response: {head}");
    }
    let (status, headers) = head.trim_end().split_once("\r\n").unwrap();
    let headers = headers.lines().map(|line| line.split_once(": ").unwrap());
    let length = headers.clone().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut body = vec![0; length.unwrap().1.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    assert!(status.starts_with("HTTP/1.1 200 "), "{status}");
    verified(path, headers, &body)
}

/// A result of status F.
pub fn failed(code: &str, message: &str) -> Value {
    json!({"result": {"resultStatus": "F", "resultCode": code, "resultMessage": message}})
}

pub fn success() -> Value {
    json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "Success"}})
}

pub fn unknown() -> Value {
    let message = "An API call failed, which is caused by unknown reasons.";
    json!({"result": {
        "resultStatus": "U",
        "resultCode": "UNKNOWN_EXCEPTION",
        "resultMessage": message,
    }})
}

/// What is wrong with who sends a message is denied, with the reason.
pub fn who_is_not_the_platform_is_denied(server: &Server, path: &str, body: &[u8]) {
    let good = Message::new(path, body);
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let cases = [
        (
            "another key",
            Message { key: "second", ..good.clone() },
            "the signature could not be verified",
        ),
        (
            "another body than the signed one",
            Message { body: [body, b" "].concat(), ..good.clone() },
            "the signature could not be verified",
        ),
        (
            "another client",
            Message { client_id: "P-2", ..good.clone() },
            "the signature could not be verified",
        ),
        (
            "another version of the key",
            Message {
                change: |headers| change(headers, "Signature", |text| text.replace("=1,", "=2,")),
                ..good.clone()
            },
            "the signature could not be verified",
        ),
        (
            "six minutes ago",
            Message { sent: good.sent - minutes(6), ..good.clone() },
            "the time is too far from now",
        ),
        (
            "in six minutes",
            Message { sent: good.sent + minutes(6), ..good.clone() },
            "the time is too far from now",
        ),
        (
            "no headers",
            Message { change: Vec::clear, ..good.clone() },
            "the header Client-Id is missing",
        ),
        (
            "no signature",
            Message {
                change: |headers| headers.retain(|(name, _)| *name != "Signature"),
                ..good.clone()
            },
            "the header Signature is missing",
        ),
        (
            "two signatures",
            Message { change: |headers| headers.extend(headers.last().cloned()), ..good.clone() },
            "the header Signature stands more than once",
        ),
        (
            "a time that is none",
            Message {
                change: |headers| change(headers, "Request-Time", |_| "now".into()),
                ..good.clone()
            },
            "the header Request-Time is malformed",
        ),
        (
            "a time of one character",
            Message {
                change: |headers| change(headers, "Request-Time", |_| "-".into()),
                ..good.clone()
            },
            "the header Request-Time is malformed",
        ),
        (
            "another algorithm",
            Message {
                change: |headers| {
                    change(headers, "Signature", |text| text.replace("RSA256", "ECC224"));
                },
                ..good.clone()
            },
            "the header Signature is not supported",
        ),
        (
            "another type",
            Message {
                change: |headers| change(headers, "Content-Type", |_| "text/plain".into()),
                ..good.clone()
            },
            "the header Content-Type is not supported",
        ),
    ];
    for (what, message, reason) in cases {
        assert_eq!(server.send(&message), failed("ACCESS_DENIED", reason), "{what}");
    }
}

fn change(headers: &mut [(&str, String)], name: &str, change: fn(&str) -> String) {
    for (_, value) in headers.iter_mut().filter(|(found, _)| *found == name) {
        *value = change(value);
    }
}

/// What is no call of this server is an invalid API. `other` is a call of another server.
pub fn what_is_no_call_is_an_invalid_api(server: &Server, path: &str, other: &str, body: &[u8]) {
    let invalid = failed("INVALID_API", "The called API is invalid or not active.");
    let without_prefix = path.strip_prefix(PREFIX).unwrap();
    let paths =
        ["/", "/favicon.ico", without_prefix, &format!("{path}/"), &path.to_uppercase(), other];
    for path in paths {
        let response = server.send_in_vain(&Message::new(path, body));
        assert_eq!(response, (404, invalid.clone()), "{path}");
    }
    for method in ["PUT", "PATCH", "post", "PROPFIND"] {
        let response = server.send_in_vain(&Message { method, ..Message::new(path, body) });
        assert_eq!(response, (405, invalid.clone()), "{method}");
    }
    for method in ["GET", "DELETE", "OPTIONS"] {
        let response = server.send_in_vain(&Message { method, ..Message::new(path, b"") });
        assert_eq!(response, (405, invalid.clone()), "{method}");
    }
}

/// A body that is no valid request is illegal, and what is wrong with it is said.
pub fn what_is_no_valid_request_is_illegal(server: &Server, path: &str, cases: &[(Vec<u8>, &str)]) {
    let malformed = [
        (b"".to_vec(), "malformed JSON at line 1 column 1: unexpected end of input"),
        (b"{\"appId\":".to_vec(), "malformed JSON at line 1 column 10: unexpected end of input"),
        (b"\xff".to_vec(), "malformed JSON at line 1 column 1: invalid UTF-8"),
    ];
    for (body, message) in malformed.iter().chain(cases) {
        let body_text = String::from_utf8_lossy(body);
        assert_eq!(server.call(path, body), failed("PARAM_ILLEGAL", message), "{body_text}");
    }
}

/// A body that is too long is refused.
pub fn a_body_over_the_limit_is_illegal(server: &Server, path: &str) {
    const MOST: usize = 1024 * 1024;
    let at_the_limit = server.call(path, &vec![b' '; MOST]);
    let message = format!("malformed JSON at line 1 column {}: unexpected end of input", MOST + 1);
    assert_eq!(at_the_limit, failed("PARAM_ILLEGAL", &message));
    for length in [MOST + 1, 4 * MOST] {
        let too_long = server.call(path, &vec![b' '; length]);
        assert_eq!(too_long, failed("PARAM_ILLEGAL", "the body is too long"), "{length}");
    }
}

/// Whoever stops in the middle of a message is not waited for.
pub fn who_stops_in_the_middle_is_not_waited_for(server: &Server, path: &str, body: &[u8]) {
    let (text, begins) = Message::new(path, body).text();

    // In the middle of the body: it is answered, for the caller may still listen.
    let stream = server.begin(&text[..begins + body.len() / 2]);
    assert_eq!(read(&stream, path), unknown());

    // The same, but it says that nothing more comes: the server may answer, or hang up.
    let mut stream = server.begin(&text[..begins + body.len() / 2]);
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    // Half a body that a framework takes for a whole one does not have the signature.
    let is_refused =
        ["UNKNOWN_EXCEPTION", "ACCESS_DENIED"].iter().any(|code| answer.contains(code));
    assert!(answer.is_empty() || is_refused, "{answer}");

    // In the middle of the headers: there is nothing to answer.
    let mut stream = server.begin(&text[..begins / 2]);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");

    // Nothing was done, and the server goes on.
    assert_eq!(server.send_in_vain(&Message::new("/", b"")).0, 404);
}

/// At the signal to terminate, what has begun is answered, and then the server ends.
pub fn a_server_that_is_told_to_stop_answers_what_has_begun(
    mut server: Server,
    path: &str,
    body: &[u8],
) {
    let (text, begins) = Message::new(path, body).text();
    let (first, rest) = text.split_at(begins + body.len() / 2);
    let mut stream = server.begin(first);
    let pause = Duration::from_millis(300);
    std::thread::sleep(pause);
    server.terminate();
    std::thread::sleep(pause);
    assert!(TcpStream::connect(&server.address).is_err(), "it still listens");
    stream.write_all(rest).unwrap();
    assert_eq!(read(&stream, path)["result"]["resultStatus"], "S");

    server.ends();
}

/// A body that is far too long is answered before it ends.
pub fn answers_a_body_without_end(server: &Server, path: &str) {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut stream = server.begin(head.as_bytes());
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..65 {
        stream.write_all(&chunk).unwrap();
    }
    assert_eq!(read(&stream, path), failed("PARAM_ILLEGAL", "the body is too long"));
    // A caller that then stops sending does not keep its connection.
    let ended = stream.read_to_end(&mut Vec::new());
    let is_open = ended
        .is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!is_open, "the connection is still open");
}

/// A body that is compressed is refused as such.
pub fn refuses_a_content_encoding(server: &Server, path: &str, body: &[u8]) {
    let change = |headers: &mut Vec<_>| headers.push(("Content-Encoding", "gzip".to_owned()));
    let refused = failed("PARAM_ILLEGAL", "the body must not have a Content-Encoding");
    assert_eq!(server.send(&Message { change, ..Message::new(path, body) }), refused);
    let change = |headers: &mut Vec<_>| headers.push(("Content-Encoding", "identity".to_owned()));
    let response = server.send(&Message { change, ..Message::new(path, body) });
    assert_eq!(response["result"]["resultStatus"], "S");
}

/// Many refusals are not signed, and a valid request is still answered.
pub fn signs_a_limited_number_of_refusals(server: &Server, path: &str, body: &[u8]) {
    let unknown = Message { client_id: "P-2", ..Message::new(path, body) };
    let begin = Instant::now();
    let statuses: Vec<_> = (0..200).map(|_| server.exchange(&unknown).0.status).collect();
    let signed = statuses.iter().filter(|status| **status == 200).count();
    let most = 50 + 50 * usize::try_from(begin.elapsed().as_secs() + 1).unwrap();
    assert!((50..=most).contains(&signed), "{signed}");
    assert_eq!(server.call(path, body)["result"]["resultStatus"], "S");
    assert!(statuses.iter().all(|status| [200, 429].contains(&status.as_u16())));
}

/// A log that cannot be written, or that nobody reads, changes no answer.
pub fn answers_without_a_log(program: &str, settings: &[(&str, &str)], path: &str, body: &[u8]) {
    let full_disk = || fs::File::options().write(true).open("/dev/full").unwrap().into();
    let logs: [(&str, &dyn Fn() -> Stdio, bool); 3] = [
        ("full disk", &full_disk, false),
        ("closed pipe", &Stdio::piped, true),
        ("pipe that nobody reads", &Stdio::piped, false),
    ];
    for (name, log, is_closed) in logs {
        let mut server =
            Server::try_start_logging_to(log(), program, PathBuf::new(), settings).unwrap();
        if is_closed {
            drop(server.process.stderr.take());
        }
        for _ in 0..1500 {
            server.exchange(&Message::new("/", b""));
        }
        assert_eq!(server.call(path, body)["result"]["resultStatus"], "S", "{name}");
        server.stop();
    }
}

/// A caller that does not read its responses loses its connection.
pub fn closes_a_connection_that_nobody_reads(server: &Server) {
    let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    stream.set_recv_buffer_size(4096).unwrap();
    stream.connect(&server.address.parse::<SocketAddr>().unwrap().into()).unwrap();
    stream.set_write_timeout(Some(2 * SOON)).unwrap();
    let mut stream = TcpStream::from(stream);
    let requests = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1000);
    let begin = Instant::now();
    let error = loop {
        if let Err(error) = stream.write_all(&requests) {
            break error;
        }
        assert!(begin.elapsed() < 3 * SOON, "it reads on");
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
}
