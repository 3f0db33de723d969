//! Sample documents.

use super::{find_schema, policy, policy::Policy};
use miniprogram_protocol::{
    Policy as LibraryPolicy, Schema,
    generate::{self, ExpectedViolation, InvalidDocument, RawDocument},
};
use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use pyo3::{exceptions::PyValueError, prelude::*};
use std::time::{Duration, Instant};

/// The maximum number of rejected values before the generation of a document is restarted.
const MAX_REJECTS: u32 = 256;

/// The time after which the generation of a document is no longer restarted.
const RETRY_TIMEOUT: Duration = Duration::from_secs(2);

/// A document, with the path and the code of each violation.
type Sample = (String, Vec<(String, &'static str)>);

/// Returns the documents that `mpp sample` prints for the same arguments.
#[pyfunction]
#[pyo3(signature = (type_name, count, seed, invalid, fuzz, policy=None))]
pub(crate) fn samples(
    py: Python<'_>,
    type_name: &str,
    count: usize,
    seed: u64,
    invalid: bool,
    fuzz: bool,
    policy: Option<&Policy>,
) -> PyResult<Vec<Sample>> {
    let schema = find_schema(type_name)?;
    let policy = policy::or_strict(policy);
    py.detach(|| {
        let samples = strategy(schema, policy, invalid, fuzz);
        let mut seeds = create_seed_source(seed);
        (0..count).map(|_| generate_sample(&samples, &mut seeds)).collect()
    })
}

fn strategy(
    schema: &'static Schema,
    policy: &LibraryPolicy,
    invalid: bool,
    fuzz: bool,
) -> BoxedStrategy<Sample> {
    let valid = |document: RawDocument| (document.to_string(), Vec::new());
    let with_violations = |invalid: InvalidDocument| {
        let pair = |violation: ExpectedViolation| (violation.path, violation.code);
        (invalid.document.to_string(), invalid.violations.into_iter().map(pair).collect())
    };
    match (invalid, fuzz) {
        (false, false) => generate::realistic_document_with(schema, policy).prop_map(valid).boxed(),
        (false, true) => generate::valid_document_with(schema, policy).prop_map(valid).boxed(),
        (true, false) => generate::realistic_invalid_document_with(schema, policy)
            .prop_map(with_violations)
            .boxed(),
        (true, true) => {
            generate::invalid_document_with(schema, policy).prop_map(with_violations).boxed()
        }
    }
}

/// Returns a source of random numbers, which are the same for the same seed.
fn create_seed_source(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    for (target, byte) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *target = byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(Config::default(), random)
}

/// Generates a sample. Generation is restarted if too many values are rejected.
fn generate_sample(strategy: &BoxedStrategy<Sample>, seeds: &mut TestRunner) -> PyResult<Sample> {
    let start = Instant::now();
    loop {
        // Each attempt has its own runner, because a runner counts the rejected values of its whole
        // lifetime.
        let config = Config { max_local_rejects: MAX_REJECTS, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, seeds.new_rng());
        match strategy.new_tree(&mut runner) {
            Ok(sample) => return Ok(sample.current()),
            Err(_) if start.elapsed() < RETRY_TIMEOUT => {}
            Err(_) => {
                let message = "cannot generate a document that satisfies the policy";
                return Err(PyValueError::new_err(message));
            }
        }
    }
}
