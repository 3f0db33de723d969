//! The database in a file: cards, answers, and the thread that writes them.
//!
//! After any I/O error, redb refuses all further work, so the thread then opens the file again: at
//! once, so that stored answers can be read, and later, so that new ones can be written.

use crate::folder::Folder;
use anyhow::{Context as _, Result, anyhow, bail};
use miniprogram_protocol::idempotency::IdempotencyKey;
use redb::{
    ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError::TableDoesNotExist,
};
use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tracing::{error, info, warn};

const FILE: &str = "cards.redb";

/// The first bytes of every database of redb.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// The number of bytes in which redb describes the rest.
const HEADER: u64 = 32;

/// The registration, as JSON, by the number of the card.
const CARDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("cards");

/// The content of the request and the answer, by call, client ID and ID of the request.
const ANSWERS: TableDefinition<'_, (&str, &str, &str), Answered<'_>> =
    TableDefinition::new("answers");

type Answered<'a> = ([u8; 16], &'a [u8]);

/// The keys of `ANSWERS` in the order of their time, in seconds of the [`Clock`].
const TIMES: TableDefinition<'_, (u64, &str, &str, &str), ()> = TableDefinition::new("times");

/// The single value of the [`Clock`].
const CLOCK: TableDefinition<'_, (), u64> = TableDefinition::new("clock");

/// Only used to find out if the disk has space.
const PROBE: TableDefinition<'_, (), &[u8]> = TableDefinition::new("probe");

/// The maximum number of answers that one transaction writes or removes.
const BATCH: usize = 256;

/// The maximum number of answers that wait for the disk. More are refused.
const QUEUE: usize = 1024;

/// The memory that redb may use to cache pages.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// The free space that is required before answers are written again after an error. It is more
/// than most transactions need, so that they do not fail again at once.
const PROBE_BYTES: usize = 1024 * 1024;

/// The time between attempts to write after an error: it doubles from the first to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The pause after removing a full batch of answers, so that new ones are written in between.
const REMOVAL_PAUSE: Duration = Duration::from_millis(50);

/// The maximum time that the end of the process waits for the disk.
const CLOSE: Duration = Duration::from_secs(10);

pub(crate) struct Database {
    shared: Arc<Shared>,
    /// `None` only while this is dropped.
    jobs: Option<SyncSender<Job>>,
    /// Disconnected when the thread has closed the file.
    closed: Mutex<Receiver<()>>,
}

struct Shared {
    /// `None` while the file is being opened again, or cannot be.
    file: RwLock<Option<redb::Database>>,
    /// Whether answers can be read and written.
    works: AtomicBool,
}

enum Job {
    Write(NewAnswer),
    /// Reading failed: `works` is false.
    Recover,
}

/// An answer to write, with the card that was made for it.
pub(crate) struct NewAnswer {
    pub(crate) key: IdempotencyKey,
    pub(crate) answer: Vec<u8>,
    pub(crate) card: Option<Card>,
    /// Receives the outcome when the disk has it, and is dropped if it could not be written.
    pub(crate) written: oneshot::Sender<Outcome>,
}

#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) number: String,
    /// JSON.
    pub(crate) registration: Vec<u8>,
}

pub(crate) struct StoredAnswer {
    pub(crate) fingerprint: [u8; 16],
    pub(crate) answer: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Written,
    /// The request has this answer already, and nothing was written.
    Existing(Vec<u8>),
}

/// The database could not be read or written. The log has the reason.
#[derive(Debug)]
pub(crate) struct DatabaseError;

impl Database {
    /// Opens the database of the folder, and creates it if it is missing.
    pub(crate) fn open(folder: &Folder, keep_answers: Duration) -> Result<Self> {
        let path = folder.file(FILE);
        create_if_missing(folder, &path)?;
        Self::start(Box::new(move || open(&path)), keep_answers)
    }

