//! Whatever is sent, the answer is the documented one: no other status, and no waiting.

mod common;

use common::{PATH, Platform, Reply, Server, bytes, cards, folder, request, within};
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
fn the_sample_of_the_documents_gets_a_card() {
    let data = folder("sample");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let samples = NotifyCardRegistration::METADATA.request_examples;
    assert_eq!(samples.len(), 1);
    for sample in samples {
        let reply = platform.post(&server, PATH, sample.json.as_bytes());
        reply.says("S", "SUCCESS", "Success");
        let again = platform.post(&server, PATH, sample.json.as_bytes());
        assert_eq!(again.body, reply.body);
    }
    server.stop();
    assert_eq!(cards(&data), 1);
}

#[test]
fn the_client_is_answered() {
    let data = folder("client");
    let server = Server::start(&data, &[]);
    let run = |files: &[&str]| {
        let mut client = Command::new(env!("CARGO_BIN_EXE_merchant-client"));
        client.args(files).args(["--server", &server.url(""), "--data"]).arg(&data);
        client.output().unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success(), "{output:?}");
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(answer.starts_with(r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS""#));

    let payloads = concat!(env!("CARGO_MANIFEST_DIR"), "/../../payloads");
    let valid = format!("{payloads}/valid/notify_card_registration_request.json");
    let broken = format!("{payloads}/broken/notify_card_registration_request_broken.json");
    let output = run(&[&valid, &broken]);
    let answers = String::from_utf8(output.stdout).unwrap();
    let codes: Vec<_> = answers
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["result"]["resultCode"].clone())
        .collect();
    assert_eq!(codes, ["SUCCESS", "PARAM_ILLEGAL"]);

    // An answer of somebody else is none.
    fs::copy(data.join("platform.public.pem"), data.join("merchant.public.pem")).unwrap();
    let output = run(&[]);
    assert!(!output.status.success() && output.stdout.is_empty());
    server.stop();
}

#[test]
fn every_fault_gets_its_answer() {
    let data = folder("faults");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let valid = bytes(&request("1"));
    let send = |body: &[u8]| platform.post(&server, PATH, body);
    let send_as = |headers: &[(String, String)]| platform.post_as(&server, PATH, headers, &valid);

    // Rules that are broken.
    let broken = json!({
        "appId": "A#1",
        "customerBelongsTo": "tng",
        "customerId": 7,
        "registrationFields": [{"fieldCode": "EMAIL"}],
    });
    send(&bytes(&broken)).says(
        "F",
        "PARAM_ILLEGAL",
        "/appId must not contain the character #; /customerBelongsTo must be one of ALIPAY_CN, \
         ALIPAY_HK, ALIPAY_MO, TNG, GCASH, DANA, KAKAOPAY, BKASH, CHOPE, TRUEMONEY; /customerId \
         must be a string, not a number; /registrationFields/0/fieldValue is required; /requ",
    );

    // No JSON.
    let malformed = "malformed JSON at line 1 column 11: expected a value";
    send(br#"{"appId": }"#).says("F", "PARAM_ILLEGAL", malformed);
    let empty = "malformed JSON at line 1 column 1: unexpected end of input";
    send(b"").says("F", "PARAM_ILLEGAL", empty);
    let text = "malformed JSON at line 1 column 2: invalid UTF-8";
    send(b"\"\xff\"").says("F", "PARAM_ILLEGAL", text);

    // A body of the longest length, and one that is longer.
    let mut longest = valid.clone();
    longest.resize(256 * 1024, b' ');
    send(&longest).says("S", "SUCCESS", "Success");
    longest.push(b' ');
    let too_long = "The body is longer than 262144 bytes.";
    send(&longest).says("F", "PARAM_ILLEGAL", too_long);
    longest.resize(2 * 1024 * 1024, b' ');
    send(&longest).says("F", "PARAM_ILLEGAL", too_long);

    // Headers that are missing, one by one.
    let now = SystemTime::now();
    let headers = platform.headers(PATH, &valid, now);
    for name in ["Client-Id", "Request-Time", "Signature"] {
        let others: Vec<_> = headers.iter().filter(|header| header.0 != name).cloned().collect();
        assert_eq!(others.len(), 3);
        let missing = format!("the header {name} is missing");
        send_as(&others).says("F", "ACCESS_DENIED", &missing);
    }

    // Headers with something else in them.
    let set = |name: &str, value: &str| {
        let mut headers = headers.clone();
        headers.retain(|header| header.0 != name);
        headers.push((name.to_owned(), value.to_owned()));
        send_as(&headers)
    };
    let denied = |reply: Reply, message| reply.says("F", "ACCESS_DENIED", message);
    denied(set("Client-Id", "SOMEBODY"), "the signature could not be verified");
    denied(set("Request-Time", "noon"), "the header Request-Time is malformed");
    denied(set("Signature", "none"), "the header Signature is malformed");
    denied(set("Content-Type", "text/plain"), "the header Content-Type is not supported");
    let other_algorithm = "algorithm=ECC224, keyVersion=1, signature=AAAA";
    denied(set("Signature", other_algorithm), "the header Signature is not supported");
    let other_version = "algorithm=RSA256, keyVersion=2, signature=AAAA";
    denied(set("Signature", other_version), "the signature could not be verified");

    // A signature of another body, of another path, and by another key.
    let mismatch = "the signature could not be verified";
    denied(send_as(&platform.headers(PATH, b"{}", now)), mismatch);
    denied(send_as(&platform.headers("/v2/another", &valid, now)), mismatch);
    let other = Platform::signing_with(&data, "merchant.private.pem", "PLATFORM");
    denied(other.post(&server, PATH, &valid), mismatch);

    // Six minutes ago, and in six minutes.
    let minutes = Duration::from_secs(6 * 60);
    for time in [now - minutes, now + minutes] {
        let stale = platform.headers(PATH, &valid, time);
        denied(send_as(&stale), "the time is too far from now");
    }

    // A path of no call, one of a call that others answer, and one with a query.
    for path in ["/", "/v2/pds/memberships", "/v2/pds/merchant/sync", "/api/open/v2/pay?a=b"] {
        platform.post(&server, path, &valid).is_invalid_api(404);
    }
    let with_query = format!("{PATH}?a=b");
    platform.post(&server, &with_query, &valid).says("S", "SUCCESS", "Success");

    // Another method.
    let reply = platform.get(&server, PATH);
    reply.is_invalid_api(405);
    assert_eq!(reply.headers["allow"], "POST");
    assert!(!reply.headers.contains_key("signature"));
    platform.get(&server, "/").is_invalid_api(404);

    let reply = platform.get(&server, "/healthz");
    assert_eq!((reply.status, reply.body.as_slice()), (200, br#"{"status":"ok"}"#.as_slice()));
    server.stop();
    assert_eq!(cards(&data), 1);
}

#[test]
fn a_repeated_request_gets_the_same_answer() {
    let data = folder("repeated");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let first = platform.post(&server, PATH, &bytes(&request("1")));
    first.says("S", "SUCCESS", "Success");
    let again = platform.post(&server, PATH, &bytes(&request("1")));
    assert_eq!(again.body, first.body);
    let pretty = serde_json::to_vec_pretty(&request("1")).unwrap();
    assert_eq!(platform.post(&server, PATH, &pretty).body, first.body);

    let mut other = request("1");
    other["registrationFields"][0]["fieldValue"] = "Grace Hopper".into();
    let inconsistent = "Another request has the same ID.";
    let reply = platform.post(&server, PATH, &bytes(&other));
    reply.says("F", "REPEAT_REQ_INCONSISTENT", inconsistent);

    let other = platform.post(&server, PATH, &bytes(&request("2")));
    other.says("S", "SUCCESS", "Success");
    assert_ne!(other.body, first.body);

    // Another process knows what this one answered.
    server.stop();
    assert_eq!(cards(&data), 2);
    let server = Server::start(&data, &[]);
    assert_eq!(platform.post(&server, PATH, &pretty).body, first.body);
    server.stop();
    assert_eq!(cards(&data), 2);
}

#[test]
fn who_sends_slowly_is_not_waited_for() {
    let data = folder("slow");
    let server = Server::start(&data, &["--patience", "1"]);
    let platform = Platform::new(&data);
    let body = bytes(&request("1"));
    let send = |text: &[u8]| {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(text).unwrap();
        let mut answer = String::new();
        within(Duration::from_secs(10), || stream.read_to_string(&mut answer).unwrap());
        answer
    };

    // Half a body.
    let text = platform.head(PATH, &body);
    let half = [text.as_bytes(), &body[..body.len() / 2]].concat();
    let answer = send(&half);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let result = &serde_json::from_str::<Value>(body).unwrap()["result"];
    assert_eq!(result["resultStatus"], "U");
    assert_eq!(result["resultCode"], "UNKNOWN_EXCEPTION");
    assert_eq!(result["resultMessage"], "The body did not come in time.");

    // Half the headers, and nothing at all: there is nothing to answer.
    assert_eq!(send(&text.as_bytes()[..40]), "");
    assert_eq!(send(b""), "");
    // No HTTP.
    assert!(send(b"HELLO\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    server.stop();
}

#[test]
fn a_tenant_has_a_prefix() {
    let data = folder("prefix");
    let server = Server::start(&data, &["--path-prefix", "/api/open"]);
    let platform = Platform::new(&data);
    let path = format!("/api/open{PATH}");
    let body = bytes(&request("1"));
    platform.post(&server, &path, &body).says("S", "SUCCESS", "Success");
    platform.post(&server, PATH, &body).is_invalid_api(404);

    let document = platform.get(&server, "/openapi.json");
    let document: Value = serde_json::from_slice(&document.body).unwrap();
    assert_eq!(document["paths"][path]["post"]["operationId"], "notifyCardRegistration");
    server.stop();
}

#[test]
fn the_log_has_no_personal_data() {
    let data = folder("log");
    let server = Server::start(&data, &[]);
    let platform = Platform::new(&data);
    let mut body = request("NEEDLE-request");
    body["customerId"] = "NEEDLE-customer".into();
    body["registrationFields"][0]["fieldValue"] = "NEEDLE-name".into();
    body["extendInfo"] = "NEEDLE-info".into();
    body["NEEDLE-member"] = "NEEDLE-value".into();
    platform.post(&server, PATH, &bytes(&body)).says("S", "SUCCESS", "Success");

    // Refused for all kinds of reasons.
    let mut broken = body.clone();
    broken["appId"] = "NEEDLE#app".into();
    broken["customerBelongsTo"] = "NEEDLE-wallet".into();
    broken["registrationFields"][0]["fieldValue"] = "NEEDLE".repeat(100).into();
    let reply = platform.post(&server, PATH, &bytes(&broken));
    assert_eq!(reply.result().result_code.unwrap().as_str(), "PARAM_ILLEGAL");
    body["customerId"] = "NEEDLE-other".into();
    let reply = platform.post(&server, PATH, &bytes(&body));
    assert_eq!(reply.result().result_code.unwrap().as_str(), "REPEAT_REQ_INCONSISTENT");
    platform.post(&server, PATH, b"{\"NEEDLE\": NEEDLE");
    platform.post(&server, PATH, b"{\"NEEDLE\": 1, \"NEEDLE\": 2}");
    platform.post(&server, "/NEEDLE?NEEDLE=NEEDLE", &bytes(&body));
    platform.post_as(&server, PATH, &[("Client-Id".into(), "NEEDLE".into())], b"NEEDLE");
    platform.get(&server, "/NEEDLE");
    let headers = [("Content-Type".into(), "NEEDLE".into())];
    platform.post_as(&server, PATH, &headers, b"NEEDLE");

    let log = server.stop();
    assert!(!log.contains("NEEDLE"), "{log}");
    assert_eq!(log.matches(" answered ").count(), 9, "{log}");
    assert!(log.contains("/registrationFields/0/fieldValue has more characters (600)"), "{log}");
}

#[test]
fn the_private_keys_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let data = folder("keys");
    Server::start(&data, &[]).stop();
    let mode = |name: &str| fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    for name in ["merchant", "platform"] {
        assert_eq!(mode(&format!("{name}.private.pem")), 0o600);
    }

    // The pair stays as it is.
    let read = || fs::read_to_string(data.join("merchant.private.pem")).unwrap();
    let first = read();
    Server::start(&data, &[]).stop();
    assert_eq!(read(), first);

    // With a key of the platform, none is made.
    let other = folder("keys-other");
    let key = data.join("platform.public.pem");
    let flags = ["--platform-key", key.to_str().unwrap(), "--platform-client-id", "P-1"];
    let server = Server::start(&other, &flags);
    assert!(!other.join("platform.private.pem").exists());
    fs::copy(data.join("platform.private.pem"), other.join("p.pem")).unwrap();
    let platform = Platform::signing_with(&other, "p.pem", "P-1");
    let body = bytes(&request("1"));
    platform.post(&server, PATH, &body).says("S", "SUCCESS", "Success");
    server.stop();
}
