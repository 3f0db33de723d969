//! The configuration file `mpp.toml`, which determines how the files of a repository are checked.

use super::{
    detect::TypeChoice,
    envelope::Pointer,
    files::{self, UnreadablePath, has_json_extension},
    glob::{self, Pattern, escape_hyphen_path},
    names,
    part::Position,
    policy,
    report::EscapedStr,
    settings::{Settings, canonicalize_parent},
};
use miniprogram_protocol::{__private::most_similar, Edition, Policy};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use std::{
    collections::BTreeMap,
    fmt, io,
    marker::PhantomData,
    path::{Component, Path, PathBuf},
    sync::Arc,
};
use toml::Spanned;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "mpp.toml";

/// The maximum number of paths and patterns in the file, which bounds the memory for compiled
/// patterns.
const MAX_PATHS: usize = 1_000;

/// The policies that have been loaded, by path. A policy is loaded only once, even if several
/// tables name its file.
type Policies = BTreeMap<PathBuf, Policy>;

/// The contents of the file.
#[derive(Debug)]
pub(crate) struct Config {
    entries: Vec<Entry>,
    /// The directory of the file, to which the paths in the file are relative. Empty for the current
    /// directory.
    directory: PathBuf,
}

/// A `[[check]]` table: files, and the settings for checking them.
#[derive(Debug)]
struct Entry {
    files: Vec<PathOrPattern>,
    exclude: Vec<PathOrPattern>,
    settings: Arc<Settings>,
}

/// A path or a pattern in the file.
#[derive(Debug)]
enum PathOrPattern {
    /// A file, or a directory with all its files.
    Literal(PathBuf),
    Pattern(String, Pattern),
}

impl Config {
    /// Returns the path of the configuration file in the current directory or in the nearest parent
    /// directory that contains one.
    pub(crate) fn find() -> Option<PathBuf> {
        let depth = std::env::current_dir().ok()?.ancestors().count();
        let mut path = PathBuf::from(FILE_NAME);
        for _ in 0..depth {
            if path.is_file() {
                return Some(path);
            }
            path = Path::new("..").join(path);
        }
        None
    }

    /// Reads the file. If `policy` is `Some`, it replaces the policies that the file names, which
    /// are then not read. `change` applies the other options on the command line to the settings of
    /// each entry. The error message contains the file name and, if the content is invalid, the
    /// line and column.
    pub(crate) fn load(
        path: &Path,
        policy: Option<&Policy>,
        change: impl Fn(&mut Settings),
    ) -> Result<Self, String> {
        let name = path.to_string_lossy();
        let name = EscapedStr(&name);
        let text = policy::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        parse_config(&text, directory, policy, change).map_err(|error| match error {
            ConfigError::At(offset, message) => {
                let before = text.as_bytes().get(..offset).unwrap_or_default();
                let Position { line, column, .. } = Position::START.after(before);
                // Messages from the parser may contain line breaks and text from the file.
                let message = message.lines().collect::<Vec<_>>().join(" ");
                format!("{name}:{line}:{column}: {}", EscapedStr(&message))
            }
            ConfigError::Policy(message) => message,
        })
    }

    /// Returns all files that the configuration names, with their settings. A file has the settings
    /// of the first entry that matches it.
    pub(crate) fn files(&self) -> Vec<Result<(PathBuf, Arc<Settings>), UnreadablePath>> {
        let mut found = std::collections::BTreeSet::new();
        let mut all = Vec::new();
        for entry in &self.entries {
            let excluded =
                |file: &PathBuf| excludes(&entry.exclude, relative_to(file, &self.directory));
            for paths in &entry.files {
                let files = paths.expand(&self.directory);
                let is_included = |file: &Result<PathBuf, _>| !file.as_ref().is_ok_and(excluded);
                let new = files.into_iter().filter(is_included);
                let is_new = |file: &Result<PathBuf, _>| {
                    file.as_ref().map_or(true, |file| found.insert(file.clone()))
                };
                let new: Vec<_> = new.filter(is_new).collect();
                let settings = |file| (file, Arc::clone(&entry.settings));
                all.extend(new.into_iter().map(|file| file.map(settings)));
            }
        }
        all
    }

    /// Returns the settings for a file, or `None` if no entry matches it.
    pub(crate) fn settings_of(&self, file: &Path) -> Option<Arc<Settings>> {
        let is_current = self.directory.as_os_str().is_empty();
        let directory = if is_current { Path::new(".") } else { &self.directory };
        // The path may contain a symbolic link to a directory.
        let by_name = std::path::absolute(directory).ok().zip(std::path::absolute(file).ok());
        let by_target = || directory.canonicalize().ok().zip(canonicalize_parent(file).ok());
        let mut paths = by_name.into_iter().chain(std::iter::once_with(by_target).flatten());
        paths.find_map(|(directory, file)| {
            self.settings_of_relative(file.strip_prefix(directory).ok()?)
        })
    }