    fn start(open: Open, keep_answers: Duration) -> Result<Self> {
        let file = open()?;
        let clock = without_panic(|| Clock::resume(&file))?;
        let shared =
            Arc::new(Shared { file: RwLock::new(Some(file)), works: AtomicBool::new(true) });
        let (jobs, received) = mpsc::sync_channel(QUEUE);
        let (closing, closed) = mpsc::channel();
        let writer = Writer {
            shared: Arc::clone(&shared),
            open,
            keep_answers,
            clock,
            next_removal: Instant::now(),
            retry_delay: Duration::ZERO,
            next_retry: Instant::now(),
        };
        thread::Builder::new().name("writer".into()).spawn(move || {
            writer.run(&received);
            drop(closing);
        })?;
        Ok(Self { shared, jobs: Some(jobs), closed: Mutex::new(closed) })
    }

    pub(crate) fn works(&self) -> bool {
        self.shared.works.load(Ordering::Relaxed)
    }

    /// Returns what is stored for a request.
    pub(crate) fn answer(
        &self,
        key: &IdempotencyKey,
    ) -> Result<Option<StoredAnswer>, DatabaseError> {
        let answer = self.shared.with_file(|file| {
            let answers = file.begin_read()?.open_table(ANSWERS)?;
            let answer = answers.get(id(key))?;
            Ok(answer.map(|stored| {
                let (fingerprint, answer) = stored.value();
                StoredAnswer { fingerprint, answer: answer.to_vec() }
            }))
        });
        answer.map_err(|error| {
            error!(error = format!("{error:#}"), "an answer could not be read");
            self.shared.works.store(false, Ordering::Relaxed);
            // A full queue wakes the thread, too.
            if let Some(jobs) = &self.jobs {
                let _ = jobs.try_send(Job::Recover);
            }
            DatabaseError
        })
    }

    /// Hands an answer to the thread that writes.
    pub(crate) fn write(&self, answer: NewAnswer) -> Result<(), DatabaseError> {
        let jobs = self.jobs.as_ref().ok_or(DatabaseError)?;
        jobs.try_send(Job::Write(answer)).map_err(|error| {
            error!(%error, "an answer was not written");
            DatabaseError
        })
    }
}

impl Drop for Database {
    /// Waits until the file is closed: then the next start need not repair it.
    fn drop(&mut self) {
        drop(self.jobs.take());
        let closed = self.closed.get_mut().unwrap_or_else(PoisonError::into_inner);
        if closed.recv_timeout(CLOSE) == Err(RecvTimeoutError::Timeout) {
            warn!("the database is not closed: the disk does not respond");
        }
    }
}

impl Shared {
    fn with_file<T>(&self, work: impl FnOnce(&redb::Database) -> Result<T>) -> Result<T> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        let file = file.as_ref().context("the database is not open")?;
        without_panic(|| work(file))
    }

    fn replace_file(&self, new: Option<redb::Database>) -> Option<redb::Database> {
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *file, new)
    }
}

type Open = Box<dyn Fn() -> Result<redb::Database> + Send>;

