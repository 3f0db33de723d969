//! Limits of a policy's own: each in place of that of the documents, in every reader.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use miniprogram_protocol::{
    Deviation, FieldLimits, FieldLimitsError, ForbiddenCharacters, Policy, ProtocolType, Validate,
    check_json_with,
    dictionary::{
        Address, Amount, ContactInfo, DeployAppInfo, Env, Goods, Merchant, Message, Order, OsType,
        User, UserName,
    },
    endpoint::MerchantSyncRequest,
    from_json_with,
};
use serde_json::{Value, json};

/// What is reported of a document, as `pointer code`: the same by whoever makes a value, whoever
/// does not, and, but for what no value can hold, whoever judges the value.
fn reported<T: ProtocolType>(document: &Value, policy: &Policy) -> Vec<String> {
    let json = document.to_string();
    let read = from_json_with::<T>(json.as_bytes(), policy).map(drop);
    assert_eq!(read, check_json_with::<T>(json.as_bytes(), policy).map(drop), "{json}");
    let found = read.as_ref().err().map_or(&[][..], |error| error.violations());
    if let Ok(value) = serde_json::from_str::<T>(&json) {
        let judged = value.validate_with(policy).err();
        assert_eq!(judged.map_or(0, |violations| violations.len()), found.len(), "{json}");
    }
    found.iter().map(|at| format!("{} {}", at.path(), at.code())).collect()
}

const NOTHING: [&str; 0] = [];

fn dictionary() -> Policy {
    Policy::strict()
}

#[test]
fn a_limit_of_characters_is_raised_and_lowered() {
    let merchant =
        |length: usize| json!({"referenceMerchantId": "M".repeat(length), "merchantName": "S"});
    for most in [1, 31, 32, 33, 500] {
        let limits = FieldLimits::new().max_length(most);
        let policy = dictionary().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
        let most = most as usize;
        assert_eq!(reported::<Merchant>(&merchant(most), &policy), NOTHING);
        assert_eq!(
            reported::<Merchant>(&merchant(most + 1), &policy),
            ["/referenceMerchantId maxLength"]
        );
        // The characters of the row are still those of the documents.
        let document = json!({"referenceMerchantId": "#", "merchantName": "S"});
        assert_eq!(
            reported::<Merchant>(&document, &policy),
            ["/referenceMerchantId forbiddenCharacter"]
        );
    }
    let limits = FieldLimits::new().min_length(3);
    let policy = dictionary().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
    assert_eq!(reported::<Merchant>(&merchant(2), &policy), ["/referenceMerchantId minLength"]);
    assert_eq!(reported::<Merchant>(&merchant(32), &policy), NOTHING);
    assert_eq!(reported::<Merchant>(&merchant(33), &policy), ["/referenceMerchantId maxLength"]);
}

#[test]
fn a_range_is_changed_at_each_end() {
    let amount = |value: i64| json!({"currency": "USD", "value": value});
    let policy =
        dictionary().limit_field::<Amount>("value", FieldLimits::new().minimum(1)).unwrap();
    assert_eq!(reported::<Amount>(&amount(0), &policy), ["/value minimum"]);
    assert_eq!(reported::<Amount>(&amount(2_147_483_648), &policy), ["/value maximum"]);
    let policy =
        policy.limit_field::<Amount>("value", FieldLimits::new().maximum(i64::MAX)).unwrap();
    assert_eq!(reported::<Amount>(&amount(0), &policy), ["/value minimum"]);
    assert_eq!(reported::<Amount>(&amount(i64::MAX), &policy), NOTHING);
    // A text is judged by the same range.
    let tolerant =
        Policy::lenient().limit_field::<Amount>("value", FieldLimits::new().maximum(9)).unwrap();
    let text = |text: &str| json!({"currency": "USD", "value": text}).to_string();
    assert!(check_json_with::<Amount>(text("9").as_bytes(), &tolerant).is_ok());
    let error = check_json_with::<Amount>(text("10").as_bytes(), &tolerant).unwrap_err();
    assert_eq!(error.to_string(), "/value must be at most 9");
    assert_eq!(from_json_with::<Amount>(text("10").as_bytes(), &tolerant).unwrap_err(), error);
}

