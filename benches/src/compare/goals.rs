//! The performance goals: maximum ratios between measurements of one run.

use crate::{Measurement, PayloadResults};
use benches::operation::Group::{self, Parse, ParseAndValidate, Validate};
use std::fmt::Write;

const RESULT: usize = 0;
const USER: usize = 1;
const SMALL: usize = 2;
const LARGE: usize = 3;
/// The offset of the invalid payloads, which follow the valid ones in the same order.
const INVALID: usize = 4;

const BASELINE: &str = "baseline: serde_json, IgnoredAny";
const STRINGS: &str = "serde_json, structs of String";
const FROM_JSON: &str = "ours: from_json";
const CHECK_JSON: &str = "ours: check_json";
const VALIDATE: &str = "ours: validate()";
const JSON_SCHEMA: &str = "serde_json::Value + jsonschema";

/// Returns the table of goals, in Markdown.
pub(crate) fn table(results: &[PayloadResults]) -> String {
    let measurement =
        |payload: usize, group: Group, name: &str| results[payload].measurement(group, name);
    let time = |payload, group, name: &str| measurement(payload, group, name).nanoseconds;
    let per_byte = |payload: usize, name| {
        #[allow(clippy::cast_precision_loss)] // No payload has 2^52 bytes.
        let bytes = results[payload].payload.json.len() as f64;
        time(payload, ParseAndValidate, name) / bytes
    };
    let mut table = Table::default();

    let from_json = time(SMALL, ParseAndValidate, FROM_JSON);
    table.goal(
        "from_json ÷ serde_json into structs of String, Order 10",
        from_json / time(SMALL, Parse, STRINGS),
        0.80,
    );
    let garde = time(SMALL, ParseAndValidate, "serde_json + garde");
    table.goal("from_json ÷ serde_json + garde, Order 10", from_json / garde, 0.60);
    let validate = time(SMALL, Validate, VALIDATE);
    for (name, max) in [("garde", 1.0 / 4.0), ("validator", 1.0 / 5.0), ("serde_valid", 1.0 / 40.0)]
    {
        let goal = format!("validate() ÷ {name}, Order 10");
        table.goal(&goal, validate / time(SMALL, Validate, name), max);
    }
    let valid = [RESULT, USER, SMALL, LARGE];
    let max_allocations = |group, name| {
        valid
            .map(|payload| measurement(payload, group, name))
            .iter()
            .map(|measurement: &&Measurement| measurement.allocations)
            .max()
    };
    table.allocations(
        "validate(): allocations, all valid payloads",
        max_allocations(Validate, VALIDATE),
    );
    table.allocations(
        "check_json: allocations, all valid payloads",
        max_allocations(ParseAndValidate, CHECK_JSON),
    );
    for (payload, name) in [(SMALL, "Order 10"), (LARGE, "Order 1,000")] {
        let check_json = time(payload, ParseAndValidate, CHECK_JSON);
        table.goal(
            &format!("check_json ÷ IgnoredAny, {name}"),
            check_json / time(payload, Parse, BASELINE),
            1.6,
        );
        table.goal(
            &format!("check_json ÷ jsonschema from bytes, {name}"),
            check_json / time(payload, ParseAndValidate, JSON_SCHEMA),
            1.0 / 5.0,
        );
    }
    for (operation, name) in [("from_json", FROM_JSON), ("check_json", CHECK_JSON)] {
        table.goal(
            &format!("{operation}: time per byte, Order 1,000 ÷ Order 10"),
            per_byte(LARGE, name) / per_byte(SMALL, name),
            1.05,
        );
        table.goal(
            &format!("{operation}: Order 1,000, invalid ÷ valid"),
            time(LARGE + INVALID, ParseAndValidate, name) / time(LARGE, ParseAndValidate, name),
            1.5,
        );
    }
    table.0
}

struct Table(String);

impl Default for Table {
    fn default() -> Self {
        Self("\n### Goals\n\n| goal | at most | measured | |\n|---|---:|---:|---|\n".to_owned())
    }
}

impl Table {
    fn goal(&mut self, goal: &str, measured: f64, max: f64) {
        let result = if measured <= max { "met" } else { "**missed**" };
        // Writing to a `String` never fails.
        let _ = writeln!(self.0, "| {goal} | {max:.3} | {measured:.3} | {result} |");
    }

    fn allocations(&mut self, goal: &str, measured: Option<u64>) {
        let measured = measured.unwrap_or(u64::MAX);
        let result = if measured == 0 { "met" } else { "**missed**" };
        let _ = writeln!(self.0, "| {goal} | 0 | {measured} | {result} |");
    }
}
