//! Accepts connections, and limits their number, their age, and the duration of each step of a
//! request.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::SockRef;
use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// The maximum number of open connections. Further connections wait until an open connection is
/// closed.
pub const MAX_CONNECTIONS: u32 = 512;

/// The age at which a connection is closed after its current request. The limit also stops callers
/// that send or receive one byte at a time.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(60);

/// The size of the send buffer of a connection. A small buffer limits how many requests are handled
/// for a caller that does not read the responses.
const SEND_BUFFER_BYTES: usize = 16 * 1024;

type Connection =
    http1::Connection<TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>, TowerToHyperService<Router>>;

/// Serves requests until shutdown, and then finishes the requests that are in progress.
///
/// Every open connection holds one of the permits.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    timeout: Duration,
    permits: Arc<Semaphore>,
    shutdown: CancellationToken,
) {
    // Receiving the headers, receiving the body, handling the request, and writing the response
    // have one timeout each.
    let max_request_time = 4 * timeout;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(timeout);
    loop {
        let accepted = async {
            let accepted = listener.accept().await;
            (accepted, Arc::clone(&permits).acquire_owned().await)
        };
        let (accepted, permit) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accepted => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // The process may have reached the limit on open files.
                warn!(%error, "cannot accept a connection");
                time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES);
        let mut stream = TimeoutStream::new(stream);
        // The write timeout closes the connection of a caller that does not read its responses.
        stream.set_write_timeout(Some(timeout));
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            run_connection(connection, shutdown, max_request_time).await;
            drop(permit);
        });
    }
    drop(listener);
    let all_closed = permits.acquire_many(MAX_CONNECTIONS);
    if time::timeout(max_request_time, all_closed).await.is_err() {
        warn!("some connections did not close in time");
    }
}

/// Serves a connection until it is closed. After shutdown starts or the connection reaches its
/// maximum age, the current request has `max_request_time` to finish.
async fn run_connection(
    connection: Connection,
    shutdown: CancellationToken,
    max_request_time: Duration,
) {
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = &mut connection => Ok(result),
        _ = time::timeout(MAX_CONNECTION_AGE, shutdown.cancelled()) => {
            connection.as_mut().graceful_shutdown();
            time::timeout(max_request_time, connection).await
        }
    };
    match result {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "connection failed"),
        Err(_) => debug!("connection timed out"),
    }
}
