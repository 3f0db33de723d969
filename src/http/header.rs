use super::Timestamp;
use std::fmt;

/// The headers of a request or a response.
///
/// They are read from pairs of name and value, as every framework has them: from a reference to a
/// `HeaderMap`, for example. Others than these four are passed over.
///
/// ```
/// use miniprogram_protocol::http::Headers;
///
/// let headers = Headers::of_request([
///     ("client-id", "2102010113769000"),
///     ("request-time", "2019-04-04T12:08:56.253+05:30"),
///     ("signature", "algorithm=RSA256, keyVersion=1, signature=c2lnbmF0dXJl%2Fw%3D%3D"),
///     ("content-type", "application/json; charset=UTF-8"),
///     ("x-request-id", "7"),
/// ])
/// .unwrap();
/// assert_eq!(headers.signature.unwrap().key_version, Some(1));
///
/// let error = Headers::of_request([("Request-Time", "yesterday")]).unwrap_err();
/// assert_eq!(error.to_string(), "the header Request-Time is malformed");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Headers {
    /// `Client-Id`: who signed. The platform gave the ID.
    pub client_id: Option<String>,
    /// `Request-Time` or `Response-Time`.
    pub time: Option<Timestamp>,
    /// `Signature`.
    pub signature: Option<SignatureHeader>,
    /// `Content-Type`: JSON in UTF-8, or it is not supported.
    pub content_type: Option<String>,
}

pub(crate) const CLIENT_ID: &str = "Client-Id";
pub(crate) const REQUEST_TIME: &str = "Request-Time";
pub(crate) const RESPONSE_TIME: &str = "Response-Time";
pub(crate) const SIGNATURE: &str = "Signature";
const CONTENT_TYPE: &str = "Content-Type";
/// What is sent as the content's type.
const JSON: &str = "application/json; charset=UTF-8";

