//! Errors and violations, with the location, the violated constraint and its limits.

mod custom;
mod error;
mod params;
mod pointer;
mod received;
mod violation;

pub use custom::{CustomConstraint, CustomViolation};
pub use error::Error;
pub use params::ParamValue;
pub(crate) use pointer::push_escaped;
pub(crate) use received::UnresolvedViolation;
pub use violation::{Violation, ViolationKind, Violations};
