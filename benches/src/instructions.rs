//! Counts the instructions (with callgrind) and allocations of what is ours, and compares them with
//! the committed counts, or writes these.
//!
//! The program runs itself under valgrind, which starts a count anew whenever `mark` is called.

use benches::{
    allocations::{self, Counting},
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
static ALLOCATOR: Counting = Counting;

/// How much more than the committed count is too much, in percent.
const MORE: u64 = 3;

/// The committed counts.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.tsv");

/// What is known of an operation.
#[derive(Clone, Copy)]
struct Count {
    instructions: u64,
    allocations: u64,
}

type Counts = BTreeMap<String, Count>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        Some("write") => {
            let counts = count()?;
            fs::write(FILE, text(&counts)?)?;
            println!("{} counts are written", counts.len());
            Ok(ExitCode::SUCCESS)
        }
        Some("compare") => compare(&fs::read_to_string(FILE)?, &count()?),
        // What runs under valgrind.
        Some("run") => {
            run();
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("say `write` or `compare`".into()),
    }
}

/// Where a count ends and the next one begins. Its name is what callgrind is told.
#[inline(never)]
fn mark(number: usize) {
    black_box(number);
}

/// Does everything, each between two marks, and prints the names and the allocations.
fn run() {
    for (payload, ours, _) in payloads() {
        // What happens now and then, such as the allocator tidying up, is spread over many times.
        let times = (400_000 / payload.text.len() as u64).clamp(1, 200);
        let state = if payload.faults == 0 { "valid" } else { "faulty" };
        for (number, mut operation) in ours(&payload).into_iter().enumerate() {
            operation.run(1);
            let allocations = allocations::of(|| operation.run(1));
            mark(number);
            operation.run(times);
            mark(number);
            println!("{}, {state}, {}\t{times}\t{allocations}", payload.name, operation.name);
        }
    }
}

/// Runs this program under valgrind.
fn count() -> Result<Counts, Box<dyn Error>> {
    let folder = Folder::new()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*instructions::mark*"])
        .arg(format!("--callgrind-out-file={}", folder.0.join("counts").display()))
        .arg(env::current_exe()?)
        .arg("run")
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    if !output.status.success() {
        return Err("valgrind failed".into());
    }
    let mut counts = Counts::new();
    for (index, line) in String::from_utf8(output.stdout)?.lines().enumerate() {
        let [name, times, allocations] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("the line {line} has no three parts").into());
        };
        // A dump holds what was done before it: the first of each two is what was done between.
        let dump = folder.0.join(format!("counts.{}", 2 * index + 2));
        let instructions = total(&fs::read_to_string(dump)?)? / times.parse::<u64>()?;
        let count = Count { instructions, allocations: allocations.parse()? };
        counts.insert(name.to_owned(), count);
    }
    Ok(counts)
}

/// The number of instructions in a dump.
fn total(dump: &str) -> Result<u64, Box<dyn Error>> {
    let total = dump
        .lines()
        .find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
    Ok(total.ok_or("callgrind wrote no total")?.trim().parse()?)
}

/// A folder for what callgrind writes.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = env::temp_dir().join(format!("instructions-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the place.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(counts: &Counts) -> Result<String, std::fmt::Error> {
    let mut text = format!("# {}\noperation\tinstructions\tallocations\n", env!("COMPILER"));
    for (name, Count { instructions, allocations }) in counts {
        writeln!(text, "{name}\t{instructions}\t{allocations}")?;
    }
    Ok(text)
}

fn parse(text: &str) -> Option<(&str, Counts)> {
    let mut lines = text.lines();
    let compiler = lines.next()?.strip_prefix("# ")?;
    let counts = lines.skip(1).map(|line| {
        let mut parts = line.split('\t');
        let name = parts.next()?.to_owned();
        let mut number = || parts.next()?.parse().ok();
        Some((name, Count { instructions: number()?, allocations: number()? }))
    });
    Some((compiler, counts.collect::<Option<_>>()?))
}

fn compare(committed: &str, counts: &Counts) -> Result<ExitCode, Box<dyn Error>> {
    let file = Path::new(FILE).file_name().unwrap_or_default().display();
    let (compiler, committed) = parse(committed).ok_or(format!("{file} has another form"))?;
    let mut failed = false;
    println!("operation\tinstructions\tallocations");
    for (name, now) in counts {
        let Some(before) = committed.get(name) else {
            println!("{name}\t{}\t{}\tis not in {file}", now.instructions, now.allocations);
            failed = true;
            continue;
        };
        let (instructions, is_more) = change(before.instructions, now.instructions);
        let (allocations, are_more) = change(before.allocations, now.allocations);
        let mark = if is_more || are_more { "\tTOO MANY" } else { "" };
        println!("{name}\t{instructions}\t{allocations}{mark}");
        failed |= is_more || are_more;
    }
    for name in committed.keys().filter(|name| !counts.contains_key(*name)) {
        println!("{name}\tis in {file} alone");
        failed = true;
    }
    if compiler != env!("COMPILER") {
        println!("{file} is by {compiler}, this by {}: nothing is failed", env!("COMPILER"));
        return Ok(ExitCode::SUCCESS);
    }
    if failed {
        println!("more than {MORE} % above {file}, or other operations; `write` commits to it");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// How a count changed, in words; whether it is too much more.
fn change(before: u64, now: u64) -> (String, bool) {
    let words = if before == now { format!("{now}") } else { format!("{before} -> {now}") };
    (words, now * 100 > before * (100 + MORE))
}

#[cfg(test)]
mod tests {
    use super::{ExitCode, change, compare, parse, text, total};

    fn file(counts: &str) -> String {
        format!("# {}\noperation\tinstructions\tallocations\n{counts}", env!("COMPILER"))
    }

    fn is_accepted(committed: &str, now: &str) -> bool {
        let now = file(now);
        let (_, counts) = parse(&now).unwrap();
        compare(committed, &counts).unwrap() == ExitCode::SUCCESS
    }

    #[test]
    fn what_is_written_can_be_read() {
        let file = file("a\t100\t0\nb\t7\t3\n");
        assert_eq!(text(&parse(&file).unwrap().1).unwrap(), file);
    }

    #[test]
    fn more_than_three_percent_more_is_too_much() {
        for (before, now, too_much) in
            [(100, 103, false), (100, 104, true), (100, 1, false), (0, 0, false), (0, 1, true)]
        {
            assert_eq!(change(before, now).1, too_much, "{before} {now}");
        }
    }

    #[test]
    fn counts_are_compared_if_the_compiler_is_the_same() {
        let committed = file("a\t100\t0\n");
        assert!(is_accepted(&committed, "a\t103\t0\n"));
        assert!(!is_accepted(&committed, "a\t104\t0\n"));
        assert!(!is_accepted(&committed, "a\t100\t1\n"));
        assert!(!is_accepted(&committed, "a\t100\t0\nb\t1\t0\n"));
        assert!(!is_accepted(&committed, ""));
        let of_another = "# rustc 1.0.0\noperation\tinstructions\tallocations\na\t1\t0\n";
        assert!(is_accepted(of_another, "a\t104\t0\n"));
    }

    #[test]
    fn a_dump_has_a_total() {
        assert_eq!(total("events: Ir\nsummary: 12345\n").unwrap(), 12345);
        assert!(total("events: Ir\n").is_err());
    }
}
