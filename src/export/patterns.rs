//! Regular expressions for constraints that no JSON Schema keyword can express.

/// Returns a pattern for strings that contain none of the given characters, or `None` if no
/// characters are given. Consecutive characters are combined into a range.
pub(super) fn pattern_excluding(characters: impl Iterator<Item = char>) -> Option<String> {
    let mut ranges = Vec::<(char, char)>::new();
    for character in characters {
        match ranges.last_mut() {
            Some((_, last)) if u32::from(*last) + 1 == u32::from(character) => *last = character,
            _ => ranges.push((character, character)),
        }
    }
    let class: String = ranges
        .iter()
        .map(|(first, last)| match u32::from(*last) - u32::from(*first) {
            0 => escape(*first),
            // For a range of two characters, `ab` is shorter than `a-b`.
            1 => escape(*first) + &escape(*last),
            _ => format!("{}-{}", escape(*first), escape(*last)),
        })
        .collect();
    (!ranges.is_empty()).then(|| format!("^[^{class}]*$"))
}

/// Escapes a character for use in a class, in a way that all regular expression dialects
/// understand.
fn escape(character: char) -> String {
    match character {
        '\\' | '[' | ']' | '^' | '-' => format!("\\{character}"),
        // In some dialects, these characters denote set operations when they are doubled.
        '&' | '~' | '|' => format!("\\x{:02x}", u32::from(character)),
        _ if character.is_control() => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    }
}

/// Returns a pattern for the integers from `min` to `max` in decimal digits, without plus signs or
/// leading zeros.
pub(super) fn pattern_for_integers(min: i64, max: i64) -> String {
    let mut alternatives = Vec::new();
    if min < 0 {
        let nearest_to_zero = if max < 0 { max.unsigned_abs() } else { 1 };
        let magnitudes = magnitude_patterns(nearest_to_zero, min.unsigned_abs());
        alternatives.push(format!("-({})", magnitudes.join("|")));
    }
    if min <= 0 && max >= 0 {
        alternatives.push("0".to_owned());
    }
    if let (true, Ok(min), Ok(max)) = (max > 0, u64::try_from(min.max(1)), max.try_into()) {
        alternatives.extend(magnitude_patterns(min, max));
    }
    format!("^({})$", alternatives.join("|"))
}

/// Returns patterns that together match the integers from `min`, which must not be 0, to `max`,
/// without leading zeros. Each pattern matches a range of numbers that differ only in their last
/// digits.
fn magnitude_patterns(min: u64, max: u64) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut next = Some(min).filter(|min| *min <= max);
    while let Some(first) = next {
        // The block size is the largest power of ten that divides `first` and for which the block
        // that starts at `first` ends at or before `max`.
        let (mut block, mut zeros) = (1_u64, 0_usize);
        while let Some(larger) = block.checked_mul(10) {
            let fits = first.checked_add(larger - 1).is_some_and(|last| last <= max);
            if first % larger != 0 || !fits {
                break;
            }
            (block, zeros) = (larger, zeros + 1);
        }
        // `more` is the number of following blocks of the same size that can share a character
        // class with this one, because they differ only in `digit`.
        let digit = first / block % 10;
        let more = ((max - first + 1) / block - 1).min(9 - digit);
        let prefix = first / block / 10;
        let prefix = if prefix == 0 { String::new() } else { prefix.to_string() };
        let digits =
            if more == 0 { digit.to_string() } else { format!("[{digit}-{}]", digit + more) };
        let suffix = match zeros {
            0 => String::new(),
            1 => "[0-9]".to_owned(),
            _ => format!("[0-9]{{{zeros}}}"),
        };
        patterns.push(format!("{prefix}{digits}{suffix}"));
        let last = first - 1 + (more + 1) * block;
        next = last.checked_add(1).filter(|next| *next <= max);
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::pattern_excluding;

    #[test]
    fn escapes_forbidden_characters() {
        for (characters, pattern) in [
            ("", None),
            ("@#?", Some("^[^@#?]*$")),
            ("abcxy", Some("^[^a-cxy]*$")),
            ("^-[]\\", Some(r"^[^\^\-\[\]\\]*$")),
            ("&~|", Some(r"^[^\x26\x7e\x7c]*$")),
            ("\0\u{1}\u{2}\u{7f}＃🐈", Some(r"^[^\u0000-\u0002\u007f＃🐈]*$")),
        ] {
            assert_eq!(pattern_excluding(characters.chars()).as_deref(), pattern);
        }
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn matches_only_integers_in_range() {
        let pattern = |min, max| {
            let pattern = super::pattern_for_integers(min, max);
            crate::policy::Pattern::new(&pattern).map_err(|error| error.to_string())
        };
        for (min, max) in
            [(0, 0), (0, 9), (1, 10), (0, 107), (-12, 99), (-250, -7), (89, 1_001), (-1, 1)]
        {
            let pattern = pattern(min, max);
            let matches = |string: &str| pattern.as_ref().is_ok_and(|it| it.matches(string));
            for number in -1_200..1_200_i64 {
                let in_range = (min..=max).contains(&number);
                assert_eq!(matches(&number.to_string()), in_range, "{number}: {min} to {max}");
            }
            for string in ["", "-", "-0", "+1", "00", "01", "-01", "1.0", " 1"] {
                assert!(!matches(string), "{string:?}: {min} to {max}");
            }
        }
        let all = pattern(i64::MIN, i64::MAX);
        for (string, in_range) in [
            ("9223372036854775807", true),
            ("9223372036854775808", false),
            ("-9223372036854775808", true),
            ("-9223372036854775809", false),
        ] {
            assert_eq!(all.as_ref().is_ok_and(|it| it.matches(string)), in_range, "{string}");
        }
    }
}
