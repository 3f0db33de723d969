//! Tests the known deviations from the specification, which only policies that allow them tolerate.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    Deviation, Error, FieldLimits, MinorUnits, Policy, ProtocolType, Schema, Valid, Validate,
    Violation, check_json_with,
    dictionary::{Amount, ContactInfo, Order, User},
    endpoint::MerchantSyncRequest,
    from_json_with,
    schema::{Field, ValueType},
};
use serde_json::{Value, json};

/// A document that deviates from the specification in one field.
struct DeviationCase {
    deviation: Deviation,
    schema: &'static Schema,
    document: Value,
    path: String,
}

/// Returns documents of every type that are valid except for one deviation.
fn deviation_cases() -> Vec<DeviationCase> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        for field in schema.fields {
            for deviation in field.deviations() {
                let mut add = |value: Option<Value>, path: String| {
                    let mut document = common::complete_value(schema);
                    match value {
                        Some(value) => document[field.name] = value,
                        None => drop(document.as_object_mut().unwrap().remove(field.name)),
                    }
                    cases.push(DeviationCase { deviation, schema, document, path });
                };
                let path = format!("/{}", field.name);
                for value in deviating_values(deviation) {
                    if let (ValueType::Array(_), Some(value)) = (field.value_type, &value) {
                        add(Some(json!([value])), format!("{path}/0"));
                    } else {
                        add(value, path.clone());
                    }
                }
            }
        }
    }
    cases
}

/// Returns field values with the deviation. `None` represents an absent field.
fn deviating_values(deviation: Deviation) -> Vec<Option<Value>> {
    let strings: &[&str] = match deviation {
        Deviation::MissingPlatformId => return vec![None, Some(Value::Null)],
        Deviation::AmountAsString => &["0", "1", "10000", "2147483647"],
        Deviation::DateOnly => &["2020-07-25", "2000-02-29"],
        Deviation::CompactOffset => &["2019-11-27T12:01:01+0830", "2019-11-27T12:01:01.5-0000"],
        Deviation::UnixMillis => &["0", "1747280655570", "0001747280655570"],
        Deviation::UnknownEnumValue => &["X", "", " F", "新"],
        other => panic!("no values for {other}"),
    };
    strings.iter().map(|string| Some(json!(string))).collect()
}

/// Returns policies that allow one deviation, all but one, all, or none. Each policy is paired with
/// the deviations that it allows.
fn policies_with_deviations() -> Vec<(Policy, Vec<Deviation>)> {
    let all = Deviation::ALL.to_vec();
    let mut policies = vec![(Policy::strict(), Vec::new()), (Policy::lenient(), all.clone())];
    for deviation in all.iter().copied() {
        let others = all.iter().copied().filter(|other| *other != deviation).collect();
        policies.push((Policy::strict().allow(deviation), vec![deviation]));
        policies.push((Policy::lenient().deny(deviation), others));
    }
    policies
}

#[test]
fn exposes_allowed_deviations() {
    for (policy, allowed) in policies_with_deviations() {
        for deviation in Deviation::ALL {
            assert_eq!(policy.allows(*deviation), allowed.contains(deviation), "{deviation}");
        }
    }
}

#[test]
fn finds_deviations_by_name() {
    for deviation in Deviation::ALL {
        assert_eq!(Deviation::by_name(&deviation.to_string()), Some(*deviation));
    }
    assert_eq!(Deviation::AmountAsString.to_string(), "amountAsString");
}

#[test]
fn tolerates_exactly_allowed_deviations() {
    let cases = deviation_cases();
    for deviation in Deviation::ALL {
        assert!(cases.iter().any(|case| case.deviation == *deviation), "{deviation}");
    }
    for DeviationCase { deviation, schema, document, path } in &cases {
        let json = document.to_string();
        let rejected = schema.check_json_with(json.as_bytes(), &Policy::strict()).unwrap_err();
        assert_eq!(rejected.violations().len(), 1, "{} {json}", schema.name);
        assert_eq!(rejected.violations()[0].path(), path, "{} {json}", schema.name);
        for (policy, allowed) in policies_with_deviations() {
            let result = schema.check_json_with(json.as_bytes(), &policy);
            if allowed.contains(deviation) {
                assert_eq!(result.unwrap(), rejected.violations(), "{} {json}", schema.name);
            } else {
                assert_eq!(result.unwrap_err(), rejected, "{} {json}", schema.name);
            }
        }
    }
}

