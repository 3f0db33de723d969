use super::ValidationContext;
use crate::{policy::UnknownFieldPolicy, report::ViolationKind};
use std::borrow::Cow;

/// Counts an unknown field, and reports it if it is a duplicate or if the policy rejects it. Returns
/// whether the caller must keep the value: the field is not a duplicate, it is within the policy's
/// limit, and the policy does not ignore unknown fields.
///
/// `is_new` returns whether the name is not among the stored names. Its argument is true if the name
/// is within the limit, so it can be stored.
pub(crate) fn accept_unknown_field<'n>(
    name: impl FnOnce() -> Cow<'n, str>,
    count: &mut usize,
    is_new: impl FnOnce(bool) -> bool,
    cx: &mut ValidationContext<'_>,
) -> bool {
    let policy = cx.policy();
    let unknown_fields = policy.unknown_field_policy();
    if unknown_fields == UnknownFieldPolicy::Ignore {
        return false;
    }
    let is_within_limit = *count < policy.unknown_fields_limit();
    if !is_new(is_within_limit) {
        cx.field(&name()).report(ViolationKind::Duplicate);
        return false;
    }
    *count += 1;
    if is_within_limit && unknown_fields == UnknownFieldPolicy::Reject {
        cx.field(&name()).report(ViolationKind::AdditionalProperties);
    }
    is_within_limit
}

/// Reports a field that is treated as unknown, if the policy rejects unknown fields.
#[cold]
pub(crate) fn check_unknown_field(name: &str, cx: &mut ValidationContext<'_>) {
    if cx.policy().unknown_field_policy() == UnknownFieldPolicy::Reject {
        cx.field(name).report(ViolationKind::AdditionalProperties);
    }
}

/// Reports an object that has more unknown fields than the policy allows.
#[inline]
pub(crate) fn check_unknown_field_count(count: usize, cx: &mut ValidationContext<'_>) {
    let max = cx.policy().unknown_fields_limit();
    if count > max {
        let (max_properties, properties) = (max as u64, count as u64);
        cx.report(ViolationKind::MaxProperties { max_properties, properties });
    }
}
