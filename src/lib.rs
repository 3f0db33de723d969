//! The protocol types of the Mini Program Platform, with a validator for every rule of its data
//! dictionary.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod choice;
mod error;
mod format;
mod json;
mod law;
mod policy;
mod read;
mod rule;
mod schema;
mod table;
mod unknown;
mod validate;
mod violation;

pub mod dictionary;
pub mod endpoint;

pub use choice::Unlisted;
pub use error::{Error, SyntaxError};
pub use format::{
    CurrencyCode, Datetime, ExtendInfo, Format, FormatError, InboxBody, InboxContent, InboxFooter,
    InboxHeader, InboxTarget, Localized, Mcc, MessageContent, OneOrMany, PhoneNumber, PushContent,
    RegionCode, SmsContent, UnixMillis,
};
pub use law::Law;
pub use policy::Policy;
pub use read::{from_json, from_json_with};
pub use rule::{FORBIDDEN_CHARACTERS, Integer, List, NoRule, Object, Rule, Text};
pub use schema::{Choice, Document, Field, Schema, Shape};
pub use table::Table;
pub use unknown::{JsonText, UnknownMembers};
pub use validate::{Cursor, Valid, Validate};
pub use violation::{JsonType, Violation, ViolationKind, Violations};

use table::table;
