//! Membership cards, and the idempotency store that keeps them in the database.
//!
//! A card and the reply with its number are written in one transaction before the reply is sent.
//! After a crash, the database contains both or neither: no acknowledged card is lost, and no
//! retried request creates a second card.

use crate::database::{Card, Database, DatabaseError, NewReply, WriteOutcome};
use anyhow::Result;
use merchant_server::data_dir::DataDir;
use miniprogram_protocol::{
    Valid,
    dictionary::ResultCode,
    endpoint::{NotifyCardRegistrationRequest, NotifyCardRegistrationResponse},
    idempotency::{IdempotencyKey, IdempotencyStore, Reservation},
};
use serde_json::json;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    sync::{oneshot, watch},
    time,
};

/// The maximum time that a retried request waits for the first one. The limit bounds the number of
/// waiting requests if the disk does not respond.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// The cards, the replies, and the requests that are being handled.
pub(crate) struct CardStore {
    database: Database,
    active_requests: Mutex<HashMap<RequestId, ActiveRequest>>,
}

/// The name of the endpoint, the client ID and the ID of the request.
type RequestId = (&'static str, String, String);

/// A request that this process is handling.
struct ActiveRequest {
    fingerprint: [u8; 16],
    /// A channel that is closed when the [`RequestLock`] is dropped.
    finished: watch::Receiver<()>,
}

impl CardStore {
    /// Opens the database in a data directory. Replies are removed after `retention`.
    pub(crate) fn open(data_dir: &DataDir, retention: Duration) -> Result<Self> {
        let database = Database::open(data_dir, retention)?;
        Ok(Self { database, active_requests: Mutex::default() })
    }

    /// Returns `true` if replies can be read and written.
    pub(crate) fn is_healthy(&self) -> bool {
        self.database.is_healthy()
    }

    /// Returns the idempotency store for one request.
    pub(crate) const fn registration(&self) -> Registration<'_> {
        Registration { store: self, lock: OnceLock::new(), card: OnceLock::new() }
    }

    fn active_requests(&self) -> MutexGuard<'_, HashMap<RequestId, ActiveRequest>> {
        // Even if the lock is poisoned, the map is consistent, because no code panics in the middle
        // of a change.
        self.active_requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The idempotency store for one request. It holds the lock on the request ID, and keeps the new
/// card until the card is written together with the reply.
///
/// Dropping it releases the lock, so that the next request with the same ID can be handled.
pub(crate) struct Registration<'a> {
    store: &'a CardStore,
    lock: OnceLock<RequestLock<'a>>,
    card: OnceLock<Card>,
}

impl Registration<'_> {
    /// Creates a card, which is written together with the reply.
    pub(crate) fn create_card(
        &self,
        request: &Valid<NotifyCardRegistrationRequest>,
    ) -> Result<NotifyCardRegistrationResponse, ResultCode> {
        let random = getrandom::u64().map_err(|_| ResultCode::UnknownException)?;
        let number = format!("{:016}", random % 10_u64.pow(16));
        let registration = serde_json::to_vec(request).map_err(|_| ResultCode::UnknownException)?;
        let response = NotifyCardRegistrationResponse::new(ResultCode::Success)
            .extend_info(json!({"cardNo": number}));
        let _ = self.card.set(Card { number, registration });
        Ok(response)
    }
}

impl IdempotencyStore for Registration<'_> {
    type Error = DatabaseError;

    /// Waits while another request with the same ID is being handled, so that concurrent retries of
    /// a request get the same reply.
    async fn reserve(
        &self,
        key: &IdempotencyKey,
        _: SystemTime,
    ) -> Result<Reservation, DatabaseError> {
        let deadline = time::Instant::now() + MAX_WAIT;
        let lock = loop {
            let mut finished = match RequestLock::acquire(self.store, key) {
                Ok(lock) => break lock,
                Err(active) if active.fingerprint != key.fingerprint => {
                    return Ok(Reservation::KeyReused);
                }
                Err(active) => active.finished,
            };
            // No value is ever sent, so `changed` returns only when the channel is closed.
            if time::timeout_at(deadline, finished.changed()).await.is_err() {
                return Ok(Reservation::InProgress);
            }
        };
        match self.store.database.reply(key).await? {
            None => {
                let _ = self.lock.set(lock);
                Ok(Reservation::New)
            }
            Some(stored) if stored.fingerprint == key.fingerprint => {
                Ok(Reservation::Completed(stored.body))
            }
            Some(_) => Ok(Reservation::KeyReused),
        }
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        let (sender, outcome) = oneshot::channel();
        let card = self.card.get().cloned();
        let (key, body) = (key.clone(), reply.to_vec());
        self.store.database.write(NewReply { key, body, card, outcome: sender })?;
        match outcome.await.map_err(|_| DatabaseError)? {
            WriteOutcome::Written => Ok(None),
            WriteOutcome::Existing(reply) => Ok(Some(reply)),
        }
    }

    async fn release(&self, _: &IdempotencyKey, _: SystemTime) -> Result<(), DatabaseError> {
        // Dropping the registration releases the lock.
        Ok(())
    }
}

/// The exclusive right to handle requests with a given ID.
struct RequestLock<'a> {
    store: &'a CardStore,
    id: RequestId,
    /// Dropping this sender wakes the requests that wait for the lock.
    _finished: watch::Sender<()>,
}

impl<'a> RequestLock<'a> {
    /// Acquires the lock on the request's ID, or returns the request that holds the lock.
    fn acquire(store: &'a CardStore, key: &IdempotencyKey) -> Result<Self, ActiveRequest> {
        let id = (key.endpoint, key.client_id.clone(), key.id.clone());
        match store.active_requests().entry(id.clone()) {
            Entry::Occupied(entry) => {
                let ActiveRequest { fingerprint, finished } = entry.get();
                Err(ActiveRequest { fingerprint: *fingerprint, finished: finished.clone() })
            }
            Entry::Vacant(entry) => {
                let (sender, finished) = watch::channel(());
                entry.insert(ActiveRequest { fingerprint: key.fingerprint, finished });
                Ok(Self { store, id, _finished: sender })
            }
        }
    }
}

impl Drop for RequestLock<'_> {
    fn drop(&mut self) {
        self.store.active_requests().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniprogram_protocol::endpoint::{
        CustomerBelongsTo, NotifyCardRegistration, NotifyCardRegistrationRequestRequired,
    };

    #[tokio::test(start_paused = true)]
    async fn stops_waiting_after_timeout() {
        let data = std::env::temp_dir().join(format!("merchant-wait-{}", std::process::id()));
        let store = CardStore::open(&DataDir::open(&data).unwrap(), MAX_WAIT).unwrap();
        let request = NotifyCardRegistrationRequest::new(NotifyCardRegistrationRequestRequired {
            app_id: "1",
            customer_belongs_to: CustomerBelongsTo::Tng,
            request_id: "3",
            customer_id: "2",
            registration_fields: [],
        });
        let key = IdempotencyKey::from_request::<NotifyCardRegistration>("C", &request).unwrap();
        let now = SystemTime::now();
        let (first, second) = (store.registration(), store.registration());
        assert_eq!(first.reserve(&key, now).await.unwrap(), Reservation::New);
        assert_eq!(second.reserve(&key, now).await.unwrap(), Reservation::InProgress);
        drop(first);
        assert_eq!(second.reserve(&key, now).await.unwrap(), Reservation::New);
        std::fs::remove_dir_all(data).unwrap();
    }
}
