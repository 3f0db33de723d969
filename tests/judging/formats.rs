//! The formats of texts: grammar, code tables and typed views.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests stop at the first surprise")]

use crate::common;
use chrono::{DateTime, Timelike};
use miniprogram_protocol::{
    CurrencyCode, Datetime, Format, InboxFooter, Localized, Mcc, MessageContent, OneOrMany,
    PhoneNumber, PushContent, RegionCode, UnixMillis,
    dictionary::{ContactInfo, Message, MessageChannel},
};
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeMap, collections::BTreeSet, fs};

/// Demands that the format takes all of `good` and none of `bad`.
fn demand(format: Format, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(format.matches(text), "{format} refuses {text:?}");
    }
    for text in bad {
        assert!(!format.matches(text), "{format} takes {text:?}");
    }
}

/// All texts of `length` capital letters.
fn capitals(length: usize) -> impl Iterator<Item = String> {
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
fn date_times_have_the_shape_of_rfc_3339() {
    demand(
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
fn date_times_have_dates_of_the_calendar() {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, days) in (1..).zip(days) {
        demand(
            Format::DateTime,
            &[&format!("2019-{month:02}-{days}T00:00:00Z")],
            &[
                &format!("2019-{month:02}-{}T00:00:00Z", days + 1),
                &format!("2019-{month:02}-00T00:00:00Z"),
            ],
        );
    }
    demand(
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
fn second_60_is_where_a_leap_second_can_be() {
    demand(
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
fn date_times_are_judged_as_the_json_schema_test_suite_does_but_for_lower_case() {
    let Some(file) = common::test_data("date-time/json-schema-date-time.json") else { return };
    let groups: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut seen = 0;
    for case in
        groups.as_array().unwrap().iter().flat_map(|group| group["tests"].as_array().unwrap())
    {
        let Some(text) = case["data"].as_str() else { continue };
        let lower_case = text == "1963-06-19t08:30:06.283185z";
        let valid = case["valid"] == true && !lower_case;
        assert_eq!(Format::DateTime.matches(text), valid, "{text}");
        seen += 1;
    }
    assert!(seen > 20, "only {seen} cases were found");
}

proptest! {
    #[test]
    fn every_valid_date_time_has_a_view_of_the_same_instant(
        seconds in -62_167_132_800_i64..253_402_214_400,
        offset in -1439..1440_i32,
        nanos in 0..1_000_000_000_u32,
    ) {
        let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let time = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&offset);
        let text = Datetime::from(time);
        prop_assert!(Format::DateTime.matches(&text), "{}", text);
        prop_assert_eq!(text.to_chrono().unwrap(), time);
    }

    #[test]
    fn whatever_is_a_date_time_has_a_view(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,12})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
    ) {
        prop_assert_eq!(Format::DateTime.matches(&text), Datetime::from(text.as_str()).to_chrono().is_ok());
    }
}

#[test]
fn a_leap_second_and_a_long_fraction_have_a_view() {
    let time = Datetime::from("2016-12-31T23:59:60.5Z").to_chrono().unwrap();
    assert_eq!((time.second(), time.nanosecond()), (59, 1_500_000_000));
    let time = Datetime::from("2016-12-31T23:59:59.1234567891Z").to_chrono().unwrap();
    assert_eq!(time.nanosecond(), 123_456_789);
}

#[test]
fn a_text_that_is_no_date_time_has_no_view() {
    for text in ["2019-11-27 12:01:01Z", "2019-11-27t12:01:01z", "2019-11-27T12:30:60Z"] {
        assert!(Datetime::from(text).to_chrono().is_err(), "{text}");
    }
}

/// List One of ISO 4217: code, number and minor unit.
fn list_one() -> BTreeMap<&'static str, (u16, Option<u16>)> {
    let lines = include_str!("../data/iso/iso4217-active.csv").lines();
    let rows = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split(',').collect();
        let [code, number, minor_unit] = columns[..] else { panic!("{line}") };
        (code, (number.parse().unwrap(), minor_unit.parse().ok()))
    });
    rows.collect()
}

#[test]
fn the_currencies_are_those_of_list_one() {
    let list_one = list_one();
    assert_eq!(list_one.len(), 178);
    for code in capitals(3) {
        let current = list_one.contains_key(code.as_str());
        assert_eq!(Format::Iso4217.matches(&code), current, "{code}");
        assert_eq!(CurrencyCode::from(code.as_str()).currency().is_ok(), current, "{code}");
    }
    demand(
        Format::Iso4217,
        &["VES"],
        &["", "usd", "Usd", "US", "USDT", "840", " USD", "US$", "ＵＳＤ"],
    );
}

