//! The places of violations in the JSON in which they were found.

use super::{Error, Violation, pointer};
use crate::json::{self, Lexer, RawString};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Range,
};

/// A place in a JSON text.
///
/// It serializes as an object with the members `offset`, `length`, `line` and `column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Span {
    /// The offset of the first byte.
    pub offset: usize,
    /// The length in bytes. It is 0 at the end of the text.
    pub length: usize,
    /// The line of the first byte, starting at 1. Lines end with a line feed.
    pub line: usize,
    /// The column of the first byte, starting at 1, in characters (Unicode scalar values).
    pub column: usize,
}

impl Span {
    /// Returns the range of bytes.
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
    /// Returns the place of each violation in the JSON text in which it was found, in the order of
    /// the serialized error. For a syntax error, returns one place: that of the first character that
    /// cannot be read. [`locate`] describes the places.
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
        // The character may be cut or invalid.
        let is_continuation = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
        let continuation = rest.iter().skip(1).take(3).take_while(is_continuation).count();
        let length = rest.len().min(1 + continuation);
        let (line, column) = (syntax.line(), syntax.column());
        vec![Some(Span { offset: syntax.offset(), length, line, column })]
    }
}

/// Returns the place of each violation in the JSON text in which it was found.
///
/// The text is read again, in one pass. Nothing else needs it, so keep the text only if you want to
/// show the places of violations.
///
/// | Violation | Place |
/// |---|---|
/// | of a value | The value |
/// | `required`, `dependentRequired` | The opening brace of the object that lacks the field |
/// | `anyOf`, `maxProperties` | The opening brace of the object |
/// | `duplicate` | The repeated name, with its quotes |
/// | `additionalProperties` | The name, with its quotes |
/// | `tooMany`, `maxBytes` | None |
///
/// A violation of your own at a field that does not exist has the place of the opening brace. If the
/// text is another one than that in which the violations were found, some or all have no place, but
/// the others are still in the text.
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
        let (path, part) = Part::of(violation)?;
        Some(Target { violation: index, path, part })
    });
    let lexer = Lexer::accepting_any_number(text);
    let mut search = Search { lexer, found: BTreeMap::new() };
    // Another text may be malformed. What has been found before remains.
    let _ = search.value(targets.collect());
    spans(json, &search.found, violations.len())
}

/// The part of a member or an element that a violation concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    /// The opening brace of the value.
    Brace,
    Name,
    /// The name of a member that repeats the name of an earlier one.
    RepeatedName,
}

impl Part {
    /// Returns the path of a member or an element, and its part that the violation concerns.
    fn of(violation: &Violation) -> Option<(&str, Self)> {
        let path = violation.path();
        Some(match violation.code() {
            "tooMany" | "maxBytes" => return None,
            "required" | "dependentRequired" => match path.rsplit_once('/') {
                Some((parent, _)) => (parent, Self::Brace),
                None => (path, Self::Brace),
            },
            "anyOf" | "maxProperties" => (path, Self::Brace),
            "additionalProperties" => (path, Self::Name),
            "duplicate" => (path, Self::RepeatedName),
            _ => (path, Self::Value),
        })
    }
}

/// A violation whose place is searched for.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    /// The index of the violation.
    violation: usize,
    /// The path from the current value to the member or element.
    path: &'a str,
    part: Part,
}

impl<'a> Target<'a> {
    /// Splits off the first segment of the path. Returns `None` if the path is empty.
    fn step(self) -> Option<(&'a str, Self)> {
        let path = self.path.strip_prefix('/')?;
        let (segment, path) = match path.find('/') {
            Some(end) => path.split_at_checked(end)?,
            None => (path, ""),
        };
        Some((segment, Self { path, ..self }))
    }
}

/// The targets at one name of an object.
#[derive(Default)]
struct Named<'a, 'de> {
    /// The targets in the value of the first member with the name.
    in_value: Vec<Target<'a>>,
    /// The violations of names, in the order in which they are found.
    names: VecDeque<usize>,
    repeated_names: VecDeque<usize>,
    /// The names found so far. There can be several, because paths contain only the first
    /// characters of a long name.
    found: BTreeSet<Cow<'de, str>>,
}

impl<'a> Named<'a, '_> {
    fn add(&mut self, target: Target<'a>) {
        match target.part {
            Part::Name if target.path.is_empty() => self.names.push_back(target.violation),
            Part::RepeatedName if target.path.is_empty() => {
                self.repeated_names.push_back(target.violation);
            }
            _ => self.in_value.push(target),
        }
    }

    /// Returns the violations that have not been found.
    fn missing(self) -> impl Iterator<Item = usize> + use<> {
        let in_value: Vec<_> = self.in_value.iter().map(|target| target.violation).collect();
        in_value.into_iter().chain(self.names).chain(self.repeated_names)
    }
}

