//! The endpoints of the platform: their requests and responses, a handler for the server side, and
//! checks of responses for the client side.
//!
//! The Mini Program Platform, *super apps* (wallets that run mini programs) and *merchants* send
//! each other `POST` requests with a JSON body. The receiver's server implements the endpoint with
//! a [`Handler`], which parses and validates the request, calls a function, and serializes the
//! response.
//!
//! | Endpoint | From | To | Request | Response |
//! |---|---|---|---|---|
//! | [`MerchantSync`] | platform | super app | [`MerchantSyncRequest`] | [`MerchantSyncResponse`] |
//! | [`OperatorSync`] | platform | super app | [`OperatorSyncRequest`] | [`OperatorSyncResponse`] |
//! | [`InquireOperatorInfo`] | super app | platform | [`InquireOperatorInfoRequest`] | [`InquireOperatorInfoResponse`] |
//! | [`NotifyCardRegistration`] | platform | merchant | [`NotifyCardRegistrationRequest`] | [`NotifyCardRegistrationResponse`] |
//! | [`IssueCard`] | merchant | platform | [`IssueCardRequest`] | [`IssueCardResponse`] |
//! | [`UpdateCardDetail`] | platform | merchant | [`UpdateCardDetailRequest`] | [`UpdateCardDetailResponse`] |
//! | [`InquireCardDetail`] | platform | merchant | [`InquireCardDetailRequest`] | [`InquireCardDetailResponse`] |
//! | [`InquireMemberAssets`] | platform | merchant | [`InquireMemberAssetsRequest`] | [`InquireMemberAssetsResponse`] |
//! | [`BenefitSync`] | merchant | platform | [`BenefitSyncRequest`] | [`BenefitSyncResponse`] |
//! | [`BenefitUsedSync`] | merchant | platform | [`BenefitUsedSyncRequest`] | [`BenefitUsedSyncResponse`] |
//! | [`PlatformMessageSend`] | platform | super app | [`PlatformMessageSendRequest`] | [`PlatformMessageSendResponse`] |
//! | [`MessageSend`] | merchant | platform | [`MessageSendRequest`] | [`MessageSendResponse`] |
//! | [`SendInbox`] | merchant | super app | [`SendInboxRequest`] | [`SendInboxResponse`] |
//! | [`QrcodeCreate`] | merchant | platform | [`QrcodeCreateRequest`] | [`QrcodeCreateResponse`] |
//! | [`DecorateUpload`] | merchant | platform | [`DecorateUploadRequest`] | [`DecorateUploadResponse`] |
//! | [`AppInfoListQuery`] | super app | platform | [`AppInfoListQueryRequest`] | [`AppInfoListQueryResponse`] |
//! | [`Prepare`] | merchant | super app | [`PrepareRequest`] | [`PrepareResponse`] |
//! | [`ApplyToken`] | merchant | super app | [`ApplyTokenRequest`] | [`ApplyTokenResponse`] |
//! | [`CancelToken`] | merchant | super app | [`CancelTokenRequest`] | [`CancelTokenResponse`] |
//! | [`InquiryUserInfo`] | merchant | super app | [`InquiryUserInfoRequest`] | [`InquiryUserInfoResponse`] |
//! | [`Pay`] | merchant | super app | [`PayRequest`] | [`PayResponse`] |
//! | [`InquiryPayment`] | merchant | super app | [`InquiryPaymentRequest`] | [`InquiryPaymentResponse`] |
//! | [`NotifyPayment`] | super app | merchant | [`NotifyPaymentRequest`] | [`NotifyPaymentResponse`] |
//! | [`Capture`] | merchant | super app | [`CaptureRequest`] | [`CaptureResponse`] |
//! | [`Cancel`] | merchant | super app | [`CancelRequest`] | [`CancelResponse`] |
//! | [`Void`] | merchant | super app | [`VoidRequest`] | [`VoidResponse`] |
//! | [`NotifyVoid`] | super app | merchant | [`NotifyVoidRequest`] | [`NotifyVoidResponse`] |
//! | [`Refund`] | merchant | super app | [`RefundRequest`] | [`RefundResponse`] |
//! | [`InquiryRefund`] | merchant | super app | [`InquiryRefundRequest`] | [`InquiryRefundResponse`] |
//! | [`TransactionNotify`] | merchant | super app | [`TransactionNotifyRequest`] | [`TransactionNotifyResponse`] |
//!
//! A client reads the response to its request with [`Endpoint::read_response`], which, like
//! [`check_exchange`], also checks the rules that relate the response to the request: for example,
//! the response must repeat the IDs of the request.
//!
//! [`EndpointMetadata`] describes an endpoint as data: its path, roles, schemas, result codes and
//! examples.

mod authorizations;
mod benefits;
mod exchange;
mod handler;
mod memberships;
mod merchants;
mod messages;
mod metadata;
mod mini_programs;
mod payments;
mod reply;
mod users;

pub use authorizations::*;
pub use benefits::*;
pub use exchange::{check_exchange, check_exchange_with};
pub use handler::Handler;
pub use memberships::*;
pub use merchants::*;
pub use messages::*;
pub(crate) use metadata::Sealed;
pub use metadata::{Endpoint, EndpointMetadata, Example, Family, Role};
pub use mini_programs::*;
pub use payments::*;
pub use reply::Reply;
pub use users::*;
