//! The endpoint at which the super app notifies the shop of the final result of a payment.

use super::{
    order::{Order, RecordOutcome},
    orders::Orders,
};
use crate::peer::POLICY;
use merchant_server::gateway::{HandlerError, Service};
use miniprogram_protocol::{
    Valid,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{
        Endpoint as _, EndpointMetadata, Handler, NotifyPayment, NotifyPaymentRequest,
        NotifyPaymentResponse, PaymentStatus, Reply,
    },
};
use std::sync::Arc;
use tracing::error;

/// The service that implements `notifyPayment`.
///
/// It needs no store of replies: a repeated notification changes nothing, and gets the same reply.
pub struct Notifications {
    /// The orders of the shop.
    pub orders: Orders,
}

impl Service for Notifications {
    fn implements(&self, endpoint: &EndpointMetadata) -> bool {
        endpoint.name == NotifyPayment::METADATA.name
    }

    async fn handle(
        self: Arc<Self>,
        _: &'static EndpointMetadata,
        _: String,
        body: Vec<u8>,
    ) -> Result<Reply, HandlerError> {
        let handler = async |request| self.record(request).await;
        Ok(Handler::<NotifyPayment>::new().policy(&POLICY).handle_async(&body, handler).await)
    }
}

impl Notifications {
    /// Records the result of a payment. The reply is sent once the result is on disk, so the
    /// super app repeats a notification that is lost in a crash.
    async fn record(
        &self,
        request: Valid<NotifyPaymentRequest>,
    ) -> Result<NotifyPaymentResponse, dictionary::Result> {
        let request = request.into_inner();
        let database_failed = |error: anyhow::Error| {
            error!(error = format!("{error:#}"), "cannot record a notification");
            dictionary::Result::from(ResultCode::UnknownException)
        };
        let id = self
            .orders
            .find_order_id(&request.payment_request_id)
            .await
            .map_err(database_failed)?;
        let Some(id) = id else {
            let payment_request_id = request.payment_request_id;
            error!(payment_request_id, "received a notification of an unknown payment");
            return Err(rejection("unknown payment"));
        };
        let recorded =
            self.orders.update(&id, move |order| record_notification(order, &request)).await;
        match recorded.map_err(database_failed)? {
            Some(Ok(RecordOutcome::Changed | RecordOutcome::Unchanged)) => {
                Ok(ResultCode::Success.into())
            }
            Some(Ok(RecordOutcome::Contradiction)) => {
                error!(order = id, "a notification contradicts the recorded status");
                Err(ResultCode::ProcessFail.into())
            }
            Some(Err(reason)) => {
                error!(order = id, reason, "a notification does not match the order");
                Err(rejection(reason))
            }
            None => Err(rejection("unknown payment")),
        }
    }
}

/// Records a notification. If it does not match the stored order, only the contradiction is recorded.
fn record_notification(
    order: &mut Order,
    request: &NotifyPaymentRequest,
) -> Result<RecordOutcome, &'static str> {
    let payment = order.payment.as_ref();
    if payment.is_none_or(|payment| payment.request_id != request.payment_request_id) {
        order.record_contradiction();
        return Err("the notification is about another payment of the order");
    }
    let (paid, price) = (&request.payment_amount, &order.amount);
    if !paid.checked_cmp(price).is_ok_and(std::cmp::Ordering::is_eq) {
        order.record_contradiction();
        return Err("the amount or currency does not match the order");
    }
    let status = request.payment_result.as_ref().map_or(PaymentStatus::Processing, status_of);
    Ok(order.record_payment(status, Some(&request.payment_id)))
}

/// Returns the status of a payment with this result. If the result is not final, or if its code and
/// status contradict each other, the shop inquires about the status.
fn status_of(result: &dictionary::Result) -> PaymentStatus {
    let expected = result.result_code.as_ref().and_then(ResultCode::status);
    if expected.is_some_and(|expected| expected != result.result_status) {
        return PaymentStatus::Processing;
    }
    match result.result_status {
        ResultStatus::Success => PaymentStatus::Success,
        ResultStatus::Failed => PaymentStatus::Fail,
        _ => PaymentStatus::Processing,
    }
}

