//! End-to-end tests: each starts the server and sends requests over the network.

#[path = "../../end_to_end.rs"]
mod end_to_end;

use end_to_end::{PREFIX, Request, Server, failed, payload, success, unknown};
use miniprogram_protocol::endpoint::{
    Endpoint, MerchantSync, NotifyCardRegistration, PlatformMessageSend,
};
use serde_json::{Value, json};
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-actix-web");

/// A tenant's policy file, which also works with `mpp check --policy`.
const TENANT_POLICY: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../examples/policies/tenant.toml");

/// Returns the path of a file in the temporary directory of the tests. An existing file is removed.
fn new_file(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&path);
    path
}

/// Starts a server that writes its records to the file `records` in the temporary directory of the
/// tests.
fn start_with_records(name: &str, records: &str) -> Server {
    Server::start(PROGRAM, name, &[("RECORDS", &new_file(records))])
}

/// Starts a server with a policy file. Returns its log if it does not start.
fn try_start_with_policy(policy: &str, name: &str) -> Result<Server, String> {
    let records = new_file(&format!("{name}.records"));
    Server::try_start(PROGRAM, name, &[("RECORDS", &records), ("POLICY", policy)])
}

fn start(name: &str) -> Server {
    start_with_records(name, &format!("{name}.records"))
}

/// Starts a server with the default timeout.
fn start_with_default_timeout(name: &str) -> Server {
    let records = new_file(&format!("{name}.records"));
    Server::start(PROGRAM, name, &[("RECORDS", &records), ("TIMEOUT", "10")])
}

/// Returns the number of records that the server with this name has written.
fn count_records(name: &str) -> usize {
    let file = format!("{}/{name}.records", env!("CARGO_TARGET_TMPDIR"));
    fs::read_to_string(file).map_or(0, |records| records.lines().count())
}

fn sync_path() -> String {
    format!("{PREFIX}{}", MerchantSync::METADATA.path)
}

fn send_path() -> String {
    format!("{PREFIX}{}", PlatformMessageSend::METADATA.path)
}

/// Returns the body of a valid `merchantSync` request.
fn merchant_body() -> Vec<u8> {
    payload("valid/merchant_sync_request.json")
}

/// Returns a valid `platformMessageSend` request with one message per channel.
fn messages() -> Value {
    let message = |channel: &str| -> Value {
        serde_json::from_slice(&payload(&format!("valid/message_{channel}.json"))).unwrap()
    };
    json!({"messages": [message("push"), message("sms"), message("inbox")]})
}

#[test]
fn merchant_sync_has_two_paths() {
    let server = start("sync");
    let paths = [MerchantSync::METADATA.path]
        .into_iter()
        .chain(MerchantSync::METADATA.aliases.iter().copied());
    let paths: Vec<_> = paths.map(|path| format!("{PREFIX}{path}")).collect();
    assert_eq!(paths.len(), 2);
    for path in &paths {
        assert_eq!(server.post(path, &merchant_body()), success(), "{path}");
        assert_eq!(server.post(&format!("{path}?tenant=1"), &merchant_body()), success(), "{path}");
    }
    assert_eq!(count_records("sync"), 4);
}

#[test]
fn specification_example_lacks_platform_id() {
    let server = start("examples");
    for example in MerchantSync::METADATA.request_examples {
        let expected = failed("PARAM_ILLEGAL", "/platformId is required");
        assert_eq!(
            server.post(&sync_path(), example.json.as_bytes()),
            expected,
            "{}",
            example.title
        );
        let mut complete: Value = serde_json::from_str(example.json).unwrap();
        complete["platformId"] = json!("GCASH");
        assert_eq!(server.post(&sync_path(), complete.to_string().as_bytes()), success());
    }
}

#[test]
fn handles_a_replayed_request_once() {
    let server = start("replay");
    let (path, body) = (sync_path(), merchant_body());
    let request = Request::new(&path, &body);
    assert_eq!(server.send(&request), success());
    let replayed = server.send(&request);
    assert_eq!(replayed["result"]["resultStatus"], "U");
    assert_eq!(replayed["result"]["resultMessage"], "the request has already been received");
    assert_eq!(count_records("replay"), 1);
    // A new timestamp makes it a different request.
    assert_eq!(server.post(&path, &body), success());
}

