//! Tests policies that are read from TOML, from JSON and as part of other settings.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Deviation, Edition, FieldLimits, ForbiddenCharacters, Pattern, Policy, PolicyFileError,
    UnknownFieldPolicy, Validate, check_json_with,
    dictionary::{Amount, DeployAppInfo, Goods, Merchant, MerchantRequired, Order},
    endpoint::{MerchantSyncRequest, PayRequest},
};
use serde::{
    Deserialize,
    de::value::{self, MapDeserializer},
};

/// A policy that contains every key.
const POLICY_TOML: &str = r#"
base = "lenient"
allow = ["amountAsString", "dateOnly"]
deny = ["unknownEnumValue"]
unknownFields = "reject"
forbiddenCharacters = "extended"
maxViolations = 7
maxBytes = 1_000_000
maxDepth = 32
maxItems = 1000
maxUnknownFields = 100

[fields.Order.referenceOrderId]
pattern = "[0-9]{8,32}"
forbiddenCharacters = { characters = "<>" }

[fields.Order.orderDescription]
minLength = 2
maxLength = 128
forbiddenCharacters = { base = "specification", characters = "!" }

[fields.DeployAppInfo]
serviceTel = { maxLength = 20 }
searchKeywords = { maxItems = 3, maxLength = 4 }

[fields]
MerchantSyncRequest.platformId.enum = ["GCASH", "DANA"]
Amount.value = { minimum = 1, maximum = 9_000_000_000 }
Goods.goodsCategory = { unconstrained = true, maxLength = 9 }
Goods.referenceGoodsId = { unconstrained = false }
"#;

/// The policy [`POLICY_TOML`] as JSON, with its keys in reverse order.
const POLICY_JSON: &str = r#"{
    "fields": {
        "Goods": {
            "referenceGoodsId": {"unconstrained": false},
            "goodsCategory": {"maxLength": 9, "unconstrained": true}
        },
        "Amount": {"value": {"maximum": 9000000000, "minimum": 1}},
        "MerchantSyncRequest": {"platformId": {"enum": ["GCASH", "DANA"]}},
        "DeployAppInfo": {
            "searchKeywords": {"maxLength": 4, "maxItems": 3},
            "serviceTel": {"maxLength": 20}
        },
        "Order": {
            "orderDescription": {
                "forbiddenCharacters": {"characters": "!", "base": "specification"},
                "maxLength": 128,
                "minLength": 2
            },
            "referenceOrderId": {
                "forbiddenCharacters": {"characters": "<>"},
                "pattern": "[0-9]{8,32}"
            }
        }
    },
    "maxUnknownFields": 100,
    "maxItems": 1000,
    "maxDepth": 32,
    "maxBytes": 1000000,
    "maxViolations": 7,
    "forbiddenCharacters": "extended",
    "unknownFields": "reject",
    "deny": ["unknownEnumValue"],
    "allow": ["dateOnly", "amountAsString"],
    "base": "lenient"
}"#;

/// Builds the policy [`POLICY_TOML`] with its fields in schema order.
fn build_policy() -> Policy {
    let length = |max| FieldLimits::new().max_length(max);
    Policy::lenient()
        .deny(Deviation::UnknownEnumValue)
        .unknown_fields(UnknownFieldPolicy::Reject)
        .forbidden_characters(&ForbiddenCharacters::extended())
        .max_violations(7)
        .max_bytes(1_000_000)
        .max_depth(32)
        .max_items(1000)
        .max_unknown_fields(100)
        .limit_field::<Amount>("value", FieldLimits::new().minimum(1).maximum(9_000_000_000))
        .unwrap()
        .limit_field::<Order>(
            "referenceOrderId",
            FieldLimits::new()
                .pattern(Pattern::new("[0-9]{8,32}").unwrap())
                .forbidden_characters(ForbiddenCharacters::new("<>")),
        )
        .unwrap()
        .limit_field::<Order>(
            "orderDescription",
            length(128)
                .min_length(2)
                .forbidden_characters(ForbiddenCharacters::specification().with("!")),
        )
        .unwrap()
        .limit_field::<Goods>("referenceGoodsId", FieldLimits::new())
        .unwrap()
        .limit_field::<Goods>("goodsCategory", FieldLimits::unconstrained().max_length(9))
        .unwrap()
        .limit_field::<DeployAppInfo>("serviceTel", length(20))
        .unwrap()
        .limit_field::<DeployAppInfo>("searchKeywords", length(4).max_items(3))
        .unwrap()
        .limit_field::<MerchantSyncRequest>(
            "platformId",
            FieldLimits::new().values(["GCASH", "DANA"]),
        )
        .unwrap()
}

