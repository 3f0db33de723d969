//! Reports for people, which editors can also parse.

use super::super::{
    hint::Hints,
    report::{Finding, Location, Report},
};
use std::io::{self, Write};

/// Writes a line per violation or tolerated deviation. The lines of violations end with a hint, if
/// there is one.
pub(super) fn write(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut hints = Hints::new(report.document, report.schema);
    report.try_for_each_finding(|finding| {
        write_finding(report, finding, output)?;
        if let (Some(violation), Some(span), false) =
            (finding.violation, finding.span, finding.is_tolerated)
        {
            if let Some(hint) = hints.hint(violation, span) {
                write!(output, "; {hint}")?;
            }
        }
        output.write_all(b"\n")
    })
}

/// Writes the place, the code and the message of a violation or a tolerated deviation.
pub(super) fn write_finding(
    report: &Report<'_>,
    finding: &Finding<'_>,
    output: &mut impl Write,
) -> io::Result<()> {
    let Report { source, document, .. } = *report;
    let location = Location { source, document, span: finding.span };
    let level = if finding.is_tolerated { "tolerated: " } else { "" };
    write!(output, "{location}: {level}{}: {}", finding.code, finding.message)
}