#[test]
fn preserves_tolerated_values() {
    fn check<T: ProtocolType>() {
        for case in deviation_cases().iter().filter(|case| case.schema.name == T::SCHEMA.name) {
            let json = case.document.to_string();
            assert!(from_json_with::<T>(json.as_bytes(), &Policy::strict()).is_err(), "{json}");
            let (value, _) = from_json_with::<T>(json.as_bytes(), &Policy::lenient()).unwrap();
            let mut expected = case.document.clone();
            // A field that is null is omitted when the value is serialized.
            expected.as_object_mut().unwrap().retain(|_, member| !member.is_null());
            assert_eq!(serde_json::to_value(&value).unwrap(), expected);
        }
    }
    common::for_each_type!(check);
}

#[test]
fn validates_tolerated_values_like_their_json() {
    fn check<T: ProtocolType>() {
        for case in deviation_cases().iter().filter(|case| case.schema.name == T::SCHEMA.name) {
            let json = case.document.to_string();
            let value =
                from_json_with::<T>(json.as_bytes(), &Policy::lenient()).unwrap().0.into_inner();
            for (policy, _) in policies_with_deviations() {
                let checked = check_json_with::<T>(json.as_bytes(), &policy);
                let validated = value.validate_with(&policy);
                assert_eq!(validated.as_ref().ok(), checked.as_ref().ok(), "{json}");
                let checked = checked.as_ref().err().map(Error::violations);
                assert_eq!(validated.as_deref().err().map(|found| &**found), checked, "{json}");
            }
        }
    }
    common::for_each_type!(check);
}

#[test]
fn rejects_values_that_resemble_deviations() {
    let amount = |value: &str| json!({"currency": "USD", "value": value});
    let user = |name: &str, value: &str| json!({"userId": "1", name: value});
    for (schema, document, expected) in [
        (Amount::SCHEMA, amount("2147483648"), "/value maximum"),
        (Amount::SCHEMA, amount("-1"), "/value minimum"),
        (Amount::SCHEMA, amount("9223372036854775808"), "/value type"),
        (Amount::SCHEMA, amount(""), "/value type"),
        (Amount::SCHEMA, amount("-"), "/value type"),
        (Amount::SCHEMA, amount("-0"), "/value type"),
        (Amount::SCHEMA, amount("+1"), "/value type"),
        (Amount::SCHEMA, amount("01"), "/value type"),
        (Amount::SCHEMA, amount("00"), "/value type"),
        (Amount::SCHEMA, amount(" 1"), "/value type"),
        (Amount::SCHEMA, amount("1.0"), "/value type"),
        (Amount::SCHEMA, amount("1e2"), "/value type"),
        (Amount::SCHEMA, amount("１"), "/value type"),
        (Amount::SCHEMA, json!({"currency": "USD", "value": 1.5}), "/value type"),
        (Amount::SCHEMA, json!({"currency": "USD", "value": true}), "/value type"),
        (User::SCHEMA, user("birthDate", "2019-02-29"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-7-25"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25 "), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25T10:00:00"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25T10:00:00+08"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25T10:00:00+080"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25T10:00:00+2400"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "2020-07-25T10:00:00+08000"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "-1"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "9223372036854775808"), "/birthDate format"),
        // The deviation applies to the specification's enums, not to lists of codes.
        (User::SCHEMA, user("nationality", "XX"), "/nationality format"),
        (
            Order::SCHEMA,
            json!({
                "referenceOrderId": "1", "orderDescription": "Shoes",
                "orderAmount": amount("1"), "orderCreateTime": "2020-07",
                "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"}
            }),
            "/orderCreateTime format",
        ),
    ] {
        let error = schema.check_json_with(document.to_string().as_bytes(), &Policy::lenient());
        let error = error.unwrap_err();
        let found: Vec<_> = error
            .violations()
            .iter()
            .map(|violation| format!("{} {}", violation.path(), violation.code()))
            .collect();
        assert_eq!(found, [expected], "{document}");
    }
}

