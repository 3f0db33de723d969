use crate::{
    dictionary::{Result, User},
    endpoint::{
        CustomerBelongsTo,
        metadata::{endpoint, required_on_success},
    },
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that returns the data of the user who authorized the merchant.
    pub enum InquiryUserInfo as "inquiryUserInfo" in Users {
        path: "/v2/users/inquiryUserInfo" or "/v2/customers/user/inquiryUserInfo",
        roles: Merchant calls SuperApp,
        request: InquiryUserInfoRequest,
        response: InquiryUserInfoResponse,
        idempotency_key: None,
        result_codes: common [ExpiredAccessToken],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquiryUserInfo`], the endpoint that returns the data of a user.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{InquiryUserInfoRequest, InquiryUserInfoRequestRequired},
    /// };
    ///
    /// let request = InquiryUserInfoRequest::new(InquiryUserInfoRequestRequired {
    ///     app_id: "2102010113769000",
    ///     access_token: "281011130100000000000000",
    ///     auth_client_id: "2020042309000008888",
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct InquiryUserInfoRequest(InquiryUserInfoRequestRequired) in "Alipay+ Mini Program, `v2_users_inquiryuserinfo`; Mini Program Platform, `v2_users_inquiryuserinfo`": TwoEditions {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required (unless Edition), max_length(32);

        /// The access token issued by [`ApplyToken`](crate::endpoint::ApplyToken).
        access_token: String as "accessToken", required sensitive, max_length(128);

        /// The ID of the merchant that the user authorized, assigned by the super app.
        auth_client_id: String as "authClientId", required, max_length(128);

        /// The super app of the user. Required by the Alipay+ edition of the documentation.
        customer_belongs_to: CustomerBelongsTo as "customerBelongsTo", optional;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

table! {
    /// The response of [`InquiryUserInfo`], the endpoint that returns the data of a user.
    pub struct InquiryUserInfoResponse in "Alipay+ Mini Program, `v2_users_inquiryuserinfo`; Mini Program Platform, `v2_users_inquiryuserinfo`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The user. Required when the request succeeded.
        user_info: User as "userInfo", optional;
    }

    cross_field_rules: required_on_success("userInfo");
}
