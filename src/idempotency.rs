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
    law::Known,
    read::{Value as _, read_reporting},
    validate::Report,
};
use serde_json::Value;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
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
    let mut text = String::new();
    write_sorted(&serde_json::to_value(request).unwrap_or_default(), &mut text);
    let mut hasher = SipHasher13::new();
    hasher.write(text.as_bytes());
    hasher.finish128().as_bytes()
}

/// Writes the JSON text in which the members of every object stand in the order of their names.
fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Array(elements) => {
            text.push('[');
            for element in elements {
                write_sorted(element, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                write_sorted(value, text);
                text.push(',');
            }
            text.push('}');
        }
        _ => {
            let _ = write!(text, "{value}");
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
/// handled again: choose a time beyond which no caller repeats.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    expiry: Duration,
    patience: Duration,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_id: HashMap<Id, Entry>,
    /// The IDs by the time of their entry, oldest first. Some may be gone or entered anew.
    by_age: VecDeque<(SystemTime, Id)>,
}

/// Call, client and ID.
type Id = (&'static str, String, String);

#[derive(Debug)]
struct Entry {
    fingerprint: [u8; 16],
    entered: SystemTime,
    /// `None` while it is being handled.
    answer: Option<Vec<u8>>,
}

impl MemoryStore {
    /// A store of at most `capacity` answers, each kept for the time `expiry`.
    ///
    /// A reservation without answer is given to another request after a minute, or after `expiry`
    /// if that is less.
    #[must_use]
    pub fn new(capacity: usize, expiry: Duration) -> Self {
        let patience = expiry.min(Duration::from_secs(60));
        Self { capacity, expiry, patience, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Whoever panicked left no entry half written.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_now(&self, key: &RequestKey, now: SystemTime) -> Result<Reservation, StoreFull> {
        let mut entries = self.entries();
        entries.expire(self.expiry, now);
        let id = id(key);
        match entries.by_id.get(&id) {
            Some(entry) if entry.fingerprint != key.fingerprint => {
                return Ok(Reservation::Inconsistent);
            }
            Some(Entry { answer: Some(answer), .. }) => {
                return Ok(Reservation::Answered(answer.clone()));
            }
            Some(entry) if age(entry.entered, now) < self.patience => {
                return Ok(Reservation::InProgress);
            }
            None if entries.by_id.len() >= self.capacity => return Err(StoreFull),
            _ => {}
        }
        let entry = Entry { fingerprint: key.fingerprint, entered: now, answer: None };
        entries.by_id.insert(id.clone(), entry);
        entries.by_age.push_back((now, id));
        Ok(Reservation::New)
    }
}

impl Entries {
    /// Forgets what is older than `expiry`.
    fn expire(&mut self, expiry: Duration, now: SystemTime) {
        while let Some((entered, id)) = self.by_age.front() {
            if age(*entered, now) < expiry {
                break;
            }
            if self.by_id.get(id).is_some_and(|entry| entry.entered == *entered) {
                self.by_id.remove(id);
            }
            self.by_age.pop_front();
        }
        // What was released or reserved anew leaves its age behind.
        if self.by_age.len() > 2 * self.by_id.len() + 16 {
            let by_id = &self.by_id;
            self.by_age.retain(|(entered, id)| {
                by_id.get(id).is_some_and(|entry| entry.entered == *entered)
            });
        }
    }
}

fn id(key: &RequestKey) -> Id {
    (key.call, key.client_id.clone(), key.id.clone())
}

fn age(entered: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(entered).unwrap_or_default()
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
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, StoreFull> {
        let mut entries = self.entries();
        let Some(entry) = entries.by_id.get_mut(&id(key)) else { return Ok(None) };
        // The reservation may have expired, and the ID be given to another request.
        if entry.fingerprint != key.fingerprint {
            return Ok(None);
        }
        if entry.answer.is_none() {
            entry.answer = Some(answer.to_vec());
            return Ok(None);
        }
        Ok(entry.answer.clone())
    }

    async fn release(&self, key: &RequestKey, reserved: SystemTime) -> Result<(), StoreFull> {
        let mut entries = self.entries();
        let id = id(key);
        let is_this = |entry: &Entry| {
            entry.answer.is_none()
                && entry.fingerprint == key.fingerprint
                && entry.entered == reserved
        };
        if entries.by_id.get(&id).is_some_and(is_this) {
            entries.by_id.remove(&id);
        }
        Ok(())
    }
}

/// The store holds as many answers as it may, and none is old enough to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the store of answers is full")]
#[non_exhaustive]
pub struct StoreFull;
