use super::{ParsedField, ProtocolType};
use crate::{
    json::Lexer,
    policy::Policy,
    schema::Schema,
    validate::{Report, ValidationContext},
};
use std::{any::Any, marker::PhantomData, sync::Arc};

/// A custom check for the values of one type. The type is erased, so that a policy can have checks
/// for several types.
struct CustomCheck(Box<dyn CheckForAnyType>);

trait CheckForAnyType: Send + Sync {
    /// Checks a value. Does nothing if it has another type.
    fn check(&self, value: &dyn Any, cx: &mut ValidationContext<'_>);

    /// Returns whether the schema is that of the checked type.
    fn has_schema(&self, schema: &Schema) -> bool;

    /// Reads the value of an object of the checked type that has already been validated. Returns
    /// `None` if no value can be built because of a violation.
    fn read(&self, json: &str, cx: &ValidationContext<'_>) -> Option<Box<dyn Any>>;
}

struct CheckFor<T, F> {
    check: F,
    checked_type: PhantomData<fn(&T)>,
}

impl<T, F> CheckForAnyType for CheckFor<T, F>
where
    T: ProtocolType,
    F: Fn(&T, &mut ValidationContext<'_>) + Send + Sync,
{
    fn check(&self, value: &dyn Any, cx: &mut ValidationContext<'_>) {
        if let Some(value) = value.downcast_ref() {
            (self.check)(value, cx);
        }
    }

    fn has_schema(&self, schema: &Schema) -> bool {
        schema.type_path == T::SCHEMA.type_path
    }

    fn read(&self, json: &str, cx: &ValidationContext<'_>) -> Option<Box<dyn Any>> {
        // The violations are already in the report of `cx`.
        let mut report = Report::default();
        let cx = &mut cx.without_custom_checks(&mut report);
        match T::read_json_object(&mut Lexer::new(json), T::UNCONSTRAINED, cx) {
            Ok(ParsedField::Value(value)) => Some(Box::new(value)),
            _ => None,
        }
    }
}

impl Policy {
    /// Adds a custom check, as [`check`](Self::check) does.
    pub(crate) fn with_custom_check<T: ProtocolType>(
        mut self,
        check: impl Fn(&T, &mut ValidationContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        let check = CheckFor { check, checked_type: PhantomData };
        self.add_custom_check(Arc::new(CustomCheck(Box::new(check))));
        self
    }

    fn custom_checks_for_any_type(&self) -> impl Iterator<Item = &dyn CheckForAnyType> {
        let checks = self.custom_checks().iter();
        checks.filter_map(|check| check.downcast_ref()).map(|CustomCheck(check)| &**check)
    }
}

impl ValidationContext<'_> {
    /// Runs the policy's custom checks on a value.
    pub(crate) fn run_custom_checks(&mut self, value: &dyn Any) {
        if self.runs_custom_checks() {
            for check in self.policy().custom_checks_for_any_type() {
                check.check(value, self);
            }
        }
    }

    /// Runs the policy's custom checks on an object in JSON that has already been validated.
    pub(super) fn run_custom_checks_on_json(&mut self, schema: &Schema, json: &str) {
        if self.runs_custom_checks() {
            let mut checks = self.policy().custom_checks_for_any_type();
            let check = checks.find(|check| check.has_schema(schema));
            if let Some(value) = check.and_then(|check| check.read(json, self)) {
                self.run_custom_checks(&*value);
            }
        }
    }
}
