//! Every way to a verdict must come to the same one.

use crate::{Fuzzed, report};
use miniprogram_protocol::{Policy, Valid, Violation, from_json};

/// Pairs of pointer and code, sorted.
#[must_use]
pub fn pairs(violations: &[Violation]) -> Vec<(String, String)> {
    let pair = |at: &Violation| (at.path().to_owned(), at.code().to_owned());
    let mut pairs: Vec<_> = violations.iter().map(pair).collect();
    pairs.sort();
    pairs
}

/// Reads `json` as a `T` in every way.
pub fn check<T: Fuzzed>(json: &[u8]) {
    let ours = from_json::<T>(json);
    let checked = T::SCHEMA.check_json(json, &Policy::strict());
    assert_eq!(ours.as_ref().map(drop), checked.as_ref().map(drop), "check_json");
    let held = serde_json::from_slice::<T>(json);
    let valid = serde_json::from_slice::<Valid<T>>(json);
    match ours {
        Ok(ours) => {
            assert_eq!(ours.validate(), Ok(()), "Ok is not valid");
            // What was written reads as the same, and is written as the same.
            let written = serde_json::to_vec(&ours).unwrap();
            let again = from_json::<T>(&written);
            assert_eq!(again.as_deref().ok(), Some(&*ours), "written and read again");
            assert_eq!(serde_json::to_vec(&again.unwrap()).unwrap(), written, "written twice");
            assert_eq!(&held.expect("Deserialize refuses"), &*ours, "Deserialize");
            assert_eq!(valid.expect("Valid refuses"), ours, "Valid through serde_json");
        }
        Err(error) => {
            report::demand_form(&error, 64);
            let theirs = valid.expect_err("Valid through serde_json is Ok");
            if error.syntax().is_some() {
                assert!(held.is_err(), "Deserialize is Ok: {error}");
                // What follows the value is found after the violations were reported.
                return;
            }
            assert!(theirs.is_data(), "through serde_json it is malformed: {theirs}");
            assert_eq!(theirs.to_string(), error.to_string(), "Valid through serde_json");
            let violations = error.violations();
            let is_truncated = violations.last().is_some_and(|last| last.code() == "tooMany");
            match held {
                Ok(held) => {
                    let judged = held.validate().expect_err("valid after Deserialize");
                    if !is_truncated {
                        assert_eq!(pairs(&judged), pairs(violations), "Deserialize, then validate");
                    }
                }
                Err(value_type) => {
                    assert!(value_type.is_data(), "Deserialize: {shape}");
                    // The limits of an integer are those of the type, not of the row.
                    if !is_truncated && !crate::judge::scan(json).beyond {
                        let all: Vec<_> = violations.iter().map(ToString::to_string).collect();
                        for line in value_type.to_string().lines() {
                            assert!(all.iter().any(|all| all == line), "Deserialize alone: {line}");
                        }
                    }
                }
            }
        }
    }
}
