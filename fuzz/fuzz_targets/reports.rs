//! Rendering of errors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{REPORTS, chosen};

fuzz_target!(|data: &[u8]| {
    if let Some((table, json)) = chosen(data) {
        REPORTS[table](json);
    }
});
