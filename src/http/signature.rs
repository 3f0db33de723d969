//! RSA signatures of requests and responses.

use super::{
    HeaderError, HeaderErrorKind, Headers, SignatureHeader, TimeOutOfRange, Timestamp,
    header::{CLIENT_ID, REQUEST_TIME, RESPONSE_TIME, SIGNATURE},
    replay::{MessageId, ReplayCache},
    signing_input,
};
use crate::{
    catalog::consists_of_visible_ascii,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{EndpointMetadata, NotifyCardRegistrationResponse},
    model::system_time::unix_nanos,
    schema::Edition,
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64ct::{Base64, Encoding};
use spki::{
    ObjectIdentifier, SubjectPublicKeyInfoRef,
    der::{
        Decode, Document, SecretDocument,
        asn1::{AnyRef, UintRef},
    },
};
use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};
use zeroize::Zeroizing;

/// A private RSA key of 2048 to 8192 bits.
///
/// The memory of the key is zeroed when the key is dropped, as are copies that are made while
/// parsing. The caller is responsible for zeroing the string that is parsed.
pub struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Parses a private key in one of these formats:
    ///
    /// - PKCS #8 as PEM, with the label `PRIVATE KEY`
    /// - PKCS #1 as PEM, with the label `RSA PRIVATE KEY`
    /// - PKCS #8 as Base64-encoded DER, the format of the platform's consoles and SDKs
    ///
    /// # Errors
    /// Returns an error if the format, type or size of the key is not supported.
    pub fn parse(encoded: &str) -> Result<Self, KeyError> {
        let pair = match as_pem(encoded) {
            Some(pem) => {
                let (label, der) =
                    SecretDocument::from_pem(pem).map_err(|_| KeyError::Malformed)?;
                match label {
                    "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der.as_bytes()),
                    "RSA PRIVATE KEY" => RsaKeyPair::from_der(der.as_bytes()),
                    _ => return Err(KeyError::Unsupported),
                }
            }
            None => RsaKeyPair::from_pkcs8(&decode_base64(encoded)?),
        };
        let pair = pair.map_err(|_| KeyError::Unsupported)?;
        check_public_key(pair.public_key().as_ref())?;
        Ok(Self(pair))
    }

    /// Signs the input, and returns the signature in the encoding that the header uses: Base64,
    /// then URL encoding.
    fn sign(&self, input: &[u8]) -> Result<String, SigningError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature)
            .map_err(|_| SigningError::Failed)?;
        let base64 = Base64::encode_string(&signature);
        Ok(base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// A public RSA key of 2048 to 8192 bits.
#[derive(Clone)]
pub struct VerifyingKey(ParsedPublicKey);

/// The algorithm identifier of an RSA key in a `SubjectPublicKeyInfo` (RFC 3279, section 2.3.1).
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

impl VerifyingKey {
    /// Parses a public key (an X.509 `SubjectPublicKeyInfo`) in one of these formats:
    ///
    /// - PEM, with the label `PUBLIC KEY`
    /// - Base64-encoded DER, the format of the platform's consoles and SDKs
    ///
    /// # Errors
    /// Returns an error if the format, type or size of the key is not supported.
    pub fn parse(encoded: &str) -> Result<Self, KeyError> {
        let der = match as_pem(encoded) {
            Some(pem) => match Document::from_pem(pem).map_err(|_| KeyError::Malformed)? {
                ("PUBLIC KEY", document) => document.into_vec().into(),
                _ => return Err(KeyError::Unsupported),
            },
            None => decode_base64(encoded)?,
        };
        let info = SubjectPublicKeyInfoRef::from_der(&der).map_err(|_| KeyError::Malformed)?;
        let key = info.subject_public_key.as_bytes().ok_or(KeyError::Malformed)?;
        if info.algorithm.oid != RSA_ENCRYPTION
            || info.algorithm.parameters.is_some_and(|it| !it.is_null())
        {
            return Err(KeyError::Unsupported);
        }
        check_public_key(key)?;
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
        parsed.map(Self).map_err(|_| KeyError::Unsupported)
    }

    /// Decodes the signature from the header, and verifies it. Returns the decoded signature if it
    /// is valid for the input.
    fn decode_and_verify(&self, input: &[u8], signature: &str) -> Option<Vec<u8>> {
        decode_signature(signature).filter(|signature| self.0.verify_sig(input, signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").finish_non_exhaustive()
    }
}

/// Checks a PKCS #1 `RSAPublicKey`: the modulus must have 2048 to 8192 bits and the exponent 2 to
/// 33 bits. With the exponent 1, signatures are trivial to forge. The cryptographic library rejects
/// even moduli and exponents.
fn check_public_key(der: &[u8]) -> Result<(), KeyError> {
    let key = AnyRef::from_der(der)
        .and_then(|key| key.sequence(|key| Ok((UintRef::decode(key)?, UintRef::decode(key)?))));
    let (modulus, exponent) = key.map_err(|_| KeyError::Malformed)?;
    let (modulus, exponent) = (modulus.as_bytes(), exponent.as_bytes());
    let is_supported =
        (2048..=8192).contains(&bit_length(modulus)) && (2..=33).contains(&bit_length(exponent));
    if is_supported { Ok(()) } else { Err(KeyError::Unsupported) }
}

/// Returns the length of a big-endian number in bits, without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    let mut significant = number.iter().skip_while(|byte| **byte == 0);
    let first = significant.next().map_or(0, |byte| u8::BITS - byte.leading_zeros());
    first as usize + significant.count() * 8
}

/// Returns a PEM-encoded key without surrounding whitespace, or `None` if the key is not
/// PEM-encoded.
fn as_pem(encoded: &str) -> Option<&str> {
    let encoded = encoded.trim();
    encoded.starts_with("-----BEGIN").then_some(encoded)
}

/// Decodes a Base64-encoded key, which may contain line breaks.
fn decode_base64(encoded: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    // The capacity is reserved up front, because reallocation would leave a copy of the key in
    // memory.
    let mut joined = Zeroizing::new(String::with_capacity(encoded.len()));
    joined.extend(encoded.split_ascii_whitespace());
    let decoded = Base64::decode_vec(&joined).map_err(|_| KeyError::Malformed)?;
    Ok(Zeroizing::new(decoded))
}

/// Decodes a signature in Base64, which may also be URL-encoded.
fn decode_signature(signature: &str) -> Option<Vec<u8>> {
    let Some((first, escaped)) = signature.split_once('%') else {
        return Base64::decode_vec(signature).ok();
    };
    let mut base64 = first.to_owned();
    for part in escaped.split('%') {
        let (code, rest) = part.split_at_checked(2)?;
        base64.push(match code {
            "2B" | "2b" => '+',
            "2F" | "2f" => '/',
            "3D" | "3d" => '=',
            _ => return None,
        });
        base64.push_str(rest);
    }
    // URL encoding escapes every `+`, `/` and `=`, so a mixture of escaped and unescaped ones is
    // malformed.
    let is_url_encoded = !signature.contains(['+', '/', '=']);
    Base64::decode_vec(&base64).ok().filter(|_| is_url_encoded)
}

/// An error in an encoded key. The error contains no part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key is neither valid PEM nor valid Base64-encoded DER.
    #[error("malformed key: expected PEM or Base64-encoded DER")]
    Malformed,
    /// The key has an unsupported type or size, or an unsafe modulus or exponent.
    #[error("unsupported key: an RSA key of 2048 to 8192 bits is required")]
    Unsupported,
}

/// A set of public keys, identified by client ID and version.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use miniprogram_protocol::http::{KeyRing, VerifyingKey};
///
/// let key = VerifyingKey::parse(&std::fs::read_to_string("platform.pem")?)?;
/// let keys = KeyRing::new().with_key("2102010113769000", 1, key);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeyRing(BTreeMap<String, BTreeMap<u32, VerifyingKey>>);

impl KeyRing {
    /// Creates an empty key ring.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a key, replacing any key of the same client and version.
    #[must_use]
    pub fn with_key(
        mut self,
        client_id: impl Into<String>,
        version: u32,
        key: VerifyingKey,
    ) -> Self {
        self.0.entry(client_id.into()).or_default().insert(version, key);
        self
    }

    /// Returns the key of a client with the given version, or with the highest version if `version`
    /// is `None`, together with its version.
    fn key(
        &self,
        client_id: &str,
        version: Option<u32>,
    ) -> Result<(u32, &VerifyingKey), SignatureError> {
        let keys = self.0.get(client_id).ok_or(SignatureError::UnknownClient)?;
        let key = match version {
            Some(version) => keys.get_key_value(&version),
            None => keys.last_key_value(),
        };
        key.map(|(version, key)| (*version, key)).ok_or(SignatureError::UnknownKey)
    }
}

/// A verifier of the signatures of requests and responses. Verify the signature of a message before
/// parsing its body.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::Reply,
///     http::{Headers, KeyRing, Verifier},
/// };
/// use std::time::SystemTime;
///
/// let verifier = Verifier::new(KeyRing::new());
/// let path = "/v2/pds/memberships/notifyCardRegistration";
/// let (headers, body) = ([("Client-Id", "C-1")], b"{}");
/// let verified = Headers::from_request(headers)
///     .map_err(Into::into)
///     .and_then(|headers| verifier.verify_request(path, &headers, body, SystemTime::now()));
/// let reply = Reply::from_result(verified.unwrap_err());
/// assert_eq!(
///     reply.result.result_message.as_deref(),
///     Some("the Request-Time header is missing")
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: KeyRing,
    max_clock_skew: Duration,
    stripped_prefix: String,
    accepts_unsigned_failures: bool,
}

