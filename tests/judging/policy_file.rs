//! Policies from files, and in settings.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use miniprogram_protocol::{
    Deviation, FieldLimits, ForbiddenCharacters, Pattern, Policy, PolicyFileError,
    UnknownFieldPolicy, check_json_with,
    dictionary::{Amount, DeployAppInfo, Goods, Order},
    endpoint::MerchantSyncRequest,
};
use serde::{
    Deserialize,
    de::value::{self, MapDeserializer},
};

/// Every key that there is.
const TOML: &str = r#"
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

/// The same, from the end to the beginning.
const JSON: &str = r#"{
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

/// The same in Rust, row by row in the order of the documents.
fn in_rust() -> Policy {
    let length = |most| FieldLimits::new().max_length(most);
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
                .forbidden_characters(ForbiddenCharacters::of("<>")),
        )
        .unwrap()
        .limit_field::<Order>(
            "orderDescription",
            length(128)
                .min_length(2)
                .forbidden_characters(ForbiddenCharacters::specification().and("!")),
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
fn every_key_does_what_its_function_does() {
    assert_eq!(Policy::from_toml(TOML).unwrap(), in_rust());
}

#[test]
fn toml_and_json_give_equal_policies_in_any_order_of_the_keys() {
    assert_eq!(Policy::from_json(JSON).unwrap(), Policy::from_toml(TOML).unwrap());
}

#[test]
fn names_of_bases_characters_and_unknown_members_stand_for_those_of_the_library() {
    for (text, policy) in [
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
            Policy::strict().forbidden_characters(&ForbiddenCharacters::extended().and("<")),
        ),
    ] {
        assert_eq!(Policy::from_toml(text).unwrap(), policy, "{text}");
    }
}

#[test]
fn a_policy_that_refuses_less_than_its_base_tolerates_the_rest() {
    let policy = Policy::from_toml("allow = ['amountAsString']").unwrap();
    assert_eq!(policy, Policy::strict().allow(Deviation::AmountAsString));
    let policy = Policy::from_toml("allow = []").unwrap();
    assert_eq!(policy, Policy::strict());
    let names = Deviation::ALL.iter().map(|deviation| deviation.name()).collect::<Vec<_>>();
    let text = format!("base = 'lenient'\ndeny = {names:?}");
    assert_eq!(Policy::from_toml(&text).unwrap(), Policy::strict());
}

