//! Reading and validating JSON or the input of any deserializer.
//!
//! The result is a value, or a report of all violations.

mod check;
mod deserializer;
mod field_value;
mod from_json;
mod protocol_type;
mod source;

pub(crate) use check::TypedCheck;
pub use check::{check_json, check_json_with};
pub(crate) use deserializer::deserialize;
pub(crate) use field_value::{FieldValue, Invalid, ParsedField};
pub use from_json::{from_json, from_json_with};
pub(crate) use from_json::{read_json, read_object_of, read_reporting};
pub use protocol_type::ProtocolType;
pub(crate) use source::{ArrayReader, FieldLookup, LexerReader, Member, ObjectReader};