/// The sender of a verified message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VerifiedSender {
    /// The client ID of the sender.
    pub client_id: String,
    /// The version of the key that verified the signature.
    pub key_version: u32,
    pub(super) message: MessageId,
}

impl Verifier {
    /// Creates a verifier that accepts messages signed with the given keys. The timestamp of a
    /// message may differ from the current time by at most 5 minutes.
    #[must_use]
    pub const fn new(keys: KeyRing) -> Self {
        Self {
            keys,
            max_clock_skew: Duration::from_secs(5 * 60),
            stripped_prefix: String::new(),
            accepts_unsigned_failures: false,
        }
    }

    /// Sets the maximum difference between the timestamp of a message and the current time, in
    /// either direction.
    #[must_use]
    pub const fn max_clock_skew(mut self, skew: Duration) -> Self {
        self.max_clock_skew = skew;
        self
    }

    /// Sets a prefix that is part of the signed path, but has been stripped from the path, for
    /// example by a gateway. It is prepended to the path before verification.
    #[must_use]
    pub fn stripped_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.stripped_prefix = prefix.into();
        self
    }

    /// Accepts responses with the status F or U that have neither a signature nor a timestamp. A
    /// gateway sends such a response if it cannot identify the caller, because it cannot sign the
    /// response in that case.
    ///
    /// An attacker who can modify a response can replace it with such a failure.
    #[must_use]
    pub const fn accept_unsigned_failures(mut self) -> Self {
        self.accepts_unsigned_failures = true;
        self
    }

    /// Creates a cache that detects replays of requests accepted by this verifier. The cache stores
    /// at most `capacity` requests.
    #[must_use]
    pub const fn replay_cache(&self, capacity: usize) -> ReplayCache {
        ReplayCache::new(capacity, self.max_clock_skew)
    }

    /// Verifies a request. `body` must be exactly as received.
    ///
    /// # Errors
    /// Returns an error if a header is missing, if the client or its key is unknown, if the
    /// signature does not match, or if the timestamp is outside the allowed clock skew.
    pub fn verify_request(
        &self,
        path_and_query: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<VerifiedSender, SignatureError> {
        self.verify(REQUEST_TIME, path_and_query, headers, body, now)
    }

    /// Verifies the response to a request. `path_and_query` is the path and query of the request.
    ///
    /// Returns `None` for an unsigned failure if the verifier
    /// [accepts](Self::accept_unsigned_failures) unsigned failures.
    ///
    /// # Errors
    /// Returns the same errors as [`verify_request`](Self::verify_request).
    pub fn verify_response(
        &self,
        path_and_query: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Option<VerifiedSender>, SignatureError> {
        let is_unsigned = headers.signature.is_none() && headers.time.is_none();
        if self.accepts_unsigned_failures && is_unsigned && is_failure(body) {
            return Ok(None);
        }
        self.verify(RESPONSE_TIME, path_and_query, headers, body, now).map(Some)
    }

    fn verify(
        &self,
        time_header: &'static str,
        path_and_query: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<VerifiedSender, SignatureError> {
        let missing = |header| HeaderError::new(header, HeaderErrorKind::Missing);
        let client_id = headers.client_id.as_deref().ok_or(missing(CLIENT_ID))?;
        let time = headers.time.as_ref().ok_or(missing(time_header))?;
        let signature = headers.signature.as_ref().ok_or(missing(SIGNATURE))?;
        let (key_version, key) = self.keys.key(client_id, signature.key_version)?;
        let signed_path = format!("{}{path_and_query}", self.stripped_prefix);
        let input = signing_input(&signed_path, client_id, time.as_str(), body);
        let signature = key.decode_and_verify(&input, &signature.signature);
        let signature = signature.ok_or(SignatureError::Mismatch)?;
        // The times are compared as integers, because neither `SystemTime` nor `chrono` can
        // represent every time that the other can represent.
        let sent = time.to_chrono();
        let unix_nanos_sent = i128::from(sent.timestamp()) * 1_000_000_000
            + i128::from(sent.timestamp_subsec_nanos());
        if unix_nanos_sent.abs_diff(unix_nanos(now)) > self.max_clock_skew.as_nanos() {
            return Err(SignatureError::ClockSkewExceeded);
        }
        // A valid signature has at least 256 bytes, so the default value is never used.
        let signature = signature.first_chunk().copied().unwrap_or_default();
        let message = MessageId { unix_nanos: unix_nanos_sent, signature };
        Ok(VerifiedSender { client_id: client_id.to_owned(), key_version, message })
    }
}

/// Returns whether a body is a response with the status F (failure) or U (unknown).
fn is_failure(body: &[u8]) -> bool {
    // Any response type can be used, because the responses of all endpoints have the required field
    // `result`.
    let response = serde_json::from_slice::<NotifyCardRegistrationResponse>(body);
    response.is_ok_and(|response| {
        matches!(response.result.result_status, ResultStatus::Failed | ResultStatus::Unknown)
    })
}

/// An error that can occur when verifying a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A header is missing or invalid.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The key ring has no key for the client.
    #[error("unknown client")]
    UnknownClient,
    /// The key ring has no key with this version for the client.
    #[error("unknown key version")]
    UnknownKey,
    /// The signature does not match the message and the key.
    #[error("signature mismatch")]
    Mismatch,
    /// The difference between the timestamp of the message and the current time is too large.
    #[error("the message time is outside the allowed clock skew")]
    ClockSkewExceeded,
}

impl From<SignatureError> for dictionary::Result {
    /// Returns `ACCESS_DENIED` with the error as its message. The message does not reveal whether
    /// the client, the key or the signature is wrong, so that callers cannot probe for known
    /// clients.
    fn from(error: SignatureError) -> Self {
        let denied = Self::from(ResultCode::AccessDenied);
        match error {
            SignatureError::UnknownClient
            | SignatureError::UnknownKey
            | SignatureError::Mismatch => {
                denied.result_message("the signature could not be verified")
            }
            SignatureError::Header(error) => error.into(),
            SignatureError::ClockSkewExceeded => denied.result_message(error.to_string()),
        }
    }
}

/// Checks the path and query of a message. If the path could contain a line feed, the signature
/// could also be valid for another message.
fn check_path(path_and_query: &str) -> Result<(), SigningError> {
    if path_and_query.starts_with('/') && consists_of_visible_ascii(path_and_query) {
        Ok(())
    } else {
        Err(SigningError::MalformedPath)
    }
}

/// An error that can occur when signing a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The time header cannot represent the current time.
    #[error("the clock is out of range: {0}")]
    Time(#[from] TimeOutOfRange),
    /// The path does not belong to the endpoint.
    #[error("the path does not belong to the endpoint {endpoint}")]
    PathMismatch {
        /// The name of the endpoint.
        endpoint: &'static str,
    },
    /// The path does not start with a slash, or contains whitespace, control or non-ASCII
    /// characters.
    #[error("the path must start with '/' and consist of visible ASCII characters")]
    MalformedPath,
    /// The cryptographic library failed to sign the message.
    #[error("the signature could not be computed")]
    Failed,
}

/// A signer of requests and responses.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use miniprogram_protocol::http::{Signer, SigningKey};
/// use std::time::SystemTime;
///
/// let key = SigningKey::parse(&std::fs::read_to_string("merchant.pem")?)?;
/// let signer = Signer::new("2102010113769000", key);
/// let headers = signer.sign_request("/v2/pds/merchant/sync", b"{}", SystemTime::now())?;
/// for (name, value) in headers.for_request() {
///     println!("{name}: {value}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Signer {
    client_id: String,
    key: SigningKey,
    key_version: u32,
    stripped_prefix: String,
}

