//! Tests the replies to valid and invalid requests, and the log.

mod common;

use common::{
    ENDPOINT_PATH, Platform, Response, Server, count_cards, new_data_dir, request_with_id,
    run_within, to_json_bytes,
};
use miniprogram_protocol::endpoint::{Endpoint as _, NotifyCardRegistration};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::{Duration, SystemTime},
};

#[test]
fn creates_card_for_specification_example() {
    let data = new_data_dir("example");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let examples = NotifyCardRegistration::METADATA.request_examples;
    assert_eq!(examples.len(), 1);
    for example in examples {
        let first = platform.post(&server, ENDPOINT_PATH, example.json.as_bytes());
        first.assert_result("S", "SUCCESS", "Success");
        let repeated = platform.post(&server, ENDPOINT_PATH, example.json.as_bytes());
        assert_eq!(repeated.body, first.body);
    }
    server.stop();
    assert_eq!(count_cards(&data), 1);
}

#[test]
fn prints_only_verified_responses_in_client() {
    let data = new_data_dir("client");
    let server = Server::start(&data, &[]);
    let run = |files: &[&str]| {
        let mut client = Command::new(env!("CARGO_BIN_EXE_merchant-client"));
        client.args(files).args(["--server", &server.url(""), "--data"]).arg(&data);
        client.output().unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success(), "{output:?}");
    let response = String::from_utf8(output.stdout).unwrap();
    assert!(response.starts_with(r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS""#));

    let payloads = concat!(env!("CARGO_MANIFEST_DIR"), "/../../payloads");
    let valid = format!("{payloads}/valid/notify_card_registration_request.json");
    let invalid = format!("{payloads}/invalid/notify_card_registration_request_invalid.json");
    let output = run(&[&valid, &invalid]);
    let responses = String::from_utf8(output.stdout).unwrap();
    let codes: Vec<_> = responses
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["result"]["resultCode"].clone())
        .collect();
    assert_eq!(codes, ["SUCCESS", "PARAM_ILLEGAL"]);

    // The client does not print a response that is signed with another key.
    fs::copy(data.join("platform.public.pem"), data.join("merchant.public.pem")).unwrap();
    let output = run(&[]);
    assert!(!output.status.success() && output.stdout.is_empty());
    server.stop();
}

#[test]
fn rejects_invalid_bodies() {
    let data = new_data_dir("bodies");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let send = |body: &[u8]| platform.post(&server, ENDPOINT_PATH, body);

    // Bodies that violate constraints.
    let invalid = json!({
        "appId": "A#1",
        "customerBelongsTo": "tng",
        "customerId": 7,
        "registrationFields": [{"fieldCode": "EMAIL"}],
    });
    send(&to_json_bytes(&invalid)).assert_result(
        "F",
        "PARAM_ILLEGAL",
        "/appId must not contain the character #; /customerId must be a string, not a number; \
         /registrationFields/0/fieldValue is required; /requestId is required",
    );

    // A body that is malformed JSON.
    let malformed = "malformed JSON at line 1 column 11: expected a value";
    send(br#"{"appId": }"#).assert_result("F", "PARAM_ILLEGAL", malformed);
    let empty = "malformed JSON at line 1 column 1: unexpected end of input";
    send(b"").assert_result("F", "PARAM_ILLEGAL", empty);
    let not_utf8 = "malformed JSON at line 1 column 2: invalid UTF-8";
    send(b"\"\xff\"").assert_result("F", "PARAM_ILLEGAL", not_utf8);

    // Bodies of the maximum length and longer.
    let mut longest = to_json_bytes(&request_with_id("1"));
    longest.resize(256 * 1024, b' ');
    send(&longest).assert_result("S", "SUCCESS", "Success");
    longest.push(b' ');
    let too_long = "the body must be at most 262144 bytes";
    send(&longest).assert_result("F", "PARAM_ILLEGAL", too_long);
    longest.resize(2 * 1024 * 1024, b' ');
    send(&longest).assert_result("F", "PARAM_ILLEGAL", too_long);
    server.stop();
    assert_eq!(count_cards(&data), 1);
}

#[test]
fn rejects_invalid_headers() {
    let data = new_data_dir("headers");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let valid = to_json_bytes(&request_with_id("1"));
    let send_with_headers = |headers: &[(String, String)]| {
        platform.post_with_headers(&server, ENDPOINT_PATH, headers, &valid)
    };

    // Requests without one of the headers.
    let now = SystemTime::now();
    let headers = platform.headers(ENDPOINT_PATH, &valid, now);
    for name in ["Client-Id", "Request-Time", "Signature"] {
        let others: Vec<_> = headers.iter().filter(|header| header.0 != name).cloned().collect();
        assert_eq!(others.len(), 3);
        let missing = format!("the {name} header is missing");
        send_with_headers(&others).assert_result("F", "ACCESS_DENIED", &missing);
    }

    // Requests with an invalid header.
    let replace_header = |name: &str, value: &str| {
        let mut headers = headers.clone();
        headers.retain(|header| header.0 != name);
        headers.push((name.to_owned(), value.to_owned()));
        send_with_headers(&headers)
    };
    let assert_denied =
        |response: Response, message| response.assert_result("F", "ACCESS_DENIED", message);
    assert_denied(replace_header("Client-Id", "SOMEBODY"), "the signature could not be verified");
    assert_denied(replace_header("Request-Time", "noon"), "the Request-Time header is malformed");
    assert_denied(replace_header("Signature", "none"), "the Signature header is malformed");
    assert_denied(
        replace_header("Content-Type", "text/plain"),
        "the Content-Type header has an unsupported value",
    );
    let other_algorithm = "algorithm=ECC224, keyVersion=1, signature=AAAA";
    assert_denied(
        replace_header("Signature", other_algorithm),
        "the Signature header has an unsupported value",
    );
    let other_version = "algorithm=RSA256, keyVersion=2, signature=AAAA";
    assert_denied(
        replace_header("Signature", other_version),
        "the signature could not be verified",
    );
    server.stop();
    assert_eq!(count_cards(&data), 0);
}

#[test]
fn rejects_invalid_signatures_and_times() {
    let data = new_data_dir("signatures");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let (valid, now) = (to_json_bytes(&request_with_id("1")), SystemTime::now());
    let send_with_headers = |headers: &[(String, String)]| {
        platform.post_with_headers(&server, ENDPOINT_PATH, headers, &valid)
    };
    let assert_denied =
        |response: Response, message| response.assert_result("F", "ACCESS_DENIED", message);

    // The signatures cover another body or path, or were made with another key.
    let mismatch = "the signature could not be verified";
    assert_denied(send_with_headers(&platform.headers(ENDPOINT_PATH, b"{}", now)), mismatch);
    assert_denied(send_with_headers(&platform.headers("/v2/another", &valid, now)), mismatch);
    let other = Platform::with_key(&data, "merchant.private.pem", "PLATFORM");
    assert_denied(other.post(&server, ENDPOINT_PATH, &valid), mismatch);

    // The times of these requests are outside the allowed clock skew.
    let six_minutes = Duration::from_secs(6 * 60);
    for time in [now - six_minutes, now + six_minutes] {
        let headers = platform.headers(ENDPOINT_PATH, &valid, time);
        assert_denied(
            send_with_headers(&headers),
            "the message time is outside the allowed clock skew",
        );
    }
    server.stop();
    assert_eq!(count_cards(&data), 0);
}

#[test]
fn rejects_unknown_paths_and_methods() {
    let data = new_data_dir("paths");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let valid = to_json_bytes(&request_with_id("1"));

    // The server rejects unknown paths, the paths of other endpoints, and queries.
    for path in ["/", "/v2/pds/memberships", "/v2/pds/merchant/sync", "/api/open/v2/pay?a=b"] {
        platform.post(&server, path, &valid).assert_invalid_api(404);
    }
    let with_query = format!("{ENDPOINT_PATH}?a=b");
    platform.post(&server, &with_query, &valid).assert_result("S", "SUCCESS", "Success");

    // The path of the endpoint with a query that cannot be signed.
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = "HTTP/1.1\r\nHost: merchant\r\nConnection: close\r\nContent-Length: 0";
    write!(stream, "POST {ENDPOINT_PATH}?é {head}\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 404 "), "{response}");

    // A request with another HTTP method.
    let response = platform.get(&server, ENDPOINT_PATH);
    response.assert_invalid_api(405);
    assert_eq!(response.headers["allow"], "POST");
    assert!(!response.headers.contains_key("signature"));
    platform.get(&server, "/").assert_invalid_api(404);

    let health = platform.get(&server, "/healthz");
    assert_eq!((health.status, health.body.as_slice()), (200, br#"{"status":"ok"}"#.as_slice()));
    server.stop();
    assert_eq!(count_cards(&data), 1);
}

#[test]
fn sends_same_reply_to_retried_request() {
    let data = new_data_dir("repeated");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let first = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id("1")));
    first.assert_result("S", "SUCCESS", "Success");
    let repeated = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id("1")));
    assert_eq!(repeated.body, first.body);
    let pretty = serde_json::to_vec_pretty(&request_with_id("1")).unwrap();
    assert_eq!(platform.post(&server, ENDPOINT_PATH, &pretty).body, first.body);

    let mut other = request_with_id("1");
    other["registrationFields"][0]["fieldValue"] = "Grace Hopper".into();
    let key_reused = "Another request has the same ID.";
    let response = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&other));
    response.assert_result("F", "REPEAT_REQ_INCONSISTENT", key_reused);

    let other = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&request_with_id("2")));
    other.assert_result("S", "SUCCESS", "Success");
    assert_ne!(other.body, first.body);

    // The replies are kept after a restart.
    server.stop();
    assert_eq!(count_cards(&data), 2);
    let server = Server::start(&data, &[]);
    assert_eq!(platform.post(&server, ENDPOINT_PATH, &pretty).body, first.body);
    server.stop();
    assert_eq!(count_cards(&data), 2);
}

