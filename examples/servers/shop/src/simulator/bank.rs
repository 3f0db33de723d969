//! The transactions that change payments and refunds.
//!
//! Money is moved only by postings. A posting is written in the same transaction as the final
//! status of its payment or refund, and is never changed.

use super::records::{
    NOTIFICATIONS, PAYMENTS, PENDING_REQUESTS, POSTINGS, Payment, REFUNDS, Refund, read,
};
use crate::{random::random, storage::to_json};
use anyhow::{Context as _, Result};
use miniprogram_protocol::{
    dictionary::{self, Amount, ResultCode},
    endpoint::{
        ActionMethod, PayRequest, PayResponse, PaymentStatus, RedirectActionForm, RefundRequest,
        RefundResponse, RefundStatus,
    },
};
use redb::{ReadTransaction, ReadableTable as _, ReadableTableMetadata as _, WriteTransaction};

/// The time and the settings of a transaction.
#[derive(Clone, Debug)]
pub(super) struct BankContext {
    /// The seed that, together with the order ID, determines the outcomes.
    pub(super) seed: u64,
    /// The time in milliseconds since the Unix epoch.
    pub(super) now: u64,
    /// The time in the format of the protocol.
    pub(super) now_string: String,
    /// The maximum time until a pending payment or refund gets its final status.
    pub(super) max_pending_millis: u64,
    /// The maximum number of repeated notifications of a payment.
    pub(super) max_repetitions: u64,
}

/// Creates the payment unless it exists, and returns the response. At most one payment is created
/// per request ID.
pub(super) fn pay(
    transaction: &WriteTransaction,
    request: &PayRequest,
    is_expired: bool,
    context: &BankContext,
) -> Result<PayResponse> {
    let request_id = request.payment_request_id.as_str();
    let mut payments = transaction.open_table(PAYMENTS)?;
    if let Some(payment) = read::<Payment>(&payments, request_id)? {
        let is_equal = has_same_amount(&payment.amount, &request.payment_amount);
        return Ok(if is_equal {
            pay_response(&payment, ResultCode::PaymentInProcess)
        } else {
            ResultCode::RepeatReqInconsistent.into()
        });
    }
    let order_id = request.order.as_ref().map_or("", |order| &order.reference_order_id).to_owned();
    let (status, pending_code) = match random(context.seed, ("pay", &order_id)) % 100 {
        _ if is_expired => (PaymentStatus::Fail, ResultCode::Accept),
        0..40 => (PaymentStatus::Success, ResultCode::Accept),
        40..50 => (PaymentStatus::Fail, ResultCode::Accept),
        50..75 => (PaymentStatus::Processing, ResultCode::Accept),
        _ => (PaymentStatus::Processing, ResultCode::PaymentInProcess),
    };
    let payment = Payment {
        id: format!("20261127{:024}", payments.len()? + 1),
        order_id,
        refunded: request.payment_amount.checked_mul(0)?,
        amount: request.payment_amount.clone(),
        status,
        create_time: context.now_string.clone(),
        notify_url: request.payment_notify_url.clone(),
    };
    payments.insert(request_id, to_json(&payment)?.as_slice())?;
    match payment.status {
        PaymentStatus::Success => add_posting(transaction, request_id, &payment.amount)?,
        PaymentStatus::Processing => {
            schedule_settlement(transaction, request_id, &payment.order_id, context)?;
        }
        _ => {}
    }
    Ok(pay_response(&payment, pending_code))
}

/// Returns the response for the status of a payment.
fn pay_response(payment: &Payment, pending_code: ResultCode) -> PayResponse {
    let response = match payment.status {
        PaymentStatus::Success => {
            PayResponse::new(ResultCode::Success).payment_time(payment.create_time.as_str())
        }
        PaymentStatus::Processing if pending_code == ResultCode::Accept => {
            let form = RedirectActionForm::new().method(ActionMethod::Get);
            let form = form.redirect_url("https://wallet.example/pay");
            PayResponse::new(pending_code).redirect_action_form(form)
        }
        PaymentStatus::Processing => PayResponse::new(pending_code),
        _ => PayResponse::new(ResultCode::UserBalanceNotEnough),
    };
    response.payment_id(payment.id.as_str())
}

