//! The locations of violations in JSON text.

use super::{Error, Violation, pointer};
use crate::json::{self, Lexer, RawString};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Range,
};

/// A range of bytes in a JSON text, with its line and column.
///
/// A span serializes as an object with the members `offset`, `length`, `line` and `column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Span {
    /// The offset of the first byte.
    pub offset: usize,
    /// The length in bytes, which is 0 at the end of the text.
    pub length: usize,
    /// The line of the first byte, starting at 1. Lines end with a line feed.
    pub line: usize,
    /// The column of the first byte, starting at 1, in characters (Unicode scalar values).
    pub column: usize,
}

impl Span {
    /// Returns the span as a range of bytes.
    ///
    /// ```
    /// use miniprogram_protocol::{dictionary::Amount, from_json};
    ///
    /// let json = br#"{"currency": "usd", "value": 1}"#;
    /// let error = from_json::<Amount>(json).unwrap_err();
    /// let span = error.locate(json)[0].unwrap();
    /// assert_eq!(&json[span.range()], br#""usd""#);
    /// ```
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.length)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut span = serializer.serialize_struct("Span", 4)?;
        span.serialize_field("offset", &self.offset)?;
        span.serialize_field("length", &self.length)?;
        span.serialize_field("line", &self.line)?;
        span.serialize_field("column", &self.column)?;
        span.end()
    }
}

impl Error {
    /// Returns the span of each violation in the JSON text in which it was found, in the order in
    /// which the violations are serialized. For a syntax error, returns one span: that of the first
    /// character that cannot be read. [`locate`] describes the spans.
    ///
    /// ```
    /// use miniprogram_protocol::{dictionary::Amount, from_json};
    ///
    /// let json = b"{\n  \"currency\": \"USD\",\n  \"value\": -1\n}";
    /// let error = from_json::<Amount>(json).unwrap_err();
    /// let span = error.locate(json)[0].unwrap();
    /// assert_eq!((span.line, span.column, span.length), (3, 12, 2));
    /// ```
    #[must_use]
    pub fn locate(&self, json: &[u8]) -> Vec<Option<Span>> {
        let Some(syntax) = self.syntax() else { return locate(self.violations(), json) };
        let rest = json.get(syntax.offset()..).unwrap_or_default();
        // The character may be truncated or invalid UTF-8.
        let is_continuation = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
        let continuation = rest.iter().skip(1).take(3).take_while(is_continuation).count();
        let length = rest.len().min(1 + continuation);
        let (line, column) = (syntax.line(), syntax.column());
        vec![Some(Span { offset: syntax.offset(), length, line, column })]
    }
}

/// Returns the span of each violation in the JSON text in which it was found.
///
/// The text is parsed again, in one pass. Keep the text only if you want to show where the
/// violations are, because no other function needs it.
///
/// | Violation | Span |
/// |---|---|
/// | any code that is not listed below | The value |
/// | `required`, `dependentRequired` | The opening brace of the object that lacks the field |
/// | `anyOf`, `maxProperties` | The opening brace of the object |
/// | `duplicate` | The repeated name, with its quotes |
/// | `additionalProperties` | The name, with its quotes |
/// | `tooMany`, `maxBytes` | None |
///
/// If a custom check reports a violation of a field that does not exist, its span is the opening
/// brace of the object. If `json` is not the text in which the violations were found, some or all
/// of them have no span; every span that is returned is within `json`.
///
/// ```
/// use miniprogram_protocol::{Policy, check_json_with, dictionary::Amount, locate};
///
/// let json = br#"{"currency": "USD", "value": "4990"}"#;
/// let tolerated = check_json_with::<Amount>(json, &Policy::lenient())?;
/// let spans = locate(&tolerated, json);
/// assert_eq!(&json[spans[0].unwrap().range()], br#""4990""#);
/// # Ok::<_, miniprogram_protocol::Error>(())
/// ```
#[must_use]
pub fn locate(violations: &[Violation], json: &[u8]) -> Vec<Option<Span>> {
    let Ok(text) = json::parse_utf8(json) else { return vec![None; violations.len()] };
    let targets = violations.iter().enumerate().filter_map(|(index, violation)| {
        let (path, part) = TargetPart::path_and_part(violation)?;
        Some(Target { violation: index, path, part })
    });
    let lexer = Lexer::new(text).accept_any_number();
    let mut locator = Locator { lexer, found: BTreeMap::new() };
    // The text may be malformed. In this case, the spans before the syntax error are kept.
    let _ = locator.locate_in_value(targets.collect());
    to_spans(json, &locator.found, violations.len())
}

