//! The parts of the merchant server that other servers can reuse: the HTTP layer, limits on
//! connections, key pairs, the data directory, and the start and shutdown of the process.

pub mod data_dir;
pub mod gateway;
pub mod keys;
pub mod listener;
pub mod process;
