//! The purchase of an order, from the authorization to the refund.
//!
//! Every payment and refund follows the same rules:
//!
//! 1. The request, with its ID, is on the disk before it is sent. After a crash, the shop therefore
//!    knows every payment and refund that may exist.
//! 2. A request without a final result is sent again unchanged, with the same ID. The super app
//!    processes it only once.
//! 3. A failure is recorded only if the super app reported it. A timeout is not a failure.

use super::{
    Shop,
    order::{Order, Payment, Recorded, Refund, Task},
    requests,
    send::Sent,
};
use anyhow::{Context as _, Result};
use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{Pay, PaymentStatus, RefundStatus},
};
use tokio::time;
use tracing::{error, info};

/// The number of inquiries before the shop continues with other orders. At one inquiry every five
/// seconds, this is the recommended minute.
const MAX_INQUIRIES: u32 = 12;

/// What an inquiry returned.
pub(super) enum Inquiry<S> {
    /// The status of the payment or refund.
    Status(S),
    /// The super app has not received the request.
    NotFound,
    /// The super app did not respond, or its response does not answer the question.
    NoAnswer,
}

impl Shop {
    /// Processes an order until nothing remains to be done, or until the super app does not report a
    /// final status in time.
    ///
    /// The state is read from the disk in every step, because a notification can change it at any
    /// time. Continuing an order after a crash is therefore the same as processing it.
    pub(super) async fn process(&self, id: &str) -> Result<()> {
        // Whether the super app rejected a request that was sent before.
        let mut is_rejected = false;
        for _ in 0..MAX_INQUIRIES {
            let order = self.orders.get(id).await?;
            match order.task() {
                Task::StartPayment => self.start_payment(&order).await?,
                Task::SettlePayment(payment) => {
                    self.settle_payment(&order, &payment, &mut is_rejected).await?;
                }
                Task::StartRefund(payment_request_id, amount) => {
                    is_rejected = false;
                    self.start_refund(&order, &payment_request_id, &amount).await?;
                }
                Task::SettleRefund(refund) => {
                    self.settle_refund(&order, &refund, &mut is_rejected).await?;
                }
                Task::Done => return Ok(()),
            }
            if self.orders.get(id).await?.task() == order.task() {
                time::sleep(self.settings.poll_interval).await;
            }
        }
        info!(order = id, "the order remains open");
        Ok(())
    }

    async fn start_payment(&self, order: &Order) -> Result<()> {
        let user_id = self.authorize(order).await?;
        let request_id = requests::new_request_id("P", &order.id)?;
        let request = requests::pay(order, &request_id, &user_id, &self.settings.notify_url)?;
        let status = PaymentStatus::Processing;
        let payment = Payment { request_id, request, status, payment_id: None };
        // If the order already has a payment, a second one must not be created.
        let stored = self.orders.update(&order.id, move |order| {
            let is_new = order.payment.is_none();
            (order.payment.get_or_insert(payment).clone(), is_new)
        });
        let (payment, is_new) = stored.await?.context("the order does not exist")?;
        self.send_payment(order, &payment, is_new).await.map(drop)
    }

    /// Sends the stored payment request. Returns `true` if it was rejected although it had been sent
    /// before.
    async fn send_payment(&self, order: &Order, payment: &Payment, is_new: bool) -> Result<bool> {
        match self.send::<Pay>(&payment.request, is_new).await {
            Sent::Succeeded(response) => {
                let payment_id = response.into_inner().payment_id;
                self.record_payment(order, PaymentStatus::Success, payment_id).await?;
            }
            Sent::Failed => self.record_payment(order, PaymentStatus::Fail, None).await?,
            Sent::Rejected => return Ok(true),
            Sent::Unknown => {}
        }
        Ok(false)
    }

    async fn settle_payment(
        &self,
        order: &Order,
        payment: &Payment,
        is_rejected: &mut bool,
    ) -> Result<()> {
        match self.inquire_payment(order, payment).await {
            Inquiry::Status((status, payment_id)) => {
                self.record_payment(order, status, payment_id).await
            }
            // The request was rejected, and no earlier one has been received.
            Inquiry::NotFound if *is_rejected => {
                self.record_payment(order, PaymentStatus::Fail, None).await
            }
            Inquiry::NotFound => {
                *is_rejected = self.send_payment(order, payment, false).await?;
                Ok(())
            }
            Inquiry::NoAnswer => Ok(()),
        }
    }

    async fn record_payment(
        &self,
        order: &Order,
        status: PaymentStatus,
        payment_id: Option<String>,
    ) -> Result<()> {
        let recorded = self
            .orders
            .update(&order.id, move |order| order.record_payment(status, payment_id.as_deref()));
        log_contradiction(&order.id, recorded.await?);
        Ok(())
    }

    async fn start_refund(
        &self,
        order: &Order,
        payment_request_id: &str,
        amount: &Amount,
    ) -> Result<()> {
        let request_id = requests::new_request_id("R", &order.id)?;
        let request = requests::refund(payment_request_id, amount, &request_id)?;
        let refund = Refund { request_id, request, status: RefundStatus::Processing };
        // If the order already has a refund, a second one must not be created.
        let stored = self.orders.update(&order.id, move |order| {
            let is_new = order.refund.is_none();
            (order.refund.get_or_insert(refund).clone(), is_new)
        });
        let (refund, is_new) = stored.await?.context("the order does not exist")?;
        self.send_refund(order, &refund, is_new).await.map(drop)
    }

    /// Sends the stored refund request. Returns `true` if it was rejected although it had been sent
    /// before.
    async fn send_refund(&self, order: &Order, refund: &Refund, is_new: bool) -> Result<bool> {
        match self.send::<miniprogram_protocol::endpoint::Refund>(&refund.request, is_new).await {
            Sent::Failed => self.record_refund(order, RefundStatus::Fail).await?,
            Sent::Rejected => return Ok(true),
            // A success means that the shop was debited. Whether the user gets the amount is
            // inquired.
            Sent::Succeeded(_) | Sent::Unknown => {}
        }
        Ok(false)
    }

    async fn settle_refund(
        &self,
        order: &Order,
        refund: &Refund,
        is_rejected: &mut bool,
    ) -> Result<()> {
        match self.inquire_refund(order, refund).await {
            Inquiry::Status(status) => self.record_refund(order, status).await,
            Inquiry::NotFound if *is_rejected => {
                self.record_refund(order, RefundStatus::Fail).await
            }
            Inquiry::NotFound => {
                *is_rejected = self.send_refund(order, refund, false).await?;
                Ok(())
            }
            Inquiry::NoAnswer => Ok(()),
        }
    }

    async fn record_refund(&self, order: &Order, status: RefundStatus) -> Result<()> {
        let recorded =
            self.orders.update(&order.id, move |order| order.record_refund(status)).await?;
        log_contradiction(&order.id, recorded);
        Ok(())
    }
}

fn log_contradiction(order_id: &str, recorded: Option<Recorded>) {
    if recorded == Some(Recorded::Contradiction) {
        error!(order = order_id, "the super app reported a status that contradicts an earlier one");
    }
}
