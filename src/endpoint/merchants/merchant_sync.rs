use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that synchronizes a mini program. When a merchant creates a mini program, the
    /// Mini Program Platform sends information about it to the super app, or to the software
    /// service (`SaaS`) behind it.
    pub enum MerchantSync as "merchantSync" in Merchants {
        path: "/v2/platform/miniprogram/sync" or "/v2/pds/merchant/sync",
        roles: Platform calls SuperApp,
        request: MerchantSyncRequest,
        response: MerchantSyncResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {
            "The specification's sample, which omits the required platformId": "merchant_sync_request.json"
        },
        response_examples: {
            "Successful": "merchant_sync_response_success.json",
            "Unknown status": "merchant_sync_response_unknown.json"
        },
    }
}

table! {
    /// The request to [`MerchantSync`], the endpoint that synchronizes a mini program.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{MerchantSyncRequest, MerchantSyncRequestRequired},
    /// };
    ///
    /// let request = MerchantSyncRequest::new(MerchantSyncRequestRequired {
    ///     app_id: "2102010150619872",
    ///     merchant_id: "2102010159",
    ///     merchant_name: "Shoe Shop",
    ///     platform_id: "GCASH",
    ///     operator_id: "2102000001",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct MerchantSyncRequest(MerchantSyncRequestRequired) in MerchantSync {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        ///
        /// Example: `"2102010113769***"`
        app_id: String as "appId", required, max_length(32).no_special_characters();

        /// The ID of the merchant.
        ///
        /// Example: `"218812000470****"`
        merchant_id: String as "merchantId", required, max_length(64);

        /// The name of the merchant.
        merchant_name: String as "merchantName", required;

        /// The ID of the platform, for example the ID of the tenant (the operator of a super app).
        /// The sample in the specification omits it.
        ///
        /// Example: `"GCASH"`
        platform_id: String as "platformId", required(unless MissingPlatformId), max_length(32);

        /// The ID of the operator.
        ///
        /// Example: `"2102xxxxxxxx"`
        operator_id: String as "operatorId", required sensitive, max_length(64);

        /// Extended information about the request.
        ///
        /// Example: `"{\"key\":\"value\"}"`
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }
}

table! {
    /// The response of [`MerchantSync`], the endpoint that synchronizes a mini program.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Result, ResultCode},
    ///     endpoint::MerchantSyncResponse,
    /// };
    ///
    /// assert!(MerchantSyncResponse::new(ResultCode::AccessDenied).validate().is_ok());
    ///
    /// let response = MerchantSyncResponse::new(Result::new("S").result_code("ACCESS_DENIED"));
    /// assert_eq!(response.validate().unwrap_err().to_string(), "/result/resultStatus must be F");
    /// ```
    pub struct MerchantSyncResponse in MerchantSync {
        /// The result of the request. If the result code belongs to this endpoint, the status must
        /// match the code.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
