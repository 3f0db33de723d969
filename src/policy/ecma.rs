//! Conversion of regular expressions of the `regex` crate to ECMA-262.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use std::{borrow::Cow, fmt::Write as _};

/// The reason why a pattern cannot be converted to ECMA-262.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EcmaError {
    #[error(
        "word and line boundaries are not supported, because implementations of JSON Schema \
         differ on them"
    )]
    Boundary,
    #[error("must not match invalid UTF-8")]
    InvalidUtf8,
    #[error("must be at most 256 KiB when converted to a JSON Schema pattern")]
    TooLarge,
}

/// The maximum length of a converted expression in bytes.
const MAX_EXPRESSION_LENGTH: usize = 256 << 10;

/// An expression that matches only at the end of the string. `$` is not used, because in Python it
/// also matches before a line feed at the end.
const END_ANCHOR: &str = r"(?![\s\S])";

/// Returns an expression that matches exactly the strings that `hir` matches in full.
///
/// The expression uses only syntax that ECMA-262 with the flag `u`, Python and the `fancy-regex`
/// crate interpret the same way.
pub(super) fn anchored_expression(hir: &Hir) -> Result<String, EcmaError> {
    let mut expression = String::from("^(?:");
    write_expression(hir, &mut expression)?;
    expression.push(')');
    expression.push_str(END_ANCHOR);
    Ok(expression)
}

fn write_expression(hir: &Hir, to: &mut String) -> Result<(), EcmaError> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let string = std::str::from_utf8(&literal.0).map_err(|_| EcmaError::InvalidUtf8)?;
            string.chars().for_each(|character| write_character(character, to));
        }
        HirKind::Class(class) => write_class(class, to)?,
        HirKind::Look(Look::Start) => to.push('^'),
        HirKind::Look(Look::End) => to.push_str(END_ANCHOR),
        HirKind::Look(_) => return Err(EcmaError::Boundary),
        HirKind::Repetition(repetition) => write_repetition(repetition, to)?,
        HirKind::Capture(capture) => write_group(&capture.sub, to)?,
        HirKind::Concat(parts) => {
            for part in parts {
                match part.kind() {
                    HirKind::Alternation(_) => write_group(part, to)?,
                    _ => write_expression(part, to)?,
                }
            }
        }
        HirKind::Alternation(parts) => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    to.push('|');
                }
                write_expression(part, to)?;
            }
        }
    }
    if to.len() > MAX_EXPRESSION_LENGTH { Err(EcmaError::TooLarge) } else { Ok(()) }
}

fn write_group(hir: &Hir, to: &mut String) -> Result<(), EcmaError> {
    to.push_str("(?:");
    write_expression(hir, to)?;
    to.push(')');
    Ok(())
}

/// Writes a repetition. A lazy repetition becomes greedy, which makes no difference when a whole
/// string must match.
fn write_repetition(repetition: &Repetition, to: &mut String) -> Result<(), EcmaError> {
    if repetition.sub.properties().maximum_len() == Some(0) {
        // The repetition of an empty match is omitted, because some engines reject it. The minimum
        // of such a repetition is always zero, because `regex-syntax` simplifies all others.
        return Ok(());
    }
    match repetition.sub.kind() {
        HirKind::Class(class) => write_class(class, to)?,
        HirKind::Literal(literal) if is_single_character(&literal.0) => {
            write_expression(&repetition.sub, to)?;
        }
        HirKind::Capture(capture) => write_group(&capture.sub, to)?,
        _ => write_group(&repetition.sub, to)?,
    }
    // Writing to a string cannot fail.
    let _ = match (repetition.min, repetition.max) {
        (0, None) => to.write_str("*"),
        (1, None) => to.write_str("+"),
        (0, Some(1)) => to.write_str("?"),
        (min, None) => write!(to, "{{{min},}}"),
        (min, Some(max)) if min == max => write!(to, "{{{min}}}"),
        (min, Some(max)) => write!(to, "{{{min},{max}}}"),
    };
    Ok(())
}

fn is_single_character(literal: &[u8]) -> bool {
    std::str::from_utf8(literal).is_ok_and(|string| string.chars().count() == 1)
}

fn write_class(class: &Class, to: &mut String) -> Result<(), EcmaError> {
    let class = match class {
        Class::Unicode(class) => Cow::Borrowed(class),
        Class::Bytes(class) => Cow::Owned(class.to_unicode_class().ok_or(EcmaError::InvalidUtf8)?),
    };
    to.push_str(if class.ranges().is_empty() { r"[^\s\S" } else { "[" });
    for range in class.iter() {
        write_class_character(range.start(), to);
        if range.start() != range.end() {
            to.push('-');
            write_class_character(range.end(), to);
        }
    }
    to.push(']');
    Ok(())
}

fn write_class_character(character: char, to: &mut String) {
    // With the flag `u`, `\-` is valid only inside a character class.
    if character == '-' {
        to.push('\\');
    }
    write_character(character, to);
}

