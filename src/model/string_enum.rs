//! `string_enum!`: declares the known values of a string as an enum that also accepts other values.

use crate::report::ViolationKind;
use std::{borrow::Borrow, error::Error, fmt};

/// An unknown value of an enum, kept unchanged.
///
/// Only this crate can create an unknown value, so each value of an enum has exactly one
/// representation: a known value is never `Other`. A later version can add known values without
/// breaking an existing `match`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(string: impl Into<Box<str>>) -> Self {
        Self(string.into())
    }

    /// Returns the string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for UnknownValue {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for UnknownValue {
    fn borrow(&self) -> &str {
        &self.0
    }
}

super::string::string_eq! {
    UnknownValue, str: |string| string;
    UnknownValue, &str: |string| *string;
    UnknownValue, String: |string| string.as_str();
}

impl From<UnknownValue> for String {
    fn from(value: UnknownValue) -> Self {
        value.0.into()
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The error for a string that is not one of the known values of a closed enum.
///
/// The error does not contain the string.
///
/// ```
/// use miniprogram_protocol::dictionary::OsType;
///
/// assert_eq!("IOS".parse(), Ok(OsType::Ios));
/// let error = "SYMBIAN".parse::<OsType>().unwrap_err();
/// assert_eq!(error.to_string(), "must be one of IOS, ANDROID");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownValueError(&'static [&'static str]);

impl UnknownValueError {
    pub(crate) const fn new(values: &'static [&'static str]) -> Self {
        Self(values)
    }

    /// Returns the known values.
    #[must_use]
    pub const fn values(&self) -> &'static [&'static str] {
        self.0
    }
}

impl fmt::Display for UnknownValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ViolationKind::Enum { values: self.0 }.fmt(f)
    }
}

impl Error for UnknownValueError {}

/// Declares an enum with the known values from the specification, one per line:
///
/// ```text
/// pub enum OsType: closed {
///     /// Apple iOS.
///     Ios = "IOS",
/// }
/// ```
///
/// The enum can represent any string. An unknown value is written back unchanged, and is an `enum`
/// violation unless the enum is `open`.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_enum {
    (
        $(#[doc = $about:literal])*
        $vis:vis enum $Name:ident: $openness:ident $(, $aliased:ident)? {
            $( $(#[doc = $doc:literal])* $Variant:ident = $value:literal, )+
        }
    ) => {
        $crate::__string_enum! {
            @define $($aliased)?
            $(#[doc = $about])*
            #[doc = ""]
            #[doc = $crate::__string_enum!(@about $openness)]
            $vis enum $Name { $( $(#[doc = $doc])* $Variant = $value, )+ }
        }

        impl $Name {
            /// The known values, in the order in which the specification first lists them.
            pub const VALUES: &'static [&'static str] = &[$($value),+];

            /// The enum as data.
            pub const ENUM_SCHEMA: &'static $crate::schema::EnumSchema =
                &$crate::__private::enum_schema($crate::__private::EnumParts {
                    name: stringify!($Name),
                    docs: concat!($($about, "\n"),*),
                    values: Self::VALUES,
                    value_docs: &[$(concat!($($doc, "\n"),*)),+],
                    open: $crate::__string_enum!(@is_open $openness),
                    subschema: $crate::__private::subschema::<Self>(),
                });

            /// Returns the value as it appears in JSON.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $value, )+
                    Self::Other(unknown) => unknown.as_str(),
                }
            }

            /// Converts into the string that appears in JSON.
            #[must_use]
            #[inline]
            pub fn into_string(self) -> String {
                match self {
                    Self::Other(unknown) => unknown.into(),
                    known => known.as_str().to_owned(),
                }
            }

            /// Returns whether the value is one of [`VALUES`](Self::VALUES).
            #[must_use]
            #[inline]
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<&str> for $Name {
            #[inline]
            fn from(string: &str) -> Self {
                match string {
                    $( $value => Self::$Variant, )+
                    other => Self::Other($crate::__private::unknown_value(other)),
                }
            }
        }

        impl From<String> for $Name {
            #[inline]
            fn from(string: String) -> Self {
                match string.as_str() {
                    $( $value => Self::$Variant, )+
                    _ => Self::Other($crate::__private::unknown_value(string)),
                }
            }
        }

        impl std::str::FromStr for $Name {
            type Err = $crate::UnknownValueError;

            /// Parses a valid value. (`From` accepts any string.)
            #[inline]
            fn from_str(string: &str) -> std::result::Result<Self, Self::Err> {
                let value = Self::from(string);
                if Self::ENUM_SCHEMA.open || value.is_known() {
                    Ok(value)
                } else {
                    Err($crate::__private::unknown_value_error(Self::VALUES))
                }
            }
        }

        // Hashes the string, as `Borrow<str>` requires.
        impl std::hash::Hash for $Name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        $crate::__string_order!($Name);

        $crate::__string_value! {
            $Name,
            $crate::__private::string_type(None, Some($Name::ENUM_SCHEMA)),
            |value: &$Name| {
                let is_valid = $Name::ENUM_SCHEMA.open || value.is_known();
                (!is_valid).then_some($crate::ViolationKind::Enum { values: $Name::VALUES })
            }
        }
    };

    // The aliases let the documentation search find a variant by its JSON value. They differ from
    // the names of the variants, as rustdoc requires.
    (@define aliased $(#[$about:meta])* $vis:vis enum $Name:ident {
        $( $(#[$doc:meta])* $Variant:ident = $value:literal, )+
    }) => {
        $crate::__string_enum! {
            @define
            $(#[$about])*
            $vis enum $Name { $( $(#[$doc])* #[doc(alias = $value)] $Variant = $value, )+ }
        }
    };
    (@define $(#[$about:meta])* $vis:vis enum $Name:ident {
        $( $(#[$attribute:meta])* $Variant:ident = $value:literal, )+
    }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        $vis enum $Name {
            $(
                $(#[$attribute])*
                #[doc = concat!(" In JSON: `\"", $value, "\"`.")]
                $Variant,
            )+
            /// An unknown value, kept unchanged. Use `From` to create it and
            /// [`as_str`](Self::as_str) to read it.
            Other($crate::UnknownValue),
        }
    };

    (@is_open open) => { true };
    (@is_open closed) => { false };
    (@about open) => { "An open enum: unknown values are valid." };
    (@about closed) => { "A closed enum: unknown values are kept, and are `enum` violations." };
}

/// Declares an enum of the specification.
macro_rules! string_enum {
    (
        $(#[doc = $about:literal])*
        pub enum $Name:ident: $openness:ident { $($variants:tt)+ }
    ) => {
        $crate::__string_enum! {
            $(#[doc = $about])*
            pub enum $Name: $openness, aliased { $($variants)+ }
        }
    };
}
pub(crate) use string_enum;
