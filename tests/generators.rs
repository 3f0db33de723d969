//! The generators keep their word: for every table, and for every kind of fault.
#![cfg(feature = "proptest")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod common;
#[path = "common/policies.rs"]
mod policies;

#[cfg(feature = "pattern")]
use miniprogram_protocol::Pattern;
use miniprogram_protocol::{
    Deviation, FieldLimits, ForbiddenCharacters, Policy, ProtocolType, Schema, UnknownFieldPolicy,
    Valid, Violation, check_json, check_json_with, dictionary::Order, from_json, from_json_with,
    generate,
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

/// How many cases a table gets: `CASES` in the environment sets it.
fn config() -> Config {
    let cases = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200);
    Config { cases, failure_persistence: None, ..Config::default() }
}

#[test]
fn every_valid_document_is_valid() {
    for schema in Schema::ALL {
        proptest!(config(), |(document in generate::valid_document(schema))| {
            prop_assert_eq!(common::violations_of_text(schema, &document.to_json()), []);
        });
    }
}

#[test]
fn every_valid_value_passes() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        proptest!(Config { cases: 20, ..config() }, |(value in generate::valid::<T>())| {
            prop_assert!(value.validate().is_ok());
        });
    }
    common::each_table!(check);
}

/// The dictionary's policy, and others that differ from it in what is valid.
fn own_policies() -> Vec<(&'static str, Policy)> {
    let mut policies = policies::all().unwrap();
    policies.push(("dictionary", Policy::strict()));
    policies.push(("at the ends", at_the_ends()));
    let strict = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
    policies.push(("no unknown member", strict.max_unknown_fields(0)));
    #[cfg(feature = "pattern")]
    policies.push(("patterns", patterns()));
    policies
}

/// Rows with limits at the ends of what a limit can be.
fn at_the_ends() -> Policy {
    let usual = ForbiddenCharacters::none().and("aあ𝄞");
    let rows = [
        ("Message", "messageId", FieldLimits::new().max_length(100_000)),
        ("Merchant", "merchantName", FieldLimits::new().forbidden_characters(usual)),
        // As short as none of the listed values is.
        ("Result", "resultCode", FieldLimits::new().max_length(3)),
        ("Goods", "goodsQuantity", FieldLimits::unconstrained()),
        ("Amount", "value", FieldLimits::unconstrained()),
    ];
    policies::with_rows(Policy::lenient(), rows).unwrap().max_unknown_fields(1)
}

/// Rows that are limited by patterns, with all that a pattern may have.
#[cfg(feature = "pattern")]
fn patterns() -> Policy {
    let limits = |pattern| FieldLimits::new().pattern(Pattern::new(pattern).unwrap());
    let rows = [
        ("Order", "referenceOrderId", limits("^[A-Z]{2}-[0-9]*$").max_length(12)),
        ("Merchant", "merchantMCC", limits("5[0-9]{3}")),
        ("Merchant", "merchantName", limits(r"[^<>]+").max_length(16)),
        ("Env", "osType", limits("I.*|A.*")),
        ("Env", "terminalType", limits("[A-Z_]{3,}")),
        ("Result", "resultStatus", limits("[FU]")),
        ("ContactInfo", "contactNo", limits(r"\+6[0-9]{3,9}|[a-z]{1,4}@[a-z]{1,4}\.[a-z]{2}")),
        ("User", "gender", limits("[A-Z]+").max_length(6)),
        ("User", "birthDate", limits("(19|20)[0-9]{2}-.*|[0-9]+")),
        ("DeployAppInfo", "searchKeywords", limits("[a-z ]*").min_length(1)),
        ("CardField", "fieldValue", limits("(?i)yes|no|[0-9]+")),
    ];
    let policy = Policy::lenient()
        .unknown_fields(UnknownFieldPolicy::Reject)
        .deny(Deviation::AmountAsString);
    policies::with_rows(policy, rows).unwrap()
}

#[test]
fn every_valid_document_of_a_policy_is_valid_by_it() {
    for (name, policy) in own_policies() {
        for schema in Schema::ALL {
            let documents = generate::valid_document_with(schema, &policy);
            // Few are made in vain.
            let config = Config { cases: 25, max_local_rejects: 500, ..config() };
            proptest!(config, |(document in documents)| {
                let found = common::violations_by(schema, &document.to_json(), &policy);
                prop_assert_eq!(found, [], "{}", name);
            });
        }
    }
}

