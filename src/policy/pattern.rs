#[cfg(feature = "pattern")]
pub use with_regex::{Pattern, PatternError};

/// There are no patterns without the feature `pattern`.
#[cfg(not(feature = "pattern"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {}

#[cfg(not(feature = "pattern"))]
impl Pattern {
    pub(crate) const fn matches(&self, _: &str) -> bool {
        match *self {}
    }
}

#[cfg(feature = "pattern")]
mod with_regex {
    use crate::policy::ecma;
    use regex::{Regex, RegexBuilder};
    use regex_syntax::{
        ast::{
            self, Ast, ClassSetBinaryOp, ClassSetItem, Flag, Flags, GroupKind, Visitor,
            parse::ParserBuilder,
        },
        hir::{Hir, Look, translate::Translator},
    };
    use std::convert::Infallible;

    /// A regular expression that all of a text must match (feature `pattern`).
    ///
    /// The syntax is that of the crate [`regex`](https://docs.rs/regex/1/regex/#syntax): no look
    /// around, no back references; matching takes time in proportion to the text. `\d`, `\w` and
    /// `\s` are those of Unicode: write `[0-9]` for the ten digits. The anchors `^` and `$` may be
    /// written, and are not needed. Boundaries of words and of lines are refused, for not
    /// everything that reads a JSON Schema knows the same ones.
    ///
    /// # Limits
    ///
    /// They bound the time of compiling a pattern to about a tenth of a second in a release build.
    ///
    /// - A pattern has at most 4,096 bytes and 50 levels of nesting.
    /// - It takes at most 4 MiB when it is compiled, and 256 KiB as a pattern of JSON Schema.
    /// - If it ignores case, `(?i)`, it has at most 8 classes that are costly to extend to the other
    ///   case: Unicode classes such as `\p{Greek}`, ranges of characters beyond ASCII, and what is
    ///   nested in a class in brackets: classes such as `\w`, further brackets, and set operations.
    ///
    /// ```
    /// use miniprogram_protocol::Pattern;
    ///
    /// let pattern = Pattern::new("[0-9]{4}|none").unwrap();
    /// assert!(pattern.matches("2026") && pattern.matches("none"));
    /// assert!(!pattern.matches("20261") && !pattern.matches("none\n"));
    /// ```
    #[derive(Clone, Debug)]
    pub struct Pattern {
        given: Box<str>,
        ecma: Box<str>,
        regex: Regex,
    }

    /// Why a text is no pattern, in one line. It holds nothing of the text.
    ///
    /// ```
    /// use miniprogram_protocol::Pattern;
    ///
    /// let error = Pattern::new("[0-9]{4}|(none").unwrap_err();
    /// assert_eq!(error.to_string(), "unclosed group, at character 10");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("{0}")]
    pub struct PatternError(String);

    /// How many bytes a pattern may have.
    const MAX_LENGTH: usize = 4096;

    /// How deep a pattern may be nested.
    const MAX_DEPTH: u32 = 50;

    /// How much memory a compiled pattern may have, in bytes.
    const MAX_SIZE: usize = 4 << 20;

