//! The constraints on a string after a policy has been applied, for exports, generators and the
//! detection of unsatisfiable limits.

use super::string::{ViolationTreatment, visit_string_violations};
use crate::{
    policy::{Policy, StringLimits},
    report::ViolationKind,
    schema::{Deviation, Format, StringConstraints, StringType, ValueType},
};

/// A string type to which a policy has been applied.
#[derive(Clone, Debug)]
pub(crate) struct EffectiveString {
    pub(crate) string_type: StringType,
    pub(crate) limits: StringLimits,
    policy: Policy,
}

impl EffectiveString {
    pub(crate) fn new(string_type: StringType, policy: &Policy) -> Self {
        let constraints = string_type.constraints;
        let limits = policy.string_limits(constraints).cloned();
        let limits = limits.unwrap_or_else(|| StringLimits::from_constraints(constraints));
        Self { string_type, limits, policy: policy.clone() }
    }

    pub(crate) const fn constraints(&self) -> StringConstraints {
        self.string_type.constraints
    }

    pub(crate) const fn format(&self) -> Option<Format> {
        self.string_type.format
    }

    /// Returns the values of the specification's closed enum, unless other values are accepted or
    /// the policy sets its own values.
    pub(crate) fn known_values(&self) -> Option<&'static [&'static str]> {
        let accepts_others =
            self.limits.values.is_some() || self.policy.allows(Deviation::UnknownEnumValue);
        self.string_type.closed_enum().filter(|_| !accepts_others).map(|schema| schema.values)
    }

    /// Returns whether the string type is a date-time and the policy allows the given deviation
    /// from that format.
    pub(crate) fn accepts_deviation(&self, deviation: Deviation) -> bool {
        self.format() == Some(Format::DateTime) && self.policy.allows(deviation)
    }

    /// Returns the codes of the violations in a string, in the order in which they are reported.
    pub(crate) fn violation_codes(&self, string: &str) -> Vec<&'static str> {
        let type_violation = || self.string_type.violation(string);
        let mut codes = Vec::new();
        let mut visit = |violation: ViolationKind, treatment| {
            if treatment == ViolationTreatment::Report {
                codes.push(violation.code());
            }
        };
        let constraints = self.constraints();
        visit_string_violations(string, constraints, &type_violation, &self.policy, &mut visit);
        codes
    }

    pub(crate) fn accepts(&self, string: &str) -> bool {
        self.violation_codes(string).is_empty()
    }

    /// Returns whether at least one string is accepted. If the valid strings cannot be enumerated,
    /// assumes that the policy's pattern matches at least one of them.
    fn accepts_some_string(&self) -> bool {
        if let Some(values) = &self.limits.values {
            return values.iter().any(|value| self.accepts(value));
        }
        if let Some(values) = self.known_values().or_else(|| self.format()?.codes()) {
            return values.iter().any(|value| self.accepts(value));
        }
        let min = self.constraints().min_length;
        let max = self.constraints().max_length.unwrap_or(u32::MAX);
        let Some(format) = self.format() else { return min <= max };
        let forbidden = self.limits.forbidden_characters.as_ref();
        let is_forbidden = |character| forbidden.is_some_and(|set| set.contains(character));
        format.is_satisfiable(min, max, is_forbidden)
            || self.accepts_deviation(Deviation::UnixMillis)
                && Format::UnixMillis.is_satisfiable(min, max, is_forbidden)
            || self.accepts_deviation(Deviation::DateOnly)
                && (min..=max).contains(&10)
                && !is_forbidden('-')
    }
}

impl Policy {
    /// Returns whether a type has any valid value or, if it is an array type, any valid element.
    pub(crate) fn accepts_some_value(&self, value_type: ValueType) -> bool {
        match (value_type.string_type(), value_type) {
            (Some(string), _) => EffectiveString::new(string, self).accepts_some_string(),
            (None, ValueType::Integer(integer)) => integer.minimum <= integer.maximum,
            _ => true,
        }
    }
}
