//! The service that creates cards, and the other HTTP routes of the server.

use crate::{cards::CardStore, metrics::Metrics, openapi};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use merchant_server::gateway::{Gateway, HandlerError, Service};
use miniprogram_protocol::endpoint::{
    Endpoint as _, EndpointMetadata, Handler, NotifyCardRegistration, Reply,
};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

/// The service that implements `notifyCardRegistration`.
pub(crate) struct CardService {
    pub(crate) cards: CardStore,
    pub(crate) metrics: Arc<Metrics>,
}

impl Service for CardService {
    fn implements(&self, endpoint: &EndpointMetadata) -> bool {
        endpoint.name == NotifyCardRegistration::METADATA.name
    }

    async fn handle(
        self: Arc<Self>,
        _: &'static EndpointMetadata,
        client_id: String,
        body: Vec<u8>,
    ) -> Result<Reply, HandlerError> {
        let registration = self.cards.registration();
        let handler = async |request| registration.create_card(&request);
        let reply = Handler::<NotifyCardRegistration>::new()
            .idempotent(&registration, &client_id, SystemTime::now())
            .handle_async(&body, handler);
        // The database has logged the cause of an error.
        reply.await.map_err(|_| HandlerError::Failed)
    }

    fn record_reply(
        &self,
        endpoint: Option<&str>,
        code: &str,
        status: StatusCode,
        duration: Duration,
    ) {
        self.metrics.record_reply(endpoint, code, status, duration);
    }
}

/// Returns the router of the server.
pub(crate) fn router(gateway: Gateway<CardService>) -> Router {
    let document = openapi::document(&gateway.path_prefix).to_string();
    Router::new()
        .route("/healthz", get(report_health))
        .with_state(Arc::clone(&gateway.service))
        .route("/openapi.json", get(async || json_response(StatusCode::OK, document)))
        .merge(gateway.router())
}

/// Reports whether the database works.
async fn report_health(State(service): State<Arc<CardService>>) -> Response {
    if service.cards.is_healthy() {
        json_response(StatusCode::OK, r#"{"status":"ok"}"#)
    } else {
        json_response(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"the database failed"}"#)
    }
}

/// Returns a response with a JSON body.
fn json_response(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
