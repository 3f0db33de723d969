//! Exports of the schemas as JSON Schema and OpenAPI, for other languages and tools.
//!
//! [`json_schema`] and `openapi` generate whole documents. With `schemars` and `utoipa`, you can
//! export your own structs that contain types of this crate.

#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub(crate) mod embed;
#[cfg(feature = "json-schema")]
pub mod json_schema;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "json-schema")]
mod patterns;
#[cfg(feature = "schemars")]
pub mod schemars;
#[cfg(feature = "utoipa")]
pub mod utoipa;
