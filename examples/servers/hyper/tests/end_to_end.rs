//! End-to-end tests, each of which starts the server and sends requests over the network.

#[path = "../../end_to_end.rs"]
mod end_to_end;

use end_to_end::{
    PATH_PREFIX, Server, failed_response, read_payload, success_response,
    unknown_exception_response,
};
use miniprogram_protocol::endpoint::{Endpoint, MerchantSync, NotifyCardRegistration};
use serde_json::{Value, json};
use std::{fs, thread};

/// Starts a server that writes its cards to the file `cards` in the temporary directory of the
/// tests.
fn start_with_cards(name: &str, cards: &str) -> Server {
    let cards = format!("{}/{cards}", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&cards);
    Server::start(env!("CARGO_BIN_EXE_example-hyper"), name, &[("CARDS", &cards)])
}

/// Starts a server whose cards file and log file are named after the test.
fn start(name: &str) -> Server {
    start_with_cards(name, &format!("{name}.cards"))
}

/// Starts a server with the default timeout.
fn start_with_default_timeout(name: &str) -> Server {
    let cards = format!("{}/{name}.cards", env!("CARGO_TARGET_TMPDIR"));
    let settings = [("CARDS", &*cards), ("TIMEOUT", "10")];
    Server::start(env!("CARGO_BIN_EXE_example-hyper"), name, &settings)
}

/// Returns the number of cards that the server with this name has created.
fn count_cards(name: &str) -> usize {
    let file = format!("{}/{name}.cards", env!("CARGO_TARGET_TMPDIR"));
    fs::read_to_string(file).map_or(0, |cards| cards.lines().count())
}

fn endpoint_path() -> String {
    format!("{PATH_PREFIX}{}", NotifyCardRegistration::METADATA.path)
}

/// Returns a valid request with the given ID.
fn request_with_id(id: &str) -> Value {
    let body = read_payload("valid/notify_card_registration_request.json");
    let mut request: Value = serde_json::from_slice(&body).unwrap();
    request["requestId"] = json!(id);
    request
}

/// Sends a request and returns the body of the signed response.
fn post_request(server: &Server, request: &Value) -> Value {
    server.post(&endpoint_path(), request.to_string().as_bytes())
}

#[test]
fn accepts_specification_examples() {
    let server = start("examples");
    for example in NotifyCardRegistration::METADATA.request_examples {
        assert_eq!(
            server.post(&endpoint_path(), example.json.as_bytes()),
            success_response(),
            "{}",
            example.title
        );
    }
    let valid = read_payload("valid/notify_card_registration_request.json");
    assert_eq!(server.post(&endpoint_path(), &valid), success_response());
    assert_eq!(
        server.post(
            &format!("{}?tenant=1", endpoint_path()),
            request_with_id("R-2").to_string().as_bytes()
        ),
        success_response()
    );
    assert_eq!(count_cards("examples"), 3);
}

#[test]
fn creates_one_card_for_retried_request() {
    let server = start("repeated");
    let first = post_request(&server, &request_with_id("R-1"));
    assert_eq!(first, success_response());
    assert_eq!(post_request(&server, &request_with_id("R-1")), first);
    let mut other = request_with_id("R-1");
    other["customerId"] = json!("2");
    let inconsistent =
        failed_response("REPEAT_REQ_INCONSISTENT", "Another request has the same ID.");
    assert_eq!(post_request(&server, &other), inconsistent);
    assert_eq!(count_cards("repeated"), 1);
}

#[test]
fn creates_one_card_per_id() {
    let server = start("at-once");
    let bodies: Vec<_> =
        (0..16).map(|number| request_with_id(&format!("R-{}", number % 4))).collect();
    thread::scope(|scope| {
        for body in &bodies {
            scope.spawn(|| {
                // The result status `U` means that an identical request is still being handled, so
                // the caller retries.
                while post_request(&server, body) != success_response() {}
            });
        }
    });
    assert_eq!(count_cards("at-once"), 4);
}

#[test]
fn handles_retries_of_failed_requests() {
    let server = start_with_cards("failing", "missing/directory/cards");
    for _ in 0..2 {
        assert_eq!(post_request(&server, &request_with_id("R-1")), unknown_exception_response());
    }
}

#[test]
fn rejects_unauthenticated_requests() {
    let server = start("denied");
    let body = request_with_id("R-1").to_string();
    end_to_end::assert_rejects_unauthenticated_requests(&server, &endpoint_path(), body.as_bytes());
    assert_eq!(count_cards("denied"), 0);
}

#[test]
fn rejects_unknown_paths_and_methods() {
    let server = start("invalid");
    let other = format!("{PATH_PREFIX}{}", MerchantSync::METADATA.path);
    let body = request_with_id("R-1").to_string();
    end_to_end::assert_rejects_unknown_paths_and_methods(
        &server,
        &endpoint_path(),
        &other,
        body.as_bytes(),
    );
    assert_eq!(count_cards("invalid"), 0);
}

