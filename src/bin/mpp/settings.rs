//! The settings for checking each file, from the command line or from `mpp.toml`.

use super::{
    check::Arguments,
    config::{Config, FILE_NAME},
    detect::TypeChoice,
    envelope::Pointer,
    files::{self, UnreadablePath},
    policy,
};
use miniprogram_protocol::{Edition, Policy};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The settings for checking a file.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) schema: TypeChoice,
    pub(crate) policy: Policy,
    /// The edition from the command line or from `mpp.toml`, which replaces the policy's edition.
    pub(crate) edition: Option<Edition>,
    pub(crate) lines: bool,
    pub(crate) each: bool,
    pub(crate) at: Option<Pointer>,
}

/// A file to check with its settings, or a path that cannot be read.
pub(crate) type InputResult = Result<(PathBuf, Arc<Settings>), UnreadablePath>;

/// Returns the files to check, or an error message.
pub(crate) fn collect_inputs(arguments: &Arguments) -> Result<Vec<InputResult>, String> {
    let policy = arguments.policy.as_deref();
    if let Some(schema) = arguments.schema {
        let settings = Arc::new(Settings {
            schema,
            policy: policy::load(policy.unwrap_or(Path::new("strict")), arguments.edition)?,
            edition: arguments.edition,
            lines: arguments.lines,
            each: arguments.each,
            at: arguments.at.clone(),
        });
        let standard_input = [PathBuf::from("-")];
        let paths = if arguments.files.is_empty() { &standard_input } else { &*arguments.files };
        let with_settings = |file| (file, Arc::clone(&settings));
        return Ok(files::expand(paths).into_iter().map(|file| file.map(with_settings)).collect());
    }
    let Some(path) = arguments.config.clone().or_else(Config::find) else {
        return Err(format!(
            "no type: specify it with --type or create {FILE_NAME}; see `mpp check --help`"
        ));
    };
    let policy = policy.map(|policy| policy::load(policy, None)).transpose()?;
    let config = Config::load(&path, policy.as_ref(), |settings| {
        settings.edition = arguments.edition.or(settings.edition);
        if let Some(edition) = settings.edition {
            settings.policy = settings.policy.clone().edition(edition);
        }
        if arguments.lines || arguments.each {
            (settings.lines, settings.each) = (arguments.lines, arguments.each);
        }
        if arguments.at.is_some() {
            settings.at.clone_from(&arguments.at);
        }
    })?;
    if arguments.files.is_empty() {
        return Ok(config.files());
    }
    Ok(arguments.files.iter().flat_map(|path| collect_inputs_at(path, &config)).collect())
}

/// Returns the files at a path on the command line. If the path is a directory, the files in it
/// that `mpp.toml` does not name are skipped.
fn collect_inputs_at(path: &Path, config: &Config) -> Vec<InputResult> {
    let expanded = files::expand(&[path.to_owned()]);
    let with_settings = |file: Result<PathBuf, UnreadablePath>| match file {
        Ok(file) => config.settings_of(&file).map(|settings| Ok((file, settings))),
        Err(unreadable) => Some(Err(unreadable)),
    };
    let mut inputs: Vec<_> = expanded.into_iter().filter_map(with_settings).collect();
    if inputs.is_empty() {
        let message = format!("not listed in {FILE_NAME}; specify its type with --type");
        inputs
            .push(Err(UnreadablePath { path: path.to_owned(), error: io::Error::other(message) }));
    }
    inputs
}

/// Returns the absolute path of a file whose directory has been canonicalized. Symbolic links in
/// the path of its directory are resolved, but the file itself is not if it is a link, so that
/// patterns match the name of the link.
pub(crate) fn canonicalize_parent(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else { return path.canonicalize() };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok(parent.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}
