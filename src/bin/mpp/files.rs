//! Finds the files to check in directories and by glob pattern.

use super::{
    compression::uncompressed_name,
    glob::{self, Pattern},
};
use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
};

/// The extensions of the files that are checked in a directory, in lower case.
const EXTENSIONS: [&str; 3] = ["json", "ndjson", "jsonl"];

/// A path that cannot be read, and the reason.
#[derive(Debug)]
pub(crate) struct UnreadablePath {
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

/// Replaces each directory with its files, including those in subdirectories, and each pattern with
/// the files that it matches, sorted by name. A path that exists is never treated as a pattern.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<Result<PathBuf, UnreadablePath>> {
    let mut files = Vec::new();
    for path in paths {
        if super::check::is_standard_input(path) || !path.is_dir() {
            match path.to_str().filter(|text| glob::is_pattern(text) && !path.exists()) {
                Some(pattern) => files.extend(expand_pattern(pattern)),
                None => files.push(Ok(path.clone())),
            }
            continue;
        }
        let count = files.len();
        add_files_in_directory(path, &mut files);
        if files.len() == count {
            let error = io::Error::other("contains no .json, .ndjson or .jsonl files");
            files.push(Err(UnreadablePath { path: path.clone(), error }));
        }
    }
    files
}

/// Returns the files that a pattern matches, or an error if there are none.
fn expand_pattern(pattern: &str) -> Vec<Result<PathBuf, UnreadablePath>> {
    let files = Pattern::new(pattern).map(|pattern| pattern.expand(Path::new("")));
    let error = match files {
        Ok(files) if !files.is_empty() => return files,
        Ok(_) => io::Error::other("no file matches this pattern"),
        Err(message) => io::Error::other(message),
    };
    vec![Err(UnreadablePath { path: pattern.into(), error })]
}

/// Adds the files in a directory and its subdirectories, sorted by name.
fn add_files_in_directory(directory: &Path, files: &mut Vec<Result<PathBuf, UnreadablePath>>) {
    let unreadable = |error| Err(UnreadablePath { path: directory.to_owned(), error });
    let mut entries = Vec::new();
    match fs::read_dir(directory) {
        Ok(results) => {
            for result in results {
                match result {
                    Ok(entry) => entries.push(entry),
                    Err(error) => files.push(unreadable(error)),
                }
            }
        }
        Err(error) => files.push(unreadable(error)),
    }
    entries.sort_unstable_by_key(DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match classify(&entry) {
            Ok(EntryKind::Directory) => add_files_in_directory(&path, files),
            Ok(EntryKind::File) => files.push(Ok(path)),
            Ok(EntryKind::Other) => {}
            Err(error) => files.push(Err(UnreadablePath { path, error })),
        }
    }
}

/// The kind of a directory entry.
enum EntryKind {
    Directory,
    /// A file that is checked.
    File,
    Other,
}

/// Returns the kind of an entry.
///
/// Symbolic links to files are followed. Symbolic links to directories are not, because they can form
/// cycles. Other entries, such as named pipes, are not checked.
fn classify(entry: &DirEntry) -> io::Result<EntryKind> {
    let path = entry.path();
    if entry.file_type()?.is_dir() {
        return Ok(EntryKind::Directory);
    }
    if !has_json_extension(&path) {
        return Ok(EntryKind::Other);
    }
    Ok(if fs::metadata(&path)?.is_file() { EntryKind::File } else { EntryKind::Other })
}

/// Returns whether the name of a file has a JSON extension, which may be followed by a compression
/// extension.
pub(crate) fn has_json_extension(file: &Path) -> bool {
    let extension = uncompressed_name(file).extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::add_files_in_directory;
    use std::path::Path;

    #[test]
    fn reports_directories_that_cannot_be_read() {
        let mut files = Vec::new();
        add_files_in_directory(Path::new("missing"), &mut files);
        match &*files {
            [Err(unreadable)] => assert_eq!(unreadable.path, Path::new("missing")),
            _ => panic!("{files:?}"),
        }
    }
}
