//! Documents made from the schema data, with planted faults: exactly those must be found.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, Violation};
use miniprogram_protocol_fuzz::{VERDICTS, chosen, plant, schemas, into_result};

fuzz_target!(|data: &[u8]| {
    let Some((table, rest)) = chosen(data) else { return };
    let schema = schemas()[table];
    let planted = plant::document(schema, rest);
    let json = planted.json.as_bytes();
    let into_result = schema.check_json(json, &Policy::strict());
    let shown = into_result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(!shown.contains(plant::FILLER), "a value is shown: {shown}");
    let found = into_result.as_ref().err().map_or(&[][..], |error| {
        assert!(error.syntax().is_none(), "{error}: {}", planted.json);
        error.violations()
    });
    let mut expected = planted.expected;
    expected.sort();
    if expected.len() <= 64 {
        assert_eq!(into_result::pairs(found), expected, "{} {}", schema.name, planted.json);
    } else {
        let (last, first) = found.split_last().unwrap();
        assert_eq!((first.len(), last.code(), last.path()), (64, "tooMany", ""));
        let planted = |at: &Violation| {
            expected.binary_search(&(at.path().to_owned(), at.code().to_owned())).is_ok()
        };
        assert!(first.iter().all(planted), "not planted");
    }
    if json.len() <= 2_048 {
        VERDICTS[table](json);
    }
});
