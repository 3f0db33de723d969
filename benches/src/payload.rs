//! The payloads of the benchmarks.

use crate::alternatives::{plain, serde_valid};
use miniprogram_protocol::{ProtocolType, Validate, dictionary};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Write;

/// A protocol type and its equivalents for other crates.
pub trait BenchmarkedType: 'static {
    /// The type in this crate.
    type Ours: ProtocolType + Validate + Serialize + DeserializeOwned;
    /// The struct of `String`s that `garde` and `validator` validate.
    type Plain: Serialize + DeserializeOwned + garde::Validate<Context = ()> + validator::Validate;
    /// The struct of `String`s that `serde_valid` validates.
    type SerdeValid: DeserializeOwned + ::serde_valid::Validate;
    /// The exported JSON Schema.
    const SCHEMA: &'static str;
}

macro_rules! benchmarked_types {
    ($($Name:ident = $schema:literal;)+) => {
        $(
            #[doc = concat!("The type `", stringify!($Name), "`.")]
            #[derive(Debug)]
            pub struct $Name;

            impl BenchmarkedType for $Name {
                type Ours = dictionary::$Name;
                type Plain = plain::$Name;
                type SerdeValid = serde_valid::$Name;
                const SCHEMA: &'static str = include_str!($schema);
            }
        )+
    };
}

benchmarked_types! {
    Result = "../../schema/Result.json";
    User = "../../schema/User.json";
    Order = "../../schema/Order.json";
}

/// A JSON document to validate.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The name in the reports.
    pub name: &'static str,
    /// The JSON document.
    pub json: String,
    /// The number of violations in the document.
    pub violations: usize,
}

