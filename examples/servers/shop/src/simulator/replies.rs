//! The replies to the requests with an idempotency key, in the database of the simulator.

use super::records::REPLIES;
use crate::storage::Storage;
use miniprogram_protocol::idempotency::{IdempotencyKey, IdempotencyStore, Reservation};
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// The endpoint, the client ID and the ID of a request.
type RequestId = (&'static str, String, String);

/// A store of replies, which are never removed. Requests that are being processed are reserved in
/// memory, so reservations end with the process. If the process crashes after a request was
/// processed but before its reply was stored, the request is handled again, and
/// [`bank`](super::bank) finds the existing payment or refund by the request ID.
pub(super) struct ReplyStore {
    storage: Storage,
    reserved: Mutex<BTreeSet<RequestId>>,
}

impl ReplyStore {
    pub(super) fn new(storage: Storage) -> Self {
        Self { storage, reserved: Mutex::default() }
    }

    fn reserved(&self) -> MutexGuard<'_, BTreeSet<RequestId>> {
        // No code panics while it changes the set.
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn request_id(key: &IdempotencyKey) -> RequestId {
    (key.endpoint, key.client_id.clone(), key.id.clone())
}

impl IdempotencyStore for ReplyStore {
    type Error = anyhow::Error;

    async fn reserve(&self, key: &IdempotencyKey, _: SystemTime) -> anyhow::Result<Reservation> {
        let id = request_id(key);
        if !self.reserved().insert(id.clone()) {
            return Ok(Reservation::InProgress);
        }
        let (key, stored_id) = (key.clone(), id.clone());
        let stored = self.storage.read(move |transaction| {
            let replies = transaction.open_table(REPLIES)?;
            let (endpoint, client_id, id) = &stored_id;
            let stored = replies.get((*endpoint, client_id.as_str(), id.as_str()))?;
            Ok(stored.map(|reply| match reply.value() {
                (fingerprint, body) if fingerprint == key.fingerprint => {
                    Reservation::Completed(body.to_vec())
                }
                _ => Reservation::KeyReused,
            }))
        });
        let stored = stored.await;
        if !matches!(stored, Ok(None)) {
            self.reserved().remove(&id);
        }
        Ok(stored?.unwrap_or(Reservation::New))
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        _: SystemTime,
    ) -> anyhow::Result<Option<Vec<u8>>> {
        let (endpoint, client_id, id) = request_id(key);
        let (fingerprint, reply) = (key.fingerprint, reply.to_vec());
        let stored = self.storage.write(move |transaction| {
            let mut replies = transaction.open_table(REPLIES)?;
            replies.insert(
                (endpoint, client_id.as_str(), id.as_str()),
                (fingerprint, reply.as_slice()),
            )?;
            Ok(())
        });
        let stored = stored.await;
        self.reserved().remove(&request_id(key));
        stored.map(|()| None)
    }

    async fn release(&self, key: &IdempotencyKey, _: SystemTime) -> anyhow::Result<()> {
        self.reserved().remove(&request_id(key));
        Ok(())
    }
}
