//! Compares two features of the `mpp` command with `serde_json`: splitting arrays into elements,
//! and finding values in envelopes.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/elements.rs"]
mod elements;
#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/envelope.rs"]
mod envelope;
#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/input.rs"]
mod input;
#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/parallel.rs"]
mod parallel;
#[allow(dead_code, unreachable_pub, reason = "the module is part of the `mpp` command")]
#[path = "../../src/bin/mpp/part.rs"]
mod part;

use elements::{ArrayItem, ElementBlock, ElementReader};
use envelope::{LookupError, Pointer, string_content};
use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, Schema};
use parallel::BlockSource as _;
use part::{JsonPart, Position};
use serde_json::{Value, value::RawValue};

/// Returns the elements, and `true` if all of them were read without an error.
fn read_elements(text: &[u8], chunk_size: usize) -> (Vec<Vec<u8>>, bool) {
    let mut reader = ElementReader::new(text, chunk_size, 1 << 20);
    let mut block = ElementBlock::default();
    let (mut elements, mut is_complete) = (Vec::new(), true);
    loop {
        match reader.read(&mut block) {
            Ok(true) => {}
            Ok(false) => return (elements, is_complete),
            // An element is too long.
            Err(_) => is_complete = false,
        }
        for item in block.items() {
            match item {
                ArrayItem::Element(element) => {
                    let offset = usize::try_from(element.position.offset).unwrap();
                    assert_eq!(element.position, Position::START.after(&text[..offset]));
                    assert!(text[offset..].starts_with(element.json));
                    elements.push(element.json.to_owned());
                }
                ArrayItem::Unfinished(element) => {
                    assert!(!element.json.is_empty());
                    is_complete = false;
                }
                ArrayItem::Error(_) => is_complete = false,
            }
        }
    }
}

fn check_elements(text: &[u8], chunk_size: usize) {
    let (elements, is_complete) = read_elements(text, chunk_size);
    match serde_json::from_slice::<Vec<&RawValue>>(text) {
        Ok(expected) => {
            let expected: Vec<_> = expected.iter().map(|it| it.get().as_bytes()).collect();
            assert!(is_complete);
            assert_eq!(elements, expected);
        }
        Err(_) => {
            let is_valid = |text: &Vec<u8>| serde_json::from_slice::<&RawValue>(text).is_ok();
            assert!(!is_complete || !elements.iter().all(is_valid));
        }
    }
}

fn check_envelope(text: &[u8], pointer: &Pointer) {
    match pointer.find(text) {
        Ok((offset, json)) => {
            assert!(text[offset..].starts_with(json.as_bytes()));
            check_spans(&text[..offset], json);
            if let Ok(envelope) = serde_json::from_slice::<Value>(text) {
                let found = serde_json::from_str::<Value>(json).unwrap();
                assert_eq!(envelope.pointer(&pointer.to_string()), Some(&found));
            }
        }
        Err(LookupError::Missing { offset } | LookupError::Duplicate { offset }) => {
            assert!(offset < text.len());
        }
        Err(LookupError::Malformed) => {
            assert!(serde_json::from_slice::<Value>(text).is_err());
        }
    }
}

/// Checks that the span of each violation is inside the value, with the correct line and column.
fn check_spans(before: &[u8], json: &str) {
    let content = json.starts_with('"').then(|| string_content(json)).flatten();
    let part = JsonPart { before, ..JsonPart::new(Position::START, json.as_bytes(), None) };
    let part = match &content {
        Some(content) => JsonPart { json: content.as_bytes(), string: Some(part.json), ..part },
        None => part,
    };
    let schema = Schema::by_name("Amount").unwrap();
    let Err(error) = schema.check_json_with(part.json, &Policy::strict()) else { return };
    let expected = error.locate(part.json);
    let mut spans = expected.clone();
    part.convert_to_file_spans(&mut spans);
    for (span, expected) in spans.into_iter().zip(expected) {
        let (Some(span), Some(expected)) = (span, expected) else { continue };
        assert!(part.source_at(span).is_some());
        assert_eq!(part.bytes_at(span), part.json.get(expected.range()));
        let position =
            Position::START.after(before).after(&json.as_bytes()[..span.offset - before.len()]);
        assert_eq!((span.line as u64, span.column as u64), (position.line, position.column));
    }
}

// The first line is the pointer, and the text follows.
fuzz_target!(|data: &[u8]| {
    let Some((&chunk_size, data)) = data.split_first() else { return };
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let pointer = std::str::from_utf8(parts.next().unwrap_or_default());
    let text = parts.next().unwrap_or_default();
    check_elements(text, usize::from(chunk_size % 16) + 1);
    if let Some(Ok(pointer)) = pointer.ok().map(str::parse::<Pointer>) {
        check_envelope(text, &pointer);
    }
});
