//! Tests field limits, which replace the specification's constraints on a field.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Deviation, FieldLimits, FieldLimitsError, ForbiddenCharacters, Policy, ProtocolType, Validate,
    check_json_with,
    dictionary::{
        Address, Amount, ContactInfo, DeployAppInfo, Env, Goods, Merchant, MerchantRequired,
        Message, Order, OsType, User, UserName,
    },
    endpoint::MerchantSyncRequest,
    from_json_with,
};
use serde_json::{Value, json};

/// Returns the violations of a document in the form `pointer code`. Asserts that `from_json`,
/// `check_json` and, if the document can be deserialized, `validate` agree.
fn reported_violations<T: ProtocolType>(document: &Value, policy: &Policy) -> Vec<String> {
    let json = document.to_string();
    let read = from_json_with::<T>(json.as_bytes(), policy).map(drop);
    assert_eq!(read, check_json_with::<T>(json.as_bytes(), policy).map(drop), "{json}");
    let found = read.as_ref().err().map_or(&[][..], |error| error.violations());
    if let Ok(value) = serde_json::from_str::<T>(&json) {
        let validated = value.validate_with(policy).err();
        assert_eq!(validated.map_or(0, |violations| violations.len()), found.len(), "{json}");
    }
    found.iter().map(|violation| format!("{} {}", violation.path(), violation.code())).collect()
}

const NO_VIOLATIONS: [&str; 0] = [];

fn strict() -> Policy {
    Policy::strict()
}

#[test]
fn raises_and_lowers_maximum_length() {
    let merchant =
        |length: usize| json!({"referenceMerchantId": "M".repeat(length), "merchantName": "S"});
    for max in [1, 31, 32, 33, 500] {
        let limits = FieldLimits::new().max_length(max);
        let policy = strict().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
        let max = max as usize;
        assert_eq!(reported_violations::<Merchant>(&merchant(max), &policy), NO_VIOLATIONS);
        assert_eq!(
            reported_violations::<Merchant>(&merchant(max + 1), &policy),
            ["/referenceMerchantId maxLength"]
        );
        // The specification's forbidden characters still apply.
        let document = json!({"referenceMerchantId": "#", "merchantName": "S"});
        assert_eq!(
            reported_violations::<Merchant>(&document, &policy),
            ["/referenceMerchantId forbiddenCharacter"]
        );
    }
    let limits = FieldLimits::new().min_length(3);
    let policy = strict().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
    assert_eq!(
        reported_violations::<Merchant>(&merchant(2), &policy),
        ["/referenceMerchantId minLength"]
    );
    assert_eq!(reported_violations::<Merchant>(&merchant(32), &policy), NO_VIOLATIONS);
    assert_eq!(
        reported_violations::<Merchant>(&merchant(33), &policy),
        ["/referenceMerchantId maxLength"]
    );
}

#[test]
fn changes_each_end_of_range() {
    let amount = |value: i64| json!({"currency": "USD", "value": value});
    let policy = strict().limit_field::<Amount>("value", FieldLimits::new().minimum(1)).unwrap();
    assert_eq!(reported_violations::<Amount>(&amount(0), &policy), ["/value minimum"]);
    assert_eq!(reported_violations::<Amount>(&amount(2_147_483_648), &policy), ["/value maximum"]);
    let policy =
        policy.limit_field::<Amount>("value", FieldLimits::new().maximum(i64::MAX)).unwrap();
    assert_eq!(reported_violations::<Amount>(&amount(0), &policy), ["/value minimum"]);
    assert_eq!(reported_violations::<Amount>(&amount(i64::MAX), &policy), NO_VIOLATIONS);
    // The same range applies to amounts that are strings.
    let lenient =
        Policy::lenient().limit_field::<Amount>("value", FieldLimits::new().maximum(9)).unwrap();
    let amount = |value: &str| json!({"currency": "USD", "value": value}).to_string();
    assert!(check_json_with::<Amount>(amount("9").as_bytes(), &lenient).is_ok());
    let error = check_json_with::<Amount>(amount("10").as_bytes(), &lenient).unwrap_err();
    assert_eq!(error.to_string(), "/value must be at most 9");
    assert_eq!(from_json_with::<Amount>(amount("10").as_bytes(), &lenient).unwrap_err(), error);
}

