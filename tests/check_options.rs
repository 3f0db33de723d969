//! Checks the options of `mpp check` that choose documents, types and the exit status.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

#[path = "common/command.rs"]
mod command;

use command::{Mpp, RunResult};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::Stdio,
};

const VALID_AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const AMOUNT_WITHOUT_VALUE: &str = r#"{"currency":"USD"}"#;

// The exit status, and the number of documents.

#[test]
fn fails_on_the_chosen_results() {
    let deviating = r#"{"currency":"USD","value":"1"}"#;
    let mpp = Mpp::new("fail_on")
        .with_file("valid.json", VALID_AMOUNT)
        .with_file("deviating.json", deviating)
        .with_file("invalid.json", AMOUNT_WITHOUT_VALUE);
    for (choice, statuses) in
        [("violations", [0, 0, 1, 2]), ("tolerated", [0, 1, 1, 2]), ("never", [0, 0, 0, 2])]
    {
        let files = ["valid.json", "deviating.json", "invalid.json", "missing.json"];
        for (file, status) in files.into_iter().zip(statuses) {
            let arguments = ["check", "--type", "Amount", "--policy", "lenient", "--fail-on"];
            let result = mpp.run(&[&arguments[..], &[choice, file]].concat());
            assert_eq!(result.status, Some(status), "{choice} {file}: {result:?}");
        }
    }
    let result = mpp.run(&["check", "--type", "Amount", "invalid.json", "--fail-on", "errors"]);
    assert_eq!(result.status, Some(2), "{result:?}");
}

#[test]
fn stops_after_the_maximum_number_of_documents() {
    let lines = format!("{VALID_AMOUNT}\n\n{AMOUNT_WITHOUT_VALUE}\n").repeat(3);
    let mpp = Mpp::new("max_documents")
        .with_file("a.json", VALID_AMOUNT)
        .with_file("b.ndjson", lines)
        .with_file("c.json", VALID_AMOUNT);
    for (limit, expected) in [
        ("1", "mpp: stopped after 1 document: 2 files were not checked\n"),
        (
            "2",
            "mpp: stopped after 2 documents: the rest of b.ndjson and 1 more file were not checked\n",
        ),
        (
            "6",
            "mpp: stopped after 6 documents: the rest of b.ndjson and 1 more file were not checked\n",
        ),
        ("7", "mpp: stopped after 7 documents: 1 file was not checked\n"),
        ("8", ""),
        ("9", ""),
    ] {
        let check = ["check", "--type", "Amount", "--format", "json", "--max-documents", limit];
        let files = ["a.json", "b.ndjson", "c.json"];
        let result = mpp.run(&[&check[..], &files].concat());
        let count = limit.parse::<usize>().unwrap().min(8);
        assert_eq!(result.stdout.lines().count(), count, "{result:?}");
        assert_eq!(result.stderr, expected);
        assert_eq!(result.status, Some(i32::from(count > 2)), "{result:?}");
        let quiet = mpp.run(&[&check[..], &files, &["--quiet"]].concat());
        assert_eq!((&*quiet.stderr, &*quiet.stdout), ("", ""));
    }
}

#[test]
fn stops_threads_after_the_maximum() {
    // The command starts threads after a megabyte of input.
    let lines = format!("{}{VALID_AMOUNT}\n\n{{}}\n", " ".repeat(1_000)).repeat(3_000);
    let mpp = Mpp::new("max_documents_threads").with_file("a.ndjson", lines);
    for threads in ["1", "2", "7"] {
        let check = ["check", "--type", "Amount", "--max-documents", "4999", "--threads", threads];
        let result = mpp.run(&[&check[..], &["a.ndjson"]].concat());
        let last = result.stdout.lines().last();
        assert_eq!(last, Some("4999 documents: 2500 valid, 2499 invalid, 4998 violations"));
    }
}

