//! The server as it runs: started, called over the network, and stopped.

#[path = "../../end_to_end.rs"]
mod end_to_end;

use end_to_end::{Message, PREFIX, Server, failed, payload, success, unknown};
use miniprogram_protocol::endpoint::{
    Endpoint, MerchantSync, NotifyCardRegistration, PlatformMessageSend,
};
use serde_json::{Value, json};
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-actix-web");

/// The policy of a tenant, which `mpp check --policy` reads, too.
const TENANT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../examples/policies/tenant.toml");

/// The path of a new file of the tests' folder.
fn file(name: &str) -> String {
    let file = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&file);
    file
}

/// A server that keeps its records in this file of the tests' folder.
fn start_with(name: &str, records: &str) -> Server {
    Server::start(PROGRAM, name, &[("RECORDS", &file(records))])
}

/// A server that judges by this policy, if it starts.
fn start_by(policy: &str, name: &str) -> Result<Server, String> {
    let records = file(&format!("{name}.records"));
    Server::try_start(PROGRAM, name, &[("RECORDS", &records), ("POLICY", policy)])
}

fn start(name: &str) -> Server {
    start_with(name, &format!("{name}.records"))
}

/// How many records the server of that name has made.
fn records(name: &str) -> usize {
    let file = format!("{}/{name}.records", env!("CARGO_TARGET_TMPDIR"));
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

/// The path to synchronize.
fn sync() -> String {
    format!("{PREFIX}{}", MerchantSync::METADATA.path)
}

/// The path to send messages.
fn send() -> String {
    format!("{PREFIX}{}", PlatformMessageSend::METADATA.path)
}

/// A valid request to synchronize.
fn merchant() -> Vec<u8> {
    payload("valid/merchant_sync_request.json")
}

/// A valid request to send messages, one by each channel.
fn messages() -> Value {
    let message = |channel: &str| -> Value {
        serde_json::from_slice(&payload(&format!("valid/message_{channel}.json"))).unwrap()
    };
    json!({"messages": [message("push"), message("sms"), message("inbox")]})
}

#[test]
fn a_merchant_is_synchronized_by_both_paths() {
    let server = start("sync");
    let paths = [MerchantSync::METADATA.path]
        .into_iter()
        .chain(MerchantSync::METADATA.aliases.iter().copied());
    let paths: Vec<_> = paths.map(|path| format!("{PREFIX}{path}")).collect();
    assert_eq!(paths.len(), 2);
    for path in &paths {
        assert_eq!(server.call(path, &merchant()), success(), "{path}");
        assert_eq!(server.call(&format!("{path}?tenant=1"), &merchant()), success(), "{path}");
    }
    assert_eq!(records("sync"), 4);
}

#[test]
fn the_documents_sample_lacks_what_the_document_requires() {
    let server = start("samples");
    for sample in MerchantSync::METADATA.request_examples {
        let expected = failed("PARAM_ILLEGAL", "/platformId is required");
        assert_eq!(server.call(&sync(), sample.json.as_bytes()), expected, "{}", sample.title);
        let mut whole: Value = serde_json::from_str(sample.json).unwrap();
        whole["platformId"] = json!("GCASH");
        assert_eq!(server.call(&sync(), whole.to_string().as_bytes()), success());
    }
}

#[test]
fn handles_a_replayed_request_once() {
    let server = start("replay");
    let (path, request) = (sync(), merchant());
    let message = Message::new(&path, &request);
    assert_eq!(server.send(&message), success());
    let again = server.send(&message);
    assert_eq!(again["result"]["resultStatus"], "U");
    assert_eq!(again["result"]["resultMessage"], "the request was received before");
    assert_eq!(records("replay"), 1);
    // With a new time it is another request.
    assert_eq!(server.call(&path, &request), success());
}

#[test]
fn what_became_of_every_message_is_told() {
    let server = start("messages");
    let response = server.call(&send(), messages().to_string().as_bytes());
    assert_eq!(response["result"], success()["result"]);
    let sent = messages()["messages"].as_array().unwrap().clone();
    let results: Vec<_> =
        sent.iter().map(|sent| json!({"messageId": sent["messageId"], "success": true})).collect();
    assert_eq!(response["messageSendResults"], json!(results));
    assert_eq!(records("messages"), 3);
}

#[test]
fn a_handler_that_fails_is_unknown() {
    let server = start_with("failing", "no/such/folder/records");
    assert_eq!(server.call(&sync(), &merchant()), unknown());
}

#[test]
fn a_message_that_fails_may_come_again() {
    let server = start_with("failing-message", "no/such/folder/records");
    let response = server.call(&send(), messages().to_string().as_bytes());
    for result in response["messageSendResults"].as_array().unwrap() {
        assert_eq!((&result["success"], &result["retry"]), (&json!(false), &json!(true)));
    }
}

#[test]
fn who_is_not_the_platform_is_denied() {
    let server = start("denied");
    end_to_end::who_is_not_the_platform_is_denied(&server, &sync(), &merchant());
    assert_eq!(records("denied"), 0);
}

#[test]
fn what_is_no_call_is_an_invalid_api() {
    let server = start("invalid");
    let other = format!("{PREFIX}{}", NotifyCardRegistration::METADATA.path);
    end_to_end::what_is_no_call_is_an_invalid_api(&server, &sync(), &other, &merchant());
    assert_eq!(records("invalid"), 0);
}

#[test]
fn what_is_no_valid_request_is_illegal() {
    let server = start("illegal");
    let mut merchant: Value = serde_json::from_slice(&merchant()).unwrap();
    merchant["appId"] = json!("#");
    merchant["merchantId"] = json!(1);
    let cases = [(
        merchant.to_string().into_bytes(),
        "/appId must not contain the character #; /merchantId must be a string, not a number",
    )];
    end_to_end::what_is_no_valid_request_is_illegal(&server, &sync(), &cases);

    let mut messages = messages();
    messages["messages"][1]["messageChannel"] = json!("FAX");
    messages["messages"][2]["messageContent"] = json!("Hello");
    let cases = [(
        messages.to_string().into_bytes(),
        "/messages/1/messageChannel must be one of SMS, PUSH, INBOX; \
         /messages/2/messageContent must be the text of a JSON object",
    )];
    end_to_end::what_is_no_valid_request_is_illegal(&server, &send(), &cases);
    assert_eq!(records("illegal"), 0);
}

#[test]
fn the_policy_of_a_tenant_lists_the_platforms() {
    let server = start_by(TENANT, "tenant").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant()).unwrap();
    for listed in ["GCASH", "DANA"] {
        merchant["platformId"] = json!(listed);
        assert_eq!(server.call(&sync(), merchant.to_string().as_bytes()), success(), "{listed}");
    }
    // The documents allow any text.
    merchant["platformId"] = json!("KAKAOPAY");
    let merchant = merchant.to_string();
    let refused = failed("PARAM_ILLEGAL", "/platformId must be one of the policy's values");
    assert_eq!(server.call(&sync(), merchant.as_bytes()), refused);
    assert_eq!(records("tenant"), 2);
    assert_eq!(start("no-tenant").call(&sync(), merchant.as_bytes()), success());
}

