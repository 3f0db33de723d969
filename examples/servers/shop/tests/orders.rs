//! Processes many orders while the super app injects faults.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "the test prints numbers")]

mod common;

use common::TestSetup;
use miniprogram_protocol::endpoint::{PaymentStatus, RefundStatus};
use std::time::Instant;

const FAULTS: &[&str] = &[
    "--unknown=10",
    "--drop=5",
    "--limited=3",
    "--deny=10",
    "--late=10",
    "--late-delay=1s",
    "--slow=1",
    "--delay=3s",
    "--repeat-notifications=3",
];

#[test]
fn neither_loses_nor_duplicates_payments() {
    let sides = TestSetup::new("orders", 1, FAULTS);
    let start = Instant::now();
    let simulator = sides.start_simulator();
    sides.wait_until_settled(&mut sides.start_shop(1000));
    simulator.stop();
    println!("1000 orders took {:?}", start.elapsed());

    let ledger = sides.check_ledgers(1000);
    let count = |status| ledger.0.values().filter(|entry| entry.status == status).count();
    assert!(count(PaymentStatus::Success) > 700 && count(PaymentStatus::Fail) > 100);
    let refunds = || ledger.0.values().flat_map(|entry| entry.refunds.values());
    assert!(refunds().any(|refund| refund.status == RefundStatus::Success));
    assert!(refunds().any(|refund| refund.status == RefundStatus::Fail));
    let log = sides.read_log("super-app.log");
    for code in ["UNKNOWN_EXCEPTION", "REQUEST_TRAFFIC_EXCEED_LIMIT", "ACCESS_DENIED", "ACCEPT"] {
        assert!(log.contains(code), "{code}");
    }
    assert!(!log.contains("the shop rejected a notification"));
}
