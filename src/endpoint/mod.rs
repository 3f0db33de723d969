//! Endpoints: their requests and responses, and the way from one to the other.

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
    CardField, CardFieldCode, CustomerBelongsTo, NotifyCardRegistration,
    NotifyCardRegistrationRequest, NotifyCardRegistrationResponse,
};
pub use platform_message_send::{
    PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse,
};
pub use reply::Reply;
