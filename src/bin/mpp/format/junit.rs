//! JUnit XML reports, with one test case per document.
//!
//! Every test case is in its own test suite, because the start tag of a suite contains the number
//! of its test cases, which is not known before the end of a stream.

use super::{
    super::report::{Location, Report},
    human,
    xml::XmlEscaped,
};
use std::io::{self, Write};

pub(super) fn begin(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(output, r#"<testsuites name="mpp check">"#)
}

pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let name = Location { source: report.source, document: report.document, span: None };
    let element = report.document.index().map(|index| format!(" (element {index})"));
    let element = element.unwrap_or_default();
    let name = XmlEscaped(format!("{name}{element}"));
    let class = XmlEscaped(report.type_name().unwrap_or("unknown"));
    let failures = u8::from(report.outcome.is_err());
    writeln!(output, r#"<testsuite name="{name}" tests="1" failures="{failures}" errors="0">"#)?;
    write!(output, r#"<testcase name="{name}" classname="{class}">"#)?;
    write_findings(report, output)?;
    writeln!(output, "</testcase>\n</testsuite>")
}

/// Writes the violations as a failure, and the tolerated deviations as output of the test case.
fn write_findings(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut violations = Lines::default();
    let mut tolerated = Lines::default();
    let mut first_code = String::new();
    report.try_for_each_finding(|finding| {
        if first_code.is_empty() {
            finding.code.clone_into(&mut first_code);
        }
        let lines = if finding.is_tolerated { &mut tolerated } else { &mut violations };
        lines.count += 1;
        human::write_finding(report, finding, &mut lines.text)?;
        lines.text.write_all(b"\n")
    })?;
    if violations.count > 0 {
        let (count, plural) = (violations.count, if violations.count == 1 { "" } else { "s" });
        let code = XmlEscaped(first_code);
        writeln!(output, r#"<failure type="{code}" message="{count} violation{plural}">"#)?;
        violations.write(output)?;
        output.write_all(b"</failure>")?;
    }
    if tolerated.count > 0 {
        output.write_all(b"<system-out>\n")?;
        tolerated.write(output)?;
        output.write_all(b"</system-out>")?;
    }
    Ok(())
}

/// Lines of the human-readable format.
#[derive(Debug, Default)]
struct Lines {
    count: usize,
    text: Vec<u8>,
}

impl Lines {
    fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.text);
        text.lines().try_for_each(|line| writeln!(output, "{}", XmlEscaped(line)))
    }
}

pub(super) fn end(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "</testsuites>")
}
