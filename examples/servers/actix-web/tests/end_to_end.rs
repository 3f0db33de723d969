//! End-to-end tests, each of which starts the server and sends requests over the network.

#[path = "../../end_to_end.rs"]
mod end_to_end;

use end_to_end::{
    PATH_PREFIX, Request, Server, failed_response, read_payload, success_response,
    unknown_exception_response,
};
use miniprogram_protocol::endpoint::{
    Endpoint, MerchantSync, NotifyCardRegistration, PlatformMessageSend,
};
use serde_json::{Value, json};
use std::fs;

const PROGRAM_PATH: &str = env!("CARGO_BIN_EXE_example-actix-web");

/// The path of a tenant's policy file, which `mpp check --policy` also accepts.
const TENANT_POLICY_PATH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../examples/policies/tenant.toml");

/// Returns the path of a file in the temporary directory of the tests. An existing file is removed.
fn temporary_file_path(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&path);
    path
}

/// Starts a server that writes its records to the file `records` in the temporary directory of the
/// tests.
fn start_with_records(name: &str, records: &str) -> Server {
    Server::start(PROGRAM_PATH, name, &[("RECORDS", &temporary_file_path(records))])
}

/// Starts a server with a policy file. Returns its log if it does not start.
fn try_start_with_policy(policy: &str, name: &str) -> Result<Server, String> {
    let records = temporary_file_path(&format!("{name}.records"));
    Server::try_start(PROGRAM_PATH, name, &[("RECORDS", &records), ("POLICY", policy)])
}

/// Starts a server whose records file and log file are named after the test.
fn start(name: &str) -> Server {
    start_with_records(name, &format!("{name}.records"))
}

/// Starts a server with the default timeout.
fn start_with_default_timeout(name: &str) -> Server {
    let records = temporary_file_path(&format!("{name}.records"));
    Server::start(PROGRAM_PATH, name, &[("RECORDS", &records), ("TIMEOUT", "10")])
}

/// Returns the number of records that the server with this name has written.
fn count_records(name: &str) -> usize {
    let file = format!("{}/{name}.records", env!("CARGO_TARGET_TMPDIR"));
    fs::read_to_string(file).map_or(0, |records| records.lines().count())
}

fn merchant_sync_path() -> String {
    format!("{PATH_PREFIX}{}", MerchantSync::METADATA.path)
}

fn message_send_path() -> String {
    format!("{PATH_PREFIX}{}", PlatformMessageSend::METADATA.path)
}

/// Returns the body of a valid `merchantSync` request.
fn merchant_body() -> Vec<u8> {
    read_payload("valid/merchant_sync_request.json")
}

/// Returns a valid `platformMessageSend` request with one message per channel.
fn messages_request() -> Value {
    let message = |channel: &str| -> Value {
        serde_json::from_slice(&read_payload(&format!("valid/message_{channel}.json"))).unwrap()
    };
    json!({"messages": [message("push"), message("sms"), message("inbox")]})
}

#[test]
fn serves_merchant_sync_at_two_paths() {
    let server = start("sync");
    let paths = [MerchantSync::METADATA.path]
        .into_iter()
        .chain(MerchantSync::METADATA.aliases.iter().copied());
    let paths: Vec<_> = paths.map(|path| format!("{PATH_PREFIX}{path}")).collect();
    assert_eq!(paths.len(), 2);
    for path in &paths {
        assert_eq!(server.post(path, &merchant_body()), success_response(), "{path}");
        assert_eq!(
            server.post(&format!("{path}?tenant=1"), &merchant_body()),
            success_response(),
            "{path}"
        );
    }
    assert_eq!(count_records("sync"), 4);
}

#[test]
fn rejects_example_without_platform_id() {
    let server = start("examples");
    for example in MerchantSync::METADATA.request_examples {
        let expected = failed_response("PARAM_ILLEGAL", "/platformId is required");
        assert_eq!(
            server.post(&merchant_sync_path(), example.json.as_bytes()),
            expected,
            "{}",
            example.title
        );
        let mut complete: Value = serde_json::from_str(example.json).unwrap();
        complete["platformId"] = json!("GCASH");
        assert_eq!(
            server.post(&merchant_sync_path(), complete.to_string().as_bytes()),
            success_response()
        );
    }
}

