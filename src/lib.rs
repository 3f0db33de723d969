//! Rust types for the protocol of the *Mini Program Platform*, with validation against every rule of
//! its specification. This crate is unofficial.
//!
//! *Mini programs* are small applications that run inside a *super app*, such as a wallet. The Mini
//! Program Platform connects super apps and merchants, which exchange JSON over HTTP. This crate
//! provides the types of the platform's data [`dictionary`] and [`endpoint`]s as Rust structs, and
//! reports all violations in an invalid payload at once.
//!
//! # Quick start
//!
//! ```
//! use miniprogram_protocol::{dictionary::Order, from_json};
//!
//! let order = from_json::<Order>(br#"{
//!     "referenceOrderId": "2026112200017",
//!     "orderDescription": "A pair of shoes",
//!     "orderAmount": {"currency": "USD", "value": 4990},
//!     "merchant": {"referenceMerchantId": "218812000470", "merchantName": "Shoe Shop"}
//! }"#)?;
//! assert_eq!(order.order_amount.value, 4990);
//! # Ok::<_, miniprogram_protocol::Error>(())
//! ```
//!
//! If a payload is invalid, the error lists every [`Violation`], with a JSON Pointer, a stable code,
//! and a message. Messages never contain values from the payload. [`violation_codes`] explains the
//! codes.
//!
//! ```
//! use miniprogram_protocol::{dictionary::Order, from_json};
//!
//! let error = from_json::<Order>(br##"{
//!     "orderDescription": "A pair of shoes",
//!     "orderAmount": {"currency": "usd", "value": "4990"},
//!     "merchant": {"referenceMerchantId": "M#1", "merchantName": "Shoe Shop"}
//! }"##).unwrap_err();
//!
//! let violations: Vec<_> = error.violations().iter().map(|v| (v.path(), v.code())).collect();
//! assert_eq!(violations, [
//!     ("/orderAmount/currency", "format"),
//!     ("/orderAmount/value", "type"),
//!     ("/merchant/referenceMerchantId", "forbiddenCharacter"),
//!     ("/referenceOrderId", "required"),
//! ]);
//! assert_eq!(
//!     error.violations()[1].to_string(),
//!     "/orderAmount/value must be an integer, not a string"
//! );
//! ```
//!
//! # Entry points
//!
//! | Item | Purpose |
//! |---|---|
//! | [`from_json`] | Parses and validates JSON. |
//! | [`check_json`] | Validates JSON without building a value. |
//! | [`Valid<T>`](Valid) | Wraps a validated value. In a web framework's JSON extractor, it validates the request body. |
//! | [`Validate::validate`] | Validates a value that was built in Rust. |
//! | [`endpoint::check_exchange`] | Validates a request together with its response. |
//! | [`Endpoint::read_response`](endpoint::Endpoint::read_response) | Parses and validates the response to a request. |
//! | [`endpoint::Handler`] | Handles a request, from the bytes of its body to the bytes of the response. |
//! | [`Policy`] | Adapts validation to a tenant. Functions whose names end in `_with` take a policy. |
//! | [`Schema`] | Describes every table, field and constraint as data. |
//!
//! Parsing keeps unknown fields and unknown enum values, so that they can be serialized again.
//! Validation is explicit: the structs have public fields, which can contain values that the
//! specification does not allow.
//!
//! ```
//! use miniprogram_protocol::{Validate, dictionary::{Message, MessageRequired, MessageChannel}};
//!
//! let message = Message::new(MessageRequired {
//!     message_id: "M-1",
//!     customer_id: "C-1",
//!     message_channel: MessageChannel::Sms,
//!     message_content: "not JSON",
//!     extend_info: "{}",
//! });
//! assert_eq!(message.validate().unwrap_err()[0].path(), "/messageContent");
//! ```
//!
//! # Policies
//!
//! A *tenant*, which is the operator of a super app, may deviate from the specification or set its
//! own limits. A [`Policy`] allows such [`Deviation`]s, and overrides the constraints on fields.
//! Tolerated values are preserved and reported.
//!
//! ```
//! use miniprogram_protocol::{Policy, FieldLimits, check_json_with, dictionary::Amount};
//!
//! let policy = Policy::lenient().limit_field::<Amount>("value", FieldLimits::new().maximum(5_000))?;
//! let tolerated = check_json_with::<Amount>(br#"{"currency":"USD","value":"4990"}"#, &policy)?;
//! assert_eq!(tolerated[0].to_string(), "/value must be an integer, not a string");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Endpoints
//!
//! Each [`Endpoint`](endpoint::Endpoint) of the platform is a type. A
//! [`Handler`](endpoint::Handler) passes a valid request to a function, and replies to an invalid
//! one with the result code `PARAM_ILLEGAL`. The [`http`] module parses and formats headers, and
//! creates and verifies signatures.
//!
//! ```
//! use miniprogram_protocol::{dictionary::ResultCode, endpoint::{Handler, MerchantSync}};
//!
//! let reply = Handler::<MerchantSync>::new().handle(br#"{"appId": "1"}"#, |request| {
//!     println!("merchant {}", request.merchant_id);
//!     Ok::<_, ResultCode>(ResultCode::Success.into())
//! });
//! assert_eq!(reply.result.result_code, Some(ResultCode::ParamIllegal));
//! ```
//!
//! # Features
//!
//! All features are off by default.
//!
//! | Feature | Adds |
//! |---|---|
//! | `arbitrary` | Implementations of `Arbitrary` for fuzzing: the `arbitrary` module. |
//! | `cli` | The `mpp` command. |
//! | `http` | Conversion of headers to the types of the `http` crate: `http::Headers::request_header_map`. |
//! | `idempotency` | Handlers that send the same response when a request is retried: the `idempotency` module. |
//! | `jiff` | Exact conversion of times to and from the types of `jiff`: `Datetime::to_jiff`. |
//! | `json-schema` | Export of the tables as JSON Schema: the `export::json_schema` module. |
//! | `openapi` | Export of the endpoints as OpenAPI: the `export::openapi` module. |
//! | `pattern` | Regular expressions for strings in policies: `Pattern`. |
//! | `policy-file` | Reading policies from TOML and JSON: `Policy::from_toml`, `Policy::from_json`, and `Deserialize`. |
//! | `proptest` | Valid and invalid values for property tests: the `generate` module. |
//! | `rust_decimal` | Exact conversion of amounts to and from `Decimal`: `Amount::to_decimal`. |
//! | `schemars` | Implementations of `JsonSchema`, so that your structs can derive it: the `export::schemars` module. |
//! | `signature` | Signing and verification of requests and responses: `http::Signer`, `http::Verifier`. |
//! | `time` | Exact conversion of times to and from the types of `time`: `Datetime::to_time`. |
//! | `utoipa` | Implementations of `ToSchema`, so that your structs can derive it: the `export::utoipa` module. |
//!
//! # Where the specification is silent
//!
//! The specification does not say, for example, what counts as a character, or how `null` differs
//! from an absent field. [`spec_interpretation`] lists how this crate behaves in such cases.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::string_slice))]

