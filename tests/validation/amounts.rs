//! Tests comparison, arithmetic, formatting and parsing of amounts.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    CurrencyCode, Format, JsonText, MinorUnits,
    dictionary::{Amount, AmountError},
};
use proptest::prelude::*;
use std::{
    cmp::Ordering,
    collections::BTreeMap,
    error::Error,
    hash::{DefaultHasher, Hash, Hasher},
};

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the number of decimal places of each currency in List One of ISO 4217, or `None` if the
/// currency has no minor unit.
fn list_one_decimal_places() -> BTreeMap<&'static str, Option<u16>> {
    let lines = include_str!("../data/iso/iso4217-active.csv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.map(|line| (&line[..3], line.rsplit(',').next().unwrap().parse().ok())).collect()
}

/// Generates small numbers, which are often equal, and numbers at the limits of the range.
fn units() -> impl Strategy<Value = i64> {
    prop_oneof![-2..3_i64, Just(i64::MIN), Just(i64::MAX), any::<i64>()]
}

fn minor_units() -> impl Strategy<Value = MinorUnits> {
    (units(), any::<bool>())
        .prop_map(|(units, string)| if string { MinorUnits::string(units) } else { units.into() })
}

proptest! {
    #[test]
    fn compares_minor_units_by_value(
        one in minor_units(),
        two in minor_units(),
        number in units(),
    ) {
        prop_assert_eq!(one == two, one.get() == two.get());
        prop_assert_eq!(one == number, one.get() == number);
        prop_assert_eq!(number == one, one == number);
        // Equality is transitive across both types.
        prop_assert!(!(one == number && number == two) || one == two);
        prop_assert!(one != two || hash(&one) == hash(&two));
    }

    #[test]
    fn orders_minor_units_by_value(one in minor_units(), two in minor_units(), number in units()) {
        prop_assert_eq!(one.cmp(&two), one.get().cmp(&two.get()));
        prop_assert_eq!(one.partial_cmp(&two), Some(one.cmp(&two)));
        prop_assert_eq!(one.partial_cmp(&number), Some(one.get().cmp(&number)));
        prop_assert_eq!(number.partial_cmp(&one), Some(number.cmp(&one.get())));
    }

    #[test]
    fn identical_minor_units_have_equal_json(one in minor_units(), two in minor_units()) {
        let json = |units| serde_json::to_string::<MinorUnits>(units).unwrap();
        prop_assert_eq!(one.is_identical_to(two), json(&one) == json(&two));
    }

    #[test]
    fn minor_units_round_trip_through_display(units in minor_units()) {
        prop_assert_eq!(units.to_string().parse(), Ok(units));
    }

    #[test]
    fn amounts_round_trip_through_display(units in minor_units()) {
        for (code, places) in list_one_decimal_places() {
            let amount = Amount::new(code, units);
            let parsed = amount.to_string().parse::<Amount>();
            prop_assert_eq!(parsed.ok(), places.map(|_| amount), "{}", code);
        }
    }

    #[test]
    fn formats_decimal_places_of_iso_4217(units in units()) {
        for (code, places) in list_one_decimal_places() {
            let string = Amount::new(code, units).to_decimal_string();
            let Some(places) = places else {
                prop_assert_eq!(string, Err(AmountError::NoMinorUnit));
                continue;
            };
            let string = string.unwrap();
            let fraction = string.split_once('.').map_or("", |(_, fraction)| fraction);
            prop_assert_eq!(fraction.len(), usize::from(places), "{} {}", string, code);
            // Removing the decimal point restores the number of minor units.
            prop_assert_eq!(string.replace('.', "").parse(), Ok(units), "{} {}", string, code);
        }
    }

    #[test]
    fn arithmetic_is_exact_or_fails(one in units(), two in units()) {
        let (first, second) = (Amount::new("JPY", one), Amount::new("JPY", two));
        let amount = |units: Option<i64>| {
            units.map(|units| Amount::new("JPY", units)).ok_or(AmountError::Overflow)
        };
        prop_assert_eq!(first.checked_add(&second), amount(one.checked_add(two)));
        prop_assert_eq!(first.checked_sub(&second), amount(one.checked_sub(two)));
        prop_assert_eq!(first.checked_mul(two), amount(one.checked_mul(two)));
        prop_assert_eq!(first.checked_cmp(&second), Ok(one.cmp(&two)));
    }

    #[test]
    fn sums_overflow_regardless_of_order(units in prop::collection::vec(units(), 1..6)) {
        let total: i128 = units.iter().copied().map(i128::from).sum();
        let expected = i64::try_from(total).map_err(|_| AmountError::Overflow);
        let amounts = units.iter().map(|units| Amount::new("KWD", *units));
        let sum = Amount::sum(amounts).map(|sum| sum.unwrap().value.get());
        prop_assert_eq!(sum, expected);
    }
}

