use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that prepares an authorization for agreement payments. The mini program passes
    /// the URL in the response to the super app, which asks the user to sign the contract.
    pub enum Prepare as "prepare" in Authorizations {
        path: "/v1/authorizations/prepare",
        roles: Merchant calls SuperApp,
        request: PrepareRequest,
        response: PrepareResponse,
        idempotency_key: None,
        result_codes: [
            Success,
            ParamIllegal,
            InvalidAuthClient,
            InvalidAuthClientStatus,
            InvalidScope,
            UnknownException
        ],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`Prepare`], the endpoint that prepares an authorization.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{AuthorizationScope, PrepareRequest},
    /// };
    ///
    /// let request = PrepareRequest::new(AuthorizationScope::AgreementPay)
    ///     .extend_info(r#"{"contractDesc":"Monthly shoes","language":"en"}"#);
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct PrepareRequest in "Be Super App, `0xiol7gj`; Qi, `v1_oauthprepare`": TwoEditions {
        /// The scope of the authorization.
        scopes: AuthorizationScope as "scopes", required, max_length(16);

        /// Extended information about the request: a JSON object with the fields `contractDesc` and
        /// `language`. Required by two of the three editions of the documentation.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`Prepare`], the endpoint that prepares an authorization.
    pub struct PrepareResponse in "Be Super App, `0xiol7gj`; Qi, `v1_oauthprepare`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The URL at which the user signs the contract.
        auth_url: String as "authUrl", optional sensitive, max_length(256);
    }
}

string_enum! {
    /// The scope of an authorization.
    ///
    /// Used by [`PrepareRequest::scopes`].
    pub enum AuthorizationScope: open {
        /// Agreement payments: the merchant initiates payments without asking the user each time.
        AgreementPay = "AGREEMENT_PAY",
    }
}
