//! The types and constraints of fields after a policy has been applied.

#[cfg(any(feature = "json-schema", feature = "proptest"))]
use super::Presence;
use super::{EffectiveFields, FieldLimits, ForbiddenCharacters, Policy, StringLimits};
use crate::schema::{Edition, Field, Schema, StringConstraints, ValueType};
use std::{any::Any, sync::Arc};

impl Policy {
    /// Returns whether the policy has custom checks or changes any field of any schema.
    #[inline]
    pub(crate) const fn has_overrides(&self) -> bool {
        self.overrides.is_some()
    }

    /// Returns the fields of a schema under the policy.
    #[inline]
    pub(crate) fn effective_fields(&self, schema: &Schema) -> EffectiveFields<'_> {
        // Most policies have no overrides, so only this check is inlined.
        EffectiveFields::new(self.overrides.as_ref().and_then(|own| own.field_changes(schema)))
    }

    /// Adds a check to those that [`custom_checks`](Self::custom_checks) returns.
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
        let field = schema.fields.get(index)?;
        Some(*self.effective_fields(schema).value_type(index, field))
    }

    /// Returns the fields of a schema under the policy: without those that the edition omits, and
    /// with those that it adds.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn fields(&self, schema: &Schema) -> impl Iterator<Item = EffectiveField> {
        let effective = self.effective_fields(schema);
        let fields = schema.fields.iter().enumerate().filter_map(move |(index, field)| {
            let specified = Presence::from_field(field);
            let required = match effective.presence(index, specified) {
                Presence::Unknown => return None,
                Presence::Optional => false,
                Presence::Required(deviation) => {
                    !deviation.is_some_and(|deviation| self.allows(deviation))
                }
            };
            let value_type = *effective.value_type(index, field);
            Some(EffectiveField { field, value_type, required })
        });
        let added = effective.added_fields().iter().map(|field| EffectiveField {
            field,
            value_type: field.value_type,
            required: field.required,
        });
        fields.chain(added)
    }

    /// Returns the limits that the policy adds to the constraints on a string.
    pub(crate) fn string_limits(&self, constraints: StringConstraints) -> Option<&StringLimits> {
        self.overrides.as_ref()?.string_limits(constraints)
    }

    /// Returns whether the cross-field rules that determine a value by its key apply to `key`. They
    /// do not if `key` is a result code whose status is different in the edition.
    #[inline]
    pub(crate) fn enforces_value_by_key(&self, key: &str) -> bool {
        self.edition == Edition::V2
            || self.edition.code_differences().all(|difference| difference.code != key)
    }

    /// Replaces the constraints on a field, which is identified by its index in the schema. Returns
    /// the new type of the field.
    pub(crate) fn apply_field_limits(
        &mut self,
        schema: &Schema,
        (index, field): (usize, &Field),
        limits: FieldLimits,
    ) -> ValueType {
        let overrides = Arc::make_mut(self.overrides.get_or_insert_default());
        overrides.limit_field(schema, index, limits).unwrap_or(field.value_type)
    }

    /// Sets the forbidden characters for those fields of a schema that must not contain special
    /// characters in the edition.
    pub(crate) fn forbid_characters(&mut self, schema: &Schema, characters: &ForbiddenCharacters) {
        let overrides = Arc::make_mut(self.overrides.get_or_insert_default());
        overrides.forbid_characters(schema, characters);
    }

    /// Sets the edition, which changes the fields of the given schemas. The limits that the policy
    /// itself sets take precedence.
    pub(crate) fn set_edition(&mut self, edition: Edition, schemas: &[&'static Schema]) {
        self.edition = edition;
        let mut differences = edition.differences().peekable();
        if self.overrides.is_none() && differences.peek().is_none() {
            return;
        }
        let overrides = Arc::make_mut(self.overrides.get_or_insert_default());
        overrides.apply_edition(differences, schemas);
        if overrides.is_empty() {
            self.overrides = None;
        }
    }
}

/// A field of a schema under a policy.
#[cfg(any(feature = "json-schema", feature = "proptest"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectiveField {
    pub(crate) field: &'static Field,
    pub(crate) value_type: ValueType,
    pub(crate) required: bool,
}