#[test]
fn stops_before_the_next_document_arrives() {
    let mpp = Mpp::new("max_documents_stream");
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines"]);
    command.args(["--max-documents", "1"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{VALID_AMOUNT}").unwrap();
    // Standard input is still open.
    assert!(child.wait().unwrap().success());
    drop(stdin);
}

// The summary.

/// Documents with violations, tolerated deviations, and names that the sender chooses.
fn summarized_lines() -> String {
    let goods = r#"{"referenceGoodsId":"1","goodsName":"secret","goodsUnitAmount":{"value":-1}}"#;
    let order = format!(r#"{{"goods":[{goods},{goods}],"orderDescription":"secret"}}"#);
    format!("{order}\n{{}}\nsecret\n{order}\n").repeat(2)
}

#[test]
fn counts_violations_by_code_and_field() {
    let lines = concat!(
        r#"{"currency":"USD","value":1}"#,
        "\n",
        r#"{"currency":"€","value":-1}"#,
        "\n{\n",
        r#"{"currency":"USD","value":"1"}"#,
        "\n",
        r#"{"currency":"EUR","value":-1}"#,
    );
    let mpp = Mpp::new("summary").with_file("a.ndjson", lines);
    let check = ["check", "--type", "Amount", "--policy", "lenient", "--summary", "a.ndjson"];
    let result = mpp.run(&check);
    assert_eq!(
        result.stdout.lines().collect::<Vec<_>>(),
        [
            "Violations by code:",
            "  2  minimum",
            "  1  format",
            "  1  syntax",
            "  4  in total",
            "",
            "Violations by field:",
            "  2  minimum  Amount /value",
            "  1  syntax   Amount, the whole document",
            "  1  format   Amount /currency",
            "",
            "Tolerated deviations by code:",
            "  1  type",
            "  1  in total",
            "",
            "Tolerated deviations by field:",
            "  1  type  Amount /value",
            "",
            "5 documents: 2 valid (1 with tolerated deviations), 3 invalid, 4 violations",
        ],
        "{result:?}"
    );
    assert_eq!(result.status, Some(1));
    let json = mpp.run(&[&check[..], &["--format", "json"]].concat()).stdout;
    assert_eq!(
        json,
        concat!(
            r#"{"documents":5,"valid":2,"deviating":1,"invalid":3,"violations":{"total":4,"#,
            r#""codes":[{"code":"minimum","count":2},{"code":"format","count":1},"#,
            r#"{"code":"syntax","count":1}],"fields":["#,
            r#"{"type":"Amount","path":"/value","code":"minimum","count":2},"#,
            r#"{"type":"Amount","path":"","code":"syntax","count":1},"#,
            r#"{"type":"Amount","path":"/currency","code":"format","count":1}],"other":0},"#,
            r#""tolerated":{"total":1,"codes":[{"code":"type","count":1}],"#,
            r#""fields":[{"type":"Amount","path":"/value","code":"type","count":1}],"other":0}}"#,
            "\n",
        )
    );
}

#[test]
fn summaries_do_not_depend_on_threads() {
    let mut lines = summarized_lines();
    // The sender chooses the names, and there are more of them than the summary lists.
    for number in 0..3_000 {
        lines += &[r#"{"n0":1,"n0":1}"#, "\n"].concat().replace("n0", &format!("n{number}"));
        lines += &" ".repeat(500);
    }
    lines += &summarized_lines();
    let mpp = Mpp::new("summary_threads").with_file("a.ndjson", lines);
    for format in ["human", "json"] {
        let summary = |threads| {
            let check = ["check", "--type", "Order", "--summary", "--format", format];
            mpp.run(&[&check[..], &["--threads", threads, "a.ndjson"]].concat())
        };
        let one = summary("1");
        assert!(one.stdout.contains("/goods/*/goodsUnitAmount/value"), "{one:?}");
        assert!(!one.stdout.contains("secret"), "{one:?}");
        assert!(one.stdout.lines().count() < 1_100);
        let other = ["in other fields (only 1000 are listed)", r#""other":2"#];
        assert!(other.iter().any(|it| one.stdout.contains(it)), "{one:?}");
        for threads in ["2", "7"] {
            assert_eq!(summary(threads).stdout, one.stdout);
        }
    }
}

#[test]
fn summaries_have_two_formats() {
    let mpp = Mpp::new("summary_formats").with_file("a.json", VALID_AMOUNT);
    for format in ["sarif", "junit", "github", "gitlab", "checkstyle"] {
        let check = ["check", "--type", "Amount", "--summary", "a.json", "--format", format];
        let result = mpp.run(&check);
        assert_eq!(result.stderr, "mpp: --summary requires --format human or --format json\n");
        assert_eq!((result.status, &*result.stdout), (Some(2), ""));
    }
    let check = ["check", "--type", "Amount", "--summary", "a.json", "--output", "report.txt"];
    assert_eq!(mpp.run(&[&check[..], &["--quiet"]].concat()).stdout, "");
    let report = fs::read_to_string(mpp.directory.join("report.txt")).unwrap();
    assert_eq!(report, "1 document: 1 valid, 0 invalid\n");
}

// Envelopes.

/// Parses the JSON report on each line of the output.
fn parse_reports(result: &RunResult) -> Vec<Value> {
    result.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the text of the file at each violation of a report, and checks its line and column.
fn texts_at_violations<'a>(file: &'a str, report: &Value) -> Vec<&'a str> {
    let violations = report["violations"].as_array().unwrap();
    let text = |violation: &Value| {
        let number = |name| usize::try_from(violation["span"][name].as_u64().unwrap()).unwrap();
        let (before, rest) = file.split_at(number("offset"));
        let (line, column) = (number("line"), number("column"));
        assert_eq!(line, before.matches('\n').count() + 1, "{violation}");
        let last = before.rsplit('\n').next().unwrap();
        assert_eq!(column, last.chars().count() + 1, "{violation}");
        &rest[..number("length")]
    };
    violations.iter().map(text).collect()
}

const LOG: &str = concat!(
    r#"{"level":"é","payload":{"currency":"USD","value":-1}}"#,
    "\n\n",
    r#"{"payload":"{\"currency\":\"\\u00e9\",\"value\":\u002d2}"}"#,
    "\n",
    r#"{"level":"info"}"#,
    "\n",
    r#" {"a":1,"payload":{},"payload":{}}"#,
    "\n",
    r#"{"payload":{"currency":"USD","value":1}}"#,
    "\n",
    r#"{"payload":{"currency":"USD","value":1},}"#,
    "\n",
    r#"{"payload":"{\"currency\"}"}"#,
    "\n",
    r#"{"payload":"\ud800"}"#,
    "\n",
    r#"{"payload":null}"#,
    "\n",
);

#[test]
fn checks_documents_in_envelopes() {
    let mpp = Mpp::new("at").with_file("log.ndjson", LOG);
    let check = ["check", "--type", "Amount", "--at", "/payload", "log.ndjson"];
    let result = mpp.run(&[&check[..], &["--format", "json"]].concat());
    let reports = parse_reports(&result);
    let found: Vec<_> = reports
        .iter()
        .map(|report| {
            let codes: Vec<_> = report["violations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|violation| {
                    let (code, path) = (&violation["code"], &violation["path"]);
                    format!("{} {}", code.as_str().unwrap(), path.as_str().unwrap())
                })
                .collect();
            (report["line"].as_u64().unwrap(), codes, texts_at_violations(LOG, report))
        })
        .collect();
    let report = |line, codes: &[&str], texts: &[&'static str]| {
        (line, codes.iter().map(|code| (*code).to_owned()).collect(), texts.to_vec())
    };
    assert_eq!(
        found,
        [
            report(1, &["minimum /value"], &["-1"]),
            report(3, &["format /currency", "minimum /value"], &[r#"\"\\u00e9\""#, r"\u002d2"]),
            report(4, &["required "], &["{"]),
            report(5, &["duplicate "], &["{"]),
            report(6, &[], &[]),
            report(7, &["syntax "], &["}"]),
            report(8, &["syntax "], &["}"]),
            report(9, &["syntax "], &[r#""\ud800""#]),
            report(10, &["type "], &["null"]),
        ]
    );
    assert_eq!(result.status, Some(1));
    assert_eq!(reports[2]["violations"][0]["message"], "no value at /payload");
    assert_eq!(reports[3]["violations"][0]["message"], "several values at /payload");
    assert_eq!(reports[2]["violations"][0]["params"], serde_json::json!({}));
}

#[test]
fn checks_files_with_one_envelope() {
    let envelope = "{\n \"é\": [\n  {},\n  {\"currency\": \"USD\",\n   \"value\": -1}\n]}";
    let mpp = Mpp::new("at_file").with_file("a.json", envelope);
    let check = ["check", "--type", "Amount", "a.json", "--at"];
    let result = mpp.run(&[&check[..], &["/é/1", "--format", "json"]].concat());
    let reports = parse_reports(&result);
    assert_eq!(texts_at_violations(envelope, &reports[0]), ["-1"]);
    assert_eq!(reports[0]["line"], 1);
    let human = mpp.run(&[&check[..], &["/é/2"]].concat()).stdout;
    assert!(human.contains("a.json:2:7"), "{human}");
    assert!(human.contains("no value at /é/2"), "{human}");
    for (pointer, message) in [
        ("payload", "a JSON Pointer must begin with `/`, as in `/payload`"),
        (
            "/a~",
            "invalid escape sequence in the JSON Pointer: expected `~0` for `~` or `~1` for `/`",
        ),
        (&*"/a".repeat(33), "the JSON Pointer has more than 32 reference tokens"),
    ] {
        let result = mpp.run(&[&check[..], &[pointer]].concat());
        assert_eq!(result.status, Some(2));
        assert!(result.stderr.contains(message), "{result:?}");
    }
}

#[test]
fn envelopes_work_with_every_format() {
    let secret = LOG.replace(r#""é""#, r#""canary""#).replace("info", "canary");
    let long = format!("{}{secret}", " ".repeat(1_200_000));
    let mpp = Mpp::new("at_formats").with_file("log.ndjson", long);
    for format in ["human", "json", "sarif", "junit", "github", "gitlab", "checkstyle"] {
        let check = |threads| {
            let check = ["check", "--type", "Amount", "--at", "/payload", "--format", format];
            mpp.run(&[&check[..], &["--threads", threads, "log.ndjson"]].concat())
        };
        let one = check("1");
        assert!(!one.stdout.contains("canary"), "{one:?}");
        assert_eq!((one.status, &*one.stderr), (Some(1), ""));
        assert_eq!(one.stdout, check("3").stdout);
    }
}

// Arrays of documents.

const ARRAY: &str = concat!(
    "\n [{\"currency\":\"USD\",\"value\":1} ,{\"é\":1,\"currency\":\"USD\",\"value\":-1}\n",
    " , {\"currency\":\"EUR\",\n  \"value\": -2}, {\"currency\"}, , null]\n",
);

#[test]
fn checks_the_elements_of_arrays() {
    let mpp = Mpp::new("each").with_file("a.json", ARRAY);
    let check = ["check", "--type", "Amount", "--each", "a.json"];
    let result = mpp.run(&[&check[..], &["--format", "json"]].concat());
    let reports = parse_reports(&result);
    let found: Vec<_> = reports
        .iter()
        .map(|report| {
            let codes: Vec<_> = report["violations"].as_array().unwrap().iter().collect();
            let codes = codes.iter().map(|violation| violation["code"].as_str().unwrap());
            let (line, index) = (report["line"].as_u64(), report["index"].as_u64());
            (index.unwrap(), line.unwrap(), codes.collect(), texts_at_violations(ARRAY, report))
        })
        .collect();
    assert_eq!(
        found,
        [
            (0, 2, vec![], vec![]),
            (1, 2, vec!["minimum"], vec!["-1"]),
            (2, 3, vec!["minimum"], vec!["-2"]),
            (3, 4, vec!["syntax"], vec!["}"]),
            (4, 4, vec!["syntax"], vec![","]),
            (5, 4, vec!["type"], vec!["null"]),
        ]
    );
    assert_eq!(reports[1]["violations"][0]["path"], "/value");
    let human = mpp.run(&check).stdout;
    assert!(human.contains("element 1: /value must be at least 0"), "{human}");
    assert!(human.contains("6 documents: 1 valid, 5 invalid"), "{human}");
}

#[test]
fn reports_texts_that_are_not_arrays() {
    for (text, message) in [
        ("{}", "must be an array of documents"),
        ("", "must be an array of documents"),
        ("\u{feff}[]", "must be an array of documents"),
        ("[", "malformed JSON: unexpected end of input in the array"),
        ("[]]", "malformed JSON: trailing characters after the array"),
        ("[{\"currency\": \"USD\"", "malformed JSON: unexpected end of input in the array"),
    ] {
        let mpp = Mpp::new("each_errors").with_file("a.json", text);
        let check = ["check", "--type", "Amount", "--each", "a.json", "--format", "json"];
        let result = mpp.run(&check);
        let reports = parse_reports(&result);
        assert_eq!((reports.len(), result.status), (1, Some(1)), "{text}");
        assert_eq!(reports[0]["violations"][0]["message"], message);
        assert_eq!(
            texts_at_violations(text, &reports[0])[0].chars().count(),
            usize::from(text == "[]]")
        );
    }
    let mpp = Mpp::new("each_empty").with_file("a.json", " [ ] ");
    let result = mpp.run(&["check", "--type", "Amount", "--each", "a.json"]);
    assert_eq!(result.stdout, "0 documents: 0 valid, 0 invalid\n");
}

#[test]
fn reports_wrong_brackets_at_their_location() {
    let amount = VALID_AMOUNT;
    for (rest, location, text, message) in [
        (format!("{{\"a\":[1}}, {amount}]"), (3, 9), "}", "expected a comma or a closing bracket"),
        (format!("1}}, {amount}]"), (3, 3), "}", "trailing characters after the value"),
        (format!("{{\"a\":\"b}}, {amount}]"), (3, 14), "c", "expected a comma or a closing brace"),
        (
            format!("{{\"é\":{{]}}, {amount}]"),
            (3, 8),
            "]",
            "expected a field name in double quotes",
        ),
    ] {
        let array = format!("[{amount},\n{{}},\n {}", rest.replace("currency", "c"));
        let mpp = Mpp::new("each_brackets").with_file("a.json", &array);
        let check = ["check", "--type", "Amount", "--each", "a.json"];
        let result = mpp.run(&[&check[..], &["--format", "json"]].concat());
        let reports = parse_reports(&result);
        assert_eq!((result.status, reports.len(), &*result.stderr), (Some(1), 3, ""), "{array}");
        assert_eq!((&reports[0]["valid"], &reports[1]["valid"]), (&true.into(), &false.into()));
        let violation = &reports[2]["violations"][0];
        assert_eq!(violation["code"], "syntax");
        let found = violation["message"].as_str().unwrap();
        let found = found.strip_prefix("malformed JSON: ").unwrap();
        let (found, rest) = found.split_once("; ").unwrap();
        assert_eq!((found, rest), (message, "the rest of the array was not checked"));
        assert_eq!(texts_at_violations(&array, &reports[2]), [text]);
        let span = &violation["span"];
        assert_eq!((&span["line"], &span["column"]), (&location.0.into(), &location.1.into()));
        // The parameters contain the position relative to the element, which begins in the second
        // column.
        let params = &violation["params"];
        assert_eq!((&params["line"], &params["column"]), (&1.into(), &(location.1 - 1).into()));
        let human = mpp.run(&check).stdout;
        let line =
            format!("a.json:{}:{}: syntax: element 2: malformed JSON: ", location.0, location.1);
        assert!(human.contains(&line), "{human}");
    }
}

#[test]
fn shows_the_line_of_wrong_brackets() {
    let array = r#"[{"currency":"USD","value":[1}]"#;
    let mpp = Mpp::new("each_source").with_file("a.json", array);
    let result = mpp.run(&["check", "--type", "Amount", "--each", "--source", "always", "a.json"]);
    // The text after a wrong bracket is masked, because the fields in it are unknown.
    assert!(result.stdout.contains("\n1 | {\"currency\":\"USD\",\"value\":[1*\n"), "{result:?}");
}

#[test]
fn finds_missing_quotation_marks_in_elements() {
    let array = "[{\"currency\":\"USD,\"value\":1},{\"currency\":\"USD\",\"value\":1}";
    // A reader that only searches for closing quotation marks would read the array as one element.
    let array = format!("{array}{}]", format!(",{VALID_AMOUNT}").repeat(1_000));
    let mpp = Mpp::new("each_quotation_marks").with_file("a.json", &array);
    let result = mpp.run(&["check", "--type", "Amount", "--each", "a.json", "--format", "json"]);
    let reports = parse_reports(&result);
    assert_eq!(
        (reports.len(), texts_at_violations(&array, &reports[0])),
        (1, vec!["v"]),
        "{result:?}"
    );
}

#[test]
fn every_format_names_the_element() {
    let secret = ARRAY.replace("é", "canary").replace("EUR", "canary");
    let mpp = Mpp::new("each_formats").with_file("a.json", &secret);
    for (format, expected) in [
        ("human", "element 2: /value must be at least 0"),
        ("json", r#""line":3,"index":2,"#),
        ("sarif", r#""logicalLocations":[{"fullyQualifiedName":"/2","kind":"value"}]"#),
        ("junit", r#"<testcase name="a.json:3 (element 2)" classname="Amount">"#),
        ("github", "element 2: /value must be at least 0"),
        ("gitlab", "element 2: /value must be at least 0"),
        ("checkstyle", "element 2: /value must be at least 0"),
    ] {
        let check = ["check", "--type", "Amount", "--each", "a.json", "--format", format];
        let result = mpp.run(&check);
        assert_eq!((result.status, &*result.stderr), (Some(1), ""));
        assert!(result.stdout.contains(expected), "{result:?}");
        let payload = result.stdout.replace("/canary", "");
        assert!(!payload.contains("canary"), "{result:?}");
    }
    let check = ["check", "--type", "Amount", "--each", "a.json", "--format", "gitlab"];
    let issues: Vec<Value> = serde_json::from_str(&mpp.run(&check).stdout).unwrap();
    let prints: std::collections::BTreeSet<_> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), issues.len());
}

#[test]
fn elements_can_be_envelopes() {
    let array = "[{\"p\":{\"currency\":\"USD\",\"value\":1}},\n{\"p\":\"{\\\"value\\\":-1}\"},{}]";
    let mpp = Mpp::new("each_at").with_file("a.json", array).with_file("b.ndjson", "{\"p\":1}");
    let check = ["check", "--type", "Amount", "--each", "--at", "/p", "--format", "json"];
    let result = mpp.run(&[&check[..], &["a.json", "b.ndjson"]].concat());
    let reports = parse_reports(&result);
    assert_eq!(texts_at_violations(array, &reports[1]), ["-1", "{"]);
    assert_eq!(texts_at_violations(array, &reports[2]), ["{"]);
    assert_eq!((&reports[2]["index"], &reports[2]["line"]), (&2.into(), &2.into()));
    assert_eq!((&reports[3]["index"], &reports[3]["line"]), (&Value::Null, &1.into()));
}

/// Returns the element index, the code and the text of each violation in the array of an envelope.
fn violations_in_envelope(envelope: &str) -> Vec<(u64, String, String)> {
    let mpp = Mpp::new("each_in_envelope").with_file("a.json", envelope);
    let check = ["check", "--type", "Amount", "--each", "--at", "/data/amounts", "a.json"];
    let result = mpp.run(&[&check[..], &["--format", "json"]].concat());
    let mut found = Vec::new();
    for report in parse_reports(&result) {
        let violations = report["violations"].as_array().unwrap();
        for (violation, text) in violations.iter().zip(texts_at_violations(envelope, &report)) {
            let code = violation["code"].as_str().unwrap().to_owned();
            found.push((report["index"].as_u64().unwrap_or(99), code, text.to_owned()));
        }
    }
    found
}

#[test]
fn checks_arrays_in_envelopes() {
    let array = "[{\"currency\":\"USD\",\"value\":1}, {\"é\":1,\"currency\":\"USD\",\n\"value\":-1}, {}, 7 ]";
    let found =
        violations_in_envelope(&format!("\n{{\"é\":1, \"data\":\n{{\"amounts\": {array} }}}}"));
    let expected =
        [(1, "minimum", "-1"), (2, "required", "{"), (2, "required", "{"), (3, "type", "7")];
    let expected = expected.map(|(index, code, text)| (index, code.to_owned(), text.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn checks_arrays_in_escaped_strings() {
    let array = r#"[{\"currency\":\"USD\",\"value\":1},\n {\"é€\":1,\"\u0063urrency\":\"\u20ac\",\"value\":\u002d1}\t, \u007b},\"x\"]"#;
    let found = violations_in_envelope(&format!("\n{{\"data\":\n{{\"amounts\": \"{array}\" }}}}"));
    let expected = [
        (1, "format", r#"\"\u20ac\""#),
        (1, "minimum", r"\u002d1"),
        (2, "required", r"\u007b"),
        (2, "required", r"\u007b"),
        (3, "type", r#"\"x\""#),
    ];
    let expected = expected.map(|(index, code, text)| (index, code.to_owned(), text.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn reports_values_that_are_not_arrays() {
    for (value, index, code, text) in [
        ("{}", 99, "type", ""),
        (r#""{}""#, 99, "type", ""),
        (r#""[,]""#, 0, "syntax", ","),
        (r#""[7}\n]""#, 0, "syntax", "}"),
        (r#""[\"\u00e9""#, 0, "syntax", ""),
        (r#""[] \u0031""#, 99, "syntax", r"\u0031"),
        (r#""\ud800""#, 99, "syntax", r#""\ud800""#),
    ] {
        let found = violations_in_envelope(&format!("{{\"data\":{{\"amounts\":{value}}}}}"));
        assert_eq!(found[0], (index, code.to_owned(), text.to_owned()), "{value}");
    }
    for envelope in [r#"{"data":{}}"#, r#"{"data":1,"data":2}"#, "{", ""] {
        let found = violations_in_envelope(envelope);
        assert_eq!((found.len(), found[0].0), (1, 99), "{envelope}");
    }
}

#[test]
fn limits_documents_of_arrays_in_envelopes() {
    let mpp = Mpp::new("each_in_envelope_max");
    for (amounts, message) in [
        ("[{},{}]", "mpp: stopped after 1 document: the rest of a.json was not checked\n"),
        ("[{} ]", ""),
    ] {
        let mpp = Mpp { directory: mpp.directory.clone() };
        let mpp = mpp.with_file("a.json", format!("{{\"p\":{amounts}}}"));
        let check = ["check", "--type", "Amount", "--each", "--at", "/p", "--max-documents", "1"];
        let result = mpp.run(&[&check[..], &["a.json"]].concat());
        assert_eq!((&*result.stderr, result.status), (message, Some(1)));
    }
}

#[test]
fn mentions_the_rest_only_if_it_exists() {
    let mpp = Mpp::new("max_documents_rest")
        .with_file("a.ndjson", format!("{VALID_AMOUNT}\n\n \n"))
        .with_file("b.json", format!("[{VALID_AMOUNT} ]\n"))
        .with_file("c.json", format!("[{VALID_AMOUNT} ]]\n"));
    for (file, message) in [
        ("a.ndjson", ""),
        ("b.json", ""),
        ("c.json", "mpp: stopped after 1 document: the rest of c.json was not checked\n"),
    ] {
        let check = ["check", "--type", "Amount", "--each", "--max-documents", "1", file];
        let result = mpp.run(&check);
        assert_eq!((&*result.stderr, result.status), (message, Some(0)), "{file}");
    }
}

#[test]
fn arrays_stop_after_the_maximum() {
    let mpp = Mpp::new("each_max").with_file("a.json", ARRAY);
    let check = ["check", "--type", "Amount", "--each", "--max-documents", "1", "a.json"];
    let result = mpp.run(&check);
    assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n");
    assert_eq!(
        result.stderr,
        "mpp: stopped after 1 document: the rest of a.json was not checked\n"
    );
    let result = mpp.run(&["check", "--type", "Amount", "--each", "--lines", "a.json"]);
    assert_eq!(result.status, Some(2));
}

#[test]
fn reports_elements_before_the_next_one_arrives() {
    let mpp = Mpp::new("each_stream");
    let mut command = mpp.command(&["check", "--type", "Amount", "--each", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    write!(stdin, "[").unwrap();
    for index in 0..3 {
        write!(stdin, "{VALID_AMOUNT},").unwrap();
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains(&format!(r#""index":{index},"#)), "{line}");
    }
    write!(stdin, "{VALID_AMOUNT}]").unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn arrays_are_checked_in_constant_memory() {
    let mpp = Mpp::new("each_memory");
    let mut command = mpp.command(&["check", "--type", "Amount", "--each", "--summary"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let elements = format!("{VALID_AMOUNT},{AMOUNT_WITHOUT_VALUE},\n").repeat(10_000);
    write!(stdin, "[").unwrap();
    for _ in 0..30 {
        stdin.write_all(elements.as_bytes()).unwrap();
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 32 << 10, "{peak} kB");
    write!(stdin, "{VALID_AMOUNT}]").unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn elements_are_checked_by_several_threads() {
    let mpp = Mpp::new("each_threads");
    let check = ["check", "--type", "Amount", "--each", "--quiet", "--threads", "3"];
    let mut child = mpp.command(&check).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write!(stdin, "[{}", format!("{VALID_AMOUNT},").repeat(100_000)).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    assert_eq!(threads.trim(), "4");
    write!(stdin, "{VALID_AMOUNT}]").unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn reports_on_arrays_do_not_depend_on_threads() {
    let elements = format!("{VALID_AMOUNT},\n {AMOUNT_WITHOUT_VALUE} , 5,,").repeat(20_000);
    let mpp = Mpp::new("each_order")
        .with_file("a.json", format!("[{elements}1]]"))
        .with_file("b.json", format!("[{elements}{{\"value\":[}}}}, {VALID_AMOUNT}]"));
    for (file, format) in [("a.json", "json"), ("a.json", "sarif"), ("b.json", "human")] {
        let check = ["check", "--type", "Amount", "--each", "--format", format, "--threads"];
        let report = |threads| mpp.run(&[&check[..], &[threads, file]].concat()).stdout;
        let expected = report("1");
        assert!(expected.len() > 1 << 20);
        assert!(expected == report("4"), "{file} {format}");
    }
    let check = ["check", "--type", "Amount", "--each", "--max-documents", "70000", "a.json"];
    let result = mpp.run(&check);
    assert!(
        result.stdout.ends_with("70000 documents: 17500 valid, 52500 invalid, 52500 violations\n")
    );
    assert!(result.stderr.contains("the rest of a.json was not checked"));
}

// The type of each document.

#[test]
fn detects_the_type_of_each_document() {
    let lines = concat!(
        r#"{"currency":"USD","value":-1}"#,
        "\n",
        r#"{"userId":"1"}"#,
        "\n",
        r#" {"result":{},"canary":"canary"}"#,
        "\n",
        r#"{"currency":"canary","canary":1}"#,
        "\n",
        "[\"canary\"]\n{\n",
    );
    let mpp = Mpp::new("auto").with_file("a.ndjson", lines);
    let check = ["check", "--type", "AUTO", "a.ndjson"];
    let result = mpp.run(&[&check[..], &["--format", "json"]].concat());
    let reports = parse_reports(&result);
    let found: Vec<_> = reports
        .iter()
        .map(|report| {
            let violation = &report["violations"][0];
            (
                report["type"].as_str(),
                violation["code"].as_str(),
                texts_at_violations(lines, report),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("Amount"), Some("minimum"), vec!["-1"]),
            (Some("User"), None, vec![]),
            (None, Some("type"), vec!["{"]),
            (None, Some("type"), vec!["{"]),
            (None, Some("type"), vec![r#"["canary"]"#]),
            (None, Some("syntax"), vec![""]),
        ]
    );
    let message = reports[2]["violations"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("the type of the document is ambiguous: `MerchantSyncResponse`, "));
    for format in ["human", "json", "sarif", "junit", "github", "gitlab", "checkstyle"] {
        let result = mpp.run(&[&check[..], &["--format", format]].concat());
        assert!(!result.stdout.contains("canary"), "{result:?}");
        assert_eq!((result.status, &*result.stderr), (Some(1), ""));
    }
    let summary = mpp.run(&[&check[..], &["--summary"]].concat()).stdout;
    assert!(summary.contains("type     unknown type, the whole document\n"), "{summary}");
}

#[test]
fn detects_types_as_the_policy_allows() {
    let case = "tests/cases/MerchantSyncRequest/platform_null.json";
    let mut request: Value = serde_json::from_str(&fs::read_to_string(case).unwrap()).unwrap();
    request.as_object_mut().unwrap().remove("platformId");
    let mpp = Mpp::new("auto_policy").with_file("a.json", request.to_string());
    for (policy, type_name, valid) in
        [("strict", Value::Null, false), ("lenient", "MerchantSyncRequest".into(), true)]
    {
        let check = ["check", "--type", "auto", "--format", "json", "--policy", policy, "a.json"];
        let reports = parse_reports(&mpp.run(&check));
        assert_eq!((&reports[0]["type"], &reports[0]["valid"]), (&type_name, &valid.into()));
    }
}

#[test]
fn detects_types_without_required_fields() {
    let mpp = Mpp::new("auto_optional");
    for (document, expected) in [
        (r#"{"firstName":"a","canary":1}"#, None),
        (
            r#"{"paymentId":"1"}"#,
            Some("the type of the document is ambiguous: `InquiryPaymentRequest`, `CancelRequest`"),
        ),
    ] {
        let result =
            mpp.run_with(&["check", "--type", "auto", "--format", "json"], document.as_bytes());
        let reports = parse_reports(&result);
        let message = reports[0]["violations"][0]["message"].as_str();
        assert_eq!(message, expected, "{result:?}");
        assert_eq!(reports[0]["type"].as_str(), expected.is_none().then_some("UserName"));
    }
}

#[test]
fn detects_the_type_in_envelopes_and_arrays() {
    let array = r#"[{"p":"\n{\"currency\":1}"},{"p":{"currency":"USD","value":1}}]"#;
    let mpp = Mpp::new("auto_at").with_file("a.json", array);
    let check = ["check", "--type", "auto", "--each", "--at", "/p", "--format", "json", "a.json"];
    let reports = parse_reports(&mpp.run(&check));
    assert_eq!(texts_at_violations(array, &reports[0]), ["{"]);
    assert_eq!(reports[1]["type"], "Amount");
}

// Patterns.

#[test]
fn checks_files_that_match_patterns() {
    let mpp = Mpp::new("patterns");
    for name in ["a/1.json", "a/b/2.json", "a/b/.hidden.json", "a/[x].json", "a/c.txt", "z.jsonl"] {
        let file = mpp.directory.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, VALID_AMOUNT).unwrap();
    }
    for (patterns, expected) in [
        (&["a/*.json"][..], &["a/1.json", "a/[x].json"][..]),
        (&["**/*.json"], &["a/1.json", "a/[x].json", "a/b/2.json"]),
        (&["./a/**/2*"], &["./a/b/2.json"]),
        (&["a/b/.*"], &["a/b/.hidden.json"]),
        (&["a/[x].json"], &["a/[x].json"]),
        (&["a/{1,c}.*", "*.jsonl"], &["a/1.json", "a/c.txt", "z.jsonl"]),
        (&["a/../a/?.json"], &["a/../a/1.json"]),
    ] {
        let check = ["check", "--type", "Amount", "--format", "json"];
        let result = mpp.run(&[&check[..], patterns].concat());
        let reports = parse_reports(&result);
        let sources: Vec<_> = reports.iter().map(|it| it["source"].as_str().unwrap()).collect();
        assert_eq!(sources, expected, "{result:?}");
        assert_eq!((result.status, &*result.stderr), (Some(0), ""));
    }
    let absolute = mpp.directory.join("a/b/*.json");
    let result = mpp.run(&["check", "--type", "Amount", absolute.to_str().unwrap()]);
    assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n");
    for (pattern, message) in [
        ("a/*.xml", "no file matches this pattern"),
        ("missing/*.json", "no file matches this pattern"),
        ("a/[", "invalid glob pattern: "),
    ] {
        let result = mpp.run(&["check", "--type", "Amount", pattern, "a/1.json"]);
        assert!(result.stderr.starts_with(&format!("mpp: {pattern}: {message}")), "{result:?}");
        assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n");
        assert_eq!(result.status, Some(2));
    }
}

#[cfg(unix)]
#[test]
fn patterns_do_not_follow_cycles() {
    use std::os::unix::fs::symlink;
    let mpp = Mpp::new("pattern_cycles").with_file("a/1.json", VALID_AMOUNT);
    symlink("..", mpp.directory.join("a/parent")).unwrap();
    symlink("1.json", mpp.directory.join("a/2.json")).unwrap();
    symlink("3.json", mpp.directory.join("a/3.json")).unwrap();
    let result = mpp.run(&["check", "--type", "Amount", "**/*.json"]);
    assert_eq!(result.stdout, "2 documents: 2 valid, 0 invalid\n");
    assert!(result.stderr.starts_with("mpp: a/3.json: "), "{result:?}");
}

// The file mpp.toml.

const CONFIG: &str = r#"
[[check]]
files = ["amounts/**/*.json", "amounts/all.ndjson"]
exclude = ["amounts/drafts", "amounts/**/old-*"]
type = "amount"
policy = "lenient"

[[check]]
files = ["arrays"]
type = "auto"
each = true

[[check]]
files = ["./logs/*.txt"]
type = "Amount"
lines = true
at = "/payload"
policy = "strict.toml"
"#;

/// Creates a repository with files for each table in `CONFIG`.
fn repository(test: &str) -> Mpp {
    Mpp::new(test)
        .with_file("mpp.toml", CONFIG)
        .with_file("strict.toml", "fields.Amount.currency.enum = ['EUR']")
        .with_file("amounts/1.json", r#"{"currency":"USD","value":"1"}"#)
        .with_file("amounts/b/2.json", AMOUNT_WITHOUT_VALUE)
        .with_file("amounts/b/old-3.json", "canary")
        .with_file("amounts/drafts/4.json", "canary")
        .with_file("amounts/all.ndjson", format!("{VALID_AMOUNT}\n{VALID_AMOUNT}"))
        .with_file("arrays/c/5.json", format!("[{VALID_AMOUNT},{{\"userId\":\"1\"}}]"))
        .with_file("arrays/README.md", "canary")
        .with_file("logs/6.txt", format!("{{\"payload\":{VALID_AMOUNT}}}\n"))
        .with_file("other.json", "canary")
}

/// Returns the file and the type of each report.
fn checked(result: &RunResult) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    parse_reports(result).iter().map(|it| (text(&it["source"]), text(&it["type"]))).collect()
}

fn expected_checks(prefix: &str) -> Vec<(String, String)> {
    [
        ("amounts/1.json", "Amount"),
        ("amounts/b/2.json", "Amount"),
        ("amounts/all.ndjson", "Amount"),
        ("amounts/all.ndjson", "Amount"),
        ("arrays/c/5.json", "Amount"),
        ("arrays/c/5.json", "User"),
        ("logs/6.txt", "Amount"),
    ]
    .map(|(file, name)| (format!("{prefix}{file}"), name.to_owned()))
    .to_vec()
}

#[test]
fn checks_all_files_listed_in_config() {
    let mpp = repository("config");
    let result = mpp.run(&["check", "--format", "json"]);
    assert_eq!(checked(&result), expected_checks(""));
    assert_eq!((result.status, &*result.stderr), (Some(1), ""));
    let reports = parse_reports(&result);
    assert_eq!(reports[0]["tolerated"][0]["path"], "/value");
    assert_eq!(reports[6]["violations"][0]["code"], "enum");

    let nested = Mpp { directory: mpp.directory.join("amounts/b") };
    let result = nested.run(&["check", "--format", "json"]);
    assert_eq!(checked(&result), expected_checks("../../"));
    let root = Mpp { directory: mpp.directory.parent().unwrap().to_owned() };
    let result = root.run(&["check", "--format", "json", "--config", "config/mpp.toml"]);
    assert_eq!(checked(&result), expected_checks("config/"));
}

#[test]
fn checks_named_files_as_the_repository_says() {
    let mpp = repository("config_files");
    let check =
        |mpp: &Mpp, files: &[&str]| mpp.run(&[&["check", "--format", "json"][..], files].concat());
    let result = check(&mpp, &["logs/6.txt", "./amounts", "arrays/*/*"]);
    let expected = [
        ("logs/6.txt", "Amount"),
        ("./amounts/1.json", "Amount"),
        ("./amounts/all.ndjson", "Amount"),
        ("./amounts/all.ndjson", "Amount"),
        ("./amounts/b/2.json", "Amount"),
        ("arrays/c/5.json", "Amount"),
        ("arrays/c/5.json", "User"),
    ];
    let found = checked(&result);
    let found: Vec<_> = found.iter().map(|(file, name)| (&**file, &**name)).collect();
    assert_eq!(found, expected, "{result:?}");

    let nested = Mpp { directory: mpp.directory.join("amounts/b") };
    assert_eq!(checked(&check(&nested, &["2.json", "../1.json"])).len(), 2);
    for file in ["other.json", "amounts/drafts/4.json", "-", "amounts/drafts"] {
        let result = check(&mpp, &[file]);
        let message =
            format!("mpp: {file}: not listed in mpp.toml; specify its type with --type\n");
        assert_eq!((result.status, result.stderr), (Some(2), message));
    }
    // The command line takes precedence.
    let result = check(&mpp, &["amounts/1.json", "--policy", "strict"]);
    assert_eq!(parse_reports(&result)[0]["valid"], false);
    let result = check(&mpp, &["logs/6.txt", "--at", "/x"]);
    assert_eq!(parse_reports(&result)[0]["violations"][0]["message"], "no value at /x");
    let result = check(&mpp, &["logs/6.txt", "--each"]);
    assert_eq!(parse_reports(&result)[0]["violations"][0]["code"], "type");
    let result = check(&mpp, &["amounts/1.json", "--type", "Amount"]);
    assert_eq!(parse_reports(&result)[0]["valid"], false);
}

#[test]
fn uses_the_first_table_that_matches() {
    let config = "[[check]]\nfiles = ['a.json']\ntype = 'Amount'\n\
                  [[check]]\nfiles = ['*.json']\ntype = 'User'\n";
    let mpp = Mpp::new("config_first").with_file("mpp.toml", config);
    let mpp = mpp.with_file("a.json", "{}").with_file("b.json", "{}");
    for files in [&[][..], &["a.json", "b.json"]] {
        let result = mpp.run(&[&["check", "--format", "json"][..], files].concat());
        let expected = [("a.json", "Amount"), ("b.json", "User")];
        let expected = expected.map(|(file, name)| (file.to_owned(), name.to_owned()));
        assert_eq!(checked(&result), expected);
    }
}

#[test]
fn option_replaces_layout_of_documents() {
    let config = "[[check]]\nfiles = ['a.json']\ntype = 'Amount'\neach = true\n";
    let documents = format!("{VALID_AMOUNT}\n{VALID_AMOUNT}\n");
    let mpp = Mpp::new("config_layout").with_file("mpp.toml", config);
    let mpp = mpp.with_file("a.json", documents);
    assert_eq!(mpp.run(&["check"]).status, Some(1));
    mpp.run(&["check", "--lines"]).assert_output(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn edition_overrides_policy() {
    let config = "[[check]]\nfiles = ['a.json']\ntype = 'InquiryPaymentRequest'\n\
                  policy = 'v1.toml'\n[[check]]\nfiles = ['b.json']\n\
                  type = 'InquiryPaymentRequest'\npolicy = 'v1.toml'\nedition = 'v2'\n";
    let mpp = Mpp::new("config_edition")
        .with_file("mpp.toml", config)
        .with_file("v1.toml", "edition = 'v1'")
        .with_file("a.json", r#"{"paymentId":"1"}"#)
        .with_file("b.json", r#"{"paymentId":"1"}"#);
    for (options, invalid) in [
        (&[][..], 1),
        (&["--edition", "v2"], 0),
        (&["--edition", "v1"], 2),
        (&["--policy", "strict"], 0),
    ] {
        let result = mpp.run(&[&["check"][..], options].concat());
        let count = result.stdout.matches(": required: /partnerId is required").count();
        assert_eq!(count, invalid, "{options:?} {result:?}");
    }
}

#[test]
fn rejects_invalid_configuration() {
    for (config, message) in [
        (
            "[[check]]\nfiles = ['a']\ntype = 'Order'\nedition = 'v3'",
            "4:11: unknown edition `v3` (known editions: v2, v1, ",
        ),
        (
            "[[check]]\nfiles = ['a']\ntype = 'Order'\nedition = 'qiV2'",
            "4:11: unknown edition `qiV2`; did you mean `qiV1` or `v2`? (known editions: v2, v1, ",
        ),
        ("", "1:1: the file has no `[[check]]` table"),
        ("chek = []", "1:1: unknown key `chek`; did you mean `check`?"),
        ("[[check]]\n  fils = []", "2:3: unknown key `fils`; did you mean `files`?"),
        ("[[check]]\nx = 1", "2:1: unknown key `x`; known keys are files, exclude, type, "),
        ("\n[[check]]\ntype = 'Order'", "2:1: the key `files` is missing"),
        ("[[check]]\nfiles = ['a']", "1:1: the key `type` is missing"),
        ("[[check]]\nfiles = []\ntype = 'Order'", "2:9: `files` must not be empty"),
        (
            "[[check]]\nfiles = ['a']\ntype = 'Oder'",
            "3:8: unknown type `Oder`; did you mean `Order`?",
        ),
        ("[[check]]\nfiles = ['é', '../a']\ntype = 'Order'", "2:15: must be a path below "),
        ("[[check]]\nfiles = ['/a']\ntype = 'Order'", "2:10: must be a path below "),
        ("[[check]]\nfiles = ['a[']\ntype = 'Order'", "2:10: invalid glob pattern: "),
        (
            "[[check]]\nfiles = ['a']\ntype = 'Order'\nat = 'x'",
            "4:6: a JSON Pointer must begin with `/`",
        ),
        (
            "[[check]]\nfiles = ['a']\ntype = 'Order'\nlines = 'yes'",
            "4:9: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "[[check]]\nfiles = ['a']\ntype = 'Order'\nlines = true\neach = true",
            "1:1: `lines` and `each` cannot be used together",
        ),
        ("[check]\nfiles = ['a']", "1:1: "),
        ("[[check]]\nfiles = ['a']\nfiles = ['b']", "3:1: "),
        ("[[check]", "1:"),
    ] {
        let mpp = Mpp::new("config_invalid").with_file("mpp.toml", config);
        let result = mpp.run(&["check"]);
        assert!(result.stderr.starts_with(&format!("mpp: mpp.toml:{message}")), "{result:?}");
        assert_eq!((result.stderr.lines().count(), result.status), (1, Some(2)), "{result:?}");
    }
}

#[test]
fn reports_unreadable_configuration() {
    let policy = "[[check]]\nfiles = ['a']\ntype = 'Order'\npolicy = 'x.toml'";
    for (config, message) in [
        (policy.as_bytes(), "mpp: cannot read policy file x.toml: "),
        (b"\xff", "mpp: cannot read mpp.toml: "),
    ] {
        let mpp = Mpp::new("config_unreadable").with_file("mpp.toml", config);
        let result = mpp.run(&["check"]);
        assert!(result.stderr.starts_with(message), "{result:?}");
        assert_eq!(result.status, Some(2));
    }
    let mpp = Mpp::new("config_large");
    let file = fs::File::create(mpp.directory.join("mpp.toml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let result = mpp.run(&["check"]);
    assert_eq!(result.stderr, "mpp: cannot read mpp.toml: the file is larger than 1 MiB\n");

    let deep = format!("check = {}", "[".repeat(500_000));
    let mpp = Mpp::new("config_deep").with_file("mpp.toml", deep);
    assert_eq!(mpp.run(&["check"]).status, Some(2));

    let many = format!("[[check]]\nfiles = [{}]\ntype = 'Order'", "'a*b*c*',".repeat(1_001));
    let mpp = Mpp::new("config_many").with_file("mpp.toml", many);
    let result = mpp.run(&["check"]);
    assert_eq!(result.stderr, "mpp: mpp.toml:1:1: the file has more than 1000 paths\n");

    let config = "[[check]]\nfiles = ['a/*', 'b.json']\ntype = 'Order'";
    let mpp = Mpp::new("config_no_files").with_file("mpp.toml", config);
    let result = mpp.run(&["check"]);
    assert!(result.stderr.starts_with("mpp: a/*: no file matches this pattern\nmpp: b.json: "));
    let result = mpp.run(&["check", "--config", "other.toml"]);
    assert!(result.stderr.starts_with("mpp: cannot read other.toml: "), "{result:?}");
    let result = mpp.run(&["check", "--config", "mpp.toml", "--type", "Order"]);
    assert_eq!(result.status, Some(2));
}

#[test]
fn help_shows_a_valid_configuration() {
    let mpp = Mpp::new("config_help").with_file("tenant.toml", "");
    let mpp = mpp.with_file("orders/1.json", "{}").with_file("orders/drafts/2.json", "{}");
    let help = mpp.run(&["check", "--help"]).stdout;
    let (_, config) = help.split_once("  [[check]]").unwrap();
    let (config, _) = config.split_once("\n\n").unwrap();
    let mpp = mpp.with_file("mpp.toml", format!("[[check]]{config}"));
    let result = mpp.run(&["check", "--format", "json"]);
    assert_eq!(checked(&result), [("orders/1.json".to_owned(), "Order".to_owned())]);
}

// Files with unusual names.

#[test]
fn patterns_in_configuration_skip_hidden_files() {
    let config = r#"
        [[check]]
        files = ["**/*.json"]
        type = "Amount"
        [[check]]
        files = [".hidden"]
        type = "User"
    "#;
    let mpp = Mpp::new("hidden_files")
        .with_file("mpp.toml", config)
        .with_file(".hidden/user.json", r#"{"userId":"1"}"#)
        .with_file("amounts/.draft.json", "{}")
        .with_file("amounts/a.json", VALID_AMOUNT);
    for arguments in [&["check"][..], &["check", ".hidden/user.json"], &["check", "amounts"]] {
        let result = mpp.run(arguments);
        assert_eq!((result.status, &*result.stderr), (Some(0), ""), "{arguments:?}: {result:?}");
    }
}

#[test]
fn excluded_directories_exclude_all_their_files() {
    let config = r#"
        [[check]]
        files = ["**/*.amount"]
        exclude = ["drafts"]
        type = "Amount"
    "#;
    let mpp = Mpp::new("excluded_directories")
        .with_file("mpp.toml", config)
        .with_file("drafts/a.amount", "{}")
        .with_file("a.amount", VALID_AMOUNT);
    assert_eq!(mpp.run(&["check"]).stdout, "1 document: 1 valid, 0 invalid\n");
}

#[test]
#[cfg(unix)]
fn configuration_names_files_in_linked_directories() {
    let config = "[[check]]\nfiles = [\"link\"]\ntype = \"Amount\"\n";
    let mpp = Mpp::new("linked_directories")
        .with_file("project/mpp.toml", config)
        .with_file("data/a.json", VALID_AMOUNT);
    let project = mpp.directory.join("project");
    std::os::unix::fs::symlink("../data", project.join("link")).unwrap();
    let mpp = Mpp { directory: project };
    for arguments in [&["check"][..], &["check", "link"], &["check", "link/a.json"]] {
        let result = mpp.run(arguments);
        assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n", "{arguments:?}: {result:?}");
    }
}

#[test]
fn patterns_never_match_standard_input() {
    let config = "[[check]]\nfiles = [\"-\", \"*.json\"]\ntype = \"Amount\"\n";
    let mpp = Mpp::new("file_named_hyphen").with_file("-", VALID_AMOUNT);
    let result = mpp.run(&["check", "--type", "Amount", "*"]);
    assert_eq!(result.stdout, "1 document: 1 valid, 0 invalid\n", "{result:?}");
    let mpp = mpp.with_file("mpp.toml", config).with_file("a.json", VALID_AMOUNT);
    let result = mpp.run(&["check"]);
    assert_eq!(result.stdout, "2 documents: 2 valid, 0 invalid\n", "{result:?}");
}

#[test]
fn output_never_replaces_configuration() {
    let mpp = Mpp::new("output_is_configuration")
        .with_file("mpp.toml", "[[check]]\nfiles = [\"a.json\"]\ntype = \"Amount\"\n")
        .with_file("policy.toml", "")
        .with_file("a.json", VALID_AMOUNT);
    for arguments in [
        &["--output", "mpp.toml"][..],
        &["--type", "Amount", "--policy", "policy.toml", "--output", "policy.toml", "a.json"],
        &["--type", "Amount", "--output", "a.json", "a.json"],
    ] {
        let result = mpp.run(&[&["check"], arguments].concat());
        assert_eq!(result.status, Some(2), "{arguments:?}: {result:?}");
    }
    assert_eq!(fs::read_to_string(mpp.directory.join("policy.toml")).unwrap(), "");
}

#[test]
fn reports_in_long_strings_take_linear_time() {
    let goods = vec!["{}"; 60].join(",");
    let order = format!(r#"{{"x":"{}","goods":[{goods}]}}"#, "y".repeat(2_000_000));
    let envelope = serde_json::json!({ "payload": order }).to_string();
    let start = std::time::Instant::now();
    let arguments = ["check", "--type", "Order", "--at", "/payload", "--source", "always"];
    let result = Mpp::new("long_strings").run_with(&arguments, envelope.as_bytes());
    assert!(result.stdout.contains("at least 64 violations"), "{result:?}");
    // Reading the string once per violation would take more than a minute.
    assert!(start.elapsed().as_secs() < 30);
}

#[test]
fn options_override_the_configuration() {
    let config = "[[check]]\nfiles = [\"a.json\"]\ntype = \"Amount\"\n";
    let mpp = Mpp::new("options_override")
        .with_file("mpp.toml", config)
        .with_file("a.json", r#"[{"payload":{"currency":"USD","value":"1"}}]"#);
    assert_eq!(mpp.run(&["check"]).status, Some(1));
    let result = mpp.run(&["check", "--each", "--at", "/payload", "--policy", "lenient"]);
    assert_eq!(result.status, Some(0), "{result:?}");
}

#[test]
fn policy_option_replaces_missing_policy_files() {
    let config = "[[check]]\nfiles = ['a.json']\ntype = 'Amount'\npolicy = 'missing.toml'\n";
    let mpp = Mpp::new("options_policy").with_file("mpp.toml", config);
    let mpp = mpp.with_file("a.json", VALID_AMOUNT);
    assert_eq!(mpp.run(&["check"]).status, Some(2));
    mpp.run(&["check", "--policy", "strict"]).assert_success();
}

#[test]
fn rejects_configuration_with_too_many_paths() {
    let paths = vec!["\"a.json\""; 1001].join(",");
    let mpp = Mpp::new("too_many_paths")
        .with_file("mpp.toml", format!("[[check]]\nfiles = [{paths}]\ntype = \"Amount\"\n"));
    let result = mpp.run(&["check"]);
    assert_eq!(result.status, Some(2), "{result:?}");
    assert!(result.stderr.contains("has more than 1000 paths"), "{result:?}");
}

#[test]
fn counts_unchecked_files_after_the_maximum() {
    let mpp = Mpp::new("unchecked_files").with_file("a.ndjson", "{}\n{}\n").with_file("b.json", "");
    let arguments = ["check", "--type", "Amount", "--max-documents", "1", "a.ndjson", "b.json"];
    let result = mpp.with_file("c.json", "").run(&[&arguments[..], &["c.json"]].concat());
    assert!(result.stderr.contains("2 more files were not checked"), "{result:?}");
}
