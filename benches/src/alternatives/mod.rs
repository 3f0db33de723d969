//! The types and constraints of this crate, defined with other validation crates.

pub mod plain;
pub mod serde_valid;
