//! Tests the string formats: grammars, lists of codes and typed views.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use chrono::{DateTime, Timelike};
use miniprogram_protocol::{
    CurrencyCode, Datetime, Format, Mcc, PhoneNumber, RegionCode, UnixMillis,
    dictionary::{ContactInfo, ContactInfoRequired},
};
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeMap, collections::BTreeSet, fs};

/// Asserts that all `valid` strings have the format, and that no `invalid` string does.
fn assert_format(format: Format, valid: &[&str], invalid: &[&str]) {
    for string in valid {
        assert!(format.matches(string), "{format} rejects {string:?}");
    }
    for string in invalid {
        assert!(!format.matches(string), "{format} accepts {string:?}");
    }
}

/// Returns every string of `length` uppercase ASCII letters.
fn uppercase_strings(length: usize) -> impl Iterator<Item = String> {
    let count = 26_u32.pow(u32::try_from(length).unwrap());
    (0..count).map(move |mut number| {
        let letters = (0..length).map(|_| {
            let letter = char::from(b'A' + u8::try_from(number % 26).unwrap());
            number /= 26;
            letter
        });
        letters.collect()
    })
}

#[test]
fn accepts_only_rfc_3339_date_times() {
    assert_format(
        Format::DateTime,
        &[
            "2019-11-27T12:01:01+08:30",
            "2019-11-27T12:01:01Z",
            "2019-11-27T12:01:01-00:00",
            "2019-11-27T12:01:01.5Z",
            "2019-11-27T12:01:01.123456789012345678Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2020-02-29T00:00:00+23:59",
            "2000-02-29T00:00:00-23:59",
        ],
        &[
            "",
            "Z",
            "2019-11-27",
            "2019-11-27T12:01:01",
            "2019-11-27T12:01Z",
            "2019-11-27 12:01:01Z",
            "2019-11-27t12:01:01Z",
            "2019-11-27T12:01:01z",
            " 2019-11-27T12:01:01Z",
            "2019-11-27T12:01:01Z ",
            "2019-11-27T12:01:01Z\n",
            "2019-11-27T12:01:01.Z",
            "2019-11-27T12:01:01,5Z",
            "2019-11-27T12:01:01+0830",
            "2019-11-27T12:01:01+08",
            "2019-11-27T12:01:01+24:00",
            "2019-11-27T12:01:01+08:60",
            "2019-11-27T12:01:01\u{2212}08:30",
            "2019-11-27T12:01:01+08:30Z",
            "2019-11-27T12:01:01 UTC",
            "20191127T120101Z",
            "2019-W48-3T12:01:01Z",
            "2019-331T12:01:01Z",
            "+2019-11-27T12:01:01Z",
            "-2019-11-27T12:01:01Z",
            "12019-11-27T12:01:01Z",
            "2019-1-7T12:01:01Z",
            "2019-11-27T24:00:00Z",
            "2019-11-27T12:60:00Z",
            "2019-11-2\u{09ed}T12:01:01Z",
            "1653969581000",
        ],
    );
}

#[test]
fn requires_existing_dates_in_date_times() {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, days) in (1..).zip(days) {
        assert_format(
            Format::DateTime,
            &[&format!("2019-{month:02}-{days}T00:00:00Z")],
            &[
                &format!("2019-{month:02}-{}T00:00:00Z", days + 1),
                &format!("2019-{month:02}-00T00:00:00Z"),
            ],
        );
    }
    assert_format(
        Format::DateTime,
        &["2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z"],
        &[
            "2024-02-30T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2019-00-10T00:00:00Z",
            "2019-13-10T00:00:00Z",
        ],
    );
}

#[test]
fn accepts_only_possible_leap_seconds() {
    assert_format(
        Format::DateTime,
        &[
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.999Z",
            "2017-01-01T08:29:60+08:30",
            "2016-12-31T15:59:60-08:00",
        ],
        &[
            "2016-12-31T23:59:61Z",
            "2016-12-31T23:58:60Z",
            "2016-12-31T22:59:60Z",
            "2016-12-31T23:59:60+00:01",
            "2016-12-31T23:59:60-08:00",
        ],
    );
}

