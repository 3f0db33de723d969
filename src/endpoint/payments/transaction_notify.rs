use super::{PaymentStatus, ProductCode};
use crate::{
    dictionary::{Amount, Order, PaymentMethod, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, table},
};

endpoint! {
    /// The endpoint that notifies a super app of the result of a payment or refund in a mini program.
    pub enum TransactionNotify as "transactionNotify" in Payments {
        path: "/v2/miniprogram/transaction/notify",
        roles: Merchant calls SuperApp,
        request: TransactionNotifyRequest,
        response: TransactionNotifyResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`TransactionNotify`], the endpoint that notifies a super app of the result of a
    /// payment or refund.
    ///
    /// The published documentation of this request is truncated, so requests contain fields that
    /// this type does not define. They are kept as unknown fields.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::Amount,
    ///     endpoint::{PaymentStatus, TransactionNotifyRequest, TransactionNotifyRequestRequired},
    /// };
    ///
    /// let request = TransactionNotifyRequest::new(TransactionNotifyRequestRequired {
    ///     app_id: "2102010113769000",
    ///     payment_request_id: "P-1",
    ///     payment_id: "20261127190741010007000000000000",
    ///     payment_amount: Amount::new("USD", 4990),
    /// })
    /// .payment_status(PaymentStatus::Success);
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct TransactionNotifyRequest(TransactionNotifyRequestRequired) in "Demo edition, `v2_miniprogram_trans_notify`": OneEdition {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// The kind of payment.
        product_code: ProductCode as "productCode", optional, max_length(32);

        /// The ID of the payment request, assigned by the merchant.
        payment_request_id: String as "paymentRequestId", required, max_length(64);

        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", required, max_length(64);

        /// The amount of the payment.
        payment_amount: Amount as "paymentAmount", required;

        /// The order.
        order: Order as "order", optional;

        /// The payment method.
        payment_method: PaymentMethod as "paymentMethod", optional;

        /// The hashed ID of the user.
        user_id: String as "userId", optional sensitive, max_length(64);

        /// The status of the payment.
        payment_status: PaymentStatus as "paymentStatus", optional;

        /// The time at which the payment succeeded.
        payment_time: Datetime as "paymentTime", optional;

        /// The ID of the refund, assigned by the super app.
        refund_id: String as "refundId", optional, max_length(64);

        /// The refunded amount.
        refund_amount: Amount as "refundAmount", optional;
    }
}

table! {
    /// The response of [`TransactionNotify`], the endpoint that notifies a super app of the result of
    /// a payment or refund.
    pub struct TransactionNotifyResponse in "Demo edition, `v2_miniprogram_trans_notify`": OneEdition {
        /// The result of the request, not of the payment.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
