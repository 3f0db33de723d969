#[cfg(feature = "pattern")]
pub use with_regex::{Pattern, PatternError};

/// An uninhabited type, because no pattern can be created without the `pattern` feature.
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
        hir::{Capture, Hir, HirKind, Look, Repetition, translate::Translator},
    };
    use std::convert::Infallible;

    /// A regular expression that a string must match in full (feature `pattern`).
    ///
    /// The syntax is that of the [`regex`](https://docs.rs/regex/1/regex/#syntax) crate, which
    /// supports neither look-around nor backreferences. Matching takes linear time. `\d`, `\w` and
    /// `\s` are Unicode classes: write `[0-9]` for ASCII digits. The anchors `^` and `$` are
    /// accepted, but not needed. Word and line boundaries are rejected, because implementations of
    /// JSON Schema differ on them.
    ///
    /// # Limits
    ///
    /// With these limits, compiling a pattern takes at most about a tenth of a second in a release
    /// build.
    ///
    /// - A pattern has at most 4,096 bytes and 50 levels of nesting.
    /// - It takes up at most 4 MiB when compiled, and at most 256 KiB as a JSON Schema pattern.
    /// - If it is case-insensitive (`(?i)`), it has at most 8 classes whose case folding is costly:
    ///   Unicode classes such as `\p{Greek}`; non-ASCII ranges; and, inside brackets, classes such
    ///   as `\w`, nested bracketed classes, and set operations.
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
        source: Box<str>,
        ecma: Box<str>,
        regex: Regex,
    }

    /// The reason why a string is not a valid pattern. The message is a single line and does not
    /// contain the string.
    ///
    /// ```
    /// use miniprogram_protocol::Pattern;
    ///
    /// let error = Pattern::new("[0-9]{4}|(none").unwrap_err();
    /// assert_eq!(error.to_string(), "unclosed group at character 10");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("{0}")]
    pub struct PatternError(String);

    /// The maximum length of a pattern in bytes.
    const MAX_PATTERN_BYTES: usize = 4096;

    /// The maximum nesting depth of a pattern.
    const MAX_DEPTH: u32 = 50;

    /// The maximum size of a compiled pattern in bytes.
    const MAX_COMPILED_SIZE: usize = 4 << 20;

    impl Pattern {
        /// Compiles a pattern.
        ///
        /// # Errors
        /// Returns an error if the string is not a valid regular expression, contains word or line
        /// boundaries, or exceeds a limit.
        pub fn new(pattern: &str) -> Result<Self, PatternError> {
            let length = pattern.len();
            if length > MAX_PATTERN_BYTES {
                let message = format!("must be at most {MAX_PATTERN_BYTES} bytes (got {length})");
                return Err(PatternError(message));
            }
            let pattern_error = |error: regex_syntax::Error| pattern_error(&error, pattern);
            let parsed = ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(pattern);
            let parsed = parsed.map_err(|error| pattern_error(error.into()))?;
            if CostlyClasses::count_in(&parsed) > MAX_COSTLY_CLASSES {
                return Err(PatternError(TOO_MANY_CLASSES_MESSAGE.to_owned()));
            }
            let parsed = Translator::new().translate(pattern, &parsed);
            let parsed = parsed.map_err(|error| pattern_error(error.into()))?;
            let ecma = ecma::anchored_expression(&parsed)
                .map_err(|error| PatternError(error.to_string()))?;
            // The anchors are added after parsing, because the source can contain flags and end
            // with a comment.
            let parsed = group_repetitions(&parsed);
            let whole = Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]);
            let regex = RegexBuilder::new(&whole.to_string())
                .size_limit(MAX_COMPILED_SIZE)
                .dfa_size_limit(MAX_COMPILED_SIZE)
                .build()
                .map_err(|_| PatternError(TOO_LARGE_MESSAGE.to_owned()))?;
            Ok(Self { source: pattern.into(), ecma: ecma.into(), regex })
        }

        /// Returns the string from which the pattern was compiled.
        #[must_use]
        pub fn as_str(&self) -> &str {
            &self.source
        }

        /// Returns the pattern for JSON Schema: an anchored ECMA-262 regular expression with the
        /// flag `u`, which Python interprets in the same way. Classes and flags are expanded.
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

        /// Returns whether the pattern matches the whole string.
        #[must_use]
        pub fn matches(&self, string: &str) -> bool {
            self.regex.is_match(string)
        }
    }

    /// The maximum number of costly classes in a case-insensitive pattern. Case folding takes up
    /// to 5 ms for each class, and as long again for each pair of brackets around the class.
    const MAX_COSTLY_CLASSES: usize = 8;

    const TOO_MANY_CLASSES_MESSAGE: &str = "must have at most 8 Unicode classes, non-ASCII ranges \
                                    and nested classes if it is case-insensitive";

    /// A visitor that counts the classes whose case folding is costly.
    #[derive(Default)]
    struct CostlyClasses {
        ignores_case: bool,
        count: usize,
    }

    impl CostlyClasses {
        /// Returns the number of costly classes in a pattern, or 0 if the pattern is
        /// case-sensitive.
        fn count_in(pattern: &Ast) -> usize {
            let Ok(classes) = ast::visit(pattern, Self::default());
            if classes.ignores_case { classes.count } else { 0 }
        }

        fn read_flags(&mut self, flags: &Flags) {
            self.ignores_case |= flags.flag_state(Flag::CaseInsensitive) == Some(true);
        }
    }

    impl Visitor for CostlyClasses {
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

    /// Wraps in a group each repetition that is itself repeated. Without the group, `Display` would
    /// write `(?:a+)?` as `a+?`, which is a lazy `a+`.
    fn group_repetitions(hir: &Hir) -> Hir {
        match hir.kind() {
            HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
                let mut sub = Box::new(group_repetitions(sub));
                if let HirKind::Repetition(_) = sub.kind() {
                    sub = Box::new(Hir::capture(Capture { index: 1, name: None, sub }));
                }
                Hir::repetition(Repetition { min: *min, max: *max, greedy: *greedy, sub })
            }
            HirKind::Capture(capture) => group_repetitions(&capture.sub),
            HirKind::Concat(parts) => Hir::concat(parts.iter().map(group_repetitions).collect()),
            HirKind::Alternation(parts) => {
                Hir::alternation(parts.iter().map(group_repetitions).collect())
            }
            _ => hir.clone(),
        }
    }

    const TOO_LARGE_MESSAGE: &str = "must be at most 4 MiB when compiled";

    impl PartialEq for Pattern {
        fn eq(&self, other: &Self) -> bool {
            self.source == other.source
        }
    }

    impl Eq for Pattern {}

    /// Converts a parser error to a single-line message that does not contain the pattern.
    fn pattern_error(error: &regex_syntax::Error, pattern: &str) -> PatternError {
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
        PatternError(format!("{message} at character {character}"))
    }
}

