//! Checks requests together with their responses: except for violations of exchange rules, the
//! violations must be those of each document alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Error, Policy, Violation, ViolationKind, endpoint::EndpointMetadata};

type Outcome = Result<Vec<Violation>, Error>;

/// Returns `true` if only exchange rules report violations of this kind.
fn is_exchange_rule_violation(violation: &Violation) -> bool {
    use ViolationKind as Kind;
    matches!(
        violation.kind(),
        Kind::EqualToRequest { .. } | Kind::OneOfRequest { .. } | Kind::MinItems { .. }
    )
}

/// Returns the violations and the tolerated deviations of an outcome.
fn violations_and_tolerated(outcome: &Outcome) -> [&[Violation]; 2] {
    match outcome {
        Ok(tolerated) => [&[], tolerated],
        Err(error) => [error.violations(), error.tolerated()],
    }
}

/// Checks the report on a response: exchange rules may only append violations to it.
fn check_response(found: &Outcome, alone: &Outcome, response: &[u8]) {
    let [[mut violations, tolerated], [expected, expected_tolerated]] =
        [violations_and_tolerated(found), violations_and_tolerated(alone)];
    assert_eq!(tolerated, expected_tolerated);
    if let [others @ .., last] = violations
        && others.len() >= expected.len()
        && matches!(last.kind(), ViolationKind::Truncated { .. })
    {
        violations = others;
    }
    let (own, from_rules) = violations.split_at(expected.len());
    assert_eq!(own, expected);
    assert!(from_rules.iter().all(is_exchange_rule_violation));
    if let Err(error) = found {
        for span in error.locate(response).into_iter().flatten() {
            assert!(response.get(span.range()).is_some());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    // The first byte selects the endpoint and the policy. A line feed separates the documents.
    let Some((&selection, data)) = data.split_first() else { return };
    let index = usize::from(selection.wrapping_sub(b'@') >> 1);
    let Some(endpoint) = EndpointMetadata::ALL.get(index) else { return };
    let policy = if selection % 2 == 0 { Policy::strict() } else { Policy::lenient() };
    let mut documents = data.splitn(2, |byte| *byte == b'\n');
    let request = documents.next().unwrap_or_default();
    let response = documents.next().unwrap_or_default();

    let outcome = endpoint.check_exchange_with(request, response, &policy);
    assert_eq!(outcome.request, endpoint.request.check_json_with(request, &policy));
    let alone = endpoint.response.check_json_with(response, &policy);
    check_response(&outcome.response, &alone, response);

    let are_valid = outcome.request.is_ok() && outcome.response.is_ok();
    let shown = match outcome.into_result() {
        Ok(tolerated) => {
            assert!(are_valid);
            tolerated
        }
        Err(error) => {
            assert!(!are_valid && !error.to_string().is_empty());
            assert!(error.to_string().chars().all(|one| one == '\n' || !one.is_control()));
            [error.violations(), error.tolerated()].concat()
        }
    };
    for violation in shown {
        let mut segments = violation.path().split('/');
        assert_eq!(segments.next(), Some(""));
        assert!(matches!(segments.next(), Some("request" | "response")));
    }
});
