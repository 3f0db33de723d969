//! Arithmetic on amounts, and conversion to and from the currency's major unit.

use super::Amount;
use crate::model::{CurrencyCode, MinorUnits};
use std::{borrow::Borrow, cmp::Ordering, fmt, str::FromStr};

/// The error for an operation on [`Amount`]s that has no exact result.
///
/// The error does not contain the amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The string is not a decimal number, a space and a currency code, in either order.
    #[error("must be a decimal number, a space and a currency code, such as 49.90 USD")]
    Syntax,
    /// The currency code is not a current ISO 4217 code.
    #[error("must have a current ISO 4217 currency code")]
    UnknownCurrency,
    /// The currency has no minor unit in ISO 4217, for example XAU (gold).
    #[error("must have a currency with a minor unit")]
    NoMinorUnit,
    /// The number has more decimal places than the currency.
    #[error("must not have more decimal places than the currency")]
    DecimalPlaces,
    /// The amounts have different currencies.
    #[error("must have the same currency as the other amount")]
    CurrencyMismatch,
    /// The number of minor units is outside the range of an `i64`.
    #[error("must fit in a 64-bit integer of minor units")]
    Overflow,
}

/// # Arithmetic
///
/// Every operation returns an exact result or an error. Amounts in different currencies are never
/// combined. Unknown currencies are supported, because the value is in minor units.
impl Amount {
    /// Adds two amounts. The result has the JSON type of `self` (see [`MinorUnits::is_string`]),
    /// and no unknown fields.
    ///
    /// # Errors
    /// Returns [`CurrencyMismatch`](AmountError::CurrencyMismatch) or
    /// [`Overflow`](AmountError::Overflow).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{Amount, AmountError};
    ///
    /// let price = Amount::new("USD", 4990);
    /// assert_eq!(price.checked_add(&Amount::new("USD", 10)), Ok(Amount::new("USD", 5000)));
    /// assert_eq!(
    ///     price.checked_add(&Amount::new("EUR", 10)),
    ///     Err(AmountError::CurrencyMismatch)
    /// );
    /// ```
    pub fn checked_add(&self, other: &Self) -> Result<Self, AmountError> {
        self.with_units(self.value.get().checked_add(self.units_in_same_currency(other)?))
    }

    /// Subtracts an amount. The result has the JSON type of `self`, and no unknown fields. It may
    /// be negative, which the specification does not allow.
    ///
    /// # Errors
    /// Returns [`CurrencyMismatch`](AmountError::CurrencyMismatch) or
    /// [`Overflow`](AmountError::Overflow).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::Amount;
    ///
    /// let (paid, price) = (Amount::new("USD", 5000), Amount::new("USD", 4990));
    /// assert_eq!(paid.checked_sub(&price), Ok(Amount::new("USD", 10)));
    /// ```
    pub fn checked_sub(&self, other: &Self) -> Result<Self, AmountError> {
        self.with_units(self.value.get().checked_sub(self.units_in_same_currency(other)?))
    }

    /// Multiplies an amount by an integer, such as a quantity. The result has the JSON type of
    /// `self`, and no unknown fields.
    ///
    /// # Errors
    /// Returns [`Overflow`](AmountError::Overflow).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::Amount;
    ///
    /// assert_eq!(Amount::new("USD", 4990).checked_mul(3), Ok(Amount::new("USD", 14_970)));
    /// ```
    pub fn checked_mul(&self, factor: i64) -> Result<Self, AmountError> {
        self.with_units(self.value.get().checked_mul(factor))
    }

    /// Adds amounts. Only the final sum can overflow, so the order of the amounts does not matter.
    /// Returns `None` if there are no amounts, because a sum needs a currency. The result has the
    /// JSON type of the first amount, and no unknown fields.
    ///
    /// # Errors
    /// Returns [`CurrencyMismatch`](AmountError::CurrencyMismatch) or
    /// [`Overflow`](AmountError::Overflow).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::Amount;
    ///
    /// let prices = [Amount::new("USD", 4990), Amount::new("USD", 510)];
    /// assert_eq!(Amount::sum(&prices), Ok(Some(Amount::new("USD", 5500))));
    /// ```
    pub fn sum(
        amounts: impl IntoIterator<Item = impl Borrow<Self>>,
    ) -> Result<Option<Self>, AmountError> {
        let mut amounts = amounts.into_iter();
        let Some(first) = amounts.next() else { return Ok(None) };
        let first = first.borrow();
        // An `i128` can hold the sum of 2^64 amounts.
        let mut sum = i128::from(first.value.get());
        for amount in amounts {
            sum += i128::from(first.units_in_same_currency(amount.borrow())?);
        }
        first.with_units(sum.try_into().ok()).map(Some)
    }

