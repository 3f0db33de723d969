//! Numbers for Prometheus. Nothing that a caller chose is in them.

use crate::server::CONNECTIONS;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use miniprogram_protocol::dictionary::ResultCode;
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::Semaphore;
use tracing::error;
use tracing_appender::non_blocking::ErrorCounter;

type Labels = [(&'static str, String); 3];

pub(crate) struct Metrics {
    registry: Registry,
    /// The durations of requests, and so their number, by endpoint, result code and HTTP status.
    requests: Family<Labels, Histogram, fn() -> Histogram>,
    connections: Gauge,
    dropped_log_lines: Counter,
    places: Arc<Semaphore>,
    log: ErrorCounter,
}

impl Metrics {
    /// `places` are the connections that are still possible.
    pub(crate) fn new(places: Arc<Semaphore>, log: ErrorCounter) -> Self {
        let mut registry = Registry::with_prefix("merchant");
        let requests = Family::new_with_constructor(durations as fn() -> Histogram);
        let (connections, dropped_log_lines) = (Gauge::default(), Counter::default());
        registry.register(
            "request_duration_seconds",
            "Time from the headers of a request to its response",
            requests.clone(),
        );
        registry.register("open_connections", "Open connections", connections.clone());
        registry.register(
            "dropped_log_lines",
            "Lines of the log that were dropped because nobody read them in time",
            dropped_log_lines.clone(),
        );
        Self { registry, requests, connections, dropped_log_lines, places, log }
    }

    pub(crate) fn answered(
        &self,
        endpoint: Option<&str>,
        code: &str,
        status: StatusCode,
        took: Duration,
    ) {
        // A handler may answer with any code, but those without a status are not of the protocol.
        let is_known = ResultCode::from(code).status().is_some();
        let labels = [
            ("endpoint", endpoint.unwrap_or("none").to_owned()),
            ("code", if is_known { code } else { "other" }.to_owned()),
            ("http", status.as_str().to_owned()),
        ];
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().route("/metrics", get(metrics)).with_state(self)
    }
}

/// From half a millisecond to eight seconds.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

async fn metrics(State(metrics): State<Arc<Metrics>>) -> Response {
    let open = usize::try_from(CONNECTIONS).unwrap_or(usize::MAX);
    let open = open.saturating_sub(metrics.places.available_permits());
    metrics.connections.set(i64::try_from(open).unwrap_or(i64::MAX));
    let dropped = metrics.log.dropped_lines();
    metrics.dropped_log_lines.inner().store(dropped as u64, Ordering::Relaxed);
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &metrics.registry) {
        error!(%error, "the metrics could not be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}
