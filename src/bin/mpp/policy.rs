//! The `--policy` option: `strict`, `lenient`, or a policy file.

use super::report::EscapedStr;
use miniprogram_protocol::{__private::most_similar, Edition, Policy};
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// The value name of the option in the help output.
pub(crate) const VALUE_NAME: &str = "strict|lenient|FILE";

/// Words for which a built-in policy is suggested, each with the name of the policy. A word is the
/// name itself or an alias.
const POLICY_SUGGESTIONS: [(&str, &str); 3] =
    [("strict", "strict"), ("lenient", "lenient"), ("tolerant", "lenient")];

/// The maximum size of a policy file in bytes. The whole file is read into memory.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// Loads the policy with the given name or from the given file. `edition` replaces the policy's
/// edition.
pub(crate) fn load(name: &Path, edition: Option<Edition>) -> Result<Policy, String> {
    let policy = load_policy(name)?;
    Ok(edition.into_iter().fold(policy, Policy::edition))
}

/// Loads the policy with the given name or from the given file. The error message contains the file
/// name and, if the content is invalid, the line and column.
fn load_policy(name: &Path) -> Result<Policy, String> {
    // The policy does not limit the size of documents, because the command has its own limits.
    match name.to_str() {
        Some("strict") => return Ok(Policy::strict().max_bytes(usize::MAX)),
        Some("lenient") => return Ok(Policy::lenient().max_bytes(usize::MAX)),
        _ => {}
    }
    let file_name = name.to_string_lossy();
    let file_name = EscapedStr(&file_name);
    let content = read(name).map_err(|error| {
        let suggestion = suggestion(name, &error);
        format!("cannot read policy file {file_name}: {error}{suggestion}")
    })?;
    let is_json = name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let policy = if is_json { Policy::from_json(&content) } else { Policy::from_toml(&content) };
    policy.map_err(|error| {
        let (line, column, message) = (error.line(), error.column(), error.message());
        format!("{file_name}:{line}:{column}: not a valid policy file: {message}")
    })
}

/// Suggests the built-in policy whose name is most similar to the name of a missing file. Returns
/// an empty string if no name is similar, or if the file name has an extension.
fn suggestion(name: &Path, error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::NotFound || name.extension().is_some() {
        return String::new();
    }
    let word = most_similar(&name.to_string_lossy(), POLICY_SUGGESTIONS.map(|(word, _)| word));
    let policy = POLICY_SUGGESTIONS.into_iter().find(|(known, _)| Some(*known) == word);
    policy.map_or_else(String::new, |(_, policy)| format!("; did you mean `{policy}`?"))
}

/// Reads a configuration file. Returns an error if it is larger than `MAX_FILE_SIZE`.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let mut content = String::new();
    File::open(file)?.take(MAX_FILE_SIZE + 1).read_to_string(&mut content)?;
    if content.len() as u64 > MAX_FILE_SIZE {
        return Err(io::Error::other("the file is larger than 1 MiB"));
    }
    Ok(content)
}
