//! The outcome of checking a request together with its response.

use super::{Error, Violation};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::fmt;

/// The prefixes of the paths of violations in a request and in a response.
const PATH_PREFIXES: [&str; 2] = ["/request", "/response"];

/// The outcome of checking a request together with its response. Each field contains either the
/// deviations that the policy tolerates, or the error.
///
/// Paths are relative to the request or to the response, without a prefix, so [`Error::locate`] can
/// locate the violations in the JSON of the request or of the response. The error of the response
/// contains the violations of the rules that relate it to the request.
///
/// ```
/// use miniprogram_protocol::{Policy, endpoint::{Endpoint, Void}};
///
/// let request = br#"{"voidRequestId": "V-1", "paymentId": "P-1"}"#;
/// let response = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-2"}"#;
/// let outcome = Void::METADATA.check_exchange_with(request, response, &Policy::strict());
/// assert!(outcome.request.is_ok());
/// let error = outcome.response.unwrap_err();
/// assert_eq!(error.violations()[0].path(), "/voidRequestId");
/// let span = error.locate(response)[0].unwrap();
/// assert_eq!(&response[span.range()], br#""V-2""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeOutcome {
    /// The outcome of the request.
    pub request: Result<Vec<Violation>, Error>,
    /// The outcome of the response.
    pub response: Result<Vec<Violation>, Error>,
}

impl ExchangeOutcome {
    /// Creates an outcome.
    pub(crate) const fn new(
        request: Result<Vec<Violation>, Error>,
        response: Result<Vec<Violation>, Error>,
    ) -> Self {
        Self { request, response }
    }

    /// Creates the outcome of a response whose request was not validated.
    pub(crate) const fn from_response(response: Result<Vec<Violation>, Error>) -> Self {
        Self::new(Ok(Vec::new()), response)
    }

    /// Returns the tolerated deviations of the request and the response. Their paths begin with
    /// `/request` or `/response`.
    ///
    /// # Errors
    /// Returns an error if the request or the response is invalid.
    pub fn into_result(self) -> Result<Vec<Violation>, ExchangeError> {
        if self.request.is_err() || self.response.is_err() {
            return Err(ExchangeError::new(self));
        }
        Ok(self.tolerated())
    }

    fn tolerated(&self) -> Vec<Violation> {
        self.collect(|outcome| match outcome {
            Ok(tolerated) => tolerated,
            Err(error) => error.tolerated(),
        })
    }

    /// Collects the violations that `select` returns for the request and the response, and prefixes
    /// their paths.
    fn collect<'a>(
        &'a self,
        select: impl Fn(&'a Result<Vec<Violation>, Error>) -> &'a [Violation],
    ) -> Vec<Violation> {
        let sides = [&self.request, &self.response].into_iter().zip(PATH_PREFIXES);
        sides
            .flat_map(|(outcome, prefix)| {
                select(outcome).iter().cloned().map(move |one| one.prefixed(prefix))
            })
            .collect()
    }
}

/// The errors in a request, in its response, or in both. Each error is either a syntax error or a
/// list of violations.
///
/// `Display` and the serialized form contain the errors in the request and in the response, and
/// each path begins with `/request` or `/response`. The error is the size of a pointer, and
/// contains no values from the payload. It serializes as an array of violations, as [`Error`] does.
///
/// ```
/// use miniprogram_protocol::endpoint::{Cancel, check_exchange};
///
/// let request = br#"{"paymentId": "P-1", "extendInfo": 1}"#;
/// let response = br#"{"result": {"resultStatus": "S"}, "paymentId": "P-2"}"#;
/// let error = check_exchange::<Cancel>(request, response).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "/request/extendInfo must be a string, not a number\n\
///      /response/paymentId must equal /request/paymentId"
/// );
/// assert_eq!(error.response().unwrap().violations()[0].path(), "/paymentId");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeError(Box<ExchangeOutcome>);

impl ExchangeError {
    /// Wraps an outcome with at least one error.
    pub(crate) fn new(outcome: ExchangeOutcome) -> Self {
        Self(Box::new(outcome))
    }

    /// Returns the error in the request, if it is invalid. Paths are relative to the request.
    #[must_use]
    pub fn request(&self) -> Option<&Error> {
        self.0.request.as_ref().err()
    }

    /// Returns the error in the response, if it is invalid. Paths are relative to the response.
    #[must_use]
    pub fn response(&self) -> Option<&Error> {
        self.0.response.as_ref().err()
    }

    /// Returns the violations in the request and the response, with paths that begin with
    /// `/request` or `/response`. A request or response that is not valid JSON contributes no
    /// violations.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.0.collect(|outcome| outcome.as_ref().err().map_or(&[], Error::violations))
    }

    /// Returns the deviations that the policy tolerates in the request and the response, with the
    /// same paths as [`violations`](Self::violations).
    #[must_use]
    pub fn tolerated(&self) -> Vec<Violation> {
        self.0.tolerated()
    }

    fn errors(&self) -> impl Iterator<Item = (&Error, &'static str)> {
        let sides = [self.request(), self.response()].into_iter().zip(PATH_PREFIXES);
        sides.filter_map(|(error, prefix)| Some((error?, prefix)))
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (error, prefix) in self.errors() {
            if let Some(syntax) = error.syntax() {
                write!(f, "{separator}{prefix}: {syntax}")?;
                separator = "\n";
            }
            for violation in error.violations() {
                write!(f, "{separator}{}", violation.clone().prefixed(prefix))?;
                separator = "\n";
            }
        }
        Ok(())
    }
}

impl std::error::Error for ExchangeError {}

impl Serialize for ExchangeError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut violations = serializer.serialize_seq(None)?;
        for (error, prefix) in self.errors() {
            if let Some(syntax) = error.syntax() {
                violations.serialize_element(&syntax.with_path(prefix))?;
            }
            for violation in error.violations() {
                violations.serialize_element(&violation.clone().prefixed(prefix))?;
            }
        }
        violations.end()
    }
}
