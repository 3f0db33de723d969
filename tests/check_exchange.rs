//! Runs `mpp check-exchange`, and `mpp sample --sequence`.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

#[path = "common/command.rs"]
mod command;

use command::{Mpp, RunResult};
use serde_json::{Value, json};

const REQUEST: &str = r#"{"voidRequestId":"V-1","paymentId":"P-1"}"#;
const RESPONSE: &str = r#"{"result":{"resultStatus":"S"},"voidRequestId":"V-1"}"#;
const OTHER_RESPONSE: &str = "{\"result\":{\"resultStatus\":\"S\"},\n\"voidRequestId\":\"V-2\"}";

/// Returns a command with a request and several responses.
fn mpp(test: &str) -> Mpp {
    Mpp::new(test)
        .with_file("request.json", REQUEST)
        .with_file("response.json", RESPONSE)
        .with_file("other.json", OTHER_RESPONSE)
}

/// Returns the objects that `--format json` prints.
fn reports(result: &RunResult) -> Vec<Value> {
    result.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn accepts_valid_exchanges() {
    mpp("valid")
        .run(&["check-exchange", "--endpoint", "void", "request.json", "response.json"])
        .assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn reports_violated_rules_in_the_response() {
    mpp("invalid")
        .run(&["check-exchange", "--endpoint", "VOID", "request.json", "other.json"])
        .assert_output(
            1,
            &[
                "other.json:2:17: const: /response/voidRequestId must equal /request/voidRequestId",
                "2 documents: 1 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn reports_both_documents_as_json() {
    let result = mpp("json").run(&[
        "check-exchange",
        "--endpoint",
        "void",
        "--format",
        "json",
        "request.json",
        "other.json",
    ]);
    assert_eq!(result.status, Some(1));
    let violation = json!({
        "path": "/response/voidRequestId",
        "code": "const",
        "message": "must equal /request/voidRequestId",
        "params": {"equalTo": "/request/voidRequestId"},
        "span": {"offset": 48, "length": 5, "line": 2, "column": 17},
    });
    assert_eq!(
        reports(&result),
        [
            json!({"source": "request.json", "line": 1, "type": "VoidRequest", "valid": true,
                   "violations": []}),
            json!({"source": "other.json", "line": 1, "type": "VoidResponse", "valid": false,
                   "violations": [violation]}),
        ]
    );
}

#[test]
fn reads_one_file_from_standard_input() {
    for (files, input) in [(["-", "response.json"], REQUEST), (["request.json", "-"], RESPONSE)] {
        let arguments = [&["check-exchange", "--endpoint", "void"][..], &files].concat();
        let result = mpp("stdin").run_with(&arguments, input.as_bytes());
        result.assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
    }
}

#[test]
fn locates_violations_in_lines() {
    let exchange = |response: &str| {
        let response = response.replace('\n', "");
        format!(r#"{{"endpoint":"void","request":{REQUEST},"response":{response}}}"#)
    };
    let string = json!({"endpoint": "void", "request": REQUEST, "response": OTHER_RESPONSE});
    let lines = format!("{}\n\n{}\n{string}\n", exchange(RESPONSE), exchange(OTHER_RESPONSE));
    let message = "const: /response/voidRequestId must equal /request/voidRequestId";
    let column = exchange("").len() + 31 + 16;
    let in_string = string.to_string().find("V-2").unwrap() - 1;
    let expected = [
        format!("exchanges.ndjson:3:{column}: {message}"),
        format!("exchanges.ndjson:4:{in_string}: {message}"),
        "6 documents: 4 valid, 2 invalid, 2 violations".to_owned(),
    ];
    Mpp::new("lines")
        .with_file("exchanges.ndjson", lines)
        .run(&["check-exchange", "exchanges.ndjson"])
        .assert_output(1, &expected.each_ref().map(String::as_str));
}

#[test]
fn option_replaces_endpoint_of_exchanges() {
    let exchange = r#"{"request":{"paymentId":"1"},"response":{"result":{"resultStatus":"S"}}}"#;
    Mpp::without_files()
        .run_with(&["check-exchange", "--endpoint", "cancel", "--lines"], exchange.as_bytes())
        .assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn reports_incomplete_exchanges() {
    let mpp = Mpp::without_files();
    for (exchange, expected) in [
        ("{}", "-:1:1: required: no value at /request"),
        (r#"{"request":{}}"#, "-:1:1: required: no value at /response"),
        (r#"{"request":{},"response":{}}"#, "-:1:1: required: no value at /endpoint"),
        (
            r#"{"request":{},"response":{},"endpoint":"v"}"#,
            "-:1:40: enum: /endpoint must be the name of an endpoint; `mpp types` lists them",
        ),
        (
            r#"{"request":{},"response":{},"endpoint":7}"#,
            "-:1:40: enum: /endpoint must be the name of an endpoint; `mpp types` lists them",
        ),
        (
            r#"{"request":"\ud800","response":{},"endpoint":"void"}"#,
            "-:1:12: syntax: malformed JSON: unpaired surrogate in the string",
        ),
        (r#"{"request":1,"request":2}"#, "-:1:1: duplicate: several values at /request"),
        ("{", "-:1:2: syntax: malformed JSON: unexpected end of input"),
    ] {
        let result = mpp.run_with(&["check-exchange"], exchange.as_bytes());
        result.assert_output(1, &[expected, "1 document: 0 valid, 1 invalid, 1 violation"]);
    }
}

#[test]
fn applies_policies_to_both_documents() {
    let exchange = r#"{"endpoint":"capture",
        "request":{"captureRequestId":"C-1","paymentId":"P-1",
            "captureAmount":{"currency":"USD","value":"1"}},
        "response":{"result":{"resultStatus":"S"}}}"#;
    let result = Mpp::without_files()
        .run_with(&["check-exchange", "--policy", "lenient"], exchange.as_bytes());
    result.assert_output(
        0,
        &[
            "-:3:55: tolerated: type: /request/captureAmount/value must be an integer, not a string",
            "2 documents: 2 valid (1 with tolerated deviations), 0 invalid",
        ],
    );
}

#[test]
fn prints_no_report_if_quiet() {
    let result = mpp("quiet").run(&[
        "check-exchange",
        "--quiet",
        "--endpoint",
        "void",
        "request.json",
        "other.json",
    ]);
    result.assert_output(1, &[]);
}

#[test]
fn reports_wrong_usage() {
    for (arguments, expected) in [
        (&["request.json", "response.json"][..], "--endpoint is required for a request"),
        (&["--endpoint", "void", "-", "-"], "only one of the files can be standard input"),
        (&["--endpoint", "void", "missing.json", "response.json"], "missing.json: "),
        (&["missing.ndjson"], "missing.ndjson: "),
        (&["--endpoint", "viod"], "did you mean `void`"),
        (&["--policy", "missing.toml"], "cannot read policy file"),
    ] {
        let result = mpp("usage").run(&[&["check-exchange"], arguments].concat());
        assert_eq!(result.status, Some(2), "{result:?}");
        assert!(result.stderr.contains(expected), "{result:?}");
    }
}

#[test]
fn generates_sequences_of_valid_exchanges() {
    let mpp = Mpp::without_files();
    let arguments = ["sample", "--sequence", "payment", "--count", "3", "--seed", "7"];
    let result = mpp.run(&arguments);
    result.assert_success();
    assert_eq!(result.stdout, mpp.run(&arguments).stdout);
    let endpoints: Vec<_> = reports(&result).iter().map(|it| it["endpoint"].clone()).collect();
    let expected =
        ["applyToken", "inquiryUserInfo", "pay", "notifyPayment", "refund", "inquiryRefund"];
    assert_eq!(endpoints, expected.repeat(3));
    mpp.run_with(&["check-exchange", "--lines"], result.stdout.as_bytes())
        .assert_output(0, &["36 documents: 36 valid, 0 invalid"]);
}

#[test]
fn generates_sequences_of_cards() {
    let mpp = Mpp::without_files();
    let result = mpp.run(&["sample", "--sequence", "card", "--count", "2"]);
    let endpoints: Vec<_> = reports(&result).iter().map(|it| it["endpoint"].clone()).collect();
    let expected = ["notifyCardRegistration", "issueCard", "inquireCardDetail", "updateCardDetail"];
    assert_eq!(endpoints, expected.repeat(2));
    mpp.run_with(&["check-exchange", "--lines"], result.stdout.as_bytes())
        .assert_output(0, &["16 documents: 16 valid, 0 invalid"]);
}

#[test]
fn sequences_exclude_types_and_faults() {
    for arguments in [
        &["sample"][..],
        &["sample", "Order", "--sequence", "payment"],
        &["sample", "--sequence", "payment", "--invalid"],
        &["sample", "--sequence", "refund"],
    ] {
        assert_eq!(Mpp::without_files().run(arguments).status, Some(2), "{arguments:?}");
    }
}
