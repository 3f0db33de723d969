use crate::{
    dictionary::{Amount, Result},
    endpoint::metadata::endpoint,
    model::{Datetime, ExtendInfo, string_enum, table},
};

endpoint! {
    /// The endpoint that returns the status of a refund. A merchant can call it about every 5 seconds
    /// for up to 1 minute, until the refund has a final status.
    pub enum InquiryRefund as "inquiryRefund" in Payments {
        path: "/v2/payments/inquiryRefund",
        roles: Merchant calls SuperApp,
        request: InquiryRefundRequest,
        response: InquiryRefundResponse,
        idempotency_key: None,
        result_codes: common [RefundNotExist],
        exchange_rules: [Echo("refundId"), Echo("refundRequestId" unless "refundId")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`InquiryRefund`], the endpoint that returns the status of a refund. The refund
    /// is identified by at least one of two IDs. If both are present, `refundId` is used.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::InquiryRefundRequest};
    ///
    /// assert!(InquiryRefundRequest::new().refund_request_id("R-1").validate().is_ok());
    /// assert_eq!(InquiryRefundRequest::new().validate().unwrap_err()[0].code(), "anyOf");
    /// ```
    pub struct InquiryRefundRequest in "Mini Program Platform, `v2_inquiryrefund`; M-Pesa DRC, `v2_inquiryrefund`": TwoEditions {
        /// The ID of the refund, assigned by the super app.
        refund_id: String as "refundId", optional, max_length(64);

        /// The ID of the refund request, assigned by the merchant.
        refund_request_id: String as "refundRequestId", optional, max_length(64);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }

    cross_field_rules: CrossFieldRule::AtLeastOneOf(&["refundId", "refundRequestId"]);
}

table! {
    /// The response of [`InquiryRefund`], the endpoint that returns the status of a refund. `result`
    /// is the result of the inquiry, and `refundStatus` the status of the refund.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::ResultCode,
    ///     endpoint::{InquiryRefundResponse, RefundStatus},
    /// };
    ///
    /// let response =
    ///     InquiryRefundResponse::new(ResultCode::Success).refund_status(RefundStatus::Processing);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct InquiryRefundResponse in "Mini Program Platform, `v2_inquiryrefund`; M-Pesa DRC, `v2_inquiryrefund`": TwoEditions {
        /// The result of the inquiry, not of the refund.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The ID of the refund, assigned by the super app.
        refund_id: String as "refundId", optional, max_length(64);

        /// The ID of the refund request, assigned by the merchant.
        refund_request_id: String as "refundRequestId", optional, max_length(64);

        /// The refunded amount.
        refund_amount: Amount as "refundAmount", optional;

        /// The reason for the refund.
        refund_reason: String as "refundReason", optional, max_length(256);

        /// The time at which the refund was deducted from the merchant's account.
        refund_time: Datetime as "refundTime", optional;

        /// The status of the refund.
        refund_status: RefundStatus as "refundStatus", optional;

        /// The reason why the refund failed, if `refundStatus` is `FAIL`.
        refund_fail_reason: String as "refundFailReason", optional, max_length(256);
    }
}

string_enum! {
    /// The status of a refund.
    ///
    /// Used by [`InquiryRefundResponse::refund_status`].
    pub enum RefundStatus: open {
        /// The refund is in progress.
        Processing = "PROCESSING",
        /// The refund succeeded.
        Success = "SUCCESS",
        /// The refund failed.
        Fail = "FAIL",
    }
}

impl RefundStatus {
    /// Returns whether a refund with this status can later have the status `next`.
    ///
    /// | Status | Possible next statuses |
    /// |---|---|
    /// | `PROCESSING` | `SUCCESS`, `FAIL` |
    /// | `SUCCESS`, `FAIL` | none |
    ///
    /// Every status can be followed by itself, because inquiries are repeated. An unknown status
    /// can follow, and be followed by, any status.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::RefundStatus;
    ///
    /// assert!(RefundStatus::Processing.can_be_followed_by(&RefundStatus::Fail));
    /// assert!(!RefundStatus::Fail.can_be_followed_by(&RefundStatus::Success));
    /// ```
    #[must_use]
    pub fn can_be_followed_by(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Processing | Self::Other(_), _) | (_, Self::Other(_)) => true,
            _ => self == next,
        }
    }
}
