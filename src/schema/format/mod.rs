//! String formats: one file each, with its grammar.

pub(crate) mod codes;
pub(crate) mod date_time;
pub(crate) mod e164;
pub(crate) mod iso18245;
pub(crate) mod iso3166;
pub(crate) mod iso4217;
pub(crate) mod json_object;
pub(crate) mod unix_millis;

use std::fmt;

/// A format of texts.
///
/// ```
/// use miniprogram_protocol::Format;
///
/// assert_eq!(Format::Iso4217.name(), "iso4217");
/// assert!(Format::Iso4217.matches("USD"));
/// assert!(!Format::Iso4217.matches("usd"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A date and time with offset: [`Datetime`].
    DateTime,
    /// A current currency code: [`CurrencyCode`].
    Iso4217,
    /// An officially assigned alpha-2 region code: [`RegionCode`].
    Iso3166Alpha2,
    /// A merchant category code: [`Mcc`].
    Iso18245,
    /// Milliseconds since 1970 as decimal digits: [`UnixMillis`].
    UnixMillis,
    /// The text of a JSON object: [`MessageContent`].
    JsonObject,
    /// A phone number with country code: [`PhoneNumber`].
    E164,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Self] = &[
        Self::DateTime,
        Self::Iso4217,
        Self::Iso3166Alpha2,
        Self::Iso18245,
        Self::UnixMillis,
        Self::JsonObject,
        Self::E164,
    ];

    /// The stable name for programs: `"date-time"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DateTime => "date-time",
            Self::Iso4217 => "iso4217",
            Self::Iso3166Alpha2 => "iso3166-1-alpha-2",
            Self::Iso18245 => "iso18245",
            Self::UnixMillis => "unix-millis",
            Self::JsonObject => "json-object",
            Self::E164 => "e164",
        }
    }

    /// Whether `text` follows the format. It allocates nothing when it does.
    #[must_use]
    pub fn matches(self, text: &str) -> bool {
        match self {
            Self::DateTime => date_time::matches(text),
            Self::Iso4217 => iso4217::matches(text),
            Self::Iso3166Alpha2 => iso3166::matches(text),
            Self::Iso18245 => iso18245::matches(text),
            Self::UnixMillis => unix_millis::matches(text),
            Self::JsonObject => json_object::matches(text),
            Self::E164 => e164::matches(text),
        }
    }

    /// The numbers of characters that strings of this format can have, as inclusive ranges.
    const fn lengths(self) -> &'static [(u32, u32)] {
        match self {
            // `2000-01-01T00:00:00Z`; a fraction has a point and any number of digits.
            Self::DateTime => &[(20, 20), (22, u32::MAX)],
            Self::Iso4217 => &[(3, 3)],
            Self::Iso3166Alpha2 => &[(2, 2)],
            Self::Iso18245 => &[(4, 4)],
            // Leading zeros are allowed.
            Self::UnixMillis => &[(1, u32::MAX)],
            Self::JsonObject => &[(2, u32::MAX)],
            Self::E164 => &[(3, 16)],
        }
    }

    /// The characters that every string of this format has.
    const fn required_characters(self) -> &'static str {
        match self {
            Self::DateTime => "-T:",
            Self::JsonObject => "{}",
            Self::E164 => "+",
            Self::Iso4217 | Self::Iso3166Alpha2 | Self::Iso18245 | Self::UnixMillis => "",
        }
    }

    /// Whether strings of this format are digits, apart from the required characters.
    const fn has_digits(self) -> bool {
        matches!(self, Self::DateTime | Self::Iso18245 | Self::UnixMillis | Self::E164)
    }

    /// Whether a string of this format can have from `min` to `max` characters, without those that
    /// are forbidden. It may say yes where the digits that are left do not suffice.
    pub(crate) fn can_have(self, min: u32, max: u32, is_forbidden: impl Fn(char) -> bool) -> bool {
        self.lengths().iter().any(|(shortest, longest)| min.max(*shortest) <= max.min(*longest))
            && !self.required_characters().chars().any(&is_forbidden)
            && !(self.has_digits() && ('0'..='9').all(is_forbidden))
    }

    /// All texts of this format, if they are a list of codes, in alphabetical order.
    ///
    /// ```
    /// use miniprogram_protocol::Format;
    ///
    /// assert_eq!(Format::Iso4217.codes().unwrap().len(), 178);
    /// assert_eq!(Format::E164.codes(), None);
    /// ```
    #[must_use]
    pub const fn codes(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Iso4217 => Some(&iso4217::CODES),
            Self::Iso3166Alpha2 => Some(&iso3166::CODES),
            _ => None,
        }
    }

    /// What a text of this format is, for people: it ends the sentence "must be …".
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::DateTime => "a date-time with offset such as 2019-11-27T12:01:01+08:30",
            Self::Iso4217 => "a current currency code of ISO 4217",
            Self::Iso3166Alpha2 => "an assigned alpha-2 code of ISO 3166-1",
            Self::Iso18245 => "a merchant category code of four digits",
            Self::UnixMillis => "decimal digits, the milliseconds since 1970",
            Self::JsonObject => "the text of a JSON object",
            Self::E164 => "a plus sign and 2 to 15 digits, the first of which is not 0",
        }
    }
}

/// That a text does not follow its format, or that its typed view cannot hold it.
///
/// It does not hold the text.
///
/// ```
/// use miniprogram_protocol::Mcc;
///
/// let error = Mcc::from("shoes").code().unwrap_err();
/// assert_eq!(error.to_string(), "must be a merchant category code of four digits");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {}", .0.description())]
pub struct FormatError(Format);

impl FormatError {
    pub(crate) const fn new(format: Format) -> Self {
        Self(format)
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.0
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
