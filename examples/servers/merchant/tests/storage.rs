//! The data folder: killed starts, two servers, damaged files, full disks, and old answers.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may stop, and print what they measure or skip"
)]

mod common;

use common::{PATH, PROGRAM, Platform, Server, bytes, cards, count, folder, request, wait_until};
use std::{
    collections::HashSet,
    fs::{self, DirEntry, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

/// Asserts that the server ends with exit code 1, and returns its log.
#[track_caller]
fn refused(data: &Path) -> String {
    let Err(exit) = Server::try_start(data, &[]) else { panic!("the server starts") };
    assert_eq!(exit.code, Some(1), "{}", exit.log);
    assert!(!exit.log.contains("panicked"), "{}", exit.log);
    exit.log
}

/// Asserts that a request is answered, by the key that is on the disk.
#[track_caller]
fn gets_a_card(data: &Path, server: &Server, id: &str) -> Vec<u8> {
    let reply = Platform::new(data).post(server, PATH, &bytes(&request(id)));
    reply.says("S", "SUCCESS", "Success");
    reply.body
}

#[allow(clippy::needless_pass_by_value, reason = "a closure for Iterator::any")]
fn is_database(entry: io::Result<DirEntry>) -> bool {
    entry.unwrap().file_name().to_str().unwrap().starts_with("cards.redb")
}

#[test]
fn a_killed_first_start_leaves_a_usable_folder() {
    let data = folder("killed-start");
    let kills = count("MERCHANT_START_KILLS", 6);
    let mut unfinished = 0;
    for kill in 0..kills {
        let _ = fs::remove_dir_all(&data);
        let mut first = Command::new(PROGRAM);
        first.args(["--listen", "127.0.0.1:0", "--data"]).arg(&data).stderr(Stdio::null());
        let mut first = first.spawn().unwrap();
        // Other moments in every run.
        let random = u64::from(UNIX_EPOCH.elapsed().unwrap().subsec_micros());
        let mut moment = Duration::from_micros(random % 300_000);
        if kill % 2 == 1 {
            // The database is made in a small part of that time.
            while fs::read_dir(&data).map_or(true, |mut names| !names.any(is_database)) {
                assert!(first.try_wait().unwrap().is_none(), "the server ended");
            }
            moment = Duration::from_micros(random % 30_000);
        }
        thread::sleep(moment);
        first.kill().unwrap();
        first.wait().unwrap();
        unfinished += usize::from(!data.join("cards.redb").exists());

        let server = Server::try_start(&data, &[]);
        let server = server.unwrap_or_else(|exit| panic!("kill {kill} after {moment:?}: {exit:?}"));
        gets_a_card(&data, &server, "1");
        server.stop();
        assert_eq!(cards(&data), 1);
    }
    println!("{kills} first starts killed, {unfinished} before the database was there");
}

#[test]
fn leftovers_of_a_killed_start_are_replaced() {
    let data = folder("leftovers");
    fs::create_dir(&data).unwrap();
    for name in ["cards.redb", "merchant.private.pem", "platform.public.pem"] {
        fs::write(data.join(format!("{name}.unfinished")), "unfinished").unwrap();
    }
    let server = Server::start(&data, &[]);
    gets_a_card(&data, &server, "1");
    server.stop();
    let names = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "cards.redb",
            "lock",
            "merchant.private.pem",
            "merchant.public.pem",
            "platform.private.pem",
            "platform.public.pem"
        ]
    );
}

#[test]
fn of_two_first_starts_one_survives() {
    let data = folder("two");
    for _ in 0..count("MERCHANT_DOUBLE_STARTS", 3) {
        let _ = fs::remove_dir_all(&data);
        let start = || Server::try_start(&data, &[]);
        let [first, second] = thread::scope(|scope| {
            [scope.spawn(start), scope.spawn(start)].map(|start| start.join().unwrap())
        });
        let (survivor, exit) = match (first, second) {
            (Ok(server), Err(exit)) | (Err(exit), Ok(server)) => (server, exit),
            both => panic!("{} of two started", [both.0.is_ok(), both.1.is_ok()].len()),
        };
        assert_eq!(exit.code, Some(1));
        assert!(exit.log.contains("another merchant-server uses it"), "{}", exit.log);
        gets_a_card(&data, &survivor, "1");
        survivor.stop();
    }
}

#[test]
fn a_damaged_database_is_not_replaced() {
    let data = folder("damaged");
    let server = Server::start(&data, &[]);
    gets_a_card(&data, &server, "1");
    server.stop();
    let path = data.join("cards.redb");
    let whole = fs::read(&path).unwrap();
    for length in [0, 5, 4096, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let log = refused(&data);
        assert!(log.contains("cards.redb") && log.contains("restore it from a backup"), "{log}");
        assert_eq!(fs::metadata(&path).unwrap().len(), length as u64);
    }
    fs::write(&path, "another format").unwrap();
    assert!(refused(&data).contains("it is not a database of this server"));

    // The backup.
    fs::write(&path, whole).unwrap();
    Server::start(&data, &[]).stop();
    assert_eq!(cards(&data), 1);
}

#[test]
fn a_link_to_a_missing_database_is_refused() {
    let data = folder("link");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink("/nonexistent/cards.redb", data.join("cards.redb")).unwrap();
    assert!(refused(&data).contains("No such file"));
}

