//! The command `mpp`: checks documents of the Mini Program Platform, and shows their tables.

#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::string_slice))]

mod check;
mod input;
mod parallel;
mod policy;
mod progress;
mod sample;
mod show;
mod types;

use clap::{ArgGroup, Parser, Subcommand};
use miniprogram_protocol::{
    Policy, Schema,
    endpoint::EndpointMetadata,
    export::{json_schema, openapi},
};
use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Checks documents of the Mini Program Platform, and shows the tables that they are checked by.
#[derive(Debug, Parser)]
#[command(name = "mpp", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),

    /// Lists the types that documents can be checked as.
    ///
    /// One a line, in the order of the platform's documents, with what it is.
    Types,

    /// Shows the table of a type: its fields and their rules.
    Show {
        /// A type, as `mpp types` lists them.
        #[arg(value_name = "TYPE", value_parser = types::named)]
        schema: &'static Schema,
    },

    Sample(sample::Arguments),

    /// Writes the JSON Schema (draft 2020-12) of a type, or of all.
    #[command(group = ArgGroup::new("types").required(true).args(["schema", "all"]))]
    Schema {
        /// A type, as `mpp types` lists them.
        #[arg(value_name = "TYPE", value_parser = types::named)]
        schema: Option<&'static Schema>,

        /// Write one schema that defines all types.
        #[arg(long)]
        all: bool,

        /// How strictly documents are to be judged: strict, lenient, or a file, as in check.
        #[arg(long, value_name = "POLICY", default_value = "strict", hide_default_value = true)]
        policy: PathBuf,
    },

    /// Writes the calls as OpenAPI (3.1).
    Openapi {
        /// The calls to describe, such as notifyCardRegistration; all of them if none is named.
        #[arg(value_name = "CALL", value_parser = types::call)]
        calls: Vec<&'static EndpointMetadata>,
    },
}

const EXAMPLES: &str = "\
Examples:
  mpp check --type Order order.json       Check a document
  mpp check --type Order orders.ndjson    Check a stream of documents, one a line
  mpp types                               List the types
  mpp show Order                          Show the fields of a type and their rules
  mpp schema Order                        Write the JSON Schema of a type
  mpp schema --all                        Write one JSON Schema that defines all types
  mpp openapi                             Write the calls as OpenAPI
  mpp sample --type Order --count 10      Make documents to test with

Exit status:
  0  it is done; of check: all documents are valid
  1  of check: some document is invalid
  2  wrong usage, or something could not be read or written";

/// How it went, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Valid,
    Invalid,
    /// Something could not be read or written.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Valid => 0,
            Status::Invalid => 1,
            Status::Failed => 2,
        })
    }
}

fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => run(arguments.command),
        Err(error) => explain(&error),
    };
    let status = done.unwrap_or_else(|error| {
        // Whoever closed the pipe has read enough, and needs no message; yet not everything was
        // checked, so that the status must not say so.
        match error.kind() {
            io::ErrorKind::BrokenPipe => {}
            // Of what was to be written, and not of where.
            io::ErrorKind::InvalidData => complain(format_args!("{error}")),
            _ => complain(format_args!("standard output: {error}")),
        }
        Status::Failed
    });
    status.into()
}

fn run(command: Command) -> io::Result<Status> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Types => print(show::types),
        Command::Show { schema } => print(|output| show::table(schema, output)),
        Command::Sample(arguments) => {
            print_by(&arguments.policy, |policy, output| sample::run(&arguments, policy, output))
        }
        Command::Schema { schema, policy, .. } => print_by(&policy, |policy, output| {
            let document = schema.map_or_else(
                || json_schema::bundle_with(policy),
                |schema| json_schema::document_with(schema, policy),
            );
            writeln!(output, "{document:#}")
        }),
        Command::Openapi { calls } => print(|output| {
            let calls = if calls.is_empty() { EndpointMetadata::ALL } else { &calls };
            writeln!(output, "{:#}", openapi::document(calls))
        }),
    }
}

/// Prints what is wrong with the arguments, or the help that they ask for.
fn explain(error: &clap::Error) -> io::Result<Status> {
    error.print()?;
    io::stdout().flush()?;
    Ok(if error.use_stderr() { Status::Failed } else { Status::Valid })
}

/// Prints what a policy decides, unless there is no such policy.
fn print_by(
    policy: &Path,
    write: impl FnOnce(&Policy, &mut dyn Write) -> io::Result<()>,
) -> io::Result<Status> {
    match policy::named(policy) {
        Ok(policy) => print(|output| write(&policy, output)),
        Err(message) => {
            complain(format_args!("{message}"));
            Ok(Status::Failed)
        }
    }
}

// A standard output that is closed (`>&-`) cannot be reported: before `main`, the standard library
// opens `/dev/null` in its place, for reading and writing, and so do callers that want no output.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Status> {
    let mut output = BufWriter::new(io::stdout().lock());
    write(&mut output)?;
    output.flush()?;
    Ok(Status::Valid)
}

/// Says on standard error what went wrong.
fn complain(message: std::fmt::Arguments<'_>) {
    // If not even this can be written, the exit status has to say it.
    let _ = writeln!(io::stderr().lock(), "mpp: {message}");
}
