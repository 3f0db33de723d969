use super::{code::StoredCode, string::string_type};
use crate::schema::{
    Format, FormatError,
    format::iso3166::{Iso3166Alpha2, matches},
};
use isocountry::CountryCode;

string_type! {
    /// A code for a region or a nationality.
    ///
    /// A code is valid if it is one of the 249 officially assigned ISO 3166-1 alpha-2 codes, in
    /// uppercase. For example, `UK`, `EU`, `XK` and `ZZ` are not assigned.
    ///
    /// ```
    /// use miniprogram_protocol::{Format, RegionCode};
    ///
    /// assert_eq!(RegionCode::from("JP").country().unwrap().alpha3(), "JPN");
    /// assert!(!Format::Iso3166Alpha2.matches("UK"));
    /// ```
    pub struct RegionCode(StoredCode<Iso3166Alpha2>): Some(Format::Iso3166Alpha2), shown;
}

impl RegionCode {
    /// Returns the country or region, which has a name and other codes.
    ///
    /// # Errors
    /// Returns an error if the string is not an assigned code.
    pub fn country(&self) -> Result<CountryCode, FormatError> {
        // An error from `isocountry` would contain a copy of the string, which can be long.
        let country = Some(self.as_str()).filter(|code| matches(code)).map(CountryCode::for_alpha2);
        country.and_then(Result::ok).ok_or(FormatError::new(Format::Iso3166Alpha2))
    }
}

impl From<CountryCode> for RegionCode {
    fn from(country: CountryCode) -> Self {
        country.alpha2().into()
    }
}

impl TryFrom<&RegionCode> for CountryCode {
    type Error = FormatError;

    fn try_from(code: &RegionCode) -> Result<Self, FormatError> {
        code.country()
    }
}
