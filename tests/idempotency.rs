//! The same answer to a repeated request: what makes requests the same, the store in memory, and
//! the answers.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use miniprogram_protocol::{
    Policy, Valid,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{
        Handler, MerchantSync, MerchantSyncRequest, NotifyCardRegistration,
        NotifyCardRegistrationRequest, NotifyCardRegistrationResponse, Reply,
    },
    from_json,
    idempotency::{IdempotencyKey, IdempotencyStore, MemoryStore, Reservation},
};
use serde_json::{Value, json};
use std::{
    future,
    pin::pin,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Runs a future to its end on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// So many seconds after the tests' beginning.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

const HOUR: Duration = Duration::from_secs(3600);

// Keys

/// The request that the tests change.
fn request() -> Value {
    json!({
        "appId": "2102010113769000",
        "customerBelongsTo": "TNG",
        "requestId": "R-1",
        "customerId": "1236450862137570000",
        "registrationFields": [
            {"fieldCode": "USER_NAME", "fieldValue": "Ada"},
            {"fieldCode": "EMAIL", "fieldValue": "ada@example.com"},
        ],
    })
}

fn key_of_text(text: &str) -> IdempotencyKey {
    let request = from_json::<NotifyCardRegistrationRequest>(text.as_bytes());
    IdempotencyKey::of::<NotifyCardRegistration>("C-1", &request.unwrap()).unwrap()
}

fn key_of(value: &Value) -> IdempotencyKey {
    key_of_text(&value.to_string())
}

#[test]
fn a_key_says_the_call_the_client_and_the_id() {
    let key = key_of(&request());
    assert_eq!((key.call, key.client_id.as_str()), ("notifyCardRegistration", "C-1"));
    assert_eq!(key.id, "R-1");
}

#[test]
fn blanks_and_the_order_of_members_do_not_change_the_fingerprint() {
    let members: Vec<_> = request().as_object().unwrap().clone().into_iter().collect();
    let backwards: Vec<_> =
        members.iter().rev().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let texts = [
        request().to_string(),
        serde_json::to_string_pretty(&request()).unwrap(),
        format!("\r\n\t{} ", request()),
        format!("{{{}}}", backwards.join(" , ")),
        request().to_string().replace("Ada", "\\u0041d\\u0061"),
    ];
    for text in &texts {
        assert_eq!(key_of_text(text), key_of_text(&texts[0]), "{text}");
    }
}

#[test]
fn blanks_and_the_order_of_members_do_not_count_in_unknown_members_either() {
    let with = |unknown: &str| {
        let text = request().to_string();
        key_of_text(&text.replacen('{', &format!("{{\"later\":{unknown},"), 1))
    };
    assert_eq!(
        with(r#"{"a":[1,{"b":2,"c":3}],"d":null}"#),
        with(r#"{"d":null,"a":[1,{"c":3, "b":2 }]}"#)
    );
    assert_ne!(with(r#"{"a":[1,2]}"#), with(r#"{"a":[2,1]}"#));
    assert_ne!(with(r#"{"a":1}"#), with(r#"{"a":"1"}"#));
    assert_ne!(with(r#"{"a":"b"}"#), with(r#"{"a\":\"b":null}"#));
}

#[test]
fn unknown_fields_count_with_every_digit_and_duplicate() {
    let with = |unknown: &str| {
        let text = request().to_string();
        key_of_text(&text.replacen('{', &format!("{{\"later\":{unknown},"), 1)).fingerprint
    };
    let different = [
        // Beyond what `serde_json` reads as an `f64`.
        ("1.7976931348623158079e308", "1.7976931348623158078e308"),
        ("18446744073709551616", "18446744073709551617"),
        (r#"{"a":1,"a":2}"#, r#"{"a":3,"a":2}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
    ];
    for (one, other) in different {
        assert_ne!(with(one), with(other), "{one}");
        assert_eq!(with(one), with(one), "{one}");
    }
    // Another value beside such a number is another content, too.
    let text = |id: &str| {
        let mut request = request();
        request["appId"] = json!(id);
        let huge = r#"{"later":1.7976931348623158079e308,"#;
        key_of_text(&request.to_string().replacen('{', huge, 1)).fingerprint
    };
    assert_ne!(text("1"), text("2"));
}

#[test]
fn every_value_counts() {
    let changes = [
        ("/appId", json!("2102010113769001")),
        ("/customerBelongsTo", json!("GCASH")),
        ("/customerId", json!("1236450862137570001")),
        ("/registrationFields/0/fieldCode", json!("FIRST_NAME")),
        ("/registrationFields/0/fieldValue", json!("ada")),
        ("/registrationFields/1", json!({"fieldCode": "USER_NAME", "fieldValue": "Ada"})),
        ("/registrationFields", json!([])),
    ];
    let first = key_of(&request());
    for (place, value) in changes {
        let mut other = request();
        *other.pointer_mut(place).unwrap() = value;
        let other = key_of(&other);
        assert_ne!(other.fingerprint, first.fingerprint, "{place}");
        assert!(other.is_id_of(&first), "{place}");
    }
    for (name, value) in [("extendInfo", json!("{}")), ("later", json!(1)), ("later", json!(null))]
    {
        let mut other = request();
        other[name] = value;
        assert_ne!(key_of(&other).fingerprint, first.fingerprint, "{name}");
    }
}

#[test]
fn an_optional_row_that_is_null_is_one_that_is_absent() {
    let mut with_null = request();
    with_null["extendInfo"] = Value::Null;
    assert_eq!(key_of(&with_null), key_of(&request()));
}

#[test]
fn the_fingerprint_is_the_same_in_every_version_and_with_every_feature() {
    // Stores keep it: a change of these bytes makes the requests of before other ones.
    assert_eq!(hex(key_of(&request()).fingerprint), "f85a9cb587afc0ff2fe393d964748132");
    let mut with_numbers = request().to_string();
    with_numbers.insert_str(
        1,
        r#""later":[1.50,1e2,-0,0.1,12345678901234567890,{"z":"é","a":"\u00e9\n"}],"#,
    );
    assert_eq!(hex(key_of_text(&with_numbers).fingerprint), "d4456c83593cd764cd75f0c2ce97030a");
}

fn hex(bytes: [u8; 16]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).concat()
}

#[test]
fn ids_of_another_client_are_other_ids() {
    let request = from_json::<NotifyCardRegistrationRequest>(request().to_string().as_bytes());
    let request = request.unwrap();
    let of = |client_id| IdempotencyKey::of::<NotifyCardRegistration>(client_id, &request).unwrap();
    assert!(!of("C-1").is_id_of(&of("C-2")));
    assert_eq!(of("C-1").fingerprint, of("C-2").fingerprint);
}

#[test]
fn a_call_without_idempotency_key_has_no_keys() {
    let request = include_str!("../examples/payloads/valid/merchant_sync_request.json");
    let request = from_json::<MerchantSyncRequest>(request.as_bytes()).unwrap();
    assert_eq!(IdempotencyKey::of::<MerchantSync>("C-1", &request), None);
}

// The store in memory

/// A key of that ID and content.
fn key(id: &str, content: &str) -> IdempotencyKey {
    let mut value = request();
    value["requestId"] = json!(id);
    value["registrationFields"][0]["fieldValue"] = json!(content);
    key_of(&value)
}

fn reserve(store: &MemoryStore, key: &IdempotencyKey, seconds: u64) -> Result<Reservation, String> {
    block_on(store.reserve(key, at(seconds))).map_err(|error| error.to_string())
}

fn complete(
    store: &MemoryStore,
    key: &IdempotencyKey,
    answer: &str,
    seconds: u64,
) -> Option<Vec<u8>> {
    block_on(store.complete(key, answer.as_bytes(), at(seconds))).unwrap()
}

fn release(store: &MemoryStore, key: &IdempotencyKey, reserved: u64) {
    block_on(store.release(key, at(reserved))).unwrap();
}

const FULL: &str = "the store of answers is full";

fn answered(answer: &str) -> Result<Reservation, String> {
    Ok(Reservation::Answered(answer.into()))
}

#[test]
fn a_request_is_new_then_in_progress_then_answered() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    assert_eq!(reserve(&store, &key, 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &key, 1), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &key, "answer", 2), None);
    assert_eq!(reserve(&store, &key, 3), answered("answer"));
    assert_eq!(reserve(&store, &key, 3599), answered("answer"));
}

#[test]
fn another_content_of_the_same_id_is_inconsistent_before_and_after_the_answer() {
    let (store, first, other) = (MemoryStore::new(10, HOUR), key("R-1", "a"), key("R-1", "b"));
    assert_eq!(reserve(&store, &first, 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &other, 0), Ok(Reservation::KeyReused));
    complete(&store, &first, "answer", 0);
    assert_eq!(reserve(&store, &other, 0), Ok(Reservation::KeyReused));
    assert_eq!(reserve(&store, &first, 0), answered("answer"));
}

#[test]
fn another_id_is_new() {
    let store = MemoryStore::new(10, HOUR);
    assert_eq!(reserve(&store, &key("R-1", "a"), 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &key("R-2", "a"), 0), Ok(Reservation::New));
}

#[test]
fn what_is_released_is_new_again_whatever_its_content() {
    let store = MemoryStore::new(10, HOUR);
    for content in ["a", "a", "b"] {
        let key = key("R-1", content);
        assert_eq!(reserve(&store, &key, 0), Ok(Reservation::New), "{content}");
        release(&store, &key, 0);
    }
}

#[test]
fn an_answer_is_not_released() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "answer", 0);
    release(&store, &key, 0);
    assert_eq!(reserve(&store, &key, 1), answered("answer"));
}

#[test]
fn the_first_answer_is_kept_and_given_to_whoever_comes_second() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(complete(&store, &key, "first", 0), None);
    assert_eq!(complete(&store, &key, "second", 0), Some(b"first".to_vec()));
    assert_eq!(reserve(&store, &key, 0), answered("first"));
}

#[test]
fn a_full_store_refuses_new_requests_and_knows_the_old_ones() {
    let store = MemoryStore::new(2, HOUR);
    let (first, second, third) = (key("R-1", "a"), key("R-2", "a"), key("R-3", "a"));
    reserve(&store, &first, 0).unwrap();
    complete(&store, &first, "answer", 0);
    reserve(&store, &second, 0).unwrap();
    assert_eq!(reserve(&store, &third, 0), Err(FULL.into()));
    assert_eq!(reserve(&store, &first, 0), answered("answer"));
    assert_eq!(reserve(&store, &second, 0), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key("R-1", "b"), 0), Ok(Reservation::KeyReused));
    release(&store, &second, 0);
    assert_eq!(reserve(&store, &third, 0), Ok(Reservation::New));
}

#[test]
fn a_store_of_no_capacity_is_full() {
    assert_eq!(reserve(&MemoryStore::new(0, HOUR), &key("R-1", "a"), 0), Err(FULL.into()));
}

#[test]
fn an_answer_is_forgotten_when_it_expires_and_makes_room() {
    let store = MemoryStore::new(1, HOUR);
    let (first, second) = (key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &first, 0).unwrap();
    complete(&store, &first, "answer", 0);
    assert_eq!(reserve(&store, &first, 10), answered("answer"));
    assert_eq!(reserve(&store, &second, 3609), Err(FULL.into()));
    assert_eq!(reserve(&store, &first, 3609), answered("answer"));
    assert_eq!(reserve(&store, &second, 3610), Ok(Reservation::New));
    release(&store, &second, 3610);
    assert_eq!(reserve(&store, &first, 3611), Ok(Reservation::New));
}

#[test]
fn a_reservation_without_answer_is_given_to_another_request_after_a_minute() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(reserve(&store, &key, 59), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
    // The minute begins anew.
    assert_eq!(reserve(&store, &key, 119), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key, 120), Ok(Reservation::New));
}

#[test]
fn keeps_a_reservation_while_its_handler_works() {
    let second = Duration::from_secs(1);
    let (store, key) = (MemoryStore::new(2, second), key("R-1", "a"));
    let store = store.reservation_timeout(HOUR);
    reserve(&store, &key, 0).unwrap();
    // Answers are kept for a second, but nobody waits longer than the handler works.
    assert_eq!(reserve(&store, &key, 3599), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &key, "answer", 0), None);
    assert_eq!(reserve(&store, &key, 3599), answered("answer"));
    assert_eq!(reserve(&store, &key, 3600), Ok(Reservation::New));
}

#[test]
fn an_answer_expires_by_the_time_of_its_handler() {
    let (store, key) = (MemoryStore::new(2, HOUR), key("R-1", "a"));
    let store = store.reservation_timeout(24 * HOUR);
    reserve(&store, &key, 0).unwrap();
    // The handler took two hours.
    complete(&store, &key, "answer", 0);
    assert_eq!(reserve(&store, &key, 7201), answered("answer"));
    assert_eq!(reserve(&store, &key, 7201 + 3599), answered("answer"));
    assert_eq!(reserve(&store, &key, 7201 + 3600), Ok(Reservation::New));
}

#[test]
fn debug_hides_answers() {
    let (store, key) = (MemoryStore::new(2, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "{}", 0);
    let shown = format!("{store:?}{:?}", reserve(&store, &key, 0));
    assert!(shown.contains("Answered(..)") && !shown.contains("123, 125"), "{shown}");
}

#[test]
fn keeps_the_answer_of_a_handler_slower_than_its_reservation() {
    let (store, slow, other) = (MemoryStore::new(2, HOUR), key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &slow, 0).unwrap();
    reserve(&store, &other, 3600).unwrap();
    assert_eq!(complete(&store, &slow, "late", 0), None);
    assert_eq!(reserve(&store, &slow, 3601), answered("late"));
}

#[test]
fn of_two_who_held_a_reservation_the_first_to_answer_answers_for_both() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    reserve(&store, &key, 60).unwrap();
    assert_eq!(complete(&store, &key, "slow", 61), None);
    assert_eq!(complete(&store, &key, "fast", 62), Some(b"slow".to_vec()));
}

#[test]
fn who_lost_a_reservation_answers_and_releases_nothing_of_another_content() {
    let (store, first, other) = (MemoryStore::new(1, HOUR), key("R-1", "a"), key("R-1", "b"));
    reserve(&store, &first, 0).unwrap();
    assert_eq!(reserve(&store, &other, 3600), Ok(Reservation::New));
    assert_eq!(complete(&store, &first, "of another request", 3601), None);
    release(&store, &first, 0);
    assert_eq!(reserve(&store, &other, 3602), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &other, "answer", 3603), None);
    assert_eq!(reserve(&store, &other, 3604), answered("answer"));
}

