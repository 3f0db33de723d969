//! Tests that the types of a tenant support everything that the types of the specification support.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use arbitrary::Unstructured;
use miniprogram_protocol::{
    Format, Policy, ProtocolType, Revealed, Schema, Valid, Validate, Violation, Violations,
    check_json, check_json_with,
    dictionary::{Amount, Merchant, MerchantRequired, Order},
    diff,
    export::json_schema,
    from_json, from_json_with, generate,
    schema::SourceDocument,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenant::{
    CARD_NUMBER, CardNumber, Installments, LoyaltyCard, LoyaltyCardRequired, LoyaltyLevel,
    WalletOrder, WalletOrderRequired,
};

const VALID_ORDER: &str = r#"{
    "referenceOrderId": "O-1", "orderDescription": "Shoes",
    "orderAmount": {"currency": "SGD", "value": 4990},
    "merchant": {"referenceMerchantId": "M-1", "merchantName": "Shoe Shop"},
    "loyaltyCards": [{"number": "EW12345672", "level": "GOLD", "points": 501}],
    "couponIds": ["C-1"]
}"#;

fn order() -> WalletOrder {
    WalletOrder::new(WalletOrderRequired {
        reference_order_id: "O-1",
        order_description: "Shoes",
        order_amount: Amount::new("SGD", 4990),
        merchant: Merchant::new(MerchantRequired {
            reference_merchant_id: "M-1",
            merchant_name: "Shoe Shop",
        }),
    })
}

fn card() -> LoyaltyCard {
    LoyaltyCard::new(LoyaltyCardRequired { number: "EW12345672", level: LoyaltyLevel::Gold })
}

fn policy() -> Policy {
    let file = include_str!("../policy.toml");
    Policy::from_toml_with_types(file, &[WalletOrder::SCHEMA]).unwrap()
}

fn paths_and_codes(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations.iter().map(|violation| (violation.path(), violation.code())).collect()
}

#[test]
fn keeps_fields_of_specification() {
    for field in Order::SCHEMA.fields {
        let own = WalletOrder::SCHEMA.field(field.name).unwrap();
        let has_other_limits = ["referenceOrderId", "goods"].contains(&field.name);
        assert_eq!(own.value_type != field.value_type, has_other_limits, "{}", field.name);
        assert_eq!((own.required, own.sensitive), (field.required, field.sensitive));
    }
}

#[test]
fn round_trips_losslessly() {
    let order = from_json::<WalletOrder>(VALID_ORDER.as_bytes()).unwrap();
    assert_eq!(order.loyalty_cards.as_ref().unwrap()[0].level, LoyaltyLevel::Gold);
    assert!(order.unknown_fields.contains_key("couponIds"));
    let written: Value = serde_json::to_value(&order).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(VALID_ORDER).unwrap());
    assert_eq!(serde_json::from_str::<Valid<WalletOrder>>(VALID_ORDER).unwrap(), order);
    assert!(check_json::<WalletOrder>(VALID_ORDER.as_bytes()).is_ok());
}

