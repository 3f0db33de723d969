//! The formats, written once more from their definitions.

use chrono::{DateTime, NaiveDate, Utc};
use miniprogram_protocol::{
    CurrencyCode, Datetime, Format, Mcc, MessageContent, PhoneNumber, RegionCode, UnixMillis,
};
use regex::Regex;
use std::sync::LazyLock;

static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))\z";
    Regex::new(pattern).unwrap()
});
static PHONE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A\+[1-9][0-9]{1,14}\z").unwrap());
static MCC: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A[0-9]{4}\z").unwrap());

/// The codes of the committed lists.
pub static CURRENCIES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let codes: Vec<_> = include_str!("../../tests/data/iso/iso4217-active.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(codes.len(), 178);
    codes
});
pub static REGIONS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let codes: Vec<_> = include_str!("../../tests/data/iso/iso3166-alpha2.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(codes.len(), 249);
    codes
});

fn is_date_time(text: &str) -> bool {
    let Some(found) = DATE_TIME.captures(text) else { return false };
    let number =
        |group| found.get(group).map_or(0, |digits| digits.as_str().parse::<i32>().unwrap());
    let [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number);
    let ahead = number(8) * 60 + number(9);
    let ahead = if found.get(7).is_some_and(|sign| sign.as_str() == "-") { -ahead } else { ahead };
    NaiveDate::from_ymd_opt(year, month as u32, day as u32).is_some()
        && hour <= 23
        && minute <= 59
        && number(8) <= 23
        && number(9) <= 59
        && (second <= 59 || second == 60 && (hour * 60 + minute - ahead + 2880) % 1440 == 1439)
}

fn is_millis(text: &str) -> bool {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    const GREATEST: &str = "9223372036854775807";
    let digits = text.trim_start_matches('0');
    digits.len() < GREATEST.len() || digits.len() == GREATEST.len() && digits <= GREATEST
}

/// Whether `text` follows `format`.
#[must_use]
pub fn follows(format: Format, text: &str) -> bool {
    match format {
        Format::DateTime => is_date_time(text),
        Format::Iso4217 => CURRENCIES.contains(&text),
        Format::Iso3166Alpha2 => REGIONS.contains(&text),
        Format::Iso18245 => MCC.is_match(text),
        Format::UnixMillis => is_millis(text),
        Format::JsonObject => {
            text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{')
                && crate::judge::is_json(text.as_bytes())
        }
        Format::E164 => PHONE.is_match(text),
        other => panic!("no judge for {other}"),
    }
}

/// Demands that the library has the same opinion, and its views, too.
pub fn check(format: Format, text: &str) {
    let follows = follows(format, text);
    assert_eq!(format.matches(text), follows, "{format}: {text:?}");
    match format {
        Format::DateTime => {
            let chrono = DateTime::parse_from_rfc3339(text);
            let view = Datetime::from(text).to_chrono();
            assert_eq!(view.is_ok(), follows, "{text:?}");
            if let Ok(view) = view {
                assert_eq!(Ok(view), chrono, "{text:?}");
                let again = Datetime::from(view).to_chrono();
                assert_eq!(again, Ok(view), "{text:?} written and read");
            }
            // chrono takes second 60 in any minute, lower case, and a blank in place of the T.
            if chrono.is_ok() && !follows && DATE_TIME.is_match(text) {
                assert_eq!(&text[17..19], "60", "{text:?}");
            }
        }
        Format::Iso4217 => {
            let view = CurrencyCode::from(text).currency();
            assert_eq!(view.is_ok(), follows, "{text:?}");
            assert!(view.is_err() || CurrencyCode::from(view.unwrap()) == text);
        }
        Format::Iso3166Alpha2 => {
            let view = RegionCode::from(text).country();
            assert_eq!(view.is_ok(), follows, "{text:?}");
            assert!(view.is_err() || RegionCode::from(view.unwrap()) == text);
        }
        Format::Iso18245 => {
            let view = Mcc::from(text).code();
            assert_eq!(view.is_ok(), follows, "{text:?}");
            assert!(view.is_err() || format!("{:04}", view.unwrap()) == text);
        }
        Format::UnixMillis => {
            let millis = UnixMillis::from(text).millis();
            assert_eq!(millis.is_ok(), follows, "{text:?}");
            let time = UnixMillis::from(text).to_chrono();
            // Here the view ends before the format.
            let last = DateTime::<Utc>::MAX_UTC.timestamp_millis();
            assert_eq!(time.is_ok(), millis.is_ok_and(|millis| millis <= last), "{text:?}");
            if let (Ok(time), Ok(millis)) = (time, millis) {
                assert_eq!(time.timestamp_millis(), millis);
            }
        }
        Format::E164 => {
            let view = PhoneNumber::parse(text);
            assert_eq!(view.is_ok(), follows, "{text:?}");
            assert!(view.is_err() || format!("+{}", view.unwrap().digits()) == text);
        }
        Format::JsonObject => {
            views(text, follows, MessageContent::push);
            views(text, follows, MessageContent::sms);
            views(text, follows, MessageContent::inbox);
        }
        other => panic!("no judge for {other}"),
    }
}

/// Contents are had of JSON objects alone, and what was written of them is the same content.
fn views<T: crate::Fuzzed>(
    text: &str,
    follows: bool,
    view: fn(
        &MessageContent,
    ) -> Result<miniprogram_protocol::Localized<T>, miniprogram_protocol::Error>,
) {
    let content = match view(&MessageContent::from(text)) {
        Ok(content) => content,
        Err(error) => {
            crate::report::demand_form(&error, 64);
            assert!(!follows || error.syntax().is_none(), "{text:?}: {error}");
            return;
        }
    };
    assert!(follows, "a view of {text:?}");
    assert!(content.languages().all(|language| content.get(language).is_some()));
    let written = MessageContent::from(content.clone());
    assert!(Format::JsonObject.matches(&written), "{written:?}");
    assert_eq!(view(&written).as_ref().ok(), Some(&content), "{} of {text}", written.as_str());
}
