//! Idempotent handling of retried requests (feature `idempotency`).
//!
//! A caller that receives no reply retries its request, which must not be handled twice.
//! [`EndpointMetadata::idempotency_key`](crate::endpoint::EndpointMetadata::idempotency_key) is the
//! name of the field that identifies a request.
//! [`Handler::idempotent`](crate::endpoint::Handler::idempotent) stores the replies in an
//! [`IdempotencyStore`] (a [`MemoryStore`] or your own database), and returns them for retried
//! requests.

mod handler;
mod memory;

pub use handler::IdempotentHandler;
pub use memory::{MemoryStore, StoreFull};

use crate::{
    endpoint::Endpoint,
    json::{Lexer, LexerError},
    read::{FieldValue as _, ProtocolType},
    validate::Operand,
};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::{fmt, hash::Hasher, time::SystemTime};

/// The identity of a request and a hash of its content, which together identify a retried request.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{
///         CardField, CardFieldRequired, CustomerBelongsTo, NotifyCardRegistration,
///         NotifyCardRegistrationRequest, NotifyCardRegistrationRequestRequired,
///     },
///     idempotency::IdempotencyKey,
/// };
///
/// let request = |id: &str, name: &str| {
///     let fields = [CardField::new(CardFieldRequired {
///         field_code: "USER_NAME",
///         field_value: name,
///     })];
///     NotifyCardRegistrationRequest::new(NotifyCardRegistrationRequestRequired {
///         app_id: "1",
///         customer_belongs_to: CustomerBelongsTo::Tng,
///         request_id: id,
///         customer_id: "2",
///         registration_fields: fields,
///     })
/// };
/// let key = |id, name| {
///     let request = request(id, name);
///     IdempotencyKey::from_request::<NotifyCardRegistration>("C-1", &request).unwrap()
/// };
///
/// assert_eq!(key("7", "Ada"), key("7", "Ada"));
/// assert!(key("7", "Ada").has_same_id(&key("7", "Grace")));
/// assert_ne!(key("7", "Ada"), key("7", "Grace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IdempotencyKey {
    /// The name of the endpoint.
    pub endpoint: &'static str,
    /// The client ID of the caller. Different callers may use the same request ID.
    pub client_id: String,
    /// The ID of the request.
    pub id: String,
    /// A hash of the content of the request. The hash does not depend on the order of fields, on
    /// fields that are null, on whitespace, or on the version of this crate. It does not cover
    /// unknown fields that the policy ignores
    /// ([`UnknownFieldPolicy::Ignore`](crate::UnknownFieldPolicy::Ignore)): such a field becomes
    /// part of the hash only when a later version of this crate defines it.
    pub fingerprint: [u8; 16],
}

impl IdempotencyKey {
    /// Returns the key for a request, or `None` if the endpoint has no idempotency key.
    #[must_use]
    pub fn from_request<E: Endpoint>(client_id: &str, request: &E::Request) -> Option<Self> {
        let Operand::String(id) = request.operand(E::METADATA.idempotency_key?) else {
            return None;
        };
        Some(Self {
            endpoint: E::METADATA.name,
            client_id: client_id.to_owned(),
            id: id.to_owned(),
            fingerprint: fingerprint(request),
        })
    }

    /// Returns whether both requests have the same endpoint, client ID and request ID. The contents
    /// of the requests may differ.
    #[must_use]
    pub fn has_same_id(&self, other: &Self) -> bool {
        (self.endpoint, &self.client_id, &self.id) == (other.endpoint, &other.client_id, &other.id)
    }
}

/// Returns a hash of the content of a request.
fn fingerprint(request: &impl ProtocolType) -> [u8; 16] {
    let mut json = Vec::new();
    // Serializing a request to a vector cannot fail.
    let _ = serde_json::to_writer(&mut json, request);
    let mut hasher = SipHasher13::new();
    match std::str::from_utf8(&json).map(JsonNode::parse) {
        Ok(Ok(node)) => node.hash(&mut hasher),
        // The lexer rejects a value that was built in Rust and is nested too deeply. The fields of
        // such a value are hashed in the order of serialization.
        _ => hasher.write(&json),
    }
    hasher.finish128().as_bytes()
}

