use super::string::string_type;
use crate::schema::{Format, FormatError, format::date_time::matches};
use chrono::{DateTime, FixedOffset, TimeZone};

string_type! {
    /// A date and time with an offset from UTC. The string is kept unchanged.
    ///
    /// It is valid if it is an ISO 8601 date-time in the profile of RFC 3339:
    /// `YYYY-MM-DDThh:mm:ss[.fraction](Z or ±hh:mm)`.
    ///
    /// - `T` and `Z` are upper case.
    /// - The offset is required, and is at most 23:59.
    /// - The date exists in the Gregorian calendar.
    /// - Second 60 is valid where a leap second can occur, at 23:59:60 UTC.
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
    /// Converts to a `chrono` date and time. The fraction is truncated to nine digits, and second
    /// 60 is represented as a `chrono` leap second.
    ///
    /// # Errors
    /// Returns an error if the string does not have the format.
    pub fn to_chrono(&self) -> Result<DateTime<FixedOffset>, FormatError> {
        let time = DateTime::parse_from_rfc3339(self).ok().filter(|_| matches(self));
        time.ok_or(FormatError::new(Format::DateTime))
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Datetime {
    /// Formats a date and time. The result is invalid if the year is negative or has more than four
    /// digits.
    fn from(time: DateTime<Tz>) -> Self {
        time.to_rfc3339().into()
    }
}
