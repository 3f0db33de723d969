//! Checks the spans of violations.

use crate::FuzzedType;
use miniprogram_protocol::{
    Error, ParamValue, Policy, Span, UnknownFieldPolicy, Violation, check_json_with, locate,
};

/// Reads a document, and checks the spans of its violations in the document and in a suffix of it.
/// The first input byte selects the suffix.
pub fn check<T: FuzzedType>(data: &[u8]) {
    let Some((first, json)) = data.split_first() else { return };
    let reject = Policy::lenient().unknown_fields(UnknownFieldPolicy::Reject);
    for policy in [Policy::strict(), reject] {
        match check_json_with::<T>(json, &policy) {
            Ok(tolerated) => check_spans(&tolerated, &locate(&tolerated, json), json),
            Err(error) => check_error(&error, json),
        }
        if let Err(error) = check_json_with::<T>(json, &policy) {
            let other = json.get(usize::from(*first)..).unwrap_or_default();
            for span in locate(error.violations(), other).into_iter().flatten() {
                assert!(text_at(span, other).is_some(), "{span:?} is not in the text");
            }
        }
    }
}

fn check_error(error: &Error, json: &[u8]) {
    let spans = error.locate(json);
    if let Some(syntax) = error.syntax() {
        let span = spans[0].expect("a syntax error has a span");
        assert!(span.range().end <= json.len(), "{span:?} is not in the text");
        assert_eq!((span.line, span.column), (syntax.line(), syntax.column()));
        return;
    }
    check_spans(error.violations(), &spans, json);
    check_spans(error.tolerated(), &locate(error.tolerated(), json), json);
}

fn check_spans(violations: &[Violation], spans: &[Option<Span>], json: &[u8]) {
    assert_eq!(violations.len(), spans.len());
    for (violation, span) in violations.iter().zip(spans) {
        match (violation.code(), span) {
            ("tooMany" | "maxBytes", None) => {}
            (_, Some(span)) => check_span(violation, *span, json),
            (code, None) => panic!("{code} at {} has no span", violation.path()),
        }
    }
}

fn check_span(violation: &Violation, span: Span, json: &[u8]) {
    let text = text_at(span, json).expect("the span is in the text");
    let before = std::str::from_utf8(&json[..span.offset]).expect("valid UTF-8");
    assert_eq!(span.line, 1 + before.matches('\n').count());
    let line = before.rsplit('\n').next().unwrap_or_default();
    assert_eq!(span.column, 1 + line.chars().count());
    match violation.code() {
        "required" | "dependentRequired" | "anyOf" | "maxProperties" => assert_eq!(text, "{"),
        "duplicate" | "additionalProperties" => {
            let name: String = serde_json::from_str(text).expect("a name is a string");
            let segment = violation.path().rsplit('/').next().unwrap_or_default();
            let expected = segment.replace("~1", "/").replace("~0", "~");
            assert_eq!(name.chars().take(64).collect::<String>(), expected);
        }
        "type" => {
            let first = text.as_bytes()[0];
            let found = violation.params().find(|(name, _)| *name == "found").map(|(_, it)| it);
            let found = match found {
                Some(ParamValue::String(found)) => found.into_owned(),
                other => panic!("found: {other:?}"),
            };
            let matches = match &*found {
                "string" => first == b'"',
                "object" => first == b'{',
                "array" => first == b'[',
                "null" => text == "null",
                "boolean" => text == "true" || text == "false",
                _ => first == b'-' || first.is_ascii_digit(),
            };
            assert!(matches, "{found}: {text}");
        }
        "maxItems" => assert!(text.starts_with('[')),
        // The value of an amount may be a number in a string.
        "minimum" | "maximum" => {
            let number = text.trim_matches('"');
            assert!(number.starts_with(|it: char| it == '-' || it.is_ascii_digit()), "{text}");
        }
        _ => assert!(text.starts_with('"'), "{} at {text}", violation.code()),
    }
}

fn text_at(span: Span, json: &[u8]) -> Option<&str> {
    std::str::from_utf8(json).ok()?.get(span.range())
}
