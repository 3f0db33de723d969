//! Tests the axum extractor.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::DefaultBodyLimit,
    http::{Request, header},
    routing::post,
};
use miniprogram_protocol::dictionary::Amount;
use server_recipes::axum_extractor::ValidJson;
use tower::ServiceExt as _;

async fn respond(ValidJson(amount): ValidJson<Amount>) -> String {
    common::respond(&amount)
}

#[tokio::test]
async fn responds_with_problem_details() {
    let limit = DefaultBodyLimit::max(common::MAX_BODY_BYTES);
    let app = Router::new().route("/", post(respond)).layer(limit);
    for case in common::cases() {
        let mut request = Request::post("/");
        if let Some(content_type) = case.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request.body(Body::from(case.body.clone())).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let content_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        case.check(status, &content_type, &body);
    }
}
