//! Requests to the servers of both frameworks, with the expected responses.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{Violations, dictionary::Amount};
use serde_json::Value;

/// The body limit of the servers, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 1024;

/// A request, with the expected status and the expected violations as pairs of a path and a code.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: String,
    pub(crate) status: u16,
    title: &'static str,
    violations: &'static [(&'static str, &'static str)],
}

const VALID: &str = r#"{"currency":"USD","value":4990}"#;

pub(crate) fn cases() -> Vec<Case> {
    let json = Some("application/json");
    let case = |content_type, body: &str, status, title, violations| Case {
        content_type,
        body: body.to_owned(),
        status,
        title,
        violations,
    };
    let (unsupported, invalid) = ("Unsupported Media Type", "Unprocessable Entity");
    vec![
        case(json, VALID, 200, "", &[]),
        case(Some("Application/JSON; charset=utf-8"), VALID, 200, "", &[]),
        case(Some("application/vnd.shop+json"), VALID, 200, "", &[]),
        case(None, VALID, 415, unsupported, &[]),
        case(Some("text/plain"), VALID, 415, unsupported, &[]),
        case(Some("application/jsonp"), VALID, 415, unsupported, &[]),
        case(json, "{\"currency\": USD}", 400, "Bad Request", &[("", "syntax")]),
        case(json, "", 400, "Bad Request", &[("", "syntax")]),
        case(
            json,
            r#"{"currency":"usd","value":"1","value":1}"#,
            422,
            invalid,
            &[("/currency", "format"), ("/value", "type"), ("/value", "duplicate")],
        ),
        case(json, &" ".repeat(MAX_BODY_BYTES + 1), 413, "Payload Too Large", &[]),
    ]
}

/// Formats the body of the response to a valid request.
pub(crate) fn respond(amount: &Amount) -> String {
    format!("{} {}", amount.currency, amount.value)
}

impl Case {
    pub(crate) fn check(&self, status: u16, content_type: &str, body: &[u8]) {
        assert_eq!(status, self.status, "{self:?}");
        if status == 200 {
            assert_eq!(body, b"USD 4990");
            return;
        }
        assert_eq!(content_type, "application/problem+json");
        let mut problem: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["title"], self.title);
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].is_string(), "{problem}");
        let violations = problem["violations"].take();
        if self.violations.is_empty() {
            assert_eq!(violations, Value::Null);
            return;
        }
        // A client can deserialize the violations.
        let violations: Violations = serde_json::from_value(violations).unwrap();
        let found = violations.iter().map(|violation| (violation.path(), violation.code()));
        assert_eq!(found.collect::<Vec<_>>(), self.violations);
    }
}
