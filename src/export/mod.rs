//! The tables in the words of others: what validation enforces, for other languages and tools.

#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub(crate) mod embed;
#[cfg(feature = "json-schema")]
pub mod json_schema;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "schemars")]
pub mod schemars;
#[cfg(feature = "utoipa")]
pub mod utoipa;