fn write_character(character: char, to: &mut String) {
    match character {
        '\\' | '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|'
        | '/' => {
            to.push('\\');
            to.push(character);
        }
        ' '..='~' => to.push(character),
        _ if character.is_alphanumeric() => to.push(character),
        // Writing to a string cannot fail.
        '\0'..='\u{ff}' => drop(write!(to, r"\x{:02x}", u32::from(character))),
        '\u{100}'..='\u{ffff}' => drop(write!(to, r"\u{:04x}", u32::from(character))),
        // ECMA-262 and Python have no common escape sequence for characters beyond U+FFFF.
        _ => to.push(character),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::{END_ANCHOR, MAX_EXPRESSION_LENGTH, anchored_expression, write_expression};
    use proptest::prelude::*;
    use regex::Regex;

    fn convert(pattern: &str) -> String {
        anchored_expression(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    /// Converts a pattern, and removes the anchors from the result.
    fn convert_without_anchors(pattern: &str) -> String {
        let whole = convert(pattern);
        let unanchored = whole.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(END_ANCHOR));
        unanchored.and_then(|rest| rest.strip_suffix(')')).unwrap().to_owned()
    }

    #[test]
    fn converts_patterns() {
        for (pattern, expected) in [
            ("", ""),
            ("[0-9]{8,32}", "[0-9]{8,32}"),
            ("ID-.", "ID-[\\x00-\\x09\\x0b-\u{10ffff}]"),
            ("(a|b)c|d", "(?:[a-b])c|d"),
            ("(?:ab|cd)e", "(?:ab|cd)e"),
            ("(?P<name>ab)*?x{2}y{3,}z??", "(?:ab)*x{2}y{3,}z?"),
            ("(?:a{2}){3}", "(?:a{2}){3}"),
            ("é+é*", "é+é*"),
            ("(?:ab)+", "(?:ab)+"),
            (r"[\]\[\\^\-/&]", r"[&\-\/\[-\^]"),
            (r"\^\$\.\*\+\?\(\)\[\]\{\}\|/-", r"\^\$\.\*\+\?\(\)\[\]\{\}\|\/-"),
            ("(?i)k", "[Kk\u{212a}]"),
            ("(?-u)[[:digit:]]", "[0-9]"),
            ("a|[^\\s\\S]b", r"a|[^\s\S]b"),
            ("(?:^)*a($){2}", r"a(?:(?![\s\S]))"),
            ("a($)+", r"a(?:(?![\s\S]))"),
            ("(?:^a)$", r"^a(?![\s\S])"),
            ("\u{200d}😀", "\\u200d😀"),
        ] {
            assert_eq!(convert_without_anchors(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn limits_expression_length() {
        let letter = regex_syntax::parse("a").unwrap();
        let mut written = "a".repeat(MAX_EXPRESSION_LENGTH - 1);
        assert!(write_expression(&letter, &mut written).is_ok());
        assert!(write_expression(&letter, &mut written).is_err());
    }

    #[test]
    fn expands_digit_class_to_unicode_digits() {
        assert!(convert_without_anchors(r"\d").starts_with("[0-9٠-٩"));
    }

    /// Returns a strategy for patterns over a small alphabet, which random strings over the same
    /// alphabet often match.
    fn patterns() -> impl Strategy<Value = String> {
        let leaves = prop_oneof![
            Just("a"),
            Just("b"),
            Just("-"),
            Just(r"\]"),
            Just("é"),
            Just("😀"),
            Just(r"\n"),
            Just("."),
            Just("(?s:.)"),
            Just("[a-b]"),
            Just(r"[^a\]]"),
            Just(r"[\-\]\^]"),
            Just("(?i:A)"),
            Just(r"\w"),
            Just(r"\s"),
            Just(""),
        ];
        leaves.prop_map(str::to_owned).prop_recursive(4, 16, 3, |inner| {
            let groups = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                groups.clone().prop_map(|parts| format!("({})", parts.concat())),
                groups.prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner.clone(), 0..3_u8, 0..3_u8)
                    .prop_map(|(inner, min, more)| format!("({inner}){{{min},{}}}", min + more)),
                inner.clone().prop_map(|inner| format!("(?:{inner})*")),
                inner.prop_map(|inner| format!("(?:{inner})+?")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn converted_patterns_match_the_same_strings(
            pattern in patterns(),
            strings in prop::collection::vec("[abA\\-\\]\\^é😀\n ]{0,5}", 16),
        ) {
            // The `regex` crate has no look-ahead, so the anchors are replaced.
            let converted = convert_without_anchors(&pattern);
            let converted = Regex::new(&format!(r"\A(?:{converted})\z")).unwrap();
            let original = Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
            for string in &strings {
                prop_assert_eq!(converted.is_match(string), original.is_match(string), "{:?}", string);
            }
        }
    }
}
