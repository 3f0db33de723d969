//! Policy files: no panic, bounded messages that point into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{Policy, PolicyFileError};
use std::time::{Duration, Instant};

fn demand(text: &str, read: &Result<Policy, PolicyFileError>) {
    let Err(error) = read else { return };
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
    demand(text, &json);
    demand(text, &Policy::from_toml(text));
    // A JSON object on one line is an inline table of TOML but for the colons.
    if let (Ok(policy), Ok(value)) = (&json, serde_json::from_str::<toml::Value>(text))
        && let Ok(written) = toml::to_string(&value)
    {
        assert_eq!(Policy::from_toml(&written).as_ref(), Ok(policy), "{written}");
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
});
