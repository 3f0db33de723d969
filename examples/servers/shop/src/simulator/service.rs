//! The endpoints of the simulator.

use super::{
    Settings,
    bank::{self, failure},
    faults::{FaultGenerator, FaultyResponse},
    records::{self, PAYMENTS, Payment, REFUNDS, Refund, TOKENS, USED_CODES},
    replies::ReplyStore,
};
use crate::{peer::format_time, random::random, storage::Storage};
use anyhow::Result;
use merchant_server::gateway::{HandlerError, Service};
use miniprogram_protocol::{
    Valid,
    dictionary::{self, ResultCode, User, UserName},
    endpoint::{
        ApplyToken, ApplyTokenRequest, ApplyTokenResponse, Endpoint, EndpointMetadata, Handler,
        InquiryPayment, InquiryPaymentRequest, InquiryPaymentResponse, InquiryRefund,
        InquiryRefundRequest, InquiryRefundResponse, InquiryUserInfo, InquiryUserInfoRequest,
        InquiryUserInfoResponse, Pay, PayRequest, PayResponse, RefundRequest, RefundResponse,
        Reply,
    },
};
use std::{
    fmt::Display,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::time;
use tracing::error;

/// The endpoints that the simulator implements.
const ENDPOINTS: [&EndpointMetadata; 6] = [
    ApplyToken::METADATA,
    InquiryUserInfo::METADATA,
    Pay::METADATA,
    InquiryPayment::METADATA,
    miniprogram_protocol::endpoint::Refund::METADATA,
    InquiryRefund::METADATA,
];

/// The time after which tokens expire. (The simulator accepts expired tokens.)
const TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The simulator of a super app.
pub struct Simulator {
    pub(super) storage: Storage,
    pub(super) settings: Settings,
    pub(super) replies: ReplyStore,
    pub(super) faults: FaultGenerator,
}

impl Service for Simulator {
    fn implements(&self, endpoint: &EndpointMetadata) -> bool {
        ENDPOINTS.iter().any(|implemented| implemented.name == endpoint.name)
    }

    /// Handles a request, and injects a fault.
    async fn handle(
        self: Arc<Self>,
        endpoint: &'static EndpointMetadata,
        client_id: String,
        body: Vec<u8>,
    ) -> Result<Reply, HandlerError> {
        let fault = self.faults.next();
        let mut reply = Ok(Reply::from_result(ResultCode::UnknownException));
        if fault.processes_request {
            reply = self.dispatch(endpoint, &client_id, &body).await;
        }
        match fault.response {
            FaultyResponse::None => {}
            FaultyResponse::Delayed(delay) => time::sleep(delay).await,
            FaultyResponse::Unknown => return Ok(Reply::from_result(ResultCode::UnknownException)),
            FaultyResponse::Limited => {
                return Ok(Reply::from_result(ResultCode::RequestTrafficExceedLimit));
            }
            FaultyResponse::Denied => return Ok(Reply::from_result(ResultCode::AccessDenied)),
            FaultyResponse::Late(delay) => {
                tokio::spawn(async move {
                    time::sleep(delay).await;
                    // The connection is closed, so the reply is discarded.
                    drop(self.dispatch(endpoint, &client_id, &body).await);
                });
                return Err(HandlerError::Disconnect);
            }
            FaultyResponse::Dropped => return Err(HandlerError::Disconnect),
        }
        reply.map_err(|error| {
            error!(error = format!("{error:#}"), "failed to handle a request");
            HandlerError::Failed
        })
    }
}

/// The return type of a handler: a response, or the `result` of an error response.
type HandlerResult<T> = Result<T, dictionary::Result>;

impl Simulator {
    async fn dispatch(
        &self,
        endpoint: &EndpointMetadata,
        client_id: &str,
        body: &[u8],
    ) -> Result<Reply> {
        let now = SystemTime::now();
        let name = endpoint.name;
        Ok(if name == ApplyToken::METADATA.name {
            let handler = async |request| self.apply_token(request).await;
            Handler::<ApplyToken>::new().handle_async(body, handler).await
        } else if name == InquiryUserInfo::METADATA.name {
            let handler = async |request| self.inquire_user(request).await;
            Handler::<InquiryUserInfo>::new().handle_async(body, handler).await
        } else if name == Pay::METADATA.name {
            let handler = async |request| self.pay(request).await;
            let pay = Handler::<Pay>::new().idempotent(&self.replies, client_id, now);
            pay.handle_async(body, handler).await?
        } else if name == InquiryPayment::METADATA.name {
            let handler = async |request| self.inquire_payment(request).await;
            Handler::<InquiryPayment>::new().handle_async(body, handler).await
        } else if name == InquiryRefund::METADATA.name {
            let handler = async |request| self.inquire_refund(request).await;
            Handler::<InquiryRefund>::new().handle_async(body, handler).await
        } else {
            let handler = async |request| self.refund(request).await;
            Handler::<miniprogram_protocol::endpoint::Refund>::new()
                .idempotent(&self.replies, client_id, now)
                .handle_async(body, handler)
                .await?
        })
    }

    async fn apply_token(
        &self,
        request: Valid<ApplyTokenRequest>,
    ) -> HandlerResult<ApplyTokenResponse> {
        let code = request.auth_code.clone().unwrap_or_default();
        // The codes that the simulated mini program creates contain the ID of the user.
        let user_id = code.strip_prefix("AUTH-").and_then(|rest| rest.split('-').next());
        let user_id = user_id.ok_or(ResultCode::InvalidAuthcode)?.to_owned();
        let token = format!("{:016x}", random(self.settings.seed, &code));
        let (stored_token, stored_user) = (token.clone(), user_id.clone());
        let stored = self.storage.write(move |transaction| {
            let is_used = transaction.open_table(USED_CODES)?.insert(code.as_str(), ())?.is_some();
            let mut tokens = transaction.open_table(TOKENS)?;
            tokens.insert(stored_token.as_str(), stored_user.as_str())?;
            Ok(is_used)
        });
        if stored.await.map_err(unknown_exception)? {
            return Err(ResultCode::UsedAuthcode.into());
        }
        let expiry = format_time(SystemTime::now() + TOKEN_LIFETIME).map_err(unknown_exception)?;
        Ok(ApplyTokenResponse::new(ResultCode::Success)
            .refresh_token(format!("{token}-refresh"))
            .access_token(token)
            .access_token_expiry_time(expiry.as_str())
            .refresh_token_expiry_time(expiry)
            .customer_id(user_id))
    }

    async fn inquire_user(
        &self,
        request: Valid<InquiryUserInfoRequest>,
    ) -> HandlerResult<InquiryUserInfoResponse> {
        let token = request.into_inner().access_token;
        let user_id = self.storage.read(move |transaction| {
            let tokens = transaction.open_table(TOKENS)?;
            Ok(tokens.get(token.as_str())?.map(|user_id| user_id.value().to_owned()))
        });
        let user_id =
            user_id.await.map_err(unknown_exception)?.ok_or(ResultCode::InvalidAccessToken)?;
        let user = User::new(user_id).user_name(UserName::new().full_name("Ada Lovelace"));
        Ok(InquiryUserInfoResponse::new(ResultCode::Success).user_info(user))
    }

    async fn pay(&self, request: Valid<PayRequest>) -> HandlerResult<PayResponse> {
        let context = self.bank_context().map_err(unknown_exception)?;
        let expiry = request.payment_expiry_time.as_ref();
        let expiry = expiry.and_then(|expiry| expiry.to_chrono().ok());
        let is_expired = expiry.is_some_and(|expiry| {
            u64::try_from(expiry.timestamp_millis()).is_ok_and(|expiry| expiry < context.now)
        });
        let response = self
            .storage
            .write(move |transaction| bank::pay(transaction, &request, is_expired, &context));
        response.await.map_err(unknown_exception)
    }

    async fn inquire_payment(
        &self,
        request: Valid<InquiryPaymentRequest>,
    ) -> HandlerResult<InquiryPaymentResponse> {
        let request_id = request.into_inner().payment_request_id;
        let request_id = request_id.ok_or_else(|| failure("ORDER_NOT_EXIST"))?;
        let key = request_id.clone();
        let payment = self.storage.read(move |transaction| {
            records::read::<Payment>(&transaction.open_table(PAYMENTS)?, &key)
        });
        let payment = payment.await.map_err(unknown_exception)?;
        let payment = payment.ok_or_else(|| failure("ORDER_NOT_EXIST"))?;
        Ok(InquiryPaymentResponse::new(ResultCode::Success)
            .payment_id(payment.id)
            .payment_request_id(request_id)
            .payment_amount(payment.amount)
            .payment_create_time(payment.create_time)
            .payment_status(payment.status))
    }

    async fn refund(&self, request: Valid<RefundRequest>) -> HandlerResult<RefundResponse> {
        let context = self.bank_context().map_err(unknown_exception)?;
        let response =
            self.storage.write(move |transaction| bank::refund(transaction, &request, &context));
        response.await.map_err(unknown_exception)?
    }

    async fn inquire_refund(
        &self,
        request: Valid<InquiryRefundRequest>,
    ) -> HandlerResult<InquiryRefundResponse> {
        let request_id = request.into_inner().refund_request_id;
        let request_id = request_id.ok_or(ResultCode::RefundNotExist)?;
        let key = request_id.clone();
        let refund = self.storage.read(move |transaction| {
            records::read::<Refund>(&transaction.open_table(REFUNDS)?, &key)
        });
        let refund = refund.await.map_err(unknown_exception)?.ok_or(ResultCode::RefundNotExist)?;
        Ok(InquiryRefundResponse::new(ResultCode::Success)
            .refund_id(refund.id)
            .refund_request_id(request_id)
            .refund_amount(refund.amount)
            .refund_time(refund.time)
            .refund_status(refund.status))
    }
}

/// Logs an internal error, and returns the result `UNKNOWN_EXCEPTION`.
fn unknown_exception(error: impl Display) -> dictionary::Result {
    error!(error = format!("{error:#}"), "failed to handle a request");
    ResultCode::UnknownException.into()
}
