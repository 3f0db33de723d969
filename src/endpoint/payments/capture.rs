use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, table},
};

endpoint! {
    /// The endpoint that captures an authorized payment, in whole or in part.
    pub enum Capture as "capture" in Payments {
        path: "/v2/payments/capture",
        roles: Merchant calls SuperApp,
        request: CaptureRequest,
        response: CaptureResponse,
        idempotency_key: Some("captureRequestId"),
        result_codes: common [
            AuthCancelled,
            AuthExpired,
            AuthNotFound,
            CaptureInProcess,
            InvalidToken,
            CurrencyNotSupport,
            UserBalanceNotEnough,
            UserStatusAbnormal,
            PaymentAmountExceedLimit,
            PaymentCountExceedLimit,
            RepeatReqInconsistent,
            UserAmountExceedLimit,
            RiskReject,
            CaptureAmountExceedAuthLimit,
            KeyNotFound,
            ClientInvalid,
            SignatureInvalid,
            MethodNotSupported,
            MediaTypeNotAcceptable
        ],
        exchange_rules: [Echo("captureRequestId"), Echo("paymentId"), Echo("captureAmount/currency")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Capture`], the endpoint that captures an authorized payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::Amount,
    ///     endpoint::{CaptureRequest, CaptureRequestRequired},
    /// };
    ///
    /// let request = CaptureRequest::new(CaptureRequestRequired {
    ///     capture_request_id: "C-1",
    ///     payment_id: "20261127190741010007000000000000",
    /// })
    /// .capture_amount(Amount::new("USD", 4990))
    /// .is_last_capture(false);
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct CaptureRequest(CaptureRequestRequired) in "Spanish edition, `capture`; Rebell, `capture`": TwoEditions {
        /// The unique ID of the capture request, assigned by the merchant. It is the idempotency key.
        capture_request_id: String as "captureRequestId", required, max_length(64);

        /// The ID of the payment that was authorized.
        payment_id: String as "paymentId", required, max_length(64);

        /// The amount to capture. If it is absent, the whole authorized amount is captured.
        capture_amount: Amount as "captureAmount", optional;

        /// False if further captures of the payment will follow. The default is true.
        is_last_capture: bool as "isLastCapture", optional;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`Capture`], the endpoint that captures an authorized payment.
    pub struct CaptureResponse in "Spanish edition, `capture`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the capture request, assigned by the merchant.
        capture_request_id: String as "captureRequestId", optional;

        /// The ID of the capture, assigned by the super app.
        capture_id: String as "captureId", optional;

        /// The ID of the payment.
        payment_id: String as "paymentId", optional;

        /// The captured amount.
        capture_amount: Amount as "captureAmount", optional;

        /// The time at which the payment was captured.
        capture_time: Datetime as "captureTime", optional;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}
