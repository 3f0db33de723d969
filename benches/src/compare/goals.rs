//! What is aimed at, as ratios of what one run measures.

use crate::{Measured, Row};
use benches::operation::Group::{self, Parse, Validate, Verdict};
use std::fmt::Write;

const RESULT: usize = 0;
const USER: usize = 1;
const SMALL: usize = 2;
const LARGE: usize = 3;
/// The payloads with faults come in the same order after the valid ones.
const FAULTY: usize = 4;

const FLOOR: &str = "floor: serde_json, IgnoredAny";
const STRINGS: &str = "serde_json, Strings";
const FROM_JSON: &str = "ours: from_json";
const CHECK_JSON: &str = "ours: check_json";
const VALIDATE: &str = "ours: validate()";
const JSON_SCHEMA: &str = "serde_json::Value + jsonschema";

/// The table of goals.
pub(crate) fn table(measured: &[Measured]) -> String {
    let row = |payload: usize, group: Group, name: &str| measured[payload].row(group, name);
    let time = |payload, group, name: &str| row(payload, group, name).nanoseconds;
    let per_byte = |payload: usize, name| {
        #[allow(clippy::cast_precision_loss)] // No payload has 2^52 bytes.
        let bytes = measured[payload].payload.text.len() as f64;
        time(payload, Verdict, name) / bytes
    };
    let mut table = ProtocolType::default();

    let from_json = time(SMALL, Verdict, FROM_JSON);
    table.goal(
        "from_json ÷ serde_json into Strings, Order 10",
        from_json / time(SMALL, Parse, STRINGS),
        0.80,
    );
    let garde = time(SMALL, Verdict, "serde_json + garde");
    table.goal("from_json ÷ serde_json + garde, Order 10", from_json / garde, 0.60);
    let validate = time(SMALL, Validate, VALIDATE);
    for (peer, most) in
        [("garde", 1.0 / 4.0), ("validator", 1.0 / 5.0), ("serde_valid", 1.0 / 40.0)]
    {
        let what = format!("validate() ÷ {peer}, Order 10");
        table.goal(&what, validate / time(SMALL, Validate, peer), most);
    }
    let valid = [RESULT, USER, SMALL, LARGE];
    let most = |group, name| {
        valid
            .map(|payload| row(payload, group, name))
            .iter()
            .map(|row: &&Row| row.allocations)
            .max()
    };
    table.allocations("validate(): allocations, all valid payloads", most(Validate, VALIDATE));
    table.allocations("check_json: allocations, all valid payloads", most(Verdict, CHECK_JSON));
    for (payload, name) in [(SMALL, "Order 10"), (LARGE, "Order 1,000")] {
        let check_json = time(payload, Verdict, CHECK_JSON);
        table.goal(
            &format!("check_json ÷ IgnoredAny, {name}"),
            check_json / time(payload, Parse, FLOOR),
            1.6,
        );
        table.goal(
            &format!("check_json ÷ jsonschema from bytes, {name}"),
            check_json / time(payload, Verdict, JSON_SCHEMA),
            1.0 / 5.0,
        );
    }
    for (operation, name) in [("from_json", FROM_JSON), ("check_json", CHECK_JSON)] {
        table.goal(
            &format!("{operation}: a byte of Order 1,000 ÷ a byte of Order 10"),
            per_byte(LARGE, name) / per_byte(SMALL, name),
            1.05,
        );
        table.goal(
            &format!("{operation}: every goods of 1,000 at fault ÷ valid"),
            time(LARGE + FAULTY, Verdict, name) / time(LARGE, Verdict, name),
            1.5,
        );
    }
    table.0
}

struct ProtocolType(String);

impl Default for ProtocolType {
    fn default() -> Self {
        Self("\n### Goals\n\n| goal | at most | measured | |\n|---|---:|---:|---|\n".to_owned())
    }
}

impl ProtocolType {
    fn goal(&mut self, what: &str, measured: f64, most: f64) {
        let into_result = if measured <= most { "met" } else { "**missed**" };
        // A `String` takes whatever is written.
        let _ = writeln!(self.0, "| {what} | {most:.3} | {measured:.3} | {verdict} |");
    }

    fn allocations(&mut self, what: &str, measured: Option<u64>) {
        let measured = measured.unwrap_or(u64::MAX);
        let into_result = if measured == 0 { "met" } else { "**missed**" };
        let _ = writeln!(self.0, "| {what} | 0 | {measured} | {verdict} |");
    }
}