#[test]
fn a_data_folder_that_is_a_file_is_refused() {
    let data = folder("file");
    fs::write(&data, "").unwrap();
    assert!(refused(&data).contains("it is a file"));
    assert!(refused(&data.join("folder")).contains("cannot use the data folder"));
    fs::remove_file(data).unwrap();
}

#[test]
fn a_stop_closes_the_database() {
    let data = folder("closed");
    let server = Server::start(&data, &[]);
    gets_a_card(&data, &server, "1");
    server.stop();
    // One that needs a repair cannot be opened only for reading.
    redb::ReadOnlyDatabase::open(data.join("cards.redb")).unwrap();
}

#[test]
fn answers_expire_but_cards_stay() {
    let data = folder("expiry");
    let server = Server::start(&data, &["--keep-answers", "1s"]);
    let first = gets_a_card(&data, &server, "1");
    wait_until("the answer expires", || gets_a_card(&data, &server, "1") != first);
    server.stop();
    assert_eq!(cards(&data), 2);

    for invalid in ["0s", "1ms", "soon", "-1d", "99999999999999999999y"] {
        let Err(exit) = Server::try_start(&data, &["--keep-answers", invalid]) else { panic!() };
        assert_eq!(exit.code, Some(2), "{}", exit.log);
    }
}

/// A disk of its own, in memory.
struct Mount(PathBuf);

impl Mount {
    fn new(name: &str, options: &str) -> Option<Self> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merchant-disk-{name}"));
        // A test that was killed may have left it.
        let _ = Command::new("umount").arg(&path).stderr(Stdio::null()).status();
        fs::create_dir_all(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "none"]).arg(&path);
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(path));
        }
        println!("skipped: a file system cannot be mounted here");
        None
    }

    /// Leaves only so many bytes free.
    fn fill(&self, free: usize) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length.saturating_sub(free as u64)).unwrap();
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn recovers_when_the_disk_has_space() {
    let Some(disk) = Mount::new("full", "size=8m") else { return };
    let data = disk.0.join("data");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let first = gets_a_card(&data, &server, "first");
    for round in 0..2 {
        disk.fill(0);
        let refused = (0..1000).find(|id| {
            let body = bytes(&request(&format!("{round}-{id}")));
            !platform.post(&server, PATH, &body).is_success()
        });
        let refused = format!("{round}-{}", refused.expect("the disk is not full"));
        assert_eq!(platform.get(&server, "/healthz").status, 503);
        let again = || platform.post(&server, PATH, &bytes(&request("first"))).body == first;
        wait_until("the stored answer can be read", again);
        disk.empty();
        let begin = Instant::now();
        let works = || platform.get(&server, "/healthz").status == 200;
        wait_until("the server works again", works);
        println!("recovered {:?} after the disk had space", begin.elapsed());
        gets_a_card(&data, &server, &refused);
        assert!(again());
    }
    server.stop();
}

#[test]
fn starts_again_after_a_full_disk() {
    let Some(disk) = Mount::new("start", "size=2m") else { return };
    let mut failed = 0;
    for pages in (0..20).step_by(4) {
        let data = disk.0.join("data");
        let _ = fs::remove_dir_all(&data);
        disk.fill(pages * 4096);
        match Server::try_start(&data, &[]) {
            Ok(server) => drop(server.stop()),
            Err(exit) => {
                failed += 1;
                assert_eq!(exit.code, Some(1), "{}", exit.log);
                assert!(exit.log.contains("No space left on device"), "{}", exit.log);
                assert!(!exit.log.contains("panicked"), "{}", exit.log);
            }
        }
        disk.empty();
        let server = Server::start(&data, &[]);
        gets_a_card(&data, &server, "1");
        server.stop();
    }
    println!("{failed} of 5 starts on a full disk were refused");
    assert!(failed > 0);
}

#[test]
fn a_read_only_disk_is_refused() {
    let Some(disk) = Mount::new("read-only", "ro,size=1m") else { return };
    for data in [disk.0.clone(), disk.0.join("data")] {
        assert!(refused(&data).contains("Read-only file system"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_private_key_does_not_stay_in_memory() {
    let data = folder("memory");
    let server = Server::start(&data, &[]);
    gets_a_card(&data, &server, "1");
    let mut pieces = HashSet::new();
    for name in ["merchant", "platform"] {
        let pem = fs::read_to_string(data.join(format!("{name}.private.pem"))).unwrap();
        // Without the first lines, which the public key has, too.
        for line in pem.lines().skip(8).filter(|line| line.len() == 64) {
            pieces.extend(line.as_bytes().chunks(16).map(<[u8]>::to_vec));
        }
    }
    assert!(pieces.len() > 100);
    let maps = fs::read_to_string(format!("/proc/{}/maps", server.process_id())).unwrap();
    let Ok(mut memory) = File::open(format!("/proc/{}/mem", server.process_id())) else {
        println!("skipped: the memory of another process cannot be read here");
        return;
    };
    let mut read = 0;
    for map in maps.lines().filter(|map| map.contains(" rw-p ")) {
        let (begin, end) = map.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [begin, end] = [begin, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        memory.seek(SeekFrom::Start(begin)).unwrap();
        let mut bytes = Vec::new();
        let _ = (&memory).take(end - begin).read_to_end(&mut bytes);
        read += bytes.len();
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        for text in bytes.split(|byte| !is_base64(byte)) {
            let found = text.windows(16).any(|window| pieces.contains(window));
            assert!(!found, "a piece of a key is in {map}");
        }
    }
    assert!(read > 100_000, "only {read} bytes were read");
    server.stop();
}
