//! Ledgers, which both sides print in the same form, so that they can be compared.

use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{PaymentStatus, RefundStatus},
};
use std::{collections::BTreeMap, fmt};

/// All payments that one side knows, by the ID of the payment request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<String, Entry>);

/// A payment in a ledger.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The ID of the order.
    pub order_id: String,
    /// The status of the payment.
    pub status: PaymentStatus,
    /// The amount that was transferred from the user to the shop.
    pub paid: Amount,
    /// The refunds, keyed by the ID of the refund request.
    pub refunds: BTreeMap<String, RefundEntry>,
}

/// A refund in a ledger.
#[derive(Debug, PartialEq, Eq)]
pub struct RefundEntry {
    /// The status of the refund.
    pub status: RefundStatus,
    /// The amount that was transferred from the shop to the user.
    pub refunded: Amount,
}

impl Ledger {
    /// Returns the sum of all payments and the sum of all refunds, in minor units.
    #[must_use]
    pub fn totals(&self) -> (i64, i64) {
        let paid = self.0.values().map(|entry| entry.paid.value.get()).sum();
        let refunds = self.0.values().flat_map(|entry| entry.refunds.values());
        (paid, refunds.map(|refund| refund.refunded.value.get()).sum())
    }
}

impl fmt::Display for Ledger {
    /// Writes a line per payment and per refund, and the totals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (request_id, Entry { order_id, status, paid, refunds }) in &self.0 {
            writeln!(f, "{order_id}  {request_id}  {status:<10}  {paid:>10}")?;
            for (request_id, RefundEntry { status, refunded }) in refunds {
                writeln!(f, "{order_id}  {request_id}  {status:<10}  {refunded:>10}")?;
            }
        }
        let (paid, refunded) = self.totals();
        let [paid, refunded] = [paid, refunded].map(|units| Amount::new("USD", units));
        writeln!(f, "{} payments: {paid} paid, {refunded} refunded", self.0.len())
    }
}
