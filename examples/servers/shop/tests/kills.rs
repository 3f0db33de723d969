//! Kills the shop and the super app at random points. `LOAD_TESTS=1` includes more rounds.

#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "tests may panic and print numbers")]

mod common;

use common::Sides;
use example_shop::random::random;
use std::{env, thread, time::Duration};

const ORDERS_PER_ROUND: usize = 30;

const FAULTS: &[&str] = &["--unknown=5", "--drop=5", "--repeat-notifications=2"];

#[test]
fn agrees_after_both_sides_are_killed() {
    let rounds = if env::var_os("LOAD_TESTS").is_some() { 20 } else { 2 };
    let seed = env::var("SHOP_KILL_SEED").map_or(17, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let sides = Sides::new("kills", seed, FAULTS);
    let mut interrupted = 0;
    for round in 1..=rounds {
        let orders = round * ORDERS_PER_ROUND;
        let mut simulator = sides.start_simulator();
        let mut shop = sides.start_listening_shop(orders);
        for kill in 0..2 {
            let random = random(seed, (round, kill));
            // Processing the orders of a round takes about a second.
            thread::sleep(Duration::from_millis(random % 1000));
            let sides_to_kill = random >> 32 & 3;
            if sides_to_kill != 1 && shop.kill() {
                let open = sides.count_open_orders();
                println!("round {round}: killed the shop with {open} open orders");
                interrupted += open;
            }
            if sides_to_kill != 0 && simulator.kill() {
                println!("round {round}: killed the super app");
            }
            if sides_to_kill != 0 {
                simulator = sides.start_simulator();
            }
            if sides_to_kill != 1 {
                shop = sides.start_listening_shop(orders);
            }
        }
        sides.wait_until_settled(&mut shop);
        simulator.stop();
        sides.check_ledgers(orders);
    }
    assert!(interrupted > 0, "no order was interrupted");
}
