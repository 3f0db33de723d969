use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that returns the details of a membership card, such as its points and balance.
    pub enum InquireCardDetail as "inquireCardDetail" in Memberships {
        path: "/v2/pds/memberships/inquireCardDetail",
        roles: Platform calls Merchant,
        request: InquireCardDetailRequest,
        response: InquireCardDetailResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquireCardDetail`], the endpoint that returns the details of a membership
    /// card.
    ///
    /// The documentation also has a field `loginIdentity`, which this crate treats as an unknown
    /// field, because no edition specifies its content.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::InquireCardDetailRequest};
    ///
    /// let request = InquireCardDetailRequest::new("2102010113769000").card_no("8801234567");
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct InquireCardDetailRequest in "Alipay+ Mini Program, `inquire_card_detail`": OneEdition {
        /// The number of the membership card.
        card_no: String as "cardNo", optional sensitive, max_length(64);

        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(2048).no_special_characters();
    }
}

table! {
    /// The response of [`InquireCardDetail`], the endpoint that returns the details of a membership
    /// card.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{CardDetail, CardDetailCode, CardDetailRequired, InquireCardDetailResponse},
    /// };
    ///
    /// let points = CardDetail::new(CardDetailRequired {
    ///     field_code: CardDetailCode::Point,
    ///     field_value: "1200",
    /// });
    /// let response = InquireCardDetailResponse::new(ResultCode::Success).card_fields([points]);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct InquireCardDetailResponse in "Alipay+ Mini Program, `inquire_card_detail`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The details of the card, if the card exists.
        card_fields: Vec<CardDetail> as "cardFields", optional, max_items(10);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(2048).no_special_characters();
    }
}

table! {
    /// A detail of a membership card. In the documentation, this type and
    /// [`CardField`](super::CardField) have the same name, but different codes.
    pub struct CardDetail(CardDetailRequired) in "Alipay+ Mini Program, `memberships-data-dict`": OneEdition {
        /// The code of the detail. The merchant defines the codes.
        field_code: CardDetailCode as "fieldCode", required;

        /// The value of the detail.
        field_value: String as "fieldValue", required sensitive;
    }
}

string_enum! {
    /// The code of a detail of a membership card.
    ///
    /// Used by [`CardDetail::field_code`].
    pub enum CardDetailCode: open {
        /// The number of points.
        Point = "POINT",
        /// The balance of the card.
        Balance = "BALANCE",
    }
}
