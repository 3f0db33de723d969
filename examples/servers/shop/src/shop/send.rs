//! The requests that the shop sends to the super app, and the handling of their results.

use super::{
    Shop,
    order::{Order, Payment, Refund},
    purchase::Inquiry,
    requests,
};
use crate::client::OverloadedError;
use anyhow::{Context as _, Result, bail, ensure};
use miniprogram_protocol::{
    Valid,
    dictionary::{self, Amount, NextStep, ResultCode},
    endpoint::{
        ApplyToken, Endpoint, InquiryPayment, InquiryRefund, InquiryUserInfo, PaymentStatus,
        RefundStatus,
    },
};
use std::time::Duration;
use tokio::time;
use tracing::{info, warn};

/// The number of attempts to send a request before the shop inquires about its status instead.
const MAX_ATTEMPTS: u32 = 4;

/// The delay is multiplied by this factor if the super app receives too many requests.
const TRAFFIC_LIMIT_FACTOR: u32 = 10;

/// The result codes of failures that are caused by the shop or its configuration. Once the cause is
/// removed, the same request can succeed.
const CALLER_ERROR_CODES: [&str; 3] = ["ACCESS_DENIED", "INVALID_API", "PARAM_ILLEGAL"];

/// The result of sending a request, possibly several times.
pub(super) enum SendOutcome<R> {
    /// The request succeeded.
    Succeeded(R),
    /// The super app has received the request, which is in progress.
    Accepted(R),
    /// The request failed. It had not been sent before, so it had no effect.
    Failed,
    /// The status of the request is unknown, or the request failed because of an error in the shop.
    /// This includes the rejection of a retry: the rejection may apply only to the last attempt
    /// (for example, to its signature), and an earlier attempt may have succeeded or may still be
    /// pending in the super app.
    Unknown,
}

impl Shop {
    async fn call<E: Endpoint>(&self, request: &str) -> Result<Valid<E::Response>> {
        let url = format!("{}{}", self.settings.super_app, E::METADATA.path);
        self.client.call::<E>(url, request).await
    }

    /// Sends a request until its result is final, or until the shop should inquire about its status
    /// instead. `is_new` is true if the request has never been sent.
    pub(super) async fn send<E: Endpoint>(
        &self,
        request: &str,
        is_new: bool,
    ) -> SendOutcome<Valid<E::Response>> {
        let mut delay = Duration::ZERO;
        for attempt in 0..MAX_ATTEMPTS {
            time::sleep(delay).await;
            delay = self.settings.retry_delay * 2_u32.pow(attempt);
            let step = match self.call::<E>(request).await {
                Ok(response) => match result_of::<E>(&response).next_step() {
                    NextStep::Finish => return SendOutcome::Succeeded(response),
                    NextStep::Inquire => return SendOutcome::Accepted(response),
                    NextStep::Stop => {
                        let code = code_of(result_of::<E>(&response));
                        warn!(endpoint = E::METADATA.name, code, "a request was rejected");
                        let is_first = is_new && attempt == 0;
                        return if is_first && !CALLER_ERROR_CODES.contains(&code) {
                            SendOutcome::Failed
                        } else {
                            SendOutcome::Unknown
                        };
                    }
                    step => step,
                },
                Err(error) => {
                    log_error(&error, "no valid response");
                    if error.is::<OverloadedError>() {
                        NextStep::RetryLater
                    } else {
                        NextStep::Retry
                    }
                }
            };
            match step {
                NextStep::Retry => {}
                NextStep::RetryLater => delay *= TRAFFIC_LIMIT_FACTOR,
                // `NextStep` is non-exhaustive: later versions may add steps.
                _ => return SendOutcome::Unknown,
            }
        }
        SendOutcome::Unknown
    }

    /// Returns the ID of the user who places the order.
    pub(super) async fn authorize(&self, order: &Order) -> Result<String> {
        let mut delay = self.settings.retry_delay;
        for _ in 0..MAX_ATTEMPTS {
            match self.try_authorize(order).await {
                Ok(user_id) => return Ok(user_id),
                Err(error) => warn!(error = format!("{error:#}"), "cannot authorize"),
            }
            time::sleep(delay).await;
            delay *= 2;
        }
        bail!("the user could not be authorized")
    }

