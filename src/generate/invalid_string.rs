//! Generation of invalid strings.

use super::{
    mutation::RandomSource,
    string::{MAX_STRING_CHARACTERS, allowed_character},
};
use crate::{
    policy::ForbiddenCharacters,
    schema::{EnumSchema, Format, Requirement},
    validate::EffectiveString,
};

/// A defect that makes a string invalid.
#[derive(Clone, Copy)]
pub(super) enum StringDefect {
    TooShort,
    /// The string is one character longer than the given maximum.
    TooLong(u32),
    ForbiddenCharacter,
    /// The string is one character longer than the given maximum, and contains a forbidden
    /// character.
    TooLongWithForbiddenCharacter(u32),
    /// The string does not have the given format.
    Format(Format),
    UnknownEnumValue(&'static EnumSchema),
    /// The string is not in the policy's list of values.
    UnlistedValue,
    PatternMismatch,
    /// The string is a known value of its enum, but not the one that a cross-field rule requires.
    OtherEnumValue(&'static EnumSchema),
}

impl StringDefect {
    /// Returns the code of the violation that the defect normally causes.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "minLength",
            Self::TooLong(_) | Self::TooLongWithForbiddenCharacter(_) => "maxLength",
            Self::ForbiddenCharacter => "forbiddenCharacter",
            Self::Format(_) => "format",
            Self::UnknownEnumValue(_) | Self::UnlistedValue => "enum",
            Self::PatternMismatch => "pattern",
            Self::OtherEnumValue(_) => "const",
        }
    }
}

/// The requirements that cross-field rules impose on a string.
#[derive(Clone, Copy, Default)]
pub(super) struct StringRequirements {
    value: Option<&'static str>,
    format: Option<Format>,
    /// The value to avoid, because it would make a cross-field rule of the parent object require a
    /// field that is absent.
    avoided: Option<&'static str>,
}

impl StringRequirements {
    /// Collects the requirements on the field with the given name.
    pub(super) fn new(name: &str, requirements: impl Iterator<Item = Requirement>) -> Self {
        let mut required = Self::default();
        for requirement in requirements {
            match requirement {
                Requirement::Value { field, value, .. } if field == name => {
                    required.value = required.value.or(Some(value));
                }
                Requirement::Format { field, format, .. } if field == name => {
                    required.format = required.format.or(Some(format));
                }
                _ => {}
            }
        }
        required
    }

    pub(super) const fn with_avoided_value(self, avoided: Option<&'static str>) -> Self {
        Self { avoided, ..self }
    }
}

/// A valid string in a document, with its constraints and requirements.
#[derive(Clone)]
pub(super) struct StringSite {
    pub(super) effective: EffectiveString,
    pub(super) required: StringRequirements,
    pub(super) string: String,
}

/// Returns the defects that can be injected into a string.
pub(super) fn possible_defects(site: &StringSite) -> impl Iterator<Item = StringDefect> + use<> {
    let EffectiveString { string_type, limits, .. } = &site.effective;
    let constraints = string_type.constraints;
    let max_length =
        constraints.max_length.filter(|max_length| *max_length < MAX_STRING_CHARACTERS);
    let forbidden = limits.forbidden_characters.as_ref();
    let has_forbidden = forbidden.is_some_and(|set| set.iter().next().is_some());
    let closed_enum = string_type.closed_enum();
    let has_near_misses = |format: &Format| !format.near_misses().is_empty();
    let defects = [
        (constraints.min_length > 0).then_some(StringDefect::TooShort),
        max_length.map(StringDefect::TooLong),
        has_forbidden.then_some(StringDefect::ForbiddenCharacter),
        max_length.filter(|_| has_forbidden).map(StringDefect::TooLongWithForbiddenCharacter),
        string_type.format.filter(has_near_misses).map(StringDefect::Format),
        site.required.format.filter(has_near_misses).map(StringDefect::Format),
        closed_enum.map(StringDefect::UnknownEnumValue),
        limits.values.is_some().then_some(StringDefect::UnlistedValue),
        limits.pattern.is_some().then_some(StringDefect::PatternMismatch),
        closed_enum.filter(|_| site.required.value.is_some()).map(StringDefect::OtherEnumValue),
    ];
    defects.into_iter().flatten()
}

