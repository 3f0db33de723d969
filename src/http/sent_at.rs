use crate::{Datetime, UnixMillis};
use chrono::{DateTime, SecondsFormat, Utc};
use std::{fmt, time::SystemTime};

/// When a message was sent: the header `Request-Time` or `Response-Time`, as its sender wrote it.
///
/// It is a date and time of ISO 8601 with offset, which may lack its colon as some senders write
/// it, or a number of milliseconds since 1970.
///
/// ```
/// use miniprogram_protocol::http::SentAt;
///
/// let times = [
///     "2019-04-04T12:08:56.253+05:30",
///     "2019-04-04T12:08:56.253+0530",
///     "2019-04-04T06:38:56.253Z",
///     "1554359936253",
/// ];
/// for text in times {
///     let sent = SentAt::parse(text).unwrap();
///     assert_eq!(sent.as_str(), text);
///     assert_eq!(sent.time().timestamp_millis(), 1_554_359_936_253);
/// }
/// assert!(SentAt::parse("2019-04-04 12:08:56").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SentAt {
    text: Box<str>,
    time: DateTime<Utc>,
}

impl SentAt {
    /// Reads a text; `None` if it is neither of the two.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = match UnixMillis::from(text).to_chrono() {
            Ok(time) => time,
            Err(_) => Datetime::from(with_colon(text)).to_chrono().ok()?.to_utc(),
        };
        Some(Self { text: text.into(), time })
    }

    /// The text as it was sent, which is part of what is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time.
    #[must_use]
    pub const fn time(&self) -> DateTime<Utc> {
        self.time
    }
}

/// The date and time with a colon in its offset.
fn with_colon(text: &str) -> String {
    match text.split_at_checked(text.len().saturating_sub(5)) {
        Some((before, offset))
            if offset.starts_with(['+', '-'])
                && offset.bytes().skip(1).all(|digit| digit.is_ascii_digit()) =>
        {
            let (hours, minutes) = offset.split_at(3);
            format!("{before}{hours}:{minutes}")
        }
        _ => text.to_owned(),
    }
}

impl From<DateTime<Utc>> for SentAt {
    /// With milliseconds, in UTC.
    fn from(time: DateTime<Utc>) -> Self {
        Self { text: time.to_rfc3339_opts(SecondsFormat::Millis, true).into(), time }
    }
}

impl From<SystemTime> for SentAt {
    /// With milliseconds, in UTC.
    fn from(time: SystemTime) -> Self {
        DateTime::<Utc>::from(time).into()
    }
}

impl fmt::Debug for SentAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for SentAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
