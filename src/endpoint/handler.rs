use super::{Endpoint, Reply};
use crate::{
    dictionary,
    policy::Policy,
    read::read_with_report,
    validate::{Report, STRICT_POLICY, Valid},
};
use std::{fmt, marker::PhantomData};

/// A request handler for an endpoint. It parses and validates the body, calls a function with the
/// valid request, and serializes the response.
///
/// The response to an invalid request has the result code `PARAM_ILLEGAL` and the violations as its
/// message. An error that the function returns becomes the result in the response.
///
/// ```
/// use miniprogram_protocol::{
///     Valid,
///     dictionary::ResultCode,
///     endpoint::{Handler, MerchantSync, MerchantSyncRequest, MerchantSyncResponse},
/// };
///
/// fn sync(request: Valid<MerchantSyncRequest>) -> Result<MerchantSyncResponse, ResultCode> {
///     if request.merchant_id == "M-1" {
///         Ok(ResultCode::Success.into())
///     } else {
///         Err(ResultCode::AccessDenied)
///     }
/// }
///
/// let body = br#"{"appId": "1", "merchantId": 2}"#;
/// let reply = Handler::<MerchantSync>::new().handle(body, sync);
/// assert_eq!(reply.result.result_code, Some(ResultCode::ParamIllegal));
/// assert_eq!(
///     reply.result.result_message.as_deref(),
///     Some(
///         "/merchantId must be a string, not a number; /merchantName is required; \
///          /platformId is required; /operatorId is required"
///     )
/// );
/// assert_eq!(reply.request_error.unwrap().violations().len(), 4);
/// ```
///
/// With the `idempotency` feature, `Handler::idempotent` returns a handler that processes retried
/// requests only once.
pub struct Handler<'a, E> {
    pub(crate) policy: &'a Policy,
    endpoint: PhantomData<fn() -> *const E>,
}

impl<E> Clone for Handler<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Handler<'_, E> {}

impl<E: Endpoint> fmt::Debug for Handler<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("endpoint", &E::METADATA.name)
            .field("policy", self.policy)
            .finish()
    }
}

impl<E: Endpoint> Default for Handler<'_, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, E: Endpoint> Handler<'a, E> {
    /// Creates a handler that validates against the specification.
    #[must_use]
    pub const fn new() -> Self {
        Self { policy: &STRICT_POLICY, endpoint: PhantomData }
    }

    /// Sets the policy against which requests and responses are validated.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Policy,
    ///     dictionary::ResultCode,
    ///     endpoint::{Handler, MerchantSync},
    /// };
    ///
    /// static POLICY: Policy = Policy::lenient();
    ///
    /// let body = br#"{"appId":"1","merchantId":"2","merchantName":"Shoe Shop","operatorId":"3"}"#;
    /// let reply = Handler::<MerchantSync>::new()
    ///     .policy(&POLICY)
    ///     .handle(body, |_| Ok::<_, ResultCode>(ResultCode::Success.into()));
    /// assert_eq!(reply.result.result_code, Some(ResultCode::Success));
    /// assert_eq!(reply.tolerated[0].to_string(), "/platformId is required");
    /// ```
    #[must_use]
    pub fn policy(mut self, policy: &'a Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Handles a request: parses and validates the body, and calls `handler` with the valid
    /// request.
    pub fn handle<H, F>(self, body: &[u8], handler: H) -> Reply
    where
        H: FnOnce(Valid<E::Request>) -> Result<E::Response, F>,
        F: Into<dictionary::Result>,
    {
        let mut report = Report::default();
        match read_with_report(body, self.policy, &mut report) {
            Ok(request) => {
                let response = handler(request);
                Reply::from_handler::<E, F>(response, report.into_tolerated(), self.policy)
            }
            Err(error) => Reply::from_request_error(error),
        }
    }

    /// Handles a request with an asynchronous function. The body is parsed and validated before
    /// this method returns the future.
    ///
    /// The future that the function returns must be [`Send`], so that servers can move it to
    /// another thread.
    ///
    /// ```
    /// use miniprogram_protocol::{dictionary::ResultCode, endpoint::{Handler, MerchantSync}};
    ///
    /// # async fn store(name: &str) -> Result<(), ResultCode> { Ok(()) }
    /// # async fn serve(body: &[u8]) -> Vec<u8> {
    /// let reply = Handler::<MerchantSync>::new().handle_async(body, |request| async move {
    ///     store(&request.merchant_name).await?;
    ///     Ok::<_, ResultCode>(ResultCode::Success.into())
    /// });
    /// reply.await.body
    /// # }
    /// ```
    pub fn handle_async<H, W, F>(
        self,
        body: &[u8],
        handler: H,
    ) -> impl Future<Output = Reply> + Send + use<'a, E, H, W, F>
    where
        H: FnOnce(Valid<E::Request>) -> W,
        W: Future<Output = Result<E::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        let policy = self.policy;
        let mut report = Report::default();
        let response = read_with_report(body, policy, &mut report).map(handler);
        async move {
            match response {
                Ok(response) => {
                    let response = response.await;
                    Reply::from_handler::<E, F>(response, report.into_tolerated(), policy)
                }
                Err(error) => Reply::from_request_error(error),
            }
        }
    }
}
