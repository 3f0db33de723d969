//! A shop that is paid through a super app (an app, such as a wallet, that runs mini programs), and a
//! simulator of the super app.

pub mod client;
pub mod ledger;
pub mod peer;
pub mod random;
pub mod shop;
pub mod simulator;
pub mod storage;
