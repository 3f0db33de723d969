//! Code that both sides share: keys, and serving endpoints.

use anyhow::{Context as _, Result};
use governor::{Quota, RateLimiter};
use merchant_server::{
    data_dir::DataDir,
    gateway::{Gateway, Service},
    keys::PemKeyPair,
    listener::{MAX_CONNECTIONS, serve},
};
use miniprogram_protocol::{
    Deviation, Policy,
    http::{KeyRing, Signer, SigningKey, TimeOutOfRange, Timestamp, Verifier, VerifyingKey},
};
use std::{
    fs,
    net::SocketAddr,
    num::NonZeroU32,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// The client ID of the shop.
pub const SHOP_CLIENT_ID: &str = "SHOP";

/// The client ID of the super app.
pub const SUPER_APP_CLIENT_ID: &str = "SUPER-APP";

/// The deviations from the specification that both sides accept: all published samples of payments
/// contain the value of an amount as a string.
pub static POLICY: Policy = Policy::strict().allow(Deviation::AmountAsString);

/// The timeout of each step of serving a request.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);

/// The time between two attempts to read a file or to listen.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Loads the key pair from the files `NAME.*.pem` in the data directory, or generates it at the
/// first start, and returns two signers that use it: one for requests and one for responses.
///
/// # Errors
/// Returns an error if the key cannot be loaded or generated.
pub fn load_signers(data_dir: &DataDir, name: &str, client_id: &str) -> Result<[Signer; 2]> {
    let pair = PemKeyPair::load_or_generate(data_dir, name)?;
    let signer = || anyhow::Ok(Signer::new(client_id, SigningKey::parse(&pair.private)?));
    Ok([signer()?, signer()?])
}

/// Reads the public key of the other side, and returns a verifier that uses it. Waits until the
/// other side has created the file.
///
/// # Errors
/// Returns an error if the file cannot be read or does not contain a key.
pub async fn load_verifier(path: &Path, client_id: &str) -> Result<Verifier> {
    let describe = || format!("cannot use the public key {}", path.display());
    if !path.exists() {
        info!(path = %path.display(), "waiting for the other side to create its key");
    }
    while !path.exists() {
        time::sleep(RETRY_INTERVAL).await;
    }
    let key = fs::read_to_string(path).with_context(describe)?;
    let key = VerifyingKey::parse(&key).with_context(describe)?;
    Ok(Verifier::new(KeyRing::new().with_key(client_id, 1, key)))
}

/// Serves the endpoints of one side until shutdown, with the limits of the merchant server.
///
/// # Errors
/// Returns an error if the server cannot listen on the address.
pub async fn serve_endpoints<S: Service>(
    address: SocketAddr,
    service: Arc<S>,
    signer: Signer,
    verifier: Verifier,
    shutdown: CancellationToken,
) -> Result<()> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    info!(address = %listener.local_addr()?, "listening");
    let gateway = Gateway {
        service,
        verifier: Some(verifier),
        signer,
        path_prefix: String::new(),
        timeout: SERVER_TIMEOUT,
        signed_error_limiter: RateLimiter::direct(Quota::per_second(
            NonZeroU32::MIN.saturating_add(49),
        )),
    };
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    serve(listener, gateway.router(), SERVER_TIMEOUT, permits, shutdown).await;
    Ok(())
}

/// Returns a time in the format of the protocol.
///
/// # Errors
/// Returns an error if the year is not between 0000 and 9999.
pub fn format_time(time: SystemTime) -> Result<String, TimeOutOfRange> {
    Ok(Timestamp::try_from(time)?.to_string())
}
