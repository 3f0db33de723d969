//! Compares `mpp check`, which validates lines on all processors, with a single thread that calls
//! `check_json` on each line.

use benches::payload;
use miniprogram_protocol::{check_json, dictionary::Order};
use std::{
    env,
    error::Error,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The number of runs. The fastest run is reported.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(mpp), Some(megabytes)) = (arguments.next(), arguments.next()) else {
        return Err("usage: throughput PATH_TO_MPP MEGABYTES".into());
    };
    let line = payload::order_payload("Order 10", 10, false).json + "\n";
    let text = line.repeat(megabytes.parse::<usize>()? * 1_000_000 / line.len() + 1);
    let lines: Vec<_> = text.lines().collect();
    let file = TemporaryFile::new(&text)?;

    let (mut single_thread, mut command, mut memory) = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        if !lines.iter().all(|line| check_json::<Order>(line.as_bytes()).is_ok()) {
            return Err("check_json rejects a valid order".into());
        }
        single_thread = single_thread.min(start.elapsed());

        let start = Instant::now();
        memory = memory.max(run_check(&mpp, &file)?);
        command = command.min(start.elapsed());
    }

    let processors = thread::available_parallelism()?;
    println!("{} lines, {} bytes; {processors} processors", lines.len(), text.len());
    // Bytes per microsecond are megabytes per second.
    println!("check_json, one thread: {} MB/s", text.len() as u128 / single_thread.as_micros());
    println!("mpp check: {} MB/s", text.len() as u128 / command.as_micros());
    println!("ratio: {:.2}", single_thread.as_secs_f64() / command.as_secs_f64());
    println!("peak memory of mpp check: {memory} kB");
    Ok(())
}

/// Runs `mpp check` and returns its peak memory in kB, or 0 on systems other than Linux.
fn run_check(mpp: &str, file: &TemporaryFile) -> Result<u64, Box<dyn Error>> {
    let mut command = Command::new(mpp);
    command.args(["check", "--type", "Order"]).arg(&file.0).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{mpp}: {error}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let monitor = thread::spawn(move || {
        let mut memory = 0;
        // After the process has ended, its status file does not contain the peak.
        while let Some(current) = peak_memory_kilobytes(&status_file) {
            memory = current;
            thread::sleep(Duration::from_millis(2));
        }
        memory
    });
    if !child.wait()?.success() {
        return Err("mpp check failed".into());
    }
    monitor.join().map_err(|_| "the memory monitor thread panicked".into())
}

/// Returns the peak memory of a process in kB, given the path of its status file in `/proc`.
fn peak_memory_kilobytes(status_file: &str) -> Option<u64> {
    let status = fs::read_to_string(status_file).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

/// A file that is removed on drop.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(content: &str) -> std::io::Result<Self> {
        let name = format!("throughput-{}.ndjson", std::process::id());
        let file = Self(env::temp_dir().join(name));
        fs::write(&file.0, content)?;
        Ok(file)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Errors are ignored, because the file is in the system's temporary directory.
        let _ = fs::remove_file(&self.0);
    }
}
