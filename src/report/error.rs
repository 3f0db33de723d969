//! The error returned by functions that read JSON.

use super::{Violation, Violations};
use crate::json::SyntaxError;
use serde::ser::{Serialize, Serializer};

/// An error in JSON input: either a syntax error or a list of violations.
///
/// The error is the size of a pointer, and contains no values from the payload. An error serializes
/// as an array of violations. A syntax error is serialized as a single violation with the code
/// `syntax`, an empty path, and the parameters `line` and `column`.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json};
///
/// let error = from_json::<Amount>(b"{\"currency\": USD}").unwrap_err();
/// let syntax = error.syntax().unwrap();
/// assert_eq!((syntax.line(), syntax.column()), (1, 14));
/// assert_eq!(error.to_string(), "malformed JSON at line 1 column 14: expected a value");
///
/// let error = from_json::<Amount>(b"{\"currency\": \"USD\"}").unwrap_err();
/// assert_eq!(error.violations()[0].path(), "/value");
/// assert_eq!(error.to_string(), "/value is required");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum ErrorKind {
    #[error(transparent)]
    Syntax(SyntaxError),
    #[error(transparent)]
    Violations(Violations),
}

impl Error {
    /// Returns the syntax error if the input is not valid JSON.
    #[must_use]
    pub fn syntax(&self) -> Option<&SyntaxError> {
        match &*self.0 {
            ErrorKind::Syntax(syntax) => Some(syntax),
            ErrorKind::Violations(_) => None,
        }
    }

    /// Returns the violations, which is an empty slice if the input is not valid JSON.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match &*self.0 {
            ErrorKind::Syntax(_) => &[],
            ErrorKind::Violations(violations) => violations,
        }
    }

    /// Returns the deviations that the policy tolerates in the same input; see
    /// [`Violations::tolerated`].
    #[must_use]
    pub fn tolerated(&self) -> &[Violation] {
        match &*self.0 {
            ErrorKind::Syntax(_) => &[],
            ErrorKind::Violations(violations) => violations.tolerated(),
        }
    }

    /// Converts the error into its violations.
    ///
    /// # Errors
    /// Returns the syntax error if the input is not valid JSON.
    pub fn into_violations(self) -> Result<Violations, SyntaxError> {
        match *self.0 {
            ErrorKind::Syntax(syntax) => Err(syntax),
            ErrorKind::Violations(violations) => Ok(violations),
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &*self.0 {
            ErrorKind::Syntax(syntax) => [syntax].serialize(serializer),
            ErrorKind::Violations(violations) => violations.serialize(serializer),
        }
    }
}

impl From<SyntaxError> for Error {
    fn from(syntax: SyntaxError) -> Self {
        Self(Box::new(ErrorKind::Syntax(syntax)))
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self(Box::new(ErrorKind::Violations(violations)))
    }
}
