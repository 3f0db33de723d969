//! The requests of the shop.

use super::order::Order;
use crate::peer::format_time;
use anyhow::Result;
use miniprogram_protocol::{
    Validate,
    dictionary::{
        self, Amount, Buyer, Merchant, MerchantRequired, OrderRequired, PaymentMethod,
        PaymentMethodType,
    },
    endpoint::{
        ApplyTokenRequest, ApplyTokenRequestRequired, GrantType, InquiryPaymentRequest,
        InquiryRefundRequest, InquiryUserInfoRequest, InquiryUserInfoRequestRequired, PayRequest,
        PayRequestRequired, ProductCode, RefundRequest, RefundRequestRequired,
    },
};
use serde::Serialize;
use std::time::SystemTime;

/// The ID of the mini program.
const APP_ID: &str = "2102010113769000";

/// The client ID of the shop, to which users grant authorization.
const AUTH_CLIENT_ID: &str = "2020042309000008888";

/// Creates an ID that no other request has, not even one that was lost in a crash.
pub(super) fn new_request_id(prefix: &str, order_id: &str) -> Result<String> {
    Ok(format!("{prefix}-{order_id}-{:016x}", getrandom::u64()?))
}

pub(super) fn apply_token_request(auth_code: &str) -> Result<String> {
    let required = ApplyTokenRequestRequired {
        app_id: APP_ID,
        auth_client_id: AUTH_CLIENT_ID,
        grant_type: GrantType::AuthorizationCode,
    };
    to_valid_json(&ApplyTokenRequest::new(required).auth_code(auth_code))
}

pub(super) fn inquiry_user_info_request(access_token: &str) -> Result<String> {
    to_valid_json(&InquiryUserInfoRequest::new(InquiryUserInfoRequestRequired {
        app_id: APP_ID,
        access_token,
        auth_client_id: AUTH_CLIENT_ID,
    }))
}

pub(super) fn pay_request(
    order: &Order,
    request_id: &str,
    user_id: &str,
    notify_url: &str,
    expires_at: SystemTime,
) -> Result<String> {
    let merchant = Merchant::new(MerchantRequired {
        reference_merchant_id: "218812000470",
        merchant_name: "Shoe Shop",
    });
    let details = dictionary::Order::new(OrderRequired {
        reference_order_id: order.id.as_str(),
        order_description: "A pair of shoes",
        order_amount: order.amount.clone(),
        merchant,
    })
    .buyer(Buyer::new(user_id));
    let request = PayRequest::new(PayRequestRequired {
        app_id: APP_ID,
        payment_request_id: request_id,
        payment_amount: order.amount.clone(),
    })
    .product_code(ProductCode::CashierPayment)
    .payment_method(PaymentMethod::new(PaymentMethodType::Balance))
    .order(details)
    .payment_expiry_time(format_time(expires_at)?)
    .payment_notify_url(notify_url);
    to_valid_json(&request)
}

pub(super) fn inquiry_payment_request(request_id: &str) -> Result<String> {
    to_valid_json(&InquiryPaymentRequest::new().payment_request_id(request_id))
}

pub(super) fn refund_request(
    payment_request_id: &str,
    amount: &Amount,
    request_id: &str,
) -> Result<String> {
    let request = RefundRequest::new(RefundRequestRequired {
        refund_request_id: request_id,
        refund_amount: amount.clone(),
    })
    .payment_request_id(payment_request_id);
    to_valid_json(&request)
}

pub(super) fn inquiry_refund_request(request_id: &str) -> Result<String> {
    to_valid_json(&InquiryRefundRequest::new().refund_request_id(request_id))
}

/// Validates a request and serializes it. The shop must not send invalid requests, even if the
/// super app accepts them.
fn to_valid_json(request: &(impl Validate + Serialize)) -> Result<String> {
    request.validate()?;
    Ok(serde_json::to_string(request)?)
}
