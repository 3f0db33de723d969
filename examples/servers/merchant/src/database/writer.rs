//! The thread that writes to the database, and its recovery from errors.

use super::{
    SharedState, WriterMessage,
    file::catch_panic,
    tables::{Clock, MAX_REPLIES_PER_TRANSACTION, probe_free_space, remove_expired, write_batch},
};
use anyhow::Result;
use std::{
    iter,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use tracing::{error, info};

/// The delay before the first retry after an error, which doubles with every failed attempt.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The maximum delay before a retry.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// The pause after a full batch of replies is removed, during which new replies can be written.
const REMOVAL_PAUSE: Duration = Duration::from_millis(50);

/// Functions that the writer thread uses to access the disk, which tests replace.
pub(super) struct DiskAccess {
    /// Opens the database file and reads all of it.
    pub(super) open_file: Box<dyn Fn() -> Result<redb::Database> + Send>,
    /// Tests whether the disk has free space, without using the database file.
    pub(super) test_free_space: Box<dyn Fn() -> Result<()> + Send>,
}

/// The writer of the database, which writes replies in batches: one transaction contains all
/// replies that were queued during the previous one.
pub(super) struct Writer {
    shared: Arc<SharedState>,
    disk: DiskAccess,
    retention: Duration,
    clock: Clock,
    next_removal: Instant,
    /// The delay before the next retry; zero if the last write succeeded.
    retry_delay: Duration,
    next_retry: Instant,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<SharedState>,
        disk: DiskAccess,
        retention: Duration,
        clock: Clock,
    ) -> Self {
        Self {
            shared,
            disk,
            retention,
            clock,
            next_removal: Instant::now(),
            retry_delay: Duration::ZERO,
            next_retry: Instant::now(),
        }
    }

    /// Runs until all job senders are dropped, and then closes the file.
    pub(super) fn run(mut self, messages: &Receiver<WriterMessage>) {
        loop {
            let due = if self.shared.is_healthy() { self.next_removal } else { self.next_retry };
            match messages.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(first) => self.write(iter::once(first).chain(messages.try_iter())),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            match self.shared.is_healthy() {
                true if now >= self.next_removal => self.remove_expired(),
                false if now >= self.next_retry => self.retry_writing(),
                _ => {}
            }
        }
        self.close_file();
    }

    fn write(&mut self, messages: impl Iterator<Item = WriterMessage>) {
        let batch: Vec<_> = messages
            .take(MAX_REPLIES_PER_TRANSACTION)
            .filter_map(|job| match job {
                WriterMessage::Write(reply) => Some(reply),
                WriterMessage::Recover => None,
            })
            .collect();
        if batch.is_empty() || !self.shared.is_healthy() {
            return;
        }
        let now = self.clock.seconds();
        match self.shared.with_file(|file| write_batch(file, &batch, now)) {
            Ok(outcomes) => {
                self.retry_delay = Duration::ZERO;
                for (reply, outcome) in batch.into_iter().zip(outcomes) {
                    if let Some(outcome) = outcome {
                        // Sending fails if the request has already timed out.
                        let _ = reply.outcome.send(outcome);
                    }
                }
            }
            // The failed transaction may still be in the file. Dropping the batch allows the
            // requests to be handled again, so this must not happen before the file has been
            // reopened.
            Err(error) => self.handle_failure(&error),
        }
    }

    fn remove_expired(&mut self) {
        let (now, retention) = (self.clock.seconds(), self.retention);
        match self.shared.with_file(|file| remove_expired(file, now, retention)) {
            Ok(MAX_REPLIES_PER_TRANSACTION) => self.next_removal = Instant::now() + REMOVAL_PAUSE,
            Ok(_) => {
                let (min, max) = (Duration::from_secs(1), Duration::from_secs(3600));
                self.next_removal = Instant::now() + (retention / 24).clamp(min, max);
            }
            Err(error) => self.handle_failure(&error),
        }
    }

    /// Reopens the file after an error, so that stored replies can be read, and schedules a retry.
    fn handle_failure(&mut self, error: &anyhow::Error) {
        error!(error = format!("{error:#}"), "the database failed");
        self.shared.set_healthy(false);
        self.retry_delay = (self.retry_delay * 2).clamp(MIN_RETRY_DELAY, MAX_RETRY_DELAY);
        if self.shared.must_reopen.load(Ordering::Relaxed) {
            self.reopen_file();
        }
        self.next_retry = Instant::now() + self.retry_delay;
    }

    fn retry_writing(&mut self) {
        // `probe_free_space` is not called on a full disk, because after it fails, the whole file
        // must be read again.
        match (self.disk.test_free_space)().and_then(|()| self.shared.with_file(probe_free_space)) {
            Ok(()) => {
                self.shared.set_healthy(true);
                info!("the database has recovered");
            }
            Err(error) => self.handle_failure(&error),
        }
    }

    fn reopen_file(&self) {
        // redb does not allow the same file to be open twice.
        self.close_file();
        match (self.disk.open_file)() {
            Ok(file) => drop(self.shared.replace_file(Some(file))),
            Err(error) => error!(error = format!("{error:#}"), "cannot open the database"),
        }
    }

    fn close_file(&self) {
        let file = self.shared.replace_file(None);
        let _ = catch_panic(|| {
            drop(file);
            Ok(())
        });
    }
}
