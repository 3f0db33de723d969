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
/// The store does not read the system time, but uses the times that are passed to its methods. If
/// the system time is set back, no reply is lost. If the system time is set forward, all entries
/// age by the difference. The same happens if the system time is set back after a caller has read
/// it and before the caller passes it to the store.
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
    /// The IDs of requests that have been completed since the last call to `reserve`. The time to
    /// live of their replies starts at the next call, because `complete` is not passed the current
    /// time.
    completed: Vec<Id>,
    clock: Clock,
}

/// The identity of a request: the endpoint, the client ID and the request ID.
type Id = (&'static str, String, String);

struct Entry {
    fingerprint: [u8; 16],
    /// The system time of the reservation, which identifies the reservation.
    reserved_at: SystemTime,
    /// The time of the reservation on the store's [`Clock`].
    reserved_elapsed: Duration,
    /// The time on the store's [`Clock`] at which the entry expires.
    deadline: Duration,
    /// `None` while the request is being handled.
    reply: Option<Vec<u8>>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// A clock that advances with the system time, but does not go back if the system time is set back.
#[derive(Debug, Default)]
struct Clock {
    last: Option<SystemTime>,
    elapsed: Duration,
}

impl Clock {
    /// The maximum duration by which a time may precede the previous time because threads call the
    /// store out of order. If a time is even earlier, the system time is assumed to have been set
    /// back.
    const MAX_BACKWARD_CLOCK_STEP: Duration = Duration::from_secs(60);

    /// Advances the clock to a system time. Returns the time that has elapsed since the first call.
    fn advance(&mut self, now: SystemTime) -> Duration {
        match now.duration_since(*self.last.get_or_insert(now)) {
            Ok(step) => {
                self.elapsed = self.elapsed.saturating_add(step);
                self.last = Some(now);
            }
            Err(back) if back.duration() > Self::MAX_BACKWARD_CLOCK_STEP => self.last = Some(now),
            Err(_) => {}
        }
        self.elapsed
    }
}

impl MemoryStore {
    /// Creates a store of at most `capacity` entries. Replies expire after `time_to_live`.
    ///
    /// Reservations without a reply expire after a minute, unless you set another
    /// [`reservation_timeout`](Self::reservation_timeout).
    #[must_use]
    pub fn new(capacity: usize, time_to_live: Duration) -> Self {
        let reservation_timeout = Duration::from_secs(60);
        Self { capacity, time_to_live, reservation_timeout, entries: Mutex::default() }
    }

    /// Sets the time after which a reservation without a reply expires, so that a retried request
    /// can be handled. If a handler takes longer than the timeout, a request may be handled twice.
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

    fn lock_entries(&self) -> MutexGuard<'_, Entries> {
        // The code that holds the lock does not panic, so the data is consistent even if the lock
        // is poisoned.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_sync(
        &self,
        key: &IdempotencyKey,
        now: SystemTime,
    ) -> Result<Reservation, StoreFull> {
        let mut entries = self.lock_entries();
        let elapsed = entries.advance_and_expire(self.time_to_live, now);
        let id = entry_id(key);
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
        // The entry is removed at this time, unless the request is completed or retried earlier.
        let deadline = elapsed.saturating_add(self.time_to_live.max(self.reservation_timeout));
        let (fingerprint, reserved_at, reserved_elapsed) = (key.fingerprint, now, elapsed);
        let entry = Entry { fingerprint, reserved_at, reserved_elapsed, deadline, reply: None };
        entries.insert(id, entry);
        Ok(Reservation::New)
    }

    fn complete_sync(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        reserved_at: SystemTime,
    ) -> Option<Vec<u8>> {
        let mut entries = self.lock_entries();
        let (id, elapsed) = (entry_id(key), entries.clock.elapsed);
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
    fn advance_and_expire(&mut self, time_to_live: Duration, now: SystemTime) -> Duration {
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

fn entry_id(key: &IdempotencyKey) -> Id {
    (key.endpoint, key.client_id.clone(), key.id.clone())
}

impl IdempotencyStore for MemoryStore {
    type Error = StoreFull;

    async fn reserve(
        &self,
        key: &IdempotencyKey,
        now: SystemTime,
    ) -> Result<Reservation, StoreFull> {
        self.reserve_sync(key, now)
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        reserved_at: SystemTime,
    ) -> Result<Option<Vec<u8>>, StoreFull> {
        Ok(self.complete_sync(key, reply, reserved_at))
    }

    async fn release(
        &self,
        key: &IdempotencyKey,
        reserved_at: SystemTime,
    ) -> Result<(), StoreFull> {
        let mut entries = self.lock_entries();
        let id = entry_id(key);
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

/// The error returned by a [`MemoryStore`] that is full because no entry has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the idempotency store is full")]
#[non_exhaustive]
pub struct StoreFull;
