//! Tests that malicious callers and unwritable logs do not prevent the server from responding to
//! other callers.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may panic and print durations")]

mod common;

use common::{
    ENDPOINT_PATH, Platform, Server, new_data_dir, request_with_id, run_within, to_json_bytes,
};
use socket2::{Domain, Socket, Type};
use std::{
    env, fs,
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

/// Returns a local address with a free port.
fn find_free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sends enough requests to fill the pipe of the log, and asserts that all of them get a response.
fn assert_responds_to_every_request(server: &Server, data: &Path) {
    let platform = Platform::new(data);
    for _ in 0..1500 {
        platform.get(server, "/").assert_invalid_api(404);
    }
    let body = to_json_bytes(&request_with_id("1"));
    platform.post(server, ENDPOINT_PATH, &body).assert_result("S", "SUCCESS", "Success");
}

#[test]
fn responds_while_log_is_not_read() {
    let data = new_data_dir("unread-log");
    let server = Server::start_without_log_reader(&data, find_free_address(), &[], Stdio::piped());
    assert_responds_to_every_request(&server, &data);
    server.stop_without_log_reader();
}

#[test]
fn responds_after_log_is_closed() {
    let data = new_data_dir("closed-log");
    let mut server =
        Server::start_without_log_reader(&data, find_free_address(), &[], Stdio::piped());
    server.close_log();
    assert_responds_to_every_request(&server, &data);
    server.stop_without_log_reader();
}

#[test]
fn responds_while_log_disk_is_full() {
    let data = new_data_dir("full-log");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let server = Server::start_without_log_reader(&data, find_free_address(), &[], full);
    assert_responds_to_every_request(&server, &data);
    server.stop_without_log_reader();
}

#[test]
fn rejects_compressed_bodies() {
    let data = new_data_dir("compressed");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let body = to_json_bytes(&request_with_id("1"));
    let send = |encoding: &str| {
        let mut headers = platform.headers(ENDPOINT_PATH, &body, std::time::SystemTime::now());
        headers.push(("Content-Encoding".into(), encoding.into()));
        platform.post_with_headers(&server, ENDPOINT_PATH, &headers, &body)
    };
    let message = "the request must not have a Content-Encoding header";
    send("gzip").assert_result("F", "PARAM_ILLEGAL", message);
    send("identity").assert_result("S", "SUCCESS", "Success");
    server.stop();
}

#[test]
fn limits_signed_errors() {
    let data = new_data_dir("signed-errors");
    let server = Server::start(&data, &["--signed-errors-per-second", "5"]);
    let platform = Platform::new(&data);
    let start = Instant::now();
    let mut signed = 0;
    for _ in 0..100 {
        let response = platform.post_with_headers(&server, ENDPOINT_PATH, &[], b"{}");
        assert_eq!(response.result().result_code.unwrap().as_str(), "ACCESS_DENIED");
        signed += u64::from(response.status == 200);
        assert!(response.status == 200 || response.status == 429, "{}", response.status);
    }
    assert!((5..=10 + 5 * start.elapsed().as_secs()).contains(&signed), "{signed}");
    let body = to_json_bytes(&request_with_id("1"));
    platform.post(&server, ENDPOINT_PATH, &body).assert_result("S", "SUCCESS", "Success");
    server.stop();
}

#[test]
fn serves_metrics_at_separate_address() {
    let data = new_data_dir("metrics");
    let server = Server::start(&data, &["--metrics-listen", "127.0.0.1:0"]);
    let platform = Platform::new(&data);
    let body = to_json_bytes(&request_with_id("1"));
    platform.post(&server, ENDPOINT_PATH, &body).assert_result("S", "SUCCESS", "Success");
    platform.post(&server, "/NEEDLE", &body).assert_invalid_api(404);
    platform.get(&server, "/metrics").assert_invalid_api(404);

    let address = server.logged_address("serving metrics address=");
    let metrics = ureq::get(format!("http://{address}/metrics")).call().unwrap();
    let metrics = metrics.into_body().read_to_string().unwrap();
    for line in [
        r#"merchant_request_duration_seconds_count{endpoint="notifyCardRegistration",result_code="SUCCESS",http_status="200"} 1"#,
        r#"merchant_request_duration_seconds_count{endpoint="none",result_code="INVALID_API",http_status="404"} 2"#,
        "merchant_open_connections 1",
        "merchant_dropped_log_lines_total 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("NEEDLE"));
    server.stop();
}

/// A request with a long response.
const LONG_RESPONSE_REQUEST: &[u8] = b"GET /openapi.json HTTP/1.1\r\nHost: merchant\r\n\r\n";

/// A request with a short response, so the server handles more of them before the buffers are full.
const SHORT_RESPONSE_REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: merchant\r\n\r\n";

/// Repeats a request without reading the responses, until the server stops reading.
fn send_without_reading(address: SocketAddr, request: &[u8]) -> TcpStream {
    let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    stream.set_recv_buffer_size(4096).unwrap();
    stream.connect(&address.into()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from(stream);
    let requests = request.repeat(200);
    while stream.write(&requests).is_ok_and(|sent| sent == requests.len()) {}
    stream
}

#[test]
fn disconnects_clients_that_do_not_read() {
    let data = new_data_dir("unread");
    let server = Server::start(&data, &["--timeout", "1"]);
    let mut stream = send_without_reading(server.address, LONG_RESPONSE_REQUEST);
    stream.set_nonblocking(false).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let start = Instant::now();
    let error = loop {
        if let Err(error) = stream.write_all(LONG_RESPONSE_REQUEST) {
            break error;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "the connection is still open");
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    server.stop();
}

#[test]
fn closes_idle_connections() {
    let data = new_data_dir("idle");
    let server = Server::start(&data, &["--timeout", "1"]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: merchant\r\n\r\n").unwrap();
    let mut response = String::new();
    run_within(Duration::from_secs(10), || stream.read_to_string(&mut response).unwrap());
    assert!(response.ends_with(r#"{"status":"ok"}"#), "{response}");
    server.stop();
}

/// Returns the time from `start` until a valid request gets a response.
fn time_to_recover(server: &Server, data: &Path, start: Instant) -> Duration {
    let platform = Platform::new(data);
    platform
        .post(server, ENDPOINT_PATH, &to_json_bytes(&request_with_id("1")))
        .assert_result("S", "SUCCESS", "Success");
    assert_eq!(platform.get(server, "/healthz").status, 200);
    start.elapsed()
}

/// Returns `true` if the environment variable `LOAD_TESTS` enables the long tests.
fn are_load_tests_enabled() -> bool {
    env::var_os("LOAD_TESTS").is_some()
}

#[test]
fn recovers_from_520_clients_that_do_not_read() {
    if !are_load_tests_enabled() {
        return;
    }
    for (name, request) in [("long", LONG_RESPONSE_REQUEST), ("short", SHORT_RESPONSE_REQUEST)] {
        let data = new_data_dir(&format!("520-unread-{name}"));
        let server = Server::start(&data, &[]);
        let start = Instant::now();
        let open_connection = |_| send_without_reading(server.address, request);
        let callers: Vec<_> = (0..520).map(open_connection).collect();
        let took = time_to_recover(&server, &data, start);
        println!("520 clients that do not read, {name} responses: recovered after {took:?}");
        assert!(took < Duration::from_secs(30));
        drop(callers);
    }
}

#[test]
fn recovers_from_520_incomplete_requests() {
    if !are_load_tests_enabled() {
        return;
    }
    let data = new_data_dir("520-half");
    let server = Server::start(&data, &[]);
    let start = Instant::now();
    let callers: Vec<_> = (0..520)
        .map(|number| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let head = format!(
                "POST {ENDPOINT_PATH} HTTP/1.1\r\nHost: merchant\r\nContent-Length: 100\r\n"
            );
            let body = if number % 2 == 0 { "" } else { "\r\n{" };
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            stream
        })
        .collect();
    let took = time_to_recover(&server, &data, start);
    println!("520 incomplete requests: recovered after {took:?}");
    assert!(took < Duration::from_secs(30));
    drop(callers);
}

#[test]
fn closes_connections_of_slow_readers() {
    if !are_load_tests_enabled() {
        return;
    }
    let data = new_data_dir("slow-reader");
    let server = Server::start(&data, &["--timeout", "2"]);
    let mut stream = send_without_reading(server.address, LONG_RESPONSE_REQUEST);
    stream.set_nonblocking(false).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(1))).unwrap();
    let start = Instant::now();
    // The caller reads fast enough to prevent write timeouts.
    while start.elapsed() < Duration::from_secs(90) {
        let is_closed = stream.read(&mut [0; 512]).is_ok_and(|count| count == 0);
        let is_reset = |error: std::io::Error| error.kind() != ErrorKind::WouldBlock;
        if is_closed || stream.write(LONG_RESPONSE_REQUEST).is_err_and(is_reset) {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let took = start.elapsed();
    println!("slow reader: closed after {took:?}");
    assert!((55..80).contains(&took.as_secs()), "{took:?}");
    server.stop();
}
