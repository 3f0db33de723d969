//! Tests custom constraints, which an application defines.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    CustomConstraint, Deviation, Edition, Policy, ProtocolType as _, Valid, Validate,
    ValidationContext, Violation, ViolationKind, check_json, check_json_with,
    dictionary::{Address, Amount, Goods, InboxContent, InboxFooter, Order},
    from_json, from_json_with,
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

static ORDER_TOTAL_CONSTRAINT: CustomConstraint<1> =
    CustomConstraint::new("orderTotal", "must equal the sum of the goods amounts").params(&["sum"]);

/// Reports a violation if the amount of the order is not the sum of the prices of its goods.
fn check_total(order: &Order, cx: &mut ValidationContext<'_>) {
    let goods = order.goods.as_deref().unwrap_or_default();
    let sum = goods.iter().map(|goods| goods.goods_payment_amount.value.get()).sum();
    if order.order_amount.value.get() != sum {
        cx.field("orderAmount").field("value").report(ORDER_TOTAL_CONSTRAINT.kind([sum]));
    }
}

/// Returns an order with the given total, and goods with the given amounts.
fn order_with_amounts(total: i64, goods: &[i64]) -> Value {
    let mut order = common::complete_value(Order::SCHEMA);
    let example = order["goods"][0].clone();
    order["orderAmount"]["value"] = json!(total);
    order["goods"] = goods
        .iter()
        .map(|value| {
            let mut goods = example.clone();
            goods["goodsPaymentAmount"]["value"] = json!(value);
            goods
        })
        .collect();
    order
}

#[test]
fn runs_custom_checks_in_every_function() {
    let policy = Policy::strict().check(check_total);
    let json = order_with_amounts(5, &[1, 2]).to_string();
    let expected = json!([{"path": "/orderAmount/value", "code": "orderTotal",
        "message": "must equal the sum of the goods amounts", "params": {"sum": 3}}]);
    let value = from_json::<Order>(json.as_bytes()).unwrap().into_inner();
    for found in [
        json!(from_json_with::<Order>(json.as_bytes(), &policy).unwrap_err()),
        json!(check_json_with::<Order>(json.as_bytes(), &policy).unwrap_err()),
        json!(Order::SCHEMA.check_json_with(json.as_bytes(), &policy).unwrap_err()),
        json!(value.validate_with(&policy).unwrap_err()),
        json!(Valid::new_with(value.clone(), &policy).unwrap_err().violations),
    ] {
        assert_eq!(found, expected);
    }
    assert_eq!((value.validate(), check_json::<Order>(json.as_bytes())), (Ok(()), Ok(())));
    let json = order_with_amounts(3, &[1, 2]).to_string();
    assert!(from_json_with::<Order>(json.as_bytes(), &policy).is_ok());
    assert!(check_json_with::<Order>(json.as_bytes(), &policy).is_ok());
}

#[test]
fn runs_custom_checks_on_nested_values() {
    let policy = Policy::strict().check::<Amount>(|amount, cx| {
        if amount.value.get() % 5 != 0 {
            cx.field("value").report(ViolationKind::Pattern);
        }
    });
    let json = order_with_amounts(5, &[5, 6, 10, 7]).to_string();
    let value = from_json::<Order>(json.as_bytes()).unwrap();
    let expected = [1, 3].map(|index| format!("/goods/{index}/goodsPaymentAmount/value"));
    let error = from_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
    let checked = check_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
    assert_eq!(checked, error);
    for error in [error, value.validate_with(&policy).unwrap_err().into()] {
        let payments = error.violations().iter().map(Violation::path);
        let payments: Vec<_> = payments.filter(|path| path.contains("Payment")).collect();
        assert_eq!(payments, expected);
    }
}

