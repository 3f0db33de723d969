//! The same reply to a repeated request (feature `idempotency`).
//!
//! A caller that got no reply repeats its request, which must not be handled twice. The field that
//! [`EndpointMetadata::idempotency_key`](crate::endpoint::EndpointMetadata::idempotency_key) names
//! identifies a request. [`Handler::idempotent`](crate::endpoint::Handler::idempotent) keeps replies
//! in an [`IdempotencyStore`]: a [`MemoryStore`], or your database.

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

/// What a repeated request is known by.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{CardField, CustomerBelongsTo, NotifyCardRegistration, NotifyCardRegistrationRequest},
///     idempotency::IdempotencyKey,
/// };
///
/// let request = |id: &str, name: &str| {
///     let fields = [CardField::new("USER_NAME", name)];
///     NotifyCardRegistrationRequest::new("1", CustomerBelongsTo::Tng, id, "2", fields)
/// };
/// let key = |id, name| IdempotencyKey::of::<NotifyCardRegistration>("C-1", &request(id, name)).unwrap();
///
/// assert_eq!(key("7", "Ada"), key("7", "Ada"));
/// assert!(key("7", "Ada").is_id_of(&key("7", "Grace")));
/// assert_ne!(key("7", "Ada"), key("7", "Grace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IdempotencyKey {
    /// The name of the call.
    pub call: &'static str,
    /// Who calls: IDs of one caller say nothing of those of another.
    pub client_id: String,
    /// The ID of the request.
    pub id: String,
    /// The content of the request, in 16 bytes. The order of members and the blanks between them
    /// do not change it, nor does another version of this crate.
    pub fingerprint: [u8; 16],
}

impl IdempotencyKey {
    /// The key of a request; `None` if its call has none.
    #[must_use]
    pub fn of<E: Endpoint + ?Sized>(client_id: &str, request: &E::Request) -> Option<Self> {
        let Operand::String(id) = request.operand(E::METADATA.idempotency_key?) else {
            return None;
        };
        Some(Self {
            call: E::METADATA.name,
            client_id: client_id.to_owned(),
            id: id.to_owned(),
            fingerprint: fingerprint(request),
        })
    }

    /// Whether the other request has the same ID, whatever its content.
    #[must_use]
    pub fn is_id_of(&self, other: &Self) -> bool {
        (self.call, &self.client_id, &self.id) == (other.call, &other.client_id, &other.id)
    }
}

fn fingerprint(request: &impl ProtocolType) -> [u8; 16] {
    let mut json = Vec::new();
    // Neither a table nor a vector can fail to be written.
    let _ = serde_json::to_writer(&mut json, request);
    let mut hasher = SipHasher13::new();
    match std::str::from_utf8(&json).map(Node::parse) {
        Ok(Ok(node)) => node.hash(&mut hasher),
        // A value that was built, deeper than what can be read: its members are hashed in order.
        _ => hasher.write(&json),
    }
    hasher.finish128().as_bytes()
}

/// A JSON value. It borrows names, strings and numbers as they are written.
///
/// `serde_json::Value` would round numbers and drop duplicate names, and so take different requests
/// for the same.
enum Node<'a> {
    Scalar(&'a str),
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

impl<'a> Node<'a> {
    fn parse(json: &'a str) -> Result<Self, LexerError> {
        Self::read(&mut Lexer::new(json))
    }

    fn read(json: &mut Lexer<'a>) -> Result<Self, LexerError> {
        let mut first = true;
        match json.value_start()? {
            b'[' => {
                json.enter()?;
                let mut elements = Vec::new();
                while json.has_element(&mut first)? {
                    elements.push(Self::read(json)?);
                }
                Ok(Self::Array(elements))
            }
            b'{' => {
                json.enter()?;
                let mut members = Vec::new();
                while json.has_member(&mut first)? {
                    let name = json.raw_string()?.raw;
                    json.colon()?;
                    members.push((name, Self::read(json)?));
                }
                // A stable sort: the order of duplicates is part of the content.
                members.sort_by_key(|(name, _)| *name);
                Ok(Self::Object(members))
            }
            _ => Ok(Self::Scalar(json.skip()?)),
        }
    }

    /// Hashes the JSON text in which the members of every object are sorted by name, with a comma
    /// after each member and element.
    fn hash(&self, hasher: &mut SipHasher13) {
        match self {
            Self::Scalar(text) => hasher.write(text.as_bytes()),
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

/// A store of answers to requests.
///
/// [`reserve`](Self::reserve) is what makes a repeated request safe: of any number of requests of
/// the same ID that come at once, it must say [`Reservation::New`] to one.
pub trait IdempotencyStore {
    /// Why the store cannot say.
    type Error;

    /// Says what is known of a request; if nothing is, it is reserved for whoever asked, who then
    /// calls [`complete`](Self::complete) or [`release`](Self::release).
    ///
    /// Whoever asked may also vanish. A store should give a reservation to another request when it
    /// is older than any handler takes, or when the process that made it is gone. Should the first
    /// one come back after all, the store knows its reservation by the time `now`, which is then
    /// given as `reserved`.
    fn reserve(
        &self,
        key: &IdempotencyKey,
        now: SystemTime,
    ) -> impl Future<Output = Result<Reservation, Self::Error>> + Send;

    /// Keeps the answer to a request that was reserved at the time `reserved`, also if another one
    /// has the reservation now. `Some` is the answer that another request of the same ID left first:
    /// that one is kept, and to be sent.
    fn complete(
        &self,
        key: &IdempotencyKey,
        answer: &[u8],
        reserved: SystemTime,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// Forgets a request that was reserved at the time `reserved`, and got no answer that could be
    /// repeated; unless another one has the reservation now, whose handler is at work.
    fn release(
        &self,
        key: &IdempotencyKey,
        reserved: SystemTime,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What is known of a request.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reservation {
    /// Nothing: it is to be handled now.
    New,
    /// The same request is being handled, and has no answer yet.
    InProgress,
    /// The same request was answered so.
    Answered(Vec<u8>),
    /// Another request has the same ID.
    KeyReused,
}

impl fmt::Debug for Reservation {
    /// Hides the bytes of the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "New",
            Self::InProgress => "InProgress",
            Self::Answered(_) => "Answered(..)",
            Self::KeyReused => "Inconsistent",
        })
    }
}
