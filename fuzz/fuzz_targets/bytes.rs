//! Reads arbitrary bytes as one of the types. All validating functions must agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{CONSISTENCY_CHECKS, split_type_index};

fuzz_target!(|data: &[u8]| {
    if let Some((index, json)) = split_type_index(data) {
        CONSISTENCY_CHECKS[index](json);
    }
});
