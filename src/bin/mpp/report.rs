//! The result of checking a document, with the locations of its violations in the file.

use super::{
    input::Line,
    part::{JsonPart, Position, count_characters, to_usize},
};
use miniprogram_protocol::{Error, Schema, Span, Violation};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    io::{self, Write},
    ops::Range,
};

/// The message for a line that is longer than [`MAX_LINE_LENGTH`](super::input::MAX_LINE_LENGTH).
pub(crate) const LINE_TOO_LONG_MESSAGE: &str = "the line is longer than 64 MiB";

/// A document in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Document<'a> {
    /// The contents of the whole file.
    Whole(&'a [u8]),
    /// A line of the file.
    Line(Line<'a>),
    /// An element of an array, or a value in an envelope.
    Part(&'a JsonPart<'a>),
}

impl<'a> Document<'a> {
    /// Returns the content, or `None` if the line is too long.
    pub(crate) const fn content(self) -> Option<&'a [u8]> {
        match self {
            Self::Whole(content) => Some(content),
            Self::Line(line) => line.content,
            Self::Part(part) => Some(part.json),
        }
    }

    /// Returns the text of the document at a location in the file.
    fn bytes_at(self, span: Span) -> Option<&'a [u8]> {
        match self {
            Self::Part(part) => part.bytes_at(span),
            _ => self.content()?.get(self.offset_of(span)?..)?.get(..span.length),
        }
    }

    /// Returns the text of the file at a location in the file. It differs from the text of the
    /// document if the document is embedded in a JSON string that contains escape sequences.
    fn source_at(self, span: Span) -> Option<&'a [u8]> {
        match self {
            Self::Part(part) => part.source_at(span),
            _ => self.bytes_at(span),
        }
    }

    /// Converts a location in the file to an offset in the document.
    fn offset_of(self, span: Span) -> Option<usize> {
        let start = match self {
            Self::Whole(_) => 0,
            Self::Line(line) => usize::try_from(line.offset).ok()?,
            Self::Part(part) => return part.offset_of(span),
        };
        span.offset.checked_sub(start)
    }

    /// Converts a location in the file to a range in the document. If the document is the content
    /// of a string, this takes a pass over the string.
    fn range_of(self, span: Span) -> Option<Range<usize>> {
        let (start, length) = (self.offset_of(span)?, self.bytes_at(span)?.len());
        Some(start..start.saturating_add(length))
    }

    /// Returns the position of the document in the file.
    pub(crate) const fn start(self) -> Position {
        match self {
            Self::Whole(_) => Position::START,
            Self::Line(line) => Position { offset: line.offset, line: line.number, column: 1 },
            Self::Part(part) => part.start,
        }
    }

    /// Returns the location in the file of the first character that is not whitespace.
    pub(crate) fn start_span(self, json: &[u8]) -> Option<Span> {
        let whitespace = json.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match self {
            Self::Part(part) => part.span_at(whitespace),
            _ => Some(self.start().after(json.get(..whitespace)?).span(1)),
        }
    }

    /// Returns the index of the document in its array, if the documents are the elements of an array.
    pub(crate) const fn index(self) -> Option<u64> {
        match self {
            Self::Whole(_) | Self::Line(_) => None,
            Self::Part(part) => part.index,
        }
    }

    /// Returns the line number of the document in its file.
    pub(crate) const fn line_number(self) -> u64 {
        match self {
            Self::Whole(_) => 1,
            Self::Line(line) => line.number,
            Self::Part(part) => part.line,
        }
    }

    /// Returns the location of the syntax error in a malformed document.
    pub(crate) fn locate_syntax_error(self, error: &Error) -> Option<Span> {
        let spans = error.locate(self.content().unwrap_or_default());
        self.convert_to_file_spans(spans).first().copied().flatten()
    }

    /// Returns the locations of violations.
    fn locate(self, violations: &[Violation]) -> Vec<ViolationSpans> {
        if violations.is_empty() {
            return Vec::new();
        }
        let in_document =
            miniprogram_protocol::locate(violations, self.content().unwrap_or_default());
        let in_file = self.convert_to_file_spans(in_document.clone());
        let spans = in_document.into_iter().zip(in_file);
        spans.map(|(in_document, in_file)| ViolationSpans { in_document, in_file }).collect()
    }

    /// Converts locations in the document to locations in the file.
    fn convert_to_file_spans(self, mut spans: Vec<Option<Span>>) -> Vec<Option<Span>> {
        if let Self::Part(part) = self {
            part.convert_to_file_spans(&mut spans);
        }
        if let Self::Line(line) = self {
            for span in spans.iter_mut().flatten() {
                span.offset += usize::try_from(line.offset).unwrap_or(usize::MAX - span.offset);
                span.line = usize::try_from(line.number).unwrap_or(usize::MAX);
            }
        }
        spans
    }

    /// Returns the line and column after the last character of a location in the file.
    pub(crate) fn end_position(self, span: Span) -> (usize, usize) {
        let text = self.source_at(span).unwrap_or_default();
        let last_line = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let characters = usize::try_from(count_characters(last_line)).unwrap_or(usize::MAX);
        match memchr::memchr_iter(b'\n', text).count() {
            0 => (span.line, span.column.saturating_add(characters)),
            lines => (span.line.saturating_add(lines), characters.saturating_add(1)),
        }
    }
}

