//! Generators for property tests (feature `proptest`): valid values, and invalid documents with the
//! violations that must be reported for them.
//!
//! They are driven by the schemas, so they follow every change to a constraint. A generated
//! document is JSON: for example, a request body for the server under test.
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
//! | | values of a type | JSON documents of a schema |
//! |---|---|---|
//! | valid | [`valid()`], [`valid_with`] | [`valid_document`], [`valid_document_with`] |
//! | invalid | | [`invalid()`], [`invalid_with`], [`invalid_document`], [`invalid_document_with`] |
//!
//! The functions without a policy follow the specification strictly. Those whose names end in
//! `_with` follow a [`Policy`](crate::Policy). Some of their values contain deviations that the
//! policy allows; these do not count as violations.
//!
//! # Limits
//!
//! - To keep the values small, maximum lengths above 16,384 characters and maximum numbers of
//!   elements above 1,024 are neither reached nor exceeded.
//! - A value that violates a policy is discarded, and another one is generated. If a pattern
//!   matches few of the strings that a field otherwise accepts, or if the reader limits are small,
//!   `proptest` may give up because too many values are rejected.
//! - Of the reader limits, only [`max_items`](crate::Policy::max_items) is exceeded. The policy
//!   must allow as many bytes and levels as an invalid document has, and must report at least 20
//!   violations ([`max_violations`](crate::Policy::max_violations) is 64 by default).

mod invalid;
mod invalid_string;
mod mutation;
mod object;
mod pattern;
mod raw_document;
mod sites;
mod string;
mod valid;
mod value;

pub use invalid::{
    ExpectedViolation, InvalidDocument, invalid, invalid_document, invalid_document_with,
    invalid_with,
};
pub use raw_document::RawDocument;
pub use valid::{valid, valid_document, valid_document_with, valid_with};
