//! Counts the instructions (with callgrind) and the allocations of this crate's operations, and
//! compares the counts with the committed baseline or overwrites it.
//!
//! The program runs itself under valgrind, which dumps and resets its counters before each call to
//! `mark`.

use benches::{
    allocations::{self, CountingAllocator},
    operation::payloads,
};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The maximum increase over a count in the baseline, in percent.
const MAX_INCREASE_PERCENT: u64 = 3;

/// The path of the committed baseline.
const BASELINE_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.tsv");

/// The counts of an operation.
#[derive(Clone, Copy)]
struct OperationCounts {
    instructions: u64,
    allocations: u64,
}

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
        Some("compare") => compare(&fs::read_to_string(BASELINE_PATH)?, &run_under_valgrind()?),
        // The program passes this argument when it runs itself under valgrind.
        Some("run") => {
            run_operations();
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("usage: instructions write|compare".into()),
    }
}

/// Marks the boundary between two counts: callgrind dumps its counters before each call.
#[inline(never)]
fn mark(number: usize) {
    black_box(number);
}

/// Runs every operation between two calls to `mark`, and prints its name, the number of runs, and
/// the number of allocations per run.
fn run_operations() {
    for (payload, ours, _) in payloads() {
        // The average of many runs hides infrequent work, such as that of the allocator.
        let times = (400_000 / payload.json.len() as u64).clamp(1, 200);
        let state = if payload.violations == 0 { "valid" } else { "invalid" };
        for (number, mut operation) in ours(&payload).into_iter().enumerate() {
            operation.run(1);
            let allocations = allocations::count_allocations(|| operation.run(1));
            mark(number);
            operation.run(times);
            mark(number);
            println!("{}, {state}, {}\t{times}\t{allocations}", payload.name, operation.name);
        }
    }
}

/// Runs this program under valgrind and returns the counts.
fn run_under_valgrind() -> Result<Counts, Box<dyn Error>> {
    let directory = TemporaryDirectory::new()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*instructions::mark*"])
        .arg(format!("--callgrind-out-file={}", directory.0.join("counts").display()))
        .arg(env::current_exe()?)
        .arg("run")
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start valgrind: {error}"))?;
    if !output.status.success() {
        return Err("valgrind failed".into());
    }
    let mut counts = Counts::new();
    for (index, line) in String::from_utf8(output.stdout)?.lines().enumerate() {
        let [name, times, allocations] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("expected three columns, found: {line}").into());
        };
        // A dump contains the instructions that were executed before the call to `mark`, so the
        // second dump of each pair contains the operation.
        let dump = directory.0.join(format!("counts.{}", 2 * index + 2));
        let instructions =
            total_instructions(&fs::read_to_string(dump)?)? / times.parse::<u64>()?;
        let count = OperationCounts { instructions, allocations: allocations.parse()? };
        counts.insert(name.to_owned(), count);
    }
    Ok(counts)
}

/// Returns the total number of instructions in a dump.
fn total_instructions(dump: &str) -> Result<u64, Box<dyn Error>> {
    let total = dump
        .lines()
        .find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
    Ok(total.ok_or("missing total in the callgrind output")?.trim().parse()?)
}

/// A temporary directory for the callgrind output, which is removed on drop.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> std::io::Result<Self> {
        let directory = env::temp_dir().join(format!("instructions-{}", std::process::id()));
        fs::create_dir(&directory)?;
        Ok(Self(directory))
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // Errors are ignored, because the directory is inside the system's temporary directory.
        let _ = fs::remove_dir_all(&self.0);
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

fn compare(committed: &str, counts: &Counts) -> Result<ExitCode, Box<dyn Error>> {
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
    use super::{ExitCode, compare, describe_change, parse_tsv, to_tsv, total_instructions};

    fn tsv_file(counts: &str) -> String {
        format!("# {}\noperation\tinstructions\tallocations\n{counts}", env!("COMPILER"))
    }

    fn is_accepted(committed: &str, now: &str) -> bool {
        let now = tsv_file(now);
        let (_, counts) = parse_tsv(&now).unwrap();
        compare(committed, &counts).unwrap() == ExitCode::SUCCESS
    }

    #[test]
    fn round_trips_counts_as_tsv() {
        let file = tsv_file("a\t100\t0\nb\t7\t3\n");
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
        let committed = tsv_file("a\t100\t0\n");
        assert!(is_accepted(&committed, "a\t103\t0\n"));
        assert!(!is_accepted(&committed, "a\t104\t0\n"));
        assert!(!is_accepted(&committed, "a\t100\t1\n"));
        assert!(!is_accepted(&committed, "a\t100\t0\nb\t1\t0\n"));
        assert!(!is_accepted(&committed, ""));
        let other_compiler = "# rustc 1.0.0\noperation\tinstructions\tallocations\na\t1\t0\n";
        assert!(is_accepted(other_compiler, "a\t104\t0\n"));
    }

    #[test]
    fn parses_total_of_dump() {
        assert_eq!(total_instructions("events: Ir\nsummary: 12345\n").unwrap(), 12345);
        assert!(total_instructions("events: Ir\n").is_err());
    }
}
