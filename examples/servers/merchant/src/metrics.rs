//! Metrics for Prometheus, which contain no values from requests.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use merchant_server::listener::MAX_CONNECTIONS;
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

/// The names and values of the labels of a metric.
type Labels = [(&'static str, String); 3];

/// The metrics of the server.
pub(crate) struct Metrics {
    registry: Registry,
    /// The durations of requests by endpoint, result code and HTTP status.
    request_durations: Family<Labels, Histogram, fn() -> Histogram>,
    open_connections: Gauge,
    dropped_log_lines: Counter,
    connection_permits: Arc<Semaphore>,
    log_errors: ErrorCounter,
}

impl Metrics {
    /// Creates the metrics. Every open connection holds one of the `connection_permits`.
    pub(crate) fn new(connection_permits: Arc<Semaphore>, log_errors: ErrorCounter) -> Self {
        let mut registry = Registry::with_prefix("merchant");
        let request_durations =
            Family::new_with_constructor(new_duration_histogram as fn() -> Histogram);
        let (open_connections, dropped_log_lines) = (Gauge::default(), Counter::default());
        registry.register(
            "request_duration_seconds",
            "Time from the headers of a request to its response",
            request_durations.clone(),
        );
        registry.register("open_connections", "Open connections", open_connections.clone());
        registry.register(
            "dropped_log_lines",
            "Log lines that were dropped because writing them failed or took too long",
            dropped_log_lines.clone(),
        );
        Self {
            registry,
            request_durations,
            open_connections,
            dropped_log_lines,
            connection_permits,
            log_errors,
        }
    }

    /// Records the duration of a request by endpoint, result code and HTTP status.
    pub(crate) fn record_reply(
        &self,
        endpoint: Option<&str>,
        code: &str,
        status: StatusCode,
        duration: Duration,
    ) {
        // Only result codes of the protocol are used as label values, so their number is limited.
        let is_known = ResultCode::from(code).status().is_some();
        let labels = [
            ("endpoint", endpoint.unwrap_or("none").to_owned()),
            ("result_code", if is_known { code } else { "other" }.to_owned()),
            ("http_status", status.as_str().to_owned()),
        ];
        self.request_durations.get_or_create(&labels).observe(duration.as_secs_f64());
    }

    /// Returns a router that serves the metrics.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().route("/metrics", get(export_metrics)).with_state(self)
    }
}

/// Returns a histogram with buckets from 0.5 milliseconds to 8 seconds.
fn new_duration_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

async fn export_metrics(State(metrics): State<Arc<Metrics>>) -> Response {
    let max = usize::try_from(MAX_CONNECTIONS).unwrap_or(usize::MAX);
    let open = max.saturating_sub(metrics.connection_permits.available_permits());
    metrics.open_connections.set(i64::try_from(open).unwrap_or(i64::MAX));
    let dropped = metrics.log_errors.dropped_lines();
    metrics.dropped_log_lines.inner().store(dropped as u64, Ordering::Relaxed);
    let mut body = String::new();
    if let Err(error) = encode(&mut body, &metrics.registry) {
        error!(%error, "cannot encode the metrics");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}
