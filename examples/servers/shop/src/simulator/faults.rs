//! The faults that the simulator injects.

use crate::random::random;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The percentage of requests with each fault, and the delays.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaultRates {
    /// The percentage of responses that are `UNKNOWN_EXCEPTION` with the status U.
    pub unknown: u8,
    /// The percentage of requests that are rejected with `REQUEST_TRAFFIC_EXCEED_LIMIT` without
    /// being processed.
    pub limited: u8,
    /// The percentage of requests that are rejected with `ACCESS_DENIED` without being processed.
    pub denied: u8,
    /// The percentage of requests that get no response: the connection is closed.
    pub dropped: u8,
    /// The percentage of requests that get no response and are processed after a delay.
    pub late: u8,
    /// The delay of requests that are processed late.
    pub late_delay: Duration,
    /// The percentage of responses that are delayed.
    pub slow: u8,
    /// The delay of slow responses.
    pub delay: Duration,
}

/// The fault that is injected while a request is handled, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `true` if the request is processed immediately, even if the response does not show it.
    /// Otherwise, the request is ignored or processed late.
    pub(super) processes_request: bool,
    pub(super) response: FaultyResponse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultyResponse {
    None,
    Unknown,
    Limited,
    Denied,
    Dropped,
    Late(Duration),
    Delayed(Duration),
}

/// A generator of faults, each of which is determined by the seed and the number of preceding
/// requests.
pub(super) struct FaultGenerator {
    pub(super) rates: FaultRates,
    pub(super) seed: u64,
    pub(super) requests: AtomicU64,
}

impl FaultGenerator {
    pub(super) fn next(&self) -> Fault {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let random = random(self.seed, ("fault", number));
        let FaultRates { unknown, limited, denied, dropped, late, late_delay, slow, delay } =
            self.rates;
        let faults = [
            (unknown, FaultyResponse::Unknown),
            (limited, FaultyResponse::Limited),
            (denied, FaultyResponse::Denied),
            (dropped, FaultyResponse::Dropped),
            (late, FaultyResponse::Late(late_delay)),
            (slow, FaultyResponse::Delayed(delay)),
        ];
        let mut percent = random % 100;
        for (rate, response) in faults {
            if percent < u64::from(rate) {
                let processes_request = match response {
                    FaultyResponse::Unknown | FaultyResponse::Dropped => random >> 32 & 1 == 1,
                    FaultyResponse::None | FaultyResponse::Delayed(_) => true,
                    _ => false,
                };
                return Fault { processes_request, response };
            }
            percent -= u64::from(rate);
        }
        Fault { processes_request: true, response: FaultyResponse::None }
    }
}
