use super::{code::Code, string::string_type};
use crate::schema::{
    Format, FormatError,
    format::iso4217::{Iso4217, matches},
};
use iso_currency::Currency;

string_type! {
    /// A currency code.
    ///
    /// Valid is a current code of ISO 4217, in upper case: the 178 of List One of 2026-01-01.
    ///
    /// ```
    /// use miniprogram_protocol::{CurrencyCode, Format};
    ///
    /// let code = CurrencyCode::from("KWD");
    /// assert_eq!(code.currency().unwrap().exponent(), Some(3));
    /// assert!(!Format::Iso4217.matches("ZWL"));
    /// ```
    pub struct CurrencyCode(Code<Iso4217>): Some(Format::Iso4217), shown;
}

impl CurrencyCode {
    /// The currency, with its name, number and number of decimal places.
    ///
    /// # Errors
    /// The text is no current code.
    pub fn currency(&self) -> Result<Currency, FormatError> {
        let currency = Currency::from_code(self).filter(|_| matches(self));
        currency.ok_or(FormatError::new(Format::Iso4217))
    }
}

impl From<Currency> for CurrencyCode {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}
