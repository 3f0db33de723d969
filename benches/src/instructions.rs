//! Counts the instructions (with callgrind) and the allocations of this crate's operations, and
//! compares the counts with the committed baseline or overwrites it. Also checks that the counts grow at
//! most linearly with the size of a payload.

use benches::{
    allocations::CountingAllocator,
    callgrind::{self, OperationCounts},
    operation::{growing_payloads, payloads, special_payloads},
};
use std::{
    collections::BTreeMap, env, error::Error, fmt::Write, fs, path::Path, process::ExitCode,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The maximum increase over a count in the baseline, in percent.
const MAX_INCREASE_PERCENT: u64 = 3;

/// The maximum ratio of the instructions per byte of a payload to those of a smaller one. The limit
/// is above 1, because many unknown fields are looked up in larger data structures than a few.
const MAX_GROWTH: f64 = 1.5;

/// The path of the committed baseline.
const BASELINE_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.tsv");

/// The counts of each operation, keyed by its name.
type Counts = BTreeMap<String, OperationCounts>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        Some("write") => {
            let counts = run_under_valgrind()?;
            fs::write(BASELINE_PATH, to_tsv(&counts)?)?;
            println!("wrote {} counts", counts.len());
            Ok(ExitCode::SUCCESS)
        }
        Some("compare") => {
            compare_with_baseline(&fs::read_to_string(BASELINE_PATH)?, &run_under_valgrind()?)
        }
        Some("growth") => check_growth(),
        // The program passes these arguments when it runs itself under valgrind.
        Some("run") => {
            run_operations();
            Ok(ExitCode::SUCCESS)
        }
        Some("run-growth") => {
            run_growing_payloads();
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("usage: instructions write|compare|growth".into()),
    }
}

fn run_under_valgrind() -> Result<Counts, Box<dyn Error>> {
    Ok(callgrind::run_under_valgrind("run")?.into_iter().collect())
}

/// Runs the operations on payloads of growing sizes.
fn run_growing_payloads() {
    for (payload, operations) in growing_payloads().into_iter().flatten() {
        let bytes = payload.json.len();
        for mut operation in operations(&payload) {
            let name = format!("{}, {} of {bytes}", payload.name, operation.name);
            callgrind::run_operation(&name, bytes, &mut operation);
        }
    }
}

