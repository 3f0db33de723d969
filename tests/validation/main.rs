//! Validation tests: constraints, formats, JSON and policies.
//!
//! All of these tests are in one test binary, because mutation testing builds each binary for
//! thousands of mutants.

#[path = "../common/mod.rs"]
mod common;

mod amounts;
mod boundaries;
mod case_files;
mod custom;
mod deviations;
mod editions;
mod field_limits;
mod formats;
mod json;
mod message_content;
mod other_formats;
mod policy;
#[cfg(feature = "policy-file")]
mod policy_file;
mod reports;
mod round_trip;
mod strings;
mod times;
mod traits;
mod values;
mod violations;
