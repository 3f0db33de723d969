//! Benefits, for example coupons.

mod benefit_sync;
mod benefit_used_sync;

pub use benefit_sync::{
    BenefitSync, BenefitSyncRequest, BenefitSyncRequestRequired, BenefitSyncResponse,
};
pub use benefit_used_sync::{
    BenefitClientCode, BenefitUsedSync, BenefitUsedSyncRequest, BenefitUsedSyncRequestRequired,
    BenefitUsedSyncResponse,
};
