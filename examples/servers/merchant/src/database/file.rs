//! Creates and opens the database file, and detects damage.

use super::tables::{CLOCK, PROBE_LEN, create_tables};
use anyhow::{Context as _, Result, anyhow, bail};
use merchant_server::data_dir::DataDir;
use redb::{ReadableDatabase as _, TableError::TableDoesNotExist};
use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing::{info, warn};

pub(super) const FILE_NAME: &str = "cards.redb";

/// The name of the file that [`test_free_space`] writes.
pub(super) const TEST_FILE_NAME: &str = "free-space-test";

/// The first bytes of every redb file.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// The length of the part of the redb header that determines the length of the file.
const HEADER_BYTES: u64 = 32;

/// The amount of memory that redb may use to cache pages.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Creates the database if its file does not exist. The file gets its final name once it is
/// complete, so the process can be killed at any time.
pub(super) fn create_if_missing(data_dir: &DataDir, path: &Path) -> Result<()> {
    let create = |file: File| {
        let file = redb::Database::builder().create_file(file)?;
        create_tables(&file)
    };
    // Symbolic links are not followed, because a link to a missing file must not lead to an empty
    // database.
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            info!("creating a new database without cards");
            let created = data_dir.create_file(FILE_NAME, create);
            created.with_context(|| format!("cannot create the database {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Opens an existing file and reads all of it to detect damage.
pub(super) fn open_file(path: &Path) -> Result<redb::Database> {
    let opened = check_header(path)
        .and_then(|()| catch_panic(|| open_and_check(|builder| builder.open(path))));
    opened.with_context(|| format!("cannot open the database {}", path.display()))
}

pub(super) fn open_and_check(
    open: impl FnOnce(&redb::Builder) -> Result<redb::Database, redb::DatabaseError>,
) -> Result<redb::Database> {
    let is_repaired = Arc::new(AtomicBool::new(false));
    let callback_flag = Arc::clone(&is_repaired);
    let mut builder = redb::Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.set_repair_callback(move |_| callback_flag.store(true, Ordering::Relaxed));
    let mut file = open(&builder).map_err(add_instructions)?;
    // After a crash, redb repairs the file while opening it, which includes an integrity check.
    if !is_repaired.load(Ordering::Relaxed) && !file.check_integrity().map_err(add_instructions)? {
        warn!("the database was repaired");
    }
    // Write only if tables are missing, so that a file on a full disk can still be opened for
    // reading.
    if let Err(TableDoesNotExist(_)) = file.begin_read()?.open_table(CLOCK) {
        create_tables(&file)?;
    }
    Ok(file)
}

/// Checks the file for damage that would make redb panic.
fn check_header(path: &Path) -> Result<()> {
    // Opening a named pipe would wait for a writer.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        bail!("it is not a file");
    }
    if metadata.len() == 0 {
        return Err(damage_error("it is empty"));
    }
    let mut header = Vec::new();
    File::open(path)?.take(HEADER_BYTES).read_to_end(&mut header)?;
    if !header.starts_with(&MAGIC) {
        return Err(damage_error("it is not a redb database"));
    }
    if min_file_length(&header).is_none_or(|length| length > metadata.len().into()) {
        return Err(damage_error("it is truncated"));
    }
    Ok(())
}

/// Returns the minimum length of a file with this header. The redb documentation describes the
/// format.
fn min_file_length(header: &[u8]) -> Option<u128> {
    let u32_at = |offset| {
        let bytes = header.get(offset..)?.first_chunk()?;
        Some(u128::from(u32::from_le_bytes(*bytes)))
    };
    let [page_size, header_pages, region_pages] = [u32_at(12)?, u32_at(16)?, u32_at(20)?];
    let [full_regions, last_region_pages] = [u32_at(24)?, u32_at(28)?];
    let last_region = if last_region_pages > 0 { header_pages + last_region_pages } else { 0 };
    Some(page_size * (1 + full_regions * (header_pages + region_pages) + last_region))
}

/// Tests whether the disk has free space by writing a file and removing it.
pub(super) fn test_free_space(path: &Path) -> Result<()> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(&vec![0; PROBE_LEN])?;
        file.sync_all()
    });
    let removed = fs::remove_file(path);
    written.and(removed).context("the disk has no free space")
}

/// Converts a redb error. If the file is corrupted, adds instructions for recovery.
fn add_instructions(error: redb::DatabaseError) -> anyhow::Error {
    use redb::StorageError::{Corrupted, Io};
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => anyhow!("another process has opened it"),
        redb::DatabaseError::Storage(Corrupted(reason)) => damage_error(reason),
        redb::DatabaseError::Storage(Io(error))
            if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) =>
        {
            damage_error(error)
        }
        error => error.into(),
    }
}

fn damage_error(reason: impl std::fmt::Display) -> anyhow::Error {
    anyhow!(
        "the file is damaged ({reason}): restore it from a backup. With an empty database, \
         requests that already have a card would get another one"
    )
}

/// Turns a panic into an error. redb panics on some damaged files that cannot be detected in
/// advance. A panic must not terminate the writer thread or the startup of the server.
pub(super) fn catch_panic<T>(operation: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(operation));
    result.unwrap_or_else(|_| Err(damage_error("an internal database check failed")))
}
