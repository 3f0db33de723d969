use super::{Format, FormatError, text};
use isocountry::CountryCode;

text! {
    /// The code of a region, or of a nationality.
    ///
    /// Valid is an officially assigned alpha-2 code of ISO 3166-1, in upper case: one of 249. `UK`,
    /// `EU`, `XK` and `ZZ` are not assigned.
    ///
    /// ```
    /// use miniprogram_protocol::{Format, RegionCode};
    ///
    /// assert_eq!(RegionCode::from("JP").country().unwrap().alpha3(), "JPN");
    /// assert!(!Format::Iso3166Alpha2.matches("UK"));
    /// ```
    pub struct RegionCode: Some(Format::Iso3166Alpha2), shown;
}

impl RegionCode {
    /// The country or region, with its name and other codes.
    ///
    /// # Errors
    /// The text is no assigned code.
    pub fn country(&self) -> Result<CountryCode, FormatError> {
        find(self).ok_or(FormatError::new(Format::Iso3166Alpha2))
    }
}

impl From<CountryCode> for RegionCode {
    fn from(country: CountryCode) -> Self {
        country.alpha2().into()
    }
}

fn find(text: &str) -> Option<CountryCode> {
    // The error of `isocountry` holds a copy of the text: a long one need not be asked for.
    if text.len() == 2 { CountryCode::for_alpha2(text).ok() } else { None }
}

pub(super) fn matches(text: &str) -> bool {
    find(text).is_some()
}
