//! A super app simulator, which also simulates the users, their wallets and network faults.

mod bank;
mod faults;
mod notifier;
mod records;
mod replies;
mod service;

pub use faults::FaultRates;
pub use service::Simulator;

use crate::{ledger::Ledger, peer::format_time, storage::Storage};
use anyhow::Result;
use bank::BankContext;
use faults::FaultGenerator;
use merchant_server::data_dir::DataDir;
use replies::ReplyStore;
use std::{
    sync::atomic::AtomicU64,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The settings of the simulator.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The seed that determines the outcomes of payments and refunds, and the faults.
    pub seed: u64,
    /// The faults in responses.
    pub faults: FaultRates,
    /// The maximum time until a pending payment or refund gets its final status.
    pub max_pending: Duration,
    /// The maximum number of times that a notification is repeated although the shop received it.
    pub max_repetitions: u64,
}

/// Opens the database in a data directory.
///
/// # Errors
/// Returns an error if the database cannot be opened.
pub fn open_storage(data_dir: &DataDir) -> Result<Storage> {
    Storage::open(data_dir, "super-app.redb", records::create_tables)
}

/// Returns the ledger of the simulator.
///
/// # Errors
/// Returns an error if the database cannot be read.
pub async fn ledger(storage: &Storage) -> Result<Ledger> {
    storage.read(records::ledger).await
}

impl Simulator {
    /// Creates a simulator.
    #[must_use]
    pub fn new(storage: Storage, settings: Settings) -> Self {
        let (rates, seed) = (settings.faults, settings.seed);
        Self {
            replies: ReplyStore::new(storage.clone()),
            faults: FaultGenerator { rates, seed, requests: AtomicU64::new(0) },
            storage,
            settings,
        }
    }

    /// Returns the context of a transaction that starts now.
    fn bank_context(&self) -> Result<BankContext> {
        let now = SystemTime::now();
        let millis = |duration: Duration| Ok::<_, anyhow::Error>(duration.as_millis().try_into()?);
        Ok(BankContext {
            seed: self.settings.seed,
            now: millis(now.duration_since(UNIX_EPOCH)?)?,
            now_string: format_time(now)?,
            max_pending_millis: millis(self.settings.max_pending)?,
            max_repetitions: self.settings.max_repetitions,
        })
    }
}
