//! Mutations of valid documents, and the violations that they cause.

use super::{
    RawDocument,
    invalid::ExpectedViolation,
    invalid_string::{StringDefect, StringSite},
    raw_document::{PathSegment, to_pointer},
    sites::{InjectionSite, parent},
};
use crate::schema::JsonType;
use serde_json::{Value, json};

/// A source of random choices, based on numbers that `proptest` generates and shrinks.
pub(super) struct RandomSource {
    numbers: Vec<usize>,
    next: usize,
}

impl RandomSource {
    pub(super) const fn new(numbers: Vec<usize>) -> Self {
        Self { numbers, next: 0 }
    }

    /// Returns a random number below `end`, or 0 if `end` is 0.
    pub(super) fn next_below(&mut self, end: usize) -> usize {
        self.next = (self.next + 1) % self.numbers.len().max(1);
        self.numbers.get(self.next).map_or(0, |number| number % end.max(1))
    }

    /// Returns a random element of `values`, or the default value if there are none.
    pub(super) fn pick<T: Copy + Default>(&mut self, values: &[T]) -> T {
        values.get(self.next_below(values.len())).copied().unwrap_or_default()
    }

    /// Returns one of the values, with probabilities that are proportional to the weights.
    pub(super) fn pick_weighted<T: Copy>(&mut self, weighted: &[(T, usize)]) -> Option<T> {
        let mut number = self.next_below(weighted.iter().map(|(_, weight)| weight).sum());
        let chosen = weighted.iter().find(|(_, weight)| {
            let is_chosen = number < *weight;
            number = number.saturating_sub(*weight);
            is_chosen
        });
        chosen.map(|(value, _)| *value)
    }

    /// Returns a number from 1 to 8.
    fn one_to_eight(&mut self) -> u32 {
        u32::try_from(self.next_below(8)).map_or(1, |number| number + 1)
    }
}

/// A change to a document that causes violations.
pub(super) enum Mutation {
    /// Removes the field, which causes a violation with the given code.
    RemoveField(&'static str),
    DuplicateField,
    AddUnknownField,
    /// Adds an unknown field and its duplicate.
    AddDuplicateUnknownField,
    /// Removes all of the given fields of an object that must have at least one of them.
    RemoveAllOf(&'static [&'static str]),
    /// Repeats the elements of an array until it has more than the given number of elements.
    ExceedMaxItems(u64),
    Replace(Replacement),
}

/// An invalid value that replaces a valid one.
pub(super) enum Replacement {
    /// Null, which causes a violation with the given code.
    Null(&'static str),
    /// A value whose JSON type is not the given one.
    WrongType(JsonType),
    InvalidString(StringDefect, Box<StringSite>),
    NotAnInteger {
        string_allowed: bool,
    },
    BelowMinimum {
        minimum: i64,
        string_allowed: bool,
    },
    AboveMaximum {
        maximum: i64,
        string_allowed: bool,
    },
}

impl Mutation {
    /// Returns the code of a violation that the mutation causes. An invalid string may also cause
    /// other violations.
    const fn code(&self) -> &'static str {
        match self {
            Self::RemoveField(code) => code,
            Self::DuplicateField | Self::AddDuplicateUnknownField => "duplicate",
            Self::AddUnknownField => "additionalProperties",
            Self::RemoveAllOf(_) => "anyOf",
            Self::ExceedMaxItems(_) => "maxItems",
            Self::Replace(replacement) => replacement.code(),
        }
    }
}

