//! Values as a program makes, compares and takes them apart.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use miniprogram_protocol::{
    CurrencyCode, Datetime, ExtendInfo, Format, InboxContent, InboxFooter, JsonText, Localized,
    MessageContent, OneOrMany, Policy, ProtocolType, Schema, UnixMillis, UnknownFields, Valid,
    Validate, ValidationContext, ViolationKind, check_json, check_json_with,
    dictionary::{
        self, Address, Amount, Category, ContactInfo, DeployAppInfo, DeployAppInfoRequired,
        Merchant, MessageChannel, OsType, RelatedEnv, ReleaseStatus, ResultCode, ResultStatus,
        User, UserName,
    },
    endpoint::{
        MerchantSyncRequest, MerchantSyncRequestRequired, MerchantSyncResponse,
        NotifyCardRegistrationRequest, PlatformMessageSendResponse,
    },
    from_json, from_json_with,
    schema::Constraints,
};
use serde_json::json;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

#[test]
fn result_codes_have_the_status_and_message_of_their_table() {
    let table = [
        ("SUCCESS", "S", "Success"),
        ("PROCESS_FAIL", "F", "A general business failure occurred. Do not retry."),
        ("PARAM_ILLEGAL", "F", "Illegal parameters. For example, non-numeric input, invalid date."),
        ("INVALID_API", "F", "The called API is invalid or not active."),
        ("ACCESS_DENIED", "F", "Access is denied"),
        ("REQUEST_TRAFFIC_EXCEED_LIMIT", "F", "The request traffic exceeds the limit."),
        ("UNKNOWN_EXCEPTION", "U", "An API call failed, which is caused by unknown reasons."),
    ];
    assert_eq!(ResultCode::VALUES, table.map(|(code, ..)| code));
    for (code, status, message) in table {
        let code = ResultCode::from(code);
        assert!(code.is_known());
        assert_eq!(code.status().unwrap(), status);
        assert_eq!(code.message(), Some(message));
        let result = dictionary::Result::from(code.clone());
        assert_eq!(result.result_status, status);
        assert_eq!(result.result_code, Some(code));
        assert_eq!(result.result_message.as_deref(), Some(message));
        assert!(result.validate().is_ok());
    }
}

#[test]
fn a_result_code_that_is_not_listed_is_a_failure_without_message() {
    let code = ResultCode::from("OUT_OF_SHOES");
    assert_eq!((code.status(), code.message()), (None, None));
    let result = dictionary::Result::from(code);
    assert_eq!(result.result_status, ResultStatus::Failed);
    assert_eq!(result.result_message, None);
}

#[test]
fn a_value_of_a_list_has_one_representation() {
    for text in MessageChannel::VALUES {
        let channel = MessageChannel::from(*text);
        assert!(channel.is_known());
        assert_eq!(channel, MessageChannel::from((*text).to_owned()));
        assert_eq!(channel, **text);
        assert_eq!(channel, *text);
        assert_eq!(channel.to_string(), *text);
        assert_eq!(AsRef::<str>::as_ref(&channel), *text);
    }
    let other = MessageChannel::from("FAX".to_owned());
    assert!(!other.is_known());
    let MessageChannel::Other(unlisted) = &other else { panic!("it is listed") };
    assert_eq!((unlisted.as_str(), unlisted.to_string()), ("FAX", "FAX".to_owned()));
    assert_eq!(format!("{other:?}"), "Other(\"FAX\")");
    assert_eq!(HashSet::from([OsType::Ios, OsType::from("IOS")]).len(), 1);
}

#[test]
fn a_text_of_a_format_is_whatever_it_was_made_of() {
    let code = CurrencyCode::from("usd".to_owned());
    assert_eq!(code, "usd");
    assert_eq!(code, *"usd");
    assert_eq!(code.to_string(), "usd");
    assert_eq!(AsRef::<str>::as_ref(&code), "usd");
    assert_eq!(code.currency().unwrap_err().format(), Format::Iso4217);
    assert_eq!(code.into_string(), "usd");
    assert_eq!(CurrencyCode::default().as_str(), "");
}

