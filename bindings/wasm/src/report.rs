//! The result of a check: the members `valid`, `violations` and `tolerated` that
//! `mpp check --format json` prints.

use miniprogram_protocol::{Policy, Schema, Span, Violation, locate};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The report for a document without violations or tolerated deviations.
const VALID_REPORT: &[u8] = br#"{"valid":true,"violations":[]}"#;

/// Validates a document, and returns the report. Serialization to memory cannot fail.
pub(crate) fn check(schema: &Schema, json: &[u8], policy: &Policy) -> Vec<u8> {
    let report = match schema.check_json_with(json, policy) {
        Ok(tolerated) if tolerated.is_empty() => return VALID_REPORT.to_vec(),
        Ok(tolerated) => serde_json::to_vec(&Report {
            valid: true,
            violations: LocatedViolations { violations: &[], spans: &[] },
            tolerated: LocatedViolations {
                violations: &tolerated,
                spans: &locate(&tolerated, json),
            },
        }),
        Err(error) => {
            let tolerated = error.tolerated();
            let spans = error.locate(json);
            let tolerated =
                LocatedViolations { violations: tolerated, spans: &locate(tolerated, json) };
            match error.syntax() {
                Some(syntax) => serde_json::to_vec(&Report {
                    valid: false,
                    violations: [LocatedSyntaxError {
                        message: syntax.message(),
                        position: (syntax.line(), syntax.column()),
                        span: spans.first().copied().flatten(),
                    }],
                    tolerated,
                }),
                None => serde_json::to_vec(&Report {
                    valid: false,
                    violations: LocatedViolations { violations: error.violations(), spans: &spans },
                    tolerated,
                }),
            }
        }
    };
    report.unwrap_or_default()
}

struct Report<'a, V> {
    valid: bool,
    violations: V,
    tolerated: LocatedViolations<'a>,
}

impl<V: Serialize> Serialize for Report<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_map(None)?;
        report.serialize_entry("valid", &self.valid)?;
        report.serialize_entry("violations", &self.violations)?;
        if !self.tolerated.violations.is_empty() {
            report.serialize_entry("tolerated", &self.tolerated)?;
        }
        report.end()
    }
}

/// Violations with their locations.
struct LocatedViolations<'a> {
    violations: &'a [Violation],
    spans: &'a [Option<Span>],
}

impl Serialize for LocatedViolations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.violations.iter().zip(self.spans).map(|(one, span)| LocatedViolation(one, *span)),
        )
    }
}

struct LocatedViolation<'a>(&'a Violation, Option<Span>);

impl Serialize for LocatedViolation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Params<'a>(&'a Violation);

        impl Serialize for Params<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.params())
            }
        }

        let Self(violation, span) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", violation.path())?;
        map.serialize_entry("code", violation.code())?;
        map.serialize_entry("message", &violation.message())?;
        map.serialize_entry("params", &Params(violation))?;
        if let Some(span) = span {
            map.serialize_entry("span", span)?;
        }
        map.end()
    }
}

/// The violation of a malformed document.
struct LocatedSyntaxError<'a> {
    message: &'a str,
    /// The line and column.
    position: (usize, usize),
    span: Option<Span>,
}

impl Serialize for LocatedSyntaxError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (line, column) = self.position;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", "")?;
        map.serialize_entry("code", "syntax")?;
        map.serialize_entry("message", self.message)?;
        map.serialize_entry("params", &Params { line, column })?;
        if let Some(span) = self.span {
            map.serialize_entry("span", &span)?;
        }
        map.end()
    }
}

struct Params {
    line: usize,
    column: usize,
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut params = serializer.serialize_map(None)?;
        params.serialize_entry("line", &self.line)?;
        params.serialize_entry("column", &self.column)?;
        params.end()
    }
}
