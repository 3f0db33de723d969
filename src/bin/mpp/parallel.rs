//! Work on a stream by several threads, in the order of the stream.

use super::input::{Block, Blocks};
use std::{
    io::{self, ErrorKind, Read, Write},
    mem,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

/// How many blocks may be judged or said, beside one for each thread, until all before is written.
const SPARE: usize = 4;

/// How much of what is said of a block makes a part, in bytes.
const PART: usize = 256 << 10;

/// How many parts of what is said of a block may wait until all before is written.
const PARTS: usize = 4;

/// Does `work` on every block, in so many threads at a time. What it says goes to `output`, in the
/// order of the blocks, and what it returns to `done`.
///
/// The threads read in turns, each the block that it works on: what one has read is near to its
/// processor. This thread writes: while the stream is waited for, all that came before is worked
/// on, written and flushed. Whoever gets too far ahead waits, be it that the work is slow or whoever
/// reads the output, so that there are only a few blocks and parts for each thread.
///
/// The outer error is that of `output`; the inner one says why not every block was worked on. After
/// an error no thread is waited for, as none is in a scope: the stream may be silent for ever.
pub(crate) fn in_order<T: Send + 'static>(
    blocks: Blocks<impl Read + Send + 'static>,
    threads: usize,
    work: impl Fn(&Block, &mut Said<T>) -> io::Result<T> + Send + Sync + 'static,
    output: &mut impl Write,
    mut done: impl FnMut(T),
) -> io::Result<io::Result<()>> {
    let (order, said) = sync_channel(threads + SPARE);
    let shared = Arc::new((Mutex::new(Some(Stream { blocks, order })), work));
    let start = |_| {
        let shared = Arc::clone(&shared);
        thread::Builder::new().spawn(move || do_all(&shared.0, &shared.1))
    };
    let workers = match (0..threads).map(start).collect::<io::Result<Vec<_>>>() {
        Ok(workers) => workers,
        Err(error) => return Ok(Err(error)),
    };
    // From here on it is up to them when the stream ends.
    drop(shared);

    loop {
        let next = match said.try_recv() {
            Err(TryRecvError::Empty) => {
                // Whoever feeds the stream may be waiting for answers.
                output.flush()?;
                said.recv().ok()
            }
            next => next.ok(),
        };
        let failed = "a thread that judged lines has failed";
        match next {
            Some(Ok(parts)) if write_all(&parts, output, &mut done)? => {}
            Some(Ok(_)) => return Ok(Err(io::Error::other(failed))),
            Some(Err(error)) => return Ok(Err(error)),
            None => {
                let ended = workers.into_iter().all(|worker| worker.join().is_ok());
                return Ok(if ended { Ok(()) } else { Err(io::Error::other(failed)) });
            }
        }
    }
}

/// What is left of a stream.
#[derive(Debug)]
struct Stream<R, T> {
    blocks: Blocks<R>,
    /// Who is to be heard next, or why nothing more can be read.
    order: SyncSender<io::Result<Receiver<Part<T>>>>,
}

impl<R: Read, T> Stream<R, T> {
    /// Reads the next block. None: there is nothing more to be done.
    fn read(&mut self, block: &mut Block) -> Option<Said<T>> {
        let (to, parts) = sync_channel(PARTS);
        let (said, next) = match self.blocks.read(block) {
            Ok(true) => (Some(Said { text: Vec::new(), to }), Ok(parts)),
            Ok(false) => return None,
            Err(error) => (None, Err(error)),
        };
        // If nobody listens, the writing has failed.
        self.order.send(next).ok()?;
        said
    }
}

/// Reads and works until there is nothing more to be done.
fn do_all<T>(
    stream: &Mutex<Option<Stream<impl Read, T>>>,
    work: &impl Fn(&Block, &mut Said<T>) -> io::Result<T>,
) {
    let mut block = Block::default();
    // If a thread has failed while it read, a part of the stream is lost.
    while let Ok(mut stream) = stream.lock() {
        let Some(said) = stream.as_mut().and_then(|stream| stream.read(&mut block)) else {
            *stream = None;
            return;
        };
        // The others read on, but for a long block, of which there is never more than one.
        let kept = block.is_long().then_some(stream);
        said.of(&block, work);
        if kept.is_some() {
            block.clear();
        }
    }
}

