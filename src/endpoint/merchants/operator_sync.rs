use super::Operator;
use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that synchronizes an operator. When a merchant adds or removes an operator, or
    /// changes the role of an operator, the Mini Program Platform sends information about the
    /// operator to the software service (`SaaS`) behind the super app.
    pub enum OperatorSync as "operatorSync" in Merchants {
        path: "/v2/pds/merchant/operator/sync",
        roles: Platform calls SuperApp,
        request: OperatorSyncRequest,
        response: OperatorSyncResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`OperatorSync`], the endpoint that synchronizes an operator.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{Operator, OperatorSyncRequest, OperatorSyncRequestRequired},
    /// };
    ///
    /// let request = OperatorSyncRequest::new(OperatorSyncRequestRequired {
    ///     app_id: "2102010150619872",
    ///     operator: Operator::new().operator_id("2102000001"),
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct OperatorSyncRequest(OperatorSyncRequestRequired) in "Mini Program Platform, Mandiri edition, `operator_sync`": OneEdition {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32).no_special_characters();

        /// The operator.
        operator: Operator as "operator", required;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }
}

table! {
    /// The response of [`OperatorSync`], the endpoint that synchronizes an operator.
    pub struct OperatorSyncResponse in "Mini Program Platform, Mandiri edition, `operator_sync`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
