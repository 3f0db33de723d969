//! Reading and judging: rules, formats, JSON, policies. One program, for mutation testing builds it
//! anew for each of thousands of changes.

#[path = "../common/mod.rs"]
mod common;

mod boundaries;
mod cases;
mod deviations;
mod formats;
mod json;
mod policy;
#[cfg(feature = "policy-file")]
mod policy_file;
mod round_trip;
mod rows;
mod values;
