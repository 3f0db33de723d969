//! Retries requests, either while the clock is changed or with a store that returns arbitrary
//! results. No operation may panic, `MemoryStore` must not exceed its capacity, and responses must
//! be valid.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    dictionary::ResultCode,
    endpoint::{Handler, NotifyCardRegistration, NotifyCardRegistrationResponse},
    from_json,
    idempotency::{IdempotencyKey, IdempotencyStore, MemoryStore, Reservation},
};
use std::{
    collections::HashMap,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

/// The template for the body of a valid request, in which `ID` and `Ada` are replaced.
const REQUEST_BODY: &str = r#"{"appId":"1","customerBelongsTo":"TNG","requestId":"ID","customerId":"2","registrationFields":[{"fieldCode":"USER_NAME","fieldValue":"Ada"}]}"#;

/// Returns the output of a future that is ready immediately.
fn expect_ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("expected a future that is ready"),
    }
}

/// Returns the key of a request with one of 8 IDs and one of 2 bodies.
fn idempotency_key(number: u8) -> IdempotencyKey {
    let body = REQUEST_BODY
        .replace("ID", &(number % 8).to_string())
        .replace("Ada", ["A", "B"][usize::from(number / 8 % 2)]);
    let request = from_json(body.as_bytes()).expect("the request is valid");
    IdempotencyKey::from_request::<NotifyCardRegistration>("C", &request)
        .expect("the request has an ID")
}

static IDEMPOTENCY_KEYS: LazyLock<Vec<IdempotencyKey>> =
    LazyLock::new(|| (0..16).map(idempotency_key).collect());

/// Changes a time by a few seconds or to an extreme value.
fn shift_time(now: SystemTime, byte: u8) -> SystemTime {
    // The limit ensures that the difference between any two times fits in a `Duration`.
    let extreme = Duration::from_secs(1 << 55);
    let seconds = Duration::from_secs(u64::from(byte % 32));
    match byte / 32 {
        0..=4 => now.checked_add(seconds),
        5 => now.checked_sub(seconds),
        6 => SystemTime::UNIX_EPOCH.checked_sub(extreme),
        _ => SystemTime::UNIX_EPOCH.checked_add(extreme),
    }
    .unwrap_or(now)
}

/// Checks that `MemoryStore` does not exceed its capacity, and that it reserves a key only once as
/// long as the clock is unchanged and the key is not released.
fn check_memory_store(data: &[u8]) {
    let Some(([capacity, expiry], steps)) = data.split_first_chunk() else { return };
    let capacity = usize::from(capacity % 6);
    let store = MemoryStore::new(capacity, Duration::from_secs(u64::from(*expiry)));
    let mut now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
    // The IDs that were reserved since the clock was last changed, with the time of their
    // reservation.
    let mut reserved_ids: HashMap<String, SystemTime> = HashMap::new();
    for change in steps.chunks_exact(2).take(128) {
        let key = &IDEMPOTENCY_KEYS[usize::from(change[0] % 16)];
        match change[0] / 64 {
            0 | 1 => {
                if let Ok(Reservation::New) = expect_ready(store.reserve(key, now)) {
                    let again = reserved_ids.insert(key.id.clone(), now);
                    assert!(again.is_none() || *expiry == 0, "the ID is reserved twice");
                    assert!(
                        reserved_ids.len() <= capacity || *expiry == 0,
                        "the store exceeds its capacity"
                    );
                }
            }
            2 => {
                let reserved = if change[1] < 128 { now } else { shift_time(now, change[1]) };
                let _ = expect_ready(store.complete(key, &[change[1]], reserved));
            }
            _ if change[1] < 64 => {
                if expect_ready(store.release(key, now)).is_ok() {
                    reserved_ids.remove(&key.id);
                }
            }
            _ => {
                now = shift_time(now, change[1].wrapping_mul(3));
                reserved_ids.clear();
            }
        }
    }
}

/// A store whose results are determined by the input bytes.
struct ScriptedStore<'a>(&'a [u8]);

impl ScriptedStore<'_> {
    fn body(&self) -> Vec<u8> {
        self.0.get(3..).unwrap_or_default().to_vec()
    }

    fn byte_at(&self, index: usize) -> u8 {
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl IdempotencyStore for ScriptedStore<'_> {
    type Error = ();

    async fn reserve(&self, _: &IdempotencyKey, _: SystemTime) -> Result<Reservation, ()> {
        match self.byte_at(0) % 5 {
            0 => Ok(Reservation::New),
            1 => Ok(Reservation::InProgress),
            2 => Ok(Reservation::KeyReused),
            3 => Ok(Reservation::Completed(self.body())),
            _ => Err(()),
        }
    }

    async fn complete(
        &self,
        _: &IdempotencyKey,
        _: &[u8],
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, ()> {
        match self.byte_at(1) % 3 {
            0 => Ok(None),
            1 => Ok(Some(self.body())),
            _ => Err(()),
        }
    }

    async fn release(&self, _: &IdempotencyKey, _: SystemTime) -> Result<(), ()> {
        if self.byte_at(1).is_multiple_of(2) { Ok(()) } else { Err(()) }
    }
}

/// Checks that the response is valid, whatever results the store returns.
fn check_scripted_store(data: &[u8]) {
    let store = ScriptedStore(data);
    let now = shift_time(SystemTime::UNIX_EPOCH, store.byte_at(2));
    let codes = [ResultCode::Success, ResultCode::UnknownException, ResultCode::AccessDenied];
    let code = codes[usize::from(store.byte_at(2)) % 3].clone();
    let reply = expect_ready(
        Handler::<NotifyCardRegistration>::new().idempotent(&store, "C", now).handle_async(
            REQUEST_BODY.as_bytes(),
            |_| async {
                if data.len().is_multiple_of(2) {
                    Ok(NotifyCardRegistrationResponse::from(code))
                } else {
                    Err(code)
                }
            },
        ),
    );
    let Ok(reply) = reply else { return };
    // The handler returns a stored body unchanged, even if it is invalid.
    if reply.body != store.body() {
        let response = from_json::<NotifyCardRegistrationResponse>(&reply.body);
        assert_eq!(response.expect("the response is valid").result, reply.result);
    }
}

// The first input byte selects the store.
fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((choice, rest)) if choice.is_multiple_of(2) => check_memory_store(rest),
        Some((_, rest)) => check_scripted_store(rest),
        None => {}
    }
});
