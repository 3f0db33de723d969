//! How strictly a value is judged, how much is read, and how much of it is reported.

mod asked;
mod characters;
mod deviation;
#[cfg(feature = "pattern")]
mod ecma;
#[cfg(feature = "policy-file")]
mod expected;
#[cfg(feature = "policy-file")]
mod file;
mod limits;
mod pattern;

#[cfg(feature = "proptest")]
pub(crate) use asked::AskedText;
pub use characters::ForbiddenCharacters;
pub use deviation::Deviation;
#[cfg(feature = "policy-file")]
pub use file::PolicyFileError;
pub use limits::{RowError, RowLimits};
#[cfg(all(not(feature = "pattern"), any(feature = "json-schema", feature = "proptest")))]
pub(crate) use pattern::Pattern;
#[cfg(feature = "pattern")]
pub use pattern::{Pattern, PatternError};

use crate::{
    Datetime, Format, Schema, Table, ViolationKind,
    json::MAX_DEPTH,
    read::Value,
    rule::{RowRule as _, Rule, Text},
};
use deviation::Deviations;
use limits::Tables;
pub(crate) use limits::TextLimits;
use std::sync::Arc;

/// How strictly, how much, and at what length, a value is read and judged.
///
/// The default is [`Policy::dictionary`]: the documents to the letter. A policy is cheap to clone.
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
/// What peers send though the documents do not allow it passes where it is said: every
/// [`Deviation`] by [`Policy::tolerant`], each one by [`tolerate`](Self::tolerate). A row is limited
/// in another way than the documents' by [`row`](Self::row):
///
/// ```
/// use miniprogram_protocol::{Deviation, Policy, RowLimits, dictionary::DeployAppInfo};
/// use std::sync::LazyLock;
///
/// /// Without limits of rows, a policy is a constant.
/// static LENIENT: Policy = Policy::dictionary().tolerate(Deviation::AmountAsText);
///
/// static TENANT: LazyLock<Policy> = LazyLock::new(|| {
///     let phone = RowLimits::new().max_length(20);
///     LENIENT.clone().row::<DeployAppInfo>("serviceTel", phone).expect("such a row is there")
/// });
/// assert!(TENANT.tolerates(Deviation::AmountAsText));
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
    deviations: Deviations,
    /// The rows that are not limited as the documents say.
    tables: Option<Arc<Tables>>,
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
            max_depth: MAX_DEPTH,
            unknown_members: Unknown::Keep,
            deviations: Deviations::NONE,
            tables: None,
        }
    }

    /// The documents, and every [`Deviation`] is let pass.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, Policy, dictionary::User, from_json_with};
    ///
    /// static POLICY: Policy = Policy::tolerant().refuse(Deviation::UnlistedValue);
    ///
    /// let user = br#"{"userId":"1","birthDate":"2020-07-25","gender":"MALE"}"#;
    /// assert!(from_json_with::<User>(user, &Policy::tolerant()).is_ok());
    /// let error = from_json_with::<User>(user, &POLICY).unwrap_err();
    /// assert_eq!(error.to_string(), "/gender must be one of F, M");
    /// ```
    #[must_use]
    pub const fn tolerant() -> Self {
        let mut tolerant = Self::dictionary();
        tolerant.deviations = Deviations::ALL;
        tolerant
    }

    /// Lets a deviation pass.
    #[must_use]
    pub const fn tolerate(mut self, deviation: Deviation) -> Self {
        self.deviations = self.deviations.with(deviation);
        self
    }

    /// Does not let a deviation pass.
    #[must_use]
    pub const fn refuse(mut self, deviation: Deviation) -> Self {
        self.deviations = self.deviations.without(deviation);
        self
    }

    /// Whether a deviation is let pass.
    #[must_use]
    pub const fn tolerates(&self, deviation: Deviation) -> bool {
        self.deviations.contains(deviation)
    }

    /// Limits the row `row` of a table, by its name on the wire, in another way than the documents.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, RowLimits, Validate, dictionary::UserName};
    ///
    /// let policy = Policy::dictionary().row::<UserName>("fullName", RowLimits::waived())?;
    /// let name = UserName::new().full_name("#".repeat(1000));
    /// assert!(name.validate_with(&policy).is_ok());
    /// # Ok::<_, miniprogram_protocol::RowError>(())
    /// ```
    ///
    /// # Errors
    /// The table has no such row, a limit is for another type of row, or nothing would be valid, see
    /// [`RowError::NothingIsValid`]. What the policy tolerates so far counts as valid.
    pub fn row<T: Table>(self, row: &str, limits: RowLimits) -> Result<Self, RowError> {
        self.row_of(T::SCHEMA, row, limits)
    }

    /// Limits a row as [`row`](Self::row) does, of a table that is known by its schema.
    ///
    /// # Errors
    /// As `row`.
    pub fn row_of(
        mut self,
        schema: &Schema,
        row: &str,
        limits: RowLimits,
    ) -> Result<Self, RowError> {
        let (index, field) = limits::find(schema, row, &limits)?;
        let rule = self.own_tables().limit(schema, (index, field), limits);
        if self.allows_something(field.shape, rule) {
            Ok(self)
        } else {
            Err(RowError::NothingIsValid { table: schema.name, row: field.name })
        }
    }

    /// Sets which characters are forbidden in every row of which the documents say "Characters not
    /// allowed: special characters such as @ # ?".
    ///
    /// Limits of rows that were set before are not checked again, so that a list of values may have no
    /// valid one left: set the characters first.
    ///
    /// ```
    /// use miniprogram_protocol::{ForbiddenCharacters, Policy, Validate, dictionary::Merchant};
    ///
    /// let policy = Policy::dictionary().forbidden_characters(&ForbiddenCharacters::strict());
    /// let merchant = Merchant::new("M＃1", "Shoe Shop");
    /// assert!(merchant.validate().is_ok());
    /// assert_eq!(
    ///     merchant.validate_with(&policy).unwrap_err().to_string(),
    ///     "/referenceMerchantId must not contain the character U+FF03"
    /// );
    /// ```
    #[must_use]
    pub fn forbidden_characters(mut self, characters: &ForbiddenCharacters) -> Self {
        for schema in Schema::ALL {
            for (index, field) in schema.fields.iter().enumerate() {
                let rule = match field.rule {
                    Rule::List { each, .. } => each,
                    rule => Text::of(rule),
                };
                if rule.is_some_and(Text::is_plain) {
                    let limits = RowLimits::new().forbidden_characters(characters.clone());
                    self.own_tables().limit(schema, (index, field), limits);
                }
            }
        }
        self
    }

    fn own_tables(&mut self) -> &mut Tables {
        Arc::make_mut(self.tables.get_or_insert_default())
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
        self.max_depth = if levels < MAX_DEPTH { levels } else { MAX_DEPTH };
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

    /// The rules of a table, if the policy has its own.
    #[inline]
    pub(crate) fn rules_of(&self, schema: &Schema) -> Option<&[Rule]> {
        // Most policies have none.
        self.tables.as_ref()?.rules_of(schema)
    }

    /// The rule of a row, by its name.
    pub(crate) fn rule(&self, schema: &Schema, name: &str) -> Option<Rule> {
        let index = schema.fields.iter().position(|field| field.name == name)?;
        let own = self.rules_of(schema).and_then(|rules| rules.get(index));
        own.copied().or_else(|| schema.fields.get(index).map(|field| field.rule))
    }

    /// What the policy itself asks of a text of that rule.
    pub(crate) fn text_limits(&self, rule: Text) -> Option<&TextLimits> {
        self.tables.as_ref()?.text_limits(rule)
    }

    /// Whether what `text` breaks is let pass.
    pub(crate) fn tolerates_text(&self, fault: &ViolationKind, text: &str, rule: Text) -> bool {
        match fault {
            ViolationKind::Enum { .. } => self.tolerates(Deviation::UnlistedValue),
            ViolationKind::Format { format: Format::DateTime } => {
                let is_millis = || Format::UnixMillis.matches(text);
                let is_date = || rule.may_be_date() && Datetime::is_date(text);
                self.tolerates(Deviation::UnixMillisTime) && is_millis()
                    || self.tolerates(Deviation::DateWithoutTime) && is_date()
            }
            _ => false,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::dictionary()
    }
}

/// Runs what only policies with rules of their own need, apart from what all others do.
#[cold]
#[inline(never)]
pub(crate) fn rarely<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// Who says what the rule of a row is.
pub(crate) trait Rules: Copy {
    /// The rule of the row at an index, which is `of_the_documents` unless someone else says.
    fn rule<T: Value>(self, row: usize, of_the_documents: T::Rule) -> T::Rule;
}

/// The documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfTheDocuments;

impl Rules for OfTheDocuments {
    #[allow(clippy::inline_always, reason = "the rule stays a constant: measured")]
    #[inline(always)]
    fn rule<T: Value>(self, _: usize, of_the_documents: T::Rule) -> T::Rule {
        of_the_documents
    }
}

/// A policy that has its own for the table.
impl Rules for &[Rule] {
    fn rule<T: Value>(self, row: usize, of_the_documents: T::Rule) -> T::Rule {
        self.get(row).and_then(|rule| T::Rule::of(*rule)).unwrap_or(of_the_documents)
    }
}
