//! What is measured: payloads that are the same in every run.

use crate::peer::{plain, serde_valid as strict};
use miniprogram_protocol::{ProtocolType, Validate, dictionary};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Write;

/// A table of ours and what stands for it elsewhere.
pub trait Subject: 'static {
    /// Our type.
    type Ours: ProtocolType + Validate + Serialize + DeserializeOwned;
    /// The struct of strings, which `garde` and `validator` judge.
    type Plain: Serialize + DeserializeOwned + garde::Validate<Context = ()> + validator::Validate;
    /// The struct of strings that `serde_valid` judges.
    type Strict: DeserializeOwned + serde_valid::Validate;
    /// Our exported JSON Schema.
    const SCHEMA: &'static str;
}

macro_rules! subjects {
    ($($Name:ident = $schema:literal;)+) => {
        $(
            #[doc = concat!("The table ", stringify!($Name), ".")]
            #[derive(Debug)]
            pub struct $Name;

            impl Subject for $Name {
                type Ours = dictionary::$Name;
                type Plain = plain::$Name;
                type Strict = strict::$Name;
                const SCHEMA: &'static str = include_str!($schema);
            }
        )+
    };
}

subjects! {
    Result = "../../schema/Result.json";
    User = "../../schema/User.json";
    Order = "../../schema/Order.json";
}

/// A JSON text.
#[derive(Clone, Debug)]
pub struct Payload {
    /// What it is called in the tables of results.
    pub name: &'static str,
    /// The JSON text.
    pub text: String,
    /// How many faults it has.
    pub faults: usize,
}

/// A result of a call.
#[must_use]
pub fn result(faulty: bool) -> Payload {
    let (status, code, count) =
        if faulty { ("X", "C".repeat(65), 2) } else { ("S", "SUCCESS".to_owned(), 0) };
    let text =
        format!(r#"{{"resultStatus":"{status}","resultCode":"{code}","resultMessage":"Success"}}"#);
    Payload { name: "Result", text, faults: count }
}

/// A user with everything that a user can have.
#[must_use]
pub fn user(faulty: bool) -> Payload {
    let (status, city, nationality, hash, count) = if faulty {
        ("ASLEEP", "Singapore#1", "XX", "f".repeat(257), 4)
    } else {
        ("ACTIVE", "Singapore", "SG", "9f2feb0f1ef425b292f2f94bc8482494df430413".to_owned(), 0)
    };
    let text = format!(
        r#"{{"userId":"2160220042260015","status":"{status}","nickName":"Zoë 🐈","userName":{{"fullName":"Zoë Mei Ling Müller","firstName":"Zoë","middleName":"Mei Ling","lastName":"Müller"}},"userAddresses":[{{"region":"SG","state":"Central","city":"{city}","address1":"7 Sample Close","address2":"Flat 2","label":"home","zipCode":"100000","longitude":"103.8198","latitude":"1.3521","extendInfo":"{{\"landmark\":\"blue gate\"}}"}}],"avatar":"https://img.example.com/u/216022004226001.png?size=256","gender":"F","birthDate":"1991-02-28T00:00:00+01:00","nationality":"{nationality}","loginIdInfos":[{{"loginIdType":"MOBILE_PHONE","loginId":"+6591234567","maskLoginId":"+65******67","hashLoginId":"{hash}","extendInfo":"{{\"verified\":true}}"}},{{"loginIdType":"EMAIL","loginId":"zoe@example.com","maskLoginId":"z**@example.com"}}],"contactInfos":[{{"contactType":"MOBILE_PHONE","contactNo":"+6591234567"}},{{"contactType":"EMAIL","contactNo":"zoe@example.com"}}],"extendInfo":"{{\"tier\":\"gold\"}}"}}"#
    );
    Payload { name: "User", text, faults: count }
}

/// An order with merchant, shipping, buyer and environment. Faulty: every one of its goods has two
/// faults.
#[must_use]
pub fn order(name: &'static str, goods: usize, faulty: bool) -> Payload {
    let mut text = String::from(
        r#"{"referenceOrderId":"2026112200017","orderDescription":"Shoes for the whole family","orderAmount":{"currency":"USD","value":49900},"orderCreateTime":"2026-11-22T12:01:01+08:00","merchant":{"referenceMerchantId":"218812000470","merchantMCC":"5661","merchantName":"Shoe Shop","merchantDisplayName":"Shoes"},"goods":["#,
    );
    let (category, quantity) = if faulty { ("shoes#low", 0) } else { ("shoes/low", 3) };
    for number in 0..goods {
        let comma = if number == 0 { "" } else { "," };
        // A `String` takes whatever is written.
        let _ = write!(
            text,
            r#"{comma}{{"referenceGoodsId":"SHOE-{number:04}","goodsName":"Sneakers, blue","goodsCategory":"{category}","goodsBrand":"UGG","goodsUnitAmount":{{"currency":"USD","value":1663}},"goodsPaymentAmount":{{"currency":"USD","value":4990}},"goodsQuantity":{quantity},"goodsSkuName":"blue 42","goodsUrl":"https://example.com/goods/{number:04}","extendInfo":"{{\"color\":\"blue\"}}"}}"#
        );
    }
    text.push_str(
        r#"],"shipping":{"shippingName":{"fullName":"Zoë Müller"},"shippingAddress":{"region":"SG","city":"Singapore","address1":"7 Sample Close","zipCode":"100000"},"shippingPhoneNo":"+6591234567"},"buyer":{"referenceBuyerId":"1236450862137570","buyerEmail":"zoe@example.com"},"env":{"terminalType":"MINI_APP","osType":"ANDROID","clientIp":"2001:db8::42"},"extendInfo":"{\"campaign\":\"autumn\"}"}"#,
    );
    Payload { name, text, faults: if faulty { 2 * goods } else { 0 } }
}
