//! Code shared by the tests of both servers: functions that start a server, send requests, and
//! check responses.

use miniprogram_protocol::http::{Headers, KeyRing, Signer, SigningKey, Verifier, VerifyingKey};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use std::{
    collections::HashSet,
    env, fs,
    io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

/// The response deadline; exceeding it means that the server hangs.
const RESPONSE_DEADLINE: Duration = Duration::from_secs(10);

/// The maximum body length of both servers.
const MAX_BODY_BYTES: usize = 1024 * 1024;

const BODY_TOO_LONG_MESSAGE: &str = "the body must be at most 1048576 bytes";

/// The path prefix of both servers.
pub const PATH_PREFIX: &str = "/api/open";

const REPOSITORY_ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

/// Returns the path of a test key.
fn key_path(name: &str) -> String {
    format!("{REPOSITORY_ROOT}/tests/data/keys/{name}.pem")
}

/// Reads a file from `examples/payloads`.
pub fn read_payload(file: &str) -> Vec<u8> {
    fs::read(format!("{REPOSITORY_ROOT}/examples/payloads/{file}")).unwrap()
}

/// A running server process, which is killed on drop.
pub struct Server {
    process: Child,
    address: String,
    log: PathBuf,
    agent: ureq::Agent,
}

impl Server {
    /// Starts the server with a log file called `name`, and with `settings` as additional
    /// environment variables.
    pub fn start(program: &str, name: &str, settings: &[(&str, &str)]) -> Self {
        Self::try_start(program, name, settings).unwrap_or_else(|log| panic!("{log}"))
    }

    /// Starts the server as `start` does, but returns the log if the server exits before it
    /// listens.
    pub fn try_start(program: &str, name: &str, settings: &[(&str, &str)]) -> Result<Self, String> {
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.log"));
        Self::try_start_with_stderr(fs::File::create(&log).unwrap(), program, log, settings)
    }

    /// Starts the server as `try_start` does, but sends the log to `stderr`.
    fn try_start_with_stderr(
        stderr: impl Into<Stdio>,
        program: &str,
        log: PathBuf,
        settings: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut process = Command::new(program)
            .env("LISTEN", "127.0.0.1:0")
            .env("PATH_PREFIX", PATH_PREFIX)
            .env("TIMEOUT", "2")
            .env("PLATFORM_ID", "P-1")
            .env("PLATFORM_KEY", key_path("first.public"))
            .env("CLIENT_ID", "C-1")
            .env("PRIVATE_KEY", key_path("second.private"))
            // The environment of the tests may contain this variable.
            .env_remove("POLICY")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            assert!(!process.wait().unwrap().success(), "exited successfully before listening");
            return Err(fs::read_to_string(&log).unwrap());
        }
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(RESPONSE_DEADLINE))
            .build();
        Ok(Self { process, address, log, agent: config.into() })
    }

    /// Stops the server and returns its log.
    pub fn stop_and_read_log(self) -> String {
        let log = self.log.clone();
        self.stop();
        fs::read_to_string(log).unwrap()
    }

    /// Sends a request as the platform and returns the body of the signed response.
    pub fn post(&self, path: &str, body: &[u8]) -> Value {
        self.send(&Request::new(path, body))
    }

    /// Sends a request and returns the body of the response, which must have the HTTP status 200
    /// and a valid signature.
    pub fn send(&self, request: &Request) -> Value {
        let (head, body) = self.exchange(request);
        assert_eq!(head.status, 200);
        verify_response(request.path, &head.headers, &body)
    }

    /// Sends a request and returns the HTTP status and the body of the response, which must have a
    /// status other than 200 and no signature.
    pub fn send_expecting_unsigned(&self, request: &Request) -> (u16, Value) {
        let (head, body) = self.exchange(request);
        assert_ne!(head.status, 200);
        assert!(!head.headers.contains_key("signature"));
        assert_eq!(head.headers["content-type"], "application/json; charset=UTF-8");
        (head.status.as_u16(), serde_json::from_slice(&body).unwrap())
    }

    /// Sends a request and returns the response head and body.
    fn exchange(&self, request: &Request) -> (ureq::http::response::Parts, Vec<u8>) {
        let mut builder = ureq::http::Request::builder()
            .method(request.method)
            .uri(format!("http://{}{}", self.address, request.path));
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let mut response = self.agent.run(builder.body(request.body.clone()).unwrap()).unwrap();
        let body = response.body_mut().read_to_vec().unwrap();
        (response.into_parts().0, body)
    }

    /// Sends SIGTERM.
    fn terminate(&self) {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    }

    /// Waits for the server to exit successfully.
    fn wait(&mut self) {
        let deadline = Instant::now() + RESPONSE_DEADLINE;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the server did not exit");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(status.success(), "{status}");
    }

    fn stop(mut self) {
        self.terminate();
        self.wait();
    }

    /// Opens a connection and sends the given bytes.
    fn send_bytes(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(RESPONSE_DEADLINE)).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Verifies the signature of a response and returns its body.
