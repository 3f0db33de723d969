use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that revokes an access token. The status of the result code
    /// `REQUEST_TRAFFIC_EXCEED_LIMIT` is not validated, because the documentation lists it as `U`
    /// for this endpoint and as `F` for the other endpoints of the default edition.
    pub enum CancelToken as "cancelToken" in Authorizations {
        path: "/v1/authorizations/cancelToken",
        roles: Merchant calls SuperApp,
        request: CancelTokenRequest,
        response: CancelTokenResponse,
        idempotency_key: None,
        result_codes: [
            Success,
            ProcessFail,
            ParamIllegal,
            AccessDenied,
            InvalidApi,
            InvalidAuthClientStatus,
            InvalidAccessToken,
            InvalidAuthClient,
            ExpiredAccessToken,
            ExpiredAgentToken,
            InvalidAgentToken,
            UnknownException
        ],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`CancelToken`], the endpoint that revokes an access token.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::CancelTokenRequest};
    ///
    /// let request = CancelTokenRequest::new("281011130100000000000000");
    /// assert!(request.validate().is_ok());
    /// assert!(!format!("{request:?}").contains("281011"));
    /// ```
    pub struct CancelTokenRequest in "Rebell, `cancelToken`; Spanish edition, `cancelToken`": TwoEditions {
        /// The access token.
        access_token: String as "accessToken", required sensitive, max_length(128).no_special_characters();

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`CancelToken`], the endpoint that revokes an access token.
    pub struct CancelTokenResponse in "Rebell, `cancelToken`; Spanish edition, `cancelToken`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}
