//! Tests how policies treat unknown fields and limit the input.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Error, JsonText, Policy, ProtocolType, UnknownFieldPolicy, Validate, check_json_with,
    dictionary::{Amount, DeployAppInfo, Order},
    from_json_with,
};

/// Returns the violations of a document in the form `pointer code`. Asserts that `from_json` and
/// `check_json` agree.
fn reported_violations<T: ProtocolType>(json: &str, policy: &Policy) -> Vec<String> {
    let read = from_json_with::<T>(json.as_bytes(), policy).map(drop);
    assert_eq!(read, check_json_with::<T>(json.as_bytes(), policy).map(drop), "{json}");
    read.err()
        .iter()
        .flat_map(Error::violations)
        .map(|violation| format!("{} {}", violation.path(), violation.code()))
        .collect()
}

fn policy_with_unknown_fields(unknown: UnknownFieldPolicy) -> Policy {
    Policy::strict().unknown_fields(unknown)
}

/// An order with unknown fields at the top level, in a nested object and in an array element.
const ORDER_WITH_UNKNOWN_FIELDS: &str = r#"{"referenceOrderId":"1","orderDescription":"Shoes",
    "orderAmount":{"currency":"USD","value":1,"rate":1.50},
    "merchant":{"referenceMerchantId":"1","merchantName":"Shop"},"a/b":[],
    "goods":[{"referenceGoodsId":"1","goodsName":"Shoe","goodsPaymentAmount":{"currency":"USD","value":1},"":0}]}"#;

#[test]
fn keeps_unknown_fields_by_default() {
    for policy in [Policy::strict(), policy_with_unknown_fields(UnknownFieldPolicy::Keep)] {
        let (order, _) =
            from_json_with::<Order>(ORDER_WITH_UNKNOWN_FIELDS.as_bytes(), &policy).unwrap();
        assert_eq!(order.unknown_fields.get("a/b").unwrap().as_str(), "[]");
        assert_eq!(order.order_amount.unknown_fields.get("rate").unwrap().as_str(), "1.5");
        assert!(order.goods.as_ref().unwrap()[0].unknown_fields.contains_key(""));
    }
}

#[test]
fn drops_ignored_unknown_fields() {
    let (order, _) = from_json_with::<Order>(
        ORDER_WITH_UNKNOWN_FIELDS.as_bytes(),
        &policy_with_unknown_fields(UnknownFieldPolicy::Ignore),
    )
    .unwrap();
    let written = serde_json::to_string(&order).unwrap();
    assert_eq!(
        reported_violations::<Order>(
            &written,
            &policy_with_unknown_fields(UnknownFieldPolicy::Reject)
        ),
        [""; 0]
    );
    assert!(written.contains("goodsName") && !written.contains("rate"));
}

#[test]
fn rejects_unknown_fields_at_every_depth() {
    assert_eq!(
        reported_violations::<Order>(
            ORDER_WITH_UNKNOWN_FIELDS,
            &policy_with_unknown_fields(UnknownFieldPolicy::Reject)
        ),
        [
            "/orderAmount/rate additionalProperties",
            "/a~1b additionalProperties",
            "/goods/0/ additionalProperties"
        ]
    );
}

#[test]
fn rejects_unknown_fields_of_constructed_values() {
    let (order, _) =
        from_json_with::<Order>(ORDER_WITH_UNKNOWN_FIELDS.as_bytes(), &Policy::strict()).unwrap();
    let violations =
        order.validate_with(&policy_with_unknown_fields(UnknownFieldPolicy::Reject)).unwrap_err();
    let mut built: Vec<_> = violations
        .iter()
        .map(|violation| format!("{} {}", violation.path(), violation.code()))
        .collect();
    let mut read = reported_violations::<Order>(
        ORDER_WITH_UNKNOWN_FIELDS,
        &policy_with_unknown_fields(UnknownFieldPolicy::Reject),
    );
    built.sort();
    read.sort();
    assert_eq!(built, read);
    assert!(order.validate_with(&policy_with_unknown_fields(UnknownFieldPolicy::Ignore)).is_ok());
}

