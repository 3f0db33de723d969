//! JSON itself: what is read and what is refused, at every place alike, and where the fault is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

use crate::common;
use miniprogram_protocol::{
    CurrencyCode, JsonText, Policy, ProtocolType, Schema, SyntaxError, Violation, check_json,
    dictionary::{Amount, Buyer, MessageSendResult, Order, Shipping, User},
    from_json, from_json_with,
};
use proptest::{prelude::*, sample::Index};
use serde::{
    de::{
        Deserialize, Deserializer, IntoDeserializer, Visitor,
        value::{
            BorrowedBytesDeserializer, BytesDeserializer, Error as ValueError, F64Deserializer,
            MapDeserializer, U64Deserializer,
        },
    },
    forward_to_deserialize_any,
};
use serde_json::{Value, json};
use std::path::Path;

const END: &str = "unexpected end of input";
const VALUE: &str = "expected a value";
const NAME: &str = "expected a field name in double quotes";
const COLON: &str = "expected a colon";
const IN_OBJECT: &str = "expected a comma or a closing brace";
const IN_ARRAY: &str = "expected a comma or a closing bracket";
const NUMBER: &str = "malformed number";
const RANGE: &str = "number out of range";
const ESCAPE: &str = "malformed escape sequence";
const HALF: &str = "unpaired surrogate in an escape sequence";
const CONTROL: &str = "unescaped control character in a string";
const DEPTH: &str = "arrays and objects are nested too deeply";
const TRAILING: &str = "trailing characters after the value";
const MARK: &str = "unexpected byte order mark";
const UTF8: &str = "invalid UTF-8";

