//! Parses policy files. Parsing must not panic and must take bounded time. An error must have a
//! short message and a position within the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, PolicyFileError};
use std::time::{Duration, Instant};

fn check_error(text: &str, result: &Result<Policy, PolicyFileError>) {
    let Err(error) = result else { return };
    let message = error.message();
    assert!(message.len() <= 1_024, "{} bytes: {message}", message.len());
    assert!(!message.chars().any(char::is_control), "{message:?}");
    let lines: Vec<_> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&error.line()), "line {} of {}", error.line(), lines.len());
    let columns = lines[error.line() - 1].chars().count() + 1;
    assert!((1..=columns).contains(&error.column()), "column {} of {columns}", error.column());
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let start = Instant::now();
    let json = Policy::from_json(text);
    check_error(text, &json);
    check_error(text, &Policy::from_toml(text));
    // Converting the policy to TOML must result in an equal policy.
    if let (Ok(policy), Ok(value)) = (&json, serde_json::from_str::<toml::Value>(text))
        && let Ok(toml) = toml::to_string(&value)
    {
        assert_eq!(Policy::from_toml(&toml).as_ref(), Ok(policy), "{toml}");
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
});
