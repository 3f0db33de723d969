//! Policies that change which values are valid.

#[path = "../../tests/common/policies.rs"]
mod common;

use common::add_field_limits;
use miniprogram_protocol::{Deviation, FieldLimits, Pattern, Policy};
use std::error::Error;

/// Returns the policies, each with a name that is also a valid directory name.
pub fn all() -> Result<Vec<(&'static str, Policy)>, Box<dyn Error>> {
    let mut all = common::all()?;
    all.push(("patterns", pattern_policy()?));
    Ok(all)
}

/// Returns a policy that limits fields with patterns that all dialects interpret in the same way.
fn pattern_policy() -> Result<Policy, Box<dyn Error>> {
    let limits =
        |pattern| Ok::<_, Box<dyn Error>>(FieldLimits::new().pattern(Pattern::new(pattern)?));
    let fields = [
        ("Order", "referenceOrderId", limits("[A-Z]{2}-[0-9]*")?.max_length(12)),
        ("Merchant", "merchantMCC", limits("5[0-9]{3}")?),
        ("Merchant", "merchantName", limits("[^<>]+")?.max_length(16)),
        ("Env", "osType", limits("I[A-Z]*|A[A-Z]*")?),
        ("Env", "terminalType", limits("[A-Z_]{3,}")?),
        ("Result", "resultStatus", limits("[FU]")?),
        ("ContactInfo", "contactNo", limits(r"\+6[0-9]{3,9}|[a-z]{1,4}@[a-z]{1,4}\.[a-z]{2}")?),
        ("User", "gender", limits("[A-Z]+")?.max_length(6)),
        ("User", "birthDate", limits("(19|20)[0-9]{2}-[0-9TZ:.+-]*|[0-9]+")?),
        ("DeployAppInfo", "searchKeywords", limits("[a-z ]*")?.min_length(1)),
        ("CardField", "fieldValue", limits("yes|no|[0-9]+")?),
    ];
    let policy = Policy::lenient().deny(Deviation::AmountAsString);
    add_field_limits(policy, fields)
}
