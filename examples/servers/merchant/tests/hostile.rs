//! Callers that want to harm, and a log that cannot be written: others are still answered.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may stop, and print numbers")]

mod common;

use common::{PATH, Platform, Server, bytes, folder, request, within};
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

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sends enough requests to fill a pipe, and asserts that all are answered.
fn answers(server: &Server, data: &Path) {
    let platform = Platform::new(data);
    for _ in 0..1500 {
        platform.get(server, "/").is_invalid_api(404);
    }
    let body = bytes(&request("1"));
    platform.post(server, PATH, &body).says("S", "SUCCESS", "Success");
}

#[test]
fn answers_when_nobody_reads_the_log() {
    let data = folder("unread-log");
    let server = Server::start_unwatched(&data, free_address(), &[], Stdio::piped());
    answers(&server, &data);
    server.stop_unwatched();
}

#[test]
fn answers_when_the_log_is_closed() {
    let data = folder("closed-log");
    let mut server = Server::start_unwatched(&data, free_address(), &[], Stdio::piped());
    server.close_log();
    answers(&server, &data);
    server.stop_unwatched();
}

#[test]
fn answers_when_the_log_disk_is_full() {
    let data = folder("full-log");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let server = Server::start_unwatched(&data, free_address(), &[], full);
    answers(&server, &data);
    server.stop_unwatched();
}

#[test]
fn refuses_compressed_bodies() {
    let data = folder("compressed");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let body = bytes(&request("1"));
    let send = |encoding: &str| {
        let mut headers = platform.headers(PATH, &body, std::time::SystemTime::now());
        headers.push(("Content-Encoding".into(), encoding.into()));
        platform.post_as(&server, PATH, &headers, &body)
    };
    let message = "The body must not have a Content-Encoding.";
    send("gzip").says("F", "PARAM_ILLEGAL", message);
    send("identity").says("S", "SUCCESS", "Success");
    server.stop();
}

#[test]
fn signs_a_limited_number_of_refusals() {
    let data = folder("refusals");
    let server = Server::start(&data, &["--signed-refusals", "5"]);
    let platform = Platform::new(&data);
    let begin = Instant::now();
    let mut signed = 0;
    for _ in 0..100 {
        let reply = platform.post_as(&server, PATH, &[], b"{}");
        assert_eq!(reply.result().result_code.unwrap().as_str(), "ACCESS_DENIED");
        signed += u64::from(reply.status == 200);
        assert!(reply.status == 200 || reply.status == 429, "{}", reply.status);
    }
    assert!((5..=10 + 5 * begin.elapsed().as_secs()).contains(&signed), "{signed}");
    let body = bytes(&request("1"));
    platform.post(&server, PATH, &body).says("S", "SUCCESS", "Success");
    server.stop();
}

