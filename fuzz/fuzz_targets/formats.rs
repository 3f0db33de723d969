//! Compares the formats with a second implementation. The conversion to a typed value must succeed
//! if and only if the format matches.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::Format;
use miniprogram_protocol_fuzz::formats::check;

/// Generates a date-time whose parts have the correct number of digits and often a valid value.
fn generate_date_time(bytes: &[u8]) -> String {
    let byte = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(1));
    let year = (byte(0) << 8 | byte(1)) % 10_000;
    let offset = match byte(9) % 4 {
        0 => "Z".to_owned(),
        1 => format!("-{:02}:{:02}", byte(10) % 26, byte(11) % 62),
        _ => format!("+{:02}:{:02}", byte(10) % 26, byte(11) % 62),
    };
    let fraction = match byte(7) % 4 {
        0 => format!(".{}", byte(8)),
        1 => format!(".{:0width$}", byte(8), width = byte(8) as usize % 40),
        _ => String::new(),
    };
    let (month, day) = (byte(2) % 14, byte(3) % 33);
    let (hour, minute, second) = (byte(4) % 25, byte(5) % 61, 70 - byte(6) % 70);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}")
}

// The first byte selects the format of the string that follows (`@` to `F`), or how the other bytes
// are converted to a string.
fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let choice = usize::from(first % 16);
    if let Some(format) = Format::ALL.get(choice) {
        if let Ok(string) = std::str::from_utf8(rest) {
            check(*format, string);
        }
        return;
    }
    match choice {
        7 | 8 => check(Format::DateTime, &generate_date_time(rest)),
        9 => {
            let digits: String =
                rest.iter().take(24).map(|byte| char::from(b'0' + byte % 10)).collect();
            check(Format::UnixMillis, &digits);
            check(Format::Iso18245, &digits);
            check(Format::E164, &format!("+{digits}"));
        }
        10 => {
            let letters: String =
                rest.iter().take(3).map(|byte| char::from(b'A' + byte % 26)).collect();
            check(Format::Iso4217, &letters);
            check(Format::Iso3166Alpha2, &letters);
        }
        // The string is checked against every format.
        _ => {
            if let Ok(string) = std::str::from_utf8(rest) {
                Format::ALL.iter().for_each(|format| check(*format, string));
            }
        }
    }
});
