//! A reader for the elements of a JSON array.

use super::{
    input::{DocumentLimit, MAX_DOCUMENTS_PER_BLOCK, MAX_KEPT_BUFFER_SIZE},
    parallel::{Block, BlockSource},
    part::Position,
};
use memchr::memchr2;
use std::{
    io::{self, ErrorKind, Read},
    mem,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A reader that divides the text of an array into blocks of elements.
///
/// A block contains at least one element or error, and all further ones that are available without
/// waiting for input.
///
/// Within an element, only brackets, commas and strings are recognized, because they determine its
/// end. If all elements are valid JSON and there is no error, then the whole text is a valid array.
/// Reading stops at an unexpected bracket or quotation mark, because the end of the element is then
/// unknown.
#[derive(Debug)]
pub(crate) struct ElementReader<R> {
    input: R,
    chunk: Vec<u8>,
    max_length: usize,
    /// The text that has been read. The part before `start` is no longer needed.
    buffer: Vec<u8>,
    start: usize,
    /// The position of `start` in the file.
    position: Position,
    scanner: Scanner,
    state: State,
    index: u64,
    is_at_end: bool,
    limit: Option<DocumentLimit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BeforeArray,
    BeforeFirstElement,
    BeforeElement,
    AfterArray,
    /// After an error, the rest of the text is not read.
    Failed,
}

/// The next item of an array, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NextItem {
    Item(ArrayItem<Range<usize>>),
    /// [`ElementReader::read_chunk`] must be called.
    NeedsInput,
    /// An element is longer than the limit.
    TooLong,
    End,
}

/// An element or an error. `J` is the text of an element, or its range in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArrayItem<J> {
    Element(Element<J>),
    /// The beginning of an element whose end is unknown. It ends at a mismatched closing bracket,
    /// at an unexpected quotation mark, or at the end of the input.
    Unfinished(Element<J>),
    Error(ArrayError),
}

/// An element of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<J> {
    pub(crate) index: u64,
    /// The text without the whitespace around it.
    pub(crate) json: J,
    pub(crate) position: Position,
}

/// Consecutive elements of an array, and the errors between them.
#[derive(Debug, Default)]
pub(crate) struct ElementBlock {
    /// The text that contains the elements.
    text: Vec<u8>,
    items: Vec<ArrayItem<Range<usize>>>,
}

impl ElementBlock {
    /// Returns the elements and errors.
    pub(crate) fn items(&self) -> impl Iterator<Item = ArrayItem<&[u8]>> {
        let with_text = |element: &Element<Range<usize>>| {
            let Element { index, position, .. } = *element;
            Element {
                index,
                json: self.text.get(element.json.clone()).unwrap_or_default(),
                position,
            }
        };
        self.items.iter().map(move |item| match item {
            ArrayItem::Element(element) => ArrayItem::Element(with_text(element)),
            ArrayItem::Unfinished(element) => ArrayItem::Unfinished(with_text(element)),
            ArrayItem::Error(error) => ArrayItem::Error(*error),
        })
    }
}

impl Block for ElementBlock {
    fn clear(&mut self) {
        // The buffer is not reused, because the reader moves its own buffer into the block.
        self.text = Vec::new();
        self.items.clear();
    }

    fn is_long(&self) -> bool {
        self.text.len() > MAX_KEPT_BUFFER_SIZE
    }
}

/// An error outside the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArrayError {
    pub(crate) kind: ArrayErrorKind,
    pub(crate) position: Position,
    /// The index of the element that is missing or incomplete.
    pub(crate) index: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArrayErrorKind {
    NotAnArray,
    MissingElement,
    UnexpectedEnd,
    TrailingCharacters,
}

impl<R: Read> ElementReader<R> {
    /// Creates a reader that accepts elements of at most `max_length` bytes, and reads at most
    /// `chunk_size` bytes at once.
    pub(crate) fn new(input: R, chunk_size: usize, max_length: usize) -> Self {
        Self {
            input,
            chunk: vec![0; chunk_size],
            max_length,
            buffer: Vec::new(),
            start: 0,
            position: Position::START,
            scanner: Scanner::default(),
            state: State::BeforeArray,
            index: 0,
            is_at_end: false,
            limit: None,
        }
    }

