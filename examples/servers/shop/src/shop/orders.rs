//! The database of the shop.

use super::order::{Order, Problem, Task};
use crate::{
    ledger::{Entry, Ledger, RefundEntry},
    storage::{Storage, from_json, to_json},
};
use anyhow::{Context as _, Result};
use merchant_server::data_dir::DataDir;
use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{PaymentStatus, RefundStatus},
};
use redb::{ReadableTable, TableDefinition};

/// Maps the ID of an order to the [`Order`] as JSON.
const ORDERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("orders");

/// Maps the ID of a payment request to the ID of its order.
const PAYMENT_REQUESTS: TableDefinition<'_, &str, &str> = TableDefinition::new("payment-requests");

/// The orders of the shop.
#[derive(Clone)]
pub struct Orders(Storage);

impl Orders {
    /// Opens the database in a data directory.
    ///
    /// # Errors
    /// Returns an error if the database cannot be opened.
    pub fn open(data_dir: &DataDir) -> Result<Self> {
        let storage = Storage::open(data_dir, "shop.redb", |transaction| {
            transaction.open_table(ORDERS)?;
            transaction.open_table(PAYMENT_REQUESTS)?;
            Ok(())
        })?;
        Ok(Self(storage))
    }

    /// Stores the orders whose IDs are not in the database yet, and returns the IDs of the stored
    /// orders.
    pub(super) async fn insert(&self, new: Vec<Order>) -> Result<Vec<String>> {
        let insert = move |transaction: &redb::WriteTransaction| {
            let mut orders = transaction.open_table(ORDERS)?;
            let mut ids = Vec::new();
            for order in new {
                if orders.get(order.id.as_str())?.is_none() {
                    orders.insert(order.id.as_str(), to_json(&order)?.as_slice())?;
                    ids.push(order.id);
                }
            }
            Ok(ids)
        };
        self.0.write(insert).await
    }

    /// Returns an order.
    pub(super) async fn get(&self, id: &str) -> Result<Order> {
        let id = id.to_owned();
        let order = self.0.read(move |transaction| {
            let orders = transaction.open_table(ORDERS)?;
            orders.get(id.as_str())?.map(|order| from_json(order.value())).transpose()
        });
        order.await?.context("the order does not exist")
    }

    /// Changes an order. The change is on disk when the future completes. Returns `None` if there
    /// is no such order.
    pub(super) async fn update<T: Send + 'static>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Order) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let id = id.to_owned();
        let update = move |transaction: &redb::WriteTransaction| {
            let mut orders = transaction.open_table(ORDERS)?;
            let Some(mut order) = read_order(&orders, &id)? else { return Ok(None) };
            let result = change(&mut order);
            orders.insert(id.as_str(), to_json(&order)?.as_slice())?;
            if let Some(payment) = &order.payment {
                let mut requests = transaction.open_table(PAYMENT_REQUESTS)?;
                requests.insert(payment.request_id.as_str(), id.as_str())?;
            }
            Ok(Some(result))
        };
        self.0.write(update).await
    }

    /// Returns the ID of the order that a payment request pays for.
    pub(super) async fn find_order_id(&self, payment_request_id: &str) -> Result<Option<String>> {
        let request_id = payment_request_id.to_owned();
        let id = self.0.read(move |transaction| {
            let requests = transaction.open_table(PAYMENT_REQUESTS)?;
            Ok(requests.get(request_id.as_str())?.map(|id| id.value().to_owned()))
        });
        id.await
    }

    /// Returns the IDs of the orders for which something remains to be done.
    ///
    /// # Errors
    /// Returns an error if the database cannot be read.
    pub async fn open_order_ids(&self) -> Result<Vec<String>> {
        let orders = self.all().await?;
        let open = orders.into_iter().filter(|order| order.task() != Task::Done);
        Ok(open.map(|order| order.id).collect())
    }

    /// Returns the IDs and problems of the orders that need manual review.
    ///
    /// # Errors
    /// Returns an error if the database cannot be read.
    pub async fn problems(&self) -> Result<Vec<(String, Problem)>> {
        let orders = self.all().await?;
        Ok(orders.into_iter().filter_map(|order| Some((order.id, order.problem?))).collect())
    }

    /// Returns the ledger of the shop.
    ///
    /// # Errors
    /// Returns an error if the database cannot be read.
    pub async fn ledger(&self) -> Result<Ledger> {
        let entries = self.all().await?.into_iter().filter_map(|order| {
            let payment = order.payment?;
            let is_paid = payment.status == PaymentStatus::Success;
            let refunds = order.refund.into_iter().map(|refund| {
                let is_refunded = refund.status == RefundStatus::Success;
                let refunded = transferred_amount(is_refunded, order.returned.as_ref());
                (refund.request_id, RefundEntry { status: refund.status, refunded })
            });
            let entry = Entry {
                order_id: order.id,
                status: payment.status,
                paid: transferred_amount(is_paid, Some(&order.amount)),
                refunds: refunds.collect(),
            };
            Some((payment.request_id, entry))
        });
        Ok(Ledger(entries.collect()))
    }

    async fn all(&self) -> Result<Vec<Order>> {
        let orders = self.0.read(|transaction| {
            let orders = transaction.open_table(ORDERS)?;
            orders.iter()?.map(|entry| from_json(entry?.1.value())).collect()
        });
        orders.await
    }
}

fn read_order(
    orders: &impl ReadableTable<&'static str, &'static [u8]>,
    id: &str,
) -> Result<Option<Order>> {
    orders.get(id)?.map(|order| from_json(order.value())).transpose()
}

/// Returns the amount if it was transferred, and otherwise zero.
fn transferred_amount(has_moved: bool, amount: Option<&Amount>) -> Amount {
    amount.filter(|_| has_moved).cloned().unwrap_or_else(|| Amount::new("USD", 0))
}
