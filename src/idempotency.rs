//! The same answer to a repeated request (feature `idempotency`).
//!
//! A caller that got no answer repeats its request, and it must not be handled twice. A request is
//! known by the member that [`Call::idempotency_key`](crate::endpoint::Call::idempotency_key)
//! names. [`Endpoint::answer_once`] does what [`Endpoint::answer`] does, and keeps the answer in an
//! [`AnswerStore`]: in memory by [`MemoryStore`], or in your database.

use crate::{
    Policy, Table, Valid,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{Answer, Endpoint},
    json::{Fault, Lexer},
    law::Known,
    read::{Value as _, read_reporting},
    validate::Report,
};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    hash::Hasher,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// What a repeated request is known by.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{CardField, CustomerBelongsTo, NotifyCardRegistration, NotifyCardRegistrationRequest},
///     idempotency::RequestKey,
/// };
///
/// let request = |id: &str, name: &str| {
///     let fields = [CardField::new("USER_NAME", name)];
///     NotifyCardRegistrationRequest::new("1", CustomerBelongsTo::Tng, id, "2", fields)
/// };
/// let key = |id, name| RequestKey::of::<NotifyCardRegistration>("C-1", &request(id, name)).unwrap();
///
/// assert_eq!(key("7", "Ada"), key("7", "Ada"));
/// assert!(key("7", "Ada").is_id_of(&key("7", "Grace")));
/// assert_ne!(key("7", "Ada"), key("7", "Grace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RequestKey {
    /// The name of the call.
    pub call: &'static str,
    /// Who calls: IDs of one caller say nothing of those of another.
    pub client_id: String,
    /// The ID of the request.
    pub id: String,
    /// The content of the request, in 16 bytes. The order of members and the blanks between them
    /// do not change it, nor does another version of this crate.
    pub fingerprint: [u8; 16],
}

impl RequestKey {
    /// The key of a request; `None` if its call has none.
    #[must_use]
    pub fn of<E: Endpoint + ?Sized>(client_id: &str, request: &E::Request) -> Option<Self> {
        let Known::Text(id) = request.known(E::CALL.idempotency_key?) else { return None };
        Some(Self {
            call: E::CALL.name,
            client_id: client_id.to_owned(),
            id: id.to_owned(),
            fingerprint: fingerprint(request),
        })
    }

    /// Whether the other request has the same ID, whatever its content.
    #[must_use]
    pub fn is_id_of(&self, other: &Self) -> bool {
        (self.call, &self.client_id, &self.id) == (other.call, &other.client_id, &other.id)
    }
}

fn fingerprint(request: &impl Table) -> [u8; 16] {
    let mut json = Vec::new();
    // Neither a table nor a vector can fail to be written.
    let _ = serde_json::to_writer(&mut json, request);
    let mut hasher = SipHasher13::new();
    match std::str::from_utf8(&json).map(Node::parse) {
        Ok(Ok(node)) => node.hash(&mut hasher),
        // A value that was built, deeper than what can be read: its members are hashed in order.
        _ => hasher.write(&json),
    }
    hasher.finish128().as_bytes()
}