    /// Compares two amounts.
    ///
    /// # Errors
    /// Returns [`CurrencyMismatch`](AmountError::CurrencyMismatch).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::Amount;
    ///
    /// let (paid, price) = (Amount::new("USD", 5000), Amount::new("USD", 4990));
    /// assert!(paid.checked_cmp(&price).unwrap().is_ge());
    /// assert!(paid.checked_cmp(&Amount::new("JPY", 1)).is_err());
    /// ```
    pub fn checked_cmp(&self, other: &Self) -> Result<Ordering, AmountError> {
        self.units_in_same_currency(other).map(|units| self.value.get().cmp(&units))
    }

    /// Returns the number of minor units of `other`, which must have the same currency.
    fn units_in_same_currency(&self, other: &Self) -> Result<i64, AmountError> {
        if self.currency == other.currency {
            Ok(other.value.get())
        } else {
            Err(AmountError::CurrencyMismatch)
        }
    }

    fn with_units(&self, units: Option<i64>) -> Result<Self, AmountError> {
        let units = units.ok_or(AmountError::Overflow)?;
        Ok(Self::new(self.currency.clone(), self.value.with_units(units)))
    }
}

/// Returns the number of decimal places of the currency.
fn decimal_places(currency: &CurrencyCode) -> Result<u8, AmountError> {
    let places = currency.decimal_places().map_err(|_| AmountError::UnknownCurrency)?;
    places.and_then(|places| u8::try_from(places).ok()).ok_or(AmountError::NoMinorUnit)
}

/// # Major unit
///
/// Conversion to and from the major unit of the currency, such as dollars.
impl Amount {
    /// Returns the amount in the major unit of the currency, as a decimal number with as many
    /// decimal places as the currency has in ISO 4217, and without the currency.
    ///
    /// # Errors
    /// Returns [`UnknownCurrency`](AmountError::UnknownCurrency) or
    /// [`NoMinorUnit`](AmountError::NoMinorUnit).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{Amount, AmountError};
    ///
    /// assert_eq!(Amount::new("USD", 4990).to_decimal_string().unwrap(), "49.90");
    /// assert_eq!(Amount::new("JPY", 500).to_decimal_string().unwrap(), "500");
    /// assert_eq!(Amount::new("KWD", -5).to_decimal_string().unwrap(), "-0.005");
    /// assert_eq!(Amount::new("usd", 4990).to_decimal_string(), Err(AmountError::UnknownCurrency));
    /// assert_eq!(Amount::new("XAU", 1).to_decimal_string(), Err(AmountError::NoMinorUnit));
    /// ```
    pub fn to_decimal_string(&self) -> Result<String, AmountError> {
        let places = usize::from(decimal_places(&self.currency)?);
        let units = self.value.get();
        let sign = if units < 0 { "-" } else { "" };
        let digits = format!("{:0>1$}", units.unsigned_abs(), places + 1);
        Ok(match digits.split_at_checked(digits.len().saturating_sub(places)) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
            _ => format!("{sign}{digits}"),
        })
    }

    /// Parses an amount in the major unit of the currency. It may have fewer decimal places than
    /// the currency: `5` is `5.00`.
    fn from_decimal_str(number: &str, currency: CurrencyCode) -> Result<Self, AmountError> {
        let (sign, unsigned) = match number.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", number),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(AmountError::Syntax),
            None => (unsigned, ""),
        };
        let is_digit = |byte: u8| byte.is_ascii_digit();
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(is_digit) {
            return Err(AmountError::Syntax);
        }
        let places = usize::from(decimal_places(&currency)?);
        if fraction.len() > places {
            return Err(AmountError::DecimalPlaces);
        }
        let units = format!("{sign}{whole}{fraction:0<places$}").parse::<MinorUnits>();
        Ok(Self::new(currency, units.map_err(|_| AmountError::Overflow)?))
    }
}

/// Writes the amount in the major unit of its currency, with as many decimal places as the currency
/// has in ISO 4217, and the currency code.
///
/// If the currency is unknown or has no minor unit, the value is written in minor units, such as
/// `4990 minor units of "usd"`. The width of the formatter is respected, but its precision is
/// ignored.
///
/// ```
/// use miniprogram_protocol::dictionary::Amount;
///
/// assert_eq!(Amount::new("USD", 4990).to_string(), "49.90 USD");
/// assert_eq!(Amount::new("USD", -5).to_string(), "-0.05 USD");
/// assert_eq!(Amount::new("JPY", 500).to_string(), "500 JPY");
/// assert_eq!(Amount::new("usd", 4990).to_string(), r#"4990 minor units of "usd""#);
/// assert_eq!(format!("{:>12}", Amount::new("USD", 4990)), "   49.90 USD");
/// ```
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let string = match self.to_decimal_string() {
            Ok(number) => format!("{number} {}", self.currency),
            // The code may be any string, so it is escaped.
            Err(_) => format!("{} minor units of {:?}", self.value, self.currency),
        };
        // `pad` would truncate the string to the precision.
        if f.precision().is_none() { f.pad(&string) } else { f.write_str(&string) }
    }
}

