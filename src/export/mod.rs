//! The tables in the words of others: what validation enforces, for other languages and tools.

#[cfg(feature = "json-schema")]
pub mod json_schema;
#[cfg(feature = "openapi")]
pub mod openapi;