#[test]
fn rejects_other_integers_as_strings() {
    let quantity = |schema: &Schema, field: &Field| {
        matches!(field.value_type, ValueType::Integer(_)) && schema.name != "Amount"
    };
    let mut count = 0;
    for schema in Schema::ALL {
        for field in schema.fields.iter().filter(|field| quantity(schema, field)) {
            let mut document = common::complete_value(schema);
            document[field.name] = json!("1");
            let json = document.to_string();
            let error = schema.check_json_with(json.as_bytes(), &Policy::lenient()).unwrap_err();
            assert_eq!(error.violations()[0].code(), "type", "{}", field.name);
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn reads_amount_strings_with_escape_sequences() {
    let json = br#"{"currency":"USD","value":"\u0031\u0030"}"#;
    let (amount, _) = from_json_with::<Amount>(json, &Policy::lenient()).unwrap();
    assert!(amount.value.is_identical_to(MinorUnits::string(10)));
    assert_eq!(check_json_with::<Amount>(json, &Policy::lenient()).unwrap().len(), 1);
}

#[test]
fn limits_length_of_tolerated_values() {
    // The field is a date-time of at most 32 characters.
    let env = |digits: usize| {
        let time = "0".repeat(digits);
        format!(r#"{{"terminalType":"MINI_APP","storeTerminalRequestTime":"{time}"}}"#)
    };
    let env_schema = Schema::by_name("Env").unwrap();
    assert!(env_schema.check_json_with(env(32).as_bytes(), &Policy::lenient()).is_ok());
    let error = env_schema.check_json_with(env(33).as_bytes(), &Policy::lenient()).unwrap_err();
    assert_eq!(error.violations()[0].code(), "maxLength");
}

#[test]
fn tolerates_deviations_with_field_limits() {
    let user = br#"{"userId":"1","birthDate":"1991-02-28"}"#;
    let amount = br#"{"currency":"USD","value":"1"}"#;
    for limits in [
        FieldLimits::new(),
        FieldLimits::unconstrained(),
        FieldLimits::unconstrained().max_length(10),
    ] {
        let policy = Policy::lenient().limit_field::<User>("birthDate", limits).unwrap();
        assert_eq!(check_json_with::<User>(user, &policy).map(|tolerated| tolerated.len()), Ok(1));
    }
    for limits in
        [FieldLimits::new(), FieldLimits::unconstrained(), FieldLimits::unconstrained().minimum(1)]
    {
        let policy = Policy::lenient().limit_field::<Amount>("value", limits).unwrap();
        assert_eq!(
            check_json_with::<Amount>(amount, &policy).map(|tolerated| tolerated.len()),
            Ok(1)
        );
    }
}

#[test]
fn applies_cross_field_rules_to_tolerated_values() {
    let contact = r#"{"contactType":"MOBILE_PHONE","contactNo":"12"}"#;
    assert!(check_json_with::<ContactInfo>(contact.as_bytes(), &Policy::lenient()).is_err());
    let user = r#"{"userId":"1","gender":"X","userName":{}}"#;
    let error = check_json_with::<User>(user.as_bytes(), &Policy::lenient()).unwrap_err();
    assert_eq!(error.violations().len(), 1);
    assert_eq!(error.violations()[0].code(), "anyOf");
}

#[test]
fn deserializes_all_deviations_except_string_amounts() {
    let amount = serde_json::from_str::<Amount>(r#"{"currency":"USD","value":"1"}"#).unwrap_err();
    assert_eq!(amount.to_string(), "/value must be an integer, not a string");
    let user = r#"{"userId":"1","gender":"X","birthDate":"2020-07-25"}"#;
    let user: User = serde_json::from_str(user).unwrap();
    assert_eq!(user.validate_with(&Policy::lenient()).unwrap().len(), 2);
    let sync = r#"{"appId":"1","merchantId":"1","merchantName":"Shop","operatorId":"1"}"#;
    let sync: MerchantSyncRequest = serde_json::from_str(sync).unwrap();
    assert_eq!(sync.validate_with(&Policy::lenient()).unwrap().len(), 1);
}

#[test]
fn limits_number_of_tolerated_deviations() {
    let amount = json!({"currency": "USD", "value": "1"});
    let goods = json!({"referenceGoodsId": "1", "goodsName": "Shoe", "goodsPaymentAmount": amount});
    let order = json!({
        "referenceOrderId": "1", "orderDescription": "Shoes", "orderAmount": amount,
        "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"},
        "goods": vec![goods; 100],
    });
    let tolerated = |policy: &Policy| {
        let json = order.to_string();
        let tolerated = check_json_with::<Order>(json.as_bytes(), policy).unwrap();
        let (value, _) = from_json_with::<Order>(json.as_bytes(), policy).unwrap();
        assert_eq!(value.validate_with(policy).unwrap().len(), tolerated.len());
        (tolerated.len(), tolerated.last().unwrap().kind().code())
    };
    assert_eq!(tolerated(&Policy::lenient()), (65, "tooMany"));
    assert_eq!(tolerated(&Policy::lenient().max_violations(101)), (101, "type"));
    assert_eq!(tolerated(&Policy::lenient().max_violations(0)), (1, "tooMany"));
}

#[test]
fn omits_tolerated_deviations_from_errors() {
    let json = br#"{"currency":"usd","value":"1"}"#;
    let error = check_json_with::<Amount>(json, &Policy::lenient()).unwrap_err();
    assert_eq!(error.to_string(), "/currency must be a current ISO 4217 currency code");
}

#[test]
fn compares_minor_units_numerically_with_integers() {
    let (number, string) = (MinorUnits::from(7), MinorUnits::string(7));
    assert_eq!((number.get(), string.get(), i64::from(string)), (7, 7, 7));
    assert!(string == 7 && number == 7 && number != 8);
    assert!(string.is_string() && !number.is_string());
    assert_eq!(number, string);
    assert!(!number.is_identical_to(string) && string.is_identical_to(MinorUnits::string(7)));
    assert_eq!((number.to_string(), string.to_string()), ("7".to_owned(), "7".to_owned()));
    assert_eq!(
        (format!("{number:?}"), format!("{string:?}")),
        ("7".to_owned(), "\"7\"".to_owned())
    );
    assert_eq!(MinorUnits::from(u32::MAX).get(), 4_294_967_295);
    assert_eq!(serde_json::from_str::<MinorUnits>("-5").unwrap(), -5);
    assert_eq!(serde_json::to_string(&[number, string]).unwrap(), r#"[7,"7"]"#);
}

#[test]
fn every_function_returns_tolerated_deviations() {
    fn check<T: ProtocolType>(json: &[u8], expected: &[&str]) {
        let paths = |tolerated: &[Violation]| {
            tolerated.iter().map(|violation| violation.path().to_owned()).collect::<Vec<_>>()
        };
        let policy = Policy::lenient();
        match from_json_with::<T>(json, &policy) {
            Ok((value, tolerated)) => {
                assert_eq!(paths(&tolerated), expected);
                let value = value.into_inner();
                assert_eq!(check_json_with::<T>(json, &policy), Ok(tolerated.clone()));
                assert_eq!(value.validate_with(&policy), Ok(tolerated.clone()));
                let (valid, tolerated_by_new) = Valid::new_with(value, &policy).ok().unwrap();
                let (_, tolerated_by_edit) = valid.edit_with(&policy, |_| ()).ok().unwrap();
                assert_eq!((tolerated_by_new, tolerated_by_edit), (tolerated.clone(), tolerated));
            }
            Err(error) => {
                assert_eq!(paths(error.tolerated()), expected);
                assert_eq!(check_json_with::<T>(json, &policy), Err(error.clone()));
                // `Deserialize` does not accept an amount as a string.
                if let Ok(value) = serde_json::from_slice::<T>(json) {
                    let violations = value.validate_with(&policy).unwrap_err();
                    assert_eq!(violations.tolerated(), error.tolerated());
                }
                let prefixed = error.into_violations().unwrap().prefixed("/x");
                assert!(paths(prefixed.tolerated()).iter().all(|path| path.starts_with("/x/")));
            }
        }
    }
    check::<Amount>(br#"{"currency":"USD","value":"1"}"#, &["/value"]);
    check::<Amount>(br#"{"currency":"usd","value":"1"}"#, &["/value"]);
    check::<Amount>(br#"{"currency":"usd","value":1}"#, &[]);
    check::<User>(br#"{"userId":"1","gender":"X"}"#, &["/gender"]);
    check::<User>(
        br#"{"userId":"1","gender":"X","userAddresses":[{"region":"UK"}]}"#,
        &["/gender"],
    );
}