#[test]
fn reports_the_result_of_every_message() {
    let server = start("messages");
    let response = server.post(&send_path(), messages().to_string().as_bytes());
    assert_eq!(response["result"], success()["result"]);
    let request = messages();
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
fn failing_handler_replies_unknown_exception() {
    let server = start_with_records("failing", "no/such/folder/records");
    assert_eq!(server.post(&sync_path(), &merchant_body()), unknown());
}

#[test]
fn failed_messages_can_be_retried() {
    let server = start_with_records("failing-message", "no/such/folder/records");
    let response = server.post(&send_path(), messages().to_string().as_bytes());
    for result in response["messageSendResults"].as_array().unwrap() {
        assert_eq!((&result["success"], &result["retry"]), (&json!(false), &json!(true)));
    }
}

#[test]
fn rejects_unauthenticated_requests() {
    let server = start("denied");
    end_to_end::rejects_unauthenticated_requests(&server, &sync_path(), &merchant_body());
    assert_eq!(count_records("denied"), 0);
}

#[test]
fn rejects_unknown_paths_and_methods() {
    let server = start("invalid");
    let other = format!("{PREFIX}{}", NotifyCardRegistration::METADATA.path);
    end_to_end::rejects_unknown_paths_and_methods(&server, &sync_path(), &other, &merchant_body());
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
    end_to_end::rejects_invalid_bodies(&server, &sync_path(), &cases);

    let mut messages = messages();
    messages["messages"][1]["messageChannel"] = json!("FAX");
    messages["messages"][2]["messageContent"] = json!("Hello");
    let cases = [(
        messages.to_string().into_bytes(),
        "/messages/1/messageChannel must be one of SMS, PUSH, INBOX; \
         /messages/2/messageContent must be a string that contains a JSON object",
    )];
    end_to_end::rejects_invalid_bodies(&server, &send_path(), &cases);
    assert_eq!(count_records("illegal"), 0);
}

#[test]
fn tenant_policy_limits_the_platforms() {
    let server = try_start_with_policy(TENANT_POLICY, "tenant").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant_body()).unwrap();
    for known in ["GCASH", "DANA"] {
        merchant["platformId"] = json!(known);
        assert_eq!(
            server.post(&sync_path(), merchant.to_string().as_bytes()),
            success(),
            "{known}"
        );
    }
    // The specification itself allows any string.
    merchant["platformId"] = json!("KAKAOPAY");
    let merchant = merchant.to_string();
    let rejected = failed("PARAM_ILLEGAL", "/platformId must be one of the policy's values");
    assert_eq!(server.post(&sync_path(), merchant.as_bytes()), rejected);
    assert_eq!(count_records("tenant"), 2);
    assert_eq!(start("no-tenant").post(&sync_path(), merchant.as_bytes()), success());
}

#[test]
fn logs_tolerated_deviations() {
    let server = try_start_with_policy(TENANT_POLICY, "tolerated").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant_body()).unwrap();
    merchant.as_object_mut().unwrap().remove("platformId");
    let merchant = merchant.to_string();
    assert_eq!(server.post(&sync_path(), merchant.as_bytes()), success());
    let log = server.stop_and_read_log();
    assert!(log.contains("tolerated: 1 [/platformId is required]"), "{log}");
}

#[test]
fn does_not_start_with_an_invalid_policy() {
    let policy = new_file("invalid.toml");
    fs::write(&policy, "base = 'lenient'\n\n  maxbytes = 100\n").unwrap();
    let log = try_start_with_policy(&policy, "invalid-policy").err().unwrap();
    let error = "invalid.toml:3:3: unknown key `maxbytes`; did you mean `maxBytes`?";
    assert!(log.contains(error), "{log}");

    let log = try_start_with_policy(&new_file("missing.toml"), "missing").err().unwrap();
    assert!(log.contains("missing.toml: "), "{log}");
    // An empty variable differs from an unset one.
    assert!(try_start_with_policy("", "empty").is_err());
}

#[test]
fn rejects_bodies_over_the_limit() {
    end_to_end::rejects_bodies_over_the_limit(&start("limit"), &sync_path());
}

#[test]
fn times_out_on_incomplete_requests() {
    let server = start("stops");
    end_to_end::times_out_on_incomplete_requests(&server, &sync_path(), &merchant_body());
    assert_eq!(count_records("stops"), 0);
}

#[test]
fn logs_no_personal_data() {
    let server = start("log");
    let mut messages = messages();
    assert_eq!(
        server.post(&send_path(), messages.to_string().as_bytes())["result"]["resultStatus"],
        "S"
    );
    messages["messages"][0]["customerId"] = json!("QZXJ".repeat(100));
    messages["messages"][0]["messageContent"] = json!("QZXJ");
    assert_eq!(
        server.post(&send_path(), messages.to_string().as_bytes())["result"]["resultStatus"],
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
    end_to_end::finishes_requests_before_shutdown(server, &sync_path(), &merchant_body());
    assert_eq!(count_records("stopped"), 1);
}

#[test]
fn rejects_endless_bodies() {
    end_to_end::rejects_endless_bodies(&start("endless"), &sync_path());
}

#[test]
fn rejects_content_encodings() {
    end_to_end::rejects_content_encodings(&start("encoding"), &sync_path(), &merchant_body());
}

#[test]
fn limits_signed_errors() {
    end_to_end::limits_signed_errors(&start("signed-errors"), &sync_path(), &merchant_body());
}

#[test]
fn responds_without_a_log() {
    let settings = [("RECORDS", &*new_file("no-log.records"))];
    end_to_end::responds_without_a_log(PROGRAM, &settings, &sync_path(), &merchant_body());
}

#[test]
fn closes_unread_connections() {
    end_to_end::closes_unread_connections(&start("unread"));
}

#[test]
fn recovers_from_unread_connections() {
    let server = start_with_default_timeout("many-unread");
    end_to_end::recovers_from_unread_connections(&server, &sync_path(), &merchant_body());
}

#[test]
fn recovers_from_incomplete_requests() {
    let server = start_with_default_timeout("many-incomplete");
    end_to_end::recovers_from_incomplete_requests(&server, &sync_path(), &merchant_body());
}

#[cfg(target_os = "linux")]
#[test]
fn private_key_does_not_stay_in_memory() {
    end_to_end::private_key_does_not_stay_in_memory(&start("memory"));
}

#[test]
fn logs_no_field_names_of_requests() {
    let server = start("names");
    let body = br#"{"QZXJ": 1, "QZXJ": 2}"#;
    assert_eq!(server.post(&sync_path(), body)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_read_log();
    assert!(log.contains("duplicate") && !log.contains("QZXJ"), "{log}");
}
