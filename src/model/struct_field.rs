use super::Hidden;
use crate::{
    policy::Presence,
    read::{FieldError, FieldValue, ParsedField},
    report::ViolationKind,
    validate::{Operand, ValidationContext, check_unknown_field},
};
use std::fmt;

/// The type of a field in a Rust struct: `Option<T>` if the field can be absent, otherwise `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a field",
    label = "not a supported field type"
)]
pub trait StructField: fmt::Debug + Sized {
    /// The type of the value if the field is present.
    type Value: FieldValue;

    /// Converts the parsed field `name`. Reports a violation if the field is missing but required.
    ///
    /// A field can be required although it is an `Option` in Rust, because a policy may tolerate
    /// its absence, or an edition may require it although the specification does not.
    fn from_parsed(
        parsed: ParsedField<Self::Value>,
        name: &str,
        presence: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    ) -> Result<Self, FieldError>;

    /// Converts the value of a field that the specification requires.
    fn from_required(value: Self::Value) -> Self;

    /// Returns the value, if it is present.
    fn value(&self) -> Option<&Self::Value>;

    /// Returns the placeholder that `Debug` shows in place of a sensitive value.
    fn placeholder(&self) -> &dyn fmt::Debug;

    /// Returns what `Debug` shows: the value or, if it is sensitive, a placeholder.
    fn debug_value(&self, is_sensitive: bool) -> &dyn fmt::Debug {
        if is_sensitive { self.placeholder() } else { self }
    }

    /// Validates the field `name` of the object whose context is `cx`.
    #[allow(clippy::inline_always, reason = "called once per field, and faster when inlined")]
    #[inline(always)]
    fn validate(
        &self,
        name: &str,
        constraints: <Self::Value as FieldValue>::Constraints,
        presence: Presence,
        cx: &mut ValidationContext<'_>,
    ) {
        match (self.value(), presence) {
            (Some(_), Presence::Unknown) => check_unknown_field(name, cx),
            (Some(value), _) => value.validate_field(name, constraints, cx),
            (None, Presence::Required(deviation)) => cx.field(name).report_missing(deviation),
            (None, _) => {}
        }
    }

    /// Returns the operand that cross-field rules read: this field or, if `inner` is not empty, the
    /// field `inner` inside it.
    #[inline]
    fn operand(&self, inner: &str) -> Operand<&str> {
        self.value().map_or(Operand::Absent, |value| value.operand(inner))
    }
}

impl<T: FieldValue + fmt::Debug> StructField for T {
    type Value = T;

    #[inline]
    fn from_parsed(
        parsed: ParsedField<T>,
        name: &str,
        _: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    ) -> Result<T, FieldError> {
        match parsed {
            ParsedField::Missing | ParsedField::Null => {
                cx.field(name).report(ViolationKind::Required);
                Err(FieldError)
            }
            ParsedField::Invalid(_) => Err(FieldError),
            ParsedField::Value(value) => Ok(value),
        }
    }

    fn from_required(value: T) -> T {
        value
    }

    #[inline]
    fn value(&self) -> Option<&T> {
        Some(self)
    }

    fn placeholder(&self) -> &dyn fmt::Debug {
        &Hidden
    }
}

impl<T: FieldValue + fmt::Debug> StructField for Option<T> {
    type Value = T;

    #[inline]
    fn from_parsed(
        parsed: ParsedField<T>,
        name: &str,
        presence: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    ) -> Result<Option<T>, FieldError> {
        match parsed {
            ParsedField::Missing | ParsedField::Null => {
                if let Presence::Required(deviation) = presence() {
                    if cx.checks_constraints() {
                        cx.field(name).report_missing(deviation);
                    }
                }
                Ok(None)
            }
            ParsedField::Invalid(_) => Err(FieldError),
            ParsedField::Value(value) => Ok(Some(value)),
        }
    }

    fn from_required(value: T) -> Option<T> {
        Some(value)
    }

    #[inline]
    fn value(&self) -> Option<&T> {
        self.as_ref()
    }

    fn placeholder(&self) -> &dyn fmt::Debug {
        if self.is_some() { &Some(Hidden) } else { &None::<Hidden> }
    }
}
