//! Many at once, and a sudden end: a request makes one card, and one answer.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may stop, and tell numbers")]

mod common;

use common::{PATH, Platform, Reply, Server, bytes, cards, count, folder, request, wait_until};
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

/// Calls `work` with every number below `count`, at once.
fn at_once(count: usize, work: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(count);
    let (barrier, work) = (&barrier, &work);
    thread::scope(|scope| {
        for number in 0..count {
            let thread = thread::Builder::new().stack_size(512 * 1024);
            thread
                .spawn_scoped(scope, move || {
                    barrier.wait();
                    work(number);
                })
                .unwrap();
        }
    });
}

#[test]
fn a_thousand_requests_of_a_hundred_ids_make_a_hundred_cards() {
    let data = folder("thousand");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let answers = Mutex::new(BTreeMap::<usize, BTreeSet<Vec<u8>>>::new());
    let begin = Instant::now();
    at_once(1000, |number| {
        let id = number % 100;
        let body = bytes(&request(&format!("R-{id}")));
        let headers = platform.headers(PATH, &body, SystemTime::now());
        // A connection of its own.
        let reply = Platform::new(&data).post_as(&server, PATH, &headers, &body);
        reply.says("S", "SUCCESS", "Success");
        answers.lock().unwrap().entry(id).or_default().insert(reply.body);
    });
    println!("1000 requests took {:?}", begin.elapsed());
    let answers = answers.into_inner().unwrap();
    assert_eq!(answers.len(), 100);
    assert!(answers.values().all(|same| same.len() == 1));
    let different: BTreeSet<_> = answers.values().flatten().collect();
    assert_eq!(different.len(), 100);
    server.stop();
    assert_eq!(cards(&data), 100);
}

#[test]
fn of_different_requests_of_one_id_one_is_handled() {
    let data = folder("inconsistent");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let replies = Mutex::new(Vec::new());
    at_once(50, |number| {
        let mut body = request("1");
        body["customerId"] = number.to_string().into();
        replies.lock().unwrap().push(platform.post(&server, PATH, &bytes(&body)));
    });
    let (made, others): (Vec<Reply>, _) =
        replies.into_inner().unwrap().into_iter().partition(Reply::is_success);
    assert_eq!((made.len(), others.len()), (1, 49));
    for reply in others {
        reply.says("F", "REPEAT_REQ_INCONSISTENT", "Another request has the same ID.");
    }
    server.stop();
    assert_eq!(cards(&data), 1);
}

/// The answers that the platform has got, by the ID of the request: `None` to one that was sent.
type Sent = BTreeMap<String, Option<Vec<u8>>>;

/// Sends requests from many threads until the server is killed.
fn kill_in_the_middle(data: &Path, platform: &Platform, round: usize) -> Sent {
    let server = Server::start(data, &[]);
    let sent = Mutex::new(Sent::new());
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || loop {
        // Two requests of each ID, at about the same time.
        let id = format!("R-{round}-{}", next.fetch_add(1, Ordering::Relaxed) / 2);
        let body = bytes(&request(&id));
        let headers = platform.headers(PATH, &body, SystemTime::now());
        sent.lock().unwrap().entry(id.clone()).or_default();
        let Ok(reply) = platform.try_post(&server, PATH, &headers, &body) else { break };
        reply.says("S", "SUCCESS", "Success");
        acknowledged.fetch_add(1, Ordering::Relaxed);
        let first = sent.lock().unwrap().insert(id, Some(reply.body.clone())).flatten();
        assert!(first.is_none_or(|first| first == reply.body));
    };
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(work);
        }
        // Another moment every time.
        let begin = Instant::now();
        while acknowledged.load(Ordering::Relaxed) < 200 + 37 * round {
            if begin.elapsed() > Duration::from_secs(60) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        server.signal("KILL");
    });
    assert!(acknowledged.into_inner() >= 200 + 37 * round);
    sent.into_inner().unwrap()
}

