//! `mpp check`: validates documents, and reports the results in one of several formats.

use super::{
    Status, compression,
    config::Config,
    detect::{DetectionError, TypeChoice, detect_type},
    elements::{ArrayError, ArrayErrorKind, ArrayItem, Element, ElementBlock, ElementReader},
    envelope::{LookupError, Pointer, string_content},
    format::{ListWriter, OutputFormat, Style, StyleArguments},
    input::{LineBlock, LineReader, MAX_LINE_LENGTH},
    names,
    parallel::{self, BlockSource, BlockWriter},
    part::{ArrayOrigin, JsonPart, StringCursor},
    policy, print_error,
    progress::{Progress, ProgressReader, ProgressWriter},
    report::{Document, EscapedStr, Failure, Outcome, Rejection, Report},
    settings::{self, InputResult, Settings},
    show::pluralize,
    summary::Summary,
};
use clap::{Args, ValueEnum, value_parser};
use miniprogram_protocol::{Edition, Error, Policy, ProtocolType, Schema, SyntaxError, dictionary};
use std::{
    fmt,
    fs::{self, File},
    io::{self, BufWriter, Cursor, Read, Write},
    num::NonZero,
    ops::AddAssign,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// The maximum number of bytes per read or write.
pub(crate) const CHUNK_SIZE: usize = 512 << 10;

/// The number of bytes of a stream that are checked on a single thread before worker threads are
/// started, because starting them takes longer than checking a short stream.
const MAX_SINGLE_THREADED_BYTES: u64 = 1 << 20;

/// The maximum length of a single document in bytes. The whole document is read into memory.
pub(crate) const MAX_DOCUMENT_LENGTH: u64 = 1 << 30;

/// Validate JSON documents against a type
///
/// A file contains a single JSON document, or one document per line (NDJSON) if --lines is given or
/// its name ends in .ndjson or .jsonl. Lines are streamed in constant memory and validated on all
/// processors. Blank lines are skipped. A malformed line is reported, and the lines after it are
/// still checked.
///
/// A line of more than 64 MiB is reported as malformed. A file with a single document of more than
/// 1 GiB is rejected with an error. Lines of more than 1 MiB are validated one at a time, to limit
/// memory use.
///
/// A file whose name ends in .gz or .zst is decompressed, as in orders.ndjson.gz. Limits, line
/// numbers and offsets refer to the decompressed text. Standard input is not decompressed.
///
/// The report contains no values from the documents. Only a human-readable report on a terminal
/// shows the lines of the document, with sensitive values and values of unknown fields masked.
/// Human-readable reports also contain hints on how to correct violations, where available.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = AFTER_HELP)]
#[allow(clippy::struct_excessive_bools, reason = "each field is a command-line option")]
pub(crate) struct Arguments {
    /// Type of the documents; `mpp types` lists all types
    ///
    /// Without this option, the file mpp.toml determines how each file is checked (see below).
    ///
    /// `auto` detects the type of each document. It chooses the type that defines the most of the
    /// document's fields, if the document has all fields that this type requires under the
    /// policy. Otherwise, it chooses a type without required fields, if no other type defines
    /// more of the document's fields. A document whose type is unknown or ambiguous is invalid;
    /// the message lists up to five types.
    #[arg(
        long = "type",
        value_name = "TYPE|auto",
        value_parser = TypeChoice::parse,
        verbatim_doc_comment
    )]
    pub(crate) schema: Option<TypeChoice>,

    /// Configuration file that sets the type of each file [default: mpp.toml, see below]
    #[arg(long, value_name = "FILE", conflicts_with = "schema")]
    pub(crate) config: Option<PathBuf>,

    /// Policy to validate against [default: strict]
    ///
    /// `strict` enforces the specification. `lenient` also accepts known deviations from it, and
    /// reports them as tolerated; the document is still valid. FILE is a policy file, in JSON if
    /// its name ends in .json, and in TOML otherwise. If the policy file does not set maxBytes,
    /// documents are limited to 64 MiB. For a file named strict or lenient, write ./strict or
    /// ./lenient.
    #[arg(
        long,
        value_name = policy::VALUE_NAME,
        verbatim_doc_comment
    )]
    pub(crate) policy: Option<PathBuf>,

    /// Edition of the specification to validate against [default: that of the policy, or v2]
    ///
    /// Editions, such as version 1, differ in their fields, required fields and limits. `mpp
    /// types` lists all editions, and `mpp show TYPE` the differences.
    #[arg(
        long,
        value_name = "NAME",
        value_parser = names::parse_edition,
        verbatim_doc_comment
    )]
    pub(crate) edition: Option<Edition>,

    /// Read one document per line from every file, regardless of its name
    #[arg(long)]
    pub(crate) lines: bool,

    /// Read an array of documents from every file that is not read by lines
    ///
    /// The elements are streamed in constant memory and validated on all processors, like lines.
    /// Reports contain the index of the element, starting at 0. Paths are relative to the
    /// element; line and column numbers refer to the file. If a bracket or quotation mark is
    /// missing or wrong, the rest of the array is not checked.
    ///
    /// With --at, the array is the value at POINTER. If the file contains an array instead of an
    /// object, its elements are envelopes, each of which contains a document at POINTER.
    #[arg(long, conflicts_with = "lines", verbatim_doc_comment)]
    pub(crate) each: bool,

    /// JSON Pointer to the document in each JSON text, such as /payload
    ///
    /// If the value is a string, its content is the document. A JSON text that does not contain
    /// the value is invalid (`required`), and so is one with duplicate members on the path to it
    /// (`duplicate`). Paths are relative to the document; line and column numbers refer to the
    /// file.
    #[arg(long, value_name = "POINTER", verbatim_doc_comment)]
    pub(crate) at: Option<Pointer>,

    /// Number of worker threads [default: number of processors]
    ///
    /// Streams of less than 1 MiB are validated by a single thread. The output does not depend on
    /// the number of threads.
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = value_parser!(u8).range(1..),
        verbatim_doc_comment
    )]
    threads: Option<u8>,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,

    #[command(flatten)]
    style: StyleArguments,

    /// File to write the report to, instead of standard output
    ///
    /// An existing file is replaced. `-` means standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Count violations by code and by field, instead of reporting each of them
    ///
    /// --format can be human or json. At most 1000 fields are listed, and the others are counted
    /// together, so memory use does not depend on the documents.
    #[arg(long, verbatim_doc_comment)]
    summary: bool,

    /// Print no report and no progress bar; only the exit status shows the result
    ///
    /// Input and output errors are still printed, and --output still writes the report.
    #[arg(short, long)]
    quiet: bool,

    /// Results that change the exit status from 0 to 1
    #[arg(long, value_enum, default_value_t, value_name = "RESULT")]
    fail_on: FailOn,

    /// Stop after this number of documents, counted across all files
    ///
    /// If anything is left, a message on standard error reports what was not checked. From a
    /// stream that is not a file, no further input is read, so the message considers only the
    /// part that has already arrived. The exit status depends only on the documents that were
    /// checked.
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = value_parser!(u64).range(1..),
        verbatim_doc_comment
    )]
    max_documents: Option<u64>,

    /// Files and directories to check; `-` or no file means standard input
    ///
    /// In a directory and its subdirectories, all files whose names end in .json, .ndjson or
    /// .jsonl are checked, including compressed files such as orders.json.gz. Symbolic links to
    /// directories are not followed. FILE can also be a glob pattern, such as 'orders/**/*.json',
    /// unless a file with this name exists. Hidden files match only if the pattern contains their
    /// leading dot.
    #[arg(value_name = "FILE", verbatim_doc_comment)]
    pub(crate) files: Vec<PathBuf>,
}

