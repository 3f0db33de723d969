//! Validation of values against their constraints, and the order of violations.

mod array;
mod context;
mod cross_field;
mod effective;
mod integer;
mod string;
mod unknown_fields;

pub(crate) use array::{check_items, visit_items};
pub use context::ValidationContext;
pub(crate) use context::{PathSegment, Report, STRICT, Scope};
pub(crate) use cross_field::Operand;
pub(crate) use cross_field::{check_cross_field_rules, known_value};
#[cfg(any(feature = "json-schema", feature = "proptest"))]
pub(crate) use effective::EffectiveString;
pub(crate) use unknown_fields::{accept_unknown_field, check_unknown_field_count};

use crate::{
    policy::Policy,
    report::{Violation, Violations},
};
use serde::{Serialize, Serializer};
use std::ops::Deref;

/// A value that can be validated.
///
/// Every protocol type implements this trait, and so can a struct of your own that contains such
/// types:
///
/// ```
/// use miniprogram_protocol::{Validate, ValidationContext, dictionary::Amount};
///
/// struct Refund {
///     amount: Amount,
/// }
///
/// impl Validate for Refund {
///     fn validate_into(&self, cx: &mut ValidationContext<'_>) {
///         self.amount.validate_into(&mut cx.field("amount"));
///     }
/// }
///
/// let refund = Refund { amount: Amount::new("USD", -1) };
/// assert_eq!(refund.validate().unwrap_err()[0].path(), "/amount/value");
/// ```
pub trait Validate {
    /// Reports every violation of the value to the context.
    fn validate_into(&self, cx: &mut ValidationContext<'_>);

    /// Validates the value against the specification. Does not allocate if the value is valid.
    ///
    /// # Errors
    /// Returns the violations, up to 64 of them.
    fn validate(&self) -> Result<(), Violations> {
        let mut report = Report::default();
        self.validate_into(&mut ValidationContext::new(&STRICT, Scope::All, &mut report));
        report.result()
    }

    /// Validates the value against a policy. Returns the deviations that the policy tolerates, as
    /// violations; see [`Deviation`](crate::Deviation).
    ///
    /// # Errors
    /// Returns the violations, up to the policy's maximum.
    fn validate_with(&self, policy: &Policy) -> Result<Vec<Violation>, Violations> {
        let mut report = Report::default();
        self.validate_into(&mut ValidationContext::new(policy, Scope::All, &mut report));
        report.result()?;
        Ok(report.into_tolerated())
    }
}

impl<T: Validate> Validate for Option<T> {
    fn validate_into(&self, cx: &mut ValidationContext<'_>) {
        if let Some(value) = self {
            value.validate_into(cx);
        }
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn validate_into(&self, cx: &mut ValidationContext<'_>) {
        for (index, value) in self.iter().enumerate() {
            value.validate_into(&mut cx.index(index));
        }
    }
}

/// A value that has been validated: by [`Valid::new`], [`from_json`](crate::from_json) or
/// [`Deserialize`](serde::Deserialize); or against a policy, by [`Valid::new_with`] or
/// [`from_json_with`](crate::from_json_with).
///
/// In a web framework's JSON extractor, use `Valid<Order>` instead of `Order`: the extractor then
/// validates the body, and its error lists every violation.
///
/// ```
/// use miniprogram_protocol::{Valid, dictionary::Amount};
///
/// let amount: Valid<Amount> = serde_json::from_str(r#"{"currency":"USD","value":10000}"#).unwrap();
/// assert_eq!(amount.value, 10_000);
///
/// let error = serde_json::from_str::<Valid<Amount>>(r#"{"currency":"USD"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/value is required");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// Wraps a value that has just been validated.
    pub(crate) const fn assume(value: T) -> Self {
        Self(value)
    }

    /// Returns the value, which can then be modified.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Validate> Valid<T> {
    /// Validates a value against the specification.
    ///
    /// # Errors
    /// Returns the violations, up to 64 of them.
    pub fn new(value: T) -> Result<Self, Violations> {
        Self::new_with(value, &STRICT)
    }

    /// Validates a value against a policy.
    ///
    /// # Errors
    /// Returns the violations, up to the policy's maximum.
    pub fn new_with(value: T, policy: &Policy) -> Result<Self, Violations> {
        value.validate_with(policy)?;
        Ok(Self(value))
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Valid<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
