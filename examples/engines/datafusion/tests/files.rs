//! Tests of `json_lines`, and of `mpp-sql` with files.

use datafusion::{
    arrow::{array::AsArray, datatypes::Int64Type},
    prelude::SessionConfig,
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// Returns the rows of `json_lines`, in the order of the file.
fn read_lines(path: &Path, partitions: usize, batch_size: usize) -> Vec<(i64, Vec<u8>)> {
    let config =
        SessionConfig::new().with_target_partitions(partitions).with_batch_size(batch_size);
    let context = mpp_datafusion::session(config).unwrap();
    let sql = format!("SELECT position, json FROM json_lines('{}')", path.display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let batches =
        runtime.block_on(async { context.sql(&sql).await.unwrap().collect().await.unwrap() });
    let mut rows = Vec::new();
    for batch in batches {
        assert!(batch.num_rows() <= batch_size);
        let positions = batch.column(0).as_primitive::<Int64Type>();
        let json = batch.column(1).as_binary_view();
        rows.extend(
            (0..batch.num_rows()).map(|row| (positions.value(row), json.value(row).to_vec())),
        );
    }
    rows.sort();
    rows
}

/// Returns the lines of a file that are not blank, with their positions.
fn split_lines(content: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let mut position = 0;
    let mut lines = Vec::new();
    for line in content.split(|byte| *byte == b'\n') {
        if !line.iter().all(|byte| b" \t\r".contains(byte)) {
            lines.push((i64::try_from(position).unwrap(), line.to_vec()));
        }
        position += line.len() + 1;
    }
    lines
}

#[test]
fn reads_every_line_once() {
    let long = "x".repeat(3 << 20);
    let numbers: Vec<String> = (0..400_000).map(|number| number.to_string()).collect();
    let many = numbers.join("\n");
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("lines.ndjson");
    for content in [
        "",
        "\n",
        "{}",
        "{}\n",
        "a\nbc\r\n \t\r\n\ndef",
        "\n\n\na",
        &long,
        &format!("a\n{long}\n{long}\nb\n"),
        &many,
    ] {
        fs::write(&path, content).unwrap();
        let expected = split_lines(content.as_bytes());
        for partitions in [1, 2, 3, 7] {
            let rows = read_lines(&path, partitions, 1000);
            assert!(rows == expected, "{partitions} partitions, {} bytes", content.len());
        }
    }
}

#[test]
fn reads_lines_that_are_not_utf8() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("lines.ndjson");
    fs::write(&path, b"\xff\xfe\n{}").unwrap();
    assert_eq!(read_lines(&path, 1, 10), [(0, b"\xff\xfe".to_vec()), (3, b"{}".to_vec())]);
}

/// Runs `mpp-sql` in a directory, and returns its exit code, output and errors.
fn mpp_sql(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpp-sql"));
    let output = command.current_dir(directory).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const PAYLOADS: &str = r#"{"currency": "USD", "value": 1}
{"currency": "usd", "value": 1}

{"currency": "USD", "value": 1, "value": 2}
{"currency"
"#;

#[test]
fn checks_files_of_all_formats() {
    let directory = TempDir::new().unwrap();
    let directory = directory.path();
    fs::write(directory.join("payloads.ndjson"), PAYLOADS).unwrap();
    // The same payloads are written to a Parquet file, and to a CSV file, in which they are quoted.
    for format in ["parquet", "csv"] {
        let copy = format!(
            "COPY (SELECT position, CAST(json AS VARCHAR) AS json FROM json_lines('payloads.ndjson'))
             TO 'payloads.{format}'"
        );
        let (code, _, errors) = mpp_sql(directory, &["--json", &copy]);
        assert_eq!(code, 0, "{errors}");
    }
    for table in ["json_lines('payloads.ndjson')", "'payloads.parquet'", "'payloads.csv'"] {
        let query = format!(
            "SELECT position, v['path'] AS path, v['code'] AS code FROM (
               SELECT position, unnest(mpp_violations('Amount', json)) AS v FROM {table}) ORDER BY position"
        );
        let (code, output, errors) = mpp_sql(directory, &["--json", "--threads", "2", &query]);
        assert_eq!((code, errors.as_str()), (0, ""), "{table}");
        let expected = r#"{"position":32,"path":"/currency","code":"format"}
{"position":65,"path":"/value","code":"duplicate"}
{"position":109,"path":"","code":"syntax"}
"#;
        assert_eq!(output, expected, "{table}");
    }
}

#[test]
fn prints_a_table_by_default() {
    let directory = TempDir::new().unwrap();
    let (code, output, _) =
        mpp_sql(directory.path(), &["SELECT mpp_is_valid('Amount', '{}') AS valid"]);
    assert_eq!(
        (code, output.as_str()),
        (0, "+-------+\n| valid |\n+-------+\n| false |\n+-------+\n")
    );
}

#[test]
fn reports_errors_on_one_line() {
    let directory = TempDir::new().unwrap();
    for (query, message) in [
        (
            "SELECT mpp_is_valid('Ordr', '{}')",
            r#"expected the name of a type, such as "Order", found "Ordr""#,
        ),
        ("SELECT * FROM json_lines('absent.ndjson')", "cannot read absent.ndjson"),
        ("SELECT * FROM json_lines('.')", ". is not a file"),
        ("SELECT * FROM json_lines(1)", "json_lines expects the path of a file as a string"),
    ] {
        let (code, output, errors) = mpp_sql(directory.path(), &[query]);
        assert_eq!((code, output.as_str()), (1, ""), "{query}");
        assert!(errors.starts_with("mpp-sql: ") && errors.contains(message), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    for arguments in [&[][..], &["--threads"], &["--format", "x"]] {
        let (code, _, errors) = mpp_sql(directory.path(), arguments);
        assert!(code == 2 && errors.contains("Usage: mpp-sql"), "{errors}");
    }
}