#[test]
fn serves_metrics_at_their_own_address() {
    let data = folder("metrics");
    let server = Server::start(&data, &["--metrics-listen", "127.0.0.1:0"]);
    let platform = Platform::new(&data);
    let body = bytes(&request("1"));
    platform.post(&server, PATH, &body).says("S", "SUCCESS", "Success");
    platform.post(&server, "/NEEDLE", &body).is_invalid_api(404);
    platform.get(&server, "/metrics").is_invalid_api(404);

    let address = server.logged_address("serving metrics address=");
    let metrics = ureq::get(format!("http://{address}/metrics")).call().unwrap();
    let metrics = metrics.into_body().read_to_string().unwrap();
    for line in [
        r#"merchant_request_duration_seconds_count{endpoint="notifyCardRegistration",code="SUCCESS",http="200"} 1"#,
        r#"merchant_request_duration_seconds_count{endpoint="none",code="INVALID_API",http="404"} 2"#,
        "merchant_open_connections 1",
        "merchant_dropped_log_lines_total 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("NEEDLE"));
    server.stop();
}

const REQUEST: &[u8] = b"GET /openapi.json HTTP/1.1\r\nHost: merchant\r\n\r\n";

/// A caller that sends requests until the server takes no more, and reads nothing.
fn unread(address: SocketAddr) -> TcpStream {
    let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    stream.set_recv_buffer_size(4096).unwrap();
    stream.connect(&address.into()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from(stream);
    let requests = REQUEST.repeat(200);
    while stream.write(&requests).is_ok_and(|sent| sent == requests.len()) {}
    stream
}

#[test]
fn closes_a_connection_that_nobody_reads() {
    let data = folder("unread");
    let server = Server::start(&data, &["--patience", "1"]);
    let mut stream = unread(server.address);
    stream.set_nonblocking(false).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let begin = Instant::now();
    let error = loop {
        if let Err(error) = stream.write_all(REQUEST) {
            break error;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "it reads on");
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    server.stop();
}

#[test]
fn closes_idle_connections() {
    let data = folder("idle");
    let server = Server::start(&data, &["--patience", "1"]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: merchant\r\n\r\n").unwrap();
    let mut answer = String::new();
    within(Duration::from_secs(10), || stream.read_to_string(&mut answer).unwrap());
    assert!(answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    server.stop();
}

/// How long it takes, from `begin`, until a valid request is answered.
fn recovery(server: &Server, data: &Path, begin: Instant) -> Duration {
    let platform = Platform::new(data);
    platform.post(server, PATH, &bytes(&request("1"))).says("S", "SUCCESS", "Success");
    assert_eq!(platform.get(server, "/healthz").status, 200);
    begin.elapsed()
}

/// Whether the longer tests are wanted.
fn is_load_wanted() -> bool {
    env::var_os("LOAD_TESTS").is_some()
}

#[test]
fn recovers_from_520_callers_that_do_not_read() {
    if !is_load_wanted() {
        return;
    }
    let data = folder("520-unread");
    let server = Server::start(&data, &[]);
    let begin = Instant::now();
    let callers: Vec<_> = (0..520).map(|_| unread(server.address)).collect();
    let took = recovery(&server, &data, begin);
    println!("520 callers that do not read: answered after {took:?}");
    assert!(took < Duration::from_secs(30));
    drop(callers);
}

#[test]
fn recovers_from_520_half_requests() {
    if !is_load_wanted() {
        return;
    }
    let data = folder("520-half");
    let server = Server::start(&data, &[]);
    let begin = Instant::now();
    let callers: Vec<_> = (0..520)
        .map(|number| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let half = format!("POST {PATH} HTTP/1.1\r\nHost: merchant\r\nContent-Length: 100\r\n");
            let body = if number % 2 == 0 { "" } else { "\r\n{" };
            stream.write_all(format!("{half}{body}").as_bytes()).unwrap();
            stream
        })
        .collect();
    let took = recovery(&server, &data, begin);
    println!("520 half requests: answered after {took:?}");
    assert!(took < Duration::from_secs(30));
    drop(callers);
}

#[test]
fn closes_a_connection_that_reads_byte_by_byte() {
    if !is_load_wanted() {
        return;
    }
    let data = folder("slow-reader");
    let server = Server::start(&data, &["--patience", "2"]);
    let mut stream = unread(server.address);
    stream.set_nonblocking(false).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(1))).unwrap();
    let begin = Instant::now();
    // Fast enough that every write of the server makes progress in time.
    while begin.elapsed() < Duration::from_secs(90) {
        let has_ended = stream.read(&mut [0; 64]).is_ok_and(|count| count == 0);
        let is_reset = |error: std::io::Error| error.kind() != ErrorKind::WouldBlock;
        if has_ended || stream.write(REQUEST).is_err_and(is_reset) {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let took = begin.elapsed();
    println!("a slow reader: closed after {took:?}");
    assert!(took < Duration::from_secs(80));
    server.stop();
}
