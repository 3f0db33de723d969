use super::CardField;
use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, table},
};

endpoint! {
    /// The endpoint that changes the data of the owner of a membership card.
    pub enum UpdateCardDetail as "updateCardDetail" in Memberships {
        path: "/v2/pds/memberships/updateCardDetail",
        roles: Platform calls Merchant,
        request: UpdateCardDetailRequest,
        response: UpdateCardDetailResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`UpdateCardDetail`], the endpoint that changes the data of the owner of a
    /// membership card.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{
    ///         CardField, CardFieldCode, CardFieldRequired, UpdateCardDetailRequest,
    ///         UpdateCardDetailRequestRequired,
    ///     },
    /// };
    ///
    /// let request = UpdateCardDetailRequest::new(UpdateCardDetailRequestRequired {
    ///     card_no: "8801234567",
    ///     request_time: "2026-11-27T12:01:01+08:00",
    ///     card_fields: [CardField::new(CardFieldRequired {
    ///         field_code: CardFieldCode::Email,
    ///         field_value: "email@example.com",
    ///     })],
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct UpdateCardDetailRequest(UpdateCardDetailRequestRequired) in "Alipay+ Mini Program, `update_card_detail`": OneEdition {
        /// The number of the membership card.
        card_no: String as "cardNo", required sensitive, max_length(64).no_special_characters();

        /// The time of the request.
        request_time: Datetime as "requestTime", required;

        /// The data that the user changed.
        card_fields: Vec<CardField> as "cardFields", required, max_items(10);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(2048).no_special_characters();
    }
}

table! {
    /// The response of [`UpdateCardDetail`], the endpoint that changes the data of the owner of a
    /// membership card.
    pub struct UpdateCardDetailResponse in "Alipay+ Mini Program, `update_card_detail`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(2048).no_special_characters();
    }
}
