//! The fields of a schema under a policy that changes them.

use super::ConstraintSource;
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

/// The fields of a schema under a policy that limits any of them, or whose edition changes any of
/// them. The default has the fields of the specification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectiveFields {
    /// The types of the fields in schema order, or an empty vector if they are those of the
    /// specification.
    pub(super) types: Vec<ValueType>,
    /// The bit masks `required`, `optional` and `unknown` mark the fields whose presence the
    /// edition changes.
    required: u32,
    optional: u32,
    unknown: u32,
    /// The fields that the edition adds.
    added: Vec<&'static Field>,
}

/// Fields that do not differ from those of the specification.
pub(super) static UNCHANGED_FIELDS: EffectiveFields =
    EffectiveFields { types: Vec::new(), required: 0, optional: 0, unknown: 0, added: Vec::new() };

impl EffectiveFields {
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
}

impl ConstraintSource for &EffectiveFields {
    fn constraints<C: TypedConstraints>(self, index: usize, specified: C) -> C {
        self.types
            .get(index)
            .and_then(|field_type| C::from_value_type(*field_type))
            .unwrap_or(specified)
    }

    fn value_type<'a>(self, index: usize, field: &'static Field) -> &'a ValueType
    where
        Self: 'a,
    {
        self.types.get(index).unwrap_or(&field.value_type)
    }

    fn presence(self, index: usize, specified: Presence) -> Presence {
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

    fn required_field_mask(self, specified: u32) -> u32 {
        (specified | self.required) & !self.optional & !self.unknown
    }

    fn added_fields(self) -> impl Iterator<Item = &'static Field> {
        self.added.iter().copied()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::{EffectiveFields, Presence};
    use crate::{
        policy::ConstraintSource as _,
        schema::{Edition, FieldChange},
    };

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
                let mut fields = EffectiveFields::default();
                fields.change_presence("a", Some(1), base_change);
                fields.change_presence("a", Some(1), change);
                assert_eq!((&fields).presence(1, Presence::Optional), expected);
                let is_required = expected == required;
                assert_eq!((&fields).required_field_mask(0b10), u32::from(is_required) << 1);
                assert_eq!((&fields).presence(0, required), required);
            }
        }
    }

    #[test]
    fn later_change_replaces_added_field() {
        let mut differences = Edition::V1.differences();
        let added = differences.find(|each| matches!(each.change, FieldChange::Added(_))).unwrap();
        let mut fields = EffectiveFields::default();
        for _ in 0..2 {
            fields.change_presence(added.field, None, added.change);
            assert_eq!((&fields).added_fields().count(), 1);
        }
        fields.change_presence(added.field, None, FieldChange::Absent);
        assert_eq!((&fields).added_fields().count(), 0);
    }
}
