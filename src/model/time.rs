//! Conversions of times to and from the types of the `time` crate.

use super::{Datetime, TimeError, UnixMillis};
use crate::schema::{Format, FormatError};
use ::time::{OffsetDateTime, UtcOffset};

/// Converts nanoseconds since the Unix epoch to a time with the given UTC offset.
fn from_unix_nanos(nanos: i128, offset_seconds: i32) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
    time.checked_to_offset(UtcOffset::from_whole_seconds(offset_seconds).ok()?)
}

impl Datetime {
    /// Converts to a date and time of the `time` crate.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format, if it denotes a leap second or a
    /// fraction of a nanosecond, or if the time is after the year 9999 in UTC.
    ///
    /// ```
    /// use miniprogram_protocol::Datetime;
    ///
    /// let time = Datetime::from("2019-11-27T12:01:01+08:30").to_time().unwrap();
    /// assert_eq!((time.hour(), time.unix_timestamp()), (12, 1_574_825_461));
    /// assert!(Datetime::from("2016-12-31T23:59:60Z").to_time().is_err());
    /// ```
    pub fn to_time(&self) -> Result<OffsetDateTime, FormatError> {
        let offset = self.to_chrono()?.offset().local_minus_utc();
        let time = self.unix_nanos().and_then(|nanos| from_unix_nanos(nanos, offset));
        time.ok_or(FormatError::new(Format::DateTime))
    }
}

impl TryFrom<OffsetDateTime> for Datetime {
    type Error = TimeError;

    /// Formats the time exactly, with its offset.
    ///
    /// ```
    /// use miniprogram_protocol::{Datetime, TimeError};
    /// use time::OffsetDateTime;
    ///
    /// let now = OffsetDateTime::from_unix_timestamp_nanos(1_574_825_461_123_456_789)?;
    /// assert_eq!(Datetime::try_from(now), Err(TimeError::FractionOfMillisecond));
    /// let truncated = now.replace_millisecond(now.millisecond())?;
    /// assert_eq!(Datetime::try_from(truncated)?, "2019-11-27T03:31:01.123Z");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    fn try_from(time: OffsetDateTime) -> Result<Self, TimeError> {
        Self::from_unix_nanos(time.unix_timestamp_nanos(), time.offset().whole_seconds())
    }
}

impl UnixMillis {
    /// Converts to a date and time of the `time` crate, in UTC.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format, or if the time is after the year
    /// 9999.
    ///
    /// ```
    /// use miniprogram_protocol::UnixMillis;
    ///
    /// let created = UnixMillis::from("1653969581000").to_time().unwrap();
    /// assert_eq!((created.year(), created.hour()), (2022, 3));
    /// ```
    pub fn to_time(&self) -> Result<OffsetDateTime, FormatError> {
        let nanos = i128::from(self.millis()?) * 1_000_000;
        from_unix_nanos(nanos, 0).ok_or(FormatError::new(Format::UnixMillis))
    }
}

impl TryFrom<OffsetDateTime> for UnixMillis {
    type Error = TimeError;

    /// Formats the time exactly.
    fn try_from(time: OffsetDateTime) -> Result<Self, TimeError> {
        Self::from_unix_nanos(time.unix_timestamp_nanos())
    }
}
