use super::{Format, FormatError, text};
use iso_currency::Currency;

text! {
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
    pub struct CurrencyCode: Some(Format::Iso4217), shown;
}

impl CurrencyCode {
    /// The currency, with its name, number and number of decimal places.
    ///
    /// # Errors
    /// The text is no current code.
    pub fn currency(&self) -> Result<Currency, FormatError> {
        find(self).ok_or(FormatError::new(Format::Iso4217))
    }
}

impl From<Currency> for CurrencyCode {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}

/// Codes that `iso_currency` knows and List One no longer has.
const WITHDRAWN: [&str; 5] = ["BGN", "CUC", "HRK", "SLL", "ZWL"];

fn find(text: &str) -> Option<Currency> {
    Currency::from_code(text).filter(|_| !WITHDRAWN.contains(&text))
}

pub(super) fn matches(text: &str) -> bool {
    find(text).is_some()
}