impl Arguments {
    /// Returns the file to which the report is written, or `None` for standard output.
    fn output_file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|file| !is_hyphen(file))
    }
}

/// The results for which the exit status is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Violations
    #[default]
    Violations,
    /// Violations and tolerated deviations
    Tolerated,
    /// None: only usage, input and output errors change the exit status
    Never,
}

const AFTER_HELP: &str = r#"Output of --format json (one line per document, wrapped here):
  {"source":"order.json","line":1,"type":"Order","valid":false,"violations":[
   {"path":"/merchant/merchantName","code":"required","message":"is required","params":{},
    "span":{"offset":141,"length":1,"line":5,"column":15}}]}

  source      The file, or - for standard input
  line        The line number of the document in its file; 1 for a single document
  index       The index of the document in its array; only with --each
  violations  The violations, up to 64 of them, or up to the limit that the policy sets. `path` is a
              JSON Pointer. A malformed document has one violation with the code `syntax`, whose
              params `line` and `column` give the position in the document. `span` is the location
              in the file, in bytes, lines and characters; some violations have none
  tolerated   The deviations that the policy allows, in the same form; omitted if there are none

Output of --summary --format json (one line, wrapped here):
  {"documents":9,"valid":8,"deviating":0,"invalid":1,
   "violations":{"total":1,"codes":[{"code":"minimum","count":1}],
    "fields":[{"type":"Order","path":"/goods/*/goodsUnitAmount/value","code":"minimum","count":1}],
    "other":0},"tolerated":{"total":0,"codes":[],"fields":[],"other":0}}

Output of the formats for CI: a violation is an error, or a failed test case. A tolerated deviation
is a notice (github), info (gitlab, checkstyle), a note (sarif), or output of a test case (junit).

