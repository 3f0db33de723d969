//! Reads types from MessagePack and from `serde_json::Value`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{MESSAGE_PACK_CHECKS, VALUE_CHECKS, split_type_index};

// The first byte selects the type and the format of the other bytes: JSON if it is below 0x60 (such
// as `@`), otherwise MessagePack.
fuzz_target!(|data: &[u8]| {
    if let Some((index, rest)) = split_type_index(data) {
        if data[0] < 0x60 { VALUE_CHECKS[index](rest) } else { MESSAGE_PACK_CHECKS[index](rest) }
    }
});