#[test]
fn an_array_is_limited_and_so_are_its_elements() {
    let app = |keywords: Vec<String>| {
        let mut app = json!({});
        app["searchKeywords"] = json!(keywords);
        app
    };
    let found = |app: &Value, policy: &Policy| {
        let mut found = reported::<DeployAppInfo>(app, policy);
        found.retain(|at| at.starts_with("/searchKeywords"));
        found
    };
    let limits = FieldLimits::new().max_items(2).max_length(3);
    let policy = dictionary().limit_field::<DeployAppInfo>("searchKeywords", limits).unwrap();
    assert_eq!(found(&app(vec!["abc".into(); 2]), &policy), NOTHING);
    assert_eq!(
        found(&app(vec!["abcd".into(), "x".into(), "x".into()]), &policy),
        ["/searchKeywords/0 maxLength", "/searchKeywords maxItems"]
    );
    // What is not set is the documents': 50 elements of 50 characters; nothing, if it is waived.
    let (many, long) = (app(vec!["abc".into(); 51]), app(vec!["x".repeat(51)]));
    for (limits, of_many, of_long) in [
        (FieldLimits::new().max_length(60), &["/searchKeywords maxItems"][..], &[][..]),
        (FieldLimits::new().max_items(60), &[], &["/searchKeywords/0 maxLength"]),
        (FieldLimits::unconstrained(), &[], &[]),
    ] {
        let policy = dictionary().limit_field::<DeployAppInfo>("searchKeywords", limits).unwrap();
        assert_eq!(found(&many, &policy), of_many);
        assert_eq!(found(&long, &policy), of_long);
    }
    let policy =
        dictionary().limit_field::<Order>("goods", FieldLimits::new().max_items(0)).unwrap();
    let order = json!({"goods": [1]});
    assert!(reported::<Order>(&order, &policy).contains(&"/goods maxItems".to_owned()));
}

#[test]
fn a_row_that_is_waived_keeps_its_type_and_format_and_what_stands_beside_the_waiver() {
    let policy = dictionary()
        .limit_field::<UserName>("fullName", FieldLimits::unconstrained())
        .and_then(|policy| policy.limit_field::<Amount>("value", FieldLimits::unconstrained()))
        .and_then(|policy| {
            policy.limit_field::<Merchant>("merchantMCC", FieldLimits::unconstrained())
        })
        .and_then(|policy| {
            policy.limit_field::<DeployAppInfo>("searchKeywords", FieldLimits::unconstrained())
        })
        .unwrap();
    assert_eq!(reported::<UserName>(&json!({"fullName": "#".repeat(9_999)}), &policy), NOTHING);
    assert_eq!(reported::<UserName>(&json!({"fullName": 1}), &policy), ["/fullName type"]);
    assert_eq!(
        reported::<Amount>(&json!({"currency": "USD", "value": i64::MIN}), &policy),
        NOTHING
    );
    let merchant =
        |mcc: &str| json!({"referenceMerchantId": "1", "merchantName": "S", "merchantMCC": mcc});
    assert_eq!(reported::<Merchant>(&merchant("5661"), &policy), NOTHING);
    // By the documents it is too short.
    assert_eq!(reported::<Merchant>(&merchant(""), &dictionary()), ["/merchantMCC minLength"]);
    assert_eq!(reported::<Merchant>(&merchant(""), &policy), ["/merchantMCC format"]);
    // What stands beside it is asked, also when the row was limited before.
    let limits = || FieldLimits::unconstrained().values(["Ann"]);
    let names =
        dictionary().limit_field::<UserName>("fullName", FieldLimits::new().values(["Eve"]));
    let names =
        names.and_then(|policy| policy.limit_field::<UserName>("fullName", limits())).unwrap();
    assert_eq!(reported::<UserName>(&json!({"fullName": "Ann"}), &names), NOTHING);
    assert_eq!(reported::<UserName>(&json!({"fullName": "Eve"}), &names), ["/fullName enum"]);
    let limits = FieldLimits::unconstrained().max_length(4);
    let policy = policy.limit_field::<UserName>("fullName", limits).unwrap();
    assert_eq!(reported::<UserName>(&json!({"fullName": "####"}), &policy), NOTHING);
    assert_eq!(
        reported::<UserName>(&json!({"fullName": "#####"}), &policy),
        ["/fullName maxLength"]
    );
}

