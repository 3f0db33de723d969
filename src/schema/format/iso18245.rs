//! `iso18245`: a merchant category code. Unassigned codes are also valid.
//!
//! ```text
//! iso18245 = 4DIGIT
//! ```

use super::Definition;

pub(super) const DEFINITION: Definition = Definition {
    name: "iso18245",
    description: "a merchant category code of four digits",
    lengths: &[(4, 4)],
    required_characters: "",
    requires_digit: true,
    codes: None,
    pattern: Some("^[0-9]{4}$"),
    samples: &["0000", "0763", "9999"],
    near_misses: &["56a1", "566", "56610", "5 61", "٥٦٦١"],
};

pub(crate) fn matches(string: &str) -> bool {
    string.len() == 4 && string.bytes().all(|byte| byte.is_ascii_digit())
}
