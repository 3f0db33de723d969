//! Validation of values against constraints.

mod array;
mod context;
mod cross_field;
mod effective;
mod exchange;
mod integer;
mod string;
mod unknown_fields;
mod valid;

pub(crate) use array::{check_item_count, visit_items};
pub use context::ValidationContext;
pub(crate) use context::{PathSegment, Report, STRICT_POLICY, Scope};
pub use cross_field::Operand;
pub(crate) use cross_field::{check_cross_field_rules, known_value};
#[cfg(any(feature = "json-schema", feature = "proptest"))]
pub(crate) use effective::EffectiveString;
pub(crate) use exchange::ExchangeOperands;
pub(crate) use unknown_fields::{
    accept_unknown_field, check_unknown_field, check_unknown_field_count,
};
pub use valid::{InvalidValue, Valid};

use crate::{
    policy::Policy,
    report::{Violation, Violations},
};

/// A value that can be validated.
///
/// Every protocol type implements this trait, and so can your own struct that contains such types:
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be validated",
    label = "expected a protocol type, or your own type that implements `Validate`",
    note = "in `validate_into`, call `self.amount.validate_into(&mut cx.field(\"amount\"))` for each field"
)]
pub trait Validate {
    /// Reports every violation in the value to the context.
    fn validate_into(&self, cx: &mut ValidationContext<'_>);

    /// Validates the value against the specification, without allocating if the value is valid.
    ///
    /// # Errors
    /// Returns the violations, up to 64 of them.
    fn validate(&self) -> Result<(), Violations> {
        let mut report = Report::default();
        self.validate_into(&mut ValidationContext::new(&STRICT_POLICY, Scope::All, &mut report));
        report.take_result()
    }

    /// Validates the value against a policy. On success, returns the violations that the policy
    /// tolerates as [`Deviation`](crate::Deviation)s.
    ///
    /// # Errors
    /// Returns the violations, up to the policy's maximum.
    fn validate_with(&self, policy: &Policy) -> Result<Vec<Violation>, Violations> {
        let mut report = Report::default();
        self.validate_into(&mut ValidationContext::new(policy, Scope::All, &mut report));
        report.take_result()?;
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