#[test]
fn rejects_invalid_bodies() {
    let server = start("illegal");
    let short = json!({
        "appId": 1,
        "customerBelongsTo": "TNG",
        "requestId": "R-1",
        "registrationFields": [{"fieldCode": "EMAIL"}],
    });
    let invalid = read_payload("invalid/notify_card_registration_request_invalid.json");
    let cases = [
        (
            short.to_string().into_bytes(),
            "/appId must be a string, not a number; /registrationFields/0/fieldValue is required; \
             /customerId is required",
        ),
        (
            invalid,
            "/appId must not contain the character @; /customerId must be at most 64 characters (got \
             65); /registrationFields/2/fieldValue is required; /registrationFields/4/fieldValue must \
             be a string, not a number; /registrationFields/5 must be an object, not a strin",
        ),
    ];
    end_to_end::assert_rejects_invalid_bodies(&server, &endpoint_path(), &cases);
    assert_eq!(count_cards("illegal"), 0);
}

#[test]
fn rejects_bodies_over_limit() {
    end_to_end::assert_rejects_bodies_over_limit(&start("limit"), &endpoint_path());
}

#[test]
fn times_out_on_incomplete_requests() {
    let server = start("stops");
    let body = request_with_id("R-1").to_string();
    end_to_end::assert_times_out_on_incomplete_requests(&server, &endpoint_path(), body.as_bytes());
    assert_eq!(count_cards("stops"), 0);
}

#[test]
fn does_not_log_personal_data() {
    let server = start("log");
    let mut request = request_with_id("R-1");
    assert_eq!(post_request(&server, &request), success_response());
    request["customerId"] = json!("QZXJ".repeat(100));
    request["QZXJ"] = json!("QZXJ");
    request["registrationFields"][0]["fieldValue"] = json!("QZXJ".repeat(100));
    assert_eq!(post_request(&server, &request)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_read_log();
    assert!(log.contains("SUCCESS") && log.contains("/customerId"), "{log}");
    // The first field is skipped, because its value has been replaced.
    let fields = request["registrationFields"].as_array().unwrap().iter().skip(1);
    let values = fields.map(|field| field["fieldValue"].as_str().unwrap());
    for value in values.chain(["QZXJ", "R-1"]) {
        assert!(!log.contains(value), "{value} in {log}");
    }
}

#[cfg(unix)]
#[test]
fn finishes_requests_before_shutdown() {
    let body = request_with_id("R-1").to_string();
    let server = start("stopped");
    end_to_end::assert_finishes_requests_before_shutdown(server, &endpoint_path(), body.as_bytes());
    assert_eq!(count_cards("stopped"), 1);
}

#[test]
fn rejects_endless_bodies() {
    end_to_end::assert_rejects_endless_bodies(&start("endless"), &endpoint_path());
}

#[test]
fn rejects_content_encodings() {
    end_to_end::assert_rejects_content_encodings(
        &start("encoding"),
        &endpoint_path(),
        request_with_id("R-1").to_string().as_bytes(),
    );
}

#[test]
fn limits_signed_errors() {
    end_to_end::assert_limits_signed_errors(
        &start("signed-errors"),
        &endpoint_path(),
        request_with_id("R-1").to_string().as_bytes(),
    );
}

#[test]
fn responds_without_log() {
    let settings = [("CARDS", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-log.cards"))];
    end_to_end::assert_responds_without_log(
        env!("CARGO_BIN_EXE_example-hyper"),
        &settings,
        &endpoint_path(),
        request_with_id("R-1").to_string().as_bytes(),
    );
}

#[test]
fn disconnects_clients_that_do_not_read() {
    end_to_end::assert_disconnects_clients_that_do_not_read(&start("unread"));
}

#[test]
fn recovers_from_clients_that_do_not_read() {
    let server = start_with_default_timeout("many-unread");
    let body = request_with_id("R-1").to_string();
    end_to_end::assert_recovers_from_clients_that_do_not_read(
        &server,
        &endpoint_path(),
        body.as_bytes(),
    );
}

#[test]
fn recovers_from_incomplete_requests() {
    let server = start_with_default_timeout("many-incomplete");
    let body = request_with_id("R-1").to_string();
    end_to_end::assert_recovers_from_incomplete_requests(
        &server,
        &endpoint_path(),
        body.as_bytes(),
    );
}

#[cfg(target_os = "linux")]
#[test]
fn erases_private_key_from_memory() {
    end_to_end::assert_private_key_is_erased(&start("memory"));
}

#[test]
fn does_not_log_request_field_names() {
    let server = start("names");
    let body = br#"{"QZXJ": 1, "QZXJ": 2}"#;
    assert_eq!(server.post(&endpoint_path(), body)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_read_log();
    assert!(log.contains("duplicate") && !log.contains("QZXJ"), "{log}");
}
