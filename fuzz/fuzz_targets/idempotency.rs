//! Repeated requests, with a clock that jumps and with stores that lie: no panic, a store that keeps
//! its bounds, and valid answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    dictionary::ResultCode,
    endpoint::{Handler, Endpoint, NotifyCardRegistration, NotifyCardRegistrationResponse},
    from_json,
    idempotency::{IdempotencyStore, MemoryStore, IdempotencyKey, Reservation},
};
use std::{
    collections::HashMap,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

const BODY: &str = r#"{"appId":"1","customerBelongsTo":"TNG","requestId":"ID","customerId":"2","registrationFields":[{"fieldCode":"USER_NAME","fieldValue":"Ada"}]}"#;

fn wait<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// The key of one of 8 IDs, with one of 2 contents.
fn key(number: u8) -> IdempotencyKey {
    let body = BODY
        .replace("ID", &(number % 8).to_string())
        .replace("Ada", ["A", "B"][usize::from(number / 8 % 2)]);
    let request = from_json(body.as_bytes()).expect("not valid");
    IdempotencyKey::of::<NotifyCardRegistration>("C", &request).expect("no key")
}

static KEYS: LazyLock<Vec<IdempotencyKey>> = LazyLock::new(|| (0..16).map(key).collect());

/// A step of the clock, to its ends, too.
fn step(now: SystemTime, byte: u8) -> SystemTime {
    // The sum of all steps stays within what a `Duration` holds.
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

/// Demands of the store: no more entries than its capacity, and one `New` while the clock stands
/// still and nothing is released.
fn memory(data: &[u8]) {
    let Some(([capacity, expiry], steps)) = data.split_first_chunk() else { return };
    let capacity = usize::from(capacity % 6);
    let store = MemoryStore::new(capacity, Duration::from_secs(u64::from(*expiry)));
    let mut now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
    // What was reserved at this moment, and what was answered.
    let mut here: HashMap<String, SystemTime> = HashMap::new();
    for change in steps.chunks_exact(2).take(128) {
        let key = &KEYS[usize::from(change[0] % 16)];
        match change[0] / 64 {
            0 | 1 => {
                if let Ok(Reservation::New) = wait(store.reserve(key, now)) {
                    let again = here.insert(key.id.clone(), now);
                    assert!(again.is_none() || *expiry == 0, "handled twice at one time");
                    assert!(here.len() <= capacity || *expiry == 0, "more than the capacity");
                }
            }
            2 => {
                let reserved = if change[1] < 128 { now } else { step(now, change[1]) };
                let _ = wait(store.complete(key, &[change[1]], reserved));
            }
            _ if change[1] < 64 => {
                if wait(store.release(key, now)).is_ok() {
                    here.remove(&key.id);
                }
            }
            _ => {
                now = step(now, change[1].wrapping_mul(3));
                here.clear();
            }
        }
    }
}

/// Says what the bytes say.
struct Liar<'a>(&'a [u8]);

impl Liar<'_> {
    fn body(&self) -> Vec<u8> {
        self.0.get(3..).unwrap_or_default().to_vec()
    }

    fn at(&self, index: usize) -> u8 {
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl IdempotencyStore for Liar<'_> {
    type Error = ();

    async fn reserve(&self, _: &IdempotencyKey, _: SystemTime) -> Result<Reservation, ()> {
        match self.at(0) % 5 {
            0 => Ok(Reservation::New),
            1 => Ok(Reservation::InProgress),
            2 => Ok(Reservation::KeyReused),
            3 => Ok(Reservation::Answered(self.body())),
            _ => Err(()),
        }
    }

    async fn complete(
        &self,
        _: &IdempotencyKey,
        _: &[u8],
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, ()> {
        match self.at(1) % 3 {
            0 => Ok(None),
            1 => Ok(Some(self.body())),
            _ => Err(()),
        }
    }

    async fn release(&self, _: &IdempotencyKey, _: SystemTime) -> Result<(), ()> {
        if self.at(1).is_multiple_of(2) { Ok(()) } else { Err(()) }
    }
}

fn lies(data: &[u8]) {
    let store = Liar(data);
    let now = step(SystemTime::UNIX_EPOCH, store.at(2));
    let codes = [ResultCode::Success, ResultCode::UnknownException, ResultCode::AccessDenied];
    let code = codes[usize::from(store.at(2)) % 3].clone();
    let answer =
        wait(Handler::<NotifyCardRegistration>::new().idempotent(&store, "C", now).handle_async(BODY.as_bytes(), |_| async {
            if data.len().is_multiple_of(2) {
                Ok(NotifyCardRegistrationResponse::from(code))
            } else {
                Err(code)
            }
        }));
    let Ok(answer) = answer else { return };
    // What the store kept is sent unchanged, whatever it is.
    if answer.body != store.body() {
        let response = from_json::<NotifyCardRegistrationResponse>(&answer.body);
        assert_eq!(response.expect("not a valid answer").result, answer.result);
    }
}

// The first byte chooses: the store in memory, or one that lies.
fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((choice, rest)) if choice.is_multiple_of(2) => memory(rest),
        Some((_, rest)) => lies(rest),
        None => {}
    }
});