#[test]
fn times_are_made_of_chronos() {
    let time = chrono::DateTime::from_timestamp_millis(1_653_969_581_000).unwrap();
    assert_eq!(UnixMillis::from(time), "1653969581000");
    assert_eq!(Datetime::from(time), "2022-05-31T03:59:41+00:00");
    assert_eq!(Format::DateTime.to_string(), "date-time");
}

#[test]
fn extended_information_is_made_of_json_and_read_as_it() {
    let info = ExtendInfo::from(json!({"a": [1]}));
    assert_eq!(info, r#"{"a":[1]}"#);
    assert_eq!(info.to_json().unwrap().to_value().unwrap(), json!({"a": [1]}));
    assert_eq!(ExtendInfo::from("{").to_json().unwrap_err().column(), 2);
}

#[test]
fn a_table_is_made_of_its_required_rows() {
    let request = MerchantSyncRequest::from(MerchantSyncRequestRequired {
        app_id: "1".into(),
        merchant_id: "2".into(),
        merchant_name: "3".into(),
        platform_id: "4".into(),
        operator_id: "5".into(),
    });
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        r#"{"appId":"1","merchantId":"2","merchantName":"3","platformId":"4","operatorId":"5"}"#
    );
    let required = DeployAppInfoRequired {
        app_id: "1".into(),
        app_name: "2".into(),
        app_description: "3".into(),
        app_slogan: "4".into(),
        deploy_version: "5".into(),
        developer_version: "6".into(),
        icon_url: "7".into(),
        category_details: vec![Category::new("8", "9")],
        release_status: ReleaseStatus::Gray,
        create_time: "10".into(),
        publish_time: "11".into(),
        related_env: RelatedEnv::Sandbox,
        related_client_id: "12".into(),
        related_workspace_id: "13".into(),
        package_size: 14,
    };
    assert_eq!(format!("{required:?}"), "DeployAppInfoRequired { .. }");
    assert!(DeployAppInfo::from(required.clone()).service_tel("+65-1").validate().is_ok());
    assert_eq!(UserName::default(), UserName::new());
}

#[test]
fn a_valid_value_is_the_value() {
    let valid = Valid::new(Amount::new("USD", 1)).unwrap();
    assert_eq!((valid.value.get(), &valid.as_ref().currency), (1, &CurrencyCode::from("USD")));
    assert_eq!(serde_json::to_value(&valid).unwrap(), json!({"currency": "USD", "value": 1}));
    assert_eq!(valid.into_inner(), Amount::new("USD", 1));
    assert!(Valid::new(Amount::new("usd", 1)).is_err());
    let policy = Policy::default().max_violations(1);
    assert!(Valid::new_with(Amount::new("usd", -1), &policy).unwrap_err().is_truncated());
    assert!(
        from_json_with::<Amount>(b"{}", &policy)
            .unwrap_err()
            .into_violations()
            .unwrap()
            .is_truncated()
    );
}

#[test]
fn lists_and_options_of_values_are_judged_with_their_paths() {
    let values = vec![Some(Amount::new("USD", 1)), None, Some(Amount::new("usd", -1))];
    let violations = values.validate().unwrap_err();
    let paths: Vec<_> = violations.iter().map(miniprogram_protocol::Violation::path).collect();
    assert_eq!(paths, ["/2/currency", "/2/value"]);
    assert!(!violations.is_truncated());
    assert_eq!(violations.into_iter().count(), 2);
}

#[test]
fn names_of_ones_own_are_escaped_in_the_pointer() {
    struct Prices(Vec<(String, Amount)>);

    impl Validate for Prices {
        fn validate_into(&self, cx: &mut ValidationContext<'_>) {
            assert_eq!(*cx.policy(), Policy::strict());
            for (name, amount) in &self.0 {
                amount.validate_into(&mut cx.field(name));
            }
        }
    }

    let prices = Prices(vec![("a/b~c".to_owned(), Amount::new("USD", -1))]);
    assert_eq!(prices.validate().unwrap_err()[0].path(), "/a~1b~0c/value");
}