#[test]
fn limits_arrays_and_their_elements() {
    let app = |keywords: Vec<String>| {
        let mut app = json!({});
        app["searchKeywords"] = json!(keywords);
        app
    };
    let found = |app: &Value, policy: &Policy| {
        let mut found = reported_violations::<DeployAppInfo>(app, policy);
        found.retain(|violation| violation.starts_with("/searchKeywords"));
        found
    };
    let limits = FieldLimits::new().max_items(2).max_length(3);
    let policy = strict().limit_field::<DeployAppInfo>("searchKeywords", limits).unwrap();
    assert_eq!(found(&app(vec!["abc".into(); 2]), &policy), NO_VIOLATIONS);
    assert_eq!(
        found(&app(vec!["abcd".into(), "x".into(), "x".into()]), &policy),
        ["/searchKeywords/0 maxLength", "/searchKeywords maxItems"]
    );
    // The specification allows at most 50 elements of at most 50 characters.
    let (many, long) = (app(vec!["abc".into(); 51]), app(vec!["x".repeat(51)]));
    for (limits, of_many, of_long) in [
        (FieldLimits::new().max_length(60), &["/searchKeywords maxItems"][..], &[][..]),
        (FieldLimits::new().max_items(60), &[], &["/searchKeywords/0 maxLength"]),
        (FieldLimits::unconstrained(), &[], &[]),
    ] {
        let policy = strict().limit_field::<DeployAppInfo>("searchKeywords", limits).unwrap();
        assert_eq!(found(&many, &policy), of_many);
        assert_eq!(found(&long, &policy), of_long);
    }
    let policy = strict().limit_field::<Order>("goods", FieldLimits::new().max_items(0)).unwrap();
    let order = json!({"goods": [1]});
    assert!(reported_violations::<Order>(&order, &policy).contains(&"/goods maxItems".to_owned()));
}

#[test]
fn keeps_type_and_format_of_unconstrained_fields() {
    let policy = strict()
        .limit_field::<UserName>("fullName", FieldLimits::unconstrained())
        .and_then(|policy| policy.limit_field::<Amount>("value", FieldLimits::unconstrained()))
        .and_then(|policy| {
            policy.limit_field::<Merchant>("merchantMCC", FieldLimits::unconstrained())
        })
        .and_then(|policy| {
            policy.limit_field::<DeployAppInfo>("searchKeywords", FieldLimits::unconstrained())
        })
        .unwrap();
    assert_eq!(
        reported_violations::<UserName>(&json!({"fullName": "#".repeat(9_999)}), &policy),
        NO_VIOLATIONS
    );
    assert_eq!(
        reported_violations::<UserName>(&json!({"fullName": 1}), &policy),
        ["/fullName type"]
    );
    assert_eq!(
        reported_violations::<Amount>(&json!({"currency": "USD", "value": i64::MIN}), &policy),
        NO_VIOLATIONS
    );
    let merchant =
        |mcc: &str| json!({"referenceMerchantId": "1", "merchantName": "S", "merchantMCC": mcc});
    assert_eq!(reported_violations::<Merchant>(&merchant("5661"), &policy), NO_VIOLATIONS);
    // The specification sets a minimum length for this field.
    assert_eq!(
        reported_violations::<Merchant>(&merchant(""), &strict()),
        ["/merchantMCC minLength"]
    );
    assert_eq!(reported_violations::<Merchant>(&merchant(""), &policy), ["/merchantMCC format"]);
    // Limits that are set together with `unconstrained` apply, even if the field already has
    // limits.
    let limits = || FieldLimits::unconstrained().values(["Ann"]);
    let names = strict().limit_field::<UserName>("fullName", FieldLimits::new().values(["Eve"]));
    let names =
        names.and_then(|policy| policy.limit_field::<UserName>("fullName", limits())).unwrap();
    assert_eq!(reported_violations::<UserName>(&json!({"fullName": "Ann"}), &names), NO_VIOLATIONS);
    assert_eq!(
        reported_violations::<UserName>(&json!({"fullName": "Eve"}), &names),
        ["/fullName enum"]
    );
    let limits = FieldLimits::unconstrained().max_length(4);
    let policy = policy.limit_field::<UserName>("fullName", limits).unwrap();
    assert_eq!(
        reported_violations::<UserName>(&json!({"fullName": "####"}), &policy),
        NO_VIOLATIONS
    );
    assert_eq!(
        reported_violations::<UserName>(&json!({"fullName": "#####"}), &policy),
        ["/fullName maxLength"]
    );
}

