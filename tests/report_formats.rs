//! Checks the machine-readable output formats of `mpp check`.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// The machine-readable formats, except JSON lines, which `tests/mpp.rs` checks.
const FORMATS: [&str; 5] = ["github", "gitlab", "checkstyle", "sarif", "junit"];

const VALID_AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const AMOUNT_WITHOUT_VALUE: &str = r#"{"currency":"USD"}"#;
const AMOUNT_WITH_STRING_VALUE: &str = r#"{"currency":"USD","value":"1"}"#;

/// NDJSON with a valid document, one with two violations, a malformed one, and one with a tolerated
/// deviation.
const LINES: &str = concat!(
    r#"{"currency":"USD","value":1}"#,
    "\n",
    r#"{"currency":"€","value":-1}"#,
    "\n",
    r#"{"currency"}"#,
    "\n\n",
    r#"{"currency":"USD","value":"1"}"#,
    "\n",
);

/// Creates an empty directory for a test.
fn create_directory(test: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report_formats").join(test);
    // Remove files left over from a previous run.
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Creates a directory with the given file.
fn create_directory_with_file(test: &str, file: &str, content: &str) -> PathBuf {
    let directory = create_directory(test);
    fs::write(directory.join(file), content).unwrap();
    directory
}

fn check(directory: &PathBuf, format: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpp"));
    command.current_dir(directory).args(["check", "--type", "Amount", "--format", format]);
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Returns the exit status and the report.
fn run(directory: &PathBuf, format: &str, arguments: &[&str]) -> (i32, String) {
    let output = check(directory, format, arguments).output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Returns the report on `LINES` under the lenient policy.
fn report_on_lines(format: &str) -> String {
    let directory = create_directory_with_file(&format!("{format}_lines"), "a.ndjson", LINES);
    let (status, report) = run(&directory, format, &["--policy", "lenient", "a.ndjson"]);
    assert_eq!(status, 1);
    report
}

/// Returns the report on a file with the given name that has one violation.
#[cfg(unix)]
fn report_on_file_named(name: &str, format: &str) -> String {
    let directory =
        create_directory_with_file(&format!("{format}_name"), name, AMOUNT_WITHOUT_VALUE);
    let (status, report) = run(&directory, format, &["--", name]);
    assert_eq!(status, 1);
    report
}

/// A file name with characters that are special in one of the formats.
#[cfg(unix)]
const SPECIAL_NAME: &str = "a,b:c%<&>\"'\n\u{1b}[31m\u{202e}€.json";

// GitHub.

#[test]
fn writes_workflow_commands() {
    let report = report_on_lines("github");
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines.len(), 4, "{report}");
    let start =
        "::error file=a.ndjson,line=2,endLine=2,col=13,endColumn=16,title=format::/currency ";
    assert!(lines[0].starts_with(start), "{report}");
    assert_eq!(
        lines[1..],
        [
            "::error file=a.ndjson,line=2,endLine=2,col=25,endColumn=27,title=minimum::/value must be at least 0",
            "::error file=a.ndjson,line=3,endLine=3,col=12,endColumn=13,title=syntax::malformed JSON: expected a colon",
            "::notice file=a.ndjson,line=5,endLine=5,col=27,endColumn=30,title=type::/value must be an integer, not a string",
        ]
    );
}

#[test]
fn workflow_commands_omit_columns_of_several_lines() {
    let json = "{\"currency\": [\n1\n], \"value\": 1}";
    let directory = create_directory_with_file("github_region", "a.json", json);
    let (_, report) = run(&directory, "github", &["a.json"]);
    assert!(report.starts_with("::error file=a.json,line=1,endLine=3,title=type::"), "{report}");
}

#[cfg(unix)]
#[test]
fn escapes_file_names_in_workflow_commands() {
    assert_eq!(
        report_on_file_named(SPECIAL_NAME, "github"),
        "::error file=a%2Cb%3Ac%25<&>\"'%0A\\u{1b}[31m\\u{202e}€.json,line=1,endLine=1,col=1,endColumn=2,title=required::/value is required\n"
    );
}

// GitLab.

/// Returns the issues in a report, after checking their fingerprints.
fn issues(report: &str) -> Vec<Value> {
    let mut issues: Vec<Value> = serde_json::from_str(report).unwrap();
    let mut fingerprints = BTreeSet::new();
    for issue in &mut issues {
        let fingerprint = issue.as_object_mut().unwrap().remove("fingerprint").unwrap();
        let fingerprint = fingerprint.as_str().unwrap();
        assert!(fingerprint.len() == 32 && fingerprints.insert(fingerprint.to_owned()), "{report}");
    }
    issues
}

#[test]
fn writes_code_quality_reports() {
    let mut issues = issues(&report_on_lines("gitlab"));
    let description = issues[0]["description"].take();
    assert!(description.as_str().unwrap().starts_with("/currency "), "{description}");
    let issue = |description: Value, check_name, severity, line| {
        json!({
            "description": description, "check_name": check_name, "severity": severity,
            "location": {"path": "a.ndjson", "lines": {"begin": line}},
        })
    };
    assert_eq!(
        issues,
        [
            issue(Value::Null, "format", "major", 2),
            issue("/value must be at least 0".into(), "minimum", "major", 2),
            issue("malformed JSON: expected a colon".into(), "syntax", "major", 3),
            issue("/value must be an integer, not a string".into(), "type", "info", 5),
        ]
    );
}

#[test]
fn writes_unique_fingerprints_for_equal_violations() {
    let json = r#"{"currency":"USD","value":1,"value":2,"value":3}"#;
    let directory = create_directory_with_file("gitlab_duplicate", "a.json", json);
    let (_, report) = run(&directory, "gitlab", &["a.json", "./a.json"]);
    let issues = issues(&report);
    assert!(issues.len() >= 2, "{report}");
    assert!(issues.iter().all(|issue| issue["location"]["path"] == "a.json"), "{report}");
}

#[test]
fn writes_empty_code_quality_reports() {
    let directory = create_directory_with_file("gitlab_empty", "a.json", VALID_AMOUNT);
    assert_eq!(run(&directory, "gitlab", &["a.json"]).1, "[\n]\n");
}

#[cfg(unix)]
#[test]
fn escapes_file_names_in_code_quality_reports() {
    let report = report_on_file_named(SPECIAL_NAME, "gitlab");
    assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report}");
    assert_eq!(issues(&report)[0]["location"]["path"], SPECIAL_NAME);
}

// Checkstyle.

/// Returns the attributes of an element in the order of the document.
fn attributes<'a>(element: roxmltree::Node<'a, '_>) -> Vec<(&'a str, &'a str)> {
    element.attributes().map(|attribute| (attribute.name(), attribute.value())).collect()
}

