//! The shop: its orders, the purchase of an order, and the notifications of the super app.

mod notifications;
mod order;
mod orders;
mod purchase;
mod requests;
mod send;

pub use notifications::Notifications;
pub use order::{Order, Payment, Problem, RecordOutcome, Refund, Task};
pub use orders::Orders;

use crate::{client::Client, random::random};
use anyhow::Result;
use miniprogram_protocol::dictionary::Amount;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time};
use tracing::{info, warn};

/// The shop.
pub struct Shop {
    pub orders: Orders,
    pub client: Client,
    pub settings: Settings,
}

/// The settings of the shop.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The URL of the super app, without the paths of the endpoints.
    pub super_app: String,
    /// The URL at which the shop receives `notifyPayment`.
    pub notify_url: String,
    /// The time after which the super app must no longer create a payment. It bounds how long a
    /// request that was delayed, or that is repeated after a long time, can still charge the user.
    pub payment_lifetime: Duration,
    /// The time that must pass after a payment expires before it counts as failed, if the super app
    /// has no record of it. It must exceed both the difference between the clocks and the time that
    /// the super app takes to process a request.
    pub expiry_margin: Duration,
    /// The delay before the first retry of a request, which doubles with every retry.
    pub retry_delay: Duration,
    /// The time between two inquiries about a payment or refund.
    pub poll_interval: Duration,
    /// The number of orders that are processed at the same time, including unfinished orders of an
    /// earlier run.
    pub concurrency: usize,
    /// Determines the amounts of the orders.
    pub seed: u64,
}

/// The maximum delay before the shop continues an order that the super app did not settle in time.
const MAX_DELAY: Duration = Duration::from_secs(5 * 60);

impl Shop {
    /// Settles the open orders, and places and settles those of the orders 1 to `count` that do not
    /// exist yet. An order that remains open delays neither other open orders nor new ones.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub async fn run(self: &Arc<Self>, count: u64) -> Result<()> {
        let open = self.orders.open_order_ids().await?;
        let orders = (1..=count).map(|number| self.new_order(&format!("{number:06}"))).collect();
        let new = self.orders.insert(orders).await?;
        // Every order is in only one of the two lists, so no order is processed twice at the same
        // time.
        tokio::try_join!(self.settle(open), self.settle(new))?;
        Ok(())
    }

    /// Reconciles the shop with the super app: processes all open orders once, and inquires about
    /// their payments and refunds.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub async fn reconcile(self: &Arc<Self>) -> Result<()> {
        self.process_orders(self.orders.open_order_ids().await?).await
    }

    /// Processes orders until nothing remains to be done.
    async fn settle(self: &Arc<Self>, mut ids: Vec<String>) -> Result<()> {
        let mut delay = self.settings.poll_interval;
        loop {
            self.process_orders(ids.clone()).await?;
            let open: BTreeSet<_> = self.orders.open_order_ids().await?.into_iter().collect();
            ids.retain(|id| open.contains(id));
            if ids.is_empty() {
                return Ok(());
            }
            info!(orders = ids.len(), ?delay, "the super app has not settled all orders yet");
            time::sleep(delay).await;
            delay = MAX_DELAY.min(delay * 2);
        }
    }

    /// Processes orders concurrently. An order that the super app does not settle in time remains
    /// open.
    async fn process_orders(self: &Arc<Self>, ids: Vec<String>) -> Result<()> {
        let permits = Arc::new(Semaphore::new(self.settings.concurrency));
        let mut tasks = JoinSet::new();
        for id in ids {
            let permit = Arc::clone(&permits).acquire_owned().await?;
            let shop = Arc::clone(self);
            tasks.spawn(async move {
                let _permit = permit;
                // The order remains open after an error. If the database does not work, the next
                // access to it fails too.
                if let Err(error) = shop.process_order(&id).await {
                    warn!(order = id, error = format!("{error:#}"), "cannot continue the order");
                }
            });
        }
        while let Some(result) = tasks.join_next().await {
            result?;
        }
        Ok(())
    }

    /// Creates an order, as a customer would place it. Its amounts depend only on the seed and the
    /// ID.
    fn new_order(&self, id: &str) -> Order {
        let random = random(self.settings.seed, id);
        let units = 100 + i64::try_from(random % 10_000).unwrap_or_default();
        let returned = match random >> 32 & 3 {
            0 => Some(units),
            1 => Some(units / 2),
            _ => None,
        };
        Order {
            id: id.to_owned(),
            amount: Amount::new("USD", units),
            returned: returned.map(|units| Amount::new("USD", units)),
            payment: None,
            refund: None,
            problem: None,
        }
    }
}
