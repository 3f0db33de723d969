//! The progress bar.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal as _, Read, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The delay before the progress bar appears, so that it does not appear during short runs.
const APPEARANCE_DELAY: Duration = Duration::from_millis(750);

/// A progress bar on standard error. It appears after a delay if standard error is a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The time at which the bar will appear. `None` if the bar is already visible or will not
    /// appear.
    appears_at: Mutex<Option<Instant>>,
}

impl Progress {
    /// Creates a progress bar for `total` bytes. `None` means a stream of unknown length. The
    /// bar never appears if it is not enabled.
    pub(crate) fn new(total: Option<u64>, is_enabled: bool) -> Self {
        let template = match total {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}, {eta} left{msg}",
            None => "{spinner} {bytes}{msg}",
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let appears = is_enabled && io::stderr().is_terminal();
        let appears_at = appears.then(|| Instant::now() + APPEARANCE_DELAY);
        Self { bar, appears_at: Mutex::new(appears_at) }
    }

    /// Sets the message that is displayed after the number of bytes.
    pub(crate) fn set_message(&self, message: String) {
        self.bar.set_message(message);
    }

    /// Adds bytes to the progress, and shows the bar if the delay has passed.
    fn advance(&self, bytes: usize) {
        let mut appears_at = self.appears_at.lock().unwrap_or_else(PoisonError::into_inner);
        if appears_at.is_some_and(|time| Instant::now() >= time) {
            *appears_at = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(bytes as u64);
    }

    /// Hides the bar while `write` writes to the terminal.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        *self.appears_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.bar.finish_and_clear();
    }
}

/// A reader that adds the number of bytes it reads to the progress.
#[derive(Debug)]
pub(crate) struct ProgressReader<R> {
    pub(crate) progress: Arc<Progress>,
    pub(crate) input: R,
}

impl<R: Read> Read for ProgressReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.progress.advance(length);
        Ok(length)
    }
}

/// A writer that hides the progress bar while it writes, because both may use the same terminal.
#[derive(Debug)]
pub(crate) struct ProgressWriter<'a, W> {
    pub(crate) progress: &'a Progress,
    pub(crate) output: W,
}

impl<W: Write> Write for ProgressWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.suspend(|| self.output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.progress.suspend(|| self.output.flush())
    }
}
