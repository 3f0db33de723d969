//! Validates values that are constructed instead of parsed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{CONSTRUCTED_CHECKS, select_type};

fuzz_target!(|data: &[u8]| {
    if let Some((index, rest)) = select_type(data) {
        CONSTRUCTED_CHECKS[index](rest);
    }
});
