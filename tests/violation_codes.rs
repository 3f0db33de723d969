//! Checks that the documents in `VIOLATION-CODES.md` have exactly the violations that it shows.
#![cfg(feature = "policy-file")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{Policy, Schema, Violation, endpoint::EndpointMetadata};
use serde_json::{Value, json};

const VIOLATION_CODES: &str = include_str!("../VIOLATION-CODES.md");
const INTERPRETATION: &str = include_str!("../SPEC-INTERPRETATION.md");

/// A section of `VIOLATION-CODES.md`, which explains one code.
#[derive(Debug)]
struct Section {
    code: &'static str,
    text: &'static str,
}

/// The result of validating a document: the tolerated deviations, or the violations as JSON.
type Outcome = Result<Vec<Violation>, Value>;

/// Validates a document of a type, or a request and its response if the name is that of an
/// endpoint.
fn check(name: &str, json: &str, policy: &Policy) -> Outcome {
    let Some(endpoint) = EndpointMetadata::by_name(name) else {
        let outcome = Schema::by_name(name).unwrap().check_json_with(json.as_bytes(), policy);
        return outcome.map_err(|error| serde_json::to_value(error).unwrap());
    };
    let exchange: Value = serde_json::from_str(json).unwrap();
    let [request, response] =
        ["request", "response"].map(|side| exchange.get(side).unwrap().to_string());
    let outcome = endpoint.check_exchange_with(request.as_bytes(), response.as_bytes(), policy);
    outcome.into_result().map_err(|error| serde_json::to_value(error).unwrap())
}

impl Section {
    /// Returns all sections.
    fn all() -> impl Iterator<Item = Self> {
        VIOLATION_CODES.split("\n## ").skip(1).map(|section| {
            let (heading, text) = section.split_once('\n').unwrap();
            Self { code: heading.trim_matches('`'), text }
        })
    }

    /// Returns the sections that contain example documents.
    fn with_examples() -> impl Iterator<Item = Self> {
        Self::all().filter(|section| section.code != "other")
    }

    /// Returns the code block below the line that starts with `line_start`, and the rest of that
    /// line.
    fn code_block_below(&self, line_start: &str) -> Option<(&'static str, &'static str)> {
        let (_, rest) = self.text.split_once(&format!("\n{line_start}"))?;
        let (line_end, rest) = rest.split_once(":\n\n```").unwrap();
        let (_, rest) = rest.split_once('\n').unwrap();
        let (code, _) = rest.split_once("\n```\n").unwrap();
        Some((line_end, code))
    }

    fn policy_below(&self, line: &str) -> Option<Policy> {
        let (_, toml) = self.code_block_below(line)?;
        Some(Policy::from_toml(toml).unwrap_or_else(|error| panic!("{}: {error}", self.code)))
    }

    /// Validates the example document that `adjective` introduces, `Valid` or `Invalid`.
    fn check(&self, adjective: &str, policy: &Policy) -> Outcome {
        let block = self.code_block_below(&format!("{adjective} `"));
        let (name, json) = block.unwrap_or_else(|| panic!("{}: no document", self.code));
        check(name.trim_matches('`'), json, policy)
    }

    /// Returns the policy that applies to the example documents.
    fn policy(&self) -> Policy {
        self.policy_below("With this policy").unwrap_or_default()
    }

    /// Returns the violations that are shown for the invalid document.
    fn violations(&self) -> Value {
        let (_, json) = self.code_block_below("Violations").unwrap();
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{}: {error}", self.code))
    }
}

#[test]
fn invalid_documents_have_documented_violations() {
    for section in Section::with_examples() {
        let reported = section.check("Invalid", &section.policy()).unwrap_err();
        assert_eq!(reported, section.violations(), "{}", section.code);
    }
}

#[test]
fn violations_have_the_code_of_their_section() {
    for section in Section::with_examples() {
        let violations = section.violations();
        let mut codes = violations.as_array().unwrap().iter().map(|violation| &violation["code"]);
        assert!(codes.any(|code| code == section.code), "{}", section.code);
    }
}

#[test]
fn valid_documents_have_no_violations() {
    for section in Section::with_examples() {
        let tolerated = section.check("Valid", &section.policy()).unwrap();
        assert_eq!(tolerated, [], "{}", section.code);
    }
}

#[test]
fn policies_accept_invalid_documents() {
    let mut codes = Vec::new();
    for section in Section::with_examples() {
        let Some(policy) =
            section.policy_below("The invalid document is accepted under this policy")
        else {
            continue;
        };
        let tolerated = section.check("Invalid", &policy).unwrap();
        // Allowed deviations are reported as tolerated, but field limits replace the violated
        // constraint, so nothing is reported.
        let expected =
            if section.text.contains("\nallow = ") { section.violations() } else { json!([]) };
        assert_eq!(serde_json::to_value(tolerated).unwrap(), expected, "{}", section.code);
        codes.push(section.code);
    }
    assert!(codes.contains(&"type") && codes.contains(&"maxLength"), "{codes:?}");
}

#[test]
fn documents_exactly_the_reported_parameters() {
    for section in Section::with_examples() {
        let explained: Vec<_> = section
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("- `")?.split_once("`: "))
            .map(|(name, _)| name)
            .collect();
        let violations = section.violations();
        let last = violations.as_array().unwrap().last().unwrap();
        let mut reported: Vec<_> = last["params"].as_object().unwrap().keys().collect();
        reported.sort_by_key(|name| explained.iter().position(|known| known == name));
        assert_eq!(reported, explained, "{}", section.code);
        assert_eq!(section.text.contains("\nParameters: none.\n"), explained.is_empty());
    }
}

#[test]
fn refers_to_existing_interpretations() {
    let mut count = 0;
    for section in Section::all() {
        let lines = section.text.lines().filter_map(|line| line.strip_prefix("Interpretation: "));
        for number in lines.flat_map(|line| line.strip_suffix('.').unwrap().split(", ")) {
            assert!(INTERPRETATION.contains(&format!("\n| {number} | ")), "{number}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn every_section_has_the_same_structure() {
    for section in Section::all() {
        for part in ["\nParameters:", "\nPolicy: "] {
            assert_eq!(section.text.matches(part).count(), 1, "{}: {part}", section.code);
        }
        assert!(section.text.starts_with('\n') && !section.text.contains("]("), "{}", section.code);
    }
}
