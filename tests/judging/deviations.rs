//! What peers send though the documents do not allow it: refused by the dictionary, let pass by the
//! switch that is for it, and by no other.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use crate::common;
use miniprogram_protocol::{
    Deviation, Error, FieldLimits, MinorUnits, Policy, ProtocolType, Schema, Validate,
    check_json_with,
    dictionary::{Amount, ContactInfo, Order, User},
    endpoint::MerchantSyncRequest,
    from_json_with,
    schema::{Field, ValueType},
};
use serde_json::{Value, json};

/// A document that deviates in one member.
struct Case {
    deviation: Deviation,
    schema: &'static Schema,
    document: Value,
    path: String,
}

/// Valid documents of every table, each of which deviates in one row.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for schema in Schema::ALL {
        for field in schema.fields {
            for deviation in field.deviations() {
                let mut add = |member: Option<Value>, path: String| {
                    let mut document = common::complete(schema);
                    match member {
                        Some(member) => document[field.name] = member,
                        None => drop(document.as_object_mut().unwrap().remove(field.name)),
                    }
                    cases.push(Case { deviation, schema, document, path });
                };
                let path = format!("/{}", field.name);
                for value in deviating(deviation) {
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

/// Values, or none, of a row that may deviate so.
fn deviating(deviation: Deviation) -> Vec<Option<Value>> {
    let texts: &[&str] = match deviation {
        Deviation::MissingPlatformId => return vec![None, Some(Value::Null)],
        Deviation::AmountAsString => &["0", "1", "10000", "2147483647"],
        Deviation::DateOnly => &["2020-07-25", "2000-02-29"],
        Deviation::UnixMillis => &["0", "1747280655570", "0001747280655570"],
        Deviation::UnknownEnumValue => &["X", "", " F", "新"],
        other => panic!("{other} has no values here"),
    };
    texts.iter().map(|text| Some(json!(text))).collect()
}

/// Every policy that lets one deviation pass, every one that lets all but one pass, and those that
/// let all or none pass; with what each lets pass.
fn policies() -> Vec<(Policy, Vec<Deviation>)> {
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
fn a_policy_tells_what_it_lets_pass() {
    for (policy, passes) in policies() {
        for deviation in Deviation::ALL {
            assert_eq!(policy.allows(*deviation), passes.contains(deviation), "{deviation}");
        }
    }
}

#[test]
fn a_deviation_is_known_and_shown_by_its_name() {
    for deviation in Deviation::ALL {
        assert_eq!(Deviation::by_name(&deviation.to_string()), Some(*deviation));
    }
    assert_eq!(Deviation::AmountAsString.to_string(), "amountAsString");
}

#[test]
fn each_switch_alone_lets_exactly_its_own_cases_pass() {
    let cases = cases();
    for deviation in Deviation::ALL {
        assert!(cases.iter().any(|case| case.deviation == *deviation), "{deviation}");
    }
    for Case { deviation, schema, document, path } in &cases {
        let json = document.to_string();
        let refused = schema.check_json(json.as_bytes(), &Policy::strict()).unwrap_err();
        assert_eq!(refused.violations().len(), 1, "{} {json}", schema.name);
        assert_eq!(refused.violations()[0].path(), path, "{} {json}", schema.name);
        for (policy, passes) in policies() {
            let into_result = schema.check_json(json.as_bytes(), &policy);
            if passes.contains(deviation) {
                assert_eq!(into_result.unwrap(), refused.violations(), "{} {json}", schema.name);
            } else {
                assert_eq!(into_result.unwrap_err(), refused, "{} {json}", schema.name);
            }
        }
    }
}

#[test]
fn what_is_let_pass_is_kept_and_written_back_as_it_came() {
    fn check<T: ProtocolType>() {
        for case in cases().iter().filter(|case| case.schema.name == T::SCHEMA.name) {
            let json = case.document.to_string();
            assert!(from_json_with::<T>(json.as_bytes(), &Policy::strict()).is_err(), "{json}");
            let value = from_json_with::<T>(json.as_bytes(), &Policy::lenient()).unwrap();
            let mut sent = case.document.clone();
            // Null is absent.
            sent.as_object_mut().unwrap().retain(|_, member| !member.is_null());
            assert_eq!(serde_json::to_value(&value).unwrap(), sent);
        }
    }
    common::each_table!(check);
}

#[test]
fn a_value_that_deviates_is_judged_as_its_text() {
    fn check<T: ProtocolType>() {
        for case in cases().iter().filter(|case| case.schema.name == T::SCHEMA.name) {
            let json = case.document.to_string();
            let value =
                from_json_with::<T>(json.as_bytes(), &Policy::lenient()).unwrap().into_inner();
            for (policy, _) in policies() {
                let of_the_text = check_json_with::<T>(json.as_bytes(), &policy);
                let of_the_value = value.validate_with(&policy);
                assert_eq!(of_the_value.as_ref().ok(), of_the_text.as_ref().ok(), "{json}");
                let of_the_text = of_the_text.as_ref().err().map(Error::violations);
                assert_eq!(of_the_value.as_deref().err().map(|it| &**it), of_the_text, "{json}");
            }
        }
    }
    common::each_table!(check);
}

#[test]
fn a_tolerant_policy_refuses_what_only_resembles_a_deviation() {
    let amount = |value: &str| json!({"currency": "USD", "value": value});
    let user = |name: &str, text: &str| json!({"userId": "1", name: text});
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
        (User::SCHEMA, user("birthDate", "-1"), "/birthDate format"),
        (User::SCHEMA, user("birthDate", "9223372036854775808"), "/birthDate format"),
        // It is a list of codes, and no list of the documents.
        (User::SCHEMA, user("nationality", "XX"), "/nationality format"),
        (
            Order::SCHEMA,
            json!({
                "referenceOrderId": "1", "orderDescription": "Shoes",
                "orderAmount": amount("1"), "orderCreateTime": "2020-07-25",
                "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"}
            }),
            "/orderCreateTime format",
        ),
    ] {
        let error = schema.check_json(document.to_string().as_bytes(), &Policy::lenient());
        let error = error.unwrap_err();
        let found: Vec<_> =
            error.violations().iter().map(|at| format!("{} {}", at.path(), at.code())).collect();
        assert_eq!(found, [expected], "{document}");
    }
}

#[test]
fn a_row_of_integers_that_is_no_amount_is_no_text() {
    let quantity = |schema: &Schema, field: &Field| {
        matches!(field.value_type, ValueType::Integer) && schema.name != "Amount"
    };
    let mut count = 0;
    for schema in Schema::ALL {
        for field in schema.fields.iter().filter(|field| quantity(schema, field)) {
            let mut document = common::complete(schema);
            document[field.name] = json!("1");
            let json = document.to_string();
            let error = schema.check_json(json.as_bytes(), &Policy::lenient()).unwrap_err();
            assert_eq!(error.violations()[0].code(), "type", "{}", field.name);
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn an_amount_as_text_may_be_spelled_with_escape_sequences() {
    let json = br#"{"currency":"USD","value":"\u0031\u0030"}"#;
    let amount = from_json_with::<Amount>(json, &Policy::lenient()).unwrap();
    assert_eq!(amount.value, MinorUnits::string(10));
    assert_eq!(check_json_with::<Amount>(json, &Policy::lenient()).unwrap().len(), 1);
}

#[test]
fn the_length_of_a_row_holds_for_what_deviates() {
    // Datetime, at most 32 characters.
    let env = |digits: usize| {
        let time = "0".repeat(digits);
        format!(r#"{{"terminalType":"MINI_APP","storeTerminalRequestTime":"{time}"}}"#)
    };
    let env_schema = Schema::by_name("Env").unwrap();
    assert!(env_schema.check_json(env(32).as_bytes(), &Policy::lenient()).is_ok());
    let error = env_schema.check_json(env(33).as_bytes(), &Policy::lenient()).unwrap_err();
    assert_eq!(error.violations()[0].code(), "maxLength");
}

#[test]
fn what_a_row_may_deviate_in_does_not_depend_on_its_limits() {
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
        assert_eq!(check_json_with::<Amount>(amount, &policy).map(|it| it.len()), Ok(1));
    }
}

#[test]
fn rules_between_rows_hold_for_what_deviates() {
    // A phone number is asked for when the type says so, listed or not.
    let contact = r#"{"contactType":"MOBILE_PHONE","contactNo":"12"}"#;
    assert!(check_json_with::<ContactInfo>(contact.as_bytes(), &Policy::lenient()).is_err());
    let address = r#"{"userId":"1","gender":"X","userName":{}}"#;
    let error = check_json_with::<User>(address.as_bytes(), &Policy::lenient()).unwrap_err();
    assert_eq!(error.violations().len(), 1);
    assert_eq!(error.violations()[0].code(), "anyOf");
}

#[test]
fn reading_without_a_policy_refuses_an_amount_as_text_and_keeps_the_other_deviations() {
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
fn as_many_deviations_are_told_as_violations() {
    let amount = json!({"currency": "USD", "value": "1"});
    let goods = json!({"referenceGoodsId": "1", "goodsName": "Shoe", "goodsPaymentAmount": amount});
    let order = json!({
        "referenceOrderId": "1", "orderDescription": "Shoes", "orderAmount": amount,
        "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"},
        "goods": vec![goods; 100],
    });
    let exposed_field = |policy: &Policy| {
        let text = order.to_string();
        let exposed_field = check_json_with::<Order>(text.as_bytes(), policy).unwrap();
        let value = from_json_with::<Order>(text.as_bytes(), policy).unwrap();
        assert_eq!(value.validate_with(policy).unwrap().len(), exposed_field.len());
        (exposed_field.len(), exposed_field.last().unwrap().code())
    };
    assert_eq!(exposed_field(&Policy::lenient()), (65, "tooMany"));
    assert_eq!(exposed_field(&Policy::lenient().max_violations(101)), (101, "type"));
    assert_eq!(exposed_field(&Policy::lenient().max_violations(0)), (1, "tooMany"));
}

#[test]
fn violations_are_told_without_what_was_tolerated() {
    let json = br#"{"currency":"usd","value":"1"}"#;
    let error = check_json_with::<Amount>(json, &Policy::lenient()).unwrap_err();
    assert_eq!(error.to_string(), "/currency must be a current currency code of ISO 4217");
}

#[test]
fn an_amount_is_its_number_whatever_it_is_on_the_wire() {
    let (number, text) = (MinorUnits::from(7), MinorUnits::string(7));
    assert_eq!((number.get(), text.get(), i64::from(text)), (7, 7, 7));
    assert!(text == 7 && number == 7 && number != 8);
    assert!(text.is_string() && !number.is_string());
    // They are not written alike.
    assert_ne!(number, text);
    assert_eq!((number.to_string(), text.to_string()), ("7".to_owned(), "7".to_owned()));
    assert_eq!((format!("{number:?}"), format!("{text:?}")), ("7".to_owned(), "\"7\"".to_owned()));
    assert_eq!(MinorUnits::from(u32::MAX).get(), 4_294_967_295);
    assert_eq!(serde_json::from_str::<MinorUnits>("-5").unwrap(), -5);
    assert_eq!(serde_json::to_string(&[number, text]).unwrap(), r#"[7,"7"]"#);
}
