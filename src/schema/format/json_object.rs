//! `json-object`: a string that contains a JSON object (RFC 8259), nested at most 128 levels deep.
//!
//! ```text
//! json-object = ws object ws
//! ```

use super::Definition;
use crate::json::Lexer;

pub(super) const DEFINITION: Definition = Definition {
    name: "json-object",
    description: "a string that contains a JSON object",
    lengths: &[(2, u32::MAX)],
    required_characters: "{}",
    requires_digit: false,
    codes: None,
    // Regular expressions cannot match nested brackets, so the pattern only checks the outer braces.
    pattern: Some(r"^[ \t\n\r]*\{[\s\S]*\}[ \t\n\r]*$"),
    samples: &["{}", " {\"content\": [1, null]}\n"],
    near_misses: &["[]", "null", "{", "{}}", "{'a':1}"],
};

pub(crate) fn matches(string: &str) -> bool {
    let mut lexer = Lexer::new(string);
    matches!(lexer.peek_value_start(), Ok(b'{'))
        && lexer.skip_value().is_ok()
        && lexer.expect_end().is_ok()
}
