use super::{code::Code, string::string_type};
use crate::schema::{
    Format, FormatError,
    format::iso3166::{Iso3166Alpha2, matches},
};
use isocountry::CountryCode;

string_type! {
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
    pub struct RegionCode(Code<Iso3166Alpha2>): Some(Format::Iso3166Alpha2), shown;
}

impl RegionCode {
    /// The country or region, with its name and other codes.
    ///
    /// # Errors
    /// The text is no assigned code.
    pub fn country(&self) -> Result<CountryCode, FormatError> {
        // The error of `isocountry` holds a copy of the text: a long one need not be asked for.
        let country = Some(&**self).filter(|text| matches(text)).map(CountryCode::for_alpha2);
        country.and_then(Result::ok).ok_or(FormatError::new(Format::Iso3166Alpha2))
    }
}

impl From<CountryCode> for RegionCode {
    fn from(country: CountryCode) -> Self {
        country.alpha2().into()
    }
}
