//! Modules to copy into your own server: each file is complete, and depends only on its framework,
//! `miniprogram-protocol` and `serde_json`.

pub mod actix_extractor;
pub mod axum_extractor;

// Compiles and runs the examples of the READMEs as doctests. The library itself cannot run them,
// because some examples need a web framework.
#[cfg(doctest)]
#[doc = include_str!("../../../../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod servers_readme {}
