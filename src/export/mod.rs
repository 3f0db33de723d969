//! Exports of the schemas as JSON Schema, OpenAPI and TypeScript, for other languages and tools.
//!
//! [`json_schema`], `openapi` and [`typescript`] generate whole documents. With `schemars` and
//! `utoipa`, you can export your own structs that contain types of this crate.

#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub(crate) mod embed;
#[cfg(feature = "json-schema")]
pub mod json_schema;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "json-schema")]
mod ordered;
#[cfg(feature = "json-schema")]
mod patterns;
#[cfg(feature = "schemars")]
pub mod schemars;
#[cfg(feature = "json-schema")]
mod structure;
#[cfg(feature = "json-schema")]
pub mod typescript;
#[cfg(feature = "utoipa")]
pub mod utoipa;

#[cfg(feature = "json-schema")]
pub use ordered::format_document;
