//! The macros that declare the specification's tables and enums, and the types of the fields.

mod code;
mod currency_code;
mod datetime;
mod diff;
mod extend_info;
mod hidden;
mod into_option;
#[cfg(feature = "jiff")]
mod jiff;
mod mcc;
mod minor_units;
mod one_or_many;
mod phone_number;
pub mod private;
#[allow(clippy::missing_errors_doc, reason = "only macros use it in other crates")]
mod read_fields;
mod region_code;
pub(crate) mod string;
mod string_enum;
#[allow(clippy::missing_errors_doc, reason = "only macros use it in other crates")]
mod struct_field;
pub(crate) mod system_time;
mod table;
#[cfg(feature = "time")]
mod time;
#[cfg(any(feature = "jiff", feature = "time"))]
mod time_error;
mod unix_millis;
mod unknown_fields;

pub use currency_code::CurrencyCode;
pub use datetime::Datetime;
pub use diff::{Revealed, diff};
pub use extend_info::ExtendInfo;
pub use hidden::Hidden;
pub use into_option::IntoOption;
pub use mcc::Mcc;
pub use minor_units::MinorUnits;
pub use one_or_many::OneOrMany;
pub use phone_number::PhoneNumber;
pub use region_code::RegionCode;
pub(crate) use string_enum::string_enum;
pub use string_enum::{UnknownValue, UnknownValueError};
pub use struct_field::StructField;
pub(crate) use table::table;
#[cfg(any(feature = "jiff", feature = "time"))]
pub use time_error::TimeError;
pub use unix_millis::UnixMillis;
pub use unknown_fields::{
    UnknownFields, UnknownFieldsIntoIter, UnknownFieldsIter, UnknownFieldsReader,
};
