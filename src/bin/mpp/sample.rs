//! `mpp sample`: generates documents.

use super::{names, policy};
use clap::{ArgGroup, Args, ValueEnum};
use miniprogram_protocol::{
    Edition, Policy, Schema,
    generate::{self, ExpectedViolation, GenerateError, InvalidDocument, RawDocument},
};
use proptest::strategy::Strategy;
use serde_json::json;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Generate test documents, one per line (NDJSON)
///
/// The documents resemble real payloads: they vary the examples of the specification and the known
/// values of enums, and consist of printable ASCII characters.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    group = ArgGroup::new("content").required(true).args(["schema", "sequence"]),
    after_help = EXAMPLES
)]
pub(crate) struct Arguments {
    /// Type of the documents; `mpp types` lists all types
    #[arg(value_name = "TYPE", value_parser = names::parse_type)]
    schema: Option<&'static Schema>,

    /// Generate matching requests and responses, in the order in which they are sent
    ///
    /// Each line is `{"endpoint":"...","request":{...},"response":{...}}`, which `mpp
    /// check-exchange --lines` reads. Later documents reuse the tokens, IDs and amounts of
    /// earlier ones.
    #[arg(
        long,
        value_enum,
        value_name = "SEQUENCE",
        conflicts_with_all = ["invalid", "expected", "fuzz", "policy"],
        verbatim_doc_comment
    )]
    sequence: Option<Sequence>,

    /// Number of documents or sequences
    #[arg(long, default_value_t = 1)]
    count: u64,

    /// Seed of the random number generator; the same seed generates the same documents
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Generate invalid documents, each with 1 to 20 injected violations
    #[arg(long)]
    invalid: bool,

    /// Print each document together with its violations
    ///
    /// Each line is `{"json":"...","violations":[{"path":"/...","code":"..."}]}`, as in the
    /// conformance suite. `json` contains the document as a string, because parsing would
    /// lose duplicate fields and digits of large numbers. `violations` lists exactly the
    /// violations that must be reported, sorted by path and code. It is empty without
    /// --invalid.
    #[arg(long, verbatim_doc_comment)]
    expected: bool,

    /// Generate unusual documents instead of realistic ones
    ///
    /// They are meant to find bugs: they contain unknown fields, nulls, control characters and
    /// other characters from all Unicode planes, fields in any order, and strings, integers and
    /// arrays exactly at their limits. Under a policy, they also contain the deviations that it
    /// allows.
    #[arg(long, verbatim_doc_comment)]
    fuzz: bool,

    /// Policy to apply (see `mpp check --help`)
    #[arg(long, value_name = policy::VALUE_NAME, default_value = "strict")]
    pub(crate) policy: PathBuf,

    /// Edition to apply, such as v1 [default: that of the policy]
    #[arg(long, value_name = "NAME", value_parser = names::parse_edition)]
    pub(crate) edition: Option<Edition>,
}

/// A sequence of exchanges.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sequence {
    /// A payment and its refund, from applyToken to inquiryRefund
    Payment,
    /// A membership card, from notifyCardRegistration to updateCardDetail
    Card,
}

const EXAMPLES: &str = "\
Examples:
  mpp sample Order --count 10 > orders.ndjson
  mpp sample Order --invalid | mpp check --type Order --lines
  mpp sample Order --invalid --expected --count 100 > vectors.ndjson
  mpp sample Order --fuzz --count 1000 > unusual.ndjson
  mpp sample PayRequest --edition v1
  mpp sample --sequence payment --count 10 > exchanges.ndjson";

/// Writes the documents. An error of the kind `InvalidData` means that a document could not be
/// generated.
pub(crate) fn run(
    arguments: &Arguments,
    policy: &Policy,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Arguments { schema, sequence, invalid, expected, fuzz, .. } = *arguments;
    let count = usize::try_from(arguments.count).unwrap_or(usize::MAX);
    let Some(schema) = schema else {
        let sequences = match sequence {
            Some(Sequence::Card) => generate::card_sequence().boxed(),
            Some(Sequence::Payment) | None => generate::payment_sequence().boxed(),
        };
        for sequence in generate::seeded(sequences, arguments.seed).take(count) {
            for exchange in sequence.map_err(to_io_error)? {
                writeln!(output, "{exchange}")?;
            }
        }
        return Ok(());
    };
    let without_violations = |document: RawDocument| Sample { document, violations: Vec::new() };
    let with_violations = |invalid: InvalidDocument| Sample {
        document: invalid.document,
        violations: invalid.violations,
    };
    let samples = match (invalid, fuzz) {
        (false, false) => {
            generate::realistic_document_with(schema, policy).prop_map(without_violations).boxed()
        }
        (false, true) => {
            generate::valid_document_with(schema, policy).prop_map(without_violations).boxed()
        }
        (true, false) => generate::realistic_invalid_document_with(schema, policy)
            .prop_map(with_violations)
            .boxed(),
        (true, true) => {
            generate::invalid_document_with(schema, policy).prop_map(with_violations).boxed()
        }
    };
    for sample in generate::seeded(samples, arguments.seed).take(count) {
        let sample = sample.map_err(to_io_error)?;
        if expected {
            writeln!(output, "{}", sample.to_test_vector())?;
        } else {
            writeln!(output, "{}", sample.document)?;
        }
    }
    Ok(())
}

/// A generated document with its violations. A valid document has none.
#[derive(Clone, Debug)]
struct Sample {
    document: RawDocument,
    violations: Vec<ExpectedViolation>,
}

impl Sample {
    /// Returns a test vector in the format of the conformance suite.
    fn to_test_vector(&self) -> impl std::fmt::Display {
        let violations = self.violations.iter();
        let violations = violations.map(|violation| {
            format!(r#"{{"path":{},"code":"{}"}}"#, json!(violation.path), violation.code)
        });
        let violations = violations.collect::<Vec<_>>().join(",");
        format!(r#"{{"json":{},"violations":[{violations}]}}"#, json!(self.document.to_string()))
    }
}

/// Converts a generation error to an I/O error.
fn to_io_error(error: GenerateError) -> io::Error {
    let message = format!("cannot generate a document that satisfies the policy: {error}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}
