//! Values for property tests (feature `proptest`): valid ones, and ones with planted faults.
//!
//! Both are made from the rows, so that they follow when a rule changes.
//!
//! ```
//! use miniprogram_protocol::{Validate, dictionary::Order, generate};
//! use proptest::prelude::*;
//!
//! proptest!(|(order in generate::valid::<Order>())| {
//!     prop_assert!(order.validate().is_ok());
//! });
//! ```

mod document;
mod fault;
mod valid;

pub use document::Document;
pub use fault::{Fault, Faulty, invalid, invalid_document};
pub use valid::{valid, valid_document};
