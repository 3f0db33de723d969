//! The command `mpp`, from the outside.
#![cfg(feature = "cli")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

mod common;

use miniprogram_protocol::{Policy, Schema};
use std::{
    fs,
    io::{BufRead, BufReader, Read as _, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
    thread,
    time::Duration,
};

const ORDER: &str = r#"{"referenceOrderId":"1","orderDescription":"Shoes","orderAmount":{"currency":"USD","value":4990},"merchant":{"referenceMerchantId":"2","merchantName":"Shoe Shop"}}"#;
const AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const NO_VALUE: &str = r#"{"currency":"USD"}"#;
const BROKEN: &str = r#"{"currency"}"#;

/// The command, and the folder that it is run in.
struct Mpp {
    folder: PathBuf,
}

impl Mpp {
    /// With an empty folder of the test's own.
    fn new(test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mpp").join(test);
        // What an earlier run left.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// For tests without files.
    fn anywhere() -> Self {
        Self { folder: env!("CARGO_TARGET_TMPDIR").into() }
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.join(name), content).unwrap();
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpp"));
        command.current_dir(&self.folder).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        thread::scope(|scope| {
            // A command that ends without reading its input is no surprise.
            scope.spawn(move || drop(stdin.write_all(input)));
            Ran::from(child.wait_with_output().unwrap())
        })
    }
}

#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    fn assert(&self, status: i32, stdout: &[&str]) {
        assert_eq!(self.stdout.lines().collect::<Vec<_>>(), stdout, "{self:?}");
        assert_eq!((self.status, &*self.stderr), (Some(status), ""), "{self:?}");
    }
}

// The report for programs.

