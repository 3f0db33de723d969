//! What a policy requires of fields, to export it, to generate values, and to find limits that
//! exclude every value.

use super::{Policy, TextLimits};
use crate::{Datetime, Deviation, Format, Rule, Shape, Text};
#[cfg(any(feature = "json-schema", feature = "proptest"))]
use crate::{Field, Schema};

impl Policy {
    /// The rows of a table, and the rule that each has.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn rows(&self, schema: &Schema) -> impl Iterator<Item = (&'static Field, Rule)> {
        let own = self.rules_of(schema);
        schema.fields.iter().enumerate().map(move |(index, field)| {
            let rule = own.and_then(|rules| rules.get(index));
            (field, rule.copied().unwrap_or(field.rule))
        })
    }

    /// Whether the member of a row must be given.
    #[cfg(any(feature = "json-schema", feature = "proptest"))]
    pub(crate) fn requires(&self, field: &Field) -> bool {
        let may_be_absent = field.required_by_policy && self.tolerates(Deviation::PlatformIdAbsent);
        field.required && !may_be_absent
    }

    /// Whether some value of a field satisfies its rule. For an array, some element must.
    pub(super) fn allows_something(&self, shape: Shape, rule: Rule) -> bool {
        match (shape, rule) {
            (Shape::List(element), Rule::List { each: Some(each), .. }) => {
                self.asked(*element, each).allows_something()
            }
            (_, Rule::Text(rule)) => self.asked(shape, rule).allows_something(),
            (_, Rule::Integer(rule)) => rule.minimum() <= rule.maximum(),
            _ => true,
        }
    }

    /// All that is asked of the texts of a shape and a rule.
    pub(crate) fn asked(&self, shape: Shape, rule: Text) -> AskedText {
        let limits = self.text_limits(rule).cloned().unwrap_or_else(|| TextLimits::of(rule));
        let format = if let Shape::Text(format) = shape { format } else { None };
        let listed = match shape {
            Shape::Choice(choice) if !choice.open && limits.values.is_none() => Some(choice.values),
            _ => None,
        };
        let is_date_time = format == Some(Format::DateTime);
        AskedText {
            rule,
            limits,
            format,
            listed: listed.filter(|_| !self.tolerates(Deviation::UnlistedValue)),
            may_be_date: is_date_time
                && rule.may_be_date()
                && self.tolerates(Deviation::DateWithoutTime),
            may_be_millis: is_date_time && self.tolerates(Deviation::UnixMillisTime),
        }
    }
}

/// All that is asked of the texts of a row.
#[derive(Clone, Debug)]
pub(crate) struct AskedText {
    pub(crate) rule: Text,
    pub(crate) limits: TextLimits,
    pub(crate) format: Option<Format>,
    /// The closed list of the documents, if nothing else is let pass.
    pub(crate) listed: Option<&'static [&'static str]>,
    /// Whether a date without time passes, too, and milliseconds.
    pub(crate) may_be_date: bool,
    pub(crate) may_be_millis: bool,
}

impl AskedText {
    fn follows_format(&self, text: &str) -> bool {
        self.format.is_none_or(|format| format.matches(text))
            || self.may_be_date && Datetime::is_date(text)
            || self.may_be_millis && Format::UnixMillis.matches(text)
    }

    /// The codes that a text must be reported with.
    pub(crate) fn codes(&self, text: &str) -> Vec<&'static str> {
        let mut codes = Vec::new();
        let length = text.chars().count();
        let too_short = self.rule.min_length().is_some_and(|least| length < least as usize);
        let too_long = self.rule.max_length().is_some_and(|most| length > most as usize);
        if too_short || too_long {
            codes.push(if too_short { "minLength" } else { "maxLength" });
        }
        if self.limits.forbidden_in(text).is_some() {
            codes.push("forbiddenCharacter");
        }
        // One fault, one report: a text of the wrong length is not judged further.
        if too_short || too_long {
            return codes;
        }
        let pattern = self.limits.pattern.as_ref();
        let own = self.limits.values.as_deref();
        if !self.follows_format(text) {
            codes.push("format");
        } else if self.listed.is_some_and(|listed| !listed.contains(&text)) {
            codes.push("enum");
        } else if pattern.is_some_and(|pattern| !pattern.matches(text)) {
            codes.push("pattern");
        } else if own.is_some_and(|own| !own.iter().any(|value| value == text)) {
            codes.push("enum");
        }
        codes
    }

    /// Whether some text is valid, or is let pass. A pattern is only matched against listed texts:
    /// whether it matches anything else is not known.
    fn allows_something(&self) -> bool {
        if let Some(values) = &self.limits.values {
            return values.iter().any(|value| self.allows(value));
        }
        if let Some(values) = self.listed.or_else(|| self.format?.codes()) {
            return values.iter().any(|value| self.allows(value));
        }
        let min = self.rule.min_length().unwrap_or(0);
        let max = self.rule.max_length().unwrap_or(u32::MAX);
        let Some(format) = self.format else { return min <= max };
        let forbidden = self.limits.forbidden_characters.as_ref();
        let is_forbidden = |character| forbidden.is_some_and(|set| set.contains(character));
        format.can_have(min, max, is_forbidden)
            || self.may_be_millis && Format::UnixMillis.can_have(min, max, is_forbidden)
            || self.may_be_date && (min..=max).contains(&10) && !is_forbidden('-')
    }

    /// Whether a text is valid, or is let pass.
    pub(crate) fn allows(&self, text: &str) -> bool {
        self.codes(text).is_empty()
    }
}
