//! Parses arguments of the `mpp` command. Parsing must not panic, and every error must have a
//! message.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "only the argument parser is used")]
#[path = "../../src/bin/mpp/main.rs"]
mod mpp;

use clap::{Command, CommandFactory as _, FromArgMatches as _};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

/// Words from valid command lines, which help the fuzzer to reach the subcommands.
const COMMAND_LINE_WORDS: [&str; 38] = [
    "check",
    "types",
    "show",
    "sample",
    "schema",
    "openapi",
    "help",
    "--type",
    "Order",
    "--policy",
    "lenient",
    "--format",
    "json",
    "--lines",
    "--threads",
    "0",
    "--count",
    "-1",
    "--invalid",
    "--seed",
    "--all",
    "-",
    "--",
    "=",
    "--expected",
    "--fuzz",
    "explain",
    "completions",
    "bash",
    "man",
    "--each",
    "--at",
    "/payload",
    "--summary",
    "--fail-on",
    "never",
    "--max-documents",
    "auto",
];

thread_local! {
    // Building the command, and clap's checks of its definition, take longer than parsing.
    static COMMAND: RefCell<Command> = RefCell::new(mpp::Arguments::command());
}

// Each line is an argument. A line with a single byte selects one of `COMMAND_LINE_WORDS`.
fuzz_target!(|data: &[u8]| {
    let arguments = data.split(|byte| *byte == b'\n').map(|line| match line {
        [byte] => COMMAND_LINE_WORDS[usize::from(*byte) % COMMAND_LINE_WORDS.len()].into(),
        _ => to_argument(line),
    });
    let arguments = [to_argument(b"mpp")].into_iter().chain(arguments);
    let matches = COMMAND.with_borrow_mut(|command| command.try_get_matches_from_mut(arguments));
    if let Err(error) = matches.and_then(|matches| mpp::Arguments::from_arg_matches(&matches)) {
        assert!(!error.to_string().is_empty());
    }
});

#[cfg(unix)]
fn to_argument(bytes: &[u8]) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}
