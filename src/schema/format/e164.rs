//! `e164`: a phone number with a country code.
//!
//! ```text
//! e164 = "+" %x31-39 1*14DIGIT
//! ```

use super::Definition;

pub(super) const DEFINITION: Definition = Definition {
    name: "e164",
    description: "a plus sign and 2 to 15 digits, the first of which is not 0",
    lengths: &[(3, 16)],
    required_characters: "+",
    requires_digit: true,
    codes: None,
    pattern: Some(r"^\+[1-9][0-9]{1,14}$"),
    samples: &["+10", "+6512345678", "+123456789012345"],
    near_misses: &["+0651234567", "6512345678", "+1", "+1234567890123456", "+65 1234567"],
};

pub(crate) fn matches(string: &str) -> bool {
    string.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