fn elements<'a, 'b>(parent: roxmltree::Node<'a, 'b>) -> Vec<roxmltree::Node<'a, 'b>> {
    parent.children().filter(roxmltree::Node::is_element).collect()
}

#[test]
fn writes_checkstyle_reports() {
    let report = report_on_lines("checkstyle");
    let document = roxmltree::Document::parse(&report).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("version")), ("checkstyle", Some("4.3")));
    let files = elements(root);
    assert_eq!((files.len(), attributes(files[0])), (1, vec![("name", "a.ndjson")]));
    let errors = elements(files[0]);
    let position = |error: &roxmltree::Node<'_, '_>| {
        ["line", "column", "severity", "source"]
            .map(|name| error.attribute(name).unwrap().to_owned())
    };
    assert_eq!(
        errors.iter().map(position).collect::<Vec<_>>(),
        [
            ["2", "13", "error", "mpp.format"],
            ["2", "25", "error", "mpp.minimum"],
            ["3", "12", "error", "mpp.syntax"],
            ["5", "27", "info", "mpp.type"],
        ]
    );
    assert_eq!(errors[1].attribute("message"), Some("/value must be at least 0"));
}

#[test]
fn writes_one_checkstyle_element_per_file() {
    let directory = create_directory_with_file("checkstyle_files", "a.json", VALID_AMOUNT);
    fs::write(directory.join("b.json"), AMOUNT_WITHOUT_VALUE).unwrap();
    let files = ["b.json", "missing.json", "a.json"];
    let output = check(&directory, "checkstyle", &files).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let report = String::from_utf8(output.stdout).unwrap();
    let document = roxmltree::Document::parse(&report).unwrap();
    let files = elements(document.root_element());
    let files = files.iter().map(|file| (file.attribute("name").unwrap(), elements(*file).len()));
    assert_eq!(files.collect::<Vec<_>>(), [("b.json", 1), ("a.json", 0)]);
}