/// The thread that writes: whatever waits while it does is written together next time.
struct Writer {
    shared: Arc<Shared>,
    open: Open,
    keep_answers: Duration,
    clock: Clock,
    next_removal: Instant,
    /// Zero when the last write succeeded.
    retry_delay: Duration,
    next_retry: Instant,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let due = if self.works() { self.next_removal } else { self.next_retry };
            match jobs.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(first) => self.write(iter::once(first).chain(jobs.try_iter())),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            match self.works() {
                true if now >= self.next_removal => self.remove_expired(),
                false if now >= self.next_retry => self.try_again(),
                _ => {}
            }
        }
        self.close();
    }

    fn works(&self) -> bool {
        self.shared.works.load(Ordering::Relaxed)
    }

    fn write(&mut self, jobs: impl Iterator<Item = Job>) {
        let batch: Vec<_> = jobs
            .take(BATCH)
            .filter_map(|job| match job {
                Job::Write(answer) => Some(answer),
                Job::Recover => None,
            })
            .collect();
        if batch.is_empty() || !self.works() {
            return;
        }
        let now = self.clock.seconds();
        match self.shared.with_file(|file| write(file, &batch, now)) {
            Ok(outcomes) => {
                self.retry_delay = Duration::ZERO;
                for (answer, outcome) in batch.into_iter().zip(outcomes) {
                    if let Some(outcome) = outcome {
                        // The request may have been given up.
                        let _ = answer.written.send(outcome);
                    }
                }
            }
            // The batch is dropped after the file was opened again: only then may the requests be
            // handled anew, for the answers may be in the file after all.
            Err(error) => self.fail(&error),
        }
    }

    fn remove_expired(&mut self) {
        let (now, keep) = (self.clock.seconds(), self.keep_answers);
        match self.shared.with_file(|file| remove_expired(file, now, keep)) {
            Ok(removed) => {
                let pause = (keep / 24).clamp(Duration::from_secs(1), Duration::from_secs(3600));
                let pause = if removed == BATCH { REMOVAL_PAUSE } else { pause };
                self.next_removal = Instant::now() + pause;
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Opens the file again, so that stored answers can be read, and plans to write again.
    fn fail(&mut self, error: &anyhow::Error) {
        error!(error = format!("{error:#}"), "the database failed");
        self.shared.works.store(false, Ordering::Relaxed);
        let (first, longest) = RETRY;
        self.retry_delay = (self.retry_delay * 2).clamp(first, longest);
        self.open_again();
        self.next_retry = Instant::now() + self.retry_delay;
    }

    fn try_again(&mut self) {
        let tried = self.shared.with_file(probe);
        match tried {
            Ok(()) => {
                self.shared.works.store(true, Ordering::Relaxed);
                info!("the database works again");
            }
            Err(error) => self.fail(&error),
        }
    }

    fn open_again(&self) {
        // Two of one file must not be open at a time.
        self.close();
        match (self.open)() {
            Ok(file) => drop(self.shared.replace_file(Some(file))),
            Err(error) => error!(error = format!("{error:#}"), "the database cannot be opened"),
        }
    }

    fn close(&self) {
        let file = self.shared.replace_file(None);
        let _ = without_panic(|| {
            drop(file);
            Ok(())
        });
    }
}

/// The time that the server has run in all, over restarts.
///
/// The age of answers is measured by it. A clock of the system that is set forward or back changes
/// nothing, and no answer is removed because the server was off for long.
struct Clock {
    before: u64,
    started: Instant,
}

impl Clock {
    fn resume(file: &redb::Database) -> Result<Self> {
        let clock = file.begin_read()?.open_table(CLOCK)?;
        let before = clock.get(())?.map_or(0, |seconds| seconds.value());
        Ok(Self { before, started: Instant::now() })
    }

    fn seconds(&self) -> u64 {
        self.before.saturating_add(self.started.elapsed().as_secs())
    }
}

fn id(key: &IdempotencyKey) -> (&str, &str, &str) {
    (key.call, &key.client_id, &key.id)
}

/// Writes a batch in one transaction, at the time `now` of the [`Clock`].
///
/// An answer without outcome could not be written, for its card has the number of another.
fn write(file: &redb::Database, batch: &[NewAnswer], now: u64) -> Result<Vec<Option<Outcome>>> {
    let transaction = file.begin_write()?;
    let mut outcomes = Vec::with_capacity(batch.len());
    {
        let mut answers = transaction.open_table(ANSWERS)?;
        let mut times = transaction.open_table(TIMES)?;
        let mut cards = transaction.open_table(CARDS)?;
        transaction.open_table(CLOCK)?.insert((), now)?;
        for NewAnswer { key, answer, card, .. } in batch {
            let existing = answers.get(id(key))?.map(|stored| stored.value().1.to_vec());
            if let Some(existing) = existing {
                outcomes.push(Some(Outcome::Existing(existing)));
                continue;
            }
            if let Some(Card { number, registration }) = card {
                if cards.get(number.as_str())?.is_some() {
                    warn!("the random number of a card is that of another");
                    outcomes.push(None);
                    continue;
                }
                cards.insert(number.as_str(), registration.as_slice())?;
            }
            answers.insert(id(key), (key.fingerprint, answer.as_slice()))?;
            let (call, client_id, id) = id(key);
            times.insert((now, call, client_id, id), ())?;
            outcomes.push(Some(Outcome::Written));
        }
    }
    // By default, a commit returns when the disk has it.
    transaction.commit()?;
    Ok(outcomes)
}

/// Removes the oldest answers that were kept for longer than `keep`, at most a batch, and returns
/// their number. Cards stay.
fn remove_expired(file: &redb::Database, now: u64, keep: Duration) -> Result<usize> {
    let keep = keep.as_secs().saturating_add(u64::from(keep.subsec_nanos() > 0));
    let transaction = file.begin_write()?;
    let mut removed = 0;
    {
        transaction.open_table(CLOCK)?.insert((), now)?;
        let mut times = transaction.open_table(TIMES)?;
        let mut answers = transaction.open_table(ANSWERS)?;
        // An answer of this second may be as young as the end of it.
        let oldest_kept = (now.saturating_sub(keep), "", "", "");
        for expired in times.extract_from_if(..oldest_kept, |_, ()| true)?.take(BATCH) {
            let (key, _) = expired?;
            let (_, call, client_id, id) = key.value();
            answers.remove((call, client_id, id))?;
            removed += 1;
        }
    }
    transaction.commit()?;
    Ok(removed)
}

/// Finds out if the disk has space.
fn probe(file: &redb::Database) -> Result<()> {
    let transaction = file.begin_write()?;
    transaction.open_table(PROBE)?.insert((), vec![0; PROBE_BYTES].as_slice())?;
    transaction.commit()?;
    let transaction = file.begin_write()?;
    transaction.open_table(PROBE)?.remove(())?;
    transaction.commit()?;
    Ok(())
}

/// A database gets its name when it is complete, so a start can be killed at any time.
fn create_if_missing(folder: &Folder, path: &Path) -> Result<()> {
    let create = |file: File| {
        let file = redb::Database::builder().create_file(file)?;
        create_tables(&file)
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            info!("a new database is created: it has no cards");
            let created = folder.create(FILE, create);
            created.with_context(|| format!("cannot create the database {}", path.display()))
        }
        // A link to a missing file is no reason to begin with an empty one.
        _ => Ok(()),
    }
}

fn create_tables(file: &redb::Database) -> Result<()> {
    let transaction = file.begin_write()?;
    transaction.open_table(CARDS)?;
    transaction.open_table(ANSWERS)?;
    transaction.open_table(TIMES)?;
    transaction.open_table(CLOCK)?;
    transaction.open_table(PROBE)?;
    transaction.commit()?;
    Ok(())
}

/// Opens an existing database, and reads all of it to find damage. It is never created here.
fn open(path: &Path) -> Result<redb::Database> {
    let opened = check_header(path)
        .and_then(|()| without_panic(|| open_checked(|builder| builder.open(path))));
    opened.with_context(|| format!("cannot open the database {}", path.display()))
}

fn open_checked(
    open: impl FnOnce(&redb::Builder) -> Result<redb::Database, redb::DatabaseError>,
) -> Result<redb::Database> {
    let is_checked = Arc::new(AtomicBool::new(false));
    let repairs = Arc::clone(&is_checked);
    let mut builder = redb::Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.set_repair_callback(move |_| repairs.store(true, Ordering::Relaxed));
    let mut file = open(&builder).map_err(explain)?;
    // A repair, which follows every sudden end, checks everything.
    if !is_checked.load(Ordering::Relaxed) && !file.check_integrity().map_err(explain)? {
        warn!("the database was repaired");
    }
    // On a full disk, reading must not depend on a write.
    if let Err(TableDoesNotExist(_)) = file.begin_read()?.open_table(CLOCK) {
        create_tables(&file)?;
    }
    Ok(file)
}

/// Checks what redb would panic at.
fn check_header(path: &Path) -> Result<()> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        bail!("it is not a file");
    }
    if metadata.len() == 0 {
        return Err(damaged("it is empty"));
    }
    let mut header = Vec::new();
    file.take(HEADER).read_to_end(&mut header)?;
    if !header.starts_with(&MAGIC) {
        return Err(damaged("it is not a database of this server"));
    }
    if length(&header).is_none_or(|length| length > metadata.len().into()) {
        return Err(damaged("it is truncated"));
    }
    Ok(())
}

