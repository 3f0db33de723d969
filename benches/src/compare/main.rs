//! Measures the operations of this crate and of other crates, and prints the results. With
//! `--record`, also writes the results to the README.

mod goals;
mod plot;

use benches::{
    allocations::{self, CountingAllocator},
    operation::{Group, Operation, payloads},
    payload::Payload,
};
use std::{
    error::Error,
    fmt::{self, Write},
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The approximate duration of each operation per round.
const OPERATION_DURATION_PER_ROUND: Duration = Duration::from_millis(2);
/// The number of rounds. The fastest round is reported.
const ROUNDS: u32 = 60;

/// The measurements of all operations on one payload.
struct PayloadResults {
    payload: Payload,
    measurements: Vec<Measurement>,
}

/// The measurement of one operation.
struct Measurement {
    group: Group,
    name: &'static str,
    nanoseconds: f64,
    allocations: u64,
}

impl PayloadResults {
    fn measurement(&self, group: Group, name: &str) -> &Measurement {
        let mut measurements = self.measurements.iter();
        measurements
            .find(|measurement| measurement.group == group && measurement.name == name)
            .expect("the operation is measured")
    }

    /// Returns the time of the baseline operation, which only skips the document.
    fn baseline_nanoseconds(&self) -> f64 {
        self.measurement(Group::Parse, "baseline: serde_json, IgnoredAny").nanoseconds
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_recorded = std::env::args().any(|argument| argument == "--record");
    let results = measure();
    let mut report = describe_machine();
    report += &goals::goal_table(&results);
    let (valid, invalid) = results.split_at(results.len() / 2);
    for (valid, invalid) in valid.iter().zip(invalid) {
        write_table(&mut report, valid, invalid)?;
    }
    print!("{report}");
    if is_recorded {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
        let readme = directory.join("README.md");
        let text = fs::read_to_string(&readme)?;
        let (before, _) =
            text.split_once(RESULTS_HEADING).ok_or("README.md has no section `Results`")?;
        fs::write(readme, format!("{before}{RESULTS_HEADING}\n{report}"))?;
        fs::write(directory.join("ratios.svg"), plot::render_svg(&results))?;
    }
    Ok(())
}

/// The heading in the README after which the results are written.
const RESULTS_HEADING: &str = "## Results\n";

/// Measures the operations in alternating rounds, so that other load on the machine affects all of
/// them equally.
fn measure() -> Vec<PayloadResults> {
    let mut all = Vec::new();
    for (payload, ours, others) in payloads() {
        let mut operations = others(&payload);
        operations.extend(ours(&payload));
        operations.sort_by_key(|operation| operation.group as u8);
        let operations: Vec<_> = operations.into_iter().map(TimedOperation::new).collect();
        all.push((payload, operations));
    }
    for _ in 0..ROUNDS {
        for operation in all.iter_mut().flat_map(|(_, operations)| operations) {
            operation.run_round();
        }
    }
    all.into_iter()
        .map(|(payload, operations)| PayloadResults {
            payload,
            measurements: operations.into_iter().map(|operation| operation.measurement).collect(),
        })
        .collect()
}

/// An operation and its measurement so far.
struct TimedOperation {
    operation: Operation,
    /// The number of runs per round.
    runs: u32,
    measurement: Measurement,
}

impl TimedOperation {
    fn new(mut operation: Operation) -> Self {
        let mut runs = 1;
        while operation.time(runs.into()) < OPERATION_DURATION_PER_ROUND && runs < 1 << 24 {
            runs *= 2;
        }
        let allocations = allocations::count_allocations(|| operation.run(1));
        let Operation { group, name, .. } = operation;
        let measurement = Measurement { group, name, nanoseconds: f64::MAX, allocations };
        Self { operation, runs, measurement }
    }

    fn run_round(&mut self) {
        let duration = self.operation.time(self.runs.into());
        let nanoseconds = duration.as_secs_f64() * 1e9 / f64::from(self.runs);
        self.measurement.nanoseconds = self.measurement.nanoseconds.min(nanoseconds);
    }
}

/// Returns the date, the processor and the compiler version of the measurement.
fn describe_machine() -> String {
    let date = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).date_naive();
    let cpu_info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu_info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let compiler = env!("COMPILER");
    format!("{date}, {model}, {cores} cores, {compiler}.\n")
}

/// Appends the results of one type, for its valid and its invalid payload, as a Markdown table.
fn write_table(
    report: &mut String,
    valid: &PayloadResults,
    invalid: &PayloadResults,
) -> fmt::Result {
    let bytes = valid.payload.json.len();
    writeln!(
        report,
        "\n### {}, {bytes} bytes; invalid: {} violations\n",
        valid.payload.name, invalid.payload.violations
    )?;
    writeln!(
        report,
        "| | time | MB/s | ÷ baseline | allocations | invalid: time | ÷ baseline | allocations |"
    )?;
    writeln!(report, "|---|---:|---:|---:|---:|---:|---:|---:|")?;
    let mut group = None;
    for (valid_row, invalid_row) in valid.measurements.iter().zip(&invalid.measurements) {
        if group != Some(valid_row.group) {
            group = Some(valid_row.group);
            writeln!(report, "| **{}** | | | | | | | |", group_title(valid_row.group))?;
        }
        let name = if valid_row.name.starts_with("ours") {
            format!("**{}**", valid_row.name)
        } else {
            valid_row.name.to_owned()
        };
        #[allow(clippy::cast_precision_loss, reason = "no payload has 2^52 bytes")]
        let speed = bytes as f64 / valid_row.nanoseconds * 1e3;
        writeln!(
            report,
            "| {name} | {} | {speed:.0} | {:.2} | {} | {} | {:.2} | {} |",
            format_time(valid_row.nanoseconds),
            valid_row.nanoseconds / valid.baseline_nanoseconds(),
            valid_row.allocations,
            format_time(invalid_row.nanoseconds),
            invalid_row.nanoseconds / invalid.baseline_nanoseconds(),
            invalid_row.allocations,
        )?;
    }
    Ok(())
}

const fn group_title(group: Group) -> &'static str {
    match group {
        Group::Parse => "parse only",
        Group::Validate => "validate only",
        Group::ParseAndValidate => "parse and validate",
        Group::Serialize => "serialize",
    }
}

fn format_time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}
