//! Glob patterns for file paths, such as `orders/**/*.json`.

use super::{check::is_standard_input, files::UnreadablePath};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::{
    fs::{self, DirEntry},
    io,
    path::{Component, Path, PathBuf},
};

/// The maximum length of a pattern, which bounds the size of its regular expression.
const MAX_PATTERN_LENGTH: usize = 1_024;

/// A glob pattern for file paths. `*` and `?` do not match a separator, and `**` matches any number
/// of directories.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// The directory that contains all matches, with the separator after it, or an empty string.
    base: String,
    globs: GlobSet,
    /// The maximum directory depth below `base` at which matches can occur, or `None` if it is
    /// unlimited.
    max_depth: Option<usize>,
    /// True if the pattern names files or directories that are hidden on Unix.
    matches_hidden: bool,
}

/// Returns the path of a file. The path `-` becomes `./-`, because `-` means standard input.
pub(crate) fn escape_hyphen_path(path: PathBuf) -> PathBuf {
    if is_standard_input(&path) { Path::new(".").join(path) } else { path }
}

/// Returns whether a path contains characters with a special meaning in patterns.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if text.len() > MAX_PATTERN_LENGTH {
            return Err(format!("the pattern is longer than {MAX_PATTERN_LENGTH} bytes"));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| format!("invalid glob pattern: {}", error.kind()))?;
        let globs = GlobSetBuilder::new().add(glob).build();
        let globs = globs.map_err(|error| format!("invalid glob pattern: {}", error.kind()))?;
        let special = text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len());
        let (literal, _) = text.split_at_checked(special).unwrap_or_default();
        let (base, rest) = match literal.rfind('/').and_then(|last| text.split_at_checked(last + 1))
        {
            Some(parts) => parts,
            None => ("", text),
        };
        // Braces can contain separators.
        let is_deep = rest.contains("**") || rest.contains('{');
        Ok(Self {
            base: base.to_owned(),
            globs,
            max_depth: (!is_deep).then(|| rest.matches('/').count()),
            matches_hidden: rest.starts_with('.') || rest.contains("/.") || rest.contains("{."),
        })
    }

    /// Returns whether the pattern matches a path. Hidden files and directories do not match, unless
    /// the pattern names them.
    pub(crate) fn is_match(&self, path: &Path) -> bool {
        let is_hidden = |name: Component<'_>| matches!(name, Component::Normal(name) if name.as_encoded_bytes().starts_with(b"."));
        (self.matches_hidden || !path.components().any(is_hidden)) && self.globs.is_match(path)
    }

    /// Returns the files below `root` that the pattern matches, sorted by name.
    ///
    /// Symbolic links to files are followed. Symbolic links to directories are not, because they can
    /// form cycles. Hidden files and directories are skipped, unless the pattern names them.
    pub(crate) fn expand(&self, root: &Path) -> Vec<Result<PathBuf, UnreadablePath>> {
        let mut files = Vec::new();
        let base = Path::new(&self.base);
        let directory = root.join(base);
        // If the directory does not exist, the result is empty, as for any other pattern without
        // matches.
        if directory.as_os_str().is_empty() || directory.is_dir() {
            self.add_matches_in_directory(root, base, 0, &mut files);
        }
        files
    }

    /// Adds the matches in a directory below `root`.
    fn add_matches_in_directory(
        &self,
        root: &Path,
        directory: &Path,
        depth: usize,
        files: &mut Vec<Result<PathBuf, UnreadablePath>>,
    ) {
        let path = root.join(directory);
        let is_current = path.as_os_str().is_empty();
        let entries = fs::read_dir(if is_current { Path::new(".") } else { &path });
        let mut entries: Vec<DirEntry> = match entries.and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => return files.push(Err(UnreadablePath { path, error })),
        };
        entries.sort_by_cached_key(DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if !self.matches_hidden && name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let relative = directory.join(name);
            let path = root.join(&relative);
            match self.classify(&entry, &relative) {
                Ok(EntryKind::Directory) if self.max_depth.is_none_or(|max| depth < max) => {
                    self.add_matches_in_directory(root, &relative, depth + 1, files);
                }
                Ok(EntryKind::Match) => files.push(Ok(escape_hyphen_path(path))),
                Ok(_) => {}
                Err(error) => files.push(Err(UnreadablePath { path, error })),
            }
        }
    }

    /// Returns the kind of an entry, whose path below the root is `relative`.
    fn classify(&self, entry: &DirEntry, relative: &Path) -> io::Result<EntryKind> {
        if entry.file_type()?.is_dir() {
            return Ok(EntryKind::Directory);
        }
        let is_match = self.is_match(relative) && fs::metadata(entry.path())?.is_file();
        Ok(if is_match { EntryKind::Match } else { EntryKind::Other })
    }
}

/// The kind of a directory entry.
enum EntryKind {
    Directory,
    /// A file that the pattern matches.
    Match,
    Other,
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use std::path::Path;

    #[test]
    fn matches_paths() {
        for (pattern, path, expected) in [
            ("*.json", "a.json", true),
            ("*.json", "b/a.json", false),
            ("**/*.json", "a.json", true),
            ("**/*.json", "b/c/a.json", true),
            ("b/**", "b/c/a.json", true),
            ("b/?.{json,jsonl}", "b/a.jsonl", true),
            ("b/[a-c].json", "b/d.json", false),
            ("b/[!a-c].json", "b/d.json", true),
            ("./é/*", "./é/a", true),
        ] {
            let found = Pattern::new(pattern).unwrap().is_match(Path::new(path));
            assert_eq!(found, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn rejects_invalid_patterns() {
        let (nested, long) = ("{".repeat(1_000), "?".repeat(1_025));
        for pattern in ["[", "a{b", "[z-a]", "a}", &nested, &long] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn does_not_panic_on_long_patterns() {
        for part in ["?", "[!é]", "{é,*}", "**/"] {
            let pattern = part.repeat(1_024 / part.len());
            // A pattern may be rejected as too complex, but compiling it must not panic.
            let _ = Pattern::new(&pattern);
        }
        let nested = ["{".repeat(500), "}".repeat(500)].concat();
        let _ = Pattern::new(&nested);
    }
}