fn verify_response<N, V>(
    path: &str,
    headers: impl IntoIterator<Item = (N, V)>,
    body: &[u8],
) -> Value
where
    N: AsRef<str>,
    V: AsRef<[u8]>,
{
    let key = VerifyingKey::parse(&fs::read_to_string(key_path("second.public")).unwrap()).unwrap();
    let verifier = Verifier::new(KeyRing::new().with_key("C-1", 1, key));
    let headers = Headers::from_response(headers).unwrap();
    assert!(headers.content_type.is_some());
    verifier.verify_response(path, &headers, body, SystemTime::now()).unwrap();
    serde_json::from_slice(body).unwrap()
}

/// A signed request to the server.
#[derive(Clone)]
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub body: Vec<u8>,
    client_id: &'a str,
    key: &'a str,
    time: SystemTime,
    /// The body that the signature covers.
    signed_body: Vec<u8>,
    /// Modifies the headers after signing.
    edit_headers: EditHeaders,
}

impl<'a> Request<'a> {
    /// Returns a valid request from the platform.
    pub fn new(path: &'a str, body: &[u8]) -> Self {
        Self {
            method: "POST",
            path,
            body: body.to_vec(),
            signed_body: body.to_vec(),
            client_id: "P-1",
            key: "first",
            time: SystemTime::now(),
            edit_headers: |_| {},
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let key = fs::read_to_string(key_path(&format!("{}.private", self.key))).unwrap();
        let signer = Signer::new(self.client_id, SigningKey::parse(&key).unwrap());
        let headers = signer.sign_request(self.path, &self.signed_body, self.time).unwrap();
        let mut headers = headers.for_request().collect();
        (self.edit_headers)(&mut headers);
        headers
    }

    /// Returns the bytes of the request and the offset of its body.
    fn to_bytes(&self) -> (Vec<u8>, usize) {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.path);
        for (name, value) in self.headers() {
            head.extend([name, ": ", &value, "\r\n"]);
        }
        let length = self.body.len().to_string();
        head.extend(["Content-Length: ", &length, "\r\nConnection: close\r\n\r\n"]);
        ([head.as_bytes(), &self.body].concat(), head.len())
    }
}

/// Reads a response from a connection and verifies its signature.
fn read_response(stream: &TcpStream, path: &str) -> Value {
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
    verify_response(path, headers, &body)
}

/// Returns the body of a response with the result status `F`.
pub fn failed_response(code: &str, message: &str) -> Value {
    json!({"result": {"resultStatus": "F", "resultCode": code, "resultMessage": message}})
}

/// Returns the body of a response with the result `SUCCESS`.
pub fn success_response() -> Value {
    json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "Success"}})
}

/// Returns the body of a response with the result `UNKNOWN_EXCEPTION`.
pub fn unknown_exception_response() -> Value {
    let message = "An API call failed, which is caused by unknown reasons.";
    json!({"result": {
        "resultStatus": "U",
        "resultCode": "UNKNOWN_EXCEPTION",
        "resultMessage": message,
    }})
}