#[test]
fn every_valid_value_of_a_policy_passes() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        for (name, policy) in own_policies() {
            let values = generate::valid_with::<T>(&policy);
            proptest!(Config { cases: 5, ..config() }, |(value in values)| {
                prop_assert!(value.validate_with(&policy).is_ok(), "{}", name);
            });
        }
    }
    common::each_table!(check);
}

#[test]
fn exactly_the_faults_that_were_planted_by_a_policy_are_reported() {
    let kinds = RefCell::new(BTreeSet::new());
    for (name, policy) in own_policies() {
        for schema in Schema::ALL {
            let documents = generate::invalid_document_with(schema, &policy);
            proptest!(Config { cases: 40, ..config() }, |(faulty in documents)| {
                let faults = faulty.violations.iter();
                let planted: Vec<_> =
                    faults.map(|fault| (fault.path.clone(), fault.code.to_owned())).collect();
                prop_assert!(!planted.is_empty());
                let found = common::violations_by(schema, &faulty.document.to_json(), &policy);
                prop_assert_eq!(found, planted, "{}", name);
                kinds.borrow_mut().extend(faulty.violations.iter().map(|fault| fault.code));
            });
        }
    }
    let kinds = kinds.into_inner();
    assert!(kinds.contains("additionalProperties"));
    assert_eq!(kinds.contains("pattern"), cfg!(feature = "pattern"));
}

#[test]
fn what_is_planted_in_a_value_of_a_type_by_a_policy_is_found_when_it_is_read() {
    let policy = Policy::lenient();
    proptest!(config(), |(faulty in generate::invalid_with::<Order>(&policy))| {
        let error = from_json_with::<Order>(&faulty.document.to_json(), &policy).unwrap_err();
        let planted = faulty.violations.iter();
        let planted: Vec<_> =
            planted.map(|fault| (fault.path.clone(), fault.code.to_owned())).collect();
        prop_assert_eq!(common::pairs(error.violations()), planted);
    });
}

#[test]
fn valid_documents_of_a_tolerant_policy_have_every_deviation() {
    let seen = RefCell::new(BTreeSet::new());
    let policy = Policy::lenient();
    for table in ["User", "Order", "MerchantSyncRequest"] {
        let schema = Schema::by_name(table).unwrap();
        let documents = generate::valid_document_with(schema, &policy);
        proptest!(Config { cases: 300, ..config() }, |(document in documents)| {
            let json = document.to_json();
            for deviation in Deviation::ALL {
                if schema.check_json(&json, &policy.clone().deny(*deviation)).is_err() {
                    seen.borrow_mut().insert(deviation.name());
                }
            }
        });
    }
    assert_eq!(seen.into_inner().len(), Deviation::ALL.len());
}

/// Policies that differ from the dictionary's in one thing each.
fn policies() -> [Policy; 6] {
    let dictionary = Policy::strict;
    [
        dictionary().unknown_fields(UnknownFieldPolicy::Ignore),
        dictionary().unknown_fields(UnknownFieldPolicy::Reject),
        dictionary().max_unknown_fields(1),
        dictionary().max_items(1),
        dictionary().max_depth(3),
        dictionary().max_bytes(256),
    ]
}

/// What was tolerated, in the order of the pointers.
fn in_order(mut tolerated: Vec<Violation>) -> Vec<Violation> {
    tolerated.sort_by(|one, other| one.path().cmp(other.path()));
    tolerated
}

#[test]
fn a_verdict_without_a_value_is_that_of_reading_one() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        let valid = generate::valid_document(T::SCHEMA);
        let invalid = generate::invalid_document(T::SCHEMA).prop_map(|faulty| faulty.document);
        let documents = prop_oneof![valid, invalid];
        let policy = prop::sample::select(policies().to_vec());
        proptest!(config(), |(document in documents, cut: prop::sample::Index, policy in policy)| {
            let json = document.to_json();
            prop_assert_eq!(check_json::<T>(&json).err(), from_json::<T>(&json).err());
            let cut = &json[..cut.index(json.len())];
            prop_assert_eq!(check_json::<T>(cut).err(), from_json::<T>(cut).err());
            let checked = check_json_with::<T>(&json, &policy).map(in_order);
            let read = from_json_with::<T>(&json, &policy);
            let tolerated = |value: Valid<T>| in_order(value.validate_with(&policy).unwrap());
            prop_assert_eq!(checked, read.map(tolerated));
        });
    }
    common::each_table!(check);
}

