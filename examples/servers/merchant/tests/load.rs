//! Checks that every request gets one card and one reply, despite concurrent requests, crashes and
//! full disks.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may panic and print numbers")]

mod common;

use common::{
    ENDPOINT_PATH, Platform, Response, Server, count_cards, new_data_dir, request_with_id,
    rounds_from_env, to_json_bytes, wait_until,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::{
        Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

/// Calls `f` with every number below `count`, each in its own thread.
fn run_concurrently(count: usize, f: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(count);
    let (barrier, f) = (&barrier, &f);
    thread::scope(|scope| {
        for number in 0..count {
            let thread = thread::Builder::new().stack_size(512 * 1024);
            thread
                .spawn_scoped(scope, move || {
                    barrier.wait();
                    f(number);
                })
                .unwrap();
        }
    });
}

#[test]
fn creates_one_card_per_id() {
    let data = new_data_dir("thousand");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let bodies_by_id = Mutex::new(BTreeMap::<usize, BTreeSet<Vec<u8>>>::new());
    let start = Instant::now();
    run_concurrently(1000, |number| {
        let id = number % 100;
        let body = to_json_bytes(&request_with_id(&format!("R-{id}")));
        let headers = platform.headers(ENDPOINT_PATH, &body, SystemTime::now());
        // Using a new client for every request opens a new connection each time.
        let response =
            Platform::new(&data).post_with_headers(&server, ENDPOINT_PATH, &headers, &body);
        response.assert_result("S", "SUCCESS", "Success");
        bodies_by_id.lock().unwrap().entry(id).or_default().insert(response.body);
    });
    println!("1000 requests took {:?}", start.elapsed());
    let bodies_by_id = bodies_by_id.into_inner().unwrap();
    assert_eq!(bodies_by_id.len(), 100);
    assert!(bodies_by_id.values().all(|bodies| bodies.len() == 1));
    let distinct: BTreeSet<_> = bodies_by_id.values().flatten().collect();
    assert_eq!(distinct.len(), 100);
    server.stop();
    assert_eq!(count_cards(&data), 100);
}

#[test]
fn rejects_reused_request_ids() {
    let data = new_data_dir("key-reused");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let responses = Mutex::new(Vec::new());
    run_concurrently(50, |number| {
        let mut body = request_with_id("1");
        body["customerId"] = number.to_string().into();
        responses.lock().unwrap().push(platform.post(
            &server,
            ENDPOINT_PATH,
            &to_json_bytes(&body),
        ));
    });
    let (successful, rejected): (Vec<Response>, _) =
        responses.into_inner().unwrap().into_iter().partition(Response::is_success);
    assert_eq!((successful.len(), rejected.len()), (1, 49));
    for response in rejected {
        response.assert_result("F", "REPEAT_REQ_INCONSISTENT", "Another request has the same ID.");
    }
    server.stop();
    assert_eq!(count_cards(&data), 1);
}

/// The response body for each request ID, or `None` if there was no response.
type ResponsesById = BTreeMap<String, Option<Vec<u8>>>;

/// Sends requests from many threads, kills the server, and returns the responses.
fn kill_under_load(data: &Path, platform: &Platform, round: usize) -> ResponsesById {
    let server = Server::start(data, &[]);
    let sent = Mutex::new(ResponsesById::new());
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let send_requests = || loop {
        // Two concurrent requests use the same ID.
        let id = format!("R-{round}-{}", next.fetch_add(1, Ordering::Relaxed) / 2);
        let body = to_json_bytes(&request_with_id(&id));
        let headers = platform.headers(ENDPOINT_PATH, &body, SystemTime::now());
        sent.lock().unwrap().entry(id.clone()).or_default();
        let Ok(response) = platform.try_post(&server, ENDPOINT_PATH, &headers, &body) else {
            break;
        };
        response.assert_result("S", "SUCCESS", "Success");
        acknowledged.fetch_add(1, Ordering::Relaxed);
        let first = sent.lock().unwrap().insert(id, Some(response.body.clone())).flatten();
        assert!(first.is_none_or(|first| first == response.body));
    };
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(send_requests);
        }
        // Kill the server after a different number of requests in every round.
        let start = Instant::now();
        while acknowledged.load(Ordering::Relaxed) < 200 + 37 * round {
            if start.elapsed() > Duration::from_secs(60) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        server.send_signal("KILL");
    });
    assert!(acknowledged.into_inner() >= 200 + 37 * round);
    sent.into_inner().unwrap()
}

