use std::{any::Any, fmt, sync::Arc};

/// The custom checks that an application adds to a policy. Their type is erased, because `policy`
/// must not depend on `read`, which runs them.
#[derive(Clone, Default)]
pub(super) struct CustomChecks(pub(super) Vec<Arc<dyn Any + Send + Sync>>);

/// Checks are compared by identity, because closures cannot be compared.
impl PartialEq for CustomChecks {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(check, other)| Arc::ptr_eq(check, other))
    }
}

impl Eq for CustomChecks {}

impl fmt::Debug for CustomChecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CustomChecks").field(&self.0.len()).finish()
    }
}