    async fn try_authorize(&self, order: &Order) -> Result<String> {
        // An authorization code can be used only once. If the response is lost, the mini program
        // requests a new code.
        let code = mini_program_auth_code(&order.id)?;
        let response = self.call::<ApplyToken>(&requests::apply_token_request(&code)?).await?;
        let token = response.into_inner().access_token.context("applyToken failed")?;
        let response =
            self.call::<InquiryUserInfo>(&requests::inquiry_user_info_request(&token)?).await?;
        let user = response.into_inner().user_info.context("inquiryUserInfo failed")?;
        Ok(user.user_id)
    }

    /// Inquires about the status and the ID of a payment.
    pub(super) async fn inquire_payment(
        &self,
        order: &Order,
        payment: &Payment,
    ) -> Inquiry<(PaymentStatus, Option<String>)> {
        let answer = async {
            let request = requests::inquiry_payment_request(&payment.request_id)?;
            let response = self.call::<InquiryPayment>(&request).await?.into_inner();
            // The spelling of this code depends on the edition.
            if !is_found(&response.result, &["ORDER_NOT_EXIST", "ORDER_NOT_EXISTS"])? {
                return Ok(None);
            }
            check_amount(response.payment_amount.as_ref(), &order.amount)?;
            let is_named = response.payment_request_id.is_some()
                || is_same_id(response.payment_id.as_ref(), payment.payment_id.as_ref());
            ensure!(is_named, "the response does not identify the payment");
            let status = response.payment_status.context("the status is missing")?;
            Ok(Some((status, response.payment_id)))
        };
        into_inquiry(answer.await)
    }

    /// Inquires about the status and the ID of a refund.
    pub(super) async fn inquire_refund(
        &self,
        order: &Order,
        refund: &Refund,
    ) -> Inquiry<(RefundStatus, Option<String>)> {
        let answer = async {
            let request = requests::inquiry_refund_request(&refund.request_id)?;
            let response = self.call::<InquiryRefund>(&request).await?.into_inner();
            if !is_found(&response.result, &["REFUND_NOT_EXIST"])? {
                return Ok(None);
            }
            let returned = order.returned.as_ref().context("nothing was returned")?;
            check_amount(response.refund_amount.as_ref(), returned)?;
            let is_named = response.refund_request_id.is_some()
                || is_same_id(response.refund_id.as_ref(), refund.refund_id.as_ref());
            ensure!(is_named, "the response does not identify the refund");
            let status = response.refund_status.context("the status is missing")?;
            Ok(Some((status, response.refund_id)))
        };
        into_inquiry(answer.await)
    }
}

/// Returns the code that the mini program gets from the super app and sends to the shop.
fn mini_program_auth_code(order_id: &str) -> Result<String> {
    Ok(format!("AUTH-{order_id}-{:016x}", getrandom::u64()?))
}

fn result_of<E: Endpoint>(response: &E::Response) -> &dictionary::Result {
    response.as_ref()
}

fn code_of(result: &dictionary::Result) -> &str {
    result.result_code.as_ref().map_or("", ResultCode::as_str)
}

/// Returns `false` if the result of an inquiry means that the request has not been received, and an
/// error if the inquiry failed for another reason.
fn is_found(result: &dictionary::Result, not_found_codes: &[&str]) -> Result<bool> {
    let code = code_of(result);
    match result.next_step() {
        NextStep::Finish => Ok(true),
        NextStep::Stop if not_found_codes.contains(&code) => Ok(false),
        step => bail!("the inquiry failed: {code}, {step:?}"),
    }
}

fn check_amount(received: Option<&Amount>, expected: &Amount) -> Result<()> {
    let received = received.context("the amount is missing")?;
    let is_equal = received.checked_cmp(expected).is_ok_and(std::cmp::Ordering::is_eq);
    ensure!(is_equal, "the response has a different amount");
    Ok(())
}

fn is_same_id(received: Option<&String>, known: Option<&String>) -> bool {
    received.is_some() && received == known
}

/// Logs an error. Only network errors are expected.
fn log_error(error: &anyhow::Error, message: &str) {
    let text = format!("{error:#}");
    if error.is::<ureq::Error>() {
        info!(error = text, message);
    } else {
        warn!(error = text, message);
    }
}

fn into_inquiry<S>(answer: Result<Option<S>>) -> Inquiry<S> {
    match answer {
        Ok(Some(status)) => Inquiry::Status(status),
        Ok(None) => Inquiry::NotFound,
        Err(error) => {
            log_error(&error, "the inquiry returned no status");
            Inquiry::NoAnswer
        }
    }
}
