//! Deserializers that break the rules of serde, and serializers that fail.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{HOSTILE, chosen};

fuzz_target!(|data: &[u8]| {
    if let Some((table, rest)) = chosen(data) {
        HOSTILE[table](rest);
    }
});
