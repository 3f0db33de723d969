use super::{Verified, timestamp::unix_nanos};
use crate::dictionary::{self, ResultCode};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// Recognizes verified requests that are received again.
///
/// The protocol has no nonce: a copy of a request verifies until its time is too far from now. A
/// replay cache remembers what was received for that long. Requests with an idempotency key do not
/// need it; a caller repeats those on purpose.
///
/// All clients share the capacity. It must be at least the number of requests within twice the
/// clock skew that the verifier allows; an entry takes about 100 bytes.
///
/// ```
/// use miniprogram_protocol::{
///     dictionary,
///     http::{Headers, KeyRing, ReplayCache, SignatureError, Verifier},
/// };
/// use std::time::SystemTime;
///
/// fn authenticate(
///     verifier: &Verifier,
///     replays: &ReplayCache,
///     path: &str,
///     headers: &Headers,
///     body: &[u8],
/// ) -> Result<String, dictionary::Result> {
///     let now = SystemTime::now();
///     let verified = verifier.verify_request(path, headers, body, now)?;
///     replays.check(&verified, now)?;
///     Ok(verified.client_id)
/// }
///
/// let verifier = Verifier::new(KeyRing::new());
/// let replays = verifier.replay_cache(100_000);
/// assert!(authenticate(&verifier, &replays, "/", &Headers::default(), b"").is_err());
/// ```
#[derive(Debug)]
pub struct ReplayCache {
    capacity: usize,
    window: Duration,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    messages: BTreeSet<Message>,
    /// The time of the newest message that was forgotten. Copies of it could not be recognized, so
    /// no message that old is accepted.
    forgotten: i128,
}

/// Ordered by time, so that the oldest are first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Message {
    pub(super) unix_nanos: i128,
    /// The beginning of the decoded signature, which identifies the message: there is one signature
    /// for each key and content.
    pub(super) signature: [u8; 32],
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").finish_non_exhaustive()
    }
}

impl ReplayCache {
    pub(super) const fn new(capacity: usize, window: Duration) -> Self {
        let seen = Seen { messages: BTreeSet::new(), forgotten: i128::MIN };
        Self { capacity, window, seen: Mutex::new(seen) }
    }

    /// Checks that a request is received for the first time, and remembers it.
    ///
    /// # Errors
    /// It was received before, or is too old to know that, or the cache is full of requests that
    /// could be replayed still.
    pub fn check(&self, request: &Verified, now: SystemTime) -> Result<(), ReplayError> {
        // Nothing that holds the lock panics.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = unix_nanos(now);
        let is_too_old = |message: &Message| {
            now > message.unix_nanos && now.abs_diff(message.unix_nanos) > self.window.as_nanos()
        };
        while let Some(message) = seen.messages.first().filter(|message| is_too_old(message)) {
            seen.forgotten = message.unix_nanos;
            seen.messages.pop_first();
        }
        let message = &request.message;
        if message.unix_nanos <= seen.forgotten || seen.messages.contains(message) {
            return Err(ReplayError::Replayed);
        }
        if seen.messages.len() >= self.capacity {
            return Err(ReplayError::Full);
        }
        seen.messages.insert(message.clone());
        Ok(())
    }
}

/// Why a verified request is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The same request was received before, or one so old that this cannot be known.
    #[error("the request was received before")]
    Replayed,
    /// The cache has no capacity left.
    #[error("too many requests within the allowed clock skew")]
    Full,
}

impl From<ReplayError> for dictionary::Result {
    /// Returns `UNKNOWN_EXCEPTION`, status U: an honest caller that lost the response sends the
    /// request again with a new time.
    fn from(error: ReplayError) -> Self {
        Self::from(ResultCode::UnknownException).result_message(error.to_string())
    }
}