    /// Sets the position in the file at which the text begins.
    pub(crate) const fn starting_at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// Sets `has_more` in the document limit if the text continues with an element or an error.
    fn update_has_more(&mut self) -> io::Result<()> {
        loop {
            let next = self.next_item();
            let Some(DocumentLimit { is_file, has_more, .. }) = &self.limit else { return Ok(()) };
            match next {
                NextItem::End => return Ok(()),
                NextItem::NeedsInput if !is_file => return Ok(()),
                NextItem::NeedsInput => self.read_chunk()?,
                NextItem::Item(_) | NextItem::TooLong => {
                    has_more.store(true, Ordering::Relaxed);
                    return Ok(());
                }
            }
        }
    }

    /// Moves the used part of the buffer to a block.
    fn move_text(&mut self, block: &mut ElementBlock) {
        let unused = self.unused_text().to_vec();
        block.text = mem::replace(&mut self.buffer, unused);
        self.start = 0;
    }

    /// Reads more of the text.
    fn read_chunk(&mut self) -> io::Result<()> {
        if self.start > 0 {
            // This also frees the capacity that a long element needed.
            self.buffer = self.unused_text().to_vec();
            self.start = 0;
        }
        let length = loop {
            match self.input.read(&mut self.chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                length => break length?,
            }
        };
        self.is_at_end = length == 0;
        self.buffer.extend_from_slice(self.chunk.get(..length).unwrap_or_default());
        Ok(())
    }

    /// Returns the next element or error. Every error except a missing element ends the array.
    fn next_item(&mut self) -> NextItem {
        if self.scanner.scanned == 0 && self.state != State::Failed {
            self.skip_whitespace();
        }
        let first = self.unused_text().first().copied();
        match (self.state, first) {
            (State::Failed, _) => NextItem::End,
            (_, None) if !self.is_at_end => NextItem::NeedsInput,
            (State::BeforeArray, Some(b'[')) => {
                self.skip(1);
                self.state = State::BeforeFirstElement;
                self.next_item()
            }
            (State::BeforeArray, _) => self.stop_with_error(ArrayErrorKind::NotAnArray, None),
            (State::AfterArray, None) => NextItem::End,
            (State::AfterArray, Some(_)) => {
                self.stop_with_error(ArrayErrorKind::TrailingCharacters, None)
            }
            (State::BeforeFirstElement, Some(b']')) => {
                self.skip(1);
                self.state = State::AfterArray;
                self.next_item()
            }
            (State::BeforeFirstElement | State::BeforeElement, _) => self.read_element(),
        }
    }

    /// Returns the element at the beginning of the text.
    fn read_element(&mut self) -> NextItem {
        let text = self.buffer.get(self.start..).unwrap_or_default();
        let end = self.scanner.find_end(text);
        let length = end.map_or(text.len(), ElementEnd::offset);
        if length > self.max_length {
            return NextItem::TooLong;
        }
        let end = match end {
            Some(ElementEnd::Delimiter(end)) => end,
            Some(ElementEnd::Error(error)) => return self.stop_in_element(error + 1),
            None if !self.is_at_end => return NextItem::NeedsInput,
            None => return self.stop_in_element(length),
        };
        let is_last = text.get(end) == Some(&b']');
        let index = self.index;
        self.scanner.scanned = 0;
        self.state = if is_last { State::AfterArray } else { State::BeforeElement };
        self.index += 1;
        let (start, position) = (self.start, self.position);
        let length = trim_end(text.get(..end).unwrap_or_default()).len();
        self.skip(end + 1);
        NextItem::Item(if length == 0 {
            let kind = ArrayErrorKind::MissingElement;
            ArrayItem::Error(ArrayError { kind, position, index: Some(index) })
        } else {
            ArrayItem::Element(Element { index, json: start..start + length, position })
        })
    }

    /// Stops reading, and returns the beginning of the element that contains an error.
    fn stop_in_element(&mut self, length: usize) -> NextItem {
        let index = self.index;
        if length == 0 {
            return self.stop_with_error(ArrayErrorKind::UnexpectedEnd, Some(index));
        }
        self.state = State::Failed;
        let json = self.start..self.start + length;
        NextItem::Item(ArrayItem::Unfinished(Element { index, json, position: self.position }))
    }

    /// Stops reading, and returns an error outside the elements.
    fn stop_with_error(&mut self, kind: ArrayErrorKind, index: Option<u64>) -> NextItem {
        self.state = State::Failed;
        NextItem::Item(ArrayItem::Error(ArrayError { kind, position: self.position, index }))
    }

    /// Returns the text that has been read but not yet used.
    fn unused_text(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Marks the beginning of the text as used.
    fn skip(&mut self, length: usize) {
        let text = self.unused_text().get(..length).unwrap_or_default();
        let (position, length) = (self.position.after(text), text.len());
        self.position = position;
        self.start += length;
    }

    fn skip_whitespace(&mut self) {
        let length = self.unused_text().iter().take_while(|byte| is_whitespace(**byte)).count();
        self.skip(length);
    }
}

impl<R: Read> BlockSource for ElementReader<R> {
    type Block = ElementBlock;

