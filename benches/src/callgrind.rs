//! Counts the instructions of operations with callgrind.
//!
//! A program runs itself under valgrind, which dumps and resets its counters before each call to
//! [`mark`].

use crate::{allocations, operation::Operation};
use std::{
    env,
    error::Error,
    fs,
    hint::black_box,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The counts of an operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationCounts {
    /// The number of instructions per run.
    pub instructions: u64,
    /// The number of allocations per run.
    pub allocations: u64,
}

/// Marks the boundary between two counts: callgrind dumps its counters before each call.
#[inline(never)]
fn mark(number: u64) {
    black_box(number);
}

/// Runs an operation on `bytes` bytes between two calls to `mark`, and prints its name, the number
/// of runs, and the number of allocations per run.
pub fn run_operation(name: &str, bytes: usize, operation: &mut Operation) {
    // Averaging over many runs smooths out infrequent work, such as that of the allocator.
    let times = (400_000 / bytes as u64).clamp(1, 200);
    operation.run(1);
    let allocations = allocations::count_allocations(|| operation.run(1));
    mark(0);
    operation.run(times);
    mark(1);
    println!("{name}\t{times}\t{allocations}");
}

/// Runs this program under valgrind with an argument, and returns the counts of the operations in
/// the order in which it runs them.
///
/// # Errors
/// Returns an error if valgrind cannot be started, or if the program fails.
pub fn run_under_valgrind(
    argument: &str,
) -> Result<Vec<(String, OperationCounts)>, Box<dyn Error>> {
    let directory = TemporaryDirectory::new()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*callgrind::mark*"])
        .arg(format!("--callgrind-out-file={}", directory.0.join("counts").display()))
        .arg(env::current_exe()?)
        .arg(argument)
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start valgrind: {error}"))?;
    if !output.status.success() {
        return Err("valgrind failed".into());
    }
    let mut counts = Vec::new();
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
        counts.push((name.to_owned(), count));
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

#[cfg(test)]
mod tests {
    use super::total_instructions;

    #[test]
    fn parses_total_of_dump() {
        assert_eq!(total_instructions("events: Ir\nsummary: 12345\n").unwrap(), 12345);
        assert!(total_instructions("events: Ir\n").is_err());
    }
}
