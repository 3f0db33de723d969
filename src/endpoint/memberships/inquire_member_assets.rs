use crate::{
    dictionary::Result,
    endpoint::metadata::{endpoint, required_on_success},
    model::{ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that returns the assets of a member: points, balance and benefits.
    pub enum InquireMemberAssets as "inquireMemberAssets" in Memberships {
        path: "/v2/pds/memberships/inquireMemberAssets",
        roles: Platform calls Merchant,
        request: InquireMemberAssetsRequest,
        response: InquireMemberAssetsResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquireMemberAssets`], the endpoint that returns the assets of a member.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{AssetType, InquireMemberAssetsRequest, InquireMemberAssetsRequestRequired},
    /// };
    ///
    /// let request = InquireMemberAssetsRequest::new(InquireMemberAssetsRequestRequired {
    ///     card_no: "8801234567",
    ///     asset_types: [AssetType::Point, AssetType::Balance],
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct InquireMemberAssetsRequest(InquireMemberAssetsRequestRequired) in "Alipay+ Mini Program, `inquire_member_assets`": OneEdition {
        /// The number of the membership card.
        card_no: String as "cardNo", required sensitive, max_length(64);

        /// The types of the assets.
        asset_types: Vec<AssetType> as "assetTypes", required, max_items(3);

        /// Conditions on the assets, for example `benefitStatus`.
        query_conditions: ExtendInfo as "queryConditions", optional sensitive;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

table! {
    /// The response of [`InquireMemberAssets`], the endpoint that returns the assets of a member.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{AssetDetail, AssetDetailRequired, AssetType, InquireMemberAssetsResponse},
    /// };
    ///
    /// let balance = AssetDetail::new(AssetDetailRequired {
    ///     asset_type: AssetType::Balance,
    ///     asset_value: r#"{"currency":"USD","value":4990}"#,
    /// });
    /// let response = InquireMemberAssetsResponse::new(ResultCode::Success).asset_details([balance]);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct InquireMemberAssetsResponse in "Alipay+ Mini Program, `inquire_member_assets`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The assets. Required when the request succeeded.
        asset_details: Vec<AssetDetail> as "assetDetails", optional, max_items(3);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }

    cross_field_rules: required_on_success("assetDetails");
}

table! {
    /// The assets of one type that a member has.
    pub struct AssetDetail(AssetDetailRequired) in "Alipay+ Mini Program, `inquire_member_assets`": OneEdition {
        /// The type of the assets.
        asset_type: AssetType as "assetType", required;

        /// The assets as JSON in a string: an amount for a balance, an array for benefits, and an
        /// object for points. The content is not validated.
        asset_value: String as "assetValue", required sensitive;
    }
}

string_enum! {
    /// The type of an asset of a member.
    ///
    /// Used by [`InquireMemberAssetsRequest::asset_types`] and [`AssetDetail::asset_type`].
    pub enum AssetType: open {
        /// Points.
        Point = "POINT",
        /// The balance.
        Balance = "BALANCE",
        /// Benefits, for example coupons.
        Benefit = "BENEFIT",
    }
}
