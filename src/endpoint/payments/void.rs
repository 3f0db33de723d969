use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that voids an authorized payment, in whole or in part, before it is captured.
    pub enum Void as "void" in Payments {
        path: "/v2/payments/void",
        roles: Merchant calls SuperApp,
        request: VoidRequest,
        response: VoidResponse,
        idempotency_key: Some("voidRequestId"),
        result_codes: common [
            AcceptedSuccess,
            OrderNotExists,
            OrderStatusInvalid,
            OrderIsFrozen,
            OrderUnsupportedOperation,
            CurrencyNotSame,
            AmountExceedsLimit,
            RepeatReqInconsistent,
            MutexOperationInProcessing,
            MerchantNotExist,
            UserNotExists,
            UserStatusAbnormal,
            MerchantStatusAbnormal
        ],
        exchange_rules: [Echo("voidRequestId")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Void`], the endpoint that voids an authorized payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::Amount,
    ///     endpoint::{VoidRequest, VoidRequestRequired},
    /// };
    ///
    /// let request = VoidRequest::new(VoidRequestRequired {
    ///     void_request_id: "V-1",
    ///     payment_id: "20261127190741010007000000000000",
    /// })
    /// .void_amount(Amount::new("USD", 4990));
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct VoidRequest(VoidRequestRequired) in "Mini Program Platform, `void`; demo edition, `void`": TwoEditions {
        /// The unique ID of the void request, assigned by the merchant. It is the idempotency key.
        void_request_id: String as "voidRequestId", required, max_length(64);

        /// The ID of the payment that was authorized.
        payment_id: String as "paymentId", required, max_length(64);

        /// True if the whole remaining authorized amount is voided.
        void_remaining_amount: bool as "voidRemainingAmount", optional;

        /// The amount to void, if only a part of the authorized amount is voided.
        void_amount: Amount as "voidAmount", optional;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`Void`], the endpoint that voids an authorized payment.
    pub struct VoidResponse in "Mini Program Platform, `void`; demo edition, `void`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the void request, assigned by the merchant.
        void_request_id: String as "voidRequestId", optional, max_length(64);

        /// The ID of the void, assigned by the super app.
        void_id: String as "voidId", optional, max_length(64);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}
