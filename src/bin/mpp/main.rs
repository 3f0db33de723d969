//! The `mpp` command, which validates documents of the Mini Program Platform and shows its types.

#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::string_slice))]

mod check;
mod codes;
mod completions;
mod compression;
mod config;
mod detect;
mod elements;
mod envelope;
mod exchange;
mod explain;
mod files;
pub(crate) mod format;
mod glob;
mod hint;
mod input;
mod man;
mod names;
mod parallel;
mod part;
mod policy;
mod progress;
mod reference;
pub(crate) mod report;
mod sample;
pub(crate) mod sensitive;
mod settings;
mod show;
mod summary;

use clap::{ArgGroup, Parser, Subcommand};
use miniprogram_protocol::{
    Edition, Policy, Schema,
    endpoint::EndpointMetadata,
    export::{format_document, json_schema, openapi, typescript},
};
use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Validate JSON documents of the Mini Program Platform, and show its types
#[derive(Debug, Parser)]
#[command(name = "mpp", version, after_help = EXIT_STATUS_AND_EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),

    CheckExchange(exchange::Arguments),

    /// List the types, enums, endpoints and editions, with a short description of each
    ///
    /// The output is in the order of the platform's specification.
    #[command(verbatim_doc_comment, after_help = TYPES_EXAMPLES)]
    Types {
        /// Format of the output
        #[arg(long, value_enum, default_value_t)]
        format: TypesFormat,
    },

    /// Show the fields of a type, the values of an enum, or the rules of an endpoint
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Type, enum or endpoint to show; `mpp types` lists all of them
        #[arg(value_name = "NAME", value_parser = names::parse_definition)]
        definition: names::Definition,

        #[command(flatten)]
        options: PolicyOptions,
    },

    /// Explain a violation code or a field
    ///
    /// For a code: its meaning and parameters, an invalid and a valid document, the effect of a
    /// policy, and the fields that can have the violation. For a field: its constraints, the codes of
    /// its violations, and what a policy can change. Without an argument: the list of codes.
    #[command(verbatim_doc_comment, after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// Violation code, or field of a type, to explain [default: list the codes]
        #[arg(value_name = "CODE|TYPE.FIELD", value_parser = names::parse_topic)]
        topic: Option<explain::Topic>,
    },

    Sample(sample::Arguments),

    /// Print a type as JSON Schema (draft 2020-12)
    #[command(
        group = ArgGroup::new("types").required(true).args(["schema", "all"]),
        after_help = SCHEMA_EXAMPLES
    )]
    Schema {
        /// Type to print; `mpp types` lists all types
        #[arg(value_name = "TYPE", value_parser = names::parse_type)]
        schema: Option<&'static Schema>,

        /// Print one JSON Schema that defines all types
        #[arg(long)]
        all: bool,

        #[command(flatten)]
        options: PolicyOptions,
    },

    /// Print the endpoints as an OpenAPI 3.1 document
    #[command(after_help = OPENAPI_EXAMPLES)]
    Openapi {
        /// Endpoints to print [default: all]
        #[arg(value_name = "ENDPOINT", value_parser = names::parse_endpoint)]
        endpoints: Vec<&'static EndpointMetadata>,

        #[command(flatten)]
        options: PolicyOptions,
    },

    Completions(completions::Arguments),

    Man(man::Arguments),
}

/// The options for the policy under which types and endpoints are printed.
#[derive(Debug, clap::Args)]
struct PolicyOptions {
    /// Policy to apply (see `mpp check --help`)
    #[arg(long, value_name = policy::VALUE_NAME, default_value = "strict")]
    policy: PathBuf,

    /// Edition to apply, such as v1 [default: that of the policy]
    #[arg(long, value_name = "NAME", value_parser = names::parse_edition)]
    edition: Option<Edition>,
}

impl PolicyOptions {
    fn load(&self) -> Result<Policy, String> {
        policy::load(&self.policy, self.edition)
    }
}

/// The format in which `mpp types` prints the types.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum TypesFormat {
    /// Names with short descriptions
    #[default]
    Text,
    /// TypeScript declarations
    Typescript,
    /// JSON Schema (draft 7) of the structure alone, for code generators
    JsonSchema,
    /// Everything that `show` and `explain` print, in all editions, as JSON
    Json,
}

const EXIT_STATUS_AND_EXAMPLES: &str = "\
Exit status:
  0  success; for `check` and `check-exchange`: all documents are valid
  1  for `check` and `check-exchange`: at least one document is invalid
  2  invalid usage, or an input or output error; a closed standard output is not detected

Examples:
  mpp check --type Order order.json       Check a document
  mpp check --type Order orders.ndjson    Check a stream of documents, one per line
  mpp check-exchange exchanges.ndjson     Check requests together with their responses
  mpp types                               List the types, enums and endpoints
  mpp show Order                          Show the fields of a type
  mpp show MessageChannel                 Show the values of an enum
  mpp show capture                        Show an endpoint
  mpp explain maxLength                   Explain a violation code
  mpp explain Order.goods                 Explain a field
  mpp schema Order                        Print the JSON Schema of a type
  mpp schema --all                        Print one JSON Schema of all types
  mpp openapi                             Print the endpoints as OpenAPI
  mpp sample Order --count 10             Generate ten documents to test with";

