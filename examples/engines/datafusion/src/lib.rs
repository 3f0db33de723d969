//! `DataFusion` functions that check JSON payloads against the types of the Mini Program Platform.
//!
//! `mpp_is_valid(type, json [, policy])` returns whether a payload is valid, and
//! `mpp_violations(type, json [, policy])` its violations. The table function `json_lines(path)`
//! reads NDJSON with one payload per line.

#![forbid(unsafe_code)]

mod column;
mod functions;
mod lines;

pub use functions::{is_valid, violations};
pub use lines::JsonLines;

use datafusion::{
    error::Result,
    execution::{FunctionRegistry, SessionState, session_state::SessionStateBuilder},
    prelude::{SessionConfig, SessionContext},
};
use std::sync::Arc;

/// Registers `mpp_is_valid` and `mpp_violations`.
///
/// # Errors
/// Returns an error if the registry rejects a function.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    registry.register_udf(Arc::new(is_valid()))?;
    registry.register_udf(Arc::new(violations()))?;
    Ok(())
}

/// Returns the state of a session with `mpp_is_valid` and `mpp_violations`.
///
/// # Errors
/// Returns an error if a function could not be registered.
pub fn session_state(config: SessionConfig) -> Result<SessionState> {
    let mut state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    register(&mut state)?;
    Ok(state)
}

/// Returns a session with all functions, in which `FROM 'payloads.parquet'` reads a file.
///
/// # Errors
/// Returns an error if a function could not be registered.
pub fn session(config: SessionConfig) -> Result<SessionContext> {
    let context = SessionContext::new_with_state(session_state(config)?).enable_url_table();
    context.register_udtf("json_lines", Arc::new(JsonLines));
    Ok(context)
}