#[test]
fn passes_json_schema_date_time_tests() {
    let Some(file) = common::test_data("date-time/json-schema-date-time.json") else { return };
    let groups: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut seen = 0;
    for case in
        groups.as_array().unwrap().iter().flat_map(|group| group["tests"].as_array().unwrap())
    {
        let Some(string) = case["data"].as_str() else { continue };
        // Unlike JSON Schema, this crate rejects the lowercase letters `t` and `z` (J12 in
        // SPEC-INTERPRETATION.md).
        let is_lowercase = string == "1963-06-19t08:30:06.283185z";
        let valid = case["valid"] == true && !is_lowercase;
        assert_eq!(Format::DateTime.matches(string), valid, "{string}");
        seen += 1;
    }
    assert!(seen > 20, "only {seen} cases found");
}

proptest! {
    #[test]
    fn converts_date_times_to_same_instant(
        seconds in -62_167_132_800_i64..253_402_214_400,
        offset in -1439..1440_i32,
        nanos in 0..1_000_000_000_u32,
    ) {
        let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let time = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&offset);
        let string = Datetime::from(time);
        prop_assert!(Format::DateTime.matches(string.as_str()), "{}", string);
        prop_assert!(string.as_str().len() <= 29, "{}", string);
        let milliseconds = time.timestamp_subsec_millis();
        let truncated = time.with_nanosecond(milliseconds * 1_000_000).unwrap();
        prop_assert_eq!(string.to_chrono().unwrap(), truncated);
    }

    #[test]
    fn converts_only_date_times_to_chrono(
        string in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,12})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
    ) {
        prop_assert_eq!(
            Format::DateTime.matches(&string),
            Datetime::from(string.as_str()).to_chrono().is_ok()
        );
    }
}

#[test]
fn converts_leap_seconds_and_long_fractions() {
    let time = Datetime::from("2016-12-31T23:59:60.5Z").to_chrono().unwrap();
    assert_eq!((time.second(), time.nanosecond()), (59, 1_500_000_000));
    let time = Datetime::from("2016-12-31T23:59:59.1234567891Z").to_chrono().unwrap();
    assert_eq!(time.nanosecond(), 123_456_789);
}

#[test]
fn rejects_conversion_of_invalid_date_times() {
    for string in ["2019-11-27 12:01:01Z", "2019-11-27t12:01:01z", "2019-11-27T12:30:60Z"] {
        assert!(Datetime::from(string).to_chrono().is_err(), "{string}");
    }
}

/// Reads List One of ISO 4217: the number and the minor unit of each currency code.
fn read_list_one() -> BTreeMap<&'static str, (u16, Option<u16>)> {
    let lines = include_str!("../data/iso/iso4217-active.csv").lines();
    let entries = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split(',').collect();
        let [code, number, minor_unit] = columns[..] else { panic!("{line}") };
        (code, (number.parse().unwrap(), minor_unit.parse().ok()))
    });
    entries.collect()
}

#[test]
fn accepts_only_currencies_of_list_one() {
    let list_one = read_list_one();
    assert_eq!(list_one.len(), 178);
    for code in uppercase_strings(3) {
        let is_current = list_one.contains_key(code.as_str());
        assert_eq!(Format::Iso4217.matches(&code), is_current, "{code}");
        assert_eq!(CurrencyCode::from(code.as_str()).currency().is_ok(), is_current, "{code}");
    }
    assert_format(
        Format::Iso4217,
        &["VES"],
        &["", "usd", "Usd", "US", "USDT", "840", " USD", "US$", "ＵＳＤ"],
    );
}

#[test]
fn reads_number_and_minor_unit_of_currencies() {
    for (code, (number, minor_unit)) in read_list_one() {
        let currency = CurrencyCode::from(code).currency().unwrap();
        assert_eq!((currency.numeric(), currency.exponent()), (number, minor_unit), "{code}");
        assert_eq!(CurrencyCode::from(currency), code);
    }
}

#[test]
fn accepts_only_assigned_region_codes() {
    let lines = include_str!("../data/iso/iso3166-alpha2.txt").lines();
    let assigned: BTreeSet<_> = lines.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(assigned.len(), 249);
    for code in uppercase_strings(2) {
        let is_assigned = assigned.contains(code.as_str());
        assert_eq!(Format::Iso3166Alpha2.matches(&code), is_assigned, "{code}");
        let country = RegionCode::from(code.as_str()).country();
        assert_eq!(country.is_ok(), is_assigned, "{code}");
        assert!(country.is_err() || RegionCode::from(country.unwrap()) == code.as_str());
    }
    assert_format(
        Format::Iso3166Alpha2,
        &["JP"],
        &["", "jp", "Jp", "J", "JPN", "UK", "EU", "XK", "AA", "ZZ", "392"],
    );
}

