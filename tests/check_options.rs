//! Checks the options of `mpp check` that choose documents, types and the exit status.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

const VALID_AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const AMOUNT_WITHOUT_VALUE: &str = r#"{"currency":"USD"}"#;

/// The `mpp` command in a working directory.
struct Mpp {
    directory: PathBuf,
}

/// The exit status and output of a command.
#[derive(Debug)]
struct RunResult {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Mpp {
    /// Creates a command that runs in an empty directory for the test.
    fn new(test: &str) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("check_options");
        let directory = root.join(test);
        // Remove the files of an earlier run.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        Self { directory }
    }

    fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpp"));
        command.current_dir(&self.directory).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> RunResult {
        self.run_with(arguments, b"")
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> RunResult {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let output = thread::scope(|scope| {
            // The write fails if the command ends before it has read all input.
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().unwrap()
        });
        RunResult {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

// The exit status, and the number of documents.

#[test]
fn fails_on_the_chosen_results() {
    let deviating = r#"{"currency":"USD","value":"1"}"#;
    let mpp = Mpp::new("fail_on")
        .with_file("valid.json", VALID_AMOUNT)
        .with_file("deviating.json", deviating)
        .with_file("invalid.json", AMOUNT_WITHOUT_VALUE);
    for (choice, statuses) in
        [("violations", [0, 0, 1, 2]), ("tolerated", [0, 1, 1, 2]), ("never", [0, 0, 0, 2])]
    {
        let files = ["valid.json", "deviating.json", "invalid.json", "missing.json"];
        for (file, status) in files.into_iter().zip(statuses) {
            let arguments = ["check", "--type", "Amount", "--policy", "lenient", "--fail-on"];
            let result = mpp.run(&[&arguments[..], &[choice, file]].concat());
            assert_eq!(result.status, Some(status), "{choice} {file}: {result:?}");
        }
    }
    let result = mpp.run(&["check", "--type", "Amount", "invalid.json", "--fail-on", "errors"]);
    assert_eq!(result.status, Some(2), "{result:?}");
}

#[test]
fn stops_after_the_maximum_number_of_documents() {
    let lines = format!("{VALID_AMOUNT}\n\n{AMOUNT_WITHOUT_VALUE}\n").repeat(3);
    let mpp = Mpp::new("max_documents")
        .with_file("a.json", VALID_AMOUNT)
        .with_file("b.ndjson", lines)
        .with_file("c.json", VALID_AMOUNT);
    for (limit, expected) in [
        ("1", "mpp: stopped after 1 document: 2 files were not checked\n"),
        (
            "2",
            "mpp: stopped after 2 documents: the rest of b.ndjson and 1 more file was not checked\n",
        ),
        (
            "7",
            "mpp: stopped after 7 documents: the rest of b.ndjson and 1 more file was not checked\n",
        ),
        ("8", ""),
        ("9", ""),
    ] {
        let check = ["check", "--type", "Amount", "--format", "json", "--max-documents", limit];
        let files = ["a.json", "b.ndjson", "c.json"];
        let result = mpp.run(&[&check[..], &files].concat());
        let count = limit.parse::<usize>().unwrap().min(8);
        assert_eq!(result.stdout.lines().count(), count, "{result:?}");
        assert_eq!(result.stderr, expected);
        assert_eq!(result.status, Some(i32::from(count > 2)), "{result:?}");
        let quiet = mpp.run(&[&check[..], &files, &["--quiet"]].concat());
        assert_eq!((&*quiet.stderr, &*quiet.stdout), ("", ""));
    }
}

#[test]
fn stops_threads_after_the_maximum_number_of_documents() {
    // The threads start after a megabyte.
    let lines = format!("{}{VALID_AMOUNT}\n\n{{}}\n", " ".repeat(1_000)).repeat(3_000);
    let mpp = Mpp::new("max_documents_threads").with_file("a.ndjson", lines);
    for threads in ["1", "2", "7"] {
        let check = ["check", "--type", "Amount", "--max-documents", "4999", "--threads", threads];
        let result = mpp.run(&[&check[..], &["a.ndjson"]].concat());
        let last = result.stdout.lines().last();
        assert_eq!(last, Some("4999 documents: 2500 valid, 2499 invalid"));
    }
}

#[test]
fn stops_before_the_next_document_arrives() {
    let mpp = Mpp::new("max_documents_stream");
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines"]);
    command.args(["--max-documents", "1"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{VALID_AMOUNT}").unwrap();
    // Standard input is still open.
    assert!(child.wait().unwrap().success());
    drop(stdin);
}
