//! Measures ours beside the others, prints tables, and with `--record` writes them down.

mod goals;
mod plot;

use benches::{
    allocations::{self, Counting},
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
static ALLOCATOR: Counting = Counting;

/// How long an operation runs in a round, about, and how often. The best round counts.
const BATCH: Duration = Duration::from_millis(2);
const ROUNDS: u32 = 60;

/// What was measured of the operations with one payload.
struct Measured {
    payload: Payload,
    rows: Vec<Row>,
}

struct Row {
    group: Group,
    name: &'static str,
    nanoseconds: f64,
    allocations: u64,
}

impl Measured {
    fn row(&self, group: Group, name: &str) -> &Row {
        let mut rows = self.rows.iter();
        rows.find(|row| row.group == group && row.name == name).expect("the operation is measured")
    }

    /// What the ratios are to: passing over the document.
    fn floor(&self) -> f64 {
        self.row(Group::Parse, "floor: serde_json, IgnoredAny").nanoseconds
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_recorded = std::env::args().any(|argument| argument == "--record");
    let measured = measure();
    let mut report = machine();
    report += &goals::table(&measured);
    let (valid, faulty) = measured.split_at(measured.len() / 2);
    for (valid, faulty) in valid.iter().zip(faulty) {
        table(&mut report, valid, faulty)?;
    }
    print!("{report}");
    if is_recorded {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let readme = folder.join("README.md");
        let text = fs::read_to_string(&readme)?;
        let (before, _) = text.split_once(RESULTS).ok_or("README.md has no place for results")?;
        fs::write(readme, format!("{before}{RESULTS}\n{report}"))?;
        fs::write(folder.join("ratios.svg"), plot::svg(&measured))?;
    }
    Ok(())
}

/// Where the results begin in the README.
const RESULTS: &str = "## Results\n";

/// All operations take turns, so that whatever else the machine does slows all of them down.
fn measure() -> Vec<Measured> {
    let mut all = Vec::new();
    for (payload, ours, peers) in payloads() {
        let mut operations = peers(&payload);
        operations.extend(ours(&payload));
        operations.sort_by_key(|operation| operation.group as u8);
        let operations: Vec<_> = operations.into_iter().map(Timed::new).collect();
        all.push((payload, operations));
    }
    for _ in 0..ROUNDS {
        for timed in all.iter_mut().flat_map(|(_, operations)| operations) {
            timed.round();
        }
    }
    let rows = |operations: Vec<Timed>| operations.into_iter().map(|timed| timed.row).collect();
    all.into_iter()
        .map(|(payload, operations)| Measured { payload, rows: rows(operations) })
        .collect()
}

struct Timed {
    operation: Operation,
    times: u32,
    row: Row,
}

impl Timed {
    fn new(mut operation: Operation) -> Self {
        let mut times = 1;
        while operation.time(times.into()) < BATCH && times < 1 << 24 {
            times *= 2;
        }
        let allocations = allocations::of(|| operation.run(1));
        let Operation { group, name, .. } = operation;
        Self { operation, times, row: Row { group, name, nanoseconds: f64::MAX, allocations } }
    }

    fn round(&mut self) {
        let time =
            self.operation.time(self.times.into()).as_secs_f64() * 1e9 / f64::from(self.times);
        self.row.nanoseconds = self.row.nanoseconds.min(time);
    }
}

/// When and on what this was measured.
fn machine() -> String {
    let date = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).date_naive();
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let compiler = env!("COMPILER");
    format!("{date}, {model}, {cores} cores, {compiler}.\n")
}

fn table(report: &mut String, valid: &Measured, faulty: &Measured) -> fmt::Result {
    let bytes = valid.payload.text.len();
    writeln!(
        report,
        "\n### {}, {bytes} bytes; with {} faults\n",
        valid.payload.name, faulty.payload.faults
    )?;
    writeln!(
        report,
        "| | time | MB/s | ÷ floor | allocations | with faults: time | ÷ floor | allocations |"
    )?;
    writeln!(report, "|---|---:|---:|---:|---:|---:|---:|---:|")?;
    let mut group = None;
    for (row, with_faults) in valid.rows.iter().zip(&faulty.rows) {
        if group != Some(row.group) {
            group = Some(row.group);
            writeln!(report, "| **{}** | | | | | | | |", title(row.group))?;
        }
        let name = if row.name.starts_with("ours") {
            format!("**{}**", row.name)
        } else {
            row.name.to_owned()
        };
        #[allow(clippy::cast_precision_loss)] // No payload has 2^52 bytes.
        let speed = bytes as f64 / row.nanoseconds * 1e3;
        writeln!(
            report,
            "| {name} | {} | {speed:.0} | {:.2} | {} | {} | {:.2} | {} |",
            time(row.nanoseconds),
            row.nanoseconds / valid.floor(),
            row.allocations,
            time(with_faults.nanoseconds),
            with_faults.nanoseconds / faulty.floor(),
            with_faults.allocations,
        )?;
    }
    Ok(())
}

const fn title(group: Group) -> &'static str {
    match group {
        Group::Parse => "parse alone",
        Group::Validate => "validate alone",
        Group::Verdict => "bytes to verdict",
        Group::Write => "write",
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}