impl InjectionSite {
    /// Returns the code of the violation that the mutation of this site causes.
    pub(super) const fn code(&self) -> &'static str {
        self.mutation.code()
    }

    /// Mutates the document, and returns the resulting violations, unless there would be none or
    /// more than `max_violations`.
    pub(super) fn inject(
        &self,
        document: &mut RawDocument,
        added: &Value,
        max_violations: usize,
        random: &mut RandomSource,
    ) -> Vec<ExpectedViolation> {
        match &self.mutation {
            Mutation::RemoveField(_) => {
                document.edit_fields(parent(&self.path), |fields| {
                    fields.retain(|(name, _)| name != self.field_name());
                });
            }
            Mutation::DuplicateField | Mutation::AddUnknownField => {
                self.append_field(document, added);
            }
            Mutation::AddDuplicateUnknownField => {
                self.append_field(document, added);
                self.append_field(document, &Value::Null);
            }
            Mutation::RemoveAllOf(removed) => {
                document.edit_fields(&self.path, |fields| {
                    fields.retain(|(name, _)| !removed.contains(&&**name));
                });
            }
            Mutation::ExceedMaxItems(max_items) => {
                if let Some(RawDocument::Array(elements)) = document.value_at_mut(&self.path) {
                    let repeated = std::mem::take(elements).into_iter().cycle();
                    *elements = repeated.zip(0..=*max_items).map(|(element, _)| element).collect();
                }
            }
            Mutation::Replace(replacement) => {
                return self.replace(replacement, document, max_violations, random);
            }
        }
        self.violations([self.code()])
    }

    /// Replaces the value, unless the new value would cause no violations, or more than
    /// `max_violations`.
    fn replace(
        &self,
        replacement: &Replacement,
        document: &mut RawDocument,
        max_violations: usize,
        random: &mut RandomSource,
    ) -> Vec<ExpectedViolation> {
        let (value, codes) = replacement.value_and_codes(random);
        if codes.is_empty() || codes.len() > max_violations {
            return Vec::new();
        }
        if let Some(target) = document.value_at_mut(&self.path) {
            *target = value.into();
        }
        self.violations(codes)
    }

    fn violations(&self, codes: impl IntoIterator<Item = &'static str>) -> Vec<ExpectedViolation> {
        let path = to_pointer(&self.path);
        codes.into_iter().map(|code| ExpectedViolation { path: path.clone(), code }).collect()
    }

    /// Returns the name of the field at the path, or an empty string if the path does not end with a
    /// field.
    fn field_name(&self) -> &'static str {
        match self.path.last() {
            Some(PathSegment::Field(name)) => name,
            _ => "",
        }
    }

    fn append_field(&self, document: &mut RawDocument, value: &Value) {
        let field = (self.field_name().to_owned(), value.clone().into());
        document.edit_fields(parent(&self.path), |fields| fields.push(field));
    }
}

impl Replacement {
    const fn code(&self) -> &'static str {
        match self {
            Self::Null(code) => code,
            Self::WrongType(_) | Self::NotAnInteger { .. } => "type",
            Self::InvalidString(defect, _) => defect.code(),
            Self::BelowMinimum { .. } => "minimum",
            Self::AboveMaximum { .. } => "maximum",
        }
    }

    /// Returns an invalid value and the codes of the violations that it causes.
    fn value_and_codes(&self, random: &mut RandomSource) -> (Value, Vec<&'static str>) {
        match self {
            Self::Null(code) => (Value::Null, vec![*code]),
            Self::WrongType(expected) => {
                (value_of_wrong_type(*expected, random), vec![self.code()])
            }
            Self::InvalidString(defect, site) => {
                let string = site.string_with(*defect, random);
                let codes = site.violation_codes(&string);
                (string.into(), codes)
            }
            Self::NotAnInteger { string_allowed } => {
                /// Strings that resemble integers.
                const INTEGER_LIKE_STRINGS: [&str; 7] =
                    ["+1", "01", "-0", "1.0", "1 ", "9223372036854775808", ""];
                let mut value = value_of_wrong_type(JsonType::Integer, random);
                if value.is_string() && *string_allowed {
                    value = random.pick(&INTEGER_LIKE_STRINGS).into();
                }
                (value, vec![self.code()])
            }
            Self::BelowMinimum { minimum, string_allowed } => {
                let number = minimum.saturating_sub(random.one_to_eight().into());
                let is_string = *string_allowed && random.next_below(2) == 0;
                let value = if is_string { number.to_string().into() } else { json!(number) };
                (value, vec![self.code()])
            }
            Self::AboveMaximum { maximum, string_allowed } => {
                // The number is a `u64`, because it can exceed `i64::MAX`.
                let number = maximum.unsigned_abs() + u64::from(random.one_to_eight());
                let is_string =
                    *string_allowed && i64::try_from(number).is_ok() && random.next_below(2) == 0;
                let value = if is_string { number.to_string().into() } else { json!(number) };
                (value, vec![self.code()])
            }
        }
    }
}

/// Returns a non-null value whose JSON type is not `expected`.
pub(super) fn value_of_wrong_type(expected: JsonType, random: &mut RandomSource) -> Value {
    let mut values =
        vec![json!(1.5), json!(1.0), json!({"a": [1]}), json!([{"a": 1}]), json!("1"), json!(true)];
    values.retain(|value| match expected {
        JsonType::String => !value.is_string(),
        JsonType::Boolean => !value.is_boolean(),
        JsonType::Array => !value.is_array(),
        JsonType::Object => !value.is_object(),
        _ => true,
    });
    let index = random.next_below(values.len());
    values.into_iter().nth(index).unwrap_or_default()
}
