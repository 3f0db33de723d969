use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that notifies a merchant of the result of a void.
    pub enum NotifyVoid as "notifyVoid" in Payments {
        path: "/v2/payments/notifyVoid",
        roles: SuperApp calls Merchant,
        request: NotifyVoidRequest,
        response: NotifyVoidResponse,
        idempotency_key: None,
        result_codes: common [SystemError],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`NotifyVoid`], the endpoint that notifies a merchant of the result of a void.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{NotifyVoidRequest, NotifyVoidRequestRequired},
    /// };
    ///
    /// let request = NotifyVoidRequest::new(NotifyVoidRequestRequired {
    ///     void_result: ResultCode::Success,
    ///     void_request_id: "V-1",
    ///     payment_id: "20261127190741010007000000000000",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct NotifyVoidRequest(NotifyVoidRequestRequired) in "Mini Program Platform, `notifyVoid`; demo edition, `notifyvoid`": TwoEditions {
        /// The result of the void.
        void_result: Result as "voidResult", required;

        /// The ID of the void request, assigned by the merchant or the super app.
        void_request_id: String as "voidRequestId", required, max_length(64);

        /// The ID of the void, assigned by the super app.
        void_id: String as "voidId", optional, max_length(64);

        /// The ID of the payment.
        payment_id: String as "paymentId", required, max_length(64);

        /// The voided amount.
        void_amount: Amount as "voidAmount", optional;

        /// The time at which the payment was voided.
        void_time: Datetime as "voidTime", optional;

        /// The party that requested the void.
        void_source: VoidSource as "voidSource", optional;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`NotifyVoid`], the endpoint that notifies a merchant of the result of a void.
    pub struct NotifyVoidResponse in "Mini Program Platform, `notifyVoid`; demo edition, `notifyvoid`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}

string_enum! {
    /// The party that requested a void.
    ///
    /// Used by [`NotifyVoidRequest::void_source`] and [`Transaction::void_source`](super::Transaction::void_source).
    pub enum VoidSource: open {
        /// The merchant.
        Merchant = "MERCHANT",
    }
}
