//! Checks that the shop and the simulator reject requests without a valid signature, and limit the size
//! of request bodies.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::TestSetup;
use example_shop::peer::SUPER_APP_CLIENT_ID;
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyPayment, Pay},
    http::{Signer, SigningKey},
};
use std::{
    fs,
    time::{Duration, SystemTime},
};

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

#[test]
fn rejects_unsigned_requests_and_long_bodies() {
    let sides = TestSetup::new("hostile", 1, &[]);
    let simulator = sides.start_simulator();
    let shop = sides.start_listening_shop(0);
    sides.wait_for_simulator();
    let agent = agent();
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

#[test]
fn rejects_forged_changed_and_old_requests() {
    let sides = TestSetup::new("forged", 1, &[]);
    let simulator = sides.start_simulator();
    let shop = sides.start_listening_shop(0);
    sides.wait_for_simulator();
    let signer = |key: &str| {
        let key = fs::read_to_string(sides.path(key)).unwrap();
        Signer::new(SUPER_APP_CLIENT_ID, SigningKey::parse(&key).unwrap())
    };
    let super_app = signer("super-app-data/super-app.private.pem");
    let forger = signer("shop-data/shop.private.pem");
    let (now, path) = (SystemTime::now(), NotifyPayment::METADATA.path);
    for (signer, signed, time, code) in [
        // The signature is valid, but the body is not.
        (&super_app, "{}", now, "PARAM_ILLEGAL"),
        (&forger, "{}", now, "ACCESS_DENIED"),
        (&super_app, "{ }", now, "ACCESS_DENIED"),
        (&super_app, "{}", now - Duration::from_secs(3600), "ACCESS_DENIED"),
    ] {
        let mut request = agent().post(sides.shop_url(path));
        let headers = signer.sign_request(path, signed.as_bytes(), time).unwrap();
        for (name, value) in headers.for_request() {
            request = request.header(name, value);
        }
        let reply = request.send("{}").unwrap().body_mut().read_to_string().unwrap();
        assert!(reply.contains(code), "{reply}");
    }
    shop.stop();
    simulator.stop();
}
