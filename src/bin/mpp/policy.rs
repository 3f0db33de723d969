//! Policies by their names, or from files.

use super::check::Shown;
use miniprogram_protocol::Policy;
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// The greatest length of a file, in bytes: it is read whole.
const MAX_LENGTH: u64 = 1 << 20;

/// The policy of that name, or in that file. The message says which file, and where.
pub(crate) fn named(name: &Path) -> Result<Policy, String> {
    // The command has limits of its own.
    match name.to_str() {
        Some("strict") => return Ok(Policy::strict().max_bytes(usize::MAX)),
        Some("lenient") => return Ok(Policy::lenient().max_bytes(usize::MAX)),
        _ => {}
    }
    let file = name.to_string_lossy();
    let text = read(name).map_err(|error| format!("{}: {error}", Shown(&file)))?;
    let is_json = name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let policy = if is_json { Policy::from_json(&text) } else { Policy::from_toml(&text) };
    policy.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("{}:{line}:{column}: {}", Shown(&file), error.message())
    })
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(MAX_LENGTH + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LENGTH {
        return Err(io::Error::other("the policy is longer than 1 MiB"));
    }
    Ok(text)
}
