use super::{Endpoint, NotifyCardRegistrationResponse};
use crate::{
    dictionary,
    policy::Policy,
    read::ProtocolType,
    report::{Error, Violation, Violations},
    validate::STRICT_POLICY,
};
use std::fmt;

/// The reply to a request. Send its body with the HTTP status 200.
#[must_use = "a reply must be sent"]
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The response as JSON.
    pub body: Vec<u8>,
    /// The result in the response.
    pub result: dictionary::Result,
    /// The error in the request, if the request was invalid. The error contains no values from the
    /// request, so it can be logged.
    pub request_error: Option<Error>,
    /// The deviations in the request that the policy tolerates.
    pub tolerated: Vec<Violation>,
    /// The violations in the response of the handler function, if there are any. `body` contains the
    /// response even if it is invalid.
    pub response_violations: Option<Violations>,
}

impl fmt::Debug for Reply {
    /// Formats all fields except the body, which may contain personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { result, request_error, tolerated, response_violations, .. } = self;
        f.debug_struct("Reply")
            .field("result", result)
            .field("request_error", request_error)
            .field("tolerated", tolerated)
            .field("response_violations", response_violations)
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// Returns a reply that contains only a result, for any endpoint.
    ///
    /// ```
    /// use miniprogram_protocol::{dictionary::ResultCode, endpoint::Reply};
    ///
    /// let reply = Reply::from_result(ResultCode::AccessDenied);
    /// assert_eq!(
    ///     String::from_utf8(reply.body).unwrap(),
    ///     r#"{"result":{"resultStatus":"F","resultCode":"ACCESS_DENIED","resultMessage":"Access is denied"}}"#
    /// );
    /// ```
    pub fn from_result(result: impl Into<dictionary::Result>) -> Self {
        let result = result.into();
        // Any response type can be used, because a response that contains only the required field
        // `result` is the same for all endpoints.
        Self::new(&NotifyCardRegistrationResponse::new(result.clone()), result, &STRICT_POLICY)
    }

    /// Returns the reply to an invalid request.
    pub(crate) fn from_request_error(error: Error) -> Self {
        Self { request_error: Some(error.clone()), ..Self::from_result(error) }
    }

    /// Returns the reply for the return value of a handler function: the response, or a response
    /// whose result is created from the error.
    pub(crate) fn from_handler<E, F>(
        response: Result<E::Response, F>,
        tolerated: Vec<Violation>,
        policy: &Policy,
    ) -> Self
    where
        E: Endpoint,
        F: Into<dictionary::Result>,
    {
        // The response that is created from an error is also validated.
        let response = response.unwrap_or_else(|error| E::Response::from(error.into()));
        let result = response.as_ref().clone();
        Self { tolerated, ..Self::new(&response, result, policy) }
    }

    fn new<R: ProtocolType>(response: &R, result: dictionary::Result, policy: &Policy) -> Self {
        Self {
            // Serializing a protocol type to JSON cannot fail.
            body: serde_json::to_vec(response).unwrap_or_default(),
            result,
            request_error: None,
            tolerated: Vec::new(),
            response_violations: response.validate_with(policy).err(),
        }
    }
}