/// Returns the minimum length of the file, by the header that redb's documents describe.
fn length(header: &[u8]) -> Option<u128> {
    let number = |at| {
        let bytes = header.get(at..)?.first_chunk()?;
        Some(u128::from(u32::from_le_bytes(*bytes)))
    };
    let [page, header_pages, region_pages] = [number(12)?, number(16)?, number(20)?];
    let [full_regions, last_region_pages] = [number(24)?, number(28)?];
    let last_region = if last_region_pages > 0 { header_pages + last_region_pages } else { 0 };
    Some(page * (1 + full_regions * (header_pages + region_pages) + last_region))
}

fn explain(error: redb::DatabaseError) -> anyhow::Error {
    use redb::StorageError::{Corrupted, Io};
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => anyhow!("another process has it open"),
        redb::DatabaseError::Storage(Corrupted(reason)) => damaged(reason),
        redb::DatabaseError::Storage(Io(error))
            if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) =>
        {
            damaged(error)
        }
        error => error.into(),
    }
}

fn damaged(reason: impl std::fmt::Display) -> anyhow::Error {
    anyhow!(
        "it is damaged ({reason}): restore it from a backup. An empty one in its place would make \
         new cards for requests that have one"
    )
}

/// Turns a panic into an error. redb panics on some damaged files, which cannot be recognized
/// without reading its format, and a panic must neither end the writing thread nor the start.
fn without_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(damaged("an internal check of the database failed")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, io, path::PathBuf};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// A disk in memory. Like a file with holes, it needs space for pages that were never written.
    #[derive(Clone, Debug, Default)]
    struct Disk {
        state: Arc<Mutex<State>>,
        /// While it is locked, the disk does not respond.
        hangs: Arc<Mutex<()>>,
    }

    #[derive(Debug, Default)]
    struct State {
        bytes: Vec<u8>,
        written: BTreeSet<u64>,
        is_full: bool,
        is_dead: bool,
        /// The number of writes until it is dead.
        writes_left: Option<usize>,
    }

    impl Disk {
        fn set(&self, change: impl FnOnce(&mut State)) {
            change(&mut self.state.lock().unwrap());
        }

        fn alive(&self) -> io::Result<std::sync::MutexGuard<'_, State>> {
            let state = self.state.lock().unwrap();
            if state.is_dead { Err(io::Error::other("dead")) } else { Ok(state) }
        }

        fn start(&self) -> Database {
            let disk = self.clone();
            let open = move || {
                without_panic(|| open_checked(|builder| builder.create_with_backend(disk.clone())))
            };
            Database::start(Box::new(open), DAY).unwrap()
        }
    }

    impl redb::StorageBackend for Disk {
        fn len(&self) -> io::Result<u64> {
            Ok(self.alive()?.bytes.len() as u64)
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            let state = self.alive()?;
            let offset = usize::try_from(offset).unwrap();
            let bytes = state.bytes.get(offset..offset + out.len());
            out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
            Ok(())
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.alive()?.bytes.resize(usize::try_from(len).unwrap(), 0);
            Ok(())
        }

        fn sync_data(&self) -> io::Result<()> {
            drop(self.hangs.lock().unwrap());
            self.alive().map(drop)
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            let mut state = self.alive()?;
            if state.writes_left == Some(0) {
                state.is_dead = true;
                return Err(io::Error::other("dead"));
            }
            state.writes_left = state.writes_left.map(|left| left - 1);
            for page in offset / 4096..(offset + data.len() as u64).div_ceil(4096) {
                if !state.written.contains(&page) && state.is_full {
                    return Err(ErrorKind::StorageFull.into());
                }
                state.written.insert(page);
            }
            let offset = usize::try_from(offset).unwrap();
            state.bytes[offset..offset + data.len()].copy_from_slice(data);
            Ok(())
        }
    }

    fn key(id: &str) -> IdempotencyKey {
        use miniprogram_protocol::endpoint::{
            CustomerBelongsTo, NotifyCardRegistration, NotifyCardRegistrationRequest,
        };
        let request = NotifyCardRegistrationRequest::new("1", CustomerBelongsTo::Tng, id, "2", []);
        IdempotencyKey::of::<NotifyCardRegistration>("C", &request).unwrap()
    }

    fn new_answer(id: &str, number: &str) -> (NewAnswer, oneshot::Receiver<Outcome>) {
        let (written, outcome) = oneshot::channel();
        let card = Card { number: number.into(), registration: vec![b'r'; 2000] };
        let answer = format!("answer {number}").into_bytes();
        (NewAnswer { key: key(id), answer, card: Some(card), written }, outcome)
    }

    fn write_one(database: &Database, id: &str, number: &str) -> Option<Outcome> {
        let (answer, outcome) = new_answer(id, number);
        database.write(answer).ok()?;
        outcome.blocking_recv().ok()
    }

    fn answer(database: &Database, id: &str) -> Option<String> {
        let stored = database.answer(&key(id)).unwrap();
        stored.map(|stored| String::from_utf8(stored.answer).unwrap())
    }

    fn wait_until(condition: impl Fn() -> bool) {
        let begin = Instant::now();
        while !condition() {
            assert!(begin.elapsed() < Duration::from_secs(20), "it takes too long");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A database file without server.
    fn file(disk: &Disk) -> redb::Database {
        open_checked(|builder| builder.create_with_backend(disk.clone())).unwrap()
    }

    fn count(file: &redb::Database) -> (u64, u64, u64) {
        use redb::ReadableTableMetadata as _;
        let read = file.begin_read().unwrap();
        let answers = read.open_table(ANSWERS).unwrap().len().unwrap();
        let times = read.open_table(TIMES).unwrap().len().unwrap();
        (answers, times, read.open_table(CARDS).unwrap().len().unwrap())
    }

    fn fill_until_refused(database: &Database) -> usize {
        let written = (0..10_000).take_while(|number| {
            let number = number.to_string();
            write_one(database, &number, &number) == Some(Outcome::Written)
        });
        written.count()
    }

    #[test]
    fn recovers_when_a_full_disk_has_space() {
        let disk = Disk::default();
        let database = disk.start();
        assert_eq!(write_one(&database, "first", "first"), Some(Outcome::Written));
        disk.set(|state| state.is_full = true);
        let written = fill_until_refused(&database);
        assert!(!database.works());
        // Whatever was acknowledged can be read, and there is nothing else.
        wait_until(|| database.answer(&key("first")).is_ok());
        for _ in 0..30 {
            thread::sleep(Duration::from_millis(20));
            let read = (0..=written).filter(|id| {
                database.answer(&key(&id.to_string())).is_ok_and(|stored| stored.is_some())
            });
            assert!(read.count() <= written);
            assert_eq!(write_one(&database, "late", "late"), None);
        }
        assert!(!database.works());
        disk.set(|state| state.is_full = false);
        wait_until(|| database.works());
        for id in 0..written {
            assert_eq!(answer(&database, &id.to_string()), Some(format!("answer {id}")));
        }
        assert_eq!(write_one(&database, "late", "late"), Some(Outcome::Written));
        drop(database);
        let cards = written as u64 + 2;
        assert_eq!(count(&file(&disk)), (cards, cards, cards));
    }

    #[test]
    fn recovers_when_a_dead_disk_is_back() {
        let disk = Disk::default();
        let database = disk.start();
        assert_eq!(write_one(&database, "1", "1"), Some(Outcome::Written));
        disk.set(|state| state.is_dead = true);
        assert_eq!(write_one(&database, "2", "2"), None);
        assert!(database.answer(&key("1")).is_err());
        assert!(!database.works());
        disk.set(|state| state.is_dead = false);
        wait_until(|| database.works());
        assert_eq!(answer(&database, "1"), Some("answer 1".into()));
        assert_eq!(write_one(&database, "2", "2"), Some(Outcome::Written));
    }

    #[test]
    fn recovers_from_a_failed_read() {
        let disk = Disk::default();
        write_one(&disk.start(), "1", "1").unwrap();
        let database = disk.start();
        // The thread has nothing to write from now on.
        thread::sleep(Duration::from_millis(300));
        disk.set(|state| state.is_dead = true);
        assert!(database.answer(&key("1")).is_err());
        assert!(!database.works());
        disk.set(|state| state.is_dead = false);
        wait_until(|| database.works());
        assert_eq!(answer(&database, "1"), Some("answer 1".into()));
    }

    #[test]
    fn survives_a_crash_at_every_write() {
        let closed = Disk::default();
        write_one(&closed.start(), "1", "1").unwrap();
        let closed = closed.alive().unwrap().bytes.clone();
        let mut acknowledged = 0;
        for writes in 0..1000 {
            let disk = Disk::default();
            disk.set(|state| {
                state.bytes.clone_from(&closed);
                state.writes_left = Some(writes);
            });
            let second = catch_unwind(|| {
                let file =
                    open_checked(|builder| builder.create_with_backend(disk.clone())).ok()?;
                write(&file, &[new_answer("2", "2").0], 0).ok()
            });
            let is_complete = !disk.state.lock().unwrap().is_dead;
            disk.set(|state| (state.is_dead, state.writes_left) = (false, None));
            let database = disk.start();
            assert_eq!(answer(&database, "1"), Some("answer 1".into()), "{writes} writes");
            if second.unwrap().is_some() {
                acknowledged += 1;
                assert_eq!(answer(&database, "2"), Some("answer 2".into()), "{writes} writes");
            }
            if is_complete {
                assert!(writes > 10 && acknowledged > 1);
                return;
            }
        }
        panic!("it never ends");
    }

    #[test]
    fn refuses_answers_while_the_disk_hangs() {
        let disk = Disk::default();
        let database = disk.start();
        let hang = disk.hangs.lock().unwrap();
        let mut waiting = Vec::new();
        for id in 0..=QUEUE + 2 * BATCH {
            let (answer, outcome) = new_answer(&id.to_string(), &id.to_string());
            if database.write(answer).is_err() {
                break;
            }
            waiting.push(outcome);
        }
        assert!(waiting.len() <= QUEUE + BATCH);
        drop(hang);
        for outcome in waiting {
            assert_eq!(outcome.blocking_recv(), Ok(Outcome::Written));
        }
    }

    #[test]
    fn reads_databases_of_earlier_versions() {
        let disk = Disk::default();
        let old = redb::Database::builder().create_with_backend(disk.clone()).unwrap();
        let transaction = old.begin_write().unwrap();
        transaction.open_table(CARDS).unwrap();
        let fingerprint = key("1").fingerprint;
        let row = (fingerprint, b"answer 1".as_slice());
        transaction.open_table(ANSWERS).unwrap().insert(id(&key("1")), row).unwrap();
        transaction.commit().unwrap();
        drop(old);
        let database = disk.start();
        assert_eq!(answer(&database, "1"), Some("answer 1".into()));
        assert_eq!(write_one(&database, "2", "2"), Some(Outcome::Written));
    }

    #[test]
    fn keeps_the_first_answer_of_an_id() {
        let disk = Disk::default();
        let database = disk.start();
        assert_eq!(write_one(&database, "1", "1"), Some(Outcome::Written));
        let first = Outcome::Existing(b"answer 1".to_vec());
        assert_eq!(write_one(&database, "1", "2"), Some(first));
        drop(database);
        assert_eq!(count(&file(&disk)), (1, 1, 1));
    }

    #[test]
    fn refuses_only_the_duplicate_number() {
        let disk = Disk::default();
        let (batch, _outcomes): (Vec<_>, Vec<_>) = [("1", "1"), ("2", "1"), ("3", "3")]
            .map(|(id, number)| new_answer(id, number))
            .into_iter()
            .unzip();
        let file = file(&disk);
        let written = Some(Outcome::Written);
        assert_eq!(write(&file, &batch, 0).unwrap(), [written.clone(), None, written]);
        assert_eq!(count(&file), (2, 2, 2));
    }

    #[test]
    fn removes_expired_answers_but_no_cards() {
        let file = file(&Disk::default());
        let write_at = |now: u64, count: usize| {
            let ids = (0..count).map(|id| format!("{now}-{id}"));
            let (batch, _outcomes): (Vec<_>, Vec<_>) = ids.map(|id| new_answer(&id, &id)).unzip();
            write(&file, &batch, now).unwrap();
        };
        write_at(10, 300);
        write_at(11, 5);
        let keep = Duration::from_secs(5);
        assert_eq!(remove_expired(&file, 15, keep).unwrap(), 0);
        assert_eq!(remove_expired(&file, 16, keep).unwrap(), BATCH);
        assert_eq!(remove_expired(&file, 16, keep).unwrap(), 300 - BATCH);
        assert_eq!(remove_expired(&file, 16, keep).unwrap(), 0);
        assert_eq!(count(&file), (5, 5, 305));
        // Longer than any clock runs.
        assert_eq!(remove_expired(&file, u64::MAX, Duration::MAX).unwrap(), 0);
        assert_eq!(remove_expired(&file, 0, Duration::MAX).unwrap(), 0);
    }

    #[test]
    fn the_clock_resumes_after_a_restart() {
        let disk = Disk::default();
        remove_expired(&file(&disk), 1000, DAY).unwrap();
        assert_eq!(Clock::resume(&file(&disk)).unwrap().seconds(), 1000);
    }

    /// A closed database of a hundred cards, and its path.
    fn closed(name: &str) -> (PathBuf, Vec<u8>) {
        let data = std::env::temp_dir().join(format!("merchant-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&data);
        let folder = Folder::open(&data).unwrap();
        let database = Database::open(&folder, DAY).unwrap();
        for id in 0..100 {
            assert!(write_one(&database, &id.to_string(), &id.to_string()).is_some());
        }
        drop(database);
        let path = folder.file(FILE);
        let bytes = std::fs::read(&path).unwrap();
        (path, bytes)
    }

    #[test]
    fn truncated_files_are_an_error() {
        let (path, bytes) = closed("truncated");
        let step = bytes.len() / 40;
        for length in
            [0, 1, 8, 9, 320, 4095, 4096, 4097].into_iter().chain((step..bytes.len()).step_by(step))
        {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = format!("{:#}", open(&path).err().unwrap());
            assert!(error.contains("restore it from a backup"), "{length}: {error}");
        }
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn damaged_files_never_panic() {
        let (path, bytes) = closed("damaged");
        let mut damaged_count = 0;
        for round in 0..120_usize {
            let mut damaged = bytes.clone();
            // The header, in which every byte counts, and then a byte of every few pages.
            let at = if round < 60 { round } else { (round - 60) * (bytes.len() / 60) };
            damaged[at] ^= 1 << (round % 8);
            std::fs::write(&path, &damaged).unwrap();
            match open(&path) {
                Ok(file) => assert_eq!(count(&file).0, 100, "round {round}"),
                Err(error) => {
                    let error = format!("{error:#}");
                    assert!(error.contains("cannot open"), "{error}");
                    damaged_count += 1;
                }
            }
        }
        assert!(damaged_count > 0);
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}
