use super::Hidden;
use crate::schema::{Format, FormatError, format::e164::matches};
use std::fmt;

/// A phone number with country code, as in E.164: a view of a text.
///
/// Valid is a plus sign, then 2 to 15 digits of which the first is not 0. `Debug` hides it.
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
    /// The phone number that `text` is.
    ///
    /// # Errors
    /// The text does not follow the format.
    pub fn parse(text: &'a str) -> Result<Self, FormatError> {
        if matches(text) { Ok(Self(text)) } else { Err(FormatError::new(Format::E164)) }
    }

    /// The text, plus sign and all.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// The digits without the plus sign.
    #[must_use]
    pub fn digits(&self) -> &'a str {
        self.0.trim_start_matches('+')
    }
}

impl fmt::Debug for PhoneNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PhoneNumber").field(&Hidden).finish()
    }
}
