use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::{endpoint, required_on_success},
    model::{Datetime, ExtendInfo, table},
};

endpoint! {
    /// The endpoint that refunds a payment, in whole or in part. A payment can have several refunds,
    /// whose sum is at most the amount of the payment.
    pub enum Refund as "refund" in Payments {
        path: "/v2/payments/refund",
        roles: Merchant calls SuperApp,
        request: RefundRequest,
        response: RefundResponse,
        idempotency_key: Some("refundRequestId"),
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Refund`], the endpoint that refunds a payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::Amount,
    ///     endpoint::{RefundRequest, RefundRequestRequired},
    /// };
    ///
    /// let request = RefundRequest::new(RefundRequestRequired {
    ///     refund_request_id: "R-1",
    ///     refund_amount: Amount::new("USD", 4990),
    /// })
    /// .payment_id("20261127190741010007000000000000");
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct RefundRequest(RefundRequestRequired) in "Mini Program Platform, `v2_refund`; Qi, `v2_refund`": TwoEditions {
        /// The unique ID of the refund request, assigned by the merchant. It is the idempotency key:
        /// requests with the same ID get the same result once the refund has succeeded or failed.
        refund_request_id: String as "refundRequestId", required, max_length(64);

        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", optional, max_length(64);

        /// The amount to refund.
        refund_amount: Amount as "refundAmount", required;

        /// The reason for the refund.
        refund_reason: String as "refundReason", optional, max_length(256);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`Refund`], the endpoint that refunds a payment. The status `S` means that
    /// the refund was deducted from the merchant's account. To find out whether the user has
    /// received it, call [`InquiryRefund`](super::InquiryRefund).
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::ResultCode, endpoint::RefundResponse};
    ///
    /// let response = RefundResponse::new(ResultCode::Success);
    /// assert_eq!(
    ///     response.validate().unwrap_err().to_string(),
    ///     "/refundId is required when result/resultStatus is S"
    /// );
    /// assert!(response.refund_id("20261127190741010007000000000000").validate().is_ok());
    /// ```
    pub struct RefundResponse in "Mini Program Platform, `v2_refund`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The ID of the refund, assigned by the super app. Required when the request succeeded.
        refund_id: String as "refundId", optional, max_length(64);

        /// The time at which the refund was deducted from the merchant's account.
        refund_time: Datetime as "refundTime", optional;
    }

    cross_field_rules: required_on_success("refundId");
}