#[test]
fn unknown_members_are_set_found_and_taken() {
    let mut members: UnknownFields = [("b", "1"), ("a", "[2]")]
        .map(|(name, text)| (name, text.parse().unwrap()))
        .into_iter()
        .collect();
    assert!(!members.is_empty() && members.contains("a") && !members.contains("c"));
    assert_eq!(members.get("b").unwrap().as_str(), "1");
    let none = UnknownFields::new();
    assert_eq!((none.is_empty(), none.len(), none.contains("a")), (true, 0, false));
    let listed: Vec<_> = members.iter().map(|(name, value)| (name, value.to_string())).collect();
    assert_eq!(listed, [("a", "[2]".to_owned()), ("b", "1".to_owned())]);
    assert_eq!(members.insert("a", JsonText::try_from(json!(3)).unwrap()).unwrap().as_str(), "[2]");
    assert_eq!(members.remove("a").unwrap().to_value().unwrap(), json!(3));
    assert_eq!((members.len(), members.get("a")), (1, None));
    assert_eq!(format!("{members:?}"), "<1 hidden>");
    assert!(members.remove("a").is_none() && members.remove("b").is_some());
    assert_eq!((members.is_empty(), members.remove("b")), (true, None));
    assert_eq!(members, none);
    assert_eq!(
        none.iter().map(|(name, value)| (name, value.clone())).collect::<UnknownFields>(),
        none
    );
}

#[test]
fn a_json_text_that_is_nested_too_deep_is_refused() {
    let nested = |depth: usize| (1..depth).fold(json!([]), |value, _| json!([value]));
    assert!(JsonText::try_from(nested(128)).is_ok());
    let error = JsonText::try_from(nested(129)).unwrap_err();
    assert_eq!(error.message(), "arrays and objects are nested too deeply");
}

#[test]
fn errors_are_compared_cloned_and_serialized() {
    let error = from_json::<Amount>(b"{\n \"currency\" \"USD\"}").unwrap_err();
    assert_eq!(error, error.clone());
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"[{"path":"","code":"syntax","message":"expected a colon","params":{"line":2,"column":13}}]"#
    );
    assert_eq!(error.violations(), []);
    assert_eq!(error.into_violations().unwrap_err().line(), 2);
    let error = from_json::<Amount>(b"{\"currency\":\"USD\"}").unwrap_err();
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"[{"path":"/value","code":"required","message":"is required","params":{}}]"#
    );
}

#[test]
fn every_violation_serializes_with_its_parameters() {
    let serialized = |schema: &Schema, json: &str| {
        let error = schema.check_json(json.as_bytes(), &Policy::strict()).unwrap_err();
        serde_json::to_value(&error).unwrap()
    };
    let address =
        serialized(Address::SCHEMA, r#"{"region":"JPN","city":"@","label":7,"latitude":""}"#);
    let params: Vec<_> =
        address.as_array().unwrap().iter().map(|found| found["params"].clone()).collect();
    assert_eq!(
        params,
        [
            json!({"maxLength": 2, "length": 3}),
            json!({"character": "@"}),
            json!({"expected": "string", "found": "number"}),
            json!({"by": "latitude"}),
        ]
    );
    let contact = r#"{"contactType":"MOBILE_PHONE","contactNo":"1"}"#;
    assert_eq!(serialized(ContactInfo::SCHEMA, contact)[0]["params"], json!({"format": "e164"}));
    let amount = r#"{"currency":"USD","value":-1}"#;
    assert_eq!(serialized(Amount::SCHEMA, amount)[0]["params"], json!({"minimum": 0}));
    let amount = r#"{"currency":"USD","value":2147483648}"#;
    assert_eq!(serialized(Amount::SCHEMA, amount)[0]["params"], json!({"maximum": 2_147_483_647}));
    let merchant = r#"{"referenceMerchantId":"1","merchantMCC":"","merchantName":"n"}"#;
    assert_eq!(
        serialized(Merchant::SCHEMA, merchant)[0]["params"],
        json!({"minLength": 1, "length": 0})
    );
    let user = r#"{"userId":"1","userName":{}}"#;
    assert_eq!(
        serialized(User::SCHEMA, user)[0]["params"],
        json!({"members": ["fullName", "firstName", "middleName", "lastName"]})
    );
    let response = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"F"}}"#;
    assert_eq!(
        serialized(MerchantSyncResponse::SCHEMA, response)[0]["params"],
        json!({"value": "S"})
    );
    let request = format!(r#"{{"registrationFields":[{}]}}"#, ["{}"; 11].join(","));
    let request = serialized(NotifyCardRegistrationRequest::SCHEMA, &request);
    let size = request.as_array().unwrap().iter().find(|found| found["code"] == "maxItems");
    assert_eq!(size.unwrap()["params"], json!({"maxItems": 10, "items": 11}));
    let duplicate = r#"{"currency":"USD","value":1,"value":1}"#;
    assert_eq!(serialized(Amount::SCHEMA, duplicate)[0]["params"], json!({}));
    let policy = Policy::strict().max_violations(0);
    let cut = serde_json::to_value(from_json_with::<Amount>(b"{}", &policy).unwrap_err()).unwrap();
    assert_eq!(cut[0]["params"], json!({"maxViolations": 0}));
    let result = r#"{"resultStatus":"X"}"#;
    assert_eq!(
        serialized(dictionary::Result::SCHEMA, result)[0],
        json!({"path": "/resultStatus", "code": "enum", "message": "must be one of S, F, U, A", "params": {"values": ["S", "F", "U", "A"]}})
    );
}

