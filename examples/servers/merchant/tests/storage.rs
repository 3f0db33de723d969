//! Tests the data directory: interrupted starts, concurrent servers, damaged files, full disks, and
//! expired replies.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may panic, and print durations and skipped tests"
)]

mod common;

use common::{
    ENDPOINT_PATH, PROGRAM_PATH, Platform, Server, count_cards, new_data_dir, request_with_id,
    rounds_from_env, to_json_bytes, wait_until,
};
use std::{
    collections::HashSet,
    fs::{self, DirEntry, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

/// Starts a server that must exit with code 1, and returns its log.
#[track_caller]
fn expect_failed_start(data: &Path) -> String {
    let Err(exit) = Server::try_start(data, &[]) else { panic!("the server started") };
    assert_eq!(exit.code, Some(1), "{}", exit.log);
    assert!(!exit.log.contains("panicked"), "{}", exit.log);
    exit.log
}

/// Sends a request that must succeed, and returns the body of the response.
#[track_caller]
fn request_card(data: &Path, server: &Server, id: &str) -> Vec<u8> {
    let response =
        Platform::new(data).post(server, ENDPOINT_PATH, &to_json_bytes(&request_with_id(id)));
    response.assert_result("S", "SUCCESS", "Success");
    response.body
}

#[allow(clippy::needless_pass_by_value, reason = "used as a closure of Iterator::any")]
fn is_database(entry: io::Result<DirEntry>) -> bool {
    entry.unwrap().file_name().to_str().unwrap().starts_with("cards.redb")
}

#[test]
fn starts_after_interrupted_first_start() {
    let data = new_data_dir("killed-start");
    let kills = rounds_from_env("MERCHANT_START_KILLS", 6);
    let mut unfinished = 0;
    for kill in 0..kills {
        let _ = fs::remove_dir_all(&data);
        let mut first = Command::new(PROGRAM_PATH);
        first.args(["--listen", "127.0.0.1:0", "--data"]).arg(&data).stderr(Stdio::null());
        let mut first = first.spawn().unwrap();
        // The delay before the server is killed differs in every run.
        let random = u64::from(UNIX_EPOCH.elapsed().unwrap().subsec_micros());
        let mut delay = Duration::from_micros(random % 300_000);
        if kill % 2 == 1 {
            // Creating the database takes only a small part of the startup time.
            while fs::read_dir(&data).map_or(true, |mut names| !names.any(is_database)) {
                assert!(first.try_wait().unwrap().is_none(), "the server exited");
            }
            delay = Duration::from_micros(random % 30_000);
        }
        thread::sleep(delay);
        first.kill().unwrap();
        first.wait().unwrap();
        unfinished += usize::from(!data.join("cards.redb").exists());

        let server = Server::try_start(&data, &[]);
        let server = server.unwrap_or_else(|exit| panic!("kill {kill} after {delay:?}: {exit:?}"));
        request_card(&data, &server, "1");
        server.stop();
        assert_eq!(count_cards(&data), 1);
    }
    println!("{kills} first starts were killed, {unfinished} of them before the database existed");
}

#[test]
fn replaces_files_of_interrupted_start() {
    let data = new_data_dir("leftovers");
    fs::create_dir(&data).unwrap();
    for name in ["cards.redb", "merchant.private.pem", "platform.public.pem"] {
        fs::write(data.join(format!("{name}.unfinished")), "unfinished").unwrap();
    }
    let server = Server::start(&data, &[]);
    request_card(&data, &server, "1");
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
fn starts_only_one_of_two_servers() {
    let data = new_data_dir("two");
    for _ in 0..rounds_from_env("MERCHANT_DOUBLE_STARTS", 3) {
        let _ = fs::remove_dir_all(&data);
        let start = || Server::try_start(&data, &[]);
        let [first, second] = thread::scope(|scope| {
            [scope.spawn(start), scope.spawn(start)].map(|start| start.join().unwrap())
        });
        let (server, exit) = match (first, second) {
            (Ok(server), Err(exit)) | (Err(exit), Ok(server)) => (server, exit),
            (Ok(_), Ok(_)) => panic!("both servers started"),
            (Err(first), Err(second)) => panic!("no server started: {first:?}, {second:?}"),
        };
        assert_eq!(exit.code, Some(1));
        assert!(exit.log.contains("another process is using it"), "{}", exit.log);
        request_card(&data, &server, "1");
        server.stop();
    }
}

#[test]
fn does_not_replace_damaged_database() {
    let data = new_data_dir("damaged");
    let server = Server::start(&data, &[]);
    request_card(&data, &server, "1");
    server.stop();
    let path = data.join("cards.redb");
    let backup = fs::read(&path).unwrap();
    for length in [0, 5, 4096, backup.len() / 2, backup.len() - 1] {
        fs::write(&path, &backup[..length]).unwrap();
        let log = expect_failed_start(&data);
        assert!(log.contains("cards.redb") && log.contains("restore it from a backup"), "{log}");
        assert_eq!(fs::metadata(&path).unwrap().len(), length as u64);
    }
    fs::write(&path, "another format").unwrap();
    assert!(expect_failed_start(&data).contains("it is not a redb database"));

    fs::write(&path, backup).unwrap();
    Server::start(&data, &[]).stop();
    assert_eq!(count_cards(&data), 1);
}

#[test]
fn rejects_link_to_missing_database() {
    let data = new_data_dir("link");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink("/nonexistent/cards.redb", data.join("cards.redb")).unwrap();
    assert!(expect_failed_start(&data).contains("No such file"));
}

#[test]
fn rejects_pipe_in_place_of_database() {
    let data = new_data_dir("pipe");
    fs::create_dir(&data).unwrap();
    let path = data.join("cards.redb");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(expect_failed_start(&data).contains("it is not a file"));
}

#[test]
fn rejects_file_as_data_directory() {
    let data = new_data_dir("file");
    fs::write(&data, "").unwrap();
    assert!(expect_failed_start(&data).contains("it is a file"));
    assert!(expect_failed_start(&data.join("directory")).contains("cannot use the data directory"));
    fs::remove_file(data).unwrap();
}

#[test]
fn closes_database_on_shutdown() {
    let data = new_data_dir("closed");
    let server = Server::start(&data, &[]);
    request_card(&data, &server, "1");
    server.stop();
    // A database that needs repair cannot be opened read-only.
    redb::ReadOnlyDatabase::open(data.join("cards.redb")).unwrap();
}

#[test]
fn removes_expired_replies_but_no_cards() {
    let data = new_data_dir("expiry");
    let server = Server::start(&data, &["--keep-replies", "1s"]);
    let first = request_card(&data, &server, "1");
    wait_until("the reply has expired", || request_card(&data, &server, "1") != first);
    server.stop();
    assert_eq!(count_cards(&data), 2);

    for invalid in ["0s", "1ms", "soon", "-1d", "99999999999999999999y"] {
        let Err(exit) = Server::try_start(&data, &["--keep-replies", invalid]) else { panic!() };
        assert_eq!(exit.code, Some(2), "{}", exit.log);
    }
}

/// A mounted in-memory file system, which is unmounted on drop.
struct MountedDisk(PathBuf);

impl MountedDisk {
    fn new(name: &str, options: &str) -> Option<Self> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merchant-disk-{name}"));
        // The test may have been killed while the file system was mounted.
        let _ = Command::new("umount").arg(&path).stderr(Stdio::null()).status();
        fs::create_dir_all(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "none"]).arg(&path);
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(path));
        }
        println!("skipped: mounting a file system is not permitted");
        None
    }

    /// Fills the disk until only the given number of bytes is free.
    fn fill(&self, free_bytes: usize) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length.saturating_sub(free_bytes as u64)).unwrap();
    }

    /// Frees the space that [`fill`](Self::fill) has used.
    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for MountedDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn recovers_when_disk_has_space() {
    let Some(disk) = MountedDisk::new("full", "size=8m") else { return };
    let data = disk.0.join("data");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let first = request_card(&data, &server, "first");
    for round in 0..2 {
        disk.fill(0);
        let failed = (0..1000).find(|id| {
            let body = to_json_bytes(&request_with_id(&format!("{round}-{id}")));
            !platform.post(&server, ENDPOINT_PATH, &body).is_success()
        });
        let failed = format!("{round}-{}", failed.expect("the disk is not full"));
        assert_eq!(platform.get(&server, "/healthz").status, 503);
        let first_is_stored = || {
            platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id("first"))).body
                == first
        };
        wait_until("the stored reply can be read", first_is_stored);
        disk.free();
        let start = Instant::now();
        let is_healthy = || platform.get(&server, "/healthz").status == 200;
        wait_until("the server is healthy", is_healthy);
        println!("recovered {:?} after space became available", start.elapsed());
        request_card(&data, &server, &failed);
        assert!(first_is_stored());
    }
    server.stop();
}

