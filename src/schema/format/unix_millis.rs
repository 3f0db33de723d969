//! `unix-millis`: milliseconds since 1970 as decimal digits.

pub(crate) fn parse(text: &str) -> Option<i64> {
    // `parse` alone would take a sign.
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

pub(crate) fn matches(text: &str) -> bool {
    parse(text).is_some()
}
