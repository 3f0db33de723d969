use super::Hidden;
use crate::{
    policy::Presence,
    read::{FieldValue, ParsedField},
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

    /// Reports a violation if the parsed field `name` is missing but required.
    ///
    /// A field can be required although it is an `Option` in Rust, because a policy may tolerate
    /// its absence, or an edition may require it although the specification does not.
    fn check_presence(
        parsed: &ParsedField<Self::Value>,
        name: &str,
        presence: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    );

    /// Converts the parsed field. Returns `None` if there is no value, but the Rust type requires
    /// one.
    fn from_parsed(parsed: ParsedField<Self::Value>) -> Option<Self>;

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
            (None, Presence::Required(deviation)) => cx.report_missing(name, deviation),
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
    fn check_presence(
        parsed: &ParsedField<T>,
        name: &str,
        _: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    ) {
        if let ParsedField::Missing | ParsedField::Null = parsed {
            cx.report_missing(name, None);
        }
    }

    #[inline]
    fn from_parsed(parsed: ParsedField<T>) -> Option<T> {
        if let ParsedField::Value(value) = parsed { Some(value) } else { None }
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
    fn check_presence(
        parsed: &ParsedField<T>,
        name: &str,
        presence: impl FnOnce() -> Presence,
        cx: &mut ValidationContext<'_>,
    ) {
        if let ParsedField::Missing | ParsedField::Null = parsed {
            if let Presence::Required(deviation) = presence() {
                if cx.checks_constraints() {
                    cx.report_missing(name, deviation);
                }
            }
        }
    }

    #[inline]
    fn from_parsed(parsed: ParsedField<T>) -> Option<Option<T>> {
        match parsed {
            ParsedField::Missing | ParsedField::Null => Some(None),
            ParsedField::Invalid(_) => None,
            ParsedField::Value(value) => Some(Some(value)),
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