Without --type, mpp.toml in the current directory or the nearest parent directory says how to check
each file. FILE limits the check to files that it names. Options on the command line override it.
  [[check]]                        # The first table that matches a file applies
  files = ["orders/**/*.json"]     # Files, directories and patterns, relative to mpp.toml
  exclude = ["orders/drafts"]
  type = "Order"                   # Or "auto"
  policy = "tenant.toml"           # Optional, as are lines = true, each = true, at = "/payload"
  edition = "v1"                   # Optional; replaces the edition of the policy

Exit status:
  0  success: all documents are valid
  1  at least one document is invalid (--fail-on changes this)
  2  invalid usage, or an input or output error; files without errors were still checked

Examples:
  mpp check
  mpp check --type Order order.json
  mpp check --type Order orders/
  mpp check --type Order 'orders/**/*.json'
  mpp check --type Order orders.ndjson --format json | jq 'select(.valid | not)'
  mpp check --type Order orders.ndjson.gz
  curl https://example.com/order | mpp check --type Order
  mpp check --type Order --policy tenant.toml order.json
  mpp check --type Order --policy lenient --fail-on tolerated order.json
  mpp check --type PayRequest --edition v1 pay.json
  mpp check --type Order --at /payload log.ndjson
  mpp check --type Order --each orders-array.json
  mpp check --type Order --each --at /data/orders response.json
  mpp check --type auto order.json
  mpp check --type Order --summary orders.ndjson
  mpp check --type Order --max-documents 1000 orders.ndjson
  mpp check --type Order --format sarif --output mpp.sarif order.json"#;

/// Checks the files. Returns an error if the report cannot be written to standard output.
pub(crate) fn run(arguments: &Arguments) -> io::Result<Status> {
    if arguments.summary && !matches!(arguments.format, OutputFormat::Human | OutputFormat::Json) {
        print_error(format_args!("--summary requires --format human or --format json"));
        return Ok(Status::Failed);
    }
    let files = &match settings::collect_inputs(arguments) {
        Ok(files) => files,
        Err(message) => {
            print_error(format_args!("{message}"));
            return Ok(Status::Failed);
        }
    };
    match arguments.output_file() {
        Some(path) => {
            let result = create_output(path, arguments, files)
                .and_then(|output| write_report(arguments, files, output));
            Ok(result.unwrap_or_else(|error| {
                print_error(format_args!("{}: {error}", EscapedStr(&path.to_string_lossy())));
                Status::Failed
            }))
        }
        None if arguments.quiet => write_report(arguments, files, io::sink()),
        None => write_report(arguments, files, io::stdout().lock()),
    }
}

/// Creates the output file, which must not be an input, policy or configuration file.
fn create_output(path: &Path, arguments: &Arguments, files: &Files) -> io::Result<File> {
    if let Ok(path) = fs::canonicalize(path) {
        let is_output = |file: &Path| fs::canonicalize(file).is_ok_and(|file| file == path);
        let config = arguments.config.clone().or_else(Config::find);
        if [config, arguments.policy.clone()].iter().flatten().any(|file| is_output(file)) {
            return Err(io::Error::other("the output file is also a configuration file"));
        }
        if files.iter().flatten().any(|(file, _)| is_output(file)) {
            return Err(io::Error::other("the output file is also an input file"));
        }
    }
    File::create(path)
}

/// Checks the files, and writes the report or the summary.
fn write_report(
    arguments: &Arguments,
    files: &Files,
    mut output: impl Write,
) -> io::Result<Status> {
    if !arguments.summary {
        let (status, _) = check_files(arguments, arguments.format, files, output)?;
        return Ok(status);
    }
    let mut summary = Summary::default();
    let (status, counts) = check_files(arguments, OutputFormat::Summary, files, &mut summary)?;
    match arguments.format {
        OutputFormat::Json => summary.write_json(counts, &mut output)?,
        _ => summary.write_text(counts, &mut output)?,
    }
    output.flush()?;
    Ok(status)
}

fn check_files(
    arguments: &Arguments,
    format: OutputFormat,
    files: &Files,
    output: impl Write,
) -> io::Result<(Status, Counts)> {
    let progress = Arc::new(Progress::new(total_length(files), !arguments.quiet));
    let output = ProgressWriter { progress: &progress, output };
    let mut run = Run {
        arguments,
        format,
        style: arguments.style.style(arguments.output_file().is_none()),
        threads: arguments.threads.map_or_else(processor_count, usize::from),
        progress: &progress,
        output: ListWriter::new(BufWriter::with_capacity(CHUNK_SIZE, output)),
        counts: Counts::default(),
        has_failed: false,
        stopped_in: None,
    };
    format.begin(&mut run.output)?;
    let mut unchecked = files.iter();
    let mut result = Ok(());
    while result.is_ok() && run.documents_left() != Some(0) {
        let Some(file) = unchecked.next() else { break };
        result = run.check_input(file);
    }
    progress.finish();
    result?;
    let status = run.finish()?;
    run.report_unchecked(unchecked.len());
    Ok((status, run.counts))
}