    /// An element that is longer than the limit is an error, after which there are no more elements.
    fn read(&mut self, block: &mut ElementBlock) -> io::Result<bool> {
        block.clear();
        loop {
            if self.limit.as_ref().is_some_and(|limit| limit.left == 0) {
                break;
            }
            match self.next_item() {
                NextItem::Item(item) => block.items.push(item),
                NextItem::NeedsInput if block.items.is_empty() => {
                    self.read_chunk()?;
                    continue;
                }
                NextItem::TooLong if block.items.is_empty() => {
                    self.state = State::Failed;
                    return Err(io::Error::other("an element is larger than 1 GiB"));
                }
                NextItem::NeedsInput | NextItem::TooLong | NextItem::End => break,
            }
            if let Some(limit) = &mut self.limit {
                limit.left -= 1;
            }
            if block.items.len() == MAX_DOCUMENTS_PER_BLOCK {
                break;
            }
        }
        if block.items.is_empty() {
            return self.update_has_more().map(|()| false);
        }
        self.move_text(block);
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.position.offset
    }

    fn limit_documents(&mut self, count: u64, is_file: bool) -> Arc<AtomicBool> {
        let limit = self.limit.insert(DocumentLimit::new(count, is_file));
        Arc::clone(&limit.has_more)
    }
}

const fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_whitespace(*byte)).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}

/// A search for the end of an element. It can be resumed after more text has been read.
#[derive(Debug, Default)]
struct Scanner {
    /// The number of bytes that have been searched.
    scanned: usize,
    /// The bracket that closes each open object or array, from the outermost to the innermost.
    closing_brackets: Vec<u8>,
    is_in_string: bool,
    is_after_backslash: bool,
}

/// The end of an element, or an error in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ElementEnd {
    /// The offset of the comma or bracket after the element.
    Delimiter(usize),
    /// The offset of a bracket that does not match the last open one, or of a quotation mark directly
    /// after a value or a name, which shows that an earlier quotation mark is missing.
    Error(usize),
}

impl ElementEnd {
    const fn offset(self) -> usize {
        let (Self::Delimiter(offset) | Self::Error(offset)) = self;
        offset
    }
}

impl Scanner {
    /// Returns the end of the element, or `None` if more text is needed.
    fn find_end(&mut self, text: &[u8]) -> Option<ElementEnd> {
        while let Some(byte) = text.get(self.scanned).copied() {
            if self.is_in_string {
                self.skip_in_string(text);
                continue;
            }
            match byte {
                b',' | b']' if self.closing_brackets.is_empty() => {
                    return Some(ElementEnd::Delimiter(self.scanned));
                }
                b'"' if self.is_after_token(text) => return Some(ElementEnd::Error(self.scanned)),
                b'"' => self.is_in_string = true,
                b'{' => self.closing_brackets.push(b'}'),
                b'[' => self.closing_brackets.push(b']'),
                b'}' | b']' if self.closing_brackets.pop() != Some(byte) => {
                    return Some(ElementEnd::Error(self.scanned));
                }
                _ => {}
            }
            self.scanned += 1;
        }
        None
    }

    /// Returns whether the previous character is part of a value or a name, or closes it.
    fn is_after_token(&self, text: &[u8]) -> bool {
        let previous = self.scanned.checked_sub(1).and_then(|index| text.get(index));
        previous
            .is_some_and(|byte| !is_whitespace(*byte) && !matches!(byte, b'{' | b'[' | b',' | b':'))
    }

