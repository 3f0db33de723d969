//! `mpp check-exchange`: validates requests together with their responses.

use super::{
    Status,
    check::{
        CHUNK_SIZE, Counts, MAX_DOCUMENT_LENGTH, PLACEHOLDER_SCHEMA, envelope_failure,
        has_ndjson_extension, is_standard_input, open, read_string_value,
    },
    compression,
    envelope::Pointer,
    format::{ListWriter, OutputFormat, Style, StyleArguments},
    input::{LineBlock, LineReader, MAX_LINE_LENGTH},
    names,
    parallel::BlockSource as _,
    part::JsonPart,
    policy, print_error,
    report::{Document, EscapedStr, Failure, Outcome, Rejection, Report},
};
use clap::Args;
use miniprogram_protocol::{Edition, ExchangeOutcome, Policy, Schema, endpoint::EndpointMetadata};
use std::{
    borrow::Cow,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

/// Validate requests together with their responses
///
/// In addition to each document, this command checks the rules that relate a response to its
/// request: for example, a response must repeat the IDs of its request. `mpp show ENDPOINT` lists
/// these rules.
///
/// The request and the response are in two separate files, or together in one file that contains an
/// exchange: `{"endpoint":"refund","request":{...},"response":{...}}`. A file whose name ends in
/// .ndjson or .jsonl contains one exchange per line. In an exchange, the request and the response
/// can also be strings that contain JSON.
///
/// Reports have the same formats as those of `mpp check`. The request and the response are reported
/// as two documents, with paths that begin with /request and /response.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXIT_STATUS_AND_EXAMPLES)]
pub(crate) struct Arguments {
    /// Endpoint of the exchanges; `mpp types` lists all endpoints
    ///
    /// It is required if the request and the response are in separate files. Otherwise, the
    /// default is the member `endpoint` of each exchange.
    #[arg(
        long,
        value_name = "ENDPOINT",
        value_parser = names::parse_endpoint,
        verbatim_doc_comment
    )]
    endpoint: Option<&'static EndpointMetadata>,

    /// Policy to validate against (see `mpp check --help`)
    #[arg(long, value_name = policy::VALUE_NAME, default_value = "strict")]
    policy: PathBuf,

    /// Edition to apply [default: that of the policy]; `mpp types` lists all editions
    #[arg(long, value_name = "NAME", value_parser = names::parse_edition)]
    edition: Option<Edition>,

    /// Read one exchange per line, regardless of the name of the file
    #[arg(long)]
    lines: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,

    #[command(flatten)]
    style: StyleArguments,

    /// Print no report; only the exit status shows the result
    #[arg(short, long)]
    quiet: bool,

    /// REQUEST and RESPONSE, or a file with exchanges; `-` or no file means standard input
    #[arg(value_name = "FILE", num_args = 0..=2)]
    files: Vec<PathBuf>,
}

const EXIT_STATUS_AND_EXAMPLES: &str = "\
Exit status:
  0  success: all requests and responses are valid
  1  at least one request or response is invalid
  2  invalid usage, or an input or output error

Examples:
  mpp check-exchange --endpoint refund request.json response.json
  curl https://example.com/refund | mpp check-exchange --endpoint refund request.json -
  mpp check-exchange --endpoint refund refunds.ndjson --format json
  mpp sample --sequence payment | mpp check-exchange --lines";

/// Checks the exchanges. Returns an error if the report cannot be written to standard output.
pub(crate) fn run(arguments: &Arguments) -> io::Result<Status> {
    let policy = match policy::load(&arguments.policy, arguments.edition) {
        Ok(policy) => policy,
        Err(message) => return Ok(fail(&message)),
    };
    let output: Box<dyn Write> =
        if arguments.quiet { Box::new(io::sink()) } else { Box::new(io::stdout().lock()) };
    let mut run = Run {
        arguments,
        policy: &policy,
        style: arguments.style.style(true),
        output: ListWriter::new(BufWriter::new(output)),
        counts: Counts::default(),
        pointers: MemberPointers {
            endpoint: Pointer::from_member_name("endpoint"),
            request: Pointer::from_member_name("request"),
            response: Pointer::from_member_name("response"),
        },
    };
    let result = match &*arguments.files {
        [request, response] => match arguments.endpoint {
            Some(_) if is_standard_input(request) && is_standard_input(response) => {
                return Ok(fail("only one of the files can be standard input"));
            }
            Some(endpoint) => run.check_files(endpoint, request, response)?,
            None => return Ok(fail("--endpoint is required for a request and a response")),
        },
        [file] => run.check_exchanges(file)?,
        _ => run.check_exchanges(Path::new("-"))?,
    };
    run.output.flush()?;
    Ok(match result {
        Ok(()) if run.counts.invalid > 0 => Status::Invalid,
        Ok(()) => Status::Success,
        Err((file, error)) => fail(&format!("{}: {error}", EscapedStr(&file))),
    })
}

