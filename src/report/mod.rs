//! Reports: what is invalid in a value, where, and by how much.

mod error;
mod violation;

pub use error::Error;
pub use violation::{Violation, ViolationKind, Violations};
