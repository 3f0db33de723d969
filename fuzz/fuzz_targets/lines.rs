//! Compares the line reader of the `mpp` command with a simple implementation.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/input.rs"]
mod input;
#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/parallel.rs"]
mod parallel;

use input::{LineBlock, LineReader};
use libfuzzer_sys::fuzz_target;
use parallel::BlockSource as _;
use std::io::{self, Read};

/// A reader that returns chunks whose sizes are the elements of `sizes`, each modulo 8, repeated
/// cyclically. For the size 0, `read` returns `ErrorKind::Interrupted`; the last size is at least
/// 1.
struct ChunkedReader<'a> {
    rest: &'a [u8],
    sizes: &'a [u8],
    reads: usize,
}

impl Read for ChunkedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = usize::from(self.sizes[self.reads % self.sizes.len()]);
        self.reads += 1;
        if size.is_multiple_of(8) && !self.reads.is_multiple_of(self.sizes.len()) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = (size % 8).max(1).min(buffer.len()).min(self.rest.len());
        let (chunk, rest) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(chunk);
        self.rest = rest;
        Ok(size)
    }
}

/// Returns the non-blank lines with their numbers. The content of a line that is too long is
/// `None`.
fn expected_lines(text: &[u8], limit: usize) -> Vec<(u64, Option<&[u8]>)> {
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    // The empty string after the last line feed is not a line.
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let is_whitespace = |byte: &u8| b" \t\r".contains(byte);
    (1..)
        .zip(lines)
        .map(|(number, line)| (number, (line.len() <= limit).then_some(line)))
        .filter(|(_, line)| !line.is_some_and(|line| line.iter().all(is_whitespace)))
        .collect()
}

fuzz_target!(|data: &[u8]| {
    let Some((&[limit, chunk, one, two, three], text)) = data.split_first_chunk() else {
        return;
    };
    let limit = usize::from(limit % 32);
    let sizes = [one, two, three];
    let mut chunks = ChunkedReader { rest: text, sizes: &sizes, reads: 0 };
    let mut reader = LineReader::new(&mut chunks, usize::from(chunk % 16) + 1, limit);
    let mut block = LineBlock::default();
    let mut expected = expected_lines(text, limit).into_iter();
    while reader.read(&mut block).unwrap() {
        for line in block.lines() {
            assert_eq!(Some((line.number, line.content)), expected.next());
        }
    }
    assert_eq!(expected.next(), None);
    assert!(!reader.read(&mut block).unwrap(), "block after the end");
    assert!(chunks.rest.is_empty(), "unread bytes");
});
