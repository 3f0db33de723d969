//! The tables of the database file, and the transactions that read and write them.

use super::{Card, NewReply, StoredReply, WriteOutcome};
use anyhow::Result;
use miniprogram_protocol::idempotency::IdempotencyKey;
use redb::{ReadableDatabase as _, ReadableTable as _, TableDefinition};
use std::time::{Duration, Instant};
use tracing::warn;

/// Maps the number of a card to the registration request as JSON.
pub(super) const CARDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("cards");

/// Maps a [`RequestId`] to the request's fingerprint and the reply. In the file, this table is
/// called `answers`, as in earlier versions.
pub(super) const REPLIES: TableDefinition<'_, RequestId<'_>, (Fingerprint, &[u8])> =
    TableDefinition::new("answers");

/// The keys of [`REPLIES`] in chronological order: the time of the [`Clock`] in seconds, then the
/// key.
pub(super) const TIMES: TableDefinition<'_, (u64, &str, &str, &str), ()> =
    TableDefinition::new("times");

/// The last time of the [`Clock`], in seconds. The table has a single entry.
pub(super) const CLOCK: TableDefinition<'_, (), u64> = TableDefinition::new("clock");

/// A table that is used only to test whether the disk has free space.
const PROBE: TableDefinition<'_, (), &[u8]> = TableDefinition::new("probe");

/// The maximum number of replies that one transaction writes or removes.
pub(super) const MAX_REPLIES_PER_TRANSACTION: usize = 256;

/// The free space that is required before replies are written again after an error. Most
/// transactions need less space, so they do not fail again immediately.
pub(super) const PROBE_LEN: usize = 1024 * 1024;

/// The name of the endpoint, the client ID and the ID of the request.
type RequestId<'a> = (&'a str, &'a str, &'a str);

/// The hash of the content of a request.
type Fingerprint = [u8; 16];

pub(super) fn request_id(key: &IdempotencyKey) -> RequestId<'_> {
    (key.endpoint, &key.client_id, &key.id)
}

/// The total running time of the server, across restarts.
///
/// The clock measures the age of replies. Changes to the system clock have no effect on it, and no
/// reply expires because the server was off for a long time.
pub(super) struct Clock {
    seconds_before_start: u64,
    started_at: Instant,
}

impl Clock {
    pub(super) fn resume(database: &redb::Database) -> Result<Self> {
        let clock = database.begin_read()?.open_table(CLOCK)?;
        let seconds_before_start = clock.get(())?.map_or(0, |seconds| seconds.value());
        Ok(Self { seconds_before_start, started_at: Instant::now() })
    }

    pub(super) fn seconds(&self) -> u64 {
        self.seconds_before_start.saturating_add(self.started_at.elapsed().as_secs())
    }
}

pub(super) fn create_tables(database: &redb::Database) -> Result<()> {
    let transaction = database.begin_write()?;
    transaction.open_table(CARDS)?;
    transaction.open_table(REPLIES)?;
    transaction.open_table(TIMES)?;
    transaction.open_table(CLOCK)?;
    transaction.open_table(PROBE)?;
    transaction.commit()?;
    Ok(())
}

pub(super) fn find_reply(
    database: &redb::Database,
    key: &IdempotencyKey,
) -> Result<Option<StoredReply>> {
    let replies = database.begin_read()?.open_table(REPLIES)?;
    let reply = replies.get(request_id(key))?;
    Ok(reply.map(|stored| {
        let (fingerprint, body) = stored.value();
        StoredReply { fingerprint, body: body.to_vec() }
    }))
}

/// Writes a batch in one transaction. `now` is the current time of the [`Clock`].
///
/// A reply is not written, and its outcome is `None`, if the number of its card is already in use.
pub(super) fn write_batch(
    database: &redb::Database,
    batch: &[NewReply],
    now: u64,
) -> Result<Vec<Option<WriteOutcome>>> {
    let transaction = database.begin_write()?;
    let mut outcomes = Vec::with_capacity(batch.len());
    {
        let mut replies = transaction.open_table(REPLIES)?;
        let mut times = transaction.open_table(TIMES)?;
        let mut cards = transaction.open_table(CARDS)?;
        transaction.open_table(CLOCK)?.insert((), now)?;
        for NewReply { key, body, card, .. } in batch {
            let existing = replies.get(request_id(key))?.map(|stored| stored.value().1.to_vec());
            if let Some(existing) = existing {
                outcomes.push(Some(WriteOutcome::Existing(existing)));
                continue;
            }
            if let Some(Card { number, registration }) = card {
                if cards.get(number.as_str())?.is_some() {
                    warn!("the random card number is already in use");
                    outcomes.push(None);
                    continue;
                }
                cards.insert(number.as_str(), registration.as_slice())?;
            }
            replies.insert(request_id(key), (key.fingerprint, body.as_slice()))?;
            let (endpoint, client_id, id) = request_id(key);
            times.insert((now, endpoint, client_id, id), ())?;
            outcomes.push(Some(WriteOutcome::Written));
        }
    }
    // By default, a commit returns once the data is on disk.
    transaction.commit()?;
    Ok(outcomes)
}

/// Removes up to [`MAX_REPLIES_PER_TRANSACTION`] replies that are older than `retention`, oldest
/// first, and returns how many were removed. Cards are kept.
pub(super) fn remove_expired(
    database: &redb::Database,
    now: u64,
    retention: Duration,
) -> Result<usize> {
    let retention = retention.as_secs().saturating_add(u64::from(retention.subsec_nanos() > 0));
    let transaction = database.begin_write()?;
    let mut removed = 0;
    {
        transaction.open_table(CLOCK)?.insert((), now)?;
        let mut times = transaction.open_table(TIMES)?;
        let mut replies = transaction.open_table(REPLIES)?;
        // Times are rounded down to seconds, so a reply may be up to one second younger than its
        // recorded time suggests.
        let oldest_kept = (now.saturating_sub(retention), "", "", "");
        for expired in
            times.extract_from_if(..oldest_kept, |_, ()| true)?.take(MAX_REPLIES_PER_TRANSACTION)
        {
            let (key, _) = expired?;
            let (_, endpoint, client_id, id) = key.value();
            replies.remove((endpoint, client_id, id))?;
            removed += 1;
        }
    }
    transaction.commit()?;
    Ok(removed)
}

/// Tests whether the disk has free space by writing to it.
pub(super) fn probe_free_space(database: &redb::Database) -> Result<()> {
    let transaction = database.begin_write()?;
    transaction.open_table(PROBE)?.insert((), vec![0; PROBE_LEN].as_slice())?;
    transaction.commit()?;
    let transaction = database.begin_write()?;
    transaction.open_table(PROBE)?.remove(())?;
    transaction.commit()?;
    Ok(())
}
