//! Tests the traits of string types, enums and unknown fields.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use iso_currency::Currency;
use isocountry::CountryCode;
use miniprogram_protocol::{
    CurrencyCode, Datetime, ExtendInfo, Format, JsonText, Mcc, PhoneNumber, RegionCode, UnixMillis,
    UnknownFields, Valid,
    dictionary::{
        Amount, ContactType, Gender, LoginIdType, MessageChannel, MessageContent, OsType,
        PaymentMethodType, RelatedEnv, ReleaseStatus, ResultCode, ResultStatus, TerminalType,
        UserStatus,
    },
    endpoint::{CardFieldCode, CustomerBelongsTo},
};
use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap},
    fmt::{Debug, Display},
    hash::{DefaultHasher, Hash, Hasher},
    str::FromStr,
};

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The traits that all string types implement.
trait AnyString:
    AsRef<str> + Display + Debug + Clone + Eq + Hash + Ord + FromStr + Into<String> + PartialEq<str>
{
}
impl<T> AnyString for T where
    T: AsRef<str>
        + Display
        + Debug
        + Clone
        + Eq
        + Hash
        + Ord
        + FromStr
        + Into<String>
        + PartialEq<str>
{
}

/// Strings that are valid values of several types, of one type, or of none.
const STRINGS: [&str; 16] = [
    "",
    "0763",
    "1653969581000",
    "2019-11-27T12:01:01Z",
    "763",
    "ANDROID",
    "IOS",
    "MINI_APP",
    "SG",
    "SMS",
    "SUCCESS",
    "USD",
    "XAU",
    "usd",
    "{}",
    "~",
];

fn check_string<T: AnyString>(from: impl Fn(&str) -> T, is_valid: impl Fn(&str) -> bool) {
    for string in STRINGS {
        let value = from(string);
        assert_eq!((value.as_ref(), value.to_string().as_str()), (string, string));
        assert_eq!(format!("{value:>22}"), format!("{string:>22}"));
        assert!(&value == string && &value != "other");
        assert_eq!(value.clone().into(), string);
        // `FromStr` accepts only valid strings, and parses the output of `Display`.
        assert_eq!(value.to_string().parse::<T>().ok(), is_valid(string).then_some(value));
    }
}

/// Checks that `Eq`, `Ord` and `Hash` agree with those of the borrowed string.
fn check_borrow<T: AnyString + Borrow<str>>(from: impl Fn(&str) -> T) {
    for one in STRINGS {
        let first = from(one);
        assert_eq!(Borrow::<str>::borrow(&first), one);
        assert_eq!(hash(&first), hash(one));
        for two in STRINGS {
            let second = from(two);
            assert_eq!(first == second, one == two, "{one} {two}");
            assert_eq!(first.cmp(&second), one.cmp(two), "{one} {two}");
            assert_eq!(first.partial_cmp(&second), Some(one.cmp(two)), "{one} {two}");
        }
    }
}

macro_rules! for_each_enum {
    ($check:ident) => {
        $check!(
            CardFieldCode,
            ContactType,
            CustomerBelongsTo,
            Gender,
            LoginIdType,
            MessageChannel,
            OsType,
            PaymentMethodType,
            RelatedEnv,
            ReleaseStatus,
            ResultCode,
            ResultStatus,
            TerminalType,
            UserStatus
        )
    };
}

#[test]
fn formatted_strings_have_the_traits_of_strings() {
    macro_rules! check {
        ($($Type:ident: $format:ident),+) => { $(
            check_string(|string| $Type::from(string), |string| Format::$format.matches(string));
        )+ };
    }
    check!(
        CurrencyCode: Iso4217, RegionCode: Iso3166Alpha2, Mcc: Iso18245, UnixMillis: UnixMillis,
        Datetime: DateTime
    );
}

#[test]
fn codes_borrow_as_strings() {
    check_borrow(|string| CurrencyCode::from(string));
    check_borrow(|string| RegionCode::from(string));
    check_borrow(|string| Mcc::from(string));
    check_borrow(|string| ExtendInfo::from(string));
    check_borrow(|string| MessageContent::from(string));
}

#[test]
fn hidden_strings_have_the_traits_of_strings() {
    check_string(|string| ExtendInfo::from(string), |_| true);
    check_string(|string| MessageContent::from(string), |string| string == "{}");
}

#[test]
fn enums_have_the_traits_of_strings() {
    macro_rules! check {
        ($($Enum:ident),+) => { $(
            // Unknown values are valid only for these open enums.
            let is_open = matches!(stringify!($Enum), "CardFieldCode" | "ContactType" | "CustomerBelongsTo" | "ResultCode");
            check_string(
                |string| $Enum::from(string),
                |string| is_open || $Enum::VALUES.contains(&string),
            );
            check_borrow(|string| $Enum::from(string));
            for value in $Enum::VALUES {
                assert_eq!(value.parse(), Ok($Enum::from(*value)));
                assert_eq!($Enum::from(*value).into_string(), *value);
            }
        )+ };
    }
    for_each_enum!(check);
}

#[test]
fn errors_list_the_known_values() {
    let error = "SYMBIAN".parse::<OsType>().unwrap_err();
    assert_eq!(error.values(), OsType::VALUES);
    assert_eq!(error.to_string(), "must be one of IOS, ANDROID");
}

