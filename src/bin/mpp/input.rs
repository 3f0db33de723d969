//! Streams of documents, one a line (NDJSON).

use memchr::{memchr, memchr_iter};
use std::io::{self, BufRead, ErrorKind};

/// The greatest length of a line, in bytes.
pub(crate) const MAX_LINE: usize = 64 << 20;

/// The most lines of a block: what is said of short lines is far longer than they are. Yet it takes
/// longer to judge so many, blank ones too, than to hand them to a thread.
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
    limit: usize,
    /// How much stood in the blocks up to now.
    bytes: u64,
    lines: u64,
}

/// Lines that follow one another.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The number of the first line.
    number: u64,
    /// The lines with their line feeds. Of a first line beyond the limit, one byte more than the
    /// limit is here.
    text: Vec<u8>,
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

impl<R: BufRead> Blocks<R> {
    /// The lines of `input`, of at most `limit` bytes each, the line feed not counted.
    pub(crate) const fn new(input: R, limit: usize) -> Self {
        Self { input, limit, bytes: 0, lines: 0 }
    }

    /// The length of the blocks up to now.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the next lines into `block`, in place of what it holds. False: there are no more.
    ///
    /// It waits for input only while there is no whole line at hand.
    pub(crate) fn read(&mut self, block: &mut Block) -> io::Result<bool> {
        block.clear(self.lines + 1, self.limit);
        loop {
            let at_hand = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                at_hand => at_hand?,
            };
            if at_hand.is_empty() {
                // The last line may lack its line feed.
                self.bytes += block.text.len() as u64;
                return Ok(!block.text.is_empty());
            }
            let mut ends = memchr_iter(b'\n', at_hand).map(|feed| feed + 1).take(MAX_LINES);
            let Some(first) = ends.next() else {
                block.begin_line(at_hand);
                let length = at_hand.len();
                self.input.consume(length);
                continue;
            };
            let (lines, last) = ends.fold((1, first), |(lines, _), end| (lines + 1, end));
            let (whole, _) = at_hand.split_at(last);
            let (end, others) = whole.split_at(first);
            block.end_line(end);
            block.text.extend_from_slice(others);
            self.input.consume(last);
            self.bytes += block.text.len() as u64;
            self.lines += lines;
            return Ok(true);
        }
    }
}

impl Block {
    fn clear(&mut self, number: u64, limit: usize) {
        self.text.clear();
        self.text.shrink_to(KEPT);
        (self.number, self.limit) = (number, limit);
    }

    /// Adds a piece of the first line. What no limit allows is not kept.
    fn begin_line(&mut self, piece: &[u8]) {
        let room = self.limit.saturating_add(1).saturating_sub(self.text.len());
        self.text.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }

    /// Adds the last piece of the first line, which ends with a line feed.
    fn end_line(&mut self, piece: &[u8]) {
        if let Some((feed, piece)) = piece.split_last() {
            self.begin_line(piece);
            self.text.push(*feed);
        }
    }

    /// Whether it takes more room than is kept, because of a line that long.
    pub(crate) fn is_long(&self) -> bool {
        self.text.len() > KEPT
    }

    /// The lines that are not blank.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = &*self.text;
        let lines = (self.number..).map_while(move |number| {
            let text;
            (text, rest) = match memchr(b'\n', rest) {
                Some(feed) => (rest.get(..feed)?, rest.get(feed + 1..)?),
                None if rest.is_empty() => return None,
                None => (rest, &[][..]),
            };
            Some(Line { number, text: (text.len() <= self.limit).then_some(text) })
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
    use std::io::{self, BufRead, BufReader, Read};

    /// The lines of each block as `number: text`.
    fn blocks(input: impl BufRead, limit: usize) -> Vec<Vec<String>> {
        let mut blocks = Blocks::new(input, limit);
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
        let whole = blocks(input, limit).concat();
        let in_pieces = blocks(BufReader::with_capacity(3, input), limit).concat();
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
        let input = BufReader::with_capacity(8, &b"one\n2\n3\nfour\n5"[..]);
        let read = [&["1: one", "2: 2", "3: 3"][..], &["4: four"], &["5: 5"]];
        assert_eq!(blocks(input, 9), read);
    }

    #[test]
    fn a_block_has_no_more_than_so_many_lines() {
        let input = "1\n".repeat(2 * MAX_LINES + 1);
        let lengths: Vec<_> = blocks(input.as_bytes(), 9).iter().map(Vec::len).collect();
        assert_eq!(lengths, [MAX_LINES, MAX_LINES, 1]);
        let last = format!("{}: 1", 2 * MAX_LINES + 1);
        assert_eq!(lines(input.as_bytes(), 9).last(), Some(&last));
    }

    #[test]
    fn what_was_read_is_counted() {
        let mut blocks = Blocks::new(BufReader::with_capacity(4, &b"one\n\ntwo"[..]), 9);
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
        let mut blocks = Blocks::new(BufReader::with_capacity(1_000, &*input), 4 << 20);
        let mut block = Block::default();
        blocks.read(&mut block).unwrap();
        assert!(block.is_long());
        assert!(block.text.capacity() >= 3 << 20);
        blocks.read(&mut block).unwrap();
        assert!(!block.is_long());
        assert!(block.text.capacity() <= KEPT);
    }

    #[test]
    fn a_skipped_line_is_not_kept() {
        let input = vec![b'x'; 100_000];
        let mut blocks = Blocks::new(&input[..], 1_000);
        let mut block = Block::default();
        blocks.read(&mut block).unwrap();
        assert!(block.text.capacity() < 10_000);
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
        let mut blocks = Blocks::new(BufReader::new(Interrupted(0)), 9);
        let mut block = Block::default();
        assert!(blocks.read(&mut block).unwrap());
        assert_eq!(block.lines().next().unwrap().text, Some(&b"one"[..]));
        assert_eq!(blocks.read(&mut block).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
