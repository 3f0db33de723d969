//! A merchant's server: it makes membership cards when Mini Program Platform asks for them.

mod cards;
mod database;
mod document;
mod folder;
mod keys;
mod metrics;
mod server;

use anyhow::{Context as _, Result};
use cards::Cards;
use clap::Parser;
use folder::Folder;
use governor::{Quota, RateLimiter};
use keys::Pair;
use metrics::Metrics;
use miniprogram_protocol::http::{KeyRing, Signer, SigningKey, Verifier, VerifyingKey};
use server::{CONNECTIONS, Server};
use std::{
    fs,
    io::{self, IsTerminal as _},
    net::SocketAddr,
    num::NonZeroU32,
    panic,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

/// A merchant's server: it makes membership cards when Mini Program Platform asks for them.
#[derive(Parser)]
struct Flags {
    /// The address to listen at; port 0 is any that is free.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The folder of the keys and the database. It is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "merchant-data")]
    data: PathBuf,

    /// The ID that the platform gave this server, with which it signs.
    #[arg(long, value_name = "ID", default_value = "MERCHANT")]
    client_id: String,

    /// The ID with which the platform signs.
    #[arg(long, value_name = "ID", default_value = "PLATFORM")]
    platform_client_id: String,

    /// The public key of the platform. Without it, a pair is made for development.
    #[arg(long, value_name = "FILE")]
    platform_key: Option<PathBuf>,

    /// The version of that key.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    platform_key_version: u32,

    /// What stands before the paths of the calls, as `/api/open`.
    #[arg(long, value_name = "PREFIX", default_value = "", value_parser = path_prefix)]
    path_prefix: String,

    /// How many seconds are waited for the headers, for the body, and for the database.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    patience: u64,

    /// How long answers are kept to repeat them, as `30d` or `12h`, not counting the time that the
    /// server is off.
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = keep_answers)]
    keep_answers: Duration,

    /// Also serves metrics for Prometheus, at this address and the path `/metrics`.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,

    /// How many refusals a second are signed, of requests whose sender is not known. More get the
    /// HTTP status 429, and no signature.
    #[arg(long, value_name = "NUMBER", default_value = "50")]
    signed_refusals: NonZeroU32,

    /// Verifies no signatures: for development alone.
    #[arg(long)]
    insecure_no_signatures: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    // A thread writes the log. If that fails or takes too long, lines are dropped.
    let log = NonBlockingBuilder::default().buffered_lines_limit(4096);
    let (log, log_thread) = log.finish(io::stderr());
    let dropped_lines = log.error_counter();
    tracing_subscriber::fmt().with_writer(log).with_ansi(io::stderr().is_terminal()).init();
    // The message of a panic may have a value in it.
    panic::set_hook(Box::new(|panic| {
        error!(place = panic.location().map(tracing::field::display), "panicked");
    }));

    let stopped = run(Flags::parse(), dropped_lines).await;
    end(log_thread);
    stopped
}

async fn run(flags: Flags, dropped_lines: ErrorCounter) -> Result<()> {
    let folder = Folder::open(&flags.data)?;
    let key = SigningKey::parse(&Pair::of(&folder, "merchant")?.private)?;
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let metrics = Arc::new(Metrics::new(Arc::clone(&places), dropped_lines));
    let server = Server {
        cards: Cards::open(&folder, flags.keep_answers)?,
        verifier: verifier(&flags, &folder)?,
        signer: Signer::new(&flags.client_id, key),
        path_prefix: flags.path_prefix,
        patience: Duration::from_secs(flags.patience),
        signed_refusals: RateLimiter::direct(Quota::per_second(flags.signed_refusals)),
        metrics: Arc::clone(&metrics),
    };
    let patience = server.patience;
    let stop = stop()?;
    if let Some(address) = flags.metrics_listen {
        let listener = TcpListener::bind(address).await.context("the address for metrics")?;
        info!(address = %listener.local_addr()?, "serving metrics");
        let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
        tokio::spawn(server::serve(listener, metrics.router(), patience, places, stop.clone()));
    }
    let listener = TcpListener::bind(flags.listen).await.context("the address")?;
    info!(address = %listener.local_addr()?, "listening");
    server::serve(listener, server.router(), patience, places, stop).await;
    info!("stopped");
    Ok(())
}

/// Waits until the last lines are written, but not for a log that nobody reads.
fn end(log: WorkerGuard) {
    let (ended, is_ended) = mpsc::channel::<()>();
    thread::spawn(move || {
        drop(log);
        drop(ended);
    });
    let _ = is_ended.recv_timeout(Duration::from_secs(2));
}

fn path_prefix(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.starts_with('/') && !text.ends_with('/') {
        Ok(text.to_owned())
    } else {
        Err("it begins with a slash, and does not end with one")
    }
}

fn keep_answers(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration < Duration::from_secs(1) => Err("must be at least 1s".into()),
        duration => duration.map_err(|error| error.to_string()),
    }
}

fn verifier(flags: &Flags, folder: &Folder) -> Result<Option<Verifier>> {
    let key = if let Some(path) = &flags.platform_key {
        fs::read_to_string(path).with_context(|| format!("the key {}", path.display()))?
    } else {
        warn!("the platform's key is one for development: see --platform-key");
        Pair::of(folder, "platform")?.public
    };
    let key = VerifyingKey::parse(&key).context("the platform's key")?;
    if flags.insecure_no_signatures {
        warn!("no signature is verified: whoever calls is believed");
        return Ok(None);
    }
    let keys = KeyRing::new().with(&flags.platform_client_id, flags.platform_key_version, key);
    Ok(Some(Verifier::new(keys)))
}

/// Is cancelled by the first signal that asks for it.
fn stop() -> Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let stopped = stop.clone().drop_guard();
    tokio::spawn(async move {
        let _stopped = stopped;
        tokio::select! {
            _ = ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    });
    Ok(stop)
}
