//! What a policy changes, and that it changes nothing else.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use miniprogram_protocol::{
    Error, JsonText, Policy, ProtocolType, UnknownFieldPolicy, Validate, check_json_with,
    dictionary::{Amount, DeployAppInfo, Order},
    from_json_with,
};

/// What is reported of a text, as `pointer code`, by whoever makes a value and by whoever does not.
fn reported<T: ProtocolType>(json: &str, policy: &Policy) -> Vec<String> {
    let read = from_json_with::<T>(json.as_bytes(), policy).map(drop);
    assert_eq!(read, check_json_with::<T>(json.as_bytes(), policy).map(drop), "{json}");
    read.err()
        .iter()
        .flat_map(Error::violations)
        .map(|at| format!("{} {}", at.path(), at.code()))
        .collect()
}

fn unknown(unknown: UnknownFieldPolicy) -> Policy {
    Policy::strict().unknown_fields(unknown)
}

/// An order with unknown members in the order itself, in a table of it and in an element.
const ORDER: &str = r#"{"referenceOrderId":"1","orderDescription":"Shoes",
    "orderAmount":{"currency":"USD","value":1,"rate":1.50},
    "merchant":{"referenceMerchantId":"1","merchantName":"Shop"},"a/b":[],
    "goods":[{"referenceGoodsId":"1","goodsName":"Shoe","goodsPaymentAmount":{"currency":"USD","value":1},"":0}]}"#;

#[test]
fn unknown_members_are_kept_unless_it_is_said() {
    for policy in [Policy::strict(), unknown(UnknownFieldPolicy::Keep)] {
        let order = from_json_with::<Order>(ORDER.as_bytes(), &policy).unwrap();
        assert_eq!(order.unknown_fields.get("a/b").unwrap().as_str(), "[]");
        assert_eq!(order.order_amount.unknown_fields.get("rate").unwrap().as_str(), "1.5");
        assert!(order.goods.as_ref().unwrap()[0].unknown_fields.contains(""));
    }
}

#[test]
fn unknown_members_that_are_ignored_are_not_written_back() {
    let order =
        from_json_with::<Order>(ORDER.as_bytes(), &unknown(UnknownFieldPolicy::Ignore)).unwrap();
    let written = serde_json::to_string(&order).unwrap();
    assert_eq!(reported::<Order>(&written, &unknown(UnknownFieldPolicy::Reject)), [""; 0]);
    assert!(written.contains("goodsName") && !written.contains("rate"));
}

#[test]
fn unknown_members_are_reported_wherever_they_stand() {
    assert_eq!(
        reported::<Order>(ORDER, &unknown(UnknownFieldPolicy::Reject)),
        [
            "/orderAmount/rate additionalProperties",
            "/a~1b additionalProperties",
            "/goods/0/ additionalProperties"
        ]
    );
}

#[test]
fn unknown_members_of_a_value_that_was_built_are_reported_as_those_of_a_text() {
    let order = from_json_with::<Order>(ORDER.as_bytes(), &Policy::strict()).unwrap();
    let violations = order.validate_with(&unknown(UnknownFieldPolicy::Reject)).unwrap_err();
    let mut built: Vec<_> =
        violations.iter().map(|at| format!("{} {}", at.path(), at.code())).collect();
    let mut read = reported::<Order>(ORDER, &unknown(UnknownFieldPolicy::Reject));
    built.sort();
    read.sort();
    assert_eq!(built, read);
    assert!(order.validate_with(&unknown(UnknownFieldPolicy::Ignore)).is_ok());
}

#[test]
fn a_built_member_with_the_name_of_a_row_is_a_duplicate_by_every_policy() {
    let mut amount = Amount::new("USD", 1);
    amount.unknown_fields.insert("value", JsonText::parse("2").unwrap());
    for policy in [UnknownFieldPolicy::Keep, UnknownFieldPolicy::Ignore, UnknownFieldPolicy::Reject]
        .map(unknown)
    {
        let violations = amount.validate_with(&policy).unwrap_err();
        assert_eq!((violations.len(), violations[0].code()), (1, "duplicate"));
    }
}

#[test]
fn a_member_that_stands_twice_is_a_duplicate_unless_it_is_ignored() {
    let json = r#"{"currency":"USD","value":1,"x":1,"\u0078":2,"value":3}"#;
    for (policy, expected) in [
        (UnknownFieldPolicy::Keep, &["/x duplicate", "/value duplicate"][..]),
        (UnknownFieldPolicy::Ignore, &["/value duplicate"]),
        (
            UnknownFieldPolicy::Reject,
            &["/x additionalProperties", "/x duplicate", "/value duplicate"],
        ),
    ] {
        assert_eq!(reported::<Amount>(json, &unknown(policy)), expected);
    }
}

#[test]
fn what_is_ignored_is_held_to_the_same_json() {
    for malformed in [r#"{"x":[1,]}"#, r#"{"x":"\ud800"}"#, r#"{"x":1e999}"#] {
        let error =
            from_json_with::<Amount>(malformed.as_bytes(), &unknown(UnknownFieldPolicy::Ignore));
        assert!(error.unwrap_err().syntax().is_some(), "{malformed}");
        assert_eq!(reported::<Amount>(malformed, &unknown(UnknownFieldPolicy::Ignore)), [""; 0]);
    }
}

