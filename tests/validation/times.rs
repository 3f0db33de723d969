//! Tests comparison and conversion of times.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone as _, Utc};
use miniprogram_protocol::{Datetime, Format, UnixMillis, Validate as _, dictionary::Env};
use proptest::{prelude::*, sample::select};
use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Asserts that `Eq`, `Ord` and `Hash` are consistent.
fn assert_consistent_order<T: Ord + Hash>(one: &T, two: &T, three: &T) {
    let order = one.cmp(two);
    assert_eq!(one == two, order.is_eq());
    assert_eq!(one.partial_cmp(two), Some(order));
    assert_eq!(two.cmp(one), order.reverse());
    assert!(order.is_gt() || two.cmp(three).is_gt() || one.cmp(three).is_le());
    assert!(one != two || hash(one) == hash(two));
}

/// Strings in ascending order: first by instant, then alphabetically.
const TIMES: [&str; 18] = [
    "",
    "2017-01-01",
    "2099-12-31T00:00:00",
    "soon",
    "0000-01-01T00:00:00+23:59",
    "1969-12-31T23:59:59.9Z",
    "1970-01-01T00:00:00Z",
    "2016-12-31T23:59:59.999999999Z",
    "2016-12-31T23:59:59.9999999991Z",
    "2016-12-31T23:59:60Z",
    "2017-01-01T08:29:60.50+08:30",
    "2016-12-31T23:59:60.500001Z",
    "2017-01-01T00:00:00.000Z",
    "2017-01-01T00:00:00Z",
    "2017-01-01T08:30:00+08:30",
    "2017-01-01T08:30:00.10+08:30",
    "2017-01-01T00:00:00.2Z",
    "9999-12-31T23:59:59-23:59",
];

fn datetime() -> impl Strategy<Value = Datetime> {
    select(&TIMES[..]).prop_map(Datetime::from)
}

fn unix_millis() -> impl Strategy<Value = UnixMillis> {
    let digits = prop_oneof![
        (0..3_u64).prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[0-9]{1,21}",
        "[a-z]?",
    ];
    digits.prop_map(UnixMillis::from)
}

proptest! {
    #[test]
    fn datetimes_have_a_total_order(one in datetime(), two in datetime(), three in datetime()) {
        assert_consistent_order(&one, &two, &three);
    }

    #[test]
    fn unix_millis_have_a_total_order(
        one in unix_millis(),
        two in unix_millis(),
        three in unix_millis(),
    ) {
        assert_consistent_order(&one, &two, &three);
        prop_assert_eq!(
            one.is_same_instant(&two),
            one.millis().is_ok() && one.millis() == two.millis()
        );
        if let (Ok(first), Ok(second)) = (one.millis(), two.millis()) {
            prop_assert!(first == second || one.cmp(&two) == first.cmp(&second));
        }
    }
}

#[test]
fn datetimes_are_ordered_by_instant() {
    for (index, one) in TIMES.iter().enumerate() {
        for (other, two) in TIMES.iter().enumerate() {
            let order = Datetime::from(*one).cmp(&Datetime::from(*two));
            assert_eq!(order, index.cmp(&other), "{one} {two}");
        }
    }
}

#[test]
fn equal_instants_can_have_different_strings() {
    let same = |one: &str, two: &str| Datetime::from(one).is_same_instant(&two.into());
    assert!(same("2017-01-01T00:00:00Z", "2017-01-01T08:30:00.000+08:30"));
    assert!(same("2016-12-31T23:59:60.50Z", "2017-01-01T08:29:60.5+08:30"));
    assert!(!same("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"));
    assert!(!same("2017-01-01T00:00:00.0000000001Z", "2017-01-01T00:00:00Z"));
    assert!(!same("2017-01-01T00:00:00Z", "2017-01-01T00:00:00+00:01"));
    assert!(!same("2017-01-01", "2017-01-01"));
    assert_ne!(Datetime::from("2017-01-01T00:00:00Z"), Datetime::from("2017-01-01T00:00:00+00:00"));
}

