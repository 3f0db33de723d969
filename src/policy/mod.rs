//! Policies, which determine how strictly values are validated.

mod characters;
mod custom;
#[cfg(feature = "pattern")]
mod ecma;
mod effective;
mod fields;
mod limits;
mod pattern;
pub(crate) mod similar;

pub use characters::ForbiddenCharacters;
#[cfg(any(feature = "json-schema", feature = "proptest"))]
pub(crate) use effective::EffectiveField;
use fields::FieldChanges;
pub use fields::{EffectiveFields, Presence};
#[cfg(feature = "policy-file")]
pub(crate) use limits::not_applicable_error;
pub use limits::{FieldLimits, FieldLimitsError};
pub(crate) use limits::{StringLimits, find_field};
#[cfg(all(not(feature = "pattern"), any(feature = "json-schema", feature = "proptest")))]
pub(crate) use pattern::Pattern;
#[cfg(feature = "pattern")]
pub use pattern::{Pattern, PatternError};

use crate::{
    json::MAX_DEPTH,
    schema::{Deviation, Deviations, Edition},
};
use limits::FieldOverrides;
use std::sync::Arc;

/// A policy, which determines how strictly a value is validated, how much of it is read, and how
/// many violations are reported.
///
/// The default is [`Policy::strict`], which enforces the specification as it is written. A policy is
/// cheap to clone.
///
/// ```
/// use miniprogram_protocol::{Policy, Validate, dictionary::Amount};
///
/// let policy = Policy::strict().max_violations(1);
/// let violations = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
/// assert_eq!(violations[0].path(), "/currency");
/// assert_eq!(violations[1].code(), "tooMany");
/// ```
///
/// Known deviations from the specification are accepted only if the policy allows them.
/// [`Policy::lenient`] allows every [`Deviation`], and [`allow`](Self::allow) allows a single one.
/// [`limit_field`](Self::limit_field) replaces the constraints on a field:
///
/// ```
/// use miniprogram_protocol::{Deviation, FieldLimits, Policy, dictionary::DeployAppInfo};
/// use std::sync::LazyLock;
///
/// // A policy without limits on fields can be created in a const context.
/// static BASE: Policy = Policy::strict().allow(Deviation::AmountAsString);
///
/// static TENANT: LazyLock<Policy> = LazyLock::new(|| {
///     let phone = FieldLimits::new().max_length(20);
///     BASE.clone().limit_field::<DeployAppInfo>("serviceTel", phone).expect("the field exists")
/// });
/// assert!(TENANT.allows(Deviation::AmountAsString));
/// ```
///
/// # Limits on input
///
/// The following limits bound the cost of malicious input. Real payloads stay far below the
/// defaults.
///
/// | Limit | Default | If exceeded |
/// |---|---|---|
/// | [`max_bytes`](Self::max_bytes) | 64 MiB | The input is not read: a `maxBytes` violation. |
/// | [`max_depth`](Self::max_depth) | 128 | The input is rejected with a [`SyntaxError`](crate::SyntaxError). |
/// | [`max_items`](Self::max_items) | 1,000,000 | Further elements are skipped: a `maxItems` violation. |
/// | [`max_unknown_fields`](Self::max_unknown_fields) | 10,000 | Further unknown fields are skipped: a `maxProperties` violation. |
///
/// [`from_json_with`](crate::from_json_with) and [`check_json_with`](crate::check_json_with) apply
/// these limits; `Deserialize` applies the defaults, except `max_bytes`. Values built in Rust are
/// not limited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    max_violations: usize,
    max_bytes: usize,
    max_items: usize,
    max_unknown_fields: usize,
    max_depth: u8,
    unknown_fields: UnknownFieldPolicy,
    deviations: Deviations,
    edition: Edition,
    /// The limits on fields, the custom checks and the changes that the edition makes, or `None` if
    /// there are none.
    overrides: Option<Arc<FieldOverrides>>,
}

/// The treatment of unknown fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnknownFieldPolicy {
    /// Unknown fields are kept and written back, because the sender may implement a newer version
    /// of the specification.
    #[default]
    Keep,
    /// Unknown fields are skipped, even if they are duplicates, and are not written back.
    Ignore,
    /// Unknown fields are `additionalProperties` violations.
    Reject,
}

