//! Checks that the shop and the simulator reject requests without a valid signature, and limit the size
//! of request bodies.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::Sides;
use miniprogram_protocol::endpoint::{Endpoint as _, NotifyPayment, Pay};
use std::time::Duration;

#[test]
fn rejects_unsigned_requests_and_long_bodies() {
    let sides = Sides::new("hostile", 1, &[]);
    let simulator = sides.start_simulator();
    let shop = sides.start_listening_shop(0);
    sides.wait_for_simulator();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let [notify, pay] = [NotifyPayment::METADATA.path, Pay::METADATA.path];
    for (url, status, code) in [
        (sides.shop_url(notify), 200, "ACCESS_DENIED"),
        (sides.super_app_url(pay), 200, "ACCESS_DENIED"),
        // Each side implements only its own endpoints.
        (sides.shop_url(pay), 404, "INVALID_API"),
        (sides.super_app_url(notify), 404, "INVALID_API"),
    ] {
        let mut response = agent.post(&url).send("{}").unwrap();
        assert_eq!(response.status(), status, "{url}");
        assert!(response.body_mut().read_to_string().unwrap().contains(code), "{url}");
        let mut response = agent.post(&url).send(&vec![b' '; 300_000]).unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        assert!(body.contains(if status == 200 { "PARAM_ILLEGAL" } else { code }), "{url}");
    }
    shop.stop();
    simulator.stop();
}
