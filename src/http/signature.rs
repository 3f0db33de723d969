//! RSA signatures of requests and responses.

use super::{
    HeaderError, HeaderErrorKind, Headers, SignatureHeader, TimeOutOfRange, Timestamp,
    header::{CLIENT_ID, REQUEST_TIME, RESPONSE_TIME, SIGNATURE},
    replay::{Message, ReplayCache},
    signing_input,
    timestamp::unix_nanos,
};
use crate::{
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{EndpointMetadata, NotifyCardRegistrationResponse},
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

/// A key to sign with: RSA of 2048 to 8192 bits.
///
/// Its memory, and what was copied to read it, is zeroed when it is no longer needed. The text
/// that it was read from is the caller's.
pub struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Reads a private key: PKCS #8, or PKCS #1 of the label `RSA PRIVATE KEY`, as PEM; or PKCS #8
    /// as DER in Base64, as the platform's consoles and kits have it.
    ///
    /// # Errors
    /// It is no such key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let pair = match pem(text) {
            Some(pem) => {
                let (label, der) =
                    SecretDocument::from_pem(pem).map_err(|_| KeyError::Malformed)?;
                match label {
                    "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der.as_bytes()),
                    "RSA PRIVATE KEY" => RsaKeyPair::from_der(der.as_bytes()),
                    _ => return Err(KeyError::Unsupported),
                }
            }
            None => RsaKeyPair::from_pkcs8(&base64(text)?),
        };
        let pair = pair.map_err(|_| KeyError::Unsupported)?;
        check_public_key(pair.public_key().as_ref())?;
        Ok(Self(pair))
    }

    /// The signature, as it is sent: Base64, URL-encoded.
    fn sign(&self, content: &[u8]) -> Result<String, SigningError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), content, &mut signature)
            .map_err(|_| SigningError::Failed)?;
        let text = Base64::encode_string(&signature);
        Ok(text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// A key to verify with: RSA of 2048 to 8192 bits.
#[derive(Clone)]
pub struct VerifyingKey(ParsedPublicKey);

/// RSA keys in a `SubjectPublicKeyInfo`: `rsaEncryption` of RFC 3279, 2.3.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

impl VerifyingKey {
    /// Reads a public key: an X.509 `SubjectPublicKeyInfo` as PEM of the label `PUBLIC KEY`, or as
    /// DER in Base64, as the platform's consoles and kits have it.
    ///
    /// # Errors
    /// It is no such key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = match pem(text) {
            Some(pem) => match Document::from_pem(pem).map_err(|_| KeyError::Malformed)? {
                ("PUBLIC KEY", document) => document.into_vec().into(),
                _ => return Err(KeyError::Unsupported),
            },
            None => base64(text)?,
        };
        let info = SubjectPublicKeyInfoRef::from_der(&der).map_err(|_| KeyError::Malformed)?;
        let key = info.subject_public_key.as_bytes().ok_or(KeyError::Malformed)?;
        if info.algorithm.oid != RSA || info.algorithm.parameters.is_some_and(|it| !it.is_null()) {
            return Err(KeyError::Unsupported);
        }
        check_public_key(key)?;
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
        parsed.map(Self).map_err(|_| KeyError::Unsupported)
    }

    /// Returns the bytes of the signature, as it was sent, if it is one of the content.
    fn verify(&self, content: &[u8], signature: &str) -> Option<Vec<u8>> {
        decoded(signature).filter(|signature| self.0.verify_sig(content, signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").finish_non_exhaustive()
    }
}

/// Checks an `RSAPublicKey` of PKCS #1: a modulus of 2048 to 8192 bits and an exponent of at most
/// 33 bits, both odd, so that no factor and no signature is trivial.
fn check_public_key(der: &[u8]) -> Result<(), KeyError> {
    let key = AnyRef::from_der(der)
        .and_then(|key| key.sequence(|key| Ok((UintRef::decode(key)?, UintRef::decode(key)?))));
    let (modulus, exponent) = key.map_err(|_| KeyError::Malformed)?;
    let (modulus, exponent) = (modulus.as_bytes(), exponent.as_bytes());
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let is_supported = (2048..=8192).contains(&bits(modulus))
        && (2..=33).contains(&bits(exponent))
        && is_odd(modulus)
        && is_odd(exponent);
    if is_supported { Ok(()) } else { Err(KeyError::Unsupported) }
}

/// Returns the length in bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let mut significant = number.iter().skip_while(|byte| **byte == 0);
    let first = significant.next().map_or(0, |byte| u8::BITS - byte.leading_zeros());
    first as usize + significant.count() * 8
}

