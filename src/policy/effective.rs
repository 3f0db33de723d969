//! The constraints in force under a policy.

use super::{FieldLimits, Policy, StringLimits};
use crate::schema::{Constraints, Field, Schema, StringConstraints};

impl Policy {
    /// Returns the constraints on the fields of a schema, if the policy replaces any.
    #[inline]
    pub(crate) fn constraints_of(&self, schema: &Schema) -> Option<&[Constraints]> {
        // Most policies replace none.
        self.overrides.as_ref()?.constraints_of(schema)
    }

    /// Returns the constraints on a field.
    pub(crate) fn constraints(&self, schema: &Schema, name: &str) -> Option<Constraints> {
        let index = schema.fields.iter().position(|field| field.name == name)?;
        let own = self.constraints_of(schema).and_then(|own| own.get(index));
        own.copied().or_else(|| schema.fields.get(index).map(|field| field.constraints))
    }

    /// Returns the fields of a schema with their constraints.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn fields(
        &self,
        schema: &Schema,
    ) -> impl Iterator<Item = (&'static Field, Constraints)> {
        let own = self.constraints_of(schema);
        schema.fields.iter().enumerate().map(move |(index, field)| {
            let constraints = own.and_then(|own| own.get(index));
            (field, constraints.copied().unwrap_or(field.constraints))
        })
    }

    /// Returns whether a field must be present.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn requires(&self, field: &Field) -> bool {
        let may_be_absent = field.absence_deviation.is_some_and(|deviation| self.allows(deviation));
        field.required && !may_be_absent
    }

    /// Returns the limits that the policy adds to the constraints on a string.
    pub(crate) fn string_limits(&self, constraints: StringConstraints) -> Option<&StringLimits> {
        self.overrides.as_ref()?.string_limits(constraints)
    }

    /// Replaces constraints on a field, given with its index in the schema. Returns the new
    /// constraints.
    pub(crate) fn limit(
        &mut self,
        schema: &Schema,
        field: (usize, &Field),
        limits: FieldLimits,
    ) -> Constraints {
        std::sync::Arc::make_mut(self.overrides.get_or_insert_default())
            .limit(schema, field, limits)
    }
}
