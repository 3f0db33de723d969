//! Generated documents, as `mpp sample` prints them.

use super::ArgumentError;
use miniprogram_protocol::{Policy, Schema, generate};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

/// The maximum number of attempts to generate a document. Each attempt fails after too many
/// rejected values. `generate::seeded` limits the time instead, but a module has no clock.
const ATTEMPTS: u32 = 100;
const MAX_REJECTS: u32 = 256;

/// Generates a document. The result contains the violations of the document, and the document as a
/// string, because parsing it would lose duplicate fields.
pub(crate) fn generate(
    schema: &'static Schema,
    policy: &Policy,
    invalid: bool,
    seed: u32,
) -> Result<String, ArgumentError> {
    let vector =
        |json: String, violations: Vec<Value>| json!({"json": json, "violations": violations});
    let samples = if invalid {
        let documents = generate::realistic_invalid_document_with(schema, policy);
        documents
            .prop_map(move |invalid| {
                let violations = invalid.violations.iter();
                let violations = violations.map(|one| json!({"path": one.path, "code": one.code}));
                vector(invalid.document.to_string(), violations.collect())
            })
            .boxed()
    } else {
        let documents = generate::realistic_document_with(schema, policy);
        documents.prop_map(move |document| vector(document.to_string(), Vec::new())).boxed()
    };
    let mut bytes = [0; 32];
    for (target, byte) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *target = byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config =
        Config { max_local_rejects: MAX_REJECTS, failure_persistence: None, ..Config::default() };
    let mut seeds = TestRunner::new_with_rng(config.clone(), random);
    let mut trees = (0..ATTEMPTS).filter_map(|_| {
        let mut runner = TestRunner::new_with_rng(config.clone(), seeds.new_rng());
        samples.new_tree(&mut runner).ok()
    });
    let tree = trees
        .next()
        .ok_or(ArgumentError("cannot generate a document that satisfies the policy"))?;
    Ok(tree.current().to_string())
}

/// The custom backend of `getrandom`, which always returns an error, because the module has no
/// source of random numbers. Generated documents depend on the seed alone.
#[allow(unsafe_code, reason = "getrandom requires this name, and the function writes no memory")]
#[unsafe(no_mangle)]
extern "Rust" fn __getrandom_v03_custom(_: *mut u8, _: usize) -> Result<(), getrandom::Error> {
    Err(getrandom::Error::UNSUPPORTED)
}