/// The part of a member or an element that a violation concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TargetPart {
    Value,
    /// The opening brace of the value.
    Brace,
    Name,
    /// The name of a member that repeats the name of an earlier one.
    DuplicateName,
}

impl TargetPart {
    /// Returns the path of the member or element that the violation concerns, and the part of it.
    fn path_and_part(violation: &Violation) -> Option<(&str, Self)> {
        let path = violation.path();
        Some(match violation.code() {
            "tooMany" | "maxBytes" => return None,
            "required" | "dependentRequired" => match path.rsplit_once('/') {
                Some((parent, _)) => (parent, Self::Brace),
                None => (path, Self::Brace),
            },
            "anyOf" | "maxProperties" => (path, Self::Brace),
            "additionalProperties" => (path, Self::Name),
            "duplicate" => (path, Self::DuplicateName),
            _ => (path, Self::Value),
        })
    }
}

/// A violation to be located.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    /// The index of the violation in the report.
    violation: usize,
    /// The path from the current value to the member or element.
    path: &'a str,
    part: TargetPart,
}

impl<'a> Target<'a> {
    /// Splits off the first segment of the path. Returns `None` if the path is empty.
    fn split_first_segment(self) -> Option<(&'a str, Self)> {
        let path = self.path.strip_prefix('/')?;
        let (segment, path) = match path.find('/') {
            Some(end) => path.split_at_checked(end)?,
            None => (path, ""),
        };
        Some((segment, Self { path, ..self }))
    }
}

/// The targets in an object that concern the members with the same name.
#[derive(Default)]
struct MemberTargets<'a, 'de> {
    /// The targets in the value of the first member with this name.
    in_value: Vec<Target<'a>>,
    /// The violations that concern the name of a member, in document order.
    names: VecDeque<usize>,
    duplicate_names: VecDeque<usize>,
    /// The names found so far. Several long names can be truncated to the same name in a path.
    found: BTreeSet<Cow<'de, str>>,
}

impl<'a> MemberTargets<'a, '_> {
    fn add(&mut self, target: Target<'a>) {
        match target.part {
            TargetPart::Name if target.path.is_empty() => self.names.push_back(target.violation),
            TargetPart::DuplicateName if target.path.is_empty() => {
                self.duplicate_names.push_back(target.violation);
            }
            _ => self.in_value.push(target),
        }
    }

    /// Returns the violations that have not been located.
    fn into_unlocated(self) -> impl Iterator<Item = usize> + use<> {
        let in_value: Vec<_> = self.in_value.iter().map(|target| target.violation).collect();
        in_value.into_iter().chain(self.names).chain(self.duplicate_names)
    }
}

/// A search for targets in a JSON text.
struct Locator<'de> {
    lexer: Lexer<'de>,
    /// The ranges of the violations that have been located, by the index of the violation.
    found: BTreeMap<usize, Range<usize>>,
}

impl<'de> Locator<'de> {
    fn set_range(&mut self, index: usize, range: Range<usize>) {
        self.found.insert(index, range);
    }