#[test]
fn replaces_values_of_enum() {
    let limits = || FieldLimits::new().values(["IOS", "HARMONY"]);
    let policy = strict().limit_field::<Env>("osType", limits()).unwrap();
    let env = |os: &str| json!({"terminalType": "MINI_APP", "osType": os});
    assert_eq!(reported_violations::<Env>(&env("IOS"), &policy), NO_VIOLATIONS);
    assert_eq!(reported_violations::<Env>(&env("HARMONY"), &policy), NO_VIOLATIONS);
    assert_eq!(reported_violations::<Env>(&env("ANDROID"), &policy), ["/osType enum"]);
    // Values outside the policy's list are not tolerated.
    let policy = Policy::lenient().limit_field::<Env>("osType", limits()).unwrap();
    assert_eq!(reported_violations::<Env>(&env("ANDROID"), &policy), ["/osType enum"]);
    let (read, _) = from_json_with::<Env>(env("HARMONY").to_string().as_bytes(), &policy).unwrap();
    assert_eq!(read.os_type, Some(OsType::from("HARMONY")));
    assert!(read.validate_with(&policy).unwrap().is_empty());
}

#[test]
fn closes_open_enum() {
    let contact = |kind: &str| json!({"contactType": kind, "contactNo": "1"});
    assert_eq!(reported_violations::<ContactInfo>(&contact("FAX"), &strict()), NO_VIOLATIONS);
    let limits = FieldLimits::new().values(["EMAIL"]);
    let policy = strict().limit_field::<ContactInfo>("contactType", limits).unwrap();
    assert_eq!(reported_violations::<ContactInfo>(&contact("EMAIL"), &policy), NO_VIOLATIONS);
    assert_eq!(reported_violations::<ContactInfo>(&contact("FAX"), &policy), ["/contactType enum"]);
}

#[test]
fn requires_format_of_listed_values() {
    let limits = FieldLimits::new().values(["USD", "XXQ"]);
    let policy = strict().limit_field::<Amount>("currency", limits).unwrap();
    let amount = |currency: &str| json!({"currency": currency, "value": 1});
    assert_eq!(reported_violations::<Amount>(&amount("USD"), &policy), NO_VIOLATIONS);
    assert_eq!(reported_violations::<Amount>(&amount("EUR"), &policy), ["/currency enum"]);
    assert_eq!(reported_violations::<Amount>(&amount("XXQ"), &policy), ["/currency format"]);
    assert_eq!(reported_violations::<Amount>(&amount("USDX"), &policy), ["/currency maxLength"]);
}

#[test]
fn limits_fields_of_nested_objects() {
    let limits = FieldLimits::new().max_length(2);
    let policy = strict().limit_field::<Goods>("goodsName", limits).unwrap();
    let goods = |name: &str| json!({"referenceGoodsId": "1", "goodsName": name, "goodsPaymentAmount": {"currency": "USD", "value": 1}});
    let order = json!({
        "referenceOrderId": "1", "orderDescription": "Shoes",
        "orderAmount": {"currency": "USD", "value": 1},
        "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"},
        "goods": [goods("Sh"), goods("Shoe"), goods("S")],
    });
    assert_eq!(reported_violations::<Order>(&order, &policy), ["/goods/1/goodsName maxLength"]);
}

