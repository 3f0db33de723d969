//! Parses headers, timestamps and signature headers. Parsing must not panic, and valid values must
//! round-trip.
#![no_main]

use chrono::{DateTime, Datelike};
use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{
    Format,
    http::{HeaderErrorKind, Headers, Timestamp},
};
use miniprogram_protocol_fuzz::formats;
use std::time::{Duration, SystemTime};

/// The characters that an HTTP token may contain.
const TOKEN_CHARACTERS: &str =
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Parses a signature header independently of the library, and returns the key version and the
/// signature.
fn parse_signature(header: &str) -> Option<(Option<u32>, &str)> {
    let is_whitespace = |character| character == ' ' || character == '\t';
    let mut found = [None; 3];
    for parameter in header.split(',') {
        let parameter = parameter.trim_matches(is_whitespace);
        if parameter.is_empty() {
            continue;
        }
        let end = parameter.find('=')?;
        let name = parameter[..end].trim_end_matches(is_whitespace);
        let value = parameter[end + 1..].trim_start_matches(is_whitespace);
        let is_token =
            !name.is_empty() && name.chars().all(|character| TOKEN_CHARACTERS.contains(character));
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

/// Returns `true` if a string is a Unix timestamp in milliseconds, or a date-time whose offset may
/// omit the colon.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let omits_colon = bytes.len() >= 5
        && matches!(bytes[bytes.len() - 5], b'+' | b'-')
        && bytes[bytes.len() - 4..].iter().all(u8::is_ascii_digit);
    let mut date_time = text.to_owned();
    if omits_colon {
        date_time.insert(text.len() - 2, ':');
    }
    formats::matches(Format::UnixMillis, text) || formats::matches(Format::DateTime, &date_time)
}

fn check_timestamp(text: &str) {
    let parsed = Timestamp::parse(text).ok();
    if let Some(parsed) = &parsed {
        assert!(is_timestamp(text), "accepts {text:?}");
        assert_eq!(parsed.as_str(), text);
        assert_eq!(Timestamp::parse(&parsed.to_string()).as_ref(), Ok(parsed), "round trip");
        if (0..=9999).contains(&parsed.to_chrono().year()) {
            let timestamp =
                Timestamp::try_from(parsed.to_chrono()).expect("the year has four digits");
            let again = Timestamp::parse(timestamp.as_str()).expect("round trip");
            assert_eq!(again.to_chrono().timestamp_millis(), parsed.to_chrono().timestamp_millis());
        }
    } else {
        // The range of `i64` milliseconds is larger than the range of dates.
        assert!(
            !is_timestamp(text) || text.bytes().all(|byte| byte.is_ascii_digit()),
            "rejects {text:?}"
        );
    }
}

fn check_system_time(data: &[u8]) {
    let Some((number, rest)) = data.split_first_chunk() else { return };
    let shift = u64::from(rest.first().copied().unwrap_or(0)) % 64;
    let duration = Duration::from_nanos(u64::from_le_bytes(*number))
        .saturating_mul(1 << (shift / 2))
        .min(Duration::from_secs(i64::MAX as u64));
    let epoch = SystemTime::UNIX_EPOCH;
    let times = [epoch.checked_add(duration), epoch.checked_sub(duration)];
    for time in times.into_iter().flatten() {
        if let Ok(timestamp) = Timestamp::try_from(time) {
            assert_eq!(Timestamp::parse(timestamp.as_str()).as_ref(), Ok(&timestamp), "round trip");
        }
    }
    let time = DateTime::from_timestamp_millis(i64::from_le_bytes(*number));
    let _ = time.map(Timestamp::try_from);
}

fn check_headers(data: &[u8]) {
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
            if is_request { Headers::from_request(pairs) } else { Headers::from_response(pairs) }
        };
        match read(&pairs) {
            Ok(headers) => {
                let serialized: Vec<_> = if is_request {
                    headers.for_request().collect()
                } else {
                    headers.for_response().collect()
                };
                let serialized: Vec<_> =
                    serialized.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
                let mut again = read(&serialized).expect("round trip");
                if headers.content_type.is_none() {
                    again.content_type = None;
                }
                assert_eq!(again, headers);
            }
            Err(error) => {
                let message = error.to_string();
                assert!(message.len() < 128 && message.is_ascii());
                assert_ne!(error.kind(), HeaderErrorKind::Missing);
            }
        }
    }
    for (name, value) in &pairs {
        if *name == "SIGNATURE"
            && let Ok(text) = std::str::from_utf8(value)
        {
            let text = text.trim_matches([' ', '\t']);
            let ours =
                Headers::from_request([("Signature", text)]).ok().and_then(|read| read.signature);
            let ours = ours.as_ref().map(|read| (read.key_version, read.signature.as_str()));
            assert_eq!(ours, parse_signature(text), "{text:?}");
        }
    }
}

// The first input byte selects the check function. For `check_headers`, each line is a header, and
// its first byte selects the name.
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % 4 {
        0 | 1 => check_headers(rest),
        2 => {
            if let Ok(text) = std::str::from_utf8(rest) {
                check_timestamp(text);
            }
        }
        _ => check_system_time(rest),
    }
});
