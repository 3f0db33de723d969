//! Tests the actix-web extractor.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use actix_web::{App, http::header, test, web};
use miniprogram_protocol::dictionary::Amount;
use server_recipes::actix_extractor::ValidJson;

async fn respond(ValidJson(amount): ValidJson<Amount>) -> String {
    common::respond(&amount)
}

#[actix_web::test]
async fn responds_with_problem_details() {
    let limit = web::PayloadConfig::new(common::MAX_BODY_BYTES);
    let app = App::new().app_data(limit).route("/", web::post().to(respond));
    let app = test::init_service(app).await;
    for case in common::cases() {
        let mut request = test::TestRequest::post().uri("/").set_payload(case.body.clone());
        if let Some(content_type) = case.content_type {
            request = request.insert_header((header::CONTENT_TYPE, content_type));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let content_type = response.headers().get(header::CONTENT_TYPE).unwrap().clone();
        let body = test::read_body(response).await;
        case.check(status, content_type.to_str().unwrap(), &body);
    }
}
