//! Checks that all ways of reading and validating a document agree.

use crate::{FuzzedType, reference, report};
use miniprogram_protocol::{
    Edition, Policy, Valid, Violation, ViolationKind, check_json_with,
    dictionary::{Amount, Goods, InboxFooter, Order},
    endpoint::PayRequest,
    from_json, from_json_with,
};
use std::sync::LazyLock;

/// Policies with custom checks that fail, on types inside each other.
static CUSTOM_CHECKS: LazyLock<[Policy; 4]> = LazyLock::new(|| {
    [
        Policy::strict().max_violations(2),
        Policy::strict().max_items(1),
        Policy::strict().edition(Edition::V1),
        Policy::lenient(),
    ]
    .map(|policy| {
        policy
            .check::<PayRequest>(|_, cx| cx.report(ViolationKind::Pattern))
            .check::<Order>(|_, cx| cx.report(ViolationKind::Pattern))
            .check::<Goods>(|_, cx| cx.report(ViolationKind::Pattern))
            .check::<Amount>(|_, cx| cx.report(ViolationKind::Pattern))
            .check::<InboxFooter>(|_, cx| cx.report(ViolationKind::Pattern))
    })
});

/// Returns the pointer and the code of each violation, sorted.
#[must_use]
pub fn sorted_paths_and_codes(violations: &[Violation]) -> Vec<(String, String)> {
    let pair = |violation: &Violation| (violation.path().to_owned(), violation.code().to_owned());
    let mut pairs: Vec<_> = violations.iter().map(pair).collect();
    pairs.sort();
    pairs
}

/// Reads `json` as a `T` in every way and compares the results.
pub fn check<T: FuzzedType>(json: &[u8]) {
    let read = from_json::<T>(json);
    let checked = T::SCHEMA.check_json_with(json, &Policy::strict());
    assert_eq!(read.as_ref().map(drop), checked.as_ref().map(drop), "check_json");
    for policy in &*CUSTOM_CHECKS {
        let read_with_checks = from_json_with::<T>(json, policy).map(|(_, found)| found);
        assert_eq!(read_with_checks, check_json_with::<T>(json, policy), "custom checks");
    }
    let deserialized = serde_json::from_slice::<T>(json);
    let valid = serde_json::from_slice::<Valid<T>>(json);
    match read {
        Ok(read) => {
            assert_eq!(read.validate(), Ok(()), "from_json returns an invalid value");
            let serialized = serde_json::to_vec(&read).unwrap();
            let again = from_json::<T>(&serialized);
            assert_eq!(again.as_deref().ok(), Some(&*read), "serialized and read again");
            assert_eq!(serde_json::to_vec(&again.unwrap()).unwrap(), serialized, "round trip");
            assert_eq!(
                &deserialized.expect("Deserialize accepts the document"),
                &*read,
                "Deserialize"
            );
            assert_eq!(valid.expect("Deserialize of Valid accepts the document"), read, "Valid");
        }
        Err(error) => {
            report::check_error(&error, 64);
            let valid_error = valid.expect_err("Deserialize of Valid rejects the document");
            if error.syntax().is_some() {
                assert!(deserialized.is_err(), "Deserialize accepts malformed JSON: {error}");
                // `Deserialize` of `Valid` reports violations before it finds trailing characters.
                return;
            }
            assert!(valid_error.is_data(), "expected a data error, found: {valid_error}");
            assert_eq!(valid_error.to_string(), error.to_string(), "Deserialize of Valid");
            check_deserialized(json, deserialized, error.violations());
        }
    }
}

/// Compares the result of `Deserialize` with the violations that `from_json` reports.
fn check_deserialized<T: FuzzedType>(
    json: &[u8],
    deserialized: serde_json::Result<T>,
    violations: &[Violation],
) {
    let is_truncated = violations.last().is_some_and(|last| last.code() == "tooMany");
    match deserialized {
        Ok(value) => {
            let found = value.validate().expect_err("validate rejects the value");
            if !is_truncated {
                assert_eq!(
                    sorted_paths_and_codes(&found),
                    sorted_paths_and_codes(violations),
                    "Deserialize, then validate"
                );
            }
        }
        Err(error) => {
            assert!(error.is_data(), "expected a data error, found: {error}");
            // `Deserialize` applies the range of the integer type instead of that of the field.
            if !is_truncated && !reference::scan(json).exceeds_i64 {
                let messages: Vec<_> = violations.iter().map(ToString::to_string).collect();
                for line in error.to_string().lines() {
                    assert!(
                        messages.iter().any(|message| message == line),
                        "reported only by Deserialize: {line}"
                    );
                }
            }
        }
    }
}