#[test]
fn a_currency_has_number_and_minor_unit_of_list_one() {
    for (code, (number, minor_unit)) in list_one() {
        let currency = CurrencyCode::from(code).currency().unwrap();
        assert_eq!((currency.numeric(), currency.exponent()), (number, minor_unit), "{code}");
        assert_eq!(CurrencyCode::from(currency), code);
    }
}

#[test]
fn the_regions_are_the_officially_assigned_ones() {
    let lines = include_str!("../data/iso/iso3166-alpha2.txt").lines();
    let assigned: BTreeSet<_> = lines.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(assigned.len(), 249);
    for code in capitals(2) {
        let is_assigned = assigned.contains(code.as_str());
        assert_eq!(Format::Iso3166Alpha2.matches(&code), is_assigned, "{code}");
        let country = RegionCode::from(code.as_str()).country();
        assert_eq!(country.is_ok(), is_assigned, "{code}");
        assert!(country.is_err() || RegionCode::from(country.unwrap()) == code.as_str());
    }
    demand(
        Format::Iso3166Alpha2,
        &["JP"],
        &["", "jp", "Jp", "J", "JPN", "UK", "EU", "XK", "AA", "ZZ", "392"],
    );
}

#[test]
fn merchant_category_codes_are_four_ascii_digits() {
    let bad = ["", "566", "56611", "566a", "+661", "-661", " 5661", "5661\n", "５６６１", "٥٦٦١"];
    demand(Format::Iso18245, &["0000", "0763", "5661", "9999"], &bad);
    assert_eq!(Mcc::from("0763").code().unwrap(), 763);
    assert!(bad.iter().all(|text| Mcc::from(*text).code().is_err()));
}

#[test]
fn unix_millis_are_digits_that_fit_64_bits() {
    let good = ["0", "1653969581000", "000", "9223372036854775807", "0009223372036854775807"];
    let bad = ["", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "9223372036854775808", "１"];
    demand(Format::UnixMillis, &good, &bad);
    assert_eq!(UnixMillis::from("1653969581000").millis().unwrap(), 1_653_969_581_000);
    assert!(bad.iter().all(|text| UnixMillis::from(*text).millis().is_err()));
}

#[test]
fn unix_millis_beyond_the_view_are_valid_without_one() {
    let far = UnixMillis::from("9223372036854775807");
    assert_eq!(far.millis().unwrap(), i64::MAX);
    assert!(far.to_chrono().is_err());
}

