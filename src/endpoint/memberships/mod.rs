//! Endpoints for membership cards.

mod inquire_card_detail;
mod inquire_member_assets;
mod issue_card;
mod notify_card_registration;
mod update_card_detail;

pub use inquire_card_detail::{
    CardDetail, CardDetailCode, CardDetailRequired, InquireCardDetail, InquireCardDetailRequest,
    InquireCardDetailResponse,
};
pub use inquire_member_assets::{
    AssetDetail, AssetDetailRequired, AssetType, InquireMemberAssets, InquireMemberAssetsRequest,
    InquireMemberAssetsRequestRequired, InquireMemberAssetsResponse,
};
pub use issue_card::{IssueCard, IssueCardRequest, IssueCardRequestRequired, IssueCardResponse};
pub use notify_card_registration::{
    CardField, CardFieldCode, CardFieldRequired, CustomerBelongsTo, NotifyCardRegistration,
    NotifyCardRegistrationRequest, NotifyCardRegistrationRequestRequired,
    NotifyCardRegistrationResponse,
};
pub use update_card_detail::{
    UpdateCardDetail, UpdateCardDetailRequest, UpdateCardDetailRequestRequired,
    UpdateCardDetailResponse,
};