#[test]
fn what_the_policy_lets_pass_is_in_the_log() {
    let server = start_by(TENANT, "tolerated").unwrap();
    let mut merchant: Value = serde_json::from_slice(&merchant()).unwrap();
    merchant.as_object_mut().unwrap().remove("platformId");
    let merchant = merchant.to_string();
    assert_eq!(server.call(&sync(), merchant.as_bytes()), success());
    let log = server.stop_and_log();
    assert!(log.contains("tolerated: 1 [/platformId is required]"), "{log}");
}

#[test]
fn a_policy_that_is_faulty_keeps_the_server_from_starting() {
    let policy = file("faulty.toml");
    fs::write(&policy, "base = 'lenient'\n\n  maxbytes = 100\n").unwrap();
    let log = start_by(&policy, "faulty").err().unwrap();
    let fault = "faulty.toml:3:3: a policy has no key `maxbytes`; did you mean `maxBytes`?";
    assert!(log.contains(fault), "{log}");

    let log = start_by(&file("missing.toml"), "missing").err().unwrap();
    assert!(log.contains("missing.toml: "), "{log}");
    // No file is not the same as no setting.
    assert!(start_by("", "empty").is_err());
}

#[test]
fn a_body_over_the_limit_is_illegal() {
    end_to_end::a_body_over_the_limit_is_illegal(&start("limit"), &sync());
}

#[test]
fn who_stops_in_the_middle_is_not_waited_for() {
    let server = start("stops");
    end_to_end::who_stops_in_the_middle_is_not_waited_for(&server, &sync(), &merchant());
    assert_eq!(records("stops"), 0);
}

#[test]
fn the_log_tells_nothing_of_the_user() {
    let server = start("log");
    let mut messages = messages();
    assert_eq!(
        server.call(&send(), messages.to_string().as_bytes())["result"]["resultStatus"],
        "S"
    );
    messages["messages"][0]["customerId"] = json!("QZXJ".repeat(100));
    messages["messages"][0]["messageContent"] = json!("QZXJ");
    assert_eq!(
        server.call(&send(), messages.to_string().as_bytes())["result"]["resultStatus"],
        "F"
    );
    let log = server.stop_and_log();
    assert!(log.contains("SUCCESS") && log.contains("/messages/0/customerId"), "{log}");
    for message in messages["messages"].as_array().unwrap() {
        for name in ["messageId", "customerId", "messageContent"] {
            assert!(!log.contains(message[name].as_str().unwrap()), "{name} in {log}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_answers_what_has_begun() {
    let server = start("stopped");
    end_to_end::a_server_that_is_told_to_stop_answers_what_has_begun(server, &sync(), &merchant());
    assert_eq!(records("stopped"), 1);
}

#[test]
fn answers_a_body_without_end() {
    end_to_end::answers_a_body_without_end(&start("endless"), &sync());
}

#[test]
fn refuses_a_content_encoding() {
    end_to_end::refuses_a_content_encoding(&start("encoding"), &sync(), &merchant());
}

#[test]
fn signs_a_limited_number_of_refusals() {
    end_to_end::signs_a_limited_number_of_refusals(&start("refusals"), &sync(), &merchant());
}

#[test]
fn answers_without_a_log() {
    let settings = [("RECORDS", &*file("no-log.records"))];
    end_to_end::answers_without_a_log(PROGRAM, &settings, &sync(), &merchant());
}

#[test]
fn closes_a_connection_that_nobody_reads() {
    end_to_end::closes_a_connection_that_nobody_reads(&start("unread"));
}

#[test]
fn logs_no_names_that_the_payload_chose() {
    let server = start("names");
    let body = br#"{"QZXJ": 1, "QZXJ": 2}"#;
    assert_eq!(server.call(&sync(), body)["result"]["resultCode"], "PARAM_ILLEGAL");
    let log = server.stop_and_log();
    assert!(log.contains("duplicate") && !log.contains("QZXJ"), "{log}");
}
