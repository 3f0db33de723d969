//! Runs the `mpp` command in a separate directory.
#![allow(dead_code, unreachable_pub, reason = "no test uses all functions")]

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

/// The `mpp` command in a working directory.
pub struct Mpp {
    pub directory: PathBuf,
}

impl Mpp {
    /// Creates a command that runs in an empty directory for the test.
    pub fn new(test: &str) -> Self {
        let directory =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME")).join(test);
        // Remove the files of an earlier run.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        Self { directory }
    }

    /// Creates a command that runs in a shared directory, for tests without files.
    pub fn without_files() -> Self {
        Self { directory: env!("CARGO_TARGET_TMPDIR").into() }
    }

    pub fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpp"));
        command.current_dir(&self.directory).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> RunResult {
        self.run_with(arguments, b"")
    }

    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> RunResult {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        thread::scope(|scope| {
            // The write fails if the command ends before it has read all input.
            scope.spawn(move || drop(stdin.write_all(input)));
            RunResult::from(child.wait_with_output().unwrap())
        })
    }
}

/// The exit status and output of a command.
#[derive(Debug)]
pub struct RunResult {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for RunResult {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl RunResult {
    #[track_caller]
    pub fn assert_output(&self, status: i32, stdout: &[&str]) {
        assert_eq!(self.stdout.lines().collect::<Vec<_>>(), stdout, "{self:?}");
        assert_eq!((self.status, &*self.stderr), (Some(status), ""), "{self:?}");
    }

    #[track_caller]
    pub fn assert_success(&self) {
        assert_eq!((self.status, &*self.stderr), (Some(0), ""), "{self:?}");
    }
}
