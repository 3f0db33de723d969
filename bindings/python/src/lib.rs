//! The native module of the Python package `miniprogram_protocol`.
//!
//! The functions take the arguments that `python/miniprogram_protocol/__init__.py` documents.

mod arrow;
mod data;
mod outcome;
mod policy;
mod sample;

use data::Document;
use miniprogram_protocol::{__private::most_similar, Deviation, Edition, Schema, export};
use outcome::Outcome;
use policy::Policy;
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict, PyList, PyMemoryView, PyString},
};

/// The minimum length, in bytes, of a document that is checked without the global interpreter lock.
/// Releasing the lock takes longer than checking a short document.
const MIN_DETACHED_LENGTH: usize = 16 << 10;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{
        check, check_many, deviations, editions, json_schema, policy::Policy, sample::samples,
        types,
    };
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the conventional name in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Returns the schema with the given name.
fn find_schema(name: &str) -> PyResult<&'static Schema> {
    let names = Schema::ALL.iter().map(|schema| schema.name);
    Schema::by_name(name).ok_or_else(|| unknown_name_error("type", name, names))
}

/// Returns the exception for an unknown name. Its message suggests a similar known name.
fn unknown_name_error(kind: &str, name: &str, known: impl Iterator<Item = &'static str>) -> PyErr {
    let suggestion = most_similar(name, known);
    let suggestion =
        suggestion.map_or_else(String::new, |known| format!("; did you mean {known:?}?"));
    PyValueError::new_err(format!("unknown {kind} {name:?}{suggestion}"))
}

#[pyfunction]
#[pyo3(signature = (type_name, data, policy=None))]
fn check<'py>(
    py: Python<'py>,
    type_name: &str,
    data: &Bound<'py, PyAny>,
    policy: Option<&Policy>,
) -> PyResult<Bound<'py, PyAny>> {
    let schema = find_schema(type_name)?;
    let policy = policy::unwrap_or_strict(policy);
    let document = Document::new(data)?;
    let check = || Outcome::check(schema, &document, policy);
    let outcome =
        if document.text().len() < MIN_DETACHED_LENGTH { check() } else { py.detach(check) };
    outcome.into_python(py)
}

#[pyfunction]
#[pyo3(signature = (type_name, documents, policy=None))]
fn check_many<'py>(
    py: Python<'py>,
    type_name: &str,
    documents: &Bound<'py, PyAny>,
    policy: Option<&Policy>,
) -> PyResult<Bound<'py, PyList>> {
    let schema = find_schema(type_name)?;
    let policy = policy::unwrap_or_strict(policy);
    if let Some(arrays) = arrow::Arrays::read(documents)? {
        let outcomes = py.detach(|| arrays.check(schema, policy));
        return to_list(py, outcomes?);
    }
    if is_single_document(documents) {
        return Err(PyTypeError::new_err(
            "expected a list or another iterable of documents, or an Arrow array; found a single document",
        ));
    }
    let documents = documents.try_iter()?.map(|document| Document::new(&document?));
    let documents = documents.collect::<PyResult<Vec<_>>>()?;
    let check = |document| Outcome::check(schema, document, policy);
    let outcomes = py.detach(|| documents.iter().map(check).collect());
    to_list(py, outcomes)
}

/// Returns `true` if a value is a single document, although it is also iterable.
fn is_single_document(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
        || value.is_instance_of::<PyDict>()
}

fn to_list(py: Python<'_>, outcomes: Vec<Outcome>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for outcome in outcomes {
        list.append(outcome.into_python(py)?)?;
    }
    Ok(list)
}

#[pyfunction]
fn types() -> Vec<&'static str> {
    Schema::ALL.iter().map(|schema| schema.name).collect()
}

#[pyfunction]
fn editions() -> Vec<&'static str> {
    Edition::ALL.iter().map(|edition| edition.name()).collect()
}

#[pyfunction]
fn deviations() -> Vec<&'static str> {
    Deviation::ALL.iter().map(|deviation| deviation.name()).collect()
}

/// Returns the JSON Schema of a type as JSON.
#[pyfunction]
#[pyo3(signature = (type_name, policy=None))]
fn json_schema(type_name: &str, policy: Option<&Policy>) -> PyResult<String> {
    let policy = policy::unwrap_or_strict(policy);
    Ok(export::json_schema::document_with(find_schema(type_name)?, policy).to_string())
}
