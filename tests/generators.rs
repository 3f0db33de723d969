//! Checks that the generators produce valid values, and invalid values with exactly the expected
//! violations.
#![cfg(feature = "proptest")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

mod common;
#[path = "common/policies.rs"]
mod policies;

#[cfg(feature = "pattern")]
use miniprogram_protocol::Pattern;
use miniprogram_protocol::{
    Deviation, FieldLimits, ForbiddenCharacters, Policy, ProtocolType, Schema, UnknownFieldPolicy,
    Violation, check_json, check_json_with,
    dictionary::{Amount, Goods, Order, ResultCode},
    from_json, from_json_with,
    generate::{self, InvalidDocument, RawDocument},
    schema::{ItemType, ValueType},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

/// Returns a configuration in which the environment variable `CASES` sets the number of cases per
/// type.
fn test_config() -> Config {
    let cases = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20);
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Returns the expected violations as `(pointer, code)` pairs.
fn expected_pairs(invalid: &InvalidDocument) -> Vec<(String, String)> {
    let violations = invalid.violations.iter();
    violations.map(|violation| (violation.path.clone(), violation.code.to_owned())).collect()
}

#[test]
fn generates_valid_documents() {
    for schema in Schema::ALL {
        proptest!(test_config(), |(document in generate::valid_document(schema))| {
            prop_assert_eq!(common::violations_of_json(schema, &document.to_json()), []);
        });
    }
}

#[test]
fn generates_valid_values() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        proptest!(Config { cases: 8, ..test_config() }, |(value in generate::valid::<T>())| {
            prop_assert!(value.validate().is_ok());
        });
    }
    common::for_each_type!(check);
}

/// Returns the strict policy, and policies that accept other values, with their names.
fn all_policies() -> Vec<(&'static str, Policy)> {
    let mut policies = policies::all().unwrap();
    policies.push(("strict", Policy::strict()));
    policies.push(("extreme limits", policy_with_extreme_limits()));
    let strict = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
    policies.push(("no unknown fields", strict.max_unknown_fields(0)));
    #[cfg(feature = "pattern")]
    policies.push(("patterns", policy_with_patterns()));
    policies
}

/// Returns a policy with extreme field limits.
fn policy_with_extreme_limits() -> Policy {
    let common_characters = ForbiddenCharacters::none().with("aあ𝄞");
    let limits = [
        ("Message", "messageId", FieldLimits::new().max_length(100_000)),
        ("Merchant", "merchantName", FieldLimits::new().forbidden_characters(common_characters)),
        // Every known value of the enum is longer than this maximum.
        ("Result", "resultCode", FieldLimits::new().max_length(3)),
        ("Goods", "goodsQuantity", FieldLimits::unconstrained()),
        ("Amount", "value", FieldLimits::unconstrained()),
    ];
    policies::add_field_limits(Policy::lenient(), limits).unwrap().max_unknown_fields(1)
}

/// Returns a policy with patterns that use every kind of syntax.
#[cfg(feature = "pattern")]
fn policy_with_patterns() -> Policy {
    let pattern = |pattern| FieldLimits::new().pattern(Pattern::new(pattern).unwrap());
    let limits = [
        ("Order", "referenceOrderId", pattern("^[A-Z]{2}-[0-9]*$").max_length(12)),
        ("Merchant", "merchantMCC", pattern("5[0-9]{3}")),
        ("Merchant", "merchantName", pattern(r"[^<>]+").max_length(16)),
        ("Env", "osType", pattern("I.*|A.*")),
        ("Env", "terminalType", pattern("[A-Z_]{3,}")),
        ("Result", "resultStatus", pattern("[FU]")),
        ("ContactInfo", "contactNo", pattern(r"\+6[0-9]{3,9}|[a-z]{1,4}@[a-z]{1,4}\.[a-z]{2}")),
        ("User", "gender", pattern("[A-Z]+").max_length(6)),
        ("User", "birthDate", pattern("(19|20)[0-9]{2}-.*|[0-9]+")),
        ("DeployAppInfo", "searchKeywords", pattern("[a-z ]*").min_length(1)),
        ("CardField", "fieldValue", pattern("(?i)yes|no|[0-9]+")),
    ];
    let policy = Policy::lenient()
        .unknown_fields(UnknownFieldPolicy::Reject)
        .deny(Deviation::AmountAsString);
    policies::add_field_limits(policy, limits).unwrap()
}

