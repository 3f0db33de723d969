//! The processing of an order, from the authorization to the refund.
//!
//! Every payment and refund follows the same rules:
//!
//! 1. The request and its ID are written to disk before the request is sent, so that after a crash
//!    the shop knows every payment and refund that may exist.
//! 2. A request without a final result is retried unchanged, with the same ID. The super app
//!    processes it only once.
//! 3. A failure is recorded only if the super app reports one, or if the payment has expired and
//!    the super app has no record of it. A timeout is not a failure.

use super::{
    Shop,
    order::{Order, Payment, RecordOutcome, Refund, Task},
    requests,
    send::SendOutcome,
};
use anyhow::{Context as _, Result};
use miniprogram_protocol::{
    dictionary::Amount,
    endpoint::{Pay, PaymentStatus, RefundStatus},
};
use std::time::SystemTime;
use tokio::time;
use tracing::{error, info};

/// The number of inquiries before the shop continues with other orders. With one inquiry every five
/// seconds, the shop inquires for one minute, as recommended.
const MAX_INQUIRIES: u32 = 12;

/// The result of an inquiry.
pub(super) enum Inquiry<S> {
    /// The status of the payment or refund.
    Status(S),
    /// The super app has not received the request.
    NotFound,
    /// The super app did not respond, or its response does not answer the question.
    NoAnswer,
}

impl Shop {
    /// Processes an order until nothing remains to be done. Stops early if the super app has not
    /// reported a final status in time.
    ///
    /// The state is read from the disk in every step, because a notification can change it at any
    /// time. Continuing an order after a crash is therefore the same as processing it.
    pub(super) async fn process_order(&self, id: &str) -> Result<()> {
        for _ in 0..MAX_INQUIRIES {
            let order = self.orders.get(id).await?;
            match order.task() {
                Task::StartPayment => self.start_payment(&order).await?,
                Task::SettlePayment(payment) => self.settle_payment(&order, &payment).await?,
                Task::StartRefund(payment_request_id, amount) => {
                    self.start_refund(&order, &payment_request_id, &amount).await?;
                }
                Task::SettleRefund(refund) => self.settle_refund(&order, &refund).await?,
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
        let expires_at = SystemTime::now() + self.settings.payment_lifetime;
        let notify_url = &self.settings.notify_url;
        let request = requests::pay_request(order, &request_id, &user_id, notify_url, expires_at)?;
        let payment = Payment::new(request_id, request, expires_at);
        // If the order already has a payment, a second one must not be created.
        let stored = self.orders.update(&order.id, move |order| {
            let is_new = order.payment.is_none();
            (order.payment.get_or_insert(payment).clone(), is_new)
        });
        let (payment, is_new) = stored.await?.context("the order does not exist")?;
        self.send_payment(order, &payment, is_new).await
    }

    /// Sends the stored payment request.
    async fn send_payment(&self, order: &Order, payment: &Payment, is_new: bool) -> Result<()> {
        let (status, payment_id) = match self.send::<Pay>(&payment.request, is_new).await {
            SendOutcome::Succeeded(response) => {
                (PaymentStatus::Success, response.into_inner().payment_id)
            }
            // If the response contains a `redirectActionForm`, a shop with a mini program passes it to
            // the mini program here, so that the user can confirm the payment.
            SendOutcome::Accepted(response) => {
                (PaymentStatus::Processing, response.into_inner().payment_id)
            }
            SendOutcome::Failed => (PaymentStatus::Fail, None),
            SendOutcome::Unknown => return Ok(()),
        };
        self.record_payment(order, status, payment_id).await
    }

    async fn settle_payment(&self, order: &Order, payment: &Payment) -> Result<()> {
        let now = SystemTime::now();
        match self.inquire_payment(order, payment).await {
            Inquiry::Status((status, payment_id)) => {
                self.record_payment(order, status, payment_id).await
            }
            Inquiry::NotFound if payment.is_accepted => {
                error!(
                    order = order.id,
                    "the super app has no record of a payment that it accepted"
                );
                Ok(())
            }
            Inquiry::NotFound if now < payment.expires_at => {
                self.send_payment(order, payment, false).await
            }
            // Until the margin has passed, an earlier attempt may still be pending in the super
            // app.
            Inquiry::NotFound if now > payment.expires_at + self.settings.expiry_margin => {
                self.orders.update(&order.id, Order::expire_payment).await.map(drop)
            }
            Inquiry::NotFound | Inquiry::NoAnswer => Ok(()),
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
        let request = requests::refund_request(payment_request_id, amount, &request_id)?;
        let refund = Refund::new(request_id, request);
        // If the order already has a refund, a second one must not be created.
        let stored = self.orders.update(&order.id, move |order| {
            let is_new = order.refund.is_none();
            (order.refund.get_or_insert(refund).clone(), is_new)
        });
        let (refund, is_new) = stored.await?.context("the order does not exist")?;
        self.send_refund(order, &refund, is_new).await
    }

    /// Sends the stored refund request.
    async fn send_refund(&self, order: &Order, refund: &Refund, is_new: bool) -> Result<()> {
        match self.send::<miniprogram_protocol::endpoint::Refund>(&refund.request, is_new).await {
            // A success means that the shop was debited. The shop then inquires whether the user
            // has received the money.
            SendOutcome::Succeeded(response) | SendOutcome::Accepted(response) => {
                let refund_id = response.into_inner().refund_id;
                self.record_refund(order, RefundStatus::Processing, refund_id).await
            }
            SendOutcome::Failed => self.record_refund(order, RefundStatus::Fail, None).await,
            SendOutcome::Unknown => Ok(()),
        }
    }

    async fn settle_refund(&self, order: &Order, refund: &Refund) -> Result<()> {
        match self.inquire_refund(order, refund).await {
            Inquiry::Status((status, refund_id)) => {
                self.record_refund(order, status, refund_id).await
            }
            Inquiry::NotFound if refund.is_accepted => {
                error!(
                    order = order.id,
                    "the super app has no record of a refund that it accepted"
                );
                Ok(())
            }
            // A refund does not expire, so it is sent until the super app processes it.
            Inquiry::NotFound => self.send_refund(order, refund, false).await,
            Inquiry::NoAnswer => Ok(()),
        }
    }

    async fn record_refund(
        &self,
        order: &Order,
        status: RefundStatus,
        refund_id: Option<String>,
    ) -> Result<()> {
        let is_failed = status == RefundStatus::Fail;
        let recorded = self
            .orders
            .update(&order.id, move |order| order.record_refund(status, refund_id.as_deref()));
        let recorded = recorded.await?;
        if is_failed && recorded == Some(RecordOutcome::Changed) {
            error!(order = order.id, "the refund failed");
        }
        log_contradiction(&order.id, recorded);
        Ok(())
    }
}

fn log_contradiction(order_id: &str, recorded: Option<RecordOutcome>) {
    if recorded == Some(RecordOutcome::Contradiction) {
        error!(order = order_id, "the super app reported a status that contradicts an earlier one");
    }
}