/// The special file name in an XML attribute. Characters that XML cannot represent are escaped.
#[cfg(unix)]
const SPECIAL_NAME_IN_XML: &str = "a,b:c%<&>\"'\n\\u{1b}[31m\u{202e}€.json";

#[cfg(unix)]
#[test]
fn escapes_file_names_in_checkstyle_reports() {
    let report = report_on_file_named(SPECIAL_NAME, "checkstyle");
    assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report}");
    let document = roxmltree::Document::parse(&report).unwrap();
    let file = elements(document.root_element())[0];
    assert_eq!(file.attribute("name"), Some(SPECIAL_NAME_IN_XML));
}

// SARIF.

/// Returns the only run of a report, after checking the version and the schema of the report.
fn sarif_run(report: &str) -> Value {
    let mut report: Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["version"], "2.1.0");
    assert_eq!(report["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
    let mut runs: Vec<Value> = serde_json::from_value(report["runs"].take()).unwrap();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

#[test]
fn writes_sarif_results() {
    let run = sarif_run(&report_on_lines("sarif"));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"], json!([{"executionSuccessful": true}]));
    let result = |id, level, text, region| {
        let location = json!({"artifactLocation": {"uri": "a.ndjson"}, "region": region});
        json!({
            "ruleId": id, "level": level, "message": {"text": text},
            "locations": [{"physicalLocation": location}],
        })
    };
    let region = |line, [start, end]: [u64; 2], offset, length| {
        json!({
            "startLine": line, "startColumn": start, "endLine": line, "endColumn": end,
            "byteOffset": offset, "byteLength": length,
        })
    };
    let mut results: Vec<Value> = serde_json::from_value(run["results"].clone()).unwrap();
    let mut fingerprints = BTreeSet::new();
    for result in &mut results {
        let fingerprint = result.as_object_mut().unwrap().remove("partialFingerprints").unwrap();
        assert!(fingerprints.insert(fingerprint["mppViolation/v1"].as_str().unwrap().to_owned()));
    }
    let text = results[0]["message"]["text"].take();
    assert!(text.as_str().unwrap().starts_with("/currency "), "{text}");
    assert_eq!(
        results,
        [
            result("format", "error", Value::Null, region(2, [13, 16], 41, 5)),
            result(
                "minimum",
                "error",
                "/value must be at least 0".into(),
                region(2, [25, 27], 55, 2)
            ),
            result(
                "syntax",
                "error",
                "malformed JSON: expected a colon".into(),
                region(3, [12, 13], 70, 1)
            ),
            result(
                "type",
                "note",
                "/value must be an integer, not a string".into(),
                region(5, [27, 30], 99, 3)
            ),
        ]
    );
}

#[test]
fn describes_all_codes_in_sarif() {
    let run = sarif_run(&report_on_lines("sarif"));
    let driver = &run["tool"]["driver"];
    assert_eq!(
        (&driver["name"], &driver["semanticVersion"]),
        (&"mpp".into(), &env!("CARGO_PKG_VERSION").into())
    );
    let rules = driver["rules"].as_array().unwrap();
    let codes: BTreeSet<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(codes.len() == rules.len() && codes.len() > 20, "{codes:?}");
    for result in run["results"].as_array().unwrap() {
        assert!(codes.contains(result["ruleId"].as_str().unwrap()), "{result}");
    }
    for rule in rules {
        let anchor = rule["id"].as_str().unwrap().to_lowercase();
        let page = format!("/miniprogram_protocol/violation_codes/index.html#{anchor}");
        assert!(rule["helpUri"].as_str().unwrap().ends_with(&page), "{rule}");
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[text]["text"].as_str().unwrap().ends_with('.'), "{rule}");
        }
    }
}

#[test]
fn reports_regions_of_several_lines_in_sarif() {
    let json = "{\"currency\": [\n1\n ], \"value\": 1}";
    let directory = create_directory_with_file("sarif_region", "a.json", json);
    let run = sarif_run(&run(&directory, "sarif", &["a.json"]).1);
    assert_eq!(
        run["results"][0]["locations"][0]["physicalLocation"]["region"],
        json!({
            "startLine": 1, "startColumn": 14, "endLine": 3, "endColumn": 3,
            "byteOffset": 13, "byteLength": 6,
        })
    );
}

#[test]
fn writes_empty_and_incomplete_sarif_runs() {
    let directory = create_directory_with_file("sarif_empty", "a.json", VALID_AMOUNT);
    let output = check(&directory, "sarif", &["a.json", "missing.json"]).output().unwrap();
    let run = sarif_run(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["invocations"], json!([{"executionSuccessful": false}]));
}