#[test]
fn no_card_is_lost_or_made_twice_when_the_server_is_killed() {
    let data = folder("killed");
    Server::start(&data, &[]).stop();
    let platform = Platform::new(&data);
    let mut all = Sent::new();
    for round in 0..count("MERCHANT_LOAD_KILLS", 5) {
        let sent = kill_in_the_middle(&data, &platform, round);
        let acknowledged = sent.values().flatten().count();
        let made = cards(&data) - all.len() as u64;
        println!("round {round}: {} sent, {acknowledged} acknowledged, {made} made", sent.len());
        assert!(made >= acknowledged as u64);

        // Every request is repeated. One that was answered gets the same answer again, and there
        // is one card for each.
        let server = Server::start(&data, &[]);
        for (id, first) in sent {
            let again = platform.post(&server, PATH, &bytes(&request(&id)));
            again.says("S", "SUCCESS", "Success");
            assert!(first.is_none_or(|first| first == again.body));
            all.insert(id, Some(again.body));
        }
        server.stop();
        assert_eq!(cards(&data), all.len() as u64);
    }

    // What the first rounds made has outlived the others.
    let server = Server::start(&data, &[]);
    for (id, first) in &all {
        let again = platform.post(&server, PATH, &bytes(&request(id)));
        assert_eq!(Some(&again.body), first.as_ref());
    }
    server.stop();
    assert_eq!(cards(&data), all.len() as u64);
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let data = folder("full");
    Server::start(&data, &[]).stop();
    let platform = Platform::new(&data);
    let length = fs::metadata(data.join("cards.redb")).unwrap().len();
    let server = Server::start_limited(&data, length + 64 * 1024);
    let send = |server: &Server, id: usize| {
        let mut body = request(&id.to_string());
        body["extendInfo"] = "x".repeat(4096).into();
        platform.post(server, PATH, &bytes(&body))
    };
    let mut acknowledged = Vec::new();
    let refused = loop {
        let reply = send(&server, acknowledged.len());
        if !reply.is_success() {
            break reply;
        }
        acknowledged.push(reply.body);
        assert!(acknowledged.len() < 1000, "the disk is not full");
    };
    assert!(!acknowledged.is_empty());
    let message = "An API call failed, which is caused by unknown reasons.";
    refused.says("U", "UNKNOWN_EXCEPTION", message);
    send(&server, acknowledged.len()).says("U", "UNKNOWN_EXCEPTION", message);
    assert_eq!(platform.get(&server, "/healthz").status, 503);
    for (id, answer) in acknowledged.iter().enumerate() {
        let again = || send(&server, id).body == *answer;
        wait_until("a stored answer can be read", again);
    }
    server.stop();

    // With room on the disk, it is as if nothing had been.
    let server = Server::start(&data, &[]);
    for (id, answer) in acknowledged.iter().enumerate() {
        assert_eq!(&send(&server, id).body, answer);
    }
    send(&server, acknowledged.len()).says("S", "SUCCESS", "Success");
    assert_eq!(platform.get(&server, "/healthz").status, 200);
    server.stop();
    assert_eq!(cards(&data), acknowledged.len() as u64 + 1);
}

#[test]
fn what_has_begun_is_answered_before_the_server_stops() {
    let data = folder("stopped");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let body = bytes(&request("1"));
    let (begin, end) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(platform.head(PATH, &body).as_bytes()).unwrap();
    stream.write_all(begin).unwrap();
    // It must have come before the server is told to stop.
    thread::sleep(Duration::from_millis(200));
    let mut answer = String::new();
    thread::scope(|scope| {
        let stopped = scope.spawn(|| server.stop());
        thread::sleep(Duration::from_millis(200));
        stream.write_all(end).unwrap();
        stream.read_to_string(&mut answer).unwrap();
        stopped.join().unwrap();
    });
    assert!(answer.contains(r#""resultStatus":"S""#), "{answer}");
    assert_eq!(cards(&data), 1);
}
