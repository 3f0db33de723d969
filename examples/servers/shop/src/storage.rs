//! The database file of the shop or the simulator, and its writer thread.

use anyhow::{Context as _, Result, anyhow};
use merchant_server::{data_dir::DataDir, process::CLOSE_TIMEOUT};
use redb::{Database, ReadTransaction, ReadableDatabase as _, WriteTransaction};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs,
    io::ErrorKind,
    iter,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    thread,
};
use tokio::{sync::oneshot, task::spawn_blocking};
use tracing::{error, warn};

/// The maximum number of changes that wait for the writer thread.
const QUEUE_CAPACITY: usize = 1024;

/// The maximum number of changes in one transaction.
const MAX_CHANGES_PER_TRANSACTION: usize = 256;

/// A change to the database. It returns a function that is called after the commit and reports the
/// result.
type Change = Box<dyn FnOnce(&WriteTransaction) -> Result<Box<dyn FnOnce() + Send>> + Send>;

/// A database that reports a change as done only once the change is on disk.
///
/// After an I/O error, all operations fail until the process is restarted. (The merchant server,
/// whose database has the same format, recovers without a restart.)
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    database: Arc<Database>,
    /// `None` only while this value is being dropped.
    changes: Option<SyncSender<Change>>,
    /// Disconnected once the writer thread has ended.
    writer_end: Mutex<Receiver<()>>,
}

impl Storage {
    /// Opens the database in a data directory, and creates it if it does not exist. `create_tables`
    /// must create every table, because reading a table that does not exist fails.
    ///
    /// # Errors
    /// Returns an error if the database cannot be opened.
    pub fn open(
        data_dir: &DataDir,
        name: &str,
        create_tables: impl FnOnce(&WriteTransaction) -> Result<()>,
    ) -> Result<Self> {
        let path = data_dir.file_path(name);
        match fs::symlink_metadata(&path) {
            // The file gets its final name once it is complete.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                data_dir.create_file(name, |file| {
                    drop(Database::builder().create_file(file)?);
                    Ok(())
                })?;
            }
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let database = Database::open(&path)
            .with_context(|| format!("cannot open the database {}", path.display()))?;
        let transaction = database.begin_write()?;
        create_tables(&transaction)?;
        transaction.commit()?;
        let database = Arc::new(database);
        let (changes, received) = mpsc::sync_channel(QUEUE_CAPACITY);
        let written = Arc::clone(&database);
        let (end_sender, writer_end) = mpsc::channel();
        thread::Builder::new().name("writer".into()).spawn(move || {
            while let Err(error) = run_writer(&written, &received) {
                error!(error = format!("{error:#}"), "cannot write to the database");
            }
            drop(written);
            drop(end_sender);
        })?;
        let writer_end = Mutex::new(writer_end);
        Ok(Self(Arc::new(Inner { database, changes: Some(changes), writer_end })))
    }

    /// Changes the database. The future completes once the change is on disk. Dropping the future
    /// does not cancel the change.
    ///
    /// Concurrent changes share a transaction, so an error in one of them rolls back all of them.
    /// `change` must therefore return an error only if the database fails.
    ///
    /// # Errors
    /// Returns an error if the change may not be on disk.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&WriteTransaction) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, done) = oneshot::channel();
        let change: Change = Box::new(move |transaction| {
            let value = change(transaction)?;
            // Sending fails if the receiver was dropped.
            Ok(Box::new(move || drop(sender.send(value))))
        });
        let changes = self.0.changes.as_ref().context("the database is closed")?;
        changes.try_send(change).map_err(|error| anyhow!("cannot queue a change: {error}"))?;
        done.await.context("the database failed")
    }

    /// Reads from the database.
    ///
    /// # Errors
    /// Returns an error if the database cannot be read, or the error that the closure `read`
    /// returns.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let database = Arc::clone(&self.0.database);
        // A slow disk must not block a thread that serves connections.
        spawn_blocking(move || read(&database.begin_read()?)).await?
    }
}

impl Drop for Inner {
    /// Waits until the last change is written, so that the file is closed afterwards.
    fn drop(&mut self) {
        drop(self.changes.take());
        let writer_end = self.writer_end.get_mut().unwrap_or_else(PoisonError::into_inner);
        if writer_end.recv_timeout(CLOSE_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            warn!("the database was not closed: the disk is not responding");
        }
    }
}

/// Writes changes until all senders are dropped, or until a transaction fails.
fn run_writer(database: &Database, changes: &Receiver<Change>) -> Result<()> {
    while let Ok(first) = changes.recv() {
        let transaction = database.begin_write()?;
        let batch = iter::once(first).chain(changes.try_iter()).take(MAX_CHANGES_PER_TRANSACTION);
        let reports = batch.map(|change| change(&transaction)).collect::<Result<Vec<_>>>()?;
        // By default, a commit returns once the data is on disk.
        transaction.commit()?;
        for report in reports {
            report();
        }
    }
    Ok(())
}

/// Serializes a record of the database.
///
/// # Errors
/// Returns an error if the record cannot be represented as JSON.
pub fn to_json(record: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(record).context("cannot serialize a record")
}

/// Deserializes a record of the database.
///
/// # Errors
/// Returns an error if the record was written by an incompatible version.
pub fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).context("cannot read a record of the database")
}
