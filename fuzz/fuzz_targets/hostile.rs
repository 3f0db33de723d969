//! Deserializes types from a deserializer that violates serde's contract, and serializes them with
//! failing writers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{HOSTILE_CHECKS, split_type_index};

fuzz_target!(|data: &[u8]| {
    if let Some((index, rest)) = split_type_index(data) {
        HOSTILE_CHECKS[index](rest);
    }
});