#[test]
fn who_lost_a_reservation_does_not_release_that_of_the_same_request_come_again() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
    release(&store, &key, 0);
    assert_eq!(reserve(&store, &key, 61), Ok(Reservation::InProgress));
    // A final answer of the first one is final for the second one, too.
    assert_eq!(complete(&store, &key, "first", 0), None);
    assert_eq!(complete(&store, &key, "second", 60), Some(b"first".to_vec()));
}

#[test]
fn a_late_answer_that_cannot_be_repeated_lets_no_third_handler_begin() {
    let (store, body) = (MemoryStore::new(10, HOUR), request().to_string());
    let third_at = |seconds| answer(&store, &request(), failure("U"), seconds);
    let late = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", at(0))
        .handle_async(body.as_bytes(), |_| {
            // While the first one is at work, its reservation is given to a second one, ...
            let key = key_of(&request());
            assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
            future::ready(failure("U"))
        });
    assert_eq!(block_on(late).unwrap().result.result_status, ResultStatus::Unknown);
    // ... which is at work still.
    let (_, was_handled) = third_at(61);
    assert!(!was_handled);
}

#[test]
fn an_answer_to_a_request_that_is_forgotten_is_not_kept() {
    let (store, first, second) = (MemoryStore::new(1, HOUR), key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &first, 0).unwrap();
    assert_eq!(reserve(&store, &second, 3600), Ok(Reservation::New));
    assert_eq!(complete(&store, &first, "late", 0), None);
    assert_eq!(reserve(&store, &first, 3600), Err(FULL.into()));
}

