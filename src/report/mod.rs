//! Errors and violations, with the location, the violated constraint and its limits.

mod custom;
mod deserialized;
mod error;
mod exchange_error;
mod params;
mod pointer;
mod span;
mod violation;

pub use custom::{CustomConstraint, CustomViolation};
pub(crate) use deserialized::UnresolvedViolation;
pub use error::Error;
pub use exchange_error::{ExchangeError, ExchangeOutcome};
pub use params::ParamValue;
pub(crate) use pointer::{push_escaped, truncate_name};
pub use span::{Span, locate};
#[cfg(feature = "json-schema")]
pub(crate) use violation::Quantity;
pub use violation::{Violation, ViolationKind, Violations};