#[test]
fn handles_replayed_request_once() {
    let server = start("replay");
    let (path, body) = (merchant_sync_path(), merchant_body());
    let request = Request::new(&path, &body);
    assert_eq!(server.send(&request), success_response());
    let replayed = server.send(&request);
    assert_eq!(replayed["result"]["resultStatus"], "U");
    assert_eq!(replayed["result"]["resultMessage"], "the request has already been received");
    assert_eq!(count_records("replay"), 1);
    // A new timestamp makes it a different request.
    assert_eq!(server.post(&path, &body), success_response());
}

#[test]
fn reports_result_of_every_message() {
    let server = start("messages");
    let response = server.post(&message_send_path(), messages_request().to_string().as_bytes());
    assert_eq!(response["result"], success_response()["result"]);
    let request = messages_request();
    let results: Vec<_> = request["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| json!({"messageId": message["messageId"], "success": true}))
        .collect();
    assert_eq!(response["messageSendResults"], json!(results));
    assert_eq!(count_records("messages"), 3);
}

#[test]
fn replies_unknown_exception_if_handler_fails() {
    let server = start_with_records("failing", "missing/directory/records");
    assert_eq!(server.post(&merchant_sync_path(), &merchant_body()), unknown_exception_response());
}

#[test]
fn reports_failed_messages_for_retry() {
    let server = start_with_records("failing-message", "missing/directory/records");
    let response = server.post(&message_send_path(), messages_request().to_string().as_bytes());
    for result in response["messageSendResults"].as_array().unwrap() {
        assert_eq!((&result["success"], &result["retry"]), (&json!(false), &json!(true)));
    }
}

#[test]
fn rejects_unauthenticated_requests() {
    let server = start("denied");
    end_to_end::assert_rejects_unauthenticated_requests(
        &server,
        &merchant_sync_path(),
        &merchant_body(),
    );
    assert_eq!(count_records("denied"), 0);
}

#[test]
fn rejects_unknown_paths_and_methods() {
    let server = start("invalid");
    let other = format!("{PATH_PREFIX}{}", NotifyCardRegistration::METADATA.path);
    end_to_end::assert_rejects_unknown_paths_and_methods(
        &server,
        &merchant_sync_path(),
        &other,
        &merchant_body(),
    );
    assert_eq!(count_records("invalid"), 0);
}

#[test]
fn rejects_invalid_bodies() {
    let server = start("illegal");
    let mut merchant: Value = serde_json::from_slice(&merchant_body()).unwrap();
    merchant["appId"] = json!("#");
    merchant["merchantId"] = json!(1);
    let cases = [(
        merchant.to_string().into_bytes(),
        "/appId must not contain the character #; /merchantId must be a string, not a number",
    )];
    end_to_end::assert_rejects_invalid_bodies(&server, &merchant_sync_path(), &cases);

    let mut messages = messages_request();
    messages["messages"][1]["messageChannel"] = json!("FAX");
    messages["messages"][2]["messageContent"] = json!("Hello");
    let cases = [(
        messages.to_string().into_bytes(),
        "/messages/1/messageChannel must be one of SMS, PUSH, INBOX; \
         /messages/2/messageContent must be a string that contains a JSON object",
    )];
    end_to_end::assert_rejects_invalid_bodies(&server, &message_send_path(), &cases);
    assert_eq!(count_records("illegal"), 0);
}

#[test]
fn limits_platforms_by_tenant_policy() {
    let server = try_start_with_policy(TENANT_POLICY_PATH, "tenant").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant_body()).unwrap();
    for known in ["GCASH", "DANA"] {
        merchant["platformId"] = json!(known);
        assert_eq!(
            server.post(&merchant_sync_path(), merchant.to_string().as_bytes()),
            success_response(),
            "{known}"
        );
    }
    // The specification itself allows any string.
    merchant["platformId"] = json!("KAKAOPAY");
    let merchant = merchant.to_string();
    let rejected =
        failed_response("PARAM_ILLEGAL", "/platformId must be one of the policy's values");
    assert_eq!(server.post(&merchant_sync_path(), merchant.as_bytes()), rejected);
    assert_eq!(count_records("tenant"), 2);
    assert_eq!(
        start("no-tenant").post(&merchant_sync_path(), merchant.as_bytes()),
        success_response()
    );
}