#[test]
fn what_is_reserved_anew_expires_by_its_new_time() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    reserve(&store, &key, 60).unwrap();
    complete(&store, &key, "answer", 60);
    assert_eq!(reserve(&store, &key, 60), answered("answer"));
    assert_eq!(reserve(&store, &key, 3659), answered("answer"));
    assert_eq!(reserve(&store, &key, 3660), Ok(Reservation::New));
}

#[test]
fn a_clock_that_goes_back_loses_no_answer() {
    let (store, first) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &first, 5000).unwrap();
    complete(&store, &first, "answer", 5000);
    assert_eq!(reserve(&store, &first, 0), answered("answer"));
    assert_eq!(reserve(&store, &key("R-2", "a"), 0), Ok(Reservation::New));
}

#[test]
fn recovers_after_the_clock_was_set_back() {
    let store = MemoryStore::new(2, HOUR);
    let (first, second, third) = (key("R-1", "a"), key("R-2", "a"), key("R-3", "a"));
    for key in [&first, &second] {
        reserve(&store, key, 1_000_000).unwrap();
        complete(&store, key, "answer", 1_000_000);
    }
    assert_eq!(reserve(&store, &third, 0), Err(FULL.into()));
    assert_eq!(reserve(&store, &first, 3599), answered("answer"));
    // They are an hour old, although the clock shows less than when they were stored.
    assert_eq!(reserve(&store, &third, 3600), Ok(Reservation::New));
}