/// A function that modifies the headers of a request after it is signed.
type EditHeaders = fn(&mut Vec<(&'static str, String)>);

/// Changes to the headers of a valid request, with the resulting messages.
const INVALID_HEADERS: [(&str, EditHeaders, &str); 8] = [
    (
        "an unknown key version",
        |headers| edit_header(headers, "Signature", |value| value.replace("=1,", "=2,")),
        SIGNATURE_MISMATCH_MESSAGE,
    ),
    ("no headers", Vec::clear, "the Client-Id header is missing"),
    (
        "no signature",
        |headers| headers.retain(|(name, _)| *name != "Signature"),
        "the Signature header is missing",
    ),
    (
        "two signatures",
        |headers| headers.extend(headers.last().cloned()),
        "the Signature header appears more than once",
    ),
    (
        "a malformed time",
        |headers| edit_header(headers, "Request-Time", |_| "now".into()),
        "the Request-Time header is malformed",
    ),
    (
        "a time of one character",
        |headers| edit_header(headers, "Request-Time", |_| "-".into()),
        "the Request-Time header is malformed",
    ),
    (
        "an unsupported algorithm",
        |headers| edit_header(headers, "Signature", |value| value.replace("RSA256", "ECC224")),
        "the Signature header has an unsupported value",
    ),
    (
        "an unsupported content type",
        |headers| edit_header(headers, "Content-Type", |_| "text/plain".into()),
        "the Content-Type header has an unsupported value",
    ),
];

const SIGNATURE_MISMATCH_MESSAGE: &str = "the signature could not be verified";

/// Asserts that requests with an invalid signature, time or header are rejected with
/// `ACCESS_DENIED` and the reason.
pub fn assert_rejects_unauthenticated_requests(server: &Server, path: &str, body: &[u8]) {
    let valid = Request::new(path, body);
    let six_minutes = Duration::from_secs(6 * 60);
    let clock_skew = "the message time is outside the allowed clock skew";
    let cases = [
        ("another key", Request { key: "second", ..valid.clone() }, SIGNATURE_MISMATCH_MESSAGE),
        (
            "another client",
            Request { client_id: "P-2", ..valid.clone() },
            SIGNATURE_MISMATCH_MESSAGE,
        ),
        (
            "a body that was not signed",
            Request { body: [body, b" "].concat(), ..valid.clone() },
            SIGNATURE_MISMATCH_MESSAGE,
        ),
        (
            "six minutes ago",
            Request { time: valid.time - six_minutes, ..valid.clone() },
            clock_skew,
        ),
        ("in six minutes", Request { time: valid.time + six_minutes, ..valid.clone() }, clock_skew),
    ];
    for (name, request, message) in cases {
        assert_eq!(server.send(&request), failed_response("ACCESS_DENIED", message), "{name}");
    }
    for (name, edit_headers, message) in INVALID_HEADERS {
        let request = Request { edit_headers, ..valid.clone() };
        assert_eq!(server.send(&request), failed_response("ACCESS_DENIED", message), "{name}");
    }
}

fn edit_header(headers: &mut [(&str, String)], name: &str, edit: fn(&str) -> String) {
    for (_, value) in headers.iter_mut().filter(|(found, _)| *found == name) {
        *value = edit(value);
    }
}

/// Asserts that requests with an unknown path or method are rejected with `INVALID_API`.
/// `other_path` is the path of an endpoint that only the other server implements.
pub fn assert_rejects_unknown_paths_and_methods(
    server: &Server,
    path: &str,
    other_path: &str,
    body: &[u8],
) {
    let invalid = failed_response("INVALID_API", "The called API is invalid or not active.");
    let without_prefix = path.strip_prefix(PATH_PREFIX).unwrap();
    let paths = [
        "/",
        "/favicon.ico",
        without_prefix,
        &format!("{path}/"),
        &path.to_uppercase(),
        other_path,
    ];
    for path in paths {
        let response = server.send_expecting_unsigned(&Request::new(path, body));
        assert_eq!(response, (404, invalid.clone()), "{path}");
    }
    for method in ["PUT", "PATCH", "post", "PROPFIND"] {
        let response =
            server.send_expecting_unsigned(&Request { method, ..Request::new(path, body) });
        assert_eq!(response, (405, invalid.clone()), "{method}");
    }
    for method in ["GET", "DELETE", "OPTIONS"] {
        let response =
            server.send_expecting_unsigned(&Request { method, ..Request::new(path, b"") });
        assert_eq!(response, (405, invalid.clone()), "{method}");
    }
}

/// Asserts that invalid bodies are rejected with `PARAM_ILLEGAL` and the violations.
pub fn assert_rejects_invalid_bodies(server: &Server, path: &str, cases: &[(Vec<u8>, &str)]) {
    let malformed = [
        (b"".to_vec(), "malformed JSON at line 1 column 1: unexpected end of input"),
        (b"{\"appId\":".to_vec(), "malformed JSON at line 1 column 10: unexpected end of input"),
        (b"\xff".to_vec(), "malformed JSON at line 1 column 1: invalid UTF-8"),
    ];
    for (body, message) in malformed.iter().chain(cases) {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(server.post(path, body), failed_response("PARAM_ILLEGAL", message), "{shown}");
    }
}

/// Asserts that a body of the maximum length is read, and that longer bodies are rejected.
pub fn assert_rejects_bodies_over_limit(server: &Server, path: &str) {
    let longest = server.post(path, &vec![b' '; MAX_BODY_BYTES]);
    let column = MAX_BODY_BYTES + 1;
    let message = format!("malformed JSON at line 1 column {column}: unexpected end of input");
    assert_eq!(longest, failed_response("PARAM_ILLEGAL", &message));
    for length in [MAX_BODY_BYTES + 1, 4 * MAX_BODY_BYTES] {
        let too_long = server.post(path, &vec![b' '; length]);
        assert_eq!(too_long, failed_response("PARAM_ILLEGAL", BODY_TOO_LONG_MESSAGE), "{length}");
    }
}

/// Asserts that requests that are not sent completely time out.
pub fn assert_times_out_on_incomplete_requests(server: &Server, path: &str, body: &[u8]) {
    let (bytes, body_offset) = Request::new(path, body).to_bytes();

    // The caller stops after half of the body. The server responds, because the caller may still be
    // reading.
    let stream = server.send_bytes(&bytes[..body_offset + body.len() / 2]);
    assert_eq!(read_response(&stream, path), unknown_exception_response());

    // The caller closes its side of the connection after half of the body. The server may respond or
    // close the connection.
    let mut stream = server.send_bytes(&bytes[..body_offset + body.len() / 2]);
    stream.shutdown(Shutdown::Write).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    // If the framework passes the truncated body to the handler, the signature does not match it.
    let is_rejected =
        ["UNKNOWN_EXCEPTION", "ACCESS_DENIED"].iter().any(|code| response.contains(code));
    assert!(response.is_empty() || is_rejected, "{response}");

    // The caller stops after half of the headers, so there is no request to respond to.
    let mut stream = server.send_bytes(&bytes[..body_offset / 2]);
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.is_empty() || response.starts_with("HTTP/1.1 408"), "{response}");

    // The server still responds to other requests.
    assert_eq!(server.send_expecting_unsigned(&Request::new("/", b"")).0, 404);
}

/// Asserts that after SIGTERM, the server finishes the requests that it has started to read, and
/// then exits.
pub fn assert_finishes_requests_before_shutdown(mut server: Server, path: &str, body: &[u8]) {
    let (bytes, body_offset) = Request::new(path, body).to_bytes();
    let (first, rest) = bytes.split_at(body_offset + body.len() / 2);
    let mut stream = server.send_bytes(first);
    let pause = Duration::from_millis(300);
    std::thread::sleep(pause);
    server.terminate();
    std::thread::sleep(pause);
    assert!(TcpStream::connect(&server.address).is_err(), "the server is still listening");
    stream.write_all(rest).unwrap();
    assert_eq!(read_response(&stream, path)["result"]["resultStatus"], "S");

    server.wait();
}

/// Asserts that the server responds to a body that does not end, and closes the connection.
pub fn assert_rejects_endless_bodies(server: &Server, path: &str) {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut stream = server.send_bytes(head.as_bytes());
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..65 {
        stream.write_all(&chunk).unwrap();
    }
    assert_eq!(
        read_response(&stream, path),
        failed_response("PARAM_ILLEGAL", BODY_TOO_LONG_MESSAGE)
    );
    // The connection must not stay open when the caller stops sending.
    let end = stream.read_to_end(&mut Vec::new());
    let is_open =
        end.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!is_open, "the connection is still open");
}

