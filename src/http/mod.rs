//! What belongs to a call beside its body: headers, the text that is signed, signatures.
//!
//! A server verifies the bytes that came before it parses them, and signs the bytes that it sends:
//!
//! 1. [`Headers::of_request`] reads the headers,
//! 2. `Verifier::verify_request` (feature `signature`) tells who sent them,
//! 3. [`EndpointMetadata::match_path`](crate::endpoint::EndpointMetadata::match_path) finds the call by the path,
//! 4. [`Endpoint::answer`](crate::endpoint::Endpoint::answer) makes the answer,
//! 5. `Signer::sign_response` (feature `signature`) makes its headers.

mod header;
#[cfg(feature = "signature")]
mod replay;
#[cfg(feature = "signature")]
mod signature;
mod signing_input;
mod timestamp;

#[cfg(feature = "openapi")]
pub(crate) use header::{CLIENT_ID, REQUEST_TIME, RESPONSE_TIME, SIGNATURE};
pub use header::{HeaderError, HeaderErrorKind, Headers, SignatureHeader};
#[cfg(feature = "signature")]
pub use replay::{ReplayCache, ReplayError};
#[cfg(feature = "signature")]
pub use signature::{
    KeyError, KeyRing, SignatureError, Signer, SigningError, SigningKey, Verified, Verifier,
    VerifyingKey,
};
pub use signing_input::signing_input;
pub use timestamp::{TimeOutOfRange, Timestamp};
