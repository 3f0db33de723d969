//! Processes the blocks of a stream on several threads, and keeps the output in the order of the
//! stream.

use super::input::{Block, BlockReader};
use std::{
    io::{self, ErrorKind, Read, Write},
    mem,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

/// The number of blocks that may be read ahead of the output, in addition to one per thread.
const EXTRA_BLOCKS: usize = 4;

/// The size of a part of a block's output, in bytes.
const PART_SIZE: usize = 256 << 10;

/// The maximum number of parts of a block that wait for the output of earlier blocks.
const MAX_WAITING_PARTS: usize = 4;

/// Calls `process` for every block, on the given number of threads. Its output is written to
/// `output` in the order of the blocks, and its results are passed to `on_result` in the same order.
///
/// The threads take turns reading, and each processes the block that it has read, which is then in
/// the cache of its processor. The calling thread writes: before it waits for input, it has written
/// and flushed the output of all earlier blocks. Threads that are too far ahead of the output
/// block, whether because processing is slow or because the reader of the output is. Thus, each
/// thread holds only a few blocks and parts.
///
/// # Errors
/// The outer error means that writing to `output` failed; the inner error is the reason why not
/// every block was processed. After an error, this function returns without joining the threads,
/// because one of them may wait for input for any length of time. This is why they are not scoped.
pub(crate) fn process<T: Send + 'static>(
    blocks: BlockReader<impl Read + Send + 'static>,
    threads: usize,
    process: impl Fn(&Block, &mut BlockWriter<T>) -> io::Result<T> + Send + Sync + 'static,
    output: &mut impl Write,
    mut on_result: impl FnMut(T),
) -> io::Result<io::Result<()>> {
    let (block_outputs, in_order) = sync_channel(threads + EXTRA_BLOCKS);
    let shared = Arc::new((Mutex::new(Some(Source { blocks, block_outputs })), process));
    let start = |_| {
        let shared = Arc::clone(&shared);
        thread::Builder::new().spawn(move || run_worker(&shared.0, &shared.1))
    };
    let workers = match (0..threads).map(start).collect::<io::Result<Vec<_>>>() {
        Ok(workers) => workers,
        Err(error) => return Ok(Err(error)),
    };
    // Only the workers keep the channel open from here on, so it closes when they end.
    drop(shared);

    loop {
        let next = match in_order.try_recv() {
            Err(TryRecvError::Empty) => {
                // A program that sends documents may wait for these results before it sends more.
                output.flush()?;
                in_order.recv().ok()
            }
            next => next.ok(),
        };
        let panicked = "a worker thread panicked";
        match next {
            Some(Ok(parts)) if write_parts(&parts, output, &mut on_result)? => {}
            Some(Ok(_)) => return Ok(Err(io::Error::other(panicked))),
            Some(Err(error)) => return Ok(Err(error)),
            None => {
                let all_ended = workers.into_iter().all(|worker| worker.join().is_ok());
                return Ok(if all_ended { Ok(()) } else { Err(io::Error::other(panicked)) });
            }
        }
    }
}

/// The rest of a stream, and the channel that keeps the order of its blocks.
#[derive(Debug)]
struct Source<R, T> {
    blocks: BlockReader<R>,
    /// For each block, a receiver of its output, or the error that occurred while reading it.
    block_outputs: SyncSender<io::Result<Receiver<Part<T>>>>,
}

impl<R: Read, T> Source<R, T> {
    /// Reads the next block, and returns the writer of its output. Returns `None` if there is
    /// nothing left to do.
    fn read(&mut self, block: &mut Block) -> Option<BlockWriter<T>> {
        let (sender, receiver) = sync_channel(MAX_WAITING_PARTS);
        let (writer, next) = match self.blocks.read(block) {
            Ok(true) => (Some(BlockWriter { buffer: Vec::new(), parts: sender }), Ok(receiver)),
            Ok(false) => return None,
            Err(error) => (None, Err(error)),
        };
        // If there is no receiver, writing the output has failed.
        self.block_outputs.send(next).ok()?;
        writer
    }
}

