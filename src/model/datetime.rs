use super::string::string_type;
use crate::schema::{Format, FormatError, format::date_time::matches};
use chrono::{DateTime, FixedOffset, TimeZone};

string_type! {
    /// A date and time, as a text that is kept as it came.
    ///
    /// Valid is ISO 8601 in the shape of RFC 3339: `YYYY-MM-DDThh:mm:ss[.fraction](Z or ±hh:mm)`.
    ///
    /// - `T` and `Z` are upper case, and the offset is required, up to 23:59.
    /// - The date is one of the calendar.
    /// - Second 60 is allowed where a leap second can be, at 23:59:60 UTC.
    /// - The fraction has any number of digits.
    ///
    /// ```
    /// use miniprogram_protocol::{Datetime, Format};
    ///
    /// let time = Datetime::from("2019-11-27T12:01:01+08:30");
    /// assert_eq!(time.to_chrono().unwrap().timestamp(), 1_574_825_461);
    /// assert!(!Format::DateTime.matches("2019-11-27 12:01:01"));
    /// ```
    pub struct Datetime: Some(Format::DateTime), shown;
}

impl Datetime {
    /// The date and time. Of the fraction, nine digits are kept; second 60 is `chrono`'s leap
    /// second.
    ///
    /// # Errors
    /// The text does not follow the format.
    pub fn to_chrono(&self) -> Result<DateTime<FixedOffset>, FormatError> {
        let time = DateTime::parse_from_rfc3339(self).ok().filter(|_| matches(self));
        time.ok_or(FormatError::new(Format::DateTime))
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Datetime {
    /// A year that four digits do not hold gives a text that is not valid.
    fn from(time: DateTime<Tz>) -> Self {
        time.to_rfc3339().into()
    }
}
