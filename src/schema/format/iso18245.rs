//! `iso18245`: merchant category codes.

pub(crate) fn matches(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}