#[cfg(all(test, feature = "pattern"))]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::Pattern;

    fn error_message(pattern: &str) -> String {
        Pattern::new(pattern).unwrap_err().to_string()
    }

    #[test]
    fn matches_whole_strings() {
        for (pattern, matching, others) in [
            ("a|b", "b", ["ab", "xb"]),
            ("(?x) a # )", "a", ["a\n", "ab"]),
            ("(?i)a", "A", ["A ", "\nA"]),
            ("^a$", "a", ["a\n", "\na"]),
            ("(?s)a.", "a\n", ["a\n\n", "a"]),
            ("(?:a+)?", "", ["b", "ab"]),
            ("(?:(a{2})?)+", "aaaa", ["a", "aaa"]),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            assert!(pattern.matches(matching), "{pattern:?}");
            for other in others {
                assert!(!pattern.matches(other), "{pattern:?} {other:?}");
            }
        }
    }

    #[test]
    fn error_messages_are_single_lines() {
        for (pattern, expected) in [
            ("a)|(b", "unopened group at character 2"),
            ("é[", "unclosed character class at character 2"),
            (r"\p{Nope}", "Unicode property not found at character 1"),
            (r"(a)\1", "backreferences are not supported at character 4"),
            (
                "(?=a)",
                "look-around, including look-ahead and look-behind, is not supported at character 1",
            ),
            (r"(?-u:\xff)", "pattern can match invalid UTF-8 at character 6"),
        ] {
            assert_eq!(error_message(pattern), expected);
        }
    }

    #[test]
    fn rejects_word_and_line_boundaries() {
        for pattern in [r"\bid\b", r"a\B", "(?m)^a", "(?m:a$)", r"\b{start}a"] {
            assert_eq!(
                error_message(pattern),
                "word and line boundaries are not supported, because implementations of JSON \
                 Schema differ on them",
                "{pattern}"
            );
        }
    }

    #[test]
    fn rejects_patterns_that_are_too_large() {
        let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
        assert!(Pattern::new(&nested(50)).is_ok());
        assert_eq!(
            error_message(&nested(51)),
            "exceed the maximum number of nested parentheses/brackets (50) at character 51"
        );
        assert!(Pattern::new(&"a".repeat(4096)).is_ok());
        assert_eq!(error_message(&"é".repeat(2049)), "must be at most 4096 bytes (got 4098)");
        assert_eq!(error_message("((a{1000}){1000}){1000}"), "must be at most 4 MiB when compiled");
        assert_eq!(
            error_message(&r"\w".repeat(1000)),
            "must be at most 256 KiB when converted to a JSON Schema pattern"
        );
    }

    #[test]
    fn limits_costly_classes_if_case_is_ignored() {
        for (class, others) in [
            (r"\p{any}", ""),
            (r"[\x{0}-\x{10FFFF}]", ""),
            (r"[\Wx]", ""),
            ("[[:^alpha:]x]", ""),
            ("[[^x]y]", ""),
            // The set operation `&&` and its operand `[^x]` count as two classes.
            ("[a-z&&[^x]]", r"\p{any}"),
        ] {
            let each = if others.is_empty() { 1 } else { 2 };
            let maximum = class.repeat(8 / each);
            for flag in ["(?i)", "(?is-m)", "(?i:a)"] {
                assert!(Pattern::new(&format!("{flag}{maximum}")).is_ok(), "{flag}{class}");
                assert_eq!(
                    error_message(&format!("{flag}{maximum}{class}")),
                    "must have at most 8 Unicode classes, non-ASCII ranges and nested classes if \
                     it is case-insensitive",
                    "{class}"
                );
            }
            assert!(Pattern::new(&format!("(?-i){maximum}{class}")).is_ok(), "{class}");
        }
    }

    /// Without the limits, compiling or rejecting each of these patterns takes seconds.
    #[test]
    fn compiles_costly_patterns_in_bounded_time() {
        let fill = |before: &str, part: &str, after: &str| {
            let capacity = 4096 - before.len() - after.len();
            format!("{before}{}{after}", part.repeat(capacity / part.len()))
        };
        let compile_time = |pattern: &str| {
            let start = std::time::Instant::now();
            let _ = Pattern::new(pattern);
            start.elapsed()
        };
        // The reference is a pattern that is rejected because of its compiled size.
        let reference = compile_time(r"\w{0,256}");
        for pattern in [
            fill("(?i)", r"\p{any}", ""),
            fill("(?i)[", r"\p{any}", "]"),
            fill("(?i)", r"[\x{0}-\x{10FFFF}]", ""),
            fill("(?i)", r"\p{any}|", "a"),
            fill("(?i)", r"[\Wx]", ""),
            fill("(?i)", "[[^x]y]", ""),
            fill("(?i)", r"[\p{any}x]", "").chars().take(4 + 11 * 8).collect(),
        ] {
            let time = compile_time(&pattern);
            assert!(time < reference * 20, "{time:?} (reference: {reference:?})");
        }
    }

    #[test]
    fn accepts_everyday_patterns() {
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