/// The locations of a violation in the document and in the file, if it has any.
#[derive(Clone, Copy, Debug)]
struct ViolationSpans {
    in_document: Option<Span>,
    in_file: Option<Span>,
}

/// A location in a file, which is displayed as `FILE:LINE:COLUMN`. The column is omitted if only
/// the document is known, and the line is also omitted if the document is the whole file.
pub(crate) struct Location<'a> {
    pub(crate) source: &'a str,
    pub(crate) document: Document<'a>,
    pub(crate) span: Option<Span>,
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EscapedStr(self.source).fmt(f)?;
        match (self.span, self.document) {
            (Some(span), _) => write!(f, ":{}:{}", span.line, span.column),
            (None, Document::Whole(_)) => Ok(()),
            (None, document) => write!(f, ":{}", document.line_number()),
        }
    }
}

/// The tolerated deviations of a valid document, or the failure of an invalid one.
pub(crate) type Outcome = Result<Vec<Violation>, Failure>;

/// Returns the tolerated deviations of a document, valid or not.
fn tolerated(outcome: &Outcome) -> &[Violation] {
    match outcome {
        Ok(tolerated) => tolerated,
        Err(Failure::Invalid(error)) => error.tolerated(),
        Err(Failure::Rejected(_)) => &[],
    }
}

/// The reason why a document is invalid.
#[derive(Debug)]
pub(crate) enum Failure {
    Invalid(Error),
    /// The document cannot be validated.
    Rejected(Rejection),
}

/// The reason why a document cannot be validated.
#[derive(Debug)]
pub(crate) struct Rejection {
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    /// The location in the file.
    pub(crate) span: Option<Span>,
}

impl Failure {
    pub(crate) const fn line_too_long() -> Self {
        let message = Cow::Borrowed(LINE_TOO_LONG_MESSAGE);
        Self::Rejected(Rejection { code: "syntax", message, span: None })
    }

    /// Returns the number of violations in the report. A document that cannot be read has one
    /// violation.
    pub(crate) fn violation_count(&self) -> usize {
        match self {
            Self::Invalid(error) if error.syntax().is_none() => {
                error.violations().len() - usize::from(self.is_truncated())
            }
            _ => 1,
        }
    }

    /// Returns whether the document has more violations than the report contains.
    pub(crate) fn is_truncated(&self) -> bool {
        match self {
            // The last violation of a truncated report is the marker `tooMany`.
            Self::Invalid(error) => {
                error.violations().last().is_some_and(|last| last.code() == "tooMany")
            }
            Self::Rejected(_) => false,
        }
    }
}

/// A violation, a syntax error or a tolerated deviation.
pub(crate) struct Finding<'a> {
    pub(crate) code: &'a str,
    /// The JSON Pointer to the value, in which control characters are not escaped.
    pub(crate) path: &'a str,
    /// The path and the message, in which control characters are escaped.
    pub(crate) message: &'a dyn fmt::Display,
    pub(crate) is_tolerated: bool,
    /// The location in the file.
    pub(crate) span: Option<Span>,
    /// The range of bytes in the document.
    pub(crate) range: Option<Range<usize>>,
    /// The violation, or `None` for a syntax error.
    pub(crate) violation: Option<&'a Violation>,
}