/// Texts that are JSON.
const READ: &[&str] = &[
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

/// Texts that are no JSON: the line, the column and the message of the fault. None of them holds
/// what would end the object or array that it is put into.
const REFUSED: &[(&str, usize, usize, &str)] = &[
    // Nothing, or not the whole of a value.
    ("", 1, 1, END),
    (" \r\n\t", 2, 2, END),
    ("-", 1, 2, END),
    ("1.", 1, 3, END),
    ("1e", 1, 3, END),
    ("1e+", 1, 4, END),
    ("nul", 1, 4, END),
    ("\"", 1, 2, END),
    ("\"a", 1, 3, END),
    ("\"a\\", 1, 4, END),
    ("\"\\u00", 1, 6, END),
    ("[", 1, 2, END),
    ("[1", 1, 3, END),
    ("[1,", 1, 4, END),
    ("{", 1, 2, END),
    ("{\"a\"", 1, 5, END),
    ("{\"a\":", 1, 6, END),
    ("{\"a\":1", 1, 7, END),
    ("{\"a\":1,\n", 2, 1, END),
    // Words and marks that start no value.
    ("x", 1, 1, VALUE),
    ("NaN", 1, 1, VALUE),
    ("Infinity", 1, 1, VALUE),
    ("True", 1, 1, VALUE),
    ("undefined", 1, 1, VALUE),
    ("nulx", 1, 4, VALUE),
    ("trUe", 1, 3, VALUE),
    ("fals3", 1, 5, VALUE),
    ("'a'", 1, 1, VALUE),
    ("`a`", 1, 1, VALUE),
    ("<a>", 1, 1, VALUE),
    ("// no comment", 1, 1, VALUE),
    ("/* no comment */ 1", 1, 1, VALUE),
    ("\u{c}1", 1, 1, VALUE),
    ("\u{b}1", 1, 1, VALUE),
    ("\u{a0}1", 1, 1, VALUE),
    ("\u{2028}1", 1, 1, VALUE),
    ("\u{2060}1", 1, 1, VALUE),
    ("\u{0}", 1, 1, VALUE),
    ("\u{ff11}", 1, 1, VALUE),
    ("é", 1, 1, VALUE),
    // Numbers.
    ("+1", 1, 1, VALUE),
    (".5", 1, 1, VALUE),
    ("01", 1, 2, NUMBER),
    ("-01", 1, 3, NUMBER),
    ("00", 1, 2, NUMBER),
    ("-a", 1, 2, NUMBER),
    ("--1", 1, 2, NUMBER),
    ("-.5", 1, 2, NUMBER),
    ("- 1", 1, 2, NUMBER),
    ("1.e5", 1, 3, NUMBER),
    ("1.a", 1, 3, NUMBER),
    ("1ea", 1, 3, NUMBER),
    ("1eE5", 1, 3, NUMBER),
    ("1e+-5", 1, 4, NUMBER),
    ("1e5.5", 1, 4, TRAILING),
    ("1.5.5", 1, 4, TRAILING),
    ("0x10", 1, 2, TRAILING),
    ("1_000", 1, 2, TRAILING),
    ("1 000", 1, 3, TRAILING),
    ("1f", 1, 2, TRAILING),
    ("1e400", 1, 1, RANGE),
    ("-1e400", 1, 1, RANGE),
    ("1.8e308", 1, 1, RANGE),
    ("[0,1e99999999999999999999]", 1, 4, RANGE),
    // Strings.
    ("\"\n\"", 1, 2, CONTROL),
    ("\"a\tb\"", 1, 3, CONTROL),
    ("\"\u{0}\"", 1, 2, CONTROL),
    ("\"\\n\u{1f}\"", 1, 4, CONTROL),
    (r#""\x41""#, 1, 2, ESCAPE),
    (r#""\a""#, 1, 2, ESCAPE),
    (r#""\'""#, 1, 2, ESCAPE),
    (r#""\U0041""#, 1, 2, ESCAPE),
    (r#""ab\0""#, 1, 4, ESCAPE),
    (r#""\é""#, 1, 2, ESCAPE),
    ("\"\\\n\"", 1, 2, ESCAPE),
    (r#""\u004g""#, 1, 2, ESCAPE),
    (r#""\u 041""#, 1, 2, ESCAPE),
    (r#""\u+041""#, 1, 2, ESCAPE),
    (r#""\u{41}""#, 1, 2, ESCAPE),
    (r#""\u41""#, 1, 2, ESCAPE),
    (r#""\ud83d""#, 1, 2, HALF),
    (r#""\ude00""#, 1, 2, HALF),
    (r#""\ude00\ud83d""#, 1, 2, HALF),
    (r#""\ud83d\ud83d""#, 1, 2, HALF),
    (r#""\ud83d\n""#, 1, 2, HALF),
    (r#""\ud83d\u0041""#, 1, 2, HALF),
    (r#""\ud83dude00""#, 1, 2, HALF),
    (r#""a\ud83d\ude0g""#, 1, 3, ESCAPE),
    (r#""ok" "no""#, 1, 6, TRAILING),
    // Arrays.
    ("[,]", 1, 2, VALUE),
    ("[1,]", 1, 4, VALUE),
    ("[1,,2]", 1, 4, VALUE),
    ("[1 2]", 1, 4, IN_ARRAY),
    ("[1:2]", 1, 3, IN_ARRAY),
    ("[1}", 1, 3, IN_ARRAY),
    ("[}", 1, 2, VALUE),
    ("[\"a\":1]", 1, 5, IN_ARRAY),
    ("[\n1\n2]", 3, 1, IN_ARRAY),
    ("[]x", 1, 3, TRAILING),
    // Objects.
    ("{,}", 1, 2, NAME),
    ("{a:1}", 1, 2, NAME),
    ("{'a':1}", 1, 2, NAME),
    ("{1:1}", 1, 2, NAME),
    ("{null:1}", 1, 2, NAME),
    ("{[]:1}", 1, 2, NAME),
    ("{]", 1, 2, NAME),
    ("{\"a\":1,}", 1, 8, NAME),
    ("{\"a\":1,,\"b\":2}", 1, 8, NAME),
    ("{\"a\":1,b:2}", 1, 8, NAME),
    ("{\"a\"}", 1, 5, COLON),
    ("{\"a\" 1}", 1, 6, COLON),
    ("{\"a\",1}", 1, 5, COLON),
    ("{\"a\"=1}", 1, 5, COLON),
    ("{\"a\":}", 1, 6, VALUE),
    ("{\"a\"::1}", 1, 6, VALUE),
    ("{\"a\":1 \"b\":2}", 1, 8, IN_OBJECT),
    ("{\"a\":1;\"b\":2}", 1, 7, IN_OBJECT),
    ("{\"a\":1]", 1, 7, IN_OBJECT),
    ("{\"\\ud83d\":1}", 1, 3, HALF),
    ("{\"\u{1}\":1}", 1, 3, CONTROL),
    ("{}{}", 1, 3, TRAILING),
    // Lines end with a line feed; columns are characters.
    ("{\r\n \"a\": x}", 2, 7, VALUE),
    ("[\r1 2]", 1, 5, IN_ARRAY),
    ("[\"é円😀\", x]", 1, 9, VALUE),
    ("{\"é\":\n[\"👨‍👩‍👧\",\n\"e\u{301}\" x]}", 3, 6, IN_ARRAY),
    ("[\"\u{2028}\u{85}\" x]", 1, 7, IN_ARRAY),
];

/// Bytes that are not UTF-8, put between the two halves of a JSON text.
const NOT_UTF8: &[&[u8]] = &[
    b"\x80",                     // a continuation byte alone
    b"\xff",                     // no byte of UTF-8
    b"\xc0\xaf",                 // two bytes for a slash
    b"\xe0\x80\xaf",             // three bytes for a slash
    b"\xed\xa0\x80",             // a surrogate
    b"\xed\xa0\xbd\xed\xb8\x80", // a pair of surrogates
    b"\xf4\x90\x80\x80",         // beyond U+10FFFF
    b"\xf8\x88\x80\x80\x80",     // five bytes
    b"\xe5\x86",                 // the last byte is missing
    b"\xf0\x9f\x98",             // the last byte is missing
];

/// A place in a value: the table, and what stands before and after the text.
#[derive(Clone, Copy, Debug)]
struct Place {
    table: &'static str,
    before: &'static str,
    after: &'static str,
    /// What is wrong with the value if the text is JSON, where that is the same for any text.
    violations: Option<&'static [(&'static str, &'static str)]>,
}

const TOP: Place = Place { table: "Amount", before: "", after: "", violations: None };

const UNKNOWN: Place = Place {
    table: "Amount",
    before: r#"{"currency":"USD","value":1,"x":"#,
    after: "}",
    violations: Some(&[]),
};

const INSIDE: &[Place] = &[
    UNKNOWN,
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","x":{"y":[1,"#,
        after: r#"]},"value":1}"#,
        violations: Some(&[]),
    },
    // A value of its row's type is read, another one is passed over.
    Place { table: "Amount", before: r#"{"currency":"#, after: r#","value":1}"#, violations: None },
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":"#,
        after: "}",
        violations: None,
    },
    Place {
        table: "MessageSendResult",
        before: r#"{"messageId":"1","success":"#,
        after: "}",
        violations: None,
    },
    Place {
        table: "Order",
        before: r#"{"merchant":{"merchantName":""},"goods":[{},"#,
        after: "]}",
        violations: None,
    },
    // An object and an array where a text and an integer stand.
    Place {
        table: "Amount",
        before: r#"{"currency":{"a":"#,
        after: r#"},"value":1}"#,
        violations: Some(&[("/currency", "type")]),
    },
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":[0,"#,
        after: "]}",
        violations: Some(&[("/value", "type")]),
    },
    // An array where an object stands, an object where an array stands.
    Place {
        table: "Shipping",
        before: r#"{"shippingName":{},"shippingAddress":[0,"#,
        after: "]}",
        violations: Some(&[("/shippingAddress", "type")]),
    },
    Place {
        table: "User",
        before: r#"{"userId":"1","contactInfos":{"0":"#,
        after: "}}",
        violations: Some(&[("/contactInfos", "type")]),
    },
    // The second of duplicates, and the third.
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":1,"value":"#,
        after: "}",
        violations: Some(&[("/value", "duplicate")]),
    },
    Place {
        table: "Amount",
        before: r#"{"x":1,"currency":"USD","x":"#,
        after: r#","value":1}"#,
        violations: Some(&[("/x", "duplicate")]),
    },
    Place {
        table: "Amount",
        before: r#"{"x":1,"currency":"USD","x":2,"value":1,"x":"#,
        after: "}",
        violations: Some(&[("/x", "duplicate"), ("/x", "duplicate")]),
    },
];

/// Places of a name, likewise.
const NAMES: &[Place] = &[
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":1,"#,
        after: ":0}",
        violations: Some(&[]),
    },
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":1,"x":{"#,
        after: ":0}}",
        violations: Some(&[]),
    },
    Place {
        table: "Amount",
        before: r#"{"currency":{"#,
        after: r#":0},"value":1}"#,
        violations: Some(&[("/currency", "type")]),
    },
    Place {
        table: "Amount",
        before: r#"{"currency":"USD","value":1,"value":{"#,
        after: ":0}}",
        violations: Some(&[("/value", "duplicate")]),
    },
    Place {
        table: "Amount",
        before: r#"{"x":0,"currency":"USD","value":1,"x":[{"#,
        after: ":0}]}",
        violations: Some(&[("/x", "duplicate")]),
    },
];

fn everywhere() -> impl Iterator<Item = Place> {
    INSIDE.iter().copied().chain([TOP])
}

impl Place {
    fn with(self, text: impl AsRef<[u8]>) -> Vec<u8> {
        [self.before.as_bytes(), text.as_ref(), self.after.as_bytes()].concat()
    }

    /// How many levels the place itself takes.
    fn depth(self) -> usize {
        self.before.matches(['{', '[']).count() - self.before.matches(['}', ']']).count()
    }

    fn syntax(self, text: impl AsRef<[u8]>) -> Option<SyntaxError> {
        syntax(self.table, &self.with(text))
    }

    fn assert_reads(self, text: &str) {
        let json = self.with(text);
        let found = common::violations_of_text(Schema::by_name(self.table).unwrap(), &json);
        let codes: Vec<_> = found.iter().map(|(path, code)| (&**path, &**code)).collect();
        match self.violations {
            Some(expected) => assert_eq!(codes, expected, "{}", String::from_utf8_lossy(&json)),
            None => assert_eq!(self.syntax(text), None, "{}", String::from_utf8_lossy(&json)),
        }
    }
}

fn syntax(table: &str, json: &[u8]) -> Option<SyntaxError> {
    let table = Schema::by_name(table).unwrap();
    table.check_json(json, &Policy::strict()).err()?.syntax().cloned()
}

/// The line, the column and the message.
fn fault(error: &SyntaxError) -> (usize, usize, &'static str) {
    (error.line(), error.column(), error.message())
}

fn nested(levels: usize, opening: &str, closing: &str) -> String {
    opening.repeat(levels) + &closing.repeat(levels)
}

#[test]
fn what_is_json_is_read_at_every_place() {
    for text in READ {
        for place in everywhere() {
            place.assert_reads(text);
        }
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place_and_reason() {
    for &(text, line, column, message) in REFUSED {
        let error = TOP.syntax(text).unwrap_or_else(|| panic!("{text:?} was read"));
        assert_eq!(fault(&error), (line, column, message), "{text:?}");
        let display = format!("malformed JSON at line {line} column {column}: {message}");
        assert_eq!(error.to_string(), display);
    }
}

#[test]
fn what_is_no_json_is_refused_for_the_same_reason_at_every_place() {
    for &(text, line, column, message) in REFUSED {
        for place in INSIDE {
            let error = place.syntax(text).unwrap_or_else(|| panic!("{text:?} in {place:?}"));
            // What ends a text too early, or follows it, is something else inside of another.
            if ![END, TRAILING].contains(&message) {
                let before = if line == 1 { place.before.chars().count() } else { 0 };
                assert_eq!(
                    fault(&error),
                    (line, before + column, message),
                    "{text:?} in {place:?}"
                );
            }
        }
    }
}

#[test]
fn names_are_held_to_the_rules_of_strings_at_every_place() {
    for place in NAMES {
        for text in READ.iter().filter(|text| text.starts_with('"')) {
            place.assert_reads(text);
        }
        let strings = REFUSED.iter().filter(|(text, ..)| text.starts_with('"'));
        for &(text, line, column, message) in strings {
            let error = place.syntax(text).unwrap_or_else(|| panic!("{text:?} in {place:?}"));
            if ![END, TRAILING].contains(&message) {
                let column = place.before.chars().count() + column;
                assert_eq!(fault(&error), (line, column, message), "{text:?} in {place:?}");
            }
        }
    }
}

#[test]
fn json_text_reads_and_refuses_the_same() {
    for text in READ {
        assert!(JsonText::parse(text).is_ok(), "{text:?}");
    }
    for &(text, line, column, message) in REFUSED {
        let error = JsonText::parse(text).unwrap_err();
        assert_eq!(fault(&error), (line, column, message), "{text:?}");
    }
}

/// Whether `serde_json` calls the text malformed when it reads a table from it.
fn is_malformed_through_serde_json(table: &str, json: &[u8]) -> bool {
    let error = match table {
        "Amount" => serde_json::from_slice::<Amount>(json).err(),
        "MessageSendResult" => serde_json::from_slice::<MessageSendResult>(json).err(),
        "Order" => serde_json::from_slice::<Order>(json).err(),
        "Shipping" => serde_json::from_slice::<Shipping>(json).err(),
        "User" => serde_json::from_slice::<User>(json).err(),
        other => panic!("no type for {other}"),
    };
    // What it has but skimmed, the table's own reader finds; violations are other errors of the data.
    error.is_some_and(|error| {
        error.is_syntax() || error.is_eof() || error.to_string().starts_with("malformed JSON")
    })
}

#[test]
fn through_serde_json_what_is_kept_or_passed_over_is_held_to_the_same_json() {
    for place in INSIDE {
        for text in READ {
            let json = place.with(text);
            assert!(!is_malformed_through_serde_json(place.table, &json), "{text:?} in {place:?}");
        }
        let bytes = NOT_UTF8.iter().map(|bytes| [b"\"", *bytes, b"\""].concat());
        let refused = REFUSED.iter().map(|(text, ..)| text.as_bytes().to_owned()).chain(bytes);
        for text in refused {
            let json = place.with(&text);
            let malformed = is_malformed_through_serde_json(place.table, &json);
            assert!(malformed, "{:?} in {place:?}", String::from_utf8_lossy(&text));
        }
    }
}

fn nested_value(levels: usize) -> Value {
    (1..levels).fold(json!([]), |value, _| json!([value]))
}

#[test]
fn values_of_other_deserializers_are_held_to_the_same_depth() {
    assert!(JsonText::deserialize(&nested_value(128)).is_ok());
    assert!(JsonText::deserialize(&nested_value(129)).unwrap_err().to_string().contains(DEPTH));
    // Kept, passed over for its type, and the second of duplicates.
    let deep = || nested_value(1_000);
    let member = |name, value: Value| (name, value);
    for members in [
        vec![member("currency", json!("USD")), member("value", json!(1)), member("x", deep())],
        vec![member("currency", deep()), member("value", json!(1))],
        vec![member("value", json!(1)), member("value", deep())],
        vec![member("x", json!(1)), member("x", deep())],
    ] {
        let members = MapDeserializer::<_, serde_json::Error>::new(members.into_iter());
        assert!(Amount::deserialize(members).unwrap_err().to_string().contains(DEPTH));
    }
}

#[test]
fn what_another_format_nests_too_deep_is_refused_though_it_is_passed_over() {
    for (levels, found) in [(126, "must be a string, not an array"), (200, DEPTH)] {
        let packed = rmp_serde::to_vec(&json!({"currency": nested_value(levels)})).unwrap();
        let error = rmp_serde::from_slice::<Amount>(&packed).unwrap_err().to_string();
        assert!(error.contains(found), "{levels} levels: {error}");
    }
}

/// Whether a type takes a value from another format. What it takes can be written and read again.
fn is_taken<T: ProtocolType + PartialEq>(value: &Value) -> bool {
    let packed = rmp_serde::to_vec(value).unwrap();
    let Ok(taken) = rmp_serde::from_slice::<T>(&packed) else { return false };
    let written = serde_json::to_vec(&taken).unwrap();
    assert!(*from_json::<T>(&written).unwrap() == taken);
    true
}

#[test]
fn what_another_format_nests_is_kept_as_deep_as_its_json_can_be_read_again() {
    // The object that an unknown member stands in is a level, too.
    let amount = |value: Value| json!({"currency": "USD", "value": 1, "unknown": value});
    let buyer = |value: Value| json!({"referenceBuyerId": "1", "buyerName": {"fullName": "1", "unknown": value}});
    for (levels, is_kept) in [(127, true), (128, false)] {
        assert_eq!(is_taken::<Amount>(&amount(nested_value(levels))), is_kept, "{levels}");
        assert_eq!(is_taken::<Buyer>(&buyer(nested_value(levels - 1))), is_kept, "{levels}");
    }
}

/// What deserializers of other formats give where those of JSON do not.
#[derive(Clone, Copy, Debug)]
enum SerdeReader {
    Text(&'static str),
    Nothing,
    Something(&'static str),
    Signed(i128),
    Unsigned(u128),
}

impl IntoDeserializer<'_, ValueError> for SerdeReader {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for SerdeReader {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Nothing => visitor.visit_none(),
            Self::Something(text) => visitor.visit_some(text.into_deserializer()),
            Self::Signed(number) => visitor.visit_i128(number),
            Self::Unsigned(number) => visitor.visit_u128(number),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[test]
fn a_row_takes_what_other_deserializers_mean() {
    use SerdeReader::{Nothing, Signed, Something, Text, Unsigned};
    let most = u128::from(i64::MAX.unsigned_abs());
    for (currency, value, expected) in [
        (Something("USD"), Signed(7), Ok(7)),
        (Text("USD"), Unsigned(8), Ok(8)),
        (Text("USD"), Signed(i64::MIN.into()), Ok(i64::MIN)),
        (Text("USD"), Signed(i64::MAX.into()), Ok(i64::MAX)),
        (Text("USD"), Unsigned(most), Ok(i64::MAX)),
        (Nothing, Signed(7), Err("/currency is required")),
        (Text("USD"), Nothing, Err("/value is required")),
        (Signed(7), Signed(7), Err("/currency must be a string, not a number")),
        (Unsigned(7), Signed(7), Err("/currency must be a string, not a number")),
        (Text("USD"), Something("7"), Err("/value must be an integer, not a string")),
        (
            Text("USD"),
            Signed(i128::from(i64::MIN) - 1),
            Err("/value must be at least -9223372036854775808"),
        ),
        (
            Text("USD"),
            Signed(i128::from(i64::MAX) + 1),
            Err("/value must be at most 9223372036854775807"),
        ),
        (Text("USD"), Unsigned(most + 1), Err("/value must be at most 9223372036854775807")),
    ] {
        let members = [("currency", currency), ("value", value)];
        let read = Amount::deserialize(MapDeserializer::new(members.into_iter()));
        let read =
            read.map(|amount| amount.value.get()).map_err(|error: ValueError| error.to_string());
        assert_eq!(read, expected.map_err(str::to_owned), "{members:?}");
    }
}

#[test]
fn an_unknown_member_keeps_what_other_deserializers_mean() {
    for (value, json) in [
        (SerdeReader::Nothing, "null"),
        (SerdeReader::Something("text"), "\"text\""),
        (SerdeReader::Signed(i128::MIN), "-170141183460469231731687303715884105728"),
        (SerdeReader::Unsigned(u128::MAX), "340282366920938463463374607431768211455"),
    ] {
        assert_eq!(JsonText::deserialize(value).unwrap().as_str(), json);
    }
    let unsigned = U64Deserializer::<ValueError>::new(7);
    assert_eq!(JsonText::deserialize(unsigned).unwrap().as_str(), "7");
}

#[test]
fn numbers_of_other_deserializers_that_json_has_not_are_refused() {
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let error = JsonText::deserialize(F64Deserializer::<ValueError>::new(number)).unwrap_err();
        assert!(error.to_string().contains(RANGE));
    }
    let number = JsonText::deserialize(F64Deserializer::<ValueError>::new(1.5)).unwrap();
    assert_eq!(number.as_str(), "1.5");
}

#[test]
fn what_has_no_place_in_json_is_refused_with_what_is_expected() {
    let bytes = || BytesDeserializer::<ValueError>::new(b"1");
    let borrowed = BorrowedBytesDeserializer::new(b"1");
    for (error, expected) in [
        (JsonText::deserialize(bytes()).unwrap_err(), "byte array, expected a JSON value"),
        (JsonText::deserialize(borrowed).unwrap_err(), "byte array, expected a JSON value"),
        (CurrencyCode::deserialize(bytes()).unwrap_err(), "byte array, expected string"),
        (Amount::deserialize(bytes()).unwrap_err(), "byte array, expected object"),
        (
            Amount::deserialize(MapDeserializer::new([((), 1_u8)].into_iter())).unwrap_err(),
            "unit value, expected the name of a member",
        ),
    ] {
        assert_eq!(error.to_string(), format!("invalid type: {expected}"));
    }
}

#[test]
fn arrays_and_objects_are_nested_128_levels_deep_and_no_deeper() {
    for (opening, closing) in [("[", "]"), (r#"{"x":"#, "}")] {
        for place in everywhere() {
            let free = 128 - place.depth();
            // The innermost object needs a value, which is none of the levels.
            let text = |levels| nested(levels, opening, closing).replace(":}", ":0}");
            place.assert_reads(&text(free));
            let error = place.syntax(text(free + 1)).unwrap_or_else(|| panic!("{place:?}"));
            let before = place.before.chars().count() + free * opening.len();
            assert_eq!(fault(&error), (1, before + 1, DEPTH), "{place:?}");
        }
    }
}

#[test]
fn depth_is_given_back_when_an_array_or_object_ends() {
    let deep = nested(100, "[", "]");
    let wide = vec![deep; 10].join(",");
    for place in everywhere() {
        place.assert_reads(&format!("[{wide}]"));
    }
}

#[test]
fn what_nests_without_end_is_refused_early() {
    for opening in ["[", r#"{"x":"#, r#"{"x":["#] {
        let text = opening.repeat(500_000);
        for place in everywhere() {
            assert_eq!(place.syntax(&text).unwrap().message(), DEPTH, "{place:?}");
        }
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_wherever_they_stand() {
    // Beside a value, and as a value, in a string, after an escape sequence, and in a name.
    let texts: &[(&str, &str)] =
        &[("", "0"), ("0", ""), ("", ""), ("\"é", "\""), ("\"\\n", "x\""), ("{\"a", "\":0}")];
    for place in everywhere() {
        for (before, after) in texts {
            for bytes in NOT_UTF8 {
                let text = [before.as_bytes(), bytes, after.as_bytes()].concat();
                let column = place.before.chars().count() + before.chars().count() + 1;
                let error = place.syntax(&text).unwrap_or_else(|| panic!("{text:?} in {place:?}"));
                assert_eq!(fault(&error), (1, column, UTF8), "{text:?} in {place:?}");
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_refused_by_name_at_the_start() {
    for text in ["\u{feff}", "\u{feff}{}", "\u{feff}\u{feff}1"] {
        assert_eq!(fault(&TOP.syntax(text).unwrap()), (1, 1, MARK));
    }
    for place in INSIDE {
        assert_eq!(place.syntax("\u{feff}{}").unwrap().message(), VALUE);
    }
    assert_eq!(fault(&TOP.syntax(" \u{feff}{}").unwrap()), (1, 2, VALUE));
    assert_eq!(fault(&TOP.syntax("{}\u{feff}").unwrap()), (1, 3, TRAILING));
    assert_eq!(fault(&TOP.syntax(b"\xff\xfe{\0}\0").unwrap()), (1, 1, UTF8), "UTF-16");
    assert_eq!(fault(&TOP.syntax(b"{\0}\0").unwrap()), (1, 2, NAME), "UTF-16 without a mark");
}

#[test]
fn nothing_but_blanks_may_follow_the_value() {
    let amount = r#"{"currency":"USD","value":1}"#;
    for blank in ["", " ", "\n", "\r\n\t "] {
        assert!(from_json::<Amount>(format!("{amount}{blank}").as_bytes()).is_ok());
    }
    for trailing in ["}", "]", ",", ":", "0", "x", "\0", "\u{a0}", "{}", "\"\"", "//", "#"] {
        for text in [amount, "{}", "[]", "null", "\"\""] {
            let error = TOP.syntax(format!("{text} {trailing}")).unwrap();
            assert_eq!(fault(&error), (1, text.len() + 2, TRAILING), "{text} {trailing}");
        }
    }
}

#[test]
fn a_syntax_error_stands_alone_whatever_rules_were_broken_before_it() {
    let error = from_json::<Amount>(br#"{"currency":1,"value":"1","x":1,"x":2"#).unwrap_err();
    assert_eq!(fault(error.syntax().unwrap()), (1, 38, END));
    assert!(error.violations().is_empty());
    assert!(error.into_violations().is_err());
    // The report may be full, or hold nothing at all.
    let policy = Policy::strict().max_violations(0);
    let error = from_json_with::<Amount>(br#"{"currency":1,"value":"1","#, &policy).unwrap_err();
    assert_eq!(fault(error.syntax().unwrap()), (1, 27, END));
}

#[test]
fn columns_count_characters_and_lines_line_feeds_at_every_place() {
    for (text, line, column) in [
        ("\"é円😀👨‍👩‍👧\" x", 1, 12),
        ("[\n\n\"é\",\r\n  \"円\" x]", 4, 7),
        ("[\r\r1\t\tx]", 1, 7),
        ("\n\n\nx", 4, 1),
    ] {
        for place in everywhere() {
            let before = if line == 1 { place.before.chars().count() } else { 0 };
            let error = place.syntax(text).unwrap();
            assert_eq!((error.line(), error.column()), (line, before + column), "{text:?}");
        }
    }
}

#[test]
fn escape_sequences_are_the_characters_that_they_mean() {
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
        let view = text.to_value().unwrap();
        assert_eq!(view, json!(format!("a{character}b{character}")), "{escape}");
    }
}

#[test]
fn escaped_names_are_the_names_that_they_mean() {
    let amount = from_json::<Amount>(br#"{"\u0063urrency":"\u0055SD","v\u0061lue":1}"#).unwrap();
    assert_eq!((amount.currency.as_str(), amount.value.get()), ("USD", 1));
    let json = br#"{"currency":"USD","value":1,"\u0076alue":2,"x":1,"\u0078":2}"#;
    let error = from_json::<Amount>(json).unwrap_err();
    let paths: Vec<_> = error.violations().iter().map(Violation::path).collect();
    assert_eq!(paths, ["/value", "/x"]);
    // Other cases and normal forms are other names.
    let amount = from_json::<Amount>(br#"{"currency":"USD","value":1,"Value":2}"#).unwrap();
    assert_eq!(amount.unknown_fields.len(), 1);
}

/// The files of `JSONTestSuite`, if it is there.
fn suite() -> Option<Vec<(String, Vec<u8>)>> {
    let files = std::fs::read_dir(common::test_data("json-test-suite/test_parsing")?).unwrap();
    let read = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    let files: Vec<_> = files.map(|file| read(&file.unwrap().path())).collect();
    assert!(files.len() >= 318, "the suite is not whole: {} files", files.len());
    Some(files)
}

#[test]
fn every_y_file_of_json_test_suite_is_read() {
    for (name, json) in suite().unwrap_or_default() {
        if name.starts_with("y_") {
            let text = std::str::from_utf8(&json).unwrap();
            assert_eq!(TOP.syntax(text), None, "{name}");
            UNKNOWN.assert_reads(text);
        }
    }
}

#[test]
fn every_n_file_of_json_test_suite_is_refused() {
    for (name, json) in suite().unwrap_or_default() {
        if name.starts_with("n_") {
            assert!(TOP.syntax(&json).is_some(), "{name}");
            // None of them becomes JSON inside of an object.
            assert!(UNKNOWN.syntax(&json).is_some(), "{name} inside");
        }
    }
}

/// The files that a reader may accept or refuse, and which we accept.
const IMPLEMENTATION_DEFINED: [(&str, bool); 35] = [
    // Too small for an f64 is zero; integers beyond 64 bits are integers.
    ("i_number_double_huge_neg_exp.json", true),
    ("i_number_real_underflow.json", true),
    ("i_number_too_big_neg_int.json", true),
    ("i_number_too_big_pos_int.json", true),
    ("i_number_very_big_negative_int.json", true),
    // Too great for an f64.
    ("i_number_huge_exp.json", false),
    ("i_number_neg_int_huge_exp.json", false),
    ("i_number_pos_double_huge_exp.json", false),
    ("i_number_real_neg_overflow.json", false),
    ("i_number_real_pos_overflow.json", false),
    // Halves of surrogate pairs.
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
    // Bytes that are not UTF-8.
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
    // A byte order mark, and more than 128 levels.
    ("i_structure_UTF-8_BOM_empty_object.json", false),
    ("i_structure_500_nested_arrays.json", false),
];

#[test]
fn the_open_files_of_json_test_suite_have_a_pinned_verdict() {
    let Some(files) = suite() else { return };
    let open = || files.iter().filter(|(name, _)| name.starts_with("i_"));
    assert_eq!(open().count(), IMPLEMENTATION_DEFINED.len());
    for (name, json) in open() {
        let pinned = IMPLEMENTATION_DEFINED.iter().find(|(file, _)| file == name);
        let Some((_, accepted)) = pinned else { panic!("{name} is not in the list") };
        assert_eq!(TOP.syntax(json).is_none(), *accepted, "{name}");
        assert_eq!(UNKNOWN.syntax(json).is_none(), *accepted, "{name} inside");
    }
}

#[test]
fn at_most_five_of_the_open_files_are_accepted() {
    assert_eq!(IMPLEMENTATION_DEFINED.iter().filter(|(_, accepted)| *accepted).count(), 5);
}

#[test]
fn duplicate_names_are_violations_in_our_objects_and_kept_in_unknown_members() {
    for json in [r#"{"a":"b","a":"c"}"#, r#"{"a":"b","a":"b"}"#] {
        let error = from_json::<Amount>(json.as_bytes()).unwrap_err();
        let found = error.violations().iter().map(|at| (at.path(), at.code()));
        let expected = [("/a", "duplicate"), ("/currency", "required"), ("/value", "required")];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let amount = from_json::<Amount>(&UNKNOWN.with(json)).unwrap();
        assert_eq!(amount.unknown_fields.get("x").unwrap().as_str(), json);
        assert_eq!(serde_json::to_vec(&amount).unwrap(), UNKNOWN.with(json));
    }
}

fn quick() -> ProptestConfig {
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

/// Bytes that JSON is made of, so that some of what they make is JSON.
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

/// Asserts that we call `json` JSON if and only if `serde_json` does, at the top and inside.
fn assert_same_verdict(json: &[u8]) {
    let shown = || String::from_utf8_lossy(json).into_owned();
    let is_json = |json: &[u8]| serde_json::from_slice::<Value>(json).is_ok();
    assert_eq!(TOP.syntax(json).is_none(), is_json(json), "{}", shown());
    for place in INSIDE {
        let whole = is_json(&place.with(json));
        assert_eq!(place.syntax(json).is_none(), whole, "{} in {place:?}", shown());
    }
}

proptest! {
    #![proptest_config(quick())]

    #[test]
    fn arbitrary_bytes_have_serde_jsons_verdict(json: Vec<u8>) {
        assert_same_verdict(&json);
    }

    #[test]
    fn arbitrary_texts_have_serde_jsons_verdict(json: String) {
        assert_same_verdict(json.as_bytes());
    }

    #[test]
    fn arbitrary_fragments_have_serde_jsons_verdict(json in any_fragments()) {
        assert_same_verdict(&json);
    }

    #[test]
    fn arbitrary_numbers_have_serde_jsons_verdict(
        json in r"-?0?[0-9]{0,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{0,3})?",
    ) {
        assert_same_verdict(json.as_bytes());
    }

    #[test]
    fn arbitrary_values_are_read(json in any_json()) {
        assert_same_verdict(&json);
        assert_eq!(TOP.syntax(&json), None);
    }

    #[test]
    fn arbitrary_values_come_out_of_unknown_members_as_they_went_in(value in any_value()) {
        let text = value.to_string();
        let amount = from_json::<Amount>(&UNKNOWN.with(&text)).unwrap();
        let kept = amount.unknown_fields.get("x").unwrap();
        assert_eq!(kept.as_str(), text);
        assert_eq!(kept, &JsonText::try_from(value).unwrap());
    }

    #[test]
    fn mutated_values_have_serde_jsons_verdict(
        mut json in any_json(),
        mutations in prop::collection::vec((any::<Index>(), any::<Mutation>()), 1..4),
    ) {
        for (place, mutation) in mutations {
            mutation.apply(&mut json, place);
        }
        assert_same_verdict(&json);
    }
}

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
        let expose = prop::sample::select(br#"{}[],:"\/-+.eE019truefalsn "#.to_vec());
        let byte = prop_oneof![any::<u8>(), expose].boxed();
        prop_oneof![
            Just(Self::Delete),
            byte.clone().prop_map(Self::Insert),
            byte.prop_map(Self::Replace),
        ]
        .boxed()
    }
}

impl Mutation {
    fn apply(self, json: &mut Vec<u8>, place: Index) {
        if let Self::Insert(byte) = self {
            json.insert(place.index(json.len() + 1), byte);
        } else if !json.is_empty() {
            let at = place.index(json.len());
            match self {
                Self::Replace(byte) => json[at] = byte,
                _ => drop(json.remove(at)),
            }
        }
    }
}

#[test]
fn of_depths_serde_json_refuses_the_128th_which_is_read_here() {
    for (levels, ours, theirs) in [(127, true, true), (128, true, false), (129, false, false)] {
        let json = nested(levels, "[", "]");
        assert_eq!(TOP.syntax(&json).is_none(), ours, "{levels}");
        assert_eq!(serde_json::from_str::<Value>(&json).is_ok(), theirs, "{levels}");
    }
}

#[test]
fn of_numbers_serde_json_refuses_some_beside_the_greatest_f64_which_are_read_here() {
    // Each is nearer to the greatest f64 than to the next power of two, and so it is in range.
    for number in ["1.7976931348623158e308", "-1.7976931348623158e308", "17976931348623157081e289"]
    {
        assert!(number.parse::<f64>().unwrap().is_finite());
        UNKNOWN.assert_reads(number);
        assert!(serde_json::from_str::<Value>(number).is_err(), "{number}");
    }
    // And one that it takes, though it is nearer to the power of two.
    assert_eq!(TOP.syntax("1.79769313486231582e308").unwrap().message(), RANGE);
    assert!(serde_json::from_str::<Value>("1.79769313486231582e308").is_ok());
}

#[test]
fn integers_beyond_an_f64_are_out_of_range_where_they_are_kept() {
    for sign in ["", "-"] {
        let huge = format!("{sign}{}", "1".repeat(400));
        assert_eq!(UNKNOWN.syntax(&huge).unwrap().message(), RANGE);
        UNKNOWN.assert_reads(&format!("{sign}{}", "1".repeat(300)));
    }
}

#[test]
fn integers_beyond_an_f64_are_beyond_the_range_of_a_row_of_integers() {
    let schema = Schema::by_name("Amount").unwrap();
    for (sign, code) in [("", "maximum"), ("-", "minimum")] {
        let json = format!(r#"{{"currency":"USD","value":{sign}{}}}"#, "1".repeat(400));
        let found = common::violations_of_text(schema, json.as_bytes());
        assert_eq!(found, [("/value".to_owned(), code.to_owned())]);
    }
}

#[test]
fn integers_beyond_an_f64_are_of_the_wrong_type_in_other_rows() {
    let schema = Schema::by_name("Amount").unwrap();
    let json = format!(r#"{{"currency":{},"value":1}}"#, "1".repeat(400));
    let found = common::violations_of_text(schema, json.as_bytes());
    assert_eq!(found, [("/currency".to_owned(), "type".to_owned())]);
    let read = from_json::<Amount>(json.as_bytes()).unwrap_err();
    assert_eq!(read, check_json::<Amount>(json.as_bytes()).unwrap_err());
}

#[test]
fn numbers_become_the_nearest_f64_in_the_view_of_an_unknown_member() {
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
        let view = JsonText::parse(number).unwrap().to_value().unwrap();
        assert_eq!(view.as_f64().unwrap().to_bits(), number.parse::<f64>().unwrap().to_bits());
    }
}

#[test]
fn a_name_that_serde_json_keeps_to_itself_is_a_name_like_any_other() {
    for value in ["1", "\"text\"", "\"1\"", "[]"] {
        let json = format!("{{\"$serde_json::private::RawValue\":{value}}}");
        UNKNOWN.assert_reads(&json);
        let text = JsonText::parse(&json).unwrap();
        assert_eq!(text.as_str(), json);
        let view = text.to_value().unwrap();
        assert_eq!(view.to_string(), json);
    }
}

#[test]
fn no_document_is_taken_out_of_a_name_that_serde_json_keeps_to_itself() {
    let amount = r#"{"currency":"USD","value":1}"#;
    let json = json!({"$serde_json::private::RawValue": amount}).to_string();
    let missing = "/currency is required\n/value is required";
    assert_eq!(from_json::<Amount>(json.as_bytes()).unwrap_err().to_string(), missing);
    let through_serde_json = serde_json::from_str::<Amount>(&json).unwrap_err();
    assert_eq!(through_serde_json.to_string(), missing);
    let packed = rmp_serde::to_vec(&json!({"$serde_json::private::RawValue": amount})).unwrap();
    let through_another = rmp_serde::from_slice::<Amount>(&packed).unwrap_err();
    assert_eq!(through_another.to_string(), missing);
    // Nor is a text out of an unknown member.
    let value =
        json!({"currency": "USD", "value": 1, "x": {"$serde_json::private::RawValue": "1"}});
    let packed = rmp_serde::to_vec(&value).unwrap();
    let read = rmp_serde::from_slice::<Amount>(&packed).unwrap();
    let kept = read.unknown_fields.get("x").unwrap();
    assert_eq!(kept.as_str(), r#"{"$serde_json::private::RawValue":"1"}"#);
}

#[test]
fn never_reads_foreign_maps_as_json_text() {
    use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer};
    use serde::{Deserialize, Deserializer, de};

    /// What a type reads that takes several forms: it begins with the map, and passes it on.
    struct PassedOn<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for PassedOn<T> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visitor<T>(std::marker::PhantomData<T>);

            impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
                type Value = PassedOn<T>;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a map")
                }

                fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PassedOn<T>, A::Error> {
                    T::deserialize(MapAccessDeserializer::new(map)).map(PassedOn)
                }
            }
            from.deserialize_map(Visitor(std::marker::PhantomData))
        }
    }

    const NAME: &str = "$serde_json::private::RawValue";
    let amount = r#"{"currency":"USD","value":1}"#;
    let missing = "/currency is required\n/value is required";
    let kept = r#"{"$serde_json::private::RawValue":"1"}"#;

    let map = || MapDeserializer::<_, Error>::new([(NAME, amount)].into_iter());
    assert_eq!(Amount::deserialize(map()).unwrap_err().to_string(), missing);
    let map = || MapDeserializer::<_, Error>::new([(NAME, "1")].into_iter());
    assert_eq!(JsonText::deserialize(map()).unwrap().as_str(), kept);

    let json = json!({NAME: amount});
    for error in [
        serde_json::from_str::<PassedOn<Amount>>(&json.to_string()).err().unwrap(),
        serde_json::from_value::<PassedOn<Amount>>(json.clone()).err().unwrap(),
        serde_json::from_value::<Amount>(json.clone()).err().unwrap(),
    ] {
        assert!(error.to_string().starts_with(missing), "{error}");
    }
    let packed = rmp_serde::to_vec(&json).unwrap();
    let error = rmp_serde::from_slice::<PassedOn<Amount>>(&packed).err().unwrap();
    assert_eq!(error.to_string(), missing);
    let PassedOn(text) = serde_json::from_str::<PassedOn<JsonText>>(kept).unwrap();
    assert_eq!(text.as_str(), kept);

    // In other formats, the name of a member need not be a string: it is not repeated.
    let error = rmp_serde::from_slice::<PassedOn<Amount>>(&[0x81, 0x07, 0x01]).err().unwrap();
    assert_eq!(error.to_string(), "expected a field name in double quotes");
    let map = MapDeserializer::<_, Error>::new((0..9).filter(|it| *it > 7).map(|it| (it, it)));
    let error = Amount::deserialize(map).unwrap_err();
    assert_eq!(error.to_string(), "expected a field name in double quotes");
}
