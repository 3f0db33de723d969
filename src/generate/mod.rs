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
//!
//! Those of a policy are valid by that policy, or have faults by it: [`valid_with`],
//! [`valid_document_with`], [`invalid_with`], [`invalid_document_with`]. Some have what the policy lets
//! pass, which is no fault. Limits of characters above 16,384 and of elements above 1,024 are not
//! met, so that no value is of a size to trip over.
//!
//! What does not keep the policy is made anew. There are few such texts, unless a pattern leaves hardly
//! any that its row allows otherwise, or the limits of the reader are small: then `proptest` gives
//! up. No fault is planted against those limits, but for that of elements; a report must have room
//! for all faults ([`max_violations`](crate::Policy::max_violations), 64 by default), and the reader
//! must read as many bytes and levels as a faulty document has.

mod invalid;
mod pattern;
mod raw_document;
mod valid;

pub use invalid::{
    ExpectedViolation, InvalidDocument, invalid, invalid_document, invalid_document_with,
    invalid_with,
};
pub use raw_document::RawDocument;
pub use valid::{valid, valid_document, valid_document_with, valid_with};
