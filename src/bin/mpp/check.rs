//! `mpp check`: judges documents, and reports on each for people or for programs.

use crate::{
    Status, complain,
    input::{Lines, MAX_LINE},
    progress::{Beside, Counted, Progress},
    types,
};
use clap::{Args, ValueEnum};
use miniprogram_protocol::{Error, Policy, Schema};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use std::{
    fmt::{self, Write as _},
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

/// How much is read and written at once.
const CHUNK: usize = 64 << 10;

/// The greatest length of a file that holds one document, in bytes: it is read whole.
const MAX_DOCUMENT: u64 = 1 << 30;

/// What is wrong with a line of more than [`MAX_LINE`] bytes.
const TOO_LONG: &str = "the line is longer than 64 MiB";

/// Checks that documents are valid.
///
/// A file holds one JSON document; or, with --lines or if its name ends in .ndjson or .jsonl, one
/// a line. Lines are read as a stream, in constant memory: blank ones are passed over, and a
/// malformed one does not keep the next ones from being checked. A line of more than 64 MiB counts
/// as malformed, and a file of more than 1 GiB that holds one document is not read.
///
/// No value of a document is ever printed.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = HELP)]
pub(crate) struct Arguments {
    /// What the documents are: a type, as `mpp types` lists them.
    #[arg(long = "type", value_name = "TYPE", value_parser = types::named)]
    schema: &'static Schema,

    /// Each file holds one document a line, whatever its name is.
    #[arg(long)]
    lines: bool,

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

A line of --format json, here broken in two:
  {"source":"order.json","line":1,"type":"Order","valid":false,"violations":[
   {"path":"/merchant/merchantName","code":"required","message":"is required","params":{}}]}

  `line` is the line of the document in its file, which is 1 unless the file holds one a line;
  `path` is a JSON Pointer. A malformed document has one violation, of the code `syntax`; the
  `line` and the `column` in its `params` are those inside the document.

Exit status:
  0  all documents are valid
  1  some document is invalid
  2  wrong usage, or something could not be read or written; what could be read was checked"#;

/// Checks the files. Only what keeps the report from being written is an error.
pub(crate) fn run(arguments: &Arguments) -> io::Result<Status> {
    let standard_input = [PathBuf::from("-")];
    let files = if arguments.files.is_empty() { &standard_input } else { &*arguments.files };

    let progress = Progress::new(total_length(files));
    let output = Beside { progress: &progress, output: io::stdout().lock() };
    let mut check = Check {
        arguments,
        policy: Policy::dictionary(),
        progress: &progress,
        output: BufWriter::with_capacity(CHUNK, output),
        valid: 0,
        invalid: 0,
        failed: false,
    };
    for file in files {
        check.file(file)?;
    }
    progress.end();
    check.end()
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

fn open(file: &Path) -> io::Result<Box<dyn Read>> {
    Ok(if is_standard_input(file) {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file)?)
    })
}

fn holds_lines(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("ndjson") || extension.eq_ignore_ascii_case("jsonl")
}

/// A check under way.
struct Check<'a, W> {
    arguments: &'a Arguments,
    policy: Policy,
    progress: &'a Progress,
    output: W,
    valid: u64,
    invalid: u64,
    failed: bool,
}

