//! Human-readable reports that show the affected line of the document, like compiler diagnostics.

use super::{
    super::{
        report::{Document, EscapedStr, Finding, Report, is_control},
        sensitive,
    },
    style::Style,
};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use console::{measure_text_width, strip_ansi_codes};
use memchr::memchr;
use miniprogram_protocol::Span;
use std::{
    io::{self, Write},
    ops::Range,
};

/// A writer for the violations in one document, each with the source line where it occurs.
pub(super) struct SourceWriter<'a> {
    report: &'a Report<'a>,
    style: Style,
    renderer: Renderer,
    /// The ranges of the values that are masked, in ascending order.
    hidden: Vec<Range<usize>>,
}

impl<'a> SourceWriter<'a> {
    pub(super) fn new(report: &'a Report<'a>, style: Style) -> Self {
        let renderer = if style.is_colored { Renderer::styled() } else { Renderer::plain() };
        let hidden = match report.document.content() {
            Some(json) if !style.shows_sensitive => {
                sensitive::hidden_values(report.content_schema, json)
            }
            _ => Vec::new(),
        };
        Self { report, style, renderer: renderer.term_width(style.width), hidden }
    }

    pub(super) fn write(
        &self,
        finding: &Finding<'_>,
        hint: Option<&str>,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let level =
            if finding.is_tolerated { Level::NOTE.with_name("tolerated") } else { Level::ERROR };
        let title = level.primary_title(finding.message.to_string()).id(finding.code);
        let mut group = Group::with_title(title).element(self.origin(finding.span));
        let line = finding.span.zip(finding.range.clone()).and_then(|(span, range)| {
            let json = self.report.document.content()?;
            Some((Excerpt::around(json, range, self.style.width, &self.hidden)?, span.line))
        });
        if let Some((line, number)) = line {
            let annotation = AnnotationKind::Primary.span(line.span);
            group =
                group.element(Snippet::source(line.text).line_start(number).annotation(annotation));
        }
        if let Some(hint) = hint {
            group = group.element(Level::HELP.message(hint));
        }
        for line in self.renderer.render(&[group]).lines() {
            // The renderer prints a separator line between an origin and its snippet, as it does
            // before a snippet of another file. This line is omitted.
            if strip_ansi_codes(line).trim() != ":::" {
                writeln!(output, "{line}")?;
            }
        }
        output.write_all(b"\n")
    }

    fn origin(&self, span: Option<Span>) -> Origin<'a> {
        let origin = Origin::path(EscapedStr(self.report.source).to_string());
        match (span, self.report.document) {
            (Some(span), _) => origin.line(span.line).char_column(span.column),
            (None, Document::Whole(_)) => origin,
            (None, document) => {
                origin.line(usize::try_from(document.line_number()).unwrap_or(usize::MAX))
            }
        }
    }
}

/// The part of a line around a violation.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    /// The range of the violation in the text.
    span: Range<usize>,
}

impl Excerpt {
    /// Returns the line that contains the beginning of a range, with values masked. A long line is
    /// truncated to an excerpt around the range, which may still be wider than the terminal. The
    /// middle of a long range is omitted, because the renderer would measure wide characters
    /// incorrectly.
    fn around(
        json: &[u8],
        range: Range<usize>,
        width: usize,
        hidden: &[Range<usize>],
    ) -> Option<Self> {
        let start = range.start;
        // A character has at most 4 bytes.
        let context = width.saturating_mul(2).saturating_mul(4);
        let before = json.get(start.saturating_sub(context)..start)?;
        let (in_range, rest) = json.get(start..)?.split_at_checked(range.len())?;
        let is_one_line = memchr(b'\n', in_range).is_none();
        let in_range = in_range.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let after = if is_one_line { rest.get(..context).unwrap_or(rest) } else { b"" };

        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let before = before.get(line_start..).unwrap_or_default();
        let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let after = after.strip_suffix(b"\r").unwrap_or(after);
        let in_range = in_range.strip_suffix(b"\r").unwrap_or(in_range);
        let before = trim_continuation_bytes(before);

        let mut masked = MaskedText { text: String::new(), hidden };
        masked.push(before, start - before.len());
        let span_start = masked.text.len();
        masked.push_shortened(in_range, start, width * 2 / 3, context);
        let span_end = masked.text.len();
        masked.push(after, range.end);
        Some(Self { text: masked.text, span: span_start..span_end })
    }
}

/// Returns the text without UTF-8 continuation bytes at its beginning.
fn trim_continuation_bytes(text: &[u8]) -> &[u8] {
    let cut = text.iter().take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
    text.get(cut..).unwrap_or_default()
}

/// A text in which hidden values are replaced by asterisks.
struct MaskedText<'a> {
    text: String,
    hidden: &'a [Range<usize>],
}

/// The text in place of an omitted part.
const ELLIPSIS: &str = "...";

/// Returns the leading characters that fit in `width` columns.
fn take_width(characters: impl Iterator<Item = char>, width: usize) -> impl Iterator<Item = char> {
    characters.scan(width, |left, character| {
        // The renderer replaces a tab with four spaces.
        let columns =
            if character == '\t' { 4 } else { measure_text_width(&character.to_string()) };
        *left = left.checked_sub(columns)?;
        Some(character)
    })
}

impl MaskedText<'_> {
    /// Appends a part of the document, which begins at `offset`.
    fn push(&mut self, part: &[u8], offset: usize) {
        let mut offset = offset;
        for chunk in part.utf8_chunks() {
            for (index, character) in chunk.valid().char_indices() {
                self.push_character(character, offset + index);
            }
            if !chunk.invalid().is_empty() {
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
            offset += chunk.valid().len() + chunk.invalid().len();
        }
    }

    /// Appends a part of the document, which begins at `offset`, without its middle if the part is
    /// wider than `width` columns. Only `context` bytes at each end are read.
    fn push_shortened(&mut self, part: &[u8], offset: usize, width: usize, context: usize) {
        let masked = |part, offset| {
            let mut masked = MaskedText { text: String::new(), hidden: self.hidden };
            masked.push(part, offset);
            masked.text
        };
        let (head, tail) = if part.len() > context {
            let head = part.get(..context).unwrap_or_default();
            let tail = part.get(part.len() - context..).unwrap_or_default();
            let tail = trim_continuation_bytes(tail);
            (masked(head, offset), masked(tail, offset + part.len() - tail.len()))
        } else {
            let whole = masked(part, offset);
            if measure_text_width(&whole) <= width {
                self.text.push_str(&whole);
                return;
            }
            (whole.clone(), whole)
        };
        let half = width.saturating_sub(ELLIPSIS.len()) / 2;
        self.text.extend(take_width(head.chars(), half));
        self.text.push_str(ELLIPSIS);
        let end: Vec<_> = take_width(tail.chars().rev(), half).collect();
        self.text.extend(end.into_iter().rev());
    }

    fn push_character(&mut self, character: char, offset: usize) {
        let next = self.hidden.partition_point(|range| range.end <= offset);
        let is_hidden = self.hidden.get(next).is_some_and(|range| range.contains(&offset));
        if is_hidden {
            let width = measure_text_width(&character.to_string());
            self.text.extend(std::iter::repeat_n('*', width));
        } else if is_control(character) && character != '\t' {
            self.text.push(char::REPLACEMENT_CHARACTER);
        } else {
            self.text.push(character);
        }
    }
}