/// Reads and processes blocks until the source ends, and then replaces it with `None`.
fn run_worker<T>(
    source: &Mutex<Option<Source<impl Read, T>>>,
    process: &impl Fn(&Block, &mut BlockWriter<T>) -> io::Result<T>,
) {
    let mut block = Block::default();
    // The lock is poisoned if a thread panicked while reading. In that case, lines may be lost.
    while let Ok(mut source) = source.lock() {
        let Some(writer) = source.as_mut().and_then(|source| source.read(&mut block)) else {
            *source = None;
            return;
        };
        // The lock is held until a long block is processed, so that there is never more than one.
        let lock = block.is_long().then_some(source);
        writer.process(&block, process);
        if lock.is_some() {
            block.clear();
        }
    }
}

/// Writes the output of a block. Returns `false` if the output is incomplete.
fn write_parts<T>(
    parts: &Receiver<Part<T>>,
    output: &mut impl Write,
    on_result: &mut impl FnMut(T),
) -> io::Result<bool> {
    for part in parts {
        output.write_all(&part.bytes)?;
        if let Some(result) = part.result {
            on_result(result);
            return Ok(true);
        }
    }
    Ok(false)
}

/// A writer for the output of a block. It sends the output in parts to the thread that writes.
#[derive(Debug)]
pub(crate) struct BlockWriter<T> {
    buffer: Vec<u8>,
    parts: SyncSender<Part<T>>,
}

#[derive(Debug)]
struct Part<T> {
    bytes: Vec<u8>,
    /// The result of processing the block; only the last part has one.
    result: Option<T>,
}

impl<T> BlockWriter<T> {
    fn process(mut self, block: &Block, process: &impl Fn(&Block, &mut Self) -> io::Result<T>) {
        // An error means that there is no longer a receiver.
        if let Ok(result) = process(block, &mut self) {
            let _ = self.parts.send(Part { bytes: self.buffer, result: Some(result) });
        }
    }
}