#[test]
fn maps_keys_to_builder_methods() {
    assert_eq!(Policy::from_toml(POLICY_TOML).unwrap(), build_policy());
}

#[test]
fn reads_equal_policies_from_json_and_toml() {
    assert_eq!(Policy::from_json(POLICY_JSON).unwrap(), Policy::from_toml(POLICY_TOML).unwrap());
}

#[test]
fn reads_every_predefined_name() {
    for (toml, policy) in [
        ("", Policy::strict()),
        ("base = 'strict'", Policy::strict()),
        ("base = 'lenient'", Policy::lenient()),
        ("fields = {}", Policy::strict()),
        ("unknownFields = 'keep'", Policy::strict()),
        ("unknownFields = 'ignore'", Policy::strict().unknown_fields(UnknownFieldPolicy::Ignore)),
        (
            "forbiddenCharacters = 'specification'",
            Policy::strict().forbidden_characters(&ForbiddenCharacters::specification()),
        ),
        (
            "forbiddenCharacters = 'none'",
            Policy::strict().forbidden_characters(&ForbiddenCharacters::none()),
        ),
        (
            "forbiddenCharacters = { characters = '<', base = 'extended' }",
            Policy::strict().forbidden_characters(&ForbiddenCharacters::extended().with("<")),
        ),
    ] {
        assert_eq!(Policy::from_toml(toml).unwrap(), policy, "{toml}");
    }
}

#[test]
fn allows_and_denies_deviations() {
    let policy = Policy::from_toml("allow = ['amountAsString']").unwrap();
    assert_eq!(policy, Policy::strict().allow(Deviation::AmountAsString));
    let policy = Policy::from_toml("allow = []").unwrap();
    assert_eq!(policy, Policy::strict());
    let names = Deviation::ALL.iter().map(|deviation| deviation.name()).collect::<Vec<_>>();
    let toml = format!("base = 'lenient'\ndeny = {names:?}");
    assert_eq!(Policy::from_toml(&toml).unwrap(), Policy::strict());
}

#[test]
fn reads_example_policy() {
    let policy = Policy::from_toml(include_str!("../../examples/policies/tenant.toml")).unwrap();
    let same = Policy::lenient()
        .deny(Deviation::UnknownEnumValue)
        .max_bytes(1_000_000)
        .limit_field::<Order>(
            "referenceOrderId",
            FieldLimits::new().pattern(Pattern::new("[0-9]{8,32}").unwrap()),
        )
        .unwrap()
        .limit_field::<Order>("orderDescription", FieldLimits::new().max_length(128))
        .unwrap()
        .limit_field::<DeployAppInfo>("serviceTel", FieldLimits::new().max_length(20))
        .unwrap()
        .limit_field::<MerchantSyncRequest>(
            "platformId",
            FieldLimits::new().values(["GCASH", "DANA"]),
        )
        .unwrap();
    assert_eq!(policy, same);
}

#[test]
fn reads_policy_in_readme() {
    let readme = include_str!("../../README.md");
    let mut files = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let policy = files.find(|file| file.contains("base = ")).unwrap();
    assert!(Policy::from_toml(policy).is_ok());
}

