use super::{IdempotencyKey, IdempotencyStore, Reservation};
use crate::{
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{Endpoint, Handler, Reply},
    policy::Policy,
    read::read_with_report,
    validate::{Report, Valid},
};
use std::{fmt, time::SystemTime};

impl<'a, E: Endpoint> Handler<'a, E> {
    /// Returns a handler that handles each request only once: when the request is retried, it gets
    /// the first reply, byte for byte (feature `idempotency`).
    ///
    /// - A reply with the result status `U` or `A` is not stored. If the request is retried, it is
    ///   handled again.
    /// - A different request with the same ID gets `REPEAT_REQ_INCONSISTENT` with the status F.
    /// - If a request is retried while it is still being handled, the retry gets
    ///   `UNKNOWN_EXCEPTION` with the status U, so that the caller retries later.
    /// - If the endpoint has no idempotency key, every request is handled.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     dictionary::ResultCode,
    ///     endpoint::{Handler, NotifyCardRegistration},
    ///     idempotency::{MemoryStore, StoreFull},
    /// };
    /// use std::time::SystemTime;
    ///
    /// # async fn make_card(customer_id: &str) -> Result<(), ResultCode> { Ok(()) }
    /// # async fn serve(store: &MemoryStore, client_id: &str, body: &[u8]) -> Result<Vec<u8>, StoreFull> {
    /// let handler = Handler::<NotifyCardRegistration>::new();
    /// let reply = handler
    ///     .idempotent(store, client_id, SystemTime::now())
    ///     .handle_async(body, |request| async move {
    ///         make_card(&request.customer_id).await?;
    ///         Ok::<_, ResultCode>(ResultCode::Success.into())
    ///     });
    /// # Ok(reply.await?.body)
    /// # }
    /// ```
    #[must_use]
    pub fn idempotent<S: IdempotencyStore>(
        self,
        store: &'a S,
        client_id: &'a str,
        now: SystemTime,
    ) -> IdempotentHandler<'a, E, S> {
        IdempotentHandler { handler: self, store, client_id, now }
    }
}

/// A [`Handler`] that handles each request only once, as described in [`Handler::idempotent`].
pub struct IdempotentHandler<'a, E, S> {
    handler: Handler<'a, E>,
    store: &'a S,
    client_id: &'a str,
    now: SystemTime,
}

impl<E: Endpoint, S> fmt::Debug for IdempotentHandler<'_, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotentHandler").field("handler", &self.handler).finish_non_exhaustive()
    }
}

impl<'a, E: Endpoint, S: IdempotencyStore> IdempotentHandler<'a, E, S> {
    /// Sets the policy against which requests and responses are validated, as [`Handler::policy`]
    /// does.
    #[must_use]
    pub fn policy(mut self, policy: &'a Policy) -> Self {
        self.handler = self.handler.policy(policy);
        self
    }

    /// Handles a request with a synchronous function. Apart from that, this method behaves like
    /// [`handle_async`](Self::handle_async).
    ///
    /// # Errors
    /// Returns the error if the store fails. Reply with `UNKNOWN_EXCEPTION` to such a request.
    pub fn handle<H, F>(
        self,
        body: &[u8],
        handler: H,
    ) -> impl Future<Output = Result<Reply, S::Error>> + Send + use<'a, E, S, H, F>
    where
        E::Request: Send,
        E::Response: Send,
        S: IdempotencyStore<Error: Send> + Sync,
        H: FnOnce(Valid<E::Request>) -> Result<E::Response, F> + Send,
        F: Into<dictionary::Result> + Send,
    {
        self.handle_async(body, |request| std::future::ready(handler(request)))
    }

    /// Handles a request with an asynchronous function. The body is parsed and validated before
    /// this method returns the future.
    ///
    /// The function, its future and the error of the store must be [`Send`], so that servers can move
    /// the returned future to another thread.
    ///
    /// If the future is dropped, the request remains reserved until the reservation expires in the
    /// store. Run the future in its own task, so that it is not cancelled when the connection is
    /// closed.
    ///
    /// # Errors
    /// Returns the error if the store fails. Reply with `UNKNOWN_EXCEPTION` to such a request.
    pub fn handle_async<H, W, F>(
        self,
        body: &[u8],
        handler: H,
    ) -> impl Future<Output = Result<Reply, S::Error>> + Send + use<'a, E, S, H, W, F>
    where
        E::Request: Send,
        S: IdempotencyStore<Error: Send> + Sync,
        H: FnOnce(Valid<E::Request>) -> W + Send,
        W: Future<Output = Result<E::Response, F>> + Send,
        F: Into<dictionary::Result>,
    {
        let Self { handler: Handler { policy, .. }, store, client_id, now } = self;
        let mut report = Report::default();
        let request = read_with_report::<E::Request>(body, policy, &mut report);
        async move {
            let request = match request {
                Ok(request) => request,
                Err(error) => return Ok(Reply::from_request_error(error)),
            };
            let key = IdempotencyKey::from_request::<E>(client_id, &request);
            let tolerated = report.into_tolerated();
            let Some(key) = key else {
                let response = handler(request).await;
                return Ok(Reply::from_handler::<E, F>(response, tolerated, policy));
            };
            match store.reserve(&key, now).await? {
                Reservation::New => {
                    let response = handler(request).await;
                    let reply = Reply::from_handler::<E, F>(response, tolerated, policy);
                    store_or_release::<E, S>(store, &key, reply, now).await
                }
                Reservation::Completed(body) => Ok(stored_reply::<E>(body)),
                Reservation::InProgress => Ok(Reply::from_result(
                    dictionary::Result::from(ResultCode::UnknownException)
                        .result_message("The same request is being handled."),
                )),
                Reservation::KeyReused => Ok(Reply::from_result(
                    dictionary::Result::new(ResultStatus::Failed)
                        .result_code("REPEAT_REQ_INCONSISTENT")
                        .result_message("Another request has the same ID."),
                )),
            }
        }
    }
}

/// Stores a final reply, or releases the reservation. Returns the reply to send.
async fn store_or_release<E: Endpoint, S: IdempotencyStore>(
    store: &S,
    key: &IdempotencyKey,
    reply: Reply,
    reserved_at: SystemTime,
) -> Result<Reply, S::Error> {
    let status = &reply.result.result_status;
    if matches!(status, ResultStatus::Success | ResultStatus::Failed) {
        let first = store.complete(key, &reply.body, reserved_at).await?;
        return Ok(first.map_or(reply, stored_reply::<E>));
    }
    store.release(key, reserved_at).await?;
    Ok(reply)
}

/// Converts the body of a stored reply to a [`Reply`]. The body is sent unchanged, even if it is not
/// a valid response.
fn stored_reply<E: Endpoint>(body: Vec<u8>) -> Reply {
    let result = serde_json::from_slice::<E::Response>(&body)
        .map_or_else(|_| ResultCode::UnknownException.into(), |stored| stored.as_ref().clone());
    Reply { body, result, request_error: None, tolerated: Vec::new(), response_violations: None }
}