/// Asserts that compressed bodies are rejected, and that the encoding `identity` is accepted.
pub fn assert_rejects_content_encodings(server: &Server, path: &str, body: &[u8]) {
    let gzip = |headers: &mut Vec<_>| headers.push(("Content-Encoding", "gzip".to_owned()));
    let response = server.send(&Request { edit_headers: gzip, ..Request::new(path, body) });
    let rejected =
        failed_response("PARAM_ILLEGAL", "the request must not have a Content-Encoding header");
    assert_eq!(response, rejected);
    let identity = |headers: &mut Vec<_>| headers.push(("Content-Encoding", "identity".to_owned()));
    let response = server.send(&Request { edit_headers: identity, ..Request::new(path, body) });
    assert_eq!(response["result"]["resultStatus"], "S");
}

/// Asserts that only a limited number of error responses is signed, and that valid requests are
/// still handled.
pub fn assert_limits_signed_errors(server: &Server, path: &str, body: &[u8]) {
    let unauthenticated = Request { client_id: "P-2", ..Request::new(path, body) };
    let start = Instant::now();
    let statuses: Vec<_> = (0..200).map(|_| server.exchange(&unauthenticated).0.status).collect();
    let signed = statuses.iter().filter(|status| **status == 200).count();
    let max = 50 + 50 * usize::try_from(start.elapsed().as_secs() + 1).unwrap();
    assert!((50..=max).contains(&signed), "{signed}");
    assert_eq!(server.post(path, body)["result"]["resultStatus"], "S");
    assert!(statuses.iter().all(|status| [200, 429].contains(&status.as_u16())));
}