/// The files to check, and the paths that cannot be read.
type Files = [InputResult];

fn processor_count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Returns the total length of the files in bytes, or `None` if one of them is a stream.
fn total_length(files: &Files) -> Option<u64> {
    let length = |(file, _): &(PathBuf, _)| match fs::metadata(file) {
        _ if is_standard_input(file) => None,
        Ok(metadata) => metadata.is_file().then_some(metadata.len()),
        // A file that cannot be opened does not count toward the progress.
        Err(_) => Some(0),
    };
    let mut lengths = files.iter().flatten().map(length);
    lengths.try_fold(0_u64, |total, length| Some(total.saturating_add(length?)))
}

pub(crate) fn is_standard_input(file: &Path) -> bool {
    is_hyphen(file)
}

/// Returns whether a path is `-`, which means standard input or standard output.
fn is_hyphen(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(crate) fn open(file: &Path) -> io::Result<Box<dyn Read + Send>> {
    Ok(if is_standard_input(file) { Box::new(io::stdin()) } else { Box::new(File::open(file)?) })
}

pub(crate) fn has_ndjson_extension(file: &Path) -> bool {
    let extension = compression::uncompressed_name(file).extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("ndjson") || extension.eq_ignore_ascii_case("jsonl")
}

/// The state of the command while it checks the files.
struct Run<'a, W> {
    arguments: &'a Arguments,
    format: OutputFormat,
    style: Style,
    threads: usize,
    progress: &'a Arc<Progress>,
    output: ListWriter<W>,
    counts: Counts,
    /// True if a file could not be read.
    has_failed: bool,
    /// The stream whose remaining documents are not checked because of --max-documents.
    stopped_in: Option<String>,
}

