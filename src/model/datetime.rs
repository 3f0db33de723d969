use super::string::string_type;
use crate::schema::{
    Format, FormatError,
    format::date_time::{is_compact, matches},
};
use chrono::{DateTime, FixedOffset, Offset as _, SecondsFormat, TimeZone, Utc};
use std::cmp::Ordering;

string_type! {
    /// A date and time with an offset from UTC. The string is kept unchanged.
    ///
    /// It is valid if it is an ISO 8601 date-time in the profile of RFC 3339:
    /// `YYYY-MM-DDThh:mm:ss[.fraction](Z or ±hh:mm)`.
    ///
    /// - `T` and `Z` are uppercase.
    /// - The offset is required, and is at most 23:59.
    /// - The date exists in the Gregorian calendar.
    /// - Second 60 is valid where a leap second can occur, at 23:59:60 UTC.
    /// - The fraction can have any number of digits, but at least one.
    ///
    /// ```
    /// use miniprogram_protocol::{Datetime, Format};
    ///
    /// let time = Datetime::from("2019-11-27T12:01:01+08:30");
    /// assert_eq!(time.to_chrono().unwrap().timestamp(), 1_574_825_461);
    /// assert!(!Format::DateTime.matches("2019-11-27 12:01:01"));
    /// ```
    ///
    /// Values are equal if their strings are equal. [`is_same_instant`](Self::is_same_instant)
    /// compares the instants. `Ord` sorts by instant, then by string; strings that do not match the
    /// format come first.
    ///
    /// ```
    /// use miniprogram_protocol::Datetime;
    ///
    /// let singapore = Datetime::from("2019-11-27T12:00:00+08:30");
    /// let utc = Datetime::from("2019-11-27T03:30:00Z");
    /// assert!(singapore != utc && singapore.is_same_instant(&utc));
    /// assert!(singapore < Datetime::from("2019-11-27T04:00:00Z"));
    /// ```
    pub struct Datetime: Some(Format::DateTime), shown, custom_order;
}

/// An instant with any number of fractional digits.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Instant<'a> {
    /// The seconds since the Unix epoch. A leap second has the same value as the second before it.
    second: i64,
    is_leap_second: bool,
    /// The digits of the fraction, without trailing zeros.
    fraction: &'a str,
}

impl Datetime {
    /// Returns the instant, if the string matches the format.
    fn instant(&self) -> Option<Instant<'_>> {
        let time = self.to_chrono().ok()?;
        let fraction = self.as_str().split_once('.').map_or("", |(_, rest)| rest);
        let fraction = fraction.split(['Z', '+', '-']).next()?;
        Some(Instant {
            second: time.timestamp(),
            is_leap_second: time.timestamp_subsec_millis() >= 1000,
            fraction: fraction.trim_end_matches('0'),
        })
    }

    /// Returns the nanoseconds since the Unix epoch, or `None` if the string does not match the
    /// format, or denotes a leap second or a fraction of a nanosecond.
    #[cfg(any(feature = "jiff", feature = "time"))]
    pub(super) fn unix_nanos(&self) -> Option<i128> {
        const NANOSECOND_DIGITS: usize = 9;
        let Instant { second, is_leap_second, fraction } = self.instant()?;
        if is_leap_second || fraction.len() > NANOSECOND_DIGITS {
            return None;
        }
        let nanos: i128 = format!("{fraction:0<NANOSECOND_DIGITS$}").parse().ok()?;
        Some(i128::from(second) * 1_000_000_000 + nanos)
    }

    /// Returns whether both strings match the format and denote the same instant.
    ///
    /// ```
    /// use miniprogram_protocol::Datetime;
    ///
    /// let time = Datetime::from("2019-11-27T12:00:00.5Z");
    /// assert!(time.is_same_instant(&"2019-11-27T14:00:00.500+02:00".into()));
    /// assert!(!Datetime::from("today").is_same_instant(&"today".into()));
    /// ```
    #[must_use]
    pub fn is_same_instant(&self, other: &Self) -> bool {
        self.instant().is_some_and(|instant| other.instant() == Some(instant))
    }

    /// Converts to a `chrono` date and time. The fraction is truncated to nine digits, and second
    /// 60 is represented as a `chrono` leap second. An offset without a colon, which
    /// [`Deviation::CompactOffset`](crate::Deviation::CompactOffset) allows, is also converted.
    ///
    /// # Errors
    /// Returns an error if the string does not match the format.
    pub fn to_chrono(&self) -> Result<DateTime<FixedOffset>, FormatError> {
        let string = self.as_str();
        let time = if matches(string) {
            DateTime::parse_from_rfc3339(string).ok()
        } else if is_compact(string) {
            let (start, minutes) =
                string.split_at_checked(string.len().saturating_sub(2)).unwrap_or_default();
            DateTime::parse_from_rfc3339(&format!("{start}:{minutes}")).ok()
        } else {
            None
        };
        time.ok_or(FormatError::new(Format::DateTime))
    }
}

impl Ord for Datetime {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_instant = self.instant().cmp(&other.instant());
        by_instant.then_with(|| self.as_str().cmp(other.as_str()))
    }
}

impl PartialOrd for Datetime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Datetime {
    /// Formats the date and time in at most 29 characters: truncated to milliseconds, without a
    /// fraction if it is zero, and with `Z` as the offset of UTC. An offset that is not in whole
    /// minutes, which the format does not allow, is replaced by UTC.
    ///
    /// The string is invalid if the year has more than four digits or is negative, or if a leap
    /// second is not at 23:59:60 UTC.
    ///
    /// ```
    /// use miniprogram_protocol::{Datetime, Validate, dictionary::Env};
    ///
    /// let time = chrono::DateTime::from_timestamp(1_574_825_461, 123_456_789).unwrap();
    /// assert_eq!(Datetime::from(time), "2019-11-27T03:31:01.123Z");
    /// assert!(Env::new().store_terminal_request_time(time).validate().is_ok());
    /// ```
    fn from(time: DateTime<Tz>) -> Self {
        let offset = time.offset().fix();
        let has_fraction = time.timestamp_subsec_millis() % 1000 != 0;
        let precision = if has_fraction { SecondsFormat::Millis } else { SecondsFormat::Secs };
        if offset.local_minus_utc() % 60 == 0 {
            time.with_timezone(&offset).to_rfc3339_opts(precision, true).into()
        } else {
            time.with_timezone(&Utc).to_rfc3339_opts(precision, true).into()
        }
    }
}
