use std::{any::Any, fmt, sync::Arc};

/// The checks that an application adds to a policy. Their types are known only where they are run.
#[derive(Clone, Default)]
pub(crate) struct CustomChecks(Option<Arc<Vec<Arc<dyn Any + Send + Sync>>>>);

impl CustomChecks {
    pub(super) const NONE: Self = Self(None);

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn push(&mut self, check: Arc<dyn Any + Send + Sync>) {
        Arc::make_mut(self.0.get_or_insert_default()).push(check);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<dyn Any + Send + Sync>> {
        self.0.iter().flat_map(|checks| checks.iter())
    }
}

/// Functions cannot be compared, so only the same checks are equal.
impl PartialEq for CustomChecks {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count()
            && self.iter().zip(other.iter()).all(|(check, other)| Arc::ptr_eq(check, other))
    }
}

impl Eq for CustomChecks {}

impl fmt::Debug for CustomChecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CustomChecks").field(&self.iter().count()).finish()
    }
}
