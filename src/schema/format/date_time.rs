//! `date-time`: ISO 8601 in the profile of RFC 3339.

pub(crate) fn matches(text: &str) -> bool {
    parse(text.as_bytes()).is_some()
}

/// `date-time = date "T" time offset`
fn parse(text: &[u8]) -> Option<()> {
    let rest = date(text)?;
    let rest = byte(rest, b'T')?;
    let (hour, minute, second, rest) = time(rest)?;
    let offset = offset(rest)?;
    #[expect(clippy::disallowed_methods, reason = "the divisor is a constant")]
    let minute_of_day = (hour * 60 + minute - offset).rem_euclid(24 * 60);
    (second < 60 || minute_of_day == 23 * 60 + 59).then_some(())
}

/// `date = 4DIGIT "-" 2DIGIT "-" 2DIGIT`, of the proleptic Gregorian calendar.
#[inline]
fn date(text: &[u8]) -> Option<&[u8]> {
    let (year, rest) = number::<4>(text)?;
    let (month, rest) = number::<2>(byte(rest, b'-')?)?;
    let (day, rest) = number::<2>(byte(rest, b'-')?)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// `time = 2DIGIT ":" 2DIGIT ":" 2DIGIT ["." 1*DIGIT]`: hour, minute, second and what follows.
fn time(text: &[u8]) -> Option<(i32, i32, i32, &[u8])> {
    let (hour, rest) = number::<2>(text)?;
    let (minute, rest) = number::<2>(byte(rest, b':')?)?;
    let (second, mut rest) = number::<2>(byte(rest, b':')?)?;
    if let Some(fraction) = byte(rest, b'.') {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..).filter(|_| digits > 0)?;
    }
    (hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second, rest))
}

/// `offset = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT`: the minutes ahead of UTC.
fn offset(text: &[u8]) -> Option<i32> {
    if text == b"Z" {
        return Some(0);
    }
    let (sign, rest) = match byte(text, b'+') {
        Some(rest) => (1, rest),
        None => (-1, byte(text, b'-')?),
    };
    let (hour, rest) = number::<2>(rest)?;
    let (minute, rest) = number::<2>(byte(rest, b':')?)?;
    (hour < 24 && minute < 60 && rest.is_empty()).then_some(sign * (hour * 60 + minute))
}

fn byte(text: &[u8], byte: u8) -> Option<&[u8]> {
    text.split_first().filter(|(first, _)| **first == byte).map(|(_, rest)| rest)
}

fn number<const DIGITS: usize>(text: &[u8]) -> Option<(i32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<DIGITS>()?;
    let number = digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0'))
    })?;
    Some((number, rest))
}

/// Returns whether `text` is a date without time.
pub(crate) fn is_date(text: &str) -> bool {
    date(text.as_bytes()).is_some_and(<[u8]>::is_empty)
}
