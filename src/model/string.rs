//! Types that can contain any string, and are validated against a format or an enum.
//!
//! As in `table!`, each generated function is generic, derived or `#[inline]`.

use crate::schema::Format;

/// Implements `FieldValue`, `Serialize`, `Deserialize` and the conversions to strings for a type
/// that contains a string.
///
/// `$violation` is a function that returns the violation of the type's format or enum, if there is
/// one.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_value {
    ($Name:ident, $string_type:expr, $violation:expr) => {
        const _: () = {
            use $crate::__private;

            impl __private::FieldValue for $Name {
                type Constraints = $crate::schema::StringConstraints;
                const UNCONSTRAINED: Self::Constraints = Self::Constraints::UNCONSTRAINED;
                const VALUE_TYPE: $crate::schema::ValueType =
                    $crate::schema::ValueType::String($string_type);
                const JSON_TYPE: $crate::schema::JsonType = $crate::schema::JsonType::String;

                #[inline]
                fn from_string(string: std::borrow::Cow<'_, str>) -> Option<Self> {
                    Some(match string {
                        std::borrow::Cow::Borrowed(string) => Self::from(string),
                        std::borrow::Cow::Owned(string) => Self::from(string),
                    })
                }

                #[inline]
                fn accepts_fast(&self, constraints: $crate::schema::StringConstraints) -> bool {
                    __private::accepts_string_fast(constraints, self.as_str())
                        && $violation(self).is_none()
                }

                #[inline]
                fn validate_value(
                    &self,
                    constraints: $crate::schema::StringConstraints,
                    cx: &mut $crate::ValidationContext<'_>,
                ) {
                    __private::validate_string(
                        constraints,
                        self.as_str(),
                        &|| $violation(self),
                        cx,
                    );
                }

                #[inline]
                fn operand(&self, _: &str) -> __private::Operand<&str> {
                    __private::Operand::String(self.as_str())
                }
            }

            impl __private::serde::Serialize for $Name {
                fn serialize<S: __private::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> std::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> __private::serde::Deserialize<'de> for $Name {
                fn deserialize<D: __private::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> std::result::Result<Self, D::Error> {
                    __private::deserialize_field_value(deserializer)
                }
            }
        };

        impl From<$Name> for String {
            #[inline]
            fn from(value: $Name) -> Self {
                value.into_string()
            }
        }

        impl AsRef<str> for $Name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        $crate::__string_eq! {
            $Name, str: |string| string;
            $Name, &str: |string| *string;
            $Name, String: |string| string.as_str();
        }
    };
}

/// Implements `PartialEq` between a type and each string type, in both directions.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_eq {
    ($($Name:ident, $String:ty: |$string:ident| $as_str:expr;)+) => { $(
        impl PartialEq<$String> for $Name {
            #[inline]
            fn eq(&self, $string: &$String) -> bool {
                self.as_str() == $as_str
            }
        }

        impl PartialEq<$Name> for $String {
            #[inline]
            fn eq(&self, other: &$Name) -> bool {
                other == self
            }
        }
    )+ };
}
pub(crate) use __string_eq as string_eq;

/// Implements `Ord` and `Borrow<str>` for a type whose `Eq` and `Hash` are those of its string.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_order {
    ($Name:ident) => {
        impl Ord for $Name {
            #[inline]
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $Name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl std::borrow::Borrow<str> for $Name {
            #[inline]
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }
    };
}

/// The representation of the string inside a string type.
pub trait StringRepr {
    /// Returns the string as a slice.
    fn as_str(&self) -> &str;

    /// Returns whether the string matches the format of its type.
    fn matches_format(&self, format: Format) -> bool;
}

impl StringRepr for String {
    fn as_str(&self) -> &str {
        self
    }

    fn matches_format(&self, format: Format) -> bool {
        format.matches(self)
    }
}

/// Declares a type that can contain any string, and is validated against a format if it has one.
///
/// `shown` or `hidden` determines whether `Debug` shows the string. `Ord` compares the strings,
/// unless `custom_order` is given: the implementation of `Ord` is then written by hand.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_type {
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident$(($Stored:ty))?: $format:expr, $visibility:ident $(, $order:ident)?;
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Default, PartialEq, Eq, Hash)]
        $vis struct $Name($crate::__string_type!(@stored $($Stored)?));

        impl $Name {
            /// Returns the string as a slice.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::__private::StringRepr::as_str(&self.0)
            }

            /// Returns the string.
            #[must_use]
            #[inline]
            pub fn into_string(self) -> String {
                self.0.into()
            }
        }

        impl From<&str> for $Name {
            #[inline]
            fn from(string: &str) -> Self {
                Self(string.into())
            }
        }

        impl From<String> for $Name {
            #[inline]
            fn from(string: String) -> Self {
                Self(string.into())
            }
        }

        impl std::str::FromStr for $Name {
            type Err = $crate::FormatError;

            /// Parses a string, which must match the format of the type, if there is one. (`From`
            /// accepts any string.)
            #[inline]
            fn from_str(string: &str) -> std::result::Result<Self, Self::Err> {
                let format: Option<$crate::Format> = $format;
                match format.filter(|format| !format.matches(string)) {
                    Some(format) => Err($crate::__private::format_error(format)),
                    None => Ok(string.into()),
                }
            }
        }

        $crate::__string_type!(@order $Name $($order)?);

        impl std::fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::__string_type!(@debug $visibility self, f)
            }
        }

        $crate::__string_value! {
            $Name,
            $crate::__private::string_type($format, None),
            |value: &$Name| {
                let format: Option<$crate::Format> = $format;
                let matches_format = |format: &$crate::Format| {
                    $crate::__private::StringRepr::matches_format(&value.0, *format)
                };
                let format = format.filter(|format| !matches_format(format))?;
                Some($crate::ViolationKind::Format { format })
            }
        }
    };

    (@order $Name:ident) => { $crate::__string_order!($Name); };
    (@order $Name:ident custom_order) => {};
    (@stored) => { String };
    (@stored $Stored:ty) => { $Stored };
    (@debug shown $self:ident, $f:ident) => { std::fmt::Debug::fmt(&$self.0, $f) };
    (@debug hidden $self:ident, $f:ident) => {
        std::fmt::Debug::fmt(&$crate::__private::Hidden, $f)
    };
}
pub(crate) use __string_type as string_type;
