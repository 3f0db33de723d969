//! Tests reports: the paths, messages, parameters and serialization of violations.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    JsonText, OneOrMany, Policy, ProtocolType, Schema, Validate, ValidationContext, ViolationKind,
    check_json,
    dictionary::{
        self, Address, Amount, ContactInfo, ContactInfoRequired, InboxContent, InboxFooter,
        Merchant, MerchantRequired, User, UserName,
    },
    endpoint::{MerchantSyncResponse, NotifyCardRegistrationRequest, PlatformMessageSendResponse},
    from_json, from_json_with,
    schema::ValueType,
};
use serde_json::json;

#[test]
fn validates_vectors_and_options_with_paths() {
    let values = vec![Some(Amount::new("USD", 1)), None, Some(Amount::new("usd", -1))];
    let violations = values.validate().unwrap_err();
    let paths: Vec<_> = violations.iter().map(miniprogram_protocol::Violation::path).collect();
    assert_eq!(paths, ["/2/currency", "/2/value"]);
    assert!(!violations.is_truncated());
    assert_eq!(violations.into_iter().count(), 2);
}

#[test]
fn escapes_field_names_in_pointers() {
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
fn compares_clones_and_serializes_errors() {
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
fn serializes_violations_with_parameters() {
    let serialized = |schema: &Schema, json: &str| {
        let error = schema.check_json_with(json.as_bytes(), &Policy::strict()).unwrap_err();
        serde_json::to_value(&error).unwrap()
    };
    let address =
        serialized(Address::SCHEMA, r#"{"region":"JPN","city":"@","label":7,"latitude":""}"#);
    let params: Vec<_> =
        address.as_array().unwrap().iter().map(|violation| violation["params"].clone()).collect();
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
    let size = request.as_array().unwrap().iter().find(|violation| violation["code"] == "maxItems");
    assert_eq!(size.unwrap()["params"], json!({"maxItems": 10, "items": 11}));
    let duplicate = r#"{"currency":"USD","value":1,"value":1}"#;
    assert_eq!(serialized(Amount::SCHEMA, duplicate)[0]["params"], json!({}));
    let policy = Policy::strict().max_violations(0);
    let truncated =
        serde_json::to_value(from_json_with::<Amount>(b"{}", &policy).unwrap_err()).unwrap();
    assert_eq!(truncated[0]["params"], json!({"maxViolations": 0}));
    let result = r#"{"resultStatus":"X"}"#;
    assert_eq!(
        serialized(dictionary::Result::SCHEMA, result)[0],
        json!({"path": "/resultStatus", "code": "enum", "message": "must be one of S, F, U, A", "params": {"values": ["S", "F", "U", "A"]}})
    );
}

#[test]
fn reports_paths_of_single_values_and_arrays() {
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
fn displays_one_violation_per_line() {
    let violations = Amount::new("usd", -1).validate().unwrap_err();
    assert_eq!(
        violations.to_string(),
        "/currency must be a current ISO 4217 currency code\n/value must be at least 0"
    );
    let user = User::new("1").user_name(UserName::new());
    assert_eq!(
        user.validate().unwrap_err().to_string(),
        "/userName must have at least one of fullName, firstName, middleName, lastName"
    );
}

#[test]
fn lists_fields_of_cross_field_rules() {
    let schema_rules = Schema::ALL.iter().flat_map(|schema| schema.cross_field_rules);
    let fields = Schema::ALL.iter().flat_map(|schema| schema.fields);
    let field_rules = fields.flat_map(|field| match field.value_type {
        ValueType::Object(_, constraints) => constraints.cross_field_rules,
        _ => &[],
    });
    let rules: Vec<Vec<_>> =
        schema_rules.chain(field_rules).map(|rule| rule.fields().collect()).collect();
    let expected: [Vec<&str>; 8] = [
        vec!["retry", "success"],
        vec!["longitude", "latitude"],
        vec!["contactNo", "contactType"],
        vec!["messageSendResults", "result/resultStatus"],
        vec!["fullName", "firstName", "middleName", "lastName"],
        vec!["resultStatus", "resultCode"],
        vec!["authCode", "grantType"],
        vec!["paymentId", "paymentRequestId"],
    ];
    for rule in expected {
        assert!(rules.contains(&rule), "{rule:?}");
    }
}

#[test]
fn reports_first_forbidden_character() {
    for (string, first) in [
        ("##".to_owned(), '#'),
        ("?#@?".to_owned(), '?'),
        (format!("{}@#", "a".repeat(62)), '@'),
        (format!("{}@#", "a".repeat(63)), '@'),
        (format!("{}@#", "a".repeat(64)), '@'),
        (format!("{}##{}@@", "é".repeat(50), "é".repeat(50)), '#'),
    ] {
        let contact =
            ContactInfo::new(ContactInfoRequired { contact_type: "EMAIL", contact_no: "a" })
                .extend_info(string.as_str());
        let violations = contact.validate().unwrap_err();
        let kinds: Vec<_> = violations.iter().map(|violation| violation.kind().clone()).collect();
        assert_eq!(kinds, [ViolationKind::ForbiddenCharacter { character: first }], "{string}");
    }
}

#[test]
fn reports_formats_of_constructed_and_read_values() {
    fn check<T: ProtocolType + std::fmt::Debug>(value: &T, expected: &[&str]) {
        let built = value.validate().unwrap_err();
        let read = from_json::<T>(&serde_json::to_vec(value).unwrap()).unwrap_err();
        assert_eq!(read.violations(), &*built);
        let found: Vec<_> = built
            .iter()
            .map(|violation| format!("{} {}", violation.path(), violation.code()))
            .collect();
        assert_eq!(found, expected);
    }

    let merchant =
        Merchant::new(MerchantRequired { reference_merchant_id: "1", merchant_name: "Shop" })
            .merchant_mcc("shoe")
            .merchant_register_date("now");
    check(&merchant, &["/merchantMCC format", "/merchantRegisterDate format"]);
    check(&Address::new("UK"), &["/region format"]);
    check(&Amount::new("usd", 1), &["/currency format"]);
}

#[test]
fn exposes_status_of_invalid_results() {
    let paths = |json: &str| {
        let read = from_json::<PlatformMessageSendResponse>(json.as_bytes()).unwrap_err();
        let checked = check_json::<PlatformMessageSendResponse>(json.as_bytes()).unwrap_err();
        assert_eq!(read, checked);
        read.violations().iter().map(|violation| violation.path().to_owned()).collect::<Vec<_>>()
    };
    // A result that cannot be constructed does not hide other violations.
    let result = |status| format!(r#"{{"result":{{"resultStatus":"{status}","resultCode":7}}}}"#);
    assert_eq!(paths(&result("S")), ["/result/resultCode", "/messageSendResults"]);
    assert_eq!(paths(&result("F")), ["/result/resultCode"]);
    assert_eq!(paths(&result("s")), ["/result/resultStatus", "/result/resultCode"]);
}