    /// Reads the next value, and locates the targets in it.
    fn locate_in_value(&mut self, targets: Vec<Target<'_>>) -> json::Result<()> {
        if targets.is_empty() {
            return self.lexer.skip_value();
        }
        let first_byte = self.lexer.peek_value_start()?;
        let start = self.lexer.offset();
        let (here, inside): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| target.path.is_empty());
        match first_byte {
            b'{' if !inside.is_empty() => self.locate_in_object(start, inside)?,
            b'[' if !inside.is_empty() => self.locate_in_array(start, inside)?,
            _ => self.lexer.skip_value()?,
        }
        let end = self.lexer.offset();
        for target in here {
            let is_brace = target.part == TargetPart::Brace && first_byte == b'{';
            self.set_range(target.violation, start..if is_brace { start + 1 } else { end });
        }
        Ok(())
    }

    /// Reads the object that begins at `start`, and locates the targets in it.
    fn locate_in_object(&mut self, start: usize, targets: Vec<Target<'_>>) -> json::Result<()> {
        let mut by_name = BTreeMap::<Cow<'_, str>, MemberTargets<'_, 'de>>::new();
        for (segment, target) in targets.into_iter().filter_map(Target::split_first_segment) {
            by_name.entry(pointer::unescape(segment)).or_default().add(target);
        }
        self.lexer.enter()?;
        let mut first = true;
        while self.lexer.advance_to_member(&mut first)? {
            let name_start = self.lexer.offset();
            let name = self.lexer.read_raw_string()?;
            let name_range = name_start..self.lexer.offset();
            self.lexer.expect_colon()?;
            self.locate_in_member(name, name_range, &mut by_name)?;
        }
        for violation in by_name.into_values().flat_map(MemberTargets::into_unlocated) {
            self.set_range(violation, start..start + 1);
        }
        Ok(())
    }

    /// Reads the value of a member, and locates the targets in the member.
    fn locate_in_member(
        &mut self,
        name: RawString<'de>,
        name_range: Range<usize>,
        by_name: &mut BTreeMap<Cow<'_, str>, MemberTargets<'_, 'de>>,
    ) -> json::Result<()> {
        let name = name.unescape();
        let Some(member_targets) = by_name.get_mut(pointer::truncate_name(&name)) else {
            return self.lexer.skip_value();
        };
        let violations = if member_targets.found.insert(name) {
            &mut member_targets.names
        } else {
            &mut member_targets.duplicate_names
        };
        let violation = violations.pop_front();
        let in_value = std::mem::take(&mut member_targets.in_value);
        if let Some(violation) = violation {
            self.set_range(violation, name_range);
        }
        self.locate_in_value(in_value)
    }

    /// Reads the array that begins at `start`, and locates the targets in it.
    fn locate_in_array(&mut self, start: usize, targets: Vec<Target<'_>>) -> json::Result<()> {
        let mut by_index = Vec::new();
        for target in targets {
            match target
                .split_first_segment()
                .map(|(segment, target)| (segment.parse::<usize>(), target))
            {
                Some((Ok(index), target)) => by_index.push((index, target)),
                _ => self.set_range(target.violation, start..start + 1),
            }
        }
        by_index.sort_by_key(|(index, _)| *index);
        let mut by_index = by_index.into_iter().peekable();
        self.lexer.enter()?;
        let (mut index, mut first) = (0, true);
        while self.lexer.advance_to_element(&mut first)? {
            let mut here = Vec::new();
            while let Some((_, target)) = by_index.next_if(|(next, _)| *next == index) {
                here.push(target);
            }
            self.locate_in_value(here)?;
            index += 1;
        }
        for (_, target) in by_index {
            self.set_range(target.violation, start..start + 1);
        }
        Ok(())
    }
}

/// Returns the spans of `count` violations. Computes all lines and columns in one pass over the
/// text.
fn to_spans(
    json: &[u8],
    ranges: &BTreeMap<usize, Range<usize>>,
    count: usize,
) -> Vec<Option<Span>> {
    let mut offsets: Vec<_> = ranges.values().map(|range| range.start).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut positions = BTreeMap::new();
    let (mut offset, mut line, mut column) = (0, 1, 1);
    for next in offsets {
        let between = json.get(offset..next).unwrap_or_default();
        (line, column) = json::advance_position(line, column, between);
        offset = next;
        positions.insert(offset, (line, column));
    }
    let span = |index| {
        let range: &Range<usize> = ranges.get(&index)?;
        let (line, column) = positions.get(&range.start).copied()?;
        Some(Span { offset: range.start, length: range.len(), line, column })
    };
    (0..count).map(span).collect()
}
