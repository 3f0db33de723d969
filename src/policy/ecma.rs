//! Patterns in the regular expressions of ECMA-262.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use std::{borrow::Cow, fmt::Write as _};

/// Why a pattern cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error(
        "boundaries of words and of lines are not supported, for JSON Schema has no words for them"
    )]
    Boundary,
    #[error("matches what is no text")]
    NoText,
    #[error("takes more than the 256 KiB that are allowed as a pattern of JSON Schema")]
    TooLarge,
}

/// How many bytes the expression may have.
const MAX_LENGTH: usize = 256 << 10;

/// The end of the text. In Python, `$` matches before a line feed there, too.
const END: &str = r"(?![\s\S])";

/// The expression that all of a text matches if it matches `hir`.
///
/// It is for engines with the flag `u` of ECMA-262, for Python, and for the crate `fancy-regex`, and
/// has only what all of them read in the same way.
pub(super) fn anchored(hir: &Hir) -> Result<String, Fault> {
    let mut expression = String::from("^(?:");
    write(hir, &mut expression)?;
    expression.push(')');
    expression.push_str(END);
    Ok(expression)
}

fn write(hir: &Hir, to: &mut String) -> Result<(), Fault> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| Fault::NoText)?;
            text.chars().for_each(|character| write_character(character, to));
        }
        HirKind::Class(class) => write_class(class, to)?,
        HirKind::Look(Look::Start) => to.push('^'),
        HirKind::Look(Look::End) => to.push_str(END),
        HirKind::Look(_) => return Err(Fault::Boundary),
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
    if to.len() > MAX_LENGTH { Err(Fault::TooLarge) } else { Ok(()) }
}

fn write_group(hir: &Hir, to: &mut String) -> Result<(), Fault> {
    to.push_str("(?:");
    write(hir, to)?;
    to.push(')');
    Ok(())
}

/// All of a text is matched or not, so that it does not matter which repetitions come first.
fn write_repetition(repetition: &Repetition, to: &mut String) -> Result<(), Fault> {
    if repetition.sub.properties().maximum_len() == Some(0) {
        // Some engines refuse to repeat what has no length. If it may be absent, it says nothing; if
        // not, regex-syntax has it once, and not as a repetition.
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
        (least, None) => write!(to, "{{{least},}}"),
        (least, Some(most)) if least == most => write!(to, "{{{least}}}"),
        (least, Some(most)) => write!(to, "{{{least},{most}}}"),
    };
    Ok(())
}

fn is_one_character(literal: &[u8]) -> bool {
    std::str::from_utf8(literal).is_ok_and(|text| text.chars().count() == 1)
}

fn write_class(class: &Class, to: &mut String) -> Result<(), Fault> {
    let class = match class {
        Class::Unicode(class) => Cow::Borrowed(class),
        Class::Bytes(class) => Cow::Owned(class.to_unicode_class().ok_or(Fault::NoText)?),
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
    // Elsewhere, the flag `u` does not allow it.
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
        // No escape sequence of it is the same everywhere.
        _ => to.push(character),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::{END, MAX_LENGTH, anchored, write};
    use proptest::prelude::*;
    use regex::Regex;

    fn ecma(pattern: &str) -> String {
        anchored(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    /// What stands between the anchors.
    fn body(pattern: &str) -> String {
        let whole = ecma(pattern);
        let body = whole.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(END));
        body.and_then(|rest| rest.strip_suffix(')')).unwrap().to_owned()
    }

    #[test]
    fn patterns_are_spelt_out() {
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
    fn a_pattern_is_no_longer_than_the_longest_that_is_allowed() {
        let letter = regex_syntax::parse("a").unwrap();
        let mut written = "a".repeat(MAX_LENGTH - 1);
        assert!(write(&letter, &mut written).is_ok());
        assert!(write(&letter, &mut written).is_err());
    }

    #[test]
    fn digits_are_those_of_unicode() {
        assert!(body(r"\d").starts_with("[0-9٠-٩"));
    }

    /// Patterns of few characters, so that texts of the same ones match.
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
                (inner.clone(), 0..3_u8, 0..3_u8).prop_map(|(inner, least, more)| format!(
                    "({inner}){{{least},{}}}",
                    least + more
                )),
                inner.clone().prop_map(|inner| format!("(?:{inner})*")),
                inner.prop_map(|inner| format!("(?:{inner})+?")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_matches_the_same_texts(
            pattern in patterns(),
            texts in prop::collection::vec("[abA\\-\\]\\^é😀\n ]{0,5}", 16),
        ) {
            // The crate has no look-ahead.
            let ours = Regex::new(&format!(r"\A(?:{})\z", body(&pattern))).unwrap();
            let theirs = Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
            for text in &texts {
                prop_assert_eq!(ours.is_match(text), theirs.is_match(text), "{:?}", text);
            }
        }
    }
}
