//! Formats and serializes errors, and deserializes reports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{REPORT_CHECKS, report::check_received, select_type};

fuzz_target!(|data: &[u8]| {
    check_received(data);
    if let Some((index, json)) = select_type(data) {
        REPORT_CHECKS[index](json);
    }
});
