//! JSON Pointers (RFC 6901).

use std::borrow::Cow;

/// Appends a character of a name to a pointer, and escapes it if necessary.
#[inline]
pub(crate) fn push_escaped(pointer: &mut String, character: char) {
    match character {
        '~' => pointer.push_str("~0"),
        '/' => pointer.push_str("~1"),
        other => pointer.push(other),
    }
}

/// The maximum length of a name in a JSON Pointer, in characters. The name may be taken from the
/// payload, so its length must be bounded.
const MAX_NAME_CHARACTERS: usize = 64;

/// Truncates a name to the maximum length of a name in a JSON Pointer.
pub(crate) fn truncate_name(name: &str) -> &str {
    // A name has at most as many characters as bytes.
    if name.len() <= MAX_NAME_CHARACTERS {
        return name;
    }
    let end = name.char_indices().nth(MAX_NAME_CHARACTERS).map(|(end, _)| end);
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

/// Unescapes a reference token of a JSON Pointer.
pub(super) fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        token.replace("~1", "/").replace("~0", "~").into()
    } else {
        token.into()
    }
}

/// Returns whether the string is a JSON Pointer.
pub(super) fn is_valid(pointer: &str) -> bool {
    to_valid_pointer(pointer) == pointer
}

/// Converts a string to a JSON Pointer: adds a missing leading slash, and escapes every `~` that
/// does not begin an escape sequence.
pub(super) fn to_valid_pointer(pointer: &str) -> String {
    let mut valid = String::with_capacity(pointer.len() + 1);
    if !pointer.is_empty() && !pointer.starts_with('/') {
        valid.push('/');
    }
    let mut characters = pointer.chars().peekable();
    while let Some(character) = characters.next() {
        valid.push(character);
        if character == '~' && !matches!(characters.peek(), Some('0' | '1')) {
            valid.push('0');
        }
    }
    valid
}

#[cfg(test)]
mod tests {
    use super::{is_valid, to_valid_pointer};

    #[test]
    fn converts_prefixes_to_pointers() {
        for (prefix, pointer) in [
            ("", ""),
            ("/", "/"),
            ("lines/3", "/lines/3"),
            ("/lines/3/", "/lines/3/"),
            ("/a~b~~1", "/a~0b~0~1"),
            ("/a~", "/a~0"),
            ("/a~0b~1c", "/a~0b~1c"),
        ] {
            assert_eq!(to_valid_pointer(prefix), pointer);
            assert!(is_valid(pointer));
            assert_eq!(is_valid(prefix), prefix == pointer, "{prefix}");
        }
    }
}
