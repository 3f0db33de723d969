//! The client side of an endpoint: signs a request, sends it, and verifies and reads the response.

use crate::peer::POLICY;
use anyhow::{Context as _, Result, ensure};
use merchant_server::gateway::MAX_BODY_BYTES;
use miniprogram_protocol::{
    Valid,
    endpoint::Endpoint,
    http::{Headers, Signer, Verifier},
};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::task::spawn_blocking;

/// The number of connections that are kept for further requests.
const MAX_IDLE_CONNECTIONS: usize = 64;

/// A client that signs requests as one side, and verifies the responses of the other side.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    agent: ureq::Agent,
    signer: Signer,
    verifier: Verifier,
}

impl Client {
    /// Creates a client. A request fails if its response is not received within `timeout`.
    #[must_use]
    pub fn new(signer: Signer, verifier: Verifier, timeout: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // By default, ureq reads the proxy from environment variables.
            .proxy(None)
            .timeout_global(Some(timeout))
            .max_idle_connections(MAX_IDLE_CONNECTIONS)
            .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
            .build()
            .into();
        Self(Arc::new(Inner { agent, signer, verifier }))
    }

    /// Sends a JSON request to the URL of an endpoint, and returns the response, which is valid
    /// under [`POLICY`] and matches the request.
    ///
    /// # Errors
    /// After an error, it is unknown whether the request was processed: it may not have been
    /// received, or the response may be lost, unsigned or invalid.
    pub async fn call<E: Endpoint>(
        &self,
        url: impl Into<String>,
        body: impl Into<Vec<u8>>,
    ) -> Result<Valid<E::Response>> {
        let (inner, url, body) = (Arc::clone(&self.0), url.into(), Arc::new(body.into()));
        let sent = Arc::clone(&body);
        let received = spawn_blocking(move || inner.post(&url, &sent)).await?;
        let UnverifiedResponse { path, headers, body: response } =
            received.with_context(|| E::METADATA.name)?;
        let (verifier, now) = (&self.0.verifier, SystemTime::now());
        let read =
            verifier.read_response_with::<E>(&path, &body, &headers, &response, now, &POLICY);
        Ok(read.with_context(|| format!("invalid {} response", E::METADATA.name))?.response)
    }
}

/// The error for the HTTP statuses 429 and 503: the other side receives too many requests.
#[derive(Debug)]
pub struct OverloadedError;

impl fmt::Display for OverloadedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the other side is overloaded")
    }
}

impl std::error::Error for OverloadedError {}

/// A response that is not verified yet.
struct UnverifiedResponse {
    path: String,
    headers: Headers,
    body: Vec<u8>,
}

impl Inner {
    /// Sends a signed request, and receives the response.
    fn post(&self, url: &str, body: &[u8]) -> Result<UnverifiedResponse> {
        let url: ureq::http::Uri = url.parse()?;
        let path = url.path().to_owned();
        let mut request = self.agent.post(url);
        for (name, value) in self.signer.sign_request(&path, body, SystemTime::now())?.for_request()
        {
            request = request.header(name, value);
        }
        let mut response = request.send(body)?;
        let status = response.status().as_u16();
        ensure!(!matches!(status, 429 | 503), OverloadedError);
        ensure!(status == 200, "HTTP status {status}");
        let limit = MAX_BODY_BYTES as u64;
        let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
        let headers = Headers::from_response(response.headers())?;
        Ok(UnverifiedResponse { path, headers, body })
    }
}