impl Policy {
    /// Returns the strict policy, which enforces the specification as it is written and reports at
    /// most 64 violations.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            max_violations: 64,
            max_bytes: 64 << 20,
            max_items: 1_000_000,
            max_unknown_fields: 10_000,
            max_depth: MAX_DEPTH,
            unknown_fields: UnknownFieldPolicy::Keep,
            deviations: Deviations::NONE,
            edition: Edition::V2,
            overrides: None,
        }
    }

    /// Returns the lenient policy, which allows every [`Deviation`] and is otherwise the same as
    /// the strict policy.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, Policy, dictionary::User, from_json_with};
    ///
    /// static POLICY: Policy = Policy::lenient().deny(Deviation::UnknownEnumValue);
    ///
    /// let user = br#"{"userId":"1","birthDate":"2020-07-25","gender":"MALE"}"#;
    /// assert!(from_json_with::<User>(user, &Policy::lenient()).is_ok());
    /// let error = from_json_with::<User>(user, &POLICY).unwrap_err();
    /// assert_eq!(error.to_string(), "/gender must be one of F, M");
    /// ```
    #[must_use]
    pub const fn lenient() -> Self {
        let mut lenient = Self::strict();
        lenient.deviations = Deviations::ALL;
        lenient
    }

    /// Allows a deviation.
    #[must_use]
    pub const fn allow(mut self, deviation: Deviation) -> Self {
        self.deviations = self.deviations.with(deviation);
        self
    }

    /// Denies a deviation.
    #[must_use]
    pub const fn deny(mut self, deviation: Deviation) -> Self {
        self.deviations = self.deviations.without(deviation);
        self
    }

    /// Returns whether the policy allows a deviation.
    #[must_use]
    pub const fn allows(&self, deviation: Deviation) -> bool {
        self.deviations.contains(deviation)
    }

    /// Returns whether the policy allows at least one deviation.
    pub(crate) fn allows_any_deviation(&self) -> bool {
        self.deviations != Deviations::NONE
    }

    /// Sets the maximum number of violations in a report. The final violation that marks a
    /// truncated report does not count.
    #[must_use]
    pub const fn max_violations(mut self, max_violations: usize) -> Self {
        self.max_violations = max_violations;
        self
    }

    /// Sets the maximum size of the input in bytes.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, dictionary::Amount, from_json_with};
    ///
    /// let policy = Policy::strict().max_bytes(8);
    /// let error = from_json_with::<Amount>(br#"{"currency":"USD","value":1}"#, &policy).unwrap_err();
    /// assert_eq!(error.to_string(), "the value must be at most 8 bytes (got 28)");
    /// ```
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the maximum nesting depth of arrays and objects. Values above 128 have no effect.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, dictionary::Order, from_json_with};
    ///
    /// let policy = Policy::strict().max_depth(1);
    /// let error = from_json_with::<Order>(br#"{"orderAmount":{}}"#, &policy).unwrap_err();
    /// assert_eq!(error.syntax().unwrap().column(), 16);
    /// ```
    #[must_use]
    pub const fn max_depth(mut self, levels: u8) -> Self {
        self.max_depth = if levels < MAX_DEPTH { levels } else { MAX_DEPTH };
        self
    }

    /// Sets the maximum number of elements that are read from any array.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, check_json_with, dictionary::Order};
    ///
    /// let policy = Policy::strict().max_items(1);
    /// let error = check_json_with::<Order>(br#"{"goods":[null,null]}"#, &policy).unwrap_err();
    /// assert_eq!(error.violations()[1].to_string(), "/goods must have at most 1 element (got 2)");
    /// ```
    #[must_use]
    pub const fn max_items(mut self, elements: usize) -> Self {
        self.max_items = elements;
        self
    }

    /// Sets the maximum number of unknown fields per object that are kept or reported.
    #[must_use]
    pub const fn max_unknown_fields(mut self, fields: usize) -> Self {
        self.max_unknown_fields = fields;
        self
    }

    /// Sets how unknown fields are treated.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, UnknownFieldPolicy, dictionary::Amount, from_json_with};
    ///
    /// let json = br#"{"currency":"USD","value":1,"points":7}"#;
    /// let read = |unknown_fields| {
    ///     from_json_with::<Amount>(json, &Policy::strict().unknown_fields(unknown_fields))
    /// };
    /// let (amount, _) = read(UnknownFieldPolicy::Keep).unwrap();
    /// assert_eq!(amount.unknown_fields.len(), 1);
    /// let (amount, _) = read(UnknownFieldPolicy::Ignore).unwrap();
    /// assert_eq!(amount.unknown_fields.len(), 0);
    /// let error = read(UnknownFieldPolicy::Reject).unwrap_err();
    /// assert_eq!(error.to_string(), "/points is not a known field");
    /// ```
    #[must_use]
    pub const fn unknown_fields(mut self, unknown_fields: UnknownFieldPolicy) -> Self {
        self.unknown_fields = unknown_fields;
        self
    }

    /// Returns the edition of the specification to validate against.
    #[must_use]
    pub const fn current_edition(&self) -> Edition {
        self.edition
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

    pub(crate) const fn unknown_fields_limit(&self) -> usize {
        self.max_unknown_fields
    }

    pub(crate) const fn unknown_field_policy(&self) -> UnknownFieldPolicy {
        self.unknown_fields
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::strict()
    }
}

/// Marks the path for policies with overrides as cold.
#[cold]
#[inline(never)]
pub(crate) fn cold_path<R>(run: impl FnOnce() -> R) -> R {
    run()
}
