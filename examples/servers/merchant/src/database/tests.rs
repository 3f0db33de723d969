use super::{
    file::open_and_check,
    tables::{
        CARDS, MAX_REPLIES_PER_TRANSACTION, REPLIES, TIMES, remove_expired, request_id, write_batch,
    },
    *,
};
use redb::{ReadableDatabase as _, ReadableTableMetadata as _};
use std::{
    collections::BTreeSet,
    io::{self, ErrorKind},
    panic::catch_unwind,
    path::PathBuf,
    pin::pin,
    time::Instant,
};
use tokio::{runtime, time};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An in-memory disk, on which pages use space only after they are written, as in a sparse file.
#[derive(Clone, Debug, Default)]
struct MemoryDisk {
    state: Arc<Mutex<DiskState>>,
    /// While this mutex is locked, the disk does not respond.
    hang: Arc<Mutex<()>>,
}

/// The content and the simulated condition of a [`MemoryDisk`].
#[derive(Debug, Default)]
struct DiskState {
    bytes: Vec<u8>,
    written_pages: BTreeSet<u64>,
    /// The number of times that the file has been opened.
    opened: usize,
    is_full: bool,
    has_failed: bool,
    /// The number of writes before the disk fails.
    writes_left: Option<usize>,
}

impl MemoryDisk {
    fn update(&self, update: impl FnOnce(&mut DiskState)) {
        update(&mut self.state.lock().unwrap());
    }

    fn working_state(&self) -> io::Result<std::sync::MutexGuard<'_, DiskState>> {
        let state = self.state.lock().unwrap();
        if state.has_failed { Err(io::Error::other("disk failed")) } else { Ok(state) }
    }

    fn start(&self) -> Database {
        let (disk, tested_disk) = (self.clone(), self.clone());
        let open_file = move || {
            disk.update(|state| state.opened += 1);
            catch_panic(|| open_and_check(|builder| builder.create_with_backend(disk.clone())))
        };
        let test_free_space = move || {
            let is_full = tested_disk.working_state()?.is_full;
            if is_full { Err(io::Error::from(ErrorKind::StorageFull).into()) } else { Ok(()) }
        };
        let disk = DiskAccess {
            open_file: Box::new(open_file),
            test_free_space: Box::new(test_free_space),
        };
        Database::start(disk, DAY).unwrap()
    }
}

impl redb::StorageBackend for MemoryDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.working_state()?.bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        drop(self.hang.lock().unwrap());
        let state = self.working_state()?;
        let offset = usize::try_from(offset).unwrap();
        let bytes = state.bytes.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.working_state()?.bytes.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        drop(self.hang.lock().unwrap());
        self.working_state().map(drop)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.working_state()?;
        if state.writes_left == Some(0) {
            state.has_failed = true;
            return Err(io::Error::other("disk failed"));
        }
        state.writes_left = state.writes_left.map(|left| left - 1);
        for page in offset / 4096..(offset + data.len() as u64).div_ceil(4096) {
            if !state.written_pages.contains(&page) && state.is_full {
                return Err(ErrorKind::StorageFull.into());
            }
            state.written_pages.insert(page);
        }
        let offset = usize::try_from(offset).unwrap();
        state.bytes[offset..offset + data.len()].copy_from_slice(data);
        Ok(())
    }
}

fn key(id: &str) -> IdempotencyKey {
    use miniprogram_protocol::endpoint::{
        CustomerBelongsTo, NotifyCardRegistration, NotifyCardRegistrationRequest,
        NotifyCardRegistrationRequestRequired,
    };
    let request = NotifyCardRegistrationRequest::new(NotifyCardRegistrationRequestRequired {
        app_id: "1",
        customer_belongs_to: CustomerBelongsTo::Tng,
        request_id: id,
        customer_id: "2",
        registration_fields: [],
    });
    IdempotencyKey::from_request::<NotifyCardRegistration>("C", &request).unwrap()
}

/// Returns a reply to write, and the receiver of the outcome.
fn new_reply(id: &str, number: &str) -> (NewReply, oneshot::Receiver<WriteOutcome>) {
    let (sender, outcome) = oneshot::channel();
    let card = Card { number: number.into(), registration: vec![b'r'; 2000] };
    let body = format!("reply {number}").into_bytes();
    (NewReply { key: key(id), body, card: Some(card), outcome: sender }, outcome)
}

