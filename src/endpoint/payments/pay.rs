use crate::{
    dictionary::{Amount, Order, PaymentMethod, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that creates a payment. If the response has the status `A`, the mini program
    /// continues with the action in the response. If it has the status `U`, the merchant must not
    /// treat the payment as failed, but must query its status or wait for the notification.
    pub enum Pay as "pay" in Payments {
        path: "/v2/payments/pay",
        roles: Merchant calls SuperApp,
        request: PayRequest,
        response: PayResponse,
        idempotency_key: Some("paymentRequestId"),
        result_codes: common [
            PaymentInProcess,
            Accept,
            RepeatReqInconsistent,
            PaymentAmountExceedLimit,
            UserNotExist,
            UserStatusAbnormal,
            UserBalanceNotEnough,
            PartnerNotExist,
            PartnerStatusAbnormal,
            RiskReject,
            CurrencyNotSupport,
            OrderStatusInvalid,
            InvalidAccessToken,
            UserAmountExceedLimit,
            AuthCodeAlreadyUsed,
            InvalidCode,
            ExpiredAgentToken,
            InvalidAgentToken
        ],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Pay`], the endpoint that creates a payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Amount, PaymentMethod, PaymentMethodType},
    ///     endpoint::{PayRequest, PayRequestRequired, ProductCode},
    /// };
    ///
    /// let request = PayRequest::new(PayRequestRequired {
    ///     app_id: "2102010113769000",
    ///     payment_request_id: "P-1",
    ///     payment_amount: Amount::new("USD", 4990),
    /// })
    /// .product_code(ProductCode::CashierPayment)
    /// .payment_method(PaymentMethod::new(PaymentMethodType::Balance))
    /// .payment_notify_url("https://shop.example/notifyPayment");
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct PayRequest(PayRequestRequired) in "Alipay+ Mini Program, `v2_pay`; Spanish edition, `pay`": TwoEditions {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required (unless Edition), max_length(32).no_special_characters();

        /// The kind of payment. Required by the Alipay+ edition of the documentation.
        product_code: ProductCode as "productCode", optional, max_length(32);

        /// The code of the sales scenario.
        sales_code: String as "salesCode", optional, max_length(32).no_special_characters();

        /// The unique ID of the payment request, assigned by the merchant. It is the idempotency key:
        /// requests with the same ID get the same result once the payment has succeeded or failed.
        payment_request_id: String as "paymentRequestId", required, max_length(64).no_special_characters();

        /// The amount of the payment.
        payment_amount: Amount as "paymentAmount", required;

        /// The order.
        order: Order as "order", optional;

        /// The payment method. Required by the Alipay+ edition of the documentation.
        payment_method: PaymentMethod as "paymentMethod", optional;

        /// Properties of the payment.
        payment_factor: PaymentFactor as "paymentFactor", optional;

        /// The time at which the payment expires.
        payment_expiry_time: Datetime as "paymentExpiryTime", optional;

        /// The URL to which the user is redirected after the payment.
        payment_redirect_url: String as "paymentRedirectUrl", optional sensitive, max_length(1024);

        /// The URL that receives the notification of the payment result.
        payment_notify_url: String as "paymentNotifyUrl", optional sensitive, max_length(1024);

        /// The URL that receives notifications of voids.
        void_notify_url: String as "voidNotifyUrl", optional sensitive, max_length(2048);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`Pay`], the endpoint that creates a payment.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{ActionMethod, PayResponse, RedirectActionForm},
    /// };
    ///
    /// let form = RedirectActionForm::new().method(ActionMethod::Get).redirect_url("https://wallet.example/pay");
    /// let response = PayResponse::new(ResultCode::Accept)
    ///     .payment_id("20261127190741010007000000000000")
    ///     .redirect_action_form(form);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct PayResponse in "Spanish edition, `pay`": OneEdition {
        /// The result of the request. The status `S` means that the user has paid, or that the payment
        /// was authorized or evaluated.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the payment, assigned by the super app.
        payment_id: String as "paymentId", optional, max_length(64);

        /// The time at which the payment succeeded.
        payment_time: Datetime as "paymentTime", optional;

        /// The page on which the user continues with the payment, if the status is `A`.
        redirect_action_form: RedirectActionForm as "redirectActionForm", optional;

        /// The time at which the authorization expires.
        auth_expiry_time: Datetime as "authExpiryTime", optional;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

table! {
    /// Properties of a payment.
    pub struct PaymentFactor in "Spanish edition, `datadictionary_wallets_v2`": OneEdition {
        /// True if a surcharge applies.
        need_surcharge: bool as "needSurcharge", optional;

        /// True if the payment is only evaluated, and not executed.
        is_payment_evaluation: bool as "isPaymentEvaluation", optional;

        /// True if the user authorizes the merchant and pays at the same time.
        is_authorization_and_pay: bool as "isAuthorizationAndPay", optional;

        /// True if the payment is only authorized, and captured later.
        is_authorization_payment: bool as "isAuthorizationPayment", optional;

        /// True if the payment is deferred.
        is_deferred_payment: bool as "isDeferredPayment", optional;

        /// True if a compliance check is required.
        need_check_compliance: bool as "needCheckCompliance", optional;

        /// True if the user must be verified by a one-time password.
        need_otp_verification: bool as "needOtpVerification", optional;

        /// True if the payment is settled across borders.
        is_crossborder_settlement: bool as "isCrossborderSettlement", optional;

        /// True if the user pays in a store.
        in_store_payment_scenario: bool as "inStorePaymentScenario", optional;
    }
}

table! {
    /// A page on which a user continues with a payment. The URL is called `redirectUrl` in the
    /// documentation and `redirectionUrl` in published samples, so at least one of these two fields
    /// is required.
    pub struct RedirectActionForm in "Spanish edition, `datadictionary_wallets_v2`": OneEdition {
        /// The HTTP method for opening the page.
        method: ActionMethod as "method", optional;

        /// The parameters of the page, in the format `key:value`.
        parameters: String as "parameters", optional sensitive, max_length(2048);

        /// The URL of the page.
        redirect_url: String as "redirectUrl", optional sensitive, max_length(2048);

        /// The URL of the page, under the name that published samples use.
        redirection_url: String as "redirectionUrl", optional sensitive;
    }

    cross_field_rules: CrossFieldRule::AtLeastOneOf(&["redirectUrl", "redirectionUrl"]);
}

string_enum! {
    /// The kind of payment.
    ///
    /// Used by [`PayRequest::product_code`].
    pub enum ProductCode: open {
        /// The user pays on the checkout page of the super app.
        CashierPayment = "CASHIER_PAYMENT",
        /// The merchant initiates the payment under an agreement with the user.
        AgreementPayment = "AGREEMENT_PAYMENT",
        /// The user pays in a store.
        InStorePayment = "IN_STORE_PAYMENT",
    }
}

string_enum! {
    /// The HTTP method for opening a page.
    ///
    /// Used by [`RedirectActionForm::method`].
    pub enum ActionMethod: closed {
        /// `POST`.
        Post = "POST",
        /// `GET`.
        Get = "GET",
    }
}
