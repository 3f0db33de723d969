//! Checks `VIOLATION-CODES.md`: the documents in it have exactly the violations that it shows.
#![cfg(feature = "policy-file")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{Error, Policy, Schema, Violation};
use serde_json::{Value, json};

const PAGES: &str = include_str!("../VIOLATION-CODES.md");
const INTERPRETATION: &str = include_str!("../SPEC-INTERPRETATION.md");

/// The explanation of one code.
#[derive(Debug)]
struct Page {
    code: &'static str,
    text: &'static str,
}

/// The tolerated deviations of a document, or its error.
type Outcome = Result<Vec<Violation>, Error>;

impl Page {
    /// Returns all explanations.
    fn all() -> impl Iterator<Item = Self> {
        PAGES.split("\n## ").skip(1).map(|section| {
            let (heading, text) = section.split_once('\n').unwrap();
            Self { code: heading.trim_matches('`'), text }
        })
    }

    /// Returns the explanations of all codes that reports contain.
    fn with_examples() -> impl Iterator<Item = Self> {
        Self::all().filter(|page| page.code != "other")
    }

    /// Returns the code block below a line, with the end of that line.
    fn block_below(&self, line_start: &str) -> Option<(&'static str, &'static str)> {
        let (_, rest) = self.text.split_once(&format!("\n{line_start}"))?;
        let (line_end, rest) = rest.split_once(":\n\n```").unwrap();
        let (_, rest) = rest.split_once('\n').unwrap();
        let (code, _) = rest.split_once("\n```\n").unwrap();
        Some((line_end, code))
    }

    fn policy_below(&self, line: &str) -> Option<Policy> {
        let (_, toml) = self.block_below(line)?;
        Some(Policy::from_toml(toml).unwrap_or_else(|error| panic!("{}: {error}", self.code)))
    }

    /// Validates the document below a line that begins with `adjective` and ends with the type.
    fn check(&self, adjective: &str, policy: &Policy) -> Outcome {
        let block = self.block_below(&format!("{adjective} `"));
        let (name, json) = block.unwrap_or_else(|| panic!("{}: no document", self.code));
        let schema = Schema::by_name(name.trim_matches('`')).unwrap();
        schema.check_json(json.as_bytes(), policy)
    }

    /// Returns the policy that applies to the documents.
    fn policy(&self) -> Policy {
        self.policy_below("With this policy").unwrap_or_default()
    }

    /// Returns the violations that are shown for the invalid document.
    fn violations(&self) -> Value {
        let (_, json) = self.block_below("Violations").unwrap();
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{}: {error}", self.code))
    }
}

#[test]
fn invalid_documents_have_the_shown_violations() {
    for page in Page::with_examples() {
        let error = page.check("Invalid", &page.policy()).unwrap_err();
        let reported = serde_json::to_value(&error).unwrap();
        assert_eq!(reported, page.violations(), "{}", page.code);
    }
}

#[test]
fn shown_violations_have_the_explained_code() {
    for page in Page::with_examples() {
        let violations = page.violations();
        let mut codes = violations.as_array().unwrap().iter().map(|violation| &violation["code"]);
        assert!(codes.any(|code| code == page.code), "{}", page.code);
    }
}

#[test]
fn valid_documents_have_no_violations() {
    for page in Page::with_examples() {
        let tolerated = page.check("Valid", &page.policy()).unwrap();
        assert_eq!(tolerated, [], "{}", page.code);
    }
}

#[test]
fn policies_accept_the_invalid_documents() {
    let mut codes = Vec::new();
    for page in Page::with_examples() {
        let Some(policy) = page.policy_below("The invalid document is accepted under this policy")
        else {
            continue;
        };
        let tolerated = page.check("Invalid", &policy).unwrap();
        // Deviations are reported as tolerated, but limits replace the constraint.
        let expected = if page.text.contains("\nallow = ") { page.violations() } else { json!([]) };
        assert_eq!(serde_json::to_value(tolerated).unwrap(), expected, "{}", page.code);
        codes.push(page.code);
    }
    assert!(codes.contains(&"type") && codes.contains(&"maxLength"), "{codes:?}");
}

#[test]
fn explains_exactly_the_parameters() {
    for page in Page::with_examples() {
        let explained: Vec<_> = page
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("- `")?.split_once("`: "))
            .map(|(name, _)| name)
            .collect();
        let violations = page.violations();
        let last = violations.as_array().unwrap().last().unwrap();
        let mut reported: Vec<_> = last["params"].as_object().unwrap().keys().collect();
        reported.sort_by_key(|name| explained.iter().position(|known| known == name));
        assert_eq!(reported, explained, "{}", page.code);
        assert_eq!(page.text.contains("\nParameters: none.\n"), explained.is_empty());
    }
}

#[test]
fn refers_to_existing_interpretations() {
    let mut count = 0;
    for page in Page::all() {
        let lines = page.text.lines().filter_map(|line| line.strip_prefix("Interpretation: "));
        for number in lines.flat_map(|line| line.strip_suffix('.').unwrap().split(", ")) {
            assert!(INTERPRETATION.contains(&format!("\n| {number} | ")), "{number}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn every_page_has_the_same_parts() {
    for page in Page::all() {
        for part in ["\nParameters:", "\nPolicy: "] {
            assert_eq!(page.text.matches(part).count(), 1, "{}: {part}", page.code);
        }
        assert!(page.text.starts_with('\n') && !page.text.contains("]("), "{}", page.code);
    }
}
