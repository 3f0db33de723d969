//! The calls as data: where they go, what they carry.

use super::{MerchantSync, NotifyCardRegistration, PlatformMessageSend};
use crate::{Schema, Table, dictionary::ResultCode, markdown::paragraph};
use std::fmt;

/// A call of the documents, as a type: its request, its response, and the rest as data.
///
/// ```
/// use miniprogram_protocol::endpoint::{Endpoint, NotifyCardRegistration};
///
/// let call = NotifyCardRegistration::CALL;
/// assert_eq!(call.path, "/v2/pds/memberships/notifyCardRegistration");
/// assert_eq!(call.idempotency_key, Some("requestId"));
/// ```
pub trait Endpoint {
    /// What the caller sends.
    type Request: Table;
    /// What it is answered.
    type Response: Table;
    /// The call as data.
    const CALL: &'static Call;
}

/// A call of the documents, as data. The method of every call is `POST`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The name: `notifyCardRegistration`.
    pub name: &'static str,
    pub(crate) docs: &'static str,
    /// The path to send it to, without what a tenant puts before it.
    pub path: &'static str,
    /// Other paths that the documents give it, by which it may come, too.
    pub aliases: &'static [&'static str],
    /// Who calls.
    pub caller: Party,
    /// Who is called, and answers.
    pub callee: Party,
    /// What the caller sends.
    pub request: &'static Schema,
    /// What it is answered.
    pub response: &'static Schema,
    /// The member of the request by which a repeated request is known: the same value must get the
    /// same answer.
    pub idempotency_key: Option<&'static str>,
    /// The result codes that the documents list for it. A callee may have more.
    pub result_codes: &'static [ResultCode],
    /// The documents' own samples of the request.
    pub request_samples: &'static [Sample],
    /// The documents' own samples of the response.
    pub response_samples: &'static [Sample],
}

impl Call {
    /// The method of every call.
    pub const METHOD: &'static str = "POST";

    /// All calls.
    pub const ALL: &'static [&'static Self] =
        &[MerchantSync::CALL, NotifyCardRegistration::CALL, PlatformMessageSend::CALL];

    /// The call of that name.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::Call;
    ///
    /// let call = Call::named("notifyCardRegistration").unwrap();
    /// assert_eq!(call.request.name, "NotifyCardRegistrationRequest");
    /// assert!(Call::named("notify").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|call| call.name == name)
    }

    /// What the call is for, in a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        paragraph(self.docs)
    }
}

/// Who calls or is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Party {
    /// Mini Program Platform.
    Platform,
    /// A super app, or the software service behind it.
    SuperApp,
    /// A merchant.
    Merchant,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "Mini Program Platform",
            Self::SuperApp => "super app",
            Self::Merchant => "merchant",
        })
    }
}

/// A sample of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sample {
    /// What it shows.
    pub title: &'static str,
    /// The JSON text.
    pub json: &'static str,
}

/// Declares a call the way the documents do.
macro_rules! endpoint {
    (
        $(#[doc = $about:literal])*
        pub enum $Name:ident as $name:literal {
            path: $path:literal $(or $alias:literal)*,
            parties: $caller:ident calls $callee:ident,
            request: $Request:ident,
            response: $Response:ident,
            idempotency_key: $key:expr,
            result_codes: $codes:expr,
            request_samples: { $( $request_title:literal: $request_file:literal ),* },
            response_samples: { $( $response_title:literal: $response_file:literal ),* },
        }
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = concat!("`POST ", $path, "`", $(", or `", $alias, "`",)* ".")]
        #[derive(Clone, Copy, Debug)]
        pub enum $Name {}

        impl $crate::endpoint::Endpoint for $Name {
            type Request = $Request;
            type Response = $Response;
            const CALL: &'static $crate::endpoint::Call = &$crate::endpoint::Call {
                name: $name,
                docs: concat!($($about, "\n"),*),
                path: $path,
                aliases: &[$($alias),*],
                caller: $crate::endpoint::Party::$caller,
                callee: $crate::endpoint::Party::$callee,
                request: <$Request as $crate::Table>::SCHEMA,
                response: <$Response as $crate::Table>::SCHEMA,
                idempotency_key: $key,
                result_codes: $codes,
                request_samples: &[$(endpoint!(@sample $request_title, $request_file)),*],
                response_samples: &[$(endpoint!(@sample $response_title, $response_file)),*],
            };
        }
    };
    (@sample $title:literal, $file:literal) => {
        $crate::endpoint::Sample {
            title: $title,
            json: include_str!(concat!("../../examples/payloads/documents/", $file)),
        }
    };
}
pub(crate) use endpoint;
