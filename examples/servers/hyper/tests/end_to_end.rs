//! The server as it runs: started, called over the network, and stopped.

#[path = "../../end_to_end.rs"]
mod end_to_end;

use end_to_end::{PREFIX, Server, failed, payload, success, unknown};
use miniprogram_protocol::endpoint::{Endpoint, MerchantSync, NotifyCardRegistration};
use serde_json::{Value, json};
use std::{fs, thread};

/// A server that keeps its cards in this file of the tests' folder.
fn start_with(name: &str, cards: &str) -> Server {
    let cards = format!("{}/{cards}", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&cards);
    Server::start(env!("CARGO_BIN_EXE_example-hyper"), name, &[("CARDS", &cards)])
}

fn start(name: &str) -> Server {
    start_with(name, &format!("{name}.cards"))
}

/// How many cards the server of that name has made.
fn cards(name: &str) -> usize {
    let file = format!("{}/{name}.cards", env!("CARGO_TARGET_TMPDIR"));
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

fn path() -> String {
    format!("{PREFIX}{}", NotifyCardRegistration::METADATA.path)
}

fn request(id: &str) -> Value {
    let body = payload("valid/notify_card_registration_request.json");
    let mut request: Value = serde_json::from_slice(&body).unwrap();
    request["requestId"] = json!(id);
    request
}

fn call(server: &Server, request: &Value) -> Value {
    server.call(&path(), request.to_string().as_bytes())
}

#[test]
fn the_documents_samples_are_answered() {
    let server = start("samples");
    for sample in NotifyCardRegistration::METADATA.request_examples {
        assert_eq!(server.call(&path(), sample.json.as_bytes()), success(), "{}", sample.title);
    }
    let valid = payload("valid/notify_card_registration_request.json");
    assert_eq!(server.call(&path(), &valid), success());
    assert_eq!(
        server.call(&format!("{}?tenant=1", path()), request("R-2").to_string().as_bytes()),
        success()
    );
    assert_eq!(cards("samples"), 3);
}

#[test]
fn a_repeated_request_makes_one_card() {
    let server = start("repeated");
    let first = call(&server, &request("R-1"));
    assert_eq!(first, success());
    assert_eq!(call(&server, &request("R-1")), first);
    let mut other = request("R-1");
    other["customerId"] = json!("2");
    let inconsistent = failed("REPEAT_REQ_INCONSISTENT", "Another request has the same ID.");
    assert_eq!(call(&server, &other), inconsistent);
    assert_eq!(cards("repeated"), 1);
}

#[test]
fn requests_that_come_at_once_make_one_card_each() {
    let server = start("at-once");
    let bodies: Vec<_> = (0..16).map(|number| request(&format!("R-{}", number % 4))).collect();
    thread::scope(|scope| {
        for body in &bodies {
            scope.spawn(|| {
                // One that is still being handled is of status U: it is to be repeated.
                while call(&server, body) != success() {}
            });
        }
    });
    assert_eq!(cards("at-once"), 4);
}

#[test]
fn a_handler_that_fails_is_unknown_and_the_request_can_be_repeated() {
    let server = start_with("failing", "no/such/folder/cards");
    for _ in 0..2 {
        assert_eq!(call(&server, &request("R-1")), unknown());
    }
}

#[test]
fn who_is_not_the_platform_is_denied() {
    let server = start("denied");
    let body = request("R-1").to_string();
    end_to_end::who_is_not_the_platform_is_denied(&server, &path(), body.as_bytes());
    assert_eq!(cards("denied"), 0);
}

#[test]
fn what_is_no_call_is_an_invalid_api() {
    let server = start("invalid");
    let other = format!("{PREFIX}{}", MerchantSync::METADATA.path);
    let body = request("R-1").to_string();
    end_to_end::what_is_no_call_is_an_invalid_api(&server, &path(), &other, body.as_bytes());
    assert_eq!(cards("invalid"), 0);
}

#[test]
fn what_is_no_valid_request_is_illegal() {
    let server = start("illegal");
    let small = json!({
        "appId": 1,
        "customerBelongsTo": "TNG",
        "requestId": "R-1",
        "registrationFields": [{"fieldCode": "EMAIL"}],
    });
    let broken = payload("broken/notify_card_registration_request_broken.json");
    let cases = [
        (
            small.to_string().into_bytes(),
            "/appId must be a string, not a number; /registrationFields/0/fieldValue is required; \
             /customerId is required",
        ),
        (
            broken,
            "/appId must not contain the character @; /customerBelongsTo must be one of ALIPAY_CN, \
             ALIPAY_HK, ALIPAY_MO, TNG, GCASH, DANA, KAKAOPAY, BKASH, CHOPE, TRUEMONEY; /customerId \
             must be at most 64 characters (got 65); /registrationFields/2/fieldV",
        ),
    ];
    end_to_end::what_is_no_valid_request_is_illegal(&server, &path(), &cases);
    assert_eq!(cards("illegal"), 0);
}

#[test]
fn a_body_over_the_limit_is_illegal() {
    end_to_end::a_body_over_the_limit_is_illegal(&start("limit"), &path());
}

#[test]
fn who_stops_in_the_middle_is_not_waited_for() {
    let server = start("stops");
    let body = request("R-1").to_string();
    end_to_end::who_stops_in_the_middle_is_not_waited_for(&server, &path(), body.as_bytes());
    assert_eq!(cards("stops"), 0);
}

#[test]
fn the_log_tells_nothing_of_the_user() {
    let server = start("log");
    let mut request = request("R-1");
    assert_eq!(call(&server, &request), success());
    request["customerId"] = json!("QZXJ".repeat(100));
    request["QZXJ"] = json!("QZXJ");
    request["registrationFields"][0]["fieldValue"] = json!("QZXJ".repeat(100));
    assert_eq!(call(&server, &request)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_log();
    assert!(log.contains("SUCCESS") && log.contains("/customerId"), "{log}");
    let exposed_field: Vec<_> =
        request["registrationFields"].as_array().unwrap().iter().skip(1).collect();
    let fields = exposed_field.iter().map(|field| field["fieldValue"].as_str().unwrap());
    for value in fields.chain(["QZXJ", "R-1"]) {
        assert!(!log.contains(value), "{value} in {log}");
    }
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_answers_what_has_begun() {
    let body = request("R-1").to_string();
    let server = start("stopped");
    end_to_end::a_server_that_is_told_to_stop_answers_what_has_begun(
        server,
        &path(),
        body.as_bytes(),
    );
    assert_eq!(cards("stopped"), 1);
}

#[test]
fn answers_a_body_without_end() {
    end_to_end::answers_a_body_without_end(&start("endless"), &path());
}

#[test]
fn refuses_a_content_encoding() {
    end_to_end::refuses_a_content_encoding(
        &start("encoding"),
        &path(),
        request("R-1").to_string().as_bytes(),
    );
}

#[test]
fn signs_a_limited_number_of_refusals() {
    end_to_end::signs_a_limited_number_of_refusals(
        &start("refusals"),
        &path(),
        request("R-1").to_string().as_bytes(),
    );
}

#[test]
fn answers_without_a_log() {
    let settings = [("CARDS", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-log.cards"))];
    end_to_end::answers_without_a_log(
        env!("CARGO_BIN_EXE_example-hyper"),
        &settings,
        &path(),
        request("R-1").to_string().as_bytes(),
    );
}

#[test]
fn closes_a_connection_that_nobody_reads() {
    end_to_end::closes_a_connection_that_nobody_reads(&start("unread"));
}

#[test]
fn logs_no_names_that_the_payload_chose() {
    let server = start("names");
    let body = br#"{"QZXJ": 1, "QZXJ": 2}"#;
    assert_eq!(server.call(&path(), body)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_log();
    assert!(log.contains("duplicate") && !log.contains("QZXJ"), "{log}");
}
