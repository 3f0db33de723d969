//! The data folder: it belongs to one process at a time, and its files are replaced as a whole.

use anyhow::{Context as _, Result, bail};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The data folder, which no other server can use while this exists.
pub(crate) struct Folder {
    path: PathBuf,
    /// The lock ends when this is closed, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Locks the folder, and creates it if necessary.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_at(path)
            .with_context(|| format!("cannot use the data folder {}", path.display()))
    }

    fn open_at(path: &Path) -> Result<Self> {
        if path.exists() && !path.is_dir() {
            bail!("it is a file: give another path with --data, or move the file away");
        }
        create_private_folder(path)?;
        if let Some(parent) = path.canonicalize()?.parent() {
            // Without read access to the parent, the folder is on the disk a little later.
            let _ = sync_folder(parent);
        }
        let lock = path.join("lock");
        let file = private_file().create(true).open(&lock);
        let file = file.with_context(|| format!("cannot create {}", lock.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("another merchant-server uses it: stop that one, or give another --data")
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", lock.display()))
            }
        }
    }

    /// Returns the path of a file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file that only its owner can read. After a crash, it has either its old content or
    /// the new one.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        self.create(name, |mut file| Ok(file.write_all(content)?))
            .with_context(|| format!("cannot write {}", self.file(name).display()))
    }

    /// Lets `fill` write a new file, which gets its name when the disk has it.
    pub(crate) fn create(&self, name: &str, fill: impl FnOnce(File) -> Result<()>) -> Result<()> {
        let unfinished = self.file(&format!("{name}.unfinished"));
        let finish = || {
            // A start that was killed may have left one.
            match fs::remove_file(&unfinished) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            let new = private_file().read(true).create_new(true).open(&unfinished)?;
            fill(new.try_clone()?)?;
            new.sync_all()?;
            fs::rename(&unfinished, self.file(name))?;
            sync_folder(&self.path)?;
            Ok(())
        };
        let result = finish();
        if result.is_err() {
            // On a full disk, it would take the space that is needed for another attempt.
            let _ = fs::remove_file(&unfinished);
        }
        result
    }
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Only the owner may enter the folder: it has personal data and a private key.
fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new name in a folder is on the disk when the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
