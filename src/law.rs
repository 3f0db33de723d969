//! The rules between rows, as data: the notes below the descriptions.

use crate::{Cursor, Format, Rule, Schema, Shape, ViolationKind};
use std::fmt;

/// A rule between the members of one object.
///
/// It is judged whenever the members that it names are known, whatever is wrong with the others. A
/// member is named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Law {
    /// All of these members are given, or none. Reported as `dependentRequired` at each one that
    /// is missing.
    Together(&'static [&'static str]),
    /// When `when` has the value `is`, `member` is given. Reported as `dependentRequired` at
    /// `member`.
    RequiredWhen {
        /// The member that must be given then.
        member: &'static str,
        /// The other member, or `other/inner`: a member of the object that is the other one.
        when: &'static str,
        /// Its value.
        is: Constant,
    },
    /// At least one of these members is given. Reported as `anyOf` at the object.
    AnyOf(&'static [&'static str]),
    /// When the text `when` has the value `is`, the text `member` follows `format`. Reported as
    /// `format` at `member`, unless its length is already at fault.
    FormatWhen {
        /// The member that must follow the format then.
        member: &'static str,
        /// The format.
        format: Format,
        /// The other member.
        when: &'static str,
        /// Its value.
        is: &'static str,
    },
    /// When the text `when` is one of the keys of `table`, the text `member` is what the table
    /// has for it. Reported as `const` at `member`.
    Lookup {
        /// The member that is bound then.
        member: &'static str,
        /// The other member.
        when: &'static str,
        /// Pairs of a value of `when` and the value of `member`.
        table: &'static [(&'static str, &'static str)],
    },
}

/// A value that a [`Law`] looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Constant {
    /// A text.
    Text(&'static str),
    /// A boolean.
    Boolean(bool),
}

impl From<Constant> for serde_json::Value {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Text(text) => text.into(),
            Constant::Boolean(boolean) => boolean.into(),
        }
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
        }
    }
}

/// What is known of a member when laws are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Absent or null.
    Absent,
    /// A text.
    Text(&'a str),
    /// A boolean.
    Boolean(bool),
    /// Given, and nothing more.
    Given,
}

impl Known<'_> {
    fn is(self, constant: Constant) -> bool {
        match constant {
            Constant::Text(text) => self == Known::Text(text),
            Constant::Boolean(boolean) => self == Known::Boolean(boolean),
        }
    }
}

impl Law {
    /// The members that it names; `other/inner` is a member of the object that is the other one.
    pub fn members(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (some, pair) = match *self {
            Self::Together(members) | Self::AnyOf(members) => (members, [None, None]),
            Self::RequiredWhen { member, when, .. }
            | Self::FormatWhen { member, when, .. }
            | Self::Lookup { member, when, .. } => (&[][..], [Some(member), Some(when)]),
        };
        some.iter().copied().chain(pair.into_iter().flatten())
    }

    /// Whether it asks what the member is, and not only whether it is given.
    const fn asks_text_of(&self, name: &str) -> bool {
        match *self {
            Self::Together(_) | Self::AnyOf(_) => false,
            Self::RequiredWhen { when, .. } => same(when, name),
            Self::FormatWhen { member, when, .. } | Self::Lookup { member, when, .. } => {
                same(member, name) || same(when, name)
            }
        }
    }

    /// Reports how the members of the object at `at`, a `schema`, break this law.
    fn check<'a>(
        &self,
        schema: &Schema,
        known_at: &dyn Fn(&str, &str) -> Known<'a>,
        at: &mut Cursor<'_>,
    ) {
        let known = |member: &str| known_at(member, "");
        let given = |member: &str| known(member) != Known::Absent;
        match *self {
            Self::Together(members) => {
                if let Some(by) = members.iter().copied().find(|member| given(member)) {
                    for member in members.iter().copied().filter(|member| !given(member)) {
                        at.member(member).violate(ViolationKind::DependentRequired { by });
                    }
                }
            }
            Self::RequiredWhen { member, when, is } => {
                let (outer, inner) = steps(when);
                if known_at(outer, inner.unwrap_or("")).is(is) && !given(member) {
                    at.member(member).violate(ViolationKind::DependentRequired { by: when });
                }
            }
            Self::AnyOf(members) => {
                if !members.iter().any(|member| given(member)) {
                    at.violate(ViolationKind::AnyOf { members });
                }
            }
            Self::FormatWhen { member, format, when, is } => {
                if let (true, Known::Text(text)) = (known(when) == Known::Text(is), known(member)) {
                    let fits = match at.policy().rule(schema, member) {
                        Some(Rule::Text(rule)) => rule.allows_length(text),
                        _ => true,
                    };
                    if fits && !format.matches(text) {
                        at.member(member).violate(ViolationKind::Format { format });
                    }
                }
            }
            Self::Lookup { member, when, table } => {
                if let (Known::Text(key), Known::Text(text)) = (known(when), known(member)) {
                    let entry = table.iter().find(|(listed, _)| *listed == key);
                    if let Some((_, value)) = entry.filter(|(_, value)| *value != text) {
                        at.member(member).violate(ViolationKind::Const { value });
                    }
                }
            }
        }
    }
}

/// Whether any of these asks what the member is.
pub(crate) const fn ask_text_of(mut laws: &[Law], name: &str) -> bool {
    while let Some((law, rest)) = laws.split_first() {
        if law.asks_text_of(name) {
            return true;
        }
        laws = rest;
    }
    false
}

/// `==` of texts is no constant.
const fn same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let (Some((first, left_rest)), Some((second, right_rest))) =
        (left.split_first(), right.split_first())
    {
        if *first != *second {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// The member that a rule names, and the member inside it, of `outer/inner`.
pub(crate) fn steps(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(outer, inner)| (outer, Some(inner)))
}

/// The text out of the list of a shape that is known, as a text that outlives the value.
pub(crate) fn listed(shape: Shape, known: Known<'_>) -> Option<&'static str> {
    let (Shape::Choice(choice), Known::Text(text)) = (shape, known) else { return None };
    choice.values.iter().copied().find(|listed| *listed == text)
}

/// Judges the laws of the table itself, and those of the row that it stands in. `known` is asked for
/// a member and a member of that, which is empty for the first one itself.
pub(crate) fn check<'a>(
    schema: &Schema,
    of_the_row: &[Law],
    known: impl Fn(&str, &str) -> Known<'a>,
    at: &mut Cursor<'_>,
) {
    for law in schema.laws.iter().chain(of_the_row) {
        law.check(schema, &known, at);
    }
}

#[cfg(test)]
mod tests {
    use super::{Constant, same};

    #[test]
    fn texts_are_the_same_if_neither_goes_on() {
        for (left, right) in [("", ""), ("a", ""), ("a", "ab"), ("ab", "ab"), ("ab", "ac")] {
            assert_eq!(same(left, right), left == right, "{left} {right}");
            assert_eq!(same(right, left), left == right, "{left} {right}");
        }
    }

    #[test]
    fn a_constant_is_shown_and_exported_as_its_value() {
        for (constant, shown, json) in [
            (Constant::Text("S"), "S", serde_json::json!("S")),
            (Constant::Boolean(true), "true", serde_json::json!(true)),
        ] {
            assert_eq!(constant.to_string(), shown);
            assert_eq!(serde_json::Value::from(constant), json);
        }
    }
}
