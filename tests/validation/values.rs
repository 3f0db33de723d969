//! Tests the construction, conversion, comparison and formatting of values.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use miniprogram_protocol::{
    CurrencyCode, Datetime, Deviation, Edition, Error, ExtendInfo, FieldLimits, Format, JsonText,
    MinorUnits, OneOrMany, Policy, Revealed, UnixMillis, UnknownFields, Valid, Validate,
    Violations,
    dictionary::{
        self, Address, Amount, Buyer, Category, CategoryRequired, DeployAppInfo,
        DeployAppInfoRequired, InboxContent, InboxFooter, Localized, Merchant, MessageChannel,
        MessageContent, NextStep, OsType, RelatedEnv, ReleaseStatus, ResultCode, ResultStatus,
        UserName,
    },
    diff,
    endpoint::{
        MerchantSyncRequest, MerchantSyncRequestRequired, PaymentStatus, RefundStatus, VoidRequest,
        VoidRequestRequired,
    },
    from_json, from_json_with,
};
use serde_json::json;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

#[test]
fn converts_known_result_codes_to_results() {
    let table = [
        ("SUCCESS", "S", "Success"),
        ("PROCESS_FAIL", "F", "A general business failure occurred. Do not retry."),
        ("PARAM_ILLEGAL", "F", "Illegal parameters. For example, non-numeric input, invalid date."),
        ("INVALID_API", "F", "The called API is invalid or not active."),
        ("ACCESS_DENIED", "F", "Access is denied"),
        ("REQUEST_TRAFFIC_EXCEED_LIMIT", "F", "The request traffic exceeds the limit."),
        ("UNKNOWN_EXCEPTION", "U", "An API call failed, which is caused by unknown reasons."),
    ];
    assert_eq!(ResultCode::VALUES[..table.len()], table.map(|(code, ..)| code));
    assert!(ResultCode::COMMON.iter().eq(table.iter().map(|(code, ..)| code)));
    for other in &ResultCode::VALUES[table.len()..] {
        let result = dictionary::Result::from(ResultCode::from(*other));
        assert_eq!(result.result_message, None);
        assert!(result.validate().is_ok(), "{other}");
    }
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
fn converts_unknown_result_codes_to_failures() {
    let code = ResultCode::from("OUT_OF_SHOES");
    assert_eq!((code.status(), code.message()), (None, None));
    let result = dictionary::Result::from(code);
    assert_eq!(result.result_status, ResultStatus::Failed);
    assert_eq!(result.result_message, None);
}

#[test]
fn represents_enum_values_uniquely() {
    for value in MessageChannel::VALUES {
        let channel = MessageChannel::from(*value);
        assert!(channel.is_known());
        assert_eq!(channel, MessageChannel::from((*value).to_owned()));
        assert_eq!(channel, **value);
        assert_eq!(channel, *value);
        assert_eq!(channel.to_string(), *value);
        assert_eq!(AsRef::<str>::as_ref(&channel), *value);
    }
    let other = MessageChannel::from("FAX".to_owned());
    assert!(!other.is_known());
    let MessageChannel::Other(unknown) = &other else { panic!("{other:?} is known") };
    assert_eq!((unknown.as_str(), unknown.to_string()), ("FAX", "FAX".to_owned()));
    assert_eq!(format!("{other:?}"), "Other(\"FAX\")");
    assert_eq!(HashSet::from([OsType::Ios, OsType::from("IOS")]).len(), 1);
}

#[test]
fn preserves_any_string_in_formatted_types() {
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
fn converts_times_from_chrono() {
    let time = chrono::DateTime::from_timestamp_millis(1_653_969_581_000).unwrap();
    assert_eq!(UnixMillis::from(time), "1653969581000");
    assert_eq!(Datetime::from(time), "2022-05-31T03:59:41Z");
    assert_eq!(Format::DateTime.to_string(), "date-time");
}

#[test]
fn converts_extended_information_to_and_from_json() {
    let info = ExtendInfo::from(json!({"a": [1]}));
    assert_eq!(info, r#"{"a":[1]}"#);
    assert_eq!(info.parse_json().unwrap().to_value().unwrap(), json!({"a": [1]}));
    assert_eq!(ExtendInfo::from("{").parse_json().unwrap_err().column(), 2);
    let json = JsonText::parse("{ \"a\": [1] }").unwrap();
    assert_eq!(json.as_ref(), json.as_str());
    assert_eq!(String::from(json.clone()), info.as_str());
    assert_eq!(ExtendInfo::from(json), info);
}

#[test]
fn constructs_structs_from_required_fields() {
    let request = MerchantSyncRequest::new(MerchantSyncRequestRequired {
        app_id: "1",
        merchant_id: "2",
        merchant_name: "3",
        platform_id: "4",
        operator_id: "5",
    });
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        r#"{"appId":"1","merchantId":"2","merchantName":"3","platformId":"4","operatorId":"5"}"#
    );
    let required = DeployAppInfoRequired {
        app_id: "1",
        app_name: "2",
        app_description: "3",
        app_slogan: "4",
        deploy_version: "5",
        developer_version: "6",
        icon_url: "7",
        category_details: vec![Category::new(CategoryRequired {
            category_id: "8",
            category_name: "9",
        })],
        release_status: ReleaseStatus::Gray,
        create_time: "10",
        publish_time: "11",
        related_env: RelatedEnv::Sandbox,
        related_client_id: "12",
        related_workspace_id: "13",
        package_size: 14,
    };
    assert_eq!(format!("{required:?}"), "DeployAppInfoRequired { .. }");
    assert!(DeployAppInfo::new(required.clone()).service_tel("+65-1").validate().is_ok());
    assert_eq!(UserName::default(), UserName::new());
}

#[test]
fn accepts_values_and_options_in_setters() {
    let unset: Option<&str> = None;
    let buyer = Buyer::new("1")
        .buyer_email("a@example.com")
        .buyer_phone_no(Some("1".to_owned()))
        .buyer_name(Some(UserName::new()));
    assert_eq!(buyer.buyer_email.as_deref(), Some("a@example.com"));
    assert_eq!(buyer.buyer_phone_no.as_deref(), Some("1"));
    assert_eq!(buyer.buyer_name, Some(UserName::new()));
    assert_eq!(buyer.clone().buyer_email(unset).buyer_email, None);
    // The compiler infers the type of a literal `None` if only one type converts into the field.
    assert_eq!(buyer.buyer_name(None).buyer_name, None);
    let request = VoidRequest::new(VoidRequestRequired { void_request_id: "1", payment_id: "2" });
    let request = request.void_remaining_amount(true).void_amount(Amount::new("USD", 1));
    let request = request.void_remaining_amount(None).void_amount(None);
    assert_eq!((request.void_remaining_amount, request.void_amount), (None, None));
}

#[test]
fn diff_returns_pointers_to_differences() {
    let read = |json: &str| from_json::<Merchant>(json.as_bytes()).unwrap().into_inner();
    let first = r#"{"referenceMerchantId":"1","merchantName":"A","x":[1,{"a/b":1,"~":2}],"y":1}"#;
    let second = r#"{"merchantName":"A","referenceMerchantId":"2","x":[1,{"a/b":2},3],"z":1}"#;
    assert_eq!(
        diff(&read(first), &read(second)),
        ["/referenceMerchantId", "/x/1/a~1b", "/x/1/~0", "/x/2", "/y", "/z"]
    );
    assert_eq!(diff(&read(first), &read(first)), [""; 0]);
    assert_eq!(diff(&json!([1]), &json!({"a": 1})), [""]);
    // An `f64` cannot represent these numbers.
    let number = |json: &str| JsonText::parse(json).unwrap();
    assert_eq!(
        diff(&number("[0.12345678901234567890]"), &number("[0.12345678901234567891]")),
        ["/0"]
    );
    // A nested object may have duplicate names.
    let object = number(r#"{"a":1,"a":2}"#);
    assert_eq!(diff(&object, &number(r#"{"a":1,"a":3}"#)), ["/a"]);
    assert_eq!(diff(&object, &number(r#"{"a":1}"#)), ["/a"]);
}

#[test]
fn reveals_hidden_fields_in_debug_output() {
    let (buyer, other) = (Buyer::new("1").buyer_email("a@b"), Buyer::new("1").buyer_email("c@d"));
    assert_eq!(format!("{buyer:?}"), format!("{other:?}"));
    assert_eq!(format!("{:?}", Revealed(&other)), r#"{"referenceBuyerId":"1","buyerEmail":"c@d"}"#);
    assert!(format!("{:#?}", Revealed(&other)).contains("\n  \"buyerEmail\": \"c@d\"\n"));
    assert_ne!(Revealed(&buyer), Revealed(&other));
}

#[test]
fn valid_returns_rejected_values() {
    let error = Valid::new(Amount::new("usd", 1)).unwrap_err();
    assert_eq!(error.value, Amount::new("usd", 1));
    assert_eq!(error.violations, error.value.validate().unwrap_err());
    assert_eq!(error.to_string(), error.violations.to_string());
    assert!(!format!("{error:?}").contains("usd"));
    assert_eq!(Valid::try_from(Amount::new("usd", 1)).unwrap_err(), error);
    assert_eq!(Error::from(error.clone()).violations(), &*error.violations);
    assert_eq!(Violations::from(error.clone()), error.violations);
}

#[test]
fn validates_edited_values() {
    let valid = Valid::try_from(Amount::new("USD", 1)).unwrap();
    let edited = valid.clone().edit(|amount| amount.value = 2.into()).unwrap();
    assert_eq!(edited.into_inner(), Amount::new("USD", 2));
    let error = valid.clone().edit(|amount| amount.value = (-1).into()).unwrap_err();
    assert_eq!((error.violations[0].path(), error.value.value), ("/value", (-1).into()));
    let limits = FieldLimits::new().maximum(1);
    let policy = Policy::strict().limit_field::<Amount>("value", limits).unwrap();
    assert!(valid.clone().edit_with(&policy, |amount| amount.value = 2.into()).is_err());
    let error = valid.map(|_| Address::new("UK")).unwrap_err();
    assert_eq!(error.violations[0].path(), "/region");
}

#[test]
fn valid_dereferences_to_value() {
    let valid = Valid::new(Amount::new("USD", 1)).unwrap();
    assert_eq!((valid.value.get(), &valid.as_ref().currency), (1, &CurrencyCode::from("USD")));
    assert_eq!(serde_json::to_value(&valid).unwrap(), json!({"currency": "USD", "value": 1}));
    assert_eq!(valid.into_inner(), Amount::new("USD", 1));
    assert!(Valid::new(Amount::new("usd", 1)).is_err());
    let policy = Policy::default().max_violations(1);
    assert!(
        Valid::new_with(Amount::new("usd", -1), &policy).unwrap_err().violations.is_truncated()
    );
    assert!(
        from_json_with::<Amount>(b"{}", &policy)
            .unwrap_err()
            .into_violations()
            .unwrap()
            .is_truncated()
    );
}

#[test]
fn inserts_finds_and_removes_unknown_fields() {
    let mut fields: UnknownFields = [("b", "1"), ("a", "[2]")]
        .map(|(name, json)| (name, json.parse().unwrap()))
        .into_iter()
        .collect();
    assert!(!fields.is_empty() && fields.contains_key("a") && !fields.contains_key("c"));
    assert_eq!(fields.get("b").unwrap().as_str(), "1");
    let none = UnknownFields::new();
    assert_eq!((none.is_empty(), none.len(), none.contains_key("a")), (true, 0, false));
    let listed: Vec<_> = fields.iter().map(|(name, value)| (name, value.to_string())).collect();
    assert_eq!(listed, [("a", "[2]".to_owned()), ("b", "1".to_owned())]);
    assert_eq!(fields.insert("a", JsonText::try_from(json!(3)).unwrap()).unwrap().as_str(), "[2]");
    assert_eq!(fields.remove("a").unwrap().to_value().unwrap(), json!(3));
    assert_eq!((fields.len(), fields.get("a")), (1, None));
    assert_eq!(format!("{fields:?}"), "<1 hidden>");
    assert!(fields.remove("a").is_none() && fields.remove("b").is_some());
    assert_eq!((fields.is_empty(), fields.remove("b")), (true, None));
    assert_eq!(fields, none);
    assert_eq!(
        none.iter().map(|(name, value)| (name, value.clone())).collect::<UnknownFields>(),
        none
    );
}

#[test]
fn rejects_deeply_nested_json_text() {
    let nested = |depth: usize| (1..depth).fold(json!([]), |value, _| json!([value]));
    assert!(JsonText::try_from(nested(128)).is_ok());
    let error = JsonText::try_from(nested(129)).unwrap_err();
    assert_eq!(error.message(), "arrays and objects are nested too deeply");
}

#[test]
fn preserves_single_and_multiple_footers() {
    let link = || InboxFooter::new().link_name("More");
    let many = InboxContent::new().footer(vec![link(), link()]);
    let content = MessageContent::from(Localized::One(many.clone()));
    assert_eq!(content, r#"{"footer":[{"linkName":"More"},{"linkName":"More"}]}"#);
    assert_eq!(content.parse_inbox().unwrap(), Localized::One(many.clone()));
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
fn iterates_over_one_or_many_objects() {
    let link = |name: &str| InboxFooter::new().link_name(name);
    let one = OneOrMany::from(link("a"));
    assert_eq!(one, OneOrMany::One(link("a")));
    assert_eq!(one.into_iter().collect::<Vec<_>>(), [link("a")]);
    let many = OneOrMany::from(vec![link("a"), link("b")]);
    assert!((&many).into_iter().eq(&[link("a"), link("b")]));
    assert!(many.clone().into_iter().eq([link("a"), link("b")]));
    for value in [OneOrMany::from(link("a")), many] {
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<OneOrMany<InboxFooter>>(&json).unwrap(), value);
    }
    let error = serde_json::from_str::<OneOrMany<InboxFooter>>("[{},1]").unwrap_err();
    assert_eq!(error.to_string(), "/1 must be an object, not a number");
}

#[test]
fn maps_valid_values_under_a_policy() {
    let amount = || Valid::new(Amount::new("USD", 1)).unwrap();
    let to_string = |amount: Amount| {
        let mut amount = amount;
        amount.value = MinorUnits::string(1);
        amount
    };
    let (mapped, tolerated) = amount().map_with(&Policy::lenient(), to_string).unwrap();
    assert_eq!((mapped.value.get(), tolerated.len()), (1, 1));
    assert!(amount().map_with(&Policy::strict(), to_string).is_err());
}

#[test]
fn parses_names_of_editions_and_deviations() {
    for edition in Edition::ALL {
        assert_eq!(edition.name().parse(), Ok(*edition));
        assert_eq!(Policy::strict().edition(*edition).current_edition(), *edition);
    }
    for deviation in Deviation::ALL {
        assert_eq!(deviation.name().parse(), Ok(*deviation));
    }
    let error = "v3".parse::<Edition>().unwrap_err();
    assert!(error.to_string().starts_with("must be one of v2, v1, "), "{error}");
    let error = "".parse::<Deviation>().unwrap_err();
    assert!(
        error.values().iter().eq(Deviation::ALL
            .iter()
            .map(|one| one.name())
            .collect::<Vec<_>>()
            .iter())
    );
}

#[test]
fn removes_whitespace_from_json_text() {
    for (json, normal) in [
        (" true ", "true"),
        ("false\n", "false"),
        ("null", "null"),
        ("\t\"a \\u0062\"", "\"a b\""),
        ("[ true , false , null ]", "[true,false,null]"),
        ("{ \"b\" : true , \"a\" : { } , \"b\" : [ ] }", "{\"b\":true,\"a\":{},\"b\":[]}"),
    ] {
        let text = JsonText::parse(json).unwrap();
        assert_eq!((text.as_str(), text.to_string()), (normal, normal.to_owned()));
        assert_eq!(format!("{text:?}"), "<hidden>");
    }
}

#[test]
fn string_types_behave_like_strings() {
    let hash = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    let strings = ["", "AED", "AEE", "USD", "ZWG", "usd"];
    for one in strings {
        let code = CurrencyCode::from(one);
        assert_eq!(format!("{code:?} {code}"), format!("{one:?} {one}"));
        assert_eq!(hash(&|hasher| code.hash(hasher)), hash(&|hasher| one.hash(hasher)));
        for other in strings {
            let second = CurrencyCode::from(other);
            assert_eq!(code == second, one == other, "{one} {other}");
            assert_eq!(code.partial_cmp(&second), Some(one.cmp(other)), "{one} {other}");
        }
    }
}

#[test]
fn knows_the_next_step_of_every_code() {
    for value in ResultCode::VALUES {
        let result = dictionary::Result::from(ResultCode::from(*value));
        let expected = match (*value, result.result_status.as_str()) {
            ("REQUEST_TRAFFIC_EXCEED_LIMIT", _) => NextStep::RetryLater,
            (_, "S") => NextStep::Finish,
            (_, "F") => NextStep::Stop,
            ("PAYMENT_IN_PROCESS" | "CAPTURE_IN_PROCESS", "U") | (_, "A") => NextStep::Inquire,
            (_, "U") => NextStep::Retry,
            other => panic!("{other:?}"),
        };
        assert_eq!(result.next_step(), expected, "{value}");
    }
    for (status, expected) in [
        ("S", NextStep::Finish),
        ("F", NextStep::Stop),
        ("U", NextStep::Retry),
        ("A", NextStep::Inquire),
        ("X", NextStep::Retry),
    ] {
        assert_eq!(dictionary::Result::new(status).next_step(), expected);
        let other = dictionary::Result::new(status).result_code("OUT_OF_SHOES");
        assert_eq!(other.next_step(), expected);
    }
    let limited = dictionary::Result::new("U").result_code("REQUEST_TRAFFIC_EXCEED_LIMIT");
    assert_eq!(limited.next_step(), NextStep::RetryLater);
}

#[test]
fn knows_the_transitions_of_payments_and_refunds() {
    let payments = ["PROCESSING", "SUCCESS", "FAIL", "CANCELLED", "HELD"];
    let possible = [
        [true, true, true, true, true],
        [false, true, false, true, true],
        [false, false, true, false, true],
        [false, false, false, true, true],
        [true, true, true, true, true],
    ];
    for (status, expected) in payments.iter().zip(possible) {
        let status = PaymentStatus::from(*status);
        let next = payments.map(|next| status.can_be_followed_by(&next.into()));
        assert_eq!(next, expected, "{status}");
    }
    let refunds = ["PROCESSING", "SUCCESS", "FAIL", "HELD"];
    let possible = [
        [true, true, true, true],
        [false, true, false, true],
        [false, false, true, true],
        [true, true, true, true],
    ];
    for (status, expected) in refunds.iter().zip(possible) {
        let status = RefundStatus::from(*status);
        let next = refunds.map(|next| status.can_be_followed_by(&next.into()));
        assert_eq!(next, expected, "{status}");
    }
}
