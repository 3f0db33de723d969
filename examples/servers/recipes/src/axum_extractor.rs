//! An axum extractor that reads and validates a JSON body, and rejects an invalid one with problem
//! details (RFC 9457) that contain all violations.
//!
//! ```
//! use axum::{Router, extract::DefaultBodyLimit, routing::post};
//! use miniprogram_protocol::dictionary::Order;
//! use server_recipes::axum_extractor::ValidJson;
//!
//! async fn create_order(ValidJson(order): ValidJson<Order>) -> String {
//!     order.into_inner().order_description
//! }
//!
//! let app: Router = Router::new()
//!     .route("/orders", post(create_order))
//!     .layer(DefaultBodyLimit::max(256 * 1024)); // bytes; without it, axum reads up to 2 MB
//! ```

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use miniprogram_protocol::{Error, ProtocolType, Valid, from_json};
use serde_json::json;

/// A JSON body that satisfies every rule of the specification.
#[derive(Clone, Debug)]
pub struct ValidJson<T>(pub Valid<T>);

impl<T: ProtocolType, S: Send + Sync> FromRequest<S> for ValidJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected JSON"));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
        // To apply your own policy, call `from_json_with` here.
        Ok(Self(from_json(&body)?))
    }
}

/// Returns `true` if the content type is `application/json`, or has the suffix `+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.unwrap_or_default().split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    media_type
        .strip_prefix("application/")
        .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// Problem details (RFC 9457), which contain no values from the request.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    error: Option<Error>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), error: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let is_malformed = error.syntax().is_some();
        let status =
            if is_malformed { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self { status, detail: error.to_string(), error: Some(error) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut problem = json!({
            // The status and the codes of the violations identify the problem.
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        // An error serializes as an array of violations; malformed JSON has the code `syntax`.
        if let (Some(error), Some(members)) = (self.error, problem.as_object_mut()) {
            members.insert("violations".to_owned(), json!(error));
        }
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, problem.to_string()).into_response()
    }
}
