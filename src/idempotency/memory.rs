use super::{IdempotencyKey, IdempotencyStore, Reservation};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// Answers in memory: a bounded number of them, for a limited time.
///
/// They are gone when the process ends. A request that comes again after its answer expired is
/// handled again: choose a time after which no caller repeats.
///
/// The time is that of the calls. A clock that is set back loses nothing; one that jumps ahead, also
/// in a call that read it before it was set back, expires what is older than the jump.
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
    /// Answers whose time begins with the next call that brings the time.
    completed: Vec<Id>,
    clock: Clock,
}

/// Endpoint, client and ID.
type Id = (&'static str, String, String);

struct Entry {
    fingerprint: [u8; 16],
    /// When it was reserved: what the handler says, and what this store's clock said.
    reserved: (SystemTime, Duration),
    deadline: Duration,
    /// `None` while the request is being handled.
    answer: Option<Vec<u8>>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// A clock that never goes back, driven by one that may.
#[derive(Debug, Default)]
struct Clock {
    last: Option<SystemTime>,
    elapsed: Duration,
}

impl Clock {
    /// Calls of several threads may be out of order by less than this. A clock that is further
    /// behind was set back.
    const DISORDER: Duration = Duration::from_secs(60);

    fn advance(&mut self, now: SystemTime) -> Duration {
        match now.duration_since(*self.last.get_or_insert(now)) {
            Ok(step) => {
                self.elapsed = self.elapsed.saturating_add(step);
                self.last = Some(now);
            }
            Err(back) if back.duration() > Self::DISORDER => self.last = Some(now),
            Err(_) => {}
        }
        self.elapsed
    }
}

impl MemoryStore {
    /// Creates a store of at most `capacity` answers, each kept for the time `expiry`.
    ///
    /// A reservation without answer is given to another request after a minute.
    #[must_use]
    pub fn new(capacity: usize, expiry: Duration) -> Self {
        let reservation_timeout = Duration::from_secs(60);
        Self { capacity, expiry, reservation_timeout, entries: Mutex::default() }
    }

    /// Sets after which time a reservation without answer is given to another request. It must be
    /// longer than any handler takes, or a request may be handled twice.
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
        // Nothing that holds the lock panics.
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
            Some(Entry { answer: Some(answer), .. }) => {
                return Ok(Reservation::Answered(answer.clone()));
            }
            Some(entry) if elapsed.saturating_sub(entry.reserved.1) < self.reservation_timeout => {
                return Ok(Reservation::InProgress);
            }
            None if entries.by_id.len() >= self.capacity => return Err(StoreFull),
            _ => {}
        }
        // Nobody asked for it again: its handler is gone, or takes longer than both times.
        let deadline = elapsed.saturating_add(self.expiry.max(self.reservation_timeout));
        let (fingerprint, reserved) = (key.fingerprint, (now, elapsed));
        entries.insert(id, Entry { fingerprint, reserved, deadline, answer: None });
        Ok(Reservation::New)
    }

    fn complete_now(
        &self,
        key: &IdempotencyKey,
        answer: &[u8],
        reserved: SystemTime,
    ) -> Option<Vec<u8>> {
        let mut entries = self.entries();
        let (id, elapsed) = (id(key), entries.clock.elapsed);
        let reserved = match entries.by_id.get(&id) {
            // The reservation may have expired, and the ID be given to another request.
            Some(entry) if entry.fingerprint != key.fingerprint => return None,
            Some(Entry { answer: Some(first), .. }) => return Some(first.clone()),
            Some(entry) => entry.reserved,
            None if entries.by_id.len() >= self.capacity => return None,
            None => (reserved, elapsed),
        };
        let (fingerprint, answer) = (key.fingerprint, Some(answer.to_vec()));
        let deadline = elapsed.saturating_add(self.expiry);
        entries.completed.push(id.clone());
        entries.insert(id, Entry { fingerprint, reserved, deadline, answer });
        None
    }
}

impl Entries {
    /// Removes what has expired, and returns the time by the store's clock.
    fn expire(&mut self, expiry: Duration, now: SystemTime) -> Duration {
        let elapsed = self.clock.advance(now);
        for id in std::mem::take(&mut self.completed) {
            if let Some(entry) = self.by_id.remove(&id) {
                self.by_deadline.remove(&(entry.deadline, id.clone()));
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

    fn remove(&mut self, id: &Id) {
        if let Some((id, entry)) = self.by_id.remove_entry(id) {
            self.by_deadline.remove(&(entry.deadline, id));
        }
    }
}

fn id(key: &IdempotencyKey) -> Id {
    (key.call, key.client_id.clone(), key.id.clone())
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
        answer: &[u8],
        reserved: SystemTime,
    ) -> Result<Option<Vec<u8>>, StoreFull> {
        Ok(self.complete_now(key, answer, reserved))
    }

    async fn release(&self, key: &IdempotencyKey, reserved: SystemTime) -> Result<(), StoreFull> {
        let mut entries = self.entries();
        let id = id(key);
        let is_this = |entry: &Entry| {
            entry.answer.is_none()
                && entry.fingerprint == key.fingerprint
                && entry.reserved.0 == reserved
        };
        if entries.by_id.get(&id).is_some_and(is_this) {
            entries.remove(&id);
        }
        Ok(())
    }
}

/// The store holds as many answers as it may, and none is old enough to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the store of answers is full")]
#[non_exhaustive]
pub struct StoreFull;
