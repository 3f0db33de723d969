use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, table},
};

endpoint! {
    /// The endpoint that notifies a merchant of the final result of a payment. It is not called if
    /// the payment endpoint itself returned the final result.
    pub enum NotifyPayment as "notifyPayment" in Payments {
        path: "/v2/payments/notifyPayment",
        roles: SuperApp calls Merchant,
        request: NotifyPaymentRequest,
        response: NotifyPaymentResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`NotifyPayment`], the endpoint that notifies a merchant of the final result of
    /// a payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Amount, ResultCode},
    ///     endpoint::{NotifyPaymentRequest, NotifyPaymentRequestRequired},
    /// };
    ///
    /// let request = NotifyPaymentRequest::new(NotifyPaymentRequestRequired {
    ///     payment_id: "20261127190741010007000000000000",
    ///     payment_request_id: "P-1",
    ///     payment_amount: Amount::new("USD", 4990),
    /// })
    /// .payment_result(ResultCode::Success);
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct NotifyPaymentRequest(NotifyPaymentRequestRequired) in "Mini Program Platform, `v2_notifypayment`; demo edition, `v2_notifypayment`": TwoEditions {
        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", required, max_length(64);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", required, max_length(64);

        /// The result of the payment. Required by the Mandiri edition of the documentation.
        payment_result: Result as "paymentResult", optional;

        /// The amount of the payment.
        payment_amount: Amount as "paymentAmount", required;

        /// The time at which the payment succeeded. Required for successful payments by the Mandiri
        /// edition of the documentation.
        payment_time: Datetime as "paymentTime", optional;

        /// The time at which the payment was created. Required by the Mandiri edition of the
        /// documentation.
        payment_create_time: Datetime as "paymentCreateTime", optional;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`NotifyPayment`], the endpoint that notifies a merchant of the final result of
    /// a payment.
    pub struct NotifyPaymentResponse in "Mini Program Platform, `v2_notifypayment`; demo edition, `v2_notifypayment`": TwoEditions {
        /// The result of the request, not of the payment.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