/// Writes what is said of a block. False: the end of it never came.
fn write_all<T>(
    parts: &Receiver<Part<T>>,
    output: &mut impl Write,
    done: &mut impl FnMut(T),
) -> io::Result<bool> {
    for part in parts {
        output.write_all(&part.text)?;
        if let Some(result) = part.result {
            done(result);
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is said of a block: it is written here, and passed on in parts.
#[derive(Debug)]
pub(crate) struct Said<T> {
    text: Vec<u8>,
    to: SyncSender<Part<T>>,
}

#[derive(Debug)]
struct Part<T> {
    text: Vec<u8>,
    /// What the work returned, with the last part.
    result: Option<T>,
}

impl<T> Said<T> {
    /// Says what the work says of a block.
    fn of(mut self, block: &Block, work: &impl Fn(&Block, &mut Self) -> io::Result<T>) {
        // It is an error if nobody listens any more.
        if let Ok(result) = work(block, &mut self) {
            let _ = self.to.send(Part { text: self.text, result: Some(result) });
        }
    }
}

impl<T> Write for Said<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() >= PART {
            // What follows is likely to be as long.
            let text = mem::replace(&mut self.text, Vec::with_capacity(PART));
            let part = Part { text, result: None };
            self.to.send(part).map_err(|_| ErrorKind::BrokenPipe)?;
        }
        let room = PART - self.text.len();
        let bytes = bytes.get(..room).unwrap_or(bytes);
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    // The writers of JSON write a few bytes at a time.
    #[inline]
    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.text.len() + bytes.len() > PART {
            let written = self.write(bytes)?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Blocks, PART, PARTS, SPARE, Said, in_order};
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

    /// More than any of this takes: what has not come by then never comes.
    const LONG: Duration = Duration::from_secs(20);

    /// A stream whose every line is a block.
    fn blocks<R: Read>(input: R) -> Blocks<R> {
        Blocks::new(input, 2, 4 << 20)
    }

    fn number(block: &Block) -> u64 {
        block.lines().next().unwrap().number
    }

    fn say_number(block: &Block, said: &mut Said<u64>) -> io::Result<u64> {
        writeln!(said, "{}", number(block))?;
        Ok(number(block))
    }

    fn numbers(last: u64) -> String {
        (1..=last).fold(String::new(), |numbers, number| numbers + &number.to_string() + "\n")
    }

    #[test]
    fn what_is_said_and_returned_comes_in_order_though_the_last_block_is_the_fastest() {
        for threads in [2, 7] {
            let (second, first) = channel();
            let first = Mutex::new(first);
            let work = move |block: &Block, said: &mut Said<u64>| {
                match number(block) {
                    1 => first.lock().unwrap().recv_timeout(LONG).unwrap(),
                    2 => second.send(()).unwrap(),
                    _ => {}
                }
                say_number(block, said)
            };
            let (mut output, mut results) = (Vec::new(), Vec::new());
            let done = |result| results.push(result);
            let input = "1\n".repeat(99);
            let input = blocks(io::Cursor::new(input));
            in_order(input, threads, work, &mut output, done).unwrap().unwrap();
            assert_eq!(String::from_utf8(output).unwrap(), numbers(99));
            assert_eq!(results, (1..=99).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_said_may_be_of_any_length() {
        let work = |block: &Block, said: &mut Said<()>| {
            let length = usize::try_from(number(block)).unwrap();
            (0..length).try_for_each(|part| {
                let byte = u8::try_from(length + part).unwrap();
                said.write_all(&vec![byte; PART + PART / 2])
            })
        };
        let mut output = Vec::new();
        in_order(blocks(&b"1\n1\n1\n1\n"[..]), 2, work, &mut output, |()| {}).unwrap().unwrap();
        let bytes = [1, 2, 3, 3, 4, 5, 4, 5, 6, 7];
        let expected: Vec<_> = bytes.iter().flat_map(|byte| vec![*byte; PART + PART / 2]).collect();
        assert!(output == expected, "{} bytes", output.len());
    }

    /// A stream of two lines, and an end that comes when the output has been flushed.
    struct Waiting {
        lines: &'static [u8],
        flushed: Receiver<String>,
    }

    impl Read for Waiting {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.lines.is_empty() {
                while self.flushed.recv_timeout(LONG).map_err(io::Error::other)? != "1\n2\n" {}
            }
            self.lines.read(buffer)
        }
    }

    /// An output that passes on what has been written when it is flushed.
    struct Flushed {
        text: String,
        to: Sender<String>,
    }

    impl Write for Flushed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.text += std::str::from_utf8(bytes).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            // At the end nobody listens.
            let _ = self.to.send(self.text.clone());
            Ok(())
        }
    }

    #[test]
    fn what_came_is_worked_on_written_and_flushed_while_the_stream_is_silent() {
        for threads in [2, 7] {
            let (to, flushed) = channel();
            let input = blocks(Waiting { lines: b"1\n1\n", flushed });
            let mut output = Flushed { text: String::new(), to };
            in_order(input, threads, say_number, &mut output, drop).unwrap().unwrap();
        }
    }

    /// An output that can take nothing.
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
    fn a_failure_to_write_ends_it_though_the_stream_is_silent() {
        let (to, flushed) = channel();
        let input = blocks(Waiting { lines: b"1\n", flushed });
        let error = in_order(input, 2, say_number, &mut Full, drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // Until here the stream had not ended.
        drop(to);
    }

    #[test]
    fn a_failure_to_read_comes_after_what_was_read() {
        let (_, flushed) = channel();
        let input = blocks(Waiting { lines: b"1\n1\n1\n", flushed });
        let mut output = Vec::new();
        assert!(in_order(input, 2, say_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(3));
    }

    #[test]
    fn a_block_whose_thread_fails_is_not_passed_over() {
        let work = |block: &Block, said: &mut Said<u64>| {
            assert_ne!(number(block), 2, "what this test is about");
            say_number(block, said)
        };
        let mut output = Vec::new();
        let input = blocks(&b"1\n1\n1\n"[..]);
        assert!(in_order(input, 2, work, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(1));
    }

    /// A stream of two lines, after which the thread that reads it fails.
    struct Failing(&'static [u8]);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(!self.0.is_empty(), "what this test is about");
            self.0.read(buffer)
        }
    }

    #[test]
    fn a_thread_that_fails_while_it_reads_does_not_end_the_stream() {
        let mut output = Vec::new();
        let input = blocks(Failing(b"1\n1\n"));
        assert!(in_order(input, 2, say_number, &mut output, drop).unwrap().is_err());
        assert_eq!(String::from_utf8(output).unwrap(), numbers(2));
    }

    /// A stream of a line that counts how often it has ended.
    struct Ended {
        line: &'static [u8],
        times: Arc<AtomicUsize>,
    }

    impl Read for Ended {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.times.fetch_add(usize::from(self.line.is_empty()), SeqCst);
            self.line.read(buffer)
        }
    }

    #[test]
    fn a_stream_ends_once_for_all_threads() {
        let times = Arc::new(AtomicUsize::new(0));
        let input = blocks(Ended { line: b"1\n", times: Arc::clone(&times) });
        in_order(input, 7, say_number, &mut io::sink(), drop).unwrap().unwrap();
        assert_eq!(times.load(SeqCst), 1);
    }

    /// A stream without end that counts its lines.
    struct Endless(Arc<AtomicUsize>);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.fetch_add(1, SeqCst);
            (&b"1\n"[..]).read(buffer)
        }
    }

    /// An output that stands still for a while, and then says how many lines have been read.
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
    fn no_more_is_read_than_a_few_blocks_while_nothing_is_written() {
        let lines = Arc::new(AtomicUsize::new(0));
        let input = blocks(Endless(Arc::clone(&lines)));
        let error = in_order(input, 2, say_number, &mut Slow(lines), drop).unwrap_err();
        let read: usize = error.to_string().parse().unwrap();
        // Those said, the one that is written, and the one that cannot be given to anybody.
        assert!(read <= 2 + SPARE + 2, "{read}");
    }

    #[test]
    fn no_more_is_said_than_a_few_parts_while_what_comes_before_is_not() {
        let said_ahead = AtomicUsize::new(0);
        let work = move |block: &Block, said: &mut Said<usize>| {
            if number(block) == 1 {
                thread::sleep(Duration::from_millis(300));
            } else {
                for _ in 0..10 * PARTS {
                    said.write_all(&vec![b'x'; PART])?;
                    said_ahead.fetch_add(1, SeqCst);
                }
            }
            Ok(said_ahead.load(SeqCst))
        };
        let mut ahead = Vec::new();
        let done = |result| ahead.push(result);
        in_order(blocks(&b"1\n1\n"[..]), 2, work, &mut io::sink(), done).unwrap().unwrap();
        // One more is at hand.
        assert!(ahead[0] <= PARTS + 1, "{ahead:?}");
        assert_eq!(ahead[1], 10 * PARTS);
    }

    #[test]
    fn long_lines_are_worked_on_one_at_a_time() {
        let now = AtomicUsize::new(0);
        let work = move |block: &Block, _: &mut Said<(bool, usize)>| {
            let others = now.fetch_add(usize::from(block.is_long()), SeqCst);
            thread::sleep(Duration::from_millis(20));
            now.fetch_sub(usize::from(block.is_long()), SeqCst);
            Ok((block.is_long(), others))
        };
        let input = ["1".repeat((1 << 20) + 1), "\n".into()].concat().repeat(4);
        let mut seen = Vec::new();
        let input = Blocks::new(io::Cursor::new(input), 1 << 16, 4 << 20);
        in_order(input, 2, work, &mut io::sink(), |result| seen.push(result)).unwrap().unwrap();
        assert_eq!(seen, [(true, 0); 4]);
    }
}
