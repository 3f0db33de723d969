//! The membership cards and the answers that were given, in a database in a file.
//!
//! A card and the answer that tells of it are written in one transaction, before the answer is
//! sent. Whenever the process ends, there are both or none: no card that was answered is lost, and
//! no repeated request makes a second one.

use anyhow::{Context as _, Result, ensure};
use miniprogram_protocol::{
    Valid,
    dictionary::ResultCode,
    endpoint::{NotifyCardRegistrationRequest, NotifyCardRegistrationResponse},
    idempotency::{AnswerStore, RequestKey, Reservation},
};
use redb::{Database, ReadableDatabase as _, TableDefinition};
use serde_json::json;
use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::SystemTime,
};
use tokio::sync::{oneshot, watch};
use tracing::error;

/// The registration, as JSON, by the number of the card.
const CARDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("cards");

/// The content of the request and the answer, by call, client ID and ID of the request.
const ANSWERS: TableDefinition<'_, (&str, &str, &str), Answered<'_>> =
    TableDefinition::new("answers");

type Answered<'a> = ([u8; 16], &'a [u8]);

/// How many cards one transaction has at the most.
const BATCH: usize = 256;

/// The database.
pub(crate) struct Cards {
    database: Arc<Database>,
    to_write: mpsc::Sender<Write>,
    is_broken: Arc<AtomicBool>,
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
    /// The database in that file, which is made if it is not there. No other process can have it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let open = || {
            let database = Database::create(path)?;
            let transaction = database.begin_write()?;
            transaction.open_table(CARDS)?;
            transaction.open_table(ANSWERS)?;
            transaction.commit()?;
            Ok::<_, redb::Error>(Arc::new(database))
        };
        let database = open().with_context(|| format!("the database {}", path.display()))?;
        let is_broken = Arc::new(AtomicBool::new(false));
        let (to_write, batches) = mpsc::channel();
        let (on_disk, breaks) = (Arc::clone(&database), Arc::clone(&is_broken));
        thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_all(&on_disk, &batches, &breaks))?;
        Ok(Self { database, to_write, is_broken, in_hand: Mutex::default() })
    }

    /// Whether all that was to be written could be.
    pub(crate) fn is_well(&self) -> bool {
        !self.is_broken.load(Ordering::Relaxed)
    }

    /// What a request is answered with, and where its card waits for the answer.
    pub(crate) const fn registration(&self) -> Registration<'_> {
        Registration { cards: self, hold: OnceLock::new(), card: OnceLock::new() }
    }

    fn in_hand(&self) -> MutexGuard<'_, HashMap<Id, InHand>> {
        // Nothing that holds the lock can stop halfway.
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was answered to that request, if it was.
    fn answered(&self, key: &RequestKey) -> Result<Option<Reservation>, redb::Error> {
        let answers = self.database.begin_read()?.open_table(ANSWERS)?;
        let answer = answers.get((key.call, key.client_id.as_str(), key.id.as_str()))?;
        Ok(answer.map(|kept| match kept.value() {
            (fingerprint, answer) if fingerprint == key.fingerprint => {
                Reservation::Answered(answer.to_vec())
            }
            _ => Reservation::Inconsistent,
        }))
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

/// A card that is not in the database yet.
struct Card {
    number: String,
    registration: Vec<u8>,
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

impl AnswerStore for Registration<'_> {
    type Error = DatabaseError;

    /// Waits for its turn: many requests of one ID that come at once all get the one answer.
    async fn reserve(&self, key: &RequestKey, _: SystemTime) -> Result<Reservation, DatabaseError> {
        let hold = loop {
            let mut end = match Hold::of(self.cards, key) {
                Ok(hold) => break hold,
                Err(in_hand) if in_hand.fingerprint != key.fingerprint => {
                    return Ok(Reservation::Inconsistent);
                }
                Err(in_hand) => in_hand.end,
            };
            // Nothing is ever sent: it is an error, and that is the end.
            let _ = end.changed().await;
        };
        if let Some(answered) = self.cards.answered(key)? {
            return Ok(answered);
        }
        let _ = self.hold.set(hold);
        Ok(Reservation::New)
    }

    async fn complete(
        &self,
        key: &RequestKey,
        answer: &[u8],
        _: SystemTime,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        let (written, is_written) = oneshot::channel();
        let card = self.card.get().map(|card| (card.number.clone(), card.registration.clone()));
        let write = Write { key: key.clone(), answer: answer.to_vec(), card, written };
        self.cards.to_write.send(write).map_err(|_| DatabaseError)?;
        is_written.await.map_err(|_| DatabaseError)?;
        Ok(None)
    }

    async fn release(&self, _: &RequestKey, _: SystemTime) -> Result<(), DatabaseError> {
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
    fn of(cards: &'a Cards, key: &RequestKey) -> Result<Self, InHand> {
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

/// What is to be written in one transaction.
struct Write {
    key: RequestKey,
    answer: Vec<u8>,
    /// The card's number, and its registration.
    card: Option<(String, Vec<u8>)>,
    written: oneshot::Sender<()>,
}

/// Writes whatever there is to write, and says so when it is on the disk. What waits meanwhile is
/// written together.
fn write_all(database: &Database, writes: &mpsc::Receiver<Write>, is_broken: &AtomicBool) {
    while let Ok(first) = writes.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(writes.try_iter()).take(BATCH).collect();
        match write(database, &batch) {
            Ok(()) => batch.into_iter().for_each(|write| {
                // Whoever waited may be gone.
                let _ = write.written.send(());
            }),
            Err(error) => {
                error!(%error, "cards could not be written");
                is_broken.store(true, Ordering::Relaxed);
            }
        }
    }
}

fn write(database: &Database, batch: &[Write]) -> Result<()> {
    let transaction = database.begin_write()?;
    {
        let mut answers = transaction.open_table(ANSWERS)?;
        let mut cards = transaction.open_table(CARDS)?;
        for Write { key, answer, card, .. } in batch {
            let id = (key.call, key.client_id.as_str(), key.id.as_str());
            answers.insert(id, (key.fingerprint, answer.as_slice()))?;
            if let Some((number, registration)) = card {
                let other = cards.insert(number.as_str(), registration.as_slice())?;
                // Whoever is answered that something failed repeats its request.
                ensure!(other.is_none(), "the random number of a card is that of another");
            }
        }
    }
    // By default, a commit returns when the disk has it.
    Ok(transaction.commit()?)
}

/// The database could not say or keep something. The log has the reason.
#[derive(Debug)]
pub(crate) struct DatabaseError;

impl From<redb::Error> for DatabaseError {
    fn from(error: redb::Error) -> Self {
        error!(%error, "answers could not be read");
        Self
    }
}
