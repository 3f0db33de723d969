//! Human-readable reports, either with the affected lines of the document, or with one line per
//! violation. Editors can also parse the second form.

use super::{
    super::{
        hint::Hints,
        input::has_one_document_per_line,
        report::{Document, Finding, Location, Report},
    },
    source::SourceWriter,
    style::Style,
};
use std::io::{self, Write};

/// Writes the violations and tolerated deviations of a document, with a hint for a violation if
/// there is one.
pub(super) fn write(report: &Report<'_>, style: Style, output: &mut impl Write) -> io::Result<()> {
    // Most documents are valid, so the source writer is created only if there is a finding.
    let mut source = None;
    let mut hints = Hints::new(report.document, report.schema);
    report.try_for_each_finding(|finding| {
        let hint = match (finding.violation, &finding.range) {
            (Some(violation), Some(range)) if !finding.is_tolerated => {
                hints.hint(violation, range.clone())
            }
            (None, Some(_)) => hint_for_malformed(report.document),
            _ => None,
        };
        if style.shows_source {
            let source = source.get_or_insert_with(|| SourceWriter::new(report, style));
            return source.write(finding, hint.as_deref(), output);
        }
        write_finding(report, finding, output)?;
        if let Some(hint) = hint {
            write!(output, "; {hint}")?;
        }
        output.write_all(b"\n")
    })
}

/// Returns a hint for a document that is not valid JSON.
fn hint_for_malformed(document: Document<'_>) -> Option<String> {
    match document {
        Document::Whole(text) if has_one_document_per_line(text) => {
            Some("use --lines if each line is a document".to_owned())
        }
        _ => None,
    }
}

/// Writes the location, the code and the message of a violation or a tolerated deviation.
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
