//! Conversion of patterns to ECMA-262 regular expressions.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use std::{borrow::Cow, fmt::Write as _};

/// The reason why a pattern cannot be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EcmaError {
    #[error("word and line boundaries are not supported, because JSON Schema cannot express them")]
    Boundary,
    #[error("must not match invalid UTF-8")]
    InvalidUtf8,
    #[error("must be at most 256 KiB when converted to a JSON Schema pattern")]
    TooLarge,
}

/// The maximum length of an expression in bytes.
const MAX_LENGTH: usize = 256 << 10;

/// Matches at the end of the string. In Python, `$` also matches before a line feed at the end.
const END: &str = r"(?![\s\S])";

/// Returns an expression that matches exactly the strings that `hir` matches in full.
///
/// It uses only syntax that ECMA-262 with the flag `u`, Python and the `fancy-regex` crate
/// interpret the same way.
pub(super) fn anchored(hir: &Hir) -> Result<String, EcmaError> {
    let mut expression = String::from("^(?:");
    write(hir, &mut expression)?;
    expression.push(')');
    expression.push_str(END);
    Ok(expression)
}

fn write(hir: &Hir, to: &mut String) -> Result<(), EcmaError> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let string = std::str::from_utf8(&literal.0).map_err(|_| EcmaError::InvalidUtf8)?;
            string.chars().for_each(|character| write_character(character, to));
        }
        HirKind::Class(class) => write_class(class, to)?,
        HirKind::Look(Look::Start) => to.push('^'),
        HirKind::Look(Look::End) => to.push_str(END),
        HirKind::Look(_) => return Err(EcmaError::Boundary),
        HirKind::Repetition(repetition) => write_repetition(repetition, to)?,
        HirKind::Capture(capture) => write_group(&capture.sub, to)?,
        HirKind::Concat(parts) => {
            for part in parts {
                match part.kind() {
                    HirKind::Alternation(_) => write_group(part, to)?,
                    _ => write(part, to)?,
                }
            }
        }
        HirKind::Alternation(parts) => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    to.push('|');
                }
                write(part, to)?;
            }
        }
    }
    if to.len() > MAX_LENGTH { Err(EcmaError::TooLarge) } else { Ok(()) }
}

fn write_group(hir: &Hir, to: &mut String) -> Result<(), EcmaError> {
    to.push_str("(?:");
    write(hir, to)?;
    to.push(')');
    Ok(())
}

/// Writes a repetition. A lazy one becomes greedy, which does not change which strings match in
/// full.
fn write_repetition(repetition: &Repetition, to: &mut String) -> Result<(), EcmaError> {
    if repetition.sub.properties().maximum_len() == Some(0) {
        // Some engines reject the repetition of an empty match. It can be omitted: `regex-syntax`
        // keeps it as a repetition only if zero repetitions are allowed.
        return Ok(());
    }
    match repetition.sub.kind() {
        HirKind::Class(class) => write_class(class, to)?,
        HirKind::Literal(literal) if is_one_character(&literal.0) => write(&repetition.sub, to)?,
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

fn is_one_character(literal: &[u8]) -> bool {
    std::str::from_utf8(literal).is_ok_and(|string| string.chars().count() == 1)
}

fn write_class(class: &Class, to: &mut String) -> Result<(), EcmaError> {
    let class = match class {
        Class::Unicode(class) => Cow::Borrowed(class),
        Class::Bytes(class) => Cow::Owned(class.to_unicode_class().ok_or(EcmaError::InvalidUtf8)?),
    };
    to.push_str(if class.ranges().is_empty() { r"[^\s\S" } else { "[" });
    for range in class.iter() {
        write_in_class(range.start(), to);
        if range.start() != range.end() {
            to.push('-');
            write_in_class(range.end(), to);
        }
    }
    to.push(']');
    Ok(())
}

fn write_in_class(character: char, to: &mut String) {
    // Outside a class, the flag `u` forbids this escape.
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
        // No escape sequence is the same in all dialects.
        _ => to.push(character),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::{END, MAX_LENGTH, anchored, write};
    use proptest::prelude::*;
    use regex::Regex;

    fn ecma(pattern: &str) -> String {
        anchored(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    /// Returns the expression without its anchors.
    fn body(pattern: &str) -> String {
        let whole = ecma(pattern);
        let body = whole.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(END));
        body.and_then(|rest| rest.strip_suffix(')')).unwrap().to_owned()
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
            assert_eq!(body(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn limits_the_length() {
        let letter = regex_syntax::parse("a").unwrap();
        let mut written = "a".repeat(MAX_LENGTH - 1);
        assert!(write(&letter, &mut written).is_ok());
        assert!(write(&letter, &mut written).is_err());
    }

    #[test]
    fn converts_digits_to_unicode_digits() {
        assert!(body(r"\d").starts_with("[0-9٠-٩"));
    }

    /// Generates patterns of only a few characters, so that random strings of the same characters
    /// often match.
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
            let ours = Regex::new(&format!(r"\A(?:{})\z", body(&pattern))).unwrap();
            let theirs = Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
            for string in &strings {
                prop_assert_eq!(ours.is_match(string), theirs.is_match(string), "{:?}", string);
            }
        }
    }
}