/// Asserts that the server responds even if the log cannot be written or is not read.
pub fn assert_responds_without_log(
    program: &str,
    settings: &[(&str, &str)],
    path: &str,
    body: &[u8],
) {
    let full_disk = || fs::File::options().write(true).open("/dev/full").unwrap().into();
    let logs: [(&str, &dyn Fn() -> Stdio, bool); 3] = [
        ("full disk", &full_disk, false),
        ("closed pipe", &Stdio::piped, true),
        ("unread pipe", &Stdio::piped, false),
    ];
    for (name, log, is_closed) in logs {
        let mut server =
            Server::try_start_with_stderr(log(), program, PathBuf::new(), settings).unwrap();
        if is_closed {
            drop(server.process.stderr.take());
        }
        for _ in 0..1500 {
            server.exchange(&Request::new("/", b""));
        }
        assert_eq!(server.post(path, body)["result"]["resultStatus"], "S", "{name}");
        server.stop();
    }
}

/// Opens a connection with a small receive buffer.
fn connect_with_small_buffer(server: &Server) -> TcpStream {
    let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    stream.set_recv_buffer_size(4096).unwrap();
    stream.connect(&server.address.parse::<SocketAddr>().unwrap().into()).unwrap();
    stream.into()
}

/// A request that the server responds to without authentication.
const OPENAPI_REQUEST: &[u8] = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Asserts that the server closes the connection of a caller that does not read the responses.
pub fn assert_disconnects_clients_that_do_not_read(server: &Server) {
    let mut stream = connect_with_small_buffer(server);
    stream.set_write_timeout(Some(2 * RESPONSE_DEADLINE)).unwrap();
    let requests = OPENAPI_REQUEST.repeat(1000);
    let start = Instant::now();
    let error = loop {
        if let Err(error) = stream.write_all(&requests) {
            break error;
        }
        assert!(start.elapsed() < 3 * RESPONSE_DEADLINE, "the connection is still open");
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
}

/// The number of callers in load tests, which exceeds the maximum number of connections of both
/// servers.
const CALLER_COUNT: usize = 520;

/// Opens many connections, and asserts that the server then responds to a valid request within 30
/// seconds.
fn assert_recovers_from_connections(
    server: &Server,
    path: &str,
    body: &[u8],
    description: &str,
    open_connection: impl Fn(usize) -> TcpStream,
) {
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLER_COUNT).map(open_connection).collect();
    let stream = server.send_bytes(&Request::new(path, body).to_bytes().0);
    stream.set_read_timeout(Some(12 * RESPONSE_DEADLINE)).unwrap();
    assert_eq!(read_response(&stream, path)["result"]["resultStatus"], "S");
    let took = start.elapsed();
    println!("{CALLER_COUNT} {description}: recovered after {took:?}");
    assert!(took < 3 * RESPONSE_DEADLINE, "{took:?}");
    drop(callers);
}