#[test]
fn unix_millis_are_ordered_by_value() {
    let sorted = ["", "-1", "9223372036854775808", "0", "00", "7", "999", "1653969581000"];
    assert!(sorted.map(UnixMillis::from).is_sorted_by(|one, two| one.cmp(two) == Ordering::Less));
    assert_ne!(UnixMillis::from("7"), UnixMillis::from("07"));
}

#[test]
fn times_from_chrono_are_valid() {
    let now = DateTime::<Utc>::from(SystemTime::now());
    let env = Env::new().store_terminal_request_time(now);
    assert_eq!(env.validate(), Ok(()));
    let offset = FixedOffset::east_opt(23 * 3600 + 59 * 60).unwrap();
    let env = Env::new().store_terminal_request_time(now.with_timezone(&offset));
    assert_eq!(env.validate(), Ok(()));
}

#[test]
fn times_from_the_standard_library_are_checked() {
    let seconds = |seconds: u64| Duration::from_secs(seconds);
    let time = UNIX_EPOCH + Duration::from_micros(1_574_825_461_123_999);
    assert_eq!(Datetime::try_from(time).unwrap(), "2019-11-27T03:31:01.123Z");
    assert_eq!(UnixMillis::try_from(time).unwrap(), "1574825461123");
    let before_1970 = UNIX_EPOCH - Duration::from_nanos(1);
    assert_eq!(Datetime::try_from(before_1970).unwrap(), "1969-12-31T23:59:59.999Z");
    assert!(UnixMillis::try_from(before_1970).is_err());
    let year_10000 = UNIX_EPOCH + seconds(253_402_300_800);
    assert!(Datetime::try_from(year_10000 - seconds(1)).is_ok());
    assert_eq!(Datetime::try_from(year_10000).unwrap_err().format(), Format::DateTime);
    assert_eq!(UnixMillis::try_from(year_10000).unwrap(), "253402300800000");
    let max = seconds(i64::MAX as u64);
    for extreme in [UNIX_EPOCH + max, UNIX_EPOCH - max] {
        assert!(Datetime::try_from(extreme).is_err());
        assert_eq!(UnixMillis::try_from(extreme).unwrap_err().format(), Format::UnixMillis);
    }
    assert_eq!(UnixMillis::try_from(i64::MAX).unwrap(), i64::MAX.to_string());
    assert!(UnixMillis::try_from(-1).is_err());
}

#[test]
fn times_from_chrono_are_truncated_to_milliseconds() {
    let time = |nanos| Datetime::from(DateTime::from_timestamp(1_653_969_581, nanos).unwrap());
    assert_eq!(time(0), "2022-05-31T03:59:41Z");
    assert_eq!(time(999_999), "2022-05-31T03:59:41Z");
    assert_eq!(time(1_000_000), "2022-05-31T03:59:41.001Z");
    assert_eq!(time(999_999_999), "2022-05-31T03:59:41.999Z");
    let before = DateTime::from_timestamp(-1, 999_999_999).unwrap();
    assert_eq!(Datetime::from(before), "1969-12-31T23:59:59.999Z");
    let millis = UnixMillis::from(DateTime::from_timestamp(1, 999_999_999).unwrap());
    assert_eq!(millis, "1999");
}

#[test]
fn times_from_chrono_preserve_leap_seconds() {
    let date = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
    for (nanos, string) in
        [(1_000_000_000, "2016-12-31T23:59:60Z"), (1_500_999_999, "2016-12-31T23:59:60.500Z")]
    {
        let time = date.and_hms_nano_opt(23, 59, 59, nanos).unwrap().and_utc();
        assert_eq!(Datetime::from(time), string);
        assert!(Format::DateTime.matches(string));
    }
}