#[test]
fn calls_out_of_order_do_not_age_answers() {
    let (store, first) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &first, 60).unwrap();
    complete(&store, &first, "answer", 60);
    for _ in 0..1000 {
        reserve(&store, &key("R-2", "a"), 0).unwrap();
        reserve(&store, &key("R-2", "a"), 60).unwrap();
    }
    assert_eq!(reserve(&store, &first, 3659), answered("answer"));
}

#[test]
fn any_clock_is_accepted() {
    let (store, first) = (MemoryStore::new(2, Duration::MAX), key("R-1", "a"));
    let ends = [
        UNIX_EPOCH + Duration::from_secs(i64::MAX as u64),
        UNIX_EPOCH - Duration::from_secs(i64::MAX as u64),
        UNIX_EPOCH,
    ];
    for now in ends {
        block_on(store.reserve(&first, now)).unwrap();
        block_on(store.complete(&first, b"answer", now)).unwrap();
        let known = block_on(store.reserve(&first, now));
        assert_eq!(known, Ok(Reservation::Answered(b"answer".to_vec())));
    }
}

#[test]
fn memory_stays_bounded_however_often_requests_are_reserved_and_released() {
    let store = MemoryStore::new(10, HOUR);
    reserve(&store, &key("kept", "a"), 0).unwrap();
    let (mut key, mut most) = (key("R-1", "a"), 0);
    for round in 0..100_000_u64 {
        key.id = format!("R-{}", round % 7);
        // Some at the same time, some later.
        assert_eq!(reserve(&store, &key, round / 1000), Ok(Reservation::New));
        release(&store, &key, round / 1000);
        if round % 997 == 0 {
            most = most.max(format!("{store:?}").len());
        }
    }
    assert!(most < 10_000, "what the store holds takes {most} characters");
}

