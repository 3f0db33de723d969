//! `mpp-sql`: runs SQL over files with payloads.

#![forbid(unsafe_code)]

use datafusion::{
    arrow::json::LineDelimitedWriter,
    error::Result,
    execution::SendableRecordBatchStream,
    prelude::{DataFrame, SessionConfig},
};
use futures::StreamExt;
use std::{
    io::{BufWriter, ErrorKind, Write},
    process::ExitCode,
};

const USAGE: &str = "\
Runs SQL over NDJSON, Parquet and CSV files with JSON payloads.

Usage: mpp-sql [--threads N] [--json] SQL...

  --threads N  number of threads [default: one per processor]
  --json       write rows as NDJSON as soon as they are known, instead of a table

mpp_is_valid(type, json [, policy])    whether the payload is valid
mpp_violations(type, json [, policy])  its violations: a list of (path, code, message)
json_lines(file)                       the lines of an NDJSON file: position and json

A policy is 'strict', 'lenient', or the content of a policy file.

Examples:
  mpp-sql \"SELECT count(*) FROM json_lines('orders.ndjson') WHERE NOT mpp_is_valid('Order', json)\"
  mpp-sql \"SELECT id, mpp_violations('Order', payload) AS violations FROM 'orders.parquet'\"
  mpp-sql \"SELECT v['code'] AS code, count(*) FROM (
             SELECT unnest(mpp_violations('Order', payload)) AS v FROM 'orders.csv') GROUP BY 1\"
";

struct Arguments {
    threads: Option<usize>,
    json: bool,
    statements: Vec<String>,
}

fn main() -> ExitCode {
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mpp-sql: {}", error.strip_backtrace());
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut parsed = Arguments { threads: None, json: false, statements: Vec::new() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => parsed.json = true,
            "--threads" => {
                let threads = arguments.next()?.parse().ok()?;
                parsed.threads = (threads > 0).then_some(threads);
            }
            option if option.starts_with("--") => return None,
            _ => parsed.statements.push(argument),
        }
    }
    (!parsed.statements.is_empty()).then_some(parsed)
}

fn run(arguments: &Arguments) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let mut config = SessionConfig::new().with_information_schema(true);
    if let Some(threads) = arguments.threads {
        runtime.worker_threads(threads);
        config = config.with_target_partitions(threads);
    }
    runtime.enable_all().build()?.block_on(async {
        let context = mpp_datafusion::session(config)?;
        for statement in &arguments.statements {
            let rows = context.sql(statement).await?;
            if arguments.json { write_json(rows).await? } else { rows.show().await? }
        }
        Ok(())
    })
}

async fn write_json(rows: DataFrame) -> Result<()> {
    match write_batches(rows.execute_stream().await?).await {
        // The reader of the output, such as `head`, has closed the pipe.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        result => result,
    }
}

async fn write_batches(mut batches: SendableRecordBatchStream) -> Result<()> {
    let mut output = BufWriter::new(std::io::stdout().lock());
    while let Some(batch) = batches.next().await {
        let mut writer = LineDelimitedWriter::new(&mut output);
        writer.write(&batch?)?;
        writer.finish()?;
    }
    Ok(output.flush()?)
}

fn is_broken_pipe(error: &datafusion::error::DataFusionError) -> bool {
    std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == ErrorKind::BrokenPipe)
}