// Macro expansions, including those in this crate, refer to the crate by name in documentation
// links.
extern crate self as miniprogram_protocol;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod catalog;
pub mod dictionary;
pub mod endpoint;
#[cfg(feature = "json-schema")]
pub mod export;
#[cfg(feature = "proptest")]
pub mod generate;
pub mod http;
#[cfg(feature = "idempotency")]
pub mod idempotency;
mod json;
mod model;
mod policy;
#[cfg(feature = "policy-file")]
mod policy_file;
mod protocol_type;
mod read;
mod report;
pub mod schema;
#[doc = include_str!("../SPEC-INTERPRETATION.md")]
pub mod spec_interpretation {}
mod validate;
// VIOLATION-CODES.md links to a page on GitHub. In rustdoc, this definition takes precedence, so
// the link leads to the module instead.
#[doc = "[interpretation]: spec_interpretation\n"]
#[doc = include_str!("../VIOLATION-CODES.md")]
pub mod violation_codes {}

pub use json::{JsonText, SyntaxError};
#[cfg(any(feature = "jiff", feature = "time"))]
pub use model::TimeError;
#[doc(hidden)]
pub use model::private as __private;
pub use model::{
    CurrencyCode, Datetime, ExtendInfo, IntoOption, Mcc, MinorUnits, OneOrMany, PhoneNumber,
    RegionCode, Revealed, UnixMillis, UnknownFields, UnknownFieldsIntoIter, UnknownFieldsIter,
    UnknownValue, UnknownValueError, diff,
};
pub use policy::{FieldLimits, FieldLimitsError, ForbiddenCharacters, Policy, UnknownFieldPolicy};
#[cfg(feature = "pattern")]
pub use policy::{Pattern, PatternError};
#[cfg(feature = "policy-file")]
pub use policy_file::PolicyFileError;
#[doc(hidden)]
pub use protocol_type::{
    assert_has_samples as __assert_has_samples, assert_not_reserved as __assert_not_reserved,
};
pub use read::{ProtocolType, check_json, check_json_with, from_json, from_json_with};
pub use report::{
    CustomConstraint, CustomViolation, Error, ExchangeError, ExchangeOutcome, ParamValue, Span,
    Violation, ViolationKind, Violations, locate,
};
pub use schema::{CustomFormat, Deviation, Edition, Format, FormatError, JsonType, Schema};
pub use validate::{InvalidValue, Valid, Validate, ValidationContext};
