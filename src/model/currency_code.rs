use super::{code::StoredCode, string::string_type};
use crate::schema::{
    Format, FormatError,
    format::iso4217::{Iso4217, matches},
};
use iso_currency::Currency;

string_type! {
    /// A currency code.
    ///
    /// A code is valid if it is one of the 178 codes in List One of ISO 4217 as of 2026-01-01, in
    /// uppercase.
    ///
    /// ```
    /// use miniprogram_protocol::{CurrencyCode, Format};
    ///
    /// let code = CurrencyCode::from("KWD");
    /// assert_eq!(code.currency().unwrap().exponent(), Some(3));
    /// assert!(!Format::Iso4217.matches("ZWL"));
    /// ```
    pub struct CurrencyCode(StoredCode<Iso4217>): Some(Format::Iso4217), shown;
}

impl CurrencyCode {
    /// Returns the currency, which has a name, a numeric code and a number of decimal places.
    ///
    /// # Errors
    /// Returns an error if the string is not a current code.
    pub fn currency(&self) -> Result<Currency, FormatError> {
        let currency = Currency::from_code(self.as_str()).filter(|_| matches(self.as_str()));
        currency.ok_or(FormatError::new(Format::Iso4217))
    }

    /// Returns the number of decimal places of an amount in the currency's major unit, as in ISO
    /// 4217: 2 for USD, 0 for JPY. Returns `None` if the currency has no minor unit, for example
    /// XAU (gold).
    ///
    /// # Errors
    /// Returns an error if the string is not a current code.
    ///
    /// ```
    /// use miniprogram_protocol::CurrencyCode;
    ///
    /// assert_eq!(CurrencyCode::from("USD").decimal_places(), Ok(Some(2)));
    /// assert_eq!(CurrencyCode::from("XAU").decimal_places(), Ok(None));
    /// assert!(CurrencyCode::from("usd").decimal_places().is_err());
    /// ```
    pub fn decimal_places(&self) -> Result<Option<u16>, FormatError> {
        self.currency().map(Currency::exponent)
    }
}

impl TryFrom<&CurrencyCode> for Currency {
    type Error = FormatError;

    fn try_from(code: &CurrencyCode) -> Result<Self, FormatError> {
        code.currency()
    }
}

impl From<Currency> for CurrencyCode {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}
