//! Generators for property tests (feature `proptest`): valid values, and invalid documents with the
//! violations that must be reported for them.
//!
//! The generators are derived from the schemas, so they reflect every change to a constraint. A
//! generated document is JSON, which can be used, for example, as a request body for a server under
//! test.
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
//! | | Values of a type | JSON documents for a schema |
//! |---|---|---|
//! | Valid | [`valid()`], [`valid_with`] | [`valid_document`], [`valid_document_with`] |
//! | Valid and realistic | [`realistic()`], [`realistic_with`] | [`realistic_document`], [`realistic_document_with`] |
//! | Invalid | | [`invalid()`], [`invalid_with`], [`invalid_document`], [`invalid_document_with`] |
//! | Invalid, otherwise realistic | | [`realistic_invalid_document`], [`realistic_invalid_document_with`] |
//!
//! [`valid_exchange`] and [`realistic_exchange`] generate a request with its response, and
//! [`payment_sequence`] and [`card_sequence`] generate sequences of related requests and responses.
//! [`seeded`] returns the values of a generator outside a property test.
//!
//! Realistic values resemble real payloads, for demonstrations and manual tests. The other
//! generators also produce unusual values, such as control characters and strings at their maximum
//! length, to find bugs.
//!
//! Functions whose names end in `_with` take a [`Policy`](crate::Policy). Some of the values that
//! they generate contain deviations that the policy allows, which do not count as violations. The
//! other functions follow the specification strictly.
//!
//! # Limits
//!
//! - To keep the values small, maximum lengths above 16,384 characters and maximum numbers of
//!   elements above 1,024 are neither reached nor exceeded.
//! - A value that violates a policy is discarded, and another one is generated. If a pattern
//!   matches few of the strings that satisfy the other constraints, or if the policy's limits on
//!   input are small, `proptest` may give up because too many values are rejected.
//! - Invalid documents exceed no limit on input except [`max_items`](crate::Policy::max_items). The
//!   policy must allow the size and the nesting depth of invalid documents, and must report at
//!   least 20 violations ([`max_violations`](crate::Policy::max_violations) is 64 by default).

mod calculation;
mod exchange;
mod invalid;
mod invalid_string;
mod mutation;
mod object;
mod pattern;
mod raw_document;
mod realistic;
mod samples;
mod seeded;
mod sequence;
mod sites;
mod string;
mod valid;
mod value;

pub use exchange::{RawExchange, realistic_exchange, valid_exchange};
pub use invalid::{
    ExpectedViolation, InvalidDocument, invalid, invalid_document, invalid_document_with,
    invalid_with,
};
pub use raw_document::RawDocument;
pub use realistic::{
    realistic, realistic_document, realistic_document_with, realistic_invalid_document,
    realistic_invalid_document_with, realistic_with,
};
pub use seeded::{GenerateError, SeededValues, seeded};
pub use sequence::{card_sequence, payment_sequence};
pub use valid::{valid, valid_document, valid_document_with, valid_with};
