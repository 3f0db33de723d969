//! A simulator of a super app, in which users pay.

#![allow(clippy::print_stdout, reason = "the program prints the ledger")]

use anyhow::Result;
use clap::Parser;
use example_shop::{
    client::Client,
    peer::{SHOP_CLIENT_ID, SUPER_APP_CLIENT_ID, load_signers, load_verifier, serve_endpoints},
    simulator::{FaultRates, Settings, Simulator, ledger, open_storage},
};
use merchant_server::{data_dir::DataDir, process};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tracing::info;

/// A simulator of a super app: it issues tokens, executes payments and refunds, and notifies the
/// shop, until SIGTERM. Faults can be injected into its responses.
#[derive(Parser)]
struct Args {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8082")]
    listen: SocketAddr,

    /// The directory for the key and the database, which is created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "super-app-data")]
    data: PathBuf,

    /// The file with the public key of the shop. The simulator waits until it exists.
    #[arg(long, value_name = "FILE", default_value = "shop-data/shop.public.pem")]
    shop_key: PathBuf,

    /// Determines which payments and refunds succeed, and which responses have faults.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// The maximum time until a pending payment or refund gets its final status.
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = humantime::parse_duration)]
    max_pending: Duration,

    /// The percentage of responses that are replaced by a response with the result status `U`. Half
    /// of the affected requests are processed.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    unknown: u8,

    /// The percentage of requests that are rejected because of too much traffic.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    limited: u8,

    /// The percentage of responses that are not sent. Half of the affected requests are processed.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    drop: u8,

    /// The percentage of requests that are rejected with `ACCESS_DENIED`.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    deny: u8,

    /// The percentage of requests that are processed only after a delay, and without a response.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    late: u8,

    /// The delay of requests that are processed late.
    #[arg(long, value_name = "DURATION", default_value = "8s", value_parser = humantime::parse_duration)]
    late_delay: Duration,

    /// The percentage of responses that are delayed.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = percentage())]
    slow: u8,

    /// The delay of slow responses.
    #[arg(long, value_name = "DURATION", default_value = "8s", value_parser = humantime::parse_duration)]
    delay: Duration,

    /// The maximum number of times that a notification is repeated although the shop accepted it.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=100))]
    repeat_notifications: u64,

    /// Prints the ledger and exits.
    #[arg(long)]
    ledger: bool,
}

/// Returns a parser of percentages up to 16, so that the six kinds of faults add up to at most 100
/// percent.
fn percentage() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(..=16)
}

fn main() -> Result<()> {
    process::run(|_| run(Args::parse()))
}

async fn run(args: Args) -> Result<()> {
    let data_dir = DataDir::open(&args.data)?;
    let storage = open_storage(&data_dir)?;
    if args.ledger {
        print!("{}", ledger(&storage).await?);
        return Ok(());
    }
    let shutdown = process::shutdown_token()?;
    let [request_signer, response_signer] =
        load_signers(&data_dir, "super-app", SUPER_APP_CLIENT_ID)?;
    let verifier = tokio::select! {
        verifier = load_verifier(&args.shop_key, SHOP_CLIENT_ID) => verifier?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let faults = FaultRates {
        unknown: args.unknown,
        limited: args.limited,
        denied: args.deny,
        dropped: args.drop,
        late: args.late,
        late_delay: args.late_delay,
        slow: args.slow,
        delay: args.delay,
    };
    let settings = Settings {
        seed: args.seed,
        faults,
        max_pending: args.max_pending,
        max_repetitions: args.repeat_notifications,
    };
    let simulator = Arc::new(Simulator::new(storage, settings));
    let client = Client::new(request_signer, verifier.clone(), Duration::from_secs(5));
    let background = tokio::spawn(Arc::clone(&simulator).run_in_background(client));
    serve_endpoints(args.listen, simulator, response_signer, verifier, shutdown).await?;
    background.abort();
    info!("stopped");
    Ok(())
}