#[test]
fn reports_length_before_cross_field_format() {
    let contact = json!({"contactType": "MOBILE_PHONE", "contactNo": "12345"});
    assert_eq!(reported_violations::<ContactInfo>(&contact, &strict()), ["/contactNo format"]);
    let policy =
        strict().limit_field::<ContactInfo>("contactNo", FieldLimits::new().max_length(4)).unwrap();
    assert_eq!(reported_violations::<ContactInfo>(&contact, &policy), ["/contactNo maxLength"]);
}

#[test]
fn combines_limits_without_changing_clone() {
    let one =
        strict().limit_field::<UserName>("fullName", FieldLimits::new().max_length(3)).unwrap();
    let both = one
        .clone()
        .limit_field::<UserName>("fullName", FieldLimits::new().values(["Ann", "Zoë Müller"]));
    let both = both.unwrap();
    let name = |name: &str| json!({"fullName": name});
    assert_eq!(reported_violations::<UserName>(&name("Ann"), &both), NO_VIOLATIONS);
    assert_eq!(
        reported_violations::<UserName>(&name("Zoë Müller"), &both),
        ["/fullName maxLength"]
    );
    assert_eq!(reported_violations::<UserName>(&name("Eve"), &both), ["/fullName enum"]);
    assert_eq!(reported_violations::<UserName>(&name("Eve"), &one), NO_VIOLATIONS);
    // A later list of values replaces the earlier lists.
    let last =
        both.limit_field::<UserName>("fullName", FieldLimits::new().values(["Eve"])).unwrap();
    assert_eq!(reported_violations::<UserName>(&name("Eve"), &last), NO_VIOLATIONS);
    assert_eq!(reported_violations::<UserName>(&name("Ann"), &last), ["/fullName enum"]);
}

#[test]
fn replaces_forbidden_characters_in_all_fields() {
    let merchant = |id: &str| json!({"referenceMerchantId": id, "merchantName": "@"});
    let extended = strict().forbidden_characters(&ForbiddenCharacters::extended());
    for forbidden in "@#?＠＃？﹖⁇\0\n\u{7f}\u{85}\u{9f}".chars() {
        let id = format!("M{forbidden}1");
        assert_eq!(
            reported_violations::<Merchant>(&merchant(&id), &extended),
            ["/referenceMerchantId forbiddenCharacter"],
            "{forbidden:?}"
        );
    }
    assert_eq!(
        reported_violations::<Merchant>(&merchant("M\u{a0}日本1"), &extended),
        NO_VIOLATIONS
    );
    let other = strict().forbidden_characters(&ForbiddenCharacters::new("x"));
    assert_eq!(reported_violations::<Merchant>(&merchant("#"), &other), NO_VIOLATIONS);
    assert_eq!(
        reported_violations::<Merchant>(&merchant("x"), &other),
        ["/referenceMerchantId forbiddenCharacter"]
    );
    let none = strict().forbidden_characters(&ForbiddenCharacters::none());
    assert_eq!(reported_violations::<Merchant>(&merchant("#"), &none), NO_VIOLATIONS);
}

#[test]
fn names_unprintable_characters_by_code_point() {
    let extended = strict().forbidden_characters(&ForbiddenCharacters::extended());
    for (character, named) in [("\n", "U+000A"), ("？", "U+FF1F"), ("?", "?")] {
        let violations = Merchant::new(MerchantRequired {
            reference_merchant_id: character,
            merchant_name: "S",
        })
        .validate_with(&extended)
        .unwrap_err();
        assert_eq!(
            violations[0].kind().to_string(),
            format!("must not contain the character {named}")
        );
    }
}

#[test]
fn limits_each_field_separately() {
    let only = |value: &str| FieldLimits::new().values([value]);
    let policy = strict().limit_field::<UserName>("firstName", only("Jo")).unwrap();
    let policy = policy.limit_field::<UserName>("lastName", only("Li")).unwrap();
    let name = |first: &str, last: &str| json!({"firstName": first, "lastName": last});
    assert_eq!(reported_violations::<UserName>(&name("Jo", "Li"), &policy), NO_VIOLATIONS);
    assert_eq!(
        reported_violations::<UserName>(&name("Li", "Jo"), &policy),
        ["/firstName enum", "/lastName enum"]
    );
}