/// Asserts that the documents that `generate` returns are valid under every policy.
fn assert_valid_under_policies(
    generate: fn(&'static Schema, &Policy) -> BoxedStrategy<RawDocument>,
) {
    for (name, policy) in all_policies() {
        for schema in Schema::ALL {
            let documents = generate(schema, &policy);
            // The limit is low, so the test fails if most attempts are rejected.
            let config = Config { cases: 8, max_local_rejects: 500, ..test_config() };
            proptest!(config, |(document in documents)| {
                let found = common::violations_with_policy(schema, &document.to_json(), &policy);
                prop_assert_eq!(found, [], "{}", name);
            });
        }
    }
}

#[test]
fn generates_valid_documents_under_policies() {
    assert_valid_under_policies(|schema, policy| {
        generate::valid_document_with(schema, policy).boxed()
    });
}

/// No phone number satisfies the limits, so the generated contacts have a different type.
#[test]
fn avoids_values_with_unsatisfiable_requirements() {
    let schema = Schema::by_name("ContactInfo").unwrap();
    let limits = FieldLimits::new().values(["pigeon"]);
    let policy = Policy::strict().limit_field_of(schema, "contactNo", limits).unwrap();
    proptest!(Config { cases: 60, ..test_config() }, |(document in generate::valid_document_with(schema, &policy))| {
        let json = document.to_string();
        prop_assert!(json.contains("pigeon") && !json.contains("\"MOBILE_PHONE\""), "{}", json);
    });
}

#[test]
fn generates_valid_values_under_policies() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        for (name, policy) in all_policies() {
            let values = generate::valid_with::<T>(&policy);
            proptest!(Config { cases: 5, ..test_config() }, |(value in values)| {
                prop_assert!(value.validate_with(&policy).is_ok(), "{}", name);
            });
        }
    }
    common::for_each_type!(check);
}

#[test]
fn reports_exactly_injected_violations_under_policies() {
    let codes = RefCell::new(BTreeSet::new());
    for (name, policy) in all_policies() {
        for schema in Schema::ALL {
            let documents = generate::invalid_document_with(schema, &policy);
            proptest!(Config { cases: 6, ..test_config() }, |(invalid in documents)| {
                let json = invalid.document.to_json();
                prop_assert!(!invalid.violations.is_empty());
                let found = common::violations_with_policy(schema, &json, &policy);
                prop_assert_eq!(found, expected_pairs(&invalid), "{}", name);
                codes.borrow_mut().extend(invalid.violations.iter().map(|violation| violation.code));
            });
        }
    }
    let codes = codes.into_inner();
    assert!(codes.contains("additionalProperties"));
    assert_eq!(codes.contains("pattern"), cfg!(feature = "pattern"));
}

#[test]
fn reports_injected_violations_when_reading_with_policy() {
    let policy = Policy::lenient();
    proptest!(Config { cases: 60, ..test_config() }, |(invalid in generate::invalid_with::<Order>(&policy))| {
        let error = from_json_with::<Order>(&invalid.document.to_json(), &policy).unwrap_err();
        prop_assert_eq!(common::sorted_paths_and_codes(error.violations()), expected_pairs(&invalid));
    });
}

#[test]
fn generates_every_deviation() {
    let seen = RefCell::new(BTreeSet::new());
    let policy = Policy::lenient();
    for name in ["User", "Order", "MerchantSyncRequest"] {
        let schema = Schema::by_name(name).unwrap();
        let documents = generate::valid_document_with(schema, &policy);
        proptest!(Config { cases: 300, ..test_config() }, |(document in documents)| {
            let json = document.to_json();
            for deviation in Deviation::ALL {
                if schema.check_json_with(&json, &policy.clone().deny(*deviation)).is_err() {
                    seen.borrow_mut().insert(deviation.name());
                }
            }
        });
    }
    assert_eq!(seen.into_inner().len(), Deviation::ALL.len());
}

