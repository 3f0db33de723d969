use super::{CardDetail, CustomerBelongsTo};
use crate::{
    dictionary::Result,
    endpoint::metadata::{endpoint, required_on_success},
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that issues a membership card. The merchant calls it after
    /// `notifyCardRegistration`, with the `appId`, `customerBelongsTo`, `requestId` and `customerId`
    /// of that request.
    pub enum IssueCard as "issueCard" in Memberships {
        path: "/v2/pds/memberships/issueCard",
        roles: Merchant calls Platform,
        request: IssueCardRequest,
        response: IssueCardResponse,
        idempotency_key: Some("requestId"),
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`IssueCard`], the endpoint that issues a membership card.
    ///
    /// The published documentation is truncated, so this type does not define all fields. The other
    /// fields are kept as unknown fields.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{CustomerBelongsTo, IssueCardRequest, IssueCardRequestRequired},
    /// };
    ///
    /// let request = IssueCardRequest::new(IssueCardRequestRequired {
    ///     app_id: "2102010113769000",
    ///     customer_belongs_to: CustomerBelongsTo::Tng,
    ///     request_id: "011164508621375700010170000",
    ///     customer_id: "1236450862137570000",
    ///     external_customer_id: "C-1",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct IssueCardRequest(IssueCardRequestRequired) in "Alipay+ Mini Program, `issue_card`": OneEdition {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// The super app of the user.
        customer_belongs_to: CustomerBelongsTo as "customerBelongsTo", required;

        /// The ID of the `notifyCardRegistration` request. It is the idempotency key: requests with
        /// the same ID get the same result.
        request_id: String as "requestId", required, max_length(64);

        /// The unique ID of the user, assigned by the Mini Program Platform.
        customer_id: String as "customerId", required sensitive, max_length(64);

        /// The unique ID of the user, assigned by the merchant.
        external_customer_id: String as "externalCustomerId", required sensitive;

        /// The details of the card.
        card_fields: Vec<CardDetail> as "cardFields", optional;
    }
}

table! {
    /// The response of [`IssueCard`], the endpoint that issues a membership card.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::ResultCode, endpoint::IssueCardResponse};
    ///
    /// let response = IssueCardResponse::new(ResultCode::Success).card_no("8801234567");
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct IssueCardResponse in "Alipay+ Mini Program, `issue_card`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The number of the membership card. Required when the request succeeded.
        card_no: String as "cardNo", optional sensitive;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }

    cross_field_rules: required_on_success("cardNo");
}