#[cfg(unix)]
#[test]
fn encodes_file_names_in_sarif() {
    let run = sarif_run(&report_on_file_named(SPECIAL_NAME, "sarif"));
    assert_eq!(
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "a%2Cb%3Ac%25%3C%26%3E%22%27%0A%1B%5B31m%E2%80%AE%E2%82%AC.json"
    );
}

// JUnit.

/// Returns the test case of each suite after checking the attributes and elements that XML schemas
/// for JUnit reports require.
fn test_cases<'a, 'b>(document: &'a roxmltree::Document<'b>) -> Vec<roxmltree::Node<'a, 'b>> {
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let case = |suite: roxmltree::Node<'a, 'b>| {
        let cases = elements(suite);
        let [case] = cases[..] else { panic!("{suite:?}") };
        assert_eq!((suite.tag_name().name(), case.tag_name().name()), ("testsuite", "testcase"));
        let name = case.attribute("name").unwrap();
        let failures = elements(case).iter().filter(|it| it.has_tag_name("failure")).count();
        let failures = failures.to_string();
        assert_eq!(
            attributes(suite),
            [("name", name), ("tests", "1"), ("failures", &*failures), ("errors", "0")]
        );
        assert_eq!(attributes(case), [("name", name), ("classname", "Amount")]);
        case
    };
    elements(root).into_iter().map(case).collect()
}

#[test]
fn writes_one_junit_test_case_per_document() {
    let report = report_on_lines("junit");
    let document = roxmltree::Document::parse(&report).unwrap();
    let cases = test_cases(&document);
    let names: Vec<_> = cases.iter().map(|case| case.attribute("name").unwrap()).collect();
    assert_eq!(names, ["a.ndjson:1", "a.ndjson:2", "a.ndjson:3", "a.ndjson:5"]);

    let parts = |case: roxmltree::Node<'_, '_>| -> Vec<_> {
        let text = |part: &roxmltree::Node<'_, '_>| part.text().unwrap().trim().to_owned();
        let parts = elements(case);
        parts.iter().map(|part| (part.tag_name().name().to_owned(), text(part))).collect()
    };
    let part = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
    assert_eq!(parts(cases[0]), []);
    assert_eq!(
        parts(cases[1]),
        part(
            "failure",
            "a.ndjson:2:13: format: /currency must be a current ISO 4217 currency code\n\
             a.ndjson:2:25: minimum: /value must be at least 0"
        )
    );
    let failure = elements(cases[1])[0];
    assert_eq!(attributes(failure), [("type", "format"), ("message", "2 violations")]);
    let failure = elements(cases[2])[0];
    assert_eq!(attributes(failure), [("type", "syntax"), ("message", "1 violation")]);
    assert_eq!(
        parts(cases[3]),
        part(
            "system-out",
            "a.ndjson:5:27: tolerated: type: /value must be an integer, not a string"
        )
    );
}

#[test]
fn reports_violations_and_tolerated_deviations_in_junit() {
    let directory = create_directory_with_file("junit_both", "a.json", r#"{"value":"1"}"#);
    let (_, report) = run(&directory, "junit", &["--policy", "lenient", "a.json"]);
    let document = roxmltree::Document::parse(&report).unwrap();
    let case = test_cases(&document)[0];
    let parts: Vec<_> = elements(case).iter().map(|part| part.tag_name().name()).collect();
    assert_eq!(parts, ["failure", "system-out"]);
}

#[cfg(unix)]
#[test]
fn escapes_file_names_in_junit_reports() {
    let report = report_on_file_named(SPECIAL_NAME, "junit");
    assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report}");
    let document = roxmltree::Document::parse(&report).unwrap();
    let name = r#"a,b:c%<&>"'\n\u{1b}[31m\u{202e}€.json"#;
    assert_eq!(test_cases(&document)[0].attribute("name"), Some(name));
}

// Output files.

#[test]
fn writes_reports_to_files() {
    let directory = create_directory_with_file("output", "a.json", AMOUNT_WITHOUT_VALUE);
    for format in FORMATS.into_iter().chain(["human", "json"]) {
        fs::write(directory.join("report"), "x".repeat(100_000)).unwrap();
        let (status, report) = run(&directory, format, &["a.json"]);
        for quiet in [&[][..], &["--quiet"]] {
            let arguments = [&["--output", "report", "a.json"], quiet].concat();
            assert_eq!(run(&directory, format, &arguments), (status, String::new()));
            assert_eq!(fs::read_to_string(directory.join("report")).unwrap(), report);
        }
    }
}