/// Returns policies that each change one setting of the strict policy.
fn policies_with_one_setting() -> [Policy; 6] {
    [
        Policy::strict().unknown_fields(UnknownFieldPolicy::Ignore),
        Policy::strict().unknown_fields(UnknownFieldPolicy::Reject),
        Policy::strict().max_unknown_fields(1),
        Policy::strict().max_items(1),
        Policy::strict().max_depth(3),
        Policy::strict().max_bytes(256),
    ]
}

/// Sorts tolerated deviations by pointer.
fn sort_by_path(mut tolerated: Vec<Violation>) -> Vec<Violation> {
    tolerated.sort_by(|one, other| one.path().cmp(other.path()));
    tolerated
}

#[test]
fn check_json_agrees_with_from_json() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        let valid = generate::valid_document(T::SCHEMA);
        let invalid = generate::invalid_document(T::SCHEMA).prop_map(|invalid| invalid.document);
        let documents = prop_oneof![valid, invalid];
        let policy = prop::sample::select(policies_with_one_setting().to_vec());
        proptest!(test_config(), |(document in documents, end: prop::sample::Index, policy in policy)| {
            let json = document.to_json();
            prop_assert_eq!(check_json::<T>(&json).err(), from_json::<T>(&json).err());
            let truncated = &json[..end.index(json.len())];
            prop_assert_eq!(check_json::<T>(truncated).err(), from_json::<T>(truncated).err());
            let checked = check_json_with::<T>(&json, &policy).map(sort_by_path);
            let read = from_json_with::<T>(&json, &policy);
            if let Ok((value, _)) = &read {
                prop_assert_eq!(&checked, &Ok(sort_by_path(value.validate_with(&policy).unwrap())));
            }
            prop_assert_eq!(checked, read.map(|(_, tolerated)| sort_by_path(tolerated)));
        });
    }
    common::for_each_type!(check);
}

#[test]
fn reports_exactly_injected_violations() {
    let codes = RefCell::new(BTreeSet::new());
    let counts = RefCell::new(BTreeSet::new());
    for schema in Schema::ALL {
        proptest!(test_config(), |(invalid in generate::invalid_document(schema))| {
            let found = common::violations_of_json(schema, &invalid.document.to_json());
            prop_assert_eq!(found, expected_pairs(&invalid));
            codes.borrow_mut().extend(invalid.violations.iter().map(|violation| violation.code));
            counts.borrow_mut().insert(invalid.violations.len());
        });
    }
    let all = [
        "anyOf",
        "const",
        "dependentRequired",
        "duplicate",
        "enum",
        "forbiddenCharacter",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "required",
        "type",
    ];
    assert_eq!(codes.into_inner().into_iter().collect::<Vec<_>>(), all);
    assert!(counts.into_inner().into_iter().eq(1..=20));
}

/// Adds the codes that the conformance suite contains for a type and for the types that it
/// contains.
fn add_codes(schema: &Schema, codes: &mut BTreeSet<String>) {
    let path = format!("{}/tests/conformance/{}.json", env!("CARGO_MANIFEST_DIR"), schema.name);
    let suite: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = suite["vectors"].as_array().unwrap().iter();
    let violations = vectors.flat_map(|vector| vector["violations"].as_array().unwrap());
    codes.extend(violations.map(|violation| violation["code"].as_str().unwrap().to_owned()));
    for field in schema.fields {
        match field.value_type {
            ValueType::Object(schema, _) => add_codes(schema, codes),
            ValueType::Array(array) => {
                if let ItemType::Object(schema) = array.items {
                    add_codes(schema, codes);
                }
            }
            _ => {}
        }
    }
}

/// Across 10,000 documents, the frequency of every code that a type can have is at least a tenth of
/// what it would be if all codes were equally frequent. The rarest codes are those of rules that
/// apply only to successful responses, and that conflict with violations inside the fields
/// concerned.
#[test]
fn spreads_violations_over_all_codes() {
    for schema in Schema::ALL {
        let mut possible = BTreeSet::new();
        add_codes(schema, &mut possible);
        possible.remove("syntax");
        let documents = generate::invalid_document(schema);
        let mut runner = TestRunner::deterministic();
        let mut counts = BTreeMap::<_, usize>::new();
        for _ in 0..10_000_usize.div_ceil(Schema::ALL.len()) {
            for violation in documents.new_tree(&mut runner).unwrap().current().violations {
                *counts.entry(violation.code.to_owned()).or_default() += 1;
            }
        }
        assert!(counts.keys().eq(&possible), "{}: {counts:?}", schema.name);
        let total: usize = counts.values().sum();
        for (code, count) in counts {
            let share = count * possible.len() * 100 / total;
            assert!(share >= 10, "{} {code}: {share} % of an equal share", schema.name);
        }
    }
}

