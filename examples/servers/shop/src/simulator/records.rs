//! The database of the simulator: payments, refunds and postings.

use crate::{
    ledger::{Entry, Ledger, RefundEntry},
    storage::from_json,
};
use anyhow::{Context as _, Result};
use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{PaymentStatus, RefundStatus},
};
use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Maps the ID of a payment request to the [`Payment`] as JSON.
pub(super) const PAYMENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("payments");

/// Maps the ID of a refund request to the [`Refund`] as JSON.
pub(super) const REFUNDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("refunds");

/// Maps the number of a posting to the ID of the payment or refund request and the amount in minor
/// units.
pub(super) const POSTINGS: TableDefinition<'_, u64, (&str, i64)> = TableDefinition::new("postings");

/// Maps the IDs of the payment and refund requests that are in progress to the times at which they
/// get their final status, in milliseconds since the Unix epoch.
pub(super) const PENDING_REQUESTS: TableDefinition<'_, &str, u64> = TableDefinition::new("pending");

/// Maps the ID of a payment request to the number of notifications that remain to be sent.
pub(super) const NOTIFICATIONS: TableDefinition<'_, &str, u64> =
    TableDefinition::new("notifications");

/// Maps the requests with an idempotency key to their fingerprints and replies.
pub(super) const REPLIES: TableDefinition<'_, RequestId<'_>, (Fingerprint, &[u8])> =
    TableDefinition::new("replies");

/// The endpoint, the client ID and the ID of a request.
type RequestId<'a> = (&'a str, &'a str, &'a str);

/// The hash of a request.
type Fingerprint = [u8; 16];

/// Maps an access token to the ID of the user.
pub(super) const TOKENS: TableDefinition<'_, &str, &str> = TableDefinition::new("tokens");

/// The authorization codes that have been used.
pub(super) const USED_CODES: TableDefinition<'_, &str, ()> = TableDefinition::new("used-codes");

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) order_id: String,
    pub(super) amount: Amount,
    /// The sum of the refunds that have not failed.
    pub(super) refunded: Amount,
    pub(super) status: PaymentStatus,
    pub(super) create_time: String,
    pub(super) notify_url: Option<String>,
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) order_id: String,
    pub(super) payment_request_id: String,
    pub(super) amount: Amount,
    pub(super) status: RefundStatus,
    pub(super) time: String,
}

pub(super) fn create_tables(transaction: &WriteTransaction) -> Result<()> {
    transaction.open_table(PAYMENTS)?;
    transaction.open_table(REFUNDS)?;
    transaction.open_table(POSTINGS)?;
    transaction.open_table(PENDING_REQUESTS)?;
    transaction.open_table(NOTIFICATIONS)?;
    transaction.open_table(REPLIES)?;
    transaction.open_table(TOKENS)?;
    transaction.open_table(USED_CODES)?;
    Ok(())
}

/// Returns the ledger of the simulator. Its amounts are the sums of the postings.
pub(super) fn ledger(transaction: &ReadTransaction) -> Result<Ledger> {
    let mut sums = BTreeMap::<String, i64>::new();
    for entry in transaction.open_table(POSTINGS)?.iter()? {
        let entry = entry?.1;
        let (request_id, units) = entry.value();
        *sums.entry(request_id.to_owned()).or_default() += units;
    }
    let mut moved = |request_id: &str, amount: &Amount| {
        Amount::new(amount.currency.clone(), sums.remove(request_id).unwrap_or_default())
    };
    let mut ledger = Ledger::default();
    for entry in transaction.open_table(PAYMENTS)?.iter()? {
        let (request_id, payment) = entry?;
        let payment: Payment = from_json(payment.value())?;
        let paid = moved(request_id.value(), &payment.amount);
        let (order_id, status, refunds) = (payment.order_id, payment.status, BTreeMap::new());
        let entry = Entry { order_id, status, paid, refunds };
        ledger.0.insert(request_id.value().to_owned(), entry);
    }
    for entry in transaction.open_table(REFUNDS)?.iter()? {
        let (request_id, refund) = entry?;
        let refund: Refund = from_json(refund.value())?;
        let refunded = moved(request_id.value(), &refund.amount);
        let entry = ledger.0.get_mut(&refund.payment_request_id);
        let entry = entry.context("the refund does not belong to any payment")?;
        let refund = RefundEntry { status: refund.status, refunded };
        entry.refunds.insert(request_id.value().to_owned(), refund);
    }
    Ok(ledger)
}

/// Reads a record.
pub(super) fn read<T: for<'de> Deserialize<'de>>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    id: &str,
) -> Result<Option<T>> {
    table.get(id)?.map(|record| from_json(record.value())).transpose()
}
