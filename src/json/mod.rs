//! JSON (RFC 8259): a lexer, syntax errors, and values kept as JSON text.
//!
//! This layer knows nothing of the protocol.

mod error;
mod lexer;
mod scan;
mod text;
mod transcode;

pub(crate) use error::Reason;
pub use error::SyntaxError;
#[cfg(feature = "policy-file")]
pub(crate) use error::line_and_column;
pub(crate) use lexer::{
    AS_RAW_VALUE, Escapes, JsonString, Lexer, LexerError, MAX_DEPTH, Number, RawString, Result,
    utf8,
};
pub(crate) use scan::any;
pub use text::JsonText;
pub(crate) use transcode::{FirstKey, JsonTextSeed, Name, Skipped};
