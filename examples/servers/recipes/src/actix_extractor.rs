//! An actix-web extractor that reads and validates a JSON body, and rejects an invalid one with
//! problem details (RFC 9457) that contain all violations.
//!
//! ```
//! use actix_web::{App, web};
//! use miniprogram_protocol::dictionary::Order;
//! use server_recipes::actix_extractor::ValidJson;
//!
//! async fn create_order(ValidJson(order): ValidJson<Order>) -> String {
//!     order.into_inner().order_description
//! }
//!
//! let app = App::new()
//!     .app_data(web::PayloadConfig::new(1024 * 1024)) // bytes; the default is 256 KiB
//!     .route("/orders", web::post().to(create_order));
//! ```

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use miniprogram_protocol::{Error, ProtocolType, Valid, from_json};
use serde_json::json;
use std::{fmt, pin::Pin};

/// A JSON body that satisfies every rule of the specification.
#[derive(Clone, Debug)]
pub struct ValidJson<T>(pub Valid<T>);

impl<T: ProtocolType + 'static> FromRequest for ValidJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected JSON"));
            }
            let body = body.await.map_err(|error| {
                Problem::new(error.as_response_error().status_code(), error.to_string())
            })?;
            // To apply your own policy, call `from_json_with` here.
            Ok(Self(from_json(&body)?))
        })
    }
}

/// Returns `true` if the content type is `application/json`, or has the suffix `+json`.
fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
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

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut problem = json!({
            // The status and the codes of the violations identify the problem.
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        // An error serializes as an array of violations; malformed JSON has the code `syntax`.
        if let (Some(error), Some(members)) = (&self.error, problem.as_object_mut()) {
            members.insert("violations".to_owned(), json!(error));
        }
        let mut response = HttpResponse::build(self.status);
        response.content_type("application/problem+json").body(problem.to_string())
    }
}
