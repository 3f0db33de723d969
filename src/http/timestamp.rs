use crate::{
    model::{Datetime, UnixMillis, system_time::to_chrono},
    schema::FormatError,
};
use chrono::{DateTime, SecondsFormat, TimeZone, Utc};
use std::{fmt, str::FromStr, time::SystemTime};

/// The time at which a message was sent, from the header `Request-Time` or `Response-Time`.
///
/// The header contains an ISO 8601 date-time with a UTC offset, or the number of milliseconds since
/// 1970-01-01T00:00:00Z. The colon in the offset is optional, because some senders omit it. The
/// string is preserved, because it is part of the signing input.
///
/// ```
/// use miniprogram_protocol::http::Timestamp;
///
/// let times = [
///     "2019-04-04T12:08:56.253+05:30",
///     "2019-04-04T12:08:56.253+0530",
///     "2019-04-04T06:38:56.253Z",
///     "1554359936253",
/// ];
/// for time in times {
///     let timestamp = Timestamp::parse(time).unwrap();
///     assert_eq!(timestamp.as_str(), time);
///     assert_eq!(timestamp.to_chrono().timestamp_millis(), 1_554_359_936_253);
/// }
/// assert!(Timestamp::parse("2019-04-04 12:08:56").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp {
    string: Box<str>,
    time: DateTime<Utc>,
}

impl Timestamp {
    /// Parses a timestamp.
    ///
    /// # Errors
    /// Returns the error for an invalid [`Datetime`] if the string is in neither format.
    pub fn parse(string: &str) -> Result<Self, FormatError> {
        let time = match UnixMillis::from(string).to_chrono() {
            Ok(time) => time,
            Err(_) => Datetime::from(string).to_chrono()?.to_utc(),
        };
        Ok(Self { string: string.into(), time })
    }

    /// Returns the original string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// Converts the timestamp to a `chrono` date and time in UTC.
    #[must_use]
    pub const fn to_chrono(&self) -> DateTime<Utc> {
        self.time
    }
}

impl FromStr for Timestamp {
    type Err = FormatError;

    fn from_str(string: &str) -> Result<Self, FormatError> {
        Self::parse(string)
    }
}

impl<Tz: TimeZone> TryFrom<DateTime<Tz>> for Timestamp {
    type Error = TimeOutOfRange;

    /// Formats the time in UTC with milliseconds: `2019-04-04T06:38:56.253Z`.
    fn try_from(time: DateTime<Tz>) -> Result<Self, TimeOutOfRange> {
        let string = time.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
        Self::parse(&string).map_err(|_| TimeOutOfRange)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeOutOfRange;

    /// Formats the time in UTC with milliseconds: `2019-04-04T06:38:56.253Z`.
    fn try_from(time: SystemTime) -> Result<Self, TimeOutOfRange> {
        to_chrono(time).ok_or(TimeOutOfRange)?.try_into()
    }
}

/// The error for a time that the header cannot represent because its year is not between 0000 and
/// 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the year must be between 0000 and 9999")]
#[non_exhaustive]
pub struct TimeOutOfRange;

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.string, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.string)
    }
}
