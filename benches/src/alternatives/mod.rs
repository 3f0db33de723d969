//! The same types and constraints, written for other crates.

pub mod plain;
pub mod serde_valid;