/// The text without what surrounds it, if it is PEM.
fn pem(text: &str) -> Option<&str> {
    let text = text.trim();
    text.starts_with("-----BEGIN").then_some(text)
}

/// Decodes a key in Base64, which may be broken into lines.
fn base64(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    // With enough capacity, growing leaves no copy behind.
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    joined.extend(text.split_ascii_whitespace());
    let decoded = Base64::decode_vec(&joined).map_err(|_| KeyError::Malformed)?;
    Ok(Zeroizing::new(decoded))
}

/// The bytes of a signature: Base64, with or without URL encoding of all that it encodes.
fn decoded(signature: &str) -> Option<Vec<u8>> {
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
    // What encodes some of these characters encodes all of them.
    let is_encoded = !signature.contains(['+', '/', '=']);
    Base64::decode_vec(&base64).ok().filter(|_| is_encoded)
}

/// Why a key cannot be used. It tells nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is neither PEM nor DER in Base64.
    #[error("the key is neither PEM nor DER in Base64")]
    Malformed,
    /// It is another kind of key, or an RSA key of another size or with unsafe numbers.
    #[error("unsupported key: an RSA key of 2048 to 8192 bits is required")]
    Unsupported,
}

/// The keys of those who may sign, by client ID and version.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use miniprogram_protocol::http::{KeyRing, VerifyingKey};
///
/// let key = VerifyingKey::parse(&std::fs::read_to_string("platform.pem")?)?;
/// let keys = KeyRing::new().with("2102010113769000", 1, key);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeyRing(BTreeMap<String, BTreeMap<u32, VerifyingKey>>);

impl KeyRing {
    /// A ring without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The ring with one more key, which takes the place of one of the same client and version.
    #[must_use]
    pub fn with(mut self, client_id: impl Into<String>, version: u32, key: VerifyingKey) -> Self {
        self.0.entry(client_id.into()).or_default().insert(version, key);
        self
    }

    /// The key of a client, and its version: the greatest one, unless another is asked for.
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

/// Tells who sent a message, before anything of it is parsed.
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
/// let verified = Headers::of_request(headers)
///     .map_err(Into::into)
///     .and_then(|headers| verifier.verify_request(path, &headers, body, SystemTime::now()));
/// let answer = Reply::from_result(verified.unwrap_err());
/// assert_eq!(
///     answer.result.result_message.as_deref(),
///     Some("the header Request-Time is missing")
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: KeyRing,
    window: Duration,
    path_prefix: String,
    accepts_unsigned_failures: bool,
}

/// Who signed a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Verified {
    /// The client ID.
    pub client_id: String,
    /// The version of the client's key.
    pub key_version: u32,
    pub(super) message: Message,
}

impl Verifier {
    /// A verifier that knows these keys, and accepts messages of the last and the next 5 minutes.
    #[must_use]
    pub const fn new(keys: KeyRing) -> Self {
        let window = Duration::from_secs(5 * 60);
        Self { keys, window, path_prefix: String::new(), accepts_unsigned_failures: false }
    }