/// Writes a reply, and returns the outcome, or `None` if writing fails.
fn write_one(database: &Database, id: &str, number: &str) -> Option<WriteOutcome> {
    let (reply, outcome) = new_reply(id, number);
    database.write(reply).ok()?;
    outcome.blocking_recv().ok()
}

fn block_on<F: Future>(future: F) -> F::Output {
    runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn find_stored(database: &Database, id: &str) -> Result<Option<StoredReply>, DatabaseError> {
    block_on(database.reply(&key(id)))
}

fn read_reply(database: &Database, id: &str) -> Option<String> {
    let stored = find_stored(database, id).unwrap();
    stored.map(|stored| String::from_utf8(stored.body).unwrap())
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "the condition did not become true");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Opens the database on a disk, without a writer thread.
fn open_disk(disk: &MemoryDisk) -> redb::Database {
    open_and_check(|builder| builder.create_with_backend(disk.clone())).unwrap()
}

/// Returns the numbers of entries in the tables of replies, times and cards.
fn table_lengths(database: &redb::Database) -> (u64, u64, u64) {
    let transaction = database.begin_read().unwrap();
    let replies = transaction.open_table(REPLIES).unwrap().len().unwrap();
    let times = transaction.open_table(TIMES).unwrap().len().unwrap();
    (replies, times, transaction.open_table(CARDS).unwrap().len().unwrap())
}

/// Writes replies until a write fails, and returns the number of replies that were written.
fn fill_disk(database: &Database) -> usize {
    let written = (0..10_000).take_while(|number| {
        let number = number.to_string();
        write_one(database, &number, &number) == Some(WriteOutcome::Written)
    });
    written.count()
}

#[test]
fn recovers_when_disk_has_space() {
    let disk = MemoryDisk::default();
    let database = disk.start();
    assert_eq!(write_one(&database, "first", "first"), Some(WriteOutcome::Written));
    disk.update(|state| state.is_full = true);
    let written = fill_disk(&database);
    assert!(!database.is_healthy());
    // Only the acknowledged replies can be read.
    wait_until(|| find_stored(&database, "first").is_ok());
    for _ in 0..30 {
        thread::sleep(Duration::from_millis(20));
        let read = (0..=written).filter(|id| {
            find_stored(&database, &id.to_string()).is_ok_and(|stored| stored.is_some())
        });
        assert!(read.count() <= written);
        assert_eq!(write_one(&database, "late", "late"), None);
    }
    assert!(!database.is_healthy());
    // Several attempts to write have failed, but the file was reopened only once, because opening
    // it reads the whole file.
    assert_eq!(disk.state.lock().unwrap().opened, 2);
    disk.update(|state| state.is_full = false);
    wait_until(|| database.is_healthy());
    for id in 0..written {
        assert_eq!(read_reply(&database, &id.to_string()), Some(format!("reply {id}")));
    }
    assert_eq!(write_one(&database, "late", "late"), Some(WriteOutcome::Written));
    drop(database);
    let cards = written as u64 + 2;
    assert_eq!(table_lengths(&open_disk(&disk)), (cards, cards, cards));
}

#[test]
fn recovers_when_disk_works_again() {
    let disk = MemoryDisk::default();
    let database = disk.start();
    assert_eq!(write_one(&database, "1", "1"), Some(WriteOutcome::Written));
    disk.update(|state| state.has_failed = true);
    assert_eq!(write_one(&database, "2", "2"), None);
    assert!(find_stored(&database, "1").is_err());
    assert!(!database.is_healthy());
    disk.update(|state| state.has_failed = false);
    wait_until(|| database.is_healthy());
    assert_eq!(read_reply(&database, "1"), Some("reply 1".into()));
    assert_eq!(write_one(&database, "2", "2"), Some(WriteOutcome::Written));
}

#[test]
fn recovers_from_failed_read() {
    let disk = MemoryDisk::default();
    write_one(&disk.start(), "1", "1").unwrap();
    let database = disk.start();
    // The writer thread is idle by now, so only the following read can detect the error.
    thread::sleep(Duration::from_millis(300));
    disk.update(|state| state.has_failed = true);
    assert!(find_stored(&database, "1").is_err());
    assert!(!database.is_healthy());
    disk.update(|state| state.has_failed = false);
    wait_until(|| database.is_healthy());
    assert_eq!(read_reply(&database, "1"), Some("reply 1".into()));
}

#[test]
fn survives_crash_at_every_write() {
    let closed = MemoryDisk::default();
    write_one(&closed.start(), "1", "1").unwrap();
    let closed = closed.working_state().unwrap().bytes.clone();
    let mut acknowledged = 0;
    for writes in 0..1000 {
        let disk = MemoryDisk::default();
        disk.update(|state| {
            state.bytes.clone_from(&closed);
            state.writes_left = Some(writes);
        });
        let second = catch_unwind(|| {
            let file = open_and_check(|builder| builder.create_with_backend(disk.clone())).ok()?;
            write_batch(&file, &[new_reply("2", "2").0], 0).ok()
        });
        let is_complete = !disk.state.lock().unwrap().has_failed;
        disk.update(|state| (state.has_failed, state.writes_left) = (false, None));
        let database = disk.start();
        assert_eq!(read_reply(&database, "1"), Some("reply 1".into()), "{writes} writes");
        if second.unwrap().is_some() {
            acknowledged += 1;
            assert_eq!(read_reply(&database, "2"), Some("reply 2".into()), "{writes} writes");
        }
        if is_complete {
            assert!(writes > 10 && acknowledged > 1);
            return;
        }
    }
    panic!("the database needs more than 1000 writes");
}

#[test]
fn rejects_replies_while_disk_hangs() {
    let disk = MemoryDisk::default();
    let database = disk.start();
    let hang = disk.hang.lock().unwrap();
    let mut waiting = Vec::new();
    for id in 0..=QUEUE_CAPACITY + 2 * MAX_REPLIES_PER_TRANSACTION {
        let (reply, outcome) = new_reply(&id.to_string(), &id.to_string());
        if database.write(reply).is_err() {
            break;
        }
        waiting.push(outcome);
    }
    assert!(waiting.len() <= QUEUE_CAPACITY + MAX_REPLIES_PER_TRANSACTION);
    drop(hang);
    for outcome in waiting {
        assert_eq!(outcome.blocking_recv(), Ok(WriteOutcome::Written));
    }
}

#[test]
fn does_not_block_tasks_during_hanging_reads() {
    let disk = MemoryDisk::default();
    write_one(&disk.start(), "1", "1").unwrap();
    let database = disk.start();
    // The writer thread is idle by the time the disk hangs.
    thread::sleep(Duration::from_millis(300));
    let (hanging_sender, hanging) = mpsc::channel();
    let hang = thread::spawn(move || {
        let _hang = disk.hang.lock().unwrap();
        hanging_sender.send(()).unwrap();
        thread::sleep(Duration::from_secs(1));
    });
    hanging.recv().unwrap();
    let key = key("1");
    block_on(async {
        let mut read = pin!(database.reply(&key));
        // The runtime has a single thread, so the timeout fires only if the read does not block
        // that thread.
        let result = time::timeout(Duration::from_millis(100), &mut read).await;
        assert!(result.is_err(), "the read blocked the thread");
        assert!(read.await.unwrap().is_some());
    });
    hang.join().unwrap();
}

#[test]
fn limits_concurrent_reads() {
    let disk = MemoryDisk::default();
    let database = disk.start();
    let permits = database.reads.try_acquire_many(MAX_READS.try_into().unwrap()).unwrap();
    assert!(find_stored(&database, "1").is_err());
    assert!(database.is_healthy());
    drop(permits);
    assert_eq!(read_reply(&database, "1"), None);
}

#[test]
fn reads_databases_of_earlier_versions() {
    let disk = MemoryDisk::default();
    let old = redb::Database::builder().create_with_backend(disk.clone()).unwrap();
    let transaction = old.begin_write().unwrap();
    transaction.open_table(CARDS).unwrap();
    let fingerprint = key("1").fingerprint;
    let value = (fingerprint, b"reply 1".as_slice());
    transaction.open_table(REPLIES).unwrap().insert(request_id(&key("1")), value).unwrap();
    transaction.commit().unwrap();
    drop(old);
    let database = disk.start();
    assert_eq!(read_reply(&database, "1"), Some("reply 1".into()));
    assert_eq!(write_one(&database, "2", "2"), Some(WriteOutcome::Written));
}

#[test]
fn keeps_first_reply_per_request_id() {
    let disk = MemoryDisk::default();
    let database = disk.start();
    assert_eq!(write_one(&database, "1", "1"), Some(WriteOutcome::Written));
    let first = WriteOutcome::Existing(b"reply 1".to_vec());
    assert_eq!(write_one(&database, "1", "2"), Some(first));
    drop(database);
    assert_eq!(table_lengths(&open_disk(&disk)), (1, 1, 1));
}

#[test]
fn rejects_only_duplicate_card_numbers() {
    let disk = MemoryDisk::default();
    let (batch, _outcomes): (Vec<_>, Vec<_>) = [("1", "1"), ("2", "1"), ("3", "3")]
        .map(|(id, number)| new_reply(id, number))
        .into_iter()
        .unzip();
    let file = open_disk(&disk);
    let written = Some(WriteOutcome::Written);
    assert_eq!(write_batch(&file, &batch, 0).unwrap(), [written.clone(), None, written]);
    assert_eq!(table_lengths(&file), (2, 2, 2));
}

#[test]
fn removes_expired_replies_but_no_cards() {
    let file = open_disk(&MemoryDisk::default());
    let write_at = |now: u64, count: usize| {
        let ids = (0..count).map(|id| format!("{now}-{id}"));
        let (batch, _outcomes): (Vec<_>, Vec<_>) = ids.map(|id| new_reply(&id, &id)).unzip();
        write_batch(&file, &batch, now).unwrap();
    };
    write_at(10, 300);
    write_at(11, 5);
    let retention = Duration::from_secs(5);
    assert_eq!(remove_expired(&file, 15, retention).unwrap(), 0);
    assert_eq!(remove_expired(&file, 16, retention).unwrap(), MAX_REPLIES_PER_TRANSACTION);
    assert_eq!(remove_expired(&file, 16, retention).unwrap(), 300 - MAX_REPLIES_PER_TRANSACTION);
    assert_eq!(remove_expired(&file, 16, retention).unwrap(), 0);
    assert_eq!(table_lengths(&file), (5, 5, 305));
    // With the maximum duration, nothing expires.
    assert_eq!(remove_expired(&file, u64::MAX, Duration::MAX).unwrap(), 0);
    assert_eq!(remove_expired(&file, 0, Duration::MAX).unwrap(), 0);
}

#[test]
fn resumes_clock_after_restart() {
    let disk = MemoryDisk::default();
    remove_expired(&open_disk(&disk), 1000, DAY).unwrap();
    assert_eq!(Clock::resume(&open_disk(&disk)).unwrap().seconds(), 1000);
}

/// Creates a database with 100 cards, closes it, and returns its path and content.
fn closed_database(name: &str) -> (PathBuf, Vec<u8>) {
    let data = std::env::temp_dir().join(format!("merchant-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    let data_dir = DataDir::open(&data).unwrap();
    let database = Database::open(&data_dir, DAY).unwrap();
    for id in 0..100 {
        assert!(write_one(&database, &id.to_string(), &id.to_string()).is_some());
    }
    drop(database);
    let path = data_dir.file_path(FILE_NAME);
    let bytes = std::fs::read(&path).unwrap();
    (path, bytes)
}

#[test]
fn rejects_truncated_files() {
    let (path, bytes) = closed_database("truncated");
    let step = bytes.len() / 40;
    for length in
        [0, 1, 8, 9, 320, 4095, 4096, 4097].into_iter().chain((step..bytes.len()).step_by(step))
    {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = format!("{:#}", open_file(&path).err().unwrap());
        assert!(error.contains("restore it from a backup"), "{length}: {error}");
    }
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn does_not_panic_on_damaged_files() {
    let (path, bytes) = closed_database("damaged");
    let mut damaged_count = 0;
    for round in 0..120_usize {
        let mut damaged = bytes.clone();
        // Damage every byte of the header, and then 60 bytes spread over the file.
        let offset = if round < 60 { round } else { (round - 60) * (bytes.len() / 60) };
        damaged[offset] ^= 1 << (round % 8);
        std::fs::write(&path, &damaged).unwrap();
        match open_file(&path) {
            Ok(file) => assert_eq!(table_lengths(&file).0, 100, "round {round}"),
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