/// Returns a payload with a `Result`, the result of an API call.
#[must_use]
pub fn result_payload(invalid: bool) -> Payload {
    let (status, code, count) =
        if invalid { ("X", "C".repeat(65), 2) } else { ("S", "SUCCESS".to_owned(), 0) };
    let json =
        format!(r#"{{"resultStatus":"{status}","resultCode":"{code}","resultMessage":"Success"}}"#);
    Payload { name: "Result", json, violations: count }
}

/// Returns a payload with a `User` that has all optional fields.
#[must_use]
pub fn user_payload(invalid: bool) -> Payload {
    let (status, city, nationality, hash, count) = if invalid {
        ("ASLEEP", "Singapore#1", "XX", "f".repeat(257), 4)
    } else {
        ("ACTIVE", "Singapore", "SG", "9f2feb0f1ef425b292f2f94bc8482494df430413".to_owned(), 0)
    };
    let json = format!(
        r#"{{"userId":"2160220042260015","status":"{status}","nickName":"Zoë 🐈","userName":{{"fullName":"Zoë Mei Ling Müller","firstName":"Zoë","middleName":"Mei Ling","lastName":"Müller"}},"userAddresses":[{{"region":"SG","state":"Central","city":"{city}","address1":"7 Sample Close","address2":"Flat 2","label":"home","zipCode":"100000","longitude":"103.8198","latitude":"1.3521","extendInfo":"{{\"landmark\":\"blue gate\"}}"}}],"avatar":"https://img.example.com/u/216022004226001.png?size=256","gender":"F","birthDate":"1991-02-28T00:00:00+01:00","nationality":"{nationality}","loginIdInfos":[{{"loginIdType":"MOBILE_PHONE","loginId":"+6591234567","maskLoginId":"+65******67","hashLoginId":"{hash}","extendInfo":"{{\"verified\":true}}"}},{{"loginIdType":"EMAIL","loginId":"zoe@example.com","maskLoginId":"z**@example.com"}}],"contactInfos":[{{"contactType":"MOBILE_PHONE","contactNo":"+6591234567"}},{{"contactType":"EMAIL","contactNo":"zoe@example.com"}}],"extendInfo":"{{\"tier\":\"gold\"}}"}}"#
    );
    Payload { name: "User", json, violations: count }
}

/// Returns a payload with an `Order` that has a merchant, shipping information, a buyer and an
/// environment. If `invalid` is true, each of the `goods` has two violations.
#[must_use]
pub fn order_payload(name: &'static str, goods: usize, invalid: bool) -> Payload {
    let mut json = String::from(
        r#"{"referenceOrderId":"2026112200017","orderDescription":"Shoes for the whole family","orderAmount":{"currency":"USD","value":49900},"orderCreateTime":"2026-11-22T12:01:01+08:00","merchant":{"referenceMerchantId":"218812000470","merchantMCC":"5661","merchantName":"Shoe Shop","merchantDisplayName":"Shoes"},"goods":["#,
    );
    let (category, quantity) = if invalid { ("shoes#low", 0) } else { ("shoes/low", 3) };
    for number in 0..goods {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a `String` never fails.
        let _ = write!(
            json,
            r#"{comma}{{"referenceGoodsId":"SHOE-{number:04}","goodsName":"Sneakers, blue","goodsCategory":"{category}","goodsBrand":"UGG","goodsUnitAmount":{{"currency":"USD","value":1663}},"goodsPaymentAmount":{{"currency":"USD","value":4990}},"goodsQuantity":{quantity},"goodsSkuName":"blue 42","goodsUrl":"https://example.com/goods/{number:04}","extendInfo":"{{\"color\":\"blue\"}}"}}"#
        );
    }
    json.push_str(
        r#"],"shipping":{"shippingName":{"fullName":"Zoë Müller"},"shippingAddress":{"region":"SG","city":"Singapore","address1":"7 Sample Close","zipCode":"100000"},"shippingPhoneNo":"+6591234567"},"buyer":{"referenceBuyerId":"1236450862137570","buyerEmail":"zoe@example.com"},"env":{"terminalType":"MINI_APP","osType":"ANDROID","clientIp":"2001:db8::42"},"extendInfo":"{\"campaign\":\"autumn\"}"}"#,
    );
    Payload { name, json, violations: if invalid { 2 * goods } else { 0 } }
}

/// Returns valid orders with 10 goods that differ from the usual order in one way.
#[must_use]
pub fn order_variants() -> Vec<Payload> {
    let Payload { json: usual, .. } = order_payload("Order 10", 10, false);
    let chinese = replace_texts(&usual, |_| "优质运动鞋，蓝色四十二码".to_owned());
    let long = replace_texts(&usual, |text| text.chars().cycle().take(200).collect());
    let sorted = sort_members(&usual, false);
    let reversed = sort_members(&usual, true);
    let unknown = usual.replace(
        r#""goodsName""#,
        r#""stock":7,"warehouse":"North 4","tags":["new","sale"],"goodsName""#,
    );
    let pretty = indent_json(&usual);
    [
        ("Order 10, escapes", escape_as_ascii(&chinese)),
        ("Order 10, Chinese", chinese),
        ("Order 10, sorted names", sorted),
        ("Order 10, reversed names", reversed),
        ("Order 10, 200 bytes", long),
        ("Order 10, unknown fields", unknown),
        ("Order 10, pretty", pretty),
    ]
    .map(|(name, json)| Payload { name, json, violations: 0 })
    .into()
}

/// Replaces human-written text: descriptions, and the names of goods, brands and merchants.
fn replace_texts(order: &str, replace: impl Fn(&str) -> String) -> String {
    let mut json = order.to_owned();
    for text in ["Shoes for the whole family", "Shoe Shop", "Sneakers, blue", "shoes/low"] {
        json = json.replace(&format!("\"{text}\""), &format!("\"{}\"", replace(text)));
    }
    json
}

/// Writes characters outside of ASCII as `\u` sequences, as many JSON libraries do.
fn escape_as_ascii(json: &str) -> String {
    let mut escaped = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

/// Returns the JSON with the members of every object sorted by name, in ascending or descending
/// order.
fn sort_members(json: &str, reversed: bool) -> String {
    fn write_value(value: &Value, reversed: bool, json: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                if reversed {
                    members.reverse();
                }
                json.push('{');
                for (index, (name, value)) in members.into_iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    let _ = write!(json, "{comma}\"{name}\":");
                    write_value(value, reversed, json);
                }
                json.push('}');
            }
            Value::Array(elements) => {
                json.push('[');
                for (index, element) in elements.iter().enumerate() {
                    json.push_str(if index == 0 { "" } else { "," });
                    write_value(element, reversed, json);
                }
                json.push(']');
            }
            other => {
                let _ = write!(json, "{other}");
            }
        }
    }
    let mut ordered = String::new();
    write_value(&parse_value(json), reversed, &mut ordered);
    ordered
}

