//! Generation of strings that satisfy their constraints.

use super::pattern;
use crate::{
    schema::{Deviation, EnumSchema, Format, StringConstraints},
    validate::EffectiveString,
};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
    string::string_regex,
};
use serde_json::Value;

/// The maximum length of a generated string, in characters.
pub(super) const MAX_STRING_CHARACTERS: u32 = 16_384;

/// Generates strings that satisfy all constraints of a string type.
pub(super) fn string(effective: &EffectiveString) -> BoxedStrategy<String> {
    match effective.string_type.enum_schema {
        Some(schema) if effective.limits.values.is_none() => enum_value(schema, effective),
        _ => constrained_string(effective),
    }
}

fn enum_value(schema: &'static EnumSchema, effective: &EffectiveString) -> BoxedStrategy<String> {
    let known: Vec<_> = schema.values.iter().filter(|value| effective.accepts(value)).collect();
    let is_empty = known.is_empty();
    let known = one_of(known.into_iter().map(|value| (*value).to_owned()).collect());
    match effective.known_values() {
        Some(_) => known,
        None if is_empty => constrained_string(effective),
        None => prop_oneof![3 => known, 1 => constrained_string(effective)].boxed(),
    }
}

/// Returns a strategy that selects one of the given strings, or rejects every attempt if there are
/// none.
fn one_of(strings: Vec<String>) -> BoxedStrategy<String> {
    if strings.is_empty() { rejecting_strategy() } else { select(strings).boxed() }
}

/// Returns a strategy that rejects every attempt, because no string is valid.
pub(super) fn rejecting_strategy() -> BoxedStrategy<String> {
    Just(String::new()).prop_filter("some string satisfies the constraints", |_| false).boxed()
}

/// Generates strings that satisfy all constraints, without a preference for the known values of an
/// open enum.
fn constrained_string(effective: &EffectiveString) -> BoxedStrategy<String> {
    if let Some(values) = effective.limits.values.as_deref() {
        return one_of(values.iter().filter(|value| effective.accepts(value)).cloned().collect());
    }
    let strings = match (effective.format(), &effective.limits.pattern) {
        (Some(format), None) => format_or_deviation(format, effective),
        (Some(format), Some(pattern)) => {
            let matching = pattern::matching_string(pattern, effective);
            Union::new([format_or_deviation(format, effective), matching]).boxed()
        }
        (None, Some(pattern)) => pattern::matching_string(pattern, effective),
        (None, None) => return string_without_format(effective),
    };
    let effective = effective.clone();
    strings.prop_filter("the string is valid", move |string| effective.accepts(string)).boxed()
}

/// Generates strings in a format, and deviations that the policy allows.
fn format_or_deviation(format: Format, effective: &EffectiveString) -> BoxedStrategy<String> {
    let mut strings = vec![(6, string_in_format(format, effective))];
    if effective.accepts_deviation(Deviation::CompactOffset) {
        strings.push((1, date_time(effective).prop_map(|string| without_colon(&string)).boxed()));
    }
    if effective.accepts_deviation(Deviation::UnixMillis) {
        strings.push((1, string_in_format(Format::UnixMillis, effective)));
        strings.push((1, "0{0,3}1[0-9]{12}".boxed()));
    }
    if effective.accepts_deviation(Deviation::DateOnly) {
        let date = date().prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
        strings.push((2, date.boxed()));
    }
    if strings.len() > 1 {
        return Union::new_weighted(strings).boxed();
    }
    strings.pop().map_or_else(|| Just(String::new()).boxed(), |(_, string)| string)
}

/// Generates strings in a format. Most of the strings also satisfy the other constraints.
fn string_in_format(format: Format, effective: &EffectiveString) -> BoxedStrategy<String> {
    match format {
        Format::DateTime => date_time(effective),
        Format::Iso4217 | Format::Iso3166Alpha2 => {
            let codes = format.codes().unwrap_or_default().iter();
            let codes = codes.filter(|code| effective.accepts(code)).map(|code| (*code).to_owned());
            one_of(codes.collect())
        }
        Format::Custom(_) => {
            let samples = format.samples().iter().copied();
            one_of(samples.filter(|sample| effective.accepts(sample)).map(str::to_owned).collect())
        }
        Format::Iso18245 => "[0-9]{4}".boxed(),
        Format::UnixMillis => unix_millis(effective),
        Format::JsonObject => json_object(effective.constraints()),
        Format::E164 => {
            let digits = effective.constraints().max_length.map_or(15, |max| max.saturating_sub(1));
            #[expect(clippy::disallowed_methods, reason = "the limits are constants")]
            let max = digits.clamp(2, 15) as usize - 1;
            let min = effective.constraints().min_length.saturating_sub(2) as usize;
            let digits = vec(proptest::char::range('0', '9'), min.max(1).min(max)..=max);
            (proptest::char::range('1', '9'), digits)
                .prop_map(|(first, rest)| ['+', first].into_iter().chain(rest).collect())
                .boxed()
        }
    }
}

/// Generates candidates for a field whose format a cross-field rule determines: strings that
/// satisfy the constraints on the field, and strings in the format.
pub(super) fn candidates(
    format: Format,
    effective: &EffectiveString,
) -> BoxedStrategy<Vec<String>> {
    let with_format = vec(string_in_format(format, effective), 1);
    if effective.limits.values.is_none() && effective.limits.pattern.is_none() {
        return with_format.boxed();
    }
    (vec(constrained_string(effective), 4), with_format)
        .prop_map(|(constrained, with_format)| [constrained, with_format].concat())
        .boxed()
}

