//! XML reports in the format of Checkstyle.

use super::{
    super::report::{Finding, Report},
    xml::XmlEscaped,
};
use std::io::{self, Write};

/// The version of Checkstyle that the reports declare. Later versions have not changed the format.
const FORMAT_VERSION: &str = "4.3";

pub(super) fn begin(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(output, r#"<checkstyle version="{FORMAT_VERSION}">"#)
}

pub(super) fn begin_file(source: &str, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, r#"<file name="{}">"#, XmlEscaped(source))
}

pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    report.try_for_each_finding(|finding| write_finding(report, finding, output))
}

fn write_finding(
    report: &Report<'_>,
    finding: &Finding<'_>,
    output: &mut impl Write,
) -> io::Result<()> {
    write!(output, r#"<error line="{}""#, report.line(finding))?;
    if let Some(span) = finding.span {
        write!(output, r#" column="{}""#, span.column)?;
    }
    let severity = if finding.is_tolerated { "info" } else { "error" };
    let (message, code) = (XmlEscaped(finding.message), XmlEscaped(finding.code));
    writeln!(output, r#" severity="{severity}" message="{message}" source="mpp.{code}"/>"#)
}

pub(super) fn end_file(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "</file>")
}

pub(super) fn end(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "</checkstyle>")
}
