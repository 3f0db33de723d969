use super::string::string_type;
use crate::schema::{Format, FormatError, format::iso18245::matches};

string_type! {
    /// A merchant category code.
    ///
    /// It is valid if it consists of four ASCII digits, as in ISO 18245. Unassigned codes are also
    /// valid.
    ///
    /// ```
    /// use miniprogram_protocol::{Format, Mcc};
    ///
    /// assert_eq!(Mcc::from("0763").code().unwrap(), 763);
    /// assert!(!Format::Iso18245.matches("763"));
    /// ```
    pub struct Mcc: Some(Format::Iso18245), shown;
}

impl Mcc {
    /// Returns the code as a number from 0 to 9999.
    ///
    /// # Errors
    /// Returns an error if the string does not consist of four digits.
    pub fn code(&self) -> Result<u16, FormatError> {
        let code = self.as_str().parse().ok().filter(|_| matches(self.as_str()));
        code.ok_or(FormatError::new(Format::Iso18245))
    }
}
