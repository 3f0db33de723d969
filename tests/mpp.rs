//! Runs the `mpp` command, and checks its output and exit status.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

#[path = "common/command.rs"]
mod command;
mod common;

use command::{Mpp, RunResult};
use miniprogram_protocol::{
    Edition, Policy, Schema, endpoint::EndpointMetadata, schema::EnumSchema,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read as _, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

const VALID_ORDER: &str = r#"{"referenceOrderId":"1","orderDescription":"Shoes","orderAmount":{"currency":"USD","value":4990},"merchant":{"referenceMerchantId":"2","merchantName":"Shoe Shop"}}"#;
const VALID_AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const AMOUNT_WITHOUT_VALUE: &str = r#"{"currency":"USD"}"#;
const MALFORMED_AMOUNT: &str = r#"{"currency"}"#;

// JSON reports.

#[test]
fn reports_valid_documents_as_json() {
    Mpp::new("json_valid")
        .with_file("order.json", VALID_ORDER)
        .run(&["check", "--type", "Order", "--format", "json", "order.json"])
        .assert_output(
            0,
            &[r#"{"source":"order.json","line":1,"type":"Order","valid":true,"violations":[]}"#],
        );
}

#[test]
fn reports_all_violations_as_json() {
    let order = VALID_ORDER.replace(r#","merchantName":"Shoe Shop""#, "").replace("4990", "-1");
    Mpp::new("json_invalid")
        .with_file("order.json", order)
        .run(&["check", "--type", "Order", "--format", "json", "order.json"])
        .assert_output(
            1,
            &[concat!(
                r#"{"source":"order.json","line":1,"type":"Order","valid":false,"violations":["#,
                r#"{"path":"/orderAmount/value","code":"minimum","message":"must be at least 0","#,
                r#""params":{"minimum":0},"#,
                r#""span":{"offset":91,"length":2,"line":1,"column":92}},"#,
                r#"{"path":"/merchant/merchantName","code":"required","message":"is required","#,
                r#""params":{},"span":{"offset":106,"length":1,"line":1,"column":107}}]}"#,
            )],
        );
}

#[test]
fn reports_syntax_error_positions_as_json() {
    Mpp::new("json_malformed")
        .with_file("amount.json", "{\n  \"currency\": USD}")
        .run(&["check", "--type", "Amount", "--format", "json", "amount.json"])
        .assert_output(
            1,
            &[concat!(
                r#"{"source":"amount.json","line":1,"type":"Amount","valid":false,"violations":["#,
                r#"{"path":"","code":"syntax","message":"expected a value","#,
                r#""params":{"line":2,"column":15},"#,
                r#""span":{"offset":16,"length":1,"line":2,"column":15}}]}"#,
            )],
        );
}

#[test]
fn reports_line_numbers_as_json() {
    let input = format!("{VALID_AMOUNT}\n{MALFORMED_AMOUNT}\n{AMOUNT_WITHOUT_VALUE}\n");
    Mpp::new("json_lines").with_file("amounts.ndjson", input)
        .run(&["check", "--type", "Amount", "--format", "json", "amounts.ndjson"])
        .assert_output(1, &[
            r#"{"source":"amounts.ndjson","line":1,"type":"Amount","valid":true,"violations":[]}"#,
            r#"{"source":"amounts.ndjson","line":2,"type":"Amount","valid":false,"violations":[{"path":"","code":"syntax","message":"expected a colon","params":{"line":1,"column":12},"span":{"offset":40,"length":1,"line":2,"column":12}}]}"#,
            r#"{"source":"amounts.ndjson","line":3,"type":"Amount","valid":false,"violations":[{"path":"/value","code":"required","message":"is required","params":{},"span":{"offset":42,"length":1,"line":3,"column":1}}]}"#,
        ]);
}

#[test]
fn reports_files_in_order_as_json() {
    Mpp::new("json_order")
        .with_file("b.json", VALID_AMOUNT)
        .with_file("a.json", VALID_AMOUNT)
        .run(&["check", "--type", "Amount", "--format", "json", "b.json", "a.json", "b.json"])
        .assert_output(
            0,
            &["b", "a", "b"].map(|name| {
                &*format!(r#"{{"source":"{name}.json","line":1,"type":"Amount","valid":true,"violations":[]}}"#).leak()
            }),
        );
}

#[test]
fn reports_standard_input_as_hyphen_in_json() {
    Mpp::without_files()
        .run_with(&["check", "--type", "Amount", "--format", "json"], VALID_AMOUNT.as_bytes())
        .assert_output(
            0,
            &[r#"{"source":"-","line":1,"type":"Amount","valid":true,"violations":[]}"#],
        );
}

#[test]
fn prints_no_json_for_empty_streams() {
    Mpp::without_files()
        .run(&["check", "--type", "Amount", "--format", "json", "--lines"])
        .assert_output(0, &[]);
}

#[test]
fn escapes_control_characters_in_json() {
    // Some programs treat these characters as line breaks, and terminals interpret some of them.
    let name = "a\u{85}\u{2028}\u{9b}31m\u{202e}";
    let input = format!(r#"{{"currency":"USD","value":1,"{name}":1,"{name}":2}}"#);
    let result = Mpp::without_files()
        .run_with(&["check", "--type", "Amount", "--format", "json"], input.as_bytes());
    assert!(result.stdout.contains(r#""path":"/a\u0085\u2028\u009b31m\u202e""#), "{result:?}");
    assert!(result.stdout.trim_end_matches('\n').is_ascii(), "{result:?}");
    let report: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(report["violations"][0]["path"], format!("/{name}"));
}

// Human-readable reports.

#[test]
fn counts_valid_documents() {
    Mpp::new("human_valid")
        .with_file("a.json", VALID_ORDER)
        .with_file("b.json", VALID_ORDER)
        .run(&["check", "--type", "Order", "a.json", "b.json"])
        .assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn reports_violations_with_file_and_pointer() {
    let order = VALID_ORDER.replace(r#","merchantName":"Shoe Shop""#, "").replace("4990", "-1");
    Mpp::new("human_invalid")
        .with_file("order.json", order)
        .run(&["check", "--type", "Order", "order.json"])
        .assert_output(
            1,
            &[
                "order.json:1:92: minimum: /orderAmount/value must be at least 0",
                "order.json:1:107: required: /merchant/merchantName is required",
                "1 document: 0 valid, 1 invalid, 2 violations",
            ],
        );
}

#[test]
fn reports_line_numbers_in_streams() {
    Mpp::new("human_lines")
        .with_file(
            "amounts.ndjson",
            format!("{VALID_AMOUNT}\n{AMOUNT_WITHOUT_VALUE}\n{MALFORMED_AMOUNT}\n"),
        )
        .run(&["check", "--type", "Amount", "amounts.ndjson"])
        .assert_output(
            1,
            &[
                "amounts.ndjson:2:1: required: /value is required",
                "amounts.ndjson:3:12: syntax: malformed JSON: expected a colon",
                "3 documents: 1 valid, 2 invalid, 2 violations",
            ],
        );
}

#[test]
fn reports_syntax_errors_with_line_and_column() {
    Mpp::new("human_malformed")
        .with_file("amount.json", "{\n  \"currency\": USD}")
        .run(&["check", "--type", "Amount", "amount.json"])
        .assert_output(
            1,
            &[
                "amount.json:2:15: syntax: malformed JSON: expected a value",
                "1 document: 0 valid, 1 invalid, 1 violation",
            ],
        );
}

/// RFC 8259 allows the number, so the document is not malformed (J17 in SPEC-INTERPRETATION.md).
#[test]
fn reports_numbers_out_of_range() {
    Mpp::new("number_out_of_range")
        .with_file("amount.json", r#"{"currency": "USD", "value": 1, "x": 1e999}"#)
        .run(&["check", "--type", "Amount", "amount.json"])
        .assert_output(
            1,
            &[
                "amount.json:1:38: syntax: number out of range",
                "1 document: 0 valid, 1 invalid, 1 violation",
            ],
        );
}

/// Returns the lines of a report on standard input that contains one invalid amount.
fn expected_report(amount: &str) -> Vec<String> {
    let schema = Schema::by_name("Amount").unwrap();
    let error = schema.check_json_with(amount.as_bytes(), &Policy::strict()).unwrap_err();
    let spans = error.locate(amount.as_bytes());
    let lines = error.violations().iter().zip(spans).map(|(violation, span)| {
        let location = span.map_or(String::new(), |span| format!("{}:{}:", span.line, span.column));
        format!("-:{location} {}: {violation}", violation.code())
    });
    let count = match error.violations().len() {
        1 => "1 violation".to_owned(),
        // The last violation marks the report as truncated.
        65 => "at least 64 violations".to_owned(),
        count => format!("{count} violations"),
    };
    lines.chain([format!("1 document: 0 valid, 1 invalid, {count}")]).collect()
}

#[test]
fn reports_violations_of_root() {
    let result = Mpp::without_files().run_with(&["check", "--type", "Amount"], b"[]");
    assert!(result.stdout.contains(" must be an object, not an array\n"), "{result:?}");
    assert_eq!(result.stdout.lines().collect::<Vec<_>>(), expected_report("[]"));
}

#[test]
fn marks_truncated_reports() {
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1,"#)).collect();
    let input = format!(r#"{{{}"currency":"USD","value":1}}"#, names.concat());
    let result = Mpp::without_files().run_with(&["check", "--type", "Amount"], input.as_bytes());
    assert!(
        result.stdout.contains(" has more violations; only the first 64 are reported\n"),
        "{result:?}"
    );
    assert_eq!(result.stdout.lines().collect::<Vec<_>>(), expected_report(&input));
}

#[test]
fn reports_truncation_without_a_span() {
    let mpp = Mpp::new("truncated").with_file("one.toml", "maxViolations = 1");
    for (format, expected) in [
        (
            "json",
            r#""code":"tooMany","message":"has more violations; only the first 1 are reported","params":{"maxViolations":1}}]}"#,
        ),
        ("github", "::error file=-,line=1,title=tooMany::the value has more violations"),
        ("human", "-: tooMany: the value has more violations"),
    ] {
        let arguments = ["check", "--type", "Amount", "--policy", "one.toml", "--format", format];
        let result = mpp.run_with(&arguments, b"{}");
        assert!(result.stdout.contains(expected), "{result:?}");
    }
}

#[test]
fn hints_at_corrections() {
    for (type_name, document, expected) in [
        (
            "Amount",
            r#"{"currency": "usd", "valeu": 3}"#,
            &["write the code in upper case", "did you mean `value` instead of `valeu`?"][..],
        ),
        (
            "Amount",
            r#"{"Currency": "USD", "value": "3"}"#,
            &["remove the quotation marks", "did you mean `currency` instead of `Currency`?"],
        ),
        (
            "Env",
            r#"{"osType": "ios", "terminalType": "MINIAPP", "extendInfo": {}}"#,
            &[
                "did you mean `IOS`?",
                "did you mean `MINI_APP`?",
                "write the value as a string that contains its JSON text",
            ],
        ),
        ("MerchantStore", r#"{"referenceStoreId": 7}"#, &["put the value in quotation marks"]),
        (
            "Merchant",
            r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": 5411}"#,
            &["put the value in quotation marks"],
        ),
        (
            "Merchant",
            r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": 763}"#,
            &["write the code as a string of four digits, including leading zeros"],
        ),
        (
            "Merchant",
            r#"{"referenceMerchantId": 1, "merchantName": "a", "merchantRegisterDate": 1747280655570}"#,
            &["put the value in quotation marks", "write a date and time instead of a number"],
        ),
        ("Amount", "[ {}]", &["use --each if each element is a document"]),
        (
            "Merchant",
            r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": "763"}"#,
            &["write the code with four digits, including leading zeros"],
        ),
        ("User", r#"{"userId": "1", "userAddresses": {}}"#, &["put the object in brackets"]),
        (
            "User",
            r#"{"userId": "1", "userAddresses": [{}, {"regoin": "SG"}]}"#,
            &["did you mean `region` instead of `regoin`?"],
        ),
        (
            "ContactInfo",
            r#"{"contactType": "MOBILE_PHONE", "contactNo": "6512345678"}"#,
            &["add a plus sign and the country code"],
        ),
        (
            "MessageSendResult",
            r#"{"messageId": "1", "success": "true"}"#,
            &["remove the quotation marks"],
        ),
    ] {
        let result =
            Mpp::without_files().run_with(&["check", "--type", type_name], document.as_bytes());
        let hints: Vec<_> =
            result.stdout.lines().filter_map(|line| Some(line.split_once("; ")?.1)).collect();
        assert_eq!(hints, expected, "{result:?}");
    }
}

#[test]
fn hints_at_missing_parts_of_date_times() {
    for (time, expected) in [
        ("2026-11-22", "add the time and an offset, such as T00:00:00+08:00"),
        ("2026-11-22T12:01:01", "add an offset, such as +08:00 or Z"),
        ("2026-11-22T12:01:01.125", "add an offset, such as +08:00 or Z"),
        ("2026-11-22T12:01:01+0800", "write the offset with a colon, such as +08:00"),
        ("2026-11-22 12:01:01Z", "write T between the date and the time"),
        ("1747280655570", "write a date and time instead of a number"),
        ("2026-11-22T12:01", "add the seconds and an offset, such as :00+08:00"),
    ] {
        let device = format!(r#"{{"storeTerminalRequestTime": "{time}"}}"#);
        let result = Mpp::without_files().run_with(&["check", "--type", "Env"], device.as_bytes());
        assert!(result.stdout.contains(&format!("; {expected}\n")), "{time}: {result:?}");
    }
}

#[test]
fn omits_hints_for_unrelated_names_and_values() {
    let long = format!(r#"{{"{}": 1, "value": 1}}"#, "currency".repeat(9));
    for (type_name, document) in [
        ("Amount", r#"{"currencies": "USD", "amount": 1, "value": "x"}"#),
        ("Amount", &long),
        ("Amount", "[]"),
        ("Amount", "[1]"),
        ("Env", r#"{"osType": true, "storeTerminalRequestTime": {}}"#),
        ("Env", r#"{"osType": [], "storeTerminalRequestTime": 1.5}"#),
        ("Merchant", r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": true}"#),
        (
            "Merchant",
            r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": "7631x"}"#,
        ),
        ("Merchant", r#"{"referenceMerchantId": "1", "merchantName": "a", "merchantMCC": "7x"}"#),
        ("ContactInfo", r#"{"contactType": "MOBILE_PHONE", "contactNo": "+0"}"#),
        ("Env", r#"{"storeTerminalRequestTime": "2026-11-22T1:01:01Z"}"#),
        ("Env", r#"{"storeTerminalRequestTime": "22 November 2026"}"#),
        ("Env", r#"{"storeTerminalRequestTime": "tomorrow"}"#),
        ("Env", r#"{"storeTerminalRequestTime": "2026-13-22T12:01:01Z"}"#),
    ] {
        let result =
            Mpp::without_files().run_with(&["check", "--type", type_name], document.as_bytes());
        assert!(!result.stdout.contains(';'), "{document}: {result:?}");
    }
}

#[test]
fn never_prints_values() {
    let input = format!(
        "{VALID_AMOUNT}\n{{\"currency\":\"secret-1\",\"value\":\"secret-2\",\"x\":secret-3}}\n{{\"currency\":\"secret-4\",\"value\":\"secret-5\"}}\n\"secret-6\"\nsecret-7"
    );
    for format in ["human", "json"] {
        let result = Mpp::without_files().run_with(
            &["check", "--type", "Amount", "--lines", "--format", format],
            input.as_bytes(),
        );
        assert_eq!(result.status, Some(1));
        assert!(!result.stdout.contains("secret") && result.stderr.is_empty(), "{result:?}");
    }
}

#[test]
fn escapes_control_characters_in_payloads() {
    let input = r#"{"currency":"USD","value":1,"a\u001b[31m\nb":1,"a\u001b[31m\nb":2}"#;
    Mpp::without_files().run_with(&["check", "--type", "Amount"], input.as_bytes()).assert_output(
        1,
        &[
            r"-:1:48: duplicate: /a\u{1b}[31m\nb is a duplicate field; only its first occurrence is used",
            "1 document: 0 valid, 1 invalid, 1 violation",
        ],
    );
}

#[cfg(unix)]
#[test]
fn escapes_control_characters_in_file_names() {
    let name = "it's \"mine\" \\ e\u{301}\u{61c}\u{202e}\u{2069}\u{1b}[31m\n.json";
    let mpp = Mpp::new("control_name").with_file(name, AMOUNT_WITHOUT_VALUE);
    mpp.run(&["check", "--type", "Amount", name]).assert_output(
        1,
        &[
            "it's \"mine\" \\ e\u{301}\\u{61c}\\u{202e}\\u{2069}\\u{1b}[31m\\n.json:1:1: required: /value is required",
            "1 document: 0 valid, 1 invalid, 1 violation",
        ],
    );
    let result = mpp.run(&["check", "--type", "Amount", "\u{1b}[31m"]);
    assert!(result.stderr.starts_with("mpp: \\u{1b}[31m: "), "{result:?}");
}

// Inputs.

#[test]
fn reads_standard_input_without_files() {
    Mpp::without_files()
        .run_with(&["check", "--type", "Order"], VALID_ORDER.as_bytes())
        .assert_output(0, &["1 document: 1 valid, 0 invalid"]);
}

#[test]
fn reads_standard_input_for_hyphen() {
    Mpp::new("stdin_hyphen")
        .with_file("amount.json", VALID_AMOUNT)
        .run_with(
            &["check", "--type", "Amount", "amount.json", "-"],
            AMOUNT_WITHOUT_VALUE.as_bytes(),
        )
        .assert_output(
            1,
            &[
                "-:1:1: required: /value is required",
                "2 documents: 1 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn accepts_type_option_after_files() {
    Mpp::new("type_last")
        .with_file("order.json", VALID_ORDER)
        .run(&["check", "order.json", "--type", "Order"])
        .assert_output(0, &["1 document: 1 valid, 0 invalid"]);
}

#[test]
fn detects_ndjson_by_file_extension() {
    let two = format!("{VALID_AMOUNT}\n{VALID_AMOUNT}\n");
    let mpp = Mpp::new("names")
        .with_file("a.ndjson", &two)
        .with_file("b.jsonl", &two)
        .with_file("c.NDJSON", &two);
    mpp.run(&["check", "--type", "Amount", "a.ndjson", "b.jsonl", "c.NDJSON"])
        .assert_output(0, &["6 documents: 6 valid, 0 invalid"]);
}

#[test]
fn reads_one_document_from_other_files() {
    Mpp::new("name_json")
        .with_file("a.json", format!("{VALID_AMOUNT}\n[{VALID_AMOUNT}\n"))
        .with_file("b.ndjson", format!("{VALID_AMOUNT}\n{VALID_AMOUNT}\n"))
        .run(&["check", "--type", "Amount", "a.json", "b.ndjson"])
        .assert_output(
            1,
            &[
                "a.json:2:1: syntax: malformed JSON: trailing characters after the value",
                "3 documents: 2 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn suggests_lines_option() {
    let lines = format!("{VALID_AMOUNT}\n{VALID_AMOUNT}\n");
    let mpp = Mpp::new("lines_hint").with_file("a.json", &lines);
    mpp.run(&["check", "--type", "Amount", "a.json"]).assert_output(
        1,
        &[
            "a.json:2:1: syntax: malformed JSON: trailing characters after the value; use --lines \
             if each line is a document",
            "1 document: 0 valid, 1 invalid, 1 violation",
        ],
    );

    let result = mpp.run(&["check", "--type", "Amount", "--format", "json", "a.json"]);
    let message = r#""message":"trailing characters after the value","#;
    assert!(result.stdout.contains(message), "{result:?}");
    assert!(!result.stdout.contains("--lines"), "{result:?}");
}

#[test]
fn reads_ndjson_from_any_file_with_lines() {
    Mpp::new("lines_option")
        .with_file("a.json", format!("{VALID_AMOUNT}\n{VALID_AMOUNT}\n"))
        .run(&["check", "--lines", "--type", "Amount", "a.json"])
        .assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn skips_but_counts_blank_lines() {
    Mpp::without_files()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("\n  \t\n{AMOUNT_WITHOUT_VALUE}\n\n").as_bytes(),
        )
        .assert_output(
            1,
            &["-:3:1: required: /value is required", "1 document: 0 valid, 1 invalid, 1 violation"],
        );
}

#[test]
fn accepts_carriage_returns_before_line_feeds() {
    Mpp::without_files()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{VALID_AMOUNT}\r\n\r\n{VALID_AMOUNT}\r\n").as_bytes(),
        )
        .assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn checks_last_line_without_line_feed() {
    Mpp::without_files()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{VALID_AMOUNT}\n{AMOUNT_WITHOUT_VALUE}").as_bytes(),
        )
        .assert_output(
            1,
            &[
                "-:2:1: required: /value is required",
                "2 documents: 1 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn continues_after_malformed_lines() {
    Mpp::without_files()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{MALFORMED_AMOUNT}\n{VALID_AMOUNT}\n").as_bytes(),
        )
        .assert_output(
            1,
            &[
                "-:1:12: syntax: malformed JSON: expected a colon",
                "2 documents: 1 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn reports_invalid_utf_8_as_malformed() {
    let input = [b"\"\xff\"\n".as_slice(), VALID_AMOUNT.as_bytes()].concat();
    Mpp::without_files().run_with(&["check", "--type", "Amount", "--lines"], &input).assert_output(
        1,
        &[
            "-:1:2: syntax: malformed JSON: invalid UTF-8",
            "2 documents: 1 valid, 1 invalid, 1 violation",
        ],
    );
}

#[test]
fn reports_empty_files_as_malformed() {
    Mpp::new("empty")
        .with_file("empty.json", "")
        .run(&["check", "--type", "Amount", "empty.json"])
        .assert_output(
            1,
            &[
                "empty.json:1:1: syntax: malformed JSON: unexpected end of input",
                "1 document: 0 valid, 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn accepts_empty_streams() {
    Mpp::new("empty_stream")
        .with_file("empty.ndjson", "")
        .run(&["check", "--type", "Amount", "empty.ndjson"])
        .assert_output(0, &["0 documents: 0 valid, 0 invalid"]);
}

#[test]
fn reports_lines_that_are_too_long() {
    let mut input = vec![b' '; (64 << 20) + 1];
    input.extend(format!("\n{VALID_AMOUNT}\n").bytes());
    let mpp = Mpp::without_files();
    mpp.run_with(&["check", "--type", "Amount", "--lines"], &input).assert_output(
        1,
        &[
            "-:1: syntax: the line is longer than 64 MiB",
            "2 documents: 1 valid, 1 invalid, 1 violation",
        ],
    );
    mpp.run_with(&["check", "--type", "Amount", "--lines", "--format", "json"], &input).assert_output(1, &[
        r#"{"source":"-","line":1,"type":"Amount","valid":false,"violations":[{"path":"","code":"syntax","message":"the line is longer than 64 MiB","params":{"line":1,"column":1}}]}"#,
        r#"{"source":"-","line":2,"type":"Amount","valid":true,"violations":[]}"#,
    ]);
}

#[test]
fn checks_every_type() {
    for schema in Schema::ALL {
        Mpp::without_files()
            .run_with(
                &["check", "--type", schema.name],
                common::complete_value(schema).to_string().as_bytes(),
            )
            .assert_output(0, &["1 document: 1 valid, 0 invalid"]);
    }
}

// Input and output errors.

#[test]
fn reports_missing_files_and_continues() {
    let result = Mpp::new("missing")
        .with_file("a.json", VALID_AMOUNT)
        .with_file("b.json", AMOUNT_WITHOUT_VALUE)
        .run(&["check", "--type", "Amount", "a.json", "missing.json", "b.json"]);
    assert_eq!(
        result.stdout,
        "b.json:1:1: required: /value is required\n2 documents: 1 valid, 1 invalid, 1 violation\n"
    );
    assert!(result.stderr.starts_with("mpp: missing.json: "), "{result:?}");
    assert_eq!((result.stderr.lines().count(), result.status), (1, Some(2)), "{result:?}");
}

#[test]
fn omits_missing_files_from_json() {
    let result = Mpp::new("missing_json").run(&[
        "check",
        "--type",
        "Amount",
        "--format",
        "json",
        "missing.json",
    ]);
    assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
    assert!(result.stderr.starts_with("mpp: missing.json: "), "{result:?}");
}

#[test]
fn checks_files_in_directories() {
    let mpp = Mpp::new("directories");
    fs::create_dir_all(mpp.directory.join("all/c.json/deep")).unwrap();
    let two = format!("{VALID_AMOUNT}\n{AMOUNT_WITHOUT_VALUE}\n");
    mpp.with_file("all/d.json", AMOUNT_WITHOUT_VALUE)
        .with_file("all/c.json/deep/a.NDJSON", &two)
        .with_file("all/c.json/b.JsonL", &two)
        .with_file("all/c.json/b.txt", "no JSON")
        .with_file("all/json", "no JSON")
        .with_file("all/a.json", AMOUNT_WITHOUT_VALUE)
        .with_file("z.json", AMOUNT_WITHOUT_VALUE)
        .run(&["check", "--type", "Amount", "z.json", "all"])
        .assert_output(
            1,
            &[
                "z.json:1:1: required: /value is required",
                "all/a.json:1:1: required: /value is required",
                "all/c.json/b.JsonL:2:1: required: /value is required",
                "all/c.json/deep/a.NDJSON:2:1: required: /value is required",
                "all/d.json:1:1: required: /value is required",
                "7 documents: 2 valid, 5 invalid, 5 violations",
            ],
        );
}

#[test]
fn reports_directories_without_json() {
    let mpp = Mpp::new("directory_empty");
    fs::create_dir(mpp.directory.join("empty")).unwrap();
    let mpp = mpp.with_file("empty/a.txt", VALID_AMOUNT).with_file("a.json", VALID_AMOUNT);
    let result = mpp.run(&["check", "--type", "Amount", "empty", "a.json"]);
    assert_eq!(result.stderr, "mpp: empty: contains no .json, .ndjson or .jsonl files\n");
    let expected = ("1 document: 1 valid, 0 invalid\n", Some(2));
    assert_eq!((&*result.stdout, result.status), expected, "{result:?}");
}

#[cfg(unix)]
#[test]
fn follows_links_to_files_only() {
    use std::os::unix::fs::symlink;

    let mpp = Mpp::new("directory_links").with_file("a.json", AMOUNT_WITHOUT_VALUE);
    let all = mpp.directory.join("all");
    fs::create_dir_all(all.join("part")).unwrap();
    symlink("../a.json", all.join("file.json")).unwrap();
    symlink("..", all.join("part/cycle")).unwrap();
    symlink("..", all.join("part/cycle.json")).unwrap();
    mpp.run(&["check", "--type", "Amount", "all"]).assert_output(
        1,
        &[
            "all/file.json:1:1: required: /value is required",
            "1 document: 0 valid, 1 invalid, 1 violation",
        ],
    );

    symlink("all", mpp.directory.join("link")).unwrap();
    mpp.run(&["check", "--type", "Amount", "link"]).assert_output(
        1,
        &[
            "link/file.json:1:1: required: /value is required",
            "1 document: 0 valid, 1 invalid, 1 violation",
        ],
    );
}

#[cfg(unix)]
#[test]
fn skips_special_files_in_directories() {
    let mpp = Mpp::new("directory_special").with_file("a.json", VALID_AMOUNT);
    let _socket = std::os::unix::net::UnixListener::bind(mpp.directory.join("s.json")).unwrap();
    mpp.run(&["check", "--type", "Amount", "."])
        .assert_output(0, &["1 document: 1 valid, 0 invalid"]);
}

#[cfg(unix)]
#[test]
fn reports_unreadable_entries_and_continues() {
    let mpp = Mpp::new("directory_unreadable");
    std::os::unix::fs::symlink("missing", mpp.directory.join("a.json")).unwrap();
    let result = mpp.with_file("b.json", VALID_AMOUNT).run(&["check", "--type", "Amount", "."]);
    assert!(result.stderr.starts_with("mpp: ./a.json: No such file"), "{result:?}");
    let expected = ("1 document: 1 valid, 0 invalid\n", Some(2));
    assert_eq!((&*result.stdout, result.status), expected, "{result:?}");
}

// Compressed files.

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// Returns a Zstandard frame with a checksum.
fn zstd(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 0).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn decompresses_files() {
    let lines = format!("{VALID_AMOUNT}\n\n{AMOUNT_WITHOUT_VALUE}\n");
    let mpp = Mpp::new("compressed");
    fs::create_dir(mpp.directory.join("all")).unwrap();
    let mpp = mpp
        .with_file("all/a.json.gz", gzip(AMOUNT_WITHOUT_VALUE))
        .with_file("all/b.json.zst", zstd(AMOUNT_WITHOUT_VALUE))
        .with_file("all/c.ndjson.GZ", gzip(&lines))
        .with_file("all/d.jsonl.Zst", zstd(&lines))
        .with_file("all/e.gz", "no gzip")
        .with_file("f.gz", gzip(&lines));
    let reports = [
        "all/a.json.gz:1:1: required: /value is required",
        "all/b.json.zst:1:1: required: /value is required",
        "all/c.ndjson.GZ:3:1: required: /value is required",
        "all/d.jsonl.Zst:3:1: required: /value is required",
    ];
    mpp.run(&["check", "--type", "Amount", "all"]).assert_output(
        1,
        &[&reports[..], &["6 documents: 2 valid, 4 invalid, 4 violations"]].concat(),
    );
    mpp.run(&["check", "--type", "Amount", "--lines", "f.gz"]).assert_output(
        1,
        &["f.gz:3:1: required: /value is required", "2 documents: 1 valid, 1 invalid, 1 violation"],
    );
}

#[test]
fn reports_offsets_in_decompressed_text() {
    let lines = format!("{VALID_AMOUNT}\n{AMOUNT_WITHOUT_VALUE}\n");
    let mpp = Mpp::new("compressed_offsets").with_file("a.ndjson.gz", gzip(lines));
    let result = mpp.run(&["check", "--type", "Amount", "--format", "json", "a.ndjson.gz"]);
    let span =
        format!(r#""span":{{"offset":{},"length":1,"line":2,"column":1}}"#, VALID_AMOUNT.len() + 1);
    assert!(result.stdout.contains(&span), "{result:?}");
}

#[test]
fn decompresses_all_members_and_frames() {
    // Decoders skip this frame.
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
    let line = format!("{VALID_AMOUNT}\n");
    let frames = [&zstd(&line), &zstd(""), &skippable[..], &zstd(&line)].concat();
    Mpp::new("compressed_members")
        .with_file("a.ndjson.gz", [gzip(&line), gzip(""), gzip(&line)].concat())
        .with_file("b.ndjson.zst", frames)
        .run(&["check", "--type", "Amount", "a.ndjson.gz", "b.ndjson.zst"])
        .assert_output(0, &["4 documents: 4 valid, 0 invalid"]);
}

#[test]
fn reports_incomplete_and_corrupt_compressed_files() {
    let lines = format!("{AMOUNT_WITHOUT_VALUE}\n").repeat(2);
    for (extension, compressed) in [("gz", gzip(&lines)), ("zst", zstd(&lines))] {
        let document = format!("a.json.{extension}");
        let stream = format!("a.ndjson.{extension}");
        let mpp = Mpp::new("compressed_incomplete").with_file("valid.json", VALID_AMOUNT);
        let check = ["check", "--type", "Amount", "--format", "json", &document, &stream];
        let mut corrupt = compressed.clone();
        // The file ends within the checksum.
        let checksum = corrupt.len() - if extension == "gz" { 8 } else { 4 };
        corrupt[checksum] ^= 1;
        let incomplete = (0..compressed.len()).map(|length| compressed[..length].to_vec());
        let uncompressed = lines.as_bytes().to_vec();
        for content in incomplete.step_by(5).chain([corrupt, uncompressed]) {
            fs::write(mpp.directory.join(&document), &content).unwrap();
            fs::write(mpp.directory.join(&stream), &content).unwrap();
            let result = mpp.run(&[&check[..], &["valid.json"]].concat());
            let errors: Vec<_> = result.stderr.lines().collect();
            assert_eq!((errors.len(), result.status), (2, Some(2)), "{result:?}");
            assert!(
                errors[0].starts_with(&format!("mpp: {document}: cannot decompress: ")),
                "{result:?}"
            );
            assert!(
                errors[1].starts_with(&format!("mpp: {stream}: cannot decompress: ")),
                "{result:?}"
            );
            // An incomplete document is not checked, but the complete lines before it may be.
            assert!(!result.stdout.contains(&document), "{result:?}");
            assert!(result.stdout.contains(r#"{"source":"valid.json","line":1"#), "{result:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn limits_the_length_of_decompressed_lines() {
    let bomb = format!("{}\n{VALID_AMOUNT}\n", " ".repeat(400 << 20));
    let mpp = Mpp::new("compressed_bomb").with_file("a.ndjson.zst", zstd(bomb));
    let mut command = mpp.command(&["check", "--type", "Amount", "a.ndjson.zst", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "a.ndjson.zst:1: syntax: the line is longer than 64 MiB\n");
    let peak = peak_memory_kilobytes(&child);
    assert!(peak < 128 << 10, "{peak} kB");

    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn rejects_zstandard_windows_above_128_mib() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 0).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(VALID_AMOUNT.as_bytes()).unwrap();
    let mpp = Mpp::new("compressed_window").with_file("a.json.zst", encoder.finish().unwrap());
    let result = mpp.run(&["check", "--type", "Amount", "a.json.zst"]);
    assert!(result.stderr.starts_with("mpp: a.json.zst: cannot decompress: "), "{result:?}");
    assert!(result.stderr.contains("too much memory"), "{result:?}");
    assert_eq!(result.status, Some(2), "{result:?}");
}

#[test]
fn exits_silently_when_pipe_closes() {
    let mpp = Mpp::without_files();
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();

    let mut stdin = child.stdin.take().unwrap();
    let lines = format!("{AMOUNT_WITHOUT_VALUE}\n").repeat(1_000);
    let writer = thread::spawn(move || while stdin.write_all(lines.as_bytes()).is_ok() {});

    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "-:1:1: required: /value is required\n");

    // The command exits when its output is closed, so the writer fails, too.
    writer.join().unwrap();
    let result = RunResult::from(child.wait_with_output().unwrap());
    assert_eq!((&*result.stderr, result.status), ("", Some(2)));
}

#[test]
fn every_subcommand_exits_silently_when_pipe_closes() {
    for arguments in [
        &["sample", "Order", "--count", "1000000000"][..],
        &["schema", "--all"],
        &["openapi"],
        &["types"],
        &["show", "Order"],
        &["explain"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["check", "--type", "Order"],
    ] {
        // The pipe is closed, because the command that reads from it has ended.
        let mut reader = Mpp::without_files().command(&["--version"]);
        let mut reader = reader.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let pipe = reader.stdin.take().unwrap();
        reader.wait().unwrap();

        let mut command = Mpp::without_files().command(arguments);
        let output = command.stdin(Stdio::null()).stdout(pipe).output().unwrap();
        let result = RunResult::from(output);
        assert_eq!((&*result.stderr, result.status), ("", Some(2)), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn reports_write_errors() {
    for arguments in [
        &["check", "--type", "Amount", "--lines"][..],
        &["types"],
        &["show", "Order"],
        &["--help"],
        &["--version"],
    ] {
        let mpp = Mpp::without_files();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = mpp.command(arguments);
        let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
        let result = RunResult::from(output);
        assert!(result.stderr.starts_with("mpp: standard output: "), "{result:?}");
        assert_eq!((result.stderr.lines().count(), result.status), (1, Some(2)), "{result:?}");
    }
}

// Streaming.

#[test]
fn accepts_documents_above_library_size_limit() {
    let spaces = vec![b' '; 65 << 20];
    let result = Mpp::without_files()
        .run_with(&["check", "--type", "Amount"], &[VALID_AMOUNT.as_bytes(), &spaces].concat());
    assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n");
}

#[test]
fn reports_before_next_document_arrives() {
    let mpp = Mpp::without_files();
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    send_and_receive(&mut stdin, &mut stdout, 1..4);
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// For each line number, sends a line and waits for its report before sending the next line.
#[track_caller]
fn send_and_receive<N: std::fmt::Display>(
    mut stdin: impl Write,
    mut stdout: impl BufRead,
    numbers: impl Iterator<Item = N>,
) {
    for number in numbers {
        // The beginning of the next line must not delay the report.
        writeln!(stdin, "{VALID_AMOUNT}").unwrap();
        write!(stdin, "  ").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.contains(&format!(r#""line":{number},"#)), "{line}");
    }
}

/// Returns valid, invalid, malformed and blank lines, which are long enough in total that the
/// command starts threads.
fn mixed_lines() -> Vec<u8> {
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1"#)).collect();
    let duplicates = format!("{{{}}}", names.join(","));
    let wide = "{\"Zoë 🐈\u{2028}\":1,\"Zoë 🐈\u{2028}\":2}";
    let long = format!("{}{VALID_AMOUNT}", " ".repeat(100_000));
    let longer = format!("{}{AMOUNT_WITHOUT_VALUE}\n", " ".repeat(1_200_000));
    let lines = [
        VALID_AMOUNT,
        "",
        AMOUNT_WITHOUT_VALUE,
        MALFORMED_AMOUNT,
        " \t\r",
        &duplicates,
        wide,
        "1",
        &long,
        "\"\r",
    ];
    let some = [lines.join("\n").as_bytes(), b"\n\"\xff\"\n"].concat();
    let tiny = "1\n\n".repeat(3_000);
    [
        &*some.repeat(15),
        longer.as_bytes(),
        tiny.as_bytes(),
        &*some.repeat(5),
        VALID_AMOUNT.as_bytes(),
    ]
    .concat()
}

#[test]
fn prints_same_output_for_any_thread_count() {
    let input = mixed_lines();
    let ended = [&*input, b"\n"].concat();
    let mpp = Mpp::new("threads").with_file("a.ndjson", &input).with_file("b.ndjson", &ended);
    for format in ["json", "human"] {
        let run = |threads: &[&str]| {
            let check = ["check", "--type", "Amount", "--lines", "--format", format];
            let files = ["a.ndjson", "-", "b.ndjson"];
            mpp.run_with(&[&check, threads, &files].concat(), &input)
        };
        let one = run(&["--threads", "1"]);
        assert_eq!((one.status, &*one.stderr), (Some(1), ""));
        // Each repetition contains nine documents, which are followed by the tiny ones, the longer
        // one and the last one.
        let documents = 3 * (9 * 20 + 3_000 + 2);
        if format == "json" {
            assert_eq!(one.stdout.lines().count(), documents);
        } else {
            assert!(one.stdout.contains(&format!("\n{documents} documents: ")));
        }
        for threads in [&["--threads", "2"][..], &["--threads", "7"], &[]] {
            let result = run(threads);
            assert!(result.stdout == one.stdout, "{threads:?}: {} bytes", result.stdout.len());
            assert_eq!((result.status, &*result.stderr), (Some(1), ""), "{threads:?}");
        }
    }
}

/// A running command that checks a stream of amounts in several threads.
struct MultithreadedCheck {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// The number of lines that have been sent and reported.
    lines: usize,
}

impl MultithreadedCheck {
    fn new(number: &str) -> Self {
        let arguments = ["check", "--type", "Amount", "--lines", "--format", "json", "--threads"];
        let mut command = Mpp::without_files().command(&[&arguments[..], &[number]].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        // The command starts threads after a megabyte of input. Long lines keep the reports small
        // enough for a pipe buffer.
        let lines = 1_100;
        let line = format!("{}{VALID_AMOUNT}\n", " ".repeat(1_000));
        let writer = thread::spawn(move || {
            stdin.write_all(line.repeat(lines).as_bytes()).unwrap();
            stdin
        });
        assert_eq!(stdout.by_ref().lines().take(lines).map(Result::unwrap).count(), lines);
        Self { child, stdin: writer.join().unwrap(), stdout, lines }
    }
}

#[test]
fn reports_before_next_document_with_threads() {
    for number in ["2", "7"] {
        let MultithreadedCheck { mut child, mut stdin, mut stdout, lines } =
            MultithreadedCheck::new(number);
        send_and_receive(&mut stdin, &mut stdout, lines + 1..lines + 4);
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn stops_threads_when_pipe_closes() {
    let MultithreadedCheck { mut child, mut stdin, stdout, .. } = MultithreadedCheck::new("2");
    drop(stdout);
    writeln!(stdin, "{VALID_AMOUNT}").unwrap();
    let ended = (0..1200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        child.try_wait().unwrap()
    });
    assert_eq!(ended.unwrap().code(), Some(2));
    drop(stdin);
}

/// Returns the peak memory use of a process in kB.
#[cfg(target_os = "linux")]
fn peak_memory_kilobytes(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn waits_for_slow_readers_with_threads() {
    // The report of each line is much longer than the line.
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1"#)).collect();
    for line in ["1\n", &format!("{{{}}}\n", names.join(","))] {
        let MultithreadedCheck { mut child, mut stdin, stdout, .. } = MultithreadedCheck::new("7");
        let lines = line.repeat((16 << 20) / line.len());
        let writer = thread::spawn(move || stdin.write_all(lines.as_bytes()).is_ok());
        // Give the threads enough time to fill all buffers.
        thread::sleep(Duration::from_secs(1));
        let peak = peak_memory_kilobytes(&child);
        assert!(!writer.is_finished(), "the whole stream was read");
        assert!(peak < 64 << 10, "{peak} kB");

        drop(stdout);
        assert!(!writer.join().unwrap(), "the whole stream was read");
        assert_eq!(child.wait().unwrap().code(), Some(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn keeps_only_one_long_line_in_memory() {
    let long = format!("{}{VALID_AMOUNT}\n", " ".repeat(10 << 20));
    let mpp = Mpp::new("long_lines").with_file("long.ndjson", long.repeat(14));
    let check = ["check", "--type", "Amount", "--lines", "--format", "json", "--threads", "7"];
    let mut command = mpp.command(&[&check[..], &["long.ndjson", "-"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(stdout.lines().take(14).map(Result::unwrap).count(), 14);
    let peak = peak_memory_kilobytes(&child);
    assert!(peak < 64 << 10, "{peak} kB");

    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn uses_constant_memory() {
    const INPUT_BYTES: usize = 200 << 20;
    let mpp = Mpp::without_files();
    let mut command = mpp.command(&["check", "--type", "Order", "--lines", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();

    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || stdout.lines().count());

    let malformed = "x".repeat(1 << 20);
    let invalid = VALID_ORDER.replace("4990", "-1");
    let lines = format!("{VALID_ORDER}\n{invalid}\n\n").repeat(500) + &malformed + "\n";
    let times = INPUT_BYTES / lines.len() + 1;
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..times {
        stdin.write_all(lines.as_bytes()).unwrap();
    }
    let peak = peak_memory_kilobytes(&child);
    assert!(peak < 64 << 10, "{peak} kB");

    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(reader.join().unwrap(), times * 1_001);
}

#[cfg(target_os = "linux")]
mod terminal {
    use super::{Mpp, RunResult, VALID_AMOUNT};
    use std::process::{Command, Stdio};

    /// Runs a shell command in a terminal. Returns `None` if `script` is not installed.
    fn run_on_terminal(mpp: &Mpp, command: &str) -> Option<RunResult> {
        let mut script = Command::new("script");
        script.args(["-qec", command, "/dev/null"]).env("TERM", "xterm");
        script.current_dir(&mpp.directory).stdin(Stdio::null());
        script.output().ok().map(RunResult::from)
    }

    #[test]
    fn shows_progress_on_terminals() {
        let mpp = Mpp::new("progress").with_file("amount.json", format!("{VALID_AMOUNT}\n"));
        let command = format!(
            "(cat amount.json; sleep 1; cat amount.json; sleep 0.2) | {} check --type Amount --lines",
            env!("CARGO_BIN_EXE_mpp")
        );
        let Some(result) = run_on_terminal(&mpp, &command) else { return };
        assert!(result.stdout.contains("58 B, 2 documents"), "{result:?}");
        assert!(result.stdout.ends_with("2 documents: 2 valid, 0 invalid\r\n"), "{result:?}");
    }

    #[test]
    fn hides_progress_of_short_checks() {
        let mpp = Mpp::new("no_progress").with_file("amount.json", VALID_AMOUNT);
        let command = format!("{} check --type Amount amount.json", env!("CARGO_BIN_EXE_mpp"));
        let Some(result) = run_on_terminal(&mpp, &command) else { return };
        assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\r\n");
    }

    #[test]
    fn hides_progress_without_terminal() {
        let mpp = Mpp::new("no_terminal").with_file("amount.json", format!("{VALID_AMOUNT}\n"));
        let output = Command::new("sh")
            .current_dir(&mpp.directory)
            .args([
                "-c",
                "(cat amount.json; sleep 1; cat amount.json) | \"$0\" check --type Amount --lines",
            ])
            .arg(env!("CARGO_BIN_EXE_mpp"))
            .output()
            .unwrap();
        RunResult::from(output).assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
    }
}

// Policies.

/// An amount with its value as a string, which a policy may allow.
const AMOUNT_WITH_STRING_VALUE: &str = r#"{"currency":"USD","value":"1"}"#;

#[test]
fn reports_and_counts_tolerated_deviations() {
    Mpp::new("tolerated_human")
        .with_file(
            "amounts.ndjson",
            format!("{VALID_AMOUNT}\n{AMOUNT_WITH_STRING_VALUE}\n{AMOUNT_WITHOUT_VALUE}\n"),
        )
        .with_file("amount.json", AMOUNT_WITH_STRING_VALUE)
        .run(&["check", "--type", "Amount", "--policy", "lenient", "amounts.ndjson", "amount.json"])
        .assert_output(
            1,
            &[
                "amounts.ndjson:2:27: tolerated: type: /value must be an integer, not a string",
                "amounts.ndjson:3:1: required: /value is required",
                "amount.json:1:27: tolerated: type: /value must be an integer, not a string",
                "4 documents: 3 valid (2 with tolerated deviations), 1 invalid, 1 violation",
            ],
        );
}

#[test]
fn reports_tolerated_deviations_as_json() {
    Mpp::new("tolerated_json")
        .run_with(
            &["check", "--type", "Amount", "--policy", "lenient", "--format", "json", "--lines"],
            format!("{VALID_AMOUNT}\n{AMOUNT_WITH_STRING_VALUE}\n{{\"value\":\"1\"}}\n").as_bytes(),
        )
        .assert_output(
            1,
            &[
                r#"{"source":"-","line":1,"type":"Amount","valid":true,"violations":[]}"#,
                concat!(
                    r#"{"source":"-","line":2,"type":"Amount","valid":true,"violations":[],"#,
                    r#""tolerated":[{"path":"/value","code":"type","#,
                    r#""message":"must be an integer, not a string","#,
                    r#""params":{"expected":"integer","found":"string"},"#,
                    r#""span":{"offset":55,"length":3,"line":2,"column":27}}]}"#,
                ),
                concat!(
                    r#"{"source":"-","line":3,"type":"Amount","valid":false,"violations":"#,
                    r#"[{"path":"/currency","code":"required","message":"is required","params":{},"#,
                    r#""span":{"offset":60,"length":1,"line":3,"column":1}}],"#,
                    r#""tolerated":[{"path":"/value","code":"type","#,
                    r#""message":"must be an integer, not a string","#,
                    r#""params":{"expected":"integer","found":"string"},"#,
                    r#""span":{"offset":69,"length":3,"line":3,"column":10}}]}"#,
                ),
            ],
        );
}

#[test]
fn applies_policy_in_all_threads() {
    let stream = format!("{AMOUNT_WITH_STRING_VALUE}\n").repeat(100_000);
    let result = Mpp::without_files().run_with(
        &["check", "--type", "Amount", "--policy", "lenient", "--lines", "--threads", "2"],
        stream.as_bytes(),
    );
    assert_eq!(
        result.stdout.lines().last().unwrap(),
        "100000 documents: 100000 valid (100000 with tolerated deviations), 0 invalid"
    );
    assert_eq!(result.status, Some(0));
}

#[test]
fn applies_strict_policy_by_default() {
    let mpp = Mpp::new("policy_strict")
        .with_file("amounts.ndjson", format!("{AMOUNT_WITH_STRING_VALUE}\n{VALID_AMOUNT}"));
    for format in ["human", "json"] {
        let check = ["check", "--type", "Amount", "--format", format, "amounts.ndjson"];
        let without = mpp.run(&check);
        let with = mpp.run(&[&check[..], &["--policy", "strict"]].concat());
        assert_eq!((with.status, with.stdout), (Some(1), without.stdout));
    }
}

#[test]
fn detects_policy_format_by_file_extension() {
    let mpp = Mpp::new("policy_files")
        .with_file("amount.json", VALID_AMOUNT)
        .with_file("policy.toml", "fields.Amount.value.minimum = 2")
        .with_file("policy.JSON", r#"{"fields": {"Amount": {"value": {"minimum": 3}}}}"#)
        .with_file("lenient", "fields.Amount.value.minimum = 4");
    for (policy, minimum) in [("policy.toml", 2), ("policy.JSON", 3), ("./lenient", 4)] {
        mpp.run(&["check", "--type", "Amount", "--policy", policy, "amount.json"]).assert_output(
            1,
            &[
                &format!("amount.json:1:27: minimum: /value must be at least {minimum}"),
                "1 document: 0 valid, 1 invalid, 1 violation",
            ],
        );
    }
}

#[test]
fn loads_example_policy() {
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/tenant.toml");
    let order = VALID_ORDER.replacen(r#""1""#, r#""12345678""#, 1);
    Mpp::new("policy_example")
        .with_file("orders.ndjson", format!("{order}\n{VALID_ORDER}"))
        .run(&["check", "--type", "Order", "--policy", policy, "orders.ndjson"])
        .assert_output(
            1,
            &[
                "orders.ndjson:2:21: pattern: /referenceOrderId must match the policy's pattern",
                "2 documents: 1 valid, 1 invalid, 1 violation",
            ],
        );
}

/// A request that is valid in version 1 only, because it has no `appId`.
const PAYMENT_OF_VERSION_1: &str = r#"{"productCode":"51051000101000000011","paymentRequestId":"1","paymentAmount":{"currency":"USD","value":1}}"#;

#[test]
fn checks_against_an_edition() {
    let mpp = Mpp::new("edition")
        .with_file("pay.json", PAYMENT_OF_VERSION_1)
        .with_file("v1.toml", "edition = 'v1'");
    for (options, status) in [
        (&[][..], 1),
        (&["--edition", "v1"], 0),
        (&["--edition", "V1", "--policy", "lenient"], 0),
        (&["--policy", "v1.toml"], 0),
        (&["--policy", "v1.toml", "--edition", "v2"], 1),
    ] {
        let result =
            mpp.run(&[&["check", "--type", "PayRequest", "pay.json"][..], options].concat());
        assert_eq!(result.status, Some(status), "{result:?}");
    }
    let result = mpp.run(&["check", "--type", "PayRequest", "--edition", "qiV2", "pay.json"]);
    assert_eq!(result.status, Some(2));
    assert!(
        result.stderr.contains("unknown edition `qiV2`; did you mean `qiV1` or `v2`?"),
        "{result:?}"
    );
    assert!(result.stderr.contains("Known editions:\n  v2, v1, alipayPlus"), "{result:?}");
}

#[test]
fn shows_differences_of_editions() {
    let mpp = Mpp::without_files();
    let show = mpp.run(&["show", "InquiryPaymentRequest"]).stdout;
    assert!(
        show.contains("\nEditions:\n  v1: partnerId: added, required, at most 32 characters\n")
    );
    assert!(!mpp.run(&["show", "Order"]).stdout.contains("Editions:"));
    let types = mpp.run(&["types"]).stdout;
    assert!(types.contains("\nEditions:\n  v2            The default edition"), "{types}");
}

#[test]
fn shows_types_and_endpoints_of_an_edition() {
    let mpp = Mpp::new("show_edition").with_file(
        "policy.toml",
        "edition = 'mandiri'\nforbiddenCharacters = { characters = '<>' }\n\
         [fields.NotifyPaymentRequest.paymentTime]\nmaxLength = 30\n\
         [fields.User.extendInfo]\nforbiddenCharacters = { characters = '' }",
    );
    for (arguments, expected) in [
        (
            &["PayRequest", "--edition", "v1"][..],
            &["\nEdition: v1\n", "\nproductCode ", "at most 2048 characters", "\npaymentAuthCode "]
                [..],
        ),
        (&["PayRequest", "--edition", "alipayPlus"], &["characters; only CASHIER_PAYMENT\n"]),
        (
            &["NotifyPaymentRequest", "--policy", "policy.toml"],
            &["\nEdition: mandiri\n", "none of the characters < >", "at most 30 characters"],
        ),
        (&["User", "--policy", "policy.toml"], &["at most 4096 characters; any characters; sens"]),
        (
            &["refund", "--edition", "gcashV1"],
            &["\nEdition: gcashV1\nPath: POST /v1/payments/refund.htm\nCaller:"],
        ),
        (&["refund", "--edition", "v1"], &["\nOther path: /v1/payments/refundApply\n"]),
        (&["cancel", "--edition", "v1"], &["\n  REQUEST_TRAFFIC_EXCEED_LIMIT  U  "]),
    ] {
        let output = mpp.run(&[&["show"][..], arguments].concat()).stdout;
        for part in expected {
            assert!(output.contains(part), "{part}: {output}");
        }
    }
    let output = mpp.run(&["show", "PayRequest", "--edition", "v1"]).stdout;
    assert!(!output.contains("appId") && !output.contains("Editions:"), "{output}");
}

#[test]
fn exports_endpoints_of_an_edition() {
    let openapi = |edition: &str| -> serde_json::Value {
        let result = Mpp::without_files().run(&["openapi", "--edition", edition]);
        serde_json::from_str(&result.stdout).unwrap()
    };
    let document = openapi("v1");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/v1/payments/pay") && !paths.contains_key("/v2/payments/pay"));
    assert!(paths.contains_key("/v2/payments/notifyPayment"));
    let alias = &paths["/v1/payments/refundApply"];
    assert_eq!(alias["description"], "An alias for `/v1/payments/refund`.");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["CancelRequest"]["properties"]["extendInfo"].get("pattern"), None);
    let required = ["productCode", "paymentRequestId", "paymentAmount"];
    assert_eq!(schemas["PayRequest"]["required"], serde_json::json!(required));
    let document = openapi("gcashV1");
    assert!(document["paths"]["/v1/payments/pay.htm"].is_object());
}

#[test]
fn exports_and_generates_for_an_edition() {
    let mpp = Mpp::without_files();
    let schema = mpp.run(&["schema", "PayRequest", "--edition", "v1"]).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let payment = &schema["$defs"]["PayRequest"];
    let required = ["productCode", "paymentRequestId", "paymentAmount"];
    assert_eq!(payment["required"], serde_json::json!(required));
    assert_eq!(payment["properties"]["paymentAuthCode"]["maxLength"], 128);
    assert_eq!(payment["properties"]["appId"], serde_json::Value::Null);
    let samples =
        mpp.run(&["sample", "PayRequest", "--edition", "v1", "--fuzz", "--count", "20"]).stdout;
    let check = ["check", "--type", "PayRequest", "--lines", "--edition"];
    let result = mpp.run_with(&[&check[..], &["v1"]].concat(), samples.as_bytes());
    assert_eq!(result.status, Some(0), "{result:?}");
    let result = mpp.run_with(&[&check[..], &["v2"]].concat(), samples.as_bytes());
    assert_eq!(result.status, Some(1), "{result:?}");
}

#[test]
fn rejects_invalid_policy_files() {
    let mpp = Mpp::new("policy_invalid")
        .with_file("amount.json", VALID_AMOUNT)
        .with_file("tenant.toml", "base = 'lenient'\n  maxdepth = 3")
        .with_file("ten\u{1b}ant.json", "{\"base\":\n true}")
        .with_file("latin.toml", b"# \xe9")
        .with_file("long.toml", "#".repeat((1 << 20) + 1));
    for (policy, expected) in [
        (
            "tenant.toml",
            "mpp: tenant.toml:2:3: not a valid policy file: unknown key `maxdepth`; did you mean \
             `maxDepth`?",
        ),
        (
            "ten\u{1b}ant.json",
            r"mpp: ten\u{1b}ant.json:2:2: not a valid policy file: base must be one of strict, lenient, not a boolean",
        ),
        (
            "latin.toml",
            "mpp: cannot read policy file latin.toml: stream did not contain valid UTF-8",
        ),
        ("long.toml", "mpp: cannot read policy file long.toml: the file is larger than 1 MiB"),
        (
            "strict.toml",
            "mpp: cannot read policy file strict.toml: No such file or directory (os error 2)",
        ),
        (
            "dictionary",
            "mpp: cannot read policy file dictionary: No such file or directory (os error 2)",
        ),
    ] {
        let result = mpp.run(&["check", "--type", "Amount", "--policy", policy, "amount.json"]);
        assert_eq!(
            (result.status, &*result.stdout, result.stderr.trim_end()),
            (Some(2), "", expected)
        );
    }
}

#[test]
fn suggests_built_in_policies() {
    for (name, policy) in [
        ("tolerent", "lenient"),
        ("tolerant", "lenient"),
        ("Lenient", "lenient"),
        ("lenent", "lenient"),
        ("STRICT", "strict"),
        ("stict", "strict"),
    ] {
        let result = Mpp::without_files().run(&["check", "--type", "Amount", "--policy", name]);
        let expected = format!("; did you mean `{policy}`?\n");
        assert!(result.stderr.ends_with(&expected), "{result:?}");
        assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
    }
}

// Usage.

#[test]
fn accepts_names_in_any_case() {
    let mpp = Mpp::without_files();
    mpp.run_with(&["check", "--type", "order"], VALID_ORDER.as_bytes()).assert_success();
    for (given, name) in [
        (["show", "ORDER"], ["show", "Order"]),
        (["show", "messagechannel"], ["show", "MessageChannel"]),
        (["sample", "order"], ["sample", "Order"]),
        (["schema", "order"], ["schema", "Order"]),
        (["openapi", "MERCHANTSYNC"], ["openapi", "merchantSync"]),
        (["explain", "order.GOODS"], ["explain", "Order.goods"]),
    ] {
        let result = mpp.run(&given);
        result.assert_success();
        assert_eq!(result.stdout, mpp.run(&name).stdout);
    }
}

#[test]
fn suggests_and_lists_types_for_unknown_type() {
    for arguments in [&["check", "--type", "oder", "order.json"][..], &["show", "oder"]] {
        let result = Mpp::without_files().run(arguments);
        assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
        assert!(result.stderr.contains(" `oder`; did you mean `Order`"), "{result:?}");
        for schema in Schema::ALL {
            assert!(result.stderr.contains(schema.name), "{}: {result:?}", schema.name);
        }
    }
}

#[test]
fn omits_distant_type_suggestions() {
    let result = Mpp::without_files().run(&["check", "--type", "Kangaroo"]);
    assert!(!result.stderr.contains("did you mean"), "{result:?}");
    assert!(result.stderr.contains("NotifyCardRegistrationResponse"), "{result:?}");
    assert_eq!(result.status, Some(2));
}

#[test]
fn suggests_and_lists_enums_for_unknown_enum() {
    let result = Mpp::without_files().run(&["show", "mesagechannel"]);
    assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
    let expected = "unknown type, enum or endpoint `mesagechannel`; did you mean `MessageChannel`";
    assert!(result.stderr.contains(expected), "{result:?}");
    for schema in EnumSchema::all() {
        assert!(result.stderr.contains(schema.name), "{}: {result:?}", schema.name);
    }
}

#[test]
fn rejects_enums_as_document_types() {
    let result = Mpp::without_files().run(&["check", "--type", "MessageChannel"]);
    assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
    assert!(result.stderr.contains("`MessageChannel` is an enum, not a document type"));
}

#[test]
fn rejects_invalid_usage() {
    for arguments in [
        &[][..],
        &["check"],
        &["check", "--type"],
        &["check", "--type", "Order", "--format", "xml"],
        &["check", "--type", "Order", "--unknown"],
        &["check", "--type", "Order", "--threads", "0"],
        &["show"],
        &["unknown"],
    ] {
        let result = Mpp::without_files().run(arguments);
        assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{arguments:?}: {result:?}");
        assert!(result.stderr.contains("--help"), "{arguments:?}: {result:?}");
    }
}

#[test]
fn prints_examples_and_exit_status_in_help() {
    for arguments in [&["--help"][..], &["check", "--help"]] {
        let result = Mpp::without_files().run(arguments);
        assert!(result.stdout.contains("mpp check --type Order order.json"), "{result:?}");
        let (_, status) = result.stdout.split_once("Exit status:\n  0  ").unwrap();
        assert!(status.contains("all documents are valid\n  1"), "{result:?}");
        assert!(result.stdout.lines().all(|line| line.len() <= 100), "{result:?}");
        assert_eq!(result.status, Some(0));
    }
}

#[test]
fn prints_package_version() {
    Mpp::without_files()
        .run(&["--version"])
        .assert_output(0, &[concat!("mpp ", env!("CARGO_PKG_VERSION"))]);
}

// Types, enums and endpoints.

#[test]
fn lists_types_enums_and_endpoints() {
    let result = Mpp::without_files().run(&["types"]);
    assert_eq!(result.status, Some(0));
    let mut names = BTreeMap::<&str, Vec<&str>>::new();
    for group in result.stdout.split("\n\n") {
        let (title, lines) = group.split_once(":\n").unwrap();
        let kind = first_word(title);
        let family = title[kind.len()..].trim().trim_matches(['(', ')']);
        for line in lines.lines() {
            assert!(line.starts_with("  ") && line.ends_with('.'), "{line}");
            assert!(!line.contains(['[', ']']) && !line.contains("::"), "{line}");
            let name = first_word(line);
            names.entry(kind).or_default().push(name);
            if let Some(endpoint) = EndpointMetadata::by_name(name) {
                assert_eq!(endpoint.family.to_string(), family, "{name}");
            }
        }
    }
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    for names in names.values_mut() {
        names.sort_unstable();
    }
    assert_eq!(names["Types"], sorted(Schema::ALL.iter().map(|schema| schema.name).collect()));
    assert_eq!(names["Enums"], sorted(EnumSchema::all().map(|schema| schema.name).collect()));
    let endpoints = EndpointMetadata::ALL.iter().map(|endpoint| endpoint.name);
    assert_eq!(names["Endpoints"], sorted(endpoints.collect()));
    let dictionary = result.stdout.split("\n\n").next().unwrap();
    assert!(dictionary.starts_with("Types (data dictionary):\n"), "{dictionary}");
    assert_eq!(dictionary.lines().count(), 21);
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap()
}

#[test]
fn shows_all_fields_of_every_type() {
    for schema in Schema::ALL {
        let result = Mpp::without_files().run(&["show", schema.name]);
        assert_eq!((&*result.stderr, result.status), ("", Some(0)));
        assert!(result.stdout.starts_with(&format!("{}: ", schema.name)), "{result:?}");

        let mut lines = result.stdout.lines();
        for field in schema.fields {
            let line = lines.find(|line| line.split(' ').next() == Some(field.name)).unwrap();
            let mut cells = line.split_whitespace().skip(1);
            assert_eq!(cells.next(), Some(&*field.value_type.to_string()), "{line}");
            assert_eq!(cells.next() == Some("yes"), field.required, "{line}");
            // The example is on the last line of a field.
            let last = lines.by_ref().take_while(|line| !line.is_empty()).last();
            let example = last.and_then(|line| line.strip_prefix("    Example: "));
            assert_eq!(example, field.example(), "{line}");
        }
        assert_output_is_clean(&result.stdout);
    }
}

#[track_caller]
fn assert_output_is_clean(output: &str) {
    for line in output.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
        // The output must not contain Markdown links, code blocks, Rust paths or `Debug` output.
        for unwanted in ["](", "[`", "```", "::", " { ", "assert"] {
            assert!(!line.contains(unwanted), "{line}");
        }
    }
}

/// Returns the output of `mpp show`.
fn show_output(name: &str) -> String {
    Mpp::without_files().run(&["show", name]).stdout
}

#[test]
fn shows_types_in_aligned_columns() {
    assert_eq!(
        show_output("Amount"),
        "\
Amount: An amount of money.
Source: data dictionary
Confidence: specification

Field     Type     Required  Constraints

currency  String   yes       format iso4217; at most 3 characters
    The currency, as an ISO 4217 code.
    Example: \"USD\"

value     Integer  yes       0 to 2147483647
    The value, in the smallest unit of the currency: USD 100.00 is 10000.
    Example: 10000

Formats:
  iso4217: a current ISO 4217 currency code
"
    );
}

#[test]
fn shows_enums() {
    let output = show_output("MessageChannel");
    let (about, rest) = output.split_once('\n').unwrap();
    assert_eq!(about, "MessageChannel: The channel of a notification.");
    let expected = [
        "Source: data dictionary",
        "Confidence: specification",
        "Kind: closed enum (unknown values are invalid)",
        "",
        "Value  Description",
        "",
        "SMS    ",
        "PUSH   ",
        "INBOX  ",
        "",
        "Used by:",
        "  Message.messageChannel",
    ];
    assert_eq!(rest.lines().count(), expected.len(), "{output}");
    for (line, expected) in rest.lines().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
}

#[test]
fn shows_values_of_every_enum() {
    for schema in EnumSchema::all() {
        let output = show_output(schema.name);
        assert!(output.starts_with(&format!("{}: ", schema.name)), "{output}");
        let kind = if schema.open { "open" } else { "closed" };
        assert!(output.contains(&format!("\nKind: {kind} enum (unknown values are ")), "{output}");
        let mut lines = output.lines();
        for value in schema.values {
            let line = lines.find(|line| line.split(' ').next() == Some(*value)).unwrap();
            assert!(line.ends_with('.') || line.len() > 80, "{line}");
        }
        assert!(lines.any(|line| line == "Used by:"), "{output}");
        assert!(lines.next().is_some(), "{output}");
        assert_output_is_clean(&output);
    }
}

#[test]
fn shows_all_fields_that_use_enum() {
    let output = show_output("OsType");
    assert!(output.contains("\nUsed by:\n  Env.osType\n  DeviceInfo.osType\n"), "{output}");
}

#[test]
fn shows_sources_of_enums() {
    for (name, source) in
        [("Gender", "data dictionary"), ("CustomerBelongsTo", "endpoint notifyCardRegistration")]
    {
        assert!(show_output(name).contains(&format!("\nSource: {source}\n")), "{name}");
    }
}

#[test]
fn shows_constraints() {
    for (schema, words) in [
        ("Order", "at most 4096 characters; no special characters (@ # ?);"),
        ("Message", "one of SMS, PUSH, INBOX (enum MessageChannel)"),
        ("ContactInfo", "MOBILE_PHONE, TELEPHONE, EMAIL, or another value (open enum"),
        ("Merchant", "format iso18245; 1 to 32 characters"),
        ("Goods", "at least 1\n"),
        ("DeployAppInfo", "at most 50 elements; each element: at most 50"),
        ("NotifyCardRegistrationRequest", "at most 10 elements"),
    ] {
        assert!(show_output(schema).contains(words), "{}", show_output(schema));
    }
}

#[test]
fn shows_cross_field_rules() {
    for (schema, words) in [
        ("Address", "  longitude and latitude must be present together or not at all.\n"),
        ("MessageSendResult", "  retry is required if success is false.\n"),
        (
            "User",
            "  userName: at least one of fullName, firstName, middleName and lastName must be present.\n",
        ),
        ("ContactInfo", "  contactNo must match the format e164 if contactType is MOBILE_PHONE.\n"),
        (
            "MerchantSyncResponse",
            "  result: resultStatus must be S if resultCode is SUCCESS; F if resultCode is \
             PROCESS_FAIL,\n  PARAM_ILLEGAL, INVALID_API, ACCESS_DENIED or \
             REQUEST_TRAFFIC_EXCEED_LIMIT; U if resultCode is\n  UNKNOWN_EXCEPTION.\n",
        ),
    ] {
        assert!(show_output(schema).contains("\nCross-field rules:\n"), "{}", show_output(schema));
        assert!(show_output(schema).contains(words), "{}", show_output(schema));
    }
}

#[test]
fn shows_endpoints() {
    assert!(show_output("cancel").starts_with(
        "\
cancel: The endpoint that cancels a payment."
    ));
    assert!(show_output("sendInbox").contains("\nDeprecated: messageSend replaces it\n"));
    let output = show_output("CAPTURE");
    let expected = "\
Path: POST /v2/payments/capture
Caller: merchant
Callee: super app
Request: CaptureRequest
Response: CaptureResponse
Idempotency key: captureRequestId

Rules that relate the response to the request:
  If the request and the response both contain captureRequestId, the values must be equal.
  If the request and the response both contain paymentId, the values must be equal.
  If the request and the response both contain captureAmount/currency, the values must be equal.

Result codes (others are possible):
  SUCCESS                           S  ";
    assert!(output.contains(expected), "{output}");
    assert!(!show_output("pay").contains("Rules that relate"));
}

#[test]
fn explains_rules_of_responses() {
    let output = explain_output("CancelResponse.paymentRequestId");
    let expected = "\
Rules that relate the response to the request:
  If the request and the response both contain paymentRequestId, the values must be equal, unless
  the request contains paymentId.
";
    assert!(output.contains(expected), "{output}");
    assert!(explain_output("minItems").ends_with(
        "\
Fields that can have this violation:
  PlatformMessageSendResponse: messageSendResults
"
    ));
}

#[test]
fn omits_empty_cross_field_rules() {
    assert!(!show_output("Order").contains("Cross-field"));
}

// Explanations.

/// Returns the output of `mpp explain`.
fn explain_output(topic: &str) -> String {
    let result = Mpp::without_files().run(&["explain", topic]);
    assert_eq!((&*result.stderr, result.status), ("", Some(0)), "{topic}");
    for line in result.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
        assert!(!line.contains("```"), "{line}");
    }
    result.stdout
}

/// Returns the indented lines between a title and the next empty line.
fn lines_below<'a>(output: &'a str, title: &str) -> Vec<&'a str> {
    let lines = output.lines().skip_while(|line| *line != title).skip(1);
    lines.take_while(|line| !line.is_empty()).map(str::trim_start).collect()
}

/// Returns every code, in the order in which `mpp explain` lists them.
fn explained_codes() -> Vec<String> {
    let result = Mpp::without_files().run(&["explain"]);
    assert_eq!((&*result.stderr, result.status), ("", Some(0)));
    let codes = lines_below(&result.stdout, "Violation codes:");
    codes.into_iter().map(|line| first_word(line).to_owned()).collect()
}

#[test]
fn lists_codes_with_one_line_each() {
    let result = Mpp::without_files().run(&["explain"]);
    let mut lines = result.stdout.lines();
    assert_eq!(lines.next(), Some("Violation codes:"));
    for line in lines {
        assert!(line.starts_with("  ") && line.ends_with('.') && line.len() <= 100, "{line}");
    }
    let codes = explained_codes();
    for code in ["required", "maxLength", "tooMany", "syntax"] {
        assert!(codes.iter().any(|known| known == code), "{codes:?}");
    }
}

#[test]
fn explains_every_code() {
    for code in explained_codes() {
        let output = explain_output(&code);
        assert!(output.starts_with(&format!("{code}: ")), "{output}");
        assert!(output.contains("\nParameters:"), "{output}");
        assert!(output.contains("\nPolicy: "), "{output}");
        assert_eq!(output.contains("\nInvalid `"), code != "other", "{output}");
        assert_eq!(output, explain_output(&code.to_uppercase()));
    }
}

#[test]
fn explains_constants() {
    assert_eq!(
        explain_output("const"),
        "\
const: The value differs from the one that another field determines. Each known result code requires
a specific result status, and the IDs in a response must equal those in the request.

Parameters:
  `value`: the only valid value. If the request determines the value, `equalTo` is present instead:
  the path of the value in the request.

Invalid `MerchantSyncResponse`:
  {\"result\": {\"resultStatus\": \"F\", \"resultCode\": \"SUCCESS\"}}

Violations:
  [{
    \"path\": \"/result/resultStatus\",
    \"code\": \"const\",
    \"message\": \"must be S\",
    \"params\": {\"value\": \"S\"}
  }]

Valid `MerchantSyncResponse`:
  {\"result\": {\"resultStatus\": \"S\", \"resultCode\": \"SUCCESS\"}}

Policy: a policy cannot change this rule.

Interpretation of the specification:
  L5   The responses of all endpoints except `notifyCardRegistration` and `platformMessageSend`:
       each result code in the endpoint's table requires the status that the table specifies for it.
       In particular, the status `S` is invalid with a code whose status is not `S`. Other codes may
       have any known status, so `S` with an unknown code is valid. An unknown status is also an
       `enum` violation
       `const` at `/result/resultStatus`
  E19  IDs in both the request and the response
       Where the tables of the request and the response of an endpoint contain the same ID
       (`paymentId`, `paymentRequestId`, `refundId`, `refundRequestId`, `captureRequestId`,
       `voidRequestId`), and both contain a value, the values are equal, whatever the status. Case
       and whitespace are significant. A response without the ID is valid.
  E20  Requests with both the ID of the receiver and that of the sender
       `paymentId` takes precedence at `cancel`, and `refundId` at `inquiryRefund`, as documented;
       `paymentId` also takes precedence at `inquiryPayment`, whose documentation is silent. In this
       case, the `paymentRequestId` or `refundRequestId` in the response may differ from the one in
       the request.
  E21  The captured amount in the response of `capture`
       Its currency is that of the amount in the request. Its value may differ, because the
       documentation does not say that an amount is captured in full. The responses of `refund` and
       `void` contain no amount.

Fields that can have this violation:
  Result: resultStatus
  InquiryPaymentResponse: paymentId, paymentRequestId
  CaptureResponse: captureRequestId, paymentId, captureAmount
  CancelResponse: paymentId, paymentRequestId
  VoidResponse: voidRequestId
  InquiryRefundResponse: refundId, refundRequestId
"
    );
}

#[test]
fn lists_fields_of_codes() {
    for (code, line) in [
        ("minLength", "  Merchant: merchantMCC\n"),
        ("maxItems", "  User: userAddresses, loginIdInfos, contactInfos\n"),
        ("dependentRequired", "  Address: longitude, latitude\n"),
        ("anyOf", "  User: userName\n"),
        ("format", "  ContactInfo: contactNo\n"),
        ("type", "\nFields that can have this violation: all.\n"),
    ] {
        assert!(explain_output(code).contains(line), "{code}");
    }
    for code in ["pattern", "additionalProperties", "tooMany", "syntax"] {
        assert!(!explain_output(code).contains("Fields that can"), "{code}");
    }
}

#[test]
fn explains_fields() {
    assert_eq!(
        explain_output("User.birthDate"),
        "\
User.birthDate: The date of birth, with a time and a UTC offset.
Source: data dictionary
Confidence: specification
Type: Datetime
Required: no
Sensitive: yes
Constraints: format date-time
Example: \"2022-06-01T12:01:01+08:00\"

Formats:
  date-time: a date-time with an offset, such as 2019-11-27T12:01:01+08:30

Violation codes:
  type       The value has the wrong JSON type.
  format     A string does not match the format of its field.
  duplicate  A field occurs more than once in an object.

Deviations that a policy can allow:
  dateOnly
  unixMillis
  compactOffset

Limits that a policy file can set:
  fields.User.birthDate.minLength
  fields.User.birthDate.maxLength
  fields.User.birthDate.forbiddenCharacters
  fields.User.birthDate.pattern
  fields.User.birthDate.enum
  fields.User.birthDate.unconstrained
"
    );
    assert_eq!(explain_output("user.birthdate"), explain_output("User.birthDate"));
}

#[test]
fn explains_fields_with_their_rules() {
    for (field, rule) in [
        ("Address.latitude", "  Address: longitude and latitude must be present together"),
        ("UserName.lastName", "  User.userName: at least one of fullName,"),
        ("MessageSendResult.success", "  MessageSendResult: retry is required if success is false"),
        ("Result.resultStatus", "  MerchantSyncResponse.result: resultStatus must be S if"),
        ("Result.resultStatus", "  PlatformMessageSendResponse: messageSendResults is required if"),
    ] {
        assert!(explain_output(field).contains(rule), "{}", explain_output(field));
    }
    assert!(!explain_output("Order.goods").contains("Cross-field rules"));
}

/// Returns the type and the name of the field at a path.
fn field_at(schema: &'static Schema, path: &str) -> Option<(&'static str, &'static str)> {
    let (mut object, mut found) = (Some(schema), None);
    for name in path.split('/').skip(1) {
        // An array index does not change the field.
        if name.parse::<usize>().is_err() {
            let field = object?.field(name)?;
            found = Some((object?.name, field.name));
            object = field.value_type.object_schema();
        }
    }
    found
}

/// Returns the codes that occur in the conformance suite, for each field.
fn codes_in_conformance_suite() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for schema in Schema::ALL {
        let file = format!("{}/tests/conformance/{}.json", env!("CARGO_MANIFEST_DIR"), schema.name);
        let suite: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let vectors = suite["vectors"].as_array().unwrap().iter();
        for violation in vectors.flat_map(|vector| vector["violations"].as_array().unwrap()) {
            let path = violation["path"].as_str().unwrap();
            if let Some((owner, field)) = field_at(schema, path) {
                let code = violation["code"].as_str().unwrap().to_owned();
                found.insert((format!("{owner}.{field}"), code));
            }
        }
    }
    found
}

/// Returns the fields of all types in the form `TYPE.FIELD`.
fn all_fields() -> impl Iterator<Item = String> {
    let fields = |schema: &'static Schema| schema.fields.iter().map(move |field| (schema, field));
    let all = Schema::ALL.iter().flat_map(move |schema| fields(schema));
    all.map(|(schema, field)| format!("{}.{}", schema.name, field.name))
}

#[test]
fn explains_exactly_codes_of_conformance_suite() {
    let mut explained = BTreeSet::new();
    for field in all_fields() {
        for line in lines_below(&explain_output(&field), "Violation codes:") {
            explained.insert((field.clone(), first_word(line).to_owned()));
        }
    }
    let found = codes_in_conformance_suite();
    let unexplained: Vec<_> = found.difference(&explained).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    // The conformance suite has no documents that are large enough to exceed the limits of the
    // policy, and no requests together with their responses.
    for (field, code) in explained.difference(&found) {
        let is_of_exchange = ["const", "enum", "minItems"].contains(&code.as_str())
            && explain_output(field).contains("\nRules that relate the response to the request:\n");
        let is_of_policy = ["maxItems", "maxProperties"].contains(&code.as_str());
        assert!(is_of_policy || is_of_exchange, "{field} {code}");
    }
}

#[test]
fn explained_limits_are_valid_in_policy_files() {
    const SAMPLES: [(&str, &str); 9] = [
        ("minLength", "0"),
        ("maxLength", "100"),
        ("forbiddenCharacters", "'none'"),
        ("pattern", "'.*'"),
        ("enum", "['SG']"),
        ("minimum", "1"),
        ("maximum", "1"),
        ("maxItems", "1"),
        ("unconstrained", "true"),
    ];
    for field in all_fields() {
        let output = explain_output(&field);
        let limits = lines_below(&output, "Limits that a policy file can set:");
        for (keyword, value) in SAMPLES {
            let limit = format!("fields.{field}.{keyword}");
            let applies = match Policy::from_toml(&format!("{limit} = {value}")) {
                Ok(_) => keyword != "unconstrained" || limits.len() > 1,
                Err(error) => !error.message().contains(" applies to "),
            };
            assert_eq!(limits.contains(&&*limit), applies, "{limit}");
        }
    }
}

#[test]
fn suggests_codes_and_fields_for_unknown_topics() {
    for (topic, error) in [
        ("maxLenght", "unknown violation code `maxLenght`; did you mean `maxLength`"),
        ("Order.good", "unknown field of Order: `good`; did you mean `goods`?"),
        ("Ordr.goods", "unknown type `Ordr`; did you mean `Order`"),
        ("Order", "`Order` is not a violation code; `mpp show Order` shows it"),
    ] {
        let result = Mpp::without_files().run(&["explain", topic]);
        assert_eq!((&*result.stdout, result.status), ("", Some(2)), "{result:?}");
        assert!(result.stderr.contains(error), "{result:?}");
    }
}

// Samples and exports.

#[test]
fn generates_valid_and_reproducible_samples() {
    let mpp = Mpp::without_files();
    let sample = |seed| mpp.run(&["sample", "User", "--count", "20", "--seed", seed]);
    let first = sample("7").stdout;
    assert_eq!(first, sample("7").stdout);
    assert_ne!(first, sample("8").stdout);
    let check = ["check", "--type", "User", "--lines"];
    mpp.run_with(&check, first.as_bytes()).assert_output(0, &["20 documents: 20 valid, 0 invalid"]);
}

#[test]
fn generates_samples_for_policy() {
    let mpp = Mpp::without_files();
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/tenant.toml");
    let fuzz = ["sample", "Order", "--policy", policy, "--count", "20", "--fuzz"];
    let sample = mpp.run(&fuzz).stdout;
    let check = ["check", "--lines", "--type", "Order", "--policy", policy];
    let checked = mpp.run_with(&check, sample.as_bytes());
    assert_eq!(checked.status, Some(0), "{checked:?}");
    assert!(checked.stdout.contains("20 documents: 20 valid ("), "{checked:?}");
    // The policy allows amounts as strings, so some samples are invalid under the strict policy.
    let strict = ["check", "--lines", "--type", "Order"];
    assert_ne!(mpp.run_with(&strict, sample.as_bytes()).status, Some(0));
}

#[test]
fn counts_rejects_per_sample() {
    let policy = "[fields.User.birthDate]\npattern = '(19|20)[0-9]{2}-.*'";
    let mpp = Mpp::new("rejects_per_sample").with_file("policy.toml", policy);
    let sample = |count, max_rejects| {
        let arguments = ["sample", "User", "--policy", "policy.toml", "--count", count];
        let mut command = mpp.command(&arguments);
        RunResult::from(command.env("PROPTEST_MAX_LOCAL_REJECTS", max_rejects).output().unwrap())
    };
    let result = sample("300", "500");
    assert_eq!((result.stdout.lines().count(), result.status, &*result.stderr), (300, Some(0), ""));
}

#[test]
fn gives_up_on_impossible_samples() {
    let mpp = Mpp::new("impossible_samples").with_file("policy.toml", "maxDepth = 1");
    let start = std::time::Instant::now();
    let result = mpp.run(&["sample", "Order", "--policy", "policy.toml"]);
    let error = "mpp: cannot generate a document that satisfies the policy: too many values were \
                 rejected\n";
    assert_eq!((result.status, &*result.stderr), (Some(2), error));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn gives_up_on_too_long_samples() {
    let mpp = Mpp::new("long_samples")
        .with_file("short.toml", "maxBytes = 40")
        .with_file("long.toml", "maxBytes = 1000000");
    let sample = |arguments: &[&str]| {
        let start = std::time::Instant::now();
        let result = mpp.run(&[&["sample", "Order", "--fuzz", "--policy"], arguments].concat());
        (result, start.elapsed())
    };
    let (result, reference) = sample(&["long.toml", "--count", "100"]);
    assert_eq!(result.status, Some(0), "{result:?}");
    let (result, time) = sample(&["short.toml"]);
    assert_eq!(result.status, Some(2), "{result:?}");
    // The reference takes the load of the machine into account.
    let limit = Duration::from_secs(5) + 8 * reference;
    assert!(time < limit, "{time:?} (limit: {limit:?})");
}

#[test]
fn generates_invalid_samples() {
    let mpp = Mpp::without_files();
    let sample = mpp.run(&["sample", "Order", "--count", "5", "--invalid"]).stdout;
    let checked = mpp.run_with(&["check", "--type", "Order", "--lines"], sample.as_bytes());
    let count = checked.stdout.lines().last().unwrap();
    assert!(count.starts_with("5 documents: 0 valid, 5 invalid, "), "{count}");
}

#[test]
fn samples_are_readable_without_fuzz_option() {
    let mpp = Mpp::without_files();
    let arguments = ["sample", "Order", "--count", "50"];
    for more in [&[][..], &["--fuzz"]] {
        let samples = mpp.run(&[&arguments, more].concat()).stdout;
        let is_readable =
            samples.lines().all(|line| line.chars().all(|c| (' '..='~').contains(&c)));
        assert_eq!(is_readable, more.is_empty(), "{more:?}");
    }
}

/// Returns the lines of `mpp sample --expected`, as documents and lists of violations.
fn expected_samples(arguments: &[&str]) -> Vec<(String, serde_json::Value)> {
    let arguments = [&["sample", "--expected", "--count", "30"], arguments].concat();
    let lines = Mpp::without_files().run(&arguments).stdout;
    let vectors = lines.lines().map(|line| line.parse::<serde_json::Value>().unwrap());
    vectors
        .map(|vector| (vector["json"].as_str().unwrap().to_owned(), vector["violations"].clone()))
        .collect()
}

#[test]
fn sample_expects_violations_that_check_reports() {
    for more in [&["Order", "--invalid"][..], &["Order", "--invalid", "--fuzz"]] {
        let samples = expected_samples(more);
        let (documents, expected): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
        let check = ["check", "--type", "Order", "--lines", "--format", "json"];
        let checked = Mpp::without_files().run_with(&check, documents.join("\n").as_bytes());
        let found = checked.stdout.lines().map(|line| {
            let result: serde_json::Value = line.parse().unwrap();
            let mut pairs: Vec<_> = result["violations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| serde_json::json!({"path": one["path"], "code": one["code"]}))
                .collect();
            pairs.sort_by_key(|pair| (pair["path"].to_string(), pair["code"].to_string()));
            pairs
        });
        let sorted = expected.iter().map(|violations| {
            let mut violations = violations.as_array().unwrap().clone();
            violations.sort_by_key(|pair| (pair["path"].to_string(), pair["code"].to_string()));
            violations
        });
        assert!(found.eq(sorted), "{more:?}");
    }
}

#[test]
fn expected_samples_preserve_duplicate_fields() {
    let samples = expected_samples(&["Category", "--invalid"]);
    let mut duplicates = samples.iter().filter(|(json, violations)| {
        let is_duplicate = violations.to_string().contains("duplicate");
        is_duplicate && json.matches("categoryId").count() == 2
    });
    assert!(duplicates.next().is_some(), "{samples:?}");
}

#[test]
fn valid_samples_have_no_expected_violations() {
    let samples = expected_samples(&["Order"]);
    assert_eq!(samples.len(), 30);
    assert!(samples.iter().all(|(_, violations)| *violations == serde_json::json!([])));
}

#[test]
fn prints_json_schema() {
    for arguments in [&["schema", "Order"][..], &["schema", "--all"]] {
        let result = Mpp::without_files().run(arguments);
        assert_eq!(result.status, Some(0));
        let schema: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
        assert_eq!(schema["$defs"]["Order"]["type"], "object");
    }
}

#[test]
fn requires_type_or_all_option_for_schema() {
    for arguments in [&["schema"][..], &["schema", "Order", "--all"]] {
        assert_eq!(Mpp::without_files().run(arguments).status, Some(2));
    }
}

#[test]
fn prints_policy_limits_in_json_schema() {
    let mpp = Mpp::new("schema_policy")
        .with_file("tenant.toml", "fields.Order.referenceOrderId.pattern = '[0-9]+'")
        .with_file("invalid.toml", "fields.Order.referenceOrderId.pattern = 1");
    for arguments in [&["schema", "Order"][..], &["schema", "--all"]] {
        let result = mpp.run(&[arguments, &["--policy", "tenant.toml"]].concat());
        let schema: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
        let field = &schema["$defs"]["Order"]["properties"]["referenceOrderId"];
        assert!(field.to_string().contains(r"^(?:[0-9]+)(?![\\s\\S])"), "{field}");
        assert_eq!(
            mpp.run(&[arguments, &["--policy", "strict"]].concat()).stdout,
            mpp.run(arguments).stdout
        );
    }
    let result = mpp.run(&["schema", "Order", "--policy", "invalid.toml"]);
    let expected =
        "mpp: invalid.toml:1:41: not a valid policy file: pattern must be a string, not a number\n";
    assert_eq!((result.status, &*result.stdout, &*result.stderr), (Some(2), "", expected));
}

#[test]
fn prints_committed_openapi_document() {
    let committed = include_str!("../schema/openapi.json");
    let is_current = Mpp::without_files().run(&["openapi"]).stdout == committed;
    assert!(is_current, "schema/openapi.json is not the output of `mpp openapi`");
}

#[test]
fn prints_committed_types() {
    for (format, committed) in [
        ("typescript", include_str!("../schema/miniprogram-protocol.d.ts")),
        ("json-schema", include_str!("../schema/types.json")),
    ] {
        let printed = Mpp::without_files().run(&["types", "--format", format]).stdout;
        assert!(printed == committed, "{format}: run `cargo test --test schema` with UPDATE=1");
    }
}

fn reference() -> serde_json::Value {
    let printed = Mpp::without_files().run(&["types", "--format", "json"]).stdout;
    serde_json::from_str(&printed).unwrap()
}

/// Returns the strings with the given key in the objects of an array.
fn strings<'a>(array: &'a serde_json::Value, key: &str) -> Vec<&'a str> {
    array.as_array().unwrap().iter().map(|each| each[key].as_str().unwrap()).collect()
}

#[test]
fn prints_all_definitions_as_json() {
    let reference = reference();
    let names: Vec<_> = Schema::ALL.iter().map(|schema| schema.name).collect();
    assert_eq!(strings(&reference["types"], "name"), names);
    for (schema, printed) in Schema::ALL.iter().zip(reference["types"].as_array().unwrap()) {
        let fields: Vec<_> = schema.fields.iter().map(|field| field.name).collect();
        assert_eq!(strings(&printed["fields"], "name"), fields, "{}", schema.name);
    }
    let enums: Vec<_> = EnumSchema::all().map(|schema| schema.name).collect();
    assert_eq!(strings(&reference["enums"], "name"), enums);
    let endpoints: Vec<_> = EndpointMetadata::ALL.iter().map(|each| each.name).collect();
    assert_eq!(strings(&reference["endpoints"], "name"), endpoints);
    let pages = include_str!("../VIOLATION-CODES.md").lines();
    let codes: Vec<_> = pages.filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<_> = codes.iter().map(|code| code.trim_matches('`')).collect();
    assert_eq!(strings(&reference["codes"], "code"), codes);
    let rows = include_str!("../SPEC-INTERPRETATION.md").lines();
    let cells = rows.filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let is_number = |cell: &&str| cell.get(1..).is_some_and(|rest| rest.parse::<u8>().is_ok());
    let numbers: Vec<_> = cells.filter(is_number).collect();
    assert_eq!(numbers.first(), Some(&"J1"));
    assert_eq!(strings(&reference["interpretations"], "number"), numbers);
    assert_eq!(reference["codes"][14]["documents"][0], "RedirectActionForm");
    assert_eq!(
        reference["types"][3]["fields"][1],
        serde_json::json!({
            "name": "value",
            "type": "Integer",
            "object": null,
            "enum": null,
            "format": null,
            "required": true,
            "sensitive": false,
            "constraints": ["0 to 2147483647"],
            "description": "The value, in the smallest unit of the currency: USD 100.00 is 10000.",
            "example": "10000",
            "rules": [],
            "exchangeRules": [],
            "codes": ["required", "type", "minimum", "maximum", "duplicate"],
            "deviations": ["amountAsString"],
            "limits": ["minimum", "maximum", "unconstrained"],
        })
    );
}

#[test]
fn prints_differences_of_editions_as_json() {
    let reference = reference();
    let editions = &reference["editions"];
    let names: Vec<_> = Edition::ALL.iter().map(|edition| edition.name()).collect();
    assert_eq!(strings(editions, "name"), names);
    let none = serde_json::json!([]);
    assert_eq!((&editions[0]["types"], &editions[0]["endpoints"]), (&none, &none));
    let mpp = Mpp::without_files();
    for edition in editions.as_array().unwrap() {
        let name = edition["name"].as_str().unwrap();
        for printed in edition["types"].as_array().unwrap() {
            let shown = mpp.run(&["show", printed["name"].as_str().unwrap(), "--edition", name]);
            // `mpp show` breaks lines between words.
            let shown = shown.stdout.split_whitespace().collect::<String>();
            for field in printed["fields"].as_array().unwrap() {
                let constraints: Vec<_> = field["constraints"].as_array().unwrap().iter().collect();
                let head = [&field["name"], &field["type"]].map(|text| text.as_str().unwrap());
                let required = if field["required"] == true { "yes" } else { "" };
                let first = constraints.first().map_or("", |text| text.as_str().unwrap());
                let row = [&head.concat(), required, first].concat();
                let row: String = row.split_whitespace().collect();
                assert!(shown.contains(row.get(..row.len().min(60)).unwrap()), "{name}: {row}");
            }
        }
        for printed in edition["endpoints"].as_array().unwrap() {
            let shown = mpp.run(&["show", printed["name"].as_str().unwrap(), "--edition", name]);
            let path = printed["paths"][0].as_str().unwrap();
            assert!(shown.stdout.contains(&format!("Path: POST {path}\n")), "{name}: {path}");
        }
    }
}

#[test]
fn applies_policy_to_openapi() {
    let amount = |arguments: &[&str]| {
        let result = Mpp::without_files().run(arguments);
        let document: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
        document.pointer("/components/schemas/Amount/properties/value/type").cloned()
    };
    assert_eq!(amount(&["openapi"]), Some("integer".into()));
    let lenient = amount(&["openapi", "--policy", "lenient"]);
    assert_eq!(lenient, Some(serde_json::json!(["integer", "string"])));
}

#[test]
fn prints_only_requested_endpoint_in_openapi() {
    let result = Mpp::without_files().run(&["openapi", "notifyCardRegistration"]);
    let document: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    let names = |pointer: &str| -> Vec<_> {
        document.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names("/paths"), ["/v2/pds/memberships/notifyCardRegistration"]);
    assert_eq!(
        names("/components/schemas"),
        [
            "CardField",
            "CardFieldCode",
            "CustomerBelongsTo",
            "NotifyCardRegistrationRequest",
            "NotifyCardRegistrationResponse",
            "Result",
            "ResultCode",
            "ResultStatus",
        ]
    );
}

#[test]
fn suggests_and_lists_endpoints_for_unknown_endpoint() {
    let result = Mpp::without_files().run(&["openapi", "notifyCard"]);
    assert_eq!(result.status, Some(2));
    let expected = "unknown endpoint `notifyCard`; did you mean `notifyCardRegistration`";
    assert!(result.stderr.contains(expected), "{result:?}");
    assert!(
        result.stderr.contains("merchantSync, operatorSync, inquireOperatorInfo, "),
        "{}",
        result.stderr
    );
}

// Help, completions and man pages.

/// Returns the names of the subcommands in the help output.
fn subcommands() -> Vec<String> {
    let help = Mpp::without_files().run(&["--help"]).stdout;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty()).map(first_word);
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Returns the examples in a help output, without their descriptions.
fn examples(help: &str) -> Vec<&str> {
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{help}"));
    let lines = examples.lines().map(str::trim_start);
    lines.map(|line| line.split("  ").next().unwrap()).collect()
}

#[cfg(unix)]
const REFUND_REQUEST: &str =
    r#"{"refundRequestId":"R-1","refundAmount":{"currency":"USD","value":1}}"#;

/// Creates a command whose working directory and home directory contain the files that the examples
/// use.
#[cfg(unix)]
fn mpp_with_example_files() -> Mpp {
    let mpp = Mpp::new("examples")
        .with_file("order.json", VALID_ORDER)
        .with_file("orders.ndjson", VALID_ORDER)
        .with_file("pay.json", PAYMENT_OF_VERSION_1)
        .with_file("tenant.toml", include_str!("../examples/policies/tenant.toml"));
    let mpp = mpp.with_file("mpp.toml", "[[check]]\nfiles = ['order*.json']\ntype = 'auto'\n");
    let mpp = mpp.with_file("request.json", REFUND_REQUEST).with_file("response.json", "{}");
    let mpp = mpp.with_file("refunds.ndjson", "{}").with_file("exchanges.ndjson", "{}");
    let mpp = mpp.with_file("orders-array.json", format!("[{VALID_ORDER}]"));
    let mpp = mpp.with_file("response.json", format!(r#"{{"data":{{"orders":[{VALID_ORDER}]}}}}"#));
    let mpp = mpp.with_file("log.ndjson", format!(r#"{{"payload":{VALID_ORDER}}}"#));
    for directory in
        ["orders", ".zfunc", ".local/share/bash-completion/completions", ".config/fish/completions"]
    {
        fs::create_dir_all(mpp.directory.join(directory)).unwrap();
    }
    mpp.with_file("orders/1.json", VALID_ORDER).with_file("orders.ndjson.gz", gzip(VALID_ORDER))
}

#[cfg(unix)]
#[test]
fn examples_in_help_work() {
    let mpp = mpp_with_example_files();
    // `jq` may not be installed, and `curl` would need network access.
    let functions = "jq() { cat; }; curl() { cat order.json; }; mpp() { \"$MPP\" \"$@\"; }";
    let pages = subcommands().into_iter().map(|name| vec![name, "--help".to_owned()]);
    for page in pages.chain([vec!["--help".to_owned()]]) {
        let page: Vec<_> = page.iter().map(String::as_str).collect();
        let help = mpp.run(&page).stdout;
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{help}");
        for example in examples {
            // Unoptimized builds take a long time to generate many documents.
            let example = example.replace("--count 1000", "--count 10");
            let mut bash = Command::new("bash");
            bash.args(["-o", "pipefail", "-c", &format!("{functions}\n{example}")]);
            bash.current_dir(&mpp.directory).stdin(Stdio::null());
            bash.env("HOME", &mpp.directory).env("MPP", env!("CARGO_BIN_EXE_mpp"));
            let output = bash.output().unwrap();
            assert!(matches!(output.status.code(), Some(0 | 1)), "{example}: {output:?}");
            assert!(output.stderr.is_empty(), "{example}: {output:?}");
        }
    }
}

#[test]
fn help_has_examples_for_every_subcommand() {
    assert!(subcommands().len() >= 8);
    for name in subcommands() {
        let command = format!("mpp {name}");
        let help = Mpp::without_files().run(&[&*name, "--help"]).stdout;
        assert!(examples(&help).iter().any(|example| example.contains(&command)), "{help}");
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}

/// Returns the words that bash suggests for the last of the given words.
#[cfg(unix)]
fn bash_completions(words: &[&str]) -> Vec<String> {
    let script = Mpp::without_files().run(&["completions", "bash"]);
    script.assert_success();
    let complete = r#"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _mpp mpp "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("{}{complete}", script.stdout), "bash", "mpp"]).args(words);
    let result = RunResult::from(bash.output().unwrap());
    result.assert_success();
    result.stdout.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bash_completes_subcommands_and_names() {
    let mut commands = bash_completions(&[""]);
    commands.retain(|word| !word.starts_with('-') && word != "help");
    assert_eq!(commands, subcommands());

    let types: Vec<_> = Schema::ALL.iter().map(|schema| schema.name.to_owned()).collect();
    let auto = vec!["auto".to_owned()];
    assert_eq!(bash_completions(&["check", "--type", ""]), [types, auto].concat());
    assert_eq!(
        bash_completions(&["sample", "Merchant"]),
        ["Merchant", "MerchantStore", "MerchantSyncRequest", "MerchantSyncResponse"]
    );
    assert_eq!(bash_completions(&["schema", "Deploy"]), ["DeployAppInfo"]);
    assert_eq!(bash_completions(&["show", "MessageC"]), ["MessageChannel"]);
    assert_eq!(bash_completions(&["explain", "maxL"]), ["maxLength"]);
    assert_eq!(bash_completions(&["show", "notifyC"]), ["notifyCardRegistration"]);
    assert_eq!(bash_completions(&["openapi", "notifyC"]), ["notifyCardRegistration"]);
    assert_eq!(bash_completions(&["check-exchange", "--endpoint", "notifyV"]), ["notifyVoid"]);
}

#[test]
fn prints_completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let result = Mpp::without_files().run(&["completions", shell]);
        result.assert_success();
        for name in subcommands() {
            assert!(result.stdout.contains(&name), "{shell}: {name}");
        }
    }
}

#[test]
fn writes_man_pages_for_every_subcommand() {
    let mpp = Mpp::new("man");
    for _ in 0..2 {
        mpp.run(&["man", "share/man1"]).assert_output(0, &[]);
    }
    let directory = mpp.directory.join("share/man1");
    let mut expected: Vec<_> =
        subcommands().iter().map(|name| format!("mpp-{name}.1")).chain(["mpp.1".into()]).collect();
    expected.sort();
    let mut found: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, expected);
    for name in found {
        let page = fs::read_to_string(directory.join(&name)).unwrap();
        let title = name.strip_suffix(".1").unwrap();
        assert!(page.contains(&format!(".TH {title} 1 ")), "{page}");
        assert!(page.contains("\n.SH EXAMPLES\n.nf\n  mpp "), "{page}");
    }
}

#[test]
fn reports_directories_that_cannot_be_created() {
    let result = Mpp::new("man_error").with_file("file", "").run(&["man", "file/man1"]);
    assert_eq!((result.status, &*result.stdout), (Some(2), ""), "{result:?}");
    assert!(result.stderr.starts_with("mpp: file/man1: "), "{result:?}");
}

#[test]
fn reports_man_pages_that_cannot_be_written() {
    let mpp = Mpp::new("man_write_error");
    fs::create_dir(mpp.directory.join("mpp-check.1")).unwrap();
    let result = mpp.run(&["man", "."]);
    assert_eq!((result.status, &*result.stdout), (Some(2), ""), "{result:?}");
    assert!(result.stderr.starts_with("mpp: ./mpp-check.1: "), "{result:?}");
}

// Reports with the lines of the documents.

/// Runs `mpp check` with a report that shows the lines of a document.
fn source_report(schema: &str, json: &[u8], options: &[&str]) -> String {
    let arguments = [&["check", "--type", schema, "--source", "always"], options].concat();
    let result = Mpp::without_files().run_with(&arguments, json);
    assert_eq!((result.status, &*result.stderr), (Some(1), ""), "{result:?}");
    result.stdout
}

#[test]
fn shows_lines_of_violations() {
    let json = b"{\n  \"currency\": \"usd\",\r\n\t\"value\": -1\n}";
    let expected = "\
error[format]: /currency must be a current ISO 4217 currency code
 --> -:2:15
  |
2 |   \"currency\": \"usd\",
  |               ^^^^^
  |
  = help: write the code in upper case

error[minimum]: /value must be at least 0
 --> -:3:11
  |
3 |     \"value\": -1
  |              ^^

1 document: 0 valid, 1 invalid, 2 violations
";
    assert_eq!(source_report("Amount", json, &[]), expected);
}

#[test]
fn places_carets_below_wide_characters() {
    let json = "{\"value\":1,\"\u{6f22}\u{1f980}\":2,\"currency\":\"x\"}";
    let report = source_report("Amount", json.as_bytes(), &["--show-sensitive"]);
    let carets = format!("  | {}^^^\n", " ".repeat(31));
    assert!(report.contains(&carets), "{report}");
}

#[test]
fn masks_sensitive_values_with_same_width() {
    let name = "\u{738b}\u{5c0f}\u{660e} Wang";
    let json = format!(r#"{{"fullName": "{name}", "lastName": "{}"}}"#, "x".repeat(33));
    let report = source_report("UserName", json.as_bytes(), &[]);
    let masked =
        format!(r#"{{"fullName": "{}", "lastName": "{}"}}"#, "*".repeat(11), "*".repeat(33));
    assert!(report.contains(&format!("1 | {masked}\n")), "{report}");
    let report = source_report("UserName", json.as_bytes(), &["--show-sensitive"]);
    assert!(report.contains(&json), "{report}");
}

#[test]
fn trims_long_lines_around_violations() {
    for padding in [0, 100, 10_000, 10_000_000] {
        let (before, after) = ("x".repeat(padding), "\u{6f22}".repeat(padding / 3));
        let json = format!(r#"{{"a":"{before}","currency":"usd","value":1,"b":"{after}"}}"#);
        let report = source_report("Amount", json.as_bytes(), &[]);
        assert!(report.contains(r#""currency":"usd","#), "{padding}: {report}");
        assert!(report.contains(&format!(" --> -:1:{}\n", padding + 20)), "{padding}: {report}");
        let width = |line: &str| line.chars().count();
        assert!(report.lines().map(width).max() <= Some(110), "{padding}: {report}");
        let mut lines = report.lines().skip_while(|line| !line.contains("\"usd\""));
        let (source, carets) = (lines.next().unwrap(), lines.next().unwrap());
        assert_eq!(source.find("\"usd\""), carets.find('^'), "{padding}: {report}");
    }
}

#[test]
fn trims_long_values() {
    for part in ["x", "\u{6f22}", "\u{1f980}", "e\u{301}", "\",\t\""] {
        for count in [20, 60, 500, 5_000_000] {
            let description = part.repeat(count);
            let start = br#"{"orderDescription": ["A"#;
            let json = [&start[..], description.as_bytes(), br#"Z"], "x": 1}"#].concat();
            let report = source_report("Order", &json, &["--show-sensitive"]);
            let mut lines = report.lines().skip_while(|line| !line.starts_with("1 |"));
            let (source, carets) = (lines.next().unwrap(), lines.next().unwrap());
            let width = console::measure_text_width;
            assert!(width(source) <= 100 && width(carets) <= 100, "{report}");
            let before_end = source.split_once("Z\"]").unwrap().0;
            assert_eq!(width(before_end) + 3, width(carets), "{report}");
            let before_start = source.split_once("[\"A").unwrap().0;
            assert_eq!(Some(width(before_start)), carets.find('^'), "{report}");
            assert!(!carets.trim_matches(['|', ' ', '^']).contains(['.', ' ']), "{report}");
        }
    }
}

#[test]
fn shows_no_control_characters_of_documents() {
    let json = "{\"\u{1b}[31m\u{202e}\": 1, \"currency\": \"\u{9b}x\u{7f}\"".as_bytes();
    for json in [json, b"{\"a\": \"\xff\xfe\", \"b\xc3", b"\xef\xbb\xbf{}", b"{\"a\":\x00}"] {
        let report = source_report("Amount", json, &["--show-sensitive"]);
        let is_control = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
        assert!(!report.contains(is_control), "{report:?}");
    }
}

#[test]
fn colors_reports_on_request() {
    let json = br#"{"currency":"USD"}"#;
    let colored = source_report("Amount", json, &["--color", "always"]);
    assert!(colored.contains("\u{1b}["), "{colored:?}");
    assert!(!source_report("Amount", json, &[]).contains('\u{1b}'));
    assert!(!source_report("Amount", json, &["--color", "never"]).contains('\u{1b}'));
}

#[test]
fn shows_no_lines_without_terminal() {
    let json = br#"{"currency":"USD","value":-1}"#;
    let expected =
        "-:1:27: minimum: /value must be at least 0\n1 document: 0 valid, 1 invalid, 1 violation\n";
    for options in [&[][..], &["--no-source"], &["--source", "never"], &["--source", "auto"]] {
        let arguments = [&["check", "--type", "Amount"], options].concat();
        let result = Mpp::without_files().run_with(&arguments, json);
        assert_eq!(result.stdout, expected);
    }
}

/// The image in the README shows the current report on `examples/report/order.json`.
#[test]
fn picture_shows_current_report() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/report");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpp"));
    command.current_dir(&directory).args(["check", "--type", "Order", "order.json"]);
    let report = command.args(["--source", "always", "--color", "always"]).output().unwrap();
    let report = String::from_utf8(report.stdout).unwrap();
    let svg = anstyle_svg::Term::new()
        .render_svg(&format!("$ mpp check --type Order order.json\n{report}"));
    let picture = directory.join("report.svg");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&picture, &svg).unwrap();
    }
    let current = fs::read_to_string(&picture).unwrap().replace("\r\n", "\n");
    assert_eq!(current, svg, "UPDATE=1 writes the picture");
}

#[test]
fn shows_lines_of_nested_documents() {
    let json = br#"{"no":1,"payload":"{\"currency\":\"\u20acx\",\"value\":1}"}"#;
    let report = source_report("Amount", json, &["--at", "/payload"]);
    let expected = "\
 --> -:1:34
  |
1 | {\"currency\":\"\u{20ac}x\",\"value\":1}
  |             ^^^^
";
    assert!(report.contains(expected), "{report}");
    let json = b"[{},\n  {\"currency\":\"x\",\n  \"value\":1}]";
    let report = source_report("Amount", json, &["--each"]);
    let expected = "\
 --> -:2:15
  |
2 | {\"currency\":\"x\",
  |             ^^^
";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn masks_values_of_documents_without_known_type() {
    for (json, options) in [
        (r#"{"value":"SECRET","x":"SECRET"}"#, &["auto"][..]),
        (r#"{"orderDescription":"SECRET"}"#, &["Order", "--at", "/payload"]),
        (r#"{"orderDescription":"SECRET""#, &["Order", "--at", "/payload"]),
    ] {
        let report = source_report(options[0], json.as_bytes(), &options[1..]);
        assert!(report.contains("1 | {") && !report.contains("SECRET"), "{report}");
    }
}

#[test]
fn shows_lines_of_tolerated_deviations() {
    let arguments = ["check", "--type", "Amount", "--policy", "lenient", "--source", "always"];
    let json = br#"{"currency":"USD","value":"1"}"#;
    let result = Mpp::without_files().run_with(&arguments, json);
    let expected = "\
tolerated[type]: /value must be an integer, not a string
 --> -:1:27
  |
1 | {\"currency\":\"USD\",\"value\":\"1\"}
  |                           ^^^

1 document: 1 valid (1 with tolerated deviations), 0 invalid
";
    assert_eq!((result.status, &*result.stdout), (Some(0), expected), "{result:?}");
}
