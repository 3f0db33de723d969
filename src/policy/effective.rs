//! The types and constraints of fields after a policy has been applied.

use super::{FieldLimits, Policy, StringLimits};
use crate::schema::{Field, Schema, StringConstraints, ValueType};
use std::{any::Any, sync::Arc};

impl Policy {
    /// Returns the types of the fields of a schema, if the policy limits any of the fields.
    #[inline]
    pub(crate) fn field_types(&self, schema: &Schema) -> Option<&[ValueType]> {
        // Most policies limit no field, so only this check is inlined.
        self.overrides.as_ref()?.field_types(schema)
    }

    /// Adds a check, which [`custom_checks`](Self::custom_checks) returns.
    pub(crate) fn add_custom_check(&mut self, check: Arc<dyn Any + Send + Sync>) {
        Arc::make_mut(self.overrides.get_or_insert_default()).custom_checks.0.push(check);
    }

    /// Returns the custom checks of all types.
    pub(crate) fn custom_checks(&self) -> &[Arc<dyn Any + Send + Sync>] {
        self.overrides.as_ref().map_or(&[], |overrides| &overrides.custom_checks.0)
    }

    /// Returns the type of a field under the policy, or `None` if the schema has no such field.
    pub(crate) fn field_type(&self, schema: &Schema, name: &str) -> Option<ValueType> {
        let index = schema.fields.iter().position(|field| field.name == name)?;
        let own = self.field_types(schema).and_then(|own| own.get(index));
        own.copied().or_else(|| schema.fields.get(index).map(|field| field.value_type))
    }

    /// Returns the fields of a schema, each with its type under the policy.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn fields(
        &self,
        schema: &Schema,
    ) -> impl Iterator<Item = (&'static Field, ValueType)> {
        let own = self.field_types(schema);
        schema.fields.iter().enumerate().map(move |(index, field)| {
            let own = own.and_then(|own| own.get(index));
            (field, own.copied().unwrap_or(field.value_type))
        })
    }

    /// Returns whether the policy requires a field to be present.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn requires(&self, field: &Field) -> bool {
        let may_be_absent = field.absence_deviation.is_some_and(|deviation| self.allows(deviation));
        field.required && !may_be_absent
    }

    /// Returns the limits that the policy adds to the constraints on a string.
    pub(crate) fn string_limits(&self, constraints: StringConstraints) -> Option<&StringLimits> {
        self.overrides.as_ref()?.string_limits(constraints)
    }

    /// Replaces the constraints on a field, which is identified by its index in the schema. Returns
    /// the new type of the field.
    pub(crate) fn limit(
        &mut self,
        schema: &Schema,
        field: (usize, &Field),
        limits: FieldLimits,
    ) -> ValueType {
        Arc::make_mut(self.overrides.get_or_insert_default()).limit(schema, field, limits)
    }
}
