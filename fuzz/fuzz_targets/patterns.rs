//! Compiles patterns. Compiling must not panic, and the pattern must match the same strings as the
//! `regex` crate. The fuzzer's timeout detects slow patterns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::Pattern;

// The input consists of the pattern, a line feed, and a string to match.
fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (pattern, value) = text.rsplit_once('\n').unwrap_or((text, ""));
    match Pattern::new(pattern) {
        Ok(parsed) => {
            assert_eq!(parsed.as_str(), pattern);
            assert!(parsed.to_ecma().len() <= 1 << 18);
            let anchored = |end| regex::Regex::new(&format!(r"\A(?:{pattern}{end})\z"));
            // A line feed terminates a comment at the end of a pattern with the flag `x`.
            if let Ok(theirs) = anchored("").or_else(|_| anchored("\n")) {
                assert_eq!(parsed.matches(value), theirs.is_match(value), "{pattern:?} {value:?}");
            }
            if let Ok(ecma) = fancy_regex::Regex::new(&parsed.to_ecma())
                && let Ok(is_match) = ecma.is_match(value)
            {
                assert_eq!(is_match, parsed.matches(value), "{} {value:?}", parsed.to_ecma());
            }
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.len() <= 256 && !message.chars().any(char::is_control), "{message:?}");
        }
    }
});