#[test]
fn hyphen_is_standard_output() {
    let directory = create_directory_with_file("output_hyphen", "a.json", AMOUNT_WITHOUT_VALUE);
    let report = run(&directory, "json", &["a.json"]);
    assert!(report.1.contains("required"), "{report:?}");
    assert_eq!(run(&directory, "json", &["--output", "-", "a.json"]), report);
    assert!(!directory.join("-").exists());
}

#[test]
fn reports_output_files_that_cannot_be_written() {
    let directory = create_directory_with_file("output_error", "a.json", AMOUNT_WITHOUT_VALUE);
    for (file, message) in
        [("missing/report", ""), ("./a.json", "the output file is also an input file")]
    {
        let output = check(&directory, "human", &["--output", file, "a.json"]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with(&format!("mpp: {file}: {message}")), "{error}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    }
    let input = fs::read_to_string(directory.join("a.json")).unwrap();
    assert_eq!(input, AMOUNT_WITHOUT_VALUE);
}

#[test]
fn quiet_checks_print_only_errors() {
    let directory = create_directory_with_file("quiet", "a.json", AMOUNT_WITHOUT_VALUE);
    for format in FORMATS.into_iter().chain(["human", "json"]) {
        assert_eq!(run(&directory, format, &["--quiet", "a.json"]), (1, String::new()));
        let output = check(&directory, format, &["-q", "a.json", "missing.json"]).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(output.stderr.starts_with(b"mpp: missing.json: "), "{output:?}");
    }
}

// All formats.

#[test]
fn reports_contain_no_values() {
    let input = format!(
        "{VALID_AMOUNT}\n{{\"currency\":\"canary-1\",\"value\":\"canary-2\",\"x\":canary-3}}\n{{\"currency\":\"canary-4\",\"value\":\"canary-5\"}}\n\"canary-6\"\ncanary-7"
    );
    let directory = create_directory_with_file("canary", "a.ndjson", &input);
    for format in FORMATS {
        for policy in ["strict", "lenient"] {
            let (status, report) = run(&directory, format, &["--policy", policy, "a.ndjson"]);
            assert_eq!(status, 1);
            assert!(!report.contains("canary"), "{report}");
        }
    }
}

#[test]
fn valid_documents_have_exit_status_0() {
    let directory = create_directory_with_file("valid", "a.ndjson", VALID_AMOUNT);
    for format in FORMATS {
        let (status, report) = run(&directory, format, &["a.ndjson"]);
        assert_eq!((status, report.contains("error:")), (0, false), "{report}");
    }
}

#[test]
fn reports_do_not_depend_on_threads() {
    let lines = format!("{LINES}{AMOUNT_WITHOUT_VALUE}\n{AMOUNT_WITH_STRING_VALUE}\n");
    let input = lines.repeat((5 << 18) / lines.len());
    let directory = create_directory_with_file("threads", "a.ndjson", &input);
    for format in FORMATS {
        let arguments = ["--policy", "lenient", "a.ndjson", "--threads"];
        let one = run(&directory, format, &[&arguments[..], &["1"]].concat());
        let four = run(&directory, format, &[&arguments[..], &["4"]].concat());
        assert!(one == four, "{format}: {} and {} bytes", one.1.len(), four.1.len());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn reports_use_constant_memory() {
    /// The length of a report, which exceeds the memory that the command may use.
    const REPORT_BYTES: usize = 32 << 20;
    let lines = LINES.repeat((1 << 18) / LINES.len());
    let directory = create_directory("memory");
    for format in FORMATS {
        let mut command = check(&directory, format, &["--lines", "--threads", "2"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let length = Arc::new(AtomicUsize::new(0));
        let report_length = Arc::clone(&length);
        let reader = thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let read @ 1.. = stdout.read(&mut buffer).unwrap() {
                report_length.fetch_add(read, SeqCst);
            }
        });
        while length.load(SeqCst) < REPORT_BYTES {
            stdin.write_all(lines.as_bytes()).unwrap();
        }
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(1));
        reader.join().unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak << 10 < REPORT_BYTES, "{format}: {peak} kB");
    }
}