impl Signer {
    /// Creates a signer with the sender's client ID and key. By default, the key has version 1.
    #[must_use]
    pub fn new(client_id: impl Into<String>, key: SigningKey) -> Self {
        Self { client_id: client_id.into(), key, key_version: 1, stripped_prefix: String::new() }
    }

    /// Sets the version of the key.
    #[must_use]
    pub const fn key_version(mut self, version: u32) -> Self {
        self.key_version = version;
        self
    }

    /// Sets a prefix that has been stripped from the path. It is prepended to the path before
    /// signing, as with [`Verifier::stripped_prefix`] before verification.
    #[must_use]
    pub fn stripped_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.stripped_prefix = prefix.into();
        self
    }

    /// Signs a request, and returns its headers. `body` must be sent unchanged.
    ///
    /// # Errors
    /// Returns an error if the path is malformed, if the clock is out of range, or if the
    /// cryptographic library fails.
    pub fn sign_request(
        &self,
        path_and_query: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Headers, SigningError> {
        self.sign(path_and_query, body, now)
    }

    /// Signs the response of an endpoint, and returns its headers. `path_and_query` is the path and
    /// query of the request, and `body` must be sent unchanged. `prefix` is the tenant's prefix, as
    /// in [`EndpointMetadata::match_path`]. The path can belong to any [`Edition`].
    ///
    /// Sign only the responses of endpoints that you serve, and send all others unsigned. Requests
    /// and responses are signed in the same way, so the receiver of a signed response can replay it
    /// as a request from you to the same path of another server.
    ///
    /// # Errors
    /// Returns an error if the path is malformed or does not belong to `endpoint`, if the clock is
    /// out of range, or if the cryptographic library fails.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signer: miniprogram_protocol::http::Signer = unimplemented!();
    /// use miniprogram_protocol::endpoint::{Endpoint, MerchantSync};
    /// use std::time::SystemTime;
    ///
    /// let (path, now) = ("/v2/platform/miniprogram/sync", SystemTime::now());
    /// let headers = signer.sign_response(MerchantSync::METADATA, path, "", b"{}", now)?;
    /// let other = "/v2/payments/refund";
    /// assert!(signer.sign_response(MerchantSync::METADATA, other, "", b"{}", now).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_response(
        &self,
        endpoint: &EndpointMetadata,
        path_and_query: &str,
        prefix: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Headers, SigningError> {
        check_path(path_and_query)?;
        let is_path_of_endpoint = |edition: &Edition| {
            let found = edition.match_path(path_and_query, prefix);
            found.is_some_and(|found| found.name == endpoint.name)
        };
        if !Edition::ALL.iter().any(is_path_of_endpoint) {
            return Err(SigningError::PathMismatch { endpoint: endpoint.name });
        }
        self.sign(path_and_query, body, now)
    }

    fn sign(
        &self,
        path_and_query: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Headers, SigningError> {
        check_path(path_and_query)?;
        let time = Timestamp::try_from(now)?;
        let signed_path = format!("{}{path_and_query}", self.stripped_prefix);
        let input = signing_input(&signed_path, &self.client_id, time.as_str(), body);
        let signature = SignatureHeader::new(Some(self.key_version), self.key.sign(&input)?);
        Ok(Headers {
            client_id: Some(self.client_id.clone()),
            time: Some(time),
            signature: Some(signature),
            content_type: None,
        })
    }
}
