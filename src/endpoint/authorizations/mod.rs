//! Endpoints for authorizations of merchants by users, and for access tokens.

mod apply_token;
mod cancel_token;
mod prepare;

pub use apply_token::{
    ApplyToken, ApplyTokenRequest, ApplyTokenRequestRequired, ApplyTokenResponse, GrantType,
};
pub use cancel_token::{CancelToken, CancelTokenRequest, CancelTokenResponse};
pub use prepare::{AuthorizationScope, Prepare, PrepareRequest, PrepareResponse};
