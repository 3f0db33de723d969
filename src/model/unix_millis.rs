use super::string::string_type;
use crate::schema::{Format, FormatError, format::unix_millis::parse};
use chrono::{DateTime, Utc};

string_type! {
    /// A point in time, as the number of milliseconds since 1970-01-01T00:00:00Z in a string.
    ///
    /// It is valid if it consists of decimal digits and the number fits in an `i64`.
    ///
    /// ```
    /// use miniprogram_protocol::{Format, UnixMillis};
    ///
    /// let created = UnixMillis::from("1653969581000");
    /// assert_eq!(created.to_chrono().unwrap().to_rfc3339(), "2022-05-31T03:59:41+00:00");
    /// assert!(!Format::UnixMillis.matches("-1"));
    /// ```
    pub struct UnixMillis: Some(Format::UnixMillis), shown;
}

impl UnixMillis {
    /// Returns the number of milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Returns an error if the string does not have the format.
    pub fn millis(&self) -> Result<i64, FormatError> {
        parse(self).ok_or(FormatError::new(Format::UnixMillis))
    }

    /// Converts to a `chrono` date and time.
    ///
    /// # Errors
    /// Returns an error if the string does not have the format, or if the time is after the year
    /// 262142, the last year that `chrono` supports.
    pub fn to_chrono(&self) -> Result<DateTime<Utc>, FormatError> {
        let time = parse(self).and_then(DateTime::from_timestamp_millis);
        time.ok_or(FormatError::new(Format::UnixMillis))
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for UnixMillis {
    /// Formats a time as milliseconds. The result is invalid if the time is before 1970.
    fn from(time: DateTime<Tz>) -> Self {
        time.timestamp_millis().to_string().into()
    }
}
