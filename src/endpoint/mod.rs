//! The calls of the platform: their requests and responses, and where they go.

mod answer;
mod call;
mod merchant_sync;
mod notify_card_registration;
mod platform_message_send;

pub use answer::Answer;
pub use call::{Call, Endpoint, Party, Sample};
pub use merchant_sync::{
    MerchantSync, MerchantSyncRequest, MerchantSyncRequestRequired, MerchantSyncResponse,
};
pub use notify_card_registration::{
    CardField, CardFieldCode, CustomerBelongsTo, NotifyCardRegistration,
    NotifyCardRegistrationRequest, NotifyCardRegistrationResponse,
};
pub use platform_message_send::{
    PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse,
};