#[test]
fn rejects_unknown_fields_with_known_names() {
    let mut amount = Amount::new("USD", 1);
    amount.unknown_fields.insert("value", JsonText::parse("2").unwrap());
    for policy in [UnknownFieldPolicy::Keep, UnknownFieldPolicy::Ignore, UnknownFieldPolicy::Reject]
        .map(policy_with_unknown_fields)
    {
        let violations = amount.validate_with(&policy).unwrap_err();
        let found = (violations.len(), violations[0].path(), violations[0].code());
        assert_eq!(found, (1, "/value", "duplicate"));
    }
}

#[test]
fn rejects_duplicates_except_ignored_fields() {
    let json = r#"{"currency":"USD","value":1,"x":1,"\u0078":2,"value":3}"#;
    for (policy, expected) in [
        (UnknownFieldPolicy::Keep, &["/x duplicate", "/value duplicate"][..]),
        (UnknownFieldPolicy::Ignore, &["/value duplicate"]),
        (
            UnknownFieldPolicy::Reject,
            &["/x additionalProperties", "/x duplicate", "/value duplicate"],
        ),
    ] {
        assert_eq!(
            reported_violations::<Amount>(json, &policy_with_unknown_fields(policy)),
            expected
        );
    }
}

#[test]
fn rejects_malformed_ignored_fields() {
    for malformed in [r#"{"x":[1,]}"#, r#"{"x":"\ud800"}"#, r#"{"x":1e999}"#] {
        let error = from_json_with::<Amount>(
            malformed.as_bytes(),
            &policy_with_unknown_fields(UnknownFieldPolicy::Ignore),
        );
        assert!(error.unwrap_err().syntax().is_some(), "{malformed}");
        assert_eq!(
            reported_violations::<Amount>(
                malformed,
                &policy_with_unknown_fields(UnknownFieldPolicy::Ignore)
            ),
            [""; 0]
        );
    }
}

#[test]
fn limits_number_of_bytes() {
    let json = r#"{"currency":"USD","value":1}"#;
    let policy = |bytes| Policy::strict().max_bytes(bytes);
    assert_eq!(reported_violations::<Amount>(json, &policy(json.len())), [""; 0]);
    assert_eq!(reported_violations::<Amount>(json, &policy(json.len() - 1)), [" maxBytes"]);
    // The limit is checked before the document is parsed.
    assert_eq!(reported_violations::<Amount>("{", &policy(0)), [" maxBytes"]);
    let of_length = |bytes: usize| json.to_owned() + &" ".repeat(bytes - json.len());
    assert_eq!(reported_violations::<Amount>(&of_length(64 << 20), &Policy::strict()), [""; 0]);
    let more = of_length((64 << 20) + 1);
    assert_eq!(reported_violations::<Amount>(&more, &Policy::strict()), [" maxBytes"]);
}

