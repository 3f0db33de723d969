use super::{IdempotencyKey, IdempotencyStore, Reservation};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// A store in memory, of bounded size, whose replies expire.
///
/// The replies are lost when the process ends. A request that is repeated after its reply expired
/// is handled again: choose an expiry after which no caller repeats a request.
///
/// The store has no clock of its own, but uses the times that are passed to it. A clock that is set
/// back loses no reply. A clock that jumps ahead ages all entries by the length of the jump, as does
/// a call with a time that was read before the clock was set back.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    expiry: Duration,
    reservation_timeout: Duration,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_id: HashMap<Id, Entry>,
    by_deadline: BTreeSet<(Duration, Id)>,
    /// Replies whose expiry starts at the next call with the current time, which `complete` lacks.
    completed: Vec<Id>,
    clock: Clock,
}

/// The endpoint, the client ID and the request ID.
type Id = (&'static str, String, String);

struct Entry {
    fingerprint: [u8; 16],
    /// The time of the reservation by the caller's clock, which identifies the reservation.
    reserved_at: SystemTime,
    /// The time of the reservation by the store's clock.
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

/// A monotonic clock, driven by one that may be set back.
#[derive(Debug, Default)]
struct Clock {
    last: Option<SystemTime>,
    elapsed: Duration,
}

impl Clock {
    /// Threads may pass their times out of order by at most this much. A clock that is further
    /// behind was set back.
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
    /// Creates a store of at most `capacity` entries. Replies expire after the time `expiry`.
    ///
    /// A reservation without a reply is given to a repeated request after a minute; see
    /// [`reservation_timeout`](Self::reservation_timeout).
    #[must_use]
    pub fn new(capacity: usize, expiry: Duration) -> Self {
        let reservation_timeout = Duration::from_secs(60);
        Self { capacity, expiry, reservation_timeout, entries: Mutex::default() }
    }

    /// Sets the time after which a reservation without a reply is given to a repeated request. It
    /// must be longer than any handler takes, or a request may be handled twice.
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
        // No code panics while it holds the lock, so the data of a poisoned one is consistent.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_now(&self, key: &IdempotencyKey, now: SystemTime) -> Result<Reservation, StoreFull> {
        let mut entries = self.entries();
        let elapsed = entries.expire(self.expiry, now);
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
        // Removes a reservation that is neither completed nor repeated.
        let deadline = elapsed.saturating_add(self.expiry.max(self.reservation_timeout));
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
        let deadline = elapsed.saturating_add(self.expiry);
        entries.completed.push(id.clone());
        entries.insert(id, Entry { fingerprint, reserved_at, reserved_elapsed, deadline, reply });
        None
    }
}

impl Entries {
    /// Removes expired entries. Returns the time by the store's clock.
    fn expire(&mut self, expiry: Duration, now: SystemTime) -> Duration {
        let elapsed = self.clock.advance(now);
        for id in std::mem::take(&mut self.completed) {
            if let Some(entry) = self.remove(&id) {
                self.insert(id, Entry { deadline: elapsed.saturating_add(expiry), ..entry });
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

/// The error of a [`MemoryStore`] that is full of entries that have not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the idempotency store is full")]
#[non_exhaustive]
pub struct StoreFull;
