//! Locates violations in the text in which they were found, and in another text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{SPAN_CHECKS, split_type_index};

fuzz_target!(|data: &[u8]| {
    if let Some((index, json)) = split_type_index(data) {
        SPAN_CHECKS[index](json);
    }
});