fn rejection(reason: &str) -> dictionary::Result {
    dictionary::Result::from(ResultCode::ParamIllegal).result_message(reason)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::shop::order::{Payment, Problem};
    use merchant_server::data_dir::DataDir;
    use miniprogram_protocol::{dictionary::Amount, endpoint::NotifyPaymentRequestRequired};
    use std::time::SystemTime;

    /// Returns the service of a shop with one order of 100 cents, whose payment is in progress.
    async fn service_with_order(name: &str) -> Notifications {
        let data = std::env::temp_dir().join(format!("shop-{name}-{}", std::process::id()));
        let orders = Orders::open(&DataDir::open(&data).unwrap()).unwrap();
        // The open file remains usable.
        std::fs::remove_dir_all(data).unwrap();
        let amount = Amount::new("USD", 100);
        let (id, problem) = ("1".into(), None);
        let order = Order { id, amount, returned: None, payment: None, refund: None, problem };
        orders.insert(vec![order]).await.unwrap();
        let payment = Payment::new("P-1".into(), "{}".into(), SystemTime::now());
        let stored = orders.update("1", |order| order.payment = Some(payment)).await;
        assert_eq!(stored.unwrap(), Some(()));
        Notifications { orders }
    }

    impl Notifications {
        /// Sends a notification. Returns the result code of the reply and the recorded status.
        async fn notify(
            &self,
            [payment_id, request_id]: [&str; 2],
            amount: Amount,
            result: Option<impl Into<dictionary::Result>>,
        ) -> (ResultCode, PaymentStatus) {
            let mut request = NotifyPaymentRequest::new(NotifyPaymentRequestRequired {
                payment_id,
                payment_request_id: request_id,
                payment_amount: amount,
            });
            if let Some(result) = result {
                request = request.payment_result(result);
            }
            let reply = self.record(Valid::new(request).unwrap()).await;
            let result = reply.map_or_else(|result| result, |response| response.result);
            let payment = self.orders.get("1").await.unwrap().payment.unwrap();
            (result.result_code.unwrap(), payment.status)
        }
    }

    const IDS: [&str; 2] = ["7", "P-1"];

    #[tokio::test]
    async fn accepts_repeated_notifications() {
        let service = service_with_order("repeated").await;
        for _ in 0..2 {
            let amount = Amount::new("USD", 100);
            let outcome = service.notify(IDS, amount, Some(ResultCode::Success)).await;
            assert_eq!(outcome, (ResultCode::Success, PaymentStatus::Success));
        }
    }

    #[tokio::test]
    async fn accepts_amounts_as_strings() {
        let service = Arc::new(service_with_order("amounts").await);
        let body = br#"{"paymentId": "7", "paymentRequestId": "P-1",
            "paymentAmount": {"currency": "USD", "value": "100"},
            "paymentResult": {"resultCode": "SUCCESS", "resultStatus": "S"}}"#;
        let (endpoint, client_id) = (NotifyPayment::METADATA, String::new());
        let reply = Arc::clone(&service).handle(endpoint, client_id, body.to_vec()).await.unwrap();
        assert!(reply.request_error.is_none(), "{reply:?}");
        let payment = service.orders.get("1").await.unwrap().payment.unwrap();
        assert_eq!(payment.status, PaymentStatus::Success);
    }

    #[tokio::test]
    async fn rejects_notifications_that_do_not_match() {
        let service = service_with_order("mismatch").await;
        let success = || Some(ResultCode::Success);
        let (price, unchanged) =
            (Amount::new("USD", 100), (ResultCode::ParamIllegal, PaymentStatus::Processing));
        for amount in [Amount::new("USD", 99), Amount::new("JPY", 100)] {
            assert_eq!(service.notify(IDS, amount, success()).await, unchanged);
        }
        assert_eq!(service.notify(["7", "P-2"], price.clone(), success()).await, unchanged);
        let outcome = service.notify(IDS, price.clone(), success()).await;
        assert_eq!(outcome, (ResultCode::Success, PaymentStatus::Success));
        let outcome = service.notify(["8", "P-1"], price, success()).await;
        assert_eq!(outcome, (ResultCode::ProcessFail, PaymentStatus::Success));
    }

    #[tokio::test]
    async fn rejects_notifications_of_earlier_payments() {
        let service = service_with_order("earlier").await;
        let payment = Payment::new("P-2".into(), "{}".into(), SystemTime::now());
        service.orders.update("1", |order| order.payment = Some(payment)).await.unwrap();
        let amount = Amount::new("USD", 100);
        let outcome = service.notify(IDS, amount, Some(ResultCode::Success)).await;
        assert_eq!(outcome, (ResultCode::ParamIllegal, PaymentStatus::Processing));
    }

    #[tokio::test]
    async fn rejects_contradictions() {
        let service = service_with_order("contradiction").await;
        let failed = Some(ResultCode::UserBalanceNotEnough);
        let outcome = service.notify(IDS, Amount::new("USD", 100), failed).await;
        assert_eq!(outcome, (ResultCode::Success, PaymentStatus::Fail));
        let succeeded = Some(ResultCode::Success);
        let outcome = service.notify(IDS, Amount::new("USD", 100), succeeded).await;
        assert_eq!(outcome, (ResultCode::ProcessFail, PaymentStatus::Fail));
        let problems = service.orders.problems().await.unwrap();
        assert_eq!(problems, [("1".into(), Problem::Contradiction)]);
    }

    #[tokio::test]
    async fn ignores_notifications_without_final_result() {
        let service = service_with_order("not-final").await;
        let contradictory = |code| dictionary::Result::new(ResultStatus::Success).result_code(code);
        for result in [
            None,
            Some(ResultCode::PaymentInProcess.into()),
            Some(contradictory(ResultCode::UserBalanceNotEnough)),
            Some(contradictory(ResultCode::PaymentInProcess)),
        ] {
            let outcome = service.notify(IDS, Amount::new("USD", 100), result).await;
            assert_eq!(outcome, (ResultCode::Success, PaymentStatus::Processing));
        }
    }
}
