//! `mpp check`: judges documents, and reports on each for people or for programs.

use super::{
    Status, complain,
    input::{Block, Blocks, MAX_LINE},
    parallel::{self, Said},
    policy,
    progress::{Beside, Counted, Progress},
    types,
};
use clap::{Args, ValueEnum, value_parser};
use miniprogram_protocol::{Error, Policy, Schema, Violation};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use std::{
    fmt::{self, Write as _},
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    num::NonZero,
    ops::AddAssign,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

/// How much is read and written at once.
const CHUNK: usize = 512 << 10;

/// How much of a stream is judged before threads are worth their start, in bytes.
const SHORT: u64 = 1 << 20;

/// The greatest length of a file that holds one document, in bytes: it is read whole.
const MAX_DOCUMENT: u64 = 1 << 30;

/// What is wrong with a line of more than [`MAX_LINE`] bytes.
const TOO_LONG: &str = "the line is longer than 64 MiB";

/// Checks that documents are valid.
///
/// A file holds one JSON document; or, with --lines or if its name ends in .ndjson or .jsonl, one
/// a line. Lines are read as a stream, in constant memory, and judged on all processors: blank ones
/// are passed over, and a malformed one does not keep the next ones from being checked. A line of
/// more than 64 MiB counts as malformed, and a file of more than 1 GiB that holds one document is
/// not read. A line of more than 1 MiB is judged while no other of that length is read.
///
/// No value of a document is ever printed.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = HELP)]
pub(crate) struct Arguments {
    /// What the documents are: a type, as `mpp types` lists them.
    #[arg(long = "type", value_name = "TYPE", value_parser = types::named)]
    schema: &'static Schema,

    /// How strictly to judge: strict, lenient, or a file.
    ///
    /// The dictionary is the documents to the letter, and what holds unless it is said. What a
    /// tolerant policy lets pass is reported, and does not make a document invalid. A file is
    /// in JSON if its name ends in .json, or else in TOML; ./tolerant is a file, too.
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "strict",
        hide_default_value = true,
        verbatim_doc_comment
    )]
    policy: PathBuf,

    /// Each file holds one document a line, whatever its name is.
    #[arg(long)]
    lines: bool,

    /// How many threads judge lines; as many as there are processors, unless it is said.
    ///
    /// A short stream is judged by one alone. The report is the same.
    #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u8).range(1..))]
    threads: Option<u8>,

    /// How to report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The files; `-`, or none at all, stands for standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a line for each violation, and the numbers of documents.
    #[default]
    Human,
    /// For programs: a line of JSON for each document, in the order of the input.
    Json,
}

const HELP: &str = r#"Examples:
  mpp check --type Order order.json
  mpp check --type Order orders.ndjson --format json | jq 'select(.valid | not)'
  curl https://example.com/order | mpp check --type Order
  mpp check --type Order --policy tenant.toml order.json

A line of --format json, here broken in two:
  {"source":"order.json","line":1,"type":"Order","valid":false,"violations":[
   {"path":"/merchant/merchantName","code":"required","message":"is required","params":{}}]}

  `line` is the line of the document in its file, which is 1 unless the file holds one a line;
  `path` is a JSON Pointer. A malformed document has one violation, of the code `syntax`; the
  `line` and the `column` in its `params` are those inside the document. What the policy let pass
  stands behind the violations, in a member `tolerated` that looks like them.

Exit status:
  0  all documents are valid
  1  some document is invalid
  2  wrong usage, or something could not be read or written; what could be read was checked"#;

