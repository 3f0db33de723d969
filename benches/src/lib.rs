//! What the benchmarks measure, and with what.

pub mod allocations;
pub mod operation;
pub mod payload;
pub mod peer;
pub mod rule;
