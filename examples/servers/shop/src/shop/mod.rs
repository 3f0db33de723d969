//! The shop: its orders, the purchase of an order, and the notifications of the super app.

mod notifications;
mod order;
mod orders;
mod purchase;
mod requests;
mod send;

pub use notifications::Notifications;
pub use order::{Order, Payment, Problem, Recorded, Refund, Task};
pub use orders::Orders;

use crate::{client::Client, random::random};
use anyhow::Result;
use miniprogram_protocol::dictionary::Amount;
use std::{sync::Arc, time::Duration};
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
    /// The time after which the super app must not create a payment any more. It bounds how long a
    /// request that was delayed, or that is repeated after a long time, can still charge the user.
    pub payment_lifetime: Duration,
    /// The time after the expiry of a payment until it counts as failed if the super app does not
    /// know it. It must be longer than the clocks differ, and than the super app processes a request.
    pub expiry_margin: Duration,
    /// The delay before the first retry of a request, which doubles with every retry.
    pub retry_delay: Duration,
    /// The time between two inquiries about a payment or refund.
    pub poll_interval: Duration,
    /// The number of orders that are processed at the same time.
    pub concurrency: usize,
    /// Determines the amounts of the orders.
    pub seed: u64,
}

impl Shop {
    /// Reconciles the shop with the super app: finds out what became of all open payments and
    /// refunds, and continues their orders.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub async fn reconcile(self: &Arc<Self>) -> Result<()> {
        let mut open = self.orders.open_ids().await?;
        while !open.is_empty() {
            info!(orders = open.len(), "continuing open orders");
            self.process_all(open).await?;
            open = self.orders.open_ids().await?;
            if !open.is_empty() {
                time::sleep(self.settings.poll_interval).await;
            }
        }
        Ok(())
    }

    /// Plays the customers who place the orders up to `count`, apart from those that exist.
    ///
    /// # Errors
    /// Returns an error if the database fails.
    pub async fn place_orders(self: &Arc<Self>, count: u64) -> Result<()> {
        let numbers: Vec<_> = (1..=count).map(|number| format!("{number:06}")).collect();
        self.process_all(numbers).await?;
        self.reconcile().await
    }

    /// Processes orders concurrently. Those that are not placed yet are placed first.
    async fn process_all(self: &Arc<Self>, ids: Vec<String>) -> Result<()> {
        let permits = Arc::new(Semaphore::new(self.settings.concurrency));
        let mut tasks = JoinSet::new();
        for id in ids {
            let permit = Arc::clone(&permits).acquire_owned().await?;
            let shop = Arc::clone(self);
            tasks.spawn(async move {
                let _permit = permit;
                shop.orders.insert(shop.new_order(&id)).await?;
                // The order remains open after an error. Whether the database works is checked when
                // the next order is read.
                if let Err(error) = shop.process(&id).await {
                    warn!(order = id, error = format!("{error:#}"), "cannot continue the order");
                }
                anyhow::Ok(())
            });
        }
        while let Some(result) = tasks.join_next().await {
            result??;
        }
        Ok(())
    }

    /// Returns the order that a customer places. Its amounts depend on the seed and the ID only.
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
