use super::exchange;
use crate::{
    dictionary::{self, ResultCode},
    policy::Policy,
    read::ProtocolType,
    report::{ExchangeError, Violation},
    schema::{self, Confidence, Constant, CrossFieldRule, ExchangeRule, Schema, SourceDocument},
    validate::{STRICT_POLICY, Valid},
};
use std::fmt;

/// A type that represents an endpoint of the specification. Other crates cannot implement this trait.
///
/// ```
/// use miniprogram_protocol::endpoint::{Endpoint, NotifyCardRegistration};
///
/// let endpoint = NotifyCardRegistration::METADATA;
/// assert_eq!(endpoint.path, "/v2/pds/memberships/notifyCardRegistration");
/// assert_eq!(endpoint.idempotency_key, Some("requestId"));
/// ```
pub trait Endpoint: Sealed + Sized {
    /// The type of the request.
    type Request: ProtocolType;
    /// The type of the response, which contains a result and can be created from a result alone.
    type Response: ProtocolType + From<dictionary::Result> + AsRef<dictionary::Result>;
    /// The metadata of the endpoint.
    const METADATA: &'static EndpointMetadata;

    /// Reads the response to a request as [`from_json`](crate::from_json) does, and checks the
    /// rules that relate it to the request. `request` and `response` are the bodies, as sent and
    /// received. Verify the signature of the response first, or use `Verifier::read_response`.
    ///
    /// The request is not validated, so that the response to an invalid request can be read. If it
    /// is not valid JSON, the rules are not checked.
    ///
    /// # Errors
    /// Returns the error in the response: a syntax error, or up to 64 violations. The paths begin
    /// with `/response`.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::{Endpoint, Void};
    ///
    /// let request = br#"{"voidRequestId": "V-1", "paymentId": "P-1"}"#;
    /// let body = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-1", "voidId": "7"}"#;
    /// let response = Void::read_response(request, body)?;
    /// assert_eq!(response.void_id.as_deref(), Some("7"));
    ///
    /// let body = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-2"}"#;
    /// let error = Void::read_response(request, body).unwrap_err();
    /// assert_eq!(error.to_string(), "/response/voidRequestId must equal /request/voidRequestId");
    /// # Ok::<_, miniprogram_protocol::ExchangeError>(())
    /// ```
    fn read_response(
        request: &[u8],
        response: &[u8],
    ) -> Result<Valid<Self::Response>, ExchangeError> {
        Self::read_response_with(request, response, &STRICT_POLICY).map(|(value, _)| value)
    }

    /// Reads the response to a request as [`read_response`](Self::read_response) does, but against
    /// a policy. Returns the response and the deviations that the policy tolerates, with paths that
    /// begin with `/response`.
    ///
    /// # Errors
    /// Returns the same errors as `read_response`, with up to the policy's maximum number of
    /// violations.
    fn read_response_with(
        request: &[u8],
        response: &[u8],
        policy: &Policy,
    ) -> Result<(Valid<Self::Response>, Vec<Violation>), ExchangeError> {
        exchange::read_response::<Self>(request, response, policy)
    }

    /// Validates a request and its response, and checks the rules that relate the response to the
    /// request, as [`check_exchange`](super::check_exchange) does for JSON.
    ///
    /// If the endpoint has such rules, the request and the response are serialized to JSON to check
    /// the rules.
    ///
    /// # Errors
    /// Returns the violations in the request and the response, up to 64 in each of them. The paths
    /// begin with `/request` or `/response`.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     dictionary::ResultCode,
    ///     endpoint::{Cancel, CancelRequest, CancelResponse, Endpoint},
    /// };
    ///
    /// let request = CancelRequest::new().payment_id("P-1");
    /// let response = CancelResponse::new(ResultCode::Success).payment_id("P-2");
    /// let error = Cancel::validate_exchange(&request, &response).unwrap_err();
    /// assert_eq!(error.violations()[0].path(), "/response/paymentId");
    /// ```
    fn validate_exchange(
        request: &Self::Request,
        response: &Self::Response,
    ) -> Result<(), ExchangeError> {
        Self::validate_exchange_with(request, response, &STRICT_POLICY).map(drop)
    }

    /// Validates a request and its response as [`validate_exchange`](Self::validate_exchange) does,
    /// but against a policy. Returns the deviations that the policy tolerates.
    ///
    /// # Errors
    /// Returns the same errors as `validate_exchange`, with up to the policy's maximum number of
    /// violations.
    fn validate_exchange_with(
        request: &Self::Request,
        response: &Self::Response,
        policy: &Policy,
    ) -> Result<Vec<Violation>, ExchangeError> {
        exchange::validate_exchange::<Self>(request, response, policy)
    }
}