#[test]
fn a_list_of_the_policy_stands_in_place_of_that_of_the_documents() {
    let limits = || FieldLimits::new().values(["IOS", "HARMONY"]);
    let policy = dictionary().limit_field::<Env>("osType", limits()).unwrap();
    let env = |os: &str| json!({"terminalType": "MINI_APP", "osType": os});
    assert_eq!(reported::<Env>(&env("IOS"), &policy), NOTHING);
    assert_eq!(reported::<Env>(&env("HARMONY"), &policy), NOTHING);
    assert_eq!(reported::<Env>(&env("ANDROID"), &policy), ["/osType enum"]);
    // What a policy lists itself is not let pass.
    let policy = Policy::lenient().limit_field::<Env>("osType", limits()).unwrap();
    assert_eq!(reported::<Env>(&env("ANDROID"), &policy), ["/osType enum"]);
    let read = from_json_with::<Env>(env("HARMONY").to_string().as_bytes(), &policy).unwrap();
    assert_eq!(read.os_type, Some(OsType::from("HARMONY")));
    assert!(read.validate_with(&policy).unwrap().is_empty());
}

#[test]
fn an_open_list_is_closed_by_one_of_the_policy() {
    let contact = |kind: &str| json!({"contactType": kind, "contactNo": "1"});
    assert_eq!(reported::<ContactInfo>(&contact("FAX"), &dictionary()), NOTHING);
    let limits = FieldLimits::new().values(["EMAIL"]);
    let policy = dictionary().limit_field::<ContactInfo>("contactType", limits).unwrap();
    assert_eq!(reported::<ContactInfo>(&contact("EMAIL"), &policy), NOTHING);
    assert_eq!(reported::<ContactInfo>(&contact("FAX"), &policy), ["/contactType enum"]);
}

#[test]
fn a_list_narrows_a_format_and_does_not_widen_it() {
    let limits = FieldLimits::new().values(["USD", "XXQ"]);
    let policy = dictionary().limit_field::<Amount>("currency", limits).unwrap();
    let amount = |currency: &str| json!({"currency": currency, "value": 1});
    assert_eq!(reported::<Amount>(&amount("USD"), &policy), NOTHING);
    assert_eq!(reported::<Amount>(&amount("EUR"), &policy), ["/currency enum"]);
    assert_eq!(reported::<Amount>(&amount("XXQ"), &policy), ["/currency format"]);
    assert_eq!(reported::<Amount>(&amount("USDX"), &policy), ["/currency maxLength"]);
}

#[test]
fn a_limit_holds_wherever_its_table_stands() {
    let limits = FieldLimits::new().max_length(2);
    let policy = dictionary().limit_field::<Goods>("goodsName", limits).unwrap();
    let goods = |name: &str| json!({"referenceGoodsId": "1", "goodsName": name, "goodsPaymentAmount": {"currency": "USD", "value": 1}});
    let order = json!({
        "referenceOrderId": "1", "orderDescription": "Shoes",
        "orderAmount": {"currency": "USD", "value": 1},
        "merchant": {"referenceMerchantId": "1", "merchantName": "Shop"},
        "goods": [goods("Sh"), goods("Shoe"), goods("S")],
    });
    assert_eq!(reported::<Order>(&order, &policy), ["/goods/1/goodsName maxLength"]);
}

