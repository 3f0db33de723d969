//! Streams of documents, one a line (NDJSON).

use memchr::memchr_iter;
use std::io::{self, ErrorKind, Read};

/// The greatest length of a line, in bytes.
pub(crate) const MAX_LINE: usize = 64 << 20;

/// The most lines of a block: what is said of short lines is far longer than they are. Yet it takes
/// longer to judge so many, blank ones too, than to read them.
const MAX_LINES: usize = 8192;

/// The greatest length of a block that is not long, in bytes, and the room that is kept from block
/// to block.
const KEPT: usize = 1 << 20;

/// A stream, in blocks of whole lines.
///
/// A block is what is at hand when it is read. It begins with at most one line that was waited for.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    input: R,
    chunk: usize,
    limit: usize,
    /// What was read beyond the last block, most often the beginning of a line.
    rest: Vec<u8>,
    /// How much stood in the blocks up to now.
    bytes: u64,
    lines: u64,
}

/// Lines that follow one another.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The number of the first line.
    number: u64,
    /// The lines with their line feeds, and room to read into: it takes time to clear it each time.
    room: Vec<u8>,
    /// How much of the room the lines take. A line beyond the limit need not be here in full.
    length: usize,
    /// Where each line ends: at its line feed, or where the stream does.
    ends: Vec<usize>,
    limit: usize,
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its number, from 1. Blank lines count.
    pub(crate) number: u64,
    /// What stands in it, without the line feed; none if that is longer than the limit.
    pub(crate) text: Option<&'a [u8]>,
}

impl<R: Read> Blocks<R> {
    /// The lines of `input`, of at most `limit` bytes each, the line feed not counted. No more than
    /// `chunk` bytes are read at once.
    pub(crate) const fn new(input: R, chunk: usize, limit: usize) -> Self {
        Self { input, chunk, limit, rest: Vec::new(), bytes: 0, lines: 0 }
    }

    /// The length of the blocks up to now.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the next lines into `block`, in place of what it holds. False: there are no more.
    ///
    /// It waits for input only while there is no whole line at hand.
    pub(crate) fn read(&mut self, block: &mut Block) -> io::Result<bool> {
        block.clear();
        (block.number, block.limit) = (self.lines + 1, self.limit);
        block.add(&mut &*self.rest, self.rest.len())?;
        let mut searched = 0;
        while !block.find_ends(searched) {
            // What no limit allows is not kept.
            block.length = block.length.min(self.limit.saturating_add(1));
            searched = block.length;
            if !block.add(&mut self.input, self.chunk)? {
                block.end();
                break;
            }
        }
        block.split_off(&mut self.rest);
        self.bytes += block.length as u64;
        self.lines += block.ends.len() as u64;
        Ok(!block.ends.is_empty())
    }
}

impl Block {
    /// Empties it, and gives back the room of a long line.
    pub(crate) fn clear(&mut self) {
        self.room.truncate(KEPT);
        self.room.shrink_to(KEPT);
        self.length = 0;
        self.ends.clear();
    }