    /// Skips a part of a string: an escaped character, or the text up to a backslash or the end of the
    /// string.
    fn skip_in_string(&mut self, text: &[u8]) {
        if self.is_after_backslash {
            self.is_after_backslash = false;
            self.scanned += 1;
            return;
        }
        let rest = text.get(self.scanned..).unwrap_or_default();
        match memchr2(b'"', b'\\', rest) {
            None => self.scanned = text.len(),
            Some(length) => {
                self.is_after_backslash = rest.get(length) == Some(&b'\\');
                self.is_in_string = self.is_after_backslash;
                self.scanned += length + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ArrayErrorKind, ArrayItem, BlockSource as _, ElementBlock, ElementReader, Ordering,
        Position,
    };
    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;

    /// Reads all elements. Returns their texts, and the errors with their offsets and indices.
    fn read(text: &[u8], chunk_size: usize, max_length: usize) -> Vec<String> {
        let mut reader = ElementReader::new(text, chunk_size, max_length);
        let mut steps = Vec::new();
        let mut block = ElementBlock::default();
        while reader.read(&mut block).unwrap_or_else(|_| {
            steps.push("too long".to_owned());
            false
        }) {
            steps.extend(block.items().map(|item| describe(&item, text)));
        }
        steps
    }

    /// Describes an element or error, and asserts that its position is correct.
    fn describe(item: &ArrayItem<&[u8]>, text: &[u8]) -> String {
        let position = match item {
            ArrayItem::Element(element) | ArrayItem::Unfinished(element) => {
                let offset = to_usize(element.position.offset);
                assert!(text[offset..].starts_with(element.json));
                element.position
            }
            ArrayItem::Error(error) => error.position,
        };
        assert_eq!(position, Position::START.after(&text[..to_usize(position.offset)]));
        match item {
            ArrayItem::Element(element) => String::from_utf8_lossy(element.json).into_owned(),
            ArrayItem::Unfinished(element) => {
                format!("unfinished {}", String::from_utf8_lossy(element.json))
            }
            ArrayItem::Error(error) => {
                format!("{:?} {} {:?}", error.kind, position.offset, error.index)
            }
        }
    }

    fn to_usize(number: u64) -> usize {
        usize::try_from(number).unwrap()
    }

    /// Reads all elements, and asserts that the chunk size does not affect the result.
    fn elements(text: &str) -> Vec<String> {
        let elements = read(text.as_bytes(), 1 << 10, usize::MAX);
        for chunk_size in 1..5 {
            assert_eq!(read(text.as_bytes(), chunk_size, usize::MAX), elements);
        }
        elements
    }

    #[test]
    fn divides_arrays_into_elements() {
        for (text, expected) in [
            ("[]", &[][..]),
            (" \n[ ] \r\n", &[]),
            (
                "[1,\n {\"a\": [\"]\", {}]} , \"\\\\\\\",\" ]",
                &["1", "{\"a\": [\"]\", {}]}", "\"\\\\\\\",\""],
            ),
            ("[[],[[]],\n\"é\"]", &["[]", "[[]]", "\"é\""]),
        ] {
            assert_eq!(elements(text), expected, "{text}");
        }
    }

    #[test]
    fn reports_errors_outside_elements() {
        for (text, expected) in [
            ("", &["NotAnArray 0 None"][..]),
            (" {}", &["NotAnArray 1 None"]),
            ("\u{FEFF}[]", &["NotAnArray 0 None"]),
            ("[", &["UnexpectedEnd 1 Some(0)"]),
            ("[1, ", &["1", "UnexpectedEnd 4 Some(1)"]),
            ("[1,,2]", &["1", "MissingElement 3 Some(1)", "2"]),
            ("[,]", &["MissingElement 1 Some(0)", "MissingElement 2 Some(1)"]),
            ("[1] x", &["1", "TrailingCharacters 4 None"]),
            ("[1]]", &["1", "TrailingCharacters 3 None"]),
        ] {
            assert_eq!(elements(text), expected, "{text}");
        }
    }

    #[test]
    fn stops_at_wrong_brackets_and_quotation_marks() {
        for (text, expected) in [
            ("[1", &["unfinished 1"][..]),
            ("[1,\"]", &["1", "unfinished \"]"]),
            ("[{]},2]", &["unfinished {]"]),
            ("[1}2,3]", &["unfinished 1}"]),
            ("[[{}},2]", &["unfinished [{}}"]),
            ("[1, {\"a\":[1},{\"a\":[]}]", &["1", "unfinished {\"a\":[1}"]),
            ("[{\"a\":\"b},{\"c\":1}]", &["unfinished {\"a\":\"b},{\"c\""]),
            ("[{a\":\"b\"},1]", &["unfinished {a\""]),
            ("[{\"a\"\"b\"},1]", &["unfinished {\"a\"\""]),
            ("[\"a\" \"b\", 1]", &["\"a\" \"b\"", "1"]),
        ] {
            assert_eq!(elements(text), expected, "{text}");
        }
    }

    #[test]
    fn limits_the_length_of_elements() {
        for chunk_size in 1..9 {
            assert_eq!(read(b"[12345,\"1\"]", chunk_size, 5), ["12345", "\"1\""]);
            assert_eq!(read(b"[1,123456,1]", chunk_size, 5), ["1", "too long"]);
        }
    }

    #[test]
    fn keeps_the_buffer_small() {
        let text = format!("[{}1]", "{\"a\":[1,2,3]},".repeat(100_000));
        let mut reader = ElementReader::new(text.as_bytes(), 100, usize::MAX);
        let (mut block, mut count) = (ElementBlock::default(), 0);
        while reader.read(&mut block).unwrap() {
            count += block.items().count();
            assert!(reader.buffer.capacity() + block.text.capacity() < 1_000);
        }
        assert_eq!(count, 100_001);
    }

    #[test]
    fn accepts_deep_nesting() {
        let text = "[".repeat(1_000_000);
        let unfinished = ["unfinished ", &text[1..]].concat();
        assert!(read(text.as_bytes(), 1 << 16, usize::MAX) == [unfinished]);
    }

    /// Generates texts that are often arrays.
    fn json_texts() -> impl Strategy<Value = String> {
        let tokens = prop::sample::select(vec![
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"",
            "\\",
            "\\\"",
            "\"a\"",
            "1",
            " ",
            "\n",
            "é",
            "{}",
            "[1,\"]\"]",
            "{\"a\":\"\\\\\"}",
            "null,",
        ]);
        let text = prop::collection::vec(tokens, 0..16).prop_map(|tokens| tokens.concat());
        (text, any::<bool>()).prop_map(
            |(text, is_array)| {
                if is_array { format!("[{text}]") } else { text }
            },
        )
    }

    proptest! {
        #[test]
        fn splits_arrays_like_serde_json(text in json_texts(), chunk_size in 1_usize..20) {
            let steps = read(text.as_bytes(), chunk_size, usize::MAX);
            if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(&text) {
                let expected: Vec<_> = elements.iter().map(|element| element.get()).collect();
                prop_assert_eq!(steps, expected);
            } else {
                let is_valid = |step: &String| serde_json::from_str::<&RawValue>(step).is_ok();
                prop_assert!(!steps.iter().all(is_valid), "{text}: {steps:?}");
                let is_malformed = |json: &str| {
                    let error = serde_json::from_str::<IgnoredAny>(json).err();
                    error.is_some_and(|error| !error.is_eof())
                };
                let unfinished = steps.last().and_then(|step| step.strip_prefix("unfinished "));
                // The error is in the part that was read, unless this part extends to the end of
                // the text.
                prop_assert!(
                    unfinished.is_none_or(|json| is_malformed(json) || text.ends_with(json)),
                    "{text}: {steps:?}"
                );
            }
        }
    }

    #[test]
    fn stops_after_errors() {
        let mut reader = ElementReader::new(&b"{},[]"[..], 10, 10);
        let mut block = ElementBlock::default();
        assert!(reader.read(&mut block).unwrap());
        match &*block.items().collect::<Vec<_>>() {
            [ArrayItem::Error(error)] => assert_eq!(error.kind, ArrayErrorKind::NotAnArray),
            other => panic!("{other:?}"),
        }
        assert!(!reader.read(&mut block).unwrap());
        assert!(!reader.read(&mut block).unwrap());
    }

    #[test]
    fn limits_the_elements_of_a_block() {
        let text = format!("[{}1]", "1,".repeat(20_000));
        let mut reader = ElementReader::new(text.as_bytes(), 1 << 20, usize::MAX);
        let (mut block, mut counts) = (ElementBlock::default(), Vec::new());
        while reader.read(&mut block).unwrap() {
            assert!(block.items().all(|item| describe(&item, text.as_bytes()) == "1"));
            counts.push(block.items().count());
        }
        assert_eq!(counts, [8_192, 8_192, 3_617]);
    }

    #[test]
    fn ends_at_the_document_limit() {
        for (text, limit, expected, has_more) in [
            ("[1,2,3]", 2, &["1", "2"][..], true),
            ("[1,2,3]", 3, &["1", "2", "3"], false),
            ("[1,2,3]", 4, &["1", "2", "3"], false),
            ("[1,2", 1, &["1"], true),
            ("[1,2]]", 2, &["1", "2"], true),
        ] {
            for chunk_size in [1, 2, 100] {
                let mut reader = ElementReader::new(text.as_bytes(), chunk_size, usize::MAX);
                let found_more = reader.limit_documents(limit, true);
                let (mut block, mut found) = (ElementBlock::default(), Vec::new());
                while reader.read(&mut block).unwrap() {
                    found.extend(block.items().map(|item| describe(&item, text.as_bytes())));
                }
                assert_eq!(found, expected, "{text} {limit}");
                assert_eq!(found_more.load(Ordering::Relaxed), has_more, "{text} {limit}");
            }
        }
    }
}
