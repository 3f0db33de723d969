//! Endpoints for data about users.

mod inquiry_user_info;

pub use inquiry_user_info::{
    InquiryUserInfo, InquiryUserInfoRequest, InquiryUserInfoRequestRequired,
    InquiryUserInfoResponse,
};
