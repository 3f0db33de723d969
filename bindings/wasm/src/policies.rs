//! The policies that the host has created.

use miniprogram_protocol::Policy;

/// The handle of the strict policy; `LENIENT_HANDLE` is the handle of the lenient policy.
const STRICT_HANDLE: u32 = 0;
const LENIENT_HANDLE: u32 = 1;

/// Returns the policy with the given handle.
pub(crate) fn find(handle: u32) -> Option<Policy> {
    match handle {
        STRICT_HANDLE => Some(Policy::strict()),
        LENIENT_HANDLE => Some(Policy::lenient()),
        #[cfg(feature = "policy")]
        _ => created::find(handle),
        #[cfg(not(feature = "policy"))]
        _ => None,
    }
}

#[cfg(feature = "policy")]
pub(crate) use created::{create, free, with_edition};

#[cfg(feature = "policy")]
mod created {
    use super::{LENIENT_HANDLE, Policy};
    use miniprogram_protocol::{Edition, PolicyFileError};
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

    /// Registers the policy that was read from a file, and returns JSON with its handle or with the
    /// error in the file.
    pub(crate) fn create(parsed: Result<Policy, PolicyFileError>) -> String {
        match parsed {
            Ok(policy) => register(policy),
            Err(error) => {
                // Serialization of a string cannot fail.
                let message = serde_json::to_string(error.message()).unwrap_or_default();
                let (line, column) = (error.line(), error.column());
                format!(r#"{{"error":{{"line":{line},"column":{column},"message":{message}}}}}"#)
            }
        }
    }

    /// Registers a copy of a policy with the edition of the given name, or returns `None` if there is
    /// no such edition.
    pub(crate) fn with_edition(policy: Policy, name: &str) -> Option<String> {
        let edition = Edition::ALL.iter().copied().find(|edition| edition.name() == name);
        edition.map(|edition| register(policy.edition(edition)))
    }

    /// Registers a policy, and returns JSON with its handle.
    fn register(policy: Policy) -> String {
        let mut policies = policies();
        // The first unused handle is assigned, so that handles do not run out.
        let unused = (LENIENT_HANDLE + 1..=u32::MAX).find(|handle| !policies.contains_key(handle));
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
