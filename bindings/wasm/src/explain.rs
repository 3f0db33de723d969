//! Explanations of violation codes.

use super::ArgumentError;
use serde_json::json;

const EXPLANATIONS_MARKDOWN: &str = include_str!("../../../VIOLATION-CODES.md");

/// Returns the explanation of a code in Markdown, or the list of codes for an empty string.
pub(crate) fn explain(code: &str) -> Result<String, ArgumentError> {
    let mut explanations = EXPLANATIONS_MARKDOWN.split("\n## ").skip(1).filter_map(|section| {
        let (heading, text) = section.split_once('\n')?;
        Some((heading.trim().trim_matches('`'), text.trim()))
    });
    if code.is_empty() {
        return Ok(super::array(explanations.map(|(code, _)| code)));
    }
    let explanation = explanations.find(|(known, _)| *known == code);
    let (code, text) = explanation.ok_or(ArgumentError("unknown violation code"))?;
    Ok(json!({"code": code, "text": text}).to_string())
}
