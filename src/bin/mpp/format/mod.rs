//! The report formats of `mpp check`, one module per format.
//!
//! Reports are written while the documents are checked, so memory use does not depend on the number
//! of documents. No format contains values from the documents, except the lines that are shown to
//! people.

mod checkstyle;
mod fingerprint;
mod github;
mod gitlab;
mod human;
mod junit;
mod list;
mod sarif;
mod source;
mod style;
mod xml;

pub(crate) use list::ListWriter;
pub(crate) use style::{Style, StyleArguments};

use super::{
    check::Counts,
    report::{Report, write_json},
    summary::write_records,
};
use clap::ValueEnum;
use std::io::{self, Write};

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Each violation with its line in the document, or as one line; then a count
    #[default]
    Human,
    /// One line with a JSON object per document, in the order of the input
    Json,
    /// Workflow commands, which GitHub Actions shows as annotations
    Github,
    /// A Code Quality report for GitLab: a JSON array
    Gitlab,
    /// An XML report in the format of Checkstyle
    Checkstyle,
    /// A report in SARIF 2.1.0, which GitHub code scanning reads: a JSON object
    Sarif,
    /// A JUnit XML report, with one test case per document
    Junit,
    /// The records that `--summary` counts, which are not printed
    #[value(skip)]
    Summary,
}

impl OutputFormat {
    /// Writes the text that precedes all reports.
    pub(crate) fn begin(self, output: &mut ListWriter<impl Write>) -> io::Result<()> {
        match self {
            Self::Gitlab => gitlab::begin(output),
            Self::Checkstyle => checkstyle::begin(output),
            Self::Sarif => sarif::begin(output),
            Self::Junit => junit::begin(output),
            Self::Human | Self::Json | Self::Github | Self::Summary => Ok(()),
        }
    }

    /// Writes the text that precedes the reports on the documents of a file.
    pub(crate) fn begin_file(self, source: &str, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Checkstyle => checkstyle::begin_file(source, output),
            _ => Ok(()),
        }
    }

    /// Writes the report on a document. The style applies to the human-readable report.
    pub(crate) fn write(
        self,
        report: &Report<'_>,
        style: Style,
        output: &mut impl Write,
    ) -> io::Result<()> {
        // Fast path: most documents are valid, and only these formats report valid documents.
        if report.outcome.as_ref().is_ok_and(Vec::is_empty)
            && !matches!(self, Self::Json | Self::Junit)
        {
            return Ok(());
        }
        match self {
            Self::Human => human::write(report, style, output),
            Self::Json => {
                write_json(report, output)?;
                output.write_all(b"\n")
            }
            Self::Github => github::write(report, output),
            Self::Gitlab => gitlab::write(report, output),
            Self::Checkstyle => checkstyle::write(report, output),
            Self::Sarif => sarif::write(report, output),
            Self::Junit => junit::write(report, output),
            Self::Summary => write_records(report, output),
        }
    }

    /// Writes the text that follows the reports on the documents of a file.
    pub(crate) fn end_file(self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Checkstyle => checkstyle::end_file(output),
            _ => Ok(()),
        }
    }

    /// Writes the text that follows all reports. The report is incomplete if a file could not be
    /// read.
    pub(crate) fn end(
        self,
        counts: Counts,
        is_complete: bool,
        output: &mut ListWriter<impl Write>,
    ) -> io::Result<()> {
        match self {
            Self::Human => writeln!(output, "{counts}"),
            Self::Gitlab => gitlab::end(output),
            Self::Checkstyle => checkstyle::end(output),
            Self::Sarif => sarif::end(is_complete, output),
            Self::Junit => junit::end(output),
            Self::Json | Self::Github | Self::Summary => Ok(()),
        }
    }
}
