//! Prints ratios of instruction counts between this crate and other crates for usual payloads and
//! their variants, and the relative cost of hostile payloads.

use benches::{
    allocations::CountingAllocator, callgrind, operation::ratio_payloads, payload::Payload,
};
use std::{collections::BTreeMap, env, error::Error};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The number of instructions of each operation, keyed by the names of the payload and operation.
struct InstructionCounts(BTreeMap<String, u64>);

fn main() -> Result<(), Box<dyn Error>> {
    if env::args().nth(1).as_deref() == Some("run") {
        for (payload, operations) in ratio_payloads() {
            for mut operation in operations(&payload) {
                let name = format!("{}; {}", payload.name, operation.name);
                callgrind::run_operation(&name, payload.json.len(), &mut operation);
            }
        }
        return Ok(());
    }
    let counts = callgrind::run_under_valgrind("run")?.into_iter();
    let counts =
        InstructionCounts(counts.map(|(name, counts)| (name, counts.instructions)).collect());
    let payloads: Vec<_> = ratio_payloads().into_iter().map(|(payload, _)| payload).collect();
    counts.print_comparisons(&payloads);
    counts.print_hostile_costs(&payloads);
    Ok(())
}

impl InstructionCounts {
    fn get(&self, payload: &Payload, operation: &str) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "no count reaches 2^52")]
        self.0.get(&format!("{}; {operation}", payload.name)).map(|count| *count as f64)
    }

    /// Prints a table with a line for each valid payload and a column for each ratio.
    fn print_comparisons(&self, payloads: &[Payload]) {
        const COLUMNS: [(&str, &str, &str); 9] = [
            ("from_json ÷ Strings", "ours: from_json", "serde_json, structs of String"),
            ("÷ sonic-rs", "ours: from_json", "sonic-rs, structs of String"),
            ("÷ simd-json", "ours: from_json", "simd-json, structs of String"),
            ("÷ serde_json + garde", "ours: from_json", "serde_json + garde"),
            ("÷ sonic-rs + garde", "ours: from_json", "sonic-rs + garde"),
            ("check_json ÷ IgnoredAny", "ours: check_json", "baseline: serde_json, IgnoredAny"),
            ("÷ from_json", "ours: check_json", "ours: from_json"),
            (
                "Valid by serde_json ÷ Strings",
                "ours: Valid, serde_json::from_slice",
                "serde_json, structs of String",
            ),
            ("validate() ÷ garde", "ours: validate()", "garde"),
        ];
        print!("| payload | from_json | check_json |");
        for (title, ..) in COLUMNS {
            print!(" {title} |");
        }
        println!("\n|---|{}", "---:|".repeat(COLUMNS.len() + 2));
        for payload in payloads {
            let ratio =
                |(_, ours, other)| Some(self.get(payload, ours)? / self.get(payload, other)?);
            let Some(ratios) = COLUMNS.map(ratio).into_iter().collect::<Option<Vec<_>>>() else {
                continue;
            };
            let count = |name| self.get(payload, name).unwrap_or_default();
            let (from_json, check_json) = (count("ours: from_json"), count("ours: check_json"));
            print!("| {} | {from_json} | {check_json} |", payload.name);
            for ratio in ratios {
                print!(" {ratio:.2} |");
            }
            println!();
        }
    }

    /// Prints a table with the instructions per byte of hostile payloads, divided by those of a
    /// valid order.
    fn print_hostile_costs(&self, payloads: &[Payload]) {
        #[allow(clippy::cast_precision_loss, reason = "no payload has 2^52 bytes")]
        let per_byte = |payload: &Payload, operation| {
            Some(self.get(payload, operation)? / payload.json.len() as f64)
        };
        let Some(valid) = payloads.iter().find(|payload| payload.name == "Order 1,000") else {
            return;
        };
        println!("\n| instructions per byte ÷ those of Order 1,000 | from_json | check_json |");
        println!("|---|---:|---:|");
        for payload in payloads.iter().filter(|payload| payload.name.starts_with("hostile")) {
            let ratio = |operation| {
                let (hostile, valid) = (per_byte(payload, operation), per_byte(valid, operation));
                hostile.zip(valid).map_or(f64::NAN, |(hostile, valid)| hostile / valid)
            };
            let (from_json, check_json) = (ratio("ours: from_json"), ratio("ours: check_json"));
            println!("| {} | {from_json:.1} | {check_json:.1} |", payload.name);
        }
    }
}
