use super::VoidSource;
use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that returns the status of a payment. A merchant can call it about every 5 seconds
    /// for up to 1 minute, until the payment has a final status.
    pub enum InquiryPayment as "inquiryPayment" in Payments {
        path: "/v2/payments/inquiryPayment",
        roles: Merchant calls SuperApp,
        request: InquiryPaymentRequest,
        response: InquiryPaymentResponse,
        idempotency_key: None,
        result_codes: common,
        exchange_rules: [Echo("paymentId"), Echo("paymentRequestId" unless "paymentId")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquiryPayment`], the endpoint that returns the status of a payment. The
    /// payment is identified by at least one of two IDs.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::InquiryPaymentRequest};
    ///
    /// assert!(InquiryPaymentRequest::new().payment_request_id("P-1").validate().is_ok());
    /// assert_eq!(InquiryPaymentRequest::new().validate().unwrap_err()[0].code(), "anyOf");
    /// ```
    pub struct InquiryPaymentRequest in "Mini Program Platform, `v2_inquirypayment`; demo edition, `v2_inquirypayment`": TwoEditions {
        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", optional, max_length(64);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }

    cross_field_rules: CrossFieldRule::AtLeastOneOf(&["paymentId", "paymentRequestId"]);
}

table! {
    /// The response of [`InquiryPayment`], the endpoint that returns the status of a payment. `result`
    /// is the result of the inquiry, and `paymentStatus` the status of the payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{InquiryPaymentResponse, PaymentStatus},
    /// };
    ///
    /// let response =
    ///     InquiryPaymentResponse::new(ResultCode::Success).payment_status(PaymentStatus::Processing);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct InquiryPaymentResponse in "Mini Program Platform, `v2_inquirypayment` and its version 1": OneEdition {
        /// The result of the inquiry, not of the payment.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", optional, max_length(64);

        /// The amount of the payment.
        payment_amount: Amount as "paymentAmount", optional;

        /// The time at which the payment succeeded.
        payment_time: Datetime as "paymentTime", optional;

        /// The time at which the payment was created.
        payment_create_time: Datetime as "paymentCreateTime", optional;

        /// The status of the payment.
        payment_status: PaymentStatus as "paymentStatus", optional;

        /// The reason why the payment failed, if `paymentStatus` is `FAIL`.
        payment_fail_reason: String as "paymentFailReason", optional, max_length(256);

        /// The time at which the authorization expires.
        auth_expiry_time: Datetime as "authExpiryTime", optional;

        /// The transactions that belong to the payment, such as captures and refunds.
        transactions: Vec<Transaction> as "transactions", optional;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

table! {
    /// A transaction that belongs to a payment, such as a capture or a refund.
    pub struct Transaction(TransactionRequired) in "Spanish edition, `datadictionary_wallets_v2`": OneEdition {
        /// The result of the transaction. Optional, although the documentation requires it, because
        /// published code omits it.
        transaction_result: Result as "transactionResult", optional;

        /// The type of the transaction.
        transaction_type: String as "transactionType", required;

        /// The ID of the request, assigned by the merchant.
        transaction_request_id: String as "transactionRequestId", optional;

        /// The ID of the transaction, assigned by the super app.
        transaction_id: String as "transactionId", required;

        /// The status of the transaction.
        transaction_status: String as "transactionStatus", optional;

        /// The amount of the transaction.
        transaction_amount: Amount as "transactionAmount", required;

        /// The time at which the transaction was processed.
        transaction_time: Datetime as "transactionTime", optional;

        /// True if no further capture follows.
        is_last_capture: bool as "isLastCapture", optional;

        /// The party that requested the void.
        void_source: VoidSource as "voidSource", optional;

        /// Extended information about the transaction.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

string_enum! {
    /// The status of a payment.
    ///
    /// Used by [`InquiryPaymentResponse::payment_status`].
    pub enum PaymentStatus: open {
        /// The payment succeeded.
        Success = "SUCCESS",
        /// The payment failed.
        Fail = "FAIL",
        /// The payment is in progress.
        Processing = "PROCESSING",
        /// The payment was cancelled.
        Cancelled = "CANCELLED",
    }
}

impl PaymentStatus {
    /// Returns whether a payment with this status can later have the status `next`.
    ///
    /// | Status | Possible next statuses |
    /// |---|---|
    /// | `PROCESSING` | `SUCCESS`, `FAIL`, `CANCELLED` |
    /// | `SUCCESS` | `CANCELLED` |
    /// | `FAIL`, `CANCELLED` | none |
    ///
    /// Every status can be followed by itself, because inquiries and notifications are repeated. An
    /// unknown status can follow, and be followed by, any status.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::PaymentStatus;
    ///
    /// assert!(PaymentStatus::Processing.can_be_followed_by(&PaymentStatus::Success));
    /// assert!(!PaymentStatus::Success.can_be_followed_by(&PaymentStatus::Processing));
    /// ```
    #[must_use]
    pub fn can_be_followed_by(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Processing | Self::Other(_), _)
            | (_, Self::Other(_))
            | (Self::Success, Self::Cancelled) => true,
            _ => self == next,
        }
    }
}
