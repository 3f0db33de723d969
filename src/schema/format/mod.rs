//! String formats. Each submodule defines one format: its grammar, an ECMA-262 pattern, valid
//! samples, and near misses, which are invalid strings that resemble valid ones.

pub(crate) mod codes;
mod custom;
pub(crate) mod date_time;
pub(crate) mod e164;
pub(crate) mod iso18245;
pub(crate) mod iso3166;
pub(crate) mod iso4217;
pub(crate) mod json_object;
pub(crate) mod unix_millis;

pub use custom::CustomFormat;

use std::fmt;

/// A string format.
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
    /// A date and time with an offset; see [`Datetime`](crate::Datetime).
    DateTime,
    /// A current currency code; see [`CurrencyCode`](crate::CurrencyCode).
    Iso4217,
    /// An officially assigned alpha-2 region code; see [`RegionCode`](crate::RegionCode).
    Iso3166Alpha2,
    /// A merchant category code; see [`Mcc`](crate::Mcc).
    Iso18245,
    /// Milliseconds since the Unix epoch as decimal digits; see [`UnixMillis`](crate::UnixMillis).
    UnixMillis,
    /// A string that contains a JSON object; see
    /// [`MessageContent`](crate::dictionary::MessageContent).
    JsonObject,
    /// A phone number with a country code; see [`PhoneNumber`](crate::PhoneNumber).
    E164,
    /// A custom format.
    Custom(&'static CustomFormat),
}

/// The properties of a format. Each format has a submodule with a constant of this type.
#[derive(Clone, Copy, Debug)]
struct Definition {
    /// The stable name.
    name: &'static str,
    /// The description of a valid string, which completes the sentence "must be …".
    description: &'static str,
    /// The possible lengths in characters, as inclusive ranges.
    lengths: &'static [(u32, u32)],
    /// The characters that every string contains.
    required_characters: &'static str,
    /// True if every string contains a digit.
    requires_digit: bool,
    /// All valid strings, sorted, if the format is a list of codes.
    codes: Option<&'static [&'static str]>,
    /// An ECMA-262 pattern, unless there are `codes`. The pattern matches every valid string, and
    /// may also match invalid ones. A custom format may have neither.
    #[cfg_attr(not(feature = "json-schema"), allow(dead_code, reason = "only exports read it"))]
    pattern: Option<&'static str>,
    /// Valid strings, including edge cases.
    samples: &'static [&'static str],
    /// Short invalid strings that resemble valid ones.
    near_misses: &'static [&'static str],
}

impl Format {
    /// The formats of the specification.
    pub const ALL: &'static [Self] = &[
        Self::DateTime,
        Self::Iso4217,
        Self::Iso3166Alpha2,
        Self::Iso18245,
        Self::UnixMillis,
        Self::JsonObject,
        Self::E164,
    ];

    const fn definition(self) -> &'static Definition {
        match self {
            Self::DateTime => &date_time::DEFINITION,
            Self::Iso4217 => &iso4217::DEFINITION,
            Self::Iso3166Alpha2 => &iso3166::DEFINITION,
            Self::Iso18245 => &iso18245::DEFINITION,
            Self::UnixMillis => &unix_millis::DEFINITION,
            Self::JsonObject => &json_object::DEFINITION,
            Self::E164 => &e164::DEFINITION,
            Self::Custom(custom) => custom.definition(),
        }
    }

    /// Returns whether `string` has the format. Does not allocate if the string is valid.
    #[must_use]
    pub fn matches(self, string: &str) -> bool {
        // A function pointer in the definition would prevent inlining.
        match self {
            Self::DateTime => date_time::matches(string),
            Self::Iso4217 => iso4217::matches(string),
            Self::Iso3166Alpha2 => iso3166::matches(string),
            Self::Iso18245 => iso18245::matches(string),
            Self::UnixMillis => unix_millis::matches(string),
            Self::JsonObject => json_object::matches(string),
            Self::E164 => e164::matches(string),
            Self::Custom(custom) => custom.matches(string),
        }
    }

    /// Returns the stable name, such as `"date-time"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.definition().name
    }

    /// Returns the description of a valid string, which completes the sentence "must be …".
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.definition().description
    }

    /// Returns all valid strings in alphabetical order, if the format is a list of codes.
    ///
    /// ```
    /// use miniprogram_protocol::Format;
    ///
    /// assert_eq!(Format::Iso4217.codes().unwrap().len(), 178);
    /// assert_eq!(Format::E164.codes(), None);
    /// ```
    #[must_use]
    pub const fn codes(self) -> Option<&'static [&'static str]> {
        self.definition().codes
    }

    /// Returns an ECMA-262 pattern, unless the format is a list of [`codes`](Self::codes) or a
    /// custom format without a pattern. The pattern matches every valid string, and may also match
    /// invalid ones.
    #[cfg(feature = "json-schema")]
    pub(crate) const fn pattern(self) -> Option<&'static str> {
        self.definition().pattern
    }

    /// Returns valid strings, including edge cases.
    ///
    /// ```
    /// use miniprogram_protocol::Format;
    ///
    /// assert_eq!(Format::E164.samples()[0], "+10");
    /// assert!(Format::E164.near_misses().contains(&"+65 1234567"));
    /// ```
    #[must_use]
    pub const fn samples(self) -> &'static [&'static str] {
        self.definition().samples
    }

    /// Returns short invalid strings that resemble valid ones.
    #[must_use]
    pub const fn near_misses(self) -> &'static [&'static str] {
        self.definition().near_misses
    }

    /// Returns whether any string in the format has `min` to `max` characters and contains no
    /// forbidden character. The result may be a false positive if some digits are forbidden.
    pub(crate) fn is_satisfiable(
        self,
        min: u32,
        max: u32,
        is_forbidden: impl Fn(char) -> bool,
    ) -> bool {
        let Definition { lengths, required_characters, requires_digit, .. } = self.definition();
        lengths.iter().any(|(shortest, longest)| min.max(*shortest) <= max.min(*longest))
            && !required_characters.chars().any(&is_forbidden)
            && !(*requires_digit && ('0'..='9').all(is_forbidden))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a string that does not have the expected format, or that has the format but does
/// not fit in the target type of a conversion.
///
/// The error does not contain the string.
///
/// ```
/// use miniprogram_protocol::Mcc;
///
/// let error = Mcc::from("shoes").code().unwrap_err();
/// assert_eq!(error.to_string(), "must be a merchant category code of four digits");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("must be {}", .0.description())]
pub struct FormatError(Format);

impl FormatError {
    pub(crate) const fn new(format: Format) -> Self {
        Self(format)
    }

    /// Returns the format that the string should have.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn matches_samples_but_not_near_misses() {
        for format in Format::ALL {
            for sample in format.definition().samples {
                assert!(format.matches(sample), "{format}: {sample}");
            }
            for near_miss in format.definition().near_misses {
                assert!(!format.matches(near_miss), "{format}: {near_miss}");
            }
        }
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn patterns_match_samples() {
        for format in Format::ALL {
            let definition = format.definition();
            assert_eq!(definition.pattern.is_none(), definition.codes.is_some(), "{format}");
            let Some(pattern) = definition.pattern else { continue };
            let pattern = regex::Regex::new(pattern).unwrap();
            assert!(definition.samples.iter().all(|sample| pattern.is_match(sample)), "{format}");
        }
    }
}
