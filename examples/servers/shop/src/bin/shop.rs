//! A shop that is paid through a super app.

#![allow(clippy::print_stdout, reason = "the program prints the ledger")]

use anyhow::{Result, ensure};
use clap::Parser;
use example_shop::{
    client::Client,
    peer::{SHOP_CLIENT_ID, SUPER_APP_CLIENT_ID, load_signers, load_verifier, serve_endpoints},
    shop::{Notifications, Orders, Settings, Shop},
};
use merchant_server::{data_dir::DataDir, process};
use miniprogram_protocol::endpoint::{Endpoint as _, NotifyPayment};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tracing::{error, info, warn};

/// A shop that is paid through a super app. It places orders, waits until all of them are paid and
/// refunded, prints its ledger, and exits, with status 1 if some of the orders need manual review,
/// for example because a refund failed. It also continues the orders of an earlier run.
#[derive(Parser)]
struct Args {
    /// The number of orders, including those of earlier runs. With 0, the shop places no orders,
    /// and only reconciles the open payments and refunds once.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    orders: u64,

    /// The address on which the shop listens for payment notifications.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,

    /// The URL of the super app.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8082")]
    super_app: String,

    /// The directory for the key and the database, which is created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "shop-data")]
    data: PathBuf,

    /// The file with the public key of the super app. The shop waits until it exists.
    #[arg(long, value_name = "FILE", default_value = "super-app-data/super-app.public.pem")]
    super_app_key: PathBuf,

    /// Determines the amounts of the orders.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// The number of orders that are processed at the same time.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    concurrency: u8,

    /// The time that the shop waits for a response.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    timeout: Duration,

    /// The time between two inquiries about a payment or refund.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    poll_interval: Duration,

    /// The time after which the super app must no longer create a payment.
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = humantime::parse_duration)]
    payment_lifetime: Duration,

    /// The time that must pass after a payment expires before it counts as failed, if the super app
    /// has no record of it.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    expiry_margin: Duration,

    /// The delay before the first retry of a request, which doubles with every retry.
    #[arg(long, value_name = "DURATION", default_value = "200ms", value_parser = humantime::parse_duration)]
    retry_delay: Duration,

    /// Continues to serve notifications after all orders are settled, until SIGTERM.
    #[arg(long)]
    keep_running: bool,

    /// Prints the ledger and exits.
    #[arg(long)]
    ledger: bool,
}

fn main() -> Result<()> {
    process::run(|_| run(Args::parse()))
}

async fn run(args: Args) -> Result<()> {
    let data_dir = DataDir::open(&args.data)?;
    let orders = Orders::open(&data_dir)?;
    if args.ledger {
        return print_ledger(&orders).await;
    }
    let shutdown = process::shutdown_token()?;
    let [request_signer, response_signer] = load_signers(&data_dir, "shop", SHOP_CLIENT_ID)?;
    let verifier = tokio::select! {
        verifier = load_verifier(&args.super_app_key, SUPER_APP_CLIENT_ID) => verifier?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let mut server = tokio::spawn(serve_endpoints(
        args.listen,
        Arc::new(Notifications { orders: orders.clone() }),
        response_signer,
        verifier.clone(),
        shutdown.clone(),
    ));
    let shop = Arc::new(Shop {
        orders,
        client: Client::new(request_signer, verifier, args.timeout),
        settings: Settings {
            super_app: args.super_app.trim_end_matches('/').to_owned(),
            notify_url: format!("http://{}{}", args.listen, NotifyPayment::METADATA.path),
            payment_lifetime: args.payment_lifetime,
            expiry_margin: args.expiry_margin,
            retry_delay: args.retry_delay,
            poll_interval: args.poll_interval,
            concurrency: args.concurrency.into(),
            seed: args.seed,
        },
    });
    let sell = async {
        sell(&shop, args.orders).await?;
        let result = print_ledger(&shop.orders).await;
        if args.keep_running {
            shutdown.cancelled().await;
        }
        result
    };
    let result = tokio::select! {
        result = sell => result,
        () = shutdown.cancelled() => Ok(()),
        result = &mut server => return result?,
    };
    // The server finishes the notifications that it has started to read.
    shutdown.cancel();
    server.await??;
    info!("stopped");
    result
}

/// Places and settles orders. With zero orders, the shop only reconciles.
async fn sell(shop: &Arc<Shop>, count: u64) -> Result<()> {
    if count == 0 {
        shop.reconcile().await?;
    } else {
        shop.run(count).await?;
    }
    for order in shop.orders.open_order_ids().await? {
        warn!(order, "the order is still open");
    }
    Ok(())
}

/// Prints the ledger, and returns an error if there are orders that need manual review.
async fn print_ledger(orders: &Orders) -> Result<()> {
    print!("{}", orders.ledger().await?);
    let problems = orders.problems().await?;
    for (order, problem) in &problems {
        error!(order, ?problem, "the order needs manual review");
    }
    ensure!(problems.is_empty(), "orders with problems: {}", problems.len());
    Ok(())
}
