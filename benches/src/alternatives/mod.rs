//! The types and constraints of this crate, rewritten for other crates.

pub mod plain;
pub mod serde_valid;