/// Checks the files. Only what keeps the report from being written is an error.
pub(crate) fn run(arguments: &Arguments) -> io::Result<Status> {
    let standard_input = [PathBuf::from("-")];
    let files = if arguments.files.is_empty() { &standard_input } else { &*arguments.files };

    let policy = match policy::named(&arguments.policy) {
        Ok(policy) => policy,
        Err(message) => {
            complain(format_args!("{message}"));
            return Ok(Status::Failed);
        }
    };

    let progress = Arc::new(Progress::new(total_length(files)));
    let output = Beside { progress: &progress, output: io::stdout().lock() };
    let mut check = Check {
        arguments,
        policy,
        threads: arguments.threads.map_or_else(processors, usize::from),
        progress: &progress,
        output: BufWriter::with_capacity(CHUNK, output),
        counts: Counts::default(),
        failed: false,
    };
    let checked = files.iter().try_for_each(|file| check.file(file));
    progress.end();
    checked?;
    check.end()
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The length of all the files, if none of them is a stream.
fn total_length(files: &[PathBuf]) -> Option<u64> {
    let length = |file: &PathBuf| match fs::metadata(file) {
        _ if is_standard_input(file) => None,
        Ok(metadata) => metadata.is_file().then_some(metadata.len()),
        // Nothing will be read from it.
        Err(_) => Some(0),
    };
    files.iter().map(length).sum()
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn open(file: &Path) -> io::Result<Box<dyn Read + Send>> {
    Ok(if is_standard_input(file) { Box::new(io::stdin()) } else { Box::new(File::open(file)?) })
}

fn holds_lines(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("ndjson") || extension.eq_ignore_ascii_case("jsonl")
}

/// A check under way.
struct Check<'a, W> {
    arguments: &'a Arguments,
    policy: Policy,
    threads: usize,
    progress: &'a Arc<Progress>,
    output: W,
    counts: Counts,
    failed: bool,
}

impl<W: Write> Check<'_, W> {
    fn file(&mut self, file: &Path) -> io::Result<()> {
        let source = file.to_string_lossy();
        self.before_reading()?;
        let input = match open(file) {
            Ok(input) => Counted { progress: Arc::clone(self.progress), input },
            Err(error) => return self.fail(&source, &error),
        };
        let judge = Judge {
            schema: self.arguments.schema,
            policy: self.policy.clone(),
            format: self.arguments.format,
            source: source.into_owned(),
        };
        if self.arguments.lines || holds_lines(file) {
            self.lines(judge, input)
        } else {
            self.document(&judge, input)
        }
    }

    fn document(&mut self, judge: &Judge, input: impl Read) -> io::Result<()> {
        let mut document = Vec::new();
        if let Err(error) = input.take(MAX_DOCUMENT + 1).read_to_end(&mut document) {
            return self.fail(&judge.source, &error);
        }
        if document.len() as u64 > MAX_DOCUMENT {
            let error = io::Error::other("the document is longer than 1 GiB");
            return self.fail(&judge.source, &error);
        }
        self.counts += judge.document(Some(&document), None, &mut self.output)?;
        Ok(())
    }

    fn lines(&mut self, judge: Judge, input: impl Read + Send + 'static) -> io::Result<()> {
        let mut blocks = Blocks::new(input, CHUNK, MAX_LINE);
        let mut block = Block::default();
        while self.threads == 1 || blocks.bytes() < SHORT {
            // Whoever feeds the stream may be waiting for answers.
            self.before_reading()?;
            match blocks.read(&mut block) {
                Ok(true) => self.counts += judge.lines(&block, &mut self.output)?,
                Ok(false) => return Ok(()),
                Err(error) => return self.fail(&judge.source, &error),
            }
        }
        // The room of a long line.
        drop(block);

        let source = judge.source.clone();
        let work = move |block: &Block, to: &mut Said<Counts>| judge.lines(block, to);
        let exposed_field = |counts| {
            self.counts += counts;
            self.progress.say(format!(", {}", self.counts));
        };
        match parallel::in_order(blocks, self.threads, work, &mut self.output, exposed_field)? {
            Ok(()) => Ok(()),
            Err(error) => self.fail(&source, &error),
        }
    }

    /// Says that a file cannot be read.
    fn fail(&mut self, source: &str, error: &io::Error) -> io::Result<()> {
        self.failed = true;
        // What was found before comes before.
        self.output.flush()?;
        self.progress.aside(|| complain(format_args!("{}: {error}", Shown(source))));
        Ok(())
    }

    /// Reading may take a while: shows what is known by now.
    fn before_reading(&mut self) -> io::Result<()> {
        self.output.flush()?;
        if self.counts.all() > 0 {
            self.progress.say(format!(", {}", self.counts));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<Status> {
        if self.arguments.format == Format::Human {
            writeln!(self.output, "{}", self.counts)?;
        }
        self.output.flush()?;
        Ok(match (self.failed, self.counts.invalid) {
            (true, _) => Status::Failed,
            (false, 0) => Status::Valid,
            _ => Status::Invalid,
        })
    }
}

/// How many documents were judged.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    valid: u64,
    invalid: u64,
    /// How many of the valid ones have deviations that the policy let pass.
    deviating: u64,
}

impl Counts {
    const fn all(self) -> u64 {
        self.valid + self.invalid
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.valid += more.valid;
        self.invalid += more.invalid;
        self.deviating += more.deviating;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.all() == 1 { "" } else { "s" };
        write!(
            f,
            "{} document{plural}: {} valid, {} invalid",
            self.all(),
            self.valid,
            self.invalid
        )?;
        if self.deviating > 0 {
            write!(f, "; {} valid with tolerated deviations", self.deviating)?;
        }
        Ok(())
    }
}

/// Judges the documents of a file, and reports on them.
#[derive(Debug)]
struct Judge {
    schema: &'static Schema,
    policy: Policy,
    format: Format,
    source: String,
}

impl Judge {
    fn lines(&self, block: &Block, to: &mut impl Write) -> io::Result<Counts> {
        let mut counts = Counts::default();
        for line in block.lines() {
            counts += self.document(line.text, Some(line.number), to)?;
        }
        Ok(counts)
    }

    /// Judges the document in a line, or the one that the file holds. Without a text it is too long.
    fn document(
        &self,
        text: Option<&[u8]>,
        line: Option<u64>,
        to: &mut impl Write,
    ) -> io::Result<Counts> {
        let into_result = match text {
            Some(text) => self.schema.check_json(text, &self.policy).map_err(Fault::Found),
            None => Err(Fault::TooLong),
        };
        match self.format {
            Format::Json => self.tell_programs(line, &into_result, to)?,
            Format::Human => self.tell_people(line, &into_result, to)?,
        }
        Ok(match into_result {
            Ok(tolerated) => {
                Counts { valid: 1, invalid: 0, deviating: u64::from(!tolerated.is_empty()) }
            }
            Err(_) => Counts { valid: 0, invalid: 1, deviating: 0 },
        })
    }

    fn tell_programs(
        &self,
        line: Option<u64>,
        into_result: &Verdict,
        to: &mut impl Write,
    ) -> io::Result<()> {
        let Self { schema, source, .. } = self;
        let report = Report { source, line: line.unwrap_or(1), schema, into_result };
        report.serialize(&mut serde_json::Serializer::with_formatter(&mut *to, Escaping))?;
        to.write_all(b"\n")
    }

    fn tell_people(
        &self,
        line: Option<u64>,
        into_result: &Verdict,
        to: &mut impl Write,
    ) -> io::Result<()> {
        if into_result.as_ref().is_ok_and(Vec::is_empty) {
            return Ok(());
        }
        let mut place = Shown(&self.source).to_string();
        if let Some(line) = line {
            // Writing to a string cannot fail.
            let _ = write!(place, ":{line}");
        }
        match into_result {
            Ok(tolerated) => tolerated
                .iter()
                .try_for_each(|deviation| writeln!(to, "{place}: tolerated: {deviation}")),
            Err(Fault::TooLong) => writeln!(to, "{place}: {TOO_LONG}"),
            Err(Fault::Found(error)) => match error.syntax() {
                // Its line is the one that stands in the place already.
                Some(syntax) if line.is_some() => writeln!(
                    to,
                    "{place}: malformed JSON at column {}: {}",
                    syntax.column(),
                    syntax.message()
                ),
                Some(syntax) => writeln!(to, "{place}: {syntax}"),
                None => error
                    .violations()
                    .iter()
                    .try_for_each(|violation| writeln!(to, "{place}: {violation}")),
            },
        }
    }
}

/// What of a document the policy let pass; or why it is not valid.
type Verdict = Result<Vec<Violation>, Fault>;

/// Why a document is not valid.
#[derive(Debug)]
enum Fault {
    Found(Error),
    TooLong,
}

/// A document's line of JSON.
struct Report<'a> {
    source: &'a str,
    line: u64,
    schema: &'static Schema,
    into_result: &'a Verdict,
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut report = to.serialize_struct("Report", 6)?;
        report.serialize_field("source", self.source)?;
        report.serialize_field("line", &self.line)?;
        report.serialize_field("type", self.schema.name)?;
        report.serialize_field("valid", &self.into_result.is_ok())?;
        match self.into_result {
            Ok(tolerated) => {
                report.serialize_field("violations", &[(); 0])?;
                if !tolerated.is_empty() {
                    report.serialize_field("tolerated", tolerated)?;
                }
            }
            Err(Fault::TooLong) => report.serialize_field("violations", &[TooLong])?,
            Err(Fault::Found(error)) => report.serialize_field("violations", error)?,
        }
        report.end()
    }
}

