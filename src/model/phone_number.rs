use super::Hidden;
use crate::schema::{Format, FormatError, format::e164::matches};
use std::{borrow::Borrow, fmt};

/// A phone number with a country code, in E.164 format. `Debug` hides it.
///
/// It is borrowed from a string, and consists of a plus sign and 2 to 15 digits, the first of which
/// is not 0.
///
/// ```
/// use miniprogram_protocol::PhoneNumber;
///
/// let number = PhoneNumber::parse("+6512345678").unwrap();
/// assert_eq!(number.digits(), "6512345678");
/// assert_eq!(format!("{number:?}"), "PhoneNumber(<hidden>)");
/// assert!(PhoneNumber::parse("6512345678").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber<'a>(&'a str);

impl<'a> PhoneNumber<'a> {
    /// Parses a phone number.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format.
    pub fn parse(string: &'a str) -> Result<Self, FormatError> {
        if matches(string) { Ok(Self(string)) } else { Err(FormatError::new(Format::E164)) }
    }

    /// Returns the string, with the plus sign.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Returns the digits, without the plus sign.
    #[must_use]
    pub fn digits(&self) -> &'a str {
        self.0.trim_start_matches('+')
    }
}

impl<'a> TryFrom<&'a str> for PhoneNumber<'a> {
    type Error = FormatError;

    fn try_from(string: &'a str) -> Result<Self, FormatError> {
        Self::parse(string)
    }
}

impl AsRef<str> for PhoneNumber<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl Borrow<str> for PhoneNumber<'_> {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl fmt::Display for PhoneNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for PhoneNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PhoneNumber").field(&Hidden).finish()
    }
}
