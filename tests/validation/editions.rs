//! Tests editions: each difference from the default edition, and the paths of endpoints.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    Edition, FieldLimits, ForbiddenCharacters, Policy, ProtocolType, Schema, UnknownFieldPolicy,
    Validate, Violation, ViolationKind, check_json_with,
    endpoint::{
        CancelRequest, EndpointMetadata, InquiryPaymentRequest, NotifyPaymentRequest, PayRequest,
        PrepareRequest,
    },
    from_json, from_json_with,
    schema::{CrossFieldRule, FieldChange, FieldDifference, ValueType},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DIFFERENCES_TSV: &str = include_str!("../data/edition_differences.tsv");
const CODES_TSV: &str = include_str!("../data/edition_codes.tsv");
const PATHS_TSV: &str = include_str!("../data/edition_paths.tsv");

fn all_differences() -> impl Iterator<Item = &'static FieldDifference> {
    Edition::ALL.iter().flat_map(|edition| edition.own_differences())
}

#[test]
fn matches_differences_of_documentation() {
    let header = "edition\ttable\tfield\tchange\tsource".to_owned();
    let lines = all_differences().map(|each| {
        let FieldDifference { edition, schema, field, change, source, .. } = each;
        format!("{edition}\t{schema}\t{field}\t{change}\t{source}")
    });
    let lines: Vec<_> = [header].into_iter().chain(lines).collect();
    assert_eq!(lines, DIFFERENCES_TSV.lines().collect::<Vec<_>>());
}

#[test]
fn matches_paths_of_documentation() {
    let header = "edition\tendpoint\tpath\tsource".to_owned();
    let paths = Edition::ALL.iter().flat_map(|edition| edition.path_differences());
    let lines = paths
        .map(|each| format!("{}\t{}\t{}\t{}", each.edition, each.endpoint, each.path, each.source));
    let lines: Vec<_> = [header].into_iter().chain(lines).collect();
    assert_eq!(lines, PATHS_TSV.lines().collect::<Vec<_>>());
}

#[test]
fn documentation_lists_all_differences() {
    let documentation = include_str!("../../src/schema/editions.md");
    let fields = all_differences().map(|each| {
        let FieldDifference { edition, schema, field, change, source, .. } = each;
        format!("| `{edition}` | `{schema}.{field}` | {change} | {source} |\n")
    });
    assert!(documentation.contains(&fields.collect::<String>()));
    let paths = Edition::ALL.iter().flat_map(|edition| edition.path_differences());
    let paths = paths.map(|each| {
        format!(
            "| `{}` | `{}` | `{}` | {} |\n",
            each.edition, each.endpoint, each.path, each.source
        )
    });
    assert!(documentation.contains(&paths.collect::<String>()));
    let codes = Edition::V1.code_differences().map(|each| {
        format!("| `{}` | `{}` | `{}` | {} |\n", each.edition, each.code, each.status, each.source)
    });
    assert!(documentation.ends_with(&codes.collect::<String>()));
}

