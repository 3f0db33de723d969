//! How strictly a value is judged, how much is read, and how much of it is reported.

/// How strictly, how much, and at what length, a value is read and judged.
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
///
/// # Limits of the reader
///
/// They keep a hostile text from costing more than its length. Payloads do not meet the defaults.
///
/// | limit | default | what goes beyond |
/// |---|---|---|
/// | [`max_bytes`](Self::max_bytes) | 64 MiB | is not read: a violation `maxBytes` |
/// | [`max_depth`](Self::max_depth) | 128 | is no JSON to the reader: a [`SyntaxError`](crate::SyntaxError) |
/// | [`max_items`](Self::max_items) | 1,000,000 | is passed over: a violation `maxItems` |
/// | [`max_unknown_members`](Self::max_unknown_members) | 10,000 | is passed over: a violation `maxProperties` |
///
/// [`from_json_with`](crate::from_json_with) and [`check_json_with`](crate::check_json_with) keep
/// them; `Deserialize` keeps the defaults, but for `max_bytes`. A value that was built is of any size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    max_violations: usize,
    max_bytes: usize,
    max_items: usize,
    max_unknown_members: usize,
    max_depth: u8,
    unknown_members: Unknown,
}

/// What becomes of members that no row names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unknown {
    /// They are kept, and written back: the sender may be newer.
    #[default]
    Keep,
    /// They are passed over while reading, also those that stand twice, and are not written back.
    Ignore,
    /// They are violations, `additionalProperties`.
    Report,
}

impl Policy {
    /// The documents to the letter, and at most 64 violations in a report.
    #[must_use]
    pub const fn dictionary() -> Self {
        Self {
            max_violations: 64,
            max_bytes: 64 << 20,
            max_items: 1_000_000,
            max_unknown_members: 10_000,
            max_depth: 128,
            unknown_members: Unknown::Keep,
        }
    }

    /// Sets how many violations a report holds at the most, the mark that it was cut not counted.
    #[must_use]
    pub const fn max_violations(mut self, max_violations: usize) -> Self {
        self.max_violations = max_violations;
        self
    }

    /// Sets how many bytes a text may have.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, dictionary::Amount, from_json_with};
    ///
    /// let policy = Policy::dictionary().max_bytes(8);
    /// let error = from_json_with::<Amount>(br#"{"currency":"USD","value":1}"#, &policy).unwrap_err();
    /// assert_eq!(error.to_string(), "the value has more bytes (28) than the 8 that are read");
    /// ```
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how deep arrays and objects of a text may be nested: 128 at the most.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, dictionary::Order, from_json_with};
    ///
    /// let policy = Policy::dictionary().max_depth(1);
    /// let error = from_json_with::<Order>(br#"{"orderAmount":{}}"#, &policy).unwrap_err();
    /// assert_eq!(error.syntax().unwrap().column(), 16);
    /// ```
    #[must_use]
    pub const fn max_depth(mut self, levels: u8) -> Self {
        self.max_depth = if levels < 128 { levels } else { 128 };
        self
    }

    /// Sets how many elements of an array are read, whatever its row allows.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, check_json_with, dictionary::Order};
    ///
    /// let policy = Policy::dictionary().max_items(1);
    /// let error = check_json_with::<Order>(br#"{"goods":[null,null]}"#, &policy).unwrap_err();
    /// assert_eq!(error.violations()[1].to_string(), "/goods has more elements (2) than the 1 that are allowed");
    /// ```
    #[must_use]
    pub const fn max_items(mut self, elements: usize) -> Self {
        self.max_items = elements;
        self
    }

    /// Sets how many members of an object are kept, or reported, that no row names.
    #[must_use]
    pub const fn max_unknown_members(mut self, members: usize) -> Self {
        self.max_unknown_members = members;
        self
    }

    /// Sets what becomes of members that no row names.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, Unknown, dictionary::Amount, from_json_with};
    ///
    /// let json = br#"{"currency":"USD","value":1,"points":7}"#;
    /// let read = |unknown| {
    ///     from_json_with::<Amount>(json, &Policy::dictionary().unknown_members(unknown))
    /// };
    /// assert_eq!(read(Unknown::Keep).unwrap().unknown_members.len(), 1);
    /// assert_eq!(read(Unknown::Ignore).unwrap().unknown_members.len(), 0);
    /// assert_eq!(read(Unknown::Report).unwrap_err().to_string(), "/points is a member that no row names");
    /// ```
    #[must_use]
    pub const fn unknown_members(mut self, unknown: Unknown) -> Self {
        self.unknown_members = unknown;
        self
    }

    pub(crate) const fn violations_limit(&self) -> usize {
        self.max_violations
    }

    pub(crate) const fn bytes_limit(&self) -> usize {
        self.max_bytes
    }

    pub(crate) const fn depth_limit(&self) -> u8 {
        self.max_depth
    }

    pub(crate) const fn items_limit(&self) -> usize {
        self.max_items
    }

    pub(crate) const fn unknown_members_limit(&self) -> usize {
        self.max_unknown_members
    }

    pub(crate) const fn unknown(&self) -> Unknown {
        self.unknown_members
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::dictionary()
    }
}