#[test]
fn a_rule_between_rows_knows_the_length_that_the_policy_allows() {
    let contact = json!({"contactType": "MOBILE_PHONE", "contactNo": "12345"});
    assert_eq!(reported::<ContactInfo>(&contact, &dictionary()), ["/contactNo format"]);
    let policy = dictionary()
        .limit_field::<ContactInfo>("contactNo", FieldLimits::new().max_length(4))
        .unwrap();
    assert_eq!(reported::<ContactInfo>(&contact, &policy), ["/contactNo maxLength"]);
}

#[test]
fn limits_of_one_row_add_up_and_those_of_a_clone_are_its_own() {
    let one =
        dictionary().limit_field::<UserName>("fullName", FieldLimits::new().max_length(3)).unwrap();
    let both = one
        .clone()
        .limit_field::<UserName>("fullName", FieldLimits::new().values(["Ann", "Zoë Müller"]));
    let both = both.unwrap();
    let name = |name: &str| json!({"fullName": name});
    assert_eq!(reported::<UserName>(&name("Ann"), &both), NOTHING);
    assert_eq!(reported::<UserName>(&name("Zoë Müller"), &both), ["/fullName maxLength"]);
    assert_eq!(reported::<UserName>(&name("Eve"), &both), ["/fullName enum"]);
    assert_eq!(reported::<UserName>(&name("Eve"), &one), NOTHING);
    // The last one counts.
    let last =
        both.limit_field::<UserName>("fullName", FieldLimits::new().values(["Eve"])).unwrap();
    assert_eq!(reported::<UserName>(&name("Eve"), &last), NOTHING);
    assert_eq!(reported::<UserName>(&name("Ann"), &last), ["/fullName enum"]);
}

#[test]
fn forbidden_characters_are_those_of_the_policy_in_every_row_that_forbids_some() {
    let merchant = |id: &str| json!({"referenceMerchantId": id, "merchantName": "@"});
    let strict = dictionary().forbidden_characters(&ForbiddenCharacters::extended());
    for forbidden in "@#?＠＃？﹖⁇\0\n\u{7f}\u{85}\u{9f}".chars() {
        let id = format!("M{forbidden}1");
        assert_eq!(
            reported::<Merchant>(&merchant(&id), &strict),
            ["/referenceMerchantId forbiddenCharacter"],
            "{forbidden:?}"
        );
    }
    assert_eq!(reported::<Merchant>(&merchant("M\u{a0}日本1"), &strict), NOTHING);
    let other = dictionary().forbidden_characters(&ForbiddenCharacters::of("x"));
    assert_eq!(reported::<Merchant>(&merchant("#"), &other), NOTHING);
    assert_eq!(
        reported::<Merchant>(&merchant("x"), &other),
        ["/referenceMerchantId forbiddenCharacter"]
    );
    let none = dictionary().forbidden_characters(&ForbiddenCharacters::none());
    assert_eq!(reported::<Merchant>(&merchant("#"), &none), NOTHING);
}

#[test]
fn a_forbidden_character_that_cannot_be_printed_is_named_by_its_code_point() {
    let strict = dictionary().forbidden_characters(&ForbiddenCharacters::extended());
    for (character, named) in [("\n", "U+000A"), ("？", "U+FF1F"), ("?", "?")] {
        let violations = Merchant::new(character, "S").validate_with(&strict).unwrap_err();
        assert_eq!(
            violations[0].kind().to_string(),
            format!("must not contain the character {named}")
        );
    }
}

#[test]
fn each_row_has_the_limits_that_were_set_for_it() {
    let only = |value: &str| FieldLimits::new().values([value]);
    let policy = dictionary().limit_field::<UserName>("firstName", only("Jo")).unwrap();
    let policy = policy.limit_field::<UserName>("lastName", only("Li")).unwrap();
    let name = |first: &str, last: &str| json!({"firstName": first, "lastName": last});
    assert_eq!(reported::<UserName>(&name("Jo", "Li"), &policy), NOTHING);
    assert_eq!(
        reported::<UserName>(&name("Li", "Jo"), &policy),
        ["/firstName enum", "/lastName enum"]
    );
}

