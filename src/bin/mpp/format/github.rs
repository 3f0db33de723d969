//! Workflow commands of GitHub Actions: `::error file=F,line=1,title=CODE::MESSAGE`.

use super::super::report::{Finding, Report, is_control};
use std::{
    fmt::{self, Write as _},
    io::{self, Write},
};

pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    report.try_for_each_finding(|finding| write_finding(report, finding, output))
}

fn write_finding(
    report: &Report<'_>,
    finding: &Finding<'_>,
    output: &mut impl Write,
) -> io::Result<()> {
    let command = if finding.is_tolerated { "notice" } else { "error" };
    let line = report.line(finding);
    write!(output, "::{command} file={},line={line}", Property(report.source))?;
    if let Some(span) = finding.span {
        let (end_line, end_column) = report.document.end_position(span);
        write!(output, ",endLine={end_line}")?;
        // GitHub rejects columns in annotations that span several lines.
        if end_line == span.line {
            write!(output, ",col={},endColumn={end_column}", span.column)?;
        }
    }
    writeln!(output, ",title={}::{}", Property(finding.code), Message(finding.message))
}

/// A property value of a workflow command. `Display` escapes it.
struct Property<'a>(&'a str);

impl fmt::Display for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            ':' => f.write_str("%3A"),
            ',' => f.write_str("%2C"),
            _ => write_escaped(character, f),
        })
    }
}

/// The message of a workflow command. `Display` escapes it.
struct Message<'a>(&'a dyn fmt::Display);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string().chars().try_for_each(|character| write_escaped(character, f))
    }
}

/// Writes a character, escaped as GitHub requires. GitHub has no escape sequences for other control
/// characters, so these are escaped as in the human-readable format.
fn write_escaped(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '%' => f.write_str("%25"),
        '\r' => f.write_str("%0D"),
        '\n' => f.write_str("%0A"),
        _ if is_control(character) => write!(f, "{}", character.escape_debug()),
        _ => f.write_char(character),
    }
}
