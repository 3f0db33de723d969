//! Logging, the async runtime and signal handling for every server process.

use anyhow::Result;
use std::{
    io::{self, IsTerminal as _},
    panic,
    sync::mpsc,
    thread,
    time::Duration,
};
use tokio::{
    runtime::Runtime,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
};
use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

/// The maximum time to wait for the disk before the process exits.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs a server that logs to standard error. `server` receives a counter of the dropped log lines.
///
/// # Errors
/// Returns the error of the server.
pub fn run<F: Future<Output = Result<()>>>(server: impl FnOnce(ErrorCounter) -> F) -> Result<()> {
    // A separate thread writes the log, and drops lines if writing fails or takes too long.
    let log = NonBlockingBuilder::default().buffered_lines_limit(4096);
    let (log, log_guard) = log.finish(io::stderr());
    let log_errors = log.error_counter();
    tracing_subscriber::fmt().with_writer(log).with_ansi(io::stderr().is_terminal()).init();
    // Log only the location, because the message of a panic may contain personal data.
    panic::set_hook(Box::new(|panic| {
        error!(location = panic.location().map(tracing::field::display), "panicked");
    }));

    let runtime = Runtime::new()?;
    let result = runtime.block_on(async { server(log_errors).await });
    // Dropping the runtime would wait for reads from a disk that does not respond.
    runtime.shutdown_timeout(CLOSE_TIMEOUT);
    flush_log(log_guard);
    result
}

/// Waits until the last lines are written, but no longer than two seconds, in case nobody reads the
/// log.
fn flush_log(guard: WorkerGuard) {
    let (done_sender, done) = mpsc::channel::<()>();
    thread::spawn(move || {
        drop(guard);
        drop(done_sender);
    });
    let _ = done.recv_timeout(Duration::from_secs(2));
}

/// Returns a token that is canceled by SIGTERM or SIGINT.
///
/// # Errors
/// Returns an error if the signal handler cannot be registered.
pub fn shutdown_token() -> Result<CancellationToken> {
    let mut sigterm = signal(SignalKind::terminate())?;
    let shutdown = CancellationToken::new();
    let guard = shutdown.clone().drop_guard();
    tokio::spawn(async move {
        let _guard = guard;
        tokio::select! {
            _ = ctrl_c() => {}
            _ = sigterm.recv() => {}
        }
    });
    Ok(shutdown)
}
