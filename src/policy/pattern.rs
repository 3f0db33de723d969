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
    use regex::{Regex, RegexBuilder};

    /// A regular expression that all of a text must match (feature `pattern`).
    ///
    /// The syntax is that of the crate [`regex`](https://docs.rs/regex/1/regex/#syntax): no look
    /// around, no back references; matching takes time in proportion to the text.
    ///
    /// ```
    /// use miniprogram_protocol::Pattern;
    ///
    /// let pattern = Pattern::new("[0-9]{4}|none").unwrap();
    /// assert!(pattern.matches("2026") && pattern.matches("none"));
    /// assert!(!pattern.matches("20261"));
    /// ```
    #[derive(Clone, Debug)]
    pub struct Pattern {
        pattern: Box<str>,
        regex: Regex,
    }

    /// Why a text is no pattern.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("{0}")]
    pub struct PatternError(String);

    /// How much memory a compiled pattern may have, in bytes.
    const SIZE: usize = 1 << 20;

    impl Pattern {
        /// Compiles a pattern.
        ///
        /// # Errors
        /// The text is no regular expression, or one that takes too much memory.
        pub fn new(pattern: &str) -> Result<Self, PatternError> {
            let whole = format!(r"\A(?:{pattern})\z");
            // The pattern alone is compiled first, for it may close the group that it stands in.
            let error = |error: regex::Error| PatternError(error.to_string());
            Self::compile(pattern).map_err(error)?;
            let regex = Self::compile(&whole).map_err(error)?;
            Ok(Self { pattern: pattern.into(), regex })
        }

        fn compile(pattern: &str) -> Result<Regex, regex::Error> {
            RegexBuilder::new(pattern).size_limit(SIZE).dfa_size_limit(SIZE).build()
        }

        /// The pattern as it was given.
        #[must_use]
        pub fn as_str(&self) -> &str {
            &self.pattern
        }

        /// Whether all of the text matches.
        #[must_use]
        pub fn matches(&self, text: &str) -> bool {
            self.regex.is_match(text)
        }
    }

    impl PartialEq for Pattern {
        fn eq(&self, other: &Self) -> bool {
            self.pattern == other.pattern
        }
    }

    impl Eq for Pattern {}
}