#[test]
fn reports_injected_violations_of_every_type() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        proptest!(Config { cases: 8, ..test_config() }, |(invalid in generate::invalid::<T>())| {
            let error = from_json::<T>(&invalid.document.to_json()).unwrap_err();
            let violations = error.violations().iter();
            let mut found: Vec<_> =
                violations.map(|found| format!("{} {}", found.path(), found.code())).collect();
            let mut expected: Vec<_> = invalid.violations.iter().map(ToString::to_string).collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        });
    }
    common::for_each_type!(check);
}

#[test]
fn generates_rare_values_in_valid_documents() {
    let order = Schema::by_name("Order").unwrap();
    let user = Schema::by_name("User").unwrap();
    let seen = RefCell::new(BTreeMap::<&str, bool>::new());
    proptest!(Config { cases: 300, ..test_config() }, |(
        order in generate::valid_document(order),
        user in generate::valid_document(user),
    )| {
        let json = format!("{order}{user}");
        let note = |value, found: bool| *seen.borrow_mut().entry(value).or_default() |= found;
        note("an optional field that is null", json.contains(":null"));
        note("a character beyond U+FFFF", json.chars().any(|character| character > '\u{ffff}'));
        note("a control character", json.contains("\\u0000"));
        note("the maximum quantity", json.contains(&format!("\"goodsQuantity\":{}", i64::MAX)));
        note("the maximum amount", json.contains("\"value\":2147483647"));
        note("an empty string", json.contains(":\"\""));
        note("an unknown contact type", {
            let known = ["MOBILE", "TELEPH", "EMAIL\""];
            let mut types = json.split("\"contactType\":\"").skip(1);
            types.any(|rest| !known.iter().any(|known| rest.starts_with(known)))
        });
        note("an unknown field", json.contains(",\"a"));
        note("fields in the order of the schema", json.starts_with("{\"referenceOrderId"));
        note("fields in another order", json.starts_with("{\"merchant\""));
        note("a leap second", json.contains(":60"));
    });
    let seen = seen.into_inner();
    let missing: Vec<_> = seen.iter().filter(|(_, found)| !**found).collect();
    assert!(missing.is_empty(), "not generated: {missing:?}");
}

/// Generates documents whose `fullName` matches a pattern.
#[cfg(feature = "pattern")]
fn full_names(pattern: &str) -> impl Strategy<Value = RawDocument> {
    let schema = Schema::by_name("UserName").unwrap();
    let limits = FieldLimits::new().pattern(Pattern::new(pattern).unwrap());
    let policy = Policy::strict().limit_field_of(schema, "fullName", limits).unwrap();
    generate::valid_document_with(schema, &policy)
}

#[cfg(feature = "pattern")]
#[test]
fn skips_pattern_parts_that_match_nothing() {
    for (pattern, only) in [
        (r"a[^\s\S]|b", "b"),
        (r"(?:[^\s\S])*c", "c"),
        (r"(d|[^\s\S])", "d"),
        (r"(?:e[^\s\S]|[^\s\S])?f", "f"),
    ] {
        let seen = RefCell::new(BTreeSet::new());
        proptest!(test_config(), |(document in full_names(pattern))| {
            let json: serde_json::Value = serde_json::from_slice(&document.to_json()).unwrap();
            seen.borrow_mut().extend(json["fullName"].as_str().map(str::to_owned));
        });
        assert!(seen.borrow().iter().eq([only]), "{pattern}: {seen:?}");
    }
}

#[cfg(feature = "pattern")]
#[test]
fn gives_up_on_patterns_that_match_nothing() {
    for pattern in [r"[^\s\S]+", r"[^\s\S]|g[^\s\S]"] {
        let mut runner = TestRunner::new(Config { max_local_rejects: 100, ..test_config() });
        let attempts = (0..100).map(|_| full_names(pattern).new_tree(&mut runner));
        assert!(attempts.filter(Result::is_err).count() > 0, "{pattern}");
    }
}

