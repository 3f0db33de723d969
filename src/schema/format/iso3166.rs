//! `iso3166-1-alpha-2`: an officially assigned country code.
//!
//! ```text
//! iso3166-1-alpha-2 = 2(%x41-5A)      ; one of the codes below
//! ```

use super::{
    Definition,
    codes::{CodeIndex, CodeList},
};

pub(super) const DEFINITION: Definition = Definition {
    name: "iso3166-1-alpha-2",
    description: "an assigned ISO 3166-1 alpha-2 code",
    lengths: &[(2, 2)],
    required_characters: "",
    requires_digit: false,
    codes: Some(&CODES),
    pattern: None,
    samples: &["AD", "SG", "ZW"],
    near_misses: &["UK", "sg", "EU", "S", "65"],
};

pub(crate) fn matches(string: &str) -> bool {
    Iso3166Alpha2::position(string).is_some()
}

/// The list of officially assigned codes.
#[derive(Debug)]
pub(crate) struct Iso3166Alpha2;

impl CodeList for Iso3166Alpha2 {
    const CODES: &'static [&'static str] = &CODES;

    #[inline]
    fn position(code: &str) -> Option<u8> {
        static INDEX: CodeIndex<2, 26> = CodeIndex::new(&CODES);
        INDEX.position(code)
    }
}

/// The officially assigned ISO 3166-1 alpha-2 codes.
pub(crate) static CODES: [&str; 249] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];
