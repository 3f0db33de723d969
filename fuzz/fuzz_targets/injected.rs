//! Validates documents with injected violations. Exactly these violations must be reported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, Violation};
use miniprogram_protocol_fuzz::{
    CONSISTENCY_CHECKS, consistency, inject, schemas, split_type_index,
};

fuzz_target!(|data: &[u8]| {
    let Some((index, rest)) = split_type_index(data) else { return };
    let schema = schemas()[index];
    let document = inject::generate_document(schema, rest);
    let json = document.json.as_bytes();
    let result = schema.check_json_with(json, &Policy::strict());
    let message = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(!message.contains(inject::FILLER_CHARACTER), "the message contains a value: {message}");
    let found = result.as_ref().err().map_or(&[][..], |error| {
        assert!(error.syntax().is_none(), "{error}: {}", document.json);
        error.violations()
    });
    let mut expected = document.expected;
    expected.sort();
    if expected.len() <= 64 {
        assert_eq!(
            consistency::sorted_paths_and_codes(found),
            expected,
            "{} {}",
            schema.name,
            document.json
        );
    } else {
        let (last, first) = found.split_last().unwrap();
        assert_eq!((first.len(), last.code(), last.path()), (64, "tooMany", ""));
        let is_expected = |violation: &Violation| {
            let pair = (violation.path().to_owned(), violation.code().to_owned());
            expected.binary_search(&pair).is_ok()
        };
        assert!(first.iter().all(is_expected), "unexpected violation: {}", document.json);
    }
    if json.len() <= 2_048 {
        CONSISTENCY_CHECKS[index](json);
    }
});