#[test]
fn limits_nesting_depth() {
    let nested = |levels: usize| {
        // The order itself counts as one level.
        let (opening, closing) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        format!(r#"{{"x":{opening}{closing}}}"#)
    };
    let is_read = |json: &str, policy: &Policy| {
        let error = from_json_with::<Order>(json.as_bytes(), policy).unwrap_err();
        assert_eq!(
            error.syntax(),
            check_json_with::<Order>(json.as_bytes(), policy).unwrap_err().syntax()
        );
        error.syntax().is_none()
    };
    for levels in [2, 3, 50, 127, 128] {
        let policy = Policy::strict().max_depth(levels);
        assert!(is_read(&nested(levels.into()), &policy), "{levels}");
        assert!(!is_read(&nested(usize::from(levels) + 1), &policy), "{levels}");
    }
    assert!(!is_read("{}", &Policy::strict().max_depth(0)));
    // The reader never accepts more than 128 levels, because deeper nesting could overflow the stack.
    assert!(!is_read(&nested(129), &Policy::strict().max_depth(255)));
}

#[test]
fn limits_number_of_elements() {
    let goods = |count| format!(r#"{{"goods":[{}]}}"#, vec!["0"; count].join(","));
    let reported = |count, max| {
        let policy = Policy::strict().max_items(max);
        let mut reported = reported_violations::<Order>(&goods(count), &policy);
        // The violations for the missing fields of the order are ignored.
        reported.retain(|violation| violation.starts_with("/goods"));
        reported
    };
    assert_eq!(reported(2, 2), ["/goods/0 type", "/goods/1 type"]);
    assert_eq!(reported(3, 2), ["/goods/0 type", "/goods/1 type", "/goods maxItems"]);
    assert_eq!(reported(1, 0), ["/goods maxItems"]);
    assert_eq!(reported(0, 0), [""; 0]);
}

#[test]
fn reports_only_stricter_array_limit() {
    let keywords = format!(r#"{{"searchKeywords":[{}]}}"#, vec![r#""word""#; 60].join(","));
    for (max, expected) in [(1_000, 50), (50, 50), (55, 50), (7, 7)] {
        let policy = Policy::strict().max_items(max);
        let error = from_json_with::<DeployAppInfo>(keywords.as_bytes(), &policy).unwrap_err();
        let arrays: Vec<_> =
            error.violations().iter().filter(|violation| violation.code() == "maxItems").collect();
        assert_eq!(arrays.len(), 1);
        let message = format!("must have at most {expected} elements (got 60)");
        assert_eq!(arrays[0].kind().to_string(), message);
        reported_violations::<DeployAppInfo>(&keywords, &policy);
    }
}

#[test]
fn rejects_malformed_json_after_item_limit() {
    let policy = Policy::strict().max_items(1);
    let error = from_json_with::<Order>(br#"{"goods":[{},{},]}"#, &policy).unwrap_err();
    assert_eq!(error.syntax().unwrap().column(), 17);
    assert_eq!(check_json_with::<Order>(br#"{"goods":[{},{},]}"#, &policy), Err(error));
}

#[test]
fn limits_number_of_unknown_fields() {
    let json = |count: usize| {
        // Some of the names contain an escape sequence.
        let names =
            (0..count).map(|n| format!(r#","{}{n}":0"#, if n % 3 == 0 { "\\u0078" } else { "x" }));
        format!(r#"{{"currency":"USD","value":1{}}}"#, names.collect::<String>())
    };
    for max in [0, 1, 2, 16, 17, 40] {
        let policy = Policy::strict().max_unknown_fields(max);
        assert_eq!(reported_violations::<Amount>(&json(max), &policy), [""; 0], "{max}");
        assert_eq!(
            reported_violations::<Amount>(&json(max + 1), &policy),
            [" maxProperties"],
            "{max}"
        );
        // The limit also applies if unknown fields are rejected.
        let report = policy.clone().unknown_fields(UnknownFieldPolicy::Reject);
        let found = reported_violations::<Amount>(&json(max + 2), &report);
        assert_eq!(found.len(), max + 1, "{max}");
        // The limit does not apply to ignored fields.
        let policy = policy.unknown_fields(UnknownFieldPolicy::Ignore);
        assert_eq!(reported_violations::<Amount>(&json(max + 1), &policy), [""; 0], "{max}");
    }
    let policy = Policy::strict();
    assert_eq!(reported_violations::<Amount>(&json(10_000), &policy), [""; 0]);
    let error = from_json_with::<Amount>(json(10_002).as_bytes(), &policy).unwrap_err();
    assert_eq!(error.to_string(), "the value has 10002 unknown fields (maximum 10000)");
}

#[test]
fn serializes_input_limits_with_parameters() {
    let policy = Policy::strict().max_bytes(1).max_unknown_fields(0);
    for (json, policy, expected) in [
        (
            r"{}",
            policy,
            r#"[{"path":"","code":"maxBytes","message":"must be at most 1 byte (got 2)","params":{"maxBytes":1,"bytes":2}}]"#,
        ),
        (
            r#"{"currency":"USD","value":1,"x":0}"#,
            Policy::strict().max_unknown_fields(0),
            r#"[{"path":"","code":"maxProperties","message":"has 1 unknown fields (maximum 0)","params":{"maxProperties":0,"properties":1}}]"#,
        ),
        (
            r#"{"currency":"USD","value":1,"x":0}"#,
            policy_with_unknown_fields(UnknownFieldPolicy::Reject),
            r#"[{"path":"/x","code":"additionalProperties","message":"is not a known field","params":{}}]"#,
        ),
    ] {
        let error = from_json_with::<Amount>(json.as_bytes(), &policy).unwrap_err();
        assert_eq!(serde_json::to_string(&error).unwrap(), expected);
    }
}