#[test]
fn displays_amounts_in_major_units() {
    for (amount, string) in [
        (Amount::new("USD", 4990), "49.90 USD"),
        (Amount::new("USD", MinorUnits::string(4990)), "49.90 USD"),
        (Amount::new("USD", -5), "-0.05 USD"),
        (Amount::new("USD", 0), "0.00 USD"),
        (Amount::new("JPY", 500), "500 JPY"),
        (Amount::new("JPY", -500), "-500 JPY"),
        (Amount::new("KWD", 1), "0.001 KWD"),
        (Amount::new("CLF", 12_345), "1.2345 CLF"),
        (Amount::new("USD", i64::MAX), "92233720368547758.07 USD"),
        (Amount::new("USD", i64::MIN), "-92233720368547758.08 USD"),
    ] {
        assert_eq!(amount.to_string(), string);
        assert_eq!(string.parse(), Ok(amount));
    }
}

#[test]
fn displays_minor_units_of_unknown_currencies() {
    for (code, string, error) in [
        ("XAU", r#"-7 minor units of "XAU""#, AmountError::NoMinorUnit),
        ("usd", r#"-7 minor units of "usd""#, AmountError::UnknownCurrency),
        ("", r#"-7 minor units of """#, AmountError::UnknownCurrency),
        // `iso_currency` still contains this withdrawn currency.
        ("ZWL", r#"-7 minor units of "ZWL""#, AmountError::UnknownCurrency),
        ("A\nB", r#"-7 minor units of "A\nB""#, AmountError::UnknownCurrency),
    ] {
        let amount = Amount::new(code, -7);
        assert_eq!(amount.to_string(), string);
        assert_eq!(amount.to_decimal_string(), Err(error));
        assert!(string.parse::<Amount>().is_err());
    }
}

#[test]
fn formatting_amounts_ignores_precision() {
    let amount = Amount::new("USD", 4990);
    assert_eq!(format!("{amount:*^13}"), "**49.90 USD**");
    assert_eq!(format!("{amount:.3}|{amount:12.3}"), "49.90 USD|49.90 USD");
}

#[test]
fn parses_amounts_with_fewer_decimal_places() {
    for string in ["7 USD", "7.0 USD", "7.00 USD", "007 USD"] {
        assert_eq!(string.parse(), Ok(Amount::new("USD", 700)), "{string}");
    }
    let amount: Amount = "-0 USD".parse().unwrap();
    assert!(amount.value == 0 && !amount.value.is_string());
}

#[test]
fn parses_amounts_that_begin_with_the_currency() {
    for (string, currency, units) in
        [("JPY 500", "JPY", 500), ("USD 49.90", "USD", 4990), ("USD -0.05", "USD", -5)]
    {
        assert_eq!(string.parse(), Ok(Amount::new(currency, units)), "{string}");
    }
}

#[test]
fn rejects_strings_that_are_not_amounts() {
    use AmountError::{DecimalPlaces, NoMinorUnit, Overflow, Syntax, UnknownCurrency};
    for (string, error) in [
        ("", Syntax),
        ("7", Syntax),
        ("7USD", Syntax),
        (" USD", Syntax),
        (" 7 USD", Syntax),
        ("USD -", Syntax),
        ("USD +7", Syntax),
        ("USD 7 ", Syntax),
        ("USD USD", Syntax),
        ("usd 7", UnknownCurrency),
        ("USD 7.000", DecimalPlaces),
        ("+7 USD", Syntax),
        ("--7 USD", Syntax),
        ("- USD", Syntax),
        ("7. USD", Syntax),
        (".7 USD", Syntax),
        ("7.-7 USD", Syntax),
        ("7.0.0 USD", Syntax),
        ("1,000 USD", Syntax),
        ("1e3 USD", Syntax),
        ("٧ USD", Syntax),
        ("7  USD", UnknownCurrency),
        ("7 USD ", UnknownCurrency),
        ("7 usd", UnknownCurrency),
        ("7 DEM", UnknownCurrency),
        ("7 XXX", NoMinorUnit),
        ("7.000 USD", DecimalPlaces),
        ("7.0 JPY", DecimalPlaces),
        ("92233720368547758.08 USD", Overflow),
        ("-92233720368547758.09 USD", Overflow),
        ("99999999999999999999999999999999999999999999 USD", Overflow),
    ] {
        assert_eq!(string.parse::<Amount>(), Err(error), "{string}");
    }
}

#[test]
fn never_combines_different_currencies() {
    let (dollars, euros) = (Amount::new("USD", 1), Amount::new("EUR", 1));
    let mismatch = AmountError::CurrencyMismatch;
    assert_eq!(dollars.checked_add(&euros), Err(mismatch));
    assert_eq!(dollars.checked_sub(&euros), Err(mismatch));
    assert_eq!(dollars.checked_cmp(&euros), Err(mismatch));
    assert_eq!(Amount::sum([&dollars, &dollars, &euros]), Err(mismatch));
    assert_eq!(dollars.checked_cmp(&Amount::new("USD", 2)), Ok(Ordering::Less));
}

#[test]
fn empty_sums_have_no_currency() {
    assert_eq!(Amount::sum(Vec::<Amount>::new()), Ok(None));
}

#[test]
fn arithmetic_keeps_form_of_first_operand() {
    let string = Amount::new("USD", MinorUnits::string(5));
    let mut number = Amount::new("USD", 5);
    number.unknown_fields.insert("rate", "1".parse::<JsonText>().unwrap());
    let json =
        |amount: Result<Amount, AmountError>| serde_json::to_string(&amount.unwrap()).unwrap();
    let written_as_string = r#"{"currency":"USD","value":"10"}"#;
    assert_eq!(json(string.checked_add(&number)), written_as_string);
    assert_eq!(json(string.checked_mul(2)), written_as_string);
    let sum = Amount::sum([&string, &number]).map(Option::unwrap);
    assert_eq!(json(sum), written_as_string);
    assert_eq!(json(number.checked_add(&string)), r#"{"currency":"USD","value":10}"#);
    assert_eq!(json(number.checked_sub(&string)), r#"{"currency":"USD","value":0}"#);
}

#[test]
fn adds_amounts_in_unknown_currencies() {
    let points = Amount::new("points", 2);
    assert_eq!(points.checked_add(&points), Ok(Amount::new("points", 4)));
}

#[test]
fn amount_errors_contain_no_values() {
    let error = "4990.001 USD".parse::<Amount>().unwrap_err();
    assert_eq!(error.to_string(), "must not have more decimal places than the currency");
    let error: Box<dyn Error + Send + Sync> = "secret".parse::<Amount>().unwrap_err().into();
    let expected = "must be a decimal number, a space and a currency code, such as 49.90 USD";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn returns_decimal_places_of_iso_4217() {
    for (code, places) in list_one_decimal_places() {
        assert_eq!(CurrencyCode::from(code).decimal_places(), Ok(places), "{code}");
    }
    let error = CurrencyCode::from("DEM").decimal_places().unwrap_err();
    assert_eq!(error.format(), Format::Iso4217);
}

#[cfg(feature = "rust_decimal")]
mod decimal {
    use super::{Amount, AmountError, list_one_decimal_places, minor_units};
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    proptest! {
        #[test]
        fn decimals_round_trip_through_all_currencies(units in minor_units()) {
            for (code, places) in list_one_decimal_places() {
                let amount = Amount::new(code, units);
                let decimal = Decimal::try_from(&amount);
                let Some(places) = places else {
                    prop_assert_eq!(decimal, Err(AmountError::NoMinorUnit));
                    continue;
                };
                let decimal = decimal.unwrap();
                prop_assert_eq!(decimal.scale(), u32::from(places));
                prop_assert_eq!(decimal.to_string(), amount.to_decimal_string().unwrap());
                prop_assert_eq!(Amount::from_decimal(code, decimal), Ok(amount));
            }
        }

        #[test]
        fn converts_decimals_exactly_or_fails(mantissa in any::<i64>(), scale in 0..=28_u32) {
            let decimal = Decimal::new(mantissa, scale);
            if let Ok(amount) = Amount::from_decimal("USD", decimal) {
                prop_assert_eq!(amount.to_decimal().unwrap(), decimal);
            }
        }
    }

    #[test]
    fn rejects_decimals_without_an_exact_amount() {
        for (code, decimal, error) in [
            ("USD", Decimal::new(1, 3), AmountError::DecimalPlaces),
            ("JPY", Decimal::new(15, 1), AmountError::DecimalPlaces),
            ("USD", Decimal::MAX, AmountError::Overflow),
            ("USD", Decimal::MIN, AmountError::Overflow),
            ("JPY", Decimal::from(u64::MAX), AmountError::Overflow),
            ("XAU", Decimal::ONE, AmountError::NoMinorUnit),
            ("usd", Decimal::ONE, AmountError::UnknownCurrency),
        ] {
            assert_eq!(Amount::from_decimal(code, decimal), Err(error), "{code} {decimal}");
        }
        let usd = Amount::new("usd", 1).to_decimal();
        assert_eq!(usd, Err(AmountError::UnknownCurrency));
    }

    #[test]
    fn accepts_trailing_zeros_of_decimals() {
        let decimal = Decimal::new(5_000, 3);
        assert_eq!(Amount::from_decimal("JPY", decimal), Ok(Amount::new("JPY", 5)));
        assert_eq!(Amount::from_decimal("USD", Decimal::ZERO), Ok(Amount::new("USD", 0)));
    }
}
