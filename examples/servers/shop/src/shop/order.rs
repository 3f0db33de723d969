//! The orders of the shop: their payments and refunds, and the changes that are possible.

use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{PaymentStatus, RefundStatus},
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// An order of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The ID of the order.
    pub id: String,
    /// The amount of the order.
    pub amount: Amount,
    /// The total price of the returned goods, if any.
    pub returned: Option<Amount>,
    /// The payment, which is stored before it is requested.
    pub payment: Option<Payment>,
    /// The refund, which is stored before it is requested.
    pub refund: Option<Refund>,
    /// The problem that needs manual review, if any.
    pub problem: Option<Problem>,
}

/// The reason why an order needs manual review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Problem {
    /// The super app reported something that contradicts an earlier final status, or the stored
    /// payment or refund.
    Contradiction,
    /// The refund failed, so the user has not received the price of the returned goods.
    RefundFailed,
}

/// A payment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The ID of the payment request, which is the idempotency key.
    pub request_id: String,
    /// The request as JSON. If it is sent again, its content must not change.
    pub request: String,
    /// The last known status.
    pub status: PaymentStatus,
    /// The ID that the super app assigned to the payment, once it is known.
    pub payment_id: Option<String>,
    /// The `paymentExpiryTime` of the request. The super app creates no payment afterwards.
    pub expires_at: SystemTime,
    /// `true` once the super app has reported that it has received the request.
    pub is_accepted: bool,
}

impl Payment {
    /// Creates a payment that has not been requested yet.
    #[must_use]
    pub fn new(request_id: String, request: String, expires_at: SystemTime) -> Self {
        let status = PaymentStatus::Processing;
        Self { request_id, request, status, payment_id: None, expires_at, is_accepted: false }
    }
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The ID of the refund request, which is the idempotency key.
    pub request_id: String,
    /// The request as JSON. If it is sent again, its content must not change.
    pub request: String,
    /// The last known status.
    pub status: RefundStatus,
    /// The ID that the super app assigned to the refund, once it is known.
    pub refund_id: Option<String>,
    /// `true` once the super app has reported that it has received the request.
    pub is_accepted: bool,
}

impl Refund {
    /// Creates a refund that has not been requested yet.
    #[must_use]
    pub fn new(request_id: String, request: String) -> Self {
        let status = RefundStatus::Processing;
        Self { request_id, request, status, refund_id: None, is_accepted: false }
    }
}

/// The task that remains for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Request the payment for the first time.
    StartPayment,
    /// Determine the final status of the payment.
    SettlePayment(Payment),
    /// Request the refund for the first time. The string is the ID of the payment request.
    StartRefund(String, Amount),
    /// Determine the final status of the refund.
    SettleRefund(Refund),
    /// Nothing.
    Done,
}

/// The outcome of recording a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The status was recorded.
    Changed,
    /// The status was already known, is older than the known one, or is not final.
    Unchanged,
    /// The status contradicts an earlier one, or the order. Only [`Order::problem`] is set, and the
    /// order needs manual review.
    Contradiction,
}

impl Order {
    /// Returns the task that remains.
    #[must_use]
    pub fn task(&self) -> Task {
        let Some(payment) = &self.payment else { return Task::StartPayment };
        match (&payment.status, &self.refund, &self.returned) {
            (PaymentStatus::Processing, ..) => Task::SettlePayment(payment.clone()),
            // The payment may have been cancelled in the meantime.
            (_, Some(refund), _) if refund.status == RefundStatus::Processing => {
                Task::SettleRefund(refund.clone())
            }
            (PaymentStatus::Success, None, Some(amount)) => {
                Task::StartRefund(payment.request_id.clone(), amount.clone())
            }
            _ => Task::Done,
        }
    }

    /// Records a status of the payment that the super app reported. Statuses can be reported
    /// repeatedly and out of order.
    pub fn record_payment(
        &mut self,
        status: PaymentStatus,
        payment_id: Option<&str>,
    ) -> RecordOutcome {
        let Some(payment) = &mut self.payment else { return self.record_contradiction() };
        payment.is_accepted = true;
        if !record_id(&mut payment.payment_id, payment_id) {
            return self.record_contradiction();
        }
        let is_possible = payment.status.can_be_followed_by(&status);
        match status {
            // An unknown status may be followed by any status, so it must not replace a known one.
            PaymentStatus::Processing | PaymentStatus::Other(_) => RecordOutcome::Unchanged,
            status if status == payment.status => RecordOutcome::Unchanged,
            // A success may have been sent before the cancellation that is already recorded.
            PaymentStatus::Success if payment.status == PaymentStatus::Cancelled => {
                RecordOutcome::Unchanged
            }
            _ if !is_possible => self.record_contradiction(),
            status => {
                payment.status = status;
                RecordOutcome::Changed
            }
        }
    }

    /// Records that the payment failed because it has expired, unless the super app has reported in
    /// the meantime that it has received the request.
    pub fn expire_payment(&mut self) {
        if let Some(payment) = self.payment.as_mut().filter(|payment| !payment.is_accepted) {
            payment.status = PaymentStatus::Fail;
        }
    }