mod sealed {
    /// A supertrait that prevents other crates from implementing [`Endpoint`](super::Endpoint), so
    /// that items can be added to `Endpoint` without a breaking change.
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// The description of an endpoint of the specification. The HTTP method of every endpoint is `POST`.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointMetadata {
    /// The name, for example `notifyCardRegistration`.
    pub name: &'static str,
    /// The family of endpoints to which the endpoint belongs.
    pub family: Family,
    pub(crate) docs: &'static str,
    /// The path, without the tenant's prefix.
    pub path: &'static str,
    /// Other paths that the specification uses for the same endpoint.
    pub aliases: &'static [&'static str],
    /// The sender of requests.
    pub caller: Role,
    /// The receiver of requests.
    pub callee: Role,
    /// The schema of the request.
    pub request: &'static Schema,
    /// The schema of the response.
    pub response: &'static Schema,
    /// The idempotency key, that is, the name of the field that identifies a request. Requests with
    /// the same value in this field must get the same response.
    pub idempotency_key: Option<&'static str>,
    /// The result codes that the specification lists. Responses may also contain other codes.
    pub result_codes: &'static [ResultCode],
    /// The rules that relate a response to its request.
    pub exchange_rules: &'static [ExchangeRule],
    /// The specification's examples of the request.
    pub request_examples: &'static [Example],
    /// The specification's examples of the response.
    pub response_examples: &'static [Example],
    /// If the endpoint is deprecated, the name of the endpoint that replaces it.
    pub replaced_by: Option<&'static str>,
}

impl EndpointMetadata {
    /// The HTTP method of every endpoint.
    pub const METHOD: &'static str = "POST";

    /// Returns the description: a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        schema::paragraph(self.docs)
    }

    /// Returns the document that describes the endpoint. It is the source of the request type.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     endpoint::{Endpoint, MerchantSync},
    ///     schema::{Confidence, SourceDocument},
    /// };
    ///
    /// assert_eq!(MerchantSync::METADATA.source(), SourceDocument::MerchantSync);
    /// assert_eq!(MerchantSync::METADATA.confidence(), Confidence::Specification);
    /// ```
    #[must_use]
    pub const fn source(&self) -> SourceDocument {
        self.request.source
    }

    /// Returns the confidence in the definition of the endpoint: the lower of the confidence in its
    /// request and the confidence in its response.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let confidence = self.request.confidence.min(self.response.confidence);
        // The schemas of requests and responses always have a confidence.
        confidence.unwrap_or(Confidence::OneEdition)
    }
}

/// A family of endpoints. Lists of endpoints are grouped by family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Merchants and their operators.
    Merchants,
    /// Membership cards.
    Memberships,
    /// Benefits, for example coupons.
    Benefits,
    /// Messages to users.
    Messages,
    /// Mini programs.
    MiniPrograms,
    /// Authorizations of merchants by users.
    Authorizations,
    /// Data about users.
    Users,
    /// Payments and refunds.
    Payments,
}

impl Family {
    /// All families, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[
        Self::Merchants,
        Self::Memberships,
        Self::Benefits,
        Self::Messages,
        Self::MiniPrograms,
        Self::Authorizations,
        Self::Users,
        Self::Payments,
    ];
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merchants => "merchants",
            Self::Memberships => "memberships",
            Self::Benefits => "benefits",
            Self::Messages => "messages",
            Self::MiniPrograms => "mini programs",
            Self::Authorizations => "authorizations",
            Self::Users => "users",
            Self::Payments => "payments",
        })
    }
}

/// The role of a caller or callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The Mini Program Platform.
    Platform,
    /// A super app (a wallet that runs mini programs), or the software service behind it.
    SuperApp,
    /// A merchant.
    Merchant,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "Mini Program Platform",
            Self::SuperApp => "super app",
            Self::Merchant => "merchant",
        })
    }
}

/// A request or response that the specification gives as an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Example {
    /// The title.
    pub title: &'static str,
    /// The request or response as JSON.
    pub json: &'static str,
}

/// Returns the rule that a response requires `field` when its `result` reports success. The field
/// `result` must expose `resultStatus` (see `ObjectConstraints::exposes`).
pub(super) const fn required_on_success(field: &'static str) -> CrossFieldRule {
    CrossFieldRule::RequiredIf { field, when: "result/resultStatus", is: Constant::String("S") }
}

