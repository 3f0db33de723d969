//! All constraints on a string under a policy, for exports, generators and the detection of
//! unsatisfiable limits.

use super::string::{Treatment, visit_string_violations};
use crate::{
    policy::{Policy, StringLimits},
    report::ViolationKind,
    schema::{Constraints, Deviation, Format, StringConstraints, ValueType},
};

/// A string type with its constraints under a policy.
#[derive(Clone, Debug)]
pub(crate) struct EffectiveString {
    pub(crate) constraints: StringConstraints,
    pub(crate) limits: StringLimits,
    value_type: ValueType,
    policy: Policy,
}

impl EffectiveString {
    pub(crate) fn new(
        value_type: ValueType,
        constraints: StringConstraints,
        policy: &Policy,
    ) -> Self {
        let limits = policy.string_limits(constraints).cloned();
        Self {
            constraints,
            limits: limits.unwrap_or_else(|| StringLimits::of(constraints)),
            value_type,
            policy: policy.clone(),
        }
    }

    pub(crate) fn format(&self) -> Option<Format> {
        if let ValueType::String(format) = self.value_type { format } else { None }
    }

    /// Returns the values of the specification's closed enum, if no other value is accepted.
    pub(crate) fn known_values(&self) -> Option<&'static [&'static str]> {
        match self.value_type {
            ValueType::Enum(schema)
                if !schema.open
                    && self.limits.values.is_none()
                    && !self.policy.allows(Deviation::UnknownEnumValue) =>
            {
                Some(schema.values)
            }
            _ => None,
        }
    }

    pub(crate) fn accepts_date_only(&self) -> bool {
        self.format() == Some(Format::DateTime)
            && self.constraints.date_only_allowed
            && self.policy.allows(Deviation::DateOnly)
    }

    pub(crate) fn accepts_unix_millis(&self) -> bool {
        self.format() == Some(Format::DateTime) && self.policy.allows(Deviation::UnixMillis)
    }

    /// Returns the codes of the violations of a string.
    pub(crate) fn codes(&self, string: &str) -> Vec<&'static str> {
        let type_violation = || self.value_type.string_violation(string);
        let mut codes = Vec::new();
        let visit = |violation: ViolationKind, treatment| {
            if treatment == Treatment::Report {
                codes.push(violation.code());
            }
        };
        visit_string_violations(string, self.constraints, type_violation, &self.policy, visit);
        codes
    }

    pub(crate) fn accepts(&self, string: &str) -> bool {
        self.codes(string).is_empty()
    }

    /// Returns whether some string is accepted. A pattern is matched only against listed values;
    /// whether it matches any other string is unknown.
    fn accepts_some_string(&self) -> bool {
        if let Some(values) = &self.limits.values {
            return values.iter().any(|value| self.accepts(value));
        }
        if let Some(values) = self.known_values().or_else(|| self.format()?.codes()) {
            return values.iter().any(|value| self.accepts(value));
        }
        let min = self.constraints.min_length;
        let max = self.constraints.max_length.unwrap_or(u32::MAX);
        let Some(format) = self.format() else { return min <= max };
        let forbidden = self.limits.forbidden_characters.as_ref();
        let is_forbidden = |character| forbidden.is_some_and(|set| set.contains(character));
        format.is_satisfiable(min, max, is_forbidden)
            || self.accepts_unix_millis()
                && Format::UnixMillis.is_satisfiable(min, max, is_forbidden)
            || self.accepts_date_only() && (min..=max).contains(&10) && !is_forbidden('-')
    }
}

impl Policy {
    /// Returns the constraints on strings of a type.
    pub(crate) fn string(
        &self,
        value_type: ValueType,
        constraints: StringConstraints,
    ) -> EffectiveString {
        EffectiveString::new(value_type, constraints, self)
    }

    /// Returns whether some value satisfies the constraints; for an array, whether some element
    /// does.
    pub(crate) fn accepts_some_value(
        &self,
        value_type: ValueType,
        constraints: Constraints,
    ) -> bool {
        match (value_type, constraints) {
            (ValueType::Array(items), Constraints::Array { items: Some(string), .. }) => {
                self.string(*items, string).accepts_some_string()
            }
            (_, Constraints::String(string)) => {
                self.string(value_type, string).accepts_some_string()
            }
            (_, Constraints::Integer(integer)) => integer.minimum <= integer.maximum,
            _ => true,
        }
    }
}