/// The search for the targets in a JSON text.
struct Search<'de> {
    lexer: Lexer<'de>,
    /// The range of each violation that has been found, by its index.
    found: BTreeMap<usize, Range<usize>>,
}

impl<'de> Search<'de> {
    fn set(&mut self, violation: usize, range: Range<usize>) {
        self.found.insert(violation, range);
    }

    /// Reads the next value, which contains the targets.
    fn value(&mut self, targets: Vec<Target<'_>>) -> json::Result<()> {
        if targets.is_empty() {
            return self.lexer.skip().map(drop);
        }
        let first_byte = self.lexer.peek_value()?;
        let start = self.lexer.offset();
        let (here, inside): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| target.path.is_empty());
        match first_byte {
            b'{' if !inside.is_empty() => self.members(start, inside)?,
            b'[' if !inside.is_empty() => self.elements(start, inside)?,
            _ => drop(self.lexer.skip()?),
        }
        let end = self.lexer.offset();
        for target in here {
            let is_brace = target.part == Part::Brace && first_byte == b'{';
            self.set(target.violation, start..if is_brace { start + 1 } else { end });
        }
        Ok(())
    }

    /// Reads the members of an object, which begins at `start`.
    fn members(&mut self, start: usize, targets: Vec<Target<'_>>) -> json::Result<()> {
        let mut by_name = BTreeMap::<Cow<'_, str>, Named<'_, 'de>>::new();
        for (segment, target) in targets.into_iter().filter_map(Target::step) {
            by_name.entry(pointer::unescape(segment)).or_default().add(target);
        }
        self.lexer.enter()?;
        let mut first = true;
        while self.lexer.advance_to_member(&mut first)? {
            let name_start = self.lexer.offset();
            let name = self.lexer.read_raw_string()?;
            let name_range = name_start..self.lexer.offset();
            self.lexer.expect_colon()?;
            self.member(name, name_range, &mut by_name)?;
        }
        for violation in by_name.into_values().flat_map(Named::missing) {
            self.set(violation, start..start + 1);
        }
        Ok(())
    }

    /// Reads the value of a member.
    fn member(
        &mut self,
        name: RawString<'de>,
        name_range: Range<usize>,
        by_name: &mut BTreeMap<Cow<'_, str>, Named<'_, 'de>>,
    ) -> json::Result<()> {
        let name = name.unescape();
        let Some(named) = by_name.get_mut(pointer::truncate(&name)) else {
            return self.lexer.skip().map(drop);
        };
        let waiting =
            if named.found.insert(name) { &mut named.names } else { &mut named.repeated_names };
        let violation = waiting.pop_front();
        let in_value = std::mem::take(&mut named.in_value);
        if let Some(violation) = violation {
            self.set(violation, name_range);
        }
        self.value(in_value)
    }

    /// Reads the elements of an array, which begins at `start`.
    fn elements(&mut self, start: usize, targets: Vec<Target<'_>>) -> json::Result<()> {
        let mut by_index = Vec::new();
        for target in targets {
            match target.step().map(|(segment, target)| (segment.parse::<usize>(), target)) {
                Some((Ok(index), target)) => by_index.push((index, target)),
                _ => self.set(target.violation, start..start + 1),
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
            self.value(here)?;
            index += 1;
        }
        for (_, target) in by_index {
            self.set(target.violation, start..start + 1);
        }
        Ok(())
    }
}

/// Adds the lines and columns to the ranges of `count` violations, in one pass over the text.
fn spans(json: &[u8], ranges: &BTreeMap<usize, Range<usize>>, count: usize) -> Vec<Option<Span>> {
    let mut offsets: Vec<_> = ranges.values().map(|range| range.start).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut places = BTreeMap::new();
    let (mut offset, mut line, mut column) = (0, 1, 1);
    for next in offsets {
        let between = json.get(offset..next).unwrap_or_default();
        (line, column) = json::advance(line, column, between);
        offset = next;
        places.insert(offset, (line, column));
    }
    let span = |index| {
        let range: &Range<usize> = ranges.get(&index)?;
        let (line, column) = places.get(&range.start).copied()?;
        Some(Span { offset: range.start, length: range.len(), line, column })
    };
    (0..count).map(span).collect()
}