/// The report on a document. It serializes as the object that `--format json` prints.
pub(crate) struct Report<'a> {
    pub(crate) source: &'a str,
    pub(crate) document: Document<'a>,
    /// The type of the document, or an arbitrary type if it is unknown.
    pub(crate) schema: &'static Schema,
    pub(crate) is_type_known: bool,
    /// The schema of the content, or `None` if the content is not a document of the type (for
    /// example, an envelope without a document).
    pub(crate) content_schema: Option<&'static Schema>,
    /// The prefix of all paths: `/request` or `/response` in an exchange, and otherwise empty.
    pub(crate) prefix: &'static str,
    pub(crate) outcome: &'a Outcome,
}

impl Report<'_> {
    /// Returns the name of the type, if it is known.
    pub(crate) fn type_name(&self) -> Option<&'static str> {
        self.is_type_known.then_some(self.schema.name)
    }

    /// Calls a function with every violation, and then with every tolerated deviation. A document
    /// that is malformed or too long has one violation with the code `syntax`. Messages about an
    /// element of an array begin with its index.
    pub(crate) fn try_for_each_finding(
        &self,
        mut f: impl FnMut(&Finding<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(index) = self.document.index() else {
            return self.try_for_each_unindexed_finding(&mut f);
        };
        self.try_for_each_unindexed_finding(&mut |finding| {
            let message = format!("element {index}: {}", finding.message);
            f(&Finding { message: &message, range: finding.range.clone(), ..*finding })
        })
    }

    fn try_for_each_unindexed_finding(
        &self,
        f: &mut dyn FnMut(&Finding<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut document_error = |code, message: &dyn fmt::Display, span: Option<Span>| {
            let (path, is_tolerated, violation) = (self.prefix, false, None);
            let range = span.and_then(|span| self.document.range_of(span));
            f(&Finding { code, path, message, is_tolerated, span, range, violation })
        };
        match self.outcome {
            Ok(_) => {}
            Err(Failure::Rejected(Rejection { code, message, span })) => {
                document_error(code, message, *span)?;
            }
            Err(Failure::Invalid(error)) => {
                if let Some(syntax) = error.syntax() {
                    let span = self.document.locate_syntax_error(error);
                    document_error("syntax", &format_args!("{syntax:#}"), span)?;
                }
                if error.syntax().is_none() {
                    self.try_for_each_violation(error.violations(), false, f)?;
                }
            }
        }
        self.try_for_each_violation(tolerated(self.outcome), true, f)
    }

    fn try_for_each_violation(
        &self,
        violations: &[Violation],
        is_tolerated: bool,
        f: &mut dyn FnMut(&Finding<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        for (violation, spans) in violations.iter().zip(self.document.locate(violations)) {
            let shown = prefixed(violation, self.prefix);
            let (code, path, message) = (shown.code(), shown.path(), &*shown);
            let range = spans.in_document.map(|span| span.range());
            let (span, violation) = (spans.in_file, Some(violation));
            f(&Finding { code, path, message, is_tolerated, span, range, violation })?;
        }
        Ok(())
    }

    /// Converts a location in the file to a line and column in the document. Returns the beginning
    /// of the document if there is no location.
    fn position_in_document(&self, span: Option<Span>) -> (usize, usize) {
        let content = self.document.content().unwrap_or_default();
        let offset = span.and_then(|span| self.document.offset_of(span));
        let before = offset.and_then(|offset| content.get(..offset)).unwrap_or_default();
        let Position { line, column, .. } = Position::START.after(before);
        (to_usize(line), to_usize(column))
    }

    /// Returns the line of a violation in the file, or the line of the document if the violation
    /// has no location.
    pub(crate) fn line(&self, finding: &Finding<'_>) -> u64 {
        finding.span.map_or(self.document.line_number(), |span| span.line as u64)
    }
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 7)?;
        report.serialize_field("source", self.source)?;
        report.serialize_field("line", &self.document.line_number())?;
        if let Some(index) = self.document.index() {
            report.serialize_field("index", &index)?;
        }
        report.serialize_field("type", &self.type_name())?;
        report.serialize_field("valid", &self.outcome.is_ok())?;
        match self.outcome {
            Ok(_) => report.serialize_field("violations", &[(); 0])?,
            Err(Failure::Rejected(Rejection { code, message, span })) => {
                let position = (*code == "syntax").then(|| self.position_in_document(*span));
                let (path, span) = (self.prefix, *span);
                let violation = DocumentViolation { path, code, message, position, span };
                report.serialize_field("violations", &[violation])?;
            }
            Err(Failure::Invalid(error)) => {
                if let Some(syntax) = error.syntax() {
                    let (path, span) = (self.prefix, self.document.locate_syntax_error(error));
                    let position = Some((syntax.line(), syntax.column()));
                    let (code, message) = ("syntax", syntax.message());
                    let violation = DocumentViolation { path, code, message, position, span };
                    report.serialize_field("violations", &[violation])?;
                } else {
                    let violations = LocatedViolations::new(self, error.violations());
                    report.serialize_field("violations", &violations)?;
                }
            }
        }
        let tolerated = tolerated(self.outcome);
        if !tolerated.is_empty() {
            report.serialize_field("tolerated", &LocatedViolations::new(self, tolerated))?;
        }
        report.end()
    }
}

