//! `mpp sample`: generates documents.

use super::{names, policy};
use clap::Args;
use miniprogram_protocol::{Policy, Schema, generate};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::{
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

/// Generate documents to test with, one per line (NDJSON)
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Type of the documents; `mpp types` lists all types
    #[arg(value_name = "TYPE", value_parser = names::parse_type)]
    schema: &'static Schema,

    /// Number of documents
    #[arg(long, default_value_t = 1)]
    count: u64,

    /// Seed; the same seed generates the same documents
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Generate invalid documents, each with 1 to 20 injected violations
    #[arg(long)]
    invalid: bool,

    /// Policy to apply (see `mpp check --help`)
    #[arg(long, value_name = policy::VALUE_NAME, default_value = "strict")]
    pub(crate) policy: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mpp sample Order --count 10 > orders.ndjson
  mpp sample Order --invalid | mpp check --type Order --lines";

/// Writes the documents. An error of the kind `InvalidData` means that a document could not be
/// generated.
pub(crate) fn run(
    arguments: &Arguments,
    policy: &Policy,
    output: &mut dyn Write,
) -> io::Result<()> {
    if arguments.invalid {
        let documents = generate::invalid_document_with(arguments.schema, policy);
        write(arguments, documents.prop_map(|invalid| invalid.document), output)
    } else {
        write(arguments, generate::valid_document_with(arguments.schema, policy), output)
    }
}

fn write(
    arguments: &Arguments,
    documents: impl Strategy<Value = generate::RawDocument>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut seed = [0; 32];
    for (seed_byte, byte) in seed.iter_mut().zip(arguments.seed.to_le_bytes()) {
        *seed_byte = byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut seeds = TestRunner::new_with_rng(Config::default(), random);
    for _ in 0..arguments.count {
        writeln!(output, "{}", generate_one(&documents, &mut seeds)?)?;
    }
    Ok(())
}

/// The maximum number of rejected values before the generation of a document is restarted.
const MAX_REJECTS: u32 = 2048;

/// The time after which the generation of a document is no longer restarted.
const RETRY_TIMEOUT: Duration = Duration::from_millis(500);

fn generate_one(
    documents: &impl Strategy<Value = generate::RawDocument>,
    seeds: &mut TestRunner,
) -> io::Result<generate::RawDocument> {
    let start = Instant::now();
    loop {
        // Each attempt has its own runner, because a runner counts the rejected values of its whole
        // lifetime.
        let config = Config::default();
        let max_local_rejects = config.max_local_rejects.min(MAX_REJECTS);
        let config = Config { max_local_rejects, ..config };
        let mut runner = TestRunner::new_with_rng(config, seeds.new_rng());
        match documents.new_tree(&mut runner) {
            Ok(document) => return Ok(document.current()),
            Err(_) if start.elapsed() < RETRY_TIMEOUT => {}
            Err(reason) => {
                let reason = reason.message();
                let message =
                    format!("cannot generate a document that satisfies the policy: {reason}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
    }
}