/// Declares an endpoint: an uninhabited type that implements [`Endpoint`]. The constant
/// `STATUS_MATCHES_CODE` is a cross-field rule for the field `result` of the response: the result
/// status must match the result code, for each result code of the endpoint.
macro_rules! endpoint {
    (
        $(#[doc = $about:literal])*
        pub enum $Name:ident as $name:literal in $family:ident {
            path: $path:literal $(or $alias:literal)*,
            $(replaced_by: $replacement:literal, $note:literal,)?
            roles: $caller:ident calls $callee:ident,
            request: $Request:ident,
            response: $Response:ident,
            idempotency_key: $key:expr,
            result_codes: $($common:ident)? $([$($code:ident),+])?,
            $(exchange_rules: [$($Rule:ident $operands:tt),+],)?
            request_examples: { $( $request_title:literal: $request_file:literal ),* },
            response_examples: { $( $response_title:literal: $response_file:literal ),* },
        }
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = concat!("`POST ", $path, "`", $(", or `POST ", $alias, "`",)* ".")]
        $(
            #[doc = "\n# Rules that relate the response to the request\n"]
            $( #[doc = endpoint!(@describe $Rule $operands)] )+
        )?
        #[doc(alias = $name)]
        #[doc(alias = $path)]
        $( #[doc(alias = $alias)] )*
        $(
            #[doc = concat!("The endpoint `", $replacement, "` replaces it.")]
            #[deprecated(note = $note)]
        )?
        #[derive(Clone, Copy, Debug)]
        pub enum $Name {}

        const RESULT_CODES: &[$crate::dictionary::ResultCode] =
            $crate::dictionary::codes!($($common)? $($($code),+)?);

        #[allow(dead_code, reason = "some responses have no such rule")]
        const STATUS_MATCHES_CODE: $crate::schema::CrossFieldRule =
            $crate::schema::CrossFieldRule::ValueByKey {
                field: "resultStatus",
                key: "resultCode",
                values: &$crate::dictionary::ResultCode::codes_and_statuses::<{ RESULT_CODES.len() }>(RESULT_CODES),
            };

        #[allow(deprecated, reason = "deprecated endpoints can still be used")]
        impl $crate::endpoint::Sealed for $Name {}

        #[allow(deprecated, reason = "deprecated endpoints can still be used")]
        impl $crate::endpoint::Endpoint for $Name {
            type Request = $Request;
            type Response = $Response;
            const METADATA: &'static $crate::endpoint::EndpointMetadata = &$crate::endpoint::EndpointMetadata {
                name: $name,
                family: $crate::endpoint::Family::$family,
                docs: concat!($($about, "\n"),*),
                path: $path,
                aliases: &[$($alias),*],
                caller: $crate::endpoint::Role::$caller,
                callee: $crate::endpoint::Role::$callee,
                request: <$Request as $crate::read::ProtocolType>::SCHEMA,
                response: <$Response as $crate::read::ProtocolType>::SCHEMA,
                idempotency_key: $key,
                result_codes: RESULT_CODES,
                exchange_rules: &[$($(endpoint!(@rule $Rule $operands)),+)?],
                request_examples: &[$(endpoint!(@example $request_title, $request_file)),*],
                response_examples: &[$(endpoint!(@example $response_title, $response_file)),*],
                replaced_by: endpoint!(@replaced_by $($replacement)?),
            };
        }

        impl From<$crate::dictionary::Result> for $Response {
            #[inline]
            fn from(result: $crate::dictionary::Result) -> Self {
                Self::new(result)
            }
        }

        impl From<$crate::dictionary::ResultCode> for $Response {
            #[inline]
            fn from(code: $crate::dictionary::ResultCode) -> Self {
                Self::new(code)
            }
        }

        impl AsRef<$crate::dictionary::Result> for $Response {
            #[inline]
            fn as_ref(&self) -> &$crate::dictionary::Result {
                &self.result
            }
        }
    };
    (@example $title:literal, $file:literal) => {
        $crate::endpoint::Example {
            title: $title,
            json: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/examples/payloads/documents/", $file
            )),
        }
    };
    (@rule Echo($field:literal)) => {
        $crate::schema::ExchangeRule::Echo { field: $field, unless: None }
    };
    (@rule Echo($field:literal unless $other:literal)) => {
        $crate::schema::ExchangeRule::Echo { field: $field, unless: Some($other) }
    };
    (@rule OneForEach($results:literal, of $of:literal, by $key:literal)) => {
        $crate::schema::ExchangeRule::OneForEach { results: $results, of: $of, key: $key }
    };
    (@describe Echo($field:literal $(unless $other:literal)?)) => {
        concat!(
            "- If the request and the response both contain `", $field, "`, the values must be equal",
            $( ", unless the request contains `", $other, "`, which takes precedence", )?
            " (`const` violation)."
        )
    };
    (@describe OneForEach($results:literal, of $of:literal, by $key:literal)) => {
        concat!(
            "- If the result status is `S`, `", $results, "` contains one object for each of `", $of,
            "`, in any order, with the same `", $key, "` (`enum` and `minItems` violations)."
        )
    };
    (@replaced_by) => { None };
    (@replaced_by $replacement:literal) => { Some($replacement) };
}
pub(crate) use endpoint;
