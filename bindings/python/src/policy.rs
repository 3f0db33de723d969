//! Policies.

use super::unknown_name_error;
use miniprogram_protocol::{Deviation, Edition, Policy as LibraryPolicy, PolicyFileError};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyType};

static STRICT: LibraryPolicy = LibraryPolicy::strict();

#[pyclass(frozen, eq, module = "miniprogram_protocol")]
#[derive(PartialEq)]
pub(crate) struct Policy(LibraryPolicy);

/// Returns the given policy, or the strict one.
pub(crate) fn unwrap_or_strict(policy: Option<&Policy>) -> &LibraryPolicy {
    policy.map_or(&STRICT, |policy| &policy.0)
}

#[pymethods]
impl Policy {
    #[staticmethod]
    fn strict() -> Self {
        Self(LibraryPolicy::strict())
    }

    #[staticmethod]
    fn lenient() -> Self {
        Self(LibraryPolicy::lenient())
    }

    #[staticmethod]
    fn from_toml(py: Python<'_>, toml: &str) -> PyResult<Self> {
        LibraryPolicy::from_toml(toml).map(Self).map_err(|error| to_exception(py, &error))
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, json: &str) -> PyResult<Self> {
        LibraryPolicy::from_json(json).map(Self).map_err(|error| to_exception(py, &error))
    }

    fn edition(&self, name: &str) -> PyResult<Self> {
        let names = Edition::ALL.iter().map(|edition| edition.name());
        let edition =
            Edition::by_name(name).ok_or_else(|| unknown_name_error("edition", name, names))?;
        Ok(Self(self.0.clone().edition(edition)))
    }

    fn allow(&self, deviation: &str) -> PyResult<Self> {
        Ok(Self(self.0.clone().allow(find_deviation(deviation)?)))
    }

    fn deny(&self, deviation: &str) -> PyResult<Self> {
        Ok(Self(self.0.clone().deny(find_deviation(deviation)?)))
    }

    fn max_violations(&self, violations: usize) -> Self {
        Self(self.0.clone().max_violations(violations))
    }

    fn max_bytes(&self, count: usize) -> Self {
        Self(self.0.clone().max_bytes(count))
    }
}

fn find_deviation(name: &str) -> PyResult<Deviation> {
    let found = Deviation::ALL.iter().copied().find(|deviation| deviation.name() == name);
    let names = Deviation::ALL.iter().map(|deviation| deviation.name());
    found.ok_or_else(|| unknown_name_error("deviation", name, names))
}

/// Converts an error in a policy file to a `PolicyError`.
fn to_exception(py: Python<'_>, error: &PolicyFileError) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let exception = CLASS
        .import(py, "miniprogram_protocol._results", "PolicyError")
        .and_then(|class| class.call1((error.line(), error.column(), error.message())));
    exception.map_or_else(|error| error, PyErr::from_value)
}
