//! A second implementation of the formats, based on their definitions.

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use miniprogram_protocol::{
    CurrencyCode, Datetime, Format, Mcc, PhoneNumber, RegionCode, UnixMillis,
    dictionary::{Localized, MessageContent},
};
use regex::Regex;
use std::sync::LazyLock;

static DATE_TIME_REGEX: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))\z";
    Regex::new(pattern).unwrap()
});
static PHONE_NUMBER_REGEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A\+[1-9][0-9]{1,14}\z").unwrap());
static MCC_REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A[0-9]{4}\z").unwrap());

/// The currency codes in `tests/data/iso`.
pub static CURRENCY_CODES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let codes: Vec<_> = include_str!("../../tests/data/iso/iso4217-active.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(codes.len(), 178);
    codes
});
/// The region codes in `tests/data/iso`.
pub static REGION_CODES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let codes: Vec<_> = include_str!("../../tests/data/iso/iso3166-alpha2.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(codes.len(), 249);
    codes
});

fn is_date_time(string: &str) -> bool {
    let Some(found) = DATE_TIME_REGEX.captures(string) else { return false };
    let number =
        |group| found.get(group).map_or(0, |digits| digits.as_str().parse::<i32>().unwrap());
    let [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number);
    let offset = number(8) * 60 + number(9);
    let is_negative = found.get(7).is_some_and(|sign| sign.as_str() == "-");
    let offset = if is_negative { -offset } else { offset };
    NaiveDate::from_ymd_opt(year, month as u32, day as u32).is_some()
        && hour <= 23
        && minute <= 59
        && number(8) <= 23
        && number(9) <= 59
        && (second <= 59 || second == 60 && (hour * 60 + minute - offset + 2880) % 1440 == 1439)
}

fn is_unix_millis(string: &str) -> bool {
    if string.is_empty() || !string.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    const MAX_MILLIS: &str = "9223372036854775807";
    let digits = string.trim_start_matches('0');
    digits.len() < MAX_MILLIS.len() || digits.len() == MAX_MILLIS.len() && digits <= MAX_MILLIS
}

/// Returns `true` if the string matches the format, according to this implementation.
#[must_use]
pub fn matches(format: Format, string: &str) -> bool {
    match format {
        Format::DateTime => is_date_time(string),
        Format::Iso4217 => CURRENCY_CODES.contains(&string),
        Format::Iso3166Alpha2 => REGION_CODES.contains(&string),
        Format::Iso18245 => MCC_REGEX.is_match(string),
        Format::UnixMillis => is_unix_millis(string),
        Format::JsonObject => {
            string.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{')
                && crate::reference::is_json(string.as_bytes())
        }
        Format::E164 => PHONE_NUMBER_REGEX.is_match(string),
        other => panic!("unsupported format: {other}"),
    }
}

/// Checks that the library and its typed views agree with this implementation.
pub fn check(format: Format, string: &str) {
    let is_valid = matches(format, string);
    assert_eq!(format.matches(string), is_valid, "{format}: {string:?}");
    match format {
        Format::DateTime => check_date_time(string, is_valid),
        Format::Iso4217 => {
            let view = CurrencyCode::from(string).currency();
            assert_eq!(view.is_ok(), is_valid, "{string:?}");
            assert!(view.is_err() || CurrencyCode::from(view.unwrap()) == string);
        }
        Format::Iso3166Alpha2 => {
            let view = RegionCode::from(string).country();
            assert_eq!(view.is_ok(), is_valid, "{string:?}");
            assert!(view.is_err() || RegionCode::from(view.unwrap()) == string);
        }
        Format::Iso18245 => {
            let view = Mcc::from(string).code();
            assert_eq!(view.is_ok(), is_valid, "{string:?}");
            assert!(view.is_err() || format!("{:04}", view.unwrap()) == string);
        }
        Format::UnixMillis => check_unix_millis(string, is_valid),
        Format::E164 => {
            let view = PhoneNumber::parse(string);
            assert_eq!(view.is_ok(), is_valid, "{string:?}");
            assert!(view.is_err() || format!("+{}", view.unwrap().digits()) == string);
        }
        Format::JsonObject => {
            check_content(string, is_valid, MessageContent::parse_push);
            check_content(string, is_valid, MessageContent::parse_sms);
            check_content(string, is_valid, MessageContent::parse_inbox);
        }
        other => panic!("unsupported format: {other}"),
    }
}

/// Inserts the colon into an offset without one: `+0800` becomes `+08:00`.
fn insert_colon(string: &str) -> Option<String> {
    let (rest, minutes) = string.split_at_checked(string.len().checked_sub(2)?)?;
    let hours = rest.as_bytes().last_chunk::<3>()?;
    let is_offset = b"+-".contains(&hours[0]) && hours[1..].iter().all(u8::is_ascii_digit);
    is_offset.then(|| format!("{rest}:{minutes}"))
}

fn check_date_time(string: &str, is_valid: bool) {
    // The typed view also reads offsets without a colon, which a policy can allow.
    let with_colon = insert_colon(string);
    let with_colon = with_colon.as_deref().unwrap_or(string);
    let chrono = DateTime::parse_from_rfc3339(with_colon);
    let view = Datetime::from(string).to_chrono();
    assert_eq!(view.is_ok(), is_date_time(with_colon), "{string:?}");
    if let Ok(view) = view {
        assert_eq!(Ok(view), chrono, "{string:?}");
        let again = Datetime::from(view).to_chrono().ok();
        let millis = view.nanosecond() / 1_000_000;
        assert_eq!(again, view.with_nanosecond(millis * 1_000_000), "round trip of {string:?}");
    }
    // chrono accepts second 60 in any minute, lowercase letters, and a space instead of the T.
    if chrono.is_ok() && !is_valid && DATE_TIME_REGEX.is_match(string) {
        assert_eq!(&string[17..19], "60", "{string:?}");
    }
}

fn check_unix_millis(string: &str, is_valid: bool) {
    let millis = UnixMillis::from(string).millis();
    assert_eq!(millis.is_ok(), is_valid, "{string:?}");
    let time = UnixMillis::from(string).to_chrono();
    // chrono supports a smaller range than the format.
    let last = DateTime::<Utc>::MAX_UTC.timestamp_millis();
    assert_eq!(time.is_ok(), millis.is_ok_and(|millis| millis <= last), "{string:?}");
    if let (Ok(time), Ok(millis)) = (time, millis) {
        assert_eq!(time.timestamp_millis(), millis);
    }
}

/// Checks that only JSON objects can be read as message content, and that the content round-trips.
fn check_content<T: crate::FuzzedType>(
    string: &str,
    is_valid: bool,
    view: fn(&MessageContent) -> Result<Localized<T>, miniprogram_protocol::Error>,
) {
    let content = match view(&MessageContent::from(string)) {
        Ok(content) => content,
        Err(error) => {
            crate::report::check_error(&error, 64);
            assert!(!is_valid || error.syntax().is_none(), "{string:?}: {error}");
            return;
        }
    };
    assert!(is_valid, "reads content from {string:?}");
    assert!(content.languages().all(|language| content.get(language).is_some()));
    let serialized = MessageContent::from(content.clone());
    assert!(Format::JsonObject.matches(serialized.as_str()), "{serialized:?}");
    assert_eq!(
        view(&serialized).as_ref().ok(),
        Some(&content),
        "{} of {string}",
        serialized.as_str()
    );
}
