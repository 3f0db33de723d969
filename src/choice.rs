//! `choice!`: a list of valid values, as an enum that is open to more.

use std::fmt;

/// A text that is none of the listed values, kept as it came.
///
/// Only this crate makes one, so that a value has one representation: what is listed is never
/// `Other`, and naming a new value later breaks no `match`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unlisted(Box<str>);

impl Unlisted {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Declares a list of valid values the way the documents do, one line a value:
///
/// ```text
/// pub enum OsType: closed {
///     /// Apple iOS.
///     Ios = "IOS",
/// }
/// ```
///
/// Any text can be held and is written back as it came. An unlisted one is a violation `enum`
/// unless the list is `open`.
macro_rules! choice {
    (
        $(#[doc = $about:literal])*
        pub enum $Name:ident: $openness:ident {
            $( $(#[doc = $doc:literal])* $Variant:ident = $value:literal, )+
        }
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = choice!(@about $openness)]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $(
                $(#[doc = $doc])*
                #[doc = concat!(" On the wire: `\"", $value, "\"`.")]
                $Variant,
            )+
            /// Any other text, as it came. Made by `From`, read by [`as_str`](Self::as_str).
            Other($crate::Unlisted),
        }

        impl $Name {
            /// The valid values, in the order of the table that lists them first.
            pub const VALUES: &'static [&'static str] = &[$($value),+];

            const CHOICE: &'static $crate::Choice = &$crate::Choice {
                values: Self::VALUES,
                docs: &[$(concat!($($doc, "\n"),*)),+],
                open: choice!(@open $openness),
            };

            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $value, )+
                    Self::Other(unlisted) => unlisted.as_str(),
                }
            }

            /// Whether it is one of [`VALUES`](Self::VALUES).
            #[must_use]
            pub const fn is_listed(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $( $value => Self::$Variant, )+
                    other => Self::Other($crate::Unlisted::new(other)),
                }
            }
        }

        impl From<String> for $Name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $( $value => Self::$Variant, )+
                    _ => Self::Other($crate::Unlisted::new(text)),
                }
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

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::format::text_value! {
            $Name,
            $crate::Shape::Choice($Name::CHOICE),
            |value: &$Name| {
                let is_valid = Self::CHOICE.open || value.is_listed();
                (!is_valid).then_some($crate::ViolationKind::Enum { values: Self::VALUES })
            }
        }
    };

    (@open open) => { true };
    (@open closed) => { false };
    (@about open) => { "An open list: any other text is valid, too." };
    (@about closed) => { "A closed list: any other text is kept, and is a violation `enum`." };
}
pub(crate) use choice;