/// A JSON value whose names, strings and numbers are slices of the input.
///
/// `serde_json::Value` is not used, because it would round numbers and drop duplicate members, so
/// different requests could have the same fingerprint.
enum JsonNode<'a> {
    Scalar(&'a str),
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

impl<'a> JsonNode<'a> {
    fn parse(json: &'a str) -> Result<Self, LexerError> {
        Self::parse_value(&mut Lexer::new(json))
    }

    fn parse_value(json: &mut Lexer<'a>) -> Result<Self, LexerError> {
        let mut first = true;
        match json.peek_value_start()? {
            b'[' => {
                json.enter()?;
                let mut elements = Vec::new();
                while json.advance_to_element(&mut first)? {
                    elements.push(Self::parse_value(json)?);
                }
                Ok(Self::Array(elements))
            }
            b'{' => {
                json.enter()?;
                let mut members = Vec::new();
                while json.advance_to_member(&mut first)? {
                    let name = json.read_raw_string()?.raw;
                    json.expect_colon()?;
                    match Self::parse_value(json)? {
                        // A null field is treated as an absent one.
                        Self::Scalar("null") => {}
                        value => members.push((name, value)),
                    }
                }
                // The sort must be stable, because the order of duplicates is part of the content.
                members.sort_by_key(|(name, _)| *name);
                Ok(Self::Object(members))
            }
            _ => Ok(Self::Scalar(json.read_raw_value()?)),
        }
    }

    /// Hashes the value as JSON, with the members of every object sorted by name, and with a comma
    /// after each member and element.
    fn hash(&self, hasher: &mut SipHasher13) {
        match self {
            Self::Scalar(json) => hasher.write(json.as_bytes()),
            Self::Array(elements) => {
                hasher.write(b"[");
                for element in elements {
                    element.hash(hasher);
                    hasher.write(b",");
                }
                hasher.write(b"]");
            }
            Self::Object(members) => {
                hasher.write(b"{");
                for (name, value) in members {
                    for part in ["\"", name, "\":"] {
                        hasher.write(part.as_bytes());
                    }
                    value.hash(hasher);
                    hasher.write(b",");
                }
                hasher.write(b"}");
            }
        }
    }
}

/// A store of replies to requests.
///
/// For each request, [`Handler::idempotent`](crate::endpoint::Handler::idempotent) uses the store
/// as follows:
///
/// 1. It calls [`reserve`](Self::reserve). It handles the request only if the result is
///    [`Reservation::New`].
/// 2. If the reply is final (status S or F), it calls [`complete`](Self::complete). Otherwise, it
///    calls [`release`](Self::release), and a retried request is handled again.
///
/// `reserve` must be atomic: of any number of concurrent calls for the same request ID, exactly one
/// returns `New`. If the store contains the ID with a different fingerprint, `reserve` returns
/// [`Reservation::KeyReused`].
///
/// After a crash, or if the future is dropped, neither `complete` nor `release` is called. The
/// reservation of such a request should expire once it is older than the longest time that a
/// handler takes, or once the process that holds it has ended, so that a retried request can be
/// reserved again. The interrupted handler may already have had an effect. To prevent the effect
/// from happening twice, store the reply in the same transaction as the effect.
///
/// A slow handler can finish after its reservation has expired and a retried request has been
/// reserved. `complete` and `release` are passed the time of the reservation as `reserved_at`, so
/// that the store can determine whether the caller still holds the reservation.
pub trait IdempotencyStore {
    /// The error that is returned if the store fails, for example because it is full or cannot be
    /// reached.
    type Error;

    /// Reserves a request for the caller if the request is new, or returns the state of the
    /// request.
    ///
    /// `now` is the current time, which is later passed to `complete` or `release` as
    /// `reserved_at`.
    ///
    /// # Errors
    /// Returns an error if the state is unknown or the request cannot be reserved. In that case,
    /// the request is not handled.
    fn reserve(
        &self,
        key: &IdempotencyKey,
        now: SystemTime,
    ) -> impl Future<Output = Result<Reservation, Self::Error>> + Send;

    /// Stores the body of the final reply to a request that was reserved at `reserved_at`, even if
    /// another handler of the same request now holds the reservation.
    ///
    /// Returns `None` if this reply must be sent. If another handler has already completed the same
    /// request, keeps the other handler's reply and returns it, so that it is sent instead. If the
    /// ID has since been reserved for a different request, stores nothing and returns `None`.
    ///
    /// # Errors
    /// Returns an error if the reply cannot be stored. In that case, the request has been handled,
    /// but remains reserved.
    fn complete(
        &self,
        key: &IdempotencyKey,
        reply: &[u8],
        reserved_at: SystemTime,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// Releases the reservation that was made at `reserved_at`, because the reply is not final.
    ///
    /// A reservation that was made at another time must be kept, because it belongs to another
    /// handler. A stored reply must also be kept.
    ///
    /// # Errors
    /// Returns an error if the reservation cannot be released. The request then remains reserved.
    fn release(
        &self,
        key: &IdempotencyKey,
        reserved_at: SystemTime,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// The state of a request, as returned by [`IdempotencyStore::reserve`].
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reservation {
    /// The request was new, and is now reserved for the caller.
    New,
    /// The same request is being handled.
    InProgress,
    /// The same request was completed with this reply.
    Completed(Vec<u8>),
    /// A different request has the same ID.
    KeyReused,
}

impl fmt::Debug for Reservation {
    /// Formats the name of the variant without the reply, which may contain personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::InProgress => "InProgress",
            Self::Completed(_) => "Completed(..)",
            Self::KeyReused => "KeyReused",
        })
    }
}
