//! The database: a [redb] file that contains the cards and replies, and the thread that writes to
//! it.
//!
//! After any I/O error, redb rejects all further operations until the file is opened again. The
//! writer thread reopens the file immediately, so that stored replies can be read, and retries
//! writing later.

mod file;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

use anyhow::{Context as _, Result};
use file::{FILE_NAME, TEST_FILE_NAME, catch_panic, create_if_missing, open_file, test_free_space};
use merchant_server::{data_dir::DataDir, process::CLOSE_TIMEOUT};
use miniprogram_protocol::idempotency::IdempotencyKey;
use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    thread,
    time::Duration,
};
use tables::{Clock, find_reply};
use tokio::{
    sync::{Semaphore, oneshot},
    task::spawn_blocking,
};
use tracing::{error, warn};
use writer::{DiskAccess, Writer};

/// The maximum number of replies in the queue of the writer thread. Further replies are rejected.
const QUEUE_CAPACITY: usize = 1024;

/// The maximum number of concurrent reads. Further reads fail, so that reads do not accumulate
/// while the disk does not respond.
const MAX_READS: usize = 512;

/// The open database and its writer thread.
pub(crate) struct Database {
    shared: Arc<SharedState>,
    /// `None` only while this value is being dropped.
    messages: Option<SyncSender<WriterMessage>>,
    /// A channel that the writer thread disconnects after it has closed the file.
    closed: Mutex<Receiver<()>>,
    /// Limits the number of concurrent reads.
    reads: Semaphore,
}

/// State shared between readers and the writer thread.
struct SharedState {
    /// `None` while the file is being reopened, or if it cannot be opened.
    file: RwLock<Option<redb::Database>>,
    /// `true` after an operation on the file fails, until the file is reopened.
    must_reopen: AtomicBool,
    /// `false` after an I/O error, until the database can be written again.
    is_healthy: AtomicBool,
}

/// A message to the writer thread.
enum WriterMessage {
    Write(NewReply),
    /// Wakes the writer thread after a failed read.
    Recover,
}

/// A reply to be written, with the card that was created for the request.
pub(crate) struct NewReply {
    pub(crate) key: IdempotencyKey,
    pub(crate) body: Vec<u8>,
    pub(crate) card: Option<Card>,
    /// Receives the outcome once the reply has been written to disk. If the write fails, the
    /// channel is closed without an outcome.
    pub(crate) outcome: oneshot::Sender<WriteOutcome>,
}

/// A membership card.
#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) number: String,
    /// The request as JSON.
    pub(crate) registration: Vec<u8>,
}

/// A stored reply, with the fingerprint of its request.
pub(crate) struct StoredReply {
    pub(crate) fingerprint: [u8; 16],
    pub(crate) body: Vec<u8>,
}

/// The outcome of writing a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    Written,
    /// Nothing was written, because the request already has this reply.
    Existing(Vec<u8>),
}

/// A read or write error, whose cause has been logged.
#[derive(Debug)]
pub(crate) struct DatabaseError;

impl Database {
    /// Opens the database in a data directory, creating it if it does not exist. Replies are
    /// removed after `retention`.
    pub(crate) fn open(data_dir: &DataDir, retention: Duration) -> Result<Self> {
        let path = data_dir.file_path(FILE_NAME);
        create_if_missing(data_dir, &path)?;
        let test_path = data_dir.file_path(TEST_FILE_NAME);
        let disk = DiskAccess {
            open_file: Box::new(move || open_file(&path)),
            test_free_space: Box::new(move || test_free_space(&test_path)),
        };
        Self::start(disk, retention)
    }

    fn start(disk: DiskAccess, retention: Duration) -> Result<Self> {
        let file = (disk.open_file)()?;
        let clock = catch_panic(|| Clock::resume(&file))?;
        let shared = Arc::new(SharedState {
            file: RwLock::new(Some(file)),
            must_reopen: AtomicBool::new(false),
            is_healthy: AtomicBool::new(true),
        });
        let (messages, received_messages) = mpsc::sync_channel(QUEUE_CAPACITY);
        let (closed_sender, closed) = mpsc::channel();
        let writer = Writer::new(Arc::clone(&shared), disk, retention, clock);
        thread::Builder::new().name("writer".into()).spawn(move || {
            writer.run(&received_messages);
            drop(closed_sender);
        })?;
        Ok(Self {
            shared,
            messages: Some(messages),
            closed: Mutex::new(closed),
            reads: Semaphore::new(MAX_READS),
        })
    }

    /// Returns `true` if replies can be read and written.
    pub(crate) fn is_healthy(&self) -> bool {
        self.shared.is_healthy()
    }

    /// Returns the stored reply to a request.
    pub(crate) async fn reply(
        &self,
        key: &IdempotencyKey,
    ) -> Result<Option<StoredReply>, DatabaseError> {
        let _permit = self.reads.try_acquire().map_err(|_| {
            error!("cannot read a reply: too many reads are in progress");
            DatabaseError
        })?;
        let (shared, key) = (Arc::clone(&self.shared), key.clone());
        // A disk that does not respond must not block a thread that serves connections.
        let read = spawn_blocking(move || shared.with_file(|file| find_reply(file, &key)));
        read.await.map_err(anyhow::Error::from).flatten().map_err(|error| {
            error!(error = format!("{error:#}"), "cannot read a reply");
            self.shared.set_healthy(false);
            // If the queue is full, the queued messages wake the writer thread.
            if let Some(messages) = &self.messages {
                let _ = messages.try_send(WriterMessage::Recover);
            }
            DatabaseError
        })
    }

    /// Queues a reply for the writer thread.
    pub(crate) fn write(&self, reply: NewReply) -> Result<(), DatabaseError> {
        let messages = self.messages.as_ref().ok_or(DatabaseError)?;
        messages.try_send(WriterMessage::Write(reply)).map_err(|error| {
            error!(%error, "cannot queue a reply");
            DatabaseError
        })
    }
}

impl Drop for Database {
    /// Waits until the file is closed, so that it needs no repair at the next start.
    fn drop(&mut self) {
        drop(self.messages.take());
        let closed = self.closed.get_mut().unwrap_or_else(PoisonError::into_inner);
        if closed.recv_timeout(CLOSE_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            warn!("the database was not closed: the disk is not responding");
        }
    }
}

impl SharedState {
    fn is_healthy(&self) -> bool {
        self.is_healthy.load(Ordering::Relaxed)
    }

    fn set_healthy(&self, is_healthy: bool) {
        self.is_healthy.store(is_healthy, Ordering::Relaxed);
    }

    fn with_file<T>(&self, operation: impl FnOnce(&redb::Database) -> Result<T>) -> Result<T> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        let file = file.as_ref().context("the database is not open")?;
        // The lock is held until the flag is set, so the flag cannot apply to a file that is opened
        // later.
        catch_panic(|| operation(file))
            .inspect_err(|_| self.must_reopen.store(true, Ordering::Relaxed))
    }

    fn replace_file(&self, new: Option<redb::Database>) -> Option<redb::Database> {
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        self.must_reopen.store(new.is_none(), Ordering::Relaxed);
        std::mem::replace(&mut *file, new)
    }
}