#[test]
fn phone_numbers_are_a_plus_sign_and_2_to_15_digits_without_leading_0() {
    demand(
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
fn the_number_of_a_contact_is_a_phone_number_whatever_its_kind() {
    for kind in ["MOBILE_PHONE", "TELEPHONE", "PAGER"] {
        let contact = ContactInfo::new(kind, "+6512345678");
        let number = contact.phone_number().unwrap();
        assert_eq!(number.digits(), "6512345678");
        assert_eq!(format!("{number:?}"), "PhoneNumber(<hidden>)");
    }
    let contact = ContactInfo::new("TELEPHONE", "6512345678");
    assert_eq!(contact.phone_number().unwrap_err().format(), Format::E164);
}

#[test]
fn json_objects_are_texts_of_one_object() {
    demand(
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
    demand(Format::JsonObject, &[&nested(127)], &[&nested(128)]);
}

#[test]
fn every_format_has_its_documented_name_and_description() {
    let documented = [
        ("date-time", "a date-time with offset such as 2019-11-27T12:01:01+08:30"),
        ("iso4217", "a current currency code of ISO 4217"),
        ("iso3166-1-alpha-2", "an assigned alpha-2 code of ISO 3166-1"),
        ("iso18245", "a merchant category code of four digits"),
        ("unix-millis", "decimal digits, the milliseconds since 1970"),
        ("json-object", "the text of a JSON object"),
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
fn the_codes_of_a_format_are_all_its_texts_if_it_is_a_list_of_codes() {
    for format in Format::ALL {
        let length = match format {
            Format::Iso4217 => 3,
            Format::Iso3166Alpha2 => 2,
            _ => {
                assert_eq!(format.codes(), None, "{format}");
                continue;
            }
        };
        // The texts come by their last letter.
        let texts: BTreeSet<_> = capitals(length).filter(|text| format.matches(text)).collect();
        let texts: Vec<_> = texts.into_iter().collect();
        assert_eq!(format.codes().unwrap(), texts, "{format}");
    }
}

#[test]
fn push_and_sms_content_is_one_for_all_or_one_a_language() {
    let one = MessageContent::from(r#"{"title":"Hi","content":"Shoes","linkUrl":"/a","custom":1}"#);
    let Localized::One(push) = one.push().unwrap() else { panic!() };
    assert_eq!(push.title.as_deref(), Some("Hi"));
    assert_eq!(push.content.as_deref(), Some("Shoes"));
    assert_eq!(push.link_url.as_deref(), Some("/a"));
    assert_eq!(push.unknown_fields.get("custom").unwrap().as_str(), "1");

    let many = MessageContent::from(r#"{"zh-CN":{"content":"鞋"},"en":{"content":"Shoes"}}"#);
    let sms = many.sms().unwrap();
    assert_eq!(sms.languages().collect::<Vec<_>>(), ["en", "zh-CN"]);
    assert_eq!(sms.get("zh-CN").unwrap().content.as_deref(), Some("鞋"));
    assert!(sms.get("fr").is_none());
}

#[test]
fn content_without_standard_parameters_is_one_for_all() {
    for text in ["{}", r#"{"custom":{"a":1}}"#, r#"{"en":{"content":"a"},"count":1}"#] {
        let content = MessageContent::from(text).sms().unwrap();
        assert_eq!(content.languages().count(), 0, "{text}");
        assert_eq!(content.get("en").unwrap().content, None, "{text}");
    }
}

#[test]
fn content_is_one_a_language_if_all_names_have_the_shape_of_language_tags() {
    for name in
        ["en", "fil", "EN", "zh-CN", "zh_CN", "sr-Latn-RS", "es-419", "de-CH-1996", "en-x-12345678"]
    {
        let text = format!(r#"{{"{name}":{{"content":"a"}}}}"#);
        let content = MessageContent::from(text).push().unwrap();
        assert_eq!(content.languages().collect::<Vec<_>>(), [name]);
    }
    for name in [
        "",
        "e",
        "engl",
        "e1",
        "12",
        "é",
        "ée",
        "en-",
        "-en",
        "en--US",
        "en-123456789",
        "en-é",
        "en US",
        "en.US",
    ] {
        let text = format!(r#"{{"{name}":{{"content":"a"}}}}"#);
        let content = MessageContent::from(text).push().unwrap();
        assert_eq!(content.languages().count(), 0, "{name}");
        let Localized::One(content) = content else { panic!("{name} is a language") };
        assert_eq!(content.unknown_fields.get(name).unwrap().as_str(), r#"{"content":"a"}"#);
    }
}

#[test]
fn a_language_holds_an_object() {
    for value in ["\"a\"", "[]", "null", "1"] {
        let content = MessageContent::from(format!(r#"{{"en":{value}}}"#)).push().unwrap();
        let Localized::One(content) = content else { panic!("{value} is content") };
        assert_eq!(content.unknown_fields.get("en").unwrap().as_str(), value);
    }
}

#[test]
fn what_is_no_language_beside_languages_makes_content_one_for_all() {
    for (members, title) in [
        (r#""title":"b""#, Some("b")),
        (r#""fr":null"#, None),
        (r#""fr":"Salut""#, None),
        (r#""custom":{}"#, None),
    ] {
        let content = MessageContent::from(format!(r#"{{"en":{{"title":"a"}},{members}}}"#));
        let Localized::One(content) = content.push().unwrap() else { panic!("{members}") };
        assert_eq!(content.title.as_deref(), title, "{members}");
    }
}

#[test]
fn a_language_that_stands_twice_is_a_duplicate() {
    let content = MessageContent::from(r#"{"en":{"content":"first"},"en":{"content":"second"}}"#);
    let error = content.push().unwrap_err();
    assert_eq!((error.violations()[0].path(), error.violations()[0].code()), ("/en", "duplicate"));
}

#[test]
fn inbox_content_has_header_body_and_one_footer_or_several() {
    let inbox = |footer: &str| {
        let text = format!(
            r#"{{"en-US":{{"displayType":"inbox_item_content",
                "header":{{"appIcon":"i","appName":"n","target":{{"path":"h"}}}},
                "body":{{"title":"t","content":"c","target":{{"path":"b"}}}},
                "footer":{footer}}}}}"#
        );
        let content = MessageContent::from(text).inbox().unwrap();
        content.get("en-US").unwrap().clone()
    };
    let one = inbox(r#"{"linkName":"l","target":{"path":"f"}}"#);
    let header = one.header.clone().unwrap();
    assert_eq!(header.app_icon.as_deref(), Some("i"));
    assert_eq!(header.app_name.as_deref(), Some("n"));
    assert_eq!(header.target.unwrap().path.as_deref(), Some("h"));
    let body = one.body.clone().unwrap();
    assert_eq!(body.title.as_deref(), Some("t"));
    assert_eq!(body.content.as_deref(), Some("c"));
    assert_eq!(body.target.unwrap().path.as_deref(), Some("b"));
    assert_eq!(one.unknown_fields.get("displayType").unwrap().as_str(), "\"inbox_item_content\"");
    let Some(OneOrMany::One(InboxFooter { link_name, target, .. })) = one.footer else { panic!() };
    assert_eq!((link_name.as_deref(), target.unwrap().path.as_deref()), (Some("l"), Some("f")));

    let several = inbox(r#"[{"linkName":"l"},{"linkName":"m"}]"#).footer.unwrap();
    let names: Vec<_> = several.as_slice().iter().map(|link| link.link_name.as_deref()).collect();
    assert_eq!(names, [Some("l"), Some("m")]);
}

#[test]
fn a_footer_that_is_neither_a_link_nor_links_is_named() {
    for (footer, faults) in [
        ("1", &[("/footer", "must be an array, not a number")][..]),
        (r#"{"linkName":1}"#, &[("/footer/linkName", "must be a string, not a number")]),
        (
            "[null,{},[]]",
            &[
                ("/footer/0", "must be an object, not null"),
                ("/footer/2", "must be an object, not an array"),
            ],
        ),
    ] {
        let content = MessageContent::from(format!(r#"{{"footer":{footer}}}"#));
        let error = content.inbox().unwrap_err();
        let found = error.violations().iter();
        let found: Vec<_> = found.map(|found| (found.path(), found.kind().to_string())).collect();
        let faults: Vec<_> =
            faults.iter().map(|(path, fault)| (*path, (*fault).to_owned())).collect();
        assert_eq!(found, faults);
    }
}

#[test]
fn a_standard_parameter_of_a_wrong_type_is_named() {
    let error = MessageContent::from(r#"{"title":1}"#).push().unwrap_err();
    assert_eq!(error.to_string(), "/title must be a string, not a number");
    let error = MessageContent::from(r#"{"en":{"title":1},"fr":{"title":2}}"#).push().unwrap_err();
    let paths: Vec<_> =
        error.violations().iter().map(miniprogram_protocol::Violation::path).collect();
    assert_eq!(paths, ["/en/title", "/fr/title"]);
    let error = MessageContent::from(r#"{"en":{"title":1}}"#).push().unwrap_err();
    assert_eq!(error.to_string(), "/en/title must be a string, not a number");
    let error = MessageContent::from("{title}").push().unwrap_err();
    assert_eq!(error.syntax().unwrap().column(), 2);
}

#[test]
fn content_that_is_built_is_read_back() {
    let one = Localized::One(PushContent::new().title("Hi").link_url("/a"));
    let many = Localized::ByLanguage(BTreeMap::from([
        ("en".to_owned(), PushContent::new().title("Hi")),
        ("fr".to_owned(), PushContent::new().title("Salut")),
    ]));
    for content in [one, many] {
        let text = MessageContent::from(content.clone());
        let message = Message::new("M-1", "C-1", MessageChannel::Push, text, "{}");
        assert_eq!(message.message_content.push().unwrap(), content);
    }
}

#[test]
fn a_standard_parameter_that_is_null_is_absent_beside_languages() {
    let content = MessageContent::from(r#"{"en-US":{"title":"a"},"title":null}"#);
    let view = content.push().unwrap();
    assert_eq!(view.languages().collect::<Vec<_>>(), ["en-US"]);
    assert_eq!(MessageContent::from(view.clone()).push().unwrap(), view);
}
