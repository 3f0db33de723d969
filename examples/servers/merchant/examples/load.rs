//! Measures the merchant server, and an echo server of the same framework to compare it with.
//!
//! `load DATA SERVER`, where DATA is the folder of the server's keys and SERVER its address.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement may stop, prints, and is no more exact than an f64"
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

const PATH: &str = NotifyCardRegistration::METADATA.path;
const CONNECTIONS: usize = 64;
const VALID: usize = 10_000;

/// Requests of different IDs, signed by the platform.
fn requests(data: &str, round: usize) -> Vec<Vec<u8>> {
    let key = fs::read_to_string(format!("{data}/platform.private.pem")).unwrap();
    let signer = Signer::new("PLATFORM", SigningKey::parse(&key).unwrap());
    let make = |number: usize| {
        let id = format!("R-{}-{round}-{number}", process::id());
        let body = format!(
            r#"{{"appId":"2102010113769000","customerBelongsTo":"TNG","requestId":"{id}","customerId":"1","registrationFields":[{{"fieldCode":"USER_NAME","fieldValue":"Ada Lovelace"}}]}}"#
        );
        let headers = signer.sign_request(PATH, body.as_bytes(), SystemTime::now()).unwrap();
        request(headers.for_request(), &body)
    };
    (0..VALID).map(make).collect()
}

fn request(headers: impl Iterator<Item = (&'static str, String)>, body: &str) -> Vec<u8> {
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let length = body.len();
    format!("POST {PATH} HTTP/1.1\r\nHost: m\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

async fn connect(server: SocketAddr) -> BufStream<TcpStream> {
    let stream = TcpStream::connect(server).await.unwrap();
    stream.set_nodelay(true).unwrap();
    BufStream::new(stream)
}

/// Sends a request, and returns the HTTP status and the body.
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

/// Sends all requests once, over some connections, and prints how fast that was.
async fn measure(name: &str, server: SocketAddr, requests: Vec<Vec<u8>>, expected: &'static str) {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut stream = connect(server).await;
            let mut times = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let begin = Instant::now();
                let (status, body) = exchange(&mut stream, request).await;
                assert!(body.contains(expected), "{status} {body}");
                times.push(begin.elapsed());
            }
            times
        });
    }
    let mut times = tasks.join_all().await.concat();
    let per_second = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{name:<44} {per_second:>7.0}/s  p50 {:>6.1} ms  p99 {:>6.1} ms", at(0.5), at(0.99));
}

async fn echo_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route(PATH, post(async |body: Bytes| body));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Valid requests, one after the other, while many connections send requests without a signature.
async fn attack(server: SocketAddr, requests: &[Vec<u8>]) {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut attackers = JoinSet::new();
    for _ in 0..500 {
        let is_over = Arc::clone(&is_over);
        attackers.spawn(async move {
            let (mut stream, unsigned) = (connect(server).await, request([].into_iter(), "{}"));
            while !is_over.load(Ordering::Relaxed) {
                exchange(&mut stream, &unsigned).await;
            }
        });
    }
    time::sleep(Duration::from_secs(1)).await;
    let mut stream = connect(server).await;
    let mut times = Vec::new();
    for request in requests.iter().take(200) {
        let begin = Instant::now();
        assert!(exchange(&mut stream, request).await.1.contains("SUCCESS"));
        times.push(begin.elapsed());
    }
    is_over.store(true, Ordering::Relaxed);
    attackers.join_all().await;
    times.sort();
    println!("valid, beside 500 unsigned: p50 {:?}, p99 {:?}", times[100], times[197]);
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let (data, server) = (arguments.next().unwrap(), arguments.next().unwrap());
    let server = server.parse().unwrap();
    let first = requests(&data, 0);
    measure("echo", echo_server().await, vec![first.clone(); 10].concat(), "TNG").await;
    measure("valid", server, first.clone(), "SUCCESS").await;
    measure("valid, repeated", server, first, "SUCCESS").await;
    let unsigned = vec![request([].into_iter(), "{}"); VALID];
    measure("without a signature", server, unsigned, "ACCESS_DENIED").await;
    attack(server, &requests(&data, 1)).await;
}
