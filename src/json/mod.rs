//! JSON (RFC 8259): a lexer, syntax errors, and values kept as JSON text.
//!
//! This module does not depend on the protocol.

mod error;
mod json_text;
mod lexer;
mod scan;
mod transcode;

pub use error::SyntaxError;
#[cfg(feature = "policy-file")]
pub(crate) use error::line_and_column;
pub(crate) use error::{Reason, advance_position};
pub use json_text::JsonText;
pub(crate) use lexer::{
    Escapes, JsonString, LexerError, MAX_DEPTH, Number, RawString, UNESCAPE_CHUNK_BYTES, parse_utf8,
};
pub use lexer::{Lexer, Result};
pub(crate) use scan::any_byte;
pub(crate) use transcode::{FirstKey, JsonTextSeed, MemberName, RAW_VALUE_TOKEN, SkippedValue};
