//! Streams of documents, one a line (NDJSON).

use std::io::{self, BufRead, Read as _};

/// The greatest length of a line, in bytes.
pub(crate) const MAX_LINE: usize = 64 << 20;

/// The room that is kept from line to line.
const KEPT: usize = 1 << 20;

/// The lines of a stream that are not blank.
///
/// It holds one line at a time, and of that no more than the limit.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    limit: usize,
    number: u64,
    buffer: Vec<u8>,
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its number, from 1. Blank lines count.
    pub(crate) number: u64,
    /// What stands in it, without the line feed; none if that is longer than the limit.
    pub(crate) text: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`, of at most `limit` bytes each, the line feed not counted.
    pub(crate) const fn new(input: R, limit: usize) -> Self {
        Self { input, limit, number: 0, buffer: Vec::new() }
    }

    /// The stream, from the next line on.
    pub(crate) const fn input(&self) -> &R {
        &self.input
    }

    /// The next line.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        // One byte more tells whether the line ends in time.
        let most = (self.limit as u64).saturating_add(1);
        loop {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
            if self.input.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let ended = self.buffer.last() == Some(&b'\n');
            if ended {
                self.buffer.pop();
            }
            if self.buffer.len() > self.limit {
                self.input.skip_until(b'\n')?;
                return Ok(Some(Line { number: self.number, text: None }));
            }
            // What JSON takes for blanks: a carriage return before the line feed is one.
            if !self.buffer.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
                break;
            }
        }
        Ok(Some(Line { number: self.number, text: Some(&self.buffer) }))
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use std::io::BufReader;

    /// The lines as `number: text`, read through a buffer that is shorter than they are.
    fn lines(input: &[u8], limit: usize) -> Vec<String> {
        let mut lines = Lines::new(BufReader::with_capacity(3, input), limit);
        let mut read = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            let text = line.text.map_or("too long".into(), String::from_utf8_lossy);
            read.push(format!("{}: {text}", line.number));
        }
        read
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
    fn the_room_of_a_long_line_is_given_back() {
        let input = [vec![b'x'; 3 << 20], b"\ny\n".to_vec()].concat();
        let mut lines = Lines::new(&*input, 4 << 20);
        lines.next_line().unwrap();
        assert!(lines.buffer.capacity() >= 3 << 20);
        lines.next_line().unwrap();
        assert!(lines.buffer.capacity() <= super::KEPT);
    }

    #[test]
    fn a_skipped_line_is_not_kept() {
        let input = vec![b'x'; 100_000];
        let mut lines = Lines::new(&input[..], 1_000);
        lines.next_line().unwrap();
        assert!(lines.buffer.capacity() < 10_000);
    }
}