fn fail(message: &str) -> Status {
    print_error(format_args!("{message}"));
    Status::Failed
}

/// The result of reading the input. An error contains the name of the file.
type ReadResult = Result<(), (String, io::Error)>;

/// Reads a document. Returns an error if it is larger than `MAX_DOCUMENT_LENGTH`.
fn read_document(file: &Path) -> Result<Vec<u8>, (String, io::Error)> {
    let read = || {
        let mut content = Vec::new();
        let input = compression::decompress(file, open(file)?)?;
        input.take(MAX_DOCUMENT_LENGTH + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_DOCUMENT_LENGTH {
            return Err(io::Error::other("the document is larger than 1 GiB"));
        }
        Ok(content)
    };
    read().map_err(|error| (file.to_string_lossy().into_owned(), error))
}

/// The state of the command while it checks the exchanges.
struct Run<'a, W> {
    arguments: &'a Arguments,
    policy: &'a Policy,
    style: Style,
    output: ListWriter<W>,
    counts: Counts,
    pointers: MemberPointers,
}

/// The pointers to the members of an exchange.
struct MemberPointers {
    endpoint: Pointer,
    request: Pointer,
    response: Pointer,
}

/// A request or a response.
#[derive(Clone, Copy)]
struct ExchangeDocument<'a> {
    source: &'a str,
    document: Document<'a>,
    /// The schema, unless the endpoint is unknown.
    schema: Option<&'static Schema>,
    prefix: &'static str,
}