#[test]
fn checks_documents_with_custom_checks_as_they_are_read() {
    let strict = Policy::strict().max_bytes(64);
    for policy in [strict.clone(), strict.allow(Deviation::AmountAsString)] {
        let policy = policy.check::<Amount>(|_, cx| {
            cx.field("currency").report(ViolationKind::Pattern);
        });
        for json in [
            "",
            "null",
            "[]",
            "5",
            r#"{"value":1}"#,
            r#"{"currency":"USD","value":"1"}"#,
            r#"{"currency":"USD","value":1} x"#,
            r#"{"currency":"USD","value":1"#,
            r#"{"currency":"USD","value":1,"unknown":"00000000000000000000000000000000000000000"}"#,
        ] {
            let error = from_json_with::<Amount>(json.as_bytes(), &policy).unwrap_err();
            let checked = check_json_with::<Amount>(json.as_bytes(), &policy).unwrap_err();
            assert_eq!(checked, error, "{json}");
            assert_eq!(checked.tolerated(), error.tolerated(), "{json}");
        }
    }
    // Tolerated deviations are also returned for valid documents.
    let policy = Policy::lenient().check::<Amount>(|_, _| {});
    let json = br#"{"currency":"USD","value":"1"}"#;
    let (_, tolerated) = from_json_with::<Amount>(json, &policy).unwrap();
    assert_eq!(tolerated.len(), 1);
    assert_eq!(check_json_with::<Amount>(json, &policy).unwrap(), tolerated);
}

#[test]
fn runs_custom_checks_on_one_or_many_values() {
    let policy = Policy::strict().check::<InboxFooter>(|_, cx| cx.report(ViolationKind::Pattern));
    for (footer, path) in [(json!({}), "/footer"), (json!([{}]), "/footer/0")] {
        let json = json!({ "footer": footer }).to_string();
        let value = from_json::<InboxContent>(json.as_bytes()).unwrap();
        for error in [
            from_json_with::<InboxContent>(json.as_bytes(), &policy).unwrap_err(),
            check_json_with::<InboxContent>(json.as_bytes(), &policy).unwrap_err(),
            value.validate_with(&policy).unwrap_err().into(),
        ] {
            let paths: Vec<_> = error.violations().iter().map(Violation::path).collect();
            assert_eq!(paths, [path]);
        }
    }
}

#[test]
fn reports_custom_checks_after_other_violations() {
    let policy = Policy::strict().check::<Goods>(|_, cx| cx.report(ViolationKind::Pattern));
    let json = order_with_amounts(1, &[-1]).to_string();
    let error = from_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
    let codes: Vec<_> = error.violations().iter().map(Violation::code).collect();
    assert_eq!(codes, ["minimum", "pattern"]);
    // Custom checks do not run on an object that cannot be deserialized.
    let error = from_json_with::<Goods>(b"{}", &policy).unwrap_err();
    assert!(error.violations().iter().all(|violation| violation.code() == "required"));
    // Custom checks also run after cross-field rules, whether a value is read or validated.
    let policy = Policy::strict().check::<Address>(|_, cx| cx.report(ViolationKind::Pattern));
    let json = json!({"region": "SG", "label": "a".repeat(65), "longitude": "1"}).to_string();
    let value = serde_json::from_str::<Address>(&json).unwrap();
    for error in [
        from_json_with::<Address>(json.as_bytes(), &policy).unwrap_err(),
        check_json_with::<Address>(json.as_bytes(), &policy).unwrap_err(),
        value.validate_with(&policy).unwrap_err().into(),
    ] {
        let codes: Vec<_> = error.violations().iter().map(Violation::code).collect();
        assert_eq!(codes, ["maxLength", "dependentRequired", "pattern"]);
    }
}

#[test]
fn skips_custom_checks_if_the_report_is_truncated() {
    let json = order_with_amounts(1, &[-1]).to_string();
    let order = serde_json::from_str::<Order>(&json).unwrap();
    for (policy, calls) in [(Policy::strict(), 0), (Policy::lenient(), 1)] {
        let counter = Arc::new(AtomicUsize::new(0));
        let counter_of_check = Arc::clone(&counter);
        let policy = policy.max_violations(0).check::<Goods>(move |_, _| {
            counter_of_check.fetch_add(1, Ordering::Relaxed);
        });
        assert!(order.validate_with(&policy).is_err());
        assert_eq!(counter.load(Ordering::Relaxed), calls);
    }
}

