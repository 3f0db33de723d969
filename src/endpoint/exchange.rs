//! Checks of a request together with its response.

use super::{Endpoint, EndpointMetadata};
use crate::{
    policy::Policy,
    read::{ExchangeText, read_with_report},
    report::{Error, ExchangeError, ExchangeOutcome, Violation},
    schema::ExchangeRule,
    validate::{Report, STRICT_POLICY, Scope, Valid, Validate as _, ValidationContext},
};

/// Validates a request and its response as [`check_json`](crate::check_json) does, and checks the
/// rules that relate the response to the request: [`EndpointMetadata::exchange_rules`].
///
/// Use this function when both the request and the response are available, for example in a proxy
/// or in a test of a server. A client that reads a response uses [`Endpoint::read_response`].
///
/// # Errors
/// Returns the errors in the request and the response, up to 64 violations in each of them. The
/// paths begin with `/request` or `/response`.
///
/// ```
/// use miniprogram_protocol::endpoint::{InquiryRefund, check_exchange};
///
/// let request = br#"{"refundId": "20261127190741010007000000000000"}"#;
/// let response = br#"{
///     "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
///     "refundId": "20261127190741010007000000000001"
/// }"#;
/// let error = check_exchange::<InquiryRefund>(request, response).unwrap_err();
/// assert_eq!(error.to_string(), "/response/refundId must equal /request/refundId");
/// ```
pub fn check_exchange<E: Endpoint>(request: &[u8], response: &[u8]) -> Result<(), ExchangeError> {
    check_exchange_with::<E>(request, response, &STRICT_POLICY).map(drop)
}

/// Validates a request and its response as [`check_exchange`] does, but against a policy. Returns
/// the deviations that the policy tolerates, with paths that begin with `/request` or `/response`.
///
/// # Errors
/// Returns the errors in the request and the response, up to the policy's maximum number of
/// violations in each of them.
///
/// ```
/// use miniprogram_protocol::{
///     Policy,
///     endpoint::{Capture, check_exchange_with},
/// };
///
/// let request = br#"{
///     "captureRequestId": "C-1",
///     "paymentId": "P-1",
///     "captureAmount": {"currency": "USD", "value": "4990"}
/// }"#;
/// let response = br#"{"result": {"resultStatus": "S"}, "captureRequestId": "C-1"}"#;
/// let tolerated = check_exchange_with::<Capture>(request, response, &Policy::lenient()).unwrap();
/// assert_eq!(
///     tolerated[0].to_string(),
///     "/request/captureAmount/value must be an integer, not a string"
/// );
/// ```
pub fn check_exchange_with<E: Endpoint>(
    request: &[u8],
    response: &[u8],
    policy: &Policy,
) -> Result<Vec<Violation>, ExchangeError> {
    E::METADATA.check_exchange_with(request, response, policy).into_result()
}

impl EndpointMetadata {
    /// Validates a request of the endpoint and its response, as [`check_exchange_with`] does.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, endpoint::EndpointMetadata};
    ///
    /// let endpoint = EndpointMetadata::by_name("cancel").unwrap();
    /// let response = br#"{"result": {"resultStatus": "S"}}"#;
    /// let outcome = endpoint.check_exchange_with(b"{}", response, &Policy::strict());
    /// assert!(outcome.request.is_err() && outcome.response.is_ok());
    /// ```
    #[must_use]
    pub fn check_exchange_with(
        &self,
        request: &[u8],
        response: &[u8],
        policy: &Policy,
    ) -> ExchangeOutcome {
        let request_outcome = self.request.check_json_with(request, policy);
        let response_outcome = self.response.check_json_with(response, policy);
        let is_json = |outcome: &Result<_, Error>| {
            outcome.as_ref().err().is_none_or(|error| error.syntax().is_none())
        };
        let response_outcome = if is_json(&request_outcome) && is_json(&response_outcome) {
            let request = || ExchangeText::new(request, policy);
            check_rules(self, request, response, response_outcome, policy)
        } else {
            response_outcome
        };
        ExchangeOutcome::new(request_outcome, response_outcome)
    }
}

/// Checks the exchange rules of an endpoint on the JSON of a request and its response, and adds the
/// violations to `outcome`, the result of validating the response. The response must be valid JSON.
/// The request is parsed only if the endpoint has rules.
fn check_rules<'a>(
    endpoint: &EndpointMetadata,
    request: impl FnOnce() -> Option<ExchangeText<'a>>,
    response: &[u8],
    outcome: Result<Vec<Violation>, Error>,
    policy: &Policy,
) -> Result<Vec<Violation>, Error> {
    let rules = endpoint.exchange_rules;
    if rules.is_empty() {
        return outcome;
    }
    match (request(), ExchangeText::new(response, policy)) {
        (Some(request), Some(response)) => {
            add_violations(rules, &request, &response, outcome, policy)
        }
        _ => outcome,
    }
}

fn add_violations(
    rules: &'static [ExchangeRule],
    request: &ExchangeText<'_>,
    response: &ExchangeText<'_>,
    outcome: Result<Vec<Violation>, Error>,
    policy: &Policy,
) -> Result<Vec<Violation>, Error> {
    let mut report = match outcome {
        Ok(tolerated) => Report::from_tolerated(tolerated),
        Err(error) => Report::from(error.into_violations()?),
    };
    let cx = &mut ValidationContext::new(policy, Scope::All, &mut report);
    for rule in rules {
        rule.check(request, response, cx);
    }
    report.take_result()?;
    Ok(report.into_tolerated())
}

/// Reads the response to a request, as [`Endpoint::read_response_with`] does.
pub(super) fn read_response<E: Endpoint>(
    request: &[u8],
    response: &[u8],
    policy: &Policy,
) -> Result<(Valid<E::Response>, Vec<Violation>), ExchangeError> {
    let mut report = Report::default();
    let (value, outcome) = match read_with_report::<E::Response>(response, policy, &mut report) {
        Ok(value) => (Some(value), Ok(report.into_tolerated())),
        Err(error) if error.syntax().is_some() => {
            return Err(ExchangeError::new(ExchangeOutcome::from_response(Err(error))));
        }
        Err(error) => (None, Err(error)),
    };
    let request = || ExchangeText::parse(request);
    let outcome = check_rules(E::METADATA, request, response, outcome, policy);
    let outcome = ExchangeOutcome::from_response(outcome);
    match value {
        Some(value) => Ok((value, outcome.into_result()?)),
        None => Err(ExchangeError::new(outcome)),
    }
}

/// Validates a request and its response, as [`Endpoint::validate_exchange_with`] does.
pub(super) fn validate_exchange<E: Endpoint>(
    request: &E::Request,
    response: &E::Response,
    policy: &Policy,
) -> Result<Vec<Violation>, ExchangeError> {
    let request_outcome = request.validate_with(policy).map_err(Error::from);
    let mut response_outcome = response.validate_with(policy).map_err(Error::from);
    let rules = E::METADATA.exchange_rules;
    if !rules.is_empty() {
        // Serializing a protocol type to JSON cannot fail.
        let request = serde_json::to_string(request).unwrap_or_default();
        let response = serde_json::to_string(response).unwrap_or_default();
        let (request, response) =
            (ExchangeText::from_serialized(&request), ExchangeText::from_serialized(&response));
        response_outcome = add_violations(rules, &request, &response, response_outcome, policy);
    }
    ExchangeOutcome::new(request_outcome, response_outcome).into_result()
}