impl<W: Write> Run<'_, W> {
    fn check_input(&mut self, file: &InputResult) -> io::Result<()> {
        match file {
            Ok((file, settings)) => self.check_file(file, settings),
            Err(unreadable) => {
                self.report_input_error(&unreadable.path.to_string_lossy(), &unreadable.error)
            }
        }
    }

    /// Returns the number of documents that may still be checked, or `None` if there is no limit.
    fn documents_left(&self) -> Option<u64> {
        self.arguments.max_documents.map(|limit| limit.saturating_sub(self.counts.total()))
    }

    /// Reports what was not checked because of --max-documents.
    fn report_unchecked(&self, file_count: usize) {
        let stream = self.stopped_in.as_deref().map(EscapedStr);
        let message = match (stream, file_count) {
            (None, 0) => return,
            (None, 1) => "1 file was not checked".to_owned(),
            (None, _) => format!("{file_count} files were not checked"),
            (Some(stream), 0) => format!("the rest of {stream} was not checked"),
            (Some(stream), _) => {
                let files = pluralize(file_count as u64, "more file");
                format!("the rest of {stream} and {files} were not checked")
            }
        };
        if !self.arguments.quiet {
            let documents = pluralize(self.counts.total(), "document");
            print_error(format_args!("stopped after {documents}: {message}"));
        }
    }

    fn check_file(&mut self, file: &Path, settings: &Arc<Settings>) -> io::Result<()> {
        let source = file.to_string_lossy();
        self.flush_results()?;
        // The progress counts the compressed bytes, as the total length does.
        let progress = Arc::clone(self.progress);
        let input = open(file).map(|input| ProgressReader { progress, input });
        let input = match input.and_then(|input| compression::decompress(file, input)) {
            Ok(input) => input,
            Err(error) => return self.report_input_error(&source, &error),
        };
        let checker = Checker {
            settings: Arc::clone(settings),
            format: self.format,
            style: self.style,
            source: source.into_owned(),
        };
        let format = self.format;
        format.begin_file(&checker.source, &mut self.output)?;
        let is_file =
            !is_standard_input(file) && fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
        if settings.lines || has_ndjson_extension(file) {
            let lines = LineReader::new(input, CHUNK_SIZE, MAX_LINE_LENGTH);
            self.check_stream(checker, lines, is_file)?;
        } else if settings.each {
            self.check_elements(checker, input, is_file)?;
        } else {
            self.check_document(&checker, input)?;
        }
        format.end_file(&mut self.output)
    }

    fn check_document(&mut self, checker: &Checker, input: impl Read) -> io::Result<()> {
        if let Some(document) = self.read_document(checker, input)? {
            self.counts += checker.check(Document::Whole(&document), &mut self.output)?;
        }
        Ok(())
    }

    /// Reads a file that contains a single document. Returns `None` after reporting an input
    /// error.
    fn read_document(
        &mut self,
        checker: &Checker,
        input: impl Read,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut document = Vec::new();
        let result = match input.take(MAX_DOCUMENT_LENGTH + 1).read_to_end(&mut document) {
            Ok(_) if document.len() as u64 > MAX_DOCUMENT_LENGTH => {
                Err(io::Error::other("the document is larger than 1 GiB"))
            }
            result => result,
        };
        match result {
            Ok(_) => Ok(Some(document)),
            Err(error) => self.report_input_error(&checker.source, &error).map(|()| None),
        }
    }

    /// Checks the elements of an array. With --at, the array is a value in the file, unless the
    /// file contains an array of envelopes.
    fn check_elements(
        &mut self,
        checker: Checker,
        mut input: impl Read + Send + 'static,
        is_file: bool,
    ) -> io::Result<()> {
        let Some(at) = &checker.settings.at else {
            return self.check_stream(checker, create_element_reader(input), is_file);
        };
        self.flush_results()?;
        let start = match read_to_first_character(&mut input) {
            Ok(start) => start,
            Err(error) => return self.report_input_error(&checker.source, &error),
        };
        let is_array = start.last() == Some(&b'[');
        let input = Cursor::new(start).chain(input);
        if is_array {
            return self.check_stream(checker, create_element_reader(input), is_file);
        }
        match self.read_document(&checker, input)? {
            Some(envelope) => self.check_array_in_envelope(&checker, &envelope, at),
            None => Ok(()),
        }
    }

    /// Checks the elements of an array in an envelope. The value at the pointer is the array, or
    /// a string that contains it.
    fn check_array_in_envelope(
        &mut self,
        checker: &Checker,
        envelope: &[u8],
        at: &Pointer,
    ) -> io::Result<()> {
        let document = Document::Whole(envelope);
        let value = match Checker::find_value(document, envelope, at) {
            Ok(value) => value,
            Err(failure) => {
                self.counts += checker.report(document, None, &Err(failure), &mut self.output)?;
                return Ok(());
            }
        };
        let content = match read_string_value(&value) {
            Ok(content) => content,
            Err(rejection) => {
                let document = Document::Part(&value);
                self.counts += checker.report_rejection(document, rejection, &mut self.output)?;
                return Ok(());
            }
        };
        let checker = checker.without_envelopes();
        let start = value.start.after(value.before);
        match &content {
            None => {
                let elements = create_element_reader(value.json).starting_at(start);
                self.check_array_in_memory(&checker, elements, ArrayOrigin::InFile)
            }
            Some(content) => {
                let origin = ArrayOrigin::InString(StringCursor::new(value.json, start));
                let elements = create_element_reader(content.as_bytes());
                self.check_array_in_memory(&checker, elements, origin)
            }
        }
    }

    /// Checks the elements of an array in an envelope that has been read into memory. `elements`
    /// reads the array, and `origin` converts positions in it to locations in the file.
    fn check_array_in_memory(
        &mut self,
        checker: &Checker,
        mut elements: ElementReader<impl Read>,
        mut origin: ArrayOrigin<'_>,
    ) -> io::Result<()> {
        let has_more = self.documents_left().map(|limit| elements.limit_documents(limit, true));
        let mut block = ElementBlock::default();
        loop {
            match elements.read(&mut block) {
                Ok(true) => {
                    self.counts += checker.check_elements(&block, &mut origin, &mut self.output)?;
                }
                Ok(false) => break,
                Err(error) => return self.report_input_error(&checker.source, &error),
            }
        }
        self.record_unchecked_rest(has_more, checker.source.clone());
        Ok(())
    }

    /// Checks the documents of a stream, up to --max-documents.
    fn check_stream<S>(&mut self, checker: Checker, mut blocks: S, is_file: bool) -> io::Result<()>
    where
        S: BlockSource<Block: CheckBlock> + Send + 'static,
    {
        let source = checker.source.clone();
        let has_more = self.documents_left().map(|limit| blocks.limit_documents(limit, is_file));
        self.check_blocks(checker, blocks)?;
        self.record_unchecked_rest(has_more, source);
        Ok(())
    }

    /// Records that the run stops in a stream if the stream contains more documents than
    /// --max-documents allows.
    fn record_unchecked_rest(&mut self, has_more: Option<Arc<AtomicBool>>, source: String) {
        if has_more.is_some_and(|has_more| has_more.load(Ordering::Relaxed)) {
            self.stopped_in = Some(source);
        }
    }

    /// Checks the blocks of a stream: at first on this thread, and then on several threads.
    fn check_blocks<S>(&mut self, checker: Checker, mut blocks: S) -> io::Result<()>
    where
        S: BlockSource<Block: CheckBlock> + Send + 'static,
    {
        let mut block = S::Block::default();
        while self.threads == 1 || blocks.bytes_read() < MAX_SINGLE_THREADED_BYTES {
            self.flush_results()?;
            match blocks.read(&mut block) {
                Ok(true) => self.counts += block.check(&checker, &mut self.output)?,
                Ok(false) => return Ok(()),
                Err(error) => return self.report_input_error(&checker.source, &error),
            }
        }
        // The buffer is large after a long line, and the worker threads have their own buffers.
        drop(block);

        let source = checker.source.clone();
        let check =
            move |block: &S::Block, output: &mut BlockWriter<Counts>| block.check(&checker, output);
        let add_counts = |counts| {
            self.counts += counts;
            self.progress.set_message(format!(", {}", self.counts));
        };
        match parallel::process_blocks(blocks, self.threads, check, &mut self.output, add_counts)? {
            Ok(()) => Ok(()),
            Err(error) => self.report_input_error(&source, &error),
        }
    }

    /// Reports an error that prevents the rest of a file from being read.
    fn report_input_error(&mut self, source: &str, error: &io::Error) -> io::Result<()> {
        self.has_failed = true;
        // The results of earlier documents are written before the error.
        self.output.flush()?;
        self.progress.suspend(|| print_error(format_args!("{}: {error}", EscapedStr(source))));
        Ok(())
    }

    /// Flushes all results so far. This must happen before each read, because the program that
    /// sends the documents may wait for their results before it sends more.
    fn flush_results(&mut self) -> io::Result<()> {
        self.output.flush()?;
        if self.counts.total() > 0 {
            self.progress.set_message(format!(", {}", self.counts));
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<Status> {
        self.format.end(self.counts, !self.has_failed, &mut self.output)?;
        self.output.flush()?;
        let Counts { invalid, deviating, .. } = self.counts;
        let fails = match self.arguments.fail_on {
            FailOn::Violations => invalid > 0,
            FailOn::Tolerated => invalid > 0 || deviating > 0,
            FailOn::Never => false,
        };
        Ok(match (self.has_failed, fails) {
            (true, _) => Status::Failed,
            (false, true) => Status::Invalid,
            (false, false) => Status::Success,
        })
    }
}

/// The numbers of documents and violations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) valid: u64,
    pub(crate) invalid: u64,
    /// The number of valid documents with tolerated deviations.
    pub(crate) deviating: u64,
    violations: u64,
    /// True if a document has more violations than its report contains.
    is_truncated: bool,
}