#[test]
fn realistic_documents_are_valid_and_readable() {
    let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
    for schema in Schema::ALL {
        proptest!(test_config(), |(document in generate::realistic_document(schema))| {
            let json = document.to_string();
            prop_assert_eq!(common::violations_with_policy(schema, json.as_bytes(), &policy), []);
            prop_assert!(json.chars().all(|one| (' '..='~').contains(&one)), "{}", json);
            prop_assert!(!json.contains(":null"), "{}", json);
        });
    }
}

#[test]
fn realistic_documents_are_valid_under_policies() {
    assert_valid_under_policies(|schema, policy| {
        generate::realistic_document_with(schema, policy).boxed()
    });
}

#[test]
fn realistic_values_are_valid() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        proptest!(Config { cases: 8, ..test_config() }, |(value in generate::realistic::<T>())| {
            prop_assert!(value.validate().is_ok());
        });
    }
    common::for_each_type!(check);
}

#[test]
fn realistic_documents_have_exactly_injected_violations() {
    for policy in [Policy::strict(), Policy::lenient()] {
        for schema in Schema::ALL {
            let documents = generate::realistic_invalid_document_with(schema, &policy);
            proptest!(Config { cases: 8, ..test_config() }, |(invalid in documents)| {
                let json = invalid.document.to_json();
                let found = common::violations_with_policy(schema, &json, &policy);
                prop_assert_eq!(found, expected_pairs(&invalid));
                prop_assert!(!invalid.violations.is_empty());
            });
        }
    }
}

/// Generates 200 values with a fixed seed.
fn generate_values<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..200).map(|_| values.new_tree(&mut runner).unwrap().current()).collect()
}

/// Generates 200 realistic documents of a schema with a fixed seed.
fn realistic_documents(schema: &str) -> Vec<serde_json::Value> {
    let documents = generate::realistic_document(Schema::by_name(schema).unwrap());
    generate_values(documents.prop_map(|document| document.to_string().parse().unwrap()))
}

#[test]
fn realistic_documents_differ() {
    for schema in ["Order", "User", "Message", "MerchantSyncRequest"] {
        let documents: BTreeSet<_> =
            realistic_documents(schema).iter().map(ToString::to_string).collect();
        assert_eq!(documents.len(), 200, "{schema}");
    }
}

