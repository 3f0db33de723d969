//! Conversions of times to and from the types of the `jiff` crate.

use super::{Datetime, TimeError, UnixMillis};
use crate::schema::{Format, FormatError};
use ::jiff::{Timestamp, ZonedDateTime, tz::Offset};

impl Datetime {
    /// Converts to a `jiff` date and time with the offset as its time zone.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format, if it denotes a leap second or a
    /// fraction of a nanosecond, or if the time is in the last two days of the year 9999, which
    /// `jiff` does not support.
    ///
    /// ```
    /// use miniprogram_protocol::Datetime;
    ///
    /// let time = Datetime::from("2019-11-27T12:01:01+08:30").to_jiff().unwrap();
    /// assert_eq!(time.to_string(), "2019-11-27T12:01:01+08:30[+08:30]");
    /// assert_eq!(time.timestamp().to_string(), "2019-11-27T03:31:01Z");
    /// assert!(Datetime::from("2016-12-31T23:59:60Z").to_jiff().is_err());
    /// ```
    pub fn to_jiff(&self) -> Result<ZonedDateTime, FormatError> {
        self.checked_to_jiff().ok_or(FormatError::new(Format::DateTime))
    }

    fn checked_to_jiff(&self) -> Option<ZonedDateTime> {
        let timestamp = Timestamp::from_nanosecond(self.unix_nanos()?).ok()?;
        let offset = self.to_chrono().ok()?.offset().local_minus_utc();
        let offset = Offset::from_seconds(offset).ok()?;
        Some(timestamp.to_zoned_datetime(offset.to_time_zone()))
    }
}

impl TryFrom<Timestamp> for Datetime {
    type Error = TimeError;

    /// Formats the time exactly, with the offset `Z`.
    ///
    /// ```
    /// use jiff::{Timestamp, Unit};
    /// use miniprogram_protocol::{Datetime, TimeError};
    ///
    /// let now: Timestamp = "2019-11-27T03:31:01.123456Z".parse()?;
    /// assert_eq!(Datetime::try_from(now), Err(TimeError::FractionOfMillisecond));
    /// let rounded = now.round(Unit::Millisecond)?;
    /// assert_eq!(Datetime::try_from(rounded)?, "2019-11-27T03:31:01.123Z");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    fn try_from(time: Timestamp) -> Result<Self, TimeError> {
        Self::from_unix_nanos(time.as_nanosecond(), 0)
    }
}

impl TryFrom<&ZonedDateTime> for Datetime {
    type Error = TimeError;

    /// Formats the time exactly, with its offset, but without the name of its time zone.
    fn try_from(time: &ZonedDateTime) -> Result<Self, TimeError> {
        Self::from_unix_nanos(time.timestamp().as_nanosecond(), time.offset().seconds())
    }
}

impl UnixMillis {
    /// Converts to a `jiff` timestamp.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format, or if the time is after the year
    /// 9999, the last one that `jiff` supports.
    ///
    /// ```
    /// use miniprogram_protocol::UnixMillis;
    ///
    /// let created = UnixMillis::from("1653969581000").to_jiff().unwrap();
    /// assert_eq!(created.to_string(), "2022-05-31T03:59:41Z");
    /// ```
    pub fn to_jiff(&self) -> Result<Timestamp, FormatError> {
        let time = Timestamp::from_millisecond(self.millis()?);
        time.map_err(|_| FormatError::new(Format::UnixMillis))
    }
}

impl TryFrom<Timestamp> for UnixMillis {
    type Error = TimeError;

    /// Formats the time exactly.
    fn try_from(time: Timestamp) -> Result<Self, TimeError> {
        Self::from_unix_nanos(time.as_nanosecond())
    }
}
