use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{Datetime, table},
};

endpoint! {
    /// The endpoint that creates or updates the template of a benefit, for example of a coupon.
    ///
    /// The status of the result code `REQUEST_TRAFFIC_EXCEED_LIMIT` is not validated, because the
    /// published documentation of this endpoint is truncated, and the documentation of other
    /// endpoints of version 1 lists the status `U`.
    pub enum BenefitSync as "benefitSync" in Benefits {
        path: "/v1/marketing/benefit/sync",
        roles: Merchant calls Platform,
        request: BenefitSyncRequest,
        response: BenefitSyncResponse,
        idempotency_key: Some("benefitSyncRequestId"),
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
    /// The request to [`BenefitSync`], the endpoint that creates or updates the template of a benefit.
    ///
    /// The published documentation is truncated, so this type does not define all fields. The other
    /// fields are kept as unknown fields. One of them is the required object `benefitValidPeriod`,
    /// whose content is not documented.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{BenefitSyncRequest, BenefitSyncRequestRequired},
    /// };
    ///
    /// let request = BenefitSyncRequest::new(BenefitSyncRequestRequired {
    ///     benefit_sync_request_id: "B-1",
    ///     benefit_template_id: "T-1",
    ///     benefit_product_code: "COUPON",
    ///     benefit_title: "One coffee",
    ///     benefit_begin_time: "2026-11-27T00:00:00Z",
    ///     benefit_end_time: "2026-12-27T00:00:00Z",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct BenefitSyncRequest(BenefitSyncRequestRequired) in "Alipay+ Mini Program, `benefit/sync`": OneEdition {
        /// The unique ID of the request, assigned by the merchant. It is the idempotency key: requests
        /// with the same ID get the same result.
        benefit_sync_request_id: String as "benefitSyncRequestId", required;

        /// The ID of the template.
        benefit_template_id: String as "benefitTemplateId", required;

        /// The kind of benefit.
        benefit_product_code: String as "benefitProductCode", required;

        /// The title that users see.
        benefit_title: String as "benefitTitle", required;

        /// The time at which the benefit begins.
        benefit_begin_time: Datetime as "benefitBeginTime", required;

        /// The time at which the benefit ends.
        benefit_end_time: Datetime as "benefitEndTime", required;
    }
}

table! {
    /// The response of [`BenefitSync`], the endpoint that creates or updates the template of a benefit.
    pub struct BenefitSyncResponse in "Alipay+ Mini Program, `benefit/sync`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
