use super::ValidationContext;
use crate::policy::Policy;
use std::{any::Any, sync::Arc};

/// A custom check that an application adds for values of a type. The function does nothing for
/// values of other types.
struct CustomCheck(Box<Check>);

type Check = dyn Fn(&dyn Any, &mut ValidationContext<'_>) + Send + Sync;

impl Policy {
    /// Adds a custom check, as [`check`](Self::check) does.
    pub(crate) fn with_custom_check<T: 'static>(
        mut self,
        check: impl Fn(&T, &mut ValidationContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.add_custom_check(Arc::new(CustomCheck(Box::new(move |value, cx| {
            if let Some(value) = value.downcast_ref() {
                check(value, cx);
            }
        }))));
        self
    }
}

impl ValidationContext<'_> {
    /// Runs the policy's custom checks on a value.
    pub(crate) fn run_custom_checks(&mut self, value: &dyn Any) {
        if !self.checks_constraints() {
            return;
        }
        for check in self.policy().custom_checks() {
            if let Some(CustomCheck(check)) = check.downcast_ref() {
                check(value, self);
            }
        }
    }
}