/// Creates the refund unless it exists, and returns the response. At most one refund is created per
/// request ID.
pub(super) fn refund(
    transaction: &WriteTransaction,
    request: &RefundRequest,
    context: &BankContext,
) -> Result<Result<RefundResponse, dictionary::Result>> {
    let request_id = request.refund_request_id.as_str();
    let payment_request_id = request.payment_request_id.as_deref().unwrap_or_default();
    let mut refunds = transaction.open_table(REFUNDS)?;
    if let Some(refund) = read::<Refund>(&refunds, request_id)? {
        let is_equal = has_same_amount(&refund.amount, &request.refund_amount)
            && refund.payment_request_id == payment_request_id;
        return Ok(if is_equal {
            Ok(refund_response(&refund))
        } else {
            Err(ResultCode::RepeatReqInconsistent.into())
        });
    }
    let mut payments = transaction.open_table(PAYMENTS)?;
    let payment = read::<Payment>(&payments, payment_request_id)?;
    let payment = payment.filter(|payment| payment.status == PaymentStatus::Success);
    let Some(mut payment) = payment else { return Ok(Err(failure("ORDER_NOT_EXIST"))) };
    let refunded = payment.refunded.checked_add(&request.refund_amount);
    let refunded = refunded
        .ok()
        .filter(|sum| sum.checked_cmp(&payment.amount).is_ok_and(std::cmp::Ordering::is_le));
    let Some(refunded) = refunded else { return Ok(Err(failure("REFUND_AMOUNT_EXCEED"))) };
    payment.refunded = refunded;
    payments.insert(payment_request_id, to_json(&payment)?.as_slice())?;
    let outcome = random(context.seed, ("refund", &payment.order_id)) % 100;
    let refund = Refund {
        id: format!("20261128{:024}", refunds.len()? + 1),
        order_id: payment.order_id,
        payment_request_id: payment_request_id.to_owned(),
        amount: request.refund_amount.clone(),
        status: if outcome < 50 { RefundStatus::Success } else { RefundStatus::Processing },
        time: context.now_string.clone(),
    };
    refunds.insert(request_id, to_json(&refund)?.as_slice())?;
    if refund.status == RefundStatus::Success {
        add_posting(transaction, request_id, &refund.amount)?;
    } else {
        schedule_settlement(transaction, request_id, &refund.order_id, context)?;
    }
    Ok(Ok(refund_response(&refund)))
}

/// Returns the response to a refund request. It reports success, because the shop is debited even
/// if the refund later fails.
fn refund_response(refund: &Refund) -> RefundResponse {
    RefundResponse::new(ResultCode::Success)
        .refund_id(refund.id.as_str())
        .refund_time(refund.time.as_str())
}

/// Returns a failed result with a code that only some editions define.
pub(super) fn failure(code: &str) -> dictionary::Result {
    dictionary::Result::new("F").result_code(code)
}

/// Sets the final status of all payments and refunds that are due. One in seven payments and one in
/// five refunds fail.
pub(super) fn settle_due_requests(
    transaction: &WriteTransaction,
    context: &BankContext,
) -> Result<()> {
    let mut pending = transaction.open_table(PENDING_REQUESTS)?;
    let due = pending.extract_if(|_, due| due <= context.now)?;
    let due = due.map(|entry| Ok(entry?.0.value().to_owned())).collect::<Result<Vec<_>>>()?;
    let mut payments = transaction.open_table(PAYMENTS)?;
    let mut refunds = transaction.open_table(REFUNDS)?;
    for request_id in due {
        let request_id = request_id.as_str();
        if let Some(mut payment) = read::<Payment>(&payments, request_id)? {
            let random = random(context.seed, ("settle", &payment.order_id));
            if random % 7 > 0 {
                payment.status = PaymentStatus::Success;
                add_posting(transaction, request_id, &payment.amount)?;
            } else {
                payment.status = PaymentStatus::Fail;
            }
            payments.insert(request_id, to_json(&payment)?.as_slice())?;
            let count = 1 + random % (context.max_repetitions + 1);
            transaction.open_table(NOTIFICATIONS)?.insert(request_id, count)?;
        } else if let Some(mut refund) = read::<Refund>(&refunds, request_id)? {
            let random = random(context.seed, ("settle refund", &refund.order_id));
            if random % 5 > 0 {
                refund.status = RefundStatus::Success;
                add_posting(transaction, request_id, &refund.amount)?;
            } else {
                refund.status = RefundStatus::Fail;
                release_refund(&mut payments, &refund)?;
            }
            refunds.insert(request_id, to_json(&refund)?.as_slice())?;
        }
    }
    Ok(())
}

/// Makes the amount of a failed refund available for other refunds.
fn release_refund(
    payments: &mut redb::Table<'_, &'static str, &'static [u8]>,
    refund: &Refund,
) -> Result<()> {
    let request_id = refund.payment_request_id.as_str();
    let payment = read::<Payment>(payments, request_id)?;
    let mut payment = payment.context("the refund does not belong to any payment")?;
    payment.refunded = payment.refunded.checked_sub(&refund.amount)?;
    payments.insert(request_id, to_json(&payment)?.as_slice())?;
    Ok(())
}

/// Returns `true` if a payment or refund is due.
pub(super) fn is_settlement_due(transaction: &ReadTransaction, now: u64) -> Result<bool> {
    for entry in transaction.open_table(PENDING_REQUESTS)?.iter()? {
        if entry?.1.value() <= now {
            return Ok(true);
        }
    }
    Ok(false)
}

fn schedule_settlement(
    transaction: &WriteTransaction,
    request_id: &str,
    order_id: &str,
    context: &BankContext,
) -> Result<()> {
    let delay = random(context.seed, ("delay", order_id)) % (context.max_pending_millis + 1);
    transaction.open_table(PENDING_REQUESTS)?.insert(request_id, context.now + delay)?;
    Ok(())
}

fn add_posting(transaction: &WriteTransaction, request_id: &str, amount: &Amount) -> Result<()> {
    let mut postings = transaction.open_table(POSTINGS)?;
    let number = postings.len()?;
    postings.insert(number, (request_id, amount.value.get()))?;
    Ok(())
}

fn has_same_amount(first: &Amount, second: &Amount) -> bool {
    first.checked_cmp(second).is_ok_and(std::cmp::Ordering::is_eq)
}
