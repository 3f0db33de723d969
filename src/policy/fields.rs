//! The fields of a schema under a policy.

use crate::schema::{Deviation, Field, FieldChange, TypedConstraints, ValueType};

/// The presence of a field in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The field can be absent.
    Optional,
    /// The field must be present, unless the policy allows the deviation.
    Required(Option<Deviation>),
    /// The edition has no such field, so it is treated as an unknown field.
    Unknown,
}

impl Presence {
    /// Returns the presence that the specification defines.
    #[must_use]
    pub const fn from_field(field: &Field) -> Self {
        if field.required { Self::Required(field.absence_deviation) } else { Self::Optional }
    }
}

/// The fields of a schema under a policy: those of the specification, with the changes that the
/// policy makes.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveFields<'a>(Option<&'a FieldChanges>);

#[allow(clippy::inline_always, reason = "lets the compiler remove the lookup of changes")]
impl<'a> EffectiveFields<'a> {
    /// The fields of the specification.
    pub(crate) const UNCHANGED: Self = Self(None);

    pub(super) const fn new(changes: Option<&'a FieldChanges>) -> Self {
        Self(changes)
    }

    /// Returns whether the fields are those of the specification.
    #[inline]
    pub(crate) const fn is_unchanged(self) -> bool {
        self.0.is_none()
    }

    /// Returns the constraints on the field at `index`. `specified` are the constraints that the
    /// specification defines.
    #[inline(always)]
    pub fn constraints<C: TypedConstraints>(self, index: usize, specified: C) -> C {
        self.0.map_or(specified, |changes| changes.constraints(index, specified))
    }

    /// Returns the type of `field`, which is at `index`, with its constraints.
    #[inline(always)]
    pub(crate) fn value_type(self, index: usize, field: &'a Field) -> &'a ValueType {
        self.0.and_then(|changes| changes.types.get(index)).unwrap_or(&field.value_type)
    }

    /// Returns the presence of the field at `index`. `specified` is the presence that the
    /// specification defines.
    #[inline(always)]
    #[must_use]
    pub fn presence(self, index: usize, specified: Presence) -> Presence {
        self.0.map_or(specified, |changes| changes.presence(index, specified))
    }

    /// Returns whether the field at `index` is treated as an unknown field.
    #[inline(always)]
    #[must_use]
    pub fn is_unknown(self, index: usize) -> bool {
        self.presence(index, Presence::Optional) == Presence::Unknown
    }

    /// Returns the bit mask of the required fields. `specified` is the bit mask of the fields that
    /// the specification requires.
    #[inline(always)]
    pub(crate) fn required_field_mask(self, specified: u32) -> u32 {
        self.0.map_or(specified, |changes| changes.required_field_mask(specified))
    }

    /// Returns the fields that the edition adds.
    #[inline(always)]
    pub(crate) fn added_fields(self) -> &'a [&'static Field] {
        self.0.map_or(&[], |changes| &changes.added)
    }

    /// Returns the field with the given name that the edition adds, if there is one.
    #[inline(always)]
    #[must_use]
    pub fn added_field(self, name: &str) -> Option<&'static Field> {
        self.added_fields().iter().find(|field| field.name == name).copied()
    }
}

/// The changes that a policy or its edition makes to the fields of a schema. The default changes
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldChanges {
    /// The types of the fields in schema order, or an empty vector if none is changed.
    pub(super) types: Vec<ValueType>,
    /// The bit masks `required`, `optional` and `unknown` mark the fields whose presence the
    /// edition changes.
    required: u32,
    optional: u32,
    unknown: u32,
    /// The fields that the edition adds.
    added: Vec<&'static Field>,
}

impl FieldChanges {
    pub(super) fn new(types: Vec<ValueType>) -> Self {
        Self { types, ..Self::default() }
    }

    /// Changes the presence of the field `name`. `index` is the index of the field in the schema,
    /// or `None` if the edition or its base adds the field. The change replaces any earlier change,
    /// such as one that the base edition made.
    pub(super) fn change_presence(
        &mut self,
        name: &str,
        index: Option<usize>,
        change: FieldChange,
    ) {
        let bit = index.map_or(0, |index| 1 << index);
        for mask in [&mut self.required, &mut self.optional, &mut self.unknown] {
            *mask &= !bit;
        }
        self.added.retain(|field| field.name != name);
        match change {
            FieldChange::Required => self.required |= bit,
            FieldChange::Optional => self.optional |= bit,
            FieldChange::Absent => self.unknown |= bit,
            FieldChange::Added(field) => self.added.push(field),
            _ => {}
        }
    }

    #[cold]
    fn constraints<C: TypedConstraints>(&self, index: usize, specified: C) -> C {
        self.types.get(index).copied().and_then(C::from_value_type).unwrap_or(specified)
    }

    #[cold]
    fn presence(&self, index: usize, specified: Presence) -> Presence {
        // A schema has at most 32 fields.
        let bit = u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or(0);
        if self.unknown & bit != 0 {
            Presence::Unknown
        } else if self.optional & bit != 0 {
            Presence::Optional
        } else if self.required & bit != 0 {
            Presence::Required(None)
        } else {
            specified
        }
    }

    fn required_field_mask(&self, specified: u32) -> u32 {
        (specified | self.required) & !self.optional & !self.unknown
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::{FieldChanges, Presence};
    use crate::schema::{Edition, FieldChange};

    #[test]
    fn later_change_replaces_earlier_change() {
        let required = Presence::Required(None);
        let presences = [
            (FieldChange::Required, required),
            (FieldChange::Optional, Presence::Optional),
            (FieldChange::Absent, Presence::Unknown),
        ];
        for (base_change, _) in presences {
            for (change, expected) in presences {
                let mut fields = FieldChanges::default();
                fields.change_presence("a", Some(1), base_change);
                fields.change_presence("a", Some(1), change);
                assert_eq!(fields.presence(1, Presence::Optional), expected);
                let is_required = expected == required;
                assert_eq!(fields.required_field_mask(0b10), u32::from(is_required) << 1);
                assert_eq!(fields.presence(0, required), required);
            }
        }
    }

    #[test]
    fn later_change_replaces_added_field() {
        let mut differences = Edition::V1.differences();
        let added = differences.find(|each| matches!(each.change, FieldChange::Added(_))).unwrap();
        let mut fields = FieldChanges::default();
        for _ in 0..2 {
            fields.change_presence(added.field, None, added.change);
            assert_eq!(fields.added.len(), 1);
        }
        fields.change_presence(added.field, None, FieldChange::Absent);
        assert_eq!(fields.added.len(), 0);
    }
}