#[test]
fn offsets_with_seconds_become_utc() {
    let time = Utc.timestamp_opt(1_653_969_581, 0).unwrap();
    for (offset, string) in [
        (0, "2022-05-31T03:59:41Z"),
        (-60, "2022-05-31T03:58:41-00:01"),
        (30_600, "2022-05-31T12:29:41+08:30"),
        (30_601, "2022-05-31T03:59:41Z"),
        (-1, "2022-05-31T03:59:41Z"),
    ] {
        let offset = FixedOffset::east_opt(offset).unwrap();
        assert_eq!(Datetime::from(time.with_timezone(&offset)), string);
    }
}

/// Times that neither `jiff` nor `time` can represent exactly.
#[cfg(any(feature = "jiff", feature = "time"))]
const INEXACT_TIMES: [&str; 5] = [
    "",
    "2017-01-01",
    "2017-01-01t00:00:00z",
    "2016-12-31T23:59:60Z",
    "2017-01-01T00:00:00.0000000001Z",
];

#[cfg(feature = "jiff")]
mod with_jiff {
    use super::{DateTime, Datetime, INEXACT_TIMES, UnixMillis};
    use jiff::{Timestamp, tz::Offset};
    use miniprogram_protocol::{Format, TimeError};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn jiff_times_round_trip(
            millis in -62_167_219_200_000..253_402_207_200_000_i64,
            minutes in -1439..1440_i32,
        ) {
            let time = Timestamp::from_millisecond(millis).unwrap();
            let string = Datetime::try_from(time).unwrap();
            prop_assert!(string.as_str().ends_with('Z'));
            prop_assert_eq!(string.to_jiff().unwrap().timestamp(), time);
            prop_assert_eq!(string, Datetime::from(DateTime::from_timestamp_millis(millis).unwrap()));

            let zone = Offset::from_seconds(minutes * 60).unwrap().to_time_zone();
            let time = time.to_zoned_datetime(zone);
            match Datetime::try_from(&time) {
                Ok(string) => {
                    let read = string.to_jiff().unwrap();
                    prop_assert_eq!((read.timestamp(), read.offset()), (time.timestamp(), time.offset()));
                }
                Err(error) => {
                    prop_assert_eq!(error, TimeError::Range);
                    prop_assert_eq!(time.year(), -1);
                }
            }
        }

        #[test]
        fn jiff_unix_millis_round_trip(millis in 0..253_402_207_200_000_i64) {
            let time = Timestamp::from_millisecond(millis).unwrap();
            let string = UnixMillis::try_from(time).unwrap();
            prop_assert_eq!(string.millis(), Ok(millis));
            prop_assert_eq!(string.to_jiff(), Ok(time));
        }
    }

    #[test]
    fn rejects_times_that_jiff_would_change() {
        for string in INEXACT_TIMES.into_iter().chain(["9999-12-31T23:59:59Z"]) {
            let error = Datetime::from(string).to_jiff().unwrap_err();
            assert_eq!(error.format(), Format::DateTime, "{string}");
        }
        for string in ["", "-1", "253402300800000", "9223372036854775807"] {
            let error = UnixMillis::from(string).to_jiff().unwrap_err();
            assert_eq!(error.format(), Format::UnixMillis, "{string}");
        }
    }

    #[test]
    fn reads_nanoseconds_with_jiff() {
        let time = Datetime::from("1969-12-31T23:59:59.123456789Z").to_jiff().unwrap();
        assert_eq!(time.timestamp().as_nanosecond(), -876_543_211);
    }

    #[test]
    fn rejects_inexact_jiff_times() {
        let time = |nanos| Timestamp::from_nanosecond(nanos).unwrap();
        let fraction = TimeError::FractionOfMillisecond;
        assert_eq!(Datetime::try_from(time(1)), Err(fraction));
        assert_eq!(Datetime::try_from(time(-1)), Err(fraction));
        assert_eq!(UnixMillis::try_from(time(1)), Err(fraction));
        assert_eq!(UnixMillis::try_from(time(-1_000_000)), Err(TimeError::Range));
        assert_eq!(Datetime::try_from(Timestamp::MIN), Err(TimeError::Range));
        for (offset, error) in [(1, TimeError::Offset), (86_400, TimeError::Offset)] {
            let zone = Offset::from_seconds(offset).unwrap().to_time_zone();
            let result = Datetime::try_from(&time(0).to_zoned_datetime(zone));
            assert_eq!(result, Err(error), "{offset}");
        }
    }
}

