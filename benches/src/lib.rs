//! The payloads and operations of the benchmarks.

pub mod allocations;
pub mod alternatives;
pub mod callgrind;
pub mod custom;
pub mod operation;
pub mod payload;
