//! The performance goals, which are maximum ratios between measurements.

use crate::{Measurement, PayloadResults};
use benches::operation::Group::{self, Parse, ParseAndValidate, Validate};
use std::fmt::Write;

/// The indices of the valid payloads in the results.
const RESULT_PAYLOAD_INDEX: usize = 0;
const USER_PAYLOAD_INDEX: usize = 1;
const ORDER_10_PAYLOAD_INDEX: usize = 2;
const ORDER_1000_PAYLOAD_INDEX: usize = 3;
/// The distance between the indices of a valid payload and the corresponding invalid one.
const INVALID_PAYLOAD_OFFSET: usize = 4;

// The names of the operations.
const BASELINE_NAME: &str = "baseline: serde_json, IgnoredAny";
const STRUCTS_OF_STRING_NAME: &str = "serde_json, structs of String";
const FROM_JSON_NAME: &str = "ours: from_json";
const CHECK_JSON_NAME: &str = "ours: check_json";
const VALIDATE_NAME: &str = "ours: validate()";
const JSON_SCHEMA_NAME: &str = "serde_json::Value + jsonschema";

/// Compares the results with the goals, and returns a Markdown table.
pub(crate) fn goal_table(results: &[PayloadResults]) -> String {
    let results = Results(results);
    let mut table = GoalTable::default();
    add_comparisons_with_structs(&mut table, &results);
    add_allocation_goals(&mut table, &results);
    add_check_json_goals(&mut table, &results);
    add_scaling_goals(&mut table, &results);
    table.0
}

fn add_comparisons_with_structs(table: &mut GoalTable, results: &Results<'_>) {
    let from_json = results.nanoseconds(ORDER_10_PAYLOAD_INDEX, ParseAndValidate, FROM_JSON_NAME);
    table.add_ratio(
        "from_json ÷ serde_json into structs of String, Order 10",
        from_json / results.nanoseconds(ORDER_10_PAYLOAD_INDEX, Parse, STRUCTS_OF_STRING_NAME),
        0.80,
    );
    let garde = results.nanoseconds(ORDER_10_PAYLOAD_INDEX, ParseAndValidate, "serde_json + garde");
    table.add_ratio("from_json ÷ serde_json + garde, Order 10", from_json / garde, 0.60);
    let validate = results.nanoseconds(ORDER_10_PAYLOAD_INDEX, Validate, VALIDATE_NAME);
    for (name, max) in [("garde", 1.0 / 4.0), ("validator", 1.0 / 5.0), ("serde_valid", 1.0 / 40.0)]
    {
        let goal = format!("validate() ÷ {name}, Order 10");
        table.add_ratio(
            &goal,
            validate / results.nanoseconds(ORDER_10_PAYLOAD_INDEX, Validate, name),
            max,
        );
    }
}

fn add_allocation_goals(table: &mut GoalTable, results: &Results<'_>) {
    table.add_allocations(
        "validate(): allocations, all valid payloads",
        results.max_allocations(Validate, VALIDATE_NAME),
    );
    table.add_allocations(
        "check_json: allocations, all valid payloads",
        results.max_allocations(ParseAndValidate, CHECK_JSON_NAME),
    );
}

fn add_check_json_goals(table: &mut GoalTable, results: &Results<'_>) {
    for (payload, name) in
        [(ORDER_10_PAYLOAD_INDEX, "Order 10"), (ORDER_1000_PAYLOAD_INDEX, "Order 1,000")]
    {
        let check_json = results.nanoseconds(payload, ParseAndValidate, CHECK_JSON_NAME);
        table.add_ratio(
            &format!("check_json ÷ IgnoredAny, {name}"),
            check_json / results.nanoseconds(payload, Parse, BASELINE_NAME),
            1.6,
        );
        table.add_ratio(
            &format!("check_json ÷ jsonschema from bytes, {name}"),
            check_json / results.nanoseconds(payload, ParseAndValidate, JSON_SCHEMA_NAME),
            1.0 / 5.0,
        );
    }
}

/// Adds two goals: the time is proportional to the size of the payload, and invalid payloads take
/// little more time than valid ones.
fn add_scaling_goals(table: &mut GoalTable, results: &Results<'_>) {
    for (operation, name) in [("from_json", FROM_JSON_NAME), ("check_json", CHECK_JSON_NAME)] {
        table.add_ratio(
            &format!("{operation}: time per byte, Order 1,000 ÷ Order 10"),
            results.nanoseconds_per_byte(ORDER_1000_PAYLOAD_INDEX, name)
                / results.nanoseconds_per_byte(ORDER_10_PAYLOAD_INDEX, name),
            1.05,
        );
        table.add_ratio(
            &format!("{operation}: Order 1,000, invalid ÷ valid"),
            results.nanoseconds(
                ORDER_1000_PAYLOAD_INDEX + INVALID_PAYLOAD_OFFSET,
                ParseAndValidate,
                name,
            ) / results.nanoseconds(ORDER_1000_PAYLOAD_INDEX, ParseAndValidate, name),
            1.5,
        );
    }
}

/// The measurements on all payloads.
struct Results<'a>(&'a [PayloadResults]);

impl Results<'_> {
    fn measurement(&self, payload: usize, group: Group, name: &str) -> &Measurement {
        self.0[payload].measurement(group, name)
    }

    /// Returns the time of an operation in nanoseconds.
    fn nanoseconds(&self, payload: usize, group: Group, name: &str) -> f64 {
        self.measurement(payload, group, name).nanoseconds
    }

    /// Returns the time per byte of an operation that parses and validates, in nanoseconds.
    fn nanoseconds_per_byte(&self, payload: usize, name: &str) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "no payload has 2^52 bytes")]
        let bytes = self.0[payload].payload.json.len() as f64;
        self.nanoseconds(payload, ParseAndValidate, name) / bytes
    }

    /// Returns the maximum number of allocations of an operation on the valid payloads.
    fn max_allocations(&self, group: Group, name: &str) -> Option<u64> {
        let valid = [
            RESULT_PAYLOAD_INDEX,
            USER_PAYLOAD_INDEX,
            ORDER_10_PAYLOAD_INDEX,
            ORDER_1000_PAYLOAD_INDEX,
        ];
        valid.map(|payload| self.measurement(payload, group, name).allocations).into_iter().max()
    }
}

/// The table of goals, as Markdown.
struct GoalTable(String);

impl Default for GoalTable {
    fn default() -> Self {
        Self("\n### Goals\n\n| goal | at most | measured | |\n|---|---:|---:|---|\n".to_owned())
    }
}

impl GoalTable {
    /// Adds the goal that a ratio is at most `max`.
    fn add_ratio(&mut self, goal: &str, measured: f64, max: f64) {
        let result = if measured <= max { "met" } else { "**missed**" };
        // Writing to a `String` never fails.
        let _ = writeln!(self.0, "| {goal} | {max:.3} | {measured:.3} | {result} |");
    }

    /// Adds the goal that an operation does not allocate.
    fn add_allocations(&mut self, goal: &str, measured: Option<u64>) {
        let measured = measured.unwrap_or(u64::MAX);
        let result = if measured == 0 { "met" } else { "**missed**" };
        let _ = writeln!(self.0, "| {goal} | 0 | {measured} | {result} |");
    }
}
