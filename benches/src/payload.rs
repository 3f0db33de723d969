//! The payloads of the benchmarks.

use crate::alternatives::{plain, serde_valid};
use miniprogram_protocol::{ProtocolType, Validate, dictionary};
use serde::{Serialize, de::DeserializeOwned};
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
