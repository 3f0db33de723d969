//! Any bytes, for every type: every way to a verdict comes to the same one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{VERDICTS, chosen};

fuzz_target!(|data: &[u8]| {
    if let Some((table, json)) = chosen(data) {
        VERDICTS[table](json);
    }
});
