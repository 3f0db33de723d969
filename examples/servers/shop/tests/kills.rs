//! Kills the shop and the super app at random points. `LOAD_TESTS=1` runs more rounds.

#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may panic and print numbers")]

mod common;

use common::TestSetup;
use example_shop::random::random;
use std::{env, thread, time::Duration};

const ORDERS_PER_ROUND: usize = 30;

const FAULTS: &[&str] = &["--unknown=5", "--drop=5", "--repeat-notifications=2"];

#[test]
fn keeps_ledgers_equal_after_kills() {
    let rounds = if env::var_os("LOAD_TESTS").is_some() { 20 } else { 2 };
    let seed = env::var("SHOP_KILL_SEED").map_or(17, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let sides = TestSetup::new("kills", seed, FAULTS);
    let mut interrupted = 0;
    for round in 1..=rounds {
        let orders = round * ORDERS_PER_ROUND;
        let mut simulator = sides.start_simulator();
        let mut shop = sides.start_listening_shop(orders);
        for kill in 0..2 {
            let random = random(seed, (round, kill));
            // Processing the orders of a round takes about a second.
            thread::sleep(Duration::from_millis(random % 1000));
            // The kills of the first two rounds are, in order: the shop, both sides, the super app,
            // both sides.
            let number = 2 * round + kill;
            let (kills_shop, kills_simulator) = (number % 4 != 0, number % 4 != 2);
            if kills_shop && shop.kill() {
                let open = sides.count_open_orders();
                println!("round {round}: killed the shop with {open} open orders");
                interrupted += open;
            }
            if kills_simulator && simulator.kill() {
                println!("round {round}: killed the super app");
            }
            if kills_simulator {
                simulator = sides.start_simulator();
            }
            if kills_shop {
                shop = sides.start_listening_shop(orders);
            }
        }
        sides.wait_until_settled(&mut shop);
        simulator.stop();
        sides.check_ledgers(orders);
    }
    assert!(interrupted > 0, "no order was interrupted");
}