const TYPES_EXAMPLES: &str = "\
Examples:
  mpp types
  mpp types | grep Message
  mpp types --format typescript
  mpp types --format json > reference.json";

const SHOW_EXAMPLES: &str = "\
Examples:
  mpp show Order
  mpp show MessageChannel
  mpp show capture
  mpp show pay --edition v1";

const OPENAPI_EXAMPLES: &str = "\
Examples:
  mpp openapi
  mpp openapi notifyCardRegistration
  mpp openapi --edition v1";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  mpp explain
  mpp explain maxLength
  mpp explain Order.goods";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  mpp schema Order
  mpp schema --all --policy tenant.toml
  mpp schema PayRequest --edition v1";

/// The result of a command. Results are ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Success,
    Invalid,
    /// Input or output failed, or the usage was invalid.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Success => 0,
            Status::Invalid => 1,
            Status::Failed => 2,
        })
    }
}

fn main() -> ExitCode {
    let result = match Arguments::try_parse() {
        Ok(arguments) => run(arguments.command),
        Err(error) => print_usage(&error),
    };
    let status = result.unwrap_or_else(|error| {
        match error.kind() {
            // No message is printed, because the reader has closed the pipe on purpose. The status
            // is still a failure, because not every document was checked.
            io::ErrorKind::BrokenPipe => {}
            // The content could not be generated; writing to standard output did not fail.
            io::ErrorKind::InvalidData => print_error(format_args!("{error}")),
            _ => print_error(format_args!("standard output: {error}")),
        }
        Status::Failed
    });
    status.into()
}

fn run(command: Command) -> io::Result<Status> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::CheckExchange(arguments) => exchange::run(&arguments),
        Command::Types { format } => print(|output| match format {
            TypesFormat::Text => show::write_names(output),
            TypesFormat::Typescript => {
                write!(output, "{}", typescript::declarations(Schema::ALL))
            }
            TypesFormat::JsonSchema => {
                writeln!(output, "{}", format_document(&json_schema::structure(Schema::ALL)))
            }
            TypesFormat::Json => writeln!(output, "{:#}", reference::document()),
        }),
        Command::Show { definition, options } => {
            print_with_policy(options.load(), |policy, output| {
                show::write_definition(definition, policy, output)
            })
        }
        Command::Explain { topic } => print(|output| match topic {
            Some(topic) => explain::write_topic(topic, output),
            None => explain::write_codes(output),
        }),
        Command::Sample(arguments) => {
            let policy = policy::load(&arguments.policy, arguments.edition);
            print_with_policy(policy, |policy, output| sample::run(&arguments, policy, output))
        }
        Command::Schema { schema, options, .. } => {
            print_with_policy(options.load(), |policy, output| {
                let document = schema.map_or_else(
                    || json_schema::bundle_with(policy),
                    |schema| json_schema::document_with(schema, policy),
                );
                writeln!(output, "{}", format_document(&document))
            })
        }
        Command::Openapi { endpoints, options } => {
            print_with_policy(options.load(), |policy, output| {
                let all = EndpointMetadata::ALL;
                let endpoints = if endpoints.is_empty() { all } else { &endpoints };
                let document = openapi::document_with(endpoints, policy);
                writeln!(output, "{}", format_document(&document))
            })
        }
        Command::Completions(arguments) => print(|output| completions::run(&arguments, output)),
        Command::Man(arguments) => Ok(man::run(&arguments)),
    }
}

/// Prints an error in the command-line arguments, or the requested help or version.
fn print_usage(error: &clap::Error) -> io::Result<Status> {
    error.print()?;
    io::stdout().flush()?;
    Ok(if error.use_stderr() { Status::Failed } else { Status::Success })
}

/// Prints what `write` generates under a policy, or an error message if the policy could not be
/// loaded.
fn print_with_policy(
    policy: Result<Policy, String>,
    write: impl FnOnce(&Policy, &mut dyn Write) -> io::Result<()>,
) -> io::Result<Status> {
    match policy {
        Ok(policy) => print(|output| write(&policy, output)),
        Err(message) => {
            print_error(format_args!("{message}"));
            Ok(Status::Failed)
        }
    }
}

/// Calls `write` with standard output.
///
/// If standard output is closed (`mpp types >&-`), this function succeeds and the command exits with
/// status 0. The command cannot detect this case, because the standard library opens `/dev/null` as
/// standard output before `main`.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Status> {
    let mut output = BufWriter::new(io::stdout().lock());
    write(&mut output)?;
    output.flush()?;
    Ok(Status::Success)
}

/// Prints an error message to standard error.
fn print_error(message: std::fmt::Arguments<'_>) {
    // If writing to standard error also fails, only the exit status reports the error.
    let _ = writeln!(io::stderr().lock(), "mpp: {message}");
}
