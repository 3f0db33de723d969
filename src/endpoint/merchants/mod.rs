//! Endpoints for merchants and their operators.

mod inquire_operator_info;
mod merchant_sync;
mod operator;
mod operator_sync;

pub use inquire_operator_info::{
    InquireOperatorInfo, InquireOperatorInfoRequest, InquireOperatorInfoResponse,
};
pub use merchant_sync::{
    MerchantSync, MerchantSyncRequest, MerchantSyncRequestRequired, MerchantSyncResponse,
};
pub use operator::{Operator, OperatorRole, OperatorStatus};
pub use operator_sync::{
    OperatorSync, OperatorSyncRequest, OperatorSyncRequestRequired, OperatorSyncResponse,
};
