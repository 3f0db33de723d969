//! Tests JSON syntax: valid and malformed JSON at every position in a document, and the location of
//! errors.
//!
//! Most tests insert every JSON text in `VALID_JSON` and `MALFORMED_JSON` at each of the
//! `NESTED_POSITIONS`. Tests that run `JSONTestSuite` and comparisons with `serde_json` follow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use crate::common;
use miniprogram_protocol::{
    JsonText, Policy, Schema, SyntaxError, Violation, check_json,
    dictionary::{Amount, MessageSendResult, Order, Shipping, User},
    from_json, from_json_with,
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use std::path::Path;

// The messages of syntax errors.
const UNEXPECTED_END: &str = "unexpected end of input";
const EXPECTED_VALUE: &str = "expected a value";
const EXPECTED_NAME: &str = "expected a field name in double quotes";
const EXPECTED_COLON: &str = "expected a colon";
const EXPECTED_COMMA_OR_BRACE: &str = "expected a comma or a closing brace";
const EXPECTED_COMMA_OR_BRACKET: &str = "expected a comma or a closing bracket";
const MALFORMED_NUMBER: &str = "malformed number";
pub(super) const OUT_OF_RANGE: &str = "number out of range";
const MALFORMED_ESCAPE: &str = "malformed escape sequence";
const UNPAIRED_SURROGATE: &str = "unpaired surrogate in an escape sequence";
const CONTROL_CHARACTER: &str = "unescaped control character in a string";
pub(super) const TOO_DEEP: &str = "arrays and objects are nested too deeply";
const TRAILING_CHARACTERS: &str = "trailing characters after the value";
const BYTE_ORDER_MARK: &str = "unexpected byte order mark";
const INVALID_UTF8: &str = "invalid UTF-8";

/// Valid JSON texts.
const VALID_JSON: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "7",
    "-1",
    "0.0",
    "-0.0",
    "1.50",
    "0e0",
    "0E-0",
    "1e5",
    "1E+5",
    "1e-5",
    "12.34e56",
    "1e308",
    "1.7976931348623157e308",
    "5e-324",
    "1e-400",
    "0e99999999999999999999",
    "1e-99999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890123456789012345678901234567890",
    "0.1234567890123456789012345678901234567890",
    r#""""#,
    r#"" ""#,
    r#""a/b""#,
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0000\u001f\u0041\uFFFF\ufffe\uFDD0""#,
    r#""\ud83d\ude00\uD800\uDC00\uDBFF\uDFFF""#,
    r#""\\u12""#,
    "\"\u{7f}\u{80}\u{85}\u{2028}\u{202e}\u{feff}\u{ffff}\"",
    "\"pi π, 円, 😀, 👨‍👩‍👧\"",
    "[]",
    "{}",
    "[ ]",
    "{\r\n\t }",
    "[[],{},[[]]]",
    r#"[null,true,1,"1",{}]"#,
    r#"{"":{"":[]}}"#,
    r#"{"a":1,"b":[2],"c":{"d":3}}"#,
    r#"{"a":1,"a":2,"\u0061":3}"#,
    "{\"a\" : 1 ,\t\"b\"\r\n:\n2 }",
    " \t\r\n1\n",
    "\n[ 1 , 2 ]\n",
];