/// Parses the output of `Display` for a currency with a minor unit: a decimal number, one space,
/// and the currency code. The currency code may also be first, as in `USD 49.90`. The number may
/// have fewer decimal places than the currency, but not more. A plus sign, an exponent and
/// thousands separators are not accepted.
///
/// The value is written to JSON as a number.
///
/// ```
/// use miniprogram_protocol::dictionary::{Amount, AmountError};
///
/// assert_eq!("49.90 USD".parse(), Ok(Amount::new("USD", 4990)));
/// assert_eq!("5 USD".parse(), Ok(Amount::new("USD", 500)));
/// assert_eq!("1.005 USD".parse::<Amount>(), Err(AmountError::DecimalPlaces));
/// assert_eq!("JPY 500".parse(), Ok(Amount::new("JPY", 500)));
/// assert_eq!("5 XAU".parse::<Amount>(), Err(AmountError::NoMinorUnit));
/// ```
impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(string: &str) -> Result<Self, AmountError> {
        let (first, second) = string.split_once(' ').ok_or(AmountError::Syntax)?;
        // A number never begins with a letter.
        let (number, currency) = if first.starts_with(|first: char| first.is_ascii_alphabetic()) {
            (second, first)
        } else {
            (first, second)
        };
        Self::from_decimal_str(number, currency.into())
    }
}

#[cfg(feature = "rust_decimal")]
mod decimal {
    use super::{Amount, AmountError, decimal_places};
    use crate::model::CurrencyCode;
    use rust_decimal::Decimal;

    /// # Conversion to `Decimal`
    ///
    /// The conversions are exact, and use the major unit of the currency, such as dollars.
    impl Amount {
        /// Converts a number in the major unit of the currency. Trailing zeros after the decimal
        /// point are ignored.
        ///
        /// # Errors
        /// Returns [`UnknownCurrency`](AmountError::UnknownCurrency),
        /// [`NoMinorUnit`](AmountError::NoMinorUnit),
        /// [`DecimalPlaces`](AmountError::DecimalPlaces) or [`Overflow`](AmountError::Overflow).
        /// Round the number first if it may have too many decimal places.
        ///
        /// ```
        /// use miniprogram_protocol::dictionary::{Amount, AmountError};
        /// use rust_decimal::Decimal;
        ///
        /// let price = Decimal::new(49_900, 3);
        /// assert_eq!(Amount::from_decimal("USD", price), Ok(Amount::new("USD", 4990)));
        /// assert_eq!(Amount::from_decimal("JPY", price), Err(AmountError::DecimalPlaces));
        /// ```
        pub fn from_decimal(
            currency: impl Into<CurrencyCode>,
            number: Decimal,
        ) -> Result<Self, AmountError> {
            let currency = currency.into();
            let places = u32::from(decimal_places(&currency)?);
            let number = number.normalize();
            let zeros = places.checked_sub(number.scale()).ok_or(AmountError::DecimalPlaces)?;
            let factor = 10_i128.checked_pow(zeros).ok_or(AmountError::Overflow)?;
            let units = number.mantissa().checked_mul(factor).ok_or(AmountError::Overflow)?;
            let units = i64::try_from(units).map_err(|_| AmountError::Overflow)?;
            Ok(Self::new(currency, units))
        }

        /// Converts to a number in the major unit of the currency, with as many decimal places as
        /// the currency has in ISO 4217.
        ///
        /// # Errors
        /// Returns [`UnknownCurrency`](AmountError::UnknownCurrency) or
        /// [`NoMinorUnit`](AmountError::NoMinorUnit).
        ///
        /// ```
        /// use miniprogram_protocol::dictionary::Amount;
        ///
        /// let price = Amount::new("USD", 4990).to_decimal().unwrap();
        /// assert_eq!(price.to_string(), "49.90");
        /// ```
        pub fn to_decimal(&self) -> Result<Decimal, AmountError> {
            let places = decimal_places(&self.currency)?;
            // A `Decimal` can represent every `i64` with the decimal places of every currency.
            Decimal::try_new(self.value.get(), places.into()).map_err(|_| AmountError::Overflow)
        }
    }

    impl TryFrom<&Amount> for Decimal {
        type Error = AmountError;

        fn try_from(amount: &Amount) -> Result<Self, AmountError> {
            amount.to_decimal()
        }
    }
}
