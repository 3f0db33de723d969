use super::Timestamp;
use crate::dictionary::{self, ResultCode};
use std::fmt;

/// The headers of a request or a response.
///
/// Headers are parsed from name-value pairs, such as a reference to a `HeaderMap`, so that they can
/// come from any HTTP framework. Names are case-insensitive. Other headers are ignored.
///
/// ```
/// use miniprogram_protocol::http::Headers;
///
/// let headers = Headers::from_request([
///     ("client-id", "2102010113769000"),
///     ("request-time", "2019-04-04T12:08:56.253+05:30"),
///     ("signature", "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D"),
///     ("content-type", "application/json; charset=UTF-8"),
///     ("x-request-id", "7"),
/// ])
/// .unwrap();
/// assert_eq!(headers.signature.unwrap().key_version, Some(1));
///
/// let error = Headers::from_request([("Request-Time", "yesterday")]).unwrap_err();
/// assert_eq!(error.to_string(), "the Request-Time header is malformed");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Headers {
    /// `Client-Id`: the ID of the sender, assigned by the platform.
    pub client_id: Option<String>,
    /// `Request-Time` or `Response-Time`: the time at which the message was sent.
    pub time: Option<Timestamp>,
    /// `Signature`: the signature of the message.
    pub signature: Option<SignatureHeader>,
    /// `Content-Type`: `application/json`, optionally with the charset UTF-8.
    pub content_type: Option<String>,
}

pub(crate) const CLIENT_ID: &str = "Client-Id";
pub(crate) const REQUEST_TIME: &str = "Request-Time";
pub(crate) const RESPONSE_TIME: &str = "Response-Time";
pub(crate) const SIGNATURE: &str = "Signature";
const CONTENT_TYPE: &str = "Content-Type";
const DEFAULT_CONTENT_TYPE: &str = "application/json; charset=UTF-8";

