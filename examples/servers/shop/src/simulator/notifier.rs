//! The background tasks of the simulator, which settle pending payments and refunds and notify the
//! shop.

use super::{
    Simulator, bank,
    records::{self, NOTIFICATIONS, PAYMENTS, Payment},
};
use crate::client::Client;
use anyhow::{Context as _, Result};
use miniprogram_protocol::{
    Validate as _,
    dictionary::{NextStep, ResultCode},
    endpoint::{NotifyPayment, NotifyPaymentRequest, NotifyPaymentRequestRequired, PaymentStatus},
};
use redb::ReadableTable as _;
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time};
use tracing::{error, info, warn};

/// The time between two rounds of settling and notifying.
const INTERVAL: Duration = Duration::from_millis(20);

/// The maximum number of notifications that are sent at the same time.
const MAX_CONCURRENT_NOTIFICATIONS: usize = 16;

impl Simulator {
    /// Settles pending payments and refunds, and sends notifications, until the task is dropped.
    ///
    /// A notification is sent repeatedly until the shop accepts or rejects it, including after a
    /// restart.
    pub async fn run_in_background(self: Arc<Self>, client: Client) {
        loop {
            if let Err(error) = self.run_round(&client).await {
                error!(error = format!("{error:#}"), "cannot settle or notify");
            }
            time::sleep(INTERVAL).await;
        }
    }

    async fn run_round(self: &Arc<Self>, client: &Client) -> Result<()> {
        let context = self.bank_context()?;
        let now = context.now;
        let is_due = self.storage.read(move |it| bank::is_settlement_due(it, now));
        if is_due.await? {
            self.storage.write(move |it| bank::settle_due_requests(it, &context)).await?;
        }
        let mut tasks = JoinSet::new();
        for (request_id, payment) in self.next_notifications().await? {
            let (simulator, client) = (Arc::clone(self), client.clone());
            tasks.spawn(async move { simulator.notify(&client, request_id, payment).await });
        }
        while let Some(result) = tasks.join_next().await {
            if let Err(error) = result? {
                info!(error = format!("{error:#}"), "a notification failed and will be retried");
            }
        }
        Ok(())
    }

    async fn next_notifications(&self) -> Result<Vec<(String, Payment)>> {
        let notifications = self.storage.read(|transaction| {
            let payments = transaction.open_table(PAYMENTS)?;
            let notifications = transaction.open_table(NOTIFICATIONS)?;
            let mut next = Vec::new();
            for entry in notifications.iter()?.take(MAX_CONCURRENT_NOTIFICATIONS) {
                let request_id = entry?.0.value().to_owned();
                let payment = records::read(&payments, &request_id)?;
                next.push((request_id, payment.context("the payment does not exist")?));
            }
            Ok(next)
        });
        notifications.await
    }

    /// Sends a notification, and removes it or decreases the number of repetitions.
    async fn notify(&self, client: &Client, request_id: String, payment: Payment) -> Result<()> {
        let has_succeeded = payment.status == PaymentStatus::Success;
        let code =
            if has_succeeded { ResultCode::Success } else { ResultCode::UserBalanceNotEnough };
        let mut request = NotifyPaymentRequest::new(NotifyPaymentRequestRequired {
            payment_id: payment.id,
            payment_request_id: request_id.as_str(),
            payment_amount: payment.amount,
        })
        .payment_result(code)
        .payment_create_time(payment.create_time.as_str());
        if has_succeeded {
            request = request.payment_time(payment.create_time);
        }
        request.validate()?;
        let mut is_final = true;
        if let Some(url) = payment.notify_url {
            let body = serde_json::to_vec(&request)?;
            let response = client.call::<NotifyPayment>(url, body).await?;
            match response.result.next_step() {
                NextStep::Finish => is_final = false,
                NextStep::Stop => warn!("the shop rejected a notification"),
                step => anyhow::bail!("the shop replied with an unexpected next step: {step:?}"),
            }
        }
        let change = move |transaction: &redb::WriteTransaction| {
            let mut notifications = transaction.open_table(NOTIFICATIONS)?;
            let count = notifications.get(request_id.as_str())?.map_or(0, |count| count.value());
            if is_final || count <= 1 {
                notifications.remove(request_id.as_str())?;
            } else {
                notifications.insert(request_id.as_str(), count - 1)?;
            }
            Ok(())
        };
        self.storage.write(change).await
    }
}