impl Counts {
    /// Returns the counts of one document.
    pub(crate) fn from_outcome(outcome: &Outcome) -> Self {
        match outcome {
            Ok(tolerated) => {
                let deviating = u64::from(!tolerated.is_empty());
                Self { valid: 1, deviating, ..Self::default() }
            }
            Err(failure) => {
                let violations = failure.violation_count() as u64;
                let is_truncated = failure.is_truncated();
                Self { invalid: 1, violations, is_truncated, ..Self::default() }
            }
        }
    }

    pub(crate) const fn total(self) -> u64 {
        self.valid + self.invalid
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.deviating += other.deviating;
        self.violations += other.violations;
        self.is_truncated |= other.is_truncated;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} valid", pluralize(self.total(), "document"), self.valid)?;
        if self.deviating > 0 {
            write!(f, " ({} with tolerated deviations)", self.deviating)?;
        }
        write!(f, ", {} invalid", self.invalid)?;
        let limit = if self.is_truncated { "at least " } else { "" };
        match self.violations {
            0 => Ok(()),
            violations => write!(f, ", {limit}{}", pluralize(violations, "violation")),
        }
    }
}

/// An arbitrary type, which is used for errors that do not depend on the type, such as syntax
/// errors.
pub(crate) const PLACEHOLDER_SCHEMA: &Schema = <dictionary::Amount as ProtocolType>::SCHEMA;

/// Returns the failure for JSON that is malformed although the library finds no syntax error.
fn malformed_failure() -> Failure {
    Failure::Rejected(Rejection { code: "syntax", message: "malformed JSON".into(), span: None })
}

/// Returns the reason why an envelope contains no document.
pub(crate) fn envelope_failure(
    envelope: Document<'_>,
    json: &[u8],
    at: &Pointer,
    error: LookupError,
) -> Failure {
    let (code, offset, problem) = match error {
        LookupError::Missing { offset } => ("required", offset, "no value"),
        LookupError::Duplicate { offset } => ("duplicate", offset, "several values"),
        LookupError::Malformed => {
            // The message is the same as for a malformed document that is not in an envelope.
            return find_syntax_error(json).map_or_else(malformed_failure, Failure::Invalid);
        }
    };
    let start = envelope.start().after(json.get(..offset).unwrap_or_default());
    Failure::Rejected(Rejection {
        code,
        message: format!("{problem} at {}", EscapedStr(&at.to_string())).into(),
        span: Some(start.span(1)),
    })
}

