//! From the bytes of a request to the bytes of its answer.

use super::{Endpoint, NotifyCardRegistrationResponse};
#[cfg(feature = "idempotency")]
use crate::dictionary::ResultCode;
use crate::{Error, Policy, Table, Violation, Violations, dictionary, validate::DICTIONARY};
use serde::Serialize;
use std::fmt;

/// The answer to a request. It goes with HTTP status 200, whatever it says.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The bytes to send, the JSON text of a response.
    pub body: Vec<u8>,
    /// What the response says of the call.
    pub result: dictionary::Result,
    /// Why the request was refused, if it was: it holds no value of the request, so that it can be
    /// logged.
    pub refused: Option<Error>,
    /// What the policy let pass in the request though the documents do not, if it let something
    /// pass: for the log, and to tell the caller.
    pub tolerated: Vec<Violation>,
    /// The rules that the response of the handler breaks, if it breaks some: it is sent as it is.
    pub broken: Option<Violations>,
}

impl fmt::Debug for Answer {
    /// Hides the bytes of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { result, refused, tolerated, broken, .. } = self;
        f.debug_struct("Answer")
            .field("result", result)
            .field("refused", refused)
            .field("tolerated", tolerated)
            .field("broken", broken)
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The answer that a result alone makes, whatever the call is.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     dictionary::ResultCode,
    ///     endpoint::Answer,
    /// };
    ///
    /// let answer = Answer::of(ResultCode::AccessDenied);
    /// assert_eq!(
    ///     String::from_utf8(answer.body).unwrap(),
    ///     r#"{"result":{"resultStatus":"F","resultCode":"ACCESS_DENIED","resultMessage":"Access is denied"}}"#
    /// );
    /// ```
    #[must_use]
    pub fn of(result: impl Into<dictionary::Result>) -> Self {
        let result = result.into();
        // Every response has a result, and this one nothing else.
        Self::new(&NotifyCardRegistrationResponse::new(result.clone()), result, &DICTIONARY)
    }

    /// The answer to a request that is not valid.
    pub(crate) fn refusing(error: Error) -> Self {
        Self { refused: Some(error.clone()), ..Self::of(error) }
    }

    /// An answer that was given before.
    #[cfg(feature = "idempotency")]
    pub(crate) fn again<E: Endpoint + ?Sized>(body: Vec<u8>) -> Self {
        // Whatever the store kept is sent; what it says is asked of it for the log alone.
        let result = serde_json::from_slice::<E::Response>(&body)
            .map_or_else(|_| ResultCode::UnknownException.into(), |answer| answer.as_ref().clone());
        Self { body, result, refused: None, tolerated: Vec::new(), broken: None }
    }

    /// The answer of a handler.
    pub(crate) fn handled<E, F>(
        handled: Result<E::Response, F>,
        tolerated: Vec<Violation>,
        policy: &Policy,
    ) -> Self
    where
        E: Endpoint + ?Sized,
        F: Into<dictionary::Result>,
    {
        // A failure is a response of the call, too, and held to its rules.
        let response = handled.unwrap_or_else(|failure| E::Response::from(failure.into()));
        let result = response.as_ref().clone();
        Self { tolerated, ..Self::new(&response, result, policy) }
    }

    fn new<R: Table>(response: &R, result: dictionary::Result, policy: &Policy) -> Self {
        let broken = response.validate_with(policy).err();
        Self { body: bytes(response), result, refused: None, tolerated: Vec::new(), broken }
    }
}

/// The JSON text of a table. A table has nothing that JSON has no place for.
fn bytes(table: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(table).unwrap_or_default()
}
