//! Checks the display and the serialization of errors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{REPORTS, select_type};

fuzz_target!(|data: &[u8]| {
    if let Some((index, json)) = select_type(data) {
        REPORTS[index](json);
    }
});
