//! The protocol types of the Mini Program Platform, with a validator for every rule of its data
//! dictionary.
//!
//! # Read
//!
//! [`from_json`] turns the bytes of a request into a [`Valid`] value, or says everything that is
//! wrong with them: missing members, wrong types, duplicates, broken rules, at any depth.
//!
//! ```
//! use miniprogram_protocol::{dictionary::Merchant, from_json};
//!
//! let error = from_json::<Merchant>(br##"{
//!     "referenceMerchantId": "M#1",
//!     "merchantMCC": 5661,
//!     "merchantAddress": {"latitude": "1.29"}
//! }"##).unwrap_err();
//!
//! let found: Vec<_> = error.violations().iter().map(|found| (found.path(), found.code())).collect();
//! assert_eq!(found, [
//!     ("/referenceMerchantId", "forbiddenCharacter"),
//!     ("/merchantMCC", "type"),
//!     ("/merchantAddress/longitude", "dependentRequired"),
//!     ("/merchantAddress/region", "required"),
//!     ("/merchantName", "required"),
//! ]);
//! ```
//!
//! Each [`Violation`] has a JSON Pointer, a stable code, numbers and a sentence; never the value.
//! In a framework's JSON extractor, `Valid<Order>` in place of `Order` does the same.
//!
//! # Build and judge
//!
//! The tables of the [`dictionary`] are structs with public fields, which hold whatever a peer may
//! send: unknown members and unlisted values are kept and written back. [`Validate`] judges them.
//!
//! ```
//! use miniprogram_protocol::{Validate, dictionary::{Message, MessageChannel}};
//!
//! let message = Message::new("M-1", "C-1", MessageChannel::Sms, "no JSON", "{}");
//! assert_eq!(
//!     message.validate().unwrap_err().to_string(),
//!     "/messageContent must be the text of a JSON object"
//! );
//! ```
//!
//! # Judge as your tenant asks
//!
//! Peers deviate from the documents, and tenants have limits of their own. A [`Policy`] says what may
//! pass, and limits rows in another way; what it lets pass is kept as it came, and told.
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
//! # Look up
//!
//! What is enforced is data, in [`schema`]: [`Schema::ALL`] has every table of the documents with its
//! rows, rules ([`Rule`]) and rules between rows ([`CrossFieldRule`]); [`ProtocolType::SCHEMA`] is that of one type.
//!
//! # Answer
//!
//! An [`Endpoint`](endpoint::Endpoint) is a call as a type: [`answer`](endpoint::Endpoint::answer)
//! goes from the bytes of a request to those of its response. What goes before and after, headers
//! and signatures, is in [`http`].
//!
//! # What the documents leave open
//!
//! What is a character, a null, an integer, a special character? The [`rulings`] answer what the
//! documents do not.
//!
//! # Features
//!
//! None is on unless it is asked for.
//!
//! - `json-schema`: the tables as JSON Schema, in the module `export`.
//! - `openapi`: the calls as OpenAPI, in the module `export`.
//! - `schemars`, `utoipa`: a struct of your own that holds tables derives `JsonSchema` or `ToSchema`,
//!   and has the rules in its document; see the modules of these names in `export`.
//! - `proptest`: values for property tests, in the module `generate`.
//! - `pattern`: patterns that texts must match, in policies: `Pattern`.
//! - `policy-file`: policies from TOML and JSON files, and as part of settings of your own; see
//!   `Policy::from_toml`.
//! - `signature`: signing and verifying, in the module [`http`].
//! - `http`: headers as the type of the crate `http`.
//! - `idempotency`: the same answer to a repeated request, in the module `idempotency`.
//! - `arbitrary`: values for fuzzers; see the module `arbitrary`.
//! - `cli`: the command `mpp`.

#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::string_slice))]

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
mod read;
mod report;
pub mod schema;
#[doc = include_str!("../SPEC-INTERPRETATION.md")]
pub mod spec_interpretation {}
mod validate;

pub use dictionary::{
    InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, Localized, MessageContent,
    PushContent, SmsContent,
};
pub use json::{JsonText, SyntaxError};
pub use model::{
    CurrencyCode, Datetime, ExtendInfo, Mcc, MinorUnits, OneOrMany, PhoneNumber, RegionCode,
    UnixMillis, UnknownFields, UnknownValue,
};
pub use policy::{FieldLimits, FieldLimitsError, ForbiddenCharacters, Policy, UnknownFieldPolicy};
#[cfg(feature = "pattern")]
pub use policy::{Pattern, PatternError};
#[cfg(feature = "policy-file")]
pub use policy_file::PolicyFileError;
pub use read::{ProtocolType, check_json, check_json_with, from_json, from_json_with};
pub use report::{Error, Violation, ViolationKind, Violations};
pub use schema::{Deviation, Format, FormatError, JsonType, Schema};
pub use validate::{Valid, Validate, ValidationContext};

// The examples of the README are tests. Some need features.
#[cfg(all(
    doctest,
    feature = "http",
    feature = "proptest",
    feature = "schemars",
    feature = "signature"
))]
#[doc = include_str!("../README.md")]
mod readme {}
