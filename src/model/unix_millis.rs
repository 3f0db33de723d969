use super::string::string_type;
use crate::schema::{Format, FormatError, format::unix_millis::parse};
use chrono::{DateTime, Utc};

string_type! {
    /// A point in time as a text of digits.
    ///
    /// Valid are decimal digits, the milliseconds since 1970-01-01T00:00:00Z, that fit an `i64`.
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
    /// The milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// The text is no such number.
    pub fn millis(&self) -> Result<i64, FormatError> {
        parse(self).ok_or(FormatError::new(Format::UnixMillis))
    }

    /// The date and time.
    ///
    /// # Errors
    /// The text is no such number, or beyond the year 262142, where `chrono` ends.
    pub fn to_chrono(&self) -> Result<DateTime<Utc>, FormatError> {
        let time = parse(self).and_then(DateTime::from_timestamp_millis);
        time.ok_or(FormatError::new(Format::UnixMillis))
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for UnixMillis {
    /// A time before 1970 gives a text that is not valid.
    fn from(time: DateTime<Tz>) -> Self {
        time.timestamp_millis().to_string().into()
    }
}