#[test]
fn exactly_the_planted_faults_are_reported() {
    let kinds = RefCell::new(BTreeSet::new());
    let counts = RefCell::new(BTreeSet::new());
    for schema in Schema::ALL {
        proptest!(config(), |(faulty in generate::invalid_document(schema))| {
            let faults = faulty.violations.iter();
            let planted: Vec<_> = faults.map(|fault| (fault.path.clone(), fault.code.to_owned())).collect();
            prop_assert_eq!(common::violations_of_text(schema, &faulty.document.to_json()), planted);
            kinds.borrow_mut().extend(faulty.violations.iter().map(|fault| fault.code));
            counts.borrow_mut().insert(faulty.violations.len());
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
    assert_eq!(kinds.into_inner().into_iter().collect::<Vec<_>>(), all);
    assert!(counts.into_inner().into_iter().eq(1..=20));
}

#[test]
fn what_is_planted_in_a_value_of_a_type_is_found_when_it_is_read() {
    fn check<T: ProtocolType + std::fmt::Debug>() {
        proptest!(Config { cases: 20, ..config() }, |(faulty in generate::invalid::<T>())| {
            let error = from_json::<T>(&faulty.document.to_json()).unwrap_err();
            let mut found: Vec<_> =
                error.violations().iter().map(|found| format!("{} {}", found.path(), found.code())).collect();
            let mut planted: Vec<_> = faulty.violations.iter().map(ToString::to_string).collect();
            found.sort();
            planted.sort();
            prop_assert_eq!(found, planted);
        });
    }
    common::each_table!(check);
}

#[test]
fn valid_documents_have_what_is_rare() {
    let order = Schema::by_name("Order").unwrap();
    let user = Schema::by_name("User").unwrap();
    let seen = RefCell::new(BTreeMap::<&str, bool>::new());
    proptest!(Config { cases: 300, ..config() }, |(
        order in generate::valid_document(order),
        user in generate::valid_document(user),
    )| {
        let json = format!("{order}{user}");
        let note = |what, there: bool| *seen.borrow_mut().entry(what).or_default() |= there;
        note("an optional row that is null", json.contains(":null"));
        note("a character beyond the first plane", json.chars().any(|character| character > '\u{ffff}'));
        note("a control character", json.contains("\\u0000"));
        note("a quantity at its limit", json.contains(&format!("\"goodsQuantity\":{}", i64::MAX)));
        note("an amount at its limit", json.contains("\"value\":2147483647"));
        note("an empty text", json.contains(":\"\""));
        note("a contact of another type", {
            let mut types = json.split("\"contactType\":\"").skip(1);
            types.any(|rest| !["MOBILE", "TELEPH", "EMAIL\""].iter().any(|listed| rest.starts_with(listed)))
        });
        note("an unknown member", json.contains(",\"a"));
        note("the order of the table", json.starts_with("{\"referenceOrderId"));
        note("another order", json.starts_with("{\"merchant\""));
        note("a leap second", json.contains(":60"));
    });
    let seen = seen.into_inner();
    let missing: Vec<_> = seen.iter().filter(|(_, there)| !**there).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}

/// Documents whose `fullName` has this pattern.
#[cfg(feature = "pattern")]
fn full_names(pattern: &str) -> impl Strategy<Value = generate::RawDocument> {
    let schema = Schema::by_name("UserName").unwrap();
    let limits = FieldLimits::new().pattern(Pattern::new(pattern).unwrap());
    let policy = Policy::strict().limit_field_of(schema, "fullName", limits).unwrap();
    generate::valid_document_with(schema, &policy)
}

#[cfg(feature = "pattern")]
#[test]
fn leaves_out_parts_of_patterns_that_match_nothing() {
    for (pattern, only) in [
        (r"a[^\s\S]|b", "b"),
        (r"(?:[^\s\S])*c", "c"),
        (r"(d|[^\s\S])", "d"),
        (r"(?:e[^\s\S]|[^\s\S])?f", "f"),
    ] {
        let seen = RefCell::new(BTreeSet::new());
        proptest!(config(), |(document in full_names(pattern))| {
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
        let mut runner = TestRunner::new(Config { max_local_rejects: 100, ..config() });
        let trees = (0..100).map(|_| full_names(pattern).new_tree(&mut runner).is_err());
        assert!(trees.filter(|gave_up| *gave_up).count() > 0, "{pattern}");
    }
}

#[test]
fn the_same_seed_gives_the_same_documents() {
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