#[test]
fn equality_with_strings_is_symmetric() {
    let (code, same, other) = (CurrencyCode::from("USD"), "USD".to_owned(), "usd".to_owned());
    assert!("USD" == code && *"USD" == code && same == code);
    assert!(code == "USD" && code == *"USD" && code == same);
    assert!("usd" != code && *"usd" != code && other != code);
    assert!(code != "usd" && code != *"usd" && code != other);
}

#[test]
fn maps_find_codes_by_string() {
    let rates = HashMap::from([(CurrencyCode::from("USD"), 1), ("points".into(), 2)]);
    assert_eq!(
        (rates.get("USD"), rates.get("points"), rates.get("EUR")),
        (Some(&1), Some(&2), None)
    );
    let counts = BTreeMap::from([(ResultCode::Success, 1), ("OUT_OF_SHOES".into(), 2)]);
    assert_eq!((counts.get("SUCCESS"), counts.get("OUT_OF_SHOES")), (Some(&1), Some(&2)));
}

#[test]
fn unknown_values_have_the_traits_of_strings() {
    let OsType::Other(value) = OsType::from("SYMBIAN") else { return assert_eq!(0, 1) };
    let borrowed: &str = value.borrow();
    assert_eq!(
        (borrowed, value.as_ref(), format!("{value:8}|").as_str()),
        ("SYMBIAN", "SYMBIAN", "SYMBIAN |")
    );
    assert!(value == "SYMBIAN" && value != *"BADA");
    assert_eq!(hash(&value), hash("SYMBIAN"));
    assert_eq!(String::from(value), "SYMBIAN");
}

#[test]
fn codes_convert_to_iso_types() {
    assert_eq!(Currency::try_from(&CurrencyCode::from("JPY")), Ok(Currency::JPY));
    let error = Currency::try_from(&CurrencyCode::from("ZWL")).unwrap_err();
    assert_eq!(error.format(), Format::Iso4217);
    assert_eq!(CountryCode::try_from(&RegionCode::from("SG")), Ok(CountryCode::SGP));
    let error = CountryCode::try_from(&RegionCode::from("UK")).unwrap_err();
    assert_eq!(error.format(), Format::Iso3166Alpha2);
    assert_eq!(
        (CurrencyCode::from(Currency::JPY), RegionCode::from(CountryCode::SGP)),
        ("JPY".into(), "SG".into())
    );
}

#[test]
fn phone_numbers_borrow_as_strings() {
    let number = PhoneNumber::try_from("+6512345678").unwrap();
    let borrowed: &str = number.borrow();
    assert_eq!((number.as_ref(), borrowed), ("+6512345678", "+6512345678"));
    assert_eq!(hash(&number), hash("+6512345678"));
    assert!(PhoneNumber::try_from("6512345678").is_err());
}

fn unknown_fields() -> UnknownFields {
    let json = |json: &str| json.parse::<JsonText>().unwrap();
    UnknownFields::from_iter([("b", json("2")), ("a", json("1")), ("c", json("3"))])
}

#[test]
fn iterates_over_borrowed_unknown_fields() {
    let fields = unknown_fields();
    let mut found = Vec::new();
    for (name, value) in &fields {
        found.push((name, value.as_str()));
    }
    assert_eq!(found, [("a", "1"), ("b", "2"), ("c", "3")]);
    let mut fields = fields.iter();
    assert_eq!((fields.len(), format!("{fields:?}")), (3, "<3 hidden>".to_owned()));
    assert_eq!(fields.next_back().unwrap().0, "c");
    assert_eq!((fields.len(), fields.clone().next().unwrap().0), (2, "a"));
}

#[test]
fn iterates_over_owned_unknown_fields() {
    let mut fields = unknown_fields().into_iter();
    assert_eq!((fields.len(), format!("{fields:?}")), (3, "<3 hidden>".to_owned()));
    assert_eq!(fields.next_back().unwrap(), ("c".to_owned(), "3".parse().unwrap()));
    let rest: UnknownFields = fields.collect();
    assert_eq!(rest.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(UnknownFields::new().into_iter().next(), None);
}

#[test]
fn extends_unknown_fields() {
    let mut fields = unknown_fields();
    fields.extend([("a", "9".parse::<JsonText>().unwrap()), ("d", "4".parse().unwrap())]);
    assert_eq!((fields.len(), fields.get("a").unwrap().as_str()), (4, "9"));
    let mut none = UnknownFields::new();
    none.extend(Vec::<(String, JsonText)>::new());
    assert_eq!(none, UnknownFields::new());
}

#[test]
fn valid_arrays_report_every_element() {
    let read = |json| serde_json::from_str::<Valid<Vec<Amount>>>(json);
    let amounts = read(r#"[{"currency":"USD","value":1},{"currency":"JPY","value":2}]"#).unwrap();
    assert_eq!(amounts.len(), 2);
    assert_eq!(amounts.into_inner(), [Amount::new("USD", 1), Amount::new("JPY", 2)]);
    assert!(read("[]").unwrap().is_empty());
    let error =
        read(r#"[{"value":1},{"currency":"USD","value":2},{"currency":"usd","value":-1},null]"#);
    assert_eq!(
        error.unwrap_err().to_string(),
        "/0/currency is required\n\
         /2/currency must be a current ISO 4217 currency code\n\
         /2/value must be at least 0\n\
         /3 must be an object, not null"
    );
    assert_eq!(read("{}").unwrap_err().to_string(), "the value must be an array, not an object");
}
