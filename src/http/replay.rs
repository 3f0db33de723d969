use super::{Verified, sent_at::unix_nanos};
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
    seen: Mutex<BTreeSet<Message>>,
}

/// Ordered by time, so that the oldest are first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Message {
    pub(super) unix_nanos: i128,
    /// The decoded signature, which identifies the message: there is one for each key and content.
    pub(super) signature: Vec<u8>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").finish_non_exhaustive()
    }
}

impl ReplayCache {
    pub(super) const fn new(capacity: usize, window: Duration) -> Self {
        Self { capacity, window, seen: Mutex::new(BTreeSet::new()) }
    }

    /// Checks that a request is received for the first time, and remembers it.
    ///
    /// # Errors
    /// It was received before, or the cache is full of requests that could be replayed still.
    pub fn check(&self, request: &Verified, now: SystemTime) -> Result<(), ReplayError> {
        // Nothing that holds the lock panics.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = unix_nanos(now);
        let is_too_old = |message: &Message| {
            now > message.unix_nanos && now.abs_diff(message.unix_nanos) > self.window.as_nanos()
        };
        while seen.first().is_some_and(is_too_old) {
            seen.pop_first();
        }
        if seen.contains(&request.message) {
            return Err(ReplayError::Replayed);
        }
        if seen.len() >= self.capacity {
            return Err(ReplayError::Full);
        }
        seen.insert(request.message.clone());
        Ok(())
    }
}

/// Why a verified request is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The same request was received before.
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
