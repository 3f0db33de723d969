use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{string_enum, table},
};

endpoint! {
    /// The endpoint that reports that a user has used a benefit, for example a coupon.
    ///
    /// The status of the result code `REQUEST_TRAFFIC_EXCEED_LIMIT` is not validated, because the
    /// published documentation of this endpoint is truncated, and the documentation of other
    /// endpoints of version 1 lists the status `U`.
    pub enum BenefitUsedSync as "benefitUsedSync" in Benefits {
        path: "/v1/marketing/benefit/used/sync",
        roles: Merchant calls Platform,
        request: BenefitUsedSyncRequest,
        response: BenefitUsedSyncResponse,
        idempotency_key: Some("benefitUseRequestId"),
        result_codes: [
            Success,
            ProcessFail,
            ParamIllegal,
            InvalidApi,
            AccessDenied,
            UnknownException
        ],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`BenefitUsedSync`], the endpoint that reports that a user has used a benefit.
    ///
    /// The published documentation is truncated, so this type does not define all fields. The other
    /// fields are kept as unknown fields.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{BenefitClientCode, BenefitUsedSyncRequest, BenefitUsedSyncRequestRequired},
    /// };
    ///
    /// let request = BenefitUsedSyncRequest::new(BenefitUsedSyncRequestRequired {
    ///     benefit_use_request_id: "U-1",
    ///     user_id: "1236450862137570000",
    ///     client_code: BenefitClientCode::Tng,
    ///     benefit_instance_id: "I-1",
    ///     benefit_template_id: "T-1",
    ///     benefit_use_date: "2026-11-27T19:07:41Z",
    ///     use_scene: "OFFLINE",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct BenefitUsedSyncRequest(BenefitUsedSyncRequestRequired) in "Alipay+ Mini Program, `benefit/used/sync`": OneEdition {
        /// The unique ID of the request, assigned by the merchant. It is the idempotency key: requests
        /// with the same ID get the same result.
        benefit_use_request_id: String as "benefitUseRequestId", required, max_length(64).no_special_characters();

        /// The unique ID of the user.
        user_id: String as "userId", required sensitive, max_length(32).no_special_characters();

        /// The super app of the user.
        client_code: BenefitClientCode as "clientCode", required;

        /// The ID of the benefit that was issued to the user.
        benefit_instance_id: String as "benefitInstanceId", required, max_length(64).no_special_characters();

        /// The ID of the template of the benefit.
        benefit_template_id: String as "benefitTemplateId", required, max_length(64);

        /// The time at which the benefit was used. No edition states the format.
        benefit_use_date: String as "benefitUseDate", required;

        /// The place where the benefit was used. No edition lists the values.
        use_scene: String as "useScene", required;

        /// The code of the benefit. It can be a secret that was issued to the user.
        benefit_code: String as "benefitCode", optional sensitive;

        /// The URL of the benefit.
        benefit_url: String as "benefitUrl", optional sensitive;
    }
}

table! {
    /// The response of [`BenefitUsedSync`], the endpoint that reports that a user has used a benefit.
    pub struct BenefitUsedSyncResponse in "Alipay+ Mini Program, `benefit/used/sync`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}

string_enum! {
    /// The super app of a user who has used a benefit.
    ///
    /// Used by [`BenefitUsedSyncRequest::client_code`].
    pub enum BenefitClientCode: open {
        /// TrueMoney.
        TrueMoney = "TRUEMONEY",
        /// Alipay in Hong Kong.
        AlipayHk = "ALIPAY_HK",
        /// Touch 'n Go.
        Tng = "TNG",
        /// Alipay in mainland China.
        AlipayCn = "ALIPAY_CN",
        /// GCash.
        Gcash = "GCASH",
        /// DANA.
        Dana = "DANA",
        /// KakaoPay.
        KakaoPay = "KAKAOPAY",
        /// bKash.
        Bkash = "BKASH",
        /// Chope.
        Chope = "CHOPE",
        /// Lazada.
        Lazada = "LAZADA",
    }
}
