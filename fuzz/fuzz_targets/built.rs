//! Values that were built and not read, of every type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{BUILT, chosen};

fuzz_target!(|data: &[u8]| {
    if let Some((table, rest)) = chosen(data) {
        BUILT[table](rest);
    }
});