impl StringSite {
    /// Returns the codes of the violations that would result from replacing the valid string with
    /// `string`.
    pub(super) fn violation_codes(&self, string: &str) -> Vec<&'static str> {
        let mut codes = self.effective.violation_codes(string);
        let has_valid_length = self.effective.constraints().accepts_length(string);
        let StringRequirements { value, format, .. } = self.required;
        if format.is_some_and(|format| has_valid_length && !format.matches(string)) {
            codes.push("format");
        }
        if value.is_some_and(|value| value != string) {
            codes.push("const");
        }
        codes
    }

    fn forbidden_character(&self, random: &mut RandomSource) -> char {
        let forbidden = self.effective.limits.forbidden_characters.iter();
        let forbidden: Vec<_> = forbidden.flat_map(ForbiddenCharacters::iter).collect();
        random.pick(&forbidden)
    }

    /// Returns a letter that is not forbidden.
    fn allowed_letter(&self, random: &mut RandomSource) -> char {
        let forbidden = self.effective.limits.forbidden_characters.as_ref();
        let is_forbidden = |letter: char| forbidden.is_some_and(|set| set.contains(letter));
        let letters = ['a', 'あ', '𝄞'].into_iter().filter(|letter| !is_forbidden(*letter));
        let letters: Vec<_> = letters.collect();
        if letters.is_empty() { allowed_character(&self.effective) } else { random.pick(&letters) }
    }

    /// Returns a string with the given defect. The policy may nevertheless accept the string.
    pub(super) fn string_with(&self, defect: StringDefect, random: &mut RandomSource) -> String {
        let suffixes = [" ", "x", "\n"];
        match defect {
            StringDefect::TooShort => String::new(),
            StringDefect::TooLong(max_length) => {
                let letter = self.allowed_letter(random);
                std::iter::repeat_n(letter, max_length as usize + 1).collect()
            }
            StringDefect::ForbiddenCharacter => {
                let forbidden = self.forbidden_character(random);
                let around = random.pick(&["", "a", "\u{0}"]);
                format!("{around}{forbidden}{around}")
            }
            StringDefect::TooLongWithForbiddenCharacter(max_length) => {
                let forbidden = self.forbidden_character(random);
                format!("{}{forbidden}", "a".repeat(max_length as usize))
            }
            StringDefect::Format(format) => random.pick(format.near_misses()).to_owned(),
            StringDefect::UnknownEnumValue(schema) => {
                let known = random.pick(schema.values);
                let suffix = random.pick(&suffixes);
                format!("{known}{suffix}")
            }
            StringDefect::UnlistedValue => format!("{}{}", self.string, random.pick(&suffixes)),
            StringDefect::PatternMismatch => {
                let affix = random.pick(&suffixes);
                self.string_violating_pattern(affix, random)
            }
            StringDefect::OtherEnumValue(schema) => {
                let is_other =
                    |value: &&str| *value != self.string && Some(*value) != self.required.avoided;
                let others = schema.values.iter().copied().filter(is_other);
                random.pick(&others.collect::<Vec<_>>()).to_owned()
            }
        }
    }

    /// Returns a string that does not match the pattern, or the valid string if no such string is
    /// found.
    fn string_violating_pattern(&self, affix: &str, random: &mut RandomSource) -> String {
        let string = &self.string;
        let min_length = self.effective.constraints().min_length.max(1) as usize;
        let attempts = [
            format!("{string}{affix}"),
            format!("{affix}{string}"),
            string.chars().map(|_| '-').collect(),
            string.chars().map(|_| 'x').collect(),
            "-".repeat(min_length),
            "x".repeat(min_length),
        ];
        let mismatches: Vec<_> = attempts
            .iter()
            .filter(|string| self.violation_codes(string).contains(&"pattern"))
            .collect();
        let index = random.next_below(mismatches.len());
        mismatches.get(index).map_or_else(|| string.clone(), |string| (*string).clone())
    }
}
