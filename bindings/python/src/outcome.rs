//! Results of checks.

use super::data::{Document, MAX_DATA_LENGTH};
use miniprogram_protocol::{
    Error, ParamValue, Policy, Schema, Span, SyntaxError, Violation, locate,
};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyTuple, PyType},
};

/// The result of a check. It contains no Python objects, so it can be produced without the global interpreter
/// lock.
pub(crate) struct Outcome {
    result: Result<Vec<Violation>, Error>,
    spans: Vec<Option<Span>>,
    tolerated_spans: Vec<Option<Span>>,
}

impl Outcome {
    pub(crate) fn check(schema: &Schema, document: &Document, policy: &Policy) -> Self {
        let Document::Data(text) = document else {
            return Self::check_text(schema, document.text(), policy);
        };
        let result = if text.len() > MAX_DATA_LENGTH {
            schema.check_json_with(text, &policy.clone().max_bytes(MAX_DATA_LENGTH))
        } else {
            schema.check_json_with(text, policy)
        };
        Self { result, spans: Vec::new(), tolerated_spans: Vec::new() }
    }

    /// Checks JSON text, and locates the violations in it.
    pub(crate) fn check_text(schema: &Schema, text: &[u8], policy: &Policy) -> Self {
        let result = schema.check_json_with(text, policy);
        let spans = result.as_ref().err().map_or_else(Vec::new, |error| error.locate(text));
        let tolerated_spans = match tolerated_violations(&result) {
            [] => Vec::new(),
            tolerated => locate(tolerated, text),
        };
        Self { result, spans, tolerated_spans }
    }

    /// Converts the result to a `CheckResult`.
    pub(crate) fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let classes = Classes::get(py)?;
        let tolerated = tolerated_violations(&self.result);
        if self.result.is_ok() && tolerated.is_empty() {
            return Ok(classes.valid.bind(py).clone());
        }
        let violations = match &self.result {
            Ok(_) => PyTuple::empty(py),
            Err(error) => match error.syntax() {
                Some(syntax) => {
                    let span = self.spans.first().copied().flatten();
                    PyTuple::new(py, [classes.syntax_error(py, syntax, span)?])?
                }
                None => classes.violations(py, error.violations(), &self.spans)?,
            },
        };
        let tolerated = classes.violations(py, tolerated, &self.tolerated_spans)?;
        classes.result.bind(py).call1((violations, tolerated))
    }
}

fn tolerated_violations(result: &Result<Vec<Violation>, Error>) -> &[Violation] {
    match result {
        Ok(tolerated) => tolerated,
        Err(error) => error.tolerated(),
    }
}

/// The classes of results.
struct Classes {
    result: Py<PyType>,
    violation: Py<PyType>,
    span: Py<PyType>,
    /// The result for valid documents without deviations. Results are immutable, so they can share it.
    valid: Py<PyAny>,
}

impl Classes {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();
        CLASSES.get_or_try_init(py, || {
            let module = py.import("miniprogram_protocol._results")?;
            let class = |name| -> PyResult<Py<PyType>> {
                Ok(module.getattr(name)?.cast_into::<PyType>()?.unbind())
            };
            let result = class("CheckResult")?;
            let valid = result.bind(py).call1((PyTuple::empty(py), PyTuple::empty(py)))?.unbind();
            Ok(Self { result, violation: class("Violation")?, span: class("Span")?, valid })
        })
    }

    fn violations<'py>(
        &self,
        py: Python<'py>,
        violations: &[Violation],
        spans: &[Option<Span>],
    ) -> PyResult<Bound<'py, PyTuple>> {
        let spans = spans.iter().copied().chain(std::iter::repeat(None));
        let violations = violations.iter().zip(spans).map(|(violation, span)| {
            let params = PyDict::new(py);
            for (name, value) in violation.params() {
                params.set_item(name, to_python(py, value)?)?;
            }
            let (path, code, message) = (violation.path(), violation.code(), violation.message());
            let span = self.span(py, span)?;
            self.violation.bind(py).call1((path, code, message, params, span))
        });
        PyTuple::new(py, violations.collect::<PyResult<Vec<_>>>()?)
    }

    fn syntax_error<'py>(
        &self,
        py: Python<'py>,
        error: &SyntaxError,
        span: Option<Span>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let params = PyDict::new(py);
        params.set_item("line", error.line())?;
        params.set_item("column", error.column())?;
        let span = self.span(py, span)?;
        self.violation.bind(py).call1(("", "syntax", error.message(), params, span))
    }

    fn span<'py>(
        &self,
        py: Python<'py>,
        span: Option<Span>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(span) = span else { return Ok(None) };
        let fields = (span.offset, span.length, span.line, span.column);
        self.span.bind(py).call1(fields).map(Some)
    }
}

fn to_python<'py>(py: Python<'py>, value: ParamValue<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        ParamValue::Integer(integer) => integer.into_pyobject(py)?.into_any(),
        ParamValue::String(string) => string.into_pyobject(py)?.into_any(),
        ParamValue::List(strings) => PyTuple::new(py, strings)?.into_any(),
        // Only violations that are read from JSON have other parameters.
        _ => py.None().into_bound(py),
    })
}
