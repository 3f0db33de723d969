//! Reports of violations, with the location, the violated constraint and its limits.

mod custom;
mod error;
mod violation;

pub use custom::{CustomConstraint, CustomViolation};
pub use error::Error;
pub use violation::{Violation, ViolationKind, Violations};