#[cfg(feature = "time")]
mod with_time {
    use super::{DateTime, Datetime, INEXACT_TIMES, UnixMillis};
    use miniprogram_protocol::{Format, TimeError};
    use proptest::prelude::*;
    use time::{OffsetDateTime, UtcOffset};

    fn utc(millis: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap()
    }

    proptest! {
        #[test]
        fn times_round_trip(
            millis in -62_167_219_200_000..253_402_300_800_000_i64,
            minutes in -1439..1440_i32,
        ) {
            let string = Datetime::try_from(utc(millis)).unwrap();
            prop_assert!(string.as_str().ends_with('Z'));
            prop_assert_eq!(string.to_time(), Ok(utc(millis)));
            prop_assert_eq!(string, Datetime::from(DateTime::from_timestamp_millis(millis).unwrap()));

            let offset = UtcOffset::from_whole_seconds(minutes * 60).unwrap();
            let Some(time) = utc(millis).checked_to_offset(offset) else { return Ok(()) };
            match Datetime::try_from(time) {
                Ok(string) => {
                    let read = string.to_time().unwrap();
                    prop_assert_eq!((read, read.offset()), (time, offset));
                }
                Err(error) => {
                    prop_assert_eq!(error, TimeError::Range);
                    prop_assert_eq!(time.year(), -1);
                }
            }
        }

        #[test]
        fn unix_millis_round_trip(millis in 0..253_402_300_800_000_i64) {
            let string = UnixMillis::try_from(utc(millis)).unwrap();
            prop_assert_eq!(string.millis(), Ok(millis));
            prop_assert_eq!(string.to_time(), Ok(utc(millis)));
        }
    }

    #[test]
    fn rejects_times_that_time_would_change() {
        for string in INEXACT_TIMES.into_iter().chain(["9999-12-31T23:59:59-00:01"]) {
            let error = Datetime::from(string).to_time().unwrap_err();
            assert_eq!(error.format(), Format::DateTime, "{string}");
        }
        for string in ["", "-1", "253402300800000", "9223372036854775807"] {
            let error = UnixMillis::from(string).to_time().unwrap_err();
            assert_eq!(error.format(), Format::UnixMillis, "{string}");
        }
    }

    #[test]
    fn rejects_inexact_times() {
        let nanos = |nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
        let fraction = TimeError::FractionOfMillisecond;
        assert_eq!(Datetime::try_from(nanos(1)), Err(fraction));
        assert_eq!(Datetime::try_from(nanos(999_999)), Err(fraction));
        assert_eq!(UnixMillis::try_from(nanos(-1)), Err(fraction));
        assert_eq!(UnixMillis::try_from(utc(-1)), Err(TimeError::Range));
        assert_eq!(Datetime::try_from(utc(-99_999_999_999_999)), Err(TimeError::Range));
        let offset = UtcOffset::from_whole_seconds(3601).unwrap();
        assert_eq!(Datetime::try_from(utc(0).to_offset(offset)), Err(TimeError::Offset));
        assert_eq!(TimeError::Offset.to_string(), "must have an offset in whole minutes");
    }
}

#[test]
fn converts_offsets_without_colons() {
    let time = Datetime::from("2019-11-27T12:01:01.5+0830");
    assert!(!Format::DateTime.matches(time.as_str()));
    assert!(time.is_same_instant(&"2019-11-27T03:31:01.50Z".into()));
    for invalid in
        ["2019-11-27T12:01:01+08", "2019-11-27T12:01:01+2400", "2019-11-27T12:01:01 0830"]
    {
        assert!(Datetime::from(invalid).to_chrono().is_err(), "{invalid}");
    }
}