/// Returns the JSON with line breaks and indentation. The order of the members is unchanged.
fn indent_json(json: &str) -> String {
    let (mut pretty, mut depth, mut in_string, mut escaped) =
        (String::new(), 0_usize, false, false);
    for character in json.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            pretty.push(character);
            continue;
        }
        let line_break = |depth: usize| format!("\n{}", "  ".repeat(depth));
        match character {
            '{' | '[' => {
                depth += 1;
                pretty.push(character);
                pretty += &line_break(depth);
            }
            '}' | ']' => {
                depth -= 1;
                pretty += &line_break(depth);
                pretty.push(character);
            }
            ',' => {
                pretty.push(',');
                pretty += &line_break(depth);
            }
            ':' => pretty.push_str(": "),
            _ => {
                in_string = character == '"';
                pretty.push(character);
            }
        }
    }
    pretty
}

fn parse_value(json: &str) -> Value {
    serde_json::from_str(json).expect("the payload is valid JSON")
}

/// Returns valid messages: a usual one, and one with 4 KB of content that consists of short members
/// and therefore contains many quotation marks.
#[must_use]
pub fn message_payloads() -> [Payload; 2] {
    let usual = r#"{"en-US":{"title":"Your shoes","content":"Your shoes are on their way","linkUrl":"mini://order/2026112200017"}}"#;
    let members: Vec<_> = (0..400).map(|number| format!("\"k{number}\":\"\"")).collect();
    let mut quotes = format!("{{{}}}", members.join(","));
    quotes.truncate(4080);
    quotes.truncate(quotes.rfind(',').unwrap_or_default());
    quotes.push('}');
    [("Message", usual), ("Message, 4 KB of quotes", &quotes)].map(|(name, content)| {
        let content = content.replace('"', "\\\"");
        let json = format!(
            r#"{{"messageId":"000ALIPW3HK166730755726440330622","customerId":"216022004226","messageChannel":"PUSH","templateCode":"HK_PDS_NOTIFY","messageContent":"{content}","extendInfo":"{{\"platformTemplateCode\":\"2022081611151188061000930176\"}}"}}"#
        );
        Payload { name, json, violations: 0 }
    })
}

/// The size of hostile payloads in bytes.
const HOSTILE_BYTES: usize = 300_000;

/// Returns invalid orders, each of which contains one kind of input that is expensive to process.
#[must_use]
pub fn hostile_payloads() -> Vec<Payload> {
    let repeat = |start: &str, element: &dyn Fn(usize) -> String, end: &str| {
        let mut json = start.to_owned();
        for number in 0.. {
            if json.len() >= HOSTILE_BYTES {
                break;
            }
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(json, "{comma}{}", element(number));
        }
        json + end
    };
    let nested = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let wrong_types =
        r#"{"referenceGoodsId":7,"goodsName":[],"goodsPaymentAmount":"x","goodsQuantity":{}}"#;
    let escapes = format!("{{\"orderDescription\":\"{}\"}}", "\\u00e9".repeat(HOSTILE_BYTES / 6));
    [
        ("hostile: unknown fields", repeat("{", &|number| format!("\"f{number}\":0"), "}")),
        ("hostile: empty goods", repeat(r#"{"goods":["#, &|_| "{}".to_owned(), "]}")),
        ("hostile: wrong types", repeat(r#"{"goods":["#, &|_| wrong_types.to_owned(), "]}")),
        ("hostile: escapes", escapes),
        ("hostile: nesting", repeat(r#"{"x":["#, &|_| nested.clone(), "]}")),
        ("hostile: numbers", repeat(r#"{"x":["#, &|number| format!("{number}.5e3"), "]}")),
    ]
    .map(|(name, json)| Payload { name, json, violations: 0 })
    .into()
}