/// Returns the syntax error in a JSON text, if the library finds one. The length of the text is not
/// limited by a policy, because the text is not a whole document.
fn find_syntax_error(json: &[u8]) -> Option<Error> {
    let policy = Policy::strict().max_bytes(usize::MAX);
    PLACEHOLDER_SCHEMA.check_json_with(json, &policy).err().filter(|error| error.syntax().is_some())
}

/// Returns the content of a value in an envelope if the value is a string.
pub(crate) fn read_string_value(value: &JsonPart<'_>) -> Result<Option<String>, Rejection> {
    if !value.json.starts_with(b"\"") {
        return Ok(None);
    }
    let content = std::str::from_utf8(value.json).ok().and_then(string_content);
    content.map(Some).ok_or_else(|| Rejection {
        code: "syntax",
        message: "malformed JSON: unpaired surrogate in the string".into(),
        span: Some(value.start.after(value.before).span(value.json.len())),
    })
}

/// Creates a reader for the elements of an array. The limit on the length of a document applies to each
/// element.
fn create_element_reader<R: Read>(input: R) -> ElementReader<R> {
    let max_length = usize::try_from(MAX_DOCUMENT_LENGTH).unwrap_or(usize::MAX);
    ElementReader::new(input, CHUNK_SIZE, max_length)
}

/// Reads up to and including the first character that is not whitespace, and returns the text that
/// has been read. The limit on the length of a document also limits the whitespace.
fn read_to_first_character(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut text, mut buffer) = (Vec::new(), [0]);
    while text.last().is_none_or(u8::is_ascii_whitespace)
        && (text.len() as u64) < MAX_DOCUMENT_LENGTH
    {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => text.extend_from_slice(&buffer),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(text)
}

/// A block of documents that can be checked.
trait CheckBlock: parallel::Block {
    /// Checks the documents, and writes the reports.
    fn check(&self, checker: &Checker, output: &mut impl Write) -> io::Result<Counts>;
}

impl CheckBlock for LineBlock {
    fn check(&self, checker: &Checker, output: &mut impl Write) -> io::Result<Counts> {
        let mut counts = Counts::default();
        for line in self.lines() {
            counts += checker.check(Document::Line(line), output)?;
        }
        Ok(counts)
    }
}

impl CheckBlock for ElementBlock {
    fn check(&self, checker: &Checker, output: &mut impl Write) -> io::Result<Counts> {
        checker.check_elements(self, &mut ArrayOrigin::InFile, output)
    }
}

/// A checker for the documents of one file. It also writes the results.
#[derive(Debug)]
struct Checker {
    settings: Arc<Settings>,
    format: OutputFormat,
    style: Style,
    source: String,
}

impl Checker {
    /// Checks the elements of a block. `origin` is that of the array that contains them.
    fn check_elements(
        &self,
        block: &ElementBlock,
        origin: &mut ArrayOrigin<'_>,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let mut counts = Counts::default();
        for item in block.items() {
            counts += match item {
                ArrayItem::Element(Element { index, json, position }) => {
                    let part = origin.create_part(position, json, index);
                    self.check(Document::Part(&part), output)?
                }
                ArrayItem::Unfinished(element) => {
                    self.report_unfinished(element, *origin, output)?
                }
                ArrayItem::Error(error) => self.report_array_error(error, *origin, output)?,
            };
        }
        Ok(counts)
    }

    /// Returns a checker for documents that are not in envelopes.
    fn without_envelopes(&self) -> Self {
        let settings = Settings { at: None, ..(*self.settings).clone() };
        Self { settings: Arc::new(settings), source: self.source.clone(), ..*self }
    }

    /// Reports a syntax error in an element. The rest of the array cannot be read.
    fn report_unfinished(
        &self,
        element: Element<&[u8]>,
        mut origin: ArrayOrigin<'_>,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let Element { index, json, position } = element;
        let part = origin.create_part(position, json, index);
        let is_in_element =
            |error: &Error| error.syntax().is_some_and(|syntax| syntax.offset() < json.len());
        let Some(error) = find_syntax_error(json).filter(is_in_element) else {
            let (kind, position) = (ArrayErrorKind::UnexpectedEnd, position.after(json));
            let error = ArrayError { kind, position, index: Some(index) };
            return self.report_array_error(error, origin, output);
        };
        let document = Document::Part(&part);
        let span = document.locate_syntax_error(&error);
        let message = error.syntax().map_or("malformed JSON", SyntaxError::message);
        let message = format!("malformed JSON: {message}; the rest of the array was not checked");
        let rejection = Rejection { code: "syntax", message: message.into(), span };
        // If the element is an envelope, its fields are not those of the type.
        let schema = match (&self.settings.at, self.settings.schema) {
            (None, TypeChoice::Known(schema)) => Some(schema),
            _ => None,
        };
        self.report(document, schema, &Err(Failure::Rejected(rejection)), output)
    }

