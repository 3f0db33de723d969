//! A reader for streams that contain one document per line (NDJSON).

use super::parallel::{self, Block as _, BlockSource};
use memchr::memchr_iter;
use serde::de::IgnoredAny;
use std::{
    io::{self, ErrorKind, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The maximum length of a line, in bytes.
pub(crate) const MAX_LINE_LENGTH: usize = 64 << 20;

/// The maximum number of lines or array elements in a block.
///
/// The limit bounds the size of the reports that are waiting to be written, because the report on a
/// short document is much longer than the document. The limit is high enough that validating a block takes
/// longer than reading it.
pub(crate) const MAX_DOCUMENTS_PER_BLOCK: usize = 8192;

/// The maximum size, in bytes, of a buffer that is reused for the next block. A block that exceeds
/// this size is long; see [`parallel::Block::is_long`].
pub(crate) const MAX_KEPT_BUFFER_SIZE: usize = 1 << 20;

/// Returns whether each of the first two lines is well-formed JSON. Blank lines are skipped.
///
/// Such a text is malformed as a single document, and was probably meant to be read by lines.
pub(crate) fn has_one_document_per_line(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !is_blank(line)).take(2);
    let is_well_formed = |line: &&[u8]| serde_json::from_slice::<IgnoredAny>(line).is_ok();
    lines.take_while(is_well_formed).count() == 2
}

/// Returns whether a line is empty or consists of whitespace.
fn is_blank(line: &[u8]) -> bool {
    // The whitespace of JSON includes the carriage return, which can precede a line feed.
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// A reader that divides a stream into blocks of complete lines.
///
/// A block contains at least one line, and all further lines that are available without waiting for
/// input.
#[derive(Debug)]
pub(crate) struct LineReader<R> {
    input: R,
    chunk_size: usize,
    max_line_length: usize,
    /// The bytes that were read after the last block, usually the beginning of a line.
    rest: Vec<u8>,
    /// The total length of the blocks so far in bytes, which is the offset of the next block.
    bytes_read: u64,
    lines_read: u64,
    limit: Option<DocumentLimit>,
}

/// A limit on the number of documents, after which the stream is treated as ended.
#[derive(Debug)]
pub(crate) struct DocumentLimit {
    /// The number of documents that may still be read.
    pub(crate) left: u64,
    /// True if the stream is a file, which can be read without waiting for another program.
    pub(crate) is_file: bool,
    /// True if the stream is known to contain more documents than the limit.
    pub(crate) has_more: Arc<AtomicBool>,
}

impl DocumentLimit {
    pub(crate) fn new(count: u64, is_file: bool) -> Self {
        Self { left: count, is_file, has_more: Arc::new(AtomicBool::new(false)) }
    }
}

/// A sequence of consecutive lines in a stream.
#[derive(Debug, Default)]
pub(crate) struct LineBlock {
    /// The line number of the first line.
    first_number: u64,
    /// The offset of the first line in the stream.
    offset: u64,
    /// The number of bytes of the first line that are not in the buffer, because the line is too
    /// long.
    discarded: u64,
    /// The lines with their line feeds, followed by initialized bytes to read into. The buffer is
    /// reused, because initializing it with zeros for every block would take time.
    buffer: Vec<u8>,
    /// The length of the lines in the buffer, in bytes. The end of a line that is too long may be
    /// missing.
    length: usize,
    /// The index at which each line ends: at its line feed, or at the end of the stream.
    line_ends: Vec<usize>,
    max_line_length: usize,
}

/// A line of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// The line number, starting at 1. Blank lines count.
    pub(crate) number: u64,
    /// The offset of the line in the stream.
    pub(crate) offset: u64,
    /// The line without its line feed, or `None` if it is too long.
    pub(crate) content: Option<&'a [u8]>,
}

impl<R: Read> LineReader<R> {
    /// Creates a reader that accepts lines of at most `max_line_length` bytes, not counting the line
    /// feed, and reads at most `chunk_size` bytes at once.
    pub(crate) const fn new(input: R, chunk_size: usize, max_line_length: usize) -> Self {
        Self {
            input,
            chunk_size,
            max_line_length,
            rest: Vec::new(),
            bytes_read: 0,
            lines_read: 0,
            limit: None,
        }
    }

    /// Sets `has_more` in the document limit if the rest of the stream contains a line that is not
    /// blank.
    fn update_has_more(&mut self) -> io::Result<()> {
        let Some(DocumentLimit { is_file, has_more, .. }) = &self.limit else { return Ok(()) };
        loop {
            if !self.rest.iter().all(|byte| *byte == b'\n' || is_blank(&[*byte])) {
                has_more.store(true, Ordering::Relaxed);
                return Ok(());
            }
            self.rest.clear();
            let mut chunk = self.input.by_ref().take(self.chunk_size as u64);
            if !is_file || chunk.read_to_end(&mut self.rest)? == 0 {
                return Ok(());
            }
        }
    }
}

impl<R: Read> BlockSource for LineReader<R> {
    type Block = LineBlock;

    fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    fn limit_documents(&mut self, count: u64, is_file: bool) -> Arc<AtomicBool> {
        let limit = self.limit.insert(DocumentLimit::new(count, is_file));
        Arc::clone(&limit.has_more)
    }

    /// Replaces the content of a block with the next lines. Blocks only until one line is complete.
    fn read(&mut self, block: &mut LineBlock) -> io::Result<bool> {
        block.clear();
        if self.limit.as_ref().is_some_and(|limit| limit.left == 0) {
            return self.update_has_more().map(|()| false);
        }
        (block.first_number, block.max_line_length) = (self.lines_read + 1, self.max_line_length);
        block.offset = self.bytes_read;
        block.read_chunk(&mut &*self.rest, self.rest.len())?;
        let mut searched = 0;
        while !block.append_line_ends(searched) {
            block.truncate(self.max_line_length.saturating_add(1));
            searched = block.length;
            if !block.read_chunk(&mut self.input, self.chunk_size)? {
                block.end_last_line();
                break;
            }
        }
        if let Some(limit) = &mut self.limit {
            block.apply_document_limit(&mut limit.left);
        }
        block.split_off_rest(&mut self.rest);
        self.bytes_read += block.length as u64 + block.discarded;
        self.lines_read += block.line_ends.len() as u64;
        Ok(!block.line_ends.is_empty())
    }
}

impl parallel::Block for LineBlock {
    fn clear(&mut self) {
        self.buffer.truncate(MAX_KEPT_BUFFER_SIZE);
        self.buffer.shrink_to(MAX_KEPT_BUFFER_SIZE);
        (self.length, self.discarded) = (0, 0);
        self.line_ends.clear();
    }

    fn is_long(&self) -> bool {
        self.length > MAX_KEPT_BUFFER_SIZE
    }
}

impl LineBlock {
    /// Performs a single read of at most `chunk_size` bytes, and appends the bytes to the buffer.
    /// Returns `false` at the end of the input.
    fn read_chunk(&mut self, input: &mut impl Read, chunk_size: usize) -> io::Result<bool> {
        let end = self.length + chunk_size;
        if end > MAX_KEPT_BUFFER_SIZE {
            // Reserves capacity for the longest line at once. Unused pages of the allocation take
            // no memory, and allocators return the memory of a shrunk allocation to the operating
            // system only if the allocation is large.
            let capacity = self.max_line_length.saturating_add(chunk_size + 1);
            self.buffer.reserve_exact(capacity.saturating_sub(self.buffer.len()));
        }
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        let free = self.buffer.get_mut(self.length..end).unwrap_or_default();
        let read = loop {
            match input.read(free) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.length += read;
        Ok(read > 0)
    }

    /// Discards the end of a line that is longer than `length` bytes.
    fn truncate(&mut self, length: usize) {
        let kept = self.length.min(length);
        self.discarded += (self.length - kept) as u64;
        self.length = kept;
    }

    /// Finds the line feeds from the index `start` onward. Returns `false` if no line end has been
    /// found.
    fn append_line_ends(&mut self, start: usize) -> bool {
        let bytes = self.buffer.get(start..self.length).unwrap_or_default();
        self.line_ends.extend(
            memchr_iter(b'\n', bytes).map(|index| start + index).take(MAX_DOCUMENTS_PER_BLOCK),
        );
        !self.line_ends.is_empty()
    }

    /// Ends the last line of the stream, which has no line feed. Does nothing if the block is empty.
    fn end_last_line(&mut self) {
        self.line_ends.extend((self.length > 0).then_some(self.length));
    }

    /// Truncates the block to its first `left` documents, and subtracts the number of documents
    /// that it then contains from `left`.
    fn apply_document_limit(&mut self, left: &mut u64) {
        let mut last = None;
        for line in self.lines() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                last = Some(line.number);
                break;
            }
        }
        if let Some(last) = last {
            let count = usize::try_from(last - self.first_number).unwrap_or(usize::MAX);
            self.line_ends.truncate(count.saturating_add(1));
        }
    }

    /// Replaces the content of `rest` with the bytes after the last line, and removes these bytes
    /// from the block.
    fn split_off_rest(&mut self, rest: &mut Vec<u8>) {
        let end = self.line_ends.last().map_or(0, |end| self.length.min(end + 1));
        rest.clear();
        rest.extend_from_slice(self.buffer.get(end..self.length).unwrap_or_default());
        self.length = end;
    }

    /// Returns the lines that are not blank.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        let lines = (self.first_number..).zip(&self.line_ends).map(move |(number, &end)| {
            let line = self.buffer.get(start..end).unwrap_or_default();
            // Only the first line of a block can be longer than the buffer.
            let discarded = if start == 0 { 0 } else { self.discarded };
            let offset = self.offset + start as u64 + discarded;
            start = end + 1;
            let content = (line.len() <= self.max_line_length).then_some(line);
            Line { number, offset, content }
        });
        lines.filter(|line| !line.is_blank())
    }
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.content.is_some_and(is_blank)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::parallel::Block as _, BlockSource as _, LineBlock, LineReader,
        MAX_DOCUMENTS_PER_BLOCK, MAX_KEPT_BUFFER_SIZE, Ordering, has_one_document_per_line,
    };
    use std::io::{self, Read};

    /// Reads all blocks. Returns the lines of each block, formatted as `number: content`.
    fn read_blocks(input: &[u8], chunk_size: usize, max_line_length: usize) -> Vec<Vec<String>> {
        let mut reader = LineReader::new(input, chunk_size, max_line_length);
        let mut block = LineBlock::default();
        let mut blocks = Vec::new();
        while reader.read(&mut block).unwrap() {
            let lines = block.lines().map(|line| {
                let content = line.content.map_or("too long".into(), String::from_utf8_lossy);
                format!("{}: {content}", line.number)
            });
            blocks.push(lines.collect());
        }
        blocks
    }

    /// Reads all lines, and asserts that the chunk size does not affect the result.
    #[track_caller]
    fn read_lines(input: &[u8], max_line_length: usize) -> Vec<String> {
        let lines = read_blocks(input, 1 << 20, max_line_length).concat();
        assert_eq!(lines, read_blocks(input, 3, max_line_length).concat());
        lines
    }

    #[test]
    fn recognizes_one_document_per_line() {
        for text in ["{}\n{}", "\n {} \r\n\r\n[1]\n{", "1\n2\n3"] {
            assert!(has_one_document_per_line(text.as_bytes()), "{text}");
        }
        for text in ["", "\n", "{}", "{}\n", "{}{}", "{}\n}", "{}\n{", "[\n1\n]", "{\n{}\n{}"] {
            assert!(!has_one_document_per_line(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn numbers_lines_and_removes_line_feeds() {
        assert_eq!(read_lines(b"one\ntwo\n", 9), ["1: one", "2: two"]);
    }

    #[test]
    fn reads_no_lines_from_empty_streams() {
        assert_eq!(read_lines(b"", 9), [""; 0]);
    }

    #[test]
    fn reads_last_line_without_line_feed() {
        assert_eq!(read_lines(b"one\ntwo", 9), ["1: one", "2: two"]);
    }

    #[test]
    fn counts_but_skips_blank_lines() {
        assert_eq!(read_lines(b"\n \t\r\none\n\r\n", 9), ["3: one"]);
    }

    #[test]
    fn treats_only_json_whitespace_as_blank() {
        assert_eq!(read_lines(b"\x0b\n", 9), ["1: \x0b"]);
    }

    #[test]
    fn reads_lines_of_maximum_length() {
        assert_eq!(read_lines(b"12345\n12345", 5), ["1: 12345", "2: 12345"]);
    }

    #[test]
    fn marks_overlong_lines_and_continues() {
        assert_eq!(
            read_lines(b"123456\n1\n12345678901\n2", 5),
            ["1: too long", "2: 1", "3: too long", "4: 2"]
        );
    }

    #[test]
    fn marks_last_line_that_is_too_long() {
        assert_eq!(read_lines(b"1\n123456", 5), ["1: 1", "2: too long"]);
    }

    #[test]
    fn marks_blank_lines_that_are_too_long() {
        assert_eq!(read_lines(b"      \n1\n", 5), ["1: too long", "2: 1"]);
    }

    #[test]
    fn returns_available_lines_as_a_block() {
        let blocks = [&["1: one", "2: 2", "3: 3"][..], &["4: four"], &["5: 5"]];
        assert_eq!(read_blocks(b"one\n2\n3\nfour\n5", 8, 9), blocks);
    }

    #[test]
    fn returns_the_offset_of_each_line() {
        let input = b"one\n\n1234567890123\n2\nthree\n12345678\nx";
        for chunk_size in 1..40 {
            let mut reader = LineReader::new(&input[..], chunk_size, 5);
            let (mut block, mut offsets) = (LineBlock::default(), Vec::new());
            while reader.read(&mut block).unwrap() {
                offsets.extend(block.lines().map(|line| line.offset));
            }
            assert_eq!(offsets, [0, 5, 19, 21, 27, 36], "{chunk_size}");
            assert_eq!(reader.bytes_read(), input.len() as u64);
        }
    }

    #[test]
    fn limits_number_of_lines_per_block() {
        let input = "1\n".repeat(2 * MAX_DOCUMENTS_PER_BLOCK + 1);
        let blocks = read_blocks(input.as_bytes(), 1 << 20, 9);
        assert_eq!(
            blocks.iter().map(Vec::len).collect::<Vec<_>>(),
            [MAX_DOCUMENTS_PER_BLOCK, MAX_DOCUMENTS_PER_BLOCK, 1]
        );
        let last = format!("{}: 1", 2 * MAX_DOCUMENTS_PER_BLOCK + 1);
        assert_eq!(read_lines(input.as_bytes(), 9).last(), Some(&last));
    }

    #[test]
    fn ends_at_the_document_limit() {
        let input = b"\n1\n\n2\n3\n1234567\n4\n5";
        for chunk_size in 1..30 {
            for (limit, expected) in [
                (0, &[][..]),
                (1, &[2]),
                (2, &[2, 4]),
                (4, &[2, 4, 5, 6]),
                (6, &[2, 4, 5, 6, 7, 8]),
                (9, &[2, 4, 5, 6, 7, 8]),
            ] {
                let mut reader = LineReader::new(&input[..], chunk_size, 5);
                let has_more = reader.limit_documents(limit, true);
                let (mut block, mut numbers) = (LineBlock::default(), Vec::new());
                while reader.read(&mut block).unwrap() {
                    numbers.extend(block.lines().map(|line| line.number));
                }
                assert_eq!(numbers, expected, "{chunk_size} {limit}");
                assert_eq!(has_more.load(Ordering::Relaxed), limit < 6);
            }
        }
    }

    #[test]
    fn finds_no_documents_in_blank_lines() {
        for (rest, is_file, expected) in [
            ("", true, false),
            ("\n \r\n\t", true, false),
            ("\n\n1", true, true),
            ("1", false, false),
        ] {
            let input = b"1\n".chain(rest.as_bytes());
            let mut reader = LineReader::new(input, 3, 5);
            let has_more = reader.limit_documents(1, is_file);
            let mut block = LineBlock::default();
            while reader.read(&mut block).unwrap() {}
            assert_eq!(has_more.load(Ordering::Relaxed), expected, "{rest:?}");
        }
    }

    #[test]
    fn returns_complete_lines_without_waiting() {
        let lines = "1\n".repeat(MAX_DOCUMENTS_PER_BLOCK + 1);
        let input = lines.as_bytes().chain(InterruptedReader(3));
        let mut reader = LineReader::new(input, 1 << 20, 9);
        let mut block = LineBlock::default();
        assert!(reader.read(&mut block).unwrap());
        assert!(reader.read(&mut block).unwrap());
        assert_eq!(block.lines().count(), 1);
        assert!(reader.read(&mut block).is_err());
    }

    #[test]
    fn counts_the_bytes_of_each_block() {
        let mut reader = LineReader::new(&b"one\n\ntwo"[..], 4, 9);
        let mut block = LineBlock::default();
        let mut bytes = Vec::new();
        while reader.read(&mut block).unwrap() {
            bytes.push(reader.bytes_read());
        }
        assert_eq!(bytes, [4, 5, 8]);
    }

    #[test]
    fn frees_memory_of_long_lines() {
        let input = [vec![b'x'; 3 << 20], b"\ny\n".to_vec()].concat();
        let mut reader = LineReader::new(&*input, 1_000, 4 << 20);
        let mut block = LineBlock::default();
        reader.read(&mut block).unwrap();
        assert!(block.is_long());
        assert!(block.buffer.capacity() >= 3 << 20);
        reader.read(&mut block).unwrap();
        assert!(!block.is_long());
        assert!(block.buffer.capacity() <= MAX_KEPT_BUFFER_SIZE);
    }

    #[test]
    fn does_not_store_overlong_lines() {
        let input = vec![b'x'; 100_000];
        let mut reader = LineReader::new(&input[..], 1_000, 1_000);
        let mut block = LineBlock::default();
        reader.read(&mut block).unwrap();
        assert!(block.buffer.capacity() < 10_000);
    }

    /// A reader that yields `one`, `ErrorKind::Interrupted`, `\n` and `ErrorKind::TimedOut`. It
    /// contains the number of reads so far.
    struct InterruptedReader(usize);

    impl Read for InterruptedReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => (&b"one"[..]).read(buffer),
                2 => Err(io::ErrorKind::Interrupted.into()),
                3 => (&b"\n"[..]).read(buffer),
                _ => Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }

    #[test]
    fn retries_only_interrupted_reads() {
        let mut reader = LineReader::new(InterruptedReader(0), 8, 9);
        let mut block = LineBlock::default();
        assert!(reader.read(&mut block).unwrap());
        assert_eq!(block.lines().next().unwrap().content, Some(&b"one"[..]));
        assert_eq!(reader.read(&mut block).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
