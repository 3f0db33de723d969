//! Policies that change which values are valid.

use miniprogram_protocol::{
    Deviation, Edition, FieldLimits, ForbiddenCharacters, Policy, Schema, UnknownFieldPolicy,
};
use std::error::Error;

/// Returns the policies, each with a name that is also a valid directory name.
pub(crate) fn all() -> Result<Vec<(&'static str, Policy)>, Box<dyn Error>> {
    let extended = ForbiddenCharacters::extended();
    let stricter =
        Policy::strict().forbidden_characters(&extended).unknown_fields(UnknownFieldPolicy::Reject);
    let ignoring = Policy::lenient().unknown_fields(UnknownFieldPolicy::Ignore).max_items(3);
    let rejecting = Policy::lenient().unknown_fields(UnknownFieldPolicy::Reject);
    Ok(vec![
        ("lenient", Policy::lenient()),
        ("stricter", stricter),
        ("ignoring", ignoring),
        ("limits", policy_with_limits()?),
        ("edition", rejecting.edition(Edition::QiV1)),
    ])
}

/// Returns a policy that sets every kind of field limit except patterns.
fn policy_with_limits() -> Result<Policy, Box<dyn Error>> {
    let limits = FieldLimits::new;
    let many_characters = ForbiddenCharacters::extended().with("<>&~|'\"\\^-][🐈");
    let fields = [
        ("Order", "orderDescription", limits().min_length(8).max_length(20)),
        ("Order", "referenceOrderId", FieldLimits::unconstrained().max_length(12)),
        ("Order", "goods", limits().max_items(2)),
        ("Merchant", "merchantName", FieldLimits::unconstrained()),
        ("Merchant", "referenceMerchantId", limits().forbidden_characters(many_characters)),
        ("Goods", "goodsQuantity", limits().minimum(-7).maximum(1_000)),
        ("Amount", "value", limits().minimum(-250).maximum(98_765)),
        ("Amount", "currency", limits().values(["USD", "EUR"])),
        ("Address", "region", limits().values(["SG", "MY", "Singapore"])),
        ("Env", "osType", limits().values(["IOS", "HARMONY"])),
        ("Env", "terminalType", limits().max_length(8)),
        ("Result", "resultStatus", limits().values(["S", "F"])),
        ("Result", "resultMessage", limits().min_length(1)),
        ("ContactInfo", "contactNo", limits().min_length(6).max_length(11)),
        ("DeployAppInfo", "searchKeywords", limits().min_length(1).max_items(4).values(["a", "b"])),
        ("User", "birthDate", limits().max_length(25)),
    ];
    let policy = Policy::strict()
        .allow(Deviation::AmountAsString)
        .allow(Deviation::UnixMillis)
        .unknown_fields(UnknownFieldPolicy::Reject);
    add_field_limits(policy, fields)
}

/// Adds field limits to a policy. Each field is identified by the name of its schema and its own
/// name.
pub(crate) fn add_field_limits<const FIELDS: usize>(
    policy: Policy,
    fields: [(&str, &str, FieldLimits); FIELDS],
) -> Result<Policy, Box<dyn Error>> {
    fields.into_iter().try_fold(policy, |policy, (schema, field, limits)| {
        let schema = Schema::by_name(schema).ok_or("unknown schema")?;
        Ok(policy.limit_field_of(schema, field, limits)?)
    })
}