    /// Adds what can be read at once, at most a chunk. False: there is nothing more.
    fn add(&mut self, input: &mut impl Read, chunk: usize) -> io::Result<bool> {
        let end = self.length + chunk;
        if end > KEPT {
            // Room for the longest line at once. What is not filled takes no memory, and allocators
            // give so much back when it is shrunk, which they do not with less.
            let longest = self.limit.saturating_add(chunk + 1);
            self.room.reserve_exact(longest.saturating_sub(self.room.len()));
        }
        if self.room.len() < end {
            self.room.resize(end, 0);
        }
        let room = self.room.get_mut(self.length..end).unwrap_or_default();
        let read = loop {
            match input.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.length += read;
        Ok(read > 0)
    }

    /// Looks for line feeds from there on. False: there are none.
    fn find_ends(&mut self, from: usize) -> bool {
        let text = self.room.get(from..self.length).unwrap_or_default();
        self.ends.extend(memchr_iter(b'\n', text).map(|feed| from + feed).take(MAX_LINES));
        !self.ends.is_empty()
    }

    /// Here the stream ends. The last line may lack its line feed.
    fn end(&mut self) {
        self.ends.extend((self.length > 0).then_some(self.length));
    }

    /// Leaves what follows the lines to `rest`, in place of what it holds.
    fn split_off(&mut self, rest: &mut Vec<u8>) {
        let end = self.ends.last().map_or(0, |end| self.length.min(end + 1));
        rest.clear();
        rest.extend_from_slice(self.room.get(end..self.length).unwrap_or_default());
        self.length = end;
    }

    /// Whether it takes more room than is kept, because of a line that long.
    pub(crate) const fn is_long(&self) -> bool {
        self.length > KEPT
    }

    /// The lines that are not blank.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        let lines = (self.number..).zip(&self.ends).map(move |(number, &end)| {
            let text = self.room.get(start..end).unwrap_or_default();
            start = end + 1;
            Line { number, text: (text.len() <= self.limit).then_some(text) }
        });
        lines.filter(|line| !line.is_blank())
    }
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        // What JSON takes for blanks: a carriage return before the line feed is one.
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        self.text.is_some_and(|text| text.iter().all(is_blank))
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Blocks, KEPT, MAX_LINES};
    use std::io::{self, Read};

    /// The lines of each block as `number: text`.
    fn blocks(input: &[u8], chunk: usize, limit: usize) -> Vec<Vec<String>> {
        let mut blocks = Blocks::new(input, chunk, limit);
        let mut block = Block::default();
        let mut read = Vec::new();
        while blocks.read(&mut block).unwrap() {
            let lines = block.lines().map(|line| {
                let text = line.text.map_or("too long".into(), String::from_utf8_lossy);
                format!("{}: {text}", line.number)
            });
            read.push(lines.collect());
        }
        read
    }

    /// The lines, which are the same whether they are read whole or in pieces shorter than they.
    #[track_caller]
    fn lines(input: &[u8], limit: usize) -> Vec<String> {
        let whole = blocks(input, 1 << 20, limit).concat();
        let in_pieces = blocks(input, 3, limit).concat();
        assert_eq!(whole, in_pieces);
        whole
    }

    #[test]
    fn lines_are_numbered_and_given_without_their_line_feed() {
        assert_eq!(lines(b"one\ntwo\n", 9), ["1: one", "2: two"]);
    }

    #[test]
    fn an_empty_stream_has_no_lines() {
        assert_eq!(lines(b"", 9), [""; 0]);
    }

    #[test]
    fn a_last_line_without_line_feed_counts() {
        assert_eq!(lines(b"one\ntwo", 9), ["1: one", "2: two"]);
    }

    #[test]
    fn blank_lines_are_passed_over_and_counted() {
        assert_eq!(lines(b"\n \t\r\none\n\r\n", 9), ["3: one"]);
    }

    #[test]
    fn a_blank_that_is_none_to_json_makes_a_line() {
        assert_eq!(lines(b"\x0b\n", 9), ["1: \x0b"]);
    }

    #[test]
    fn a_line_of_the_greatest_length_is_read() {
        assert_eq!(lines(b"12345\n12345", 5), ["1: 12345", "2: 12345"]);
    }

    #[test]
    fn a_longer_line_is_skipped_and_the_next_one_read() {
        assert_eq!(
            lines(b"123456\n1\n12345678901\n2", 5),
            ["1: too long", "2: 1", "3: too long", "4: 2"]
        );
    }

    #[test]
    fn a_longer_line_may_be_the_last_one() {
        assert_eq!(lines(b"1\n123456", 5), ["1: 1", "2: too long"]);
    }

    #[test]
    fn a_longer_line_counts_even_if_it_is_blank() {
        assert_eq!(lines(b"      \n1\n", 5), ["1: too long", "2: 1"]);
    }

    #[test]
    fn a_block_is_the_whole_lines_at_hand() {
        let read = [&["1: one", "2: 2", "3: 3"][..], &["4: four"], &["5: 5"]];
        assert_eq!(blocks(b"one\n2\n3\nfour\n5", 8, 9), read);
    }

    #[test]
    fn a_block_has_no_more_than_so_many_lines() {
        let input = "1\n".repeat(2 * MAX_LINES + 1);
        let lengths: Vec<_> = blocks(input.as_bytes(), 1 << 20, 9).iter().map(Vec::len).collect();
        assert_eq!(lengths, [MAX_LINES, MAX_LINES, 1]);
        let last = format!("{}: 1", 2 * MAX_LINES + 1);
        assert_eq!(lines(input.as_bytes(), 9).last(), Some(&last));
    }

    #[test]
    fn lines_at_hand_do_not_wait_for_more() {
        let lines = "1\n".repeat(MAX_LINES + 1);
        let input = lines.as_bytes().chain(Interrupted(3));
        let mut blocks = Blocks::new(input, 1 << 20, 9);
        let mut block = Block::default();
        assert!(blocks.read(&mut block).unwrap());
        assert!(blocks.read(&mut block).unwrap());
        assert_eq!(block.lines().count(), 1);
        assert!(blocks.read(&mut block).is_err());
    }

    #[test]
    fn what_was_read_is_counted() {
        let mut blocks = Blocks::new(&b"one\n\ntwo"[..], 4, 9);
        let mut block = Block::default();
        let mut bytes = Vec::new();
        while blocks.read(&mut block).unwrap() {
            bytes.push(blocks.bytes());
        }
        assert_eq!(bytes, [4, 5, 8]);
    }

    #[test]
    fn the_room_of_a_long_line_is_given_back() {
        let input = [vec![b'x'; 3 << 20], b"\ny\n".to_vec()].concat();
        let mut blocks = Blocks::new(&*input, 1_000, 4 << 20);
        let mut block = Block::default();
        blocks.read(&mut block).unwrap();
        assert!(block.is_long());
        assert!(block.room.capacity() >= 3 << 20);
        blocks.read(&mut block).unwrap();
        assert!(!block.is_long());
        assert!(block.room.capacity() <= KEPT);
    }

    #[test]
    fn a_skipped_line_is_not_kept() {
        let input = vec![b'x'; 100_000];
        let mut blocks = Blocks::new(&input[..], 1_000, 1_000);
        let mut block = Block::default();
        blocks.read(&mut block).unwrap();
        assert!(block.room.capacity() < 10_000);
    }

    /// A stream of `one`, an interruption, `\n`, and a failure.
    struct Interrupted(usize);

    impl Read for Interrupted {
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
    fn an_interruption_is_passed_over_and_a_failure_is_not() {
        let mut blocks = Blocks::new(Interrupted(0), 8, 9);
        let mut block = Block::default();
        assert!(blocks.read(&mut block).unwrap());
        assert_eq!(block.lines().next().unwrap().text, Some(&b"one"[..]));
        assert_eq!(blocks.read(&mut block).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