/// The specification's examples are `"2102010113769***"`, `"218812000470****"` and
/// `"2102xxxxxxxx"`.
#[test]
fn replaces_mask_in_examples_with_digits() {
    for document in realistic_documents("MerchantSyncRequest") {
        for (field, prefix, length) in
            [("appId", "210", 16), ("merchantId", "218", 16), ("operatorId", "210", 12)]
        {
            let id = document[field].as_str().unwrap();
            assert!(id.starts_with(prefix) && id.len() == length, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
        }
    }
}

#[test]
fn realistic_contacts_match_their_type() {
    for document in realistic_documents("ContactInfo") {
        let is_email = document["contactNo"].as_str().unwrap().contains("@example.com");
        assert_eq!(is_email, document["contactType"] == "EMAIL", "{document}");
    }
}

#[test]
fn realistic_results_have_consistent_statuses() {
    for document in realistic_documents("Result") {
        let Some(code) = document["resultCode"].as_str() else { continue };
        let status = ResultCode::from(code).status().unwrap();
        assert_eq!(document["resultStatus"], status.as_str(), "{document}");
    }
}

#[test]
fn realistic_orders_have_one_currency() {
    for document in realistic_documents("Order") {
        let json = document.to_string();
        let currencies: BTreeSet<_> =
            json.split("\"currency\":\"").skip(1).map(|rest| &rest[..3]).collect();
        assert_eq!(currencies.len(), 1, "{document}");
    }
}

#[test]
fn realistic_orders_use_one_allowed_currency() {
    let limits = FieldLimits::new().values(["USD", "EUR", "SGD"]);
    let policy = Policy::strict().limit_field::<Amount>("currency", limits).unwrap();
    for order in generate_values(generate::realistic_with::<Order>(&policy)) {
        let mut amounts = order.goods.iter().flatten().map(|goods| &goods.goods_payment_amount);
        assert!(amounts.all(|amount| amount.currency == order.order_amount.currency), "{order:?}");
    }
}

/// Returns the sum of the payment amounts of an order's goods, if it has any.
fn sum_of_goods(order: &Order) -> Option<i64> {
    let goods = order.goods.iter().flatten();
    goods.map(|goods| goods.goods_payment_amount.value.get()).reduce(|sum, value| sum + value)
}

#[test]
fn sums_goods_of_realistic_orders() {
    let mut with_several_goods = 0;
    for order in generate_values(generate::realistic::<Order>()) {
        let Some(sum) = sum_of_goods(&order) else { continue };
        assert_eq!(order.order_amount.value, sum, "{order:?}");
        with_several_goods += u32::from(order.goods.iter().flatten().count() > 1);
    }
    assert!(with_several_goods > 50, "{with_several_goods}");
}

/// Asserts that the amount of goods is the product of the unit amount and the quantity, if both are
/// present. Returns the number of goods with more than one unit.
fn assert_products(all_goods: &[Goods]) -> usize {
    let factors = all_goods.iter().filter_map(|goods| {
        let (unit, quantity) = goods.goods_unit_amount.as_ref().zip(goods.goods_quantity)?;
        assert_eq!(goods.goods_payment_amount.value, unit.value.get() * quantity, "{goods:?}");
        Some(quantity)
    });
    factors.filter(|quantity| *quantity > 1).count()
}

#[test]
fn multiplies_unit_amounts_of_realistic_goods() {
    let with_several_units = assert_products(&generate_values(generate::realistic::<Goods>()));
    assert!(with_several_units > 20, "{with_several_units}");
}

#[test]
fn multiplies_unit_amounts_in_realistic_orders() {
    let orders = generate_values(generate::realistic::<Order>());
    let all_goods: Vec<_> = orders.into_iter().filter_map(|order| order.goods).flatten().collect();
    let with_several_units = assert_products(&all_goods);
    assert!(with_several_units > 20, "{with_several_units}");
}

#[test]
fn keeps_order_amounts_if_sum_exceeds_limit() {
    const MAXIMUM: i64 = 60_000;
    let limits = FieldLimits::new().maximum(MAXIMUM);
    let policy = Policy::strict().limit_field::<Amount>("value", limits).unwrap();
    let orders = generate_values(generate::realistic_with::<Order>(&policy));
    let exceeding: Vec<_> =
        orders.iter().filter(|order| sum_of_goods(order) > Some(MAXIMUM)).collect();
    assert!(exceeding.len() > 10, "{}", exceeding.len());
    // A generated amount is 5 % to 500 % of the example: 500 to 50,000.
    assert!(exceeding.iter().all(|order| (500..=50_000).contains(&order.order_amount.value.get())));
}

#[test]
fn keeps_goods_amounts_if_product_overflows() {
    let limits = FieldLimits::new().minimum(i64::MAX);
    let policy = Policy::strict().limit_field::<Goods>("goodsQuantity", limits).unwrap();
    for goods in generate_values(generate::realistic_with::<Goods>(&policy)) {
        assert!((500..=50_000).contains(&goods.goods_payment_amount.value.get()), "{goods:?}");
    }
}

#[test]
fn orders_are_created_after_merchant_registration() {
    let mut with_both_times = 0;
    for order in generate_values(generate::realistic::<Order>()) {
        let times = order.merchant.merchant_register_date.zip(order.order_create_time);
        let Some((registered, created)) = times else { continue };
        assert!(registered < created, "{registered} {created}");
        with_both_times += 1;
    }
    assert!(with_both_times > 50, "{with_both_times}");
}

#[test]
fn realistic_times_keep_their_order() {
    for document in realistic_documents("DeployAppInfo") {
        let time = |field: &str| document[field].as_str().unwrap().parse::<u64>().unwrap();
        assert!(time("createTime") < time("publishTime"), "{document}");
    }
}

#[test]
fn generates_same_values_for_same_seed() {
    let sample = || {
        let random = TestRng::from_seed(Config::default().rng_algorithm, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        let strategy = generate::invalid_document(Schema::by_name("Order").unwrap());
        (0..5)
            .map(|_| strategy.new_tree(&mut runner).unwrap().current().document.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(sample(), sample());
}
