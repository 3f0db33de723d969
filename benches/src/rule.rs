//! The rules for which the peers ask for a function, with the crates that one takes for them.

use crate::peer;

fn plain(text: &str) -> bool {
    !text.contains(['@', '#', '?'])
}

fn currency(text: &str) -> bool {
    iso_currency::Currency::from_code(text).is_some()
}

fn region(text: &str) -> bool {
    isocountry::CountryCode::for_alpha2(text).is_ok()
}

fn date_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

fn category_code(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn result_status(text: &str) -> bool {
    matches!(text, "S" | "F" | "U" | "A")
}

fn user_status(text: &str) -> bool {
    matches!(text, "ACTIVE" | "FROZEN" | "INACTIVE")
}

fn gender(text: &str) -> bool {
    matches!(text, "F" | "M")
}

fn login_id_type(text: &str) -> bool {
    matches!(text, "MOBILE_PHONE" | "EMAIL" | "OTHER")
}

fn terminal_type(text: &str) -> bool {
    matches!(text, "MINI_APP" | "APP" | "WEB" | "WAP" | "SYSTEM")
}

fn os_type(text: &str) -> bool {
    matches!(text, "IOS" | "ANDROID")
}

/// A member that must be there or may be absent.
trait Texts {
    fn text(&self) -> Option<&str>;
}

impl Texts for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Texts for Option<String> {
    fn text(&self) -> Option<&str> {
        self.as_deref()
    }
}

macro_rules! functions {
    ($($rule:ident),+ $(,)?) => {
        /// The rules as functions that `garde` calls.
        #[allow(private_bounds)]
        pub mod for_garde {
            use super::{Texts, e164, peer::plain::UserName};
            use garde::{Error, Result};

            $(
                #[doc = concat!("Whether a text is a ", stringify!($rule), ".")]
                ///
                /// # Errors
                /// It is not.
                pub fn $rule(text: &impl Texts, (): &()) -> Result {
                    let holds = text.text().is_none_or(super::$rule);
                    if holds { Ok(()) } else { Err(Error::new(stringify!($rule))) }
                }
            )+

            /// Whether a name has one of its parts.
            ///
            /// # Errors
            /// It has none.
            pub fn has_name(name: &Option<UserName>, (): &()) -> Result {
                let holds = name.as_ref().is_none_or(UserName::has_part);
                if holds { Ok(()) } else { Err(Error::new("has_name")) }
            }

            /// Whether the number of a mobile phone is one.
            pub fn phone_number(contact_type: &str) -> impl FnOnce(&String, &()) -> Result {
                let asked = contact_type == "MOBILE_PHONE";
                move |number, ()| {
                    if !asked || e164(number) { Ok(()) } else { Err(Error::new("phone_number")) }
                }
            }

            /// Whether both are there or none is.
            pub fn together(other: &Option<String>) -> impl FnOnce(&Option<String>, &()) -> Result {
                let other = other.is_some();
                move |one, ()| {
                    if one.is_some() == other { Ok(()) } else { Err(Error::new("together")) }
                }
            }
        }

        /// The rules as functions that `validator` calls.
        pub mod for_validator {
            use super::{e164, peer::plain::{Address, ContactInfo, UserName}};
            use validator::ValidationError;

            type Result = std::result::Result<(), ValidationError>;

            $(
                #[doc = concat!("Whether a text is a ", stringify!($rule), ".")]
                ///
                /// # Errors
                /// It is not.
                pub fn $rule(text: &str) -> Result {
                    if super::$rule(text) { Ok(()) } else { Err(ValidationError::new(stringify!($rule))) }
                }
            )+

            /// Whether a name has one of its parts.
            ///
            /// # Errors
            /// It has none.
            pub fn has_name(name: &UserName) -> Result {
                if name.has_part() { Ok(()) } else { Err(ValidationError::new("has_name")) }
            }

            /// Whether the number of a mobile phone is one.
            ///
            /// # Errors
            /// It is not.
            pub fn contact(contact: &ContactInfo) -> Result {
                if contact.contact_type != "MOBILE_PHONE" || e164(&contact.contact_no) {
                    Ok(())
                } else {
                    Err(ValidationError::new("phone_number"))
                }
            }

            /// Whether longitude and latitude are both there or none is.
            ///
            /// # Errors
            /// One of them is absent.
            pub fn place(address: &Address) -> Result {
                if address.longitude.is_some() == address.latitude.is_some() {
                    Ok(())
                } else {
                    Err(ValidationError::new("together"))
                }
            }
        }

        /// The rules as functions that `serde_valid` calls.
        #[allow(private_bounds)]
        pub mod for_serde_valid {
            use super::{Texts, e164, peer::serde_valid::{Address, ContactInfo, UserName}};
            use serde_valid::validation::Error;

            type Result = std::result::Result<(), Error>;

            fn into_result(holds: bool, rule: &str) -> Result {
                if holds { Ok(()) } else { Err(Error::Custom(rule.to_owned())) }
            }

            $(
                #[doc = concat!("Whether a text is a ", stringify!($rule), ".")]
                ///
                /// # Errors
                /// It is not.
                pub fn $rule(text: &impl Texts) -> Result {
                    into_result(text.text().is_none_or(super::$rule), stringify!($rule))
                }
            )+

            /// Whether a name has one of its parts.
            ///
            /// # Errors
            /// It has none.
            pub fn has_name(name: &Option<UserName>) -> Result {
                into_result(name.as_ref().is_none_or(UserName::has_part), "has_name")
            }

            /// Whether the number of a mobile phone is one.
            ///
            /// # Errors
            /// It is not.
            pub fn contact(contact: &ContactInfo) -> Result {
                let asked = contact.contact_type == "MOBILE_PHONE";
                into_result(!asked || e164(&contact.contact_no), "phone_number")
            }

            /// Whether longitude and latitude are both there or none is.
            ///
            /// # Errors
            /// One of them is absent.
            pub fn place(address: &Address) -> Result {
                into_result(address.longitude.is_some() == address.latitude.is_some(), "together")
            }
        }

        impl peer::plain::UserName {
            fn has_part(&self) -> bool {
                [&self.full_name, &self.first_name, &self.middle_name, &self.last_name]
                    .into_iter()
                    .any(Option::is_some)
            }
        }

        impl peer::serde_valid::UserName {
            fn has_part(&self) -> bool {
                [&self.full_name, &self.first_name, &self.middle_name, &self.last_name]
                    .into_iter()
                    .any(Option::is_some)
            }
        }
    };
}

functions! {
    plain, currency, region, date_time, category_code, result_status, user_status, gender,
    login_id_type, terminal_type, os_type,
}