// Answers

/// What a handler says.
type Handled = Result<NotifyCardRegistrationResponse, dictionary::Result>;

/// The answer to a request of which the handler, if it is asked, says this; and whether it was.
fn answer(store: &MemoryStore, body: &Value, says: Handled, seconds: u64) -> (Reply, bool) {
    let (body, mut was_asked) = (body.to_string(), false);
    let handler = |_: Valid<NotifyCardRegistrationRequest>| {
        was_asked = true;
        future::ready(says)
    };
    let answer = Handler::<NotifyCardRegistration>::new()
        .idempotent(store, "C-1", at(seconds))
        .handle_async(body.as_bytes(), handler);
    let answer = block_on(answer).unwrap();
    (answer, was_asked)
}

fn success(info: &str) -> Handled {
    Ok(NotifyCardRegistrationResponse::new(ResultCode::Success).extend_info(info))
}

fn failure(status: &str) -> Handled {
    Err(dictionary::Result::new(status).result_code("OF_THE_HANDLER"))
}

#[test]
fn a_repeated_request_gets_the_same_bytes_and_is_handled_once() {
    let store = MemoryStore::new(10, HOUR);
    let (first, was_asked) = answer(&store, &request(), success("first"), 0);
    assert!(was_asked);
    assert_eq!(
        String::from_utf8_lossy(&first.body),
        r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"},"extendInfo":"first"}"#
    );
    let (again, was_asked) = answer(&store, &request(), success("second"), 1);
    assert!(!was_asked);
    assert_eq!((again.body, again.result), (first.body, first.result));
}