/// A line that is too long, written as malformed documents are.
struct TooLong;

impl Serialize for TooLong {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut violation = to.serialize_struct("TooLong", 4)?;
        violation.serialize_field("path", "")?;
        violation.serialize_field("code", "syntax")?;
        violation.serialize_field("message", TOO_LONG)?;
        violation.serialize_field("params", &Place { line: 1, column: 1 })?;
        violation.end()
    }
}

/// Where a document is malformed.
struct Place {
    line: usize,
    column: usize,
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut place = to.serialize_struct("Place", 2)?;
        place.serialize_field("line", &self.line)?;
        place.serialize_field("column", &self.column)?;
        place.end()
    }
}

/// Whether a terminal may obey a character rather than show it.
fn is_control(character: char) -> bool {
    let marks = ['\u{61C}', '\u{200E}', '\u{200F}'];
    character.is_control()
        || marks.contains(&character)
        || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text that somebody else chose, with its control characters escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_control(character) {
                write!(f, "{}", character.escape_debug())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// JSON in one line, with the control characters escaped that JSON itself lets stand.
struct Escaping;

impl serde_json::ser::Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for piece in fragment.split_inclusive(is_control) {
            match piece.char_indices().next_back() {
                Some((at, last)) if is_control(last) => {
                    to.write_all(piece.get(..at).unwrap_or_default().as_bytes())?;
                    write!(to, "\\u{:04x}", u32::from(last))?;
                }
                _ => to.write_all(piece.as_bytes())?,
            }
        }
        Ok(())
    }
}