/// Returns the violation with `prefix` prepended to its path.
fn prefixed<'a>(violation: &'a Violation, prefix: &str) -> Cow<'a, Violation> {
    match prefix {
        "" => Cow::Borrowed(violation),
        _ => Cow::Owned(violation.clone().prefixed(prefix)),
    }
}

/// Violations with their locations, and the prefix of their paths. They serialize as an array of objects.
struct LocatedViolations<'a> {
    violations: &'a [Violation],
    spans: Vec<ViolationSpans>,
    prefix: &'static str,
}

impl<'a> LocatedViolations<'a> {
    fn new(report: &Report<'_>, violations: &'a [Violation]) -> Self {
        Self { violations, spans: report.document.locate(violations), prefix: report.prefix }
    }
}

impl Serialize for LocatedViolations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let located = self.violations.iter().zip(&self.spans);
        let located = located.map(|(violation, spans)| LocatedViolation {
            violation: prefixed(violation, self.prefix),
            span: spans.in_file,
        });
        serializer.collect_seq(located)
    }
}

struct LocatedViolation<'a> {
    violation: Cow<'a, Violation>,
    span: Option<Span>,
}

impl Serialize for LocatedViolation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Params<'a>(&'a Violation);

        impl Serialize for Params<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.params())
            }
        }

        let mut violation = serializer.serialize_struct("LocatedViolation", 5)?;
        violation.serialize_field("path", self.violation.path())?;
        violation.serialize_field("code", self.violation.code())?;
        violation.serialize_field("message", &self.violation.message())?;
        violation.serialize_field("params", &Params(&self.violation))?;
        if let Some(span) = self.span {
            violation.serialize_field("span", &span)?;
        }
        violation.end()
    }
}

/// The violation of a document that is malformed or cannot be validated.
struct DocumentViolation<'a> {
    path: &'a str,
    code: &'a str,
    message: &'a str,
    /// The line and column in the document, for syntax errors.
    position: Option<(usize, usize)>,
    span: Option<Span>,
}

impl Serialize for DocumentViolation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut violation = serializer.serialize_struct("DocumentViolation", 5)?;
        violation.serialize_field("path", self.path)?;
        violation.serialize_field("code", self.code)?;
        violation.serialize_field("message", self.message)?;
        let (line, column) = self.position.unzip();
        violation.serialize_field("params", &PositionParams { line, column })?;
        if let Some(span) = self.span {
            violation.serialize_field("span", &span)?;
        }
        violation.end()
    }
}

#[derive(serde::Serialize)]
struct PositionParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

/// Writes compact JSON in which all control characters are escaped.
pub(crate) fn write_json(value: &impl Serialize, output: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(output, ControlEscapingFormatter);
    Ok(value.serialize(&mut serializer)?)
}

/// Returns whether a character is a control character, which a terminal may interpret instead of
/// displaying it.
pub(crate) fn is_control(character: char) -> bool {
    let direction_marks = ['\u{61C}', '\u{200E}', '\u{200F}'];
    character.is_control()
        || direction_marks.contains(&character)
        || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// An untrusted string, such as a file name, that is displayed with control characters escaped.
pub(crate) struct EscapedStr<'a>(pub(crate) &'a str);

impl fmt::Display for EscapedStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_control(character) {
                write!(f, "{}", character.escape_debug())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// A formatter for compact JSON that escapes all control characters, including those that JSON
/// allows unescaped.
struct ControlEscapingFormatter;

impl serde_json::ser::Formatter for ControlEscapingFormatter {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        output: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for piece in fragment.split_inclusive(is_control) {
            match piece.char_indices().next_back() {
                Some((index, last)) if is_control(last) => {
                    output.write_all(piece.get(..index).unwrap_or_default().as_bytes())?;
                    write!(output, "\\u{:04x}", u32::from(last))?;
                }
                _ => output.write_all(piece.as_bytes())?,
            }
        }
        Ok(())
    }
}