#[test]
fn inbox_content_keeps_the_form_of_its_footer() {
    let link = || InboxFooter::new().link_name("More");
    let many = InboxContent::new().footer(vec![link(), link()]);
    let content = MessageContent::from(Localized::One(many.clone()));
    assert_eq!(content, r#"{"footer":[{"linkName":"More"},{"linkName":"More"}]}"#);
    assert_eq!(content.inbox().unwrap(), Localized::One(many.clone()));
    assert!(many.validate().is_ok());
    let one = InboxContent::new().footer(OneOrMany::One(link()));
    assert_eq!(
        MessageContent::from(Localized::One(one.clone())),
        r#"{"footer":{"linkName":"More"}}"#
    );
    assert!(one.validate().is_ok());
    assert_eq!(one.footer.unwrap().as_slice(), [link()]);
}

#[test]
fn one_link_and_several_are_judged_where_they_stand() {
    let mut link = InboxFooter::new();
    link.unknown_fields.insert("linkName", JsonText::parse("1").unwrap());
    for (footer, path) in [
        (OneOrMany::One(link.clone()), "/footer/linkName"),
        (OneOrMany::Many(vec![InboxFooter::new(), link.clone()]), "/footer/1/linkName"),
    ] {
        let violations = InboxContent::new().footer(footer).validate().unwrap_err();
        assert_eq!((violations[0].path(), violations[0].code()), (path, "duplicate"));
    }
}

#[test]
fn violations_are_said_in_a_line_each() {
    let violations = Amount::new("usd", -1).validate().unwrap_err();
    assert_eq!(
        violations.to_string(),
        "/currency must be a current currency code of ISO 4217\n/value must be at least 0"
    );
    let user = User::new("1").user_name(UserName::new());
    assert_eq!(
        user.validate().unwrap_err().to_string(),
        "/userName must have at least one of fullName, firstName, middleName, lastName"
    );
}

#[test]
fn a_law_names_its_members() {
    let of_tables = Schema::ALL.iter().flat_map(|schema| schema.cross_field_rules);
    let rows = Schema::ALL.iter().flat_map(|schema| schema.fields);
    let read_fields = rows.flat_map(|field| match field.constraints {
        Constraints::Object(object) => object.cross_field_rules,
        _ => &[],
    });
    let cross_field_rules: Vec<Vec<_>> = of_tables
        .chain(read_fields)
        .map(|cross_field_rule| cross_field_rule.fields().collect())
        .collect();
    let expected: [Vec<&str>; 6] = [
        vec!["retry", "success"],
        vec!["longitude", "latitude"],
        vec!["contactNo", "contactType"],
        vec!["messageSendResults", "result/resultStatus"],
        vec!["fullName", "firstName", "middleName", "lastName"],
        vec!["resultStatus", "resultCode"],
    ];
    assert_eq!(cross_field_rules, expected);
}

#[test]
fn the_first_forbidden_character_is_found_however_many_follow() {
    for (text, first) in [
        ("##".to_owned(), '#'),
        ("?#@?".to_owned(), '?'),
        (format!("{}@#", "a".repeat(62)), '@'),
        (format!("{}@#", "a".repeat(63)), '@'),
        (format!("{}@#", "a".repeat(64)), '@'),
        (format!("{}##{}@@", "é".repeat(50), "é".repeat(50)), '#'),
    ] {
        let contact = ContactInfo::new("EMAIL", "a").extend_info(text.as_str());
        let violations = contact.validate().unwrap_err();
        let kinds: Vec<_> = violations.iter().map(|found| *found.kind()).collect();
        assert_eq!(kinds, [ViolationKind::ForbiddenCharacter { character: first }], "{text}");
    }
}

#[test]
fn a_json_text_is_its_value_without_blanks() {
    for (text, normal) in [
        (" true ", "true"),
        ("false\n", "false"),
        ("null", "null"),
        ("\t\"a \\u0062\"", "\"a b\""),
        ("[ true , false , null ]", "[true,false,null]"),
        ("{ \"b\" : true , \"a\" : { } , \"b\" : [ ] }", "{\"b\":true,\"a\":{},\"b\":[]}"),
    ] {
        let text = JsonText::parse(text).unwrap();
        assert_eq!((text.as_str(), text.to_string()), (normal, normal.to_owned()));
        assert_eq!(format!("{text:?}"), "<hidden>");
    }
}

#[test]
fn a_verdict_without_a_value_is_the_same_by_type_and_by_policy() {
    let policy = Policy::strict();
    for (json, valid) in [(r#"{"currency":"USD","value":1}"#, true), (r#"{"value":1}"#, false)] {
        assert_eq!(check_json::<Amount>(json.as_bytes()).is_ok(), valid);
        assert_eq!(check_json_with::<Amount>(json.as_bytes(), &policy).is_ok(), valid);
    }
}

#[test]
fn a_text_that_does_not_follow_the_format_of_its_type_is_a_violation_built_or_read() {
    fn check<T: ProtocolType + std::fmt::Debug>(value: &T, expected: &[&str]) {
        let built = value.validate().unwrap_err();
        let read = from_json::<T>(&serde_json::to_vec(value).unwrap()).unwrap_err();
        assert_eq!(read.violations(), &*built);
        let found: Vec<_> = built.iter().map(|cx| format!("{} {}", cx.path(), cx.code())).collect();
        assert_eq!(found, expected);
    }

    let merchant = Merchant::new("1", "Shop").merchant_mcc("shoe").merchant_register_date("now");
    check(&merchant, &["/merchantMCC format", "/merchantRegisterDate format"]);
    check(&Address::new("UK"), &["/region format"]);
    check(&Amount::new("usd", 1), &["/currency format"]);
}

#[test]
fn a_result_that_is_invalid_still_tells_whether_the_call_was_successful() {
    let paths = |json: &str| {
        let read = from_json::<PlatformMessageSendResponse>(json.as_bytes()).unwrap_err();
        let checked = check_json::<PlatformMessageSendResponse>(json.as_bytes()).unwrap_err();
        assert_eq!(read, checked);
        read.violations().iter().map(|cx| cx.path().to_owned()).collect::<Vec<_>>()
    };
    // No result can be made of it, which keeps nothing else from being found.
    let result = |status| format!(r#"{{"result":{{"resultStatus":"{status}","resultCode":7}}}}"#);
    assert_eq!(paths(&result("S")), ["/result/resultCode", "/messageSendResults"]);
    assert_eq!(paths(&result("F")), ["/result/resultCode"]);
    assert_eq!(paths(&result("s")), ["/result/resultStatus", "/result/resultCode"]);
}

#[test]
fn codes_compare_and_show_as_their_texts_whether_they_are_listed_or_not() {
    let hash = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    let texts = ["", "AED", "AEE", "USD", "ZWG", "usd"];
    for one in texts {
        let code = CurrencyCode::from(one);
        assert_eq!(format!("{code:?} {code}"), format!("{one:?} {one}"));
        assert_eq!(hash(&|to| code.hash(to)), hash(&|to| one.hash(to)));
        for other in texts {
            let second = CurrencyCode::from(other);
            assert_eq!(code == second, one == other, "{one} {other}");
            assert_eq!(code.partial_cmp(&second), Some(one.cmp(other)), "{one} {other}");
        }
    }
}
