//! Reports in SARIF 2.1.0 (Static Analysis Results Interchange Format), the format of GitHub code
//! scanning: one JSON object.

use super::{
    super::{
        codes::Explanation,
        report::{Finding, Report, write_json},
    },
    ListWriter,
    fingerprint::Fingerprints,
};
use miniprogram_protocol::Span;
use serde::Serialize;
use std::{
    fmt::{self, Write as _},
    io::{self, Write},
    path::Path,
};

const SCHEMA_URI: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const INFORMATION_URI: &str = "https://docs.rs/miniprogram-protocol";
/// The page with the explanations of the codes. The anchor of a code is the code in lowercase.
const HELP_URI: &str = concat!(
    "https://docs.rs/miniprogram-protocol/",
    env!("CARGO_PKG_VERSION"),
    "/miniprogram_protocol/violation_codes/index.html"
);

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

/// The explanation of a violation code.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help_uri: String,
    help: Message,
}

/// A SARIF `message` or `multiformatMessageString` object, of which only the plain text is used.
#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: PartialFingerprints,
}

#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "mppViolation/v1")]
    violation: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
}

/// The location of an array element, as a JSON Pointer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// A region of a file. If only the line is known, the region is the whole line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(flatten)]
    columns: Option<Columns>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    start_column: usize,
    end_line: usize,
    /// The column after the last character.
    end_column: usize,
    byte_offset: usize,
    byte_length: usize,
}

pub(super) fn begin(output: &mut ListWriter<impl Write>) -> io::Result<()> {
    write!(output, r#"{{"$schema":"{SCHEMA_URI}","version":"2.1.0","runs":[{{"tool":"#)?;
    let driver = Driver {
        name: "mpp",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: INFORMATION_URI,
        rules: Explanation::all().map(create_rule).collect(),
    };
    write_json(&Tool { driver }, output)?;
    output.write_all(br#","columnKind":"unicodeCodePoints","results":["#)?;
    output.start_list();
    Ok(())
}

fn create_rule(explanation: Explanation) -> Rule {
    let description = explanation.description();
    let summary = description.split_inclusive(". ").next().unwrap_or_default().trim_end();
    let help = format!("For an explanation with examples, run `mpp explain {}`.", explanation.code);
    Rule {
        id: explanation.code,
        short_description: Message { text: summary.to_owned() },
        full_description: Message { text: description },
        help_uri: format!("{HELP_URI}#{}", explanation.code.to_lowercase()),
        help: Message { text: help },
    }
}

pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    report.try_for_each_finding(|finding| {
        output.write_all(b",\n")?;
        write_json(&create_result(report, finding, &mut fingerprints), output)
    })
}

fn create_result<'a>(
    report: &Report<'_>,
    finding: &Finding<'a>,
    fingerprints: &mut Fingerprints,
) -> SarifResult<'a> {
    let columns = |span: Span| {
        let (end_line, end_column) = report.document.end_position(span);
        let Span { offset: byte_offset, length: byte_length, column: start_column, .. } = span;
        Columns { start_column, end_line, end_column, byte_offset, byte_length }
    };
    let physical_location = PhysicalLocation {
        artifact_location: ArtifactLocation { uri: file_uri(report.source) },
        region: Region { start_line: report.line(finding), columns: finding.span.map(columns) },
    };
    let logical_location =
        |index| [LogicalLocation { fully_qualified_name: format!("/{index}"), kind: "value" }];
    let logical_locations = report.document.index().map(logical_location);
    SarifResult {
        rule_id: finding.code,
        level: if finding.is_tolerated { "note" } else { "error" },
        message: Message { text: finding.message.to_string() },
        locations: [Location { physical_location, logical_locations }],
        partial_fingerprints: PartialFingerprints { violation: fingerprints.next(report, finding) },
    }
}

/// Returns the URI of a file. It is relative if the path is relative.
fn file_uri(source: &str) -> String {
    let is_absolute = Path::new(source).is_absolute();
    let source = if cfg!(windows) { source.replace('\\', "/") } else { source.to_owned() };
    let start = match source.starts_with('/') {
        _ if !is_absolute => "",
        true => "file://",
        // The path starts with a drive letter.
        false => "file:///",
    };
    format!("{start}{}", PercentEncodedPath { path: &source, is_absolute })
}

/// A path that is displayed with percent-encoding, for use in a URI.
struct PercentEncodedPath<'a> {
    path: &'a str,
    is_absolute: bool,
}

impl fmt::Display for PercentEncodedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.bytes().try_for_each(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                f.write_char(byte.into())
            }
            // In a relative URI, text before a colon would be a scheme.
            b':' if self.is_absolute => f.write_char(':'),
            _ => write!(f, "%{byte:02X}"),
        })
    }
}

pub(super) fn end(is_complete: bool, output: &mut ListWriter<impl Write>) -> io::Result<()> {
    output.end_list();
    writeln!(output, "\n],\"invocations\":[{{\"executionSuccessful\":{is_complete}}}]}}]}}")
}

#[cfg(test)]
mod tests {
    use super::file_uri;

    #[test]
    fn encodes_relative_paths() {
        for (path, expected) in [
            ("-", "-"),
            ("orders/a-1_~.json", "orders/a-1_~.json"),
            ("a:b.json", "a%3Ab.json"),
            ("é %?#\n.json", "%C3%A9%20%25%3F%23%0A.json"),
        ] {
            assert_eq!(file_uri(path), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn encodes_absolute_paths() {
        assert_eq!(file_uri("/orders/a b:c.json"), "file:///orders/a%20b:c.json");
    }

    #[cfg(windows)]
    #[test]
    fn encodes_absolute_paths() {
        assert_eq!(file_uri(r"C:\a b.json"), "file:///C:/a%20b.json");
    }
}