impl Headers {
    /// Reads the headers of a request.
    ///
    /// # Errors
    /// One of the four stands more than once, is malformed or is not supported. None is missing:
    /// whoever needs it asks for it.
    pub fn of_request<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, HeaderError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        Self::read(REQUEST_TIME, pairs)
    }

    /// Reads the headers of a response.
    ///
    /// # Errors
    /// As [`of_request`](Self::of_request).
    pub fn of_response<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, HeaderError>
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        Self::read(RESPONSE_TIME, pairs)
    }

    fn read<N, V>(
        time: &'static str,
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
                read_one(CLIENT_ID, value, &mut headers.client_id, client_id)?;
            } else if name.eq_ignore_ascii_case(time) {
                let sent_at = |text: &str| Timestamp::parse(text).ok_or(HeaderErrorKind::Malformed);
                read_one(time, value, &mut headers.time, sent_at)?;
            } else if name.eq_ignore_ascii_case(SIGNATURE) {
                read_one(SIGNATURE, value, &mut headers.signature, SignatureHeader::parse)?;
            } else if name.eq_ignore_ascii_case(CONTENT_TYPE) {
                read_one(CONTENT_TYPE, value, &mut headers.content_type, content_type)?;
            }
        }
        Ok(headers)
    }

    /// The pairs of name and value to send with a request. The content is JSON, unless something
    /// else is said.
    pub fn for_request(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.pairs(REQUEST_TIME)
    }

    /// The pairs of name and value to send with a response, as [`for_request`](Self::for_request).
    pub fn for_response(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.pairs(RESPONSE_TIME)
    }

    fn pairs(&self, time: &'static str) -> impl Iterator<Item = (&'static str, String)> {
        let content_type = self.content_type.as_deref().unwrap_or(JSON);
        let pairs = [
            (CONTENT_TYPE, Some(content_type.to_owned())),
            (CLIENT_ID, self.client_id.clone()),
            (time, self.time.as_ref().map(Timestamp::to_string)),
            (SIGNATURE, self.signature.as_ref().map(SignatureHeader::to_string)),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

#[cfg(feature = "http")]
impl Headers {
    /// What [`for_request`](Self::for_request) gives, as a map of the crate `http`.
    ///
    /// # Errors
    /// A value that was set has characters that no header can have.
    ///
    /// ```
    /// use miniprogram_protocol::http::Headers;
    ///
    /// let mut headers = Headers::default();
    /// headers.client_id = Some("C-1".into());
    /// let map = headers.request_map().unwrap();
    /// assert_eq!(map["client-id"], "C-1");
    /// assert_eq!(Headers::of_request(&map).unwrap().client_id, headers.client_id);
    /// ```
    pub fn request_map(&self) -> Result<http::HeaderMap, HeaderError> {
        map(self.for_request())
    }

    /// What [`for_response`](Self::for_response) gives, as a map of the crate `http`.
    ///
    /// # Errors
    /// As [`request_map`](Self::request_map).
    pub fn response_map(&self) -> Result<http::HeaderMap, HeaderError> {
        map(self.for_response())
    }
}

#[cfg(feature = "http")]
fn map(
    pairs: impl Iterator<Item = (&'static str, String)>,
) -> Result<http::HeaderMap, HeaderError> {
    pairs
        .map(|(name, value)| {
            let malformed = HeaderError::new(name, HeaderErrorKind::Malformed);
            let value = http::HeaderValue::try_from(value).map_err(|_| malformed)?;
            // The names are those of this file.
            let name = http::HeaderName::try_from(name).map_err(|_| malformed)?;
            Ok((name, value))
        })
        .collect()
}

/// Reads the value of a header that may stand once.
fn read_one<T>(
    name: &'static str,
    value: &[u8],
    place: &mut Option<T>,
    parse: impl FnOnce(&str) -> Result<T, HeaderErrorKind>,
) -> Result<(), HeaderError> {
    let read = match std::str::from_utf8(value) {
        _ if place.is_some() => Err(HeaderErrorKind::Repeated),
        Ok(text) => parse(trim(text)),
        Err(_) => Err(HeaderErrorKind::Malformed),
    };
    *place = Some(read.map_err(|fault| HeaderError::new(name, fault))?);
    Ok(())
}

fn client_id(text: &str) -> Result<String, HeaderErrorKind> {
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_id { Ok(text.to_owned()) } else { Err(HeaderErrorKind::Malformed) }
}

/// Accepts `application/json` with no `charset` but UTF-8.
///
/// The grammar is that of RFC 9110, 8.3.1, except that a quoted value holds no more than a token.
/// Without these limits, another reader could find a charset that this one missed.
fn content_type(text: &str) -> Result<String, HeaderErrorKind> {
    let (media_type, parameters) = text.split_once(';').unwrap_or((text, ""));
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
    Ok(text.to_owned())
}

/// Removes the whitespace that HTTP allows around a value.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Whether `text` is a token of RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The header `Signature`: `algorithm=RSA256, keyVersion=1, signature=…`.
///
/// The algorithm is RSA (PKCS #1 v1.5) with SHA-256, which is called `RSA256` or `SHA256withRSA`
/// in any case. It is also the default; no other is supported. Unknown parameters are ignored, as
/// are empty list elements and whitespace around names and values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SignatureHeader {
    /// `keyVersion`: which of the client's keys it is made with; the newest one if it is absent.
    pub key_version: Option<u32>,
    /// `signature`: as it is sent, in Base64 and perhaps URL-encoded.
    pub signature: String,
}

impl SignatureHeader {
    /// The header with this signature.
    #[must_use]
    pub fn new(key_version: Option<u32>, signature: impl Into<String>) -> Self {
        Self { key_version, signature: signature.into() }
    }

    fn parse(text: &str) -> Result<Self, HeaderErrorKind> {
        let (mut algorithm, mut key_version, mut signature) = (None, None, None);
        for parameter in text.split(',').map(trim).filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(HeaderErrorKind::Malformed)?;
            let (name, value) = (trim(name), trim(value));
            if !is_token(name) || value.is_empty() || value.contains(char::is_whitespace) {
                return Err(HeaderErrorKind::Malformed);
            }
            let field = match name {
                "algorithm" => &mut algorithm,
                "keyVersion" => &mut key_version,
                "signature" => &mut signature,
                _ => continue,
            };
            if field.replace(value).is_some() {
                return Err(HeaderErrorKind::Malformed);
            }
        }
        let signature = signature.ok_or(HeaderErrorKind::Malformed)?;
        let algorithm = algorithm.unwrap_or("RSA256");
        if !["RSA256", "SHA256withRSA"].iter().any(|name| name.eq_ignore_ascii_case(algorithm)) {
            return Err(HeaderErrorKind::Unsupported);
        }
        let version = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or(HeaderErrorKind::Malformed)
        };
        Ok(Self::new(key_version.map(version).transpose()?, signature))
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

/// What is wrong with a header. It names the header, and tells nothing of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the header {header} {fault}")]
pub struct HeaderError {
    header: &'static str,
    fault: HeaderErrorKind,
}

impl HeaderError {
    pub(super) const fn new(header: &'static str, fault: HeaderErrorKind) -> Self {
        Self { header, fault }
    }

    /// The name of the header.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        self.header
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn fault(&self) -> HeaderErrorKind {
        self.fault
    }
}

/// A fault of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderErrorKind {
    /// It is needed, and is not there.
    Missing,
    /// It stands more than once.
    Repeated,
    /// Its value is none that it can have.
    Malformed,
    /// Its value says something that is not supported: another algorithm, or another type.
    Unsupported,
}

impl fmt::Display for HeaderErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Repeated => "stands more than once",
            Self::Malformed => "is malformed",
            Self::Unsupported => "is not supported",
        })
    }
}