    /// Returns the settings for a file whose path is relative to the directory.
    fn settings_of_relative(&self, relative: &Path) -> Option<Arc<Settings>> {
        let is_match =
            |entry: &&Entry| matches(&entry.files, relative) && !excludes(&entry.exclude, relative);
        self.entries.iter().find(is_match).map(|entry| Arc::clone(&entry.settings))
    }
}

/// Returns the path of a file below a directory, relative to the directory.
fn relative_to<'a>(file: &'a Path, directory: &Path) -> &'a Path {
    file.strip_prefix(directory).unwrap_or(file)
}

/// Returns whether an entry with these paths applies to a file.
fn matches(paths: &[PathOrPattern], file: &Path) -> bool {
    paths.iter().any(|paths| match paths {
        PathOrPattern::Literal(path) => {
            file == path || (file.starts_with(path) && has_json_extension(file))
        }
        PathOrPattern::Pattern(_, pattern) => pattern.is_match(file),
    })
}

/// Returns whether one of the paths is the file or a directory that contains it, or is a pattern
/// that matches the file.
fn excludes(paths: &[PathOrPattern], file: &Path) -> bool {
    paths.iter().any(|paths| match paths {
        PathOrPattern::Literal(path) => file.starts_with(path),
        PathOrPattern::Pattern(_, pattern) => pattern.is_match(file),
    })
}

impl PathOrPattern {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("./").unwrap_or(text);
        let mut components = Path::new(text).components();
        if text.is_empty() || !components.all(|part| matches!(part, Component::Normal(_))) {
            let message = "must be a path below the directory of this file, without `..`";
            return Err(message.to_owned());
        }
        if glob::is_pattern(text) {
            return Ok(Self::Pattern(text.to_owned(), Pattern::new(text)?));
        }
        // Collecting the components removes a trailing separator.
        Ok(Self::Literal(Path::new(text).components().collect()))
    }

    /// Returns the files below `root` to which the path or pattern refers.
    fn expand(&self, root: &Path) -> Vec<Result<PathBuf, UnreadablePath>> {
        match self {
            Self::Literal(path) => files::expand(&[escape_hyphen_path(root.join(path))]),
            Self::Pattern(text, pattern) => {
                let mut files = pattern.expand(root);
                if files.is_empty() {
                    let error = io::Error::other("no file matches this pattern");
                    files.push(Err(UnreadablePath { path: root.join(text), error }));
                }
                files
            }
        }
    }
}

/// An error in the contents of the file.
enum ConfigError {
    /// An error at an offset.
    At(usize, String),
    /// An error in a policy file.
    Policy(String),
}

/// Parses the contents of the file, and loads the policies that it names.
fn parse_config(
    text: &str,
    directory: &Path,
    policy: Option<&Policy>,
    change: impl Fn(&mut Settings),
) -> Result<Config, ConfigError> {
    let invalid = |error: toml::de::Error| {
        ConfigError::At(error.span().map_or(0, |span| span.start), error.message().to_owned())
    };
    let deserializer = toml::Deserializer::parse(text).map_err(invalid)?;
    let Table(RawConfig { check }) = Table::deserialize(deserializer).map_err(invalid)?;
    if check.is_empty() {
        return Err(ConfigError::At(0, "the file has no `[[check]]` table".to_owned()));
    }
    let paths = check.iter().map(|entry| {
        let RawEntry { files, exclude, .. } = &entry.get_ref().0;
        files.as_ref().map_or(0, |files| files.get_ref().len()) + exclude.len()
    });
    if paths.sum::<usize>() > MAX_PATHS || check.len() > MAX_PATHS {
        return Err(ConfigError::At(0, format!("the file has more than {MAX_PATHS} paths")));
    }
    let mut loaded = Policies::new();
    let mut load_policy = |name: Option<Spanned<String>>| match policy {
        Some(policy) => Ok(policy.clone()),
        None => {
            load_policy(name.as_ref().map(|name| name.get_ref().as_str()), directory, &mut loaded)
        }
    };
    let entry = |entry: Spanned<Table<RawEntry>>| {
        let start = entry.span().start;
        let mut entry = convert_entry(entry.into_inner().0, start, &mut load_policy)?;
        if let Some(settings) = Arc::get_mut(&mut entry.settings) {
            change(settings);
        }
        Ok(entry)
    };
    let entries = check.into_iter().map(entry).collect::<Result<_, ConfigError>>()?;
    Ok(Config { entries, directory: directory.to_owned() })
}