    impl Pattern {
        /// Compiles a pattern.
        ///
        /// # Errors
        /// The text is no regular expression, one with boundaries of words or lines, or one that is
        /// too large.
        pub fn new(pattern: &str) -> Result<Self, PatternError> {
            let length = pattern.len();
            if length > MAX_LENGTH {
                let message =
                    format!("has more bytes ({length}) than the {MAX_LENGTH} that are allowed");
                return Err(PatternError(message));
            }
            let in_one_line = |error: regex_syntax::Error| in_one_line(&error, pattern);
            let parsed = ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(pattern);
            let parsed = parsed.map_err(|error| in_one_line(error.into()))?;
            if Classes::costly(&parsed) > MAX_COSTLY_CLASSES {
                return Err(PatternError(TOO_MANY_CLASSES.to_owned()));
            }
            let parsed = Translator::new().translate(pattern, &parsed);
            let parsed = parsed.map_err(|error| in_one_line(error.into()))?;
            let ecma = ecma::anchored(&parsed).map_err(|fault| PatternError(fault.to_string()))?;
            // What was parsed is anchored, and not its text, which may end with a comment or have
            // flags.
            let whole = Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]);
            let regex = RegexBuilder::new(&whole.to_string())
                .size_limit(MAX_SIZE)
                .dfa_size_limit(MAX_SIZE)
                .build()
                .map_err(|_| PatternError(TOO_LARGE.to_owned()))?;
            Ok(Self { given: pattern.into(), ecma: ecma.into(), regex })
        }

        /// The pattern as it was given.
        #[must_use]
        pub fn as_str(&self) -> &str {
            &self.given
        }

        /// The pattern as JSON Schema has it: a regular expression of ECMA-262 with the flag `u`,
        /// anchored, which means the same in Python. Classes and flags are spelt out.
        ///
        /// ```
        /// use miniprogram_protocol::Pattern;
        ///
        /// let pattern = Pattern::new("(?i)id-[0-9]+").unwrap();
        /// assert_eq!(pattern.to_ecma(), r"^(?:[Ii][Dd]-[0-9]+)(?![\s\S])");
        /// ```
        #[must_use]
        pub fn to_ecma(&self) -> String {
            self.ecma.to_string()
        }

        /// Whether all of the text matches.
        #[must_use]
        pub fn matches(&self, text: &str) -> bool {
            self.regex.is_match(text)
        }
    }

    /// How many classes a pattern that ignores case may have that are costly to extend to the other
    /// case: up to 5 ms each, and again for the brackets around it.
    const MAX_COSTLY_CLASSES: usize = 8;

    const TOO_MANY_CLASSES: &str = "ignores case and has more than the 8 Unicode classes, ranges \
                                    beyond ASCII and nested classes that are allowed then";

    /// Counts the classes that are costly to extend to the other case.
    #[derive(Default)]
    struct Classes {
        ignores_case: bool,
        count: usize,
    }

    impl Classes {
        /// The number of costly classes of a pattern that ignores case anywhere.
        fn costly(pattern: &Ast) -> usize {
            let Ok(classes) = ast::visit(pattern, Self::default());
            if classes.ignores_case { classes.count } else { 0 }
        }

        fn read_flags(&mut self, flags: &Flags) {
            self.ignores_case |= flags.flag_state(Flag::CaseInsensitive) == Some(true);
        }
    }

    impl Visitor for Classes {
        type Output = Self;
        type Err = Infallible;

        fn finish(self) -> Result<Self, Infallible> {
            Ok(self)
        }

        fn visit_pre(&mut self, part: &Ast) -> Result<(), Infallible> {
            match part {
                Ast::Flags(set) => self.read_flags(&set.flags),
                Ast::Group(group) => {
                    if let GroupKind::NonCapturing(flags) = &group.kind {
                        self.read_flags(flags);
                    }
                }
                Ast::ClassUnicode(_) => self.count += 1,
                _ => {}
            }
            Ok(())
        }

        fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Infallible> {
            let is_costly = match item {
                ClassSetItem::Empty(_) | ClassSetItem::Literal(_) | ClassSetItem::Union(_) => false,
                ClassSetItem::Range(range) => !range.end.c.is_ascii(),
                ClassSetItem::Ascii(class) => class.negated,
                ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) | ClassSetItem::Bracketed(_) => {
                    true
                }
            };
            self.count += usize::from(is_costly);
            Ok(())
        }

        fn visit_class_set_binary_op_pre(
            &mut self,
            _: &ClassSetBinaryOp,
        ) -> Result<(), Infallible> {
            self.count += 1;
            Ok(())
        }
    }

    const TOO_LARGE: &str = "takes more than the 4 MiB that are allowed when it is compiled";

    impl PartialEq for Pattern {
        fn eq(&self, other: &Self) -> bool {
            self.given == other.given
        }
    }

    impl Eq for Pattern {}

    /// The message of an error, without the picture of the pattern.
    fn in_one_line(error: &regex_syntax::Error, pattern: &str) -> PatternError {
        let (message, offset) = match error {
            regex_syntax::Error::Parse(error) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            regex_syntax::Error::Translate(error) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            other => return PatternError(other.to_string().replace('\n', " ")),
        };
        let character = pattern.get(..offset).unwrap_or(pattern).chars().count() + 1;
        PatternError(format!("{message}, at character {character}"))
    }
}

