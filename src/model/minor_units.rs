//! The value of a monetary amount.

use crate::{
    json::Number,
    read::{self, FieldValue, ParsedField},
    schema::{IntegerConstraints, JsonType, ValueType},
    validate::{Scope, ValidationContext},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    num::ParseIntError,
    str::FromStr,
};

/// An amount in the smallest unit of a currency: 10000 is 100.00 in USD.
///
/// In JSON, an amount is an integer. A string of digits, such as `"10000"`, is a `type` violation
/// unless the policy allows [`AmountAsString`](crate::Deviation::AmountAsString). An amount that was
/// read from a string is written back as a string.
///
/// `Eq`, `Ord` and `Hash` ignore the JSON type and compare only the numbers.
/// [`is_identical_to`](Self::is_identical_to) also compares the JSON types.
///
/// ```
/// use miniprogram_protocol::{MinorUnits, dictionary::Amount};
///
/// let amount = Amount::new("USD", 10_000);
/// assert_eq!(amount.value, 10_000);
/// assert!(amount.value < 20_000);
/// assert_eq!(amount.value.get() + 1, 10_001);
/// assert_eq!(amount.value, MinorUnits::string(10_000));
/// ```
#[derive(Clone, Copy, Default)]
pub struct MinorUnits {
    units: i64,
    is_string: bool,
}

impl MinorUnits {
    /// Creates an amount that is serialized as a string, because some peers expect a string.
    ///
    /// ```
    /// use miniprogram_protocol::{MinorUnits, dictionary::Amount};
    ///
    /// let amount = Amount::new("USD", MinorUnits::string(10_000));
    /// let json = serde_json::to_string(&amount).unwrap();
    /// assert_eq!(json, r#"{"currency":"USD","value":"10000"}"#);
    /// ```
    #[must_use]
    pub const fn string(units: i64) -> Self {
        Self { units, is_string: true }
    }

    /// Returns the number of units.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.units
    }

    /// Returns whether the amount is represented as a string in JSON.
    #[must_use]
    pub const fn is_string(self) -> bool {
        self.is_string
    }

    /// Returns whether both the numbers and the JSON types are equal.
    ///
    /// ```
    /// use miniprogram_protocol::MinorUnits;
    ///
    /// let (number, string) = (MinorUnits::from(5), MinorUnits::string(5));
    /// assert_eq!(number, string);
    /// assert!(!number.is_identical_to(string));
    /// ```
    #[must_use]
    pub const fn is_identical_to(self, other: Self) -> bool {
        self.units == other.units && self.is_string == other.is_string
    }

    /// Returns an amount of `units` with the same JSON type.
    pub(crate) const fn with_units(self, units: i64) -> Self {
        Self { units, ..self }
    }
}

impl FieldValue for MinorUnits {
    type Constraints = IntegerConstraints;
    const UNCONSTRAINED: IntegerConstraints = IntegerConstraints::UNCONSTRAINED;
    const VALUE_TYPE: ValueType = ValueType::Integer(IntegerConstraints::UNCONSTRAINED);
    const JSON_TYPE: JsonType = JsonType::Integer;

    #[inline]
    fn read_number(
        number: Number,
        constraints: IntegerConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> ParsedField<Self> {
        constraints
            .read(number, cx)
            .map_or(ParsedField::Invalid(None), |units| ParsedField::Value(units.into()))
    }

    fn read_string(
        string: Cow<'_, str>,
        constraints: IntegerConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> ParsedField<Self> {
        constraints
            .read_string(&string, cx)
            .map_or(ParsedField::Invalid(None), |units| ParsedField::Value(Self::string(units)))
    }

    #[inline]
    fn accepts_fast(&self, constraints: IntegerConstraints) -> bool {
        !self.is_string && self.units.accepts_fast(constraints)
    }

    fn validate_value(&self, constraints: IntegerConstraints, cx: &mut ValidationContext<'_>) {
        if self.is_string {
            constraints.validate_integer_in_string(Some(self.units), cx);
        } else {
            constraints.validate(self.units, cx);
        }
    }
}

impl From<i64> for MinorUnits {
    fn from(units: i64) -> Self {
        Self { units, is_string: false }
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

impl PartialEq for MinorUnits {
    fn eq(&self, other: &Self) -> bool {
        self.units == other.units
    }
}

impl Eq for MinorUnits {}

impl Hash for MinorUnits {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.units.hash(state);
    }
}

impl Ord for MinorUnits {
    fn cmp(&self, other: &Self) -> Ordering {
        self.units.cmp(&other.units)
    }
}

impl PartialOrd for MinorUnits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<i64> for MinorUnits {
    fn eq(&self, other: &i64) -> bool {
        self.units == *other
    }
}

impl PartialEq<MinorUnits> for i64 {
    fn eq(&self, other: &MinorUnits) -> bool {
        *self == other.units
    }
}

impl PartialOrd<i64> for MinorUnits {
    fn partial_cmp(&self, other: &i64) -> Option<Ordering> {
        Some(self.units.cmp(other))
    }
}

impl PartialOrd<MinorUnits> for i64 {
    fn partial_cmp(&self, other: &MinorUnits) -> Option<Ordering> {
        Some(self.cmp(&other.units))
    }
}

impl FromStr for MinorUnits {
    type Err = ParseIntError;

    /// Parses the number of units. The amount is written to JSON as a number.
    fn from_str(string: &str) -> Result<Self, ParseIntError> {
        string.parse().map(|units: i64| units.into())
    }
}

impl fmt::Display for MinorUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.units.fmt(f)
    }
}

impl fmt::Debug for MinorUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_string { write!(f, "\"{}\"", self.units) } else { self.units.fmt(f) }
    }
}

impl Serialize for MinorUnits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_string {
            serializer.serialize_str(&self.units.to_string())
        } else {
            serializer.serialize_i64(self.units)
        }
    }
}

impl<'de> Deserialize<'de> for MinorUnits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::deserialize(deserializer, Scope::Structure)
    }
}