impl<W: Write> Run<'_, W> {
    /// Checks a request and a response in separate files.
    fn check_files(
        &mut self,
        endpoint: &'static EndpointMetadata,
        request: &Path,
        response: &Path,
    ) -> io::Result<ReadResult> {
        let (request_json, response_json) = match (read_document(request), read_document(response))
        {
            (Ok(request), Ok(response)) => (request, response),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        let outcome = endpoint.check_exchange_with(&request_json, &response_json, self.policy);
        let format = self.arguments.format;
        format.begin(&mut self.output)?;
        for (file, json, schema, prefix, outcome) in [
            (request, &request_json, endpoint.request, "/request", outcome.request),
            (response, &response_json, endpoint.response, "/response", outcome.response),
        ] {
            let (source, document) = (&file.to_string_lossy(), Document::Whole(json));
            format.begin_file(source, &mut self.output)?;
            let side = ExchangeDocument { source, document, schema: Some(schema), prefix };
            self.report(side, &outcome.map_err(Failure::Invalid))?;
            format.end_file(&mut self.output)?;
        }
        format.end(self.counts, true, &mut self.output)?;
        Ok(Ok(()))
    }

    /// Checks a file that contains exchanges.
    fn check_exchanges(&mut self, file: &Path) -> io::Result<ReadResult> {
        let (source, format) = (&file.to_string_lossy(), self.arguments.format);
        format.begin(&mut self.output)?;
        format.begin_file(source, &mut self.output)?;
        let result = if self.arguments.lines || has_ndjson_extension(file) {
            self.check_lines(source, file)?
        } else {
            match read_document(file) {
                Ok(exchange) => self.check_exchange(source, Document::Whole(&exchange)).map(Ok)?,
                Err(error) => Err(error),
            }
        };
        format.end_file(&mut self.output)?;
        format.end(self.counts, result.is_ok(), &mut self.output)?;
        Ok(result)
    }

    fn check_lines(&mut self, source: &str, file: &Path) -> io::Result<ReadResult> {
        let input = open(file).and_then(|input| compression::decompress(file, input));
        let mut blocks = match input {
            Ok(input) => LineReader::new(input, CHUNK_SIZE, MAX_LINE_LENGTH),
            Err(error) => return Ok(Err((source.to_owned(), error))),
        };
        let mut block = LineBlock::default();
        loop {
            // The program that sends the exchanges may wait for the results before it sends more.
            self.output.flush()?;
            match blocks.read(&mut block) {
                Ok(true) => {
                    for line in block.lines() {
                        self.check_exchange(source, Document::Line(line))?;
                    }
                }
                Ok(false) => return Ok(Ok(())),
                Err(error) => return Ok(Err((source.to_owned(), error))),
            }
        }
    }

    /// Checks the request and the response in an exchange.
    fn check_exchange(&mut self, source: &str, exchange: Document<'_>) -> io::Result<()> {
        let whole = ExchangeDocument { source, document: exchange, schema: None, prefix: "" };
        let Some(json) = exchange.content() else {
            return self.report(whole, &Err(Failure::line_too_long()));
        };
        let members = Member::find(exchange, json, &self.pointers.request).and_then(|request| {
            let response = Member::find(exchange, json, &self.pointers.response)?;
            Ok((self.endpoint(exchange, json)?, request, response))
        });
        let (endpoint, request, response) = match members {
            Ok(found) => found,
            Err(failure) => return self.report(whole, &Err(failure)),
        };
        let (request, response) = (request.part(), response.part());
        let ExchangeOutcome { request: request_outcome, response: response_outcome, .. } =
            endpoint.check_exchange_with(request.json, response.json, self.policy);
        for (part, schema, prefix, outcome) in [
            (&request, endpoint.request, "/request", request_outcome),
            (&response, endpoint.response, "/response", response_outcome),
        ] {
            let side = ExchangeDocument {
                source,
                document: Document::Part(part),
                schema: Some(schema),
                prefix,
            };
            self.report(side, &outcome.map_err(Failure::Invalid))?;
        }
        Ok(())
    }

    /// Returns the endpoint of an exchange.
    fn endpoint(
        &self,
        exchange: Document<'_>,
        json: &[u8],
    ) -> Result<&'static EndpointMetadata, Failure> {
        if let Some(endpoint) = self.arguments.endpoint {
            return Ok(endpoint);
        }
        let member = Member::find(exchange, json, &self.pointers.endpoint)?;
        let part = member.part();
        let name = std::str::from_utf8(part.json).unwrap_or_default();
        // Only a string can name an endpoint; `part.json` is its content without the quotes.
        let endpoint = part.string.and_then(|_| EndpointMetadata::by_name(name));
        endpoint.ok_or_else(|| {
            let message =
                "/endpoint must be the name of an endpoint; `mpp types` lists them".into();
            let span = Some(exchange.start().after(part.before).span(member.value.len()));
            Failure::Rejected(Rejection { code: "enum", message, span })
        })
    }

    fn report(&mut self, side: ExchangeDocument<'_>, outcome: &Outcome) -> io::Result<()> {
        let ExchangeDocument { source, document, schema: content_schema, prefix } = side;
        let (schema, is_type_known) =
            (content_schema.unwrap_or(PLACEHOLDER_SCHEMA), content_schema.is_some());
        let report =
            Report { source, document, schema, is_type_known, content_schema, prefix, outcome };
        self.counts += Counts::from_outcome(outcome);
        self.arguments.format.write(&report, self.style, &mut self.output)
    }
}

/// A member of an exchange.
struct Member<'a> {
    exchange: Document<'a>,
    /// The JSON of the exchange before the value.
    before: &'a [u8],
    value: &'a str,
    /// The value or, if it is a string, its decoded content.
    content: Cow<'a, str>,
}

impl<'a> Member<'a> {
    fn find(exchange: Document<'a>, json: &'a [u8], pointer: &Pointer) -> Result<Self, Failure> {
        let (offset, value) =
            pointer.find(json).map_err(|error| envelope_failure(exchange, json, pointer, error))?;
        let before = json.get(..offset).unwrap_or_default();
        let mut member = Self { exchange, before, value, content: value.into() };
        if let Some(content) = read_string_value(&member.part()).map_err(Failure::Rejected)? {
            member.content = content.into();
        }
        Ok(member)
    }

    fn part(&self) -> JsonPart<'_> {
        JsonPart {
            json: self.content.as_bytes(),
            string: self.value.starts_with('"').then_some(self.value.as_bytes()),
            before: self.before,
            start: self.exchange.start(),
            line: self.exchange.line_number(),
            index: None,
        }
    }
}