impl<W: Write> Check<'_, W> {
    fn file(&mut self, file: &Path) -> io::Result<()> {
        let source = file.to_string_lossy();
        self.before_reading()?;
        let input = match open(file) {
            Ok(input) => Counted { progress: self.progress, input },
            Err(error) => return self.fail(&source, &error),
        };
        if self.arguments.lines || holds_lines(file) {
            self.lines(&source, input)
        } else {
            self.document(&source, input)
        }
    }

    fn document(&mut self, source: &str, input: impl Read) -> io::Result<()> {
        let mut document = Vec::new();
        if let Err(error) = input.take(MAX_DOCUMENT + 1).read_to_end(&mut document) {
            return self.fail(source, &error);
        }
        if document.len() as u64 > MAX_DOCUMENT {
            return self.fail(source, &io::Error::other("the document is longer than 1 GiB"));
        }
        let fault = self.judge(&document);
        self.report(source, None, fault.as_ref())
    }

    fn lines(&mut self, source: &str, input: impl Read) -> io::Result<()> {
        let mut lines = Lines::new(BufReader::with_capacity(CHUNK, input), MAX_LINE);
        loop {
            // Without a whole line at hand, whoever feeds the stream may be waiting for answers.
            if !lines.input().buffer().contains(&b'\n') {
                self.before_reading()?;
            }
            let line = match lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                Err(error) => return self.fail(source, &error),
            };
            let fault = match line.text {
                Some(document) => self.judge(document),
                None => Some(Fault::TooLong),
            };
            self.report(source, Some(line.number), fault.as_ref())?;
        }
    }

    fn judge(&self, document: &[u8]) -> Option<Fault> {
        self.arguments.schema.check_json(document, &self.policy).err().map(Fault::Found)
    }

    /// Reports on the document in a line of `source`, or on the one that it holds.
    fn report(&mut self, source: &str, line: Option<u64>, fault: Option<&Fault>) -> io::Result<()> {
        *(if fault.is_none() { &mut self.valid } else { &mut self.invalid }) += 1;
        match self.arguments.format {
            Format::Json => {
                let schema = self.arguments.schema;
                let report = Report { source, line: line.unwrap_or(1), schema, fault };
                let mut to = serde_json::Serializer::with_formatter(&mut self.output, Escaping);
                report.serialize(&mut to)?;
                self.output.write_all(b"\n")
            }
            Format::Human => match fault {
                Some(fault) => self.tell(source, line, fault),
                None => Ok(()),
            },
        }
    }

    fn tell(&mut self, source: &str, line: Option<u64>, fault: &Fault) -> io::Result<()> {
        let mut place = Shown(source).to_string();
        if let Some(line) = line {
            // Writing to a string cannot fail.
            let _ = write!(place, ":{line}");
        }
        let output = &mut self.output;
        match fault {
            Fault::TooLong => writeln!(output, "{place}: {TOO_LONG}"),
            Fault::Found(error) => match error.syntax() {
                // Its line is the one that stands in the place already.
                Some(syntax) if line.is_some() => writeln!(
                    output,
                    "{place}: malformed JSON at column {}: {}",
                    syntax.column(),
                    syntax.message()
                ),
                Some(syntax) => writeln!(output, "{place}: {syntax}"),
                None => error
                    .violations()
                    .iter()
                    .try_for_each(|violation| writeln!(output, "{place}: {violation}")),
            },
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
        if self.valid + self.invalid > 0 {
            self.progress.say(format!(", {}", self.counts()));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<Status> {
        if self.arguments.format == Format::Human {
            let counts = self.counts();
            writeln!(self.output, "{counts}")?;
        }
        self.output.flush()?;
        Ok(match (self.failed, self.invalid) {
            (true, _) => Status::Failed,
            (false, 0) => Status::Valid,
            _ => Status::Invalid,
        })
    }

    fn counts(&self) -> String {
        let all = self.valid + self.invalid;
        let plural = if all == 1 { "" } else { "s" };
        format!("{all} document{plural}: {} valid, {} invalid", self.valid, self.invalid)
    }
}

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
    fault: Option<&'a Fault>,
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut report = to.serialize_struct("Report", 5)?;
        report.serialize_field("source", self.source)?;
        report.serialize_field("line", &self.line)?;
        report.serialize_field("type", self.schema.name)?;
        report.serialize_field("valid", &self.fault.is_none())?;
        match self.fault {
            None => report.serialize_field("violations", &[(); 0])?,
            Some(Fault::TooLong) => report.serialize_field("violations", &[TooLong])?,
            Some(Fault::Found(error)) => report.serialize_field("violations", error)?,
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
struct Shown<'a>(&'a str);

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