#[test]
fn a_text_is_read_up_to_its_greatest_number_of_bytes() {
    let json = r#"{"currency":"USD","value":1}"#;
    let policy = |bytes| Policy::strict().max_bytes(bytes);
    assert_eq!(reported::<Amount>(json, &policy(json.len())), [""; 0]);
    assert_eq!(reported::<Amount>(json, &policy(json.len() - 1)), [" maxBytes"]);
    // It was not even looked at.
    assert_eq!(reported::<Amount>("{", &policy(0)), [" maxBytes"]);
    let of_length = |bytes: usize| json.to_owned() + &" ".repeat(bytes - json.len());
    assert_eq!(reported::<Amount>(&of_length(64 << 20), &Policy::strict()), [""; 0]);
    let more = of_length((64 << 20) + 1);
    assert_eq!(reported::<Amount>(&more, &Policy::strict()), [" maxBytes"]);
}

#[test]
fn arrays_and_objects_are_nested_as_deep_as_the_policy_allows() {
    let nested = |levels: usize| {
        // The order is a level, too.
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
    // A deeper one could end the stack.
    assert!(!is_read(&nested(129), &Policy::strict().max_depth(255)));
}

#[test]
fn elements_are_read_up_to_the_greatest_number() {
    let goods = |count| format!(r#"{{"goods":[{}]}}"#, vec!["0"; count].join(","));
    let reported = |count, most| {
        let policy = Policy::strict().max_items(most);
        let mut reported = reported::<Order>(&goods(count), &policy);
        // What the order lacks.
        reported.retain(|at| at.starts_with("/goods"));
        reported
    };
    assert_eq!(reported(2, 2), ["/goods/0 type", "/goods/1 type"]);
    assert_eq!(reported(3, 2), ["/goods/0 type", "/goods/1 type", "/goods maxItems"]);
    assert_eq!(reported(1, 0), ["/goods maxItems"]);
    assert_eq!(reported(0, 0), [""; 0]);
}

#[test]
fn an_array_that_breaks_the_limit_of_its_row_and_of_the_reader_is_reported_once() {
    let keywords = format!(r#"{{"searchKeywords":[{}]}}"#, vec![r#""word""#; 60].join(","));
    for (most, expected) in [(1_000, 50), (50, 50), (55, 50), (7, 7)] {
        let policy = Policy::strict().max_items(most);
        let error = from_json_with::<DeployAppInfo>(keywords.as_bytes(), &policy).unwrap_err();
        let arrays: Vec<_> =
            error.violations().iter().filter(|at| at.code() == "maxItems").collect();
        assert_eq!(arrays.len(), 1);
        let sentence = format!("must have at most {expected} elements (got 60)");
        assert_eq!(arrays[0].kind().to_string(), sentence);
        reported::<DeployAppInfo>(&keywords, &policy);
    }
}

#[test]
fn malformed_json_is_noticed_behind_the_last_element_that_is_read() {
    let policy = Policy::strict().max_items(1);
    let error = from_json_with::<Order>(br#"{"goods":[{},{},]}"#, &policy).unwrap_err();
    assert_eq!(error.syntax().unwrap().column(), 17);
    assert_eq!(check_json_with::<Order>(br#"{"goods":[{},{},]}"#, &policy), Err(error));
}

#[test]
fn unknown_members_are_read_up_to_the_greatest_number() {
    let json = |count: usize| {
        // Some of them are written with an escape sequence.
        let names =
            (0..count).map(|n| format!(r#","{}{n}":0"#, if n % 3 == 0 { "\\u0078" } else { "x" }));
        format!(r#"{{"currency":"USD","value":1{}}}"#, names.collect::<String>())
    };
    for most in [0, 1, 2, 16, 17, 40] {
        let policy = Policy::strict().max_unknown_fields(most);
        assert_eq!(reported::<Amount>(&json(most), &policy), [""; 0], "{most}");
        assert_eq!(reported::<Amount>(&json(most + 1), &policy), [" maxProperties"], "{most}");
        // As many are reported as would be kept.
        let report = policy.clone().unknown_fields(UnknownFieldPolicy::Reject);
        let found = reported::<Amount>(&json(most + 2), &report);
        assert_eq!(found.len(), most + 1, "{most}");
        // Those that are ignored cost nothing.
        let policy = policy.unknown_fields(UnknownFieldPolicy::Ignore);
        assert_eq!(reported::<Amount>(&json(most + 1), &policy), [""; 0], "{most}");
    }
    let policy = Policy::strict();
    assert_eq!(reported::<Amount>(&json(10_000), &policy), [""; 0]);
    let error = from_json_with::<Amount>(json(10_002).as_bytes(), &policy).unwrap_err();
    assert_eq!(error.to_string(), "the value has 10002 unknown fields (maximum 10000)");
}

#[test]
fn a_limit_of_the_reader_has_a_code_and_its_numbers() {
    let policy = Policy::strict().max_bytes(1).max_unknown_fields(0);
    for (json, policy, expected) in [
        (
            r"{}",
            policy,
            r#"[{"path":"","code":"maxBytes","message":"must have at most 1 bytes (got 2)","params":{"maxBytes":1,"bytes":2}}]"#,
        ),
        (
            r#"{"currency":"USD","value":1,"x":0}"#,
            Policy::strict().max_unknown_fields(0),
            r#"[{"path":"","code":"maxProperties","message":"has 1 unknown fields (maximum 0)","params":{"maxProperties":0,"properties":1}}]"#,
        ),
        (
            r#"{"currency":"USD","value":1,"x":0}"#,
            unknown(UnknownFieldPolicy::Reject),
            r#"[{"path":"/x","code":"additionalProperties","message":"is not a known field","params":{}}]"#,
        ),
    ] {
        let error = from_json_with::<Amount>(json.as_bytes(), &policy).unwrap_err();
        assert_eq!(serde_json::to_string(&error).unwrap(), expected);
    }
}
