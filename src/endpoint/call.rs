//! The calls as data: where they go, what they carry.

use super::{Answer, MerchantSync, NotifyCardRegistration, PlatformMessageSend};
#[cfg(feature = "idempotency")]
use crate::idempotency::{self, AnswerStore};
use crate::{
    Policy, Schema, Table, Valid,
    dictionary::{self, ResultCode},
    markdown::paragraph,
    read::read_reporting,
    validate::{DICTIONARY, Report},
};
use std::fmt;
#[cfg(feature = "idempotency")]
use std::time::SystemTime;

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
    /// What it is answered: it can be made of a result alone, and tells its result.
    type Response: Table + From<dictionary::Result> + AsRef<dictionary::Result>;
    /// The call as data.
    const CALL: &'static Call;

    /// Answers a request: reads it, gives it to the handler if it is valid, and writes what the
    /// handler says.
    ///
    /// A request that is not valid is answered with `PARAM_ILLEGAL` and the violations; the error
    /// of a handler with the result that it becomes.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Valid,
    ///     dictionary::ResultCode,
    ///     endpoint::{Endpoint, MerchantSync, MerchantSyncRequest, MerchantSyncResponse},
    /// };
    ///
    /// fn handle(request: Valid<MerchantSyncRequest>) -> Result<MerchantSyncResponse, ResultCode> {
    ///     if request.merchant_id == "M-1" {
    ///         Ok(ResultCode::Success.into())
    ///     } else {
    ///         Err(ResultCode::AccessDenied)
    ///     }
    /// }
    ///
    /// let answer = MerchantSync::answer(br#"{"appId": "1", "merchantId": 2}"#, handle);
    /// assert_eq!(answer.result.result_code, Some(ResultCode::ParamIllegal));
    /// assert_eq!(
    ///     answer.result.result_message.as_deref(),
    ///     Some(
    ///         "/merchantId must be a string, not a number; /merchantName is required; \
    ///          /platformId is required; /operatorId is required"
    ///     )
    /// );
    /// assert_eq!(answer.refused.unwrap().violations().len(), 4);
    /// ```
    fn answer<H, F>(body: &[u8], handler: H) -> Answer
    where
        H: FnOnce(Valid<Self::Request>) -> Result<Self::Response, F>,
        F: Into<dictionary::Result>,
    {
        Self::answer_with(body, &DICTIONARY, handler)
    }

    /// Answers a request as [`answer`](Self::answer) does, by a policy of your own: the request is
    /// judged by it, and so is the response.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Policy,
    ///     dictionary::ResultCode,
    ///     endpoint::{Endpoint, MerchantSync},
    /// };
    ///
    /// static POLICY: Policy = Policy::tolerant();
    ///
    /// let body = br#"{"appId":"1","merchantId":"2","merchantName":"Shoe Shop","operatorId":"3"}"#;
    /// let answer =
    ///     MerchantSync::answer_with(body, &POLICY, |_| Ok::<_, ResultCode>(ResultCode::Success.into()));
    /// assert_eq!(answer.result.result_code, Some(ResultCode::Success));
    /// assert_eq!(answer.tolerated[0].to_string(), "/platformId is required");
    /// ```
    fn answer_with<H, F>(body: &[u8], policy: &Policy, handler: H) -> Answer
    where
        H: FnOnce(Valid<Self::Request>) -> Result<Self::Response, F>,
        F: Into<dictionary::Result>,
    {
        let mut report = Report::default();
        match read_reporting(body, policy, &mut report) {
            Ok(request) => {
                Answer::handled::<Self, F>(handler(request), report.into_tolerated(), policy)
            }
            Err(error) => Answer::refusing(error),
        }
    }

    /// Answers a request as [`answer`](Self::answer) does, with a handler that can wait. The body
    /// is read at once.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     dictionary::ResultCode,
    ///     endpoint::{Endpoint, MerchantSync},
    /// };
    ///
    /// # async fn store(name: &str) -> Result<(), ResultCode> { Ok(()) }
    /// # async fn serve(body: &[u8]) -> Vec<u8> {
    /// let answer = MerchantSync::answer_async(body, |request| async move {
    ///     store(&request.merchant_name).await?;
    ///     Ok::<_, ResultCode>(ResultCode::Success.into())
    /// });
    /// answer.await.body
    /// # }
    /// ```
    fn answer_async<H, W, F>(body: &[u8], handler: H) -> impl Future<Output = Answer> + Send
    where
        H: FnOnce(Valid<Self::Request>) -> W,
        W: Future<Output = Result<Self::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        Self::answer_async_with(body, &DICTIONARY, handler)
    }

    /// Answers a request as [`answer_async`](Self::answer_async) does, by a policy of your own, as
    /// [`answer_with`](Self::answer_with).
    fn answer_async_with<H, W, F>(
        body: &[u8],
        policy: &Policy,
        handler: H,
    ) -> impl Future<Output = Answer> + Send
    where
        H: FnOnce(Valid<Self::Request>) -> W,
        W: Future<Output = Result<Self::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        let mut report = Report::default();
        let handled = read_reporting(body, policy, &mut report).map(handler);
        async move {
            match handled {
                Ok(response) => {
                    Answer::handled::<Self, F>(response.await, report.into_tolerated(), policy)
                }
                Err(error) => Answer::refusing(error),
            }
        }
    }

    /// Answers a request as [`answer_async`](Self::answer_async) does, but only once: a repeated
    /// request gets the answer that the first one got, byte for byte (feature `idempotency`).
    ///
    /// - An answer of status U or A is not kept: the request may be repeated to get another.
    /// - A request that has the ID of another is answered with `REPEAT_REQ_INCONSISTENT`, status F.
    /// - A request that is still being handled is answered with `UNKNOWN_EXCEPTION`, status U, so
    ///   that the caller repeats it later.
    /// - A request of a call without idempotency key is handled every time.
    ///
    /// Whoever stops to wait for the future leaves the reservation behind: run it in a task of its
    /// own.
    ///
    /// # Errors
    /// That of the store. The caller is then to be answered with `UNKNOWN_EXCEPTION`.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     dictionary::ResultCode,
    ///     endpoint::{Endpoint, NotifyCardRegistration},
    ///     idempotency::{MemoryStore, StoreFull},
    /// };
    /// use std::time::SystemTime;
    ///
    /// # async fn make_card(customer_id: &str) -> Result<(), ResultCode> { Ok(()) }
    /// # async fn serve(store: &MemoryStore, client_id: &str, body: &[u8]) -> Result<Vec<u8>, StoreFull> {
    /// let now = SystemTime::now();
    /// let answer = NotifyCardRegistration::answer_once(store, client_id, body, now, |request| async move {
    ///     make_card(&request.customer_id).await?;
    ///     Ok::<_, ResultCode>(ResultCode::Success.into())
    /// });
    /// # Ok(answer.await?.body)
    /// # }
    /// ```
    #[cfg(feature = "idempotency")]
    fn answer_once<S, H, W, F>(
        store: &S,
        client_id: &str,
        body: &[u8],
        now: SystemTime,
        handler: H,
    ) -> impl Future<Output = Result<Answer, S::Error>> + Send
    where
        Self::Request: Send,
        S: AnswerStore<Error: Send> + Sync,
        H: FnOnce(Valid<Self::Request>) -> W + Send,
        W: Future<Output = Result<Self::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        Self::answer_once_with(store, client_id, body, now, &DICTIONARY, handler)
    }

    /// Answers a request as [`answer_once`](Self::answer_once) does, by a policy of your own, as
    /// [`answer_with`](Self::answer_with) (feature `idempotency`).
    ///
    /// # Errors
    /// As `answer_once`.
    #[cfg(feature = "idempotency")]
    fn answer_once_with<S, H, W, F>(
        store: &S,
        client_id: &str,
        body: &[u8],
        now: SystemTime,
        policy: &Policy,
        handler: H,
    ) -> impl Future<Output = Result<Answer, S::Error>> + Send
    where
        Self::Request: Send,
        S: AnswerStore<Error: Send> + Sync,
        H: FnOnce(Valid<Self::Request>) -> W + Send,
        W: Future<Output = Result<Self::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        idempotency::answer_once::<Self, S, H, W, F>(store, client_id, body, now, policy, handler)
    }
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

    /// The call that a path leads to: its own, or one of its aliases. `prefix` is what the tenant
    /// puts before the paths, as `/api/open`; a query is passed over.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::Call;
    ///
    /// let call = Call::at("/api/open/v2/pds/merchant/sync", "/api/open").unwrap();
    /// assert_eq!(call.name, "merchantSync");
    /// assert!(Call::at("/v2/pds/merchant/sync", "/api/open").is_none());
    /// ```
    #[must_use]
    pub fn at(path: &str, prefix: &str) -> Option<&'static Self> {
        let path = path.split_once('?').map_or(path, |(path, _)| path).strip_prefix(prefix)?;
        Self::ALL.iter().copied().find(|call| call.path == path || call.aliases.contains(&path))
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

        impl From<$crate::dictionary::Result> for $Response {
            fn from(result: $crate::dictionary::Result) -> Self {
                Self::new(result)
            }
        }

        impl From<$crate::dictionary::ResultCode> for $Response {
            fn from(code: $crate::dictionary::ResultCode) -> Self {
                Self::new(code)
            }
        }

        impl AsRef<$crate::dictionary::Result> for $Response {
            fn as_ref(&self) -> &$crate::dictionary::Result {
                &self.result
            }
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