#[test]
fn answers_of_status_s_and_f_are_kept_and_those_of_u_and_a_are_not() {
    for (status, is_kept) in [("S", true), ("F", true), ("U", false), ("A", false), ("X", false)] {
        let store = MemoryStore::new(10, HOUR);
        let (first, _) = answer(&store, &request(), failure(status), 0);
        assert_eq!(first.result.result_status.as_str(), status);
        let (second, was_asked) = answer(&store, &request(), success("second"), 1);
        assert_eq!(was_asked, !is_kept, "{status}");
        assert_eq!(second.body == first.body, is_kept, "{status}");
    }
}

#[test]
fn a_response_of_status_u_is_not_kept_either() {
    let store = MemoryStore::new(10, HOUR);
    let unknown = || Ok(NotifyCardRegistrationResponse::new(ResultCode::UnknownException));
    for seconds in [0, 1] {
        assert!(answer(&store, &request(), unknown(), seconds).1);
    }
}

#[test]
fn a_request_with_the_id_of_another_is_inconsistent_and_not_handled() {
    let store = MemoryStore::new(10, HOUR);
    answer(&store, &request(), success("first"), 0);
    let mut other = request();
    other["customerId"] = json!("2");
    let (answer, was_asked) = answer(&store, &other, success("second"), 1);
    assert!(!was_asked);
    assert_eq!(answer.result.result_status, ResultStatus::Failed);
    assert_eq!(answer.result.result_code, Some("REPEAT_REQ_INCONSISTENT".into()));
}

#[test]
fn a_request_that_is_not_valid_reserves_nothing() {
    let store = MemoryStore::new(0, HOUR);
    let mut broken = request();
    broken["customerBelongsTo"] = json!("NOBODY");
    let (answer, was_asked) = answer(&store, &broken, success(""), 0);
    assert!(!was_asked);
    assert_eq!(answer.result.result_code, Some(ResultCode::ParamIllegal));
    assert_eq!(answer.request_error.unwrap().violations()[0].path(), "/customerBelongsTo");
}

#[test]
fn requests_of_other_clients_are_other_requests() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    for client_id in ["C-1", "C-2"] {
        let says = success(client_id);
        let handler = |_| future::ready(says);
        let answer = Handler::<NotifyCardRegistration>::new()
            .idempotent(&store, client_id, at(0))
            .handle_async(body.as_bytes(), handler);
        let body = String::from_utf8(block_on(answer).unwrap().body).unwrap();
        assert!(body.contains(client_id), "{body}");
    }
}

#[test]
fn a_call_without_idempotency_key_is_handled_every_time() {
    let body = include_bytes!("../examples/payloads/valid/merchant_sync_request.json");
    let (store, mut asked) = (MemoryStore::new(0, HOUR), 0);
    for _ in 0..2 {
        let handler = |_| {
            asked += 1;
            future::ready(Ok::<_, ResultCode>(ResultCode::Success.into()))
        };
        let answer = Handler::<MerchantSync>::new()
            .idempotent(&store, "C-1", at(0))
            .handle_async(body, handler);
        assert_eq!(block_on(answer).unwrap().result.result_code, Some(ResultCode::Success));
    }
    assert_eq!(asked, 2);
}

#[test]
fn a_request_that_the_policy_lets_pass_is_handled_once() {
    let mut request = request();
    request["customerBelongsTo"] = "PAYPAY".into();
    let (body, store) = (request.to_string(), MemoryStore::new(10, HOUR));
    let policy = Policy::lenient();
    let answer = |says: Handled| {
        let handler = |_| future::ready(says);
        let now = at(0);
        let answer = Handler::<NotifyCardRegistration>::new()
            .policy(&policy)
            .idempotent(&store, "C-1", now)
            .handle_async(body.as_bytes(), handler);
        block_on(answer).unwrap()
    };
    let first = answer(success("first"));
    assert_eq!(first.tolerated[0].path(), "/customerBelongsTo");
    assert_eq!(answer(success("second")).body, first.body);
}

#[test]
fn a_full_store_is_an_error_and_nothing_is_handled() {
    let body = request().to_string();
    let handler = |_| -> future::Ready<Handled> { panic!("it is asked") };
    let store = MemoryStore::new(0, HOUR);
    let answer = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", at(0))
        .handle_async(body.as_bytes(), handler);
    assert_eq!(block_on(answer).unwrap_err().to_string(), FULL);
}

