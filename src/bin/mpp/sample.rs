//! `mpp sample`: documents to test with, one a line.

use super::types;
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

/// Makes documents to test with, one a line (NDJSON).
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the documents are: a type, as `mpp types` lists them.
    #[arg(long = "type", value_name = "TYPE", value_parser = types::named)]
    schema: &'static Schema,

    /// How many documents.
    #[arg(long, default_value_t = 1)]
    count: u64,

    /// What they are made from: the same seed gives the same documents.
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Documents with 1 to 20 faults each, instead of valid ones. Which ones, `mpp check --lines
    /// --format json` says of them.
    #[arg(long)]
    invalid: bool,

    /// What is valid: `strict`, `lenient`, or a file, as `mpp check` takes it.
    #[arg(long, value_name = "POLICY", default_value = "strict")]
    pub(crate) policy: PathBuf,
}

pub(crate) fn run(
    arguments: &Arguments,
    policy: &Policy,
    output: &mut dyn Write,
) -> io::Result<()> {
    if arguments.invalid {
        let faulty = generate::invalid_document_with(arguments.schema, policy);
        write(arguments, faulty.prop_map(|faulty| faulty.document), output)
    } else {
        write(arguments, generate::valid_document_with(arguments.schema, policy), output)
    }
}

/// How often a document or a part of it is made in vain before the document is begun anew.
const TRIES: u32 = 2048;

/// For how long documents are begun anew.
const PATIENCE: Duration = Duration::from_millis(500);

fn write(
    arguments: &Arguments,
    documents: impl Strategy<Value = generate::RawDocument>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(arguments.seed.to_le_bytes()) {
        *to = from;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut seeds = TestRunner::new_with_rng(Config::default(), random);
    for _ in 0..arguments.count {
        let start = Instant::now();
        let document = loop {
            // A runner of its own, for each tries only so often in vain.
            let config = Config::default();
            let max_local_rejects = config.max_local_rejects.min(TRIES);
            let config = Config { max_local_rejects, ..config };
            let mut runner = TestRunner::new_with_rng(config, seeds.new_rng());
            match documents.new_tree(&mut runner) {
                Ok(document) => break document,
                Err(_) if start.elapsed() < PATIENCE => {}
                Err(reason) => {
                    let reason = reason.message();
                    let error = format!("hardly any document keeps the policy: {reason}");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
        };
        writeln!(output, "{}", document.current())?;
    }
    Ok(())
}