#[test]
fn logs_tolerated_deviations() {
    let server = try_start_with_policy(TENANT_POLICY_PATH, "tolerated").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant_body()).unwrap();
    merchant.as_object_mut().unwrap().remove("platformId");
    let merchant = merchant.to_string();
    assert_eq!(server.post(&merchant_sync_path(), merchant.as_bytes()), success_response());
    let log = server.stop_and_read_log();
    assert!(log.contains("tolerated: 1 [/platformId is required]"), "{log}");
}

#[test]
fn does_not_start_with_invalid_policy() {
    let policy = temporary_file_path("invalid.toml");
    fs::write(&policy, "base = 'lenient'\n\n  maxbytes = 100\n").unwrap();
    let log = try_start_with_policy(&policy, "invalid-policy").err().unwrap();
    let error = "invalid.toml:3:3: unknown key `maxbytes`; did you mean `maxBytes`?";
    assert!(log.contains(error), "{log}");

    let log = try_start_with_policy(&temporary_file_path("missing.toml"), "missing").err().unwrap();
    assert!(log.contains("missing.toml: "), "{log}");
    // An empty environment variable is an error, unlike an unset one.
    assert!(try_start_with_policy("", "empty").is_err());
}

#[test]
fn rejects_bodies_over_limit() {
    end_to_end::assert_rejects_bodies_over_limit(&start("limit"), &merchant_sync_path());
}

#[test]
fn times_out_on_incomplete_requests() {
    let server = start("stops");
    end_to_end::assert_times_out_on_incomplete_requests(
        &server,
        &merchant_sync_path(),
        &merchant_body(),
    );
    assert_eq!(count_records("stops"), 0);
}

#[test]
fn does_not_log_personal_data() {
    let server = start("log");
    let mut messages = messages_request();
    assert_eq!(
        server.post(&message_send_path(), messages.to_string().as_bytes())["result"]["resultStatus"],
        "S"
    );
    messages["messages"][0]["customerId"] = json!("QZXJ".repeat(100));
    messages["messages"][0]["messageContent"] = json!("QZXJ");
    assert_eq!(
        server.post(&message_send_path(), messages.to_string().as_bytes())["result"]["resultStatus"],
        "F"
    );
    let log = server.stop_and_read_log();
    assert!(log.contains("SUCCESS") && log.contains("/messages/0/customerId"), "{log}");
    for message in messages["messages"].as_array().unwrap() {
        for name in ["messageId", "customerId", "messageContent"] {
            assert!(!log.contains(message[name].as_str().unwrap()), "{name} in {log}");
        }
    }
}

#[cfg(unix)]
#[test]
fn finishes_requests_before_shutdown() {
    let server = start("stopped");
    end_to_end::assert_finishes_requests_before_shutdown(
        server,
        &merchant_sync_path(),
        &merchant_body(),
    );
    assert_eq!(count_records("stopped"), 1);
}

#[test]
fn rejects_endless_bodies() {
    end_to_end::assert_rejects_endless_bodies(&start("endless"), &merchant_sync_path());
}

#[test]
fn rejects_content_encodings() {
    end_to_end::assert_rejects_content_encodings(
        &start("encoding"),
        &merchant_sync_path(),
        &merchant_body(),
    );
}

#[test]
fn limits_signed_errors() {
    end_to_end::assert_limits_signed_errors(
        &start("signed-errors"),
        &merchant_sync_path(),
        &merchant_body(),
    );
}

#[test]
fn responds_without_log() {
    let settings = [("RECORDS", &*temporary_file_path("no-log.records"))];
    end_to_end::assert_responds_without_log(
        PROGRAM_PATH,
        &settings,
        &merchant_sync_path(),
        &merchant_body(),
    );
}

#[test]
fn disconnects_clients_that_do_not_read() {
    end_to_end::assert_disconnects_clients_that_do_not_read(&start("unread"));
}

#[test]
fn recovers_from_clients_that_do_not_read() {
    let server = start_with_default_timeout("many-unread");
    end_to_end::assert_recovers_from_clients_that_do_not_read(
        &server,
        &merchant_sync_path(),
        &merchant_body(),
    );
}

#[test]
fn recovers_from_incomplete_requests() {
    let server = start_with_default_timeout("many-incomplete");
    end_to_end::assert_recovers_from_incomplete_requests(
        &server,
        &merchant_sync_path(),
        &merchant_body(),
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
    assert_eq!(server.post(&merchant_sync_path(), body)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_read_log();
    assert!(log.contains("duplicate") && !log.contains("QZXJ"), "{log}");
}
