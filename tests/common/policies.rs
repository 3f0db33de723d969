//! Policies that differ from the dictionary's in what is valid.

use miniprogram_protocol::{
    Deviation, FieldLimits, ForbiddenCharacters, Policy, Schema, UnknownFieldPolicy,
};
use std::error::Error;

/// The policies, by names that can be those of folders.
pub(crate) fn all() -> Result<Vec<(&'static str, Policy)>, Box<dyn Error>> {
    let strict = ForbiddenCharacters::extended();
    let strict =
        Policy::strict().forbidden_characters(&strict).unknown_fields(UnknownFieldPolicy::Reject);
    let ignoring = Policy::lenient().unknown_fields(UnknownFieldPolicy::Ignore).max_items(3);
    Ok(vec![
        ("tolerant", Policy::lenient()),
        ("strict", strict),
        ("ignoring", ignoring),
        ("limits", limits()?),
    ])
}

/// Rows that are limited in every way but by patterns.
fn limits() -> Result<Policy, Box<dyn Error>> {
    let limits = FieldLimits::new;
    let wire = ForbiddenCharacters::extended().and("<>&~|'\"\\^-][🐈");
    let rows = [
        ("Order", "orderDescription", limits().min_length(8).max_length(20)),
        ("Order", "referenceOrderId", FieldLimits::unconstrained().max_length(12)),
        ("Order", "goods", limits().max_items(2)),
        ("Merchant", "merchantName", FieldLimits::unconstrained()),
        ("Merchant", "referenceMerchantId", limits().forbidden_characters(wire)),
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
    with_rows(policy, rows)
}

/// The policy with limits of rows, each by the names of its table and its row.
pub(crate) fn with_rows<const ROWS: usize>(
    policy: Policy,
    rows: [(&str, &str, FieldLimits); ROWS],
) -> Result<Policy, Box<dyn Error>> {
    rows.into_iter().try_fold(policy, |policy, (table, row, limits)| {
        let schema = Schema::by_name(table).ok_or("a table that is none of all")?;
        Ok(policy.limit_field_of(schema, row, limits)?)
    })
}