#[test]
fn a_list_leaves_the_forbidden_characters_of_its_row() {
    let limits = FieldLimits::new().values(["M1", "M#1"]);
    let policy = dictionary().limit_field::<Merchant>("referenceMerchantId", limits).unwrap();
    let merchant = |id: &str| json!({"referenceMerchantId": id, "merchantName": "S"});
    assert_eq!(reported::<Merchant>(&merchant("M1"), &policy), NOTHING);
    let found = reported::<Merchant>(&merchant("M#1"), &policy);
    assert_eq!(found, ["/referenceMerchantId forbiddenCharacter"]);
}

#[test]
fn a_set_of_characters_says_what_is_in_it() {
    let strict = ForbiddenCharacters::extended();
    assert_eq!(strict.iter().count(), 32 + 33 + 3 + 10);
    assert!(strict.iter().all(|character| strict.contains(character)));
    let more = ForbiddenCharacters::specification().and("<>");
    assert_eq!(more.iter().collect::<String>(), "#<>?@");
    assert_eq!(ForbiddenCharacters::none().iter().count(), 0);
}

#[test]
fn a_row_that_is_not_there_is_an_error_with_the_nearest_name() {
    for (name, expected) in [
        ("orderDescripton", "Order has no field orderDescripton; did you mean orderDescription?"),
        ("ORDERAMOUNT", "Order has no field ORDERAMOUNT; did you mean orderAmount?"),
        ("good", "Order has no field good; did you mean goods?"),
        ("orderCreatedAt", "Order has no field orderCreatedAt; did you mean orderCreateTime?"),
        ("anything else", "Order has no field anything else"),
        ("", "Order has no field "),
        ("a\nb", "Order has no field a\\nb"),
    ] {
        let error = dictionary().limit_field::<Order>(name, FieldLimits::new()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(
            matches!(error, FieldLimitsError::UnknownField { schema: "Order", field, .. } if field == name)
        );
    }
}

#[test]
fn a_limit_for_another_type_of_row_is_an_error_with_the_nearest_limit() {
    let new = FieldLimits::new;
    let error = |of: Result<Policy, FieldLimitsError>| of.unwrap_err().to_string();
    for (found, expected) in [
        (
            error(dictionary().limit_field::<Amount>("value", new().max_length(9))),
            "maxLength is for strings, but Amount.value has type Integer; did you mean maximum?",
        ),
        (
            error(dictionary().limit_field::<Amount>("value", new().min_length(9))),
            "minLength is for strings, but Amount.value has type Integer; did you mean minimum?",
        ),
        (
            error(dictionary().limit_field::<Amount>("value", new().values(["1"]))),
            "enum is for strings, but Amount.value has type Integer",
        ),
        (
            error(dictionary().limit_field::<Amount>("currency", new().maximum(9))),
            "maximum is for integers, but Amount.currency has type String; did you mean maxLength?",
        ),
        (
            error(dictionary().limit_field::<User>("birthDate", new().minimum(9))),
            "minimum is for integers, but User.birthDate has type Datetime; did you mean minLength?",
        ),
        (
            error(dictionary().limit_field::<Order>("orderDescription", new().max_items(9))),
            "maxItems is for arrays, but Order.orderDescription has type String; did you mean maxLength?",
        ),
        (
            error(dictionary().limit_field::<Order>("goods", new().max_length(9))),
            "maxLength is for strings, but Order.goods has type Array<Goods>; did you mean maxItems?",
        ),
        (
            error(dictionary().limit_field::<Order>("goods", new().min_length(9))),
            "minLength is for strings, but Order.goods has type Array<Goods>",
        ),
        (
            error(dictionary().limit_field::<Order>("merchant", new().max_length(9))),
            "maxLength is for strings, but Order.merchant has type Merchant",
        ),
        (
            error(dictionary().limit_field::<Goods>(
                "goodsName",
                new().forbidden_characters(ForbiddenCharacters::none()).max_items(1),
            )),
            "maxItems is for arrays, but Goods.goodsName has type String; did you mean maxLength?",
        ),
        (
            error(dictionary().limit_field::<Goods>(
                "goodsQuantity",
                new().forbidden_characters(ForbiddenCharacters::none()),
            )),
            "forbiddenCharacters is for strings, but Goods.goodsQuantity has type Integer",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn limits_that_nothing_keeps_are_an_error() {
    let new = FieldLimits::new;
    for error in [
        dictionary().limit_field::<UserName>("fullName", new().min_length(129)),
        dictionary().limit_field::<UserName>("fullName", new().min_length(2).max_length(1)),
        dictionary()
            .limit_field::<UserName>("fullName", FieldLimits::unconstrained().values([""; 0])),
        dictionary().limit_field::<Amount>("value", new().minimum(2).maximum(1)),
        dictionary().limit_field::<DeployAppInfo>("searchKeywords", new().values([""; 0])),
    ] {
        assert!(error.unwrap_err().to_string().starts_with("these limits exclude every value of "));
    }
    assert!(
        dictionary().limit_field::<UserName>("fullName", new().min_length(1).max_length(1)).is_ok()
    );
    assert!(dictionary().limit_field::<Amount>("value", new().minimum(1).maximum(1)).is_ok());
}

#[test]
fn rejects_limits_that_exclude_every_value() {
    let new = FieldLimits::new;
    let characters = |set: &str| new().forbidden_characters(ForbiddenCharacters::of(set));
    for (found, row) in [
        // No listed value satisfies the other limits.
        (
            dictionary().limit_field::<UserName>("fullName", new().values(["abc"]).max_length(2)),
            "fullName",
        ),
        (
            dictionary().limit_field::<UserName>("fullName", new().values(["abc"]).min_length(4)),
            "fullName",
        ),
        (
            dictionary().limit_field::<Merchant>("referenceMerchantId", new().values(["M#"])),
            "referenceMerchantId",
        ),
        (
            dictionary().limit_field::<DeployAppInfo>(
                "searchKeywords",
                new().values(["abc"]).max_length(2),
            ),
            "searchKeywords",
        ),
        // The format of the row excludes them.
        (dictionary().limit_field::<Amount>("currency", new().values(["usd"])), "currency"),
        (dictionary().limit_field::<Amount>("currency", new().max_length(2)), "currency"),
        (
            dictionary()
                .limit_field::<Amount>("currency", characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            "currency",
        ),
        (dictionary().limit_field::<Address>("region", new().min_length(3)), "region"),
        (dictionary().limit_field::<Merchant>("merchantMCC", new().max_length(3)), "merchantMCC"),
        (dictionary().limit_field::<Merchant>("merchantMCC", new().min_length(5)), "merchantMCC"),
        (
            dictionary().limit_field::<Merchant>("merchantMCC", characters("0123456789")),
            "merchantMCC",
        ),
        (
            dictionary().limit_field::<Order>("orderCreateTime", new().max_length(19)),
            "orderCreateTime",
        ),
        // `2020-02-02T00:00:00Z` has 20 characters, and a fraction has at least two.
        (
            dictionary()
                .limit_field::<Order>("orderCreateTime", new().min_length(21).max_length(21)),
            "orderCreateTime",
        ),
        (dictionary().limit_field::<Order>("orderCreateTime", characters(":")), "orderCreateTime"),
        (
            dictionary().limit_field::<Message>("messageContent", new().max_length(1)),
            "messageContent",
        ),
        (dictionary().limit_field::<Message>("messageContent", characters("}")), "messageContent"),
        (
            dictionary().limit_field::<DeployAppInfo>("createTime", characters("0123456789")),
            "createTime",
        ),
        // The closed list of the row excludes them.
        (dictionary().limit_field::<Env>("osType", new().max_length(2)), "osType"),
        (dictionary().limit_field::<Env>("osType", new().min_length(4).max_length(6)), "osType"),
        (dictionary().limit_field::<Env>("osType", characters("OA")), "osType"),
    ] {
        let error = found.err().ok_or(row).unwrap();
        let error = error.to_string();
        assert!(error.starts_with("these limits exclude every value of "), "{error}");
        assert!(error.ends_with(&format!(".{row}")), "{error}");
    }
}

#[test]
fn combines_the_limits_of_two_calls() {
    let policy = dictionary()
        .limit_field::<UserName>("fullName", FieldLimits::new().values(["abc"]))
        .unwrap();
    let shorter =
        policy.clone().limit_field::<UserName>("fullName", FieldLimits::new().max_length(2));
    assert!(shorter.is_err());
    let other = FieldLimits::new().max_length(2).values(["ab"]);
    assert!(policy.limit_field::<UserName>("fullName", other).is_ok());
}

#[test]
fn accepts_limits_that_leave_one_value() {
    let new = FieldLimits::new;
    let characters = |set: &str| new().forbidden_characters(ForbiddenCharacters::of(set));
    for found in [
        dictionary().limit_field::<UserName>("fullName", new().values(["abc", "ab"]).max_length(2)),
        dictionary().limit_field::<UserName>("fullName", new().max_length(0)),
        dictionary().limit_field::<Amount>("currency", new().values(["usd", "EUR"])),
        dictionary().limit_field::<Amount>("currency", new().min_length(3).max_length(3)),
        dictionary().limit_field::<Merchant>("merchantMCC", new().min_length(4).max_length(4)),
        dictionary().limit_field::<Merchant>("merchantMCC", characters("012345678")),
        dictionary().limit_field::<Order>("orderCreateTime", new().max_length(20)),
        dictionary().limit_field::<Order>("orderCreateTime", new().min_length(22).max_length(22)),
        dictionary().limit_field::<Message>("messageContent", new().max_length(2)),
        dictionary()
            .limit_field::<DeployAppInfo>("createTime", new().min_length(13).max_length(13)),
        dictionary().limit_field::<Env>("osType", new().max_length(3)),
        // A list of one's own takes the place of that of the documents.
        dictionary().limit_field::<Env>("osType", new().max_length(2).values(["OS"])),
    ] {
        assert!(found.is_ok(), "{found:?}");
    }
}

#[test]
fn counts_tolerated_values_as_valid() {
    let new = FieldLimits::new;
    let tolerant = Policy::lenient;
    for (row, limits) in
        [("birthDate", new().max_length(10)), ("birthDate", new().values(["2020-07-25"]))]
    {
        assert!(dictionary().limit_field::<User>(row, limits.clone()).is_err());
        let only = dictionary().allow(Deviation::DateOnly);
        assert!(only.limit_field::<User>(row, limits).is_ok());
    }
    assert!(tolerant().limit_field::<Env>("osType", new().max_length(2)).is_ok());
    assert!(tolerant().limit_field::<Order>("orderCreateTime", new().max_length(13)).is_ok());
    let dashes = new().forbidden_characters(ForbiddenCharacters::of("-0123456789"));
    assert!(tolerant().limit_field::<User>("birthDate", dashes).is_err());
    // Only date-times have deviations.
    assert!(tolerant().limit_field::<Amount>("currency", new().max_length(2)).is_err());
}

#[test]
fn a_row_that_a_policy_may_let_be_absent_is_limited_when_it_is_there() {
    let limits = FieldLimits::new().values(["GCASH"]);
    let policy =
        Policy::lenient().limit_field::<MerchantSyncRequest>("platformId", limits).unwrap();
    let mut sync =
        json!({"appId": "1", "merchantId": "1", "merchantName": "Shop", "operatorId": "1"});
    assert_eq!(reported::<MerchantSyncRequest>(&sync, &policy), NOTHING);
    sync["platformId"] = json!("GCASH");
    assert_eq!(reported::<MerchantSyncRequest>(&sync, &policy), NOTHING);
    sync["platformId"] = json!("DANA");
    assert_eq!(reported::<MerchantSyncRequest>(&sync, &policy), ["/platformId enum"]);
}

#[cfg(feature = "pattern")]
mod patterns {
    use super::*;
    use miniprogram_protocol::{Pattern, dictionary::Result};

    fn limits(pattern: &str) -> FieldLimits {
        FieldLimits::new().pattern(Pattern::new(pattern).unwrap())
    }

    #[test]
    fn a_text_matches_the_pattern_from_end_to_end() {
        let policy =
            dictionary().limit_field::<UserName>("fullName", limits("[a-z]+|[0-9]{2}")).unwrap();
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
                reported::<UserName>(&json!({"fullName": name}), &policy),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn matches_the_pattern_against_listed_values() {
        for (row, limits, is_ok) in [
            ("resultCode", limits("[a-z]+").values(["A", "b"]), true),
            ("resultCode", limits("[a-z]+").values(["A", "B"]), false),
            ("resultStatus", limits("[ST]"), true),
            ("resultStatus", limits("[a-z]"), false),
            // Whether a pattern matches anything is not known.
            ("resultMessage", limits("[^\\s\\S]"), true),
        ] {
            let found = dictionary().limit_field::<Result>(row, limits);
            assert_eq!(found.is_ok(), is_ok, "{found:?}");
        }
        assert!(dictionary().limit_field::<Amount>("currency", limits("[a-z]+")).is_err());
        assert!(dictionary().limit_field::<Amount>("currency", limits("X..")).is_ok());
    }

    #[test]
    fn a_text_of_the_wrong_length_is_not_held_to_the_pattern() {
        let policy = dictionary().limit_field::<UserName>("fullName", limits("a*")).unwrap();
        let name = json!({"fullName": "b".repeat(1_000)});
        assert_eq!(reported::<UserName>(&name, &policy), ["/fullName maxLength"]);
    }

    #[test]
    fn what_is_let_pass_is_held_to_the_pattern() {
        let policy = Policy::lenient().limit_field::<User>("birthDate", limits("20.*")).unwrap();
        let user = |date: &str| json!({"userId": "1", "birthDate": date});
        assert_eq!(reported::<User>(&user("2020-07-25"), &policy), NOTHING);
        assert_eq!(reported::<User>(&user("1999-07-25"), &policy), ["/birthDate pattern"]);
        assert_eq!(reported::<User>(&user("20"), &policy), NOTHING);
        assert_eq!(reported::<User>(&user("20x"), &policy), ["/birthDate format"]);
    }

    #[test]
    fn each_element_of_an_array_is_held_to_the_pattern() {
        let policy =
            dictionary().limit_field::<DeployAppInfo>("searchKeywords", limits("[a-z]+")).unwrap();
        let found = reported::<DeployAppInfo>(&json!({"searchKeywords": ["a", "B"]}), &policy);
        assert!(found.contains(&"/searchKeywords/1 pattern".to_owned()), "{found:?}");
        assert!(!found.contains(&"/searchKeywords/0 pattern".to_owned()));
    }

    #[test]
    fn a_pattern_is_told_as_it_was_given_and_as_json_schema_has_it() {
        let pattern = Pattern::new("a+?").unwrap();
        assert_eq!(pattern.as_str(), "a+?");
        assert_eq!(pattern.to_ecma(), r"^(?:a+)(?![\s\S])");
        assert_eq!(pattern, Pattern::new("a+?").unwrap());
        assert_ne!(pattern, Pattern::new("a+").unwrap());
    }
}