impl Headers {
    /// Parses the headers of a request.
    ///
    /// # Errors
    /// Returns an error if one of the four headers appears more than once, is malformed or has an
    /// unsupported value. A missing header becomes `None`; methods that require it return an error.
    pub fn from_request<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, HeaderError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        Self::parse(REQUEST_TIME, pairs)
    }

    /// Parses the headers of a response.
    ///
    /// # Errors
    /// Returns the same errors as [`from_request`](Self::from_request).
    pub fn from_response<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, HeaderError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        Self::parse(RESPONSE_TIME, pairs)
    }

    fn parse<N, V>(
        time_header: &'static str,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, HeaderError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut headers = Self::default();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name.eq_ignore_ascii_case(CLIENT_ID) {
                parse_once(CLIENT_ID, value, &mut headers.client_id, parse_client_id)?;
            } else if name.eq_ignore_ascii_case(time_header) {
                parse_once(time_header, value, &mut headers.time, parse_timestamp)?;
            } else if name.eq_ignore_ascii_case(SIGNATURE) {
                parse_once(SIGNATURE, value, &mut headers.signature, SignatureHeader::parse)?;
            } else if name.eq_ignore_ascii_case(CONTENT_TYPE) {
                parse_once(CONTENT_TYPE, value, &mut headers.content_type, parse_content_type)?;
            }
        }
        Ok(headers)
    }

    /// Returns the headers of a request as name-value pairs.
    ///
    /// If [`content_type`](Self::content_type) is `None`, the pairs contain the default
    /// `Content-Type`, `application/json; charset=UTF-8`.
    pub fn for_request(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        self.pairs(REQUEST_TIME)
    }

    /// Returns the headers of a response as name-value pairs, as [`for_request`](Self::for_request)
    /// does for requests.
    pub fn for_response(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        self.pairs(RESPONSE_TIME)
    }

    fn pairs(
        &self,
        time_header: &'static str,
    ) -> impl Iterator<Item = (&'static str, String)> + use<> {
        let content_type = self.content_type.as_deref().unwrap_or(DEFAULT_CONTENT_TYPE);
        let pairs = [
            (CONTENT_TYPE, Some(content_type.to_owned())),
            (CLIENT_ID, self.client_id.clone()),
            (time_header, self.time.as_ref().map(Timestamp::to_string)),
            (SIGNATURE, self.signature.as_ref().map(SignatureHeader::to_string)),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

#[cfg(feature = "http")]
impl Headers {
    /// Returns the same headers as [`for_request`](Self::for_request), as an `http::HeaderMap`.
    ///
    /// # Errors
    /// Returns an error if a value contains a character that is not allowed in a header value.
    ///
    /// ```
    /// use miniprogram_protocol::http::Headers;
    ///
    /// let mut headers = Headers::default();
    /// headers.client_id = Some("C-1".into());
    /// let map = headers.request_header_map().unwrap();
    /// assert_eq!(map["client-id"], "C-1");
    /// assert_eq!(Headers::from_request(&map).unwrap().client_id, headers.client_id);
    /// ```
    pub fn request_header_map(&self) -> Result<http::HeaderMap, HeaderError> {
        header_map(self.for_request())
    }

    /// Returns the same headers as [`for_response`](Self::for_response), as an `http::HeaderMap`.
    ///
    /// # Errors
    /// Returns the same error as [`request_header_map`](Self::request_header_map).
    pub fn response_header_map(&self) -> Result<http::HeaderMap, HeaderError> {
        header_map(self.for_response())
    }
}

#[cfg(feature = "http")]
fn header_map(
    pairs: impl Iterator<Item = (&'static str, String)>,
) -> Result<http::HeaderMap, HeaderError> {
    pairs
        .map(|(name, value)| {
            let malformed = HeaderError::new(name, HeaderErrorKind::Malformed);
            let value = http::HeaderValue::try_from(value).map_err(|_| malformed)?;
            // The conversion of the name cannot fail, because the names are constants in this
            // module.
            let name = http::HeaderName::try_from(name).map_err(|_| malformed)?;
            Ok((name, value))
        })
        .collect()
}

/// Parses the value of a header and stores it in `field`. Returns an error if the header appears
/// more than once.
fn parse_once<T>(
    name: &'static str,
    value: &[u8],
    field: &mut Option<T>,
    parse: impl FnOnce(&str) -> Result<T, HeaderErrorKind>,
) -> Result<(), HeaderError> {
    let parsed = match std::str::from_utf8(value) {
        _ if field.is_some() => Err(HeaderErrorKind::Duplicate),
        Ok(value) => parse(trim(value)),
        Err(_) => Err(HeaderErrorKind::Malformed),
    };
    *field = Some(parsed.map_err(|kind| HeaderError::new(name, kind))?);
    Ok(())
}

fn parse_client_id(value: &str) -> Result<String, HeaderErrorKind> {
    let is_id = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
    if is_id { Ok(value.to_owned()) } else { Err(HeaderErrorKind::Malformed) }
}

fn parse_timestamp(value: &str) -> Result<Timestamp, HeaderErrorKind> {
    Timestamp::parse(value).map_err(|_| HeaderErrorKind::Malformed)
}

/// Parses a `Content-Type`, which must be `application/json`, either without a charset or with the
/// charset UTF-8.
///
/// The grammar is that of RFC 9110, section 8.3.1, except that a quoted value may contain only
/// token characters. Other characters, such as a semicolon, could cause another parser to find a
/// different charset.
fn parse_content_type(header: &str) -> Result<String, HeaderErrorKind> {
    let (media_type, parameters) = header.split_once(';').unwrap_or((header, ""));
    if !trim(media_type).eq_ignore_ascii_case("application/json") {
        return Err(HeaderErrorKind::Unsupported);
    }
    for parameter in parameters.split(';').map(trim).filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or(HeaderErrorKind::Malformed)?;
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = quoted.unwrap_or(value);
        if !is_token(name) || !is_token(value) {
            return Err(HeaderErrorKind::Malformed);
        }
        let is_charset = ["charset", "charset*"].iter().any(|it| name.eq_ignore_ascii_case(it));
        if is_charset && !value.eq_ignore_ascii_case("utf-8") {
            return Err(HeaderErrorKind::Unsupported);
        }
    }
    Ok(header.to_owned())
}

/// Removes optional whitespace before and after a value.
fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Returns whether a string is a token as defined in RFC 9110, section 5.6.2.
fn is_token(string: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !string.is_empty() && string.bytes().all(is_token_byte)
}

/// The `Signature` header: `algorithm=RSA256, keyVersion=1, signature=…`.
///
/// The only supported algorithm, and the default, is RSA (PKCS #1 v1.5) with SHA-256. Its name is
/// `RSA256` or `SHA256withRSA` (case-insensitive). Unknown parameters, empty list elements, and
/// whitespace around names and values are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SignatureHeader {
    /// `keyVersion`: the version of the client's key. `None` selects the key with the highest
    /// version.
    pub key_version: Option<u32>,
    /// `signature`: the signature in Base64, which may also be URL-encoded.
    pub signature: String,
}

impl SignatureHeader {
    /// Creates a header with a key version and a signature.
    #[must_use]
    pub fn new(key_version: Option<u32>, signature: impl Into<String>) -> Self {
        Self { key_version, signature: signature.into() }
    }

    fn parse(header: &str) -> Result<Self, HeaderErrorKind> {
        let (mut algorithm, mut key_version, mut signature) = (None, None, None);
        for parameter in header.split(',').map(trim).filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(HeaderErrorKind::Malformed)?;
            let (name, value) = (trim(name), trim(value));
            if !is_token(name) || value.is_empty() || value.contains(char::is_whitespace) {
                return Err(HeaderErrorKind::Malformed);
            }
            let parameter = match name {
                "algorithm" => &mut algorithm,
                "keyVersion" => &mut key_version,
                "signature" => &mut signature,
                _ => continue,
            };
            if parameter.replace(value).is_some() {
                return Err(HeaderErrorKind::Malformed);
            }
        }
        let signature = signature.ok_or(HeaderErrorKind::Malformed)?;
        let algorithm = algorithm.unwrap_or("RSA256");
        if !["RSA256", "SHA256withRSA"].iter().any(|name| name.eq_ignore_ascii_case(algorithm)) {
            return Err(HeaderErrorKind::Unsupported);
        }
        let key_version = key_version.map(|version: &str| {
            // `u32::from_str` would accept a plus sign.
            let is_digits = version.bytes().all(|byte| byte.is_ascii_digit());
            version.parse().ok().filter(|_| is_digits).ok_or(HeaderErrorKind::Malformed)
        });
        Ok(Self::new(key_version.transpose()?, signature))
    }
}

