//! Reads arbitrary bytes as one of the types. All validating functions must agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{CONSISTENCY_CHECKS, select_type};

fuzz_target!(|data: &[u8]| {
    if let Some((index, json)) = select_type(data) {
        CONSISTENCY_CHECKS[index](json);
    }
});
