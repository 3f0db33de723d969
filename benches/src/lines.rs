//! Compares `mpp check`, which judges lines on all processors, with one thread that calls
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

/// How often each of the two has its turn. The best one counts.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(mpp), Some(megabytes)) = (arguments.next(), arguments.next()) else {
        return Err("say where the command `mpp` is, and how many megabytes to check".into());
    };
    let line = payload::order("Order 10", 10, false).text + "\n";
    let text = line.repeat(megabytes.parse::<usize>()? * 1_000_000 / line.len() + 1);
    let lines: Vec<_> = text.lines().collect();
    let file = File::new(&text)?;

    let (mut one, mut all, mut memory) = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        if !lines.iter().all(|line| check_json::<Order>(line.as_bytes()).is_ok()) {
            return Err("check_json finds a fault".into());
        }
        one = one.min(start.elapsed());

        let start = Instant::now();
        memory = memory.max(check(&mpp, &file)?);
        all = all.min(start.elapsed());
    }

    let processors = thread::available_parallelism()?;
    println!("{} lines, {} bytes; {processors} processors", lines.len(), text.len());
    // Bytes in a microsecond are megabytes in a second.
    println!("check_json, one thread: {} MB/s", text.len() as u128 / one.as_micros());
    println!("mpp check: {} MB/s", text.len() as u128 / all.as_micros());
    println!("ratio: {:.2}", one.as_secs_f64() / all.as_secs_f64());
    println!("peak memory of mpp check: {memory} kB");
    Ok(())
}

/// Runs the command, and returns the most memory that it had, in kB; none but Linux tells.
fn check(mpp: &str, file: &File) -> Result<u64, Box<dyn Error>> {
    let mut command = Command::new(mpp);
    command.args(["check", "--type", "Order"]).arg(&file.0).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{mpp}: {error}"))?;
    let status = format!("/proc/{}/status", child.id());
    let watch = thread::spawn(move || {
        let mut memory = 0;
        // When it has ended, that line is gone.
        while let Some(now) = peak(&status) {
            memory = now;
            thread::sleep(Duration::from_millis(2));
        }
        memory
    });
    if !child.wait()?.success() {
        return Err("mpp check finds a fault".into());
    }
    watch.join().map_err(|_| "the memory is not known".into())
}

/// The most memory that a process has had, in kB, from what Linux tells of it.
fn peak(status: &str) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

/// A file that is there while it is used.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> std::io::Result<Self> {
        let file = Self(env::temp_dir().join(format!("lines-{}.ndjson", std::process::id())));
        fs::write(&file.0, text)?;
        Ok(file)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the place.
        let _ = fs::remove_file(&self.0);
    }
}
