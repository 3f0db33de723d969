//! MessagePack, and values of `serde_json`, as what tables are read from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol_fuzz::{MESSAGE_PACK, VALUES, chosen};

// The bits 5 to 7 of the first byte, which chooses the type: 0, 1 and 2 (of printable characters
// `@` and on) are JSON, the others MessagePack.
fuzz_target!(|data: &[u8]| {
    if let Some((table, rest)) = chosen(data) {
        if data[0] < 0x60 { VALUES[table](rest) } else { MESSAGE_PACK[table](rest) }
    }
});
