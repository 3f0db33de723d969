use super::string::string_type;
use crate::schema::{Format, FormatError, format::unix_millis::parse};
use chrono::{DateTime, Utc};
use std::cmp::Ordering;

string_type! {
    /// A point in time: a string that contains the number of milliseconds since
    /// 1970-01-01T00:00:00Z.
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
    ///
    /// Values are equal if their strings are equal. [`is_same_instant`](Self::is_same_instant)
    /// compares the numbers, because a string may have leading zeros. `Ord` sorts by number, then
    /// by string; strings that do not match the format come first.
    ///
    /// ```
    /// use miniprogram_protocol::UnixMillis;
    ///
    /// assert!(UnixMillis::from("999") < UnixMillis::from("1653969581000"));
    /// ```
    pub struct UnixMillis: Some(Format::UnixMillis), shown, custom_order;
}

impl UnixMillis {
    /// Returns the number of milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format.
    pub fn millis(&self) -> Result<i64, FormatError> {
        parse(self.as_str()).ok_or(FormatError::new(Format::UnixMillis))
    }

    /// Returns whether both strings match the format and denote the same instant.
    ///
    /// ```
    /// use miniprogram_protocol::UnixMillis;
    ///
    /// assert!(UnixMillis::from("7").is_same_instant(&"007".into()));
    /// assert!(!UnixMillis::from("now").is_same_instant(&"now".into()));
    /// ```
    #[must_use]
    pub fn is_same_instant(&self, other: &Self) -> bool {
        parse(self.as_str()).is_some_and(|millis| parse(other.as_str()) == Some(millis))
    }

    /// Converts to a `chrono` date and time.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format, or if the time is after the year
    /// 262142, the last year that `chrono` supports.
    pub fn to_chrono(&self) -> Result<DateTime<Utc>, FormatError> {
        let time = parse(self.as_str()).and_then(DateTime::from_timestamp_millis);
        time.ok_or(FormatError::new(Format::UnixMillis))
    }
}

impl Ord for UnixMillis {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_number = parse(self.as_str()).cmp(&parse(other.as_str()));
        by_number.then_with(|| self.as_str().cmp(other.as_str()))
    }
}

impl PartialOrd for UnixMillis {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for UnixMillis {
    /// Formats the time, truncated to milliseconds. The string is invalid if the time is before 1970.
    fn from(time: DateTime<Tz>) -> Self {
        time.timestamp_millis().to_string().into()
    }
}
