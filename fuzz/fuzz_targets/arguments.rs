//! Parses arguments of the command `mpp`: no panic, and every error has a message.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "only the arguments are parsed")]
#[path = "../../src/bin/mpp/main.rs"]
mod mpp;

use clap::Parser as _;
use libfuzzer_sys::fuzz_target;

/// Words of valid command lines, with which the fuzzer reaches the subcommands.
const WORDS: [&str; 24] = [
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
];

// One argument per line. A line of one byte selects one of the words.
fuzz_target!(|data: &[u8]| {
    let arguments = data.split(|byte| *byte == b'\n').map(|line| match line {
        [byte] => WORDS[usize::from(*byte) % WORDS.len()].into(),
        _ => argument(line),
    });
    if let Err(error) =
        mpp::Arguments::try_parse_from([argument(b"mpp")].into_iter().chain(arguments))
    {
        assert!(!error.to_string().is_empty());
    }
});

#[cfg(unix)]
fn argument(bytes: &[u8]) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}
