//! Reads signed responses.

use super::{HeaderError, Headers, SignatureError, VerifiedSender, Verifier};
use crate::{
    endpoint::Endpoint,
    policy::Policy,
    report::{ExchangeError, Violation},
    validate::{STRICT_POLICY, Valid},
};
use std::time::SystemTime;

/// A response whose signature has been verified, and which has been validated.
///
/// The response may also be an unsigned failure, if the verifier
/// [accepts](Verifier::accept_unsigned_failures) unsigned failures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedResponse<T> {
    /// The response.
    pub response: Valid<T>,
    /// The deviations that the policy tolerates, with paths that begin with `/response`.
    pub tolerated: Vec<Violation>,
    /// The sender, or `None` for an unsigned failure. If the key ring contains the keys of several
    /// clients, check that the response comes from the receiver of the request.
    pub sender: Option<VerifiedSender>,
}

/// An error in a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The signature could not be verified. The body was not parsed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The response is not valid JSON, or violates the specification.
    #[error(transparent)]
    Invalid(#[from] ExchangeError),
}

impl From<HeaderError> for ResponseError {
    fn from(error: HeaderError) -> Self {
        Self::Signature(error.into())
    }
}

impl Verifier {
    /// Verifies the signature of a response as [`verify_response`](Self::verify_response) does, and
    /// then reads it as [`Endpoint::read_response`] does. `path_and_query` is the path and query of
    /// the request. `request` and `response` are the bodies, exactly as sent and received.
    ///
    /// # Errors
    /// Returns an error if the signature could not be verified, or if the response is invalid or
    /// does not match the request.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     endpoint::{Endpoint, Refund},
    ///     http::{Headers, ResponseError, Verifier},
    /// };
    /// use std::time::SystemTime;
    ///
    /// fn print_refund(
    ///     verifier: &Verifier,
    ///     request: &[u8],
    ///     headers: Vec<(String, String)>,
    ///     body: &[u8],
    /// ) -> Result<(), ResponseError> {
    ///     let headers = Headers::from_response(headers)?;
    ///     let (path, now) = (Refund::METADATA.path, SystemTime::now());
    ///     let read = verifier.read_response::<Refund>(path, request, &headers, body, now)?;
    ///     println!("{:?}", read.response.refund_id);
    ///     Ok(())
    /// }
    /// # let verifier = Verifier::new(miniprogram_protocol::http::KeyRing::new());
    /// # assert!(print_refund(&verifier, b"{}", vec![], b"{}").is_err());
    /// ```
    pub fn read_response<E: Endpoint>(
        &self,
        path_and_query: &str,
        request: &[u8],
        headers: &Headers,
        response: &[u8],
        now: SystemTime,
    ) -> Result<VerifiedResponse<E::Response>, ResponseError> {
        let policy = &STRICT_POLICY;
        self.read_response_with::<E>(path_and_query, request, headers, response, now, policy)
    }

    /// Verifies and reads a response as [`read_response`](Self::read_response) does, but validates
    /// it against a policy.
    ///
    /// # Errors
    /// Returns the same errors as `read_response`.
    pub fn read_response_with<E: Endpoint>(
        &self,
        path_and_query: &str,
        request: &[u8],
        headers: &Headers,
        response: &[u8],
        now: SystemTime,
        policy: &Policy,
    ) -> Result<VerifiedResponse<E::Response>, ResponseError> {
        let sender = self.verify_response(path_and_query, headers, response, now)?;
        let (response, tolerated) = E::read_response_with(request, response, policy)?;
        Ok(VerifiedResponse { response, tolerated, sender })
    }
}
