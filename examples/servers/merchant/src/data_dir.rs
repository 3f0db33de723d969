//! The data directory, which only one process at a time can use, and whose files are replaced
//! atomically.

use anyhow::{Context as _, Result, bail};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A data directory, which is locked until this value is dropped.
pub struct DataDir {
    path: PathBuf,
    /// The operating system releases the lock when the file is closed, even if the process is
    /// killed.
    _lock: File,
}

impl DataDir {
    /// Locks the directory, creating it if it does not exist.
    ///
    /// # Errors
    /// Returns an error if another process uses the directory, or if it cannot be created or locked.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_at(path)
            .with_context(|| format!("cannot use the data directory {}", path.display()))
    }

    fn open_at(path: &Path) -> Result<Self> {
        if path.exists() && !path.is_dir() {
            bail!("it is a file: choose another path with --data, or move the file");
        }
        create_private_dir(path)?;
        if let Some(parent) = path.canonicalize()?.parent() {
            // Without read access to the parent directory, the flush fails, and the operating
            // system writes the new entry to the disk later.
            let _ = sync_dir(parent);
        }
        let lock_path = path.join("lock");
        let lock = private_file_options().create(true).open(&lock_path);
        let lock = lock.with_context(|| format!("cannot create {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another process is using it: stop that process, or choose another path \
                     with --data"
                )
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", lock_path.display()))
            }
        }
    }

    /// Returns the path of a file in the directory.
    #[must_use]
    pub fn file_path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file that only its owner can read. The file is replaced atomically, so it is
    /// complete even after a crash.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn write_file(&self, name: &str, content: &[u8]) -> Result<()> {
        self.create_file(name, |mut file| Ok(file.write_all(content)?))
            .with_context(|| format!("cannot write {}", self.file_path(name).display()))
    }

    /// Creates a file with the content that `write` writes. The file gets its final name once the
    /// content is on disk.
    ///
    /// # Errors
    /// Returns an error if the file cannot be created, or the error of `write`.
    pub fn create_file(&self, name: &str, write: impl FnOnce(File) -> Result<()>) -> Result<()> {
        let temporary = self.file_path(&format!("{name}.unfinished"));
        let create = || {
            // The file may exist if an earlier process was killed.
            match fs::remove_file(&temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            let file = private_file_options().read(true).create_new(true).open(&temporary)?;
            write(file.try_clone()?)?;
            file.sync_all()?;
            fs::rename(&temporary, self.file_path(name))?;
            sync_dir(&self.path)?;
            Ok(())
        };
        let result = create();
        if result.is_err() {
            // On a full disk, removing the incomplete file makes space for the next attempt.
            let _ = fs::remove_file(&temporary);
        }
        result
    }
}

/// Returns options for opening a file that only its owner can read and write.
fn private_file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a directory that only its owner can use, because it contains personal data and a private
/// key.
fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Flushes the entries of a directory, such as the name of a new file, to the disk.
fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
