//! Custom validation functions for constraints that the other validation crates do not provide. The
//! functions use the crates that an application would use.

use crate::alternatives;
use serde::de::IgnoredAny;

fn has_no_special_characters(string: &str) -> bool {
    !string.contains(['@', '#', '?'])
}

fn is_currency(string: &str) -> bool {
    iso_currency::Currency::from_code(string).is_some()
}

fn is_region(string: &str) -> bool {
    isocountry::CountryCode::for_alpha2(string).is_ok()
}

fn is_date_time(string: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(string).is_ok()
}

fn is_mcc(string: &str) -> bool {
    string.len() == 4 && string.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_e164(string: &str) -> bool {
    string.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_result_status(string: &str) -> bool {
    matches!(string, "S" | "F" | "U" | "A")
}

fn is_user_status(string: &str) -> bool {
    matches!(string, "ACTIVE" | "FROZEN" | "INACTIVE")
}

fn is_gender(string: &str) -> bool {
    matches!(string, "F" | "M")
}

fn is_login_id_type(string: &str) -> bool {
    matches!(string, "MOBILE_PHONE" | "EMAIL" | "OTHER")
}

fn is_terminal_type(string: &str) -> bool {
    matches!(string, "MINI_APP" | "APP" | "WEB" | "WAP" | "SYSTEM")
}

fn is_os_type(string: &str) -> bool {
    matches!(string, "IOS" | "ANDROID")
}

fn is_message_channel(string: &str) -> bool {
    matches!(string, "SMS" | "PUSH" | "INBOX")
}

fn is_json_object(string: &str) -> bool {
    string.trim_ascii_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(string).is_ok()
}

/// A required or optional string.
trait StringField {
    fn as_option(&self) -> Option<&str>;
}

impl StringField for String {
    fn as_option(&self) -> Option<&str> {
        Some(self)
    }
}

impl StringField for Option<String> {
    fn as_option(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// Defines a function for each constraint and each of the other crates.
macro_rules! define_functions {
    ($($constraint:ident: $is_valid:ident),+ $(,)?) => {
        /// Functions for `garde` that check the constraints.
        #[allow(private_bounds)]
        pub mod for_garde {
            use super::{StringField, alternatives::plain::UserName, is_e164};
            use garde::{Error, Result};

            $(
                #[doc = concat!("Checks the constraint `", stringify!($constraint), "`.")]
                ///
                /// # Errors
                /// Returns an error if the string is present but violates the constraint.
                pub fn $constraint(string: &impl StringField, (): &()) -> Result {
                    let is_valid = string.as_option().is_none_or(super::$is_valid);
                    if is_valid { Ok(()) } else { Err(Error::new(stringify!($constraint))) }
                }
            )+

            /// Checks that at least one part of a name is present.
            ///
            /// # Errors
            /// Returns an error if no part is present.
            pub fn at_least_one_name_part(name: &Option<UserName>, (): &()) -> Result {
                let is_valid = name.as_ref().is_none_or(UserName::has_name_part);
                if is_valid { Ok(()) } else { Err(Error::new("at_least_one_name_part")) }
            }

            /// Returns a function that checks the phone number of a contact of type `MOBILE_PHONE`.
            pub fn phone_number_check(contact_type: &str) -> impl FnOnce(&String, &()) -> Result {
                let is_phone = contact_type == "MOBILE_PHONE";
                move |number, ()| {
                    if !is_phone || is_e164(number) { Ok(()) } else { Err(Error::new("phone_number")) }
                }
            }

            /// Returns a function that checks that a field is present if and only if `other` is
            /// present.
            pub fn all_or_none_check(
                other: &Option<String>,
            ) -> impl FnOnce(&Option<String>, &()) -> Result {
                let other = other.is_some();
                move |one, ()| {
                    if one.is_some() == other { Ok(()) } else { Err(Error::new("all_or_none")) }
                }
            }
        }

        /// Functions for `validator` that check the constraints.
        pub mod for_validator {
            use super::{alternatives::plain::{Address, ContactInfo, UserName}, is_e164};
            use validator::ValidationError;

            type Result = std::result::Result<(), ValidationError>;

            fn check(is_valid: bool, constraint: &'static str) -> Result {
                if is_valid { Ok(()) } else { Err(ValidationError::new(constraint)) }
            }

            $(
                #[doc = concat!("Checks the constraint `", stringify!($constraint), "`.")]
                ///
                /// # Errors
                /// Returns an error if the string violates the constraint.
                pub fn $constraint(string: &str) -> Result {
                    check(super::$is_valid(string), stringify!($constraint))
                }
            )+

            /// Checks that at least one part of a name is present.
            ///
            /// # Errors
            /// Returns an error if no part is present.
            pub fn at_least_one_name_part(name: &UserName) -> Result {
                check(name.has_name_part(), "at_least_one_name_part")
            }

            /// Checks the phone number of a contact of type `MOBILE_PHONE`.
            ///
            /// # Errors
            /// Returns an error if the phone number is invalid.
            pub fn check_contact_number(contact: &ContactInfo) -> Result {
                let is_phone = contact.contact_type == "MOBILE_PHONE";
                check(!is_phone || is_e164(&contact.contact_no), "phone_number")
            }

            /// Checks that longitude and latitude are both present or both absent.
            ///
            /// # Errors
            /// Returns an error if only one of them is present.
            pub fn check_coordinates(address: &Address) -> Result {
                check(address.longitude.is_some() == address.latitude.is_some(), "all_or_none")
            }
        }

        /// Functions for `serde_valid` that check the constraints.
        #[allow(private_bounds)]
        pub mod for_serde_valid {
            use super::{
                StringField,
                alternatives::serde_valid::{Address, ContactInfo, UserName},
                is_e164,
            };
            use serde_valid::validation::Error;

            type Result = std::result::Result<(), Error>;

            fn check(is_valid: bool, constraint: &str) -> Result {
                if is_valid { Ok(()) } else { Err(Error::Custom(constraint.to_owned())) }
            }

            $(
                #[doc = concat!("Checks the constraint `", stringify!($constraint), "`.")]
                ///
                /// # Errors
                /// Returns an error if the string is present but violates the constraint.
                pub fn $constraint(string: &impl StringField) -> Result {
                    let is_valid = string.as_option().is_none_or(super::$is_valid);
                    check(is_valid, stringify!($constraint))
                }
            )+

            /// Checks that at least one part of a name is present.
            ///
            /// # Errors
            /// Returns an error if no part is present.
            pub fn at_least_one_name_part(name: &Option<UserName>) -> Result {
                check(name.as_ref().is_none_or(UserName::has_name_part), "at_least_one_name_part")
            }

            /// Checks the phone number of a contact of type `MOBILE_PHONE`.
            ///
            /// # Errors
            /// Returns an error if the phone number is invalid.
            pub fn check_contact_number(contact: &ContactInfo) -> Result {
                let is_phone = contact.contact_type == "MOBILE_PHONE";
                check(!is_phone || is_e164(&contact.contact_no), "phone_number")
            }

            /// Checks that longitude and latitude are both present or both absent.
            ///
            /// # Errors
            /// Returns an error if only one of them is present.
            pub fn check_coordinates(address: &Address) -> Result {
                check(address.longitude.is_some() == address.latitude.is_some(), "all_or_none")
            }
        }

        impl alternatives::plain::UserName {
            fn has_name_part(&self) -> bool {
                [&self.full_name, &self.first_name, &self.middle_name, &self.last_name]
                    .into_iter()
                    .any(Option::is_some)
            }
        }

        impl alternatives::serde_valid::UserName {
            fn has_name_part(&self) -> bool {
                [&self.full_name, &self.first_name, &self.middle_name, &self.last_name]
                    .into_iter()
                    .any(Option::is_some)
            }
        }
    };
}

define_functions! {
    no_special_characters: has_no_special_characters,
    currency: is_currency,
    region: is_region,
    date_time: is_date_time,
    mcc: is_mcc,
    result_status: is_result_status,
    user_status: is_user_status,
    gender: is_gender,
    login_id_type: is_login_id_type,
    terminal_type: is_terminal_type,
    os_type: is_os_type,
    message_channel: is_message_channel,
    json_object: is_json_object,
}