/// Malformed JSON texts, each with the line, the column and the message of its error. None of the
/// texts closes the array or object into which it is inserted.
const MALFORMED_JSON: &[(&str, usize, usize, &str)] = &[
    // Empty or incomplete JSON.
    ("", 1, 1, UNEXPECTED_END),
    (" \r\n\t", 2, 2, UNEXPECTED_END),
    ("-", 1, 2, UNEXPECTED_END),
    ("1.", 1, 3, UNEXPECTED_END),
    ("1e", 1, 3, UNEXPECTED_END),
    ("1e+", 1, 4, UNEXPECTED_END),
    ("nul", 1, 4, UNEXPECTED_END),
    ("\"", 1, 2, UNEXPECTED_END),
    ("\"a", 1, 3, UNEXPECTED_END),
    ("\"a\\", 1, 4, UNEXPECTED_END),
    ("\"\\u00", 1, 6, UNEXPECTED_END),
    ("[", 1, 2, UNEXPECTED_END),
    ("[1", 1, 3, UNEXPECTED_END),
    ("[1,", 1, 4, UNEXPECTED_END),
    ("{", 1, 2, UNEXPECTED_END),
    ("{\"a\"", 1, 5, UNEXPECTED_END),
    ("{\"a\":", 1, 6, UNEXPECTED_END),
    ("{\"a\":1", 1, 7, UNEXPECTED_END),
    ("{\"a\":1,\n", 2, 1, UNEXPECTED_END),
    // No value starts with these words and characters.
    ("x", 1, 1, EXPECTED_VALUE),
    ("NaN", 1, 1, EXPECTED_VALUE),
    ("Infinity", 1, 1, EXPECTED_VALUE),
    ("True", 1, 1, EXPECTED_VALUE),
    ("undefined", 1, 1, EXPECTED_VALUE),
    ("nulx", 1, 4, EXPECTED_VALUE),
    ("trUe", 1, 3, EXPECTED_VALUE),
    ("fals3", 1, 5, EXPECTED_VALUE),
    ("'a'", 1, 1, EXPECTED_VALUE),
    ("`a`", 1, 1, EXPECTED_VALUE),
    ("<a>", 1, 1, EXPECTED_VALUE),
    ("// no comment", 1, 1, EXPECTED_VALUE),
    ("/* no comment */ 1", 1, 1, EXPECTED_VALUE),
    ("\u{c}1", 1, 1, EXPECTED_VALUE),
    ("\u{b}1", 1, 1, EXPECTED_VALUE),
    ("\u{a0}1", 1, 1, EXPECTED_VALUE),
    ("\u{2028}1", 1, 1, EXPECTED_VALUE),
    ("\u{2060}1", 1, 1, EXPECTED_VALUE),
    ("\u{0}", 1, 1, EXPECTED_VALUE),
    ("\u{ff11}", 1, 1, EXPECTED_VALUE),
    ("é", 1, 1, EXPECTED_VALUE),
    // Malformed numbers.
    ("+1", 1, 1, EXPECTED_VALUE),
    (".5", 1, 1, EXPECTED_VALUE),
    ("01", 1, 2, MALFORMED_NUMBER),
    ("-01", 1, 3, MALFORMED_NUMBER),
    ("00", 1, 2, MALFORMED_NUMBER),
    ("-a", 1, 2, MALFORMED_NUMBER),
    ("--1", 1, 2, MALFORMED_NUMBER),
    ("-.5", 1, 2, MALFORMED_NUMBER),
    ("- 1", 1, 2, MALFORMED_NUMBER),
    ("1.e5", 1, 3, MALFORMED_NUMBER),
    ("1.a", 1, 3, MALFORMED_NUMBER),
    ("1ea", 1, 3, MALFORMED_NUMBER),
    ("1eE5", 1, 3, MALFORMED_NUMBER),
    ("1e+-5", 1, 4, MALFORMED_NUMBER),
    ("1e5.5", 1, 4, TRAILING_CHARACTERS),
    ("1.5.5", 1, 4, TRAILING_CHARACTERS),
    ("0x10", 1, 2, TRAILING_CHARACTERS),
    ("1_000", 1, 2, TRAILING_CHARACTERS),
    ("1 000", 1, 3, TRAILING_CHARACTERS),
    ("1f", 1, 2, TRAILING_CHARACTERS),
    ("1e400", 1, 1, OUT_OF_RANGE),
    ("-1e400", 1, 1, OUT_OF_RANGE),
    ("1.8e308", 1, 1, OUT_OF_RANGE),
    ("[0,1e99999999999999999999]", 1, 4, OUT_OF_RANGE),
    // Malformed strings.
    ("\"\n\"", 1, 2, CONTROL_CHARACTER),
    ("\"a\tb\"", 1, 3, CONTROL_CHARACTER),
    ("\"\u{0}\"", 1, 2, CONTROL_CHARACTER),
    ("\"\\n\u{1f}\"", 1, 4, CONTROL_CHARACTER),
    (r#""\x41""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\a""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\'""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\U0041""#, 1, 2, MALFORMED_ESCAPE),
    (r#""ab\0""#, 1, 4, MALFORMED_ESCAPE),
    (r#""\é""#, 1, 2, MALFORMED_ESCAPE),
    ("\"\\\n\"", 1, 2, MALFORMED_ESCAPE),
    (r#""\u004g""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\u 041""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\u+041""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\u{41}""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\u41""#, 1, 2, MALFORMED_ESCAPE),
    (r#""\ud83d""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ude00""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ude00\ud83d""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ud83d\ud83d""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ud83d\n""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ud83d\u0041""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""\ud83dude00""#, 1, 2, UNPAIRED_SURROGATE),
    (r#""a\ud83d\ude0g""#, 1, 3, MALFORMED_ESCAPE),
    (r#""ok" "no""#, 1, 6, TRAILING_CHARACTERS),
    // Malformed arrays.
    ("[,]", 1, 2, EXPECTED_VALUE),
    ("[1,]", 1, 4, EXPECTED_VALUE),
    ("[1,,2]", 1, 4, EXPECTED_VALUE),
    ("[1 2]", 1, 4, EXPECTED_COMMA_OR_BRACKET),
    ("[1:2]", 1, 3, EXPECTED_COMMA_OR_BRACKET),
    ("[1}", 1, 3, EXPECTED_COMMA_OR_BRACKET),
    ("[}", 1, 2, EXPECTED_VALUE),
    ("[\"a\":1]", 1, 5, EXPECTED_COMMA_OR_BRACKET),
    ("[\n1\n2]", 3, 1, EXPECTED_COMMA_OR_BRACKET),
    ("[]x", 1, 3, TRAILING_CHARACTERS),
    // Malformed objects.
    ("{,}", 1, 2, EXPECTED_NAME),
    ("{a:1}", 1, 2, EXPECTED_NAME),
    ("{'a':1}", 1, 2, EXPECTED_NAME),
    ("{1:1}", 1, 2, EXPECTED_NAME),
    ("{null:1}", 1, 2, EXPECTED_NAME),
    ("{[]:1}", 1, 2, EXPECTED_NAME),
    ("{]", 1, 2, EXPECTED_NAME),
    ("{\"a\":1,}", 1, 8, EXPECTED_NAME),
    ("{\"a\":1,,\"b\":2}", 1, 8, EXPECTED_NAME),
    ("{\"a\":1,b:2}", 1, 8, EXPECTED_NAME),
    ("{\"a\"}", 1, 5, EXPECTED_COLON),
    ("{\"a\" 1}", 1, 6, EXPECTED_COLON),
    ("{\"a\",1}", 1, 5, EXPECTED_COLON),
    ("{\"a\"=1}", 1, 5, EXPECTED_COLON),
    ("{\"a\":}", 1, 6, EXPECTED_VALUE),
    ("{\"a\"::1}", 1, 6, EXPECTED_VALUE),
    ("{\"a\":1 \"b\":2}", 1, 8, EXPECTED_COMMA_OR_BRACE),
    ("{\"a\":1;\"b\":2}", 1, 7, EXPECTED_COMMA_OR_BRACE),
    ("{\"a\":1]", 1, 7, EXPECTED_COMMA_OR_BRACE),
    ("{\"\\ud83d\":1}", 1, 3, UNPAIRED_SURROGATE),
    ("{\"\u{1}\":1}", 1, 3, CONTROL_CHARACTER),
    ("{}{}", 1, 3, TRAILING_CHARACTERS),
    // Lines end with a line feed, and columns are characters.
    ("{\r\n \"a\": x}", 2, 7, EXPECTED_VALUE),
    ("[\r1 2]", 1, 5, EXPECTED_COMMA_OR_BRACKET),
    ("[\"é円😀\", x]", 1, 9, EXPECTED_VALUE),
    ("{\"é\":\n[\"👨‍👩‍👧\",\n\"e\u{301}\" x]}", 3, 6, EXPECTED_COMMA_OR_BRACKET),
    ("[\"\u{2028}\u{85}\" x]", 1, 7, EXPECTED_COMMA_OR_BRACKET),
];

/// Byte sequences that are not valid UTF-8.
const INVALID_UTF8_SEQUENCES: &[&[u8]] = &[
    b"\x80",                     // a continuation byte without a start byte
    b"\xff",                     // never a byte of UTF-8
    b"\xc0\xaf",                 // a slash encoded in two bytes
    b"\xe0\x80\xaf",             // a slash encoded in three bytes
    b"\xed\xa0\x80",             // a surrogate
    b"\xed\xa0\xbd\xed\xb8\x80", // a pair of surrogates
    b"\xf4\x90\x80\x80",         // beyond U+10FFFF
    b"\xf8\x88\x80\x80\x80",     // five bytes
    b"\xe5\x86",                 // the last byte is missing
    b"\xf0\x9f\x98",             // the last byte is missing
];

/// A position in a document: the schema, and the JSON before and after it.
#[derive(Clone, Copy, Debug)]
struct Position {
    schema: &'static str,
    before: &'static str,
    after: &'static str,
    /// The violations of the document, if they are the same for all valid JSON.
    violations: Option<&'static [(&'static str, &'static str)]>,
}

/// The position of a whole document.
const TOP_LEVEL: Position = Position { schema: "Amount", before: "", after: "", violations: None };

/// The position of the value of an unknown field.
const UNKNOWN_FIELD: Position = Position {
    schema: "Amount",
    before: r#"{"currency":"USD","value":1,"x":"#,
    after: "}",
    violations: Some(&[]),
};

/// The positions of nested values.
const NESTED_POSITIONS: &[Position] = &[
    UNKNOWN_FIELD,
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","x":{"y":[1,"#,
        after: r#"]},"value":1}"#,
        violations: Some(&[]),
    },
    // A value of the field's type is deserialized; any other value is skipped.
    Position {
        schema: "Amount",
        before: r#"{"currency":"#,
        after: r#","value":1}"#,
        violations: None,
    },
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":"#,
        after: "}",
        violations: None,
    },
    Position {
        schema: "MessageSendResult",
        before: r#"{"messageId":"1","success":"#,
        after: "}",
        violations: None,
    },
    Position {
        schema: "Order",
        before: r#"{"merchant":{"merchantName":""},"goods":[{},"#,
        after: "]}",
        violations: None,
    },
    // Positions inside an object where a string is expected, or inside an array where an integer is
    // expected.
    Position {
        schema: "Amount",
        before: r#"{"currency":{"a":"#,
        after: r#"},"value":1}"#,
        violations: Some(&[("/currency", "type")]),
    },
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":[0,"#,
        after: "]}",
        violations: Some(&[("/value", "type")]),
    },
    // Positions inside an array where an object is expected, or inside an object where an array is
    // expected.
    Position {
        schema: "Shipping",
        before: r#"{"shippingName":{},"shippingAddress":[0,"#,
        after: "]}",
        violations: Some(&[("/shippingAddress", "type")]),
    },
    Position {
        schema: "User",
        before: r#"{"userId":"1","contactInfos":{"0":"#,
        after: "}}",
        violations: Some(&[("/contactInfos", "type")]),
    },
    // Positions inside the second or third occurrence of a field.
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":1,"value":"#,
        after: "}",
        violations: Some(&[("/value", "duplicate")]),
    },
    Position {
        schema: "Amount",
        before: r#"{"x":1,"currency":"USD","x":"#,
        after: r#","value":1}"#,
        violations: Some(&[("/x", "duplicate")]),
    },
    Position {
        schema: "Amount",
        before: r#"{"x":1,"currency":"USD","x":2,"value":1,"x":"#,
        after: "}",
        violations: Some(&[("/x", "duplicate"), ("/x", "duplicate")]),
    },
];

/// The positions of names.
const NAME_POSITIONS: &[Position] = &[
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":1,"#,
        after: ":0}",
        violations: Some(&[]),
    },
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":1,"x":{"#,
        after: ":0}}",
        violations: Some(&[]),
    },
    Position {
        schema: "Amount",
        before: r#"{"currency":{"#,
        after: r#":0},"value":1}"#,
        violations: Some(&[("/currency", "type")]),
    },
    Position {
        schema: "Amount",
        before: r#"{"currency":"USD","value":1,"value":{"#,
        after: ":0}}",
        violations: Some(&[("/value", "duplicate")]),
    },
    Position {
        schema: "Amount",
        before: r#"{"x":0,"currency":"USD","value":1,"x":[{"#,
        after: ":0}]}",
        violations: Some(&[("/x", "duplicate")]),
    },
];

fn all_positions() -> impl Iterator<Item = Position> {
    NESTED_POSITIONS.iter().copied().chain([TOP_LEVEL])
}

impl Position {
    fn insert(self, json: impl AsRef<[u8]>) -> Vec<u8> {
        [self.before.as_bytes(), json.as_ref(), self.after.as_bytes()].concat()
    }

    /// Returns the number of arrays and objects that contain the position.
    fn depth(self) -> usize {
        self.before.matches(['{', '[']).count() - self.before.matches(['}', ']']).count()
    }

    fn syntax_error(self, json: impl AsRef<[u8]>) -> Option<SyntaxError> {
        syntax_error(self.schema, &self.insert(json))
    }

    fn assert_accepts(self, json: &str) {
        let document = self.insert(json);
        let found = common::violations_of_json(Schema::by_name(self.schema).unwrap(), &document);
        let codes: Vec<_> = found.iter().map(|(path, code)| (&**path, &**code)).collect();
        match self.violations {
            Some(expected) => assert_eq!(codes, expected, "{}", String::from_utf8_lossy(&document)),
            None => {
                assert_eq!(self.syntax_error(json), None, "{}", String::from_utf8_lossy(&document));
            }
        }
    }
}

fn syntax_error(schema: &str, json: &[u8]) -> Option<SyntaxError> {
    let schema = Schema::by_name(schema).unwrap();
    schema.check_json_with(json, &Policy::strict()).err()?.syntax().cloned()
}

/// Returns the line, the column and the message of an error.
fn location_and_message(error: &SyntaxError) -> (usize, usize, &'static str) {
    (error.line(), error.column(), error.message())
}

fn nested_json(levels: usize, opening: &str, closing: &str) -> String {
    opening.repeat(levels) + &closing.repeat(levels)
}

#[test]
fn reads_valid_json_at_every_position() {
    for json in VALID_JSON {
        for position in all_positions() {
            position.assert_accepts(json);
        }
    }
}

#[test]
fn reports_location_and_message() {
    for &(json, line, column, message) in MALFORMED_JSON {
        let error = TOP_LEVEL.syntax_error(json).unwrap_or_else(|| panic!("{json:?} was read"));
        assert_eq!(location_and_message(&error), (line, column, message), "{json:?}");
        let display = if message == OUT_OF_RANGE {
            format!("{message} at line {line} column {column}")
        } else {
            format!("malformed JSON at line {line} column {column}: {message}")
        };
        assert_eq!(error.to_string(), display);
    }
}

#[test]
fn rejects_malformed_json_at_every_position() {
    for &(json, line, column, message) in MALFORMED_JSON {
        for position in NESTED_POSITIONS {
            let error =
                position.syntax_error(json).unwrap_or_else(|| panic!("{json:?} in {position:?}"));
            // Incomplete JSON and trailing characters cause different errors inside a document.
            if ![UNEXPECTED_END, TRAILING_CHARACTERS].contains(&message) {
                let before = if line == 1 { position.before.chars().count() } else { 0 };
                assert_eq!(
                    location_and_message(&error),
                    (line, before + column, message),
                    "{json:?} in {position:?}"
                );
            }
        }
    }
}

#[test]
fn applies_string_grammar_to_names() {
    for position in NAME_POSITIONS {
        for json in VALID_JSON.iter().filter(|json| json.starts_with('"')) {
            position.assert_accepts(json);
        }
        let strings = MALFORMED_JSON.iter().filter(|(json, ..)| json.starts_with('"'));
        for &(json, line, column, message) in strings {
            let error =
                position.syntax_error(json).unwrap_or_else(|| panic!("{json:?} in {position:?}"));
            if ![UNEXPECTED_END, TRAILING_CHARACTERS].contains(&message) {
                let column = position.before.chars().count() + column;
                assert_eq!(
                    location_and_message(&error),
                    (line, column, message),
                    "{json:?} in {position:?}"
                );
            }
        }
    }
}

#[test]
fn reports_same_errors_for_json_text() {
    for json in VALID_JSON {
        assert!(JsonText::parse(json).is_ok(), "{json:?}");
    }
    for &(json, line, column, message) in MALFORMED_JSON {
        let error = JsonText::parse(json).unwrap_err();
        assert_eq!(location_and_message(&error), (line, column, message), "{json:?}");
    }
}

/// Returns `true` if `serde_json` reports a syntax error when it reads the type.
fn is_malformed_through_serde_json(schema: &str, json: &[u8]) -> bool {
    let error = match schema {
        "Amount" => serde_json::from_slice::<Amount>(json).err(),
        "MessageSendResult" => serde_json::from_slice::<MessageSendResult>(json).err(),
        "Order" => serde_json::from_slice::<Order>(json).err(),
        "Shipping" => serde_json::from_slice::<Shipping>(json).err(),
        "User" => serde_json::from_slice::<User>(json).err(),
        other => panic!("no type for {other}"),
    };
    // `serde_json` does not validate everything that it skips. The remaining errors are found when
    // a type is deserialized, and their messages begin differently from those of all violations.
    error.is_some_and(|error| {
        let begins_with = |start: &str| error.to_string().starts_with(start);
        let is_malformed = begins_with("malformed JSON") || begins_with(OUT_OF_RANGE);
        error.is_syntax() || error.is_eof() || is_malformed
    })
}

#[test]
fn rejects_malformed_json_through_serde_json() {
    for position in NESTED_POSITIONS {
        for json in VALID_JSON {
            let document = position.insert(json);
            assert!(
                !is_malformed_through_serde_json(position.schema, &document),
                "{json:?} in {position:?}"
            );
        }
        let bytes = INVALID_UTF8_SEQUENCES.iter().map(|bytes| [b"\"", *bytes, b"\""].concat());
        let malformed =
            MALFORMED_JSON.iter().map(|(json, ..)| json.as_bytes().to_owned()).chain(bytes);
        for json in malformed {
            let document = position.insert(&json);
            let is_malformed = is_malformed_through_serde_json(position.schema, &document);
            assert!(is_malformed, "{:?} in {position:?}", String::from_utf8_lossy(&json));
        }
    }
}

#[test]
fn limits_nesting_to_128_levels() {
    for (opening, closing) in [("[", "]"), (r#"{"x":"#, "}")] {
        for position in all_positions() {
            let free = 128 - position.depth();
            // The number in the innermost object does not count as a level.
            let json = |levels| nested_json(levels, opening, closing).replace(":}", ":0}");
            position.assert_accepts(&json(free));
            let error =
                position.syntax_error(json(free + 1)).unwrap_or_else(|| panic!("{position:?}"));
            let before = position.before.chars().count() + free * opening.len();
            assert_eq!(location_and_message(&error), (1, before + 1, TOO_DEEP), "{position:?}");
        }
    }
}

#[test]
fn counts_only_open_arrays_and_objects() {
    let deep = nested_json(100, "[", "]");
    let wide = vec![deep; 10].join(",");
    for position in all_positions() {
        position.assert_accepts(&format!("[{wide}]"));
    }
}

#[test]
fn rejects_endless_nesting() {
    for opening in ["[", r#"{"x":"#, r#"{"x":["#] {
        let json = opening.repeat(500_000);
        for position in all_positions() {
            assert_eq!(position.syntax_error(&json).unwrap().message(), TOO_DEEP, "{position:?}");
        }
    }
}

#[test]
fn rejects_invalid_utf8_at_every_position() {
    // The invalid bytes are before or after a value, alone, in a string, after an escape sequence,
    // or in a name.
    let contexts: &[(&str, &str)] =
        &[("", "0"), ("0", ""), ("", ""), ("\"é", "\""), ("\"\\n", "x\""), ("{\"a", "\":0}")];
    for position in all_positions() {
        for (before, after) in contexts {
            for bytes in INVALID_UTF8_SEQUENCES {
                let json = [before.as_bytes(), bytes, after.as_bytes()].concat();
                let column = position.before.chars().count() + before.chars().count() + 1;
                let error = position
                    .syntax_error(&json)
                    .unwrap_or_else(|| panic!("{json:?} in {position:?}"));
                assert_eq!(
                    location_and_message(&error),
                    (1, column, INVALID_UTF8),
                    "{json:?} in {position:?}"
                );
            }
        }
    }
}

#[test]
fn rejects_byte_order_marks() {
    for json in ["\u{feff}", "\u{feff}{}", "\u{feff}\u{feff}1"] {
        assert_eq!(
            location_and_message(&TOP_LEVEL.syntax_error(json).unwrap()),
            (1, 1, BYTE_ORDER_MARK)
        );
    }
    for position in NESTED_POSITIONS {
        assert_eq!(position.syntax_error("\u{feff}{}").unwrap().message(), EXPECTED_VALUE);
    }
    assert_eq!(
        location_and_message(&TOP_LEVEL.syntax_error(" \u{feff}{}").unwrap()),
        (1, 2, EXPECTED_VALUE)
    );
    assert_eq!(
        location_and_message(&TOP_LEVEL.syntax_error("{}\u{feff}").unwrap()),
        (1, 3, TRAILING_CHARACTERS)
    );
    assert_eq!(
        location_and_message(&TOP_LEVEL.syntax_error(b"\xff\xfe{\0}\0").unwrap()),
        (1, 1, INVALID_UTF8),
        "UTF-16"
    );
    assert_eq!(
        location_and_message(&TOP_LEVEL.syntax_error(b"{\0}\0").unwrap()),
        (1, 2, EXPECTED_NAME),
        "UTF-16 without a byte order mark"
    );
}

#[test]
fn accepts_only_whitespace_after_value() {
    let amount = r#"{"currency":"USD","value":1}"#;
    for whitespace in ["", " ", "\n", "\r\n\t "] {
        assert!(from_json::<Amount>(format!("{amount}{whitespace}").as_bytes()).is_ok());
    }
    for trailing in ["}", "]", ",", ":", "0", "x", "\0", "\u{a0}", "{}", "\"\"", "//", "#"] {
        for json in [amount, "{}", "[]", "null", "\"\""] {
            let error = TOP_LEVEL.syntax_error(format!("{json} {trailing}")).unwrap();
            assert_eq!(
                location_and_message(&error),
                (1, json.len() + 2, TRAILING_CHARACTERS),
                "{json} {trailing}"
            );
        }
    }
}

#[test]
fn replaces_violations_with_syntax_error() {
    let error = from_json::<Amount>(br#"{"currency":1,"value":"1","x":1,"x":2"#).unwrap_err();
    assert_eq!(location_and_message(error.syntax().unwrap()), (1, 38, UNEXPECTED_END));
    assert!(error.violations().is_empty());
    assert!(error.into_violations().is_err());
    // A syntax error replaces the violations even if the report is already full.
    let policy = Policy::strict().max_violations(0);
    let error = from_json_with::<Amount>(br#"{"currency":1,"value":"1","#, &policy).unwrap_err();
    assert_eq!(location_and_message(error.syntax().unwrap()), (1, 27, UNEXPECTED_END));
}

#[test]
fn counts_lines_and_columns_at_every_position() {
    for (json, line, column) in [
        ("\"é円😀👨‍👩‍👧\" x", 1, 12),
        ("[\n\n\"é\",\r\n  \"円\" x]", 4, 7),
        ("[\r\r1\t\tx]", 1, 7),
        ("\n\n\nx", 4, 1),
    ] {
        for position in all_positions() {
            let before = if line == 1 { position.before.chars().count() } else { 0 };
            let error = position.syntax_error(json).unwrap();
            assert_eq!((error.line(), error.column()), (line, before + column), "{json:?}");
        }
    }
}

#[test]
fn decodes_escape_sequences() {
    for (escape, character) in [
        (r#"\""#, '"'),
        (r"\\", '\\'),
        (r"\/", '/'),
        (r"\b", '\u{8}'),
        (r"\f", '\u{c}'),
        (r"\n", '\n'),
        (r"\r", '\r'),
        (r"\t", '\t'),
        (r"\u0000", '\0'),
        (r"\u0041", 'A'),
        (r"\u12aB", '\u{12ab}'),
        (r"\uD7FF", '\u{d7ff}'),
        (r"\uE000", '\u{e000}'),
        (r"\uFFFF", '\u{ffff}'),
        (r"\uD800\uDC00", '\u{10000}'),
        (r"\ud83d\ude00", '😀'),
        (r"\uDBFF\uDFFF", '\u{10ffff}'),
    ] {
        let text = JsonText::parse(&format!(r#""a{escape}b{escape}""#)).unwrap();
        let value = text.to_value().unwrap();
        assert_eq!(value, json!(format!("a{character}b{character}")), "{escape}");
    }
}

#[test]
fn decodes_escape_sequences_in_names() {
    let amount = from_json::<Amount>(br#"{"\u0063urrency":"\u0055SD","v\u0061lue":1}"#).unwrap();
    assert_eq!((amount.currency.as_str(), amount.value.get()), ("USD", 1));
    let json = br#"{"currency":"USD","value":1,"\u0076alue":2,"x":1,"\u0078":2}"#;
    let error = from_json::<Amount>(json).unwrap_err();
    let paths: Vec<_> = error.violations().iter().map(Violation::path).collect();
    assert_eq!(paths, ["/value", "/x"]);
    // Field names are case-sensitive.
    let amount = from_json::<Amount>(br#"{"currency":"USD","value":1,"Value":2}"#).unwrap();
    assert_eq!(amount.unknown_fields.len(), 1);
}

/// Returns the names and contents of the files of `JSONTestSuite`, if they exist.
fn read_json_test_suite() -> Option<Vec<(String, Vec<u8>)>> {
    let files = std::fs::read_dir(common::test_data("json-test-suite/test_parsing")?).unwrap();
    let read = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    let files: Vec<_> = files.map(|file| read(&file.unwrap().path())).collect();
    assert!(files.len() >= 318, "incomplete suite: {} files", files.len());
    Some(files)
}

#[test]
fn accepts_y_files_of_json_test_suite() {
    for (name, bytes) in read_json_test_suite().unwrap_or_default() {
        if name.starts_with("y_") {
            let json = std::str::from_utf8(&bytes).unwrap();
            assert_eq!(TOP_LEVEL.syntax_error(json), None, "{name}");
            UNKNOWN_FIELD.assert_accepts(json);
        }
    }
}

#[test]
fn rejects_n_files_of_json_test_suite() {
    for (name, json) in read_json_test_suite().unwrap_or_default() {
        if name.starts_with("n_") {
            assert!(TOP_LEVEL.syntax_error(&json).is_some(), "{name}");
            // No file becomes valid as the value of an unknown field.
            assert!(UNKNOWN_FIELD.syntax_error(&json).is_some(), "{name} inside");
        }
    }
}

/// The files that a parser may either accept or reject, and whether this crate accepts them.
const IMPLEMENTATION_DEFINED_FILES: [(&str, bool); 35] = [
    // Numbers too small for an `f64` become zero, and integers of more than 64 bits are accepted.
    ("i_number_double_huge_neg_exp.json", true),
    ("i_number_real_underflow.json", true),
    ("i_number_too_big_neg_int.json", true),
    ("i_number_too_big_pos_int.json", true),
    ("i_number_very_big_negative_int.json", true),
    // Numbers too large for an `f64` are rejected.
    ("i_number_huge_exp.json", false),
    ("i_number_neg_int_huge_exp.json", false),
    ("i_number_pos_double_huge_exp.json", false),
    ("i_number_real_neg_overflow.json", false),
    ("i_number_real_pos_overflow.json", false),
    // Unpaired surrogates.
    ("i_object_key_lone_2nd_surrogate.json", false),
    ("i_string_1st_surrogate_but_2nd_missing.json", false),
    ("i_string_1st_valid_surrogate_2nd_invalid.json", false),
    ("i_string_incomplete_surrogate_and_escape_valid.json", false),
    ("i_string_incomplete_surrogate_pair.json", false),
    ("i_string_incomplete_surrogates_escape_valid.json", false),
    ("i_string_invalid_lonely_surrogate.json", false),
    ("i_string_invalid_surrogate.json", false),
    ("i_string_inverted_surrogates_U+1D11E.json", false),
    ("i_string_lone_second_surrogate.json", false),
    // Bytes that are not valid UTF-8 are rejected.
    ("i_string_UTF-16LE_with_BOM.json", false),
    ("i_string_UTF-8_invalid_sequence.json", false),
    ("i_string_UTF8_surrogate_U+D800.json", false),
    ("i_string_invalid_utf-8.json", false),
    ("i_string_iso_latin_1.json", false),
    ("i_string_lone_utf8_continuation_byte.json", false),
    ("i_string_not_in_unicode_range.json", false),
    ("i_string_overlong_sequence_2_bytes.json", false),
    ("i_string_overlong_sequence_6_bytes.json", false),
    ("i_string_overlong_sequence_6_bytes_null.json", false),
    ("i_string_truncated-utf-8.json", false),
    ("i_string_utf16BE_no_BOM.json", false),
    ("i_string_utf16LE_no_BOM.json", false),
    // A byte order mark and more than 128 levels are rejected.
    ("i_structure_UTF-8_BOM_empty_object.json", false),
    ("i_structure_500_nested_arrays.json", false),
];

#[test]
fn accepts_only_listed_optional_json() {
    let Some(files) = read_json_test_suite() else { return };
    let i_files = || files.iter().filter(|(name, _)| name.starts_with("i_"));
    assert_eq!(i_files().count(), IMPLEMENTATION_DEFINED_FILES.len());
    for (name, json) in i_files() {
        let listed = IMPLEMENTATION_DEFINED_FILES.iter().find(|(file, _)| file == name);
        let Some((_, accepted)) = listed else { panic!("{name} is not listed") };
        assert_eq!(TOP_LEVEL.syntax_error(json).is_none(), *accepted, "{name}");
        assert_eq!(UNKNOWN_FIELD.syntax_error(json).is_none(), *accepted, "{name} inside");
    }
}

#[test]
fn keeps_duplicates_only_in_unknown_fields() {
    for json in [r#"{"a":"b","a":"c"}"#, r#"{"a":"b","a":"b"}"#] {
        let error = from_json::<Amount>(json.as_bytes()).unwrap_err();
        let found = error.violations().iter().map(|violation| (violation.path(), violation.code()));
        let expected = [("/a", "duplicate"), ("/currency", "required"), ("/value", "required")];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let amount = from_json::<Amount>(&UNKNOWN_FIELD.insert(json)).unwrap();
        assert_eq!(amount.unknown_fields.get("x").unwrap().as_str(), json);
        assert_eq!(serde_json::to_vec(&amount).unwrap(), UNKNOWN_FIELD.insert(json));
    }
}

fn proptest_config() -> ProptestConfig {
    ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        let name = prop_oneof![any::<String>(), "[a-c]", Just("value".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_json() -> impl Strategy<Value = Vec<u8>> {
    (any_value(), any::<bool>()).prop_map(|(value, pretty)| {
        if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap()
    })
}

/// Generates concatenations of JSON fragments, some of which are valid JSON.
fn any_fragments() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop::sample::select(vec![
        &b"{"[..],
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"\\ude00",
        b"\\n",
        b"\"a\"",
        b"\"\":",
        b"0",
        b"1",
        b"-",
        b"+",
        b".",
        b"e",
        b"E",
        b"12",
        b"e30",
        b"e400",
        b"null",
        b"true",
        b"false",
        b"nul",
        b" ",
        b"\n",
        b"\t",
        b"\r",
        b"\x0b",
        b"\0",
        b"\x7f",
        "é".as_bytes(),
        "😀".as_bytes(),
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"/",
        b"'",
    ]);
    prop::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

/// Asserts that this crate accepts `json` if and only if `serde_json` does, both alone and at every
/// position.
fn assert_agrees_with_serde_json(json: &[u8]) {
    let shown = || String::from_utf8_lossy(json).into_owned();
    let is_json = |json: &[u8]| serde_json::from_slice::<Value>(json).is_ok();
    assert_eq!(TOP_LEVEL.syntax_error(json).is_none(), is_json(json), "{}", shown());
    for position in NESTED_POSITIONS {
        let expected = is_json(&position.insert(json));
        assert_eq!(position.syntax_error(json).is_none(), expected, "{} in {position:?}", shown());
    }
}

proptest! {
    #![proptest_config(proptest_config())]

    #[test]
    fn accepts_same_bytes_as_serde_json(json: Vec<u8>) {
        assert_agrees_with_serde_json(&json);
    }

    #[test]
    fn accepts_same_strings_as_serde_json(json: String) {
        assert_agrees_with_serde_json(json.as_bytes());
    }

    #[test]
    fn accepts_same_fragments_as_serde_json(json in any_fragments()) {
        assert_agrees_with_serde_json(&json);
    }

    #[test]
    fn accepts_same_numbers_as_serde_json(
        json in r"-?0?[0-9]{0,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{0,3})?",
    ) {
        assert_agrees_with_serde_json(json.as_bytes());
    }

    #[test]
    fn reads_arbitrary_values(json in any_json()) {
        assert_agrees_with_serde_json(&json);
        assert_eq!(TOP_LEVEL.syntax_error(&json), None);
    }

    #[test]
    fn preserves_arbitrary_values_in_unknown_fields(value in any_value()) {
        let json = value.to_string();
        let amount = from_json::<Amount>(&UNKNOWN_FIELD.insert(&json)).unwrap();
        let kept = amount.unknown_fields.get("x").unwrap();
        assert_eq!(kept.as_str(), json);
        assert_eq!(kept, &JsonText::try_from(value).unwrap());
    }

    #[test]
    fn accepts_same_mutations_as_serde_json(
        mut json in any_json(),
        mutations in prop::collection::vec((any::<Index>(), any::<Mutation>()), 1..4),
    ) {
        for (index, mutation) in mutations {
            mutation.apply(&mut json, index);
        }
        assert_agrees_with_serde_json(&json);
    }
}

/// A change to one byte of a document.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    Delete,
    Insert(u8),
    Replace(u8),
}

impl Arbitrary for Mutation {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
        let token = prop::sample::select(br#"{}[],:"\/-+.eE019truefalsn "#.to_vec());
        let byte = prop_oneof![any::<u8>(), token].boxed();
        prop_oneof![
            Just(Self::Delete),
            byte.clone().prop_map(Self::Insert),
            byte.prop_map(Self::Replace),
        ]
        .boxed()
    }
}

impl Mutation {
    fn apply(self, json: &mut Vec<u8>, index: Index) {
        if let Self::Insert(byte) = self {
            json.insert(index.index(json.len() + 1), byte);
        } else if !json.is_empty() {
            let index = index.index(json.len());
            match self {
                Self::Replace(byte) => json[index] = byte,
                _ => drop(json.remove(index)),
            }
        }
    }
}

#[test]
fn reads_one_more_level_than_serde_json() {
    for (levels, ours, theirs) in [(127, true, true), (128, true, false), (129, false, false)] {
        let json = nested_json(levels, "[", "]");
        assert_eq!(TOP_LEVEL.syntax_error(&json).is_none(), ours, "{levels}");
        assert_eq!(serde_json::from_str::<Value>(&json).is_ok(), theirs, "{levels}");
    }
}

#[test]
fn reads_numbers_near_largest_f64() {
    // Each number is closer to the largest `f64` than to 2^1024, so it is in range.
    for number in ["1.7976931348623158e308", "-1.7976931348623158e308", "17976931348623157081e289"]
    {
        assert!(number.parse::<f64>().unwrap().is_finite());
        UNKNOWN_FIELD.assert_accepts(number);
        assert!(serde_json::from_str::<Value>(number).is_err(), "{number}");
    }
    // `serde_json` accepts this number, although it is closer to 2^1024.
    assert_eq!(TOP_LEVEL.syntax_error("1.79769313486231582e308").unwrap().message(), OUT_OF_RANGE);
    assert!(serde_json::from_str::<Value>("1.79769313486231582e308").is_ok());
}

#[test]
fn rejects_unknown_integers_beyond_f64() {
    for sign in ["", "-"] {
        let huge = format!("{sign}{}", "1".repeat(400));
        assert_eq!(UNKNOWN_FIELD.syntax_error(&huge).unwrap().message(), OUT_OF_RANGE);
        UNKNOWN_FIELD.assert_accepts(&format!("{sign}{}", "1".repeat(300)));
    }
}

#[test]
fn reports_range_violation_for_huge_integers() {
    let schema = Schema::by_name("Amount").unwrap();
    for (sign, code) in [("", "maximum"), ("-", "minimum")] {
        let json = format!(r#"{{"currency":"USD","value":{sign}{}}}"#, "1".repeat(400));
        let found = common::violations_of_json(schema, json.as_bytes());
        assert_eq!(found, [("/value".to_owned(), code.to_owned())]);
    }
}

#[test]
fn reports_type_violation_for_huge_integers() {
    let schema = Schema::by_name("Amount").unwrap();
    let json = format!(r#"{{"currency":{},"value":1}}"#, "1".repeat(400));
    let found = common::violations_of_json(schema, json.as_bytes());
    assert_eq!(found, [("/currency".to_owned(), "type".to_owned())]);
    let read = from_json::<Amount>(json.as_bytes()).unwrap_err();
    assert_eq!(read, check_json::<Amount>(json.as_bytes()).unwrap_err());
}

#[test]
fn rounds_to_nearest_f64_in_to_value() {
    for number in [
        "-9.66829386708285e-98",
        "0.1",
        "1e22",
        "5e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "0.9999999999999999",
        "1.2345678901234567e-7",
        "1.1111111111111111e+21",
        "7.2057594037927933e16",
        "123456789012345678901234567890",
    ] {
        let value = JsonText::parse(number).unwrap().to_value().unwrap();
        assert_eq!(value.as_f64().unwrap().to_bits(), number.parse::<f64>().unwrap().to_bits());
    }
}

#[test]
fn treats_reserved_serde_json_names_as_ordinary() {
    for value in ["1", "\"text\"", "\"1\"", "[]"] {
        let json = format!("{{\"$serde_json::private::RawValue\":{value}}}");
        UNKNOWN_FIELD.assert_accepts(&json);
        let text = JsonText::parse(&json).unwrap();
        assert_eq!(text.as_str(), json);
        assert_eq!(text.to_value().unwrap().to_string(), json);
    }
}
