use super::Hidden;
use crate::{
    read::{FieldValue, Invalid, ParsedField},
    report::ViolationKind,
    schema::Deviation,
    validate::{Operand, ValidationContext},
};
use std::fmt;

/// The type of a field in a Rust struct: `Option<T>` if the field can be absent, otherwise `T`.
pub trait StructField: fmt::Debug + Sized {
    /// The type of a value that is present.
    type Value: FieldValue;

    /// Converts the parsed field `name`. Reports it if it is missing but required.
    ///
    /// `absence_deviation` is the deviation that a policy can allow to tolerate the absence of a
    /// required field, which is then an `Option` in Rust.
    fn from_parsed(
        parsed: ParsedField<Self::Value>,
        name: &str,
        absence_deviation: Option<Deviation>,
        cx: &mut ValidationContext<'_>,
    ) -> Result<Self, Invalid>;

    /// Returns the value, if it is present.
    fn value(&self) -> Option<&Self::Value>;

    /// Returns the placeholder that `Debug` shows in place of a sensitive value.
    fn hidden(&self) -> &dyn fmt::Debug;

    /// Validates the field `name` of the object whose context is `cx`.
    #[allow(clippy::inline_always, reason = "called once per field; it is faster inlined")]
    #[inline(always)]
    fn validate(
        &self,
        name: &str,
        constraints: <Self::Value as FieldValue>::Constraints,
        absence_deviation: Option<Deviation>,
        cx: &mut ValidationContext<'_>,
    ) {
        match self.value() {
            Some(value) => value.validate_field(name, constraints, cx),
            None if absence_deviation.is_some() => cx.field(name).report_missing(absence_deviation),
            None => {}
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
        _: Option<Deviation>,
        cx: &mut ValidationContext<'_>,
    ) -> Result<T, Invalid> {
        match parsed {
            ParsedField::Missing | ParsedField::Null => {
                cx.field(name).report(ViolationKind::Required);
                Err(Invalid)
            }
            ParsedField::Invalid(_) => Err(Invalid),
            ParsedField::Value(value) => Ok(value),
        }
    }

    #[inline]
    fn value(&self) -> Option<&T> {
        Some(self)
    }

    fn hidden(&self) -> &dyn fmt::Debug {
        &Hidden
    }
}

impl<T: FieldValue + fmt::Debug> StructField for Option<T> {
    type Value = T;

    #[inline]
    fn from_parsed(
        parsed: ParsedField<T>,
        name: &str,
        absence_deviation: Option<Deviation>,
        cx: &mut ValidationContext<'_>,
    ) -> Result<Option<T>, Invalid> {
        match parsed {
            ParsedField::Missing | ParsedField::Null => {
                if absence_deviation.is_some() && cx.checks_constraints() {
                    cx.field(name).report_missing(absence_deviation);
                }
                Ok(None)
            }
            ParsedField::Invalid(_) => Err(Invalid),
            ParsedField::Value(value) => Ok(Some(value)),
        }
    }

    #[inline]
    fn value(&self) -> Option<&T> {
        self.as_ref()
    }

    fn hidden(&self) -> &dyn fmt::Debug {
        if self.is_some() { &Some(Hidden) } else { &None::<Hidden> }
    }
}
