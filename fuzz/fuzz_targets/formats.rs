//! The formats, and judges of their own; typed views are Ok exactly when the format matches.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::Format;
use miniprogram_protocol_fuzz::formats::check;

/// A date-time whose parts may be anything of their width, and are often right.
fn date_time(bytes: &[u8]) -> String {
    let at = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(1));
    let year = (at(0) << 8 | at(1)) % 10_000;
    let offset = match at(9) % 4 {
        0 => "Z".to_owned(),
        1 => format!("-{:02}:{:02}", at(10) % 26, at(11) % 62),
        _ => format!("+{:02}:{:02}", at(10) % 26, at(11) % 62),
    };
    let fraction = match at(7) % 4 {
        0 => format!(".{}", at(8)),
        1 => format!(".{:0width$}", at(8), width = at(8) as usize % 40),
        _ => String::new(),
    };
    let (month, day) = (at(2) % 14, at(3) % 33);
    let (hour, minute, second) = (at(4) % 25, at(5) % 61, 70 - at(6) % 70);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}")
}

// The first byte chooses: a format for the text that follows (`@` to `F`), or a text that is made
// of the bytes.
fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let choice = usize::from(first % 16);
    if let Some(format) = Format::ALL.get(choice) {
        if let Ok(text) = std::str::from_utf8(rest) {
            check(*format, text);
        }
        return;
    }
    match choice {
        7 | 8 => check(Format::DateTime, &date_time(rest)),
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
        // Any text in every format.
        _ => {
            if let Ok(text) = std::str::from_utf8(rest) {
                Format::ALL.iter().for_each(|format| check(*format, text));
            }
        }
    }
});
