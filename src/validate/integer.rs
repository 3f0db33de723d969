//! Validation of integers, including integers that are written as strings.

use super::ValidationContext;
use crate::{
    json::Number,
    report::ViolationKind,
    schema::{Deviation, IntegerConstraints, JsonType},
};

impl IntegerConstraints {
    /// Converts a number to a 64-bit integer, and reports its violations. Returns `None` if the
    /// number is not a 64-bit integer.
    #[inline]
    pub(crate) fn read(self, number: Number, cx: &mut ValidationContext<'_>) -> Option<i64> {
        self.read_fast(number).or_else(|| self.read_slow(number, cx))
    }

    /// Converts a number as [`read`](Self::read) does, but without the fast path.
    #[inline(never)]
    pub(crate) fn read_slow(self, number: Number, cx: &mut ValidationContext<'_>) -> Option<i64> {
        let constraints = if cx.checks_constraints() { self } else { Self::UNCONSTRAINED };
        let negative = match number {
            Number::Negative(integer) => {
                constraints.validate(integer, cx);
                return Some(integer);
            }
            Number::Unsigned(integer) => {
                if let Ok(integer) = i64::try_from(integer) {
                    constraints.validate(integer, cx);
                    return Some(integer);
                }
                false
            }
            Number::BigInteger { negative } => negative,
            Number::Float(_) => {
                let (expected, found) = (JsonType::Integer, JsonType::Number);
                cx.report(ViolationKind::Type { expected, found });
                return None;
            }
        };
        cx.report(if negative {
            ViolationKind::Minimum { minimum: constraints.minimum }
        } else {
            ViolationKind::Maximum { maximum: constraints.maximum }
        });
        None
    }

    pub(crate) fn validate(self, integer: i64, cx: &mut ValidationContext<'_>) {
        if integer < self.minimum {
            cx.report(ViolationKind::Minimum { minimum: self.minimum });
        } else if integer > self.maximum {
            cx.report(ViolationKind::Maximum { maximum: self.maximum });
        }
    }

    /// Parses an integer that is written as a string, and reports its violations. Returns `None`
    /// unless the policy allows such strings.
    pub(crate) fn read_string(self, string: &str, cx: &mut ValidationContext<'_>) -> Option<i64> {
        let integer = parse_canonical_integer(string).filter(|_| cx.checks_constraints());
        let is_allowed = self.validate_integer_in_string(integer, cx);
        integer.filter(|_| is_allowed)
    }

    /// Reports that an integer is written as a string. If the policy allows such strings, also
    /// validates the integer. Returns whether the policy allows such strings.
    pub(crate) fn validate_integer_in_string(
        self,
        integer: Option<i64>,
        cx: &mut ValidationContext<'_>,
    ) -> bool {
        let kind = ViolationKind::Type { expected: JsonType::Integer, found: JsonType::String };
        let Some(integer) = integer.filter(|_| self.string_allowed) else {
            cx.report(kind);
            return false;
        };
        let is_allowed = cx.report_or_tolerate(Deviation::AmountAsString, kind);
        if is_allowed {
            self.validate(integer, cx);
        }
        is_allowed
    }
}

/// Parses an integer in canonical decimal form: without a plus sign or leading zeros.
fn parse_canonical_integer(string: &str) -> Option<i64> {
    let digits = string.strip_prefix('-').unwrap_or(string);
    let is_canonical = digits.starts_with(|first| matches!(first, '1'..='9')) || string == "0";
    string.parse().ok().filter(|_| is_canonical)
}