#[test]
fn the_example_limits_four_rows() {
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
fn the_policy_in_the_readme_is_one() {
    let readme = include_str!("../../README.md");
    let policy = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    assert!(Policy::from_toml(policy.unwrap()).is_ok());
}

#[test]
fn a_pattern_of_a_file_is_a_rule_of_its_row() {
    let policy = Policy::from_toml("fields.Amount.currency.pattern = 'P.*'").unwrap();
    let code = |json: &str| match check_json_with::<Amount>(json.as_bytes(), &policy) {
        Ok(_) => "",
        Err(error) => error.violations()[0].code(),
    };
    assert_eq!(code(r#"{"currency":"PHP","value":1}"#), "");
    assert_eq!(code(r#"{"currency":"USD","value":1}"#), "pattern");
}

#[test]
fn a_policy_is_a_part_of_settings() {
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
    assert_eq!(error.message(), "a policy has no key `maxdepth`; did you mean `maxDepth`?");
    assert_eq!(error.span(), Some(17..25));
}

/// What is wrong, and where.
fn told(read: Result<Policy, PolicyFileError>) -> String {
    let error = read.unwrap_err();
    let told = error.to_string();
    let place = format!("line {} column {}: ", error.line(), error.column());
    assert_eq!(told, place + error.message());
    told
}

/// Each text is no policy, for the reason that is told.
#[track_caller]
fn assert_told(faults: &[(&str, &str)]) {
    for (toml, expected) in faults {
        assert_eq!(told(Policy::from_toml(toml)), *expected, "{toml}");
    }
}

#[test]
fn a_name_that_is_not_known_is_told_with_the_nearest_one() {
    assert_told(&[
        (
            "\n\nmaxbytes = 1",
            "line 3 column 1: a policy has no key `maxbytes`; did you mean `maxBytes`?",
        ),
        ("kangaroo = 1", "line 1 column 1: a policy has no key `kangaroo`"),
        (
            "base = 'Tolerant'",
            "line 1 column 8: base must be one of strict, lenient, not `Tolerant`",
        ),
        (
            "allow = [\n  'amountAsString',\n  'amountasstrin',\n]",
            "line 3 column 3: there is no deviation `amountasstrin`; did you mean `amountAsString`?",
        ),
        (
            "deny = ['unknownEnumValue', 'unknownEnumValue']",
            "line 1 column 29: duplicate `unknownEnumValue` in deny",
        ),
        (
            "deny = ['unknownEnumValue']\nallow = ['unknownEnumValue']",
            "line 1 column 9: `unknownEnumValue` is both in allow and in deny",
        ),
        (
            "[fields.order.goods]\nmaxItems = 1",
            "line 1 column 9: there is no type `order`; did you mean `Order`?",
        ),
        (
            "[fields.Order.good]\nmaxItems = 1",
            "line 1 column 15: Order has no field `good`; did you mean `goods`?",
        ),
        (
            "[fields.Order.goods]\nmaxitems = 1",
            "line 2 column 1: a field has no limit `maxitems`; did you mean `maxItems`?",
        ),
        (
            "unknownFields = 'drop'",
            "line 1 column 17: unknownFields must be one of keep, ignore, reject, not `drop`",
        ),
        (
            "forbiddenCharacters = 'lax'",
            "line 1 column 23: forbiddenCharacters must be one of specification, extended, none, or a \
             table with the key characters, not `lax`",
        ),
        (
            "forbiddenCharacters = { base = 'extended' }",
            "line 1 column 23: forbiddenCharacters needs the key characters",
        ),
        (
            "forbiddenCharacters = { character = '#' }",
            "line 1 column 25: forbiddenCharacters has no key `character`; did you mean \
             `characters`?",
        ),
    ]);
}

#[test]
fn a_limit_that_its_row_cannot_have_is_told() {
    assert_told(&[
        (
            "[fields.Order.goods]\nmaxLength = 10",
            "line 2 column 1: maxLength is for strings, but Order.goods has type Array<Goods>; did \
             you mean maxItems?",
        ),
        (
            "[fields.Order.referenceOrderId]\npattern = '[0-9'",
            "line 2 column 11: pattern: unclosed character class, at character 1",
        ),
        ("[fields.Order.referenceOrderId]\nenum = []", "line 2 column 8: enum must not be empty"),
        (
            "[fields.Order.referenceOrderId]\nenum = ['1', '1']",
            "line 2 column 14: duplicate `1` in enum",
        ),
        (
            "[fields.Order.referenceOrderId]\nminLength = 9\nmaxLength = 8",
            "line 1 column 1: these limits exclude every value of Order.referenceOrderId",
        ),
    ]);
}

#[test]
fn rejects_files_by_which_nothing_is_valid() {
    assert_told(&[
        (
            "[fields.Env.osType]\nmaxLength = 2",
            "line 1 column 1: these limits exclude every value of Env.osType",
        ),
        (
            "base = 'lenient'\n[fields.Merchant.merchantMCC]\nmaxLength = 3",
            "line 2 column 1: these limits exclude every value of Merchant.merchantMCC",
        ),
        (
            "fields.Merchant.referenceMerchantId.enum = ['M1']\nforbiddenCharacters = { characters = 'M' }",
            "line 1 column 17: these limits exclude every value of Merchant.referenceMerchantId",
        ),
    ]);
    assert!(Policy::from_toml("fields.Env.osType.maxLength = 2\nbase = 'lenient'").is_ok());
}

#[test]
fn a_value_of_another_type_is_told() {
    assert_told(&[
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
            "line 1 column 22: the limits of Order.goods must be a table, not a number",
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
            "line 1 column 38: enum must be an array of strings, but has a number",
        ),
    ]);
}

#[test]
fn what_texts_cannot_have_is_told_by_other_formats() {
    let keys = MapDeserializer::<_, value::Error>::new([(1_u8, true)].into_iter());
    let error = Policy::deserialize(keys).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: integer `1`, expected a key");
    let bytes = value::BytesDeserializer::<value::Error>::new(b"lenient");
    let error = Policy::deserialize(bytes).unwrap_err();
    let expected = "invalid type: byte array, expected that a policy must be a table";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_number_is_one_in_the_shape_that_serde_json_may_give_it() {
    let number = r#"{"$serde_json::private::Number": "7"}"#;
    let policy = Policy::from_json(&format!(r#"{{"maxDepth": {number}}}"#));
    assert_eq!(policy.unwrap(), Policy::strict().max_depth(7));
    for (key, told) in [
        ("fields", "fields must be a table of tables, not a number"),
        ("unknownFields", "unknownFields must be one of keep, ignore, reject, not a number"),
    ] {
        let error = Policy::from_json(&format!(r#"{{"{key}": {number}}}"#)).unwrap_err();
        assert_eq!(error.message(), told);
    }
}

#[test]
fn rejects_what_is_no_integer_of_json() {
    for text in ["+5", "05", "5 ", " 5", "5.0", "5e0", "-0", "18446744073709551616", "x", ""] {
        let json = format!(r#"{{"maxItems": {{"$serde_json::private::Number": "{text}"}}}}"#);
        let message = "maxItems must be an integer from 0 to 18446744073709551615, not this number";
        assert_eq!(Policy::from_json(&json).unwrap_err().message(), message, "{text}");
    }
    for number in ["5.0", "-0", "18446744073709551616"] {
        let error = Policy::from_json(&format!(r#"{{"maxItems": {number}}}"#)).unwrap_err();
        assert!(error.message().ends_with("not this number"), "{number}");
    }
}

#[test]
fn a_number_out_of_range_is_told() {
    assert_told(&[
        (
            "maxDepth = 99999999999999999999",
            "line 1 column 12: maxDepth must be an integer from 1 to 128, not 99999999999999999999",
        ),
        ("maxDepth = 129", "line 1 column 12: maxDepth must be an integer from 1 to 128, not 129"),
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
fn a_text_that_is_no_toml_is_told() {
    assert_told(&[
        ("maxBytes = 1\nmaxBytes = 2", "line 2 column 1: duplicate key"),
        ("base = ", "line 1 column 8: string values must be quoted, expected literal string"),
    ]);
}

#[test]
fn a_fault_of_a_json_file_has_the_place_where_its_key_or_value_begins() {
    for (json, expected) in [
        ("{\n  \"é\": 1}", "line 2 column 3: a policy has no key `é`"),
        (
            "{\"maxDepth\": 1, \"\\u006daxDepth\"\n: 2}",
            "line 1 column 17: duplicate key `maxDepth`",
        ),
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
            "line 1 column 55: pattern: unclosed character class, at character 5",
        ),
        (
            "{\"fields\": {\"Order\": {\"orderDescription\":\n {\"enum\":\n [] }}}}",
            "line 3 column 2: enum must not be empty",
        ),
        (
            "{\"fields\": {\"Order\": {\"orderDescription\":\n {\"minLength\": 1, \"maxLength\": 0 }}}}",
            "line 2 column 2: these limits exclude every value of Order.orderDescription",
        ),
        (
            "{\"maxDepth\":\n\t1000}",
            "line 2 column 2: maxDepth must be an integer from 1 to 128, not 1000",
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
    ] {
        assert_eq!(told(Policy::from_json(json)), expected, "{json}");
    }
}

#[test]
fn what_a_message_quotes_is_cut_and_without_control_characters() {
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
        let told = told(Policy::from_toml(&toml));
        assert!(told.contains(&quoted) && told.len() < 300, "{told}");
    }
    for (name, shown) in [
        (r"\u001b[31m", r"`\u{1b}[31m`"),
        // What would be taken for the place.
        (" at line 7 column 8", "` at line 7 column 8`"),
    ] {
        let told = told(Policy::from_json(&format!(r#"{{"{name}": 1}}"#)));
        assert_eq!(told, format!("line 1 column 2: a policy has no key {shown}"));
    }
}

#[test]
fn a_hostile_text_is_a_fault_like_another() {
    let deep = |levels, (open, close): (&str, &str)| open.repeat(levels) + &close.repeat(levels);
    for levels in [100, 100_000] {
        told(Policy::from_json(&deep(levels, ("[", "]"))));
        told(Policy::from_json(&format!(r#"{{"fields": {}}}"#, deep(levels, ("[", "]")))));
        told(Policy::from_toml(&format!("fields = {}", deep(levels, ("[", "]")))));
        told(Policy::from_toml(&format!("fields = {}", deep(levels, ("{a=", "}")))));
        told(Policy::from_toml(&format!("fields{} = 1", ".a".repeat(levels))));
    }
    let values = (0..200_000).chain([0]).map(|n| n.to_string()).collect::<Vec<_>>();
    let many = format!("fields.Order.extendInfo.enum = {values:?}");
    assert!(told(Policy::from_toml(&many)).ends_with("duplicate `0` in enum"));
    let digits = "9".repeat(100_000);
    let huge = told(Policy::from_json(&format!(r#"{{"maxItems": {digits}}}"#)));
    assert!(huge.len() < 300, "{huge}");
    let huge = told(Policy::from_toml(&format!("maxItems = {digits}")));
    assert!(huge.len() < 300, "{huge}");
}
