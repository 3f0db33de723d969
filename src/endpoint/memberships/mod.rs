//! Membership cards.

mod inquire_card_detail;
mod notify_card_registration;
mod update_card_detail;

pub use inquire_card_detail::{
    CardDetail, CardDetailCode, CardDetailRequired, InquireCardDetail, InquireCardDetailRequest,
    InquireCardDetailResponse,
};
pub use notify_card_registration::{
    CardField, CardFieldCode, CardFieldRequired, CustomerBelongsTo, NotifyCardRegistration,
    NotifyCardRegistrationRequest, NotifyCardRegistrationRequestRequired,
    NotifyCardRegistrationResponse,
};
pub use update_card_detail::{
    UpdateCardDetail, UpdateCardDetailRequest, UpdateCardDetailRequestRequired,
    UpdateCardDetailResponse,
};
