use crate::{
    dictionary::Result,
    endpoint::{
        CustomerBelongsTo,
        metadata::{endpoint, required_on_success},
    },
    model::{Datetime, ExtendInfo, string_enum, table},
    schema::Constant,
};

endpoint! {
    /// The endpoint that issues an access token. A mini program gets an authorization code from the
    /// super app, and the merchant exchanges it for an access token. A refresh token renews an access
    /// token.
    pub enum ApplyToken as "applyToken" in Authorizations {
        path: "/v2/authorizations/applyToken",
        roles: Merchant calls SuperApp,
        request: ApplyTokenRequest,
        response: ApplyTokenResponse,
        idempotency_key: None,
        result_codes: common [
            AuthClientUnsupportedGrantType,
            InvalidAuthClient,
            InvalidAuthClientStatus,
            InvalidRefreshToken,
            ExpiredRefreshToken,
            UsedRefreshToken,
            InvalidAuthcode,
            UsedAuthcode,
            ExpiredAuthcode
        ],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`ApplyToken`], the endpoint that issues an access token.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{ApplyTokenRequest, ApplyTokenRequestRequired, GrantType},
    /// };
    ///
    /// let request = ApplyTokenRequest::new(ApplyTokenRequestRequired {
    ///     app_id: "2102010113769000",
    ///     auth_client_id: "2020042309000008888",
    ///     grant_type: GrantType::AuthorizationCode,
    /// });
    /// assert_eq!(
    ///     request.validate().unwrap_err().to_string(),
    ///     "/authCode is required when grantType is AUTHORIZATION_CODE"
    /// );
    /// assert!(request.auth_code("2810111301lGZcM9CjlF91WH00039190").validate().is_ok());
    /// ```
    pub struct ApplyTokenRequest(ApplyTokenRequestRequired) in "Alipay+ Mini Program, `v2_applytoken`; GCash, `v2_applytoken`": TwoEditions {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// The ID of the merchant that the user authorizes, assigned by the super app.
        auth_client_id: String as "authClientId", required, max_length(128);

        /// The kind of credential that is exchanged for the token.
        grant_type: GrantType as "grantType", required;

        /// The super app of the user. Required by the Alipay+ edition of the documentation.
        customer_belongs_to: CustomerBelongsTo as "customerBelongsTo", optional;

        /// The authorization code, which can be used only once. Required for the grant type
        /// `AUTHORIZATION_CODE`.
        auth_code: String as "authCode", optional sensitive, max_length(64);

        /// The refresh token. Required for the grant type `REFRESH_TOKEN`.
        refresh_token: String as "refreshToken", optional sensitive, max_length(128);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }

    cross_field_rules:
        CrossFieldRule::RequiredIf {
            field: "authCode",
            when: "grantType",
            is: Constant::String("AUTHORIZATION_CODE")
        },
        CrossFieldRule::RequiredIf {
            field: "refreshToken",
            when: "grantType",
            is: Constant::String("REFRESH_TOKEN")
        };
}

table! {
    /// The response of [`ApplyToken`], the endpoint that issues an access token. `Debug` hides the
    /// tokens.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::ResultCode, endpoint::ApplyTokenResponse};
    ///
    /// let response = ApplyTokenResponse::new(ResultCode::Success)
    ///     .access_token("281011130100000000000000")
    ///     .access_token_expiry_time("2026-11-27T12:01:01+08:00")
    ///     .refresh_token("281011130100000000000001")
    ///     .refresh_token_expiry_time("2026-12-27T12:01:01+08:00")
    ///     .customer_id("1000001119398804");
    /// assert!(response.validate().is_ok());
    /// assert!(!format!("{response:?}").contains("2810111301"));
    /// ```
    pub struct ApplyTokenResponse in "Alipay+ Mini Program, `v2_applytoken`; GCash, `v2_applytoken`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The access token, which gives access to data of the user. Required when the request
        /// succeeded.
        access_token: String as "accessToken", optional sensitive, max_length(128);

        /// The time at which the access token expires. Required when the request succeeded.
        access_token_expiry_time: Datetime as "accessTokenExpiryTime", optional;

        /// The refresh token, which renews the access token. Required when the request succeeded.
        refresh_token: String as "refreshToken", optional sensitive, max_length(128);

        /// The time at which the refresh token expires. Required when the request succeeded.
        refresh_token_expiry_time: Datetime as "refreshTokenExpiryTime", optional;

        /// The ID of the user, assigned by the super app. Required when the request succeeded.
        customer_id: String as "customerId", optional sensitive, max_length(64);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }

    cross_field_rules:
        required_on_success("accessToken"),
        required_on_success("accessTokenExpiryTime"),
        required_on_success("refreshToken"),
        required_on_success("refreshTokenExpiryTime"),
        required_on_success("customerId");
}

string_enum! {
    /// The kind of credential that is exchanged for an access token.
    ///
    /// Used by [`ApplyTokenRequest::grant_type`].
    pub enum GrantType: closed {
        /// An authorization code.
        AuthorizationCode = "AUTHORIZATION_CODE",
        /// A refresh token.
        RefreshToken = "REFRESH_TOKEN",
    }
}