/// Converts a table of the file, which begins at the offset `start`.
fn convert_entry(
    raw: RawEntry,
    start: usize,
    load_policy: impl FnOnce(Option<Spanned<String>>) -> Result<Policy, String>,
) -> Result<Entry, ConfigError> {
    let missing = |key| ConfigError::At(start, format!("the key `{key}` is missing"));
    let paths = |paths: Vec<Spanned<String>>| -> Result<Vec<_>, ConfigError> {
        paths.iter().map(|path| parse_spanned(path, PathOrPattern::parse)).collect()
    };
    let files = raw.files.ok_or_else(|| missing("files"))?;
    if files.get_ref().is_empty() {
        return Err(ConfigError::At(files.span().start, "`files` must not be empty".to_owned()));
    }
    let schema = parse_spanned(&raw.schema.ok_or_else(|| missing("type"))?, |name| {
        // Only the first line is kept, because the list of all types is too long for a message.
        TypeChoice::parse(name).map_err(|error| error.lines().next().unwrap_or_default().to_owned())
    })?;
    if raw.lines && raw.each {
        let message = "`lines` and `each` cannot be used together".to_owned();
        return Err(ConfigError::At(start, message));
    }
    let settings = Settings {
        schema,
        policy: load_policy(raw.policy).map_err(ConfigError::Policy)?,
        edition: raw.edition.map(|name| parse_spanned(&name, parse_edition)).transpose()?,
        lines: raw.lines,
        each: raw.each,
        at: raw.at.map(|pointer| parse_spanned(&pointer, str::parse::<Pointer>)).transpose()?,
    };
    let exclude = paths(raw.exclude)?;
    Ok(Entry { files: paths(files.into_inner())?, exclude, settings: Arc::new(settings) })
}

fn parse_edition(name: &str) -> Result<Edition, String> {
    // The message must fit on a single line.
    names::parse_edition(name).map_err(|error| {
        let problem = error.lines().next().unwrap_or_default();
        format!("{problem} (known editions: {})", names::edition_names().join(", "))
    })
}

/// Returns the policy that an entry names, or the strict policy by default.
fn load_policy(
    name: Option<&str>,
    directory: &Path,
    policies: &mut Policies,
) -> Result<Policy, String> {
    let path = match name.unwrap_or("strict") {
        name @ ("strict" | "lenient") => PathBuf::from(name),
        file => directory.join(file),
    };
    if let Some(policy) = policies.get(&path) {
        return Ok(policy.clone());
    }
    let policy = policy::load(&path, None)?;
    policies.insert(path, policy.clone());
    Ok(policy)
}

/// Parses a string. Errors point to the position of the string in the file.
fn parse_spanned<T>(
    string: &Spanned<String>,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, ConfigError> {
    parse(string.get_ref()).map_err(|message| ConfigError::At(string.span().start, message))
}

/// The top-level keys of the file.
#[derive(Default)]
struct RawConfig {
    check: Vec<Spanned<Table<RawEntry>>>,
}

/// The keys of a `[[check]]` table.
#[derive(Default)]
struct RawEntry {
    files: Option<Spanned<Vec<Spanned<String>>>>,
    exclude: Vec<Spanned<String>>,
    schema: Option<Spanned<String>>,
    policy: Option<Spanned<String>>,
    edition: Option<Spanned<String>>,
    lines: bool,
    each: bool,
    at: Option<Spanned<String>>,
}

/// The keys of a table, and how to read their values.
trait TableContent: Default {
    const KEYS: &'static [&'static str];

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

impl TableContent for RawConfig {
    const KEYS: &'static [&'static str] = &["check"];

    fn read<'de, A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        self.check = map.next_value()?;
        Ok(())
    }
}

impl TableContent for RawEntry {
    const KEYS: &'static [&'static str] =
        &["files", "exclude", "type", "policy", "edition", "lines", "each", "at"];

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "files" => self.files = Some(map.next_value()?),
            "exclude" => self.exclude = map.next_value()?,
            "type" => self.schema = Some(map.next_value()?),
            "policy" => self.policy = Some(map.next_value()?),
            "edition" => self.edition = Some(map.next_value()?),
            "lines" => self.lines = map.next_value()?,
            "each" => self.each = map.next_value()?,
            _ => self.at = Some(map.next_value()?),
        }
        Ok(())
    }
}

/// A table with known keys.
struct Table<T>(T);

impl<'de, T: TableContent> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: TableContent> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a table with the keys {}", T::KEYS.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
        let mut table = T::default();
        // Unknown keys are rejected in `KnownKey`, because an error that occurs while a key is
        // deserialized has the position of the key.
        while let Some(key) = map.next_key_seed(KnownKey(T::KEYS))? {
            table.read(key, &mut map)?;
        }
        Ok(Table(table))
    }
}

/// A seed that deserializes one of the known keys.
struct KnownKey(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KnownKey {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KnownKey {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let known = self.0.iter().copied().find(|known| *known == key);
        known.ok_or_else(|| E::custom(describe_unknown_key(key, self.0)))
    }
}

/// Returns the error message for an unknown key, with a suggestion.
fn describe_unknown_key(key: &str, known: &'static [&'static str]) -> String {
    let short: String = key.chars().take(64).collect();
    let suggestion = match most_similar(key, known.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => format!("; known keys are {}", known.join(", ")),
    };
    format!("unknown key `{short}`{suggestion}")
}
