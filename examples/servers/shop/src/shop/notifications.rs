//! The endpoint at which the super app notifies the shop of the final result of a payment.

use super::{
    order::{Order, Recorded},
    orders::Orders,
};
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
        Ok(Handler::<NotifyPayment>::new().handle_async(&body, handler).await)
    }
}

impl Notifications {
    /// Records the result of a payment. The reply is sent once the result is on the disk, so the
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
        let id = self.orders.find(&request.payment_request_id).await.map_err(database_failed)?;
        let id = id.ok_or_else(|| reject("unknown payment"))?;
        let recorded = self.orders.update(&id, move |order| record(order, &request)).await;
        match recorded.map_err(database_failed)? {
            Some(Ok(Recorded::New | Recorded::Old)) => Ok(ResultCode::Success.into()),
            Some(Ok(Recorded::Contradiction)) => {
                error!(order = id, "a notification contradicts the recorded status");
                Err(ResultCode::ProcessFail.into())
            }
            Some(Err(reason)) => {
                error!(order = id, reason, "a notification does not match the order");
                Err(reject(reason))
            }
            None => Err(reject("unknown payment")),
        }
    }
}

/// Records a notification, unless it does not match the order that the shop has stored.
fn record(order: &mut Order, request: &NotifyPaymentRequest) -> Result<Recorded, &'static str> {
    let payment = order.payment.as_ref().ok_or("unknown payment")?;
    let (paid, price) = (&request.payment_amount, &order.amount);
    if !paid.checked_cmp(price).is_ok_and(std::cmp::Ordering::is_eq) {
        return Err("the amount or currency differs from that of the order");
    }
    if payment.payment_id.as_ref().is_some_and(|id| *id != request.payment_id) {
        return Err("the paymentId differs from that of the payment");
    }
    let result = request.payment_result.as_ref().map(|result| &result.result_status);
    let status = match result {
        Some(ResultStatus::Success) => PaymentStatus::Success,
        Some(ResultStatus::Failed) => PaymentStatus::Fail,
        // Without a final result, the shop inquires about the status.
        _ => PaymentStatus::Processing,
    };
    Ok(order.record_payment(status, Some(&request.payment_id)))
}

fn reject(reason: &str) -> dictionary::Result {
    dictionary::Result::from(ResultCode::ParamIllegal).result_message(reason)
}