#[test]
fn of_requests_that_come_at_once_one_is_handled() {
    const THREADS: usize = 8;
    let store = MemoryStore::new(10, HOUR);
    let (runs, start, all_but_one) =
        (AtomicUsize::new(0), Barrier::new(THREADS), Barrier::new(THREADS));
    let body = request().to_string();
    let codes: Vec<_> = thread::scope(|scope| {
        let call = || {
            start.wait();
            let handler = |_| async {
                runs.fetch_add(1, Ordering::Relaxed);
                // Until the others have their answers.
                all_but_one.wait();
                success("")
            };
            let answer = Handler::<NotifyCardRegistration>::new()
                .idempotent(&store, "C-1", at(0))
                .handle_async(body.as_bytes(), handler);
            let result = block_on(answer).unwrap().result;
            if result.result_status == ResultStatus::Unknown {
                all_but_one.wait();
            }
            result.result_code.unwrap()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(runs.into_inner(), 1);
    let count = |code| codes.iter().filter(|found| **found == code).count();
    assert_eq!(count(ResultCode::Success), 1);
    assert_eq!(count(ResultCode::UnknownException), THREADS - 1);
}

#[test]
fn a_handler_that_lost_its_reservation_sends_the_answer_that_was_first() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let slow = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", at(0))
        .handle_async(body.as_bytes(), |_| {
            // A minute later another handler took over, and was faster.
            let (fast, was_asked) = answer(&store, &request(), success("fast"), 60);
            assert!(was_asked && fast.result.result_status == ResultStatus::Success);
            future::ready(success("slow"))
        });
    let slow = String::from_utf8(block_on(slow).unwrap().body).unwrap();
    assert!(slow.contains("fast") && !slow.contains("slow"), "{slow}");
}

#[test]
fn whoever_stops_to_wait_leaves_a_reservation_that_is_given_away_after_a_minute() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let handler = |_| future::pending::<Handled>();
    let answering = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", at(0))
        .handle_async(body.as_bytes(), handler);
    let mut answering = Box::pin(answering);
    let polled = answering.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(answering);
    let (in_progress, was_asked) = answer(&store, &request(), success(""), 59);
    assert!(!was_asked);
    assert_eq!(in_progress.result.result_code, Some(ResultCode::UnknownException));
    assert!(answer(&store, &request(), success(""), 60).1);
}

/// A store that fails to do one thing.
struct Failing(&'static str);

impl Failing {
    fn to<T: Send>(
        &self,
        what: &str,
        value: T,
    ) -> impl Future<Output = Result<T, String>> + Send + use<T> {
        future::ready(if self.0 == what { Err(what.to_owned()) } else { Ok(value) })
    }
}

impl IdempotencyStore for Failing {
    type Error = String;

    fn reserve(
        &self,
        _: &IdempotencyKey,
        _: SystemTime,
    ) -> impl Future<Output = Result<Reservation, String>> + Send {
        self.to("reserve", Reservation::New)
    }

    fn complete(
        &self,
        _: &IdempotencyKey,
        _: &[u8],
        _: SystemTime,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, String>> + Send {
        self.to("complete", None)
    }

    fn release(
        &self,
        _: &IdempotencyKey,
        _: SystemTime,
    ) -> impl Future<Output = Result<(), String>> + Send {
        self.to("release", ())
    }
}

#[test]
fn what_the_store_fails_to_do_is_an_error() {
    let body = request().to_string();
    for (fails, status) in [("reserve", "S"), ("complete", "S"), ("release", "U")] {
        let store = Failing(fails);
        let handler = |_| future::ready(failure(status));
        let answer = Handler::<NotifyCardRegistration>::new()
            .idempotent(&store, "C-1", at(0))
            .handle_async(body.as_bytes(), handler);
        assert_eq!(block_on(answer).unwrap_err(), fails);
    }
}

#[test]
fn what_a_store_kept_is_sent_even_if_it_is_no_response() {
    let store = MemoryStore::new(10, HOUR);
    let key = key_of(&request());
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "of another version", 0);
    let (answer, was_asked) = answer(&store, &request(), success(""), 1);
    assert!(!was_asked);
    assert_eq!(answer.body, b"of another version");
    assert_eq!(answer.result.result_code, Some(ResultCode::UnknownException));
}

#[test]
fn an_answer_can_be_waited_for_on_any_thread() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let handler = |_| future::ready(success(""));
    let answer = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", at(0))
        .handle_async(body.as_bytes(), handler);
    assert!(block_on(assert_send(answer)).is_ok());
}