#[test]
fn requires_four_digits_in_category_codes() {
    let invalid =
        ["", "566", "56611", "566a", "+661", "-661", " 5661", "5661\n", "５６６１", "٥٦٦١"];
    assert_format(Format::Iso18245, &["0000", "0763", "5661", "9999"], &invalid);
    assert_eq!(Mcc::from("0763").code().unwrap(), 763);
    assert!(invalid.iter().all(|string| Mcc::from(*string).code().is_err()));
}

#[test]
fn accepts_only_64_bit_unix_millis() {
    let valid = ["0", "1653969581000", "000", "9223372036854775807", "0009223372036854775807"];
    let invalid = ["", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "9223372036854775808", "１"];
    assert_format(Format::UnixMillis, &valid, &invalid);
    assert_eq!(UnixMillis::from("1653969581000").millis().unwrap(), 1_653_969_581_000);
    assert!(invalid.iter().all(|string| UnixMillis::from(*string).millis().is_err()));
}

#[test]
fn rejects_chrono_conversion_of_large_millis() {
    let far = UnixMillis::from("9223372036854775807");
    assert_eq!(far.millis().unwrap(), i64::MAX);
    assert!(far.to_chrono().is_err());
}

#[test]
fn accepts_only_e164_phone_numbers() {
    assert_format(
        Format::E164,
        &["+65", "+6512345678", "+123456789012345"],
        &[
            "",
            "+",
            "+6",
            "+1234567890123456",
            "+06512345",
            "6512345678",
            "++6512345678",
            "+65 1234 5678",
            "+65-1234",
            " +6512345678",
            "+6512345678 ",
            "+65123a",
            "＋6512345678",
            "+٦٥١٢٣",
        ],
    );
    assert_eq!(PhoneNumber::parse("+6512345678").unwrap().as_str(), "+6512345678");
    assert!(PhoneNumber::parse("+06512345").is_err());
}

#[test]
fn parses_phone_numbers_of_any_contact_type() {
    for kind in ["MOBILE_PHONE", "TELEPHONE", "PAGER"] {
        let contact =
            ContactInfo::new(ContactInfoRequired { contact_type: kind, contact_no: "+6512345678" });
        let number = contact.phone_number().unwrap();
        assert_eq!(number.digits(), "6512345678");
        assert_eq!(format!("{number:?}"), "PhoneNumber(<hidden>)");
    }
    let contact = ContactInfo::new(ContactInfoRequired {
        contact_type: "TELEPHONE",
        contact_no: "6512345678",
    });
    assert_eq!(contact.phone_number().unwrap_err().format(), Format::E164);
}

#[test]
fn accepts_exactly_one_json_object() {
    assert_format(
        Format::JsonObject,
        &["{}", " {\"a\": [1, {\"b\": null}]}\n", "{\"a\":1,\"a\":2}"],
        &[
            "",
            "[]",
            "null",
            "\"{}\"",
            "{",
            "{} {}",
            "{a:1}",
            "{\"a\":1,}",
            "{\"a\":\"\\ud800\"}",
            "\u{feff}{}",
        ],
    );
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_format(Format::JsonObject, &[&nested(127)], &[&nested(128)]);
}

#[test]
fn has_documented_names_and_descriptions() {
    let documented = [
        ("date-time", "a date-time with an offset, such as 2019-11-27T12:01:01+08:30"),
        ("iso4217", "a current ISO 4217 currency code"),
        ("iso3166-1-alpha-2", "an assigned ISO 3166-1 alpha-2 code"),
        ("iso18245", "a merchant category code of four digits"),
        ("unix-millis", "the number of milliseconds since the Unix epoch, in decimal digits"),
        ("json-object", "a string that contains a JSON object"),
        ("e164", "a plus sign and 2 to 15 digits, the first of which is not 0"),
    ];
    let formats = Format::ALL.iter();
    let formats: Vec<_> = formats.map(|format| (format.name(), format.description())).collect();
    assert_eq!(formats, documented);
    for format in Format::ALL {
        assert_eq!(format.to_string(), format.name());
    }
}

#[test]
fn lists_all_codes_of_formats() {
    for format in Format::ALL {
        let length = match format {
            Format::Iso4217 => 3,
            Format::Iso3166Alpha2 => 2,
            _ => {
                assert_eq!(format.codes(), None, "{format}");
                continue;
            }
        };
        // The set sorts the expected codes.
        let codes: BTreeSet<_> =
            uppercase_strings(length).filter(|code| format.matches(code)).collect();
        let codes: Vec<_> = codes.into_iter().collect();
        assert_eq!(format.codes().unwrap(), codes, "{format}");
    }
}
