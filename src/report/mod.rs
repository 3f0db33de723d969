//! Reports of violations, with the location, the violated constraint and its limits.

mod error;
mod violation;

pub use error::Error;
pub use violation::{Violation, ViolationKind, Violations};
