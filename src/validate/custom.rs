use super::ValidationContext;
use crate::policy::Policy;
use std::sync::Arc;

type Check<T> = dyn Fn(&T, &mut ValidationContext<'_>) + Send + Sync;

/// A custom check that an application adds for values of a type.
struct CustomCheck<T>(Box<Check<T>>);

impl Policy {
    /// Adds a custom check, as [`check`](Self::check) does.
    pub(crate) fn with_custom_check<T: 'static>(
        mut self,
        check: impl Fn(&T, &mut ValidationContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.add_custom_check(Arc::new(CustomCheck(Box::new(check))));
        self
    }
}

impl ValidationContext<'_> {
    /// Runs the policy's custom checks on a value.
    pub(crate) fn run_custom_checks<T: 'static>(&mut self, value: &T) {
        if !self.checks_constraints() {
            return;
        }
        for check in self.policy().custom_checks() {
            if let Some(CustomCheck(check)) = check.downcast_ref::<CustomCheck<T>>() {
                check(value, self);
            }
        }
    }
}
