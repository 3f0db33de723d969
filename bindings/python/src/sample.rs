//! Sample documents.

use super::{find_schema, policy, policy::Policy};
use miniprogram_protocol::{
    Policy as LibraryPolicy, Schema,
    generate::{self, ExpectedViolation, InvalidDocument, RawDocument},
};
use proptest::strategy::{BoxedStrategy, Strategy};
use pyo3::{exceptions::PyValueError, prelude::*};

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
    let policy = policy::unwrap_or_strict(policy);
    py.detach(|| {
        let samples = generate::seeded(strategy(schema, policy, invalid, fuzz), seed).take(count);
        let samples = samples.collect::<Result<_, _>>();
        samples.map_err(|error| {
            let message = format!("cannot generate a document that satisfies the policy: {error}");
            PyValueError::new_err(message)
        })
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
