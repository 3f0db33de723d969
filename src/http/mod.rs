//! HTTP headers, and the signatures of requests and responses.
//!
//! In this protocol, every message is signed with RSA. The signature covers the path, the sender's
//! client ID, the time and the body; see [`signing_input`]. A server turns a request into a signed
//! response in five steps:
//!
//! 1. Parse the headers with [`Headers::from_request`].
//! 2. Verify the signature with `Verifier::verify_request`, before parsing the body. It returns the
//!    client ID of the sender.
//! 3. Find the endpoint with [`EndpointMetadata::match_path`](crate::endpoint::EndpointMetadata::match_path).
//! 4. Handle the body with a [`Handler`](crate::endpoint::Handler): it parses and validates the
//!    request, calls your function, and serializes the response.
//! 5. Sign the body of the reply with `Signer::sign_response`, which returns the headers of the
//!    response. Send both with the HTTP status 200.
//!
//! If step 1, 2 or 3 fails, create the reply with
//! [`Reply::from_result`](crate::endpoint::Reply::from_result) from the error or a result code. Do
//! not sign the response to an unknown path; the documentation of `Signer::sign_response` explains
//! why.
//!
//! A client signs the request with `Signer::sign_request`. `Verifier::read_response` verifies and
//! reads the response, and checks that it matches the request; `Verifier::verify_response` only
//! verifies it. Signing and verifying require the `signature` feature.
//!
//! ```
//! # #[cfg(feature = "signature")]
//! # mod server {
//! use miniprogram_protocol::{
//!     dictionary::ResultCode,
//!     endpoint::{Endpoint, EndpointMetadata, Handler, MerchantSync, Reply},
//!     http::{Headers, SignatureError, Signer, SigningError, Verifier},
//! };
//! use std::time::SystemTime;
//!
//! fn serve(
//!     path_and_query: &str,
//!     headers: Vec<(String, String)>,
//!     body: &[u8],
//!     verifier: &Verifier,
//!     signer: &Signer,
//! ) -> Result<(Headers, Vec<u8>), SigningError> {
//!     let now = SystemTime::now();
//!     let verified = Headers::from_request(headers)
//!         .map_err(SignatureError::from)
//!         .and_then(|headers| verifier.verify_request(path_and_query, &headers, body, now));
//!     let endpoint = EndpointMetadata::match_path(path_and_query, "")
//!         .filter(|endpoint| endpoint.name == MerchantSync::METADATA.name);
//!     let Some(endpoint) = endpoint else {
//!         return Ok((Headers::default(), Reply::from_result(ResultCode::InvalidApi).body));
//!     };
//!     let reply = match verified {
//!         Ok(_) => Handler::<MerchantSync>::new().handle(body, |request| {
//!             println!("synchronizing {}", request.merchant_id);
//!             Ok::<_, ResultCode>(ResultCode::Success.into())
//!         }),
//!         Err(error) => Reply::from_result(error),
//!     };
//!     Ok((signer.sign_response(endpoint, path_and_query, "", &reply.body, now)?, reply.body))
//! }
//! # }
//! ```

mod header;
#[cfg(feature = "signature")]
mod replay;
#[cfg(feature = "signature")]
mod response;
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
pub use response::{ResponseError, VerifiedResponse};
#[cfg(feature = "signature")]
pub use signature::{
    KeyError, KeyRing, SignatureError, Signer, SigningError, SigningKey, VerifiedSender, Verifier,
    VerifyingKey,
};
pub use signing_input::signing_input;
pub use timestamp::{TimeOutOfRange, Timestamp};
