//! Parallel processing of the blocks of a stream, with output in the order of the stream.

use std::{
    io::{self, ErrorKind, Write},
    mem,
    sync::{
        Arc, Mutex,
        atomic::AtomicBool,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

/// The number of blocks, in addition to one per thread, that may be read ahead of the output.
const EXTRA_BLOCKS: usize = 4;

/// The size of a part of a block's output, in bytes.
const OUTPUT_PART_SIZE: usize = 256 << 10;

/// The maximum number of parts of a block that wait for the output of earlier blocks.
const MAX_WAITING_PARTS: usize = 4;

/// Consecutive documents of a stream.
pub(crate) trait Block: Default {
    /// Removes all documents, and frees the memory of a long block.
    fn clear(&mut self);

    /// Returns whether the block uses a lot of memory because of a long document.
    fn is_long(&self) -> bool;
}

/// A stream that is divided into blocks.
pub(crate) trait BlockSource {
    type Block: Block;

    /// Replaces the content of a block with the next documents. Returns `false` at the end of the
    /// stream.
    fn read(&mut self, block: &mut Self::Block) -> io::Result<bool>;

    /// Returns the total length of the blocks so far, in bytes.
    fn bytes_read(&self) -> u64;

    /// Makes the stream end after `count` documents. Once the end has been reached, the returned
    /// flag is true if the stream contains another document, or an error. Unless the stream is a
    /// file, only the text that has already been read is considered, because the next document may
    /// never arrive.
    fn limit_documents(&mut self, count: u64, is_file: bool) -> Arc<AtomicBool>;
}

/// Calls `process` for every block, on the given number of threads. The output of `process` is
/// written to `output` in the order of the blocks, and the results are passed to `on_result` in the
/// same order.
///
/// The worker threads take turns reading. Each thread processes the block that it has read, because
/// the block is then still in the cache of its CPU. The calling thread writes the output. It writes
/// and flushes the output of all earlier blocks before it waits for input. A worker thread that is
/// too far ahead of the output waits, so only a few blocks and parts per thread are in memory.
///
/// # Errors
/// Returns an outer error if writing to `output` fails, and an inner error if not every block was
/// processed. After an error, this function returns without joining the threads, because one of them
/// may wait for input indefinitely. This is why the threads are not scoped.
pub(crate) fn process_blocks<T: Send + 'static, S: BlockSource + Send + 'static>(
    blocks: S,
    threads: usize,
    process: impl Fn(&S::Block, &mut BlockWriter<T>) -> io::Result<T> + Send + Sync + 'static,
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
    // From here on, only the workers own the channel, so it closes when they end.
    drop(shared);

    loop {
        let next = match in_order.try_recv() {
            Err(TryRecvError::Empty) => {
                // The program that sends the documents may wait for these results before it sends
                // more.
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

/// The unread part of a stream, and the channel that preserves the order of its blocks.
#[derive(Debug)]
struct Source<S, T> {
    blocks: S,
    /// A channel for the receiver of each block's output, or the error that occurred while reading
    /// the block.
    block_outputs: SyncSender<io::Result<Receiver<OutputPart<T>>>>,
}

impl<S: BlockSource, T> Source<S, T> {
    /// Reads the next block, and returns the writer for its output. Returns `None` if there is no
    /// block to process.
    fn read(&mut self, block: &mut S::Block) -> Option<BlockWriter<T>> {
        let (sender, receiver) = sync_channel(MAX_WAITING_PARTS);
        let (writer, next) = match self.blocks.read(block) {
            Ok(true) => (Some(BlockWriter { buffer: Vec::new(), parts: sender }), Ok(receiver)),
            Ok(false) => return None,
            Err(error) => (None, Err(error)),
        };
        // Sending fails if writing the output has failed, because there is no receiver then.
        self.block_outputs.send(next).ok()?;
        writer
    }
}

/// Reads and processes blocks until the source ends, and then replaces the source with `None`.
fn run_worker<T, S: BlockSource>(
    source: &Mutex<Option<Source<S, T>>>,
    process: &impl Fn(&S::Block, &mut BlockWriter<T>) -> io::Result<T>,
) {
    let mut block = S::Block::default();
    // The loop ends if the lock is poisoned: a thread has panicked while reading, so lines may be
    // lost.
    while let Ok(mut source) = source.lock() {
        let Some(writer) = source.as_mut().and_then(|source| source.read(&mut block)) else {
            *source = None;
            return;
        };
        // The lock is held while a long block is processed, so that no other thread can read a
        // second one.
        let lock = block.is_long().then_some(source);
        writer.process(&block, process);
        if lock.is_some() {
            block.clear();
        }
    }
}

/// Writes the output of a block. Returns `false` if the output is incomplete.
fn write_parts<T>(
    parts: &Receiver<OutputPart<T>>,
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

/// A writer for the output of a block. It sends the output in parts to the calling thread.
#[derive(Debug)]
pub(crate) struct BlockWriter<T> {
    buffer: Vec<u8>,
    parts: SyncSender<OutputPart<T>>,
}

/// A part of the output of a block.
#[derive(Debug)]
struct OutputPart<T> {
    bytes: Vec<u8>,
    /// The result of processing the block, which only the last part contains.
    result: Option<T>,
}

impl<T> BlockWriter<T> {
    fn process<B>(mut self, block: &B, process: &impl Fn(&B, &mut Self) -> io::Result<T>) {
        // An error means that the receiver no longer exists, so it is ignored.
        if let Ok(result) = process(block, &mut self) {
            let _ = self.parts.send(OutputPart { bytes: self.buffer, result: Some(result) });
        }
    }
}

impl<T> Write for BlockWriter<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() >= OUTPUT_PART_SIZE {
            // The next part is likely to have the same length.
            let full = mem::replace(&mut self.buffer, Vec::with_capacity(OUTPUT_PART_SIZE));
            let part = OutputPart { bytes: full, result: None };
            self.parts.send(part).map_err(|_| ErrorKind::BrokenPipe)?;
        }
        let free = OUTPUT_PART_SIZE - self.buffer.len();
        let bytes = bytes.get(..free).unwrap_or(bytes);
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    // Serializers write a few bytes at a time, so this method has a fast path.
    #[inline]
    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.buffer.len() + bytes.len() > OUTPUT_PART_SIZE {
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
        super::input::{LineBlock, LineReader},
        Block as _, BlockWriter, EXTRA_BLOCKS, MAX_WAITING_PARTS, OUTPUT_PART_SIZE, process_blocks,
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

    /// A timeout that is longer than any step of these tests.
    const RECEIVE_TIMEOUT: Duration = Duration::from_secs(20);

    /// Returns a reader that reads every line as a separate block.
    fn blocks<R: Read>(input: R) -> LineReader<R> {
        LineReader::new(input, 2, 4 << 20)
    }

    fn first_line_number(block: &LineBlock) -> u64 {
        block.lines().next().unwrap().number
    }

    fn write_number(block: &LineBlock, writer: &mut BlockWriter<u64>) -> io::Result<u64> {
        writeln!(writer, "{}", first_line_number(block))?;
        Ok(first_line_number(block))
    }

    fn numbers_up_to(last: u64) -> String {
        (1..=last).fold(String::new(), |numbers, number| numbers + &number.to_string() + "\n")
    }

    #[test]
    fn preserves_order_of_blocks() {
        for threads in [2, 7] {
            // The second block is processed before the first.
            let (second, first) = channel();
            let first = Mutex::new(first);
            let work = move |block: &LineBlock, writer: &mut BlockWriter<u64>| {
                match first_line_number(block) {
                    1 => first.lock().unwrap().recv_timeout(RECEIVE_TIMEOUT).unwrap(),
                    2 => second.send(()).unwrap(),
                    _ => {}
                }
                write_number(block, writer)
            };
            let (mut output, mut results) = (Vec::new(), Vec::new());
            let on_result = |result| results.push(result);
            let input = "1\n".repeat(99);
            let input = blocks(io::Cursor::new(input));
            process_blocks(input, threads, work, &mut output, on_result).unwrap().unwrap();
            assert_eq!(String::from_utf8(output).unwrap(), numbers_up_to(99));
            assert_eq!(results, (1..=99).collect::<Vec<_>>());
        }
    }

    #[test]
    fn writes_output_of_any_length() {
        let work = |block: &LineBlock, writer: &mut BlockWriter<()>| {
            let length = usize::try_from(first_line_number(block)).unwrap();
            (0..length).try_for_each(|part| {
                let byte = u8::try_from(length + part).unwrap();
                writer.write_all(&vec![byte; OUTPUT_PART_SIZE + OUTPUT_PART_SIZE / 2])
            })
        };
        let mut output = Vec::new();
        process_blocks(blocks(&b"1\n1\n1\n1\n"[..]), 2, work, &mut output, |()| {})
            .unwrap()
            .unwrap();
        let expected: Vec<_> = [1, 2, 3, 3, 4, 5, 4, 5, 6, 7]
            .iter()
            .flat_map(|byte| vec![*byte; OUTPUT_PART_SIZE + OUTPUT_PART_SIZE / 2])
            .collect();
        assert!(output == expected, "{} bytes", output.len());
    }

    /// A reader that yields lines, and ends once `1\n2\n` has been flushed.
    struct FlushAwaitingReader {
        lines: &'static [u8],
        flushed: Receiver<String>,
    }

    impl Read for FlushAwaitingReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.lines.is_empty() {
                while self.flushed.recv_timeout(RECEIVE_TIMEOUT).map_err(io::Error::other)?
                    != "1\n2\n"
                {}
            }
            self.lines.read(buffer)
        }
    }

    /// A writer that sends everything written so far on every flush.
    struct FlushNotifier {
        content: String,
        flushed: Sender<String>,
    }

    impl Write for FlushNotifier {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.content += std::str::from_utf8(bytes).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            // The receiver no longer exists after the end of the stream.
            let _ = self.flushed.send(self.content.clone());
            Ok(())
        }
    }

    #[test]
    fn flushes_before_waiting_for_input() {
        for threads in [2, 7] {
            let (sender, flushed) = channel();
            let input = blocks(FlushAwaitingReader { lines: b"1\n1\n", flushed });
            let mut output = FlushNotifier { content: String::new(), flushed: sender };
            process_blocks(input, threads, write_number, &mut output, drop).unwrap().unwrap();
        }
    }

    /// A writer that fails as if the disk were full.
    struct FullWriter;

    impl Write for FullWriter {
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
        let input = blocks(FlushAwaitingReader { lines: b"1\n", flushed });
        let error = process_blocks(input, 2, write_number, &mut FullWriter, drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // The reader waits as long as the sender exists.
        drop(sender);
    }

    #[test]
    fn writes_earlier_blocks_before_read_errors() {
        let (_, flushed) = channel();
        let input = blocks(FlushAwaitingReader { lines: b"1\n1\n1\n", flushed });
        let mut output = Vec::new();
        assert!(process_blocks(input, 2, write_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers_up_to(3));
    }

    #[test]
    fn reports_panics_while_processing() {
        let work = |block: &LineBlock, writer: &mut BlockWriter<u64>| {
            assert_ne!(first_line_number(block), 2, "this panic is part of the test");
            write_number(block, writer)
        };
        let mut output = Vec::new();
        let input = blocks(&b"1\n1\n1\n"[..]);
        assert!(process_blocks(input, 2, work, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers_up_to(1));
    }

    /// A reader that yields lines and then panics.
    struct PanickingReader(&'static [u8]);

    impl Read for PanickingReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(!self.0.is_empty(), "this panic is part of the test");
            self.0.read(buffer)
        }
    }

    #[test]
    fn reports_panics_while_reading() {
        let mut output = Vec::new();
        let input = blocks(PanickingReader(b"1\n1\n"));
        assert!(process_blocks(input, 2, write_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers_up_to(2));
    }

    /// A reader that yields one line, and counts the reads after it.
    struct EndCountingReader {
        line: &'static [u8],
        ends: Arc<AtomicUsize>,
    }

    impl Read for EndCountingReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.ends.fetch_add(usize::from(self.line.is_empty()), SeqCst);
            self.line.read(buffer)
        }
    }

    #[test]
    fn reads_end_of_stream_once() {
        let ends = Arc::new(AtomicUsize::new(0));
        let input = blocks(EndCountingReader { line: b"1\n", ends: Arc::clone(&ends) });
        process_blocks(input, 7, write_number, &mut io::sink(), drop).unwrap().unwrap();
        assert_eq!(ends.load(SeqCst), 1);
    }

    /// A reader that yields lines endlessly, and counts them.
    struct EndlessReader(Arc<AtomicUsize>);

    impl Read for EndlessReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.fetch_add(1, SeqCst);
            (&b"1\n"[..]).read(buffer)
        }
    }

    /// A writer that waits for a while, and then fails with the number of lines read as its message.
    struct SlowFailingWriter(Arc<AtomicUsize>);

    impl Write for SlowFailingWriter {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            thread::sleep(Duration::from_millis(300));
            Err(io::Error::other(self.0.load(SeqCst).to_string()))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn reads_few_blocks_ahead_of_output() {
        let lines = Arc::new(AtomicUsize::new(0));
        let input = blocks(EndlessReader(Arc::clone(&lines)));
        let error = process_blocks(input, 2, write_number, &mut SlowFailingWriter(lines), drop)
            .unwrap_err();
        let read: usize = error.to_string().parse().unwrap();
        // The blocks read are those in the channel, one that is being written, and one that is
        // waiting for the channel.
        assert!(read <= 2 + EXTRA_BLOCKS + 2, "{read}");
    }

    #[test]
    fn processes_few_parts_ahead_of_output() {
        let parts_ahead = AtomicUsize::new(0);
        let work = move |block: &LineBlock, writer: &mut BlockWriter<usize>| {
            if first_line_number(block) == 1 {
                thread::sleep(Duration::from_millis(300));
            } else {
                for _ in 0..10 * MAX_WAITING_PARTS {
                    writer.write_all(&vec![b'x'; OUTPUT_PART_SIZE])?;
                    parts_ahead.fetch_add(1, SeqCst);
                }
            }
            Ok(parts_ahead.load(SeqCst))
        };
        let mut ahead = Vec::new();
        let on_result = |result| ahead.push(result);
        process_blocks(blocks(&b"1\n1\n"[..]), 2, work, &mut io::sink(), on_result)
            .unwrap()
            .unwrap();
        // One more part is in the buffer of the writer.
        assert!(ahead[0] <= MAX_WAITING_PARTS + 1, "{ahead:?}");
        assert_eq!(ahead[1], 10 * MAX_WAITING_PARTS);
    }

    #[test]
    fn processes_long_lines_one_at_a_time() {
        let now = AtomicUsize::new(0);
        let work = move |block: &LineBlock, _: &mut BlockWriter<(bool, usize)>| {
            let others = now.fetch_add(usize::from(block.is_long()), SeqCst);
            thread::sleep(Duration::from_millis(20));
            now.fetch_sub(usize::from(block.is_long()), SeqCst);
            Ok((block.is_long(), others))
        };
        let input = ["1".repeat((1 << 20) + 1), "\n".into()].concat().repeat(4);
        let mut results = Vec::new();
        let on_result = |result| results.push(result);
        let input = LineReader::new(io::Cursor::new(input), 1 << 16, 4 << 20);
        process_blocks(input, 2, work, &mut io::sink(), on_result).unwrap().unwrap();
        assert_eq!(results, [(true, 0); 4]);
    }
}
