//! Formats and serializes errors, and deserializes reports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{REPORT_CHECKS, report::check_report_round_trip, split_type_index};

fuzz_target!(|data: &[u8]| {
    check_report_round_trip(data);
    if let Some((index, json)) = split_type_index(data) {
        REPORT_CHECKS[index](json);
    }
});