#[test]
fn compares_policies_with_checks_to_clones() {
    let policy = Policy::strict().check(check_total);
    assert_eq!(policy, policy.clone());
    assert_ne!(policy, Policy::strict().check(check_total));
    assert_ne!(policy, Policy::strict());
    assert_ne!(policy, policy.clone().check(check_total));
}

#[test]
fn accepts_up_to_two_custom_parameters() {
    static NONE: CustomConstraint = CustomConstraint::new("none", "is wrong");
    static TWO_PARAMS: CustomConstraint<2> =
        CustomConstraint::new("two", "is wrong").params(&["a", "b"]);
    for (kind, code, expected) in [
        (NONE.kind([]), "none", json!({})),
        (TWO_PARAMS.kind([i64::MIN, i64::MAX]), "two", json!({"a": i64::MIN, "b": i64::MAX})),
    ] {
        let policy = Policy::strict().check::<Amount>(move |_, cx| cx.report(kind.clone()));
        let violations = Amount::new("USD", 1).validate_with(&policy).unwrap_err();
        assert_eq!(json!(violations)[0]["params"], expected);
        assert_eq!((violations[0].code(), &*violations.to_string()), (code, "the value is wrong"));
        let ViolationKind::Custom(custom) = violations[0].kind() else { panic!("{code}") };
        assert_eq!((custom.code(), custom.message()), (code, "is wrong"));
    }
}

#[test]
fn keeps_custom_checks_when_the_edition_changes() {
    let json = order_with_amounts(5, &[1, 2]).to_string();
    let check = Policy::strict().check(check_total);
    for policy in
        [check.clone().edition(Edition::V1), check.edition(Edition::V1).edition(Edition::V2)]
    {
        let error = check_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
        let codes = error.violations().iter().map(Violation::code);
        assert_eq!(codes.filter(|code| *code == "orderTotal").count(), 1);
    }
}

/// With custom checks on objects inside each other, `from_json` and `check_json` report the same
/// violations and run each check equally often, even if the report is truncated.
#[cfg(feature = "proptest")]
#[test]
fn runs_custom_checks_equally_in_from_json_and_check_json() {
    use miniprogram_protocol::{endpoint::PayRequest, generate};
    use proptest::{prelude::*, test_runner::Config};
    use std::cell::Cell;

    static CALLS: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];
    fn call(index: usize, cx: &mut ValidationContext<'_>) {
        CALLS[index].fetch_add(1, Ordering::Relaxed);
        cx.report(ViolationKind::Pattern);
    }
    let take_calls = || CALLS.each_ref().map(|calls| calls.swap(0, Ordering::Relaxed));

    let has_run = [const { Cell::new(false) }; 4];
    for policy in [
        Policy::strict(),
        Policy::strict().max_violations(2),
        Policy::strict().max_violations(0),
        Policy::strict().max_items(1),
        Policy::strict().edition(Edition::V1),
        Policy::lenient(),
        Policy::lenient().max_violations(3),
    ] {
        let documents = prop_oneof![
            generate::valid_document_with(PayRequest::SCHEMA, &policy)
                .prop_map(|document| document.to_json()),
            generate::invalid_document_with(PayRequest::SCHEMA, &policy)
                .prop_map(|invalid| invalid.document.to_json()),
        ];
        let policy = policy
            .check::<PayRequest>(|_, cx| call(0, cx))
            .check::<Order>(|_, cx| call(1, cx))
            .check::<Goods>(|_, cx| call(2, cx))
            .check::<Amount>(|_, cx| call(3, cx));
        let config = Config { cases: 20, failure_persistence: None, ..Config::default() };
        proptest!(config, |(json in documents)| {
            let read = from_json_with::<PayRequest>(&json, &policy).map(|(_, found)| found);
            let calls = take_calls();
            prop_assert_eq!(read, check_json_with::<PayRequest>(&json, &policy));
            prop_assert_eq!(take_calls(), calls);
            for (has_run, calls) in has_run.iter().zip(calls) {
                has_run.set(has_run.get() || calls > 0);
            }
        });
    }
    assert!(has_run.iter().all(Cell::get), "{has_run:?}");
}
