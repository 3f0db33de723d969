use super::{IdempotencyKey, IdempotencyStore, Reservation};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// An in-memory store of bounded size, whose replies expire.
///
/// The replies are lost when the process ends. A request that is retried after its reply has
/// expired is handled again, so choose a time to live after which no caller retries a request.
///
/// The store has no clock of its own, but uses the times that are passed to it. If the clock is set
/// back, no reply is lost. If the clock jumps ahead, all entries age by the length of the jump.
/// Entries age in the same way if a call passes a time that was read before the clock was set back.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    time_to_live: Duration,
    reservation_timeout: Duration,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_id: HashMap<Id, Entry>,
    by_deadline: BTreeSet<(Duration, Id)>,
    /// The IDs of completed requests. The time to live of their replies starts at the next call
    /// that is passed the current time, because `complete` is not.
    completed: Vec<Id>,
    clock: Clock,
}

/// The endpoint, the client ID and the request ID.
type Id = (&'static str, String, String);

struct Entry {
    fingerprint: [u8; 16],
    /// The time of the reservation on the caller's clock. It identifies the reservation.
    reserved_at: SystemTime,
    /// The time of the reservation on the store's clock.
    reserved_elapsed: Duration,
    deadline: Duration,
    /// `None` while the request is being handled.
    reply: Option<Vec<u8>>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// A monotonic clock, driven by a clock that may be set back.
#[derive(Debug, Default)]
struct Clock {
    last: Option<SystemTime>,
    elapsed: Duration,
}

impl Clock {
    /// The maximum amount by which threads may pass times out of order. If a time is further
    /// behind, the clock was set back.
    const MAX_DISORDER: Duration = Duration::from_secs(60);

    fn advance(&mut self, now: SystemTime) -> Duration {
        match now.duration_since(*self.last.get_or_insert(now)) {
            Ok(step) => {
                self.elapsed = self.elapsed.saturating_add(step);
                self.last = Some(now);
            }
            Err(back) if back.duration() > Self::MAX_DISORDER => self.last = Some(now),
            Err(_) => {}
        }
        self.elapsed
    }
}

impl MemoryStore {
    /// Creates a store of at most `capacity` entries. Replies expire after `time_to_live`.
    ///
    /// After a minute, a reservation without a reply is passed on to a retried request; see
    /// [`reservation_timeout`](Self::reservation_timeout).
    #[must_use]
    pub fn new(capacity: usize, time_to_live: Duration) -> Self {
        let reservation_timeout = Duration::from_secs(60);
        Self { capacity, time_to_live, reservation_timeout, entries: Mutex::default() }
    }

    /// Sets the time after which a reservation without a reply is passed on to a retried request.
    /// It must be longer than any handler takes; otherwise, a request may be handled twice.
    ///
    /// ```
    /// use miniprogram_protocol::idempotency::MemoryStore;
    /// use std::time::Duration;
    ///
    /// let hour = Duration::from_secs(60 * 60);
    /// let store = MemoryStore::new(100_000, 24 * hour).reservation_timeout(hour);
    /// ```
    #[must_use]
    pub const fn reservation_timeout(mut self, timeout: Duration) -> Self {
        self.reservation_timeout = timeout;
        self
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // No code panics while holding the lock, so the data is consistent even if the lock is
        // poisoned.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_now(&self, key: &IdempotencyKey, now: SystemTime) -> Result<Reservation, StoreFull> {
        let mut entries = self.entries();
        let elapsed = entries.expire(self.time_to_live, now);
        let id = id(key);
        match entries.by_id.get(&id) {
            Some(entry) if entry.fingerprint != key.fingerprint => {
                return Ok(Reservation::KeyReused);
            }
            Some(Entry { reply: Some(reply), .. }) => {
                return Ok(Reservation::Completed(reply.clone()));
            }
            Some(entry)
                if elapsed.saturating_sub(entry.reserved_elapsed) < self.reservation_timeout =>
            {
                return Ok(Reservation::InProgress);
            }
            None if entries.by_id.len() >= self.capacity => return Err(StoreFull),
            _ => {}
        }
        // The reservation is removed at this time if the request is neither completed nor retried.
        let deadline = elapsed.saturating_add(self.time_to_live.max(self.reservation_timeout));
        let (fingerprint, reserved_at, reserved_elapsed) = (key.fingerprint, now, elapsed);
        let entry = Entry { fingerprint, reserved_at, reserved_elapsed, deadline, reply: None };
        entries.insert(id, entry);
        Ok(Reservation::New)
    }

    fn complete_now(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        reserved_at: SystemTime,
    ) -> Option<Vec<u8>> {
        let mut entries = self.entries();
        let (id, elapsed) = (id(key), entries.clock.elapsed);
        let (reserved_at, reserved_elapsed) = match entries.by_id.get(&id) {
            // The reservation expired, and another request with the same ID was reserved.
            Some(entry) if entry.fingerprint != key.fingerprint => return None,
            Some(Entry { reply: Some(first), .. }) => return Some(first.clone()),
            Some(entry) => (entry.reserved_at, entry.reserved_elapsed),
            None if entries.by_id.len() >= self.capacity => return None,
            None => (reserved_at, elapsed),
        };
        let (fingerprint, reply) = (key.fingerprint, Some(reply.to_vec()));
        let deadline = elapsed.saturating_add(self.time_to_live);
        entries.completed.push(id.clone());
        entries.insert(id, Entry { fingerprint, reserved_at, reserved_elapsed, deadline, reply });
        None
    }
}

impl Entries {
    /// Removes expired entries. Returns the time on the store's clock.
    fn expire(&mut self, time_to_live: Duration, now: SystemTime) -> Duration {
        let elapsed = self.clock.advance(now);
        for id in std::mem::take(&mut self.completed) {
            if let Some(entry) = self.remove(&id) {
                self.insert(id, Entry { deadline: elapsed.saturating_add(time_to_live), ..entry });
            }
        }
        let is_past = |(deadline, _): &&(Duration, Id)| *deadline <= elapsed;
        while let Some((_, id)) = self.by_deadline.first().filter(is_past).cloned() {
            self.remove(&id);
        }
        elapsed
    }

    fn insert(&mut self, id: Id, entry: Entry) {
        self.remove(&id);
        self.by_deadline.insert((entry.deadline, id.clone()));
        self.by_id.insert(id, entry);
    }

    fn remove(&mut self, id: &Id) -> Option<Entry> {
        let (id, entry) = self.by_id.remove_entry(id)?;
        self.by_deadline.remove(&(entry.deadline, id));
        Some(entry)
    }
}

fn id(key: &IdempotencyKey) -> Id {
    (key.endpoint, key.client_id.clone(), key.id.clone())
}

impl IdempotencyStore for MemoryStore {
    type Error = StoreFull;

    async fn reserve(
        &self,
        key: &IdempotencyKey,
        now: SystemTime,
    ) -> Result<Reservation, StoreFull> {
        self.reserve_now(key, now)
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        reserved_at: SystemTime,
    ) -> Result<Option<Vec<u8>>, StoreFull> {
        Ok(self.complete_now(key, reply, reserved_at))
    }

    async fn release(
        &self,
        key: &IdempotencyKey,
        reserved_at: SystemTime,
    ) -> Result<(), StoreFull> {
        let mut entries = self.entries();
        let id = id(key);
        let is_held = |entry: &Entry| {
            entry.reply.is_none()
                && entry.fingerprint == key.fingerprint
                && entry.reserved_at == reserved_at
        };
        if entries.by_id.get(&id).is_some_and(is_held) {
            entries.remove(&id);
        }
        Ok(())
    }
}

/// The error of a [`MemoryStore`] that is full of unexpired entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the idempotency store is full")]
#[non_exhaustive]
pub struct StoreFull;