#[test]
fn times_out_on_incomplete_requests() {
    let data = new_data_dir("slow");
    let server = Server::start(&data, &["--timeout", "1"]);
    let platform = Platform::new(&data);
    let body = to_json_bytes(&request_with_id("1"));
    let send = |request: &[u8]| {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(request).unwrap();
        let mut response = String::new();
        run_within(Duration::from_secs(10), || stream.read_to_string(&mut response).unwrap());
        response
    };

    // The client sends half of a body.
    let head = platform.head(ENDPOINT_PATH, &body);
    let half = [head.as_bytes(), &body[..body.len() / 2]].concat();
    let response = send(&half);
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    let result = &serde_json::from_str::<Value>(body).unwrap()["result"];
    assert_eq!(result["resultStatus"], "U");
    assert_eq!(result["resultCode"], "UNKNOWN_EXCEPTION");
    assert_eq!(result["resultMessage"], "the body was not received in time");

    // The client sends half of the headers or nothing, so there is no request to respond to.
    assert_eq!(send(&head.as_bytes()[..40]), "");
    assert_eq!(send(b""), "");
    // The client sends bytes that are not HTTP.
    assert!(send(b"HELLO\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    server.stop();
}

#[test]
fn supports_path_prefix() {
    let data = new_data_dir("prefix");
    let server = Server::start(&data, &["--path-prefix", "/api/open"]);
    let platform = Platform::new(&data);
    let path = format!("/api/open{ENDPOINT_PATH}");
    let body = to_json_bytes(&request_with_id("1"));
    platform.post(&server, &path, &body).assert_result("S", "SUCCESS", "Success");
    platform.post(&server, ENDPOINT_PATH, &body).assert_invalid_api(404);

    let document = platform.get(&server, "/openapi.json");
    let document: Value = serde_json::from_slice(&document.body).unwrap();
    assert_eq!(document["paths"][path]["post"]["operationId"], "notifyCardRegistration");
    server.stop();
}

#[test]
fn does_not_log_personal_data() {
    let data = new_data_dir("log");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let mut body = request_with_id("NEEDLE-request");
    body["customerId"] = "NEEDLE-customer".into();
    body["registrationFields"][0]["fieldValue"] = "NEEDLE-name".into();
    body["extendInfo"] = "NEEDLE-info".into();
    body["NEEDLE-member"] = "NEEDLE-value".into();
    platform
        .post(&server, ENDPOINT_PATH, &to_json_bytes(&body))
        .assert_result("S", "SUCCESS", "Success");

    // The server rejects each of these requests for a different reason.
    let mut invalid = body.clone();
    invalid["appId"] = "NEEDLE#app".into();
    invalid["customerBelongsTo"] = "NEEDLE-wallet".into();
    invalid["registrationFields"][0]["fieldValue"] = "NEEDLE".repeat(100).into();
    let response = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&invalid));
    assert_eq!(response.result().result_code.unwrap().as_str(), "PARAM_ILLEGAL");
    body["customerId"] = "NEEDLE-other".into();
    let response = platform.post(&server, ENDPOINT_PATH, &to_json_bytes(&body));
    assert_eq!(response.result().result_code.unwrap().as_str(), "REPEAT_REQ_INCONSISTENT");
    platform.post(&server, ENDPOINT_PATH, b"{\"NEEDLE\": NEEDLE");
    platform.post(&server, ENDPOINT_PATH, b"{\"NEEDLE\": 1, \"NEEDLE\": 2}");
    platform.post(&server, "/NEEDLE?NEEDLE=NEEDLE", &to_json_bytes(&body));
    platform.post_with_headers(
        &server,
        ENDPOINT_PATH,
        &[("Client-Id".into(), "NEEDLE".into())],
        b"NEEDLE",
    );
    platform.get(&server, "/NEEDLE");
    let headers = [("Content-Type".into(), "NEEDLE".into())];
    platform.post_with_headers(&server, ENDPOINT_PATH, &headers, b"NEEDLE");

    let log = server.stop();
    assert!(!log.contains("NEEDLE"), "{log}");
    assert_eq!(log.matches(" replied ").count(), 9, "{log}");
    assert!(log.contains("/registrationFields/0/fieldValue must be at most "), "{log}");
}

#[test]
fn restricts_private_keys_to_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let data = new_data_dir("keys");
    Server::start(&data, &[]).stop();
    let mode = |name: &str| fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    for name in ["merchant", "platform"] {
        assert_eq!(mode(&format!("{name}.private.pem")), 0o600);
    }

    // A second start does not replace the key pair.
    let read_key = || fs::read_to_string(data.join("merchant.private.pem")).unwrap();
    let first = read_key();
    Server::start(&data, &[]).stop();
    assert_eq!(read_key(), first);

    // No platform key is generated if `--platform-key` sets one.
    let other = new_data_dir("keys-other");
    let key = data.join("platform.public.pem");
    let args = ["--platform-key", key.to_str().unwrap(), "--platform-client-id", "P-1"];
    let server = Server::start(&other, &args);
    assert!(!other.join("platform.private.pem").exists());
    fs::copy(data.join("platform.private.pem"), other.join("p.pem")).unwrap();
    let platform = Platform::with_key(&other, "p.pem", "P-1");
    let body = to_json_bytes(&request_with_id("1"));
    platform.post(&server, ENDPOINT_PATH, &body).assert_result("S", "SUCCESS", "Success");
    server.stop();
}
