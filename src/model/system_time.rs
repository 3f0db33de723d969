//! Conversions from the standard library's `SystemTime`.

use super::{Datetime, UnixMillis};
use crate::schema::{Format, FormatError, format::date_time};
use chrono::{DateTime, Utc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Returns the nanoseconds since 1970-01-01T00:00:00Z, negative for earlier times.
pub(crate) fn unix_nanos(time: SystemTime) -> i128 {
    let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanos(after),
        Err(before) => -nanos(before.duration()),
    }
}

/// Returns the time, rounded down to milliseconds, or `None` if `chrono` cannot represent it.
pub(crate) fn to_chrono(time: SystemTime) -> Option<DateTime<Utc>> {
    let millis = unix_nanos(time).div_euclid(1_000_000);
    i64::try_from(millis).ok().and_then(DateTime::from_timestamp_millis)
}

impl TryFrom<SystemTime> for Datetime {
    type Error = FormatError;

    /// Formats the time in UTC, rounded down to milliseconds. Returns an error if the year is not
    /// between 0 and 9999.
    ///
    /// ```
    /// use miniprogram_protocol::Datetime;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let time = UNIX_EPOCH + Duration::from_millis(1_574_825_461_123);
    /// assert_eq!(Datetime::try_from(time)?, "2019-11-27T03:31:01.123Z");
    /// # Ok::<_, miniprogram_protocol::FormatError>(())
    /// ```
    fn try_from(time: SystemTime) -> Result<Self, FormatError> {
        let time = to_chrono(time).map(Self::from);
        let time = time.filter(|time| date_time::matches(time.as_str()));
        time.ok_or(FormatError::new(Format::DateTime))
    }
}

impl TryFrom<SystemTime> for UnixMillis {
    type Error = FormatError;

    /// Formats the time, rounded down to milliseconds. Returns an error if it is before 1970, or if
    /// the number of milliseconds does not fit in an `i64`.
    ///
    /// ```
    /// use miniprogram_protocol::UnixMillis;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let time = UNIX_EPOCH + Duration::from_micros(1_653_969_581_000_999);
    /// assert_eq!(UnixMillis::try_from(time)?, "1653969581000");
    /// assert!(UnixMillis::try_from(UNIX_EPOCH - Duration::from_millis(1)).is_err());
    /// # Ok::<_, miniprogram_protocol::FormatError>(())
    /// ```
    fn try_from(time: SystemTime) -> Result<Self, FormatError> {
        let millis = i64::try_from(unix_nanos(time).div_euclid(1_000_000));
        millis.map_err(|_| FormatError::new(Format::UnixMillis))?.try_into()
    }
}

impl TryFrom<i64> for UnixMillis {
    type Error = FormatError;

    /// Formats a number of milliseconds since 1970-01-01T00:00:00Z. Returns an error if it is
    /// negative.
    fn try_from(millis: i64) -> Result<Self, FormatError> {
        millis.to_string().parse()
    }
}
