//! The calls of the platform: their requests and responses.

mod merchant_sync;
mod notify_card_registration;

pub use merchant_sync::{MerchantSyncRequest, MerchantSyncRequestRequired, MerchantSyncResponse};
pub use notify_card_registration::{
    CardField, CardFieldCode, CustomerBelongsTo, NotifyCardRegistrationRequest,
    NotifyCardRegistrationResponse,
};
