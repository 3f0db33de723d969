//! Exports of the schemas: what validation enforces, as JSON Schema and OpenAPI, for other
//! languages and tools.
//!
//! [`json_schema`] and `openapi` generate whole documents. `schemars` and `utoipa` describe a
//! struct of your own that contains types of this crate.

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