/// A JSON value. It borrows names, strings and numbers as they are written.
///
/// `serde_json::Value` would round numbers and drop duplicate names, and so take different requests
/// for the same.
enum Node<'a> {
    Scalar(&'a str),
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

impl<'a> Node<'a> {
    fn parse(json: &'a str) -> Result<Self, Fault> {
        Self::read(&mut Lexer::new(json))
    }

    fn read(json: &mut Lexer<'a>) -> Result<Self, Fault> {
        let mut first = true;
        match json.value_start()? {
            b'[' => {
                json.enter()?;
                let mut elements = Vec::new();
                while json.has_element(&mut first)? {
                    elements.push(Self::read(json)?);
                }
                Ok(Self::Array(elements))
            }
            b'{' => {
                json.enter()?;
                let mut members = Vec::new();
                while json.has_member(&mut first)? {
                    let name = json.raw_string()?.raw;
                    json.colon()?;
                    members.push((name, Self::read(json)?));
                }
                // A stable sort: the order of duplicates is part of the content.
                members.sort_by_key(|(name, _)| *name);
                Ok(Self::Object(members))
            }
            _ => Ok(Self::Scalar(json.skip()?)),
        }
    }

    /// Hashes the JSON text in which the members of every object are sorted by name, with a comma
    /// after each member and element.
    fn hash(&self, hasher: &mut SipHasher13) {
        match self {
            Self::Scalar(text) => hasher.write(text.as_bytes()),
            Self::Array(elements) => {
                hasher.write(b"[");
                for element in elements {
                    element.hash(hasher);
                    hasher.write(b",");
                }
                hasher.write(b"]");
            }
            Self::Object(members) => {
                hasher.write(b"{");
                for (name, value) in members {
                    for part in ["\"", name, "\":"] {
                        hasher.write(part.as_bytes());
                    }
                    value.hash(hasher);
                    hasher.write(b",");
                }
                hasher.write(b"}");
            }
        }
    }
}

/// A store of answers to requests.
///
/// [`reserve`](Self::reserve) is what makes a repeated request safe: of any number of requests of
/// the same ID that come at once, it must say [`Reservation::New`] to one.
pub trait AnswerStore {
    /// Why the store cannot say.
    type Error;

    /// Says what is known of a request; if nothing is, it is reserved for whoever asked, who then
    /// calls [`complete`](Self::complete) or [`release`](Self::release).
    ///
    /// Whoever asked may also vanish. A store should give a reservation to another request when it
    /// is older than any handler takes, or when the process that made it is gone. Should the first
    /// one come back after all, the store knows its reservation by the time `now`, which is then
    /// given as `reserved`.
    fn reserve(
        &self,
        key: &RequestKey,
        now: SystemTime,
    ) -> impl Future<Output = Result<Reservation, Self::Error>> + Send;

    /// Keeps the answer to a request that was reserved at the time `reserved`, also if another one
    /// has the reservation now. `Some` is the answer that another request of the same ID left first:
    /// that one is kept, and to be sent.
    fn complete(
        &self,
        key: &RequestKey,
        answer: &[u8],
        reserved: SystemTime,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// Forgets a request that was reserved at the time `reserved`, and got no answer that could be
    /// repeated; unless another one has the reservation now, whose handler is at work.
    fn release(
        &self,
        key: &RequestKey,
        reserved: SystemTime,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What is known of a request.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reservation {
    /// Nothing: it is to be handled now.
    New,
    /// The same request is being handled, and has no answer yet.
    InProgress,
    /// The same request was answered so.
    Answered(Vec<u8>),
    /// Another request has the same ID.
    Inconsistent,
}

impl fmt::Debug for Reservation {
    /// Hides the bytes of the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::InProgress => "InProgress",
            Self::Answered(_) => "Answered(..)",
            Self::Inconsistent => "Inconsistent",
        })
    }
}

/// [`Endpoint::answer_once`].
pub(crate) async fn answer_once<E, S, H, W, F>(
    store: &S,
    client_id: &str,
    body: &[u8],
    now: SystemTime,
    policy: &Policy,
    handler: H,
) -> Result<Answer, S::Error>
where
    E: Endpoint + ?Sized,
    S: AnswerStore,
    H: FnOnce(Valid<E::Request>) -> W,
    W: Future<Output = Result<E::Response, F>>,
    F: Into<dictionary::Result>,
{
    let mut report = Report::default();
    let request = match read_reporting::<E::Request>(body, policy, &mut report) {
        Ok(request) => request,
        Err(error) => return Ok(Answer::refusing(error)),
    };
    let Some(key) = RequestKey::of::<E>(client_id, &request) else {
        return Ok(Answer::handled::<E, F>(
            handler(request).await,
            report.into_tolerated(),
            policy,
        ));
    };
    match store.reserve(&key, now).await? {
        Reservation::New => {
            let answer =
                Answer::handled::<E, F>(handler(request).await, report.into_tolerated(), policy);
            let is_final =
                matches!(answer.result.result_status, ResultStatus::Success | ResultStatus::Failed);
            if is_final {
                let first = store.complete(&key, &answer.body, now).await?;
                return Ok(first.map_or(answer, Answer::again::<E>));
            }
            store.release(&key, now).await?;
            Ok(answer)
        }
        Reservation::Answered(body) => Ok(Answer::again::<E>(body)),
        Reservation::InProgress => Ok(Answer::of(
            dictionary::Result::from(ResultCode::UnknownException)
                .result_message("The same request is being handled."),
        )),
        Reservation::Inconsistent => Ok(Answer::of(
            dictionary::Result::new(ResultStatus::Failed)
                .result_code("REPEAT_REQ_INCONSISTENT")
                .result_message("Another request has the same ID."),
        )),
    }
}

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

    fn reserve_now(&self, key: &RequestKey, now: SystemTime) -> Result<Reservation, StoreFull> {
        let mut entries = self.entries();
        let elapsed = entries.expire(self.expiry, now);
        let id = id(key);
        match entries.by_id.get(&id) {
            Some(entry) if entry.fingerprint != key.fingerprint => {
                return Ok(Reservation::Inconsistent);
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
        key: &RequestKey,
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

fn id(key: &RequestKey) -> Id {
    (key.call, key.client_id.clone(), key.id.clone())
}

impl AnswerStore for MemoryStore {
    type Error = StoreFull;

    async fn reserve(&self, key: &RequestKey, now: SystemTime) -> Result<Reservation, StoreFull> {
        self.reserve_now(key, now)
    }

    async fn complete(
        &self,
        key: &RequestKey,
        answer: &[u8],
        reserved: SystemTime,
    ) -> Result<Option<Vec<u8>>, StoreFull> {
        Ok(self.complete_now(key, answer, reserved))
    }

    async fn release(&self, key: &RequestKey, reserved: SystemTime) -> Result<(), StoreFull> {
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
