//! Headers, times and signature headers: no panic, and what is written is read again.
#![no_main]

use chrono::{DateTime, Datelike};
use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    Format,
    http::{HeaderErrorKind, Headers, Timestamp},
};
use miniprogram_protocol_fuzz::formats;
use std::time::{Duration, SystemTime};

const TOKEN: &str = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Reads `keyVersion` and `signature` without the library.
fn signature(text: &str) -> Option<(Option<u32>, &str)> {
    let blank = |character| character == ' ' || character == '\t';
    let mut found = [None; 3];
    for parameter in text.split(',') {
        let parameter = parameter.trim_matches(blank);
        if parameter.is_empty() {
            continue;
        }
        let end = parameter.find('=')?;
        let name = parameter[..end].trim_end_matches(blank);
        let value = parameter[end + 1..].trim_start_matches(blank);
        let is_token = !name.is_empty() && name.chars().all(|character| TOKEN.contains(character));
        if !is_token || value.is_empty() || value.contains(char::is_whitespace) {
            return None;
        }
        let names = ["algorithm", "keyVersion", "signature"];
        if let Some(index) = names.iter().position(|known| *known == name)
            && found[index].replace(value).is_some()
        {
            return None;
        }
    }
    if let Some(algorithm) = found[0]
        && !["rsa256", "sha256withrsa"].contains(&algorithm.to_ascii_lowercase().as_str())
    {
        return None;
    }
    let version = match found[1] {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().ok()?)
        }
        Some(_) => return None,
        None => None,
    };
    Some((version, found[2]?))
}

/// Milliseconds, or a date and time whose offset may lack its colon.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_short = bytes.len() >= 5
        && matches!(bytes[bytes.len() - 5], b'+' | b'-')
        && bytes[bytes.len() - 4..].iter().all(u8::is_ascii_digit);
    let mut long = text.to_owned();
    if is_short {
        long.insert(text.len() - 2, ':');
    }
    formats::follows(Format::UnixMillis, text) || formats::follows(Format::DateTime, &long)
}

fn time(text: &str) {
    let parsed = Timestamp::parse(text);
    if let Some(parsed) = &parsed {
        assert!(is_time(text), "not a time: {text:?}");
        assert_eq!(parsed.as_str(), text);
        assert_eq!(Timestamp::parse(&parsed.to_string()).as_ref(), Some(parsed), "read again");
        if (0..=9999).contains(&parsed.time().year()) {
            let written = Timestamp::try_from(parsed.time()).expect("a year of four digits");
            let again = Timestamp::parse(written.as_str()).expect("written and not read");
            assert_eq!(again.time().timestamp_millis(), parsed.time().timestamp_millis());
        }
    } else {
        // 64-bit milliseconds reach further than dates.
        assert!(
            !is_time(text) || text.bytes().all(|byte| byte.is_ascii_digit()),
            "a time: {text:?}"
        );
    }
}

fn system_time(data: &[u8]) {
    let Some((number, rest)) = data.split_first_chunk() else { return };
    let shift = u64::from(rest.first().copied().unwrap_or(0)) % 64;
    let duration = Duration::from_nanos(u64::from_le_bytes(*number))
        .saturating_mul(1 << (shift / 2))
        .min(Duration::from_secs(i64::MAX as u64));
    let epoch = SystemTime::UNIX_EPOCH;
    let times = [epoch.checked_add(duration), epoch.checked_sub(duration)];
    for time in times.into_iter().flatten() {
        if let Ok(sent) = Timestamp::try_from(time) {
            assert_eq!(Timestamp::parse(sent.as_str()).as_ref(), Some(&sent), "written and not read");
        }
    }
    let time = DateTime::from_timestamp_millis(i64::from_le_bytes(*number));
    let _ = time.map(Timestamp::try_from);
}

fn headers(data: &[u8]) {
    const NAMES: [&str; 6] =
        ["Client-Id", "Request-Time", "response-time", "SIGNATURE", "content-type", "X-Other"];
    let pairs: Vec<(&str, &[u8])> = data
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split_first())
        .map(|(name, value)| (NAMES[usize::from(*name % 8) % NAMES.len()], value))
        .collect();
    for is_request in [true, false] {
        let read = |pairs: &[(&str, &[u8])]| {
            let pairs = pairs.iter().copied();
            if is_request { Headers::of_request(pairs) } else { Headers::of_response(pairs) }
        };
        match read(&pairs) {
            Ok(headers) => {
                let written: Vec<_> = if is_request {
                    headers.for_request().collect()
                } else {
                    headers.for_response().collect()
                };
                let written: Vec<_> =
                    written.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
                let mut again = read(&written).expect("written and not read");
                if headers.content_type.is_none() {
                    again.content_type = None;
                }
                assert_eq!(again, headers);
            }
            Err(error) => {
                let shown = error.to_string();
                assert!(shown.len() < 128 && shown.is_ascii());
                assert_ne!(error.fault(), HeaderErrorKind::Missing);
            }
        }
    }
    for (name, value) in &pairs {
        if *name == "SIGNATURE"
            && let Ok(text) = std::str::from_utf8(value)
        {
            let text = text.trim_matches([' ', '\t']);
            let ours =
                Headers::of_request([("Signature", text)]).ok().and_then(|read| read.signature);
            let ours = ours.as_ref().map(|read| (read.key_version, read.signature.as_str()));
            assert_eq!(ours, signature(text), "{text:?}");
        }
    }
}

// The first byte chooses: headers, one to a line, of which the first byte is the name; a time; or
// the clock.
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % 4 {
        0 | 1 => headers(rest),
        2 => {
            if let Ok(text) = std::str::from_utf8(rest) {
                time(text);
            }
        }
        _ => system_time(rest),
    }
});
