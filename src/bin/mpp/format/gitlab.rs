//! Code Quality reports for GitLab: one JSON array.

use super::{
    super::report::{Finding, Report, write_json},
    ListWriter,
    fingerprint::Fingerprints,
};
use serde::Serialize;
use std::io::{self, Write};

/// An element of the report.
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

pub(super) fn begin(output: &mut ListWriter<impl Write>) -> io::Result<()> {
    output.write_all(b"[")?;
    output.start_list();
    Ok(())
}

pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    report.try_for_each_finding(|finding| {
        output.write_all(b",\n")?;
        write_json(&create_issue(report, finding, &mut fingerprints), output)
    })
}

fn create_issue<'a>(
    report: &Report<'a>,
    finding: &Finding<'a>,
    fingerprints: &mut Fingerprints,
) -> Issue<'a> {
    // GitLab requires paths relative to the repository, without `./`.
    let path = report.source.strip_prefix("./").unwrap_or(report.source);
    Issue {
        description: finding.message.to_string(),
        check_name: finding.code,
        fingerprint: fingerprints.next(report, finding),
        severity: if finding.is_tolerated { "info" } else { "major" },
        location: Location { path, lines: Lines { begin: report.line(finding) } },
    }
}

pub(super) fn end(output: &mut ListWriter<impl Write>) -> io::Result<()> {
    output.end_list();
    output.write_all(b"\n]\n")
}
