//! The error of exact conversions from the time types of other crates.

use super::{Datetime, UnixMillis};
use crate::schema::format::{date_time, unix_millis};
use chrono::{DateTime, FixedOffset};

/// The error for a time that a [`Datetime`] or [`UnixMillis`] cannot represent exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The time is not in whole milliseconds. Round it first.
    #[error("must be in whole milliseconds")]
    FractionOfMillisecond,
    /// The offset is not in whole minutes.
    #[error("must have an offset in whole minutes")]
    Offset,
    /// The year is not between 0 and 9999 or, for a [`UnixMillis`], the time is before 1970.
    #[error("must be in the range of the target type")]
    Range,
}

/// Converts nanoseconds since the Unix epoch to milliseconds.
fn to_millis(nanos: i128) -> Result<i64, TimeError> {
    const NANOS_PER_MILLI: i128 = 1_000_000;
    if nanos % NANOS_PER_MILLI != 0 {
        return Err(TimeError::FractionOfMillisecond);
    }
    (nanos / NANOS_PER_MILLI).try_into().map_err(|_| TimeError::Range)
}

impl Datetime {
    /// Converts nanoseconds since the Unix epoch to a time with the given UTC offset.
    pub(super) fn from_unix_nanos(nanos: i128, offset_seconds: i32) -> Result<Self, TimeError> {
        let time = DateTime::from_timestamp_millis(to_millis(nanos)?).ok_or(TimeError::Range)?;
        if offset_seconds % 60 != 0 {
            return Err(TimeError::Offset);
        }
        let offset = FixedOffset::east_opt(offset_seconds).ok_or(TimeError::Offset)?;
        let time = Self::from(time.with_timezone(&offset));
        if date_time::matches(time.as_str()) { Ok(time) } else { Err(TimeError::Range) }
    }
}

impl UnixMillis {
    /// Converts nanoseconds since the Unix epoch.
    pub(super) fn from_unix_nanos(nanos: i128) -> Result<Self, TimeError> {
        let time = Self::from(to_millis(nanos)?.to_string());
        if unix_millis::matches(time.as_str()) { Ok(time) } else { Err(TimeError::Range) }
    }
}
