//! Validates values that are constructed instead of parsed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{CONSTRUCTED_CHECKS, split_type_index};

fuzz_target!(|data: &[u8]| {
    if let Some((index, rest)) = split_type_index(data) {
        CONSTRUCTED_CHECKS[index](rest);
    }
});