    /// Records a status of the refund that the super app reported.
    pub fn record_refund(
        &mut self,
        status: RefundStatus,
        refund_id: Option<&str>,
    ) -> RecordOutcome {
        let Some(refund) = &mut self.refund else { return self.record_contradiction() };
        refund.is_accepted = true;
        if !record_id(&mut refund.refund_id, refund_id) {
            return self.record_contradiction();
        }
        let is_possible = refund.status.can_be_followed_by(&status);
        match status {
            RefundStatus::Processing | RefundStatus::Other(_) => RecordOutcome::Unchanged,
            status if status == refund.status => RecordOutcome::Unchanged,
            _ if !is_possible => self.record_contradiction(),
            status => {
                if status == RefundStatus::Fail {
                    self.problem.get_or_insert(Problem::RefundFailed);
                }
                refund.status = status;
                RecordOutcome::Changed
            }
        }
    }

    /// Records that a result from the super app contradicts the order.
    pub fn record_contradiction(&mut self) -> RecordOutcome {
        self.problem = Some(Problem::Contradiction);
        RecordOutcome::Contradiction
    }
}

/// Stores the ID that the super app assigned, if it is reported. Returns `false` if a different ID
/// is already stored.
fn record_id(known: &mut Option<String>, reported: Option<&str>) -> bool {
    reported.is_none_or(|reported| known.get_or_insert_with(|| reported.into()) == reported)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn order(status: PaymentStatus) -> Order {
        let mut payment = Payment::new("P-1".into(), "{}".into(), SystemTime::now());
        payment.status = status;
        Order {
            id: "1".into(),
            amount: Amount::new("USD", 100),
            returned: None,
            payment: Some(payment),
            refund: None,
            problem: None,
        }
    }

    #[track_caller]
    fn assert_recorded(known: PaymentStatus, reported: PaymentStatus, expected: RecordOutcome) {
        let mut order = order(known.clone());
        assert_eq!(order.record_payment(reported.clone(), None), expected);
        let status = order.payment.unwrap().status;
        let problem = (expected == RecordOutcome::Contradiction).then_some(Problem::Contradiction);
        assert_eq!(order.problem, problem);
        assert_eq!(status, if expected == RecordOutcome::Changed { reported } else { known });
    }

    #[test]
    fn records_final_statuses_once() {
        use PaymentStatus::{Cancelled, Fail, Processing, Success};
        assert_recorded(Processing, Success, RecordOutcome::Changed);
        assert_recorded(Processing, Fail, RecordOutcome::Changed);
        assert_recorded(Success, Success, RecordOutcome::Unchanged);
        assert_recorded(Success, Cancelled, RecordOutcome::Changed);
    }

    #[test]
    fn ignores_outdated_or_unknown_statuses() {
        use PaymentStatus::{Cancelled, Processing, Success};
        assert_recorded(Success, Processing, RecordOutcome::Unchanged);
        assert_recorded(Cancelled, Success, RecordOutcome::Unchanged);
        assert_recorded(Success, PaymentStatus::from("FROZEN"), RecordOutcome::Unchanged);
    }

    #[test]
    fn detects_contradictions() {
        use PaymentStatus::{Fail, Success};
        assert_recorded(Fail, Success, RecordOutcome::Contradiction);
        assert_recorded(Success, Fail, RecordOutcome::Contradiction);
    }

    #[test]
    fn rejects_other_payment_ids() {
        let mut order = order(PaymentStatus::Processing);
        order.record_payment(PaymentStatus::Processing, Some("7"));
        assert_eq!(order.record_payment(PaymentStatus::Success, None), RecordOutcome::Changed);
        let recorded = order.record_payment(PaymentStatus::Success, Some("8"));
        assert_eq!(recorded, RecordOutcome::Contradiction);
        assert_eq!(order.payment.unwrap().payment_id.as_deref(), Some("7"));
    }

    #[test]
    fn settles_payment_before_refund() {
        let mut order = order(PaymentStatus::Processing);
        order.returned = Some(Amount::new("USD", 40));
        assert!(matches!(order.task(), Task::SettlePayment(_)));
        order.record_payment(PaymentStatus::Success, Some("7"));
        assert_eq!(order.task(), Task::StartRefund("P-1".into(), Amount::new("USD", 40)));
        order.refund = Some(Refund::new("R-1".into(), "{}".into()));
        assert!(matches!(order.task(), Task::SettleRefund(_)));
        order.record_payment(PaymentStatus::Cancelled, None);
        assert!(matches!(order.task(), Task::SettleRefund(_)));
        assert_eq!(order.record_refund(RefundStatus::Fail, None), RecordOutcome::Changed);
        assert_eq!(order.problem, Some(Problem::RefundFailed));
        assert_eq!(order.task(), Task::Done);
        assert_eq!(order.record_refund(RefundStatus::Success, None), RecordOutcome::Contradiction);
    }
}