#[test]
fn reports_all_violations_at_once() {
    let json = r##"{
        "orderDescription": 7,
        "orderAmount": {"currency": "sgd", "value": -1},
        "merchant": {"referenceMerchantId": "M-1", "merchantName": "Shoe Shop"},
        "loyaltyCards": [
            {"number": "EW00000001", "level": "SILVER", "points": 0},
            null,
            {"number": "EW00000000"},
            {}
        ],
        "installments": {"count": 25, "firstDue": "2026-12-01"},
        "pickupPointId": "#1",
        "isGift": true
    }"##;
    let error = from_json::<WalletOrder>(json.as_bytes()).unwrap_err();
    assert_eq!(
        paths_and_codes(error.violations()),
        [
            ("/orderDescription", "type"),
            ("/orderAmount/currency", "format"),
            ("/orderAmount/value", "minimum"),
            ("/loyaltyCards/0/number", "format"),
            ("/loyaltyCards/0/level", "enum"),
            ("/loyaltyCards/0/points", "minimum"),
            ("/loyaltyCards/1", "type"),
            ("/loyaltyCards/2/level", "required"),
            ("/loyaltyCards/3/number", "required"),
            ("/loyaltyCards/3/level", "required"),
            ("/loyaltyCards", "maxItems"),
            ("/installments/count", "maximum"),
            ("/installments/firstDue", "format"),
            ("/pickupPointId", "forbiddenCharacter"),
            ("/pickupPhone", "dependentRequired"),
            ("/giftName", "dependentRequired"),
            ("/referenceOrderId", "required"),
        ]
    );
    assert_eq!(check_json::<WalletOrder>(json.as_bytes()).unwrap_err(), error);
    assert_eq!(
        error.violations()[3].to_string(),
        "/loyaltyCards/0/number must be EW and eight digits, the last of which is a check digit"
    );

    // A client can deserialize the report.
    let read: Violations = serde_json::from_value(json!(error.violations())).unwrap();
    assert_eq!(paths_and_codes(&read), paths_and_codes(error.violations()));
    assert_eq!(read.to_string(), error.to_string());
}

#[test]
fn builds_and_edits_orders() {
    let order = order().loyalty_cards(vec![card()]).gift_name(None::<String>);
    let order = Valid::new(order).unwrap();
    let error = order.clone().edit(|order| order.is_gift = Some(true)).unwrap_err();
    assert_eq!(paths_and_codes(&error.violations), [("/giftName", "dependentRequired")]);
    assert!(Valid::try_from(error.value.gift_name("Ada")).is_ok());
}

#[test]
fn hides_sensitive_values() {
    let [ada, grace] = ["Ada", "Grace"].map(|name| order().gift_name(name).loyalty_cards([card()]));
    let shown = format!("{ada:?} {:?}", CardNumber::from("EW12345672"));
    assert!(!shown.contains("Ada") && !shown.contains("EW1234"), "{shown}");
    assert_eq!(diff(&ada, &grace), ["/giftName"]);
    assert!(format!("{:?}", Revealed(&ada)).contains("Ada"));
}

#[test]
fn policies_limit_custom_and_nested_types() {
    let policy = policy();
    let error = from_json_with::<WalletOrder>(VALID_ORDER.as_bytes(), &policy).unwrap_err();
    assert_eq!(error.to_string(), "/loyaltyCards/0/points must be at most 500");
    let mut long = order().pickup_point_id("＃1").pickup_phone("1");
    long.order_description = "x".repeat(65);
    assert_eq!(
        paths_and_codes(&long.validate_with(&policy).unwrap_err()),
        [("/orderDescription", "maxLength"), ("/pickupPointId", "forbiddenCharacter")]
    );
    let error = Policy::from_toml(include_str!("../policy.toml")).unwrap_err();
    assert!(error.message().starts_with("unknown type"), "{error}");
    let misspelled = "fields.LoyaltyCards.points.maximum = 1";
    let error = Policy::from_toml_with_types(misspelled, &[WalletOrder::SCHEMA]).unwrap_err();
    assert!(error.message().ends_with("did you mean `LoyaltyCard`?"), "{error}");
    let json = r#"{"fields": {"Installments": {"count": {"maximum": 3}}}}"#;
    assert!(Policy::from_json_with_types(json, &[Installments::SCHEMA]).is_ok());
}

#[test]
fn runs_custom_checks() {
    let policy = Policy::strict().check::<LoyaltyCard>(|card, cx| {
        if card.level == LoyaltyLevel::Basic && card.points.is_some() {
            cx.field("points").report(miniprogram_protocol::ViolationKind::AdditionalProperties);
        }
    });
    let json = VALID_ORDER.replace("GOLD", "BASIC");
    let error = check_json_with::<WalletOrder>(json.as_bytes(), &policy).unwrap_err();
    assert_eq!(
        paths_and_codes(error.violations()),
        [("/loyaltyCards/0/points", "additionalProperties")]
    );
}