#[test]
fn applies_patterns() {
    let policy = Policy::from_toml("fields.Amount.currency.pattern = 'P.*'").unwrap();
    let code = |json: &str| match check_json_with::<Amount>(json.as_bytes(), &policy) {
        Ok(_) => "",
        Err(error) => error.violations()[0].kind().code(),
    };
    assert_eq!(code(r#"{"currency":"PHP","value":1}"#), "");
    assert_eq!(code(r#"{"currency":"USD","value":1}"#), "pattern");
}

#[test]
fn deserializes_as_part_of_settings() {
    #[derive(Deserialize)]
    struct Settings {
        port: u16,
        #[serde(default)]
        policy: Policy,
    }

    let settings: Settings = toml::from_str("port = 80\npolicy.maxDepth = 3").unwrap();
    assert_eq!((settings.port, settings.policy), (80, Policy::strict().max_depth(3)));
    let settings: Settings = serde_json::from_str(r#"{"port":80}"#).unwrap();
    assert_eq!(settings.policy, Policy::strict());

    let error = toml::from_str::<Settings>("port = 80\npolicy.maxdepth = 3").err().unwrap();
    assert_eq!(error.message(), "unknown key `maxdepth`; did you mean `maxDepth`?");
    assert_eq!(error.span(), Some(17..25));
}

/// Returns the `Display` output of an error, and asserts that it consists of the location and the
/// message.
fn displayed_error(result: Result<Policy, PolicyFileError>) -> String {
    let error = result.unwrap_err();
    let displayed = error.to_string();
    let location = format!("line {} column {}: ", error.line(), error.column());
    assert_eq!(displayed, location + error.message());
    displayed
}

/// Asserts that each TOML document is rejected with the given error.
#[track_caller]
fn assert_toml_errors(cases: &[(&str, &str)]) {
    for (toml, expected) in cases {
        assert_eq!(displayed_error(Policy::from_toml(toml)), *expected, "{toml}");
    }
}

#[test]
fn reads_the_edition() {
    let limits = "[fields.PayRequest.extendInfo]\nmaxLength = 3000";
    let policy = Policy::from_toml(&format!("edition = 'v1'\n{limits}")).unwrap();
    let edition = Policy::strict().edition(Edition::V1);
    assert_eq!(Policy::from_json(r#"{"edition": "v1"}"#).unwrap(), edition);
    let limits = FieldLimits::new().max_length(3000);
    assert_eq!(policy, edition.limit_field::<PayRequest>("extendInfo", limits).unwrap());
}

#[test]
fn suggests_nearest_name() {
    assert_toml_errors(&[
        ("\n\nmaxbytes = 1", "line 3 column 1: unknown key `maxbytes`; did you mean `maxBytes`?"),
        ("kangaroo = 1", "line 1 column 1: unknown key `kangaroo`"),
        (
            "edition = 'mandri'",
            "line 1 column 11: edition must be one of v2, v1, alipayPlus, mandiri, tng, beSuperAppV1, \
             gcashV1, qiV1, not `mandri`; did you mean `mandiri`?",
        ),
        ("edition = 1", "line 1 column 11: edition must be a string, not a number"),
        (
            "base = 'Tolerant'",
            "line 1 column 8: base must be one of strict, lenient, not `Tolerant`",
        ),
        (
            "allow = [\n  'amountAsString',\n  'amountasstrin',\n]",
            "line 3 column 3: unknown deviation `amountasstrin`; did you mean `amountAsString`?",
        ),
        (
            "deny = ['unknownEnumValue', 'unknownEnumValue']",
            "line 1 column 29: duplicate `unknownEnumValue` in deny",
        ),
        (
            "deny = ['unknownEnumValue']\nallow = ['unknownEnumValue']",
            "line 1 column 9: `unknownEnumValue` must not be in both allow and deny",
        ),
        (
            "[fields.order.goods]\nmaxItems = 1",
            "line 1 column 9: unknown type `order`; did you mean `Order`?",
        ),
        (
            "[fields.Order.good]\nmaxItems = 1",
            "line 1 column 15: Order has no field `good`; did you mean `goods`?",
        ),
        (
            "[fields.Order.goods]\nmaxitems = 1",
            "line 2 column 1: unknown limit `maxitems`; did you mean `maxItems`?",
        ),
        (
            "unknownFields = 'drop'",
            "line 1 column 17: unknownFields must be one of keep, ignore, reject, not `drop`",
        ),
        (
            "forbiddenCharacters = 'lax'",
            "line 1 column 23: forbiddenCharacters must be one of specification, extended, none, or a \
             table with the key `characters`, not `lax`",
        ),
        (
            "forbiddenCharacters = { base = 'extended' }",
            "line 1 column 23: forbiddenCharacters must have the key `characters`",
        ),
        (
            "forbiddenCharacters = { character = '#' }",
            "line 1 column 25: unknown `forbiddenCharacters` key `character`; did you mean \
             `characters`?",
        ),
    ]);
}

#[test]
fn rejects_limits_that_do_not_apply() {
    assert_toml_errors(&[
        (
            "[fields.Order.goods]\nmaxLength = 10",
            "line 2 column 1: maxLength applies to strings, but Order.goods has type Array<Goods>; did \
             you mean maxItems?",
        ),
        (
            "[fields.Order.referenceOrderId]\npattern = '[0-9'",
            "line 2 column 11: pattern: unclosed character class at character 1",
        ),
        ("[fields.Order.referenceOrderId]\nenum = []", "line 2 column 8: enum must not be empty"),
        (
            "[fields.Order.referenceOrderId]\nenum = ['1', '1']",
            "line 2 column 14: duplicate `1` in enum",
        ),
    ]);
}

#[test]
fn rejects_limits_that_exclude_every_value() {
    assert_toml_errors(&[
        (
            "[fields.Order.referenceOrderId]\nminLength = 9\nmaxLength = 8",
            "line 1 column 1: these limits exclude every value of Order.referenceOrderId",
        ),
        // The policy does not allow the deviation that would make some values valid.
        (
            "[fields.Env.osType]\nmaxLength = 2",
            "line 1 column 1: these limits exclude every value of Env.osType (enum OsType)",
        ),
        (
            "base = 'lenient'\n[fields.Merchant.merchantMCC]\nmaxLength = 3",
            "line 2 column 1: these limits exclude every value of Merchant.merchantMCC (format iso18245)",
        ),
        (
            "[fields.User]\nbirthDate.maxLength = 10\n[fields.Env]",
            "line 2 column 1: these limits exclude every value of User.birthDate (format date-time)",
        ),
        (
            "fields.User.birthDate.maxLength = 10\nbase = 'lenient'\ndeny = ['dateOnly', 'unixMillis']",
            "line 1 column 13: these limits exclude every value of User.birthDate (format date-time)",
        ),
        (
            "fields.Merchant.referenceMerchantId.enum = ['M1']\nforbiddenCharacters = { characters = 'M' }",
            "line 1 column 17: these limits exclude every value of Merchant.referenceMerchantId",
        ),
    ]);
    assert!(Policy::from_toml("fields.Env.osType.maxLength = 2\nbase = 'lenient'").is_ok());
    let json = r#"{"fields": {"Env": {"osType": {"maxLength": 2}}}, "base": "lenient"}"#;
    assert!(Policy::from_json(json).is_ok());
}

#[test]
fn accepts_allowed_characters_in_enums() {
    for file in [
        "forbiddenCharacters = 'none'\nfields.Merchant.referenceMerchantId.enum = ['M#1']",
        "fields.Merchant.referenceMerchantId.enum = ['M#1']\nforbiddenCharacters = 'none'",
    ] {
        let policy = Policy::from_toml(file).unwrap();
        let merchant = Merchant::new(MerchantRequired {
            reference_merchant_id: "M#1",
            merchant_name: "Shoe Shop",
        });
        assert!(merchant.validate_with(&policy).is_ok(), "{file}");
    }
}

#[test]
fn rejects_values_of_wrong_type() {
    assert_toml_errors(&[
        (
            "maxBytes = '1'",
            "line 1 column 12: maxBytes must be an integer from 2 to 18446744073709551615, not a string",
        ),
        (
            "maxDepth = 1.0",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not this number",
        ),
        (
            "maxDepth = true",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not a boolean",
        ),
        (
            "maxDepth = [1]",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not an array",
        ),
        (
            "maxDepth = {}",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not a table",
        ),
        (
            "maxDepth = 2026-01-01",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not a date-time",
        ),
        ("base = 1", "line 1 column 8: base must be one of strict, lenient, not a number"),
        (
            "fields = 2026-01-01",
            "line 1 column 10: fields must be a table of tables, not a date-time",
        ),
        (
            "fields.Order = 1",
            "line 1 column 16: the fields of Order must be a table of tables, not a number",
        ),
        (
            "fields.Order.goods = 10",
            "line 1 column 22: the limits on Order.goods must be a table, not a number",
        ),
        (
            "fields.Order.goods.unconstrained = 1",
            "line 1 column 36: unconstrained must be true or false, not a number",
        ),
        (
            "fields.Order.extendInfo.pattern = ['a']",
            "line 1 column 35: pattern must be a string, not an array",
        ),
        (
            "allow = 'amountAsString'",
            "line 1 column 9: allow must be an array of names of deviations, not a string",
        ),
        (
            "fields.Order.extendInfo.enum = ['a', 1]",
            "line 1 column 38: enum must be an array of strings, but found a number",
        ),
    ]);
}

#[test]
fn rejects_types_of_other_formats() {
    let keys = MapDeserializer::<_, value::Error>::new([(1_u8, true)].into_iter());
    let error = Policy::deserialize(keys).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: integer `1`, expected a key");
    let bytes = value::BytesDeserializer::<value::Error>::new(b"lenient");
    let error = Policy::deserialize(bytes).unwrap_err();
    let expected = "invalid type: byte array, expected that a policy must be a table";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn reads_arbitrary_precision_numbers() {
    let number = r#"{"$serde_json::private::Number": "7"}"#;
    let policy = Policy::from_json(&format!(r#"{{"maxDepth": {number}}}"#));
    assert_eq!(policy.unwrap(), Policy::strict().max_depth(7));
    for (key, message) in [
        ("fields", "fields must be a table of tables, not a number"),
        ("unknownFields", "unknownFields must be one of keep, ignore, reject, not a number"),
    ] {
        let error = Policy::from_json(&format!(r#"{{"{key}": {number}}}"#)).unwrap_err();
        assert_eq!(error.message(), message);
    }
}

#[test]
fn rejects_numbers_that_are_not_integers() {
    for number in ["+5", "05", "5 ", " 5", "5.0", "5e0", "-0", "18446744073709551616", "x", ""] {
        let json = format!(r#"{{"maxItems": {{"$serde_json::private::Number": "{number}"}}}}"#);
        let message = "maxItems must be an integer from 0 to 18446744073709551615, not this number";
        assert_eq!(Policy::from_json(&json).unwrap_err().message(), message, "{number}");
    }
    for number in ["5.0", "-0", "18446744073709551616"] {
        let error = Policy::from_json(&format!(r#"{{"maxItems": {number}}}"#)).unwrap_err();
        assert!(error.message().ends_with("not this number"), "{number}");
    }
}

#[test]
fn rejects_numbers_out_of_range() {
    assert_toml_errors(&[
        (
            "maxDepth = 99999999999999999999",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not 99999999999999999999",
        ),
        ("maxDepth = 0", "line 1 column 12: maxDepth must be an integer from 1 to 128, not 0"),
        ("maxDepth = 129", "line 1 column 12: maxDepth must be an integer from 1 to 128, not 129"),
        // The shortest object, `{}`, has two bytes.
        (
            "maxBytes = 1",
            "line 1 column 12: maxBytes must be an integer from 2 to 18446744073709551615, not 1",
        ),
        (
            "maxItems = -1",
            "line 1 column 12: maxItems must be an integer from 0 to 18446744073709551615, not -1",
        ),
        (
            "fields.Order.extendInfo.maxLength = 4294967296",
            "line 1 column 37: maxLength must be an integer from 0 to 4294967295, not 4294967296",
        ),
        (
            "fields.Amount.value.maximum = 9223372036854775808",
            "line 1 column 31: maximum must be an integer from -9223372036854775808 to \
             9223372036854775807, not 9223372036854775808",
        ),
    ]);
}

#[test]
fn rejects_malformed_toml() {
    assert_toml_errors(&[
        ("maxBytes = 1\nmaxBytes = 2", "line 2 column 1: duplicate key"),
        ("base = ", "line 1 column 8: string values must be quoted, expected literal string"),
    ]);
}

/// Policies in JSON, each with its error.
const INVALID_JSON_POLICIES: &[(&str, &str)] = &[
    ("{\n  \"é\": 1}", "line 2 column 3: unknown key `é`"),
    ("{\"maxDepth\": 1, \"\\u006daxDepth\"\n: 2}", "line 1 column 17: duplicate key `maxDepth`"),
    (r#"{"fields": {"Order": {}, "Order": {}}}"#, "line 1 column 26: duplicate key `Order`"),
    (
        r#"{"fields": {"Order": {"goods": {}, "goods": {}}}}"#,
        "line 1 column 36: duplicate key `goods`",
    ),
    (
        r#"{"fields": {"Order": {"goods": {"maxItems": 1, "maxItems": 1}}}}"#,
        "line 1 column 48: duplicate key `maxItems`",
    ),
    (
        r#"{"forbiddenCharacters": {"characters": "", "characters": ""}}"#,
        "line 1 column 44: duplicate key `characters`",
    ),
    (
        r#"{"fields": {"Order": {"orderDescription": {"pattern": "\"]\\\\["}}}}"#,
        "line 1 column 55: pattern: unclosed character class at character 5",
    ),
    (
        "{\"fields\": {\"Order\": {\"orderDescription\":\n {\"enum\":\n [] }}}}",
        "line 3 column 2: enum must not be empty",
    ),
    (
        "{\"fields\": {\"Order\": {\"orderDescription\":\n {\"minLength\": 1, \"maxLength\": 0 }}}}",
        "line 2 column 2: these limits exclude every value of Order.orderDescription",
    ),
    // The policy does not allow the deviation that would make some values valid.
    (
        "{\"fields\": {\"Env\": {\n\"osType\": {\"maxLength\": 2}}}}",
        "line 2 column 11: these limits exclude every value of Env.osType (enum OsType)",
    ),
    (
        "{\"fields\": {\"User\": {\"birthDate\":\n{\"maxLength\": 10}}},\n\"base\": \"lenient\", \"deny\": [\"dateOnly\", \"unixMillis\"]}",
        "line 2 column 1: these limits exclude every value of User.birthDate (format date-time)",
    ),
    (
        "{\"maxDepth\":\n\t1000}",
        "line 2 column 2: maxDepth must be an integer from 1 to 128, not 1000",
    ),
    (r#"{"maxDepth": 0}"#, "line 1 column 14: maxDepth must be an integer from 1 to 128, not 0"),
    (
        r#"{"maxBytes": 1}"#,
        "line 1 column 14: maxBytes must be an integer from 2 to 18446744073709551615, not 1",
    ),
    (
        r#"{"maxDepth": 1e2}"#,
        "line 1 column 14: maxDepth must be an integer from 1 to 128, not this number",
    ),
    (
        r#"{"maxDepth": null}"#,
        "line 1 column 14: maxDepth must be an integer from 1 to 128, not null",
    ),
    ("[]", "line 1 column 1: a policy must be a table, not an array"),
    ("7", "line 1 column 1: a policy must be a table, not a number"),
    ("{\n\"maxDepth\": 1,}", "line 2 column 15: expected a field name in double quotes"),
    ("", "line 1 column 1: unexpected end of input"),
];

#[test]
fn locates_errors_in_json_files() {
    for (json, expected) in INVALID_JSON_POLICIES {
        assert_eq!(displayed_error(Policy::from_json(json)), *expected, "{json}");
    }
}

#[test]
fn truncates_and_escapes_quoted_names() {
    let long = "x".repeat(1_000_000);
    let quoted = format!("`{}…`", "x".repeat(64));
    for toml in [
        format!("{long} = 1"),
        format!("base = '{long}'"),
        format!("allow = ['{long}']"),
        format!("fields.{long}.a.b = 1"),
        format!("fields.Order.{long}.b = 1"),
        format!("fields.Order.goods.{long} = 1"),
        format!("fields.Order.extendInfo.enum = ['{long}', '{long}']"),
        format!("forbiddenCharacters = '{long}'"),
    ] {
        let displayed = displayed_error(Policy::from_toml(&toml));
        assert!(displayed.contains(&quoted) && displayed.len() < 300, "{displayed}");
    }
    for (name, shown) in [
        (r"\u001b[31m", r"`\u{1b}[31m`"),
        // This name resembles the location of an error.
        (" at line 7 column 8", "` at line 7 column 8`"),
    ] {
        let displayed = displayed_error(Policy::from_json(&format!(r#"{{"{name}": 1}}"#)));
        assert_eq!(displayed, format!("line 1 column 2: unknown key {shown}"));
    }
}

#[test]
fn rejects_malicious_files() {
    let deep = |levels, (open, close): (&str, &str)| open.repeat(levels) + &close.repeat(levels);
    for levels in [100, 100_000] {
        displayed_error(Policy::from_json(&deep(levels, ("[", "]"))));
        displayed_error(Policy::from_json(&format!(
            r#"{{"fields": {}}}"#,
            deep(levels, ("[", "]"))
        )));
        displayed_error(Policy::from_toml(&format!("fields = {}", deep(levels, ("[", "]")))));
        displayed_error(Policy::from_toml(&format!("fields = {}", deep(levels, ("{a=", "}")))));
        displayed_error(Policy::from_toml(&format!("fields{} = 1", ".a".repeat(levels))));
    }
    let values = (0..200_000).chain([0]).map(|n| n.to_string()).collect::<Vec<_>>();
    let many = format!("fields.Order.extendInfo.enum = {values:?}");
    assert!(displayed_error(Policy::from_toml(&many)).ends_with("duplicate `0` in enum"));
    let digits = "9".repeat(100_000);
    let huge = displayed_error(Policy::from_json(&format!(r#"{{"maxItems": {digits}}}"#)));
    assert!(huge.len() < 300, "{huge}");
    let huge = displayed_error(Policy::from_toml(&format!("maxItems = {digits}")));
    assert!(huge.len() < 300, "{huge}");
}