#[test]
fn a_valid_document_is_a_json_line_without_violations() {
    Mpp::new("json_valid")
        .file("order.json", ORDER)
        .run(&["check", "--type", "Order", "--format", "json", "order.json"])
        .assert(
            0,
            &[r#"{"source":"order.json","line":1,"type":"Order","valid":true,"violations":[]}"#],
        );
}

#[test]
fn an_invalid_document_is_a_json_line_with_all_violations() {
    let order = ORDER.replace(r#","merchantName":"Shoe Shop""#, "").replace("4990", "-1");
    Mpp::new("json_invalid")
        .file("order.json", order)
        .run(&["check", "--type", "Order", "--format", "json", "order.json"])
        .assert(
            1,
            &[concat!(
                r#"{"source":"order.json","line":1,"type":"Order","valid":false,"violations":["#,
                r#"{"path":"/orderAmount/value","code":"minimum","message":"must be at least 0","#,
                r#""params":{"minimum":0}},"#,
                r#"{"path":"/merchant/merchantName","code":"required","message":"is required","#,
                r#""params":{}}]}"#,
            )],
        );
}

#[test]
fn a_malformed_document_is_a_json_line_with_the_place_of_the_fault() {
    Mpp::new("json_malformed")
        .file("amount.json", "{\n  \"currency\": USD}")
        .run(&["check", "--type", "Amount", "--format", "json", "amount.json"])
        .assert(
            1,
            &[concat!(
                r#"{"source":"amount.json","line":1,"type":"Amount","valid":false,"violations":["#,
                r#"{"path":"","code":"syntax","message":"expected a value","#,
                r#""params":{"line":2,"column":15}}]}"#,
            )],
        );
}

#[test]
fn each_line_of_a_stream_is_a_json_line_with_its_number() {
    let input = format!("{AMOUNT}\n{BROKEN}\n{NO_VALUE}\n");
    Mpp::new("json_lines").file("amounts.ndjson", input)
        .run(&["check", "--type", "Amount", "--format", "json", "amounts.ndjson"])
        .assert(1, &[
            r#"{"source":"amounts.ndjson","line":1,"type":"Amount","valid":true,"violations":[]}"#,
            r#"{"source":"amounts.ndjson","line":2,"type":"Amount","valid":false,"violations":[{"path":"","code":"syntax","message":"expected a colon","params":{"line":1,"column":12}}]}"#,
            r#"{"source":"amounts.ndjson","line":3,"type":"Amount","valid":false,"violations":[{"path":"/value","code":"required","message":"is required","params":{}}]}"#,
        ]);
}

#[test]
fn json_lines_come_in_the_order_of_the_files() {
    Mpp::new("json_order")
        .file("b.json", AMOUNT)
        .file("a.json", AMOUNT)
        .run(&["check", "--type", "Amount", "--format", "json", "b.json", "a.json", "b.json"])
        .assert(
            0,
            &["b", "a", "b"].map(|name| {
                &*format!(r#"{{"source":"{name}.json","line":1,"type":"Amount","valid":true,"violations":[]}}"#).leak()
            }),
        );
}

#[test]
fn json_names_standard_input_by_a_hyphen() {
    Mpp::anywhere()
        .run_with(&["check", "--type", "Amount", "--format", "json"], AMOUNT.as_bytes())
        .assert(0, &[r#"{"source":"-","line":1,"type":"Amount","valid":true,"violations":[]}"#]);
}

#[test]
fn json_says_nothing_of_an_empty_stream() {
    Mpp::anywhere()
        .run(&["check", "--type", "Amount", "--format", "json", "--lines"])
        .assert(0, &[]);
}

#[test]
fn a_json_line_stays_one_line_whatever_names_hold() {
    // Line separators to some readers, and characters that terminals obey.
    let name = "a\u{85}\u{2028}\u{9b}31m\u{202e}";
    let input = format!(r#"{{"currency":"USD","value":1,"{name}":1,"{name}":2}}"#);
    let ran = Mpp::anywhere()
        .run_with(&["check", "--type", "Amount", "--format", "json"], input.as_bytes());
    assert!(ran.stdout.contains(r#""path":"/a\u0085\u2028\u009b31m\u202e""#), "{ran:?}");
    assert!(ran.stdout.trim_end_matches('\n').is_ascii(), "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["violations"][0]["path"], format!("/{name}"));
}

// The report for people.

#[test]
fn valid_documents_are_counted() {
    Mpp::new("human_valid")
        .file("a.json", ORDER)
        .file("b.json", ORDER)
        .run(&["check", "--type", "Order", "a.json", "b.json"])
        .assert(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn each_violation_is_a_line_with_file_pointer_and_sentence() {
    let order = ORDER.replace(r#","merchantName":"Shoe Shop""#, "").replace("4990", "-1");
    Mpp::new("human_invalid")
        .file("order.json", order)
        .run(&["check", "--type", "Order", "order.json"])
        .assert(
            1,
            &[
                "order.json: /orderAmount/value must be at least 0",
                "order.json: /merchant/merchantName is required",
                "1 document: 0 valid, 1 invalid",
            ],
        );
}

#[test]
fn violations_in_a_stream_name_the_line() {
    Mpp::new("human_lines")
        .file("amounts.ndjson", format!("{AMOUNT}\n{NO_VALUE}\n{BROKEN}\n"))
        .run(&["check", "--type", "Amount", "amounts.ndjson"])
        .assert(
            1,
            &[
                "amounts.ndjson:2: /value is required",
                "amounts.ndjson:3: malformed JSON at column 12: expected a colon",
                "3 documents: 1 valid, 2 invalid",
            ],
        );
}

#[test]
fn a_malformed_file_is_told_with_line_and_column() {
    Mpp::new("human_malformed")
        .file("amount.json", "{\n  \"currency\": USD}")
        .run(&["check", "--type", "Amount", "amount.json"])
        .assert(
            1,
            &[
                "amount.json: malformed JSON at line 2 column 15: expected a value",
                "1 document: 0 valid, 1 invalid",
            ],
        );
}

/// The lines of a report on standard input that holds that one invalid amount.
fn lines_about(amount: &str) -> Vec<String> {
    let schema = Schema::by_name("Amount").unwrap();
    let error = schema.check_json(amount.as_bytes(), &Policy::strict()).unwrap_err();
    let lines = error.violations().iter().map(|violation| format!("-: {violation}"));
    lines.chain(["1 document: 0 valid, 1 invalid".to_owned()]).collect()
}

#[test]
fn a_fault_of_the_whole_document_is_a_sentence_too() {
    let ran = Mpp::anywhere().run_with(&["check", "--type", "Amount"], b"[]");
    assert!(ran.stdout.contains(" must be an object, not an array\n"), "{ran:?}");
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), lines_about("[]"));
}

#[test]
fn a_cut_report_says_so() {
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1,"#)).collect();
    let input = format!(r#"{{{}"currency":"USD","value":1}}"#, names.concat());
    let ran = Mpp::anywhere().run_with(&["check", "--type", "Amount"], input.as_bytes());
    assert!(ran.stdout.contains(" has more violations than the reported 64\n"), "{ran:?}");
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), lines_about(&input));
}

#[test]
fn no_value_is_ever_printed() {
    let input = format!(
        "{AMOUNT}\n{{\"currency\":\"secret-1\",\"value\":\"secret-2\",\"x\":secret-3}}\n{{\"currency\":\"secret-4\",\"value\":\"secret-5\"}}\n\"secret-6\"\nsecret-7"
    );
    for format in ["human", "json"] {
        let ran = Mpp::anywhere().run_with(
            &["check", "--type", "Amount", "--lines", "--format", format],
            input.as_bytes(),
        );
        assert_eq!(ran.status, Some(1));
        assert!(!ran.stdout.contains("secret") && ran.stderr.is_empty(), "{ran:?}");
    }
}

#[test]
fn control_characters_of_the_payload_are_escaped() {
    let input = r#"{"currency":"USD","value":1,"a\u001b[31m\nb":1,"a\u001b[31m\nb":2}"#;
    Mpp::anywhere().run_with(&["check", "--type", "Amount"], input.as_bytes()).assert(
        1,
        &[
            r"-: /a\u{1b}[31m\nb is a duplicate field; only its first occurrence is used",
            "1 document: 0 valid, 1 invalid",
        ],
    );
}

#[cfg(unix)]
#[test]
fn control_characters_of_file_names_are_escaped_and_nothing_else() {
    let name = "it's \"mine\" \\ e\u{301}\u{61c}\u{202e}\u{2069}\u{1b}[31m\n.json";
    let mpp = Mpp::new("control_name").file(name, NO_VALUE);
    mpp.run(&["check", "--type", "Amount", name]).assert(
        1,
        &[
            "it's \"mine\" \\ e\u{301}\\u{61c}\\u{202e}\\u{2069}\\u{1b}[31m\\n.json: /value is required",
            "1 document: 0 valid, 1 invalid",
        ],
    );
    let ran = mpp.run(&["check", "--type", "Amount", "\u{1b}[31m"]);
    assert!(ran.stderr.starts_with("mpp: \\u{1b}[31m: "), "{ran:?}");
}

// What is read.

#[test]
fn standard_input_is_read_without_files() {
    Mpp::anywhere()
        .run_with(&["check", "--type", "Order"], ORDER.as_bytes())
        .assert(0, &["1 document: 1 valid, 0 invalid"]);
}

#[test]
fn a_hyphen_among_files_is_standard_input() {
    Mpp::new("stdin_hyphen")
        .file("amount.json", AMOUNT)
        .run_with(&["check", "--type", "Amount", "amount.json", "-"], NO_VALUE.as_bytes())
        .assert(1, &["-: /value is required", "2 documents: 1 valid, 1 invalid"]);
}

#[test]
fn the_type_may_follow_the_files() {
    Mpp::new("type_last")
        .file("order.json", ORDER)
        .run(&["check", "order.json", "--type", "Order"])
        .assert(0, &["1 document: 1 valid, 0 invalid"]);
}

#[test]
fn a_file_named_after_lines_is_read_by_lines() {
    let two = format!("{AMOUNT}\n{AMOUNT}\n");
    let mpp = Mpp::new("names").file("a.ndjson", &two).file("b.jsonl", &two).file("c.NDJSON", &two);
    mpp.run(&["check", "--type", "Amount", "a.ndjson", "b.jsonl", "c.NDJSON"])
        .assert(0, &["6 documents: 6 valid, 0 invalid"]);
}

#[test]
fn a_file_with_another_name_is_one_document() {
    Mpp::new("name_json")
        .file("a.json", format!("{AMOUNT}\n{AMOUNT}\n"))
        .file("b.ndjson", format!("{AMOUNT}\n{AMOUNT}\n"))
        .run(&["check", "--type", "Amount", "a.json", "b.ndjson"])
        .assert(
            1,
            &[
                "a.json: malformed JSON at line 2 column 1: trailing characters after the value",
                "3 documents: 2 valid, 1 invalid",
            ],
        );
}

#[test]
fn lines_are_asked_for_by_an_option() {
    Mpp::new("lines_option")
        .file("a.json", format!("{AMOUNT}\n{AMOUNT}\n"))
        .run(&["check", "--lines", "--type", "Amount", "a.json"])
        .assert(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn blank_lines_are_passed_over_and_counted() {
    Mpp::anywhere()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("\n  \t\n{NO_VALUE}\n\n").as_bytes(),
        )
        .assert(1, &["-:3: /value is required", "1 document: 0 valid, 1 invalid"]);
}

#[test]
fn lines_may_end_with_carriage_returns() {
    Mpp::anywhere()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{AMOUNT}\r\n\r\n{AMOUNT}\r\n").as_bytes(),
        )
        .assert(0, &["2 documents: 2 valid, 0 invalid"]);
}

#[test]
fn a_last_line_without_line_feed_counts() {
    Mpp::anywhere()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{AMOUNT}\n{NO_VALUE}").as_bytes(),
        )
        .assert(1, &["-:2: /value is required", "2 documents: 1 valid, 1 invalid"]);
}

#[test]
fn a_malformed_line_does_not_keep_the_next_ones_from_being_checked() {
    Mpp::anywhere()
        .run_with(
            &["check", "--type", "Amount", "--lines"],
            format!("{BROKEN}\n{AMOUNT}\n").as_bytes(),
        )
        .assert(
            1,
            &[
                "-:1: malformed JSON at column 12: expected a colon",
                "2 documents: 1 valid, 1 invalid",
            ],
        );
}

#[test]
fn a_line_that_is_not_utf_8_is_a_malformed_document() {
    let input = [b"\"\xff\"\n".as_slice(), AMOUNT.as_bytes()].concat();
    Mpp::anywhere().run_with(&["check", "--type", "Amount", "--lines"], &input).assert(
        1,
        &["-:1: malformed JSON at column 2: invalid UTF-8", "2 documents: 1 valid, 1 invalid"],
    );
}

#[test]
fn an_empty_file_is_a_malformed_document() {
    Mpp::new("empty")
        .file("empty.json", "")
        .run(&["check", "--type", "Amount", "empty.json"])
        .assert(
            1,
            &[
                "empty.json: malformed JSON at line 1 column 1: unexpected end of input",
                "1 document: 0 valid, 1 invalid",
            ],
        );
}

#[test]
fn an_empty_stream_has_no_documents() {
    Mpp::new("empty_stream")
        .file("empty.ndjson", "")
        .run(&["check", "--type", "Amount", "empty.ndjson"])
        .assert(0, &["0 documents: 0 valid, 0 invalid"]);
}

#[test]
fn a_line_beyond_the_limit_is_malformed_and_the_next_one_is_checked() {
    let mut input = vec![b' '; (64 << 20) + 1];
    input.extend(format!("\n{AMOUNT}\n").bytes());
    let mpp = Mpp::anywhere();
    mpp.run_with(&["check", "--type", "Amount", "--lines"], &input)
        .assert(1, &["-:1: the line is longer than 64 MiB", "2 documents: 1 valid, 1 invalid"]);
    mpp.run_with(&["check", "--type", "Amount", "--lines", "--format", "json"], &input).assert(1, &[
        r#"{"source":"-","line":1,"type":"Amount","valid":false,"violations":[{"path":"","code":"syntax","message":"the line is longer than 64 MiB","params":{"line":1,"column":1}}]}"#,
        r#"{"source":"-","line":2,"type":"Amount","valid":true,"violations":[]}"#,
    ]);
}

#[test]
fn every_type_can_be_checked() {
    for schema in Schema::ALL {
        Mpp::anywhere()
            .run_with(
                &["check", "--type", schema.name],
                common::complete(schema).to_string().as_bytes(),
            )
            .assert(0, &["1 document: 1 valid, 0 invalid"]);
    }
}

// What cannot be read or written.

#[test]
fn a_missing_file_is_reported_and_the_others_are_checked() {
    let ran = Mpp::new("missing").file("a.json", AMOUNT).file("b.json", NO_VALUE).run(&[
        "check",
        "--type",
        "Amount",
        "a.json",
        "missing.json",
        "b.json",
    ]);
    assert_eq!(ran.stdout, "b.json: /value is required\n2 documents: 1 valid, 1 invalid\n");
    assert!(ran.stderr.starts_with("mpp: missing.json: "), "{ran:?}");
    assert_eq!((ran.stderr.lines().count(), ran.status), (1, Some(2)), "{ran:?}");
}

#[test]
fn a_missing_file_leaves_no_json_line() {
    let ran = Mpp::new("missing_json").run(&[
        "check",
        "--type",
        "Amount",
        "--format",
        "json",
        "missing.json",
    ]);
    assert_eq!((&*ran.stdout, ran.status), ("", Some(2)), "{ran:?}");
    assert!(ran.stderr.starts_with("mpp: missing.json: "), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_folder_cannot_be_read() {
    let ran = Mpp::new("folder").run(&["check", "--type", "Amount", "."]);
    assert!(ran.stderr.starts_with("mpp: .: "), "{ran:?}");
    assert_eq!(ran.status, Some(2));
}

#[test]
fn a_closed_pipe_ends_the_command_quietly() {
    let mpp = Mpp::anywhere();
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();

    let mut stdin = child.stdin.take().unwrap();
    let lines = format!("{NO_VALUE}\n").repeat(1_000);
    let feeder = thread::spawn(move || while stdin.write_all(lines.as_bytes()).is_ok() {});

    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "-:1: /value is required\n");

    // The reader is gone. The command ends, and with it the feeder.
    feeder.join().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((&*ran.stderr, ran.status), ("", Some(2)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    for arguments in [
        &["check", "--type", "Amount", "--lines"][..],
        &["types"],
        &["show", "Order"],
        &["--help"],
        &["--version"],
    ] {
        let mpp = Mpp::anywhere();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = mpp.command(arguments);
        let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
        let ran = Ran::from(output);
        assert!(ran.stderr.starts_with("mpp: standard output: "), "{ran:?}");
        assert_eq!((ran.stderr.lines().count(), ran.status), (1, Some(2)), "{ran:?}");
    }
}

// How it is read.

#[test]
fn a_document_may_be_longer_than_the_library_reads_by_default() {
    let blanks = vec![b' '; 65 << 20];
    let ran = Mpp::anywhere()
        .run_with(&["check", "--type", "Amount"], &[AMOUNT.as_bytes(), &blanks].concat());
    assert_eq!(ran.stdout, "1 document: 1 valid, 0 invalid\n");
}

#[test]
fn a_document_is_reported_before_the_next_one_comes() {
    let mpp = Mpp::anywhere();
    let mut command = mpp.command(&["check", "--type", "Amount", "--lines", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    ask_and_hear(&mut stdin, &mut stdout, 1..4);
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// Writes a line of each number, and reads the answer to it before the next one.
#[track_caller]
fn ask_and_hear<N: std::fmt::Display>(
    mut to: impl Write,
    mut from: impl BufRead,
    numbers: impl Iterator<Item = N>,
) {
    for number in numbers {
        // What has come of the next line does not keep the answer back.
        writeln!(to, "{AMOUNT}").unwrap();
        write!(to, "  ").unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        assert!(line.contains(&format!(r#""line":{number},"#)), "{line}");
    }
}

/// Lines of all sorts, so many that threads are worth their start.
fn lines_of_all_sorts() -> Vec<u8> {
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1"#)).collect();
    let faulty = format!("{{{}}}", names.join(","));
    let wide = "{\"Zoë 🐈\u{2028}\":1,\"Zoë 🐈\u{2028}\":2}";
    let long = format!("{}{AMOUNT}", " ".repeat(100_000));
    let longer = format!("{}{NO_VALUE}\n", " ".repeat(1_200_000));
    let lines = [AMOUNT, "", NO_VALUE, BROKEN, " \t\r", &faulty, wide, "1", &long, "\"\r"];
    let some = [lines.join("\n").as_bytes(), b"\n\"\xff\"\n"].concat();
    let tiny = "1\n\n".repeat(3_000);
    [&*some.repeat(15), longer.as_bytes(), tiny.as_bytes(), &*some.repeat(5), AMOUNT.as_bytes()]
        .concat()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let input = lines_of_all_sorts();
    let ended = [&*input, b"\n"].concat();
    let mpp = Mpp::new("threads").file("a.ndjson", &input).file("b.ndjson", &ended);
    for format in ["json", "human"] {
        let run = |threads: &[&str]| {
            let check = ["check", "--type", "Amount", "--lines", "--format", format];
            let files = ["a.ndjson", "-", "b.ndjson"];
            mpp.run_with(&[&check, threads, &files].concat(), &input)
        };
        let one = run(&["--threads", "1"]);
        assert_eq!((one.status, &*one.stderr), (Some(1), ""));
        // In each of the three: nine of each sort, the tiny ones, a longer one and the last.
        let documents = 3 * (9 * 20 + 3_000 + 2);
        if format == "json" {
            assert_eq!(one.stdout.lines().count(), documents);
        } else {
            assert!(one.stdout.contains(&format!("\n{documents} documents: ")));
        }
        for threads in [&["--threads", "2"][..], &["--threads", "7"], &[]] {
            let ran = run(threads);
            assert!(ran.stdout == one.stdout, "{threads:?}: {} bytes", ran.stdout.len());
            assert_eq!((ran.status, &*ran.stderr), (Some(1), ""), "{threads:?}");
        }
    }
}

/// A check of a stream of amounts that goes on, in several threads.
struct Threads {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// How many lines have been fed and answered.
    lines: usize,
}

impl Threads {
    fn new(number: &str) -> Self {
        let arguments = ["check", "--type", "Amount", "--lines", "--format", "json", "--threads"];
        let mut command = Mpp::anywhere().command(&[&arguments[..], &[number]].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        // They start after a megabyte. The answers to wide lines fit into a pipe.
        let lines = 1_100;
        let line = format!("{}{AMOUNT}\n", " ".repeat(1_000));
        let feeder = thread::spawn(move || {
            stdin.write_all(line.repeat(lines).as_bytes()).unwrap();
            stdin
        });
        assert_eq!(stdout.by_ref().lines().take(lines).map(Result::unwrap).count(), lines);
        Self { child, stdin: feeder.join().unwrap(), stdout, lines }
    }
}

#[test]
fn threads_do_not_keep_an_answer_back() {
    for number in ["2", "7"] {
        let Threads { mut child, mut stdin, mut stdout, lines } = Threads::new(number);
        ask_and_hear(&mut stdin, &mut stdout, lines + 1..lines + 4);
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_closed_pipe_ends_the_threads_though_more_may_come() {
    let Threads { mut child, mut stdin, stdout, .. } = Threads::new("2");
    drop(stdout);
    writeln!(stdin, "{AMOUNT}").unwrap();
    let ended = (0..400).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        child.try_wait().unwrap()
    });
    assert_eq!(ended.unwrap().code(), Some(2));
    drop(stdin);
}

/// The most memory that a child has had, in kB.
#[cfg(target_os = "linux")]
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_rests_holds_the_threads_up_in_little_memory() {
    // Much is said of little.
    let names: Vec<_> = (0..70).map(|name| format!(r#""{name}":1,"{name}":1"#)).collect();
    for line in ["1\n", &format!("{{{}}}\n", names.join(","))] {
        let Threads { mut child, mut stdin, stdout, .. } = Threads::new("7");
        let lines = line.repeat((16 << 20) / line.len());
        let feeder = thread::spawn(move || stdin.write_all(lines.as_bytes()).is_ok());
        // More than it takes to get as far as this can.
        thread::sleep(Duration::from_secs(1));
        let peak = peak(&child);
        assert!(!feeder.is_finished(), "the whole stream was read");
        assert!(peak < 64 << 10, "{peak} kB");

        drop(stdout);
        assert!(!feeder.join().unwrap(), "the whole stream was read");
        assert_eq!(child.wait().unwrap().code(), Some(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn long_lines_take_the_memory_of_one() {
    let long = format!("{}{AMOUNT}\n", " ".repeat(10 << 20));
    let mpp = Mpp::new("long_lines").file("long.ndjson", long.repeat(14));
    let check = ["check", "--type", "Amount", "--lines", "--format", "json", "--threads", "7"];
    let mut command = mpp.command(&[&check[..], &["long.ndjson", "-"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(stdout.lines().take(14).map(Result::unwrap).count(), 14);
    let peak = peak(&child);
    assert!(peak < 64 << 10, "{peak} kB");

    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_flat_on_a_long_stream() {
    const LENGTH: usize = 200 << 20;
    let mpp = Mpp::anywhere();
    let mut command = mpp.command(&["check", "--type", "Order", "--lines", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();

    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || stdout.lines().count());

    let malformed = "x".repeat(1 << 20);
    let invalid = ORDER.replace("4990", "-1");
    let lines = format!("{ORDER}\n{invalid}\n\n").repeat(500) + &malformed + "\n";
    let times = LENGTH / lines.len() + 1;
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..times {
        stdin.write_all(lines.as_bytes()).unwrap();
    }
    let peak = peak(&child);
    assert!(peak < 64 << 10, "{peak} kB");

    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(reader.join().unwrap(), times * 1_001);
}

#[cfg(target_os = "linux")]
mod terminal {
    use super::{AMOUNT, Mpp, Ran};
    use std::process::{Command, Stdio};

    /// Runs a shell command at a terminal; none if this machine has no `script` to make one.
    fn at_a_terminal(mpp: &Mpp, command: &str) -> Option<Ran> {
        let mut script = Command::new("script");
        script.args(["-qec", command, "/dev/null"]).env("TERM", "xterm");
        script.current_dir(&mpp.folder).stdin(Stdio::null());
        script.output().ok().map(Ran::from)
    }

    #[test]
    fn progress_is_shown_at_a_terminal_after_a_while() {
        let mpp = Mpp::new("progress").file("amount.json", format!("{AMOUNT}\n"));
        let command = format!(
            "(cat amount.json; sleep 1; cat amount.json; sleep 0.2) | {} check --type Amount --lines",
            env!("CARGO_BIN_EXE_mpp")
        );
        let Some(ran) = at_a_terminal(&mpp, &command) else { return };
        assert!(ran.stdout.contains("58 B, 2 documents"), "{ran:?}");
        assert!(ran.stdout.ends_with("2 documents: 2 valid, 0 invalid\r\n"), "{ran:?}");
    }

    #[test]
    fn a_short_check_shows_no_progress() {
        let mpp = Mpp::new("no_progress").file("amount.json", AMOUNT);
        let command = format!("{} check --type Amount amount.json", env!("CARGO_BIN_EXE_mpp"));
        let Some(ran) = at_a_terminal(&mpp, &command) else { return };
        assert_eq!(ran.stdout, "1 document: 1 valid, 0 invalid\r\n");
    }

    #[test]
    fn elsewhere_progress_is_not_shown() {
        let mpp = Mpp::new("no_terminal").file("amount.json", format!("{AMOUNT}\n"));
        let output = Command::new("sh")
            .current_dir(&mpp.folder)
            .args([
                "-c",
                "(cat amount.json; sleep 1; cat amount.json) | \"$0\" check --type Amount --lines",
            ])
            .arg(env!("CARGO_BIN_EXE_mpp"))
            .output()
            .unwrap();
        Ran::from(output).assert(0, &["2 documents: 2 valid, 0 invalid"]);
    }
}

// How strictly it is judged.

/// An amount as a text, which a policy may let pass.
const AS_TEXT: &str = r#"{"currency":"USD","value":"1"}"#;

#[test]
fn what_a_policy_lets_pass_is_shown_and_counted() {
    Mpp::new("tolerated_human")
        .file("amounts.ndjson", format!("{AMOUNT}\n{AS_TEXT}\n{NO_VALUE}\n"))
        .file("amount.json", AS_TEXT)
        .run(&["check", "--type", "Amount", "--policy", "lenient", "amounts.ndjson", "amount.json"])
        .assert(
            1,
            &[
                "amounts.ndjson:2: tolerated: /value must be an integer, not a string",
                "amounts.ndjson:3: /value is required",
                "amount.json: tolerated: /value must be an integer, not a string",
                "4 documents: 3 valid, 1 invalid; 2 valid with tolerated deviations",
            ],
        );
}

#[test]
fn what_a_policy_lets_pass_is_a_member_of_a_json_line() {
    Mpp::new("tolerated_json")
        .run_with(
            &["check", "--type", "Amount", "--policy", "lenient", "--format", "json", "--lines"],
            format!("{AMOUNT}\n{AS_TEXT}\n").as_bytes(),
        )
        .assert(
            0,
            &[
                r#"{"source":"-","line":1,"type":"Amount","valid":true,"violations":[]}"#,
                concat!(
                    r#"{"source":"-","line":2,"type":"Amount","valid":true,"violations":[],"#,
                    r#""tolerated":[{"path":"/value","code":"type","#,
                    r#""message":"must be an integer, not a string","#,
                    r#""params":{"expected":"integer","found":"string"}}]}"#,
                ),
            ],
        );
}

#[test]
fn threads_have_the_policy_too() {
    let stream = format!("{AS_TEXT}\n").repeat(100_000);
    let ran = Mpp::anywhere().run_with(
        &["check", "--type", "Amount", "--policy", "lenient", "--lines", "--threads", "2"],
        stream.as_bytes(),
    );
    assert_eq!(
        ran.stdout.lines().last().unwrap(),
        "100000 documents: 100000 valid, 0 invalid; 100000 valid with tolerated deviations"
    );
    assert_eq!(ran.status, Some(0));
}

#[test]
fn the_policy_of_the_dictionary_is_the_one_without_a_policy() {
    let mpp = Mpp::new("policy_dictionary").file("amounts.ndjson", format!("{AS_TEXT}\n{AMOUNT}"));
    for format in ["human", "json"] {
        let check = ["check", "--type", "Amount", "--format", format, "amounts.ndjson"];
        let without = mpp.run(&check);
        let with = mpp.run(&[&check[..], &["--policy", "strict"]].concat());
        assert_eq!((with.status, with.stdout), (Some(1), without.stdout));
    }
}

#[test]
fn a_policy_is_read_from_a_file_by_the_end_of_its_name() {
    let mpp = Mpp::new("policy_files")
        .file("amount.json", AMOUNT)
        .file("policy.toml", "fields.Amount.value.minimum = 2")
        .file("policy.JSON", r#"{"fields": {"Amount": {"value": {"minimum": 3}}}}"#)
        .file("lenient", "fields.Amount.value.minimum = 4");
    for (policy, least) in [("policy.toml", 2), ("policy.JSON", 3), ("./lenient", 4)] {
        mpp.run(&["check", "--type", "Amount", "--policy", policy, "amount.json"]).assert(
            1,
            &[
                &format!("amount.json: /value must be at least {least}"),
                "1 document: 0 valid, 1 invalid",
            ],
        );
    }
}

#[test]
fn the_example_of_a_policy_is_one() {
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/tenant.toml");
    let order = ORDER.replacen(r#""1""#, r#""12345678""#, 1);
    Mpp::new("policy_example")
        .file("orders.ndjson", format!("{order}\n{ORDER}"))
        .run(&["check", "--type", "Order", "--policy", policy, "orders.ndjson"])
        .assert(
            1,
            &[
                "orders.ndjson:2: /referenceOrderId must match the policy's pattern",
                "2 documents: 1 valid, 1 invalid",
            ],
        );
}

#[test]
fn a_policy_that_cannot_be_read_is_wrong_usage() {
    let mpp = Mpp::new("policy_faults")
        .file("amount.json", AMOUNT)
        .file("tenant.toml", "base = 'lenient'\n  maxdepth = 3")
        .file("ten\u{1b}ant.json", "{\"base\":\n true}")
        .file("latin.toml", b"# \xe9")
        .file("long.toml", "#".repeat((1 << 20) + 1));
    for (policy, expected) in [
        (
            "tenant.toml",
            "mpp: tenant.toml:2:3: a policy has no key `maxdepth`; did you mean `maxDepth`?",
        ),
        (
            "ten\u{1b}ant.json",
            r"mpp: ten\u{1b}ant.json:2:2: base must be one of strict, lenient, not a boolean",
        ),
        ("latin.toml", "mpp: latin.toml: stream did not contain valid UTF-8"),
        ("long.toml", "mpp: long.toml: the policy is longer than 1 MiB"),
        ("Tolerant", "mpp: Tolerant: No such file or directory (os error 2)"),
    ] {
        let ran = mpp.run(&["check", "--type", "Amount", "--policy", policy, "amount.json"]);
        assert_eq!((ran.status, &*ran.stdout, ran.stderr.trim_end()), (Some(2), "", expected));
    }
}

// Usage.

#[test]
fn an_unknown_type_is_refused_with_the_nearest_names_and_the_list() {
    for arguments in [&["check", "--type", "order", "order.json"][..], &["show", "order"]] {
        let ran = Mpp::anywhere().run(arguments);
        assert_eq!((&*ran.stdout, ran.status), ("", Some(2)), "{ran:?}");
        assert!(ran.stderr.contains("did you mean Order?"), "{ran:?}");
        for schema in Schema::ALL {
            assert!(ran.stderr.contains(schema.name), "{}: {ran:?}", schema.name);
        }
    }
}

#[test]
fn a_name_like_none_is_refused_with_the_list_alone() {
    let ran = Mpp::anywhere().run(&["check", "--type", "Kangaroo"]);
    assert!(!ran.stderr.contains("did you mean"), "{ran:?}");
    assert!(ran.stderr.contains("NotifyCardRegistrationResponse"), "{ran:?}");
    assert_eq!(ran.status, Some(2));
}

#[test]
fn wrong_usage_is_refused() {
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
        let ran = Mpp::anywhere().run(arguments);
        assert_eq!((&*ran.stdout, ran.status), ("", Some(2)), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("--help"), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn help_has_examples_and_the_exit_status() {
    for arguments in [&["--help"][..], &["check", "--help"]] {
        let ran = Mpp::anywhere().run(arguments);
        assert!(ran.stdout.contains("mpp check --type Order order.json"), "{ran:?}");
        let (_, status) = ran.stdout.split_once("Exit status:\n  0  ").unwrap();
        assert!(status.contains("all documents are valid\n  1"), "{ran:?}");
        assert!(ran.stdout.lines().all(|line| line.len() <= 100), "{ran:?}");
        assert_eq!(ran.status, Some(0));
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    Mpp::anywhere().run(&["--version"]).assert(0, &[concat!("mpp ", env!("CARGO_PKG_VERSION"))]);
}

// The tables.

#[test]
fn types_are_listed_in_the_order_of_the_documents_with_a_sentence() {
    let ran = Mpp::anywhere().run(&["types"]);
    let listed: Vec<_> = ran.stdout.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(listed.len(), Schema::ALL.len());
    for ((name, about), schema) in listed.iter().zip(Schema::ALL) {
        assert_eq!(*name, schema.name);
        assert!(about.ends_with('.') && !about.contains(['[', ']']), "{about}");
    }
    assert!(
        ran.stdout
            .contains("Merchant                        Who sells: the merchant of an Order.\n")
    );
    assert_eq!(ran.status, Some(0));
}

#[test]
fn every_type_is_shown_with_all_its_fields_in_at_most_100_columns() {
    for schema in Schema::ALL {
        let ran = Mpp::anywhere().run(&["show", schema.name]);
        assert_eq!((&*ran.stderr, ran.status), ("", Some(0)));
        assert!(ran.stdout.starts_with(&format!("{}: ", schema.name)), "{ran:?}");

        let mut lines = ran.stdout.lines();
        for field in schema.fields {
            let row = lines.find(|line| line.split(' ').next() == Some(field.name)).unwrap();
            let mut cells = row.split_whitespace().skip(1);
            assert_eq!(cells.next(), Some(&*field.value_type.to_string()), "{row}");
            assert_eq!(cells.next() == Some("yes"), field.required, "{row}");
            // The example ends what is said of the row.
            let last = lines.by_ref().take_while(|line| !line.is_empty()).last();
            let example = last.and_then(|line| line.strip_prefix("    Example: "));
            assert_eq!(example, field.example(), "{row}");
        }
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= 100, "{line}");
            assert_eq!(line.trim_end(), line);
            // Neither links, nor code, nor how Rust shows what the command has no words for.
            for trace in ["](", "[`", "```", "::", " { ", "assert"] {
                assert!(!line.contains(trace), "{line}");
            }
        }
    }
}

/// What `mpp show` prints for a type.
fn shown(schema: &str) -> String {
    Mpp::anywhere().run(&["show", schema]).stdout
}

#[test]
fn a_table_has_aligned_columns_and_descriptions_below() {
    assert_eq!(
        shown("Amount"),
        "\
Amount: An amount of money.
Source: data dictionary

Field     Type     Required  Rules

currency  String   yes       format iso4217; at most 3 characters
    The 3-character code of the currency, as in ISO 4217.
    Example: \"USD\"

value     Integer  yes       from 0 to 2147483647
    The value, in the smallest unit of the currency: 10000 is 100.00 in USD.
    Example: 10000

Formats:
  iso4217: a current currency code of ISO 4217
"
    );
}

#[test]
fn rules_are_put_in_words() {
    for (schema, words) in [
        ("Order", "at most 4096 characters; none of @ # ?; sensitive"),
        ("Message", "one of SMS, PUSH, INBOX"),
        ("ContactInfo", "MOBILE_PHONE, TELEPHONE, EMAIL, or another"),
        ("Merchant", "format iso18245; from 1 to 32 characters"),
        ("Goods", "at least 1\n"),
        ("DeployAppInfo", "at most 50 elements, each of at most 50 characters"),
        ("NotifyCardRegistrationRequest", "at most 10 elements"),
    ] {
        assert!(shown(schema).contains(words), "{}", shown(schema));
    }
}

#[test]
fn rules_between_fields_are_put_in_words() {
    for (schema, words) in [
        ("Address", "  longitude and latitude are given together or not at all.\n"),
        ("MessageSendResult", "  retry is required when success is false.\n"),
        (
            "User",
            "  In userName, at least one of fullName, firstName, middleName and lastName is given.\n",
        ),
        ("ContactInfo", "  contactNo has the format e164 when contactType is MOBILE_PHONE.\n"),
        (
            "MerchantSyncResponse",
            "  In result, resultStatus follows from resultCode: S when it is SUCCESS; F when it is \
             PROCESS_FAIL,\n  PARAM_ILLEGAL, INVALID_API, ACCESS_DENIED or \
             REQUEST_TRAFFIC_EXCEED_LIMIT; U when it is\n  UNKNOWN_EXCEPTION.\n",
        ),
    ] {
        assert!(shown(schema).contains("\nRules between fields:\n"), "{}", shown(schema));
        assert!(shown(schema).contains(words), "{}", shown(schema));
    }
}

#[test]
fn a_table_without_rules_between_fields_says_nothing_of_them() {
    assert!(!shown("Order").contains("Rules between"));
}

#[test]
fn samples_are_valid_and_the_same_for_the_same_seed() {
    let mpp = Mpp::anywhere();
    let sample = |seed| mpp.run(&["sample", "--type", "User", "--count", "20", "--seed", seed]);
    let first = sample("7").stdout;
    assert_eq!(first, sample("7").stdout);
    assert_ne!(first, sample("8").stdout);
    let check = ["check", "--type", "User", "--lines"];
    mpp.run_with(&check, first.as_bytes()).assert(0, &["20 documents: 20 valid, 0 invalid"]);
}

#[test]
fn samples_are_valid_by_the_policy_that_they_are_made_for() {
    let mpp = Mpp::anywhere();
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/tenant.toml");
    let of_orders = ["--type", "Order", "--policy", policy];
    let sample = mpp.run(&[&["sample", "--count", "20"], &of_orders[..]].concat()).stdout;
    let checked =
        mpp.run_with(&[&["check", "--lines"], &of_orders[..]].concat(), sample.as_bytes());
    assert!(checked.stdout.contains("20 documents: 20 valid, 0 invalid"), "{checked:?}");
    // Amounts come as texts, too.
    let by_the_documents = ["check", "--lines", "--type", "Order"];
    assert_ne!(mpp.run_with(&by_the_documents, sample.as_bytes()).status, Some(0));
}

#[test]
fn what_is_tried_in_vain_for_one_sample_does_not_count_for_the_next_one() {
    let policy = "[fields.User.birthDate]\npattern = '(19|20)[0-9]{2}-.*'";
    let mpp = Mpp::new("tried_in_vain").file("policy.toml", policy);
    let sample = |count, tries| {
        let arguments = ["sample", "--type", "User", "--policy", "policy.toml", "--count", count];
        let mut command = mpp.command(&arguments);
        Ran::from(command.env("PROPTEST_MAX_LOCAL_REJECTS", tries).output().unwrap())
    };
    let ran = sample("300", "500");
    assert_eq!((ran.stdout.lines().count(), ran.status, &*ran.stderr), (300, Some(0), ""));
}

#[test]
fn gives_up_impossible_samples_at_once() {
    let mpp = Mpp::new("impossible_samples").file("policy.toml", "maxDepth = 1");
    let start = std::time::Instant::now();
    let ran = mpp.run(&["sample", "--type", "Order", "--policy", "policy.toml"]);
    let error = "mpp: hardly any document keeps the policy: Too many local rejects\n";
    assert_eq!((ran.status, &*ran.stderr), (Some(2), error));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn invalid_samples_are_invalid() {
    let mpp = Mpp::anywhere();
    let sample = mpp.run(&["sample", "--type", "Order", "--count", "5", "--invalid"]).stdout;
    let checked = mpp.run_with(&["check", "--type", "Order", "--lines"], sample.as_bytes());
    assert_eq!(checked.stdout.lines().last(), Some("5 documents: 0 valid, 5 invalid"));
}

#[test]
fn the_schema_of_a_type_and_of_all_is_written() {
    for arguments in [&["schema", "Order"][..], &["schema", "--all"]] {
        let ran = Mpp::anywhere().run(arguments);
        assert_eq!(ran.status, Some(0));
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(schema["$defs"]["Order"]["title"], "Order");
    }
}

#[test]
fn a_schema_is_asked_for_by_type_or_for_all() {
    for arguments in [&["schema"][..], &["schema", "Order", "--all"]] {
        assert_eq!(Mpp::anywhere().run(arguments).status, Some(2));
    }
}

#[test]
fn a_schema_has_the_limits_of_the_policy() {
    let mpp = Mpp::new("schema_policy")
        .file("tenant.toml", "fields.Order.referenceOrderId.pattern = '[0-9]+'")
        .file("faulty.toml", "fields.Order.referenceOrderId.pattern = 1");
    for arguments in [&["schema", "Order"][..], &["schema", "--all"]] {
        let ran = mpp.run(&[arguments, &["--policy", "tenant.toml"]].concat());
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let row = &schema["$defs"]["Order"]["properties"]["referenceOrderId"];
        assert!(row.to_string().contains(r"^(?:[0-9]+)(?![\\s\\S])"), "{row}");
        assert_eq!(
            mpp.run(&[arguments, &["--policy", "strict"]].concat()).stdout,
            mpp.run(arguments).stdout
        );
    }
    let ran = mpp.run(&["schema", "Order", "--policy", "faulty.toml"]);
    let expected = "mpp: faulty.toml:1:41: pattern must be a string, not a number\n";
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (Some(2), "", expected));
}

#[test]
fn the_calls_are_written_as_openapi() {
    let committed = include_str!("../schema/openapi.json");
    assert_eq!(Mpp::anywhere().run(&["openapi"]).stdout, committed);
}

#[test]
fn openapi_of_one_call_has_that_call_and_its_types_alone() {
    let ran = Mpp::anywhere().run(&["openapi", "notifyCardRegistration"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let names = |at: &str| -> Vec<_> {
        document.pointer(at).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names("/paths"), ["/v2/pds/memberships/notifyCardRegistration"]);
    assert_eq!(
        names("/components/schemas"),
        ["CardField", "NotifyCardRegistrationRequest", "NotifyCardRegistrationResponse", "Result"]
    );
}

#[test]
fn a_call_that_is_not_known_is_answered_with_the_names_of_all() {
    let ran = Mpp::anywhere().run(&["openapi", "notify"]);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr.contains("merchantSync, notifyCardRegistration, platformMessageSend"),
        "{}",
        ran.stderr
    );
}