#[test]
fn describes_types_as_data() {
    let schema = WalletOrder::SCHEMA;
    assert_eq!(schema.source, SourceDocument::Other("Example Wallet integration guide"));
    assert_eq!(LoyaltyLevel::ENUM_SCHEMA.values, ["BASIC", "GOLD", "PLATINUM"]);
    let format = Format::Custom(&CARD_NUMBER);
    assert!(format.samples().iter().all(|sample| format.matches(sample)));
    assert!(!format.near_misses().iter().any(|near_miss| format.matches(near_miss)));
}

#[test]
fn exports_json_schema() {
    let document = json_schema::document(WalletOrder::SCHEMA);
    let definitions = &document["$defs"];
    let card = &definitions["LoyaltyCard"]["properties"];
    assert_eq!(card["number"]["pattern"], "^EW[0-9]{8}$");
    assert_eq!(card["number"]["format"], "wallet-card-number");
    assert_eq!(card["level"]["allOf"], json!([{ "$ref": "#/$defs/LoyaltyLevel" }]));
    assert_eq!(definitions["LoyaltyLevel"]["enum"], json!(["BASIC", "GOLD", "PLATINUM"]));
    assert_eq!(card["level"]["examples"], json!(["GOLD"]));
    assert_eq!(definitions["WalletOrder"]["properties"]["loyaltyCards"]["maxItems"], 3);
    assert_eq!(definitions["Goods"], json_schema::document(Order::SCHEMA)["$defs"]["Goods"]);

    let mut generator = schemars::SchemaGenerator::default();
    generator.subschema_for::<WalletOrder>();
    let derived = Value::Object(generator.take_definitions(true));
    assert_eq!(derived["LoyaltyCard"], definitions["LoyaltyCard"]);
    assert_eq!(derived["Order"], Value::Null);

    let mut components = Vec::new();
    <WalletOrder as utoipa::ToSchema>::schemas(&mut components);
    assert!(components.iter().any(|(name, _)| name == "Installments"));
}

fn schemas() -> [&'static Schema; 3] {
    [WalletOrder::SCHEMA, LoyaltyCard::SCHEMA, Installments::SCHEMA]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn generated_values_are_valid(order in generate::valid::<WalletOrder>()) {
        prop_assert!(order.validate().is_ok());
        let json = serde_json::to_vec(&order).unwrap();
        prop_assert_eq!(from_json::<WalletOrder>(&json).unwrap().into_inner(), order);
    }

    #[test]
    fn realistic_values_are_valid(order in generate::realistic::<WalletOrder>()) {
        prop_assert!(order.validate().is_ok());
    }

    #[test]
    fn generated_values_are_valid_under_the_policy(
        order in generate::valid_with::<WalletOrder>(&policy()),
    ) {
        prop_assert!(order.validate_with(&policy()).is_ok());
    }

    #[test]
    fn reports_injected_violations(
        (document, schema) in (0_usize..3).prop_flat_map(|index| {
            let schema = schemas()[index];
            (generate::invalid_document(schema), Just(schema))
        }),
    ) {
        let error = schema.check_json_with(&document.document.to_json(), &Policy::strict()).unwrap_err();
        let mut expected: Vec<_> = document.violations.iter().map(|it| (&*it.path, it.code)).collect();
        let mut found = paths_and_codes(error.violations());
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn arbitrary_values_do_not_panic(bytes: Vec<u8>) {
        let mut bytes = Unstructured::new(&bytes);
        let (order, card): (WalletOrder, Valid<LoyaltyCard>) = bytes.arbitrary().unwrap();
        let _ = order.validate();
        prop_assert!(card.validate().is_ok());
    }
}
