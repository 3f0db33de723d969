//! The formats of texts: the grammar that is judged, and typed views on demand.
//!
//! A text with a format is held as it came, whatever it is, and written back unchanged. Whether it
//! follows its format is judged by validation; the typed view is made when it is asked for.

mod codes;
mod currency;
mod date_time;
mod extend_info;
mod mcc;
mod message_content;
mod phone_number;
mod region;
mod unix_millis;

pub use currency::CurrencyCode;
pub use date_time::Datetime;
pub use extend_info::ExtendInfo;
pub use mcc::Mcc;
pub use message_content::{
    InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, Localized, MessageContent,
    OneOrMany, PushContent, SmsContent,
};
pub use phone_number::PhoneNumber;
pub use region::RegionCode;
pub use unix_millis::UnixMillis;

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
            Self::Iso4217 => currency::matches(text),
            Self::Iso3166Alpha2 => region::matches(text),
            Self::Iso18245 => mcc::matches(text),
            Self::UnixMillis => unix_millis::matches(text),
            Self::JsonObject => message_content::matches(text),
            Self::E164 => phone_number::matches(text),
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
            Self::Iso4217 => Some(&currency::CODES),
            Self::Iso3166Alpha2 => Some(&region::CODES),
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

/// Implements reading, judging and writing of a type that holds a text.
///
/// `$fault` gives what is wrong with a value that its row's rule allows.
macro_rules! text_value {
    ($Name:ident, $shape:expr, $fault:expr) => {
        impl $crate::read::Value for $Name {
            type Rule = $crate::Text;
            const ANY: $crate::Text = $crate::Text::ANY;
            const SHAPE: $crate::Shape = $shape;
            const TYPE: $crate::JsonType = $crate::JsonType::String;

            #[inline]
            fn of_text(text: std::borrow::Cow<'_, str>) -> Option<Self> {
                Some(match text {
                    std::borrow::Cow::Borrowed(text) => Self::from(text),
                    std::borrow::Cow::Owned(text) => Self::from(text),
                })
            }

            fn surely_keeps(&self, rule: $crate::Text) -> bool {
                rule.surely_allows(self.as_str()) && $fault(self).is_none()
            }

            fn judge(&self, rule: $crate::Text, at: &mut $crate::Cursor<'_>) {
                rule.judge(self.as_str(), || $fault(self), at);
            }

            fn known(&self, _: &str) -> $crate::law::Known<'_> {
                $crate::law::Known::Text(self.as_str())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(
                &self,
                to: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(
                from: D,
            ) -> std::result::Result<Self, D::Error> {
                $crate::read::deserialize(from, $crate::validate::Scope::Shape)
            }
        }

        #[cfg(feature = "schemars")]
        $crate::export::schemars::json_schema!($Name);
        #[cfg(feature = "utoipa")]
        $crate::export::utoipa::to_schema!($Name);
        #[cfg(feature = "arbitrary")]
        $crate::arbitrary::arbitrary!($Name);
    };
}
pub(crate) use text_value;

/// How a text is held.
trait Held {
    fn as_str(&self) -> &str;

    /// Whether the text follows the format of its type.
    fn follows(&self, format: Format) -> bool;
}

impl Held for String {
    fn as_str(&self) -> &str {
        self
    }

    fn follows(&self, format: Format) -> bool {
        format.matches(self)
    }
}

/// Declares a type that holds any text, and is judged by a format.
macro_rules! text {
    (
        $(#[doc = $about:literal])*
        pub struct $Name:ident$(($Held:ty))?: $format:expr, $visibility:ident;
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name($crate::format::text!(@held $($Held)?));

        impl $Name {
            /// The text as it came.
            #[must_use]
            pub fn as_str(&self) -> &str {
                $crate::format::Held::as_str(&self.0)
            }

            /// The text as it came, to keep.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0.into()
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $Name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::ops::Deref for $Name {
            type Target = str;

            fn deref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $Name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $Name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::format::text!(@debug $visibility self, f)
            }
        }

        $crate::format::text_value! {
            $Name,
            $crate::Shape::Text($format),
            |value: &$Name| {
                let format: Option<$crate::Format> = $format;
                let follows = |format: &$crate::Format| $crate::format::Held::follows(&value.0, *format);
                let format = format.filter(|format| !follows(format))?;
                Some($crate::ViolationKind::Format { format })
            }
        }
    };

    (@held) => { String };
    (@held $Held:ty) => { $Held };
    (@debug shown $self:ident, $f:ident) => { std::fmt::Debug::fmt(&$self.0, $f) };
    (@debug hidden $self:ident, $f:ident) => {
        std::fmt::Debug::fmt(&$crate::table::Hidden, $f)
    };
}
pub(crate) use text;

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
