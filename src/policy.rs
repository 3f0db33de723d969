//! How strictly a value is judged, and how much of it is reported.

/// How strictly, and at what length, a value is judged.
///
/// The default is [`Policy::dictionary`]: the documents to the letter.
///
/// ```
/// use miniprogram_protocol::{Policy, Validate, dictionary::Amount};
///
/// let policy = Policy::dictionary().max_violations(1);
/// let violations = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
/// assert_eq!(violations[0].path(), "/currency");
/// assert_eq!(violations[1].code(), "tooMany");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    max_violations: usize,
}

impl Policy {
    /// The documents to the letter, and at most 64 violations in a report.
    #[must_use]
    pub const fn dictionary() -> Self {
        Self { max_violations: 64 }
    }

    /// Sets how many violations a report holds at the most, the mark that it was cut not counted.
    #[must_use]
    pub const fn max_violations(mut self, max_violations: usize) -> Self {
        self.max_violations = max_violations;
        self
    }

    pub(crate) const fn violations_limit(&self) -> usize {
        self.max_violations
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::dictionary()
    }
}