#[test]
fn accepts_both_statuses_of_a_code_in_version_1() {
    let response = |status: &str| {
        let result = json!({"resultCode": "REQUEST_TRAFFIC_EXCEED_LIMIT", "resultStatus": status});
        BTreeMap::from([("result".to_owned(), result)])
    };
    let schema = Schema::by_name("PayResponse").unwrap();
    let violation = vec![("/result/resultStatus".to_owned(), "const".to_owned())];
    for (edition, expected) in
        [(Edition::V2, violation), (Edition::V1, vec![]), (Edition::GcashV1, vec![])]
    {
        let policy = Policy::strict().edition(edition);
        assert_eq!(violations(schema, &response("F"), &policy), []);
        assert_eq!(violations(schema, &response("U"), &policy), expected);
    }
    let lines = Edition::V1.code_differences();
    let lines: Vec<_> = lines
        .map(|each| format!("{}\t{}\t{}\t{}", each.edition, each.code, each.status, each.source))
        .collect();
    assert_eq!(lines, CODES_TSV.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn names_editions() {
    let names = Edition::ALL.iter().map(ToString::to_string).collect::<Vec<_>>();
    let expected = ["v2", "v1", "alipayPlus", "mandiri", "tng", "beSuperAppV1", "gcashV1", "qiV1"];
    assert_eq!(names, expected);
    for edition in Edition::ALL {
        assert_eq!(Edition::by_name(edition.name()), Some(*edition));
        assert_eq!(edition.base().is_none(), *edition == Edition::default());
    }
}

/// Cross-field rules ignore the edition, so they must not read a field that an edition omits.
#[test]
fn no_rule_names_a_field_that_editions_omit() {
    let omitted = all_differences().filter(|each| each.change == FieldChange::Absent);
    for FieldDifference { schema, field, .. } in omitted {
        let rules = Schema::by_name(schema).unwrap().cross_field_rules;
        let mut names = rules.iter().flat_map(CrossFieldRule::fields);
        assert!(names.all(|name| name.split('/').next() != Some(*field)), "{schema}.{field}");
    }
}

/// Returns a document that is valid in an edition: it has the fields that all editions require.
fn valid_document(schema: &Schema, edition: Edition) -> BTreeMap<String, Value> {
    let complete = common::complete_value(schema);
    let mut document: BTreeMap<_, _> =
        serde_json::from_value(common::minimal_value(schema)).unwrap();
    for difference in edition.differences().filter(|each| each.schema == schema.name) {
        let name = difference.field.to_owned();
        match difference.change {
            FieldChange::Required => {
                document.insert(name.clone(), complete[&name].clone());
            }
            FieldChange::Added(field) if field.required => {
                document.insert(name, json!("text"));
            }
            FieldChange::Absent => {
                document.remove(&name);
            }
            _ => {}
        }
    }
    document
}

/// Returns a valid and an invalid value of the changed field (`None` if the field is absent), and
/// the code of the violation.
fn cases(
    difference: &FieldDifference,
    valid: Option<&Value>,
) -> (Option<Value>, Option<Value>, &'static str) {
    let string = |length: u32| Some(json!("a".repeat(length as usize)));
    let schema = Schema::by_name(difference.schema).unwrap();
    match difference.change {
        FieldChange::Required => (valid.cloned(), None, "required"),
        FieldChange::Added(field) if field.required => (valid.cloned(), None, "required"),
        FieldChange::Added(field) => {
            let max_length = field.value_type.string_type().unwrap().constraints.max_length;
            (string(max_length.unwrap()), string(max_length.unwrap() + 1), "maxLength")
        }
        FieldChange::MaxLength(length) => (string(length), string(length + 1), "maxLength"),
        FieldChange::NoSpecialCharacters => (string(8), Some(json!("a@b")), "forbiddenCharacter"),
        FieldChange::AnyCharacters => (None, Some(json!("a@b")), "forbiddenCharacter"),
        FieldChange::Values(values) => (Some(json!(values[0])), Some(json!("OTHER")), "enum"),
        FieldChange::Absent => {
            let value = common::complete_value(schema).get(difference.field).cloned();
            (None, Some(value.unwrap_or(json!("text"))), "additionalProperties")
        }
        FieldChange::Optional | FieldChange::AnyNumberOfElements => (None, None, ""),
        other => panic!("no cases for {other}"),
    }
}

/// Returns the violations of a document, and asserts that all ways of reading it agree.
fn violations(
    schema: &Schema,
    document: &BTreeMap<String, Value>,
    policy: &Policy,
) -> Vec<(String, String)> {
    type Read = fn(&[u8], &Policy) -> Vec<(String, String)>;
    fn read<T: ProtocolType>() -> (&'static str, Read) {
        (T::SCHEMA.name, |json, policy| {
            let read = from_json_with::<T>(json, policy).map(|_| ());
            let validated = serde_json::from_slice::<T>(json)
                .ok()
                .map(|value| value.validate_with(policy).map(|_| ()));
            let read = read.map_err(|error| common::sorted_paths_and_codes(error.violations()));
            if let Some(validated) = validated {
                let validated =
                    validated.map_err(|violations| common::sorted_paths_and_codes(&violations));
                assert_eq!(read, validated, "{}", T::SCHEMA.name);
            }
            read.err().unwrap_or_default()
        })
    }
    let json = serde_json::to_vec(document).unwrap();
    let readers = common::for_each_type!(read);
    let (_, read) = readers.iter().find(|(name, _)| *name == schema.name).unwrap();
    let violations = common::violations_with_policy(schema, &json, policy);
    assert_eq!(violations, read(&json, policy), "{}", schema.name);
    violations
}

/// An edition with a difference accepts one document and rejects another. Its base edition gives a
/// different result for one of them.
#[test]
fn each_difference_changes_the_result() {
    for difference in all_differences() {
        let FieldDifference { edition, schema, field, change, .. } = difference;
        let schema = Schema::by_name(schema).unwrap();
        let strict = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
        let (own, base) =
            (strict.clone().edition(*edition), strict.edition(edition.base().unwrap()));
        let mut document = valid_document(schema, *edition);
        assert_eq!(violations(schema, &document, &own), [], "{edition} {}", schema.name);
        let (valid, invalid, code) = cases(difference, document.get(*field));
        let mut set = |value: Option<Value>| {
            match value {
                Some(value) => drop(document.insert((*field).to_owned(), value)),
                None => drop(document.remove(*field)),
            }
            let pointer = format!("/{field}");
            let of = |policy| {
                let all = violations(schema, &document, policy);
                all.into_iter().find(|(path, _)| *path == pointer).map(|(_, code)| code)
            };
            (of(&own), of(&base))
        };
        let expected = Some(code.to_owned());
        let context = format!("{edition} {}.{field}: {change}", schema.name);
        match change {
            FieldChange::Optional => {
                assert_eq!(set(None), (None, Some("required".to_owned())), "{context}");
            }
            FieldChange::AnyNumberOfElements => {
                let many = set(Some(json!(vec![json!({}); 6])));
                assert_eq!(many, (None, Some("maxItems".to_owned())), "{context}");
            }
            FieldChange::Added(_) => {
                assert_eq!(set(valid).0, None, "{context}");
                assert_eq!(set(Some(json!("text"))).1.as_deref(), Some("additionalProperties"));
                assert_eq!(set(invalid).0, expected, "{context}");
                assert_eq!(set(Some(json!(7))).0.as_deref(), Some("type"), "{context}");
            }
            FieldChange::AnyCharacters => {
                assert_eq!(set(invalid), (None, expected), "{context}");
            }
            // The limit in the base is lower.
            FieldChange::MaxLength(_) if schema.name == "SendInboxResponse" => {
                assert_eq!(set(invalid), (expected, None), "{context}");
            }
            _ => {
                assert_eq!(set(valid).0, None, "{context}");
                assert_eq!(set(invalid), (expected, None), "{context}");
            }
        }
    }
}

#[test]
fn edition_of_specification_changes_nothing() {
    assert_eq!(Policy::strict().edition(Edition::V2), Policy::strict());
    let reset = Policy::lenient().edition(Edition::QiV1).edition(Edition::V2);
    assert_eq!(reset, Policy::lenient());
    let replaced = Policy::strict().edition(Edition::QiV1).edition(Edition::Mandiri);
    assert_eq!(replaced, Policy::strict().edition(Edition::Mandiri));
}

#[test]
fn limits_of_the_policy_take_precedence() {
    let limit = |policy: Policy| {
        let limits = FieldLimits::new().max_length(3000);
        policy.limit_field::<PrepareRequest>("extendInfo", limits).unwrap()
    };
    let edition = |policy: Policy| policy.edition(Edition::BeSuperAppV1);
    let json = json!({"scopes": "AGREEMENT_PAY", "extendInfo": "a".repeat(3000)}).to_string();
    for policy in [edition(limit(Policy::strict())), limit(edition(Policy::strict()))] {
        assert!(check_json_with::<PrepareRequest>(json.as_bytes(), &policy).is_ok());
        let error = check_json_with::<PrepareRequest>(br#"{"scopes":"A"}"#, &policy).unwrap_err();
        assert_eq!(error.to_string(), "/extendInfo is required");
    }
}

#[test]
fn policy_and_edition_apply_in_any_order() {
    let extended = &ForbiddenCharacters::extended();
    let changes: [fn(Policy, &ForbiddenCharacters) -> Policy; 3] = [
        |policy, characters| policy.forbidden_characters(characters),
        |policy, _| {
            let limits = FieldLimits::new().forbidden_characters(ForbiddenCharacters::new("!"));
            policy.limit_field::<CancelRequest>("extendInfo", limits).unwrap()
        },
        |policy, _| {
            let limits = FieldLimits::new().max_length(4096);
            policy.limit_field::<PayRequest>("extendInfo", limits).unwrap()
        },
    ];
    for edition in Edition::ALL {
        let all = |policy| changes.iter().fold(policy, |policy, change| change(policy, extended));
        let expected = all(Policy::strict().edition(*edition));
        assert_eq!(all(Policy::strict()).edition(*edition), expected);
        for other in Edition::ALL {
            let policy = all(Policy::strict().edition(*other)).edition(*edition);
            assert_eq!(policy, expected, "{other}, then {edition}");
        }
    }
}

#[test]
fn forbidden_characters_depend_on_edition() {
    let codes = |policy: Policy, edition, schema: &str| {
        let schema = Schema::by_name(schema).unwrap();
        let mut document = valid_document(schema, edition);
        document.insert("paymentRequestId".to_owned(), json!("1＃"));
        violations(schema, &document, &policy)
    };
    let violation = ("/paymentRequestId".to_owned(), "forbiddenCharacter".to_owned());
    for (edition, schema, expected) in [
        (Edition::V2, "NotifyPaymentRequest", vec![]),
        (Edition::Mandiri, "NotifyPaymentRequest", vec![violation.clone()]),
        (Edition::V2, "PayRequest", vec![violation]),
        (Edition::V1, "PayRequest", vec![]),
    ] {
        let characters = ForbiddenCharacters::extended();
        let before = Policy::strict().forbidden_characters(&characters).edition(edition);
        let after = Policy::strict().edition(edition).forbidden_characters(&characters);
        assert_eq!(codes(before, edition, schema), expected, "{edition}");
        assert_eq!(codes(after, edition, schema), expected, "{edition}");
    }
}

#[test]
fn names_the_edition_of_values() {
    let policy = Policy::strict().edition(Edition::AlipayPlus);
    let message = |policy: &Policy| {
        let json = br#"{"appId":"1","productCode":"OTHER","paymentRequestId":"1","paymentAmount":{"currency":"USD","value":1},"paymentMethod":{"paymentMethodType":"BALANCE"}}"#;
        check_json_with::<PayRequest>(json, policy).unwrap_err().to_string()
    };
    let expected = "/productCode must be one of CASHIER_PAYMENT in edition alipayPlus";
    assert_eq!(message(&policy), expected);
    let own = FieldLimits::new().values(["IN_STORE_PAYMENT"]);
    let policy = policy.limit_field::<PayRequest>("productCode", own).unwrap();
    assert_eq!(message(&policy), "/productCode must be one of the policy's values");
}

/// The order of violations is the same whether a value is built or not.
#[test]
fn reports_added_fields_in_order() {
    let policy = Policy::strict().edition(Edition::V1);
    for (json, expected) in [
        (
            "{}",
            &["/paymentRequestId required", "/paymentAmount required", "/productCode required"][..],
        ),
        (
            r#"{"paymentAuthCode":7,"paymentAuthCode":"a","appId":[],"appId":1,"productCode":"1","paymentRequestId":"1"}"#,
            &[
                "/paymentAuthCode type",
                "/paymentAuthCode duplicate",
                "/appId duplicate",
                "/paymentAmount required",
            ],
        ),
        (
            r#"{"paymentAuthC\u006fde":null,"productCode":"1","paymentRequestId":"1"}"#,
            &["/paymentAmount required"],
        ),
    ] {
        let list = |violations: &[Violation]| -> Vec<String> {
            violations.iter().map(|each| format!("{} {}", each.path(), each.code())).collect()
        };
        let checked = check_json_with::<PayRequest>(json.as_bytes(), &policy).unwrap_err();
        let read = from_json_with::<PayRequest>(json.as_bytes(), &policy).unwrap_err();
        let (mut checked, read) = (list(checked.violations()), list(read.violations()));
        assert_eq!(checked, read);
        checked.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(checked, expected, "{json}");
    }
}

#[test]
fn requires_added_fields() {
    let policy = Policy::strict().edition(Edition::V1);
    let schema = Schema::by_name("InquiryRefundRequest").unwrap();
    for json in [r#"{"refundId":"1"}"#, r#"{"refundId":"1","partnerId":null}"#] {
        let document = serde_json::from_str(json).unwrap();
        let expected = [("/partnerId".to_owned(), "required".to_owned())];
        assert_eq!(violations(schema, &document, &policy), expected);
    }
}

/// The value of a field that the edition omits is preserved unchanged, and serialized exactly once.
#[test]
fn writes_omitted_fields_back() {
    let policy = Policy::strict().edition(Edition::V1);
    let json = r#"{"productCode":"1","paymentRequestId":"1","paymentAmount":{"currency":"USD","value":1},"appId":[1],"paymentAuthCode":"A"}"#;
    let (value, _) = from_json_with::<PayRequest>(json.as_bytes(), &policy).unwrap();
    assert_eq!(value.unknown_fields.get("appId").unwrap().as_str(), "[1]");
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert!(value.validate_with(&policy).is_ok());
    assert_eq!(value.validate().unwrap_err()[0].path(), "/appId");
    let mut value = value.into_inner();
    value.app_id = Some("1".to_owned());
    let violations = value.validate_with(&policy).unwrap_err();
    assert_eq!((violations[0].path(), violations[0].code()), ("/appId", "duplicate"));
}

#[test]
fn default_edition_ignores_other_editions() {
    let json = br#"{"paymentId":"1","partnerId":5}"#;
    let value = from_json::<InquiryPaymentRequest>(json).unwrap();
    assert_eq!(value.unknown_fields.get("partnerId").unwrap().as_str(), "5");
}

#[test]
fn edition_applies_to_custom_checks() {
    let policy = Policy::strict()
        .check::<NotifyPaymentRequest>(|_, cx| cx.report(ViolationKind::Pattern))
        .edition(Edition::Mandiri);
    let json = common::minimal_value(NotifyPaymentRequest::SCHEMA).to_string();
    let error = check_json_with::<NotifyPaymentRequest>(json.as_bytes(), &policy).unwrap_err();
    let codes: Vec<_> = error.violations().iter().map(Violation::code).collect();
    assert_eq!(codes, ["required", "required", "pattern"]);
    let read = from_json_with::<NotifyPaymentRequest>(json.as_bytes(), &policy).unwrap_err();
    assert_eq!(read, error);
}

/// The value of a field that the edition adds is kept like that of an unknown field, so a number
/// that is out of range is a syntax error.
#[test]
fn reads_added_fields_equally_in_from_json_and_check_json() {
    let policy = Policy::strict().edition(Edition::V1);
    for (number, is_syntax_error) in [("1".repeat(400), true), ("1".to_owned(), false)] {
        let json = format!(r#"{{"paymentId":"1","partnerId":{number}}}"#);
        let read = from_json_with::<InquiryPaymentRequest>(json.as_bytes(), &policy).unwrap_err();
        assert_eq!(read.syntax().is_some(), is_syntax_error, "{read}");
        let checked = check_json_with::<InquiryPaymentRequest>(json.as_bytes(), &policy);
        assert_eq!(checked.unwrap_err(), read);
    }
}

#[test]
fn each_path_belongs_to_one_endpoint() {
    for edition in Edition::ALL {
        let mut all = BTreeSet::new();
        for endpoint in EndpointMetadata::ALL {
            for path in edition.paths(endpoint) {
                let found = edition.match_path(&format!("/p{path}?a=1"), "/p").unwrap();
                assert_eq!(found.name, endpoint.name, "{path}");
                assert!(all.insert(path));
            }
        }
        let known = |name| EndpointMetadata::by_name(name).is_some();
        assert!(edition.path_differences().all(|each| known(each.endpoint)));
    }
    assert!(Edition::V1.match_path("/v2/payments/pay", "").is_none());
    assert!(Edition::GcashV1.match_path("/v1/payments/pay", "").is_none());
    assert!(Edition::V1.match_path("/v2/payments/notifyPayment", "").is_some());
}

/// The types of all fields that an edition changes can represent the change.
#[test]
fn only_fields_of_strings_and_arrays_have_limits() {
    for FieldDifference { schema, field, change, .. } in all_differences() {
        let known = Schema::by_name(schema).unwrap().field(field);
        let is_string = known.is_some_and(|known| matches!(known.value_type, ValueType::String(_)));
        let is_array = known.is_some_and(|known| matches!(known.value_type, ValueType::Array(_)));
        let fits = match change {
            // A list of values cannot be combined with a constraint on special characters.
            FieldChange::Values(_) => {
                let mut changes = all_differences()
                    .filter(|other| (other.schema, other.field) == (*schema, *field))
                    .map(|other| other.change);
                let is_about_characters = |change: FieldChange| {
                    matches!(change, FieldChange::NoSpecialCharacters | FieldChange::AnyCharacters)
                };
                let string = known.and_then(|known| known.value_type.string_type()).unwrap();
                !string.constraints.no_special_characters && !changes.any(is_about_characters)
            }
            FieldChange::MaxLength(_)
            | FieldChange::NoSpecialCharacters
            | FieldChange::AnyCharacters => is_string,
            FieldChange::AnyNumberOfElements => is_array,
            FieldChange::Required => known.is_some_and(|known| !known.required),
            FieldChange::Optional => known.is_some_and(|known| known.required),
            FieldChange::Added(_) => known.is_none(),
            _ => true,
        };
        assert!(fits, "{schema}.{field}: {change}");
    }
}