/// Generates characters from all Unicode planes, with a preference for those that often cause bugs.
pub(super) fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
        1 => select(&['\0', '\n', '"', '\\', '\u{7f}', '\u{85}', '\u{202e}', '\u{fffd}', 'あ', '𝄞'][..]),
    ]
}

/// Returns a character that is not forbidden.
pub(super) fn allowed_character(effective: &EffectiveString) -> char {
    let Some(forbidden) = &effective.limits.forbidden_characters else { return '＠' };
    let mut characters = ['＠', 'a', 'あ'].into_iter().chain('\0'..=char::MAX);
    characters.find(|character| !forbidden.contains(*character)).unwrap_or_default()
}

/// Generates strings that satisfy the constraints on length and characters, but have no format.
pub(super) fn string_without_format(effective: &EffectiveString) -> BoxedStrategy<String> {
    let min = effective.constraints().min_length;
    let max = effective
        .constraints()
        .max_length
        .unwrap_or(40.max(min))
        .min(MAX_STRING_CHARACTERS.max(min));
    let length = prop_oneof![
        12 => min..=max.min(min.saturating_add(12)),
        1 => Just(min),
        1 => Just(max),
    ];
    let forbidden = effective.limits.forbidden_characters.clone();
    let replacement = allowed_character(effective);
    (vec(character(), 12), length)
        .prop_map(move |(characters, length)| {
            let is_forbidden =
                |character| forbidden.as_ref().is_some_and(|set| set.contains(character));
            let allowed = |character| if is_forbidden(character) { replacement } else { character };
            characters.into_iter().map(allowed).cycle().take(length as usize).collect()
        })
        .boxed()
}

/// Returns the minimum and maximum length of generated strings. The maximum does not exceed
/// [`MAX_STRING_CHARACTERS`], unless the minimum does.
fn length_limits(effective: &EffectiveString) -> (u32, u32) {
    let min = effective.constraints().min_length;
    (
        min,
        effective.constraints().max_length.unwrap_or(u32::MAX).min(MAX_STRING_CHARACTERS.max(min)),
    )
}

/// Generates a date as a year, a month and a day.
fn date() -> impl Strategy<Value = (u32, u32, u32)> {
    (0..=9999_u32, 1..=12_u32, 1..=28_u32)
}

/// Generates date-times of valid length. The fraction has up to 6 digits, or more if the minimum
/// length requires them.
fn date_time(effective: &EffectiveString) -> BoxedStrategy<String> {
    let (min, max) = length_limits(effective);
    let mut suffixes = Vec::new();
    // `length` is the length of the date-time without a fraction.
    for (length, offset) in [(20, "Z"), (25, "[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]")] {
        if (min..=max).contains(&length) {
            suffixes.push(offset.to_owned());
        }
        let min_digits = min.saturating_sub(length + 1).max(1);
        let max_digits = max.saturating_sub(length + 1).min(min_digits.max(6));
        if min_digits <= max_digits {
            suffixes.push(format!("\\.[0-9]{{{min_digits},{max_digits}}}{offset}"));
        }
    }
    let suffixes = suffixes.iter().filter_map(|suffix| string_regex(suffix).ok());
    let suffixes: Vec<_> = suffixes.map(Strategy::boxed).collect();
    if suffixes.is_empty() {
        return rejecting_strategy();
    }
    let time = (0..24_u32, 0..60_u32, 0..60_u32);
    let ordinary = (date(), time, Union::new(suffixes)).prop_map(|(date, time, suffix)| {
        let ((year, month, day), (hour, minute, second)) = (date, time);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{suffix}")
    });
    let samples = Format::DateTime.samples().iter().copied();
    let samples = samples.filter(|sample| effective.constraints().accepts_length(sample));
    let samples: Vec<_> = samples.map(str::to_owned).collect();
    if samples.is_empty() {
        return ordinary.boxed();
    }
    prop_oneof![9 => ordinary, 1 => select(samples)].boxed()
}

/// Generates Unix timestamps in milliseconds that have a valid length, with leading zeros if the
/// minimum length requires them.
fn unix_millis(effective: &EffectiveString) -> BoxedStrategy<String> {
    /// The number of digits of `i64::MAX`.
    const MAX_DIGITS: u32 = 19;
    let (min, max) = length_limits(effective);
    let shortest = min.max(1);
    if shortest > max {
        return rejecting_strategy();
    }
    let longest = max.min(shortest.max(MAX_DIGITS));
    let length = prop_oneof![1 => shortest..=longest, 3 => Just(longest)];
    let number = prop_oneof![4 => 0..i64::MAX, 1 => Just(i64::MAX)];
    (number, length)
        .prop_map(|(number, length)| {
            let number = 10_i64.checked_pow(length).map_or(number, |end| number % end);
            format!("{number:0length$}", length = length as usize)
        })
        .boxed()
}

/// Generates small JSON objects and, occasionally, one of maximum length.
fn json_object(constraints: StringConstraints) -> BoxedStrategy<String> {
    let max = constraints.max_length.map_or(4096, |max| max.min(MAX_STRING_CHARACTERS) as usize);
    let small = vec(("[a-z]{1,6}", any::<Option<u8>>()), 0..4).prop_map(|members| {
        let members = members.into_iter().map(|(name, value)| (name, value.into()));
        Value::Object(members.collect()).to_string()
    });
    let longest = format!("{{\"content\":\"{}\"}}", "あ".repeat(max.saturating_sub(14)));
    prop_oneof![9 => small, 1 => Just(longest)].boxed()
}

/// Removes the colon from the offset of a date-time, unless the offset is `Z`.
fn without_colon(date_time: &str) -> String {
    match date_time.rsplit_once(':') {
        Some((start, minutes)) if !date_time.ends_with('Z') => format!("{start}{minutes}"),
        _ => date_time.to_owned(),
    }
}