impl<T> Write for BlockWriter<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() >= PART_SIZE {
            // The next part is likely to be as long.
            let full = mem::replace(&mut self.buffer, Vec::with_capacity(PART_SIZE));
            let part = Part { bytes: full, result: None };
            self.parts.send(part).map_err(|_| ErrorKind::BrokenPipe)?;
        }
        let free = PART_SIZE - self.buffer.len();
        let bytes = bytes.get(..free).unwrap_or(bytes);
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    // A fast path, because serializers write a few bytes at a time.
    #[inline]
    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.buffer.len() + bytes.len() > PART_SIZE {
            let written = self.write(bytes)?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Block, BlockReader, BlockWriter, EXTRA_BLOCKS, MAX_WAITING_PARTS, PART_SIZE, process,
    };
    use std::{
        io::{self, Read, Write},
        sync::{
            Arc, Mutex,
            atomic::{AtomicUsize, Ordering::SeqCst},
            mpsc::{Receiver, Sender, channel},
        },
        thread,
        time::Duration,
    };

    /// A time limit that is longer than any step of these tests takes.
    const TIMEOUT: Duration = Duration::from_secs(20);

    /// Reads every line as a block of its own.
    fn blocks<R: Read>(input: R) -> BlockReader<R> {
        BlockReader::new(input, 2, 4 << 20)
    }

    fn number(block: &Block) -> u64 {
        block.lines().next().unwrap().number
    }

    fn write_number(block: &Block, writer: &mut BlockWriter<u64>) -> io::Result<u64> {
        writeln!(writer, "{}", number(block))?;
        Ok(number(block))
    }

    fn numbers(last: u64) -> String {
        (1..=last).fold(String::new(), |numbers, number| numbers + &number.to_string() + "\n")
    }

    #[test]
    fn keeps_the_order_of_blocks() {
        for threads in [2, 7] {
            // The second block is processed before the first.
            let (second, first) = channel();
            let first = Mutex::new(first);
            let work = move |block: &Block, writer: &mut BlockWriter<u64>| {
                match number(block) {
                    1 => first.lock().unwrap().recv_timeout(TIMEOUT).unwrap(),
                    2 => second.send(()).unwrap(),
                    _ => {}
                }
                write_number(block, writer)
            };
            let (mut output, mut results) = (Vec::new(), Vec::new());
            let on_result = |result| results.push(result);
            let input = "1\n".repeat(99);
            let input = blocks(io::Cursor::new(input));
            process(input, threads, work, &mut output, on_result).unwrap().unwrap();
            assert_eq!(String::from_utf8(output).unwrap(), numbers(99));
            assert_eq!(results, (1..=99).collect::<Vec<_>>());
        }
    }

    #[test]
    fn writes_output_of_any_length() {
        let work = |block: &Block, writer: &mut BlockWriter<()>| {
            let length = usize::try_from(number(block)).unwrap();
            (0..length).try_for_each(|part| {
                let byte = u8::try_from(length + part).unwrap();
                writer.write_all(&vec![byte; PART_SIZE + PART_SIZE / 2])
            })
        };
        let mut output = Vec::new();
        process(blocks(&b"1\n1\n1\n1\n"[..]), 2, work, &mut output, |()| {}).unwrap().unwrap();
        let expected: Vec<_> = [1, 2, 3, 3, 4, 5, 4, 5, 6, 7]
            .iter()
            .flat_map(|byte| vec![*byte; PART_SIZE + PART_SIZE / 2])
            .collect();
        assert!(output == expected, "{} bytes", output.len());
    }

    /// A stream of lines that ends once `1\n2\n` has been flushed.
    struct EndsAfterFlush {
        lines: &'static [u8],
        flushed: Receiver<String>,
    }

    impl Read for EndsAfterFlush {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.lines.is_empty() {
                while self.flushed.recv_timeout(TIMEOUT).map_err(io::Error::other)? != "1\n2\n" {}
            }
            self.lines.read(buffer)
        }
    }

    /// An output that sends all its content on every flush.
    struct SendsOnFlush {
        content: String,
        flushed: Sender<String>,
    }

    impl Write for SendsOnFlush {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.content += std::str::from_utf8(bytes).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            // There is no receiver after the end of the stream.
            let _ = self.flushed.send(self.content.clone());
            Ok(())
        }
    }

    #[test]
    fn flushes_before_waiting_for_input() {
        for threads in [2, 7] {
            let (sender, flushed) = channel();
            let input = blocks(EndsAfterFlush { lines: b"1\n1\n", flushed });
            let mut output = SendsOnFlush { content: String::new(), flushed: sender };
            process(input, threads, write_number, &mut output, drop).unwrap().unwrap();
        }
    }

    /// An output to which every write fails.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn returns_write_errors_without_waiting_for_input() {
        let (sender, flushed) = channel();
        let input = blocks(EndsAfterFlush { lines: b"1\n", flushed });
        let error = process(input, 2, write_number, &mut Full, drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // The stream waits as long as the sender exists.
        drop(sender);
    }

    #[test]
    fn writes_earlier_blocks_before_read_errors() {
        let (_, flushed) = channel();
        let input = blocks(EndsAfterFlush { lines: b"1\n1\n1\n", flushed });
        let mut output = Vec::new();
        assert!(process(input, 2, write_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(3));
    }

    #[test]
    fn reports_panics_while_processing() {
        let work = |block: &Block, writer: &mut BlockWriter<u64>| {
            assert_ne!(number(block), 2, "this panic is part of the test");
            write_number(block, writer)
        };
        let mut output = Vec::new();
        let input = blocks(&b"1\n1\n1\n"[..]);
        assert!(process(input, 2, work, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(1));
    }

    /// A stream that panics after its lines.
    struct Panicking(&'static [u8]);

    impl Read for Panicking {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(!self.0.is_empty(), "this panic is part of the test");
            self.0.read(buffer)
        }
    }

    #[test]
    fn reports_panics_while_reading() {
        let mut output = Vec::new();
        let input = blocks(Panicking(b"1\n1\n"));
        assert!(process(input, 2, write_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(2));
    }

    /// A stream of one line that counts the reads at its end.
    struct CountsEnds {
        line: &'static [u8],
        ends: Arc<AtomicUsize>,
    }

    impl Read for CountsEnds {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.ends.fetch_add(usize::from(self.line.is_empty()), SeqCst);
            self.line.read(buffer)
        }
    }

    #[test]
    fn reads_the_end_of_a_stream_once() {
        let ends = Arc::new(AtomicUsize::new(0));
        let input = blocks(CountsEnds { line: b"1\n", ends: Arc::clone(&ends) });
        process(input, 7, write_number, &mut io::sink(), drop).unwrap().unwrap();
        assert_eq!(ends.load(SeqCst), 1);
    }

    /// An endless stream that counts its lines.
    struct Endless(Arc<AtomicUsize>);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.fetch_add(1, SeqCst);
            (&b"1\n"[..]).read(buffer)
        }
    }

    /// An output that waits for a while, and then fails with the number of lines read.
    struct Slow(Arc<AtomicUsize>);

    impl Write for Slow {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            thread::sleep(Duration::from_millis(300));
            Err(io::Error::other(self.0.load(SeqCst).to_string()))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn reads_few_blocks_ahead_of_the_output() {
        let lines = Arc::new(AtomicUsize::new(0));
        let input = blocks(Endless(Arc::clone(&lines)));
        let error = process(input, 2, write_number, &mut Slow(lines), drop).unwrap_err();
        let read: usize = error.to_string().parse().unwrap();
        // The blocks in the channel, one that is being written, and one that is waiting for the
        // channel.
        assert!(read <= 2 + EXTRA_BLOCKS + 2, "{read}");
    }

    #[test]
    fn processes_few_parts_ahead_of_the_output() {
        let parts_ahead = AtomicUsize::new(0);
        let work = move |block: &Block, writer: &mut BlockWriter<usize>| {
            if number(block) == 1 {
                thread::sleep(Duration::from_millis(300));
            } else {
                for _ in 0..10 * MAX_WAITING_PARTS {
                    writer.write_all(&vec![b'x'; PART_SIZE])?;
                    parts_ahead.fetch_add(1, SeqCst);
                }
            }
            Ok(parts_ahead.load(SeqCst))
        };
        let mut ahead = Vec::new();
        let on_result = |result| ahead.push(result);
        process(blocks(&b"1\n1\n"[..]), 2, work, &mut io::sink(), on_result).unwrap().unwrap();
        // One more part is in the buffer of the writer.
        assert!(ahead[0] <= MAX_WAITING_PARTS + 1, "{ahead:?}");
        assert_eq!(ahead[1], 10 * MAX_WAITING_PARTS);
    }

    #[test]
    fn processes_long_lines_one_at_a_time() {
        let now = AtomicUsize::new(0);
        let work = move |block: &Block, _: &mut BlockWriter<(bool, usize)>| {
            let others = now.fetch_add(usize::from(block.is_long()), SeqCst);
            thread::sleep(Duration::from_millis(20));
            now.fetch_sub(usize::from(block.is_long()), SeqCst);
            Ok((block.is_long(), others))
        };
        let input = ["1".repeat((1 << 20) + 1), "\n".into()].concat().repeat(4);
        let mut results = Vec::new();
        let on_result = |result| results.push(result);
        let input = BlockReader::new(io::Cursor::new(input), 1 << 16, 4 << 20);
        process(input, 2, work, &mut io::sink(), on_result).unwrap().unwrap();
        assert_eq!(results, [(true, 0); 4]);
    }
}