    /// How far the time of a message may be from now, before or after.
    #[must_use]
    pub const fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// What stands before the path in what is signed, though the path that is given lacks it: when
    /// a gateway strips a prefix, for example.
    #[must_use]
    pub fn path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.path_prefix = prefix.into();
        self
    }

    /// Accepts a response without signature and time if its status is F or U: a gateway that could
    /// not tell who calls cannot sign.
    #[must_use]
    pub const fn accept_unsigned_failures(mut self) -> Self {
        self.accepts_unsigned_failures = true;
        self
    }

    /// Creates a cache that recognizes copies of requests that this verifier accepts; `capacity`
    /// limits how many requests it remembers.
    #[must_use]
    pub const fn replay_cache(&self, capacity: usize) -> ReplayCache {
        ReplayCache::new(capacity, self.window)
    }

    /// Verifies a request: its body as it came, and its path with its query.
    ///
    /// # Errors
    /// A header is missing, the client or its key is not known, the time is too far from `now`, or
    /// the signature is not of this request.
    pub fn verify_request(
        &self,
        path: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Verified, SignatureError> {
        self.verify(REQUEST_TIME, path, headers, body, now)
    }

    /// Verifies the response to a request to that path. `None`: it is not signed, and
    /// [accepted](Self::accept_unsigned_failures) as it is.
    ///
    /// # Errors
    /// As [`verify_request`](Self::verify_request).
    pub fn verify_response(
        &self,
        path: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Option<Verified>, SignatureError> {
        let is_unsigned = headers.signature.is_none() && headers.time.is_none();
        if self.accepts_unsigned_failures && is_unsigned && is_failure(body) {
            return Ok(None);
        }
        self.verify(RESPONSE_TIME, path, headers, body, now).map(Some)
    }

    fn verify(
        &self,
        time_header: &'static str,
        path: &str,
        headers: &Headers,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Verified, SignatureError> {
        let missing = |header| HeaderError::new(header, HeaderErrorKind::Missing);
        let client_id = headers.client_id.as_deref().ok_or(missing(CLIENT_ID))?;
        let time = headers.time.as_ref().ok_or(missing(time_header))?;
        let signature = headers.signature.as_ref().ok_or(missing(SIGNATURE))?;
        let (key_version, key) = self.keys.key(client_id, signature.key_version)?;
        let path = format!("{}{path}", self.path_prefix);
        let content = signing_input(&path, client_id, time.as_str(), body);
        let signature = key.verify(&content, &signature.signature);
        let signature = signature.ok_or(SignatureError::Mismatch)?;
        // A time that can be sent may be beyond `SystemTime`, and the clock beyond `chrono`.
        let sent = time.time();
        let unix_nanos_sent = i128::from(sent.timestamp()) * 1_000_000_000
            + i128::from(sent.timestamp_subsec_nanos());
        if unix_nanos_sent.abs_diff(unix_nanos(now)) > self.window.as_nanos() {
            return Err(SignatureError::OutsideWindow);
        }
        // No signature is shorter than 256 bytes.
        let signature = signature.first_chunk().copied().unwrap_or_default();
        let message = Message { unix_nanos: unix_nanos_sent, signature };
        Ok(Verified { client_id: client_id.to_owned(), key_version, message })
    }
}

/// Whether a body is a response of status F or U.
fn is_failure(body: &[u8]) -> bool {
    // Every response has a result.
    let response = serde_json::from_slice::<NotifyCardRegistrationResponse>(body);
    response.is_ok_and(|response| {
        matches!(response.result.result_status, ResultStatus::Failed | ResultStatus::Unknown)
    })
}

/// Why a message is not known to be its sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A header is at fault.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// There is no key of the client.
    #[error("the client is not known")]
    UnknownClient,
    /// There is no key of this version.
    #[error("the client has no key of this version")]
    UnknownKey,
    /// The signature is not one of this message by this key.
    #[error("the signature is not one of this message")]
    Mismatch,
    /// The time is too far from now.
    #[error("the time is too far from now")]
    OutsideWindow,
}

impl From<SignatureError> for dictionary::Result {
    /// Returns `ACCESS_DENIED` with the error as message. The message does not say whether the
    /// client, the key or the signature is wrong, so that a stranger cannot find out who is known.
    fn from(error: SignatureError) -> Self {
        let denied = Self::from(ResultCode::AccessDenied);
        match error {
            SignatureError::UnknownClient
            | SignatureError::UnknownKey
            | SignatureError::Mismatch => {
                denied.result_message("the signature could not be verified")
            }
            SignatureError::Header(_) | SignatureError::OutsideWindow => {
                denied.result_message(error.to_string())
            }
        }
    }
}

/// Why a message could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The clock shows a time that the header cannot hold.
    #[error("the clock is wrong: {0}")]
    Time(#[from] TimeOutOfRange),
    /// The path is not one of the endpoint that responds.
    #[error("the path is not one of the endpoint {endpoint}")]
    OtherPath {
        /// The name of the endpoint.
        endpoint: &'static str,
    },
    /// The path does not begin with a slash, or has whitespace or characters beyond ASCII.
    #[error("the path must be that of an HTTP request")]
    MalformedPath,
    /// The cryptographic library could not sign.
    #[error("the signature could not be computed")]
    Failed,
}

/// Signs what is sent.
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
    path_prefix: String,
}

