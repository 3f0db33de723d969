//! The line reader of the command, and a naive one.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "a part of the command")]
#[path = "../../src/bin/mpp/input.rs"]
mod input;

use input::{Block, Blocks};
use libfuzzer_sys::fuzz_target;
use std::io::{self, Read};

/// Gives as many bytes at a time as it is told, in turn; 0 is an interruption.
struct Chunks<'a> {
    rest: &'a [u8],
    sizes: &'a [u8],
    turn: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = usize::from(self.sizes[self.turn % self.sizes.len()]);
        self.turn += 1;
        if size.is_multiple_of(8) && !self.turn.is_multiple_of(self.sizes.len()) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = (size % 8).max(1).min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

/// The lines that are not blank, with their numbers; `None` for one that is too long.
fn naive(text: &[u8], limit: usize) -> Vec<(u64, Option<&[u8]>)> {
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    // What follows the last line feed is a line only if it is something.
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let blank = |byte: &u8| b" \t\r".contains(byte);
    (1..)
        .zip(lines)
        .map(|(number, line)| (number, (line.len() <= limit).then_some(line)))
        .filter(|(_, line)| !line.is_some_and(|line| line.iter().all(blank)))
        .collect()
}

fuzz_target!(|data: &[u8]| {
    let Some((&[limit, chunk, one, two, three], text)) = data.split_first_chunk() else {
        return;
    };
    let limit = usize::from(limit % 32);
    let sizes = [one, two, three];
    let mut chunks = Chunks { rest: text, sizes: &sizes, turn: 0 };
    let mut blocks = Blocks::new(&mut chunks, usize::from(chunk % 16) + 1, limit);
    let mut block = Block::default();
    let mut expected = naive(text, limit).into_iter();
    while blocks.read(&mut block).unwrap() {
        for line in block.lines() {
            assert_eq!(Some((line.number, line.text)), expected.next());
        }
    }
    assert_eq!(expected.next(), None);
    assert!(!blocks.read(&mut block).unwrap(), "a block after the end");
    assert!(chunks.rest.is_empty(), "bytes are left");
});