impl fmt::Display for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("algorithm=RSA256, ")?;
        if let Some(version) = self.key_version {
            write!(f, "keyVersion={version}, ")?;
        }
        write!(f, "signature={}", self.signature)
    }
}

/// An error in a header. The error contains the name of the header, but not its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the {header} header {kind}")]
pub struct HeaderError {
    header: &'static str,
    kind: HeaderErrorKind,
}

impl HeaderError {
    pub(super) const fn new(header: &'static str, kind: HeaderErrorKind) -> Self {
        Self { header, kind }
    }

    /// Returns the name of the header.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        self.header
    }

    /// Returns the kind of error.
    #[must_use]
    pub const fn kind(&self) -> HeaderErrorKind {
        self.kind
    }
}

impl From<HeaderError> for dictionary::Result {
    /// Returns `ACCESS_DENIED` with the error as its message.
    fn from(error: HeaderError) -> Self {
        Self::from(ResultCode::AccessDenied).result_message(error.to_string())
    }
}

/// The kind of a [`HeaderError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderErrorKind {
    /// The header is required but missing.
    Missing,
    /// The header appears more than once.
    Duplicate,
    /// The value does not have the required format.
    Malformed,
    /// The value is well-formed, but the algorithm, media type or charset is not supported.
    Unsupported,
}

impl fmt::Display for HeaderErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Duplicate => "appears more than once",
            Self::Malformed => "is malformed",
            Self::Unsupported => "has an unsupported value",
        })
    }
}
