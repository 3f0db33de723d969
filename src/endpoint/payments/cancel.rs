use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, table},
};

endpoint! {
    /// The endpoint that cancels a payment. A payment cannot be cancelled after it has been captured,
    /// voided or refunded.
    pub enum Cancel as "cancel" in Payments {
        path: "/v2/payments/cancel",
        roles: Merchant calls SuperApp,
        request: CancelRequest,
        response: CancelResponse,
        idempotency_key: None,
        result_codes: common,
        exchange_rules: [Echo("paymentId"), Echo("paymentRequestId" unless "paymentId")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Cancel`], the endpoint that cancels a payment. The payment is identified by
    /// at least one of two IDs. If both are present, `paymentId` is used.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::CancelRequest};
    ///
    /// assert!(CancelRequest::new().payment_request_id("P-1").validate().is_ok());
    /// assert_eq!(CancelRequest::new().validate().unwrap_err()[0].code(), "anyOf");
    /// ```
    pub struct CancelRequest in "Mini Program Platform, Mandiri edition, `cancel`; demo edition, `cancel`": TwoEditions {
        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64).no_special_characters();

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", optional, max_length(64).no_special_characters();

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }

    cross_field_rules: CrossFieldRule::AtLeastOneOf(&["paymentId", "paymentRequestId"]);
}

table! {
    /// The response of [`Cancel`], the endpoint that cancels a payment.
    pub struct CancelResponse in "Mini Program Platform, Mandiri edition, `cancel`; demo edition, `cancel`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", optional, max_length(64);

        /// The time at which the payment was cancelled. Present only if the cancellation succeeded.
        cancel_time: Datetime as "cancelTime", optional;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}
