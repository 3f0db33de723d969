//! How far the reading is, for whoever waits at a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal as _, Read, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long people wait without asking how long it will take.
const PATIENCE: Duration = Duration::from_millis(750);

/// A progress bar on standard error. It comes up only at a terminal, and only after a while.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When it is to come up; none when it has, or never will.
    due: Mutex<Option<Instant>>,
}

impl Progress {
    /// The progress through `total` bytes, if that is known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let template = match total {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}, {eta} left{msg}",
            None => "{spinner} {bytes}{msg}",
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let due = io::stderr().is_terminal().then(|| Instant::now() + PATIENCE);
        Self { bar, due: Mutex::new(due) }
    }

    /// Sets what is said beside the numbers.
    pub(crate) fn say(&self, message: String) {
        self.bar.set_message(message);
    }

    fn advance(&self, bytes: usize) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.is_some_and(|due| Instant::now() >= due) {
            *due = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(bytes as u64);
    }

    /// Takes the bar away while something else is written to the terminal.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away for good.
    pub(crate) fn end(&self) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.bar.finish_and_clear();
    }
}

/// A stream whose bytes count as progress.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    pub(crate) progress: Arc<Progress>,
    pub(crate) input: R,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.progress.advance(read);
        Ok(read)
    }
}

/// An output, perhaps to the same terminal.
#[derive(Debug)]
pub(crate) struct Beside<'a, W> {
    pub(crate) progress: &'a Progress,
    pub(crate) output: W,
}

impl<W: Write> Write for Beside<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.aside(|| self.output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.progress.aside(|| self.output.flush())
    }
}
