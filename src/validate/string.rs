//! Validation of strings.

use super::ValidationContext;
use crate::{
    policy::{Policy, StringLimits},
    report::ViolationKind,
    schema::{
        Deviation, Format, StringConstraints, StringType, format::date_time, is_forbidden_byte,
    },
};

/// The treatment of a violation under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViolationTreatment {
    /// The value is invalid.
    Report,
    /// The value is accepted, because the policy allows the deviation.
    Tolerate,
}

/// Visits the violations in a string, in the order in which they are reported.
///
/// `type_violation` returns the violation of the format or enum of the string's type, if there is
/// one.
pub(crate) fn visit_string_violations(
    string: &str,
    constraints: StringConstraints,
    type_violation: &dyn Fn() -> Option<ViolationKind>,
    policy: &Policy,
    visit: &mut dyn FnMut(ViolationKind, ViolationTreatment),
) {
    let limits = policy.string_limits(constraints);
    let length = constraints.length_violation(string);
    let has_invalid_length = length.is_some();
    if let Some(length) = length {
        visit(length, ViolationTreatment::Report);
    }
    if let Some(character) = constraints.forbidden_character(string, limits) {
        visit(ViolationKind::ForbiddenCharacter { character }, ViolationTreatment::Report);
    }
    // A string with an invalid length often violates the format or enum, too. Only the length is
    // reported, because both violations have the same cause.
    if has_invalid_length {
        return;
    }
    // The policy's enum replaces the enum of the type.
    let is_replaced = |violation: &ViolationKind| {
        limits.is_some_and(StringLimits::has_values)
            && matches!(violation, ViolationKind::Enum { .. })
    };
    let violation = type_violation().filter(|violation| !is_replaced(violation));
    let is_tolerated = |violation: &ViolationKind| tolerates(policy, violation, string);
    let (tolerated, violation) = if violation.as_ref().is_some_and(is_tolerated) {
        (violation, None)
    } else {
        (None, violation)
    };
    if let Some(violation) = violation {
        visit(violation, ViolationTreatment::Report);
    } else if let Some(violation) = limits.and_then(|limits| limits.violation(string)) {
        visit(violation, ViolationTreatment::Report);
    } else if let Some(violation) = tolerated {
        visit(violation, ViolationTreatment::Tolerate);
    }
}

/// Returns whether the policy tolerates a violation of the string's type.
fn tolerates(policy: &Policy, violation: &ViolationKind, string: &str) -> bool {
    match violation {
        ViolationKind::Enum { .. } => policy.allows(Deviation::UnknownEnumValue),
        ViolationKind::Format { format: Format::DateTime } => {
            let is_millis = || Format::UnixMillis.matches(string);
            policy.allows(Deviation::UnixMillis) && is_millis()
                || policy.allows(Deviation::DateOnly) && date_time::is_date(string)
                || policy.allows(Deviation::CompactOffset) && date_time::is_compact(string)
        }
        _ => false,
    }
}

impl StringConstraints {
    fn length_violation(self, string: &str) -> Option<ViolationKind> {
        let length = string.chars().count() as u64;
        let above = self.max_length.map(u64::from).filter(|max_length| length > *max_length);
        let below = Some(u64::from(self.min_length)).filter(|min_length| length < *min_length);
        above
            .map(|max_length| ViolationKind::MaxLength { max_length, length })
            .or(below.map(|min_length| ViolationKind::MinLength { min_length, length }))
    }

    pub(crate) fn accepts_length(self, string: &str) -> bool {
        self.length_violation(string).is_none()
    }

    /// Returns the first forbidden character of a string.
    fn forbidden_character(self, string: &str, limits: Option<&StringLimits>) -> Option<char> {
        if self.no_special_characters {
            return string.bytes().find(|byte| is_forbidden_byte(*byte)).map(char::from);
        }
        limits?.forbidden_character(string)
    }

    /// Reports the violations in a string. `type_violation` returns the violation of the format or
    /// enum of the string's type, if there is one.
    #[cold]
    #[inline(never)]
    pub(crate) fn validate(
        self,
        string: &str,
        type_violation: &dyn Fn() -> Option<ViolationKind>,
        cx: &mut ValidationContext<'_>,
    ) {
        let policy = cx.policy();
        let mut visit = |violation, treatment| match treatment {
            ViolationTreatment::Report => cx.report(violation),
            ViolationTreatment::Tolerate => cx.tolerate(violation),
        };
        visit_string_violations(string, self, type_violation, policy, &mut visit);
    }
}

impl StringType {
    /// Returns the violation if a string does not have the format or is not in the closed enum.
    pub(crate) fn violation(self, string: &str) -> Option<ViolationKind> {
        if let Some(format) = self.format {
            return (!format.matches(string)).then_some(ViolationKind::Format { format });
        }
        let values = self.closed_enum()?.values;
        (!values.contains(&string)).then_some(ViolationKind::Enum { values })
    }
}