/// Returns `true` if the environment variable `LOAD_TESTS` enables the long tests.
fn are_load_tests_enabled() -> bool {
    env::var_os("LOAD_TESTS").is_some()
}

/// Asserts that the server recovers from callers that send requests without reading responses.
pub fn assert_recovers_from_clients_that_do_not_read(server: &Server, path: &str, body: &[u8]) {
    if !are_load_tests_enabled() {
        return;
    }
    let requests = OPENAPI_REQUEST.repeat(200);
    assert_recovers_from_connections(server, path, body, "clients that do not read", |_| {
        let mut stream = connect_with_small_buffer(server);
        stream.set_nonblocking(true).unwrap();
        // Send until the server stops reading.
        while stream.write(&requests).is_ok_and(|sent| sent == requests.len()) {}
        stream
    });
}

/// Asserts that the server recovers from callers that send only part of a request.
pub fn assert_recovers_from_incomplete_requests(server: &Server, path: &str, body: &[u8]) {
    if !are_load_tests_enabled() {
        return;
    }
    let (bytes, body_offset) = Request::new(path, body).to_bytes();
    let half_head = bytes[..body_offset / 2].to_vec();
    let half_body = bytes[..body_offset + body.len() / 2].to_vec();
    let half_second_head = [OPENAPI_REQUEST, &half_head].concat();
    let requests = [half_head, half_body, half_second_head];
    assert_recovers_from_connections(server, path, body, "incomplete requests", |number| {
        server.send_bytes(&requests[number % requests.len()])
    });
}

/// Asserts that the memory of the server contains no part of the PEM string of its private key.
#[cfg(target_os = "linux")]
pub fn assert_private_key_is_erased(server: &Server) {
    let pem = fs::read_to_string(key_path("second.private")).unwrap();
    // The first lines of the key are omitted, because the public key contains the same data.
    let lines = pem.lines().skip(8).filter(|line| line.len() == 64);
    let key_parts: HashSet<&[u8]> = lines.flat_map(|line| line.as_bytes().chunks(16)).collect();
    assert!(key_parts.len() > 50);
    let id = server.process.id();
    let Ok(mut memory) = fs::File::open(format!("/proc/{id}/mem")) else {
        println!("skipped: reading the memory of another process is not permitted");
        return;
    };
    let (mut read, mut found) = (0, HashSet::<&[u8]>::new());
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).unwrap();
    for map in maps.lines().filter(|map| map.contains(" rw-p ")) {
        let (start, end) = map.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        memory.seek(SeekFrom::Start(start)).unwrap();
        let mut bytes = Vec::new();
        let _ = (&memory).take(end - start).read_to_end(&mut bytes);
        read += bytes.len();
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        for base64 in bytes.split(|byte| !is_base64(byte)) {
            found.extend(base64.windows(16).filter_map(|window| key_parts.get(window).copied()));
        }
    }
    assert!(read > 100_000, "only {read} bytes were read");
    assert!(found.is_empty(), "{} of {} parts are in memory", found.len(), key_parts.len());
}
