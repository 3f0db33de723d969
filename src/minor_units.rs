//! The value of an amount of money.

use crate::{
    Cursor, Deviation, Integer, JsonType, Shape, ViolationKind,
    json::Number,
    read::{self, Slot, Value},
    validate::Scope,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt};

/// A number of the smallest units of a currency: 10000 is 100.00 in USD.
///
/// It is a number on the wire. As a text of digits, `"10000"`, it is a violation `type`, unless the
/// policy lets [`AmountAsText`](crate::Deviation::AmountAsText) pass: then it is kept and written as
/// the text that it was.
///
/// ```
/// use miniprogram_protocol::{MinorUnits, dictionary::Amount};
///
/// let amount = Amount::new("USD", 10_000);
/// assert_eq!(amount.value, 10_000);
/// assert_eq!(amount.value.get() + 1, 10_001);
/// assert_eq!(amount.value, MinorUnits::from(10_000));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinorUnits {
    units: i64,
    is_text: bool,
}

impl MinorUnits {
    /// The number that is written as a text, as some peers expect it.
    ///
    /// ```
    /// use miniprogram_protocol::{MinorUnits, dictionary::Amount};
    ///
    /// let amount = Amount::new("USD", MinorUnits::text(10_000));
    /// assert_eq!(serde_json::to_string(&amount).unwrap(), r#"{"currency":"USD","value":"10000"}"#);
    /// ```
    #[must_use]
    pub const fn text(units: i64) -> Self {
        Self { units, is_text: true }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.units
    }

    /// Whether it is a text on the wire.
    #[must_use]
    pub const fn is_text(self) -> bool {
        self.is_text
    }
}

impl Integer {
    /// Reports what is wrong with a text in the place of an integer. The integer, if the policy
    /// lets the text pass for one.
    pub(crate) fn check_text(self, text: &str, at: &mut Cursor<'_>) -> Option<i64> {
        self.check_spelled(spelled(text), at)
    }

    fn check_spelled(self, spelled: Option<i64>, at: &mut Cursor<'_>) -> Option<i64> {
        let kind = ViolationKind::Type { expected: JsonType::Integer, found: JsonType::String };
        let Some(units) = spelled.filter(|_| self.may_be_text() && at.judges()) else {
            at.violate(kind);
            return None;
        };
        if !at.violate_or_tolerate(Deviation::AmountAsText, kind) {
            return None;
        }
        self.check(units, at);
        Some(units)
    }
}

/// The integer that a text spells in the one way that it is written in.
fn spelled(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.starts_with(|first| matches!(first, '1'..='9')) || text == "0";
    text.parse().ok().filter(|_| is_plain)
}

impl Value for MinorUnits {
    type Rule = Integer;
    const ANY: Integer = Integer::ANY;
    const SHAPE: Shape = Shape::Integer;
    const TYPE: JsonType = JsonType::Integer;

    fn from_number(number: Number, rule: Integer, at: &mut Cursor<'_>) -> Slot<Self> {
        rule.read(number, at).map_or(Slot::Invalid(None), |units| Slot::Value(units.into()))
    }

    fn from_text(text: Cow<'_, str>, rule: Integer, at: &mut Cursor<'_>) -> Slot<Self> {
        rule.check_text(&text, at)
            .map_or(Slot::Invalid(None), |units| Slot::Value(Self::text(units)))
    }

    #[inline]
    fn surely_keeps(&self, rule: Integer) -> bool {
        !self.is_text && self.units.surely_keeps(rule)
    }

    fn judge(&self, rule: Integer, at: &mut Cursor<'_>) {
        if self.is_text {
            rule.check_spelled(Some(self.units), at);
        } else {
            self.units.judge(rule, at);
        }
    }
}

impl From<i64> for MinorUnits {
    fn from(units: i64) -> Self {
        Self { units, is_text: false }
    }
}

impl From<i32> for MinorUnits {
    fn from(units: i32) -> Self {
        i64::from(units).into()
    }
}

impl From<u32> for MinorUnits {
    fn from(units: u32) -> Self {
        i64::from(units).into()
    }
}

impl From<MinorUnits> for i64 {
    fn from(value: MinorUnits) -> Self {
        value.units
    }
}

impl PartialEq<i64> for MinorUnits {
    fn eq(&self, other: &i64) -> bool {
        self.units == *other
    }
}

impl fmt::Display for MinorUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.units.fmt(f)
    }
}

impl fmt::Debug for MinorUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_text { write!(f, "\"{}\"", self.units) } else { self.units.fmt(f) }
    }
}

impl Serialize for MinorUnits {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.is_text {
            to.serialize_str(&self.units.to_string())
        } else {
            to.serialize_i64(self.units)
        }
    }
}

impl<'de> Deserialize<'de> for MinorUnits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read::deserialize(from, Scope::Shape)
    }
}

#[cfg(feature = "schemars")]
crate::export::schemars::json_schema!(MinorUnits);
#[cfg(feature = "utoipa")]
crate::export::utoipa::to_schema!(MinorUnits);
#[cfg(feature = "arbitrary")]
crate::arbitrary::arbitrary!(MinorUnits);
