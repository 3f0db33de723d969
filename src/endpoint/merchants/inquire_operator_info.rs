use super::Operator;
use crate::{
    dictionary::Result,
    endpoint::metadata::{endpoint, required_on_success},
    model::table,
};

endpoint! {
    /// The endpoint that returns the operator who is logged in to the console of the Mini Program
    /// Platform. It is called by the software service (`SaaS`) behind a super app.
    pub enum InquireOperatorInfo as "inquireOperatorInfo" in Merchants {
        path: "/v2/pds/console/inquireOperatorInfo",
        roles: SuperApp calls Platform,
        request: InquireOperatorInfoRequest,
        response: InquireOperatorInfoResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquireOperatorInfo`], the endpoint that returns the operator who is logged
    /// in.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::InquireOperatorInfoRequest};
    ///
    /// let request = InquireOperatorInfoRequest::new("e1f2a3b4c5d6");
    /// assert!(request.validate().is_ok());
    /// assert!(!format!("{request:?}").contains("e1f2"));
    /// ```
    pub struct InquireOperatorInfoRequest in "Mini Program Platform, Mandiri edition, `inquire_operator_info`": OneEdition {
        /// The login token of the operator. The platform checks it together with the client ID.
        login_token: String as "loginToken", required sensitive;
    }
}

table! {
    /// The response of [`InquireOperatorInfo`], the endpoint that returns the operator who is logged
    /// in.
    pub struct InquireOperatorInfoResponse in "Mini Program Platform, Mandiri edition, `inquire_operator_info`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The operator. Required when the request succeeded.
        operator: Operator as "operator", optional;
    }

    cross_field_rules: required_on_success("operator");
}