#[test]
fn rejects_forbidden_characters_in_listed_values() {
    let limits = FieldLimits::new().values(["M1", "M#1"]);
    let policy = strict().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
    let merchant = |id: &str| json!({"referenceMerchantId": id, "merchantName": "S"});
    assert_eq!(reported_violations::<Merchant>(&merchant("M1"), &policy), NO_VIOLATIONS);
    let found = reported_violations::<Merchant>(&merchant("M#1"), &policy);
    assert_eq!(found, ["/referenceMerchantId forbiddenCharacter"]);
}

#[test]
fn iterates_over_forbidden_characters() {
    let extended = ForbiddenCharacters::extended();
    assert_eq!(extended.iter().count(), 32 + 33 + 3 + 10);
    assert!(extended.iter().all(|character| extended.contains(character)));
    let more = ForbiddenCharacters::specification().with("<>");
    assert_eq!(more.iter().collect::<String>(), "#<>?@");
    assert_eq!(ForbiddenCharacters::none().iter().count(), 0);
}

#[test]
fn suggests_nearest_field_name() {
    for (name, expected) in [
        ("orderDescripton", "Order has no field orderDescripton; did you mean orderDescription?"),
        ("ORDERAMOUNT", "Order has no field ORDERAMOUNT; did you mean orderAmount?"),
        ("good", "Order has no field good; did you mean goods?"),
        ("orderCreatedAt", "Order has no field orderCreatedAt; did you mean orderCreateTime?"),
        ("anything else", "Order has no field anything else"),
        ("", "Order has no field "),
        ("a\nb", "Order has no field a\\nb"),
    ] {
        let error = strict().limit_field::<Order>(name, FieldLimits::new()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(
            matches!(error, FieldLimitsError::UnknownField { schema: "Order", field, .. } if field == name)
        );
    }
}

#[test]
fn suggests_applicable_limit() {
    let new = FieldLimits::new;
    let error = |result: Result<Policy, FieldLimitsError>| result.unwrap_err().to_string();
    for (found, expected) in [
        (
            error(strict().limit_field::<Amount>("value", new().max_length(9))),
            "maxLength applies to strings, but Amount.value has type Integer; did you mean maximum?",
        ),
        (
            error(strict().limit_field::<Amount>("value", new().min_length(9))),
            "minLength applies to strings, but Amount.value has type Integer; did you mean minimum?",
        ),
        (
            error(strict().limit_field::<Amount>("value", new().values(["1"]))),
            "enum applies to strings, but Amount.value has type Integer",
        ),
        (
            error(strict().limit_field::<Amount>("currency", new().maximum(9))),
            "maximum applies to integers, but Amount.currency has type String; did you mean maxLength?",
        ),
        (
            error(strict().limit_field::<User>("birthDate", new().minimum(9))),
            "minimum applies to integers, but User.birthDate has type Datetime; did you mean minLength?",
        ),
        (
            error(strict().limit_field::<Order>("orderDescription", new().max_items(9))),
            "maxItems applies to arrays, but Order.orderDescription has type String; did you mean maxLength?",
        ),
        (
            error(strict().limit_field::<Order>("goods", new().max_length(9))),
            "maxLength applies to strings, but Order.goods has type Array<Goods>; did you mean maxItems?",
        ),
        (
            error(strict().limit_field::<Order>("goods", new().min_length(9))),
            "minLength applies to strings, but Order.goods has type Array<Goods>",
        ),
        (
            error(strict().limit_field::<Order>("merchant", new().max_length(9))),
            "maxLength applies to strings, but Order.merchant has type Merchant",
        ),
        (
            error(strict().limit_field::<Goods>(
                "goodsName",
                new().forbidden_characters(ForbiddenCharacters::none()).max_items(1),
            )),
            "maxItems applies to arrays, but Goods.goodsName has type String; did you mean maxLength?",
        ),
        (
            error(strict().limit_field::<Goods>(
                "goodsQuantity",
                new().forbidden_characters(ForbiddenCharacters::none()),
            )),
            "forbiddenCharacters applies to strings, but Goods.goodsQuantity has type Integer",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

/// Asserts that the limits on each field are rejected because they exclude every value.
fn assert_excludes_every_value<const N: usize>(
    results: [(Result<Policy, FieldLimitsError>, &str); N],
) {
    for (result, field) in results {
        let error = result.err().ok_or(field).unwrap().to_string();
        assert!(error.starts_with("these limits exclude every value of "), "{error}");
        // The message may end with the name of the format or the enum.
        let name = error.split_once('.').and_then(|(_, name)| name.split(' ').next());
        assert_eq!(name, Some(field), "{error}");
    }
}

#[test]
fn rejects_minimum_above_maximum() {
    let new = FieldLimits::new;
    assert_excludes_every_value([
        (strict().limit_field::<UserName>("fullName", new().min_length(129)), "fullName"),
        (
            strict().limit_field::<UserName>("fullName", new().min_length(2).max_length(1)),
            "fullName",
        ),
        (strict().limit_field::<Amount>("value", new().minimum(2).maximum(1)), "value"),
    ]);
}

/// A date without a time has ten characters.
#[test]
fn rejects_maximum_below_length_of_dates() {
    let policy = || strict().allow(Deviation::DateOnly);
    let limit =
        |length| policy().limit_field::<User>("birthDate", FieldLimits::new().max_length(length));
    assert!(limit(10).is_ok());
    assert_excludes_every_value([(limit(9), "birthDate")]);
}

#[test]
fn rejects_empty_lists_of_values() {
    let new = FieldLimits::new;
    assert_excludes_every_value([
        (
            strict()
                .limit_field::<UserName>("fullName", FieldLimits::unconstrained().values([""; 0])),
            "fullName",
        ),
        (
            strict().limit_field::<DeployAppInfo>("searchKeywords", new().values([""; 0])),
            "searchKeywords",
        ),
    ]);
}

#[test]
fn rejects_lists_without_valid_values() {
    let new = FieldLimits::new;
    assert_excludes_every_value([
        (
            strict().limit_field::<UserName>("fullName", new().values(["abc"]).max_length(2)),
            "fullName",
        ),
        (
            strict().limit_field::<UserName>("fullName", new().values(["abc"]).min_length(4)),
            "fullName",
        ),
        (
            strict().limit_field::<Merchant>("referenceMerchantId", new().values(["M#"])),
            "referenceMerchantId",
        ),
        (
            strict().limit_field::<DeployAppInfo>(
                "searchKeywords",
                new().values(["abc"]).max_length(2),
            ),
            "searchKeywords",
        ),
    ]);
}

#[test]
fn rejects_limits_that_contradict_format() {
    let new = FieldLimits::new;
    let characters = |set: &str| new().forbidden_characters(ForbiddenCharacters::new(set));
    assert_excludes_every_value([
        (strict().limit_field::<Amount>("currency", new().values(["usd"])), "currency"),
        (strict().limit_field::<Amount>("currency", new().max_length(2)), "currency"),
        (
            strict().limit_field::<Amount>("currency", characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            "currency",
        ),
        (strict().limit_field::<Address>("region", new().min_length(3)), "region"),
        (strict().limit_field::<Merchant>("merchantMCC", new().max_length(3)), "merchantMCC"),
        (strict().limit_field::<Merchant>("merchantMCC", new().min_length(5)), "merchantMCC"),
        (strict().limit_field::<Merchant>("merchantMCC", characters("0123456789")), "merchantMCC"),
        (strict().limit_field::<Order>("orderCreateTime", new().max_length(19)), "orderCreateTime"),
        // `2020-02-02T00:00:00Z` has 20 characters, and a fraction adds at least two.
        (
            strict().limit_field::<Order>("orderCreateTime", new().min_length(21).max_length(21)),
            "orderCreateTime",
        ),
        (strict().limit_field::<Order>("orderCreateTime", characters(":")), "orderCreateTime"),
        (strict().limit_field::<Message>("messageContent", new().max_length(1)), "messageContent"),
        (strict().limit_field::<Message>("messageContent", characters("}")), "messageContent"),
        (
            strict().limit_field::<DeployAppInfo>("createTime", characters("0123456789")),
            "createTime",
        ),
    ]);
}

#[test]
fn rejects_limits_that_contradict_enum() {
    let new = FieldLimits::new;
    let characters = |set: &str| new().forbidden_characters(ForbiddenCharacters::new(set));
    assert_excludes_every_value([
        (strict().limit_field::<Env>("osType", new().max_length(2)), "osType"),
        (strict().limit_field::<Env>("osType", new().min_length(4).max_length(6)), "osType"),
        (strict().limit_field::<Env>("osType", characters("OA")), "osType"),
    ]);
}

#[test]
fn checks_limits_from_several_calls_together() {
    let policy =
        strict().limit_field::<UserName>("fullName", FieldLimits::new().values(["abc"])).unwrap();
    let shorter =
        policy.clone().limit_field::<UserName>("fullName", FieldLimits::new().max_length(2));
    assert!(shorter.is_err());
    let other = FieldLimits::new().max_length(2).values(["ab"]);
    assert!(policy.limit_field::<UserName>("fullName", other).is_ok());
}

#[test]
fn accepts_limits_that_leave_one_value() {
    let new = FieldLimits::new;
    let characters = |set: &str| new().forbidden_characters(ForbiddenCharacters::new(set));
    for found in [
        strict().limit_field::<UserName>("fullName", new().values(["abc", "ab"]).max_length(2)),
        strict().limit_field::<UserName>("fullName", new().max_length(0)),
        strict().limit_field::<UserName>("fullName", new().min_length(1).max_length(1)),
        strict().limit_field::<Amount>("value", new().minimum(1).maximum(1)),
        strict().limit_field::<Amount>("currency", new().values(["usd", "EUR"])),
        strict().limit_field::<Amount>("currency", new().min_length(3).max_length(3)),
        strict().limit_field::<Merchant>("merchantMCC", new().min_length(4).max_length(4)),
        strict().limit_field::<Merchant>("merchantMCC", characters("012345678")),
        strict().limit_field::<Order>("orderCreateTime", new().max_length(20)),
        strict().limit_field::<Order>("orderCreateTime", new().min_length(22).max_length(22)),
        strict().limit_field::<Message>("messageContent", new().max_length(2)),
        strict().limit_field::<DeployAppInfo>("createTime", new().min_length(13).max_length(13)),
        strict().limit_field::<Env>("osType", new().max_length(3)),
        // The policy's list replaces the enum of the specification.
        strict().limit_field::<Env>("osType", new().max_length(2).values(["OS"])),
    ] {
        assert!(found.is_ok(), "{found:?}");
    }
}

#[test]
fn counts_tolerated_values_as_valid() {
    let new = FieldLimits::new;
    let lenient = Policy::lenient;
    for (field, limits) in
        [("birthDate", new().max_length(10)), ("birthDate", new().values(["2020-07-25"]))]
    {
        assert!(strict().limit_field::<User>(field, limits.clone()).is_err());
        let only = strict().allow(Deviation::DateOnly);
        assert!(only.limit_field::<User>(field, limits).is_ok());
    }
    assert!(lenient().limit_field::<Env>("osType", new().max_length(2)).is_ok());
    assert!(lenient().limit_field::<Order>("orderCreateTime", new().max_length(13)).is_ok());
    let dashes = new().forbidden_characters(ForbiddenCharacters::new("-0123456789"));
    assert!(lenient().limit_field::<User>("birthDate", dashes).is_err());
    // Only the date-time format has deviations.
    assert!(lenient().limit_field::<Amount>("currency", new().max_length(2)).is_err());
}

#[test]
fn limits_field_that_may_be_missing() {
    let limits = FieldLimits::new().values(["GCASH"]);
    let policy =
        Policy::lenient().limit_field::<MerchantSyncRequest>("platformId", limits).unwrap();
    let mut sync =
        json!({"appId": "1", "merchantId": "1", "merchantName": "Shop", "operatorId": "1"});
    assert_eq!(reported_violations::<MerchantSyncRequest>(&sync, &policy), NO_VIOLATIONS);
    sync["platformId"] = json!("GCASH");
    assert_eq!(reported_violations::<MerchantSyncRequest>(&sync, &policy), NO_VIOLATIONS);
    sync["platformId"] = json!("DANA");
    assert_eq!(reported_violations::<MerchantSyncRequest>(&sync, &policy), ["/platformId enum"]);
}

#[cfg(feature = "pattern")]
mod patterns {
    use super::*;
    use miniprogram_protocol::{Pattern, dictionary::Result};

    fn limits_with_pattern(pattern: &str) -> FieldLimits {
        FieldLimits::new().pattern(Pattern::new(pattern).unwrap())
    }

    #[test]
    fn matches_patterns_against_whole_strings() {
        let policy = strict()
            .limit_field::<UserName>("fullName", limits_with_pattern("[a-z]+|[0-9]{2}"))
            .unwrap();
        for (name, expected) in [
            ("abc", &[][..]),
            ("12", &[]),
            ("", &["/fullName pattern"]),
            ("abc1", &["/fullName pattern"]),
            ("123", &["/fullName pattern"]),
            ("abc\n", &["/fullName pattern"]),
            ("\nabc", &["/fullName pattern"]),
        ] {
            assert_eq!(
                reported_violations::<UserName>(&json!({"fullName": name}), &policy),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn matches_patterns_against_listed_values() {
        for (field, limits, is_ok) in [
            ("resultCode", limits_with_pattern("[a-z]+").values(["A", "b"]), true),
            ("resultCode", limits_with_pattern("[a-z]+").values(["A", "B"]), false),
            ("resultStatus", limits_with_pattern("[ST]"), true),
            ("resultStatus", limits_with_pattern("[a-z]"), false),
            // Policies do not detect that a pattern matches no string at all.
            ("resultMessage", limits_with_pattern("[^\\s\\S]"), true),
        ] {
            let found = strict().limit_field::<Result>(field, limits);
            assert_eq!(found.is_ok(), is_ok, "{found:?}");
        }
        assert!(strict().limit_field::<Amount>("currency", limits_with_pattern("[a-z]+")).is_err());
        assert!(strict().limit_field::<Amount>("currency", limits_with_pattern("X..")).is_ok());
    }

    #[test]
    fn reports_length_before_pattern() {
        let policy =
            strict().limit_field::<UserName>("fullName", limits_with_pattern("a*")).unwrap();
        let name = json!({"fullName": "b".repeat(1_000)});
        assert_eq!(reported_violations::<UserName>(&name, &policy), ["/fullName maxLength"]);
    }

    #[test]
    fn matches_patterns_against_tolerated_values() {
        let policy = Policy::lenient()
            .limit_field::<User>("birthDate", limits_with_pattern("20.*"))
            .unwrap();
        let user = |date: &str| json!({"userId": "1", "birthDate": date});
        assert_eq!(reported_violations::<User>(&user("2020-07-25"), &policy), NO_VIOLATIONS);
        assert_eq!(
            reported_violations::<User>(&user("1999-07-25"), &policy),
            ["/birthDate pattern"]
        );
        assert_eq!(reported_violations::<User>(&user("20"), &policy), NO_VIOLATIONS);
        assert_eq!(reported_violations::<User>(&user("20x"), &policy), ["/birthDate format"]);
    }

    #[test]
    fn matches_patterns_against_elements() {
        let policy = strict()
            .limit_field::<DeployAppInfo>("searchKeywords", limits_with_pattern("[a-z]+"))
            .unwrap();
        let found =
            reported_violations::<DeployAppInfo>(&json!({"searchKeywords": ["a", "B"]}), &policy);
        assert!(found.contains(&"/searchKeywords/1 pattern".to_owned()), "{found:?}");
        assert!(!found.contains(&"/searchKeywords/0 pattern".to_owned()));
    }

    #[test]
    fn exposes_pattern_and_its_ecma_form() {
        let pattern = Pattern::new("a+?").unwrap();
        assert_eq!(pattern.as_str(), "a+?");
        assert_eq!(pattern.to_ecma(), r"^(?:a+)(?![\s\S])");
        assert_eq!(pattern, Pattern::new("a+?").unwrap());
        assert_ne!(pattern, Pattern::new("a+").unwrap());
    }
}