    /// Reports an error outside the elements of an array.
    fn report_array_error(
        &self,
        error: ArrayError,
        mut origin: ArrayOrigin<'_>,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let (code, message, length) = match error.kind {
            ArrayErrorKind::NotAnArray => ("type", "must be an array of documents", 0),
            ArrayErrorKind::MissingElement => ("syntax", "malformed JSON: expected a value", 1),
            ArrayErrorKind::UnexpectedEnd => {
                ("syntax", "malformed JSON: unexpected end of input in the array", 0)
            }
            ArrayErrorKind::TrailingCharacters => {
                ("syntax", "malformed JSON: trailing characters after the array", 1)
            }
        };
        let span = Some(origin.locate(error.position, length));
        let part = JsonPart { index: error.index, ..origin.create_part(error.position, b"", 0) };
        let rejection = Rejection { code, message: message.into(), span };
        self.report_rejection(Document::Part(&part), rejection, output)
    }

    /// Checks a document or, with --at, the document in an envelope.
    #[inline]
    fn check(&self, document: Document<'_>, output: &mut impl Write) -> io::Result<Counts> {
        let Some(json) = document.content() else {
            return self.report(document, None, &Err(Failure::line_too_long()), output);
        };
        match &self.settings.at {
            None => self.check_json(document, json, output),
            Some(at) => self.check_envelope(document, json, at, output),
        }
    }

    #[inline]
    fn check_json(
        &self,
        document: Document<'_>,
        json: &[u8],
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let schema = match self.settings.schema {
            TypeChoice::Known(schema) => schema,
            TypeChoice::Auto => match detect_type(json, &self.settings.policy) {
                Ok(schema) => schema,
                Err(DetectionError::NotAnObject) => {
                    return self.report(
                        document,
                        None,
                        &Err(self.non_object_failure(json)),
                        output,
                    );
                }
                Err(DetectionError::Undecided(message)) => {
                    let span = document.start_span(json);
                    let rejection = Rejection { code: "type", message: message.into(), span };
                    return self.report_rejection(document, rejection, output);
                }
            },
        };
        let outcome = schema.check_json_with(json, &self.settings.policy).map_err(Failure::Invalid);
        self.report(document, Some(schema), &outcome, output)
    }

    /// Returns the failure of a document that is malformed or not an object. This failure does
    /// not depend on the type.
    fn non_object_failure(&self, json: &[u8]) -> Failure {
        match PLACEHOLDER_SCHEMA.check_json_with(json, &self.settings.policy) {
            Err(error) => Failure::Invalid(error),
            Ok(_) => malformed_failure(),
        }
    }

    fn check_envelope(
        &self,
        envelope: Document<'_>,
        json: &[u8],
        at: &Pointer,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let value = match Self::find_value(envelope, json, at) {
            Ok(value) => value,
            Err(failure) => return self.report(envelope, None, &Err(failure), output),
        };
        match read_string_value(&value) {
            Ok(None) => self.check_json(Document::Part(&value), value.json, output),
            Ok(Some(content)) => {
                let part = JsonPart { json: content.as_bytes(), string: Some(value.json), ..value };
                self.check_json(Document::Part(&part), part.json, output)
            }
            Err(rejection) => self.report_rejection(Document::Part(&value), rejection, output),
        }
    }

    /// Finds the value that a pointer identifies in an envelope.
    fn find_value<'a>(
        envelope: Document<'a>,
        json: &'a [u8],
        at: &Pointer,
    ) -> Result<JsonPart<'a>, Failure> {
        let (offset, value) =
            at.find(json).map_err(|error| envelope_failure(envelope, json, at, error))?;
        Ok(JsonPart {
            json: value.as_bytes(),
            string: None,
            before: json.get(..offset).unwrap_or_default(),
            start: envelope.start(),
            line: envelope.line_number(),
            index: envelope.index(),
        })
    }

    fn report_rejection(
        &self,
        document: Document<'_>,
        rejection: Rejection,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        self.report(document, None, &Err(Failure::Rejected(rejection)), output)
    }

    /// Writes the report on a document. If `schema` is `None`, the report names the type that was
    /// set by --type or `mpp.toml`, unless that is `auto`.
    fn report(
        &self,
        document: Document<'_>,
        schema: Option<&'static Schema>,
        outcome: &Outcome,
        output: &mut impl Write,
    ) -> io::Result<Counts> {
        let content_schema = schema;
        let known = schema.or(match self.settings.schema {
            TypeChoice::Known(schema) => Some(schema),
            TypeChoice::Auto => None,
        });
        let (schema, is_type_known) = (known.unwrap_or(PLACEHOLDER_SCHEMA), known.is_some());
        let source = &self.source;
        let prefix = "";
        let report =
            Report { source, document, schema, is_type_known, content_schema, prefix, outcome };
        self.format.write(&report, self.style, output)?;
        Ok(Counts::from_outcome(outcome))
    }
}