/// Checks that the number of instructions grows at most linearly with the size of the payload.
fn check_growth() -> Result<ExitCode, Box<dyn Error>> {
    let counts: Counts = callgrind::run_under_valgrind("run-growth")?.into_iter().collect();
    let mut failed = false;
    for sizes in growing_payloads() {
        for operation in ["ours: from_json", "ours: check_json"] {
            let mut smaller = f64::INFINITY;
            for (payload, _) in &sizes {
                let bytes = payload.json.len();
                let name = format!("{}, {operation} of {bytes}", payload.name);
                let count = counts.get(&name).ok_or_else(|| format!("not counted: {name}"))?;
                #[allow(clippy::cast_precision_loss, reason = "no count reaches 2^52")]
                let per_byte = count.instructions as f64 / bytes as f64;
                let exceeds_limit = per_byte > smaller * MAX_GROWTH;
                let note = if exceeds_limit { ": MORE THAN LINEAR" } else { "" };
                println!("{name} bytes: {per_byte:.1} instructions per byte{note}");
                failed |= exceeds_limit;
                smaller = smaller.min(per_byte);
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs every operation of this crate.
fn run_operations() {
    for (payload, ours, _) in payloads() {
        let state = if payload.violations == 0 { "valid" } else { "invalid" };
        for mut operation in ours(&payload) {
            let name = format!("{}, {state}, {}", payload.name, operation.name);
            callgrind::run_operation(&name, payload.json.len(), &mut operation);
        }
    }
    for (payload, operations) in special_payloads() {
        for mut operation in operations(&payload) {
            let name = format!("{}, {}", payload.name, operation.name);
            callgrind::run_operation(&name, payload.json.len(), &mut operation);
        }
    }
}

fn to_tsv(counts: &Counts) -> Result<String, std::fmt::Error> {
    let mut tsv = format!("# {}\noperation\tinstructions\tallocations\n", env!("COMPILER"));
    for (name, OperationCounts { instructions, allocations }) in counts {
        writeln!(tsv, "{name}\t{instructions}\t{allocations}")?;
    }
    Ok(tsv)
}

/// Returns the compiler version and the counts.
fn parse_tsv(tsv: &str) -> Option<(&str, Counts)> {
    let mut lines = tsv.lines();
    let compiler = lines.next()?.strip_prefix("# ")?;
    let counts = lines.skip(1).map(|line| {
        let mut columns = line.split('\t');
        let name = columns.next()?.to_owned();
        let mut number = || columns.next()?.parse().ok();
        Some((name, OperationCounts { instructions: number()?, allocations: number()? }))
    });
    Some((compiler, counts.collect::<Option<_>>()?))
}

fn compare_with_baseline(committed: &str, counts: &Counts) -> Result<ExitCode, Box<dyn Error>> {
    let file = Path::new(BASELINE_PATH).file_name().unwrap_or_default().display();
    let (compiler, committed) = parse_tsv(committed).ok_or(format!("{file}: invalid format"))?;
    let mut failed = false;
    println!("operation\tinstructions\tallocations");
    for (name, now) in counts {
        let Some(before) = committed.get(name) else {
            println!("{name}\t{}\t{}\tmissing from {file}", now.instructions, now.allocations);
            failed = true;
            continue;
        };
        let (instructions, too_many_instructions) =
            describe_change(before.instructions, now.instructions);
        let (allocations, too_many_allocations) =
            describe_change(before.allocations, now.allocations);
        let exceeds_limit = too_many_instructions || too_many_allocations;
        let note = if exceeds_limit { "\tTOO MANY" } else { "" };
        println!("{name}\t{instructions}\t{allocations}{note}");
        failed |= exceeds_limit;
    }
    for name in committed.keys().filter(|name| !counts.contains_key(*name)) {
        println!("{name}\tonly in {file}");
        failed = true;
    }
    if compiler != env!("COMPILER") {
        println!(
            "not compared: {file} was written with {compiler}, but this is {}",
            env!("COMPILER")
        );
        return Ok(ExitCode::SUCCESS);
    }
    if failed {
        println!(
            "counts increased by more than {MAX_INCREASE_PERCENT} %, or the operations differ from {file}; \
             `write` updates the file"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns a description of the change of a count, and whether the increase exceeds the limit.
fn describe_change(before: u64, now: u64) -> (String, bool) {
    let description = if before == now { format!("{now}") } else { format!("{before} -> {now}") };
    (description, now * 100 > before * (100 + MAX_INCREASE_PERCENT))
}

#[cfg(test)]
mod tests {
    use super::{ExitCode, compare_with_baseline, describe_change, parse_tsv, to_tsv};

    fn add_tsv_header(counts: &str) -> String {
        format!("# {}\noperation\tinstructions\tallocations\n{counts}", env!("COMPILER"))
    }

    fn is_accepted(committed: &str, now: &str) -> bool {
        let now = add_tsv_header(now);
        let (_, counts) = parse_tsv(&now).unwrap();
        compare_with_baseline(committed, &counts).unwrap() == ExitCode::SUCCESS
    }

    #[test]
    fn round_trips_counts_as_tsv() {
        let file = add_tsv_header("a\t100\t0\nb\t7\t3\n");
        assert_eq!(to_tsv(&parse_tsv(&file).unwrap().1).unwrap(), file);
    }

    #[test]
    fn rejects_increases_above_3_percent() {
        for (before, now, is_rejected) in
            [(100, 103, false), (100, 104, true), (100, 1, false), (0, 0, false), (0, 1, true)]
        {
            assert_eq!(describe_change(before, now).1, is_rejected, "{before} {now}");
        }
    }

    #[test]
    fn compares_counts_only_for_equal_compilers() {
        let committed = add_tsv_header("a\t100\t0\n");
        assert!(is_accepted(&committed, "a\t103\t0\n"));
        assert!(!is_accepted(&committed, "a\t104\t0\n"));
        assert!(!is_accepted(&committed, "a\t100\t1\n"));
        assert!(!is_accepted(&committed, "a\t100\t0\nb\t1\t0\n"));
        assert!(!is_accepted(&committed, ""));
        let other_compiler = "# rustc 1.0.0\noperation\tinstructions\tallocations\na\t1\t0\n";
        assert!(is_accepted(other_compiler, "a\t104\t0\n"));
    }
}
