//! Measures the throughput of the merchant server and of an echo server that uses the same
//! framework.
//!
//! Usage: `load DATA SERVER`. DATA is the data directory of the server, and SERVER its address.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints, may panic, and does not need more precision than an f64"
)]

use axum::{Router, body::Bytes, routing::post};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyCardRegistration},
    http::{Signer, SigningKey},
};
use std::{
    env, fs,
    net::SocketAddr,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time,
};

const ENDPOINT_PATH: &str = NotifyCardRegistration::METADATA.path;
const CONNECTION_COUNT: usize = 64;
const REQUEST_COUNT: usize = 10_000;

/// Signs requests with different IDs, and returns their bytes.
fn sign_requests(data: &str, round: usize) -> Vec<Vec<u8>> {
    let key = fs::read_to_string(format!("{data}/platform.private.pem")).unwrap();
    let signer = Signer::new("PLATFORM", SigningKey::parse(&key).unwrap());
    let sign = |number: usize| {
        let id = format!("R-{}-{round}-{number}", process::id());
        let body = format!(
            r#"{{"appId":"2102010113769000","customerBelongsTo":"TNG","requestId":"{id}","customerId":"1","registrationFields":[{{"fieldCode":"USER_NAME","fieldValue":"Ada Lovelace"}}]}}"#
        );
        let headers =
            signer.sign_request(ENDPOINT_PATH, body.as_bytes(), SystemTime::now()).unwrap();
        format_request(headers.for_request(), &body)
    };
    (0..REQUEST_COUNT).map(sign).collect()
}

/// Returns the bytes of an HTTP request.
fn format_request(headers: impl Iterator<Item = (&'static str, String)>, body: &str) -> Vec<u8> {
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let length = body.len();
    format!("POST {ENDPOINT_PATH} HTTP/1.1\r\nHost: m\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

async fn connect(server: SocketAddr) -> BufStream<TcpStream> {
    let stream = TcpStream::connect(server).await.unwrap();
    stream.set_nodelay(true).unwrap();
    BufStream::new(stream)
}

/// Sends a request and returns the HTTP status and the body of the response.
async fn exchange(stream: &mut BufStream<TcpStream>, request: &[u8]) -> (u16, String) {
    stream.write_all(request).await.unwrap();
    stream.flush().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split_once("content-length: ").unwrap().1.lines().next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    (head[9..12].parse().unwrap(), String::from_utf8(body).unwrap())
}

/// Sends all requests once over [`CONNECTION_COUNT`] connections, and prints the throughput and latency.
async fn measure(name: &str, server: SocketAddr, requests: Vec<Vec<u8>>, expected: &'static str) {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTION_COUNT {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut stream = connect(server).await;
            let mut latencies = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                let (status, body) = exchange(&mut stream, request).await;
                assert!(body.contains(expected), "{status} {body}");
                latencies.push(start.elapsed());
            }
            latencies
        });
    }
    let mut latencies = tasks.join_all().await.concat();
    let per_second = latencies.len() as f64 / start.elapsed().as_secs_f64();
    latencies.sort();
    let millis_at = |quantile: f64| {
        let index = ((latencies.len() - 1) as f64 * quantile) as usize;
        latencies[index].as_secs_f64() * 1e3
    };
    let (p50, p99) = (millis_at(0.5), millis_at(0.99));
    println!("{name:<44} {per_second:>7.0}/s  p50 {p50:>6.1} ms  p99 {p99:>6.1} ms");
}

/// Starts a server that echoes the body of each request. Returns the address of the server.
async fn start_echo_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route(ENDPOINT_PATH, post(async |body: Bytes| body));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Measures the latency of sequential valid requests while 500 connections send unsigned requests.
async fn measure_under_attack(server: SocketAddr, requests: &[Vec<u8>]) {
    let is_done = Arc::new(AtomicBool::new(false));
    let mut attackers = JoinSet::new();
    for _ in 0..500 {
        let is_done = Arc::clone(&is_done);
        attackers.spawn(async move {
            let (mut stream, unsigned) =
                (connect(server).await, format_request([].into_iter(), "{}"));
            while !is_done.load(Ordering::Relaxed) {
                exchange(&mut stream, &unsigned).await;
            }
        });
    }
    time::sleep(Duration::from_secs(1)).await;
    let mut stream = connect(server).await;
    let mut latencies = Vec::new();
    for request in requests.iter().take(200) {
        let start = Instant::now();
        assert!(exchange(&mut stream, request).await.1.contains("SUCCESS"));
        latencies.push(start.elapsed());
    }
    is_done.store(true, Ordering::Relaxed);
    attackers.join_all().await;
    latencies.sort();
    let (p50, p99) = (latencies[100], latencies[197]);
    println!("valid, with 500 unsigned connections: p50 {p50:?}, p99 {p99:?}");
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let (data, server) = (arguments.next().unwrap(), arguments.next().unwrap());
    let server = server.parse().unwrap();
    let valid = sign_requests(&data, 0);
    measure("echo", start_echo_server().await, vec![valid.clone(); 10].concat(), "TNG").await;
    measure("valid", server, valid.clone(), "SUCCESS").await;
    measure("valid, repeated", server, valid, "SUCCESS").await;
    let unsigned = vec![format_request([].into_iter(), "{}"); REQUEST_COUNT];
    measure("without a signature", server, unsigned, "ACCESS_DENIED").await;
    measure_under_attack(server, &sign_requests(&data, 1)).await;
}
