//! `unix-millis`: the number of milliseconds since 1970-01-01T00:00:00Z, at most `i64::MAX`.
//!
//! ```text
//! unix-millis = 1*DIGIT
//! ```

use super::Definition;

pub(super) const DEFINITION: Definition = Definition {
    name: "unix-millis",
    description: "the number of milliseconds since the Unix epoch, in decimal digits",
    // Leading zeros are allowed.
    lengths: &[(1, u32::MAX)],
    required_characters: "",
    requires_digit: true,
    codes: None,
    // At most 18 digits, or 19 digits if the value does not exceed `i64::MAX`.
    pattern: Some(concat!(
        "^0*([0-9]{1,18}|9223372036854775807|[1-8][0-9]{18}|9[0-1][0-9]{17}|92[0-1][0-9]{16}",
        "|922[0-2][0-9]{15}|9223[0-2][0-9]{14}|92233[0-6][0-9]{13}|922337[0-1][0-9]{12}",
        "|92233720[0-2][0-9]{10}|922337203[0-5][0-9]{9}|9223372036[0-7][0-9]{8}",
        "|92233720368[0-4][0-9]{7}|922337203685[0-3][0-9]{6}|9223372036854[0-6][0-9]{5}",
        "|92233720368547[0-6][0-9]{4}|922337203685477[0-4][0-9]{3}|9223372036854775[0-7][0-9]{2}",
        "|922337203685477580[0-6][0-9]{0})$"
    )),
    samples: &["0", "1653969581000", "9223372036854775807", "000001653969581000"],
    near_misses: &["-1", "+1", "1.5", "1e3", "9223372036854775808"],
};

/// Parses the number of milliseconds. Returns `None` if the string does not have the format.
pub(crate) fn parse(string: &str) -> Option<i64> {
    // `str::parse` alone would accept a sign.
    if string.bytes().all(|byte| byte.is_ascii_digit()) { string.parse().ok() } else { None }
}

pub(crate) fn matches(string: &str) -> bool {
    parse(string).is_some()
}
