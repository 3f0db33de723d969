//! `date-time`: an ISO 8601 date-time in the profile of RFC 3339, with uppercase `T` and `Z`.
//!
//! ```text
//! date-time = date "T" time offset
//! date      = 4DIGIT "-" 2DIGIT "-" 2DIGIT             ; a day of the Gregorian calendar
//! time      = 2DIGIT ":" 2DIGIT ":" 2DIGIT ["." 1*DIGIT]
//! offset    = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT      ; less than 24 hours
//! ```
//!
//! A leap second, 23:59:60 UTC, is valid on any day.

use super::Definition;

pub(super) const DEFINITION: Definition = Definition {
    name: "date-time",
    description: "a date-time with an offset, such as 2019-11-27T12:01:01+08:30",
    // The shortest date-times end with `Z`. They have 20 characters without a fraction of a second,
    // or 22 with a fraction of one digit.
    lengths: &[(20, 20), (22, u32::MAX)],
    required_characters: "-T:",
    requires_digit: true,
    codes: None,
    // The pattern checks neither the length of the month nor whether second 60 is a leap second.
    pattern: Some(concat!(
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
        r"T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?",
        "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
    )),
    samples: &["2016-12-31T23:59:60Z", "2017-01-01T08:29:60+08:30", "2000-02-29T00:00:00-00:00"],
    near_misses: &[
        "2019-02-29T12:01:01Z",
        "2019-11-27T12:01:01",
        "2019-11-27T12:01:01+0830",
        "2019-11-27T12:01Z",
        "2019-11-27T24:00:00Z",
        "2019-11-27t12:01:01z",
        "2019-11-27 12:01:01Z",
        "27.11.2019",
    ],
};

/// The pattern for a date without a time, which does not check the length of the month.
#[cfg(feature = "json-schema")]
pub(crate) const DATE_PATTERN: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/// The pattern for a date-time whose offset has no colon. It checks neither the length of the month nor
/// whether second 60 is a leap second.
#[cfg(feature = "json-schema")]
pub(crate) const COMPACT_DATE_TIME_PATTERN: &str = concat!(
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?",
    "[+-]([01][0-9]|2[0-3])[0-5][0-9]$"
);

pub(crate) fn matches(string: &str) -> bool {
    check_date_time(string.as_bytes(), parse_offset).is_some()
}

/// Returns whether the string is a date-time whose offset has no colon.
pub(crate) fn is_compact(string: &str) -> bool {
    check_date_time(string.as_bytes(), parse_compact_offset).is_some()
}

/// Returns `Some` if the string is a date-time with an offset that `parse_offset` accepts.
fn check_date_time(string: &[u8], parse_offset: fn(&[u8]) -> Option<i32>) -> Option<()> {
    let rest = strip_date(string)?;
    let rest = strip_byte(rest, b'T')?;
    let (hour, minute, second, rest) = parse_time(rest)?;
    let offset = parse_offset(rest)?;
    #[expect(clippy::disallowed_methods, reason = "the divisor is a constant")]
    let minute_of_day = (hour * 60 + minute - offset).rem_euclid(24 * 60);
    (second < 60 || minute_of_day == 23 * 60 + 59).then_some(())
}

/// Parses a date, and returns the rest of the string.
#[inline]
fn strip_date(string: &[u8]) -> Option<&[u8]> {
    let (year, rest) = parse_number::<4>(string)?;
    let (month, rest) = parse_number::<2>(strip_byte(rest, b'-')?)?;
    let (day, rest) = parse_number::<2>(strip_byte(rest, b'-')?)?;
    let is_leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(is_leap_year),
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// Parses a time, and returns the hour, the minute, the second and the rest of the string.
fn parse_time(string: &[u8]) -> Option<(i32, i32, i32, &[u8])> {
    let (hour, rest) = parse_number::<2>(string)?;
    let (minute, rest) = parse_number::<2>(strip_byte(rest, b':')?)?;
    let (second, mut rest) = parse_number::<2>(strip_byte(rest, b':')?)?;
    if let Some(fraction) = strip_byte(rest, b'.') {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..).filter(|_| digits > 0)?;
    }
    (hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second, rest))
}

/// Parses an offset, and returns it in minutes, positive if it is ahead of UTC.
fn parse_offset(string: &[u8]) -> Option<i32> {
    if string == b"Z" {
        return Some(0);
    }
    parse_numeric_offset(string, b":")
}

/// Parses an offset without a colon, and returns it in minutes.
fn parse_compact_offset(string: &[u8]) -> Option<i32> {
    parse_numeric_offset(string, b"")
}

/// Parses an offset with a sign, and with a separator after the hours.
fn parse_numeric_offset(string: &[u8], separator: &[u8]) -> Option<i32> {
    let (sign, rest) = match strip_byte(string, b'+') {
        Some(rest) => (1, rest),
        None => (-1, strip_byte(string, b'-')?),
    };
    let (hour, rest) = parse_number::<2>(rest)?;
    let (minute, rest) = parse_number::<2>(rest.strip_prefix(separator)?)?;
    (hour < 24 && minute < 60 && rest.is_empty()).then_some(sign * (hour * 60 + minute))
}

/// Removes a byte from the start of a string, or returns `None` if the string starts with another
/// byte.
fn strip_byte(string: &[u8], byte: u8) -> Option<&[u8]> {
    string.split_first().filter(|(first, _)| **first == byte).map(|(_, rest)| rest)
}

/// Parses exactly `DIGITS` digits, and returns the number and the rest of the string.
fn parse_number<const DIGITS: usize>(string: &[u8]) -> Option<(i32, &[u8])> {
    let (digits, rest) = string.split_first_chunk::<DIGITS>()?;
    let number = digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0'))
    })?;
    Some((number, rest))
}

/// Returns whether the string is a date without a time.
pub(crate) fn is_date(string: &str) -> bool {
    strip_date(string.as_bytes()).is_some_and(<[u8]>::is_empty)
}
