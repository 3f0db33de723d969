//! `iso4217`: a current currency code.
//!
//! ```text
//! iso4217 = 3(%x41-5A)                ; one of the codes below
//! ```

use super::{
    Definition,
    codes::{CodeIndex, CodeList},
};

pub(super) const DEFINITION: Definition = Definition {
    name: "iso4217",
    description: "a current ISO 4217 currency code",
    lengths: &[(3, 3)],
    required_characters: "",
    requires_digit: false,
    codes: Some(&CODES),
    pattern: None,
    samples: &["AED", "USD", "ZWG"],
    near_misses: &["usd", "US", "ZZZ", "DEM", "840"],
};

pub(crate) fn matches(string: &str) -> bool {
    Iso4217::position(string).is_some()
}

/// The list of current currency codes.
#[derive(Debug)]
pub(crate) struct Iso4217;

impl CodeList for Iso4217 {
    const CODES: &'static [&'static str] = &CODES;

    #[inline]
    fn position(code: &str) -> Option<u8> {
        static INDEX: CodeIndex<3, 676> = CodeIndex::new(&CODES);
        INDEX.position(code)
    }
}

/// The codes in List One of ISO 4217 as of 2026-01-01. The `iso_currency` crate is not used because
/// it still contains five withdrawn codes.
pub(crate) static CODES: [&str; 178] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD",
    "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF",
    "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR",
    "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
    "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR",
    "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN",
    "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAD",
    "XAF", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XCD", "XCG", "XDR", "XOF", "XPD", "XPF",
    "XPT", "XSU", "XTS", "XUA", "XXX", "YER", "ZAR", "ZMW", "ZWG",
];
