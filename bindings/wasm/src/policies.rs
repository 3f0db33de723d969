//! The policies that the host has created.

use miniprogram_protocol::Policy;

/// The number of the strict policy. That of the lenient policy follows.
const STRICT: u32 = 0;
const LENIENT: u32 = 1;

/// Returns the policy with the given number.
pub(crate) fn find(handle: u32) -> Option<Policy> {
    match handle {
        STRICT => Some(Policy::strict()),
        LENIENT => Some(Policy::lenient()),
        #[cfg(feature = "policy")]
        _ => created::find(handle),
        #[cfg(not(feature = "policy"))]
        _ => None,
    }
}

#[cfg(feature = "policy")]
pub(crate) use created::{create, free};

#[cfg(feature = "policy")]
mod created {
    use super::{LENIENT, Policy};
    use std::{
        collections::BTreeMap,
        sync::{Mutex, MutexGuard, PoisonError},
    };

    static POLICIES: Mutex<BTreeMap<u32, Policy>> = Mutex::new(BTreeMap::new());

    fn policies() -> MutexGuard<'static, BTreeMap<u32, Policy>> {
        POLICIES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(handle: u32) -> Option<Policy> {
        policies().get(&handle).cloned()
    }

    /// Creates a policy from JSON, and returns its number or the error in the JSON.
    pub(crate) fn create(text: &str) -> String {
        let policy = match Policy::from_json(text) {
            Ok(policy) => policy,
            Err(error) => {
                // Serialization of a string cannot fail.
                let message = serde_json::to_string(error.message()).unwrap_or_default();
                let (line, column) = (error.line(), error.column());
                return format!(
                    r#"{{"error":{{"line":{line},"column":{column},"message":{message}}}}}"#
                );
            }
        };
        let mut policies = policies();
        // The number is the first free one, so numbers do not run out.
        let unused = (LENIENT + 1..=u32::MAX).find(|handle| !policies.contains_key(handle));
        let Some(handle) = unused else {
            return r#"{"error":{"message":"too many policies"}}"#.to_owned();
        };
        policies.insert(handle, policy);
        format!(r#"{{"policy":{handle}}}"#)
    }

    pub(crate) fn free(handle: u32) -> bool {
        policies().remove(&handle).is_some()
    }
}
