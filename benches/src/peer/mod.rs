//! What others offer for the same tables.

pub mod plain;
pub mod serde_valid;
