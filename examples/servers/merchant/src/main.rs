//! A merchant's server that creates membership cards at the request of the Mini Program Platform.

mod cards;
mod database;
mod metrics;
mod openapi;
mod server;

use anyhow::{Context as _, Result};
use cards::CardStore;
use clap::Parser;
use governor::{Quota, RateLimiter};
use merchant_server::{
    data_dir::DataDir,
    gateway::Gateway,
    keys::PemKeyPair,
    listener::{MAX_CONNECTIONS, serve},
    process,
};
use metrics::Metrics;
use miniprogram_protocol::http::{KeyRing, Signer, SigningKey, Verifier, VerifyingKey};
use server::{CardService, router};
use std::{fs, net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};
use tracing::{info, warn};
use tracing_appender::non_blocking::ErrorCounter;

/// A merchant's server that creates membership cards at the request of the Mini Program Platform.
#[derive(Parser)]
struct Args {
    /// The address to listen on. Port 0 selects a free port.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The directory for the keys and the database, which is created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "merchant-data")]
    data: PathBuf,

    /// The client ID that the platform assigned to this server.
    #[arg(long, value_name = "ID", default_value = "MERCHANT")]
    client_id: String,

    /// The client ID of the platform.
    #[arg(long, value_name = "ID", default_value = "PLATFORM")]
    platform_client_id: String,

    /// A file with the public key of the platform. By default, a key pair for development is
    /// generated.
    #[arg(long, value_name = "FILE")]
    platform_key: Option<PathBuf>,

    /// The version of the platform's key.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    platform_key_version: u32,

    /// The prefix of the endpoint's path, such as `/api/open`.
    #[arg(long, value_name = "PREFIX", default_value = "", value_parser = parse_path_prefix)]
    path_prefix: String,

    /// The timeout of each step: receiving the headers, receiving the body, handling the request,
    /// and writing the response.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,

    /// The time for which replies are kept for retried requests, such as `30d` or `12h`, not
    /// counting the time during which the server is off.
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = parse_keep_replies)]
    keep_replies: Duration,

    /// Serves metrics for Prometheus at this address, under the path `/metrics`.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,

    /// The maximum number of signed error responses per second to unauthenticated requests. Further
    /// error responses have HTTP status 429 and no signature.
    #[arg(long, value_name = "NUMBER", default_value = "50")]
    signed_errors_per_second: NonZeroU32,

    /// Accepts requests without verifying signatures. For development only.
    #[arg(long)]
    insecure_no_signatures: bool,
}

fn main() -> Result<()> {
    process::run(|log_errors| run(Args::parse(), log_errors))
}

async fn run(args: Args, log_errors: ErrorCounter) -> Result<()> {
    let data_dir = DataDir::open(&args.data)?;
    let key = SigningKey::parse(&PemKeyPair::load_or_generate(&data_dir, "merchant")?.private)?;
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let metrics = Arc::new(Metrics::new(Arc::clone(&permits), log_errors));
    let cards = CardStore::open(&data_dir, args.keep_replies)?;
    let gateway = Gateway {
        service: Arc::new(CardService { cards, metrics: Arc::clone(&metrics) }),
        verifier: create_verifier(&args, &data_dir)?,
        signer: Signer::new(&args.client_id, key),
        path_prefix: args.path_prefix,
        timeout: Duration::from_secs(args.timeout),
        signed_error_limiter: RateLimiter::direct(Quota::per_second(args.signed_errors_per_second)),
    };
    let timeout = gateway.timeout;
    let shutdown = process::shutdown_token()?;
    if let Some(address) = args.metrics_listen {
        let listener =
            TcpListener::bind(address).await.context("cannot listen on --metrics-listen")?;
        info!(address = %listener.local_addr()?, "serving metrics");
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
        tokio::spawn(serve(listener, metrics.router(), timeout, permits, shutdown.clone()));
    }
    let listener = TcpListener::bind(args.listen).await.context("cannot listen on --listen")?;
    info!(address = %listener.local_addr()?, "listening");
    serve(listener, router(gateway), timeout, permits, shutdown).await;
    info!("stopped");
    Ok(())
}

fn parse_path_prefix(prefix: &str) -> Result<String, &'static str> {
    if prefix.is_empty() || prefix.starts_with('/') && !prefix.ends_with('/') {
        Ok(prefix.to_owned())
    } else {
        Err("must start with a slash and must not end with one")
    }
}

fn parse_keep_replies(duration: &str) -> Result<Duration, String> {
    match humantime::parse_duration(duration) {
        Ok(duration) if duration < Duration::from_secs(1) => Err("must be at least 1s".into()),
        duration => duration.map_err(|error| error.to_string()),
    }
}

/// Returns a verifier, or `None` with `--insecure-no-signatures`.
fn create_verifier(args: &Args, data_dir: &DataDir) -> Result<Option<Verifier>> {
    let key = if let Some(path) = &args.platform_key {
        fs::read_to_string(path)
            .with_context(|| format!("cannot read the platform's key {}", path.display()))?
    } else {
        warn!("using a platform key for development: see --platform-key");
        PemKeyPair::load_or_generate(data_dir, "platform")?.public
    };
    let key = VerifyingKey::parse(&key).context("invalid platform key")?;
    if args.insecure_no_signatures {
        warn!("signatures are not verified");
        return Ok(None);
    }
    let keys = KeyRing::new().with_key(&args.platform_client_id, args.platform_key_version, key);
    Ok(Some(Verifier::new(keys)))
}
