use super::VerifiedSender;
use crate::{
    dictionary::{self, ResultCode},
    model::system_time::unix_nanos,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// A cache that detects replayed requests.
///
/// The protocol has no nonce, so a replayed request passes verification until its timestamp is
/// outside the allowed clock skew. The cache stores verified requests until that time. Do not use
/// the cache for requests with an idempotency key, because clients retry them on purpose.
///
/// All clients share the capacity, which must be at least the number of requests that arrive within
/// twice the allowed clock skew. An entry takes about 100 bytes.
///
/// The cache is kept in the memory of one process, and is empty after a restart.
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
///     path_and_query: &str,
///     headers: &Headers,
///     body: &[u8],
/// ) -> Result<String, dictionary::Result> {
///     let now = SystemTime::now();
///     let verified = verifier.verify_request(path_and_query, headers, body, now)?;
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
    max_clock_skew: Duration,
    seen: Mutex<ReceivedMessages>,
}

/// The verified messages received so far.
#[derive(Debug)]
struct ReceivedMessages {
    messages: BTreeSet<MessageId>,
    /// The timestamp of the newest evicted message, in nanoseconds since the Unix epoch. Messages that are
    /// not newer are rejected, because they may be replays of evicted messages.
    newest_evicted: i128,
}

/// The identity of a verified message. Messages are ordered by timestamp, oldest first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MessageId {
    pub(super) unix_nanos: i128,
    /// The first bytes of the decoded signature, which identify the message, because PKCS #1 v1.5
    /// is deterministic: the same key and input always result in the same signature.
    pub(super) signature: [u8; 32],
}

impl std::fmt::Debug for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageId").finish_non_exhaustive()
    }
}

impl ReplayCache {
    pub(super) const fn new(capacity: usize, max_clock_skew: Duration) -> Self {
        let seen = ReceivedMessages { messages: BTreeSet::new(), newest_evicted: i128::MIN };
        Self { capacity, max_clock_skew, seen: Mutex::new(seen) }
    }

    /// Checks that a request has not already been received, and adds it to the cache.
    ///
    /// # Errors
    /// Returns an error if the request has already been received, if it is so old that the cache
    /// may have evicted it, or if the cache is full.
    pub fn check(&self, sender: &VerifiedSender, now: SystemTime) -> Result<(), ReplayError> {
        // The code that holds the lock does not panic, so the data is consistent even if the lock
        // is poisoned.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = unix_nanos(now);
        let is_too_old = |message: &MessageId| {
            now > message.unix_nanos
                && now.abs_diff(message.unix_nanos) > self.max_clock_skew.as_nanos()
        };
        while let Some(message) = seen.messages.first().filter(|message| is_too_old(message)) {
            seen.newest_evicted = message.unix_nanos;
            seen.messages.pop_first();
        }
        let message = &sender.message;
        if message.unix_nanos <= seen.newest_evicted || seen.messages.contains(message) {
            return Err(ReplayError::Replayed);
        }
        if seen.messages.len() >= self.capacity {
            return Err(ReplayError::Full);
        }
        seen.messages.insert(message.clone());
        Ok(())
    }
}

/// An error returned by [`ReplayCache::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The request has already been received, or is so old that the cache may have evicted it.
    #[error("the request has already been received")]
    Replayed,
    /// The cache is full of requests within the allowed clock skew.
    #[error("too many requests within the allowed clock skew")]
    Full,
}

impl From<ReplayError> for dictionary::Result {
    /// Returns `UNKNOWN_EXCEPTION` with the status U, so that a legitimate caller retries the
    /// request with a new timestamp.
    fn from(error: ReplayError) -> Self {
        Self::from(ResultCode::UnknownException).result_message(error.to_string())
    }
}