#[test]
fn neither_loses_nor_duplicates_cards_when_killed() {
    let data = new_data_dir("killed");
    Server::start(&data, &[]).stop();
    let platform = Platform::new(&data);
    let mut all = ResponsesById::new();
    for round in 0..rounds_from_env("MERCHANT_LOAD_KILLS", 5) {
        let sent = kill_under_load(&data, &platform, round);
        let acknowledged = sent.values().flatten().count();
        let created = count_cards(&data) - all.len() as u64;
        println!(
            "round {round}: {} sent, {acknowledged} acknowledged, {created} created",
            sent.len()
        );
        assert!(created >= acknowledged as u64);

        // Retry every request. A request that got a response gets the same one again, and every
        // request has exactly one card.
        let server = Server::start(&data, &[]);
        for (id, first) in sent {
            let repeated =
                platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id(&id)));
            repeated.assert_result("S", "SUCCESS", "Success");
            assert!(first.is_none_or(|first| first == repeated.body));
            all.insert(id, Some(repeated.body));
        }
        server.stop();
        assert_eq!(count_cards(&data), all.len() as u64);
    }

    // The replies of the first rounds are still stored.
    let server = Server::start(&data, &[]);
    for (id, first) in &all {
        let repeated = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id(id)));
        assert_eq!(Some(&repeated.body), first.as_ref());
    }
    server.stop();
    assert_eq!(count_cards(&data), all.len() as u64);
}

#[test]
fn keeps_acknowledged_replies_on_full_disk() {
    let data = new_data_dir("full");
    Server::start(&data, &[]).stop();
    let platform = Platform::new(&data);
    let length = fs::metadata(data.join("cards.redb")).unwrap().len();
    let server = Server::start_with_file_limit(&data, length + 64 * 1024);
    let send = |server: &Server, id: usize| {
        let mut body = request_with_id(&id.to_string());
        body["extendInfo"] = "x".repeat(4096).into();
        platform.post(server, ENDPOINT_PATH, &to_json_bytes(&body))
    };
    let mut acknowledged = Vec::new();
    let failed = loop {
        let response = send(&server, acknowledged.len());
        if !response.is_success() {
            break response;
        }
        acknowledged.push(response.body);
        assert!(acknowledged.len() < 1000, "the disk is not full");
    };
    assert!(!acknowledged.is_empty());
    let message = "An API call failed, which is caused by unknown reasons.";
    failed.assert_result("U", "UNKNOWN_EXCEPTION", message);
    send(&server, acknowledged.len()).assert_result("U", "UNKNOWN_EXCEPTION", message);
    assert_eq!(platform.get(&server, "/healthz").status, 503);
    for (id, body) in acknowledged.iter().enumerate() {
        wait_until("a stored reply can be read", || send(&server, id).body == *body);
    }
    server.stop();

    // Once the disk has free space, the server works normally again.
    let server = Server::start(&data, &[]);
    for (id, body) in acknowledged.iter().enumerate() {
        assert_eq!(&send(&server, id).body, body);
    }
    send(&server, acknowledged.len()).assert_result("S", "SUCCESS", "Success");
    assert_eq!(platform.get(&server, "/healthz").status, 200);
    server.stop();
    assert_eq!(count_cards(&data), acknowledged.len() as u64 + 1);
}

#[test]
fn finishes_requests_before_shutdown() {
    let data = new_data_dir("stopped");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let body = to_json_bytes(&request_with_id("1"));
    let (first_half, second_half) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(platform.head(ENDPOINT_PATH, &body).as_bytes()).unwrap();
    stream.write_all(first_half).unwrap();
    // The server must have received the headers before the signal.
    thread::sleep(Duration::from_millis(200));
    let mut response = String::new();
    thread::scope(|scope| {
        let stopped = scope.spawn(|| server.stop());
        thread::sleep(Duration::from_millis(200));
        stream.write_all(second_half).unwrap();
        stream.read_to_string(&mut response).unwrap();
        stopped.join().unwrap();
    });
    assert!(response.contains(r#""resultStatus":"S""#), "{response}");
    assert_eq!(count_cards(&data), 1);
}
