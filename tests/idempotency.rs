//! Tests the `idempotency` module: keys, `MemoryStore` and `IdempotentHandler`.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

use miniprogram_protocol::{
    Policy, Valid,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{
        Handler, MerchantSync, MerchantSyncRequest, NotifyCardRegistration,
        NotifyCardRegistrationRequest, NotifyCardRegistrationResponse, Refund, RefundResponse,
        Reply,
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

/// Blocks the current thread until a future is ready, and returns its value.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct ThreadWaker(Thread);
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// Returns a fixed start time plus the given number of seconds.
fn time_at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

const HOUR: Duration = Duration::from_secs(3600);

// Tests of idempotency keys.

/// Returns a valid `notifyCardRegistration` request.
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

fn key_from_json(json: &str) -> IdempotencyKey {
    let request = from_json::<NotifyCardRegistrationRequest>(json.as_bytes());
    IdempotencyKey::from_request::<NotifyCardRegistration>("C-1", &request.unwrap()).unwrap()
}

fn key_from_value(value: &Value) -> IdempotencyKey {
    key_from_json(&value.to_string())
}

#[test]
fn builds_keys_from_endpoint_client_and_id() {
    let key = key_from_value(&request());
    assert_eq!((key.endpoint, key.client_id.as_str()), ("notifyCardRegistration", "C-1"));
    assert_eq!(key.id, "R-1");
}

#[test]
fn ignores_whitespace_and_order_in_fingerprints() {
    let members: Vec<_> = request().as_object().unwrap().clone().into_iter().collect();
    let reversed: Vec<_> =
        members.iter().rev().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let documents = [
        request().to_string(),
        serde_json::to_string_pretty(&request()).unwrap(),
        format!("\r\n\t{} ", request()),
        format!("{{{}}}", reversed.join(" , ")),
        request().to_string().replace("Ada", "\\u0041d\\u0061"),
    ];
    for json in &documents {
        assert_eq!(key_from_json(json), key_from_json(&documents[0]), "{json}");
    }
}

#[test]
fn ignores_unknown_field_order_in_fingerprints() {
    let key_with = |unknown: &str| {
        let json = request().to_string();
        key_from_json(&json.replacen('{', &format!("{{\"later\":{unknown},"), 1))
    };
    assert_eq!(
        key_with(r#"{"a":[1,{"b":2,"c":3}],"d":null}"#),
        key_with(r#"{"d":null,"a":[1,{"c":3, "b":2 }]}"#)
    );
    assert_ne!(key_with(r#"{"a":[1,2]}"#), key_with(r#"{"a":[2,1]}"#));
    assert_ne!(key_with(r#"{"a":1}"#), key_with(r#"{"a":"1"}"#));
    assert_ne!(key_with(r#"{"a":"b"}"#), key_with(r#"{"a\":\"b":0}"#));
}

#[test]
fn distinguishes_digits_and_duplicates_in_fingerprints() {
    let fingerprint_with = |unknown: &str| {
        let json = request().to_string();
        key_from_json(&json.replacen('{', &format!("{{\"later\":{unknown},"), 1)).fingerprint
    };
    let different = [
        // `serde_json` cannot represent these numbers exactly.
        ("1.7976931348623158079e308", "1.7976931348623158078e308"),
        ("18446744073709551616", "18446744073709551617"),
        (r#"{"a":1,"a":2}"#, r#"{"a":3,"a":2}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
    ];
    for (one, other) in different {
        assert_ne!(fingerprint_with(one), fingerprint_with(other), "{one}");
        assert_eq!(fingerprint_with(one), fingerprint_with(one), "{one}");
    }
    // The other values of a request that contains such a number also affect the fingerprint.
    let fingerprint_of_app = |id: &str| {
        let mut request = request();
        request["appId"] = json!(id);
        let huge = r#"{"later":1.7976931348623158079e308,"#;
        key_from_json(&request.to_string().replacen('{', huge, 1)).fingerprint
    };
    assert_ne!(fingerprint_of_app("1"), fingerprint_of_app("2"));
}

#[test]
fn includes_every_value_in_fingerprints() {
    let changes = [
        ("/appId", json!("2102010113769001")),
        ("/customerBelongsTo", json!("GCASH")),
        ("/customerId", json!("1236450862137570001")),
        ("/registrationFields/0/fieldCode", json!("FIRST_NAME")),
        ("/registrationFields/0/fieldValue", json!("ada")),
        ("/registrationFields/1", json!({"fieldCode": "USER_NAME", "fieldValue": "Ada"})),
        ("/registrationFields", json!([])),
    ];
    let first = key_from_value(&request());
    for (pointer, value) in changes {
        let mut other = request();
        *other.pointer_mut(pointer).unwrap() = value;
        let other = key_from_value(&other);
        assert_ne!(other.fingerprint, first.fingerprint, "{pointer}");
        assert!(other.has_same_id(&first), "{pointer}");
    }
    for (name, value) in
        [("extendInfo", json!("{}")), ("later", json!(1)), ("later", json!([null]))]
    {
        let mut other = request();
        other[name] = value;
        assert_ne!(key_from_value(&other).fingerprint, first.fingerprint, "{name}");
    }
}

#[test]
fn treats_null_and_absent_fields_as_equal() {
    let mut with_null = request();
    with_null["extendInfo"] = Value::Null;
    assert_eq!(key_from_value(&with_null), key_from_value(&request()));
}

#[test]
fn ignores_unknown_null_fields_in_fingerprints() {
    let key_with = |unknown: &str| {
        key_from_json(&request().to_string().replacen('{', &format!("{{{unknown}"), 1))
    };
    let expected = key_from_value(&request());
    assert_eq!(key_with(r#""later":null,"#), expected);
    assert_ne!(key_with(r#""later":{},"#), expected);
    let nested = key_with(r#""later":{"a":1,"b":null},"#);
    assert_eq!(nested, key_with(r#""later":{"a":1},"#));
    // Null elements of arrays are not ignored, because they affect the positions of other elements.
    assert_ne!(key_with(r#""later":[null,1],"#), key_with(r#""later":[1],"#));
    assert_ne!(key_with(r#""later":"null","#), expected);
}

#[test]
fn keeps_fingerprints_stable() {
    // Databases store fingerprints: if these bytes change, stored requests are no longer
    // recognized.
    assert_eq!(to_hex(key_from_value(&request()).fingerprint), "f85a9cb587afc0ff2fe393d964748132");
    let mut with_numbers = request().to_string();
    with_numbers.insert_str(
        1,
        r#""later":[1.50,1e2,-0,0.1,12345678901234567890,{"z":"é","a":"\u00e9\n"}],"#,
    );
    assert_eq!(
        to_hex(key_from_json(&with_numbers).fingerprint),
        "d4456c83593cd764cd75f0c2ce97030a"
    );
}

fn to_hex(bytes: [u8; 16]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).concat()
}

#[test]
fn distinguishes_ids_of_different_clients() {
    let request = from_json::<NotifyCardRegistrationRequest>(request().to_string().as_bytes());
    let request = request.unwrap();
    let key = |client_id| {
        IdempotencyKey::from_request::<NotifyCardRegistration>(client_id, &request).unwrap()
    };
    assert!(!key("C-1").has_same_id(&key("C-2")));
    assert_eq!(key("C-1").fingerprint, key("C-2").fingerprint);
}

#[test]
fn builds_no_keys_without_request_ids() {
    let request = include_str!("../examples/payloads/valid/merchant_sync_request.json");
    let request = from_json::<MerchantSyncRequest>(request.as_bytes()).unwrap();
    assert_eq!(IdempotencyKey::from_request::<MerchantSync>("C-1", &request), None);
}

// Tests of `MemoryStore`.

/// Returns the key of a request with the given ID and content.
fn key(id: &str, content: &str) -> IdempotencyKey {
    let mut value = request();
    value["requestId"] = json!(id);
    value["registrationFields"][0]["fieldValue"] = json!(content);
    key_from_value(&value)
}

fn reserve(store: &MemoryStore, key: &IdempotencyKey, seconds: u64) -> Result<Reservation, String> {
    block_on(store.reserve(key, time_at(seconds))).map_err(|error| error.to_string())
}

fn complete(
    store: &MemoryStore,
    key: &IdempotencyKey,
    reply: &str,
    reserved_at: u64,
) -> Option<Vec<u8>> {
    block_on(store.complete(key, reply.as_bytes(), time_at(reserved_at))).unwrap()
}

fn release(store: &MemoryStore, key: &IdempotencyKey, reserved_at: u64) {
    block_on(store.release(key, time_at(reserved_at))).unwrap();
}

const STORE_FULL_MESSAGE: &str = "the idempotency store is full";

/// Returns the expected result of reserving an ID whose reply is stored.
fn completed_with(reply: &str) -> Result<Reservation, String> {
    Ok(Reservation::Completed(reply.into()))
}

#[test]
fn reserves_and_then_returns_stored_reply() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    assert_eq!(reserve(&store, &key, 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &key, 1), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &key, "reply", 2), None);
    assert_eq!(reserve(&store, &key, 3), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 3599), completed_with("reply"));
}

#[test]
fn reports_reused_keys() {
    let (store, first, other) = (MemoryStore::new(10, HOUR), key("R-1", "a"), key("R-1", "b"));
    assert_eq!(reserve(&store, &first, 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &other, 0), Ok(Reservation::KeyReused));
    complete(&store, &first, "reply", 0);
    assert_eq!(reserve(&store, &other, 0), Ok(Reservation::KeyReused));
    assert_eq!(reserve(&store, &first, 0), completed_with("reply"));
}

#[test]
fn reserves_different_ids() {
    let store = MemoryStore::new(10, HOUR);
    assert_eq!(reserve(&store, &key("R-1", "a"), 0), Ok(Reservation::New));
    assert_eq!(reserve(&store, &key("R-2", "a"), 0), Ok(Reservation::New));
}

#[test]
fn reserves_released_ids_again() {
    let store = MemoryStore::new(10, HOUR);
    for content in ["a", "a", "b"] {
        let key = key("R-1", content);
        assert_eq!(reserve(&store, &key, 0), Ok(Reservation::New), "{content}");
        release(&store, &key, 0);
    }
}

#[test]
fn does_not_release_stored_replies() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "reply", 0);
    release(&store, &key, 0);
    assert_eq!(reserve(&store, &key, 1), completed_with("reply"));
}

#[test]
fn keeps_and_returns_first_reply() {
    let (store, key) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(complete(&store, &key, "first", 0), None);
    assert_eq!(complete(&store, &key, "second", 0), Some(b"first".to_vec()));
    assert_eq!(reserve(&store, &key, 0), completed_with("first"));
}

#[test]
fn rejects_only_new_requests_when_full() {
    let store = MemoryStore::new(2, HOUR);
    let (first, second, third) = (key("R-1", "a"), key("R-2", "a"), key("R-3", "a"));
    reserve(&store, &first, 0).unwrap();
    complete(&store, &first, "reply", 0);
    reserve(&store, &second, 0).unwrap();
    assert_eq!(reserve(&store, &third, 0), Err(STORE_FULL_MESSAGE.into()));
    assert_eq!(reserve(&store, &first, 0), completed_with("reply"));
    assert_eq!(reserve(&store, &second, 0), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key("R-1", "b"), 0), Ok(Reservation::KeyReused));
    release(&store, &second, 0);
    assert_eq!(reserve(&store, &third, 0), Ok(Reservation::New));
}

#[test]
fn rejects_requests_without_capacity() {
    assert_eq!(
        reserve(&MemoryStore::new(0, HOUR), &key("R-1", "a"), 0),
        Err(STORE_FULL_MESSAGE.into())
    );
}

#[test]
fn frees_capacity_of_expired_replies() {
    let store = MemoryStore::new(1, HOUR);
    let (first, second) = (key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &first, 0).unwrap();
    complete(&store, &first, "reply", 0);
    assert_eq!(reserve(&store, &first, 10), completed_with("reply"));
    assert_eq!(reserve(&store, &second, 3609), Err(STORE_FULL_MESSAGE.into()));
    assert_eq!(reserve(&store, &first, 3609), completed_with("reply"));
    assert_eq!(reserve(&store, &second, 3610), Ok(Reservation::New));
    release(&store, &second, 3610);
    assert_eq!(reserve(&store, &first, 3611), Ok(Reservation::New));
}

#[test]
fn expires_reservations_after_one_minute() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(reserve(&store, &key, 59), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
    // The second reservation also lasts for one minute.
    assert_eq!(reserve(&store, &key, 119), Ok(Reservation::InProgress));
    assert_eq!(reserve(&store, &key, 120), Ok(Reservation::New));
}

#[test]
fn respects_configured_reservation_timeout() {
    let second = Duration::from_secs(1);
    let (store, key) = (MemoryStore::new(2, second), key("R-1", "a"));
    let store = store.reservation_timeout(HOUR);
    reserve(&store, &key, 0).unwrap();
    // The reservation is kept for longer than replies, which expire after one second.
    assert_eq!(reserve(&store, &key, 3599), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &key, "reply", 0), None);
    assert_eq!(reserve(&store, &key, 3599), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 3600), Ok(Reservation::New));
}

#[test]
fn starts_expiry_when_handler_finishes() {
    let (store, key) = (MemoryStore::new(2, HOUR), key("R-1", "a"));
    let store = store.reservation_timeout(24 * HOUR);
    reserve(&store, &key, 0).unwrap();
    // The handler takes two hours.
    complete(&store, &key, "reply", 0);
    assert_eq!(reserve(&store, &key, 7201), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 7201 + 3599), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 7201 + 3600), Ok(Reservation::New));
}

#[test]
fn hides_replies_in_debug_output() {
    let (store, key) = (MemoryStore::new(2, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "{}", 0);
    let shown = format!("{store:?}{:?}", reserve(&store, &key, 0));
    assert!(shown.contains("Completed(..)") && !shown.contains("123, 125"), "{shown}");
}

#[test]
fn stores_reply_after_reservation_expires() {
    let (store, slow, other) = (MemoryStore::new(2, HOUR), key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &slow, 0).unwrap();
    reserve(&store, &other, 3600).unwrap();
    assert_eq!(complete(&store, &slow, "late", 0), None);
    assert_eq!(reserve(&store, &slow, 3601), completed_with("late"));
}

#[test]
fn keeps_first_of_two_replies() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    reserve(&store, &key, 60).unwrap();
    assert_eq!(complete(&store, &key, "slow", 61), None);
    assert_eq!(complete(&store, &key, "fast", 62), Some(b"slow".to_vec()));
}

#[test]
fn ignores_late_handlers_of_other_requests() {
    let (store, first, other) = (MemoryStore::new(1, HOUR), key("R-1", "a"), key("R-1", "b"));
    reserve(&store, &first, 0).unwrap();
    assert_eq!(reserve(&store, &other, 3600), Ok(Reservation::New));
    assert_eq!(complete(&store, &first, "of another request", 3601), None);
    release(&store, &first, 0);
    assert_eq!(reserve(&store, &other, 3602), Ok(Reservation::InProgress));
    assert_eq!(complete(&store, &other, "reply", 3603), None);
    assert_eq!(reserve(&store, &other, 3604), completed_with("reply"));
}

#[test]
fn does_not_release_newer_reservations() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
    release(&store, &key, 0);
    assert_eq!(reserve(&store, &key, 61), Ok(Reservation::InProgress));
    // The second handler returns the final reply of the first.
    assert_eq!(complete(&store, &key, "first", 0), None);
    assert_eq!(complete(&store, &key, "second", 60), Some(b"first".to_vec()));
}

#[test]
fn does_not_rerun_handler_after_late_failure() {
    let (store, body) = (MemoryStore::new(10, HOUR), request().to_string());
    let handle_third_request_at = |seconds| handle(&store, &request(), failure("U"), seconds);
    let late = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", time_at(0))
        .handle_async(body.as_bytes(), |_| {
            // While the first handler is running, its reservation expires and a second handler
            // obtains it.
            let key = key_from_value(&request());
            assert_eq!(reserve(&store, &key, 60), Ok(Reservation::New));
            future::ready(failure("U"))
        });
    assert_eq!(block_on(late).unwrap().result.result_status, ResultStatus::Unknown);
    // The second handler still holds the reservation.
    let (_, was_handled) = handle_third_request_at(61);
    assert!(!was_handled);
}

#[test]
fn drops_late_replies_when_full() {
    let (store, first, second) = (MemoryStore::new(1, HOUR), key("R-1", "a"), key("R-2", "a"));
    reserve(&store, &first, 0).unwrap();
    assert_eq!(reserve(&store, &second, 3600), Ok(Reservation::New));
    assert_eq!(complete(&store, &first, "late", 0), None);
    assert_eq!(reserve(&store, &first, 3600), Err(STORE_FULL_MESSAGE.into()));
}

#[test]
fn extends_expiry_of_renewed_reservations() {
    let (store, key) = (MemoryStore::new(1, HOUR), key("R-1", "a"));
    reserve(&store, &key, 0).unwrap();
    reserve(&store, &key, 60).unwrap();
    complete(&store, &key, "reply", 60);
    assert_eq!(reserve(&store, &key, 60), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 3659), completed_with("reply"));
    assert_eq!(reserve(&store, &key, 3660), Ok(Reservation::New));
}

#[test]
fn keeps_replies_when_clock_is_set_back() {
    let (store, first) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &first, 5000).unwrap();
    complete(&store, &first, "reply", 5000);
    assert_eq!(reserve(&store, &first, 0), completed_with("reply"));
    assert_eq!(reserve(&store, &key("R-2", "a"), 0), Ok(Reservation::New));
}

#[test]
fn expires_replies_after_clock_reset() {
    let store = MemoryStore::new(2, HOUR);
    let (first, second, third) = (key("R-1", "a"), key("R-2", "a"), key("R-3", "a"));
    for key in [&first, &second] {
        reserve(&store, key, 1_000_000).unwrap();
        complete(&store, key, "reply", 1_000_000);
    }
    assert_eq!(reserve(&store, &third, 0), Err(STORE_FULL_MESSAGE.into()));
    assert_eq!(reserve(&store, &first, 3599), completed_with("reply"));
    // The replies have expired, although the current time is before the time at which they were
    // stored.
    assert_eq!(reserve(&store, &third, 3600), Ok(Reservation::New));
}

#[test]
fn keeps_expiry_after_unordered_calls() {
    let (store, first) = (MemoryStore::new(10, HOUR), key("R-1", "a"));
    reserve(&store, &first, 60).unwrap();
    complete(&store, &first, "reply", 60);
    for _ in 0..1000 {
        reserve(&store, &key("R-2", "a"), 0).unwrap();
        reserve(&store, &key("R-2", "a"), 60).unwrap();
    }
    assert_eq!(reserve(&store, &first, 3659), completed_with("reply"));
}

#[test]
fn accepts_extreme_system_times() {
    let (store, first) = (MemoryStore::new(2, Duration::MAX), key("R-1", "a"));
    let ends = [
        UNIX_EPOCH + Duration::from_secs(i64::MAX as u64),
        UNIX_EPOCH - Duration::from_secs(i64::MAX as u64),
        UNIX_EPOCH,
    ];
    for now in ends {
        block_on(store.reserve(&first, now)).unwrap();
        block_on(store.complete(&first, b"reply", now)).unwrap();
        let known = block_on(store.reserve(&first, now));
        assert_eq!(known, Ok(Reservation::Completed(b"reply".to_vec())));
    }
}

#[test]
fn frees_memory_of_released_reservations() {
    let store = MemoryStore::new(10, HOUR);
    reserve(&store, &key("kept", "a"), 0).unwrap();
    let (mut key, mut max_length) = (key("R-1", "a"), 0);
    for round in 0..100_000_u64 {
        key.id = format!("R-{}", round % 7);
        // A thousand reservations expire at the same time.
        assert_eq!(reserve(&store, &key, round / 1000), Ok(Reservation::New));
        release(&store, &key, round / 1000);
        if round % 997 == 0 {
            max_length = max_length.max(format!("{store:?}").len());
        }
    }
    assert!(max_length < 10_000, "the debug output has {max_length} bytes");
}

// Tests of `IdempotentHandler`.

/// The return type of the function that handles a request.
type HandlerResult = Result<NotifyCardRegistrationResponse, dictionary::Result>;

/// Handles a request with a function that returns `handled`. Returns the reply and whether the
/// function was called.
fn handle(
    store: &MemoryStore,
    body: &Value,
    handled: HandlerResult,
    seconds: u64,
) -> (Reply, bool) {
    let (body, mut was_called) = (body.to_string(), false);
    let function = |_: Valid<NotifyCardRegistrationRequest>| {
        was_called = true;
        future::ready(handled)
    };
    let reply = Handler::<NotifyCardRegistration>::new()
        .idempotent(store, "C-1", time_at(seconds))
        .handle_async(body.as_bytes(), function);
    let reply = block_on(reply).unwrap();
    (reply, was_called)
}

fn success(info: &str) -> HandlerResult {
    Ok(NotifyCardRegistrationResponse::new(ResultCode::Success).extend_info(info))
}

fn failure(status: &str) -> HandlerResult {
    Err(dictionary::Result::new(status).result_code("CODE_OF_HANDLER"))
}

#[test]
fn handles_repeated_requests_once() {
    let store = MemoryStore::new(10, HOUR);
    let (first, was_called) = handle(&store, &request(), success("first"), 0);
    assert!(was_called);
    assert_eq!(
        String::from_utf8_lossy(&first.body),
        r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"},"extendInfo":"first"}"#
    );
    let (again, was_called) = handle(&store, &request(), success("second"), 1);
    assert!(!was_called);
    assert_eq!((again.body, again.result), (first.body, first.result));
}

#[test]
fn stores_only_results_with_final_status() {
    for (status, is_stored) in [("S", true), ("F", true), ("U", false), ("A", false), ("X", false)]
    {
        let store = MemoryStore::new(10, HOUR);
        let (first, _) = handle(&store, &request(), failure(status), 0);
        assert_eq!(first.result.result_status.as_str(), status);
        let (second, was_called) = handle(&store, &request(), success("second"), 1);
        assert_eq!(was_called, !is_stored, "{status}");
        assert_eq!(second.body == first.body, is_stored, "{status}");
    }
}

#[test]
fn does_not_store_responses_with_status_u() {
    let store = MemoryStore::new(10, HOUR);
    let unknown = || Ok(NotifyCardRegistrationResponse::new(ResultCode::UnknownException));
    for seconds in [0, 1] {
        assert!(handle(&store, &request(), unknown(), seconds).1);
    }
}

#[test]
fn rejects_reused_ids() {
    let store = MemoryStore::new(10, HOUR);
    let _ = handle(&store, &request(), success("first"), 0);
    let mut other = request();
    other["customerId"] = json!("2");
    let (reply, was_called) = handle(&store, &other, success("second"), 1);
    assert!(!was_called);
    assert_eq!(reply.result.result_status, ResultStatus::Failed);
    assert_eq!(reply.result.result_code, Some("REPEAT_REQ_INCONSISTENT".into()));
}

#[test]
fn does_not_reserve_invalid_requests() {
    let store = MemoryStore::new(0, HOUR);
    let mut invalid = request();
    invalid["customerId"] = json!("#");
    let (reply, was_called) = handle(&store, &invalid, success(""), 0);
    assert!(!was_called);
    assert_eq!(reply.result.result_code, Some(ResultCode::ParamIllegal));
    assert_eq!(reply.request_error.unwrap().violations()[0].path(), "/customerId");
}

#[test]
fn handles_same_id_of_different_clients() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    for client_id in ["C-1", "C-2"] {
        let handled = success(client_id);
        let function = |_| future::ready(handled);
        let reply = Handler::<NotifyCardRegistration>::new()
            .idempotent(&store, client_id, time_at(0))
            .handle_async(body.as_bytes(), function);
        let body = String::from_utf8(block_on(reply).unwrap().body).unwrap();
        assert!(body.contains(client_id), "{body}");
    }
}

#[test]
fn always_handles_requests_without_keys() {
    let body = include_bytes!("../examples/payloads/valid/merchant_sync_request.json");
    let (store, mut calls) = (MemoryStore::new(0, HOUR), 0);
    for _ in 0..2 {
        let handler = |_| {
            calls += 1;
            future::ready(Ok::<_, ResultCode>(ResultCode::Success.into()))
        };
        let reply = Handler::<MerchantSync>::new()
            .idempotent(&store, "C-1", time_at(0))
            .handle_async(body, handler);
        assert_eq!(block_on(reply).unwrap().result.result_code, Some(ResultCode::Success));
    }
    assert_eq!(calls, 2);
}

#[test]
fn handles_tolerated_requests_once() {
    let body = br#"{"refundRequestId":"R-1","refundAmount":{"currency":"USD","value":"4990"}}"#;
    let (store, policy) = (MemoryStore::new(10, HOUR), Policy::lenient());
    let handle = |refund_id: &str| {
        let response = RefundResponse::new(ResultCode::Success).refund_id(refund_id);
        let reply = Handler::<Refund>::new()
            .policy(&policy)
            .idempotent(&store, "C-1", time_at(0))
            .handle_async(body, |_| future::ready(Ok::<_, ResultCode>(response)));
        block_on(reply).unwrap()
    };
    let first = handle("first");
    assert_eq!(first.tolerated[0].path(), "/refundAmount/value");
    assert_eq!(handle("second").body, first.body);
}

#[test]
fn does_not_handle_requests_when_full() {
    let body = request().to_string();
    let handler = |_| -> future::Ready<HandlerResult> { panic!("the function was called") };
    let store = MemoryStore::new(0, HOUR);
    let reply = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", time_at(0))
        .handle_async(body.as_bytes(), handler);
    assert_eq!(block_on(reply).unwrap_err().to_string(), STORE_FULL_MESSAGE);
}

#[test]
fn handles_one_of_several_concurrent_requests() {
    const THREADS: usize = 8;
    let store = MemoryStore::new(10, HOUR);
    let (runs, start, others_done) =
        (AtomicUsize::new(0), Barrier::new(THREADS), Barrier::new(THREADS));
    let body = request().to_string();
    let codes: Vec<_> = thread::scope(|scope| {
        let call = || {
            start.wait();
            let handler = |_| async {
                runs.fetch_add(1, Ordering::Relaxed);
                // Wait until the other threads have received their replies.
                others_done.wait();
                success("")
            };
            let reply = Handler::<NotifyCardRegistration>::new()
                .idempotent(&store, "C-1", time_at(0))
                .handle_async(body.as_bytes(), handler);
            let result = block_on(reply).unwrap().result;
            if result.result_status == ResultStatus::Unknown {
                others_done.wait();
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
fn sends_first_reply_from_slow_handlers() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let slow = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", time_at(0))
        .handle_async(body.as_bytes(), |_| {
            // After a minute, another handler obtains the reservation and finishes first.
            let (fast, was_called) = handle(&store, &request(), success("fast"), 60);
            assert!(was_called && fast.result.result_status == ResultStatus::Success);
            future::ready(success("slow"))
        });
    let slow = String::from_utf8(block_on(slow).unwrap().body).unwrap();
    assert!(slow.contains("fast") && !slow.contains("slow"), "{slow}");
}

#[test]
fn keeps_reservations_of_dropped_futures() {
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let handler = |_| future::pending::<HandlerResult>();
    let reply = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", time_at(0))
        .handle_async(body.as_bytes(), handler);
    let mut reply = Box::pin(reply);
    let polled = reply.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(reply);
    let (in_progress, was_called) = handle(&store, &request(), success(""), 59);
    assert!(!was_called);
    assert_eq!(in_progress.result.result_code, Some(ResultCode::UnknownException));
    assert!(handle(&store, &request(), success(""), 60).1);
}

/// A store in which the method with the given name fails.
struct FailingStore(&'static str);

impl FailingStore {
    fn fail_or_return<T: Send>(
        &self,
        method: &str,
        value: T,
    ) -> impl Future<Output = Result<T, String>> + Send + use<T> {
        future::ready(if self.0 == method { Err(method.to_owned()) } else { Ok(value) })
    }
}

impl IdempotencyStore for FailingStore {
    type Error = String;

    fn reserve(
        &self,
        _: &IdempotencyKey,
        _: SystemTime,
    ) -> impl Future<Output = Result<Reservation, String>> + Send {
        self.fail_or_return("reserve", Reservation::New)
    }

    fn complete(
        &self,
        _: &IdempotencyKey,
        _: &[u8],
        _: SystemTime,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, String>> + Send {
        self.fail_or_return("complete", None)
    }

    fn release(
        &self,
        _: &IdempotencyKey,
        _: SystemTime,
    ) -> impl Future<Output = Result<(), String>> + Send {
        self.fail_or_return("release", ())
    }
}

#[test]
fn returns_store_errors() {
    let body = request().to_string();
    for (method, status) in [("reserve", "S"), ("complete", "S"), ("release", "U")] {
        let store = FailingStore(method);
        let handler = |_| future::ready(failure(status));
        let reply = Handler::<NotifyCardRegistration>::new()
            .idempotent(&store, "C-1", time_at(0))
            .handle_async(body.as_bytes(), handler);
        assert_eq!(block_on(reply).unwrap_err(), method);
    }
}

#[test]
fn sends_stored_replies_unchanged() {
    let store = MemoryStore::new(10, HOUR);
    let key = key_from_value(&request());
    reserve(&store, &key, 0).unwrap();
    complete(&store, &key, "of another version", 0);
    let (reply, was_called) = handle(&store, &request(), success(""), 1);
    assert!(!was_called);
    assert_eq!(reply.body, b"of another version");
    assert_eq!(reply.result.result_code, Some(ResultCode::UnknownException));
}

#[test]
fn returns_send_futures() {
    fn require_send<T: Send>(value: T) -> T {
        value
    }
    let store = MemoryStore::new(10, HOUR);
    let body = request().to_string();
    let handler = |_| future::ready(success(""));
    let reply = Handler::<NotifyCardRegistration>::new()
        .idempotent(&store, "C-1", time_at(0))
        .handle_async(body.as_bytes(), handler);
    assert!(block_on(require_send(reply)).is_ok());
}
