//! The membership cards and the answers that were given, kept in the database.
//!
//! A card and the answer that tells of it are written in one transaction, before the answer is
//! sent. Whenever the process ends, there are both or none: no card that was answered is lost, and
//! no repeated request makes a second one.

use crate::{
    database::{Card, Database, DatabaseError, NewAnswer, Outcome},
    folder::Folder,
};
use anyhow::Result;
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

/// The maximum time that a repeated request waits for the first one. It limits how many wait for a
/// disk that does not respond.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The cards and answers, and the requests that are being handled.
pub(crate) struct Cards {
    database: Database,
    in_hand: Mutex<HashMap<Id, InHand>>,
}

/// Call, client ID and ID of the request.
type Id = (&'static str, String, String);

/// A request that is being handled by this process. Those of an earlier process are forgotten.
struct InHand {
    fingerprint: [u8; 16],
    /// It ends with the [`Hold`].
    end: watch::Receiver<()>,
}

impl Cards {
    /// Opens the database of the folder, which keeps answers for that long.
    pub(crate) fn open(folder: &Folder, keep_answers: Duration) -> Result<Self> {
        let database = Database::open(folder, keep_answers)?;
        Ok(Self { database, in_hand: Mutex::default() })
    }

    /// Returns whether answers can be read and written.
    pub(crate) fn is_well(&self) -> bool {
        self.database.works()
    }

    /// What a request is answered with, and where its card waits for the answer.
    pub(crate) const fn registration(&self) -> Registration<'_> {
        Registration { cards: self, hold: OnceLock::new(), card: OnceLock::new() }
    }

    fn in_hand(&self) -> MutexGuard<'_, HashMap<Id, InHand>> {
        // Nothing that holds the lock can stop halfway.
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request: it holds the ID, and then its card, until the answer is kept.
///
/// When it is dropped, for whatever reason, the next request of that ID has its turn.
pub(crate) struct Registration<'a> {
    cards: &'a Cards,
    hold: OnceLock<Hold<'a>>,
    card: OnceLock<Card>,
}

impl Registration<'_> {
    /// Makes a card, which is written with the answer.
    pub(crate) fn make_card(
        &self,
        request: &Valid<NotifyCardRegistrationRequest>,
    ) -> Result<NotifyCardRegistrationResponse, ResultCode> {
        let random = getrandom::u64().map_err(|_| ResultCode::UnknownException)?;
        let number = format!("{:016}", random % 10_u64.pow(16));
        let registration = serde_json::to_vec(request).map_err(|_| ResultCode::UnknownException)?;
        let answer = NotifyCardRegistrationResponse::new(ResultCode::Success)
            .extend_info(json!({"cardNo": number}));
        let _ = self.card.set(Card { number, registration });
        Ok(answer)
    }
}

impl IdempotencyStore for Registration<'_> {
    type Error = DatabaseError;

    /// Waits for its turn: many requests of one ID that come at once all get the one answer.
    async fn reserve(
        &self,
        key: &IdempotencyKey,
        _: SystemTime,
    ) -> Result<Reservation, DatabaseError> {
        let deadline = time::Instant::now() + LONGEST_WAIT;
        let hold = loop {
            let mut end = match Hold::of(self.cards, key) {
                Ok(hold) => break hold,
                Err(in_hand) if in_hand.fingerprint != key.fingerprint => {
                    return Ok(Reservation::KeyReused);
                }
                Err(in_hand) => in_hand.end,
            };
            // Nothing is ever sent: it is an error, and that is the end.
            if time::timeout_at(deadline, end.changed()).await.is_err() {
                return Ok(Reservation::InProgress);
            }
        };
        match self.cards.database.answer(key)? {
            None => {
                let _ = self.hold.set(hold);
                Ok(Reservation::New)
            }
            Some(stored) if stored.fingerprint == key.fingerprint => {
                Ok(Reservation::Answered(stored.answer))
            }
            Some(_) => Ok(Reservation::KeyReused),
        }
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        answer: &[u8],
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        let (written, outcome) = oneshot::channel();
        let card = self.card.get().cloned();
        let (key, answer) = (key.clone(), answer.to_vec());
        self.cards.database.write(NewAnswer { key, answer, card, written })?;
        match outcome.await.map_err(|_| DatabaseError)? {
            Outcome::Written => Ok(None),
            Outcome::Existing(answer) => Ok(Some(answer)),
        }
    }

    async fn release(&self, _: &IdempotencyKey, _: SystemTime) -> Result<(), DatabaseError> {
        // The hold ends with the registration.
        Ok(())
    }
}

/// The right to handle the requests of an ID.
struct Hold<'a> {
    cards: &'a Cards,
    id: Id,
    /// When it is dropped, whoever waits is woken.
    _end: watch::Sender<()>,
}

impl<'a> Hold<'a> {
    fn of(cards: &'a Cards, key: &IdempotencyKey) -> Result<Self, InHand> {
        let id = (key.call, key.client_id.clone(), key.id.clone());
        match cards.in_hand().entry(id.clone()) {
            Entry::Occupied(entry) => {
                let InHand { fingerprint, end } = entry.get();
                Err(InHand { fingerprint: *fingerprint, end: end.clone() })
            }
            Entry::Vacant(entry) => {
                let (sender, end) = watch::channel(());
                entry.insert(InHand { fingerprint: key.fingerprint, end });
                Ok(Self { cards, id, _end: sender })
            }
        }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.cards.in_hand().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniprogram_protocol::endpoint::{CustomerBelongsTo, NotifyCardRegistration};

    #[tokio::test(start_paused = true)]
    async fn repeated_requests_do_not_wait_forever() {
        let data = std::env::temp_dir().join(format!("merchant-wait-{}", std::process::id()));
        let cards = Cards::open(&Folder::open(&data).unwrap(), LONGEST_WAIT).unwrap();
        let request = NotifyCardRegistrationRequest::new("1", CustomerBelongsTo::Tng, "3", "2", []);
        let key = IdempotencyKey::of::<NotifyCardRegistration>("C", &request).unwrap();
        let now = SystemTime::now();
        let (first, second) = (cards.registration(), cards.registration());
        assert_eq!(first.reserve(&key, now).await.unwrap(), Reservation::New);
        assert_eq!(second.reserve(&key, now).await.unwrap(), Reservation::InProgress);
        drop(first);
        assert_eq!(second.reserve(&key, now).await.unwrap(), Reservation::New);
        std::fs::remove_dir_all(data).unwrap();
    }
}