impl Signer {
    /// Who signs with which key; the version of the key is 1.
    #[must_use]
    pub fn new(client_id: impl Into<String>, key: SigningKey) -> Self {
        Self { client_id: client_id.into(), key, key_version: 1, path_prefix: String::new() }
    }

    /// The version of the key.
    #[must_use]
    pub const fn key_version(mut self, version: u32) -> Self {
        self.key_version = version;
        self
    }

    /// What stands before the path in what is signed, as
    /// [`Verifier::path_prefix`](Verifier::path_prefix).
    #[must_use]
    pub fn path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.path_prefix = prefix.into();
        self
    }

    /// Returns the headers of a request: `path` with its query, and the body as it is sent.
    ///
    /// # Errors
    /// The clock is wrong, or the cryptographic library failed.
    pub fn sign_request(
        &self,
        path: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Headers, SigningError> {
        self.sign(path, body, now)
    }

    /// Returns the headers of the response of an endpoint: the path of the request with its query,
    /// and the body as it is sent. `prefix` is what the tenant puts before the paths, as in
    /// [`EndpointMetadata::match_path`].
    ///
    /// The protocol signs requests and responses alike. A server that signed its response to any
    /// path would hand out requests in its own name: sign only for the endpoints that you serve,
    /// and send other responses unsigned.
    ///
    /// # Errors
    /// The path is not one of `endpoint` or has characters that no path can have, the clock is
    /// wrong, or the cryptographic library failed.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signer: miniprogram_protocol::http::Signer = unimplemented!();
    /// use miniprogram_protocol::endpoint::{Endpoint, MerchantSync};
    /// use std::time::SystemTime;
    ///
    /// let (path, now) = ("/v2/platform/miniprogram/sync", SystemTime::now());
    /// let headers = signer.sign_response(MerchantSync::METADATA, "", path, b"{}", now)?;
    /// let other = "/v2/payments/refund";
    /// assert!(signer.sign_response(MerchantSync::METADATA, "", other, b"{}", now).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_response(
        &self,
        endpoint: &EndpointMetadata,
        prefix: &str,
        path: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Headers, SigningError> {
        if EndpointMetadata::match_path(path, prefix)
            .is_none_or(|found| found.name != endpoint.name)
        {
            return Err(SigningError::OtherPath { endpoint: endpoint.name });
        }
        self.sign(path, body, now)
    }

    fn sign(&self, path: &str, body: &[u8], now: SystemTime) -> Result<Headers, SigningError> {
        // A line feed would end the path within what is signed, and begin another message.
        if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SigningError::MalformedPath);
        }
        let time = Timestamp::try_from(now)?;
        let path = format!("{}{path}", self.path_prefix);
        let content = signing_input(&path, &self.client_id, time.as_str(), body);
        let signature = SignatureHeader::new(Some(self.key_version), self.key.sign(&content)?);
        Ok(Headers {
            client_id: Some(self.client_id.clone()),
            time: Some(time),
            signature: Some(signature),
            content_type: None,
        })
    }
}
