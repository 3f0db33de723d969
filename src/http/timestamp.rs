use crate::model::{Datetime, UnixMillis};
use chrono::{DateTime, SecondsFormat, Utc};
use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// When a message was sent: the header `Request-Time` or `Response-Time`, as its sender wrote it.
///
/// It is a date and time of ISO 8601 with offset, which may lack its colon as some senders write
/// it, or a number of milliseconds since 1970.
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
/// for text in times {
///     let sent = Timestamp::parse(text).unwrap();
///     assert_eq!(sent.as_str(), text);
///     assert_eq!(sent.time().timestamp_millis(), 1_554_359_936_253);
/// }
/// assert!(Timestamp::parse("2019-04-04 12:08:56").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: Box<str>,
    time: DateTime<Utc>,
}

impl Timestamp {
    /// Reads a text; `None` if it is neither of the two.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = match UnixMillis::from(text).to_chrono() {
            Ok(time) => time,
            Err(_) => Datetime::from(with_colon(text).as_ref()).to_chrono().ok()?.to_utc(),
        };
        Some(Self { text: text.into(), time })
    }

    /// The text as it was sent, which is part of what is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time.
    #[must_use]
    pub const fn time(&self) -> DateTime<Utc> {
        self.time
    }
}

/// Inserts the colon that the offset of a date-time lacks.
fn with_colon(text: &str) -> Cow<'_, str> {
    let offset = text.as_bytes().split_last_chunk::<5>().map(|(_, offset)| offset);
    match (offset, text.split_at_checked(text.len().saturating_sub(2))) {
        (Some([b'+' | b'-', digits @ ..]), Some((hours, minutes)))
            if digits.iter().all(u8::is_ascii_digit) =>
        {
            format!("{hours}:{minutes}").into()
        }
        _ => text.into(),
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimeOutOfRange;

    /// Writes the time with milliseconds, in UTC.
    fn try_from(time: DateTime<Utc>) -> Result<Self, TimeOutOfRange> {
        let text = time.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self::parse(&text).ok_or(TimeOutOfRange)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeOutOfRange;

    /// Writes the time with milliseconds, in UTC.
    fn try_from(time: SystemTime) -> Result<Self, TimeOutOfRange> {
        let millis = unix_nanos(time).div_euclid(1_000_000);
        let time = i64::try_from(millis).ok().and_then(DateTime::from_timestamp_millis);
        time.ok_or(TimeOutOfRange)?.try_into()
    }
}

/// Returns the nanoseconds since 1970-01-01T00:00:00Z, which are negative before.
pub(super) fn unix_nanos(time: SystemTime) -> i128 {
    let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanos(after),
        Err(before) => -nanos(before.duration()),
    }
}

/// A time that a header cannot hold: its year is not between 0000 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the year must be between 0000 and 9999")]
#[non_exhaustive]
pub struct TimeOutOfRange;

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