#[test]
fn starts_again_after_full_disk() {
    let Some(disk) = MountedDisk::new("start", "size=2m") else { return };
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
        disk.free();
        let server = Server::start(&data, &[]);
        request_card(&data, &server, "1");
        server.stop();
    }
    println!("{failed} of 5 starts on a full disk failed");
    assert!(failed > 0);
}

#[test]
fn rejects_read_only_disk() {
    let Some(disk) = MountedDisk::new("read-only", "ro,size=1m") else { return };
    for data in [disk.0.clone(), disk.0.join("data")] {
        assert!(expect_failed_start(&data).contains("Read-only file system"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn erases_private_keys_from_memory() {
    let data = new_data_dir("memory");
    let server = Server::start(&data, &[]);
    request_card(&data, &server, "1");
    let mut key_parts = HashSet::new();
    for name in ["merchant", "platform"] {
        let pem = fs::read_to_string(data.join(format!("{name}.private.pem"))).unwrap();
        // The first lines of the key are omitted, because the public key contains the same data.
        for line in pem.lines().skip(8).filter(|line| line.len() == 64) {
            key_parts.extend(line.as_bytes().chunks(16).map(<[u8]>::to_vec));
        }
    }
    assert!(key_parts.len() > 100);
    let maps = fs::read_to_string(format!("/proc/{}/maps", server.process_id())).unwrap();
    let Ok(mut memory) = File::open(format!("/proc/{}/mem", server.process_id())) else {
        println!("skipped: reading the memory of another process is not permitted");
        return;
    };
    let mut read = 0;
    for map in maps.lines().filter(|map| map.contains(" rw-p ")) {
        let (start, end) = map.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        memory.seek(SeekFrom::Start(start)).unwrap();
        let mut bytes = Vec::new();
        let _ = (&memory).take(end - start).read_to_end(&mut bytes);
        read += bytes.len();
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        for base64 in bytes.split(|byte| !is_base64(byte)) {
            let found = base64.windows(16).any(|window| key_parts.contains(window));
            assert!(!found, "part of a key is in {map}");
        }
    }
    assert!(read > 100_000, "only {read} bytes were read");
    server.stop();
}
