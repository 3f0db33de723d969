//! The endpoints of the platform: their requests and responses, and a handler for the server side.
//!
//! Mini Program Platform sends `POST` requests with a JSON body to a *super app* (a wallet that runs
//! mini programs) or to a *merchant*. The receiver's server implements the endpoint with a
//! [`Handler`], which parses and validates the request, calls a function, and serializes the
//! response.
//!
//! | Endpoint | From | To | Request | Response |
//! |---|---|---|---|---|
//! | [`MerchantSync`] | platform | super app | [`MerchantSyncRequest`] | [`MerchantSyncResponse`] |
//! | [`NotifyCardRegistration`] | platform | merchant | [`NotifyCardRegistrationRequest`] | [`NotifyCardRegistrationResponse`] |
//! | [`PlatformMessageSend`] | platform | super app | [`PlatformMessageSendRequest`] | [`PlatformMessageSendResponse`] |
//!
//! [`EndpointMetadata`] describes an endpoint as data: its path, roles, schemas, result codes and
//! examples.

mod handler;
mod merchant_sync;
mod metadata;
mod notify_card_registration;
mod platform_message_send;
mod reply;

pub use handler::Handler;
pub use merchant_sync::{
    MerchantSync, MerchantSyncRequest, MerchantSyncRequestRequired, MerchantSyncResponse,
};
pub use metadata::{Endpoint, EndpointMetadata, Example, Role};
pub use notify_card_registration::{
    CardField, CardFieldCode, CardFieldRequired, CustomerBelongsTo, NotifyCardRegistration,
    NotifyCardRegistrationRequest, NotifyCardRegistrationRequestRequired,
    NotifyCardRegistrationResponse,
};
pub use platform_message_send::{
    PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse,
};
pub use reply::Reply;