#[cfg(all(test, feature = "pattern"))]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::Pattern;

    fn message(pattern: &str) -> String {
        Pattern::new(pattern).unwrap_err().to_string()
    }

    #[test]
    fn nothing_in_a_pattern_escapes_the_anchors() {
        for (pattern, whole, parts) in [
            ("a|b", "b", ["ab", "xb"]),
            ("(?x) a # )", "a", ["a\n", "ab"]),
            ("(?i)a", "A", ["A ", "\nA"]),
            ("^a$", "a", ["a\n", "\na"]),
            ("(?s)a.", "a\n", ["a\n\n", "a"]),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            assert!(pattern.matches(whole), "{pattern:?}");
            for part in parts {
                assert!(!pattern.matches(part), "{pattern:?} {part:?}");
            }
        }
    }

    #[test]
    fn a_fault_is_told_in_one_line() {
        for (pattern, expected) in [
            ("a)|(b", "unopened group, at character 2"),
            ("é[", "unclosed character class, at character 2"),
            (r"\p{Nope}", "Unicode property not found, at character 1"),
            (r"(a)\1", "backreferences are not supported, at character 4"),
            (
                "(?=a)",
                "look-around, including look-ahead and look-behind, is not supported, at character 1",
            ),
            (r"(?-u:\xff)", "pattern can match invalid UTF-8, at character 6"),
        ] {
            assert_eq!(message(pattern), expected);
        }
    }

    #[test]
    fn boundaries_of_words_and_lines_are_refused() {
        for pattern in [r"\bid\b", r"a\B", "(?m)^a", "(?m:a$)", r"\b{start}a"] {
            assert_eq!(
                message(pattern),
                "boundaries of words and of lines are not supported, for JSON Schema has no words \
                 for them",
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_pattern_that_is_too_large_is_refused() {
        let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
        assert!(Pattern::new(&nested(50)).is_ok());
        assert_eq!(
            message(&nested(51)),
            "exceed the maximum number of nested parentheses/brackets (50), at character 51"
        );
        assert!(Pattern::new(&"a".repeat(4096)).is_ok());
        assert_eq!(
            message(&"é".repeat(2049)),
            "has more bytes (4098) than the 4096 that are allowed"
        );
        assert_eq!(
            message("((a{1000}){1000}){1000}"),
            "takes more than the 4 MiB that are allowed when it is compiled"
        );
        assert_eq!(
            message(&r"\w".repeat(1000)),
            "takes more than the 256 KiB that are allowed as a pattern of JSON Schema"
        );
    }

    #[test]
    fn limits_the_classes_that_ignore_case() {
        for (class, others) in [
            (r"\p{any}", ""),
            (r"[\x{0}-\x{10FFFF}]", ""),
            (r"[\Wx]", ""),
            ("[[:^alpha:]x]", ""),
            ("[[^x]y]", ""),
            // The operation and one of its operands.
            ("[a-z&&[^x]]", r"\p{any}"),
        ] {
            let each = if others.is_empty() { 1 } else { 2 };
            let most = class.repeat(8 / each);
            for flag in ["(?i)", "(?is-m)", "(?i:a)"] {
                assert!(Pattern::new(&format!("{flag}{most}")).is_ok(), "{flag}{class}");
                assert_eq!(
                    message(&format!("{flag}{most}{class}")),
                    "ignores case and has more than the 8 Unicode classes, ranges beyond ASCII and \
                     nested classes that are allowed then",
                    "{class}"
                );
            }
            assert!(Pattern::new(&format!("(?-i){most}{class}")).is_ok(), "{class}");
        }
    }

    /// Each took seconds to compile, or took long before it was rejected.
    #[test]
    fn compiles_costly_patterns_in_a_bounded_time() {
        let fill = |before: &str, part: &str, after: &str| {
            let room = 4096 - before.len() - after.len();
            format!("{before}{}{after}", part.repeat(room / part.len()))
        };
        // The time of a pattern that is rejected for its size.
        let measure = |pattern: &str| {
            let start = std::time::Instant::now();
            let _ = Pattern::new(pattern);
            start.elapsed()
        };
        let reference = measure(r"\w{0,256}");
        for pattern in [
            fill("(?i)", r"\p{any}", ""),
            fill("(?i)[", r"\p{any}", "]"),
            fill("(?i)", r"[\x{0}-\x{10FFFF}]", ""),
            fill("(?i)", r"\p{any}|", "a"),
            fill("(?i)", r"[\Wx]", ""),
            fill("(?i)", "[[^x]y]", ""),
            fill("(?i)", r"[\p{any}x]", "").chars().take(4 + 11 * 8).collect(),
        ] {
            let taken = measure(&pattern);
            assert!(taken < reference * 20, "{taken:?}, and {reference:?} for another");
        }
    }

    #[test]
    fn everyday_patterns_are_small_enough() {
        for pattern in [
            r"\w{1,64}",
            r"\d{8,128}",
            "[0-9A-Za-z_-]{1,256}",
            r"\p{Han}{1,64}",
            "(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            r"(?i)[\p{L}\p{M}' -]{1,16} [\p{L}\p{M}' -]{1,16}",
            r"(?i)\w+@(?:[a-z0-9-]+\.)+[a-z]{2,24}",
        ] {
            Pattern::new(pattern).unwrap();
        }
    }
}
