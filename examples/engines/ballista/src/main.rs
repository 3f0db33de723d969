//! `mpp-ballista`: a Ballista cluster in which SQL can check payloads.

#![forbid(unsafe_code)]

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster, config::SchedulerConfig, scheduler_process::start_server,
};
use datafusion::{
    arrow::json::LineDelimitedWriter,
    common::DataFusionError,
    execution::session_state::SessionStateBuilder,
    prelude::{SessionConfig, SessionContext},
};
use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
};

const USAGE: &str = "\
A Ballista cluster on one machine, whose SQL has the functions mpp_is_valid and mpp_violations.

Usage: mpp-ballista scheduler PORT
       mpp-ballista executor SCHEDULER-PORT PORT WORK-DIRECTORY  (also listens on PORT + 1)
       mpp-ballista query SCHEDULER-PORT PARTITIONS SQL...       (writes rows as NDJSON)
";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An executor that has sent no heartbeat for this time is lost, and its tasks run elsewhere.
const EXECUTOR_TIMEOUT_SECONDS: u64 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("mpp-ballista: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command. Returns `false` if there is no such command.
async fn run(arguments: &[&str]) -> Result<bool> {
    match *arguments {
        ["scheduler", port] => run_scheduler(port.parse()?).await?,
        ["executor", scheduler, port, directory] => {
            let port: u16 = port.parse()?;
            let grpc_port = port.checked_add(1).ok_or("PORT is too large")?;
            run_executor(scheduler.parse()?, port, grpc_port, directory).await?;
        }
        ["query", scheduler, partitions, ref statements @ ..] if !statements.is_empty() => {
            run_query(scheduler.parse()?, partitions.parse()?, statements).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

async fn run_scheduler(port: u16) -> Result<()> {
    let config = SchedulerConfig {
        bind_port: port,
        executor_timeout_seconds: EXECUTOR_TIMEOUT_SECONDS,
        expire_dead_executor_interval_seconds: 1,
        override_session_builder: Some(Arc::new(mpp_datafusion::session_state)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(start_server(cluster, address, Arc::new(config)).await?)
}

async fn run_executor(scheduler: u16, port: u16, grpc_port: u16, directory: &str) -> Result<()> {
    let mut registry = BallistaFunctionRegistry::default();
    for function in [mpp_datafusion::is_valid(), mpp_datafusion::violations()] {
        registry.scalar_functions.insert(function.name().to_owned(), Arc::new(function));
    }
    let config = ExecutorProcessConfig {
        scheduler_port: scheduler,
        scheduler_connect_timeout_seconds: 30,
        port,
        grpc_port,
        external_host: Some(Ipv4Addr::LOCALHOST.to_string()),
        vcores: 1,
        work_dir: Some(directory.to_owned()),
        executor_heartbeat_interval_seconds: 1,
        override_function_registry: Some(Arc::new(registry)),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}

async fn run_query(scheduler: u16, partitions: usize, statements: &[&str]) -> Result<()> {
    let config = SessionConfig::new_with_ballista().with_target_partitions(partitions);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    let url = format!("df://localhost:{scheduler}");
    let mut context = SessionContext::remote_with_state(&url, state).await?;
    mpp_datafusion::register(&mut context)?;
    for statement in statements {
        let rows = context.sql(statement).await?.collect().await?;
        let mut writer = LineDelimitedWriter::new(std::io::stdout().lock());
        for batch in &rows {
            writer.write(batch).map_err(DataFusionError::from)?;
        }
        writer.finish().map_err(DataFusionError::from)?;
    }
    Ok(())
}
