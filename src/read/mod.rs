//! Reading and validating JSON or the input of any deserializer.
//!
//! The result is a value, or a report of all violations.

mod check;
mod custom;
mod deserializer;
mod exchange;
#[allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "only macros use it in other crates"
)]
mod field_value;
mod from_json;
mod protocol_type;
#[allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "only macros use it in other crates"
)]
mod source;

pub(crate) use check::check_json_text;
pub use check::{check_json, check_json_with};
pub(crate) use deserializer::deserialize;
pub(crate) use exchange::ExchangeText;
pub use field_value::{FieldValue, ParsedField};
pub use from_json::{from_json, from_json_with};
pub(crate) use from_json::{read_json, read_values_by_name, read_with_report};
pub use protocol_type::ProtocolType;
pub(crate) use source::{ArrayReader, LexerReader, read_and_check_object};
pub use source::{FieldLookup, Member, ObjectReader};
